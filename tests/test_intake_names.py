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

READ = {
    "  示例大厦\u3000": "示例大厦",
    "示例\u200b大厦\ufeff": "示例大厦",
    "示例大厦Ａ座": "示例大厦A座",
    "示例　大厦": "示例 大厦",
    "示例大厦（一期）": "示例大厦(一期)",
    1001: "1001",
    1933.0: "1933",
    "\n示例大厦\r\n": "示例大厦",
    "'=1+1号楼": "=1+1号楼",  # as our own sheets write it
    "示例大厦™": "示例大厦TM",
    "楼" * 200: "楼" * 200,
}
# The script of the source stays, and whatever else a name may have.
KEPT = (
    "示例大厦|示例大廈|示例大厦*|Illustrative Tower|=1+1号楼|+示例|-示例|@示例|1001"
    "|'s-Hertogenbosch|喆堃大厦|𠮷大厦|无锡示例大厦|示例路100200号"
).split("|")
INVALID = (
    "示例大厦¹|示例大厦₂|示例大厦⁽注⁾|示例大厦(张示例13800000000)"
    "|示例大厦 138 0000 0000|示例大厦1380000|---|——|***|示例\ufffd厦|示例\n大厦"
    "|示例\r\n大厦|示例\u2028大厦|示例\t大厦"
).split("|")
CONTROLLED = (
    "示例\x00大厦|示例\x1b大厦|示例\u202e大厦|\u200e示例大厦|示例\u2066大厦"
    "|示例\u00ad大厦|示例\ud800大厦"
).split("|")
NO_TEXT = (13800000000, 1.5, float("nan"), float("inf"), True, dt.time(3))
DAYS = (dt.datetime(2026, 3, 5), dt.date(2026, 3, 5))
REFUSED = {
    "missing_key": [None, *"| \u3000\u200b|N/A|暂无|不詳|unknown|没有".split("|")],
    "error_cell": ["#REF!", "#N/A", "#value!"],
    "invalid_name": [*INVALID, *NO_TEXT, *DAYS, "楼" * 201],
    "control_character": CONTROLLED,
}


def refusal(value, number_format="General"):
    """Return the refusal of a cell."""
    with pytest.raises(Refusal) as told:
        read_name(value, number_format)
    return told.value


@pytest.mark.parametrize(
    ("value", "name"), [*READ.items(), *zip(KEPT, KEPT, strict=True)]
)
def test_a_name_is_cleaned_and_otherwise_kept(value, name):
    assert read_name(value) == name


@pytest.mark.parametrize(
    ("value", "code"),
    [(one, code) for code, values in REFUSED.items() for one in values],
)
def test_what_is_no_name_is_refused(value, code):
    assert refusal(value).code == code


@pytest.mark.parametrize(
    ("value", "number_format", "name"),
    [(3, '0"号楼"', "3号楼"), (1, "000", "001"), (1933, "General", "1933")],
)
def test_a_number_is_named_as_its_format_shows_it(value, number_format, name):
    assert read_name(value, number_format) == name


def test_a_format_that_shows_no_name_is_refused():
    assert refusal(3, "0%").code == "invalid_name"


@pytest.mark.parametrize(
    "value", ["张三\n李四", "张三\x01", "张三" * 101, "张三13800000000"]
)
def test_no_message_quotes_a_name(value):
    told = refusal(value)
    said = told.found + told.mend + told.english
    assert "张" not in said and "138" not in said


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        # They differ in a sign, a blank, case or script ...
        ("星河中心 示例大厦 星河中心*", [("星河中心", "星河中心*")]),
        ("星河中心 星河\u3000中心", [("星河中心", "星河\u3000中心")]),
        ("星河中心A座 星河中心a座", [("星河中心A座", "星河中心a座")]),
        ("星河中心(一期) 星河中心一期", [("星河中心(一期)", "星河中心一期")]),
        ("星河大樓 星河大楼", [("星河大樓", "星河大楼")]),
        ("K11 K-11", [("K11", "K-11")]),
        # ... each pair once, with the first that came ...
        ("甲 甲* 甲 甲* (甲)", [("甲", "甲*"), ("甲", "(甲)")]),
        # ... or in a letter.
        ("星河中心 星河中心A座", []),
        ("一号楼 二号楼", []),
        ("星河中心1 星河中心2", []),
        ("示例大厦 示例大厦", []),
    ],
)
def test_names_are_similar_that_differ_in_no_letter(names, pairs):
    assert similar(names.split(" ")) == pairs


@given(st.text(max_size=30))
def test_a_name_that_is_read_is_read_again_as_itself(text):
    name = "示例"
    with suppress(Refusal):
        name = read_name(text)
    assert read_name(guard(name)) == name == unicodedata.normalize("NFKC", name).strip()


@given(st.integers(0, 10**6 - 1))
def test_a_whole_number_is_named_by_its_digits(number):
    assert read_name(number) == str(number)
