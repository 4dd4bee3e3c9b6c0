"""A unit is known and fits its column, or is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengstats.intake.result import COLUMNS, Refusal
from hengstats.intake.units import read_unit
COUNTED = {"members":0,"branches":0,"enterprises":0,"events":0,"attendances":0,"participants":0}
from hengstats.vocabulary import UNITS, convert, strings

# wording, what one of it is in yuan: by hand.
MONEY = {
    "元": 1,
    "（元）": 1,
    "人民币元": 1,
    "yuan": 1,
    "CNY": 1,
    "RMB": 1,
    "¥": 1,
    "￥": 1,
    "千元": 1e3,
    "RMB'000": 1e3,
    "CNY thousand": 1e3,
    "万元": 1e4,
    "万元¹": 1e4,
    "萬元": 1e4,
    "万": 1e4,
    "（万元）": 1e4,
    "单位：万元": 1e4,
    "單位：萬元": 1e4,
    "单位:万元": 1e4,
    "金额单位：人民币万元": 1e4,
    "万元人民币": 1e4,
    "万元（人民币）": 1e4,
    "10,000 yuan": 1e4,
    "RMB 10,000": 1e4,
    "10 thousand yuan": 1e4,
    "百万元": 1e6,
    "CNY million": 1e6,
    "RMB mn": 1e6,
    "million yuan": 1e6,
    "millions of yuan": 1e6,
    "in CNY million": 1e6,
    "Unit: million yuan": 1e6,
    "¥ million": 1e6,
    "亿元": 1e8,
    "億元": 1e8,
    "亿": 1e8,
    "[亿元]": 1e8,
    "【亿元】": 1e8,
    " 亿元 ": 1e8,
    "亿元/年": 1e8,
    "亿元\u200b": 1e8,
    "100 million yuan": 1e8,
    "CNY 100 million": 1e8,
    "hundred million yuan": 1e8,
    "CNY bn": 1e9,
    "CNY billion": 1e9,
    "billion yuan": 1e9,
    "十亿元": 1e9,
}
COUNTS = [
    ("人", "members", 1),
    ("名", "members", 1),
    ("个", "members", 1),
    ("個", "branches", 1),
    ("单位：人", "members", 1),
    ("persons", "members", 1),
    ("万人", "members", 10000),
    ("萬人", "members", 10000),
    ("万", "members", 10000),
    ("家", "enterprises", 1),
    ("户", "enterprises", 1),
    ("万家", "enterprises", 10000),
    ("场", "events", 1),
    ("场次", "events", 1),
    ("場次", "events", 1),
    ("人次", "attendances", 1),
    ("万人次", "attendances", 10000),
    ("10,000 person-times", "attendances", 10000),
    ("人", "participants", 1),
]
MISMATCHED = [
    ("美元", "tax"),
    ("万美元", "tax"),
    ("US$ million", "tax"),
    ("USD", "tax"),
    ("HK$", "tax"),
    ("百万港元", "tax"),
    ("港幣", "tax"),
    ("EUR million", "tax"),
    ("€", "tax"),
    ("日圓", "tax"),
    ("新臺幣", "tax"),
    ("%", "tax"),
    ("％", "tax"),
    ("人", "tax"),
    ("平方米", "tax"),
    ("元/平方米", "tax"),
    ("亿元", "members"),
    ("人次", "members"),
    ("人", "attendances"),
    ("家", "members"),
    ("%", "members"),
    ("场", "branches"),
    ("美元、人", "tax"),
]
UNKNOWN = [
    ("斤", "tax"),
    ("million", "tax"),  # of which currency?
    ("bn", "tax"),
    ("人民币", "tax"),  # a currency, no unit
    ("千万元", "tax"),
    ("亿元左右", "tax"),
    ("万亿美", "tax"),
    ("", "tax"),
    ("千人", "members"),
    ("万场", "events"),
    ("元、万元", "tax"),
]


@pytest.mark.parametrize(("text", "yuan"), MONEY.items())
def test_a_wording_of_yuan_has_its_worth(text, yuan):
    assert convert(read_unit(text, "tax"), "yuan") == yuan


@pytest.mark.parametrize(("text", "column", "ones"), COUNTS)
def test_a_wording_of_a_count_has_its_worth(text, column, ones):
    assert convert(read_unit(text, column), COLUMNS[column]) == ones


@pytest.mark.parametrize(("text", "column"), MISMATCHED)
def test_a_unit_of_something_else_is_refused(text, column):
    with pytest.raises(Refusal) as told:
        read_unit(text, column)
    assert told.value.code == "unit_mismatch"


@pytest.mark.parametrize(("text", "column"), UNKNOWN)
def test_any_other_wording_is_refused(text, column):
    with pytest.raises(Refusal) as told:
        read_unit(text, column)
    assert told.value.code == "unit_unknown"


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("tax", "100 million yuan"),
        ("members", "persons"),
        ("enterprises", "enterprises"),
        ("attendances", "person-times"),
    ],
)
def test_of_several_units_the_one_that_fits_is_taken(column, unit):
    assert read_unit("单位：亿元、人、家、人次", column) == unit


def test_every_column_but_tax_has_its_words():
    assert set(COUNTED) == set(COLUMNS) - {"tax"}


@pytest.mark.parametrize("column", COLUMNS)
def test_the_labels_of_the_vocabulary_are_read_as_their_units(column):
    base = COLUMNS[column]
    same = [u for u in UNITS if UNITS[u].dimension == UNITS[base].dimension]
    labels = [(u, strings()["unit"][u][i]) for u in same for i in (0, 1, 2)]
    labels = [(u, label) for u, label in labels if "per month" not in u]
    assert [read_unit(label, column) for _, label in labels] == [u for u, _ in labels]


@given(
    st.text(max_size=12)
    | st.lists(
        st.sampled_from(
            [*"元万亿千人家场次%¥$,、() ", "CNY", "million", "单位", "100"]
        ),
        max_size=6,
    ).map("".join),
    st.sampled_from(sorted(COLUMNS)),
)
def test_any_text_gives_a_unit_of_the_column_or_a_refusal(text, column):
    unit = COLUMNS[column]
    with suppress(Refusal):
        unit = read_unit(text, column)
    assert UNITS[unit].dimension == UNITS[COLUMNS[column]].dimension


def test_brackets_and_the_word_unit_change_nothing():
    around = ["{}", "({})", "（{}）", "单位：{}", "（单位：{}）", "“{}”", "{}："]
    words = ["亿元", "CNY million", "元"]
    found = {w: {read_unit(a.format(w), "tax") for a in around} for w in words}
    assert [len(units) for units in found.values()] == [1, 1, 1]
