"""Judges many pairs of points at once by rule E."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.envelope import partial_r, t_p
from hengstats.evidence.permutation import permutation_p
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, midpoints

Array = NDArray[np.float64]


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
