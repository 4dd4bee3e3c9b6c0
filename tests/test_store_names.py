"""A name never seen and a building no longer there are asked about, not guessed."""

import pytest
from storing import accepted, begin, codes, noted

from hengstats.dataset import read_dataset
from hengstats.errors import DataError, SheetError
from hengstats.figures import load_figures

HEAD = "年份,楼宇,税收(亿元)\n"
FIRST = HEAD + "2020,示例甲楼,1.5\n2021,示例甲楼,1.6\n2021,示例乙楼,2\n"
RENAMED = HEAD + "2021,示例甲大厦,1.6\n2022,示例甲大厦,1.7\n2022,示例乙楼,2.1\n"
GONE = HEAD + "2022,示例甲楼,1.7\n"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return a function that adds a sheet to a dataset of its own."""
    return begin(tmp_path, monkeypatch, "2023-03-31")


@pytest.fixture
def started(mine):
    """Return the same, with a first vintage of two buildings."""
    mine(FIRST, "2022-03-31")
    return mine


def years(entity, as_of=None):
    """Return the years of which a building has a figure."""
    return load_figures("mine", as_of=as_of).query("entity == @entity")["year"].tolist()


def test_the_first_sheet_brings_all_its_names(started):
    assert set(read_dataset("mine").entities["entity"]) == {"示例甲楼", "示例乙楼"}


def test_a_name_never_seen_is_a_question_and_so_is_who_is_missing(started):
    with pytest.raises(SheetError) as refused:
        started(RENAMED)
    assert codes(refused) == ["unknown_building", "missing_building"]


def test_a_refused_sheet_writes_nothing(started, tmp_path):
    before = (tmp_path / "mine" / "head.json").read_bytes()
    with pytest.raises(SheetError):
        started(RENAMED)
    assert (tmp_path / "mine" / "head.json").read_bytes() == before


@pytest.mark.parametrize(
    "option", ['--alias "示例甲楼=示例甲大厦"', '--new-building "示例甲大厦"']
)
def test_the_answers_are_there_to_be_copied(started, option):
    with pytest.raises(SheetError, match=option):
        started(RENAMED)


def test_the_building_that_is_missing_is_offered_first(started):
    sheet = HEAD + "2022,示例乙座,1.7\n2022,示例乙楼,2.1\n"
    with pytest.raises(SheetError, match='若是改名，加上 --alias "示例甲楼=示例乙座"'):
        started(sheet)


def test_a_building_under_a_new_name_goes_on_under_its_key(started):
    started(RENAMED, aliases={"示例甲楼": "示例甲大厦"})
    assert years("示例甲楼") == [2020, 2021, 2022]


def test_a_building_is_shown_by_its_latest_name(started):
    started(RENAMED, aliases={"示例甲楼": "示例甲大厦"})
    names = read_dataset("mine").entities.set_index("entity")["zh-Hans"]
    assert names["示例甲楼"] == "示例甲大厦"


@pytest.mark.parametrize("name", ["示例甲楼", "示例甲大厦"])
def test_later_sheets_may_use_either_name(started, name):
    started(RENAMED, aliases={"示例甲楼": "示例甲大厦"})
    sheet = HEAD + f"2023,{name},1.8\n2023,示例乙楼,2.2\n"
    assert started(sheet, "2024-03-31").status == "stored"


def test_a_building_may_be_renamed_twice(started):
    started(RENAMED, aliases={"示例甲楼": "示例甲大厦"})
    sheet = HEAD + "2023,示例甲中心,1.8\n2023,示例乙楼,2.2\n"
    started(sheet, "2024-03-31", aliases={"示例甲大厦": "示例甲中心"})
    assert years("示例甲楼") == [2020, 2021, 2022, 2023]


def test_a_renaming_alone_is_worth_a_vintage(started):
    sheet = FIRST.replace("示例甲楼", "示例甲大厦")
    assert started(sheet, aliases={"示例甲楼": "示例甲大厦"}).vintage == 2


def test_two_names_of_one_building_in_one_year_are_refused(started):
    sheet = RENAMED + "2022,示例甲楼,1.7\n"
    with pytest.raises(SheetError, match="“示例甲大厦”和“示例甲楼”是同一座楼") as told:
        started(sheet, aliases={"示例甲楼": "示例甲大厦"})
    assert codes(told) == ["duplicate_key"]


def test_two_names_of_one_building_in_two_years_come_in(started):
    sheet = HEAD + "2021,示例甲楼,1.6\n2022,示例甲大厦,1.7\n2022,示例乙楼,2.1\n"
    assert started(sheet, aliases={"示例甲楼": "示例甲大厦"}).status == "stored"


def test_a_new_building_comes_in_when_it_is_called_one(started):
    sheet = HEAD + "2022,示例甲楼,1.7\n2022,示例乙楼,2\n2022,示例丙楼,3\n"
    started(sheet, new_buildings=["示例丙楼"])
    assert years("示例丙楼") == [2022]


def test_a_building_that_is_missing_is_asked_about(started):
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"') as refused:
        started(GONE)
    assert codes(refused) == ["missing_building"]


def test_no_renaming_is_offered_where_no_name_is_new(started):
    with pytest.raises(SheetError) as refused:
        started(GONE)
    assert "--alias" not in str(refused.value)


def test_figures_of_the_years_of_the_sheet_are_withdrawn(started):
    sheet = HEAD + "2021,示例甲楼,1.6\n2022,示例甲楼,1.7\n"
    told = started(sheet, withdraw=["示例乙楼"])
    assert (years("示例乙楼"), [c.old for c in told.withdrawn]) == ([], ["2"])


def test_figures_of_other_years_stay(started):
    sheet = HEAD + "2022,示例乙楼,2.1\n"
    started(sheet, withdraw=["示例甲楼"])
    assert years("示例甲楼") == [2020, 2021]


def test_what_is_withdrawn_was_known_before(started):
    started(HEAD + "2021,示例甲楼,1.65\n", withdraw=["示例乙楼"])
    assert years("示例乙楼", as_of="2022-12-31") == [2021]


def test_a_withdrawn_building_is_not_asked_for_again(started):
    started(GONE, withdraw=["示例乙楼"])
    assert started(HEAD + "2023,示例甲楼,1.8\n", "2024-03-31").status == "stored"


def test_a_withdrawn_building_may_come_back_without_a_question(started):
    started(GONE, withdraw=["示例乙楼"])
    started(HEAD + "2023,示例甲楼,1.8\n2023,示例乙楼,2.3\n", "2024-03-31")
    assert years("示例乙楼") == [2021, 2023]


def test_several_buildings_may_become_one(started):
    sheet = HEAD + "2022,示例双楼,3.9\n"
    started(sheet, new_buildings=["示例双楼"], withdraw=["示例甲楼", "示例乙楼"])
    assert years("示例双楼") == [2022]


def test_a_merger_is_explained(started):
    with pytest.raises(SheetError, match="若几座并为一座，新名用 --new-building"):
        started(HEAD + "2022,示例双楼,3.9\n")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"aliases": {"示例丁楼": "示例甲楼"}}, "从来没有“示例丁楼”"),
        ({"aliases": {"示例甲楼": "示例丁楼"}}, "表里没有“示例丁楼”"),
        ({"aliases": {"示例甲楼": "示例乙楼"}}, "“示例乙楼”已经认识"),
        ({"new_buildings": ["示例丁楼"]}, "表里没有“示例丁楼”"),
        ({"new_buildings": ["示例甲楼"]}, "“示例甲楼”已经认识"),
        ({"withdraw": ["示例甲楼"]}, "“示例甲楼”就在表里"),
        ({"withdraw": ["示例丁楼"]}, "上一批表格里没有“示例丁楼”"),
    ],
)
def test_an_answer_to_no_question_is_refused(started, answer, why):
    sheet = HEAD + "2022,示例甲楼,1.7\n2022,示例乙楼,2.1\n"
    with pytest.raises(SheetError, match=why) as refused:
        started(sheet, **answer)
    assert codes(refused) == ["unasked_answer"]


def test_the_first_sheet_asks_for_no_answer(mine):
    with pytest.raises(SheetError, match="第一批表格里的名字全部收下"):
        mine(FIRST, new_buildings=["示例甲楼"])


def test_the_same_command_again_changes_nothing_and_is_no_fault(started):
    answers = {"aliases": {"示例甲楼": "示例甲大厦"}}
    started(RENAMED, **answers)
    assert started(RENAMED, **answers).status == "unchanged"


def test_the_same_withdrawal_again_is_no_fault(started):
    started(GONE, withdraw=["示例乙楼"])
    assert started(GONE, withdraw=["示例乙楼"]).status == "unchanged"


@pytest.mark.parametrize(
    "answer",
    [
        {"aliases": {"示例丁楼": "示例甲楼"}},
        {"new_buildings": ["示例丁楼"]},
        {"withdraw": ["示例甲楼"]},
    ],
)
def test_a_wrong_answer_is_refused_although_nothing_is_new(started, answer):
    with pytest.raises(SheetError, match="用不上"):
        started(FIRST, **answer)


def test_all_questions_are_put_at_once(started):
    sheet = HEAD + "2022,示例丙楼,1.7\n2022,示例丁楼,2.1\n"
    with pytest.raises(SheetError) as refused:
        started(sheet, withdraw=["示例戊楼"])
    assert codes(refused) == [
        "unknown_building",
        "unknown_building",
        "missing_building",
        "missing_building",
        "unasked_answer",
    ]


def test_a_hundred_questions_are_put_and_the_rest_counted(started):
    rows = [f"2022,示例{n:03d}号,1" for n in range(150)]
    with pytest.raises(SheetError, match="另有 52 处要改") as refused:
        started(HEAD + "\n".join(rows))  # 150 new names and two buildings missing
    assert len(refused.value.faults) == 101


def test_a_subset_that_says_nothing_new_asks_for_nobody(started):
    assert started(HEAD + "2021,示例乙楼,2\n", "2022-03-31").status == "unchanged"


def test_sign_ins_ask_for_nobody_who_is_missing(started):
    log = "姓名,人员编号,活动编号,楼宇,签到时间\n"
    log += "甲,P1,E1,示例甲楼,2021-03-01 18:00\n"
    assert started(log, name="签到.csv").status == "stored"


def test_a_log_in_between_does_not_forget_who_was_reported(started):
    log = "姓名,人员编号,活动编号,楼宇,签到时间\n"
    log += "甲,P1,E1,示例甲楼,2021-03-01 18:00\n"
    started(log, name="签到.csv")
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"'):
        started(GONE, "2024-03-31")


def test_a_row_without_figures_is_there_all_the_same(started):
    started(HEAD + "2022,示例甲楼,1.7\n2022,示例乙楼,—\n")
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"'):
        started(HEAD + "2023,示例甲楼,1.8\n", "2024-03-31")


OTHER = HEAD + "2022,示例丙楼,1.7\n"


def test_a_new_publisher_is_asked_for_the_buildings_of_any(mine):
    mine(FIRST, "2022-03-31", publisher="示例一街道")
    with pytest.raises(SheetError) as refused:
        mine(OTHER, publisher="示例二街道", new_buildings=["示例丙楼"])
    assert codes(refused) == ["missing_building", "missing_building"]


def test_an_unsigned_sheet_is_asked_for_the_buildings_of_any(mine):
    mine(FIRST, "2022-03-31", publisher="示例一街道")
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"'):
        mine(GONE)


@pytest.fixture
def two(mine):
    """Return the same, with the buildings of two publishers, one each."""
    mine(FIRST, "2022-03-31", publisher="示例一街道")
    mine(OTHER, publisher="示例二街道", new_buildings=["示例丙楼"], partial=True)
    return mine


def test_a_publisher_is_asked_for_its_own_buildings(two):
    with pytest.raises(SheetError, match='--withdraw "示例乙楼"') as refused:
        two(GONE, "2024-03-31", publisher="示例一街道")
    assert codes(refused) == ["missing_building"]


def test_another_publisher_is_not_asked_for_the_buildings_of_the_first(two):
    sheet = HEAD + "2023,示例丙楼,1.8\n"
    assert two(sheet, "2024-03-31", publisher="示例二街道").status == "stored"


# Part of a list


def test_part_of_a_list_is_offered_as_an_answer(started):
    told = "若这张表只是一部分，没有列出的照旧，加上 --partial"
    with pytest.raises(SheetError, match=told):
        started(GONE)


def test_in_a_part_of_a_list_nobody_is_missing_and_nothing_else_changes(started):
    told = started(HEAD + "2021,示例甲楼,1.7\n", partial=True)
    assert (told.status, accepted()) == (
        "stored",
        {("示例甲楼", 2020): 1.5, ("示例甲楼", 2021): 1.7, ("示例乙楼", 2021): 2.0},
    )


def test_after_a_part_the_whole_list_is_asked_for(started):
    sheet = HEAD + "2022,示例甲楼,1.7\n2022,示例丙楼,3\n"
    started(sheet, partial=True, new_buildings=["示例丙楼"])
    with pytest.raises(SheetError) as refused:
        started(HEAD + "2023,示例甲楼,1.7\n", "2024-03-31")
    told = [
        m for m in ("示例乙楼", "示例丙楼") if f'--withdraw "{m}"' in str(refused.value)
    ]
    assert (codes(refused), told) == (
        ["missing_building"] * 2,
        ["示例乙楼", "示例丙楼"],
    )


def test_a_new_name_in_a_part_is_a_question_all_the_same(started):
    with pytest.raises(SheetError) as refused:
        started(HEAD + "2022,示例丙楼,3\n", partial=True)
    assert codes(refused) == ["unknown_building"]


def test_a_name_in_a_part_is_compared_with_buildings_that_are_not_in_it(started):
    sheet = HEAD + "2022,示例甲楼,1.7\n2022,示例乙大楼,2\n"
    with pytest.raises(SheetError) as refused:
        started(sheet, partial=True)
    told = str(refused.value)
    assert ('"示例乙楼=示例乙大楼"' in told, '"示例甲楼=' in told) == (True, False)


def test_nothing_is_withdrawn_by_a_part(started):
    with pytest.raises(
        SheetError, match="只是一部分（--partial），没有列出的照旧"
    ) as refused:
        started(GONE, partial=True, withdraw=["示例乙楼"])
    assert codes(refused) == ["unasked_answer"]


def test_nothing_is_withdrawn_by_a_part_that_says_nothing_new(started):
    sheet = HEAD + "2021,示例甲楼,1.6\n"
    with pytest.raises(SheetError, match="只是一部分"):
        started(sheet, "2022-03-31", partial=True, withdraw=["示例乙楼"])


# What a withdrawal takes back

MEMBERS = "年份,楼宇,税收(亿元),党员数\n2021,示例甲楼,,20\n2021,示例乙楼,,30\n"


def test_only_the_measures_of_the_sheet_are_taken_back(started):
    started(MEMBERS, "2022-04-30")
    started(HEAD + "2021,示例甲楼,1.6\n", withdraw=["示例乙楼"])
    assert (("示例乙楼", 2021) in accepted(), accepted("branch_members")) == (
        False,
        {("示例甲楼", 2021): 20.0, ("示例乙楼", 2021): 30.0},
    )


def test_what_another_publisher_said_is_not_taken_back(mine):
    mine(FIRST, "2022-03-31", publisher="示例一街道")
    sheet = HEAD + "2021,示例甲楼,1.6\n"
    mine(sheet, publisher="示例二街道", withdraw=["示例乙楼"])
    assert accepted()["示例乙楼", 2021] == 2.0


@pytest.mark.parametrize("names", [("", "示例街道"), ("示例街道", "")])
def test_an_unsigned_sheet_may_be_of_any_publisher(mine, names):
    mine(FIRST, "2022-03-31", publisher=names[0])
    sheet = HEAD + "2021,示例甲楼,1.6\n"
    mine(sheet, publisher=names[1], withdraw=["示例乙楼"])
    assert ("示例乙楼", 2021) not in accepted()


def test_the_question_says_exactly_what_is_taken_back(started):
    with pytest.raises(SheetError) as refused:
        started(HEAD + "2020,示例乙楼,1\n2021,示例乙楼,2.2\n2022,示例乙楼,2\n")
    told = '--withdraw "示例甲楼"（撤回 2 个数字：楼宇税收 2020–2021；其余照旧）'
    assert told in str(refused.value)


def test_the_question_says_that_nothing_is_taken_back(started):
    with pytest.raises(SheetError, match=r'--withdraw "示例乙楼"（不撤回任何数字'):
        started(GONE)


def test_the_outcome_says_exactly_what_was_taken_back(started):
    told = started(HEAD + "2021,示例甲楼,1.6\n", withdraw=["示例乙楼"])
    said = noted(told, "withdrawn")
    assert len(said) == 1
    assert "“示例乙楼”不再报送：撤回 1 个数字：楼宇税收 2021；其余照旧" in said[0]


def test_a_building_without_any_figure_may_be_withdrawn(started):
    started(
        HEAD + "2022,示例甲楼,1.7\n2022,示例乙楼,2\n2022,示例丙楼,—\n",
        new_buildings=["示例丙楼"],
    )
    sheet = HEAD + "2023,示例甲楼,1.8\n2023,示例乙楼,2\n"
    told = started(sheet, "2024-03-31", withdraw=["示例丙楼"])
    assert "“示例丙楼”不再报送：不撤回任何数字" in noted(told, "withdrawn")[0]


# Suggestions


def test_every_strange_name_is_offered_for_a_missing_building_the_nearest_first(
    started,
):
    sheet = HEAD + "2022,某某广场,1\n2022,示例乙楼,2\n2022,示例甲座,3\n"
    with pytest.raises(SheetError) as refused:
        started(sheet)
    told = '--alias "示例甲楼=示例甲座" 或 --alias "示例甲楼=某某广场"'
    assert told in refused.value.faults[-1].message


def test_only_buildings_that_are_missing_are_offered_for_a_strange_name(started):
    sheet = HEAD + "2022,示例甲大楼,1\n2022,示例甲楼,2\n"
    with pytest.raises(SheetError) as refused:
        started(sheet)
    told = refused.value.faults[0].message
    assert ('"示例乙楼=示例甲大楼"' in told, '"示例甲楼=' in told) == (True, False)


def test_a_building_that_is_withdrawn_is_not_offered_as_renamed(started):
    sheet = HEAD + "2022,示例丙楼,1\n"
    with pytest.raises(SheetError) as refused:
        started(sheet, withdraw=["示例甲楼"])
    assert '--alias "示例甲楼=' not in str(refused.value)


def test_a_name_kept_by_hand_is_known_in_all_its_scripts(mine, tmp_path):
    head = "entity,kind,zh-Hans,zh-Hant,en\n"
    row = "tower,building,示例塔楼,示例塔樓,Illustrative Tower\n"
    (tmp_path / "mine" / "entities.csv").write_text(head + row, "utf-8")
    sheet = "2020,示例塔楼,1\n2021,示例塔樓,2\n2022,Illustrative Tower,3\n"
    mine(HEAD + sheet)
    assert years("tower") == [2020, 2021, 2022]


def test_one_name_of_two_entities_is_refused(mine, tmp_path):
    head = "entity,kind,zh-Hans,zh-Hant,en\n"
    rows = "a,building,示例塔楼,A,A\nb,building,示例塔楼,B,B\n"
    (tmp_path / "mine" / "entities.csv").write_text(head + rows, "utf-8")
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
    assert codes(refused) == ["unknown_building"]


def test_a_building_kept_by_hand_goes_on_in_the_sheets(by_hand):
    by_hand(FIRST, new_buildings=["示例乙楼"])
    assert years("示例甲楼") == [2019, 2020, 2021]


@pytest.mark.parametrize(("cell", "noted"), [("1.2", 1), ("1", 0)])
def test_a_figure_unlike_the_one_kept_by_hand_is_noted(by_hand, cell, noted):
    told = by_hand(HEAD + f"2019,示例甲楼,{cell}\n")
    found = [fault for fault in told.warnings if fault.code == "other_by_hand"]
    assert len(found) == noted


def test_an_alias_of_python_is_the_alias_of_the_command(started):
    # --alias OLD=NEW: the old name is the key of the mapping.
    with pytest.raises(DataError, match='--alias "示例甲大厦=示例甲楼"'):
        started(RENAMED, aliases={"示例甲大厦": "示例甲楼"})
