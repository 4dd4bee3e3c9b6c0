"""Finer points of sheets of buildings and years: rows, columns, several sheets."""

import tracemalloc
from decimal import Decimal

import pytest
from openpyxl.styles import Font
from sheets import HEAD, accept, book, cases, csv, look, put, refuse, told

from hengstats.intake.buildings import check_buildings
from hengstats.intake.grid import Grid
from hengstats.intake.result import Asked, Cell

LONG, DOWN, MONEY = (
    "年份,楼宇,税收(亿元),党员数\n",
    "楼宇,指标,2016年,2017年\n",
    "税收(亿元)",
)
TAX = DOWN + "甲,税收(亿元),26.3,32\n"
A = "2016,甲,1,2\n"
TERMS = ["楼宇", "2016年税收(亿元)", "2017年税收(亿元)"]

CASES = cases("""
# a bad head does not hide the faults of its rows
年份,楼宇,税收,党员数 | 2016,示例大厦,1,2.5
-> ! non_integer_count 2 党员数 | ! unit_missing 1 税收
# a list of persons is one fault a column and no other
姓名,手机,楼宇 | 某某,13800000000,示例大厦
-> ! individual_level_column 1 姓名 | ! individual_level_column 1 手机
# a year in the rows and another in the heads
年份,楼宇,2021年税收(亿元) | 2020,甲,1
-> ! invalid_year 2 年份
# a column of years and several years in the heads
年份,楼宇,2020年税收(亿元),2021年税收(亿元) | 2021,甲,1,2
-> ! duplicate_column 1 2020年税收(亿元)
# two years to come are two faults and no duplicate
楼宇,2021年税收(亿元),2027年税收(亿元),2028年税收(亿元) | 甲,1,2,3
-> ! invalid_year 1 2027年税收(亿元) | ! invalid_year 1 2028年税收(亿元)
# only a total and years, of no measure
合计,2016,2017,2018 | 3,1,2,3
-> ! missing_column 1 楼宇 | ! missing_column 1 税收
# weights in a column of units beside a unit of tax
年份,楼宇,税收(亿元),单位 | 2016,甲,1,吨
-> 2016 甲 tax=1
# offices in the column 单位, and no unit of tax
年份,楼宇,税收,单位 | 2016,甲,1,示例街道
-> ! unit_missing 1 税收
# a column outside the list is named
年份,楼宇,区级税收（万元） | 2016,甲,100
-> column 税收=区级税收（万元） | 2016 甲 tax=0.01
# a jump over a year without a figure, and none over a zero
年份,楼宇,税收(亿元),党员数 | 2016,甲,1,5 | 2017,甲,—,0 | 2018,甲,1000,5000
-> ! suspected_unit_change 4 税收(亿元)
# a jump from a bound with a number
年份,楼宇,税收(亿元),党员数 | 2016,甲,近2,5 | 2017,甲,2000,5
-> ! suspected_unit_change 3 税收(亿元)
# no jump from a bound without one, nor to another building
年份,楼宇,税收(亿元),党员数 | 2016,甲,1,<10 | 2017,甲,1,5000 | 2018,乙,1000,1
-> 2016 甲 tax=1 | 2017 甲 tax=1 members=5000 | 2018 乙 tax=1000 members=1
-> flag 2016 甲 members upper_bound | warn missing_year | warn missing_year
# lines of a form left blank
序号,年份,楼宇,税收(亿元),备注 | 1,2016,甲,1, | 2,,,, | 3,,,,待补
-> 2016 甲 tax=1
# a text alone among the buildings is a blank year
年份,楼宇,税收(亿元),党员数 | 2016,甲,1,2 | ,样例中心,,
-> ! missing_key 3 年份
# a building that is named like a footer
楼宇,年份,税收(亿元) | 备注,2016,1.5
-> ! invalid_name 2 楼宇
# a remark below years across
楼宇,2016年税收(亿元),2017年税收(亿元) | 甲大厦,1,2 | 数据由示例街道提供,,
-> 2016 甲大厦 tax=1 | 2017 甲大厦 tax=2
# lines after a footer belong to it
年份,楼宇,税收(亿元),党员数 | 2016,甲,1,2 | 说明,,, | ,税收为全口径,, | 2021 口径,,,
-> 2016 甲 tax=1 members=2
# the same line without a footer above it
年份,楼宇,税收(亿元),党员数 | 2016,甲,1,2 | ,税收为全口径,,
-> ! missing_key 3 年份
# a text alone that is no building is a remark
年份,楼宇,税收(亿元),党员数 | 甲街道,,, | 2016,甲,1,2 | 数据由街道提供,,,
-> 2016 甲 tax=1 members=2
# one of two rows of tax is named
楼宇,指标,2016年,2017年 | 甲,税收(亿元),26.3,32 | 甲,属地税收(亿元),1,2
-> column 税收=属地税收(亿元) | 2016 甲 tax=1 | 2017 甲 tax=2 | warn ignored_column
# a row of tax that is not there is named
楼宇,指标,2016年,2017年 | 甲,税收(亿元),26.3,32 | 甲,某某,1,2
-> column 税收=区级税收 | ! missing_column 1 区级税收
# a column of kinds is no column of measures
楼宇,类别,2016年税收(亿元) | 甲,企业,1
-> 2016 甲 tax=1
# nor is one of projects, where a title names the measure
2016年税收（亿元）,, | 楼宇,项目,2016年 | 甲,示例项目,1
-> 2016 甲 tax=1
# a head that a formula leaves blank
《楼宇》楼宇,2016年税收(亿元),=1+1 | 甲,1,2
-> ! formula_no_value 1 C
# a total without a stored value is not checked
《楼宇》年份,楼宇,税收(亿元),党员数 | 2016,甲,1,2 | 合计,,=C2,=D2
-> 2016 甲 tax=1 members=2
# a total that is an error
《楼宇》年份,楼宇,税收(亿元),党员数 | 2016,甲,1,2 | 合计,,#REF!,2
-> ! error_cell 3 税收(亿元)
# sheets of different measures are joined
《一》年份,楼宇,税收(亿元) | 2016,甲,1
《二》年份,楼宇,党员数 | 2016,甲,20
-> 2016 甲 tax=1 members=20
# one of the sheets of years lacks tax
《2019》楼宇,税收(亿元) | 甲,1
《2020》楼宇,党员数 | 甲,20
-> ! missing_column 1 税收
# a jump in the second of two sheets
《一》年份,楼宇,税收(亿元) | 2016,甲,1 | 2017,甲,1
《二》年份,楼宇,党员数 | 2016,甲,1 | 2017,甲,2000
-> ! suspected_unit_change 3 党员数
# a figure given twice with another sheet between
《一》年份,楼宇,税收(亿元) | 2016,甲,1
《二》年份,楼宇,党员数 | 2016,甲,1
《三》年份,楼宇,税收(亿元) | 2015,乙,1 | 2016,甲,2
-> ! duplicate_key 3 楼宇
# a merged column of units is filled down
《楼宇》年份,楼宇,税收,单位 | 2016,甲,100,万元 | 2017,甲,200,
merge D2:D3
-> 2016 甲 tax=0.01 | 2017 甲 tax=0.02
# headings of parts with numbers, merged
《楼宇》年份,楼宇,税收(亿元),党员数 | 第1街道 | 2016,甲,1,2 | 2016 年
merge A2:D2 A4:D4
-> 2016 甲 tax=1 members=2
# a text merged over a figure and blank cells
《楼宇》年份,楼宇,税收(亿元),备注 | 2016,甲,1,
merge C2:D2
-> 2016 甲 tax=1
""") | {
    "nothing but blanks": (
        book([[None, " "], [None, " "]]),
        refuse(("empty_file", None, "")),
    ),
    "keys that are errors": (
        book([HEAD, [2016, "#N/A", 1, 2], ["=1+1", "甲", 1, 2], ["#REF!", None, 1, 2]]),
        refuse(
            ("error_cell", 2, "楼宇"),
            ("formula_no_value", 3, "年份"),
            ("missing_key", 4, "楼宇"),
        ),
    ),
    "a struck figure of a column that is dropped": (
        book(
            [[*HEAD, "备注"], [2016, "甲", 1, 2, "作废"]],
            put("E2", font=Font(strike=True)),
        ),
        accept("2016 甲 tax=1 members=2"),
    ),
    "hidden rows of totals and hidden columns beside": (
        book(
            [HEAD, [2016, "甲", 1, 2], ["合计", None, 1, 2]],
            put("3", hidden=True),
            put("J", hidden=True),
        ),
        accept("2016 甲 tax=1 members=2"),
    ),
    "a span of years alone is no remark": (
        csv(LONG + "2016-2017,,,\n" + A),
        refuse(("invalid_year", 2, "年份"), ("missing_key", 2, "楼宇")),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sheet_is_read_as_meant_or_refused(case, tmp_path):
    sheet, (expected, asked) = CASES[case]
    found = told(look(tmp_path, sheet, **asked))
    assert found == {key: tuple(value) for key, value in expected.items()}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (TAX + "甲,党员数,1,2000", ("suspected_unit_change", 3, "2017年")),
        (TAX + "甲,党员数,1,2.5", ("non_integer_count", 3, "2017年")),
        (TAX + "甲,全口径税收(亿元),1,2", ("duplicate_key", 3, "楼宇")),
        (DOWN + "甲,税收,1,2\n甲,党员数,1,2", ("unit_missing", 1, "2016年")),
        (TAX + "乙,税收(美元),1,2", ("unit_mismatch", 3, "指标")),
        (DOWN + "甲,党员数,1,2", ("missing_column", 1, "税收")),
        (DOWN + "甲,税收同比,1,2", ("missing_column", 1, "税收")),
        (TAX + "甲,楼宇书记,某某,", ("individual_level_column", 3, "指标")),
        (TAX + ",党员数,1,2", ("missing_key", 3, "楼宇")),
        (TAX + "甲,,1,2", ("missing_key", 3, "指标")),
        (TAX + "合计,税收(亿元),26.3,33", ("total_mismatch", 3, "2017年")),
        (TAX + DOWN + "乙,税收(亿元),1,2", ("repeated_header", 3, "")),
        (TAX + "年份,楼宇,税收,", ("multiple_tables", 3, "")),
    ],
)
def test_measures_down_the_rows_are_checked_as_columns_are(rows, expected, tmp_path):
    found = look(tmp_path, csv(rows))
    assert told(found) == {"errors": (expected,)}
    assert "某某" not in found.errors[0].message


def test_more_wordings_of_measures_than_there_can_be_are_refused(tmp_path):
    rows = "\n".join(f"甲{i},税收({'亿' * (i % 70)}元),1,2" for i in range(100))
    errors = told(look(tmp_path, csv(DOWN + rows)))["errors"]
    assert ("too_many_columns", 1, "") in errors


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        *[("公斤", "unit_unknown"), ("吨", "unit_unknown"), ("XX", "unit_unknown")],
        *[("箱", "unit_unknown"), ("元/平方米", "unit_mismatch")],
        *[("%", "unit_mismatch"), ("企业所得税", "missing_column")],
    ],
)
def test_tax_in_what_is_no_unit_of_tax_is_told_as_such(unit, code, tmp_path):
    for head, row in (("年份,楼宇,", "2016,甲,1"), ("楼宇,2016年", "甲,1")):
        found = look(tmp_path, csv(f"{head}税收({unit})\n{row}"))
        assert found.errors[-1].code == code
    known = look(tmp_path, csv(f"年份,楼宇,税收({unit}),税收(亿元)\n2016,甲,1,2"))
    assert not known.errors  # beside tax it is a column that nobody knows


@pytest.mark.parametrize(
    "head",
    "2021E税收(亿元) 税收(亿元)2021E 2021年(预)税收(亿元) 2021年税收(预)(亿元)"
    " 2015-2016年 2015-2016年税收(亿元) 2015至2016年 2021年(预计)税收(亿元)"
    " 2015-16年".split(),
)
def test_an_estimate_or_a_span_is_no_year_across(head, tmp_path):
    found = look(tmp_path, csv(f"楼宇,2016年税收(亿元),{head}\n甲,1,2"))
    assert told(found) == {"errors": (("invalid_year", 1, head),)}


@pytest.mark.parametrize(
    "head",
    "2015-2016年增幅(%) 2016-2020年合计 2016-2017年租金 2022年计划税收(亿元)"
    " 2016-2020年累计税收".split(),
)
def test_what_is_no_figure_of_a_year_is_left_out(head, tmp_path):
    found = told(look(tmp_path, csv(f"楼宇,2016年税收(亿元),{head}\n甲,1,2")))
    assert found["warnings"] == ("ignored_column",)


TWICE = [["年份", "楼宇", MONEY], [2016, "甲", 1]]


@pytest.mark.parametrize(
    ("sheet", "asked", "said"),
    [
        (csv(LONG + "2016,甲,1,5\n2017,甲,1000,5"), {}, ["3500万元”"]),
        (csv(LONG + "2016,甲,1,5\n2017,甲,1,5000"), {}, ["1.2万”"]),
        (csv(LONG + "2016,甲,1,1\n2018,甲,1,1"), {}, ["没有 2017 年"]),
        (
            csv(LONG + "2016,甲,1,1\n2017,甲,1,1\n2018,甲,1,1\n2016,乙,1,1"),
            {},
            ["“乙”没有 2017、2018 年"],
        ),
        (book(一=TWICE, 二=TWICE), {}, ["《二》", "“甲”2016 年在《一》第 2 行"]),
        (
            csv("年份,楼宇,税收(亿元),全口径税收(亿元)\n2016,甲,1,2"),
            {"税收": "全口径税收(亿元)"},
            ["“税收(亿元)”没有选用"],
        ),
        (
            csv("年份,楼宇,税收(亿元)\n2016,甲,1"),
            {"税收": "税收(区级)"},
            ["从这些表头里选：年份、楼宇、税收(亿元)"],
        ),
        (csv("年份,楼宇,税收(亿元),税收(亿元)\n2016,甲,1,1"), {}, ["删去或改名"]),
        (csv("年份,楼宇,税收,全口径税收\n,,1,1"), {}, ['--column 税收="税收"']),
    ],
)
def test_the_first_message_says_what_to_do(sheet, asked, said, tmp_path):
    found = look(tmp_path, sheet, columns=asked)
    message = (found.errors or found.warnings)[0].message
    assert [text in message for text in said] == [True] * len(said)


def test_a_hundred_faults_are_told_and_the_rest_counted(tmp_path):
    rows = "".join(f'2016,甲{i},"1,62",3.5\n' for i in range(100))
    errors = look(tmp_path, csv(LONG + rows)).errors
    assert len(errors) == 101
    assert "另有 100 处没有列出" in errors[-1].message


def test_a_sheet_of_faults_is_not_read_to_its_end(tmp_path):
    rows = "".join(f",,文字{i},文字{i}\n" for i in range(6000))
    errors = look(tmp_path, csv(LONG + rows)).errors
    assert "另有至少 5000 处没有列出" in errors[-1].message


def test_a_cell_knows_how_it_was_printed_and_where_it_stands(tmp_path):
    cells = look(tmp_path, book([HEAD, [2016, "甲", "约2.6万元", 409]])).cells
    assert cells[0] == Cell(
        year=2016,
        building="甲",
        column="tax",
        printed="约2.6万元",
        unit="10000 yuan",
        number=Decimal("0.00026"),
        qualifier="about",
        flag="approx",
        sheet="楼宇",
        row=2,
        head="税收(亿元)",
    )
    assert (cells[1].column, cells[1].unit) == ("members", "persons")


def test_cells_are_a_sequence(tmp_path):
    rows = "".join(f"{2016 + i},甲,{1 + i},{'—' if i % 2 else 10}\n" for i in range(4))
    cells = look(tmp_path, csv(LONG + rows)).cells
    whole = list(cells)
    assert [cell.printed for cell in whole] == ["1", "10", "2", "3", "10", "4"]
    assert cells[3:6] == tuple(whole[3:6])
    assert (cells[-1], cells[::3]) == (whole[-1], tuple(whole[::3]))
    with pytest.raises(IndexError):
        cells[6]


def test_a_head_merged_beyond_the_last_row_is_a_head():
    merged = [(0, column, 1, column) for column in range(4)]
    found = check_buildings([Grid(file="a.xlsx", rows=[HEAD], merged=merged)], Asked())
    assert [fault.code for fault in found.errors] == ["no_rows"]


def test_a_row_more_takes_less_than_750_bytes():
    head = (
        "年份 楼宇 税收(亿元) 党员数 支部数 企业数 活动场次 参与人次 参与人数".split()
    )
    counts, peaks = (999, 50, 500, 80, 900, 900), []
    for length in (10, 1000, 3000):  # the first loads what is loaded once
        rows = [
            [2016 + i % 6, f"示例大厦{i // 6}", f"{1 + i % 90}.{i % 9973:04d}"]
            + [str(i % most + 1) for most in counts]
            for i in range(length)
        ]
        sheet = Grid(file="a.csv", rows=[head, *rows])
        tracemalloc.start()
        found = check_buildings([sheet], Asked(today="2022-11-24"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(found.cells) == 7 * length
    assert (peaks[2] - peaks[1]) / 2000 < 750  # 150 MB for the most that may come
