"""Compares what changed at a date with what changed where nothing began."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.comparison import Comparison, list_refused
from hengstats.evidence.pairs import Array, Levels, log_levels, printed_growths
from hengstats.evidence.placebo import (
    LEAST_UNITS,
    Ends,
    Labels,
    cell_weights,
    change_weights,
    cluster_t,
    effect,
    group_errors,
    joint_placebo_p,
    least_placebo_p,
    placebo_p,
    pooled_t,
    unit_changes,
)
from hengstats.evidence.readings import read_figures
from hengstats.evidence.rule import ALPHA
from hengstats.evidence.synthetic import (
    LEAST_DONORS,
    LEAST_YEARS,
    rank_synthetic,
    synthetic_control,
)
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import as_panel
from hengstats.vocabulary import check_language

Flags = NDArray[np.bool_]
Treated = str | Sequence[str] | Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One measure, units by years.

    `levels` has units a row and years a column, logarithms or as they are; what is
    not known is missing. `starts` has the first year of each unit that has one, else 0.
    """

    units: list[str]
    years: tuple[int, ...]
    starts: NDArray[np.intp]
    levels: Levels

    @property
    def known(self) -> Flags:
        """Whether one end at least is known."""
        return np.isfinite(self.levels.lower) | np.isfinite(self.levels.upper)

    @property
    def labels(self) -> Labels:
        """The class of each unit: 0 without a start, then by first year."""
        return np.searchsorted(np.unique(np.append(self.starts, 0)), self.starts)

    @property
    def firsts(self) -> list[int]:
        """The first years, in order."""
        return sorted({*self.starts.tolist()} - {0})

    def spans(self, years: Flags, starts: Sequence[int]) -> bool:
        """Return whether some years lie before and after every start."""
        own = np.array(self.years)[years]
        return all((own < s).any() and (own >= s).any() for s in starts)

    def of(self, rows: Flags, years: Flags) -> "_Table":
        """Return some units and years."""
        sides = (getattr(self.levels, end)[np.ix_(rows, years)] for end in ENDS)
        return _Table(
            units=[unit for unit, kept in zip(self.units, rows, strict=True) if kept],
            years=tuple(np.array(self.years)[years].tolist()),
            starts=self.starts[rows],
            levels=Levels(**dict(zip(ENDS, sides, strict=True))),
        )


def compare(
    panel: pd.DataFrame,
    *,
    treated: Treated,
    since: int | None = None,
    outcome: str,
    scale: str = "log",
    lang: str = "zh-Hans",
) -> Comparison:
    """与没有变动的对象比较前后 / Return what changed at a date, beside the others.

    The change of each entity is its mean after less its mean before, over the years
    that all entities compared know. How far that of the treated lies from the others
    is set beside what every other choice of entities would have given.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns; any frame with `entity`, `year` and the outcome.
    treated : str, list of str, or mapping
        Where something began; `{"a": 2017, "b": 2019}` where it began in different
        years: then effects by group and year, against those where it never began.
    since : int, optional
        The first year after; not with a mapping.
    outcome : str
        Any yearly measure. Where the treated lacks a level before or after, a growth
        printed for the first year (`<outcome>_growth`) stands for the change.
    scale : str
        `log`: changes are relative, for a positive outcome; `level`: as they are.
    lang : str
        Language in which the comparison shows itself: `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        If there is no such entity or measure, `since` is no year or missing, a figure
        is no number, or not positive with `scale="log"`.

    Notes
    -----
    Effects by group and year are those of Callaway and Sant'Anna (2021), without
    covariates, against entities never treated, a lead being the change on the year
    before it. The placebo rank is exact: its p is the share of choices at least as far
    apart, the choice observed among them.

    Examples
    --------
    >>> import hengstats as hs
    >>> panel = hs.build_panel(["plaza66", "comparators"])
    >>> found = compare(panel, treated="plaza66", since=2019, outcome="rent_mall")
    >>> found.finding, found.n_units, found.least_p
    ('not_enough_data', 8, 0.125)
    """
    check_language(lang)
    panel = as_panel(panel)
    outcome = find_measure(panel, outcome)
    if scale not in ("log", "level"):
        raise data_error("compare.scale", scale=scale)
    starts = _list_starts(panel, treated, since)
    read, _ = read_figures(panel, (outcome,))
    every = _spread(read, outcome, starts, scale)
    basis, table = "levels", _choose(every)
    units = panel.attrs.get("about", {}).get("units", {})
    printed = printed_growths(panel, read, outcome, units)
    if isinstance(table, str) and since is not None and scale == "log":
        steps = _printed_steps(every, printed, starts, since)
        if steps is not None:
            basis, table = "printed_growth", steps
    if isinstance(table, _Table):
        starts = {one: starts[one] for one in table.units if one in starts}
    shared = {
        "outcome": outcome,
        "treated": starts,
        "since": since,
        "scale": scale,
        "lang": lang,
    }
    about = panel.attrs
    if isinstance(table, str):
        hint = _count_printed(printed, starts, since) if scale == "log" else {}
        seen = {
            unit: tuple(np.array(every.years)[own].tolist())
            for unit, own in zip(every.units, every.known, strict=True)
            if unit in starts
        }
        return _refuse(shared, table, seen, hint, about)
    return _weigh(shared, table, every, basis, staggered=since is None, about=about)


def _count_printed(
    printed: pd.DataFrame, starts: Mapping[str, int], since: int | None
) -> dict[int, int]:
    """Return the years into which treated have a printed growth, and how many others."""
    own = printed["entity"].astype(str).isin(starts)
    many = printed[~own]["year"].value_counts()
    years = sorted({*printed[own]["year"].astype(int)} - {since})
    return {year: int(many[year]) for year in years if year in many.index}


def _list_starts(
    panel: pd.DataFrame, treated: Treated, since: object
) -> dict[str, int]:
    """Return the first year of each treated entity."""
    several = isinstance(treated, Mapping)
    if several and since is not None:
        raise data_error("compare.two_starts", since=since)
    names = [treated] if isinstance(treated, str) else list(treated)
    if not names or not all(isinstance(one, str | Integral) for one in names):
        raise data_error("compare.treated", treated=treated)
    years = list(treated.values()) if isinstance(treated, Mapping) else [since]
    try:
        years = [operator.index(year) for year in years]
    except TypeError as fault:
        raise data_error(
            "compare.since", since=since if not several else years
        ) from fault
    years = years if several else years * len(names)
    found = [str(find_entity(panel, one)) for one in names]
    return dict(zip(found, years, strict=True))


def _spread(
    read: pd.DataFrame, outcome: str, starts: Mapping[str, int], scale: str
) -> _Table:
    """Return the figures of a measure as units by years."""
    columns = [f"{outcome}_lower", outcome, f"{outcome}_upper"]
    if scale == "log":
        logs = log_levels(read, outcome)
        ends = np.column_stack([logs.lower, logs.value, logs.upper])
    else:
        ends = read[columns].to_numpy(dtype=float)
        for end, open_at in ((0, -np.inf), (2, np.inf)):
            ends[:, end] = np.where(np.isnan(ends[:, end]), open_at, ends[:, end])
    whose, units = pd.factorize(read["entity"].astype(str), sort=True)
    when, years = pd.factorize(read["year"], sort=True)
    lacking = [one for one in starts if one not in set(units)]
    cube = np.full((len(units) + len(lacking), len(years), 3), np.nan)
    cube[whose, when] = ends
    names = [*units, *lacking]
    return _Table(
        units=names,
        years=tuple(map(int, years)),
        starts=np.array([starts.get(one, 0) for one in names], dtype=np.intp),
        levels=Levels(**dict(zip(ENDS, np.moveaxis(cube, 2, 0), strict=True))),
    )


def _choose(every: _Table) -> _Table | str:
    """Return the largest part without a gap with the treated, or why there is none.

    Of the years that all treated know, as many others join as make most figures.
    """
    known, treated = every.known, every.starts > 0
    others = np.flatnonzero(~treated)
    if not every.years or not known[treated].any():
        return "no_figures"
    pairs = zip(known, every.starts, strict=True)
    usable = treated & [every.spans(own, [start]) for own, start in pairs]
    if not usable.any():
        early = known[treated] & (np.array(every.years) < every.starts[treated, None])
        return "no_after" if early.any() else "no_before"
    firsts = sorted({*every.starts[usable].tolist()})
    years = known[usable].all(axis=0)
    if not every.spans(years, firsts):
        return "no_common"
    shared = known[others] & years
    order = np.argsort(-shared.sum(axis=1), kind="stable")
    left = np.logical_and.accumulate(shared[order], axis=0)
    sizes = [
        (n + usable.sum()) * own.sum() if every.spans(own, firsts) else 0
        for n, own in enumerate(left, start=1)
    ]
    if not any(sizes):
        return "no_others"
    most = len(sizes) - 1 - int(np.argmax(sizes[::-1]))
    rows = usable.copy()
    rows[others[order[: most + 1]]] = True
    return every.of(rows, left[most])


def _printed_steps(
    every: _Table, printed: pd.DataFrame, starts: Mapping[str, int], since: int
) -> _Table | None:
    """Return the growths into the first year: as printed, or between two levels."""
    own = printed[printed["year"] == since].set_index("entity")[list(ENDS)]
    steps = {
        str(unit): row for unit, row in zip(own.index, own.to_numpy(), strict=True)
    }
    if {since - 1, since} <= set(every.years):
        at = [every.years.index(year) for year in (since - 1, since)]
        for place in np.flatnonzero(every.known[:, at].all(axis=1)):
            first, last = (
                [getattr(every.levels, end)[place, i] for end in ENDS] for i in at
            )
            ends = [last[0] - first[2], last[1] - first[1], last[2] - first[0]]
            steps.setdefault(every.units[place], np.array(ends))
    if not set(starts) <= set(steps) or set(starts) == set(steps):
        return None
    ends = np.array(list(steps.values()), dtype=float)
    cube = np.stack([np.zeros_like(ends), ends], axis=1)
    return _Table(
        units=list(steps),
        years=(since - 1, since),
        starts=np.array([starts.get(one, 0) for one in steps], dtype=np.intp),
        levels=Levels(**dict(zip(ENDS, np.moveaxis(cube, 2, 0), strict=True))),
    )


def _refuse(
    shared: dict, why: str, seen: dict, hint: dict[int, int], about: dict
) -> Comparison:
    """Return a comparison that could not be made, and why."""
    empty = pd.DataFrame(columns=["entity", "treated", "first_year", *ENDS, "rank"])
    empty.attrs = about
    return Comparison(
        **shared,
        finding="not_enough_data",
        direction=None,
        missing=why,
        known_years=seen,
        printed_years=hint,
        basis="levels",
        years=(),
        n_units=0,
        n_treated=len(shared["treated"]),
        least_p=1.0,
        table=pd.DataFrame(columns=["statistic", *ENDS]),
        placebos=empty,
        refused=list_refused(["cluster_robust", "synthetic_control"]),
        set_aside=(),
        weights=pd.DataFrame(columns=["entity", "weight"]),
    )


def _weigh(
    shared: dict,
    table: _Table,
    every: _Table,
    basis: str,
    *,
    staggered: bool,
    about: dict,
) -> Comparison:
    """Return the comparison of a table without gaps."""
    labels, levels = table.labels, table.levels
    treated = labels > 0
    sizes = int(treated.sum()), int((~treated).sum())
    points = bool(np.isfinite(levels.value).all())
    cells = _list_cells(table, staggered=staggered)
    if staggered:
        counts = np.bincount(labels)[cells.groups] * cells.counted
        main = np.einsum("k,kct->ct", counts / counts.sum(), cells.weights)
    else:
        main = change_weights(labels, np.array(table.years) >= table.firsts[0])
    changes = unit_changes(main, labels, levels)
    rows = {**_means(changes, treated), "difference": effect(main, labels, levels)}
    rows["p_placebo"] = placebo_p(main, labels, levels)
    refused = []
    enough = min(sizes) >= LEAST_UNITS
    if not staggered and len(labels) > 2:
        rows |= pooled_t(changes, treated)
    if not staggered and enough and points:
        rows |= cluster_t(changes.value, treated)
    if not enough:
        refused.append("cluster_robust")
    early = cells.weights[~cells.counted]
    rows |= _cell_rows(cells, table, errors=staggered and enough and points)
    if len(early) and points:
        rows["p_leads"] = (np.nan, joint_placebo_p(early, labels, levels.value), np.nan)
    weights = pd.DataFrame(columns=["entity", "weight"])
    before = np.array(table.years) < min(table.firsts)
    if (
        sizes[0] == 1
        and before.sum() >= LEAST_YEARS
        and sizes[1] >= LEAST_DONORS
        and points
    ):
        found, weights = _mix(table, before)
        rows |= found
    else:
        refused.append("synthetic_control")
    least = least_placebo_p(labels)
    low, _, high = rows["difference"]
    placebos = _placebos(table, changes, about)
    return Comparison(
        **shared,
        finding=_find(rows, least),
        direction="more" if low > 0 else "less" if high < 0 else None,
        missing="",
        known_years={},
        printed_years={},
        basis=basis,
        years=table.years,
        n_units=len(labels),
        n_treated=sizes[0],
        least_p=least,
        table=pd.DataFrame(
            [[k, *v] for k, v in rows.items()], columns=["statistic", *ENDS]
        ),
        placebos=placebos,
        refused=list_refused(refused),
        set_aside=tuple(
            unit
            for unit, own in zip(every.units, every.known, strict=True)
            if unit not in table.units and own.any()
        ),
        weights=weights,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The effects by group and year: names, weights, classes, and which come after."""

    names: list[str]
    weights: Array
    groups: Labels
    counted: Flags


def _list_cells(table: _Table, *, staggered: bool) -> _Cells:
    """Return an effect for each group and year, as weights on the figures.

    Of a single start the leads are changes up to the last year before; of several,
    a lead is the change on the year before it.
    """
    labels, years = table.labels, np.array(table.years)
    names, weights, groups, counted = [], [], [], []
    for group, first in enumerate(table.firsts, start=1):
        last = int((years < first).sum()) - 1
        for at, year in enumerate(table.years):
            if at == (0 if staggered else last):
                continue
            base = last if year >= first or not staggered else at - 1
            kind = "effect" if year >= first else "lead"
            names.append(f"{kind} {first}-{year}")
            weights.append(cell_weights(labels, len(years), group, at, base))
            groups.append(group)
            counted.append(year >= first)
    shape = (len(names), labels.max() + 1, len(years))
    return _Cells(
        names=names,
        weights=np.array(weights).reshape(shape),
        groups=np.array(groups, dtype=np.intp),
        counted=np.array(counted, dtype=bool),
    )


def _cell_rows(cells: _Cells, table: _Table, *, errors: bool) -> dict[str, Ends]:
    """Return the effects by group and year, with standard errors where they hold."""
    labels, levels = table.labels, table.levels
    rows = {
        name: effect(weights, labels, levels)
        for name, weights in zip(cells.names, cells.weights, strict=True)
    }
    if errors and len(rows):
        found = group_errors(
            cells.weights, cells.groups, cells.counted, labels, levels.value
        )
        sizes = np.bincount(labels)[cells.groups]
        rows["se_difference"] = (np.nan, found[1], np.nan)
        for name, error, size in zip(cells.names, found[0], sizes, strict=True):
            if size >= LEAST_UNITS:
                rows[f"se_{name}"] = (np.nan, float(error), np.nan)
    return rows


def _means(changes: Levels, treated: Flags) -> dict[str, Ends]:
    """Return the mean change of the treated and of the others."""
    sides = {"change_treated": treated, "change_others": ~treated}
    return {
        name: tuple(float(getattr(changes, end)[own].mean()) for end in ENDS)
        for name, own in sides.items()
    }


def _mix(table: _Table, before: Flags) -> tuple[dict[str, Ends], pd.DataFrame]:
    """Return the synthetic control of the only unit treated, and its weights."""
    y, unit = table.levels.value, int(np.argmax(table.starts > 0))
    weights, gaps, early, _ = synthetic_control(y, before, unit)
    ratios = rank_synthetic(y, before)
    share = float((ratios >= ratios[unit] * (1 - 1e-9)).mean())
    found = {
        "synthetic_gap": float(gaps[~before].mean()),
        "synthetic_rmspe_before": early,
        "synthetic_ratio": float(ratios[unit]),
        "p_synthetic": share,
    }
    own = pd.DataFrame({"entity": table.units, "weight": weights})
    own = own[own["weight"] > 0].sort_values("weight", ascending=False)
    rows: dict[str, Ends] = {k: (np.nan, v, np.nan) for k, v in found.items()}
    return rows, own.reset_index(drop=True)


def _placebos(table: _Table, changes: Levels, about: dict) -> pd.DataFrame:
    """Return the change of every unit, the farthest from the others first."""
    n = len(table.units)
    rest = (changes.value.sum() - changes.value) / max(n - 1, 1)
    apart = np.abs(changes.value - rest)
    near = 1e-10 * np.nanmax(apart, initial=0.0)
    rank = (apart[None, :] >= apart[:, None] - near).sum(axis=1).astype(float)
    frame = pd.DataFrame(
        {
            "entity": table.units,
            "treated": table.starts > 0,
            "first_year": pd.array(
                np.where(table.starts > 0, table.starts, 0), "Int64"
            ),
            **{end: getattr(changes, end) for end in ENDS},
            "rank": np.where(np.isnan(apart), np.nan, rank),
        }
    )
    frame["first_year"] = frame["first_year"].mask(frame["first_year"] == 0)
    frame = frame.sort_values(["rank", "entity"], ignore_index=True)
    frame.attrs = about
    return frame


def _find(rows: Mapping[str, Ends], least: float) -> str:
    """Return the finding, the weakest over the boxes."""
    low, value, high = rows["p_placebo"]
    if least > ALPHA:
        return "not_enough_data"
    if high <= ALPHA:
        leads = rows.get("p_leads", (np.nan, 0.0, np.nan))[1]
        return "stands_out" if leads > ALPHA else "suggestive"
    unsettled = value <= ALPHA if np.isfinite(value) else low <= ALPHA
    return "cannot_tell" if unsettled else "no_sign"
