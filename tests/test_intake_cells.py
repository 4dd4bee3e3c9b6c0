"""A cell is read as its words say, or refused with its reason; nothing is guessed."""

import datetime as dt
import itertools
import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hengstats.errors import ReadingError
from hengstats.intake.buildings.sheets import check_buildings
from hengstats.intake.cells import FLAGS, read_figure
from hengstats.intake.grid import Grid
from hengstats.intake.numberformats import _sections as sections
from hengstats.intake.result import COLUMNS, Asked, Refusal
from hengstats.printed import read_printed
from hengstats.vocabulary import QUALIFIERS, UNITS, convert

YI, WAN = "100 million yuan", "10000 yuan"
NBSP, THIN, NARROW, WIDE = "\u00a0", "\u2009", "\u202f", "\u3000"

# wording, column, unit of the sheet, number in 亿元 or in ones: worked by hand.
PLAIN = [
    ("26.3", "tax", YI, "26.3"),
    ("263000", "tax", WAN, "26.3"),
    ("2630000000", "tax", "yuan", "26.3"),
    ("2.63", "tax", "billion yuan", "26.3"),
    ("2630", "tax", "million yuan", "26.3"),
    ("2630000", "tax", "1000 yuan", "26.3"),
    ("0", "tax", YI, "0"),
    ("-0.35", "tax", YI, "-0.35"),
    ("−0.35", "tax", YI, "-0.35"),
    ("－0.35", "tax", YI, "-0.35"),
    ("-1,234.5", "tax", WAN, "-0.12345"),
    (".35", "tax", YI, "0.35"),
    ("1,234", "members", None, "1234"),
    ("12,345,678.9", "tax", "yuan", "0.123456789"),
    ("１，２３４", "members", None, "1234"),
    ("２６．３", "tax", YI, "26.3"),
    ("1 234", "members", None, "1234"),
    ("12 345 678", "attendances", None, "12345678"),
    (f"1{NBSP}234", "members", None, "1234"),
    (f"1{THIN}234{THIN}567", "members", None, "1234567"),
    (f"1{NARROW}234", "members", None, "1234"),
    (f"１{WIDE}２３４", "members", None, "1234"),
    (f" {WIDE}409\t", "members", None, "409"),
    ("40\u200b9", "members", None, "409"),
    ("\ufeff409", "members", None, "409"),
    ("'409", "members", None, "409"),
    ("'-0.35", "tax", YI, "-0.35"),
    ("1.2E+04", "members", None, "12000"),
    ("1.2e+04", "tax", "yuan", "0.00012"),
    ("12.0", "members", None, "12"),
    ("007", "members", None, "7"),
    # Chinese numerals.
    ("三百二十", "members", None, "320"),
    ("一万二千", "members", None, "12000"),
    ("两千", "members", None, "2000"),
    ("〇", "members", None, "0"),
    ("零", "members", None, "0"),
    ("十", "branches", None, "10"),
    ("叁佰貳拾", "members", None, "320"),
    ("二十六", "tax", YI, "26"),
    ("三亿元", "tax", None, "3"),
    # A scale or a unit in the cell.
    ("0.031万", "members", None, "310"),
    ("0.0315万", "members", None, "315"),
    ("1.2万人次", "attendances", None, "12000"),
    ("1.2萬人次", "attendances", None, "12000"),
    ("1.2 万 人次", "attendances", None, "12000"),
    ("5千人", "members", None, "5000"),
    ("1.2 million", "attendances", None, "1200000"),
    ("409人", "members", None, "409"),
    ("409名", "members", None, "409"),
    ("409名党员", "members", None, "409"),
    ("13个", "branches", None, "13"),
    ("13个党支部", "branches", None, "13"),
    ("64家", "enterprises", None, "64"),
    ("64家企業", "enterprises", None, "64"),
    ("120场", "events", None, "120"),
    ("120场次", "events", None, "120"),
    ("120場", "events", None, "120"),
    ("3200人次", "attendances", None, "3200"),
    ("1.2", "attendances", "10000 person-times", "12000"),
    ("1.2", "members", "10000 persons", "12000"),
    ("300人次", "attendances", "10000 person-times", "300"),
    ("26.3亿元", "tax", None, "26.3"),
    ("26.3億元", "tax", None, "26.3"),
    ("26.3亿", "tax", None, "26.3"),
    ("26.3亿元人民币", "tax", None, "26.3"),
    ("人民币26.3亿元", "tax", None, "26.3"),
    ("2630万", "tax", None, "0.263"),
    ("2630万", "tax", YI, "0.263"),
    ("2630万元", "tax", YI, "0.263"),
    ("2630千元", "tax", YI, "0.0263"),
    ("2630元", "tax", YI, "0.0000263"),
    ("1.2bn", "tax", "yuan", "12"),
    ("1.2bn", "tax", "million yuan", "12"),
    ("CNY 1.2 million", "tax", None, "0.012"),
    ("RMB1.2bn", "tax", None, "12"),
    ("¥1.2bn", "tax", None, "12"),
    ("￥26.3亿", "tax", YI, "26.3"),
    ("2.63 billion yuan", "tax", None, "26.3"),
    ("¥263,000", "tax", "yuan", "0.00263"),
    ("¥263,000", "tax", None, "0.00263"),
    ("263,000 RMB", "tax", "yuan", "0.00263"),
    ("-¥263,000", "tax", None, "-0.00263"),
]

# wording, qualifier, number, lower, upper.
HEDGED = [
    ("约300", "about", 300, None, None),
    ("约 300 家", "about", 300, None, None),
    ("300左右", "about", 300, None, None),
    ("300家左右", "about", 300, None, None),
    ("about 300", "about", 300, None, None),
    ("approx. 300", "about", 300, None, None),
    ("approximately 300", "about", 300, None, None),
    ("c. 300", "about", 300, None, None),
    ("~300", "about", 300, None, None),
    ("～300", "about", 300, None, None),
    ("逾300", "more_than", 300, 300, None),
    ("超300", "more_than", 300, 300, None),
    ("超過300家企業", "more_than", 300, 300, None),
    (">300", "more_than", 300, 300, None),
    ("＞300", "more_than", 300, 300, None),
    ("over 300", "more_than", 300, 300, None),
    ("more than 300", "more_than", 300, 300, None),
    ("300余", "more_than", 300, 300, None),
    ("300餘家", "more_than", 300, 300, None),
    ("300多家", "more_than", 300, 300, None),
    ("1,000余", "more_than", 1000, 1000, None),
    ("3万多", "more_than", 30000, 30000, None),
    ("10余万", "more_than", 100000, 100000, None),
    ("百余家", "more_than", 100, 100, None),
    ("300以上", "at_least", 300, 300, None),
    ("300家以上", "at_least", 300, 300, None),
    (">=300", "at_least", 300, 300, None),
    ("≥300", "at_least", 300, 300, None),
    ("≧300", "at_least", 300, 300, None),
    ("300+", "at_least", 300, 300, None),
    ("at least 300", "at_least", 300, 300, None),
    ("300 or more", "at_least", 300, 300, None),
    ("近300", "nearly", 300, None, 300),
    ("近万", "nearly", 10000, None, 10000),
    ("将近300家", "nearly", 300, None, 300),
    ("nearly 300", "nearly", 300, None, 300),
    ("不超过300", "at_most", 300, None, 300),
    ("≤300", "at_most", 300, None, 300),
    ("up to 300", "at_most", 300, None, 300),
    ("<10", "fewer_than", None, None, 10),
    ("＜ 10", "fewer_than", None, None, 10),
    ("不足10", "fewer_than", None, None, 10),
    ("不足10家", "fewer_than", None, None, 10),
    ("少于10", "fewer_than", None, None, 10),
    ("少於10", "fewer_than", None, None, 10),
    ("10以下", "fewer_than", None, None, 10),
    ("fewer than 10", "fewer_than", None, None, 10),
    ("under 10", "fewer_than", None, None, 10),
    ("30-35", "range", None, 30, 35),
    ("30～35", "range", None, 30, 35),
    ("30—35", "range", None, 30, 35),
    ("30〜35", "range", None, 30, 35),
    ("30至35", "range", None, 30, 35),
    ("30 to 35", "range", None, 30, 35),
    ("30-35家", "range", None, 30, 35),
    ("30家-35家", "range", None, 30, 35),
    ("1,200-1,300", "range", None, 1200, 1300),
    ("3-5万", "range", None, 30000, 50000),
    ("3万-5万", "range", None, 30000, 50000),
    ("三十至三十五家", "range", None, 30, 35),
    ("2000-2100", "range", None, 2000, 2100),
]

MISSING = """- — —— – － / ／ \\ … …… ... N/A n/a NA N.A. 暂无 暫無 未统计 未統計
不详 不詳 缺 暂缺 NULL ——— 暂无数据 暫無數據""".split()

# wording, column, unit, code.
REFUSED = [
    *[
        (text, "tax", YI, "ambiguous_number")
        for text in "1,62 1，62 0,123 1,234,5".split()
    ],
    *[
        (text, "members", None, "ambiguous_number")
        for text in "1,2345 12,34 1_310".split()
    ],
    ("1.234,5", "tax", YI, "ambiguous_number"),
    ("1.234.567", "tax", YI, "ambiguous_number"),
    ("1'234", "members", None, "ambiguous_number"),
    ("“1234”", "members", None, "ambiguous_number"),
    ("1 23", "members", None, "ambiguous_number"),
    ("1234 567", "members", None, "ambiguous_number"),
    ("1\n234", "members", None, "ambiguous_number"),
    ("3O", "members", None, "ambiguous_number"),
    ("37①", "members", None, "ambiguous_number"),
    ("37²", "members", None, "ambiguous_number"),
    ("1½", "members", None, "ambiguous_number"),
    ("½", "tax", YI, "ambiguous_number"),
    ("1/8", "tax", YI, "ambiguous_number"),
    ("٣٧", "members", None, "ambiguous_number"),
    ("३७", "members", None, "ambiguous_number"),
    ("3.2w", "tax", YI, "ambiguous_number"),
    ("26.3（预计）", "tax", YI, "ambiguous_number"),
    ("26.3*", "tax", YI, "ambiguous_number"),
    ("(0.35)", "tax", YI, "ambiguous_number"),
    ("△0.35", "tax", YI, "ambiguous_number"),
    ("--5", "tax", YI, "ambiguous_number"),
    ("—5", "tax", YI, "ambiguous_number"),
    ("+5", "tax", YI, "ambiguous_number"),
    ("5-", "tax", YI, "ambiguous_number"),
    ("5.", "tax", YI, "ambiguous_number"),
    ("约-5", "tax", YI, "ambiguous_number"),
    ("三四十", "members", None, "ambiguous_number"),
    ("三百五", "members", None, "ambiguous_number"),
    ("百", "members", None, "ambiguous_number"),
    ("上百", "members", None, "ambiguous_number"),
    ("十几", "members", None, "ambiguous_number"),
    ("无", "members", None, "ambiguous_number"),
    ("無", "members", None, "ambiguous_number"),
    ("约300余", "members", None, "ambiguous_number"),
    ("近300多", "members", None, "ambiguous_number"),
    *[
        (text, "members", None, "ambiguous_number")
        for text in "超数百 数百 几十人 数千".split()
    ],
    ("数百家", "enterprises", None, "ambiguous_number"),
    ("26.3₁", "tax", YI, "ambiguous_number"),
    ("37⁽注⁾", "members", None, "ambiguous_number"),
    ("约30-35", "members", None, "ambiguous_number"),
    ("35-30", "members", None, "ambiguous_number"),
    ("30-30", "members", None, "ambiguous_number"),
    ("2016-2021", "members", None, "ambiguous_number"),
    ("021-6234", "members", None, "ambiguous_number"),
    ("3万-5", "attendances", None, "ambiguous_number"),
    ("三至五万元", "tax", YI, "ambiguous_number"),
    ("3元-5万元", "tax", YI, "ambiguous_number"),
    ("2021-06-30", "tax", YI, "ambiguous_number"),
    ("1亿2000万", "tax", YI, "ambiguous_number"),
    ("¥26.3", "tax", YI, "ambiguous_number"),  # of yuan, or of 亿元?
    ("26.3 RMB", "tax", YI, "ambiguous_number"),
    ("三亿 thousand", "tax", YI, "invalid_number"),
    ("约12%", "tax", YI, "unit_mismatch"),
    ("12" * 20, "tax", YI, "ambiguous_number"),
    ("=40+3", "members", None, "formula_text"),
    ("＝40+3", "members", None, "formula_text"),
    ("'=40+3", "members", None, "formula_text"),
    *[
        (text, "tax", YI, "non_finite")
        for text in "inf -inf nan NaN ∞ Infinity".split()
    ],
    *[(text, "tax", YI, "error_cell") for text in "#REF! #DIV/0! #VALUE! #N/A".split()],
    ("12%", "tax", YI, "unit_mismatch"),
    ("12％", "members", None, "unit_mismatch"),
    ("US$26", "tax", YI, "unit_mismatch"),
    ("26.3亿港元", "tax", YI, "unit_mismatch"),
    ("HKD 26", "tax", YI, "unit_mismatch"),
    ("26美元", "tax", YI, "unit_mismatch"),
    ("€26", "tax", YI, "unit_mismatch"),
    ("3人", "tax", YI, "unit_mismatch"),
    ("3元", "members", None, "unit_mismatch"),
    ("3人", "attendances", None, "unit_mismatch"),
    ("3人次", "participants", None, "unit_mismatch"),
    ("3家", "members", None, "unit_mismatch"),
    ("300平方米", "members", None, "unit_mismatch"),
    ("很多", "members", None, "invalid_number"),
    ("见附表", "tax", YI, "invalid_number"),
    ("TRUE", "members", None, "invalid_number"),
    ("2\u202e63", "members", None, "control_character"),
    ("2\x0163", "members", None, "control_character"),
    ("-5", "members", None, "negative_count"),
    ("－5", "members", None, "negative_count"),
    ("0.03155万", "members", None, "non_integer_count"),
    ("3.5", "members", None, "non_integer_count"),
    ("3.2-5", "members", None, "non_integer_count"),
    ("1000000001", "members", None, "out_of_range"),
    ("12亿", "members", None, "out_of_range"),
    ("26.3", "tax", None, "unit_missing"),
    ("约26", "tax", None, "unit_missing"),
    ("<0", "members", None, "ambiguous_number"),
    ("1.2bn", "tax", None, "unit_missing"),
]

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


def read(text, column="members", unit=None):
    """Return the reading of a text."""
    return read_figure(text, "General", column, unit)


@pytest.mark.parametrize(("text", "column", "unit", "number"), PLAIN)
def test_a_number_is_read_in_the_unit_of_its_column(text, column, unit, number):
    found = read(text, column, unit)
    assert (found.number, found.qualifier, found.flag) == (Decimal(number), "exact", "")


@pytest.mark.parametrize(("text", "qualifier", "number", "lower", "upper"), HEDGED)
def test_a_hedge_keeps_its_side(text, qualifier, number, lower, upper):
    found = read(text, "enterprises")
    assert found[2:] == (number, qualifier, FLAGS[qualifier], lower, upper)


@pytest.mark.parametrize("text", ["", "  ", "\u3000", *MISSING])
def test_a_cell_without_a_figure_is_missing_never_zero(text):
    assert read(text) is None


def test_an_empty_cell_of_a_workbook_is_missing():
    assert read(None) is None


@pytest.mark.parametrize(("text", "column", "unit", "code"), REFUSED)
def test_what_is_no_figure_beyond_doubt_is_refused_with_its_code(
    text, column, unit, code
):
    with pytest.raises(Refusal) as told:
        read(text, column, unit)
    assert told.value.code == code


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
    with pytest.raises(Refusal) as told:
        read(value)
    assert told.value.code == code


@pytest.mark.parametrize(
    "number_format",
    [
        "General",
        "",
        "@",
        "0.00",
        "#,##0.00_ ",
        "#,##0.00_ ;[Red]\\-#,##0.00\\ ",
        "0.00_);[Red](0.00)",
        "¥#,##0.00",
        '"¥"#,##0.00;"¥"\\-#,##0.00',
        '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
        "[$¥-804]#,##0.00",
        "[$-804]0.0",
        "[DBNum1]0",
        "[Red]0.0",
        "[>9]0.0;0.00",
        "0.00E+00",
        "G/通用格式",
    ],
)
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


@pytest.mark.parametrize(
    ("number_format", "code"),
    [
        ("0.00%", "unit_mismatch"),
        ('0.00"%"', "unit_mismatch"),
        ("0%;[Red]-0%", "unit_mismatch"),
        ("$#,##0.00", "unit_mismatch"),
        ('"$"#,##0.00', "unit_mismatch"),
        ("[$$-409]#,##0.00", "unit_mismatch"),
        ("[$HK$-C04]0", "unit_mismatch"),
        ("[$€-407]0", "unit_mismatch"),
        ("0.00 €", "unit_mismatch"),
        ("[$¥-411]0", "unit_mismatch"),  # yen
        ('0"家"', "unit_mismatch"),
        ("0.00,", "ambiguous_number"),
        ("#,##0,", "ambiguous_number"),
        ("#,##0.00,,", "ambiguous_number"),
        ("0,.00", "ambiguous_number"),
        ('#,##0,"千元"', "ambiguous_number"),  # 2630000 shows as 2,630千元
        ('0.00,"千"', "ambiguous_number"),
        ("0.0,_ ", "ambiguous_number"),
        ("0.0,\\ ", "ambiguous_number"),
        ('0.0,,"亿"', "ambiguous_number"),
        ('#,##0," 亿元"', "ambiguous_number"),
        ('0.0"亿", ', "ambiguous_number"),
        ('General,"万"', "ambiguous_number"),
        ('0!.0,"万"', "ambiguous_number"),
        ('0\\.0,"万"', "ambiguous_number"),
        ('0"0000"', "ambiguous_number"),
        ('[>99]0;"<99"', "ambiguous_number"),
        (";;;", "ambiguous_number"),
        ('"暂无"', "ambiguous_number"),
        ('0"（预）"', "ambiguous_number"),
        ("yyyy-mm-dd", "invalid_number"),
        ("yyyy", "invalid_number"),
        ("[h]:mm", "invalid_number"),
    ],
)
def test_a_format_that_shows_another_number_is_refused(number_format, code):
    with pytest.raises(Refusal) as told:
        read_figure(26.3, number_format, "tax", YI)
    assert told.value.code == code


def test_a_nought_that_the_accounting_format_shows_as_a_dash_is_a_nought():
    accounting = '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ '
    assert read_figure(0, accounting, "members", None).number == 0


@pytest.mark.parametrize(
    "number_format",
    ['#,##0.00"亿元"', "#,##0.00_);(#,##0.00)", '#,##0.0" ,亿元"', "#,###"],
)
def test_a_comma_between_digits_or_among_words_does_not_scale(number_format):
    # The comma of thousands stands between digits; a quoted one is a word.
    assert not sections(number_format)[0].fault


def sheet_of(*years):
    """Return the errors of a sheet of one building, from its years and taxes."""
    rows = [["年份", "楼宇", "税收(亿元)"], *([y, "示例大厦", tax] for y, tax in years)]
    grid = Grid(file="a.csv", rows=rows)
    outcome = check_buildings([grid], Asked(today="2026-01-01"))
    return [(fault.code, fault.row) for fault in outcome.errors]


@pytest.mark.parametrize(
    ("years", "jump"),
    [
        ([("2016", "26.3"), ("2017", "271000")], 3),
        ([("2017", "271000"), ("2016", "26.3")], 2),
    ],
)
def test_a_tax_of_any_size_does_not_hide_the_jump(years, jump):
    assert ("suspected_unit_change", jump) in sheet_of(*years)


@pytest.mark.parametrize("tax", ["263000", "1e99", "逾263000", "<263000", "1-263000"])
def test_a_tax_that_no_building_has_is_refused_without_a_year_beside_it(tax):
    assert sheet_of(("2016", tax)) == [("out_of_range", 2)]  # 万元 under 亿元


def test_a_nought_that_the_format_hides_is_refused():
    with pytest.raises(Refusal, match="ambiguous_number"):
        read_figure(0, "0;-0;", "members", None)


# One meaning of a wording in the library.

BEFORE = (
    "|约|近|超|逾|不足|少于|至多|不超过|至少|> |<|>=|≤|over |nearly |about |c. |~"
    "|up to |突破|接近|上|-"
).split("|")
NUMBERS = (
    "26.3 3 1,234 300 三百二十 一万二千 两千 十 数百 几十 三亿 ３００ 0 1/8 三四十"
    " 30-35 30至35 3万-5万 3-5 5000万-1亿 0.031 百"
).split()
SCALES = ["", "万", "亿", "多", "余", "余万", " million", " bn"]
TAILS = [
    "",
    "元",
    "人",
    "家",
    "人次",
    "家企业",
    "%",
    " yuan",
    "港元",
    "以上",
    "左右",
    "+",
]
WORDINGS = [
    "".join(p).strip() for p in itertools.product(BEFORE, NUMBERS, SCALES, TAILS)
]


def outcome(text, column, unit):
    """Return what the cell says and what the printed wording says, in one unit."""
    cell = printed = None
    with suppress(Refusal):
        cell = read(text, column, unit)
    with suppress(ReadingError):
        printed = read_printed(text, unit=cell.unit if cell else unit)
    if not cell or not printed:
        return None
    named = printed.unit in UNITS and UNITS[printed.unit].kind == "amount"
    factor = convert(printed.unit if named else cell.unit, COLUMNS[column])
    said = [printed.number]
    said += [printed.lower, printed.upper] if printed.qualifier == "range" else []
    held = [cell.number if cell.qualifier != "fewer_than" else cell.upper]
    held += [cell.lower, cell.upper] if cell.qualifier == "range" else []
    said = [None if n is None else n * factor for n in said]
    held = [None if n is None else float(n) for n in held]
    return (printed.qualifier, said), (cell.qualifier, held)


@pytest.mark.parametrize(
    ("column", "unit"),
    [("members", "persons"), ("enterprises", "enterprises"), ("tax", YI)],
)
def test_a_cell_and_a_printed_wording_are_read_alike(column, unit):
    found = {text: outcome(text, column, unit) for text in WORDINGS[::7]}
    both = {text: pair for text, pair in found.items() if pair}
    unlike = {
        text: pair
        for text, pair in both.items()
        if pair[0][0] != pair[1][0] or pair[0][1] != pytest.approx(pair[1][1])
    }
    assert unlike == {} and len(both) > 60


def test_every_qualifier_of_a_figure_has_a_flag():
    assert set(FLAGS) == set(QUALIFIERS) - {"not_found"}


# Laws.


@given(COUNT)
def test_a_grouped_number_equals_the_plain_one(number):
    forms = {
        f"{number:,}",
        f"{number:,}".replace(",", " "),
        f"{number:,}".replace(",", "，"),
    }
    assert {read(form).number for form in forms} == {Decimal(number)}


@given(
    NUMBER,
    st.sampled_from(
        [("亿元", YI), ("万元", WAN), ("千元", "1000 yuan"), ("元", "yuan")]
    ),
)
def test_a_unit_in_the_cell_equals_the_unit_in_the_head(number, unit):
    word, key = unit
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
            [
                "0",
                "#",
                ",",
                ".",
                ";",
                "%",
                '"万"',
                '"',
                "[",
                "]",
                "$",
                "¥",
                "y",
                "-",
                "\\",
                "!",
                "_",
                "*",
                "E+00",
                "General",
                "(",
                ")",
                " ",
                "[Red]",
                "@",
            ]
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
    "text", ["张三", "张三 37", "13812345678x", "6234-5678", "A123456(7)"]
)
def test_no_message_quotes_what_may_be_a_person(text):
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


def test_a_mend_is_not_made_of_digits_that_are_not_quoted():
    with pytest.raises(Refusal) as told:
        read("1381234,5678", "tax", YI)
    assert "138" not in told.value.found + told.value.mend + told.value.english


@pytest.mark.slow
def test_two_million_plain_cells_take_less_than_twenty_seconds():
    started = time.perf_counter()
    for _ in range(2_000_000):
        read_figure("26.3", "General", "tax", YI)
    assert time.perf_counter() - started < 20


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
    read = read_figure(value, number_format, "tax", "100 million yuan")
    assert (read.printed, float(read.number)) == (printed, float(value))


def test_a_count_has_no_decimals_however_it_is_shown():
    assert read_figure(409.0, "0.00", "members", None).printed == "409"
