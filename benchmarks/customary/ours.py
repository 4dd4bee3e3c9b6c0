"""Judges many pairs of points at once by rule E, and by the permutation p alone.

Where all orders of many pairs would take hours, so many random orders stand for them.
"""

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
# Random orders that stand for all of longer series where speed is asked for.
DRAWN, SEED = 1999, 66


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


def findings(
    x: Array, y: Array, control: Array | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which of many pairs of growths are suggestive, and which move together.

    Parameters
    ----------
    x, y, control : ndarray
        Yearly growths, one pair a row; a control is partialled out in every test, and
        costs one growth. Beyond seven growths the p is that of 1,999 random orders.
    """
    n = x.shape[1]
    bases = [np.ones((len(x), n, 1))]
    bases += [] if control is None else [control[:, :, None]]
    plain = np.linalg.qr(np.concatenate(bases, axis=2))[0]
    suggestive = drawn_p(x, y, plain) <= ALPHA
    together = suggestive & (n - plain.shape[2] + 1 >= RULED)
    middle = np.arange(n) - (n - 1) / 2
    for column in [*np.eye(n), middle] if together.any() else []:
        own = plain[together]
        extra = np.broadcast_to(column[:, None], (len(own), n, 1))
        basis = np.linalg.qr(np.concatenate([own, extra], axis=2))[0]
        r = _cosine(_left(x[together], basis), _left(y[together], basis))
        together[together] = t_p(r, n - basis.shape[2] - 1) <= LENIENT
    return suggestive, together


def drawn_p(x: Array, y: Array, basis: Array) -> Array:
    """Return the permutation p of the partial r of many buildings, one a row.

    What the basis leaves of y is reordered (Freedman and Lane 1983), and the basis
    taken out again, which does nothing where it is a constant.
    """
    n = x.shape[1]
    tried = orders(n) if n <= TABLED else _draw(n)
    one, two = _left(x, basis), _left(y, basis)
    observed, hits = np.abs(_cosine(one, two)), np.zeros(len(x))
    for row, (left, rest, own) in enumerate(zip(one, two, basis, strict=True)):
        moved = rest[tried]
        size = np.sqrt(np.maximum((rest @ rest) - ((moved @ own) ** 2).sum(axis=1), 0))
        size[size == 0] = np.inf
        r = np.abs(moved @ left) / (size * np.linalg.norm(left))
        hits[row] = np.count_nonzero(r >= observed[row] - TIE)
    return hits / factorial(n) if n <= TABLED else (1 + hits) / (1 + DRAWN)


@cache
def _draw(n: int) -> NDArray[np.intp]:
    """Return random orders, always the same."""
    generator = np.random.default_rng([SEED, n])
    return generator.permuted(np.tile(np.arange(n), (DRAWN, 1)), axis=1)


def _left(values: Array, basis: Array) -> Array:
    """Return what each row leaves when its basis is taken out."""
    fitted = np.einsum("bnk,bmk,bm->bn", basis, basis, values, optimize=True)
    return values - fitted


def _cosine(one: Array, two: Array) -> Array:
    """Return the cosine of rows."""
    size = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    return (one * two).sum(axis=1) / np.where(size == 0, 1.0, size)


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
