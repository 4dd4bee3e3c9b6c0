"""The report numbers what it shows, says what it lacks, and is written in each form."""

import csv
import math
import re
import zipfile

import docx
import pytest
from reporting import write_dataset

import hengstats as hs
from hengstats.cli import main
from hengstats.errors import GlyphError
from hengstats.report import render
from hengstats.report.blocks import Picture, number_blocks
from hengstats.report.inputs import read_inputs
from hengstats.report.notebooks import list_notebooks
from hengstats.report.sections import write_header, write_sections
from hengstats.report.tables import make_table, show_box, show_number
from hengstats.vocabulary import say

INF, NAN = math.inf, math.nan
GROWTHS = ("growth", "average_growth")


def table(note=""):
    return make_table("tax", "税收", [["2016", "26.3亿元"]], {"年": 1, "字样": 2}, note)


def picture(key="tax"):
    return Picture(key=key, caption="税收", draw=None)


# Blocks and numbers


def test_figures_and_tables_are_numbered_apart():
    blocks = [picture(), table(), "and", picture("growth"), table()]
    text = number_blocks(blocks, "zh-Hans")
    assert re.findall(r"[图表] \d", text) == ["图 1", "表 1", "图 2", "表 2"]
    assert "](charts/growth){width" in text  # without its ending


def test_text_stands_as_it_was_given():
    assert number_blocks(["# *head*"], "en") == "# *head*\n"


def test_a_character_that_no_font_has_is_named_and_not_dropped(tmp_path):
    with pytest.raises(GlyphError, match="U\\+10FFFD"):
        render.write_pdf("# 示例\n\n税\U0010fffd收", tmp_path, "zh-Hans")
    assert list(tmp_path.iterdir()) == []


def test_the_note_stands_under_its_table():
    text = number_blocks([table(note="单位：亿元")], "zh-Hans")
    assert text.index("26.3亿元") < text.index("单位：亿元")


@pytest.mark.parametrize(
    ("number", "unit", "side", "shown"),
    [
        (0.125, "fraction", "", "12.5%"),
        (NAN, "persons", "", "—"),
        (INF, "persons", "", "open above"),
        (-0.024, "fraction", "", "−2.4%"),
        (1100, "persons", "", "1,100"),
        (100, "100 million yuan", "", "100"),  # a whole number keeps its zeros
        (1.02634, "fraction", "lower", "102.63%"),  # bounds are rounded outwards
        (0.12341, "fraction", "upper", "12.35%"),
    ],
)
def test_a_number_is_shown_as_it_is_read(number, unit, side, shown):
    assert show_number(number, unit, "en", side=side) == shown


@pytest.mark.parametrize(
    ("lower", "upper", "shown"),
    [
        (409, 409, "409"),
        (26.25, 26.35, "26.25 … 26.35"),  # printed to the hundredth
        (0, 12, "0 … 12"),
        (100, INF, "100 or more, open above"),
        (NAN, NAN, "—"),
    ],
)
def test_a_range_is_shown_as_narrow_as_it_is(lower, upper, shown):
    assert show_box({"lower": lower, "upper": upper}, "persons", "en") == shown


# Sections


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return a function that gives the head and the sections of a small report."""
    room = tmp_path_factory.mktemp("small")

    def small(*measures, lang="zh-Hans"):
        data = write_dataset(room / f"{'-'.join(measures)}-{lang}", ["东楼"], measures)
        given = read_inputs(str(data), lang)
        return write_header(given), write_sections(given)

    return small


@pytest.mark.parametrize(
    ("measures", "heads"),
    [
        (["tax_revenue"], ["摘要", "一、印出了什么", "二、税收"]),
        (["branches"], ["摘要", "一、印出了什么", "二、党员与组织"]),
    ],
)
def test_a_dataset_has_sections_only_on_what_it_holds(small, measures, heads):
    blocks = [block for block in small(*measures)[1] if isinstance(block, str)]
    found = [block.removeprefix("# ") for block in blocks if block.startswith("# ")]
    assert found[:3] == heads
    # neither of the two is there for a verdict on both
    assert found[3:] == ["三、说法不一之处", "四、资料来源"]


def test_the_head_names_building_and_language(small):
    head = small("tax_revenue", "branches", lang="zh-Hant")[0]
    assert 'title: "东楼：樓宇經濟與樓宇黨建指標報告"' in head
    assert 'lang: "zh-Hant"' in head
    assert "date:" not in head  # its source has none


# Whole reports


@pytest.fixture(scope="module")
def plaza(tmp_path_factory):
    """Return the folder of the report on plaza66, asked for by its verb."""
    out = tmp_path_factory.mktemp("report")
    assert main(["report", "plaza66", "--out", str(out)]) == 0
    return out / "plaza66"


@pytest.fixture(scope="module")
def word(plaza):
    return docx.Document(str(plaza / "report.docx"))


def styled(word, *styles):
    """Return the paragraphs of some styles, in their order."""
    return [p.text for p in word.paragraphs if p.style.name in styles]


def captions(word):
    return styled(word, "Image Caption", "Table Caption")


def numbered(word, kind):
    """Return the numbers of the captions of one kind, in their order."""
    found = [re.match(rf"{kind} (\d+)", text) for text in captions(word)]
    return [int(match[1]) for match in found if match]


def rows(folder, key):
    """Return the rows of a table of the report."""
    (path,) = (folder / "tables").glob(f"*-{key}.csv")
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


@pytest.mark.slow
def test_the_report_is_written_in_each_format(plaza):
    sizes = {path.name: path.stat().st_size for path in plaza.glob("report.*")}
    assert sorted(sizes) == ["report.docx", "report.html", "report.pdf"]
    assert min(sizes.values()) > 100_000
    assert b"/FontFile" in (plaza / "report.pdf").read_bytes()


@pytest.mark.slow
def test_each_chart_is_written_in_each_format(plaza):
    endings = [path.suffix for path in sorted((plaza / "charts").iterdir())]
    assert endings == [".pdf", ".png", ".svg"] * (len(endings) // 3)


@pytest.mark.slow
def test_each_notebook_becomes_a_page_that_lacks_nothing(plaza):
    pages = {path.stem: path.read_text("utf-8") for path in plaza.glob("*/*.html")}
    assert sorted(pages) == [path.stem for path in list_notebooks()]
    # what a dataset lacks would be said there
    assert [key for key, page in pages.items() if "vnd.jupyter.stdout" in page] == []


@pytest.mark.slow
def test_the_page_and_the_notebooks_fetch_nothing(plaza):
    fetched = r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//"
    pages = [path.read_text(encoding="utf-8") for path in plaza.rglob("*.html")]
    assert [found for page in pages for found in re.findall(fetched, page)] == []
    links = r"(?:src|href)=[\"']?https?://[^\"']+"
    assert re.findall(links, (plaza / "report.html").read_text(encoding="utf-8")) == []


@pytest.mark.slow
def test_figures_and_tables_are_numbered_without_gaps(word):
    assert numbered(word, "图") == list(range(1, len(word.inline_shapes) + 1)) != []
    assert numbered(word, "表") == list(range(1, len(word.tables) + 1)) != []


@pytest.mark.slow
@pytest.mark.parametrize("font", ["仿宋_GB2312", "黑体"])
def test_the_styles_of_the_report_have_its_fonts(plaza, font):
    with zipfile.ZipFile(plaza / "report.docx") as archive:
        assert font in archive.read("word/styles.xml").decode("utf-8")


@pytest.mark.slow
def test_tables_and_pictures_keep_within_the_text(word):
    page = word.sections[0]
    room = page.page_width - page.left_margin - page.right_margin
    widths = [sum(column.width or 0 for column in t.columns) for t in word.tables]
    assert [width for width in widths if width > room + 20_000] == []
    assert max(shape.width for shape in word.inline_shapes) <= room


@pytest.mark.slow
def test_no_table_is_empty_and_no_row_is_parted(word):
    assert [len(t.rows) for t in word.tables if len(t.rows) < 2] == []
    lines = [row._tr.xml for t in word.tables for row in t.rows]
    assert [line for line in lines if "w:cantSplit" not in line] == []


@pytest.mark.slow
def test_the_report_says_whose_it_is_and_when_its_latest_source_is_from(word):
    assert styled(word, "Title") == ["上海恒隆广场：楼宇经济与楼宇党建指标报告"]
    latest = max(hs.load_sources("plaza66")["published"])
    assert styled(word, "Date") == [f"所引资料最晚发表于 {latest}"]


@pytest.mark.slow
def test_the_report_says_what_the_verdict_says_and_prints_no_statistic(plaza, word):
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    verdict = hs.assess(hs.build_panel("plaza66"), **asked)
    assert verdict.statement in [p.text for p in word.paragraphs]
    growths = [
        say("statistic", key, "zh-Hans", from_year="", year="") for key in GROWTHS
    ]
    words = tuple(text.split(" ")[0] for text in growths)
    shown = [row[1] for row in rows(plaza, "verdict")[1:]]
    assert [row for row in shown if not row.startswith(words)] == []


@pytest.mark.slow
def test_the_report_names_the_sources_of_each_rival(plaza):
    evidence = [row[1] for row in rows(plaza, "rivals")[1:]]
    assert [row for row in evidence if not re.search(r"\[\d+\]", row)] == []


@pytest.mark.slow
def test_our_own_rule_stands_under_the_refused(plaza):
    assert rows(plaza, "refused")[-1][0] == "本库的判断规则（增长同步）"


def test_invented_data_are_called_so_in_subtitle_and_captions_all_english():
    given = read_inputs("illustrative", "en")
    assert "Illustrative data (invented" in write_header(given).replace("\\", "")
    text = number_blocks(write_sections(given), "en", illustrative=True)
    lines = re.findall(r"^(?:Table: |!\[)(.*?)(?:$|\]\(charts)", text, re.M)
    assert [one for one in lines if "(illustrative" not in one.replace("\\", "")] == []
    assert all(re.match("(Figure|Table) ", one) for one in lines)
    assert not re.search("[\u4e00-\u9fff]", "".join(lines))
    assert len(lines) == 20  # eleven charts, nine tables
