"""Writes the table of false alarms of many entities that the library ships.

How often each customary procedure, and `hengstats.assess`, says that two measures go
together, at its nominal five percent, in panels where they were drawn independently:
by kind of panel and number of entities. `assess` is called panel by panel; the others
are computed for all at once, and compared with statsmodels, linearmodels and pyfixest
on some of the panels. Some fifteen minutes on two cores. The exit code is 1 where a
peer differs, or a rate is off the one from which the rule was chosen.
"""

import os

# Read when numpy is imported, so set before it; two processes do the work.
os.environ.update(
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    VECLIB_MAXIMUM_THREADS="1",
)

import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from customary.asked import read_replications
from customary.panels import PROCEDURES, simulate_panels
from tqdm import tqdm

from hengstats.evidence.refusals import KINDS, OURS

ALPHA, SEED, REPLICATIONS, YEARS = 0.05, 20211231, 1000, 6
ENTITIES = (5, 10, 30, 100)
CHUNK, PROCESSES, COMPARED = 50, 2, 10
SHIPPED = Path(__file__).parents[1] / "hengstats" / "evidence" / "panel_alarms.csv"
HEAD = "# replications={n} years={years} seed={seed}; written by benchmarks/panels.py\n"
CR2, HISTORIES = f"{OURS}_cr2", f"{OURS}_histories"
# Percent by kind, at 5, 10, 30 and 100 entities: the simulation, of 2,000 panels each,
# from which the rule was chosen.
STATED = {
    "twoway_levels": ["10 9 7 7", "36 54 94 100", "33 32 26 19", "15 20 29 47"],
    CR2: ["4 5 6 5", "4 4 6 4", "8 7 7 7", "7 14 33 55"],
    HISTORIES: ["4 6 6 5", "4 6 6 5", "14 24 40 51", "7 13 31 55"],
}


def draw(kind, entities, n):
    """Return log levels of the panels of one cell."""
    generator = np.random.default_rng([SEED, KINDS.index(kind), entities])
    return simulate_panels(kind, entities, YEARS, n, generator)


def frame(x, y):
    """Return one panel as its user would give it."""
    entities, years = x.shape
    keys = {
        "entity": np.repeat([f"b{i:03}" for i in range(entities)], years),
        "year": np.tile(np.arange(2016, 2016 + years), entities),
    }
    levels = {"branch_members": np.exp(x).ravel(), "tax_revenue": np.exp(y).ravel()}
    return pd.DataFrame(keys | levels)


def own_claims(job):
    """Return how many panels `assess`, and its two tests, say move together."""
    import hengstats as hs

    kind, entities, start, stop, n = job
    claimed = dict.fromkeys((OURS, f"{OURS}_suggestive", CR2, HISTORIES), 0)
    x, y = draw(kind, entities, n)
    for levels in zip(x[start:stop], y[start:stop], strict=True):
        verdict = hs.assess(
            frame(*levels), organisation="branch_members", economy="tax_revenue"
        )
        p = verdict.table.set_index("statistic")["value"]
        claimed[OURS] += verdict.finding == "moves_together"
        claimed[f"{OURS}_suggestive"] += verdict.finding != "no_sign"
        claimed[CR2] += p["p_value"] <= ALPHA
        claimed[HISTORIES] += p["p_histories"] <= ALPHA
    return claimed


def peer_p(x, y):
    """Return the p of levels with two-way dummies by the libraries, in default ways."""
    import pyfixest  # peers: only in the benchmarks' environment
    import statsmodels.formula.api as smf
    from linearmodels.panel import PanelOLS

    table = frame(x, y)
    table["x"], table["y"] = x.ravel(), y.ravel()
    fixed = pyfixest.feols("y ~ x | entity + year", table, vcov="iid")
    clustered = pyfixest.feols("y ~ x | entity + year", table, vcov={"CRV1": "entity"})
    panel = table.set_index(["entity", "year"])
    effects = {"entity_effects": True, "time_effects": True}
    return {
        "pyfixest, CRV1": ("twoway_levels", clustered.pvalue()["x"]),
        "pyfixest, iid": ("twoway_levels_iid", fixed.pvalue()["x"]),
        "statsmodels": (
            "twoway_levels_iid",
            smf.ols("y ~ x + C(entity) + C(year)", table).fit().pvalues["x"],
        ),
        "linearmodels": (
            "twoway_levels_iid",
            PanelOLS(panel["y"], panel[["x"]], **effects).fit().pvalues["x"],
        ),
    }


def compare(n):
    """Print how far our p of levels lies from that of the libraries; return if near."""
    far = {}
    for kind, entities in product(KINDS, ENTITIES[:3]):
        x, y = (side[:COMPARED] for side in draw(kind, entities, n))
        ours = {
            key: PROCEDURES[key](x, y) for key in ("twoway_levels", "twoway_levels_iid")
        }
        for i in range(len(x)):
            for peer, (key, p) in peer_p(x[i], y[i]).items():
                far[peer] = max(far.get(peer, 0.0), abs(ours[key][i] - p))
    for peer, apart in far.items():
        print(f"{peer}: p of levels apart by {apart:.1e} at most")
    return max(far.values()) < 1e-6


def rates(n):
    """Return the rate of each procedure in each cell, from `n` panels a cell."""
    cells = list(product(KINDS, ENTITIES))
    jobs = [
        (*cell, s, min(s + CHUNK, n), n) for cell in cells for s in range(0, n, CHUNK)
    ]
    found = {cell: dict.fromkeys(PROCEDURES, 0.0) for cell in cells}
    for kind, entities in cells:
        panels = draw(kind, entities, n)
        for key, procedure in PROCEDURES.items():
            found[kind, entities][key] = float((procedure(*panels) <= ALPHA).mean())
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        done = tqdm(pool.map(own_claims, jobs), total=len(jobs), unit="job")
        for (kind, entities, *_), claimed in zip(jobs, done, strict=True):
            for key, claims in claimed.items():
                own = found[kind, entities]
                own[key] = own.get(key, 0.0) + claims / n
    table = pd.DataFrame(found).stack(level=1, future_stack=True)[list(KINDS)]
    return table.rename_axis(["procedure", "entities"]).round(4)


def check(table, n):
    """Print stated and found rates, and return whether they are within their error."""
    held = True
    for key, cells in STATED.items():
        for kind, cell in zip(KINDS, cells, strict=True):
            stated = [int(percent) for percent in cell.split()]
            own = [table.loc[(key, entities), kind] for entities in ENTITIES]
            spread = [
                3 * np.sqrt(max(p * (1 - p), 0.01) * (1 / n + 1 / 2000)) + 0.005
                for p in np.array(stated) / 100
            ]
            near = np.abs(np.array(own) - np.array(stated) / 100) <= spread
            held &= bool(near.all()) or key == "twoway_levels"
            shown = "/".join(f"{100 * p:.0f}" for p in own)
            told = "/".join(cell.split())
            print(f"{key:<20}{kind:<20}{shown:>14}  stated {told:>14}  {near.tolist()}")
    return held


def main():
    """Simulate, write or print the table, and return an exit code."""
    n = read_replications(REPLICATIONS, __doc__)
    warnings.simplefilter("ignore")
    near = compare(n)
    table = rates(n)
    print(table.to_string())
    held = check(table, n)
    if n < REPLICATIONS:
        print(f"A trial of {n} replications; the table shipped is as it was.")
    else:
        with SHIPPED.open("w", encoding="utf-8", newline="\n") as file:
            file.write(HEAD.format(n=n, years=YEARS, seed=SEED))
            table.to_csv(file, lineterminator="\n")
    return 0 if near and held else 1


if __name__ == "__main__":
    sys.exit(main())
