"""Which figures does a table hold whose measures stand down the rows, years across?

The rows of each wording in the column 指标 become a table of their own, with the unit
that the wording, a column of units or a note states. A building is written in each row
or in merged cells.
"""

from collections.abc import Iterable
from dataclasses import replace

from hengstats.errors import Fault
from hengstats.intake.buildings.chosen import as_asked
from hengstats.intake.buildings.headfaults import no_tax
from hengstats.intake.buildings.heads import Head, read_head
from hengstats.intake.buildings.labels import is_footer, total_kind
from hengstats.intake.buildings.layout import (
    Place,
    is_number,
    looks_like_head,
    show,
    texts,
)
from hengstats.intake.buildings.leftout import left_out
from hengstats.intake.buildings.merges import fill_down
from hengstats.intake.buildings.notes import Notes
from hengstats.intake.buildings.stray import kind_of_head
from hengstats.intake.buildings.table import Column, Spot, Table
from hengstats.intake.buildings.unitcolumns import with_units
from hengstats.intake.grid import Grid
from hengstats.intake.result import COLUMNS, Refusal

_MOST = 60  # wordings of measures in one table
_SAMPLE = 500  # rows that tell whether a column names measures
_ALWAYS = ("指标", "指標", "measure", "indicator", "metric")
_NO_MEASURE = Refusal(
    "missing_key",
    "这一行没有写指标",
    "在每一行写上指标，例如“税收(亿元)”；工作簿里合并的格子除外",
    "the row names no measure; write it in each row",
)
_TOO_MANY = Refusal(
    "too_many_columns",
    f"指标一栏的写法超过 {_MOST} 种",
    "统一指标的写法，每种指标和单位只用一种",
    f"more than {_MOST} wordings of measures; use one for each measure and unit",
)


def column_of_measures(grid: Grid, place: Place) -> int | None:
    """Return the column that names the measure of each row, where years stand across.

    It is headed 指标, or 项目 or nothing where its cells name known measures.
    """
    kinds = {head.kind for head in place.heads.values()}
    if "years" not in kinds or kinds & {*COLUMNS, "year"}:
        return None
    first_year = min(c for c, head in place.heads.items() if head.kind == "years")
    for column in range(first_year):
        head = place.heads.get(column, Head(kind="blank"))
        if head.kind not in ("blank", "measure"):
            continue
        rows = range(place.first, min(place.first + _SAMPLE, len(grid.rows)))
        named = [text for row in rows if (text := show(grid.value(row, column)))]
        known = sum(read_head(text).kind in COLUMNS for text in named)
        label = place.labels.get(column, "")
        if any(word in label.lower() for word in _ALWAYS):
            return column
        if known if label else known * 2 > len(named):
            return column
    return None


def by_measure(table: Table, notes: Notes, wanted: dict[str, str]) -> list[Table]:
    """Return a table for each wording of a measure; the first has the faults of all."""
    grid, column = table.grid, table.measures or 0
    wordings, blank = _wordings(table)
    spots = {
        text: Spot(grid, replace(table.place, bottom=rows[0]))
        for text, rows in wordings.items()
    }
    heads = {text: read_head(text) for text in wordings}
    persons = [
        spots[text].person(column) for text in heads if heads[text].kind == "person"
    ]
    if persons:
        return [replace(table, errors=tuple(persons), rows=())]
    choices = [text for text in heads if heads[text].kind in COLUMNS]
    labels = {text: text for text in wordings}
    spot = Spot(grid, table.place)
    heads, missing = as_asked(heads, labels, wanted, choices, spot)
    errors = [*table.errors, *missing, *_stray(table, blank)]
    warnings, tables = list(table.warnings), []
    for text, head in heads.items():
        if head.kind in COLUMNS and not head.year:
            own, told = _of_measure(table, text, head, notes, spots[text])
            errors += told
            tables.append(replace(own, rows=tuple(wordings[text])))
        elif any(_holds_number(table, row) for row in wordings[text]):
            told_of = text, spots[text].label(column), head.kind, spots[text]
            warnings.append(left_out(*told_of))
    if len(wordings) > _MOST:
        tables = []
        errors.append(_TOO_MANY.at(grid.file, grid.sheet, table.place.bottom + 1))
    elif not any(column.measure == "tax" for own in tables for column in own.figures):
        errors.append(no_tax(spot))
    tables = tables or [replace(table, figures=(), sums=(), rows=())]
    quiet = [replace(own, errors=(), warnings=()) for own in tables[1:]]
    return [replace(tables[0], errors=tuple(errors), warnings=tuple(warnings)), *quiet]


def _wordings(table: Table) -> tuple[dict[str, list[int]], list[int]]:
    """Return the rows of each wording of a measure, and the rows without one."""
    grid, column, first = table.grid, table.measures or 0, table.place.first
    filled = fill_down(grid, column, first)
    found: dict[str, list[int]] = {}
    blank = []
    for row in range(first, len(grid.rows)):
        text = show(grid.value(row, column)) or show(filled.get(row))
        known = bool(text) and read_head(text).kind in COLUMNS
        if not known and looks_like_head(texts(grid, row)):
            blank.append(row)
            break
        if text:
            found.setdefault(text, []).append(row)
            if len(found) > _MOST:
                break
        else:
            blank.append(row)
    return found, blank


def _stray(table: Table, rows: list[int]) -> Iterable[Fault]:
    """Return a fault for each row without a measure that is not beside the table."""
    grid = table.grid
    figures = {column.index for column in table.figures}
    label = Spot(grid, table.place).label(table.measures or 0)
    for row in rows:
        cells = texts(grid, row)
        if looks_like_head(cells):
            yield kind_of_head(table, cells).at(grid.file, grid.sheet, row + 1)
        elif cells and figures & set(cells) and len(cells) > 1:
            first = next(iter(cells.values()))
            if not (is_footer(first) or total_kind(first)):
                yield _NO_MEASURE.at(grid.file, grid.sheet, row + 1, label)


def _of_measure(
    table: Table, text: str, head: Head, notes: Notes, spot: Spot
) -> tuple[Table, list[Fault]]:
    """Return the years across as figures of one measure, and the faults of its unit."""
    named = Column(
        index=table.measures or 0, measure=head.kind, head=text, unit=head.unit or None
    )
    [stated], told = with_units([named], [], notes, spot)
    figures, sums = (
        tuple(replace(c, measure=head.kind, unit=stated.unit) for c in columns)
        for columns in (table.figures, table.sums)
    )
    return replace(table, figures=figures, sums=sums), told


def _holds_number(table: Table, row: int) -> bool:
    """Return whether a row has a number under one of the years."""
    cells = (show(table.grid.value(row, column.index)) for column in table.figures)
    return any(map(is_number, cells))
