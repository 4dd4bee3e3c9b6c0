"""What is a row below the head that has no year or no building of its own?

A footer, a heading, a form left blank, a second table, or a row with a blank key; only
the last is a row of the table, and it is refused.
"""

import re

from hengstats.intake.buildings.heads import YEAR_TEXT, read_head
from hengstats.intake.buildings.headwords import fold
from hengstats.intake.buildings.labels import is_footer, is_heading
from hengstats.intake.buildings.layout import looks_like_head, texts
from hengstats.intake.buildings.merges import captions
from hengstats.intake.buildings.table import Table
from hengstats.intake.buildings.tally import Tally
from hengstats.intake.cells import read_figure
from hengstats.intake.grid import Value
from hengstats.intake.result import COLUMNS, Refusal

_MEANT = {"year", "building", *COLUMNS, "years"}
_SENTENCE = re.compile(r"[,;:。]|^\d+[.)、]")
_LONG = 25  # characters; no building has a longer name
_AHEAD = 6  # rows between a title and its head
SECOND = Refusal(
    "multiple_tables",
    "下面还有一张表，一张工作表只能放一张表",
    "把它移到另一张工作表或另一个文件",
    "a second table begins here; move it to a sheet or a file of its own",
)
REPEATED = Refusal(
    "repeated_header",
    "这里又出现了表头，可能是分页打印或两个文件拼接",
    "删去重复的表头（和它上面的题目）",
    "the head is repeated; delete the second one, and the title above it",
)


class Stray:
    """Judges the rows of one table that may be none; remembers what came before."""

    def __init__(self, table: Table) -> None:
        self._table, self._grid = table, table.grid
        self._figures = [column.index for column in table.figures]
        self._measures = {column.index: column.measure for column in table.figures}
        keys = [key for key in (table.year, table.building) if key is not None]
        self._captions = captions(
            table.grid, keys or [0], self._figures, table.place.first
        )
        self._after_blank = self._in_footer = False

    def is_blank(self, line: list[Value]) -> bool:
        """Return whether a row has nothing in it."""
        for value in line:
            if value is not None and value != "":
                if not isinstance(value, str) or value.strip():
                    return False
        self._after_blank = True
        return True

    def settle(self) -> None:
        """Forget blank rows and footers: a row of the table has come."""
        self._after_blank = self._in_footer = False

    def doubtful(self, row: int, first: Value) -> bool:
        """Return whether a row with both its keys may be none of the table.

        Where no column holds years, a text alone may be a remark as well as a name.
        """
        if self._table.year is None and self._is_alone(row):
            return True
        if self._after_blank or self._in_footer or row in self._captions:
            return True
        return isinstance(first, str) and is_footer(first)

    def _is_alone(self, row: int) -> bool:
        """Return whether a row has but one cell that is not blank."""
        line = self._grid.rows[row]
        return len(line) - line.count(None) - line.count("") == 1

    def judge(self, row: int, line: list[Value], tally: Tally) -> str:
        """Return `skip`, `end` (a second table, which is told) or `read`."""
        cells = texts(self._grid, row)
        if not cells:
            return "skip"
        first = next(iter(cells.values()))
        figures = {c: cells[c] for c in self._figures if c in cells}
        numbers = any(_is_figure(figures[c], self._measures[c]) for c in figures)
        if looks_like_head(cells):
            self._tell(kind_of_head(self._table, cells), row, tally)
            return "end"
        keys = {self._table.year, self._table.building} & set(cells)
        keyed = _is_year(cells, self._table)
        if row in self._captions and not numbers:
            return "skip"
        if is_footer(first) and not keyed and (":" in fold(first) or not numbers):
            self._in_footer = True
            return "skip"
        digits = any(c.isdigit() for text in figures.values() for c in text)
        words = figures and len(cells) > 1 and not (numbers or digits or keyed)
        if self._after_blank and words:
            self._tell(SECOND, row, tally)
            return "end"
        if len(cells) == 1 and not numbers:
            return "skip" if self._is_remark(row, first, cells) else "read"
        if figures:
            return "read"
        return "read" if keys else "skip"

    def _is_remark(self, row: int, text: str, cells: dict[int, str]) -> bool:
        """Return whether a text alone in its row is a heading, a title or a remark."""
        folded = fold(text)
        if set(self._figures) & set(cells) and any(c.isdigit() for c in text):
            return False
        if self._in_footer or is_heading(text) or len(folded) > _LONG:
            return True
        if _SENTENCE.search(folded) or self._table.year is None:
            return True
        if self._table.building not in cells:
            return self._table.year not in cells or not any(map(str.isdigit, text))
        ahead = range(row + 1, min(row + 1 + _AHEAD, len(self._grid.rows)))
        return any(looks_like_head(texts(self._grid, below)) for below in ahead)

    def _tell(self, refusal: Refusal, row: int, tally: Tally) -> None:
        """Tell that the table ends here."""
        grid = self._grid
        tally.tell(refusal, grid.file, grid.sheet, row + 1, "")


def kind_of_head(table: Table, cells: dict[int, str]) -> Refusal:
    """Return whether a further head is that of the table again, or of another one."""
    own = {head.kind for head in table.place.heads.values()} & _MEANT
    other = {read_head(text).kind for text in cells.values()} & _MEANT
    lower = {read_head(text).year for text in cells.values()} - {""}
    upper = {head.year for head in table.place.heads.values()} - {""}
    return REPEATED if own == other and lower <= upper else SECOND


def _is_figure(text: str, measure: str) -> bool:
    """Return whether the text of a cell states a figure, or that there is none."""
    try:
        read_figure(text, "General", measure, None)
    except Refusal as told:
        return told.code == "unit_missing"
    return True


def _is_year(cells: dict[int, str], table: Table) -> bool:
    """Return whether a row has a year and a building, whatever else it looks like."""
    if table.year is None or table.building not in cells:
        return False
    return bool(YEAR_TEXT.fullmatch(fold(cells.get(table.year, ""))))


def end_of_table(table: Table, tally: Tally) -> int:
    """Return the row where the table ends, the head again or the end of the sheet."""
    grid, place = table.grid, table.place
    column = table.building if table.building is not None else table.year
    if column is None:
        return len(grid.rows)
    own = {grid.value(row, column) for row in range(place.top, place.bottom + 1)}
    own -= {None, ""}
    for row in range(place.first, len(grid.rows)):
        line = grid.rows[row]
        if column < len(line) and line[column] in own:
            if looks_like_head(texts(grid, row)):
                again = kind_of_head(table, texts(grid, row))
                tally.tell(again, grid.file, grid.sheet, row + 1, "")
                return _without_title(table, row)
    return len(grid.rows)


def _without_title(table: Table, end: int) -> int:
    """Return the row after the last row of figures above a repeated head."""
    figures = [column.index for column in table.figures]
    while end > table.place.first and not any(
        table.grid.value(end - 1, column) not in (None, "") for column in figures
    ):
        end -= 1
    return end
