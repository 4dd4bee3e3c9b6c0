"""Sets the change of some units beside that of every other choice of units.

A difference in differences, a lead and a group-time effect are all one thing: weights
on the figures of each unit, the same for all units that start in the same year. What
other units, taken for those that started, would have given is the exact placebo test
(Conley and Taber 2011; Abadie, Diamond and Hainmueller 2010).
"""

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from hengstats.evidence.envelope import (
    correlation_range,
    fit_rows,
    interval_union,
    list_corners,
    t_range,
)
from hengstats.evidence.pairs import Array, Levels, Pairs, linear_range, times
from hengstats.evidence.permutation import TIE

Ends = tuple[float, float, float]
Labels = NDArray[np.signedinteger]

# More choices than these, or more labels in all, are not listed but drawn, so many,
# from a fixed seed.
MOST_CHOICES, MOST_LABELS, CHOICES_DRAWN, SEED = 20_000, 1 << 27, 9_999, 20180101
# Fewer units on either side than these have no standard error of their own.
LEAST_UNITS = 3
CHUNK = 1 << 20


def change_weights(labels: Labels, after: NDArray[np.bool_]) -> Array:
    """Return the weights of the mean after less the mean before, treated less others.

    Classes by years: 0 the others, 1 the treated, each a mean over its units.
    """
    line = np.where(after, 1 / after.sum(), -1 / (~after).sum())
    return line / np.array([[-(labels == 0).sum()], [(labels == 1).sum()]])


def cell_weights(labels: Labels, years: int, group: int, year: int, base: int) -> Array:
    """Return the weights of a group's change from one year to another, less others'.

    `group` is a class, `years` how many there are, of which `year` and `base` are two
    by their places.
    """
    weights = np.zeros((labels.max() + 1, years))
    for one, sign in ((group, 1), (0, -1)):
        weights[one, [year, base]] = np.array([sign, -sign]) / (labels == one).sum()
    return weights


def count_choices(labels: Labels) -> int:
    """Return in how many ways the units could have had these starts."""
    left, ways = len(labels), 1
    for size in np.bincount(labels)[1:].tolist():
        ways, left = ways * comb(left, size), left - size
    return ways


def is_drawn(labels: Labels) -> bool:
    """Return whether the choices are too many to list."""
    ways = count_choices(labels)
    return ways > MOST_CHOICES or ways * len(labels) > MOST_LABELS


def least_choice_p(labels: Labels) -> float:
    """Return the smallest p that any figures could give.

    Where half of the units are treated, the other half is as far apart.
    """
    ways, sizes = count_choices(labels), np.bincount(labels)
    if is_drawn(labels):
        return 1 / (1 + CHOICES_DRAWN)
    return (2 if len(sizes) == 2 and sizes[0] == sizes[1] else 1) / ways


def choices(labels: Labels) -> Iterator[Labels]:
    """Yield the labels that units could have had, some rows at a time."""
    size = max(1, CHUNK // len(labels))
    if is_drawn(labels):
        draw = np.random.default_rng(SEED)
        for first in range(0, CHOICES_DRAWN, size):
            rows = min(size, CHOICES_DRAWN - first)
            yield draw.permuted(np.tile(labels, (rows, 1)), axis=1)
        return
    every = np.zeros((1, len(labels)), dtype=np.int16)
    for one, many in enumerate(np.bincount(labels)[1:].tolist(), start=1):
        wider = []
        for row in every:
            free = np.flatnonzero(row == 0)
            chosen = np.array(list(combinations(free, many)), dtype=np.intp)
            wider.append(np.tile(row, (len(chosen), 1)))
            np.put_along_axis(wider[-1], chosen, one, axis=1)
        every = np.vstack(wider)
    for first in range(0, len(every), size):
        yield every[first : first + size]


def effect(weights: Array, labels: Labels, levels: Levels) -> Ends:
    """Return lower end, value and upper end of a weighted sum of all figures."""
    own = weights[labels].ravel()
    low, high = linear_range(own, levels.lower.ravel(), levels.upper.ravel())
    return float(low), float(times(own, levels.value.ravel())), float(high)


def unit_changes(weights: Array, labels: Labels, levels: Levels) -> Levels:
    """Return the change of each unit that the weights compare, one a unit."""
    sizes = np.where(weights > 0, weights, 0).sum(axis=1)
    sizes[0] = 1 / (labels == 0).sum()
    signs = np.where(np.arange(len(weights)) > 0, 1, -1) / sizes
    own = (weights * signs[:, None])[labels]
    low, high = linear_range(own, levels.lower, levels.upper)
    return Levels(lower=low, value=times(own, levels.value), upper=high)


def choice_p(weights: Array, labels: Labels, levels: Levels) -> Ends:
    """Return the share of choices at least as far from zero as the one observed.

    Two-sided, ties among them. A choice counts towards the upper end if some figures
    within the boxes put it that far, towards the lower if all do: safe ends.
    """
    own = weights[labels][:, None, :]
    low, high = levels.lower[:, None, :], levels.upper[:, None, :]
    points = np.array_equal(levels.lower, levels.upper)
    ways = () if points else (-1, 1)
    ranges = [linear_range(weights + way * own, low, high) for way in ways]
    value = times(weights, levels.value[:, None, :])
    units = np.arange(len(labels))
    seen = float(value[units, labels].sum())
    finite = np.abs(value[np.isfinite(value)])
    near = TIE * finite.sum() if finite.size else TIE
    hits, tried = np.zeros(3), 0
    for rows in choices(labels):
        tried += len(rows)
        drawn = np.abs(value[units, rows].sum(axis=1))
        hits_now = (drawn >= abs(seen) - near).sum()
        hits += hits_now
        if points:
            continue
        ends = [side[units, rows].sum(axis=1) for pair in ranges for side in pair]
        gone = (ends[1] < -near) & (ends[2] > near)
        gone |= (ends[0] > near) & (ends[3] < -near)
        sure = (ends[0] >= -near) & (ends[2] >= -near)
        sure |= (ends[1] <= near) & (ends[3] <= near)
        hits[[0, 2]] += [sure.sum() - hits_now, (~gone).sum() - hits_now]
    drew = is_drawn(labels)
    shares = (hits + drew) / (tried + drew)
    at_value = np.nan if np.isnan(seen) else shares[1]
    return float(shares[0]), float(at_value), float(shares[2])


def joint_p(cells: Array, labels: Labels, values: Array) -> float:
    """Return the placebo p of the largest of several effects, at the printed figures.

    `cells` has one set of weights for each, classes by years. Each effect counts in
    units of its own spread over the choices, so that none outweighs the others.
    """
    scores = np.einsum("kct,nt->knc", cells, values)
    units = np.arange(len(labels))
    parts = [
        [own[units, rows].sum(axis=1) for own in scores] for rows in choices(labels)
    ]
    drawn = np.hstack(parts)
    seen = scores[:, units, labels].sum(axis=1)
    spread = np.sqrt((drawn**2).mean(axis=1))
    spread = np.where(spread == 0, 1.0, spread)
    far = np.abs(drawn / spread[:, None]).max(axis=0)
    drew = is_drawn(labels)
    hits = int((far >= np.abs(seen / spread).max() - TIE).sum())
    return (hits + drew) / (len(far) + drew)


def pooled_t(changes: Levels, treated: NDArray[np.bool_]) -> dict[str, Ends]:
    """Return the p of the t test with pooled variance, its df and 95% interval.

    At the printed figures; over the boxes the largest p and the union of intervals,
    missing where they are too many to list. Nothing where no side varies.
    """
    n = len(treated)
    Q, R = np.linalg.qr(np.column_stack([np.ones(n), treated]))
    quantile = float(stdtrit(n - 2, 0.975))
    low = value = high = p = np.nan
    if np.isfinite(changes.value).all():
        value, error = (float(s[0, 1]) for s in fit_rows(Q, R, changes.value[None]))
        if error == 0:
            return {}
        low, high = value - quantile * error, value + quantile * error
        p = float(2 * stdtr(n - 2, -abs(value / error)))
    least, most, ends = low, high, (p, p)
    if not (changes.lower == changes.upper).all():
        dummy = treated.astype(float)
        pairs = Pairs(
            entity="",
            years=(),
            steps=(),
            x=Levels(lower=dummy, value=dummy, upper=dummy),
            y=changes,
            growth_map=np.eye(n),
        )
        boxes = list_corners(pairs, changes)
        one = list_corners(pairs, pairs.x)
        r = correlation_range(pairs, one, boxes, np.ones((n, 1)))
        ends, least, most = t_range(r, n - 2), np.nan, np.nan
        if boxes is not None:
            union = interval_union(Q, R, [boxes.points], boxes.rays, quantile)
            least, most = float(union[0][1]), float(union[1][1])
    inner = (low, high) if least == low else (np.nan, np.nan)
    return {
        "conf_low": (least, low, inner[0]),
        "conf_high": (inner[1], high, most),
        "p_pooled_t": (ends[0], p, ends[1]),
        "df_pooled_t": (n - 2.0,) * 3,
    }


def cluster_t(values: Array, treated: NDArray[np.bool_]) -> dict[str, Ends]:
    """Return the p of the cluster-robust t test of changes, CR2, and its df.

    One change a unit: the variance is that of Welch, the degrees of freedom are Bell
    and McCaffrey's (Imbens and Kolesár 2016, equation 12), fixed by the sizes alone.
    """
    sides = [values[treated], values[~treated]]
    n, m = map(len, sides)
    error = np.sqrt(sum(side.var(ddof=1) / len(side) for side in sides))
    df = (n + m) ** 2 * (n - 1) * (m - 1) / (n**2 * (n - 1) + m**2 * (m - 1))
    t = (sides[0].mean() - sides[1].mean()) / error
    p = float(2 * stdtr(df, -abs(t)))
    return {"p_cluster": (np.nan, p, np.nan), "df_cluster": (df,) * 3}


def group_errors(
    cells: Array, groups: Labels, counted: NDArray[np.bool_], labels: Labels, y: Array
) -> tuple[Array, float]:
    """Return the standard error of each group-time effect, and of their mean.

    From influence functions, without a bootstrap; that of the mean over the cells
    `counted` allows for the weights, which are shares of units (Callaway and
    Sant'Anna 2021, theorem 2 and its corollaries).
    """
    own = np.einsum("knt,nt->kn", cells[:, labels], y)
    att, n = own.sum(axis=1), len(labels)
    member = labels[None, :] == groups[:, None]
    for inside in (member, np.broadcast_to(labels == 0, own.shape)):
        size = inside.sum(axis=1, keepdims=True)
        mean = np.where(inside, own, 0).sum(axis=1, keepdims=True) / size
        own = np.where(inside, own - mean, own)
    share = member.mean(axis=1)
    kept, total = share[counted], share[counted].sum()
    off = member[counted] - kept[:, None]
    moved = (off - np.outer(kept / total, off.sum(axis=0))) / total / n
    whole = (kept / total) @ own[counted] + att[counted] @ moved
    return np.linalg.norm(own, axis=1), float(np.linalg.norm(whole))
