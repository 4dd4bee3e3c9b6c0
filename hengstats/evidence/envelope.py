"""Finds the worst case over the boxes of the printed figures.

The correlation of two residuals is quasi-concave in either of them wherever it is
positive, so the weakest lies at a corner of the boxes, or along an open side, whose
direction counts as one more corner. The strongest is the angle between a vector and
the cone of the corners. Coefficients are linear and their standard errors convex in
the figures, so that a corner has the ends of the t intervals too. All are exact, and
so are the slope where both measures are boxes, and what is said of ranks.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from hengstats.evidence.pairs import Array, Levels, Pairs, linear_range
from hengstats.evidence.permutation import (
    CONSTANT,
    LONGEST,
    RANK_TESTS,
    TIE,
    centred,
    midranks,
    orders,
    rank_correlations,
    share_beyond,
)
from hengstats.messages import data_error

# The corners of more boxes than these are not listed, nor are more pairs of corners;
# the bounds are then safe but coarse.
MOST_BOXES, MOST_PAIRS = 12, 1 << 24
# Boxes whose corners are tried for a slope; possible orders that are listed.
MOST_LISTED, MOST_ORDERS = 10, 200
CLOSE = 1e-10
# Corners that are worked through at a time.
CHUNK = 1 << 14
EPSILON = float(np.finfo(float).eps)
# Scaled columns of a condition number beyond this leave fewer than four digits.
MOST_CONDITION = 1e12
# Orders times corners that are worked through one by one, about a second.
MOST_WORK = 3_000_000


class Range(NamedTuple):
    """The smallest and the largest that a statistic can be over the boxes."""

    lower: float
    upper: float


UNKNOWN = Range(np.nan, np.nan)


class Corners(NamedTuple):
    """Where the growths of one measure can lie: a polytope, open where a figure is.

    Its corners and the directions in which it is open, one a row, a growth a column.
    """

    points: Array
    rays: Array

    @property
    def is_point(self) -> bool:
        """Whether every figure is a point."""
        return len(self.points) == 1 and not len(self.rays)


def list_corners(pairs: Pairs, levels: Levels) -> Corners | None:
    """Return the corners of the growths of one measure; None if they are too many."""
    low, high = levels.lower, levels.upper
    if is_box(low, high).sum() > MOST_BOXES:
        return None
    return Corners(
        points=np.vstack(list(corners(low, high))) @ pairs.growth_map.T,
        rays=open_sides(low, high) @ pairs.growth_map.T,
    )


def is_box(lower: Array, upper: Array) -> NDArray[np.bool_]:
    """Return which have two different ends."""
    return np.isfinite(lower) & np.isfinite(upper) & (lower < upper)


def corners(lower: Array, upper: Array) -> Iterator[Array]:
    """Yield every reading at the ends of the boxes, one a row, so many at a time.

    An open side stands at its finite end.
    """
    start, boxed = np.where(np.isfinite(lower), lower, upper), is_box(lower, upper)
    bits = np.arange(int(boxed.sum()))
    for first in range(0, 1 << len(bits), CHUNK):
        part = np.arange(first, min(first + CHUNK, 1 << len(bits)))[:, None]
        rows = np.tile(start, (len(part), 1))
        rows[:, boxed] = np.where(part >> bits & 1, upper[boxed], lower[boxed])
        yield rows


def open_sides(lower: Array, upper: Array) -> Array:
    """Return the directions in which boxes are open: up, then down, one a row."""
    every = np.eye(len(lower))
    return np.vstack([every[upper == np.inf], -every[lower == -np.inf]])


def residuals(values: Array, nuisance: Array) -> Array:
    """Return what a fit on the columns of `nuisance` leaves of each row."""
    basis, _ = np.linalg.qr(nuisance)
    left = values - (values @ basis) @ basis.T
    largest = np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
    near = np.abs(left).max(axis=-1, keepdims=True) <= CONSTANT * (1 + largest)
    return np.where(near, 0.0, left)


def partial_r(x: Array, y: Array, nuisance: Array) -> Array:
    """Return the correlation of what the nuisance columns leave, row by row."""
    one, two = residuals(x, nuisance), residuals(y, nuisance)
    size = np.linalg.norm(one, axis=-1) * np.linalg.norm(two, axis=-1)
    inner = (one * two).sum(axis=-1)
    return np.clip(inner / np.where(size == 0, 1.0, size), -1.0, 1.0)


def t_p(r: ArrayLike, df: int) -> Array:
    """Return the two-sided p of the t test of a correlation with `df` left over."""
    r = np.asarray(r)
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt(df / np.maximum(1 - r * r, 0.0))
    return 2 * stdtr(df, -t)


def t_range(r: Range, df: int) -> Range:
    """Return the range of the t test's p that belongs to a range of correlations."""
    if r.lower > 0 or r.upper < 0:
        near, far = r if r.lower > 0 else (-r.upper, -r.lower)
        return Range(float(t_p(far, df)), float(t_p(near, df)))
    return Range(float(t_p(np.fmax(-r.lower, r.upper), df)), 1.0)


def correlation_range(
    pairs: Pairs, x: Corners | None, y: Corners | None, nuisance: Array
) -> Range:
    """Return the least and greatest correlation given the nuisance columns.

    Where the sign is not settled the range holds 0. With boxes on both sides only
    the end nearer to zero is known; the other is then missing. Where there are no
    corners, as they are too many, the range is safe but wider than need be.
    """
    if x is None or y is None or len(x.points) * len(y.points) > MOST_PAIRS:
        return _coarse_range(pairs, nuisance)
    one, two = _directions(x, nuisance), _directions(y, nuisance)
    table = one @ two.T
    table = np.where(np.abs(table) <= TIE, 0.0, table)
    least, most = float(table.min()), float(table.max())
    if len(two) == 1:
        one, two = two, one
    known = len(one) == 1
    far = [_strongest(way * one[0], two) if known else np.nan for way in (-1, 1)]
    return Range(least if least > 0 else -far[0], most if most < 0 else far[1])


def _coarse_range(pairs: Pairs, nuisance: Array) -> Range:
    """Return a range that holds every correlation, by the triangle inequality."""
    ends = np.array([[side.lower, side.upper] for side in (pairs.x, pairs.y)])
    if not np.isfinite(ends).all():
        return Range(-1.0, 1.0)
    # The inner product and the norms of middle plus half-width.
    x, y = residuals(ends.sum(axis=1) @ pairs.growth_map.T / 2, nuisance)
    half = (ends[:, 1] - ends[:, 0])[:, :, None] / 2
    wide_x, wide_y = half * residuals(pairs.growth_map.T, nuisance)
    slack = sum(
        np.abs(one).sum() for one in (wide_y @ x, wide_x @ y, wide_x @ wide_y.T)
    )
    # The norm of a sum of half-widths is at most that of their absolute values.
    wide = np.abs([wide_x, wide_y]).sum(axis=1)
    size = np.prod(np.linalg.norm([x, y], axis=1) + np.linalg.norm(wide, axis=1))
    low, high = (x @ y - slack) / size, (x @ y + slack) / size
    return Range(float(low) if low > 0 else -1.0, float(high) if high < 0 else 1.0)


def factor(X: Array, names: list[str]) -> tuple[Array, Array]:
    """Return Q and R with X = QR, or refuse columns of which few digits would be right.

    Columns are scaled, and factored by Householder's reflections: the normal equations
    would cost twice the digits. The logarithm of the condition number to base ten is
    how many of 16 digits rounding in X can cost.
    """
    n_rows, n_columns = X.shape
    if n_rows < n_columns:
        raise data_error("interval.few_rows", n=n_rows, k=n_columns)
    # Powers of two, so that scaling itself rounds nothing.
    scale = np.ldexp(1.0, np.frexp(np.linalg.norm(X, axis=0))[1])
    Q, R = np.linalg.qr(X / scale)
    length = np.linalg.norm(R, axis=0)
    own = np.abs(np.diag(R)) / np.where(length == 0, 1.0, length)
    condition = float(np.linalg.cond(R / length)) if length.all() else np.inf
    if condition >= MOST_CONDITION:
        follows = np.flatnonzero(own <= max(n_rows * EPSILON, own.min()))
        which = "、".join(f"“{names[j]}”" for j in follows)
        raise data_error("interval.dependent", names=which, condition=condition)
    return Q, R * scale


def fit_rows(Q: Array, R: Array, values: Array) -> tuple[Array, Array]:
    """Return the least-squares coefficients of each row on X = QR, and their errors.

    A standard error is the length of what X leaves of the row, times the length of
    the coefficient's row of the inverse of R. (numpy's solver has nothing to
    eliminate in a triangular R, and substitutes back.)
    """
    slope = np.asarray(np.linalg.solve(R, Q.T @ values.T).T, float)
    rest = np.asarray(np.linalg.norm(values - (values @ Q) @ Q.T, axis=1), float)
    rest[rest <= CONSTANT * np.abs(values).max(axis=1, initial=0.0)] = 0.0
    per_length = np.linalg.norm(np.linalg.solve(R, np.eye(len(R))), axis=1)
    return slope, rest[:, None] * per_length / np.sqrt(Q.shape[0] - Q.shape[1])


def interval_union(
    Q: Array, R: Array, points: Iterable[Array], rays: Array, quantile: float
) -> tuple[Array, Array, Array]:
    """Return the union of the t intervals of each coefficient, and its smallest |t|.

    On X = QR. `points` are corners of the outcomes, one a row, in as many parts as are
    wanted; `rays` the directions in which they are open. Along one of those an end is
    convex too: it runs away if it grows in the long run, and otherwise never leaves the
    corner; |t| goes to that of the direction itself.
    """
    fits = [fit_rows(Q, R, part) for part in chain(points, [rays])]
    slope, error = map(np.vstack, zip(*fits, strict=True))
    low, high = slope - quantile * error, slope + quantile * error
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error == 0, np.inf, np.abs(slope) / error)
    n = len(slope) - len(rays)
    noise = TIE * np.abs(np.linalg.solve(R, Q.T)).max(axis=1)
    # Where neither coefficient nor error moves, the corners have said it all.
    t[n:][(np.abs(slope[n:]) <= noise) & (error[n:] <= noise)] = np.inf
    return (
        np.where((low[n:] < -noise).any(axis=0), -np.inf, low[:n].min(axis=0)),
        np.where((high[n:] > noise).any(axis=0), np.inf, high[:n].max(axis=0)),
        t.min(axis=0),
    )


def permutation_range(
    pairs: Pairs, x: Corners | None, y: Corners | None, sign: int
) -> Range:
    """Return bounds of the exact permutation p over the boxes.

    An order counts towards the upper bound if some figures within the boxes put it at
    least as far from zero as the one observed, and towards the lower bound if all do.
    Either is linear in the log levels of each measure, so that the ends decide. The
    largest p can only grow as a box widens. It is 1 where `sign`, that of the
    correlation throughout the boxes, is 0, as it is not settled.
    """
    unsettled = Range(share_beyond(1 if pairs.n <= LONGEST else 0, pairs.n), 1.0)
    if sign == 0:
        return unsettled
    counts = [np.inf if c is None else len(c.points) + len(c.rays) for c in (x, y)]
    listed, own, other = (
        (x, pairs.x, pairs.y) if counts[0] <= counts[1] else (y, pairs.y, pairs.x)
    )
    low, high = (other.lower, other.upper) if sign > 0 else (-other.upper, -other.lower)
    tried = orders(pairs.n)
    slack = np.zeros((2, len(tried)))
    if listed is None or min(counts) * len(tried) > MOST_WORK:
        if not np.isfinite([own.lower, own.upper, low, high]).all():
            return unsettled
        # At the middle of the boxes of one side. Within them its product with the
        # growths g of the other moves by at most half their width times |G'(g reordered
        # - g)|. Less its mean, g is that of the middle of its own boxes, give or take
        # twice |G| times their half-widths.
        G, half = pairs.growth_map, (own.upper - own.lower) / 2
        listed = Corners((G @ (own.lower + half))[None, :], np.zeros((0, pairs.n)))
        g = centred(G @ ((low + high) / 2))
        room = 4 * np.abs(G).sum(axis=0) * (np.abs(G) @ ((high - low) / 2)).max()
        back = g[np.argsort(tried, axis=1)]
        moved = [np.abs((way * back - g) @ G) @ half for way in (1, -1)]
        slack = np.array(moved) + room @ half
    points = centred(listed.points)
    some = centred(pairs.growth_map @ np.where(np.isfinite(low), low, high))
    near = -TIE * np.linalg.norm(some) * np.linalg.norm(points, axis=1)
    limits = [(one, by, by) for one, by in zip(points, near, strict=True)]
    # Far out along a ray only what grows or falls counts.
    limits += [(one, TIE, -TIE) for one in centred(listed.rays)]
    may, must = np.zeros((2, len(tried)), bool), np.ones((2, len(tried)), bool)
    for apart, reached, kept in limits:
        for side, mirror in enumerate((1, -1)):
            weights = (mirror * apart[tried] - apart) @ pairs.growth_map
            weights[np.abs(weights) <= TIE * np.abs(weights).max()] = 0
            least, most = linear_range(weights, low, high)
            may[side] |= most + slack[side] >= reached
            must[side] &= least - slack[side] >= kept
    hits = (int(side.any(axis=0).sum()) for side in (must, may))
    return Range(*(share_beyond(one, pairs.n) for one in hits))


def _directions(corners: Corners, nuisance: Array) -> Array:
    """Return residuals of length 1; a corner that leaves nothing stays at zero."""
    rays = residuals(corners.rays, nuisance)
    every = np.vstack([residuals(corners.points, nuisance), rays[rays.any(axis=1)]])
    length = np.linalg.norm(every, axis=1, keepdims=True)
    return every / np.where(length == 0, 1.0, length)


def _strongest(direction: Array, others: Array) -> float:
    """Return the largest correlation of a direction with the cone of the others.

    The projection on the cone makes the smallest angle with it; where every
    angle is obtuse the projection is nothing, and the nearest edge decides.
    """
    if len(others) == 1 or not direction.any():
        return float((others @ direction).max())
    from scipy.optimize import nnls  # slow to import, and points do without

    _, rest = nnls(others.T, direction)
    inside = 1 - rest * rest
    if inside > TIE:
        return float(np.sqrt(min(inside, 1.0)))
    return float((others @ direction).max())


def slope_range(pairs: Pairs) -> Range:
    """Return the least and greatest slope of growth on growth over all boxes.

    Open where a figure of the economy is open, or where growth of the organisation may
    not vary at all; unknown where the boxes are too many.
    """
    boxed = max(is_box(side.lower, side.upper).sum() for side in (pairs.x, pairs.y))
    if boxed > MOST_LISTED or not np.isfinite([pairs.x.lower, pairs.x.upper]).all():
        return UNKNOWN
    spread = pairs.growth_map - pairs.growth_map.mean(axis=0)
    flattest = np.linalg.norm(_nearest(spread, np.zeros(pairs.n), pairs.x))
    if flattest <= CLOSE or not np.isfinite([pairs.y.lower, pairs.y.upper]).all():
        return Range(-np.inf, np.inf)
    y = np.vstack(list(corners(pairs.y.lower, pairs.y.upper))) @ spread.T
    return Range(-_steepest(spread, pairs.x, -y), _steepest(spread, pairs.x, y))


def _steepest(spread: Array, levels: Levels, y: Array) -> float:
    """Return the greatest slope of the corners of y on x within its boxes.

    The slope is x'y / x'x of growths less their means. Dinkelbach's method (1967): at
    the slope s reached so far, x'y - s x'x is concave in the levels of x, and can be
    positive only where a higher slope is. A tangent leaves most corners of y out.
    """
    x = np.vstack(list(corners(levels.lower, levels.upper))) @ spread.T
    size = (x * x).sum(axis=1)
    slopes = (x @ y.T) / size[:, None]
    best, at = float(slopes.max()), x[int(np.argmax(slopes.max(axis=1)))]
    while best > 0:  # else no slope within is positive, as x'y is bilinear
        weights = (y - 2 * best * at) @ spread
        bounds = best * at @ at + linear_range(weights, levels.lower, levels.upper)[1]
        hopeful = np.flatnonzero(bounds > CLOSE * best * size.max())
        for row in y[hopeful[np.argsort(-bounds[hopeful])]]:
            found = _nearest(spread, row / (2 * best), levels)
            slope = float(found @ row / (found @ found))
            if slope > best * (1 + CLOSE):
                best, at = slope, found
                break
        else:
            break
    return best


def _nearest(spread: Array, target: Array, levels: Levels) -> Array:
    """Return the growths within the boxes that come nearest to the target."""
    from scipy.optimize import lsq_linear  # slow to import, and points do without

    middle, half = (levels.lower + levels.upper) / 2, (levels.upper - levels.lower) / 2
    # In half-widths from the middle, so that all boxes are alike.
    rest = target - spread @ middle
    found = lsq_linear(spread * half, rest, (-1.0, 1.0), method="bvls", tol=1e-14)
    return spread @ (middle + half * np.clip(found.x, -1, 1))


def rank_sides(pairs: Pairs, x: Array, y: Array) -> list[Array] | None:
    """Return the ranks that the growths of either measure can have, one a row.

    `x` and `y` are the growths at the printed figures. None if the orders, or the
    pairs of them, are too many to list.
    """
    sides = []
    for levels, growths in ((pairs.x, x), (pairs.y, y)):
        if (levels.lower == levels.upper).all():
            sides.append(midranks(growths)[None, :])
            continue
        found = _possible_orders(pairs, levels)
        if found is None:
            return None
        sides.append(pairs.n - np.argsort(found, axis=1).astype(float))
    return sides if len(sides[0]) * len(sides[1]) <= MOST_ORDERS else None


def _possible_orders(pairs: Pairs, levels: Levels) -> NDArray[np.intp] | None:
    """Return every order, from the largest growth down, that the boxes allow.

    Growths share their years, so an order is possible only if one set of levels puts
    all growths in it. Two growths that can be equal stand in either order. None if the
    orders that growths two by two allow are too many.
    """
    from scipy.optimize import linprog  # slow to import, and points do without

    growth, n = pairs.growth_map, pairs.n
    most = linear_range(growth[:, None] - growth, levels.lower, levels.upper)[1]
    larger = [set(np.flatnonzero(row)) for row in most < -TIE]
    found: list[list[int]] = [[]]
    for _ in range(n):
        found = [
            [*order, step]
            for order in found
            for step in range(n)
            if step not in order and larger[step] <= set(order)
        ]
        if len(found) > MOST_ORDERS:
            return None
    bounds = np.column_stack([levels.lower, levels.upper])
    falls = [np.diff(growth[order], axis=0) for order in found]
    zero, none = np.zeros(growth.shape[1]), np.zeros(n - 1)
    solved = [linprog(zero, A_ub=A, b_ub=none, bounds=bounds).status for A in falls]
    return np.array(found, dtype=np.intp)[np.array(solved) == 0]


def rank_ranges(name: str, sides: list[Array] | None) -> tuple[Range, Range]:
    """Return the range of a rank correlation and of its p over all possible ranks.

    All ranks of one measure have the same null distribution: it is worked out once.
    """
    if sides is None:
        return UNKNOWN, UNKNOWN
    x, y = sides
    distance = np.sort(np.abs(RANK_TESTS[name](x[0], y[0]).null))
    found = rank_correlations(name, x, y).ravel()
    nearer = np.searchsorted(distance, np.abs(found) - TIE)
    p = [share_beyond(int(hits), x.shape[1]) for hits in len(distance) - nearer]
    return Range(float(found.min()), float(found.max())), Range(min(p), max(p))
