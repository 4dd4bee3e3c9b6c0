"""Charts of the verdict hold its growths, its null and its refusals."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import hengstats as hs

M = [100.0, 110.0, 113.0, 131.0, 140.0, 170.0]
T = np.array([10.0, 11.2, 11.8, 13.6, 14.8, 18.1])
OPEN = {"t_lower": [*T[:5], 18.0], "t_upper": [*T[:5], math.inf]}


def judge(entity="a", **columns):
    """Return the verdict on six years."""
    panel = pd.DataFrame({"entity": entity, "year": range(2016, 2022), "m": M, "t": T})
    return hs.assess(panel.assign(**columns), organisation="m", economy="t")


def shipped(dataset):
    """Return the verdict on members and tax of a dataset."""
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    return hs.assess(hs.build_panel(dataset), **asked)


@pytest.fixture(scope="module")
def plaza():
    return shipped("plaza66")


@pytest.fixture(scope="module")
def tower():
    return shipped("illustrative")


@pytest.fixture(scope="module")
def chart(tower):
    """Return the chart of a verdict that moves together."""
    return hs.draw_verdict(tower)


@pytest.fixture(scope="module")
def unknown(plaza):
    """Return the chart of a verdict without enough data."""
    return hs.draw_verdict(plaza)


def find(ax, gid):
    """Return everything drawn under one name, panels included."""
    return ax.findobj(lambda artist: artist.get_gid() == gid)


def caption(ax):
    """Return the caption, unwrapped."""
    return find(ax, "caption")[0].get_text().replace("\n", "")


def test_each_paired_growth_is_a_mark_with_its_years(chart):
    assert len(find(chart, "exact")) == 5
    years = [text.get_text() for text in find(chart, "years")]
    assert years == [f"{year}→{year + 1}" for year in range(2016, 2021)]


def test_marks_stand_at_the_growths_in_percent():
    mark = find(hs.draw_verdict(judge()), "exact")[0]
    # 110 over 100, and 11.2 over 10.
    assert [*mark.get_xdata(), *mark.get_ydata()] == pytest.approx([10.0, 12.0])


def test_rounded_growths_are_hollow_in_boxes_that_span_their_bounds():
    ax = hs.draw_verdict(judge(t_lower=T - 0.1, t_upper=T + 0.1))
    assert {one.get_markerfacecolor() for one in find(ax, "rounded")} == {"white"}
    box = find(ax, "box")[0]
    ends = [box.get_y(), box.get_y() + box.get_height()]
    # 11.1 / 10.1 and 11.3 / 9.9
    assert ends == pytest.approx([100 * (11.1 / 10.1 - 1), 100 * (11.3 / 9.9 - 1)])


def test_an_open_growth_has_an_arrow_to_the_open_side():
    ax = hs.draw_verdict(judge(t=[*T[:5], math.nan], **OPEN))
    assert [arrow.xyann[1] > 0 for arrow in find(ax, "arrow")] == [True]


def test_a_growth_that_is_wholly_open_keeps_its_mark_in_place():
    verdict = judge(t=np.full(6, math.nan), t_lower=T, t_upper=math.inf)
    left = hs.draw_verdict(verdict).child_axes[0]
    # Nothing is drawn at -100 %, which an open lower end would be if it were a figure.
    assert left.get_ylim()[0] > -100


def test_a_dollar_in_a_name_is_a_dollar():
    ax = hs.draw_verdict(judge(entity="a$x^$"))
    ax.get_figure(root=True).canvas.draw()
    assert ax.get_title().startswith("a$x^$")


def test_the_null_holds_all_orders_and_the_observed_r(chart, tower):
    bars = [p for p in chart.child_axes[1].patches if isinstance(p, Rectangle)]
    assert sum(bar.get_height() for bar in bars) == pytest.approx(100)
    line = find(chart, "observed")[0]
    assert line.get_xdata()[0] == pytest.approx(tower.null_r[0])


def test_the_caption_gives_p_and_the_least_and_says_what_is_invented(chart):
    words = caption(chart)
    assert "p = 0.017，最小可达 1/120" in words
    assert words.startswith("示例数据（虚构")


def test_plaza66_shows_which_years_are_known_and_names_its_sources(unknown):
    # Five exact or rounded taxes and one member count; one frame for 2018; two bounds.
    counts = {gid: len(find(unknown, gid)) for gid in ("known", "both", "lower")}
    assert counts == {"known": 6, "both": 1, "lower": 2}
    assert "人民网" in caption(unknown)


def test_plaza66_shows_the_least_p_and_its_limit(unknown):
    texts = {text.get_text() for text in unknown.child_axes[1].findobj(Text)}
    assert {"1/24", "1/120"} <= texts
    assert find(unknown, "limit")[0].get_ydata()[0] == 0.05


def test_a_verdict_without_any_figure_is_drawn_all_the_same():
    panel = pd.DataFrame({"entity": ["a", "b"], "year": 2016, "m": 1.0, "t": 2.0})
    ax = hs.draw_verdict(hs.assess(panel, organisation="m", economy="t"))
    assert len(find(ax, "nothing")) == 1


def test_the_chart_of_refusals_has_the_false_alarm_rate_of_each_and_ours(tower):
    refusals = hs.draw_refusals(tower)
    bars = [bar for bar in refusals.patches if bar.get_gid() != "ours"]
    rates = 100 * tower.refused["false_alarm"].dropna()
    assert sorted(b.get_width() for b in bars) == pytest.approx(sorted(rates))
    assert len(find(refusals, "ours")) == 1
    assert find(refusals, "nominal")[0].get_xdata()[0] == 5
    # years, replications and seed
    words = re.findall(r"连续 6 个年份|10,000|20211231", caption(refusals))
    assert len(words) == 3


def test_years_that_were_not_common_are_said_to_be_assumed(plaza):
    assert "假如都有" in caption(hs.draw_refusals(plaza))


@pytest.mark.parametrize(
    ("draw", "lang"),
    [
        (hs.draw_verdict, "zh-Hant"),
        (hs.draw_refusals, "zh-Hant"),
        (hs.draw_refusals, "en"),
    ],
)
def test_each_chart_is_drawn_in_each_language_on_the_axes_given(tower, draw, lang):
    _, ax = plt.subplots()
    assert draw(tower, ax=ax, lang=lang) is ax
    ax.get_figure(root=True).canvas.draw()


def test_no_text_leaves_the_picture(chart, plaza):
    for ax in (chart, hs.draw_verdict(plaza, lang="en")):
        figure = ax.get_figure(root=True)
        figure.canvas.draw()
        assert figure.get_tightbbox().width <= 6.3 + 0.6
