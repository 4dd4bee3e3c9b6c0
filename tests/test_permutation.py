"""Exact p of every order: against slow enumeration, printed tables and laws."""

import math
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from benchmarks.customary.ours import permutation_p
from hengstats.evidence.permutation import (
    correlation_test,
    kendall_test,
    least_p,
    orders,
    rank_correlations,
    spearman_test,
)

TESTS = [correlation_test, spearman_test, kendall_test]


def p_of(x, y):
    """Return the permutation p of the correlation."""
    return correlation_test(x, y).p_value


@pytest.fixture
def generator():
    return np.random.default_rng(5)


def slow_p(x, y):
    """Return the p of r by correlating every order."""
    every = np.array(list(permutations(y)))
    apart = every - every.mean(axis=1, keepdims=True)
    r = apart @ (x - np.mean(x))
    return np.mean(np.abs(r) >= np.abs(r[0]) - 1e-12)


def slow_kendall_p(x, y):
    """Return the p of Kendall's score by counting every order, ties as neither."""
    every = np.array(list(permutations(y)))
    signs = np.sign(np.subtract.outer(x, x))
    scores = (signs * np.sign(every[:, :, None] - every[:, None, :])).sum(axis=(1, 2))
    return np.mean(np.abs(scores) >= abs(scores[0]))


def inversions(n):
    """Return how many orders of n have 0, 1, 2, ... inversions (Mahonian numbers)."""
    counts = [1]
    for m in range(2, n + 1):
        wide = [0] * (len(counts) + m - 1)
        for shift in range(m):
            for i, count in enumerate(counts):
                wide[i + shift] += count
        counts = wide
    return counts


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 8])
def test_the_p_of_r_is_that_of_slow_enumeration(generator, n):
    x, y = generator.normal(size=(2, n))
    assert p_of(x, y) == pytest.approx(slow_p(x, y))


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 8])
def test_the_null_of_kendall_is_that_of_inversions(n):
    # S = n(n-1)/2 - 2 * inversions.
    null = kendall_test(range(n), range(n)).null * n * (n - 1) / 2
    s, counts = np.unique(np.rint(null), return_counts=True)
    assert [s.tolist(), counts.tolist()] == [
        [2.0 * i - n * (n - 1) / 2 for i in range(len(inversions(n)))],
        inversions(n),
    ]


@pytest.mark.parametrize("n", [3, 5, 8])
def test_the_p_of_kendall_is_scipys_exact_one(generator, n):
    x, y = generator.normal(size=(2, n))
    expected = stats.kendalltau(x, y, method="exact").pvalue
    assert kendall_test(x, y).p_value == pytest.approx(expected)


# Olds (1938), as in Kendall's tables: one-sided probabilities of rho.
@pytest.mark.parametrize(
    ("ranks", "rho", "one_sided"),
    [
        ([1, 2, 3, 4, 5], 1.0, 0.0083),
        ([2, 1, 3, 4, 5], 0.9, 0.042),
        ([2, 1, 3, 5, 4], 0.8, 0.067),
        ([2, 1, 3, 5, 4, 6], 0.886, 0.017),
        ([1, 2, 3, 4, 6, 5], 0.943, 0.0083),
    ],
)
def test_the_p_of_spearman_is_twice_that_of_printed_tables(ranks, rho, one_sided):
    test = spearman_test(range(len(ranks)), ranks)
    assert round(test.statistic, 3) == rho
    assert test.p_value == pytest.approx(2 * one_sided, rel=0.02)


def test_scipys_three_ordered_points_have_a_p_of_a_third():
    # scipy.stats.spearmanr says 0.
    assert spearman_test([1, 2, 3], [1, 2, 3]).p_value == pytest.approx(1 / 3)


@pytest.mark.parametrize("n", range(3, 8))
def test_ties_share_a_rank_as_in_scipy_and_count_in_every_order(generator, n):
    x, y = generator.integers(0, 3, size=(2, n)).astype(float)
    x[:2] = y[:2] = 0, 2
    ranks = [stats.rankdata(one) for one in (x, y)]
    rho, tau = stats.spearmanr(x, y).statistic, stats.kendalltau(x, y).statistic
    assert spearman_test(x, y).statistic == pytest.approx(rho)
    assert kendall_test(x, y).statistic == pytest.approx(tau)
    for name, value in (("spearman", rho), ("kendall", tau)):
        found = rank_correlations(name, *(one[None] for one in ranks))
        assert found.item() == pytest.approx(value)
    assert spearman_test(x, y).p_value == pytest.approx(slow_p(*ranks))
    assert kendall_test(x, y).p_value == pytest.approx(slow_kendall_p(x, y))


@pytest.mark.parametrize(
    ("test", "x", "y", "least"),
    [
        (correlation_test, [1, 2, 4], [1, 2, 4], 6),
        (correlation_test, [1, 2, 4, 8], [1, 2, 4, 8], 24),
        (correlation_test, [1, 2, 4, 8, 16], [1, 2, 4, 8, 16], 120),
        (spearman_test, range(4), range(4), 12),
        (spearman_test, range(5), range(5), 60),
        # Swapping two equal values changes nothing.
        (correlation_test, [1, 2, 4, 4], [1, 2, 3, 5], 12),
        # 1, 2, 3, 4 read backwards is as far from its mean: r = -1 counts as well.
        (correlation_test, [1, 2, 4, 8], [1, 2, 3, 4], 12),
    ],
)
def test_the_least_p_is_so_many_orders_of_all(test, x, y, least):
    assert test(x, y).least_p == pytest.approx(1 / least)


@pytest.mark.parametrize("n", [3, 4, 5, 9])
def test_without_ties_and_symmetry_the_least_p_is_one_order(n):
    assert least_p(n) == Fraction(1, math.factorial(n))


def test_two_growths_can_only_have_a_p_of_one_and_many_never_of_zero():
    assert (least_p(2), least_p(10)) == (1, Fraction(1, 100_000))
    squares = np.arange(12.0) ** 2
    assert p_of(squares, squares) == 1 / 100_000


def test_ties_that_differ_by_rounding_are_ties():
    x = np.array([0.1 + 0.2, 0.3, 0.7, 0.9])
    assert p_of(x, x) == p_of([0.3, 0.3, 0.7, 0.9], x)


@pytest.mark.parametrize("test", TESTS)
def test_a_series_that_does_not_vary_has_a_p_of_one(test):
    assert test([0.1] * 5, [1, 2, 3, 4, 5]).p_value == 1


def test_random_orders_come_near_the_t_test(generator):
    # Normal values: the permutation p is the t test's within Monte Carlo error.
    x, y = generator.normal(size=(2, 40))
    assert p_of(x, y) == pytest.approx(stats.pearsonr(x, y).pvalue, abs=0.01)


@pytest.mark.parametrize("n", [3, 5, 7, 8])
def test_a_table_of_buildings_gives_the_p_of_each(generator, n):
    x, y = generator.normal(size=(2, 30 if n < 8 else 3, n))
    each = [p_of(*row) for row in zip(x, y, strict=True)]
    assert permutation_p(x, y).tolist() == pytest.approx(each)


def test_which_series_is_reordered_and_where_pairs_and_zero_stand_changes_no_p(
    generator,
):
    x, y = generator.normal(size=(2, 6))
    p, shuffled = p_of(x, y), generator.permutation(6)
    assert p_of(y, x) == p
    assert p_of(x[shuffled], y[shuffled]) == p
    assert p_of(x + 3, y - 100) == p


def test_random_orders_are_orders():
    assert (np.sort(orders(10), axis=1) == np.arange(10)).all()
