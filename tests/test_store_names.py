"""A name never seen and a building no longer there are asked about, not guessed."""

import pytest
from storing import accepted, begin, codes, noted, stored

from hengstats.dataset import read_dataset
from hengstats.errors import DataError, SheetError
from hengstats.figures import load_figures


def sheet(rows):
    """Return a sheet of "year building tax", one after another, all 示例 buildings."""
    cells = [row.split() for row in rows.split(";")]
    lines = [f"{year},示例{name},{tax}" for year, name, tax in cells]
    return "\n".join(["年份,楼宇,税收(亿元)", *lines, ""])


FIRST = sheet("2020 甲楼 1.5; 2021 甲楼 1.6; 2021 乙楼 2")
RENAMED = sheet("2021 甲大厦 1.6; 2022 甲大厦 1.7; 2022 乙楼 2.1")
ALIAS = {"aliases": {"示例甲楼": "示例甲大厦"}}
GONE, NEXT = sheet("2022 甲楼 1.7"), sheet("2023 甲楼 1.8")
OTHER = sheet("2022 丙楼 1.7")
BOTH = sheet("2022 甲楼 1.7; 2022 乙楼 2.1")
LOG = "姓名,人员编号,活动编号,楼宇,签到时间\n甲,P1,E1,示例甲楼,2021-03-01 18:00\n"
WRONG = {"withdraw": ["示例戊楼"]}
ALL = "unknown unknown missing missing unasked"
UNKNOWN, MISSING, UNASKED = "unknown_building", "missing_building", "unasked_answer"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return a function that adds a sheet to a new dataset."""
    return begin(tmp_path, monkeypatch, published="2023-03-31")


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Return the same, with a first vintage of two buildings."""
    return begin(tmp_path, monkeypatch, FIRST, published="2023-03-31")


@pytest.fixture
def signed(tmp_path, monkeypatch):
    """Return a function of a publisher's name, which gives the same with it signed."""
    given = {"published": "2023-03-31"}
    return lambda name: begin(tmp_path, monkeypatch, FIRST, publisher=name, **given)


def years(entity, as_of=None):
    """Return the years of which a building has a figure."""
    return load_figures("mine", as_of=as_of).query("entity == @entity")["year"].tolist()


# The reasons, then what is said, and after a ! what is not.
QUESTIONS = {
    "a new name and who is missing": (
        (RENAMED, {}, "unknown missing"),
        ['--alias "示例甲楼=示例甲大厦"', '--new-building "示例甲大厦"'],
    ),
    "who is missing is offered first": (
        (sheet("2022 乙座 1.7; 2022 乙楼 2.1"), {}, "unknown missing"),
        ['若是改名，加上 --alias "示例甲楼=示例乙座"'],
    ),
    "no renaming where no name is new": (
        (GONE, {}, "missing"),
        ['--withdraw "示例乙楼"', "若这张表只是一部分，没有列出的照旧", "!--alias"],
    ),
    "all at once": (
        (BOTH.replace("甲", "丙").replace("乙", "丁"), WRONG, ALL),
        ["--withdraw"],
    ),
    "a merger": (
        (sheet("2022 双楼 3.9"), {}, "unknown missing missing"),
        ["若几座并为一座，新名用 --new-building"],
    ),
    "every strange name, the nearest first": (
        (sheet("2022 某某 1; 2022 乙楼 2; 2022 甲座 3"), {}, "unknown unknown missing"),
        ['--alias "示例甲楼=示例甲座" 或 --alias "示例甲楼=示例某某"'],
    ),
    "only who is missing is offered": (
        (sheet("2022 甲大楼 1; 2022 甲楼 2"), {}, "unknown missing"),
        ['"示例乙楼=示例甲大楼"', '!"示例甲楼='],
    ),
    "who is withdrawn is not offered": (
        (sheet("2022 丙楼 1"), {"withdraw": ["示例甲楼"]}, "unknown missing"),
        ['!--alias "示例甲楼='],
    ),
    "a new name in a part": (
        (sheet("2022 丙楼 3"), {"partial": True}, "unknown"),
        ["“示例丙楼”以前没有出现过"],
    ),
    "a name in a part, compared with who is not in it": (
        (sheet("2022 甲楼 1.7; 2022 乙大楼 2"), {"partial": True}, "unknown"),
        ['"示例乙楼=示例乙大楼"', '!"示例甲楼='],
    ),
    "what exactly is taken back": (
        (sheet("2020 乙楼 1; 2021 乙楼 2.2; 2022 乙楼 2"), {}, "missing"),
        ['--withdraw "示例甲楼"（撤回 2 个数字：楼宇税收 2020–2021；其余照旧）'],
    ),
    "that nothing is taken back": (
        (GONE, {}, "missing"),
        ['--withdraw "示例乙楼"（不撤回任何数字'],
    ),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_what_is_open_is_asked_with_answers_to_copy_and_nothing_written(
    started, tmp_path, case
):
    (text, answers, expected), said = QUESTIONS[case]
    before = stored(tmp_path / "mine")
    with pytest.raises(SheetError) as refused:
        started(text, **answers)
    told = str(refused.value)
    assert [code.split("_")[0] for code in codes(refused)] == expected.split()
    wrong = [one for one in said if (one.lstrip("!") in told) == one.startswith("!")]
    assert (wrong, stored(tmp_path / "mine")) == ([], before)


def test_two_names_of_one_building_in_one_year_are_refused(started):
    with pytest.raises(SheetError, match="“示例甲大厦”和“示例甲楼”是同一座楼") as told:
        started(RENAMED + "2022,示例甲楼,1.7\n", **ALIAS)
    assert codes(told) == ["duplicate_key"]


def test_a_hundred_questions_are_put_and_the_rest_counted(started):
    many = sheet("; ".join(f"2022 {n:03d}号 1" for n in range(150)))
    with pytest.raises(SheetError, match="另有 52 处要改") as refused:
        started(many)  # 150 new names and two buildings missing
    assert len(refused.value.faults) == 101


@pytest.mark.parametrize(
    ("text", "answer", "why"),
    [
        (BOTH, {"aliases": {"示例丁楼": "示例甲楼"}}, "从来没有“示例丁楼”"),
        (BOTH, {"aliases": {"示例甲楼": "示例丁楼"}}, "表里没有“示例丁楼”"),
        (BOTH, {"aliases": {"示例甲楼": "示例乙楼"}}, "“示例乙楼”已经认识"),
        (BOTH, {"new_buildings": ["示例丁楼"]}, "表里没有“示例丁楼”"),
        (BOTH, {"new_buildings": ["示例甲楼"]}, "“示例甲楼”已经认识"),
        (BOTH, {"withdraw": ["示例甲楼"]}, "“示例甲楼”就在表里"),
        (BOTH, {"withdraw": ["示例丁楼"]}, "上一批表格里没有“示例丁楼”"),
        # although nothing is new
        (FIRST, {"aliases": {"示例丁楼": "示例甲楼"}}, "用不上"),
        (FIRST, {"new_buildings": ["示例丁楼"]}, "用不上"),
        (FIRST, {"withdraw": ["示例甲楼"]}, "用不上"),
        # nothing is withdrawn by a part
        (GONE, {"partial": True, "withdraw": ["示例乙楼"]}, "没有列出的照旧"),
        (
            sheet("2021 甲楼 1.6"),
            {"partial": True, "withdraw": ["示例乙楼"]},
            "只是一部分（--partial），没有列出的照旧",
        ),
    ],
)
def test_an_answer_to_no_question_is_refused(started, text, answer, why):
    published = "2022-03-31" if "1.6" in text else "2023-03-31"
    with pytest.raises(SheetError, match=why) as refused:
        started(text, published, **answer)
    assert codes(refused) == [UNASKED]


def test_the_first_sheet_asks_for_no_answer(mine):
    with pytest.raises(SheetError, match="第一批表格里的名字全部收下"):
        mine(FIRST, new_buildings=["示例甲楼"])


def test_an_alias_of_python_is_the_alias_of_the_command(started):
    # --alias OLD=NEW: the old name is the key of the mapping.
    with pytest.raises(DataError, match='--alias "示例甲大厦=示例甲楼"'):
        started(RENAMED, aliases={"示例甲大厦": "示例甲楼"})


# Renamed


def test_a_building_goes_on_under_its_key_by_any_of_its_names(started):
    started(RENAMED, **ALIAS)
    data = read_dataset("mine")
    assert set(data.entities["entity"]) == {"示例甲楼", "示例乙楼"}
    shown = data.entities.set_index("entity")["zh-Hans"]
    assert shown["示例甲楼"] == "示例甲大厦"
    assert started(RENAMED, **ALIAS).status == "unchanged"
    for year, name in enumerate(("甲楼", "甲大厦", "甲中心"), start=2023):
        again = {"示例甲大厦": "示例甲中心"} if name == "甲中心" else {}
        text = sheet(f"{year} {name} 1.8; {year} 乙楼 2.2")
        assert started(text, f"{year + 1}-03-31", aliases=again).status == "stored"
    assert years("示例甲楼") == [*range(2020, 2026)]


@pytest.mark.parametrize(
    "text",
    [
        FIRST.replace("示例甲楼", "示例甲大厦"),
        sheet("2021 甲楼 1.6; 2022 甲大厦 1.7; 2022 乙楼 2.1"),
    ],
    ids=["alone", "in the middle of a sheet"],
)
def test_a_renaming_is_worth_a_vintage(started, text):
    assert started(text, **ALIAS).vintage == 2


# New, withdrawn, merged


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ("2022 甲楼 1.7; 2022 乙楼 2; 2022 丙楼 3", {}),
        ("2022 丙楼 3.9", {"withdraw": ["示例甲楼", "示例乙楼"]}),
    ],
    ids=["new", "several become one"],
)
def test_a_new_building_comes_in_when_it_is_called_one(started, rows, answers):
    started(sheet(rows), new_buildings=["示例丙楼"], **answers)
    assert years("示例丙楼") == [2022]


def test_figures_of_the_years_of_the_sheet_are_withdrawn(started):
    text = sheet("2021 甲楼 1.6; 2022 甲楼 1.7")
    told = started(text, withdraw=["示例乙楼"])
    assert (years("示例乙楼"), [c.old for c in told.withdrawn]) == ([], ["2"])
    assert years("示例乙楼", as_of="2022-12-31") == [2021]
    said = noted(told, "withdrawn")
    assert len(said) == 1
    assert "“示例乙楼”不再报送：撤回 1 个数字：楼宇税收 2021；其余照旧" in said[0]


def test_figures_of_other_years_stay(started):
    started(sheet("2022 乙楼 2.1"), withdraw=["示例甲楼"])
    assert years("示例甲楼") == [2020, 2021]


def test_a_withdrawn_building_is_not_asked_for_and_may_come_back(started):
    started(GONE, withdraw=["示例乙楼"])
    assert started(GONE, withdraw=["示例乙楼"]).status == "unchanged"
    assert started(NEXT, "2024-03-31").status == "stored"
    started(sheet("2024 甲楼 1.8; 2024 乙楼 2.3"), "2025-03-31")
    assert years("示例乙楼") == [2021, 2024]


def test_a_building_without_any_figure_may_be_withdrawn(started):
    blank = BOTH + "2022,示例丙楼,—\n"
    started(blank, new_buildings=["示例丙楼"])
    text = sheet("2023 甲楼 1.8; 2023 乙楼 2")
    told = started(text, "2024-03-31", withdraw=["示例丙楼"])
    assert "“示例丙楼”不再报送：不撤回任何数字" in noted(told, "withdrawn")[0]


def test_only_the_measures_of_the_sheet_are_taken_back(started):
    members = "年份,楼宇,税收(亿元),党员数\n2021,示例甲楼,,20\n2021,示例乙楼,,30\n"
    started(members, "2022-04-30")
    started(sheet("2021 甲楼 1.6"), withdraw=["示例乙楼"])
    assert ("示例乙楼", 2021) not in accepted()
    kept = {("示例甲楼", 2021): 20.0, ("示例乙楼", 2021): 30.0}
    assert accepted("branch_members") == kept


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("示例一街道", "示例二街道", True),
        ("", "示例街道", False),
        ("示例街道", "", False),
    ],
)
def test_only_what_the_publisher_may_have_said_is_taken_back(
    signed, first, second, kept
):
    text = sheet("2021 甲楼 1.6")
    signed(first)(text, publisher=second, withdraw=["示例乙楼"])
    assert (accepted().get(("示例乙楼", 2021)) == 2.0) == kept


# Who is asked for


PART = {"partial": True, "new_buildings": ["示例丙楼"]}


@pytest.mark.parametrize(
    ("text", "said", "asked"),
    [
        (LOG, {"name": "签到.csv"}, ["示例乙楼"]),
        (sheet("2022 甲楼 1.7; 2022 乙楼 —"), {}, ["示例乙楼"]),
        (sheet("2022 甲楼 1.7; 2022 丙楼 3"), PART, ["示例乙楼", "示例丙楼"]),
    ],
    ids=["after sign-ins", "after a row without figures", "after a part"],
)
def test_the_next_list_is_asked_for_all_that_were_reported(started, text, said, asked):
    assert started(text, **said).status == "stored"
    with pytest.raises(SheetError) as refused:
        started(NEXT, "2024-03-31")
    assert codes(refused) == [MISSING] * len(asked)
    assert all(f'--withdraw "{name}"' in str(refused.value) for name in asked)


def test_a_subset_that_says_nothing_new_asks_for_nobody_and_names_whom_it_lacks(
    started,
):
    told = started(sheet("2021 乙楼 2"), "2022-03-31")
    assert (told.status, "先前报过的 示例甲楼：" in told.say()) == ("unchanged", True)
    part = started(sheet("2021 乙楼 2"), "2022-03-31", partial=True)
    assert (part.status, noted(part, "lacking")) == ("unchanged", [])


def test_in_a_part_of_a_list_nobody_is_missing_and_nothing_else_changes(started):
    told = started(sheet("2021 甲楼 1.7"), partial=True)
    left = {("示例甲楼", 2020): 1.5, ("示例甲楼", 2021): 1.7, ("示例乙楼", 2021): 2.0}
    assert (told.status, accepted()) == ("stored", left)


@pytest.mark.parametrize(
    ("text", "said", "missing"),
    [
        (OTHER, {"publisher": "示例二街道", "new_buildings": ["示例丙楼"]}, 2),
        (GONE, {}, 1),
    ],
    ids=["new publisher", "unsigned"],
)
def test_who_is_not_known_to_publish_is_asked_for_all(signed, text, said, missing):
    mine = signed("示例一街道")
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"') as refused:
        mine(text, **said)
    assert codes(refused) == [MISSING] * missing


def test_a_publisher_is_asked_for_its_own_buildings_only(signed):
    mine = signed("示例一街道")
    mine(OTHER, publisher="示例二街道", new_buildings=["示例丙楼"], partial=True)
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"') as refused:
        mine(GONE, "2024-03-31", publisher="示例一街道")
    assert codes(refused) == [MISSING]
    text = sheet("2023 丙楼 1.8")
    assert mine(text, "2024-03-31", publisher="示例二街道").status == "stored"


# Kept by hand

ENTITIES = "entity,kind,zh-Hans,zh-Hant,en\n"


def test_a_name_kept_by_hand_is_known_in_all_its_scripts(mine, tmp_path):
    row = "tower,building,示例塔楼,示例塔樓,Illustrative Tower\n"
    (tmp_path / "mine" / "entities.csv").write_text(ENTITIES + row, "utf-8")
    mine(sheet("2020 塔楼 1; 2021 塔樓 2") + "2022,Illustrative Tower,3\n")
    assert years("tower") == [2020, 2021, 2022]


def test_one_name_of_two_entities_is_refused(mine, tmp_path):
    rows = "a,building,示例塔楼,A,A\nb,building,示例塔楼,B,B\n"
    (tmp_path / "mine" / "entities.csv").write_text(ENTITIES + rows, "utf-8")
    with pytest.raises(SheetError, match="两个实体都叫“示例塔楼”"):
        mine(sheet("2020 塔楼 1"))


@pytest.fixture
def by_hand(mine, tmp_path):
    """Return the same, with one record kept by hand: 1 亿元 in 2019."""
    folder = tmp_path / "mine"
    (folder / "records.csv").write_text(
        "entity,measure,period,printed,value,qualifier,unit,source,quote\n"
        "示例甲楼,tax_revenue,2019,1亿元,1,exact,100 million yuan,book,税收1亿元\n",
        "utf-8",
    )
    (folder / "sources.csv").write_text(
        "source,title,publisher,published,address,standing,kind\n"
        "book,T,P,2020-01-01,,press,illustrative\n",
        "utf-8",
    )
    return mine


def test_records_kept_by_hand_make_their_entities_known(by_hand):
    with pytest.raises(SheetError, match="“示例乙楼”以前没有出现过") as refused:
        by_hand(FIRST)
    assert codes(refused) == [UNKNOWN]
    by_hand(FIRST, new_buildings=["示例乙楼"])
    assert years("示例甲楼") == [2019, 2020, 2021]


@pytest.mark.parametrize(("cell", "differ"), [("1.2", 1), ("1", 0)])
def test_a_figure_unlike_the_one_kept_by_hand_is_noted(by_hand, cell, differ):
    told = by_hand(sheet(f"2019 甲楼 {cell}"))
    assert len(noted(told, "other_by_hand")) == differ
