"""Every record of a file, from all its sheets, in little room.

A file may hold 1.4 million figures; they are kept as readings side by side, and become
`Cell` one at a time, when somebody looks at them.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import overload

from hengstats.errors import Fault, place_fault
from hengstats.intake.buildings.rows import Body
from hengstats.intake.buildings.table import Column, Table
from hengstats.intake.cells import Reading
from hengstats.intake.result import Cell


@dataclass(frozen=True, slots=True)
class Shape:
    """What the figures of a record are: the columns they stand in, and the sheet."""

    table: Table
    columns: tuple[Column, ...]


@dataclass(slots=True)
class Records:
    """Every record of a file, side by side in lists to save room.

    Attributes
    ----------
    years, names, rows, shapes, figures : list
        Of each record the year, the building, the row from 0, the columns, and a
        reading for each of these.
    """

    years: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    figures: list[tuple[Reading | None, ...]] = field(default_factory=list)

    def add_body(self, body: Body) -> None:
        """Add the rows of a table; one with years across gives a record per year."""
        across = sorted({c.year for c in body.table.figures if c.year is not None})
        if not across:
            shape = Shape(body.table, body.table.figures)
            self.years += [year or 0 for year in body.years]
            self.names += body.names
            self.rows += body.rows
            self.shapes += [shape] * len(body.rows)
            self.figures += body.figures
            return
        places = [
            [i for i, column in enumerate(body.table.figures) if column.year == year]
            for year in across
        ]
        shapes = [
            Shape(body.table, tuple(body.table.figures[i] for i in own))
            for own in places
        ]
        for row, name, figures in zip(body.rows, body.names, body.figures, strict=True):
            for year, own, shape in zip(across, places, shapes, strict=True):
                self.years.append(year)
                self.names.append(name)
                self.rows.append(row)
                self.shapes.append(shape)
                self.figures.append(tuple(figures[i] for i in own))

    def order(self) -> list[int]:
        """Return the records by building and year."""
        names, years = self.names, self.years
        return sorted(range(len(years)), key=lambda i: (names[i], years[i]))

    def fault(
        self, i: int, code: str, column: str, found: str, mend: str, english: str
    ) -> Fault:
        """Return a fault of one record."""
        grid = self.shapes[i].table.grid
        row = self.rows[i] + 1
        told = (code, found, mend, english)
        return place_fault(
            *told, file=grid.file, sheet=grid.sheet, row=row, column=column
        )


class Cells(Sequence[Cell]):
    """The figures of a file in the order of its sheets, made when looked at."""

    def __init__(self, records: Records) -> None:
        self._records = records
        counts = (len(f) - f.count(None) for f in records.figures)
        self._starts = array("L", accumulate(counts, initial=0))

    def __len__(self) -> int:
        """Return how many figures there are."""
        return self._starts[-1]

    @overload
    def __getitem__(self, place: int) -> Cell: ...
    @overload
    def __getitem__(self, place: slice) -> "tuple[Cell, ...]": ...
    def __getitem__(self, place: int | slice) -> "Cell | tuple[Cell, ...]":
        """Return one figure, or several."""
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step != 1:
                return tuple(self[i] for i in range(start, stop, step))
            return tuple(self._between(start, stop))
        at = range(len(self))[place]
        return next(self._between(at, at + 1))

    def __iter__(self) -> Iterator[Cell]:
        """Return the figures one after another."""
        return self._between(0, len(self))

    def _between(self, start: int, stop: int) -> Iterator[Cell]:
        """Return the figures from one place up to another."""
        i = bisect_right(self._starts, start) - 1
        while i < len(self._records.years) and self._starts[i] < stop:
            cells = self._of_record(i)
            yield from cells[max(start - self._starts[i], 0) : stop - self._starts[i]]
            i += 1

    def _of_record(self, i: int) -> list[Cell]:
        """Return the figures of one record."""
        records = self._records
        year, name, row = records.years[i], records.names[i], records.rows[i] + 1
        shape = records.shapes[i]
        return [
            Cell(
                year=year,
                building=name,
                column=column.measure,
                printed=reading.printed,
                unit=reading.unit,
                number=reading.number,
                qualifier=reading.qualifier,
                flag=reading.flag,
                lower=reading.lower,
                upper=reading.upper,
                sheet=shape.table.grid.sheet,
                row=row,
                head=column.head,
            )
            for column, reading in zip(shape.columns, records.figures[i], strict=True)
            if reading is not None
        ]
