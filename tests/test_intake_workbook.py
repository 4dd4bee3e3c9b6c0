"""A workbook is read as Excel shows it, or refused before it can do harm."""

import datetime as dt
import io
import re

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from sheets import HEAD, TWO_YEARS, book, members, pack, put

from hengstats.intake.process import check_here
from hengstats.intake.result import Asked
from hengstats.intake.workbook import read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


@pytest.fixture
def check(tmp_path):
    """A function that checks a file name and its bytes, or only the bytes."""

    def check_sheet(sheet):
        name, data = sheet if isinstance(sheet, tuple) else ("sheet.xlsx", sheet)
        (tmp_path / name).write_bytes(data)
        return check_here(tmp_path / name, Asked(today="2026-01-01"))

    return check_sheet


def said(checked):
    """Return what is printed under tax, or the reasons of a refusal."""
    if checked.errors:
        return "/".join(dict.fromkeys(fault.code for fault in checked.errors))
    return " ".join(cell.printed for cell in checked.cells if cell.column == "tax")


def xml(rows, before="", after=""):
    """Return the XML of a sheet: heads in row 1, and below it what is given."""
    heads = "".join(f"<c r='{c}1' t='s'><v>{n}</v></c>" for n, c in enumerate("ABC"))
    return (
        f"<worksheet xmlns='{MAIN}'>{before}<sheetData><row r='1'>{heads}</row>{rows}"
        f"</sheetData>{after}</worksheet>"
    )


def with_xml(sheet, *texts, styles=None):
    """Return a workbook of this XML with shared texts, as Excel writes it."""
    parts = members(book(TWO_YEARS)[1])
    shared = [*(f"<t>{head}</t>" for head in HEAD[:3]), *texts]
    parts[TEXTS] = f"<sst xmlns='{MAIN}'><si>{'</si><si>'.join(shared)}</si></sst>"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    relation = f"<Relationship Type='{kind}sharedStrings' Id='t' Target='{{}}'/>"
    relations = parts["xl/_rels/workbook.xml.rels"].decode()
    end = relation.format("sharedStrings.xml") + "</Relationships>"
    parts["xl/_rels/workbook.xml.rels"] = relations.replace("</Relationships>", end)
    parts |= {SHEET: sheet} | ({"xl/styles.xml": styles} if styles else {})
    return pack(parts)


ROW = (
    "<row r='2'><c r='A2'><v>2016</v></c><c r='B2' t='inlineStr'><is><t>甲大厦</t></is>"
    "</c>{}</row>"
)
RAISED = "<rPr><vertAlign val='{}'/></rPr>"
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
    "<c r='C2' t='s'><v>7</v></c>": "corrupt",
    "<c r='C2'><v>abc</v></c>": "corrupt",
    "<c r='C2' s='99'><v>1</v></c>": "corrupt",
    "<c r='C2' t='inlineStr'><is><r><t>26</t></r><r><t>.3</t></r>"
    "<rPh sb='0' eb='1'><t>99</t></rPh></is></c>": "26.3",
    "<c r='C2' t='inlineStr'><is><r><t>37</t></r><r><rPr><vertAlign val='subscript'/>"
    "</rPr><t>2</t></r></is></c>": "ambiguous_number",
}
SHARED = (
    "<t>26.3</t><rPh sb='0' eb='1'><t>9</t></rPh><phoneticPr fontId='1'/>",
    f"<r><t>37</t></r><r>{RAISED.format('superscript')}<t>2</t></r>",
    "<r><t>26.3</t></r><r><rPr><strike/></rPr><t>人</t></r>",
    f"<r><rPr><strike val='0'/></rPr><t>26</t></r><r>{RAISED.format('baseline')}"
    "<t>.3</t></r>",
)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_says_what_excel_shows(check, cell):
    assert said(check(with_xml(xml(ROW.format(cell)), *SHARED))) == CELLS[cell]


STYLES = (
    f"<styleSheet xmlns='{MAIN}'><numFmts><numFmt numFmtId='170' formatCode='{{}}'/>"
    "</numFmts><fonts><font><family val='34'/></font></fonts><cellXfs><xf/>"
    "<xf numFmtId='{}'><alignment textRotation='999'/></xf></cellXfs></styleSheet>"
)


@pytest.mark.parametrize(
    ("code", "number", "tax"),
    [
        ("0.00", "10", "10.00"),
        ("#,##0.0_);[Red](#,##0.0)", "10", "10.0"),
        ("0.00E+00", "10", "10"),
        ('0"万元"', "10", "10万元"),
        ("G/通用格式", "10", "10"),
        ("0%", "0.1", "unit_mismatch"),
        ("[$€-2] 0.00", "10", "unit_mismatch"),
        ("yyyy-mm-dd", "42370", "invalid_number"),
        ("[h]:mm", "1.5", "invalid_number"),
        ("e年", "42370", "invalid_number"),
    ],
)
def test_a_number_is_read_under_its_format(check, code, number, tax):
    cell = f"<c r='C2' s='1'><v>{number}</v></c>"
    styles = STYLES.format(code.replace('"', "&quot;"), 170)
    assert said(check(with_xml(xml(ROW.format(cell)), styles=styles))) == tax


@pytest.mark.parametrize(
    ("number", "tax"), [(31, "invalid_number"), (57, "invalid_number"), (4, "10.00")]
)
def test_a_format_that_is_not_written_down_is_known(check, number, tax):
    cell = "<c r='C2' s='1'><v>10</v></c>"
    styles = STYLES.format("0", number)
    assert said(check(with_xml(xml(ROW.format(cell)), styles=styles))) == tax


@pytest.mark.parametrize(
    ("setting", "epoch"),
    [("", 42735), ('<workbookPr date1904="1"/>', 41273)],  # 31 December 2016
)
def test_days_count_from_the_year_that_the_workbook_says(check, setting, epoch):
    row = ROW.format("<c r='C2'><v>1</v></c>").replace(
        "<c r='A2'><v>2016", f"<c r='A2' s='1'><v>{epoch}"
    )
    parts = members(with_xml(xml(row), styles=STYLES.format("yyyy", 170)))
    shown = parts["xl/workbook.xml"].decode().replace("<workbookPr/>", setting)
    # Excel for Mac writes another element of that name behind.
    other = '<extLst><x14:workbookPr xmlns:x14="x" date1904="0"/></extLst></workbook>'
    parts["xl/workbook.xml"] = shown.replace("</workbook>", other)
    assert check(pack(parts)).rows == ((2016, "甲大厦"),)


TEXT = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e300, 1e300).map(lambda x: float(f"{x:.15g}")),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    TEXT.filter(lambda text: not text.startswith("=")),
)


@given(st.lists(st.lists(VALUES, max_size=5), max_size=5))
def test_whatever_is_written_comes_back(rows):
    made = openpyxl.Workbook()
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            made.active.cell(number, column, value)
    stream = io.BytesIO()
    made.save(stream)
    grids = read_workbook("a.xlsx", stream.getvalue())
    filled = {
        (r, c): value
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if value is not None
    }
    assert filled == {
        (r, c): value
        for grid in grids
        for r, row in enumerate(grid.rows)
        for c, value in enumerate(row)
        if value is not None
    }


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("a_x000D_b", "a\rb"),
        ("_xD83C__xDFE2_", "\U0001f3e2"),
        ("_xD83C_", "\ufffd"),
        ("a_x_b", "a_x_b"),
    ],
)
def test_escaped_characters_are_read(stored, text):
    data = with_xml(xml("<row r='2'><c t='s'><v>3</v></c></row>"), f"<t>{stored}</t>")
    (grid,) = read_workbook("a.xlsx", data)
    assert grid.rows[1] == [text]


def runs(*pairs):
    """Return rich text of (text, place of its font)."""
    return CellRichText(
        *(TextBlock(InlineFont(vertAlign=place), text) for text, place in pairs)
    )


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("A2", runs(("2016", None), ("1", "superscript")), "invalid_year"),
        ("B2", runs(("示例大厦", None), ("注", "superscript")), "invalid_name"),
        ("C2", runs(("26.3", None), ("1", "subscript")), "ambiguous_number"),
        ("D2", runs(("37", None), (" 1) ", "superscript")), "ambiguous_number"),
        ("C2", runs(("26", None), (".3", "baseline")), "26.3 32"),
        ("C1", runs(("税收", None), ("1", "superscript"), ("(亿元)", None)), "26.3 32"),
        ("D1", runs(("党员数", None), ("注", "superscript")), "26.3 32"),
    ],
)
def test_a_footnote_is_never_part_of_a_key_or_figure(check, place, value, code):
    assert said(check(book(TWO_YEARS, put(place, value=value)))) == code


@pytest.mark.parametrize("place", ["superscript", "subscript"])
def test_a_whole_cell_above_or_below_the_line_is_no_figure(check, place):
    sheet = book(TWO_YEARS, put("C2", font=Font(vertAlign=place)))
    assert said(check(sheet)) == "ambiguous_number"


def test_what_excel_hides_under_merged_cells_is_not_read(check):
    rows = [["楼宇税收", "2015", "某某"], *TWO_YEARS]
    data = book(rows)[1]
    parts = members(data)
    areas = '<mergeCells><mergeCell ref="A1:XFD1"/><mergeCell ref="H:I"/></mergeCells>'
    sheet = parts[SHEET].replace(b"</sheetData>", b"</sheetData>" + areas.encode())
    (grid,) = read_workbook("a.xlsx", pack(parts | {SHEET: sheet}))
    assert (grid.rows[0], grid.merged) == (["楼宇税收"], [(0, 0, 0, 3)])
    assert said(check(pack(parts | {SHEET: sheet}))) == "26.3 32"


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
    cells = ROW.format("<c r='C2'><v>1</v></c>").replace("r='2'", f"r='2' {row}", 1)
    checked = check(with_xml(xml(cells, before)))
    assert [fault.code for fault in checked.warnings] == warning


def test_only_visible_sheets_with_content_are_read(check):
    def more(sheet):
        made = sheet.parent
        made.create_sheet("空", 0)
        made.create_sheet("隐", 0).append([1, 2, 3])
        made.create_sheet("深", 0).append([4, 5, 6])
        made["隐"].sheet_state, made["深"].sheet_state = "hidden", "veryHidden"
        made.create_chartsheet("图", 0).add_chart(BarChart())

    assert said(check(book(TWO_YEARS, more))) == "26.3 32"


def test_sheets_come_in_the_order_of_their_tabs(check):
    def move(sheet):
        sheet.parent.move_sheet("2020", -1)

    rows = [["楼宇", "税收(亿元)"], ["甲大厦", 1]]
    sheet = book(None, lambda first: move(first), **{"2021": rows, "2020": rows})
    assert [year for year, _ in check(sheet).rows] == [2020, 2021]


def test_what_else_is_in_a_workbook_does_no_harm(check):
    def furnish(sheet):
        sheet["C2"].comment = Comment("1", "某某")
        sheet["C2"].hyperlink = "http://example.invalid"
        sheet.add_data_validation(DataValidation(type="list", sqref="A1"))
        sheet.add_chart(BarChart(), "H1")
        sheet.auto_filter.ref = "A1:C3"

    parts = members(book(TWO_YEARS, furnish)[1])
    bad = b"<autoFilter><filterColumn colId='x'/></autoFilter><drawing id='rId99'/>"
    parts[SHEET] = parts[SHEET].replace(b"<pageMargins", bad + b"<pageMargins", 1)
    parts["docProps/core.xml"] = b"<broken"
    assert said(check(pack(parts))) == "26.3 32"


@pytest.mark.parametrize(
    "target",
    ["SharedStrings.xml", "/xl/sharedStrings.xml", "..\\xl\\sharedStrings.xml"],
)
def test_other_writers_name_the_parts_in_their_own_way(check, target):
    parts = members(with_xml(xml(ROW.format("<c r='C2' t='s'><v>3</v></c>")), *SHARED))
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b"sharedStrings.xml", target.encode())
    assert said(check(pack(parts))) == "26.3"


def test_a_strict_workbook_is_read(check):
    parts = members(with_xml(xml(ROW.format("<c r='C2' t='s'><v>3</v></c>")), *SHARED))
    for place in ("spreadsheetml", "officeDocument"):
        usual = f"http://schemas.openxmlformats.org/{place}/2006/".encode()
        strict = f"http://purl.oclc.org/ooxml/{place}/".encode()
        parts = {name: part.replace(usual, strict) for name, part in parts.items()}
    assert said(check(pack(parts))) == "26.3"


def test_prefixed_names_are_read(check):
    sheet = xml(ROW.format("<c><v>26.3</v></c>"))
    sheet = re.sub("<(/?)([a-z])", r"<\1x:\2", sheet).replace("xmlns", "xmlns:x", 1)
    assert said(check(with_xml(sheet))) == "26.3"


def blank_rows(last):
    """Return ruled rows without a value, down to the last."""
    return "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column}{row}" s="0"/>' for column in "ABCDEFGH")
        + "</row>"
        for row in range(3, last + 1)
    )


def test_rows_that_are_only_ruled_do_not_count(check):
    cells = ROW.format("<c r='C2'><v>26.3</v></c>") + blank_rows(30_000)
    far = '<row r="1048576" hidden="1"><c r="XFD1048576" s="0"/></row>'
    checked = check(with_xml(xml(cells + far)))
    assert (said(checked), checked.warnings) == ("26.3", ())


def corner(place):
    """Return the XML of a sheet with one value far from the others."""
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cells = ROW.format("<c r='C2'><v>1</v></c>")
    return xml(f"{cells}<row r='{row}'><c r='{place}'><v>1</v></c></row>")


FULL = "<row>" + "<c><v>1</v></c>" * 500 + "</row>"
MERGED = "<mergeCells>" + "<mergeCell ref='A1:C90000'/>" * 2 + "</mergeCells>"


@pytest.mark.parametrize(
    ("sheet", "code", "words"),
    [
        (corner("XFD1048576"), "too_many_columns", "XFD"),
        (corner("SS3"), "too_many_columns", "SS 列"),  # column 513
        (corner("A200002"), "too_large", "A200002"),
        (xml(FULL * 400), "too_large", "另存为 CSV"),
        (
            corner("A90000").replace("</worksheet", MERGED + "</worksheet"),
            "too_large",
            "另存为 CSV",
        ),
    ],
)
def test_a_sheet_beyond_the_bounds_is_refused_by_name(check, sheet, code, words):
    (fault,) = check(with_xml(sheet)).errors
    assert (fault.code, fault.sheet) == (code, "楼宇")
    assert words in fault.message


@pytest.mark.parametrize("place", ["SR3", "A200001"])
def test_a_value_within_the_bounds_is_read(place):
    (grid,) = read_workbook("a.xlsx", with_xml(corner(place)))
    assert grid.rows[-1][-1] == 1


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels", SHEET]
)
@pytest.mark.parametrize("content", ["<a/>", "<worksheet><sheetData>", ""])
def test_a_workbook_whose_parts_are_broken_is_corrupt(check, part, content):
    parts = members(book(TWO_YEARS)[1]) | {part: content}
    assert said(check(pack(parts))) in ("corrupt", "empty_file")
