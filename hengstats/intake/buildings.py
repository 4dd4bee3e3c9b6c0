"""Reads what the sheets of a file say about buildings and years, if it may come in.

A file may hold 1.4 million figures: they are kept as readings, row by row, and become a
`Cell` each when somebody looks at them.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import cast, overload

from hengstats.errors import Fault
from hengstats.intake.cells import Reading, refuse_unlikely
from hengstats.intake.columns import read_columns
from hengstats.intake.grid import Grid
from hengstats.intake.heads import NAMES, normal, own_measures
from hengstats.intake.layout import find_head
from hengstats.intake.measurerows import by_measure
from hengstats.intake.names import similar
from hengstats.intake.result import COLUMNS, Asked, Cell, Faults, Outcome, refuse
from hengstats.intake.rows import Body, Record, read_body
from hengstats.intake.sums import sum_faults, total_faults, unnamed_totals
from hengstats.intake.table import Column, Table, is_number, show
from hengstats.vocabulary import convert

JUMP = 1000  # times the year before: a change of unit until somebody says otherwise
LARGE, LEAST_LARGE = 5, 20  # times the year before, and the larger of both: told
_SHOWN = 10  # hidden rows that are named
_ZERO = Decimal(0)
_SUMMARY = re.compile("汇总|匯總|彙總|合计|合計|总计|總計|总表|總表|summary|total")


def check_buildings(grids: list[Grid], asked: Asked) -> Outcome:
    """Return the figures of a building_year file, or every reason why not.

    Parameters
    ----------
    grids : list of Grid
        The visible sheets of one file, in order.
    asked : Asked

    Returns
    -------
    Outcome
        Without rows and cells if there are errors.
    """
    with own_measures(asked.measures):
        return _check(grids, asked)


def _check(grids: list[Grid], asked: Asked) -> Outcome:
    """Return the figures of a file or the reasons, all its columns being known."""
    errors, warnings = Faults(), Faults()
    tables = _tables(grids, asked, errors)
    lacking = _without_tax(tables)
    bodies = []
    for table in tables:
        errors.extend(f for f in table.errors if not (table in lacking and _is_tax(f)))
        warnings.extend(table.warnings)
        if not _names_persons(table):
            bodies.append(read_body(table, asked, errors))
            hidden = _hidden(bodies[-1])
            warnings.extend(fault for fault in hidden if fault not in warnings.kept)
    for body in bodies:
        if body.is_whole and not body.table.errors:
            errors.extend(total_faults(body))
            errors.extend(sum_faults(body))
            errors.extend(unnamed_totals(body))
    records: list[Record] = []
    if not any(table.errors and table not in lacking for table in tables):
        records = [record for body in bodies for record in _records(body)]
        in_order = sorted(records, key=lambda record: (record.name, record.year))
        errors.extend(_duplicates(in_order))
        errors.extend(_jumps(in_order))
        errors.extend(_unlikely(records))
    if tables and not errors.kept and not records:
        position = tables[0].position
        errors.add(refuse("buildings.no_rows").on(position.grid, position.bottom))
    if errors.kept:
        return Outcome(warnings=warnings.all(), errors=errors.all())
    warnings.extend(_large_changes(in_order))
    warnings.extend(_missing_years(records))
    for one, other in similar(record.name for record in records):
        names = refuse("buildings.similar", one=one, other=other)
        warnings.add(names.at(records[0].table.grid.file))
    return Outcome(
        rows=tuple(dict.fromkeys((record.year, record.name) for record in records)),
        cells=Cells(records),
        warnings=warnings.all(),
    )


# The tables of the sheets.


def _tables(grids: list[Grid], asked: Asked, errors: Faults) -> list[Table]:
    """Return the tables of the sheets; a cover or an empty sheet has none."""
    positions = [find_head(grid) for grid in grids]
    sure = any(position and position.sure for position in positions)
    tables: list[Table] = []
    headless = []
    for grid, position in zip(grids, positions, strict=True):
        if position and (position.sure or not sure):
            table = read_columns(position, asked)
            column = table.measures
            tables += [table] if column is None else by_measure(table, column, asked)
        elif (first := _first_row(grid)) is not None:
            headless.append((grid, first))
    if any(not table.errors for table in tables):
        tables = [table for table in tables if not _is_aside(table)]
    for grid, first in headless:
        if not tables or _holds_figures(grid):
            errors.add(refuse("buildings.no_head").on(grid, first))
    if not tables and not headless:
        errors.add(refuse("buildings.empty").at(grids[0].file if grids else ""))
    return tables


def _is_aside(table: Table) -> bool:
    """Return whether a sheet holds no figures, or only sums without buildings.

    A list of terms has heads and no numbers; a sheet named 汇总 has no buildings.
    """
    if not table.errors or _names_persons(table):
        return False
    lines = table.grid.rows[table.position.first :]
    numbers = any(is_number(show(value)) for line in lines for value in line)
    summed = table.building is None and _SUMMARY.search(normal(table.grid.sheet))
    return bool(summed) or not numbers


def _names_persons(table: Table) -> bool:
    """Return whether a column of a table is about persons."""
    return any(fault.code == "individual_level_column" for fault in table.errors)


def _first_row(grid: Grid) -> int | None:
    """Return the first row that has something in it."""
    rows = enumerate(grid.rows)
    return next((at for at, line in rows if any(show(value) for value in line)), None)


def _holds_figures(grid: Grid) -> bool:
    """Return whether a sheet without a head has rows of numbers, and is no cover."""
    numbers = (sum(is_number(show(v)) for v in line) for line in grid.rows[:1000])
    return sum(count >= 2 for count in numbers) >= 2


def _without_tax(tables: list[Table]) -> list[Table]:
    """Return the tables that lack nothing but tax, where others give only tax.

    A workbook may have a sheet for each measure; sheets of single years may not.
    """
    with_tax = [t for t in tables if any(c.measure == "tax" for c in t.figures)]
    others = [
        table
        for table in tables
        if table not in with_tax and table.figures and all(map(_is_tax, table.errors))
    ]
    given = {c.measure for table in with_tax for c in table.figures}
    doubled = any(c.measure in given for table in others for c in table.figures)
    of_years = any(table.sheet_year for table in with_tax + others)
    return others if with_tax and not doubled and not of_years else []


def _is_tax(fault: Fault) -> bool:
    """Return whether a fault says that there is no column of tax."""
    return fault.code == "missing_column" and fault.column == NAMES["tax"]


def _hidden(body: Body) -> Iterator[Fault]:
    """Return the warnings of hidden rows and columns whose figures are kept."""
    table, grid = body.table, body.table.grid
    rows = [record.row for record in body.records if record.row in grid.hidden_rows]
    used = {column.index for column in table.figures} | {table.year, table.building}
    columns = sorted(column for column in grid.hidden_columns if column in used)
    if rows:
        shown = "、".join(str(row + 1) for row in rows[:_SHOWN])
        more = "……" if len(rows) > _SHOWN else ""
        told = refuse("buildings.hidden_rows", count=len(rows), shown=shown + more)
        yield told.on(grid, rows[0])
    if columns:
        labels = list(map(table.position.label, columns))
        told = refuse("buildings.hidden_columns", shown="、".join(labels))
        yield told.at(grid.file, grid.sheet, column=labels[0])


# The records of a file, building by building.


def _records(body: Body) -> list[Record]:
    """Return a record for each row; where years stand across, for each year of it."""
    columns = body.table.figures
    years = sorted({column.year for column in columns if column.year is not None})
    if not years:
        return body.records
    places = [
        (year, [i for i, column in enumerate(columns) if column.year == year])
        for year in years
    ]
    shapes = [(year, own, tuple(columns[i] for i in own)) for year, own in places]
    return [
        Record(table, shape, row, year, name, tuple(figures[i] for i in own))
        for table, _, row, _, name, figures in body.records
        for year, own, shape in shapes
    ]


def _duplicates(records: list[Record]) -> Iterator[Fault]:
    """Return a fault for each record whose building and year were there before.

    Two tables may share a key if each gives another measure. The records are in the
    order of buildings and years, those of one key in that of the file.
    """
    told: set[tuple[int, int, int, int]] = set()
    seen: dict[str, Record] = {}
    before: tuple[str, int] | None = None
    for other in records:
        if (other.name, other.year) != before:
            seen, before = {}, (other.name, other.year)
        measures = [column.measure for column in other.columns]
        one = next((seen[measure] for measure in measures if measure in seen), None)
        seen |= dict.fromkeys(measures, other)
        if one is None:
            continue
        pair = one.row, other.row, id(one.table), id(other.table)
        if pair in told:  # of years across, one is enough
            continue
        told.add(pair)
        first, second = one.table.grid, other.table.grid
        where = (
            f"《{first.sheet}》" if first.sheet and one.table is not other.table else ""
        )
        where = f"“{first.file}”" if first.file != second.file else where
        building = other.table.building
        column = other.table.position.labels.get(building or 0, NAMES["building"])
        blanks = {"name": other.name, "year": other.year, "row": one.row + 1}
        yield other.fault("buildings.duplicate", column, where=where, **blanks)


def _jumps(records: list[Record]) -> Iterator[Fault]:
    """Return a fault for each figure `JUMP` times that of the year before, or less."""
    for record, column, before, reading, times in _steps(records):
        if times >= JUMP:
            yield record.fault(
                "buildings.jump",
                column.head,
                name=NAMES[column.measure],
                before=before.printed,
                after=reading.printed,
                example="3500万元" if column.measure == "tax" else "1.2万",
            )


def _large_changes(records: list[Record]) -> Iterator[Fault]:
    """Return a warning for each figure `LARGE` times that of the year before, or less.

    From `LEAST_LARGE` on, as printed; a slip of the decimal point looks like that.
    """
    for record, column, before, reading, times in _steps(records):
        worth = Decimal(str(convert(reading.unit, COLUMNS[column.measure])))
        most = max(_size(before), _size(reading))
        if times >= LARGE and most >= LEAST_LARGE * worth:
            yield record.fault(
                "buildings.large_change",
                column.head,
                building=record.name,
                name=NAMES[column.measure],
                before=before.printed,
                after=reading.printed,
            )


def _steps(
    records: list[Record],
) -> Iterator[tuple[Record, Column, Reading, Reading, Decimal]]:
    """Yield each figure with that of the year before, and how many times it is.

    The year before is the last with a figure; a zero ends the comparison, so that
    nothing is compared across it.
    """
    last: dict[str, tuple[int, Reading]] = {}
    building = ""
    for record in records:
        if record.name != building:
            last, building = {}, record.name
        for column, reading in zip(record.columns, record.figures, strict=True):
            if reading is None or (reading.number is None and reading.flag != "range"):
                continue
            then, before = last.get(column.measure, (None, reading))
            if then == record.year:  # a key given twice
                continue
            last[column.measure] = record.year, reading
            low, high = sorted([_size(before), _size(reading)])
            if low and high >= LARGE * low:
                yield record, column, before, reading, high / low


def _size(reading: Reading) -> Decimal:
    """Return how large a figure is; of a range, its lower end."""
    return abs(reading.number or reading.lower or _ZERO)


def _unlikely(records: list[Record]) -> Iterator[Fault]:
    """Return a fault for each tax beyond what any building has."""
    for record in records:
        for column, reading in zip(record.columns, record.figures, strict=True):
            if reading and column.measure == "tax":
                if refusal := refuse_unlikely(reading):
                    yield refusal.on(record.table.grid, record.row, column.head)


def _missing_years(records: list[Record]) -> Iterator[Fault]:
    """Return a warning for each year that the file, or a building in it, does not have.

    A year that no building has is told once; none is ever filled.
    """
    grid = records[0].table.grid
    seen: dict[str, list[Record]] = {}
    for record in records:
        seen.setdefault(record.name, []).append(record)
    present = sorted({record.year for record in records})
    for one, other in pairwise(present):
        for year in range(one + 1, other):
            yield refuse("buildings.no_year", year=year).on(grid)
    for name, own in seen.items():
        if len(own) < len(present):
            absent = map(str, sorted({*present} - {record.year for record in own}))
            if years := "、".join(absent):
                english = years.replace("、", ", ")
                blanks = {"name": name, "years": years, "english": english}
                yield own[0].fault("buildings.no_year_of", "", **blanks)


class Cells(Sequence[Cell]):
    """The figures of a file in the order of its sheets, made when looked at."""

    def __init__(self, records: list[Record]) -> None:
        self._records = records
        self._places = array(  # of each figure, its record and its column
            "Q",
            (
                i << 16 | j
                for i, record in enumerate(records)
                for j, reading in enumerate(record.figures)
                if reading is not None
            ),
        )

    def __len__(self) -> int:
        """Return how many figures there are."""
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Cell: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Cell, ...]: ...
    def __getitem__(self, place: int | slice) -> Cell | tuple[Cell, ...]:
        """Return one figure, or several."""
        if isinstance(place, slice):
            return tuple(self[i] for i in range(len(self))[place])
        i, j = divmod(self._places[place], 1 << 16)
        record = self._records[i]
        reading = cast(Reading, record.figures[j])
        return Cell(
            year=record.year,
            building=record.name,
            column=record.columns[j].measure,
            **reading._asdict(),
            sheet=record.table.grid.sheet,
            row=record.row + 1,
            head=record.columns[j].head,
        )
