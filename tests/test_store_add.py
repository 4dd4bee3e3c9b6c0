"""What a sheet says comes in as a vintage, once, and says what it changed."""

import errno
import json

import pytest
from storing import accepted, begin, codes

from hengstats.adding import add, verify
from hengstats.dataset import load_records, load_sources, read_dataset
from hengstats.errors import DataError, SheetError
from hengstats.figures import load_figures

HEAD = "年份,楼宇,税收(亿元),党员数\n"
FIRST = HEAD + "2020,示例甲楼,1.5,20\n2021,示例甲楼,1.6,21\n2021,示例乙楼,约2,<10\n"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return a function that adds a sheet to a dataset of its own."""
    return begin(tmp_path, monkeypatch)


def test_the_first_sheet_comes_in(mine):
    told = mine(FIRST, "2022-03-31")
    assert (told.status, len(told.added), told.vintage) == ("stored", 6, 1)


def test_figures_are_accepted_as_the_sheet_has_them(mine):
    mine(FIRST, "2022-03-31")
    assert accepted() == {
        ("示例甲楼", 2020): 1.5,
        ("示例甲楼", 2021): 1.6,
        ("示例乙楼", 2021): 2.0,
    }


def test_fewer_than_ten_stays_a_bound(mine):
    mine(FIRST)
    figures = load_figures("mine").query("measure == 'branch_members'")
    row = figures[figures["entity"] == "示例乙楼"].iloc[0]
    assert row[["lower", "upper", "status"]].tolist() == [0.0, 10.0, "bound"]


def test_a_record_says_where_it_stands_in_the_sheet(mine):
    mine(FIRST)
    assert load_records("mine")["quote"].iloc[0] == "表.csv第2行 税收(亿元)：1.5"


def test_an_amount_keeps_the_unit_of_its_sheet(mine):
    mine("年份,楼宇,税收(万元)\n2020,示例甲楼,15000\n")
    record = load_records("mine").iloc[0]
    assert record[["printed", "value", "unit"]].tolist() == [
        "15000",
        "15000",
        "10000 yuan",
    ]


@pytest.mark.parametrize(
    ("cell", "value"),  # in 亿元, worked out by hand
    [
        ("-0.35", -0.35),
        ("2600万元", 0.26),
        ("3.2亿元", 3.2),
        ("1.2E+01", 12.0),
        ("１２．５", 12.5),
        ("1 234", 1234.0),
        ("二十六", 26.0),
        ("约3.2亿元", 3.2),
    ],
)
def test_a_wording_means_what_the_check_has_read(mine, cell, value):
    mine(f"年份,楼宇,税收(亿元)\n2020,示例甲楼,{cell}\n")
    assert accepted()["示例甲楼", 2020] == pytest.approx(value)


def test_a_wording_the_records_cannot_read_stands_in_the_quote(mine):
    mine("年份,楼宇,税收(亿元)\n2020,示例甲楼,1 234\n")
    record = load_records("mine").iloc[0]
    assert (record["printed"], "1 234" in record["quote"]) == ("1234亿元", True)


def test_the_same_sheet_again_changes_nothing(mine, tmp_path):
    mine(FIRST, "2022-03-31")
    before = {p: p.read_bytes() for p in (tmp_path / "mine").rglob("*") if p.is_file()}
    told = mine(FIRST, "2022-03-31")
    after = {p: p.read_bytes() for p in (tmp_path / "mine").rglob("*") if p.is_file()}
    assert (told.status, after) == ("unchanged", before)


@pytest.mark.parametrize(
    "again",
    [
        HEAD + "2021,示例乙楼,约2,<10\n2021,示例甲楼,1.6,21\n2020,示例甲楼,1.5,20\n",
        "楼宇,年份,税收(万元),党员数\n示例甲楼,2020,15000,20\n示例甲楼,2021,16000,21\n"
        "示例乙楼,2021,约20000,<10\n",
        "年份,楼宇,税收(亿元)\n2021,示例乙楼,约2\n",
        HEAD + "2020,示例甲楼,1.50,20\n",
    ],
    ids=["order", "unit", "subset", "digits"],
)
def test_the_same_content_in_another_form_changes_nothing(mine, again):
    mine(FIRST, "2022-03-31")
    assert mine(again, "2022-03-31").status == "unchanged"


def test_another_encoding_changes_nothing(mine, tmp_path):
    mine(FIRST)
    (tmp_path / "b.csv").write_bytes(FIRST.encode("gb18030"))
    assert add(tmp_path / "b.csv", "mine").status == "unchanged"


def test_an_old_sheet_again_does_not_undo_a_revision(mine):
    mine(FIRST, "2022-03-31")
    mine(FIRST.replace("1.6", "1.7"), "2023-03-31")
    told = mine(FIRST, "2022-03-31")
    assert (told.status, accepted()["示例甲楼", 2021]) == ("unchanged", 1.7)


def test_an_old_file_again_without_a_date_does_not_undo_a_revision(mine):
    mine(FIRST)
    mine(FIRST.replace("1.6", "1.7"))
    told = mine(FIRST)
    assert (told.status, accepted()["示例甲楼", 2021]) == ("unchanged", 1.7)


def test_another_file_without_a_date_may_set_a_figure_back(mine):
    mine(FIRST)
    mine(FIRST.replace("1.6", "1.7"))
    mine(FIRST.replace("1.6", "1.60"))
    assert accepted()["示例甲楼", 2021] == 1.6


def test_a_figure_set_back_on_a_later_date_is_a_revision(mine):
    mine(FIRST, "2022-03-31")
    mine(FIRST.replace("1.6", "1.7"), "2023-03-31")
    mine(FIRST, "2024-03-31")
    assert accepted()["示例甲楼", 2021] == 1.6


def test_a_revision_tells_old_and_new(mine):
    mine(FIRST, "2022-03-31")
    told = mine(FIRST.replace("1.6", "1.7"), "2023-03-31")
    change = told.revised[0]
    assert (change.year, change.old, change.new) == (2021, "1.6", "1.7")


def test_old_and_new_are_said_with_their_units(mine):
    mine(FIRST, "2022-03-31")
    sheet = "年份,楼宇,税收(万元)\n2021,示例甲楼,17000\n2021,示例乙楼,约20000\n"
    assert "1.6 亿元 → 17000 万元" in mine(sheet, "2023-03-31").say()


def test_a_hedge_that_goes_is_a_revision(mine):
    mine(FIRST, "2022-03-31")
    assert len(mine(FIRST.replace("约2", "2"), "2023-03-31").revised) == 1


def test_what_was_known_before_a_revision_is_still_there(mine):
    mine(FIRST, "2022-03-31")
    mine(FIRST.replace("1.6", "1.7"), "2023-03-31")
    assert accepted(as_of="2022-12-31")["示例甲楼", 2021] == 1.6


def test_a_dry_run_says_it_and_writes_nothing(mine, tmp_path):
    told = mine(FIRST, dry_run=True)
    assert (told.status, len(told.added), (tmp_path / "mine/head.json").exists()) == (
        "dry_run",
        6,
        False,
    )


def test_a_blank_keeps_the_figure_and_says_so(mine):
    mine(FIRST, "2022-03-31")
    told = mine(FIRST.replace("1.6,21", "1.7,"), "2023-03-31")
    kept = [fault for fault in told.warnings if fault.code == "kept_figure"]
    members = accepted("branch_members")
    assert (len(kept), members["示例甲楼", 2021]) == (1, 21.0)


def test_an_earlier_publication_that_comes_late_is_overtaken(mine):
    mine(FIRST, "2023-03-31")
    told = mine(FIRST.replace("1.6", "1.4"), "2022-03-31")
    late = [fault.code for fault in told.warnings if fault.code == "overtaken"]
    assert (late, accepted()["示例甲楼", 2021]) == (["overtaken"], 1.6)


@pytest.mark.parametrize("cell", ["1600", "0.0016"])
def test_a_jump_against_the_earlier_vintage_is_refused(mine, cell):
    mine(FIRST, "2022-03-31")
    sheet = HEAD + f"2021,示例甲楼,{cell},21\n2021,示例乙楼,约2,<10\n"
    with pytest.raises(SheetError, match="相差 1000 倍以上") as refused:
        mine(sheet, "2023-03-31")
    assert set(codes(refused)) == {"suspected_unit_change"}


def test_a_jump_to_the_year_before_is_refused(mine):
    mine(FIRST, "2022-03-31")
    sheet = HEAD + "2022,示例甲楼,17000,21\n2022,示例乙楼,2,9\n"
    with pytest.raises(SheetError, match=r"2021 年数据集里是“1\.6”"):
        mine(sheet, "2023-03-31")


def test_a_jump_from_zero_is_none(mine):
    mine(FIRST.replace("1.6", "0"), "2022-03-31")
    sheet = HEAD + "2022,示例甲楼,1700,21\n2022,示例乙楼,2,9\n"
    assert mine(sheet, "2023-03-31").status == "stored"


def test_999_times_is_no_jump(mine):
    mine(FIRST, "2022-03-31")
    sheet = HEAD + "2022,示例甲楼,1598.4,21\n2022,示例乙楼,2,9\n"  # 1.6 x 999
    assert mine(sheet, "2023-03-31").status == "stored"


def test_several_files_are_one_vintage(mine, tmp_path):
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(FIRST, "utf-8")
    two.write_text(HEAD + "2022,示例甲楼,1.7,22\n2022,示例乙楼,2.1,11\n", "utf-8")
    told = add([one, two], "mine")
    assert (told.vintage, len(told.added)) == (1, 10)


def test_a_file_given_twice_is_one(mine, tmp_path):
    (tmp_path / "a.csv").write_text(FIRST, "utf-8")
    assert add([tmp_path / "a.csv"] * 2, "mine").files == ("a.csv",)


def test_one_bad_file_keeps_all_out_and_all_faults_are_told(mine, tmp_path):
    files = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, text in zip(
        files, [FIRST, FIRST.replace("1.6", "1,62"), "nothing\n"], strict=True
    ):
        path.write_text(text, "utf-8")
    with pytest.raises(SheetError) as refused:
        add(files, "mine")
    named = {fault.file for fault in refused.value.faults}
    assert (named, (tmp_path / "mine/head.json").exists()) == (
        {"b.csv", "c.csv"},
        False,
    )


def test_two_files_that_differ_on_one_figure_are_refused(mine, tmp_path):
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(FIRST, "utf-8")
    two.write_text(HEAD + "2021,示例甲楼,1.8,21\n", "utf-8")
    with pytest.raises(SheetError, match=r"a\.csv 第 3 行是“1\.6”") as refused:
        add([one, two], "mine")
    assert codes(refused) == ["duplicate_key"]


def test_two_files_that_agree_on_a_figure_come_in(mine, tmp_path):
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(FIRST, "utf-8")
    two.write_text("年份,楼宇,税收(万元)\n2021,示例甲楼,16000\n", "utf-8")
    assert len(add([one, two], "mine").added) == 6


def test_a_column_without_a_measure_is_refused(mine, tmp_path):
    path = tmp_path / "mine" / "codebook.csv"
    kept = path.read_text("utf-8-sig").replace(",members\n", ",\n")
    path.write_text(kept, "utf-8-sig")
    with pytest.raises(SheetError, match="没有指标对应 members") as refused:
        mine(FIRST)
    assert codes(refused) == ["unmapped_column"]


def test_a_codebook_without_the_column_has_customary_measures(mine, tmp_path):
    book = "measure,topic,unit,basis,years,precision,definition\n"
    book += "tax_revenue,tax,10000 yuan,year,,printed,T\n"
    (tmp_path / "mine" / "codebook.csv").write_text(book, "utf-8")
    mine("年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n")
    assert accepted() == {("示例甲楼", 2020): 15000.0}


def test_a_column_named_twice_in_the_codebook_is_refused(mine, tmp_path):
    path = tmp_path / "mine" / "codebook.csv"
    path.write_text(
        path.read_text("utf-8-sig").replace(",members\n", ",tax\n"), "utf-8"
    )
    with pytest.raises(DataError, match="“tax”重复了"):
        mine(FIRST)


def test_a_count_cannot_be_an_amount(mine, tmp_path):
    book = "measure,topic,unit,basis,years,precision,definition,column\n"
    book += "tax_revenue,tax,persons,year,,printed,T,tax\n"
    (tmp_path / "mine" / "codebook.csv").write_text(book, "utf-8")
    with pytest.raises(DataError, match="不能换算"):
        mine("年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n")


def test_the_source_is_what_the_user_says(mine):
    mine(FIRST, "2022-03-31", title="示例表", publisher="示例街道", standing="press")
    columns = ["title", "publisher", "published", "standing"]
    assert load_sources("mine")[columns].to_numpy().tolist() == [
        ["示例表", "示例街道", "2022-03-31", "press"]
    ]


def test_a_sheet_without_a_title_is_called_by_its_file(mine):
    mine(FIRST, name="示例街道2021.csv")
    assert load_sources("mine")["title"].tolist() == ["示例街道2021"]


def test_a_sheet_is_primary_where_nobody_says_otherwise(mine):
    mine(FIRST)
    assert load_sources("mine")["standing"].tolist() == ["primary"]


def test_the_reason_of_a_revision_is_kept(mine):
    mine(FIRST, "2022-03-31", reason="第一次")
    assert read_dataset("mine").vintages["reason"].tolist() == ["第一次"]


@pytest.mark.parametrize(
    "published", ["2022-3", "22", "2022-02-30", "昨天", "2999", "2022/03/31"]
)
def test_a_bad_date_of_publication_is_refused(mine, published):
    with pytest.raises(DataError, match=f"published=“{published}”"):
        mine(FIRST, published)


def test_an_unknown_standing_is_refused(mine):
    with pytest.raises(DataError, match="standing=“best”不认识"):
        mine(FIRST, standing="best")


def test_no_sheet_at_all_is_refused(mine):
    with pytest.raises(DataError, match="没有给出表格"):
        add([], "mine")


def test_a_dataset_that_is_not_there_is_refused(mine, tmp_path):
    (tmp_path / "a.csv").write_text(FIRST, "utf-8")
    with pytest.raises(DataError, match="没有“yours”这个数据集"):
        add(tmp_path / "a.csv", "yours")


def test_the_word_example_makes_a_dataset_illustrative(mine):
    mine(FIRST)
    assert read_dataset("mine").illustrative


def test_a_sheet_without_the_word_is_a_public_record(mine):
    mine(FIRST.replace("示例", ""))
    assert not read_dataset("mine").illustrative


def test_invented_figures_do_not_come_to_real_ones(mine):
    mine(FIRST.replace("示例", ""), "2022-03-31")
    with pytest.raises(SheetError, match="存入另一个数据集") as refused:
        mine(FIRST, "2023-03-31")
    assert codes(refused)[0] == "mixed_kinds"


def test_a_new_building_among_invented_ones_has_the_word_in_its_key(mine):
    mine(FIRST)
    mine(
        FIRST.replace("示例乙楼", "丙楼"), new_buildings=["丙楼"], withdraw=["示例乙楼"]
    )
    assert "illustrative-丙楼" in set(read_dataset("mine").records["entity"])


def test_a_file_edited_by_hand_is_noted_and_stays_noted(mine, tmp_path):
    mine(FIRST)
    path = tmp_path / "mine" / "codebook.csv"
    path.write_bytes(path.read_bytes().replace("年末".encode(), "岁末".encode()))
    told = mine(FIRST.replace("1.6", "1.7"))
    noted = [fault.file for fault in told.warnings if fault.code == "changed_by_hand"]
    assert (noted, len(verify("mine"))) == (["codebook.csv"], 1)


def test_sign_ins_become_counts(mine, tmp_path):
    log = "姓名,人员编号,活动编号,楼宇,签到时间\n"
    log += "甲,P1,E1,示例甲楼,2021-03-01 18:00\n乙,P2,E1,示例甲楼,2021-03-01 18:05\n"
    mine(log, name="签到.csv")
    assert accepted("attendances") == {("示例甲楼", 2021): 2.0}


def test_no_person_is_kept_from_sign_ins(mine, tmp_path):
    log = "姓名,人员编号,活动编号,楼宇,签到时间\n"
    log += "张三丰,P77,E1,示例甲楼,2021-03-01 18:00\n"
    mine(log, name="签到.csv")
    kept = b"".join(p.read_bytes() for p in (tmp_path / "mine").rglob("*.csv"))
    assert ("张三丰".encode() in kept, b"P77" in kept) == (False, False)


def test_the_head_can_be_read_by_eye(mine, tmp_path):
    mine(FIRST, "2022-03-31")
    head = json.loads((tmp_path / "mine" / "head.json").read_text("utf-8"))
    assert head["vintages"][0]["files"][0]["name"] == "表.csv"


def test_another_process_that_holds_the_lock_is_waited_for_and_named(
    mine, tmp_path, monkeypatch
):
    from hengstats.adding.lock import hold

    monkeypatch.setattr(adding, "hold", lambda folder: hold(folder, patience=0.1))
    with hold(tmp_path / "mine"):
        with pytest.raises(DataError, match="另一个程序正在写 mine"):
            mine(FIRST)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.ENOSPC, "磁盘满了"),
        (errno.EROFS, "没有写入的权限"),
        (errno.EIO, "读写出错"),
    ],
)
def test_a_disk_that_fails_is_told_in_a_sentence(mine, monkeypatch, code, told):
    def fail(*_):
        raise OSError(code, "示例")

    monkeypatch.setattr(adding, "commit", fail)
    with pytest.raises(DataError, match=told):
        mine(FIRST)


def test_the_result_says_itself_in_two_languages(mine):
    said = mine(FIRST, "2022-03-31").say().splitlines()
    assert (said[0], said[1]) == (
        "已存入 mine：第 1 期（表.csv）。"
        "新增 6 个数字，修订 0 个，撤回 0 个，未变 0 个",
        "Stored in mine as vintage 1 (表.csv)."
        " Figures added: 6; revised: 0; withdrawn: 0; unchanged: 0",
    )
