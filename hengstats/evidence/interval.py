"""Fits a linear regression to boxes: points, bounds and ranges, as printed.

A likelihood model of statsmodels, so that what comes back is what statsmodels gives:
`summary()`, `t_test`, `conf_int`, `predict` and the rest.
"""

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.base.wrapper as wrap
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit
from statsmodels.base.model import (
    GenericLikelihoodModel,
    GenericLikelihoodModelResults,
    LikelihoodModelResults,
    LikelihoodResultsWrapper,
)
from statsmodels.genmod.families import links

from hengstats.evidence.envelope import (
    corners,
    factor,
    interval_union,
    is_box,
    open_sides,
)
from hengstats.evidence.likelihood import (
    Array,
    Boxes,
    Place,
    climb,
    look,
    refuse_line,
    separation,
)
from hengstats.evidence.pairs import linear_range
from hengstats.messages import data_error

# Fewer degrees of freedom than these, and no interval likelihood.
FEWEST = 4
_FAR = 1e4  # times the spread of the nearer ends
MOST_BOXES = 19  # 524,288 corners
# Rounding of an end, as a fraction of the largest.
ROUNDING = 1e-14
# In standard deviations of the errors, a direction with less information than this is
# one in which no observation is within seven of its bound.
FLAT = 1e-12
# Sigma that exceeds the spread of the bounds a thousand million times is infinite.
LEAST_GAMMA = 1e-9


class IntervalRegression(GenericLikelihoodModel):
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
        row names differ; if no digit of a coefficient would be right, as a column of X
        follows from the others; or if the distribution is unknown.

    Notes
    -----
    The parameters are the coefficients, in the unit of the figures per unit of the
    column, and log sigma, of the errors; in logs where the distribution is lognormal.

    Examples
    --------
    >>> hour = np.arange(24.0)
    >>> X = pd.DataFrame({"const": 1.0, "hour": hour})
    >>> printed = 10 * np.round((50 + 7 * hour + 9 * np.cos(5 * hour)) / 10)
    >>> fit = IntervalRegression(printed - 5, printed + 5, X).fit()
    >>> fit.params.round(1).tolist()
    [50.7, 6.9, 1.7]
    """

    def __init__(
        self,
        lower: ArrayLike,
        upper: ArrayLike,
        X: ArrayLike,
        distribution: str = "normal",
    ) -> None:
        if distribution not in ("normal", "lognormal"):
            raise data_error("interval.distribution", distribution=distribution)
        self.distribution, self.is_log = distribution, distribution == "lognormal"
        ends, table = _observe(lower, upper, X, log=self.is_log)
        self.Q, self.R = factor(table.to_numpy(), list(table.columns))
        super().__init__(ends, table, extra_params_names=["log_scale"])
        n, k = table.shape
        self.df_model, self.df_resid = k - self.k_constant, n - k
        self.link = links.Log() if self.is_log else links.Identity()
        self.low, self.high = self.endog.T
        # Least squares on the middles, and their spread: the units of the likelihood.
        sign = (self.low == -np.inf) * 1.0 - (self.high == np.inf)
        middle = np.where(sign > 0, self.high, self.low)
        half = np.where(sign == 0, self.high / 2 - self.low / 2, 0.0)
        self._origin = self.Q.T @ (middle + half)
        rest = middle + half - self.Q @ self._origin
        self._unit = float(np.sqrt((rest**2 + half**2 / 3).mean())) or 1.0
        self._boxes = Boxes(
            rows=np.column_stack([-self.Q, rest / self._unit]),
            half=half / self._unit,
            sign=sign,
        )

    @classmethod
    def from_formula(
        cls, formula: str, data: pd.DataFrame, distribution: str = "normal"
    ) -> "IntervalRegression":
        """Return the model of "lower + upper ~ x1 + x2" on the columns of a table.

        The right side is a formula of statsmodels, with its intercept. A missing end
        is an open end; a missing regressor is refused.
        """
        from statsmodels.formula.formulatools import handle_formula_data

        ends = [name.strip() for name in formula.partition("~")[0].split("+")]
        if len(ends) != 2 or ends[0] == ends[1]:
            raise data_error("interval.formula_ends", formula=formula)
        opened = zip(ends, (-np.inf, np.inf), strict=True)
        filled = {name: data[name].fillna(end) for name, end in opened if name in data}
        # Two calls up are the names of the user, which a formula may use.
        (boxes, X), missing, spec = handle_formula_data(
            data.assign(**filled), None, formula, depth=2, missing="drop"
        )
        for row in [] if missing is None else data.index[missing][:1]:
            raise data_error("interval.formula_missing", row=row, formula=formula)
        if (n := boxes.shape[1]) != 2:
            raise data_error("interval.formula_columns", formula=formula, n=n)
        X = pd.DataFrame(X.to_numpy(dtype=float), data.index, [*X.columns])
        low, high = boxes.to_numpy().T
        model = cls(low, high, X, distribution)
        model.formula, model.data.frame = formula, data
        # Where statsmodels looks for it: until 0.14, and since.
        model.data.design_info = model.data.model_spec = spec
        return model

    def loglikeobs(self, params: ArrayLike) -> Array:
        """Return the log-likelihood of each observation."""
        # A point has a density, in the unit of the figures.
        density = np.log(self._unit) + (self.low if self.is_log else 0.0)
        point = self.low == self.high
        place, _ = self._look(params)
        return place.each - np.where(point, density, 0.0)

    def score_obs(self, params: ArrayLike, **kwds: object) -> Array:
        """Return the gradient of the log-likelihood of each observation, one a row."""
        place, jacobian = self._look(params)
        return place.slopes @ jacobian

    def score(self, params: ArrayLike) -> Array:
        """Return the gradient of the log-likelihood."""
        return self.score_obs(params).sum(axis=0)

    def hessian(self, params: ArrayLike) -> Array:
        """Return the second derivative of the log-likelihood."""
        place, jacobian = self._look(params)
        curve = -jacobian.T @ place.information @ jacobian
        # What bends between (beta, log sigma) and (theta, gamma) themselves.
        bent = -place.slopes.sum(axis=0) @ jacobian
        curve[-1] += bent
        curve[:-1, -1] += bent[:-1]
        return curve

    def predict(
        self, params: ArrayLike, exog: ArrayLike | None = None, which: str = "mean"
    ) -> Array:
        """Return x'b, or in logs exp(x'b), the median; with `which="linear"` x'b."""
        design = self.exog if exog is None else np.asarray(exog, dtype=float)
        line = design @ np.asarray(params)[: self.exog.shape[1]]
        return np.exp(line) if self.is_log and which == "mean" else line

    def fit(self, small_sample: bool = True) -> Any:
        """Return the maximum of the likelihood, and standard errors.

        Parameters
        ----------
        small_sample : bool, default True
            Multiply variances by n / (n - k), k being the number of coefficients,
            and use Student's t with n - k degrees of freedom: 95 % intervals then cover
            94 to 96.5 % from six observations on, and those of z 82 to 92 % of few.
            False gives the standard errors of R's survreg, and the normal distribution.

        Returns
        -------
        IntervalResults
            Coefficients, log sigma and their covariance, at full precision.

        Raises
        ------
        DataError
            If n - k is less than 4, or the likelihood has no maximum: a line passes
            through every box, or one-sided bounds are separated, or do not bound
            sigma; or if it is so flat there that no digit would be right.

        Notes
        -----
        Newton's method in theta = beta / sigma and gamma = 1 / sigma, in which the
        log-likelihood is concave (Olsen 1978, Econometrica 46, 1211). Standard errors
        come from the observed information in beta and log sigma. Whether a maximum
        exists is settled first, by a certificate or a linear program.
        """
        n, k = self.exog.shape
        if n - k < FEWEST:
            raise data_error("interval.few", n=n, k=k, fewest=FEWEST)
        line = self.Q @ self._origin
        low, high = ((end - line) / self._unit for end in (self.low, self.high))
        finite = self.endog[np.isfinite(self.endog)]
        noise = ROUNDING * float(np.abs(finite).max()) / self._unit
        refuse_line(self.Q, low, high, noise)
        free = separation(self.Q, low, high)
        if free is not None:
            size = np.abs(np.linalg.solve(self.R, free)) * np.abs(self.exog).max(axis=0)
            moving = np.flatnonzero(size > 1e-6 * size.max())
            names = "、".join(f"“{self.exog_names[j]}”" for j in moving)
            raise data_error("interval.separated", names=names)
        top, n_iter, converged = climb(self._boxes, np.append(np.zeros(k), 1.0))
        # Where all bounds are one-sided the maximum may lie beyond gamma = 0: then
        # nothing finite is better than an infinite sigma.
        if self._boxes.sign.all() and top.at[-1] < LEAST_GAMMA:
            raise data_error("interval.no_spread")
        change = np.append(np.ones(k), top.at[-1])
        information = change[:, None] * top.information * change
        if not (converged and np.linalg.eigvalsh(information)[0] > FLAT):
            raise data_error("interval.flat")
        sigma = self._unit / top.at[-1]
        beta = np.linalg.solve(self.R, self._origin + sigma * top.at[:-1])
        params = np.append(beta, np.log(sigma))
        widening = n / (n - k) if small_sample else 1.0
        covariance = widening * np.linalg.inv(-self.hessian(params))
        results = IntervalResults(self, params, covariance, use_t=small_sample)
        results.mle_retvals = {"converged": converged, "iterations": n_iter}
        return IntervalResultsWrapper(results)

    def envelope(
        self, value: ArrayLike | None = None, alpha: float = 0.05
    ) -> pd.DataFrame:
        """Return least squares at the printed figures and over every reading of them.

        What stands beside the likelihood where observations are few, and exact: at each
        reading of the boxes a t interval keeps its coverage, so the union over all
        readings does.

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
        """
        _check_alpha(alpha)
        low, high, df = self.low, self.high, self.df_resid
        boxed = int(is_box(low, high).sum())
        if df < 1:
            n, k = self.exog.shape
            raise data_error("interval.no_df", n=n, k=k)
        if boxed > MOST_BOXES:
            raise data_error("interval.many_boxes", n=boxed, most=MOST_BOXES)
        weights = np.asarray(np.linalg.solve(self.R, self.Q.T), float)
        least, most = linear_range(weights, low, high)
        conf_low, conf_high, t = interval_union(
            self.Q,
            self.R,
            corners(low, high),
            open_sides(low, high),
            stdtrit(df, 1 - alpha / 2),
        )
        p_largest = np.where((least <= 0) & (most >= 0), 1.0, 2 * stdtr(df, -t))
        return pd.DataFrame(
            {
                "estimate": weights @ self._printed(value),
                "lower": least,
                "upper": most,
                "conf_low": conf_low,
                "conf_high": conf_high,
                "p_value_largest": p_largest,
            },
            index=pd.Index(self.exog_names[:-1], name="term"),
        )

    def _look(self, params: ArrayLike) -> tuple[Place, Array]:
        """Return the likelihood at coefficients and log sigma.

        With it goes the derivative of (theta, gamma) by (beta, log sigma).
        """
        beta, log_scale = np.split(np.asarray(params, dtype=float), [-1])
        sigma = np.exp(log_scale)
        at = np.append(self.R @ beta - self._origin, self._unit) / sigma
        by_beta = np.vstack([self.R / sigma, np.zeros(len(beta))])
        return look(self._boxes, at), np.column_stack([by_beta, -at])

    def _printed(self, value: ArrayLike | None) -> Array:
        """Return printed figures on the scale of the model, each inside its box."""
        points = np.where(self.low == self.high, self.low, np.nan)
        if value is None:
            return points
        printed, wanted = _numbers(value, "value"), self.low.shape
        if printed.shape != wanted:
            raise data_error("interval.value_shape", found=printed.shape, wanted=wanted)
        if self.is_log:
            with np.errstate(divide="ignore", invalid="ignore"):
                printed = np.log(printed)
        inside = (self.low <= printed) & (printed <= self.high) & np.isfinite(printed)
        for row in np.flatnonzero(~np.isnan(printed) & ~inside)[:1]:
            raise data_error("interval.value_outside", row=self.data.row_labels[row])
        return np.where(np.isnan(printed), points, printed)


class IntervalResults(GenericLikelihoodModelResults):
    """What a regression on boxes found: results of statsmodels, and what is special.

    Attributes
    ----------
    scale : float
        Sigma, the standard deviation of the errors, by maximum likelihood; in the
        unit of the figures, or in logs.
    n_points, n_left, n_right, n_intervals : int
        Points, upper bounds only, lower bounds only, boxes with two ends.
    df_resid : int
        Observations less coefficients.
    use_t : bool
        Whether variances were multiplied by n / (n - k), and p values and intervals
        come from Student's t; otherwise from the normal distribution.
    """

    def __init__(
        self, model: IntervalRegression, params: Array, covariance: Any, use_t: bool
    ) -> None:
        # Not that of GenericLikelihoodModelResults: it warns where the degrees of
        # freedom leave out sigma.
        LikelihoodModelResults.__init__(
            self, model, params, cov_type="nonrobust", use_t=use_t
        )
        self._cache: dict[str, object] = {}
        self._data_attr = ["endog", "exog"]
        self.endog, self.exog, self.nobs = model.endog, model.exog, len(model.endog)
        self.df_model, self.df_resid = model.df_model, model.df_resid
        self.cov_params_default = covariance
        self.scale = float(np.exp(params[-1]))
        low, high = model.low, model.high
        kinds = low == high, low == -np.inf, high == np.inf, is_box(low, high)
        counts = (int(kind.sum()) for kind in kinds)
        self.n_points, self.n_left, self.n_right, self.n_intervals = counts

    def predict(self, exog: ArrayLike | None = None, **kwds: Any) -> pd.Series:
        """Return what is expected at regressors, on the scale of the printed figures.

        As in statsmodels, but that a frame is read by column name. Mean (normal) or
        median (lognormal, which is exp(x'b)); with `which="linear"` x'b itself. After
        a formula `exog` is a table with its variables.
        """
        if exog is None:
            exog, kwds = self.model.data.orig_exog, kwds | {"transform": False}
        else:
            exog = self._check(exog)
        return super().predict(exog, **kwds)

    def _check(self, exog: ArrayLike) -> ArrayLike:
        """Return regressors in the order of the model, or say what they lack."""
        names = self.model.exog_names[:-1]
        if hasattr(self.model, "formula"):
            if not isinstance(exog, pd.DataFrame):
                raise data_error("interval.formula_table")
        elif isinstance(exog, pd.DataFrame):
            exog = exog.rename(columns=str)
            absent = [name for name in names if name not in exog]
            if absent:
                raise data_error("interval.columns", names="、".join(absent))
            exog = exog[names]
        elif np.shape(exog)[-1:] != (len(names),):
            shown = {"found": np.shape(exog), "names": "、".join(names)}
            raise data_error("interval.n_columns", wanted=len(names), **shown)
        return exog

    def conf_int(self, alpha: float = 0.05, **kwds: Any) -> Any:
        """Return the intervals of statsmodels, 0 < alpha < 1."""
        _check_alpha(alpha)
        return super().conf_int(alpha, **kwds)

    @property
    def scale_se(self) -> float:
        """Standard error of sigma, from that of its logarithm."""
        return self.scale * float(np.sqrt(self.cov_params_default[-1, -1]))

    def prediction_interval(
        self, exog: ArrayLike | None = None, alpha: float = 0.05
    ) -> pd.DataFrame:
        """Return where one more observation would lie, on the scale of the figures.

        `predicted, lower, upper`, one row per row of `exog`, which is as for `predict`.
        The variance is that of the line and that of one error.
        """
        _check_alpha(alpha)
        line = pd.Series(self.predict(exog, which="linear"))
        k, n = self.model.exog.shape[1], self.nobs
        X = self.model.exog
        if exog is not None:
            X, _ = self._transform_predict_exog(self._check(exog))
        own = ((X @ self.cov_params_default[:k, :k]) * X).sum(axis=1)
        widening = n / (n - k) if self.use_t else 1.0
        error = np.sqrt(own + widening * self.scale**2)
        quantile = stdtrit(self.df_resid if self.use_t else np.inf, 1 - alpha / 2)
        ends = line, line - quantile * error, line + quantile * error
        table = pd.concat(ends, axis=1, keys=["predicted", "lower", "upper"])
        return table.transform(np.exp) if self.model.is_log else table

    def summary(self, yname: str | None = None, **kwds: Any) -> Any:
        """Return the summary of statsmodels, and what the boxes were."""
        summary = super().summary(yname or " + ".join(self.model.endog_names), **kwds)
        notes = [
            f"Boxes: points {self.n_points}, left-censored {self.n_left},"
            f" right-censored {self.n_right}, intervals {self.n_intervals}.",
            f"Errors: {self.model.distribution}, scale {self.scale:.6g}.",
        ]
        notes += ["Variance times n / (n - k), Student's t."] if self.use_t else []
        summary.add_extra_txt(notes)
        return summary

    def _repr_html_(self) -> str:
        """Return the summary for Jupyter."""
        return str(self.summary().as_html())


class IntervalResultsWrapper(LikelihoodResultsWrapper):
    """Gives the names of rows and columns to what `IntervalResults` holds."""


wrap.populate_wrapper(IntervalResultsWrapper, IntervalResults)


def _check_alpha(alpha: float) -> None:
    """Refuse a coverage that is none."""
    if not 0 < alpha < 1:
        raise data_error("interval.alpha", alpha=alpha)


def _open_far(low: Array, high: Array) -> tuple[Array, Array]:
    """Return ends, open where a number so large stands that it can mean nothing else.

    Who has no sign for an open end writes 10,000,000. An end ten thousand times as far
    from the other as the nearer ends are from each other has the likelihood of an open
    one, to the last digit, and would hide all others.
    """
    centre = np.median(np.concatenate([low[np.isfinite(low)], high[np.isfinite(high)]]))
    is_upper = np.abs(high - centre) >= np.abs(low - centre)
    nearer = np.where(is_upper, low, high)
    spread = np.ptp(np.percentile(nearer[np.isfinite(nearer)], [25, 75])) or np.inf
    far = high - low > _FAR * spread
    low = np.where(far & ~is_upper, -np.inf, low)
    return low, np.where(far & is_upper, np.inf, high)


def _observe(
    lower: ArrayLike, upper: ArrayLike, X: ArrayLike, log: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ends and regressors as tables, or name the row that cannot be used."""
    low, high = _numbers(lower, "lower"), _numbers(upper, "upper")
    design = _numbers(X, "X")
    if design.ndim != 2 or design.shape[1] == 0:
        raise data_error("interval.no_matrix", shape=design.shape)
    if not (low.ndim == high.ndim == 1 and len(low) == len(high) == len(design)):
        shapes = {"lower": low.shape, "upper": high.shape, "X": design.shape}
        raise data_error("interval.shapes", **shapes)
    named = [t for t in (lower, upper, X) if isinstance(t, pd.Series | pd.DataFrame)]
    index = named[-1].index if named else pd.RangeIndex(len(low))
    if any(not one.index.equals(index) for one in named):
        raise data_error("interval.not_aligned")
    if isinstance(X, pd.DataFrame):
        names = [str(name) for name in X.columns]
    else:  # as statsmodels names them: const, x1, x2
        flat = np.flatnonzero(design.all(axis=0) & (np.ptp(design, axis=0) == 0))[:1]
        names = [f"x{j + 1}" for j in range(design.shape[1] - len(flat))]
        for place in flat:
            names.insert(place, "const")
    missing = np.argwhere(~np.isfinite(design))
    for row, column in missing[:1]:
        raise data_error("interval.missing", row=index[row], column=names[column])
    low = np.where(np.isnan(low), -np.inf, low)
    high = np.where(np.isnan(high), np.inf, high)
    faults = {"crossed": low > high, "no_number": (low == np.inf) | (high == -np.inf)}
    if log:
        faults["not_positive"] = high <= 0
    faults["open"] = (low <= 0 if log else low == -np.inf) & (high == np.inf)
    for key, wrong in faults.items():
        for row in np.flatnonzero(wrong)[:1]:
            box = f"[{low[row]:g}, {high[row]:g}]"
            raise data_error(f"interval.{key}", row=index[row], box=box)
    if log:
        with np.errstate(divide="ignore"):
            low, high = np.log(np.maximum(low, 0.0)), np.log(high)
    low, high = _open_far(low, high)
    ends = pd.DataFrame({"lower": low, "upper": high}, index)
    return ends, pd.DataFrame(design, index, pd.Index(names))


def _numbers(values: ArrayLike, name: str) -> Array:
    """Return numbers as an array of floats; what is missing becomes NaN."""
    try:
        if isinstance(values, pd.Series | pd.DataFrame):
            return values.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as fault:
        raise data_error("interval.not_numeric", name=name, fault=fault) from fault
