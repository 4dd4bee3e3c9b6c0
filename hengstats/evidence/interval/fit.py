"""What did the regression on boxes find, and how sure is it?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from hengstats.errors import DataError
from hengstats.evidence.interval.formula import design_again
from hengstats.evidence.interval.observed import Array, Observations, matrix

if TYPE_CHECKING:
    from statsmodels.iolib.summary import Summary


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalFit:
    """A linear regression on boxed observations, fitted by maximum likelihood.

    Attributes
    ----------
    params : Series
        Coefficients, in the unit of the figures per unit of the column, or in logs
        of it where the distribution is lognormal.
    covariance : DataFrame
        Of the coefficients.
    scale : float
        Sigma, the standard deviation of the errors, by maximum likelihood; in the
        unit of the figures, or in logs.
    llf : float
        Log-likelihood of the printed figures.
    distribution : str
        `normal` or `lognormal`.
    nobs : int
        Observations.
    n_points, n_left, n_right, n_intervals : int
        Of them, points, upper bounds only, lower bounds only, boxes with two ends.
    df_resid : int
        Observations less coefficients.
    use_t : bool
        Whether variances were multiplied by n / (n - k), and p values and intervals
        come from Student's t; otherwise from the normal distribution.
    converged : bool
        Always true: a fit that does not converge is refused.
    n_iter : int
        Steps of Newton's method.
    observed : Observations
        What the model was fitted to.
    """

    params: pd.Series
    covariance: pd.DataFrame
    scale: float
    llf: float
    distribution: str
    nobs: int
    n_points: int
    n_left: int
    n_right: int
    n_intervals: int
    df_resid: int
    use_t: bool
    converged: bool
    n_iter: int
    observed: Observations

    @property
    def aic(self) -> float:
        """Akaike's criterion: -2 llf + 2 (k + 1), sigma being a parameter too."""
        return -2 * self.llf + 2 * (len(self.params) + 1)

    @property
    def bse(self) -> pd.Series:
        """Standard errors of the coefficients."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), self.params.index)

    @property
    def tvalues(self) -> pd.Series:
        """Coefficients over their standard errors."""
        return self.params / self.bse

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p of each coefficient, by t or z as `use_t` says."""
        beyond = -self.tvalues.abs().to_numpy()
        tail = stdtr(self.df_resid, beyond) if self.use_t else ndtr(beyond)
        return pd.Series(2 * tail, self.params.index)

    def cov_params(self) -> pd.DataFrame:
        """Return the covariance of the coefficients."""
        return self.covariance.copy()

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the interval of each coefficient, lower end 0 and upper end 1."""
        upper = 1 - alpha / 2
        quantile = stdtrit(self.df_resid, upper) if self.use_t else ndtri(upper)
        reach = quantile * self.bse
        return pd.DataFrame({0: self.params - reach, 1: self.params + reach})

    def predict(self, X: ArrayLike | None = None) -> pd.Series:
        """Return what is expected at regressors, on the scale of the printed figures.

        Parameters
        ----------
        X : array or DataFrame, optional
            Regressors with their constant; a frame is read by column name. Where the
            model came from a formula, a table with the variables of the formula. The
            observations themselves by default.

        Returns
        -------
        Series
            Mean (normal) or median (lognormal, which is exp(x'b)).
        """
        if X is None:
            design, index = self.observed.X, self.observed.index
        elif self.observed.spec is not None:
            table = design_again(self.observed.spec, X)
            design, index = matrix(table), table.index
        else:
            design, index = _columns_of(self.observed, X)
        line = design @ self.params.to_numpy()
        return pd.Series(np.exp(line) if self.observed.log else line, index)

    def summary(self) -> "Summary":
        """Return a table of statsmodels' kind: prints as text, shows in Jupyter."""
        from statsmodels.iolib.summary import Summary
        from statsmodels.iolib.table import SimpleTable

        test = "t" if self.use_t else "z"
        ends = self.conf_int().to_numpy().T
        columns = [self.params, self.bse, self.tvalues, self.pvalues, *ends]
        rows = np.column_stack([np.asarray(column) for column in columns])
        head = ["coef", "std err", test, f"P>|{test}|", "[0.025", "0.975]"]
        shown = [[f"{figure:.4g}" for figure in row] for row in rows]
        about = [
            ("distribution", self.distribution, "n", str(self.nobs)),
            ("log-likelihood", f"{self.llf:.6g}", "points", str(self.n_points)),
            ("AIC", f"{self.aic:.6g}", "left-censored", str(self.n_left)),
            ("sigma", f"{self.scale:.6g}", "right-censored", str(self.n_right)),
            ("df resid", str(self.df_resid), "intervals", str(self.n_intervals)),
        ]
        summary = Summary()
        summary.tables.append(SimpleTable(about, title="Interval regression"))
        summary.tables.append(SimpleTable(shown, head, list(self.params.index)))
        if self.use_t:
            summary.add_extra_txt(["Variance times n / (n - k), Student's t."])
        return summary

    def _repr_html_(self) -> str:
        """Return the summary for Jupyter."""
        return str(self.summary().as_html())


def _columns_of(observed: Observations, X: ArrayLike) -> tuple[Array, pd.Index]:
    """Return the regressors of a model without a formula, in its order."""
    if isinstance(X, pd.DataFrame):
        table = X.rename(columns=str)
        absent = [name for name in observed.names if name not in table.columns]
        if absent:
            raise DataError(
                f"X 缺少模型的列：{'、'.join(absent)}。请补上。"
                f" [X lacks the columns {absent}]"
            )
        return matrix(table[observed.names]), X.index
    design = matrix(X)
    if design.shape[1] != len(observed.names):
        raise DataError(
            f"X 有 {design.shape[1]} 列，模型有 {len(observed.names)} 个系数"
            f"（{'、'.join(observed.names)}）。请逐列对应，常数项也在内。"
            f" [X has {design.shape[1]} columns, the model {len(observed.names)}]"
        )
    return design, pd.RangeIndex(len(design))
