"""Counts how often real libraries, and ours, claim an association that is not there.

Every simulated building goes through the calls that a user would write today, one by
one, and through `hengstats.assess`. Counted is how often each says "together" at its
nominal five percent. About a quarter of an hour on two cores; what is found is written
to docs/, each number by this script. The exit code is 1 where a promise does not hold.
"""

import os

# Read when numpy is imported, so set before it; two processes do the work.
os.environ.update(
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    VECLIB_MAXIMUM_THREADS="1",
)

import argparse
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from customary.nulls import simulate_linked, simulate_pairs
from pages.false_alarms import (
    LINKED,
    draw,
    table_at_six,
    table_of_assess,
    table_of_power,
    write_page,
)
from tqdm import tqdm

from hengstats.evidence.refusals import NULLS

# Each with the library that is called.
LIBRARIES = {
    "levels_ols": "statsmodels",
    "levels_pearson": "scipy",
    "levels_hc3": "statsmodels",
    "levels_hac": "statsmodels",
    "levels_kendall": "scipy",
    "both_rise": "pymannkendall",
    "levels_trend": "statsmodels",
    "granger": "statsmodels",
    "growth_no_intercept": "statsmodels",
    "growth_ols": "statsmodels",
    "growth_hc3": "statsmodels",
    "growth_hac": "statsmodels",
    "growth_spearman_scipy": "scipy",
    "assess": "hengstats",
    "assess_suggestive": "hengstats",
}
WITH_POWER = ("growth_ols", "assess", "assess_suggestive")
LENGTHS = (5, 6, 7, 8)  # known years
R = 0.9  # correlation of growths where there is one, called LINKED
CELLS = [(kind, length) for length in LENGTHS for kind in NULLS]
CELLS += [(LINKED, length) for length in LENGTHS if length > 5]
ALPHA, SEED, FIRST_YEAR = 0.05, 66, 2016
LEAST_REPLICATIONS, CHUNK, PROCESSES = 4000, 100, 2
# The promises.
LEAST_LEVELS, MOST_ASSESS, NEAR = 0.90, 0.05, 0.03
POWER_TARGETS = {6: 0.33, 7: 0.56, 8: 0.73}
DOCS = Path(__file__).resolve().parents[1] / "docs"


@dataclass(frozen=True, slots=True)
class Job:
    """Some of the simulated buildings of one cell: rows `start` to `stop` of `n`."""

    kind: str
    length: int
    start: int
    stop: int
    n: int


def simulate(job):
    """Return years and log levels of the buildings of one job."""
    years = np.arange(FIRST_YEAR, FIRST_YEAR + job.length)
    generator = np.random.default_rng([SEED, CELLS.index((job.kind, job.length))])
    if job.kind == LINKED:
        x, y = simulate_linked(years, job.n, generator, R)
    else:
        x, y = simulate_pairs(job.kind, years, job.n, generator)
    return years, x[job.start : job.stop], y[job.start : job.stop]


def growth_ols_p(x, y):
    """Return p of growth on growth, with an intercept, as statsmodels gives it."""
    import statsmodels.api as sm

    return sm.OLS(np.diff(y), sm.add_constant(np.diff(x))).fit().pvalues[1]


def customary_claims(x, y, years):
    """Return which procedures say "together" of one building: each a real call."""
    import pymannkendall as mk  # a peer: only in the benchmarks' environment
    import statsmodels.api as sm
    from scipy.stats import kendalltau, pearsonr, spearmanr
    from statsmodels.tsa.stattools import grangercausalitytests

    lag = {"cov_type": "HAC", "cov_kwds": {"maxlags": 1}}
    levels = sm.OLS(y, sm.add_constant(x))
    with_trend = sm.OLS(y, sm.add_constant(np.column_stack([x, years - years[0]])))
    dx, dy = np.diff(x), np.diff(y)
    growth = sm.OLS(dy, sm.add_constant(dx))
    granger = grangercausalitytests(np.column_stack([y, x]), maxlag=1)
    p = {
        "levels_ols": levels.fit().pvalues[1],
        "levels_pearson": pearsonr(x, y).pvalue,
        "levels_hc3": levels.fit(cov_type="HC3").pvalues[1],
        "levels_hac": levels.fit(**lag).pvalues[1],
        "levels_kendall": kendalltau(x, y, method="exact").pvalue,
        "levels_trend": with_trend.fit().pvalues[1],
        "granger": granger[1][0]["ssr_chi2test"][1],
        "growth_no_intercept": sm.OLS(dy, dx).fit().pvalues[0],
        "growth_ols": growth_ols_p(x, y),
        "growth_hc3": growth.fit(cov_type="HC3").pvalues[1],
        "growth_hac": growth.fit(**lag).pvalues[1],
        "growth_spearman_scipy": spearmanr(dx, dy).pvalue,
    }
    trends = {mk.original_test(series, alpha=ALPHA).trend for series in (x, y)}
    together = len(trends) == 1 and trends != {"no trend"}
    return {key: one <= ALPHA for key, one in p.items()} | {"both_rise": together}


def own_claims(x, y, years):
    """Return what `hengstats.assess` says of one building, given as its user would."""
    import hengstats as hs

    levels = {"branch_members": np.exp(x), "tax_revenue": np.exp(y)}
    frame = pd.DataFrame({"entity": "simulated", "year": years} | levels)
    verdict = hs.assess(frame, organisation="branch_members", economy="tax_revenue")
    together = verdict.finding == "moves_together"
    return {
        "assess": together,
        "assess_suggestive": together or verdict.finding == "suggestive",
    }


def count(job):
    """Return how many buildings of a job each procedure says move together."""
    warnings.simplefilter("ignore")  # what a user would see of so few years
    claimed = Counter()
    years, levels_x, levels_y = simulate(job)
    for x, y in zip(levels_x, levels_y, strict=True):
        if job.kind == LINKED:
            said = {"growth_ols": growth_ols_p(x, y) <= ALPHA}
        else:
            said = customary_claims(x, y, years)
        said |= own_claims(x, y, years)
        claimed.update({key: int(claim) for key, claim in said.items()})
    return claimed


def run(n):
    """Return the rate of each procedure in each cell, from `n` buildings a cell."""
    starts = range(0, n, CHUNK)
    jobs = [Job(*cell, s, min(s + CHUNK, n), n) for cell in CELLS for s in starts]
    claimed = {cell: Counter() for cell in CELLS}
    with (
        ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool,
        tqdm(total=n * len(CELLS), unit="building") as bar,
    ):
        for job, found in zip(jobs, pool.map(count, jobs), strict=True):
            claimed[job.kind, job.length].update(found)
            bar.update(job.stop - job.start)
    rows = [
        [key, library, kind, length, n, claimed[kind, length][key] / n]
        for key, library in LIBRARIES.items()
        for kind, length in CELLS
        if kind != LINKED or key in WITH_POWER
    ]
    columns = ["procedure", "library", "null", "years", "replications", "rate"]
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(std_error=np.sqrt(found["rate"] * (1 - found["rate"]) / n))


def checks(found):
    """Return each promise in 简体 and English, and whether it holds."""
    rate = found.set_index(["procedure", "null", "years"])["rate"]
    levels = rate["levels_ols", "drift", 6]
    own = max(rate["assess", kind, n] for kind in NULLS for n in POWER_TARGETS)
    apart = {n: abs(rate["assess", LINKED, n] - t) for n, t in POWER_TARGETS.items()}
    targets = " / ".join(f"{100 * target:.0f}" for target in POWER_TARGETS.values())
    off, near = 100 * max(apart.values()), 100 * NEAR
    return [
        (
            f"6 年、各自增长：对数水平 OLS 误报 {100 * levels:.1f}%，"
            f"应不低于 {100 * LEAST_LEVELS:.0f}%",
            f"6 years, drift: OLS on log levels is wrong in {100 * levels:.1f}%; "
            f"stated: at least {100 * LEAST_LEVELS:.0f}%",
            levels >= LEAST_LEVELS,
        ),
        (
            f"6 至 8 年、四种情形：assess 误报最多 {100 * own:.1f}%，"
            f"应不高于 {100 * MOST_ASSESS:.0f}%",
            f"6 to 8 years, four kinds: assess is wrong in {100 * own:.1f}% at most; "
            f"stated: at most {100 * MOST_ASSESS:.0f}%",
            own <= MOST_ASSESS,
        ),
        (
            f"检出力与 {targets}% 相差最多 {off:.1f} 个百分点，应在 {near:.0f} 个之内",
            f"power is off {targets}% by {off:.1f} points at most; "
            f"stated: within {near:.0f}",
            off <= near,
        ),
    ]


def main():
    """Run the study, write and print it, and return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--replications",
        type=int,
        default=LEAST_REPLICATIONS,
        help="simulated buildings a cell; docs/ is left alone below %(default)s",
    )
    parser.add_argument("--out", type=Path, help="folder to write to, instead of docs/")
    options = parser.parse_args()
    n = options.replications
    found = run(n)
    promises = checks(found)
    out = options.out or (DOCS if n >= LEAST_REPLICATIONS else None)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        page = write_page(
            found,
            promises,
            seed=SEED,
            r=R,
            targets=POWER_TARGETS,
            least=LEAST_REPLICATIONS,
        )
        (out / "false-alarms.md").write_text(page, encoding="utf-8", newline="\n")
        rounded = found.round({"std_error": 6})
        rounded.to_csv(out / "false-alarms.csv", index=False, lineterminator="\n")
        draw(found, out / "false-alarms", SEED)
    tables = [
        table_at_six(found, R, "en"),
        table_of_assess(found, "en"),
        table_of_power(found, POWER_TARGETS, "en"),
    ]
    print(f"\nSimulated, {n:,} replications a cell; %, and Monte Carlo standard errors")
    for table in tables:
        print(table.to_string(index=False), end="\n\n")
    for _, sentence, holds in promises:
        print("holds" if holds else "FAILS", sentence, sep="  ")
    if n < LEAST_REPLICATIONS:
        print(f"A trial of {n} replications, not the study; docs/ is as it was.")
    return 0 if all(holds for *_, holds in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
