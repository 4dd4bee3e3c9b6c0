"""What sheets say about buildings and years, from grids typed out by hand."""

import time
import tracemalloc
from decimal import Decimal

import pytest

from hengstats.intake.buildings.sheets import check_buildings
from hengstats.intake.grid import Grid
from hengstats.intake.result import Asked, Cell

HEAD = ["年份", "楼宇", "税收(亿元)", "党员数"]
ASKED = Asked(today="2022-11-24")


def grid(*rows, sheet="一", **structure):
    """Return a sheet of a workbook."""
    return Grid(file="a.xlsx", sheet=sheet, rows=list(map(list, rows)), **structure)


def check(*rows, asked=ASKED, **structure):
    """Return what is found in one sheet of a workbook."""
    return check_buildings([grid(*rows, **structure)], asked)


def codes(outcome):
    """Return code, row and column of each error."""
    return [(fault.code, fault.row, fault.column) for fault in outcome.errors]


def test_a_cell_knows_how_it_was_printed_and_where_it_stands():
    found = check(HEAD, [2016, "示例大厦", "约2.6万元", 409])
    assert found.cells[0] == Cell(
        year=2016,
        building="示例大厦",
        column="tax",
        printed="约2.6万元",
        unit="10000 yuan",
        number=Decimal("0.00026"),
        qualifier="about",
        flag="approx",
        sheet="一",
        row=2,
        head="税收(亿元)",
    )
    assert (found.cells[1].column, found.cells[1].unit) == ("members", "persons")


def test_cells_are_a_sequence():
    rows = [[2016 + i, "示例大厦", 1 + i, 10] for i in range(4)]
    cells = check(HEAD, *rows).cells
    whole = list(cells)
    assert len(cells) == 8 == len(whole)
    assert cells[3:6] == tuple(whole[3:6])
    assert cells[-1] == whole[-1]
    assert cells[::3] == tuple(whole[::3])
    assert tuple(reversed(cells)) == tuple(reversed(whole))
    with pytest.raises(IndexError):
        cells[8]


def test_a_row_without_figures_is_a_row_all_the_same():
    found = check(HEAD, [2016, "示例大厦", 1, 2], [2017, "示例大厦", None, "—"])
    assert found.rows == ((2016, "示例大厦"), (2017, "示例大厦"))
    assert len(found.cells) == 2


def test_the_order_of_rows_and_columns_does_not_matter():
    rows = [[2016, "甲大厦", 1, 2], [2017, "甲大厦", 3, 4], [2016, "乙大厦", 5, 6]]
    one = check(HEAD, *rows)
    other = check(HEAD[::-1], *(row[::-1] for row in rows[::-1]))
    figures = [
        {(c.year, c.building, c.column, c.number) for c in found.cells}
        for found in (one, other)
    ]
    assert figures[0] == figures[1]


def test_no_sheet_holds_anything():
    assert codes(check_buildings([grid([None, ""])], ASKED)) == [
        ("empty_file", None, "")
    ]


def test_a_hundred_faults_are_told_and_the_rest_counted():
    rows = [[2016, f"示例大厦{i}", "1,62", 3.5] for i in range(100)]
    found = check(HEAD, *rows)
    assert len(found.errors) == 101
    assert "另有 100 处没有列出" in found.errors[-1].message


def test_a_sheet_of_faults_is_not_read_to_its_end():
    rows = [[None, None, f"文字{i}", f"文字{i}"] for i in range(100_000)]
    started = time.process_time()
    found = check(HEAD, *rows)
    assert time.process_time() - started < 5
    assert "另有至少" in found.errors[-1].message


def test_both_faults_of_a_row_are_told():
    found = check(HEAD, [16, "示例大厦", "1,62", 2])
    assert codes(found) == [
        ("invalid_year", 2, "年份"),
        ("ambiguous_number", 2, "税收(亿元)"),
    ]


def test_a_bad_head_does_not_hide_the_faults_of_the_rows():
    found = check(["年份", "楼宇", "税收", "党员数"], [2016, "示例大厦", 1, 2.5])
    assert codes(found) == [
        ("non_integer_count", 2, "党员数"),
        ("unit_missing", 1, "税收"),
    ]


def test_a_list_of_persons_is_one_fault_a_column_and_no_other():
    found = check(["姓名", "手机", "楼宇"], ["某某", 13800000000, "示例大厦"])
    assert {code for code, _, _ in codes(found)} == {"individual_level_column"}
    assert not any("某某" in fault.message for fault in found.errors)


def test_a_key_in_error_is_told_where_it_stands():
    found = check(
        HEAD,
        [2016, None, 1, 2],
        [None, "示例大厦", 1, 2],
        errors={(1, 1): "#N/A"},
        no_value={(2, 0)},
    )
    assert codes(found) == [("error_cell", 2, "楼宇"), ("formula_no_value", 3, "年份")]


def test_a_total_without_a_stored_value_is_not_checked():
    rows = [2016, "示例大厦", 1, 2], ["合计", None, None, None]
    assert codes(check(HEAD, *rows, no_value={(2, 2), (2, 3)})) == []
    assert codes(check(HEAD, *rows, errors={(2, 2): "#REF!"})) == [
        ("error_cell", 3, "税收(亿元)")
    ]


def test_two_sheets_may_not_give_one_figure_twice():
    rows = [HEAD, [2016, "示例大厦", 1, 2]]
    sheets = [grid(*rows, sheet="一"), grid(*rows, sheet="二")]
    found = check_buildings(sheets, ASKED)
    assert [(e.code, e.sheet) for e in found.errors] == [("duplicate_key", "二")]
    assert "《一》第 2 行" in found.errors[0].message


def test_sheets_of_different_measures_are_joined():
    sheets = [
        grid(["年份", "楼宇", "税收(亿元)"], [2016, "示例大厦", 1], sheet="一"),
        grid(["年份", "楼宇", "党员数"], [2016, "示例大厦", 20], sheet="二"),
    ]
    found = check_buildings(sheets, ASKED)
    assert [(c.column, c.number, c.sheet) for c in found.cells] == [
        ("tax", 1, "一"),
        ("members", 20, "二"),
    ]
    assert found.rows == ((2016, "示例大厦"),)


def test_one_of_the_sheets_of_years_lacks_tax():
    sheets = [
        grid(["楼宇", "税收(亿元)"], ["示例大厦", 1], sheet="2019"),
        grid(["楼宇", "党员数"], ["示例大厦", 20], sheet="2020"),
    ]
    found = check_buildings(sheets, ASKED)
    assert [(e.code, e.sheet) for e in found.errors] == [("missing_column", "2020")]


def test_a_list_of_terms_and_a_summary_are_no_tables():
    sheets = [
        grid(HEAD, [2016, "示例大厦", 1, 2], sheet="明细"),
        grid(["字段", "税收", "党员数"], ["单位", "亿元", "人"], sheet="字段"),
        grid(["年份", "税收(亿元)"], [2016, 1], sheet="汇总"),
    ]
    assert codes(check_buildings(sheets, ASKED)) == []


def test_years_in_a_column_and_one_year_in_the_heads_must_agree():
    head = ["年份", "楼宇", "2021年税收(亿元)"]
    assert codes(check(head, [2021, "示例大厦", 1])) == []
    assert codes(check(head, [2020, "示例大厦", 1])) == [("invalid_year", 2, "年份")]


def test_years_in_a_column_and_several_in_the_heads_are_refused():
    head = ["年份", "楼宇", "2020年税收(亿元)", "2021年税收(亿元)"]
    assert codes(check(head, [2021, "示例大厦", 1, 2])) == [
        ("duplicate_column", 1, "2020年税收(亿元)")
    ]


def test_a_merged_column_of_units_is_filled_down():
    found = check(
        ["年份", "楼宇", "税收", "单位"],
        [2016, "示例大厦", 100, "万元"],
        [2017, "示例大厦", 200, None],
        merged=[(1, 3, 2, 3)],
    )
    assert [cell.number for cell in found.cells] == [Decimal("0.01"), Decimal("0.02")]


def test_a_jump_is_measured_from_the_last_known_year():
    rows = (
        [2016, "示例大厦", 1, 5],
        [2017, "示例大厦", "—", 0],
        [2018, "示例大厦", 1000, 5],
    )
    assert codes(check(HEAD, *rows)) == [("suspected_unit_change", 4, "税收(亿元)")]


@pytest.mark.parametrize(("before", "after"), [(1, 1000), (1000, 1), ("近2", 2000)])
def test_a_thousandfold_either_way_is_a_jump(before, after):
    rows = [2016, "示例大厦", before, 5], [2017, "示例大厦", after, 5]
    assert [code for code, _, _ in codes(check(HEAD, *rows))] == [
        "suspected_unit_change"
    ]


@pytest.mark.parametrize(("before", "after"), [(1, 999), (0, 5000), ("<10", 5000)])
def test_less_than_that_from_zero_or_from_no_number_is_none(before, after):
    rows = [2016, "示例大厦", 1, before], [2017, "示例大厦", 1, after]
    assert codes(check(HEAD, *rows)) == []


def test_two_buildings_do_not_jump_from_one_to_the_other():
    rows = [2016, "甲大厦", 1, 5], [2017, "乙大厦", 5000, 5]
    assert codes(check(HEAD, *rows)) == []


def test_a_missing_year_is_told_once_for_all_and_once_for_each():
    rows = [
        [2016, "甲大厦", 1, 2],
        [2018, "甲大厦", 1, 2],
        [2019, "甲大厦", 1, 2],
        [2016, "乙大厦", 1, 2],
        [2019, "乙大厦", 1, 2],
    ]
    told = [w.message for w in check(HEAD, *rows).warnings]
    assert ["没有 2017 年" in told[0], "“乙大厦”没有 2018 年" in told[1]] == [
        True,
        True,
    ]
    assert len(told) == 2


def test_hidden_rows_of_totals_are_not_told():
    rows = [2016, "示例大厦", 1, 2], ["合计", None, 1, 2]
    found = check(HEAD, *rows, hidden_rows={2}, hidden_columns={9})
    assert found.warnings == ()


def test_a_struck_figure_of_a_dropped_column_does_not_matter():
    rows = [[*HEAD, "备注"], [2016, "示例大厦", 1, 2, "作废"]]
    assert codes(check(*rows, struck={(1, 4)})) == []
    assert codes(check(*rows, struck={(1, 3)})) == [("ambiguous_number", 2, "党员数")]


def test_an_empty_row_of_a_form_is_none():
    head = ["序号", *HEAD, "备注"]
    rows = [1, 2016, "示例大厦", 1, 2, None], [2], [3, None, None, None, None, "待补"]
    assert codes(check(head, *rows)) == []


def test_a_text_alone_in_the_column_of_buildings_is_a_blank_year():
    found = check(HEAD, [2016, "示例大厦", 1, 2], [None, "样例中心", None, None])
    assert codes(found) == [("missing_key", 3, "年份")]


def test_a_row_that_begins_like_a_footer_and_has_figures_is_a_row():
    head = ["楼宇", "年份", "税收(亿元)"]
    rows = [["楼宇", "年份", "税收(亿元)"], ["备注", "2016", "1.5"]]
    found = check_buildings([Grid(file="a.csv", rows=[head, *rows[1:]])], ASKED)
    assert found.rows == ((2016, "备注"),)


def test_an_unknown_name_of_a_column_is_answered_with_the_heads():
    asked = Asked(today="2022-11-24", columns={"税收": "税收(区级)"})
    found = check(["年份", "楼宇", "税收(亿元)"], [2016, "示例大厦", 1], asked=asked)
    assert codes(found) == [("missing_column", 1, "税收(区级)")]
    assert "年份、楼宇、税收(亿元)" in found.errors[0].message


def test_a_column_outside_the_list_can_be_named():
    asked = Asked(today="2022-11-24", columns={"税收": "区级税收（万元）"})
    found = check(
        ["年份", "楼宇", "区级税收（万元）"], [2016, "示例大厦", 100], asked=asked
    )
    assert [cell.number for cell in found.cells] == [Decimal("0.01")]


def large(rows):
    """Return a sheet of nine columns as a CSV gives it."""
    head = (
        "年份 楼宇 税收(亿元) 党员数 支部数 企业数 活动场次 参与人次 参与人数".split()
    )
    lines = [
        [str(2016 + i % 6), f"示例大厦{i // 6}", f"{1 + i % 90}.{i % 9973:04d}"]
        + [str(i % most + 1) for most in (999, 50, 500, 80, 900, 900)]
        for i in range(rows)
    ]
    return Grid(file="a.csv", rows=[head, *lines])


@pytest.mark.slow
def test_two_hundred_thousand_rows_take_seconds_and_little_room():
    sheet = large(199_999)
    started = time.process_time()
    found = check_buildings([sheet], ASKED)
    assert time.process_time() - started < 10
    assert (codes(found), len(found.cells)) == ([], 7 * 199_999)


@pytest.mark.slow
def test_a_row_takes_less_than_750_bytes():
    sheet = large(20_000)
    tracemalloc.start()
    found = check_buildings([sheet], ASKED)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.cells) == 140_000
    assert most / 20_000 < 750  # 150 MB for 200,000 rows


def test_a_remark_below_years_across_is_no_building():
    head = ["楼宇", "2016年税收(亿元)", "2017年税收(亿元)"]
    found = check(head, ["示例大厦", 1, 2], ["数据由示例街道提供", None, None])
    assert {building for _, building in found.rows} == {"示例大厦"}


def test_a_head_that_a_formula_leaves_blank_is_one_fault():
    head = ["楼宇", "2016年税收(亿元)", None]
    found = check(head, ["示例大厦", 1, 2], no_value={(0, 2)})
    assert codes(found) == [("formula_no_value", 1, "C")]


def test_lines_after_a_footer_belong_to_it():
    rows = [2016, "示例大厦", 1, 2], ["说明"], [None, "税收为全口径"], ["2021 口径"]
    assert codes(check(HEAD, *rows)) == []
    assert codes(check(HEAD, rows[0], rows[2])) == [("missing_key", 3, "年份")]


def test_a_text_alone_that_is_no_building_is_a_remark():
    rows = ["甲街道"], [2016, "示例大厦", 1, 2], ["数据由街道提供"]
    assert codes(check(HEAD, *rows)) == []
    assert codes(check(HEAD, ["2016-2017"], rows[1]))[0] == ("invalid_year", 2, "年份")


def test_two_years_to_come_are_two_faults_and_no_duplicate():
    head = ["楼宇", "2021年税收(亿元)", "2027年税收(亿元)", "2028年税收(亿元)"]
    assert codes(check(head, ["示例大厦", 1, 2, 3])) == [
        ("invalid_year", 1, "2027年税收(亿元)"),
        ("invalid_year", 1, "2028年税收(亿元)"),
    ]
