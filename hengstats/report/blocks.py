"""How do text, tables and figures become one numbered Markdown document?"""

import re
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.indicators import round_out
from hengstats.vocabulary import say

SIGNS = re.compile(r"(?<=\w)[.,+-](?=\w)|([!-/:-@\[-`{-~])")
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
    """

    key: str
    caption: str
    frame: pd.DataFrame
    widths: tuple[int, ...]
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
    return "\n\n".join(written) + "\n"


def show_number(
    number: float, unit: str, lang: str, *, side: str = "", digits: int = 2
) -> str:
    """Return a number as it is read: percent for a fraction, an open end in words.

    `side` is `lower` or `upper` for a bound, which is rounded outwards.
    """
    if pd.isna(number):
        return "—"
    if np.isinf(number):
        return say("report", "open", lang)
    scaled, sign = (100 * number, "%") if unit == "fraction" else (number, "")
    if side:
        scaled = round_out(scaled, digits, up=side == "upper")
    text = f"{scaled:,.{digits}f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return plain.replace("-", "−") + sign


def show_box(row: dict, unit: str, lang: str) -> str:
    """Return lower and upper end as one text, as narrow as the figure allows."""
    if pd.isna(row["lower"]) and pd.isna(row["upper"]):
        return "—"
    if row["lower"] == row["upper"]:
        return show_number(row["lower"], unit, lang)
    ends = [abs(row[end]) for end in ("lower", "upper") if np.isfinite(row[end])]
    digits = 3 if max(ends, default=0) < 100 and unit != "fraction" else 2
    low = show_number(row["lower"], unit, lang, side="lower", digits=digits)
    if np.isinf(row["upper"]):
        return say("report", "from_on", lang, low=low)
    high = show_number(row["upper"], unit, lang, side="upper", digits=digits)
    return f"{low} … {high}"


def small(text: str) -> str:
    """Return a text as a paragraph in small type."""
    style = '{custom-style="Table Note" typst:text:size="8.5pt"}'
    return f"::: {style}\n{escape(text)}\n:::"


def _write_table(table: Table, caption: str) -> str:
    """Return a Markdown pipe table whose dashes set the widths of the columns."""
    rows = [list(table.frame.columns), *table.frame.to_numpy().tolist()]
    lines = ["| " + " | ".join(escape(str(c)) for c in row) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * max(3, width) for width in table.widths) + "|")
    text = f"Table: {escape(caption)}\n\n" + "\n".join(lines)
    return f"{text}\n\n{small(table.note)}" if table.note else text


def escape(text: str) -> str:
    """Return a text in which nothing is taken for Markdown.

    Pandoc takes any sign of ASCII after a backslash for itself; one within a word or
    number, as in 26.3, means nothing anyway.
    """
    plain = BLANKS.sub(" ", text).strip(" ")
    return SIGNS.sub(lambda sign: ("\\" if sign[1] else "") + sign[0], plain)
