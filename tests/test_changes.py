"""What changed in the figures, in the conclusions, and which figure did it.

One building, 示例大厦, seven years in which members and tax grow together; a second
vintage revises the tax of 2019 and they no longer do.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hengstats as hs
from hengstats.adding import new
from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.evidence.pairs import pair_growths
from hengstats.revisions import changes
from hengstats.revisions.conclusions import ECONOMY, ORGANISATION, pair, verdict_states
from hengstats.revisions.figures import known_figures
from hengstats.revisions.result import wording
from hengstats.vintages import Vintage, dump_vintage, place_of

YI = "100 million yuan"
UNITS = {
    "tax_revenue": YI,
    "branch_members": "persons",
    "branches": "branches",
    "events": "events",
}
YEARS = range(2015, 2022)
# Growth of tax is about twice that of members: 5, 10, 2, 8, 4 and 12 percent.
MEMBERS = [200, 210, 231, 236, 255, 265, 297]
TAX = ["10.00", "11.00", "13.31", "13.88", "16.18", "17.42", "21.90"]
SERIES = [
    ("tower", measure, year, printed)
    for measure, row in (("branch_members", MEMBERS), ("tax_revenue", TAX))
    for year, printed in zip(YEARS, map(str, row), strict=True)
]


def record(entity, measure, year, printed, unit=""):
    """Return one record; `printed` is exact, or begins with 约 or 超."""
    hedges = {"约": "about", "超": "more_than"}
    value = printed.lstrip("约超").rstrip("亿元人")
    said = hedges.get(printed[0], "exact"), unit or UNITS[measure], f"示例：{printed}"
    return [entity, measure, str(year), printed, value, *said]


@pytest.fixture
def dataset(tmp_path):
    """Return a function that makes a dataset of (source, published, rows[, said])."""
    folder = new(tmp_path / "mine")

    def make(*vintages):
        (folder / "vintages").mkdir()
        previous = ""
        for number, (source, published, rows, *said) in enumerate(vintages, start=1):
            one = Vintage(
                source=source,
                title=f"示例报表 {source}",
                publisher="示例街道",
                published=published,
                recorded=f"{published}T00:00:00Z",
                standing="primary",
                kind="illustrative",
                reason="",
                files=[{"name": "sheet.xlsx", "sha256": "0" * 64}],
                names={f"示例{row[0]}": row[0] for row in rows},
                records=[record(*row) for row in rows],
                previous=previous,
            )
            one = replace(one, **(said[0] if said else {}))
            data, previous = dump_vintage(one, number)
            (folder / place_of(number)).write_bytes(data)
        return str(folder)

    return make


FIRST = ("first", "2022-03-31", SERIES)
REVISED = [
    ("tower", "tax_revenue", 2019, "18.90"),
    ("tower", "tax_revenue", 2017, "13.30"),  # harmless
]
REASON = {"reason": "口径改为全口径"}
SECOND = ("second", "2023-03-31", REVISED, REASON)


def second(*rows, **said):
    """Return a second vintage of some rows."""
    return "second", "2023-03-31", list(rows), said


def found(result, what, measure):
    """Return the one changed conclusion of a kind."""
    chosen = [one for one in result.found if (one.what, one.measure) == (what, measure)]
    assert len(chosen) == 1
    return chosen[0]


def causes(result, one):
    """Return measure, year and change of the figures that did it."""
    rows = result.figures.loc[list(one.rows)]
    return list(zip(rows["measure"], rows["year"], rows["change"], strict=True))


# Figures


def test_a_revised_figure_stands_with_wordings_boxes_reason_and_source(dataset):
    row = changes(dataset(FIRST, SECOND)).figures.query("year == 2019").iloc[0]
    words = ["change", "old", "new", "unit", "reason", "source", "publisher"]
    assert row[[*words, "published"]].tolist() == [
        "revised",
        "16.18",
        "18.90",
        YI,
        "口径改为全口径",
        "second",
        "示例街道",
        "2023-03-31",
    ]
    # Two printed digits: half a unit of the second on either side.
    former, now = [16.175, 16.18, 16.185], [18.895, 18.90, 18.905]
    assert row[["old_lower", "old_value", "old_upper"]].tolist() == pytest.approx(
        former
    )
    assert row[["lower", "value", "upper"]].tolist() == pytest.approx(now)


def test_without_a_stated_reason_the_later_sheet_is_it(dataset):
    made = dataset(FIRST, second(*REVISED))
    assert set(changes(made).figures["reason"]) == {"取后报的表"}
    assert "the later sheet counts" in changes(made).say("en")


def test_a_figure_of_a_new_year_is_added_without_a_reason(dataset):
    rows = [*REVISED, ("tower", "tax_revenue", 2022, "23.00")]
    figures = changes(dataset(FIRST, second(*rows, **REASON))).figures
    added = figures[figures["change"] == "added"]
    columns = ["year", "old", "new", "reason"]
    assert added[columns].to_numpy().tolist() == [[2022, "", "23.00", ""]]


def test_a_figure_that_its_vintage_takes_back_is_withdrawn(dataset):
    row = ("tower", "tax_revenue", 2020, "17.42")
    taken = {"withdrawn": {"tower": [2021]}, "reason": "楼宇拆除"}
    figures = changes(dataset(FIRST, second(row, **taken))).figures
    columns = ["measure", "year", "change", "old", "new", "reason", "source"]
    assert figures[columns].to_numpy().tolist() == [
        ["tax_revenue", 2021, "withdrawn", "21.90", "", "楼宇拆除", "second"],
        ["branch_members", 2021, "withdrawn", "297", "", "楼宇拆除", "second"],
    ]


def test_of_several_vintages_none_is_named_as_the_one_that_took_back(dataset):
    row = ("tower", "tax_revenue", 2020, "17.42")
    taken = {"withdrawn": {"tower": [2021]}, "reason": "楼宇拆除"}
    third = "third", "2024-03-31", [("tower", "branches", 2020, "3")]
    made = dataset(FIRST, second(row, **taken), third)
    figures = changes(made, since="2022-12-31").figures
    gone = figures[figures["change"] == "withdrawn"]
    assert gone[["reason", "source"]].to_numpy().tolist() == [["", "first"]] * 2


@pytest.mark.parametrize(
    ("row", "change"),
    [
        # 16.18 亿元 is 161,800 万元, to the same half unit: 100 万元 either way.
        (("tower", "tax_revenue", 2019, "16.18亿元"), []),
        (("tower", "branch_members", 2019, "255人"), []),
        # a finer unit: 16.17995 to 16.18005
        (("tower", "tax_revenue", 2019, "161800", "10000 yuan"), ["restated"]),
        # about 255 is another claim than 255
        (("tower", "branch_members", 2019, "约255"), ["revised"]),
        (("tower", "branch_members", 2019, "超255"), ["revised"]),
    ],
)
def test_a_figure_is_what_it_says_and_how_surely(dataset, row, change):
    result = changes(dataset(FIRST, second(row)))
    assert result.figures["change"].tolist() == change
    if change == ["restated"]:
        box = result.figures[["lower", "upper"]].iloc[0].tolist()
        assert box == pytest.approx([16.17995, 16.18005])
        said = "修订 0 个，撤回 0 个，新增 0 个；另有 1 个数字没变"
        assert said in result.say("zh-Hans")


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


def test_revised_ones_come_first_then_withdrawn_then_added(dataset):
    rows = [*REVISED, ("tower", "tax_revenue", 2022, "23.00")]
    made = dataset(FIRST, second(*rows, withdrawn={"tower": [2021]}))
    kinds = changes(made).figures["change"].tolist()
    assert kinds == ["revised"] * 2 + ["withdrawn"] * 2 + ["added"]


# Conclusions


def test_one_revised_figure_flips_the_verdict_alone_and_is_named(dataset):
    made = dataset(FIRST, SECOND)
    result = changes(made)
    one = found(result, "verdict", "tax_revenue")
    assert (one.before.finding, one.before.level) == ("moves_together", 2)
    assert (one.after.finding, one.after.level) == ("no_sign", 2)
    assert (one.how, causes(result, one)) == (
        "wholly",
        [("tax_revenue", 2019, "revised")],
    )
    # Nothing else: a verdict, and three indicators of either measure.
    assert (len(result.found), result.compared) == (1, 7)
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    assert hs.assess(hs.build_panel(made), **asked).finding == one.after.finding
    former = hs.build_panel(made, as_of="2022-12-31")
    assert hs.assess(former, **asked).finding == one.before.finding
    told = result.say()
    assert told.startswith("示例数据（虚构")
    line = "示例tower，党员与税收的增长是否同步：两者的增长同步（证据等级 2） → "
    line += "看不出两者的增长有关联（证据等级 2）。"
    line += "因为2019年楼宇税收：修订（16.18亿元 → 18.90亿元）"
    assert line in told
    assert "结论：比较了 7 条，改变 1 条，其余 6 条没有变" in told


DISTRICT = pytest.param("illustrative-district", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", ["illustrative", DISTRICT, "plaza66"])
def test_every_verdict_of_a_shipped_dataset_is_that_of_assess(name):
    data, panel = read_dataset(name), hs.build_panel(name)
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    for entity, state in verdict_states(known_figures(data), [data], {}).items():
        verdict = hs.assess(panel, entity=entity, **asked)
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
    measures = (ORGANISATION, ECONOMY)
    columns = [f"{one}{end}" for one in measures for end in ("", "_lower", "_upper")]
    read = pd.DataFrame(rows, columns=["entity", "year", *columns])
    ours, theirs = pair(read, "a"), pair_growths(read, *measures)
    assert ours.steps == theirs.steps == ((2015, 2017), (2017, 2021))
    assert ours.growth_map.tolist() == theirs.growth_map.tolist()
    for one, other in ((ours.x, theirs.x), (ours.y, theirs.y)):
        for end in ("lower", "value", "upper"):
            np.testing.assert_array_equal(getattr(one, end), getattr(other, end))


@pytest.mark.parametrize("more", [[], REVISED[1:]], ids=["alone", "beside a harmless"])
def test_two_figures_of_which_neither_suffices_are_both_named(dataset, more):
    # A growth is added only when members and tax of the new year are both there.
    first = [row for row in SERIES if row[2] <= 2019]
    rest = [row for row in SERIES if row[2] == 2020] + more
    made = dataset(("first", "2020-03-31", first), ("second", "2021-03-31", rest))
    result = changes(made)
    one = found(result, "verdict", "tax_revenue")
    assert (one.before.level, one.after.level, one.how) == (1, 2, "needed")
    assert (len(result.figures), causes(result, one)) == (
        2 + len(more),
        [("branch_members", 2020, "added"), ("tax_revenue", 2020, "added")],
    )


def test_of_more_changes_than_are_tried_all_did_it_together(dataset, monkeypatch):
    monkeypatch.setattr("hengstats.revisions.reasons.MOST", 1)
    one = found(changes(dataset(FIRST, SECOND)), "verdict", "tax_revenue")
    assert (one.how, len(one.rows)) == ("together", 2)


@pytest.mark.parametrize(
    ("row", "what", "before", "after"),
    [
        (
            ("tower", "tax_revenue", 2022, "超23"),
            "latest",
            (0, 2021, (21.895, 21.9, 21.905)),
            (0, 2022, (23.0, None, np.inf)),
        ),
        # (297 / 200) ** (1 / 6) = 1.06812; (300 / 200) ** (1 / 7) = 1.05963, downwards.
        (
            ("tower", "branch_members", 2022, "超300"),
            "average_growth",
            (2015, 2021, (6.8, 6.8, 6.8)),
            (2015, 2022, (5.9, None, np.inf)),
        ),
        # 21.895 / 21.905 and 21.905 / 21.895 are 0.05 percent off 1: outwards.
        (
            ("tower", "tax_revenue", 2022, "21.90"),
            "growth",
            (2020, 2021, (25.6, 25.7, 25.8)),  # 21.895 / 17.425 ... 21.905 / 17.415
            (2021, 2022, (-0.1, 0.0, 0.1)),
        ),
    ],
)
def test_an_indicator_is_a_conclusion_printed_outwards(
    dataset, row, what, before, after
):
    one = found(changes(dataset(FIRST, second(row))), what, row[1])
    for state, (from_year, year, box) in ((one.before, before), (one.after, after)):
        assert (state.from_year, state.year) == (from_year, year)
        assert state.box == pytest.approx(box)


def test_of_several_changes_the_strongest_are_named(dataset):
    rows = [
        ("tower", "tax_revenue", 2022, "23.00"),
        ("tower", "tax_revenue", 2021, "21.00"),
    ]
    result = changes(dataset(FIRST, second(*rows)))
    one = found(result, "latest", "tax_revenue")
    assert (one.how, causes(result, one)) == (
        "wholly",
        [("tax_revenue", 2022, "added")],
    )
    # 2021 alone changes the last step, and so does 2022; neither gives the new one.
    one = found(result, "growth", "tax_revenue")
    assert one.how == "alone"
    assert [year for _, year, _ in causes(result, one)] == [2021, 2022]


def test_a_measure_never_known_before_is_new(dataset):
    rows = [("tower", "branches", 2021, "12"), ("tower", "branches", 2020, "11")]
    one = found(changes(dataset(FIRST, second(*rows))), "latest", "branches")
    assert (one.before, one.how, len(one.rows)) == (None, "new", 2)


def test_a_new_building_has_new_conclusions_and_a_withdrawn_one_loses_them(dataset):
    one, other = (f"annexe {i}" for i in (1, 2))
    first = ("first", "2022-03-31", [*SERIES, (one, "branches", 2021, "3")])
    rows = [SERIES[0], (other, "tax_revenue", 2021, "1.00")]
    result = changes(dataset(first, second(*rows, withdrawn={one: [2021]})))
    assert {(a.entity, a.what, a.after is None, a.how) for a in result.found} == {
        (other, "latest", False, "new"),
        (one, "latest", True, "gone"),
    }
    assert result.compared == 9


def test_a_zero_has_no_growth_and_does_no_harm(dataset):
    first = ("first", "2022-03-31", [("tower", "events", 2020, "0")])
    made = dataset(first, second(("tower", "events", 2021, "5")))
    assert [one.what for one in changes(made).found] == ["latest"]


def test_the_order_of_the_records_does_not_matter(dataset, tmp_path):
    told = changes(dataset(FIRST, SECOND))
    for path in (tmp_path / "mine/vintages").iterdir():
        path.unlink()
    (tmp_path / "mine/vintages").rmdir()
    turned = dataset(
        ("first", "2022-03-31", SERIES[::-1]), second(*REVISED[::-1], **REASON)
    )
    assert changes(turned).say() == told.say()


# What it is compared with


def test_a_dataset_without_vintages_has_nothing_to_compare_with():
    result = changes("plaza66")
    assert len(result.figures) == len(result.found) == 0
    assert "plaza66 还没有用 add 存入过表" in result.say()
    assert "plaza66 还没有用 add 存入过表" in result._repr_html_()


def test_the_first_vintage_is_compared_with_what_was_kept_by_hand(dataset):
    result = changes(dataset(FIRST))
    assert set(result.figures["change"]) == {"added"}
    assert {one.how for one in result.found} == {"new"}


def test_since_a_date_everything_published_later_counts(dataset):
    made = dataset(FIRST, SECOND, ("third", "2024-03-31", [SERIES[-1]]))
    assert changes(made).figures.empty
    assert len(changes(made, since="2022-12-31").figures) == 2


def test_since_a_date_the_public_record_has_its_case_study_added():
    figures = changes("plaza66", since="2022-09-28").figures
    tax = figures.query("measure == 'tax_revenue'")
    assert tax["year"].tolist() == [2016, 2017, 2018, 2020]
    assert set(tax["source"]) == {"people-2022"}


def test_since_a_date_on_which_all_was_known_nothing_changed():
    result = changes("illustrative", since="2022-03-31")
    assert result.figures.empty
    assert "没有一个数字改变" in result.say()


def test_an_undated_source_is_said_to_be_undated(dataset, tmp_path):
    made = dataset(FIRST)
    for file, row in {
        "records": "tower,branches,2021,12,12,exact,branches,old,示例：12\n",
        "sources": "old,示例,示例,,,,,weak,illustrative,,,\n",
        "entities": "tower,building,示例大厦,示例大廈,Illustrative Tower\n",
    }.items():
        with (tmp_path / "mine" / f"{file}.csv").open("a", encoding="utf-8") as table:
            table.write(row)
    result = changes(made, since="2022-12-31")
    assert result.undated == 1
    assert "有 1 个出自没有日期的资料" in result.say()


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        ({"since": "昨天"}, DataError, "“昨天”不是日期"),
        ({"lang": "fr"}, ValueError, "没有“fr”这种语言"),
    ],
)
def test_what_cannot_be_asked_is_refused(said, error, told):
    with pytest.raises(error, match=told):
        changes("illustrative", **said)


# In words


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh-Hans", "数字：修订 2 个，撤回 0 个，新增 0 个"),
        ("zh-Hant", "數字：修訂 2 個，撤回 0 個，新增 0 個"),
        ("en", "Figures: 2 revised, 0 withdrawn, 0 added"),
    ],
)
def test_it_speaks_three_scripts(dataset, lang, told):
    assert told in changes(dataset(FIRST, SECOND)).say(lang)


def test_the_table_of_conclusions_is_in_the_language_asked_for(dataset):
    table = changes(dataset(FIRST, SECOND), lang="en").conclusions
    columns = ["entity", "what", "measure", "before", "after", "because"]
    assert table.columns.tolist() == columns
    assert table["before"].tolist() == ["Growth moves together (evidence level 2)"]


def test_it_shows_itself_in_jupyter_without_letting_names_through(dataset):
    row = ("tower", "tax_revenue", 2019, "18.90")
    said = {"reason": "<script>", "names": {"<b>楼</b>": "tower"}}
    page = changes(dataset(FIRST, second(row, **said)))._repr_html_()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page and "<b>楼" not in page


def test_many_added_figures_are_counted_by_year(dataset):
    rows = [*SERIES, ("tower", "branches", 2021, "12")]
    told = changes(dataset(("first", "2022-03-31", rows))).say()
    assert "新增楼内支部党员：2015年 1 个、2016年 1 个" in told
