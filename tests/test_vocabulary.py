"""Every string stands in three scripts, and every word of the data has one."""

import re
from itertools import product
from pathlib import Path

import pytest

from hengstats.dataset import list_labels, load_codebook
from hengstats.records import STANDINGS
from hengstats.vocabulary import (
    LANGUAGES,
    QUALIFIERS,
    UNITS,
    check_language,
    convert,
    measure_label,
    programme_labels,
    say,
    strings,
)

DATA = Path(__file__).parents[1] / "data"
LABELS = {
    path.parent.name: list_labels(load_codebook(path.parent.name))
    for path in sorted(DATA.glob("*/codebook.csv"))
}
ENTRIES = {
    f"{section}.{key}": entry
    for sections in (strings(), LABELS)
    for section, entries in sections.items()
    for key, entry in entries.items()
}
# Common characters whose 繁體 form is another one.
SIMPLIFIED = set(
    "亿万楼党员税数组织样这时为个与们业东两严丰产亲单卖厂厅历压厦参双发变"
    "区华协占卫号后听启围国图场块处备复头实宁审对导层岁币师带帮广庆"
    "应库废开异张归当录态总恒户扩报拟据换断无显权条来极构标栋档检汇没济涨测"
    "点热爱环现电画盖码种积称稳签类级纪纳纵线经结给统继绩续维综编网职联脉"
    "荐获补见规览观计订认讨让议记许论设访证评识诉词译试话询该详语误说请读调谁"
    "贡财责败货质购贯贷费资赛赢趋跃车转轮软载较输辑边达过运还进远违连选适递邮"
    "释里钟钱铺销锁错键长门闭问间闻队阳阶际陆险随隐难静项顺须顾预领频题颜额风"
)


def offenders(is_at_fault):
    """Return the entries whose three strings fail a test."""
    return [entry for entry, texts in ENTRIES.items() if is_at_fault(*texts)]


def blanks(text):
    """Return the blanks of a string, such as {year}."""
    return set(re.findall(r"\{\w*\}", text))


def test_every_entry_has_three_strings_with_the_same_blanks():
    assert {len(texts) for texts in ENTRIES.values()} == {len(LANGUAGES)}
    assert offenders(lambda *texts: not all(text.strip() for text in texts)) == []
    unlike = offenders(lambda s, t, e: not blanks(s) == blanks(t) == blanks(e))
    assert unlike == []


def test_no_script_strays_into_another():
    assert offenders(lambda s, t, e: set(t) & SIMPLIFIED) == []
    assert offenders(lambda s, t, e: re.search("[\u3400-\u9fff]", e)) == [
        "report.how_to_read"
    ]


@pytest.mark.parametrize("dataset", LABELS)
def test_every_measure_of_the_data_has_a_label_and_the_same_one_everywhere(dataset):
    assert set(LABELS[dataset]) == set(load_codebook(dataset)["measure"])
    others = [(key, labels) for labels in LABELS.values() for key in labels]
    unlike = [
        key
        for key, labels in others
        if LABELS[dataset].get(key, labels[key]) != labels[key]
    ]
    assert unlike == []


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


def test_a_blank_is_filled_in():
    assert say("word", "years", "en", first=2016, last=2021) == "2016–2021"


@pytest.mark.parametrize(
    ("measure", "labels", "label"),
    [
        ("tax_revenue", {"tax_revenue": ["税", "稅", "Levy"]}, "Levy"),
        ("tax_revenue", {}, "Building tax revenue"),  # as in a new dataset
        ("tax_revenue", None, "Building tax revenue"),
        ("cups_of_tea", None, "cups_of_tea"),
    ],
)
def test_a_measure_is_called_as_its_codebook_says(measure, labels, label):
    assert measure_label(measure, "en", labels) == label


def test_a_measure_of_one_programme_is_known_by_its_label():
    labels = LABELS["illustrative"]
    assert labels["events_careers"][0] == "活动场数（职业成长）"
    found = programme_labels("events", "zh-Hans", labels)
    assert found["events_careers"] == "职业成长"
    assert len(found) == 5
    assert programme_labels("events", "en", LABELS["comparators"]) == {}


def test_there_and_back_is_where_we_began():
    for one, other in product(UNITS, UNITS):
        if UNITS[one].dimension == UNITS[other].dimension:
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


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: check_language("fr"), "没有“fr”这种语言"),
        (
            lambda: convert("persons", "person-times"),
            "“persons”不能换算成“person-times”",
        ),
        (lambda: convert("million yuan", "million Hong Kong dollars"), "不能换算"),
        (lambda: convert("mu", "square metres"), "单位“mu”不认识"),
    ],
)
def test_what_is_not_known_is_refused(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
