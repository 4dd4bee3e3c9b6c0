"""Open ends and coarse bounds never claim more than some figures within the boxes."""

import numpy as np
import pytest
from test_envelope import levels, make_pairs, plain, sampled_r, sides

from hengstats.evidence.envelope import (
    Range,
    coarse_range,
    correlation_range,
    interval_union,
    list_corners,
    permutation_range,
)
from hengstats.evidence.permutation import permutation_p
from hengstats.evidence.rule import climb
from hengstats.evidence.statistics import r_range

X = np.cumsum([0, 0.10, 0.02, 0.16, 0.07, 0.40])
Y = np.cumsum([0, 0.12, 0.05, 0.15, 0.08, 0.35])
SCALES = np.array([0, 0.01, 0.1, 0.3, 1, 3, 10, 100.0])


def opened(values, place, *, up=True, width=0.0):
    """Return log levels of which one is open on one side, the others boxes."""
    low, high = values - width, values + width
    low[place], high[place] = values[place], values[place]
    (high if up else low)[place] = np.inf if up else -np.inf
    return levels(low, high)


def samples(box, generator, count=400):
    """Return levels within the boxes, open ends reached up to a hundred log units."""
    low, high = box.lower, box.upper
    far = generator.choice(SCALES, size=(count, 1)) * generator.uniform(size=(count, 1))
    inside = generator.uniform(
        np.where(np.isinf(low), high, low),
        np.where(np.isinf(high), low, high),
        size=(count, len(low)),
    )
    return inside + far * (np.isinf(high).astype(float) - np.isinf(low))


# Where the last level is open above, or the first open below, the last or the first
# growth is large in both measures, and the direction is settled.
FIRST = X[::-1][0] - X[::-1], Y[::-1][0] - Y[::-1]
CASES = {
    "y open above": (levels(X), opened(Y, 5)),
    "x open above": (opened(X, 5), levels(Y)),
    "both open above": (opened(X, 5), opened(Y, 5)),
    "y open above beside boxes of y": (levels(X), opened(Y, 5, width=0.004)),
    "x open above beside boxes of y": (
        opened(X, 5),
        levels(Y - 0.004, Y + 0.004),
    ),
    "y open below": (levels(FIRST[0]), opened(FIRST[1], 0, up=False)),
    "x open below beside boxes of y": (
        opened(FIRST[0], 0, up=False),
        levels(FIRST[1] - 0.004, FIRST[1] + 0.004),
    ),
    "both open below": (
        opened(FIRST[0], 0, up=False),
        opened(FIRST[1], 0, up=False),
    ),
}


def drawn(case):
    """Return the pairs of a case, and growths of figures within the boxes."""
    pairs = make_pairs(*CASES[case])
    generator = np.random.default_rng(3)
    return pairs, *(samples(box, generator) @ pairs.growth_map.T for box in CASES[case])


def test_a_box_open_below_has_a_ray_downwards():
    # Level 2 falls: the growth into it falls, the growth out of it rises.
    pairs = make_pairs(levels(X), opened(Y, 2, up=False))
    assert list_corners(pairs, pairs.y).rays.tolist() == [[0, -1, 1, 0, 0]]


def test_a_box_open_above_has_a_ray_upwards():
    pairs = make_pairs(levels(X), opened(Y, 2))
    assert list_corners(pairs, pairs.y).rays.tolist() == [[0, 1, -1, 0, 0]]


@pytest.mark.parametrize("case", CASES)
def test_the_direction_is_settled_by_no_figure_within_the_boxes(case):
    pairs, x, y = drawn(case)
    bounds = correlation_range(*sides(pairs), plain(pairs))
    r = sampled_r(x, y)
    assert 0 < bounds.lower <= r.min() + 1e-9


@pytest.mark.parametrize("case", CASES)
def test_no_figure_within_open_boxes_has_a_p_beyond_the_bounds(case):
    pairs, x, y = drawn(case)
    p = permutation_p(x, y)
    bounds = permutation_range(pairs, *sides(pairs), 1)
    assert bounds.lower <= p.min() <= p.max() <= bounds.upper + 1e-12


@pytest.mark.parametrize("case", CASES)
def test_the_falling_mirror_of_open_boxes_has_the_same_p(case):
    x, y = CASES[case]
    pairs, fallen = make_pairs(x, y), make_pairs(x, levels(-y.upper, -y.lower))
    assert permutation_range(pairs, *sides(pairs), 1) == permutation_range(
        fallen, *sides(fallen), -1
    )


def scattered(seed, up, width):
    """Return pairs that are open at one place in both measures, and samples."""
    generator = np.random.default_rng(seed)
    dx = 0.1 * generator.normal(size=5)
    dy = dx + 0.03 * generator.normal(size=5)
    x, y = (np.concatenate([[0], np.cumsum(d)]) for d in (dx, dy))
    place = generator.integers(0, 6)
    boxes = opened(x, place, up=up), opened(y, place, up=up, width=width)
    pairs = make_pairs(*boxes)
    drawn_growths = [samples(b, generator) @ pairs.growth_map.T for b in boxes]
    return pairs, *drawn_growths


@pytest.mark.parametrize("width", [0.0, 0.004])
@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("seed", range(25))
def test_open_at_one_place_in_both_no_p_is_beyond_the_bounds(seed, up, width):
    pairs, x, y = scattered(seed, up, width)
    p = permutation_p(x, y)[sampled_r(x, y) > 0]
    bounds = permutation_range(pairs, *sides(pairs), 1)
    assert bounds.lower <= p.min() <= p.max() <= bounds.upper + 1e-12


def test_an_open_end_that_lets_another_order_win_raises_the_p():
    pairs, *_ = scattered(2, True, 0.0)
    at_floor = permutation_p(*(pairs.growth_map @ b.lower for b in (pairs.x, pairs.y)))
    assert at_floor == 1 / 120
    assert permutation_range(pairs, *sides(pairs), 1).upper > 0.5


def test_an_order_that_only_an_open_figure_lets_win_is_counted():
    # x: growths 0, 0, 0, 1 and y: 0.1, 0, 0, open from 1. Whatever the last one is,
    # every order that keeps it last does as well; as it grows, no other does. At the
    # floor the p is 6 of 24.
    x, y = np.cumsum([0, 0, 0, 0, 1.0]), np.cumsum([0, 0.1, 0, 0, 1.0])
    pairs = make_pairs(levels(x), opened(y, 4))
    bounds = permutation_range(pairs, *sides(pairs), 1)
    assert bounds.upper >= permutation_p(np.diff(x), np.diff(y)) == 6 / 24


def test_the_union_of_intervals_is_open_where_the_slope_is():
    pairs = make_pairs(levels(X), opened(Y, 5))
    union = interval_union(pairs.growth_map @ X, list_corners(pairs, pairs.y))
    assert union.upper == np.inf


def test_the_union_of_intervals_is_open_below_where_the_slope_is():
    # The last growth is the largest of x: as y falls there, the slope falls.
    pairs = make_pairs(levels(X), opened(Y, 5, up=False))
    union = interval_union(pairs.growth_map @ X, list_corners(pairs, pairs.y))
    assert union.lower == -np.inf


def test_an_open_figure_is_held_by_the_coarse_range():
    pairs = make_pairs(levels(X), opened(Y, 5))
    assert coarse_range(pairs, plain(pairs)) == Range(lower=-1.0, upper=1.0)


@pytest.mark.parametrize("seed", range(40))
def test_a_coarse_range_holds_every_sample_on_both_sides(seed):
    generator = np.random.default_rng(seed)
    dx = 0.1 * generator.normal(size=5)
    dy = generator.choice([-1, 1]) * dx + 0.02 * generator.normal(size=5)
    x, y = (np.concatenate([[0], np.cumsum(d)]) for d in (dx, dy))
    wide_x, wide_y = generator.uniform(0, 0.02, size=(2, 6))
    pairs = make_pairs(levels(x - wide_x, x + wide_x), levels(y - wide_y, y + wide_y))
    inside = [
        generator.choice([-1, 1], size=(500, 6)) * wide + middle
        for middle, wide in ((x, wide_x), (y, wide_y))
    ]
    r = sampled_r(*(one @ pairs.growth_map.T for one in inside))
    coarse = coarse_range(pairs, plain(pairs))
    assert coarse.lower <= r.min() and r.max() <= coarse.upper


def test_a_coarse_range_of_points_is_the_correlation():
    # Worked out by scipy's definition: nothing is wide, so nothing is lost.
    pairs = make_pairs(levels(X), levels(Y))
    r = np.corrcoef(np.diff(X), np.diff(Y))[0, 1]
    assert coarse_range(pairs, plain(pairs)).lower == pytest.approx(r)


def test_a_coarse_range_is_used_where_the_corners_are_too_many():
    pairs = make_pairs(levels(X - 0.001, X + 0.001), levels(Y - 0.001, Y + 0.001))
    assert r_range(pairs, (None, None), plain(pairs)) == coarse_range(
        pairs, plain(pairs)
    )


def test_a_p_of_exactly_the_limit_is_within_it():
    # 6 of 120 orders do as well: the p is .05 exactly, and .05 is allowed.
    x = (0.0, 0.0, 0.0, 1.0, 2.0)
    pairs = make_pairs(
        levels(np.concatenate([[0], np.cumsum(x)])),
        levels(np.concatenate([[0], np.cumsum((0.1, 0.2, 0.3, 1.0, 2.5))])),
    )
    result = climb(pairs, 0.05)
    p = next(row for row in result.statistics if row.name == "p_permutation")
    assert (p.value, result.finding == "no_sign") == (0.05, False)


def coarse_by_hand(x, y, wide_x, wide_y, growth_map):
    """Return the least inner product over the largest size, term by term."""
    apart = np.eye(len(growth_map)) - 1 / len(growth_map)
    middle = [apart @ growth_map @ one for one in (x, y)]
    columns = [
        [apart @ growth_map[:, k] * wide[k] for k in range(len(wide))]
        for wide in (wide_x, wide_y)
    ]
    inner = middle[0] @ middle[1]
    inner -= sum(abs(column @ middle[1]) for column in columns[0])
    inner -= sum(abs(column @ middle[0]) for column in columns[1])
    inner -= sum(abs(a @ b) for a in columns[0] for b in columns[1])
    size = 1.0
    for centre, parts in zip(middle, columns, strict=True):
        size *= np.linalg.norm(centre) + np.linalg.norm(sum(map(np.abs, parts)))
    return inner / size


@pytest.mark.parametrize("width_x", [0.0, 0.004])
@pytest.mark.parametrize("width_y", [0.0, 0.003])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_coarse_range_takes_every_term_into_account(width_x, width_y, sign):
    wide_x, wide_y = (width * np.arange(1, 7) / 6 for width in (width_x, width_y))
    pairs = make_pairs(
        levels(X - wide_x, X + wide_x), levels(sign * Y - wide_y, sign * Y + wide_y)
    )
    expected = coarse_by_hand(X, Y, wide_x, wide_y, pairs.growth_map)
    coarse = coarse_range(pairs, plain(pairs))
    assert (coarse.lower if sign > 0 else -coarse.upper) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(8))
def test_points_beside_boxes_too_many_to_list_have_no_p_beyond_the_bounds(seed):
    generator = np.random.default_rng(seed)
    dx = 0.1 * generator.normal(size=5)
    dy = dx + 0.05 * generator.normal(size=5)
    x, y = (np.concatenate([[0], np.cumsum(d)]) for d in (dx, dy))
    box = levels(x - 0.02, x + 0.02)
    pairs = make_pairs(box, levels(y))
    inside = samples(box, generator) @ pairs.growth_map.T
    r = sampled_r(inside, np.repeat(dy[None], len(inside), axis=0))
    p = permutation_p(inside, np.repeat(dy[None], len(inside), axis=0))[r > 0]
    assert p.max() <= permutation_range(pairs, None, None, 1).upper + 1e-12


def test_the_finding_is_that_of_the_weakest_figures_within_the_boxes():
    x = np.cumsum([0, 0.10, 0.02, 0.16, 0.07, 0.21])
    y = np.cumsum([0, 0.12, 0.05, 0.15, 0.08, 0.20])
    wide = levels(y - 0.05, y + 0.05)
    box = type(wide)(lower=wide.lower, value=y, upper=wide.upper)
    result = climb(make_pairs(levels(x), box))
    p = next(row for row in result.statistics if row.name == "p_permutation")
    assert (p.value <= 0.05 < p.upper, result.finding) == (True, "no_sign")
