"""Mixes other units into one that resembles a unit before its start.

Weights that are not negative and sum to one bring the mixture as near as they can to
every figure before (Abadie, Diamond and Hainmueller 2010, outcomes only); what parts
the two afterwards is the gap. Each other unit is put through the same.
"""

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.pairs import Array
from hengstats.evidence.permutation import TIE

LEAST_YEARS, LEAST_DONORS = 5, 2


def mix_weights(own: Array, donors: Array) -> Array:
    """Return the weights on the simplex that bring the donors nearest to `own`.

    With B the donors less `own`, they minimise |Bw|. Of all u >= 0 those nearest to
    Bu = 0 and sum(u) = 1 are a multiple of them, so that Lawson and Hanson's active
    sets find them exactly.

    Parameters
    ----------
    own : ndarray
        Figures of the years before.
    donors : ndarray
        One donor a column.
    """
    from scipy.optimize import nnls  # slow to import

    apart = donors - own[:, None]
    scale = np.abs(apart).max() or 1.0
    u, _ = nnls(
        np.vstack([apart / scale, np.ones(donors.shape[1])]), np.eye(len(own) + 1)[-1]
    )
    return u / u.sum()


def synthetic_control(
    y: Array, before: NDArray[np.bool_], unit: int
) -> tuple[Array, Array, float, float]:
    """Return weights and gaps of one unit, and its root mean squared gaps.

    `y` has a unit a row, a year a column; the weights are those of the other units,
    0 for its own; the last two numbers are those before and after.
    """
    others = np.arange(len(y)) != unit
    weights = np.zeros(len(y))
    weights[others] = mix_weights(y[unit, before], y[others][:, before].T)
    gaps = y[unit] - weights @ y
    early, late = (float(np.sqrt((gaps[s] ** 2).mean())) for s in (before, ~before))
    return weights, gaps, early, late


def rank_ratios(y: Array, before: NDArray[np.bool_]) -> Array:
    """Return each unit's root mean squared gap after, as a multiple of that before.

    A unit that its mixture meets exactly has a multiple without end if it parts later.
    """
    ends = np.array([synthetic_control(y, before, unit)[2:] for unit in range(len(y))])
    early = np.where(ends[:, 0] <= TIE * np.abs(y).max(), 0.0, ends[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(ends[:, 1] / early, nan=0.0, posinf=np.inf)
