"""Which boxes and regressors does a formula make of a table?

The formulas are those of statsmodels, and its engine works them out.
"""

from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hengstats.errors import DataError


def build_design(
    formula: str, data: pd.DataFrame, depth: int
) -> tuple[pd.Series, pd.Series, pd.DataFrame, Any]:
    """Return lower ends, upper ends, regressors, and how to build them again.

    Parameters
    ----------
    formula : str
        "lower + upper ~ x1 + x2"; a missing end is an open one.
    data : DataFrame
        The columns that the formula names.
    depth : int
        Calls between this one and the user, whose own names a formula may use.
    """
    from statsmodels.formula.formulatools import handle_formula_data

    ends = [name.strip() for name in formula.partition("~")[0].split("+")]
    if len(ends) != 2 or ends[0] == ends[1]:
        raise DataError(
            f"公式“{formula}”的左边须是两列：下端 + 上端，如 lower + upper ~ x。"
            f" [the left side of {formula!r} must be lower + upper]"
        )
    opened = zip(ends, (-np.inf, np.inf), strict=True)
    filled = {name: data[name].fillna(end) for name, end in opened if name in data}
    (boxes, X), missing, spec = handle_formula_data(
        data.assign(**filled), None, formula, depth=depth + 1, missing="drop"
    )
    for row in np.flatnonzero(np.zeros(1) if missing is None else missing)[:1]:
        raise DataError(
            f"行 {data.index[row]} 缺少公式“{formula}”要用的数。"
            f"请去掉这一行，或补上。 [row {data.index[row]}: a regressor is missing]"
        )
    if boxes.shape[1] != 2:
        raise DataError(
            f"公式“{formula}”的左边得出 {boxes.shape[1]} 列，须是两列数：下端 + 上端。"
            f" [the left side of {formula!r} gives {boxes.shape[1]} columns, not 2]"
        )
    frame = pd.DataFrame(X.to_numpy(dtype=float), data.index, [*X.columns])
    low, high = (pd.Series(boxes.iloc[:, j].to_numpy(), data.index) for j in (0, 1))
    return low, high, frame, spec


def design_again(spec: Any, data: ArrayLike) -> pd.DataFrame:
    """Return the regressors of a formula for another table; a gap stays a gap."""
    if not isinstance(data, pd.DataFrame):
        raise DataError(
            "由公式建立的模型，预测时要给一张含公式中各变量的表（DataFrame）。"
            " [a model with a formula predicts from a DataFrame]"
        )
    plain = data.reset_index(drop=True)
    try:
        manager = import_module("statsmodels.formula._manager").FormulaManager()
    except ModuleNotFoundError:  # statsmodels 0.14 knows one engine only
        design = import_module("patsy").dmatrix(spec, plain, return_type="dataframe")
    else:
        design = manager.get_matrices(spec, plain, pandas=True, prediction=True)
    return pd.DataFrame(design).reindex(plain.index).set_axis(data.index)
