"""Draws phases and dated events, as the case study names them."""

import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.caption import about, wrap, write_caption, write_title
from hengstats.charts.marks import write_nothing
from hengstats.charts.spots import mark_spot
from hengstats.charts.style import (
    COLOURS,
    GREY,
    LABEL,
    PALE,
    SMALL,
    WIDTH,
    dress,
    start,
)
from hengstats.ledger import Origin
from hengstats.prose import entity_name
from hengstats.vocabulary import say


def decimal_year(date: str) -> float:
    """Return where a date stands on an axis whose years are centred on their number."""
    year, month, day = [*map(int, date.split("-")), 0, 0][:3]
    return year + ((month - 1) / 12 + day / 372 - 0.5 if month else 0.0)


def milestones_of(panel: pd.DataFrame, names: list[str], kind: str) -> list[dict]:
    """Return the events, or the phases, of the entities, in order of their dates."""
    rows = [
        row
        for row in about(panel).get("milestones", [])
        if row["kind"] == kind and row["entity"] in names
    ]
    return sorted(rows, key=lambda row: row["date"] or "9999")


def draw_phases(
    ax: Axes, panel: pd.DataFrame, names: list[str], years: list[int], lang: str
) -> list[str]:
    """Draw phases as shading; return what explains them."""
    phases = milestones_of(panel, names, "phase")
    dated = [row for row in phases if row["date"]]
    if not dated:
        return []
    first, last = min(years) - 0.6, max(years) + 0.7
    starts = [max(int(row["date"][:4]) - 0.5, first) for row in dated]
    ax.set_xlim(first, last)
    for i, row in enumerate(dated):
        end = starts[i + 1] if i + 1 < len(starts) else last
        if end <= starts[i]:  # before the first year that is shown
            continue
        shade = PALE if i % 2 == 0 else "#F5F5F5"
        ax.axvspan(starts[i], end, color=shade, lw=0, zorder=-2, gid="phase")
        ax.text(
            (starts[i] + end) / 2,
            0.985,
            wrap(row[lang], (end - starts[i]) / (last - first) * WIDTH * 58 / SMALL),
            ha="center",
            va="top",
            transform=ax.get_xaxis_transform(),
            fontsize=SMALL,
            color=GREY,
            bbox={"fc": shade, "ec": "none", "pad": 1},
        )
    undated = [
        say("chart", "phase_not_drawn", lang, phase=row[lang])
        for row in phases
        if not row["date"]
    ]
    return [say("chart", "phases", lang), *undated]


def draw_timeline(
    panel: pd.DataFrame,
    *,
    entity: str | None = None,
    ax: Axes | None = None,
    lang: str = "zh-Hans",
) -> Axes:
    """Return axes with the dated events of one entity and its phases, down the years.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns, of a dataset with milestones.
    entity : str, optional
        Whose; the first that has any by default.
    ax, lang
        As for `draw_tax`.

    Returns
    -------
    Axes
        Empty, with a sentence that says so, where no milestones are known.
    """
    known = [row["entity"] for row in about(panel).get("milestones", [])]
    names = [entity] if entity else known[:1]
    events = milestones_of(panel, names, "event")
    ax = start(ax, height=5.6 if events else 2.0)
    if not events:
        write_nothing(ax, say("chart", "no_milestones", lang))
        ax.set_axis_off()
        write_caption(ax, panel, [], list(panel["entity"].unique()[:1]), lang)
        return dress(ax)
    phases = milestones_of(panel, names, "phase")
    top = int(events[0]["date"][:4])
    bottom = int(max(row["date"] for row in events)[:4]) + 1
    _draw_events(ax, events, top, bottom, lang)
    _draw_blocks(ax, phases, bottom, lang)
    room = 2.8 if any(not row["date"] for row in phases) else 0.4
    ax.set_ylim(bottom + room, top - 0.7)
    ax.set_xlim(0, 1)
    ax.set_xticks([])
    ax.set_yticks(range(top, bottom, 2))
    ax.spines["bottom"].set_visible(False)
    who = entity_name(panel, names[0], lang)
    write_title(ax, say("chart", "timeline_title", lang, entity=who))
    sentences = [say("chart", "phases", lang)] if phases else []
    cited = sorted({row["source"] for row in [*events, *phases]})
    sentences.append(_milestone_sources(panel, cited, lang))
    write_caption(ax, panel, sentences, names, lang)
    return dress(ax)


def _draw_events(
    ax: Axes, events: list[dict], top: int, bottom: int, lang: str
) -> None:
    """Write each event beside its date; labels give way, leaders keep the place."""
    step = (bottom - top) / 19
    places = [decimal_year(row["date"]) for row in events]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + step)
    places[-1] = min(places[-1], bottom + step)
    for i in reversed(range(len(places) - 1)):
        places[i] = min(places[i], places[i + 1] - step)
    for row, place in zip(events, places, strict=True):
        true = decimal_year(row["date"])
        ax.plot([0.24, 0.27, 0.30], [true, place, place], color=GREY, lw=0.8)
        ax.plot([0.24], [true], marker="o", ms=5, color=COLOURS[0], gid="event")
        event = Origin("event", (row["entity"], row["date"], row["source"]))
        mark_spot(ax, 0.24, true, event)
        ax.text(
            0.31,
            place,
            f"{row['date']}　{row[lang]}",
            va="center",
            fontsize=LABEL,
            gid="label",
        )


def _draw_blocks(ax: Axes, phases: list[dict], bottom: int, lang: str) -> None:
    """Draw the phases as blocks; one without a date stands apart, outlined."""
    dated = [row for row in phases if row["date"]]
    starts = [int(row["date"][:4]) - 0.5 for row in dated]
    undated = [row for row in phases if not row["date"]]
    ends = [*starts[1:], bottom - 0.5][: len(starts)]
    blocks = list(zip(starts, ends, dated, strict=True))
    blocks += [
        (bottom - 0.2 + 2.9 * i, bottom + 2.5 + 2.9 * i, row)
        for i, row in enumerate(undated)
    ]
    for start_at, end, row in blocks:
        face, line = (PALE, "-") if row["date"] else ("none", "--")
        ax.barh(
            (start_at + end) / 2,
            0.2,
            end - start_at,
            left=0.02,
            fc=face,
            ec=GREY,
            ls=line,
            lw=0.8,
            gid="phase",
        )
        shown = row[lang]
        if not row["date"]:
            shown = say("chart", "phase_undated", lang, phase=row[lang])
        ax.text(
            0.12,
            (start_at + end) / 2,
            wrap(shown, 9),
            ha="center",
            va="center",
            fontsize=SMALL,
        )


def _milestone_sources(panel: pd.DataFrame, cited: list[str], lang: str) -> str:
    """Return the sentence that names the sources of the events."""
    known = about(panel).get("publications", {})
    listed = [
        f"{publisher}, {published or say('word', 'undated', lang)}"
        for publisher, published in (known[key] for key in cited if key in known)
    ]
    joined = say("word", "semicolon", lang).join(listed)
    return say("chart", "sources", lang, list=joined)
