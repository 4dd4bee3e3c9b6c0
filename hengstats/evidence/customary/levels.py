"""What does each customary procedure on levels say of many pairs at once?

Each function takes log levels `x` and `y`, one row per pair and one column per year,
and the `years`; it returns one p value per row.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from hengstats.evidence.customary.lines import (
    Array,
    centred,
    dot,
    hac_p,
    hc3_p,
    ols_p,
    p_of_z,
    t_squared,
    trend_p,
    without,
)

# MacKinnon (1994), Tables 3 and 4, for two series and a constant: from which statistic
# on p is 0 or 1, where the two polynomials meet, and their coefficients, highest first.
TAU_LEAST, TAU_MEET, TAU_MOST = -18.86, -2.62, 0.92
TAU_SMALL = (0.039796, 1.5012, 2.92)
TAU_LARGE = (-0.042377, -0.29198, 0.64695, 2.1945)


def levels_ols_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line, which is also that of Pearson's correlation."""
    return ols_p(x, y)


def levels_hc3_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line with White's errors."""
    return hc3_p(x, y)


def levels_hac_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line with Newey and West's errors of one lag."""
    return hac_p(x, y, lags=1)


def levels_trend_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line beside a straight line in time."""
    return trend_p(x, y, years)


def levels_durbin_watson_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line, or 1 where R² exceeds Durbin and Watson's d.

    Granger and Newbold (1974) suspect such a line of being spurious; custom takes the
    absence of the sign for an acquittal.
    """
    x, y = centred(x), centred(y)
    rest = y - dot(x, y) / dot(x, x) * x
    squares = dot(rest, rest)[..., 0]
    r_squared = 1 - squares / dot(y, y)[..., 0]
    d = (np.diff(rest) ** 2).sum(axis=-1) / squares
    return np.where(r_squared < d, ols_p(x, y), 1.0)


def levels_kendall_p(x: Array, y: Array, years: Array) -> Array:
    """Return the exact p of Kendall's tau, for series without ties."""
    n = x.shape[-1]
    pairs = n * (n - 1) // 2
    at_most = np.cumsum(inversions(n))
    fewer = (pairs - np.abs(_score(x, y))) // 2  # the rarer of concordant, discordant
    return np.minimum(1.0, 2 * at_most[fewer])


def inversions(n: int) -> Array:
    """Return how likely each number of inversions is among all orders of n things."""
    chance = np.ones(1)
    for size in range(2, n + 1):
        chance = np.convolve(chance, np.full(size, 1 / size))
    return chance


def both_rise_p(x: Array, y: Array, years: Array) -> Array:
    """Return the larger p of two Mann-Kendall tests, or 1 if one rises and one falls.

    The normal approximation with continuity correction, for series without ties.
    """
    n = x.shape[-1]
    spread = np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    clock = np.broadcast_to(np.arange(n, dtype=float), x.shape)
    scores = [_score(x, clock), _score(y, clock)]
    p = [p_of_z(np.sign(score) * (np.abs(score) - 1) / spread) for score in scores]
    return np.where(scores[0] * scores[1] > 0, np.maximum(*p), 1.0)


def granger_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of last year's x in y on last year's y and x, by the chi-squared test.

    What `grangercausalitytests` of statsmodels calls `ssr_chi2test`, with one lag.
    """
    last_x, last_y, this_y = x[..., :-1], y[..., :-1], y[..., 1:]
    n = this_y.shape[-1]
    x, y = without(last_x, last_y), without(this_y, last_y)
    return p_of_z(np.sqrt(t_squared(x, y, df_resid=n)))


def cointegration_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of Engle and Granger's test, MacKinnon's, without lags.

    Small if what a straight line leaves of y returns to zero.
    """
    x, y = centred(x), centred(y)
    rest = y - dot(x, y) / dot(x, x) * x
    last, change = rest[..., :-1], np.diff(rest)
    t = np.sqrt(t_squared(last, change, last.shape[-1] - 1))
    return mackinnon_p(np.copysign(t, dot(last, change)[..., 0]))


def mackinnon_p(tau: Array) -> Array:
    """Return MacKinnon's (1994) asymptotic p for two series and a constant."""
    inside = np.clip(tau, TAU_LEAST, TAU_MOST)
    p = np.where(
        inside <= TAU_MEET,
        ndtr(np.polyval(TAU_SMALL, inside)),
        ndtr(np.polyval(TAU_LARGE, inside)),
    )
    return np.select([tau < TAU_LEAST, tau > TAU_MOST], [0.0, 1.0], p)


def _score(x: Array, y: Array) -> NDArray[np.int64]:
    """Return pairs of years in which both rise or fall, less those in which not."""
    score = np.zeros(x.shape[:-1], dtype=np.int64)
    for gap in range(1, x.shape[-1]):
        steps = [series[..., gap:] - series[..., :-gap] for series in (x, y)]
        score += (np.sign(steps[0]) * np.sign(steps[1])).astype(np.int64).sum(axis=-1)
    return score
