"""Draws the correlation of every look at the same years, from weak to strong."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.caption import outdent_of, wrap, write_caption, write_title
from hengstats.charts.style import COLOURS, GREY, SMALL, dress, start
from hengstats.evidence import Verdict
from hengstats.evidence.shown import show_p
from hengstats.evidence.statement import entity_label
from hengstats.messages import data_error
from hengstats.prose import measure_name
from hengstats.vocabulary import say

ROW = 0.36
LABELS = 17  # ems of a line of a label
NUMBERS = 1.75  # where each look's own p ends, right of r = 1
MOST_NAMED = 40  # more looks stand without their names


def draw_specifications(
    verdict: Verdict, *, ax: Axes | None = None, lang: str = "zh-Hans"
) -> Axes:
    """Return axes with the correlation of each look that was tested jointly.

    One mark a look, from the weakest to the strongest, its own p beside it, and the
    joint p in the title. Filled where the joint p is within the limit.

    Parameters
    ----------
    verdict : Verdict
        As `assess` returns with several measures, lags or samples.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    DataError
        If the verdict is one on a single look, or none of them could be tested.
    GlyphError
        If no font has one of the characters.
    """
    if not isinstance(verdict, Verdict):
        raise data_error("charts.no_verdict", kind=type(verdict).__name__)
    looks = verdict.looks if verdict.looks is not None else pd.DataFrame({"r": []})
    shown = looks.dropna(subset="r")
    if shown.empty:
        raise data_error("charts.no_looks")
    shown = shown.iloc[np.argsort(shown["r"].abs().to_numpy(), kind="stable")]
    named = len(shown) <= MOST_NAMED
    ax = start(ax, height=1.8 + (ROW * len(shown) if named else 4))
    places = list(range(len(shown)))
    strong = (shown["p_joint_upper"] <= verdict.alpha).to_numpy()
    ax.axvline(0, color=GREY, lw=0.8)
    ax.hlines(places, 0, shown["r"], color=GREY, lw=1.0)
    fills = np.where(strong, COLOURS[0], "white")
    ax.scatter(shown["r"], places, c=fills, edgecolors=COLOURS[0], s=36, zorder=3)
    labels = [_label(verdict, row, lang) for row in shown.to_dict("records")]
    if not named:
        labels = [""] * len(shown)
    for place, p in zip(places, shown["p_own"], strict=True) if named else ():
        own = say("told", "look_own", lang, p=show_p(p))
        ax.text(NUMBERS, place, own, va="center", ha="right", fontsize=SMALL)
    ax.set_yticks(places if named else [], labels if named else [])
    ax.set_ylim(-0.7, len(shown) - 0.3)
    ax.set_xlim(-1.05, NUMBERS if named else 1.05)
    ax.set_xticks([-1, -0.5, 0, 0.5, 1])
    outdent = outdent_of(labels)
    words = {"entity": entity_label(verdict, lang), "looks": len(looks)}
    best = shown["p_joint_upper"].min()
    write_title(
        ax,
        say("told", "looks_title", lang, joint=show_p(best), **words),
        say("told", "look_axis", lang),
        outdent=outdent,
    )
    note = say("told", "look_note", lang, alpha=f"{verdict.alpha:.3g}")
    write_caption(ax, verdict.steps, [note], [verdict.entity], lang, outdent=outdent)
    return dress(ax)


def _label(verdict: Verdict, row: dict, lang: str) -> str:
    """Return what a look is called: measures, lag and years."""
    names = {
        side: measure_name(verdict.steps, row[side], lang)
        for side in ("organisation", "economy")
    }
    parts = [say("told", "look", lang, **names)]
    if row["lag"]:
        parts.append(say("told", "look_lag", lang, lag=row["lag"]))
    if not pd.isna(row["first"]):
        parts.append(f"{row['first']}–{row['last']}")
    return wrap(say("word", "comma", lang).join(parts), LABELS)
