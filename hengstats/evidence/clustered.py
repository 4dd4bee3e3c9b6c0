"""Fits growth on growth of many entities, with an effect of each entity and year.

Least squares on annualised log growths; the standard error is CR2, which allows any
dependence within an entity, or a district, with the degrees of freedom of Bell and
McCaffrey. Two placebos: the whole history of one entity is given to another, so that
what belongs to an entity or a year stays where it is; and the wild cluster bootstrap.
Time and memory grow with the number of figures and no faster.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.special import stdtr

from hengstats.evidence.pairs import Array, linear_range, log_levels
from hengstats.evidence.permutation import CONSTANT, SEED, TIE
from hengstats.messages import data_error

Places = NDArray[np.int64]
# An eigenvalue this close to 0, of a matrix whose others are about 1, is 0.
NOUGHT = 1e-10
DRAWS = 999
CHUNK = 2_000_000  # numbers of a table of draws that are worked on at a time
# With fewer clusters the signs alone make too few samples, and Webb's six values serve.
SIGNED, WEBB = 12, np.array([0.5, 1.0, 1.5]) ** 0.5


@dataclass(frozen=True, kw_only=True)
class Growths:
    """The paired growths of many entities, by cluster, entity and year.

    Attributes
    ----------
    entity, cluster, year : ndarray of int
        Of each pair of figures that ends a step: whose it is, what may share its
        shocks (the entity itself, or the district that it lies in), and when.
    ends : ndarray
        Measures by lower, value and upper by figure, logarithms, the organisation
        first; a value is missing where only bounds are known.
    start : ndarray of int
        At which figure each step starts; it leads to the next one.
    names, groups : ndarray of str
        What entities and clusters are called.
    paired : list of str
        Entities that have any step.
    n_open, n_alone : int
        Steps left out because an end is open; entities, because they have one step
        only, of which nothing is left beside its own mean.
    """

    entity: Places
    cluster: Places
    year: Places
    ends: Array
    start: Places
    names: NDArray[np.object_]
    groups: NDArray[np.object_]
    paired: list[str]
    n_open: int
    n_alone: int

    @property
    def years(self) -> tuple[Places, Places]:
        """First and last year of each step."""
        return self.year[self.start], self.year[self.start + 1]

    @cached_property
    def span(self) -> Places:
        """How many years each step takes."""
        return np.diff(self.year)[self.start]

    @cached_property
    def entities(self) -> Places:
        """Where the steps of each entity begin."""
        return _runs(self.entity[self.start])

    @cached_property
    def clusters(self) -> Places:
        """Where the steps of each cluster begin."""
        return _runs(self.cluster[self.start])

    @cached_property
    def calendar(self) -> Places:
        """The years of the steps of each entity, one entity a row, padded with 0."""
        first, last = self.years
        return _table(first * 10_000 + last, self.entity[self.start])

    @cached_property
    def even(self) -> bool:
        """Whether each entity is its own cluster, and all have the same steps."""
        alike = (self.calendar == self.calendar[0]).all()
        return len(self.clusters) == len(self.entities) and bool(alike)

    @cached_property
    def centre(self) -> Array:
        """Measures by figures: the value, or the middle of a box that has none."""
        low, value, high = self.ends.swapaxes(0, 1)
        return np.where(np.isnan(value), (low + high) / 2, value)

    @cached_property
    def box(self) -> Array:
        """How far each figure may lie from its centre."""
        return np.maximum(self.ends[:, 2] - self.centre, self.centre - self.ends[:, 0])

    @cached_property
    def reach(self) -> Array:
        """How far each growth may lie from that of the centres."""
        return (self.box[:, self.start] + self.box[:, self.start + 1]) / self.span

    def weights(self, side: Array) -> Array:
        """Return what each figure counts in the sum of growths times `side`."""
        on = np.zeros(len(self.year))
        on[self.start + 1] = side / self.span
        on[self.start] -= side / self.span
        return on


def _runs(whose: Places) -> Places:
    """Return where each run of one code begins."""
    return np.flatnonzero(np.diff(whose, prepend=-1))


def _table(side: NDArray, whose: Places) -> NDArray:
    """Return a table of one row per run of `whose`, padded with 0."""
    counts = np.diff(_runs(whose), append=len(whose))
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


def gather(
    read: pd.DataFrame,
    cluster: pd.Series,
    measures: tuple[str, str],
    shock_years: tuple[int, ...],
) -> Growths:
    """Return the paired growths of all entities.

    `read` is as `read_figures` returns, by entity and year; `cluster` has a row each.
    """
    sides = [log_levels(read, measure) for measure in measures]
    ends = np.array([[side.lower, side.value, side.upper] for side in sides])
    rows = np.flatnonzero(np.isfinite(ends[:, [0, 2]]).any(axis=1).all(axis=0))
    whose, names = pd.factorize(read["entity"].to_numpy()[rows])
    group, groups = pd.factorize(cluster.to_numpy()[rows])
    order = np.argsort(group, kind="stable")
    rows, whose, group = rows[order], whose[order], group[order]
    year, ends = read["year"].to_numpy()[rows], ends[:, :, rows]
    start = np.flatnonzero(whose[1:] == whose[:-1])
    paired = names[np.unique(whose[start])].tolist()
    for shock in shock_years:
        hit = (year[start] < shock) & (shock <= year[start + 1])
        if not hit.any():
            known = "、".join(map(str, np.unique(year))) or "无"
            raise data_error("pairs.shock_year", year=shock, known=known)
        start = start[~hit]
    closed = np.isfinite(ends[:, [0, 2]]).all(axis=(0, 1))
    kept = start[closed[start] & closed[start + 1]]
    counts = np.bincount(whose[kept], minlength=len(names))
    used = kept[counts[whose[kept]] > 1]
    at = np.union1d(used, used + 1)
    return Growths(
        entity=whose[at],
        cluster=group[at],
        year=year[at],
        ends=ends[:, :, at],
        start=np.searchsorted(at, used),
        names=np.asarray(names, object),
        groups=np.asarray(groups, object),
        paired=paired,
        n_open=len(start) - len(kept),
        n_alone=int((counts == 1).sum()),
    )


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
    growth = np.diff(growths.centre)[:, growths.start] / growths.span
    least, basis = CONSTANT * (1 + float(np.linalg.norm(growth[0]))), None
    if growths.even:
        growth = growth.reshape(2, len(growths.entities), -1)
        growth = growth - growth.mean(axis=2, keepdims=True)
        x, y = (growth - growth.mean(axis=1, keepdims=True)).reshape(2, -1)
    else:
        basis, left = year_effects(growths), _centred(growth.T, growths.entities)
        for _ in range(2):  # the second time takes out what rounding has left
            left = left - basis @ (basis.T @ left)
        x, y = np.ascontiguousarray(left.T)
    size = float(x @ x)
    if size <= least**2:
        return None
    estimate = float(x @ y) / size
    residual = y - estimate * x
    last, starts = x / np.sqrt(size), growths.clusters
    half, whole, on_years, room = (
        _closed(growths, last) if basis is None else _general(growths, basis, last)
    )
    scores = np.sqrt(size) * np.add.reduceat(half * residual, starts)
    change = np.add.reduceat(whole * residual, starts) / np.sqrt(size)
    # P is the diagonal matrix of `own` less `common` times its transpose.
    own = np.add.reduceat(half**2, starts)
    common = np.column_stack([on_years, np.add.reduceat(half * last, starts)])
    length = (common**2).sum(axis=1)
    squares = (own**2 - 2 * own * length).sum() + ((common.T @ common) ** 2).sum()
    df = float((own.sum() - length.sum()) ** 2 / squares)
    std_error = float(np.linalg.norm(scores)) / size
    return Fit(
        estimate=estimate,
        std_error=std_error,
        df=df,
        p_value=_two_sided(estimate / std_error if std_error else np.inf, df),
        x=x,
        y=y,
        residual=residual,
        size=size,
        scores=scores,
        room=np.where(room > NOUGHT, room, 1.0),
        without=estimate - change,
    )


def _closed(growths: Growths, last: Array) -> tuple[Array, ...]:
    """Return as `_general` does where all have the same steps.

    Then the last of U is an eigenvector of every B.
    """
    n = len(growths.entities)
    room = 1 - 1 / n - np.add.reduceat(last**2, growths.entities)
    safe = np.where(room > NOUGHT, room, np.inf)
    half, whole = (
        (last.reshape(n, -1) * safe[:, None] ** power).ravel() for power in (-0.5, -1.0)
    )
    return half, whole, half.reshape(n, -1) / np.sqrt(n), room


def _general(growths: Growths, basis: Array, last: Array) -> tuple[Array, ...]:
    """Return the last of U times the root of the inverse of each B, and times that.

    Then the first on the effects of years, by cluster, and the smallest eigenvalue of
    each B beside those that are 0.
    """
    sides, starts = np.column_stack([basis, last]), growths.clusters
    width, counts = sides.shape[1], np.diff(starts, append=len(last))
    gram = np.empty((len(starts), width, width))
    for i, j in zip(*np.triu_indices(width), strict=True):
        both = np.add.reduceat(sides[:, i] * sides[:, j], starts)
        gram[:, i, j] = gram[:, j, i] = both
    values, vectors = np.linalg.eigh(gram)
    room = 1 - values
    safe = np.where(room > NOUGHT, room, np.inf)

    def adjusted(power: float) -> Array:
        own = np.einsum("gij,gj->gi", vectors, vectors[:, -1, :] * safe**power)
        return np.einsum("ri,ri->r", sides, np.repeat(own, counts, axis=0))

    half, least = adjusted(-0.5), np.where(room > NOUGHT, room, 1.0).min(axis=1)
    on_years = np.add.reduceat(basis * half[:, None], starts, axis=0)
    return half, adjusted(-1.0), on_years, least


def year_effects(growths: Growths) -> Array:
    """Return orthonormal columns for the effects of years beside those of entities.

    The growth of a step of several years is the mean of theirs, so it has a share in
    the effect of each. Years that never stand apart make one column.
    """
    first, last = (side[:, None] for side in growths.years)
    years = np.arange(first.min() + 1, last.max() + 1)
    columns = ((first < years) & (years <= last)) / (last - first)
    columns = _centred(columns, growths.entities)
    Q, R, _ = qr(columns, mode="economic", pivoting=True, overwrite_a=True)
    return np.ascontiguousarray(Q[:, np.abs(np.diag(R)) > NOUGHT])


def _centred(side: Array, starts: Places) -> Array:
    """Return rows less the mean of their run."""
    counts = np.diff(starts, append=len(side))
    means = (np.add.reduceat(side, starts, axis=0).T / counts).T
    return side - np.repeat(means, counts, axis=0)


def _two_sided(t: float, df: float) -> float:
    """Return the two-sided p of a t statistic."""
    return float(2 * stdtr(df, -abs(t)))


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
    if not growths.box.any():
        return fit.estimate, fit.estimate, fit.std_error, fit.df, fit.p_value
    whole = np.linalg.norm(growths.reach, axis=1)
    hx, hy = whole.tolist()
    slope, size = fit.estimate, max(np.sqrt(fit.size) - hx, 0.0) ** 2
    if not size:
        return -np.inf, np.inf, np.inf, 1.0, 1.0
    down, up = -hx * hy - max(slope * hx**2, 0.0), hx * hy - min(slope * hx**2, 0.0)
    linear = fit.residual - slope * fit.x, fit.x
    weights = np.array([growths.weights(side) for side in linear])
    ends = (growths.ends[:, end] - growths.centre for end in (0, 2))
    least, most = linear_range(weights, *ends)
    low = slope + (down + float(least.sum())) / size
    high = slope + (up + float(most.sum())) / size
    squares = np.square([fit.x, fit.residual, *growths.reach])
    x, residual, *own = np.sqrt(np.add.reduceat(squares, growths.clusters, axis=1))
    every = whole[:, None]
    mx, my = np.minimum(own + np.sqrt(1 - fit.room) * every, every)
    share = x / np.sqrt(fit.size)
    apart = (mx + share * hx) / np.sqrt(size)
    grown = np.minimum(share + apart, 1.0)
    room = fit.room - (share + grown) * apart
    if (room <= 0).any():
        return low, high, np.inf, 1.0, 1.0
    shift, steepest = max(slope - low, high - slope), max(-low, high)
    root = room**-0.5
    moved = (
        root * (x + mx) * (my + steepest * mx),
        shift * root * (x + mx) * x,
        root * residual * mx,
        x * residual * (fit.room - room) * room**-1.5 / 2,
    )
    score = sum(float(np.linalg.norm(part)) for part in (fit.scores, *moved))
    df = min(fit.df, float(1 / ((grown**2 / room) ** 2).sum())) if hx else fit.df
    t = max(low, -high, 0.0) * size / score if score else np.inf
    return low, high, score / size, df, _two_sided(t, df)


# Placebos


def list_strangers(growths: Growths, parts: int = 1) -> Places:
    """Return a code for each entity: those of one code can exchange their histories.

    They have the same steps, lie in one cluster where clusters hold several entities,
    and in the same of so many parts by the first level of the economy.
    """
    first, n = growths.start[growths.entities], len(growths.entities)
    keys = [growths.calendar]
    if len(growths.clusters) < n:
        keys.append(growths.cluster[first, None])
    place = np.argsort(np.argsort(growths.centre[1, first], kind="stable"))
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
    whose, (first, _) = growths.entity[growths.start], growths.years
    alike = [np.repeat(strangers, np.diff(growths.entities, append=len(whose))), first]
    both = pd.DataFrame({"x": fit.x, "y": fit.y})
    sides = (both - both.groupby(alike).transform("mean")).to_numpy().T
    x, y = (_table(side, whose)[moving] for side in sides)
    boxed, most = growths.box.any(), np.prod(np.linalg.norm(growths.reach, axis=1))
    size_x, size_y, weight_x, weight_y = (
        _table(side, growths.entity)[moving]
        for side in (*growths.box, *(np.abs(growths.weights(one)) for one in sides))
    )

    def slack(order: Places) -> float:
        """Return how far the boxes can move the sum of products at one exchange."""
        if not boxed:
            return 0.0
        own = size_x.take(order, axis=0).ravel() @ weight_y.ravel()
        own += weight_x.take(order, axis=0).ravel() @ size_y.ravel()
        return float(own + most)

    observed = float((x * y).sum())
    tie = TIE * float(np.linalg.norm(x) * np.linalg.norm(y))
    rng, codes = np.random.default_rng(SEED), strangers[moving]
    order, place = np.arange(len(codes)), np.argsort(codes, kind="stable")
    least = abs(observed) - tie - slack(order)
    null, loose, taken = np.empty(DRAWS), np.empty(DRAWS), np.empty_like(x)
    for draw in range(DRAWS):
        if codes[place[0]] == codes[place[-1]]:
            order = rng.permutation(len(codes))
        else:
            order[place] = np.argsort(rng.random(len(codes)) + codes)
        null[draw] = np.take(x, order, axis=0, out=taken).ravel() @ y.ravel()
        loose[draw] = slack(order)
    hits = np.count_nonzero(np.abs(null) >= abs(observed) - tie)
    worst = np.count_nonzero(np.abs(null) + loose >= least)
    return (1 + hits) / (1 + DRAWS), (1 + worst) / (1 + DRAWS), null / fit.size


def wild_p(growths: Growths, fit: Fit) -> float:
    """Return the p of the restricted wild cluster bootstrap of no slope.

    Cameron, Gelbach and Miller (2008, REStat 90): the residuals with no slope, times a
    random sign for each cluster (with fewer than twelve clusters one of Webb's six
    values), are fitted anew, and the t statistic is compared; (1 + hits) / (1 + 999).
    """
    n, basis = len(growths.clusters), year_effects(growths)
    sides = [fit.x * fit.y, fit.x**2, fit.x[:, None] * basis, fit.y[:, None] * basis]
    product, square, on_x, on_y = (
        np.add.reduceat(side, growths.clusters, axis=0) for side in sides
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
