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


def test_nothing_is_compared_across_a_zero():
    rows = [[2016, "甲", 0.02, 1], [2017, "甲", 0, 1], [2018, "甲", 26.3, 1]]
    assert codes(check(HEAD, *rows)) == []
    rows[1][2] = "—"
    assert codes(check(HEAD, *rows)) == [("suspected_unit_change", 4, "税收(亿元)")]


def test_the_mend_of_a_jump_is_in_the_unit_of_its_measure():
    rows = [2016, "甲", 1, 5], [2017, "甲", 1000, 5000]
    tax, members = check(HEAD, *rows).errors
    assert "3500万元" in tax.message
    assert "1.2万”" in members.message and "元" not in members.message


def test_a_jump_in_the_second_of_two_sheets_is_told():
    tax = grid(["年份", "楼宇", "税收(亿元)"], [2016, "甲", 1], [2017, "甲", 1])
    members = grid(["年份", "楼宇", "党员数"], [2016, "甲", 1], [2017, "甲", 2000])
    found = check_buildings([tax, members], ASKED)
    assert codes(found) == [("suspected_unit_change", 3, "党员数")]


def test_a_figure_given_twice_is_told_with_another_sheet_between():
    tax = grid(["年份", "楼宇", "税收(亿元)"], [2016, "甲", 1], sheet="一")
    members = grid(["年份", "楼宇", "党员数"], [2016, "甲", 1], sheet="二")
    again = grid(["年份", "楼宇", "税收(亿元)"], [2016, "甲", 2], sheet="三")
    found = check_buildings([tax, members, again], ASKED)
    assert [(e.code, e.sheet) for e in found.errors] == [("duplicate_key", "三")]


def test_the_column_that_was_not_chosen_is_known_all_the_same():
    asked = Asked(today="2022-11-24", columns={"税收": "全口径税收(亿元)"})
    head = ["年份", "楼宇", "税收(亿元)", "全口径税收(亿元)"]
    found = check(head, [2016, "甲", 1, 2], asked=asked)
    assert [cell.number for cell in found.cells] == [2]
    told = found.warnings[0].message
    assert "没有选用" in told and "已知的表头" not in told


def test_every_mend_follows_its_verb():
    rows = [[2016, "甲", 1, 2, 5], [2018, "甲", 1, 2, 5], [2018, "甲*", 1, 2, 5]]
    found = check([*HEAD, "租金"], *rows, hidden_rows={1}, hidden_columns={2})
    assert {w.code for w in found.warnings} == {
        *("ignored_column", "hidden_rows", "hidden_columns"),
        *("missing_year", "similar_names"),
    }
    assert not any("请如果" in w.message for w in found.warnings)


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        *[("公斤", "unit_unknown"), ("吨", "unit_unknown"), ("XX", "unit_unknown")],
        *[("箱", "unit_unknown"), ("元/平方米", "unit_mismatch")],
        *[("%", "unit_mismatch"), ("企业所得税", "missing_column")],
    ],
)
def test_tax_in_what_is_no_unit_of_tax_is_told_as_such(unit, code):
    head = f"税收({unit})"
    for heads, row in (
        (["年份", "楼宇", head], [2016, "甲", 1]),
        (["楼宇", f"2016年{head}"], ["甲", 1]),
    ):
        assert codes(check(heads, row))[-1][0] == code
    known = check(["年份", "楼宇", head, "税收(亿元)"], [2016, "甲", 1, 2])
    assert codes(known) == []  # beside tax it is a column that nobody knows


def test_a_column_of_units_that_are_none_of_tax_is_one_fault():
    rows = [2016, "甲", 1, "吨"], [2017, "甲", 1, "吨"]
    assert codes(check(["年份", "楼宇", "税收", "单位"], *rows)) == [
        ("unit_unknown", 2, "税收（单位）")
    ]
    assert codes(check(["年份", "楼宇", "税收(亿元)", "单位"], *rows)) == []
    offices = [2016, "甲", 1, "示例街道"], [2017, "甲", 1, "示例街道"]
    assert codes(check(["年份", "楼宇", "税收", "单位"], *offices)) == [
        ("unit_missing", 1, "税收")
    ]


@pytest.mark.parametrize(
    "head",
    "2021E税收(亿元) 税收(亿元)2021E 2021年(预)税收(亿元) 2021年税收(预)(亿元)"
    " 2015-2016年 2015-2016年税收(亿元) 2015至2016年 2021年(预计)税收(亿元)"
    " 2015-16年".split(),
)
def test_an_estimate_or_a_span_is_no_year_across(head):
    found = check(["楼宇", "2016年税收(亿元)", head], ["甲", 1, 2])
    assert codes(found) == [("invalid_year", 1, head)]


@pytest.mark.parametrize(
    "head",
    "2015-2016年增幅(%) 2016-2020年合计 2016-2017年租金 2022年计划税收(亿元)"
    " 2016-2020年累计税收".split(),
)
def test_what_is_no_figure_of_a_year_is_left_out(head):
    found = check(["楼宇", "2016年税收(亿元)", head], ["甲", 1, 2])
    assert ([w.code for w in found.warnings], codes(found)) == (["ignored_column"], [])


DOWN = ["楼宇", "指标", "2016年", "2017年"]
TAX = ["甲", "税收(亿元)", 26.3, 32]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([TAX, ["甲", "党员数", 1, 2000]], ("suspected_unit_change", 3, "2017年")),
        ([TAX, ["甲", "党员数", 1, 2.5]], ("non_integer_count", 3, "2017年")),
        ([TAX, ["甲", "全口径税收(亿元)", 1, 2]], ("duplicate_key", 3, "楼宇")),
        ([["甲", "税收", 1, 2], ["甲", "党员数", 1, 2]], ("unit_missing", 1, "2016年")),
        ([TAX, ["乙", "税收(美元)", 1, 2]], ("unit_mismatch", 3, "指标")),
        ([["甲", "党员数", 1, 2]], ("missing_column", 1, "税收")),
        ([["甲", "税收同比", 1, 2]], ("missing_column", 1, "税收")),
        (
            [TAX, ["甲", "楼宇书记", "某某", None]],
            ("individual_level_column", 3, "指标"),
        ),
        ([TAX, [None, "党员数", 1, 2]], ("missing_key", 3, "楼宇")),
        ([TAX, ["甲", None, 1, 2]], ("missing_key", 3, "指标")),
        ([TAX, ["合计", "税收(亿元)", 26.3, 33]], ("total_mismatch", 3, "2017年")),
        ([TAX, DOWN, ["乙", "税收(亿元)", 1, 2]], ("repeated_header", 3, "")),
        ([TAX, ["年份", "楼宇", "税收", None]], ("multiple_tables", 3, "")),
    ],
)
def test_measures_down_the_rows_are_checked_as_columns_are(rows, expected):
    found = check(DOWN, *rows)
    assert codes(found) == [expected]
    assert "某某" not in found.errors[0].message


def test_a_building_that_only_the_title_names_has_no_column():
    found = check(["甲大厦"], ["指标", 2016, 2017], ["税收(亿元)", 1, 2])
    assert codes(found) == [("missing_column", 2, "楼宇")]


def test_one_of_two_rows_of_tax_can_be_named():
    asked = Asked(today="2022-11-24", columns={"税收": "属地税收(亿元)"})
    found = check(DOWN, TAX, ["甲", "属地税收(亿元)", 1, 2], asked=asked)
    assert [(c.number, c.row) for c in found.cells] == [(1, 3), (2, 3)]
    assert "没有选用" in found.warnings[0].message
    asked = Asked(today="2022-11-24", columns={"税收": "区级税收"})
    found = check(DOWN, TAX, ["甲", "某某", 1, 2], asked=asked)
    assert codes(found)[0] == ("missing_column", 1, "区级税收")
    assert not any("某某" in fault.message for fault in found.errors)


def test_a_column_of_kinds_is_no_column_of_measures():
    head = ["楼宇", "类别", "2016年税收(亿元)", "2017年税收(亿元)"]
    assert len(check(head, ["甲", "企业", 1, 2]).cells) == 2
    head = ["楼宇", "项目", "2016年", "2017年"]
    title = ["2016-2017年税收（亿元）"]
    assert len(check(title, head, ["甲", "示例项目", 1, 2]).cells) == 2


def test_more_wordings_of_measures_than_there_can_be_are_refused():
    rows = [[f"甲{i}", f"税收({'亿' * (i % 70)}元)", 1, 2] for i in range(100)]
    assert ("too_many_columns", 1, "") in codes(check(DOWN, *rows))


@pytest.mark.slow
def test_many_rows_of_measures_take_seconds():
    names = ["税收(亿元)", "党员数", "支部数", "企业数", "活动场次", "参与人次"]
    rows = [[f"甲{i // 6}", names[i % 6], "1", "2"] for i in range(180_000)]
    started = time.process_time()
    found = check_buildings([Grid(file="a.csv", rows=[DOWN, *rows])], ASKED)
    assert time.process_time() - started < 10
    assert len(found.cells) == 2 * 180_000


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
