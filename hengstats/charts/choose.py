"""Which entities, years and names does a chart show?"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hengstats.charts.caption import about, entity_name, unit_of, wrap
from hengstats.charts.style import LABEL, TITLE, WIDTH
from hengstats.errors import DataError
from hengstats.panel import series_of
from hengstats.vocabulary import name, say, strings

MOST = 6


def choose_entities(
    panel: pd.DataFrame, measures: Sequence[str], asked: str | Sequence[str] | None
) -> list[str]:
    """Return the entities to draw: those asked for, or the six known best."""
    if panel.empty:
        raise DataError(
            "表里一行也没有，画不出图。请检查数据集；用了 as_of 的，换一个晚些的日期。"
            " [the panel is empty]"
        )
    check = list(measures)
    for measure in check:
        if measure not in panel and measure not in strings().get("measure", {}):
            series_of(panel, measure)
    if asked is not None:
        names = [asked] if isinstance(asked, str) else list(asked)
        unknown = [entity for entity in names if entity not in set(panel["entity"])]
        if unknown:
            raise DataError(
                f"表里没有“{unknown[0]}”。请从这些里选：{list(panel['entity'].unique())}。"
                f" [no entity {unknown[0]!r}]"
            )
        return names
    searched = about(panel).get("not_found", {})
    years = pd.Series(0, index=panel["entity"].unique())
    for measure in check:
        if measure in panel:
            years = years.add(
                series_of(panel, measure)["entity"].value_counts(), fill_value=0
            )
        gaps = {entity: 0.1 for entity in searched.get(measure, {})}
        years = years.add(pd.Series(gaps, dtype=float), fill_value=0)
    known = years[years > 0].reindex(panel["entity"].unique()).dropna()
    most = max(1, MOST // len(check))
    chosen = known.sort_values(ascending=False, kind="stable").index[:most]
    return [entity for entity in known.index if entity in chosen] or [
        panel["entity"].iloc[0]
    ]


def known_series(panel: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one series to plot; empty where the panel has no such measure."""
    if measure not in panel:
        return pd.DataFrame(columns=["entity", "year", "lower", "value", "upper", "x"])
    return series_of(panel, measure).assign(x=lambda table: table["year"])


def common_year(panel: pd.DataFrame, measures: Sequence[str], names: list[str]) -> int:
    """Return the first year that every series knows."""
    known = [
        set(series.loc[series["entity"] == entity, "year"])
        for measure in measures
        for series in [series_of(panel, measure)]
        for entity in names
    ]
    common = set.intersection(*[years for years in known if years])
    if not common:
        raise DataError(
            f"{'、'.join(measures)} 没有一个年份全都有数。请用 year= 指明基年，"
            "或少画几个。 [no common base year]"
        )
    return min(common)


def check_units(panel: pd.DataFrame, measures: Sequence[str]) -> None:
    """Refuse measures of different units on one axis."""
    units = {about(panel).get("units", {}).get(measure, "") for measure in measures}
    if len(units - {""}) > 1:
        raise DataError(
            f"{'、'.join(measures)} 的单位不同（{'、'.join(sorted(units))}），"
            "不能画在一条轴上。请分两张图。 [different units on one axis]"
        )


def label_series(
    panel: pd.DataFrame,
    measure: str,
    entity: str,
    measures: Sequence[str],
    names: list[str],
    lang: str,
) -> str:
    """Return what tells one series from the others."""
    if len(measures) > 1 and len(names) > 1:
        who, what = entity_name(panel, entity, lang), name("measure", measure, lang)
        return f"{who}{say('word', 'colon', lang)}{what}"
    if len(names) > 1:
        return entity_name(panel, entity, lang)
    return name("measure", measure, lang)


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


def title_levels(
    ax: Axes,
    panel: pd.DataFrame,
    measures: Sequence[str],
    names: list[str],
    years: list[int],
    lang: str,
) -> None:
    """Write the subject above, the measure and its unit beside the axes."""
    comma = say("word", "comma", lang)
    subject = comma.join(name("measure", measure, lang) for measure in measures)
    span = say("word", "years", lang, first=min(years), last=max(years))
    entity = entity_name(panel, names[0], lang)
    title = "title" if len(names) == 1 else "title_many"
    text = say("chart", title, lang, entity=entity, measure=subject, years=span)
    ax.set_title(wrap(text, WIDTH * 66 / TITLE), fontsize=TITLE)
    unit = unit_of(panel, measures[0], lang)
    label = subject if len(measures) == 1 else ""
    ax.set_ylabel(
        say("chart", "axis", lang, measure=label, unit=unit) if label else unit,
        fontsize=LABEL,
    )


def number_years(ax: Axes, years: Sequence[int]) -> None:
    """Write whole years on the axis, none left out where there is room."""
    first, last = min(years), max(years)
    left, right = ax.get_xlim() if ax.get_autoscalex_on() is False else (first, last)
    ax.set_xlim(min(left, first - 0.6), max(right, last + 0.6))
    span = ax.get_xlim()[1] - ax.get_xlim()[0]
    bins = 12 if span < 13 else 11
    locator = MaxNLocator(nbins=bins, integer=True, min_n_ticks=1)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(lambda year, _: f"{year:.0f}")
