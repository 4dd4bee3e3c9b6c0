"""Does the likelihood of boxed observations have a maximum at all?

In (theta, gamma) it is concave, so it has one unless it never falls along some
direction (d, g) with g >= 0. It never falls exactly where g * lower <= x'd <= g * upper
holds for every observation. With g > 0 that is a line through every box, and sigma
runs to 0; with g = 0 it is a separation, and coefficients run to infinity. Both are
linear programs, and mostly a short certificate makes them unnecessary.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.optimize import linprog

from hengstats.errors import DataError
from hengstats.evidence.interval.observed import Observations
from hengstats.evidence.interval.olsen import Boxes, Place, climb

Array = NDArray[np.float64]

FLAT = 1e-12
TIGHT = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}


def refuse_line(Q: Array, low: Array, high: Array, noise: float) -> None:
    """Refuse boxes that one line passes through, ends included.

    Parameters
    ----------
    Q, low, high : ndarray
        Regressors and ends, such that a residual is of the order of one.
    noise : float
        What rounding can have added to an end.
    """
    point, bounded = low == high, np.isfinite(low) & np.isfinite(high)
    if any(_misses(Q[rows], low[rows], high[rows], noise) for rows in (point, bounded)):
        return
    if _least_miss(Q, low, high) <= max(1e-8, noise):
        raise DataError(
            "有一条直线穿过所有的区间：sigma 趋于 0 时似然没有上限，没有内部最大值，"
            "因此没有估计。请换用更精确的数字（更窄的区间）；区间不超过 19 个时"
            "也可用 envelope()。"
            " [a line passes through every box: the likelihood has no interior"
            " maximum]"
        )


def refuse_separation(observed: Observations, low: Array, high: Array) -> None:
    """Refuse bounds along which some coefficients would run to infinity."""
    Q, bounded = observed.Q, np.isfinite(low) & np.isfinite(high)
    inside = Q[bounded]
    if bounded.all() or np.linalg.eigvalsh(inside.T @ inside)[0] > 1e-8:
        return
    _, sizes, directions = np.linalg.svd(inside, full_matrices=True)
    free = directions[(sizes > 1e-12).sum() :].T
    if not free.size:
        return
    towards = np.where(high == np.inf, 1.0, -1.0)[~bounded, None]
    pull = np.sqrt(len(Q)) * towards * Q[~bounded] @ free
    ones = np.ones(len(pull))
    found = linprog(
        -pull.sum(axis=0),
        A_ub=np.vstack([-pull, pull]),
        b_ub=np.concatenate([0 * ones, ones]),
        bounds=(None, None),
        options=TIGHT,
    )
    if not found.success or -found.fun <= 1e-6:
        return
    direction = solve_triangular(observed.R, free @ found.x)
    size = np.abs(direction) * np.abs(observed.X).max(axis=0)
    moving = [observed.names[j] for j in np.flatnonzero(size > 1e-6 * size.max())]
    which = "、".join(f"“{name}”" for name in moving)
    raise DataError(
        f"只有一端的观测被{which}完全分开：这些系数越大，似然越大，没有最大值。"
        "请去掉其中的自变量，或加上两端都有数的观测。"
        f" [one-sided bounds are separated by {moving}: no maximum]"
    )


def refuse_no_spread(boxes: Boxes, n_columns: int) -> None:
    """Refuse bounds, all of them one-sided, under which sigma would be infinite.

    At gamma = 0 the bounds no longer count, only their sides. If the log-likelihood
    does not rise from its largest value there, nothing finite is better.
    """
    if boxes.n_points or boxes.half.size:
        return
    edge = climb(boxes, np.zeros(n_columns + 1), n_columns)
    if not edge.gradient[-1] > 1e-9 * np.abs(boxes.rows[:, -1]).sum():
        raise DataError(
            "每个观测都只有一端，而且各端的高低与它们的方向不合：sigma 没有有限的估计。"
            "请加上两端都有数的观测。"
            " [only one-sided bounds, and they do not bound sigma: no maximum]"
        )


def refuse_flat(top: Place) -> None:
    """Refuse a maximum that Newton's method cannot tell from its surroundings.

    In standard deviations of the errors, a direction with information below 1e-12
    is one in which no observation is within seven of its bound.
    """
    change = np.append(np.ones(top.at.size - 1), top.at[-1])
    information = change[:, None] * top.information * change
    if not (top.converged and np.linalg.eigvalsh(information)[0] > FLAT):
        raise DataError(
            "似然的最高处平坦到分不出位置：这些区间没有限定某些系数。"
            "请减少自变量，或加上两端都有数的观测。"
            " [the likelihood is flat at its top: the boxes do not settle every"
            " coefficient]"
        )


def _misses(Q: Array, low: Array, high: Array, noise: float) -> bool:
    """Return True if weights prove that no line passes through every box.

    The weights are residuals of the middles, at right angles to the regressors. Were
    there such a line, its weighted sum would be zero, which the boxes cannot reach.
    """
    if len(low) <= Q.shape[1]:
        return False
    basis, _ = np.linalg.qr(Q)
    middle, half = (low + high) / 2, (high - low) / 2
    weights = middle - basis @ (basis.T @ middle)
    total = float(weights @ weights)
    beyond_rounding = total > len(low) * (100 * noise) ** 2
    return beyond_rounding and total > (1 + 1e-9) * float(np.abs(weights) @ half)


def _least_miss(Q: Array, low: Array, high: Array) -> float:
    """Return by how much the best line misses the box that it misses most."""
    has_high, has_low = np.isfinite(high), np.isfinite(low)
    X = np.sqrt(len(Q)) * Q
    rows = np.vstack([X[has_high], -X[has_low]])
    found = linprog(
        np.append(np.zeros(Q.shape[1]), 1.0),
        A_ub=np.column_stack([rows, -np.ones(len(rows))]),
        b_ub=np.concatenate([high[has_high], -low[has_low]]),
        bounds=[(None, None)] * Q.shape[1] + [(0, None)],
        options=TIGHT,
    )
    return float(found.fun) if found.success else np.inf
