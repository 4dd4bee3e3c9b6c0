"""Prints how many digits least squares keeps, ours and what a user has today.

Problems and certified answers are NIST's (tests/reference/nist.py); printed are the
right digits of the worst coefficient and, after the stroke, of the worst standard
error. 0.0 means that not even the order of magnitude is right, or no number came.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import statsmodels.api as sm

from hengstats.evidence.envelope import factor, fit_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from reference.nist import CERTIFIED, PROBLEMS, digits, read

COLUMNS = ["hengstats", "statsmodels pinv", "statsmodels qr", "numpy lstsq"]


def fits(y, X):
    """Return coefficients and standard errors, one pair for each column."""
    Q, R = factor(X, [str(j) for j in range(X.shape[1])])
    slope, error = fit_rows(Q, R, y[None])
    pairs = [(slope[0], error[0])]
    for method in ("pinv", "qr"):
        peer = sm.OLS(y, X).fit(method=method)
        pairs.append((peer.params, peer.bse))
    condition = np.linalg.cond(R / np.linalg.norm(R, axis=0))
    return [*pairs, (np.linalg.lstsq(X, y)[0], None)], condition


def cell(coefficients, errors, certified):
    """Return the digits of one fit as they are printed."""
    printed = f"{digits(coefficients, certified['coef']):.1f}"
    if errors is None:
        return printed
    return f"{printed} / {digits(errors, certified['se']):.1f}"


def main():
    """Print the table."""
    warnings.simplefilter("ignore")  # statsmodels warns where it loses all digits
    print("Right digits of coefficients / standard errors, against NIST")
    print(
        "".join(f"{word:<18}" for word in ["problem", *COLUMNS, "condition"]).rstrip()
    )
    for problem in PROBLEMS:
        found, condition = fits(*read(problem))
        cells = [cell(*pair, CERTIFIED[problem]) for pair in found]
        row = [problem, *cells, f"{condition:.1e}"]
        print("".join(f"{word:<18}" for word in row).rstrip())


if __name__ == "__main__":
    main()
