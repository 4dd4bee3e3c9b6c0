"""Notebooks are cleared and legible, and say of each dataset what it holds."""

import ast
import io
import re
from contextlib import chdir, redirect_stdout, suppress

import matplotlib.pyplot as plt
import nbformat
import pytest
from reporting import write_dataset

from hengstats.errors import DataError
from hengstats.report.notebooks import NOTEBOOKS as FOLDER
from hengstats.report.notebooks import list_notebooks

NOTEBOOKS = list_notebooks()
ALL = sorted(FOLDER.glob("[0-9][0-9]-*.ipynb"))
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
# no function, class, loop, other library, path, change of settings
UNWANTED = re.compile(
    r"\b(def|class|lambda|for|while|open|Path|rcParams|set_option)\b|[\\/](?!n\b)\w|%\w"
    r"|^\s*(from|import) (?!(hengstats as hs|numpy as np|pandas as pd)$)",
    re.M,
)
# The only files that are read by their path, as a user's own logs are.
LOGS = "../data/illustrative/signins/"
# Their order, in which each notebook comes to an end.
HEADS = ["这说明什么", "这不说明什么", "换成你自己的"]
# What a dataset lacks, and what a later cell lacks for that reason.
LACKING = (DataError, NameError)
HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>")
CHINESE = re.compile("[^a-z]*[一-鿿][^a-z]*")


def cells(path, kind="code"):
    """Return the cells of one kind."""
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def part(path, head):
    """Return the cells that stand under one head."""
    notebook = nbformat.read(path, as_version=4)
    heads = [
        re.findall(r"\A## (\S+)", cell.source) if cell.cell_type == "markdown" else []
        for cell in notebook.cells
    ]
    first = heads.index([head])
    later = [i for i in range(first + 1, len(heads)) if heads[i]]
    return notebook.cells[first + 1 : [*later, len(heads)][0]]


def is_tagged(cell):
    return "parameters" in cell.metadata.get("tags", [])


def show(cell, names):
    """Run a cell in this process, and return the page of what it shows."""
    *lines, last = ast.parse(cell.source).body
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(ast.Module(lines, []), "cell", "exec"), names)
        if not isinstance(last, ast.Expr):
            exec(compile(ast.Module([last], []), "cell", "exec"), names)
            return printed.getvalue()
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        if hasattr(value, "_repr_html_"):
            return printed.getvalue() + value._repr_html_()
        return printed.getvalue() + ("" if value is None else repr(value))


def run(path, dataset, lang, entity=None, lacking=()):
    """Return what each cell of a notebook shows, by its source, run on a dataset."""
    names = {"dataset": dataset, "lang": lang, "entity": entity}
    pages = {}
    for cell in cells(path):
        if not is_tagged(cell):
            with suppress(*lacking), chdir(FOLDER):
                pages[cell.source] = show(cell, names)
    plt.close("all")
    return pages


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """Return the folder of a dataset of two buildings, one of them named badly."""
    names = ["甲楼", "乙楼<script>alert(1)</script>"]
    return str(write_dataset(tmp_path_factory.mktemp("own") / "names", names))


def test_there_are_notebooks():
    numbers = [path.stem[:2] for path in ALL]
    assert numbers[:6] == ["00", "01", "02", "03", "04", "05"]
    assert [path.stem[:2] for path in NOTEBOOKS] == numbers[1:]  # 00 is clicked


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem[:2])
def test_a_notebook_is_cleared(path):
    code = cells(path)
    assert [cell.outputs for cell in code if cell.outputs] == []
    assert {cell.execution_count for cell in code} == {None}


@EACH
def test_a_notebook_can_be_read_and_changed(path):
    code = cells(path)
    assert max(len(cell.source.splitlines()) for cell in code) <= 8
    assert len(code) <= 24
    found = [UNWANTED.search(cell.source.replace(LOGS, "")) for cell in code]
    assert [one.group() for one in found if one] == []


@pytest.mark.parametrize(
    "unwanted",
    ["import os", "[x for x in y]", "open('a')", "f = lambda: 1", "%time x", "'a/b'"],
)
def test_what_a_notebook_may_not_hold_is_seen(unwanted):
    assert UNWANTED.search(unwanted)


@EACH
def test_a_notebook_begins_with_its_question_and_one_cell_names_what_it_runs_on(path):
    assert re.match(r"# \d\d .+？\n", cells(path, "markdown")[0].source)
    tagged = [cell for cell in cells(path) if is_tagged(cell)]
    names = [re.findall(r"^(\w+) = ", cell.source, re.M) for cell in tagged]
    assert names == [["dataset", "entity", "lang"]]
    assert tagged == cells(path)[:1]


@EACH
def test_a_notebook_ends_with_what_it_shows_does_not_show_and_what_can_be_changed(path):
    heads = [re.findall(r"\A## (\S+)", c.source) for c in cells(path, "markdown")]
    assert [head for found in heads for head in found][-3:] == HEADS
    assert [cell for cell in part(path, HEADS[2]) if cell.cell_type == "code"]


# In a kernel they run on plaza66, for its report: see test_report.py.


@EACH
def test_what_a_notebook_concludes_comes_from_the_entity_asked_for(path, own):
    # No dataset has an entity so named, so that no fixed text can name it.
    pages = run(path, own, "zh-Hans", "乙楼", lacking=LACKING)
    told = [pages.get(cell.source, "") for cell in part(path, HEADS[0])]
    said = "".join(told)
    assert "乙楼" in said
    assert "甲楼" not in said


@EACH
def test_a_notebook_runs_on_another_dataset_in_another_language(path):
    pages = run(path, "illustrative-district", "en")
    heads = [head for page in pages.values() for head in HEAD.findall(page)]
    assert heads
    # Those of a sheet that was checked are in both languages, as all it says.
    assert [head for head in heads if CHINESE.fullmatch(head)] == []


@EACH
def test_no_name_becomes_a_script_in_a_notebook(path, own):
    pages = run(path, own, "zh-Hans", lacking=LACKING).values()
    assert "<script>alert" not in "".join(page for page in pages if "<t" in page)


def test_the_notebook_of_signins_shows_what_is_published_and_nobody():
    [path] = [path for path in NOTEBOOKS if path.stem.startswith("04")]
    source = "\n".join(cell.source for cell in cells(path))
    assert "exact=True" not in source
    assert "人员" not in source  # nor are the columns on persons read elsewhere
    assert "是否党员" not in source
    pages = "".join(run(path, "illustrative", "zh-Hans").values())
    people = {
        line.split(",")[0]
        for file in (FOLDER / LOGS).glob("*.csv")
        for line in file.read_text("utf-8-sig").splitlines()[1:]
    }
    assert len(people) > 3000
    assert {*re.findall(r"\d{6,}", pages)} & people == set()
    # 2021 in the README of the logs: 1,570 came, 549 of them the year before too
    for range_of in ("1,568至1,572人", "548至552人", "1,018至1,022人"):
        assert range_of in pages
    assert "10—5规则" in pages
