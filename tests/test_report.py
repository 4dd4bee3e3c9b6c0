"""The report numbers what it shows, says what it lacks, and is written in each form."""

import csv
import math
import re
import zipfile
from itertools import pairwise

import docx
import pandas as pd
import pytest
from reporting import write_dataset

import hengstats as hs
from hengstats.cli import main
from hengstats.errors import DataError, GlyphError
from hengstats.report import render
from hengstats.report.blocks import Picture, Table, number_blocks
from hengstats.report.front import write_header
from hengstats.report.inputs import Edition, read_inputs
from hengstats.report.notebooks import list_notebooks
from hengstats.report.sections import write_sections
from hengstats.report.tables import (
    make_table,
    show_boxes,
    show_number,
    show_rates,
)
from hengstats.vocabulary import say

INF, NAN = math.inf, math.nan
GROWTHS = ("growth", "average_growth")


def table(note=""):
    return make_table("tax", "税收", [["2016", "26.3亿元"]], ["年", "字样"], note)


def picture(key="tax"):
    return Picture(key=key, caption="税收", draw=None)


# Blocks and numbers


def test_figures_and_tables_are_numbered_apart():
    blocks = [picture(), table(), "and", picture("growth"), table()]
    text = number_blocks(blocks, "zh-Hans")
    assert re.findall(r"\[([图表]\d)\]", text) == ["图1", "表1", "图2", "表2"]
    assert "](charts/growth){width" in text  # without its ending


def test_text_stands_as_it_was_given():
    assert number_blocks(["# *head*"], "en") == "# *head*\n"


def test_a_character_that_no_font_has_is_named_and_not_dropped(tmp_path):
    with pytest.raises(GlyphError, match="U\\+10FFFD"):
        render.write_pdf("# 示例\n\n税\U0010fffd收", tmp_path, "zh-Hans", render.Look())
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


def boxes(*ends):
    """Return rows with these lower and upper ends."""
    return [{"lower": lower, "upper": upper} for lower, upper in ends]


@pytest.mark.parametrize(
    ("ends", "unit", "shown"),
    [
        # one precision in a column, as the finest range needs it; a point has no range
        (
            [(26.25, 26.35), (31.5, 32.5), (409, 409)],
            "100 million yuan",
            ["26.25～26.35", "31.50～32.50", "—"],
        ),
        # an open end pretends to no more digits than it has
        ([(100, INF), (26.25, 26.35)], "persons", ["100以上", "26.25～26.35"]),
        ([(-INF, 12)], "persons", ["12以下"]),
        ([(NAN, NAN)], "persons", ["—"]),
        # 1/8 of staff lies between 1/8.5 and 1/7.5, rounded outwards
        ([(1 / 8.5, 1 / 7.5)], "fraction", ["11.76%～13.34%"]),
    ],
)
def test_the_ranges_of_a_column_have_one_precision(ends, unit, shown):
    assert show_boxes(boxes(*ends), unit, "zh-Hans") == shown


def test_a_growth_is_a_number_or_a_range_and_never_a_loss_of_all():
    # 12.49 and 12.51 are both 12.5; from an open figure on nothing is known below
    ends = boxes((0.1249, 0.1251), (0.195, 0.2381), (1.02634, INF), (-1, 0.0463))
    shown = ["12.5", "19.5～23.9", "102.6以上", "4.7以下"]
    assert show_rates(ends, "zh-Hans") == shown


def test_numbers_flush_right_stand_on_their_points():
    column = ["26.3", "32", "1.25", "—", "1.5～2.6"]
    one = make_table("tax", "税收", [["a", text] for text in column], ["年", "税收"])
    text = number_blocks([one], "zh-Hans")
    # a figure space is as wide as a digit, a punctuation space as a point
    filled = ["26.3\u2007", "32\u2008\u2007\u2007", "1.25", "—", "1.5～2.6\u2007"]
    assert re.findall(r"^\| a \| (.*) \|$", text, re.M) == filled
    assert text.count("--:|") == 1
    assert list(one.frame["税收"]) == column  # its file has the bare numbers


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
        (["tax_revenue"], ["要点", "税收", "其他解释"]),
        (["branches"], ["要点", "党员与组织"]),
    ],
)
def test_a_dataset_has_sections_only_on_what_it_holds(small, measures, heads):
    blocks = [block for block in small(*measures)[1] if isinstance(block, str)]
    found = re.findall("^# ([^ \n]*)", "\n".join(blocks), re.M)
    assert found[: len(heads)] == heads
    # neither of the two is there for a verdict on both
    assert found[len(heads) :] == [
        "结论",
        "资料来源",
        "各项数字的原文",
        "说法不一的数字",
        "数字的来源构成",
    ]


def test_the_head_names_building_and_language(small):
    head = small("tax_revenue", "branches", lang="zh-Hant")[0]
    assert 'title: "东楼：樓宇經濟與樓宇黨建指標報告"' in head
    assert 'lang: "zh-Hant"' in head
    assert "date:" not in head  # its source has none


def test_the_title_page_is_as_the_user_says(tmp_path):
    data = write_dataset(tmp_path / "示例", ["东楼"], ["tax_revenue"])
    edition = Edition(title="甲 *乙*", author="某人", unit="某校", date="二〇二六年")
    head = write_header(read_inputs(str(data), edition)).replace("\\", "")
    assert 'title: "甲 *乙*"' in head
    assert 'author: ["某校", "某人"]' in head
    assert 'date: "二〇二六年"' in head


@pytest.mark.parametrize(
    ("address", "said"),
    [("东楼", "依据报送的数字"), ("https://example.org/1", "依据公开发表的数字")],
)
def test_only_what_anybody_can_look_up_is_called_public(tmp_path, address, said):
    # the address of the source is the name that it is given here
    data = write_dataset(tmp_path / "示例", [address], ["tax_revenue"])
    given = read_inputs(str(data))
    assert said in write_header(given)
    lead = write_sections(given)
    assert any("网址照录" in block for block in lead if isinstance(block, str)) == (
        said == "依据公开发表的数字"
    )


@pytest.mark.parametrize("asked", ["b", "西楼"])
def test_one_of_several_is_reported_on_alone_and_placed_among_all(tmp_path, asked):
    data = write_dataset(tmp_path / "示例", ["东楼", "西楼"])
    known = pd.read_csv(data / "entities.csv", encoding="utf-8-sig")
    for file in ("entities", "records"):
        table = pd.read_csv(data / f"{file}.csv", encoding="utf-8-sig")
        table["entity"] = table["entity"].replace({"东楼": "a", "西楼": "b"})
        table.to_csv(data / f"{file}.csv", index=False, encoding="utf-8-sig")
    assert list(known["entity"]) == ["东楼", "西楼"]
    given = read_inputs(str(data), Edition(entity=asked))
    assert "西楼" in write_header(given)
    blocks = write_sections(given)
    # 2021: 12 of 11 + 12, which is 52.2 %; each is exact to half a unit
    (tax,) = [b for b in blocks if isinstance(b, str) and "居第1位" in b]
    assert "2021年在2座楼宇中居第1位" in tax
    assert set(given.figures["entity"]) == {"b"}


def test_an_unknown_building_is_answered_with_those_there_are(tmp_path):
    data = write_dataset(tmp_path / "示例", ["东楼", "西楼"])
    near = "表里没有“东褛”（是不是“东楼”？）。请从这些里选：东楼、西楼。"
    with pytest.raises(DataError, match=re.escape(near)):
        hs.write_report(str(data), tmp_path / "out", entity="东褛")


@pytest.fixture(scope="module")
def brief():
    """Return the blocks of the brief report on plaza66."""
    return write_sections(read_inputs("plaza66", Edition(brief=True)))


def test_a_brief_report_has_one_table_no_appendix_and_its_sources(brief):
    tables = [block.key for block in brief if isinstance(block, Table)]
    assert tables == ["tax"]
    text = number_blocks(brief, "zh-Hans")
    assert "附录" not in text
    assert text.rindex("资料来源") > text.rindex("结论")


@pytest.mark.parametrize("short", [True, False])
def test_every_source_listed_is_cited_and_every_number_leads_to_it(short):
    given = read_inputs("plaza66", Edition(brief=short))
    text = number_blocks(write_sections(given), "zh-Hans")
    listed = re.findall(r"\{#source_(\d+) ", text)
    led = set(re.findall(r"(?<!^)\\\[(\d+)\\\]", text, re.M))
    assert listed == [str(n) for n in range(1, len(listed) + 1)]
    assert set(listed) == led
    assert len(listed) < len(given.sources)


# What a superior does not read in the body of a report.
UNSAID = "读数|照实计数|证据等级|不封口|存照|entities=|tried=|lang=|hs\\."


@pytest.mark.parametrize("dataset", ["plaza66", "national", "illustrative-district"])
def test_the_body_uses_the_words_of_its_readers(dataset):
    text = number_blocks(write_sections(read_inputs(dataset)), "zh-Hans")
    body = text[: text.index("{.appendix}")]
    assert re.findall(UNSAID, body) == []


def test_each_section_opens_with_prose_then_a_chart_then_one_table():
    blocks = write_sections(read_inputs("illustrative"))
    starts = [
        i for i, b in enumerate(blocks) if isinstance(b, str) and b.startswith("# ")
    ]
    kinds = {}
    for start, end in pairwise(starts):
        inner = blocks[start + 1 : end]
        letters = [type(block).__name__[0].lower() for block in inner]
        kinds[str(blocks[start]).split()[1]] = re.sub("s+", "s", "".join(letters))
    # s prose, p picture, t table
    assert kinds["税收"] == kinds["党员与组织"] == kinds["活动参与"] == "spt"
    assert kinds["楼宇税收与楼内支部党员是否同步"] == "spt"
    assert kinds["要点"] == "sps"  # how to read it stands last
    assert kinds["结论"] == "s"


# Whole reports


@pytest.fixture(scope="module")
def plaza(tmp_path_factory):
    """Return the folder of the report on plaza66, asked for by its verb."""
    out = tmp_path_factory.mktemp("report")
    assert main(["report", "plaza66", "--out", str(out)]) == 0
    return out / "plaza66" / "zh-Hans"


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
    found = [re.match(rf"{kind}(\d+)", text) for text in captions(word)]
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
    texts = [p.text for p in word.paragraphs]
    assert verdict.statement in texts
    plain = hs.describe(hs.build_panel("plaza66"), "tax_revenue").split("。")[0]
    assert any(re.sub(r"\[\d+\]", "", text).startswith(plain) for text in texts)
    growths = [
        say("statistic", key, "zh-Hans", from_year="", year="") for key in GROWTHS
    ]
    words = tuple(text.split(" ")[0] for text in growths)
    shown = [row[1] for row in rows(plaza, "verdict")[1:]]
    assert [row for row in shown if not row.startswith(words)] == []


@pytest.mark.slow
def test_the_report_names_the_sources_of_each_rival(plaza):
    for key in ("rivals", "evidence"):
        cited = [row[-1] for row in rows(plaza, key)[1:]]
        assert [cell for cell in cited if not re.fullmatch(r"(\[\d+\])+", cell)] == []


@pytest.mark.slow
def test_our_own_rule_stands_under_the_refused(plaza):
    assert rows(plaza, "refused")[-1][0] == "本库的判断规则（增长同步）"


def test_invented_data_are_called_so_in_subtitle_and_captions_all_english():
    given = read_inputs("illustrative", "en")
    assert "Illustrative data (invented" in write_header(given).replace("\\", "")
    text = number_blocks(write_sections(given), "en", illustrative=True)
    lines = re.findall(r"^(?:Table: |!\[)\[(.*?)(?:$|\]\(charts)", text, re.M)
    assert [one for one in lines if "(illustrative" not in one.replace("\\", "")] == []
    assert all(re.match("(Figure|Table) ", one) for one in lines)
    assert not re.search("[\u4e00-\u9fff]", "".join(lines))
    charts, tables = text.count("](charts/"), text.count("\nTable: ")
    assert (len(lines), charts) == (charts + tables, 6)


# What the other doors of the evidence say stands in the report too


def said(dataset, edition):
    """Return the prose of a report without what Markdown needs."""
    blocks = write_sections(read_inputs(dataset, edition))
    text = "\n".join(block for block in blocks if isinstance(block, str))
    return re.sub(r"\\(.)", r"\1", text)


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_before_and_after_a_phase_is_set_beside_others(lang):
    malls = hs.build_panel(["plaza66", "comparators"])
    asked = {"treated": "plaza66", "outcome": "rent_mall", "lang": lang}
    begun, grown = (hs.compare(malls, since=year, **asked) for year in (2018, 2019))
    text = said("plaza66", Edition(lang=lang))
    for headline in (begun.headline, grown.headline):
        assert re.split("：|: ", headline, maxsplit=1)[1] in text
    assert grown.reasons[0] in text


def test_a_building_among_others_is_seen_with_the_total_of_the_others_taken_out():
    building, others = "示例楼24号", ("others", "tax_revenue")
    verdict = hs.assess(
        hs.build_panel("illustrative-district"),
        organisation="branch_members",
        economy="tax_revenue",
        entity=building,
        control=others,
    )
    text = said("illustrative-district", Edition(entity=building))
    assert verdict.headline in text


def test_how_strong_a_hidden_cause_must_be_stands_beside_a_finding():
    panel = hs.build_panel("illustrative")
    verdict = hs.assess(panel, organisation="branch_members", economy="tax_revenue")
    assert hs.sensitivity(verdict).statement in said("illustrative", Edition())
    assert say("sensitivity", "none", "zh-Hans", who="") not in said(
        "plaza66", Edition()
    )
