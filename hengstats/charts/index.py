"""How do measures compare with one year of them at 100?"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts import marks
from hengstats.charts.caption import entity_name, sources_sentence, wrap, write_caption
from hengstats.charts.choose import (
    choose_entities,
    common_year,
    label_series,
    left_out_sentence,
    number_years,
)
from hengstats.charts.style import GREY, LABEL, TITLE, WIDTH, dress, start
from hengstats.indicators import index_to, round_out
from hengstats.vocabulary import name, say


def draw_index(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measures: Sequence[str] = ("tax_revenue",),
    year: int | None = None,
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with measures as indices, one year of them at 100.

    `year` is the base; by default the first year that all of them know. Other
    parameters and errors as for `draw_tax`.
    """
    ax = start(ax)
    names = choose_entities(panel, measures, entities)
    own = panel[panel["entity"].isin(names)]
    base = common_year(own, measures, names) if year is None else year
    drawn, used, years = 0, set(), []
    plotted: list[pd.DataFrame] = []
    for measure in measures:
        table = index_to(own, measure, base)
        for entity in names:
            series = table[table["entity"] == entity].assign(x=lambda t: t["year"])
            if series.empty:
                continue
            label = label_series(own, measure, entity, measures, names, lang)
            used |= marks.draw_marks(ax, series, drawn, label)
            years += series["year"].tolist()
            plotted.append(series)
            drawn += 1
    marks.leave_room(ax, plotted)
    number_years(ax, years)
    for series in plotted if len(plotted) == 1 else []:
        marks.write_wordings(ax, series, _index_values(series))
    ax.axhline(100, color=GREY, lw=0.8, zorder=0)
    title = "index_title" if len(names) == 1 else "index_title_many"
    entity = entity_name(panel, names[0], lang)
    what = say("word", "comma", lang).join(name("measure", m, lang) for m in measures)
    text = say("chart", title, lang, entity=entity, measure=what, base=base)
    ax.set_title(wrap(text, WIDTH * 66 / TITLE), fontsize=TITLE)
    ax.set_ylabel(say("chart", "index_axis", lang, base=base), fontsize=LABEL)
    marks.legend(ax, drawn)
    sentences = marks.mark_sentences(used, [], lang)
    sentences.append(sources_sentence(panel, measures, names, lang))
    sentences.append(left_out_sentence(panel, measures, names, entities, lang))
    write_caption(ax, panel, sentences, names, lang)
    return dress(ax)


def _index_values(series: pd.DataFrame) -> dict[str, str]:
    """Return what is written beside each index: the value, or the bound it has."""
    return {
        str(row["year"]): f"{row['value']:.0f}"
        if pd.notna(row["value"])
        else f"≥ {round_out(row['lower'], 0, up=False):.0f}"
        for row in series.to_dict("records")
    }
