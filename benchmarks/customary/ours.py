"""Judges many pairs of points at once by rule E, and by the permutation p alone."""

from functools import cache
from itertools import pairwise
from math import factorial

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.envelope import partial_r, t_p
from hengstats.evidence.permutation import TIE, centred, correlation_test, orders
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, midpoints

Array = NDArray[np.float64]

# Up to here a table of all placements is small enough to multiply by.
TABLED = 7
# Buildings worked on at a time, so that their table stays in the processor's cache.
CHUNK = 256


def rule_claims(x: Array, y: Array, years: Array) -> NDArray[np.bool_]:
    """Return which of many pairs of points rule E says move together.

    Parameters
    ----------
    x, y : ndarray
        Log levels, one pair a row, one year a column.
    years : ndarray
        The years; growth is annualised across gaps.
    """
    gx, gy = (np.diff(levels, axis=1) / np.diff(years) for levels in (x, y))
    n = gx.shape[1]
    claimed = np.full(len(gx), n >= RULED)
    if n < RULED:
        return claimed
    for column in [*np.eye(n), midpoints(list(pairwise(years)))]:
        nuisance = np.column_stack([np.ones(n), column])
        r = partial_r(gx[claimed], gy[claimed], nuisance)
        claimed[claimed] = t_p(r, n - 3) <= LENIENT
    if claimed.any():
        claimed[claimed] = permutation_p(gx[claimed], gy[claimed]) <= ALPHA
    return claimed


def permutation_p(x: Array, y: Array) -> Array:
    """Return the permutation p of r of each of many buildings, one a row."""
    n = x.shape[1]
    if n > TABLED:
        return np.array(
            [correlation_test(*pair).p_value for pair in zip(x, y, strict=True)]
        )
    x, y = centred(x), centred(y)
    parts = [slice(i, i + CHUNK) for i in range(0, len(x), CHUNK)]
    return np.concatenate([_tabled_p(x[part], y[part]) for part in parts])


def _tabled_p(x: Array, y: Array) -> Array:
    """Return the p of each building, from a table of all orders of all of them."""
    n = x.shape[1]
    products = (x[:, :, None] * y[:, None, :]).reshape(len(x), n * n)
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
