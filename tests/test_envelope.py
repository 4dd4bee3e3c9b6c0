"""The worst case over the boxes: against sampling, linear programs and laws."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import linprog, minimize

from hengstats.evidence import envelope
from hengstats.evidence.envelope import (
    Range,
    coarse_range,
    correlation_range,
    interval_union,
    list_corners,
    permutation_range,
    residuals,
    slope_range,
    t_p,
    t_range,
)
from hengstats.evidence.pairs import Levels, Pairs
from hengstats.evidence.permutation import permutation_p


def levels(lower, upper=None):
    """Return log levels; points where no upper end is given."""
    low = np.asarray(lower, dtype=float)
    high = low if upper is None else np.asarray(upper, dtype=float)
    return Levels(lower=low, value=np.where(low == high, low, np.nan), upper=high)


def make_pairs(x, y, years=None):
    """Return the pairs of two series of levels, a year apart or as given."""
    n = len(x.lower)
    years = list(range(n)) if years is None else years
    growth_map = np.zeros((n - 1, n))
    for k in range(n - 1):
        growth_map[k, k : k + 2] = np.array([-1, 1]) / (years[k + 1] - years[k])
    return Pairs(
        entity="a",
        years=tuple(years),
        steps=tuple(pairwise(years)),
        shocks=(),
        x=x,
        y=y,
        growth_map=growth_map,
    )


def drawn(seed, n=5, spread=0.04, width=0.01, x_width=0.0):
    """Return pairs whose growths agree but for noise, and samples within the boxes."""
    generator = np.random.default_rng(seed)
    dx = 0.1 * generator.normal(size=n)
    dy = dx + spread * generator.normal(size=n)
    x, y = (np.concatenate([[0], np.cumsum(d)]) for d in (dx, dy))
    pairs = make_pairs(
        levels(x - x_width, x + x_width), levels(y - width, y + width), None
    )
    inside = generator.uniform(y - width, y + width, size=(3000, n + 1))
    inside_x = generator.uniform(x - x_width, x + x_width, size=(3000, n + 1))
    return pairs, inside_x @ pairs.growth_map.T, inside @ pairs.growth_map.T


def sides(pairs):
    """Return the corners of both measures."""
    return list_corners(pairs, pairs.x), list_corners(pairs, pairs.y)


def plain(pairs):
    """Return the intercept as the only nuisance column."""
    return np.ones((pairs.n, 1))


def sampled_r(x, y):
    """Return the correlation of each pair of rows."""
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(x, y, strict=True)])


SEEDS = range(6)


@pytest.mark.parametrize("x_width", [0.0, 0.008])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_sample_within_the_boxes_has_a_weaker_r(seed, x_width):
    pairs, x, y = drawn(seed, x_width=x_width)
    bounds = correlation_range(*sides(pairs), plain(pairs))
    assert sampled_r(x, y).min() >= bounds.lower - 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_no_sample_within_the_boxes_has_a_stronger_r(seed):
    pairs, x, y = drawn(seed)
    bounds = correlation_range(*sides(pairs), plain(pairs))
    assert sampled_r(x, y).max() <= bounds.upper + 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_the_strongest_r_is_the_one_an_optimiser_finds(seed):
    pairs, x, _ = drawn(seed)
    found = minimize(
        lambda level: -np.corrcoef(x[0], pairs.growth_map @ level)[0, 1],
        (pairs.y.lower + pairs.y.upper) / 2,
        bounds=list(zip(pairs.y.lower, pairs.y.upper, strict=True)),
    )
    bounds = correlation_range(*sides(pairs), plain(pairs))
    assert bounds.upper == pytest.approx(-found.fun, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_weakest_r_is_reached_at_a_corner(seed):
    pairs, x, _ = drawn(seed)
    corners = list_corners(pairs, pairs.y).points
    at_corners = sampled_r(np.repeat(x[:1], len(corners), axis=0), corners)
    bounds = correlation_range(*sides(pairs), plain(pairs))
    assert bounds.lower == pytest.approx(at_corners.min())


def test_the_weakest_r_of_an_open_end_is_its_limit():
    # The last level may be anything from 1 up: a very large one comes near the limit.
    x = levels(np.cumsum([0, 1.0, 2.0, 2.5, 4.0]))
    low = np.cumsum([0, 1.1, 1.9, 2.6, 4.2])
    pairs = make_pairs(x, levels(low, [*low[:-1], np.inf]))
    far = pairs.growth_map @ np.array([*low[:-1], 1e9])
    limit = np.corrcoef(pairs.growth_map @ x.lower, far)[0, 1]
    bounds = correlation_range(*sides(pairs), plain(pairs))
    assert bounds.lower == pytest.approx(limit, abs=1e-6)


def test_an_open_end_that_can_turn_the_sign_leaves_it_open():
    x = levels(np.cumsum([0, 4.0, 2.0, 2.5, 1.0]))
    low = np.cumsum([0, 4.1, 1.9, 2.6, 1.2])
    pairs = make_pairs(x, levels(low, [*low[:-1], np.inf]))
    bounds = correlation_range(*sides(pairs), plain(pairs))
    assert bounds.lower < 0 < bounds.upper


@pytest.mark.parametrize("seed", SEEDS)
def test_leaving_a_growth_out_is_a_column_of_its_own(seed):
    pairs, x, y = drawn(seed, width=0.0)
    without = np.column_stack([np.ones(5), np.eye(5)[2]])
    expected = np.corrcoef(np.delete(x[0], 2), np.delete(y[0], 2))[0, 1]
    found = correlation_range(*sides(pairs), without)
    assert found.lower == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_coarse_range_holds_the_exact_one(seed):
    pairs, *_ = drawn(seed, x_width=0.002, width=0.002)
    exact = correlation_range(*sides(pairs), plain(pairs))
    coarse = coarse_range(pairs, plain(pairs))
    assert coarse.lower <= exact.lower


def test_boxes_with_too_many_corners_have_none_listed(monkeypatch):
    monkeypatch.setattr(envelope, "MOST_CORNERS", 32)
    pairs, *_ = drawn(0)
    assert list_corners(pairs, pairs.y) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_slope_bounds_are_those_of_a_linear_program(seed):
    pairs, x, _ = drawn(seed)
    apart = x[0] - x[0].mean()
    weights = apart / (apart @ apart) @ pairs.growth_map
    box = np.column_stack([pairs.y.lower, pairs.y.upper])
    ends = [linprog(weights, bounds=box).fun, -linprog(-weights, bounds=box).fun]
    bounds = slope_range(pairs, x[0])
    assert [bounds.lower, bounds.upper] == pytest.approx(ends)


def test_the_slope_is_open_where_a_figure_is():
    x = levels(np.cumsum([0, 1.0, 2.0, 2.5, 4.0]))
    low = np.cumsum([0, 1.1, 1.9, 2.6, 4.2])
    pairs = make_pairs(x, levels(low, [*low[:-1], np.inf]))
    bounds = slope_range(pairs, pairs.growth_map @ x.lower)
    assert (bounds.lower > 0, bounds.upper) == (True, np.inf)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_union_holds_every_t_interval(seed):
    pairs, x, y = drawn(seed)
    union = interval_union(x[0], list_corners(pairs, pairs.y))
    quantile = stats.t.ppf(0.975, 3)
    fits = [stats.linregress(x[0], one) for one in y[:500]]
    low = min(fit.slope - quantile * fit.stderr for fit in fits)
    high = max(fit.slope + quantile * fit.stderr for fit in fits)
    assert (union.lower <= low, high <= union.upper) == (True, True)


def test_the_union_of_points_is_the_t_interval():
    # Hand-made: scipy's linregress on the same five growths.
    pairs, x, y = drawn(1, width=0.0)
    fit = stats.linregress(x[0], y[0])
    half = stats.t.ppf(0.975, 3) * fit.stderr
    union = interval_union(x[0], list_corners(pairs, pairs.y))
    assert [union.lower, union.upper] == pytest.approx(
        [fit.slope - half, fit.slope + half]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_no_sample_within_the_boxes_has_a_p_beyond_the_bounds(seed):
    pairs, x, y = drawn(seed)
    corners = list_corners(pairs, pairs.y).points
    every = np.vstack([y, corners])
    p = permutation_p(np.repeat(x[:1], len(every), axis=0), every)
    bounds = permutation_range(pairs, *sides(pairs), 1)
    assert bounds.lower <= p.min() <= p.max() <= bounds.upper + 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_boxes_on_both_sides_have_no_p_beyond_the_bounds(seed):
    pairs, x, y = drawn(seed, x_width=0.008)
    p = permutation_p(x, y)
    bounds = permutation_range(pairs, *sides(pairs), 1)
    assert bounds.lower <= p.min() <= p.max() <= bounds.upper + 1e-12


@pytest.mark.parametrize("seed", SEEDS)
def test_corners_too_many_to_list_have_no_p_beyond_the_bounds(seed):
    pairs, x, y = drawn(seed, x_width=0.004)
    p = permutation_p(x, y)
    exact = permutation_range(pairs, *sides(pairs), 1)
    coarse = permutation_range(pairs, None, None, 1)
    assert coarse.lower <= exact.lower <= p.min()
    assert p.max() - 1e-12 <= exact.upper <= coarse.upper


def test_points_on_one_side_need_no_corners_of_the_other():
    pairs, *_ = drawn(2)
    x, y = sides(pairs)
    assert permutation_range(pairs, x, None, 1) == permutation_range(pairs, x, y, 1)


def test_corners_too_many_to_list_beside_an_open_end_settle_nothing():
    low = np.cumsum([0, 1.1, 1.9, 2.6, 4.2])
    pairs = make_pairs(levels(low - 0.1, low + 0.1), levels(low, [*low[:-1], np.inf]))
    assert permutation_range(pairs, None, None, 1).upper == 1


def test_the_permutation_p_of_points_has_no_width():
    pairs, x, y = drawn(3, width=0.0)
    bounds = permutation_range(pairs, *sides(pairs), 1)
    assert [bounds.lower, bounds.upper] == [permutation_p(x[0], y[0])] * 2


def test_a_falling_association_has_the_p_of_the_rising_one():
    pairs, *_ = drawn(3)
    fallen = make_pairs(pairs.x, levels(-pairs.y.upper, -pairs.y.lower))
    up = permutation_range(pairs, *sides(pairs), 1)
    down = permutation_range(fallen, *sides(fallen), -1)
    assert up == down


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wider_box_never_has_a_smaller_largest_p(seed):
    uppers = []
    for width in (0.0, 0.002, 0.004, 0.008):
        pairs, *_ = drawn(seed, width=width)
        uppers.append(permutation_range(pairs, *sides(pairs), 1).upper)
    assert uppers == sorted(uppers)


def test_a_direction_that_is_not_settled_has_a_largest_p_of_one():
    pairs, *_ = drawn(0)
    assert permutation_range(pairs, *sides(pairs), 0).upper == 1


def test_the_t_p_of_a_correlation_is_pearsons():
    _, x, y = drawn(2, width=0.0)
    expected = stats.pearsonr(x[0], y[0]).pvalue
    assert t_p(np.corrcoef(x[0], y[0])[0, 1], 3) == pytest.approx(expected)


def test_a_range_that_holds_zero_has_a_largest_p_of_one():
    assert t_range(Range(lower=-0.2, upper=0.9), 3).upper == 1


def test_the_strongest_negative_correlation_gives_the_smallest_p():
    assert t_range(Range(lower=-0.9, upper=-0.5), 3).lower == t_p(-0.9, 3)


def test_residuals_are_at_right_angles_to_the_nuisance():
    nuisance = np.column_stack([np.ones(6), np.arange(6.0)])
    left = residuals(np.random.default_rng(1).normal(size=(4, 6)), nuisance)
    assert np.abs(left @ nuisance).max() < 1e-12


def test_what_the_nuisance_explains_wholly_leaves_nothing():
    assert not residuals(np.full((1, 5), 0.1), np.ones((5, 1))).any()
