"""Growth, CAGR, index, ratio and share: ends against ends, gaps not filled."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hengstats as hs
from hengstats.indicators import round_out


def table(**columns):
    """Return a panel of one entity, typed out by hand."""
    return pd.DataFrame({"entity": "a", **columns})


def bounded(lower, upper):
    """Return a panel of one measure x with bounds, 2017 onwards."""
    years = range(2017, 2017 + len(lower))
    value = [math.nan] * len(lower)
    return table(year=years, x=value, x_lower=lower, x_upper=upper)


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


@pytest.fixture(scope="module")
def plaza_growth(plaza):
    return hs.growth(plaza, "tax_revenue").set_index("year")


def test_growth_of_the_first_year_is_missing():
    steps = hs.growth(table(year=[2017, 2018], x=[1.0, 2.0]), "x")
    assert steps["year"].tolist() == [2018]


def test_growth_is_the_log_of_the_quotient():
    steps = hs.growth(table(year=[2017, 2018], x=[20.0, 25.0]), "x")
    assert steps["value"].item() == pytest.approx(math.log(1.25))


def test_growth_over_two_years_is_halved():
    # 1 to 4 over two years is a doubling each year.
    steps = hs.growth(table(year=[2018, 2020], x=[1.0, 4.0]), "x")
    assert steps["value"].item() == pytest.approx(math.log(2))


def test_the_smallest_growth_sets_lower_end_against_upper_end():
    # [20, 22] then [24, 30]: smallest 24/22, largest 30/20.
    steps = hs.growth(bounded([20.0, 24.0], [22.0, 30.0]), "x")
    ends = steps[["lower", "upper"]].to_numpy().ravel().tolist()
    assert ends == pytest.approx([math.log(24 / 22), math.log(1.5)])


def test_an_open_end_stays_open():
    steps = hs.growth(bounded([20.0, 100.0], [22.0, math.inf]), "x")
    assert steps["upper"].item() == math.inf


def test_growth_with_a_bound_has_no_value():
    steps = hs.growth(bounded([20.0, 100.0], [22.0, math.inf]), "x")
    assert math.isnan(steps["value"].item())


def test_a_missing_year_is_not_filled():
    steps = hs.growth(table(year=[2017, 2018, 2019], x=[1.0, math.nan, 2.0]), "x")
    assert steps[["from_year", "year"]].to_numpy().tolist() == [[2017, 2019]]


def test_growth_of_a_figure_that_cannot_be_positive_is_refused():
    with pytest.raises(hs.DataError, match="不是正数"):
        hs.growth(table(year=[2017, 2018], x=[1.0, 0.0]), "x")


def test_growth_of_an_unknown_measure_names_those_there_are():
    with pytest.raises(hs.DataError, match="现有的指标：x"):
        hs.growth(table(year=[2017], x=[1.0]), "y")


def test_a_year_twice_is_refused():
    with pytest.raises(hs.DataError, match="2017 年有两行"):
        hs.growth(table(year=[2017, 2017], x=[1.0, 2.0]), "x")


# The case study prints 26.3, 32, 34.9, nothing, 49.3 and 百亿楼 for 2016 to 2021.
@pytest.mark.parametrize(
    ("year", "lower", "upper"),
    [
        (2017, math.log(31.5 / 26.35), math.log(32.5 / 26.25)),
        (2020, math.log(49.25 / 34.95) / 2, math.log(49.35 / 34.85) / 2),
        (2021, math.log(100 / 49.35), math.inf),
    ],
)
def test_growth_of_plaza66_lies_in_its_bounds(plaza_growth, year, lower, upper):
    ends = plaza_growth.loc[year, ["lower", "upper"]].tolist()
    assert ends == pytest.approx([lower, upper])


def test_growth_of_plaza66_in_2017_is_between_178_and_214_thousandths(plaza_growth):
    step = plaza_growth.loc[2017]
    assert 0.178 <= step["lower"] < 0.196 < 0.1965 < step["upper"] <= 0.214


def test_growth_of_plaza66_to_2020_is_annualised_over_two_years(plaza_growth):
    step = plaza_growth.loc[2020]
    assert (step["from_year"], round(step["value"], 3)) == (2018, 0.173)


def test_growth_of_plaza66_to_2021_is_at_least_706_thousandths(plaza_growth):
    assert plaza_growth.loc[2021, "lower"] >= 0.706


def test_growth_of_plaza66_has_no_2019(plaza_growth):
    assert 2019 not in plaza_growth.index


def test_cagr_of_a_doubling_over_two_years():
    rates = hs.cagr(table(year=[2018, 2020], x=[1.0, 4.0]), "x")
    assert rates["value"].item() == pytest.approx(1.0)


def test_cagr_needs_both_years():
    with pytest.raises(hs.DataError, match="已知的年份：2018、2020"):
        hs.cagr(table(year=[2018, 2020], x=[1.0, 4.0]), "x", start=2019)


def test_cagr_keeps_an_open_end():
    rates = hs.cagr(bounded([20.0, 40.0], [20.0, math.inf]), "x")
    assert rates[["lower", "upper"]].to_numpy().tolist() == [
        [pytest.approx(1.0), math.inf]
    ]


def test_the_base_year_of_an_index_is_exactly_100():
    index = hs.index_to(bounded([19.0, 38.0], [21.0, 42.0]), "x", 2017)
    first = index[index["year"] == 2017]
    assert first[["lower", "value", "upper"]].to_numpy().tolist() == [[100, 100, 100]]


def test_index_sets_lower_end_against_upper_end():
    # 38/21 and 42/19 of the base.
    index = hs.index_to(bounded([19.0, 38.0], [21.0, 42.0]), "x", 2017)
    ends = index.loc[index["year"] == 2018, ["lower", "upper"]].to_numpy().tolist()
    assert ends == [pytest.approx([100 * 38 / 21, 100 * 42 / 19])]


def test_an_index_needs_its_base_year():
    with pytest.raises(hs.DataError, match="没有 2010 年"):
        hs.index_to(table(year=[2018], x=[1.0]), "x", 2010)


def test_coverage_of_plaza66_is_64_of_nearly_300(plaza):
    # 64 in 2018; 近300 is 270 to under 300, printed in 2022: 64/300 to 64/270.
    coverage = hs.share(plaza, "enterprises_covered", "tenants", whole_year="nearest")
    row = coverage.iloc[0]
    assert [row["year"], row["whole_year"], row["lower"], row["upper"]] == [
        2018,
        2022,
        pytest.approx(64 / 300),
        pytest.approx(64 / 270),
    ]


def test_share_takes_only_common_years_by_default(plaza):
    assert hs.share(plaza, "enterprises_covered", "tenants").empty


def test_share_is_at_most_one():
    panel = table(year=[2018], p=[9.0], w=[math.nan], w_lower=[8.0], w_upper=[math.inf])
    assert hs.share(panel, "p", "w")["upper"].item() == 1.0


def test_a_part_larger_than_its_whole_is_refused():
    with pytest.raises(hs.DataError, match="大于它的整体"):
        hs.share(table(year=[2018], p=[9.0], w=[8.0]), "p", "w")


def test_members_per_branch_of_plaza66_in_2018(plaza):
    ratios = hs.ratio(plaza, "branch_members", "branches").set_index("year")
    assert ratios.loc[2018, "value"] == pytest.approx(409 / 13)


def test_members_per_branch_of_plaza66_in_2022_is_open_above(plaza):
    ratios = hs.ratio(plaza, "branch_members", "branches").set_index("year")
    assert ratios.loc[2022, ["lower", "upper"]].tolist() == [
        pytest.approx(548 / 12),
        math.inf,
    ]


def test_a_ratio_to_zero_is_refused():
    with pytest.raises(hs.DataError, match="不能作分母"):
        hs.ratio(table(year=[2018], p=[9.0], w=[0.0]), "p", "w")


def test_a_ratio_of_a_negative_figure_is_refused():
    with pytest.raises(hs.DataError, match="小于 0"):
        hs.ratio(table(year=[2018], p=[-9.0], w=[1.0]), "p", "w")


def test_nearest_prefers_years_that_know_both():
    panel = table(year=[2017, 2018, 2019], p=[1.0, 2.0, 3.0], w=[math.nan, 4.0, 5.0])
    pairs = hs.ratio(panel, "p", "w", under_year="nearest")
    assert pairs[["year", "under_year"]].to_numpy().tolist() == [
        [2018, 2018],
        [2019, 2019],
    ]


@pytest.mark.parametrize(
    ("number", "up", "shown"),
    [(379.507, False, 379.5), (379.507, True, 379.6), (0.3, False, 0.3)],
)
def test_a_bound_is_rounded_outwards(number, up, shown):
    assert round_out(number, 1, up) == pytest.approx(shown)


boxes = st.lists(
    st.tuples(st.floats(1, 1e6), st.floats(0, 1e5)), min_size=2, max_size=6
)


@given(boxes, st.floats(0.01, 1000))
def test_a_wider_box_never_gives_narrower_growth(rows, wider):
    narrow = bounded([x for x, _ in rows], [x + w for x, w in rows])
    wide = bounded([x * 0.99 for x, _ in rows], [x + w + wider for x, w in rows])
    one, other = hs.growth(narrow, "x"), hs.growth(wide, "x")
    assert (other["lower"] <= one["lower"]).all()
    assert (other["upper"] >= one["upper"]).all()


@given(boxes, st.sampled_from([1e-4, 10.0, 1e8]))
def test_a_change_of_unit_leaves_growth_alone(rows, factor):
    lower, upper = [x for x, _ in rows], [x + w for x, w in rows]
    one = hs.growth(bounded(lower, upper), "x")
    other = hs.growth(
        bounded([x * factor for x in lower], [x * factor for x in upper]), "x"
    )
    assert one["lower"].tolist() == pytest.approx(other["lower"].tolist(), abs=1e-9)


@given(boxes, st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    panel = bounded([x for x, _ in rows], [x + w for x, w in rows])
    order = list(panel.index)
    random.shuffle(order)
    shuffled = panel.loc[order]
    pd.testing.assert_frame_equal(hs.growth(panel, "x"), hs.growth(shuffled, "x"))


@given(st.floats(0.1, 1e9), st.integers(2, 6))
def test_a_constant_grows_by_zero(level, years):
    panel = table(year=range(2016, 2016 + years), x=[level] * years)
    assert hs.growth(panel, "x")["value"].abs().max() == 0.0


def test_nothing_is_changed_in_the_callers_table(plaza):
    before = plaza.copy(deep=True)
    hs.growth(plaza, "tax_revenue")
    hs.index_to(plaza, "tax_revenue", 2016)
    hs.ratio(plaza, "branch_members", "branches")
    pd.testing.assert_frame_equal(plaza, before)
