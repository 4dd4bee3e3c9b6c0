"""A total must add up, within half a printed digit per term; a count exactly."""

import pytest
from sheets import book, csv, look

HEAD = "年份,楼宇,税收(亿元),党员数\n"


@pytest.fixture
def misses(tmp_path):
    """Return a function: the rows and columns of the totals that do not add up."""

    def check(text):
        errors = look(tmp_path, csv(text)).errors
        assert {e.code for e in errors} <= {"total_mismatch"}
        return [(e.row, e.column) for e in errors]

    return check


@pytest.mark.parametrize(
    ("head", "term", "agree", "differ"),
    [
        # half of the last printed digit to either side; a total is a point
        ("税收(亿元)", "26.3", "26.25 26.35", "26.249 26.351"),
        ("税收(亿元)", "26.30", "26.295 26.305", "26.294 26.306"),
        ("税收(亿元)", "32", "31.5 32.5", "31.49 32.51"),
        ("税收(亿元)", "2.6e1", "25.5 26.5", "25.49 26.51"),
        ("税收(亿元)", "0", "0", "0.1"),
        ("税收(万元)", "26300", "26299.5 26300.5", "26299.4 26300.6"),
        # unless it is printed more coarsely than its terms: 25.5 to 26.5
        ("税收(亿元)", "26.3", "26", "27"),
        # 26.3 less and plus a tenth; 近 300 and 不足 10 from zero
        ("税收(亿元)", "约26.3", "23.67 28.93", "23.66 28.94"),
        ("税收(亿元)", "近300", "0.1 300.0", "300.1"),
        ("税收(亿元)", "逾300", "300.0 90000", "299.9"),
        ("税收(亿元)", "不足10", "0.1 10.0", "10.1"),
        ("税收(亿元)", "30-35", "30.0 35.0", "29.9 35.1"),
        # a count written out is exact, one in myriads is not
        ("党员数", "409", "409", "408 410"),
        ("党员数", "1.2万", "11500 12500", "11499 12501"),
        # zero or more
        ("党员数", "—", "0 90000", ""),
    ],
)
def test_a_term_is_an_interval(head, term, agree, differ, misses):
    other = "" if head.startswith("税收") else ",税收(亿元)"
    blank = "," if other else ""
    text = f"年份,楼宇,{head}{other}\n2016,甲大厦,{term}{blank}\n合计,,{{}}{blank}"
    assert [misses(text.format(n)) for n in agree.split()] == [[]] * len(agree.split())
    for total in differ.split():
        assert misses(text.format(total)) == [(3, head)]


def test_a_number_cell_prints_as_many_decimals_as_its_column(tmp_path):
    rows = [["年份", "楼宇", "税收(亿元)"], [2016, "甲", 32], [2017, "甲", 1.5]]
    right, wrong = (
        look(tmp_path, book([*rows, ["合计", None, total]])).errors
        for total in (33.6, 33.7)  # 32.0 and 1.5, half of 0.1 to either side of each
    )
    assert (right, [fault.code for fault in wrong]) == ((), ["total_mismatch"])


def test_binary_fractions_of_a_workbook_add_up(tmp_path):
    rows = [["年份", "楼宇", "税收(亿元)"], [2016, "甲", 0.1], [2017, "甲", 0.2]]
    assert look(tmp_path, book([*rows, ["合计", None, 0.1 + 0.2]])).errors == ()


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
def test_a_total_of_other_rows_than_its_own_does_not_agree(text, misses):
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
def test_every_sound_place_of_a_total_agrees(text, misses):
    assert misses(HEAD + text) == []


ROWS = "2016,甲大厦,1.0,10\n2016,乙大厦,3.0,20\n"
YEARS = "2016,甲大厦,1.0,10\n2017,甲大厦,2.0,20\n2016,乙大厦,3.0,30\n"
GROUPS = "2016,甲大厦,1.0,10\n小计,,1.0,{}\n2016,乙大厦,3.0,20\n小计,,3.0,20\n"
TAX, MEMBERS = "税收(亿元)", "党员数"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # within rounding: 3.9 to 4.1, and the members exactly
        (ROWS + "合计,,3.9,30", []),
        (ROWS + "合计,,4.1,30", []),
        (ROWS + "总 计,,4.0,", []),
        (ROWS + "Total,,4,30", []),
        (ROWS + "2016,小计,4.0,30", []),
        (ROWS + "合计,,3.8,30", [(4, TAX)]),
        (ROWS + "合计,,4.2,30", [(4, TAX)]),
        (ROWS + "合计,,4.0,29", [(4, MEMBERS)]),
        (ROWS + "2016年小计,,4.0,31", [(4, MEMBERS)]),
        # 4.0 is the sum of all, 20 that of the second group: no rows give both
        ("2016,甲大厦,1,10\n小计,,1,10\n2016,乙大厦,3,20\n合计,,4,20", [(5, MEMBERS)]),
        # of subtotals it is the sum of the rows
        (GROUPS.format(10) + "合计,,4.0,30", []),
        (GROUPS.format(10) + "合计,,8.0,60", [(6, TAX), (6, MEMBERS)]),
        (GROUPS.format(11) + "合计,,4.0,30", [(3, MEMBERS)]),
        # of a year or a building, wherever it stands
        (YEARS + "2016,合计,4.0,40\n2017,合计,2.0,20", []),
        (YEARS + "2016,合计,4.0,40\n2017,合计,2.0,21", [(6, MEMBERS)]),
        (YEARS + "合计,甲大厦,3.0,30", []),
        ("2016,合计,4.0,30\n" + ROWS.strip(), []),
        ("2016,合计,4.0,31\n" + ROWS.strip(), [(2, MEMBERS)]),
        # averages, parts and carried sums are not checked
        (ROWS + "承前页,,9.0,9\n其中：外资,,9.0,9\n平均,,9.0,9\n累计,,9.0,9", []),
        # missing terms and bounds leave the room they leave
        ("2016,甲大厦,1.0,10\n2016,乙大厦,3.0,—\n合计,,4.0,15", []),
        ("2016,甲大厦,1.0,10\n2016,乙大厦,3.0,—\n合计,,4.0,9", [(4, MEMBERS)]),
        ("2016,甲大厦,1.0,逾10\n2016,乙大厦,3.0,20-25\n合计,,4.0,40", []),
        ("2016,甲大厦,1.0,逾10\n2016,乙大厦,3.0,20-25\n合计,,4.0,29", [(4, MEMBERS)]),
    ],
)
def test_a_total_agrees_or_is_told(text, expected, misses):
    assert misses(HEAD + text) == expected


def test_years_across_add_up_to_their_total(misses):
    head = "楼宇,2016年党员数,2017年党员数,2016年税收(亿元),党员数合计\n"
    assert misses(head + "甲大厦,10,20,1,30") == []
    assert misses(head + "甲大厦,10,20,1,31") == [(2, "党员数合计")]


def test_the_message_gives_the_sum_in_the_printed_unit(tmp_path):
    text = "年份,楼宇,税收(万元)\n2016,甲大厦,100\n2016,乙大厦,{}\n合计,,9"
    said = look(tmp_path, csv(text.format(200))).errors[0].message
    assert "合计写的是 9，各数相加是 300" in said
    said = look(tmp_path, csv(text.format("逾200"))).errors[0].message
    assert "合计写的是 9，各数相加是至少 299.5" in said


@pytest.mark.parametrize(("total", "said"), [(7.36, True), (10.99, False)])
def test_a_total_that_leaves_out_a_cell_of_text_is_told_so(tmp_path, total, said):
    rows = [["年份", "楼宇", "税收(亿元)"]]
    figures = {"甲楼": 3.11, "乙楼": "约3.2亿", "丙楼": 4.25, "合计": total}
    rows += [[2021, name, figure] for name, figure in figures.items()]
    (fault,) = look(tmp_path, book(rows)).errors
    why = "10.56；C3 是文字，Excel 的求和略过了它。请把这几格也算进合计"
    assert (why in fault.message) == said
