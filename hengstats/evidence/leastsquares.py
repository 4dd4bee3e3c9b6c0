"""What straight line fits best, to how many digits?

Columns are scaled, factored by Householder QR, and the answer is refined once with
residuals in twice the working precision (Björck 1967). Neither the normal equations
nor their inverse are formed: they would lose twice the digits.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from hengstats.errors import DataError

EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquares:
    """A linear model fitted by least squares.

    Attributes
    ----------
    params : ndarray
        One coefficient per column of X, in units of y per unit of the column.
    bse : ndarray
        Their standard errors, for errors of equal variance without correlation.
    df_resid : int
        Rows less columns.
    resid_sd : float
        Root of the sum of squared residuals over `df_resid`, in the unit of y.
    rsquared : float
        Share of the sum of squares explained: about the mean of y where the columns
        span a constant, about zero where they do not. Missing if there is nothing
        to explain.
    condition : float
        Condition number of X with columns scaled to length one. Its logarithm to
        base ten is how many of 16 digits rounding in X can cost.
    """

    params: np.ndarray
    bse: np.ndarray
    df_resid: int
    resid_sd: float
    rsquared: float
    condition: float


def least_squares(y: ArrayLike, X: ArrayLike) -> LeastSquares:
    """Return the coefficients of y on the columns of X, with standard errors.

    Parameters
    ----------
    y : array_like
        Outcomes, one per row.
    X : array_like
        Regressors, one per column, with their constant if there is to be one.

    Returns
    -------
    LeastSquares
        Accurate to about 16 digits less log10 of `condition`.

    Raises
    ------
    DataError
        If a number is missing, X has not more rows than columns, or its columns are
        so nearly dependent that no digit of the coefficients would be right; the
        message names the condition number.

    Notes
    -----
    The standard error of coefficient j is the length of z times `resid_sd`, where z
    is the shortest vector with X'z = e_j. Both z and the residuals solve Björck's
    augmented system r + X b = f, X'r = g, which is therefore the only one here.

    Examples
    --------
    >>> fit = least_squares([1, 2, 2, 4], [[1, 0], [1, 1], [1, 2], [1, 3]])
    >>> fit.params.round(3).tolist(), fit.bse.round(3).tolist()
    ([0.9, 0.9], [0.495, 0.265])
    """
    y, X = np.asarray(y, dtype=float), np.asarray(X, dtype=float)
    n_rows, n_columns = X.shape
    if not (np.isfinite(y).all() and np.isfinite(X).all()):
        raise DataError(
            "自变量或因变量中有缺失或无穷的数。请先去掉这些行。"
            " [least squares: a number is missing or infinite]"
        )
    if n_rows <= n_columns:
        raise DataError(
            f"{n_rows} 行数据不足以估计 {n_columns} 个系数及其标准误。请减少自变量。"
            f" [least squares: {n_rows} rows for {n_columns} coefficients]"
        )
    # Powers of two, so that scaling itself rounds nothing.
    scale = np.ldexp(1.0, np.frexp(np.linalg.norm(X, axis=0))[1])
    scaled = X / scale
    Q, R = linalg.qr(scaled, mode="economic")
    condition = _condition(R)
    noise = n_rows * EPSILON * condition
    if noise >= 1:
        raise DataError(
            f"自变量几乎线性相关（条件数 {condition:.1e}），系数没有一位数字可信。"
            "请去掉其中一列。"
            f" [least squares: condition number {condition:.1e}, no digits are left]"
        )
    params, resid = _solve(scaled, Q, R, y, np.zeros(n_columns))
    nothing, unit = np.zeros(n_rows), np.eye(n_columns)
    shortest = [_solve(scaled, Q, R, nothing, each)[1] for each in unit]
    resid_sd = float(np.linalg.norm(resid)) / math.sqrt(n_rows - n_columns)
    ones = np.ones(n_rows)
    off_span = np.linalg.norm(ones - Q @ (Q.T @ ones))
    centre = math.fsum(y) / n_rows if off_span <= noise * math.sqrt(n_rows) else 0.0
    total = float(np.linalg.norm(y - centre))
    return LeastSquares(
        params=params / scale,
        bse=resid_sd * np.linalg.norm(shortest, axis=1) / scale,
        df_resid=n_rows - n_columns,
        resid_sd=resid_sd,
        rsquared=1 - float(resid @ resid) / total**2 if total else math.nan,
        condition=condition,
    )


def _condition(R: np.ndarray) -> float:
    """Return the condition number of R with columns of length one."""
    length = np.linalg.norm(R, axis=0)
    return float(np.linalg.cond(R / length)) if length.all() else math.inf


def _solve(
    X: np.ndarray, Q: np.ndarray, R: np.ndarray, f: np.ndarray, g: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return b and r with r + X b = f and X'r = g, solved and refined once."""
    b, r = np.zeros(X.shape[1]), np.zeros(X.shape[0])
    for _ in range(2):
        missing_f = _exact_rows(np.column_stack([f, -r]), X, -b)
        missing_g = _exact_rows(g[:, None], X.T, -r)
        along = Q.T @ missing_f - linalg.solve_triangular(R, missing_g, trans="T")
        b = b + linalg.solve_triangular(R, along)
        r = r + missing_f - Q @ along
    return b, r


def _exact_rows(terms: np.ndarray, A: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return the row sums of terms, plus A v, each rounded only once.

    Products are split into value and rounding error (Veltkamp 1968, Dekker 1971).
    That works wherever a float is a double; long doubles are longer only on some.
    """
    product = A * v
    A_high, v_high = _upper_half(A), _upper_half(v)
    A_low, v_low = A - A_high, v - v_high
    error = product - A_high * v_high - A_low * v_high - A_high * v_low
    error = A_low * v_low - error
    summed = np.column_stack([terms, product, error]).tolist()
    return np.array([math.fsum(row) for row in summed])


def _upper_half(values: np.ndarray) -> np.ndarray:
    """Return the upper 26 bits of each number."""
    shifted = values * (2.0**27 + 1)
    return shifted - (shifted - values)
