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
from hengstats.intake.words.cells import Reading

JUMP = 1000
_ZERO = Decimal(0)


def duplicate_faults(records: Records, order: list[int]) -> Iterator[Fault]:
    """Return a fault for each record whose building and year were there before.

    Two tables may share a key if each gives another measure.
    """
    told: set[tuple[int, int, int, int]] = set()
    for one, other in pairwise(order):
        if records.names[one] != records.names[other]:
            continue
        if records.years[one] != records.years[other]:
            continue
        first, second = records.shapes[one], records.shapes[other]
        shared = {c.measure for c in first.columns} & {
            c.measure for c in second.columns
        }
        if first.table is second.table and records.rows[one] == records.rows[other]:
            continue
        if not shared and first.table is not second.table:
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
    """Return a fault for each figure 1,000 times that of the year before, or less."""
    names, years = records.names, records.years
    pairs = [(i, j) for i, j in pairwise(order) if years[i] == years[j]]
    again = {j for i, j in pairs if names[i] == names[j]}
    last: dict[str, Reading] = {}
    building = ""
    for i in order:
        if records.names[i] != building:
            last, building = {}, records.names[i]
        for column, reading in zip(
            records.shapes[i].columns, records.figures[i], strict=True
        ):
            if reading is None or not reading.number:
                continue
            before = last.get(column.measure)
            if i in again:
                continue
            last[column.measure] = reading
            if before is None or before is reading:
                continue
            if _jumps(abs(before.number or _ZERO), abs(reading.number)):
                yield records.fault(
                    i,
                    "suspected_unit_change",
                    column.head,
                    f"{NAMES[column.measure]}与上一个年份相差 1000 倍或更多"
                    f"（{before.printed} 与 {reading.printed}）",
                    "核对单位；如果单位变了，在格子里写明，例如“3500万元”",
                    f"1,000 times or more between neighbouring years ({before.printed},"
                    f" {reading.printed}); check the unit",
                )


def _jumps(one: Decimal, other: Decimal) -> bool:
    """Return whether two amounts are 1,000 times apart; zero is not."""
    return bool(one) and (other >= JUMP * one or one >= JUMP * other)


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
        "如果来源有这一年，补上；没有就不必补，缺的年份不会被填补",
        f"{english}; it will not be filled",
        file=grid.file,
        sheet=grid.sheet,
        row=records.rows[i] + 1 if found.startswith("“") else None,
    )
