"""Draws the slope of many entities: interval, each left out, what chance gives."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts import marks
from hengstats.charts.caption import wrap
from hengstats.charts.style import COLOURS, GREY, LABEL, PALE, SMALL
from hengstats.evidence import Verdict
from hengstats.evidence.statement import statistics
from hengstats.evidence.verdict import Many
from hengstats.prose import entity_name, measure_name
from hengstats.vocabulary import say

MOST = 6  # left-out entities drawn at either end
BINS = 25


def draw_slope(ax: Axes, verdict: Verdict, many: Many, lang: str) -> list[str]:
    """Draw slope and interval, and the slope without each; return what the marks mean.

    The bar of the slope is what the bounds of the figures allow.
    """
    rows, shown = statistics(verdict), many.without.sort_values("estimate")
    if "estimate" not in rows:
        marks.write_nothing(ax, wrap(say("many", "flat", lang), 12))
        ax.set_axis_off()
        return []
    some = len(shown) > 2 * MOST
    shown = pd.concat([shown.head(MOST), shown.tail(MOST)]) if some else shown
    told = {key: rows[key] for key in ("estimate", "conf_low", "conf_high")}
    low, high = told["conf_low"]["lower"], told["conf_high"]["upper"]
    ends = [told["estimate"][end] for end in ("lower", "upper")]
    if np.isfinite([low, high]).all():
        ax.plot([low, high], [0, 0], color=COLOURS[0], lw=1.4, gid="interval")
        ax.plot(ends, [0, 0], color=COLOURS[0], lw=5, gid="bounds")
    if np.isfinite(told["estimate"]["value"]):
        at = told["estimate"]["value"]
        ax.plot(at, 0, "o", ms=8, color=COLOURS[0], gid="estimate")
    places = -1.5 - np.arange(len(shown))
    ax.plot(shown["estimate"], places, "o", ms=4, color=GREY, gid="without")
    ax.axvline(0, color=GREY, lw=0.8, zorder=0)
    labels = [entity_name(verdict.steps, one, lang) for one in shown["left_out"]]
    every = say("many", "draw_all", lang)
    ax.set_yticks([0, *places], [every, *(marks.shorten(one, 12) for one in labels)])
    ax.tick_params(axis="y", labelsize=SMALL)
    words = {
        key: measure_name(verdict.steps, measure, lang)
        for key, measure in (
            ("economy", verdict.economy),
            ("organisation", verdict.organisation),
        )
    }
    axis = say("many", "draw_axis", lang, **words)
    ax.set_xlabel(wrap(axis, 24), fontsize=LABEL)
    key = "each_cluster" if many.cluster else "each"
    one = say("many", key, lang, cluster=many.cluster)
    note = [say("many", "draw_note", lang, one=one)]
    return [*note, say("many", "draw_some", lang, n=MOST)] if some else note


def draw_exchanged(ax: Axes, verdict: Verdict, many: Many, lang: str) -> list[str]:
    """Draw the slopes that exchanged histories give, and return what they mean."""
    row = statistics(verdict).get("estimate")
    if row is None or not len(many.null):
        ax.set_axis_off()
        return []
    at = row["value"]
    beyond = np.abs(many.null) >= (np.inf if np.isnan(at) else abs(at) - 1e-12)
    ax.hist(
        [many.null[~beyond], many.null[beyond]],
        bins=BINS,
        stacked=True,
        color=[PALE, COLOURS[0]],
        edgecolor=GREY,
        linewidth=0.6,
    )
    if np.isfinite(at):
        ax.axvline(at, color=COLOURS[1], lw=1.8, gid="observed")
    ax.set_yticks([])
    ax.set_xlabel(wrap(say("many", "draw_null", lang), 12), fontsize=LABEL)
    return [say("many", "draw_note_null", lang, draws=f"{len(many.null):,}")]
