"""Compares a slope of many entities with what strangers' histories would give.

The whole history of one entity is given to another, all years together, so that what
belongs to an entity or a year stays where it is. And the wild cluster bootstrap: the
residuals of no slope, turned round for whole clusters at a time.
"""

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.clustered import Fit, Growths, box_sizes, centre
from hengstats.evidence.pairs import Array
from hengstats.evidence.permutation import SEED, TIE

DRAWS = 999
# So many numbers of a table of draws are worked on at a time.
CHUNK = 2_000_000
# With fewer clusters the signs alone make too few samples, and Webb's six values serve.
SIGNED = 12
WEBB = np.sqrt([0.5, 1.0, 1.5])


def list_strangers(growths: Growths, parts: int = 1) -> NDArray[np.int64]:
    """Return a code for each entity: those of one code can exchange their histories.

    They have the same steps, lie in one cluster where clusters hold several entities,
    and in the same of so many parts by the first level of the economy.
    """
    starts, n = growths.entities, len(growths.entities)
    same = _by_step(growths, growths.first * 10_000 + growths.last)
    codes = np.unique(same, axis=0, return_inverse=True)[1].ravel()
    if len(growths.clusters) < n:
        codes = codes * (growths.cluster.max() + 1) + growths.cluster[starts]
    if parts > 1:
        first = centre(growths.y)[growths.start[starts]]
        place = np.argsort(np.argsort(first, kind="stable"), kind="stable")
        codes = codes * parts + place * parts // n
    return np.unique(codes, return_inverse=True)[1].ravel()


def exchange_histories(
    growths: Growths, fit: Fit, strangers: NDArray[np.int64], draws: int = DRAWS
) -> tuple[float, float, Array]:
    """Return p at the figures taken, p over the boxes, and the slopes drawn.

    The share of random exchanges of the organisation's histories among strangers whose
    slope is at least as far from their mean as the one observed: (1 + hits) / (1 +
    draws). The second p is a bound: it lets each draw take the figures that suit it
    best, and the one observed those that suit it least.
    """
    moving = np.flatnonzero(np.bincount(strangers)[strangers] > 1)
    if len(moving) == 0 or not fit.size:
        return 1.0, 1.0, np.zeros(0)
    sides = [_by_step(growths, side) for side in (fit.x, fit.y)]
    x, y = (_less_mean(side, strangers)[moving] for side in sides)
    boxes = _by_year(growths, fit, strangers, moving)
    observed = float((x * y).sum())
    slack = _slack(boxes, np.arange(len(moving)))
    tie = TIE * float(np.linalg.norm(x) * np.linalg.norm(y))
    rng, codes = np.random.default_rng(SEED), strangers[moving]
    null, loose, place = np.empty(draws), np.zeros(draws), np.argsort(codes)
    whole, taken = bool((codes == codes[0]).all()), np.empty_like(x)
    flat = y.ravel()
    for draw in range(draws):
        if whole:
            order = rng.permutation(len(codes))
        else:
            order = np.empty(len(codes), dtype=np.int64)
            order[place] = np.argsort(rng.random(len(codes)) + codes)
        null[draw] = np.take(x, order, axis=0, out=taken).ravel() @ flat
        loose[draw] = _slack(boxes, order)
    hits = np.count_nonzero(np.abs(null) >= abs(observed) - tie)
    worst = np.count_nonzero(np.abs(null) + loose >= abs(observed) - slack - tie)
    return (1 + hits) / (1 + draws), (1 + worst) / (1 + draws), null / fit.size


def _by_step(growths: Growths, side: NDArray) -> NDArray:
    """Return a table of one row per entity, one column per step, padded with 0."""
    n = len(growths.entities)
    if growths.length:
        return side.reshape(n, -1)
    counts = np.diff(growths.entities, append=len(side))
    table = np.zeros((n, counts.max()), dtype=side.dtype)
    table[np.arange(counts.max()) < counts[:, None]] = side
    return table


def _less_mean(side: Array, strangers: NDArray[np.int64]) -> Array:
    """Return rows less the mean of all strangers'."""
    counts = np.bincount(strangers)[:, None]
    sums = np.column_stack([np.bincount(strangers, column) for column in side.T])
    return side - (sums / counts)[strangers]


def _by_year(
    growths: Growths, fit: Fit, strangers: NDArray[np.int64], moving: NDArray[np.int64]
) -> tuple[Array, ...] | None:
    """Return, by entity and year, sizes of boxes and weights of figures, x before y.

    Last what the boxes of both sides together may add.
    """
    boxes = box_sizes(growths)
    if not any(box.any() for box in boxes):
        return None
    n, start = len(growths.entities), growths.first.min()
    row = np.repeat(np.arange(n), np.diff(growths.entities, append=len(growths.entity)))
    span = growths.last - growths.first
    shape = (n, int(growths.last.max() - start) + 1)
    tables, reach = [], []
    for box, side in zip(boxes, (fit.x, fit.y), strict=True):
        size, weight = np.zeros(shape), np.zeros(shape)
        own = _less_mean(_by_step(growths, side), strangers)
        counts = np.diff(growths.entities, append=len(side))
        flat = own[np.arange(own.shape[1]) < counts[:, None]] / span
        for year, level, sign in (
            (growths.first, growths.start, -1),
            (growths.last, growths.end, 1),
        ):
            size[row, year - start] = box[level]
            np.add.at(weight, (row, year - start), sign * flat)
        tables += [size[moving], np.abs(weight)[moving]]
        reach.append(np.linalg.norm((box[growths.start] + box[growths.end]) / span))
    return (*tables, np.array(reach[0] * reach[1]))


def _slack(boxes: tuple[Array, ...] | None, order: NDArray[np.int64]) -> float:
    """Return how far the boxes can move the sum of products at one exchange."""
    if boxes is None:
        return 0.0
    size_x, weight_x, size_y, weight_y, both = boxes
    own = (size_x[order] * weight_y).sum() + (weight_x[order] * size_y).sum()
    return float(own + both)


def wild_p(growths: Growths, fit: Fit, draws: int = DRAWS) -> float:
    """Return the p of the restricted wild cluster bootstrap of no slope.

    Cameron, Gelbach and Miller (2008, REStat 90): the residuals with no slope, times a
    random sign for each cluster (with fewer than twelve clusters one of Webb's six
    values), are fitted anew, and the t statistic is compared; (1 + hits) / (1 + draws).
    """
    if not fit.size:
        return 1.0
    product = np.add.reduceat(fit.x * fit.y, growths.clusters)
    square = np.add.reduceat(fit.x**2, growths.clusters)
    on_x, on_y = (_on_years(growths, fit, side) for side in (fit.x, fit.y))
    rng, n = np.random.default_rng(SEED), len(growths.clusters)
    observed = _t(np.ones((1, n)), product, square, on_x, on_y)[0]
    hits, step = 0, max(1, CHUNK // n)
    for first in range(0, draws, step):
        shape = (min(step, draws - first), n)
        signs = rng.integers(0, 2, shape) * 2.0 - 1
        if n < SIGNED:
            signs *= WEBB[rng.integers(0, len(WEBB), shape)]
        drawn = _t(signs, product, square, on_x, on_y)
        hits += int(np.count_nonzero(drawn >= observed * (1 - TIE)))
    return (1 + hits) / (1 + draws)


def _on_years(growths: Growths, fit: Fit, side: Array) -> Array:
    """Return the part of each cluster in each year effect."""
    if fit.basis is None:
        return side.reshape(len(growths.entities), -1) / np.sqrt(len(growths.entities))
    return np.add.reduceat(fit.basis * side[:, None], growths.clusters, axis=0)


def _t(signs: Array, product: Array, square: Array, on_x: Array, on_y: Array) -> Array:
    """Return |t|, up to a constant, of each row of signs of clusters."""
    total = signs @ product
    scores = signs * product - (signs @ on_y) @ on_x.T
    scores -= np.outer(total / square.sum(), square)
    root = np.sqrt((scores**2).sum(axis=1))
    return np.abs(total) / np.where(root > 0, root, np.finfo(float).tiny)
