"""Writes the template that users fill in, as `python tools/template.py`.

The words stand in `template.toml`; `template.xlsx` and `template.csv` are written to
`hengstats/adding/blank/` and shipped with the library. Nothing is blocked that `check`
would read: a cell says what belongs in it, and takes "约300" as well as 300.
"""

import datetime as dt
import io
import math
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hengstats.csvsafe import to_csv

HERE = Path(__file__).resolve().parent
BLANK = HERE.parent / "hengstats" / "adding" / "blank"
YEARS = range(2016, 2031)  # offered in a list; any other can be typed
ROWS, NAMES = 300, 200  # ruled rows of the sheet; places in the list of buildings
LINE = 15  # points from one line of the notes to the next
TYPE = "Microsoft YaHei"
INK, DEEP, PALE, RULE = "FF222222", "FF1F4E79", "FFEAF1F8", "FFBFBFBF"
MADE = dt.datetime(2000, 1, 1)  # the same template gives the same bytes
_LINE = Side(style="thin", color=RULE)
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def write_csv(words: dict[str, Any]) -> bytes:
    """Return the template as CSV: the heads only."""
    return to_csv([column["head"] for column in words["building_year"]["column"]], [])


def write_workbook(words: dict[str, Any]) -> bytes:
    """Return the template as an Excel workbook."""
    table = words["building_year"]
    book = Workbook()
    sheet = book.active
    sheet.title = table["sheet"]
    _fill_sheet(sheet, table)
    _fill_list(book.create_sheet(table["list"]), table)
    _fill_notes(book.create_sheet(words["notes"]["sheet"]), words)
    book.properties.creator = "hengstats"
    book.properties.created = MADE
    raw = io.BytesIO()
    book.save(raw)
    return _undate(raw.getvalue())


def _fill_sheet(sheet: Worksheet, table: dict[str, Any]) -> None:
    """Write the heads, rule the rows, and let each cell say what belongs in it."""
    names = f"'{table['list']}'!$A$3:$A${NAMES + 2}"
    years = ",".join(map(str, YEARS))
    lists = {"year": f'"{years}"', "building": names}
    for number, column in enumerate(table["column"], start=1):
        letter, what = get_column_letter(number), column["english"].partition(",")[0]
        sheet.column_dimensions[letter].width = column["width"]
        head = sheet.cell(1, number, column["head"])
        fill = DEEP if column.get("required") else "FF5B7FA3"
        head.font = Font(name=TYPE, size=11, bold=True, color="FFFFFFFF")
        head.fill = PatternFill("solid", fgColor=fill)
        head.alignment = Alignment("center", "center", wrap_text=True)
        head.border = _BOX
        for row in range(2, ROWS + 2):
            cell = sheet.cell(row, number)
            cell.font = Font(name=TYPE, size=11, color=INK)
            side = {"year": "center", "building": "left"}.get(what, "right")
            cell.alignment = Alignment(side, "center", indent=int(side != "center"))
            cell.border = _BOX
        entry = DataValidation(
            type="list" if what in lists else None,
            formula1=lists.get(what),
            allow_blank=True,
            showInputMessage=True,
            # Another year or name may be right: only the list is offered.
            showErrorMessage=False,
            promptTitle=column["head"],
            prompt=column["prompt"],
        )
        entry.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(entry)
    sheet.row_dimensions[1].height = 28
    sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = 19, True
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"
    _set_page(sheet, "landscape")


def _fill_list(sheet: Worksheet, table: dict[str, Any]) -> None:
    """Leave room for the names of the buildings, which the sheet offers in a list."""
    sheet.column_dimensions["A"].width = 60
    chinese, english = table["list_head"]
    lines = _write(sheet, 1, 1, f"{chinese}\n{english}", 60)
    sheet.row_dimensions[1].height = LINE * lines + 5
    _write(sheet, 2, 1, " / ".join(table["list_label"]), 60, head=True)
    for row in range(3, NAMES + 3):
        cell = sheet.cell(row, 1)
        cell.font = Font(name=TYPE, size=11, color=INK)
        cell.alignment = Alignment("left", "center", indent=1)
        cell.border = _BOX
    sheet.freeze_panes = "A3"
    _set_page(sheet, "portrait")


def _fill_notes(sheet: Worksheet, words: dict[str, Any]) -> None:
    """Explain each column and how figures are written, in Chinese and English."""
    notes = words["notes"]
    widths = (16, 40, 46, 14)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    rows: list[tuple[list[str], bool]] = [(notes["title"], True)]
    rows.append((notes["columns"], True))
    for column in words["building_year"]["column"]:
        told = [column["head"], *column["meaning"], column["example"]]
        rows.append((told, False))
    rows.append((notes["rules_title"], True))
    rows += [([rule["about"], *rule["told"]], False) for rule in notes["rule"]]
    for row, (texts, head) in enumerate(rows, start=1):
        lines = [
            _write(sheet, row, number, text, widths[number - 1], head=head)
            for number, text in enumerate(texts, start=1)
        ]
        sheet.row_dimensions[row].height = LINE * max(lines) + 5
    _set_page(sheet, "landscape")


def _write(
    sheet: Worksheet,
    row: int,
    column: int,
    text: str,
    width: int,
    *,
    head: bool = False,
) -> int:
    """Write a text that wraps, and return how many lines it takes."""
    cell = sheet.cell(row, column, text)
    cell.data_type = "s"  # whatever it begins with, it is no formula
    cell.font = Font(name=TYPE, size=10, bold=head, color=DEEP if head else INK)
    cell.alignment = Alignment("left", "center", wrap_text=True, indent=1)
    if head:
        cell.fill = PatternFill("solid", fgColor=PALE)
    cell.border = _BOX
    ems = [sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in text.split("\n")]
    return sum(max(1, math.ceil(length / (width - 2))) for length in ems)


def _set_page(sheet: Worksheet, orientation: str) -> None:
    """Print on A4, as wide as the page, with page numbers."""
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&P / &N"


def _undate(raw: bytes) -> bytes:
    """Return a workbook without the moment at which it was written."""
    undated = io.BytesIO()
    now = MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(undated, "w", zipfile.ZIP_DEFLATED) as clean,
    ):
        for part in old.namelist():
            content = old.read(part)
            if part == "docProps/core.xml":
                before, mark, rest = content.partition(b"<dcterms:modified")
                start, _, end = rest.partition(b"</dcterms:modified>")
                kept = start.partition(b">")[0] + b">"
                content = before + mark + kept + now + b"</dcterms:modified>" + end
            clean.writestr(zipfile.ZipInfo(part), content, zipfile.ZIP_DEFLATED)
    return undated.getvalue()


if __name__ == "__main__":
    words = tomllib.loads((HERE / "template.toml").read_text(encoding="utf-8"))
    (BLANK / "template.xlsx").write_bytes(write_workbook(words))
    (BLANK / "template.csv").write_bytes(write_csv(words))
