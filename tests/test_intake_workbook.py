"""A workbook is read as Excel shows it, or refused."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from sheets import TWO_YEARS, book, members, pack, put

from hengstats.intake import workbook
from hengstats.intake.process import check_here
from hengstats.intake.result import Asked
from hengstats.intake.workbook import read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS, SHEET = "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"
TEXTS = (  # the first three are the heads
    "<t>年份</t>",
    "<t>楼宇</t>",
    "<t>税收(亿元)</t>",
    "<t>26.3</t><rPh sb='0' eb='1'><t>9</t></rPh><phoneticPr fontId='1'/>",
    "<r><t>37</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>2</t></r>",
    "<r><t>26.3</t></r><r><rPr><strike/></rPr><t>人</t></r>",
    "<r><rPr><strike val='0'/><vertAlign val='baseline'/></rPr><t>26</t></r><r><t>.3"
    "</t></r>",
    "<t>税收_x000D_\n(亿元)</t>",
    "<r><t>税收</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>注</t></r><r><t>"
    "(亿元)</t></r>",
)
STYLES = (
    f"<styleSheet xmlns='{MAIN}'><numFmts><numFmt numFmtId='170' formatCode='{{}}'/>"
    "</numFmts><fonts><font><family val='34'/></font></fonts><cellXfs><xf/>"
    "<xf numFmtId='{}'><alignment textRotation='999'/></xf></cellXfs></styleSheet>"
)
ROW = (
    "<row r='2'><c r='A2'><v>2016</v></c><c r='B2' t='inlineStr'><is><t>甲大厦</t></is>"
    "</c>{}</row>"
)
TAX = ROW.format("<c r='C2'><v>26.3</v></c>")
SHARED = ROW.format("<c r='C2' t='s'><v>3</v></c>")


@pytest.fixture
def check(tmp_path):
    """A function that checks a workbook, or its parts."""

    def check_book(data):
        path = tmp_path / "sheet.xlsx"
        path.write_bytes(pack(data) if isinstance(data, dict) else data)
        return check_here(path, Asked(today="2026-01-01"))

    return check_book


def said(checked):
    """Return what is printed under tax, or the reasons of a refusal."""
    if checked.errors:
        return "/".join(dict.fromkeys(fault.code for fault in checked.errors))
    return " ".join(cell.printed for cell in checked.cells if cell.column == "tax")


def excel(rows=TAX, *, head=2, before="", after="", styles=""):
    """Return the parts of a workbook with shared texts, as Excel writes it."""
    parts = {name: part.decode() for name, part in members(book(TWO_YEARS)[1]).items()}
    heads = "".join(f"<c t='s'><v>{n}</v></c>" for n in (0, 1, head))
    parts[SHEET] = (
        f"<worksheet xmlns='{MAIN}'>{before}<sheetData><row r='1'>{heads}</row>{rows}"
        f"</sheetData>{after}</worksheet>"
    )
    book_part = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = re.sub("<calcPr[^>]*>", "", book_part)  # of openpyxl
    texts = "</si><si>".join(TEXTS)
    parts["xl/sharedStrings.xml"] = f"<sst xmlns='{MAIN}'><si>{texts}</si></sst>"
    parts[RELATIONS] = parts[RELATIONS].replace(
        "</Relationships>",
        "<Relationship Type='http://schemas.openxmlformats.org/officeDocument/2006/"
        "relationships/sharedStrings' Id='t' Target='sharedStrings.xml'/>"
        "</Relationships>",
    )
    return parts | ({"xl/styles.xml": styles} if styles else {})


CELLS = {
    "<c r='C2'><v>26.3</v></c>": "26.3",
    "<c><v>26.3</v></c>": "26.3",
    "<c r='C2'><v>26.300000000000001</v></c>": "26.3",
    "<c r='C2'><v>1.2E+1</v></c>": "12",
    "<c r='C2'><f>1*2</f><v>26.3</v></c>": "26.3",
    "<c r='C2' t='str'><f>A1</f><v>约26.3</v></c>": "约26.3",
    "<c r='C2' t='str'><f>A1</f><v></v></c>": "",
    "<c r='C2' t='str'><f>A1</f></c>": "",
    "<c r='C2'><f>1*2</f></c>": "formula_no_value",
    "<c r='C2'><f>1*2</f><v/></c>": "formula_no_value",
    "<c r='C2' t='e'><f>1/0</f><v>#DIV/0!</v></c>": "error_cell",
    "<c r='C2' t='b'><v>1</v></c>": "invalid_number",
    "<c r='C2' t='d'><v>2016-05-01</v></c>": "invalid_number",
    "<c r='C2' t='d'><v>12:30:00</v></c>": "invalid_number",
    "<c r='C2' t='s'><v>3</v></c>": "26.3",
    "<c r='C2' t='s'><v>4</v></c>": "ambiguous_number",
    "<c r='C2' t='s'><v>5</v></c>": "ambiguous_number",
    "<c r='C2' t='s'><v>6</v></c>": "26.3",
    "<c r='C2' t='s'><v>99</v></c>": "corrupt",
    "<c r='C2'><v>abc</v></c>": "corrupt",
    "<c r='C2' s='99'><v>1</v></c>": "corrupt",
    "<c r='C2'><v>1</v></c><c r='C2'><v>2</v></c>": "corrupt",
    f"<c r='C2' t='inlineStr'><is>{TEXTS[3]}</is></c>": "26.3",
    f"<c r='C2' t='inlineStr'><is>{TEXTS[4]}</is></c>": "ambiguous_number",
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_says_what_excel_shows(check, cell):
    assert said(check(excel(ROW.format(cell)))) == CELLS[cell]


@pytest.mark.parametrize(
    ("code", "number", "stored", "tax"),
    [
        ("0.00", 170, 10, "10.00"),
        ("#,##0.0_);[Red](#,##0.0)", 170, 10, "10.0"),
        ("0.00E+00", 170, 10, "10"),
        ("0&quot;万元&quot;", 170, 10, "10万元"),
        ("G/通用格式", 170, 10, "10"),
        ("0%", 170, 0.1, "unit_mismatch"),
        ("[$€-2] 0.00", 170, 10, "unit_mismatch"),
        ("yyyy-mm-dd", 170, 42370, "invalid_number"),
        ("yyyy-mm-dd", 170, 26300000, "invalid_number"),  # Excel shows ########
        ("[h]:mm", 170, 1.5, "invalid_number"),
        ("e年", 170, 42370, "invalid_number"),
        ("0", 31, 10, "invalid_number"),  # dates of the Chinese Excel, not written down
        ("0", 57, 10, "invalid_number"),
        ("0", 4, 10, "10.00"),
    ],
)
def test_a_number_is_read_under_its_format(check, code, number, stored, tax):
    row = ROW.format(f"<c r='C2' s='1'><v>{stored}</v></c>")
    assert said(check(excel(row, styles=STYLES.format(code, number)))) == tax


@pytest.mark.parametrize("is_mac", [False, True])
def test_days_count_from_the_year_that_the_workbook_says(check, is_mac):
    day = 41273 if is_mac else 42735  # 31 December 2016
    parts = excel(
        TAX.replace("'A2'><v>2016", f"'A2' s='1'><v>{day}"),
        styles=STYLES.format("yyyy", 170),
    )
    # Excel for Mac writes another element of that name behind; others, before.
    whole = parts["xl/workbook.xml"]
    other = '<{}:workbookPr xmlns:{}="x" date1904="{:d}"/>'
    for before, after in (("", "x14"), ("x14", "")):
        own = f'<workbookPr date1904=" {is_mac:d} "/>'
        own = (before and other.format(before, before, not is_mac) + own) or own
        behind = after and f"<extLst>{other.format(after, after, not is_mac)}</extLst>"
        parts["xl/workbook.xml"] = whole.replace("<workbookPr/>", own).replace(
            "</workbook>", f"{behind}</workbook>"
        )
        assert check(parts).rows == ((2016, "甲大厦"),)


@pytest.mark.parametrize(
    ("rows", "head", "code"),
    [
        (TAX, 7, "26.3"),
        (TAX, 8, "26.3"),
        (TAX.replace("'A2'><v>2016", "'A2' t='s'><v>4"), 2, "invalid_year"),
        (TAX.replace("<t>甲大厦</t>", TEXTS[4]), 2, "invalid_name"),
    ],
)
def test_a_footnote_is_part_of_no_key_and_dropped_from_a_head(check, rows, head, code):
    assert said(check(excel(rows, head=head))) == code


@pytest.mark.parametrize("place", ["superscript", "subscript"])
def test_a_whole_cell_above_or_below_the_line_is_no_figure(check, place):
    sheet = book(TWO_YEARS, put("C2", font=Font(vertAlign=place)))
    assert said(check(sheet[1])) == "ambiguous_number"


@pytest.mark.parametrize(
    ("row", "before", "warning"),
    [
        ("hidden='1'", "", ["hidden_rows"]),
        ("ht='0'", "", ["hidden_rows"]),
        ("hidden='0'", "", []),
        ("", "<cols><col min='2' max='3' hidden='1'/></cols>", ["hidden_columns"]),
        ("", "<cols><col min='3' max='3' width='0'/></cols>", ["hidden_columns"]),
        ("", "<cols><col min='4' max='16384' hidden='1'/></cols>", []),
    ],
)
def test_what_is_hidden_is_read_and_said(check, row, before, warning):
    checked = check(excel(TAX.replace("r='2'", f"r='2' {row}", 1), before=before))
    assert [fault.code for fault in checked.warnings] == warning


TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e300, 1e300).map(lambda x: float(f"{x:.15g}")),
    st.integers(0, 10**9).map(lambda n: dt.datetime(1970, 1, 1) + dt.timedelta(0, n)),
    TEXT.filter(lambda text: not text.startswith("=")),
)


def filled(rows):
    """Return place to value of the cells that hold something."""
    cells = ((r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row))
    return {(r, c): value for r, c, value in cells if value is not None}


@settings(max_examples=25)
@given(st.lists(st.lists(VALUES, max_size=5), max_size=5))
def test_whatever_is_written_comes_back(rows):
    made, stream = openpyxl.Workbook(), io.BytesIO()
    for (row, column), value in filled(rows).items():
        made.active.cell(row + 1, column + 1, value)
    made.save(stream)
    grids = read_workbook("a.xlsx", stream.getvalue())
    assert filled(rows) == filled([row for grid in grids for row in grid.rows])


@pytest.mark.parametrize(
    ("stored", "text"),
    [("a_x000D_b", "a\rb"), ("_xD83C__xDFE2_", "\U0001f3e2"), ("_xD83C_", "\ufffd")],
)
def test_escaped_characters_are_read(stored, text):
    cell = f"<row r='2'><c t='inlineStr'><is><t>{stored}</t></is></c></row>"
    (grid,) = read_workbook("a.xlsx", pack(excel(cell)))
    assert grid.rows[1] == [text]


MERGED = "<mergeCells>" + "<mergeCell ref='{}'/>" * 3 + "</mergeCells>"


def test_what_excel_hides_under_merged_cells_is_not_read():
    sheet = excel(TAX, after=MERGED.format("A1:XFD1", "D:E", ""))
    (grid,) = read_workbook("a.xlsx", pack(sheet))
    assert (grid.rows[0], grid.merged) == (["年份"], [(0, 0, 0, 2)])


def with_much_else():
    """Return the parts of a workbook with much that is not read, some of it bad."""

    def furnish(sheet):
        sheet["C2"].comment = Comment("1", "某某")
        sheet["C2"].hyperlink = "http://example.invalid"
        sheet.add_data_validation(DataValidation(type="list", sqref="A1"))
        sheet.add_chart(BarChart(), "H1")
        sheet.parent.create_chartsheet("图", 0).add_chart(BarChart())
        sheet.parent.create_sheet("空", 0)
        for state in ("hidden", "veryHidden"):
            sheet.parent.create_sheet(state, 0).append([1, 2, 3])
            sheet.parent[state].sheet_state = state

    parts = members(book(TWO_YEARS, furnish)[1]) | {"docProps/core.xml": b"<broken"}
    bad = b"<autoFilter><filterColumn colId='x'/></autoFilter><drawing id='rId99'/>"
    return {
        n: p.replace(b"<pageMargins", bad + b"<pageMargins") for n, p in parts.items()
    }


def changed(old, new, part="", rows=SHARED):
    """Return the parts of a workbook, changed in one or in all of them."""
    parts = excel(rows)
    return {
        name: re.sub(old, new, text) if part in ("", name) else text
        for name, text in parts.items()
    }


STRICT = r"http://schemas.openxmlformats.org/(spreadsheetml|officeDocument)/2006/"
RULED = "".join(
    f'<row r="{row}">' + "".join(f'<c r="{c}{row}" s="0"/>' for c in "ABCD") + "</row>"
    for row in [*range(3, 400), 1048576]
)
WRITERS = {
    "prefixes": changed("<(/?)([a-z])", r"<\1x:\2", SHEET),
    "Strict Open XML": changed(STRICT, r"http://purl.oclc.org/ooxml/\1/"),
    "another case": changed("sharedStrings.xml", "SharedStrings.XML", RELATIONS),
    "an absolute path": changed(
        "sharedStrings.xml", "/xl/sharedStrings.xml", RELATIONS
    ),
    "backslashes": changed("(sharedStrings.xml)", r"..\\xl\\\1", RELATIONS),
    "rows that are only ruled": excel(SHARED + RULED),
    "much else": with_much_else(),
}
WRITERS["prefixes"][SHEET] = WRITERS["prefixes"][SHEET].replace("xmlns", "xmlns:x")


@pytest.mark.parametrize("case", WRITERS)
def test_what_other_writers_do_is_read(check, case, monkeypatch):
    monkeypatch.setattr(workbook, "CELLS", 1000)
    assert said(check(WRITERS[case])).split()[0] == "26.3"


def corner(place, after=""):
    """Return the parts of a workbook with one value far from the others."""
    row = re.sub("[A-Z]", "", place)
    far = f"<row r='{row}'><c r='{place}'><v>1</v></c></row>"
    return excel(TAX + far, after=after)


@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        (corner("XFD1048576"), "too_many_columns", "XFD 列"),
        (corner("SS3"), "too_many_columns", "SS 列"),  # column 513
        (corner("A200002"), "too_large", "A200002"),
        (excel(f"<row>{'<c><v>1</v></c>' * 500}</row>" * 2), "too_large", "CSV"),
        (corner("A200", MERGED.format(*["A1:C200"] * 3)), "too_large", "CSV"),
    ],
    ids="last 513 long full merged".split(),
)
def test_a_sheet_beyond_the_bounds_is_refused_by_name(
    check, parts, code, words, monkeypatch
):
    monkeypatch.setattr(workbook, "CELLS", 1000)
    (fault,) = check(parts).errors
    assert (fault.code, fault.sheet) == (code, "楼宇")
    assert words in fault.message


@pytest.mark.parametrize("place", ["SR3", "A200001"])
def test_a_value_within_the_bounds_is_read(place):
    (grid,) = read_workbook("a.xlsx", pack(corner(place)))
    assert grid.rows[-1][-1] == 1


@pytest.mark.parametrize("part", ["xl/workbook.xml", RELATIONS, "_rels/.rels", SHEET])
@pytest.mark.parametrize("content", ["<a/>", "<worksheet><sheetData>", ""])
def test_a_workbook_whose_parts_are_broken_is_refused(check, part, content):
    assert said(check(excel() | {part: content})) in ("corrupt", "empty_file")
