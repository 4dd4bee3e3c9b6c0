"""How strong must an association be for so few growths to show it?"""

from functools import cache

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtr

POWER = 0.8
SIZE = 0.05
NODES = 80
# Correlation of growths that rule E finds in 80 of 100 cases, by number of growths; of
# four growths, the one whose permutation p is at most .05. Five to eight from METHODS
# of the project; all simulated by `benchmarks/detectable.py`.
RULE_E = {4: 0.997, 5: 0.98, 6: 0.955, 7: 0.92, 8: 0.89, 9: 0.855, 10: 0.83}
RULE_E |= {12: 0.775, 15: 0.705, 20: 0.625, 30: 0.52}


def detectable_r(n: int) -> float | None:
    """Return the correlation found in 80 of 100 cases with `n` growths.

    If every figure is a point and nothing else was tried. Between the lengths that
    were simulated, that of the next shorter one, which is larger; None below four
    growths, where nothing is tested.
    """
    known = [length for length in RULE_E if length <= n]
    return RULE_E[max(known)] if known else None


@cache
def detectable_by_t(n: int) -> float:
    """Return the correlation that the t test of `n` pairs finds in 80 of 100 cases."""
    return float(brentq(lambda r: t_power(r, n) - POWER, 0.01, 1 - 1e-9, xtol=1e-6))


def t_power(r: float, n: int) -> float:
    """Return the power of the two-sided 5 % t test of a normal correlation.

    t = (z + shift) / sqrt(v / (n - 2)), where the shift is r / sqrt(1 - r^2) times
    the root of the sum of squares of x, and that sum and v are chi-square with n - 1
    and n - 2 degrees of freedom: integrated over the quantiles of both.
    """
    critical = stats.t.ppf(1 - SIZE / 2, n - 2)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    spread, error = (
        np.sqrt(stats.chi2.ppf((nodes + 1) / 2, df)) for df in (n - 1, n - 2)
    )
    shift = r / np.sqrt(1 - r * r) * spread[:, None]
    reach = critical * error / np.sqrt(n - 2)
    found = ndtr(shift - reach) + ndtr(-shift - reach)
    return float(weights @ found @ weights / 4)
