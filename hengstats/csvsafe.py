"""Writes text so that it stays text when a spreadsheet opens it.

Excel takes a cell that begins with = + - or @ for a formula. Such a text is written
with an apostrophe before it, and read back without; plain numbers are left alone.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the process that reads a sheet stays small without it
    import pandas as pd

_RISKY = "=+-@＝＋－＠\t\r"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


def guard(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> guard("=1+1"), guard("-0.35"), guard("恒隆广场")
    ("'=1+1", '-0.35', '恒隆广场')
    """
    risky = text.lstrip("'")[:1] in tuple(_RISKY)
    return "'" + text if risky and not _NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """Return what `guard` was given."""
    guarded = text.startswith("'") and text.lstrip("'")[:1] in tuple(_RISKY)
    return text[1:] if guarded else text


def to_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV that Excel opens: UTF-8 with BOM, LF, no formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (head, *rows):
        writer.writerow([guard("" if cell is None else str(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def from_csv(text: str) -> "pd.DataFrame":
    """Return a table of CSV as text, without the apostrophes that `to_csv` wrote."""
    import pandas as pd

    table = pd.read_csv(io.StringIO(text), dtype=object, na_filter=False)
    if not isinstance(table.index, pd.RangeIndex):  # of rows longer than the head
        raise pd.errors.ParserError("more fields than heads")
    guarded = "'" in text
    for column in table if guarded else ():
        if table[column].str.startswith("'").any():
            table[column] = table[column].map(unguard)
    return table
