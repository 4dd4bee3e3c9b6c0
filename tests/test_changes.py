"""What changed in the figures, in the conclusions, and which figure did it.

A building has seven years in which members and tax grow together. In one dataset a
second vintage revises the tax of 2019, and they no longer do; in another there are many
such buildings, and the second vintage says something else of each.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from storing import begin

import hengstats as hs
from hengstats.adding import new
from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.evidence.pairs import pair_growths
from hengstats.revisions import changes
from hengstats.revisions.conclusions import pair, verdict_states
from hengstats.revisions.figures import CHANGES, known_figures
from hengstats.revisions.result import KINDS, wording
from hengstats.vintages import Vintage, dump_vintage, place_of

YI = "100 million yuan"
TAX, MEMBERS, BRANCHES, EVENTS = "tax_revenue", "branch_members", "branches", "events"
UNITS = {TAX: YI, MEMBERS: "persons", BRANCHES: "branches", EVENTS: "events"}
# Growth of tax is about twice that of members: 5, 10, 2, 8, 4 and 12 percent.
GROWING = {
    MEMBERS: ["200", "210", "231", "236", "255", "265", "297"],
    TAX: ["10.00", "11.00", "13.31", "13.88", "16.18", "17.42", "21.90"],
}
SERIES = [
    (measure, year, printed)
    for measure, row in GROWING.items()
    for year, printed in enumerate(row, start=2015)
]
UNTIL_2019 = [row for row in SERIES if row[1] <= 2019]
OF_2020 = [row for row in SERIES if row[1] == 2020]
HARMLESS = (TAX, 2017, "13.30")
REVISED = [(TAX, 2019, "18.90"), HARMLESS]
# What the second vintage says of a building that had the series in the first.
LATER = {
    # 16.18 亿元 is 161,800 万元, to the same half unit: 100 万元 either way.
    "same tax": [(TAX, 2019, "16.18亿元")],
    "same members": [(MEMBERS, 2019, "255人")],
    # a finer unit: 16.17995 to 16.18005
    "finer": [(TAX, 2019, "161800", "10000 yuan")],
    # about 255 is another claim than 255
    "about": [(MEMBERS, 2019, "约255")],
    "more than": [(MEMBERS, 2019, "超255")],
    "withdrawn": [(TAX, 2020, "17.42")],
    "added": [(TAX, 2022, "超23")],
    "above": [(MEMBERS, 2022, "超300")],
    "standstill": [(TAX, 2022, "21.90")],
    "strongest": [(TAX, 2022, "23.00"), (TAX, 2021, "21.00")],
    "<i>branches": [(BRANCHES, 2021, "12"), (BRANCHES, 2020, "11")],
}
BUILDINGS = {one: (SERIES, rows) for one, rows in LATER.items()} | {
    "needed": (UNTIL_2019, OF_2020),
    "needed of three": (UNTIL_2019, [*OF_2020, HARMLESS]),
    "gone": ([(BRANCHES, 2021, "3")], []),
    "new": ([], [(TAX, 2021, "1.00")]),
    "zero": ([(EVENTS, 2020, "0")], [(EVENTS, 2021, "5")]),
}
BOTH = {"organisation": MEMBERS, "economy": TAX}


def record(entity, measure, year, printed, unit=""):
    """Return one record; `printed` is exact, or begins with 约 or 超."""
    hedges = {"约": "about", "超": "more_than"}
    value = printed.lstrip("约超").rstrip("亿元人")
    said = hedges.get(printed[0], "exact"), unit or UNITS[measure], f"示例：{printed}"
    return [entity, measure, str(year), printed, value, *said]


def make(path, *vintages):
    """Return a new dataset of vintages, each rows by building and what else it says."""
    folder = new(path)
    (folder / "vintages").mkdir()
    previous = ""
    for number, (buildings, said) in enumerate(vintages, start=1):
        published = f"{2021 + number}-03-31"
        one = Vintage(
            source=f"vintage {number}",
            title=f"示例报表 {number}",
            publisher="示例街道",
            published=published,
            recorded=f"{published}T00:00:00Z",
            standing="primary",
            kind="illustrative",
            reason="",
            files=[{"name": "sheet.xlsx", "sha256": "0" * 64}],
            names={f"示例{entity}": entity for entity in buildings},
            records=[
                record(key, *row) for key, rows in buildings.items() for row in rows
            ],
            previous=previous,
        )
        data, previous = dump_vintage(replace(one, **said), number)
        (folder / place_of(number)).write_bytes(data)
    return str(folder)


FIRST = {"tower": SERIES}, {}
SECOND = {"tower": REVISED}, {"reason": "口径改为全口径"}


@pytest.fixture(scope="module")
def tower(tmp_path_factory):
    """Return a dataset of one building whose tax was revised."""
    return make(tmp_path_factory.mktemp("tower") / "mine", FIRST, SECOND)


@pytest.fixture(scope="module")
def flipped(tower):
    """Return what changed in it."""
    return changes(tower)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Return what changed in the dataset of many buildings."""
    taken = {"withdrawn": {"withdrawn": [2021], "gone": [2021]}, "reason": "<楼宇拆除>"}
    sides = [{key: rows[side] for key, rows in BUILDINGS.items()} for side in (0, 1)]
    known = [{key: rows for key, rows in side.items() if rows} for side in sides]
    folder = tmp_path_factory.mktemp("many") / "mine"
    return changes(make(folder, (known[0], {}), (known[1], taken)))


def found(result, what, measure, entity="tower"):
    """Return the one changed conclusion of a kind."""
    asked = entity, what, measure
    (one,) = [
        one for one in result.found if (one.entity, one.what, one.measure) == asked
    ]
    return one


def causes(result, one):
    """Return measure, year and change of the figures that did it."""
    rows = result.figures.loc[list(one.rows)]
    return list(zip(rows["measure"], rows["year"], rows["change"], strict=True))


def figures_of(result, entity, *columns):
    """Return some columns of the changed figures of a building."""
    own = result.figures[result.figures["entity"] == entity]
    return own[[*columns]].to_numpy().tolist()


# Figures


def test_a_revised_figure_stands_with_wordings_boxes_reason_and_source(flipped):
    row = flipped.figures.query("year == 2019").iloc[0]
    words = "change old new unit reason source publisher published".split()
    told = ["revised", "16.18", "18.90", YI, "口径改为全口径", "vintage 2", "示例街道"]
    assert row[words].tolist() == [*told, "2023-03-31"]
    # Two printed digits: half a unit of the second on either side.
    former, now = [16.175, 16.18, 16.185], [18.895, 18.90, 18.905]
    assert row[["old_lower", "old_value", "old_upper"]].tolist() == pytest.approx(
        former
    )
    assert row[["lower", "value", "upper"]].tolist() == pytest.approx(now)


def test_a_figure_of_a_new_year_is_added_without_a_reason(many):
    told = figures_of(many, "added", "change", "year", "old", "new", "reason")
    assert told == [["added", 2022, "", "超23", ""]]


def test_a_figure_that_its_vintage_takes_back_is_withdrawn(many):
    columns = ["measure", "year", "change", "old", "new", "reason", "source"]
    assert figures_of(many, "withdrawn", *columns) == [
        [TAX, 2021, "withdrawn", "21.90", "", "<楼宇拆除>", "vintage 2"],
        [MEMBERS, 2021, "withdrawn", "297", "", "<楼宇拆除>", "vintage 2"],
    ]


@pytest.mark.parametrize(
    ("entity", "change"),
    [
        ("same tax", []),
        ("same members", []),
        ("finer", [["restated"]]),
        ("about", [["revised"]]),
        ("more than", [["revised"]]),
    ],
)
def test_a_figure_is_what_it_says_and_how_surely(many, entity, change):
    assert figures_of(many, entity, "change") == change


def test_a_restated_figure_has_its_new_box_and_counts_as_unchanged(many):
    (box,) = figures_of(many, "finer", "lower", "upper")
    assert box == pytest.approx([16.17995, 16.18005])
    assert "另有 1 个数字没变" in many.say("zh-Hans")


def test_revised_ones_come_first_then_withdrawn_then_added(many):
    kinds = many.figures["change"].tolist()
    assert kinds == sorted(kinds, key=CHANGES.index)
    assert set(kinds) == {*CHANGES}


@pytest.mark.parametrize(
    ("printed", "unit", "shown"),
    [
        ("26.3", YI, "26.3亿元"),
        ("2以上", YI, "2亿元以上"),
        ("20余", "persons", "20余人"),
        ("约300", "persons", "约300人"),
        ("26.3亿元", YI, "26.3亿元"),
        ("百亿楼", YI, "百亿楼"),
        ("1/8", "fraction", "1/8"),
    ],
)
def test_a_bare_number_is_shown_with_its_unit(printed, unit, shown):
    assert wording(printed, unit, "zh-Hans") == shown


# Conclusions


def test_one_revised_figure_flips_the_verdict_alone_and_is_named(tower, flipped):
    one = found(flipped, "verdict", TAX)
    assert (one.before.finding, one.before.level) == ("moves_together", 2)
    assert (one.after.finding, one.after.level) == ("no_sign", 2)
    assert (one.how, causes(flipped, one)) == ("wholly", [(TAX, 2019, "revised")])
    # Nothing else: a verdict, and three indicators of either measure.
    assert (len(flipped.found), flipped.compared) == (1, 7)
    assert hs.assess(hs.build_panel(tower), **BOTH).finding == one.after.finding
    former = hs.build_panel(tower, as_of="2022-12-31")
    assert hs.assess(former, **BOTH).finding == one.before.finding
    told = flipped.say()
    assert told.startswith("示例数据（虚构")
    line = "示例tower，党员与税收的增长是否同步：两者的增长同步（证据等级 2） → "
    line += "看不出两者的增长有关联（证据等级 2）。"
    line += "因为2019年楼宇税收：修订（16.18亿元 → 18.90亿元）"
    assert line in told
    assert "结论：比较了 7 条，改变 1 条，其余 6 条没有变" in told


def test_verdicts_and_what_a_revision_changed_come_first_the_rest_is_counted(
    tmp_path, monkeypatch
):
    years, names = range(2016, 2021), "甲乙丙丁"
    rows = [f"{y},示例{n},{y - 2015},{y - 1915}" for n in names for y in years]
    head = "年份,楼宇,税收(亿元),党员数\n"
    mine = begin(
        tmp_path, monkeypatch, ("\n".join([head.strip(), *rows]), "2021-03-31")
    )
    new = ["2020,示例甲,4.5,105", *(f"2021,示例{n},6,106" for n in names)]
    mine(head + "\n".join(new), "2022-03-31")
    result = changes("mine")
    said = result.say().splitlines()
    place = {line[:6]: i for i, line in reversed(list(enumerate(said)))}
    revised = said.index(next(line for line in said if "2020年楼宇税收：修订" in line))
    verdicts = [i for i, line in enumerate(said) if "是否同步：" in line]
    assert revised < place["结论：比较了"] < min(verdicts)
    assert verdicts == list(range(verdicts[0], verdicts[0] + len(verdicts)))
    [rest] = [line for line in said if "只因新增的数字而改变" in line]
    # of four buildings two measures; the tax of the first was revised in its last step
    assert "最近的数字 8 条" in rest
    assert "历年的年均增长 8 条" in rest
    assert "最近一步的增长 7 条" in rest
    assert len(result.conclusions) == len(result.found) > 20


# The district has too many buildings to assess each: every fifth.
@pytest.mark.parametrize(
    ("name", "step"),
    [("illustrative", 1), ("illustrative-district", 5), ("plaza66", 1)],
)
def test_every_verdict_of_a_shipped_dataset_is_that_of_assess(name, step):
    data, panel = read_dataset(name), hs.build_panel(name)
    states = verdict_states(known_figures(data), [data], {})
    for entity, state in list(states.items())[::step]:
        verdict = hs.assess(panel, entity=entity, **BOTH)
        said = verdict.finding, verdict.level, verdict.sign
        assert (state.finding, state.level, state.sign) == said


def test_growths_are_paired_as_assess_pairs_them():
    # A gap, a bound, and a year of which nothing is said: it drops out.
    inf, nan = float("inf"), float("nan")
    rows = [
        ("a", 2015, 10, 10, 10, 1.0, 0.95, 1.05),
        ("a", 2017, 12, 12, 12, nan, 1.2, inf),
        ("a", 2018, 13, 13, 13, nan, 0.0, inf),
        ("a", 2021, 20, 20, 20, 2.0, 1.95, 2.05),
    ]
    columns = [
        f"{one}{end}" for one in (MEMBERS, TAX) for end in ("", "_lower", "_upper")
    ]
    read = pd.DataFrame(rows, columns=["entity", "year", *columns])
    ours, theirs = pair(read, "a"), pair_growths(read, MEMBERS, TAX)
    assert ours.steps == theirs.steps == ((2015, 2017), (2017, 2021))
    assert ours.growth_map.tolist() == theirs.growth_map.tolist()
    for one, other in ((ours.x, theirs.x), (ours.y, theirs.y)):
        for end in ("lower", "value", "upper"):
            np.testing.assert_array_equal(getattr(one, end), getattr(other, end))


@pytest.mark.parametrize(("entity", "n"), [("needed", 2), ("needed of three", 3)])
def test_two_figures_of_which_neither_suffices_are_both_named(many, entity, n):
    # A growth is added only when members and tax of the new year are both there.
    one = found(many, "verdict", TAX, entity)
    assert (one.before.level, one.after.level, one.how) == (1, 2, "needed")
    assert len(figures_of(many, entity, "year")) == n
    assert causes(many, one) == [(MEMBERS, 2020, "added"), (TAX, 2020, "added")]


def test_of_more_changes_than_are_tried_all_did_it_together(tower, monkeypatch):
    monkeypatch.setattr("hengstats.revisions.reasons.MOST", 1)
    one = found(changes(tower), "verdict", TAX)
    assert (one.how, len(one.rows)) == ("together", 2)


@pytest.mark.parametrize(
    ("entity", "what", "measure", "before", "after"),
    [
        (
            "added",
            "latest",
            TAX,
            (0, 2021, (21.895, 21.9, 21.905)),
            (0, 2022, (23.0, None, np.inf)),
        ),
        # (297 / 200) ** (1 / 6) = 1.06812; (300 / 200) ** (1 / 7) = 1.05963, downwards.
        (
            "above",
            "average_growth",
            MEMBERS,
            (2015, 2021, (6.8, 6.8, 6.8)),
            (2015, 2022, (5.9, None, np.inf)),
        ),
        # 21.895 / 21.905 and 21.905 / 21.895 are 0.05 percent off 1: outwards.
        (
            "standstill",
            "growth",
            TAX,
            (2020, 2021, (25.6, 25.7, 25.8)),  # 21.895 / 17.425 ... 21.905 / 17.415
            (2021, 2022, (-0.1, 0.0, 0.1)),
        ),
    ],
)
def test_an_indicator_is_a_conclusion_printed_outwards(
    many, entity, what, measure, before, after
):
    one = found(many, what, measure, entity)
    for state, (from_year, year, box) in ((one.before, before), (one.after, after)):
        assert (state.from_year, state.year) == (from_year, year)
        assert state.box == pytest.approx(box)


def test_of_several_changes_the_strongest_are_named(many):
    one = found(many, "latest", TAX, "strongest")
    assert (one.how, causes(many, one)) == ("wholly", [(TAX, 2022, "added")])
    # 2021 alone changes the last step, and so does 2022; neither gives the new one.
    one = found(many, "growth", TAX, "strongest")
    assert one.how == "alone"
    assert [year for _, year, _ in causes(many, one)] == [2021, 2022]


@pytest.mark.parametrize(
    ("entity", "conclusions"),
    [
        # two years: the latest, the growth on average, the last growth
        ("<i>branches", [(one, "new", 2) for one in KINDS[1:]]),
        ("new", [("latest", "new", 1)]),
        ("gone", [("latest", "gone", 1)]),
        ("zero", [("latest", "wholly", 1)]),  # a zero has no growth
    ],
)
def test_what_was_never_known_is_new_and_what_is_known_no_more_gone(
    many, entity, conclusions
):
    own = [one for one in many.found if one.entity == entity]
    assert [(one.what, one.how, len(one.rows)) for one in own] == conclusions
    sides = {"new": (True, False), "gone": (False, True), "wholly": (False, False)}
    for one in own:
        assert (one.before is None, one.after is None) == sides[one.how]


def test_all_conclusions_of_both_states_are_counted(many):
    # Seven where there are members and tax, and the latest of three others, one with
    # three more on branches.
    assert many.compared == 7 * 13 + 3 + 3


def test_the_order_of_the_records_does_not_matter(flipped, tmp_path):
    turned = {"tower": SERIES[::-1]}, {"tower": REVISED[::-1]}
    made = make(tmp_path / "mine", (turned[0], {}), (turned[1], SECOND[1]))
    assert changes(made).say() == flipped.say()


# What it is compared with


def test_a_dataset_without_vintages_has_nothing_to_compare_with():
    result = changes("plaza66")
    assert len(result.figures) == len(result.found) == 0
    assert "plaza66 还没有用 add 存入过表" in result.say()
    assert "plaza66 还没有用 add 存入过表" in result._repr_html_()


def test_the_first_vintage_of_all_is_told_in_a_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [*SERIES, (BRANCHES, 2021, "12")]
    result = changes(make(tmp_path / "mine", ({"tower": rows}, {})))
    assert set(result.figures["change"]) == {"added"}
    assert {one.how for one in result.found} == {"new"}
    _illustrative, said = result.say().splitlines()
    assert "是第一次存入的表，收下 15 个数字；以前什么也没有，没有可比的" in said
    assert said in result._repr_html_()
    assert len(changes("mine", since="2000-01-01").say().splitlines()) > 1


@pytest.fixture(scope="module")
def thrice(tmp_path_factory):
    """Return a dataset of three vintages and one undated record kept by hand."""
    folder = tmp_path_factory.mktemp("thrice") / "mine"
    second = {"tower": REVISED}, {"withdrawn": {"tower": [2021]}, "reason": "楼宇拆除"}
    made = make(folder, FIRST, second, ({"tower": [SERIES[0]]}, {}))
    for file, row in {
        "records": "tower,branches,2021,12,12,exact,branches,old,示例：12\n",
        "sources": "old,示例,示例,,,,,weak,illustrative,,,\n",
        "entities": "tower,building,示例大厦,示例大廈,Illustrative Tower\n",
    }.items():
        with (folder / f"{file}.csv").open("a", encoding="utf-8") as table:
            table.write(row)
    return made


def test_without_a_date_only_what_the_last_vintage_changed_counts(thrice):
    assert changes(thrice).figures.empty


def test_since_a_date_everything_published_later_counts(thrice):
    result = changes(thrice, since="2022-12-31")
    kinds = result.figures.groupby("change")["year"].apply(list).to_dict()
    assert kinds == {"added": [2021], "revised": [2017, 2019], "withdrawn": [2021] * 2}
    # Of several vintages none is named as the one that took back.
    gone = result.figures[result.figures["change"] == "withdrawn"]
    assert gone[["reason", "source"]].to_numpy().tolist() == [["", "vintage 1"]] * 2
    assert result.undated == 1
    assert "有 1 个出自没有日期的资料" in result.say()


def test_since_the_day_on_which_all_was_known_nothing_changed(tower):
    result = changes(tower, since="2023-03-31")
    assert result.figures.empty
    assert "没有一个数字改变" in result.say()


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        ({"since": "昨天"}, DataError, "“昨天”不是日期"),
        ({"lang": "fr"}, ValueError, "没有“fr”这种语言"),
    ],
)
def test_what_cannot_be_asked_is_refused(tower, said, error, told):
    with pytest.raises(error, match=told):
        changes(tower, **said)


# In words


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh-Hans", "数字：修订 2 个，撤回 0 个，新增 0 个"),
        ("zh-Hant", "數字：修訂 2 個，撤回 0 個，新增 0 個"),
        ("en", "Figures: 2 revised, 0 withdrawn, 0 added"),
    ],
)
def test_it_speaks_three_scripts(flipped, lang, told):
    assert told in flipped.say(lang)


def test_its_tables_are_in_the_language_asked_for(tmp_path):
    second = {"tower": REVISED}, {}  # without a reason the later sheet is it
    result = changes(make(tmp_path / "mine", FIRST, second), lang="en")
    columns = ["entity", "what", "measure", "before", "after", "because"]
    assert result.conclusions.columns.tolist() == columns
    before = result.conclusions["before"].tolist()
    assert before == ["Growth moves together (evidence level 2)"]
    (reason,) = set(result.figures["reason"])
    assert "the later sheet counts" in reason
    assert "取后报的表" in result.say("zh-Hans")


def test_it_shows_itself_in_jupyter_without_letting_names_through(many):
    page = many._repr_html_()
    assert "&lt;楼宇拆除&gt;" in page and "示例&lt;i&gt;branches" in page
    assert "<楼宇拆除>" not in page and "<i>branches" not in page
