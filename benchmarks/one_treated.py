"""Counts how often a p clustered by entity finds a change where there is none.

Ten units, six years, noise alone; one, two, three or five of them "begin" something in
the fourth year. Counted is how often each says so at its nominal five percent: two-way
fixed effects with errors clustered by unit, by statsmodels and linearmodels as a user
would call them, and ours, where it computes a p at all; of the placebo rank how often p
is at most its limit, one in ten, as with one unit treated no p can be smaller. The exit
code is 1 where a promise does not hold.
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

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from customary.asked import read_replications
from linearmodels.panel import PanelOLS
from tqdm import tqdm

import hengstats as hs

UNITS, YEARS, SEED, REPLICATIONS = 10, 6, 66, 300
TREATED = (1, 2, 3, 5)
NOISE = {"white noise": 0.0, "random walks": 1.0}
NOMINAL, PLACEBO = 0.05, 0.10
LAYOUT = "{:<14}{:>8}{:>14}{:>14}{:>12}{:>12}{:>14}"
HEAD = ("noise", "treated", "statsmodels", "linearmodels", "ours, CR2", "pooled t")
HEAD += ("rank p <= .10",)


def simulate(draw, memory):
    """Return a panel of units that have nothing but noise."""
    steps = draw.normal(0, 0.1, (UNITS, YEARS))
    for year in range(1, YEARS):
        steps[:, year] += memory * steps[:, year - 1]
    rows = [(f"u{i}", 2016 + t) for i in range(UNITS) for t in range(YEARS)]
    panel = pd.DataFrame(rows, columns=["entity", "year"])
    return panel.assign(m=np.exp(steps.ravel()))


def p_values(panel, treated):
    """Return the p of each procedure, missing where it is refused."""
    names = [f"u{i}" for i in range(treated)]
    table = panel.assign(y=np.log(panel["m"]))
    table["d"] = (table["entity"].isin(names) & (table["year"] >= 2019)).astype(float)
    groups = {"groups": pd.factorize(table["entity"])[0]}
    formula = smf.ols("y ~ d + C(entity) + C(year)", table)
    peer = formula.fit(cov_type="cluster", cov_kwds=groups)
    effects = {"entity_effects": True, "time_effects": True}
    indexed = table.set_index(["entity", "year"])
    other = PanelOLS(indexed["y"], indexed[["d"]], **effects)
    fitted = other.fit(cov_type="clustered", cluster_entity=True)
    found = hs.compare(panel, treated=names, since=2019, outcome="m")
    own = found.table.set_index("statistic")["value"]
    ours = [own.get(f"p_{name}", np.nan) for name in ("cluster", "pooled_t", "placebo")]
    return [peer.pvalues["d"], fitted.pvalues["d"], *ours]


def main():
    """Print the table; return the exit code."""
    n = read_replications(REPLICATIONS, __doc__)
    warnings.simplefilter("ignore")  # the peers warn of a singular covariance
    print(
        f"Said to have changed in noise, % of {n} panels of {UNITS} units, seed {SEED}"
    )
    print(LAYOUT.format(*HEAD))
    kept = True
    for noise, memory in NOISE.items():
        for treated in TREATED:
            draw = np.random.default_rng([SEED, treated, int(memory)])
            every = range(n)
            ps = np.array(
                [
                    p_values(simulate(draw, memory), treated)
                    for _ in tqdm(every, leave=False)
                ]
            )
            limits = np.array([NOMINAL] * 4 + [PLACEBO])
            rates = np.where(
                np.isnan(ps).any(axis=0), np.nan, (ps <= limits).mean(axis=0)
            )
            cells = ["refused" if np.isnan(r) else f"{100 * r:.1f}" for r in rates]
            print(LAYOUT.format(noise, treated, *cells))
            spread = 3 * np.sqrt(PLACEBO * (1 - PLACEBO) / n)
            kept &= bool(np.isnan(rates[2]) == (treated < 3))
            kept &= bool(rates[4] <= PLACEBO + spread)
    print("The clustered p is refused where fewer than three are treated, and the rank")
    print(f"keeps its size: {'holds' if kept else 'DOES NOT HOLD'}.")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
