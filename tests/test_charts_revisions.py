"""Each revised figure is drawn before and after, in percent of the old one."""

from dataclasses import replace

import pandas as pd
import pytest
from matplotlib import pyplot as plt

import hengstats as hs
from hengstats.revisions import Changes

INF = float("inf")
YUAN = "100 million yuan"


def figure(entity, measure, year, old, new, old_box, box, unit=YUAN):
    """Return one revised figure; a box is lower, value, upper."""
    keys = ("lower", "value", "upper")
    return {
        "entity": entity,
        "measure": measure,
        "year": year,
        "change": "revised",
        "old": old,
        "new": new,
        **{f"old_{key}": end for key, end in zip(keys, old_box, strict=True)},
        **dict(zip(keys, box, strict=True)),
        "unit": unit,
        "old_unit": unit,
        "new_unit": unit,
        "reason": "",
        "rule": "",
        "source": "second",
        "publisher": "示例街道",
        "published": "2023-03-31",
    }


EXACT = figure("east", "tax_revenue", 2019, "10", "12", (10,) * 3, (12,) * 3)
ROUNDED = figure(
    "east", "tax_revenue", 2020, "约20", "19", (15, 20, 25), (18.5, 19, 19.5)
)
BOUND = figure(
    "west",
    "branch_members",
    2021,
    "逾400",
    "500",
    (400, None, INF),
    (500, 500, 500),
    "persons",
)
RANGE = figure(
    "west", "events", 2021, "100", "90-110", (100,) * 3, (90, None, 110), "events"
)
ZERO = figure("east", "events", 2020, "0", "5", (0, 0, 0), (5, 5, 5), "events")


def revised(*rows, added=0, since="", illustrative=False):
    """Return changes with some revised figures, and others that are only counted."""
    more = [
        figure("east", "branches", 1990 + i, "", "1", (None,) * 3, (1, 1, 1))
        | {"change": "added"}
        for i in range(added)
    ]
    sources = [["示例街道", "2023-03-31"], ["示例街道", "2022-03-31"]]
    return Changes(
        dataset="mine",
        since=since,
        last="" if since else "新表",
        figures=pd.DataFrame([*rows, *more], columns=list(EXACT)),
        found=(),
        compared=0,
        undated=0,
        about={
            "sources": {"tax_revenue": {"east": sources}},
            "units": {},
            "entities": {
                "east": ["东楼", "東樓", "East House"],
                "west": ["西楼", "西樓", "West House"],
            },
        },
        illustrative=illustrative,
        lang="zh-Hans",
    )


def find(ax, gid):
    """Return everything drawn under one name."""
    return ax.findobj(lambda artist: artist.get_gid() == gid)


def places(ax, gid):
    """Return where the marks of one name stand: x of each, in order."""
    return [list(mark.get_xdata()) for mark in find(ax, gid)]


def texts(ax, gid):
    """Return the texts of one name, each on one line."""
    return [text.get_text().replace("\n", "") for text in find(ax, gid)]


def labels(ax):
    return [text.get_text().replace("\n", " ") for text in ax.get_yticklabels()]


def test_the_old_figure_is_hollow_at_zero_and_the_new_one_filled_at_its_change():
    ax = hs.draw_revisions(revised(EXACT, ROUNDED))
    assert places(ax, "old") == [[0.0], [0.0]]
    assert places(ax, "new") == [[20.0], [-5.0]]  # 12 on 10, 19 on 20
    faces = [find(ax, gid)[0].get_markerfacecolor() for gid in ("old", "new")]
    assert faces[0] == "white" != faces[1]


def test_a_rounded_figure_has_its_range():
    # 15 to 25 on 20; 18.5 to 19.5 on 20.
    ax = hs.draw_revisions(revised(ROUNDED))
    assert places(ax, "box") == [[-25.0, 25.0], [-7.5, -2.5]]


def test_a_bound_has_an_arrow_and_its_known_end_is_the_measure():
    ax = hs.draw_revisions(revised(BOUND))
    assert places(ax, "new") == [[25.0]]  # 500 on at least 400
    assert [arrow.xyann[0] > 0 for arrow in find(ax, "arrow")] == [True]


def test_a_range_is_a_bar_with_two_ticks():
    assert places(hs.draw_revisions(revised(RANGE)), "new") == [[-10.0, 10.0]]


def test_each_row_says_whose_figure_it_is_and_has_both_wordings():
    ax = hs.draw_revisions(revised(EXACT, BOUND))
    assert labels(ax) == ["东楼 2019年楼宇税收", "西楼 2021年楼内支部党员"]
    assert texts(ax, "wording") == ["10亿元 → 12亿元", "逾400人 → 500人"]


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("zh-Hans", "东楼：修订过的数字"),
        ("zh-Hant", "東樓：修訂過的數字"),
        ("en", "East House: revised figures"),
    ],
)
def test_one_entity_stands_in_the_title_alone(lang, title):
    ax = hs.draw_revisions(revised(EXACT), lang=lang)
    assert texts(ax, "title") == [title]
    assert title.split("：")[0].split(":")[0] not in labels(ax)[0]


def test_the_axis_says_what_its_percent_are_of():
    assert hs.draw_revisions(revised(EXACT)).get_xlabel().endswith("（%，旧数为 0）")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (revised(EXACT, added=3), "数字：修订 1 个，撤回 0 个，新增 3 个"),
        (revised(EXACT), "资料来源：示例街道 2022–2023"),
        (revised(EXACT), "存入《新表》以后"),
        (revised(EXACT, since="2022-01-01"), "与 2022-01-01 已经发表的相比"),
        (revised(BOUND), "箭头"),
        (revised(EXACT, illustrative=True), "示例数据（虚构"),
        # a figure that was zero has no percent and is counted
        (revised(EXACT, ZERO), "共修订 2 个，画出变动最大的 1 个"),
        (revised(added=2), "新增 2 个"),
    ],
)
def test_the_caption_says_what_is_compared_and_counts_what_is_not_drawn(changes, words):
    assert words in texts(hs.draw_revisions(changes), "caption")[0]


def test_arrows_are_explained_only_where_there_are_any():
    assert "箭头" not in texts(hs.draw_revisions(revised(EXACT)), "caption")[0]


def test_of_forty_the_twenty_that_changed_most_are_drawn():
    rows = [
        figure("east", "tax_revenue", 1980 + i, "1", "2", (100,) * 3, (100 + i,) * 3)
        for i in range(1, 41)
    ]
    ax = hs.draw_revisions(revised(*rows))
    assert places(ax, "new") == [[float(i)] for i in range(21, 41)]
    assert "共修订 40 个，画出变动最大的 20 个" in texts(ax, "caption")[0]


def test_where_nothing_was_revised_it_says_so():
    ax = hs.draw_revisions(revised(added=2))
    assert texts(ax, "nothing") == ["没有修订过的数字"]


def test_where_there_is_nothing_to_compare_with_it_says_so():
    ax = hs.draw_revisions(replace(revised(), last=""))
    assert "还没有用 add 存入过表" in texts(ax, "caption")[0]


def test_an_english_wording_keeps_number_and_unit_apart():
    ax = hs.draw_revisions(revised(EXACT), lang="en")
    assert texts(ax, "wording") == ["10 (100 million yuan) → 12 (100 million yuan)"]


def test_it_draws_on_axes_of_the_callers_own():
    _, ax = plt.subplots()
    assert hs.draw_revisions(revised(EXACT), ax=ax) is ax
