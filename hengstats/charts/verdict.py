"""Draws a verdict: its paired growths, and how rare their agreement is."""

from collections.abc import Hashable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from hengstats.charts import marks
from hengstats.charts.caption import (
    LAID_OUT,
    ems_of,
    sources_sentence,
    wrap,
    write_caption,
)
from hengstats.charts.slopes import draw_exchanged, draw_slope
from hengstats.charts.spots import mark_spot
from hengstats.charts.style import (
    COLOURS,
    GREY,
    HEIGHT,
    LABEL,
    PALE,
    SMALL,
    TITLE,
    WIDTH,
    dress,
    start,
)
from hengstats.evidence import Verdict
from hengstats.evidence.permutation import LONGEST, least_p
from hengstats.evidence.shown import show_correlation, show_p
from hengstats.evidence.statement import entity_label, finding_label, statistics
from hengstats.indicators import ENDS
from hengstats.ledger import figure, figure_at
from hengstats.messages import data_error
from hengstats.prose import measure_name
from hengstats.vocabulary import say

SHARE = 0.58  # of the figure's width, for the growths
LEFT, RIGHT = (0.0, 0.0, SHARE, 1.0), (0.72, 0.0, 0.28, 1.0)
BINS = np.linspace(-1, 1, 22)
MOST_GROWTHS = 6
ROOM = 5  # points left free around a box
Row = dict[Hashable, Any]
# Left, bottom, right, top.
Box = tuple[float, float, float, float]


def draw_verdict(
    verdict: Verdict, *, ax: Axes | None = None, lang: str = "zh-Hans"
) -> Axes:
    """Return axes with growth against growth, and beside it what chance would give.

    On the left each paired growth with its box and years; on the right the correlation
    of every order of one series, with the one observed. Where there are fewer than four
    paired growths: which years are known, and how small a p could get at all. Of many
    entities: slope and interval, each left out, and slopes of exchanged histories. Both
    panels are `child_axes` of the axes returned.

    Parameters
    ----------
    verdict : Verdict
        As `assess` returns.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    GlyphError
        If no font has one of the characters.
    """
    if not isinstance(verdict, Verdict):
        raise data_error("charts.no_verdict", kind=type(verdict).__name__)
    host = start(ax)
    host.set_axis_off()
    host.set_xlabel(" ")  # never drawn: tells the caption that the panels have labels
    left, right = host.inset_axes(LEFT), host.inset_axes(RIGHT)
    sentences = []
    if many := verdict.many:
        sentences += draw_slope(left, verdict, many, lang)
    elif not verdict.entity:
        left.set_axis_off()
        marks.write_nothing(left, wrap(say("draw", "no_entity", lang), 12))
    elif verdict.n_growths:
        sentences += _draw_growths(left, verdict, lang)
    else:
        sentences += _draw_coverage(left, verdict, lang)
    chance = _draw_orders if len(verdict.null_r) else _draw_least
    if many:
        sentences += draw_exchanged(right, verdict, many, lang)
    else:
        sentences += chance(right, verdict, lang)
    words = {
        "entity": entity_label(verdict, lang),
        "finding": finding_label(verdict, lang),
    }
    title = wrap(say("draw", "verdict_title", lang, **words), WIDTH * 66 / TITLE)
    host.set_title(title, fontsize=TITLE, pad=24)
    measures = [verdict.economy, verdict.organisation]
    entities = list(dict.fromkeys(verdict.readings["entity"]))
    whose = entities if many else [verdict.entity]
    sentences.append(sources_sentence(verdict.steps, measures, whose, lang))
    write_caption(host, verdict.steps, sentences, entities, lang)
    for panel in (left, right):
        dress(panel)
    return dress(host)


# Growth against growth


def _draw_growths(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
    """Draw each paired growth with its box and years, and return what the marks mean.

    Measures in percent; the axes are those of the organisation and the economy.
    """
    steps = verdict.steps
    logs = steps[[f"{side}_{end}" for side in "xy" for end in ENDS]]
    percent = logs.transform(np.expm1).mul(100).where(np.isfinite(logs), logs)
    rows = percent.to_dict("records")
    places = [_place(row) for row in rows]
    boxes = [_draw_growth(ax, row, at) for row, at in zip(rows, places, strict=True)]
    for at, step in zip(places, steps.to_dict("records"), strict=True):
        whose = verdict.entity, verdict.economy
        both = [figure_at(*whose, int(step[key])) for key in ("from_year", "year")]
        mark_spot(ax, *at, *both)
    slope = statistics(verdict).get("slope", {}).get("value", np.nan)
    if not np.isnan(slope):
        _draw_line(ax, steps, slope)
    _leave_in_view(ax, percent)
    ends = zip(steps["from_year"], steps["year"], strict=True)
    years = [f"{first:.0f}→{last:.0f}" for first, last in ends]
    _write_years(ax, places, boxes, [_room(row) for row in rows], years)
    for measure, write in (
        (verdict.organisation, ax.set_xlabel),
        (verdict.economy, ax.set_ylabel),
    ):
        label = measure_name(steps, measure, lang)
        write(wrap(say("draw", "growth_of", lang, measure=label), 24), fontsize=LABEL)
    note = [say("draw", "pairs_note", lang)]
    if any(line.get_gid() == "between" for line in ax.lines):
        note.append(say("draw", "between_note", lang))
    bounds = np.isinf(percent.to_numpy()).any()
    return [*note, say("draw", "open_note", lang)] if bounds else note


def _draw_growth(ax: Axes, row: Row, at: tuple[float, float]) -> Box:
    """Draw one paired growth; return its box, an open end of which ends at the mark."""
    ends = [f"{side}_{end}" for end in ("lower", "upper") for side in "xy"]
    left, bottom, right, top = (
        float(row[end]) if np.isfinite(row[end]) else mark
        for end, mark in zip(ends, at * 2, strict=True)
    )
    ax.add_patch(
        Rectangle(
            (left, bottom),
            right - left,
            top - bottom,
            fc=(*to_rgb(PALE), 0.6),
            ec=COLOURS[0],
            lw=1.4,
            zorder=1,
            gid="box",
        )
    )
    if pd.notna(row["x_value"]) and pd.notna(row["y_value"]):
        point = all(row[f"{side}_lower"] == row[f"{side}_upper"] for side in "xy")
        face, kind = (COLOURS[0], "exact") if point else ("white", "rounded")
        ax.plot(*at, "o", ms=7, mew=1.6, mfc=face, mec=COLOURS[0], gid=kind)
    elif np.isfinite([row[end] for end in ends]).all():  # a box may be too small to see
        ax.plot(*at, "+", ms=9, mew=1.4, color=COLOURS[0], gid="between")
    ways = ((-1, 0), (0, -1), (1, 0), (0, 1))
    for end, way in zip(ends, ways, strict=True):
        if np.isinf(row[end]):
            marks.point_to_open(ax, at, way, COLOURS[0])
    return left, bottom, right, top


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


def _place(row: Row) -> tuple[float, float]:
    """Return where a growth is drawn: its value, or the end that it has."""
    ends = ("value", "lower", "upper")
    x, y = (marks.middle(*(row[f"{side}_{end}"] for end in ends)) for side in "xy")
    return x, y


def _room(row: Row) -> Box:
    """Return the points to leave free left of, below, right of and above a box."""
    ends = (("x_lower", -1), ("y_lower", -1), ("x_upper", 1), ("y_upper", 1))
    left, below, right, above = (
        way * (ROOM + (marks.ARROW if np.isinf(row[end]) else 0)) for end, way in ends
    )
    return left, below, right, above


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
    boxes: list[Box],
    rooms: list[Box],
    labels: list[str],
) -> None:
    """Write beside each mark its years, on the first side where nothing stands yet.

    All is measured in points of a figure of our own. Where no side is free, the years
    are left out: a heap of labels says less than none.
    """
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    size = SHARE * LAID_OUT * WIDTH * 72, HEIGHT * 0.8 * 72
    scale = size[0] / (right - left), size[1] / (top - bottom)
    ends = left * scale[0], right * scale[0]
    taken = [
        tuple(
            end * by + free for end, by, free in zip(box, scale * 2, room, strict=True)
        )
        for box, room in zip(boxes, rooms, strict=True)
    ]
    for number, (place, label) in enumerate(zip(places, labels, strict=True)):
        spot = place[0] * scale[0], place[1] * scale[1]
        wide, high = ems_of(label) * SMALL / 2 + 4, SMALL / 2 + 1
        near = [end - spot[i % 2] for i, end in enumerate(taken[number])]
        for away in _sides(near, wide, high):
            x, y = spot[0] + away[0], spot[1] + away[1]
            box = (x - wide, y - high, x + wide, y + high)
            within = ends[0] < box[0] and box[2] < ends[1]
            if within and not any(_meet(box, other) for other in taken):
                break
        else:
            continue
        taken.append(box)
        ax.annotate(
            label,
            place,
            away,
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            gid="years",
            bbox=marks.PLATE,
        )


def _sides(near: list[float], wide: float, high: float) -> list[tuple[float, float]]:
    """Return where a label may stand: over, under, right, left, farther over, under."""
    left, below, right, above = near
    return [
        (0, above + high + 1),
        (0, below - high - 1),
        (right + wide + 1, 0),
        (left - wide - 1, 0),
        *((0, above + far * high) for far in (3, 5)),
        *((0, below - far * high) for far in (3, 5)),
    ]


def _meet(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    """Return whether two boxes, left, bottom, right, top, overlap."""
    apart = one[2] < two[0] or two[2] < one[0] or one[3] < two[1] or two[3] < one[1]
    return not apart


# Which years are known


def _draw_coverage(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
    """Draw which years of either measure are known, and return what the marks mean."""
    measures = (verdict.economy, verdict.organisation)
    known = verdict.readings
    for place, measure in enumerate(measures):
        for row in known[known["measure"] == measure].to_dict("records"):
            at, colour = (row["year"], 1 - place), COLOURS[place]
            kind = marks.mark_kind(pd.Series(row))
            if kind in ("lower", "upper"):
                marks.draw_arrow(ax, *at, colour, kind == "lower")
            else:
                ax.plot(*at, "os"[place], ms=8, color=colour, gid="known")
            mark_spot(ax, *at, figure(row))
    for year in verdict.years:
        corner = (year - 0.4, -0.35)
        ax.add_patch(
            Rectangle(corner, 0.8, 1.7, fc="none", ec=GREY, ls="--", gid="both")
        )
    if len(known):
        first, last = int(known["year"].min()), int(known["year"].max())
        ax.set_xlim(first - 0.9, last + 0.9)
        step = 1 if last - first < 7 else 2 if last - first < 14 else 5
        ax.set_xticks(range(first, last + 1, step))
    ax.set_ylim(-0.7, 1.9)
    labels = [wrap(measure_name(verdict.steps, m, lang), 6) for m in measures]
    ax.set_yticks([1, 0], labels)
    ax.set_title(say("draw", "coverage_title", lang), fontsize=LABEL)
    ax.set_xlabel(say("word", "year", lang), fontsize=LABEL)
    return [say("draw", "coverage_note", lang)]


# What chance would give


def _draw_orders(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
    """Draw the correlations of all orders, and return what they mean."""
    rows = statistics(verdict)
    observed, p = rows["r"]["value"], rows["p_permutation"]
    share = np.full(len(verdict.null_r), 100 / len(verdict.null_r))
    beyond = np.abs(verdict.null_r) >= abs(observed) - 1e-9
    ax.hist(
        [verdict.null_r[~beyond], verdict.null_r[beyond]],
        bins=BINS.tolist(),
        weights=[share[~beyond], share[beyond]],
        stacked=True,
        color=[PALE, COLOURS[0]],
        edgecolor=GREY,
        linewidth=0.6,
    )
    ax.axvline(observed, color=COLOURS[1], lw=1.8, gid="observed")
    ax.set_xlim(-1.08, 1.08)
    top = ax.get_ylim()[1]
    ax.set_ylim(0, top * 1.22)
    ax.annotate(
        say("draw", "observed", lang, r=show_correlation(observed)),
        (observed, top * 1.2),
        (-4 if observed > 0 else 4, 0),
        textcoords="offset points",
        ha="right" if observed > 0 else "left",
        va="top",
        fontsize=SMALL,
        color=GREY,
    )
    ax.set_xlabel(say("draw", "order_axis", lang), fontsize=LABEL)
    ax.set_ylabel(say("draw", "order_share", lang), fontsize=LABEL)
    note = "null_note" if verdict.n_growths <= LONGEST else "null_note_drawn"
    shown = f"p = {show_p(p['value'])}".replace("= <", "<")
    least = Fraction(verdict.least_p).limit_denominator(1_000_000)
    sentences = [
        say("draw", note, lang, orders=f"{len(verdict.null_r):,}"),
        say("draw", "null_p", lang, p=shown, least=least),
    ]
    if p["upper"] > p["value"]:
        worst = f"p ≤ {show_p(p['upper'])}"
        sentences.append(say("draw", "null_worst", lang, p=worst))
    return sentences


def _draw_least(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
    """Draw how small a p could get at all, and return what that means."""
    counts = range(1, MOST_GROWTHS + 1)
    least = [least_p(n) for n in counts]
    ax.bar(
        counts,
        [float(p) for p in least],
        color=[COLOURS[0] if n == verdict.n_growths else PALE for n in counts],
        edgecolor=GREY,
        linewidth=0.8,
    )
    ax.axhline(0.05, color=COLOURS[1], ls="--", lw=1.4, gid="limit")
    ax.set_yscale("log")
    ax.set_ylim(8e-4, 2.6)
    ax.set_yticks([1, 0.1, 0.01, 0.001], ["1", "0.1", "0.01", "0.001"])
    ax.minorticks_off()
    ax.set_xticks(counts)
    for n, p in zip(counts, least, strict=True):
        ax.annotate(
            str(p),
            (n, float(p)),
            (0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL - 1,
            bbox=marks.PLATE,
        )
    title = say("draw", "least_title", lang, n=verdict.n_growths)
    ax.set_title(title, fontsize=LABEL)
    ax.set_xlabel(say("draw", "least_axis", lang), fontsize=LABEL)
    return [say("draw", "least_note", lang)]
