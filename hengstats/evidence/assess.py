"""Climbs the evidence ladder for two measures of one entity."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from hengstats.errors import DataError
from hengstats.evidence.blindspots import blind_spots, detectable_over_boxes, inflation
from hengstats.evidence.control import (
    Control,
    add_control,
    control_series,
    find_control,
    known_years,
    suggest_control,
)
from hengstats.evidence.looks import Look, joint_test
from hengstats.evidence.many import judge_many
from hengstats.evidence.pairs import (
    Pairs,
    growth_bounds,
    own_growths,
    pair_growths,
    printed_growths,
)
from hengstats.evidence.permutation import least_p
from hengstats.evidence.readings import Readings, read_figures
from hengstats.evidence.refusals import (
    choose_years,
    label_refusals,
    list_refusals,
    nearest,
    own_rates,
)
from hengstats.evidence.rule import (
    ALPHA,
    FINDINGS,
    RULED,
    TESTABLE,
    Climb,
    climb,
    deciding_boxes,
    detectable_r,
)
from hengstats.evidence.verdict import Verdict
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import as_panel
from hengstats.vocabulary import check_language

Sample = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One look: which two measures, how many years apart, in which years.

    Attributes
    ----------
    organisation, economy : str
        The two measures.
    lag : int
        Years by which the organisation is earlier than the economy.
    sample : (int, int) or None
        First and last year of the economy; None for all.
    """

    organisation: str
    economy: str
    lag: int = 0
    sample: Sample | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The paired growths of one look, and what they were read from.

    Attributes
    ----------
    asked : Asked
        The look.
    pairs : Pairs
        Its paired growths.
    read, listed : DataFrame
        Both measures by year, and the readings of the figures.
    """

    asked: Asked
    pairs: Pairs
    read: pd.DataFrame
    listed: pd.DataFrame


def assess(
    panel: pd.DataFrame,
    *,
    organisation: str | Sequence[str],
    economy: str | Sequence[str],
    control: Control | None = None,
    lags: int | Sequence[int] = (0,),
    samples: Sequence[Sample | None] | None = None,
    shock_years: Iterable[int] = (),
    readings: Readings | None = None,
    entity: str | None = None,
    cluster: str | None = None,
    tried: int = 1,
    lang: str = "zh-Hans",
) -> Verdict:
    """Return what the data carry of an association of two measures.

    Climbs the evidence ladder as far as the paired growths reach. Of one entity: below
    four nothing is tested, with four the verdict is at most suggestive, from five on
    rule E decides. Of five or more entities, with two paired growths each at least:
    growth on growth with an effect of each entity and year, see `many`.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns; any frame with `entity`, `year` and both measures,
        `<measure>_lower` and `<measure>_upper` beside them where only bounds are known;
        or one with the heads of a sheet, as `build_panel` takes it.
    organisation, economy : str or list of str
        Measures of the panel, such as `branch_members` and `tax_revenue`; positive.
        Several are several looks, tested as one: the verdict is that on the strongest,
        by the joint p, and `looks` has each beside it.
    control : str or (str, str), optional
        A series taken out of both in every test, at the price of one growth: a measure
        of the entity, such as `"area_tax"`; one of another entity, `("jingan",
        "area_tax")`; or `("others", "tax_revenue")`, the total of all other entities of
        the panel. A total that contains the entity contains what is tested.
    lags : int or list of int
        By how many calendar years the organisation is earlier than the economy. Its
        bounds come along, and a missing year stays missing.
    samples : list of (int, int), optional
        First and last year of each stretch of years to look at; None for all years.
    shock_years : list of int
        Years in which something known hit both; the growth into each is left out.
    readings : mapping, optional
        How figures are read. By default "近" is read both ways, and the weaker counts.
        `{"nearly": "narrow"}`; `{measure: "exact"}` for a ledger's figures;
        `{(measure, year): (low, high)}` for bounds of the user's own, such as a cap.
    entity : str, optional
        Which entity; by default the only one with paired growths, or all of them where
        there are five or more. Its rows alone are read.
    cluster : str, optional
        Of many entities: the column of the panel, or of the `entities.csv` of its
        dataset, that says which of them share their shocks, such as `district`.
    tried : int
        How many pairs of measures or ways to compute were looked at, this one included;
        those named in this call count as one. The limit of the p is divided by it
        (Bonferroni).
    lang : str
        Language in which the verdict shows itself: `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    Verdict

    Raises
    ------
    DataError
        If there is no such measure or entity, the two measures are one, two to four
        entities have paired growths, a figure is no number or not positive, a shock
        year lies in no step, a reading names no figure, `tried` is less than 1, or
        control, lags or samples are not of their kind, or `cluster` names no column or
        makes fewer than six clusters.

    Examples
    --------
    >>> import hengstats as hs
    >>> verdict = assess(
    ...     hs.build_panel("plaza66"),
    ...     organisation="branch_members",
    ...     economy="tax_revenue",
    ... )
    >>> verdict.level, verdict.finding, verdict.n_growths
    (0, 'not_enough_data', 0)
    """
    check_language(lang)
    panel = as_panel(panel)
    asked = _list_looks(panel, organisation, economy, lags, samples)
    for one in asked:
        _check_asked((one.organisation, one.economy), readings, tried)
    shocks = _list_shocks(shock_years)
    table, whose = _rows_of(panel, entity)
    if whose is None and "entity" in table:
        pair = asked[0].organisation, asked[0].economy
        many = judge_many(
            panel,
            *_read(panel, table, pair, readings),
            measures=pair,
            shock_years=shocks,
            cluster=cluster,
            tried=tried,
            lang=lang,
            alone=partial(
                assess,
                panel,
                organisation=pair[0],
                economy=pair[1],
                shock_years=shocks,
                readings=readings,
            ),
        )
        plain = Asked(organisation=pair[0], economy=pair[1])
        if many and (control or asked != [plain]):
            raise data_error("many.one_look")
        if many:
            return many
    if cluster is not None:
        raise data_error("many.alone")
    taken = None if control is None else find_control(panel, control, whose or "")
    looks = [
        _prepare(panel, table, whose, one, shocks, readings, taken) for one in asked
    ]
    best, result, compared = _test(looks, ALPHA / tried)
    return _verdict(panel, table, best, result, compared, shocks, tried, lang, taken)


def _list_looks(
    panel: pd.DataFrame,
    organisation: str | Sequence[str],
    economy: str | Sequence[str],
    lags: int | Sequence[int],
    samples: Sequence[Sample | None] | None,
) -> list[Asked]:
    """Return every look that is asked for, each once."""
    x, y = (
        [find_measure(panel, one) for one in _as_list(side)]
        for side in (organisation, economy)
    )
    shifts = [lags] if isinstance(lags, int) else list(lags)
    if not shifts or not all(isinstance(one, Integral) and one >= 0 for one in shifts):
        raise data_error("assess.lags", lags=lags)
    spans: list[Sample | None] = [None] if samples is None else list(samples)
    if not spans:
        raise data_error("assess.samples", sample=samples)
    for one in spans:
        pair = isinstance(one, tuple) and len(one) == 2
        if not (one is None or (pair and one[0] < one[1])):
            raise data_error("assess.samples", sample=one)
    found = [
        Asked(organisation=one, economy=other, lag=int(lag), sample=span)
        for one, other, lag, span in product(x, y, shifts, spans)
    ]
    return list(dict.fromkeys(found))


def _as_list(side: str | Sequence[str]) -> list[str]:
    """Return the measures of one side; refuse what is no name of one."""
    listed = list(side) if isinstance(side, list | tuple) else [side]
    for one in listed or [side]:
        if not isinstance(one, str):
            raise data_error("assess.no_measure", measure=one)
    return [one for one in listed if isinstance(one, str)]


def _prepare(
    panel: pd.DataFrame,
    table: pd.DataFrame,
    whose: str | None,
    asked: Asked,
    shocks: tuple[int, ...],
    readings: Readings | None,
    control: tuple[str, str] | None,
) -> Prepared:
    """Read the figures of one look, and pair their growths."""
    measures = asked.organisation, asked.economy
    read, listed = _read(panel, table, measures, readings)
    units = panel.attrs.get("about", {}).get("units", {})
    printed = {
        measure: printed_growths(table, read, measure, units) for measure in measures
    }
    read, printed = _shifted(read, printed, asked)
    if asked.sample:
        printed = {key: _within(one, asked.sample, 1) for key, one in printed.items()}
        read = _within(read, asked.sample)
    series = None
    if control is not None:
        own = whose or (read["entity"].iloc[0] if len(read) else "")
        key = (control[0] or own, control[1])
        if key in [(own, measure) for measure in measures]:
            raise data_error("assess.control_same", measure=key[1])
        series = control_series(panel, key, own)
        years = known_years(series)
        read = read[read["year"].isin(years)]
        printed = {
            key: one[one["year"].isin(years) & (one["year"] - 1).isin(years)]
            for key, one in printed.items()
        }
    pairs = pair_growths(read, *measures, shocks, whose, printed)
    if series is not None:
        pairs = add_control(pairs, series)
    return Prepared(asked=asked, pairs=pairs, read=read, listed=listed)


def _shifted(
    read: pd.DataFrame, printed: dict[str, pd.DataFrame], asked: Asked
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Move the organisation by so many calendar years, with its bounds."""
    if not asked.lag:
        return read, printed
    keys, one = ["entity", "year"], asked.organisation
    own = [one, f"{one}_lower", f"{one}_upper"]
    later = read[[*keys, *own]].assign(year=read["year"] + asked.lag)
    moved = printed[one].assign(year=printed[one]["year"] + asked.lag)
    both = later.merge(
        read.drop(columns=own), on=keys, how="outer", validate="one_to_one"
    )
    return both.sort_values(keys, ignore_index=True), printed | {one: moved}


def _within(table: pd.DataFrame, sample: Sample, before: int = 0) -> pd.DataFrame:
    """Return the rows of a stretch of years."""
    return table[table["year"].between(sample[0] + before, sample[1])]


def _test(
    looks: list[Prepared], alpha: float
) -> tuple[Prepared, Climb | None, pd.DataFrame | None]:
    """Return the strongest look, its tests, and all looks beside one another."""
    fewest = TESTABLE + (looks[0].pairs.z is not None)
    able = [one for one in looks if one.pairs.n >= fewest]
    if len(looks) == 1:
        result = climb(looks[0].pairs, alpha) if able else None
        return looks[0], result, None
    if not able:
        longest = max(looks, key=lambda one: one.pairs.n)
        return longest, None, _compared(looks, {}, {})
    told = joint_test([one.pairs for one in able])
    found = dict(zip(map(id, able), told, strict=True))
    able.sort(key=lambda one: (*found[id(one)].joint[::-1], found[id(one)].p_own))
    chosen = [one for one in able[1:] if found[id(one)].joint.lower <= alpha]
    tested = {
        id(one): climb(one.pairs, alpha, found[id(one)].joint)
        for one in [able[0], *chosen]
    }
    best = max(
        [able[0], *chosen], key=lambda one: FINDINGS.index(tested[id(one)].finding)
    )
    return best, tested[id(best)], _compared(looks, found, tested)


def _compared(
    looks: list[Prepared], found: dict[int, Look], tested: dict[int, Climb]
) -> pd.DataFrame:
    """Return one row a look: what was asked, what it shows, and what it amounts to."""
    rows = []
    for one in looks:
        asked, seen, climbed = one.asked, found.get(id(one)), tested.get(id(one))
        first, last = asked.sample or (pd.NA, pd.NA)
        row: dict[str, Any] = {"organisation": asked.organisation}
        row |= {"economy": asked.economy, "lag": asked.lag}
        row |= {"first": first, "last": last, "n_growths": one.pairs.n}
        shown = (seen.r, seen.p_own, *seen.joint) if seen else (np.nan,) * 4
        names = ("r", "p_own", "p_joint", "p_joint_upper")
        row |= dict(zip(names, shown, strict=True))
        untested = "no_sign" if seen else "not_enough_data"
        rows.append(row | {"finding": climbed.finding if climbed else untested})
    return pd.DataFrame(rows).astype({"first": "Int64", "last": "Int64"})


def _verdict(
    panel: pd.DataFrame,
    table: pd.DataFrame,
    best: Prepared,
    result: Climb | None,
    compared: pd.DataFrame | None,
    shocks: tuple[int, ...],
    tried: int,
    lang: str,
    control: tuple[str, str] | None,
) -> Verdict:
    """Return the verdict on one look, and what stands beside it."""
    pairs, asked, listed = best.pairs, best.asked, best.listed
    measures = asked.organisation, asked.economy
    if pairs.entity:
        listed = listed[listed["entity"] == pairs.entity].reset_index(drop=True)
    known = listed[listed["measure"] == asked.economy]
    known = known[known["entity"] == pairs.entity]
    years = choose_years(pairs.years, tuple(sorted(known["year"].tolist())))
    entities = table["entity"].nunique()
    refused = list_refusals(pairs.n, years, 1 if pairs.entity else entities)
    steps = _steps(pairs)
    steps.attrs = panel.attrs
    counted = pairs.n - (pairs.z is not None)
    finding = result.finding if result else "not_enough_data"
    shown = result.printed if result and finding == "cannot_tell" else finding
    spots: dict[str, float] = {}
    worth = None
    if shown in ("suggestive", "moves_together"):
        length = pairs.n + 1
        spots = blind_spots(shown, length, controlled=pairs.z is not None)
        worth = inflation(shown, counted + 1)
    advised = None
    if control is None and pairs.n >= TESTABLE:
        advised = suggest_control(panel, pairs.entity, asked.economy, pairs.years)
    return Verdict(
        entity=pairs.entity,
        organisation=asked.organisation,
        economy=asked.economy,
        level=0 if result is None else 1 if counted < RULED else 2,
        finding=finding,
        sign=result.sign if result else 0,
        table=_table(pairs, best.read, measures, result, asked),
        refused=label_refusals(refused, "zh-Hans"),
        own_rates=own_rates(len(years)),
        n_growths=pairs.n,
        years=pairs.years,
        printed_steps=pairs.printed,
        rate_years=nearest(len(years)),
        shock_years=shocks,
        weakest_step=result.weakest_step if result else None,
        least_p=result.least_p if result else float(least_p(pairs.n)),
        detectable_r=detectable_over_boxes(pairs) if result else detectable_r(pairs.n),
        alpha=ALPHA / tried,
        tried=tried,
        readings=listed,
        blind_spots=spots,
        steps=steps,
        null_r=result.null_r if result else np.zeros(0),
        n_entities=entities,
        lang=lang,
        printed_finding=result.printed if result else finding,
        decides=_deciding(pairs, result, asked, control, ALPHA / tried)
        if compared is None
        else (),
        inflation=worth,
        control=control,
        advised_control=advised,
        lag=asked.lag,
        sample=asked.sample,
        looks=compared,
    )


def _deciding(
    pairs: Pairs,
    result: Climb | None,
    asked: Asked,
    control: tuple[str, str] | None,
    alpha: float,
) -> tuple[tuple[str, int | None, bool], ...]:
    """Return measure, year and openness of the figures whose boxes decide."""
    names = {"x": asked.organisation, "y": asked.economy, "z": (control or ("", ""))[1]}
    found = []
    ends = [*pairs.years, *(year for step in pairs.printed for year in step)]
    asked_for = result is not None and result.finding == "cannot_tell"
    for side, place in deciding_boxes(pairs, alpha) if asked_for else ():
        levels = getattr(pairs, side)
        opened = np.isinf([levels.lower, levels.upper])
        year = None if place is None else ends[place] - asked.lag * (side == "x")
        here = opened if place is None else opened[:, place]
        found.append((names[side], year, bool(here.any())))
    return tuple(dict.fromkeys(found))


def _check_asked(
    measures: tuple[object, object], readings: object, tried: object
) -> None:
    """Refuse an argument that is not of its kind."""
    for measure in measures:
        if not isinstance(measure, str) or measure in ("entity", "year"):
            raise data_error("assess.no_measure", measure=measure)
    if measures[0] == measures[1]:
        raise data_error("assess.same_measure", measure=measures[0])
    if readings is not None and not isinstance(readings, Mapping):
        raise data_error("assess.readings", kind=type(readings).__name__)
    if not isinstance(tried, Integral) or tried < 1:
        raise data_error("assess.tried", tried=tried)


def _list_shocks(shock_years: int | Iterable[int]) -> tuple[int, ...]:
    """Return the shock years in order, each once."""
    years = [shock_years] if isinstance(shock_years, int) else shock_years
    try:
        return tuple(sorted({operator.index(year) for year in years}))
    except TypeError as fault:
        raise data_error("assess.shock_years", years=shock_years) from fault


def _rows_of(panel: pd.DataFrame, entity: object) -> tuple[pd.DataFrame, str | None]:
    """Return the rows of one entity, or all; and which it is, if that is settled.

    Without attrs, which pandas copies at every step; entities become text.
    """
    table = pd.DataFrame(panel)
    if "entity" not in table:
        return table, None  # refused where it is read
    if entity is not None:
        entity = find_entity(panel, entity)
        own = np.flatnonzero(table["entity"] == entity)
        return table.iloc[own].assign(entity=str(entity)), str(entity)
    whose = table["entity"].astype(str).where(table["entity"].notna())
    named = whose.dropna().unique()
    return table.assign(entity=whose), named[0] if len(named) == 1 else None


def _read(
    panel: pd.DataFrame,
    table: pd.DataFrame,
    measures: tuple[str, str],
    readings: Readings | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the rows of one entity; a fault is placed by the rows of the whole panel."""
    own = pd.DataFrame(table)
    own.attrs = panel.attrs
    try:
        return read_figures(own, measures, readings)
    except DataError:
        if len(own) < len(panel):
            read_figures(panel, measures, readings)
        raise


def _steps(pairs: Pairs) -> pd.DataFrame:
    """Return the paired growths of both measures, one step a row."""
    years = np.array(pairs.steps, dtype=int).reshape(pairs.n, 2).T
    sides = [growth_bounds(pairs.growth_map, levels) for levels in (pairs.x, pairs.y)]
    names = [f"{side}_{end}" for side in "xy" for end in ENDS]
    ends = dict(zip(names, np.hstack(sides).T, strict=True))
    return pd.DataFrame({"from_year": years[0], "year": years[1], **ends})


def _table(
    pairs: Pairs,
    read: pd.DataFrame,
    measures: tuple[str, str],
    result: Climb | None,
    asked: Asked,
) -> pd.DataFrame:
    """Return the growths and the statistics, tidy."""
    rows: list[list] = []
    for measure, levels in zip(measures, (pairs.x, pairs.y), strict=True):
        lag = asked.lag if measure == asked.organisation else 0
        names = [f"growth {first - lag}-{last - lag}" for first, last in pairs.steps]
        ends = growth_bounds(pairs.growth_map, levels)
        if result is None and pairs.entity:
            names, ends = own_growths(read[read["entity"] == pairs.entity], measure)
        rows += [[measure, name, *e] for name, e in zip(names, ends, strict=True)]
    both = f"{measures[1]} ~ {measures[0]}"
    if pairs.n:
        rows.append([both, "same_direction", *_same_direction(pairs)])
    if result is not None:
        rows += [[both, name, *ends] for name, ends in result.statistics.items()]
    return pd.DataFrame(rows, columns=["measure", "statistic", *ENDS])


def _same_direction(pairs: Pairs) -> tuple[float, float, float]:
    """Return in how many steps both moved one way: surely, as printed, possibly."""
    x, y = (growth_bounds(pairs.growth_map, side) for side in (pairs.x, pairs.y))
    surely = ((x[:, 0] > 0) & (y[:, 0] > 0)) | ((x[:, 2] < 0) & (y[:, 2] < 0))
    possibly = ((x[:, 2] > 0) & (y[:, 2] > 0)) | ((x[:, 0] < 0) & (y[:, 0] < 0))
    known = np.isfinite(x[:, 1]) & np.isfinite(y[:, 1])
    printed = float((x[:, 1] * y[:, 1] > 0).sum()) if known.all() else np.nan
    return float(surely.sum()), printed, float(possibly.sum())
