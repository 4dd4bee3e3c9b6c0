"""Names what a chart shows, and writes the sentences that let it stand alone."""

import re
from collections.abc import Iterable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from hengstats.charts.style import GREY, LABEL, OWN, SMALL, TITLE, WIDTH
from hengstats.panel import is_illustrative
from hengstats.prose import figures_of, say_figure
from hengstats.vintages import RULES
from hengstats.vocabulary import LANGUAGES, check_language, knows_measure, name, say

# The share of a figure's width that its axes have once it is laid out.
LAID_OUT = 0.8
MOST_NAMED = 2  # publishers in a caption; the table of sources has them all
CHINESE = re.compile("[\u4e00-\u9fff]")
BARE = re.compile(r"[\d,]+(\.\d+)?")
_GLUED = frozenset("●○↑↓＋（「『“‘《【")
_NOT_FIRST = "，。；：、）！？”’」』》】,.;:)!?%"


def about(table: pd.DataFrame) -> dict[str, dict]:
    """Return what a panel, or a result made from it, knows of its origin."""
    return table.attrs.get("about", {})


def wordings_of(
    table: pd.DataFrame, measure: str, lang: str
) -> dict[str, dict[str, str]]:
    """Return what stands beside the marks of a measure, by entity and year.

    What the source printed; a number without its unit with it; in English what a
    Chinese wording says.
    """
    own: dict[str, dict[str, str]] = about(table).get("printed", {}).get(measure, {})
    unit = about(table).get("units", {}).get(measure, "")
    said = {
        (row["entity"], str(row["year"])): say_figure(row, unit, lang)
        for row in figures_of(table, measure)
    }
    return {
        entity: {
            year: said.get((entity, year), text)
            if BARE.fullmatch(text) or (lang == "en" and CHINESE.search(text))
            else text
            for year, text in years.items()
        }
        for entity, years in own.items()
    }


def is_measure(table: pd.DataFrame, measure: str) -> bool:
    """Return whether a table holds a measure, or could: its name is known."""
    return measure in table or knows_measure(measure, about(table).get("labels"))


def unit_of(table: pd.DataFrame, measure: str, lang: str) -> str:
    """Return the unit of a measure in one language."""
    return name("unit", about(table).get("units", {}).get(measure, ""), lang)


def sources_sentence(
    table: pd.DataFrame, measures: Iterable[str], entities: Iterable[str], lang: str
) -> str:
    """Return the sentence that names the sources of the figures shown.

    And what to know of those that count sign-in logs.
    """
    known = about(table).get("sources")
    if known is None:
        return say("chart", "sources_lost", lang)
    keys = [(m, e) for m in measures for e in entities]
    years: dict[str, list[str]] = {}
    for publisher, published in (
        source for m, e in keys for source in known.get(m, {}).get(e, [])
    ):
        years.setdefault(publisher, []).append(published[:4])
    comma = say("word", "comma", lang)
    listed = []
    for who, printed in years.items():
        ends = sorted({year for year in printed if year}) or [""]
        when = "–".join(dict.fromkeys([ends[0], ends[-1]]))
        listed.append(f"{who} {when}".strip())
    joined = comma.join(listed[:MOST_NAMED])
    if len(listed) > MOST_NAMED:
        joined += " " * (lang == "en") + say(
            "chart", "sources_more", lang, all=len(listed)
        )
    if not listed:
        return ""
    told = [say("chart", "sources", lang, list=joined)]
    cited, counts = (about(table).get(key, {}) for key in ("cited", "counts"))
    shown = (one for m, e in keys for one in cited.get(m, {}).get(e, {}).values())
    for kind in sorted({counts[source] for source in shown if source in counts}):
        told.append(say("smallcells", RULES[kind], lang))
    return say("word", "stop", lang).join(told)


def write_title(
    ax: Axes, text: str, subtitle: str = "", *, outdent: float = 0.0
) -> None:
    """Write a title over the axes, and below it what is measured, in which unit.

    It begins `outdent` points to the left of the axes, over long labels.
    """
    width = LAID_OUT * WIDTH * 72 + outdent * 0.5
    title, subtitle = wrap(text, width / TITLE), wrap(subtitle, width / SMALL)
    below = subtitle.count("\n") + bool(subtitle)
    rise = 8 + SMALL * (1.35 * below + 0.45 * bool(subtitle))
    figure = ax.get_figure(root=True)
    if figure is not None and figure.get_gid() == OWN:
        rows = title.count("\n") + below
        figure.set_figheight(figure.get_figheight() + rows * TITLE * 1.3 / 72)
    if outdent:
        _write_above(ax, title, outdent, rise, TITLE, "title")
    else:
        ax.set_title(title, x=0, ha="left", pad=rise, fontsize=TITLE)
    if subtitle:
        _write_above(ax, subtitle, outdent, 8, SMALL, "subtitle").set_color(GREY)


def _write_above(
    ax: Axes, text: str, outdent: float, rise: float, size: float, mark: str
) -> Text:
    """Write a line so many points above the axes and to their left."""
    return ax.annotate(
        text,
        (0, 1),
        (-outdent, rise),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        fontsize=size,
        annotation_clip=False,
        gid=mark,
    )


def write_caption(
    ax: Axes,
    table: pd.DataFrame,
    sentences: Iterable[str],
    entities: Iterable[str],
    lang: str,
    *,
    outdent: float = 0.0,
) -> None:
    """Write a caption under the axes; what is invented is said first.

    It begins `outdent` points to the left of the axes, under long labels.
    """
    parts = [sentence for sentence in dict.fromkeys(sentences) if sentence]
    if is_illustrative(list(entities)):
        parts.insert(0, say("word", "illustrative", lang))
    if rule := table.attrs.get("rule"):
        parts.append(rule[LANGUAGES.index(check_language(lang))])
    if date := about(table).get("as_of"):
        parts.append(say("chart", "as_of", lang, date=date))
    if not parts:
        return
    stop = say("word", "stop", lang)
    text = stop.join(part.rstrip("。.") for part in parts) + stop.strip()
    figure = ax.get_figure(root=True)
    width = figure.get_figwidth() if figure is not None else WIDTH
    own = figure is not None and figure.get_gid() == OWN
    share = LAID_OUT if own else ax.get_position().width
    ems = (share * width * 72 + (0.0 if own else outdent)) / SMALL
    lines = wrap(text, ems)
    if figure is not None and own:
        figure.set_figheight(
            figure.get_figheight() + (lines.count("\n") + 2) * SMALL * 1.45 / 72
        )
    below = 30 if not ax.get_xlabel() else 46
    ax.annotate(
        lines,
        (0, 0),
        (-outdent, -below),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=SMALL,
        color=GREY,
        linespacing=1.35,
        annotation_clip=False,
        gid="caption",
    )


def wrap(text: str, ems: float) -> str:
    """Return a text in lines of at most `ems` widths of a Chinese character."""
    lines, line, width = [], "", 0.0
    for piece in _pieces(text):
        size = ems_of(piece)
        if width + size > ems and line and piece[0] not in _NOT_FIRST:
            lines.append(line.rstrip())
            line, width, piece = "", 0.0, piece.lstrip()
        line, width = line + piece, width + size
    return "\n".join([*lines, line.rstrip()])


def ems_of(text: str) -> float:
    """Return about how wide a text is, in widths of a Chinese character."""
    return sum(1.0 if ord(c) > 0x2E7F else 0.5 for c in text)


def outdent_of(labels: Iterable[str], size: float = LABEL) -> float:
    """Return how many points labels of such a size reach to the left of the axes."""
    lines = [line for label in labels for line in label.split("\n")]
    return max(map(ems_of, lines)) * size + 8


def _pieces(text: str) -> list[str]:
    """Return what may not be broken: a Chinese character, a Latin word, a sign."""
    pieces: list[str] = []
    for c in text:
        latin = ord(c) < 0x2E80 and c != " "
        before = pieces[-1][-1] if pieces else " "
        sign = bool(pieces) and pieces[-1].strip() in _GLUED
        if sign or (latin and ord(before) < 0x2E80 and before != " "):
            pieces[-1] += c
        else:
            pieces.append(c)
    return pieces
