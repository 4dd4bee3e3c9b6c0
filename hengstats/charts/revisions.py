"""Draws revised figures before and after, whatever their unit, on one axis.

The axis says by how much the new figure is above or below the old one, in percent.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts import marks
from hengstats.charts.caption import (
    ems_of,
    outdent_of,
    sources_sentence,
    write_caption,
    write_title,
)
from hengstats.charts.spots import mark_spot
from hengstats.charts.style import COLOURS, GREY, LABEL, SMALL, dress, start
from hengstats.indicators import ENDS
from hengstats.ledger import figure, record
from hengstats.panel import is_illustrative
from hengstats.prose import entity_name, measure_name
from hengstats.revisions import Changes
from hengstats.revisions.result import counts_text, shorten, wording
from hengstats.vocabulary import say

MOST, ROW, LABEL_EMS = 20, 0.42, 13.0
OLD, NEW = GREY, COLOURS[0]
Row = dict[Any, Any]


def draw_revisions(
    changes: Changes, *, ax: Axes | None = None, lang: str = "zh-Hans"
) -> Axes:
    """Return axes with each revised figure before and after, as change in percent.

    Hollow what was printed before, filled what is now; an arrow where only a bound is
    known. At most the twenty that changed most; added and withdrawn figures are
    counted in the caption.

    Parameters
    ----------
    changes : Changes
        As `changes` returns.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    GlyphError
        If no font has one of the characters.
    """
    revised = changes.figures[changes.figures["change"] == "revised"]
    shown = _most_moved(_scale(revised))
    shown.attrs = {"about": dict(changes.about)}
    entities, measures = (list(shown[key].unique()) for key in ("entity", "measure"))
    ax = start(ax, height=1.9 + ROW * max(len(shown), 2))
    sentences = [_compared(changes, lang)]
    outdent = 0.0
    if shown.empty:
        marks.write_nothing(ax, say("changes", "chart_nothing", lang))
        ax.set_xticks([])
        ax.set_yticks([])
    else:
        bounds = _draw_rows(ax, shown, lang)
        labels = _label_rows(ax, shown, lang)
        outdent = outdent_of(labels, SMALL)
        sentences.append(say("changes", "chart_marks", lang))
        sentences += [say("changes", "chart_arrows", lang)] if bounds else []
    if len(shown) < len(revised):
        counts = {"all": len(revised), "n": len(shown)}
        sentences.append(say("changes", "chart_most", lang, **counts))
    sentences.append(counts_text(changes.figures, lang))
    whose = revised["entity"].unique()
    who = entity_name(shown, whose[0], lang) if len(whose) == 1 else changes.dataset
    write_title(ax, say("changes", "chart_title", lang, entity=who), outdent=outdent)
    if entities:
        sentences.append(sources_sentence(shown, measures, entities, lang))
    if changes.illustrative and not is_illustrative(entities):
        sentences.insert(0, say("word", "illustrative", lang))
    write_caption(ax, shown, sentences, entities, lang, outdent=outdent)
    return dress(ax)


def _scale(revised: pd.DataFrame) -> pd.DataFrame:
    """Return both boxes in percent above the old figure, where it is not zero.

    Of a bound the known end stands for the figure.
    """
    ends = revised[["old_value", "old_lower", "old_upper"]].to_numpy(dtype=float)
    ends = np.where(np.isfinite(ends) & (ends > 0), ends, np.nan)
    old = pd.DataFrame(ends, revised.index).bfill(axis=1)[0]
    columns = [*[f"old_{end}" for end in ENDS], *ENDS]
    percent = revised[columns].astype(float).div(old, axis=0).sub(1).mul(100).round(9)
    kept = revised.drop(columns=columns).join(percent)
    return kept[old.notna()]


def _most_moved(scaled: pd.DataFrame) -> pd.DataFrame:
    """Return those that changed most, in the order of the table."""
    moved = pd.concat(
        [(scaled[end] - scaled[f"old_{end}"]).abs() for end in ENDS], axis=1
    )
    far = moved.replace(np.inf, np.nan).max(axis=1).fillna(0.0)
    most = far.sort_values(ascending=False, kind="stable").index[:MOST]
    return scaled[scaled.index.isin(most)]


def _draw_rows(ax: Axes, shown: pd.DataFrame, lang: str) -> bool:
    """Draw before and after of each figure, and return whether a bound is there."""
    places = range(len(shown) - 1, -1, -1)
    rows = shown.to_dict("records")
    ends = shown[[*[f"old_{end}" for end in ENDS], *ENDS]].to_numpy(dtype=float)
    known = [*ends[np.isfinite(ends)].tolist(), 0.0]
    low, high = min(known), max(known)
    room = max(high - low, 1.0)
    low, high = low - 0.2 * room, high + 0.2 * room
    ax.set_xlim(low, high)
    ax.set_ylim(-0.6, len(rows) - 0.2)
    bounds = False
    for place, row in zip(places, rows, strict=True):
        old = {end: row[f"old_{end}"] for end in ENDS}
        points = [_middle(one) for one in (old, row)]
        ax.plot(points, [place] * 2, color=GREY, lw=1, zorder=1, gid="moved")
        before = record({**row, "source": "", "printed": row["old"]})
        mark_spot(ax, points[0], place, before)
        mark_spot(ax, points[1], place, figure(row))
        kinds = [_draw_box(ax, old, place, False), _draw_box(ax, row, place, True)]
        bounds = bounds or not set(kinds) <= {"exact", "rounded"}
        middle = sum(points) / 2
        side = "left" if middle < low + room * 0.45 else "right"
        side = "center" if abs(middle - (low + high) / 2) < room * 0.3 else side
        ax.annotate(
            _wordings(row, lang),
            (middle, place),
            (0, 7),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=SMALL,
            gid="wording",
            bbox=marks.PLATE,
            zorder=4,
        )
    ax.axvline(0, color=GREY, lw=0.8, zorder=0)
    return bounds


def _draw_box(ax: Axes, box: Row, place: int, new: bool) -> str:
    """Draw one figure on its row, and return how it is drawn."""
    # Nothing lies 100 percent below the old figure: that is where kinds are told.
    kind = marks.mark_kind(
        pd.Series({end: box[end] + 100 for end in ENDS}, dtype=float)
    )
    colour, face = (NEW, NEW) if new else (OLD, "white")
    x = _middle(box)
    gid = "new" if new else "old"
    look: dict[str, Any] = {"color": colour, "zorder": 3 if new else 2}
    if kind in ("rounded", "between"):
        ax.plot([box["lower"], box["upper"]], [place] * 2, lw=2.2, gid="box", **look)
    if kind == "between":
        caps = [box["lower"], box["upper"]]
        ax.plot(caps, [place] * 2, ls="none", marker="|", ms=9, mew=2, gid=gid, **look)
        return kind
    ax.plot(
        [x], [place], ls="none", marker="o", ms=7, mfc=face, mew=1.6, gid=gid, **look
    )
    if kind in ("lower", "upper"):
        way = (1 if kind == "lower" else -1, 0)
        at = (x, float(place))
        marks.point_to_open(ax, at, way, colour, clear=3, zorder=look["zorder"])
    return kind


def _middle(box: Row) -> float:
    """Return where a figure stands.

    Nothing is the lower end of every count: of "<10" the upper end is what it says.
    """
    least = box["lower"] <= -100 and np.isfinite(box["upper"])
    low = np.nan if least else box["lower"]
    return marks.middle(box["value"], low, box["upper"])


def _wordings(row: Row, lang: str) -> str:
    """Return what was printed before, and what is now."""
    old, new = (
        shorten(wording(row[side], row[f"{side}_unit"], lang))
        for side in ("old", "new")
    )
    return f"{old} → {new}"


def _label_rows(ax: Axes, shown: pd.DataFrame, lang: str) -> list[str]:
    """Write whose figure each row is, and return the lines of these labels."""
    many = shown["entity"].nunique() > 1
    labels = []
    for row in shown.to_dict("records"):
        what = measure_name(shown, row["measure"], lang)
        figure = say("changes", "which", lang, year=row["year"], measure=what)
        who = [entity_name(shown, row["entity"], lang)] if many else []
        short = ems_of(" ".join([*who, figure])) <= LABEL_EMS
        labels.append((" " if short else "\n").join([*who, figure]))
    ax.set_yticks(range(len(labels) - 1, -1, -1), labels)
    ax.set_xlabel(say("changes", "chart_axis", lang), fontsize=LABEL)
    ax.tick_params(axis="y", length=0)
    return [line for label in labels for line in label.split("\n")]


def _compared(changes: Changes, lang: str) -> str:
    """Return what is compared with what."""
    if not (changes.since or changes.last):
        return say("changes", "nothing", lang, dataset=changes.dataset)
    key = "head_date" if changes.since else "head_vintage"
    blanks = {"date": changes.since, "title": changes.last}
    return say("changes", key, lang, dataset=changes.dataset, **blanks)
