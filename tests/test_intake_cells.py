"""A cell is read as its words say, or refused with its reason; nothing is guessed."""

import datetime as dt
import itertools
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hengstats.errors import ReadingError
from hengstats.intake.buildings import check_buildings
from hengstats.intake.cells import FLAGS, read_figure
from hengstats.intake.grid import Grid
from hengstats.intake.result import COLUMNS, Asked, Refusal
from hengstats.printed import read_printed
from hengstats.vocabulary import QUALIFIERS, UNITS, convert

YI, WAN = "100 million yuan", "10000 yuan"

# By column and unit of the sheet: wordings with their number in 亿元 or in ones, worked
# by hand.
PLAIN = {
    ("tax", YI): "26.3 = 26.3 | 0 = 0 | -0.35 = -0.35 | −0.35 = -0.35 | －0.35 = -0.35"
    " | .35 = 0.35 | ２６．３ = 26.3 | '-0.35 = -0.35 | 二十六 = 26 | 2630万 = 0.263"
    " | 2630万元 = 0.263 | 2630千元 = 0.0263 | 2630元 = 0.0000263 | ￥26.3亿 = 26.3",
    ("tax", WAN): "263000 = 26.3 | -1,234.5 = -0.12345",
    ("tax", "yuan"): "2630000000 = 26.3 | 12,345,678.9 = 0.123456789 | 1.2bn = 12"
    " | 1.2e+04 = 0.00012 | ¥263,000 = 0.00263 | 263,000 RMB = 0.00263",
    ("tax", "billion yuan"): "2.63 = 26.3",
    ("tax", "million yuan"): "2630 = 26.3 | 1.2bn = 12",
    ("tax", "1000 yuan"): "2630000 = 26.3",
    ("tax", None): "三亿元 = 3 | 26.3亿元 = 26.3 | 26.3億元 = 26.3 | 26.3亿 = 26.3"
    " | 26.3亿元人民币 = 26.3 | 人民币26.3亿元 = 26.3 | 2630万 = 0.263"
    " | CNY 1.2 million = 0.012 | RMB1.2bn = 12 | ¥1.2bn = 12 | 26.3亿¥ = 26.3"
    " | 2.63 billion yuan = 26.3 | ¥263,000 = 0.00263 | -¥263,000 = -0.00263",
    ("members", None): "1,234 = 1234 | １，２３４ = 1234 | 1 234 = 1234 | '409 = 409"
    " | 1\xa0234 = 1234 | 1\u2009234\u2009567 = 1234567 | 1\u202f234 = 1234"
    " | １\u3000２３４ = 1234 |  \u3000409\t = 409 | 40\u200b9 = 409 | \ufeff409 = 409"
    " | 1.2E+04 = 12000 | 12.0 = 12 | 007 = 7 | 三百二十 = 320 | 一万二千 = 12000"
    " | 两千 = 2000 | 〇 = 0 | 零 = 0 | 叁佰貳拾 = 320 | 0.031万 = 310 | 0.0315万 = 315"
    " | 5千人 = 5000 | 409人 = 409 | 409名 = 409 | 409名党员 = 409 | 409名 党员 = 409",
    ("attendances", None): "12 345 678 = 12345678 | 1.2万人次 = 12000 | 3200人次 = 3200"
    " | 1.2萬人次 = 12000 | 1.2 万 人次 = 12000 | 1.2 million = 1200000",
    ("branches", None): "十 = 10 | 13个 = 13 | 13个党支部 = 13",
    ("enterprises", None): "64家 = 64 | 64家企業 = 64",
    ("events", None): "120场 = 120 | 120场次 = 120 | 120場 = 120",
    ("attendances", "10000 person-times"): "1.2 = 12000 | 300人次 = 300",
    ("members", "10000 persons"): "1.2 = 12000",
}

# By qualifier, number, lower and upper bound.
HEDGED = {
    ("about", 300, None, None): "约300 | 约 300 家 | 300左右 | 300家左右 | about 300"
    " | approx. 300 | approximately 300 | c. 300 | ~300 | ～300",
    ("more_than", 300, 300, None): "逾300 | 超300 | 超過300家企業 | >300 | ＞300"
    " | over 300 | more than 300 | 300余 | 300餘家 | 300多家",
    ("more_than", 1000, 1000, None): "1,000余",
    ("more_than", 30000, 30000, None): "3万多",
    ("more_than", 100000, 100000, None): "10余万",
    ("more_than", 100, 100, None): "百余家",
    ("at_least", 100, 100, None): "上百 | 上百家 | 数百 | 数百家 | 几百家",
    ("more_than", 10, 10, None): "十几 | 十几家 | 十余家",
    ("about", 20, None, None): "二十来家",
    ("at_least", 300, 300, None): "300以上 | 300家以上 | >=300 | ≥300 | ≧300 | 300+"
    " | at least 300 | 300 or more",
    ("nearly", 300, None, 300): "近300 | 将近300家 | nearly 300",
    ("nearly", 10000, None, 10000): "近万",
    ("at_most", 300, None, 300): "不超过300 | ≤300 | up to 300",
    ("fewer_than", None, None, 10): "<10 | ＜ 10 | 不足10 | 不足10家 | 少于10 | 少於10"
    " | 10以下 | fewer than 10 | under 10",
    ("range", None, 30, 35): "30-35 | 30～35 | 30—35 | 30〜35 | 30至35 | 30 to 35"
    " | 30-35家 | 30家-35家 | 三十至三十五家",
    ("range", None, 1200, 1300): "1,200-1,300",
    ("range", None, 30000, 50000): "3-5万 | 3万-5万 | 三至五万",
    ("range", None, 300, 400): "三至四百家",
    ("range", None, 2000, 2100): "2000-2100",
}

MISSING = """- — —— – － / ／ \\ … …… ... N/A n/a NA N.A. 暂无 暫無 未统计 未統計
不详 不詳 缺 暂缺 NULL ——— 暂无数据 暫無數據""".split()

# By reason code, column and unit of the sheet.
REFUSED = {
    ("ambiguous_number", "tax", YI): "1,62 | 1，62 | 0,123 | 1,234,5 | 1.234,5 | ½"
    " | 1.234.567 | 1/8 | 3.2w | 26.3（预计） | 26.3* | (0.35) | △0.35 | --5 | —5 | +5"
    " | 5- | 5. | - 5 | 5, | 约-5 | 26.3₁ | 三至四十万元 | 3元-5万元 | 2021-06-30"
    " | 1亿2000 | ¥26.3 | 26.3 RMB | 1212121212121212121212121212121212121212",
    ("ambiguous_number", "members", None): "1,2345 | 12,34 | 1_310 | 1'234 | “1234”"
    " | 1 23 | 1234 567 | 1\n234 | 3O | 37① | 37² | 1½ | ٣٧ | ३७ | 三四十 | 三百五"
    " | 百 | 百十 | 八九百 | 无 | 無 | 约300余 | 近300多 | 超数百"
    " | 37⁽注⁾ | 约30-35 | 35-30 | 30-30 | 2016-2021 | 021-6234 | <0",
    ("ambiguous_number", "enterprises", None): "百家 | 共300家 | 家300",
    ("ambiguous_number", "attendances", None): "3万-5",
    ("invalid_number", "tax", YI): "三亿 thousand | 见附表",
    ("invalid_number", "members", None): "很多 | TRUE | three",
    ("invalid_number", "events", None): "每季度",
    ("unit_mismatch", "tax", YI): "约12% | 12% | US$26 | 26.3亿港元 | HKD 26 | 26美元"
    " | €26 | 3人",
    ("unit_mismatch", "members", None): "12％ | 3元 | 3家 | 300平方米",
    ("unit_mismatch", "attendances", None): "3人",
    ("unit_mismatch", "participants", None): "3人次",
    ("formula_text", "members", None): "=40+3 | ＝40+3 | '=40+3",
    ("non_finite", "tax", YI): "inf | -inf | nan | NaN | ∞ | Infinity",
    ("error_cell", "tax", YI): "#REF! | #DIV/0! | #VALUE! | #N/A",
    ("control_character", "members", None): "2\u202e63 | 2\x0163",
    ("negative_count", "members", None): "-5 | －5",
    ("non_integer_count", "members", None): "0.03155万 | 3.5 | 3.2-5",
    ("out_of_range", "members", None): "1000000001 | 12亿",
    ("unit_missing", "tax", None): "26.3 | 约26 | 1.2bn",
}

# Number formats, by what becomes of 26.3 under 亿元.
UNCHANGED = (
    "General||@|0.00|#,##0.00_ |#,##0.00_ ;[Red]\\-#,##0.00\\ |0.00_);[Red](0.00)"
    '|¥#,##0.00|"¥"#,##0.00;"¥"\\-#,##0.00|[$¥-804]#,##0.00|[$-804]0.0|[DBNum1]0'
    '|_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ |[Red]0.0'
    '|[>9]0.0;0.00|0.00E+00|G/通用格式|#,###|#,##0.00"亿元"'
)
CHANGED = {
    "unit_mismatch": '0.00%|0.00"%"|0%;[Red]-0%|$#,##0.00|"$"#,##0.00|[$$-409]#,##0.00'
    '|[$HK$-C04]0|[$€-407]0|0.00 €|[$¥-411]0|0"家"',  # ¥ of Japan is the yen
    # 2630000 shows as 2,630千元.
    "ambiguous_number": '0.00,|#,##0,|#,##0.00,,|0,.00|#,##0,"千元"|0.00,"千"|0.0,_ '
    '|0.0,\\ |0.0,,"亿"|#,##0," 亿元"|0.0"亿", |General,"万"|0!.0,"万"|0\\.0,"万"'
    '|0"0000"|[>99]0;"<99"|;;;|"暂无"|0"（预）"',
    "invalid_number": "yyyy-mm-dd|yyyy|[h]:mm",
}

NUMBER = st.decimals(0, 99999, places=2).map(lambda n: f"{n:f}")
COUNT = st.integers(0, 10**9)
# What figures are made of, and what must not break them.
PIECES = st.sampled_from(
    [
        *"0123456789０９.,，. -−–—~～/\\+%()'\"=E\n\t①²½٣O",
        *"零〇一二两三四十百千万亿萬億元人家个场名次约近超逾余多数几至到左右以上以下不足",
        *" more than|over |nearly |about |c. |bn|million|CNY|¥|US$|\u200b|\u202e".split(
            "|"
        ),
    ]
)


def cases(table, sep=" | "):
    """Return each wording of a table with what the table says of it."""
    return [(one, said) for said, words in table.items() for one in words.split(sep)]


def read(text, column="members", unit=None):
    """Return the reading of a text."""
    return read_figure(text, "General", column, unit)


def code_of(value, number_format="General", column="members", unit=None):
    """Return the code under which a cell is refused."""
    with pytest.raises(Refusal) as told:
        read_figure(value, number_format, column, unit)
    return told.value.code


@pytest.mark.parametrize(("case", "place"), cases(PLAIN))
def test_a_number_is_read_in_the_unit_of_its_column(case, place):
    text, _, number = case.rpartition(" = ")
    found = read(text, *place)
    assert (found.number, found.qualifier, found.flag) == (Decimal(number), "exact", "")


@pytest.mark.parametrize(("text", "said"), cases(HEDGED))
def test_a_hedge_keeps_its_side(text, said):
    found = read(text, "enterprises")
    qualifier, number, lower, upper = said
    assert found[2:] == (number, qualifier, FLAGS[qualifier], lower, upper)


@pytest.mark.parametrize("text", [None, "", "  ", "\u3000", *MISSING])
def test_a_cell_without_a_figure_is_missing_never_zero(text):
    assert read(text) is None


@pytest.mark.parametrize(("text", "said"), cases(REFUSED))
def test_what_is_no_figure_beyond_doubt_is_refused_with_its_code(text, said):
    code, column, unit = said
    assert code_of(text, column=column, unit=unit) == code


@pytest.mark.parametrize(
    ("text", "unit", "stated"),
    [
        ("26.3", YI, YI),
        ("26.3亿元", WAN, YI),
        ("2630万", YI, WAN),
        ("1.2bn", "yuan", "billion yuan"),
        ("三亿元", None, YI),
        ("2630元", YI, "yuan"),
        ("3-5亿元", None, YI),
    ],
)
def test_the_unit_of_the_cell_wins_over_that_of_the_sheet(text, unit, stated):
    assert read(text, "tax", unit).unit == stated


@pytest.mark.parametrize(
    ("text", "printed"),
    [(" 约３００ 家 ", "约３００ 家"), ("'-0", "-0"), ("4\u200b09", "409")],
)
def test_the_wording_is_kept_but_for_what_nobody_sees(text, printed):
    assert read(text, "enterprises").printed == printed


# Number cells.


@pytest.mark.parametrize(
    ("value", "printed", "number"),
    [
        (26.3, "26.3", "26.3"),
        (26.0, "26", "26"),
        (26, "26", "26"),
        (0.1 + 0.2, "0.3", "0.3"),  # 15 digits, as Excel shows it
        (1e-5, "0.00001", "0.00001"),
        (-0.0, "0", "0"),
        (-0.35, "-0.35", "-0.35"),
    ],
)
def test_a_number_cell_is_read_in_its_shortest_form(value, printed, number):
    found = read(value, "tax", YI)
    assert (found.printed, found.number) == (printed, Decimal(number))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "invalid_number"),
        (False, "invalid_number"),
        (dt.date(2026, 3, 5), "invalid_number"),
        (dt.datetime(2026, 3, 5), "invalid_number"),
        (dt.time(3, 5), "invalid_number"),
        (dt.timedelta(hours=3), "invalid_number"),
        (float("nan"), "non_finite"),
        (float("inf"), "non_finite"),
        (3.5, "non_integer_count"),
        (-3, "negative_count"),
        (1e10, "out_of_range"),
    ],
)
def test_a_cell_of_another_kind_is_refused(value, code):
    assert code_of(value) == code


@pytest.mark.parametrize("number_format", UNCHANGED.split("|"))
def test_a_format_without_words_leaves_the_number_alone(number_format):
    found = [read_figure(n, number_format, "tax", YI) for n in (26.3, -26.3)]
    assert [(one.number, one.unit, one.qualifier) for one in found] == [
        (Decimal("26.3"), YI, "exact"),
        (Decimal("-26.3"), YI, "exact"),
    ]


@pytest.mark.parametrize(
    ("number_format", "printed", "number", "qualifier"),
    [
        ('0"万元"', "26.3万元", "0.00263", "exact"),
        ("0.0万元", "26.3万元", "0.00263", "exact"),
        ('0.0"亿元"_);\\(0.0"亿元"\\)', "26.3亿元", "26.3", "exact"),
        ('"约"0', "约26.3", "26.3", "about"),
        ('0"余"', "26.3余", "26.3", "more_than"),
        ('¥0.0"亿"', "¥26.3亿", "26.3", "exact"),
    ],
)
def test_the_words_of_a_format_count(number_format, printed, number, qualifier):
    found = read_figure(26.3, number_format, "tax", YI)
    assert found[:4] == (printed, found.unit, Decimal(number), qualifier)


@pytest.mark.parametrize(("number_format", "code"), cases(CHANGED, "|"))
def test_a_format_that_shows_another_number_is_refused(number_format, code):
    assert code_of(26.3, number_format, "tax", YI) == code


def test_a_nought_that_the_accounting_format_shows_as_a_dash_is_a_nought():
    accounting = '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ '
    assert read_figure(0, accounting, "members", None).number == 0


def test_a_nought_that_the_format_hides_is_refused():
    assert code_of(0, "0;-0;") == "ambiguous_number"


@pytest.mark.parametrize(
    ("value", "number_format", "printed"),
    [
        (10.0, "0.00", "10.00"),
        (10, "0.0", "10.0"),
        (26.3, "0.00", "26.30"),
        (26.3456, "0.00", "26.3456"),
        (10.0, "General", "10"),
        (1234.5, "#,##0.00", "1234.50"),
        (10.0, '0.00"亿元"', "10.00亿元"),
    ],
)
def test_the_decimals_that_a_format_shows_are_printed(value, number_format, printed):
    found = read_figure(value, number_format, "tax", YI)
    assert (found.printed, float(found.number)) == (printed, float(value))


def test_a_count_has_no_decimals_however_it_is_shown():
    assert read_figure(409.0, "0.00", "members", None).printed == "409"


@pytest.mark.parametrize("tax", "263000 1e99 逾263000 <263000 1-263000".split())
def test_a_tax_that_no_building_has_is_refused_at_its_row(tax):
    # 万元 under 亿元, without a year beside it.
    rows = [["年份", "楼宇", "税收(亿元)"], ["2016", "示例大厦", tax]]
    outcome = check_buildings([Grid(file="a.csv", rows=rows)], Asked())
    assert [(told.code, told.row) for told in outcome.errors] == [("out_of_range", 2)]


# One meaning of a wording in the library.

WORDINGS = [
    "".join(pieces).strip()
    for pieces in itertools.product(
        "|约|近|超|不足|少于|至多|> |<|≤|over |nearly |c. |~|突破|接近|-".split("|"),
        "26.3 3 1,234 300 三百二十 一万二千 十 三亿 ３００ 0 30-35 30至35 3万-5万"
        " 5000万-1亿 0.031 百".split(),
        ["", "万", "亿", "多", "余万", " million", " bn"],
        ["", "元", "人", "家", "家企业", " yuan", "以上", "左右", "+"],
    )
]


def said(text, column, unit):
    """Return qualifier and numbers in print and in a cell, if both read a wording."""
    with suppress(Refusal, ReadingError):
        cell = read(text, column, unit)
        figure = read_printed(text, unit=cell.unit)
        named = figure.unit in UNITS and UNITS[figure.unit].kind == "amount"
        factor = convert(figure.unit if named else cell.unit, COLUMNS[column])
        ends = [figure.number or 0]
        held = [cell.upper if cell.number is None else cell.number]
        if figure.qualifier == "range":
            ends, held = [figure.lower, figure.upper], [cell.lower, cell.upper]
        printed = [end * factor for end in ends]
        return (figure.qualifier, printed), (cell.qualifier, list(map(float, held)))


@pytest.mark.parametrize(
    ("column", "unit"),
    [("members", "persons"), ("enterprises", "enterprises"), ("tax", YI)],
)
def test_a_cell_and_a_printed_wording_are_read_alike(column, unit):
    both = list(filter(None, (said(text, column, unit) for text in WORDINGS[::11])))
    unlike = [
        pair
        for pair in both
        if pair[0][0] != pair[1][0] or pair[0][1] != pytest.approx(pair[1][1])
    ]
    assert unlike == [] and len(both) > 60


def test_every_qualifier_of_a_figure_has_a_flag():
    assert set(FLAGS) == set(QUALIFIERS) - {"not_found"}


# Laws.


@given(COUNT)
def test_a_grouped_number_equals_the_plain_one(number):
    grouped = f"{number:,}"
    forms = {grouped, grouped.replace(",", " "), grouped.replace(",", "，")}
    assert {read(form).number for form in forms} == {Decimal(number)}


@given(NUMBER, st.sampled_from(["亿元", "万元", "千元", "元"]))
def test_a_unit_in_the_cell_equals_the_unit_in_the_head(number, word):
    key = {"亿元": YI, "万元": WAN, "千元": "1000 yuan", "元": "yuan"}[word]
    assert read(number + word, "tax", None).number == read(number, "tax", key).number


@given(
    st.decimals(1, 99999, places=2),
    st.sampled_from(["{}亿元", "约{}", "{}以上", "<{}", "-{}"]),
)
def test_full_width_equals_half_width(number, wording):
    text = wording.format(number)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert read(wide, "tax", YI)[1:] == read(text, "tax", YI)[1:]


@given(st.floats(-1e5, 1e5).map(lambda x: round(x, 9)))
def test_a_number_cell_equals_its_text(number):
    text = read(number, "tax", YI).printed
    assert read(text, "tax", YI) == read(number, "tax", YI)


@given(COUNT)
def test_a_count_in_wan_equals_the_count(number):
    assert read(f"{Decimal(number) / 10000:f}万").number == number


@given(
    st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=20),
    st.sampled_from(sorted(COLUMNS)),
    st.sampled_from([None, YI, "yuan"]),
)
@example("二" * 5000, "members", None)
@example("1 " * 5000, "members", None)
@example("0." + "0" * 40 + "1", "tax", YI)
def test_any_text_is_read_within_bounds_or_refused(text, column, unit):
    unit = unit if column == "tax" else None
    found = None
    with suppress(Refusal):  # the law: this error or a reading
        found = read(text, column, unit)
    ends = [n for n in (found or [None] * 7)[2:] if isinstance(n, Decimal)]
    assert all(n.is_finite() and abs(n) <= 10**9 for n in ends)


@given(
    st.lists(
        st.sampled_from(
            [*'0#,.;%"[]$¥y-\\!_*() @', '"万"', "E+00", "General", "[Red]"]
        ),
        max_size=8,
    ).map("".join)
)
def test_any_number_format_gives_the_number_or_a_refusal(number_format):
    found = None
    with suppress(Refusal):
        found = read_figure(7, number_format, "tax", YI)
    assert found is None or abs(found.number) in (7, Decimal("0.0007"))


# Messages.


@pytest.mark.parametrize(
    "text",
    ["张三", "张三 37", "13812345678x", "6234-5678", "A123456(7)", "1381234,5678"],
)
def test_no_message_quotes_what_may_be_a_person_or_its_digits(text):
    with pytest.raises(Refusal) as told:
        read(text)
    assert text[:2] not in told.value.found + told.value.mend + told.value.english


def test_a_message_names_what_was_found_and_the_mend():
    with pytest.raises(Refusal) as told:
        read("1,62", "tax", YI)
    assert (told.value.found, told.value.mend) == (
        "“1,62”不能只读成一个数",
        "写成 1.62 或 162",
    )
