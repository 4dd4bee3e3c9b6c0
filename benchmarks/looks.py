"""Prints what ten looks at the same years are worth, and how fast a thousand are.

Five organisation measures, correlated by .5, and two lags, against one economy: how
often some look is found where none is related (size) and where one is (power), with
the joint test, with Bonferroni and with no correction. Then 1,024 looks at 60 growths
against a loop over the arrays of statsmodels, and one verdict on points.
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
from time import perf_counter

import numpy as np
import pandas as pd
from customary.asked import read_replications
from customary.nulls import S

import hengstats as hs
from hengstats.evidence.envelope import partial_r, t_p
from hengstats.evidence.looks import joint_test
from hengstats.evidence.pairs import Levels, Pairs
from hengstats.evidence.rule import ALPHA

SEED, REPLICATIONS = 66, 1_000
YEARS, FEW = (6, 7, 8, 10), 10  # from so many years on a fifth of the replications
MEASURES, SHARED, TRUE_R = 5, 0.5, 0.95
LOOKS, LENGTH = 1_024, 60
SLOWER, LIMIT = 15, 0.05  # times, seconds


def pairs_of(x, y, first):
    """Return paired growths of points; steps end in the years from `first` on."""
    n = len(y)
    sides = [np.concatenate([[0.0], np.cumsum(side)]) for side in (x, y)]
    one, two = (Levels(lower=side, value=side, upper=side) for side in sides)
    years = tuple(range(first - 1, first + n))
    return Pairs(
        entity="a",
        years=years,
        steps=tuple(pairwise(years)),
        x=one,
        y=two,
        growth_map=np.eye(n, n + 1, 1) - np.eye(n, n + 1),
    )


def ten_looks(growths, r, generator):
    """Return five measures at lags 0 and 1 against one economy, related to the first.

    The measures are known one year before the economy too, as a lag asks for.
    """
    common, *own = generator.standard_normal((MEASURES + 1, growths + 1))
    x = [np.sqrt(SHARED) * common + np.sqrt(1 - SHARED) * one for one in own]
    noise = generator.standard_normal(growths)
    y = r * x[0][1:] + np.sqrt(1 - r * r) * noise
    return [
        pairs_of(S * (2 + one[1 - lag : growths + 1 - lag]), S * (2 + y), 2001)
        for one in x
        for lag in (0, 1)
    ]


def shares(years, r, n):
    """Return how often something is found: jointly, by Bonferroni, by any one look."""
    generator = np.random.default_rng([SEED, years, round(100 * r)])
    found = np.zeros(3)
    for _ in range(n):
        looks = joint_test(ten_looks(years - 1, r, generator))
        own, joint = looks["p_own"].min(), looks["p_joint_upper"].min()
        found += [joint <= ALPHA, own <= ALPHA / len(looks), own <= ALPHA]
    return found / n


def fastest(run, times=7):
    """Return the shortest of several times."""
    taken = []
    for _ in range(times):
        start = perf_counter()
        run()
        taken.append(perf_counter() - start)
    return min(taken)


def race():
    """Print how much faster 1,024 looks are than a loop; return the ratio."""
    import statsmodels.api as sm

    generator = np.random.default_rng(SEED)
    X, Y = generator.standard_normal((2, LOOKS, LENGTH))

    def loop():
        fits = (sm.OLS(y, sm.add_constant(x)).fit() for x, y in zip(X, Y, strict=True))
        return np.array([fit.pvalues[1] for fit in fits])

    def at_once():
        return t_p(partial_r(X, Y, np.ones((LENGTH, 1))), LENGTH - 2)

    difference = np.abs(at_once() - loop()).max()
    ours, theirs = fastest(at_once), fastest(loop, 3)
    ratio = theirs / ours
    print(f"{LOOKS:,} looks, n = {LENGTH}: {1000 * ours:.1f} ms; statsmodels", end=" ")
    print(f"{1000 * theirs:.0f} ms, {ratio:.0f} times; p differ by {difference:.0e}")
    return ratio


def verdict_time(growths):
    """Return the time of one verdict on points, sentences left aside."""
    generator = np.random.default_rng(SEED)
    x = S * generator.standard_normal(growths)
    y = x + S * generator.standard_normal(growths)
    levels = {
        key: 100 * np.exp(np.cumsum([0.0, *side])) for key, side in (("m", x), ("t", y))
    }
    panel = pd.DataFrame({"entity": "a", "year": range(2000, 2001 + growths), **levels})
    run = lambda: hs.assess(panel, organisation="m", economy="t")  # noqa: E731
    return fastest(run)


def main():
    """Print the tables; return an exit code."""
    n = read_replications(REPLICATIONS, __doc__)
    print(f"Simulated; something found among ten looks, in %; a true r of {TRUE_R}")
    print(f"{'years':>5}{'r':>6}{'times':>7}{'joint':>8}{'Bonferroni':>12}{'any':>8}")
    sizes = []
    for years in YEARS:
        times = n // 5 if years >= FEW else n
        for r in (0.0, TRUE_R):
            found = shares(years, r, max(times, 1))
            cells = [f"{100 * share:.1f}" for share in found]
            print(f"{years:>5}{r:>6}{times:>7}{cells[0]:>8}", end="")
            print(f"{cells[1]:>12}{cells[2]:>8}", flush=True)
            error = 3 * np.sqrt(ALPHA * (1 - ALPHA) / max(times, 1))
            sizes += [] if r else [found[0] <= ALPHA + error]
    ratio = race()
    taken = {growths: verdict_time(growths) for growths in (5, 8, 9, 10, 16, 41)}
    listed = ", ".join(f"{n}: {1000 * one:.0f} ms" for n, one in taken.items())
    print(f"one verdict on points, by growths: {listed}")
    quick = all(one <= LIMIT for growths, one in taken.items() if growths <= 16)
    return 0 if all(sizes) and ratio >= SLOWER and quick else 1


if __name__ == "__main__":
    sys.exit(main())
