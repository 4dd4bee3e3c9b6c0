"""A workbook's archive is judged before any parser sees what is in it."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from openpyxl import Workbook

from hengstats.intake.archive import open_workbook
from hengstats.intake.filekinds import read_kind
from hengstats.intake.result import Refusal
from hengstats.intake.workbook import read_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="{}"/></Types>'
)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@pytest.fixture
def members():
    """The parts of a small workbook, by name."""
    book = Workbook()
    book.active.append(["年份", "楼宇", "税收(亿元)"])
    book.active.append([2016, "示例大厦", 26.3])
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(members, method=zipfile.ZIP_DEFLATED):
    """Return an archive of (name, content) pairs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def code_of(call, *arguments):
    """Return the reason code with which a call refuses."""
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value.code


def test_a_sound_workbook_comes_in(members):
    assert set(open_workbook(pack(members.items())).members) == set(members)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_read_whole(members, method):
    archive = open_workbook(pack(members.items(), method))
    assert archive.read("xl/workbook.xml") == members["xl/workbook.xml"]


@pytest.mark.parametrize(
    "again", ["xl/workbook.xml", "XL/Workbook.xml", "xl\\workbook.xml"]
)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_member_twice_is_unsafe(members, again):
    packed = pack([*members.items(), (again, b"<workbook/>")])
    assert code_of(open_workbook, packed) == "unsafe_archive"


def test_two_names_that_differ_in_composition_only_are_one(members):
    pairs = [*members.items(), ("xl/\u00e9.bin", b"1"), ("xl/e\u0301.bin", b"2")]
    assert code_of(open_workbook, pack(pairs)) == "unsafe_archive"


@pytest.mark.parametrize("name", ["../x.xml", "/etc/x", "C:/x", "xl/../../x", "..\\x"])
def test_a_path_outside_is_unsafe(members, name):
    packed = pack([*members.items(), (name, b"<a/>")])
    assert code_of(open_workbook, packed) == "unsafe_archive"


def test_a_link_is_unsafe(members):
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0xA1FF << 16
    assert code_of(open_workbook, pack([*members.items(), (link, b"/etc")])) == (
        "unsafe_archive"
    )


def test_a_local_head_that_contradicts_the_directory_is_unsafe(members):
    packed = bytearray(pack(members.items()))
    packed[30] ^= 1  # the first letter of the first local name
    assert code_of(open_workbook, bytes(packed)) == "unsafe_archive"


def test_a_member_that_the_directory_hides_is_unsafe(members):
    hidden, shown = pack([("xl/hidden.xml", b"<a/>")]), pack(members.items())
    local = hidden[: hidden.index(b"PK\x01\x02")]
    assert code_of(open_workbook, local + shown) == "unsafe_archive"


def test_a_member_hidden_before_the_directory_is_unsafe(members):
    hidden, shown = pack([("xl/hidden.xml", b"<a/>")]), pack(members.items())
    local = hidden[: hidden.index(b"PK\x01\x02")]
    at = shown.index(b"PK\x01\x02")
    end = bytearray(shown[at:])
    end[-6:-2] = struct.pack("<I", at + len(local))  # where the directory begins
    packed = shown[:at] + local + bytes(end)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None  # others see nothing wrong
    assert code_of(open_workbook, packed) == "unsafe_archive"


def test_a_wrong_checksum_is_corrupt(members):
    packed = pack(members.items(), zipfile.ZIP_STORED)
    damaged = packed.replace(b"26.3", b"62.3")
    assert code_of(open_workbook, damaged) == "corrupt"


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_workbook_cut_off_is_corrupt(members, kept):
    packed = pack(members.items())
    assert code_of(open_workbook, packed[: int(len(packed) * kept)]) == "corrupt"


def test_a_bomb_is_refused_by_what_it_declares(members):
    began = time.monotonic()
    packed = pack([*members.items(), ("xl/media/zeros.bin", bytes(49 * 2**20))])
    began = time.monotonic()
    assert code_of(open_workbook, packed) == "too_large"
    assert time.monotonic() - began < 1


def test_a_bomb_that_declares_too_little_is_not_unpacked(members):
    zeros = bytes(60 * 2**20)
    packed = bytearray(pack([("a.bin", zeros), *members.items()]))
    true, told = struct.pack("<I", len(zeros)), struct.pack("<I", 1000)
    lying = bytes(packed).replace(true, told)
    began = time.monotonic()
    assert code_of(open_workbook, lying) == "corrupt"
    assert time.monotonic() - began < 1


def test_too_many_members_are_too_large(members):
    many = [(f"xl/media/{number}.bin", b"") for number in range(5000)]
    assert code_of(open_workbook, pack([*members.items(), *many])) == "too_large"


def test_an_encrypted_member_is_encrypted(members):
    packed = bytearray(pack(members.items()))
    packed[6] |= 1
    at = packed.index(b"PK\x01\x02")
    packed[at + 8] |= 1
    assert code_of(open_workbook, bytes(packed)) == "encrypted"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd">',
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        "<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "docProps/app.xml"]
)
def test_a_document_type_or_entity_is_unsafe(members, part, declaration):
    text = members[part].decode()
    text = text.removeprefix("<?xml version='1.0' encoding='utf-8'?>")
    changed = members | {part: declaration + text}
    assert code_of(open_workbook, pack(changed.items())) == "unsafe_xml"


def test_a_billion_laughs_are_refused_at_once(members):
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{levels}]><a>&l9;</a>'
    changed = members | {"xl/sharedStrings.xml": bomb}
    began = time.monotonic()
    assert code_of(open_workbook, pack(changed.items())) == "unsafe_xml"
    assert time.monotonic() - began < 1


def test_an_entity_that_nobody_declares_is_unsafe(members):
    changed = members | {"xl/worksheets/sheet1.xml": "<worksheet>&secret;</worksheet>"}
    assert code_of(open_workbook, pack(changed.items())) == "unsafe_xml"


@pytest.mark.parametrize("code", ["utf-7", "nonsense", "utf-32"])
def test_xml_in_an_encoding_that_is_none_is_corrupt(members, code):
    changed = members | {
        "docProps/app.xml": f'<?xml version="1.0" encoding="{code}"?><a/>'
    }
    assert code_of(open_workbook, pack(changed.items())) == "corrupt"


def test_ill_formed_xml_is_corrupt(members):
    changed = members | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}
    assert code_of(open_workbook, pack(changed.items())) == "corrupt"


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macros_are_refused(members, name):
    packed = pack([*members.items(), (name, b"<a/>")])
    assert code_of(open_workbook, packed) == "macro_enabled"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "macro_enabled"),
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "format_mismatch"),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml"
            ".document.main+xml",
            "format_mismatch",
        ),
    ],
)
def test_the_content_type_tells_what_is_inside(members, kind, code):
    changed = members | {"[Content_Types].xml": TYPES.format(kind)}
    assert code_of(open_workbook, pack(changed.items())) == code


def test_any_other_archive_named_xlsx_is_a_mismatch():
    assert code_of(open_workbook, pack([("a.csv", b"1,2")])) == "format_mismatch"


def two_corners(members, last):
    """Return a workbook with two values, in A1 and in `last`."""
    row = last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:B2"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        f'<row r="{row}"><c r="{last}"><v>1</v></c></row></sheetData></worksheet>'
    )
    return pack((members | {"xl/worksheets/sheet1.xml": sheet}).items())


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ("XFD1048576", "too_many_columns"),
        ("SS2", "too_many_columns"),  # column 513
        ("A200002", "too_large"),
        ("SR10000", "too_large"),  # 10,000 rows of 512 columns
    ],
)
def test_two_cells_in_opposite_corners_are_refused_at_once(members, last, code):
    packed = two_corners(members, last)
    began = time.monotonic()
    with pytest.raises(ValueError) as caught:
        read_workbook("corners.xlsx", packed)
    assert [fault.code for fault in caught.value.faults] == [code]
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("last", ["SR2", "A200001", "J200000"])
def test_cells_within_the_bounds_are_read(members, last):
    (grid,) = read_workbook("corners.xlsx", two_corners(members, last))
    assert grid.rows[-1][-1] == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"", "empty_file"),
        ("a.csv", b"", "empty_file"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "unsupported_format"),
        ("a.et", OLE, "unsupported_format"),
        ("a.xlsx", OLE + "Workbook".encode("utf-16-le"), "format_mismatch"),
        ("a.csv", OLE, "format_mismatch"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.xls", b"<html><table><tr><td>1", "format_mismatch"),
        ("a.xlsx", b"\xef\xbb\xbf \r\n<HTML>", "format_mismatch"),
        ("a.csv", b"<!DOCTYPE html>", "format_mismatch"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "format_mismatch"),
        ("a.xls", b"PK\x03\x04", "format_mismatch"),
        ("a.csv", b"PK\x03\x04", "format_mismatch"),
        ("a.parquet", b"PK\x03\x04", "format_mismatch"),
        ("a.xlsx", b"a,b\n1,2\n", "format_mismatch"),
        ("a.xls", b"a\tb\n1\t2\n", "format_mismatch"),
        ("a.xlsx", b"PAR1", "format_mismatch"),
        ("a.csv", b"PAR1", "format_mismatch"),
        ("a.csv", b"%PDF-1.7", "format_mismatch"),
        ("a.pdf", b"%PDF-1.7", "unsupported_format"),
        ("a.jpg", b"\xff\xd8\xff", "unsupported_format"),
        ("a.html", b"<html>", "unsupported_format"),
        ("a.xlsm", b"PK\x03\x04", "macro_enabled"),
        ("a.XLTM", b"PK\x03\x04", "macro_enabled"),
        ("a.xlsb", b"PK\x03\x04", "unsupported_format"),
        ("a.ods", b"PK\x03\x04", "unsupported_format"),
        ("a.numbers", b"PK\x03\x04", "unsupported_format"),
        ("a.docx", b"PK\x03\x04", "unsupported_format"),
        ("a.zip", b"PK\x03\x04", "unsupported_format"),
        ("a.csv.gz", b"\x1f\x8b", "unsupported_format"),
        ("a", b"a,b\n", "unsupported_format"),
        ("a.dat", b"a,b\n", "unsupported_format"),
    ],
)
def test_a_file_that_is_not_read_says_why(name, data, code):
    assert code_of(read_kind, name, data) == code


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.csv", b"a,b", "text"),
        ("A.TSV", b"a\tb", "text"),
        ("a.txt", "年份".encode("utf-16"), "text"),
        ("a.csv", b"a\0b", "text"),  # the reader of text names the line
        ("a.xlsx", b"PK\x03\x04", "workbook"),
        ("a.parquet", b"PAR1", "parquet"),
    ],
)
def test_a_file_that_is_read_is_told_by_name_and_content(name, data, kind):
    assert read_kind(name, data) == kind


def test_no_member_is_unpacked_beyond_its_size(members):
    content = zlib.compress(b"a" * 100)[2:-4]
    assert zlib.decompress(content, -15) == b"a" * 100  # the test packs rightly
    packed = pack([("a.bin", b"a" * 100), *members.items()])
    lying = packed.replace(struct.pack("<I", 100), struct.pack("<I", 10))
    assert code_of(open_workbook, lying) == "corrupt"
