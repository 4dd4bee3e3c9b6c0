"""Where does the table of a sheet begin, and what stands in each of its columns?

A title, a note and a cover are no table. The head is the first row that names two
columns, with the lines above and below that belong to it.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hengstats.intake.buildings.heads import Head, join_heads, read_head
from hengstats.intake.buildings.headwords import fold
from hengstats.intake.buildings.merges import covering
from hengstats.intake.grid import Grid, Value
from hengstats.intake.result import COLUMNS, Refusal
from hengstats.intake.years import read_year

_DEPTH = 200  # rows in which a head is looked for
_ENOUGH = 64  # cells that tell whether a row is a head
_LINES = 6  # more than a head has
_KNOWN = {*COLUMNS, "year", "building", "person", "unit", "years"}
_SUBJECTS = {*COLUMNS, "building"}
_BELOW = {
    *COLUMNS,
    "years",
    "unit_only",
    "left_out",
    "year",
    "building",
    "sum",
    "person",
}
_GROUPS = {*COLUMNS, "years", "left_out"}
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LINE = re.compile("栏次|欄次|行次|列次|栏号|欄號")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the head of a table stands.

    Attributes
    ----------
    top, bottom : int
        Its first and last row, from 0.
    first : int
        The first row below it that can hold figures.
    labels : dict
        Column to the head as written, its lines joined by a blank.
    heads : dict
        Column to what the head says.
    sure : bool
        False if only one column has a known head.
    """

    top: int
    bottom: int
    first: int
    labels: dict[int, str]
    heads: dict[int, Head]
    sure: bool = True


def show(value: Value) -> str:
    """Return the text of a cell on one line: 2016 for 2016.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"\s+", " ", str(value)).strip()


def head_text(grid: Grid, row: int, column: int) -> str:
    """Return the text of a cell of a head; the year of a date that shows one."""
    value = grid.value(row, column)
    if isinstance(value, dt.date):
        try:
            return f"{read_year(value, grid.format(row, column), '')}年"
        except Refusal:
            return str(value)
    return show(value)


def texts(grid: Grid, row: int) -> dict[int, str]:
    """Return the cells of a row that are not blank."""
    line = grid.rows[row] if row < len(grid.rows) else []
    shown = {column: head_text(grid, row, column) for column in range(len(line))}
    return {column: text for column, text in shown.items() if text}


def is_number(text: str) -> bool:
    """Return whether a text is a plain number."""
    return bool(_NUMBER.fullmatch(fold(text)))


def _is_figure(text: str) -> bool:
    """Return whether a text is a number that cannot be the head of a year."""
    return is_number(text) and not _YEAR.fullmatch(fold(text))


def looks_like_head(cells: dict[int, str]) -> bool:
    """Return whether a row names two columns or more, a measure or building one."""
    if len(cells) < 2 or any(_is_figure(text) for text in cells.values()):
        return False
    kinds = [head.kind for head in _first_heads(cells)]
    known = [kind for kind in kinds if kind in _KNOWN]
    if {"year", "years"} <= set(known):  # a field of a form: 年份 2021
        return False
    return len(known) >= 2 and bool(
        _SUBJECTS & set(known) or {"person", "year"} <= set(known)
    )


def _first_heads(cells: dict[int, str]) -> list[Head]:
    """Return what the first cells of a row would say as heads."""
    return [read_head(text) for text in islice(cells.values(), _ENOUGH)]


def _may_be_head(cells: dict[int, str]) -> bool:
    """Return whether a row names one column, beside others that nobody knows."""
    if len(cells) < 2 or any(_is_figure(text) for text in cells.values()):
        return False
    heads = _first_heads(cells)
    years = sum(head.kind == "years" for head in heads)
    named = {head.kind for head in heads} & (_SUBJECTS | {"year", "person"})
    noted = any(":" in fold(text) for text in cells.values())
    return (bool(named) or years >= 2) and not noted


def find_head(grid: Grid) -> Place | None:
    """Return where the head of a sheet stands; None if there is none."""
    rows = [(row, texts(grid, row)) for row in range(min(len(grid.rows), _DEPTH))]
    for fits in (looks_like_head, _may_be_head):
        for row, cells in rows:
            if fits(cells):
                return _place(grid, row, fits is looks_like_head)
    return None


def _place(grid: Grid, row: int, sure: bool) -> Place:
    """Return the whole head around the row that was found."""
    merged = covering(grid, row + _LINES)
    top = bottom = row
    while top > 0 and _belongs_above(grid, top - 1, top):
        top -= 1
    while _belongs_below(grid, top, bottom, bottom + 1, merged):
        bottom += 1
    lines = {
        column: list(_lines(grid, top, bottom, column, merged))
        for column in range(_width(grid, top, bottom))
    }
    labels = {
        column: " ".join(dict.fromkeys(parts))
        for column, parts in lines.items()
        if parts
    }
    below = texts(grid, bottom + 1), texts(grid, bottom + 2)
    first = bottom + 1 + _is_numbering(*below, len(labels))
    return Place(
        top=top,
        bottom=bottom,
        first=first,
        labels=labels,
        heads={column: join_heads(lines[column]) for column in labels},
        sure=sure,
    )


def _width(grid: Grid, top: int, bottom: int) -> int:
    """Return how many columns the rows of a head have."""
    merged = [a[3] + 1 for a in grid.merged if a[0] <= bottom and a[2] >= top]
    lengths = [len(grid.rows[row]) for row in range(top, bottom + 1)]
    return max(lengths + [min(one, max(map(len, grid.rows))) for one in merged])


def _belongs_above(grid: Grid, row: int, top: int) -> bool:
    """Return whether a row above a head groups its columns: 2016年, 2017年."""
    cells, below = texts(grid, row), texts(grid, top)
    if not cells or any(_is_figure(t) or ":" in fold(t) for t in cells.values()):
        return False
    if any(
        row - _LINES < a[0] <= row < top <= a[2] < top + _LINES for a in grid.merged
    ):
        return True
    kinds = {read_head(text).kind for text in cells.values()}
    if not kinds & (_GROUPS | {"building", "year"}):
        return False
    return max(cells) <= max(below) and (len(cells) > 1 or min(cells) > min(below))


def _belongs_below(grid: Grid, top: int, bottom: int, row: int, merged: dict) -> bool:
    """Return whether a row carries a head on: years, measures or units below groups."""
    cells = texts(grid, row)
    if any(top <= a[0] <= bottom and row <= a[2] < top + _LINES for a in grid.merged):
        return True
    if not cells or any(_is_figure(text) for text in cells.values()):
        return False
    joined = set()
    for column, text in cells.items():
        over = list(_lines(grid, top, bottom, column, merged))
        kind = join_heads(over).kind
        joined.add(join_heads([*over, text]).kind if kind in COLUMNS else "")
        if kind in ("year", "building") and text not in over:
            if read_head(text).kind not in ("unit_only", kind):
                return False
        if kind == "blank" and text and read_head(text).kind == "unknown":
            return False
    kinds = [read_head(text).kind for text in cells.values()]
    if (
        set(cells.values()) <= set(texts(grid, bottom).values())
        and len(cells) > 1
        and "years" not in kinds
    ):
        return False
    return any(kind in _BELOW for kind in kinds) or bool(joined & set(COLUMNS))


def _lines(
    grid: Grid, top: int, bottom: int, column: int, merged: dict
) -> Iterator[str]:
    """Return the lines of the head of one column, the uppermost first.

    A group that is merged over several columns, or stands left of blank cells as it
    does in a CSV, heads each of them.
    """
    for row in range(top, bottom + 1):
        text = head_text(grid, row, column)
        if not text and (area := merged.get((row, column))):
            text = head_text(grid, area[0], area[1]) if area[0] >= top else ""
        elif not text and row < bottom and head_text(grid, bottom, column):
            text = _group_left_of(grid, row, bottom, column, merged)
        if text:
            yield text


def _group_left_of(grid: Grid, row: int, bottom: int, column: int, merged: dict) -> str:
    """Return the group that an unmerged blank cell of a head belongs to."""
    for left in range(column - 1, -1, -1):
        if text := head_text(grid, row, left):
            under = head_text(grid, bottom, left)
            return text if under and read_head(under).kind != "building" else ""
        if (row, left) in merged:
            return ""
    return ""


def _is_numbering(cells: dict[int, str], below: dict[int, str], width: int) -> bool:
    """Return whether a row numbers the columns of a form: 甲 乙 1 2 3, or 1 2 3 4.

    A building named 甲 with the figures 1 and 2 stands above one named 乙, and one
    named 1 above others that are numbers.
    """
    shown = [fold(text) for text in cells.values()]
    if [t.strip("()") for t in shown] == [str(i + 1) for i in range(max(width, 3))]:
        return any(not is_number(text) for text in below.values())
    numbers = [int(text) for text in shown if re.fullmatch(r"\d{1,2}", text)]
    others = [text for text in shown if not re.fullmatch(r"\d{1,2}", text)]
    if not numbers or not others:
        return False
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return False
    if _LINE.fullmatch(others[0]):
        return True
    if len(numbers) + len(others) < 3:
        return False
    in_order = "".join(others) in ("甲乙丙丁戊"[: len(others)], "abcde"[: len(others)])
    name = below.get(
        next(c for c, text in cells.items() if fold(text) == others[-1]), ""
    )
    return in_order and (len(others) > 1 or len(name) > 1)
