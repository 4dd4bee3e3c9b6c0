"""Published counts of persons: the rule, its laws, and an attack on many tables."""

import math

import numpy as np
import pandas as pd
import pytest
from attacking import (
    COUNTS,
    PERSONS,
    PROGRAMME,
    YEAR,
    Attack,
    attack,
    count,
    make_log,
)

import hengstats as hs
from hengstats.smallcells import panel_of_published, protect, sum_money, total
from hengstats.vocabulary import LANGUAGES, say

ENDS = ("lower", "upper")
PROGRAMMES = "party_lectures volunteering culture careers community".split()


def logs(first, last):
    """Return logs made from seeds."""
    return [make_log(np.random.default_rng(seed)) for seed in range(first, last)]


def year(**counts):
    """Return a table of one year of one building."""
    given = {"events": 1, "attendances": counts["participants"]} | counts
    return pd.DataFrame({"building": ["甲楼"], "year": [2020]} | given)


def by_programme(*sizes):
    """Return a table of one event of each of some programmes, by programme."""
    return pd.DataFrame(
        {"building": "甲楼", "year": 2020, "programme": range(len(sizes))}
        | {"events": 1, "attendances": sizes, "participants": sizes}
    )


def crowd(*sizes):
    """Return a log of one event of each of some programmes, no person at two."""
    rows = [
        ("甲楼", 2020, number, 0, f"{number}-{who}")
        for number, size in enumerate(sizes)
        for who in range(size)
    ]
    log = pd.DataFrame(rows, columns=[*PROGRAMME, "event", "person"])
    return log.assign(member=False, volunteer=False, late=False)


def box(table, column, row=0):
    """Return the bounds of one figure."""
    return tuple(table[f"{column}_{end}"].iloc[row] for end in ENDS)


def publish(yearly, programmes):
    """Return both published tables."""
    return protect(yearly, programmes), protect(programmes)


def round_alone(table, exact=()):
    """Return a table with each count by the rule, by itself, but for some."""
    table = table.copy()
    for column in COUNTS:
        near = (table[column] / 5).round() * 5
        low = (near - 2).clip(lower=10).mask(table[column] < 10, 0)
        high = (near + 2).mask(table[column] < 10, 9)
        own = column in exact
        table[f"{column}_lower"] = table[column] if own else low
        table[f"{column}_upper"] = table[column] if own else high
    return table.drop(columns=COUNTS)


def publish_naively(yearly, programmes):
    """Return both tables with events as they are, and none for a missing programme."""
    held = programmes[["building", "programme"]].drop_duplicates()
    grid = yearly[YEAR].merge(held).merge(programmes, how="left")
    events = ["events"]
    return round_alone(yearly, events), round_alone(grid.fillna(0), events)


@pytest.mark.parametrize(
    ("size", "wording", "ends"),
    [
        (0, "至多9人", (0, 9)),
        (1, "至多9人", (0, 9)),
        (9, "至多9人", (0, 9)),
        (10, "10至12人", (10, 12)),
        (12, "10至12人", (10, 12)),
        (13, "13至17人", (13, 17)),
        (17, "13至17人", (13, 17)),
        (18, "18至22人", (18, 22)),
        (2020, "2,018至2,022人", (2018, 2022)),
    ],
)
def test_a_count_of_persons_is_published_by_the_rule(size, wording, ends):
    shown = protect(year(participants=size, events=min(size, 1)))
    assert shown["participants_printed"].tolist() == [wording]
    assert box(shown, "participants") == ends
    assert shown["participants"].isna().all()


def test_every_wording_reads_as_its_bounds():
    for log in logs(0, 5):
        for table in publish(count(log, YEAR), count(log, PROGRAMME)):
            for column in COUNTS:
                ends = [f"{column}_{end}" for end in ENDS]
                known = table[table[ends[0]].notna()]
                read = [hs.read_printed(one) for one in known[f"{column}_printed"]]
                told = [[one.lower, one.upper] for one in read]
                assert told == known[ends].to_numpy().tolist()
                points = [math.nan if o.value is None else o.value for o in read]
                np.testing.assert_array_equal(points, known[column])


def test_hours_print_what_reads_as_their_bounds():
    shown = protect(year(participants=30, hours=2003.25))
    read = hs.read_printed(shown["hours_printed"].iloc[0])
    assert (read.lower, read.upper) == box(shown, "hours") == (2002.5, 2007.5)


def test_hours_of_fewer_than_ten_are_withheld():
    assert protect(year(participants=9, hours=40))["hours_printed"].tolist() == [""]
    few = protect(year(participants=30, volunteers=9, hours=40))
    assert few["hours_lower"].isna().all()


def test_bounds_hold_the_truth():
    for log in logs(0, 6):
        tables = count(log, YEAR), count(log, PROGRAMME)
        alone = protect(tables[0])
        pairs = zip((*tables, tables[0]), (*publish(*tables), alone), strict=True)
        for exact, shown in pairs:
            true = exact.rename(columns={one: f"{one}_true" for one in COUNTS})
            both = true.merge(shown)
            assert len(both) == len(exact)
            for column in COUNTS:
                known = both[both[f"{column}_true"].notna()]
                assert (known[f"{column}_lower"] <= known[f"{column}_true"]).all()
                assert (known[f"{column}_true"] <= known[f"{column}_upper"]).all()


def test_the_order_of_rows_and_a_second_call_change_nothing():
    rng = np.random.default_rng(1)
    for log in logs(0, 4):
        tables = count(log, YEAR), count(log, PROGRAMME)
        mixed = [t.iloc[rng.permutation(len(t))] for t in tables]
        kept = mixed[1].copy()
        for one, other in zip(publish(*tables), publish(*mixed), strict=True):
            pd.testing.assert_frame_equal(one, other)
        pd.testing.assert_frame_equal(mixed[1], kept)


def test_events_are_exact_beside_ten_participants_and_not_beside_fewer():
    many = protect(year(participants=10, events=7, attendances=20))
    assert many["events_printed"].tolist() == ["7场"]
    assert many["events"].tolist() == [7]
    few = protect(year(participants=9, events=7, attendances=9))
    assert few["events_printed"].tolist() == ["至多9场"]


def test_attendances_that_give_few_participants_away_are_one_wide_class():
    # 81 attendances at 9 events at most: nine came, each time
    shown = protect(year(participants=9, events=9, attendances=81))
    assert shown["attendances_printed"].tolist() == ["10至81人次"]
    # 65 at 3 events: 22 came at least, who would be known to be 22
    shown = protect(year(participants=22, events=3, attendances=65))
    assert box(shown, "attendances") == (58, 66)


def test_sums_of_a_year_are_those_of_the_published_programmes():
    yearly = year(participants=24, events=3, attendances=38)
    shown = protect(yearly, by_programme(9, 12, 17))
    assert shown["attendances_printed"].tolist() == ["23至38人次"]
    assert shown["events_printed"].tolist() == ["2至11场"]


def test_participants_of_a_year_keep_their_class_where_programmes_overlap():
    yearly = year(participants=41, events=3, attendances=88)
    shown = protect(yearly, by_programme(9, 40, 39))  # 0 + 38 + 38 at least
    assert shown["participants_printed"].tolist() == ["38至42人"]


def test_participants_of_a_year_are_widened_where_programmes_do_not_overlap():
    yearly = year(participants=38, events=3, attendances=38)
    shown = protect(yearly, by_programme(9, 12, 17))  # 0 + 10 + 13; next class: 28
    assert shown["participants_printed"].tolist() == ["28至38人"]


def test_members_by_programme_are_withheld_where_one_programme_has_few():
    programmes = by_programme(30, 40).assign(member_participants=[9, 35])
    shown = protect(programmes)
    assert shown["member_participants_printed"].tolist() == ["至多32人", "至多42人"]
    shown = protect(programmes.assign(member_participants=[10, 35]))
    assert shown["member_participants_printed"].tolist() == ["10至12人", "33至37人"]


def test_returning_participants_tell_no_more_of_the_year_before():
    both = pd.concat([by_programme(9, 9), by_programme(30, 30).assign(year=2021)])
    shown = protect(both.assign(returning=[0, 0, 18, 18]))
    # 18 to 22 would say that eighteen came the year before, nine and nine
    assert box(shown, "returning", 2) == (10, 32)


def test_a_programme_that_held_nothing_is_published_as_few():
    tables = pd.concat([by_programme(30, 20), by_programme(30).assign(year=2021)])
    shown = protect(tables)
    assert shown["year"].tolist() == [2020, 2020, 2021, 2021]
    assert shown["participants_printed"].iloc[3] == "至多9人"


def test_the_rule_goes_with_a_table_in_three_languages():
    rule = protect(year(participants=9)).attrs["rule"]
    assert rule == [say("smallcells", "rule", lang) for lang in LANGUAGES]


def test_totals_add_attendances_and_bound_persons():
    shown = total(protect(by_programme(9, 12, 17)), ["building", "year"])
    assert box(shown, "attendances") == (23, 38)
    assert box(shown, "participants") == (13, 38)
    assert shown["participants_printed"].tolist() == ["13至38人"]


def test_sums_of_money_need_three_enterprises_none_of_them_too_large():
    rows = [
        ("三家", "abc", (85, 10, 5)),
        ("两家", "ab", (5, 5)),
        ("大", "abc", (86, 10, 4)),
    ]
    rows += [("空", "abc", (5, 5, 0)), ("分两次", "aab", (5, 5, 5))]
    amounts = pd.DataFrame(
        [
            (building, 2020, firm, amount)
            for building, firms, given in rows
            for firm, amount in zip(firms, given, strict=True)
        ],
        columns=["building", "year", "enterprise", "amount"],
    )
    sums = sum_money(amounts).set_index("building")["amount"]
    assert sums.dropna().to_dict() == {"三家": 100}
    assert set(sums.index) == {"三家", "两家", "大", "空", "分两次"}
    assert len(sum_money(amounts).attrs["rule"]) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"participants": [None]}, "第 1 行“participants”一栏不是个数"),
        ({"participants": [2.5]}, "row 1, column participants: no count"),
        ({"attendances": [-1]}, "“attendances”一栏不是个数"),
        ({"hours": [math.inf]}, "“hours”一栏不是个数"),
        ({"attendances": [19]}, "“participants”一栏大于它所属的整体"),
        ({"attendances": [41]}, "“attendances”一栏大于它所属的整体"),
        ({"events": [31], "attendances": [30]}, "“events”一栏大于它所属的整体"),
        ({"volunteers": [21]}, "“volunteers”一栏大于它所属的整体"),
        ({"year": [None]}, "“year”一栏空着"),
        ({"building": [None]}, "“building”一栏空着"),
    ],
)
def test_a_table_that_cannot_be_is_refused(change, told):
    table = year(participants=20, events=2, attendances=30).assign(**change)
    with pytest.raises(hs.DataError, match=told):
        protect(table)


def test_a_missing_column_and_a_key_twice_are_refused():
    table = year(participants=20)
    with pytest.raises(hs.DataError, match="没有“events”一栏"):
        protect(table.drop(columns="events"))
    with pytest.raises(hs.DataError, match="第 2 行与前面一行"):
        protect(pd.concat([table, table]))
    with pytest.raises(hs.DataError, match="没有“enterprise”一栏"):
        sum_money(table)


def test_programmes_that_do_not_make_up_the_year_are_refused():
    with pytest.raises(hs.DataError, match="“attendances”一栏与各项目合不拢"):
        protect(year(participants=9, events=2, attendances=17), by_programme(9, 9))
    with pytest.raises(hs.DataError, match="“participants”一栏与各项目合不拢"):
        protect(year(participants=8, events=2, attendances=16), by_programme(7, 9))


# The attack


def point(table):
    """Return a table that publishes everything."""
    return round_alone(table, exact=COUNTS)


def test_the_attacker_believes_nothing_that_is_not_so():
    for log in logs(0, 10):
        states = [log[~log["late"]], log]
        exact = [(count(one, YEAR), count(one, PROGRAMME)) for one in states]
        for building in states[0]["building"].unique():
            tables = [(point(one), point(other)) for one, other in exact]
            Attack(tables, building).solve({})  # raises if that world is impossible


def test_the_attacker_sees_through_a_total_rounded_by_itself():
    # 38 is 38 to 42, 12 at most 12, 17 at most 17: nine are left
    log = crowd(9, 12, 17)
    found = attack(log, lambda *tables: tuple(map(round_alone, tables)))
    assert ("甲楼", (1, 2020, 0, "participants"), 9) in found
    assert ("甲楼", (1, 2020, 0, "attendances"), 9) in found
    assert attack(log, publish) == []


def test_the_attacker_sees_through_exact_events():
    # nine events, none with fewer than one attendance, and fewer than ten in all
    rows = [("甲楼", 2020, 0, event, "x", True, False, False) for event in range(9)]
    columns = [*PROGRAMME, "event", "person", "member", "volunteer", "late"]
    log = pd.DataFrame(rows, columns=columns)
    found = attack(log, publish_naively)
    assert ("甲楼", (1, 2020, 0, "attendances"), 9) in found
    assert attack(log, publish) == []


def test_the_attacker_knows_that_the_second_year_has_old_and_new_only():
    # eighteen, of whom fewer than ten came before and fewer than ten did not
    persons = {2020: range(9), 2021: range(18)}
    rows = [("甲楼", y, 0, 0, who) for y, whose in persons.items() for who in whose]
    log = pd.DataFrame(rows, columns=[*PROGRAMME, "event", "person"])
    log = log.assign(member=False, volunteer=False, late=False)
    found = attack(log, lambda *tables: tuple(map(round_alone, tables)))
    assert ("甲楼", (1, 2021, None, "returning"), 9) in found
    assert attack(log, publish) == []


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(5, 50, 5))]


def test_the_attacker_adds_old_and_new():
    # 13 old and 23 new ones are 36, of whom at most 27 came to the other programme
    old, new = range(13), range(100, 110)
    held = [(2019, 0, old), (2020, 0, [*old, *new, *range(110, 114)])]
    held += [(2019, 1, range(20, 25)), (2020, 1, range(200, 209))]
    rows = [("甲楼", y, p, 0, who) for y, p, whose in held for who in whose]
    log = pd.DataFrame(rows, columns=[*PROGRAMME, "event", "person"])
    log = log.assign(member=False, volunteer=False, late=False)
    assert attack(log, publish) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_no_count_under_ten_is_recovered_from_all_that_is_published(seed):
    assert [attack(log, publish) for log in logs(seed, seed + 5)] == [[]] * 5


def test_the_attack_succeeds_on_tables_rounded_one_by_one():
    found = [attack(log, publish_naively) for log in logs(0, 3)]
    assert all(found)
    assert {key[-1] for one in found for _, key, _ in one} & set(PERSONS)


# On to the verdict and the chart


@pytest.fixture(scope="module")
def tower():
    """Return the panel of the illustrative building, and its published counts."""
    panel = hs.build_panel("illustrative")
    counts = ["events", "attendances", "participants", "volunteers"]
    exact = panel[["entity", "year", *counts]].rename(columns={"entity": "building"})
    programmes = pd.concat(
        exact[YEAR].assign(
            programme=name, **{one: panel[f"{one}_{name}"] for one in counts}
        )
        for name in PROGRAMMES
    )
    return panel, panel_of_published(protect(exact, programmes))


def test_published_counts_widen_the_verdict(tower):
    exact, shown = tower
    panel = exact.drop(columns=[c for c in exact if c.startswith("participants")])
    panel = panel.merge(
        shown.filter(regex="entity|year|^participants"), on=["entity", "year"]
    )
    ask = {"organisation": "participants", "economy": "tax_revenue"}
    known, wide = (
        hs.assess(one, **ask).table.set_index("statistic").loc["r"]
        for one in (exact, panel)
    )
    assert wide["lower"] < known["lower"]
    assert known["upper"] < wide["upper"]
    assert math.isclose(known["lower"], known["upper"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chart_of_published_counts_shows_bounds_and_the_rule(tower, lang):
    ax = hs.draw_participation(tower[1], measure="participants", lang=lang)
    ends = [bar.get_segments()[0][:, 1].tolist() for bar in ax.collections]
    assert ends[0] == [1058, 1062]  # of 1,060 in 2016
    [caption] = [text.get_text() for text in ax.texts if text.get_gid() == "caption"]
    start = say("smallcells", "rule", lang)[:12]
    assert start in caption.replace("\n", " " * (lang == "en"))


def test_a_chart_of_few_points_down_from_nine():
    table = pd.concat(
        [year(participants=n).assign(year=y) for y, n in ((2020, 3), (2021, 40))]
    )
    ax = hs.draw_participation(
        panel_of_published(protect(table)), measure="participants"
    )
    down = [line.get_ydata()[0] for line in ax.lines if line.get_gid() == "upper"]
    assert down == [9]
    written = [text.get_text() for text in ax.texts if text.get_gid() == "wording"]
    assert written == ["至多9人", "38至42人"]
