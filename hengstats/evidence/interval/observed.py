"""Which observations may a regression on printed figures be given?

Everything is checked here, once: rows that contradict themselves, rows that say
nothing, and columns that repeat others are refused by name.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hengstats.errors import DataError

Array = NDArray[np.float64]

DISTRIBUTIONS = ("normal", "lognormal")
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """Boxes and regressors, checked, on the scale on which the model is linear.

    Attributes
    ----------
    lower, upper : ndarray
        Ends of each box, in logs where the distribution is lognormal; an open end is
        infinite.
    X : ndarray
        Regressors, one per column, with their constant.
    Q, R : ndarray
        X = Q R, the columns of Q of length one and at right angles.
    names : list of str
        Columns of X.
    index : Index
        Rows, as the user named them.
    log : bool
        Whether the ends are logs.
    spec : object
        How the formula engine builds X from a table; None without a formula.
    """

    lower: Array
    upper: Array
    X: Array
    Q: Array
    R: Array
    names: list[str]
    index: pd.Index
    log: bool
    spec: Any = None


def observe(
    lower: ArrayLike, upper: ArrayLike, X: ArrayLike, distribution: str
) -> Observations:
    """Return the observations, or name the row or column that cannot be used."""
    if distribution not in DISTRIBUTIONS:
        raise DataError(
            f"不认得分布“{distribution}”。请用 normal 或 lognormal。"
            f" [unknown distribution {distribution!r}]"
        )
    index = _common_index(lower, upper, X)
    low, high, design = numbers(lower, "lower"), numbers(upper, "upper"), matrix(X)
    if not (low.ndim == high.ndim == 1 and len(low) == len(high) == len(design)):
        raise DataError(
            f"lower、upper、X 的形状是 {low.shape}、{high.shape}、{design.shape}。"
            "请让三者逐行对应。 [lower, upper and X differ in length]"
        )
    names = column_names(X, design)
    index = pd.RangeIndex(len(low)) if index is None else index
    missing = ~np.isfinite(design)
    if missing.any():
        row, column = (int(place) for place in np.argwhere(missing)[0])
        raise DataError(
            f"行 {index[row]} 的“{names[column]}”缺数。请去掉这一行，或补上这个数。"
            f" [row {index[row]}: {names[column]} is missing]"
        )
    log = distribution == "lognormal"
    low, high = _check_boxes(low, high, index, log)
    Q, R = _factor(design, names)
    return Observations(
        lower=low,
        upper=high,
        X=design,
        Q=Q,
        R=R,
        names=names,
        index=index,
        log=log,
    )


def numbers(values: ArrayLike, name: str) -> Array:
    """Return numbers as an array of floats; what is missing becomes NaN."""
    try:
        if isinstance(values, pd.Series | pd.DataFrame):
            return values.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as fault:
        raise DataError(
            f"{name} 里有不是数的东西（{fault}）。请只给数。 [{name} is not numeric]"
        ) from fault


def matrix(X: ArrayLike) -> Array:
    """Return regressors as a matrix, one per column."""
    design = numbers(X, "X")
    if design.ndim != 2 or design.shape[1] == 0:
        raise DataError(
            f"X 的形状是 {design.shape}，须是二维：一行一个观测，一列一个自变量，"
            "常数项也在内。 [X must have two dimensions and include its constant]"
        )
    return design


def column_names(X: ArrayLike, design: Array) -> list[str]:
    """Return the columns of a frame, or const, x1, x2 as statsmodels names them."""
    if isinstance(X, pd.DataFrame):
        return [str(name) for name in X.columns]
    names, count = [], 0
    for column in design.T:
        constant = bool(column.all() and (column == column[0]).all())
        count += not constant
        names.append("const" if constant and "const" not in names else f"x{count}")
    return names


def _common_index(*tables: ArrayLike) -> pd.Index | None:
    """Return the index of those that have one; refuse rows that do not match."""
    found = [t.index for t in tables if isinstance(t, pd.Series | pd.DataFrame)]
    if any(len(one) == len(found[0]) and not one.equals(found[0]) for one in found):
        raise DataError(
            "lower、upper、X 的行名不同，不能逐行对应。请先按同一行名对齐。"
            " [the indices of lower, upper and X are not aligned]"
        )
    return found[-1] if found else None


def _check_boxes(
    low: Array, high: Array, index: pd.Index, log: bool
) -> tuple[Array, Array]:
    """Return both ends on the scale of the model, open ends infinite."""
    low = np.where(np.isnan(low), -np.inf, low)
    high = np.where(np.isnan(high), np.inf, high)
    _refuse_row(low > high, index, low, high, "下端大于上端")
    _refuse_row((low == np.inf) | (high == -np.inf), index, low, high, "没有一个数")
    if log:
        _refuse_row(high <= 0, index, low, high, "没有一个正数，取不了对数")
        with np.errstate(divide="ignore"):
            low, high = np.log(np.maximum(low, 0.0)), np.log(high)
    opened = (low == -np.inf) & (high == np.inf)
    _refuse_row(opened, index, low, high, "两端都是空的，什么也没有说")
    return low, high


def _refuse_row(
    wrong: NDArray[np.bool_], index: pd.Index, low: Array, high: Array, fault: str
) -> None:
    """Refuse the first row that is wrong."""
    for row in np.flatnonzero(wrong)[:1]:
        box = f"[{low[row]:g}, {high[row]:g}]"
        raise DataError(
            f"行 {index[row]} 的区间 {box} {fault}。请核对或去掉这一行。"
            f" [row {index[row]}: the box {box} cannot be used]"
        )


def _factor(X: Array, names: list[str]) -> tuple[Array, Array]:
    """Return Q and R, or name the columns that follow from those before them."""
    n_rows, n_columns = X.shape
    if n_rows < n_columns:
        raise DataError(
            f"{n_rows} 个观测定不下 {n_columns} 个系数。请减少自变量。"
            f" [{n_rows} rows for {n_columns} columns of X]"
        )
    # Powers of two, so that scaling itself rounds nothing.
    scale = np.ldexp(1.0, np.frexp(np.sqrt((X * X).sum(axis=0)))[1])
    Q, R = np.linalg.qr(X / scale)
    repeated = np.abs(np.diag(R)) <= n_rows * EPSILON * np.sqrt((R * R).sum(axis=0))
    if repeated.any():
        which = "、".join(f"“{names[j]}”" for j in np.flatnonzero(repeated))
        raise DataError(
            f"X 的列{which}可由它前面的各列推出，系数不能唯一确定。请去掉。"
            f" [X is rank deficient: {[names[j] for j in np.flatnonzero(repeated)]}]"
        )
    return Q, R * scale
