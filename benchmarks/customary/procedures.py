"""Says of many pairs of series at once what each customary procedure would say.

Each procedure takes log levels `x` and `y`, one row per pair and one column per year,
and the `years`; it returns one p value per row, two-sided. Growth is annualised log
growth between neighbouring known years, unless a procedure neglects the gaps.

Nothing goes through the normal equations: what a further term explains is taken out of
both series first (Frisch and Waugh 1933), and one slope is left.
"""

from collections.abc import Callable

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


# Levels

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


# Growth

DRAWS = 199  # so that 200 times 2.5 percent is a whole number
ROWS = 20  # pairs that share draws; one set for all would move a rate by points


def yearly(levels: Array, years: Array) -> Array:
    """Return annualised log growth between neighbouring columns."""
    return np.diff(levels) / np.diff(years)


def growth_ols_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line through growths, with an intercept."""
    return ols_p(yearly(x, years), yearly(y, years))


def growth_no_intercept_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line through growths and the origin."""
    return origin_p(yearly(x, years), yearly(y, years))


def growth_hc3_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the straight line through growths with White's errors."""
    return hc3_p(yearly(x, years), yearly(y, years))


def growth_hac_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the line through growths with Newey and West's errors of one lag."""
    return hac_p(yearly(x, years), yearly(y, years), lags=1)


def growth_spearman_p(x: Array, y: Array, years: Array) -> Array:
    """Return the p that scipy gives Spearman's correlation of growths without ties.

    It takes ranks for normal, and an order that agrees throughout for impossible.
    """
    ranks = [yearly(series, years).argsort().argsort() for series in (x, y)]
    n = ranks[0].shape[-1]
    r = 1 - 6 * ((ranks[0] - ranks[1]) ** 2).sum(axis=-1) / (n * (n**2 - 1))
    with np.errstate(divide="ignore"):
        return p_of_t(r * np.sqrt((n - 2) / ((1 + r) * (1 - r))), n - 2)


def growth_bootstrap_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the slope of growth by drawing pairs of growths with replacement.

    At most .05 if the percentile interval leaves out zero: if of 199 slopes at most
    four lie on its other side. Draws of one growth only have no slope and are left
    out. All come from a fixed seed; each block of rows has its own.
    """
    rng = np.random.default_rng(DRAWS)
    dx, dy = centred(yearly(x, years)), centred(yearly(y, years))
    starts = range(0, len(dx), ROWS)
    return np.concatenate(
        [_drawn_p(dx[at : at + ROWS], dy[at : at + ROWS], rng) for at in starts]
    )


def _drawn_p(dx: Array, dy: Array, rng: np.random.Generator) -> Array:
    """Return twice the share of slopes beyond zero, over draws that all rows share."""
    n = dx.shape[-1]
    drawn = rng.integers(n, size=(DRAWS, n))
    times = (drawn[..., None] == np.arange(n)).sum(axis=1)
    times = times[times.max(axis=1) < n].T  # one growth drawn n times has no slope
    together = (dx * dy) @ times - (dx @ times) * (dy @ times) / n
    beyond = [(sign * together <= 0).sum(axis=-1) for sign in (1, -1)]
    return np.minimum(1.0, 2 * (1 + np.minimum(*beyond)) / (1 + times.shape[1]))


def growth_not_annualised_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the line through steps of one year and of several, taken alike."""
    return ols_p(np.diff(x), np.diff(y))


def interpolated_p(x: Array, y: Array, years: Array) -> Array:
    """Return p of the line through growths after filling both series in the gaps."""
    steps = np.diff(years).astype(np.int64)
    return ols_p(
        np.repeat(yearly(x, years), steps, axis=-1),
        np.repeat(yearly(y, years), steps, axis=-1),
    )


# Each procedure, and with how many known years it can be computed and reach 5 percent.
CUSTOMARY: dict[str, tuple[Callable[[Array, Array, Array], Array], int]] = {
    "levels_ols": (levels_ols_p, 3),
    "levels_hc3": (levels_hc3_p, 3),
    "levels_hac": (levels_hac_p, 3),
    "levels_kendall": (levels_kendall_p, 5),
    "both_rise": (both_rise_p, 5),
    "levels_trend": (levels_trend_p, 4),
    "levels_durbin_watson": (levels_durbin_watson_p, 3),
    "granger": (granger_p, 5),
    "cointegration": (cointegration_p, 4),
    "growth_no_intercept": (growth_no_intercept_p, 3),
    "growth_ols": (growth_ols_p, 4),
    "growth_hc3": (growth_hc3_p, 4),
    "growth_hac": (growth_hac_p, 4),
    "growth_spearman_scipy": (growth_spearman_p, 4),
    "growth_bootstrap": (growth_bootstrap_p, 4),
    "growth_not_annualised": (growth_not_annualised_p, 4),
    "interpolated": (interpolated_p, 4),
}
