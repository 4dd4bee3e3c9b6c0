"""A report can be written on whatever `add` makes of a sheet, and on little."""

import pytest
from storing import begin

import hengstats as hs
from hengstats.errors import DataError
from hengstats.report.blocks import Picture, Table, number_blocks
from hengstats.report.inputs import read_inputs
from hengstats.report.sections import write_sections

HEAD = "年份,楼宇,税收(亿元),党员数,活动场次\n"
SEVERAL = (
    "2019,示例 甲/一,1.2,100,5\n2020,示例 甲/一,1.3,110,6\n"
    "2021,示例 甲/一,1.5,120,\n2019,示例乙,2.2,50,3\n2021,示例乙,约2.5,60,4\n"
    "2021,示例丙,,9,\n"
)
LATER = (
    "2021,示例 甲/一,1.6,120,7\n2022,示例 甲/一,1.8,130,7\n2022,示例乙,2.8,66,5\n"
    "2021,示例丙,,9,\n"
)
EVENTS = """姓名,人员编号,活动编号,楼宇,签到时间
甲,p1,e1,示例甲,2021-03-01 10:00
乙,p2,e1,示例甲,2021-03-01 10:05
甲,p1,e2,示例甲,2022-04-01 10:00
"""
SHEETS = {
    "one building, one year": HEAD + "2021,示例 甲/一,1.5,120,3\n",
    "no members": HEAD + "2020,示例甲,1.5,,3\n2021,示例甲,1.6,,4\n",
    "only tax": HEAD + "2020,示例甲,1.5,,\n2021,示例甲,逾1.6,,\n",
    "a zero": HEAD + "2020,示例甲,0,0,0\n2021,示例甲,-0.5,3,0\n",
    "sign-ins alone": EVENTS,
}


def write(data, lang="zh-Hans"):
    """Return the blocks of the report on a dataset."""
    blocks = write_sections(read_inputs(str(data), lang))
    assert number_blocks(blocks, lang)
    return blocks


def draw_all(blocks):
    """Draw every chart of a report, and return their keys."""
    pictures = [block for block in blocks if isinstance(block, Picture)]
    for one in pictures:
        one.draw()
    return [one.key for one in pictures]


def tables(blocks):
    """Return the cells of each table, by its key."""
    found = [block for block in blocks if isinstance(block, Table)]
    return {one.key: one.frame.to_numpy().tolist() for one in found}


@pytest.mark.parametrize("kind", SHEETS)
def test_a_report_is_written_on_a_sheet_of_this_kind(tmp_path, monkeypatch, kind):
    begin(tmp_path, monkeypatch, SHEETS[kind])
    blocks = write(tmp_path / "mine")
    draw_all(blocks)
    assert tables(blocks)["printed"][-1][0] == "合计"
    texts = [one for one in blocks if isinstance(one, str)]
    heads = [one for one in texts if one.startswith("# ")]
    assert not [one for one in heads if "有什么变了" in one]  # one vintage only
    # a zero is said to have no growth in the section on tax, and in that on both
    without = [one for one in texts if "没有增长率可言" in one]
    assert len(without) == (2 if kind == "a zero" else 0)


def test_an_empty_dataset_says_what_to_do(tmp_path):
    data = hs.new(tmp_path / "示例")
    with pytest.raises(DataError, match="holds no figures yet: add a sheet first"):
        hs.write_report(str(data), tmp_path / "out")


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """Return a dataset that took in a second sheet."""
    room = tmp_path_factory.mktemp("later")
    with pytest.MonkeyPatch.context() as patch:
        mine = begin(room, patch)
        mine(HEAD + SEVERAL, title="示例一", published="2022-03", name="一.csv")
        words = {"title": "示例二", "published": "2023-03", "reason": "重新核算"}
        mine(HEAD + LATER, name="二.csv", **words)
    return room / "mine"


@pytest.fixture(scope="module")
def changed(later):
    """Return the report on them."""
    return write(later)


def test_each_building_has_a_row_and_the_head_has_the_unit(changed):
    # 2020 of the second was never in a sheet
    assert tables(changed)["tax-years"] == [
        ["示例 甲/一", "1.2", "1.3", "1.6", "1.8"],
        ["示例乙", "2.2", "—", "约2.5", "2.8"],
    ]


def test_several_buildings_are_ranked_with_their_shares(changed):
    # 2022: 2.8 of 4.6 is 60.9 %, 1.8 is 39.1 %
    assert tables(changed)["tax"] == [
        ["1", "示例乙", "2.8", "60.9", "60.9", "6.9～9.9", "[1]"],
        ["2", "示例 甲/一", "1.8", "39.1", "100.0", "11.8～17.2", "[1]"],
    ]
    front = changed[changed.index("# 税收") + 1].replace("\\", "")
    # 4.55 to 4.65 hundred million, as each is rounded to a tenth
    assert "2022年有数字的2座楼宇合计4.5亿元～4.7亿元" in front


def test_no_chart_is_called_by_a_building(changed):
    # several buildings are not tested one by one
    assert draw_all(changed) == [
        "ranking-tax-revenue",
        "multiples-tax-revenue",
        "multiples-branch-members",
        "multiples-events",
        "map",
        "changes",
    ]


def test_a_second_vintage_has_a_section_that_counts_before_the_conclusion(changed):
    blocks = [block for block in changed if isinstance(block, str)]
    heads = [block for block in blocks if block.startswith("# ")]
    assert heads[5:7] == ["# 有什么变了", "# 结论"]
    # revised: tax 2021 of the first; added: its events 2021, and six of 2022
    lead = blocks[blocks.index(heads[5]) + 1].replace("\\", "")
    assert "《示例二》" in lead
    assert "修订 1 个，撤回 0 个，新增 7 个" in lead


def test_what_was_revised_comes_before_what_was_added(changed):
    row = ["示例 甲/一", "楼宇税收", "2021", "修订", "1.5亿元", "1.6亿元", "重新核算"]
    assert tables(changed)["changes-figures"][0][:7] == row


def test_the_section_says_which_conclusions_changed(changed):
    rows = tables(changed)["changes-conclusions"]
    row = next(row for row in rows if row[1] == "楼宇税收最近的数字")
    assert row[2:4] == ["2021年 1.5亿元", "2022年 1.8亿元"]


@pytest.mark.parametrize("lang", ["zh-Hant", "en"])
def test_the_changes_are_printed_in_other_languages(later, lang):
    assert len(tables(write(later, lang))["changes-figures"]) == 8
