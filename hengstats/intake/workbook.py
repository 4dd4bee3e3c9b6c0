"""Reads a workbook into `Grid`s, one for each visible sheet that holds anything.

openpyxl reads the cells, with texts and styles. It is given these and nothing else of
the file, in a workbook of its own making, so that no drawing, filter, link or name can
stop or hang it. Before, one pass of expat counts the cells and keeps what openpyxl does
not show or dwells on: formulas, merged and hidden cells.
"""

import io
import posixpath
import re
import warnings
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import product
from operator import itemgetter
from typing import cast
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from hengstats.errors import SheetError
from hengstats.intake.filekinds import open_workbook
from hengstats.intake.grid import COLUMNS, LINES, Area, Grid, Place, Value, letter
from hengstats.intake.numberformats import around_text, date_letters
from hengstats.intake.result import refuse

CELLS = 200_000  # of a sheet that hold something; merged areas have the same bound
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/xl/workbook.xml"'
    f' ContentType="{_KIND}.sheet.main+xml"/><Override PartName="/xl/sharedStrings.xml"'
    f' ContentType="{_KIND}.sharedStrings+xml"/></Types>'
).encode()
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
# What openpyxl judges severely in styles and fonts, and nobody asks about here.
_SECTIONS = re.compile(
    rb"(?s)<((?:\w+:)?(?:fills|borders|cellStyleXfs|cellStyles|dxfs|colors|extLst))\b"
    rb"(?:[^>]*[^>/])?>.*?</\1>"
)
_LOOKS = re.compile(
    rb"<(?:\w+:)?(?:family|charset|color|scheme|sz|u|alignment|protection)\b[^>]*/>"
)
_ALTERNATES, _CHOICE, _FALLBACK = map(
    re.compile,
    (
        rb"(?s)<(?:\w+:)?AlternateContent\b.*?</(?:\w+:)?AlternateContent>",
        rb"(?s)<(?:\w+:)?Choice\b[^>]*Requires=[\"'](.*?)[\"'][^>]*>(.*?)</(?:\w+:)?Choice>",
        rb"(?s)<(?:\w+:)?Fallback\b[^>]*>(.*?)</(?:\w+:)?Fallback>",
    ),
)
_BLANK = re.compile(rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?/>')
# Number formats that the Chinese Excel reserves for itself and does not write down.
_CHINESE = {
    **dict.fromkeys([*range(27, 32), 36, *range(50, 55), 57, 58], 'yyyy"年"m"月"d"日"'),
    **dict.fromkeys([32, 33, 34, 35, 55, 56], 'h"时"mm"分"'),
}
_ILL_FORMED = (SyntaxError, expat.ExpatError)  # as the two parsers call it
_FAULTS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
_SIGNS = "0123456789+-=()"
_RAISED = {
    "superscript": str.maketrans(_SIGNS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"),
    "subscript": str.maketrans(_SIGNS, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}


def read_workbook(name: str, data: bytes) -> list[Grid]:
    """Return the visible sheets that hold anything, in their order.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    data : bytes
        All of it.

    Raises
    ------
    Refusal
        For a fault of the whole file; see `filekinds.open_workbook`.
    SheetError
        For a sheet beyond the bounds: `too_large`, `too_many_columns`.
    """
    parts = {
        part: _taken(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", xml))
        for part, xml in open_workbook(data).items()
        if part.endswith((".xml", ".rels"))
    }
    try:
        outline = _outline(parts)
        surveys = [
            _Survey(parts[part], Grid(file=name, sheet=title, rows=[]))
            for title, part in outline.sheets
        ]
        surveys = [survey for survey in surveys if survey.count]
        sheets = _load([survey.cells() for survey in surveys], outline)
        found = [_cells(*pair) for pair in zip(surveys, sheets, strict=True)]
        _leave_out_noughts(surveys, found, outline)
        for survey, cells in zip(surveys, found, strict=True):
            _fill(survey.grid, cells)
    except SheetError:
        raise
    except (*_FAULTS, *_ILL_FORMED) as error:
        raise refuse("workbook.damaged") from error
    return [survey.grid for survey in surveys]


def _taken(xml: bytes) -> bytes:
    """Return a part with that of its alternates which Excel takes, and no other.

    That is the first which needs nothing but namespaces of Microsoft, or the fallback.
    """

    def choose(alternates: re.Match[bytes]) -> bytes:
        for needed, content in _CHOICE.findall(alternates[0]):
            spaces = [
                re.search(b"xmlns:" + prefix + b"=[\"'](.*?)[\"']", xml)
                for prefix in needed.split()
            ]
            if all(space and b".microsoft.com/" in space[1] for space in spaces):
                return bytes(content)
        fallback = _FALLBACK.search(alternates[0])
        return fallback[1] if fallback else b""

    return _ALTERNATES.sub(choose, xml) if b"AlternateContent" in xml else xml


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """Title and part of the visible sheets; texts and styles; settings of the book.

    Days may count from 1904. Who could not calculate asks for it (`recalculates`), and
    has stored a nought behind each formula; so perhaps has who kept no `chain` of them.
    """

    sheets: list[tuple[str, str]]
    texts: bytes
    styles: bytes
    from_1904: bool
    recalculates: bool
    chain: bool


def _outline(parts: dict[str, bytes]) -> _Outline:
    """Return what the workbook itself says."""
    part = dict(_targets(parts, "").values())["officeDocument"]
    book, targets = ElementTree.fromstring(parts[part]), _targets(parts, part)
    part_of = dict(targets.values())
    own = book.tag.removesuffix("workbook")  # others may call theirs workbookPr, too
    settings, calculation = (
        book.findall(f"{own}{tag}") for tag in ("workbookPr", "calcPr")
    )
    sheets = [
        (sheet, *targets[sheet.attrib[f"{{{_OFFICE}}}id"]])
        for sheet in book.iterfind("{*}sheets/{*}sheet")
    ]
    if not sheets:
        raise LookupError("no sheets")
    return _Outline(
        sheets=[
            (sheet.attrib["name"], part)
            for sheet, kind, part in sheets
            if kind == "worksheet" and sheet.get("state", "visible") == "visible"
        ],
        texts=parts.get(part_of.get("sharedStrings", ""), b"<none/>"),
        styles=parts.get(part_of.get("styles", ""), b""),
        from_1904=any(_is_on(one.get("date1904")) for one in settings),
        recalculates=any(map(_asks_to_calculate, calculation)),
        chain="calcChain" in part_of,
    )


def _targets(parts: dict[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """Return id to kind and part of what a part refers to inside the archive."""
    folder, _, name = part.rpartition("/")
    relations = parts[posixpath.join(folder, "_rels", name + ".rels")]
    found = {}
    for relation in ElementTree.fromstring(relations).iterfind("{*}Relationship"):
        if relation.get("TargetMode") != "External":
            kind = relation.attrib["Type"].rpartition("/")[2]
            target = unquote(relation.attrib["Target"]).replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/" + folder, target))
            found[relation.attrib["Id"]] = (kind, path.lstrip("/").casefold())
    return found


def _is_on(text: str | None) -> bool:
    """Return what an XML truth value says."""
    return (text or "").strip() in ("1", "true", "on")


def _asks_to_calculate(settings: ElementTree.Element) -> bool:
    """Return whether who wrote a workbook says that its formulas are not calculated."""
    return (
        _is_on(settings.get("fullCalcOnLoad"))
        or not _is_on(settings.get("calcCompleted", "1"))
        or settings.get("calcId") == "0"
    )


class _Survey:
    """One pass over the XML of a sheet, which puts into a grid how it is built.

    A class that changes, against the habit of the house: the parser calls functions
    for elements and text by turns, and what they share has to stand somewhere.

    Attributes
    ----------
    grid : Grid
        Of which all but values, formats and lines through them is known.
    count : int
        Cells that hold something.
    formulas : set of Place
    shows_noughts, recalculates : bool
        What the sheet says of itself.
    """

    def __init__(self, xml: bytes, grid: Grid) -> None:
        self.grid, self.count, self._xml = grid, 0, xml
        self.shows_noughts, self.recalculates = True, False
        self.formulas: set[Place] = set()
        self._row = self._column = -1
        self._height = self._width = 0
        self._space = self._kind = ""
        self._is_formula = self._is_filled = self._is_value = False
        self._all_have_places = True
        self._hidden: list[tuple[int, int]] = []  # spans of columns
        self._begin: list[int] = []  # of the root and of its first part, in bytes
        self._data = self._data_end = self._end = 0  # of the cells, of the root
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.CharacterDataHandler = self._text
        self._parser.EndElementHandler = self._close
        self._parser.Parse(xml, True)
        self._cut()

    def cells(self) -> bytes:
        """Return the XML of the cells, without those that are blank, and of no more."""
        data = self._xml[self._data : self._data_end]
        if self._all_have_places:  # rows are often ruled down to the end of the sheet
            data = _BLANK.sub(b"", data)
        return self._xml[: self._begin[1]] + data + self._xml[self._end :]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take what an opening element says."""
        if not self._begin:
            self._space = tag.rpartition(" ")[0]
        if len(self._begin) < 2:
            self._begin.append(self._parser.CurrentByteIndex)
        tag = self._own(tag)
        if tag == "c":
            place = attributes.get("r")
            if place:
                row, column = coordinate_to_tuple(place)
                self._row, self._column = row - 1, column - 1
            else:
                self._column, self._all_have_places = self._column + 1, False
            self._kind = attributes.get("t", "n")
            self._is_formula = self._is_filled = False
        elif tag in ("v", "t"):
            self._is_value = True
        elif tag == "f":
            self._is_formula = True
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1
            if _is_on(attributes.get("hidden")) or attributes.get("ht") == "0":
                self.grid.hidden_rows.add(self._row)
        elif tag == "sheetView":
            self.shows_noughts = _is_on(attributes.get("showZeros", "1"))
        elif tag == "sheetCalcPr":
            self.recalculates = _is_on(attributes.get("fullCalcOnLoad"))
        elif tag == "sheetData":
            self._data = self._parser.CurrentByteIndex
        elif tag == "mergeCell" and attributes.get("ref"):
            left, top, right, bottom = range_boundaries(attributes["ref"])
            first = (top or 1) - 1, (left or 1) - 1  # whole columns have no rows
            last = (bottom or LINES) - 1, (right or COLUMNS) - 1
            self.grid.merged.append((*first, *last))
        elif tag == "col":
            if _is_on(attributes.get("hidden")) or attributes.get("width") == "0":
                span = int(attributes["min"]) - 1, int(attributes["max"])
                self._hidden.append(span)

    def _own(self, tag: str) -> str:
        """Return the name of an element of the sheet; empty for one of others."""
        space, _, name = tag.rpartition(" ")
        return name if space == self._space else ""

    def _text(self, text: str) -> None:
        """Take a piece of text."""
        self._is_filled = self._is_filled or self._is_value

    def _close(self, tag: str) -> None:
        """Take what a closing element completes."""
        self._end = self._parser.CurrentByteIndex
        tag = self._own(tag)
        if tag in ("v", "t"):
            self._is_value = False
        elif tag == "c":
            self._close_cell()
        elif tag == "sheetData":
            self._data_end = self._xml.index(b">", self._end) + 1

    def _close_cell(self) -> None:
        """Count a cell that holds something, if it is within the bounds."""
        if self._is_formula:
            self.formulas.add((self._row, self._column))
        if not self._is_filled:
            if not self._is_formula or self._kind == "str":  # a result of no letters
                return
            self.grid.no_value.add((self._row, self._column))
        elif self._kind == "e":
            self.grid.errors[self._row, self._column] = ""  # which comes later
        self.count += 1
        if self._column >= COLUMNS:
            raise self._beyond("too_wide", column=letter(self._column), most=COLUMNS)
        if self._row >= LINES or self.count > CELLS:
            place = f"{letter(self._column)}{self._row + 1}"
            raise self._beyond("too_large", place=place, rows=LINES, cells=CELLS)
        self._height = max(self._height, self._row + 1)
        self._width = max(self._width, self._column + 1)

    def _cut(self) -> None:
        """Cut merged areas, hidden rows and columns to where the cells are."""
        areas: list[Area] = []
        for top, left, low, far in self.grid.merged:
            bottom, right = min(low, self._height - 1), min(far, self._width - 1)
            if top <= bottom and left <= right and (top, left) != (bottom, right):
                areas.append((top, left, bottom, right))
        if sum((a[2] - a[0] + 1) * (a[3] - a[1] + 1) for a in areas) > CELLS:
            raise self._beyond("merged", cells=CELLS)
        self.grid.merged[:] = areas
        self.grid.hidden_rows.intersection_update(range(self._height))
        for first, last in self._hidden:
            columns = range(max(first, 0), min(last, self._width))
            self.grid.hidden_columns.update(columns)

    def _beyond(self, key: str, **values: object) -> SheetError:
        """Return the refusal of a sheet beyond the bounds."""
        refusal = refuse(f"workbook.{key}", **values)
        return SheetError([refusal.at(self.grid.file, self.grid.sheet)])


def _load(sheets: list[bytes], outline: _Outline) -> list[Worksheet]:
    """Return sheets as openpyxl reads them from their cells, texts and styles."""
    own = {"[Content_Types].xml": _TYPES}
    listed = related = ""
    for n, sheet in enumerate(sheets, 1):
        own[f"xl/worksheets/sheet{n}.xml"] = sheet
        listed += f'<sheet name="{n}" sheetId="{n}" r:id="r{n}"/>'
        related += (
            f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet"'
            f' Target="worksheets/sheet{n}.xml"/>'
        )
    own["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr'
        f' date1904="{int(outline.from_1904)}"/><sheets>{listed}</sheets></workbook>'
    ).encode()
    own["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>'
    ).encode()
    own["xl/sharedStrings.xml"] = _LOOKS.sub(b"", outline.texts)
    if outline.styles:
        own["xl/styles.xml"] = _LOOKS.sub(b"", _SECTIONS.sub(b"", outline.styles))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in own.items():
            archive.writestr(name, content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of missing styles and impossible dates
        return list(load_workbook(packed, data_only=True, rich_text=True).worksheets)


def _cells(survey: _Survey, sheet: Worksheet) -> dict[Place, Cell]:
    """Return the cells of a sheet that hold something and are shown."""
    grid = survey.grid
    found = {
        (row - 1, column - 1): cell
        for (row, column), cell in sheet._cells.items()
        if cell.value is not None or (row - 1, column - 1) in grid.no_value
    }
    if len(found) < survey.count:
        raise LookupError("cells that are there twice, or under another name")
    for top, left, bottom, right in grid.merged:
        for place in product(range(top, bottom + 1), range(left, right + 1)):
            if place != (top, left):  # Excel does not show what stands there
                found.pop(place, None)
                grid.no_value.discard(place)
                survey.formulas.discard(place)
    grid.errors = {
        at: str(cell.value) for at, cell in found.items() if at in grid.errors
    }
    return found


def _leave_out_noughts(
    surveys: list[_Survey], found: list[dict[Place, Cell]], outline: _Outline
) -> None:
    """Take out noughts that are not shown, and those that stand for no result.

    A program that writes formulas and cannot calculate puts a nought behind each. It
    says so, or all of them are noughts and nobody has listed the formulas since.
    """
    results = [
        cells[at].value
        for survey, cells in zip(surveys, found, strict=True)
        for at in survey.formulas & cells.keys()
    ]
    none = not outline.chain and all(map(_is_nought, results))
    for survey, cells in zip(surveys, found, strict=True):
        asks = outline.recalculates or survey.recalculates
        for at in survey.formulas if asks or none else ():
            if _is_nought(cells[at].value) if at in cells else asks:
                survey.grid.no_value.add(at)
        for at, cell in () if survey.shows_noughts else list(cells.items()):
            if cell.data_type == "n" and _is_nought(cell.value):
                del cells[at]


def _is_nought(value: object) -> bool:
    """Return whether a result is 0, or a text that says so."""
    try:
        return not isinstance(value, bool) and float(str(value)) == 0
    except ValueError:
        return False


def _fill(grid: Grid, found: dict[Place, Cell]) -> None:
    """Put what stands in the cells of a sheet into its grid, as Excel shows it."""
    blank = grid.errors.keys() | grid.no_value
    formats = {"General": 0}
    looks: dict[Place, tuple[str, bool, str]] = {}
    for (row, column), cell in sorted(found.items(), key=itemgetter(0)):
        style = cell._style.fontId, cell._style.numFmtId
        if style not in looks:
            code = _CHINESE.get(cell._style.numFmtId, cell.number_format)
            looks[style] = (code, bool(cell.font.strike), cell.font.vertAlign or "")
        code, is_struck, position = looks[style]
        value, in_part = _read_cell(cell, code, position)
        if (row, column) in blank:
            value = None
        around = around_text(code) if isinstance(value, str) else ("", "")
        if is_struck or in_part or around is None:
            grid.void.add((row, column))
        elif isinstance(value, str):
            value = value.join(around)
        while len(grid.rows) <= row:
            grid.rows.append([])
            grid.styles.append([])
        line, styles = grid.rows[row], cast(list[int], grid.styles[row])
        line += [None] * (column - len(line))
        line.append(value)
        styles += [0] * (column - len(styles))
        styles.append(formats.setdefault(code, len(formats)))
    grid.formats[:] = formats


def _read_cell(cell: Cell, code: str, position: str) -> tuple[Value, bool]:
    """Return what Excel shows in a cell, and whether a line goes through a part of it.

    `code` is its number format, `position` the place of its font on the line.
    """
    value, is_struck = cell.value, False
    if isinstance(value, CellRichText):
        blocks = [run for run in value if isinstance(run, TextBlock)]
        is_struck = any(run.font.strike for run in blocks)
        value = "".join(
            _mark(run.text, run.font.vertAlign) if isinstance(run, TextBlock) else run
            for run in value
        )
    if isinstance(value, str):
        text = unescape(value).encode("utf-16", "surrogatepass")
        value = text.decode("utf-16", "replace") or None
        if cell.data_type == "e":  # a date beyond the calendar
            value = "########"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if _shows_date(code):
            with suppress(ValueError, OverflowError):
                value = from_excel(value, cell.parent.parent.epoch)
        elif isinstance(value, float) or abs(value) >= 10**15:
            value = float(f"{value:.15g}")
    if position in _RAISED and value is not None:
        value = _mark(str(value), position)
    return value, is_struck


@cache
def _shows_date(code: str) -> bool:
    """Return whether a number format shows a date, also one in Chinese letters."""
    return bool(date_letters(code.partition(";")[0]))


def _mark(text: str, position: str | None) -> str:
    """Return a text with the characters of its place above or below the line.

    37 and a raised 2 are 37², and no reader takes them for 372.
    """
    signs = _RAISED.get(position or "")
    if not signs or not text.strip():
        return text
    plain = text.strip()
    return (plain if set(plain) <= set(_SIGNS) else f"({plain})").translate(signs)
