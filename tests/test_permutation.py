"""Exact p of every order: against slow enumeration, printed tables and laws."""

import math
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from hengstats.evidence.permutation import (
    correlation_test,
    kendall_test,
    midranks,
    orders,
    permutation_p,
    spearman_test,
)


@pytest.fixture
def generator():
    return np.random.default_rng(5)


def slow_p(x, y):
    """Return the p of r by correlating every order, one by one."""
    observed = abs(np.corrcoef(x, y)[0, 1])
    others = [abs(np.corrcoef(x, order)[0, 1]) for order in permutations(y)]
    return sum(other >= observed - 1e-9 for other in others) / len(others)


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


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_the_p_of_r_is_that_of_slow_enumeration(generator, n):
    x, y = generator.normal(size=(2, n))
    assert permutation_p(x, y) == pytest.approx(slow_p(x, y))


@pytest.mark.parametrize("n", [7, 8])
def test_the_p_of_r_of_seven_and_eight_is_that_of_all_orders(generator, n):
    x, y = generator.normal(size=(2, n))
    every = np.array(list(permutations(y)))
    apart = every - every.mean(axis=1, keepdims=True)
    r = apart @ (x - x.mean())
    expected = np.mean(np.abs(r) >= abs(r[0]) - 1e-12)
    assert permutation_p(x, y) == pytest.approx(expected)


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
    assert (round(test.statistic, 3), test.p_value) == (
        rho,
        pytest.approx(2 * one_sided, rel=0.02),
    )


@pytest.mark.parametrize(("n", "least"), [(3, 6), (4, 24), (5, 120)])
def test_the_least_p_of_r_is_one_order_of_all(n, least):
    assert (
        correlation_test(2.0 ** np.arange(n), 2.0 ** np.arange(n)).least_p == 1 / least
    )


@pytest.mark.parametrize(("n", "least"), [(4, 12), (5, 60)])
def test_the_least_p_of_ranks_is_two_orders_of_all(n, least):
    assert spearman_test(range(n), range(n)).least_p == pytest.approx(1 / least)


def test_tied_values_raise_the_least_p():
    # Swapping two equal values changes nothing: 2 of 24.
    assert correlation_test([1, 2, 4, 4], [1, 2, 3, 5]).least_p == pytest.approx(2 / 24)


def test_ties_that_differ_by_rounding_are_ties():
    x = np.array([0.1 + 0.2, 0.3, 0.7, 0.9])
    assert permutation_p(x, x) == permutation_p([0.3, 0.3, 0.7, 0.9], x)


def test_scipys_three_ordered_points_have_a_p_of_a_third():
    # scipy.stats.spearmanr says 0.
    assert spearman_test([1, 2, 3], [1, 2, 3]).p_value == pytest.approx(1 / 3)


@pytest.mark.parametrize("test", [correlation_test, spearman_test, kendall_test])
def test_a_series_that_does_not_vary_has_a_p_of_one(test):
    assert test([0.1] * 5, [1, 2, 3, 4, 5]).p_value == 1


def test_a_perfect_agreement_of_many_is_never_zero():
    assert permutation_p(np.arange(12.0) ** 2, np.arange(12.0) ** 2) == 1 / 100_000


def test_many_values_are_compared_with_random_orders():
    assert not correlation_test(np.arange(10.0), np.arange(10.0)).exact


def test_random_orders_come_near_the_t_test(generator):
    # Normal values: the permutation p is the t test's within Monte Carlo error.
    x, y = generator.normal(size=(2, 40))
    assert permutation_p(x, y) == pytest.approx(stats.pearsonr(x, y).pvalue, abs=0.01)


def test_random_orders_are_the_same_twice():
    x = np.sin(np.arange(11.0))
    assert permutation_p(x, np.arange(11.0)) == permutation_p(x, np.arange(11.0))


@pytest.mark.parametrize("n", [3, 5, 7, 8])
def test_a_table_of_buildings_gives_the_p_of_each(generator, n):
    x, y = generator.normal(size=(2, 300 if n < 8 else 3, n))
    each = [permutation_p(*row) for row in zip(x, y, strict=True)]
    assert permutation_p(x, y).tolist() == pytest.approx(each)


def test_the_p_does_not_depend_on_which_series_is_reordered(generator):
    x, y = generator.normal(size=(2, 6))
    assert permutation_p(x, y) == permutation_p(y, x)


def test_the_p_does_not_depend_on_the_order_of_the_pairs(generator):
    x, y = generator.normal(size=(2, 6))
    shuffled = generator.permutation(6)
    assert permutation_p(x, y) == permutation_p(x[shuffled], y[shuffled])


def test_adding_a_constant_changes_no_p(generator):
    x, y = generator.normal(size=(2, 6))
    assert permutation_p(x, y) == permutation_p(x + 3, y - 100)


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_there_are_as_many_orders_as_there_should_be(n):
    assert len({tuple(row) for row in orders(n)}) == math.factorial(n)


def test_random_orders_are_orders():
    assert (np.sort(orders(10), axis=1) == np.arange(10)).all()


def test_tied_values_share_a_rank():
    assert midranks([3.0, 1.0, 3.0, 2.0]).tolist() == [3.5, 1, 3.5, 2]


def test_series_of_different_length_are_refused():
    with pytest.raises(ValueError, match="个数不同"):
        permutation_p([1, 2, 3], [1, 2])


def test_a_missing_value_is_refused():
    with pytest.raises(ValueError, match="缺失"):
        permutation_p([1, 2, math.nan], [1, 2, 3])


def test_a_symmetric_series_has_a_least_p_of_two_orders():
    # 1, 2, 3, 4 read backwards is as far from its mean: r = -1 counts as well.
    assert correlation_test([1, 2, 4, 8], [1, 2, 3, 4]).least_p == pytest.approx(2 / 24)
