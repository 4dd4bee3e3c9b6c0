"""What a file is, is told by its bytes and its name; a hostile one is refused."""

import struct
import zipfile

import pytest
from sheets import TWO_YEARS, book, members, pack

from hengstats.intake.process import check_here
from hengstats.intake.result import Asked

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4600)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/{}"/></Types>'
)
OFFICE = "vnd.openxmlformats-officedocument."
ZIP, OTHERS = b"PK\x03\x04", "xlsb ods numbers docx zip"
SOUND = members(book(TWO_YEARS)[1])


@pytest.fixture
def reason(tmp_path):
    """A function that gives the reason for which a file is refused, or "accept"."""

    def check(data, name="sheet.xlsx"):
        path = tmp_path / name
        path.write_bytes(data)
        checked = check_here(path, Asked(today="2026-01-01"))
        return checked.errors[0].code if checked.errors else checked.status

    return check


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
        *((name, ZIP, "format_mismatch") for name in ("a.xls", "a.csv", "a.parquet")),
        ("a.xlsx", b"a,b\n1,2\n", "format_mismatch"),
        ("a.xls", b"a\tb\n1\t2\n", "format_mismatch"),
        *((name, b"PAR1", "format_mismatch") for name in ("a.xlsx", "a.csv")),
        ("a.csv", b"%PDF-1.7", "format_mismatch"),
        ("a.pdf", b"%PDF-1.7", "unsupported_format"),
        ("a.jpg", b"\xff\xd8\xff", "unsupported_format"),
        ("a.html", b"<html>", "unsupported_format"),
        ("a.mht", b"MIME-Version: 1.0", "unsupported_format"),
        *((name, ZIP, "macro_enabled") for name in ("a.xlsm", "a.XLTM")),
        *((f"a.{end}", ZIP, "unsupported_format") for end in OTHERS.split()),
        ("a.csv.gz", b"\x1f\x8b", "unsupported_format"),
        *((name, b"a,b\n", "unsupported_format") for name in ("a", "a.dat")),
    ],
)
def test_a_file_that_is_not_read_says_why(reason, name, data, code):
    assert reason(data, name) == code


@pytest.mark.parametrize("name", ["A.TSV", "a.txt", "a.tab", "a.CSV"])
def test_a_text_is_read_under_its_names(reason, name):
    text = "年份,楼宇,税收(亿元)\n2016,示例大厦,26.3\n".encode("utf-16")
    assert reason(text, name) == "accept"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["a.xlsx", "a.XLTX"])
def test_a_sound_workbook_comes_in(reason, name, method):
    assert reason(pack(SOUND, method), name) == "accept"


TWICE = "xl/workbook.xml XL/Workbook.xml xl\\workbook.xml"
OUTSIDE = "../x.xml /etc/x C:/x xl/../../x ..\\x"
MACROS = TYPES.format("vnd.ms-excel.sheet.macroEnabled.main+xml")
BINARY = TYPES.format("vnd.ms-excel.sheet.binary.macroEnabled.main")
WORD = TYPES.format(OFFICE + "wordprocessingml.document.main+xml")
ZEROS = bytes(49 * 2**20)  # one million more than the bound


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        *((name, b"<workbook/>", "unsafe_archive") for name in TWICE.split()),
        *((name, b"", "unsafe_archive") for name in OUTSIDE.split()),
        ("xl/vbaProject.bin", b"", "macro_enabled"),
        ("xl/macrosheets/sheet1.xml", b"<a/>", "macro_enabled"),
        ("xl/media/zeros.bin", ZEROS, "too_large"),
        ("customXml/item1.xml", b"<!DOCTYPE a><a/>", "accept"),
        ("docProps/custom.xml", b"<a>ill-formed", "accept"),  # nobody reads it
        ("docProps/custom.xml", b'<?xml version="1.0" encoding="no"?><a/>', "accept"),
    ],
)
def test_a_member_more_may_be_one_too_many(reason, name, content, code):
    assert reason(pack([*SOUND.items(), (name, content)])) == code


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("[Content_Types].xml", MACROS, "macro_enabled"),
        ("[Content_Types].xml", BINARY, "format_mismatch"),
        ("[Content_Types].xml", WORD, "format_mismatch"),
        ("[Content_Types].xml", TYPES.format("xml"), "accept"),
        ("xl/worksheets/sheet1.xml", "<worksheet>&secret;</worksheet>", "unsafe_xml"),
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData>", "corrupt"),
        ("xl/workbook.xml", '<!DOCTYPE a SYSTEM "http://a.invalid"><a/>', "unsafe_xml"),
        ("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>', "unsafe_xml"),
        (
            "xl/sharedStrings.xml",
            '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>',
            "unsafe_xml",
        ),
    ],
)
def test_a_part_may_be_another(reason, part, content, code):
    assert reason(pack(SOUND | {part: content})) == code


def lying(data, member, size, told):
    """Return an archive in which a size is not what it was."""
    assert data.count(struct.pack("<I", size)) >= 2
    return data.replace(struct.pack("<I", size), struct.pack("<I", told))


def locked():
    """Return an archive that says it is encrypted."""
    packed = bytearray(pack(SOUND))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def renamed():
    """Return an archive whose first member has another name in its own head."""
    packed = bytearray(pack(SOUND))
    packed[30] ^= 1
    return bytes(packed)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pack([("a.csv", b"1,2")]), "format_mismatch"),
        (pack({n: c for n, c in SOUND.items() if "workbook" not in n}), "corrupt"),
        (pack(SOUND, zipfile.ZIP_STORED).replace(b"26.3", b"62.3"), "corrupt"),
        (pack(SOUND)[:1000], "corrupt"),
        (pack(SOUND)[:-10], "corrupt"),
        (lying(pack([("a", ZEROS), *SOUND.items()]), "a", len(ZEROS), 10), "corrupt"),
        (pack([*SOUND.items(), *((f"m/{n}", b"") for n in range(5000))]), "too_large"),
        (locked(), "encrypted"),
        (renamed(), "corrupt"),
        (pack(SOUND, zipfile.ZIP_LZMA)[:-1], "corrupt"),
    ],
    ids="other incomplete checksum cut end bomb many locked renamed lzma".split(),
)
def test_a_damaged_or_hostile_archive_is_refused(reason, data, code):
    assert reason(data) == code
