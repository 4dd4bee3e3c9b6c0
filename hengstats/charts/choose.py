"""Chooses the entities and the base year that a chart of a panel shows."""

from collections.abc import Sequence

import pandas as pd

from hengstats.charts.caption import about, is_measure
from hengstats.indicators import list_years
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import series_of
from hengstats.prose import measure_name
from hengstats.vocabulary import LANGUAGES, say

MOST = 6


def choose_measures(panel: pd.DataFrame, asked: str | Sequence[str]) -> list[str]:
    """Return the measures to draw by their keys, whatever names they were given."""
    names = [asked] if isinstance(asked, str) else list(asked)
    return [find_measure(panel, measure) for measure in names]


def choose_entities(
    panel: pd.DataFrame, measures: Sequence[str], asked: str | Sequence[str] | None
) -> list[str]:
    """Return the entities to draw: those asked for, or the six known best."""
    if panel.empty:
        raise data_error("charts.empty")
    for measure in measures:
        if not is_measure(panel, measure):
            series_of(panel, measure)  # says which measures there are
    known = list(panel["entity"].unique())
    if asked is None:
        return _known_best(panel, measures, known)
    names = [asked] if isinstance(asked, str) else list(asked)
    return [find_entity(panel, entity) for entity in names]


def choose_series(
    panel: pd.DataFrame, measure: str, asked: str | Sequence[str] | None
) -> pd.DataFrame:
    """Return a measure of the entities asked for, by default of all that know it."""
    if panel.empty:
        raise data_error("charts.empty")
    series = series_of(panel, measure)
    if asked is not None:
        names = [asked] if isinstance(asked, str) else list(asked)
        own = [find_entity(panel, entity) for entity in names]
        series = series[series["entity"].isin(own)]
    if series.empty:
        named = measure_name(panel, measure, LANGUAGES[0])
        raise data_error("charts.no_figures", measure=named)
    return series


def choose_year(
    panel: pd.DataFrame, measure: str, series: pd.DataFrame, year: int
) -> pd.DataFrame:
    """Return the figures of one year, or say which years there are."""
    own = series[series["year"] == year]
    if own.empty:
        named = measure_name(panel, measure, LANGUAGES[0])
        told = {"measure": named, "year": year, "known": list_years(series)}
        raise data_error("charts.no_year", **told)
    return own


def last_common_year(series: pd.DataFrame) -> int:
    """Return the last year that at least half as many know as know the best-known."""
    counts = series.groupby("year").size()
    return int(max(counts[2 * counts >= counts.max()].index))


def _known_best(
    panel: pd.DataFrame, measures: Sequence[str], entities: list[str]
) -> list[str]:
    """Return the entities that know most years, in the order of the panel.

    One that a measure was searched for in vain comes before those never searched for.
    """
    searched = about(panel).get("not_found", {})
    years = pd.Series(0.0, index=entities)
    for measure in measures:
        if measure in panel:
            counts = series_of(panel, measure)["entity"].value_counts()
            years = years.add(counts, fill_value=0)
        gaps = dict.fromkeys(searched.get(measure, {}), 0.1)
        years = years.add(pd.Series(gaps, dtype=float), fill_value=0)
    known = years[years > 0].reindex(entities).dropna()
    most = max(1, MOST // len(measures))
    best = set(known.sort_values(ascending=False, kind="stable").index[:most])
    return [entity for entity in known.index if entity in best] or entities[:1]


def common_year(panel: pd.DataFrame, measures: Sequence[str], names: list[str]) -> int:
    """Return the first year that every series knows."""
    known = [
        set(series.loc[series["entity"] == entity, "year"])
        for series in [series_of(panel, measure) for measure in measures]
        for entity in names
    ]
    given = [years for years in known if years]
    common = set.intersection(*given) if given else set()
    if not common:
        raise data_error("charts.no_base", measures="、".join(measures))
    return min(common)


def check_units(panel: pd.DataFrame, measures: Sequence[str]) -> None:
    """Refuse measures of different units on one axis."""
    units = {about(panel).get("units", {}).get(measure, "") for measure in measures}
    if len(units - {""}) > 1:
        listed = {"measures": "、".join(measures), "units": "、".join(sorted(units))}
        raise data_error("charts.two_units", **listed)


def left_out_sentence(
    panel: pd.DataFrame,
    measures: Sequence[str],
    names: list[str],
    asked: str | Sequence[str] | None,
    lang: str,
) -> str:
    """Return the sentence that says how many entities are not drawn, if any."""
    present = [measure for measure in measures if measure in panel]
    known = {e for measure in present for e in series_of(panel, measure)["entity"]}
    if asked is not None or len(known) <= len(names):
        return ""
    return say("chart", "some", lang, all=len(known), n=len(names))
