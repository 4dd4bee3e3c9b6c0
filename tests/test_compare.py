"""Before and after beside others: certified cases, laws, and what every result says."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hengstats as hs
from hengstats.evidence.comparison import label_comparison

REFERENCE = Path(__file__).parent / "reference"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def read(name):
    """Return a reference table, and what R made of it."""
    table = pd.read_csv(REFERENCE / f"{name}.csv").rename(
        columns={"building": "entity"}
    )
    return table, json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


def row(found, statistic):
    """Return lower end, value and upper end of a statistic."""
    return found.table.set_index("statistic").loc[statistic].tolist()


def value(found, statistic):
    """Return a statistic at the printed figures."""
    return row(found, statistic)[1]


def table_of(changes, boxes=0.0, years=(2016, 2017, 2018)):
    """Return a panel of units whose last year is off the others by a change."""
    rows = [
        {
            "entity": f"u{i:02}",
            "year": year,
            "m": level,
            "m_lower": level - boxes,
            "m_upper": level + boxes,
        }
        for i, change in enumerate(changes)
        for year in years
        for level in [10 + (change if year == years[-1] else 0)]
    ]
    return pd.DataFrame(rows)


def level(panel, **options):
    """Compare as the figures are, the last year with the others."""
    options = {
        "treated": "u00",
        "since": 2018,
        "outcome": "m",
        "scale": "level",
    } | options
    return hs.compare(panel, **options)


# Proposition 99


@pytest.fixture(scope="module")
def smoking():
    panel, known = read("prop99")
    options = {"treated": "California", "since": 1989, "outcome": "tax"}
    return hs.compare(panel, scale="level", **options), known


def test_proposition_99_is_the_difference_in_differences_of_r(smoking):
    found, known = smoking
    assert value(found, "difference") == pytest.approx(known["did_california"])
    assert value(found, "p_placebo") == pytest.approx(known["did_placebo_p"])
    ranks = found.placebos.set_index("entity")["rank"]
    assert ranks["California"] == known["did_abs_rank_of_39"] == 5
    assert (found.finding, found.direction) == ("no_sign", "less")


def test_proposition_99_is_the_synthetic_control_of_quadprog(smoking):
    found, known = smoking
    known = known["sc_outcome_only"]
    weights = pd.Series(found.weights)
    listed = {k.replace(" ", "_"): w for k, w in known["weights_over_0.001"].items()}
    assert weights[weights > 0.001].to_dict() == pytest.approx(listed, abs=2e-6)
    assert weights.sum() == pytest.approx(1)
    for statistic, key in {
        "synthetic_gap": "att_mean_1989_2000",
        "synthetic_rmspe_before": "pre_rmspe",
        "synthetic_ratio": "post_pre_ratio",
        "p_synthetic": "placebo_p",
    }.items():
        assert value(found, statistic) == pytest.approx(known[key], rel=1e-6)


# Starts in different years


@pytest.fixture(scope="module")
def teens():
    panel, known = read("mpdta")
    starts = panel.groupby("entity")["organised_in"].first()
    treated = starts[starts > 0].to_dict()
    found = hs.compare(panel, treated=treated, outcome="log_tax", scale="level")
    return found, known


def test_group_time_effects_and_their_errors_are_those_of_did(teens):
    found, known = teens
    for cell in known["att_gt_unconditional_never_treated_varying_base"]:
        kind = "effect" if cell["year"] >= cell["group"] else "lead"
        name = f"{kind} {cell['group']}-{cell['year']}"
        assert value(found, name) == pytest.approx(cell["att"], abs=5e-9)
        assert value(found, f"se_{name}") == pytest.approx(cell["se"], abs=1e-9)


def test_their_mean_and_its_error_are_those_of_did(teens):
    found, known = teens
    known = known["r_did_2.5_simple"]
    assert value(found, "difference") == pytest.approx(known["att"], abs=1e-9)
    assert value(found, "se_difference") == pytest.approx(known["se"], abs=1e-8)
    assert found.finding == "stands_out" and found.direction == "less"


def test_a_single_start_named_by_unit_gives_the_change_on_the_last_year_before():
    panel = table_of([0.5, *np.linspace(-0.1, 0.1, 7)])
    found = hs.compare(panel, treated={"u00": 2018}, outcome="m", scale="level")
    assert value(found, "effect 2018-2018") == pytest.approx(0.5)
    assert "se_effect 2018-2018" not in set(found.table["statistic"])  # one unit


def test_two_starts_of_few_units_are_placed_among_all_ways_to_give_them():
    # Differences by hand, for each of 6 * 5 ways to choose who starts in 2017 and 2018.
    draw = np.random.default_rng(5)
    y = draw.normal(size=(6, 3)).cumsum(axis=1)
    panel = pd.DataFrame(
        [[f"u{i}", 2016 + t, y[i, t]] for i in range(6) for t in range(3)],
        columns=["entity", "year", "m"],
    )

    def mean_effect(first, second):
        rest = [i for i in range(6) if i not in (first, second)]
        own = [
            y[first, 1] - y[first, 0] - (y[rest, 1] - y[rest, 0]).mean(),
            y[first, 2] - y[first, 0] - (y[rest, 2] - y[rest, 0]).mean(),
            y[second, 2] - y[second, 1] - (y[rest, 2] - y[rest, 1]).mean(),
        ]
        return np.mean(own)

    every = [mean_effect(i, j) for i in range(6) for j in range(6) if i != j]
    treated = {"u2": 2017, "u4": 2018}
    found = hs.compare(panel, treated=treated, outcome="m", scale="level")
    seen = mean_effect(2, 4)
    assert value(found, "difference") == pytest.approx(seen)
    hits = (np.abs(every) >= abs(seen) - 1e-12).mean()
    assert value(found, "p_placebo") == pytest.approx(hits)
    assert found.least_p == pytest.approx(1 / 30)


# The placebo rank


def test_one_treated_of_ten_is_ranked_and_its_clustered_p_refused():
    changes = [0.9, 1.0, -0.1, 0.2, -0.3, 0.3, 0.0, 0.1, -0.2, 0.15]
    found = level(table_of(changes))
    assert value(found, "p_placebo") == pytest.approx(0.2)  # second of ten
    assert (found.least_p, found.finding) == (0.1, "not_enough_data")
    assert found.refused == ("cluster_robust", "synthetic_control")
    assert not set(found.table["statistic"]) & {"p_cluster", "se_difference"}
    assert "about 51 times in 100" in found.say("en")


def test_the_t_tests_of_three_treated_are_those_of_r():
    known = json.loads((REFERENCE / "cluster_changes.json").read_text("utf-8"))
    changes = [0.12, 0.31, 0.22, 0.05, 0.11, -0.04, 0.09, 0.02]
    found = level(table_of(changes), treated=["u00", "u01", "u02"])
    for test, name in (("pooled", "pooled_t"), ("cluster", "cluster")):
        assert value(found, f"p_{name}") == pytest.approx(known[test]["p"])
        assert value(found, f"df_{name}") == pytest.approx(known[test]["df"])
    ends = [value(found, f"conf_{end}") for end in ("low", "high")]
    assert ends == pytest.approx(known["pooled"]["conf"])


def test_the_p_of_three_treated_is_the_share_of_all_threes():
    changes = np.array([0.12, 0.31, 0.22, 0.05, 0.11, -0.04, 0.09, 0.02])
    apart = [
        abs(changes[list(one)].mean() - np.delete(changes, one).mean())
        for one in combinations(range(8), 3)
    ]
    found = level(table_of(changes), treated=["u00", "u01", "u02"])
    share = np.mean(np.array(apart) >= apart[0] - 1e-12)
    assert value(found, "p_placebo") == pytest.approx(share)
    assert found.least_p == pytest.approx(1 / 56)


def test_twenty_units_are_enough_for_one_that_stands_out():
    draw = np.random.default_rng(1)
    panel = table_of(draw.normal(0, 0.1, 20), years=(2014, 2015, 2016, 2017, 2018))
    panel["m"] += draw.normal(0, 0.05, len(panel))
    panel = panel[["entity", "year", "m"]]
    panel.loc[(panel["entity"] == "u00") & (panel["year"] == 2018), "m"] += 2
    found = level(panel)
    assert (found.finding, found.direction, found.least_p) == (
        "stands_out",
        "more",
        0.05,
    )
    panel.loc[(panel["entity"] == "u00") & (panel["year"] == 2016), "m"] += 1
    assert level(panel).finding == "suggestive"  # it differed before


def test_a_course_of_its_own_before_makes_a_finding_only_suggestive():
    assert level(
        table_of([2.0, *np.linspace(-0.1, 0.1, 19)], years=(2017, 2018))
    ).finding == ("suggestive")  # no earlier year


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), width=st.floats(0, 0.4), treated=st.integers(1, 2))
def test_no_figures_within_the_boxes_leave_the_bounds(seed, width, treated):
    draw = np.random.default_rng(seed)
    panel = table_of(draw.normal(size=6), width)
    names = [f"u{i:02}" for i in range(treated)]
    bounds = level(panel, treated=names)
    for _ in range(4):
        inside = draw.uniform(panel["m_lower"], panel["m_upper"])
        if draw.random() < 0.5:
            inside = np.where(
                draw.random(len(panel)) < 0.5, *panel.filter(like="_").T.to_numpy()
            )
        found = level(panel.assign(m=inside)[["entity", "year", "m"]], treated=names)
        for name in ("difference", "p_placebo", "p_pooled_t"):
            low, _, high = row(bounds, name)
            assert low - 1e-9 <= value(found, name) <= high + 1e-9
    if width == 0:
        assert row(bounds, "p_placebo")[0] == row(bounds, "p_placebo")[2]


def test_figures_too_coarse_for_the_rank_cannot_tell():
    changes = [1.0, *np.linspace(-0.3, 0.3, 19)]
    assert level(table_of(changes, 0.05)).finding == "stands_out"
    assert level(table_of(changes, 0.3)).finding == "cannot_tell"


def test_an_open_end_leaves_the_change_open():
    panel = table_of([0.5, 0.1, 0.2, 0.0])
    own = (panel["entity"] == "u00") & (panel["year"] == 2018)
    panel.loc[own, ["m", "m_upper"]] = np.nan
    found = level(panel)
    low, at, high = row(found, "change_treated")
    assert (low, high) == (pytest.approx(0.5), np.inf) and np.isnan(at)
    assert row(found, "p_placebo") == [0.25, pytest.approx(np.nan, nan_ok=True), 0.25]


def test_a_change_open_at_both_ends_leaves_the_rank_and_no_t_test():
    panel = table_of([0.5, 0.1, 0.2, 0.0, 0.3])
    known = (panel["entity"] == "u02") & (panel["year"] != 2017)
    panel.loc[known, ["m", "m_upper"]] = np.nan
    for treated in ("u00", ["u00", "u01"], ["u00", "u01", "u03"]):
        found = level(panel, treated=treated)
        assert row(found, "change_others")[::2] == [-np.inf, np.inf]
        assert "p_pooled_t" not in set(found.table["statistic"])
        assert found.statement


def test_a_point_is_shown_as_one_number():
    found = level(table_of([1.237, 0.1, 0.2, 0.0]), scale="log")
    cells = label_comparison(found, "en").set_index("Statistic")
    assert set(cells.loc["mean change where it began"]) == {"12.4%"}


def test_the_placebo_rank_keeps_its_size_in_noise():
    draw = np.random.default_rng(3)
    hits = [
        value(level(table_of(draw.normal(size=10))), "p_placebo") <= 0.1
        for _ in range(120)
    ]
    assert 0.04 <= np.mean(hits) <= 0.16


def test_where_nothing_varies_there_is_no_t_test():
    found = level(table_of([0.3, 0.0, 0.0, 0.0]))
    assert "p_pooled_t" not in set(found.table["statistic"])
    assert value(found, "p_placebo") == 0.25


def test_ten_thousand_units_are_ranked():
    draw = np.random.default_rng(8)
    m = draw.normal(10, 1, (10_000, 4))
    rows = pd.MultiIndex.from_product([range(10_000), range(2015, 2019)])
    panel = pd.DataFrame({"m": m.ravel()}, rows.set_names(["entity", "year"]))
    change = m[:, 3] - m[:, :3].mean(axis=1)
    apart = np.abs(change - change.mean())
    found = level(panel.reset_index(), treated=[77])
    assert value(found, "p_placebo") == pytest.approx((apart >= apart[77]).mean())


# Years, and what is missing


def test_only_years_that_all_know_are_compared():
    panel = table_of([0.3, 0.1, 0.2, 0.0], years=(2015, 2016, 2017, 2018))
    gap = (panel["entity"] == "u01") & (panel["year"] == 2015)
    late = (panel["entity"] == "u02") & (panel["year"] < 2018)
    found = level(panel[~gap & ~late])
    assert found.years == (2016, 2017, 2018)
    assert (found.n_units, found.set_aside) == (3, ("u02",))


def test_a_treated_unit_without_a_year_before_is_set_aside():
    panel = table_of([0.3, 0.1, 0.2, 0.0])
    late = (panel["entity"] == "u01") & (panel["year"] < 2018)
    found = level(panel[~late], treated=["u00", "u01"])
    assert (list(found.treated), found.set_aside) == (["u00"], ("u01",))


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ("year < 2018", "no_after"),
        ("year >= 2018", "no_before"),
        ("entity != 'u00' or year < 0", None),
        ("entity == 'u00'", "no_others"),
        ("entity == 'u00' or year == 2018", "no_others"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cannot_be_compared_is_said_and_not_computed(kept, why, lang):
    panel = table_of([0.3, 0.1]).query(kept)
    if why is None:
        with pytest.raises(hs.DataError, match="u00"):
            level(panel)
        return
    found = level(panel, lang=lang)
    assert (found.finding, found.missing, len(found.table)) == (
        "not_enough_data",
        why,
        0,
    )
    assert found.headline in found.say(lang) and "None" not in str(found)


def test_an_outcome_without_any_figure_is_not_compared():
    panel = table_of([0.3, 0.1]).assign(m=np.nan, m_lower=np.nan, m_upper=np.nan)
    found = level(panel)
    assert (found.missing, found.known_years) == ("no_figures", {"u00": ()})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"since": None}, "since"),
        ({"since": "soon"}, "since"),
        ({"treated": {"u00": 2017}}, "since=2018"),
        ({"treated": []}, "treated"),
        ({"treated": "nowhere"}, "nowhere"),
        ({"outcome": "tea"}, "tea"),
        ({"outcome": "year"}, "year"),
        ({"scale": "cube"}, "cube"),
    ],
)
def test_a_wrong_argument_is_an_error_that_says_what_to_write(wrong, message):
    with pytest.raises(hs.DataError, match=message):
        level(table_of([0.3, 0.1, 0.2]), **wrong)


def test_a_figure_that_is_not_positive_has_no_logarithm():
    with pytest.raises(hs.DataError, match="u01"):
        level(table_of([0.3, -11, 0.2]), scale="log")


# Plaza 66 and the malls of its owner


@pytest.fixture(scope="module")
def malls():
    return hs.build_panel(["plaza66", "comparators"])


def test_plaza66_has_no_rent_before_2018_and_says_which_growth_there_is(malls):
    found = hs.compare(malls, treated="plaza66", since=2018, outcome="rent_mall")
    assert (found.finding, found.missing) == ("not_enough_data", "no_before")
    assert found.known_years == {"plaza66": (2021, 2025)}
    assert found.printed_years == {2019: 7, 2021: 1, 2024: 1}
    assert all(year in found.statement for year in ("2021", "2025", "2019"))


def test_plaza66_grew_in_2019_as_the_malls_of_its_owner_did(malls):
    found = hs.compare(malls, treated="plaza66", since=2019, outcome="rent_mall")
    assert (found.basis, found.n_units, found.least_p) == ("printed_growth", 8, 1 / 8)
    # The report prints 14 %, and 6, 20, 22, 28, 3, 10 and 4 for the others.
    others = np.log1p([0.06, 0.20, 0.22, 0.28, 0.03, 0.10, 0.04]).mean()
    assert value(found, "difference") == pytest.approx(np.log(1.14) - others)
    assert row(found, "p_placebo") == [1.0, 1.0, 1.0]  # the nearest to the rest
    assert found.finding == "not_enough_data"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_comparison_says_itself(malls, lang):
    options = {"treated": "plaza66", "since": 2019, "outcome": "rent_mall"}
    found = hs.compare(malls, lang=lang, **options)
    for text in (found.headline, *found.reasons):
        assert text in found.say(lang) and "{" not in text
    assert "12.5%" in found.headline
    assert found.statement == found.say("zh-Hans")
    assert repr(found).startswith("<Comparison rent_mall since 2019: not_enough_data")
    assert found.headline[:5] in found._repr_html_()


# The chart


def marks(ax, gid):
    """Return everything on the axes that carries a mark."""
    return ax.findobj(lambda artist: artist.get_gid() == gid)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_chart_shows_every_change_and_the_treated_among_them(malls, lang):
    options = {"treated": "plaza66", "since": 2019, "outcome": "rent_mall"}
    ax = hs.draw_comparison(hs.compare(malls, **options), lang=lang)
    (own,), others = marks(ax, "treated"), marks(ax, "other")
    assert own.get_xdata()[0] == pytest.approx(14) and len(others) == 7
    percent = sorted(line.get_xdata()[0] for line in others)
    assert percent == pytest.approx([3, 4, 6, 10, 20, 22, 28])
    (title,) = marks(ax, "title")
    assert "13.5%" in title.get_text() and "8" in title.get_text()
    assert "2020" in marks(ax, "caption")[0].get_text()  # its sources


def test_the_chart_of_an_open_change_has_an_arrow_and_an_empty_mark():
    panel = table_of([0.5, 0.1, 0.2, 0.0])
    own = (panel["entity"] == "u00") & (panel["year"] == 2018)
    panel.loc[own, ["m", "m_upper"]] = np.nan
    ax = hs.draw_comparison(level(panel))
    assert marks(ax, "treated")[0].get_markerfacecolor() == "white"
    assert len(marks(ax, "arrow")) == 1


def test_where_nothing_could_be_compared_the_chart_says_why(malls):
    found = hs.compare(malls, treated="plaza66", since=2018, outcome="rent_mall")
    ax = hs.draw_comparison(found, lang="en")
    assert "no year before the start" in " ".join(t.get_text() for t in ax.texts)
    with pytest.raises(hs.DataError, match=r"hs\.compare"):
        hs.draw_comparison(malls)
