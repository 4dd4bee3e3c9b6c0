"""A notebook that names its topics reads an excerpt, and shows the same page."""

import json
import shutil

import nbformat
import pandas as pd
import pytest

import hengstats as hs
from hengstats.dataset import read_dataset
from hengstats.folder import DATA
from hengstats.report import notebooks
from hengstats.report.excerpt import write_excerpt
from hengstats.report.notebooks import (
    list_notebooks,
    make_page,
    run_notebook,
    write_page,
)

LOADS = {
    "tax": hs.load_tax,
    "organisation": hs.load_membership,
    "participation": hs.load_events,
}


def topics_of(path):
    """Return the topics that a notebook names."""
    metadata = nbformat.read(path, as_version=4).metadata
    return metadata.get("hengstats", {}).get("topics", [])


NARROW = [path for path in list_notebooks() if topics_of(path)]


def test_three_notebooks_name_their_topics():
    assert [path.stem[:2] for path in NARROW] == ["02", "03", "04"]


@pytest.mark.parametrize("name", ["plaza66", "illustrative"])
@pytest.mark.parametrize("topic", LOADS)
def test_the_excerpt_has_the_figures_of_the_whole(tmp_path, name, topic):
    folder = tmp_path / name
    assert write_excerpt(read_dataset(name), [topic], folder)
    whole, part = LOADS[topic](name), LOADS[topic](str(folder))
    pd.testing.assert_frame_equal(part, whole)


def test_the_excerpt_has_no_figures_of_another_topic(tmp_path):
    write_excerpt(read_dataset("plaza66"), ["tax"], tmp_path / "plaza66")
    assert hs.load_membership(str(tmp_path / "plaza66")).empty


def test_a_source_keeps_its_number(tmp_path):
    write_excerpt(read_dataset("plaza66"), ["organisation"], tmp_path / "plaza66")
    numbers = [
        hs.load_sources(one).set_index("source")["number"]
        for one in (str(tmp_path / "plaza66"), "plaza66")
    ]
    assert numbers[0].to_dict().items() <= numbers[1].to_dict().items()


def test_without_figures_there_is_no_excerpt(tmp_path):
    data = read_dataset("plaza66")
    assert not write_excerpt(data, [], tmp_path / "plaza66")


@pytest.fixture
def mine(tmp_path):
    """Return a dataset of a user's own: a copy of the illustrative one."""
    return shutil.copytree(DATA / "illustrative", tmp_path / "示例 数据")


def test_a_page_depends_on_every_file_where_no_topic_is_named(
    mine, tmp_path, monkeypatch
):
    monkeypatch.setattr("hengstats.report.notebooks.run_notebook", lambda *a, **k: 0)
    monkeypatch.setattr(
        "hengstats.report.notebooks.write_page", lambda n, path, lang: None
    )
    first = list_notebooks()[0]
    told = [make_page(first, str(mine), "en", tmp_path, "library")[0].made_from]
    (mine / "README.md").write_text("?", encoding="utf-8")
    told += [make_page(first, str(mine), "en", tmp_path, "library")[0].made_from]
    assert told[0] != told[1]


@pytest.fixture
def made_from(mine, tmp_path, monkeypatch):
    """Return a function that says what a page is made from, and runs nothing."""
    monkeypatch.setattr("hengstats.report.notebooks.run_notebook", lambda *a, **k: 0)
    monkeypatch.setattr(
        "hengstats.report.notebooks.write_page", lambda n, path, lang: None
    )
    own = tmp_path / "02-own.ipynb"

    def made_from(path=NARROW[0], lang="en", library="library", added=""):
        own.write_text(path.read_text("utf-8") + added, "utf-8")
        return make_page(own, str(mine), lang, tmp_path, library)[0].made_from

    return made_from


@pytest.mark.parametrize(
    "changed", [{"lang": "zh-Hans"}, {"library": "other"}, {"added": "\n"}]
)
def test_a_page_depends_on_language_library_and_notebook(made_from, changed):
    assert made_from(**changed) != made_from()


def test_a_page_depends_on_the_figures_of_its_topics(made_from, mine):
    before = made_from()
    records = mine / "records.csv"
    text = records.read_text("utf-8-sig")
    assert text.count("8.40亿元") == 2  # of one row: as printed, and in its quote
    records.write_text(text.replace("8.40", "8.41"), "utf-8-sig")
    assert made_from() != before


def test_a_page_depends_on_the_datasets_that_come_with_the_library(
    made_from, tmp_path, monkeypatch
):
    # The notebook on participation shows the comparators and the illustrative tower.
    before = made_from(NARROW[2])
    data = shutil.copytree(DATA, tmp_path / "data")
    (data / "README.md").write_text("?", encoding="utf-8")
    monkeypatch.setattr("hengstats.report.notebooks.DATA", data)
    assert made_from(NARROW[2]) != before


@pytest.mark.slow
@pytest.mark.parametrize("path", NARROW, ids=lambda path: path.stem[:2])
def test_the_page_of_an_excerpt_is_that_of_the_whole(tmp_path, path):
    make_page(path, "plaza66", "zh-Hans", tmp_path, "library")
    part = (tmp_path / "notebooks" / f"{path.stem}.html").read_bytes()
    whole = write_page(
        run_notebook(path, "plaza66", "zh-Hans"), tmp_path / "whole.html", "zh-Hans"
    )
    assert whole.read_bytes() == part


@pytest.mark.slow
def test_a_relative_folder_is_found_and_shown_by_its_name(mine, tmp_path, monkeypatch):
    monkeypatch.chdir(mine.parent)
    notebook = run_notebook(NARROW[0], mine.name, "zh-Hans")
    page = write_page(notebook, tmp_path / "page.html", "zh-Hans").read_text("utf-8")
    assert mine.name in page
    assert str(tmp_path) not in page


@pytest.mark.slow
def test_what_a_dataset_lacks_is_said_in_its_place(tmp_path):
    write_excerpt(read_dataset("illustrative"), ["organisation"], tmp_path / "members")
    notebook = run_notebook(NARROW[0], str(tmp_path / "members"), "en", lenient=True)
    page = write_page(notebook, tmp_path / "page.html", "en").read_text("utf-8")
    assert "no column" in page
    assert "Traceback" not in page


def test_a_page_depends_on_comparators_of_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "run_notebook", lambda *_, **__: None)
    monkeypatch.setattr(notebooks, "write_page", lambda *_: None)
    mine = shutil.copytree(DATA / "illustrative", tmp_path / "mine")
    other = shutil.copytree(DATA / "comparators", tmp_path / "other")
    (mine / "datapackage.json").write_text(json.dumps({"comparators": [str(other)]}))
    (mine / "rivals.csv").unlink()
    page = next(path for path in list_notebooks() if path.stem.startswith("05"))
    (before,) = notebooks.make_page(page, str(mine), "en", tmp_path, "library")
    (other / "README.md").write_text("another text")
    (after,) = notebooks.make_page(page, str(mine), "en", tmp_path, "library")
    assert before.made_from != after.made_from
