"""A report again is left alone or made anew, and is the same bytes anywhere."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from reporting import write_dataset

import hengstats as hs
from hengstats import report as room
from hengstats.errors import DataError
from hengstats.report import inputs, make_report
from hengstats.report.notebooks import run_notebook

PAGE = "notebooks/01-own.html"
# What a kernel shows; what it says of the run; what the dataset lacks, and what a
# later cell lacks for that reason.
CODE = """import hengstats as hs
import sys; print("aside", file=sys.stderr)
dataset.rsplit("/")[-1]
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


def files(folder):
    """Return every file of a folder, by its path in it, as a hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a folder with a dataset, a notebook and the report `out`, all small."""
    place = tmp_path_factory.mktemp("在 here")
    write_dataset(place / "示例 数据", ["东楼"], ["branches"])
    write_notebook(place / "01-own.ipynb", CODE)
    make(place)
    return place


@pytest.fixture
def again(built, tmp_path):
    """Return a copy of it, to be changed."""
    return shutil.copytree(built, tmp_path / "again")


def make(place, out="out", lang="en", notebooks=("01-own.ipynb",)):
    """Make the report there."""
    paths = [place / name for name in notebooks]
    return make_report(str(place / "示例 数据"), place / out, lang, notebooks=paths)


def change(place, file="records.csv", old="12", new="17"):
    """Change a figure, or another text of the dataset."""
    path = place / "示例 数据" / file
    text = path.read_text("utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8-sig")


@pytest.mark.slow
def test_nothing_is_done_where_nothing_has_changed(again, monkeypatch):
    out = again / "out" / "示例 数据"
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    monkeypatch.delattr(room, "read_inputs")  # the dataset is not even read
    done = make(again)
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    assert (done.redone, done.removed) == ((), ())
    assert set(done.kept) == set(files(out)) - {"made.json"}
    assert f"{len(done.kept)} 个文件原样留着" in done.say("zh-Hans")


@pytest.mark.slow
def test_a_changed_figure_makes_all_anew_as_from_scratch(again):
    change(again)
    (again / "out" / "示例 数据" / PAGE).write_text("mine")
    done = make(again, notebooks=())
    fresh = make(again, out="scratch", notebooks=())
    assert done.kept == ()
    assert set(done.redone) == set(fresh.redone)
    # a page that somebody has changed is not ours any more
    assert done.removed == ()
    (done.folder / PAGE).unlink()
    assert files(done.folder) == files(fresh.folder)
    assert f"做了 {len(done.redone)} 个文件；另有 0 个没有变" in done.say("zh-Hans")


@pytest.mark.slow
def test_another_language_makes_all_anew_and_removes_what_it_no_longer_has(again):
    done = make(again, lang="zh-Hans", notebooks=())
    assert (done.kept, done.removed) == ((), (PAGE,))
    assert not (done.folder / PAGE).exists()
    assert "1 个旧文件已移去" in done.say("zh-Hans")


@pytest.mark.slow
def test_what_was_edited_is_made_anew_and_the_page_of_a_notebook_kept(again):
    out = again / "out" / "示例 数据"
    before = files(out)
    (out / "report.docx").write_bytes(b"")
    (out / "notes.txt").write_text("mine")
    done = make(again)
    assert done.kept == (PAGE,)
    assert (out / "notes.txt").read_text() == "mine"  # never ours
    assert {name: files(out)[name] for name in before} == before


@pytest.mark.slow
def test_what_a_failed_run_has_made_is_on_the_list_and_is_not_finished(
    again, monkeypatch
):
    change(again)
    monkeypatch.setitem(room.DOCUMENTS, "pdf", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(again)
    known = json.loads((again / "out" / "示例 数据" / "made.json").read_text("utf-8"))
    out = files(again / "out" / "示例 数据")
    assert known["files"]["report.docx"] == out["report.docx"]
    assert known["stamps"] == {}


@pytest.mark.slow
def test_the_list_names_no_folder_and_no_other_file(built):
    out = built / "out" / "示例 数据"
    text = (out / "made.json").read_text("utf-8")
    known = json.loads(text)
    assert known["files"].items() == files(out).items() - {
        ("made.json", files(out)["made.json"])
    }
    assert list(known["stamps"]) == [PAGE, "report"]
    assert str(built) not in text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"stamps": {}}', '{"stamps": 1}'])
def test_a_damaged_list_lists_nothing(tmp_path, text):
    (tmp_path / "made.json").write_text(text)
    assert room._read_made(tmp_path) == ({}, {})


@pytest.mark.slow
def test_the_page_of_a_notebook_says_what_is_lacking_and_nothing_of_the_run(built):
    page = (built / "out" / "示例 数据" / PAGE).read_text("utf-8")
    assert "no column" in page  # the message, in its place
    unwanted = ["Traceback", "NameError", ">aside", str(built)]
    assert [word for word in unwanted if word in page] == []
    assert "示例 数据" in page  # the name of the dataset, not its folder
    assert "<title>01 &lt;什么&gt;？</title>" in page


@pytest.mark.slow
def test_a_notebook_at_fault_is_not_taken_for_a_lack_of_the_dataset(tmp_path):
    path = write_notebook(tmp_path / "01-own.ipynb", "nonsense")
    data = write_dataset(tmp_path / "示例", ["东楼"], ["branches"])
    with pytest.raises(CellExecutionError, match="nonsense"):
        run_notebook(path, str(data), "en", lenient=True)


def test_the_report_is_not_written_into_the_dataset(tmp_path):
    data = write_dataset(tmp_path / "示例", ["东楼"], ["branches"])
    with pytest.raises(DataError, match="would be written into the dataset"):
        hs.write_report(str(data), tmp_path)


# The same inputs give the same bytes


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes_anywhere(built, tmp_path):
    place = tmp_path / "在 elsewhere"
    for name in ("示例 数据", "01-own.ipynb"):
        copy = shutil.copytree if (built / name).is_dir() else shutil.copy
        place.mkdir(exist_ok=True)
        copy(built / name, place / name)
    code = (
        "from pathlib import Path; from hengstats.report import make_report;"
        "make_report('示例 数据', lang='en', notebooks=[Path('01-own.ipynb')])"
    )
    given = {k: v for k, v in os.environ.items() if not k.startswith("LC_")}
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=place,
        capture_output=True,
        env=given | ELSEWHERE,
    )
    there = files(place / "build" / "示例 数据")
    assert there == files(built / "out" / "示例 数据")
    endings = {name.rsplit(".", 1)[1] for name in there}
    assert endings == {"png", "svg", "pdf", "csv", "html", "docx", "json"}


# What a report is made from


@pytest.fixture
def stamp(tmp_path, monkeypatch):
    """Return a function that stamps a small report, with comparators of its own."""
    place = tmp_path
    for name in ("示例", "others", "data/shipped", "hengstats"):
        write_dataset(place / name, ["东楼"], ["branches"])
    compared = json.dumps({"comparators": [str(place / "others")]})
    (place / "示例" / "datapackage.json").write_text(compared)
    (place / "01-own.ipynb").write_text("{}")
    monkeypatch.setattr(inputs, "DATA", place / "data")
    monkeypatch.setattr(inputs, "LIBRARY", place / "hengstats")

    def stamp(lang="en"):
        return inputs.stamp_inputs(place / "示例", {PAGE: place / "01-own.ipynb"}, lang)

    return stamp


def test_a_stamp_is_the_same_from_call_to_call(stamp):
    assert stamp() == stamp()


@pytest.mark.parametrize(
    "file",
    [
        "示例/records.csv",
        "others/sources.csv",
        "data/shipped/README.md",
        "hengstats/strings.toml",
    ],
)
def test_a_report_and_its_pages_rest_on_each_of_these_files(stamp, tmp_path, file):
    before = stamp()
    (tmp_path / file).write_text("?")
    after = stamp()
    assert [key for key in before if before[key] == after[key]] == []


def test_a_page_alone_rests_on_its_notebook(stamp, tmp_path):
    before = stamp()
    (tmp_path / "01-own.ipynb").write_text("{ }")
    after = stamp()
    assert [key for key in before if before[key] != after[key]] == [PAGE]


@pytest.mark.parametrize("file", ["示例/.lock", "示例/~$records.csv"])
def test_hidden_and_lock_files_are_nothing_to_a_report(stamp, tmp_path, file):
    before = stamp()
    (tmp_path / file).write_text("?")
    assert stamp() == before


def test_another_language_is_another_report(stamp):
    assert stamp("zh-Hant") != stamp("en")


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("distributions", list),
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
