"""What does a sign-in log in sheets add up to, and may it come in?"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from hengstats.errors import Fault
from hengstats.intake.grid import Grid, Place, Value
from hengstats.intake.heads import read_head
from hengstats.intake.logs.counts import Problem, conclude, place, refuse
from hengstats.intake.logs.heads import (
    KEYS,
    LogHead,
    choose_columns,
    find_head,
    looks_like_log,
)
from hengstats.intake.logs.ids import (
    check_hours,
    check_member,
    is_blank,
    read_building,
    read_id,
)
from hengstats.intake.logs.messages import Unread, fault
from hengstats.intake.logs.stamps import read_stamp
from hengstats.intake.logs.tally import SignIn, tally_rows
from hengstats.intake.result import Asked, Outcome, Refusal
from hengstats.intake.totals import is_footer, total_kind

__all__ = ["check_signin_parts", "check_signins", "looks_like_log"]


class Table(NamedTuple):
    """A sheet with its place among the sources, its head, and where data begin."""

    source: int
    grid: Grid
    head: LogHead
    texts: list[str]
    begin: int
    width: int


def check_signin_parts(paths: Sequence[os.PathLike[str]], asked: Asked) -> Outcome:
    """Return the same for a log in Parquet, of any number of rows.

    Parameters
    ----------
    paths : sequence of path
        The files of one log, in order. The first sign-in of each is in row 2, as it
        would be below a head.
    asked : Asked
        As for `check_signins`.
    """
    from hengstats.intake.logs.engine import check_parts  # loads the engine

    return check_parts(paths, asked)


def check_signins(grids: list[Grid], asked: Asked) -> Outcome:
    """Return the counts of a sign-in log by year and building, or why there are none.

    Parameters
    ----------
    grids : list of Grid
        The visible sheets of one file; those with the same head are read together.
    asked : Asked
        `person` and `event` name the columns that identify, where the head does not.
    """
    sources = [(grid.file, grid.sheet) for grid in grids]
    if not any(not is_blank(v) for grid in grids for line in grid.rows for v in line):
        return Outcome(errors=(fault("empty", *(sources or [("", "")])[0]),))
    tables, problems = _tables(grids, asked)
    if problems:
        return refuse(problems, len(problems), sources)
    for table in filter(_is_named_after_one, tables):
        return refuse([Problem("named_after", place(table.source, 0), "")], 1, sources)
    found = (item for table in tables for item in _read_rows(table, asked))
    tally, problems, total = tally_rows(found, tables[0].head.names)
    if problems:
        return refuse(problems, total, sources)
    if not tally.counts:
        file, sheet = sources[tables[0].source]
        return Outcome(errors=(fault("no_rows", file, sheet),))
    outcome = conclude(tally, sources, tables[0].head.names)
    hidden = tuple(warning for table in tables for warning in _hidden(table))
    return replace(outcome, warnings=hidden + outcome.warnings)


def _tables(grids: list[Grid], asked: Asked) -> tuple[list[Table], list[Problem]]:
    """Return the sheets that are logs, and what is wrong with their heads."""
    tables: list[Table] = []
    problems: list[Problem] = []
    for source, grid in enumerate(grids):
        found = find_head(grid, asked)
        if not found:
            if _has_data(grid):
                problems.append(Problem("no_header", place(source, 0), ""))
            continue
        first, last, texts = found
        head, faults = choose_columns(texts, asked)
        at = place(source, first + 1)
        problems += [Problem(key, at, name) for key, name in faults]
        if tables and not faults and _keys(head) != _keys(tables[0].head):
            problems.append(Problem("sheets_differ", at, ""))
        if not faults:
            tables.append(
                Table(source, grid, head, texts, last + 1, len(grid.rows[first]))
            )
    if not tables and not problems:
        problems.append(Problem("no_header", place(0, 0), ""))
    return tables, problems


def _has_data(grid: Grid) -> bool:
    """Return whether a sheet without a head has a row as full as a sign-in."""
    return any(
        sum(not is_blank(value) for value in line) >= len(KEYS) for line in grid.rows
    )


def _is_named_after_one(table: Table) -> bool:
    """Return whether file or sheet bear the name of a person who is in the log."""
    grid = table.grid
    persons = [
        i for i, text in enumerate(table.texts) if read_head(text).kind == "person"
    ]
    names = {os.path.splitext(grid.file)[0].strip(), grid.sheet.strip()} - {""}
    return any(
        i < len(line) and str(line[i]).strip() in names
        for line in grid.rows[table.begin :]
        for i in persons
    )


def _keys(head: LogHead) -> dict[str, str]:
    """Return the heads of the keys, without case and blanks."""
    return {role: re.sub(r"\s", "", head.names[role]).lower() for role in KEYS}


def _hidden(table: Table) -> Iterator[Fault]:
    """Yield the warnings on hidden rows and columns, which are kept."""
    grid = table.grid
    rows = [row for row in grid.hidden_rows if table.begin <= row < len(grid.rows)]
    hidden = grid.hidden_columns & set(table.head.places.values())
    names = {at: table.head.names[role] for role, at in table.head.places.items()}
    counted = (
        ("hidden_rows", "行", "rows", len(rows), min(rows, default=0) + 1, ""),
        (
            "hidden_columns",
            "栏",
            "columns",
            len(hidden),
            None,
            names.get(min(hidden, default=-1), ""),
        ),
    )
    for code, chinese, english, number, row, column in counted:
        if number:
            yield Refusal(
                code,
                f"有 {number} {chinese}是隐藏的，照样算入",
                "看看是否该算",
                f"{number} hidden {english} are counted; see whether they should be",
            ).at(grid.file, grid.sheet, row, column)


def _read_rows(table: Table, asked: Asked) -> Iterator[SignIn | Problem]:
    """Yield the sign-ins of a sheet, and the cells that cannot be read."""
    grid, head = table.grid, table.head
    trouble, filled = _trouble(table), _filled(table)
    readers = _readers(head, asked)
    for row in range(table.begin, len(grid.rows)):
        line = grid.rows[row]
        if _is_beside(line, head):
            continue
        at = place(table.source, row + 1)
        if _repeats_head(line, table):
            yield Problem("repeated_header", at, "")
            continue
        if not grid.sheet and len(line) != table.width:
            yield Problem("ragged", at, "")
            continue
        values: dict[str, Any] = {}
        for role, column in head.places.items():
            where = filled.get((row, column), (row, column))
            try:
                if where in trouble:
                    raise Unread(trouble[where])
                values[role] = readers[role](grid.value(*where), grid.format(*where))
            except Unread as unread:
                yield Problem(unread.key, at, head.names[role])
        if len(values) == len(head.places):
            yield SignIn(at, *(values[role] for role in KEYS))


def _is_beside(line: list[Value], head: LogHead) -> bool:
    """Return whether a row is blank, a total or a footer, and no sign-in."""
    keys = [
        line[i] for i in map(head.places.get, KEYS) if i is not None and i < len(line)
    ]
    if sum(not is_blank(value) for value in keys) > 2:
        return False
    first = next((str(value) for value in line if not is_blank(value)), "")
    return not first or is_footer(first) or bool(total_kind(first))


def _repeats_head(line: list[Value], table: Table) -> bool:
    """Return whether a row says what the head says."""
    places = [table.head.places[role] for role in KEYS]
    if len(line) <= max(places):
        return False
    same = [str(line[i]).strip() == table.texts[i].strip() for i in places]
    return sum(same) > 1


def _trouble(table: Table) -> dict[Place, str]:
    """Return the cells that must not be read, and why."""
    grid, columns = table.grid, set(table.head.places.values())
    cells = (
        [(where, "error_cell") for where in grid.errors]
        + [(where, "no_value") for where in grid.no_value]
        + [(where, "struck") for where in grid.void]
    )
    for top, left, bottom, right in grid.merged:
        inside = columns.intersection(range(left, right + 1))
        single = inside == {table.head.places["person"]} and bottom > top
        if bottom >= table.begin and (single or (inside and right > left)):
            cells += [((top, column), "merged") for column in inside]
    return {where: key for where, key in cells if where[1] in columns}


def _filled(table: Table) -> dict[Place, Place]:
    """Return for each cell merged with one above it where its value stands."""
    columns = set(table.head.places.values())
    return {
        (row, column): (top, column)
        for top, left, bottom, right in table.grid.merged
        for column in columns.intersection(range(left, right + 1))
        for row in range(
            max(top + 1, table.begin), min(bottom + 1, len(table.grid.rows))
        )
    }


def _readers(head: LogHead, asked: Asked) -> dict[str, Callable[[Value, str], object]]:
    """Return what reads the cells of each column, from value and number format."""
    return {
        "person": read_id,
        "event": read_id,
        "building": read_building,
        "time": lambda value, _: read_stamp(value, asked.today, head.offset),
        "member": lambda value, _: check_member(value),
        "hours": lambda value, _: check_hours(value),
    }
