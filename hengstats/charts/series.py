"""How do tax and membership run over the years, each figure as what it is?

Each chart takes a panel and shows at most six series. Where nothing was printed, the
chart is empty and says so.
"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts import marks
from hengstats.charts.caption import about, sources_sentence, write_caption
from hengstats.charts.choose import (
    check_units,
    choose_entities,
    known_series,
    label_series,
    left_out_sentence,
    number_years,
    title_levels,
)
from hengstats.charts.phases import draw_phases
from hengstats.charts.style import dress, start
from hengstats.vocabulary import say

# With more series than these, what was printed beside each mark cannot be read.
FEW = 2


def draw_tax(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measure: str = "tax_revenue",
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
    return draw_levels(panel, [measure], entities, ax, lang, phases=True)


def draw_membership(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measures: Sequence[str] = ("branch_members", "members_working_here"),
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with members by year; each concept is a series of its own.

    `measures` must share one unit; `("branches", "organisations")` draws those. Other
    parameters and errors as for `draw_tax`.
    """
    present = [measure for measure in measures if measure in panel]
    return draw_levels(panel, present or measures[:1], entities, ax, lang)


def draw_levels(
    panel: pd.DataFrame,
    measures: Sequence[str],
    entities: str | Sequence[str] | None,
    ax: Axes | None,
    lang: str,
    *,
    phases: bool = False,
) -> Axes:
    """Draw measures of one unit by year, each figure as what it is."""
    ax = start(ax)
    names = choose_entities(panel, measures, entities)
    check_units(panel, measures)
    drawn, used, years, missing, counts = 0, set(), [], set(), []
    plotted: list[pd.DataFrame] = []
    told: list[dict[str, str]] = []
    for measure in measures:
        for entity in names:
            own = panel[panel["entity"] == entity]
            series = known_series(own, measure)
            gaps = about(panel).get("not_found", {}).get(measure, {}).get(entity, [])
            missing |= set(gaps) if len(measures) * len(names) == 1 else set()
            years += [*gaps, *series["year"]]
            if series.empty:
                continue
            label = label_series(panel, measure, entity, measures, names, lang)
            used |= marks.draw_marks(ax, series, drawn, label)
            plotted.append(series)
            wordings = about(panel).get("printed", {}).get(measure, {})
            told.append(wordings.get(entity, {}))
            counts.append(say("chart", "count_of", lang, measure=label, n=len(series)))
            drawn += 1
    years = years or panel["year"].tolist()
    marks.shade_missing(ax, sorted(missing))
    sentences = marks.mark_sentences(used, sorted(missing), lang)
    if counts:
        joined = say("word", "comma", lang).join(counts)
        sentences.append(say("chart", "count", lang, list=joined))
    if not drawn:
        marks.write_nothing(ax, say("chart", "nothing", lang))
        ax.set_yticks([])
    else:
        marks.leave_room(ax, plotted)
    if phases:
        sentences += draw_phases(ax, panel, names, years, lang)
    number_years(ax, years)
    for series, wordings in zip(plotted, told, strict=True) if drawn <= FEW else []:
        marks.write_wordings(ax, series, wordings)
    sentences.append(sources_sentence(panel, measures, names, lang))
    sentences.append(left_out_sentence(panel, measures, names, entities, lang))
    title_levels(ax, panel, measures, names, years, lang)
    marks.legend(ax, drawn)
    write_caption(ax, panel, sentences, names, lang)
    return dress(ax)
