"""How often would a mere change of order associate two series as closely?

Every order of one series is tried against the other. Up to nine values all orders are
enumerated, and the p is exact; beyond, a fixed number of random orders is drawn.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations
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
# Up to here a table of all placements is small enough to multiply by.
TABLED = 7
# Buildings worked on at a time, so that their table stays in the processor's cache.
CHUNK = 256


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
    exact : bool
        True if all orders were tried, False if `null` holds random ones.
    """

    statistic: float
    p_value: float
    least_p: float
    null: Array
    exact: bool


@cache
def orders(n: int) -> NDArray[np.intp]:
    """Return the orders tried of `n` values, one a row: all of them up to nine."""
    if n <= LONGEST:
        every = np.array(list(permutations(range(n))), dtype=np.intp)
        return every.reshape(factorial(n), n)
    generator = np.random.default_rng(SEED)
    return generator.permuted(np.tile(np.arange(n), (DRAWS, 1)), axis=1)


def permutation_p(x: ArrayLike, y: ArrayLike) -> float | Array:
    """Return the two-sided permutation p of the correlation of two series.

    Parameters
    ----------
    x, y : array
        Of one shape: n values, or (buildings, n) for a p per building.

    Returns
    -------
    float or ndarray
        The share of orders of `y` whose correlation with `x` is at least as far from
        zero as the one observed; exact up to nine values, never 0. Beyond nine,
        (1 + hits) / (1 + 99,999) over random orders from a fixed seed.

    Raises
    ------
    ValueError
        If the shapes differ, or a value is missing.

    Examples
    --------
    >>> permutation_p([1, 2, 4, 8], [2, 4, 8, 16])  # one order of 24
    0.041666666666666664
    """
    one, two = _checked(x, y)
    if one.ndim == 1:
        return correlation_test(one, two).p_value
    n = one.shape[1]
    if n > TABLED:
        return np.array(
            [correlation_test(*row).p_value for row in zip(one, two, strict=True)]
        )
    one, two = _centred(one), _centred(two)
    parts = [slice(i, i + CHUNK) for i in range(0, len(one), CHUNK)]
    return np.concatenate([_tabled_p(one[part], two[part]) for part in parts])


def correlation_test(x: ArrayLike, y: ArrayLike) -> PermutationTest:
    """Return the permutation test of Pearson's r."""
    one, two = (_centred(values) for values in _checked(x, y))
    size = float(np.linalg.norm(one) * np.linalg.norm(two))
    null = np.zeros(len(orders(one.size)))
    for position, place in enumerate(orders(one.size).T):
        null += one[position] * two[place]
    return _test(float(one @ two), null, size, size, one.size)


def spearman_test(x: ArrayLike, y: ArrayLike) -> PermutationTest:
    """Return the permutation test of Spearman's rho, ties sharing a rank."""
    one, two = _checked(x, y)
    return correlation_test(midranks(one), midranks(two))


def kendall_test(x: ArrayLike, y: ArrayLike) -> PermutationTest:
    """Return the permutation test of Kendall's tau-b, ties counted as neither."""
    one, two = (_signs(values) for values in _checked(x, y))
    n = len(one)
    tried = orders(n)
    null = np.zeros(len(tried))
    for i, j in combinations(range(n), 2):
        null += one[i, j] * two[tried[:, i], tried[:, j]]
    observed = float((one * two).sum() / 2)
    scale = float(np.sqrt((one**2).sum() * (two**2).sum()) / 2)
    return _test(observed, null, scale, n * (n - 1) / 2, n)


def rank_correlation(name: str, x: ArrayLike, y: ArrayLike) -> float:
    """Return Spearman's rho or Kendall's tau-b; 0 where a series does not vary."""
    if name == "spearman":
        one, two = (_centred(midranks(values)) for values in (x, y))
    else:
        one, two = (_signs(values).ravel() for values in _checked(x, y))
    scale = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float(one @ two) / scale if scale else 0.0


def p_beyond(null: Array, statistic: float, n: int) -> float:
    """Return the two-sided p of a statistic under a null of orders of n values."""
    return share_beyond(int((np.abs(null) >= abs(statistic) - TIE).sum()), n)


def midranks(values: ArrayLike) -> Array:
    """Return ranks from 1, tied values sharing the mean of theirs."""
    signs = _signs(np.asarray(values, dtype=float))
    return (signs.sum(axis=1) + len(signs) + 1) / 2


def share_beyond(hits: int, n: int) -> float:
    """Return the p that belongs to so many hits among the orders of `n` values."""
    if n <= LONGEST:
        return hits / factorial(n)
    return (1 + hits) / (1 + DRAWS)


def _test(
    observed: float, null: Array, scale: float, size: float, n: int
) -> PermutationTest:
    """Return a test from the unscaled statistic of every order."""
    if scale == 0:
        return PermutationTest(
            statistic=np.nan,
            p_value=1.0,
            least_p=1.0,
            null=np.zeros_like(null),
            exact=n <= LONGEST,
        )
    distance = np.abs(null)
    best = float(max(distance.max(), abs(observed)))
    hits, fewest = (
        np.count_nonzero(distance >= end - TIE * size) for end in (abs(observed), best)
    )
    return PermutationTest(
        statistic=observed / scale,
        p_value=share_beyond(int(hits), n),
        least_p=share_beyond(int(fewest) if n <= LONGEST else 0, n),
        null=null / scale,
        exact=n <= LONGEST,
    )


def _tabled_p(one: Array, two: Array) -> Array:
    """Return the p of each building, from a table of all orders of all of them."""
    n = one.shape[1]
    products = (one[:, :, None] * two[:, None, :]).reshape(len(one), n * n)
    size = np.linalg.norm(products, axis=1)
    table = np.abs(products @ _placements(n))
    hits = np.count_nonzero(table >= (table[:, 0] - TIE * size)[:, None], axis=1)
    return hits / factorial(n)


@cache
def _placements(n: int) -> Array:
    """Return which of the n * n products each order adds up, one order a column."""
    tried = orders(n)
    table = np.zeros((n * n, len(tried)))
    for position in range(n):
        table[position * n + tried[:, position], np.arange(len(tried))] = 1
    return table


def _checked(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Return both series as arrays, or refuse what cannot be paired."""
    one, two = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if one.shape != two.shape:
        raise ValueError(
            f"两列数的个数不同：{one.shape} 与 {two.shape}。请成对给出。"
            f" [shapes {one.shape} and {two.shape}]"
        )
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise ValueError("数列里有缺失或无穷。请先去掉这些对。 [a value is not finite]")
    return one, two


def _centred(values: Array) -> Array:
    """Return values less their mean; zeros where they do not vary."""
    apart = values - values.mean(axis=-1, keepdims=True)
    spread = np.abs(apart).max(axis=-1, keepdims=True)
    largest = np.abs(values).max(axis=-1, keepdims=True)
    return np.where(spread <= CONSTANT * (1 + largest), 0.0, apart)


def _signs(values: Array) -> Array:
    """Return 1, 0 or -1 for every pair: is the first the larger?"""
    apart = values[:, None] - values[None, :]
    near = CONSTANT * (1 + np.abs(values).max(initial=0.0))
    return np.where(np.abs(apart) <= near, 0.0, np.sign(apart))
