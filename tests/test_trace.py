"""Every number of a report leads to its record, and every record to its inputs."""

import csv
import html
import io
import re
from base64 import b64decode
from dataclasses import replace

import pytest
from browsing import NEEDS_CHROMIUM, browser
from reporting import write_dataset
from storing import begin
from walking import bare_numbers, names_of, walk

from hengstats.ledger import Citations
from hengstats.report.blocks import Picture, number_blocks
from hengstats.report.front import write_header
from hengstats.report.inputs import Edition, read_inputs
from hengstats.report.render import Look, write_html
from hengstats.report.sections import write_sections
from hengstats.report.trace import trace_numbers, write_figures, write_plain_text
from hengstats.vocabulary import strings

DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJ"
    "RU5ErkJggg=="
)


def trace(dataset, **edition):
    """Return the inputs of a report, its Markdown with marks, and its trace."""
    given = read_inputs(str(dataset), Edition(**edition))
    given = replace(given, numbers=Citations(traced=True))
    blocks = write_sections(given)
    invented = given.dataset.illustrative
    text = write_header(given)
    text += number_blocks(blocks, given.lang, illustrative=invented)
    drawn = {one.key: one.drawn for one in blocks if isinstance(one, Picture)}
    return given, text, trace_numbers(given, text, drawn), list(drawn)


def write_page(folder, dataset, **edition):
    """Return the inputs of a report, its trace, and its page with empty pictures."""
    given, _, traced, keys = trace(dataset, **edition)
    (folder / "charts").mkdir(parents=True)
    for key in keys:
        (folder / f"charts/{key}.png").write_bytes(DOT)
    text = traced.page + traced.records
    [name] = write_html(text, folder, given.lang, Look(), dict)
    return given, traced, (folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the pages of a building, a country and a district, written once."""
    room = tmp_path_factory.mktemp("pages")
    editions = {
        "plaza66": {},
        "national": {"lang": "en"},
        "illustrative-district": {"lang": "zh-Hant", "brief": True},
    }
    return {one: write_page(room / one, one, **ed) for one, ed in editions.items()}


@pytest.fixture(params=["plaza66", "national", "illustrative-district"])
def page(request, pages):
    """Return inputs, trace and page of one of them."""
    return pages[request.param]


def entry(page, number):
    """Return the text of a record by its id, as it is read."""
    found = re.search(rf'<div class="record" id="fig-{number}">.*?</dl></div>', page)
    return html.unescape(re.sub("<[^>]*>", "", found[0]))


# The walk


def test_no_number_leads_nowhere(page):
    given, _, text = page
    assert bare_numbers(text, names_of(given)) == []


def test_what_has_changed_leads_somewhere_too(tmp_path, monkeypatch):
    head = "年份,楼宇,税收(亿元),党员数\n"
    before = "2019,示例甲,1.2,100\n2020,示例甲,1.3,110\n2020,示例乙,约2.5,60\n"
    mine = begin(tmp_path, monkeypatch, head + before)
    after = "2020,示例甲,1.4,110\n2021,示例甲,1.8,130\n2021,示例乙,2.6,60\n"
    mine(head + after, "2023-03-31")
    given, traced, text = write_page(tmp_path / "page", tmp_path / "mine")
    assert bare_numbers(text, names_of(given)) == []
    [old] = [row for row in traced.table if row["printed"] == "1.3亿元"]
    assert "后来的表已经换掉或撤回" in entry(text, old["id"])


def test_what_all_of_many_buildings_show_leads_somewhere_too(tmp_path, monkeypatch):
    rows = [
        f"{2018 + n},示例{name},{3 + i + n * (i % 3) / 7:.2f},{90 + 7 * n * i}"
        for i, name in enumerate("甲乙丙丁戊己")
        for n in range(4)
    ]
    sheet = "年份,楼宇,税收(亿元),党员数\n" + "\n".join(rows)
    begin(tmp_path, monkeypatch, sheet.replace("2021,示例甲,3.00", "2021,示例甲,约3.1"))
    given, _, text = write_page(tmp_path / "page", tmp_path / "mine")
    assert given.verdict.many.entities == 6
    assert len(given.verdict.table) > 1
    assert bare_numbers(text, names_of(given)) == []


def test_a_number_typed_into_a_sentence_is_found(tmp_path, monkeypatch):
    typed = ["本报告说明{entity}，约 42 人，{figures}个数字，{sources}种资料。"] * 3
    monkeypatch.setitem(strings()["report"], "summary_one", typed)
    data = write_dataset(tmp_path / "data", ["示例楼"])
    given, _, text = write_page(tmp_path / "page", data, brief=True)
    assert bare_numbers(text, names_of(given)) == [
        "本报告说明示例楼，约 42 人，#个数字，#种资料。"
    ]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("约 42 人", True),
        ("2000人", True),  # no year
        ("升至3.5%", True),
        ("大约2021.5亿元", True),
        ("2016—2021年，2017-H1，2018-06-28，6月28日", False),
        ("In 2020, and in 2021.", False),
        ("HC3 [3]", False),
        ('<a class="fig" href="#fig-f1">42</a>人', False),
    ],
)
def test_a_year_a_date_a_source_and_a_link_need_no_record(text, bare):
    assert bool(bare_numbers(f"<p>{text}</p>", [])) == bare


def test_every_link_leads_to_a_place(page):
    walked = walk(page[2])
    targets = {one[1:] for one in walked.targets if one.startswith("#")}
    assert targets - walked.places == set()


# The records


def test_the_record_of_a_figure_has_wording_quote_source_and_reading(pages):
    _, traced, text = pages["plaza66"]
    [row] = [
        row
        for row in traced.table
        if (row["measure"], row["period"]) == ("楼宇税收", "2016")
    ]
    told = entry(text, row["id"])
    assert "原文26.3億元" in told
    assert "從2016年的26.3億元,到2017年32億元" in told
    assert "[1] 恆隆廣場:黨建引領塑造樓宇治理軟實力" in told
    assert "可靠程度当事方自述" in told
    # rounded to its last digit: 26.25 to 26.35
    assert "按最后一位四舍五入：26.25～26.35 亿元" in told


def test_every_printed_figure_is_shown_in_the_words_of_its_quote(page):
    _, traced, text = page
    printed = [row for row in traced.table if row["quote"] and row["measure"]]
    lacking = [
        row["id"]
        for row in printed
        if " ".join(row["printed"].split()) not in entry(text, row["id"])
    ]
    assert printed and lacking == []


def test_a_figure_keeps_beside_it_what_else_was_printed(pages):
    _, traced, text = pages["plaza66"]
    [row] = [
        row
        for row in traced.table
        if (row["measure"], row["period"], row["source"])
        == ("楼宇税收", "2021", "people-2022")
    ]
    told = entry(text, row["id"])
    assert "另有说法" in told and "over 10 billion yuan in business income tax" in told
    assert "各条说的是同一个门槛" in told  # the ruling


def test_a_computed_number_names_its_formula_and_its_inputs(pages):
    _, traced, text = pages["plaza66"]
    [row] = [row for row in traced.table if row["shown"] == "约17%"]
    known = {one["id"]: one for one in traced.table}
    first, last = (known[one] for one in row["inputs"].split())
    assert (first["printed"], last["printed"]) == ("26.3億元", "49.3億元")
    assert "（49.3亿元 ÷ 26.3亿元）的 1/4 次方 − 1" in entry(text, row["id"])
    # 49.25 / 26.35 and 49.35 / 26.25, to the power 1/4, less 1
    assert float(row["lower"]) == pytest.approx(16.925, abs=0.005)
    assert float(row["upper"]) == pytest.approx(17.095, abs=0.005)


def test_every_input_is_a_record_and_every_computed_number_has_a_formula(page):
    _, traced, _ = page
    known = {row["id"] for row in traced.table}
    inputs = {one for row in traced.table for one in row["inputs"].split()}
    assert inputs and inputs <= known
    assert [row for row in traced.table if not (row["formula"] or row["quote"])] == []


def test_a_total_is_the_sum_of_its_inputs(pages):
    _, traced, _ = pages["illustrative-district"]
    known = {row["id"]: row for row in traced.table}
    row = next(row for row in traced.table if row["formula"].startswith("合計"))
    parts = [float(known[one]["value"]) for one in row["inputs"].split()]
    assert len(parts) == 40
    assert round(sum(parts), 6) == float(row["value"] or row["lower"])


def test_the_list_of_figures_has_a_row_for_each_record_of_the_page(page):
    given, traced, text = page
    content = write_figures(given, traced).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(content))
    ids = re.findall(r'<div class="record" id="fig-(f\d+)">', text)
    assert [row[0] for row in rows] == ids
    assert head[0] == {"en": "id", "zh-Hans": "编号", "zh-Hant": "編號"}[given.lang]


def test_each_chart_has_its_figures_below_it(pages):
    _, _, text = pages["plaza66"]
    folded = re.findall(r'<details class="drawn">.*?</details>', text, re.DOTALL)
    assert len(folded) == text.count("<img ")
    assert [one for one in folded if 'href="#fig-' not in one] == []


# The other forms


def test_word_and_pdf_have_the_same_text_without_links(pages):
    given, _, _ = pages["plaza66"]
    texts = []
    for numbers in (Citations(), Citations(traced=True)):
        blocks = write_sections(replace(given, numbers=numbers))
        texts.append(write_plain_text(number_blocks(blocks, "zh-Hans")))
    assert texts[0] == texts[1]
    assert not re.search("[\ue000-\ue004]|fig-f", texts[1])


def test_the_same_dataset_has_the_same_records(tmp_path):
    data = write_dataset(tmp_path / "data", ["示例楼", "示例楼二"])
    first, again = (trace(data)[2] for _ in range(2))
    assert first == again


@pytest.mark.slow
@NEEDS_CHROMIUM
def test_a_click_opens_the_record_and_a_click_in_it_opens_its_input(pages, tmp_path):
    (tmp_path / "page.html").write_text(pages["plaza66"][2], encoding="utf-8")
    with browser() as opened:
        page = opened.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        page.locator("main p a.fig", has_text="约17%").first.click()
        assert "1/4 次方" in page.locator("dialog").inner_text()
        page.locator("dialog li a.fig").first.click()
        assert "原文\n26.3億元" in page.locator("dialog").inner_text()
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()
        page.locator("td a.fig", has_text="49.3").first.focus()
        page.keyboard.press("Enter")
        assert "49.25～49.35" in page.locator("dialog").inner_text()
        page.keyboard.press("Escape")
        page.locator("details.drawn summary").first.click()
        page.locator("details.drawn a.fig").first.click()
        assert "29.7亿元" in page.locator("dialog").inner_text()
