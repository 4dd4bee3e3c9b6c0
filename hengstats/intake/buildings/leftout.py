"""Which columns of numbers are left out of the figures, with a warning?

Texts are dropped without one; a number that somebody counted is not.
"""

from collections.abc import Iterator

from hengstats.errors import Fault
from hengstats.intake.buildings.heads import Head
from hengstats.intake.buildings.headwords import nearest_name
from hengstats.intake.buildings.layout import is_number, show
from hengstats.intake.buildings.table import Column, Spot
from hengstats.intake.grid import Grid, Value
from hengstats.intake.result import COLUMNS

_SAMPLE = 500  # rows that tell whether a column holds numbers


def left_out_warnings(
    heads: dict[int, Head], figures: list[Column], wide: bool, spot: Spot
) -> Iterator[Fault]:
    """Return a warning for each column of numbers that is left out."""
    used = {column.index for column in figures}
    bare = dict.fromkeys(_without_heads(spot), Head(kind="unknown"))
    for column, head in (heads | bare).items():
        passed = head.kind in (
            "unknown",
            "unchosen",
            "left_out",
            "sum",
            "years",
            "measure",
        )
        passed = passed or (wide and head.kind in COLUMNS)
        if column in used or not passed:
            continue
        if not _holds_numbers(spot.grid, column, spot.place.first):
            continue
        label = spot.label(column)
        yield left_out(label, label, head.kind, spot)


def left_out(wording: str, label: str, kind: str, spot: Spot) -> Fault:
    """Return the warning of numbers that are left out, in a column or in a row."""
    found, mend = "这里的数不是已知的指标，没有收入", "在需要时改用已知的表头"
    english = "left out: not a known measure"
    if kind == "unchosen":
        found = f"“{wording}”没有选用，同一指标已经指明用另一处"
        mend = "在需要时用 --column 改选"
        english = "left out: another one was named for this measure"
    elif kind == "unknown" and (near := nearest_name(wording)):
        found += f"；最接近的已知表头是“{near}”"
        english += f"; nearest known head: {near}"
    return spot.fault("ignored_column", label, found, mend, english)


def _without_heads(spot: Spot) -> list[int]:
    """Return the columns without a head, but for one that counts the rows."""
    grid, place = spot.grid, spot.place
    below = grid.rows[place.first : place.first + _SAMPLE]
    found = [c for c in range(max(map(len, below), default=0)) if c not in place.labels]
    return [c for c in found if not _counts_rows([line[c : c + 1] for line in below])]


def _counts_rows(cells: list[list[Value]]) -> bool:
    """Return whether a column holds nothing but 0, 1, 2 ... or 1, 2, 3 ..."""
    shown = [show(cell[0]) for cell in cells if cell and cell[0] not in (None, "")]
    return shown in ([str(i + start) for i in range(len(shown))] for start in (0, 1))


def _holds_numbers(grid: Grid, column: int, first: int) -> bool:
    """Return whether most of the first values of a column are numbers."""
    rows = range(first, min(first + _SAMPLE, len(grid.rows)))
    values = [grid.value(row, column) for row in rows]
    shown = [value for value in values if value not in (None, "")]
    numbers = [
        value
        for value in shown
        if (
            is_number(value)
            if isinstance(value, str)
            else isinstance(value, int | float)
        )
    ]
    return bool(numbers) and len(numbers) * 2 >= len(shown)
