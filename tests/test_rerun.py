"""A report again redoes what has changed, nothing else, and misses nothing."""

import hashlib
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

import hengstats as hs
from hengstats.errors import DataError
from hengstats.folder import DATA
from hengstats.report import make_report
from hengstats.report.notebooks import list_notebooks

MEMBERS = "notebooks/03-membership-and-organisation.html"
HEADS = "entity measure period printed value qualifier unit source quote".split()
ENVIRONMENTS = {
    "plain": {},
    "elsewhere": {
        "TZ": "Pacific/Auckland",
        "LANG": "C",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    },
}


def files(folder):
    """Return every file of a folder, by its path in it, as a hash."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def mine(tmp_path):
    """Return a dataset of a user's own: a copy of the illustrative one."""
    return shutil.copytree(DATA / "illustrative", tmp_path / "示例 数据")


@pytest.fixture(autouse=True)
def two_notebooks(monkeypatch):
    """Run two notebooks only: that on tax and that on members."""
    chosen = list_notebooks()[1:3]
    monkeypatch.setattr("hengstats.report.list_notebooks", lambda: chosen)


@pytest.fixture(autouse=True)
def one_library(monkeypatch):
    """Take the library as it is for granted; test_made.py tests its fingerprint."""
    monkeypatch.setattr("hengstats.report.library_fingerprint", lambda: "library")


def change(folder, file, edit):
    """Change a table of a dataset."""
    path = folder / file
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    edit(table).to_csv(path, index=False, encoding="utf-8-sig")


def add_tax(folder):
    """Add the tax of one more year, as a new source prints it."""
    printed = "16.00亿元"
    row = ["illustrative-tower", "tax_revenue", "2022", printed, "16.00", "exact"]
    row += ["100 million yuan", "illustrative-new", f"示例数据：税收{printed}"]
    more = pd.DataFrame([row], columns=HEADS)
    change(folder, "records.csv", lambda table: pd.concat([table, more]))
    change(
        folder,
        "sources.csv",
        lambda table: pd.concat(
            [table, table.tail(1).assign(source="illustrative-new")]
        ),
    )


def revise_members(folder):
    """Print another number of members for the last year."""

    def edit(table):
        last = table.index[table["measure"] == "branch_members"][-1]
        told = {"printed": "777人", "value": "777", "quote": "示例数据：党员777人"}
        table.loc[last, list(told)] = list(told.values())
        return table

    change(folder, "records.csv", edit)


def rename_building(folder):
    """Give the building another name."""
    change(folder, "entities.csv", lambda t: t.assign(**{"zh-Hans": "示例新楼"}))


def drop_events(folder):
    """Take every figure of events out."""
    change(
        folder,
        "records.csv",
        lambda table: table[~table["measure"].str.startswith("events")],
    )


def drop_publisher(folder):
    """Give the sources another publisher."""
    change(folder, "sources.csv", lambda table: table.assign(publisher="示例报"))


SERIES = [add_tax, revise_members, rename_building, drop_publisher, drop_events]


@pytest.mark.slow
def test_what_is_built_step_by_step_is_what_is_built_from_scratch(
    mine, tmp_path, monkeypatch
):
    chosen = list_notebooks()[2:3]
    monkeypatch.setattr("hengstats.report.list_notebooks", lambda: chosen)
    make_report(str(mine), tmp_path / "steps")
    for number, step in enumerate(SERIES):
        step(mine)
        steps = make_report(str(mine), tmp_path / "steps")
        fresh = make_report(str(mine), tmp_path / f"scratch{number}")
        assert steps.kept, step.__name__
        assert files(steps.folder) == files(fresh.folder), step.__name__


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a dataset and the folder of its report, with two notebooks."""
    room = tmp_path_factory.mktemp("built")
    data = shutil.copytree(DATA / "illustrative", room / "示例 数据")
    with pytest.MonkeyPatch.context() as patch:
        chosen = list_notebooks()[1:3]
        patch.setattr("hengstats.report.list_notebooks", lambda: chosen)
        patch.setattr("hengstats.report.library_fingerprint", lambda: "library")
        make_report(str(data), room / "out")
    return room


@pytest.fixture
def again(built, tmp_path):
    """Return a copy of dataset and report, to be changed."""
    return shutil.copytree(built, tmp_path / "again")


@pytest.mark.slow
def test_nothing_is_redone_where_nothing_has_changed(again):
    out = again / "out" / "示例 数据"
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    done = make_report(str(again / "示例 数据"), again / "out")
    after = {path: path.stat().st_mtime_ns for path in out.rglob("*.*")}
    changed = {path.name for path in before if before[path] != after[path]}
    assert (done.redone, done.removed) == ((), ())
    assert changed <= {"made.json"}


@pytest.mark.slow
def test_a_new_tax_figure_redoes_no_participation_and_no_members(again):
    add_tax(again / "示例 数据")
    done = make_report(str(again / "示例 数据"), again / "out")
    assert {MEMBERS, "charts/attendances.png", "charts/members.svg"} <= set(done.kept)
    assert {"charts/tax.png", "report.docx", "notebooks/02-building-tax.html"} <= set(
        done.redone
    )


@pytest.mark.slow
def test_another_language_redoes_everything(again, monkeypatch):
    monkeypatch.setattr("hengstats.report.list_notebooks", list)
    done = make_report(str(again / "示例 数据"), again / "out", "en")
    assert done.kept == ()


@pytest.mark.slow
def test_what_was_edited_or_deleted_is_redone(again):
    out = again / "out" / "示例 数据"
    (out / "report.docx").write_bytes(b"")
    (out / MEMBERS).unlink()
    before = files(out)
    done = make_report(str(again / "示例 数据"), again / "out")
    assert set(done.redone) == {"report.docx", MEMBERS}
    assert files(out).keys() - before.keys() == {MEMBERS}


@pytest.mark.slow
def test_the_counts_are_said_in_chinese(again):
    done = make_report(str(again / "示例 数据"), again / "out")
    assert f"另有 {len(done.kept)} 个没有变" in done.say("zh-Hans")


def test_the_report_is_not_written_into_the_dataset(mine):
    with pytest.raises(DataError, match="would be written into the dataset"):
        hs.write_report(str(mine), mine.parent)


def test_a_dataset_without_figures_says_so(mine, tmp_path):
    change(mine, "records.csv", lambda table: table.head(0))
    (mine / "rivals.csv").unlink()
    with pytest.raises(DataError, match="holds no figures yet: add a sheet first"):
        hs.write_report(str(mine), tmp_path / "out")


# The same input gives the same bytes


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory):
    """Return the files of one report, made in several surroundings."""
    made = {}
    for name, environment in ENVIRONMENTS.items():
        room = tmp_path_factory.mktemp(f"在 {name}")
        shutil.copytree(DATA / "illustrative", room / "示例 数据")
        code = "from hengstats.report import make_report; make_report('示例 数据')"
        given = {k: v for k, v in os.environ.items() if not k.startswith("LC_")}
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            cwd=room,
            capture_output=True,
            env=given | environment,
        )
        made[name] = files(room / "build" / "示例 数据")
    return made


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes_anywhere(everywhere):
    assert everywhere["elsewhere"] == everywhere["plain"]


@pytest.mark.slow
def test_every_kind_of_output_is_among_them(everywhere):
    endings = {name.rsplit(".", 1)[1] for name in everywhere["plain"]}
    assert endings == {"png", "svg", "pdf", "csv", "html", "docx", "json"}
