"""A workbook is read as Excel shows it: values, formats and structure."""

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.styles import Font
from python_calamine import CalamineWorkbook

from hengstats.errors import SheetError
from hengstats.intake.buildings.sheets import check_buildings
from hengstats.intake.result import Asked, Refusal
from hengstats.intake.stored import read_number, read_serial, unescape
from hengstats.intake.styles import date_kind
from hengstats.intake.workbook import _read_strings, read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def book():
    """An empty workbook, to be filled and saved."""
    return Workbook()


def saved(book):
    """Return the bytes of a workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(book):
    """Return the sheets of a workbook."""
    return read_workbook("示例.xlsx", saved(book))


def read_one(book):
    """Return its only sheet."""
    (grid,) = read(book)
    return grid


def with_parts(changes):
    """Return the bytes of a workbook, some of its parts replaced or added."""
    made = Workbook()
    made.active["A1"] = 1
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(made))) as old,
        zipfile.ZipFile(packed, "w") as new,
    ):
        for name, content in (
            {n: old.read(n) for n in old.namelist()} | changes
        ).items():
            new.writestr(name, content)
    return packed.getvalue()


def with_sheet(data, before="", after=""):
    """Return the bytes of a workbook whose sheet holds this XML."""
    xml = (
        f'<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{after}'
        "</worksheet>"
    )
    return with_parts({"xl/worksheets/sheet1.xml": xml})


def grid_of(data, before="", after=""):
    """Return the only sheet of such a workbook."""
    (grid,) = read_workbook("示例.xlsx", with_sheet(data, before, after))
    return grid


def code_of(packed):
    """Return the reason for which a workbook is refused."""
    with pytest.raises((Refusal, SheetError)) as caught:
        read_workbook("示例.xlsx", packed)
    error = caught.value
    return error.code if isinstance(error, Refusal) else error.faults[0].code


def test_values_are_those_that_two_other_readers_find(book):
    sheet = book.active
    rows = [
        ["年份", "楼宇", "税收(亿元)", "党员数"],
        [2016, "示例大厦", 26.3, 409],
        [2017, None, -0.35, 0],
        [2018, " 两端有空格 ", 1e-5, 123456789],
        [2019, "分\n行", True, None],
    ]
    for row in rows:
        sheet.append(row)
    found = read_one(book).rows
    other = CalamineWorkbook.from_filelike(io.BytesIO(saved(book)))
    theirs = other.get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [[cell for cell in row if cell is not None] for row in found] == [
        [cell for cell in row if cell is not None] for row in rows
    ]
    assert [[cell or "" for cell in row] for row in rows] == [
        [cell or "" for cell in row] for row in theirs
    ]


def test_a_row_ends_at_its_last_value(book):
    book.active["B3"] = 1
    assert read_one(book).rows == [[], [], [None, 1]]


TEXTS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1e300, 1e300).map(lambda x: float(f"{x:.15g}")),
    TEXTS.filter(lambda text: not text.startswith("=")),
)


def without_blank_ends(rows):
    """Return rows up to the last value of each, up to the last row with one."""
    lines = [[(value is None, value) for value in row] for row in rows]
    for line in lines:
        while line and line[-1][0]:
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    return lines


@given(st.lists(st.lists(CELLS, max_size=5), max_size=5))
def test_whatever_is_written_comes_back(rows):
    book = Workbook()
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            book.active.cell(number, column, value)
    found = [line for grid in read(book) for line in grid.rows]
    assert without_blank_ends(found) == without_blank_ends(rows)


@pytest.mark.parametrize(
    ("stored", "number"),
    [
        ("0.30000000000000004", 0.3),  # 0.1 + 0.2 as Excel shows it
        ("26.300000000000001", 26.3),
        ("1.2E+04", 12000.0),
        ("409", 409),
        ("123456789012345678", 1.23456789012346e17),  # Excel keeps 15 digits
    ],
)
def test_a_number_has_the_15_digits_that_excel_shows(stored, number):
    assert read_number(stored) == number


@pytest.mark.parametrize("stored", ["", "abc", "0x10", "1_0", "nan", "１"])
def test_a_number_cell_without_a_number_is_none(stored):
    with pytest.raises(ValueError, match="not a number"):
        read_number(stored)


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(2019, 4, 3),
        dt.datetime(2021, 12, 31, 20, 5, 17),
        dt.datetime(1900, 1, 15),
        dt.datetime(1900, 3, 1),
        dt.time(20, 5),
        dt.timedelta(hours=30, minutes=15),
    ],
)
def test_a_date_comes_back_as_it_was_written(book, value):
    book.active["A1"] = value
    assert read_one(book).rows == [[value]]


def test_days_count_from_1904_where_the_workbook_says_so(book):
    book.epoch = dt.datetime(1904, 1, 1)
    book.active["A1"] = dt.datetime(2019, 4, 3)
    assert read_one(book).rows == [[dt.datetime(2019, 4, 3)]]


@pytest.mark.parametrize("serial", [60.0, -1.0, 3e6, 1e300])
def test_a_day_that_no_calendar_has_stays_a_number(serial):
    assert read_serial(serial, "date", from_1904=False) == serial


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", ""),
        ("G/通用格式", ""),
        ("0.00E+00", ""),
        ("#,##0.00_);[Red](#,##0.00)", ""),
        ('0.00"亿元"', ""),
        ('0"年"', ""),
        ('"day "0', ""),
        ("[$¥-804]#,##0.00", ""),
        ("0%", ""),
        ("@", ""),
        ("yyyy", "date"),
        ('yyyy"年"m"月"', "date"),
        ("[$-804]yyyy-mm-dd;@", "date"),
        ("e年", "date"),
        ("mmm-yy", "date"),
        ("d/m", "date"),
        ("h:mm", "time"),
        ("上午/下午 h:mm:ss.000", "time"),
        ("[h]:mm:ss", "elapsed"),
    ],
)
def test_a_format_tells_a_date_from_a_number(code, kind):
    assert date_kind(code) == kind


def test_number_formats_are_kept_by_cell(book):
    sheet = book.active
    sheet.append([0.12, 2016, 26.3])
    sheet["A1"].number_format = "0.00%"
    sheet["C1"].number_format = '0.00"亿元"'
    grid = read_one(book)
    assert [grid.format(0, column) for column in range(4)] == [
        "0.00%",
        "General",
        '0.00"亿元"',
        "General",
    ]


def test_more_formats_than_a_byte_counts_are_kept(book):
    for number in range(300):
        cell = book.active.cell(number + 1, 1, number)
        cell.number_format = f'0"{number}"'
    grid = read_one(book)
    assert [grid.format(row, 0) for row in (0, 299)] == ['0"0"', '0"299"']


def test_formulas_give_their_stored_result():
    grid = grid_of(
        '<row r="1"><c r="A1"><f>B1*2</f><v>26.3</v></c>'
        '<c r="B1" t="str"><f>"a"</f><v>示例</v></c>'
        '<c r="C1" t="b"><f>TRUE</f><v>1</v></c></row>'
    )
    assert grid.rows == [[26.3, "示例", True]]
    assert grid.no_value == set()


def test_a_formula_without_a_result_is_marked(book):
    book.active.append(["税收", "=1+1"])
    grid = read_one(book)
    assert grid.no_value == {(0, 1)}
    assert grid.rows == [["税收", None]]


def test_a_formula_whose_result_is_an_empty_text_is_blank():
    grid = grid_of(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f>""</f><v></v></c></row>'
    )
    assert (grid.rows, grid.no_value) == ([[1]], set())


def test_an_error_cell_is_marked():
    grid = grid_of('<row r="1"><c r="B1" t="e"><f>A1/0</f><v>#DIV/0!</v></c></row>')
    assert grid.errors == {(0, 1): "#DIV/0!"}
    assert grid.rows == [[None, None]]


def test_rich_text_is_joined_and_its_reading_aid_left_out():
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>示例</t></r><r><t>大厦</t></r>'
        "<rPh sb='0' eb='1'><t>ばかり</t></rPh></si></sst>"
    )
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="inlineStr"><is><r><t>内</t></r><r><t>联</t></r>'
        '<rPh sb="0" eb="1"><t>x</t></rPh></is></c></row></sheetData></worksheet>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Type="x/worksheet" Id="rId1"'
        ' Target="/xl/worksheets/sheet1.xml"/><Relationship Type="x/sharedStrings"'
        ' Id="rId2" Target="sharedStrings.xml"/></Relationships>'
    )
    parts = {
        "xl/sharedStrings.xml": strings,
        "xl/worksheets/sheet1.xml": sheet,
        "xl/_rels/workbook.xml.rels": relations,
    }
    (grid,) = read_workbook("示例.xlsx", with_parts(parts))
    assert grid.rows == [["示例大厦", "内联"]]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("a_x000D_b", "a\rb"),
        ("_x005F_x000D_", "_x000D_"),
        ("_xD83C__xDFE2_", "\U0001f3e2"),
        ("_xD83C_", "\ufffd"),
        ("a_x_b", "a_x_b"),
    ],
)
def test_escaped_characters_are_read(stored, text):
    assert unescape(stored) == text


def test_struck_texts_and_numbers_are_marked(book):
    sheet = book.active
    sheet.append([26.3, "示例大厦", 1, 2])
    sheet["A1"].font = Font(strike=True)
    sheet["B1"].value = CellRichText("示例", TextBlock(InlineFont(strike=True), "大厦"))
    sheet["D1"].font = Font(strike=False, bold=True)
    assert read_one(book).struck == {(0, 0), (0, 1)}


def raised(*runs):
    """Return rich text of (text, place of its font: superscript, subscript or None)."""
    return CellRichText(
        *(TextBlock(InlineFont(vertAlign=place), text) for text, place in runs)
    )


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ([("37", None), ("2", "superscript")], "37²"),
        ([("26.3", None), ("1", "subscript")], "26.3₁"),
        ([("示例大厦", None), ("注", "superscript")], "示例大厦⁽注⁾"),
        ([("37", None), (" 1) ", "superscript"), ("人", None)], "37¹⁾人"),
        ([("37", "baseline"), ("2", None)], "372"),
        ([("37", None), (" ", "superscript")], "37 "),
    ],
)
def test_what_stands_above_or_below_the_line_is_told_from_the_rest(book, runs, text):
    book.active["A1"] = raised(*runs)
    assert read_one(book).rows == [[text]]


def test_a_sign_above_the_line_is_told_in_a_text_within_the_sheet_too():
    grid = grid_of(
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>37</t></r><r><rPr><vertAlign'
        ' val="superscript"/></rPr><t>2</t></r><r><t>人</t></r></is></c>'
        '<c r="B1" t="inlineStr"><is><t>409</t></is></c></row>'
    )
    assert grid.rows == [["37²人", "409"]]


def test_a_whole_cell_above_or_below_the_line_is_no_number(book):
    book.active.append([37, "示例大厦", 26.5, 409])
    book.active["A1"].font = Font(vertAlign="superscript")
    book.active["B1"].font = Font(vertAlign="subscript")
    book.active["C1"].font = Font(vertAlign="superscript")
    book.active["D1"].font = Font(vertAlign="baseline")
    assert read_one(book).rows == [["³⁷", "₍示例大厦₎", "⁽²⁶.⁵⁾", 409]]


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ("A2", raised(("2016", None), ("1", "superscript")), "invalid_year"),
        ("B2", raised(("示例大厦", None), ("1", "superscript")), "invalid_name"),
        ("C2", raised(("26.3", None), ("1", "superscript")), "ambiguous_number"),
        ("D2", raised(("37", None), ("2", "subscript")), "ambiguous_number"),
    ],
)
def test_a_footnote_is_never_read_as_part_of_a_key_or_figure(book, place, value, code):
    book.active.append(["年份", "楼宇", "税收(亿元)", "党员数"])
    book.active.append([2016, "示例大厦", 26.3, 409])
    book.active[place] = value
    outcome = check_buildings(read(book), Asked(today="2026-01-01"))
    assert [(fault.code, fault.row) for fault in outcome.errors] == [(code, 2)]


def test_a_footnote_of_a_head_is_dropped(book):
    heads = ["年份", "楼宇", ("税收", "(亿元)"), "党员数"]
    book.active.append([h if isinstance(h, str) else h[0] for h in heads])
    book.active["C1"] = raised(("税收", None), ("1", "superscript"), ("(亿元)", None))
    book.active["D1"] = raised(("党员数", None), ("注", "superscript"))
    book.active.append([2016, "示例大厦", 26.3, 409])
    outcome = check_buildings(read(book), Asked(today="2026-01-01"))
    assert [cell.column for cell in outcome.cells] == ["tax", "members"]


def test_merged_areas_are_cut_to_what_the_sheet_holds(book):
    sheet = book.active
    sheet["A1"], sheet["A2"], sheet["C4"] = "题", 2016, 1
    sheet.merge_cells("A1:XFD1")
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("A90:B91")
    assert sorted(read_one(book).merged) == [(0, 0, 0, 2), (1, 0, 2, 0)]


def test_hidden_rows_and_columns_are_marked(book):
    sheet = book.active
    for _ in range(5):
        sheet.append([1, 2, 3, 4, 5])
    sheet.row_dimensions[2].hidden = True
    sheet.row_dimensions.group(4, 4, hidden=True)
    sheet.row_dimensions[400].hidden = True
    sheet.column_dimensions.group("B", "C", hidden=True)
    sheet.column_dimensions["ZZ"].hidden = True
    grid = read_one(book)
    assert grid.hidden_rows == {1, 3}
    assert grid.hidden_columns == {1, 2}


def test_rows_without_height_are_hidden():
    grid = grid_of(
        '<row r="1" hidden="0"><c r="A1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c></row>',
        before='<sheetFormatPr zeroHeight="1"/>',
    )
    assert grid.hidden_rows == {1}


def test_only_visible_sheets_with_content_are_read(book):
    book.active.title = "空"
    for title, state in [("一", "visible"), ("二", "hidden"), ("三", "veryHidden")]:
        sheet = book.create_sheet(title)
        sheet["A1"], sheet.sheet_state = 1, state
    book.create_chartsheet("图").add_chart(BarChart())
    assert [grid.sheet for grid in read(book)] == ["一"]


def test_sheets_come_in_the_order_of_their_tabs(book):
    book.active["A1"], book.active.title = 1, "2016"
    book.create_sheet("2015", 0)["A1"] = 1
    assert [grid.sheet for grid in read(book)] == ["2015", "2016"]


def test_prefixed_names_and_missing_references_are_read():
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c>'
        '<x:c r="C1"><x:v>3</x:v></x:c></x:row><x:row><x:c><x:v>4</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    packed = with_parts({"xl/worksheets/sheet1.xml": xml})
    assert read_workbook("示例.xlsx", packed)[0].rows == [[1, None, 3], [4]]


def test_shared_texts_may_be_struck_through_in_part():
    reader = _read_strings(
        f'<sst xmlns="{MAIN}"><si><t>a</t></si><si><r><rPr><strike/></rPr><t>b</t></r>'
        '</si><si><r><rPr><strike val="0"/></rPr><t>c</t></r></si></sst>'.encode()
    )
    assert (reader.texts, reader.struck) == (["a", "b", "c"], {1})


def test_styled_cells_without_a_value_do_not_count():
    grid = grid_of(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576" hidden="1"><c r="XFD1048576" s="0"/></row>'
    )
    assert (grid.rows, grid.hidden_rows) == ([[1]], set())


@pytest.mark.parametrize(
    "data",
    [
        '<row r="2"><c><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>',
        '<row r="2"><c><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="$A$1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>abc</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" s="99"><v>1</v></c></row>',
        '<row r="1"><c r="A1" s="-1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>soon</v></c></row>',
        '<row r="1"><c r="A1" t="?"><v>1</v></c></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_corrupt(data):
    assert code_of(with_sheet(data)) == "corrupt"


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"]
)
def test_a_workbook_without_its_parts_is_corrupt(part):
    assert code_of(with_parts({part: "<a/>"})) in ("corrupt", "empty_file")


def test_a_fault_names_file_and_sheet():
    with pytest.raises(SheetError, match="《Sheet》") as caught:
        read_workbook("示例.xlsx", with_sheet('<row r="1"><c r="?"/></row>'))
    assert caught.value.faults[0].sheet == "Sheet"
