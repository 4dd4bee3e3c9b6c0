"""A total must add up, within half a printed digit per term; a count exactly."""

from decimal import Decimal

import pytest

from hengstats.intake.buildings.sheets import check_buildings
from hengstats.intake.buildings.spans import Digits, half_digit, span_of, total_span
from hengstats.intake.grid import Grid
from hengstats.intake.result import Asked
from hengstats.intake.words.cells import read_figure

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
