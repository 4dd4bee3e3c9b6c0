"""Series drawn independently have the moments that METHODS states."""

import numpy as np
import pytest

from hengstats.evidence.customary.nulls import (
    NULLS,
    simulate_cross_section,
    simulate_linked,
    simulate_pairs,
)

N = 40_000
YEARS = range(2016, 2022)


@pytest.fixture
def rng():
    return np.random.default_rng(20211231)


def correlation(x, y):
    """Return the correlation over all rows and columns."""
    return np.corrcoef(x.ravel(), y.ravel())[0, 1]


def growths(kind, rng):
    """Return yearly log growth of both series."""
    return [np.diff(levels) for levels in simulate_pairs(kind, YEARS, N, rng)]


@pytest.mark.parametrize("kind", NULLS)
def test_there_is_one_row_per_pair_and_one_column_per_year(kind, rng):
    x, y = simulate_pairs(kind, YEARS, 7, rng)
    assert (x.shape, y.shape) == ((7, 6), (7, 6))


@pytest.mark.parametrize("kind", NULLS)
def test_a_missing_year_is_simulated_and_left_out(kind):
    every, _ = simulate_pairs(kind, YEARS, 7, np.random.default_rng(1))
    known, _ = simulate_pairs(kind, [2016, 2018, 2021], 7, np.random.default_rng(1))
    assert (known == every[:, [0, 2, 5]]).all()


@pytest.mark.parametrize("kind", NULLS)
def test_the_same_seed_gives_the_same_series(kind):
    pairs = [simulate_pairs(kind, YEARS, 3, np.random.default_rng(1)) for _ in "ab"]
    assert np.array_equal(*pairs)


@pytest.mark.parametrize("kind", ["drift", "trend_stationary", "shock_year"])
def test_growth_is_two_shocks_on_average(kind, rng):
    # The widest spread is 0.17 (a shock of 0.3 in one of five years), over 200,000
    # growths that may be correlated: four standard errors are below 0.002.
    dx, dy = growths(kind, rng)
    assert [dx.mean(), dy.mean()] == pytest.approx([0.2, 0.2], abs=0.002)


def test_growth_of_a_random_walk_has_the_spread_of_one_shock(rng):
    assert [d.std() for d in growths("drift", rng)] == pytest.approx(
        [0.1] * 2, rel=0.01
    )


def test_neighbouring_growths_of_a_random_walk_are_unrelated(rng):
    dx, _ = growths("drift", rng)
    assert abs(correlation(dx[:, 1:], dx[:, :-1])) < 4 / np.sqrt(4 * N)


def test_deviations_from_the_trend_have_the_spread_of_one_shock_in_every_year(rng):
    x, _ = simulate_pairs("trend_stationary", YEARS, N, rng)
    assert x.std(axis=0) == pytest.approx([0.1] * 6, rel=0.02)


def test_deviations_from_the_trend_halve_from_year_to_year(rng):
    x, _ = simulate_pairs("trend_stationary", YEARS, N, rng)
    rest = x - 0.2 * np.arange(6)
    assert correlation(rest[:, 1:], rest[:, :-1]) == pytest.approx(0.5, abs=0.01)
    assert correlation(rest[:, 2:], rest[:, :-2]) == pytest.approx(0.25, abs=0.01)


def test_a_building_fills_until_its_growth_is_nothing(rng):
    # A straight line from .30 in 2016 to 0 in 2021: .24 is the first growth seen.
    dx, dy = growths("fill_up", rng)
    line = [0.24, 0.18, 0.12, 0.06, 0.0]
    assert dx.mean(axis=0) == pytest.approx(line, abs=0.002)
    assert dy.mean(axis=0) == pytest.approx(line, abs=0.002)


def test_one_year_of_five_shakes_both_series_up_or_down(rng):
    # Common variance .3² / 5 = .018, own variance .1² = .01: r = .018 / .028.
    dx, dy = growths("shock_year", rng)
    assert correlation(dx, dy) == pytest.approx(18 / 28, abs=0.01)


def test_every_year_is_shaken_as_often_as_another(rng):
    dx, dy = growths("shock_year", rng)
    both = ((dx - 0.2) * (dy - 0.2)).mean(axis=0)
    assert both == pytest.approx([0.018] * 5, abs=0.001)


@pytest.mark.parametrize("kind", ["drift", "trend_stationary"])
def test_growths_of_the_two_series_are_unrelated(kind, rng):
    # Growths of a trend-stationary series are correlated, which widens the error.
    assert abs(correlation(*growths(kind, rng))) < 6 / np.sqrt(5 * N)


def test_in_one_year_growths_of_filling_buildings_are_unrelated(rng):
    dx, dy = growths("fill_up", rng)
    assert abs(correlation(dx[:, 0], dy[:, 0])) < 4 / np.sqrt(N)


@pytest.mark.parametrize("r", [0.3, 0.9, 1.0])
def test_linked_growths_have_the_correlation_asked_for(r, rng):
    dx, dy = (np.diff(levels) for levels in simulate_linked(YEARS, N, rng, r))
    assert correlation(dx, dy) == pytest.approx(r, abs=0.01)


def test_linked_growths_rise_one_for_one(rng):
    dx, dy = (np.diff(levels) for levels in simulate_linked(YEARS, N, rng, 0.9))
    assert np.polyfit(dx.ravel(), dy.ravel(), 1) == pytest.approx([1, 0.2], abs=0.005)


def test_the_first_linked_growth_is_one_shock_without_drift(rng):
    dx = np.diff(simulate_linked(YEARS, N, rng, 0.9)[0])
    assert [dx.mean(), dx.std()] == pytest.approx([0, 0.1], abs=0.001)


def test_a_gap_leaves_the_growth_of_two_years(rng):
    x, _ = simulate_linked([2016, 2018], N, rng, 0.5)
    assert np.diff(x).std() == pytest.approx(0.1 * np.sqrt(2), rel=0.02)


def test_levels_of_buildings_share_only_their_size(rng):
    # Size has variance 1, each level adds .25 of its own: r = 1 / 1.25.
    x, y = simulate_cross_section(20, 10_000, rng)
    assert x.shape == (10_000, 20)
    assert [x.var(), y.var()] == pytest.approx([1.25, 1.25], rel=0.02)
    assert correlation(x, y) == pytest.approx(0.8, abs=0.01)


def test_an_unknown_null_is_refused(rng):
    with pytest.raises(ValueError, match="没有“storks”这种模拟"):
        simulate_pairs("storks", YEARS, 1, rng)


@pytest.mark.parametrize("years", [[2018, 2017], [2017, 2017], [2017], []])
def test_years_out_of_order_are_refused(years, rng):
    with pytest.raises(ValueError, match="年份至少要有两个，由早到晚"):
        simulate_pairs("drift", years, 1, rng)


@pytest.mark.parametrize("r", [0, -0.5, 1.1])
def test_a_correlation_that_cannot_be_drawn_is_refused(r, rng):
    with pytest.raises(ValueError, match="相关系数应大于 0、不大于 1"):
        simulate_linked(YEARS, 1, rng, r)
