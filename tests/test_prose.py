"""A measure is said in a paragraph: each number by hand, each hedge and gap kept."""

import math

import pandas as pd
import pytest

import hengstats as hs
from hengstats.errors import DataError

INF, NAN = math.inf, math.nan


def panel(*rows, entity="甲"):
    """Return a panel of tax from rows of year, lower, value, upper."""
    frame = pd.DataFrame(rows, columns=["year", "tax_revenue_lower", "t", "u"])
    frame = frame.rename(columns={"t": "tax_revenue", "u": "tax_revenue_upper"})
    return frame.assign(entity=entity)


def point(year, value):
    """Return an exact figure."""
    return year, value, value, value


SAID = {
    # (14.4 / 10) ** (1 / 2) is 1.2
    "two years apart": (
        [point(2018, 10.0), point(2020, 14.4)],
        "楼宇税收由2018年的10升至2020年的14.4，年均增长20.0%。2019年没有数字，不作推算。",
    ),
    "one year apart": (
        [point(2019, 10.0), point(2020, 8.0)],
        "楼宇税收由2019年的10降至2020年的8，下降20.0%。",
    ),
    # the highest 2020 over the lowest 2019 is 12.5 / 9.5, 31.6 %; the other way 9.5 %
    "rounded": (
        [(2019, 9.5, 10.0, 10.5), (2020, 11.5, 12.0, 12.5)],
        "楼宇税收由2019年的10升至2020年的12，增长9%～32%。",
    ),
    "boxes that overlap": (
        [(2019, 9.5, 10.0, 10.5), (2020, 10.0, 10.2, 10.7)],
        "楼宇税收2019年为10，2020年为10.2，升降在数字的上下限之内，定不下来。",
    ),
    # 20 / 10 in two years is at least 41.4 % a year
    "a bound alone above": (
        [point(2018, 10.0), (2020, 20.0, NAN, INF)],
        "楼宇税收2018年为10，2020年至少20（来源只给出下限），年均增长至少41%。"
        "2019年没有数字，不作推算。",
    ),
    "a bound after two": (
        [point(2018, 10.0), point(2019, 11.0), (2020, 20.0, NAN, INF)],
        "楼宇税收由2018年的10升至2019年的11，增长10.0%。"
        "2020年至少20（来源只给出下限）。",
    ),
    "a fall on the way": (
        [point(2018, 10.0), point(2019, 9.0), point(2020, 12.1)],
        "楼宇税收由2018年的10升至2020年的12.1，年均增长10.0%。"
        "其间2019年9；低于前一个有数字的年份的是2019年。",
    ),
    # 2010 is six years away, beyond the four of one stretch; 12.1 / 6.05 is 2 in ten
    # years, 7.2 % a year
    "long before": (
        [point(2010, 6.05), point(2018, 10.0), point(2020, 12.1)],
        "楼宇税收由2018年的10升至2020年的12.1，年均增长10.0%。2019年没有数字，不作推算。"
        "更早有2010年6.05；若从2010年算起，到2020年，年均增长7.2%，起点不同，增速也不同。",
    ),
    "one figure": (
        [point(2020, 5.0)],
        "楼宇税收2020年为5。只有这一个数字，看不出变化。",
    ),
    "a zero": (
        [point(2019, 0.0), point(2020, 3.0)],
        "楼宇税收由2019年的0升至2020年的3。",
    ),
    "the same": (
        [point(2019, 3.0), point(2020, 3.0)],
        "楼宇税收2019年和2020年都是3。",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_is_said_of_one_building(case):
    rows, said = SAID[case]
    assert hs.describe(panel(*rows)) == said


def test_hedges_bounds_and_missing_years_of_the_record_are_kept():
    plaza = hs.build_panel("plaza66")
    tax = hs.describe(plaza, "tax_revenue")
    # (49.25 / 26.35) ** .25 is 1.169, (49.35 / 26.25) ** .25 is 1.171: both 17 %
    assert tax.startswith(
        "楼宇税收由2016年的26.3亿元升至2020年的49.3亿元，年均增长约17%。"
    )
    assert "2021年至少100亿元（来源只给出下限）。2019年没有数字，不作推算。" in tax
    assert hs.describe(plaza, "tenants").startswith("入驻企业2022年近300家。")
    members = hs.describe(plaza, "branch_members")
    assert "2022年超过548人（来源只给出下限）" in members
    assert "2016、2017、2019—2021年没有数字" in members
    assert (
        hs.describe(plaza, "events") == "没有找到2016—2021年活动场数的数字，不作推算。"
    )


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-Hant", "樓宇稅收由2016年的26.3億元升至2020年的49.3億元，年均增長約17%"),
        ("en", "Building tax revenue rose from 2.63 billion yuan in 2016 to 4.93 b"),
    ],
)
def test_each_language_has_its_own_sentences_and_scales(lang, said):
    text = hs.describe(hs.build_panel("plaza66"), lang=lang)
    assert text.startswith(said)
    assert ("亿" in text, "億" in text) == (False, lang == "zh-Hant")


def test_a_sentence_ends_with_the_numbers_of_its_sources():
    numbers = {"people-2022": 7, "ce-2012": 3}
    text = hs.describe(hs.build_panel("plaza66"), numbers=numbers)
    assert text.split("。")[0].endswith("年均增长约17%[7]")
    assert text.split("。")[-2].endswith("[3][7]")  # 2011 is of another source


def test_what_is_invented_is_said_to_be_first():
    text = hs.describe(hs.build_panel("illustrative"))
    assert text.startswith("示例数据（虚构，只供学习）。")


def test_of_several_total_ranking_spread_and_course_are_said():
    names, tax = "甲乙丙丁戊己", [[8, 16], [10, 10], [4, 5], [3, 2], [1, 1], [4, 6]]
    rows = [
        {"entity": name, "year": year, "tax_revenue": float(value)}
        for name, pair in zip(names, tax, strict=True)
        for year, value in zip((2019, 2020), pair, strict=True)
    ]
    rows.append({"entity": "庚", "year": 2019, "tax_revenue": 5.0})
    # 2020: 16 + 10 + 6 of 40 is 80 %; sorted 1 2 5 6 10 16, median 5.5, quartiles
    # 2.75 and 9; of the six known in both years 30 became 40; 3 rose, 1 fell
    assert hs.describe(pd.DataFrame(rows)) == (
        "楼宇税收：2020年有数字的6座楼宇合计40；另有1个没有2020年的数字，没有计入。"
        "居前的是甲（16）、乙（10）、己（6），合占80.0%。"
        "居中的数（中位数）是5.5，中间一半在2.75至9之间，最低的是戊（1）。"
        "2019年和2020年都有数字的6座楼宇，合计由30升至40，增长33.3%；"
        "其中上升的3个，下降的1个。"
        "升得最快的是甲（100.0%）、己（50.0%）、丙（25.0%）；降得最快的是丁（33.3%）。"
    )


def test_one_of_several_is_called_by_name():
    both = pd.concat([panel(point(2020, 5.0)), panel(point(2020, 6.0), entity="乙")])
    said = "乙的楼宇税收2020年为6。只有这一个数字，看不出变化。"
    assert hs.describe(both, entity="乙") == said
    with pytest.raises(DataError, match="丙"):
        hs.describe(both, entity="丙")
    with pytest.raises(DataError, match="nonsense"):
        hs.describe(both, "nonsense")
    with pytest.raises(DataError, match="换一个晚些的日期"):  # and lists no names
        hs.describe(both[both["year"] < 2020], entity="乙")
