"""Writes text, tables and figures as one numbered Markdown document."""

import re
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from hengstats.vocabulary import say

SIGNS = re.compile(r"(?<=\w)[.,+-](?=\w)|([!-/:-@\[-`{-~])")
# The number of a source as `escape` leaves it, but where its own entry begins.
MARK = re.compile(r"(?<!^)\\\[(\d+)\\\]", re.M)
ANCHOR = re.compile(r"\{#source-(\d+) ")
# What would end a line or a cell; a Chinese blank is a character like others.
BLANKS = re.compile("[\x00-\x20\x7f\x85\u2028\u2029]+")


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
    widths : tuple of int
        Relative widths of the columns.
    note : str
        What stands under it: units, the meaning of columns.
    right : tuple of int
        Places of the columns that hold numbers, set flush right.
    """

    key: str
    caption: str
    frame: pd.DataFrame
    widths: tuple[int, ...]
    note: str = ""
    right: tuple[int, ...] = ()


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
    """

    key: str
    caption: str
    draw: "partial[Axes]"


Block = str | Table | Picture


def number_blocks(blocks: list[Block], lang: str, *, illustrative: bool = False) -> str:
    """Return the blocks as Markdown, figures and tables numbered in order.

    What is invented says so in every caption.
    """
    mark = "caption_illustrative" if illustrative else "caption"
    written, figures, tables = [], 0, 0
    for block in blocks:
        if isinstance(block, Picture):
            figures += 1
            text = say("report", mark, lang, text=block.caption)
            caption = say("report", "figure", lang, number=figures, text=text)
            written.append(f"![{escape(caption)}](charts/{block.key}){{width=95%}}")
        elif isinstance(block, Table):
            tables += 1
            text = say("report", mark, lang, text=block.caption)
            caption = say("report", "table", lang, number=tables, text=text)
            written.append(_write_table(block, caption))
        else:
            written.append(block)
    return _link("\n\n".join(written)) + "\n"


def _link(text: str) -> str:
    """Return the text with each number of a source, as in [3], leading to its entry."""
    listed = set(ANCHOR.findall(text))

    def lead(mark: re.Match[str]) -> str:
        return f"[{mark[0]}](#source-{mark[1]})" if mark[1] in listed else mark[0]

    return MARK.sub(lead, text)


def small(text: str, anchor: str = "") -> str:
    """Return a text as a paragraph in small type, one that links may lead to."""
    place = f"#{anchor} " if anchor else ""
    style = f'{{{place}custom-style="Table Note" typst:text:size="8.5pt"}}'
    return f"::: {style}\n{escape(text)}\n:::"


def _write_table(table: Table, caption: str) -> str:
    """Return a Markdown pipe table whose dashes set the widths of the columns."""
    rows = [list(table.frame.columns), *table.frame.to_numpy().tolist()]
    lines = ["| " + " | ".join(escape(str(c)) for c in row) + " |" for row in rows]
    rules = [
        ":" * (place not in table.right)
        + "-" * max(3, width)
        + ":" * (place in table.right)
        for place, width in enumerate(table.widths)
    ]
    lines.insert(1, "|" + "|".join(rules) + "|")
    text = f"Table: {escape(caption)}\n\n" + "\n".join(lines)
    return f"{text}\n\n{small(table.note)}" if table.note else text


def escape(text: str) -> str:
    """Return a text in which nothing is taken for Markdown.

    Pandoc takes any sign of ASCII after a backslash for itself; one within a word or
    number, as in 26.3, means nothing anyway.
    """
    plain = BLANKS.sub(" ", text).strip(" ")
    return SIGNS.sub(lambda sign: ("\\" if sign[1] else "") + sign[0], plain)
