"""Whatever a name looks like, it stays text: in Word, page, PDF, table and notebook."""

import csv
import re
from html.parser import HTMLParser

import docx
import pandas as pd
import pypandoc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hengstats as hs
from hengstats.report import header
from hengstats.report.blocks import Table, escape, number_blocks
from hengstats.report.material import gather_material
from hengstats.report.notebooks import list_notebooks, run_notebook, write_page
from hengstats.report.render import READER

# what Markdown, HTML, typst, YAML or a spreadsheet would take for its own
NAMES = """=1+1|+1大厦|-3号楼|@name|*x*大厦|<script>alert(1)</script>|[a](b)|$x$ 与 $y$
# 楼|1. 楼|a) 楼|(@a) 楼|~x~ ^2^|`code` \\n|&lt;b&gt; & co|示例　大厦/东 座|"引号" '单'
{=html}|---|a_b_c|http://x.y|![i](j)|// 楼|/ 楼: x|/* 楼|==x==|楼 #1 @2|\\begin{x}
<!-- c -->|~~~|::: x|[^1]|<楼>|a: b|- - -|%x|“楼”|Table: x|: x|null|{{ x }}""".replace(
    "\n", "|"
).split("|")
NAMES += ["a | b", "| 楼 |", "|---|"]
MEASURES = {
    "tax_revenue": ("tax", "100 million yuan", "year", "亿元"),
    "branch_members": ("organisation", "persons", "year-end", "人"),
}
FORMULA = re.compile(r"[=+\-@](?!\d+(\.\d+)?$)")


def write_dataset(folder, names):
    """Write a dataset of buildings, sources and publishers with such names."""
    records = [
        {
            "entity": name,
            "measure": measure,
            "period": str(year),
            "printed": f"{number}{word}",
            "value": number,
            "qualifier": "exact",
            "unit": unit,
            "source": f"s{i}",
            "quote": f"示例{number}{word}",
        }
        for measure, (_, unit, _, word) in MEASURES.items()
        for i, name in enumerate(names)
        for year, number in ((2019, 10 + i), (2020, 12 + i), (2021, 11 + 2 * i))
    ]
    about = {"author": "", "standing": "press", "kind": "published"}
    sources = [
        {"source": f"s{i}", "title": name, "publisher": name, "address": name, **about}
        for i, name in enumerate(names)
    ]
    codebook = [
        {"measure": measure, "topic": topic, "unit": unit, "basis": basis}
        for measure, (topic, unit, basis, _) in MEASURES.items()
    ]
    entities = [
        {"entity": name, "kind": "building"}
        | dict.fromkeys(("zh-Hans", "zh-Hant", "en"), name)
        for name in names
    ]
    folder.mkdir()
    for file, table in {
        "records": pd.DataFrame(records),
        "sources": pd.DataFrame(sources).assign(published=""),
        "codebook": pd.DataFrame(codebook).assign(
            years="", precision="exact", definition="x"
        ),
        "entities": pd.DataFrame(entities),
    }.items():
        table.to_csv(folder / f"{file}.csv", index=False, encoding="utf-8")
    return folder


class Cells(HTMLParser):
    """The texts of the cells of a page, and the tags in it."""

    def __init__(self):
        super().__init__()
        self.cells, self.tags, self.within = [], set(), False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.within = True
            self.cells.append("")

    def handle_endtag(self, tag):
        self.within = self.within and tag not in ("td", "th")

    def handle_data(self, data):
        if self.within:
            self.cells[-1] += data


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the folder of the report on a dataset of such names."""
    room = tmp_path_factory.mktemp("names")
    data = write_dataset(room / '=1 "x" *y*', NAMES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hengstats.report.list_notebooks", list)
        return hs.write_report(str(data), room / "out")


@pytest.fixture(scope="module")
def word(report):
    return docx.Document(str(report / "report.docx"))


@pytest.mark.slow
def test_each_name_is_a_cell_of_the_word_file(word):
    cells = {c.text for t in word.tables for row in t.rows for c in row.cells}
    assert [name for name in NAMES if name not in cells] == []


@pytest.mark.slow
def test_each_name_is_a_title_among_the_sources_of_the_word_file(word):
    told = [p.text for p in word.paragraphs if re.match(r"\[\d+\] ", p.text)]
    wanted = [f"[{i}] {name}。{name}、" for i, name in enumerate(NAMES, start=1)]
    lacking = [w for w, t in zip(wanted, told, strict=True) if not t.startswith(w)]
    assert lacking == []


@pytest.mark.slow
def test_the_title_of_the_word_file_is_the_name_of_the_folder(word, report):
    assert word.paragraphs[0].text.startswith('=1 "x" *y*：')


@pytest.mark.slow
def test_no_field_and_no_link_is_in_the_word_file(word):
    xml = word.element.xml
    assert ("w:fldSimple" in xml, "w:instrText" in xml, "w:hyperlink" in xml) == (
        False,
        False,
        False,
    )


@pytest.mark.slow
def test_each_name_is_a_cell_of_the_page(report):
    page = Cells()
    page.feed((report / "report.html").read_text(encoding="utf-8"))
    assert [name for name in NAMES if name not in page.cells] == []


@pytest.mark.slow
def test_no_name_becomes_a_tag_of_the_page(report):
    page = Cells()
    page.feed((report / "report.html").read_text(encoding="utf-8"))
    assert (
        page.tags & {"script", "b", "楼", "em", "strong", "code", "sup", "a"} == set()
    )


@pytest.mark.slow
def test_the_pdf_is_set(report):
    assert (report / "report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_no_cell_of_a_table_is_a_formula(report):
    cells = [
        cell
        for path in sorted((report / "tables").iterdir())
        for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        for cell in row
    ]
    assert [cell for cell in cells if FORMULA.match(cell)] == []


@pytest.mark.slow
def test_no_file_is_called_by_a_name_of_the_data(report):
    names = {path.name for path in report.rglob("*") if path.is_file()}
    assert [name for name in names if not re.fullmatch(r"[a-z0-9.-]+", name)] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", list_notebooks(), ids=lambda path: path.stem[:2])
def test_no_name_becomes_a_script_in_a_notebook(tmp_path, path):
    data = write_dataset(tmp_path / "names", ["<script>alert(1)</script>"])
    notebook = run_notebook(path, str(data), "zh-Hans", lenient=True)
    page = write_page(notebook, tmp_path / "page.html", "zh-Hans").read_text("utf-8")
    assert "<script>alert" not in page


def read_by_pandoc(text, to):
    """Return what pandoc reads in a Markdown text."""
    return pypandoc.convert_text(text, to, format=READER, extra_args=["--wrap=none"])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_alone_is_one_paragraph_of_text(name):
    html = read_by_pandoc(escape(name), "html")
    assert re.findall("<[a-z/]+", html) == ["<p", "</p"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"])))
def test_any_text_at_all_is_one_cell_of_text(text):
    # a letter before and after, so that no blank at the ends is lost
    frame = pd.DataFrame({"a": [f"x{text}x"], "b": ["end"]})
    table = Table(key="t", caption="c", frame=frame, widths=(3, 3))
    page = Cells()
    page.feed(read_by_pandoc(number_blocks([table], "en"), "html"))
    shown = [" ".join(cell.split()) for cell in page.cells]
    assert shown == ["a", "b", " ".join(f"x{text}x".split()), "end"]


@pytest.mark.parametrize("name", ['a "b" c', "a: b", "'a'", "\\", "*a*", "@a", "#a"])
def test_a_title_survives_the_head_of_the_document(tmp_path, name):
    data = write_dataset(tmp_path / "small", [name])
    text = header(gather_material(str(data), "zh-Hans"))
    title = pypandoc.convert_text(
        text,
        "plain",
        format=READER,
        extra_args=["--standalone", "--wrap=none"],
    )
    assert title.lstrip().startswith(f"{name}：")
