"""Where is the likelihood of boxed observations largest?

In Olsen's parameters, theta = beta / sigma and gamma = 1 / sigma, the log-likelihood
is concave (Olsen 1978; Burridge 1981), so that Newton's method finds the one maximum.
A box enters by its middle and half-width: c = gamma * middle - x'theta and
k = gamma * half are linear in the parameters, and neither a narrow box nor a far tail
costs digits.
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Array = NDArray[np.float64]

LOG_ROOT_TWO_PI = log(2 * pi) / 2
MOST_STEPS = 200
# Newton's decrement is the squared distance to the maximum in standard errors.
NEAR, ARRIVED = 1e-12, 1e-18
# Below this half-width the mass of a box comes from its Taylor series.
NARROW = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Observations in the order points, upper bounds, lower bounds, intervals.

    Attributes
    ----------
    rows : ndarray
        Times (theta, gamma) this is c: the regressors negated, then the middle of
        the box, or its one finite end.
    half : ndarray
        Half-widths of the intervals.
    sign : ndarray
        1 for an observation with an upper bound only, -1 for a lower bound only.
    n_points : int
        Observations that are points.
    """

    rows: Array
    half: Array
    sign: Array
    n_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The log-likelihood somewhere, its gradient and minus its second derivative."""

    at: Array
    loglik: float
    gradient: Array
    information: Array
    n_iter: int = 0
    converged: bool = False


def arrange(Q: Array, lower: Array, upper: Array) -> Boxes:
    """Return boxes in the order of their kinds."""
    opened, low_only = lower == -np.inf, upper == np.inf
    point = lower == upper
    kinds = [point, opened, low_only, ~(point | opened | low_only)]
    order = np.concatenate([np.flatnonzero(kind) for kind in kinds])
    low, high = lower[order], upper[order]
    n_points, n_upper, n_lower, n_intervals = (int(kind.sum()) for kind in kinds)
    first = len(order) - n_intervals
    middle = np.where(low == -np.inf, high, low)
    middle[first:] = low[first:] / 2 + high[first:] / 2
    return Boxes(
        rows=np.column_stack([-Q[order], middle]),
        half=(high[first:] - low[first:]) / 2,
        sign=np.repeat([1.0, -1.0], [n_upper, n_lower]),
        n_points=n_points,
    )


def look(boxes: Boxes, at: Array) -> Place:
    """Return the log-likelihood at (theta, gamma) with both derivatives."""
    c, gamma, n_points = boxes.rows @ at, at[-1], boxes.n_points
    slope, bend = -c, np.full(c.shape, -1.0)
    points, one_sided = c[:n_points], slice(n_points, n_points + boxes.sign.size)
    loglik = -0.5 * float(points @ points) - n_points * LOG_ROOT_TWO_PI
    along_gamma, cross = np.zeros(2), np.zeros(at.size)
    if n_points:
        loglik += n_points * log(gamma)
        along_gamma += [n_points / gamma, -n_points / gamma**2]
    if boxes.sign.size:
        z = boxes.sign * c[one_sided]
        mass = log_ndtr(z)
        mills = np.exp(-0.5 * z * z - LOG_ROOT_TWO_PI - mass)
        loglik += float(mass.sum())
        slope[one_sided], bend[one_sided] = boxes.sign * mills, -mills * (z + mills)
    if boxes.half.size:
        inside = slice(c.size - boxes.half.size, None)
        c, half, k = c[inside], boxes.half, gamma * boxes.half
        mass, q, s = mass_of_box(c, k)
        even = c * q + k * s
        loglik += float(mass.sum())
        slope[inside], bend[inside] = q, -even - q * q
        along_gamma += [half @ s, -((half * half) @ (even + s * s))]
        cross = boxes.rows[inside].T @ (-half * (c * s + k * q + q * s))
    gradient = boxes.rows.T @ slope
    curve = (boxes.rows.T * bend) @ boxes.rows
    gradient[-1] += along_gamma[0]
    curve[-1] += cross
    curve[:, -1] += cross
    curve[-1, -1] += along_gamma[1]
    return Place(at=at, loglik=loglik, gradient=gradient, information=-curve)


def climb(boxes: Boxes, start: Array, n_free: int) -> Place:
    """Return the maximum over the first `n_free` parameters, by Newton's method.

    A step that does not raise the log-likelihood is shortened. So is one that would
    take gamma to zero, where points and intervals have no likelihood; one-sided
    bounds have one on either side, and the way to the maximum may lead past it.
    """
    here, walled = look(boxes, start), boxes.n_points + boxes.half.size > 0
    for n_iter in range(1, MOST_STEPS + 1):
        step = np.zeros(start.size)
        try:
            step[:n_free] = np.linalg.solve(
                here.information[:n_free, :n_free], here.gradient[:n_free]
            )
        except np.linalg.LinAlgError:  # flat to the last digit
            break
        decrement = float(here.gradient @ step)
        if not decrement >= 0:
            break
        share = 1.0
        if walled and step[-1] < 0:
            share = min(1.0, -0.9 * here.at[-1] / step[-1])
        slack = 1e-13 * (1 + abs(here.loglik))
        there = look(boxes, here.at + share * step)
        while not there.loglik >= here.loglik + 1e-4 * share * decrement - slack:
            share /= 2
            if share < 1e-9:
                return _stop(here, n_iter, decrement <= NEAR)
            there = look(boxes, here.at + share * step)
        here = there
        if decrement <= ARRIVED and share == 1:
            return _stop(here, n_iter, True)
    return _stop(here, n_iter, False)


def _stop(place: Place, n_iter: int, converged: bool) -> Place:
    """Return a place with how it was reached."""
    return Place(
        at=place.at,
        loglik=place.loglik,
        gradient=place.gradient,
        information=place.information,
        n_iter=n_iter,
        converged=converged,
    )


def mass_of_box(c: Array, k: Array) -> tuple[Array, Array, Array]:
    """Return log(Phi(c + k) - Phi(c - k)) and its derivatives in c and in k."""
    far, square = np.abs(c), c * c
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        near_tail, far_tail = log_ndtr(k - far), log_ndtr(-k - far)
        mass = near_tail + np.log1p(-np.exp(far_tail - near_tail))
        k2 = k * k
        # Hermite polynomials of degree 2, 4, 6, over 3!, 5!, 7!.
        series = k2 * (
            (square - 1) / 6
            + k2
            * (
                (square * (square - 6) + 3) / 120
                + k2 * (square * (square * (square - 15) + 45) - 15) / 5040
            )
        )
        narrow = -square / 2 - LOG_ROOT_TWO_PI + np.log(2 * k) + np.log1p(series)
        mass = np.where(k * (1 + far) < NARROW, narrow, mass)
    # Densities at the end nearer to zero and, smaller by exp(-2ck), at the other.
    density = np.exp(-((far - k) ** 2) / 2 - LOG_ROOT_TWO_PI - mass)
    q = np.copysign(density * np.expm1(-2 * far * k), -c)
    return mass, q, density * (1 + np.exp(-2 * far * k))
