"""Which year and building does each row of a table stand for, and what does it say?

Every fault of the rows is found here; one cause gives one fault.
"""

from dataclasses import dataclass, field

from hengstats.intake.cells import Reading
from hengstats.intake.figurecells import (
    FORMULA,
    MERGED,
    FigureColumn,
    error_cell,
)
from hengstats.intake.grid import Value, letter
from hengstats.intake.heads import YEAR_TEXT, fold
from hengstats.intake.labels import is_footer, total_kind
from hengstats.intake.layout import show
from hengstats.intake.merges import fill_down, merged_figures
from hengstats.intake.names import read_name
from hengstats.intake.result import Asked, Refusal
from hengstats.intake.stray import Stray, end_of_table
from hengstats.intake.table import NAMES, Table
from hengstats.intake.tally import Tally
from hengstats.intake.years import read_year

Figures = tuple[Reading | None, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A row that sums others.

    Attributes
    ----------
    row : int
        From 0.
    after : int
        How many rows of the table stand above it.
    kind : str
        `sum`, `group` or `other`; see `labels.total_kind`.
    year : int or None
        The year beside it.
    name : str
        The building beside it, or empty.
    figures : tuple
        As in a row of the table.
    """

    row: int
    after: int
    kind: str
    year: int | None
    name: str
    figures: Figures


@dataclass(slots=True)
class Body:
    """The rows of one table, side by side in lists to save room.

    Attributes
    ----------
    table : Table
    rows, years, names, figures : list
        For each row of the table its place from 0, its year (None where years stand
        across), its building, and a reading for each of `table.figures`.
    totals : list of Total
    sums : list
        For each row a reading for each of `table.sums`.
    """

    table: Table
    rows: list[int] = field(default_factory=list)
    years: list[int | None] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    sums: list[Figures] = field(default_factory=list)


def read_body(table: Table, asked: Asked, tally: Tally) -> Body:
    """Return the rows of a table; faults go to the tally."""
    body, keys = Body(table), _Keys(table, asked, tally)
    columns = [FigureColumn(table.grid, column, tally) for column in table.figures]
    sums = [FigureColumn(table.grid, column, tally) for column in table.sums]
    stray = Stray(table)
    end = end_of_table(table, tally)
    _tell_merged(table, end, tally)
    width = _width(table)
    for row in range(table.place.first, end):
        line = table.grid.rows[row]
        if stray.is_blank(line):
            continue
        year, name = keys.of(row, line)
        first = next(value for value in line if value is not None and value != "")
        kind, label = _total(first, year, name)
        if not kind and (year is None or name is None or stray.doubtful(row, first)):
            verdict = stray.judge(row, line, tally)
            if verdict == "end":
                break
            if verdict == "skip":
                continue
        stray.settle()
        if width and len(line) != width:
            keys.tell(_ragged(len(line), width), row, "")
            continue
        if kind:
            figures = tuple(column.read(row, line, total=True) for column in columns)
            year_beside = keys.year_beside(year, label)
            building = name if isinstance(name, str) and not total_kind(name) else ""
            after = len(body.rows)
            body.totals.append(Total(row, after, kind, year_beside, building, figures))
            continue
        key = keys.read(row, year, name)
        figures = tuple(column.read(row, line) for column in columns)
        if key:
            body.rows.append(row)
            body.years.append(key[0])
            body.names.append(key[1])
            body.figures.append(figures)
            if sums:
                told = (column.read(row, line, total=True) for column in sums)
                body.sums.append(tuple(told))
    missing = (column.unit_fault(table.place.bottom) for column in columns)
    tally.extend([fault for fault in missing if fault][:1])
    return body


def _total(first: Value, year: Value, name: Value) -> tuple[str, str]:
    """Return the kind of total that a row is, and the label that says so."""
    for label in (name, year, first):
        if isinstance(label, str) and (kind := total_kind(label)):
            return kind, label
    return "", ""


def _width(table: Table) -> int:
    """Return how many fields each row of a CSV must have; 0 for a workbook."""
    if table.grid.sheet:
        return 0
    rows = range(table.place.top, table.place.bottom + 1)
    return max(len(table.grid.rows[row]) for row in rows)


def _tell_merged(table: Table, end: int, tally: Tally) -> None:
    """Tell each figure that stands in merged cells."""
    grid, heads = table.grid, {c.index: c.head for c in table.figures}
    for row, column in merged_figures(grid, list(heads), table.place.first):
        if row < end and not _is_label_row(table, row):
            tally.tell(MERGED, grid.file, grid.sheet, row + 1, heads[column])


def _is_label_row(table: Table, row: int) -> bool:
    """Return whether a row begins with the label of a footer."""
    first = next((v for v in table.grid.rows[row] if v not in (None, "")), None)
    return isinstance(first, str) and is_footer(first)


def _ragged(found: int, width: int) -> Refusal:
    """Return the refusal of a row of a CSV with too many or too few fields."""
    return Refusal(
        "ragged_row",
        f"这一行有 {found} 个字段，表头有 {width} 个",
        "核对逗号和引号；含逗号的数字或名称要加引号",
        f"the row has {found} fields, the head {width}; check commas and quotes",
    )


def _unlike(year: int | None) -> Refusal:
    """Return the refusal of a year that is not the one in the heads."""
    return Refusal(
        "invalid_year",
        f"表头里写的是 {year} 年，这一行写的是另一年",
        "核对年份，只留一处",
        f"the heads say {year}, this row another year; correct one of them",
    )


class _Keys:
    """Reads the year and the building of each row, equal ones once."""

    def __init__(self, table: Table, asked: Asked, tally: Tally) -> None:
        self._table, self._today, self._tally = table, asked.today, tally
        self._grid, self._first = table.grid, table.place.first
        self._filled = {
            column: fill_down(table.grid, column, self._first)
            for column in (table.year, table.building)
            if column is not None
        }
        self._names: dict[str, str] = {}
        self._years: dict[tuple[Value, str], int] = {}

    def of(self, row: int, line: list[Value]) -> tuple[Value, Value]:
        """Return what stands in the cells of year and building; None if blank.

        A sheet of one year, or with years across, has its year in every row.
        """
        year = self._value(row, line, self._table.year)
        if self._table.year is None:
            year = self._table.sheet_year or 0
        return year, self._value(row, line, self._table.building)

    def _value(self, row: int, line: list[Value], column: int | None) -> Value:
        """Return the value of a key, filled down where its cells are merged."""
        if column is None:
            return None
        value = line[column] if column < len(line) else None
        if value is None or value == "":
            filled = self._filled[column]
            return filled.get(row) if filled else None
        if isinstance(value, str) and not value.strip("\u200b\ufeff \t\u3000\xa0"):
            return None
        return value

    def read(self, row: int, year: Value, name: Value) -> tuple[int | None, str] | None:
        """Return the key of a row; a fault is told, and gives None."""
        told = len(self._tally.kept) + self._tally.more
        table = self._table
        read_year_of = table.year is not None
        if year is None and name is None:
            self._blank(row, "building" if table.building is not None else "year")
            return None
        number = self._year(row, year) if read_year_of else table.sheet_year
        building = self._name(row, name) if table.building is not None else ""
        if len(self._tally.kept) + self._tally.more > told or building is None:
            return None
        return number, building

    def _year(self, row: int, value: Value) -> int | None:
        """Return the year of a row."""
        column = self._table.year or 0
        if self._broken(row, column, "year"):
            return None
        if value is None:
            self._blank(row, "year")
            return None
        style = self._grid.format(row, column)
        known = (value, style)
        if known in self._years and type(value) is not bool:
            return self._years[known]
        try:
            year = read_year(value, style, self._today)
        except Refusal as told:
            self.tell(told, row, self._label("year"))
            return None
        if self._table.head_year not in (None, year):
            self.tell(_unlike(self._table.head_year), row, self._label("year"))
            return None
        self._years[known] = year
        return year

    def _name(self, row: int, value: Value) -> str | None:
        """Return the building of a row."""
        if self._broken(row, self._table.building or 0, "building"):
            return None
        if value is None:
            self._blank(row, "building")
            return None
        if isinstance(value, str) and value in self._names:
            return self._names[value]
        try:
            name = read_name(value, self._grid.format(row, self._table.building or 0))
        except Refusal as told:
            self.tell(told, row, self._label("building"))
            return None
        if isinstance(value, str):
            self._names[value] = name
        return name

    def _broken(self, row: int, column: int, kind: str) -> bool:
        """Return whether a key is an error or a formula without result, and tell it."""
        grid = self._grid
        if (row, column) in grid.errors:
            self.tell(error_cell(grid.errors[row, column]), row, self._label(kind))
        elif (row, column) in grid.no_value:
            self.tell(FORMULA, row, self._label(kind))
        else:
            return False
        return True

    def _label(self, kind: str) -> str:
        """Return the head of a key as written, or its letter."""
        column = self._table.year if kind == "year" else self._table.building
        if column is None:
            return NAMES[kind]
        return self._table.place.labels.get(column) or letter(column)

    def _blank(self, row: int, kind: str) -> None:
        """Tell a blank key."""
        told = Refusal(
            "missing_key",
            f"这一行没有写{NAMES[kind]}",
            f"写上{NAMES[kind]}；同上的也要逐行写，工作簿里合并的格子除外",
            f"the row has no {kind}; write it in each row",
        )
        self.tell(told, row, self._label(kind))

    def tell(self, refusal: Refusal, row: int, column: str) -> None:
        """Tell what is wrong in a row."""
        grid = self._grid
        self._tally.tell(refusal, grid.file, grid.sheet, row + 1, column)

    def year_beside(self, value: Value, label: str) -> int | None:
        """Return the year that stands beside or in the label of a total."""
        found = YEAR_TEXT.findall(fold(label))
        text = found[0].strip() if len(found) == 1 else show(value)
        try:
            return read_year(text, "General", self._today) if text else None
        except Refusal:
            return None
