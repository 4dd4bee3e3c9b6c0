"""A sign-in log becomes counts, or is refused; nobody in it is ever quoted."""

import datetime as dt
import json
import random
import re
import tracemalloc

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet
from sheets import counts, faults

from hengstats.errors import place_fault
from hengstats.intake import check as check_file
from hengstats.intake.grid import Grid
from hengstats.intake.process import check_here
from hengstats.intake.result import Asked
from hengstats.signins import faults as signinfaults
from hengstats.signins.heads import looks_like_log
from hengstats.signins.logs import check_signins

ASKED = Asked(today="2026-11-24")
HEAD = ["姓名", "人员编号", "活动编号", "楼宇", "签到时间"]
EVENING = "2019-03-04 20:05"
ROW = ["某人", "p1", "e1", "示例大厦", EVENING]
ONCE = {(2019, "示例大厦"): (1, 1, 1)}


def log(*rows, head=HEAD, **parts):
    """Return a log as a CSV has it; rows may leave out the name."""
    full = [["某人", *row] if len(row) < len(head) else list(row) for row in rows]
    return Grid(file="签到.csv", rows=[list(head), *full], **parts)


def book(*rows, head=HEAD, sheet="签到", **parts):
    """Return a log as a workbook has it."""
    return Grid(file="签到.xlsx", sheet=sheet, rows=[list(head), *rows], **parts)


def check(*grids, asked=ASKED):
    """Return the outcome of a check."""
    return check_signins(list(grids), asked)


def warnings(outcome):
    """Return the codes of the warnings."""
    assert outcome.errors == ()
    return [fault.code for fault in outcome.warnings]


def one(**changes):
    """Return the faults of a log whose second row has one cell changed."""
    row = dict(zip(HEAD[1:], ("p2", "e1", "示例大厦", EVENING), strict=True))
    grid = log(ROW, tuple((row | changes).values()))
    return faults(check(grid))


def test_events_attendances_and_participants_are_counted_by_year_and_building():
    grid = log(
        ("p1", "e1", "示例大厦", "2019-03-04 20:05"),
        ("p2", "e1", "示例大厦", "2019-03-04 20:06"),
        ("p1", "e2", "示例大厦", "2019-05-04 20:05"),
        ("p1", "e3", "示例大厦", "2020-05-04 20:05"),
        ("p1", "e4", "另一示例大厦", "2019-06-04 20:05"),
    )
    assert counts(check(grid)) == {
        (2019, "另一示例大厦"): (1, 1, 1),
        (2019, "示例大厦"): (2, 3, 2),
        (2020, "示例大厦"): (1, 1, 1),
    }


def test_a_person_counts_once_at_an_event_and_the_repeats_are_told():
    outcome = check(log(ROW, ROW, [*ROW[:4], "2019-03-04 20:10"]))
    assert counts(outcome) == ONCE
    assert [(w.code, w.row) for w in outcome.warnings] == [("duplicate_sign_in", 3)]
    assert "2 条" in outcome.warnings[0].message


def test_an_event_id_used_in_two_years_counts_in_both_and_is_told():
    outcome = check(log(ROW, [*ROW[:4], "2020-03-04 20:05"]))
    assert counts(outcome) == ONCE | {(2020, "示例大厦"): (1, 1, 1)}
    assert warnings(outcome) == ["duplicate_sign_in"]


@pytest.mark.parametrize(
    "head",
    [
        ["姓名", "人員編號", "活動編號", "樓宇", "簽到時間"],
        ["name", "person_id", "event_id", "building", "timestamp"],
        ["Name", "Person ID", "Event ID", "Building name", "Sign-in time"],
        ["姓名", "人员ID", "活动ID", "大厦名称", "签到时间（必填）"],
        ["1、您的姓名", "2、人员编号：", "3、活动编号", "4、所在楼宇", "提交时间"],
        ["姓名", "人员编号", "活动编号", "3、您所在的楼宇", "签到时间"],
        ["姓名", "人员编号", "活动编号", "楼宇¹", "签到时间"],
        ["姓名", "人员编号", "活动编号", "楼宇⁽注⁾", "签到时间"],
    ],
)
def test_heads_are_known_in_three_scripts(head):
    grid = log(ROW, head=head)
    assert counts(check(grid)) == ONCE
    assert looks_like_log(head)


def test_the_columns_may_stand_in_any_order_beside_others():
    head = ["企业", "签到时间", "楼宇", "项目", "活动编号", "手机号", "人员编号"]
    row = ("某企业", EVENING, "示例大厦", "示例项目", "e1", "13800000000", "p1")
    assert counts(check(log(row, head=head))) == ONCE


def test_the_time_of_the_sign_in_goes_before_that_of_the_form():
    head = ["提交时间", *HEAD]
    row = ["2020-03-04 20:05", "某人", "p1", "e1", "示例大厦", EVENING]
    assert list(counts(check(log(row, head=head)))) == [(2019, "示例大厦")]


@pytest.mark.parametrize(
    ("known", "heads"),
    [
        (False, "年份 楼宇 税收(亿元) 党员数 活动场次 参与人次 参与人数"),
        (False, "时间 楼宇 税收 党员 企业 活动"),
        (False, "年份 楼宇 税收(亿元) 姓名"),
        (False, "时间 楼宇 党员数 姓名"),
        (False, "时间 楼宇 党员数 人员编号"),
        (False, "人员编号 活动编号 楼宇 税收(亿元)"),
        (False, "year building tax_yi events"),
        (False, "2016 示例大厦 26.3"),
        (False, ""),
        (True, "提交时间 姓名 手机号 所在楼宇 活动名称 是否党员"),
        (True, "人员编号 活动编号 楼宇"),
        (True, "签到时间 楼宇 人员编号"),
        (True, "签到时间 姓名 楼宇"),
        (True, "person_id timestamp"),
    ],
)
def test_a_log_is_known_by_its_heads_even_if_one_is_missing(known, heads):
    assert looks_like_log(heads.split()) == known


def test_lines_above_the_head_and_below_the_rows_are_no_sign_ins():
    grid = book(
        [None, "p1", "e1", "示例大厦", EVENING],
        [None, None, None, None, None],
        ["合计", "1", None, None, None],
        ["填表人：某某", None, None, None, None],
        ["备注：按活动汇总", None, None, None, None],
        ["共1条记录"],
    )
    grid.rows.insert(0, ["示例街道活动签到表", None])
    assert counts(check(grid)) == ONCE


def test_the_lines_around_a_csv_may_be_shorter():
    grid = log(ROW, ("备注：按活动汇总",), ("",))
    grid.rows = [["示例街道活动签到表"], *grid.rows[:2], ["备注：按活动汇总"], [""]]
    assert counts(check(grid)) == ONCE


def test_a_head_of_two_rows_is_read_from_its_lower_texts():
    grid = book(
        [None, "人员编号", None, None, None],
        ROW,
        head=["人员", None, "活动编号", "楼宇", "签到时间"],
        merged=[(0, 0, 0, 1), (0, 2, 1, 2), (0, 3, 1, 3), (0, 4, 1, 4)],
    )
    assert counts(check(grid)) == ONCE


def test_sheets_with_one_head_are_read_together():
    other = ["某人", "p1", "e2", "示例大厦", "2019-04-04 20:05"]
    cover = Grid(
        file="签到.xlsx", sheet="封面", rows=[["示例街道活动签到"], ["2019年"]]
    )
    turned = book(other[::-1], head=HEAD[::-1], sheet="4月")
    outcome = check(cover, book(ROW, sheet="3月"), turned)
    assert counts(outcome) == {(2019, "示例大厦"): (2, 2, 1)}


NAMED = Asked(today="2026-11-24", columns={"楼宇": "姓名"})


@pytest.mark.parametrize(
    ("grid", "asked"),
    [
        (log(ROW), NAMED),  # the names of persons would be stored as buildings
        (Grid(file="某人.csv", rows=[HEAD, ROW]), ASKED),
        (book(ROW, sheet="某人 "), ASKED),
    ],
)
def test_no_name_of_a_person_comes_in_as_building_file_or_sheet(grid, asked):
    assert [code for code, *_ in faults(check(grid, asked=asked))] == [
        "individual_level_column"
    ]


def test_sheets_with_unlike_heads_are_refused():
    head = ["姓名", "人员编号", "活动编号", "大厦", "签到时间"]
    outcome = check(book(ROW, sheet="3月"), book(ROW, head=head, sheet="4月"))
    assert [(e.code, e.sheet) for e in outcome.errors] == [("schema_drift", "4月")]


def test_a_sheet_of_rows_without_a_head_is_refused():
    bare = Grid(file="签到.xlsx", sheet="4月", rows=[ROW, ROW])
    assert faults(check(book(ROW), bare)) == [("missing_header", None, "")]
    assert faults(check(bare)) == [("missing_header", None, "")]


def test_nothing_and_a_head_alone_are_refused():
    assert faults(check(Grid(file="a.csv", rows=[[""]]))) == [("empty_file", None, "")]
    assert faults(check(log())) == [("no_rows", None, "")]


def test_a_head_further_down_is_refused():
    assert faults(check(log(ROW, HEAD, ROW))) == [("repeated_header", 3, "")]


def test_a_csv_row_of_another_length_is_refused():
    grid = log(ROW)
    grid.rows += [[*ROW, ""], ROW[:-1], [*ROW, "多"]]
    assert faults(check(grid)) == [("ragged_row", n, "") for n in (3, 4, 5)]


def test_two_columns_of_one_kind_are_refused_unless_one_is_named():
    head = [*HEAD, "所在楼宇"]
    grid = log((*ROW, "另一示例大厦"), head=head)
    assert faults(check(grid)) == [("duplicate_column", 1, "所在楼宇")]
    named = Asked(columns={"building": "所在楼宇"})
    assert counts(check(grid, asked=named)) == {(2019, "另一示例大厦"): (1, 1, 1)}


@pytest.mark.parametrize("missing", ["人员编号", "活动编号", "楼宇", "签到时间"])
def test_a_missing_column_is_told_once(missing):
    head = [name for name in HEAD if name != missing]
    outcome = check(log(("某", "x", "y", "2019-03-04"), head=head))
    assert faults(outcome) == [("missing_column", 1, "")]
    flags = "--person COLUMN --event COLUMN" in outcome.errors[0].message
    assert flags == (missing in ("人员编号", "活动编号"))


SURVEY = ["提交时间", "姓名", "手机号", "所在楼宇", "活动名称", "是否党员"]
ANSWERS = [
    ("2019/3/4 20:05", "某甲", "13800000001", "示例大厦", "示例讲座", "是"),
    ("2019/3/4 20:06", "某乙", "13800000002", "示例大厦", "示例讲座", "否"),
    ("2019/3/5 20:05", "某甲", "13800000001", "示例大厦", "示例义诊", ""),
]


def test_a_survey_in_a_file_is_counted_once_its_columns_are_named(tmp_path):
    path = tmp_path / "问卷.csv"
    lines = [SURVEY, *ANSWERS]
    path.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    refused = check_file(path)
    assert refused.table == "event_log"
    assert faults(refused) == [("missing_column", 1, "")] * 2
    assert "--person COLUMN --event COLUMN" in refused.errors[0].message
    named = check_file(path, person="手机号", event="活动名称")
    assert counts(named) == {(2019, "示例大厦"): (2, 3, 2)}


WENJUANXING = (
    "序号 提交答卷时间 1、您的姓名 2、您的手机号 3、您在哪座楼工作"
    " 4、参加的活动".split()
)
ANSWER = ("1", "2019/3/4 20:05:11", "某甲", "13800000001", "示例大厦", "示例讲座")


@pytest.mark.parametrize("name", ["楼宇", "building", "所在楼宇"])
def test_a_survey_is_read_once_the_building_is_named_in_either_language(name):
    asked = Asked(
        person="2、您的手机号",
        event="4、参加的活动",
        columns={name: "3、您在哪座楼工作"},
    )
    outcome = check(log(ANSWER, head=WENJUANXING), asked=asked)
    assert counts(outcome) == ONCE


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (ASKED, "--column 楼宇=HEAD"),
        (Asked(columns={"楼宇": "楼"}), "--column 指明的一栏"),
        (Asked(person="会员号", event="4、参加的活动"), "--person"),
    ],
)
def test_a_column_that_is_not_there_is_told_with_how_to_name_it(asked, said):
    outcome = check(log(ANSWER, head=WENJUANXING), asked=asked)
    assert {code for code, _, _ in faults(outcome)} == {"missing_column"}
    assert any(said in error.message for error in outcome.errors)


@pytest.mark.parametrize("name", ["时间", "签到时间", "time", "timestamp"])
def test_the_column_of_times_is_named_in_either_language(name):
    head = [*HEAD[:-1], "到场"]
    grid = log(ROW, head=head)
    asked = Asked(columns={name: "到场"})
    assert list(counts(check(grid, asked=asked))) == [(2019, "示例大厦")]


def test_a_telephone_in_scientific_notation_is_not_said_to_have_16_digits():
    outcome = check(log(("1.38E+10", "e1", "示例大厦", EVENING)))
    assert faults(outcome) == [("id_precision_loss", 2, "人员编号")]
    assert "科学计数法" in outcome.errors[0].message
    assert "16" not in outcome.errors[0].message


@pytest.mark.parametrize("dash", ["-", "—", "–", "——", "~", "至"])
def test_a_span_of_time_is_told_as_one_whatever_its_dash(dash):
    outcome = check(log(("p1", "e1", "示例大厦", f"2019-03-04 14:00{dash}16:00")))
    assert "一段时间" in outcome.errors[0].message


NO_IDS = {
    "missing_key": "| \u3000|—|NULL|匿名|Anonymous|\u200b".split("|"),
    "error_cell": ["#N/A"],
    "ambiguous_number": ["p1²", "p⁽注⁾"],
    "id_precision_loss": ["1.2345E+17", "3E+17", 310101199001011234.0, float("inf")],
    "control_character": ["p\x071", "p\u202e1", "p\n1"],
    "invalid_id": ["p\ufffd", 12.5, -3, True, dt.datetime(2019, 3, 4)],
    "formula_text": ['="0001"'],
}
NO_IDS["missing_key"] += [None, float("nan")]
NO_IDS["id_precision_loss"].append(10**15)  # a spreadsheet keeps fifteen digits


@pytest.mark.parametrize(
    ("value", "reason"), [(one, code) for code in NO_IDS for one in NO_IDS[code]]
)
def test_a_cell_that_is_no_id_is_refused(value, reason):
    assert one(人员编号=value) == [(reason, 3, "人员编号")]
    assert one(活动编号=value) == [(reason, 3, "活动编号")]


@pytest.mark.parametrize(
    "ids", [(123.0, 123, "123", "１２３"), (10**15 - 1, "999999999999999")]
)
def test_ids_in_number_cells_are_those_in_text(ids):
    rows = [[None, id_, "e1", "示例大厦", EVENING] for id_ in ids]
    assert counts(check(book(*rows))) == ONCE


def test_a_number_shown_with_zeros_is_the_id_with_zeros():
    rows = [[None, id_, "e1", "示例大厦", EVENING] for id_ in (123, "000123")]
    grid = book(*rows, formats=["General", "000000"])
    grid.styles = [b"\0" * 5, b"\0\1\0\0\0", b"\0" * 5]
    assert counts(check(grid)) == ONCE


@pytest.mark.parametrize(("one_id", "other"), [("a7", "A7"), ("000123", "123")])
def test_capitals_and_leading_zeros_make_another_person_and_are_told(one_id, other):
    outcome = check(log(*[(id_, "e1", "示例大厦", EVENING) for id_ in (one_id, other)]))
    assert counts(outcome) == {(2019, "示例大厦"): (1, 2, 2)}
    told = [(w.code, w.row, w.column) for w in outcome.warnings]
    assert told == [("similar_ids", 2, "人员编号")]
    assert "第 3 行" in outcome.warnings[0].message
    assert not {one_id, other} & set(re.findall(r"\w+", outcome.warnings[0].message))


def test_one_person_at_one_event_in_two_buildings_is_refused():
    assert one(人员编号="p1", 楼宇="另一示例大厦") == [("duplicate_key", 3, "楼宇")]


def test_a_building_is_read_as_everywhere_and_a_blank_one_refused():
    names = " 示例大厦Ａ座", "示例大厦A座"
    grid = log(*[(f"p{name}", "e1", name, EVENING) for name in names])
    assert counts(check(grid)) == {(2019, "示例大厦A座"): (1, 2, 2)}
    for name, reason in (
        ("", "missing_key"),
        ("示例\n大厦", "invalid_name"),
        ("示例\u202e大厦", "control_character"),
        ("示例大厦(某人13800000000)", "invalid_name"),
    ):
        assert one(楼宇=name) == [(reason, 3, "楼宇")]


def test_buildings_that_differ_in_a_sign_are_two_and_are_told():
    outcome = check(log(*[("p1", n, n, EVENING) for n in ("星河中心", "星河中心*")]))
    assert warnings(outcome) == ["similar_names"]


def test_more_names_than_buildings_are_refused():
    rows = [(f"p{i}", f"e{i}", f"某人{i}", EVENING) for i in range(5001)]
    assert faults(check(log(*rows))) == [("out_of_range", None, "楼宇")]


def test_stamps_with_and_without_a_zone_in_one_file_are_refused():
    assert one(签到时间="2019-03-04T12:05:00Z") == [("invalid_date", 3, "签到时间")]


def test_a_head_that_states_utc_moves_its_stamps():
    head = [*HEAD[:-1], "签到时间(UTC)"]
    grid = log(("p1", "e1", "示例大厦", "2019-12-31 16:00"), head=head)
    assert list(counts(check(grid))) == [(2020, "示例大厦")]


def test_a_date_cell_and_an_event_without_a_time_are_read():
    cells = dt.datetime(2019, 12, 31, 23, 59), dt.date(2019, 12, 31)
    rows = [[None, f"p{i}", "e1", "示例大厦", cell] for i, cell in enumerate(cells)]
    assert counts(check(book(*rows))) == {(2019, "示例大厦"): (1, 2, 2)}


@pytest.mark.parametrize(
    ("value", "reason"), [("03/04/2019 10:00", "ambiguous_date"), ("", "missing_key")]
)
def test_a_time_that_cannot_be_read_is_refused(value, reason):
    assert one(签到时间=value) == [(reason, 3, "签到时间")]


YES_OR_NO = ["是", "否", "1", "0", 1, 0, 1.0, 0.0, True, "TRUE", "群众", "预备党员"]
HOURS = ["2", "1.5", "1.5小时", "2 h", "0", 1.5, None, dt.time(1, 30)]


@pytest.mark.parametrize(
    ("head", "values"), [("是否党员", [*YES_OR_NO, "", "—"]), ("时长", [*HOURS, ""])]
)
def test_a_yes_or_no_and_a_number_of_hours_are_let_in(head, values):
    grid = log(*((*ROW, value) for value in values), head=[*HEAD, head])
    assert counts(check(grid)) == ONCE


@pytest.mark.parametrize(
    ("column", "values", "reason"),
    [
        ("是否党员", ["也许", "2"], "invalid_value"),
        ("is_member", ["2"], "invalid_value"),
        ("时长", ["2-3", "1.5～2小时"], "ambiguous_number"),
        ("hours", ["-1"], "out_of_range"),
        ("hours", ["一会儿", float("inf"), True], "invalid_number"),
    ],
)
def test_a_wrong_value_beside_the_keys_is_refused(column, values, reason):
    grid = log(*((*ROW, value) for value in values), head=[*HEAD, column])
    expected = [(reason, row, column) for row in range(2, 2 + len(values))]
    assert faults(check(grid)) == expected


def test_a_year_without_a_sign_in_is_told_and_no_zero():
    rows = [
        ("p1", f"e{year}", "示例大厦", f"{year}-03-04") for year in (2016, 2018, 2020)
    ]
    outcome = check(log(*rows, ("p1", "e4", "另一示例大厦", "2019-03-04")))
    assert warnings(outcome) == ["missing_year"] * 2
    assert "2017" in outcome.warnings[0].message
    assert "“示例大厦”2019" in outcome.warnings[1].message
    assert (2017, "示例大厦") not in counts(outcome)


def test_merged_keys_are_filled_down_and_merged_persons_refused():
    rows = [
        ["某甲", "p1", "e1", "示例大厦", dt.datetime(2019, 3, 4)],
        ["某乙", "p2", None, None, None],
    ]
    down = [(1, 2, 2, 2), (1, 3, 2, 3), (1, 4, 2, 4)]
    assert counts(check(book(*rows, merged=down))) == {(2019, "示例大厦"): (1, 2, 2)}
    grid = book(rows[0], ["某乙", None, "e1", "示例大厦", EVENING])
    grid.merged = [(1, 1, 2, 1)]
    assert {code for code, _, _ in faults(check(grid))} == {"merged_value"}
    grid.merged = [(1, 1, 1, 2)]
    assert ("merged_value", 2, "人员编号") in faults(check(grid))


def test_errors_and_struck_cells_are_refused():
    for parts, reason in (
        ({"errors": {(1, 3): "#REF!"}}, "error_cell"),
        ({"no_value": {(1, 3)}}, "formula_no_value"),
        ({"void": {(1, 3)}}, "invalid_value"),
    ):
        assert faults(check(book(ROW, **parts))) == [(reason, 2, "楼宇")]
        beside = {name: {(1, 0): "x"} for name in parts} | {"errors": {}}
        assert warnings(check(book(ROW, **beside))) == []


def test_hidden_rows_and_columns_count_and_are_told():
    outcome = check(book(ROW, hidden_rows={1}, hidden_columns={1}))
    assert counts(outcome) == ONCE
    told = [(w.code, w.row, w.column) for w in outcome.warnings]
    assert told == [("hidden_rows", 2, ""), ("hidden_columns", None, "人员编号")]


def test_all_faults_are_told_at_once_up_to_a_hundred():
    rows = [("", f"e{i}", "", EVENING) for i in range(80)]
    outcome = check(log(*rows))
    assert len(outcome.errors) == 101
    assert "60" in outcome.errors[-1].message
    assert [fault.row for fault in outcome.errors[:4]] == [2, 2, 3, 3]


def saved(tmp_path, kind):
    """Return a small log with a head in 简体, saved as a file of some kind."""
    rows = [
        ["某甲", "000123", "1", "示例大厦", "2019-12-31T16:00:00Z"],
        ["某乙", "124", "1", "示例大厦", "2019-12-31T15:59:59Z"],
    ]
    path = tmp_path / f"签到.{kind}"
    if kind == "xlsx":
        made = openpyxl.Workbook()
        for line in (["示例街道签到表"], HEAD, *rows, ["制表人：某丙"]):
            made.active.append(line)
        made.save(path)
    elif kind == "csv":
        text = "\n".join(",".join(line) for line in (HEAD, *rows))
        path.write_text(text, encoding="gb18030")
    else:
        path.mkdir()
        for i, row in enumerate(rows):
            columns = {name: [value] for name, value in zip(HEAD, row, strict=True)}
            parquet.write_table(pa.table(columns), path / f"{i}.parquet")
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx", "folder"])
def test_a_file_is_known_as_a_log_and_counted(tmp_path, kind):
    checked = check_here(saved(tmp_path, kind), ASKED)
    assert (checked.table, checked.status) == ("event_log", "accept")
    assert counts(checked) == ONCE | {(2020, "示例大厦"): (1, 1, 1)}
    assert "某" not in json.dumps(checked.to_dict(), ensure_ascii=False)


TOKEN = "某甲乙丙"
PHONE = "13800008888"
PIECES = [
    *("", "p1", "e1", EVENING, "示例大厦", "2019-02-30", "1.2345E+17", "是", "2-3"),
    *(TOKEN, TOKEN + "\x07", "=" + TOKEN, TOKEN + "\n" + PHONE, PHONE, PHONE + "E+17"),
    *(f"{TOKEN}\u202e", f"  {PHONE} ", f"{TOKEN}{PHONE}", PHONE + "\ufffd"),
    *(float(PHONE), float(PHONE) * 1e6, float(PHONE) + 0.5, None, True),
]


@pytest.mark.parametrize("seed", range(24))
def test_no_message_quotes_a_person(seed, monkeypatch):
    monkeypatch.setattr(signinfaults, "MOST_FAULTS", 10_000)
    chosen = random.Random(seed)
    head = [*HEAD, "手机号", "是否党员", "时长"]
    rows = [[chosen.choice(PIECES) for _ in head] for _ in range(60)]
    for line in ([TOKEN], head, [TOKEN] * 20)[: seed % 4]:
        chosen.choice(rows)[:] = line
    asked = chosen.choice([ASKED, Asked(person="手机号", event="姓名")])
    sheet = chosen.choice(["", "签到"])
    outcome = check(Grid(file="a", sheet=sheet, rows=[head, *rows]), asked=asked)
    assert len(outcome.errors) > 60
    assert TOKEN not in repr(outcome)
    assert PHONE not in repr(outcome)


def test_the_warnings_of_an_accepted_log_quote_nobody():
    rows = [
        (id_, TOKEN, "示例大厦", EVENING)
        for id_ in (PHONE, "0" + PHONE, PHONE, TOKEN, "a" + TOKEN, "A" + TOKEN)
    ]
    outcome = check(log(*rows))
    assert set(warnings(outcome)) == {"duplicate_sign_in", "similar_ids"}
    assert TOKEN not in repr(outcome)
    assert PHONE not in repr(outcome)


def test_the_fault_of_a_key_names_its_place_and_the_mend_in_both_languages():
    (fault,) = check(log(("", "e1", "示例大厦", EVENING))).errors
    assert fault == place_fault(
        *("missing_key", "没有写编号", "补上编号，或删去这一行"),
        "there is no id; fill it in or remove the row",
        **{"file": "签到.csv", "row": 2, "column": "人员编号"},
    )


def test_what_a_log_takes_beside_its_rows_is_bounded():
    rows = [
        f"某人,P{i * 7919 % 3011:09},E{i // 40},示例大厦{i // 40 % 40},"
        f"{2016 + i // 40 % 5}-03-{i % 28 + 1:02} 20:{i // 7 % 60:02}:{i % 60:02}"
        for i in range(2500)
    ]
    grid = Grid(file="签到.csv", rows=[HEAD, *(row.split(",") for row in rows)])
    tracemalloc.start()
    outcome = check(grid)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(number for _, number, _ in counts(outcome).values()) == 2500
    assert peak < 2.5e6  # of 200,000 rows: 200 MB
