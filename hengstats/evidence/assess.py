"""Climbs the evidence ladder for two measures of one entity."""

import operator
from collections.abc import Iterable, Mapping
from functools import partial
from numbers import Integral

import numpy as np
import pandas as pd

from hengstats.errors import DataError
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
from hengstats.evidence.rule import ALPHA, RULED, TESTABLE, Climb, climb, detectable_r
from hengstats.evidence.verdict import Verdict
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import as_panel
from hengstats.vocabulary import check_language

# What rule E mistakes for an association, and how often with six to eight years;
# simulated by `benchmarks/blind_spots.py`.
BLIND_SPOTS = {
    "curved_slowdown": (0.08, 0.22),
    "two_shocks": (0.13, 0.26),
    "strong_slowdown": (0.05, 0.07),
}


def assess(
    panel: pd.DataFrame,
    *,
    organisation: str,
    economy: str,
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
    organisation, economy : str
        Measures of the panel, such as `branch_members` and `tax_revenue`; positive.
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
        How many pairs of measures or ways to compute were looked at, this one included.
        The limit of the permutation p is divided by it (Bonferroni).
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
        `cluster` names no column or makes fewer than six clusters.

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
    organisation, economy = (
        find_measure(panel, one) for one in (organisation, economy)
    )
    measures = organisation, economy
    _check_asked(measures, readings, tried)
    shocks = _list_shocks(shock_years)
    table, whose = _rows_of(panel, entity)
    read, listed = _read(panel, table, measures, readings)
    if whose is None and len(read):
        alone = partial(
            assess,
            panel,
            organisation=organisation,
            economy=economy,
            shock_years=shocks,
            readings=readings,
        )
        many = judge_many(
            panel,
            read,
            listed,
            measures=measures,
            shock_years=shocks,
            cluster=cluster,
            tried=tried,
            lang=lang,
            alone=alone,
        )
        if many:
            return many
    if cluster is not None:
        raise data_error("many.alone")
    units = panel.attrs.get("about", {}).get("units", {})
    printed = {
        measure: printed_growths(table, read, measure, units) for measure in measures
    }
    pairs = pair_growths(read, organisation, economy, shocks, whose, printed)
    if pairs.entity:
        listed = listed[listed["entity"] == pairs.entity].reset_index(drop=True)
    result = climb(pairs, ALPHA / tried) if pairs.n >= TESTABLE else None
    known = listed[(listed["measure"] == economy) & (listed["entity"] == pairs.entity)]
    years = choose_years(pairs.years, tuple(sorted(known["year"].tolist())))
    entities = table["entity"].nunique()
    refused = list_refusals(pairs.n, years, 1 if pairs.entity else entities)
    steps = _steps(pairs)
    steps.attrs = panel.attrs
    return Verdict(
        entity=pairs.entity,
        organisation=organisation,
        economy=economy,
        level=0 if result is None else 1 if pairs.n < RULED else 2,
        finding=result.finding if result else "not_enough_data",
        sign=result.sign if result else 0,
        table=_table(pairs, read, measures, result),
        refused=label_refusals(refused, "zh-Hans"),
        own_rates=own_rates(len(years)),
        n_growths=pairs.n,
        years=pairs.years,
        printed_steps=pairs.printed,
        rate_years=nearest(len(years)),
        shock_years=shocks,
        weakest_step=result.weakest_step if result else None,
        least_p=result.least_p if result else float(least_p(pairs.n)),
        detectable_r=detectable_r(pairs.n),
        alpha=ALPHA / tried,
        tried=tried,
        readings=listed,
        blind_spots=dict(BLIND_SPOTS) if pairs.n >= RULED else {},
        steps=steps,
        null_r=result.null_r if result else np.zeros(0),
        n_entities=entities,
        lang=lang,
    )


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
    pairs: Pairs, read: pd.DataFrame, measures: tuple[str, str], result: Climb | None
) -> pd.DataFrame:
    """Return the growths and the statistics, tidy."""
    rows: list[list] = []
    for measure, levels in zip(measures, (pairs.x, pairs.y), strict=True):
        names = [f"growth {first}-{last}" for first, last in pairs.steps]
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
