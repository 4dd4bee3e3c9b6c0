"""Reads the rows of a table: year and building of each, and its figures.

Every fault of the rows is found here; one cause gives one fault. Equal cells are read
once. A column without a unit is one fault, however many cells it has.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from hengstats.errors import Fault
from hengstats.intake.cells import Reading, read_figure, refuse_text
from hengstats.intake.grid import Value
from hengstats.intake.heads import NAMES, YEAR_TEXT, normal
from hengstats.intake.layout import RowKinds, end_of_table
from hengstats.intake.names import read_name
from hengstats.intake.numberformats import GENERAL
from hengstats.intake.result import Asked, Faults, Refusal, is_money, refuse
from hengstats.intake.table import Column, Table, broken, fill_down, show
from hengstats.intake.totals import (
    is_footer,
    looks_like_group,
    looks_like_note,
    total_kind,
)
from hengstats.intake.units import read_unit
from hengstats.intake.years import read_year

Figures = tuple[Reading | None, ...]
_MOST_KEPT = 100_000  # readings of one column that are kept for equal cells
_MOST_PLACES = 9  # decimals; more are of a calculation
_COMMA = re.compile(r"\s*-?[0-9]{1,3},[0-9]{3}\s*")
_BLANKS = "\u200b\ufeff \t\u3000\xa0"


class Record(NamedTuple):
    """The figures of one row, or of one of its years where these stand across."""

    table: Table
    columns: tuple[Column, ...]  # where its figures stand
    row: int  # from 0
    year: int  # 0 for a whole row with years across
    name: str  # of the building
    figures: Figures  # a reading, or None, for each of `columns`

    def fault(self, key: str, column: str, **blanks: object) -> Fault:
        """Return a fault of this record, as `messages.toml` describes it."""
        return refuse(key, **blanks).on(self.table.grid, self.row, column)


class Total(NamedTuple):
    """A row that sums others."""

    row: int  # from 0
    after: int  # how many rows of the table stand above it
    kind: str  # `sum`, `part`, `group`, `page` or `other`; see `totals.total_kind`
    year: int | None  # beside it
    name: str  # of the building beside it, or empty
    figures: Figures


@dataclass(slots=True)
class Body:
    """The rows of one table."""

    table: Table
    records: list[Record] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    sums: list[Figures] = field(default_factory=list)  # of `table.sums`, row by row
    is_whole: bool = True  # without it totals cannot be checked: a row is not in


def read_body(table: Table, asked: Asked, faults: Faults) -> Body:
    """Return the rows of a table; what is wrong with them goes to the faults."""
    body, grid = Body(table), table.grid
    keys = _Keys(table, asked, faults)
    columns = [FigureColumn(table, column, faults) for column in table.figures]
    for measure in {column.measure for column in table.figures if table.grid.sheet}:
        own = [one for one in columns if one.measure == measure]
        places = max(one.find_places() for one in own) if is_money(measure) else 0
        for one in own:
            one.places = places
    sums = [FigureColumn(table, column, faults) for column in table.sums]
    rows: Sequence[int] = table.rows or ()
    if table.rows is None:
        rows = range(table.position.first, end_of_table(table, faults))
    _tell_merged(table, rows, faults)
    kinds, width = RowKinds(table, faults), _width(table)
    for row in rows:
        if faults.is_enough:
            break
        line = grid.rows[row]
        year, name = (keys.value(kind, row, line) for kind in ("year", "building"))
        if table.year is None:  # every row is of the year of the sheet, or of several
            year = table.sheet_year or 0
        kind, label = kinds.of(row, line, year, name)
        if kind == "end":
            break
        if kind == "skip":
            continue
        if width and len(line) != width:
            ragged = refuse("rows.ragged", found=len(line), width=width)
            faults.tell(ragged, grid, row, "")
            body.is_whole = False
        elif kind != "row":
            figures = tuple(column.read(row, line, total=True) for column in columns)
            beside = _year_beside(year, label, asked), _building_beside(name)
            body.totals.append(Total(row, len(body.records), kind, *beside, figures))
        else:
            key = keys.read(row, year, name)
            figures = tuple(column.read(row, line) for column in columns)
            if key is None:
                body.is_whole = False
                continue
            body.records.append(Record(table, table.figures, row, *key, figures))
            if sums:
                found = tuple(column.read(row, line, total=True) for column in sums)
                body.sums.append(found)
    without = (column.without_unit() for column in columns)
    faults.extend([fault for fault in without if fault][:1])
    return body


def _width(table: Table) -> int:
    """Return how many fields each row of a CSV must have; 0 for a workbook."""
    grid, position = table.grid, table.position
    head = grid.rows[position.top : position.bottom + 1]
    return 0 if grid.sheet else max(map(len, head))


def _tell_merged(table: Table, rows: Sequence[int], faults: Faults) -> None:
    """Tell each figure that stands in merged cells, but in the line of a footer."""
    grid, heads = table.grid, {column.index: column.head for column in table.figures}
    own = rows if isinstance(rows, range) else set(rows)
    for top, left, bottom, right in sorted(grid.merged):
        covered = sum(left <= column <= right for column in heads)
        several = covered * (bottom - max(top, table.position.first) + 1) > 1
        if top not in own or left not in heads or not several:
            continue
        first = next((v for v in grid.rows[top] if v not in (None, "")), None)
        footer = isinstance(first, str) and is_footer(first)
        if grid.value(top, left) not in (None, "") and not footer:
            faults.tell(refuse("rows.merged"), grid, top, heads[left])


# The keys of a row.


class _Keys:
    """Reads the year and the building of each row, equal ones once."""

    def __init__(self, table: Table, asked: Asked, faults: Faults) -> None:
        self._table, self._today, self._faults = table, asked.today, faults
        self._columns = {"year": table.year, "building": table.building}
        self._filled = {
            kind: fill_down(table.grid, column, table.position.first)
            for kind, column in self._columns.items()
        }
        self._known: dict[tuple[str, Value, str], int | str] = {}

    def value(self, kind: str, row: int, line: list[Value]) -> Value:
        """Return what stands in the cell of a key; None if it is blank."""
        column = self._columns[kind]
        if column is None:
            return None
        value = line[column] if column < len(line) else None
        if value is None or value == "":
            return self._filled[kind].get(row)
        blank = isinstance(value, str) and not value.strip(_BLANKS)
        return None if blank else value

    def read(self, row: int, year: Value, name: Value) -> tuple[Any, Any] | None:
        """Return the year and the building of a row; a fault is told, and gives None.

        A sheet of one year, or with years across, has its year in every row.
        """
        dated, named = self._table.year is not None, self._table.building is not None
        if year is None and name is None:  # one fault, not two
            return self._read("building" if named else "year", row, None)
        key = (
            self._read("year", row, year) if dated else year,
            self._read("building", row, name) if named else "",
        )
        return None if None in key else key

    def _read(self, kind: str, row: int, value: Value) -> Any:
        """Return the year or the building of a row; a fault is told, and gives None."""
        column, grid = self._columns[kind] or 0, self._table.grid
        known = kind, value, grid.format(row, column)
        try:
            if refusal := broken(grid, row, column):
                raise refusal
            if value is None:
                raise refuse("rows.no_key", name=NAMES[kind], kind=kind)
            if known not in self._known or isinstance(value, bool):  # True equals 1
                read = self._read_year if kind == "year" else _read_building
                self._known[known] = read(*known[1:])
        except Refusal as refusal:
            label = self._table.position.label(column)
            self._faults.tell(refusal, grid, row, label)
            return None
        return self._known[known]

    def _read_year(self, value: Value, style: str) -> int:
        """Return the year of a row, that of the heads where these have one."""
        year = read_year(value, style, self._today)
        if self._table.head_year not in (None, year):
            raise refuse("rows.unlike_head", year=self._table.head_year)
        return year


def _read_building(value: Value, style: str) -> str:
    """Return the name of a building, and of nothing that may be something else."""
    name = read_name(value, style)
    if looks_like_note(name):
        raise refuse("rows.note")
    if looks_like_group(name):
        raise refuse("rows.group")
    return name


def _year_beside(value: Value, label: str, asked: Asked) -> int | None:
    """Return the year that stands beside or in the label of a total."""
    found = YEAR_TEXT.findall(normal(label))
    text = found[0].strip() if len(found) == 1 else show(value)
    try:
        return read_year(text, "General", asked.today) if text else None
    except Refusal:
        return None


def _building_beside(value: Value) -> str:
    """Return the building that stands beside a total, or nothing."""
    if not isinstance(value, str) or total_kind(value):
        return ""
    try:
        return read_name(value, "General")
    except Refusal:
        return ""


# The figures of a row.


class FigureColumn:
    """Reads one column of figures."""

    def __init__(self, table: Table, column: Column, faults: Faults) -> None:
        self._table, self._column, self._faults = table, column, faults
        self._grid, self.measure = table.grid, column.measure
        self._is_money = is_money(column.measure)
        self.places = 0  # decimals that the format General leaves away
        self._known: dict[tuple[str, str | None], dict[Value, Reading | None]] = {}
        self._units: dict[Value, str] = {}
        self._filled = fill_down(table.grid, column.units, 0)
        self._unitless: int | None = None  # the first row of tax without a unit
        self._stated = False  # whether any cell stated a unit

    def read(
        self, row: int, line: list[Value], *, total: bool = False
    ) -> Reading | None:
        """Return the figure of a row; a fault is told, and gives None."""
        grid, index = self._grid, self._column.index
        if grid.is_broken and (refusal := broken(grid, row, index)):
            if not total or refusal.code != "formula_no_value":
                self._tell(refusal, row)
            return None
        value = line[index] if index < len(line) else None
        if value is None or value == "":
            return None
        unit = self._column.unit
        if self._column.units is not None:
            stated = self._unit_of(row, line)
            if stated == "":
                return None
            unit = stated or unit
        style = grid.format(row, index) if grid.styles else "General"
        known = self._known.setdefault((style, unit), {})
        if value in known and type(value) is not bool:  # True equals 1
            return known[value]
        try:
            if (
                self._is_money
                and grid.delimiter == ";"
                and _COMMA.fullmatch(str(value))
            ):
                raise refuse_text(str(value))  # of thousands, or of decimals
            reading = read_figure(value, style, self.measure, unit, self.places)
        except Refusal as refusal:
            if refusal.code != "unit_missing":
                self._tell(refusal, row)
            elif self._unitless is None:
                self._unitless = row
            return None
        self._stated = self._stated or reading is not None
        if len(known) < _MOST_KEPT:
            known[value] = reading
        return reading

    def find_places(self) -> int:
        """Return the decimals of the most precise number in the format General."""
        index, grid, most = self._column.index, self._grid, 0
        for row in range(self._table.position.first, len(grid.rows)):
            value = grid.value(row, index)
            if isinstance(value, float) and isfinite(value):
                if grid.format(row, index) in GENERAL:
                    shown = Decimal(f"{value:.15g}").normalize().as_tuple().exponent
                    most = max(most, -int(shown))
        return min(most, _MOST_PLACES)

    def _unit_of(self, row: int, line: list[Value]) -> str | None:
        """Return the unit that the unit column states, None if it is blank.

        A fault is told once, and gives an empty text.
        """
        index = self._column.units or 0
        value = line[index] if index < len(line) else None
        if value in (None, ""):
            value = self._filled.get(row)
        if value in (None, ""):
            return None
        if value not in self._units:
            try:
                self._units[value] = read_unit(show(value), self.measure)
            except Refusal as refusal:
                self._units[value] = ""
                label = f"{self._column.head}（单位）"
                self._faults.tell(refusal, self._grid, row, label)
        return self._units[value]

    def _tell(self, refusal: Refusal, row: int) -> None:
        """Tell what is wrong in the cell of a row."""
        self._faults.tell(refusal, self._grid, row, self._column.head)

    def without_unit(self) -> Fault | None:
        """Return the one fault of a column of tax without a unit."""
        if self._unitless is None:
            return None
        head, grid = self._column.head, self._grid
        if self._stated:
            return refuse("rows.unit_of_cell").on(grid, self._unitless, head)
        return refuse("rows.unit_of_head").on(grid, self._table.position.bottom, head)
