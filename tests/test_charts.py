"""A chart shows each figure as what it is, and its caption can stand alone."""

import re
import struct

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import same_color, to_rgba

import hengstats as hs
from hengstats.charts.caption import ems_of, wrap
from hengstats.errors import DataError, GlyphError

LANGUAGES = pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
NOBODY = "\U0010fffd"


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


# Marks


def test_exact_figures_stand_at_their_values(panel):
    assert points(east(panel), "exact") == [(2018, 10), (2020, 20)]


def test_exact_figures_are_filled(panel):
    line = marks(east(panel), "exact")[0]
    assert same_color(line.get_markerfacecolor(), line.get_markeredgecolor())


def test_rounded_figures_stand_at_their_values(panel):
    assert points(west(panel), "rounded") == [(2018, 30), (2019, 40)]


def test_rounded_figures_are_hollow(panel):
    line = marks(west(panel), "rounded")[0]
    assert to_rgba(line.get_markerfacecolor()) == to_rgba("white")


def test_a_rounded_figure_has_its_range_as_a_bar(panel):
    bars = [c for c in west(panel).collections if hasattr(c, "get_segments")]
    ends = [segment[:, 1].tolist() for bar in bars for segment in bar.get_segments()]
    assert ends == [[25, 35], [35, 45]]


def test_a_lower_bound_is_an_arrow_at_its_lower_end(panel):
    assert [arrow.xy for arrow in marks(west(panel), "arrow")] == [(2020, 50)]


def test_the_arrow_points_to_the_open_side(panel):
    arrow = marks(west(panel), "arrow")[0]
    assert arrow.xyann[1] > 0


def test_a_bound_is_no_point(panel):
    assert 2020 not in [x for x, _ in points(west(panel), "rounded")]


def test_a_year_searched_in_vain_is_hatched(panel):
    spans = marks(east(panel), "missing")
    assert [span.get_extents().width > 0 for span in spans] == [True]
    assert spans[0].get_hatch() == "////"


def test_the_hatched_year_is_the_missing_one(panel):
    span = marks(east(panel), "missing")[0]
    assert (span.get_x(), span.get_width()) == (2018.5, 1)


def test_no_line_crosses_a_gap(panel):
    assert marks(east(panel), "line") == []


def test_a_line_joins_neighbouring_years_and_none_runs_to_a_bound(panel):
    assert points(west(panel), "line") == [(2018, 30), (2019, 40)]


def test_no_line_runs_from_2018_to_2020_of_plaza66(plaza):
    lines = marks(hs.draw_tax(plaza, entities="plaza66"), "line")
    years = [line.get_xdata().tolist() for line in lines]
    assert years == [[2016, 2017], [2017, 2018]]


def test_the_wording_of_the_source_stands_beside_the_mark(panel):
    assert wordings(west(panel)) == ["约30亿元", "约40亿元", "超50亿元"]


def test_a_wording_stands_within_the_axes(plaza):
    ax = hs.draw_membership(plaza, measures=["branches"])
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    boxes = [text.get_window_extent() for text in marks(ax, "wording")]
    assert [b for b in boxes if b.x0 < frame.x0 or b.x1 > frame.x1] == []


def test_a_wording_hangs_below_a_mark_between_higher_ones(tower):
    ax = hs.draw_participation(tower, measure="participants")
    low = [text for text in marks(ax, "wording") if text.get_text() == "915人"]
    assert low[0].get_va() == "top"


def test_two_concepts_are_two_series(plaza):
    legend = hs.draw_membership(plaza).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        "楼内支部党员",
        "楼内工作的党员",
    ]


def test_a_phase_label_stays_within_its_phase(plaza):
    ax = hs.draw_tax(plaza, lang="en")
    ax.figure.canvas.draw()
    labels = [text for text in ax.texts if text.get_text().startswith("Phase")]
    spans = [span.get_window_extent() for span in marks(ax, "phase")]
    boxes = [text.get_window_extent() for text in labels]
    inside = [s.x0 <= b.x0 and b.x1 <= s.x1 for s, b in zip(spans, boxes, strict=True)]
    assert inside == [True, True, True]


def test_the_legend_hides_no_mark(district):
    ax = hs.draw_tax(district)
    ax.figure.canvas.draw()
    floor = ax.transData.inverted().transform(ax.get_legend().get_window_extent())[0, 1]
    assert floor > max(y for _, y in points(ax, "exact"))


def test_programmes_are_stacked_up_to_the_attendances(tower):
    ax = hs.draw_participation(tower)
    tops = {round(p.get_y() + p.get_height()) for p in marks(ax, "bar")}
    assert set(tower["attendances"]) <= tops


def test_programmes_of_participants_are_not_stacked(tower):
    assert marks(hs.draw_participation(tower, measure="participants"), "bar") == []


# Numbers


def test_a_bound_of_the_index_is_rounded_outwards(plaza):
    # 100 / 26.35 = 3.7951: the largest 2016 against the least 2021
    assert "≥ 379" in wordings(hs.draw_index(plaza, year=2016))


def test_a_bound_of_growth_is_rounded_outwards(plaza):
    # 100 / 49.35 - 1 = 1.02634
    assert "≥ 102.6%" in wordings(hs.draw_growth(plaza))


def test_growth_stands_at_its_percentage(tower):
    ax = hs.draw_growth(tower)
    # 9.53 / 8.40 - 1 = 13.45 %
    assert points(ax, "exact")[0] == pytest.approx((0, 13.4524), abs=1e-3)


# Titles, labels, captions


@LANGUAGES
def test_the_y_label_has_the_unit(panel, lang):
    unit = {"zh-Hans": "亿元", "zh-Hant": "億元", "en": "100 million yuan"}[lang]
    assert unit in west(panel, lang=lang).get_ylabel()


def test_the_title_names_the_entity_and_the_years(panel):
    assert west(panel).get_title() == "西楼：楼宇税收，2018—2020年"


def test_the_caption_names_the_source_and_its_date(panel):
    assert "资料来源：西报,2021-03-04" in caption(west(panel))


def test_the_caption_names_no_source_of_another_entity(panel):
    assert "东报" not in caption(west(panel))


def test_the_caption_explains_the_marks_that_are_used(panel):
    told = caption(west(panel))
    assert all(word in told for word in ("空心", "箭头", "才连线"))


def test_the_caption_explains_no_mark_that_is_not_used(panel):
    told = caption(west(panel))
    assert not any(word in told for word in ("实心", "斜线", "两端有横线"))


def test_the_caption_names_the_missing_years(panel):
    assert "未见印出（2019）" in caption(east(panel))


def test_the_caption_counts_the_known_years(panel):
    assert "有数的年份：楼宇税收（3）" in caption(west(panel))


def test_the_caption_says_what_was_known_when():
    then = hs.build_panel("plaza66", as_of="2022-12-31")
    assert "只用2022-12-31及以前发表的资料" in caption(hs.draw_tax(then))


def test_a_panel_that_lost_its_sources_says_so(panel):
    panel.attrs.clear()
    assert "资料来源未随数据表保留" in caption(west(panel))


@pytest.mark.parametrize(
    ("lang", "word"),
    [("zh-Hans", "示例数据"), ("zh-Hant", "示例數據"), ("en", "Illustrativedata")],
)
@pytest.mark.parametrize(
    "draw",
    [
        hs.draw_tax,
        hs.draw_membership,
        hs.draw_participation,
        hs.draw_growth,
        hs.draw_index,
        hs.draw_timeline,
    ],
)
def test_invented_data_are_called_so_first(tower, draw, lang, word):
    assert caption(draw(tower, lang=lang)).startswith(word)


def test_printed_data_are_not_called_invented(plaza):
    assert "示例" not in caption(hs.draw_tax(plaza))


def test_at_most_six_entities_are_drawn(district):
    assert len(hs.draw_tax(district).get_legend().get_texts()) == 6


def test_the_caption_says_how_many_are_left_out(district):
    assert "共有40个对象，只画了6个" in caption(hs.draw_tax(district))


def test_with_many_series_no_wordings_crowd_the_marks(district):
    assert wordings(hs.draw_tax(district)) == []


def test_a_chart_without_figures_says_so(plaza):
    ax = hs.draw_participation(plaza)
    assert [t.get_text() for t in marks(ax, "nothing")] == ["没有印出过任何一年的数字"]


def test_a_caption_is_broken_within_its_width():
    lines = wrap("楼宇税收 building tax、" * 9, 12).split("\n")
    assert max(ems_of(line.rstrip("、")) for line in lines) <= 12


def test_breaking_a_caption_loses_nothing():
    text = "●实心＝准数。Sources: 东报, 2021-01-02."
    assert re.sub(r"\s", "", wrap(text, 6)) == re.sub(r"\s", "", text)


def test_no_line_begins_with_a_full_stop():
    assert wrap("一二三四。五", 4) == "一二三四。\n五"


def test_a_sign_is_not_parted_from_its_meaning():
    assert wrap("one two ● filled", 6).endswith("\n● filled")


# Refusals


def test_an_unknown_entity_is_refused_with_the_known_ones(panel):
    with pytest.raises(DataError, match=r"没有“north”.*east.*west"):
        hs.draw_tax(panel, entities="north")


def test_an_unknown_measure_is_refused_with_the_known_ones(panel):
    with pytest.raises(DataError, match=r"没有“taxes”.*tax_revenue"):
        hs.draw_tax(panel, measure="taxes")


def test_different_units_on_one_axis_are_refused(plaza):
    with pytest.raises(DataError, match="different units on one axis"):
        hs.draw_membership(plaza, measures=["branch_members", "branches"])


def test_growth_without_a_step_is_refused(panel):
    with pytest.raises(DataError, match="no growth step"):
        hs.draw_growth(panel, entity="north")


# Glyphs


@LANGUAGES
@pytest.mark.parametrize("dataset", ["plaza", "tower"])
@pytest.mark.parametrize(
    "draw",
    [
        hs.draw_tax,
        hs.draw_membership,
        hs.draw_participation,
        hs.draw_growth,
        hs.draw_index,
        hs.draw_timeline,
    ],
)
def test_every_character_is_drawn(request, draw, dataset, lang):
    # a missing glyph is a warning of matplotlib's, and warnings are errors
    draw(request.getfixturevalue(dataset), lang=lang).figure.canvas.draw()


def test_no_label_of_an_english_chart_is_chinese(plaza):
    ax = hs.draw_index(plaza, year=2016, lang="en")
    own = [ax.get_title(), ax.get_ylabel(), *wordings(ax)]
    assert not re.search("[\u4e00-\u9fff]", "".join(own))


def test_a_character_that_nobody_has_is_named(panel):
    panel.attrs["about"]["entities"]["west"] = [f"西{NOBODY}楼"] * 3
    with pytest.raises(GlyphError, match=r"U\+10FFFD"):
        west(panel)


def test_a_character_added_by_the_caller_is_checked_on_saving(panel, tmp_path):
    ax = west(panel)
    ax.text(2019, 10, NOBODY)
    with pytest.raises(GlyphError, match=r"U\+10FFFD"):
        hs.save_chart(ax, tmp_path / "tax")


def test_no_file_is_written_where_a_character_is_missing(panel, tmp_path):
    ax = west(panel)
    ax.text(2019, 10, NOBODY)
    with pytest.raises(GlyphError):
        hs.save_chart(ax, tmp_path / "deep" / "tax")
    assert list(tmp_path.iterdir()) == []


# Manners


def test_the_axes_of_the_caller_are_used(panel):
    _, ax = plt.subplots()
    assert west(panel, ax=ax) is ax


def test_the_size_of_the_callers_figure_is_left_alone(panel):
    figure, ax = plt.subplots(figsize=(5, 4))
    west(panel, ax=ax)
    assert figure.get_size_inches().tolist() == [5, 4]


def test_drawing_changes_no_settings(panel):
    before = dict(mpl.rcParams)
    west(panel)
    assert dict(mpl.rcParams) == before


def test_saving_changes_no_settings(panel, tmp_path):
    before = dict(mpl.rcParams)
    hs.save_chart(west(panel), tmp_path / "tax")
    assert dict(mpl.rcParams) == before


def test_no_figure_of_the_caller_is_closed(panel, tmp_path):
    figure, _ = plt.subplots()
    hs.save_chart(west(panel), tmp_path / "tax")
    assert plt.fignum_exists(figure.number)


def test_drawing_leaves_the_panel_as_it_was(panel):
    before = panel.copy(deep=True)
    west(panel)
    assert panel.equals(before)


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


def test_the_svg_needs_no_fonts(files):
    assert b"<text" not in files[".svg"]
    assert b"font-family" not in files[".svg"]


def test_the_svg_fetches_nothing(files):
    links = re.findall(rb'(?:href|src)="([^"#][^"]*)"', files[".svg"])
    assert links == []


def test_the_pdf_holds_its_truetype_font(files):
    assert b"/FontFile2" in files[".pdf"]


def test_the_pdf_has_no_type_3_font(files):
    assert b"/Subtype /Type3" not in files[".pdf"]


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_chart_gives_the_same_bytes(panel, tmp_path, form):
    one, two = (
        hs.save_chart(west(panel), tmp_path / key, [form])[0].read_bytes()
        for key in ("one", "two")
    )
    assert one == two


def test_an_unknown_format_is_refused(panel, tmp_path):
    with pytest.raises(DataError, match="unknown format 'bmp'"):
        hs.save_chart(west(panel), tmp_path / "tax", ["bmp"])


def test_a_timeline_without_phases_shows_its_events():
    panel = hs.build_panel("comparators")
    ax = hs.draw_timeline(panel)
    events = [line for line in ax.lines if line.get_gid() == "event"]
    assert len(events) > 0


def test_an_empty_panel_is_refused_with_a_sentence():
    with pytest.raises(hs.DataError, match="一行也没有"):
        hs.draw_tax(hs.build_panel("plaza66", as_of="1990-01-01"))
