"""Do the growths of two measures go together, whatever the boxes hold?

Rule E, all three on annualised log growths: the exact permutation p of r is at most
.05; leaving any one growth out, the t test's p is at most .10; with a linear trend in
growth added, the p of the slope is at most .10. The first alone is suggestive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.envelope import Range, list_corners, t_p
from hengstats.evidence.pairs import Pairs, times
from hengstats.evidence.permutation import correlation_test, permutation_p
from hengstats.evidence.statistics import (
    Statistic,
    make_statistic,
    partial_r,
    permutation_statistic,
    r_range,
    rank_statistics,
    slope_statistics,
    t_statistic,
)

Array = NDArray[np.float64]

ALPHA, LENIENT = 0.05, 0.10
FINDINGS = ("not_enough_data", "no_sign", "suggestive", "moves_together")
# Fewer growths than these carry no test; from the second on, rule E.
TESTABLE, RULED = 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """What the tests of one pair of measures say.

    Attributes
    ----------
    statistics : tuple of Statistic
        In the order in which they are shown.
    finding : str
        One of `FINDINGS`, the weakest over the boxes.
    sign : int
        1 if the growths move the same way, -1 if opposite, 0 if it is not settled.
    weakest_step : (int, int) or None
        The growth without which the least is left of the association.
    least_p : float
        The smallest p that these growths could have given.
    null_r : ndarray
        The correlation of every order at the printed figures; empty where a figure is
        only a bound.
    """

    statistics: tuple[Statistic, ...]
    finding: str
    sign: int
    weakest_step: tuple[int, int] | None
    least_p: float
    null_r: Array


def climb(pairs: Pairs, alpha: float = ALPHA) -> Climb:
    """Return the tests of at least four paired growths, and what they amount to.

    Parameters
    ----------
    pairs : Pairs
        The growths, and the boxes of the levels.
    alpha : float
        Limit of the permutation p: .05 divided by the number of pairs looked at.
    """
    n = pairs.n
    x, y = (times(pairs.growth_map, levels.value) for levels in (pairs.x, pairs.y))
    sides = list_corners(pairs, pairs.x), list_corners(pairs, pairs.y)
    known = bool(np.isfinite(x).all() and np.isfinite(y).all())
    plain = np.ones((n, 1))
    r = r_range(pairs, sides, plain)
    sign = 1 if r.lower > 0 else -1 if r.upper < 0 else 0
    test = correlation_test(x, y) if known else None
    r_value = test.statistic if test else np.nan
    flat = test is not None and np.isnan(r_value)
    exact = permutation_statistic(pairs, sides, sign, test.p_value if test else np.nan)
    rows = [
        make_statistic("r", Range(lower=np.nan, upper=np.nan) if flat else r, r_value),
        exact,
        t_statistic(pairs, sides, plain, x, y, "p_ols_t"),
        *slope_statistics(pairs, sides, x, y),
    ]
    weakest = None
    if n >= RULED:
        designs = [np.column_stack([plain, left_out]) for left_out in np.eye(n)]
        without = [t_statistic(pairs, sides, design, x, y, "") for design in designs]
        worst = int(np.argmax([one.upper for one in without]))
        values = [one.value for one in without]
        weakest = pairs.steps[worst]
        trend = np.column_stack([plain, midpoints(pairs.steps)])
        rows += [
            Statistic(
                name="p_leave_one_out",
                lower=float(np.max([one.lower for one in without])),
                value=float(np.max(values)),
                upper=without[worst].upper,
            ),
            t_statistic(pairs, sides, trend, x, y, "p_trend_adjusted"),
            *rank_statistics(pairs, x, y),
        ]
    limits = {row.name: row.upper for row in rows}
    finding = "no_sign"
    if limits["p_permutation"] <= alpha:
        kept = [limits.get(k, 1.0) for k in ("p_leave_one_out", "p_trend_adjusted")]
        finding = "moves_together" if max(kept) <= LENIENT else "suggestive"
    generic = correlation_test(np.arange(n) ** 2.0, np.arange(n) ** 2.0).least_p
    return Climb(
        statistics=tuple(rows),
        finding=finding,
        sign=sign,
        weakest_step=weakest,
        least_p=test.least_p if test else generic,
        null_r=test.null if test and not flat else np.zeros(0),
    )


def rule_claims(x: Array, y: Array, years: Array) -> NDArray[np.bool_]:
    """Return which of many pairs of points rule E says move together.

    Parameters
    ----------
    x, y : ndarray
        Log levels, one pair a row, one year a column.
    years : ndarray
        The years; growth is annualised across gaps.
    """
    steps = list(pairwise(years))
    gx, gy = (np.diff(levels, axis=1) / np.diff(years) for levels in (x, y))
    n = gx.shape[1]
    claimed = np.full(len(gx), n >= RULED)
    if n < RULED:
        return claimed
    plain = np.ones((n, 1))
    extra = [np.eye(n)[step] for step in range(n)] + [midpoints(steps)]
    for column in extra:
        nuisance = np.column_stack([plain, column])
        r = partial_r(gx[claimed], gy[claimed], nuisance)
        t_limit = np.array([t_p(one, n - 3) for one in r])
        claimed[claimed] = t_limit <= LENIENT
    if claimed.any():
        claimed[claimed] = permutation_p(gx[claimed], gy[claimed]) <= ALPHA
    return claimed


def midpoints(steps: Sequence[tuple[float, float]]) -> Array:
    """Return the middle of each step in years, less their mean."""
    middle = np.array([(first + last) / 2 for first, last in steps])
    return middle - middle.mean()
