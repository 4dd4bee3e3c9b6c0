"""Draws the growth of two measures of many entities against each other."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from hengstats.charts import marks
from hengstats.charts.caption import (
    ems_of,
    sources_sentence,
    write_caption,
    write_title,
)
from hengstats.charts.choose import choose_measures
from hengstats.charts.spots import mark_spot
from hengstats.charts.style import COLOURS, GREY, LABEL, SMALL, dress, start
from hengstats.ledger import figure_at
from hengstats.panel import as_panel
from hengstats.prose import entity_name, growths_of_all, measure_name, several_of
from hengstats.vocabulary import say

NAMED = 10  # entities far from the others
HEIGHT = 4.6
SIDES = ("x_lower", "x_upper", "y_lower", "y_upper")
WAYS = {(1, 1): "up", (-1, -1): "down", (1, -1): "apart", (-1, 1): "apart"}


def draw_growth_map(
    panel: pd.DataFrame,
    *,
    organisation: str = "branch_members",
    economy: str = "tax_revenue",
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """两方面的增长，一楼一点 / Return axes with growth on growth, a mark an entity.

    Growth a year between the first and the last year that most entities know, the same
    for both measures; the box of a mark is what the bounds of its figures allow. Those
    farthest from the middle are named. Where marks lie says nothing of what moves what.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns, with several entities.
    organisation, economy : str
        Two yearly measures, along and up.
    ax, lang
        As for `draw_tax`.

    Returns
    -------
    Axes
        Empty, with a sentence that says so, where no entity knows both.

    Raises
    ------
    DataError
        If there is no such measure.

    Examples
    --------
    >>> import hengstats as hs
    >>> ax = hs.draw_growth_map(hs.build_panel("illustrative-district"))
    """
    panel = as_panel(panel)
    both = [choose_measures(panel, one)[0] for one in (organisation, economy)]
    found = pair_growths_of_all(panel, *both)
    ax = start(ax, height=HEIGHT if len(found) else marks.EMPTY)
    labels = [measure_name(panel, measure, lang) for measure in both]
    if found.empty:
        marks.write_nothing(ax, say("chart", "map_nothing", lang))
        write_title(ax, say("chart", "map_axis", lang, x=labels[0], y=labels[1]))
        write_caption(ax, panel, [], [], lang)
        return dress(ax)
    _draw_boxes(ax, found)
    names = [entity_name(panel, entity, lang) for entity in found["entity"]]
    _name_farthest(ax, found, names)
    for row in found.to_dict("records"):
        figures = [
            figure_at(row["entity"], both[1], int(row[year]))
            for year in ("from_year", "year")
        ]
        mark_spot(ax, row["x"], row["y"], *figures)
    along, up = (say("draw", "growth_of", lang, measure=one) for one in labels)
    ax.set_xlabel(along, fontsize=LABEL)
    ax.set_ylabel(up, fontsize=LABEL)
    title = say("chart", "map_title", lang, **_count(panel, found, lang))
    write_title(ax, title, say("chart", "map_axis", lang, x=labels[0], y=labels[1]))
    entities = found["entity"].tolist()
    sentences = [
        say("chart", "map_note", lang),
        sources_sentence(panel, both, entities, lang),
    ]
    write_caption(ax, panel, sentences, entities, lang)
    return dress(ax)


def pair_growths_of_all(
    panel: pd.DataFrame, organisation: str, economy: str
) -> pd.DataFrame:
    """Return the growths of both measures over the same years, in percent.

    `entity, from_year, year`, the ends of `x` and `y`, where the mark stands, and the
    `way` they went: `up`, `down`, `apart`, or `open` where it is not settled.
    """
    sides = [growths_of_all(panel, one) for one in (organisation, economy)]
    if not all(sides):
        return pd.DataFrame(columns=["entity", *SIDES])
    first = max(rows[0]["from_year"] for rows in sides)
    last = min(rows[0]["year"] for rows in sides)
    within = panel[panel["year"].between(first, last)]
    tables = [
        pd.DataFrame(growths_of_all(within, one)).rename(
            columns={end: f"{side}_{end}" for end in ("lower", "upper")}
        )
        for side, one in zip("xy", (organisation, economy), strict=True)
    ]
    if any(table.empty for table in tables):
        return pd.DataFrame(columns=["entity", *SIDES])
    found = tables[0].merge(tables[1], on=["entity", "from_year", "year"])
    found[list(SIDES)] *= 100
    signs = []
    for side in "xy":
        low, high = found[f"{side}_lower"], found[f"{side}_upper"]
        found[side] = (low + high) / 2
        signs.append((low > 0).astype(int) - (high < 0))
    pairs = zip(*signs, strict=True)
    return found.assign(way=[WAYS.get(pair, "open") for pair in pairs])


def _count(panel: pd.DataFrame, found: pd.DataFrame, lang: str) -> dict[str, Any]:
    """Return how many went which way, what they are, and over which years."""
    ways = found["way"].tolist()
    counts = {way: ways.count(way) for way in ("up", "down", "apart")}
    left = ways.count("open")
    opened = say("chart", "map_open", lang, n=left) if left else ""
    several = several_of(panel, found["entity"].tolist(), lang)
    years = {"first": found["from_year"].iloc[0], "last": found["year"].iloc[0]}
    return {**counts, **years, "n": len(found), "several": several, "open": opened}


def _draw_boxes(ax: Axes, found: pd.DataFrame) -> None:
    """Draw each pair of growths with its box, and lines where nothing grows."""
    for row in found.to_dict("records"):
        corner = (row["x_lower"], row["y_lower"])
        width, height = (row[f"{s}_upper"] - row[f"{s}_lower"] for s in "xy")
        ax.add_patch(
            Rectangle(corner, width, height, fc=COLOURS[4], ec="none", alpha=0.5)
        )
    ax.plot(
        found["x"],
        found["y"],
        ls="none",
        marker="o",
        ms=5,
        mfc=COLOURS[0],
        mec="white",
        mew=0.6,
        gid="entity",
    )
    ax.axhline(0, color=GREY, lw=0.8, zorder=0)
    ax.axvline(0, color=GREY, lw=0.8, zorder=0)
    ax.margins(0.12)


def _name_farthest(ax: Axes, found: pd.DataFrame, names: list[str]) -> None:
    """Name the entities farthest from the middle, where their names do not meet."""
    at = found[["x", "y"]].to_numpy(dtype=float)
    spread = np.maximum(np.median(np.abs(at - np.median(at, axis=0)), axis=0), 1e-9)
    far = np.hypot(*((at - np.median(at, axis=0)) / spread).T)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    step, em = (top - bottom) * 0.05, (right - left) * SMALL / 72 / 5
    taken = [(x - em / 2, x + em / 2, y) for x, y in at]
    for i in np.argsort(-far):
        x, y = at[i]
        wide = (ems_of(names[i]) + 1) * em
        for toward in (1, -1):
            begin, end = sorted((x + toward * 0.6 * em, x + toward * wide))
            meets = any(
                abs(y - other) < step and begin < stop and start < end
                for start, stop, other in taken
            )
            if meets or begin < left or end > right:
                continue
            taken.append((begin, end, y))
            ax.annotate(
                names[i],
                (x, y),
                (5 * toward, 0),
                textcoords="offset points",
                ha="left" if toward > 0 else "right",
                va="center",
                fontsize=SMALL,
                gid="name",
            )
            break
        if len(taken) == len(at) + NAMED:
            return
