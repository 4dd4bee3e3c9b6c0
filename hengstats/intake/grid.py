"""Holds what stands in each cell of one sheet, whatever file it came from.

The one form between the readers of files and the readers of meaning, and the bounds
that a sheet keeps to. Rows and columns count from 0 here, and from 1 in every message.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

Value = str | float | int | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
Place = tuple[int, int]  # row, column
Area = tuple[int, int, int, int]  # top, left, bottom, right; all inclusive

UNPACKED = 48 * 2**20  # bytes of a text file, or of all members of a workbook
ROWS = 200_000  # of data in a sheet
LINES = ROWS + 1  # with the head
COLUMNS = 512
CELLS = 2_000_000  # of a text or a Parquet table
TEXT = 1000  # characters of a cell; no head, name, year or figure is half as long


@dataclass(slots=True, kw_only=True)
class Grid:
    """One visible sheet.

    Attributes
    ----------
    file, sheet : str
        Name of the file; of the sheet, empty for CSV and Parquet.
    rows : list of list
        Values from the first row and column on; a row may be shorter than others. A
        cell of a CSV is always text; a blank one is "" there and None in a workbook.
    merged : list of Area
        Merged cells; the value stands at the top left, the others are None.
    hidden_rows, hidden_columns : set of int
        Rows and columns that the workbook does not show.
    no_value : set of Place
        Formulas without a stored result.
    errors : dict
        Place to error, such as "#REF!".
    void : set of Place
        Cells whose text is struck through, or not shown for their format.
    styles : list of sequences
        For each row an index into `formats` per column; empty where there are none.
    formats : list of str
        Number formats, such as "0.00%" or "yyyy"; the first is "General".
    delimiter : str
        Between the fields of a text; empty for others.
    """

    file: str
    sheet: str = ""
    rows: list[list[Value]]
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    no_value: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    void: set[Place] = field(default_factory=set)
    styles: list[Sequence[int]] = field(default_factory=list)
    formats: list[str] = field(default_factory=lambda: ["General"])
    delimiter: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether any cell has no value, or one that may not count."""
        return bool(self.errors or self.no_value or self.void)

    def value(self, row: int, column: int) -> Value:
        """Return what stands in a cell; None outside the sheet."""
        line = self.rows[row] if row < len(self.rows) else []
        return line[column] if column < len(line) else None

    def format(self, row: int, column: int) -> str:
        """Return the number format of a cell."""
        line = self.styles[row] if row < len(self.styles) else b""
        return self.formats[line[column] if column < len(line) else 0]


def letter(column: int) -> str:
    """Return the letters of a column: A for 0, AA for 26.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name
