"""A total must add up, within half a printed digit per term; a count exactly."""

import time
from decimal import Decimal

import pytest

from hengstats.intake.buildings.sheets import check_buildings
from hengstats.intake.buildings.spans import Digits, half_digit, span_of, total_span
from hengstats.intake.cells import read_figure
from hengstats.intake.grid import Grid
from hengstats.intake.result import Asked

TAX = "100 million yuan"


def figure(text, column="tax", unit=TAX):
    """Return a reading."""
    return read_figure(text, "General", column, unit)


def misses(text, sheet=""):
    """Return the rows and columns of the totals that do not add up."""
    rows = [line.split(",") for line in text.split("\n")]
    done = check_buildings([Grid(file="a.csv", sheet=sheet, rows=rows)], Asked())
    return [(e.row, e.column) for e in done.errors if e.code == "total_mismatch"]


@pytest.mark.parametrize(
    ("text", "half"),
    [("26.3", "0.05"), ("26.30", "0.005"), ("32", "0.5"), ("2.6e1", "0.5"), ("0", "0")],
)
def test_half_of_the_last_printed_digit(text, half):
    assert half_digit(figure(text)) == Decimal(half)


def test_half_a_digit_is_in_the_unit_of_the_column():
    # 26300 ten thousand yuan, half a unit of ten thousand: 0.5 / 10000
    assert half_digit(figure("26300", unit="10000 yuan")) == Decimal("0.00005")


def test_a_number_cell_prints_as_many_decimals_as_its_column():
    assert half_digit(figure(32), finest=1) == Decimal("0.05")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("26.3", "26.25", "26.35"),
        ("约26.3", "23.67", "28.93"),
        ("近300", "0", "300"),
        ("逾300", "300", "Infinity"),
        ("不足10", "0", "10"),
        ("30-35", "30", "35"),
    ],
)
def test_a_term_is_an_interval(text, low, high):
    assert span_of(figure(text), Digits(False)) == (Decimal(low), Decimal(high))


def test_a_count_written_out_is_exact_and_one_in_myriads_is_not():
    counted = Digits(counted=True)
    assert span_of(figure("409", "members", None), counted) == (409, 409)
    assert span_of(figure("1.2万", "members", None), counted) == (11500, 12500)


def test_a_total_is_a_point_unless_it_is_printed_more_coarsely():
    digits = Digits(False, coarsest=Decimal("0.05"))
    assert total_span(figure("26.3"), digits) == (Decimal("26.3"), Decimal("26.3"))
    assert total_span(figure("26"), digits) == (Decimal("25.5"), Decimal("26.5"))


HEAD = "年份,楼宇,税收(亿元),党员数\n"


@pytest.mark.parametrize(
    "total",
    ["合计,,3.9,30", "合计,,4.1,30", "总 计,,4.0,", "Total,,4,30", "2016,小计,4.0,30"],
)
def test_a_total_within_rounding_agrees(total):
    rows = "2016,甲大厦,1.0,10\n2016,乙大厦,3.0,20\n"
    assert misses(HEAD + rows + total) == []


@pytest.mark.parametrize(
    ("total", "column"),
    [
        ("合计,,3.8,30", "税收(亿元)"),
        ("合计,,4.2,30", "税收(亿元)"),
        ("合计,,4.0,29", "党员数"),
        ("2016年小计,,4.0,31", "党员数"),
    ],
)
def test_a_total_beyond_rounding_does_not(total, column):
    rows = "2016,甲大厦,1.0,10\n2016,乙大厦,3.0,20\n"
    assert misses(HEAD + rows + total) == [(4, column)]


def test_one_row_has_no_room_for_another_total():
    assert misses(HEAD + "2016,甲大厦,1.0,10\n合计,,1.1,10") == [(3, "税收(亿元)")]


def test_every_column_must_agree_with_the_same_rows():
    rows = "2016,甲大厦,1.0,10\n小计,,1.0,10\n2016,乙大厦,3.0,20\n"
    # 4.0 is the sum of all, 20 that of the second group: no rows give both
    assert misses(HEAD + rows + "合计,,4.0,20") == [(5, "党员数")]


BLOCKS = "2016,甲,1,\n2016,乙,2,\n{}2017,甲,3,\n2017,乙,4,\n"
STREETS = "2016,甲,1,\n2016,乙,2,\n小计,,3,\n2016,丙,5,\n"


@pytest.mark.parametrize(
    "text",
    [
        BLOCKS.format("") + "2017,合计,10,",  # all years in one that names a year
        BLOCKS.format("") + "2017年合计,,10,",
        BLOCKS.format("") + "2016,合计,10,",
        BLOCKS.format("") + "合计,,3,",  # of a block that it does not close
        BLOCKS.format("") + "合计,,4,",  # of one building
        BLOCKS.format("合计,,10,\n"),  # the other year as well
        STREETS + "合计,,5,",  # since the last 小计
        STREETS + "2016,合计,5,",  # the same, with its year
        STREETS.replace("小计,,3", "2016,小计,3") + "2016,合计,5,",
        STREETS + "总计,,3,",
        STREETS + "Total,,5,",
        STREETS + "税收合计,,5,",
        STREETS + "小计,,8,",
        "2016,甲,1,\n本页小计,,1,\n本页小计,,9,",  # no rows of its own
        STREETS + "小计,,5,\n2016,丁,1,\n合计,,6,",
        "合计,,5,\n小计,,3,\n2016,甲,1,\n2016,乙,2,\n小计,,5,\n2016,丙,5,",
        "2016,甲,1,\n2017,甲,2,\n2016,乙,4,\n2017,乙,8,\n合计,甲,15,",
    ],
)
def test_a_total_of_other_rows_than_its_own_does_not_agree(text):
    assert misses(HEAD + text) != []


@pytest.mark.parametrize(
    "text",
    [
        BLOCKS.format("") + "合计,,10,",
        BLOCKS.format("") + "合计,,7,",  # of the last year's block
        BLOCKS.format("合计,,3,\n") + "合计,,7,\n总计,,10,",
        BLOCKS.format("小计,,3,\n") + "小计,,7,\n合计,,10,",
        BLOCKS.format("2016,合计,3,\n") + "2017,合计,7,\n合计,,10,",
        BLOCKS.format("") + "2016年小计,,3,\n2017年小计,,7,",
        "合计,,10,\n" + BLOCKS.format(""),
        "合计,,3,\n" + BLOCKS.format("合计,,7,\n"),
        "总计,,10,\n2016,合计,3,\n" + BLOCKS.format("2017,合计,7,\n"),
        STREETS + "小计,,5,\n合计,,8,",
        STREETS + "小计,,5,\n示例区小计,,8,\n合计,,8,",  # of two groups
        STREETS + "小计,,5,\n东街道合计,,8,\n2016,丁,1,\n西街道合计,,1,\n合计,,9,",
        STREETS + "东街道合计,,5,\n合计,,8,",
        STREETS + "本页小计,,8,\n2016,丁,1,\n小计,,6,\n本页小计,,1,\n合计,,9,",
        "2016,甲,1,\n2017,甲,2,\n合计,甲,3,\n2016,乙,4,\n2017,乙,8,\n合计,乙,12,",
        "小计,甲,3,\n2016,甲,1,\n2017,甲,2,\n小计,乙,4,\n2016,乙,4,",
        # of each street, year by year, and of all
        BLOCKS.format("") + "2016,合计,3,\n2017,合计,7,\n2016,丙,5,\n2017,丙,6,\n"
        "2016,合计,5,\n2017,合计,6,\n2016,总计,8,\n2017,总计,13,",
    ],
)
def test_every_sound_place_of_a_total_agrees(text):
    assert misses(HEAD + text) == []


def test_many_totals_are_added_up_in_time():
    years = [f"{2000 + i % 20},甲{i},1," for i in range(40_000)]
    text = "\n".join(f"{row}\n{row[:4]},合计,1," for row in years)
    started = time.process_time()
    assert misses(HEAD + text) == []
    assert time.process_time() - started < 8


def test_a_total_of_subtotals_is_the_sum_of_the_rows():
    rows = "2016,甲大厦,1.0,10\n小计,,1.0,10\n2016,乙大厦,3.0,20\n小计,,3.0,20\n"
    assert misses(HEAD + rows + "合计,,4.0,30") == []
    assert misses(HEAD + rows + "合计,,8.0,60") == [(6, "税收(亿元)"), (6, "党员数")]


def test_a_wrong_subtotal_is_told_and_a_right_total_is_not():
    rows = "2016,甲大厦,1.0,10\n小计,,1.0,11\n2016,乙大厦,3.0,20\n小计,,3.0,20\n"
    assert misses(HEAD + rows + "合计,,4.0,30") == [(3, "党员数")]


def test_the_total_of_a_year_sums_that_year_wherever_it_stands():
    rows = "2016,甲大厦,1.0,10\n2017,甲大厦,2.0,20\n2016,乙大厦,3.0,30\n"
    assert misses(HEAD + rows + "2016,合计,4.0,40\n2017,合计,2.0,20") == []
    assert misses(HEAD + rows + "2016,合计,4.0,40\n2017,合计,2.0,21") == [(6, "党员数")]


def test_the_total_of_a_building_sums_its_years():
    rows = "2016,甲大厦,1.0,10\n2016,乙大厦,3.0,30\n2017,甲大厦,2.0,20\n"
    assert misses(HEAD + rows + "合计,甲大厦,3.0,30") == []


def test_a_total_above_sums_what_stands_below():
    rows = "2016,甲大厦,1.0,10\n2016,乙大厦,3.0,30"
    assert misses(HEAD + "2016,合计,4.0,40\n" + rows) == []
    assert misses(HEAD + "2016,合计,4.0,41\n" + rows) == [(2, "党员数")]


def test_averages_parts_and_carried_sums_are_not_checked():
    rows = (
        "2016,甲大厦,1.0,10\n承前页,,9.0,9\n其中：外资,,9.0,9\n平均,,9.0,9\n累计,,9.0,9"
    )
    assert misses(HEAD + rows) == []


def test_a_missing_term_leaves_the_total_room_upwards_only():
    rows = "2016,甲大厦,1.0,10\n2016,乙大厦,3.0,—\n"
    assert misses(HEAD + rows + "合计,,4.0,15") == []
    assert misses(HEAD + rows + "合计,,4.0,9") == [(4, "党员数")]


def test_bounds_leave_the_total_the_room_they_leave():
    rows = "2016,甲大厦,1.0,逾10\n2016,乙大厦,3.0,20-25\n"
    assert misses(HEAD + rows + "合计,,4.0,40") == []
    assert misses(HEAD + rows + "合计,,4.0,29") == [(4, "党员数")]


def test_binary_fractions_of_a_workbook_add_up():
    rows = [
        ["年份", "楼宇", "税收(亿元)"],
        [2016, "甲大厦", 0.1],
        [2017, "甲大厦", 0.2],
        ["合计", None, 0.1 + 0.2],
    ]
    done = check_buildings([Grid(file="a.xlsx", sheet="一", rows=rows)], Asked())
    assert done.errors == ()


def test_the_message_gives_the_sum_in_the_printed_unit():
    text = "年份,楼宇,税收(万元)\n2016,甲大厦,100\n2016,乙大厦,200\n合计,,400"
    rows = [line.split(",") for line in text.split("\n")]
    fault = check_buildings([Grid(file="a.csv", rows=rows)], Asked()).errors[0]
    assert "合计写的是 400，各数相加是 300" in fault.message


def test_years_across_add_up_to_their_total():
    head = "楼宇,2016年党员数,2017年党员数,2016年税收(亿元),党员数合计\n"
    assert misses(head + "甲大厦,10,20,1,30") == []
    assert misses(head + "甲大厦,10,20,1,31") == [(2, "党员数合计")]
