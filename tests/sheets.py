"""Files for the tests of the intake.

A sheet is a file name and its bytes. `csv` makes one from text, `book` from rows of
values and changes: `merge`, and `put` for what a cell, row or column is set to.
"""

import io
import re
import warnings
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEAD = ["年份", "楼宇", "税收(亿元)", "党员数"]
TWO_YEARS = [HEAD, [2016, "示例大厦", 26.3, 409], [2017, "示例大厦", 32, 548]]


def csv(text, encoding="utf-8", name="sheet.csv", newline="\n"):
    """Return a text file, with a line break at its end."""
    return name, (text + "\n").replace("\n", newline).encode(encoding)


def book(rows=None, *changes, **sheets):
    """Return a workbook of one sheet, or of several by name, with its changes."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, lines in (sheets or {"楼宇": rows}).items():
        sheet = made.create_sheet(title)
        for line in lines:
            sheet.append(line)
    for change in changes:
        change(made.worksheets[0])
    stream = io.BytesIO()
    made.save(stream)
    return "sheet.xlsx", stream.getvalue()


def merge(*areas):
    """Return a change that merges cells."""

    def change(sheet):
        for area in areas:
            sheet.merge_cells(area)

    return change


def put(place, **settings):
    """Return a change of a cell (C2), a row (3) or a column (D)."""

    def change(sheet):
        if place.isdigit():
            target = sheet.row_dimensions[int(place)]
        elif place.isalpha():
            target = sheet.column_dimensions[place]
        else:
            target = sheet[place]
        for name, value in settings.items():
            setattr(target, name, value)

    return change


def members(data):
    """Return name to content of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts, method=zipfile.ZIP_DEFLATED):
    """Return an archive of (name, content) pairs, or of a dictionary."""
    packed = io.BytesIO()
    pairs = parts.items() if isinstance(parts, dict) else parts
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", method) as archive:
        warnings.simplefilter("ignore", UserWarning)  # a name twice is meant
        for name, content in pairs:
            archive.writestr(name, content)
    return packed.getvalue()


def stored(sheet, cell, formula):
    """Return a workbook in which the number of a cell is the result of a formula."""
    name, data = sheet
    parts = members(data)
    found = rf'(<c r="{cell}"[^>]*>)<v>'.encode()
    part = parts["xl/worksheets/sheet1.xml"]
    part, times = re.subn(found, rf"\1<f>{formula}</f><v>".encode(), part)
    assert times == 1
    return name, pack(parts | {"xl/worksheets/sheet1.xml": part})


def parquet(**columns):
    """Return a Parquet file of these columns."""
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return "sheet.parquet", stream.getvalue()


def offset(rows, down, right):
    """Return rows that begin further down and to the right."""
    return [[]] * down + [[None] * right + list(row) for row in rows]
