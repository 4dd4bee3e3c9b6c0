"""Growth, CAGR, index, ratio and share: ends against ends, gaps not filled."""

import math
from math import inf, log, nan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hengstats as hs
from hengstats.indicators import round_out


def table(**columns):
    """Return a panel of one entity, typed out by hand."""
    return pd.DataFrame({"entity": "a", **columns})


def bounded(lower, upper):
    """Return a panel of one measure x with bounds, 2017 onwards."""
    years = range(2017, 2017 + len(lower))
    return table(year=years, x=nan, x_lower=lower, x_upper=upper)


def told(result, *columns):
    """Return some columns of a result, row by row."""
    return result[list(columns)].to_numpy().tolist()


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


# From year, year, lower, value, upper; each worked out by hand.
@pytest.mark.parametrize(
    ("panel", "steps"),
    [
        (table(year=[2017], x=[1.0]), []),
        (
            table(year=[2017, 2018], x=[20.0, 25.0]),
            [[2017, 2018, log(1.25), log(1.25), log(1.25)]],
        ),
        # 1 to 4 over two years is a doubling each year; nothing is filled between.
        (
            table(year=[2018, 2019, 2020], x=[1.0, nan, 4.0]),
            [[2018, 2020, log(2), log(2), log(2)]],
        ),
        # [20, 22] then [24, 30]: smallest 24/22, largest 30/20; no point.
        (
            bounded([20.0, 24.0], [22.0, 30.0]),
            [[2017, 2018, log(24 / 22), nan, log(1.5)]],
        ),
        (bounded([20.0, 100.0], [22.0, inf]), [[2017, 2018, log(100 / 22), nan, inf]]),
        (bounded([0.0, 5.0], [5.0, 5.0]), [[2017, 2018, 0.0, nan, inf]]),
    ],
)
def test_growth_sets_end_against_end_and_fills_nothing(panel, steps):
    found = told(hs.growth(panel, "x"), "from_year", "year", "lower", "value", "upper")
    assert found == [pytest.approx(step, nan_ok=True) for step in steps]


def test_growth_goes_entity_by_entity():
    years = {"year": [2018, 2019] * 2, "x": [1.0, 2.0, 8.0, 4.0]}
    panel = pd.DataFrame({"entity": ["b", "b", "a", "a"], **years})
    assert told(hs.growth(panel, "x"), "entity", "value") == [
        ["a", pytest.approx(log(0.5))],
        ["b", pytest.approx(log(2))],
    ]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: hs.growth(table(year=[2017, 2018], x=[1.0, 0.0]), "x"), "不是正数"),
        (
            lambda: hs.cagr(table(year=[2018, 2020], x=[1.0, 4.0]), "x", start=2019),
            "已知的年份：2018、2020",
        ),
        (lambda: hs.index_to(table(year=[2018], x=[1.0]), "x", 2010), "没有 2010 年"),
        (
            lambda: hs.share(table(year=[2018], p=[9.0], w=[8.0]), "p", "w"),
            "大于它的整体",
        ),
        (
            lambda: hs.ratio(table(year=[2018], p=[9.0], w=[0.0]), "p", "w"),
            "不能作分母",
        ),
        (lambda: hs.ratio(table(year=[2018], p=[-9.0], w=[1.0]), "p", "w"), "小于 0"),
    ],
)
def test_what_has_no_meaning_is_refused(ask, message):
    with pytest.raises(hs.DataError, match=message):
        ask()


# The case study prints 26.3, 32, 34.9, nothing, 49.3 and 百亿楼 for 2016 to 2021.
@pytest.mark.parametrize(
    ("from_year", "year", "lower", "upper"),
    [
        (2016, 2017, log(31.5 / 26.35), log(32.5 / 26.25)),
        (2018, 2020, log(49.25 / 34.95) / 2, log(49.35 / 34.85) / 2),
        (2020, 2021, log(100 / 49.35), inf),
    ],
)
def test_growth_of_plaza66_lies_in_its_bounds(plaza, from_year, year, lower, upper):
    step = hs.growth(plaza, "tax_revenue").set_index("year").loc[year]
    assert step["from_year"] == from_year
    assert [step["lower"], step["upper"]] == pytest.approx([lower, upper])


@pytest.mark.parametrize(
    ("panel", "ends"),
    [
        (table(year=[2018, 2020], x=[1.0, 4.0]), [1.0, 1.0, 1.0]),
        (bounded([20.0, 40.0], [20.0, inf]), [1.0, nan, inf]),
    ],
)
def test_cagr_is_the_yearly_rate_between_two_known_years(panel, ends):
    rate = told(hs.cagr(panel, "x"), "lower", "value", "upper")
    assert rate == [pytest.approx(ends, nan_ok=True)]


def test_an_index_sets_end_against_end_and_its_base_year_is_exactly_100():
    # 38/21 and 42/19 of the base.
    index = hs.index_to(bounded([19.0, 38.0], [21.0, 42.0]), "x", 2017)
    assert told(index, "year", "lower", "value", "upper") == [
        [2017, 100, 100, 100],
        pytest.approx([2018, 100 * 38 / 21, nan, 100 * 42 / 19], nan_ok=True),
    ]


def test_coverage_of_plaza66_is_64_of_nearly_300(plaza):
    # 64 in 2018; 近300 is 270 to under 300, printed in 2022: 64/300 to 64/270.
    covered = "enterprises_covered", "tenants"
    coverage = hs.share(plaza, *covered, whole_year="nearest")
    row = told(coverage, "year", "whole_year", "lower", "upper")[0]
    assert row == pytest.approx([2018, 2022, 64 / 300, 64 / 270])
    assert hs.share(plaza, *covered).empty  # by default only common years


def test_share_is_at_most_one():
    panel = table(year=[2018], p=[9.0], w=[nan], w_lower=[8.0], w_upper=[inf])
    assert hs.share(panel, "p", "w")["upper"].item() == 1.0


def test_members_per_branch_of_plaza66(plaza):
    ratios = hs.ratio(plaza, "branch_members", "branches").set_index("year")
    assert ratios["value"][2018] == pytest.approx(409 / 13)
    assert told(ratios.loc[[2022]], "lower", "upper") == [
        [pytest.approx(548 / 12), inf]
    ]


def test_nearest_prefers_years_that_know_both():
    panel = table(year=[2017, 2018, 2019], p=[1.0, 2.0, 3.0], w=[nan, 4.0, 5.0])
    pairs = hs.ratio(panel, "p", "w", under_year="nearest")
    assert told(pairs, "year", "under_year") == [[2018, 2018], [2019, 2019]]


@pytest.mark.parametrize(
    ("number", "up", "shown"),
    [(379.507, False, 379.5), (379.507, True, 379.6), (0.3, False, 0.3)],
)
def test_a_bound_is_rounded_outwards(number, up, shown):
    assert round_out(number, 1, up) == pytest.approx(shown)


boxes = st.lists(
    st.tuples(st.floats(1, 1e6), st.floats(0, 1e5)), min_size=2, max_size=6
)


@given(boxes, st.floats(0.01, 1000), st.sampled_from([1e-4, 10.0, 1e8]), st.randoms())
@settings(max_examples=15)
def test_laws_of_growth(rows, wider, factor, random):
    lower, upper = [x for x, _ in rows], [x + w for x, w in rows]
    panel = bounded(lower, upper)
    steps = hs.growth(panel, "x")
    wide = hs.growth(
        bounded([x * 0.99 for x in lower], [x + wider for x in upper]), "x"
    )
    assert (wide["lower"] <= steps["lower"]).all()
    assert (wide["upper"] >= steps["upper"]).all()
    scaled = hs.growth(
        bounded([x * factor for x in lower], [x * factor for x in upper]), "x"
    )
    assert scaled["lower"].tolist() == pytest.approx(steps["lower"].tolist(), abs=1e-9)
    shuffled = panel.sample(frac=1, random_state=random.randrange(99))
    pd.testing.assert_frame_equal(hs.growth(shuffled, "x"), steps)
    level = table(year=range(2016, 2016 + len(rows)), x=lower[0])
    assert hs.growth(level, "x")["value"].abs().max() == 0.0


def test_nothing_is_changed_in_the_callers_table(plaza):
    before = plaza.copy(deep=True)
    hs.growth(plaza, "tax_revenue")
    hs.index_to(plaza, "tax_revenue", 2016)
    hs.ratio(plaza, "branch_members", "branches")
    pd.testing.assert_frame_equal(plaza, before)
    assert math.isnan(plaza.loc[plaza["year"] == 2019, "tax_revenue"].item())
