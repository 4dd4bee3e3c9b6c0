"""Rule E by hand, against textbook regressions, and many pairs as one by one."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hengstats as hs
from benchmarks.customary.nulls import simulate_linked
from benchmarks.customary.ours import rule_claims
from hengstats.evidence.rule import DETECTABLE

X = (0.10, 0.02, 0.16, 0.07, 0.21)
Y = (0.12, 0.05, 0.15, 0.08, 0.20)


def assess(x, y, years=None, **options):
    """Return the verdict on series that grow by these steps, and its table."""
    m, t = (np.exp(np.cumsum([0, *steps])) for steps in (x, y))
    years = range(2016, 2016 + len(m)) if years is None else years
    panel = pd.DataFrame({"entity": "a", "year": years, "m": m, "t": t})
    verdict = hs.assess(panel, organisation="m", economy="t", **options)
    return verdict, verdict.table.set_index("statistic")


def slow_rule(x, y):
    """Return the three p values of rule E by textbook regressions."""
    observed = abs(np.corrcoef(x, y)[0, 1])
    hits = [
        abs(np.corrcoef(x, order)[0, 1]) >= observed - 1e-9 for order in permutations(y)
    ]
    n = len(x)
    without = [
        stats.linregress(np.delete(x, i), np.delete(y, i)).pvalue for i in range(n)
    ]
    design = np.column_stack([np.ones(n), x, np.arange(n)])
    beta, rss, *_ = np.linalg.lstsq(design, np.asarray(y), rcond=None)
    variance = rss[0] / (n - 3) * np.linalg.inv(design.T @ design)[1, 1]
    trend = 2 * stats.t.sf(abs(beta[1]) / math.sqrt(variance), n - 3)
    return [np.mean(hits), max(without), trend]


RULE = ["p_permutation", "p_leave_one_out", "p_trend_adjusted"]


@pytest.mark.parametrize(
    ("x", "y", "finding"),
    [
        (X, Y, "moves_together"),
        # Without the second growth, far above the others, p is .21.
        ((0.11, 0.43, 0.06, 0.17, 0.14), (0.12, 0.43, 0.07, 0.15, 0.09), "suggestive"),
        # Both fall by the same steps; what is left beside the trend is unrelated.
        (
            (0.300, 0.2410, 0.1810, 0.1190, 0.0600),
            (0.301, 0.2390, 0.1800, 0.1210, 0.0590),
            "suggestive",
        ),
        ((0.1, 0.2, 0.1, 0.2, 0.3), (0.2, 0.1, 0.2, 0.1, 0.2), "no_sign"),
    ],
)
def test_the_finding_follows_from_three_textbook_p_values(x, y, finding):
    verdict, table = assess(x, y)
    p = slow_rule(x, y)
    assert table.loc[RULE, "value"].tolist() == pytest.approx(p)
    passed = [p[0] <= 0.05, max(p[1:]) <= 0.10]
    expected = "no_sign" if not passed[0] else "suggestive"
    expected = "moves_together" if all(passed) else expected
    assert verdict.finding == finding == expected


def test_the_trend_runs_through_the_middle_of_each_step():
    # 2016-2017, 2017-2020, 2020-2021, 2021-2022, 2022-2023: middles 2016.5, 2018.5, ...
    years = [2016, 2017, 2020, 2021, 2022, 2023]
    rate = (X, Y)
    steps = [np.array(one) * np.diff(years) for one in rate]
    _, table = assess(*steps, years=years)
    middle = np.convolve(years, [0.5, 0.5], "valid")
    left = [one - np.polyval(np.polyfit(middle, one, 1), middle) for one in rate]
    r = np.corrcoef(*left)[0, 1]
    p = 2 * stats.t.sf(abs(r) * math.sqrt(2 / (1 - r * r)), 2)
    assert table.loc["p_trend_adjusted", "value"] == pytest.approx(p)


def test_the_slope_and_its_interval_are_scipys():
    fit = stats.linregress(X, Y)
    half = stats.t.ppf(0.975, 3) * fit.stderr
    found = assess(X, Y)[1].loc[["slope", "slope_conf_low", "slope_conf_high"], "value"]
    expected = [fit.slope, fit.slope - half, fit.slope + half]
    assert found.tolist() == pytest.approx(expected)


def test_four_growths_are_never_more_than_suggestive_and_have_no_rank_test():
    verdict, table = assess((0.1, 0.2, 0.05, 0.4), (0.1, 0.2, 0.05, 0.4))
    assert verdict.finding == "suggestive"
    assert not {"p_spearman", "p_kendall", "p_leave_one_out"} & set(table.index)


def test_growth_that_does_not_vary_is_no_sign():
    verdict, table = assess((0.1,) * 5, Y)
    assert (verdict.finding, table.loc["p_permutation", "upper"]) == ("no_sign", 1)


@pytest.mark.parametrize(
    "years", [range(2016, 2022), [2016, 2017, 2018, 2020, 2021, 2022]]
)
def test_many_pairs_at_once_are_judged_as_one_by_one(years):
    # The vectorised rule of the benchmarks, with which the rates were simulated.
    x, y = simulate_linked(list(years), 10, np.random.default_rng(11), 0.95)
    claimed = rule_claims(x, y, np.array(years, dtype=float))
    each = [
        assess(np.diff(a), np.diff(b), list(years))[0].finding == "moves_together"
        for a, b in zip(x, y, strict=True)
    ]
    assert claimed.tolist() == each
    assert 1 < sum(each) < 9


def test_four_growths_are_never_claimed_to_move_together():
    x = np.cumsum(np.ones((3, 5)), axis=1) ** 2
    assert not rule_claims(x, x, np.arange(5.0)).any()


@pytest.mark.parametrize("n", [5, 6, 7])
def test_rule_e_finds_its_detectable_correlation_in_80_of_100(n):
    # Standard error .008 of 2,500 pairs; r is rounded to half a hundredth.
    years = np.arange(2016.0, 2017 + n)
    x, y = simulate_linked(years, 2500, np.random.default_rng(n), DETECTABLE[n])
    assert rule_claims(x, y, years).mean() == pytest.approx(0.8, abs=0.035)


@pytest.mark.parametrize(("years", "power"), [(6, 0.33), (7, 0.56)])
def test_rule_e_has_the_power_that_was_stated(years, power):
    # The simulation of 5,000 buildings from which the rule was chosen.
    known = np.arange(2016.0, 2016 + years)
    x, y = simulate_linked(known, 2500, np.random.default_rng(years), 0.9)
    assert rule_claims(x, y, known).mean() == pytest.approx(power, abs=0.04)


@pytest.mark.parametrize(
    ("growths", "r"), [(3, None), (4, DETECTABLE[4]), (14, DETECTABLE[12])]
)
def test_between_simulated_lengths_the_shorter_one_speaks(growths, r):
    generator = np.random.default_rng(1)
    assert assess(*generator.normal(size=(2, growths)))[0].detectable_r == r
