"""Draws growths of two series that share a pattern and are otherwise unrelated.

All return two arrays of yearly log growths, one pair of series a row, and the control
that a reader could name, or None. Growth is 2s + s N(0, 1) where nothing else is said.
"""

from functools import partial

import numpy as np
from customary.nulls import S

R_THIRD = 0.8  # correlation of each series with the third
CALM = 0.3  # noise of a district, as a share of a building's


def _noise(n, growths, generator):
    """Return what is each series' own, in units of s."""
    return generator.standard_normal((2, n, growths))


def shaped(shape, n, growths, generator):
    """Return growths that follow one shape, in units of s."""
    x, y = S * (shape(growths) + _noise(n, growths, generator))
    return x, y, None


def halving(growths):
    """Return growth that begins at six shocks and is halved every year."""
    return 6 * 0.5 ** np.arange(growths)


def straight(growths):
    """Return growth on a straight line from seven shocks to none."""
    return 7 * (1 - np.linspace(0, 1, growths))


def saturated(growths):
    """Return the growth of a logistic curve that begins one tenth full."""
    level = 1 / (1 + 9 * np.exp(-0.8 * np.arange(growths + 1)))
    return np.diff(np.log(level)) / S


def two_shocks(n, growths, generator):
    """Return growths with two random years three shocks higher or lower in both."""
    years = generator.random((n, growths)).argsort(axis=1)[:, :2]
    jumps = 3 * generator.choice([-1.0, 1.0], size=(n, 2))
    shared = np.full((n, growths), 2.0)
    shared[np.arange(n)[:, None], years] += jumps
    x, y = S * (shared + _noise(n, growths, generator))
    return x, y, None


def rebound(size, n, growths, generator):
    """Return growths that fall by `size` shocks in one year, and rise in the next.

    The control, a district of many buildings, has the same shock and less noise.
    """
    year, rows = generator.integers(growths - 1, size=n), np.arange(n)
    shared = np.full((n, growths), 2.0)
    shared[rows, year] -= size
    shared[rows, year + 1] += size
    own = generator.standard_normal((3, n, growths))
    own[2] *= CALM
    x, y, control = S * (shared + own)
    return x, y, control


def lasting_drop(n, growths, generator):
    """Return growths that are three shocks lower from one random year on."""
    year = generator.integers(1, growths, size=n)[:, None]
    shared = 4 - 3.0 * (np.arange(growths) >= year)
    x, y = S * (shared + _noise(n, growths, generator))
    return x, y, None


def cycle(n, growths, generator):
    """Return growths with a common cycle of five years, its amplitude two shocks."""
    phase = generator.random((n, 1)) * 2 * np.pi
    shared = 2 + 2 * np.sin(2 * np.pi * np.arange(growths) / 5 + phase)
    x, y = S * (shared + _noise(n, growths, generator))
    return x, y, None


def third_series(n, growths, generator):
    """Return growths that both correlate with those of a third series."""
    third, *own = generator.standard_normal((3, n, growths))
    x, y = (R_THIRD * third + np.sqrt(1 - R_THIRD**2) * one for one in own)
    return S * (2 + x), S * (2 + y), S * third


def cumulated(n, growths, generator):
    """Return growths of running totals of unrelated flows, log sd three shocks."""
    flows = np.exp(3 * S * generator.standard_normal((2, n, growths + 1)))
    x, y = np.diff(np.log(np.cumsum(flows, axis=2)), axis=2)
    return x, y, None


def ratio(n, growths, generator):
    """Return growths of a series, and of another one per unit of it."""
    x, y = S * (2 + _noise(n, growths, generator))
    return x, y - x, None


def autocorrelated(carry, n, growths, generator):
    """Return growths of which so large a share carries over into the next year."""
    noise = _noise(n, growths, generator)
    for year in range(1, growths):
        noise[..., year] *= np.sqrt(1 - carry**2)
        noise[..., year] += carry * noise[..., year - 1]
    x, y = S * (2 + noise)
    return x, y, None


def unrelated(n, growths, generator):
    """Return growths that share nothing."""
    x, y = S * (2 + _noise(n, growths, generator))
    return x, y, None


def one_shock(n, growths, generator):
    """Return growths with one random year three shocks higher or lower in both."""
    shared = np.full((n, growths), 2.0)
    year = generator.integers(growths, size=n)
    shared[np.arange(n), year] += 3 * generator.choice([-1.0, 1.0], size=n)
    x, y = S * (shared + _noise(n, growths, generator))
    return x, y, None


PATTERNS = {
    "curved_slowdown": partial(shaped, halving),
    "strong_slowdown": partial(shaped, straight),
    "two_shocks": two_shocks,
    "rebound": partial(rebound, 3),
    "strong_rebound": partial(rebound, 5),
    "lasting_drop": lasting_drop,
    "cycle": cycle,
    "third_series": third_series,
    "saturation": partial(shaped, saturated),
    "cumulated": cumulated,
    "ratio": ratio,
    "autocorrelated": partial(autocorrelated, 0.6),
    "autocorrelated_strongly": partial(autocorrelated, 0.9),
    "every_spring": unrelated,
    "shock_picked": one_shock,
}
