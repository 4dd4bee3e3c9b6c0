"""What is stored when, and what `add` says of it, is what truly changes."""

import itertools
from pathlib import Path

import pytest
from storing import accepted, begin, noted

from hengstats.adding import add, new, verify
from hengstats.dataset import read_dataset
from hengstats.errors import SheetError
from hengstats.figures import load_figures

HEAD = "年份,楼宇,税收(亿元),党员数\n"
FIRST = HEAD + "2020,示例甲楼,1.5,20\n2021,示例甲楼,1.6,21\n2021,示例乙楼,约2,<10\n"
REVISED = FIRST.replace("1.6", "1.7")
RULING = "entity,measure,year,accepted,zh-Hans,zh-Hant,en\n"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return a function that adds a sheet to a dataset of its own."""
    return begin(tmp_path, monkeypatch)


# Confirmations


def test_the_same_figures_on_another_date_are_a_vintage_of_their_own(mine):
    mine(FIRST, "2022-03-31")
    told = mine(FIRST, "2022-06-01")
    assert (told.status, told.vintage, told.unchanged) == ("stored", 2, 6)
    assert "数字没有变；作为 2022-06-01 公布的一期存入" in told.say()


def test_a_confirmed_figure_is_not_overruled_by_a_sheet_from_in_between(mine):
    mine(FIRST, "2022-03-31")
    mine(FIRST, "2022-06-01")
    told = mine(REVISED, "2022-05-01")
    assert (accepted()["示例甲楼", 2021], told.revised) == (1.6, ())


def test_a_confirmation_is_stored_once(mine):
    mine(FIRST, "2022-03-31")
    mine(FIRST, "2022-06-01")
    again = [mine(FIRST, date).status for date in ("2022-03-31", "2022-06-01", "")]
    assert again == ["unchanged"] * 3


def test_what_nobody_dated_may_be_dated_later(mine):
    mine(FIRST, today="2022-07-01")
    told = mine(FIRST, "2022-06-01", today="2022-07-02")
    assert (told.status, accepted(as_of="2022-06-01")["示例甲楼", 2021]) == (
        "stored",
        1.6,
    )


def test_a_year_given_again_later_is_the_same_date(mine):
    mine(FIRST, "2022", today="2022-05-01")
    assert mine(FIRST, "2022", today="2022-06-01").status == "unchanged"


def test_two_sheets_of_one_date_may_come_again_as_one(mine, tmp_path):
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(HEAD + "2021,示例甲楼,1.6,21\n", "utf-8")
    two.write_text(HEAD + "2021,示例乙楼,2,30\n", "utf-8")
    add(one, "mine", published="2022-03-31")
    more = {"partial": True, "new_buildings": ["示例乙楼"]}
    add(two, "mine", published="2022-03-31", **more)
    told = add([one, two], "mine", published="2022-03-31")
    assert told.status == "unchanged"


def test_a_confirmation_is_asked_who_is_missing(mine):
    mine(FIRST, "2022-03-31")
    part = HEAD + "2021,示例甲楼,1.6,21\n"
    with pytest.raises(SheetError, match="--partial"):
        mine(part, "2022-06-01")
    assert mine(part, "2022-06-01", partial=True).status == "stored"


THREE = [
    (FIRST, "2022-03-31"),
    (REVISED, "2022-05"),
    (FIRST.replace("20\n", "20.0\n").replace("约2", "3"), "2022-06-30"),
]


@pytest.mark.parametrize("last", [FIRST, THREE[2][0]], ids=["confirmed", "revised"])
def test_the_order_of_adding_does_not_matter_for_dated_sheets(mine, tmp_path, last):
    found = set()
    sheets = [*THREE[:2], (last, "2022-06-30")]
    for number, order in enumerate(itertools.permutations(sheets)):
        new(f"m{number}")
        for text, published in order:
            (tmp_path / "表.csv").write_text(text, "utf-8")
            add(tmp_path / "表.csv", f"m{number}", published=published)
        days = (None, "2022-03-31", "2022-05-30", "2022-05-31")
        figures = [load_figures(f"m{number}", as_of=day).to_csv() for day in days]
        found.add(tuple(figures))
    tax = [accepted(as_of=day, dataset="m5")["示例甲楼", 2021] for day in days]
    assert (len(found), tax) == (1, [1.6, 1.6, 1.6, 1.7])


def test_the_order_of_adding_does_not_matter_for_the_order_of_buildings(mine):
    sheets = [(FIRST, "2022-03-31"), (HEAD + "2020,示例丙楼,3,5\n", "2021-03-31")]
    found = []
    for number, order in enumerate(itertools.permutations(sheets)):
        new(f"m{number}")
        for text, published in order:
            Path("表.csv").write_text(text, "utf-8")
            names = {one.split(",")[1] for one in text.splitlines()[1:]}
            fresh = sorted(names) if text is not order[0][0] else []
            told = {"partial": True, "new_buildings": fresh}
            add(Path("表.csv"), f"m{number}", published=published, **told)
        found.append(load_figures(f"m{number}")["entity"].unique().tolist())
    assert found == [["示例丙楼", "示例甲楼", "示例乙楼"]] * 2


# An earlier vintage again


def test_an_old_sheet_again_is_told_that_it_was_revised(mine):
    mine(FIRST, "2022-03-31")
    mine(REVISED, "2023-03-31")
    told = mine(FIRST, "2022-03-31")
    said = noted(told, "revised_since")
    assert (told.status, len(said)) == ("unchanged", 1)
    assert "这张表就是第 1 期；后来已被修订；没有写入。若来源真的改回了旧数" in said[0]
    assert "都已经有了" not in told.say()


def test_an_old_file_again_without_a_date_is_told_so_too(mine):
    mine(FIRST)
    mine(REVISED)
    assert len(noted(mine(FIRST), "revised_since")) == 1


def test_a_sheet_that_still_stands_is_not_called_revised(mine):
    mine(FIRST, "2022-03-31")
    mine(FIRST, "2023-03-31")
    assert noted(mine(FIRST, "2022-03-31"), "revised_since") == []


def test_the_old_figures_on_a_later_date_are_stored_and_stand(mine):
    mine(FIRST, "2022-03-31")
    mine(REVISED, "2023-03-31")
    told = mine(FIRST, "2024-03-31")
    change = [(one.old, one.new) for one in told.revised]
    assert (change, accepted()["示例甲楼", 2021]) == ([("1.7", "1.6")], 1.6)


# Publishers


def test_a_publisher_never_named_before_is_noted(mine):
    mine(FIRST, "2022-03-31", publisher="示例街道")
    told = noted(mine(REVISED, "2023-03-31", publisher="示例街道办"), "new_publisher")
    assert len(told) == 1
    assert "“示例街道办”第一次出现，算作另一个公布者；先前的是 示例街道" in told[0]


@pytest.mark.parametrize("names", [("", "示例街道"), ("示例街道", ""), ("示例",) * 2])
def test_no_publisher_is_new_where_none_was_named_or_it_is_known(mine, names):
    mine(FIRST, "2022-03-31", publisher=names[0])
    told = mine(REVISED, "2023-03-31", publisher=names[1])
    assert noted(told, "new_publisher") == []


def test_a_weaker_voice_of_another_publisher_changes_nothing_and_is_told(mine):
    mine(FIRST, "2022-03-31", publisher="示例街道")
    told = mine(REVISED, "2023-03-31", publisher="示例日报", standing="press")
    assert (told.revised, told.unchanged, told.passed_over) == ((), 5, {"standing": 1})
    assert len(noted(told, "standing")) == 1


# Blanks


def test_a_column_that_is_blank_where_figures_stood_is_told(mine):
    mine(FIRST, "2022-03-31")
    blank = HEAD + "2020,示例甲楼,1.5,\n2021,示例甲楼,1.7,\n2021,示例乙楼,约2,\n"
    said = noted(mine(blank, "2023-03-31"), "kept_figure")
    assert len(said) == 1
    assert "有 3 格空着，先前的数字仍然有效：示例甲楼 2020 20" in said[0]


def test_a_blank_is_told_although_nothing_changed(mine):
    mine(FIRST, "2022-03-31")
    told = mine(FIRST.replace("1.6,21", "1.6,"), "2022-03-31")
    assert (told.status, len(noted(told, "kept_figure"))) == ("unchanged", 1)


def test_sign_ins_leave_no_tax_blank(mine):
    mine(FIRST, "2022-03-31")
    log = "姓名,人员编号,活动编号,楼宇,签到时间\n"
    log += "甲,P1,E1,示例甲楼,2021-03-01 18:00\n"
    assert noted(mine(log, "2022-04-30", name="签到.csv"), "kept_figure") == []


# What truly changes


def test_an_overtaken_figure_is_neither_added_nor_revised(mine):
    mine(REVISED, "2023-03-31")
    told = mine(FIRST, "2022-03-31")
    assert (told.added, told.revised, told.unchanged) == ((), (), 5)
    assert told.passed_over == {"overtaken": 1}


def test_a_late_sheet_adds_only_what_nobody_has(mine):
    mine(REVISED, "2023-03-31")
    late = FIRST + "2019,示例甲楼,1.4,19\n"
    assert [one.year for one in mine(late, "2022-03-31").added] == [2019, 2019]


@pytest.fixture
def by_hand(mine, tmp_path):
    """Return a function that keeps one record by hand: 9.9 亿元, 甲楼, 2021."""

    def by_hand(standing, ruling=False):
        folder = tmp_path / "mine"
        (folder / "records.csv").write_text(
            "entity,measure,period,printed,value,qualifier,unit,source,quote\n"
            "示例甲楼,tax_revenue,2021,9.9亿元,9.9,exact,100 million yuan,book,"
            "税收9.9亿元\n",
            "utf-8",
        )
        (folder / "sources.csv").write_text(
            "source,title,publisher,published,address,standing,kind\n"
            f"book,T,P,2020-01-01,,{standing},illustrative\n",
            "utf-8",
        )
        ruled = "示例甲楼,tax_revenue,2021,book,据书,據書,The book\n" * ruling
        (folder / "settlements.csv").write_text(RULING + ruled, "utf-8")
        return mine

    return by_hand


def test_a_figure_that_a_better_source_outweighs_is_told_apart(by_hand):
    add_sheet = by_hand("primary")
    told = add_sheet(FIRST, standing="press", new_buildings=["示例乙楼"])
    assert (len(told.added), told.passed_over) == (5, {"standing": 1})


def test_a_figure_that_a_ruling_decides_against_is_told_apart(by_hand):
    told = by_hand("weak", ruling=True)(FIRST, new_buildings=["示例乙楼"])
    assert (len(told.added), told.passed_over) == (5, {"ruling": 1})
    assert "settlements.csv 里有裁定" in noted(told, "ruling")[0]


def test_a_figure_that_outweighs_the_hand_kept_one_is_a_revision(by_hand):
    told = by_hand("weak")(FIRST, new_buildings=["示例乙楼"])
    change = [(one.old, one.new) for one in told.revised]
    assert (change, len(told.added), told.passed_over) == (
        [("9.9亿元", "1.6")],
        5,
        {},
    )


def test_where_a_withdrawal_leaves_a_hand_kept_figure_it_is_a_revision(by_hand):
    add_sheet = by_hand("weak")
    add_sheet(FIRST, "2022-03-31", new_buildings=["示例乙楼"])
    told = add_sheet(
        "年份,楼宇,税收(亿元)\n2021,示例乙楼,2\n", "2023-03-31", withdraw=["示例甲楼"]
    )
    change = [(one.entity, one.old, one.new) for one in told.revised]
    assert (("示例甲楼", "1.6", "9.9亿元") in change, told.withdrawn) == (True, ())


@pytest.mark.parametrize(
    "again",
    [
        "年份,楼宇,税收(万元),党员数\n2020,示例甲楼,15000,20\n2021,示例甲楼,16000,21\n"
        "2021,示例乙楼,约2亿元,<10\n",
        FIRST.replace("1.5", "1.50").replace("1.6", "1.60"),
    ],
    ids=["unit", "digits"],
)
def test_the_same_number_in_another_unit_or_precision_is_counted_apart(mine, again):
    mine(FIRST, "2022-03-31")
    told = mine(again, "2023-03-31")
    assert (told.revised, told.reworded, told.unchanged) == ((), 2, 4)
    assert "另有 2 个数字没有变，只是换了写法" in told.say("zh-Hans")


def test_a_unit_that_leaves_the_bounds_is_unchanged(mine):
    # 15亿元 and 150000万元 of a measure printed to the unit would differ; 人 do not.
    mine(FIRST, "2022-03-31")
    again = FIRST.replace("党员数", "党员数(名)")
    told = mine(again, "2023-03-31")
    assert (told.reworded, told.unchanged) == (0, 6)


def test_a_dry_run_tells_what_the_add_tells(mine):
    mine(FIRST, "2022-03-31")
    told = [mine(REVISED, "2023-03-31", dry_run=dry) for dry in (True, False)]
    assert told[0].revised == told[1].revised
    assert told[0].warnings == told[1].warnings


# Invented figures


def test_a_sheet_of_invented_figures_is_called_one(mine):
    told = mine(FIRST)
    assert "按示例数据（虚构的数字）存入" in told.say()


@pytest.mark.parametrize(
    ("building", "title", "invented"),
    [
        ("某示例楼", "", False),
        ("甲楼", "楼宇经济示例街道表", False),
        ("甲楼", "示例表", True),
        ("甲楼", "Illustrative sheet", True),
        ("illustrative-a", "", True),
    ],
)
def test_only_what_begins_with_the_word_is_invented(mine, building, title, invented):
    told = mine(f"年份,楼宇,税收(亿元)\n2020,{building},1.5\n", title=title)
    assert (read_dataset("mine").illustrative, bool(noted(told, "illustrative"))) == (
        invented,
        invented,
    )


def test_everything_stored_is_verified(mine):
    mine(FIRST, "2022-03-31")
    mine(FIRST, "2022-06-01")
    mine(HEAD + "2022,示例甲楼,1.7,22\n", "2023-03-31", partial=True)
    assert verify("mine") == []
