"""Draws how often each customary procedure misleads, and our own rule beside them."""

import numpy as np
from matplotlib.axes import Axes

from hengstats.charts.caption import outdent_of, wrap, write_caption, write_title
from hengstats.charts.spots import mark_spot
from hengstats.charts.style import (
    COLOURS,
    GREY,
    HATCHES,
    SMALL,
    dress,
    start,
)
from hengstats.evidence import Verdict
from hengstats.evidence.refusals import BARE, KINDS, LEAST_YEARS, NULLS, rates_of
from hengstats.evidence.shown import show_rate
from hengstats.evidence.verdict import rate_words, refusals_note
from hengstats.messages import data_error
from hengstats.vocabulary import name, say

BAR, CLOSE = 0.27, 0.7  # inches that a bar takes; the share that a second line does
LABELS = 20  # ems of a line of a label
NUMBERS = 122  # where the rates are written, right of the bars


def draw_refusals(
    verdict: Verdict, *, ax: Axes | None = None, lang: str = "zh-Hans"
) -> Axes:
    """Return axes with the false-alarm rate of each procedure that was refused.

    One bar a procedure, for series that drift upwards independently, and this
    library's own rule beside them.

    Parameters
    ----------
    verdict : Verdict
        As `assess` returns; its rates are those of `rate_years` years in a row.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    GlyphError
        If no font has one of the characters.
    """
    if not isinstance(verdict, Verdict):
        raise data_error("charts.no_verdict", kind=type(verdict).__name__)
    refused = verdict.refused
    shown = refused[~refused["procedure"].isin(list(BARE))]
    kind, *others = ["confounded_drifts", *KINDS] if verdict.many else NULLS
    shown = shown.dropna(subset="false_alarm").sort_values(kind, kind="stable")
    keys = ("assess", *shown["procedure"])
    labels = [wrap(name("procedure", key, lang), LABELS) for key in keys]
    lines = [line for label in labels for line in label.split("\n")]
    ax = start(ax, height=1.6 + BAR * max(len(labels), len(lines) * CLOSE))
    places = np.arange(1, len(shown) + 1)
    ax.barh(places, 100 * shown[kind], height=0.62, color=COLOURS[4], ec=GREY)
    own = verdict.own_rates
    ax.barh(
        0,
        100 * own[kind],
        height=0.62,
        color="white",
        ec=COLOURS[0],
        hatch=HATCHES[1],
        gid="ours",
    )
    rates = [own[kind], *shown[kind]]
    for place, rate in zip([0, *places], rates, strict=True):
        ax.text(
            NUMBERS, place, show_rate(rate), va="center", fontsize=SMALL, ha="right"
        )
        mark_spot(ax, 50 * rate, place)  # computed from no figure
    ax.axvline(5, color=COLOURS[1], ls="--", lw=1.2, gid="nominal")
    ax.set_yticks([0, *places], labels)
    ax.set_ylim(-0.7, len(shown) + 0.7)
    ax.set_xlim(0, NUMBERS)
    ax.set_xticks([0, 5, 25, 50, 75, 100])
    outdent = outdent_of(labels)
    words = {"most": show_rate(max(shown[kind])), "ours": show_rate(own[kind])}
    axis = say("draw", "refusals_axis", lang)
    if many := verdict.many:
        axis = say("many", "draw_rates", lang, n=rates_of(many.entities)[0])
    write_title(
        ax,
        say("draw", "refusals_title", lang, **words),
        axis,
        outdent=outdent,
    )
    rates = sorted(own[other] for other in others)
    ends = {"low": show_rate(rates[0]), "high": show_rate(rates[-1])}
    told = [say("draw", "refusals_note", lang, **ends, **rate_words(verdict))]
    if many:
        told = [refusals_note(verdict, lang).rstrip("。.")]
    elif len(verdict.years) < LEAST_YEARS:
        told.append(say("draw", "as_though", lang))
    write_caption(ax, verdict.steps, told, [], lang, outdent=outdent)
    return dress(ax)
