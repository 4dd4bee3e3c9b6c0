"""Compares what changed at a date with what changed where nothing began."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence import placebo, synthetic
from hengstats.evidence.comparison import Comparison
from hengstats.evidence.pairs import Array, Levels, log_levels, printed_growths
from hengstats.evidence.placebo import LEAST_UNITS, Ends, Labels
from hengstats.evidence.readings import read_figures
from hengstats.evidence.rule import ALPHA
from hengstats.evidence.synthetic import LEAST_DONORS, LEAST_YEARS
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import as_panel
from hengstats.vocabulary import check_language

Flags = NDArray[np.bool_]
Treated = str | Sequence[str] | Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Table:
    """One measure, units by years; first years of those that have one, else 0."""

    units: Array
    years: Array
    starts: Labels
    levels: Levels

    @property
    def known(self) -> Flags:
        """Whether one end at least is known."""
        ends = np.isfinite(self.levels.lower), np.isfinite(self.levels.upper)
        return np.asarray(np.logical_or(*ends))

    @property
    def firsts(self) -> list[int]:
        """The first years, in order."""
        return sorted({*self.starts.tolist()} - {0})

    @property
    def labels(self) -> Labels:
        """The class of each unit: 0 without a start, then by first year."""
        return np.searchsorted([0, *self.firsts], self.starts)

    def spans(self, kept: Flags, starts: Sequence[int]) -> bool:
        """Return whether some of the years kept lie before and after every start."""
        own = self.years[kept]
        return all((own < s).any() and (own >= s).any() for s in starts)


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
    if not isinstance(outcome, str) or outcome in ("entity", "year"):
        raise data_error("compare.outcome", outcome=outcome)
    if scale not in ("log", "level"):
        raise data_error("compare.scale", scale=scale)
    starts = _list_starts(panel, treated, since)
    read, _ = read_figures(panel, (outcome,))
    figures = read[["entity", "year"]].copy()
    if scale == "log":
        logs = log_levels(read, outcome)
        figures[list(ENDS)] = np.column_stack([logs.lower, logs.value, logs.upper])
    else:
        columns = [f"{outcome}_lower", outcome, f"{outcome}_upper"]
        figures[list(ENDS)] = read[columns].to_numpy()
    table = every = _spread(figures, starts)
    chosen, basis = _choose(every), "levels"
    printed = pd.DataFrame()
    if isinstance(chosen, str) and since is not None and scale == "log":
        units = panel.attrs.get("about", {}).get("units", {})
        printed = printed_growths(panel, read, outcome, units)
        own = printed[printed["year"] == since]
        zero = own.assign(year=since - 1, **dict.fromkeys(ENDS, 0.0))
        table = _spread(pd.concat([zero, own]), starts)
        again = _choose(table)
        if not isinstance(again, str):
            chosen, basis = again, "printed_growth"
    told: dict[str, Any] = {"outcome": outcome, "since": since, "scale": scale}
    told |= {"lang": lang, "basis": basis, "about": panel.attrs}
    if isinstance(chosen, str):
        known = zip(every.units, every.known, strict=True)
        seen = {
            one: tuple(every.years[own].tolist()) for one, own in known if one in starts
        }
        hint = {} if printed.empty else _count_printed(printed, starts, since)
        return Comparison(
            **told,
            treated=starts,
            missing=chosen,
            known_years=seen,
            printed_years=hint,
        )
    rows, years = chosen
    out = zip(every.units, np.atleast_1d(every.known.any(axis=1)), strict=True)
    told["set_aside"] = tuple(
        one for one, any_year in out if any_year and one not in table.units[rows]
    )
    return _weigh(_cut(table, rows, years), told, staggered=since is None)


def _list_starts(
    panel: pd.DataFrame, treated: Treated, since: object
) -> dict[str, int]:
    """Return the first year of each treated entity."""
    if isinstance(treated, Mapping) and since is not None:
        raise data_error("compare.two_starts", since=since)
    try:
        names = [treated] if isinstance(treated, str) else list(treated)
    except TypeError:
        names = []
    if not names:
        raise data_error("compare.treated", treated=treated)
    years: list[Any] = [since] * len(names)
    if isinstance(treated, Mapping):
        years = list(treated.values())
    try:
        firsts = [operator.index(year) for year in years]
    except TypeError as fault:
        raise data_error("compare.since", since=years[0]) from fault
    found = [str(find_entity(panel, one)) for one in names]
    return dict(zip(found, firsts, strict=True))


def _count_printed(
    printed: pd.DataFrame, starts: Mapping[str, int], since: int | None
) -> dict[int, int]:
    """Return years into which a treated growth is printed, with the count of others."""
    own = printed["entity"].astype(str).isin(starts)
    many = printed[~own]["year"].value_counts()
    years = sorted({*printed[own]["year"].astype(int)} - {since})
    return {year: int(many[year]) for year in years if year in many.index}


def _spread(figures: pd.DataFrame, starts: Mapping[str, int]) -> _Table:
    """Return figures as units by years; the treated are there, known or not."""
    whose, units = pd.factorize(figures["entity"].astype(str), sort=True)
    when, years = pd.factorize(figures["year"], sort=True)
    names = np.array([*units, *(one for one in starts if one not in set(units))])
    cube = np.full((3, len(names), len(years)), np.nan)
    cube[:, whose, when] = figures[list(ENDS)].to_numpy(dtype=float).T
    half = np.isnan(cube[[0, 2]]) & np.isfinite(cube[[2, 0]])
    cube[[0, 2]] = np.where(
        half, np.array([-np.inf, np.inf])[:, None, None], cube[[0, 2]]
    )
    firsts = np.array([starts.get(one, 0) for one in names], dtype=np.intp)
    levels = Levels(**dict(zip(ENDS, cube, strict=True)))
    return _Table(names, np.array(years, dtype=int), firsts, levels)


def _cut(table: _Table, rows: Flags, years: Flags) -> _Table:
    """Return some units and years."""
    sides = {end: getattr(table.levels, end)[np.ix_(rows, years)] for end in ENDS}
    own = table.units[rows], table.years[years], table.starts[rows]
    return _Table(*own, Levels(**sides))


def _choose(table: _Table) -> tuple[Flags, Flags] | str:
    """Return units and years without a gap, the treated among them; or why none are.

    Of the years that all treated know, as many others join as make most figures.
    """
    known, treated = table.known, table.starts > 0
    if not known[treated].any():
        return "no_figures"
    pairs = zip(known, table.starts, strict=True)
    usable = treated & [table.spans(own, [start]) for own, start in pairs]
    if not usable.any():
        early = known[treated] & (table.years < table.starts[treated, None])
        return "no_after" if early.any() else "no_before"
    firsts = sorted({*table.starts[usable].tolist()})
    years = np.atleast_1d(known[usable].all(axis=0))
    others = np.flatnonzero(~treated)
    shared = known[others] & years
    order = np.argsort(-shared.sum(axis=1), kind="stable")
    left = np.logical_and.accumulate(shared[order], axis=0)
    sizes = [
        (n + usable.sum()) * own.sum() * table.spans(own, firsts)
        for n, own in enumerate(left, start=1)
    ]
    if not any(sizes):
        return "no_others" if table.spans(years, firsts) else "no_common"
    most = len(sizes) - 1 - int(np.argmax(sizes[::-1]))
    usable[others[order[: most + 1]]] = True
    return usable, left[most]


def _weigh(table: _Table, told: dict[str, Any], *, staggered: bool) -> Comparison:
    """Return the comparison of a table without gaps."""
    labels, levels, treated = table.labels, table.levels, table.starts > 0
    sizes = int(treated.sum()), int((~treated).sum())
    enough = min(sizes) >= LEAST_UNITS
    points = bool(np.isfinite(levels.value).all())
    names, cells, groups, counted = _list_cells(table, staggered=staggered)
    if staggered:
        share = np.bincount(labels)[groups] * counted
        main = np.einsum("k,kct->ct", share / share.sum(), cells)
    else:
        main = placebo.change_weights(labels, table.years >= table.firsts[0])
    changes = placebo.unit_changes(main, labels, levels)
    sides = changes.lower, changes.value, changes.upper
    rows: dict[str, Ends] = {}
    for name, own in (("change_treated", treated), ("change_others", ~treated)):
        low, value, high = (float(side[own].mean()) for side in sides)
        rows[name] = low, value, high
    rows["difference"] = placebo.effect(main, labels, levels)
    rows["p_placebo"] = placebo.choice_p(main, labels, levels)
    if not staggered and len(labels) > 2:
        rows |= placebo.pooled_t(changes, treated)
    if enough and points and "p_pooled_t" in rows:
        rows |= placebo.cluster_t(changes.value, treated)
    rows |= {
        name: placebo.effect(cell, labels, levels)
        for name, cell in zip(names, cells, strict=True)
    }
    if points and not counted.all():
        p = placebo.joint_p(cells[~counted], labels, levels.value)
        rows["p_leads"] = (np.nan, p, np.nan)
    if staggered and enough and points:
        errors, whole = placebo.group_errors(
            cells, groups, counted, labels, levels.value
        )
        rows["se_difference"] = (np.nan, whole, np.nan)
        big = np.bincount(labels)[groups] >= LEAST_UNITS
        for at in np.flatnonzero(big):
            rows[f"se_{names[at]}"] = (np.nan, float(errors[at]), np.nan)
    refused: list[str] = [] if enough else ["cluster_robust"]
    weights: dict[str, float] = {}
    before = table.years < table.firsts[0]
    mixed = points and sizes[0] == 1 and sizes[1] >= LEAST_DONORS
    if mixed and before.sum() >= LEAST_YEARS:
        found, weights = _mix(table, before)
        rows |= found
    else:
        refused.append("synthetic_control")
    least, (low, value, high) = placebo.least_choice_p(labels), rows["difference"]
    lines = [[name, *ends] for name, ends in rows.items()]
    return Comparison(
        **told,
        treated=dict(
            zip(
                table.units[treated].tolist(),
                table.starts[treated].tolist(),
                strict=True,
            )
        ),
        finding=_find(rows, least),
        direction="more" if low > 0 else "less" if high < 0 else None,
        years=tuple(table.years.tolist()),
        least_p=least,
        table=pd.DataFrame(lines, columns=["statistic", *ENDS]),
        placebos=_rank(table, changes),
        refused=tuple(refused),
        weights=weights,
    )


def _list_cells(
    table: _Table, *, staggered: bool
) -> tuple[list[str], Array, Labels, Flags]:
    """Return an effect for each group and year: name, weights, class, if it is after.

    Of a single start the leads are changes up to the last year before; of several,
    a lead is the change on the year before it.
    """
    cells = []
    for group, first in enumerate(table.firsts, start=1):
        last = int((table.years < first).sum()) - 1
        for at, year in enumerate(table.years.tolist()):
            late = year >= first
            base = at - 1 if staggered and not late else last
            if at != base and base >= 0:
                name = f"{'effect' if late else 'lead'} {first}-{year}"
                cells.append((name, (group, at, base), group, late))
    names, places, groups, counted = zip(*cells, strict=True)
    n_years = len(table.years)
    weights = [placebo.cell_weights(table.labels, n_years, *place) for place in places]
    return list(names), np.array(weights), np.array(groups), np.array(counted)


def _mix(table: _Table, before: Flags) -> tuple[dict[str, Ends], dict[str, float]]:
    """Return the synthetic control of the only unit treated, and its weights."""
    y, unit = table.levels.value, int(np.argmax(table.starts))
    weights, gaps, early, _ = synthetic.synthetic_control(y, before, unit)
    ratios = synthetic.rank_ratios(y, before)
    found = {
        "synthetic_gap": float(gaps[~before].mean()),
        "synthetic_rmspe_before": early,
        "synthetic_ratio": float(ratios[unit]),
        "p_synthetic": float((ratios >= ratios[unit] * (1 - 1e-9)).mean()),
    }
    order = [at for at in np.argsort(-weights) if weights[at] > 0]
    mix = {str(table.units[at]): float(weights[at]) for at in order}
    return {name: (np.nan, value, np.nan) for name, value in found.items()}, mix


def _rank(table: _Table, changes: Levels) -> pd.DataFrame:
    """Return the change of every unit, the farthest from the others first."""
    value = changes.value
    apart = np.abs(value - (value.sum() - value) / (len(value) - 1))
    largest = np.nanmax(apart, initial=0.0) or 1.0
    rank = pd.Series(-np.round(apart / largest, 10)).rank(method="max")
    first = pd.Series(table.starts, dtype="Int64")
    frame = pd.DataFrame({"entity": table.units}).assign(
        first_year=first.mask(first == 0),
        **{end: getattr(changes, end) for end in ENDS},
        rank=rank,
    )
    return frame.sort_values(["rank", "entity"], ignore_index=True)


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
