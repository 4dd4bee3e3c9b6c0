"""What stands in one sheet of a workbook, and does it keep to the bounds?

One pass over the XML gives values and structure, and stops at the first cell beyond
the bounds: what was judged is what is read, for no second reader sees the file.
"""

import datetime as dt
import re
from array import array
from xml.parsers import expat

from hengstats.intake.grid import Grid, Place, Value, letter
from hengstats.intake.limits import CELLS, COLUMNS, LINES, MERGED, ROWS
from hengstats.intake.result import Refusal
from hengstats.intake.stored import (
    mark,
    read_number,
    read_serial,
    unescape,
)
from hengstats.intake.styles import Styles, is_on

_KNOWN_NUMBERS = 100_000
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


class SheetReader:
    """The handlers of one sheet's XML; `grid` holds what they have found.

    A class that changes, against the habit of the house: the parser calls functions
    for elements and text by turns, and what they share has to stand somewhere.

    Attributes
    ----------
    grid : Grid
        Filled while the parser runs.
    """

    def __init__(
        self,
        grid: Grid,
        shared: list[str],
        struck_strings: set[int],
        styles: Styles,
        *,
        from_1904: bool,
    ) -> None:
        self.grid = grid
        self._shared, self._struck_strings = shared, struck_strings
        self._styles, self._from_1904 = styles, from_1904
        self._columns: dict[str, int] = {}  # letters to number
        self._row_name, self._is_within = "0", False
        self._numbers: dict[str, int | float] = {}
        self._row, self._column, self._width = -1, -1, 0
        self._line: list[Value] = []
        self._looks: list[int] = []
        self._kind, self._style = "n", 0
        self._formula = self._struck = self._in_cell = self._in_data = False
        self._text: list[str] = []
        self._from, self._raised = 0, ""
        self._taking = False
        self._stored: str | None = None
        self._phonetic = 0
        self._rows_hidden = False
        self._hidden_spans: list[tuple[int, int]] = []

    def feed(self, parser: expat.XMLParserType) -> None:
        """Let a parser call this reader."""
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def _characters(self, text: str) -> None:
        """Keep the text of a value."""
        if self._taking:
            self._text.append(text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        """Take what an opening element says."""
        if ":" in name:
            name = name.rpartition(":")[2]
        if self._in_cell:
            if name == "v" or (name == "t" and not self._phonetic):
                self._taking, self._from = True, len(self._text)
            elif name == "f":
                self._formula = True
            elif name == "r":
                self._raised = ""
            elif name == "vertAlign":
                self._raised = attributes.get("val", "")
            elif name == "rPh":
                self._phonetic += 1
            elif name == "strike" and is_on(attributes.get("val", "1")):
                self._struck = True
        elif name == "c" and self._in_data:
            self._start_cell(attributes)
        elif name == "row" and self._in_data:
            self._start_row(attributes)
        elif name == "sheetData":
            self._in_data = True
        elif name == "mergeCell":
            self._add_merged(attributes.get("ref", ""))
        elif name == "col":
            if is_on(attributes.get("hidden", "0")) or attributes.get("width") == "0":
                span = int(attributes.get("min", 1)), int(attributes.get("max", 1))
                self._hidden_spans.append(span)
        elif name == "sheetFormatPr":
            self._rows_hidden = is_on(attributes.get("zeroHeight", "0"))

    def _end(self, name: str) -> None:
        """Take what a closing element completes."""
        if ":" in name:
            name = name.rpartition(":")[2]
        if self._in_cell:
            if name == "v":
                self._taking = False
                self._stored = "".join(self._text)
                self._text.clear()
            elif name == "c":
                self._in_cell = False
                self._end_cell()
            elif name == "t":
                self._taking = False
                piece = "".join(self._text[self._from :])
                self._text[self._from :] = [mark(piece, self._raised)]
            elif name == "rPh":
                self._phonetic -= 1
        elif name == "row" and self._in_data:
            self._end_row()
        elif name == "sheetData":
            self._in_data = False

    def _start_row(self, attributes: dict[str, str]) -> None:
        """Begin a row, which must stand below the one before."""
        row = int(attributes.get("r", self._row + 2)) - 1
        if row <= self._row:
            raise self._corrupt("行号不是递增的", "its rows are out of order")
        self._row, self._column, self._row_name = row, -1, str(row + 1)
        self._is_within = row < LINES and (row + 1) * self._width <= CELLS
        hidden = attributes.get("hidden")
        by_default = self._rows_hidden or attributes.get("ht") == "0"
        if is_on(hidden) if hidden else by_default:
            self.grid.hidden_rows.add(row)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        """Begin a cell, which must stand right of the one before."""
        self._in_cell, self._formula, self._struck = True, False, False
        self._stored, self._raised = None, ""
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", 0))
        where = attributes.get("r")
        column = self._column + 1 if where is None else self._place(where)
        if column <= self._column:
            raise self._corrupt("同一格出现两次或次序颠倒", "a cell is there twice")
        self._column = column

    def _place(self, where: str) -> int:
        """Return the column of a reference, which must be in the current row."""
        if where.endswith(self._row_name):
            column = self._columns.get(where[: -len(self._row_name)])
            if column is not None:
                return column
        row, column = self._split(where)
        if row != self._row:
            raise self._corrupt("单元格与行号不符", "a cell contradicts its row")
        return column

    def _split(self, where: str) -> Place:
        """Return row and column of a reference such as B12."""
        found = _REFERENCE.fullmatch(where)
        if not found:
            raise self._corrupt("单元格位置无法识别", "a cell has no valid place")
        letters = found[1]
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for sign in letters.upper():
                column = column * 26 + ord(sign) - 64
            column -= 1
            self._columns[letters] = column
        return int(found[2]) - 1, column

    def _end_cell(self) -> None:
        """Put the value of a cell in its place, if it has one."""
        if self._style and not 0 < self._style < len(self._styles.index):
            raise self._corrupt("单元格样式不存在", "a cell names an unknown style")
        value = self._value()
        self._text.clear()
        if value is None and self._kind != "e":
            if not self._formula or self._kind == "str":
                return
            self.grid.no_value.add((self._row, self._column))
        if self._column >= self._width or not self._is_within:
            self._check_bounds()
        if self._style and value is not None and self._styles.raised[self._style]:
            shown = value if isinstance(value, str) else self._stored or ""
            value = mark(shown, self._styles.raised[self._style])
        if self._struck or (self._style and self._styles.struck[self._style]):
            self.grid.struck.add((self._row, self._column))
        line, column = self._line, self._column
        if column > len(line):
            line.extend([None] * (column - len(line)))
        line.append(value)
        look = self._styles.index[self._style] if self._styles.index else 0
        if look:
            self._looks.extend([0] * (column - len(self._looks)))
            self._looks.append(look)

    def _value(self) -> Value:
        """Return what a cell holds; None for an error or nothing."""
        kind, stored = self._kind, self._stored
        if kind == "inlineStr":
            return unescape("".join(self._text)) or None
        if stored is None or stored == "":
            return None
        if kind == "s":
            text = int(stored) if stored.isascii() and stored.isdigit() else -1
            if not 0 <= text < len(self._shared):
                raise self._corrupt("引用了不存在的文字", "a cell names a missing text")
            self._struck = text in self._struck_strings
            return self._shared[text] or None
        if kind == "str":
            return unescape(stored)
        if kind == "e":
            self.grid.errors[self._row, self._column] = stored
            return None
        if kind == "b":
            return is_on(stored)
        if kind not in ("n", "d"):
            raise self._corrupt("单元格类型不认识", "a cell has an unknown type")
        try:
            if kind == "d":
                return dt.datetime.fromisoformat(stored)
            number = self._number(stored)
        except ValueError as error:
            raise self._corrupt(
                "数字格里不是数字", "a number cell holds none"
            ) from error
        shown = self._styles.kinds[self._style] if self._styles.kinds else ""
        if shown:
            return read_serial(float(stored), shown, from_1904=self._from_1904)
        return number

    def _number(self, stored: str) -> int | float:
        """Return a stored number; one that comes again is kept once."""
        number = self._numbers.get(stored)
        if number is None:
            number = read_number(stored)
            if len(self._numbers) < _KNOWN_NUMBERS:
                self._numbers[stored] = number
        return number

    def _check_bounds(self) -> None:
        """Refuse a value beyond the bounds, and an area that would not fit."""
        if self._column >= COLUMNS:
            raise Refusal(
                "too_many_columns",
                f"{letter(self._column)} 列还有内容，上限 {COLUMNS} 列",
                "删去表外多余的内容，只留要交的列",
                f"column {letter(self._column)} holds a value, the limit is"
                f" {COLUMNS} columns; delete what lies outside the table",
            )
        width = max(self._width, self._column + 1)
        if self._row >= LINES or (self._row + 1) * width > CELLS:
            raise Refusal(
                "too_large",
                f"第 {self._row + 1} 行 {letter(self._column)} 列还有内容，"
                f"一张表上限 {ROWS:,} 行、{CELLS:,} 格",
                "删去表外多余的内容，或分成几个文件",
                f"{letter(self._column)}{self._row + 1} holds a value; a sheet may"
                f" have {ROWS:,} rows and {CELLS:,} cells; delete what lies outside",
            )
        self._width = width

    def _end_row(self) -> None:
        """Keep the row if anything stands in it."""
        if not self._line:
            self.grid.hidden_rows.discard(self._row)
            return
        rows, styles = self.grid.rows, self.grid.styles
        while len(rows) < self._row:
            rows.append([])
        rows.append(self._line)
        if self._looks:
            while len(styles) < self._row:
                styles.append(b"")
            styles.append(
                bytes(self._looks)
                if len(self._styles.formats) <= 256
                else array("L", self._looks)  # type: ignore[arg-type]
            )
        self._line, self._looks = [], []

    def finish(self) -> None:
        """Cut merged areas and hidden columns to what the sheet holds."""
        grid = self.grid
        bottom, right = len(grid.rows) - 1, self._width - 1
        areas = [
            (top, left, min(low, bottom), min(far, right))
            for top, left, low, far in grid.merged
        ]
        grid.merged[:] = [
            area
            for area in areas
            if area[0] <= area[2] and area[1] <= area[3] and area[:2] != area[2:]
        ]
        for first, last in self._hidden_spans:
            grid.hidden_columns.update(range(max(first - 1, 0), min(last, right + 1)))

    def _add_merged(self, reference: str) -> None:
        """Keep the area of a reference such as A1:B2."""
        if len(self.grid.merged) == MERGED:
            raise Refusal(
                "too_large",
                f"合并的单元格多于 {MERGED:,} 处",
                "只留要交的表，取消多余的合并",
                f"more than {MERGED:,} merged areas; keep only the table to hand in",
            )
        first, _, last = reference.partition(":")
        top, left = self._split(first)
        bottom, right = self._split(last or first)
        self.grid.merged.append((top, left, bottom, right))

    def _corrupt(self, found: str, english: str) -> Refusal:
        """Return the refusal of a sheet that contradicts itself."""
        return Refusal(
            "corrupt",
            f"工作表内部第 {self._row + 1} 行附近已损坏：{found}",
            "在 Excel 里打开并另存一份再交来",
            f"the sheet is damaged near row {self._row + 1}: {english}",
        )
