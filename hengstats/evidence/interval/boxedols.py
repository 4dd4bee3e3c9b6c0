"""What does least squares say over every reading of a few printed figures?

Below 20 observations the interval likelihood promises more than it keeps. Least
squares with t intervals keeps its promise at each reading, so that the union over all
readings does too. Its ends are convex in the figures: the corners of the boxes decide.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import stdtr, stdtrit

from hengstats.errors import DataError
from hengstats.evidence.interval.observed import Observations

Array = NDArray[np.float64]

# 2 to the 19th is 524,288 corners.
MOST_BOXES = 19
CHUNK = 1 << 14
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Least and largest ends of the t intervals, and the smallest |t|, so far."""

    low: Array
    high: Array
    smallest_t: Array


def envelope_of(
    observed: Observations, printed: Array | None, alpha: float
) -> pd.DataFrame:
    """Return least squares at the printed figures and over the boxes, by term.

    Parameters
    ----------
    observed : Observations
        As `observe` returns; nothing more is asked of the boxes.
    printed : ndarray or None
        Printed figures on the scale of the boxes, NaN where there is none. Without
        them only points are printed figures.
    alpha : float
        One less the coverage of the t interval at each reading.
    """
    n_rows, n_columns = observed.X.shape
    df = n_rows - n_columns
    boxed = _listed(observed, df)
    value = np.where(observed.lower == observed.upper, observed.lower, np.nan)
    value = value if printed is None else np.where(np.isnan(printed), value, printed)
    weights = solve_triangular(observed.R, observed.Q.T)
    lower, upper = _slope_bounds(weights, observed.lower, observed.upper)
    # Times se, the length of what the regressors leave: per unit of that length.
    per_length = np.sqrt(np.diag(_inverse_gram(observed.R)) / df)
    quantile = stdtrit(df, 1 - alpha / 2)
    left = np.linalg.qr(observed.Q, mode="complete")[0][:, n_columns:]
    ends = _over_corners(observed, boxed, weights, left, per_length, quantile)
    ends = _over_open_sides(observed, ends, weights, left, per_length, quantile)
    p_largest = 2 * stdtr(df, -ends.smallest_t)
    return pd.DataFrame(
        {
            "estimate": weights @ value,
            "lower": lower,
            "upper": upper,
            "conf_low": ends.low,
            "conf_high": ends.high,
            "p_value_largest": np.where((lower <= 0) & (upper >= 0), 1.0, p_largest),
        },
        index=pd.Index(observed.names, name="term"),
    )


def _listed(observed: Observations, df: int) -> NDArray[np.bool_]:
    """Return which observations have two corners, or refuse too few or too many."""
    if df < 1:
        raise DataError(
            f"{len(observed.X)} 个观测、{observed.X.shape[1]} 个系数，没有剩余自由度，"
            "得不到标准误。请减少自变量。 [no degrees of freedom are left]"
        )
    boxed = np.isfinite(observed.lower) & np.isfinite(observed.upper)
    boxed &= observed.lower < observed.upper
    if boxed.sum() > MOST_BOXES:
        raise DataError(
            f"{boxed.sum()} 个观测是两端不同的区间，超过 {MOST_BOXES} 个，"
            "列不完所有的端点组合。从 20 个观测起请用 fit()；fit() 若说没有最大值，"
            "须换用更精确的数字。"
            f" [{boxed.sum()} boxes: too many corners, use .fit()]"
        )
    return boxed


def _slope_bounds(weights: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the least and largest coefficients: each end by the sign it has."""
    size = np.abs(weights).max(axis=1, keepdims=True)
    weights = np.where(np.abs(weights) <= ROUNDING * size, 0.0, weights)
    with np.errstate(invalid="ignore"):
        at_low, at_high = weights * low, weights * high
    none, up = weights == 0, weights > 0
    least = np.where(none, 0.0, np.where(up, at_low, at_high)).sum(axis=1)
    return least, np.where(none, 0.0, np.where(up, at_high, at_low)).sum(axis=1)


def _inverse_gram(R: Array) -> Array:
    """Return the inverse of R'R."""
    inverse = solve_triangular(R, np.eye(len(R)))
    return inverse @ inverse.T


def _over_corners(
    observed: Observations,
    boxed: NDArray[np.bool_],
    weights: Array,
    left: Array,
    per_length: Array,
    quantile: float,
) -> _Ends:
    """Return the ends over the corners; an open side stands at its finite end."""
    start = np.where(np.isfinite(observed.lower), observed.lower, observed.upper)
    width = (observed.upper - observed.lower)[boxed, None]
    slopes, sides = weights.T, left
    slope_steps, side_steps = width * slopes[boxed], width * sides[boxed]
    slope_start, side_start = start @ slopes, start @ sides
    count, bits = 1 << int(boxed.sum()), np.arange(int(boxed.sum()))
    low, high = np.full(len(weights), np.inf), np.full(len(weights), -np.inf)
    smallest = np.full(len(weights), np.inf)
    for first in range(0, count, CHUNK):
        corners = np.arange(first, min(first + CHUNK, count))[:, None]
        raised = (corners >> bits & 1).astype(float)
        slope = slope_start + raised @ slope_steps
        rest = side_start + raised @ side_steps
        error = np.sqrt((rest * rest).sum(axis=1))[:, None] * per_length
        low = np.minimum(low, (slope - quantile * error).min(axis=0))
        high = np.maximum(high, (slope + quantile * error).max(axis=0))
        smallest = np.minimum(smallest, _t(slope, error).min(axis=0))
    return _Ends(low=low, high=high, smallest_t=smallest)


def _over_open_sides(
    observed: Observations,
    ends: _Ends,
    weights: Array,
    left: Array,
    per_length: Array,
    quantile: float,
) -> _Ends:
    """Return the ends once each open side has been followed to infinity.

    Along a direction an end is convex too: it runs away if it grows in the long run,
    and otherwise never leaves the corner. |t| goes to that of the direction itself.
    """
    up, down = observed.upper == np.inf, observed.lower == -np.inf
    rays = np.vstack([np.eye(len(up))[up], -np.eye(len(up))[down]])
    slope = rays @ weights.T
    rest = rays @ left
    length = np.sqrt((rest * rest).sum(axis=1))
    error = np.where(length > ROUNDING, length, 0.0)[:, None] * per_length
    noise = ROUNDING * (np.abs(weights).max(axis=1) + per_length)
    # Where neither coefficient nor error moves, the corners have said it all.
    still = (np.abs(slope) <= noise) & (error <= noise)
    t = np.where(still, np.inf, _t(slope, error))
    return _Ends(
        low=np.where((slope - quantile * error < -noise).any(0), -np.inf, ends.low),
        high=np.where((slope + quantile * error > noise).any(0), np.inf, ends.high),
        smallest_t=np.minimum(ends.smallest_t, t.min(axis=0, initial=np.inf)),
    )


def _t(slope: Array, error: Array) -> Array:
    """Return |t|, infinite where there is no error at all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(slope) / error
    return np.where(error == 0, np.inf, t)
