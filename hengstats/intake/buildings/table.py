"""What is known of a table once its head is read, and before its rows are?"""

from dataclasses import dataclass

from hengstats.errors import Fault, place_fault
from hengstats.intake.buildings.layout import Place
from hengstats.intake.grid import Grid, letter
from hengstats.intake.result import Refusal

NAMES = {
    "year": "年份",
    "building": "楼宇",
    "tax": "税收",
    "members": "党员数",
    "branches": "支部数",
    "enterprises": "企业数",
    "events": "活动场次",
    "attendances": "参与人次",
    "participants": "参与人数",
    "unit": "单位",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of figures.

    Attributes
    ----------
    index : int
        Where it stands, from 0.
    measure : str
        A key of `result.COLUMNS`.
    head : str
        As the sheet writes it.
    unit : str or None
        A key of `vocabulary.UNITS`; None where neither head nor note states one.
    year : int or None
        The year of every figure in it, in a table of years across.
    units : int or None
        The column that states the unit row by row.
    """

    index: int
    measure: str
    head: str
    unit: str | None = None
    year: int | None = None
    units: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that can be read, with the faults of its head.

    Attributes
    ----------
    figures : tuple of Column
    sums : tuple of Column
        Columns that sum the years across, row by row: 合计.
    year, building : int or None
        The columns of the keys; `year` is None where years stand across or the
        sheet is named after one, and either where it is missing.
    sheet_year : int or None
        The year that the sheet is named after, where no column has one.
    measures : int or None
        The column that names the measure of each row, where years stand across.
    rows : tuple of int or None
        Its rows, from 0, where it has only some of those below the head.
    head_year : int or None
        The one year in its heads, where a column has years too: both must agree.
    """

    grid: Grid
    place: Place
    figures: tuple[Column, ...] = ()
    sums: tuple[Column, ...] = ()
    year: int | None = None
    building: int | None = None
    measures: int | None = None
    rows: tuple[int, ...] | None = None
    sheet_year: int | None = None
    head_year: int | None = None
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the head of one table stands, for its faults."""

    grid: Grid
    place: Place

    def label(self, column: int) -> str:
        """Return the head of a column, or its letter."""
        return self.place.labels.get(column) or letter(column)

    def fault(
        self, code: str, column: str, found: str, mend: str, english: str
    ) -> Fault:
        """Return a fault of the head."""
        return place_fault(
            code,
            found,
            mend,
            english,
            file=self.grid.file,
            sheet=self.grid.sheet,
            row=self.place.bottom + 1,
            column=column,
        )

    def told(self, refusal: Refusal, column: int) -> Fault:
        """Return the fault of one head that cannot be read."""
        grid = self.grid
        row = self.place.bottom + 1
        return refusal.at(grid.file, grid.sheet, row, self.label(column))

    def person(self, column: int) -> Fault:
        """Return the fault of a column about persons."""
        return self.fault(
            "individual_level_column",
            self.label(column),
            "这一栏写的是个人，楼宇表里不收个人信息",
            "先删去这一栏，只留按楼宇和年份汇总的数",
            "a column about persons; a table of buildings takes none, delete it",
        )
