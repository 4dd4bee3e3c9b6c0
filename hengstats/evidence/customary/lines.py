"""What does a straight line say that is fitted to each of many pairs at once?

Rows are pairs of series, columns are years; every answer is one p value per row, and
two-sided. Nothing goes through the normal equations: what a further term explains is
taken out of both series first (Frisch and Waugh 1933), and one slope is left.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

Array = NDArray[np.float64]


def centred(series: Array) -> Array:
    """Return each row less its mean."""
    return series - series.mean(axis=-1, keepdims=True)


def dot(one: Array, other: Array) -> Array:
    """Return the sum of products of each row, kept as a column."""
    return (one * other).sum(axis=-1, keepdims=True)


def without(series: Array, term: Array) -> Array:
    """Return what a constant and a term leave of each row."""
    term, rest = centred(term), centred(series)
    return rest - dot(term, rest) / dot(term, term) * term


def t_squared(x: Array, y: Array, df_resid: int) -> Array:
    """Return the squared t of a slope through the origin, and of no further term."""
    slope = dot(x, y) / dot(x, x)
    rest = y - slope * x
    return (slope**2 * dot(x, x) / (dot(rest, rest) / df_resid))[..., 0]


def p_of_t(t: Array, df_resid: int) -> Array:
    """Return the two-sided p of Student's t."""
    return 2 * stdtr(df_resid, -np.abs(t))


def p_of_z(z: Array) -> Array:
    """Return the two-sided p of a normal deviate."""
    return 2 * ndtr(-np.abs(z))


def ols_p(x: Array, y: Array) -> Array:
    """Return p of the slope of y on x by the t test, with an intercept."""
    df = x.shape[-1] - 2
    return p_of_t(np.sqrt(t_squared(centred(x), centred(y), df)), df)


def origin_p(x: Array, y: Array) -> Array:
    """Return p of the slope of y on x by the t test, without an intercept."""
    df = x.shape[-1] - 1
    return p_of_t(np.sqrt(t_squared(x, y, df)), df)


def trend_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the slope of y on x by the t test, with a straight line in time."""
    df = x.shape[-1] - 3
    x, y = without(x, years), without(y, years)
    return p_of_t(np.sqrt(t_squared(x, y, df)), df)


def hc3_p(x: Array, y: Array) -> Array:
    """Return p of the slope by White's errors, HC3, and the normal distribution.

    `statsmodels` takes the normal whenever robust errors are asked for.
    """
    x, y = centred(x), centred(y)
    square = dot(x, x)
    slope = dot(x, y) / square
    leverage = 1 / x.shape[-1] + x**2 / square
    pull = x / square * (y - slope * x) / (1 - leverage)
    return p_of_z(slope[..., 0] / np.sqrt((pull**2).sum(axis=-1)))


def hac_p(x: Array, y: Array, lags: int) -> Array:
    """Return p of the slope by Newey and West's errors and the normal distribution.

    Bartlett weights and no correction for few years, as `statsmodels` has it.
    """
    x, y = centred(x), centred(y)
    square = dot(x, x)
    slope = dot(x, y) / square
    pull = x / square * (y - slope * x)
    variance = (pull**2).sum(axis=-1)
    for lag in range(1, lags + 1):
        weight = 1 - lag / (lags + 1)
        variance += 2 * weight * (pull[..., lag:] * pull[..., :-lag]).sum(axis=-1)
    return p_of_z(slope[..., 0] / np.sqrt(variance))
