"""Each revised figure is drawn before and after, in percent of the old one."""

import pandas as pd
import pytest

import hengstats as hs
from hengstats.charts import draw_revisions
from hengstats.revisions import Changes

INF = float("inf")


def figure(entity, measure, year, old, new, old_box, box, unit="100 million yuan"):
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


EXACT = figure("east", "tax_revenue", 2019, "10", "12", (10, 10, 10), (12, 12, 12))
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
    "west", "events", 2021, "100", "90-110", (100, 100, 100), (90, None, 110), "events"
)


def made(*rows, added=0, since="", illustrative=False):
    """Return changes with some revised figures, and others that are only counted."""
    more = [
        figure("east", "branches", 1990 + i, "", "1", (None,) * 3, (1, 1, 1))
        | {"change": "added"}
        for i in range(added)
    ]
    columns = list(EXACT)
    sources = [["示例街道", "2023-03-31"], ["示例街道", "2022-03-31"]]
    return Changes(
        dataset="mine",
        since=since,
        last="" if since else "新表",
        figures=pd.DataFrame([*rows, *more], columns=columns),
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


def caption(ax):
    """Return the caption, unwrapped."""
    return find(ax, "caption")[0].get_text().replace("\n", "")


def test_the_old_figure_stands_at_zero_and_the_new_one_at_its_change():
    ax = draw_revisions(made(EXACT, ROUNDED))
    assert places(ax, "old") == [[0.0], [0.0]]
    assert places(ax, "new") == [[20.0], [-5.0]]  # 12 on 10, 19 on 20


def test_the_old_one_is_hollow_and_the_new_one_filled():
    ax = draw_revisions(made(EXACT))
    assert find(ax, "old")[0].get_markerfacecolor() == "white"
    assert find(ax, "new")[0].get_markerfacecolor() != "white"


def test_a_rounded_figure_has_its_range():
    # 15 to 25 on 20; 18.5 to 19.5 on 20.
    ax = draw_revisions(made(ROUNDED))
    assert places(ax, "box") == [[-25.0, 25.0], [-7.5, -2.5]]


def test_a_bound_has_an_arrow_and_its_known_end_is_the_measure():
    ax = draw_revisions(made(BOUND))
    assert places(ax, "new") == [[25.0]]  # 500 on at least 400
    assert len(find(ax, "arrow")) == 1


def test_a_range_is_a_bar_with_two_ticks():
    assert places(draw_revisions(made(RANGE)), "new") == [[-10.0, 10.0]]


def test_each_row_has_both_wordings():
    ax = draw_revisions(made(EXACT, BOUND))
    told = [text.get_text() for text in find(ax, "wording")]
    assert told == ["10亿元 → 12亿元", "逾400人 → 500人"]


def test_each_row_says_whose_figure_of_what_it_is():
    ax = draw_revisions(made(EXACT, BOUND))
    labels = [text.get_text().replace("\n", " ") for text in ax.get_yticklabels()]
    assert labels == ["东楼 2019年楼宇税收", "西楼 2021年楼内支部党员"]


def test_one_entity_stands_in_the_title_alone():
    ax = draw_revisions(made(EXACT))
    assert find(ax, "title")[0].get_text() == "东楼：修订过的数字"
    assert [text.get_text() for text in ax.get_yticklabels()] == ["2019年楼宇税收"]


def test_the_axis_says_what_its_percent_are_of():
    assert draw_revisions(made(EXACT)).get_xlabel().endswith("（%，旧数为 0）")


def test_the_caption_counts_what_is_not_drawn():
    told = caption(draw_revisions(made(EXACT, added=3)))
    assert "数字：修订 1 个，撤回 0 个，新增 3 个" in told


def test_the_caption_names_the_sources_old_and_new():
    told = caption(draw_revisions(made(EXACT)))
    assert "资料来源：示例街道, 2023-03-31、2022-03-31" in told


def test_the_caption_says_what_is_compared_with_what():
    assert "存入《新表》以后" in caption(draw_revisions(made(EXACT)))
    told = caption(draw_revisions(made(EXACT, since="2022-01-01")))
    assert "与 2022-01-01 已经发表的相比" in told


def test_the_marks_of_bounds_are_explained_where_there_are_any():
    assert "箭头" not in caption(draw_revisions(made(EXACT)))
    assert "箭头" in caption(draw_revisions(made(BOUND)))


def test_what_is_invented_says_so_first():
    told = caption(draw_revisions(made(EXACT, illustrative=True)))
    assert told.startswith("示例数据（虚构")


def test_of_forty_the_twenty_that_changed_most_are_drawn():
    rows = [
        figure("east", "tax_revenue", 1980 + i, "1", "2", (100,) * 3, (100 + i,) * 3)
        for i in range(1, 41)
    ]
    ax = draw_revisions(made(*rows))
    assert places(ax, "new") == [[float(i)] for i in range(21, 41)]
    assert "共修订 40 个，画出变动最大的 20 个" in caption(ax)


def test_a_figure_that_was_zero_has_no_percent_and_is_counted():
    zero = figure("east", "events", 2020, "0", "5", (0, 0, 0), (5, 5, 5), "events")
    ax = draw_revisions(made(EXACT, zero))
    assert len(find(ax, "new")) == 1
    assert "共修订 2 个，画出变动最大的 1 个" in caption(ax)


def test_where_nothing_was_revised_it_says_so():
    ax = draw_revisions(made(added=2))
    assert find(ax, "nothing")[0].get_text() == "没有修订过的数字"
    assert "新增 2 个" in caption(ax)


def test_where_there_is_nothing_to_compare_with_it_says_so():
    ax = draw_revisions(hs.changes("plaza66"))
    assert "还没有用 add 存入过表" in caption(ax)


@pytest.mark.parametrize(
    ("lang", "label"),
    [("zh-Hant", "東樓：修訂過的數字"), ("en", "East House: revised figures")],
)
def test_it_speaks_other_scripts(lang, label):
    ax = draw_revisions(made(EXACT), lang=lang)
    assert find(ax, "title")[0].get_text() == label


def test_an_english_wording_keeps_number_and_unit_apart():
    ax = draw_revisions(made(EXACT), lang="en")
    told = "10 (100 million yuan) → 12 (100 million yuan)"
    assert find(ax, "wording")[0].get_text() == told


def test_it_draws_on_axes_of_the_callers_own():
    from matplotlib import pyplot as plt

    _, ax = plt.subplots()
    assert draw_revisions(made(EXACT), ax=ax) is ax
