"""Draws the growth of a measure from one known year to the next, in its bounds."""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts import marks
from hengstats.charts.caption import sources_sentence, write_caption, write_title
from hengstats.charts.spots import mark_spot
from hengstats.charts.style import GREY, SMALL, dress, start
from hengstats.indicators import growth, round_out
from hengstats.labels import find_entity
from hengstats.ledger import figure_at
from hengstats.messages import data_error
from hengstats.panel import as_panel
from hengstats.prose import entity_name, measure_name, step_label
from hengstats.vocabulary import say

FEW = 8  # steps that are labelled by both their years, and their growths with bounds


def draw_growth(
    table: pd.DataFrame,
    *,
    measure: str = "tax_revenue",
    entity: str | None = None,
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with the annualised growth of each step of one entity, in percent.

    Parameters
    ----------
    table : DataFrame
        As `growth` returns, or a panel, whose `measure` is then taken.
    measure : str
        Which measure of a panel.
    entity : str, optional
        Whose growth; the first one that has any by default.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    DataError
        If there is no step between two known years.
    """
    steps = table if "from_year" in table else growth(as_panel(table), measure)
    whose = list(steps["entity"].unique())
    if entity is not None:
        entity = find_entity(steps if "from_year" in table else as_panel(table), entity)
    if not whose or (entity is not None and entity not in whose):
        raise data_error("charts.no_step", entity=entity or "")
    entity = whose[0] if entity is None else entity
    own = steps[steps["entity"] == entity].reset_index(drop=True)
    measure = own["measure"].iloc[0]
    percent = (own[["lower", "value", "upper"]].transform(np.expm1) * 100).round(9)
    ax = start(ax)
    used = marks.draw_marks(ax, percent.assign(x=2.0 * own.index), 0, measure)
    years = own[["from_year", "year"]]
    for row in marks.places(percent.assign(x=2.0 * own.index).join(years)):
        ends = [figure_at(entity, measure, int(row[key])) for key in years]
        mark_spot(ax, row["x"], row["y"], *ends)
    many = len(own) > FEW
    for x, row in zip(2.0 * own.index, percent.to_dict("records"), strict=True):
        shown = row["lower"] if pd.isna(row["value"]) else row["value"]
        if not np.isfinite(shown) or shown <= -100:  # all of it is lost: no growth
            shown = row["upper"]
        above = shown >= 0
        ax.annotate(
            _write_growth(row).split("\n")[0] if many else _write_growth(row),
            (x, shown),
            (0, 9 if above else -9) if many else (12, 0),
            ha="center" if many else "left",
            va=("bottom" if above else "top") if many else "center",
            textcoords="offset points",
            fontsize=SMALL,
            gid="wording",
            bbox=marks.PLATE,
        )
    ax.axhline(0, color=GREY, lw=0.8, zorder=0)
    ax.set_xticks(2.0 * own.index)
    ax.set_xticklabels(own["year"].map(str) if many else step_labels(own, lang))
    ax.set_xlim(-0.9, 2.0 * own.index[-1] + 1.3)
    ax.margins(y=0.2)
    who, what = entity_name(steps, entity, lang), measure_name(steps, measure, lang)
    write_title(
        ax,
        _finding(percent, step_labels(own, lang), what, lang),
        f"{who}　{say('chart', 'growth_axis', lang)}",
    )
    sentences = [
        say("chart", "growth_years" if many else "growth_note", lang),
        *marks.mark_sentences(used, [], lang),
        sources_sentence(steps, [measure], [entity], lang),
    ]
    write_caption(ax, steps, sentences, [entity], lang)
    return dress(ax)


def _finding(percent: pd.DataFrame, steps: list[str], what: str, lang: str) -> str:
    """Return the sentence on the least and the most growth, and the last open step."""
    closed = percent[(percent["lower"] > -100) & np.isfinite(percent["upper"])]
    opened = [
        say(
            "chart",
            "growth_open",
            lang,
            step=step,
            low=_percent(row["lower"], up=False),
        )
        for step, row in zip(steps, percent.to_dict("records"), strict=True)
        if np.isinf(row["upper"]) and np.isfinite(row["lower"])
    ]
    if closed.empty:
        return what + "".join(opened[-1:])
    return say(
        "chart",
        "growth_finding",
        lang,
        measure=what,
        low=_percent(closed["lower"].min(), up=False),
        high=_percent(closed["upper"].max(), up=True),
        open="".join(opened[-1:]),
    )


def _percent(number: float, *, up: bool) -> str:
    """Return percent rounded outwards."""
    return f"{round_out(number, 1, up=up):.1f}%".replace("-", "−")


def step_labels(steps: pd.DataFrame, lang: str) -> list[str]:
    """Return what each step of growth is called: 2018→2020."""
    pairs = steps[["from_year", "year"]].itertuples(index=False)
    return [step_label(pair, lang) for pair in pairs]


def _write_growth(row: dict[Hashable, float]) -> str:
    """Return a growth in percent with its range, or the bound that it has."""
    low, value, high = (
        f"{number:.1f}".replace("-", "−")
        for number in (
            round_out(row["lower"], 1, up=False),
            row["value"],
            round_out(row["upper"], 1, up=True),
        )
    )
    if row["lower"] <= -100:
        return f"≤ {high}%"
    if pd.isna(row["value"]):
        return f"≥ {low}%" if np.isinf(row["upper"]) else f"{low}% … {high}%"
    return f"{value}%" if row["lower"] == row["upper"] else f"{value}%\n({low}…{high})"
