"""Which year and which building does each row of a table stand for?"""

from hengstats.intake.buildings.figurecells import FORMULA, error_cell
from hengstats.intake.buildings.heads import YEAR_TEXT
from hengstats.intake.buildings.headwords import fold
from hengstats.intake.buildings.labels import total_kind
from hengstats.intake.buildings.layout import show
from hengstats.intake.buildings.merges import fill_down
from hengstats.intake.buildings.table import NAMES, Table
from hengstats.intake.buildings.tally import Tally
from hengstats.intake.grid import Value, letter
from hengstats.intake.names import read_name
from hengstats.intake.result import Asked, Refusal
from hengstats.intake.years import read_year


def _unlike(year: int | None) -> Refusal:
    """Return the refusal of a year that is not the one in the heads."""
    return Refusal(
        "invalid_year",
        f"表头里写的是 {year} 年，这一行写的是另一年",
        "核对年份，只留一处",
        f"the heads say {year}, this row another year; correct one of them",
    )


class Keys:
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

    def building_beside(self, value: Value) -> str:
        """Return the building that stands beside a total, or nothing."""
        if not isinstance(value, str) or total_kind(value):
            return ""
        try:
            return self._names.get(value) or read_name(value, "General")
        except Refusal:
            return ""
