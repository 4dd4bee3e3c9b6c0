"""Reads a table whose measures stand down the rows, and whose years stand across.

The rows of each wording in the column 指标 become a table of their own, with the unit
that the wording, a column of units or a note states. A building is written in each row
or in merged cells.
"""

from collections.abc import Iterator
from dataclasses import replace

from hengstats.errors import Fault
from hengstats.intake.columns import HeadReader, kind_of
from hengstats.intake.heads import NAMES, read_head
from hengstats.intake.layout import looks_like_head, second_head
from hengstats.intake.notes import read_notes
from hengstats.intake.result import COLUMNS, Asked, refuse
from hengstats.intake.table import (
    Column,
    Table,
    fill_down,
    is_number,
    show,
    texts,
)
from hengstats.intake.totals import is_footer, total_kind

_MOST = 60  # wordings of measures in one table


def by_measure(table: Table, column: int, asked: Asked) -> list[Table]:
    """Return a table for each wording of a measure; the first has the faults of all.

    Parameters
    ----------
    table : Table
        With the years across as its figures, of no measure in particular.
    column : int
        Where each row names its measure.
    asked : Asked
    """
    reader, notes = HeadReader(table.position, asked), read_notes(table.position)
    wordings, unnamed = _wordings(table, column)
    heads = {text: read_head(text) for text in wordings}
    readers = {  # a fault of a wording stands in the first of its rows
        text: HeadReader(replace(table.position, bottom=rows[0]), asked)
        for text, rows in wordings.items()
    }
    persons = [
        readers[text].position.fault("columns.person", column)
        for text, head in heads.items()
        if head.kind == "person"
    ]
    if persons:
        return [replace(table, errors=tuple(persons), rows=())]
    wanted = {n: w for n, w in asked.columns.items() if kind_of(n) in COLUMNS}
    choices = [text for text, head in heads.items() if head.kind in COLUMNS]
    heads = reader.choose(heads, {text: text for text in wordings}, wanted, choices)
    errors = [*table.errors, *reader.errors, *_unnamed(table, column, unnamed)]
    warnings, tables = list(table.warnings), []
    for text, head in heads.items():
        own, rows = readers[text], wordings[text]
        if head.kind in COLUMNS and not head.year:
            unit = head.unit or None
            named = Column(index=column, measure=head.kind, head=text, unit=unit)
            [stated] = own.with_units([named], [], notes)
            errors += own.errors
            tables.append(_of_measure(table, stated, rows))
        elif any(_holds_number(table, row) for row in rows):
            label = table.position.label(column)
            warnings.append(own.left_out(text, label, head.kind))
    if len(wordings) > _MOST:
        tables = []
        errors.append(table.position.fault("measurerows.too_many", "", most=_MOST))
    elif not any(one.figures and one.figures[0].measure == "tax" for one in tables):
        errors.append(table.position.fault("measurerows.no_tax", NAMES["tax"]))
    tables = tables or [replace(table, figures=(), sums=(), rows=())]
    quiet = [replace(one, errors=(), warnings=()) for one in tables[1:]]
    return [replace(tables[0], errors=tuple(errors), warnings=tuple(warnings)), *quiet]


def _wordings(table: Table, column: int) -> tuple[dict[str, list[int]], list[int]]:
    """Return the rows of each wording of a measure, and the rows without one."""
    grid, first = table.grid, table.position.first
    filled = fill_down(grid, column, first)
    found: dict[str, list[int]] = {}
    unnamed = []
    for row in range(first, len(grid.rows)):
        text = show(grid.value(row, column)) or show(filled.get(row))
        known = bool(text) and read_head(text).kind in COLUMNS
        if not known and looks_like_head(texts(grid, row)):
            unnamed.append(row)
            break
        if not text:
            unnamed.append(row)
            continue
        found.setdefault(text, []).append(row)
        if len(found) > _MOST:
            break
    return found, unnamed


def _unnamed(table: Table, column: int, rows: list[int]) -> Iterator[Fault]:
    """Return a fault for each row without a measure that is not beside the table."""
    grid = table.grid
    figures = {figure.index for figure in table.figures}
    for row in rows:
        cells = texts(grid, row)
        if looks_like_head(cells):
            yield second_head(table, cells).on(grid, row)
        elif figures & set(cells) and len(cells) > 1:
            first = next(iter(cells.values()))
            if not (is_footer(first) or total_kind(first)):
                label = table.position.label(column)
                yield refuse("measurerows.no_measure").on(grid, row, label)


def _of_measure(table: Table, stated: Column, rows: list[int]) -> Table:
    """Return the years across as figures of one measure."""
    figures, sums = (
        tuple(replace(c, measure=stated.measure, unit=stated.unit) for c in columns)
        for columns in (table.figures, table.sums)
    )
    return replace(table, figures=figures, sums=sums, rows=tuple(rows))


def _holds_number(table: Table, row: int) -> bool:
    """Return whether a row has a number under one of the years."""
    cells = (show(table.grid.value(row, column.index)) for column in table.figures)
    return any(map(is_number, cells))
