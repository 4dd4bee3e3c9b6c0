"""Whatever a name looks like, it stays text: in Word, page, PDF and table."""

import csv
import re
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser

import docx
import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting import write_dataset

from hengstats.charts import save
from hengstats.report import make_report, render
from hengstats.report.blocks import escape, number_blocks
from hengstats.report.front import write_header
from hengstats.report.inputs import Edition, read_inputs
from hengstats.report.tables import make_table

# what Markdown, HTML, typst, YAML or a spreadsheet would take for its own
NAMES = """=1+1|+1大厦|-3号楼|@name|*x*大厦|<script>alert(1)</script>|[a](b)|$x$ 与 $y$
# 楼|1. 楼|a) 楼|(@a) 楼|~x~ ^2^|`code` \\n|&lt;b&gt; & co|示例　大厦/东 座|"引号" '单'
{=html}|---|a_b_c|http://x.y|![i](j)|// 楼|/ 楼: x|/* 楼|==x==|楼 #1 @2|\\begin{x}
<!-- c -->|~~~|::: x|[^1]|<楼>|a: b|- - -|%x|“楼”|Table: x|: x|null|{{ x }}""".replace(
    "\n", "|"
).split("|")
NAMES += ["a | b", "| 楼 |", "|---|", "tax_revenue_x", "*29.7*"]
FORMULA = re.compile(r"[=+\-@](?!\d+(\.\d+)?$)")
# a letter before and after, so that no blank at the ends is lost
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"]))


class Cells(HTMLParser):
    """The texts of the cells of a page, and the tags in it."""

    def __init__(self, page):
        super().__init__()
        self.cells, self.tags, self.within, self.scripts = [], set(), False, 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.scripts += tag == "script"
        if tag in ("td", "th"):
            self.within = True
            self.cells.append("")

    def handle_endtag(self, tag):
        self.within = self.within and tag not in ("td", "th")

    def handle_data(self, data):
        if self.within:
            self.cells[-1] += data


def read_by_pandoc(text, to, *extra):
    """Return what pandoc reads in a Markdown text."""
    asked = ["--wrap=none", *extra]
    return pypandoc.convert_text(text, to, format=render.READER, extra_args=asked)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Return a dataset of buildings, sources and publishers of such names."""
    room = tmp_path_factory.mktemp("names")
    return write_dataset(room / '=1 "x" *y*', NAMES, ["tax_revenue"])


@pytest.fixture(scope="module")
def report(dataset):
    """Return the folder of its report, in 繁體, with coarse charts and none in PDF."""
    out, forms = dataset.parent / "out", ("png", "svg")
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(save, "DPI", 40)
        changed.setattr(render, "save_chart", partial(save.save_chart, formats=forms))
        changed.setattr(render, "FORMATS", forms)
        return make_report(str(dataset), out, "zh-Hant", notebooks=()).folder


@pytest.fixture(scope="module")
def word(report):
    return docx.Document(str(report / "report.docx"))


@pytest.fixture(scope="module")
def page(report):
    return Cells((report / "report.html").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_each_name_is_a_cell_of_the_word_file(word):
    cells = {c.text for t in word.tables for row in t.rows for c in row.cells}
    assert [name for name in NAMES if name not in cells] == []


@pytest.mark.slow
def test_each_name_is_a_title_among_the_sources_of_the_word_file(word):
    titles = [p.text for p in word.paragraphs if re.match(r"\[\d+\] ", p.text)]
    assert len(titles) == len(NAMES)
    bare = [title.partition("] ")[2] for title in titles]
    wanted = [f"{name}。{name}、" for name in NAMES]
    assert [n for n in wanted if not any(one.startswith(n) for one in bare)] == []


@pytest.mark.parametrize("name", ["| 楼 |", "*29.7*", "a | b"])
def test_a_name_is_the_title_of_the_report_on_it_as_it_stands(dataset, name):
    inputs = read_inputs(str(dataset), Edition(lang="zh-Hant", entity=name))
    title = read_by_pandoc(write_header(inputs), "plain", "--standalone").lstrip()
    assert title.startswith(f"{name}：")


@pytest.mark.slow
def test_fields_are_ours_and_links_lead_within_the_word_file(word):
    xml = word.element.xml
    codes = re.findall(r"<w:instrText[^>]*>(.*?)</w:instrText>", xml)
    ours = r" (?:SEQ|REF|PAGEREF|TOC) [^=@+|]* "
    assert [code for code in codes if not re.fullmatch(ours, code)] == []
    assert "w:fldSimple" not in xml
    links = re.findall(r"<w:hyperlink [^>]*>", xml)
    assert [link for link in links if "w:anchor=" not in link or "r:id" in link] == []


@pytest.mark.slow
def test_the_word_file_names_fonts_that_have_traditional_characters(word):
    assert "標楷體" in word.styles.element.xml


@pytest.mark.slow
def test_each_name_is_a_cell_of_the_page_and_none_a_tag(page):
    assert [name for name in NAMES if name not in page.cells] == []
    assert page.tags & {"b", "楼", "em", "code", "sup"} == set()
    assert page.scripts == 1  # our own


@pytest.mark.slow
def test_the_pdf_is_set_and_no_file_is_called_by_a_name_of_the_data(report):
    assert (report / "report.pdf").read_bytes().startswith(b"%PDF")
    names = {path.name for path in report.rglob("*") if path.is_file()}
    assert [name for name in names if not re.fullmatch(r"[a-z0-9.-]+", name)] == []


@pytest.mark.slow
def test_no_cell_of_a_table_is_a_formula(report):
    texts = [path.read_text("utf-8-sig") for path in (report / "tables").iterdir()]
    rows = [row for text in texts for row in csv.reader(text.splitlines())]
    assert [cell for row in rows for cell in row if FORMULA.match(cell)] == []
    assert len(rows) > len(NAMES)


def test_each_name_alone_is_one_paragraph_of_text():
    html = read_by_pandoc("\n\n".join(map(escape, NAMES)), "html")
    assert re.findall("<[a-z/]+", html) == ["<p", "</p"] * len(NAMES)


@settings(max_examples=15)
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_any_text_at_all_is_one_cell_of_text(texts):
    rows = [[f"x{text}x", "end"] for text in texts]
    table = make_table("t", "c", rows, {"a": 3, "b": 3})
    page = Cells(read_by_pandoc(number_blocks([table], "en"), "html"))
    cells = [" ".join(cell.split()) for row in rows for cell in row]
    assert [" ".join(cell.split()) for cell in page.cells] == ["a", "b", *cells]


def test_a_title_survives_the_head_of_the_document(dataset):
    inputs = read_inputs(str(dataset), "zh-Hans")
    names = ["a: b", "\"引号\" '单'", "*x*大厦", "@name", "# 楼", "`code` \\n"]
    titles = [
        read_by_pandoc(
            write_header(replace(inputs, entity=name, entities=(name,))),
            *("plain", "--standalone"),
        )
        for name in names
    ]
    assert [title.lstrip().split("：")[0] for title in titles] == names
