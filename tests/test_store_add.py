"""What a sheet says comes in as a vintage, once, and says what it changed."""

import errno
import json
import math
import os

import pytest
from storing import accepted, begin, codes, stored

from hengstats.adding import add, verify
from hengstats.dataset import load_records, load_sources, read_dataset
from hengstats.errors import DataError, SheetError
from hengstats.figures import load_figures

HEAD = "年份,楼宇,税收(亿元),党员数\n"
FIRST = HEAD + "2020,示例甲楼,1.5,20\n2021,示例甲楼,1.6,21\n2021,示例乙楼,约2,<10\n"
REVISED = FIRST.replace("1.6", "1.7")
LOG = "姓名,人员编号,活动编号,楼宇,签到时间\n"
LOG += "张三丰,P77,E1,示例甲楼,2021-03-01 18:00\n"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return a function that adds a sheet to a new dataset."""
    return begin(tmp_path, monkeypatch)


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Return the same for one with the first sheet, published on 31 March 2022."""
    return begin(tmp_path, monkeypatch, FIRST, published="2023-03-31")


def write(folder, **sheets):
    """Write some sheets, and return their paths."""
    for name, text in sheets.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return [folder / f"{name}.csv" for name in sheets]


def test_the_first_sheet_comes_in_as_it_is_and_says_so(mine):
    told = mine(FIRST, "2022-03-31", reason="第一次")
    assert (told.status, len(told.added), told.vintage) == ("stored", 6, 1)
    assert told.say().splitlines()[:2] == [
        "已存入 mine：第 1 期（表.csv）。"
        "新增 6 个数字，修订 0 个，撤回 0 个，未变 0 个",
        "Stored in mine as vintage 1 (表.csv)."
        " Figures added: 6; revised: 0; withdrawn: 0; unchanged: 0",
    ]
    assert accepted() == {
        ("示例甲楼", 2020): 1.5,
        ("示例甲楼", 2021): 1.6,
        ("示例乙楼", 2021): 2.0,
    }
    members = load_figures("mine").query("measure == 'branch_members'")
    row = members[members["entity"] == "示例乙楼"].iloc[0]
    assert row[["lower", "upper", "status"]].tolist() == [0.0, 10.0, "bound"]
    assert load_records("mine")["quote"].iloc[0] == "表.csv第2行 税收(亿元)：1.5"
    assert read_dataset("mine").vintages["reason"].tolist() == ["第一次"]


# Wordings; what is known by them, in 亿元, worked out by hand; and what is on record.
WORDINGS = {
    "-0.35": (-0.35, ("-0.35", "-0.35", "exact")),
    "2600万元": (0.26, ("2600万元", "2600", "exact")),
    "3.2亿元": (3.2, ("3.2亿元", "3.2", "exact")),
    "12.60": (12.6, ("12.60", "12.6", "exact")),
    "１２．５": (12.5, ("１２．５", "12.5", "exact")),
    "二十六": (26.0, ("二十六", "26", "exact")),
    "约3.2亿元": (3.2, ("约3.2亿元", "3.2", "about")),
    "300以上": (math.nan, ("300以上", "300", "at_least")),
    "<10": (math.nan, ("<10", "10", "fewer_than")),
    "3-5": (math.nan, ("3-5", "", "range")),
    # what the records cannot read is said plainly, and the quote shows both
    "1.2E+01": (12.0, ("12亿元", "12", "exact")),
    "1 234": (1234.0, ("1234亿元", "1234", "exact")),
    "约1 234": (1234.0, ("约1234亿元", "1234", "about")),
}


def test_a_wording_means_what_the_check_has_read(mine):
    rows = [f"2020,示例{i}号,{cell}\n" for i, cell in enumerate(WORDINGS)]
    mine("年份,楼宇,税收(亿元)\n" + "".join(rows))
    known = [value for value, _ in WORDINGS.values()]
    assert [*accepted().values()] == pytest.approx(known, nan_ok=True)
    told = load_records("mine")
    words = told[["printed", "value", "qualifier"]].to_numpy().tolist()
    assert [tuple(row) for row in words] == [record for _, record in WORDINGS.values()]
    for number, (cell, (_, record)) in enumerate(WORDINGS.items()):
        both = cell if record[0] == cell else f"{cell}（即 {record[0]}）"
        assert told["quote"][number] == f"表.csv第{number + 2}行 税收(亿元)：{both}"


@pytest.mark.parametrize(
    ("unit", "cell", "own"),
    [("万元", "15000", "10000 yuan"), ("元", "123456789", "yuan")],
)
def test_an_amount_keeps_the_unit_of_its_sheet(mine, unit, cell, own):
    mine(f"年份,楼宇,税收({unit})\n2020,示例甲楼,{cell}\n")
    record = load_records("mine").iloc[0]
    assert record[["printed", "value", "unit"]].tolist() == [cell, cell, own]


@pytest.mark.parametrize(
    "again",
    [
        FIRST,
        HEAD + "2021,示例乙楼,约2,<10\n2021,示例甲楼,1.6,21\n2020,示例甲楼,1.5,20\n",
        "楼宇,年份,税收(万元),党员数\n示例甲楼,2020,15000,20\n示例甲楼,2021,16000,21\n"
        "示例乙楼,2021,约20000,<10\n",
        "年份,楼宇,税收(亿元)\n2021,示例乙楼,约2\n",
        HEAD + "2020,示例甲楼,1.50,20\n",
    ],
    ids=["same", "order", "unit", "subset", "digits"],
)
def test_the_same_content_in_any_form_changes_no_byte(started, tmp_path, again):
    before = stored(tmp_path / "mine")
    told = started(again, "2022-03-31")
    assert (told.status, stored(tmp_path / "mine")) == ("unchanged", before)


@pytest.mark.usefixtures("started")
def test_another_encoding_changes_nothing(tmp_path):
    (tmp_path / "b.csv").write_bytes(FIRST.encode("gb18030"))
    again = add(tmp_path / "b.csv", "mine", published="2022-03-31")
    assert again.status == "unchanged"


def test_a_revision_tells_old_and_new_and_keeps_what_was_known(started):
    told = started(REVISED)
    change = told.revised[0]
    assert (change.year, change.old, change.new) == (2021, "1.6", "1.7")
    assert accepted(as_of="2022-12-31")["示例甲楼", 2021] == 1.6


def test_old_and_new_are_said_with_their_units(started):
    sheet = "年份,楼宇,税收(万元)\n2021,示例甲楼,17000\n2021,示例乙楼,约20000\n"
    assert "1.6 亿元 → 17000 万元" in started(sheet).say()


# Jumps


@pytest.mark.parametrize(
    ("sheet", "other"),
    [
        ("2021,示例甲楼,1600,21\n2021,示例乙楼,约2,<10\n", "2021 年数据集里是“1.6”"),
        ("2021,示例甲楼,0.0016,21\n2021,示例乙楼,约2,<10\n", "2021 年数据集里"),
        ("2022,示例甲楼,17000,21\n2022,示例乙楼,2,9\n", "2021 年数据集里是“1.6”"),
        ("2018,示例甲楼,1500,21\n2018,示例乙楼,2,9\n", "2020 年数据集里是“1.5”"),
    ],
    ids=["times", "a thousandth", "year before", "year after"],
)
def test_a_jump_of_1000_times_is_refused(started, sheet, other):
    with pytest.raises(SheetError, match="相差 1000 倍以上") as refused:
        started(HEAD + sheet)
    assert set(codes(refused)) == {"suspected_unit_change"}
    assert other in str(refused.value)


def test_two_files_with_a_jump_between_them_are_refused_once(mine, tmp_path):
    rows = {"a": "2020,示例甲楼,1.5,20\n", "b": "2021,示例甲楼,1500,21\n"}
    with pytest.raises(SheetError, match=r"2020 年这一批表格里是“1\.5”") as refused:
        add(write(tmp_path, **{key: HEAD + row for key, row in rows.items()}), "mine")
    assert codes(refused) == ["suspected_unit_change"]


@pytest.mark.parametrize(
    ("first", "cell"),
    [("0", "1700"), ("1.6", "1598.4")],
    ids=["from zero", "999 times"],  # 1.6 x 999
)
def test_a_smaller_jump_or_one_from_zero_is_none(tmp_path, monkeypatch, first, cell):
    mine = begin(tmp_path, monkeypatch, FIRST.replace("1.6", first))
    sheet = HEAD + f"2022,示例甲楼,{cell},21\n2022,示例乙楼,2,9\n"
    assert mine(sheet, "2023-03-31").status == "stored"


# Several files


def test_several_files_are_one_vintage(mine, tmp_path):
    more = HEAD + "2022,示例甲楼,1.7,22\n2022,示例乙楼,2.1,11\n"
    same = "年份,楼宇,税收(万元)\n2021,示例甲楼,16000\n"  # 1.6 亿元, as in a.csv
    told = add(write(tmp_path, a=FIRST, b=more, c=same), "mine")
    assert (told.vintage, len(told.added)) == (1, 10)


def test_a_file_given_twice_is_one(mine, tmp_path):
    assert add(write(tmp_path, a=FIRST) * 2, "mine").files == ("a.csv",)


def test_one_bad_file_keeps_all_out_and_all_faults_are_told(mine, tmp_path):
    before = stored(tmp_path / "mine")
    files = write(tmp_path, a=FIRST, b=FIRST.replace("1.6", "1,62"), c="nothing\n")
    with pytest.raises(SheetError) as refused:
        add(files, "mine")
    assert {fault.file for fault in refused.value.faults} == {"b.csv", "c.csv"}
    assert stored(tmp_path / "mine") == before


def test_two_files_that_differ_on_one_figure_are_refused(mine, tmp_path):
    files = write(tmp_path, a=FIRST, b=HEAD + "2021,示例甲楼,1.8,21\n")
    with pytest.raises(SheetError, match=r"a\.csv 第 3 行是“1\.6”") as refused:
        add(files, "mine")
    assert codes(refused) == ["duplicate_key"]


# Columns and measures

BOOK = "measure,topic,unit,basis,years,precision,definition"


@pytest.mark.parametrize(
    ("old", "new", "error", "told"),
    [
        (",members\n", ",\n", SheetError, "没有指标对应 members"),
        (",members\n", ",tax\n", DataError, "“tax”重复了"),
        (",members\n", ",member\n", DataError, "“member”不是表格的栏目"),
        ("100 million yuan", "persons", DataError, "不能换算"),
    ],
)
def test_a_codebook_that_does_not_fit_is_refused(mine, tmp_path, old, new, error, told):
    path = tmp_path / "mine" / "codebook.csv"
    path.write_text(path.read_text("utf-8-sig").replace(old, new), "utf-8")
    with pytest.raises(error, match=told):
        mine(FIRST)


def test_a_codebook_without_the_column_has_customary_measures(mine, tmp_path):
    book = BOOK + "\ntax_revenue,tax,10000 yuan,year,,printed,T\n"
    (tmp_path / "mine" / "codebook.csv").write_text(book, "utf-8")
    mine("年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n")
    assert accepted() == {("示例甲楼", 2020): 15000.0}


# The source


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"title": "示例表", "publisher": "示例街道", "standing": "press"},
            ["示例表", "示例街道", "2022-03-31", "press"],
        ),
        ({}, ["示例街道2021", "示例街道2021", "2022-03-31", "primary"]),
    ],
)
def test_the_source_is_what_the_user_says_or_else_the_file(mine, said, told):
    mine(FIRST, "2022-03-31", name="示例街道2021.csv", **said)
    columns = ["title", "publisher", "published", "standing"]
    assert load_sources("mine")[columns].to_numpy().tolist() == [told]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        *[
            ({"published": one}, f"published=“{one}”")
            for one in ("2022-3", "22", "2022-02-30", "昨天", "2999", "2022/03/31")
        ],
        ({"standing": "best"}, "standing=“best”不认识"),
    ],
)
def test_what_cannot_be_said_of_a_sheet_is_refused(mine, said, told):
    with pytest.raises(DataError, match=told):
        mine(FIRST, **said)


@pytest.mark.parametrize(
    ("files", "to", "told"),
    [([], "mine", "没有给出表格"), (["表.csv"], "yours", "先运行 hengstats new yours")],
)
def test_no_sheet_and_no_dataset_are_refused(mine, files, to, told):
    with pytest.raises(DataError, match=told):
        add(files, to)


# Invented figures


@pytest.mark.parametrize(
    ("building", "title", "invented"),
    [
        ("示例甲楼", "", True),
        ("某示例楼", "", False),
        ("甲楼", "楼宇经济示例街道表", False),
        ("甲楼", "Illustrative sheet", True),
        ("illustrative-a", "", True),
    ],
)
def test_only_what_begins_with_the_word_is_invented(mine, building, title, invented):
    told = mine(f"年份,楼宇,税收(亿元)\n2020,{building},1.5\n", title=title)
    assert read_dataset("mine").illustrative == invented
    assert ("按示例数据（虚构的数字）存入" in told.say()) == invented


def test_invented_figures_do_not_come_to_real_ones(tmp_path, monkeypatch):
    mine = begin(tmp_path, monkeypatch, FIRST.replace("示例", ""))
    with pytest.raises(SheetError, match="存入另一个数据集") as refused:
        mine(FIRST, "2023-03-31")
    assert codes(refused)[0] == "mixed_kinds"


def test_a_new_building_among_invented_ones_has_the_word_in_its_key(started):
    answers = {"new_buildings": ["丙楼"], "withdraw": ["示例乙楼"]}
    started(FIRST.replace("示例乙楼", "丙楼"), **answers)
    assert "illustrative-丙楼" in set(read_dataset("mine").records["entity"])


# Files


def test_a_file_edited_by_hand_is_noted_and_stays_noted(started, tmp_path):
    path = tmp_path / "mine" / "codebook.csv"
    path.write_bytes(path.read_bytes().replace("年末".encode(), "岁末".encode()))
    told = started(REVISED)
    edited = [one.file for one in told.warnings if one.code == "changed_by_hand"]
    assert (edited, len(verify("mine"))) == (["codebook.csv"], 1)


def test_sign_ins_become_counts_and_no_person_is_kept(mine, tmp_path):
    log = LOG + "乙,P2,E1,示例甲楼,2021-03-01 18:05\n"
    mine(log, name="签到.csv", exact=True)
    assert accepted("attendances") == {("示例甲楼", 2021): 2.0}
    kept = b"".join(stored(tmp_path / "mine").values())
    assert ("张三丰".encode() in kept, b"P77" in kept) == (False, False)


def test_a_vintage_can_be_read_by_eye_one_record_a_line(started, tmp_path):
    text = (tmp_path / "mine/vintages/0001.json").read_text("utf-8")
    assert json.loads(text)["files"][0]["name"] == "表.csv"
    line = '["示例甲楼", "tax_revenue", "2020", "1.5", "1.5", "exact",'
    line += ' "100 million yuan", "表.csv第2行 税收(亿元)：1.5"],'
    assert line in text.splitlines()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.ENOSPC, "磁盘满了"),
        (errno.EROFS, "没有写入的权限"),
        (errno.EIO, "读写出错"),
    ],
)
def test_a_disk_that_fails_is_told_in_a_sentence(started, monkeypatch, code, told):
    def fail(*_):
        raise OSError(code, "示例")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DataError, match=told):
        started(REVISED)
    monkeypatch.undo()


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_who_is_faster_comes_first_and_the_other_is_asked_again(
    started, monkeypatch, links
):
    if not links:  # as on a stick in FAT

        def no_link(*_):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", no_link)
    from hengstats.adding import propose as one_step

    others = [FIRST.replace("1.6", "1.8")]

    def slow(*about):
        proposal = one_step(*about)
        if others:
            started(others.pop(), "2022-12-31", name="faster.csv")
        return proposal

    monkeypatch.setattr("hengstats.adding.propose", slow)
    told = started(REVISED)
    assert (told.vintage, told.revised[0].old) == (3, "1.8")
    assert (accepted()["示例甲楼", 2021], verify("mine")) == (1.7, [])
