"""The manual prints what its code prints, and leads nowhere that is not there."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import matplotlib as mpl
import pytest

DOCS = Path(__file__).parents[1] / "docs"
# By its path: another script beside it is called as a folder of ours.
SPEC = spec_from_file_location("docs", DOCS.parent / "tools" / "docs.py")
docs = module_from_spec(SPEC)
SPEC.loader.exec_module(docs)
LINK = re.compile(r"\]\((?!http)([^)#]+)\)")


@pytest.fixture(scope="module")
def pages():
    """Return every page as it should be, by its path."""
    mpl.use("Agg")
    return docs.pages()


def test_each_page_prints_what_its_code_prints_and_what_the_library_says(pages):
    changed = [str(p) for p, text in pages.items() if p.read_text("utf-8") != text]
    assert changed == []  # python tools/docs.py makes them again


def test_each_page_is_in_both_languages_and_in_the_table_of_contents(pages):
    for lang in ("zh", "en"):
        names = {path.name for path in (DOCS / lang).glob("*.md")}
        assert names == {path.name for path in pages if path.parent.name == lang}
        linked = LINK.findall((DOCS / lang / "README.md").read_text("utf-8"))
        assert names - {"README.md"} <= set(linked)


def test_no_link_leads_nowhere():
    for page in [*DOCS.rglob("*.md"), *DOCS.parent.glob("README*.md")]:
        found = [one.split()[0] for one in LINK.findall(page.read_text("utf-8"))]
        assert [one for one in found if not (page.parent / one).exists()] == []


def test_a_page_of_which_a_number_was_changed_is_found():
    page = "```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n"
    assert docs.run_page(page) == page.replace("3", "2")


def test_the_pages_say_how_long_the_first_run_takes_and_how_a_script_of_ones_own_runs():
    texts = {page: page.read_text("utf-8") for page in DOCS.rglob("*.md")}
    texts |= {page: page.read_text("utf-8") for page in DOCS.parent.glob("README*.md")}
    hasty = re.compile("约需一分钟|about\\s+a\\s+minute")
    assert [page for page, text in texts.items() if hasty.search(text)] == []
    for page in ("zh/windows.md", "en/windows.md", "../README.md", "../README.zh.md"):
        text = (DOCS / page).read_text("utf-8")
        assert r".venv\Scripts\python" in text and ".venv/bin/python" in text
