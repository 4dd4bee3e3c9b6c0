"""Rule E by hand, against slow versions, and many pairs at once as one by one."""

import math
from itertools import permutations

import numpy as np
import pytest
from scipy import stats
from test_envelope import drawn, levels, make_pairs

from hengstats.evidence.customary.nulls import simulate_linked
from hengstats.evidence.rule import climb, midpoints, rule_claims


def series(*growths):
    """Return log levels that grow by these steps."""
    return np.concatenate([[0.0], np.cumsum(growths)])


def of(result, name):
    """Return one statistic of a climb."""
    return next(row for row in result.statistics if row.name == name)


def points(x, y, years=None):
    """Return the climb of two series of growths without boxes."""
    return climb(make_pairs(levels(series(*x)), levels(series(*y)), years))


X = (0.10, 0.02, 0.16, 0.07, 0.21)
Y = (0.12, 0.05, 0.15, 0.08, 0.20)


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


def test_the_three_p_values_are_those_of_textbook_regressions():
    result = points(X, Y)
    names = ("p_permutation", "p_leave_one_out", "p_trend_adjusted")
    assert [of(result, name).value for name in names] == pytest.approx(slow_rule(X, Y))


def test_the_slope_and_its_interval_are_scipys():
    fit = stats.linregress(X, Y)
    half = stats.t.ppf(0.975, 3) * fit.stderr
    result = points(X, Y)
    found = [
        of(result, k).value for k in ("slope", "slope_conf_low", "slope_conf_high")
    ]
    assert found == pytest.approx([fit.slope, fit.slope - half, fit.slope + half])


def test_all_three_small_move_together():
    assert max(slow_rule(X, Y)) <= 0.05
    assert points(X, Y).finding == "moves_together"


def test_one_year_that_carries_everything_is_only_suggestive():
    # Without the second growth, far above the others, p is .21.
    x = (0.11, 0.43, 0.06, 0.17, 0.14)
    y = (0.12, 0.43, 0.07, 0.15, 0.09)
    result = points(x, y)
    assert slow_rule(x, y)[0] <= 0.05 and slow_rule(x, y)[1] > 0.10
    assert (result.finding, result.weakest_step) == ("suggestive", (1, 2))


def test_a_shared_slowdown_is_only_suggestive():
    # Both fall by the same steps; what is left beside the trend is unrelated.
    x = (0.300, 0.2410, 0.1810, 0.1190, 0.0600)
    y = (0.301, 0.2390, 0.1800, 0.1210, 0.0590)
    assert slow_rule(x, y)[2] > 0.10
    assert points(x, y).finding == "suggestive"


def test_no_agreement_is_no_sign():
    assert (
        points((0.1, 0.2, 0.1, 0.2, 0.3), (0.2, 0.1, 0.2, 0.1, 0.2)).finding
        == "no_sign"
    )


def test_opposite_growth_has_a_sign_of_its_own():
    result = points(X, [0.3 - y for y in Y])
    assert (result.finding, result.sign) == ("moves_together", -1)


def test_four_growths_are_never_more_than_suggestive():
    x = (0.1, 0.2, 0.05, 0.4)
    assert points(x, x).finding == "suggestive"


def test_four_growths_have_no_rank_test():
    names = {row.name for row in points((0.1, 0.2, 0.05, 0.4), X[:4]).statistics}
    assert not names & {"p_spearman", "p_kendall", "p_leave_one_out"}


def test_five_divided_among_tried_pairs_tightens_the_limit():
    # The p of X and Y is 2 of 120 at best for a symmetric pair; here 1 of 120.
    pairs = make_pairs(levels(series(*X)), levels(series(*Y)))
    p = of(climb(pairs), "p_permutation").value
    assert climb(pairs, p - 1e-6).finding == "no_sign"


def test_growth_that_does_not_vary_is_no_sign():
    result = points((0.1, 0.1, 0.1, 0.1, 0.1), Y)
    assert (result.finding, of(result, "p_permutation").upper) == ("no_sign", 1)


def test_a_figure_that_is_only_a_bound_leaves_no_value():
    low = series(*Y)
    pairs = make_pairs(levels(series(*X)), levels(low, [*low[:-1], low[-1] + 0.01]))
    assert math.isnan(of(climb(pairs), "r").value)


def test_a_growth_between_two_known_years_keeps_its_value_beside_a_bound():
    low = series(*Y)
    pairs = make_pairs(levels(series(*X)), levels(low, [*low[:-1], low[-1] + 0.01]))
    assert of(climb(pairs), "p_ols_t").upper < 0.05


def test_boxes_of_the_organisation_leave_the_slope_open():
    pairs, *_ = drawn(0, x_width=0.002)
    assert math.isnan(of(climb(pairs), "slope").lower)


def test_each_range_holds_its_value():
    low = series(*Y)
    box = levels(low - 0.002, low + 0.002)
    pairs = make_pairs(
        levels(series(*X)), type(box)(lower=box.lower, value=low, upper=box.upper)
    )
    held = [
        row.lower <= row.value <= row.upper
        for row in climb(pairs).statistics
        if not row.name.startswith("slope_conf")
    ]
    assert all(held)


def test_the_trend_runs_through_the_middle_of_each_step():
    # 2016-2017, 2017-2020, 2020-2021: middles 2016.5, 2018.5, 2020.5.
    assert midpoints([(2016, 2017), (2017, 2020), (2020, 2021)]).tolist() == [-2, 0, 2]


@pytest.mark.parametrize(
    "years", [range(2016, 2022), [2016, 2017, 2018, 2020, 2021, 2022]]
)
def test_many_pairs_at_once_are_judged_as_one_by_one(years):
    generator = np.random.default_rng(11)
    x, y = simulate_linked(list(years), 150, generator, 0.95)
    claimed = rule_claims(x, y, np.array(years, dtype=float))
    each = [
        climb(make_pairs(levels(a), levels(b), list(years))).finding == "moves_together"
        for a, b in zip(x, y, strict=True)
    ]
    assert claimed.tolist() == each
    assert 10 < sum(each) < 140


def test_four_years_are_never_claimed_to_move_together():
    x = np.cumsum(np.ones((3, 5)), axis=1) ** 2
    assert not rule_claims(x, x, np.arange(5.0)).any()
