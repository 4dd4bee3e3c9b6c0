"""A name never seen and a building no longer there are asked about, not guessed."""

import pytest
from storing import accepted, begin, codes, noted, stored

from hengstats.dataset import read_dataset
from hengstats.errors import DataError, SheetError
from hengstats.figures import load_figures

HEAD = "年份,楼宇,税收(亿元)\n"
FIRST = HEAD + "2020,示例甲楼,1.5\n2021,示例甲楼,1.6\n2021,示例乙楼,2\n"
RENAMED = HEAD + "2021,示例甲大厦,1.6\n2022,示例甲大厦,1.7\n2022,示例乙楼,2.1\n"
ALIAS = {"aliases": {"示例甲楼": "示例甲大厦"}}
GONE = HEAD + "2022,示例甲楼,1.7\n"
NEXT = HEAD + "2023,示例甲楼,1.8\n"
OTHER = HEAD + "2022,示例丙楼,1.7\n"
BOTH = HEAD + "2022,示例甲楼,1.7\n2022,示例乙楼,2.1\n"
LOG = "姓名,人员编号,活动编号,楼宇,签到时间\n甲,P1,E1,示例甲楼,2021-03-01 18:00\n"
UNKNOWN, MISSING, UNASKED = "unknown_building", "missing_building", "unasked_answer"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return a function that adds a sheet to a new dataset."""
    return begin(tmp_path, monkeypatch, "2023-03-31")


@pytest.fixture
def started(tmp_path, monkeypatch):
    """Return the same, with a first vintage of two buildings."""
    return begin(tmp_path, monkeypatch, "2023-03-31", FIRST)


def years(entity, as_of=None):
    """Return the years of which a building has a figure."""
    return load_figures("mine", as_of=as_of).query("entity == @entity")["year"].tolist()


QUESTIONS = {
    "a new name and who is missing": (
        RENAMED,
        {},
        [UNKNOWN, MISSING],
        ['--alias "示例甲楼=示例甲大厦"', '--new-building "示例甲大厦"'],
        [],
    ),
    "who is missing is offered first": (
        HEAD + "2022,示例乙座,1.7\n2022,示例乙楼,2.1\n",
        {},
        [UNKNOWN, MISSING],
        ['若是改名，加上 --alias "示例甲楼=示例乙座"'],
        [],
    ),
    "no renaming where no name is new": (
        GONE,
        {},
        [MISSING],
        ['--withdraw "示例乙楼"', "若这张表只是一部分，没有列出的照旧，加上 --partial"],
        ["--alias"],
    ),
    "all at once": (
        HEAD + "2022,示例丙楼,1.7\n2022,示例丁楼,2.1\n",
        {"withdraw": ["示例戊楼"]},
        [UNKNOWN, UNKNOWN, MISSING, MISSING, UNASKED],
        [],
        [],
    ),
    "a merger": (
        HEAD + "2022,示例双楼,3.9\n",
        {},
        [UNKNOWN, MISSING, MISSING],
        ["若几座并为一座，新名用 --new-building"],
        [],
    ),
    "every strange name, the nearest first": (
        HEAD + "2022,某某广场,1\n2022,示例乙楼,2\n2022,示例甲座,3\n",
        {},
        [UNKNOWN, UNKNOWN, MISSING],
        ['--alias "示例甲楼=示例甲座" 或 --alias "示例甲楼=某某广场"'],
        [],
    ),
    "only who is missing is offered": (
        HEAD + "2022,示例甲大楼,1\n2022,示例甲楼,2\n",
        {},
        [UNKNOWN, MISSING],
        ['"示例乙楼=示例甲大楼"'],
        ['"示例甲楼='],
    ),
    "who is withdrawn is not offered": (
        HEAD + "2022,示例丙楼,1\n",
        {"withdraw": ["示例甲楼"]},
        [UNKNOWN, MISSING],
        [],
        ['--alias "示例甲楼='],
    ),
    "a new name in a part": (
        HEAD + "2022,示例丙楼,3\n",
        {"partial": True},
        [UNKNOWN],
        [],
        [],
    ),
    "a name in a part, compared with who is not in it": (
        HEAD + "2022,示例甲楼,1.7\n2022,示例乙大楼,2\n",
        {"partial": True},
        [UNKNOWN],
        ['"示例乙楼=示例乙大楼"'],
        ['"示例甲楼='],
    ),
    "what exactly is taken back": (
        HEAD + "2020,示例乙楼,1\n2021,示例乙楼,2.2\n2022,示例乙楼,2\n",
        {},
        [MISSING],
        ['--withdraw "示例甲楼"（撤回 2 个数字：楼宇税收 2020–2021；其余照旧）'],
        [],
    ),
    "that nothing is taken back": (
        GONE,
        {},
        [MISSING],
        ['--withdraw "示例乙楼"（不撤回任何数字'],
        [],
    ),
    "two names of one building in one year": (
        RENAMED + "2022,示例甲楼,1.7\n",
        ALIAS,
        ["duplicate_key"],
        ["“示例甲大厦”和“示例甲楼”是同一座楼"],
        [],
    ),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_what_is_open_is_asked_with_answers_to_copy_and_nothing_written(
    started, tmp_path, case
):
    sheet, answers, expected, there, absent = QUESTIONS[case]
    before = stored(tmp_path / "mine")
    with pytest.raises(SheetError) as refused:
        started(sheet, **answers)
    told = str(refused.value)
    assert codes(refused) == expected
    assert [one for one in there if one not in told] == []
    assert [one for one in absent if one in told] == []
    assert stored(tmp_path / "mine") == before


def test_a_hundred_questions_are_put_and_the_rest_counted(started):
    rows = [f"2022,示例{n:03d}号,1" for n in range(150)]
    with pytest.raises(SheetError, match="另有 52 处要改") as refused:
        started(HEAD + "\n".join(rows))  # 150 new names and two buildings missing
    assert len(refused.value.faults) == 101


@pytest.mark.parametrize(
    ("sheet", "answer", "why"),
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
            HEAD + "2021,示例甲楼,1.6\n",
            {"partial": True, "withdraw": ["示例乙楼"]},
            "只是一部分（--partial），没有列出的照旧",
        ),
    ],
)
def test_an_answer_to_no_question_is_refused(started, sheet, answer, why):
    published = "2022-03-31" if "1.6" in sheet else "2023-03-31"
    with pytest.raises(SheetError, match=why) as refused:
        started(sheet, published, **answer)
    assert codes(refused) == [UNASKED]


def test_the_first_sheet_asks_for_no_answer(mine):
    with pytest.raises(SheetError, match="第一批表格里的名字全部收下"):
        mine(FIRST, new_buildings=["示例甲楼"])


def test_an_alias_of_python_is_the_alias_of_the_command(started):
    # --alias OLD=NEW: the old name is the key of the mapping.
    with pytest.raises(DataError, match='--alias "示例甲大厦=示例甲楼"'):
        started(RENAMED, aliases={"示例甲大厦": "示例甲楼"})


# Renamed


@pytest.mark.parametrize("name", ["示例甲楼", "示例甲大厦"])
def test_a_building_under_a_new_name_goes_on_under_its_key(started, name):
    started(RENAMED, **ALIAS)
    data = read_dataset("mine")
    assert set(data.entities["entity"]) == {"示例甲楼", "示例乙楼"}
    shown = data.entities.set_index("entity")["zh-Hans"]
    assert shown["示例甲楼"] == "示例甲大厦"
    assert started(RENAMED, **ALIAS).status == "unchanged"
    sheet = HEAD + f"2023,{name},1.8\n2023,示例乙楼,2.2\n"
    assert started(sheet, "2024-03-31").status == "stored"
    assert years("示例甲楼") == [2020, 2021, 2022, 2023]


def test_a_building_may_be_renamed_twice(started):
    started(RENAMED, **ALIAS)
    sheet = HEAD + "2023,示例甲中心,1.8\n2023,示例乙楼,2.2\n"
    started(sheet, "2024-03-31", aliases={"示例甲大厦": "示例甲中心"})
    assert years("示例甲楼") == [2020, 2021, 2022, 2023]


@pytest.mark.parametrize(
    "sheet",
    [
        FIRST.replace("示例甲楼", "示例甲大厦"),
        HEAD + "2021,示例甲楼,1.6\n2022,示例甲大厦,1.7\n2022,示例乙楼,2.1\n",
    ],
    ids=["alone", "in the middle of a sheet"],
)
def test_a_renaming_is_worth_a_vintage(started, sheet):
    assert started(sheet, **ALIAS).vintage == 2


# New, withdrawn, merged


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ("2022,示例甲楼,1.7\n2022,示例乙楼,2\n2022,示例丙楼,3\n", {}),
        ("2022,示例丙楼,3.9\n", {"withdraw": ["示例甲楼", "示例乙楼"]}),
    ],
    ids=["new", "several become one"],
)
def test_a_new_building_comes_in_when_it_is_called_one(started, rows, answers):
    started(HEAD + rows, new_buildings=["示例丙楼"], **answers)
    assert years("示例丙楼") == [2022]


def test_figures_of_the_years_of_the_sheet_are_withdrawn(started):
    sheet = HEAD + "2021,示例甲楼,1.6\n2022,示例甲楼,1.7\n"
    told = started(sheet, withdraw=["示例乙楼"])
    assert (years("示例乙楼"), [c.old for c in told.withdrawn]) == ([], ["2"])
    assert years("示例乙楼", as_of="2022-12-31") == [2021]
    said = noted(told, "withdrawn")
    assert len(said) == 1
    assert "“示例乙楼”不再报送：撤回 1 个数字：楼宇税收 2021；其余照旧" in said[0]


def test_figures_of_other_years_stay(started):
    started(HEAD + "2022,示例乙楼,2.1\n", withdraw=["示例甲楼"])
    assert years("示例甲楼") == [2020, 2021]


def test_a_withdrawn_building_is_not_asked_for_and_may_come_back(started):
    started(GONE, withdraw=["示例乙楼"])
    assert started(GONE, withdraw=["示例乙楼"]).status == "unchanged"
    assert started(NEXT, "2024-03-31").status == "stored"
    started(HEAD + "2024,示例甲楼,1.8\n2024,示例乙楼,2.3\n", "2025-03-31")
    assert years("示例乙楼") == [2021, 2024]


def test_a_building_without_any_figure_may_be_withdrawn(started):
    blank = BOTH + "2022,示例丙楼,—\n"
    started(blank, new_buildings=["示例丙楼"])
    sheet = HEAD + "2023,示例甲楼,1.8\n2023,示例乙楼,2\n"
    told = started(sheet, "2024-03-31", withdraw=["示例丙楼"])
    assert "“示例丙楼”不再报送：不撤回任何数字" in noted(told, "withdrawn")[0]


def test_only_the_measures_of_the_sheet_are_taken_back(started):
    members = "年份,楼宇,税收(亿元),党员数\n2021,示例甲楼,,20\n2021,示例乙楼,,30\n"
    started(members, "2022-04-30")
    started(HEAD + "2021,示例甲楼,1.6\n", withdraw=["示例乙楼"])
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
def test_only_what_the_publisher_may_have_said_is_taken_back(mine, first, second, kept):
    mine(FIRST, "2022-03-31", publisher=first)
    sheet = HEAD + "2021,示例甲楼,1.6\n"
    mine(sheet, publisher=second, withdraw=["示例乙楼"])
    assert (accepted().get(("示例乙楼", 2021)) == 2.0) == kept


# Who is asked for


@pytest.mark.parametrize(
    ("between", "asked"),
    [
        ([(LOG, {"name": "签到.csv"})], ["示例乙楼"]),
        ([(HEAD + "2022,示例甲楼,1.7\n2022,示例乙楼,—\n", {})], ["示例乙楼"]),
        (
            [
                (
                    HEAD + "2022,示例甲楼,1.7\n2022,示例丙楼,3\n",
                    {"partial": True, "new_buildings": ["示例丙楼"]},
                )
            ],
            ["示例乙楼", "示例丙楼"],
        ),
    ],
    ids=["after sign-ins", "after a row without figures", "after a part"],
)
def test_the_next_list_is_asked_for_all_that_were_reported(started, between, asked):
    for sheet, said in between:
        assert started(sheet, **said).status == "stored"
    with pytest.raises(SheetError) as refused:
        started(NEXT, "2024-03-31")
    assert codes(refused) == [MISSING] * len(asked)
    assert all(f'--withdraw "{name}"' in str(refused.value) for name in asked)


def test_a_subset_that_says_nothing_new_asks_for_nobody(started):
    assert started(HEAD + "2021,示例乙楼,2\n", "2022-03-31").status == "unchanged"


def test_in_a_part_of_a_list_nobody_is_missing_and_nothing_else_changes(started):
    told = started(HEAD + "2021,示例甲楼,1.7\n", partial=True)
    left = {("示例甲楼", 2020): 1.5, ("示例甲楼", 2021): 1.7, ("示例乙楼", 2021): 2.0}
    assert (told.status, accepted()) == ("stored", left)


@pytest.mark.parametrize(
    ("sheet", "said", "expected"),
    [
        (
            OTHER,
            {"publisher": "示例二街道", "new_buildings": ["示例丙楼"]},
            [MISSING, MISSING],
        ),
        (GONE, {}, [MISSING]),
    ],
    ids=["new publisher", "unsigned"],
)
def test_who_is_not_known_to_publish_is_asked_for_all(mine, sheet, said, expected):
    mine(FIRST, "2022-03-31", publisher="示例一街道")
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"') as refused:
        mine(sheet, **said)
    assert codes(refused) == expected


def test_a_publisher_is_asked_for_its_own_buildings_only(mine):
    mine(FIRST, "2022-03-31", publisher="示例一街道")
    mine(OTHER, publisher="示例二街道", new_buildings=["示例丙楼"], partial=True)
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"') as refused:
        mine(GONE, "2024-03-31", publisher="示例一街道")
    assert codes(refused) == [MISSING]
    sheet = HEAD + "2023,示例丙楼,1.8\n"
    assert mine(sheet, "2024-03-31", publisher="示例二街道").status == "stored"


# Kept by hand

ENTITIES = "entity,kind,zh-Hans,zh-Hant,en\n"


def test_a_name_kept_by_hand_is_known_in_all_its_scripts(mine, tmp_path):
    row = "tower,building,示例塔楼,示例塔樓,Illustrative Tower\n"
    (tmp_path / "mine" / "entities.csv").write_text(ENTITIES + row, "utf-8")
    mine(HEAD + "2020,示例塔楼,1\n2021,示例塔樓,2\n2022,Illustrative Tower,3\n")
    assert years("tower") == [2020, 2021, 2022]


def test_one_name_of_two_entities_is_refused(mine, tmp_path):
    rows = "a,building,示例塔楼,A,A\nb,building,示例塔楼,B,B\n"
    (tmp_path / "mine" / "entities.csv").write_text(ENTITIES + rows, "utf-8")
    with pytest.raises(SheetError, match="两个实体都叫“示例塔楼”"):
        mine(HEAD + "2020,示例塔楼,1\n")


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
    told = by_hand(HEAD + f"2019,示例甲楼,{cell}\n")
    assert len(noted(told, "other_by_hand")) == differ
