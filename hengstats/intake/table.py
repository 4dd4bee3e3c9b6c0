"""Holds what is known of a table once its head is read, and shows its cells as text."""

import datetime as dt
import re
from dataclasses import dataclass

from hengstats.errors import Fault
from hengstats.intake.grid import Grid, Value, letter
from hengstats.intake.heads import Head, normal
from hengstats.intake.numberformats import shown_whole
from hengstats.intake.result import Refusal, refuse
from hengstats.intake.years import read_year

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?")
_YEARS = range(1900, 2200)  # that a number in a head may be, as its format shows it
_SAMPLE = 500  # rows that tell what a column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where the head of a table stands, and what it says."""

    grid: Grid
    top: int  # its first row, from 0
    bottom: int  # its last row
    first: int  # the first row below it that can hold figures
    labels: dict[int, str]  # column to the head as written, in one line
    heads: dict[int, Head]  # column to what the head says
    sure: bool = True  # False if only one column has a known head

    def label(self, column: int) -> str:
        """Return the head of a column, or its letter."""
        return self.labels.get(column) or letter(column)

    def at(self, refusal: Refusal, column: int | str) -> Fault:
        """Return the fault of the head of a column, or of one that is not there."""
        name = column if isinstance(column, str) else self.label(column)
        return refusal.on(self.grid, self.bottom, name)

    def fault(self, key: str, column: int | str, **blanks: object) -> Fault:
        """Return the fault that "section.key" of `messages.toml` describes."""
        return self.at(refuse(key, **blanks), column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of figures."""

    index: int  # where it stands, from 0
    measure: str  # a key of `result.COLUMNS`
    head: str  # as the sheet writes it
    unit: str | None = None  # as the head words it, then a key of `vocabulary.UNITS`
    year: int | None = None  # of every figure in it, where years stand across
    units: int | None = None  # the column that states the unit row by row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A table that can be read, with the faults of its head."""

    position: Position
    figures: tuple[Column, ...] = ()
    sums: tuple[Column, ...] = ()  # that sum the years across, row by row: 合计
    year: int | None = None  # its column; None where years stand across
    building: int | None = None  # its column
    sheet_year: int | None = None  # of the sheet's name, where no column has years
    head_year: int | None = None  # of the heads, where a column has years: they agree
    measures: int | None = None  # the column that names the measure of each row
    rows: tuple[int, ...] | None = None  # where it has only some of those below
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def grid(self) -> Grid:
        """The sheet that the table stands in."""
        return self.position.grid


def show(value: Value) -> str:
    """Return the text of a cell on one line: 2016 for 2016.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"\s+", " ", str(value)).strip()


def head_text(grid: Grid, row: int, column: int) -> str:
    """Return the text of a cell of a head; the year of a date that shows one."""
    value = grid.value(row, column)
    try:
        if isinstance(value, dt.date):
            return f"{read_year(value, grid.format(row, column), '')}年"
        if isinstance(value, int | float) and value in _YEARS:
            return shown_whole(value, grid.format(row, column))
    except Refusal:
        return f"{value}?"
    return show(value)


def texts(grid: Grid, row: int) -> dict[int, str]:
    """Return the cells of a row that are not blank."""
    line = grid.rows[row] if row < len(grid.rows) else []
    shown = {column: head_text(grid, row, column) for column in range(len(line))}
    return {column: text for column, text in shown.items() if text}


def is_number(text: str) -> bool:
    """Return whether a text is a plain number."""
    return bool(_NUMBER.fullmatch(normal(text)))


def sample(position: Position, column: int) -> list[str]:
    """Return the first texts below the head of a column."""
    grid, first = position.grid, position.first
    rows = range(first, min(first + _SAMPLE, len(grid.rows)))
    return [text for row in rows if (text := show(grid.value(row, column)))]


def fill_down(grid: Grid, column: int | None, first: int) -> dict[int, Value]:
    """Return the values that merged cells of a column hand to the rows below.

    A year or a building is filled down; a figure is not: nobody can say whether it
    belongs to each of the rows or to all of them together.
    """
    filled: dict[int, Value] = {}
    for top, left, bottom, right in grid.merged:
        if column in range(left, right + 1) and bottom > top >= first:
            value = grid.value(top, left)
            below = range(top + 1, min(bottom + 1, len(grid.rows)))
            filled |= dict.fromkeys(below, value)
    return filled


def broken(grid: Grid, row: int, column: int) -> Refusal | None:
    """Return why a cell has no value, or one that may not count; None if it has."""
    if shown := grid.errors.get((row, column)):
        return refuse("table.error_cell", shown=shown)
    if (row, column) in grid.void:
        return refuse("table.void")
    return refuse("table.no_value") if (row, column) in grid.no_value else None
