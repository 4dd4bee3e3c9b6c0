"""What is the worst case over the boxes of the printed figures?

The correlation of two residuals is quasi-concave in either of them wherever it is
positive, so the weakest lies at a corner of the boxes, or along an open side, whose
direction counts as one more corner. The strongest is the angle between a vector and
the cone of the corners. Both are exact.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.special import stdtr, stdtrit

from hengstats.evidence.pairs import Levels, Pairs, times
from hengstats.evidence.permutation import (
    CONSTANT,
    LONGEST,
    TIE,
    orders,
    share_beyond,
)

Array = NDArray[np.float64]

# More corners than these are not listed; the bounds are then safe but coarse.
MOST_CORNERS = 1 << 12
MOST_PAIRS = 1 << 24
# Orders times corners that are worked through one by one, about a second.
MOST_WORK = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Corners:
    """Where the growths of one measure can lie: a polytope, open where a figure is.

    Attributes
    ----------
    points : ndarray
        Corners, one a row, a growth a column.
    rays : ndarray
        Directions in which the box is open, one a row.
    """

    points: Array
    rays: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The smallest and the largest that a statistic can be over the boxes."""

    lower: float
    upper: float


def list_corners(pairs: Pairs, levels: Levels) -> Corners | None:
    """Return the corners of the growths of one measure; None if they are too many."""
    ends = [
        sorted({end for end in (low, high) if np.isfinite(end)})
        for low, high in zip(levels.lower, levels.upper, strict=True)
    ]
    if np.prod([float(len(one)) for one in ends]) > MOST_CORNERS:
        return None
    points = np.array(list(product(*ends)), dtype=float)
    up, down = np.eye(len(ends))[levels.upper == np.inf], np.eye(len(ends))
    down = -down[levels.lower == -np.inf]
    return Corners(
        points=points @ pairs.growth_map.T,
        rays=np.vstack([up, down]) @ pairs.growth_map.T,
    )


def residuals(values: Array, nuisance: Array) -> Array:
    """Return what a fit on the columns of `nuisance` leaves of each row."""
    basis, _ = np.linalg.qr(nuisance)
    left = values - (values @ basis) @ basis.T
    largest = np.abs(values).max(axis=-1, keepdims=True)
    near = np.abs(left).max(axis=-1, keepdims=True) <= CONSTANT * (1 + largest)
    return np.where(near, 0.0, left)


def correlation_range(x: Corners, y: Corners, nuisance: Array) -> Range:
    """Return the least and greatest correlation given the nuisance columns.

    Where the sign is not settled the range holds 0. With boxes on both sides only
    the end nearer to zero is known; the other is then missing.
    """
    one, two = _directions(x, nuisance), _directions(y, nuisance)
    with np.errstate(invalid="ignore"):
        table = one @ two.T
    table = np.where(np.abs(table) <= TIE, 0.0, table)
    least, most = float(table.min()), float(table.max())
    far = [np.nan, np.nan]
    if len(one) == 1:
        far = [_strongest(-one[0], two), _strongest(one[0], two)]
    elif len(two) == 1:
        far = [_strongest(-two[0], one), _strongest(two[0], one)]
    if least > 0:
        return Range(lower=least, upper=far[1])
    if most < 0:
        return Range(lower=-far[0], upper=most)
    return Range(lower=-far[0], upper=far[1])


def coarse_range(pairs: Pairs, nuisance: Array) -> Range:
    """Return a range that holds every correlation, where the corners are too many.

    The inner product and the norms of middle plus half-width, by the triangle
    inequality: safe, and wider than need be.
    """
    middles, widths = [], []
    for levels in (pairs.x, pairs.y):
        if not (np.isfinite(levels.lower).all() and np.isfinite(levels.upper).all()):
            return Range(lower=-1.0, upper=1.0)
        middle = pairs.growth_map @ (levels.lower + levels.upper) / 2
        middles.append(residuals(middle, nuisance))
        spread = residuals(pairs.growth_map.T, nuisance)
        widths.append(spread * ((levels.upper - levels.lower) / 2)[:, None])
    (x, y), (wide_x, wide_y) = middles, widths
    slack = (
        np.abs(wide_y @ x).sum()
        + np.abs(wide_x @ y).sum()
        + np.abs(wide_x @ wide_y.T).sum()
    )
    # The norm of a sum of half-widths is at most that of their absolute values.
    size = (np.linalg.norm(x) + np.linalg.norm(np.abs(wide_x).sum(axis=0))) * (
        np.linalg.norm(y) + np.linalg.norm(np.abs(wide_y).sum(axis=0))
    )
    low, high = (x @ y - slack) / size, (x @ y + slack) / size
    if low > 0:
        return Range(lower=float(low), upper=1.0)
    if high < 0:
        return Range(lower=-1.0, upper=float(high))
    return Range(lower=-1.0, upper=1.0)


def t_range(r: Range, df: int) -> Range:
    """Return the range of the t test's p that belongs to a range of correlations."""
    if r.lower > 0 or r.upper < 0:
        ends = (r.lower, r.upper) if r.lower > 0 else (-r.upper, -r.lower)
        return Range(lower=t_p(ends[1], df), upper=t_p(ends[0], df))
    return Range(lower=t_p(np.fmax(-r.lower, r.upper), df), upper=1.0)


def t_p(r: float, df: int) -> float:
    """Return the two-sided p of the t test of a correlation with `df` left over."""
    if np.isnan(r):
        return np.nan
    with np.errstate(divide="ignore"):
        t = abs(r) * np.sqrt(df / np.maximum(1 - r * r, 0.0))
    return float(2 * stdtr(df, -t))


def slope_range(pairs: Pairs, x: Array) -> Range:
    """Return the bounds of the slope on a known `x`: each end by the sign it has."""
    apart = x - x.mean()
    weights = (apart / (apart @ apart)) @ pairs.growth_map
    weights[np.abs(weights) <= TIE * np.abs(weights).max()] = 0
    up, down = np.maximum(weights, 0), np.minimum(weights, 0)
    return Range(
        lower=float(times(up, pairs.y.lower) + times(down, pairs.y.upper)),
        upper=float(times(up, pairs.y.upper) + times(down, pairs.y.lower)),
    )


def interval_union(x: Array, y: Corners, level: float = 0.95) -> Range:
    """Return the union of the t intervals of the slope over the boxes of `y`.

    Its ends are convex in y, so that the corners decide; along an open side an end
    runs away where it grows at all.
    """
    n = x.size
    apart = x - x.mean()
    quantile = stdtrit(n - 2, (1 + level) / 2)

    def ends(values: Array) -> tuple[Array, Array]:
        left = values - values.mean(axis=1, keepdims=True)
        slope = left @ apart / (apart @ apart)
        rest = left - slope[:, None] * apart
        error = np.sqrt((rest**2).sum(axis=1) / (n - 2) / (apart @ apart))
        return slope - quantile * error, slope + quantile * error

    low, high = ends(y.points)
    ray_low, ray_high = ends(y.rays) if len(y.rays) else (np.zeros(1), np.zeros(1))
    return Range(
        lower=-np.inf if (ray_low < -TIE).any() else float(low.min()),
        upper=np.inf if (ray_high > TIE).any() else float(high.max()),
    )


def permutation_range(
    pairs: Pairs, x: Corners | None, y: Corners | None, sign: int
) -> Range:
    """Return bounds of the exact permutation p over the boxes.

    An order counts towards the upper bound if some figures within the boxes put it at
    least as far from zero as the one observed, and towards the lower bound if all do.
    Either is linear in the log levels of each measure, so that the ends decide. The
    largest p can only grow as a box widens.

    Parameters
    ----------
    x, y : Corners or None
        Of both measures; None where they are too many to list.
    sign : int
        Of the correlation throughout the boxes; 0 where it is not settled, and then
        the largest p is 1.
    """
    one = share_beyond(1 if pairs.n <= LONGEST else 0, pairs.n)
    unsettled = Range(lower=one, upper=1.0)
    if sign == 0:
        return unsettled
    counts = [np.inf if c is None else len(c.points) + len(c.rays) for c in (x, y)]
    listed, own, other = (
        (x, pairs.x, pairs.y) if counts[0] <= counts[1] else (y, pairs.y, pairs.x)
    )
    low, high = (other.lower, other.upper) if sign > 0 else (-other.upper, -other.lower)
    tried = orders(pairs.n)
    if listed is None or min(counts) * len(tried) > MOST_WORK:
        if not np.isfinite([own.lower, own.upper, low, high]).all():
            return unsettled
        half = (own.upper - own.lower) / 2
        points = (pairs.growth_map @ (own.lower + half))[None, :]
        rays, slack = np.zeros((0, pairs.n)), _slack(tried, pairs, half, low, high)
    else:
        points, rays, slack = listed.points, listed.rays, np.zeros((2, len(tried)))
    may, must = np.zeros((2, len(tried)), bool), np.ones((2, len(tried)), bool)
    size = _size(pairs, low, high)
    for corner in points:
        apart = corner - corner.mean()
        near = TIE * np.linalg.norm(apart) * size
        for side, mirror in enumerate((1, -1)):
            least, most = _reach(mirror * apart[tried] - apart, pairs, low, high)
            may[side] |= most + slack[side] >= -near
            must[side] &= least - slack[side] >= -near
    for ray in rays:
        apart = ray - ray.mean()
        for side, mirror in enumerate((1, -1)):
            least, most = _reach(mirror * apart[tried] - apart, pairs, low, high)
            may[side] |= most > TIE
            must[side] &= least >= -TIE
    return Range(
        lower=share_beyond(int(must.any(axis=0).sum()), pairs.n),
        upper=share_beyond(int(may.any(axis=0).sum()), pairs.n),
    )


def _reach(
    weights: Array, pairs: Pairs, low: Array, high: Array
) -> tuple[Array, Array]:
    """Return the least and most of weights times growth, over the boxes of one side."""
    on_levels = weights @ pairs.growth_map
    on_levels[np.abs(on_levels) <= TIE * np.abs(on_levels).max()] = 0
    above, below = high == np.inf, low == -np.inf
    bottom, top = np.where(below, high, low), np.where(above, low, high)
    middle = on_levels @ ((bottom + top) / 2)
    spread = np.abs(on_levels) @ ((top - bottom) / 2)
    least, most = middle - spread, middle + spread
    rises = (on_levels[:, above] > 0).any(axis=1) | (on_levels[:, below] < 0).any(
        axis=1
    )
    falls = (on_levels[:, above] < 0).any(axis=1) | (on_levels[:, below] > 0).any(
        axis=1
    )
    return np.where(falls, -np.inf, least), np.where(rises, np.inf, most)


def _slack(
    tried: NDArray[np.intp], pairs: Pairs, half: Array, low: Array, high: Array
) -> Array:
    """Return how far the boxes of one side can move each order, at most.

    Moving the levels of one side by at most `half` moves its product with the growths
    g of the other by at most half times |G'(g reordered - g)|. Less its mean, g is
    that of the middle of its boxes, give or take twice |G| times their half-widths.
    One row for g as it is reordered, one for its mirror image.
    """
    middle = pairs.growth_map @ ((low + high) / 2)
    apart = middle - middle.mean()
    size = np.abs(pairs.growth_map)
    room = 4 * size.sum(axis=0) * (size @ ((high - low) / 2)).max()
    back = apart[np.argsort(tried, axis=1)]
    moved = [np.abs((way * back - apart) @ pairs.growth_map) @ half for way in (1, -1)]
    return np.array(moved) + room @ half


def _size(pairs: Pairs, low: Array, high: Array) -> float:
    """Return how large a growth vector within the boxes is, open ends aside."""
    ends = np.where(np.isfinite(low), low, high)
    growths = pairs.growth_map @ ends
    return float(np.linalg.norm(growths - growths.mean()))


def _directions(corners: Corners, nuisance: Array) -> Array:
    """Return residuals of length 1; a corner that leaves nothing stays at zero."""
    points = residuals(corners.points, nuisance)
    rays = residuals(corners.rays, nuisance) if len(corners.rays) else corners.rays
    rays = rays[np.abs(rays).max(axis=1, initial=0.0) > 0]
    every = np.vstack([points, rays])
    length = np.linalg.norm(every, axis=1, keepdims=True)
    return every / np.where(length == 0, 1.0, length)


def _strongest(direction: Array, others: Array) -> float:
    """Return the largest correlation of a direction with the cone of the others.

    The projection on the cone makes the smallest angle with it; where every
    angle is obtuse the projection is nothing, and the nearest edge decides.
    """
    if not direction.any():
        return 0.0
    _, rest = nnls(others.T, direction)
    inside = 1 - rest * rest
    if inside > TIE:
        return float(np.sqrt(min(inside, 1.0)))
    return float((others @ direction).max())
