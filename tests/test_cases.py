"""What other people's files taught: whole kinds of trouble after public reports."""

import re

import pandas as pd
import pytest
from openpyxl.styles import Font
from sheets import HEAD, TWO_YEARS, book, csv, look, members, pack, put, told
from storing import begin, noted

import hengstats as hs

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
TAX = ["年份", "楼宇", "税收(亿元)"]
ROWS = [[2020, "示例大厦", 26.3], [2020, "样本中心", 32.5]]


def codes(folder, sheet, **asked):
    """Return the reasons of a refusal."""
    return [error[0] for error in told(look(folder, sheet, **asked)).get("errors", ())]


def read(folder, sheet, **asked):
    """Return what a sheet says: measures and wordings, row by row."""
    checked = look(folder, sheet, **asked)
    assert checked.errors == ()
    return [f"{cell.year} {cell.column} {cell.printed}" for cell in checked.cells]


def changed(sheet, *changes):
    """Return a workbook whose parts were changed: part, pattern, what comes instead."""
    parts = members(sheet[1])
    for part, pattern, new in changes:
        text, times = re.subn(pattern, new, parts[part].decode(), count=1, flags=re.S)
        assert times == 1
        parts[part] = text.encode()
    return sheet[0], pack(parts)


# What Excel would not show is not taken.

OTHERS = 'xmlns:q="urn:q"'  # elements of others, of the same name
ASKS = '<calcPr fullCalcOnLoad="1"/>'
NOUGHTS = ("<v>0</v>", "<v>0E+00</v>", "<v> -0.0 </v>", "<v>0.00</v>")
TEXTS = tuple(f't="str"><f>A1*2</f><v>{nought}</v>' for nought in ("0", "0.0", ""))
SETTINGS = (
    *(ASKS.replace("1", on) for on in ("true", " 1 ")),
    '<calcPr calcCompleted="0"/>',
    '<calcPr calcId="0"/>',
    f"<q:calcPr {OTHERS}/>{ASKS}",
    '<calcPr/><calcPr fullCalcOnLoad="1"/>',
)


def behind(result, settings, *, other=""):
    """Return a sheet with a result behind a formula, and perhaps another formula."""
    cell = result if "<f>" in result else f"><f>A1*2</f>{result}"
    rows = [HEAD, [2016, "示例大厦", 26.3, 409]]
    return changed(
        book(rows),
        (BOOK, "<calcPr[^>]*>", settings),
        (SHEET, '(<c r="C2")[^>]*><v>26.3</v>', rf"\1 {cell}"),
        (SHEET, '(<c r="D2"[^>]*>)', rf"\1{other}"),
    )


@pytest.mark.parametrize(
    "sheet",
    [
        *(behind(result, ASKS) for result in (*NOUGHTS, *TEXTS)),
        *(behind("<v>0</v>", settings) for settings in SETTINGS),
        behind("<v>0</v>", "<calcPr/>"),  # nobody ever calculated any formula here
        changed(
            behind("<v>0</v>", "", other="<f>B1</f>"),
            (SHEET, "</sheetData>", '</sheetData><sheetCalcPr fullCalcOnLoad="1"/>'),
        ),
    ],
)
def test_a_nought_behind_a_formula_that_nobody_calculated_is_no_figure(sheet, tmp_path):
    assert codes(tmp_path, sheet) == ["formula_no_value"]


def test_a_nought_that_was_calculated_is_a_figure(tmp_path):
    for settings in ("", '<calcPr fullCalcOnLoad="0"/>'):
        sheet = behind("<v>0</v>", settings, other="<f>B1</f>")
        assert read(tmp_path, sheet) == ["2016 tax 0", "2016 members 409"]


HIDDEN = ("#,###", "#", "??", "#.##", "[=0]#;0", '[=0]"";General', "[<1000]#;0")


@pytest.mark.parametrize("number_format", HIDDEN)
def test_a_nought_that_its_format_does_not_show_is_no_figure(number_format, tmp_path):
    for number, printed in ((0, None), (1409, "1409")):
        formatted = put("D2", value=number, number_format=number_format)
        sheet = book([HEAD, [2016, "示例大厦", 26.3, 1]], formatted)
        if printed is None:
            assert codes(tmp_path, sheet) == ["ambiguous_number"]
        else:
            assert read(tmp_path, sheet)[1:] == [f"2016 members {printed}"]


# Cell, its format, and what Excel shows: nothing, if that is not known.
SHOWN = [
    ("C2", "26.3", '@"万元"', ["2016 tax 26.3万元", "2016 members 409"]),
    ("C2", "26.3", '"逾"@', ["2016 tax 逾26.3", "2016 members 409"]),
    ("C2", "26.3", '0;0;0;@"万元"', ["2016 tax 26.3万元", "2016 members 409"]),
    ("C2", "26.3", '@"亿美元"', ["unit_mismatch"]),
    ("C2", "26.3", '@"(预)"', ["ambiguous_number"]),
    ("C2", "26.3", ";;;", ["ambiguous_number"]),
    ("C2", "26.3", '0;0;0;"无"', ["ambiguous_number"]),
    ("B2", "示例大厦", ";;;", ["ambiguous_number"]),
    ("A2", "2016", '@"(预)"', ["invalid_year"]),
    ("C1", "税收(亿元)", ";;;", ["ambiguous_number"]),
]


@pytest.mark.parametrize(("cell", "text", "number_format", "found"), SHOWN)
def test_a_text_is_what_its_format_shows_of_it(
    cell, text, number_format, found, tmp_path
):
    formatted = put(cell, value=text, number_format=number_format)
    sheet = book([HEAD, [2016, "示例大厦", 26.3, 409]], formatted)
    way = read if found[0].startswith("2016") else codes
    assert way(tmp_path, sheet) == found


def test_a_format_says_what_a_name_is(tmp_path):
    sheet = book(
        [HEAD, [2016, "示例大厦", 26.3, 409]], put("B2", number_format='@"A座"')
    )
    assert look(tmp_path, sheet).rows == ((2016, "示例大厦A座"),)


@pytest.mark.parametrize("number_format", ['0"(预)"', '0"年目标"', ";;;"])
def test_a_year_in_a_head_is_what_its_format_shows(number_format, tmp_path):
    rows = [["楼宇", "2019", 2020], ["示例大厦", 20.1, 32.5]]
    sheet = book([["税收(亿元)"], *rows], put("C2", number_format=number_format))
    assert codes(tmp_path, sheet) in (["invalid_year"], ["ambiguous_number"])


@pytest.mark.parametrize("cell", ["A2", "B2", "C2", "C1"])
def test_what_is_struck_through_does_not_count(cell, tmp_path):
    sheet = book(
        [HEAD, [2016, "示例大厦", 26.3, 409]], put(cell, font=Font(strike=True))
    )
    assert codes(tmp_path, sheet) == ["ambiguous_number"]


def test_a_nought_that_the_sheet_does_not_show_is_no_figure(tmp_path):
    sheet = book([HEAD, [2016, "示例大厦", 26.3, 0]])
    hidden = changed(sheet, (SHEET, "<sheetView ", '<sheetView showZeros="0" '))
    small = changed(hidden, (SHEET, "<v>0</v>", "<v>0E+00</v>"))
    view = f'</sheetViews><q:sheetView {OTHERS} showZeros="1"/>'
    others = changed(hidden, (SHEET, "</sheetViews>", view))
    assert read(tmp_path, sheet) == ["2016 tax 26.3", "2016 members 0"]
    for one in (hidden, small, others):
        assert read(tmp_path, one) == ["2016 tax 26.3"]


@pytest.mark.parametrize(
    ("space", "tax"),
    [("http://schemas.microsoft.com/office/2009/ac", "1.5"), ("urn:a", "26.3")],
)
def test_of_alternates_the_one_is_read_that_excel_takes(space, tax, tmp_path):
    cell = '<c r="C2"[^>]*><v>26.3</v></c>'
    both = (
        f'<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice xmlns:q="{space}"'
        ' Requires="q"><c r="C2"><v>1.5</v></c></mc:Choice><mc:Fallback>'
        '<c r="C2"><v>26.3</v></c></mc:Fallback></mc:AlternateContent>'
    )
    sheet = changed(book([HEAD[:3], TWO_YEARS[1][:3]]), (SHEET, cell, both))
    assert read(tmp_path, sheet) == [f"2016 tax {tax}"]


@pytest.mark.parametrize("name", ["customXml/item1.xml", "docProps/app.xml"])
def test_what_nobody_reads_may_be_odd(name, tmp_path):
    parts = members(book(TWO_YEARS)[1]) | {name: b"<!DOCTYPE a><a"}
    assert len(read(tmp_path, ("a.xlsx", pack(parts)))) == 4


# Text as other programs write it.


@pytest.mark.parametrize(
    "text",
    [
        "年份\t,楼宇\t,税收(亿元)\t\n2016\t,示例大厦\t,26.3\t",
        '年份, "楼宇", "税收(亿元)"\n2016, "示例大厦", "26.3"',
    ],
)
def test_a_tab_behind_and_a_blank_before_a_field_are_no_part_of_it(text, tmp_path):
    assert read(tmp_path, csv(text)) == ["2016 tax 26.3"]


@pytest.mark.parametrize("names", ["恒隆", "嘉里 越洋"])
def test_one_or_two_short_names_do_not_tell_an_encoding(names, tmp_path):
    rows = [f"2016,{name},2630" for name in names.split()]
    sheet = csv("\n".join(["Year,Building,Tax (CNY million)", *rows]), "gbk")
    assert codes(tmp_path, sheet) == ["encoding"]


# Heads in two languages, and years whose figures were revised.


@pytest.mark.parametrize(
    "head",
    [
        "党员数（人） Members (person)",
        "党支部数（个）\nParty Branches (unit)",
        "Number of branches (units)",
        "企业数（户） Enterprises (unit)",
        "活动场次（场）Events (time)",
        "中共党员数",
    ],
)
def test_a_head_in_two_languages_is_a_count(head, tmp_path):
    sheet = book([[*TAX, head], [2020, "示例大厦", 26.3, 12]])
    assert len(read(tmp_path, sheet)) == 2


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("税收 Tax(亿元/100 million yuan)", None),
        ("税收\nTax\n(亿元)\n(100 million yuan)", None),
        ("税收 Tax（亿元 100 million yuan）", None),
        ("税收 Tax(万元/100 million yuan)", "unit_unknown"),
    ],
)
def test_a_unit_in_two_languages_has_to_be_one(head, code, tmp_path):
    sheet = book([["年份", "楼宇", head], [2020, "示例大厦", 26.3]])
    assert (codes(tmp_path, sheet) or [None]) == [code]


@pytest.mark.parametrize(
    "head",
    [
        *("2020（修订）", "2020p", "2020r", "2020年（调整后）", "2020年快报数"),
        *(
            "2020年最终",
            "2020 (final)",
            "2020(prov.)",
            "2020年决算数",
            "2020年（核实）",
        ),
        *("2020年实际", "2020 actual", "2020年完成数", "2020r 税收(亿元)"),
        *("2020年决算 税收(亿元)", "2020 prelim. tax (CNY 100 million)"),
    ],
)
def test_a_year_whose_figures_were_revised_is_that_year(head, tmp_path):
    rows = [
        ["税收(亿元)"],
        ["楼宇", "2019年税收(亿元)", head],
        ["示例大厦", 28.1, 30.1],
    ]
    checked = look(tmp_path, book(rows))
    assert [(cell.year, cell.head) for cell in checked.cells][1:] == [(2020, head)]


@pytest.mark.parametrize(
    "head", ["2020E", "2020（预）", "2020年预计", "2020年任务", "2020B", "2020年估"]
)
def test_an_estimate_is_no_figure_of_its_year(head, tmp_path):
    rows = [["税收(亿元)"], ["楼宇", "2019年", head], ["示例大厦", 28.1, 30.1]]
    assert codes(tmp_path, book(rows)) == ["invalid_year"]


# Rows that are no buildings.


TOTALS = (
    "Grand-Total|GRAND‐TOTAL|合计数|总额|All buildings|Σ|T O T A L|TTL|Tot.|Gross"
    "|Aggregate|Combined|All|Whole district|Total tax|总共|总税收|合计金额|汇总|彙總"
    "|加總|合共|大计|总量|街道合计：示例|示例街道(小计)|Sub total: Nanjing Road"
    "|subtotal A|Total for the street"
)
OTHERS_OF_ROWS = (
    "Avg.|加权平均|示例街道平均|年均|中位数|最大值|最小值|增速%|Median|# 外资"
    "|平均每幢|平均税收|中值|极差|極差|极大值|最高|增加额|份额|名次|排名|比上年±%"
    "|同比±|升降|涨幅|年度目标|考核目标|目標值|去年同期|上年数|基数|复合增长率"
    "|占全区比重|Highest|Lowest|Maximum value|CAGR|Y/Y growth|Weighted average"
    "|Quartile|75th percentile|Count|No. of buildings|Per building|Share of total"
    "|Std. dev."
)


@pytest.mark.parametrize("label", TOTALS.split("|"))
def test_a_total_in_any_words_is_no_building(label, tmp_path):
    rows = [TAX, *ROWS, [2020, label, 58.8]]
    assert read(tmp_path, book(rows)) == ["2020 tax 26.3", "2020 tax 32.5"]
    wrong = [TAX, *ROWS, [2020, label, 60.1]]
    assert codes(tmp_path, book(wrong)) == ["total_mismatch"]


@pytest.mark.parametrize("label", OTHERS_OF_ROWS.split("|"))
def test_what_is_computed_from_the_rows_is_no_building(label, tmp_path):
    rows = [TAX, *ROWS, [2020, label, 17.4]]
    assert read(tmp_path, book(rows)) == ["2020 tax 26.3", "2020 tax 32.5"]


@pytest.mark.parametrize(
    "name",
    "其他|其余楼宇|Others|非重点楼宇|示例街道|一、示例街道|(一)示例街道|静安区|示例镇"
    "|张江小镇|示例社区|示例商圈|CBD片区|北片|A组|第一组|未分类|(空)|商务楼宇"
    "|重点楼宇|外资楼宇|国企楼宇|示例路沿线|沿街商铺|非楼宇|亿元楼|甲级写字楼|园区"
    "|Jing'an District|West zone|其中大厦|Of Which House|Remainder|Balance|Range|Q1|N"
    "|备注|数据来源:示例区|制表人:|续表|第1页 共2页".split("|"),
)
def test_what_may_be_a_group_or_a_note_is_asked_about(name, tmp_path):
    rows = [TAX, *ROWS, [2020, name, 10]]
    assert codes(tmp_path, book(rows)) == ["invalid_name"]


@pytest.mark.parametrize(
    "name",
    "科技园区|东区|其乐大厦|Unit 1|镇江大厦|社区中心|#3楼|一、二号楼|其他大厦"
    "|Other Street 5|份额大楼|平均路88号|总和广场|最高大厦|The Sum|Subtotal House"
    "|Mean Fiddler|Min Building".split("|"),
)
def test_a_building_that_sounds_like_one_is_a_building(name, tmp_path):
    assert len(read(tmp_path, book([TAX, *ROWS, [2020, name, 10]]))) == 3


SUMMED = [["示例大厦", 26.3, 409], ["样本中心", 13.1, 205], ["南西片二", 39.4, 614]]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (2, 0, 1, 3), (3, 0, 1, 2)])
def test_a_row_that_is_the_sum_of_those_beside_it_is_asked_about(order, tmp_path):
    own = [*SUMMED, ["虚构广场", 7.7, 88]]
    rows = [[2020, *own[i]] for i in order]
    assert codes(tmp_path, book([HEAD, *rows])) == ["invalid_name"]


def test_a_sum_of_few_digits_is_nothing(tmp_path):
    rows = [
        [2020, "示例大厦", 1, 4],
        [2020, "样本中心", 2, 5],
        [2020, "虚构广场", 3, 9],
    ]
    assert len(read(tmp_path, book([HEAD, *rows]))) == 6


# The mend that a refusal offers never crosses figures.

SIDE = ["2019年 楼宇", "2019年 税收(亿元)", "2020年 楼宇", "2020年 税收(亿元)"]


@pytest.mark.parametrize("order", [1, -1])
def test_two_tables_side_by_side_are_not_read_as_one(order, tmp_path):
    names, taxes = ["示例大厦", "样本中心"][::order], [30.1, 40.1][::order]
    rows = [["示例大厦", 26.3, names[0], taxes[0]], ["样本中心", 32.5, names[1]]]
    sheet = book([SIDE, rows[0], [*rows[1], taxes[1]]])
    (fault, *_) = look(tmp_path, sheet).errors
    assert (fault.code, "--column" in fault.message) == ("duplicate_column", False)
    chosen = look(tmp_path, sheet, columns={"楼宇": SIDE[0]})
    if order == 1:  # the rows are in one order: nothing is crossed
        found = {(c.year, c.building): c.printed for c in chosen.cells}
        assert found[2020, "示例大厦"] == "30.1"
    else:
        assert [fault.code for fault in chosen.errors] == ["multiple_tables"]


NAMED = "名称|单位名称|备注|楼宇2|楼宇.1|楼宇_1|Building2|项目名称|大楼|对应楼宇|"


@pytest.mark.parametrize("head", NAMED.split("|"))
@pytest.mark.parametrize("first", [True, False])
def test_names_in_another_order_are_the_key_of_another_table(head, first, tmp_path):
    heads = ["楼宇", "2019年税收(亿元)", head, "2020年税收(亿元)"]
    if not first:
        heads[::2] = heads[2::-2]
    rows = [["示例大厦", 20.1, "样本中心", 40.1], ["样本中心", 15.1, "示例大厦", 30.1]]
    assert codes(tmp_path, book([heads, *rows])) in (
        ["multiple_tables"],
        ["duplicate_column"],
        ["missing_column"],
    )
    same = [rows[0], ["样本中心", 15.1, "样本中心", 30.1]]
    same[0][2] = "示例大厦"
    if head not in ("大楼", ""):
        assert len(look(tmp_path, book([heads, *same])).cells) == 4


# Commas of decimals, and units in two languages.


def test_a_comma_of_three_places_between_semicolons_is_asked_about(tmp_path):
    text = "年份;楼宇;税收(万元);党员数\n2019;示例大厦;{};{}\n"
    assert codes(tmp_path, csv(text.format("26,325", "409"))) == ["ambiguous_number"]
    assert read(tmp_path, csv(text.format("1,226,325", "1,409"))) == [
        "2019 tax 1,226,325",
        "2019 members 1,409",
    ]


@pytest.mark.parametrize(
    "unit", ["US$ bn", "EUR 100 million", "HK$ 100 million", "million USD", "JPY bn"]
)
def test_two_languages_that_name_two_currencies_are_refused(unit, tmp_path):
    for head in (f"税收（亿元） Tax ({unit})", f"Tax ({unit}) 税收（亿元）"):
        assert codes(tmp_path, csv(f"年份,楼宇,{head}\n2020,示例大厦,26.3\n")) == [
            "unit_mismatch"
        ]
    note = f"单位：亿元 Unit: {unit},,\n年份,楼宇,税收\n2020,示例大厦,26.3\n"
    assert codes(tmp_path, csv(note)) == ["unit_mismatch"]


BOTH = [
    "Year 年份,Building 楼宇,Tax Revenue 税收 (亿元)",
    "Year年份,Building楼宇,Tax税收(亿元)",
    "年份 (Year),楼宇 (Building),税收 (Tax) (亿元)",
    "年份(year),楼宇(building),税收(亿元)(tax; 100 million yuan)",
    "年份,楼宇,Tax (CNY 100 million) 税收（亿元）",
]


@pytest.mark.parametrize("heads", BOTH)
def test_heads_in_two_languages_are_read_in_either_order(heads, tmp_path):
    assert read(tmp_path, csv(f"{heads}\n2020,示例大厦,26.3\n")) == ["2020 tax 26.3"]


# The digits that Excel drops under General.


def test_a_column_has_the_digits_of_its_most_precise_number(tmp_path):
    rows = [[2018, "示例大厦", 8.4], [2019, "示例大厦", 9.52], [2020, "示例大厦", 11]]
    assert read(tmp_path, book([TAX, *rows])) == [
        "2018 tax 8.40",
        "2019 tax 9.52",
        "2020 tax 11.00",
    ]
    lines = "\n".join(f"{year},{name},{tax}" for year, name, tax in rows)
    as_text = read(tmp_path, csv(f"年份,楼宇,税收(亿元)\n{lines}"))
    assert as_text[2] == "2020 tax 11"


def test_a_number_that_is_none_does_not_end_the_reading(tmp_path):
    sheet = changed(book([TAX, *ROWS]), (SHEET, "<v>26.3</v>", "<v>1e999</v>"))
    assert codes(tmp_path, sheet) == ["non_finite"]


def test_a_frame_of_short_floats_has_the_digits_it_prints(tmp_path):
    frame = pd.DataFrame({"年份": [2019], "楼宇": ["示例大厦"], "税收(亿元)": [26.3]})
    (cell,) = hs.check(frame.astype({"税收(亿元)": "float32"})).cells
    assert cell.printed == "26.3"


def test_a_target_in_the_column_of_years_is_no_year_and_no_total(tmp_path):
    text = "年份,楼宇,税收(亿元)\n2019,示例大厦,26.3\n2020年目标,示例大厦,30\n"
    assert codes(tmp_path, csv(text)) == ["invalid_year"]


# Tenants and covered enterprises; measures of a dataset's own.


@pytest.mark.parametrize(
    ("head", "measure"),
    [
        ("入驻企业(家)", "enterprises"),
        ("企业总数", "enterprises"),
        ("入驻单位数", "enterprises"),
        ("覆盖企业数", "enterprises_covered"),
        ("党组织覆盖企业", "enterprises_covered"),
        ("已建黨組織企業", "enterprises_covered"),
    ],
)
def test_tenants_are_not_the_enterprises_that_are_covered(head, measure, tmp_path):
    sheet = book([[*TAX, head], [2020, "示例大厦", 26.3, 64]])
    assert read(tmp_path, sheet)[1:] == [f"2020 {measure} 64"]


OWN = {
    "two_new": ["persons", "两新党员", "兩新黨員", "Members in new organisations"],
    "rent": ["million yuan", "租金收入", "租金收入", "Rent"],
}


def test_a_dataset_s_own_measures_are_columns_under_their_labels(tmp_path):
    head = "年份,楼宇,税收(亿元),兩新黨員（名）,租金收入(万元)"
    sheet = csv(f"{head}\n2020,示例大厦,26.3,约120,2300")
    cells = look(tmp_path, sheet, measures=OWN).cells[1:]
    said = [(cell.column, cell.printed, float(cell.number)) for cell in cells]
    assert said == [("two_new", "约120", 120), ("rent", "2300", 23)]
    assert len(look(tmp_path, sheet).cells) == 1  # and of nobody else's


# Slips are told.


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (16.8, 168, True),
        (168, 16.8, True),
        (5, 24.9, False),  # less than five times
        (5, 25, True),
        (3, 19, False),  # small figures
        (0, 500, False),
    ],
)
def test_a_figure_five_times_its_neighbour_is_a_warning(before, after, told, tmp_path):
    rows = [[2019, "示例大厦", before], [2020, "示例大厦", after]]
    warnings = look(tmp_path, book([TAX, *rows])).warnings
    assert [fault.code for fault in warnings] == ["large_change"] * told
    assert not told or f"{before:g}" in warnings[0].message


@pytest.mark.parametrize(
    ("head", "before", "after"),
    [
        ("万元", "2630", "26300"),
        ("万元", "26300", "2630"),
        ("亿元", "20-30", "200-300"),
    ],
)
def test_how_large_a_change_is_goes_by_what_is_printed(head, before, after, tmp_path):
    text = f"年份,楼宇,税收({head})\n2019,示例大厦,{before}\n2020,示例大厦,{after}\n"
    warnings = look(tmp_path, csv(text)).warnings
    assert [fault.code for fault in warnings] == ["large_change"]


def test_a_figure_five_times_the_stored_one_is_a_warning_of_add(tmp_path, monkeypatch):
    first = "年份,楼宇,税收(亿元),党员数\n2019,示例大厦,16.8,105\n"
    mine = begin(tmp_path, monkeypatch, first)
    added = mine("年份,楼宇,税收(亿元),党员数\n2020,示例大厦,168,110\n")
    (told,) = noted(added, "large_change")
    in_myriads = mine("年份,楼宇,税收(万元),党员数\n2021,示例大厦,168000,110\n")
    assert len(noted(in_myriads, "large_change")) == 1
    assert "“168”" in told and "2019 年数据集里是“16.8”" in told


def test_names_that_differ_in_script_alone_are_very_like(tmp_path):
    rows = [[2020, f"{letter}座", 1] for letter in ("A", "\u0410", "\u0391", "B")]
    warnings = look(tmp_path, book([TAX, *rows])).warnings
    assert [fault.code for fault in warnings] == ["similar_names"] * 2


# A frame of the user's, with the heads of a sheet.

FRAME = pd.DataFrame(
    {
        "楼宇": "示例大厦",
        "年份": range(2016, 2022),
        "税收(亿元)": [8.4, 9.5, 11, 12.8, 14, 15.2],
        "党员数": [224, 252, 293, 346, 378, 405],
    }
)


def test_a_frame_and_a_workbook_of_the_same_figures_have_one_verdict(tmp_path):
    FRAME.to_excel(tmp_path / "a.xlsx", index=False)
    folder = hs.new(tmp_path / "mine")
    hs.add(tmp_path / "a.xlsx", folder, title="示例")
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    stored = hs.assess(hs.build_panel(folder), **asked)
    panel = hs.build_panel(FRAME)
    assert panel["tax_revenue_lower"].tolist()[2] == pytest.approx(10.95)  # 11 is 11.0
    own = hs.assess(FRAME, **asked)
    assert own.finding == stored.finding
    pd.testing.assert_frame_equal(own.table, stored.table)
    assert "最粗的是 2016 年的“8.4”，读作8.35至8.45" in own.statement


def test_a_frame_at_fault_is_told_by_row_and_column():
    bad = FRAME.astype({"税收(亿元)": object})
    bad.loc[3, "税收(亿元)"] = "很多"
    assert [(e.code, e.row, e.column) for e in hs.check(bad).errors] == [
        ("invalid_number", 5, "税收(亿元)")
    ]
    with pytest.raises(hs.SheetError, match="第 5 行"):
        hs.build_panel(bad)


def test_loaded_figures_are_drawn_as_those_of_the_panel():
    ours = hs.draw_tax(hs.load_tax("plaza66"))
    panel = hs.draw_tax(hs.build_panel("plaza66"))
    drawn = [[line.get_ydata().tolist() for line in ax.lines] for ax in (ours, panel)]
    assert drawn[0] == drawn[1] and len(drawn[0]) > 3
    assert ours.get_title(loc="center") == panel.get_title(loc="center")


def test_the_base_of_an_index_is_as_rounded_as_its_figure():
    ax = hs.draw_index(hs.build_panel("plaza66"))
    kinds = {line.get_gid() for line in ax.lines} & {"exact", "rounded", "base"}
    assert kinds == {"rounded", "base"}
