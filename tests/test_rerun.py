"""A report again is left alone or made anew, and is the same bytes anywhere."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from nbclient.exceptions import CellExecutionError
from reporting import write_dataset

import hengstats as hs
from hengstats import report as room
from hengstats.errors import DataError
from hengstats.report import inputs, make_report

PAGE = "notebooks/01-own.html"
OUT = "out/示例 数据"
# What a kernel shows; what it says of the run; what the dataset lacks, and what a
# later cell lacks for that reason.
CODE = """import hengstats as hs
import sys; print("aside", file=sys.stderr)
hs.load_figures(dataset).style
ax = hs.draw_tax(hs.build_panel(dataset), measure="nope")
ax.get_title()"""
ELSEWHERE = {
    "TZ": "Pacific/Auckland",
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "7",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def write_notebook(path, code):
    """Return the path of a notebook whose every line of code is a cell."""
    new = nbformat.v4.new_code_cell
    tagged = new("dataset = 'x'\nlang = 'y'", metadata={"tags": ["parameters"]})
    question = nbformat.v4.new_markdown_cell("# 01 <什么>？\n")
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [question, tagged, *map(new, code.splitlines())]
    nbformat.write(notebook, path)
    return path


def make(place, lang="en", notebooks=("01-own.ipynb",)):
    """Make the report on the dataset in a folder, beside it."""
    paths = [place / name for name in notebooks]
    return make_report(str(place / "示例 数据"), place / "out", lang, notebooks=paths)


def files(folder):
    """Return every file of a folder, by its path in it, as a hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def listed(place):
    """Return what the report's own list says."""
    return json.loads((place / OUT / "made.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a folder in which a report was made, and again after a change.

    The first was in Chinese, on members too, and without notebooks. Of its charts of
    members somebody edited one.
    """
    place = tmp_path_factory.mktemp("在 here")
    data = write_dataset(place / "示例 数据", ["东楼"], ["branch_members", "branches"])
    write_notebook(place / "01-own.ipynb", CODE)
    make(place, "zh-Hans", notebooks=())
    records = pd.read_csv(data / "records.csv", dtype=str)
    branches = records[records["measure"] == "branches"]
    branches.to_csv(data / "records.csv", index=False, encoding="utf-8-sig")
    (place / OUT / "charts" / "members.svg").write_text("mine")
    return place, make(place)


@pytest.fixture
def again(built, tmp_path):
    """Return a copy of that folder, to be changed."""
    return shutil.copytree(built[0], tmp_path / "again")


@pytest.mark.slow
def test_a_change_makes_all_anew_and_removes_what_the_report_no_longer_has(built):
    place, done = built
    assert done.kept == ()
    charts = {"charts/members.pdf", "charts/members.png"}
    assert set(done.removed) == {*charts, "tables/03-ratios.csv"}
    # what somebody has edited is not ours any more
    assert (place / OUT / "charts" / "members.svg").read_text() == "mine"
    assert f"做了 {len(done.redone)} 个文件；另有 0 个没有变" in done.say("zh-Hans")
    assert "3 个旧文件已移去" in done.say("zh-Hans")


@pytest.mark.slow
def test_what_is_made_step_by_step_is_what_is_made_from_scratch_anywhere(
    built, tmp_path
):
    place = tmp_path / "在 elsewhere"
    shutil.copytree(built[0], place, ignore=shutil.ignore_patterns("out"))
    code = (
        "from pathlib import Path; from hengstats.report import make_report;"
        "make_report('示例 数据', 'out', 'en', notebooks=[Path('01-own.ipynb')])"
    )
    given = {k: v for k, v in os.environ.items() if not k.startswith("LC_")} | ELSEWHERE
    started = [sys.executable, "-c", code]
    subprocess.run(started, check=True, cwd=place, capture_output=True, env=given)
    there = files(place / OUT)
    here = files(built[0] / OUT)
    assert there.items() == here.items() - {
        ("charts/members.svg", here["charts/members.svg"])
    }
    endings = {name.rsplit(".", 1)[1] for name in there}
    assert endings == {"png", "svg", "pdf", "csv", "html", "docx", "json"}


@pytest.mark.slow
def test_nothing_is_done_where_nothing_has_changed(again, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in (again / OUT).rglob("*.*")}
    monkeypatch.delattr(room, "read_inputs")  # the dataset is not even read
    done = make(again)
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert (done.redone, done.removed) == ((), ())
    assert set(done.kept) == set(listed(again)["files"])
    assert f"{len(done.kept)} 个文件原样留着" in done.say("zh-Hans")


@pytest.mark.slow
def test_what_was_edited_is_made_anew_and_a_notebook_at_fault_stops_the_report(again):
    before, page = files(again / OUT), again / OUT / PAGE
    written = page.stat().st_mtime_ns
    (again / OUT / "report.docx").write_bytes(b"")
    write_notebook(again / "02-wrong.ipynb", "nonsense")  # nothing that is lacking
    with pytest.raises(CellExecutionError, match="nonsense"):
        make(again, notebooks=("01-own.ipynb", "02-wrong.ipynb"))
    known, there = listed(again), files(again / OUT)
    # The page that was finished is still as good; what was made is on the list.
    assert list(known["stamps"]) == [PAGE]
    assert page.stat().st_mtime_ns == written
    assert known["files"]["report.docx"] == there["report.docx"]
    assert there.items() - before.items() == {("made.json", there["made.json"])}


@pytest.mark.slow
def test_the_list_names_the_files_and_no_folder(built):
    known, there = listed(built[0]), files(built[0] / OUT)
    unlisted = {"made.json", "charts/members.svg"}
    assert known["files"] == {k: v for k, v in there.items() if k not in unlisted}
    assert list(known["stamps"]) == [PAGE, "report"]
    assert str(built[0]) not in json.dumps(known, ensure_ascii=False)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"stamps": {}}', '{"stamps": 1}'])
def test_a_damaged_list_lists_nothing(tmp_path, text):
    (tmp_path / "made.json").write_text(text)
    assert room._read_made(tmp_path) == ({}, {})


@pytest.mark.slow
def test_the_page_of_a_notebook_says_what_is_lacking_and_nothing_of_the_run(built):
    page = (built[0] / OUT / PAGE).read_text("utf-8")
    assert "no column" in page  # the message, in its place
    unwanted = ["Traceback", "NameError", ">aside", str(built[0])]
    assert [word for word in unwanted if word in page] == []
    assert "示例 数据" in page  # the name of the dataset, not its folder
    assert "<title>01 &lt;什么&gt;？</title>" in page


def test_the_report_is_not_written_into_the_dataset(tmp_path):
    data = write_dataset(tmp_path / "示例", ["东楼"], ["branches"])
    with pytest.raises(DataError, match="would be written into the dataset"):
        hs.write_report(str(data), tmp_path)


# What a report is made from


@pytest.fixture
def stamp(tmp_path, monkeypatch):
    """Return a function that stamps a small report, with comparators of its own."""
    for name in ("示例", "others", "data/shipped", "hengstats"):
        write_dataset(tmp_path / name, ["东楼"], ["branches"])
    compared = json.dumps({"comparators": ["others"]})
    (tmp_path / "示例" / "datapackage.json").write_text(compared)
    notebook = tmp_path / "01-own.ipynb"
    notebook.write_text("{}")
    monkeypatch.setattr(inputs, "DATA", tmp_path / "data")
    monkeypatch.setattr(inputs, "LIBRARY", tmp_path / "hengstats")
    monkeypatch.setattr(inputs, "distributions", list)  # reading them takes long
    return lambda lang="en": inputs.stamp_inputs(
        tmp_path / "示例", {PAGE: notebook}, lang
    )


@pytest.mark.parametrize(
    ("file", "other"),
    [
        ("示例/records.csv", {"report", PAGE}),
        ("others/sources.csv", {"report", PAGE}),
        ("data/shipped/README.md", {"report", PAGE}),
        ("hengstats/strings.toml", {"report", PAGE}),
        ("01-own.ipynb", {PAGE}),
        ("示例/.lock", set()),
        ("示例/~$records.csv", set()),
    ],
)
def test_a_report_and_its_pages_rest_on_these_files(stamp, tmp_path, file, other):
    before = stamp()
    (tmp_path / file).write_text("?")
    after = stamp()
    assert {key for key in before if before[key] != after[key]} == other


def test_another_language_is_another_report(stamp):
    assert stamp("zh-Hant") != stamp("en")


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("distributions", lambda: [SimpleNamespace(name="pandas", version="99")]),
        ("platform.python_version", lambda: "3.99.0"),
        ("platform.machine", lambda: "elsewhere"),
        ("families", lambda: ["another font"]),
    ],
)
def test_another_package_python_machine_or_font_is_another_library(
    stamp, monkeypatch, part, other
):
    before = stamp()
    monkeypatch.setattr(f"hengstats.report.inputs.{part}", other)
    assert stamp() != before
