"""Times the check of a sheet beside pandas, which only loads it.

A CSV of 100,000 rows and ten columns and a workbook of 20,000, invented. Ours starts a
child process, scans the archive, reads every cell, checks keys, units, years and jumps;
the peer makes a table of it and checks nothing. They take turns in one run. Printed are
the median seconds and their ratio. The exit code is 1 where the two read different
figures.
"""

import argparse
import csv
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import openpyxl
import pandas as pd

import hengstats as hs

HEAD = ["年份", "楼宇", "税收(亿元)", "党员数", "党支部数", "企业数", "活动场次"]
HEAD += ["参与人次", "参与人数", "备注"]
YEARS = range(2016, 2022)
MOST_IN_BOOK = 20_000  # rows: a sheet of a workbook may have 200,000 cells


def invent(rows):
    """Return the rows of a sheet of invented buildings."""
    return [
        [
            YEARS[i % 6],
            f"示例大厦{i // 6}",
            round(1 + (i * 7919 % 1000) / 250, 2),
            *(10 + (i * step) % 90 for step in (3, 5, 7, 11, 13, 17)),
            "",
        ]
        for i in range(rows)
    ]


def write_files(folder, rows):
    """Return a CSV and a workbook that hold the same table."""
    table = [HEAD, *invent(rows)]
    plain, book = folder / "sheet.csv", folder / "sheet.xlsx"
    with plain.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)
    written = openpyxl.Workbook(write_only=True)
    sheet = written.create_sheet("示例")
    for row in table[: MOST_IN_BOOK + 1]:
        sheet.append(row)
    written.save(book)
    return plain, book


def read_workbook(file):
    """Return what pandas reads with the engine that most users have."""
    return pd.read_excel(file, engine="openpyxl")


def timed(action):
    """Return seconds and result of one call."""
    start = perf_counter()
    result = action()
    return perf_counter() - start, result


def race(file, repeats):
    """Return median seconds of ours and of pandas, and whether they agree."""
    load = pd.read_csv if file.suffix == ".csv" else read_workbook
    ours, theirs = [], []
    for _ in range(repeats):
        seconds, checked = timed(lambda: hs.check(file))
        ours.append(seconds)
        seconds, table = timed(lambda: load(file))
        theirs.append(seconds)
    same = checked.records["tax"].tolist() == table["税收(亿元)"].tolist()
    return median(ours), median(theirs), same


def main():
    """Print one line per kind of file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    agree = True
    with tempfile.TemporaryDirectory() as folder:
        for file in write_files(Path(folder), asked.rows):
            ours, theirs, same = race(file, asked.repeats)
            agree &= same
            print(
                f"{file.suffix[1:]}: check {ours:.2f} s, pandas {theirs:.2f} s,"
                f" pandas / check {theirs / ours:.2f}; same figures: {same}"
            )
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
