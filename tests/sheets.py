"""Files for the tests of the intake.

A sheet is a file name and its bytes. `csv` makes one from text, `book` from rows of
values and changes: `merge`, and `put` for what a cell, row or column is set to. `look`
checks one; `accept` and `refuse` say what must come of it, in the form of `told`.
"""

import io
import re
import warnings
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from hengstats.intake.process import check_here
from hengstats.intake.result import COLUMNS, Asked

TODAY = "2022-11-24"

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


def accept(*records, flags=(), warnings=(), **asked):
    """Expect these records, flags (`2016 示例大厦 tax approx`) and warning codes."""
    return {"records": records, "flags": flags, "warnings": tuple(warnings)}, asked


def refuse(*errors, **asked):
    """Expect these errors, each a code, a row and a column, and no other."""
    return {"errors": errors}, asked


def cases(text):
    """Return the cases of a text: `# name`, the rows of a sheet, `->` what comes of it.

    Both stand in lines of their own or apart by ` | `. `《title》` begins a sheet of a
    workbook, in which `merge` merges cells; without it the rows are those of a CSV.
    What comes is a record, `flag ...`, `warn code`, `! code row column`, or
    `column tax=head`, which is asked.
    """
    found = {}
    for case in text.strip().removeprefix("# ").split("\n# "):
        name, *lines = case.split("\n")
        said = [one for line in lines if line[:3] == "-> " for one in apart(line[3:])]
        kinds, asked = {"flag": [], "warn": [], "!": [], "column": []}, {}
        records = [one for one in said if one.split(" ")[0] not in kinds]
        for kind, _, told in (one.partition(" ") for one in said):
            kinds.get(kind, []).append(told)
        if kinds["column"]:
            asked["columns"] = dict(one.split("=") for one in kinds["column"])
        faults = [[*fault.split(" ", 2), ""][:3] for fault in kinds["!"]]
        errors = [(c, None if row == "-" else int(row), h) for c, row, h in faults]
        result = {"flags": kinds["flag"], "warnings": kinds["warn"]}
        found[name] = (
            _sheet([line for line in lines if line[:3] != "-> "]),
            refuse(*errors, **asked) if errors else accept(*records, **result, **asked),
        )
    return found


def apart(line):
    """Return what stands in a line apart by ` | `."""
    return line.split(" | ")


def _sheet(lines):
    """Return the CSV or workbook of the lines of a case."""
    if not lines[0].startswith("《"):
        return csv("\n".join(row for line in lines for row in apart(line)))
    areas, sheets = [], {}
    for line in lines:
        if line.startswith("merge "):
            areas += line.split()[1:]
            continue
        title, mark, rest = line.removeprefix("《").rpartition("》")
        rows = sheets.setdefault(title if mark else list(sheets)[-1], [])
        rows += [[_value(cell) for cell in row.split(",")] for row in apart(rest)]
    return book(None, merge(*areas), **sheets)


def _value(cell):
    """Return the value of a cell: a number, a text, or none."""
    try:
        return float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell or None


def look(folder, sheet, **asked):
    """Return the outcome of the check of a sheet, whose messages are as all must be."""
    path = folder / sheet[0]
    path.write_bytes(sheet[1])
    checked = check_here(path, Asked(today=TODAY, **asked))
    for fault in (*checked.errors, *checked.warnings):  # in both languages, with a mend
        assert fault.message.startswith(sheet[0]) and f"[{sheet[0]}" in fault.message
        assert "。请" in fault.message and "请如果" not in fault.message
        assert "某某" not in fault.message and "13800000000" not in fault.message
    return checked


def told(checked):
    """Return an outcome in the form of `accept` and `refuse`."""
    said = checked.to_dict()
    if checked.errors:
        return {"errors": tuple((e.code, e.row, e.column) for e in checked.errors)}
    records = []
    for record in said["records"]:
        year, building, *figures = record.items()
        shown = [f"{key}={value:g}" for key, value in figures if value is not None]
        records.append(" ".join([str(year[1]), building[1], *shown]))
    flags = [
        f"{f['year']} {f['building']} {f['column']} {f['flag']}" for f in said["flags"]
    ]
    warnings = tuple(w["code"] for w in said["warnings"])
    return {"records": tuple(records), "flags": tuple(flags), "warnings": warnings}


def counts(outcome):
    """Return the counts of a log by year and building."""
    assert outcome.errors == ()
    found = {}
    for cell in outcome.cells:
        assert (cell.printed, cell.unit) == (str(cell.number), COLUMNS[cell.column])
        found.setdefault((cell.year, cell.building), []).append(int(cell.number))
    assert list(found) == list(outcome.rows)
    return {key: tuple(value) for key, value in found.items()}


def faults(outcome):
    """Return code, row and column of each error of a log."""
    assert outcome.cells == ()
    return [(fault.code, fault.row, fault.column) for fault in outcome.errors]
