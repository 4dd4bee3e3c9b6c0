"""Tells whether the growths of two measures go together, whatever the boxes hold.

Rule E, all three on annualised log growths: the exact permutation p of r is at most
.05; leaving any one growth out, the t test's p is at most .10; with a linear trend in
growth added, the p of the slope is at most .10. The first alone is suggestive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from hengstats.evidence.control import (
    centre,
    control_column,
    freedman_lane,
    lane_range,
    turns,
    widened,
)
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
    rank_ranges,
    rank_sides,
    residuals,
    slope_range,
    t_p,
    t_range,
)
from hengstats.evidence.pairs import Array, Levels, Pairs, linear_range, times
from hengstats.evidence.permutation import (
    RANK_TESTS,
    TIE,
    PermutationTest,
    correlation_test,
    least_p,
)

Sides = tuple[Corners | None, Corners | None]
# Lower end, value and upper end. The value is missing where a figure is only a bound;
# an end that is not known is missing too, one that is open infinite.
Ends = tuple[float, float, float]

ALPHA, LENIENT = 0.05, 0.10
FINDINGS = (
    "not_enough_data",
    "cannot_tell",
    "no_sign",
    "suggestive",
    "moves_together",
)
# Up to so many steps each figure is asked whether its box decides.
FEW_STEPS = 8
# Side and place of a figure; None for all figures of the side.
Decider = tuple[str, int | None]
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
        One of `FINDINGS`, the weakest over the boxes; `cannot_tell` where the figures
        as printed are suggestive or more, and others within the boxes are not.
    printed : str
        What the figures as printed amount to; of one that is only a bound, its end.
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
    printed: str
    sign: int
    weakest_step: tuple[int, int] | None
    least_p: float
    null_r: Array


def climb(pairs: Pairs, alpha: float = ALPHA, joint: Range | None = None) -> Climb:
    """Return the tests of at least four paired growths, and what they amount to.

    Parameters
    ----------
    pairs : Pairs
        The growths, and the boxes of the levels; with those of a control, it is taken
        out in every test, and costs one growth.
    alpha : float
        Limit of the permutation p: .05 divided by the number of pairs looked at.
    joint : Range, optional
        The p of one test of several looks, at the figures as printed and at most over
        the boxes: it decides in place of the permutation p.
    """
    n, control = pairs.n, control_column(pairs)
    plain = np.ones((n, 1))
    x, y = (times(pairs.growth_map, levels.value) for levels in (pairs.x, pairs.y))
    sides = list_corners(pairs, pairs.x), list_corners(pairs, pairs.y)
    known = bool(np.isfinite(x).all() and np.isfinite(y).all())
    one, two = x, y
    if not known:  # one reading, to see whether the boxes decide
        one, two = (
            times(pairs.growth_map, centre(side)) for side in (pairs.x, pairs.y)
        )

    points = is_point(pairs)

    def correlations(*columns: Array) -> tuple[Range, Array]:
        base = np.column_stack([plain, *columns])
        nuisance = np.column_stack([base, control])
        if points:
            r = float(partial_r(x, y, nuisance))
            r = 0.0 if abs(r) <= TIE else r
            return Range(r, r), nuisance
        turned = sum(turns(pairs, sides, base))
        found = widened(correlation_range(pairs, *sides, nuisance), turned)
        return found, nuisance

    def t_test(*columns: Array) -> Ends:
        found, nuisance = correlations(*columns)
        df = n - nuisance.shape[1] - 1
        value = float(t_p(partial_r(one, two, nuisance), df))
        return *t_range(found, df), value

    r, nuisance = correlations()
    sign = 1 if r.lower > 0 else -1 if r.upper < 0 else 0
    test = _permuted(one, two, nuisance)
    p = Range(test.p_value, test.p_value)
    if not points:
        lane = pairs.z is not None
        p = (
            lane_range(pairs, sides, r)
            if lane
            else permutation_range(pairs, *sides, sign)
        )
    flat = known and np.isnan(test.statistic)
    checks = {"p_ols_t": t_test()}
    weakest, counted = None, n - control.shape[1]
    if counted >= RULED:
        if points and not control.size:
            value = t_p(_without_each(x, y), n - 3)
            without = np.column_stack([value] * 3)
        else:
            without = np.array([t_test(left_out) for left_out in np.eye(n)])
        worst = int(np.argmax(without[:, 1]))
        weakest = pairs.steps[worst]
        lower, value = without[:, [0, 2]].max(axis=0)
        checks["p_leave_one_out"] = float(lower), float(without[worst, 1]), float(value)
        checks["p_trend_adjusted"] = t_test(midpoints(pairs.steps))
    shown = {
        key: _ends(Range(low, high), value if known else np.nan)
        for key, (low, high, value) in checks.items()
    }
    found = {
        "r": _ends(UNKNOWN if flat else r, test.statistic if known else np.nan),
        "p_permutation": _ends(p, test.p_value if known else np.nan),
        "p_ols_t": shown.pop("p_ols_t"),
        **({} if len(control.T) else _slope_statistics(pairs, sides, x, y)),
        **shown,
        **(_rank_statistics(pairs, x, y) if weakest and not len(control.T) else {}),
    }
    if joint:
        found["p_joint"] = joint.lower, joint.lower, joint.upper
    limits = joint or Range(test.p_value, found["p_permutation"][2])
    rest = [checks[key] for key in ("p_leave_one_out", "p_trend_adjusted") if weakest]
    printed = _finding(limits.lower, [ends[2] for ends in rest], alpha)
    finding = _finding(limits.upper, [ends[1] for ends in rest], alpha)
    if finding == "no_sign" and printed != "no_sign":
        finding = "cannot_tell"
    return Climb(
        statistics=found,
        finding=finding,
        printed=printed,
        sign=sign,
        weakest_step=weakest,
        least_p=test.least_p if known else float(least_p(n)),
        null_r=test.null if known and not flat else np.zeros(0),
    )


def _without_each(x: Array, y: Array) -> Array:
    """Return the correlation of points without the first, the second, and so on."""
    n = len(x)
    kept = np.array([np.delete(np.arange(n), i) for i in range(n)])
    r = partial_r(x[kept], y[kept], np.ones((n - 1, 1)))
    return np.where(np.abs(r) <= TIE, 0.0, r)


def _permuted(x: Array, y: Array, nuisance: Array) -> PermutationTest:
    """Return the permutation test, the control taken out where there is one."""
    if nuisance.shape[1] == 1:
        return correlation_test(x, y)
    return freedman_lane(x, y, nuisance)


def _finding(p: float, checks: list[float], alpha: float) -> str:
    """Return what the p, and the largest of the checks, amount to."""
    if not p <= alpha:
        return "no_sign"
    passed = bool(checks) and max(checks) <= LENIENT
    return "moves_together" if passed else "suggestive"


def is_point(pairs: Pairs) -> bool:
    """Return whether every figure is a point."""
    levels = (pairs.x, pairs.y, *([pairs.z] if pairs.z else []))
    return all((side.lower == side.upper).all() for side in levels)


def deciding_boxes(pairs: Pairs, alpha: float) -> tuple[Decider, ...]:
    """Return the figures each of which alone, were it a point, would let the rest pass.

    The open ones among them, if any; else up to three. Where no one figure does it,
    the measure all of whose figures would, its place None; else both measures. Long
    series are asked by measure only.
    """
    sides = {"x": pairs.x, "y": pairs.y} | ({"z": pairs.z} if pairs.z else {})
    boxes = [
        (name, int(place))
        for name, levels in sides.items()
        for place in np.flatnonzero(levels.lower < levels.upper)
    ]
    if pairs.n <= FEW_STEPS:
        alone = [one for one in boxes if _passes(_narrowed(pairs, [one]), alpha)]
        opened = [one for one in alone if _is_open(sides[one[0]], one[1])]
        if alone:
            return tuple((opened or alone)[:3])
    for name in sides:
        own = [one for one in boxes if one[0] == name]
        if own and _passes(_narrowed(pairs, own), alpha):
            return ((name, None),)
    return tuple((name, None) for name in dict.fromkeys(name for name, _ in boxes))


def _is_open(levels: Levels, place: int) -> bool:
    """Return whether a figure is only a bound."""
    return bool(np.isinf([levels.lower[place], levels.upper[place]]).any())


def _narrowed(pairs: Pairs, boxes: list[tuple[str, int]]) -> Pairs:
    """Return pairs with some boxes narrowed to one reading."""
    sides = {}
    for name in {name for name, _ in boxes}:
        levels = getattr(pairs, name)
        ends = np.array([levels.lower, levels.value, levels.upper])
        places = [place for side, place in boxes if side == name]
        ends[:, places] = centre(levels)[places]
        sides[name] = Levels(lower=ends[0], value=ends[1], upper=ends[2])
    x, y, z = (sides.get(name, getattr(pairs, name)) for name in "xyz")
    return replace(pairs, x=x, y=y, z=z)


def _passes(pairs: Pairs, alpha: float) -> bool:
    """Return whether every reading within the boxes is at least suggestive."""
    sides = list_corners(pairs, pairs.x), list_corners(pairs, pairs.y)
    base = np.ones((pairs.n, 1))
    nuisance = np.column_stack([base, control_column(pairs)])
    r = correlation_range(pairs, *sides, nuisance)
    r = widened(r, sum(turns(pairs, sides, base)))
    sign = 1 if r.lower > 0 else -1 if r.upper < 0 else 0
    if not sign:
        return False
    if pairs.z is not None:
        return lane_range(pairs, sides, r).upper <= alpha
    return permutation_range(pairs, *sides, sign).upper <= alpha


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
    they are boxes themselves the slope still is, and the ends of the interval missing.
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
    if sides[0] is None or not sides[0].is_point:
        bounds = slope_range(pairs)
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
