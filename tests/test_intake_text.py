"""A text file is read in the encoding and with the delimiter that it was written in."""

import csv

import pytest

from hengstats.intake import text as reader
from hengstats.intake.process import check_here
from hengstats.intake.result import Asked

HANS = "年份,楼宇,税收(亿元)\n2016,示例大厦,26.3\n2017,恒隆广场,32\n"
HANT = "年份,樓宇,稅收(億元)\n2016,示例大廈,26.3\n2017,恆隆廣場,32\n"
READ = ["2016 示例大厦 26.3", "2017 恒隆广场 32"]


@pytest.fixture
def check(tmp_path):
    """A function that checks a text in an encoding, or bytes."""

    def check_text(text, encoding="utf-8"):
        path = tmp_path / "示例.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return check_here(path, Asked(today="2026-01-01"))

    return check_text


@pytest.fixture
def read(check):
    """A function that gives the figures of a text."""

    def figures(text, encoding="utf-8"):
        checked = check(text, encoding)
        assert checked.errors == ()
        return [f"{c.year} {c.building} {c.printed}" for c in checked.cells]

    return figures


@pytest.fixture
def fault(check):
    """A function that gives code and row with which a text is refused."""

    def first(text, encoding="utf-8"):
        (found,) = check(text, encoding).errors
        return found.code, found.row

    return first


HANT_READ = ["2016 示例大廈 26.3", "2017 恆隆廣場 32"]


@pytest.mark.parametrize(
    ("text", "encodings", "rows"),
    [
        (HANS, "utf-8 utf-8-sig utf-16 gb18030 gbk", READ),
        (HANT, "utf-8 utf-16 gb18030 big5 big5hkscs", HANT_READ),
        ("\ufeff" + HANS, "utf-16-le utf-16-be", READ),
    ],
)
def test_text_is_read_in_every_encoding(read, text, encodings, rows):
    assert [read(text, encoding) for encoding in encodings.split()] == [rows] * len(
        encodings.split()
    )


SIMPLE = "示例金融中心 会德丰国际广场一座 瑞欧百货大楼 锦沧文华广场 仙乐斯广场"
SIMPLE += " 梅龙镇广场 中信泰富广场"


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        *((encoding, SIMPLE) for encoding in ("gb18030", "gbk", "gb2312")),
        ("big5", "示例金融中心 會德豐國際廣場一座 恆隆廣場"),
        ("utf-8", "Café Müller"),
    ],
)
def test_names_alone_tell_the_encoding(read, encoding, names):
    for name in names.split():
        text = f"year,building,tax (CNY million)\n2016,{name},26.3\n"
        assert read(text, encoding) == [f"2016 {name} 26.3"]


TWISTED = "中中中中".encode()


@pytest.mark.parametrize(
    ("data", "row"),
    [
        ("a,b\n1,瑞\n".encode("gb18030"), None),  # two encodings make sense of it
        (HANS.encode().replace("大厦".encode(), "大厦".encode()[:-1]), 2),
        (HANS.encode() + "2018,示例大厦,34.9\n".encode("gb18030"), 4),
        (HANS.encode("gb18030").replace("场".encode("gb18030"), b"\xb3"), 3),
        (HANS.encode().replace(b"26.3", b"26\x003"), 2),
        (HANS.encode("utf-16")[:-1], 3),
        (HANS.encode("utf-32"), 1),
        (HANS.replace("示例大厦", "示例\ufffd厦").encode(), 2),
        (HANS.replace("示例大厦", "锟斤拷大厦").encode(), 2),
        (HANS.replace("示例大厦", TWISTED.decode("gb18030")).encode(), 2),
        (HANS.replace("示例大厦", TWISTED.decode("cp1252")).encode(), 2),
    ],
)
def test_a_text_that_is_damaged_or_of_no_one_encoding_names_the_line(fault, data, row):
    assert fault(data) == ("encoding", row)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_line_ends_are_told(read, delimiter, end):
    assert read(HANS.replace(",", delimiter).replace("\n", end)) == READ


@pytest.mark.parametrize(
    "line", ["sep=;\r\n", "SEP=;\r\n", '"sep=;"\n', "\ufeffsep=;\n"]
)
def test_the_line_with_the_delimiter_is_no_row(read, fault, line):
    text = line + HANS.replace(",", ";")
    assert read(text) == READ
    assert fault(text.replace("26.3", "x")) == ("invalid_number", 2)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("示例街道楼宇税收;内部\n单位：亿元\n" + HANS, READ),
        (HANS.replace("26.3", '"1,234"'), ["2016 示例大厦 1,234", READ[1]]),
        (HANS.replace("示例大厦", '"示例,大厦"'), ["2016 示例,大厦 26.3", READ[1]]),
        (HANS.replace("示例大厦", '"示例""大厦"'), ['2016 示例"大厦 26.3', READ[1]]),
        ("\n" + HANS, READ),
    ],
)
def test_quotes_titles_and_blank_lines_do_not_make_the_delimiter(read, text, printed):
    assert read(text) == printed


def test_decimal_commas_do_not_make_the_delimiter(check):
    text = "年份;楼宇;税收(亿元)\n2016;示例大厦;26,3\n2017;示例大厦;32,0\n"
    assert [fault.code for fault in check(text).errors] == ["ambiguous_number"] * 2


@pytest.mark.parametrize(
    ("more", "code", "row"),
    [
        ('2018,"示例大厦,34.9\n2019,a,1\n', "malformed_csv", 4),
        ('2018,"示例"大厦,34.9\n', "malformed_csv", 4),
        ('2018,"示例\n大厦",34.9\n2019,"示例"大厦,1\n', "malformed_csv", 5),
        ("2018,a,1,200\n", "ragged_row", 4),
        ("2018,a\n", "ragged_row", 4),
    ],
)
def test_a_row_is_named_as_a_spreadsheet_counts_it(fault, more, code, row):
    assert fault(HANS + more) == (code, row)


@pytest.mark.parametrize("limit", [131_072, 10_000_000])
def test_a_cell_longer_than_any_sheet_holds_is_an_open_quote(fault, limit):
    # Other libraries raise the limit of the csv module for the whole process.
    before = csv.field_size_limit(limit)
    found = fault(HANS + '2018,"' + "长" * 131_073 + '",1\n')
    csv.field_size_limit(before)
    assert found == ("malformed_csv", 4)


@pytest.mark.parametrize("text", ["\ufeff", " \r\n\t\n", "sep=;\n"])
def test_a_file_without_content_is_empty(fault, text):
    assert fault(text)[0] == "empty_file"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n" * 1002, ("too_large", 1002)),
        (",".join("a" * 513) + "\n", ("too_many_columns", 1)),
        (("," * 100 + "\n") * 30, ("too_large", 20)),  # 101 cells a row
        ("a\n" * 1001, ("missing_header", 1)),
        (",".join("a" * 512) + "\n", ("missing_header", 1)),
    ],
)
def test_a_text_keeps_to_the_bounds(fault, text, found, monkeypatch):
    monkeypatch.setattr(reader, "LINES", 1001)
    monkeypatch.setattr(reader, "CELLS", 2000)
    assert fault(text) == found
