"""Writes text, tables and figures as one numbered Markdown document."""

import math
import re
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes

from hengstats.ledger import unmarked
from hengstats.vocabulary import say

SIGNS = re.compile(r"(?<=\w)[.,+-](?=\w)|([!-/:-@\[-`{-~])")
# What would end a line or a cell; a Chinese blank is a character like others.
BLANKS = re.compile("[\x00-\x20\x7f\x85\u2028\u2029]+")
# 26.3, 8.5%, 270～300; and the same with a unit, as in 26.3亿元.
_NUMBER = r"[−<>≤≥]?\d[\d,]*(?:\.\d+)?%?"
NUMBER = re.compile(rf"{_NUMBER}(?: ?(?:[～—–…]|to) ?{_NUMBER})?")
DATED = re.compile(r"(?:1[89]|20)\d\d(?:[^\d,].*)?")
# But a name, as 24号楼, is none.
COUNTED = re.compile(
    rf"\D{{0,2}}(?:{NUMBER.pattern})[^\d号號座栋棟楼樓幢层層期]{{0,3}}"
)
# How many decimals a number, or the last of a range, has; as wide as a digit, a point.
TAIL = re.compile(r"\d(?:\.(\d+))?$")
DIGIT, POINT = "\u2007", "\u2008"
# What a line does not break: a word or number, up to four Chinese characters.
PIECES = re.compile("[^\\s\u2e80-\uffff]+|[\u2e80-\uffff]{1,4}")
HEAD = 16  # of a head in two lines
NAMED = 13  # a name that is not broken
NARROW = 18  # a number or range that is not broken
# What stands between these signs of private use is for the web page alone.
PAGE_FIRST, PAGE_LAST = "\ue003", "\ue004"
ROOM = 84  # of a line in a table, in halves of a Chinese character


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the report.

    Attributes
    ----------
    key : str
        What its file is called, after its number; never a text of the data.
    caption : str
        Without its number.
    frame : DataFrame
        Texts, as they are to be read; the column names are the head.
    note : str
        What stands under it: units, the meaning of columns.
    """

    key: str
    caption: str
    frame: pd.DataFrame
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One figure of the report, not yet drawn.

    Attributes
    ----------
    key : str
        What its files are called, without their endings; never a text of the data.
    caption : str
        Without its number.
    draw : partial
        Draws the chart from all that it shows.
    drawn : tuple of str
        The figures drawn in it, in words; shown on the page alone.
    """

    key: str
    caption: str
    draw: "partial[Axes]"
    drawn: tuple[str, ...] = ()


Block = str | Table | Picture


def number_blocks(blocks: list[Block], lang: str, *, illustrative: bool = False) -> str:
    """Return the blocks as Markdown, figures and tables numbered in order.

    What is invented says so in every caption. Headings are numbered in the document,
    each language by its own habit, unless they end in `{.unnumbered}`.
    """
    mark = "caption_illustrative" if illustrative else "caption"
    written: list[str] = []
    seen: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            written.append(block)
            continue
        kind = "figure" if isinstance(block, Picture) else "table"
        number = 1 + sum(one.startswith(kind) for one in seen)
        anchor = _anchor(kind, block.key)
        # a second table of this name has no name to refer to it by
        place = f"#{anchor} " if anchor not in seen else ""
        seen.append(anchor)
        label = say("report", kind, lang, number=number)
        text = say("report", mark, lang, text=block.caption)
        caption = f"[{label}]{{{place}.label}}{escape(text)}"
        if isinstance(block, Picture):
            written.append(_write_picture(block, caption))
        else:
            written.append(_write_table(block, caption, lang))
        written += _write_below(block, lang)
    return "\n\n".join(written) + "\n"


def refer(kind: str, key: str) -> str:
    """Return what becomes 图 1 or 表 2, a link to the `figure` or `table` of a key."""
    return f"[](#{_anchor(kind, key)})"


def entry(number: int, text: str) -> str:
    """Return one source of the list of sources, to which its number leads.

    In the document [3] is a link to it, in sentences and in tables.
    """
    style = f'{{#source_{number} custom-style="Bibliography"}}'
    return f"::: {style}\n{escape(f'[{number}] {text}')}\n:::"


def small(text: str) -> str:
    """Return a text as a paragraph in small type."""
    return f'::: {{custom-style="Table Note"}}\n{escape(text)}\n:::'


def _anchor(kind: str, key: str) -> str:
    """Return the name of a place, as Word, page and PDF all allow it."""
    return f"{kind}_{key.replace('-', '_')}"[:40]


def _write_below(block: Table | Picture, lang: str) -> list[str]:
    """Return what stands under a figure or table: what is drawn in it, or its note."""
    if isinstance(block, Picture):
        return [on_page(_fold_away(block.drawn, lang))] if block.drawn else []
    return [small(say("report", "note", lang, text=block.note))] if block.note else []


def on_page(text: str) -> str:
    """Return Markdown that only the web page shows."""
    return f"{PAGE_FIRST}{text}{PAGE_LAST}"


def _fold_away(drawn: tuple[str, ...], lang: str) -> str:
    """Return the figures of a chart as a list that is opened under it."""
    head = say("report", "drawn", lang)
    opened = f'<details class="drawn"><summary>{head}</summary>'
    listed = "\n".join(f"- {escape(text)}" for text in drawn)
    raw = "```{{=html}}\n{}\n```"
    return "\n\n".join([raw.format(opened), listed, raw.format("</details>")])


def _write_picture(picture: Picture, caption: str) -> str:
    """Return a figure in Markdown."""
    alt = escape(picture.caption)
    return f'![{caption}](charts/{picture.key}){{width=90% alt="{alt}"}}'


def _write_table(table: Table, caption: str, lang: str) -> str:
    """Return a Markdown pipe table whose dashes set the widths of the columns.

    Numbers stand to the right, their points under each other.
    """
    head = [str(column) for column in table.frame.columns]
    rows = [[str(cell) for cell in row] for row in table.frame.to_numpy().tolist()]
    columns = [list(column) for column in zip(head, *rows, strict=True)]
    bare = [list(map(unmarked, column)) for column in columns]
    sides = [_side_of(one[1:]) for one in bare]
    if (source := say("report", "col_source", lang)) in head:
        sides[head.index(source)] = "center"
    widths = fit_widths(bare, sides)
    rule = [_write_rule(max(3, w), side) for w, side in zip(widths, sides, strict=True)]
    shown = [
        [column[0], *_on_decimals(column[1:])] if side == "right" else column
        for column, side in zip(columns, sides, strict=True)
    ]
    lines = [
        "| " + " | ".join(map(escape, row)) + " |" for row in zip(*shown, strict=True)
    ]
    lines.insert(1, "|" + "|".join(rule) + "|")
    return f"Table: {caption}\n\n" + "\n".join(lines)


def _write_rule(width: int, side: str) -> str:
    """Return the dashes of a column, with the colons that say where its texts stand."""
    first, last = side != "right", side != "left"
    return ":" * first + "-" * (width - first - last) + ":" * last


def _on_decimals(texts: list[str]) -> list[str]:
    """Return numbers filled up so that flush right their points stand in line."""
    tails = [TAIL.search(unmarked(text)) for text in texts]
    most = max((len(tail[1] or "") for tail in tails if tail), default=0)
    filled = []
    for text, tail in zip(texts, tails, strict=True):
        digits = len(tail[1] or "") if tail else most
        filled.append(text + POINT * (digits == 0 < most) + DIGIT * (most - digits))
    return filled


def _side_of(cells: list[str]) -> str:
    """Return `right` for a column of numbers, `left` for one of words or dates."""
    known = [cell for cell in cells if cell not in ("", "—")]
    if all(map(DATED.fullmatch, known)):
        return "left"
    plain = sum(NUMBER.fullmatch(cell) is not None for cell in known)
    counted = all(map(COUNTED.fullmatch, known))
    return "right" if 2 * plain > len(known) or counted else "left"


def fit_widths(columns: list[list[str]], sides: list[str]) -> tuple[int, ...]:
    """Return widths for columns of texts: their own where they fit a page.

    Otherwise none is narrower than its longest word, or number that stands to the
    right, and the rest is shared out by what each would take. The unit is half the
    width of a Chinese character.
    """
    room = max(ROOM - 2 * len(columns), 3 * len(columns))
    wanted = [min(max(map(_breadth, column)), room) for column in columns]
    if sum(wanted) <= room:
        return tuple(width + 2 for width in wanted)
    floors = [
        min(_floor(column, side), most, room // 3)
        for column, side, most in zip(columns, sides, wanted, strict=True)
    ]
    while sum(floors) > room:  # the widest gives way
        floors[floors.index(max(floors))] -= 1
    spare = room - sum(floors)
    missing = [most - least for most, least in zip(wanted, floors, strict=True)]
    return tuple(
        2 + least + spare * more // max(sum(missing), 1)
        for least, more in zip(floors, missing, strict=True)
    )


def _floor(column: list[str], side: str) -> int:
    """Return how narrow a column may be; its head stands in two lines if it must."""
    head, *cells = column
    pieces = [piece for cell in cells for piece in PIECES.findall(cell)]
    short = NARROW if side == "right" else NAMED
    pieces += [cell for cell in cells if _breadth(cell) <= short]
    half = min(_breadth(head[: max(2, math.ceil(len(head) / 2))]), HEAD)
    words = [math.ceil(1.25 * len(one)) for one in re.findall(r"\w{4,}", head, re.A)]
    return max([4, half, *words, *map(_breadth, pieces)])


def _breadth(text: str) -> int:
    """Return how wide a text is, a Chinese character counting two.

    Between one and a letter or digit there is a little room.
    """
    wide = [sign == "→" or ord(sign) > 0x2E7F for sign in text]
    signs = sum(
        2 if is_wide else 1.25 if sign.isdigit() else 1.1
        for sign, is_wide in zip(text, wide, strict=True)
    )
    return math.ceil(signs + sum(one != two for one, two in pairwise(wide)) / 2)


def escape(text: str) -> str:
    """Return a text in which nothing is taken for Markdown.

    Pandoc takes any sign of ASCII after a backslash for itself; one within a word or
    number, as in 26.3, means nothing anyway.
    """
    plain = BLANKS.sub(" ", text).strip(" ")
    return SIGNS.sub(lambda sign: ("\\" if sign[1] else "") + sign[0], plain)
