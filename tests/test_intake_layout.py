"""Where a table begins, what stands in its columns, and what the lines around say."""

import pytest

from hengstats.intake.buildings.labels import is_footer, is_heading, total_kind
from hengstats.intake.buildings.layout import find_head
from hengstats.intake.buildings.merges import captions, fill_down, merged_figures
from hengstats.intake.buildings.notes import (
    named_measure,
    read_notes,
    sheet_year,
    stated_units,
    titled_years,
)
from hengstats.intake.grid import Grid


def grid(*rows, **structure):
    """Return a sheet of a workbook."""
    return Grid(
        file="a.xlsx", sheet="一", rows=[list(row) for row in rows], **structure
    )


def kinds(*rows, **structure):
    """Return what the columns of a sheet are, its first row of figures beside them."""
    place = find_head(grid(*rows, **structure))
    heads = {c: (head.kind, head.year) for c, head in place.heads.items()}
    return heads, place.first


LONG = ("年份", "楼宇", "税收(亿元)")
KINDS = {0: ("year", ""), 1: ("building", ""), 2: ("tax", "")}


def test_a_head_is_found_below_titles_and_notes():
    title = ("示例街道重点楼宇情况表",), ("填报单位：示例街道", None, "单位：亿元"), ()
    assert kinds(*title, LONG, (2016, "甲大厦", 1)) == (KINDS, 4)


def test_a_field_of_a_form_is_no_head():
    assert kinds(("年份", 2021), ("楼宇", "两座"), LONG)[1] == 3
    assert kinds(("楼宇", "示例大厦", "年份", 2021), LONG)[1] == 2


def test_a_sheet_without_known_heads_has_none():
    assert find_head(grid((2016, "甲大厦", 1), (2017, "甲大厦", 2))) is None


def test_groups_head_each_column_that_they_are_merged_over():
    found, first = kinds(
        ("楼宇", "2016年", None, "2017年", None),
        (None, "税收", "党员数", "税收", "党员数"),
        merged=[(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4)],
    )
    assert found == {
        0: ("building", ""),
        1: ("tax", "2016年"),
        2: ("members", "2016年"),
        3: ("tax", "2017年"),
        4: ("members", "2017年"),
    }
    assert first == 2


def test_groups_of_a_csv_head_the_blank_cells_to_their_right():
    found, _ = kinds(
        ("楼宇", "2016年", "", "备注"),
        ("", "税收", "党员数", ""),
        ("甲大厦", "1", "2", ""),
    )
    assert found[2] == ("members", "2016年")
    assert found[3] == ("text", "")


def test_a_row_of_groups_above_the_head_belongs_to_it():
    found, first = kinds(
        (None, "2021年实绩", None, "2022年计划", None),
        ("楼宇", "税收", "党员数", "税收", "党员数"),
        merged=[(0, 1, 0, 2), (0, 3, 0, 4)],
    )
    assert found[1] == ("tax", "2021年")
    assert found[3][0] == "left_out"
    assert first == 2


def test_a_date_beside_a_title_heads_no_column():
    found, _ = kinds(("示例街道", None, "2021年5月"), LONG)
    assert found == KINDS


def test_a_first_row_of_figures_is_no_second_line_of_the_head():
    assert kinds(LONG, (2016, "甲大厦", "暂无"))[1] == 1
    assert kinds(("楼宇", 2016, 2017), ("甲大厦", "暂无", "—"))[1] == 1


@pytest.mark.parametrize(
    ("row", "below", "first"),
    [
        (("甲", "乙", 1), (2016, "甲大厦", 1), 2),
        (("栏次", None, 1), (2016, "甲大厦", 1), 2),
        (("栏次", 1, 2), (2016, "甲大厦", 1), 2),
    ],
)
def test_the_numbers_of_columns_are_no_figures(row, below, first):
    assert kinds(LONG, row, below)[1] == first


def test_numbers_across_every_column_are_those_of_columns():
    assert kinds(LONG, (1, 2, 3), (2016, "甲大厦", 1))[1] == 2
    assert kinds(LONG, ("(1)", "(2)", "（3）"), (2016, "甲大厦", 1))[1] == 2
    assert kinds(LONG, (1, 2, 4), (2016, "甲大厦", 1))[1] == 1
    assert kinds(LONG, (1, 2), (2016, "甲大厦", 1))[1] == 1
    wide = ("楼宇", 2016, 2017)  # buildings that are named 1 and 2
    assert kinds(wide, (1, 2, 3), (2, 4, 5))[1] == 1
    assert kinds(wide, (1, 2, 3))[1] == 1


def test_a_building_of_one_letter_is_no_number_of_a_column():
    wide = ("楼宇", 2016, 2017)
    assert kinds(wide, ("甲", 1, 2), ("乙", 3, 4))[1] == 1
    assert kinds(wide, ("A", 1, 2))[1] == 1
    assert kinds(wide, ("甲", 1, 2), ("示例大厦", 3, 4))[1] == 2


@pytest.mark.parametrize(
    ("texts", "units"),
    [
        (["单位：万元"], ["万元"]),
        (["（单位：亿元、人）"], ["亿元", "人"]),
        (["计量单位:万元"], ["万元"]),
        (["單位：億元"], ["億元"]),
        (["Unit: CNY million"], ["cny million"]),
        (["单位", "万元"], ["万元"]),
        (["单位：", "万元"], ["万元"]),
        (["填报单位：示例街道"], []),
        (["填报单位：示例街道    单位：万元"], ["万元"]),
        (["注：税收单位为万元。"], ["万元"]),
        (["主管单位：示例区"], []),
    ],
)
def test_a_note_states_units_and_an_office_is_none(texts, units):
    assert stated_units(texts) == units


def test_a_note_gives_each_measure_its_unit():
    units = read_notes([(0, ["单位：万元、人、场次"])]).units
    assert (units["tax"], units["members"], units["events"]) == (
        "10000 yuan",
        "persons",
        "events",
    )


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([(0, ["单位：美元"])], "unit_mismatch"),
        ([(0, ["单位：百元"])], "unit_unknown"),
        ([(0, ["单位：万元"]), (1, ["单位：亿元"])], "unit_conflict"),
    ],
)
def test_a_note_that_cannot_be_read_is_refused(lines, code):
    assert [told.code for _, told in read_notes(lines).refusals] == [code]


@pytest.mark.parametrize(
    "line", ["单位：平方米", "单位：示例街道办事处", "单位：%", "税收情况表（示例区）"]
)
def test_a_note_about_something_else_states_no_unit_of_tax(line):
    notes = read_notes([(0, [line])])
    assert ("tax" in notes.units, notes.refusals) == (False, ())


@pytest.mark.parametrize(
    ("title", "measure"),
    [
        ("2016-2020年重点楼宇税收情况表", "tax"),
        ("楼宇企业税收一览", "tax"),
        ("樓宇黨員數統計", "members"),
        ("Tax of buildings", "tax"),
        ("税收与党员数", ""),
        ("楼宇租金情况", ""),
        ("税收增幅", ""),
        ("2022年税收目标", ""),
    ],
)
def test_a_title_names_one_measure_or_none(title, measure):
    assert named_measure([title]) == measure


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("2019", "2019"),
        ("2019年", "2019年"),
        ("2019年楼宇税收", "2019年"),
        ("FY2019", "fy2019"),
        ("2019-2021", ""),
        ("2019年1季度", ""),
        ("2022年预计", ""),
        ("Sheet1", ""),
    ],
)
def test_a_sheet_is_named_after_a_year_or_not(name, year):
    assert sheet_year(name) == year


def test_a_title_states_a_year_and_a_date_states_none():
    assert titled_years(["2021年楼宇税收"]) == {"2021年"}
    assert titled_years(["填报日期：2021年", "2021年5月", "2016-2021年"]) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("合计", "sum"),
        ("合 计", "sum"),
        ("总计", "sum"),
        ("總計", "sum"),
        ("2019年合计", "sum"),
        ("合计（12幢）", "sum"),
        ("Grand Total", "sum"),
        ("2019 Total", "sum"),
        ("小计", "group"),
        ("本页小计", "page"),
        ("本頁合計", "page"),
        ("Page total", "page"),
        ("示例街道合计", "part"),
        ("East Street Total", "part"),
        ("税收合计", "sum"),
        ("全区合计", "sum"),
        ("重点楼宇合计", "sum"),
        ("示例街道小计", "group"),
        ("Subtotal", "group"),
        ("平均值", "other"),
        ("累计", "other"),
        ("其中：外资", "other"),
        ("承前页", "other"),
        ("過次頁", "other"),
        ("Average", "other"),
        ("示例大厦", ""),
        ("合计大厦", ""),
        ("平均路一号", ""),
        ("Total Plaza", ""),
        ("Golden Mean", ""),
    ],
)
def test_a_label_is_that_of_a_total_or_a_building(text, kind):
    assert total_kind(text) == kind


@pytest.mark.parametrize(
    "text",
    "注 注：税收 说明： 備註：甲 资料来源：示例 制表：某 填表人： 审核人"
    " 填报日期：2021-01-05 共12条记录 共3家 第1页共2页 以上数据截至年底"
    " Source:x Notes 2018年3月5日".split(),
)
def test_a_footer_is_known(text):
    assert is_footer(text)


@pytest.mark.parametrize("text", "注册大厦 日期大厦 来源广场 2016 12 共和大厦".split())
def test_a_building_is_no_footer(text):
    assert not is_footer(text)


def test_a_numbered_heading_is_known():
    assert [is_heading(text) for text in ("一、亿元楼", "（二）其他", "一百大厦")] == [
        True,
        True,
        False,
    ]


def test_a_merged_key_is_filled_down_within_its_area():
    sheet = grid(LONG, (2016,), (), (), (2017,), merged=[(1, 0, 3, 0)])
    assert fill_down(sheet, 0, 1) == {2: 2016, 3: 2016}


def test_a_figure_is_merged_if_its_area_holds_several():
    rows = LONG, (2016, "甲", 1), (2016, "乙", None)
    assert merged_figures(grid(*rows, merged=[(1, 2, 2, 2)]), [2], 1) == [(1, 2)]
    assert merged_figures(grid(*rows, merged=[(1, 2, 1, 4)]), [2], 1) == []
    assert merged_figures(grid(*rows, merged=[(1, 2, 1, 4)]), [2, 3], 1) == [(1, 2)]


def test_a_text_merged_over_keys_and_figures_is_a_heading():
    assert captions(grid(LONG, ("甲街道",), merged=[(1, 0, 1, 2)]), [0, 1], [2], 1) == {
        1
    }
