"""Least squares with certified answers: what to fit, and how many digits are right.

The problems are those of the Statistical Reference Datasets of NIST (StRD, linear
regression), whose certified values are printed to 15 digits. All but Longley's are in
the files beside this one; the files call the outcome "tax" and the regressor "members",
but they are NIST's y and x. Longley's data come with statsmodels, and so do NIST's
certified values of them (class Longley in statsmodels/regression/tests/results/
results_regression.py), which are repeated here.
"""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
from statsmodels.datasets import longley

HERE = Path(__file__).parent
POWERS = {
    "norris": range(2),
    "pontius": range(3),
    "noint1": [1],
    "filip": range(11),
    "wampler1": range(6),
    "wampler5": range(6),
}
PROBLEMS = ["longley", *POWERS]
CERTIFIED = json.loads((HERE / "nist_linear.json").read_text("utf-8"))
CERTIFIED["longley"] = {
    "coef": [
        -3482258.63459582,
        15.0618722713733,
        -0.0358191792925910,
        -2.02022980381683,
        -1.03322686717359,
        -0.0511041056535807,
        1829.15146461355,
    ],
    "se": [
        890420.383607373,
        84.9149257747669,
        0.0334910077722432,
        0.488399681651699,
        0.214274163161675,
        0.226073200069370,
        455.478499142212,
    ],
    "resid_sd": 304.854073561965,
    "r2": 0.995479004577296,
}


def read(problem):
    """Return y and X of a problem, the constant first."""
    if problem == "longley":
        data = longley.load_pandas()
        X = np.column_stack([np.ones(len(data.exog)), data.exog])
        return data.endog.to_numpy(dtype=float), X
    with (HERE / f"nist_{problem}.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (float(row["tax"]), Fraction(row["members"]))
            for row in csv.DictReader(file)
        ]
    # Powers are taken exactly and rounded once, the same on every computer.
    X = [[float(x**power) for power in POWERS[problem]] for _, x in rows]
    return np.array([y for y, _ in rows]), np.array(X)


def digits(found, certified):
    """Return how many digits of the worst number are right, between 0 and 15.

    This is NIST's log relative error; where 0 is certified, the log of the error.
    """
    found, certified = np.atleast_1d(found), np.atleast_1d(certified)
    size = np.where(certified == 0, 1.0, np.abs(certified))
    error = np.nan_to_num(np.abs(found - certified) / size, nan=1.0)
    return abs(float(np.log10(np.clip(error.max(), 1e-15, 1.0))))
