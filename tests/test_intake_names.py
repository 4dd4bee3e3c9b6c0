"""A building has one clean name, or the cell is refused."""

import datetime as dt
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengstats.csvsafe import guard
from hengstats.intake.names import read_name, similar
from hengstats.intake.result import Refusal

READ = [
    ("示例大厦", "示例大厦"),
    ("  示例大厦\u3000", "示例大厦"),
    ("示例\u200b大厦\ufeff", "示例大厦"),
    ("示例大厦Ａ座", "示例大厦A座"),
    ("示例　大厦", "示例 大厦"),
    ("示例大厦（一期）", "示例大厦(一期)"),
    ("示例大廈", "示例大廈"),  # the script of the source stays
    ("示例大厦*", "示例大厦*"),
    ("Illustrative Tower", "Illustrative Tower"),
    ("1001", "1001"),
    (1001, "1001"),
    (1933.0, "1933"),
    ("\n示例大厦\r\n", "示例大厦"),
    ("=1+1号楼", "=1+1号楼"),
    ("+示例", "+示例"),
    ("-示例", "-示例"),
    ("@示例", "@示例"),
    ("'=1+1号楼", "=1+1号楼"),  # as our own sheets write it
    ("'s-Hertogenbosch", "'s-Hertogenbosch"),
    ("喆堃大厦", "喆堃大厦"),
    ("𠮷大厦", "𠮷大厦"),
    ("无锡示例大厦", "无锡示例大厦"),
    ("示例大厦™", "示例大厦TM"),
    ("示例路100200号", "示例路100200号"),
    ("楼" * 200, "楼" * 200),
]
REFUSED = [
    (None, "missing_key"),
    ("", "missing_key"),
    (" \u3000\u200b", "missing_key"),
    ("N/A", "missing_key"),
    ("暂无", "missing_key"),
    ("不詳", "missing_key"),
    ("#REF!", "error_cell"),
    ("#N/A", "error_cell"),
    ("示例大厦¹", "invalid_name"),
    ("示例大厦₂", "invalid_name"),
    ("示例大厦⁽注⁾", "invalid_name"),
    ("示例大厦(张示例13800000000)", "invalid_name"),
    ("示例大厦 138 0000 0000", "invalid_name"),
    ("示例大厦1380000", "invalid_name"),
    (13800000000, "invalid_name"),
    ("#value!", "error_cell"),
    ("示例\n大厦", "invalid_name"),
    ("示例\r\n大厦", "invalid_name"),
    ("示例\u2028大厦", "invalid_name"),
    ("示例\t大厦", "invalid_name"),
    ("---", "invalid_name"),
    ("——", "invalid_name"),
    ("***", "invalid_name"),
    ("示例\ufffd厦", "invalid_name"),
    ("楼" * 201, "invalid_name"),
    (1.5, "invalid_name"),
    (float("nan"), "invalid_name"),
    (float("inf"), "invalid_name"),
    (True, "invalid_name"),
    (dt.datetime(2026, 3, 5), "invalid_name"),
    (dt.date(2026, 3, 5), "invalid_name"),
    (dt.time(3), "invalid_name"),
    ("示例\x00大厦", "control_character"),
    ("示例\x1b大厦", "control_character"),
    ("示例\u202e大厦", "control_character"),
    ("\u200e示例大厦", "control_character"),
    ("示例\u2066大厦", "control_character"),
    ("示例\u00ad大厦", "control_character"),
    ("示例\ud800大厦", "control_character"),
]


@pytest.mark.parametrize(("value", "name"), READ)
def test_a_name_is_cleaned_and_otherwise_kept(value, name):
    assert read_name(value) == name


@pytest.mark.parametrize(("value", "code"), REFUSED)
def test_what_is_no_name_is_refused(value, code):
    with pytest.raises(Refusal) as told:
        read_name(value)
    assert told.value.code == code


@pytest.mark.parametrize(
    ("value", "number_format", "name"),
    [(3, '0"号楼"', "3号楼"), (1, "000", "001"), (1933, "General", "1933")],
)
def test_a_number_is_named_as_its_format_shows_it(value, number_format, name):
    assert read_name(value, number_format) == name


def test_a_format_that_shows_no_name_is_refused():
    with pytest.raises(Refusal, match="invalid_name"):
        read_name(3, "0%")


@pytest.mark.parametrize(
    "value", ["张三\n李四", "张三\x01", "张三" * 101, "张三13800000000"]
)
def test_no_message_quotes_a_name(value):
    with pytest.raises(Refusal) as told:
        read_name(value)
    said = told.value.found + told.value.mend + told.value.english
    assert "张" not in said and "138" not in said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("星河中心", "星河中心*"),
        ("星河中心", "星河 中心"),
        ("星河中心A座", "星河中心a座"),
        ("星河中心(一期)", "星河中心一期"),
        ("星河大樓", "星河大楼"),
        ("K11", "K-11"),
    ],
)
def test_names_that_differ_in_a_sign_are_similar(one, other):
    assert similar([one, "示例大厦", other]) == [(one, other)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("星河中心", "星河中心A座"), ("一号楼", "二号楼"), ("星河中心1", "星河中心2")],
)
def test_names_that_differ_in_a_letter_are_not_similar(one, other):
    assert similar([one, other]) == []


def test_a_name_is_not_similar_to_itself():
    assert similar(["示例大厦", "示例大厦"]) == []


def test_three_similar_names_are_told_with_the_first():
    assert similar(["甲", "甲*", "(甲)"]) == [("甲", "甲*"), ("甲", "(甲)")]


def test_a_pair_is_told_once_however_often_its_names_come():
    assert similar(["甲", "甲*", "甲", "甲*"]) == [("甲", "甲*")]


@given(st.text(max_size=30))
def test_a_name_that_is_read_is_read_again_as_itself(text):
    name = "示例"
    with suppress(Refusal):
        name = read_name(text)
    assert read_name(guard(name)) == name == unicodedata.normalize("NFKC", name).strip()


@given(st.integers(0, 10**6 - 1))
def test_a_whole_number_is_named_by_its_digits(number):
    assert read_name(number) == str(number)
