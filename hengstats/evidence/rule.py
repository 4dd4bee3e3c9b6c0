"""Tells whether the growths of two measures go together, whatever the boxes hold.

Rule E, all three on annualised log growths: the exact permutation p of r is at most
.05; leaving any one growth out, the t test's p is at most .10; with a linear trend in
growth added, the p of the slope is at most .10. The first alone is suggestive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import stdtrit

from hengstats.evidence.control import (
    centre,
    centre_growths,
    is_point,
    nuisance_of,
    p_range,
    partial_range,
    permuted,
    weakest_r,
)
from hengstats.evidence.envelope import (
    UNKNOWN,
    Range,
    fit_rows,
    interval_union,
    list_corners,
    partial_r,
    rank_ranges,
    rank_sides,
    residuals,
    slope_range,
    t_p,
    t_range,
)
from hengstats.evidence.pairs import Array, Levels, Pairs, linear_range, times
from hengstats.evidence.permutation import RANK_TESTS, TIE, least_p

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
# Side, year and openness of a figure; the year is None for all figures of the side.
Decider = tuple[str, int | None, bool]
# Fewer growths than these carry no test; from the second on, rule E.
TESTABLE, RULED = 4, 5
# Correlation of growths that rule E finds in 80 of 100 cases, by number of growths; of
# four growths, the one whose permutation p is at most .05. All simulated by
# `benchmarks/detectable.py`.
DETECTABLE = {4: 0.997, 5: 0.98, 6: 0.955, 7: 0.92, 8: 0.89, 9: 0.855, 10: 0.83}
DETECTABLE |= {12: 0.775, 15: 0.705, 20: 0.625, 30: 0.52}


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """What the tests of one pair of measures say; by default, too few for any.

    Attributes
    ----------
    level : int
        0, fewer than four growths, of which a control costs one; 1, four; 2, more.
    statistics : dict
        Lower end, value and upper end by name, in the order in which they are shown.
    finding, printed : str
        Of `FINDINGS`, the weakest over the boxes; and what the figures as printed, or
        the end of one that is only a bound, amount to. `cannot_tell` where these are
        suggestive or more, and others within the boxes are not.
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

    level: int = 0
    statistics: dict[str, Ends] = field(default_factory=dict)
    finding: str = FINDINGS[0]
    printed: str = FINDINGS[0]
    sign: int = 0
    weakest_step: tuple[int, int] | None = None
    least_p: float
    null_r: Array = field(default_factory=lambda: np.zeros(0))


def climb(pairs: Pairs, alpha: float = ALPHA, joint: Range | None = None) -> Climb:
    """Return the tests of paired growths, and what they amount to.

    Parameters
    ----------
    pairs : Pairs
        The growths, and the boxes of the levels; with those of a control, it is taken
        out in every test, and costs one growth. Fewer than four are not tested.
    alpha : float
        Limit of the permutation p: .05 divided by the number of pairs looked at.
    joint : Range, optional
        The p of one test of several looks, at the figures as printed and at most over
        the boxes: it decides in place of the permutation p.
    """
    n, counted = pairs.n, pairs.n - (pairs.z is not None)
    if counted < TESTABLE:
        return Climb(least_p=float(least_p(n)))
    x, y = (times(pairs.growth_map, levels.value) for levels in (pairs.x, pairs.y))
    known, points = bool(np.isfinite([x, y]).all()), is_point(pairs.x, pairs.y, pairs.z)
    # One reading where they are not, to see whether the boxes decide.
    one, two = (centre_growths(pairs, levels) for levels in (pairs.x, pairs.y))

    def t_test(*columns: Array) -> Ends:
        nuisance = nuisance_of(pairs, *columns)
        df = n - nuisance.shape[1] - 1
        r = partial_range(pairs, *columns)
        value = r.lower if points else partial_r(one, two, nuisance)
        low, high = t_range(r, df)
        return low, float(t_p(value, df)), high

    def shown(low: float, value: float, high: float) -> Ends:
        return _ends(low, value if known else np.nan, high)

    test = permuted(pairs)
    r = partial_range(pairs)
    p = Range(test.p_value, test.p_value)
    if not points:
        p = p_range(pairs, r)
    flat = known and np.isnan(test.statistic)
    low, high = UNKNOWN if flat else r
    found = {
        "r": shown(low, test.statistic, high),
        "p_permutation": shown(p.lower, test.p_value, p.upper),
        "p_ols_t": shown(*t_test()),
    }
    if pairs.z is None:
        found |= _slope_statistics(pairs, x, y)
    checks: list[Ends] = []
    weakest = None
    if counted >= RULED:
        without = np.array([t_test(left_out) for left_out in np.eye(n)])
        weakest = pairs.steps[int(np.argmax(without[:, 2]))]
        low, value, high = without.max(axis=0).tolist()
        checks = [(low, value, high), t_test(midpoints(pairs.steps))]
        found["p_leave_one_out"], found["p_trend_adjusted"] = (
            shown(*check) for check in checks
        )
        if pairs.z is None:
            found |= _rank_statistics(pairs, x, y)
    if joint:
        found["p_joint"] = joint.lower, joint.lower, joint.upper
    limits = joint or Range(test.p_value, found["p_permutation"][2])
    printed, finding = (
        _finding(limit, [check[place] for check in checks], alpha)
        for limit, place in zip(limits, (1, 2), strict=True)
    )
    if finding == "no_sign" and printed != "no_sign":
        finding = "cannot_tell"
    return Climb(
        level=1 if counted < RULED else 2,
        statistics=found,
        finding=finding,
        printed=printed,
        sign=int(np.sign(weakest_r(r))),
        weakest_step=weakest,
        least_p=test.least_p if known else float(least_p(n)),
        null_r=test.null if known and not flat else np.zeros(0),
    )


def _finding(p: float, checks: list[float], alpha: float) -> str:
    """Return what the p, and the largest of the checks, amount to."""
    if not p <= alpha:
        return "no_sign"
    passed = bool(checks) and max(checks) <= LENIENT
    return "moves_together" if passed else "suggestive"


def deciding_boxes(pairs: Pairs, alpha: float) -> tuple[Decider, ...]:
    """Return the figures each of which alone, were it a point, would let the rest pass.

    The open ones among them, if any; else up to three. Where no one figure does it,
    the measure all of whose figures would, its year None; else both measures. Long
    series are asked by measure only.
    """
    sides = {"x": pairs.x, "y": pairs.y} | ({"z": pairs.z} if pairs.z else {})
    years = [*pairs.years, *(year for step in pairs.printed for year in step)]
    opened = {key: np.isinf([one.lower, one.upper]) for key, one in sides.items()}
    boxes = {
        key: np.flatnonzero(one.lower < one.upper).tolist()
        for key, one in sides.items()
    }

    def passes(key: str, places: list[int]) -> bool:
        """Return whether all is at least suggestive once some boxes are one reading."""
        levels = sides[key]
        ends = np.array([levels.lower, levels.value, levels.upper])
        ends[:, places] = centre(levels)[places]
        told = sides | {key: Levels(lower=ends[0], value=ends[1], upper=ends[2])}
        narrowed = replace(pairs, x=told["x"], y=told["y"], z=told.get("z"))
        return p_range(narrowed, partial_range(narrowed)).upper <= alpha

    if pairs.n <= FEW_STEPS:
        alone = [
            (key, years[place], bool(opened[key][:, place].any()))
            for key, places in boxes.items()
            for place in places
            if passes(key, [place])
        ]
        if alone:
            return tuple(([one for one in alone if one[2]] or alone)[:3])
    boxed = [key for key in sides if boxes[key]]
    enough = [key for key in boxed if passes(key, boxes[key])][:1]
    return tuple((key, None, bool(opened[key].any())) for key in enough or boxed)


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


def _ends(low: float, value: float, high: float) -> Ends:
    """Return ends that hold their value, rounding aside; one not known stays so."""
    if not np.isnan(value):
        low, high = np.minimum(low, value), np.maximum(high, value)
        if high - low <= TIE * (1 + abs(value)):  # a point, computed in two ways
            low = high = value
    return float(low), value, float(high)


def _slope_statistics(pairs: Pairs, x: Array, y: Array) -> dict[str, Ends]:
    """Return the slope of growth on growth, and its 95 % t interval.

    Over the boxes both are exact where the organisation's figures are points; where
    they are boxes themselves the slope still is, and the ends of the interval missing.
    """
    low = value = high = np.nan
    bounds, union = UNKNOWN, UNKNOWN
    if np.isfinite(x).all():
        if not residuals(x, np.ones((pairs.n, 1))).any():
            return {}
        Q, R = np.linalg.qr(np.column_stack([np.ones(pairs.n), x]))
        quantile = float(stdtrit(pairs.n - 2, 0.975))
        if np.isfinite(y).all():
            value, error = (float(part[0, 1]) for part in fit_rows(Q, R, y[None, :]))
            low, high = value - quantile * error, value + quantile * error
    if is_point(pairs.x):
        slope = np.linalg.solve(R, Q.T)[1] @ pairs.growth_map
        bounds = Range(*map(float, linear_range(slope, pairs.y.lower, pairs.y.upper)))
        if corners := list_corners(pairs, pairs.y):
            ends = interval_union(Q, R, [corners.points], corners.rays, quantile)
            union = Range(ends[0][1], ends[1][1])
    else:
        bounds = slope_range(pairs)
    return {
        "slope": _ends(bounds.lower, value, bounds.upper),
        "slope_conf_low": _ends(union.lower, low, np.nan),
        "slope_conf_high": _ends(np.nan, high, union.upper),
    }


def _rank_statistics(pairs: Pairs, x: Array, y: Array) -> dict[str, Ends]:
    """Return Spearman's and Kendall's correlation with their exact p."""
    rows: dict[str, Ends] = {}
    sides = rank_sides(pairs, x, y)
    for name, test in RANK_TESTS.items():
        value = p_value = np.nan
        if np.isfinite([x, y]).all():
            printed = test(x, y)
            value, p_value = printed.statistic, printed.p_value
        r, p = Range(value, value), Range(p_value, p_value)
        if np.isnan(p_value) or not sides or len(sides[0]) * len(sides[1]) > 1:
            r, p = rank_ranges(name, sides)
        rows[name] = _ends(r.lower, value, r.upper)
        rows[f"p_{name}"] = _ends(p.lower, p_value, p.upper)
    return rows
