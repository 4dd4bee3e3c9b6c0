"""A record says what the check has read, in the wording of the cell if that does."""

from decimal import Decimal

import pytest

from hengstats.adding.transcribe import transcribe
from hengstats.errors import ReadingError
from hengstats.intake.result import Cell

YI = "100 million yuan"


def written(printed, number, qualifier="exact", column="tax", unit=YI, **ends):
    """Return printed, value and unit of the record of a cell."""
    cell = Cell(
        year=2021,
        building="示例楼",
        column=column,
        printed=printed,
        unit=unit,
        number=None if number is None else Decimal(number),
        qualifier=qualifier,
        sheet="表一",
        row=3,
        head="税收",
        **{end: Decimal(value) for end, value in ends.items()},
    )
    record = transcribe(cell, file="a.xlsx", entity="e", measure="m", source="s")
    return record["printed"], record["value"], record["unit"], record["quote"]


def test_a_wording_that_says_the_same_stays():
    assert written("约3.2亿元", "3.2", "about") == (
        "约3.2亿元",
        "3.2",
        YI,
        "a.xlsx《表一》第3行 税收：约3.2亿元",
    )


def test_a_wording_read_as_another_number_is_replaced_and_both_are_quoted():
    assert written("26.3", "2.63") == (
        "2.63亿元",
        "2.63",
        YI,
        "a.xlsx《表一》第3行 税收：26.3（即 2.63亿元）",
    )


def test_a_wording_read_with_another_hedge_is_replaced():
    assert written("300以上", "300", "more_than")[0] == "超过300亿元"


def test_an_amount_in_yuan_stays_in_yuan():
    assert written("123456789", "1.23456789", unit="yuan")[:3] == (
        "123456789",
        "123456789",
        "yuan",
    )


def test_a_range_has_ends_and_no_value():
    told = written("30-35", None, "range", "members", "persons", lower="30", upper="35")
    assert told[:3] == ("30-35", "", "persons")


def test_fewer_than_ten_has_ten_for_a_value():
    told = written("不足10", None, "fewer_than", "members", "persons", upper="10")
    assert told[:3] == ("不足10", "10", "persons")


def test_a_cell_that_no_wording_says_is_refused():
    with pytest.raises(ReadingError, match="示例"):
        written("示例", None, "at_least")
