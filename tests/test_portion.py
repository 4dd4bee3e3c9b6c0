"""A portion draws the same chart as the whole, and knows of nothing else."""

from functools import partial

import pytest

import hengstats as hs
from hengstats.report.made import take_fingerprint
from hengstats.report.portion import take_portion

CASES = {
    "tax": (hs.draw_tax, ["tax_revenue"], {}),
    "members": (
        hs.draw_membership,
        ["branch_members", "members_working_here"],
        {},
    ),
    "index": (hs.draw_index, ["tax_revenue"], {}),
    "attendances": (
        hs.draw_participation,
        ["attendances"],
        {"measure": "attendances"},
    ),
    "timeline": (hs.draw_timeline, [], {}),
}


def svg(ax, path):
    """Return a chart as the bytes of its SVG."""
    return hs.save_chart(ax, path, ["svg"])[0].read_bytes()


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


@pytest.mark.parametrize("case", CASES)
def test_a_portion_draws_what_the_whole_draws(plaza, tmp_path, case):
    draw, measures, extra = CASES[case]
    portion = take_portion(plaza, ["plaza66"], measures, milestones=True)
    one, two = (draw(panel, **extra) for panel in (plaza, portion))
    assert svg(one, tmp_path / "whole") == svg(two, tmp_path / "portion")


def test_the_programmes_of_a_measure_are_drawn_from_their_portion(tmp_path):
    panel = hs.build_panel("illustrative")
    parts = [column for column in panel if column.startswith("events")]
    portion = take_portion(panel, ["illustrative-tower"], parts)
    one, two = (hs.draw_participation(p, measure="events") for p in (panel, portion))
    assert svg(one, tmp_path / "whole") == svg(two, tmp_path / "portion")


def test_another_measure_does_not_change_a_portion(panel):
    more = panel.assign(events=1.0, events_lower=1.0, events_upper=1.0)
    more.attrs = panel.attrs
    both = [take_portion(p, ["east"], ["tax_revenue"]) for p in (panel, more)]
    assert take_fingerprint(both[0]) == take_fingerprint(both[1])


def test_another_entity_does_not_change_a_portion(panel):
    less = panel[panel["entity"] == "east"]
    both = [take_portion(p, ["east"], ["tax_revenue"]) for p in (panel, less)]
    assert take_fingerprint(both[0]) == take_fingerprint(both[1])


@pytest.mark.parametrize(
    ("measure", "entity"), [("tax_revenue", "west"), ("events", "east")]
)
def test_a_search_for_something_else_does_not_change_a_portion(panel, measure, entity):
    before = take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"]))
    panel.attrs["about"]["not_found"].setdefault(measure, {})[entity] = [2020]
    assert take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"])) == before


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("entities", {"west": ["甲", "甲", "West"]}),
        ("units", {"events": "events"}),
        ("sources", {"events": {"east": [["报", "2021-01-02"]]}}),
        ("printed", {"events": {"east": {"2020": "3场"}}}),
    ],
)
def test_the_origin_of_something_else_does_not_change_a_portion(panel, key, told):
    before = take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"]))
    panel.attrs["about"][key] |= told
    assert take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"])) == before


def test_another_source_of_another_entity_does_not_change_a_portion(panel):
    before = take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"]))
    panel.attrs["about"]["sources"]["tax_revenue"]["west"] = [["报", "2021-01-02"]]
    assert take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"])) == before


def test_where_a_row_stands_does_not_change_a_portion(panel):
    alone = panel[panel["entity"] == "west"].reset_index(drop=True)
    alone.attrs = panel.attrs
    both = [take_portion(p, ["west"], ["tax_revenue"]) for p in (panel, alone)]
    assert take_fingerprint(both[0]) == take_fingerprint(both[1])


def test_a_search_for_it_changes_a_portion(panel):
    before = take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"]))
    panel.attrs["about"]["not_found"]["tax_revenue"]["east"] = [2019, 2020]
    assert take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"])) != before


def test_a_milestone_of_another_entity_does_not_change_a_portion(panel):
    chosen = ["east"], ["tax_revenue"]
    before = take_portion(panel, *chosen, milestones=True)
    panel.attrs["about"]["milestones"].append({"entity": "west", "source": "book"})
    panel.attrs["about"]["publications"]["book"] = ["西报", "2021-03-04"]
    after = take_portion(panel, *chosen, milestones=True)
    assert take_fingerprint(before) == take_fingerprint(after)


def test_a_year_of_nothing_does_not_change_a_portion(panel):
    # 2019 is a year of nothing for east
    less = panel[panel["year"] != 2019]
    both = [take_portion(p, ["east"], ["tax_revenue"]) for p in (panel, less)]
    assert take_fingerprint(both[0]) == take_fingerprint(both[1])


def test_a_changed_wording_changes_a_portion(panel):
    before = take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"]))
    panel.attrs["about"]["printed"]["tax_revenue"]["east"]["2018"] = "十亿元"
    assert take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"])) != before


def test_a_changed_figure_changes_a_portion(panel):
    before = take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"]))
    panel.loc[0, "tax_revenue"] = 11.0
    assert take_fingerprint(take_portion(panel, ["east"], ["tax_revenue"])) != before


def test_milestones_are_left_out_where_none_are_drawn(plaza):
    portion = take_portion(plaza, ["plaza66"], ["tax_revenue"])
    about = portion.attrs["about"]
    assert (about["milestones"], about["publications"]) == ([], {})


def test_an_entity_without_the_measure_keeps_its_years(panel):
    portion = take_portion(panel, ["east"], ["events"])
    assert portion["year"].tolist() == [2018, 2019, 2020]


def test_the_whole_is_not_altered(panel):
    before = take_fingerprint(panel)
    partial(take_portion, panel, ["east"], ["tax_revenue"])()
    assert take_fingerprint(panel) == before
