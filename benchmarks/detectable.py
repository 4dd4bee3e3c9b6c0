"""Finds the correlation of growths that rule E finds in 80 of 100 cases.

By simulation, and beside what the library says (`DETECTABLE` in evidence/rule.py).
Every correlation tried sees the same random numbers, so that the share found rises
smoothly and can be bisected. The exit code is 1 where the two differ by more than .01.
"""

import os

# Read when numpy is imported, so set before it.
os.environ.update(
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    VECLIB_MAXIMUM_THREADS="1",
)

import sys
from itertools import pairwise

import numpy as np
from customary.asked import read_replications
from customary.nulls import simulate_linked
from customary.ours import permutation_p, rule_claims

from hengstats.evidence.envelope import partial_r, t_p
from hengstats.evidence.rule import ALPHA, DETECTABLE, LENIENT, midpoints

POWER, SEED, REPLICATIONS = 0.80, 66, 20_000
WEAKEST, STRONGEST, STEP = 0.40, 0.9995, 0.0005
EXACT = 8  # growths up to which all orders are tried
TOLERANCE = 0.01
LAYOUT = "{:>8}{:>8}{:>10}{:>10}{:>26}  {}"
HEAD = ["growths", "found", "95 % from", "to", "share found at the stored", "stored"]


def share_found(r, growths, n):
    """Return in what share of `n` simulated buildings rule E finds a true `r`."""
    years = np.arange(growths + 1)
    generator = np.random.default_rng([SEED, growths])
    x, y = simulate_linked(years, n, generator, r)
    if growths == 4:  # too few for rule E: at most suggestive
        return (permutation_p(np.diff(x), np.diff(y)) <= ALPHA).mean()
    if growths <= EXACT:
        return rule_claims(x, y, years).mean()
    return claims_by_t(np.diff(x), np.diff(y), years).mean()


def claims_by_t(x, y, years):
    """Return what rule E claims with the t test for the permutation test.

    From nine growths on the two hardly differ, and all orders would take hours.
    """
    n = x.shape[1]
    plain = np.ones((n, 1))
    claimed = t_p(partial_r(x, y, plain), n - 2) <= ALPHA
    trend = midpoints(list(pairwise(years)))
    for column in [*np.eye(n), trend]:
        r = partial_r(x, y, np.column_stack([plain, column]))
        claimed &= t_p(r, n - 3) <= LENIENT
    return claimed


def find_r(growths, n, share=POWER):
    """Return the correlation that is found in a given share of cases, by bisection."""
    low, high = WEAKEST, STRONGEST
    while high - low > STEP:
        middle = (low + high) / 2
        if share_found(middle, growths, n) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def run(growths, stored, n):
    """Print one row and return whether what was found is what is stored."""
    found = find_r(growths, n)
    # Two Monte Carlo standard errors of the share, turned into correlations.
    error = 2 * np.sqrt(POWER * (1 - POWER) / n)
    near = (found - TOLERANCE, min(found + TOLERANCE, STRONGEST))
    shares = [share_found(r, growths, n) for r in near]
    spread = error * (near[1] - near[0]) / (shares[1] - shares[0])
    at_stored = f"{100 * share_found(stored, growths, n):.1f} %"
    ends = [f"{found - spread:.3f}", f"{found + spread:.3f}"]
    row = [growths, f"{found:.3f}", *ends, at_stored, stored]
    print(LAYOUT.format(*row), flush=True)
    return abs(found - stored) <= TOLERANCE


def main():
    """Print the table and return an exit code."""
    n = read_replications(REPLICATIONS, __doc__)
    print(f"Simulated, {n:,} buildings each; found in {100 * POWER:.0f} of 100 cases")
    print(LAYOUT.format(*HEAD))
    held = [run(growths, stored, n) for growths, stored in DETECTABLE.items()]
    if not all(held):
        print(f"found and stored differ by more than {TOLERANCE}")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
