"""Draws a comparison: the change of every entity, and where the treated stands."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts import marks
from hengstats.charts.caption import (
    LAID_OUT,
    outdent_of,
    sources_sentence,
    unit_of,
    wrap,
    write_caption,
    write_title,
)
from hengstats.charts.many import MOST, ROW
from hengstats.charts.spots import mark_spot
from hengstats.charts.style import COLOURS, GREY, LABEL, PALE, WIDTH, dress, start
from hengstats.evidence.comparison import Comparison, rows_of, words_of, write_headline
from hengstats.indicators import ENDS
from hengstats.ledger import Origin, figure_at, unmarked
from hengstats.messages import data_error
from hengstats.prose import entity_name
from hengstats.vocabulary import say

LINE = LAID_OUT * WIDTH * 72 / LABEL - 2  # ems of a line of text in place of a chart


def draw_comparison(
    comparison: Comparison, *, ax: Axes | None = None, lang: str = "zh-Hans"
) -> Axes:
    """每个对象的前后变化 / Return axes with the change of every entity, one a row.

    A mark a change, a bar its bounds, an arrow where one is open; the treated are of
    another colour and form, and the line is the mean of the others. Of more than forty
    the treated and those farthest from the rest are drawn.

    Parameters
    ----------
    comparison : Comparison
        As `compare` returns; where nothing could be compared, the axes say why.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    DataError
        If it is no comparison.

    Examples
    --------
    >>> import hengstats as hs
    >>> panel = hs.build_panel(["plaza66", "comparators"])
    >>> found = hs.compare(panel, treated="plaza66", since=2019, outcome="rent_mall")
    >>> ax = hs.draw_comparison(found)
    """
    if not isinstance(comparison, Comparison):
        raise data_error("charts.no_comparison", kind=type(comparison).__name__)
    own = _choose(comparison)
    shown = list(own["entity"])
    ax = start(ax, height=1.0 + ROW * max(len(own), 2))
    if own.empty:
        marks.write_nothing(ax, wrap(write_headline(comparison, lang), LINE))
        return dress(ax)
    names = [entity_name(own, entity, lang) for entity in shown]
    mean = rows_of(comparison)["change_others"]
    _draw_mean(ax, _scaled(comparison, pd.Series(mean)[list(ENDS)]))
    _draw_changes(ax, own)
    for place, row in enumerate(own.to_dict("records")):
        mark_spot(ax, row["at"], place, *figures_compared(comparison, row["entity"]))
    ax.set_yticks(np.arange(len(own)), names)
    ax.set_ylim(-0.7, len(own) - 0.3)
    outdent = outdent_of(names)
    words = words_of(comparison, lang)
    axis = "axis" if comparison.since else "axis_staggered"
    title = "title" if len(comparison.treated) == 1 else "title_many"
    title, axis = (
        unmarked(say("draw_comparison", key, lang, **words)) for key in (title, axis)
    )
    unit = "%" if comparison.scale == "log" else unit_of(own, comparison.outcome, lang)
    axis = say("chart", "axis", lang, measure=axis, unit=unit) if unit else axis
    write_title(ax, title, axis, outdent=outdent)
    measure = comparison.outcome
    measure += "_growth" if comparison.basis == "printed_growth" else ""
    sentences = [
        say("draw_comparison", "marks", lang),
        sources_sentence(own, [measure], shown, lang),
    ]
    if comparison.n_units > len(own):
        sentences.append(say("chart", "some", lang, all=comparison.n_units, n=len(own)))
    write_caption(ax, own, sentences, shown, lang, outdent=outdent)
    return dress(ax)


def figures_compared(comparison: Comparison, entity: str) -> list[Origin]:
    """Return the figures that the change of an entity is computed from."""
    measure, years = comparison.outcome, comparison.years
    printed = comparison.about.get("about", {}).get("printed", {})
    named = [(measure, year) for year in years]
    if comparison.basis == "printed_growth":
        named.insert(0, (f"{measure}_growth", years[-1]))
    found = [
        figure_at(entity, one, year)
        for one, year in named
        if str(year) in printed.get(one, {}).get(entity, {})
    ]
    grown = [one for one in found if one.key[1] != measure]
    return grown or found


def _choose(comparison: Comparison) -> pd.DataFrame:
    """Return the changes to draw, in percent or as they are, the largest last."""
    every = comparison.placebos
    treated = every["first_year"].notna()
    if 2 * treated.sum() <= MOST:
        every = pd.concat([every[treated], every[~treated]])
    own = every.head(MOST)
    scaled = _scaled(comparison, own[list(ENDS)])
    at = [
        marks.middle(row["value"], row["lower"], row["upper"])
        for _, row in scaled.iterrows()
    ]
    own = pd.concat([own[["entity", "first_year"]], scaled], axis=1).assign(at=at)
    own = own.sort_values("at", kind="stable", ignore_index=True)
    own.attrs = comparison.about
    return own


def _scaled(comparison: Comparison, ends: Any) -> Any:
    """Return changes in percent, if they are logarithms."""
    ends = ends.astype(float)
    return 100 * np.expm1(ends) if comparison.scale == "log" else ends


def _draw_mean(ax: Axes, mean: pd.Series) -> None:
    """Draw the mean of the others, and its bounds where they are closed."""
    if np.isfinite(mean[["lower", "upper"]]).all():
        ax.axvspan(mean["lower"], mean["upper"], color=PALE, zorder=0, gid="bounds")
    ax.axvline(
        marks.middle(*mean[["value", "lower", "upper"]]), color=GREY, lw=0.9, gid="mean"
    )


def _draw_changes(ax: Axes, own: pd.DataFrame) -> None:
    """Draw a mark for each change, with its bounds."""
    for place, row in enumerate(own.to_dict("records")):
        treated = pd.notna(row["first_year"])
        colour = COLOURS[1] if treated else COLOURS[0]
        closed = [
            end if np.isfinite(end) else row["at"]
            for end in (row["lower"], row["upper"])
        ]
        ax.plot(closed, [place] * 2, color=colour, lw=1.6, gid="bounds")
        for end, way in (("lower", -1), ("upper", 1)):
            if np.isinf(row[end]):
                marks.point_to_open(ax, (row["at"], float(place)), (way, 0), colour)
        ax.plot(
            [row["at"]],
            [place],
            color=colour,
            mfc=colour if pd.notna(row["value"]) else "white",
            gid="treated" if treated else "other",
            marker="D" if treated else "o",
            ms=7 if treated else 5,
        )
