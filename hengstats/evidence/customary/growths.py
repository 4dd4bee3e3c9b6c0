"""What does each customary procedure on growth say of many pairs at once?

Each function takes log levels `x` and `y`, one row per pair and one column per year,
and the `years`; it returns one p value per row. Growth is annualised log growth between
neighbouring known years, unless the procedure is one that neglects the gaps.
"""

import numpy as np

from hengstats.evidence.customary.lines import (
    Array,
    centred,
    hac_p,
    hc3_p,
    ols_p,
    origin_p,
    p_of_t,
)

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
