"""Finds the table of a sheet: where its head stands, and which rows are none of it.

A title, a note and a cover are no table. The head is the first row that names two
columns, with the lines above and below that belong to it. A row below it without a
year or a building of its own may be a total, a footer, a heading, a form left blank, a
second table, or a row with a blank key; only the last is a row of the table, and it is
refused.
"""

import re
from collections.abc import Iterator
from itertools import islice

from hengstats.intake.cells import read_figure
from hengstats.intake.grid import Area, Grid, Place, Value
from hengstats.intake.heads import (
    YEAR_TEXT,
    join_heads,
    normal,
    read_head,
)
from hengstats.intake.result import COLUMNS, Faults, Refusal, refuse
from hengstats.intake.table import Position, Table, head_text, is_number, texts
from hengstats.intake.totals import is_footer, is_heading, total_kind

_DEPTH = 200  # rows in which a head is looked for
_ENOUGH = 64  # cells that tell whether a row is a head
_LINES = 6  # more than a head has
_WIDEST = 512  # columns that one merged cell of a head may cover
# What heads name beside measures and buildings: in the row of a head, and around it.
_KNOWN = {"year", "person", "unit", "years"}
_BELOW = {"years", "unit_only", "left_out", "year", "sum", "person"}
_ABOVE = {"years", "left_out", "year"}
_MEANT = {"year", "years"}
_YEAR = re.compile(r"(?:19|20)\d\d")
_LINE = re.compile("栏次|欄次|行次|列次|栏号|欄號")
_SENTENCE = re.compile(r"[,;:。]|^\d+[.)、]")
_LONG = 25  # characters; no building has a longer name

Texts = dict[int, str]  # column to text, of one row
Covered = dict[Place, Area]


def find_head(grid: Grid) -> Position | None:
    """Return where the head of a sheet stands; None if there is none."""
    rows = [texts(grid, row) for row in range(min(len(grid.rows), _DEPTH))]
    for fits in (looks_like_head, _may_be_head):
        for row, cells in enumerate(rows):
            if fits(cells):
                return _around(grid, row, sure=fits is looks_like_head)
    return None


def looks_like_head(cells: Texts) -> bool:
    """Return whether a row names two columns or more, a measure or building one."""
    subjects = {*COLUMNS, "building"}
    known = [kind for kind in _kinds(cells) if kind in subjects | _KNOWN]
    if {"year", "years"} <= set(known):  # a field of a form: 年份 2021
        return False
    return len(known) >= 2 and bool(
        subjects & set(known) or {"person", "year"} <= set(known)
    )


def _may_be_head(cells: Texts) -> bool:
    """Return whether a row names one column, beside others that nobody knows."""
    kinds = _kinds(cells)
    named = {*COLUMNS, "building", "year", "person"}
    if not named & set(kinds) and kinds.count("years") < 2:
        return False
    return not any(":" in normal(text) for text in cells.values())


def _kinds(cells: Texts) -> list[str]:
    """Return what the cells of a row would be as heads; none in a row with a figure."""
    if len(cells) < 2 or _has_figure(cells):
        return []
    return [read_head(text).kind for text in islice(cells.values(), _ENOUGH)]


def _has_figure(cells: Texts) -> bool:
    """Return whether a row has a number that cannot be the head of a year."""
    return any(is_number(t) and not _YEAR.fullmatch(normal(t)) for t in cells.values())


def _around(grid: Grid, row: int, *, sure: bool) -> Position:
    """Return the whole head around the row that was found."""
    merged = _covered(grid, row + _LINES)
    top = bottom = row
    while top > 0 and _belongs_above(grid, top - 1, top):
        top -= 1
    while _belongs_below(grid, top, bottom, merged):
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
    return Position(
        grid=grid,
        top=top,
        bottom=bottom,
        first=bottom + 1 + _is_numbering(*below, len(labels)),
        labels=labels,
        heads={column: join_heads(lines[column]) for column in labels},
        sure=sure,
    )


def _covered(grid: Grid, height: int) -> Covered:
    """Return, for each merged cell of the first rows but the first of it, its area."""
    return {
        (row, column): area
        for area in grid.merged
        for row in range(area[0], min(area[2] + 1, height))
        for column in range(area[1], min(area[3] + 1, area[1] + _WIDEST))
        if (row, column) != area[:2]
    }


def _width(grid: Grid, top: int, bottom: int) -> int:
    """Return how many columns the rows of a head have."""
    widest = max(map(len, grid.rows))
    merged = [a[3] + 1 for a in grid.merged if a[0] <= bottom and a[2] >= top]
    lengths = [len(line) for line in grid.rows[top : bottom + 1]]
    return max(lengths + [min(widest, one) for one in merged])


def _belongs_above(grid: Grid, row: int, top: int) -> bool:
    """Return whether a row above a head groups its columns: 2016年, 2017年."""
    cells, below = texts(grid, row), texts(grid, top)
    if not cells or _has_figure(cells) or any(":" in normal(t) for t in cells.values()):
        return False
    if any(
        row - _LINES < a[0] <= row < top <= a[2] < top + _LINES for a in grid.merged
    ):
        return True
    if not any(
        read_head(text).kind in {*COLUMNS, "building"} | _ABOVE
        for text in cells.values()
    ):
        return False
    return max(cells) <= max(below) and (len(cells) > 1 or min(cells) > min(below))


def _belongs_below(grid: Grid, top: int, bottom: int, merged: Covered) -> bool:
    """Return whether the next row carries a head on: years, measures or units."""
    row = bottom + 1
    if row >= len(grid.rows):
        return False
    cells = texts(grid, row)
    if any(top <= a[0] <= bottom and row <= a[2] < top + _LINES for a in grid.merged):
        return True
    if not cells or _has_figure(cells):
        return False
    joined = False
    for column, text in cells.items():
        over = list(_lines(grid, top, bottom, column, merged))
        kind, own = join_heads(over).kind, read_head(text).kind
        joined = joined or (
            kind in COLUMNS and join_heads([*over, text]).kind in COLUMNS
        )
        key = kind in ("year", "building") and text not in over
        if key and own not in ("unit_only", kind):
            return False
        if kind == "blank" and own == "unknown":
            return False
    kinds = [read_head(text).kind for text in cells.values()]
    again = set(cells.values()) <= set(texts(grid, bottom).values()) and len(cells) > 1
    if again and "years" not in kinds:
        return False
    return joined or any(kind in {*COLUMNS, "building"} | _BELOW for kind in kinds)


def _lines(
    grid: Grid, top: int, bottom: int, column: int, merged: Covered
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


def _group_left_of(
    grid: Grid, row: int, bottom: int, column: int, merged: Covered
) -> str:
    """Return the group that an unmerged blank cell of a head belongs to."""
    for left in range(column - 1, -1, -1):
        if text := head_text(grid, row, left):
            under = head_text(grid, bottom, left)
            return text if under and read_head(under).kind != "building" else ""
        if (row, left) in merged:
            return ""
    return ""


def _is_numbering(cells: Texts, below: Texts, width: int) -> bool:
    """Return whether a row numbers the columns of a form: 甲 乙 1 2 3, or 1 2 3 4.

    A building named 甲 with the figures 1 and 2 stands above one named 乙, and one
    named 1 above others that are numbers.
    """
    shown = [normal(text) for text in cells.values()]
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
    last = next(column for column, text in cells.items() if normal(text) == others[-1])
    return in_order and (len(others) > 1 or len(below.get(last, "")) > 1)


def end_of_table(table: Table, faults: Faults) -> int:
    """Return the row where the table ends, the head again or the end of the sheet."""
    grid, position = table.grid, table.position
    column = table.building if table.building is not None else table.year
    if column is None:
        return len(grid.rows)
    own = {grid.value(row, column) for row in range(position.top, position.bottom + 1)}
    own -= {None, ""}
    for row in range(position.first, len(grid.rows)):
        if grid.value(row, column) in own and looks_like_head(texts(grid, row)):
            faults.tell(second_head(table, texts(grid, row)), grid, row, "")
            return _without_title(table, row)
    return len(grid.rows)


def _without_title(table: Table, end: int) -> int:
    """Return the row after the last row of figures above a repeated head."""
    figures = [column.index for column in table.figures]
    while end > table.position.first and not any(
        table.grid.value(end - 1, column) not in (None, "") for column in figures
    ):
        end -= 1
    return end


def second_head(table: Table, cells: Texts) -> Refusal:
    """Return the refusal of a further head: that of the table again, or of another."""
    heads = table.position.heads.values()
    others = [read_head(text) for text in cells.values()]
    meant = {*COLUMNS, "building"} | _MEANT
    own, other = ({head.kind for head in one} & meant for one in (heads, others))
    upper, lower = ({head.year for head in one} - {""} for one in (heads, others))
    again = own == other and lower <= upper
    return refuse("layout.head_again" if again else "layout.second_table")


class RowKinds:
    """Tells which rows below the head of a table are none of it.

    It remembers whether a blank row or a footer came before.
    """

    def __init__(self, table: Table, faults: Faults) -> None:
        self._table, self._grid, self._faults = table, table.grid, faults
        self._measures = {column.index: column.measure for column in table.figures}
        keys = [key for key in (table.year, table.building) if key is not None]
        self._captions = self._rows_of_captions(min(keys, default=0))
        heads = table.position.heads.items()
        self._counters = {c for c, head in heads if head.kind == "serial"}
        self._after_blank = self._in_footer = False

    def _rows_of_captions(self, key: int) -> set[int]:
        """Return the rows whose text is merged over a key and a figure: a heading.

        The lower rows of such an area are blank, and no rows of the table either.
        """
        return {
            row
            for top, left, bottom, right in self._grid.merged
            if top >= self._table.position.first and left <= key
            if any(left <= column <= right for column in self._measures)
            for row in range(top, min(bottom + 1, len(self._grid.rows)))
        }

    def of(
        self, row: int, line: list[Value], year: Value, name: Value
    ) -> tuple[str, str]:
        """Return the kind of a row, and the label of a total.

        A row is `row`, `skip` (nothing, a footer, a heading), `end` (a second table,
        which is told) or a kind of total; see `totals.total_kind`.
        """
        if not any(
            value is not None and not (isinstance(value, str) and not value.strip())
            for value in line
        ):
            self._after_blank = True
            return "skip", ""
        at, first = next((c, v) for c, v in enumerate(line) if v not in (None, ""))
        keyed = year is not None and name is not None
        kind, label = _total(year, name)
        if keyed and kind == "other" and label == year and YEAR_TEXT.search(label):
            kind = ""  # a target of that year: no year, and no total either
        if not kind and (not keyed or at in self._counters):
            kind, label = _total(first)
        if not kind and (not keyed or self._is_doubtful(row, line, first)):
            kind = self._without_key(row)
        kind = kind or "row"
        if kind not in ("skip", "end"):
            self._after_blank = self._in_footer = False
        return kind, label

    def _is_doubtful(self, row: int, line: list[Value], first: Value) -> bool:
        """Return whether a row with both its keys may be none of the table.

        Where no column holds years, a text alone may be a remark as well as a name.
        """
        if self._table.year is None:
            if len(line) - line.count(None) - line.count("") == 1:
                return True
        if self._after_blank or self._in_footer or row in self._captions:
            return True
        return isinstance(first, str) and is_footer(first)

    def _without_key(self, row: int) -> str:
        """Return what a row is that lacks a key, or may be none of the table."""
        table, cells = self._table, texts(self._grid, row)
        if not cells:
            return "skip"
        first = next(iter(cells.values()))
        figures = {c: cells[c] for c in self._measures if c in cells}
        numbers = any(_is_figure(figures[c], self._measures[c]) for c in figures)
        if looks_like_head(cells):
            return self._end(second_head(table, cells), row)
        keyed = (
            table.year is not None
            and table.building in cells
            and bool(YEAR_TEXT.fullmatch(normal(cells.get(table.year, ""))))
        )
        if row in self._captions and not numbers:
            return "skip"
        if is_footer(first) and not keyed and (":" in normal(first) or not numbers):
            self._in_footer = True
            return "skip"
        digits = any(c.isdigit() for text in figures.values() for c in text)
        words = figures and len(cells) > 1 and not (numbers or digits or keyed)
        if self._after_blank and words:
            return self._end(refuse("layout.second_table"), row)
        if len(cells) == 1 and not numbers:
            return "skip" if self._is_remark(row, first, cells) else "row"
        return "row" if figures or {table.year, table.building} & set(cells) else "skip"

    def _end(self, refusal: Refusal, row: int) -> str:
        """Tell that the table ends here."""
        self._faults.tell(refusal, self._grid, row, "")
        return "end"

    def _is_remark(self, row: int, text: str, cells: Texts) -> bool:
        """Return whether a text alone in its row is a heading, a title or a remark."""
        table, folded, digits = self._table, normal(text), any(map(str.isdigit, text))
        if set(self._measures) & set(cells) and digits:
            return False
        if self._in_footer or is_heading(text) or len(folded) > _LONG:
            return True
        if _SENTENCE.search(folded) or table.year is None:
            return True
        if table.building not in cells:
            return table.year not in cells or not digits
        ahead = range(row + 1, min(row + 1 + _LINES, len(self._grid.rows)))
        return any(looks_like_head(texts(self._grid, below)) for below in ahead)


def _total(*labels: Value) -> tuple[str, str]:
    """Return the kind of total that a row is, and the label that says so."""
    for label in labels:
        if isinstance(label, str) and (kind := total_kind(label)):
            return kind, label
    return "", ""


def _is_figure(text: str, measure: str) -> bool:
    """Return whether the text of a cell states a figure, or that there is none."""
    try:
        read_figure(text, "General", measure, None)
    except Refusal as refusal:
        return refusal.code == "unit_missing"
    return True
