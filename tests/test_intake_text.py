"""A text file is read in the encoding and with the delimiter that it was written in."""

import csv
import time

import pytest

from hengstats.errors import SheetError
from hengstats.intake.text import read_text

HANS = "年份,楼宇,税收(亿元)\n2016,示例大厦,26.3\n2017,恒隆广场,32\n"
HANT = "年份,樓宇,稅收(億元)\n2016,示例大廈,26.3\n2017,恆隆廣場,32\n"
ROWS = [["年份", "楼宇", "税收(亿元)"], ["2016", "示例大厦", "26.3"]]


def rows(text, encoding="utf-8"):
    """Return the rows of a text in an encoding."""
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return read_text("示例.csv", data).rows


def fault(text, encoding="utf-8"):
    """Return code and row with which a text is refused."""
    with pytest.raises(SheetError) as caught:
        rows(text, encoding)
    (found,) = caught.value.faults
    return found.code, found.row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_simplified_text_is_read_in_every_encoding(encoding):
    assert rows(HANS, encoding)[:2] == ROWS


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "gb18030", "big5", "big5hkscs"]
)
def test_traditional_text_is_read_in_every_encoding(encoding):
    assert rows(HANT, encoding)[2] == ["2017", "恆隆廣場", "32"]


@pytest.mark.parametrize(
    ("mark", "code"), [("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be")]
)
def test_utf16_is_read_in_both_byte_orders(mark, code):
    assert rows(mark + HANS, code)[:2] == ROWS


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("year,building,tax\n2016,示例金融中心,26.3\n2017,恒隆广场,32\n", "gb18030"),
        ("year,building,tax\n2016,示例金融中心,26.3\n2017,恆隆廣場,32\n", "big5"),
        ("year,building,tax\n2016,会德丰国际广场一座,26.3\n", "gb18030"),
        ("year,building,tax\n2016,會德豐國際廣場一座,26.3\n", "big5"),
        ("year,building,tax\n2016,嘉里城,26.3\n2017,新世界城,1\n", "gb18030"),
    ],
)
def test_names_alone_tell_the_two_chinese_encodings_apart(text, encoding):
    expected = text.splitlines()[1].split(",")
    assert rows(text, encoding)[1] == expected


def test_every_byte_pair_of_gb2312_names_is_read_or_refused_never_misread():
    names = ["瑞欧百货大楼", "锦沧文华广场", "仙乐斯广场", "梅龙镇广场", "中信泰富广场"]
    for name in names:
        text = f"year,building,tax\n2016,{name},26.3\n"
        assert rows(text, "gb18030")[1][1] == name


def test_a_text_that_two_encodings_make_sense_of_is_refused():
    assert fault("a,b\n1,瑞\n".encode("gb18030")) == ("encoding", None)


def test_a_damaged_line_is_named():
    data = HANS.encode().replace("大厦".encode(), "大厦".encode()[:-1])
    assert fault(data) == ("encoding", 2)


def test_a_line_in_another_encoding_is_named():
    data = HANS.encode() + "2018,示例大厦,34.9\n".encode("gb18030")
    assert fault(data) == ("encoding", 4)


def test_a_damaged_line_of_gb18030_is_named():
    data = HANS.encode("gb18030").replace("场".encode("gb18030"), b"\xb3")
    assert fault(data) == ("encoding", 3)


def test_a_null_byte_is_named():
    assert fault(HANS.encode().replace(b"26.3", b"26\x003")) == ("encoding", 2)


def test_half_a_character_of_utf16_is_damage():
    assert fault(HANS.encode("utf-16")[:-1])[0] == "encoding"


def test_utf32_is_refused():
    assert fault(HANS, "utf-32") == ("encoding", 1)


@pytest.mark.parametrize("lost", ["示例\ufffd厦", "锟斤拷大厦"])
def test_characters_lost_before_are_named(lost):
    assert fault(HANS.replace("示例大厦", lost)) == ("encoding", 2)


@pytest.mark.parametrize("code", ["gb18030", "cp1252"])
def test_text_saved_in_a_wrong_encoding_before_is_named(code):
    twisted = "中中中中".encode().decode(code)
    assert fault(HANS.replace("示例大厦", twisted)) == ("encoding", 2)


def test_western_letters_in_utf8_are_read():
    text = "year,building,tax\n2016,Café Müller,26.3\n"
    assert rows(text)[1][1] == "Café Müller"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_line_ends_are_told(delimiter, end):
    text = HANS.replace(",", delimiter).replace("\n", end)
    assert rows(text)[:2] == ROWS


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
def test_the_line_with_the_delimiter_is_no_row(line):
    assert rows(line + "\r\n" + HANS.replace(",", ";"))[:2] == ROWS


def test_the_line_with_the_delimiter_is_read_behind_a_mark():
    assert rows("sep=|\n" + HANS.replace(",", "|"), "utf-8-sig")[:2] == ROWS


def test_decimal_commas_do_not_make_the_delimiter():
    text = "年份;楼宇;税收\n2016;示例大厦;26,3\n2017;示例大厦;32,0\n"
    assert rows(text)[1] == ["2016", "示例大厦", "26,3"]


def test_title_lines_do_not_make_the_delimiter():
    text = "示例街道楼宇税收;内部\n单位：亿元\n" + HANS
    assert rows(text)[2:4] == ROWS


def test_rows_keep_the_fields_they_have():
    text = "年份,楼宇,税收\n2016,示例大厦,1,234.5\n注\n"
    assert [len(row) for row in rows(text)] == [3, 4, 1]


def test_quotes_keep_delimiters_line_breaks_and_quotes():
    text = '年份,楼宇,备注\n2016,"示例,大厦","一\n二 ""三"""\n2017,a,b\n'
    assert rows(text)[1:] == [
        ["2016", "示例,大厦", '一\n二 "三"'],
        ["2017", "a", "b"],
    ]


def test_blank_lines_count_as_rows():
    assert rows("\n" + HANS)[:2] == [[], ROWS[0]]


def test_an_open_quote_is_named_where_it_opens():
    assert fault(HANS + '2018,"示例大厦,34.9\n2019,a,1\n') == ("malformed_csv", 4)


def test_text_behind_a_closing_quote_is_named():
    assert fault(HANS + '2018,"示例"大厦,34.9\n') == ("malformed_csv", 4)


def test_rows_are_counted_as_a_spreadsheet_does():
    text = HANS + '2018,"示例\n大厦",34.9\n2019,"示例"大厦,1\n'
    assert fault(text) == ("malformed_csv", 5)


@pytest.mark.parametrize("limit", [131_072, 10_000_000])
def test_a_cell_longer_than_any_sheet_holds_is_an_open_quote(limit):
    # Other libraries raise the limit of the csv module for the whole process.
    before = csv.field_size_limit(limit)
    text = HANS + '2018,"' + "长" * 131_073 + '",1\n'
    found = fault(text)
    csv.field_size_limit(before)
    assert found == ("malformed_csv", 4)


@pytest.mark.parametrize("text", ["\ufeff", " \r\n\t\n", "sep=;\n"])
def test_a_file_without_content_is_empty(text):
    assert fault(text)[0] == "empty_file"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\n" * 200_002, ("too_large", 200_002)),
        (",".join("a" * 513) + "\n", ("too_many_columns", 1)),
        (("," * 100 + "\n") * 19_802, ("too_large", 19_802)),  # 101 cells a row
        ("a" * (48 * 2**20 + 1), ("too_large", None)),
    ],
)
def test_a_text_beyond_the_bounds_is_refused_within_a_second(text, code):
    began = time.monotonic()
    assert fault(text) == code
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("text", ["a\n" * 200_001, ",".join("a" * 512) + "\n"])
def test_a_text_within_the_bounds_is_read(text):
    assert rows(text)
