"""Draws dated events: milestones and phases, and the days of a sign-in log."""

import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.caption import about, ems_of, wrap, write_caption, write_title
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
from hengstats.messages import data_error
from hengstats.prose import entity_name
from hengstats.vocabulary import say

SHANGHAI = "Asia/Shanghai"


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


def draw_calendar(
    events: pd.DataFrame, *, ax: Axes | None = None, lang: str = "zh-Hans"
) -> Axes:
    r"""哪年哪几天有活动 / Return axes with the days of events, one year below another.

    Within a year there is a row for each of up to six programmes.

    Parameters
    ----------
    events : DataFrame
        One row per event: `entity`, whose it is (drawn is the one with most); `date`,
        or a moment (without a zone it is Shanghai time); and perhaps `programme`. No
        column of persons is needed, and none should be read.
    ax, lang
        As for `draw_tax`.

    Raises
    ------
    DataError
        If a column is missing, there is no event, or a date cannot be read.

    Examples
    --------
    >>> days = {"entity": "示例大厦", "date": ["2020-03-04", "2021-05-06"]}
    >>> ax = draw_calendar(pd.DataFrame(days))
    >>> ax.get_title().replace("\n", "")
    '2020—2021年有2场活动，最多的是2020年（1场）'
    """
    for column in ("entity", "date"):
        if column not in events:
            raise data_error("charts.no_column", column=column)
    if events.empty:
        raise data_error("charts.empty")
    who = events["entity"].value_counts().index[0]
    own = events[events["entity"] == who]
    days = _days(own["date"])
    named = own["programme"] if "programme" in own else pd.Series("", own.index)
    rows = list(named.value_counts().index)
    if len(rows) > len(COLOURS):
        named, rows = named.mask(named.notna(), ""), [""]
    first, last = days.dt.year.min(), days.dt.year.max()
    step = 0.84 / len(rows)  # of the height of a year
    ax = start(ax, height=1 + (last - first + 1) * max(0.42, len(rows) * 0.158))
    for number, (row, colour) in enumerate(zip(rows, COLOURS, strict=False)):
        dated = days[named == row]
        middle = dated.dt.year - 0.42 + step * (number + 0.5)
        along = dated.dt.month + (dated.dt.day - 0.5) / dated.dt.days_in_month
        ends = (middle - step * 0.45, middle + step * 0.45)
        ax.vlines(along, *ends, color=colour, lw=1.3, gid="event")
        place = (13.15, first - 0.42 + step * (number + 0.5))
        ax.text(*place, row, va="center", fontsize=SMALL, color=colour, gid="name")
    ax.vlines(range(2, 13), first - 0.5, last + 0.5, color=PALE, lw=0.8, zorder=0)
    ax.hlines([year + 0.5 for year in range(first, last)], 1, 13, color=GREY, lw=0.6)
    room = max(map(ems_of, map(str, rows))) * SMALL / (72 * 0.75 * WIDTH) * 12
    ax.set_xlim(1, 13.2 + room)
    ax.set_ylim(last + 0.5, first - 0.5)
    months = [say("chart", "calendar_month", lang, n=n) for n in range(1, 13)]
    ax.set_xticks([n + 0.5 for n in range(1, 13)], months)
    held = days.dt.year.value_counts().reindex(range(first, last + 1), fill_value=0)
    said = {year: {"year": year, "n": n} for year, n in held.items()}
    years = [say("chart", "calendar_year", lang, **one) for one in said.values()]
    ax.set_yticks(list(said), years)
    words = {"first": first, "last": last, "n": len(own), "most": held.max()}
    title = say("chart", "calendar_title", lang, **words, year=held.idxmax())
    write_title(ax, title, f"{who}　{say('chart', 'calendar_axis', lang)}")
    notes = ["calendar_note", *["calendar_rows"][: len(rows) - 1]]
    sentences = [say("chart", note, lang) for note in notes]
    write_caption(ax, events, sentences, [who], lang)
    dress(ax).tick_params(labelsize=SMALL, length=0)
    return ax


def _days(dates: pd.Series) -> pd.Series:
    """Return dates or moments as days of Shanghai, or refuse one that is neither."""
    days = pd.to_datetime(dates, errors="coerce")
    if days.isna().any():
        raise data_error("charts.no_date", row=int(days.isna().argmax()) + 1)
    return days.dt.tz_convert(SHANGHAI) if days.dt.tz is not None else days


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
