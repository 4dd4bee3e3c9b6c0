"""What do the paired growths look like, and how rare is their agreement?"""

from fractions import Fraction

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
from hengstats.evidence.assess import least_p
from hengstats.evidence.permutation import LONGEST
from hengstats.evidence.shown import (
    entity_label,
    finding_label,
    show_correlation,
    show_p,
    statistics,
)
from hengstats.indicators import ENDS
from hengstats.vocabulary import name, say

LEFT, RIGHT = (0.0, 0.0, 0.58, 1.0), (0.72, 0.0, 0.28, 1.0)
BINS = np.linspace(-1, 1, 22)
MOST_GROWTHS = 6
ROOM = 5  # points left free around a box


def draw_verdict(
    verdict: Verdict, *, ax: Axes | None = None, lang: str = "zh-Hans"
) -> Axes:
    """Return axes with growth against growth, and beside it what chance would give.

    On the left each paired growth with its box and years; on the right the correlation
    of every order of one series, with the one observed. Where there are fewer than four
    paired growths: which years are known, and how small a p could get at all. Both
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
    host = start(ax)
    host.set_axis_off()
    host.set_xlabel(" ")  # never drawn: tells the caption that the panels have labels
    left, right = host.inset_axes(LEFT), host.inset_axes(RIGHT)
    sentences = []
    if not verdict.entity:
        left.set_axis_off()
        marks.write_nothing(left, wrap(say("draw", "no_entity", lang), 12))
    elif verdict.n_growths:
        sentences += _draw_pairs(left, verdict, lang)
    else:
        sentences += _draw_coverage(left, verdict, lang)
    if len(verdict.null_r):
        sentences += _draw_null(right, verdict, lang)
    else:
        sentences += _draw_least(right, verdict, lang)
    entity, finding = entity_label(verdict, lang), finding_label(verdict, lang)
    words = {"entity": entity, "finding": finding, "level": verdict.level}
    title = wrap(say("draw", "verdict_title", lang, **words), WIDTH * 66 / TITLE)
    host.set_title(title, fontsize=TITLE, pad=24)
    measures = [verdict.economy, verdict.organisation]
    entities = list(dict.fromkeys(verdict.readings["entity"]))
    sentences.append(sources_sentence(verdict.steps, measures, [verdict.entity], lang))
    write_caption(host, verdict.steps, sentences, entities, lang)
    for panel in (left, right):
        dress(panel)
    return dress(host)


def _draw_pairs(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
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


def _draw_null(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
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
    told = [
        say("draw", note, lang, orders=f"{len(verdict.null_r):,}"),
        say(
            "draw",
            "null_p",
            lang,
            p=f"p = {show_p(p['value'])}".replace("= <", "<"),
            least=Fraction(verdict.least_p).limit_denominator(1_000_000),
        ),
    ]
    if p["upper"] > p["value"]:
        worst = f"p ≤ {show_p(p['upper'])}"
        told.append(say("draw", "null_worst", lang, p=worst))
    return told


def _draw_coverage(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
    """Draw which years of either measure are known, and return what the marks mean."""
    rows = (verdict.economy, verdict.organisation)
    known = verdict.readings
    for place, measure in enumerate(rows):
        own = known[known["measure"] == measure]
        for row in own.to_dict("records"):
            kind = marks.mark_kind(pd.Series(row))
            if kind in ("lower", "upper"):
                marks.draw_arrow(
                    ax, row["year"], 1 - place, COLOURS[place], kind == "lower"
                )
            else:
                ax.plot(
                    row["year"],
                    1 - place,
                    "os"[place],
                    ms=8,
                    color=COLOURS[place],
                    gid="known",
                )
    for year in verdict.years:
        ax.add_patch(
            Rectangle(
                (year - 0.4, -0.35), 0.8, 1.7, fc="none", ec=GREY, ls="--", gid="both"
            )
        )
    if len(known):
        first, last = int(known["year"].min()), int(known["year"].max())
        ax.set_xlim(first - 0.9, last + 0.9)
        step = 1 if last - first < 7 else 2 if last - first < 14 else 5
        ax.set_xticks(range(first, last + 1, step))
    ax.set_ylim(-0.7, 1.9)
    ax.set_yticks([1, 0], [wrap(name("measure", m, lang), 6) for m in rows])
    ax.set_title(say("draw", "coverage_title", lang), fontsize=LABEL)
    ax.set_xlabel(say("word", "year", lang), fontsize=LABEL)
    return [say("draw", "coverage_note", lang)]


def _draw_least(ax: Axes, verdict: Verdict, lang: str) -> list[str]:
    """Draw how small a p could get at all, and return what that means."""
    counts = np.arange(1, MOST_GROWTHS + 1)
    least = [float(least_p(int(n))) for n in counts]
    own = [int(n) == verdict.n_growths for n in counts]
    ax.bar(
        counts,
        least,
        color=[COLOURS[0] if mine else PALE for mine in own],
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
        text = str(least_p(int(n)))
        ax.annotate(
            text,
            (n, p),
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
    size = LEFT[2] * LAID_OUT * WIDTH * 72, HEIGHT * 0.8 * 72
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
