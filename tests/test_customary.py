"""Customary procedures say what statsmodels and scipy say; their rates are shipped."""

import math
import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.stattools import durbin_watson
from statsmodels.tsa.adfvalues import mackinnonp
from statsmodels.tsa.stattools import coint, grangercausalitytests

import hengstats as hs
from benchmarks.customary.nulls import (
    simulate_cross_section,
    simulate_linked,
    simulate_pairs,
)
from benchmarks.customary.procedures import (
    CUSTOMARY,
    DRAWS,
    growth_bootstrap_p,
    levels_ols_p,
    mackinnon_p,
)
from hengstats.evidence.refusals import BARE, CROSS, NULLS, OURS, UNRATED, rate_table
from hengstats.vocabulary import strings

SIX = range(2016, 2022)
SPANS = {
    "five": list(range(2016, 2021)),
    "six": list(SIX),
    "ten": list(range(2012, 2022)),
    "gap": [2014, 2015, 2017, 2018, 2019, 2022],
}


def line(x, y, *terms, **how):
    """Return p of x in a regression of y on a constant, x and further terms."""
    design = sm.add_constant(np.column_stack([x, *terms]))
    return sm.OLS(y, design).fit(**how).pvalues[1]


def growth(x, years):
    """Return annualised growth."""
    return np.diff(x) / np.diff(years)


def durbin_watson_slow(x, y, years):
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    return fit.pvalues[1] if fit.rsquared < durbin_watson(fit.resid) else 1.0


def mann_kendall_slow(x):
    """Return sign and p of pymannkendall's original test, as its source reads."""
    n = len(x)
    s = sum(np.sign(x[j] - x[i]) for i in range(n) for j in range(i + 1, n))
    z = (s - np.sign(s)) / math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return np.sign(s), 2 * stats.norm.sf(abs(z))


def both_rise_slow(x, y, years):
    one, other = mann_kendall_slow(x), mann_kendall_slow(y)
    return max(one[1], other[1]) if one[0] == other[0] else 1.0


def filled(x, years):
    """Return growth of a series whose gaps are filled by straight lines."""
    return np.diff(np.interp(np.arange(years[0], years[-1] + 1), years, x))


HAC = {"cov_type": "HAC", "cov_kwds": {"maxlags": 1}}
SLOW = {
    "levels_ols": lambda x, y, t: stats.pearsonr(x, y).pvalue,
    "levels_hc3": lambda x, y, t: line(x, y, cov_type="HC3"),
    "levels_hac": lambda x, y, t: line(x, y, **HAC),
    "levels_kendall": lambda x, y, t: stats.kendalltau(x, y, method="exact").pvalue,
    "both_rise": both_rise_slow,
    "levels_trend": lambda x, y, t: line(x, y, t),
    "levels_durbin_watson": durbin_watson_slow,
    "granger": lambda x, y, t: grangercausalitytests(np.column_stack([y, x]), [1])[1][
        0
    ]["ssr_chi2test"][1],
    "cointegration": lambda x, y, t: coint(y, x, trend="c", maxlag=0, autolag=None)[1],
    "growth_no_intercept": lambda x, y, t: (
        sm.OLS(growth(y, t), growth(x, t)).fit().pvalues[0]
    ),
    "growth_ols": lambda x, y, t: line(growth(x, t), growth(y, t)),
    "growth_hc3": lambda x, y, t: line(growth(x, t), growth(y, t), cov_type="HC3"),
    "growth_hac": lambda x, y, t: line(growth(x, t), growth(y, t), **HAC),
    "growth_spearman_scipy": lambda x, y, t: (
        stats.spearmanr(growth(x, t), growth(y, t)).pvalue
    ),
    "growth_not_annualised": lambda x, y, t: line(np.diff(x), np.diff(y)),
    "interpolated": lambda x, y, t: line(filled(x, t), filled(y, t)),
}


def pairs(years, n=8):
    """Return pairs of which some are related and some are not."""
    rng = np.random.default_rng(7)
    halves = [
        simulate_pairs("drift", years, n - n // 2, rng),
        simulate_linked(years, n // 2, rng, 0.9),
    ]
    return [np.vstack(both) for both in zip(*halves, strict=True)]


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("key", SLOW)
def test_p_is_that_of_statsmodels_or_scipy_pair_by_pair(key, span):
    years = np.array(SPANS[span], dtype=float)
    x, y = pairs(years)
    slow = [SLOW[key](one, other, years) for one, other in zip(x, y, strict=True)]
    fast = CUSTOMARY[key][0](x, y, years)
    assert fast == pytest.approx(slow, rel=1e-8, abs=1e-12)


def bootstrap_slow(x, y, years, rng):
    """Return whether the percentile interval, rank (n + 1) / 40, leaves out zero."""
    dx, dy = growth(x, years), growth(y, years)
    draws = rng.integers(len(dx), size=(DRAWS, len(dx)))
    slopes = sorted(
        np.polyfit(dx[draw], dy[draw], 1)[0] for draw in draws if np.ptp(draw)
    )
    rank = (len(slopes) + 1) // 40
    return slopes[rank - 1] > 0 or slopes[-rank] < 0


@pytest.mark.parametrize("span", SPANS)
def test_the_bootstrap_says_what_a_loop_over_its_draws_says(span):
    # Up to 20 rows share draws, and they come from the seed that is used here again.
    years = np.array(SPANS[span], dtype=float)
    x, y = pairs(years)
    slow = [
        bootstrap_slow(one, other, years, np.random.default_rng(DRAWS))
        for one, other in zip(x, y, strict=True)
    ]
    assert (growth_bootstrap_p(x, y, years) <= 0.05).tolist() == slow


def test_mackinnon_p_is_that_of_statsmodels_from_end_to_end():
    tau = np.array([-30, -18.9, -18.8, -5, -3.3, -2.63, -2.62, -2.61, 0, 0.91, 0.93, 4])
    slow = [mackinnonp(each, regression="c", N=2) for each in tau]
    assert mackinnon_p(tau) == pytest.approx(slow, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("n", [3, 4])
def test_too_few_years_for_kendall_are_those_that_never_reach_five_percent(n):
    rising = np.arange(float(n))
    assert stats.kendalltau(rising, rising, method="exact").pvalue > 0.05
    assert mann_kendall_slow(rising)[1] > 0.05
    assert min(CUSTOMARY[key][1] for key in ("levels_kendall", "both_rise")) > n


# What the series look like that have nothing to do with each other

N = 40_000


@pytest.fixture
def rng():
    return np.random.default_rng(20211231)


def correlation(x, y):
    """Return the correlation over all rows and columns."""
    return np.corrcoef(x.ravel(), y.ravel())[0, 1]


def growths(kind, rng):
    """Return yearly log growth of both series."""
    return [np.diff(levels) for levels in simulate_pairs(kind, SIX, N, rng)]


@pytest.mark.parametrize("kind", NULLS)
def test_a_missing_year_is_simulated_and_left_out(kind):
    every, _ = simulate_pairs(kind, SIX, 7, np.random.default_rng(1))
    known, _ = simulate_pairs(kind, [2016, 2018, 2021], 7, np.random.default_rng(1))
    assert (known == every[:, [0, 2, 5]]).all()


@pytest.mark.parametrize("kind", ["drift", "trend_stationary", "shock_year"])
def test_growth_is_two_shocks_on_average(kind, rng):
    # The widest spread is 0.17 (a shock of 0.3 in one of five years), over 200,000
    # growths that may be correlated: four standard errors are below 0.002.
    dx, dy = growths(kind, rng)
    assert [dx.mean(), dy.mean()] == pytest.approx([0.2, 0.2], abs=0.002)


def test_growth_of_a_random_walk_is_one_shock_unrelated_from_year_to_year(rng):
    dx, dy = growths("drift", rng)
    assert [dx.std(), dy.std()] == pytest.approx([0.1] * 2, rel=0.01)
    assert abs(correlation(dx[:, 1:], dx[:, :-1])) < 4 / np.sqrt(4 * N)


def test_deviations_from_the_trend_are_one_shock_and_halve_from_year_to_year(rng):
    x, _ = simulate_pairs("trend_stationary", SIX, N, rng)
    rest = x - 0.2 * np.arange(6)
    assert rest.std(axis=0) == pytest.approx([0.1] * 6, rel=0.02)
    assert correlation(rest[:, 1:], rest[:, :-1]) == pytest.approx(0.5, abs=0.01)
    assert correlation(rest[:, 2:], rest[:, :-2]) == pytest.approx(0.25, abs=0.01)


def test_a_building_fills_until_its_growth_is_nothing(rng):
    # A straight line from .30 in 2016 to 0 in 2021: .24 is the first growth seen.
    dx, dy = growths("fill_up", rng)
    falling = [0.24, 0.18, 0.12, 0.06, 0.0]
    assert dx.mean(axis=0) == pytest.approx(falling, abs=0.002)
    assert dy.mean(axis=0) == pytest.approx(falling, abs=0.002)
    assert abs(correlation(dx[:, 0], dy[:, 0])) < 4 / np.sqrt(N)


def test_one_year_of_five_shakes_both_series_up_or_down(rng):
    # Common variance .3² / 5 = .018, own variance .1² = .01: r = .018 / .028.
    dx, dy = growths("shock_year", rng)
    assert correlation(dx, dy) == pytest.approx(18 / 28, abs=0.01)
    both = ((dx - 0.2) * (dy - 0.2)).mean(axis=0)
    assert both == pytest.approx([0.018] * 5, abs=0.001)


@pytest.mark.parametrize("kind", ["drift", "trend_stationary"])
def test_growths_of_the_two_series_are_unrelated(kind, rng):
    # Growths of a trend-stationary series are correlated, which widens the error.
    assert abs(correlation(*growths(kind, rng))) < 6 / np.sqrt(5 * N)


@pytest.mark.parametrize("r", [0.3, 0.9, 1.0])
def test_linked_growths_have_the_correlation_asked_for_and_rise_one_for_one(r, rng):
    dx, dy = (np.diff(levels) for levels in simulate_linked(SIX, N, rng, r))
    assert correlation(dx, dy) == pytest.approx(r, abs=0.01)
    slope, drift = np.polyfit(dx.ravel(), dy.ravel(), 1)
    assert [slope, drift] == pytest.approx([1, 0.2], abs=0.03)
    assert [dx.mean(), dx.std()] == pytest.approx([0, 0.1], abs=0.001)


def test_levels_of_buildings_share_only_their_size(rng):
    # Size has variance 1, each level adds .25 of its own: r = 1 / 1.25.
    x, y = simulate_cross_section(20, 10_000, rng)
    assert [x.var(), y.var()] == pytest.approx([1.25, 1.25], rel=0.02)
    assert correlation(x, y) == pytest.approx(0.8, abs=0.01)


# The table of rates

RATES, HEAD = rate_table()


def error(rate, drawn=5000):
    """Return four standard errors of the difference of two simulations.

    Four, as some 240 are compared; half a point is added for the rounding in print.
    """
    rate = min(max(rate, 0.01), 0.99)
    spread = rate * (1 - rate) * (1 / drawn + 1 / HEAD["replications"])
    return 4 * math.sqrt(spread) + 0.005


# Percent in the order of NULLS at six years, of 5,000 replications: the simulation
# from which rule E was chosen.
STATED = {
    "levels_ols": (99, 100, 84, 95),
    "levels_hc3": (98, 99, 77, 94),
    "levels_hac": (100, 100, 97, 99),
    "levels_kendall": (97, 98, 41, 84),
    "levels_trend": (7, 6, 25, 26),
    "growth_no_intercept": (62, 59, 38, 73),
    "growth_ols": (5.5, 5.0, 11, 22),
    "growth_hc3": (8.9, 8.6, 18, 16),
    "growth_hac": (41, 39, 59, 73),
    "growth_spearman_scipy": (8.4, 8.3, 17, 16),
    "granger": (49, 48, 42, 40),
    OURS: (1.5, 1.3, 1.7, 3.5),
}


@pytest.mark.parametrize("key", STATED)
def test_the_rates_at_six_years_are_those_stated(key):
    for kind, percent in zip(NULLS, STATED[key], strict=True):
        rate = percent / 100
        assert RATES.loc[(key, 6), kind] == pytest.approx(rate, abs=error(rate)), kind


def test_the_rates_are_those_of_the_real_libraries():
    # The study in docs/, which calls statsmodels, scipy and pymannkendall.
    found = pd.read_csv("docs/false-alarms.csv")
    found = found[found["null"].isin(NULLS)]
    rows = [row for row in found.to_dict("records") if row["procedure"] in STATED]
    for row in rows:
        shipped = RATES.loc[(row["procedure"], row["years"]), row["null"]]
        if not np.isnan(shipped):
            assert shipped == pytest.approx(
                row["rate"], abs=error(row["rate"], row["replications"])
            ), row
    assert len(rows) == 16 * len(STATED)


def test_a_trial_of_the_script_gives_the_table():
    # As the script simulates it, with fewer pairs.
    years, n = np.arange(9.0), 2000
    for kind in ("drift", "fill_up"):
        x, y = simulate_pairs(kind, years, n, np.random.default_rng(3))
        for key in ("levels_ols", "cointegration", "growth_bootstrap"):
            rate = (CUSTOMARY[key][0](x, y, years) <= 0.05).mean()
            assert RATES.loc[(key, 9), kind] == pytest.approx(rate, abs=error(rate, n))
    x, y = simulate_cross_section(9, n, np.random.default_rng(4))
    rate = (levels_ols_p(x, y, years) <= 0.05).mean()
    assert RATES.loc[(CROSS, 9), "drift"] == pytest.approx(rate, abs=error(rate, n))


def test_a_level_of_five_percent_holds_where_its_assumptions_do():
    # Growth of random walks is independent from year to year, as the t test asks.
    drift = RATES.loc["growth_ols", "drift"]
    assert drift.to_numpy() == pytest.approx(np.full(len(drift), 0.05), abs=0.008)


def test_our_rule_stays_below_five_percent_and_never_claims_anything_of_four_growths():
    assert RATES.loc[OURS].loc[6:8].max(axis=None) <= 0.05
    assert RATES.loc[OURS].loc[4:5].max(axis=None) == 0


def test_a_rate_is_missing_only_where_a_procedure_has_no_answer():
    missing = RATES[RATES["drift"].isna()].index.tolist()
    few = [(key, 4) for key in ("levels_kendall", "both_rise", "granger")]
    assert missing == [*few, (CROSS, 2), (CROSS, 3)]
    assert RATES.index.is_unique


def test_every_procedure_has_a_label_a_reason_and_rates():
    others = {OURS, CROSS, "rank_tests_at_4", *BARE, *UNRATED}
    others |= {
        key for key in rate_table("entities")[0].index.unique(0) if OURS not in key
    }
    assert set(strings()["procedure"]) == set(CUSTOMARY) | others
    assert set(strings()["refusal"]) == set(strings()["procedure"]) - {OURS}
    assert set(RATES.index.unique(0)) == {*CUSTOMARY, OURS, CROSS}


def test_no_reason_holds_a_rate():
    texts = [text for texts in strings()["refusal"].values() for text in texts]
    digits = {word for text in texts for word in re.findall(r"\d+%?", text)}
    assert digits <= {"0", "5%"}  # what a p is held to, and what it never is


# What a verdict takes from the table


def judge(years, common=True):
    """Return the verdict on so many years, in which both are known or tax alone."""
    tax = np.exp(np.cumsum(np.random.default_rng(len(years)).normal(size=len(years))))
    m = np.arange(1.0, 1 + len(years)) if common else np.nan
    panel = pd.DataFrame({"entity": "a", "year": years, "m": m, "t": tax})
    return hs.assess(panel, organisation="m", economy="t")


@pytest.mark.parametrize(
    ("years", "common", "length"),
    [
        (range(2016, 2022), True, 6),
        (range(2016, 2020), True, 4),
        (range(2016, 2019), True, 6),  # three: the six years 2016-2021
        (range(2012, 2020), False, 8),  # the years of tax stand in
        (range(1990, 2008), True, 16),  # 18: half-way to 20, and the shorter one
        (range(1990, 2009), True, 20),
        (range(1970, 2020), True, 40),
    ],
)
def test_the_rates_are_those_of_the_nearest_number_of_years(years, common, length):
    verdict = judge(list(years), common)
    assert verdict.rate_years == length
    assert verdict.own_rates == RATES.loc[(OURS, length)].to_dict()
    rows = verdict.refused.set_index("procedure")[list(NULLS)]
    assert rows.loc["levels_ols"].tolist() == RATES.loc[("levels_ols", length)].tolist()


def test_the_most_misleading_stand_first():
    rates = judge(SIX).refused["false_alarm"].dropna().tolist()
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize(
    ("years", "out"),
    [
        (SIX, {"growth_ols", "growth_not_annualised", "interpolated"}),
        ((2015, *SIX[1:], 2023), {"growth_ols"}),  # gaps
        (range(2016, 2020), {"growth_not_annualised", "interpolated"}),  # level 0
    ],
)
def test_every_customary_procedure_is_refused_that_there_is_occasion_for(years, out):
    assert set(CUSTOMARY) - set(judge(list(years)).refused["procedure"]) == out


@pytest.mark.parametrize(("entities", "rate"), [(2, None), (3, None), (17, 15)])
def test_a_cross_section_has_the_rate_of_so_many_entities(entities, rate):
    names = [f"country {i}" for i in range(entities)]
    panel = pd.DataFrame({"entity": names, "year": 1990, "m": 1.0, "t": 2.0})
    refused = hs.assess(panel, organisation="m", economy="t").refused
    first = refused.iloc[0]
    assert first["procedure"] == CROSS
    expected = math.nan if rate is None else RATES.loc[(CROSS, rate), "drift"]
    assert first["false_alarm"] == pytest.approx(expected, nan_ok=True)
