"""Compares an association with what a mere change of order would give.

Every order of one series is tried against the other. Up to nine values all orders are
enumerated, and the p is exact; beyond, a fixed number of random orders is drawn.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

# The longest series whose orders are all enumerated: 9! is 362,880.
LONGEST = 9
DRAWS = 99_999
SEED = 20211231
# Statistics this close, relative to their largest possible size, are ties.
TIE = 1e-10
# A series whose values differ by less than this, relative to them, does not vary.
CONSTANT = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationTest:
    """A statistic of two series, and what every order of one of them gives.

    Attributes
    ----------
    statistic : float
        At the order observed; missing where one of the series does not vary.
    p_value : float
        Two-sided: the share of orders at least as far from zero, ties among them.
    least_p : float
        The smallest p that these values could have given, in their best order.
    null : ndarray
        The statistic of every order tried.
    """

    statistic: float
    p_value: float
    least_p: float
    null: Array


@lru_cache(maxsize=8)
def orders(n: int) -> NDArray[np.intp]:
    """Return the orders tried of `n` values, one a row: all of them up to nine.

    All orders come sorted, the first of them as observed. In memory one position
    follows another, so that a column is read at a stretch.
    """
    if n > LONGEST:
        generator = np.random.default_rng(SEED)
        drawn = generator.permuted(np.tile(np.arange(n), (DRAWS, 1)), axis=1)
        return np.asfortranarray(drawn)
    every = np.zeros((1, 0), dtype=np.int8)
    for size in range(1, n + 1):
        first = np.repeat(np.arange(size, dtype=np.int8), len(every))
        others = np.tile(every, (size, 1))
        every = np.column_stack([first, others + (others >= first[:, None])])
    return np.asfortranarray(every, dtype=np.intp)


def least_p(n: int) -> Fraction:
    """Return the smallest p that a test of `n` growths without ties can give.

    Two growths always agree or disagree wholly: their p is 1.
    """
    if n <= 2:
        return Fraction(1)
    return Fraction(1, factorial(n)) if n <= LONGEST else Fraction(1, DRAWS + 1)


def share_beyond(hits: int, n: int) -> float:
    """Return the p that belongs to so many hits among the orders of `n` values."""
    return hits / factorial(n) if n <= LONGEST else (1 + hits) / (1 + DRAWS)


def correlation_test(x: ArrayLike, y: ArrayLike) -> PermutationTest:
    """Return the permutation test of Pearson's r.

    The share of orders of `y` whose correlation with `x` is at least as far from zero
    as the one observed; exact up to nine values, never 0. Beyond nine, (1 + hits) /
    (1 + 99,999) over random orders from a fixed seed.

    >>> correlation_test([1, 2, 4, 8], [2, 4, 8, 16]).p_value  # one order of 24
    0.041666666666666664
    """
    one, two = (centred(np.asarray(values, dtype=float)) for values in (x, y))
    size = float(np.linalg.norm(one) * np.linalg.norm(two)) or 1.0
    return judge_orders(float(one @ two) / size, _products(one, two) / size, one.size)


def _products(one: Array, two: Array) -> Array:
    """Return the inner product of `one` with every order of `two`, in some sequence.

    An order is a choice of values for the first half, and an order of either half, so
    that its product is the sum of two out of far fewer.
    """
    n = one.size
    if n > LONGEST:
        return sum((one[i] * two)[place] for i, place in enumerate(orders(n).T))
    one_half, other_half = _halves(n)
    half = one_half.shape[2]
    first, second = two[one_half] @ one[:half], two[other_half] @ one[half:]
    return (first[:, :, None] + second[:, None, :]).ravel()


@lru_cache(maxsize=LONGEST)
def _halves(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return every order of each choice for the first half, and of what it leaves."""
    half = n // 2
    chosen = np.array(list(combinations(range(n), half))).reshape(-1, half)
    others = np.array([np.setdiff1d(range(n), row) for row in chosen], dtype=np.intp)
    return chosen[:, orders(half)], others[:, orders(n - half)]


def spearman_test(x: ArrayLike, y: ArrayLike) -> PermutationTest:
    """Return the permutation test of Spearman's rho, ties sharing a rank."""
    return correlation_test(midranks(x), midranks(y))


def kendall_test(x: ArrayLike, y: ArrayLike) -> PermutationTest:
    """Return the permutation test of Kendall's tau-b, ties counted as neither."""
    one, two = (_signs(values) for values in (x, y))
    n, way = len(one), one.astype(np.int8)
    # In the narrowest whole numbers that hold the score; `above` grows with the rank.
    above = two.sum(axis=1).astype(np.min_scalar_type(-n * n))
    moved = [above[place] for place in orders(n).T]
    score = sum(
        way[i, j] * np.sign(moved[i] - moved[j]) for i, j in combinations(range(n), 2)
    )
    scale = float(np.sqrt((one**2).sum() * (two**2).sum()) / 2) or 1.0
    return judge_orders(float((one * two).sum() / 2) / scale, score / scale, n)


RANK_TESTS = {"spearman": spearman_test, "kendall": kendall_test}


def rank_correlations(name: str, x: Array, y: Array) -> Array:
    """Return rho or tau-b of each row of ranks `x` with each of `y`; 0 if one is flat.

    Either is the cosine of two vectors: of ranks less their mean, or of the signs of
    all differences.
    """
    one, two = (
        centred(ranks)
        if name == "spearman"
        else np.sign(ranks[:, :, None] - ranks[:, None, :]).reshape(len(ranks), -1)
        for ranks in (x, y)
    )
    size = np.outer(np.linalg.norm(one, axis=1), np.linalg.norm(two, axis=1))
    return one @ two.T / np.where(size == 0, 1.0, size)


def midranks(values: ArrayLike) -> Array:
    """Return ranks from 1, tied values sharing the mean of theirs."""
    signs = _signs(values)
    return (signs.sum(axis=1) + len(signs) + 1) / 2


def judge_orders(statistic: float, null: Array, n: int) -> PermutationTest:
    """Return a test from the statistic of every order: all 0 if a series is flat."""
    distance, flat = np.abs(null), not null.any()
    ends = abs(statistic), max(float(distance.max()), abs(statistic))
    hits, fewest = (int(np.count_nonzero(distance >= end - TIE)) for end in ends)
    return PermutationTest(
        statistic=np.nan if flat else statistic,
        p_value=share_beyond(hits, n),
        least_p=share_beyond(fewest if flat or n <= LONGEST else 0, n),
        null=null,
    )


def centred(values: Array) -> Array:
    """Return values less their mean; zeros where they do not vary."""
    apart = values - values.mean(axis=-1, keepdims=True)
    spread = np.abs(apart).max(axis=-1, keepdims=True)
    largest = np.abs(values).max(axis=-1, keepdims=True)
    return np.where(spread <= CONSTANT * (1 + largest), 0.0, apart)


def _signs(values: ArrayLike) -> Array:
    """Return 1, 0 or -1 for every pair: is the first the larger?"""
    values = np.asarray(values, dtype=float)
    apart = values[:, None] - values[None, :]
    near = CONSTANT * (1 + np.abs(values).max(initial=0.0))
    return np.where(np.abs(apart) <= near, 0.0, np.sign(apart))
