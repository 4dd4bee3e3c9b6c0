"""Compares a slope of many entities with what the histories of others would give.

The whole history of one entity is given to another, all years together, so that what
belongs to an entity or a year stays where it is. And the wild cluster bootstrap: the
residuals of no slope, turned round for whole clusters at a time.
"""

import numpy as np

from hengstats.evidence.clustered import Fit, Growths, Places, box_sizes
from hengstats.evidence.pairs import Array
from hengstats.evidence.permutation import SEED, TIE

DRAWS = 999
CHUNK = 2_000_000  # numbers of a table of draws that are worked on at a time
# With fewer clusters the signs alone make too few samples, and Webb's six values serve.
SIGNED, WEBB = 12, np.array([0.5, 1.0, 1.5]) ** 0.5


def list_strangers(growths: Growths, parts: int = 1) -> Places:
    """Return a code for each entity: those of one code can exchange their histories.

    They have the same steps, lie in one cluster where clusters hold several entities,
    and in the same of so many parts by the first level of the economy.
    """
    starts, n = growths.entities, len(growths.entities)
    keys = [growths.by_step(growths.first * 10_000 + growths.last)]
    if len(growths.clusters) < n:
        keys.append(growths.cluster[starts, None])
    first = growths.y_centre[growths.start[starts]]
    place = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    keys.append((place * parts // n)[:, None])
    return np.unique(np.hstack(keys), axis=0, return_inverse=True)[1].ravel()


def exchange_histories(
    growths: Growths, fit: Fit, strangers: Places
) -> tuple[float, float, Array]:
    """Return p at the figures taken, p over the boxes, and the slopes drawn.

    The share of random exchanges of the organisation's histories among strangers whose
    slope is at least as far from their mean as the one observed: (1 + hits) / (1 +
    999). The second p is a bound: it lets each draw take the figures that suit it
    best, and the one observed those that suit it least.
    """
    moving = np.flatnonzero(np.bincount(strangers)[strangers] > 1)
    if len(moving) == 0:
        return 1.0, 1.0, np.zeros(0)
    sides = (growths.by_step(side) for side in (fit.x, fit.y))
    x, y = (_less_mean(side, strangers)[moving] for side in sides)
    boxes = _boxes(growths, fit, strangers, moving)
    observed = float((x * y).sum())
    tie = TIE * float(np.linalg.norm(x) * np.linalg.norm(y))
    least = abs(observed) - _slack(boxes, np.arange(len(moving))) - tie
    rng, codes = np.random.default_rng(SEED), strangers[moving]
    order, place = np.arange(len(codes)), np.argsort(codes, kind="stable")
    null, loose, taken = np.empty(DRAWS), np.zeros(DRAWS), np.empty_like(x)
    for draw in range(DRAWS):
        if codes[place[0]] == codes[place[-1]]:
            order = rng.permutation(len(codes))
        else:
            order[place] = np.argsort(rng.random(len(codes)) + codes)
        null[draw] = np.take(x, order, axis=0, out=taken).ravel() @ y.ravel()
        loose[draw] = _slack(boxes, order)
    hits = np.count_nonzero(np.abs(null) >= abs(observed) - tie)
    worst = np.count_nonzero(np.abs(null) + loose >= least)
    return (1 + hits) / (1 + DRAWS), (1 + worst) / (1 + DRAWS), null / fit.size


def _less_mean(side: Array, strangers: Places) -> Array:
    """Return rows less the mean of all strangers'."""
    counts = np.bincount(strangers)[:, None]
    sums = np.column_stack([np.bincount(strangers, column) for column in side.T])
    return side - (sums / counts)[strangers]


def _boxes(
    growths: Growths, fit: Fit, strangers: Places, moving: Places
) -> list[Array]:
    """Return, by entity and year, sizes of boxes and weights of figures, x before y.

    Last what the boxes of both sides together may add. Nothing if all are points.
    """
    boxes = box_sizes(growths)
    if not any(box.any() for box in boxes):
        return []
    counts = np.diff(growths.entities, append=len(growths.entity))
    row = np.repeat(np.arange(len(counts)), counts)
    start, span = growths.first.min(), growths.last - growths.first
    shape = (len(counts), int(growths.last.max() - start) + 1)
    tables, reach = [], 1.0
    for box, side in zip(boxes, (fit.x, fit.y), strict=True):
        size, weight = np.zeros(shape), np.zeros(shape)
        own = _less_mean(growths.by_step(side), strangers)
        own = own[np.arange(own.shape[1]) < counts[:, None]] / span
        for year, level, signed in (
            (growths.first, growths.start, -own),
            (growths.last, growths.end, own),
        ):
            size[row, year - start] = box[level]
            weight[row, year - start] += signed  # no entity has a year twice
        tables += [size[moving], np.abs(weight)[moving]]
        ends = (box[growths.start] + box[growths.end]) / span
        reach *= float(np.linalg.norm(ends))
    return [*tables, np.array(reach)]


def _slack(boxes: list[Array], order: Places) -> float:
    """Return how far the boxes can move the sum of products at one exchange."""
    if not boxes:
        return 0.0
    size_x, weight_x, size_y, weight_y, both = boxes
    own = size_x.take(order, axis=0).ravel() @ weight_y.ravel()
    own += weight_x.take(order, axis=0).ravel() @ size_y.ravel()
    return float(own + both)


def wild_p(growths: Growths, fit: Fit) -> float:
    """Return the p of the restricted wild cluster bootstrap of no slope.

    Cameron, Gelbach and Miller (2008, REStat 90): the residuals with no slope, times a
    random sign for each cluster (with fewer than twelve clusters one of Webb's six
    values), are fitted anew, and the t statistic is compared; (1 + hits) / (1 + 999).
    """
    product, square = (
        np.add.reduceat(side, growths.clusters) for side in (fit.x * fit.y, fit.x**2)
    )
    n = len(growths.clusters)
    if growths.even:  # every year effect is a mean over the entities
        on_x, on_y = (side.reshape(n, -1) / np.sqrt(n) for side in (fit.x, fit.y))
    else:
        on_x, on_y = (
            np.add.reduceat(fit.basis * side[:, None], growths.clusters, axis=0)
            for side in (fit.x, fit.y)
        )

    def t(signs: Array) -> Array:
        total = signs @ product
        scores = signs * product - (signs @ on_y) @ on_x.T
        scores -= np.outer(total / square.sum(), square)
        root = np.sqrt((scores**2).sum(axis=1))
        return np.abs(total) / np.where(root > 0, root, np.finfo(float).tiny)

    rng, hits, step = np.random.default_rng(SEED), 0, max(1, CHUNK // n)
    observed = float(t(np.ones((1, n)))[0])
    for first in range(0, DRAWS, step):
        shape = (min(step, DRAWS - first), n)
        signs = rng.choice([-1.0, 1.0], shape)
        if n < SIGNED:
            signs = signs * WEBB[rng.integers(0, len(WEBB), shape)]
        hits += int(np.count_nonzero(t(signs) >= observed * (1 - TIE)))
    return (1 + hits) / (1 + DRAWS)
