"""A text that a spreadsheet would compute is written so that it stays a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengstats.csvsafe import from_csv, guard, to_csv, unguard


@pytest.mark.parametrize(
    "text",
    [
        *"=1+1 +86-21 -cmd|'/C'!A0 @SUM(A1) ＝1+1 ＋1 －a ＠a '=1".split(),
        "\t=1",
        "\r=1",
    ],
)
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert guard(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "恒隆广场", "26.3亿元", "-0.35", "+5", "1=1", "-1.2E-3", "'80s"]
)
def test_other_texts_and_plain_numbers_are_left_alone(text):
    assert guard(text) == text


@settings(max_examples=50)
@given(st.text() | st.text(alphabet="'=+-@19 a", max_size=6))
def test_there_and_back_is_where_we_began_and_no_text_is_a_formula(text):
    written = guard(text)
    assert unguard(written) == text
    try:
        float(written)
    except ValueError:
        assert not written.startswith(("=", "+", "-", "@"))


def test_a_table_is_utf8_with_bom_and_one_kind_of_line_end():
    written = to_csv(["entity", "value"], [["=示例", 3], ["a,b", None]])
    assert written == '\ufeffentity,value\n\'=示例,3\n"a,b",\n'.encode()


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"))


@settings(max_examples=30)
@given(st.lists(st.tuples(cells, cells.map(lambda text: text + "x")), max_size=4))
def test_a_table_is_read_back_as_text(rows):
    read = from_csv(to_csv(["a", "b"], rows).decode("utf-8-sig"))
    assert list(read.itertuples(index=False, name=None)) == rows
