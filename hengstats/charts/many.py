"""Draws one measure of many entities: ranked in one year, or each in a small chart."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hengstats.charts import marks
from hengstats.charts.caption import (
    ems_of,
    outdent_of,
    sources_sentence,
    unit_of,
    wordings_of,
    wrap,
    write_caption,
    write_title,
)
from hengstats.charts.choose import (
    choose_measures,
    choose_series,
    choose_year,
    last_common_year,
)
from hengstats.charts.levels import first_sentence
from hengstats.charts.spots import mark_figures
from hengstats.charts.style import COLOURS, PALE, SMALL, dress, start
from hengstats.panel import as_panel, series_of
from hengstats.prose import describe_all, entity_name, measure_name
from hengstats.vocabulary import say

MOST = 40  # entities in one chart
ROW = 0.23  # inches that a bar takes
COLUMNS, NAME = 5, 9  # of small charts; ems of a line above one
CELL = 1.2  # inches that a small chart is high


def draw_ranking(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measure: str = "tax_revenue",
    year: int | None = None,
    most: int = MOST,
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """按一年的数字排名 / Return axes with the entities ranked by one year's figures.

    A bar a figure, its bounds drawn at its end; one that is open has an arrow. Where
    the bounds of two figures overlap, their order is not settled.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns.
    entities : str or list of str, optional
        Which entities; by default the forty that are largest.
    measure : str
        Any yearly measure.
    year : int, optional
        By default the last one that at least half as many entities know as know the
        best-known year.
    most : int
        How many are drawn.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    DataError
        If there is no such measure or entity, or no figure for the year.

    Examples
    --------
    >>> import hengstats as hs
    >>> panel = hs.build_panel("illustrative-district")
    >>> ax = hs.draw_ranking(panel, year=2021)
    """
    panel = as_panel(panel)
    [measure] = choose_measures(panel, measure)
    series = choose_series(panel, measure, entities)
    year = last_common_year(series_of(panel, measure)) if year is None else year
    own = choose_year(panel, measure, series, year)
    ends = ["value", "lower", "upper"]
    own = own.assign(at=[marks.middle(*row) for row in own[ends].to_numpy()])
    every, own = len(own), own.sort_values("at", kind="stable").tail(most)
    ax = start(ax, height=1.0 + ROW * max(len(own), 2))
    names = [entity_name(panel, entity, lang) for entity in own["entity"]]
    places = np.arange(len(own))
    ax.barh(places, own["at"], height=0.66, color=COLOURS[4], ec="none", gid="bar")
    used = set()
    for place, row in zip(places, own.to_dict("records"), strict=True):
        kind = marks.mark_kind(pd.Series(row))
        used.add(kind)
        if kind in ("lower", "upper"):
            way = (1 if kind == "lower" else -1, 0)
            marks.point_to_open(ax, (row["at"], float(place)), way, COLOURS[0])
        elif kind != "exact":
            ax.plot([row["lower"], row["upper"]], [place] * 2, color=COLOURS[0], lw=1.6)
    spots = own.assign(x=own["at"], y=places).to_dict("records")
    mark_figures(ax, measure, spots)
    _write_printed(ax, own, wordings_of(panel, measure, lang))
    ax.set_yticks(places, names)
    ax.set_ylim(-0.7, len(own) - 0.3)
    ax.set_xlim(0, own["at"].max() * 1.25 or 1)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6))
    what, unit = measure_name(panel, measure, lang), unit_of(panel, measure, lang)
    outdent = outdent_of(names)
    shown = list(own["entity"])
    then = panel[(panel["year"] == year)]
    axis = say("chart", "ranking_axis", lang, measure=what, unit=unit, year=year)
    write_title(ax, first_sentence(then, measure, shown, lang), axis, outdent=outdent)
    used &= {"lower", "upper", "between"}
    sentences = [
        *marks.mark_sentences(used, [], lang),
        sources_sentence(panel, [measure], shown, lang),
        say("chart", "some", lang, all=every, n=len(own)) if every > len(own) else "",
    ]
    write_caption(ax, panel, sentences, shown, lang, outdent=outdent)
    return dress(ax)


def _write_printed(
    ax: Axes, own: pd.DataFrame, printed: Mapping[str, Mapping[str, str]]
) -> None:
    """Write right of each bar what its source printed."""
    for place, row in enumerate(own.to_dict("records")):
        number = row["value"] if pd.notna(row["value"]) else row["at"]
        wording = printed.get(row["entity"], {}).get(str(row["year"]), f"{number:g}")
        is_open = marks.mark_kind(pd.Series(row)) == "lower"
        ax.annotate(
            marks.shorten(wording),
            (max(row["at"], row["upper"] if np.isfinite(row["upper"]) else 0), place),
            (marks.ARROW + 4 if is_open else 4, 0),
            va="center",
            textcoords="offset points",
            fontsize=SMALL,
            gid="wording",
        )


def draw_multiples(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measure: str = "tax_revenue",
    most: int = MOST,
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """每个对象一个小图 / Return axes with a small chart for each entity, on one scale.

    Behind each stand all others in grey. Parameters and errors as for `draw_ranking`;
    the largest entities come first.

    Examples
    --------
    >>> import hengstats as hs
    >>> ax = hs.draw_multiples(hs.build_panel("illustrative-district"))
    """
    panel = as_panel(panel)
    [measure] = choose_measures(panel, measure)
    series = choose_series(panel, measure, entities)
    ends = ["value", "lower", "upper"]
    series = series.assign(x=series["year"])
    series["at"] = [marks.middle(*row) for row in series[ends].to_numpy()]
    latest = series.sort_values(["year", "at"], ascending=False)
    order = list(latest["entity"].unique())
    every, shown = len(order), order[:most]
    columns = min(COLUMNS, len(shown))
    rows = math.ceil(len(shown) / columns)
    ax = start(ax, height=0.6 + CELL * max(rows, 2))
    ax.set_axis_off()
    years = series["year"].min(), series["year"].max()
    printed = wordings_of(panel, measure, lang)
    top, used = series["at"].max() * 1.1 or 1, set()
    for i, entity in enumerate(shown):
        line, column = divmod(i, columns)
        width, height = 1 / columns, 1 / rows
        box = (column * width, 1 - (line + 1) * height, width * 0.9, height * 0.6)
        cell = ax.inset_axes(box)
        for other, one in series.groupby("entity"):
            if other != entity and other in shown:
                cell.plot(one["year"], one["at"], color=PALE, lw=0.8, zorder=0)
        own = series[series["entity"] == entity]
        used |= marks.draw_marks(cell, own, 0, "", small=True)
        cell.set_xlim(years[0] - 0.5, years[1] + 0.5)
        cell.set_ylim(0, top)
        cell.set_xticks(years if column == 0 and line == rows - 1 else [])
        cell.set_yticks([])
        cell.tick_params(labelsize=SMALL - 1.5, length=2)
        who = wrap(entity_name(panel, entity, lang), NAME)
        who = "\n".join(marks.shorten(line, NAME) for line in who.split("\n")[:2])
        last = own.sort_values("year").iloc[-1]
        mark_figures(cell, measure, [{**last, "y": last["at"]}])
        plain = f"{last['at']:g}"  # its unit stands above
        wording = printed.get(entity, {}).get(str(last["year"]), plain)
        wide = ems_of(wording) > NAME and pd.notna(last["value"])
        title = f"{who}\n{plain if wide else marks.shorten(wording, NAME)}"
        cell.set_title(title, fontsize=SMALL - 1, loc="left", pad=2)
        dress(cell)
        cell.tick_params(labelsize=SMALL - 1.5)
    what, unit = measure_name(panel, measure, lang), unit_of(panel, measure, lang)
    own = panel[panel["entity"].isin(order)]  # those too that are not drawn
    said = describe_all(own, measure, lang=lang)
    title = said.get("course") or first_sentence(panel, measure, shown, lang)
    axis = say("chart", "multiples_axis", lang, measure=what, unit=unit)
    write_title(ax, title, axis)
    sentences = [
        *marks.mark_sentences(used - {"exact", "line"}, [], lang),
        sources_sentence(panel, [measure], shown, lang),
        say("chart", "some", lang, all=every, n=len(shown))
        if every > len(shown)
        else "",
    ]
    write_caption(ax, panel, sentences, shown, lang)
    return dress(ax)
