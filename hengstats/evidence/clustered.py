"""Fits growth on growth of many entities, with an effect of each entity and year.

Least squares on annualised log growths; the standard error is CR2, which allows
whatever dependence there is within an entity (or a district), and its degrees of
freedom are those of Bell and McCaffrey. Every entity's own projection is a small
matrix, so time and memory grow with the number of figures and no faster.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.special import stdtr, stdtrit

from hengstats.evidence.pairs import Array, Levels, linear_range, log_levels
from hengstats.evidence.permutation import CONSTANT
from hengstats.messages import data_error

Places = NDArray[np.int64]
# An eigenvalue this close to 0, of a projection whose others are about 1, is 0.
NOUGHT = 1e-10
Ends = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Growths:
    """The paired growths of many entities, one step a row, by cluster and entity.

    Attributes
    ----------
    entity, cluster : ndarray of int
        Whose each step is, and what may share its shocks: the entity itself, or the
        district that it lies in. Rows of one entity, and of one cluster, are together.
    first, last : ndarray of int
        The years of each step.
    start, end : ndarray of int
        The places of these years among the levels.
    x, y : Levels
        Organisation and economy, one row per entity and year that knows both.
    paired : ndarray of int
        Entities that have any step.
    n_open : int
        Steps left out because a figure at one end is open.
    n_alone : int
        Entities left out because they have one step only, which is their own average.
    """

    entity: Places
    cluster: Places
    first: Places
    last: Places
    start: Places
    end: Places
    x: Levels
    y: Levels
    paired: Places
    n_open: int = 0
    n_alone: int = 0

    def of(self, rows: NDArray[np.bool_]) -> "Growths":
        """Return some of the steps, with the same levels."""
        names = ("entity", "cluster", "first", "last", "start", "end")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def growth(self, levels: Array) -> Array:
        """Return the annualised growth of each step."""
        return (levels[self.end] - levels[self.start]) / (self.last - self.first)

    def on_levels(self, weights: Array) -> Array:
        """Return weights of growths as weights of the levels that they come from."""
        weights, size = weights / (self.last - self.first), len(self.x.value)
        return np.bincount(self.end, weights, size) - np.bincount(
            self.start, weights, size
        )

    @cached_property
    def entities(self) -> Places:
        """Where the rows of each entity begin."""
        return _starts(self.entity)

    @cached_property
    def clusters(self) -> Places:
        """Where the rows of each cluster begin."""
        return _starts(self.cluster)

    @cached_property
    def length(self) -> int:
        """Number of steps of each entity if all have the same ones, otherwise 0."""
        n, own = len(self.entities), len(self.clusters)
        length = len(self.entity) // n
        if n * length < len(self.entity) or own < n:
            return 0
        shape = [side.reshape(n, length) for side in (self.first, self.last)]
        even = (np.arange(n) * length == self.entities).all()
        return length if even and all((s == s[0]).all() for s in shape) else 0


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A slope of growth on growth, and what its uncertainty is made of.

    Attributes
    ----------
    estimate, std_error, df : float
        Slope, CR2 standard error, Satterthwaite degrees of freedom; missing where
        nothing of the organisation's growth is left beside the effects.
    x, y, residual : ndarray
        The growths with the effects taken out, and what the slope leaves of `y`.
    size : float
        Sum of squares of `x`.
    scores : ndarray
        What each cluster adds to the estimate, adjusted: `std_error` times `size` is
        the root of the sum of their squares.
    room : ndarray
        Smallest share of an error of a cluster that stays in its residuals.
    without : ndarray
        The slope with each cluster left out.
    basis : ndarray or None
        Orthonormal year effects; None where all entities have the same steps.
    """

    estimate: float
    std_error: float
    df: float
    x: Array
    y: Array
    residual: Array
    size: float
    scores: Array
    room: Array
    without: Array
    basis: Array | None

    @property
    def p_value(self) -> float:
        """The two-sided p of the t test of no slope."""
        t = self.estimate / self.std_error if self.std_error else np.inf
        return two_sided(t, self.df)


def gather(
    read: pd.DataFrame,
    measures: tuple[str, str],
    shock_years: tuple[int, ...],
    cluster: pd.Series | None,
) -> tuple[Growths, NDArray[np.object_], NDArray[np.object_]]:
    """Return the paired growths of all entities, and names of entities and clusters.

    `read` is as `read_figures` returns, by entity and year; `cluster` has a row each.
    Of steps with a figure that is open nothing is taken; where one box is closed and
    has no value, its middle in logs stands for it until the bounds are worked out.
    """
    x, y = (log_levels(read, measure) for measure in measures)
    both = ~(np.isinf(x.lower) & np.isinf(x.upper))
    both &= ~(np.isinf(y.lower) & np.isinf(y.upper))
    rows = np.flatnonzero(both)
    x, y = x.of(both), y.of(both)
    entity, names = pd.factorize(read["entity"].to_numpy()[rows])
    group, groups = entity, names
    if cluster is not None:
        group, groups = pd.factorize(cluster.to_numpy()[rows])
    year = read["year"].to_numpy()[rows]
    start = np.flatnonzero(entity[1:] == entity[:-1])
    paired = np.unique(entity[start])
    for shock in shock_years:
        hit = (year[start] < shock) & (shock <= year[start + 1])
        if not hit.any():
            known = "、".join(map(str, np.unique(year))) or "无"
            raise data_error("pairs.shock_year", year=shock, known=known)
        start = start[~hit]
    closed = np.isfinite([x.lower, x.upper, y.lower, y.upper]).all(axis=0)
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
        paired=paired,
        n_open=len(start) - len(kept),
        n_alone=int((counts == 1).sum()),
    )
    return growths, np.asarray(names, object), np.asarray(groups, object)


def centre(levels: Levels) -> Array:
    """Return the value of each level, or the middle of a box that has none."""
    with np.errstate(invalid="ignore"):
        middle = (levels.lower + levels.upper) / 2
    return np.where(np.isnan(levels.value), middle, levels.value)


def fit_growths(growths: Growths) -> Fit:
    """Return the slope of growth on growth with CR2 standard error.

    Notes
    -----
    Bell and McCaffrey (2002, Survey Methodology 28), Pustejovsky and Tipton (2018,
    JBES 36): with `B` the block of `I - H` of one cluster, its scores are adjusted by
    the symmetric root of the pseudo-inverse of `B`, and the degrees of freedom are
    `trace(P)^2 / sum(P^2)`, `P` being the covariance of the adjusted scores under
    independent errors. `H` is made of entity effects, which lie within one cluster, and
    of `U`, the orthonormal year effects and `x`; so `B` acts as `I - U'U` does, a
    matrix as large as there are years. Where all entities have the same steps it is
    known in closed form.
    """
    x, y = (growths.growth(centre(side)) for side in (growths.x, growths.y))
    scale = float(np.linalg.norm(x))
    basis = None if growths.length else year_effects(growths)
    x, y = (take_out(growths, basis, side) for side in (x, y))
    size = float(x @ x)
    if not size > (CONSTANT * (1 + scale)) ** 2:
        nothing = np.full(len(growths.clusters), np.nan)
        return _fit(growths, basis, x * 0, y, 0.0, np.nan, (nothing,) * 4)
    estimate = float(x @ y) / size
    adjust = _closed if basis is None else _general
    parts = adjust(growths, basis, x, y - estimate * x, size)
    return _fit(growths, basis, x, y, size, estimate, parts)


def _fit(
    growths: Growths,
    basis: Array | None,
    x: Array,
    y: Array,
    size: float,
    estimate: float,
    parts: tuple[Array, ...],
) -> Fit:
    """Return a fit from scores, leave-out changes, room, and weights and their sums."""
    scores, change, room, weights = parts
    own = np.nan
    df = np.nan
    if size:
        own = float(np.linalg.norm(scores)) / size
        df = _degrees(weights)
    return Fit(
        estimate=estimate,
        std_error=own,
        df=df,
        x=x,
        y=y,
        residual=y - (estimate if size else 0.0) * x,
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
    trace = own.sum() - length.sum()
    squares = (own**2 - 2 * own * length).sum() + ((common.T @ common) ** 2).sum()
    return float(trace**2 / squares)


def _closed(
    growths: Growths, basis: None, x: Array, residual: Array, size: float
) -> tuple[Array, ...]:
    """Return scores, changes, room and weights where all have the same steps."""
    n = len(growths.entities)
    x, residual = x.reshape(n, -1), residual.reshape(n, -1)
    share = np.einsum("ij,ij->i", x, x) / size
    room = 1 - 1 / n - share
    safe = np.where(room > NOUGHT, room, np.inf)
    plain = np.einsum("ij,ij->i", x, residual)
    common = np.column_stack([x / np.sqrt(n * size), share])
    common /= np.sqrt(safe)[:, None]
    weights = np.column_stack([share / safe, common])
    return plain / np.sqrt(safe), plain / safe / size, room, weights


def _general(
    growths: Growths, basis: Array, x: Array, residual: Array, size: float
) -> tuple[Array, ...]:
    """Return scores, changes, room and weights by the eigenvalues of each block."""
    sides = np.column_stack([basis, x / np.sqrt(size)])
    gram = _products(sides, growths.clusters)
    values, vectors = np.linalg.eigh(gram)
    room = 1 - values
    safe = np.where(room > NOUGHT, room, np.inf)
    on_x = vectors[:, -1, :]
    half, whole = (
        np.einsum("gij,gj->gi", vectors, on_x * safe**power) for power in (-0.5, -1.0)
    )
    left = np.add.reduceat(sides * residual[:, None], growths.clusters, axis=0)
    common = np.einsum("gij,gj->gi", gram, half)
    own = np.einsum("gi,gi->g", half, common)
    scores = np.sqrt(size) * np.einsum("gi,gi->g", half, left)
    change = np.einsum("gi,gi->g", whole, left) / np.sqrt(size)
    least = np.where(room > NOUGHT, room, 1.0).min(axis=1)
    return scores, change, least, np.column_stack([own, common])


def _products(sides: Array, starts: Places) -> Array:
    """Return the inner products of all columns within each cluster."""
    width = sides.shape[1]
    gram = np.empty((len(starts), width, width))
    for i in range(width):
        for j in range(i, width):
            both = np.add.reduceat(sides[:, i] * sides[:, j], starts)
            gram[:, i, j] = gram[:, j, i] = both
    return gram


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
    size = np.abs(np.diag(R))
    return np.ascontiguousarray(Q[:, size > NOUGHT * max(size[0], 1.0)])


def take_out(growths: Growths, basis: Array | None, side: Array) -> Array:
    """Return growths less the effects of entities and years."""
    if basis is None:
        side = side.reshape(len(growths.entities), -1)
        side = side - side.mean(axis=1, keepdims=True)
        return (side - side.mean(axis=0)).ravel()
    side = _centred(side, growths.entities)
    for _ in range(2):  # the second time takes out what rounding has left
        side = side - basis @ (basis.T @ side)
    return side


def two_sided(t: float, df: float) -> float:
    """Return the two-sided p of a t statistic."""
    return float(2 * stdtr(df, -abs(t)))


def _starts(codes: Places) -> Places:
    """Return where each run of a code begins."""
    return np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1))


def _centred(side: Array, starts: Places) -> Array:
    """Return rows less the mean of their run."""
    counts = np.diff(starts, append=len(side))
    means = (np.add.reduceat(side, starts, axis=0).T / counts).T
    return side - np.repeat(means, counts, axis=0)


# Over the boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class Widest:
    """How far the boxes of the figures can move a fit; bounds, not always reached.

    Attributes
    ----------
    estimate : (float, float)
        Least and largest slope; exact where the organisation's figures are points.
    std_error, df, p_value : float
        The largest, the least and the largest.
    """

    estimate: tuple[float, float]
    std_error: float
    df: float
    p_value: float

    def conf(self, level: float = 0.95) -> tuple[float, float]:
        """Return the ends of an interval that holds the one of every figure allowed."""
        away = stdtrit(self.df, (1 + level) / 2) * self.std_error
        return self.estimate[0] - away, self.estimate[1] + away


def box_sizes(growths: Growths) -> tuple[Array, Array]:
    """Return how far organisation and economy may lie from their centre, by level."""
    sizes = []
    for side in (growths.x, growths.y):
        used = np.zeros(len(side.value), dtype=bool)
        used[growths.start] = used[growths.end] = True
        with np.errstate(invalid="ignore"):
            apart = np.fmax(side.upper - centre(side), centre(side) - side.lower)
        sizes.append(np.where(used, apart, 0.0))
    return sizes[0], sizes[1]


def widest(growths: Growths, fit: Fit) -> Widest:
    """Return how far the boxes can move a fit.

    Notes
    -----
    With `x`, `e` the growths and residuals at the centre, and changes `a` of `x` and
    `b` of `y`, the slope moves by `[x'b + a'(e - estimate x) + a'Mb - estimate a'Ma] /
    (x+a)'M(x+a)`; the first two terms are linear and exact, the others bounded by
    lengths. So are the scores, whose adjustment moves by at most half the change of
    its block times the smallest room to the power -3/2.
    """
    if not fit.size:
        return Widest(estimate=(-np.inf, np.inf), std_error=np.inf, df=1.0, p_value=1.0)
    boxes = box_sizes(growths)
    hx, hy = (float(np.linalg.norm(_reach(growths, one))) for one in boxes)
    slope, size = fit.estimate, max(np.sqrt(fit.size) - hx, 0.0) ** 2
    weights = fit.x, fit.residual - slope * fit.x
    down = up = 0.0
    for side, weight in zip((growths.y, growths.x), weights, strict=True):
        low, high = _moves(growths, side, weight)
        down, up = down + low, up + high
    down -= hx * hy + max(slope, 0.0) * hx**2
    up += hx * hy + max(-slope, 0.0) * hx**2
    if not size:
        return Widest(estimate=(-np.inf, np.inf), std_error=np.inf, df=1.0, p_value=1.0)
    low, high = slope + min(down / size, 0.0), slope + max(up / size, 0.0)
    score, df = _scores_and_df(growths, fit, hx, hy, max(slope - low, high - slope))
    t = max(low, -high, 0.0) * size / score if score else np.inf
    return Widest(
        estimate=(low, high),
        std_error=score / size,
        df=df,
        p_value=two_sided(t, df) if t else 1.0,
    )


def _reach(growths: Growths, sizes: Array) -> Array:
    """Return how far each growth may lie from its centre."""
    return (sizes[growths.start] + sizes[growths.end]) / (growths.last - growths.first)


def _moves(growths: Growths, side: Levels, weight: Array) -> tuple[float, float]:
    """Return the least and most that a weighted sum of growths moves in the boxes."""
    weight, middle = growths.on_levels(weight), centre(side)
    used = weight != 0
    low, high = linear_range(
        weight[used], (side.lower - middle)[used], (side.upper - middle)[used]
    )
    return float(low), float(high)


def _scores_and_df(
    growths: Growths, fit: Fit, hx: float, hy: float, shift: float
) -> tuple[float, float]:
    """Return the longest that the adjusted scores, and the least df, can be."""
    x, residual = (
        np.sqrt(np.add.reduceat(side**2, growths.clusters))
        for side in (fit.x, fit.residual)
    )
    share = x / np.sqrt(fit.size)
    apart = 2 * hx / np.sqrt(fit.size)
    grown = np.minimum(share + apart, 1.0)
    block = (share + grown) * min(apart, 2.0)
    room = np.where(fit.room > NOUGHT, fit.room, 1.0) - block
    if (room <= 0).any():
        return np.inf, 1.0
    root = room**-0.5
    slope = abs(fit.estimate) + shift
    moved = [
        (root * (x + hx)).max() * (hy + slope * hx),
        shift * float(np.linalg.norm(root * (x + hx) * x)),
        (root * residual).max() * hx,
        float(np.linalg.norm(x * residual * block * room**-1.5)) / 2,
    ]
    df = fit.df
    if hx:
        df = min(df, float(1 / ((grown**2 / room) ** 2).sum()))
    return float(np.linalg.norm(fit.scores)) + float(sum(moved)), df
