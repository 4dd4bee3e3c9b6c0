"""Do the years of a building follow one upon another, and is any of them missing?

A figure a thousand times that of the year before is a change of unit until somebody
says otherwise; a year that is not there is reported and never filled.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from hengstats.errors import Fault, place_fault
from hengstats.intake.buildings.gathered import Records
from hengstats.intake.buildings.table import NAMES
from hengstats.intake.cells import Reading, refuse_unlikely

JUMP = 1000
_ZERO = Decimal(0)


def duplicate_faults(records: Records, order: list[int]) -> Iterator[Fault]:
    """Return a fault for each record whose building and year were there before.

    Two tables may share a key if each gives another measure.
    """
    told: set[tuple[int, int, int, int]] = set()
    seen: dict[str, int] = {}
    before: tuple[str, int] | None = None
    for other in order:
        key = records.names[other], records.years[other]
        if key != before:
            seen, before = {}, key
        own = {c.measure for c in records.shapes[other].columns}
        one = next((seen[measure] for measure in own if measure in seen), other)
        seen |= dict.fromkeys(own, other)
        first, second = records.shapes[one], records.shapes[other]
        if first.table is second.table and records.rows[one] == records.rows[other]:
            continue
        one, other = sorted((one, other))
        rows = records.rows[one], records.rows[other]
        pair = (*rows, id(first.table), id(second.table))
        if pair in told:  # of years across, one is enough
            continue
        told.add(pair)
        place = records.shapes[other].table
        label = place.place.labels.get(place.building or 0, NAMES["building"])
        year, row = records.years[one], records.rows[one] + 1
        sheet = records.shapes[one].table.grid.sheet
        where = f"《{sheet}》" if sheet and first.table is not second.table else ""
        file = records.shapes[one].table.grid.file
        where = f"“{file}”" if file != place.grid.file else where
        name = records.names[one]
        yield records.fault(
            other,
            "duplicate_key",
            label,
            f"“{name}”{year} 年在{where}第 {row} 行已经有了",
            "核对后每座楼宇每年只留一行",
            f"{year} of this building stands in row {row} already; keep one of them",
        )


def jump_faults(records: Records, order: list[int]) -> Iterator[Fault]:
    """Return a fault for each figure 1,000 times that of the year before, or less.

    The year before is the last with a number; a zero ends the comparison, so that
    nothing is compared across it.
    """
    last: dict[str, tuple[int, Reading]] = {}
    building = ""
    for i in order:
        year = records.years[i]
        if records.names[i] != building:
            last, building = {}, records.names[i]
        for column, reading in zip(
            records.shapes[i].columns, records.figures[i], strict=True
        ):
            if reading is None or reading.number is None:
                continue
            then, before = last.get(column.measure, (None, reading))
            if then == year:  # a key given twice
                continue
            last[column.measure] = year, reading
            if _jumps(abs(before.number or _ZERO), abs(reading.number)):
                counted = column.measure != "tax"
                example = "1.2万" if counted else "3500万元"
                yield records.fault(
                    i,
                    "suspected_unit_change",
                    column.head,
                    f"{NAMES[column.measure]}与上一个年份相差 1000 倍或更多"
                    f"（{before.printed} 与 {reading.printed}）",
                    f"核对这两个数；如果单位变了，在格子里写明，例如“{example}”",
                    f"1,000 times or more between neighbouring years ({before.printed},"
                    f" {reading.printed}); check the unit",
                )


def size_faults(records: Records) -> Iterator[Fault]:
    """Return a fault for each tax beyond what any building has."""
    for i, figures in enumerate(records.figures):
        for column, reading in zip(records.shapes[i].columns, figures, strict=True):
            if reading is None or column.measure != "tax":
                continue
            if told := refuse_unlikely(reading):
                place = told.code, column.head
                yield records.fault(i, *place, told.found, told.mend, told.english)


def _jumps(one: Decimal, other: Decimal) -> bool:
    """Return whether two amounts are 1,000 times apart; from or to zero is not."""
    return bool(one and other) and (other >= JUMP * one or one >= JUMP * other)


def year_warnings(records: Records) -> Iterator[Fault]:
    """Return a warning for each year that the file, or a building in it, does not have.

    A year that no building has is told once.
    """
    seen: dict[str, list[int]] = {}
    for i, name in enumerate(records.names):
        seen.setdefault(name, []).append(i)
    present = sorted(set(records.years))
    for one, other in pairwise(present):
        for year in range(one + 1, other):
            yield _missing_year(records, 0, f"没有 {year} 年", f"{year} is missing")
    for name, places in seen.items():
        if len(places) < len(present):
            own = {records.years[i] for i in places}
            absent = [str(year) for year in present if year not in own]
            if absent:
                found = f"“{name}”没有 {'、'.join(absent)} 年"
                english = f"this building has no row for {', '.join(absent)}"
                yield _missing_year(records, places[0], found, english)


def _missing_year(records: Records, i: int, found: str, english: str) -> Fault:
    """Return the warning of a missing year; it has no row."""
    grid = records.shapes[i].table.grid
    return place_fault(
        "missing_year",
        found,
        "在来源有这一年时补上；没有就不必补，缺的年份不会被填补",
        f"{english}; it will not be filled",
        file=grid.file,
        sheet=grid.sheet,
        row=records.rows[i] + 1 if found.startswith("“") else None,
    )
