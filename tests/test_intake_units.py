"""A unit is known and fits its column, or is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengstats.intake.result import COLUMNS, Refusal
from hengstats.intake.units import read_unit
from hengstats.vocabulary import UNITS, convert, strings

# Column and what one of a unit is in yuan or in ones: wordings, by hand.
READ = {
    ("tax", 1): "元 | （元） | 人民币元 | yuan | CNY | RMB | ¥ | ￥",
    ("tax", 1e3): "千元 | RMB'000 | CNY thousand",
    (
        "tax",
        1e4,
    ): "万元 | 万元¹ | 萬元 | 万 | （万元） | 单位：万元 | 單位：萬元 | 单位:万元"
    " | 金额单位：人民币万元 | 万元人民币 | 万元（人民币） | 10,000 yuan | RMB 10,000"
    " | 10 thousand yuan",
    ("tax", 1e6): "百万元 | CNY million | RMB mn | RMBmn | million yuan | CNYm"
    " | millions of yuan | in CNY million | Unit: million yuan | ¥ million",
    ("tax", 1e8): "亿元 | 億元 | 亿 | [亿元] | 【亿元】 |  亿元  | 亿元/年 | 亿元\u200b"
    " | 100 million yuan | CNY 100 million | hundred million yuan",
    ("tax", 1e9): "CNY bn | CNY billion | billion yuan | 十亿元",
    ("members", 1): "人 | 名 | 个 | 单位：人 | persons",
    ("members", 1e4): "万人 | 萬人 | 万",
    ("branches", 1): "個",
    ("enterprises", 1): "家 | 户",
    ("enterprises", 1e4): "万家",
    ("events", 1): "场 | 场次 | 場次",
    ("attendances", 1): "人次",
    ("attendances", 1e4): "万人次 | 10,000 person-times",
    ("participants", 1): "人",
}
REFUSED = {
    (
        "unit_mismatch",
        "tax",
    ): "美元 | 万美元 | US$ million | USD | HK$ | 百万港元 | 港幣"
    " | EUR million | € | 日圓 | 新臺幣 | % | ％ | 人 | 平方米 | 元/平方米 | 美元、人",
    ("unit_mismatch", "members"): "亿元 | 人次 | 家 | %",
    ("unit_mismatch", "attendances"): "人",
    ("unit_mismatch", "branches"): "场",
    # million of which currency? 人民币 is one, and no unit; 100万元 is an amount.
    (
        "unit_unknown",
        "tax",
    ): "斤 | million | bn | 人民币 | 千万元 | 亿元左右 | 万亿美 | "
    " | 元、万元 | 100万元 | 1元",
    ("unit_unknown", "members"): "千人 | 10人",
    ("unit_unknown", "events"): "万场",
}


def cases(table):
    """Return each wording of a table with what the table says of it."""
    return [(one, said) for said, words in table.items() for one in words.split(" | ")]


@pytest.mark.parametrize(("text", "said"), cases(READ))
def test_a_unit_has_its_worth(text, said):
    column, worth = said
    base = "yuan" if column == "tax" else COLUMNS[column]
    assert convert(read_unit(text, column), base) == worth


@pytest.mark.parametrize(("text", "said"), cases(REFUSED))
def test_any_other_wording_is_refused(text, said):
    code, column = said
    with pytest.raises(Refusal) as told:
        read_unit(text, column)
    assert told.value.code == code


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


@pytest.mark.parametrize(
    ("column", "known"), [("tax", "亿元、万元、元"), ("branches", "个、家、党支部")]
)
def test_the_mend_names_units_of_the_column(column, known):
    with pytest.raises(Refusal) as told:
        read_unit("平方米", column)
    assert told.value.mend == f"核对来源；这一栏可用的单位：{known}"


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


@pytest.mark.parametrize("word", ["亿元", "CNY million", "元"])
def test_brackets_and_the_word_unit_change_nothing(word):
    around = ["{}", "({})", "（{}）", "单位：{}", "（单位：{}）", "“{}”", "{}："]
    assert len({read_unit(form.format(word), "tax") for form in around}) == 1
