"""Published counts of persons are drawn as ranges; events on the days they were held.

The truth of the invented logs is what data/make_signins.py wrote into their README.
"""

import re
from itertools import combinations

import pandas as pd
import pytest

import hengstats as hs
from hengstats.report.notebooks import NOTEBOOKS as FOLDER
from hengstats.smallcells import protect
from hengstats.vocabulary import LANGUAGES, say

EACH_LANGUAGE = pytest.mark.parametrize("lang", LANGUAGES)
# year, events, attendances, participants, of whom came the year before: README.md
TRUTH = [
    (2016, 101, 3104, 1060, 0),
    (2017, 108, 3567, 1269, 636),
    (2018, 117, 3921, 1408, 761),
    (2019, 125, 3971, 1399, 839),
    (2020, 77, 2479, 915, 549),
    (2021, 144, 4429, 1570, 549),
]
LOGS = FOLDER.parent / "data" / "illustrative" / "signins"
READ = {"活动编号": "event", "项目": "programme", "楼宇": "entity", "签到时间": "date"}


@pytest.fixture(scope="module")
def persons():
    """Return the panel of the published counts of the invented building by year."""
    columns = ["year", "events", "attendances", "participants", "returning"]
    exact = pd.DataFrame(TRUTH, columns=columns).assign(building="示例大厦")
    exact = exact.astype({"returning": "float"})
    exact.loc[0, "returning"] = float("nan")  # nobody knows who came before
    # those who came in a year and are not back came for the first time
    exact["first_time"] = exact["participants"] - exact["returning"]
    return hs.panel_of_published(protect(exact))


@pytest.fixture(scope="module")
def programmes():
    """Return the panel of published counts of two programmes, far apart and equal."""
    exact = pd.DataFrame(
        [
            (2020, "党课", 2, 40, 23),
            (2021, "党课", 2, 60, 40),
            (2020, "文化", 3, 60, 23),
            (2021, "文化", 1, 8, 8),
        ],
        columns=["year", "programme", "events", "attendances", "participants"],
    )
    return hs.panel_of_published(protect(exact.assign(building="示例大厦")))


@pytest.fixture(scope="module")
def events():
    """Return the events of the invented logs, read without the columns on persons."""
    parts = [pd.read_csv(path, usecols=list(READ)) for path in LOGS.glob("*.csv")]
    whole = pd.concat(parts).rename(columns=READ)
    return whole.groupby("event", as_index=False).min()


def find(ax, gid):
    return ax.findobj(lambda artist: artist.get_gid() == gid)


def texts(ax, gid):
    return [text.get_text() for text in find(ax, gid)]


def caption(ax):
    return re.sub(r"\s", "", texts(ax, "caption")[0])


def ranges(ax):
    """Return the place and the bounds of every capped bar."""
    bars = [bar for bar in ax.collections if hasattr(bar, "get_segments")]
    lines = [line for bar in bars for line in bar.get_segments()]
    return [(float(x), float(low), float(high)) for (x, low), (_, high) in lines]


def meet(boxes):
    """Return the pairs of boxes that overlap."""
    return [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)]


@EACH_LANGUAGE
@pytest.mark.parametrize("measure", ["participants", "attendances"])
def test_no_wording_of_a_published_range_touches_another(persons, measure, lang):
    ax = hs.draw_participation(persons, measure=measure, lang=lang)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent().padded(2) for text in find(ax, "wording")]
    assert len(boxes) == len(TRUTH)
    assert meet(boxes) == []


def test_a_wording_below_a_range_hangs_from_its_lower_end(persons):
    ax = hs.draw_participation(persons, measure="participants")
    below = [text for text in find(ax, "wording") if text.get_va() == "top"]
    assert below
    lower = persons["participants_lower"].tolist()
    assert all(text.xy[1] in lower for text in below)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("zh-Hans", "参加人数由2016年的1,058～1,062人升至2021年的1,568～1,572人"),
        ("zh-Hant", "參加人數由2016年的1,058～1,062人升至2021年的1,568～1,572人"),
        ("en", "Participants rose from 1,058–1,062 in 2016 to 1,568–1,572 in 2021"),
    ],
)
def test_a_title_says_the_unit_of_a_range_once(persons, lang, title):
    ax = hs.draw_participation(persons, measure="participants", lang=lang)
    shown = ax.get_title(loc="left") or ax.get_title()
    assert shown.replace("\n", " " * (lang == "en")).startswith(title)


@EACH_LANGUAGE
def test_returning_and_first_time_stand_beside_one_another_as_ranges(persons, lang):
    ax = hs.draw_participation(persons, measure=("returning", "first_time"), lang=lang)
    drawn = ranges(ax)
    assert len(drawn) == 10  # two a year, from the second year on
    for year, _, _, came, back in TRUTH[1:]:
        # multiples of five, give or take two
        near = {5 * ((count + 2) // 5) for count in (back, came - back)}
        found = [(low, high) for x, low, high in drawn if round(x) == year]
        assert {*found} == {(one - 2, one + 2) for one in near}
    assert len({x for x, _, _ in drawn}) == 10
    assert len(find(ax, "band")) == 8
    assert re.sub(r"\s", "", say("chart", "mark_band", lang)) in caption(ax)
    assert re.sub(r"\s", "", say("word", "illustrative", lang)) in caption(ax)
    assert texts(ax, "wording") == []


def test_programmes_are_ranges_named_beside_them(programmes):
    ax = hs.draw_participation(programmes, measure="participants")
    assert [(low, high) for _, low, high in ranges(ax)] == [
        (23, 27),
        (38, 42),
        (23, 27),
    ]
    assert [line.get_ydata()[0] for line in find(ax, "upper")] == [9]  # not a zero
    assert texts(ax, "name") == ["党课", "文化"]
    assert texts(ax, "subtitle") == ["示例大厦　参加人数（人）"]
    assert len(find(ax, "band")) == 1  # none to a figure of which one end is known
    assert "示例数据（虚构" in caption(ax)
    assert "10—5规则" in caption(ax)


def test_no_programme_is_first_where_ranges_overlap(programmes):
    # 23 came to each in 2020; 40 and 8 in 2021
    ax = hs.draw_participation(programmes[programmes["year"] == 2020])
    assert ax.get_title() == "2020年参加人次最高的是文化（58～62人次）"
    both = programmes[programmes["year"] == 2020]
    ax = hs.draw_participation(both, measure="participants")
    said = ax.get_title().replace("\n", "")
    assert said == "2020年参加人数谁最高，在数字的上下限之内定不下来"


def test_published_counts_stand_beside_the_tax_of_their_building(persons):
    tower = hs.build_panel("illustrative")
    both = hs.panel_of_published(persons_table(), tower)
    pd.testing.assert_series_equal(both["tax_revenue"], tower["tax_revenue"])
    assert both["entity"].unique().tolist() == ["illustrative-tower"]
    assert both["participants_lower"].tolist() == persons["participants_lower"].tolist()
    assert both["participants"].isna().all()  # the exact ones gave way
    about = both.attrs["about"]
    assert about["printed"]["participants"]["illustrative-tower"]["2016"] == (
        "1,058至1,062人"
    )
    assert "participants" not in about["sources"]
    assert "tax_revenue" in about["sources"]
    assert "participants" in tower.attrs["about"]["sources"]  # nothing given is altered
    assert both.attrs["rule"] == persons.attrs["rule"]


def persons_table():
    """Return the published counts by year as a table."""
    columns = ["year", "events", "attendances", "participants"]
    exact = pd.DataFrame([row[:4] for row in TRUTH], columns=columns)
    return protect(exact.assign(building="示例大厦"))


def test_a_table_that_is_not_published_or_of_another_building_is_refused():
    with pytest.raises(hs.DataError, match="没有“participants_lower”一栏"):
        hs.panel_of_published(persons_table().drop(columns="participants_lower"))
    with pytest.raises(hs.DataError, match="没有“year”一栏"):
        hs.panel_of_published(persons_table().drop(columns="year"))
    other = persons_table().assign(building="别处")
    with pytest.raises(hs.DataError, match="表里没有“别处”"):
        hs.panel_of_published(other, hs.build_panel("illustrative"))


@EACH_LANGUAGE
def test_growths_of_ranges_have_a_mark_that_can_be_seen(persons, lang):
    both = hs.panel_of_published(persons_table(), hs.build_panel("illustrative"))
    asked = {"organisation": "participants", "economy": "tax_revenue"}
    ax = hs.draw_verdict(hs.assess(both, **asked, lang=lang), lang=lang)
    drawn = find(ax.figure, "between")
    assert [line.get_marker() for line in drawn] == ["+"] * 5
    written = " ".join(texts(ax.figure, "caption"))
    told = re.sub(r"\s", "", say("draw", "between_note", lang))
    assert told in re.sub(r"\s", "", written)
    assert not any(
        line.rstrip().endswith(("「", "“", "（")) for line in written.split("\n")
    )


# The calendar


@EACH_LANGUAGE
def test_a_calendar_has_a_line_for_each_event_of_each_year(events, lang):
    ax = hs.draw_calendar(events, lang=lang)
    drawn = [len(lines.get_segments()) for lines in find(ax, "event")]
    assert sum(drawn) == sum(row[1] for row in TRUTH)
    years = [label.get_text() for label in ax.get_yticklabels()]
    assert [int(re.search(r"\n(\d+)", one)[1]) for one in years] == [
        row[1] for row in TRUTH
    ]
    assert len(find(ax, "name")) == 5
    assert re.sub(r"\s", "", say("word", "illustrative", lang)) in caption(ax)
    ax.figure.canvas.draw()
    assert meet([text.get_window_extent() for text in ax.get_yticklabels()]) == []
    assert meet([text.get_window_extent() for text in ax.get_xticklabels()]) == []


def test_a_day_of_a_calendar_is_that_of_shanghai():
    # half past midnight of New Year's Day 2020, and noon of 15 February, both there
    moments = pd.to_datetime(["2019-12-31T16:30Z", "2020-02-15T04:00Z"])
    ax = hs.draw_calendar(pd.DataFrame({"entity": "甲楼", "date": moments}))
    [lines] = find(ax, "event")
    along = [line[0, 0] for line in lines.get_segments()]
    assert along == pytest.approx([1 + 0.5 / 31, 2 + 14.5 / 29])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2020年\n2场"]
    assert "示例" not in caption(ax)


def test_a_year_without_events_keeps_its_place_and_many_programmes_share_a_row():
    days = [f"{year}-03-0{n}" for n in range(1, 8) for year in (2018, 2020)]
    names = [f"项目{n}" for n in range(1, 8) for _ in range(2)]
    table = pd.DataFrame({"entity": "甲楼", "date": days, "programme": names})
    ax = hs.draw_calendar(table)
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert shown == ["2018年\n7场", "2019年\n0场", "2020年\n7场"]
    assert [len(lines.get_segments()) for lines in find(ax, "event")] == [14]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"entity": ["甲楼"]}, "没有“date”一栏"),
        ({"date": ["2020-01-01"]}, "没有“entity”一栏"),
        ({"entity": [], "date": []}, "the panel is empty"),
        ({"entity": ["甲楼"] * 2, "date": ["2020-01-01", "某日"]}, "第 2 行"),
    ],
)
def test_a_table_without_days_is_refused(table, told):
    with pytest.raises(hs.DataError, match=told):
        hs.draw_calendar(pd.DataFrame(table))
