"""Compares what changed at a date with what changed where nothing began."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hengstats.evidence import placebo
from hengstats.evidence.comparison import Comparison
from hengstats.evidence.pairs import Array, Levels, log_levels, printed_growths
from hengstats.evidence.placebo import Flags, Labels
from hengstats.evidence.readings import read_figures
from hengstats.evidence.rule import ALPHA, Ends
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import as_panel
from hengstats.vocabulary import check_language

Treated = str | Sequence[str] | Mapping[str, int]
# Lower end, value and upper end of one measure, each a frame of units by years.
Sides = dict[str, pd.DataFrame]


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
    figures = read.set_axis(["entity", "year", *ENDS], axis=1)
    if scale == "log":
        logs = log_levels(read, outcome)
        figures = figures.assign(**{end: getattr(logs, end) for end in ENDS})
    every = _spread(figures, starts)
    known = _known(every)
    chosen, basis, others = _choose(every, starts), "levels", {}
    if isinstance(chosen, str) and since is not None and scale == "log":
        units = panel.attrs.get("about", {}).get("units", {})
        printed = printed_growths(panel, read, outcome, units)
        others = _count_printed(printed, starts, since)
        last = printed[printed["year"] == since]
        zero = last.assign(year=since - 1, **dict.fromkeys(ENDS, 0.0))
        again = _choose(_spread(pd.concat([zero, last]), starts), starts)
        if not isinstance(again, str):
            chosen, basis = again, "printed_growth"
    found = Comparison(
        outcome=outcome,
        scale=scale,
        treated=starts,
        since=since,
        basis=basis,
        about={str(key): own for key, own in panel.attrs.items()},
        lang=lang,
    )
    if not isinstance(chosen, str):
        left_out = known.index[known.any(axis=1)].difference(chosen["value"].index)
        return _weigh(chosen, replace(found, set_aside=tuple(left_out)))
    years = known.columns.to_numpy(dtype=int)
    own = zip(starts, known.loc[[*starts]].to_numpy(dtype=bool), strict=True)
    seen = {one: tuple(years[which].tolist()) for one, which in own}
    return replace(found, missing=chosen, known_years=seen, printed_years=others)


def _list_starts(
    panel: pd.DataFrame, treated: Treated, since: object
) -> dict[str, int]:
    """Return the first year of each treated entity."""
    if isinstance(treated, Mapping) and since is not None:
        raise data_error("compare.two_starts", since=since)
    treated = [treated] if isinstance(treated, str) else treated
    names = [*treated] if isinstance(treated, Iterable) else []
    if not names:
        raise data_error("compare.treated", treated=treated)
    each = [since] * len(names)
    years: list[Any] = [*treated.values()] if isinstance(treated, Mapping) else each
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


def _spread(figures: pd.DataFrame, starts: Mapping[str, int]) -> Sides:
    """Return figures as units by years; the treated are there, known or not."""
    figures, sides = figures.assign(entity=figures["entity"].astype(str)), {}
    for end, unknown in zip(ENDS, (-np.inf, np.nan, np.inf), strict=True):
        side = figures.pivot(index="entity", columns="year", values=end).astype(float)
        sides[end] = side.reindex(side.index.union([*starts])).fillna(unknown)
    return sides


def _known(sides: Sides) -> pd.DataFrame:
    """Return whether one end at least is known."""
    return (sides["lower"] > -np.inf) | (sides["upper"] < np.inf)


def _choose(sides: Sides, starts: Mapping[str, int]) -> Sides | str:
    """Return units and years without a gap, the treated among them; or why none are.

    Of the years that all treated know, as many others join as make most figures.
    """
    known = _known(sides)
    years, own = known.columns.to_numpy(), known.loc[[*starts]].to_numpy(dtype=bool)
    if not own.any():
        return "no_figures"
    firsts = np.array([*starts.values()])
    early = own & (years < firsts[:, None])
    usable = np.any(early, axis=1) & np.any(own & ~early, axis=1)
    if not usable.any():
        return "no_after" if early.any() else "no_before"
    first, last = firsts[usable].min(), firsts[usable].max()

    def spans(kept: Flags) -> Flags:
        """Return whether some of the years kept lie before and after every start."""
        before, after = kept & (years < first), kept & (years >= last)
        return np.any(before, axis=-1) & np.any(after, axis=-1)

    common = np.all(own[usable], axis=0)
    others = known.drop([*starts])
    shared = others.to_numpy() & common
    order = np.argsort(-shared.sum(axis=1), kind="stable")
    left = np.logical_and.accumulate(shared[order], axis=0)
    units = np.arange(1, len(left) + 1) + usable.sum()
    sizes = units * left.sum(axis=1) * spans(left)
    if not sizes.any():
        return "no_others" if spans(common) else "no_common"
    most = len(sizes) - 1 - int(np.argmax(sizes[::-1]))
    gone = [one for one, kept in zip(starts, usable, strict=True) if not kept]
    gone += others.index[order[most + 1 :]].tolist()
    return {end: side.loc[:, left[most]].drop(gone) for end, side in sides.items()}


def _weigh(sides: Sides, found: Comparison) -> Comparison:
    """Return the comparison of figures without gaps."""
    units, years = sides["value"].index, sides["value"].columns.to_numpy(dtype=int)
    begun = {one: found.treated[one] for one in units if one in found.treated}
    firsts = sorted({*begun.values()})
    labels = np.searchsorted([0, *firsts], [begun.get(one, 0) for one in units])
    levels = Levels(**{end: side.to_numpy() for end, side in sides.items()})
    treated, before = labels > 0, years < firsts[0]
    enough = min(treated.sum(), (~treated).sum()) >= placebo.LEAST_UNITS
    points, staggered = bool(np.isfinite(levels.value).all()), found.since is None
    effects, main = _list_effects(labels, levels, years, firsts, staggered)
    if not staggered:
        line = np.where(before, -1 / before.sum(), 1 / (~before).sum())
        main = placebo.contrast(labels, 1, line)
    changes = placebo.unit_changes(main, labels, levels)
    rows = {
        "change_treated": tuple(changes[treated].mean(axis=0).tolist()),
        "change_others": tuple(changes[~treated].mean(axis=0).tolist()),
        "difference": placebo.effect(main, labels, levels),
        "p_placebo": placebo.choice_p(main, labels, levels),
    }
    if not staggered and len(labels) > 2:
        rows |= placebo.pooled_t(changes, treated)
    if enough and points and "p_pooled_t" in rows:
        rows |= placebo.cluster_t(changes[:, 1], treated)
    rows |= effects
    refused, mix = [] if enough else ["cluster_robust"], {}
    alone = points and len(begun) == 1 and len(units) > placebo.LEAST_DONORS
    if alone and before.sum() >= placebo.LEAST_YEARS:
        unit = int(np.argmax(treated))
        mixed, weights = placebo.synthetic_control(levels.value, before, unit)
        rows |= mixed
        order = np.argsort(-weights)[: np.count_nonzero(weights)]
        mix = dict(zip(units[order], weights[order].tolist(), strict=True))
    else:
        refused.append("synthetic_control")
    least, (low, _, high) = placebo.least_choice_p(labels), rows["difference"]
    lines = [[name, *ends] for name, ends in rows.items()]
    return replace(
        found,
        treated=begun,
        finding=_find(rows, least),
        direction="more" if low > 0 else "less" if high < 0 else None,
        years=tuple(years.tolist()),
        least_p=least,
        table=pd.DataFrame(lines, columns=["statistic", *ENDS]),
        placebos=_rank(units, begun, changes),
        refused=tuple(refused),
        weights=mix,
    )


def _list_effects(
    labels: Labels, levels: Levels, years: Labels, firsts: list[int], staggered: bool
) -> tuple[dict[str, Ends], Array]:
    """Return an effect for each group and year, and the weights of their mean.

    Of a single start the leads are changes up to the last year before; of several,
    a lead is the change on the year before it.
    """
    listed, line = [], np.eye(len(years))
    for group, first in enumerate(firsts, start=1):
        last = int((years < first).sum()) - 1
        for at, year in enumerate(years.tolist()):
            late = year >= first
            base = at - 1 if staggered and not late else last
            if at != base and base >= 0:
                name = f"{'effect' if late else 'lead'} {first}-{year}"
                weights = placebo.contrast(labels, group, line[at] - line[base])
                listed.append((name, weights, group, late))
    names, *columns = zip(*listed, strict=True)
    cells, groups, counted = map(np.array, columns)
    pairs = zip(names, cells, strict=True)
    rows = {name: placebo.effect(cell, labels, levels) for name, cell in pairs}
    sizes, points = np.bincount(labels), bool(np.isfinite(levels.value).all())
    if points and not counted.all():
        p = placebo.joint_p(cells[~counted], labels, levels.value)
        rows["p_leads"] = (np.nan, p, np.nan)
    if points and staggered and min(sizes[0], sizes[1:].sum()) >= placebo.LEAST_UNITS:
        errors, whole = placebo.group_errors(
            cells, groups, counted, labels, levels.value
        )
        rows["se_difference"] = (np.nan, whole, np.nan)
        for name, error, size in zip(
            names, errors.tolist(), sizes[groups], strict=True
        ):
            if size >= placebo.LEAST_UNITS:
                rows[f"se_{name}"] = (np.nan, error, np.nan)
    share = sizes[groups] * counted
    return rows, np.einsum("k,kct->ct", share / share.sum(), cells)


def _rank(units: pd.Index, begun: Mapping[str, int], changes: Array) -> pd.DataFrame:
    """Return the change of every unit, the farthest from the others first."""
    value = changes[:, 1]
    apart = np.abs(value - (value.sum() - value) / (len(value) - 1))
    largest = float(np.nanmax(apart, initial=0.0)) or 1.0
    frame = pd.DataFrame({"entity": units.to_numpy()}).assign(
        first_year=pd.array([begun.get(one) for one in units], dtype="Int64"),
        **dict(zip(ENDS, changes.T, strict=True)),
        rank=pd.Series(-np.round(apart / largest, 10)).rank(method="max"),
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
