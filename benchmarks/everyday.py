"""How long does everyday work take, beside plain pandas?

4,000 invented buildings in six years came in by `add`. Ours loads the figures of tax,
builds the panel and works out growth, every figure with its bounds, wording and source;
the peer reads the same sheet with `read_csv`, pivots it and takes differences of logs.
They take turns in one run. Printed are median milliseconds of work and their ratio, for
the first load of a folder and for the next ones. The exit code is 1 where growth
differs.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
import pandas as pd

import hengstats as hs
from hengstats import dataset, figures, records

TAX = "税收(亿元)"


def invent(buildings, generator):
    """Return a sheet of invented buildings, tax with two decimals."""
    growths = generator.normal(0.08, 0.1, (buildings, 6)).cumsum(axis=1)
    tax = np.exp(generator.normal(1, 1, (buildings, 1)) + growths)
    names = [f"示例大厦{i}" for i in range(buildings)]
    table = pd.DataFrame(tax, index=pd.Index(names, name="楼宇"))
    table = table.set_axis(pd.Index(range(2016, 2022), name="年份"), axis=1)
    return table.stack().clip(0.01).round(2).rename(TAX).reset_index()


def ours(folder):
    """Return growth from a dataset, entity by entity and year by year."""
    hs.load_tax(folder)
    panel = hs.build_panel(folder)
    return hs.growth(panel, "tax_revenue")


def forget():
    """Make the next load a first one."""
    dataset._read.cache_clear()
    figures.settle_figures.cache_clear()
    records._box.cache_clear()


def theirs(sheet):
    """Return growth from a sheet by plain pandas."""
    table = pd.read_csv(sheet, encoding="utf-8-sig")
    wide = table.pivot(index="楼宇", columns="年份", values=TAX)
    return np.log(wide).diff(axis=1)


def timed(action, given):
    """Return milliseconds and result of one call."""
    start = process_time()
    result = action(given)
    return 1000 * (process_time() - start), result


def race(sheet, folder, repeats):
    """Return the times of pandas, of a first load and of the next, and both results."""
    times = []
    theirs(sheet), ours(folder)
    for _ in range(repeats):
        plain, peer = timed(theirs, sheet)
        forget()
        first, growth = timed(ours, folder)
        again, growth = timed(ours, folder)
        times.append((plain, first, again))
    return [median(turn) for turn in zip(*times, strict=True)], growth, peer


def main():
    """Print both ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--buildings", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=9)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        sheet, folder = Path(place) / "sheet.csv", str(Path(place) / "district")
        table = invent(asked.buildings, np.random.default_rng(66))
        table.to_csv(sheet, index=False, encoding="utf-8-sig")
        hs.new(folder)
        hs.add(sheet, folder, title="示例")
        (plain, first, again), growth, peer = race(sheet, folder, asked.repeats)
    for load, ms in (("first load", first), ("next loads", again)):
        print(
            f"{load}: hengstats {ms:.0f} ms, pandas {plain:.0f} ms,"
            f" hengstats / pandas {ms / plain:.1f} (at most 20)"
        )
    found = growth.pivot(index="entity", columns="year", values="value")
    same = np.allclose(found, peer.loc[found.index, found.columns], atol=1e-12)
    print(f"same growth: {same}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
