"""Charts of the verdict hold its growths, its null and its refusals."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from matplotlib.text import Text

import hengstats as hs

M = [100.0, 110.0, 113.0, 131.0, 140.0, 170.0]
T = np.array([10.0, 11.2, 11.8, 13.6, 14.8, 18.1])


def judge(**columns):
    """Return the verdict on six years."""
    panel = pd.DataFrame({"entity": "a", "year": range(2016, 2022), "m": M, "t": T})
    return hs.assess(panel.assign(**columns), organisation="m", economy="t")


@pytest.fixture(scope="module")
def plaza():
    return hs.assess(
        hs.build_panel("plaza66"), organisation="branch_members", economy="tax_revenue"
    )


@pytest.fixture(scope="module")
def tower():
    return hs.assess(
        hs.build_panel("illustrative"),
        organisation="branch_members",
        economy="tax_revenue",
    )


def find(ax, gid):
    """Return everything drawn under one name, panels included."""
    return ax.findobj(lambda artist: artist.get_gid() == gid)


def caption(ax):
    """Return the caption, unwrapped."""
    return find(ax, "caption")[0].get_text().replace("\n", "")


def test_each_paired_growth_is_a_mark(tower):
    assert len(find(hs.draw_verdict(tower), "exact")) == 5


def test_each_paired_growth_has_its_years(tower):
    years = [text.get_text() for text in find(hs.draw_verdict(tower), "years")]
    assert years == [f"{year}→{year + 1}" for year in range(2016, 2021)]


def test_marks_stand_at_the_growths_in_percent():
    mark = find(hs.draw_verdict(judge()), "exact")[0]
    # 110 over 100, and 11.2 over 10.
    assert [*mark.get_xdata(), *mark.get_ydata()] == pytest.approx([10.0, 12.0])


def test_boxes_span_the_bounds():
    verdict = judge(t_lower=T - 0.1, t_upper=T + 0.1)
    box = find(hs.draw_verdict(verdict), "box")[0]
    # 11.1 / 10.1 and 11.3 / 9.9
    ends = [box.get_y(), box.get_y() + box.get_height()]
    assert ends == pytest.approx([100 * (11.1 / 10.1 - 1), 100 * (11.3 / 9.9 - 1)])


def test_rounded_growths_are_hollow():
    verdict = judge(t_lower=T - 0.1, t_upper=T + 0.1)
    marks = find(hs.draw_verdict(verdict), "rounded")
    assert {mark.get_markerfacecolor() for mark in marks} == {"white"}


def test_an_open_growth_has_an_arrow():
    t = [*T[:5], math.nan]
    verdict = judge(t=t, t_lower=[*T[:5], 18.0], t_upper=[*T[:5], math.inf])
    assert len(find(hs.draw_verdict(verdict), "arrow")) == 1


def test_a_growth_that_is_wholly_open_keeps_its_mark_in_place():
    t = np.full(6, math.nan)
    verdict = judge(t=t, t_lower=T, t_upper=math.inf)
    left = hs.draw_verdict(verdict).child_axes[0]
    # Nothing is drawn at -100 %, which an open lower end would be if it were a figure.
    assert left.get_ylim()[0] > -100


def test_a_dollar_in_a_name_is_a_dollar():
    panel = pd.DataFrame({"entity": "a$x^$", "year": range(2016, 2022), "m": M, "t": T})
    ax = hs.draw_verdict(hs.assess(panel, organisation="m", economy="t"))
    ax.get_figure(root=True).canvas.draw()
    assert ax.get_title().startswith("a$x^$")


def test_the_null_holds_all_orders(tower):
    ax = hs.draw_verdict(tower).child_axes[1]
    heights = [p.get_height() for p in ax.patches if isinstance(p, Rectangle)]
    assert sum(heights) == pytest.approx(100)


def test_the_observed_r_is_marked(tower):
    line = find(hs.draw_verdict(tower), "observed")[0]
    assert line.get_xdata()[0] == pytest.approx(tower.null_r[0])


def test_the_caption_gives_p_and_the_least_attainable(tower):
    assert "p = 0.017，最小可达 1/120" in caption(hs.draw_verdict(tower))


def test_what_is_invented_says_so(tower):
    assert caption(hs.draw_verdict(tower)).startswith("示例数据（虚构")


def test_plaza66_shows_which_years_are_known(plaza):
    ax = hs.draw_verdict(plaza)
    # Five exact or rounded taxes and one member count; one frame for 2018.
    assert (len(find(ax, "known")), len(find(ax, "both"))) == (6, 1)


def test_plaza66_has_arrows_for_its_two_bounds(plaza):
    assert len(find(hs.draw_verdict(plaza), "lower")) == 2


def test_plaza66_shows_the_least_p_and_its_limit(plaza):
    ax = hs.draw_verdict(plaza)
    texts = {text.get_text() for text in ax.child_axes[1].findobj(Text)}
    assert {"1/24", "1/120"} <= texts
    assert find(ax, "limit")[0].get_ydata()[0] == 0.05


def test_plaza66_names_its_sources(plaza):
    assert "人民网" in caption(hs.draw_verdict(plaza))


def test_a_verdict_without_any_figure_is_drawn_all_the_same():
    panel = pd.DataFrame({"entity": ["a", "b"], "year": 2016, "m": 1.0, "t": 2.0})
    assert hs.draw_verdict(hs.assess(panel, organisation="m", economy="t"))


def test_the_chart_of_refusals_has_a_bar_for_each_and_ours(tower):
    ax = hs.draw_refusals(tower)
    rated = tower.refused["false_alarm"].notna().sum()
    assert (len(ax.patches), len(find(ax, "ours"))) == (rated + 1, 1)


def test_bars_are_the_false_alarm_rates(tower):
    ax = hs.draw_refusals(tower)
    widths = sorted(bar.get_width() for bar in ax.patches if bar.get_gid() != "ours")
    rates = 100 * tower.refused["false_alarm"].dropna()
    assert widths == pytest.approx(sorted(rates))


def test_the_nominal_rate_is_drawn(tower):
    assert find(hs.draw_refusals(tower), "nominal")[0].get_xdata()[0] == 5


def test_the_caption_names_years_seed_and_replications(tower):
    words = re.findall(
        r"连续 6 个年份|10,000|20211231", caption(hs.draw_refusals(tower))
    )
    assert len(words) == 3


def test_years_that_were_not_common_are_said_to_be_assumed(plaza):
    assert "假如都有" in caption(hs.draw_refusals(plaza))


@pytest.mark.parametrize("draw", [hs.draw_verdict, hs.draw_refusals])
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_each_chart_can_be_drawn_in_each_language(plaza, tower, draw, lang):
    for verdict in (plaza, tower):
        assert draw(verdict, lang=lang).figure is not None


@pytest.mark.parametrize("draw", [hs.draw_verdict, hs.draw_refusals])
def test_a_chart_is_drawn_on_the_axes_given(tower, draw):
    from matplotlib import pyplot as plt

    _, ax = plt.subplots()
    assert draw(tower, ax=ax) is ax


def test_no_text_leaves_the_picture(tower, plaza):
    for ax in (hs.draw_verdict(tower), hs.draw_verdict(plaza)):
        figure = ax.get_figure(root=True)
        figure.canvas.draw()
        box = figure.get_tightbbox()
        assert box.width <= 6.3 + 0.6
