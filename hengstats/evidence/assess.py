"""Climbs the evidence ladder for two measures of one entity."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import product
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hengstats.errors import DataError
from hengstats.evidence.blindspots import blind_spots, detectable_over_boxes, inflation
from hengstats.evidence.control import (
    Control,
    add_control,
    control_series,
    find_control,
    suggest_control,
)
from hengstats.evidence.envelope import Range
from hengstats.evidence.looks import joint_test
from hengstats.evidence.many import judge_many
from hengstats.evidence.pairs import (
    Pairs,
    growth_bounds,
    own_growths,
    pair_growths,
    printed_growths,
)
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
    TESTABLE,
    Climb,
    climb,
    deciding_boxes,
)
from hengstats.evidence.verdict import Verdict
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import as_panel
from hengstats.vocabulary import check_language

Sample = tuple[int, int]
# Organisation, economy, by how many years the first is earlier, which years.
Asked = tuple[str, str, int, Sample | None]
Figures = tuple[pd.DataFrame, pd.DataFrame]  # what was read, and the list of readings


class Look(NamedTuple):
    """One look at two measures: their paired growths, and what they were read from."""

    asked: Asked
    pairs: Pairs
    read: pd.DataFrame  # both measures by year
    listed: pd.DataFrame  # the readings of the figures


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
    if readings is not None and not isinstance(readings, Mapping):
        raise data_error("assess.readings", kind=type(readings).__name__)
    if not isinstance(tried, Integral) or tried < 1:
        raise data_error("assess.tried", tried=tried)
    years = [shock_years] if isinstance(shock_years, int) else shock_years
    try:
        shocks = tuple(sorted({operator.index(year) for year in years}))
    except TypeError as fault:
        raise data_error("assess.shock_years", years=shock_years) from fault
    table, whose = _rows_of(panel, entity)
    every = dict.fromkeys(measure for look in asked for measure in look[:2])
    figures = _read(panel, table, tuple(every), readings)
    if whose is None:
        x, y = asked[0][:2]
        many = judge_many(
            panel,
            *_of_two(figures, x, y),
            measures=(x, y),
            shock_years=shocks,
            cluster=cluster,
            tried=tried,
            lang=lang,
            alone=partial(
                assess,
                panel,
                organisation=x,
                economy=y,
                shock_years=shocks,
                readings=readings,
            ),
        )
        if many and (control or asked != [(x, y, 0, None)]):
            raise data_error("many.one_look")
        if many:
            return many
    if cluster is not None:
        raise data_error("many.alone")
    taken = None if control is None else find_control(panel, control, whose or "")
    units = panel.attrs.get("about", {}).get("units", {})
    printed = {one: printed_growths(table, figures[0], one, units) for one in every}
    looks = [
        _prepare(panel, figures, printed, whose, one, shocks, taken) for one in asked
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
    given: list[list[Any]] = [
        list(side) if isinstance(side, list | tuple) and side else [side]
        for side in (organisation, economy)
    ]
    x, y = ([find_measure(panel, one) for one in side] for side in given)
    for measure in (*x, *y):
        if not isinstance(measure, str) or measure in ("entity", "year"):
            raise data_error("assess.no_measure", measure=measure)
    shifts = [lags] if isinstance(lags, int) else list(lags)
    if not shifts or not all(isinstance(one, Integral) and one >= 0 for one in shifts):
        raise data_error("assess.lags", lags=lags)
    spans: list[Any] = [None] if samples is None else list(samples)
    for span in spans or [samples]:
        pair = isinstance(span, tuple) and len(span) == 2
        if not (span is None or (pair and span[0] < span[1])):
            raise data_error("assess.samples", sample=span)
    for measure in x:
        if measure in y:
            raise data_error("assess.same_measure", measure=measure)
    return list(dict.fromkeys(product(x, y, map(int, shifts), spans)))


def _rows_of(panel: pd.DataFrame, entity: object) -> tuple[pd.DataFrame, str | None]:
    """Return the rows of one entity, or all; and which it is, if that is settled.

    Entities become text.
    """
    table = pd.DataFrame(panel)  # without attrs, which pandas copies at every step
    if "entity" not in table:
        return table, None  # refused where it is read
    if entity is not None:
        entity = find_entity(panel, entity)
        own = table[table["entity"] == entity]
        return own.assign(entity=str(entity)), str(entity)
    text = table["entity"].astype(str).where(table["entity"].notna())
    named = text.dropna().unique()
    return table.assign(entity=text), named[0] if len(named) == 1 else None


def _read(
    panel: pd.DataFrame,
    table: pd.DataFrame,
    measures: tuple[str, ...],
    readings: Readings | None,
) -> Figures:
    """Read the rows of one entity; a fault is placed by the rows of the whole panel."""
    own = pd.DataFrame(table)
    own.attrs = panel.attrs
    try:
        return read_figures(own, measures, readings)
    except DataError:
        if len(table) < len(panel):
            read_figures(panel, measures, readings)
        raise


def _of_two(figures: Figures, x: str, y: str) -> Figures:
    """Return what was read of two measures, in the years that either has."""
    read, listed = figures
    if listed["measure"].isin([x, y]).all():
        return figures
    columns = [name for one in (x, y) for name in (f"{one}_lower", one, f"{one}_upper")]
    own = read[["entity", "year", *columns]].dropna(subset=columns, how="all")
    rows = pd.concat([listed[listed["measure"] == one] for one in (x, y)])
    return own.reset_index(drop=True), rows.reset_index(drop=True)


def _prepare(
    panel: pd.DataFrame,
    figures: Figures,
    growths: Mapping[str, pd.DataFrame],
    whose: str | None,
    asked: Asked,
    shocks: tuple[int, ...],
    control: tuple[str, str] | None,
) -> Look:
    """Pair the growths of one look; `growths` are those that were printed."""
    x, y, lag, sample = asked
    read, listed = _of_two(figures, x, y)
    printed = {one: growths[one] for one in (x, y)}
    if lag:  # the organisation moves by so many calendar years, with its bounds
        keys, own = ["entity", "year"], [x, f"{x}_lower", f"{x}_upper"]
        later = read[[*keys, *own]].assign(year=read["year"] + lag)
        rest = read.drop(columns=own)
        read = later.merge(rest, on=keys, how="outer", validate="one_to_one")
        printed[x] = printed[x].assign(year=printed[x]["year"] + lag)
    series = None
    if control is not None:
        one = whose or (read["entity"].iloc[0] if len(read) else "")
        key = (control[0] or one, control[1])
        if key in [(one, x), (one, y)]:
            raise data_error("assess.control_same", measure=key[1])
        series = control_series(panel, key, one)

    def kept(years: pd.Series) -> pd.Series:
        """Return which years are those of the sample, and known of the control."""
        inside = years.between(*(sample or (-np.inf, np.inf)))
        return inside if series is None else inside & years.isin(series["year"])

    if sample or series is not None:
        read = read[kept(read["year"])]
        printed = {
            key: one[kept(one["year"]) & kept(one["year"] - 1)]
            for key, one in printed.items()
        }
    pairs = pair_growths(read, x, y, shocks, whose, printed)
    if series is not None:
        pairs = add_control(pairs, series)
    return Look(asked, pairs, read, listed)


def _test(looks: list[Look], alpha: float) -> tuple[Look, Climb, pd.DataFrame | None]:
    """Return the strongest look, its tests, and all looks beside one another."""
    if len(looks) == 1:
        return looks[0], climb(looks[0].pairs, alpha), None
    table = pd.DataFrame(
        [[*one.asked[:3], *(one.asked[3] or (pd.NA, pd.NA))] for one in looks],
        columns=["organisation", "economy", "lag", "first", "last"],
    ).astype({"first": "Int64", "last": "Int64"})
    table["n_growths"] = [one.pairs.n for one in looks]
    table[["r", "p_own", "p_joint", "p_joint_upper"]] = np.nan
    fewest = TESTABLE + (looks[0].pairs.z is not None)
    able = table.index[table["n_growths"] >= fewest]
    if len(able):
        found = joint_test([looks[place].pairs for place in able])
        table.loc[able, list(found)] = found.to_numpy()
        order = table.loc[able].sort_values(["p_joint_upper", "p_joint", "p_own"])
    else:
        order = table.loc[[table["n_growths"].idxmax()]]
    tested = {
        place: climb(looks[place].pairs, alpha, Range(*joint))
        for place, *joint in order[["p_joint", "p_joint_upper"]].itertuples()
        if place == order.index[0] or joint[0] <= alpha
    }
    table["finding"] = np.where(table.index.isin(able), "no_sign", FINDINGS[0])
    table.loc[list(tested), "finding"] = [one.finding for one in tested.values()]
    best = max(tested, key=lambda place: FINDINGS.index(tested[place].finding))
    return looks[best], tested[best], table


def _verdict(
    panel: pd.DataFrame,
    table: pd.DataFrame,
    best: Look,
    result: Climb,
    compared: pd.DataFrame | None,
    shocks: tuple[int, ...],
    tried: int,
    lang: str,
    control: tuple[str, str] | None,
) -> Verdict:
    """Return the verdict on one look, and what stands beside it."""
    (x, y, lag, sample), pairs, listed = best.asked, best.pairs, best.listed
    if pairs.entity:
        listed = listed[listed["entity"] == pairs.entity].reset_index(drop=True)
    own = (listed["measure"] == y) & (listed["entity"] == pairs.entity)
    years = choose_years(pairs.years, tuple(sorted(listed.loc[own, "year"].tolist())))
    entities = table["entity"].nunique()
    refused = list_refusals(pairs.n, years, 1 if pairs.entity else entities)
    steps = _steps(pairs)
    tidy = _table(best, steps, result)
    steps.attrs = panel.attrs  # from here on it is not taken apart any more
    unsettled, controlled = result.finding == "cannot_tell", pairs.z is not None
    spots: dict[str, float] = {}
    shown, worth = result.printed if unsettled else result.finding, None
    if shown in ("suggestive", "moves_together"):
        spots = blind_spots(shown, pairs.n + 1, controlled=controlled)
        worth = inflation(shown, pairs.n - controlled + 1)
    advised = None
    if control is None and pairs.n >= TESTABLE:
        advised = suggest_control(panel, pairs.entity, y, pairs.years)
    decides = []
    if unsettled and compared is None:
        names = {"x": x, "y": y, "z": control[1] if control else ""}
        for side, year, opened in deciding_boxes(pairs, ALPHA / tried):
            moved = year - lag if year and side == "x" else year
            decides.append((names[side], moved, opened))
    detectable = detectable_over_boxes(pairs) if result.level else None
    return Verdict(
        entity=pairs.entity,
        organisation=x,
        economy=y,
        level=result.level,
        finding=result.finding,
        sign=result.sign,
        table=tidy,
        refused=label_refusals(refused, "zh-Hans"),
        own_rates=own_rates(len(years)),
        n_growths=pairs.n,
        years=pairs.years,
        printed_steps=pairs.printed,
        rate_years=nearest(len(years)),
        shock_years=shocks,
        weakest_step=result.weakest_step,
        least_p=result.least_p,
        detectable_r=detectable,
        alpha=ALPHA / tried,
        tried=tried,
        readings=listed,
        blind_spots=spots,
        steps=steps,
        null_r=result.null_r,
        n_entities=entities,
        lang=lang,
        printed_finding=result.printed,
        decides=tuple(dict.fromkeys(decides)),
        inflation=worth,
        control=control,
        advised_control=advised,
        lag=lag,
        sample=sample,
        looks=compared,
    )


def _steps(pairs: Pairs) -> pd.DataFrame:
    """Return the paired growths of both measures, one step a row."""
    years = np.array(pairs.steps, dtype=int).reshape(pairs.n, 2).T
    sides = [growth_bounds(pairs.growth_map, levels) for levels in (pairs.x, pairs.y)]
    names = [f"{side}_{end}" for side in "xy" for end in ENDS]
    ends = dict(zip(names, np.hstack(sides).T, strict=True))
    return pd.DataFrame({"from_year": years[0], "year": years[1], **ends})


def _table(look: Look, steps: pd.DataFrame, result: Climb) -> pd.DataFrame:
    """Return the growths and the statistics, tidy."""
    (x, y, lag, _), pairs = look.asked, look.pairs
    rows: list[list] = []
    for side, measure, by in (("x", x, lag), ("y", y, 0)):
        names = [f"growth {first - by}-{last - by}" for first, last in pairs.steps]
        ends = steps[[f"{side}_{end}" for end in ENDS]].to_numpy()
        if pairs.entity and not result.level:
            own = look.read[look.read["entity"] == pairs.entity]
            names, ends = own_growths(own, measure)
        rows += [[measure, name, *e] for name, e in zip(names, ends, strict=True)]
    both = f"{y} ~ {x}"
    if pairs.n:  # in how many both moved one way: surely, as printed, possibly
        low, value, high = (steps[[f"x_{end}", f"y_{end}"]].to_numpy() for end in ENDS)
        surely = (low > 0).all(axis=1) | (high < 0).all(axis=1)
        possibly = (high > 0).all(axis=1) | (low < 0).all(axis=1)
        known = np.isfinite(value).all()
        printed = float((value.prod(axis=1) > 0).sum()) if known else np.nan
        counts = float(surely.sum()), printed, float(possibly.sum())
        rows.append([both, "same_direction", *counts])
    rows += [[both, name, *ends] for name, ends in result.statistics.items()]
    return pd.DataFrame(rows, columns=["measure", "statistic", *ENDS])
