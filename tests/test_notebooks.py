"""Notebooks are cleared and thin, and run from start to end on each dataset."""

import re
import time

import nbformat
import pytest

from hengstats.report.notebooks import list_notebooks, run_notebook, write_page

NOTEBOOKS = list_notebooks()
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
RUNS = [(path, "plaza66", "zh-Hans") for path in NOTEBOOKS]
RUNS += [(path, "illustrative", "zh-Hans") for path in NOTEBOOKS]
RUNS += [(NOTEBOOKS[1], "plaza66", "en")]
# no function, class, loop, import of another library, path, change of settings
UNWANTED = re.compile(
    r"\b(def|class|lambda|for|while|open|Path|rcParams|set_option)\b|[\\/]\w|%\w"
    r"|^\s*(from|import) (?!hengstats as hs$)",
    re.M,
)


def cells(path, kind="code"):
    """Return the cells of one kind."""
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def test_there_are_notebooks():
    assert [path.stem[:2] for path in NOTEBOOKS][:4] == ["01", "02", "03", "04"]


@EACH
def test_outputs_are_cleared(path):
    assert [cell.outputs for cell in cells(path) if cell.outputs] == []


@EACH
def test_counters_are_cleared(path):
    assert {cell.execution_count for cell in cells(path)} == {None}


@EACH
def test_there_are_at_most_twelve_cells_of_code(path):
    assert len(cells(path)) <= 12


@EACH
def test_a_cell_has_at_most_eight_lines(path):
    assert max(len(cell.source.splitlines()) for cell in cells(path)) <= 8


@EACH
def test_a_notebook_has_at_most_forty_lines(path):
    assert sum(len(cell.source.splitlines()) for cell in cells(path)) <= 40


@EACH
def test_code_only_calls_the_library(path):
    found = [UNWANTED.search(cell.source) for cell in cells(path)]
    assert [one.group() for one in found if one] == []


@EACH
def test_one_cell_names_dataset_and_language(path):
    tagged = [c for c in cells(path) if "parameters" in c.metadata.get("tags", [])]
    names = [re.findall(r"^(\w+) = ", cell.source, re.M) for cell in tagged]
    assert names == [["dataset", "lang"]]


@EACH
def test_a_notebook_begins_with_its_question(path):
    assert re.match(r"# \d\d .+？\n", cells(path, "markdown")[0].source)


@pytest.mark.parametrize(
    "unwanted",
    ["import pandas as pd", "[x for x in y]", "open('a')", "f = lambda: 1", "%time x"],
)
def test_what_a_notebook_may_not_hold_is_seen(unwanted):
    assert UNWANTED.search(unwanted)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "dataset", "lang"),
    RUNS,
    ids=[f"{path.stem[:2]}-{name}-{lang}" for path, name, lang in RUNS],
)
def test_a_notebook_runs_within_a_minute(path, dataset, lang):
    begun = time.monotonic()
    run_notebook(path, dataset, lang)
    assert time.monotonic() - begun < 60


@pytest.mark.slow
def test_the_page_of_a_notebook_fetches_nothing(tmp_path):
    notebook = run_notebook(NOTEBOOKS[1], "illustrative", "en")
    page = write_page(notebook, tmp_path / "page.html", "en").read_text("utf-8")
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"http[^\"]+", page) == []
