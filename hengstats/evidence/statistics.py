"""What do the growths of two measures say, as printed and over their boxes?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.envelope import (
    MOST_PAIRS,
    Corners,
    Range,
    coarse_range,
    correlation_range,
    interval_union,
    permutation_range,
    residuals,
    slope_range,
    t_p,
    t_range,
)
from hengstats.evidence.leastsquares import least_squares
from hengstats.evidence.pairs import Pairs
from hengstats.evidence.ranks import TESTS, rank_ranges, rank_sides

Array = NDArray[np.float64]
Sides = tuple[Corners | None, Corners | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """One statistic at the printed figures, and over the boxes.

    Attributes
    ----------
    name : str
        Its key in the vocabulary.
    lower, value, upper : float
        `value` is missing where a figure is only a bound; an end that is not known
        is missing too, one that is open infinite.
    """

    name: str
    lower: float
    value: float
    upper: float


def partial_r(x: Array, y: Array, nuisance: Array) -> Array:
    """Return the correlation of what the nuisance columns leave, row by row."""
    one, two = residuals(x, nuisance), residuals(y, nuisance)
    size = np.linalg.norm(one, axis=-1) * np.linalg.norm(two, axis=-1)
    inner = (one * two).sum(axis=-1)
    return np.clip(inner / np.where(size == 0, 1.0, size), -1.0, 1.0)


def r_range(pairs: Pairs, sides: Sides, nuisance: Array) -> Range:
    """Return the range of a correlation over the boxes."""
    x, y = sides
    if x is None or y is None or len(x.points) * len(y.points) > MOST_PAIRS:
        return coarse_range(pairs, nuisance)
    return correlation_range(x, y, nuisance)


def t_statistic(
    pairs: Pairs,
    sides: Sides,
    nuisance: Array,
    x: Array,
    y: Array,
    name: str,
) -> Statistic:
    """Return the t test's p of a correlation given the nuisance columns."""
    df = pairs.n - nuisance.shape[1] - 1
    known = np.isfinite(x).all() and np.isfinite(y).all()
    value = t_p(float(partial_r(x, y, nuisance)), df) if known else np.nan
    return make_statistic(name, t_range(r_range(pairs, sides, nuisance), df), value)


def make_statistic(name: str, ends: Range, value: float) -> Statistic:
    """Return a statistic whose ends hold its value, rounding aside."""
    low, high = ends.lower, ends.upper
    if not np.isnan(value):
        # An end that is not known stays missing.
        low, high = np.minimum(low, value), np.maximum(high, value)
    return Statistic(name=name, lower=float(low), value=value, upper=float(high))


def permutation_statistic(
    pairs: Pairs,
    sides: Sides,
    sign: int,
    value: float,
) -> Statistic:
    """Return the exact permutation p, at the printed figures and over the boxes."""
    x, y = sides
    points = [side is not None and _is_point(side) for side in sides]
    if all(points):
        ends = Range(lower=value, upper=value)
    else:
        ends = permutation_range(pairs, x, y, sign)
    return Statistic(
        name="p_permutation", lower=ends.lower, value=value, upper=ends.upper
    )


def slope_statistics(pairs: Pairs, sides: Sides, x: Array, y: Array) -> list[Statistic]:
    """Return the slope of growth on growth, and its 95 % t interval.

    Over the boxes both are exact where the organisation's figures are points; where
    they are boxes themselves, no closed form is known, and the ends are missing.
    """
    one, two = sides
    known = np.isfinite(x).all() and np.isfinite(y).all()
    if np.isfinite(x).all() and not residuals(x, np.ones((pairs.n, 1))).any():
        return []
    low = value = high = np.nan
    if known:
        fit = least_squares(y, np.column_stack([np.ones(pairs.n), x]))
        value = float(fit.params[1])
        point = Corners(points=y[None, :], rays=np.zeros((0, pairs.n)))
        at_print = interval_union(x, point)
        low, high = at_print.lower, at_print.upper
    unknown = Range(lower=np.nan, upper=np.nan)
    bounds, union = unknown, unknown
    if one is not None and _is_point(one):
        bounds = slope_range(pairs, one.points[0])
        union = unknown if two is None else interval_union(one.points[0], two)
    return [
        Statistic(name="slope", lower=bounds.lower, value=value, upper=bounds.upper),
        Statistic(name="slope_conf_low", lower=union.lower, value=low, upper=np.nan),
        Statistic(name="slope_conf_high", lower=np.nan, value=high, upper=union.upper),
    ]


def rank_statistics(pairs: Pairs, x: Array, y: Array) -> list[Statistic]:
    """Return Spearman's and Kendall's correlation with their exact p."""
    rows = []
    sides = rank_sides(pairs, x, y)
    known = bool(np.isfinite(x).all() and np.isfinite(y).all())
    for name in TESTS:
        printed = TESTS[name](x, y) if known else None
        value = printed.statistic if printed else np.nan
        p_value = printed.p_value if printed else np.nan
        statistic, p = rank_ranges(name, sides)
        rows += [
            make_statistic(name, statistic, value),
            make_statistic(f"p_{name}", p, p_value),
        ]
    return rows


def _is_point(side: Corners) -> bool:
    """Return whether the boxes of one measure are points."""
    return len(side.points) == 1 and not len(side.rays)
