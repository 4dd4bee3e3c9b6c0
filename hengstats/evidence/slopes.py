"""Bounds the slope of growth on growth where both measures are boxes.

The slope is a linear form over a quadratic one, x'y / x'x of growths less their means,
which are linear in the log levels. Dinkelbach's method (1967) finds its maximum: at
the slope s reached so far, x'y - s x'x is concave in the levels of one measure, and
linear in those of the other, so that its corners do; it can be positive only where a
higher slope is. Tangents leave most corners out. Where no slope is positive, the
nearest to zero stands at corners of both.
"""

import numpy as np

from hengstats.evidence.envelope import UNKNOWN, Range, corners, is_box
from hengstats.evidence.pairs import Array, Levels, Pairs

# Boxes of one measure whose corners are listed, and rounds of the search.
MOST_LISTED, MOST_ROUNDS = 10, 60
CLOSE = 1e-10


def slope_range(pairs: Pairs) -> Range:
    """Return the least and greatest slope over the boxes of both measures.

    Open where a figure of the economy is open, or where growth of the organisation may
    not vary at all; unknown where the boxes are too many.
    """
    boxed = max(is_box(side.lower, side.upper).sum() for side in (pairs.x, pairs.y))
    if boxed > MOST_LISTED or not np.isfinite([pairs.x.lower, pairs.x.upper]).all():
        return UNKNOWN
    if not np.isfinite([pairs.y.lower, pairs.y.upper]).all():
        return Range(-np.inf, np.inf)
    spread = pairs.growth_map - pairs.growth_map.mean(axis=0)
    if _nearest(spread, np.zeros(pairs.n), pairs.x)[1] <= CLOSE:
        return Range(-np.inf, np.inf)
    y = np.vstack(list(corners(pairs.y.lower, pairs.y.upper))) @ spread.T
    return Range(-_steepest(spread, pairs.x, -y), _steepest(spread, pairs.x, y))


def _steepest(spread: Array, levels: Levels, y: Array) -> float:
    """Return the greatest slope of the corners of y on x within its boxes."""
    ends = np.vstack(list(corners(levels.lower, levels.upper)))
    x = ends @ spread.T
    size = (x * x).sum(axis=1)
    slopes = (x @ y.T) / size[:, None]
    best = float(slopes.max())
    if best <= 0:  # and then so is every slope within, as x'y is bilinear
        return best
    at = ends[int(np.argmax(slopes.max(axis=1)))]
    for _ in range(MOST_ROUNDS):
        bounds = _tangents(spread, levels, y, at, best)
        risen = False
        for row in np.argsort(-bounds):
            if bounds[row] <= CLOSE * best * size.max():
                break
            found, _ = _nearest(spread, y[row] / (2 * best), levels)
            own = spread @ found
            slope = float(own @ y[row] / (own @ own))
            if slope > best * (1 + CLOSE):
                best, at, risen = slope, found, True
                break
        if not risen:
            return best
    return float("nan")


def _tangents(spread: Array, levels: Levels, y: Array, at: Array, s: float) -> Array:
    """Return what x'y - s x'x can be at most for each y, by its tangent at one x."""
    own = spread @ at
    slope = (y - 2 * s * own) @ spread
    top = np.where(slope > 0, levels.upper - at, levels.lower - at)
    return y @ own - s * (own @ own) + (slope * top).sum(axis=1)


def _nearest(spread: Array, target: Array, levels: Levels) -> tuple[Array, float]:
    """Return the levels within the boxes whose growths come nearest, and how near."""
    from scipy.optimize import lsq_linear  # slow to import, and points do without

    free = is_box(levels.lower, levels.upper)
    if not free.any():
        return levels.lower, float(np.linalg.norm(spread @ levels.lower - target))
    fixed = np.where(free, 0.0, levels.lower)
    middle = ((levels.lower + levels.upper) / 2)[free]
    half = ((levels.upper - levels.lower) / 2)[free]
    # In half-widths from the middle, so that all boxes are alike.
    A = spread[:, free] * half
    b = target - spread @ fixed - spread[:, free] @ middle
    found = lsq_linear(A, b, (-1.0, 1.0), method="bvls", tol=1e-14)
    place = fixed.copy()
    place[free] = middle + half * np.clip(found.x, -1, 1)
    return place, float(np.linalg.norm(spread @ place - target))
