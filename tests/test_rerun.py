"""A report again is left alone or made anew, and is the same bytes anywhere."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from reporting import write_dataset

import hengstats as hs
from hengstats import report as room
from hengstats.errors import DataError
from hengstats.report import inputs, make_report

PAGE = "notebooks/01-own.html"
OUT = "out/示例 数据/en"
PANDOC = (  # as it says so, of /dev/full
    'Pandoc died with exitcode "1" during conversion: pandoc: report.docx:'
    " withBinaryFile: resource exhausted (No space left on device)"
)
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

    The first was on members too, and without notebooks. Of its charts of members
    somebody edited one.
    """
    place = tmp_path_factory.mktemp("在 here")
    data = write_dataset(place / "示例 数据", ["东楼"], ["branch_members", "branches"])
    write_notebook(place / "01-own.ipynb", CODE)
    make(place, notebooks=())
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
    assert endings == {"lock", "png", "svg", "pdf", "csv", "html", "docx", "json"}


@pytest.mark.slow
def test_nothing_is_done_where_nothing_has_changed(again, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in (again / OUT).rglob("*.*")}
    monkeypatch.delattr(room, "read_inputs")  # the dataset is not even read
    (again / OUT / ".making/data").mkdir(parents=True)  # of one that was killed
    done = make(again)
    assert not (again / OUT / ".making").exists()
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert (done.redone, done.removed) == ((), ())
    assert set(done.kept) == set(listed(again)["files"])
    assert f"{len(done.kept)} 个文件原样留着" in done.say("zh-Hans")


@pytest.mark.slow
def test_a_notebook_at_fault_leaves_the_report_whole_and_what_was_edited_is_made_anew(
    again, capsys
):
    before, word = files(again / OUT), again / OUT / "report.docx"
    written = (again / OUT / PAGE).stat().st_mtime_ns
    with pytest.raises(FileNotFoundError, match=r"03-none.ipynb"):
        make(again, notebooks=("03-none.ipynb",))
    word.write_bytes(b"")
    # Nothing that is lacking; and what follows it is not run.
    write_notebook(again / "02-wrong.ipynb", "1 + 1\n1 / 0\n'after'")
    make(again, notebooks=("01-own.ipynb", "02-wrong.ipynb"))
    said = "02-wrong.ipynb 里有一个单元格出错：ZeroDivisionError: division by zero"
    assert said in capsys.readouterr().err
    page = (again / OUT / "notebooks/02-wrong.html").read_text("utf-8")
    assert (said in page, "Traceback" in page) == (True, False)
    there = files(again / OUT)
    assert {name for name in before if there[name] != before[name]} == {"made.json"}
    make(again)
    assert files(again / OUT) == before
    # The page that was finished is still as good.
    assert (again / OUT / PAGE).stat().st_mtime_ns == written


# One at a time, in one state, and nowhere else


@pytest.mark.slow
def test_a_report_keeps_to_the_state_it_began_with(again, monkeypatch):
    write_notebook(again / "01-own.ipynb", CODE + "\nhs.load_figures(dataset)")
    records, real = again / "示例 数据/records.csv", room.read_inputs

    def read_inputs(*asked):
        text = records.read_text("utf-8-sig").replace("12", "77")
        records.write_text(text, "utf-8")
        return real(*asked)

    monkeypatch.setattr(room, "read_inputs", read_inputs)
    done = make(again)
    assert PAGE in done.redone
    pages = [(again / OUT / name).read_text("utf-8") for name in (PAGE, "report.html")]
    assert ["12个" in page for page in pages] == [True, True]
    assert [page for page in pages if "77个" in page] == []
    make(again)  # which sees that it is no longer so
    assert "77个" in (again / OUT / PAGE).read_text("utf-8")


@pytest.mark.slow
def test_nothing_outside_the_folder_is_written_or_deleted(again):
    other, known, word = again / "other", listed(again), again / OUT / "report.docx"
    other.write_text("mine")
    known["files"]["../../other"] = hashlib.sha256(b"mine").hexdigest()
    (again / OUT / "made.json").write_text(json.dumps(known), "utf-8")
    word.unlink()
    word.symlink_to(other)
    make(again)
    assert (other.read_text(), word.is_symlink()) == ("mine", False)
    shutil.rmtree(again / OUT / "charts")
    (again / OUT / "charts").symlink_to(again)
    with pytest.raises(DataError, match="charts 是通往别处的链接"):
        make(again)


def test_a_second_report_into_one_folder_is_told_so(tmp_path):
    write_dataset(tmp_path / "示例 数据", ["东楼"], ["branches"])
    (tmp_path / OUT).mkdir(parents=True)
    with (tmp_path / OUT / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(DataError, match=f"另一份报告正写进 .*{OUT}"):
            make(tmp_path, notebooks=())


@pytest.mark.parametrize("told", [RuntimeError(PANDOC), OSError(errno.ENOSPC, "full")])
def test_a_full_disk_is_told_with_its_folder_and_leaves_nothing(
    tmp_path, monkeypatch, told
):
    def convert_text(*_, outputfile, **__):
        Path(outputfile).write_bytes(b"PK half")
        raise told

    write_dataset(tmp_path / "示例 数据", ["东楼"], ["branches"])
    monkeypatch.setattr("pypandoc.convert_text", convert_text)
    with pytest.raises(DataError, match=f"写不了 .*{OUT}：磁盘满了"):
        make(tmp_path, notebooks=())
    assert list(files(tmp_path / OUT)) == [".lock"]


@pytest.mark.slow
def test_the_list_names_the_files_and_no_folder(built):
    known, there = listed(built[0]), files(built[0] / OUT)
    unlisted = {".lock", "made.json", "charts/members.svg"}
    assert known["files"] == {k: v for k, v in there.items() if k not in unlisted}
    assert list(known["stamps"]) == [PAGE, "report"]
    assert str(built[0]) not in json.dumps(known, ensure_ascii=False)


LISTS = ["../a", "/a", "charts/../../a", "\\u0000", ""]
LISTS = [f'{{"stamps": {{}}, "files": {{"{name}": ""}}}}' for name in LISTS]


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 9999, "[]", '{"stamps": {}}', '{"stamps": 1}', *LISTS]
)
def test_a_list_that_is_damaged_or_leads_outside_lists_nothing(tmp_path, text):
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
    return lambda lang="en", **asked: inputs.stamp_inputs(
        tmp_path / "示例", {PAGE: notebook}, inputs.Edition(lang=lang, **asked)
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


def test_another_title_is_another_report_with_the_same_notebooks(stamp):
    plain, titled = stamp(), stamp(title="示例")
    assert {key for key in plain if plain[key] != titled[key]} == {"report"}


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
