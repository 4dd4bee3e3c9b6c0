"""Reads the rows of a sign-in log that stands in sheets."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from hengstats.errors import Fault
from hengstats.intake.grid import Grid, Place, Value
from hengstats.intake.heads import read_head
from hengstats.intake.totals import is_footer, total_kind
from hengstats.signins.counting import REFUSED, WHOLE
from hengstats.signins.faults import Problem, Unread, fault, place
from hengstats.signins.heads import (
    CHECKED,
    KEYS,
    LogHead,
    Wish,
    choose_columns,
    find_head,
)
from hengstats.signins.ids import is_blank

Reader = Callable[[Any, str], str]
_BLANK = re.compile(r"\s")


class Table(NamedTuple):
    """A sheet with its place among the sources, its head, and where data begin."""

    source: int
    grid: Grid
    head: LogHead
    texts: list[str]
    begin: int
    width: int


def tables_of(
    grids: list[Grid], wish: Wish, source: int, first: Table | None
) -> tuple[list[Table], list[Problem]]:
    """Return the sheets of a file that are logs, and what is wrong with their heads.

    Parameters
    ----------
    grids : list of Grid
        The visible sheets of the file.
    wish : Wish
    source : int
        The number of the first of them.
    first : Table or None
        The first sheet of an earlier file, whose head this file must have as well.
    """
    if all(is_blank(value) for grid in grids for line in grid.rows for value in line):
        return [], [Problem("empty", place(source, 0))]
    tables: list[Table] = []
    problems: list[Problem] = []
    for at, grid in enumerate(grids, source):
        found = find_head(grid, wish.asked)
        if not found:
            if _has_data(grid):
                problems.append(Problem("no_header", place(at, 0)))
            continue
        top, last, texts = found
        head, faults = choose_columns(texts, wish)
        where = place(at, top + 1)
        problems += [Problem(key, where, name) for key, name in faults]
        if faults:
            continue
        table = Table(at, grid, head, texts, last + 1, len(grid.rows[top]))
        first = first or table
        if unlike := _unlike(head, first.head, wish):
            problems.append(Problem("sheets_differ", where, unlike))
        tables.append(table)
    if not tables and not problems:
        problems.append(Problem("no_header", place(source, 0)))
    named = [] if problems else list(filter(_is_named_after_one, tables))
    if named:
        return [], [Problem("named_after", place(named[0].source, 0))]
    return tables, problems


def _unlike(head: LogHead, first: LogHead, wish: Wish) -> str:
    """Return the first column in which two heads differ, of those that count."""
    for role in KEYS if wish.wanted == CHECKED else wish.roles:
        mine, other = (one.names.get(role, "") for one in (head, first))
        if _BLANK.sub("", mine).lower() != _BLANK.sub("", other).lower():
            return mine or other
    return ""


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


def hidden(table: Table) -> Iterator[Fault]:
    """Yield the warnings on hidden rows and columns, which are kept."""
    grid = table.grid
    rows = [row for row in grid.hidden_rows if table.begin <= row < len(grid.rows)]
    columns = grid.hidden_columns & set(table.head.places.values())
    names = {at: table.head.names[role] for role, at in table.head.places.items()}
    where = (grid.file, grid.sheet)
    if rows:
        yield fault("hidden_rows", *where, min(rows) + 1, number=len(rows))
    if columns:
        head = names[min(columns)]
        yield fault("hidden_columns", *where, None, head, number=len(columns))


def read_rows(
    table: Table, readers: Mapping[str, Reader]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the row, from 1, and the texts of each sign-in, by column.

    What is wrong with a row as a whole stands under `WHOLE`.
    """
    grid, head = table.grid, table.head
    trouble, filled = _trouble(table), _filled(table)
    for row in range(table.begin, len(grid.rows)):
        line = grid.rows[row]
        if _is_beside(line, head):
            continue
        if _repeats_head(line, table):
            yield row + 1, {WHOLE: REFUSED + "repeated_header"}
            continue
        if not grid.sheet and len(line) != table.width:
            yield row + 1, {WHOLE: REFUSED + "ragged"}
            continue
        cells = {}
        for role, column in head.places.items():
            where = filled.get((row, column), (row, column))
            cells[role] = (
                REFUSED + trouble[where]
                if where in trouble
                else read_cell(readers[role], grid.value(*where), grid.format(*where))
            )
        yield row + 1, cells


def read_cell(read: Reader, value: Any, shown: str = "General") -> str:
    """Return what a cell says, or why it says nothing."""
    try:
        return read(value, shown)
    except Unread as unread:
        return REFUSED + unread.key


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
