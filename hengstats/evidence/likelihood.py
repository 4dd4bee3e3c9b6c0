"""Climbs the likelihood of boxed observations, where it has a maximum.

In Olsen's parameters, theta = beta / sigma and gamma = 1 / sigma, the log-likelihood
is concave (Olsen 1978; Burridge 1981), so that Newton's method finds the one maximum.
A box enters by its middle and half-width: c = gamma * middle - x'theta and
k = gamma * half are linear in the parameters, and neither a narrow box nor a far tail
costs digits.

It has a maximum unless it never falls along some direction (d, g) with g >= 0, that is
where g * lower <= x'd <= g * upper holds for every observation. With g > 0 that is a
line through every box, and sigma runs to 0; with g = 0 it is a separation, and
coefficients run to infinity. Both are linear programs, and mostly a short certificate
makes them unnecessary.
"""

from math import log, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import log_ndtr

from hengstats.messages import data_error

Array = NDArray[np.float64]

LOG_ROOT_TWO_PI = log(2 * pi) / 2
MOST_STEPS = 200
# Newton's decrement is the squared distance to the maximum in standard errors.
NEAR, ARRIVED = 1e-12, 1e-18
# Below this half-width the mass of a box comes from its Taylor series.
NARROW = 0.03
TIGHT = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}


class Boxes(NamedTuple):
    """Observations, one a row.

    `rows` times (theta, gamma) is c: the regressors negated, then the middle of the box
    or its one finite end. `half` is its half-width, 0 for a point and where an end is
    open; `sign` is 1 for an upper bound alone, -1 for a lower bound alone, else 0.
    """

    rows: Array
    half: Array
    sign: Array


class Place(NamedTuple):
    """The log-likelihood of each box, its gradients, and minus the Hessian of all."""

    at: Array
    each: Array
    slopes: Array
    information: Array


def look(boxes: Boxes, at: Array) -> Place:
    """Return the log-likelihood at (theta, gamma) with both derivatives."""
    c, gamma = boxes.rows @ at, at[-1]
    each, slope, bend = -0.5 * c * c - LOG_ROOT_TWO_PI, -c, np.full(c.shape, -1.0)
    # What gamma does beside what it does through c: first and second derivative, and
    # the mixed one.
    along, curve, cross = np.zeros((3, c.size))
    side, inside = boxes.sign != 0, boxes.half > 0
    point = ~(side | inside)
    if point.any():
        each[point] += log(gamma)
        along[point], curve[point] = 1 / gamma, -1 / gamma**2
    if side.any():
        sign = boxes.sign[side]
        z = sign * c[side]
        each[side] = log_ndtr(z)
        mills = np.exp(-0.5 * z * z - LOG_ROOT_TWO_PI - each[side])
        slope[side], bend[side] = sign * mills, -mills * (z + mills)
    if inside.any():
        c, half = c[inside], boxes.half[inside]
        k = gamma * half
        each[inside], q, s = mass_of_box(c, k)
        even = c * q + k * s
        slope[inside], bend[inside] = q, -even - q * q
        along[inside], curve[inside] = half * s, -half * half * (even + s * s)
        cross[inside] = -half * (c * s + k * q + q * s)
    slopes = boxes.rows * slope[:, None]
    slopes[:, -1] += along
    second = (boxes.rows.T * bend) @ boxes.rows
    mixed = boxes.rows.T @ cross
    second[-1] += mixed
    second[:, -1] += mixed
    second[-1, -1] += curve.sum()
    return Place(at, each, slopes, -second)


def climb(boxes: Boxes, start: Array) -> tuple[Place, int, bool]:
    """Return the maximum by Newton's method, in how many steps, and if it was reached.

    A step that does not raise the log-likelihood is shortened. So is one that would
    take gamma to zero, where points and intervals have no likelihood; one-sided bounds
    have one on either side, and the way to the maximum may lead past it.
    """
    here, walled = look(boxes, start), not boxes.sign.all()
    for n_iter in range(1, MOST_STEPS + 1):
        gradient = here.slopes.sum(axis=0)
        try:
            step = np.linalg.solve(here.information, gradient)
        except np.linalg.LinAlgError:  # flat to the last digit
            break
        decrement, height = float(gradient @ step), float(here.each.sum())
        if not decrement >= 0:
            break
        most = -0.9 * here.at[-1] / step[-1] if walled and step[-1] < 0 else 1.0
        slack = 1e-13 * (1 + abs(height))
        for share in min(1.0, most) * 0.5 ** np.arange(30):
            there = look(boxes, here.at + share * step)
            if there.each.sum() >= height + 1e-4 * share * decrement - slack:
                break
        else:
            return here, n_iter, decrement <= NEAR
        here = there
        if decrement <= ARRIVED and share == 1:
            return here, n_iter, True
    return here, n_iter, False


def mass_of_box(c: Array, k: Array) -> tuple[Array, Array, Array]:
    """Return log(Phi(c + k) - Phi(c - k)) and its derivatives in c and in k."""
    far, square = np.abs(c), c * c
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        near_tail, far_tail = log_ndtr(k - far), log_ndtr(-k - far)
        mass = near_tail + np.log1p(-np.exp(far_tail - near_tail))
        k2 = k * k
        # Hermite polynomials of degree 2, 4, 6, over 3!, 5!, 7!.
        fourth = (square * (square - 6) + 3) / 120
        sixth = (square * (square * (square - 15) + 45) - 15) / 5040
        series = k2 * ((square - 1) / 6 + k2 * (fourth + k2 * sixth))
        narrow = -square / 2 - LOG_ROOT_TWO_PI + np.log(2 * k) + np.log1p(series)
        mass = np.where(k * (1 + far) < NARROW, narrow, mass)
    # Densities at the end nearer to zero and, smaller by exp(-2ck), at the other.
    density = np.exp(-((far - k) ** 2) / 2 - LOG_ROOT_TWO_PI - mass)
    q = np.copysign(density * np.expm1(-2 * far * k), -c)
    return mass, q, density * (1 + np.exp(-2 * far * k))


def refuse_line(Q: Array, low: Array, high: Array, noise: float) -> None:
    """Refuse boxes that one line passes through, ends included.

    `Q`, `low` and `high` are such that a residual is of the order of one; `noise` is
    what rounding can have added to an end.
    """
    for rows in (low == high, np.isfinite(low) & np.isfinite(high)):
        if rows.sum() > Q.shape[1]:
            # Residuals of the middles are at right angles to the regressors: were there
            # a line, their sum along it would be zero, which the boxes may not reach.
            basis, _ = np.linalg.qr(Q[rows])
            middle, half = (low + high)[rows] / 2, (high - low)[rows] / 2
            rest = middle - basis @ (basis.T @ middle)
            total = float(rest @ rest)
            reach = (1 + 1e-9) * float(np.abs(rest) @ half)
            if total > max(reach, rows.sum() * (100 * noise) ** 2):
                return
    slack = max(1e-8, noise)
    if _line(Q, low - slack, high + slack, np.zeros(len(Q))) is not None:
        raise data_error("interval.line")


def separation(Q: Array, low: Array, high: Array) -> Array | None:
    """Return a direction along which one-sided bounds rise without end, if any."""
    has_low, has_high = np.isfinite(low), np.isfinite(high)
    bounded = has_low & has_high
    inside = Q[bounded]
    if bounded.all() or np.linalg.eigvalsh(inside.T @ inside)[0] > 1e-8:
        return None
    towards = has_low * 1.0 - has_high
    found = _line(
        Q, np.where(has_low, 0.0, -1.0), np.where(has_high, 0.0, 1.0), towards
    )
    # If one rises at all, it can rise to its limit of one.
    return found if found is not None and towards @ Q @ found > 0.5 else None


def _line(Q: Array, low: Array, high: Array, towards: Array) -> Array | None:
    """Return the line through every box that lies farthest towards, if there is one."""
    has_high, has_low = np.isfinite(high), np.isfinite(low)
    X = np.sqrt(len(Q)) * Q
    found = linprog(
        -towards @ X,
        A_ub=np.vstack([X[has_high], -X[has_low]]),
        b_ub=np.concatenate([high[has_high], -low[has_low]]),
        bounds=(None, None),
        options=TIGHT,
    )
    return np.sqrt(len(Q)) * found.x if found.success else None
