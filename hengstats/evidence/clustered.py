"""Fits growth on growth of many entities, with an effect of each entity and year.

Least squares on annualised log growths; the standard error is CR2, which allows any
dependence within an entity, or a district, with the degrees of freedom of Bell and
McCaffrey. Time and memory grow with the number of figures and no faster.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.special import stdtr

from hengstats.evidence.pairs import Array, Levels, linear_range, log_levels
from hengstats.evidence.permutation import CONSTANT
from hengstats.messages import data_error

Places = NDArray[np.int64]
# An eigenvalue this close to 0, of a matrix whose others are about 1, is 0.
NOUGHT = 1e-10


@dataclass(frozen=True, kw_only=True)
class Growths:
    """The paired growths of many entities, one step a row, by cluster and entity.

    Attributes
    ----------
    entity, cluster : ndarray of int
        Whose each step is, and what may share its shocks: the entity itself, or the
        district that it lies in.
    first, last, start, end : ndarray of int
        The years of each step, and their places among the levels.
    x, y, x_centre, y_centre : Levels, ndarray
        Organisation and economy, by entity and year; and their values, or the middles
        of boxes that have none, from which bounds are worked out.
    paired : ndarray of int
        Entities that have any step.
    n_open, n_alone : int
        Steps left out because an end is open; entities, because they have one step
        only, of which nothing is left beside its own mean.
    """

    entity: Places
    cluster: Places
    first: Places
    last: Places
    start: Places
    end: Places
    x: Levels
    y: Levels
    x_centre: Array
    y_centre: Array
    paired: Places
    n_open: int
    n_alone: int

    def of(self, rows: NDArray[np.bool_]) -> "Growths":
        """Return some of the steps, with the same levels."""
        names = ("entity", "cluster", "first", "last", "start", "end")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def growth(self, levels: Array) -> Array:
        """Return the annualised growth of each step."""
        return (levels[self.end] - levels[self.start]) / (self.last - self.first)

    @cached_property
    def entities(self) -> Places:
        """Where the rows of each entity begin."""
        return np.flatnonzero(np.diff(self.entity, prepend=-1))

    @cached_property
    def clusters(self) -> Places:
        """Where the rows of each cluster begin."""
        return np.flatnonzero(np.diff(self.cluster, prepend=-1))

    @cached_property
    def even(self) -> bool:
        """Whether each entity is its own cluster, and all have the same steps."""
        n = len(self.entities)
        if n > len(self.clusters) or len(self.entity) % n:
            return False
        table = np.reshape([self.entity, self.first, self.last], (3, n, -1))
        alike = np.array_equal(
            table[1:], np.broadcast_to(table[1:, :1], table[1:].shape)
        )
        return alike and bool((np.ptp(table[0], axis=1) == 0).all())

    def by_step(self, side: NDArray) -> NDArray:
        """Return a table of one row per entity, one column per step, padded with 0."""
        counts = np.diff(self.entities, append=len(side))
        table = np.zeros((len(counts), counts.max()), dtype=side.dtype)
        table[np.arange(counts.max()) < counts[:, None]] = side
        return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A slope of growth on growth, and what its uncertainty is made of.

    Attributes
    ----------
    estimate, std_error, df, p_value : float
        Slope, CR2 standard error, Satterthwaite degrees of freedom, two-sided p.
    x, y, residual : ndarray
        The growths with the effects taken out, and what the slope leaves of `y`.
    size : float
        Sum of squares of `x`.
    scores, room, without : ndarray
        By cluster: what it adds to the error of the slope, adjusted, times `size`; the
        smallest share of its errors that its residuals keep; the slope without it.
    basis : ndarray
        Orthonormal year effects, by step.
    """

    estimate: float
    std_error: float
    df: float
    p_value: float
    x: Array
    y: Array
    residual: Array
    size: float
    scores: Array
    room: Array
    without: Array
    basis: Array


def gather(
    read: pd.DataFrame,
    measures: tuple[str, str],
    shock_years: tuple[int, ...],
    cluster: pd.Series | None,
) -> tuple[Growths, NDArray[np.object_], NDArray[np.object_]]:
    """Return the paired growths of all entities, and names of entities and clusters.

    `read` is as `read_figures` returns, by entity and year; `cluster` has a row each.
    """
    x, y = (log_levels(read, measure) for measure in measures)
    both = ~(np.isinf(x.lower) & np.isinf(x.upper))
    both &= ~(np.isinf(y.lower) & np.isinf(y.upper))
    x, y, year = x.of(both), y.of(both), read["year"].to_numpy()[both]
    entity, names = pd.factorize(read["entity"].to_numpy()[both])
    group, groups = entity, names
    if cluster is not None:
        group, groups = pd.factorize(cluster.to_numpy()[both])
    start = np.flatnonzero(entity[1:] == entity[:-1])
    paired = np.unique(entity[start])
    for shock in shock_years:
        hit = (year[start] < shock) & (shock <= year[start + 1])
        if not hit.any():
            known = "、".join(map(str, np.unique(year))) or "无"
            raise data_error("pairs.shock_year", year=shock, known=known)
        start = start[~hit]
    sides = np.array([x.lower, x.upper, y.lower, y.upper])
    closed: NDArray[np.bool_] = np.isfinite(sides).all(axis=0)
    kept = start[closed[start] & closed[start + 1]]
    counts = np.bincount(entity[kept], minlength=len(names))
    used = kept[counts[entity[kept]] > 1]
    used = used[np.argsort(group[used], kind="stable")]
    growths = Growths(
        entity=entity[used],
        cluster=group[used],
        first=year[used],
        last=year[used + 1],
        start=used,
        end=used + 1,
        x=x,
        y=y,
        x_centre=np.where(np.isnan(x.value) & closed, (x.lower + x.upper) / 2, x.value),
        y_centre=np.where(np.isnan(y.value) & closed, (y.lower + y.upper) / 2, y.value),
        paired=paired,
        n_open=len(start) - len(kept),
        n_alone=int((counts == 1).sum()),
    )
    return growths, np.asarray(names, object), np.asarray(groups, object)


def fit_growths(growths: Growths) -> Fit | None:
    """Return the slope of growth on growth; None if the organisation's does not vary.

    Notes
    -----
    Bell and McCaffrey (2002, Survey Methodology 28), Pustejovsky and Tipton (2018,
    JBES 36): with `B` the block of `I - H` of one cluster, its scores are adjusted by
    the symmetric root of the pseudo-inverse of `B`; the degrees of freedom are
    `trace(P)^2 / sum(P^2)`, `P` being the covariance of the adjusted scores under
    independent errors. Entity effects lie within one cluster; so `B` acts on it as
    `I - U'U` does, with `U` the orthonormal year effects and `x`: a matrix no larger
    than there are years. Where all entities have the same steps, in closed form.
    """
    x, y = (growths.growth(side) for side in (growths.x_centre, growths.y_centre))
    least = CONSTANT * (1 + float(np.linalg.norm(x)))
    basis = np.zeros((len(x), 0)) if growths.even else year_effects(growths)
    x, y = (_take_out(growths, basis, side) for side in (x, y))
    size = float(x @ x)
    if size <= least**2:
        return None
    estimate = float(x @ y) / size
    residual = y - estimate * x
    adjust = _closed if growths.even else _general
    scores, change, room, weights = adjust(growths, basis, x, residual, size)
    std_error, df = float(np.linalg.norm(scores)) / size, _degrees(weights)
    return Fit(
        estimate=estimate,
        std_error=std_error,
        df=df,
        p_value=two_sided(estimate / std_error if std_error else np.inf, df),
        x=x,
        y=y,
        residual=residual,
        size=size,
        scores=scores,
        room=room,
        without=estimate - change,
        basis=basis,
    )


def _degrees(weights: Array) -> float:
    """Return trace(P)^2 / sum(P^2) of P = diag(first column) - CC', C the others."""
    own, common = weights[:, 0], weights[:, 1:]
    length = (common**2).sum(axis=1)
    squares = (own**2 - 2 * own * length).sum() + ((common.T @ common) ** 2).sum()
    return float((own.sum() - length.sum()) ** 2 / squares)


def _closed(
    growths: Growths, _: Array, x: Array, residual: Array, size: float
) -> tuple[Array, ...]:
    """Return scores, changes, room and weights where all have the same steps."""
    n = len(growths.entities)
    x, residual = x.reshape(n, -1), residual.reshape(n, -1)
    share = np.einsum("ij,ij->i", x, x) / size
    room = 1 - 1 / n - share
    safe = np.where(room > NOUGHT, room, np.inf)
    plain = np.einsum("ij,ij->i", x, residual)
    common = np.column_stack([x / np.sqrt(n * size), share]) / np.sqrt(safe)[:, None]
    weights = np.column_stack([share / safe, common])
    return plain / np.sqrt(safe), plain / safe / size, room, weights


def _general(
    growths: Growths, basis: Array, x: Array, residual: Array, size: float
) -> tuple[Array, ...]:
    """Return scores, changes, room and weights by the eigenvalues of each block."""
    sides = np.column_stack([basis, x / np.sqrt(size)])
    width, starts = sides.shape[1], growths.clusters
    gram = np.empty((len(starts), width, width))
    for i, j in zip(*np.triu_indices(width), strict=True):
        both = np.add.reduceat(sides[:, i] * sides[:, j], starts)
        gram[:, i, j] = gram[:, j, i] = both
    values, vectors = np.linalg.eigh(gram)
    room = 1 - values
    safe = np.where(room > NOUGHT, room, np.inf)
    half, whole = (
        np.einsum("gij,gj->gi", vectors, vectors[:, -1, :] * safe**power)
        for power in (-0.5, -1.0)
    )
    left = np.add.reduceat(sides * residual[:, None], starts, axis=0)
    common = np.einsum("gij,gj->gi", gram, half)
    own = np.einsum("gi,gi->g", half, common)
    scores = np.sqrt(size) * np.einsum("gi,gi->g", half, left)
    change = np.einsum("gi,gi->g", whole, left) / np.sqrt(size)
    least = np.where(room > NOUGHT, room, 1.0).min(axis=1)
    return scores, change, least, np.column_stack([own, common])


def year_effects(growths: Growths) -> Array:
    """Return orthonormal columns for the effects of years beside those of entities.

    The growth of a step of several years is the mean of theirs, so it has a share in
    the effect of each. Years that never stand apart make one column.
    """
    years = np.arange(growths.first.min() + 1, growths.last.max() + 1)
    columns = np.empty((len(growths.first), len(years)))
    for place, year in enumerate(years):
        within = (growths.first < year) & (year <= growths.last)
        columns[:, place] = within / (growths.last - growths.first)
    columns = _centred(columns, growths.entities)
    Q, R, _ = qr(columns, mode="economic", pivoting=True, overwrite_a=True)
    return np.ascontiguousarray(Q[:, np.abs(np.diag(R)) > NOUGHT])


def _take_out(growths: Growths, basis: Array, side: Array) -> Array:
    """Return growths less the effects of entities and years."""
    if growths.even:
        side = side.reshape(len(growths.entities), -1)
        side = side - side.mean(axis=1, keepdims=True)
        return (side - side.mean(axis=0)).ravel()
    side = _centred(side, growths.entities)
    for _ in range(2):  # the second time takes out what rounding has left
        side = side - basis @ (basis.T @ side)
    return side


def _centred(side: Array, starts: Places) -> Array:
    """Return rows less the mean of their run."""
    counts = np.diff(starts, append=len(side))
    means = (np.add.reduceat(side, starts, axis=0).T / counts).T
    return side - np.repeat(means, counts, axis=0)


def two_sided(t: float, df: float) -> float:
    """Return the two-sided p of a t statistic."""
    return float(2 * stdtr(df, -abs(t)))


# Over the boxes


def box_sizes(growths: Growths) -> tuple[Array, Array]:
    """Return how far organisation and economy may lie from their centre, by level."""
    used = np.zeros(len(growths.x.value), dtype=bool)
    used[growths.start] = used[growths.end] = True
    with np.errstate(invalid="ignore"):
        x, y = (
            np.where(used, np.maximum(side.upper - middle, middle - side.lower), 0.0)
            for side, middle in (
                (growths.x, growths.x_centre),
                (growths.y, growths.y_centre),
            )
        )
    return x, y


def widest(growths: Growths, fit: Fit) -> tuple[float, float, float, float, float]:
    """Return bounds over the boxes: of the slope; std_error, df and p at their worst.

    The slope's are exact where the organisation's figures are points. The others are
    conservative, and need not be reached.

    Notes
    -----
    With `x`, `e` the growths and residuals at the centre, and changes `a` of `x` and
    `b` of `y`, the slope moves by `[x'b + a'(e - slope x) + a'Mb - slope a'Ma] /
    (x+a)'M(x+a)`; the first two terms are linear and exact, the others bounded by
    lengths. So are the scores, cluster by cluster: `Ma` moves there by no more than
    `a` does, and the root of 1 - room times its whole length; the adjustment moves by
    at most half the change of its block times the room to the power -3/2. df is at
    least `1 / sum((share of x'x / room)^2)`.
    """
    span = growths.last - growths.first
    reach = [
        (box[growths.start] + box[growths.end]) / span for box in box_sizes(growths)
    ]
    hx, hy = (float(np.linalg.norm(side)) for side in reach)
    slope, size = fit.estimate, max(np.sqrt(fit.size) - hx, 0.0) ** 2
    down, up = -hx * hy - max(slope * hx**2, 0.0), hx * hy - min(slope * hx**2, 0.0)
    for side, middle, weight in (
        (growths.y, growths.y_centre, fit.x),
        (growths.x, growths.x_centre, fit.residual - slope * fit.x),
    ):
        on = np.bincount(growths.end, weight / span, len(middle))
        on -= np.bincount(growths.start, weight / span, len(middle))
        used = on != 0
        ends = ((end - middle)[used] for end in (side.lower, side.upper))
        low, high = linear_range(on[used], *ends)
        down, up = down + float(low), up + float(high)
    if not size:
        return -np.inf, np.inf, np.inf, 1.0, 1.0
    low, high = slope + down / size, slope + up / size
    x, residual, mx, my = (
        np.sqrt(np.add.reduceat(side**2, growths.clusters))
        for side in (fit.x, fit.residual, *reach)
    )
    safe = np.where(fit.room > NOUGHT, fit.room, 1.0)
    mx, my = (
        np.minimum(own + np.sqrt(1 - safe) * every, every)
        for own, every in ((mx, hx), (my, hy))
    )
    share = x / np.sqrt(fit.size)
    apart = (mx + share * hx) / np.sqrt(size)
    grown = np.minimum(share + apart, 1.0)
    room = safe - (share + grown) * apart
    if (room <= 0).any():
        return low, high, np.inf, 1.0, 1.0
    shift, steepest = max(slope - low, high - slope), max(-low, high)
    root = room**-0.5
    moved = (
        root * (x + mx) * (my + steepest * mx),
        shift * root * (x + mx) * x,
        root * residual * mx,
        x * residual * (safe - room) * room**-1.5 / 2,
    )
    score = sum(float(np.linalg.norm(part)) for part in (fit.scores, *moved))
    df = min(fit.df, float(1 / ((grown**2 / room) ** 2).sum())) if hx else fit.df
    t = max(low, -high, 0.0) * size / score if score else np.inf
    return low, high, score / size, df, two_sided(t, df)
