"""Which coefficients fit figures that are printed as points, bounds and ranges?"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from hengstats.errors import DataError
from hengstats.evidence.interval.boxedols import envelope_of
from hengstats.evidence.interval.existence import (
    refuse_flat,
    refuse_line,
    refuse_no_spread,
    refuse_separation,
)
from hengstats.evidence.interval.fit import IntervalFit
from hengstats.evidence.interval.formula import build_design
from hengstats.evidence.interval.observed import Array, Observations, numbers, observe
from hengstats.evidence.interval.olsen import Boxes, Place, arrange, climb

# Below the first, no interval likelihood; below the second, Student's t.
FEWEST, MANY = 20, 100
# Rounding of an end, as a fraction of the largest.
ROUNDING = 1e-14


class IntervalRegression:
    """A linear regression on boxes: points, bounds and ranges, as printed.

    Parameters
    ----------
    lower, upper : array or Series
        Ends of the box of each observation, one per row. Equal ends are a point. A
        lower end that is missing or -inf leaves an upper bound only (left-censored),
        an upper end that is missing or inf a lower bound only (right-censored). Where
        the distribution is lognormal, so does a lower end of 0 or less.
    X : array or DataFrame
        Regressors, one per column, with their constant; column names are kept.
    distribution : str, default "normal"
        Of the errors: "normal", or "lognormal" for errors that are normal in logs.

    Raises
    ------
    DataError
        If a row contradicts itself, has no end or lacks a regressor; if lengths or
        row names differ; if a column of X follows from the others; or if the
        distribution is unknown. The message names the row or column.

    Examples
    --------
    >>> hour = np.arange(24.0)
    >>> X = pd.DataFrame({"const": 1.0, "hour": hour})
    >>> printed = 10 * np.round((50 + 7 * hour + 9 * np.cos(5 * hour)) / 10)
    >>> fit = IntervalRegression(printed - 5, printed + 5, X).fit()
    >>> fit.params.round(1).tolist()
    [50.7, 6.9]
    """

    def __init__(
        self,
        lower: ArrayLike,
        upper: ArrayLike,
        X: ArrayLike,
        distribution: str = "normal",
    ) -> None:
        self.distribution = distribution
        self.observed = observe(lower, upper, X, distribution)

    @classmethod
    def from_formula(
        cls, formula: str, data: pd.DataFrame, distribution: str = "normal"
    ) -> "IntervalRegression":
        """Return the model of "lower + upper ~ x1 + x2" on the columns of a table.

        The right side is a formula of statsmodels, with its intercept. A missing end
        is an open end; a missing regressor is refused.
        """
        lower, upper, X, spec = build_design(formula, data, depth=2)
        model = cls(lower, upper, X, distribution)
        model.observed = replace(model.observed, spec=spec)
        return model

    def fit(self, small_sample: bool = True) -> IntervalFit:
        """Return the maximum of the likelihood, and standard errors.

        Parameters
        ----------
        small_sample : bool, default True
            Below 100 observations, multiply variances by n / (n - k), k being the
            number of coefficients, and use Student's t with n - k degrees of freedom.
            False gives the standard errors of R's survreg, and the normal
            distribution. From 100 observations on it makes no difference: z.

        Returns
        -------
        IntervalFit
            Coefficients, standard errors and sigma, at full precision.

        Raises
        ------
        DataError
            If there are fewer than 20 observations, or the likelihood has no maximum:
            a line passes through every box, or one-sided bounds are separated, or do
            not bound sigma; or if it is so flat there that no digit would be right.

        Notes
        -----
        Newton's method in theta = beta / sigma and gamma = 1 / sigma, in which the
        log-likelihood is concave (Olsen 1978, Econometrica 46, 1211). Standard errors
        come from the observed information in beta and log sigma. Whether a maximum
        exists is settled first, by a certificate or a linear program.
        """
        n, k = self.observed.X.shape
        if n < FEWEST:
            raise DataError(
                f"只有 {n} 个观测，不到 {FEWEST} 个：区间似然的 Wald 区间名义 95%，"
                "实际只盖住 76%–78%，不可用。请改用 envelope()：最小二乘的 t 区间在"
                "所有读法上的并集。"
                f" [n = {n}, below {FEWEST}: Wald intervals cover 76-78 % for a nominal"
                " 95 %; use .envelope()]"
            )
        origin, unit, low, high = _in_units_of_spread(self.observed)
        boxes = arrange(self.observed.Q, low, high)
        refuse_line(self.observed.Q, low, high, _noise(self.observed, unit))
        refuse_separation(self.observed, low, high)
        refuse_no_spread(boxes, k)
        top = climb(boxes, np.append(np.zeros(k), 1.0), k + 1)
        refuse_flat(top)
        use_t = small_sample and n < MANY
        return self._describe(boxes, top, origin, unit, use_t)

    def envelope(
        self, value: ArrayLike | None = None, alpha: float = 0.05
    ) -> pd.DataFrame:
        """Return least squares at the printed figures and over every reading of them.

        The honest answer below 20 observations, and exact: at each reading of the
        boxes a t interval keeps its coverage, so the union over all readings does.

        Parameters
        ----------
        value : array or Series, optional
            Printed figures, missing where only a bound was printed. By default only
            points are printed figures; the middle of a box is not one.
        alpha : float, default 0.05
            One less the coverage of the t intervals.

        Returns
        -------
        DataFrame
            One row per `term`, in the units of the coefficients (logs where the
            distribution is lognormal): `estimate` at the printed figures, missing if
            one is; `lower`, `upper`, its bounds over the boxes; `conf_low`,
            `conf_high`, the union of the t intervals; `p_value_largest`, the largest
            p of the t test, 1 where the bounds hold zero. An open end of a box opens
            whatever it moves.

        Raises
        ------
        DataError
            If no degree of freedom is left, more than 19 observations are boxes with
            two ends, or a printed figure lies outside its box.

        Notes
        -----
        Coefficients are linear and standard errors convex in the figures, so that
        the ends of the intervals are extreme, and |t| is least, at a corner of the
        boxes or along an open side.
        """
        return envelope_of(self.observed, self._printed(value), alpha)

    def _describe(
        self, boxes: Boxes, top: Place, origin: Array, unit: float, use_t: bool
    ) -> IntervalFit:
        """Return a maximum in the units of the data."""
        observed, gamma = self.observed, top.at[-1]
        (n, k), theta, sigma = observed.X.shape, top.at[:-1], unit / gamma
        low, high = observed.lower, observed.upper
        point, names = low == high, observed.names
        jacobian = boxes.n_points * np.log(unit)
        jacobian += float(low[point].sum()) if observed.log else 0.0
        # d beta / d (theta, gamma) is sigma times (1, -theta / gamma).
        change = np.column_stack([np.eye(k), -theta / gamma])
        change = sigma * solve_triangular(observed.R, change)
        covariance = change @ np.linalg.solve(top.information, change.T)
        covariance *= n / (n - k) if use_t else 1.0
        beta = solve_triangular(observed.R, origin + sigma * theta)
        return IntervalFit(
            params=pd.Series(beta, names),
            covariance=pd.DataFrame(covariance, names, names),
            scale=float(sigma),
            llf=top.loglik - float(jacobian),
            distribution=self.distribution,
            nobs=n,
            n_points=boxes.n_points,
            n_left=int((boxes.sign > 0).sum()),
            n_right=int((boxes.sign < 0).sum()),
            n_intervals=boxes.half.size,
            df_resid=n - k,
            use_t=use_t,
            converged=top.converged,
            n_iter=top.n_iter,
            observed=observed,
        )

    def _printed(self, value: ArrayLike | None) -> Array | None:
        """Return printed figures on the scale of the model, each inside its box."""
        if value is None:
            return None
        observed, printed = self.observed, numbers(value, "value")
        if printed.shape != observed.lower.shape:
            raise DataError(
                f"value 的形状是 {printed.shape}，须与 lower 一样是"
                f" {observed.lower.shape}。 [value and lower differ in length]"
            )
        if observed.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                printed = np.log(printed)
        given = ~np.isnan(printed)
        inside = (observed.lower <= printed) & (printed <= observed.upper)
        for row in np.flatnonzero(given & ~(inside & np.isfinite(printed)))[:1]:
            raise DataError(
                f"行 {observed.index[row]} 的印出数不在它的区间之内。请核对这一行。"
                f" [row {observed.index[row]}: value lies outside its box]"
            )
        return printed


def _in_units_of_spread(observed: Observations) -> tuple[Array, float, Array, Array]:
    """Return a first line in terms of Q, its spread, and the ends about it in spreads.

    The line is that of least squares on the middles, or the one finite end.
    """
    low, high = observed.lower, observed.upper
    middle = np.where(np.isfinite(low), low, high)
    half = np.zeros(low.shape)
    bounded = np.isfinite(low) & np.isfinite(high)
    middle[bounded] = low[bounded] / 2 + high[bounded] / 2
    half[bounded] = high[bounded] / 2 - low[bounded] / 2
    origin = observed.Q.T @ middle
    line = observed.Q @ origin
    spread = (middle - line) ** 2 + half**2 / 3
    unit = float(np.sqrt(spread.mean())) or 1.0
    return origin, unit, (low - line) / unit, (high - line) / unit


def _noise(observed: Observations, unit: float) -> float:
    """Return what rounding may have added to an end, in units of spread."""
    ends = np.concatenate([observed.lower, observed.upper])
    return ROUNDING * float(np.abs(ends[np.isfinite(ends)]).max()) / unit
