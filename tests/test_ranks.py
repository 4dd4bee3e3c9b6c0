"""Orders that the boxes allow: by linear program, against sampling."""

from itertools import permutations

import numpy as np
import pytest
from test_envelope import drawn, levels, make_pairs

from hengstats.evidence.permutation import kendall_test, spearman_test
from hengstats.evidence.ranks import possible_orders, rank_ranges, rank_sides

SEEDS = range(5)


def orders_of(rows):
    """Return the set of orders of many rows, from the largest down."""
    return {tuple(order) for order in np.argsort(-rows, axis=1).tolist()}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_order_that_is_sampled_is_possible(seed):
    pairs, _, y = drawn(seed)
    possible = {tuple(order) for order in possible_orders(pairs, pairs.y).tolist()}
    assert orders_of(y) <= possible


def test_growths_boxed_one_by_one_would_allow_an_order_that_cannot_be():
    # Levels 0, [1, 2], 3: the growths are a and 3 - a for a in [1, 2]; both orders
    # exist, but both cannot be large at once: with a third growth of 1.4 fixed,
    # an order that puts it above both of them would need a < 1.4 and 3 - a < 1.4.
    lower, upper = [0, 1, 3, 4.4], [0, 2, 3, 4.4]
    pairs = make_pairs(levels(lower), levels(lower, upper))
    possible = {tuple(order) for order in possible_orders(pairs, pairs.y).tolist()}
    assert possible == {(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0)}


def test_points_have_one_order():
    pairs, _, y = drawn(0, width=0.0)
    assert possible_orders(pairs, pairs.y).tolist() == [np.argsort(-y[0]).tolist()]


def test_equal_growths_stand_in_either_order():
    pairs = make_pairs(levels([0, 1, 3]), levels([0, 1, 2]))
    assert possible_orders(pairs, pairs.y).tolist() == [[0, 1], [1, 0]]


def test_boxes_as_wide_as_can_be_allow_every_order():
    pairs = make_pairs(levels([0, 1, 3, 4]), levels([-9] * 4, [9] * 4))
    found = {tuple(order) for order in possible_orders(pairs, pairs.y).tolist()}
    assert found == set(permutations(range(3)))


def test_an_open_end_allows_a_growth_to_be_the_largest():
    low = np.cumsum([0, 2.0, 1.0, 0.5])
    pairs = make_pairs(levels([0, 1, 3, 4]), levels(low, [*low[:-1], np.inf]))
    found = {tuple(order) for order in possible_orders(pairs, pairs.y).tolist()}
    assert found == {(0, 1, 2), (0, 2, 1), (2, 0, 1)}


def test_too_many_orders_are_not_listed():
    pairs = make_pairs(levels(range(8)), levels([-9] * 8, [9] * 8))
    assert possible_orders(pairs, pairs.y) is None


@pytest.mark.parametrize("name", ["kendall", "spearman"])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_sample_has_a_rank_correlation_beyond_the_range(seed, name):
    pairs, x, y = drawn(seed)
    test = {"kendall": kendall_test, "spearman": spearman_test}[name]
    sampled = [test(x[0], row).statistic for row in y[:300]]
    statistic, _ = rank_ranges(name, rank_sides(pairs, x[0], y[0]))
    assert statistic.lower - 1e-9 <= min(sampled)
    assert max(sampled) <= statistic.upper + 1e-9


def test_the_rank_test_of_points_has_no_width():
    pairs, x, y = drawn(2, width=0.0)
    statistic, p = rank_ranges("kendall", rank_sides(pairs, x[0], y[0]))
    printed = kendall_test(x[0], y[0])
    assert [statistic.lower, statistic.upper, p.upper] == pytest.approx(
        [printed.statistic, printed.statistic, printed.p_value]
    )


@pytest.mark.parametrize("name", ["kendall", "spearman"])
def test_the_p_of_every_possible_order_is_that_of_its_own_test(name):
    pairs, x, _ = drawn(1)
    test = {"kendall": kendall_test, "spearman": spearman_test}[name]
    sides = rank_sides(pairs, x[0], np.full(5, np.nan))
    each = [test(sides[0][0], ranks).p_value for ranks in sides[1]]
    _, p = rank_ranges(name, sides)
    assert [p.lower, p.upper] == pytest.approx([min(each), max(each)])
