"""What stands in the cells of a CSV, TSV or TXT file?"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from hengstats.errors import SheetError
from hengstats.intake.encoding import read_encoding
from hengstats.intake.grid import Grid, Value
from hengstats.intake.limits import CELLS, COLUMNS, LINES, ROWS, UNPACKED
from hengstats.intake.result import Refusal

_SEP = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n|$)', re.I)
_DELIMITERS = ",;\t"
LONGEST_FIELD = 1 << 17  # characters; a cell of Excel holds a quarter of it
_SAMPLE_ROWS = 60
_SAMPLE = 1 << 16  # characters that tell the delimiter


def read_text(name: str, data: bytes) -> Grid:
    """Return the one sheet that a text file holds; every cell is text.

    Rows are records: a line break inside quotes does not begin a row, and an `sep=`
    line is none, just as Excel counts them. A row keeps the fields it has.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    data : bytes
        All of it.

    Raises
    ------
    SheetError
        `empty_file`, `encoding`, `malformed_csv`, `too_large`, `too_many_columns`.
    """
    if len(data) > UNPACKED:
        size = f"{len(data) / 2**20:,.0f} MB"
        raise _refuse_size(name, None, f"文件有 {size}，上限 48 MB", f"{size} of 48 MB")
    encoding = read_encoding(name, data)
    start = data[: 4 * _SAMPLE].decode(encoding, "ignore")[:_SAMPLE]
    told = _SEP.match(start)
    delimiter = told[1] if told else find_delimiter(start)
    text = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    if told:
        text.readline()
    rows = list(_rows(name, text, delimiter))
    if not any(str(value).strip() for row in rows for value in row):
        raise SheetError([_empty().at(name)])
    return Grid(file=name, rows=rows)


def find_delimiter(start: str) -> str:
    r"""Return the delimiter with which most rows of a text have the same width.

    Examples
    --------
    >>> find_delimiter("年份;楼宇;税收\n2016;示例大厦;26,3\n")
    ';'
    """
    return max(_DELIMITERS, key=lambda delimiter: _agreement(start, delimiter))


def _agreement(start: str, delimiter: str) -> tuple[int, int]:
    """Return how many rows have the commonest width above one, and that width."""
    lines = io.StringIO(start, newline="")
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            widths[len(row)] += 1
            if widths.total() == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # told apart by the rows before; the reading itself names the fault
    counts = [(count, width) for width, count in widths.items() if width > 1]
    return max(counts, default=(0, 0))


def _rows(name: str, text: io.TextIOWrapper, delimiter: str) -> Iterator[list[Value]]:
    """Yield the records of a text, as long as they keep to rules and bounds."""
    cells = 0
    row = 1
    known: dict[str, str] = {}  # a wording that comes again is kept once
    try:
        for fields in csv.reader(text, delimiter=delimiter, strict=True):
            if len(fields) > COLUMNS:
                raise SheetError([_too_wide(len(fields)).at(name, row=row)])
            cells += len(fields)
            if row > LINES or cells > CELLS:
                bound = f"{ROWS:,} 行、{CELLS:,} 格"
                told = f"a sheet may have {ROWS:,} rows and {CELLS:,} cells"
                raise _refuse_size(name, row, f"一张表上限 {bound}", told)
            if len(max(fields, key=len, default="")) > LONGEST_FIELD:
                raise csv.Error("field larger than field limit")
            yield [known.setdefault(field, field) for field in fields]
            row += 1
    except csv.Error as error:
        raise SheetError([_malformed(str(error)).at(name, row=row)]) from error


def _empty() -> Refusal:
    """Return the refusal of a text without a word."""
    return Refusal(
        "empty_file", "文件里没有内容", "检查是否交错了文件", "the file holds no text"
    )


def _malformed(error: str) -> Refusal:
    """Return the refusal of a record whose quotes do not match."""
    if "field larger" in error:
        found, english = (
            "一格的文字长得不合理，多半是引号没有配对",
            "a quote is never closed",
        )
    elif "unexpected end" in error:
        found, english = "引号没有配对，一直到文件末尾", "a quote is never closed"
    else:
        found, english = "引号之后、分隔符之前另有文字", "text follows a closing quote"
    return Refusal(
        "malformed_csv",
        found,
        "在 Excel 里改好这一行，另存为“CSV UTF-8”或 .xlsx",
        f"{english}; mend this row and save it as CSV UTF-8 or .xlsx",
    )


def _too_wide(width: int) -> Refusal:
    """Return the refusal of a record with too many fields."""
    return Refusal(
        "too_many_columns",
        f"这一行有 {width} 栏，上限 {COLUMNS} 栏",
        "删去表外多余的内容，只留要交的列",
        f"{width} fields, the limit is {COLUMNS}; delete what lies outside the table",
    )


def _refuse_size(name: str, row: int | None, found: str, english: str) -> SheetError:
    """Return the refusal of a text beyond the bounds."""
    told = f"{english}; split the file"
    refusal = Refusal("too_large", found, "分成几个文件再交来", told)
    return SheetError([refusal.at(name, row=row)])
