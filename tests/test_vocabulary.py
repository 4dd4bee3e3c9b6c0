"""Every string stands in three scripts, and every word of the data has one."""

import re
from pathlib import Path

import pandas as pd
import pytest

from hengstats.records import STANDINGS
from hengstats.vocabulary import (
    LANGUAGES,
    QUALIFIERS,
    UNITS,
    check_language,
    convert,
    name,
    say,
    strings,
)

DATA = Path(__file__).parents[1] / "data"
ENTRIES = {
    f"{section}.{key}": entry
    for section, entries in strings().items()
    for key, entry in entries.items()
}
# Common characters whose 繁體 form is another one.
SIMPLIFIED = "亿万楼党员税数组织样这时为个与们业东两严丰产亲单卖厂厅历压厦参双发变"
SIMPLIFIED += "区华协占卫印刊同号后听启围国图场块处备复头实宁审对导层岁币师带帮广庆"
SIMPLIFIED += "应库废开异张归当录态总恒户扩报拟据换断无显权条来极构标栋档检汇没济涨测"
SIMPLIFIED += "点热爱环现电画盖码种积称稳签类级纪纳纵线经结给统继绩续维综编网职联聘脉"
SIMPLIFIED += "荐获补见规览观计订认讨让议记许论设访证评识诉词译试话询该详语误说请读调谁"
SIMPLIFIED += "贡财责败货质购贯贷费资赛赢趋跃车转轮软载较输辑边达过运还进远违连选适递邮"
SIMPLIFIED += "释里钟钱铺销锁错键长门闭问间闻队阳阶际陆险随隐难静项顺须顾预领频题颜额风"
# These are the same in both scripts, and stand in the line above by their neighbours.
SIMPLIFIED = "".join(sorted(set(SIMPLIFIED) - set("印刊同聘")))
CODEBOOKS = sorted(DATA.glob("*/codebook.csv"))
MEASURES = sorted(
    {
        measure
        for path in CODEBOOKS
        for measure in pd.read_csv(path, encoding="utf-8-sig")["measure"]
    }
)


def offenders(is_at_fault):
    """Return the entries whose three strings fail a test."""
    return [entry for entry, texts in ENTRIES.items() if is_at_fault(*texts)]


def blanks(text):
    """Return the blanks of a string, such as {year}."""
    return set(re.findall(r"\{\w*\}", text))


def test_every_entry_has_three_strings():
    assert {len(texts) for texts in ENTRIES.values()} == {len(LANGUAGES)}


def test_no_string_is_empty():
    assert offenders(lambda *texts: not all(text.strip() for text in texts)) == []


def test_the_blanks_are_the_same_in_all_three():
    unlike = offenders(lambda s, t, e: not blanks(s) == blanks(t) == blanks(e))
    assert unlike == []


def test_no_simplified_character_stands_in_a_traditional_string():
    assert offenders(lambda s, t, e: set(t) & set(SIMPLIFIED)) == []


def test_only_the_reading_guide_quotes_chinese_in_english():
    assert offenders(lambda s, t, e: re.search("[\u3400-\u9fff]", e)) == [
        "report.how_to_read"
    ]


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_of_the_data_has_a_label(measure):
    assert name("measure", measure, "en") != measure


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("unit", UNITS),
        ("qualifier", QUALIFIERS),
        ("standing", STANDINGS),
        ("status", ("exact", "rounded", "bound", "derived", "missing")),
        ("rule", ("ruling", "latest", "standing", "narrower", "earliest")),
    ],
)
def test_every_word_of_a_closed_list_has_a_label_and_no_other_has(section, words):
    assert set(strings()[section]) == set(words)


def test_a_language_without_strings_is_refused():
    with pytest.raises(ValueError, match="没有“fr”这种语言"):
        check_language("fr")


def test_a_blank_is_filled_in():
    assert say("word", "years", "en", first=2016, last=2021) == "2016–2021"


def test_a_measure_of_one_programme_is_labelled_by_both_parts():
    assert name("measure", "events_careers", "zh-Hans") == "活动场数（职业成长）"


def test_a_measure_of_the_user_is_labelled_by_its_key():
    assert name("measure", "cups_of_tea", "zh-Hant") == "cups_of_tea"


PAIRS = [
    (one, other)
    for one in UNITS
    for other in UNITS
    if UNITS[one].dimension == UNITS[other].dimension
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_there_and_back_is_where_we_began(one, other):
    assert convert(one, other) * convert(other, one) == pytest.approx(1)


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        ("percent", "fraction", 0.01),
        ("percent decrease", "fraction", -0.01),
        ("100 million yuan", "million yuan", 100),
        ("10000 square metres", "square metres", 10_000),
        ("persons", "persons", 1),
    ],
)
def test_a_unit_is_so_many_of_another(one, other, factor):
    assert convert(one, other) == pytest.approx(factor)


def test_persons_are_not_turned_into_person_times():
    with pytest.raises(ValueError, match="“persons”不能换算成“person-times”"):
        convert("persons", "person-times")


def test_yuan_are_not_turned_into_hong_kong_dollars():
    with pytest.raises(ValueError, match="不能换算"):
        convert("million yuan", "million Hong Kong dollars")


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="单位“mu”不认识"):
        convert("mu", "square metres")
