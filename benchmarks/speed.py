"""Prints how much faster we are than what a user has today, and what a verdict takes.

Ours and the peer take turns in one run on one thread, after a first call that is not
counted. In a turn each is called again and again for a twentieth of a second at least,
as timeit does. Printed are the median turns, in milliseconds a call, and their ratio.
The exit code is 1 where the two give different results, and 0 however long they take.
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
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np
import pandas as pd
import pyfixest
from customary.ours import permutation_p
from lifelines import LogNormalAFTFitter
from scipy.stats import permutation_test

import hengstats as hs
from hengstats.evidence.clustered import (
    exchange_histories,
    fit_growths,
    gather,
    list_strangers,
    wild_p,
)
from hengstats.evidence.interval import IntervalRegression
from hengstats.evidence.permutation import correlation_test

TURN = 0.05  # seconds
HEAD = ["task", "peer", "peer ms", "ours ms", "ratio", "target", "met"]
LAYOUT = "{:<48}{:<32}{:>10}{:>10}{:>8}{:>8}  {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """One task, done by us and by a peer.

    Attributes
    ----------
    task, peer : str
        What is computed, and with what a user computes it today.
    target : int
        The ratio of the peer's time to ours that we want to reach.
    ours, theirs : callable
        Without arguments; each returns its result.
    whole : float
        How many times the task holds what `theirs` does; 1 if it does all of it.
    tolerance : float
        Largest difference of the two results that rounding and the peer's own
        stopping rule explain.
    repeats : int
        Turns of each.
    """

    task: str
    peer: str
    target: int
    ours: Callable[[], np.ndarray]
    theirs: Callable[[], np.ndarray]
    whole: float = 1.0
    tolerance: float = 1e-12
    repeats: int = 11


def one_building(generator):
    """Return the race for the exact p of one building with eight growths."""
    x, y = generator.normal(size=(2, 8))
    return Race(
        task="exact permutation p, 8 growths",
        peer="scipy permutation_test",
        target=30,
        ours=lambda: correlation_test(x, y).p_value,
        theirs=lambda: scipy_p(x, y),
    )


def many_buildings(generator):
    """Return the race for the exact p of each of many buildings."""
    x, y = generator.normal(size=(2, 10_000, 5))
    some = 300
    return Race(
        task="exact permutation p, 10,000 x 5 growths",
        peer=f"scipy in a loop ({some}, scaled)",
        target=40,
        ours=lambda: permutation_p(x, y),
        theirs=lambda: np.array([scipy_p(x[i], y[i]) for i in range(some)]),
        whole=len(x) / some,
        repeats=7,
    )


def interval_regression(generator):
    """Return the race for a log-normal regression on bounds."""
    n = 731
    known = pd.DataFrame({"x1": generator.normal(size=n), "x2": np.arange(n) % 2})
    tax = np.exp(5 + 0.5 * known["x1"] - 0.3 * known["x2"] + generator.normal(size=n))
    # As figures are printed: to the unit; every fifth only as "more than".
    lower = np.floor(tax)
    upper = (lower + 1).where(np.arange(n) % 5 > 0, np.inf)
    table = known.assign(lower=lower, upper=upper)
    X = known.assign(const=1.0)[["const", "x1", "x2"]]
    return Race(
        task=f"interval regression, n = {n}",
        peer="lifelines LogNormalAFTFitter",
        target=100,
        ours=lambda: IntervalRegression(lower, upper, X, "lognormal").fit().params[:-1],
        theirs=lambda: lifelines_params(table),
        tolerance=1e-4,
        repeats=7,
    )


def panel_of_growths(entities, generator):
    """Return six years of many entities: as we take them, and as a table of growths."""
    levels = np.cumsum(generator.normal(size=(2, entities, 6)) / 10, axis=2)
    keys = {
        "entity": np.repeat(np.arange(entities), 6),
        "year": np.tile(np.arange(2016, 2022), entities),
    }
    read = pd.DataFrame(keys)
    for name, side in zip("mt", np.exp(levels), strict=True):
        read[name] = read[f"{name}_lower"] = read[f"{name}_upper"] = side.ravel()
    growths = gather(read, read["entity"], ("m", "t"), ())
    table = pd.DataFrame(
        {"entity": growths.entity[growths.start], "year": growths.years[1]}
    )
    table["x"], table["y"] = (np.diff(side).ravel() for side in levels)
    return growths, table


def clustered_errors(generator):
    """Return the race for growth on growth with clustered errors."""
    growths, table = panel_of_growths(10_000, generator)
    asked = {"vcov": {"CRV1": "entity"}, "copy_data": False}
    return Race(
        task="growth panel, CR2 and df, 10,000 x 5",
        peer="pyfixest feols, CRV1 only",
        target=5,
        ours=lambda: fit_growths(growths).estimate,
        theirs=lambda: pyfixest.feols("y ~ x | entity + year", table, **asked).coef(),
        tolerance=1e-8,
        repeats=7,
    )


def histories(generator):
    """Return the race for placebos of the same panel.

    The peer permutes rows, and refits; it is asked for a few draws, which are scaled.
    It takes blanks in a formula for parts of names. Its p is of other placebos, so that
    the two need not agree.
    """
    growths, table = panel_of_growths(10_000, generator)
    strangers, some = list_strangers(growths), 20
    fitted = pyfixest.feols("y ~ x | entity+year", table, vcov="iid")
    told = {
        "resampvar": "x",
        "reps": some,
        "rng": generator,
        "store_ritest_statistics": False,
    }
    return Race(
        task="999 exchanges of histories, 10,000 x 5",
        peer=f"pyfixest ritest ({some}, scaled)",
        target=30,
        ours=lambda: exchange_histories(growths, fit_growths(growths), strangers)[0],
        theirs=lambda: fitted.ritest(**told)["Pr(>|t|)"],
        whole=999 / some,
        tolerance=1.0,
        repeats=3,
    )


def wild_bootstrap(generator):
    """Return the race for the restricted wild cluster bootstrap; both draw signs."""
    growths, table = panel_of_growths(100, generator)
    fit = fit_growths(growths)
    asked = {"vcov": {"CRV1": "entity"}}
    fitted = pyfixest.feols("y ~ x | entity + year", table, **asked)
    told = {"param": "x", "reps": 999, "seed": 1}
    return Race(
        task="restricted wild bootstrap, 999 draws, 100 x 5",
        peer="pyfixest wildboottest",
        target=100,
        ours=lambda: wild_p(growths, fit),
        theirs=lambda: fitted.wildboottest(**told)["Pr(>|t|)"],
        tolerance=0.08,  # of two random draws
        repeats=5,
    )


def many_verdicts(generator):
    """Print how long one verdict on many entities takes."""
    for entities in (40, 1000, 10_000):
        levels = np.exp(np.cumsum(generator.normal(size=(2, entities, 6)) / 10, axis=2))
        keys = {
            "entity": np.repeat([f"b{i}" for i in range(entities)], 6),
            "year": np.tile(np.arange(2016, 2022), entities),
        }
        panel = pd.DataFrame(keys).assign(m=levels[0].ravel(), t=levels[1].ravel())
        judge = partial(hs.assess, panel, organisation="m", economy="t")
        taken = np.median([timed(judge) for _ in range(3)])
        print(f"one verdict, {entities:,} entities: {taken:.0f} ms", flush=True)


def scipy_p(x, y):
    """Return the exact two-sided p of r by scipy.

    The statistic is the quickest that orders as |r| does. scipy's own "two-sided" is
    twice the smaller tail, which is another p.
    """
    apart = y - y.mean()
    done = permutation_test(
        (x,),
        lambda orders, axis: np.abs(orders @ apart),
        permutation_type="pairings",
        n_resamples=np.inf,
        alternative="greater",
        vectorized=True,
    )
    return done.pvalue


def lifelines_params(table):
    """Return the coefficients by lifelines, the constant first."""
    fitter = LogNormalAFTFitter()
    fitter.fit_interval_censoring(
        table, lower_bound_col="lower", upper_bound_col="upper"
    )
    return fitter.params_["mu_"][["Intercept", "x1", "x2"]].to_numpy()


def timed(task):
    """Return how many milliseconds a call of a task takes in one turn."""
    calls, start = 0, perf_counter()
    while (passed := perf_counter() - start) < TURN:
        task()
        calls += 1
    return 1000 * passed / calls


def run(race):
    """Print the row of one race and return whether the two results agree."""
    ours, theirs = np.atleast_1d(race.ours()), np.atleast_1d(race.theirs())
    turns = [(timed(race.theirs), timed(race.ours)) for _ in range(race.repeats)]
    peer_ms, our_ms = np.median(turns, axis=0)
    peer_ms *= race.whole
    ratio = peer_ms / our_ms
    times = [f"{peer_ms:.2f}", f"{our_ms:.2f}", f"{ratio:.0f}", f"{race.target}"]
    met = "yes" if ratio >= race.target else "no"
    print(LAYOUT.format(race.task, race.peer, *times, met), flush=True)
    apart = np.abs(ours[: len(theirs)] - theirs).max()
    if not apart <= race.tolerance:
        print(f"  the results differ by {apart:.1e}, more than {race.tolerance:.0e}")
    return apart <= race.tolerance


def verdicts(generator):
    """Print how long one verdict on points takes; a first one is not counted."""
    for growths in (5, 9, 16, 41):
        steps = generator.normal(0.05, 0.1, size=growths)
        t = np.exp(np.cumsum([0, *(steps + 0.03 * generator.normal(size=growths))]))
        m = 100 * np.exp(np.cumsum([0, *steps]))
        years = range(2021 - growths, 2022)
        panel = pd.DataFrame({"entity": "a", "year": years, "m": m, "t": t})
        judge = partial(hs.assess, panel, organisation="m", economy="t")
        judge()
        taken = np.median([timed(judge) for _ in range(5)])
        print(f"one verdict, {growths} growths: {taken:.0f} ms", flush=True)


def main():
    """Print the table and return an exit code."""
    warnings.simplefilter("ignore")
    generator = np.random.default_rng(66)
    print(LAYOUT.format(*HEAD))
    races = [one_building, many_buildings, interval_regression]
    races += [clustered_errors, histories, wild_bootstrap]
    agreed = [run(race(generator)) for race in races]
    verdicts(generator)
    many_verdicts(generator)
    return 0 if all(agreed) else 1


if __name__ == "__main__":
    sys.exit(main())
