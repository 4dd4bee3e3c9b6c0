"""A record says what the check has read, in the wording of the cell if that does.

Of the function itself: no check reads a cell otherwise than the records do, today.
"""

from decimal import Decimal

import pytest

from hengstats.adding.transcribe import transcribe
from hengstats.errors import ReadingError
from hengstats.intake.result import Cell

YI, COUNT = ("tax", "100 million yuan"), ("members", "persons")


def write(printed, number, qualifier, kind, **ends):
    """Return printed, value, unit and quote of the record of a cell."""
    return transcribe(
        Cell(
            year=2021,
            building="示例楼",
            column=kind[0],
            printed=printed,
            unit=kind[1],
            number=None if number is None else Decimal(number),
            qualifier=qualifier,
            sheet="表一",
            row=3,
            head="税收",
            **{end: Decimal(value) for end, value in ends.items()},
        ),
        "a.xlsx",
    )


@pytest.mark.parametrize(
    ("printed", "number", "qualifier", "kind", "ends", "record"),
    [
        ("约3.2亿元", "3.2", "about", YI, {}, ("约3.2亿元", "3.2")),
        # read as another number, with another hedge: replaced, and both quoted
        ("26.3", "2.63", "exact", YI, {}, ("2.63亿元", "2.63")),
        ("300以上", "300", "more_than", YI, {}, ("超过300亿元", "300")),
        # an amount in yuan stays in yuan
        (
            "123456789",
            "1.23456789",
            "exact",
            ("tax", "yuan"),
            {},
            ("123456789", "123456789"),
        ),
        ("12.60", "12.60", "exact", YI, {}, ("12.60", "12.6")),
        # a range has ends and no value; fewer than ten has ten
        ("30-35", None, "range", COUNT, {"lower": "30", "upper": "35"}, ("30-35", "")),
        ("不足10", None, "fewer_than", COUNT, {"upper": "10"}, ("不足10", "10")),
    ],
)
def test_a_cell_is_written_down(printed, number, qualifier, kind, ends, record):
    written = write(printed, number, qualifier, kind, **ends)
    assert written[:2] == record
    assert written[2] == (kind[1] if printed == record[0] else YI[1])
    note = "" if printed == record[0] else f"（即 {record[0]}）"
    assert written[3] == f"a.xlsx《表一》第3行 税收：{printed}{note}"


def test_a_cell_that_no_wording_says_is_refused():
    with pytest.raises(ReadingError, match="示例"):
        write("示例", None, "at_least", YI)
