"""How many took part, year by year and programme by programme?"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.caption import sources_sentence, write_caption
from hengstats.charts.choose import choose_entities, number_years, title_levels
from hengstats.charts.series import draw_levels
from hengstats.charts.style import COLOURS, HATCHES, LABEL, dress, start
from hengstats.vocabulary import name, say, strings


def draw_participation(
    panel: pd.DataFrame,
    *,
    entities: str | Sequence[str] | None = None,
    measure: str = "attendances",
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with participation by year, stacked by programme where known.

    `measure` is `attendances`, `participants`, `events` or `volunteers`. Programmes
    are stacked only where they add up to the total, as attendances and events do.
    Other parameters and errors as for `draw_tax`.
    """
    parts = [f"{measure}_{key}" for key in strings()["programme"]]
    names = choose_entities(panel, [measure], entities)
    own = panel[panel["entity"].isin(names)]
    if len(names) == 1 and set(parts) <= set(panel) and _adds_up(own, measure, parts):
        return _draw_stack(own, measure, parts, names[0], ax, lang)
    return draw_levels(panel, [measure], entities, ax, lang)


def _draw_stack(
    panel: pd.DataFrame,
    measure: str,
    parts: list[str],
    entity: str,
    ax: Axes | None,
    lang: str,
) -> Axes:
    """Draw the programmes of a measure as stacked bars, told apart by hatching."""
    ax = start(ax)
    floor = pd.Series(0.0, index=panel.index)
    for number, part in enumerate(parts):
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
            label=name("programme", part.removeprefix(f"{measure}_"), lang),
        )
        floor = floor + panel[part]
    for year, total in zip(panel["year"], floor, strict=True):
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
    ax.set_ylim(0, floor.max() * 1.35)
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles, labels, fontsize=LABEL, frameon=False, ncols=3, loc="upper left")
    title_levels(ax, panel, [measure], [entity], panel["year"].tolist(), lang)
    number_years(ax, panel["year"].tolist())
    sentences = [
        say("chart", "stacked", lang),
        sources_sentence(panel, [measure, *parts], [entity], lang),
    ]
    write_caption(ax, panel, sentences, [entity], lang)
    return dress(ax)


def _adds_up(panel: pd.DataFrame, measure: str, parts: list[str]) -> bool:
    """Return whether the parts add up to the whole in every year."""
    return bool((panel[parts].sum(axis=1) == panel[measure]).all())
