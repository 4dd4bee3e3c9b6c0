"""Writes the tables of what misleads rule E, and of how far off what it finds is.

Two series share a pattern and are otherwise unrelated (`customary/patterns.py`): how
often the rule says `moves_together`, and how often `suggestive` or more, by number of
known years. Beside them what a control series makes of it; and, where two series are
related, the mean |r| of those found and how many of them have the wrong sign. Some
fifteen minutes. Others may be milder or harsher: the strengths are examples.
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
from pathlib import Path

import numpy as np
import pandas as pd
from customary.asked import read_replications
from customary.ours import TABLED, findings
from customary.patterns import PATTERNS
from tqdm import tqdm

SEED, REPLICATIONS = 66, 2_000
LENGTHS = (5, 6, 7, 8, 10, 12, 16)  # known years
FIRST = 6  # years at which a reader who looks every spring begins
CONTROLLED = ("third_series", "rebound", "strong_rebound")
TRUTHS, TIMES = (0.3, 0.5, 0.7), 20  # more replications, as few are found
FOLDER = Path(__file__).parents[1] / "hengstats" / "evidence"
HEAD = "# replications={n} seed={seed}; written by benchmarks/blind_spots.py\n"


def judge(kind, x, y):
    """Return which are suggestive or more, and which move together, as a reader looks.

    Who looks every spring stops at the first finding; who picks a shock year after
    looking leaves out the one that gives most.
    """
    n = x.shape[1]
    parts = [slice(None)]
    if kind == "every_spring":
        parts = [slice(0, growths) for growths in range(FIRST - 1, n + 1)] or parts
    if kind == "shock_picked" and n > 4:
        parts += [np.arange(n) != left for left in range(n)]
    found = [findings(x[:, part], y[:, part]) for part in parts]
    suggestive, together = np.any(found, axis=0)
    return suggestive, together


def spots(kind, years, n):
    """Return the rates of one pattern at one number of years."""
    generator = np.random.default_rng([SEED, [*PATTERNS].index(kind), years])
    x, y, control = PATTERNS[kind](n, years - 1, generator)
    suggestive, together = judge(kind, x, y)
    row = {"pattern": kind, "years": years, "suggestive": suggestive.mean()}
    row |= {"moves_together": together.mean()}
    if kind in CONTROLLED and years > 5:
        with_control = findings(x, y, control)
        names = ("suggestive_controlled", "moves_together_controlled")
        rates = (found.mean() for found in with_control)
        row |= dict(zip(names, rates, strict=True))
    return row


def inflation(years, n):
    """Return mean |r| and wrong signs of what is found, one row a finding."""
    rows = []
    for number, truth in enumerate(TRUTHS):
        generator = np.random.default_rng([SEED, 100 + number, years])
        x, own = generator.standard_normal((2, n, years - 1))
        y = truth * x + np.sqrt(1 - truth**2) * own
        one, two = (side - side.mean(axis=1, keepdims=True) for side in (x, y))
        size = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
        r = (one * two).sum(axis=1) / size
        suggestive, together = findings(x, y)
        kinds = {"suggestive": suggestive & ~together, "moves_together": together}
        for finding, rows_found in kinds.items():
            if rows_found.sum() >= 50:
                own_r = r[rows_found]
                shown, wrong = np.abs(own_r).mean(), (own_r < 0).mean()
                rows.append([finding, years, truth, shown, wrong])
    return rows


def main():
    """Simulate, and write or print the tables."""
    n = read_replications(REPLICATIONS, __doc__)
    cells = [(kind, years) for kind in PATTERNS for years in LENGTHS]
    table = pd.DataFrame([spots(*cell, n) for cell in tqdm(cells, unit="cell")])
    times = {years: TIMES if years <= TABLED else 2 for years in LENGTHS}
    rows = [row for years in LENGTHS for row in inflation(years, n * times[years])]
    columns = ["finding", "years", "truth", "mean_r", "wrong_sign"]
    found = pd.DataFrame(rows, columns=columns)
    print(table.round(3).to_string(index=False))
    print(found.round(3).to_string(index=False))
    if n < REPLICATIONS:
        print(f"A trial of {n} replications; the tables shipped are as they were.")
        return
    for name, own in (("blind_spots", table), ("inflation", found)):
        with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="\n") as file:
            file.write(HEAD.format(n=n, seed=SEED))
            own.round(4).to_csv(file, index=False, lineterminator="\n")


if __name__ == "__main__":
    sys.exit(main())
