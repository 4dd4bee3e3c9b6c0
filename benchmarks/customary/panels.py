"""Draws panels whose two measures have nothing to do with each other, and judges them.

Arrays of one row per simulated panel, then entities, then years. Growth of either
measure is s N(0, 1) with s = .10, independent of the other, and beside that as the kind
of panel says. How strong that is was found by trying, so that the rates come back from
which the rule for many entities was chosen.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from hengstats.evidence.refusals import KINDS

Array = NDArray[np.float64]
S = 0.10
# Mean growth of an entity, in s, and how far those of its two measures go together.
DRIFT, DRIFT_LINK = 1.0, 0.7
SCALE = 1.0  # sd of the log of how much an entity swings, the same for both measures
DISTRICTS, DISTRICT = 2, 1.0  # how many, and what they share of a year, in s


def simulate_panels(
    kind: str, entities: int, years: int, n: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return log levels of organisation and economy of `n` panels, unrelated.

    Parameters
    ----------
    kind : str
        One of `KINDS`: `random_walks`; `confounded_drifts`, mean growth that differs
        between entities, alike in both measures; `scales_tied`, growth that swings
        more in some entities, in both measures; `district_shocks`, of a few districts
        in one year, each measure its own.
    entities, years, n : int
        Size of a panel, and how many.
    rng : Generator
        The source of randomness.
    """
    shape = (n, entities, years - 1)
    growths = list(rng.standard_normal((2, *shape)))
    if kind == "confounded_drifts":
        shared, own = rng.standard_normal((n, entities, 1)), DRIFT_LINK**0.5
        for growth in growths:
            alone = rng.standard_normal((n, entities, 1))
            growth += DRIFT * (own * shared + np.sqrt(1 - own**2) * alone)
    if kind == "scales_tied":
        scale = np.exp(SCALE * rng.standard_normal((n, entities, 1)))
        growths = [growth * scale for growth in growths]
    if kind == "district_shocks":
        lies = np.arange(entities) % DISTRICTS
        for growth in growths:
            growth += DISTRICT * rng.standard_normal((n, DISTRICTS, years - 1))[:, lies]
    x, y = (
        np.concatenate([np.zeros((n, entities, 1)), np.cumsum(S * growth, axis=2)], 2)
        for growth in growths
    )
    size = rng.standard_normal((n, entities, 1))  # both measures are larger in some
    return x + size, y + size


def _two_way(side: Array) -> Array:
    """Return levels or growths less the means of entities and of years."""
    side = side - side.mean(axis=2, keepdims=True)
    return side - side.mean(axis=1, keepdims=True)


def _p(x: Array, y: Array, errors: str, lost: int) -> Array:
    """Return the p of the slope; `lost` parameters beside it."""
    entities, rows = x.shape[1], x.shape[1] * x.shape[2]
    size = (x**2).sum(axis=(1, 2))
    slope = (x * y).sum(axis=(1, 2)) / size
    residual = y - slope[:, None, None] * x
    df: float = rows - lost - 1
    if errors == "iid":
        variance = (residual**2).sum(axis=(1, 2)) / df * size
    elif errors == "hc1":
        variance = ((x * residual) ** 2).sum(axis=(1, 2)) * rows / df
    elif errors == "clustered":
        # Effects of entities lie within the clusters, and are not counted.
        kept = rows - (lost - entities + 1) - 1
        variance = ((x * residual).sum(axis=2) ** 2).sum(axis=1)
        variance *= entities / (entities - 1) * (rows - 1) / kept
        df = entities - 1
    else:
        variance = _driscoll_kraay((x * residual).sum(axis=1))
        df = np.inf
    return 2 * stdtr(df, -np.abs(slope) * size / np.sqrt(variance))


def _driscoll_kraay(scores: Array) -> Array:
    """Return the variance of a sum over years, with the usual number of lags."""
    years = scores.shape[1]
    lags = int(4 * (years / 100) ** (2 / 9))
    variance = (scores**2).sum(axis=1)
    for lag in range(1, min(lags, years - 1) + 1):
        both = (scores[:, lag:] * scores[:, :-lag]).sum(axis=1)
        variance += 2 * (1 - lag / (lags + 1)) * both
    return np.maximum(variance, np.finfo(float).tiny)


def _taken(errors: str, *, growth: bool, effects: bool) -> Callable[..., Array]:
    """Return a procedure that takes log levels and returns p values."""

    def procedure(x: Array, y: Array) -> Array:
        if growth:
            x, y = np.diff(x), np.diff(y)
        if effects:
            lost = x.shape[1] + x.shape[2] - 1
            return _p(_two_way(x), _two_way(y), errors, lost)
        x, y = (side - side.mean(axis=(1, 2), keepdims=True) for side in (x, y))
        return _p(x, y, errors, 1)

    return procedure


# By their keys in the vocabulary.
PROCEDURES = {
    "twoway_levels": _taken("clustered", growth=False, effects=True),
    "twoway_levels_iid": _taken("iid", growth=False, effects=True),
    "pooled_levels": _taken("iid", growth=False, effects=False),
    "pooled_growth": _taken("iid", growth=True, effects=False),
    "growth_iid": _taken("iid", growth=True, effects=True),
    "growth_hc1": _taken("hc1", growth=True, effects=True),
    "growth_driscoll_kraay": _taken("driscoll_kraay", growth=True, effects=True),
}
__all__ = ["KINDS", "PROCEDURES", "simulate_panels"]
