"""Customary procedures, many pairs at once, say what statsmodels and scipy say."""

import math
import re
import subprocess
import sys
from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.stattools import durbin_watson
from statsmodels.tsa.adfvalues import mackinnonp
from statsmodels.tsa.stattools import coint, grangercausalitytests

from hengstats.evidence.customary.growths import DRAWS, growth_bootstrap_p
from hengstats.evidence.customary.levels import inversions, mackinnon_p
from hengstats.evidence.customary.nulls import NULLS, simulate_linked, simulate_pairs
from hengstats.evidence.customary.procedures import (
    CUSTOMARY,
    PROCEDURES,
    alarm_rates,
    claims,
)
from hengstats.evidence.refusals import BARE, UNRATED
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


def rates(x, years):
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
        sm.OLS(rates(y, t), rates(x, t)).fit().pvalues[0]
    ),
    "growth_ols": lambda x, y, t: line(rates(x, t), rates(y, t)),
    "growth_hc3": lambda x, y, t: line(rates(x, t), rates(y, t), cov_type="HC3"),
    "growth_hac": lambda x, y, t: line(rates(x, t), rates(y, t), **HAC),
    "growth_spearman_scipy": lambda x, y, t: (
        stats.spearmanr(rates(x, t), rates(y, t)).pvalue
    ),
    "growth_not_annualised": lambda x, y, t: line(np.diff(x), np.diff(y)),
    "interpolated": lambda x, y, t: line(filled(x, t), filled(y, t)),
}


def pairs(years, n=25):
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
    fast = CUSTOMARY[key].p_value(x, y, years)
    assert fast == pytest.approx(slow, rel=1e-8, abs=1e-12)


def bootstrap_slow(x, y, years, rng):
    """Return whether the percentile interval, rank (n + 1) / 40, leaves out zero."""
    dx, dy = rates(x, years), rates(y, years)
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
    x, y = pairs(years, 20)
    slow = [
        bootstrap_slow(one, other, years, np.random.default_rng(DRAWS))
        for one, other in zip(x, y, strict=True)
    ]
    assert (growth_bootstrap_p(x, y, years) <= 0.05).tolist() == slow


def test_bootstrap_draws_without_a_slope_are_left_out():
    # Three growths that fall on a line: every draw that has a slope has this slope,
    # so the p is twice 1 over the number of draws with a slope, plus 1.
    years = np.arange(2018.0, 2022.0)
    x = np.cumsum([[0, 0.1, 0.2, 0.4]], axis=1)
    draws = np.random.default_rng(DRAWS).integers(3, size=(DRAWS, 3))
    sloping = (np.ptp(draws, axis=1) > 0).sum()
    expected = 2 / (1 + sloping)
    assert growth_bootstrap_p(x, 2 * x, years) == pytest.approx([expected])


def test_the_chance_of_each_number_of_inversions_is_counted_over_all_orders():
    counts = np.zeros(11)
    for order in permutations(range(5)):
        counts[sum(order[i] > order[j] for j in range(5) for i in range(j))] += 1
    assert inversions(5) == pytest.approx(counts / 120)


def test_mackinnon_p_is_that_of_statsmodels_from_end_to_end():
    tau = np.array([-30, -18.9, -18.8, -5, -3.3, -2.63, -2.62, -2.61, 0, 0.91, 0.93, 4])
    slow = [mackinnonp(each, regression="c", N=2) for each in tau]
    assert mackinnon_p(tau) == pytest.approx(slow, rel=1e-12, abs=1e-300)


# METHODS, section 1: percent in the order of NULLS, of 5,000 replications.
METHODS = {
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
}
POWER = {
    "levels_trend": 68,
    "growth_ols": 68,
    "growth_hc3": 66,
    "growth_spearman_scipy": 61,
}
DRAWN = 20_000


def error(rate):
    """Return three standard errors of the difference of two simulations.

    Half a percentage point is added for the rounding of what METHODS prints.
    """
    rate = min(max(rate, 0.01), 0.99)
    return 3 * math.sqrt(rate * (1 - rate) * (1 / 5000 + 1 / DRAWN)) + 0.005


def within(percent):
    """Return what a rate of METHODS is compared with."""
    return pytest.approx(percent / 100, abs=error(percent / 100))


@pytest.fixture(scope="module")
def six_years():
    return alarm_rates(SIX, replications=DRAWN).set_index("procedure")


@pytest.mark.parametrize("kind", NULLS)
@pytest.mark.parametrize("key", METHODS)
def test_false_alarms_at_six_years_are_those_of_methods(key, kind, six_years):
    assert six_years.loc[key, kind] == within(METHODS[key][NULLS.index(kind)])


@pytest.mark.parametrize("key", POWER)
def test_power_at_six_years_is_that_of_methods(key):
    x, y = simulate_linked(SIX, DRAWN, np.random.default_rng(1), 0.9)
    assert PROCEDURES[key](x, y, np.array(SIX)).mean() == within(POWER[key])


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [
        # METHODS, section 1, for a missing year: 7-10, 11-12 and 4-5 percent.
        ("growth_not_annualised", 7, 10),
        ("interpolated", 11, 12),
        ("growth_ols", 4, 5),
    ],
)
@pytest.mark.parametrize("missing", [2017, 2018, 2019, 2020])
def test_false_alarms_with_a_missing_year_are_those_of_methods(
    key, least, most, missing
):
    known = [year for year in SIX if year != missing]
    rates = alarm_rates(known, replications=DRAWN).set_index("procedure")
    low, high = least / 100, most / 100
    assert low - error(low) <= rates.loc[key, "drift"] <= high + error(high)


def test_a_level_of_five_percent_holds_where_its_assumptions_do(six_years):
    # Growth of random walks is independent from year to year, as the t test asks.
    assert six_years.loc["growth_ols", "drift"] == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(
    ("years", "answers"),
    [
        ([2016, 2017], set()),
        (
            [2016, 2017, 2018],
            {
                "levels_ols",
                "levels_hc3",
                "levels_hac",
                "levels_durbin_watson",
                "growth_no_intercept",
            },
        ),
        (
            [2016, 2017, 2018, 2019],
            set(CUSTOMARY)
            - {"levels_kendall", "both_rise", "granger"}
            - {"growth_not_annualised", "interpolated"},
        ),
        (
            [2016, 2017, 2018, 2019, 2020],
            set(CUSTOMARY) - {"growth_not_annualised", "interpolated"},
        ),
        ([2016, 2017, 2018, 2019, 2021], set(CUSTOMARY)),
    ],
)
def test_a_procedure_without_an_answer_for_these_years_gives_none(years, answers):
    table = alarm_rates(years, replications=50).set_index("procedure")
    assert set(table.dropna().index) == answers
    assert set(table.dropna(how="all").index) == answers


@pytest.mark.parametrize("n", [3, 4])
def test_too_few_years_for_kendall_are_those_that_never_reach_five_percent(n):
    rising = np.arange(float(n))
    assert stats.kendalltau(rising, rising, method="exact").pvalue > 0.05
    assert mann_kendall_slow(rising)[1] > 0.05


def test_a_claim_is_one_answer_per_pair():
    x, y = pairs(SIX)
    answer = claims(CUSTOMARY["levels_ols"], x, y, np.array(SIX))
    assert (answer.shape, answer.dtype) == ((25,), bool)


def test_the_table_has_one_row_per_procedure_and_one_column_per_null():
    table = alarm_rates(SIX, replications=50)
    assert table["procedure"].tolist() == list(PROCEDURES)
    assert table.columns.tolist() == ["procedure", *NULLS]


def test_the_same_seed_gives_the_same_table_and_another_gives_another():
    one = alarm_rates(SIX, replications=200, seed=1)
    assert one.equals(alarm_rates(list(SIX), replications=200, seed=1))
    assert not one.equals(alarm_rates(SIX, replications=200, seed=2))


def test_a_table_that_is_altered_leaves_the_next_one_alone():
    table = alarm_rates(SIX, replications=50)
    table.loc[0, "drift"] = 7.0
    assert alarm_rates(SIX, replications=50).loc[0, "drift"] <= 1


def never(x, y, years):
    return np.zeros(len(x), dtype=bool)


def cannot_say(x, y, years):
    return None


def test_a_procedure_of_the_caller_stands_below_the_customary_ones():
    own = {"never": never, "cannot_say": cannot_say}
    table = alarm_rates(SIX, replications=50, extra=own)
    assert table["procedure"].tolist() == [*PROCEDURES, "never", "cannot_say"]
    assert table.iloc[-2][list(NULLS)].tolist() == [0, 0, 0, 0]
    assert table.iloc[-1][list(NULLS)].isna().all()


def test_a_procedure_of_the_caller_does_not_change_the_others():
    plain = alarm_rates(SIX, replications=50)
    assert alarm_rates(SIX, replications=50, extra={"n": never})[:-1].equals(plain)


def test_a_table_of_unordered_years_is_refused():
    with pytest.raises(ValueError, match="由早到晚"):
        alarm_rates([2017, 2016])


def test_statsmodels_is_not_needed():
    code = (
        "import sys; from hengstats.evidence.customary.procedures import alarm_rates;"
        "alarm_rates([2016, 2017, 2018, 2019, 2021], replications=9);"
        "print('statsmodels' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_every_procedure_has_a_label_and_no_other_has():
    others = {"assess", "cross_section", "rank_tests_at_4", *BARE, *UNRATED}
    assert set(strings()["procedure"]) == set(PROCEDURES) | others


def test_every_procedure_has_its_reason():
    assert set(PROCEDURES) <= set(strings()["refusal"])


def test_no_reason_holds_a_rate():
    texts = [text for texts in strings()["refusal"].values() for text in texts]
    digits = {word for text in texts for word in re.findall(r"\d+%?", text)}
    assert digits <= {"0", "5%"}  # what a p is held to, and what it never is
