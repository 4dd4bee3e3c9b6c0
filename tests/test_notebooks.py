"""Notebooks are cleared and thin, and run from start to end on each dataset."""

import ast
import re
from contextlib import suppress

import nbformat
import pytest
from reporting import write_dataset

from hengstats.errors import DataError
from hengstats.report.notebooks import list_notebooks

NOTEBOOKS = list_notebooks()
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
# no function, class, loop, import of another library, path, change of settings
UNWANTED = re.compile(
    r"\b(def|class|lambda|for|while|open|Path|rcParams|set_option)\b|[\\/]\w|%\w"
    r"|^\s*(from|import) (?!hengstats as hs$)",
    re.M,
)
# What a dataset lacks, and what a later cell lacks for that reason.
LACKING = (DataError, NameError)


def cells(path, kind="code"):
    """Return the cells of one kind."""
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def is_tagged(cell):
    return "parameters" in cell.metadata.get("tags", [])


def show(cell, names):
    """Run a cell in this process, and return the page of what it shows."""
    *lines, last = ast.parse(cell.source).body
    exec(compile(ast.Module(lines, []), "cell", "exec"), names)
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), "cell", "exec"), names)
        return ""
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return value._repr_html_() if hasattr(value, "_repr_html_") else repr(value)


def run(path, dataset, lang, *, lacking=()):
    """Return the pages of the cells of a notebook, run on a dataset."""
    names = {"dataset": dataset, "lang": lang}
    pages = []
    for cell in cells(path):
        if not is_tagged(cell):
            with suppress(*lacking):
                pages.append(show(cell, names))
    return pages


def test_there_are_notebooks():
    assert [path.stem[:2] for path in NOTEBOOKS][:4] == ["01", "02", "03", "04"]


@EACH
def test_a_notebook_is_cleared_thin_and_only_calls_the_library(path):
    code = cells(path)
    assert [cell.outputs for cell in code if cell.outputs] == []
    assert {cell.execution_count for cell in code} == {None}
    lines = [len(cell.source.splitlines()) for cell in code]
    assert (len(lines) <= 12, max(lines) <= 8, sum(lines) <= 40) == (True,) * 3
    found = [UNWANTED.search(cell.source) for cell in code]
    assert [one.group() for one in found if one] == []


@EACH
def test_a_notebook_begins_with_its_question_and_one_cell_names_the_dataset(path):
    assert re.match(r"# \d\d .+？\n", cells(path, "markdown")[0].source)
    tagged = [cell for cell in cells(path) if is_tagged(cell)]
    names = [re.findall(r"^(\w+) = ", cell.source, re.M) for cell in tagged]
    assert names == [["dataset", "lang"]]


@pytest.mark.parametrize(
    "unwanted",
    ["import pandas as pd", "[x for x in y]", "open('a')", "f = lambda: 1", "%time x"],
)
def test_what_a_notebook_may_not_hold_is_seen(unwanted):
    assert UNWANTED.search(unwanted)


# In a kernel they run on plaza66, for its report: see test_report.py.


@EACH
def test_a_notebook_runs_on_another_dataset_in_another_language(path):
    assert any(run(path, "illustrative", "en"))


@EACH
def test_no_name_becomes_a_script_in_a_notebook(tmp_path, path):
    data = write_dataset(tmp_path / "names", ["<script>alert(1)</script>"])
    pages = run(path, str(data), "zh-Hans", lacking=LACKING)
    assert "<script>alert" not in "".join(page for page in pages if "<t" in page)
