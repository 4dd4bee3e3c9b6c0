"""A chart shows each figure as what it is, and its caption can stand alone."""

import re
import struct
from itertools import pairwise

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import same_color, to_rgba

import hengstats as hs
from hengstats.charts.caption import ems_of, wrap
from hengstats.charts.marks import shorten
from hengstats.errors import DataError, GlyphError

NOBODY = "\U0010fffd"
DRAWS = (
    hs.draw_tax,
    hs.draw_membership,
    hs.draw_participation,
    hs.draw_growth,
    hs.draw_index,
    hs.draw_timeline,
    hs.draw_ranking,
    hs.draw_multiples,
    hs.draw_growth_map,
)
EACH = pytest.mark.parametrize("draw", DRAWS, ids=lambda draw: draw.__name__)


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


@pytest.fixture(scope="module")
def tower():
    return hs.build_panel("illustrative")


@pytest.fixture(scope="module")
def district():
    return hs.build_panel("illustrative-district")


def marks(ax, gid):
    """Return everything on the axes that carries a mark."""
    return ax.findobj(lambda artist: artist.get_gid() == gid)


def points(ax, gid):
    """Return the places of marks of one kind."""
    drawn = [line.get_xydata().tolist() for line in marks(ax, gid)]
    return sorted(tuple(place) for line in drawn for place in line)


def caption(ax):
    """Return the caption on one line, without blanks."""
    return re.sub(r"\s", "", marks(ax, "caption")[0].get_text())


def wordings(ax):
    return [text.get_text() for text in marks(ax, "wording")]


def east(panel, **asked):
    return hs.draw_tax(panel, entities="east", **asked)


def west(panel, **asked):
    return hs.draw_tax(panel, entities="west", **asked)


def test_what_a_chinese_source_printed_is_said_in_english_in_an_english_chart(panel):
    shown = wordings(west(panel, lang="en"))
    assert shown == [
        "about 3 billion yuan",
        "about 4 billion yuan",
        "more than 5 billion yuan",
    ]


def test_years_of_many_steps_do_not_run_into_each_other():
    years = list(range(2007, 2025))
    steps = hs.growth(
        pd.DataFrame({"entity": "a", "year": years, "t": [1.1**y for y in years]}), "t"
    )
    ax = hs.draw_growth(steps)
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert all(one.x1 < after.x0 for one, after in pairwise(boxes))


def test_millions_are_counted_as_a_language_counts():
    panel = pd.DataFrame({"entity": "a", "year": [2020, 2021], "t": [9e7, 1e8]})
    for lang, shown in (("zh-Hans", "10,000万"), ("en", "100,000,000")):
        ax = hs.draw_tax(panel, measure="t", lang=lang)
        ax.figure.canvas.draw()
        assert shown in [label.get_text() for label in ax.get_yticklabels()]


# Marks


def test_exact_figures_are_filled_and_a_year_searched_in_vain_is_hatched(panel):
    ax = east(panel)
    assert points(ax, "exact") == [(2018, 10), (2020, 20)]
    line = marks(ax, "exact")[0]
    assert same_color(line.get_markerfacecolor(), line.get_markeredgecolor())
    (span,) = marks(ax, "missing")
    assert (span.get_x(), span.get_width(), span.get_hatch()) == (2018.5, 1, "////")
    assert marks(ax, "line") == []  # it would cross the gap


def test_rounded_figures_are_hollow_with_a_bar_and_a_bound_is_an_arrow(panel):
    ax = west(panel)
    assert points(ax, "rounded") == points(ax, "line") == [(2018, 30), (2019, 40)]
    assert to_rgba(marks(ax, "rounded")[0].get_markerfacecolor()) == to_rgba("white")
    bars = [c for c in ax.collections if hasattr(c, "get_segments")]
    ends = [segment[:, 1].tolist() for bar in bars for segment in bar.get_segments()]
    assert ends == [[25, 35], [35, 45]]
    (arrow,) = marks(ax, "arrow")  # from its lower end to the open side
    assert (arrow.xy, arrow.xyann[1] > 0) == ((2020, 50), True)
    assert wordings(ax) == ["约30亿元", "约40亿元", "超50亿元"]
    assert ax.get_title().replace("\n", "") == (
        "西楼的楼宇税收由2018年的约30亿元升至2019年的约40亿元，增长0%～80%；"
        "2020年超过50亿元（来源只给出下限）"
    )


def test_no_line_runs_from_2018_to_2020_of_plaza66(plaza):
    lines = marks(hs.draw_tax(plaza, entities="plaza66"), "line")
    years = [line.get_xdata().tolist() for line in lines]
    assert years == [[2016, 2017], [2017, 2018]]


def test_of_many_figures_the_ends_and_the_bounds_have_their_wordings():
    ax = hs.draw_tax(hs.build_panel("national"), measure="budget_revenue")
    assert wordings(ax) == [
        "51,321.8亿元",
        "突破21万亿元",
    ]  # the last stands too close to it
    assert caption(ax).endswith("等10家。")


def test_a_wording_stands_within_the_axes(plaza):
    ax = hs.draw_membership(plaza, measures=["branches"])
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    boxes = [text.get_window_extent() for text in marks(ax, "wording")]
    assert [b for b in boxes if b.x0 < frame.x0 or b.x1 > frame.x1] == []


def test_a_wording_hangs_below_a_mark_between_higher_ones(tower):
    ax = hs.draw_participation(tower, measure="participants")
    assert marks(ax, "bar") == []  # programmes of participants are not stacked
    (low,) = [text for text in marks(ax, "wording") if text.get_text() == "915人"]
    assert low.get_va() == "top"


def test_two_concepts_are_two_series_named_beside_them(plaza):
    names = [text.get_text() for text in marks(hs.draw_membership(plaza), "name")]
    assert names == ["楼内支部党员", "楼内工作的党员"]


def test_a_phase_label_stays_within_its_phase(plaza):
    ax = hs.draw_tax(plaza, lang="en")
    ax.figure.canvas.draw()
    labels = [text for text in ax.texts if text.get_text().startswith("Phase")]
    spans = [span.get_window_extent() for span in marks(ax, "phase")]
    boxes = [text.get_window_extent() for text in labels]
    inside = [s.x0 <= b.x0 and b.x1 <= s.x1 for s, b in zip(spans, boxes, strict=True)]
    assert inside == [True, True]  # of the years that have a figure


@pytest.mark.parametrize("draw", [hs.draw_tax, hs.draw_participation])
def test_names_stand_apart_beside_their_series_and_within_the_axes(
    draw, district, tower
):
    ax = draw(tower if draw is hs.draw_participation else district)
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    boxes = [text.get_window_extent() for text in marks(ax, "name")]
    boxes.sort(key=lambda box: box.y0)
    assert len(boxes) in (5, 6)
    assert all(one.y1 <= two.y0 + 1 for one, two in pairwise(boxes))
    assert all(frame.x0 < box.x0 and box.x1 <= frame.x1 + 1 for box in boxes)


def test_programmes_are_stacked_up_to_the_attendances(tower):
    # 2031 has a figure of tax and none of attendances: it unstacks nothing
    more = tower.reindex([*tower.index, 99])
    more.loc[99, ["entity", "year", "tax_revenue"]] = ["illustrative-tower", 2031, 1.0]
    bars = marks(hs.draw_participation(more.astype({"year": int})), "bar")
    tops = {round(bar.get_y() + bar.get_height()) for bar in bars}
    assert set(tower["attendances"]) <= tops


def test_no_year_is_written_twice_where_only_one_is_known(panel):
    one = panel[panel["year"] == 2018]
    ax = hs.draw_tax(one, entities="west")
    ax.figure.canvas.draw()
    shown = [label.get_text() for label in ax.get_xticklabels() if label.get_text()]
    assert len(set(shown)) == len(shown)


# Many entities


def test_a_ranking_has_a_bar_for_each_of_the_last_year_most_know(panel):
    ax = hs.draw_ranking(panel)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["东楼", "西楼"]  # 20, and more than 50, in 2020
    assert [bar.get_width() for bar in marks(ax, "bar")] == [20, 50]
    (arrow,) = marks(ax, "arrow")
    assert (arrow.xy, arrow.xyann[0] > 0) == ((50, 1), True)
    assert wordings(ax) == ["20亿元", "超50亿元"]
    assert "2020年" in marks(ax, "title")[0].get_text()


def test_a_ranking_of_another_year_and_of_none(panel):
    assert len(marks(hs.draw_ranking(panel, year=2019), "bar")) == 1
    with pytest.raises(DataError):
        hs.draw_ranking(panel, year=1999)
    with pytest.raises(DataError, match="nowhere"):
        hs.draw_ranking(panel, entities="nowhere")


def test_small_charts_share_one_scale_and_begin_with_the_largest(district):
    ax = hs.draw_multiples(district)
    cells = ax.child_axes
    assert len(cells) == 40
    assert len({cell.get_ylim() for cell in cells}) == 1
    last = [max(points(cell, "exact"))[1] for cell in cells]
    assert last == sorted(last, reverse=True)
    ax.figure.canvas.draw()


def test_the_map_puts_growth_against_growth_and_counts_the_ways():
    # over two years: members x 1.21, .81, 1.44; tax x 1.44, 1.21, .64
    panel = pd.DataFrame(
        {
            "entity": [name for name in "甲乙丙" for _ in range(3)],
            "year": [2019, 2020, 2021] * 3,
            "branch_members": [100, 105, 121, 100, 95, 81, 100, 130, 144],
            "tax_revenue": [1, 1.1, 1.44, 1, 1.2, 1.21, 1, 0.9, 0.64],
        }
    )
    ax = hs.draw_growth_map(panel)
    found = [round(number, 9) for place in points(ax, "entity") for number in place]
    assert found == [-10, 10, 10, 20, 20, -20]
    title = ax.get_title(loc="left") or ax.get_title()
    assert "2019→2021年" in title
    assert "两者都上升的1个，都下降的0个，一升一降的2个" in re.sub(r"\s", "", title)
    alone = hs.draw_growth_map(panel[panel["year"] == 2021])
    assert "没有图" in marks(alone, "nothing")[0].get_text()


def test_of_more_than_forty_the_largest_are_drawn(district):
    rows = [district.assign(entity=district["entity"] + end) for end in ("", "b")]
    both = pd.concat(rows, ignore_index=True)
    both.attrs = district.attrs
    assert len(marks(hs.draw_ranking(both), "bar")) == 40
    assert "共80个，画了40个" in caption(hs.draw_multiples(both))


# Time


def test_a_timeline_without_phases_shows_its_events():
    ax = hs.draw_timeline(hs.build_panel("comparators"))
    assert marks(ax, "event") != []


# Numbers


def test_a_bound_is_rounded_outwards(plaza):
    # 100 / 26.35 = 3.7951: the largest 2016 against the least 2021
    assert "≥ 379" in wordings(hs.draw_index(plaza, year=2016))
    # 100 / 49.35 - 1 = 1.02634
    assert "≥ 102.6%" in wordings(hs.draw_growth(plaza))


def test_growth_stands_at_its_percentage(tower):
    # 9.53 / 8.40 - 1 = 13.45 %
    place = points(hs.draw_growth(tower), "exact")[0]
    assert place == pytest.approx((0, 13.4524), abs=1e-3)


# Titles, labels, captions


@pytest.mark.parametrize(
    ("lang", "unit"),
    [("zh-Hans", "亿元"), ("zh-Hant", "億元"), ("en", "100 million yuan")],
)
def test_the_subtitle_has_the_unit(panel, lang, unit):
    (subtitle,) = marks(west(panel, lang=lang), "subtitle")
    assert unit in subtitle.get_text()


def test_the_caption_names_sources_and_marks_and_nothing_that_is_not_drawn(panel):
    told = caption(west(panel))
    there = ("资料来源：西报2021", "○四舍五入", "↑只知下限")
    assert [words for words in there if words not in told] == []
    not_there = ("东报", "确数", "斜线", "两界之间")
    assert [words for words in not_there if words in told] == []
    assert "没有找到数字（2019）" in caption(east(panel))


def test_a_caption_has_two_lines(plaza, tower, district):
    for ax in (hs.draw_growth(plaza), hs.draw_tax(tower), hs.draw_tax(district)):
        (text,) = marks(ax, "caption")
        assert text.get_text().count("\n") < 2


def test_the_caption_says_what_was_known_when():
    then = hs.build_panel("plaza66", as_of="2022-12-31")
    assert "只用2022-12-31及以前发表的资料" in caption(hs.draw_tax(then))


def test_a_panel_that_lost_its_sources_says_so(panel):
    panel.attrs.clear()
    assert "资料来源未随数据表保留" in caption(west(panel))


@EACH
def test_invented_data_are_called_so_first_in_each_script(tower, draw):
    words = {"en": "Illustrativedata", "zh-Hans": "示例数据", "zh-Hant": "示例數據"}
    for lang, word in words.items():
        ax = draw(tower, lang=lang)
        assert caption(ax).startswith(word)
    # a missing glyph is a warning of matplotlib's, and warnings are errors
    ax.figure.canvas.draw()


@EACH
def test_printed_data_are_not_called_invented(plaza, draw):
    ax = draw(plaza)
    ax.figure.canvas.draw()
    assert all("示例" not in text.get_text() for text in ax.texts)


def test_of_many_entities_six_are_drawn_and_the_caption_says_so(district):
    ax = hs.draw_tax(district)
    assert len(marks(ax, "name")) == 6
    assert "共40个，画了6个" in caption(ax)
    assert wordings(ax) == []  # they would crowd the marks


def test_a_chart_without_figures_says_so(plaza):
    ax = hs.draw_participation(plaza)
    assert [t.get_text() for t in marks(ax, "nothing")] == [
        "查过2016—2021年，没有找到数字"
    ]


def test_a_measure_that_a_dataset_never_had_is_said_to_have_no_figures(district):
    ax = hs.draw_participation(district, entities="illustrative-07")
    assert [t.get_text() for t in marks(ax, "nothing")] == ["没有找到任何一年的数字"]
    assert ax.get_title() == "没有找到示例楼07号的参加人次的数字"
    assert [t.get_text() for t in marks(ax, "subtitle")] == ["示例楼07号　参加人次"]


def test_a_measure_searched_for_in_vain_of_several_is_said_to_have_no_figures(panel):
    panel.attrs["about"]["not_found"] = {
        "attendances": {"east": [2019], "west": [2020]}
    }
    ax = hs.draw_participation(panel)
    assert [t.get_text() for t in marks(ax, "nothing")] == [
        "查过2019、2020年，没有找到数字"
    ]


def test_no_label_of_an_english_chart_is_chinese(plaza):
    ax = hs.draw_index(plaza, year=2016, lang="en")
    own = [ax.get_title(), ax.get_ylabel(), *wordings(ax)]
    assert not re.search("[\u4e00-\u9fff]", "".join(own))


def test_a_caption_is_broken_within_its_width_and_loses_nothing():
    text = "楼宇税收 building tax、" * 9
    lines = wrap(text, 12).split("\n")
    assert max(ems_of(line.rstrip("、")) for line in lines) <= 12
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("text", "width", "broken"),
    [
        ("一二三四。五", 4, "一二三四。\n五"),
        ("one two ● filled", 6, "one two\n● filled"),
    ],
)
def test_no_line_begins_with_a_stop_or_ends_with_the_sign_of_a_mark(
    text, width, broken
):
    assert wrap(text, width) == broken


# Refusals


@pytest.mark.parametrize(
    ("draw", "asked", "message"),
    [
        (hs.draw_tax, {"entities": "north"}, r"没有“north”.*east.*west"),
        (hs.draw_tax, {"measure": "tenure"}, r"没有“tenure”.*tax_revenue"),
        (hs.draw_growth, {"entity": "north"}, "没有“north”"),
        (hs.draw_index, {"measures": ["events"]}, "no column 'events'"),
        (
            hs.draw_ranking,
            {"year": 2050},
            "“楼宇税收”没有 2050 年的数。请改用已知的年份：20",
        ),
        (
            hs.draw_index,
            {"measures": "tax_revenue", "year": 2050},
            "没有 2050 年的数，",
        ),
    ],
)
def test_what_is_not_there_is_refused(panel, draw, asked, message):
    with pytest.raises(DataError, match=message):
        draw(panel, **asked)
    assert plt.get_fignums() == []  # no empty axes stay behind


def test_an_index_of_what_no_year_knows_is_refused(panel):
    nothing = panel.assign(tax_revenue=None, tax_revenue_lower=None)
    nothing = nothing.assign(tax_revenue_upper=None)
    with pytest.raises(DataError, match="no common base year"):
        hs.draw_index(nothing)


def test_different_units_on_one_axis_are_refused(plaza):
    with pytest.raises(DataError, match="different units on one axis"):
        hs.draw_membership(plaza, measures=["branch_members", "branches"])


def test_an_empty_panel_is_refused_with_a_sentence():
    with pytest.raises(DataError, match="一行也没有"):
        hs.draw_tax(hs.build_panel("plaza66", as_of="1990-01-01"))


def test_a_character_that_nobody_has_is_named(panel):
    panel.attrs["about"]["entities"]["west"] = [f"西{NOBODY}楼"] * 3
    with pytest.raises(GlyphError, match=r"U\+10FFFD"):
        west(panel)


def test_a_character_added_by_the_caller_is_checked_before_a_file_is_written(
    panel, tmp_path
):
    ax = west(panel)
    ax.text(2019, 10, NOBODY)
    with pytest.raises(GlyphError, match=r"U\+10FFFD"):
        hs.save_chart(ax, tmp_path / "deep" / "tax")
    assert list(tmp_path.iterdir()) == []


# Manners


def test_the_axes_of_the_caller_are_used_and_nothing_of_the_callers_is_changed(
    panel, tmp_path
):
    figure, ax = plt.subplots(figsize=(5, 4))
    settings, before = dict(mpl.rcParams), panel.copy(deep=True)
    assert west(panel, ax=ax) is ax
    hs.save_chart(ax, tmp_path / "tax", ["svg"])
    assert figure.get_size_inches().tolist() == [5, 4]
    assert plt.fignum_exists(figure.number)
    assert (dict(mpl.rcParams), panel.equals(before)) == (settings, True)


# Files


@pytest.fixture(scope="module")
def files(plaza, tmp_path_factory):
    """Return one chart in three formats, by format."""
    stem = tmp_path_factory.mktemp("chart") / "tax"
    saved = hs.save_chart(hs.draw_tax(plaza), stem)
    return {path.suffix: path.read_bytes() for path in saved}


def test_a_chart_becomes_three_files(files):
    assert list(files) == [".png", ".svg", ".pdf"]


def test_the_png_has_300_dots_an_inch(files):
    at = files[".png"].index(b"pHYs") + 4
    # 300 / 0.0254 = 11811 dots a metre
    assert struct.unpack(">IIB", files[".png"][at : at + 9]) == (11811, 11811, 1)


def test_the_svg_needs_no_fonts_and_fetches_nothing(files):
    assert b"<text" not in files[".svg"]
    assert b"font-family" not in files[".svg"]
    assert re.findall(rb'(?:href|src)="([^"#][^"]*)"', files[".svg"]) == []


def test_the_pdf_holds_its_font_as_truetype(files):
    assert b"/FontFile2" in files[".pdf"]
    assert b"/Subtype /Type3" not in files[".pdf"]


def test_an_unknown_format_is_refused(panel, tmp_path):
    with pytest.raises(DataError, match="unknown format 'bmp'"):
        hs.save_chart(west(panel), tmp_path / "tax", ["bmp"])


# another dot in a name is kept
@pytest.mark.parametrize(
    ("name", "file"), [("tax.PDF", "tax.svg"), ("tax.2021", "tax.2021.svg")]
)
def test_an_ending_is_not_written_twice(panel, tmp_path, name, file):
    saved = hs.save_chart(east(panel), tmp_path / name, ["svg"])
    assert [path.name for path in saved] == [file]


def test_what_is_shortened_fits_and_keeps_as_much_as_fits():
    assert shorten("Illustrative", 12) == "Illustrative"  # six ems
    assert shorten("示例大厦一号楼", 5) == "示例大厦…"
    cut = shorten("Illustrative Building 24", 9)
    assert ems_of(cut) <= 9 and len(cut) > 9


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_small_charts_are_told_apart_by_their_names(lang):
    panel = hs.build_panel("illustrative-district")
    ax = hs.draw_multiples(panel, most=6, lang=lang)
    titles = [cell.get_title(loc="left") for cell in ax.child_axes]
    assert len({title.rpartition("\n")[0] for title in titles}) == 6
    assert not any("…" in title for title in titles)


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_a_long_subtitle_leaves_room_for_the_bars(lang):
    panel = hs.build_panel("illustrative-district")
    both = {"organisation": "branch_members", "economy": "tax_revenue"}
    ax = hs.draw_refusals(hs.assess(panel, **both), lang=lang)
    ax.figure.canvas.draw()
    assert ax.get_position().width > 0.35
