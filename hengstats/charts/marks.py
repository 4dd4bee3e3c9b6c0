"""Draws one figure so that what it is can be seen without colour.

Filled: an exact count. Hollow: rounded. Arrow: open on that side. Capped bar: only
known to lie between. Hatched year: searched for and never printed.
"""

from collections.abc import Hashable
from itertools import pairwise
from typing import Any

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
    OWN,
    SMALL,
    WIDTH,
)
from hengstats.vocabulary import say

ARROW = 26.0
CLOSE = 0.16
POINTS = ("exact", "rounded", "base")  # kinds of marks with one value
MANY = 10  # figures of a series beside which there is room for wordings
LINE = 0.062  # of the height of our axes that a name takes
EMPTY = 1.2  # inches high, where there is nothing to draw
PLATE = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.75}


def draw_marks(
    ax: Axes, series: pd.DataFrame, number: int, label: str, *, small: bool = False
) -> set[str]:
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
                ms=3 if small else 7,
                mew=0.8 if small else 1.6,
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
            ends = rows["lower" if up else "upper"]
            if small:
                sign = "^" if up else "v"
                ax.plot(rows["x"], ends, ls="none", marker=sign, ms=4, color=colour)
            for x, y in [] if small else zip(rows["x"], ends, strict=True):
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


def places(series: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return the rows of a series, each with the height `y` at which it is drawn."""
    ends = series[["value", "lower", "upper"]].to_numpy(dtype=float)
    return series.assign(y=[middle(*row) for row in ends]).to_dict("records")


def mark_sentences(used: set[str], missing: list[int], lang: str) -> list[str]:
    """Return what the marks on a chart mean."""
    used = used | ({"rounded"} if "base" in used else set())
    order = ("exact", "rounded", "lower", "upper", "between", "band")
    sentences = [say("chart", f"mark_{kind}", lang) for kind in order if kind in used]
    if missing:
        years = say("word", "comma", lang).join(map(str, missing))
        sentences.append(say("chart", "mark_missing", lang, years=years))
    return sentences


def write_wordings(ax: Axes, series: pd.DataFrame, wordings: dict[str, str]) -> None:
    """Write beside each mark what its source printed.

    Where years stand close, or wordings would touch, every other one goes below its
    mark. At the edge of the axes a wording moves inwards. Of more than `MANY` only
    those of the ends and of bounds are written; the table has the others.
    """
    left, right = ax.get_xlim()
    rows = series.sort_values("x").to_dict("records")
    said = [shorten(wordings.get(str(row["year"]), "")) for row in rows]
    em = SMALL / 72 / (LAID_OUT * WIDTH) * (right - left)  # in units of the axis
    above = False
    for i, (row, wording) in enumerate(zip(rows, said, strict=True)):
        kind = mark_kind(pd.Series(row))
        if len(rows) > MANY and kind in POINTS:
            beside = {mark_kind(pd.Series(row)) for row in rows[max(0, i - 1) : i + 2]}
            if 0 < i < len(rows) - 1 or not beside <= set(POINTS):
                continue
        close = any(
            rows[j]["x"] - rows[j - 1]["x"]
            < max(CLOSE * (right - left), (ems_of(said[j - 1] + said[j]) / 2 + 1) * em)
            for j in (i, i + 1)
            if 0 < j < len(rows)
        )
        above = not close if i == 0 else not close or not above
        up = kind == "lower" or (above and not _dips(rows, i))
        y = row["lower"] if pd.isna(row["value"]) else row["value"]
        y = row["upper"] if kind == "between" and up else y
        height = ARROW + 3 if kind == "lower" else 9 if up else -9
        half = ems_of(wording) * em / 2
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
    """Begin the axis at zero, and end it above arrows and their wordings."""
    tops = [0.0]
    for table in series:
        for row in table.to_dict("records"):
            open_above = mark_kind(pd.Series(row)) == "lower"
            top = row["lower"] if open_above else row["upper"]
            tops.append(top * (1.42 if open_above else 1.22))
    ax.set_ylim(0, max(tops) or 1)


def shorten(wording: str, most: int = 12) -> str:
    """Return a wording, its end replaced by an ellipsis where it is long."""
    plain = wording.strip()
    if ems_of(plain) <= most:
        return plain
    fits = [i for i in range(len(plain)) if ems_of(plain[:i]) <= most - 1]
    return plain[: fits[-1]].rstrip() + "…"


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
    """Say in place of a chart that there is nothing to draw."""
    ax.set_axis_off()
    figure = ax.get_figure(root=True)
    if figure is not None and figure.get_gid() == OWN:
        figure.set_figheight(EMPTY)
    ax.text(
        0,
        0.9,
        sentence,
        transform=ax.transAxes,
        va="top",
        fontsize=LABEL,
        color=GREY,
        gid="nothing",
    )


def name_series(ax: Axes, plotted: list[pd.DataFrame]) -> None:
    """Write right of each series which it is, where there is more than one.

    Names that would meet are moved apart, and led to the ends of their series.
    """
    if len(plotted) < 2:
        return
    ends = [series.sort_values("x").iloc[-1] for series in plotted]
    heights = [middle(row["value"], row["lower"], row["upper"]) for row in ends]
    low, high = ax.get_ylim()
    step = LINE * (high - low)
    order = sorted(range(len(ends)), key=heights.__getitem__)
    places = dict(zip(order, _apart([heights[i] for i in order], step), strict=True))
    left, right = ax.get_xlim()
    last = max(row["x"] for row in ends)
    width = max(ems_of(series["label"].iloc[0]) for series in plotted) * LABEL
    room = (width + 18) / (72 * LAID_OUT * WIDTH - width - 18)
    ax.set_xlim(left, max(right, last + 0.3) + room * (last + 0.3 - left))
    ax.set_ylim(low, max(high, *(place + step for place in places.values())))
    for i, row in enumerate(ends):
        ax.annotate(
            plotted[i]["label"].iloc[0],
            (row["x"], heights[i]),
            (last + 0.3, places[i]),
            va="center",
            fontsize=LABEL,
            color=COLOURS[i % 6],
            gid="name",
            arrowprops={"arrowstyle": "-", "color": COLOURS[i % 6], "lw": 0.6},
        )


def name_parts(ax: Axes, parts: pd.Series, labels: list[str]) -> None:
    """Write right of the last of stacked bars which part is which."""
    bottoms = parts.cumsum() - parts
    left, right = ax.get_xlim()
    width = max(map(ems_of, labels)) * LABEL
    room = (width + 8) / (72 * LAID_OUT * WIDTH - width - 8)
    ax.set_xlim(left, right + room * (right - left))
    step = LINE * ax.get_ylim()[1]
    places = _apart((bottoms + parts / 2).tolist(), step)
    for number, (label, place) in enumerate(zip(labels, places, strict=True)):
        colour = COLOURS[number % 6]
        ax.text(
            right, place, label, va="center", fontsize=LABEL, color=colour, gid="name"
        )


def _apart(heights: list[float], step: float) -> list[float]:
    """Return rising places at least a step apart, each near its height."""
    places = list(heights)
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + step)
    over = [place - height for place, height in zip(places, heights, strict=True)]
    return [place - max(over) / 2 for place in places] if places else []


def draw_bands(ax: Axes, series: pd.DataFrame, number: int) -> bool:
    """Join the ranges of neighbouring years and return whether there were any."""
    joined = False
    rows = series.sort_values("x").to_dict("records")
    for one, two in pairwise(rows):
        kinds = {mark_kind(pd.Series(row)) for row in (one, two)}
        if kinds == {"between"} and two["year"] - one["year"] == 1:
            x, low, high = ([one[end], two[end]] for end in ("x", "lower", "upper"))
            colour = COLOURS[number % 6]
            ax.fill_between(x, low, high, color=colour, alpha=0.4, lw=0.5, gid="band")
            joined = True
    return joined


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
