"""What changed in the figures, in the conclusions, and which figure did it.

One building, 示例大厦, seven years in which members and tax grow together; a second
vintage revises the tax of 2019 and they no longer do.
"""

import numpy as np
import pandas as pd
import pytest

import hengstats as hs
from hengstats import vintages as store
from hengstats.adding.new import new
from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.evidence.pairs import pair_growths
from hengstats.revisions import changes
from hengstats.revisions.compare import compare_conclusions
from hengstats.revisions.conclusions import (
    ECONOMY,
    ORGANISATION,
    pair,
    verdict_states,
)
from hengstats.revisions.figures import known_figures
from hengstats.revisions.tables import wording

UNITS = {
    "tax_revenue": "100 million yuan",
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


def record(source, entity, measure, year, printed, unit=""):
    """Return one record of a vintage; `printed` is exact, or begins with 约 or 超."""
    hedges = {"约": "about", "超": "more_than"}
    return {
        "entity": entity,
        "measure": measure,
        "period": str(year),
        "printed": printed,
        "value": printed.lstrip("约超").rstrip("亿元人"),
        "qualifier": hedges.get(printed[0], "exact"),
        "unit": unit or UNITS[measure],
        "source": source,
        "quote": f"示例：{printed}",
    }


def vintage(folder, source, published, rows, **told):
    """Return a vintage of some rows, its part written."""
    records = pd.DataFrame([record(source, *row) for row in rows], columns=store.RECORD)
    part = store.dump_part(records)
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / f"{store.checksum(part)}.csv").write_bytes(part)
    names = {f"示例{row[0]}": row[0] for row in rows}
    given = {"names": names, "reason": "", "withdrawn": {}} | told
    return store.Vintage(
        source=source,
        title=f"示例报表 {source}",
        publisher="示例街道",
        published=published,
        recorded=f"{published or '2023-04-05'}T00:00:00Z",
        standing="primary",
        kind="illustrative",
        files=({"name": "sheet.xlsx", "sha256": "0" * 64},),
        part=store.checksum(part),
        blank={},
        **given,
    )


@pytest.fixture
def dataset(tmp_path):
    """Return a function that makes a dataset of several vintages."""
    folder = new(tmp_path / "mine")

    def make(*vintages):
        made = [
            vintage(folder, source, published, rows, **(told[0] if told else {}))
            for source, published, rows, *told in vintages
        ]
        head = store.dump_head(store.Head(vintages=tuple(made)))
        (folder / "head.json").write_bytes(head)
        return str(folder)

    return make


FIRST = ("first", "2022-03-31", SERIES)
REVISED = [
    ("tower", "tax_revenue", 2019, "18.90"),
    ("tower", "tax_revenue", 2017, "13.30"),  # harmless
]
SECOND = ("second", "2023-03-31", REVISED, {"reason": "口径改为全口径"})


def found(result, what, measure):
    """Return the one changed conclusion of a kind."""
    chosen = [one for one in result.found if (one.what, one.measure) == (what, measure)]
    assert len(chosen) == 1
    return chosen[0]


def causes(result, one):
    """Return year and change of the figures that did it."""
    rows = result.figures.loc[list(one.rows)]
    return list(zip(rows["measure"], rows["year"], rows["change"], strict=True))


# Figures


def test_a_revised_figure_stands_with_both_wordings_and_boxes(dataset):
    row = changes(dataset(FIRST, SECOND)).figures.query("year == 2019").iloc[0]
    assert row[["change", "old", "new", "unit"]].tolist() == [
        "revised",
        "16.18",
        "18.90",
        "100 million yuan",
    ]
    # Two printed digits: half a unit of the second on either side.
    assert row[["old_lower", "old_value", "old_upper"]].tolist() == pytest.approx(
        [16.175, 16.18, 16.185]
    )
    assert row[["lower", "value", "upper"]].tolist() == pytest.approx(
        [18.895, 18.90, 18.905]
    )


def test_a_revised_figure_has_the_reason_and_source_of_its_vintage(dataset):
    row = changes(dataset(FIRST, SECOND)).figures.query("year == 2019").iloc[0]
    assert row[["reason", "source", "publisher", "published"]].tolist() == [
        "口径改为全口径",
        "second",
        "示例街道",
        "2023-03-31",
    ]


def test_without_a_stated_reason_the_later_sheet_is_it(dataset):
    made = dataset(FIRST, ("second", "2023-03-31", REVISED))
    assert set(changes(made).figures["reason"]) == {"取后报的表"}
    assert "the later sheet counts" in changes(made).say("en")


def test_a_figure_of_a_new_year_is_added(dataset):
    rows = [("tower", "tax_revenue", 2022, "23.00")]
    figures = changes(dataset(FIRST, ("second", "2023-03-31", rows))).figures
    assert figures[["year", "change", "old", "new"]].to_numpy().tolist() == [
        [2022, "added", "", "23.00"]
    ]


def test_the_reason_of_a_revision_is_not_that_of_an_added_figure(dataset):
    rows = [*REVISED, ("tower", "tax_revenue", 2022, "23.00")]
    made = dataset(FIRST, ("second", "2023-03-31", rows, {"reason": "口径改为全口径"}))
    figures = changes(made).figures.set_index("year")["reason"]
    assert (figures[2022], figures[2019]) == ("", "口径改为全口径")


def test_a_figure_that_its_vintage_takes_back_is_withdrawn(dataset):
    told = {"withdrawn": {"tower": [2021]}, "reason": "楼宇拆除"}
    rows = [("tower", "tax_revenue", 2020, "17.42")]
    figures = changes(dataset(FIRST, ("second", "2023-03-31", rows, told))).figures
    columns = ["measure", "year", "change", "old", "new", "reason", "source"]
    assert figures[columns].to_numpy().tolist() == [
        ["tax_revenue", 2021, "withdrawn", "21.90", "", "楼宇拆除", "second"],
        ["branch_members", 2021, "withdrawn", "297", "", "楼宇拆除", "second"],
    ]


def test_of_several_vintages_none_is_named_as_the_one_that_took_back(dataset):
    told = {"withdrawn": {"tower": [2021]}, "reason": "楼宇拆除"}
    second = "second", "2023-03-31", [("tower", "tax_revenue", 2020, "17.42")], told
    third = "third", "2024-03-31", [("tower", "branches", 2020, "3")]
    figures = changes(dataset(FIRST, second, third), since="2022-12-31").figures
    gone = figures[figures["change"] == "withdrawn"]
    assert gone[["reason", "source"]].to_numpy().tolist() == [["", "first"]] * 2


def test_other_words_for_the_same_bounds_are_no_change(dataset):
    # 16.18 亿元 is 161,800 万元, printed to the same half unit: 100 万元 either way.
    rows = [("tower", "tax_revenue", 2019, "16.18亿元", "100 million yuan")]
    rows += [("tower", "branch_members", 2019, "255人")]
    made = ("second", "2023-03-31", rows)
    assert len(changes(dataset(FIRST, made)).figures) == 0


def test_the_same_number_in_a_finer_unit_is_a_change_of_its_bounds(dataset):
    rows = [("tower", "tax_revenue", 2019, "161800", "10000 yuan")]
    row = changes(dataset(FIRST, ("second", "2023-03-31", rows))).figures.iloc[0]
    assert row[["lower", "upper"]].tolist() == pytest.approx([16.17995, 16.18005])


def test_the_same_number_in_a_finer_unit_is_restated_and_not_revised(dataset):
    rows = [("tower", "tax_revenue", 2019, "161800", "10000 yuan")]
    found = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    assert found.figures["change"].tolist() == ["restated"]
    assert "修订 0 个，撤回 0 个，新增 0 个；另有 1 个数字没变" in found.say("zh-Hans")


@pytest.mark.parametrize(
    ("printed", "unit", "shown"),
    [
        ("26.3", "100 million yuan", "26.3亿元"),
        ("2以上", "100 million yuan", "2亿元以上"),
        ("20余", "persons", "20余人"),
        ("约300", "persons", "约300人"),
        ("26.3亿元", "100 million yuan", "26.3亿元"),
        ("百亿楼", "100 million yuan", "百亿楼"),
        ("1/8", "fraction", "1/8"),
    ],
)
def test_a_bare_number_is_shown_with_its_unit(printed, unit, shown):
    assert wording(printed, unit, "zh-Hans") == shown


def test_revised_ones_come_first_then_withdrawn_then_added(dataset):
    told = {"withdrawn": {"tower": [2021]}}
    rows = [*REVISED, ("tower", "tax_revenue", 2022, "23.00")]
    figures = changes(dataset(FIRST, ("second", "2023-03-31", rows, told))).figures
    assert figures["change"].tolist() == ["revised"] * 2 + ["withdrawn"] * 2 + ["added"]


# Conclusions


def test_one_revised_figure_flips_the_verdict(dataset):
    one = found(changes(dataset(FIRST, SECOND)), "verdict", "tax_revenue")
    assert (one.before.finding, one.before.level) == ("moves_together", 2)
    assert (one.after.finding, one.after.level) == ("no_sign", 2)


def test_the_verdicts_are_those_of_assess(dataset):
    made = dataset(FIRST, SECOND)
    one = found(changes(made), "verdict", "tax_revenue")
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    assert hs.assess(hs.build_panel(made), **asked).finding == one.after.finding
    former = hs.build_panel(made, as_of="2022-12-31")
    assert hs.assess(former, **asked).finding == one.before.finding


DISTRICT = pytest.param("illustrative-district", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", ["illustrative", DISTRICT, "plaza66"])
def test_every_verdict_of_a_shipped_dataset_is_that_of_assess(name):
    data = read_dataset(name)
    panel = hs.build_panel(name)
    for entity, state in verdict_states(known_figures(data), [data], {}).items():
        verdict = hs.assess(
            panel, organisation="branch_members", economy="tax_revenue", entity=entity
        )
        assert (state.finding, state.level, state.sign) == (
            verdict.finding,
            verdict.level,
            verdict.sign,
        )


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


def test_the_figure_that_flips_it_alone_is_named_and_the_harmless_one_is_not(dataset):
    result = changes(dataset(FIRST, SECOND))
    one = found(result, "verdict", "tax_revenue")
    assert one.how == "wholly"
    assert causes(result, one) == [("tax_revenue", 2019, "revised")]


def test_two_figures_of_which_neither_suffices_are_both_named(dataset):
    # A growth is added only when members and tax of the new year are both there.
    first = [row for row in SERIES if row[2] <= 2019]
    rest = [row for row in SERIES if row[2] == 2020]
    made = dataset(("first", "2020-03-31", first), ("second", "2021-03-31", rest))
    result = changes(made)
    one = found(result, "verdict", "tax_revenue")
    assert (one.before.level, one.after.level, one.how) == (1, 2, "needed")
    assert causes(result, one) == [
        ("branch_members", 2020, "added"),
        ("tax_revenue", 2020, "added"),
    ]


def test_a_harmless_change_beside_two_that_are_needed_is_not_named(dataset):
    first = [row for row in SERIES if row[2] <= 2019]
    rest = [row for row in SERIES if row[2] == 2020] + REVISED[1:]
    made = dataset(("first", "2020-03-31", first), ("second", "2021-03-31", rest))
    result = changes(made)
    one = found(result, "verdict", "tax_revenue")
    assert (one.how, len(result.figures)) == ("needed", 3)
    assert causes(result, one) == [
        ("branch_members", 2020, "added"),
        ("tax_revenue", 2020, "added"),
    ]


def test_of_more_changes_than_are_tried_all_did_it_together(dataset, monkeypatch):
    monkeypatch.setattr("hengstats.revisions.reasons.MOST", 1)
    result = changes(dataset(FIRST, SECOND))
    one = found(result, "verdict", "tax_revenue")
    assert (one.how, len(one.rows)) == ("together", 2)


def test_the_latest_figure_changes_with_the_year(dataset):
    rows = [("tower", "tax_revenue", 2022, "超23")]
    result = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    one = found(result, "latest", "tax_revenue")
    assert (one.before.year, one.before.printed) == (2021, "21.90")
    assert (one.after.year, one.after.printed) == (2022, "超23")
    assert one.after.box == (23.0, None, float("inf"))


def test_average_growth_is_printed_in_percent_rounded_outwards(dataset):
    rows = [("tower", "branch_members", 2022, "超300")]
    result = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    one = found(result, "average_growth", "branch_members")
    # (297 / 200) ** (1 / 6) = 1.06812; (300 / 200) ** (1 / 7) = 1.05963, downwards.
    assert (one.before.from_year, one.before.year) == (2015, 2021)
    assert one.before.box == (6.8, 6.8, 6.8)
    assert one.after.box == (5.9, None, float("inf"))


def test_the_growth_of_the_last_step_is_a_conclusion(dataset):
    rows = [("tower", "tax_revenue", 2022, "21.90")]
    result = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    one = found(result, "growth", "tax_revenue")
    # 21.895 / 21.905 and 21.905 / 21.895 are 0.05 percent off 1: one digit, outwards.
    assert (one.after.from_year, one.after.year) == (2021, 2022)
    assert one.after.box == (-0.1, 0.0, 0.1)


def test_a_middle_year_leaves_latest_and_average_as_they_were(dataset):
    result = changes(dataset(FIRST, SECOND))
    assert {(one.what, one.measure) for one in result.found} == {
        ("verdict", "tax_revenue")
    }
    # A verdict, and three indicators of either measure.
    assert result.compared == 7


def test_of_several_changes_the_one_that_gives_the_new_conclusion_is_named(dataset):
    rows = [
        ("tower", "tax_revenue", 2022, "23.00"),
        ("tower", "tax_revenue", 2021, "21.00"),
    ]
    result = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    one = found(result, "latest", "tax_revenue")
    assert one.how == "wholly"
    assert causes(result, one) == [("tax_revenue", 2022, "added")]


def test_changes_that_only_do_it_in_part_are_said_to_change_it(dataset):
    # 2021 alone changes the last step, and so does 2022; neither gives the new one.
    rows = [
        ("tower", "tax_revenue", 2022, "23.00"),
        ("tower", "tax_revenue", 2021, "21.00"),
    ]
    result = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    one = found(result, "growth", "tax_revenue")
    assert one.how == "alone"
    assert [year for _, year, _ in causes(result, one)] == [2021, 2022]


def test_a_measure_never_known_before_is_new(dataset):
    rows = [("tower", "branches", 2021, "12"), ("tower", "branches", 2020, "11")]
    result = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    one = found(result, "latest", "branches")
    assert (one.before, one.how, len(one.rows)) == (None, "new", 2)


def test_a_new_building_has_new_conclusions_and_the_others_keep_theirs(dataset):
    rows = [("annexe", "tax_revenue", 2021, "1.00")]
    result = changes(dataset(FIRST, ("second", "2023-03-31", rows)))
    assert [(one.entity, one.what, one.how) for one in result.found] == [
        ("annexe", "latest", "new")
    ]
    assert result.compared == 8


def test_a_building_withdrawn_loses_its_conclusions(dataset):
    first = ("first", "2022-03-31", [*SERIES, ("annexe", "branches", 2021, "3")])
    told = {"withdrawn": {"annexe": [2021]}}
    second = ("second", "2023-03-31", [SERIES[0]], told)
    result = changes(dataset(first, second))
    assert [(one.entity, one.after, one.how) for one in result.found] == [
        ("annexe", None, "gone")
    ]


def test_a_zero_has_no_growth_and_does_no_harm(dataset):
    first = ("first", "2022-03-31", [("tower", "events", 2020, "0")])
    second = ("second", "2023-03-31", [("tower", "events", 2021, "5")])
    result = changes(dataset(first, second))
    assert [one.what for one in result.found] == ["latest"]


def test_the_order_of_the_figures_does_not_matter(dataset):
    made = dataset(FIRST, SECOND)
    before, after = read_dataset(made, vintages=1), read_dataset(made)
    old, now = known_figures(before), known_figures(after)
    changed = changes(made).figures
    straight = compare_conclusions(old, now, changed, [after, before])
    turned = compare_conclusions(old[::-1], now[::-1], changed, [after, before])
    assert straight == turned


# What it is compared with


def test_a_dataset_without_vintages_has_nothing_to_compare_with():
    result = changes("plaza66")
    assert len(result.figures) == len(result.found) == 0
    assert "plaza66 还没有用 add 存入过表" in result.say()


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


def test_since_no_date_is_refused():
    with pytest.raises(DataError, match="“昨天”不是日期"):
        changes("illustrative", since="昨天")


def test_an_undated_source_is_said_to_be_undated(dataset, tmp_path):
    made = dataset(FIRST)
    rows = "tower,branches,2021,12,12,exact,branches,old,示例：12\n"
    with (tmp_path / "mine" / "records.csv").open("a", encoding="utf-8") as file:
        file.write(rows)
    row = "old,示例,示例,,,,,weak,illustrative,,,\n"
    with (tmp_path / "mine" / "sources.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    row = "tower,building,示例大厦,示例大廈,Illustrative Tower\n"
    with (tmp_path / "mine" / "entities.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    result = changes(made, since="2022-12-31")
    assert result.undated == 1
    assert "有 1 个出自没有日期的资料" in result.say()


# In words


def test_it_says_which_figure_flipped_the_verdict(dataset):
    told = changes(dataset(FIRST, SECOND)).say()
    line = "示例tower，党员与税收的增长是否同步：两者的增长同步（证据等级 2） → "
    line += "看不出两者的增长有关联（证据等级 2）。"
    line += "因为2019年楼宇税收：修订（16.18亿元 → 18.90亿元）"
    assert line in told


def test_it_counts_what_did_not_change(dataset):
    told = changes(dataset(FIRST, SECOND)).say()
    assert "结论：比较了 7 条，改变 1 条，其余 6 条没有变" in told


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


def test_what_is_invented_says_so_first(dataset):
    assert changes(dataset(FIRST, SECOND)).say().startswith("示例数据（虚构")


def test_the_table_of_conclusions_is_in_the_language_asked_for(dataset):
    table = changes(dataset(FIRST, SECOND), lang="en").conclusions
    assert table.columns.tolist() == [
        "entity",
        "what",
        "measure",
        "before",
        "after",
        "because",
    ]
    assert table["before"].tolist() == ["Growth moves together (evidence level 2)"]


def test_it_shows_itself_in_jupyter_without_letting_names_through(dataset):
    rows = [("tower", "tax_revenue", 2019, "18.90")]
    told = {"reason": "<script>", "names": {"<b>楼</b>": "tower"}}
    page = changes(dataset(FIRST, ("second", "2023-03-31", rows, told)))._repr_html_()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page and "<b>楼" not in page


def test_many_added_figures_are_counted_by_year(dataset):
    rows = [*SERIES, ("tower", "branches", 2021, "12")]
    told = changes(dataset(("first", "2022-03-31", rows))).say()
    assert "新增楼内支部党员：2015年 1 个、2016年 1 个" in told


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="没有“fr”这种语言"):
        changes("plaza66", lang="fr")
