"""Which year and building does each row of a table stand for, and what does it say?

Every fault of the rows is found here; one cause gives one fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hengstats.intake.buildings.figurecells import (
    MERGED,
    FigureColumn,
)
from hengstats.intake.buildings.keys import Keys
from hengstats.intake.buildings.labels import is_footer, total_kind
from hengstats.intake.buildings.merges import merged_figures
from hengstats.intake.buildings.stray import Stray, end_of_table
from hengstats.intake.buildings.table import Table
from hengstats.intake.buildings.tally import Tally
from hengstats.intake.cells import Reading
from hengstats.intake.grid import Value
from hengstats.intake.result import Asked, Refusal

Figures = tuple[Reading | None, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A row that sums others.

    Attributes
    ----------
    row : int
        From 0.
    after : int
        How many rows of the table stand above it.
    kind : str
        `sum`, `part`, `group`, `page` or `other`; see `labels.total_kind`.
    year : int or None
        The year beside it.
    name : str
        The building beside it, or empty.
    figures : tuple
        As in a row of the table.
    """

    row: int
    after: int
    kind: str
    year: int | None
    name: str
    figures: Figures


@dataclass(slots=True)
class Body:
    """The rows of one table, side by side in lists to save room.

    Attributes
    ----------
    table : Table
    rows, years, names, figures : list
        For each row of the table its place from 0, its year (None where years stand
        across), its building, and a reading for each of `table.figures`.
    totals : list of Total
    sums : list
        For each row a reading for each of `table.sums`.
    is_whole : bool
        False if a row could not be taken in; then its totals cannot be checked.
    """

    table: Table
    rows: list[int] = field(default_factory=list)
    years: list[int | None] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    sums: list[Figures] = field(default_factory=list)
    is_whole: bool = True


def read_body(table: Table, asked: Asked, tally: Tally) -> Body:
    """Return the rows of a table; faults go to the tally."""
    body, keys = Body(table), Keys(table, asked, tally)
    columns = [FigureColumn(table.grid, column, tally) for column in table.figures]
    sums = [FigureColumn(table.grid, column, tally) for column in table.sums]
    heads = table.place.heads
    counters = {c for c, head in heads.items() if head.kind == "serial"}
    stray = Stray(table)
    rows: Sequence[int] = table.rows or ()
    if table.rows is None:
        rows = range(table.place.first, end_of_table(table, tally))
    _tell_merged(table, rows, tally)
    width = _width(table)
    for row in rows:
        line = table.grid.rows[row]
        if tally.is_enough:
            break
        if stray.is_blank(line):
            continue
        year, name = keys.of(row, line)
        at, first = next(
            (at, value) for at, value in enumerate(line) if value not in (None, "")
        )
        kind, label = _total(year, name)
        if not kind and (year is None or name is None or at in counters):
            kind, label = _total(first)
        if not kind and (year is None or name is None or stray.doubtful(row, first)):
            verdict = stray.judge(row, line, tally)
            if verdict == "end":
                break
            if verdict == "skip":
                continue
        stray.settle()
        if width and len(line) != width:
            keys.tell(_ragged(len(line), width), row, "")
            body.is_whole = False
            continue
        if kind:
            figures = tuple(column.read(row, line, total=True) for column in columns)
            year_beside = keys.year_beside(year, label)
            building, after = keys.building_beside(name), len(body.rows)
            body.totals.append(Total(row, after, kind, year_beside, building, figures))
            continue
        key = keys.read(row, year, name)
        figures = tuple(column.read(row, line) for column in columns)
        body.is_whole = body.is_whole and key is not None
        if key:
            body.rows.append(row)
            body.years.append(key[0])
            body.names.append(key[1])
            body.figures.append(figures)
            if sums:
                told = (column.read(row, line, total=True) for column in sums)
                body.sums.append(tuple(told))
    missing = (column.unit_fault(table.place.bottom) for column in columns)
    tally.extend([fault for fault in missing if fault][:1])
    return body


def _total(*labels: Value) -> tuple[str, str]:
    """Return the kind of total that a row is, and the label that says so."""
    for label in labels:
        if isinstance(label, str) and (kind := total_kind(label)):
            return kind, label
    return "", ""


def _width(table: Table) -> int:
    """Return how many fields each row of a CSV must have; 0 for a workbook."""
    if table.grid.sheet:
        return 0
    rows = range(table.place.top, table.place.bottom + 1)
    return max(len(table.grid.rows[row]) for row in rows)


def _tell_merged(table: Table, rows: Sequence[int], tally: Tally) -> None:
    """Tell each figure that stands in merged cells."""
    grid, heads = table.grid, {c.index: c.head for c in table.figures}
    own = rows if isinstance(rows, range) else set(rows)
    for row, column in merged_figures(grid, list(heads), table.place.first):
        if row in own and not _is_label_row(table, row):
            tally.tell(MERGED, grid.file, grid.sheet, row + 1, heads[column])


def _is_label_row(table: Table, row: int) -> bool:
    """Return whether a row begins with the label of a footer."""
    first = next((v for v in table.grid.rows[row] if v not in (None, "")), None)
    return isinstance(first, str) and is_footer(first)


def _ragged(found: int, width: int) -> Refusal:
    """Return the refusal of a row of a CSV with too many or too few fields."""
    return Refusal(
        "ragged_row",
        f"这一行有 {found} 个字段，表头有 {width} 个",
        "核对逗号和引号；含逗号的数字或名称要加引号",
        f"the row has {found} fields, the head {width}; check commas and quotes",
    )
