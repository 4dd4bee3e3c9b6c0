"""How is growth drawn against growth, each step with its box and its years?"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from hengstats.charts import marks
from hengstats.charts.caption import LAID_OUT, ems_of, wrap
from hengstats.charts.style import (
    COLOURS,
    GREY,
    HEIGHT,
    LABEL,
    PALE,
    SMALL,
    WIDTH,
)
from hengstats.evidence import Verdict
from hengstats.evidence.verdict import statistics
from hengstats.indicators import ENDS
from hengstats.vocabulary import name, say

# The share of the figure's width that the panel has.
SHARE = 0.58
ROOM = 5  # points left free around a box


def draw_pairs(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
    """Draw each paired growth with its box, and return what the marks mean."""
    steps = verdict.steps
    columns = [f"{side}_{end}" for side in "xy" for end in ENDS]
    logs = steps[columns]
    percent = logs.transform(np.expm1).mul(100).where(np.isfinite(logs), logs)
    used_arrows, places, boxes, rooms, labels = False, [], [], [], []
    for row, years in zip(
        percent.to_dict("records"), steps.to_dict("records"), strict=True
    ):
        x, y = (_middle(row, side) for side in "xy")
        low = [_end(row, f"{side}_lower", at) for side, at in (("x", x), ("y", y))]
        high = [_end(row, f"{side}_upper", at) for side, at in (("x", x), ("y", y))]
        ax.add_patch(
            Rectangle(
                (low[0], low[1]),
                high[0] - low[0],
                high[1] - low[1],
                fc=(*to_rgb(PALE), 0.6),
                ec=COLOURS[0],
                lw=1.4,
                zorder=1,
                gid="box",
            )
        )
        point = all(row[f"{side}_lower"] == row[f"{side}_upper"] for side in "xy")
        known = not (pd.isna(row["x_value"]) or pd.isna(row["y_value"]))
        if known:
            face = COLOURS[0] if point else "white"
            kind = "exact" if point else "rounded"
            ax.plot(x, y, "o", ms=7, mew=1.6, mfc=face, mec=COLOURS[0], gid=kind)
        for side, spot in (("x", (1, 0)), ("y", (0, 1))):
            for end, way in (("upper", 1), ("lower", -1)):
                if np.isinf(row[f"{side}_{end}"]):
                    used_arrows = True
                    _arrow(ax, (x, y), (spot[0] * way, spot[1] * way))
        places.append((x, y))
        boxes.append((*low, *high))
        rooms.append(_room(row))
        labels.append(f"{years['from_year']:.0f}→{years['year']:.0f}")
    slope = statistics(verdict).get("slope", {}).get("value", np.nan)
    if not np.isnan(slope):
        _draw_line(ax, steps, slope)
    _leave_in_view(ax, percent)
    _write_years(ax, places, boxes, rooms, labels)
    for measure, write in (
        (verdict.organisation, ax.set_xlabel),
        (verdict.economy, ax.set_ylabel),
    ):
        label = name("measure", measure, lang)
        write(wrap(say("draw", "growth_of", lang, measure=label), 24), fontsize=LABEL)
    note = [say("draw", "pairs_note", lang)]
    return [*note, say("draw", "open_note", lang)] if used_arrows else note


def _draw_line(ax: Axes, steps: pd.DataFrame, slope: float) -> None:
    """Draw the fitted line over the growths that there are."""
    x, y = steps["x_value"], steps["y_value"]
    along = np.linspace(x.min(), x.max(), 50)
    fitted = y.mean() + slope * (along - x.mean())
    ax.plot(
        100 * np.expm1(along),
        100 * np.expm1(fitted),
        color=COLOURS[1],
        ls="--",
        lw=1.4,
        zorder=0,
        gid="fit",
    )


def _middle(row: dict, side: str) -> float:
    """Return where a growth is drawn: its value, or the end that it has."""
    value, low, high = (row[f"{side}_{end}"] for end in ("value", "lower", "upper"))
    if pd.notna(value):
        return float(value)
    if np.isinf(low) and np.isinf(high):
        return 0.0
    return float(low if np.isinf(high) else high if np.isinf(low) else (low + high) / 2)


def _end(row: dict, end: str, at: float) -> float:
    """Return an end of a box, or its mark where it is open."""
    return float(row[end]) if np.isfinite(row[end]) else at


def _room(row: dict) -> tuple[float, ...]:
    """Return the points to leave free left, below, right and above a box."""
    ends = (("x_lower", -1), ("y_lower", -1), ("x_upper", 1), ("y_upper", 1))
    return tuple(
        way * (ROOM + (marks.ARROW if np.isinf(row[end]) else 0)) for end, way in ends
    )


def _arrow(ax: Axes, at: tuple[float, float], way: tuple[int, int]) -> None:
    """Draw an arrow towards the side on which a growth is open."""
    ax.annotate(
        "",
        at,
        (way[0] * marks.ARROW, way[1] * marks.ARROW),
        textcoords="offset points",
        arrowprops={"arrowstyle": "<|-", "color": COLOURS[0], "lw": 1.6},
        gid="arrow",
    )


def _leave_in_view(ax: Axes, percent: pd.DataFrame) -> None:
    """Let the axes hold every finite end, with room for labels; a line at no growth."""
    for side, setter, line in (
        ("x", ax.set_xlim, ax.axvline),
        ("y", ax.set_ylim, ax.axhline),
    ):
        ends = percent[[f"{side}_{end}" for end in ENDS]].to_numpy()
        finite = ends[np.isfinite(ends)]
        low, high = (finite.min(), finite.max()) if finite.size else (-1.0, 1.0)
        room = 0.25 * max(high - low, 1.0)
        setter(low - room, high + room)
        if low - room < 0 < high + room:
            line(0, color=GREY, lw=0.8, zorder=0)


def _write_years(
    ax: Axes,
    places: list[tuple[float, float]],
    marked: list[tuple[float, ...]],
    rooms: list[tuple[float, ...]],
    labels: list[str],
) -> None:
    """Write beside each mark its years, on the first side where nothing stands yet."""
    span = ax.get_xlim()[1] - ax.get_xlim()[0], ax.get_ylim()[1] - ax.get_ylim()[0]
    size = SHARE * LAID_OUT * WIDTH * 72, HEIGHT * 0.8 * 72
    spots = [(x / span[0] * size[0], y / span[1] * size[1]) for x, y in places]
    scale = (size[0] / span[0], size[1] / span[1]) * 2
    taken = [
        tuple(end * by + free for end, by, free in zip(box, scale, room, strict=True))
        for box, room in zip(marked, rooms, strict=True)
    ]
    origin = (ax.get_xlim()[0] * scale[0], ax.get_ylim()[0] * scale[1])
    for number, (spot, label) in enumerate(zip(spots, labels, strict=True)):
        wide, high = ems_of(label) * SMALL / 2 + 4, SMALL / 2 + 1
        left, below, right, above = (
            end - spot[i % 2] for i, end in enumerate(taken[number])
        )
        sides = [
            (0, above + high + 1),
            (0, below - high - 1),
            (right + wide + 1, 0),
            (left - wide - 1, 0),
            *((0, above + far * high) for far in (3, 5)),
            *((0, below - far * high) for far in (3, 5)),
        ]
        boxes = [
            (
                spot[0] + right - wide,
                spot[1] + up - high,
                spot[0] + right + wide,
                spot[1] + up + high,
            )
            for right, up in sides
        ]
        free = [
            i
            for i, box in enumerate(boxes)
            if box[0] > origin[0]
            and box[2] < origin[0] + size[0]
            and not any(_meet(box, other) for other in taken)
        ]
        if not free:
            continue  # a heap of labels says less than none
        chosen = free[0]
        taken.append(boxes[chosen])
        ax.annotate(
            label,
            places[number],
            sides[chosen],
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            gid="years",
            bbox=marks.PLATE,
        )


def _meet(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    """Return whether two boxes, left, bottom, right, top, overlap."""
    apart = one[2] < two[0] or two[2] < one[0] or one[3] < two[1] or two[3] < one[1]
    return not apart
