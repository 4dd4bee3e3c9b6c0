"""Which unit has each column of figures: its head, a column of units, or a note?"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from hengstats.errors import Fault
from hengstats.intake.buildings.heads import is_odd_unit
from hengstats.intake.buildings.headwords import fold
from hengstats.intake.buildings.layout import Place, show
from hengstats.intake.buildings.notes import Notes
from hengstats.intake.buildings.table import Column, Spot
from hengstats.intake.grid import Grid
from hengstats.intake.result import COLUMNS, Refusal
from hengstats.intake.units import is_foreign, read_unit

_SAMPLE = 500  # rows that tell whether a column holds units


def footer_lines(grid: Grid, place: Place) -> Iterable[tuple[int, list[str]]]:
    """Return the last lines of a sheet that hold a text alone."""
    for row in range(max(place.first, len(grid.rows) - 12), len(grid.rows)):
        line = [value for value in grid.rows[row] if value not in (None, "")]
        if len(line) == 1 and isinstance(line[0], str) and "位" in line[0]:
            yield row, [line[0]]


def with_units(
    figures: list[Column],
    unit_columns: list[int],
    notes: Notes,
    spot: Spot,
) -> tuple[list[Column], list[Fault]]:
    """Return the columns with their units read, and the faults of units."""
    done, errors, in_conflict = [], [], False
    owners = _unit_owners(figures, unit_columns, notes, spot)
    for column in figures:
        unit = None
        try:
            unit = read_unit(column.unit, column.measure) if column.unit else None
        except Refusal as told:
            errors.append(spot.told(told, column.index))
        noted = notes.units.get(column.measure)
        if column.measure == "tax" and unit and noted and unit != noted:
            if not in_conflict:
                errors.append(_unit_conflict(column, notes, spot))
            in_conflict = True
        broken = (column.unit is not None and unit is None) or bool(notes.refusals)
        unit = unit or noted or ("yuan" if broken and column.measure == "tax" else None)
        units = owners.get(column.index)
        done.append(replace(column, unit=unit, units=units))
    return done, errors


def _unit_conflict(column: Column, notes: Notes, spot: Spot) -> Fault:
    """Return the fault of a head and a note that state two units."""
    row = (notes.row or 0) + 1
    return spot.fault(
        "unit_conflict",
        column.head,
        f"表头的单位是“{column.unit}”，第 {row} 行的单位说明却不同",
        "核对后只留一个单位",
        f"the head says {column.unit!r}, the note in row {row} another unit; keep one",
    )


def _unit_owners(
    figures: list[Column], unit_columns: list[int], notes: Notes, spot: Spot
) -> dict[int, int]:
    """Return the unit column of each column of figures that has one.

    A single unit column is that of tax; of several, each belongs to the measure on
    its left. A column headed 单位 that names offices states no unit; one of 吨 alone
    is that of a tax without another unit.
    """
    grid, first = spot.grid, spot.place.first
    stating = [c for c in unit_columns if _states_units(grid, c, first, _is_unit)]
    taxes = [c for c in figures if c.measure == "tax"]
    if not stating and not any(c.unit or "tax" in notes.units for c in taxes):
        stating = [
            c for c in unit_columns if _states_units(grid, c, first, is_odd_unit)
        ]
    if len(stating) == 1:
        return {c.index: stating[0] for c in taxes}
    owners: dict[int, int] = {}
    for unit in stating:
        left = [c.index for c in figures if c.index < unit]
        if left:
            owners[max(left)] = unit
    return owners


def _states_units(
    grid: Grid, column: int, first: int, is_unit: Callable[[str], bool]
) -> bool:
    """Return whether the first values of a column are units."""
    rows = range(first, min(first + _SAMPLE, len(grid.rows)))
    values = [show(grid.value(row, column)) for row in rows]
    shown = [value for value in values if value]
    return bool(shown) and sum(map(is_unit, shown)) * 2 >= len(shown)


def _is_unit(text: str) -> bool:
    """Return whether a text is a unit of any measure, and no name of an office."""
    return is_foreign(fold(text)) or any(_fits(text, column) for column in COLUMNS)


def _fits(text: str, column: str) -> bool:
    """Return whether a text is a unit of one measure."""
    try:
        return bool(read_unit(text, column))
    except Refusal:
        return False
