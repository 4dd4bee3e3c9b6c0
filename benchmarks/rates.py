"""Writes the table of false-alarm rates that the library ships.

How often each customary procedure, and our own rule, says that two series go together,
at its nominal five percent, when they were drawn independently: by number of known
years. Vectorised; `false_alarms.py` asks the real libraries. Some ten minutes.
"""

import os

# Read when numpy is imported, so set before it.
os.environ.update(
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    VECLIB_MAXIMUM_THREADS="1",
)

from pathlib import Path

import numpy as np
import pandas as pd
from customary.asked import read_replications
from customary.nulls import simulate_cross_section, simulate_pairs
from customary.ours import rule_claims
from customary.procedures import CUSTOMARY, levels_ols_p
from tqdm import tqdm

from hengstats.evidence.refusals import CROSS, FOR_GAPS, LEAST_YEARS, NULLS, OURS

ALPHA, SEED, REPLICATIONS = 0.05, 20211231, 10_000
LENGTHS = (*range(LEAST_YEARS, 17), 20, 30, 40)
ENTITIES = (*range(2, 11), 12, 15, 20, 30, 50)
SHIPPED = Path(__file__).parents[1] / "hengstats" / "evidence" / "false_alarms.csv"
HEAD = (
    "# replications={n} seed={seed}; written by benchmarks/rates.py. years: known years"
    " in a row, with the middle one of one more missing for {gaps}; for {cross}:"
    " entities in one year.\n"
)


def rates(length, n):
    """Return the rates at one number of known years, one row a procedure."""
    row, gapped = np.arange(length + 0.0), np.arange(length + 1.0)
    gapped = np.delete(gapped, length // 2)
    table = {}
    for number, kind in enumerate(NULLS):
        drawn = {
            missing: simulate_pairs(
                kind, years, n, np.random.default_rng([SEED, number, length, missing])
            )
            for missing, years in enumerate((row, gapped))
        }
        found = {}
        for key, (p_value, least) in CUSTOMARY.items():
            missing = key in FOR_GAPS
            p = p_value(*drawn[missing], gapped if missing else row)
            found[key] = (p <= ALPHA).mean() if length >= least else np.nan
        table[kind] = found | {OURS: rule_claims(*drawn[0], row).mean()}
    return pd.DataFrame(table).rename_axis("procedure").assign(years=length)


def cross_rates(entities, n):
    """Return how often levels of unrelated measures correlate, sharing only size."""
    rate = np.nan
    if entities >= LEAST_YEARS:
        generator = np.random.default_rng([SEED, entities])
        x, y = simulate_cross_section(entities, n, generator)
        rate = (levels_ols_p(x, y, np.arange(entities)) <= ALPHA).mean()
    own = pd.DataFrame([dict.fromkeys(NULLS, rate)], index=[CROSS])
    return own.rename_axis("procedure").assign(years=entities)


def main():
    """Simulate, and write or print the table."""
    n = read_replications(REPLICATIONS, __doc__)
    parts = [rates(length, n) for length in tqdm(LENGTHS, unit="length")]
    parts += [cross_rates(entities, n) for entities in ENTITIES]
    table = pd.concat(parts).set_index("years", append=True)
    table = table.loc[[*CUSTOMARY, OURS, CROSS]].round(4)
    if n < REPLICATIONS:
        print(table.to_string())
        print(f"A trial of {n} replications; the table shipped is as it was.")
        return
    head = HEAD.format(n=n, seed=SEED, gaps=" and ".join(FOR_GAPS), cross=CROSS)
    with SHIPPED.open("w", encoding="utf-8", newline="\n") as file:
        file.write(head)
        table.to_csv(file, lineterminator="\n")


if __name__ == "__main__":
    main()
