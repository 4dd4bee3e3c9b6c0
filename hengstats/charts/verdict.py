"""What do the paired growths look like, and how rare is their agreement?"""

from fractions import Fraction

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from hengstats.charts import marks
from hengstats.charts.caption import (
    sources_sentence,
    wrap,
    write_caption,
)
from hengstats.charts.pairs import SHARE, draw_pairs
from hengstats.charts.style import (
    COLOURS,
    GREY,
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
from hengstats.evidence.verdict import entity_label, finding_label, statistics
from hengstats.vocabulary import name, say

LEFT, RIGHT = (0.0, 0.0, SHARE, 1.0), (0.72, 0.0, 0.28, 1.0)
BINS = np.linspace(-1, 1, 22)
MOST_GROWTHS = 6


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
        sentences += draw_pairs(left, verdict, lang)
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
