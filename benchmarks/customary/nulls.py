"""Draws pairs of series that have nothing to do with each other.

Log levels of two indicators are drawn for exactly the years that a reader has. Every
calendar year from the first to the last is simulated, and the years asked for are kept,
so that a gap is a gap. All arrays have one row per simulated pair.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]

S = 0.10  # standard deviation of yearly log growth; its mean is twice that
CARRY = 0.5  # share of a deviation from the trend that is left a year later
SIZE_SD, OWN_SD = 1.0, 0.5  # log size of buildings; what is a level's own


def simulate_pairs(
    kind: str, years: Sequence[int], n: int, rng: np.random.Generator
) -> Pair:
    """Return log levels of pairs of series that were drawn independently.

    Parameters
    ----------
    kind : str
        One of `NULLS`. `drift`: random walks that grow by twice their shock a year.
        `trend_stationary`: deviations from a straight line that halve from year to
        year. `fill_up`: growth falls in a straight line from three shocks in the first
        year, before there is a level to compare with, to none in the last.
        `shock_year`: as `drift`, with one year, the same for both series, in which
        growth is three shocks higher, or lower, in both.
    years : sequence of int
        The years that are known, in order; years may be missing between them.
    n : int
        How many pairs.
    rng : Generator
        The source of randomness.

    Returns
    -------
    tuple of array
        Two arrays of `n` rows and one column per year, in logs.
    """
    kept, span = _calendar(years)
    x, y = _LEVELS[kind](span, n, rng)
    return x[:, kept], y[:, kept]


def simulate_linked(
    years: Sequence[int], n: int, rng: np.random.Generator, r: float
) -> Pair:
    """Return log levels of pairs whose yearly growth is correlated by `r`, 0 < r <= 1.

    Growth of the first is one shock; growth of the second is that of the first, plus
    noise of its own, plus two shocks a year. `years`, `n` and `rng` are those of
    `simulate_pairs`, and so is what comes back.
    """
    kept, span = _calendar(years)
    dx = S * rng.standard_normal((n, span - 1))
    noise = S * np.sqrt(1 / r**2 - 1) * rng.standard_normal(dx.shape)
    return _levels(dx)[:, kept], _levels(2 * S + dx + noise)[:, kept]


def simulate_cross_section(n_buildings: int, n: int, rng: np.random.Generator) -> Pair:
    """Return two log levels of buildings that share nothing but the buildings' size.

    One row per draw and one column per building. Each level is the log size of the
    building plus noise of its own, which has half the spread of size.
    """
    shape = (n, n_buildings)
    size = SIZE_SD * rng.standard_normal(shape)
    x, y = OWN_SD * rng.standard_normal((2, *shape))
    return size + x, size + y


def _calendar(years: Sequence[int]) -> tuple[NDArray[np.int64], int]:
    """Return which columns of the calendar are asked for, and how many it has."""
    known = np.array([int(year) for year in years], dtype=np.int64)
    return known - known[0], int(known[-1] - known[0] + 1)


def _levels(growth: Array) -> Array:
    """Return log levels that begin at 0 and grow by the columns of `growth`."""
    return np.pad(np.cumsum(growth, axis=1), ((0, 0), (1, 0)))


def _drift(span: int, n: int, rng: np.random.Generator) -> Pair:
    """Return random walks with drift."""
    x, y = 2 * S + S * rng.standard_normal((2, n, span - 1))
    return _levels(x), _levels(y)


def _trend_stationary(span: int, n: int, rng: np.random.Generator) -> Pair:
    """Return straight lines with first-order autoregressive noise of spread `S`."""
    noise = S * rng.standard_normal((2, n, span))
    for year in range(1, span):
        noise[..., year] *= np.sqrt(1 - CARRY**2)
        noise[..., year] += CARRY * noise[..., year - 1]
    x, y = 2 * S * np.arange(span) + noise
    return x, y


def _fill_up(span: int, n: int, rng: np.random.Generator) -> Pair:
    """Return random walks whose growth falls from year to year."""
    growth = np.linspace(3 * S, 0, span)[1:]  # the first year's is not seen
    x, y = growth + S * rng.standard_normal((2, n, span - 1))
    return _levels(x), _levels(y)


def _shock_year(span: int, n: int, rng: np.random.Generator) -> Pair:
    """Return random walks with drift and one boom or slump that hits both."""
    x, y = 2 * S + S * rng.standard_normal((2, n, span - 1))
    shock = np.zeros((n, span - 1))
    year = rng.integers(span - 1, size=n)
    shock[np.arange(n), year] = 3 * S * rng.choice([-1.0, 1.0], size=n)
    return _levels(x + shock), _levels(y + shock)


_LEVELS: dict[str, Callable[[int, int, np.random.Generator], Pair]] = {
    "drift": _drift,
    "trend_stationary": _trend_stationary,
    "fill_up": _fill_up,
    "shock_year": _shock_year,
}
NULLS = tuple(_LEVELS)
