"""Draws measures by year: tax, members, participation, or one year of them at 100.

Each chart takes a panel and shows at most six series. Where nothing was printed, the
chart is empty and says so.
"""

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hengstats.charts import marks
from hengstats.charts.caption import (
    about,
    sources_sentence,
    unit_of,
    wordings_of,
    write_caption,
    write_title,
)
from hengstats.charts.choose import (
    check_units,
    choose_entities,
    choose_measures,
    common_year,
    left_out_sentence,
)
from hengstats.charts.spots import mark_figures
from hengstats.charts.style import COLOURS, GREY, HATCHES, LABEL, dress, start
from hengstats.charts.timeline import draw_phases
from hengstats.indicators import index_to, round_out
from hengstats.panel import as_panel, series_of
from hengstats.prose import (
    describe_one,
    entity_name,
    latest_rows,
    list_spans,
    measure_name,
    say_figure,
)
from hengstats.vocabulary import UNITS, programme_labels, say

# With more series than these, what was printed beside each mark cannot be read.
FEW = 2
BESIDE, ALL_BESIDE = 0.24, 0.5  # of a year: between series of ranges, and for all
LONGEST = 90  # signs of a title
MOST_YEARS = 14  # that stand side by side on the axis
ENDINGS = ("", "_lower", "_upper")


def draw_tax(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measure: str = "tax_revenue",
    phases: bool = True,
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with building tax by year, phases and milestones behind it.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns.
    entities : str or list of str, optional
        Which entities; by default those that know the measure, at most the six that
        know most years of it, and the caption says so.
    measure : str
        Another yearly measure of tax, such as `tax_per_area`.
    phases : bool
        Whether the phases that the dataset names are shaded. A rise within a phase is
        no effect of it.
    ax : Axes, optional
        Where to draw; a new figure by default.
    lang : str
        `zh-Hans`, `zh-Hant` or `en`.

    Raises
    ------
    DataError
        If there is no such measure or entity, or the units of two measures differ.
    GlyphError
        If no font has one of the characters.
    """
    return _draw_levels(panel, [measure], entities, ax, lang, phases=phases)


def draw_membership(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measures: str | Sequence[str] = ("branch_members", "members_working_here"),
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with members by year; each concept is a series of its own.

    `measures` must share one unit; `("branches", "organisations")` draws those. Other
    parameters and errors as for `draw_tax`.
    """
    panel = as_panel(panel)
    measures = choose_measures(panel, measures)
    present = [measure for measure in measures if measure in panel]
    return _draw_levels(panel, present or measures[:1], entities, ax, lang)


def draw_participation(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measure: str | Sequence[str] = "attendances",
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with participation by year, stacked by programme where known.

    `measure` is `attendances`, `participants`, `events` or `volunteers`, or several of
    one unit, such as `("returning", "first_time")`. Programmes are stacked only where
    they add up to the total, as attendances and events do. Several series of published
    counts stand beside one another within each year, as ranges. Other parameters and
    errors as for `draw_tax`.
    """
    panel = as_panel(panel)
    measures = choose_measures(panel, measure)
    if len(measures) != 1:
        return _draw_levels(panel, measures, entities, ax, lang)
    [measure] = measures
    labels = programme_labels(measure, lang, about(panel).get("labels"))
    names, parts = choose_entities(panel, [measure], entities), list(labels)
    drawable = 0 < len(parts) <= len(HATCHES) and set(parts) <= set(panel)
    if len(names) == 1 and drawable:
        own = panel[panel["entity"] == names[0]]
        ends = [f"{m}{end}" for m in (measure, *parts) for end in ENDINGS]
        own = own.dropna(subset=own.columns.intersection(ends), how="all")
        if len(own) and (own[parts].sum(axis=1) == own[measure]).all():
            return _draw_stack(own, measure, labels, names[0], ax, lang)
    return _draw_levels(panel, [measure], entities, ax, lang)


def draw_index(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measures: str | Sequence[str] = ("tax_revenue",),
    year: int | None = None,
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with measures as indices, one year of them at 100.

    `year` is the base; by default the first year that all of them know. Other
    parameters and errors as for `draw_tax`.
    """
    panel = as_panel(panel)
    measures = choose_measures(panel, measures)
    names = choose_entities(panel, measures, entities)
    own = panel[panel["entity"].isin(names)]
    base = common_year(own, measures, names) if year is None else year
    tables = {measure: _index(own, measure, base) for measure in measures}
    ax = start(ax)
    plotted, used = _draw_series(ax, panel, tables, names, lang, base)
    marks.leave_room(ax, plotted)
    number_years(ax, [year for series in plotted for year in series["year"]])
    marks.name_series(ax, plotted)
    for series in plotted if len(plotted) == 1 else []:
        marks.write_wordings(ax, series, _index_values(series))
    ax.axhline(100, color=GREY, lw=0.8, zorder=0)
    title = "index_title" if len(names) == 1 else "index_title_many"
    words = {"entity": entity_name(panel, names[0], lang), "base": base}
    what = _list_measures(panel, measures, lang)
    subtitle = say("chart", "index_axis", lang, base=base)
    write_title(ax, say("chart", title, lang, measure=what, **words), subtitle)
    sentences = marks.mark_sentences(used, [], lang)
    sentences.append(sources_sentence(panel, measures, names, lang))
    sentences.append(left_out_sentence(panel, measures, names, entities, lang))
    write_caption(ax, panel, sentences, names, lang)
    return dress(ax)


def _index(panel: pd.DataFrame, measure: str, base: int) -> pd.DataFrame:
    """Return a measure as an index, and which of its figures are rounded."""
    series = series_of(panel, measure)
    rounded = series["lower"] < series["upper"]
    known = series[["entity", "year"]].assign(is_rounded=rounded)
    return index_to(panel, measure, base).merge(known, on=["entity", "year"])


def _draw_levels(
    panel: pd.DataFrame,
    measures: Sequence[str],
    entities: str | Sequence[str] | None,
    ax: Axes | None,
    lang: str,
    *,
    phases: bool = False,
) -> Axes:
    """Draw measures of one unit by year, each figure as what it is."""
    panel = as_panel(panel)
    measures = choose_measures(panel, measures)
    names = choose_entities(panel, measures, entities)
    check_units(panel, measures)
    own = panel[panel["entity"].isin(names)]
    tables = {m: series_of(own, m) for m in measures if m in own}
    ax = start(ax)
    plotted, used = _draw_series(ax, panel, tables, names, lang)
    searched = about(panel).get("not_found", {})
    gaps = [y for m in measures for e in names for y in searched.get(m, {}).get(e, [])]
    gaps = [year for year in gaps if year in set(panel["year"])]
    missing = sorted(gaps) if len(measures) * len(names) == 1 and plotted else []
    years = [*gaps, *(year for series in plotted for year in series["year"])]
    years = years or panel["year"].tolist()
    marks.shade_missing(ax, missing)
    sentences = marks.mark_sentences(used, missing, lang)
    if not plotted:
        known = {"years": list_spans(gaps, lang)} if gaps else {}
        key = "nothing_of" if gaps else "nothing"
        marks.write_nothing(ax, say("chart", key, lang, **known))
        _title_levels(ax, panel, measures, names, lang)
        write_caption(ax, panel, [], names, lang)
        return dress(ax)
    marks.leave_room(ax, plotted)
    if phases:
        sentences += draw_phases(ax, panel, names, years, lang)
    number_years(ax, years)
    number_values(ax, panel, measures[0], lang)
    marks.name_series(ax, plotted)
    # Ranges of several series stand too close for their wordings.
    few = 1 if "band" in used else FEW
    for series in plotted if len(plotted) <= few else []:
        printed = wordings_of(panel, series["measure"].iloc[0], lang)
        marks.write_wordings(ax, series, printed.get(series["entity"].iloc[0], {}))
    sentences.append(sources_sentence(panel, measures, names, lang))
    sentences.append(left_out_sentence(panel, measures, names, entities, lang))
    _title_levels(ax, panel, measures, names, lang)
    write_caption(ax, panel, sentences, names, lang)
    return dress(ax)


def _draw_series(
    ax: Axes,
    panel: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
    names: list[str],
    lang: str,
    *bases: int,
) -> tuple[list[pd.DataFrame], set[str]]:
    """Draw each known series; return them, labelled, and the kinds of marks used.

    An index has a base year.
    """
    plotted: list[pd.DataFrame] = []
    used: set[str] = set()
    shown = [table[table["entity"].isin(names)] for table in tables.values()]
    every = sum(table["entity"].nunique() for table in shown)
    ranges = [table.apply(marks.mark_kind, axis=1) == "between" for table in shown]
    several = every > 1 and any(one.any() for one in ranges)
    shift = min(BESIDE, ALL_BESIDE / every) if several else 0.0
    for measure, table in tables.items():
        for entity in names:
            series = table[table["entity"] == entity]
            if series.empty:
                continue
            label = measure_name(panel, measure, lang)
            if len(names) > 1:
                who = entity_name(panel, entity, lang)
                colon = say("word", "colon", lang)
                label = f"{who}{colon}{label}" if len(tables) > 1 else who
            beside = shift * (len(plotted) - (every - 1) / 2)
            x = series["year"] + beside
            series = series.assign(x=x, measure=measure, label=label)
            used |= marks.draw_marks(ax, series, len(plotted), label)
            if shift and marks.draw_bands(ax, series, len(plotted)):
                used.add("band")
            mark_figures(ax, measure, marks.places(series), *bases)
            plotted.append(series)
    return plotted, used


def _draw_stack(
    panel: pd.DataFrame,
    measure: str,
    programmes: dict[str, str],
    entity: str,
    ax: Axes | None,
    lang: str,
) -> Axes:
    """Draw the programmes of a measure as stacked bars, told apart by hatching."""
    ax = start(ax)
    years = panel["year"].tolist()
    floor = pd.Series(0.0, index=panel.index)
    for number, (part, label) in enumerate(programmes.items()):
        ax.bar(
            panel["year"],
            panel[part],
            0.6,
            bottom=floor,
            fc=COLOURS[number],
            ec="white",
            hatch=HATCHES[number],
            lw=0.6,
            gid="bar",
            label=label,
        )
        middles = panel.assign(x=panel["year"], y=floor + panel[part] / 2)
        mark_figures(ax, part, middles.to_dict("records"))
        floor = floor + panel[part]
    tops = panel.assign(x=panel["year"], y=floor).to_dict("records")
    mark_figures(ax, measure, tops)
    for year, total in zip(years, floor, strict=True):
        ax.annotate(
            f"{total:,.0f}",
            (year, total),
            (0, 4),
            ha="center",
            va="bottom",
            textcoords="offset points",
            fontsize=LABEL,
            gid="wording",
        )
    ax.set_ylim(0, floor.max() * 1.12)
    number_years(ax, years)
    number_values(ax, panel, measure, lang)
    marks.name_parts(ax, panel[list(programmes)].iloc[-1], list(programmes.values()))
    _title_levels(ax, panel, [measure], [entity], lang)
    sentences = [
        say("chart", "stacked", lang),
        sources_sentence(panel, [measure, *programmes], [entity], lang),
    ]
    write_caption(ax, panel, sentences, [entity], lang)
    return dress(ax)


def _list_measures(panel: pd.DataFrame, measures: Sequence[str], lang: str) -> str:
    """Return the names of measures in one line."""
    comma = say("word", "comma", lang)
    return comma.join(measure_name(panel, measure, lang) for measure in measures)


def _title_levels(
    ax: Axes, panel: pd.DataFrame, measures: Sequence[str], names: list[str], lang: str
) -> None:
    """Write what is seen over the axes, and below it what is measured in which unit."""
    shown = [measure for measure in measures if measure in panel] or list(measures)
    counts = [len(_known(panel, measure, names)) for measure in shown]
    measure = shown[counts.index(max(counts))]
    unit = unit_of(panel, measures[0], lang)
    what = _list_measures(panel, measures, lang)
    subtitle = say("chart", "axis", lang, measure=what, unit=unit) if unit else what
    if not max(counts):
        names = names[:1]  # of none of them is there more to say
    if len(names) == 1:
        told = describe_one(panel, measure, names[0], lang=lang)
        parts = [told[key] for key in ("course", "bounds") if key in told]
        said = say("word", "semicolon", lang).join(parts)
        said = said if len(said) <= LONGEST else parts[0]
        write_title(ax, said, f"{entity_name(panel, names[0], lang)}　{subtitle}")
        return
    if whole := about(panel).get("whole"):
        subtitle = f"{whole}　{subtitle}"
    write_title(ax, first_sentence(panel, measure, names, lang), subtitle)


def first_sentence(
    panel: pd.DataFrame, measure: str, names: Sequence[str], lang: str
) -> str:
    """Return the sentence on which of several entities is the largest, if any is."""
    own = panel[panel["entity"].isin(names)]
    rows, year = latest_rows(own, measure)
    unit = about(panel).get("units", {}).get(measure, "")
    first, *others = rows
    ranges = bool(pd.isna(first["value"]) and first["upper"] < math.inf)
    settled = not any(row["upper"] >= first["lower"] for row in others)
    return say(
        "chart",
        "first" if settled or not ranges else "first_unsettled",
        lang,
        year=year,
        measure=measure_name(panel, measure, lang),
        entity=entity_name(panel, first["entity"], lang),
        figure=say_figure(first, unit, lang),
    )


def _known(panel: pd.DataFrame, measure: str, names: Sequence[str]) -> pd.DataFrame:
    """Return the figures of some entities, none where the measure has none."""
    if measure not in panel:
        return panel.iloc[:0]
    series = series_of(panel, measure)
    return series[series["entity"].isin(names)]


def number_years(ax: Axes, years: Sequence[int]) -> None:
    """Write on the axis each year that has a figure, as far as there is room."""
    known = sorted(set(years))
    first, last = known[0], known[-1]
    left, right = ax.get_xlim() if ax.get_autoscalex_on() is False else (first, last)
    ax.set_xlim(min(left, first - 0.6), max(right, last + 0.6))
    span = ax.get_xlim()[1] - ax.get_xlim()[0]
    apart = max(1, math.ceil(span / MOST_YEARS))
    shown = [year for year in known if (last - year) % apart == 0]
    ax.set_xticks(shown, list(map(str, shown)))
    ax.set_xticks(known, minor=True)


def number_values(ax: Axes, panel: pd.DataFrame, measure: str, lang: str) -> None:
    """Write whole numbers for counts, thousands apart, millions as a language has."""

    def write(number: float, _: object) -> str:
        if abs(number) < 1_000_000 or lang == "en":
            return f"{number:,.10g}"
        return say("hedge", "ten_thousand", lang, n=f"{number / 10_000:,.10g}")

    unit = UNITS.get(about(panel).get("units", {}).get(measure, ""))
    whole = unit is not None and unit.kind == "count"
    ax.yaxis.set_major_locator(MaxNLocator(nbins=7, integer=whole, min_n_ticks=1))
    ax.yaxis.set_major_formatter(FuncFormatter(write))


def _index_values(series: pd.DataFrame) -> dict[str, str]:
    """Return what is written beside each index: the value, or the bound it has."""
    return {
        str(row["year"]): f"{row['value']:.0f}"
        if pd.notna(row["value"])
        else f"≥ {round_out(row['lower'], 0, up=False):.0f}"
        for row in series.to_dict("records")
    }
