"""A text that a spreadsheet would compute is written so that it stays a text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengstats.csvsafe import guard, to_csv, unguard


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+86 21 5555",
        "-cmd|' /C calc'!A0",
        "@SUM(A1)",
        "＝1+1",
        "＋1+1",
        "－a",
        "＠a",
        "\t=1",
        "\r=1",
    ],
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert guard(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "恒隆广场", "26.3亿元", "-0.35", "+5", "1=1", "-1.2E-3"]
)
def test_other_texts_and_plain_numbers_are_left_alone(text):
    assert guard(text) == text


@given(st.text())
def test_there_and_back_is_where_we_began(text):
    assert unguard(guard(text)) == text


@given(st.text(alphabet="'=+-@19 a", max_size=6))
def test_no_guarded_text_begins_like_a_formula_unless_it_is_a_number(text):
    written = guard(text)
    try:
        float(written)
    except ValueError:
        assert not written.startswith(("=", "+", "-", "@"))


def test_an_apostrophe_of_the_text_itself_is_kept():
    assert guard("'=1") == "''=1"
    assert unguard("''=1") == "'=1"
    assert guard("'80s") == "'80s"


def test_a_table_is_utf8_with_bom_and_one_kind_of_line_end():
    written = to_csv(["entity", "value"], [["=示例", 3], ["a,b", None]])
    assert written == '\ufeffentity,value\n\'=示例,3\n"a,b",\n'.encode()


def test_a_line_break_inside_a_cell_is_read_back():
    written = to_csv(["quote"], [["one\ntwo"]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        ["quote"],
        ["one\ntwo"],
    ]
