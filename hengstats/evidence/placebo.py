"""Sets the change of some units beside that of every other choice of units.

A difference in differences, a lead and a group-time effect are all one thing: weights
on the figures of each unit, the same for all units that start in the same year. What
other units, taken for those that started, would have given is the exact placebo test
(Conley and Taber 2011; Abadie, Diamond and Hainmueller 2010). So it is for a single
unit beside the mixture of others that resembles it before.
"""

from collections.abc import Iterable, Iterator
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
from hengstats.evidence.pairs import (
    Array,
    Levels,
    Pairs,
    growth_bounds,
    linear_range,
    times,
)
from hengstats.evidence.permutation import TIE
from hengstats.evidence.rule import Ends

Labels = NDArray[np.signedinteger]
Flags = NDArray[np.bool_]

# More choices than these, or more labels in all, are not listed but drawn, so many,
# from a fixed seed.
MOST_CHOICES, MOST_LABELS, CHOICES_DRAWN, SEED = 20_000, 1 << 27, 9_999, 20180101
# Fewer units on either side than these have no standard error of their own.
LEAST_UNITS = 3
# Fewer years before, or fewer others, make no synthetic control.
LEAST_YEARS, LEAST_DONORS = 5, 2
CHUNK = 1 << 20


def contrast(labels: Labels, group: int, line: Array) -> Array:
    """Return the weights of a sum over years in one class less that in the others.

    Classes by years: 0 the others, then by first year; each a mean over its units.
    """
    weights = np.zeros((labels.max() + 1, len(line)))
    weights[group] = line / (labels == group).sum()
    weights[0] = -line / (labels == 0).sum()
    return weights


def _count_choices(labels: Labels) -> int:
    """Return how many ways there were to give these starts; 0 if too many to list."""
    left, ways = len(labels), 1
    for size in np.bincount(labels)[1:].tolist():
        ways, left = ways * comb(left, size), left - size
    return ways if ways <= min(MOST_CHOICES, MOST_LABELS // len(labels)) else 0


def least_choice_p(labels: Labels) -> float:
    """Return the smallest p that any figures could give.

    Where half of the units are treated, the other half is as far apart.
    """
    ways, sizes = _count_choices(labels), np.bincount(labels).tolist()
    if not ways:
        return 1 / (1 + CHOICES_DRAWN)
    return (2 if len(sizes) == 2 and sizes[0] == sizes[1] else 1) / ways


def _choices(labels: Labels) -> Iterator[Labels]:
    """Yield the labels that units could have had, some rows at a time."""
    size = max(1, CHUNK // len(labels))
    if not _count_choices(labels):
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


def _draw(tables: Iterable[Array], labels: Labels) -> Array:
    """Return the sum over units of each table, units by classes, one a choice."""
    units = np.arange(len(labels))
    return np.hstack(
        [[own[units, rows].sum(axis=1) for own in tables] for rows in _choices(labels)]
    )


def _share(hits: int, labels: Labels, tried: int) -> float:
    """Return the p of so many hits, the choice observed among them."""
    drew = not _count_choices(labels)
    return float((hits + drew) / (tried + drew))


def effect(weights: Array, labels: Labels, levels: Levels) -> Ends:
    """Return lower end, value and upper end of a weighted sum of all figures."""
    low, value, high = growth_bounds(weights[labels], levels).sum(axis=0).tolist()
    return low, value, high


def unit_changes(weights: Array, labels: Labels, levels: Levels) -> Array:
    """Return lower end, value and upper end of the change of each unit, one a row."""
    sizes = np.where(weights > 0, weights, 0).sum(axis=1)
    sizes[0] = -1 / (labels == 0).sum()
    return growth_bounds((weights / sizes[:, None])[labels], levels)


def choice_p(weights: Array, labels: Labels, levels: Levels) -> Ends:
    """Return the share of choices at least as far from zero as the one observed.

    Two-sided, ties among them. A choice counts towards the upper end if some figures
    within the boxes put it that far, towards the lower if all do: safe ends.
    """
    own = weights[labels][:, None, :]
    low, high = levels.lower[:, None, :], levels.upper[:, None, :]
    value = times(weights, levels.value[:, None, :])
    boxed = not np.array_equal(levels.lower, levels.upper)
    ranges = [linear_range(weights + way * own, low, high) for way in (-1, 1) if boxed]
    drawn, *ends = _draw([value, *(side for pair in ranges for side in pair)], labels)
    seen = float(value[np.arange(len(labels)), labels].sum())
    finite = np.abs(value[np.isfinite(value)])
    near = TIE * finite.sum() if finite.size else TIE
    least = most = hits = (np.abs(drawn) >= abs(seen) - near).sum()
    if boxed:
        sure = (ends[0] >= -near) & (ends[2] >= -near)
        sure |= (ends[1] <= near) & (ends[3] <= near)
        gone = (ends[1] < -near) & (ends[2] > near)
        gone |= (ends[0] > near) & (ends[3] < -near)
        least, most = sure.sum(), (~gone).sum()
    low_p, p, high_p = (_share(n, labels, len(drawn)) for n in (least, hits, most))
    return low_p, np.nan if np.isnan(seen) else p, high_p


def joint_p(cells: Array, labels: Labels, values: Array) -> float:
    """Return the placebo p of the largest of several effects, at the printed figures.

    `cells` has one set of weights for each, classes by years. Each effect counts in
    units of its own spread over the choices, so that none outweighs the others.
    """
    scores = np.einsum("kct,nt->knc", cells, values)
    drawn = _draw(scores, labels)
    seen = scores[:, np.arange(len(labels)), labels].sum(axis=1)
    spread = np.sqrt((drawn**2).mean(axis=1))
    spread = np.where(spread == 0, 1.0, spread)
    far = np.abs(drawn / spread[:, None]).max(axis=0)
    hits = (far >= np.abs(seen / spread).max() - TIE).sum()
    return _share(hits, labels, len(far))


def pooled_t(changes: Array, treated: Flags) -> dict[str, Ends]:
    """Return the p of the t test with pooled variance, its df and 95% interval.

    At the printed figures; over the boxes the largest p and the union of intervals,
    missing where they are too many to list. Nothing where no side varies, or a change
    is open at both ends.
    """
    if np.isinf(changes[:, [0, 2]]).all(axis=1).any():
        return {}
    n, dummy = len(treated), treated.astype(float)
    Q, R = np.linalg.qr(np.column_stack([np.ones(n), dummy]))
    quantile = float(stdtrit(n - 2, 0.975))
    found = fit_rows(Q, R, changes[None, :, 1])
    value, error = (float(part[0, 1]) for part in found)
    if error == 0:
        return {}
    low, high = value - quantile * error, value + quantile * error
    p = float(2 * stdtr(n - 2, -abs(value / error)))
    least, most, ends = low, high, (p, p)
    if not (changes[:, 0] == changes[:, 2]).all():
        x = Levels(lower=dummy, value=dummy, upper=dummy)
        y = Levels(lower=changes[:, 0], value=changes[:, 1], upper=changes[:, 2])
        eye = np.eye(n)
        pairs = Pairs(entity="", years=(), steps=(), x=x, y=y, growth_map=eye)
        one, boxes = list_corners(pairs, x), list_corners(pairs, y)
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


def cluster_t(values: Array, treated: Flags) -> dict[str, Ends]:
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
    cells: Array, groups: Labels, counted: Flags, labels: Labels, values: Array
) -> tuple[Array, float]:
    """Return the standard error of each group-time effect, and of their mean.

    From influence functions, without a bootstrap; that of the mean over the cells
    `counted` allows for the weights, which are shares of units (Callaway and
    Sant'Anna 2021, theorem 2 and its corollaries).
    """
    own = np.einsum("knt,nt->kn", cells[:, labels], values)
    att, member = own.sum(axis=1), labels == groups[:, None]
    for inside in (member, labels == 0):
        mean = own.mean(axis=1, where=inside, keepdims=True)
        own = np.where(inside, own - mean, own)
    share = member.mean(axis=1)[counted]
    kept, off = share / share.sum(), member[counted] - share[:, None]
    moved = (off - np.outer(kept, off.sum(axis=0))) / share.sum() / len(labels)
    whole = kept @ own[counted] + att[counted] @ moved
    return np.linalg.norm(own, axis=1), float(np.linalg.norm(whole))


def mix_others(values: Array, before: Flags, unit: int) -> tuple[Array, Array]:
    """Return the weights of a mixture of others that is nearest to a unit, and gaps.

    `values` has a unit a row, a year a column. Weights, 0 for the unit itself, are not
    negative and sum to one; they bring the mixture as near as they can to every figure
    before (Abadie, Diamond and Hainmueller 2010, outcomes only). With B the others
    less the unit, they minimise |Bw|. Of all u >= 0 those nearest to Bu = 0 and
    sum(u) = 1 are a multiple of them, so that Lawson and Hanson's active sets find
    them exactly.
    """
    from scipy.optimize import nnls  # slow to import

    others, weights = np.arange(len(values)) != unit, np.zeros(len(values))
    apart = (values[others] - values[unit])[:, before].T
    scale = np.abs(apart).max() or 1.0
    rows = np.vstack([apart / scale, np.ones(others.sum())])
    u, _ = nnls(rows, np.eye(len(rows))[-1])
    weights[others] = u / u.sum()
    return weights, values[unit] - weights @ values


def synthetic_control(
    values: Array, before: Flags, unit: int
) -> tuple[dict[str, Ends], Array]:
    """Return the gap of a unit from its mixture, its rank, and the weights.

    A unit's ratio is its root mean squared gap after, as a multiple of that before;
    each other unit is put through the same. One that its mixture meets exactly has a
    ratio without end if it parts later.
    """
    mixed = [mix_others(values, before, one) for one in range(len(values))]
    weights, gaps = mixed[unit]
    early, late = (
        np.array([np.sqrt((gap[side] ** 2).mean()) for _, gap in mixed])
        for side in (before, ~before)
    )
    near = np.where(early <= TIE * np.abs(values).max(), 0.0, early)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.nan_to_num(late / near, nan=0.0, posinf=np.inf)
    found = {
        "synthetic_gap": gaps[~before].mean(),
        "synthetic_rmspe_before": early[unit],
        "synthetic_ratio": ratios[unit],
        "p_synthetic": (ratios >= ratios[unit] * (1 - 1e-9)).mean(),
    }
    return {name: (np.nan, float(own), np.nan) for name, own in found.items()}, weights
