"""Draws one figure so that what it is can be seen without colour.

Filled: an exact count. Hollow: rounded. Arrow: open on that side. Capped bar: only
known to lie between. Hatched year: searched for and never printed.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.caption import LAID_OUT, ems_of
from hengstats.charts.style import (
    COLOURS,
    GREY,
    LABEL,
    LINES,
    MARKERS,
    SMALL,
    TITLE,
    WIDTH,
)
from hengstats.vocabulary import say

ARROW = 26.0
CLOSE = 0.16
POINTS = ("exact", "rounded", "base")  # kinds of marks with one value
MANY = 10  # figures of a series beside which there is room for wordings
COLUMNS = 2
PLATE = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75}


def draw_marks(ax: Axes, series: pd.DataFrame, number: int, label: str) -> set[str]:
    """Draw one series and return the kinds of marks used.

    `series` has `x, lower, value, upper`, in plot units; `number` chooses colour,
    marker and line. Neighbouring years are joined where both are points.
    """
    colour, marker = COLOURS[number % 6], MARKERS[number % 6]
    kinds = series.apply(mark_kind, axis=1)
    points = series[kinds.isin(POINTS)]
    used = set(kinds)
    if _draw_lines(ax, points, colour, number):
        used.add("line")
    ax.plot([], [], color=colour, marker=marker, ls=LINES[number % 6], label=label)
    for kind, rows in series.groupby(kinds):
        # Several series have their base in one place: each is seen through the others.
        face = {"rounded": "white", "base": "none"}.get(str(kind), colour)
        if kind in POINTS:
            spread = [rows["value"] - rows["lower"], rows["upper"] - rows["value"]]
            ax.errorbar(
                rows["x"],
                rows["value"],
                spread,
                fmt="none",
                ecolor=colour,
                elinewidth=1.2,
                zorder=2,
            )
            ax.plot(
                rows["x"],
                rows["value"],
                ls="none",
                marker=marker,
                ms=7,
                mew=1.6,
                mfc=face,
                mec=colour,
                zorder=3,
                gid=kind,
            )
        elif kind == "between":
            middle = (rows["lower"] + rows["upper"]) / 2
            half = (rows["upper"] - rows["lower"]) / 2
            ax.errorbar(
                rows["x"],
                middle,
                half,
                fmt="none",
                ecolor=colour,
                elinewidth=2,
                capsize=5,
                capthick=2,
                zorder=3,
            )
        else:
            up = kind == "lower"
            for x, y in zip(rows["x"], rows["lower" if up else "upper"], strict=True):
                draw_arrow(ax, x, y, colour, up)
    return used


def draw_arrow(ax: Axes, x: float, y: float, colour: str, up: bool = True) -> None:
    """Draw a bar at a bound, and an arrow up or down to the side that is open."""
    ax.plot(
        [x],
        [y],
        ls="none",
        marker="_",
        ms=12,
        mew=2.2,
        color=colour,
        zorder=3,
        gid="lower" if up else "upper",
    )
    point_to_open(ax, (x, y), (0, 1 if up else -1), colour)


def point_to_open(
    ax: Axes,
    at: tuple[float, float],
    way: tuple[int, int],
    colour: str,
    *,
    clear: float = 0,
    zorder: float = 3,
) -> None:
    """Draw an arrow from a mark, `clear` points off it, to the side that is open."""
    ax.annotate(
        "",
        xy=at,
        xytext=(way[0] * ARROW, way[1] * ARROW),
        textcoords="offset points",
        arrowprops={
            "arrowstyle": "<|-",
            "color": colour,
            "lw": 1.8,
            "shrinkA": 0,
            "shrinkB": clear,
            "mutation_scale": 13,
        },
        zorder=zorder,
        gid="arrow",
    )


def mark_kind(row: pd.Series) -> str:
    """Return how one figure is drawn; the 100 of a rounded figure is no exact one."""
    if row["lower"] == row["upper"]:
        return "base" if row.get("is_rounded", False) else "exact"
    if pd.notna(row["value"]):
        return "rounded"
    if np.isinf(row["upper"]) or pd.isna(row["upper"]):
        return "lower"
    return "upper" if row["lower"] <= 0 else "between"


def middle(value: float, lower: float, upper: float) -> float:
    """Return where a figure stands: its value, or the middle or end of its bounds."""
    if pd.notna(value):
        return float(value)
    ends = [float(end) for end in (lower, upper) if np.isfinite(end)]
    return sum(ends) / len(ends) if ends else 0.0


def mark_sentences(used: set[str], missing: list[int], lang: str) -> list[str]:
    """Return what the marks on a chart mean."""
    used = used | ({"rounded"} if "base" in used else set())
    order = ("exact", "rounded", "lower", "upper", "between", "line")
    sentences = [say("chart", f"mark_{kind}", lang) for kind in order if kind in used]
    if missing:
        years = say("word", "comma", lang).join(map(str, missing))
        sentences.append(say("chart", "mark_missing", lang, years=years))
    return sentences


def write_wordings(ax: Axes, series: pd.DataFrame, wordings: dict[str, str]) -> None:
    """Write beside each mark what its source printed.

    Where years stand close, every other wording goes below its mark. At the edge of
    the axes a wording moves inwards. Of more than `MANY` only those of the ends and of
    bounds are written; the table has the others.
    """
    left, right = ax.get_xlim()
    rows = series.sort_values("x").to_dict("records")
    places = [row["x"] for row in rows]
    above = False
    for i, row in enumerate(rows):
        wording = shorten(wordings.get(str(row["year"]), ""))
        kind = mark_kind(pd.Series(row))
        if len(rows) > MANY and kind in POINTS:
            beside = {mark_kind(pd.Series(row)) for row in rows[max(0, i - 1) : i + 2]}
            if 0 < i < len(rows) - 1 or not beside <= set(POINTS):
                continue
        apart = np.diff(places[max(0, i - 1) : i + 2])
        close = len(apart) > 0 and min(apart) < CLOSE * (right - left)
        above = not close if i == 0 else not close or not above
        y = row["lower"] if pd.isna(row["value"]) else row["value"]
        y = row["upper"] if kind == "between" else y
        up = kind in ("lower", "between") or (above and not _dips(rows, i))
        height = ARROW + 3 if kind == "lower" else 9 if up else -9
        half = ems_of(wording) * SMALL / 72 / (LAID_OUT * WIDTH) / 2 * (right - left)
        ax.annotate(
            wording,
            (min(max(row["x"], left + half), right - half), y),
            (0, height),
            ha="center",
            va="bottom" if up else "top",
            fontsize=SMALL,
            zorder=4,
            textcoords="offset points",
            gid="wording",
            bbox=PLATE,
        )


def _dips(rows: list[dict], i: int) -> bool:
    """Return whether the lines to both neighbours run upwards, where a wording is."""
    if not 0 < i < len(rows) - 1:
        return False
    value = rows[i]["value"]
    return bool(value < rows[i - 1]["value"] and value < rows[i + 1]["value"])


def leave_room(ax: Axes, series: list[pd.DataFrame]) -> None:
    """Begin the axis at zero, and end it above arrows, their wordings, the legend."""
    tops = [0.0]
    for table in series:
        for row in table.to_dict("records"):
            open_above = mark_kind(pd.Series(row)) == "lower"
            top = row["lower"] if open_above else row["upper"]
            tops.append(top * (1.42 if open_above else 1.22))
    rows = -(-len(series) // COLUMNS) if len(series) > 1 else 0
    ax.set_ylim(0, (max(tops) or 1) * (1 + 0.08 * rows))


def shorten(wording: str, most: int = 12) -> str:
    """Return a wording, its end replaced by an ellipsis where it is long."""
    plain = wording.strip()
    return plain if ems_of(plain) <= most else plain[:most] + "…"


def shade_missing(ax: Axes, years: list[int]) -> None:
    """Hatch the years that were searched for and never printed."""
    for year in years:
        ax.axvspan(
            year - 0.5,
            year + 0.5,
            facecolor="none",
            edgecolor="#BBBBBB",
            hatch="////",
            lw=0,
            zorder=0,
            gid="missing",
        )


def write_nothing(ax: Axes, sentence: str) -> None:
    """Say in the middle of the axes that there is nothing to draw."""
    ax.text(
        0.5,
        0.5,
        sentence,
        transform=ax.transAxes,
        ha="center",
        va="center",
        fontsize=TITLE,
        color=GREY,
        gid="nothing",
        bbox={"fc": "white", "ec": GREY, "boxstyle": "round,pad=0.6"},
    )


def legend(ax: Axes, series: int) -> None:
    """Show which series is which, where there is more than one."""
    if series > 1:
        ax.legend(
            fontsize=LABEL,
            frameon=False,
            loc="upper left",
            ncols=COLUMNS,
            labelcolor=GREY,
            columnspacing=1.2,
            handlelength=2.2,
        )


def _draw_lines(ax: Axes, points: pd.DataFrame, colour: str, number: int) -> bool:
    """Join neighbouring years and return whether there were any."""
    joined = False
    rows = points.sort_values("x").to_dict("records")
    for one, two in pairwise(rows):
        if two["x"] - one["x"] <= 1:
            ax.plot(
                [one["x"], two["x"]],
                [one["value"], two["value"]],
                color=colour,
                ls=LINES[number % 6],
                lw=1.5,
                zorder=1,
                gid="line",
            )
            joined = True
    return joined
