"""Tells whether the growths of two measures go together, whatever the boxes hold.

Rule E, all three on annualised log growths: the exact permutation p of r is at most
.05; leaving any one growth out, the t test's p is at most .10; with a linear trend in
growth added, the p of the slope is at most .10. The first alone is suggestive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from hengstats.evidence.envelope import (
    UNKNOWN,
    Corners,
    Range,
    correlation_range,
    fit_rows,
    interval_union,
    list_corners,
    partial_r,
    permutation_range,
    residuals,
    t_p,
    t_range,
)
from hengstats.evidence.pairs import Array, Pairs, linear_range, times
from hengstats.evidence.permutation import RANK_TESTS, correlation_test, least_p
from hengstats.evidence.ranks import rank_ranges, rank_sides

Sides = tuple[Corners | None, Corners | None]
# Lower end, value and upper end. The value is missing where a figure is only a bound;
# an end that is not known is missing too, one that is open infinite.
Ends = tuple[float, float, float]

ALPHA, LENIENT = 0.05, 0.10
FINDINGS = ("not_enough_data", "no_sign", "suggestive", "moves_together")
# Fewer growths than these carry no test; from the second on, rule E.
TESTABLE, RULED = 4, 5
# Correlation of growths that rule E finds in 80 of 100 cases, by number of growths; of
# four growths, the one whose permutation p is at most .05. All simulated by
# `benchmarks/detectable.py`.
DETECTABLE = {4: 0.997, 5: 0.98, 6: 0.955, 7: 0.92, 8: 0.89, 9: 0.855, 10: 0.83}
DETECTABLE |= {12: 0.775, 15: 0.705, 20: 0.625, 30: 0.52}


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """What the tests of one pair of measures say.

    Attributes
    ----------
    statistics : dict
        Lower end, value and upper end by name, in the order in which they are shown.
    finding : str
        One of `FINDINGS`, the weakest over the boxes.
    sign : int
        1 if the growths move the same way, -1 if opposite, 0 if it is not settled.
    weakest_step : (int, int) or None
        The growth without which the least is left of the association.
    least_p : float
        The smallest p that these growths could have given.
    null_r : ndarray
        The correlation of every order at the printed figures; empty where a figure is
        only a bound.
    """

    statistics: dict[str, Ends]
    finding: str
    sign: int
    weakest_step: tuple[int, int] | None
    least_p: float
    null_r: Array


def climb(pairs: Pairs, alpha: float = ALPHA) -> Climb:
    """Return the tests of at least four paired growths, and what they amount to.

    Parameters
    ----------
    pairs : Pairs
        The growths, and the boxes of the levels.
    alpha : float
        Limit of the permutation p: .05 divided by the number of pairs looked at.
    """
    n, plain = pairs.n, np.ones((pairs.n, 1))
    x, y = (times(pairs.growth_map, levels.value) for levels in (pairs.x, pairs.y))
    sides = list_corners(pairs, pairs.x), list_corners(pairs, pairs.y)
    known = bool(np.isfinite(x).all() and np.isfinite(y).all())

    def t_test(*columns: Array) -> Ends:
        nuisance = np.column_stack([plain, *columns])
        df = n - nuisance.shape[1] - 1
        value = float(t_p(partial_r(x, y, nuisance), df)) if known else np.nan
        ends = t_range(correlation_range(pairs, *sides, nuisance), df)
        return _ends(ends, value)

    r = correlation_range(pairs, *sides, plain)
    sign = 1 if r.lower > 0 else -1 if r.upper < 0 else 0
    test = correlation_test(x, y) if known else None
    p = Range(test.p_value, test.p_value) if test else UNKNOWN
    if not all(side is not None and side.is_point for side in sides):
        p = permutation_range(pairs, *sides, sign)
    flat = test is not None and np.isnan(test.statistic)
    found = {
        "r": _ends(UNKNOWN if flat else r, test.statistic if test else np.nan),
        "p_permutation": _ends(p, test.p_value if test else np.nan),
        "p_ols_t": t_test(),
        **_slope_statistics(pairs, sides, x, y),
    }
    weakest = None
    if n >= RULED:
        without = np.array([t_test(left_out) for left_out in np.eye(n)])
        worst = int(np.argmax(without[:, 2]))
        weakest = pairs.steps[worst]
        lower, value = without[:, :2].max(axis=0)
        found |= {
            "p_leave_one_out": (float(lower), float(value), float(without[worst, 2])),
            "p_trend_adjusted": t_test(midpoints(pairs.steps)),
            **_rank_statistics(pairs, x, y),
        }
    checks = [found[k] for k in ("p_leave_one_out", "p_trend_adjusted") if k in found]
    finding = "no_sign"
    if found["p_permutation"][2] <= alpha:
        passed = bool(checks) and max(ends[2] for ends in checks) <= LENIENT
        finding = "moves_together" if passed else "suggestive"
    return Climb(
        statistics=found,
        finding=finding,
        sign=sign,
        weakest_step=weakest,
        least_p=test.least_p if test else float(least_p(n)),
        null_r=test.null if test and not flat else np.zeros(0),
    )


def midpoints(steps: Sequence[tuple[float, float]]) -> Array:
    """Return the middle of each step in years, less their mean."""
    middle = np.array([(first + last) / 2 for first, last in steps])
    return middle - middle.mean()


def detectable_r(n: int) -> float | None:
    """Return the correlation found in 80 of 100 cases with `n` growths.

    If every figure is a point and nothing else was tried. Between the lengths that
    were simulated, that of the next shorter one, which is larger; None below four
    growths, where nothing is tested.
    """
    known = [length for length in DETECTABLE if length <= n]
    return DETECTABLE[max(known)] if known else None


def _ends(ends: Range, value: float) -> Ends:
    """Return ends that hold their value, rounding aside; one not known stays so."""
    low, high = ends
    if not np.isnan(value):
        low, high = np.minimum(low, value), np.maximum(high, value)
    return float(low), value, float(high)


def _slope_statistics(
    pairs: Pairs, sides: Sides, x: Array, y: Array
) -> dict[str, Ends]:
    """Return the slope of growth on growth, and its 95 % t interval.

    Over the boxes both are exact where the organisation's figures are points; where
    they are boxes themselves, no closed form is known, and the ends are missing.
    """
    low = value = high = np.nan
    bounds = union = UNKNOWN
    if np.isfinite(x).all():
        if not residuals(x, np.ones((pairs.n, 1))).any():
            return {}
        Q, R = np.linalg.qr(np.column_stack([np.ones(pairs.n), x]))
        quantile = float(stdtrit(pairs.n - 2, 0.975))
        if np.isfinite(y).all():
            value, error = (float(part[0, 1]) for part in fit_rows(Q, R, y[None, :]))
            low, high = value - quantile * error, value + quantile * error
        one, two = sides
        if one is not None and one.is_point:
            slope = np.linalg.solve(R, Q.T)[1] @ pairs.growth_map
            least, most = linear_range(slope, pairs.y.lower, pairs.y.upper)
            bounds = Range(float(least), float(most))
            if two is not None:
                ends = interval_union(Q, R, [two.points], two.rays, quantile)
                union = Range(ends[0][1], ends[1][1])
    return {
        "slope": _ends(bounds, value),
        "slope_conf_low": _ends(Range(union.lower, np.nan), low),
        "slope_conf_high": _ends(Range(np.nan, union.upper), high),
    }


def _rank_statistics(pairs: Pairs, x: Array, y: Array) -> dict[str, Ends]:
    """Return Spearman's and Kendall's correlation with their exact p."""
    rows: dict[str, Ends] = {}
    sides = rank_sides(pairs, x, y)
    known = bool(np.isfinite(x).all() and np.isfinite(y).all())
    for name, test in RANK_TESTS.items():
        printed = test(x, y) if known else None
        value = printed.statistic if printed else np.nan
        p_value = printed.p_value if printed else np.nan
        if printed and sides is not None and len(sides[0]) == len(sides[1]) == 1:
            statistic, p = Range(value, value), Range(p_value, p_value)
        else:
            statistic, p = rank_ranges(name, sides)
        rows |= {name: _ends(statistic, value), f"p_{name}": _ends(p, p_value)}
    return rows
