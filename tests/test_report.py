"""The report numbers what it shows, escapes what it quotes, and says what it lacks."""

import math
import re
import zipfile
from dataclasses import replace
from functools import partial

import docx
import pandas as pd
import pypandoc
import pytest

import hengstats as hs
from hengstats.cli import main
from hengstats.report import header
from hengstats.report.blocks import Picture, Table, number_blocks, show_box, show_number
from hengstats.report.material import gather_material, judge
from hengstats.report.organisation import organisation_section
from hengstats.report.render import READER
from hengstats.report.sections import number_head
from hengstats.report.tax import tax_section
from hengstats.report.verdict import headline, verdict_section
from hengstats.vocabulary import say

INF = math.inf
NAN = math.nan
GROWTHS = ("growth", "average_growth")
LANGUAGES = pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])


def table(caption="税收", cell="26.3亿元", note=""):
    frame = pd.DataFrame({"年": ["2016"], "字样": [cell]})
    return Table(key="tax", caption=caption, frame=frame, widths=(1, 2), note=note)


def picture(key="tax"):
    return Picture(key=key, caption="税收", draw=partial(hs.draw_tax))


def box(lower, upper):
    return {"lower": lower, "upper": upper}


def plain(markdown):
    """Return a Markdown text as pandoc reads it, without its marks."""
    text = pypandoc.convert_text(
        markdown, "plain", format=READER, extra_args=["--wrap=none"]
    )
    return " ".join(text.split())


# Blocks


def test_figures_are_numbered_in_order():
    text = number_blocks([picture(), "and", picture()], "zh-Hans")
    assert re.findall(r"图 \d", text) == ["图 1", "图 2"]


def test_tables_are_numbered_apart_from_figures():
    text = number_blocks([picture(), table(), picture(), table()], "zh-Hans")
    assert re.findall(r"[图表] \d", text) == ["图 1", "表 1", "图 2", "表 2"]


def test_a_picture_is_named_without_its_ending():
    assert "](charts/growth){width" in number_blocks([picture("growth")], "en")


def test_text_stands_as_it_was_given():
    assert number_blocks(["# *head*"], "en") == "# *head*\n"


def test_the_note_stands_under_its_table():
    text = number_blocks([table(note="单位：亿元")], "zh-Hans")
    assert text.index("26.3亿元") < text.index("单位：亿元")


@pytest.mark.parametrize("block", [table(), picture()], ids=["table", "picture"])
def test_invented_figures_say_so_in_the_caption(block):
    assert "（示例数据）" in number_blocks([block], "zh-Hans", illustrative=True)


@pytest.mark.parametrize(
    "wording",
    ["a | b", "*29.7*", "tax_revenue_x", "$1$ and $2$", "<b>", "[1]", "`x`", "\\n"],
)
def test_a_wording_survives_pandoc(wording):
    assert wording in plain(number_blocks([table(cell=wording)], "zh-Hans"))


def test_a_bar_in_a_wording_begins_no_new_cell():
    html = pypandoc.convert_text(
        number_blocks([table(cell="a | b")], "en"), "html", format=READER
    )
    assert html.count("<td") == 2


# Numbers


def test_a_fraction_is_shown_in_percent():
    assert show_number(0.125, "fraction", "en") == "12.5%"


def test_a_missing_number_is_a_dash():
    assert show_number(NAN, "persons", "en") == "—"


def test_an_open_end_is_said_in_words():
    assert show_number(INF, "persons", "zh-Hans") == "上不封顶"


def test_a_negative_number_has_a_minus_sign():
    assert show_number(-0.024, "fraction", "en") == "−2.4%"


def test_thousands_are_set_apart():
    assert show_number(1100, "persons", "en") == "1,100"


def test_a_whole_number_keeps_its_zeros():
    assert show_number(100, "100 million yuan", "en") == "100"


def test_a_lower_bound_is_rounded_down():
    assert show_number(1.02634, "fraction", "en", side="lower") == "102.63%"


def test_an_upper_bound_is_rounded_up():
    assert show_number(0.12341, "fraction", "en", side="upper") == "12.35%"


def test_a_point_is_shown_as_one_number():
    assert show_box(box(409, 409), "persons", "en") == "409"


def test_a_range_is_shown_with_both_ends():
    # 26.25 and 26.35 are printed to the hundredth
    assert show_box(box(26.25, 26.35), "100 million yuan", "en") == "26.25 … 26.35"


def test_a_range_from_zero_begins_with_zero():
    assert show_box(box(0, 12), "persons", "en") == "0 … 12"


def test_a_lower_bound_is_open_above():
    assert show_box(box(100, INF), "100 million yuan", "zh-Hans") == "100 以上，不封顶"


def test_nothing_known_is_a_dash():
    assert show_box(box(NAN, NAN), "persons", "en") == "—"


# Sections


@LANGUAGES
def test_the_summary_of_plaza66_says_that_nothing_can_be_concluded(lang):
    # One common year, 2018; no paired growth; level 0.
    told = plain(headline(gather_material("plaza66", lang))[0])
    assert re.findall(r"\b\d+\b", told.replace("Plaza 66", ""))[:3] == [
        "1",
        "2018",
        "0",
    ]


@LANGUAGES
def test_the_chapter_on_plaza66_prints_no_statistic(lang):
    blocks = verdict_section(gather_material("plaza66", lang))
    table = next(block for block in blocks if isinstance(block, Table))
    growths = [say("statistic", key, lang, from_year="", year="") for key in GROWTHS]
    words = tuple(text.split(" ")[0] for text in growths)
    assert [row for row in table.frame.iloc[:, 1] if not row.startswith(words)] == []


def test_the_chapter_names_the_sources_of_each_rival():
    material = gather_material("plaza66", "zh-Hans")
    rivals = [b for b in verdict_section(material) if isinstance(b, Table)][-1]
    evidence = rivals.frame.iloc[:, 1]
    assert [row for row in evidence if not re.search(r"\[\d+\]", row)] == []


def test_the_chapter_puts_our_own_rule_under_the_refused():
    material = gather_material("illustrative", "zh-Hans")
    refused = [b for b in verdict_section(material) if isinstance(b, Table)][1]
    assert refused.frame.iloc[-1, 0] == "本库的判断规则（增长同步）"


def test_a_dataset_without_members_has_no_chapter_on_both():
    material = gather_material("plaza66", "zh-Hans")
    bare = material.panel[["entity", "year", "tax_revenue"]]
    assert judge(bare, "plaza66") is None
    assert verdict_section(replace(material, verdict=None)) == []


def test_headings_are_numbered_in_chinese():
    assert number_head(3, "zh-Hans") == "三、"


@pytest.fixture(scope="module")
def plaza():
    return gather_material("plaza66", "zh-Hans")


@pytest.fixture(scope="module")
def tower():
    return gather_material("illustrative", "en")


def test_the_header_names_the_building(plaza):
    assert 'title: "上海恒隆广场：楼宇经济与楼宇党建指标报告"' in header(plaza)


def test_the_header_names_the_language(plaza):
    assert 'lang: "zh-Hans"' in header(plaza)


def test_the_header_of_invented_data_says_so(tower):
    assert "Illustrative data (invented" in header(tower).replace("\\", "")


def test_the_latest_source_is_dated(plaza):
    latest = max(hs.load_sources("plaza66")["published"])
    assert f"所引资料最晚发表于 {latest}" in header(plaza).replace("\\", "")


def test_a_dataset_without_tax_has_no_section_on_tax(tmp_path):
    folder = tmp_path / "small"
    write_dataset(folder, "branches", "12个", 12, "branches", "organisation")
    assert tax_section(gather_material(str(folder), "en")) == []


def test_a_dataset_without_organisations_has_no_section_on_them(tmp_path):
    folder = tmp_path / "small"
    write_dataset(folder, "tax_revenue", "12亿元", 12, "100 million yuan", "tax")
    assert organisation_section(gather_material(str(folder), "en")) == []


def write_dataset(folder, measure, printed, value, unit, topic):
    """Write a dataset of one figure, as a user might."""
    folder.mkdir()
    tables = {
        "records": {
            "entity": "east",
            "measure": measure,
            "period": "2020",
            "printed": printed,
            "value": value,
            "qualifier": "exact",
            "unit": unit,
            "source": "paper",
            "quote": f"东楼有{printed}",
        },
        "sources": {
            "source": "paper",
            "title": "东楼",
            "publisher": "东报",
            "author": "",
            "published": "2021-01-02",
            "retrieved": "",
            "address": "",
            "standing": "press",
            "kind": "published",
            "file": "",
            "sha256": "",
            "note": "",
        },
        "codebook": {
            "measure": measure,
            "topic": topic,
            "unit": unit,
            "basis": "year",
            "years": "",
            "precision": "printed",
            "definition": "as printed",
            "not_to_be_mixed_with": "",
        },
        "entities": {
            "entity": "east",
            "kind": "building",
            "zh-Hans": "东楼",
            "zh-Hant": "東樓",
            "en": "East House",
        },
    }
    for file, row in tables.items():
        path = folder / f"{file}.csv"
        pd.DataFrame([row]).to_csv(path, index=False, encoding="utf-8-sig")


# Whole reports


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the folder of the report on plaza66."""
    return hs.write_report("plaza66", tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def word(written):
    return docx.Document(str(written / "report.docx"))


def captions(word):
    """Return the captions of figures and tables, in their order."""
    styles = ("Image Caption", "Table Caption")
    return [p.text for p in word.paragraphs if p.style.name in styles]


def caption_numbers(word, kind):
    """Return the numbers of the captions of one kind, in their order."""
    found = [re.match(rf"{kind} (\d+)\s", text) for text in captions(word)]
    return [int(match[1]) for match in found if match]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.docx", "report.html", "report.pdf"])
def test_the_report_is_written_in_each_format(written, name):
    assert (written / name).stat().st_size > 100_000


@pytest.mark.slow
def test_each_chart_is_written_in_each_format(written):
    endings = [path.suffix for path in sorted((written / "charts").iterdir())]
    assert endings == [".pdf", ".png", ".svg"] * (len(endings) // 3)


@pytest.mark.slow
def test_each_notebook_becomes_a_page(written):
    pages = [path.stem[:2] for path in sorted((written / "notebooks").glob("*.html"))]
    assert pages[:4] == ["01", "02", "03", "04"]


@pytest.mark.slow
def test_figures_are_numbered_without_gaps(word):
    pictures = len(word.inline_shapes)
    assert caption_numbers(word, "图") == list(range(1, pictures + 1)) != []


@pytest.mark.slow
def test_tables_are_numbered_without_gaps(word):
    assert caption_numbers(word, "表") == list(range(1, len(word.tables) + 1)) != []


@pytest.mark.slow
@pytest.mark.parametrize("font", ["仿宋_GB2312", "黑体"])
def test_the_styles_of_the_report_have_its_fonts(written, font):
    with zipfile.ZipFile(written / "report.docx") as archive:
        assert font in archive.read("word/styles.xml").decode("utf-8")


@pytest.mark.slow
def test_every_table_keeps_within_the_text(word):
    page = word.sections[0]
    room = page.page_width - page.left_margin - page.right_margin
    widths = [sum(column.width or 0 for column in t.columns) for t in word.tables]
    assert [width for width in widths if width > room + 20_000] == []


@pytest.mark.slow
def test_no_table_is_empty(word):
    assert [len(t.rows) for t in word.tables if len(t.rows) < 2] == []


@pytest.mark.slow
def test_every_picture_keeps_within_the_text(word):
    page = word.sections[0]
    room = page.page_width - page.left_margin - page.right_margin
    assert max(shape.width for shape in word.inline_shapes) <= room


@pytest.mark.slow
def test_the_page_fetches_nothing(written):
    page = (written / "report.html").read_text(encoding="utf-8")
    fetched = r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//"
    assert re.findall(fetched, page) == []


@pytest.mark.slow
def test_the_page_links_to_nothing_outside(written):
    page = (written / "report.html").read_text(encoding="utf-8")
    assert re.findall(r"(?:src|href)=[\"']?https?://[^\"']+", page) == []


@pytest.mark.slow
def test_the_pdf_holds_its_fonts(written):
    assert b"/FontFile" in (written / "report.pdf").read_bytes()


@pytest.fixture(scope="module")
def invented(tmp_path_factory):
    """Return the folder of the report on invented data, asked for by its verb."""
    out = tmp_path_factory.mktemp("invented")
    with pytest.MonkeyPatch.context() as patch:
        # test_notebooks.py runs the notebooks on these data
        patch.setattr("hengstats.report.list_notebooks", list)
        code = main(["report", "illustrative", "--out", str(out)])
    return out / "illustrative", code


@pytest.mark.slow
def test_the_verb_ends_with_zero(invented):
    assert invented[1] == 0


@pytest.mark.slow
def test_the_subtitle_of_invented_data_says_so(invented):
    word = docx.Document(str(invented[0] / "report.docx"))
    subtitle = [p.text for p in word.paragraphs if p.style.name == "Subtitle"]
    assert "示例数据" in subtitle[0]


@pytest.mark.slow
def test_every_caption_of_invented_data_says_so(invented):
    word = docx.Document(str(invented[0] / "report.docx"))
    marked = ["示例数据" in text for text in captions(word)]
    assert marked == [True] * len(word.tables + list(word.inline_shapes))


@pytest.mark.slow
def test_the_same_report_is_the_same_word_file(invented, tmp_path, monkeypatch):
    # the notebooks are no part of the Word file
    monkeypatch.setattr("hengstats.report.list_notebooks", list)
    again = hs.write_report("illustrative", tmp_path)
    one, two = (folder / "report.docx" for folder in (invented[0], again))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
def test_the_english_report_has_english_captions(tmp_path, monkeypatch):
    monkeypatch.setattr("hengstats.report.list_notebooks", list)
    folder = hs.write_report("illustrative", tmp_path, "en")
    word = docx.Document(str(folder / "report.docx"))
    english = [re.match("(Figure|Table) ", text) for text in captions(word)]
    assert all(english)
    assert not re.search("[\u4e00-\u9fff]", "".join(captions(word)))
