"""What is stored when, and what `add` says of it, is what truly changes."""

import pytest
from storing import accepted, begin, noted, stored

from hengstats.adding import add, verify
from hengstats.dataset import load_sources
from hengstats.errors import SheetError
from hengstats.figures import load_figures

HEAD = "年份,楼宇,税收(亿元),党员数\n"
FIRST = HEAD + "2020,示例甲楼,1.5,20\n2021,示例甲楼,1.6,21\n2021,示例乙楼,约2,<10\n"
REVISED = FIRST.replace("1.6", "1.7")
RULING = "entity,measure,year,accepted,zh-Hans,zh-Hant,en\n"
SHEET = "年份,楼宇,税收(亿元)\n2021,甲楼,26.3\n"
LOG = "姓名,人员编号,活动编号,楼宇,签到时间\n甲,P1,E1,示例甲楼,2021-03-01 18:00\n"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return a function that adds a sheet to a new dataset."""
    return begin(tmp_path, monkeypatch)


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Return the same for one with the first sheet, published on 31 March 2022."""
    return begin(tmp_path, monkeypatch, FIRST, published="2023-03-31")


# Confirmations


def test_the_same_figures_on_another_date_are_a_vintage_of_their_own(started):
    told = started(FIRST, "2022-06-01")
    assert (told.status, told.vintage, told.unchanged) == ("stored", 2, 6)
    assert "数字没有变；作为 2022-06-01 公布的一期存入" in told.say()
    again = [started(FIRST, date).status for date in ("2022-03-31", "2022-06-01", "")]
    assert again == ["unchanged"] * 3
    told = started(REVISED, "2022-05-01")  # from in between
    assert (accepted()["示例甲楼", 2021], told.revised) == (1.6, ())


def test_what_nobody_dated_may_be_dated_later(mine):
    mine(FIRST, today="2022-07-01")
    told = mine(FIRST, "2022-06-01", today="2022-07-02")
    seen = accepted(as_of="2022-06-01")["示例甲楼", 2021]
    assert (told.status, seen) == ("stored", 1.6)


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
    assert add([one, two], "mine", published="2022-03-31").status == "unchanged"


def test_a_confirmation_is_asked_who_is_missing(started):
    part = HEAD + "2021,示例甲楼,1.6,21\n"
    with pytest.raises(SheetError, match="--partial"):
        started(part, "2022-06-01")
    assert started(part, "2022-06-01", partial=True).status == "stored"


# As published, backwards, and the last one first.
@pytest.mark.parametrize(
    "last",
    [FIRST, FIRST.replace("20\n", "20.0\n").replace("约2", "3")],
    ids=["confirmed", "revised"],
)
def test_the_order_of_adding_does_not_matter_for_dated_sheets(
    tmp_path, monkeypatch, last
):
    sheets = [(FIRST, "2022-03-31"), (REVISED, "2022-05"), (last, "2022-06-30")]
    days = (None, "2022-03-31", "2022-05-30", "2022-05-31")
    found = set()
    for number, order in enumerate(((0, 1, 2), (2, 1, 0), (1, 2, 0))):
        here = tmp_path / str(number)
        here.mkdir()
        mine = begin(here, monkeypatch)
        for sheet in order:
            mine(*sheets[sheet])
        found.add(tuple(load_figures("mine", as_of=day).to_csv() for day in days))
    tax = [accepted(as_of=day)["示例甲楼", 2021] for day in days]
    assert (len(found), tax) == (1, [1.6, 1.6, 1.6, 1.7])


def test_buildings_stand_as_published_whatever_the_order_of_adding(started):
    # Of an earlier date: nobody is missing in it who was reported later.
    other = HEAD + "2020,示例丙楼,3,5\n"
    started(other, "2021-03-31", new_buildings=["示例丙楼"])
    found = load_figures("mine")["entity"].unique().tolist()
    assert found == ["示例丙楼", "示例甲楼", "示例乙楼"]


# An earlier vintage again


DATED, UNDATED = ("2022-03-31", "2023-03-31"), ("", "")


@pytest.mark.parametrize(
    ("dates", "third", "published", "status", "value"),
    [
        (DATED, FIRST, "2022-03-31", "unchanged", 1.7),
        (UNDATED, FIRST, "", "unchanged", 1.7),
        (UNDATED, FIRST.replace("1.6", "1.60"), "", "stored", 1.6),
        (DATED, FIRST, "2024-03-31", "stored", 1.6),
    ],
    ids=["old sheet", "old file", "another file", "set back on a later date"],
)
def test_only_what_is_newer_undoes_a_revision_and_the_old_is_told_so(
    tmp_path, monkeypatch, dates, third, published, status, value
):
    steps = zip((FIRST, REVISED), dates, strict=True)
    told = begin(tmp_path, monkeypatch, *steps)(third, published)
    assert (told.status, accepted()["示例甲楼", 2021]) == (status, value)
    assert len(told.revised) == (status == "stored")
    said = noted(told, "revised_since")
    assert len(said) == (status == "unchanged")
    for one in said:
        assert "这张表就是第 1 期；后来已被修订；没有写入。若来源真的改回了旧数" in one
        assert "都已经有了" not in told.say()


def test_a_sheet_that_still_stands_is_not_called_revised(started):
    started(FIRST, "2023-03-31")
    assert noted(started(FIRST, "2022-03-31"), "revised_since") == []


# Publishers


@pytest.mark.parametrize(
    ("first", "second", "noticed"),
    [
        ("示例街道", "示例街道办", 1),
        ("", "示例街道", 0),
        ("示例街道", "", 0),
        ("示例街道", "示例街道", 0),
    ],
)
def test_a_publisher_never_named_before_is_noted(
    tmp_path, monkeypatch, first, second, noticed
):
    mine = begin(tmp_path, monkeypatch, FIRST, publisher=first)
    told = noted(mine(REVISED, "2023-03-31", publisher=second), "new_publisher")
    said = "“示例街道办”第一次出现，算作另一个公布者；先前的是 示例街道"
    assert (len(told), all(said in one for one in told)) == (noticed, True)


def test_a_weaker_voice_of_another_publisher_changes_nothing_and_is_told(
    tmp_path, monkeypatch
):
    mine = begin(tmp_path, monkeypatch, FIRST, publisher="示例街道")
    told = mine(REVISED, "2023-03-31", publisher="示例日报", standing="press")
    assert (told.revised, told.unchanged, told.passed_over) == ((), 5, {"standing": 1})
    assert len(noted(told, "standing")) == 1


# Blanks


def test_a_column_that_is_blank_keeps_its_figures_and_is_told(started):
    blank = HEAD + "2020,示例甲楼,1.5,\n2021,示例甲楼,1.7,\n2021,示例乙楼,约2,\n"
    said = noted(started(blank), "kept_figure")
    assert len(said) == 1
    assert "整栏空着" in said[0]
    assert "有 3 格空着，先前的数字仍然有效：示例甲楼 2020 20" in said[0]
    assert accepted("branch_members")["示例甲楼", 2021] == 21.0


def test_a_blank_is_told_although_nothing_changed(started):
    told = started(FIRST.replace("1.6,21", "1.6,"), "2022-03-31")
    assert (told.status, len(noted(told, "kept_figure"))) == ("unchanged", 1)


def test_sign_ins_leave_no_tax_blank(started):
    assert noted(started(LOG, name="签到.csv"), "kept_figure") == []


# What truly changes


def test_a_late_sheet_adds_only_what_nobody_has(started):
    told = started(REVISED + "2019,示例甲楼,1.4,19\n", "2021-12-31")
    assert [one.year for one in told.added] == [2019, 2019]
    assert (told.revised, told.unchanged, told.passed_over) == ((), 5, {"overtaken": 1})
    assert (len(noted(told, "overtaken")), accepted()["示例甲楼", 2021]) == (1, 1.6)


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


@pytest.mark.parametrize(
    ("kept", "ruling", "standing", "revised", "passed_over"),
    [
        ("primary", False, "press", [], {"standing": 1}),
        ("weak", True, "", [], {"ruling": 1}),
        ("weak", False, "", [("9.9亿元", "1.6")], {}),
    ],
    ids=["outweighed", "ruled against", "outweighs"],
)
def test_a_figure_beside_a_hand_kept_one_is_weighed(
    by_hand, kept, ruling, standing, revised, passed_over
):
    mine = by_hand(kept, ruling)
    told = mine(FIRST, standing=standing, new_buildings=["示例乙楼"])
    assert [(one.old, one.new) for one in told.revised] == revised
    assert (len(told.added), told.passed_over) == (5, passed_over)
    for reason in passed_over:
        assert len(noted(told, reason)) == 1
    assert ("settlements.csv 里有裁定" in told.say()) == ruling


def test_where_a_withdrawal_leaves_a_hand_kept_figure_it_is_a_revision(by_hand):
    mine = by_hand("weak")
    mine(FIRST, "2022-03-31", new_buildings=["示例乙楼"])
    sheet = "年份,楼宇,税收(亿元)\n2021,示例乙楼,2\n"
    told = mine(sheet, "2023-03-31", withdraw=["示例甲楼"])
    change = [(one.entity, one.old, one.new) for one in told.revised]
    assert (("示例甲楼", "1.6", "9.9亿元") in change, told.withdrawn) == (True, ())


@pytest.mark.parametrize(
    ("again", "restated"),
    [
        (
            "年份,楼宇,税收(万元),党员数\n2020,示例甲楼,15000,20\n"
            "2021,示例甲楼,16000,21\n2021,示例乙楼,约2亿元,<10\n",
            2,
        ),
        (FIRST.replace("1.5", "1.50").replace("1.6", "1.60"), 2),
        (FIRST.replace("党员数", "党员数(名)"), 0),
    ],
    ids=["unit", "digits", "unit of the same bounds"],
)
def test_the_same_number_within_other_bounds_is_restated(started, again, restated):
    told = started(again)
    assert (told.revised, len(told.restated), told.unchanged) == (
        (),
        restated,
        6 - restated,
    )
    said = "另有 2 个数字没有变，只是换了写法"
    assert (said in told.say("zh-Hans")) == bool(restated)


def test_a_dry_run_tells_what_the_add_tells_and_writes_nothing(started, tmp_path):
    before = stored(tmp_path / "mine")
    dry = started(REVISED, dry_run=True)
    assert (dry.status, stored(tmp_path / "mine")) == ("dry_run", before)
    told = started(REVISED)
    assert (dry.revised, dry.warnings) == (told.revised, told.warnings)
    assert (len(told.revised), verify("mine")) == (1, [])


# What is said of a sheet


def cited():
    """Return title, publisher and date of the one source that figures come from."""
    (source,) = load_figures("mine")["source"].unique()
    row = load_sources("mine").set_index("source").loc[source]
    return row["title"], row["publisher"], row["published"]


def test_what_was_not_said_of_a_sheet_is_told_and_supplied_later(tmp_path, monkeypatch):
    mine = begin(tmp_path, monkeypatch)
    first = mine(SHEET, publisher="某区")
    assert "没有写明标题、公布日期：报告的来源会写作“表。某区、日期未见”" in first.say()
    assert "--title --published；" in first.say()
    assert mine(SHEET).status == "unchanged"
    titled = mine(SHEET, title="台账")
    assert (titled.vintage, titled.unchanged) == (2, 1)
    assert "也不算两次；这次补上的是标题“台账”，报告从此照此写" in titled.say()
    assert cited() == ("台账", "某区", "")
    dated = mine(SHEET, published="2022-03-31")
    assert "没有写明" not in dated.say()
    assert cited() == ("台账", "某区", "2022-03-31")
    assert load_figures("mine", as_of="2022-12-31").equals(load_figures("mine"))
    assert mine(SHEET, title="台账", published="2022-03-31").status == "unchanged"


def test_a_date_supplied_later_puts_a_sheet_before_what_revised_it(
    tmp_path, monkeypatch
):
    mine = begin(tmp_path, monkeypatch)
    mine(SHEET)
    mine(SHEET.replace("26.3", "26.4"), published="2023-03-31", name="新表.csv")
    assert [*accepted().values()] == [26.3]  # stored today, for all that is known
    mine(SHEET, title="台账", published="2022-03-31")
    assert [*accepted().values()] == [26.4]


def test_a_title_alone_does_not_bring_back_what_was_revised(tmp_path, monkeypatch):
    mine = begin(tmp_path, monkeypatch)
    mine(SHEET)
    mine(SHEET.replace("26.3", "26.4"), name="新表.csv")
    assert mine(SHEET, title="台账").status == "unchanged"
    assert [*accepted().values()] == [26.4]
