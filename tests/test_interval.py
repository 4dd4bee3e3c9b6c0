"""Interval regression: R's survreg to 1e-10, and refusals where there is no maximum."""

import json
import math
import pickle
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from reference.nist import CERTIFIED, PROBLEMS, digits, read
from scipy import stats
from scipy.integrate import quad
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from hengstats import DataError, IntervalRegression
from hengstats.evidence.envelope import factor, fit_rows
from hengstats.evidence.likelihood import Boxes, climb, mass_of_box

# Written by survreg.R beside it: data that R ships, fitted by survreg to convergence.
REFERENCE = Path(__file__).parent / "reference"
SURVREG = json.loads((REFERENCE / "survreg.json").read_text(encoding="utf-8"))
BOTH = pytest.mark.parametrize("distribution", ["normal", "lognormal"])

INF, NAN = math.inf, math.nan


def model_like(model):
    """Return our model of a reference model, from arrays; a blank is an open end."""
    table = pd.read_csv(REFERENCE / model["table"])
    X = table[model["terms"].split(" + ")]
    X.insert(0, "const", 1.0)
    return IntervalRegression(table.lower, table.upper, X, model["distribution"])


def wave(n, half=0.0):
    """Return ends of boxes about 1 + 2x + sin x, and their regressors."""
    x = np.arange(float(n))
    return (
        1 + 2 * x + np.sin(x) - half,
        1 + 2 * x + np.sin(x) + half,
        sm.add_constant(x),
    )


@pytest.fixture(scope="module")
def boxes():
    """Return 60 observations of every kind about 40 + 3 hour, and their regressors."""
    hour = np.linspace(0, 10, 60)
    level = 40 + 3 * hour + 6 * np.cos(7 * hour)
    low, high = 5 * np.floor(level / 5), 5 * np.ceil(level / 5)
    low[::4] = high[::4] = level[::4]
    low[1::12], high[5::12] = -INF, INF
    X = pd.DataFrame({"const": 1.0, "hour": hour})
    return pd.DataFrame({"low": low, "high": high}), X


@pytest.fixture(scope="module")
def fit(boxes):
    """Return the fit of these boxes."""
    table, X = boxes
    return IntervalRegression(table.low, table.high, X).fit()


@pytest.fixture
def few():
    """Return six observations: three points, two boxes, and the regressor."""
    low = np.array([10.0, 12.0, 13.0, 17.0, 18.0, 22.0])
    high = np.array([10.0, 14.0, 13.0, 19.0, 18.0, 22.0])
    return low, high, sm.add_constant(np.arange(6.0))


def slow_llf(distribution, params, low, high, X):
    """Return the log-likelihood, observation by observation."""
    middle, scale = np.asarray(X) @ np.asarray(params)[:-1], math.exp(params[-1])
    errors = stats.norm(middle, scale)
    if distribution == "lognormal":
        errors = stats.lognorm(s=scale, scale=np.exp(middle))
    with np.errstate(divide="ignore"):
        inside = np.log(errors.cdf(high) - errors.cdf(low))
    return np.where(low == high, errors.logpdf(np.clip(low, -1e9, 1e9)), inside).sum()


def t_of(y, X):
    """Return the least squares fit that statsmodels makes of one reading."""
    return sm.OLS(y, X).fit(method="qr")


# R's survreg


@pytest.mark.parametrize("model", SURVREG["models"], ids=lambda m: m["name"])
def test_a_fit_is_that_of_survreg(model):
    fit = model_like(model).fit(small_sample=False)
    assert fit.params[:-1].tolist() == pytest.approx(model["params"], rel=1e-10)
    assert fit.bse[:-1].tolist() == pytest.approx(model["bse"], rel=1e-10)
    assert [fit.scale, fit.llf] == pytest.approx(
        [model["scale"], model["llf"]], rel=1e-10
    )


def test_the_reference_has_boxes_of_every_kind():
    fit = model_like(next(m for m in SURVREG["models"] if m["name"] == "ozone")).fit()
    # 26 days of May are exact; 13 others below 15, 9 above 95.
    kinds = (fit.n_points, fit.n_left, fit.n_right, fit.n_intervals)
    assert kinds == (26, 13, 9, 68)


# The likelihood


@BOTH
def test_the_log_likelihood_is_that_of_a_slow_sum(boxes, distribution):
    table, X = boxes
    model = IntervalRegression(table.low, table.high, X, distribution)
    ends = table.low.clip(lower=0 if distribution == "lognormal" else None), table.high
    for params in ([40, 3, 1.5], [45, 2, 2.5]):
        params = np.array(params) / (1 if distribution == "normal" else 10)
        slow = slow_llf(distribution, params, *ends, X)
        assert model.loglike(params) == pytest.approx(slow, rel=1e-11)


@BOTH
def test_score_and_hessian_are_the_derivatives_of_the_log_likelihood(
    boxes, distribution
):
    table, X = boxes
    model = IntervalRegression(table.low, table.high, X, distribution)
    at = model.fit().params.to_numpy() * 1.03
    slope = approx_fprime(at, model.loglike, centered=True)
    assert model.score(at) == pytest.approx(slope, rel=1e-6)
    each = approx_fprime(at, model.loglikeobs, centered=True)
    assert model.score_obs(at) == pytest.approx(each, rel=1e-5, abs=1e-5)
    curve = approx_hess(at, model.loglike)
    assert model.hessian(at) == pytest.approx(curve, rel=1e-4)


def test_points_alone_give_least_squares_with_its_t_intervals():
    # Sigma by maximum likelihood has n below it; n / (n - k) makes it n - k.
    y, _, X = wave(25)
    ours, ols = IntervalRegression(y, y, X).fit(), t_of(y, X)
    assert [*ours.params[:-1], ours.scale, ours.llf] == pytest.approx(
        [*ols.params, math.sqrt(ols.ssr / 25), ols.llf], rel=1e-12
    )
    assert ours.conf_int().to_numpy()[:-1] == pytest.approx(ols.conf_int(), rel=1e-10)


def test_a_missing_end_is_an_open_end(boxes, fit):
    table, X = boxes
    blank = table.replace([INF, -INF], NAN)
    for kind in ("float64", "Float64"):
        one = blank.astype(kind)
        assert IntervalRegression(one.low, one.high, X).fit().llf == fit.llf


def test_a_lower_end_of_zero_is_open_where_figures_are_positive(boxes):
    table, X = boxes
    zero = table.low.replace(-INF, 0.0)
    one = IntervalRegression(table.low, table.high, X, "lognormal").fit()
    assert IntervalRegression(zero, table.high, X, "lognormal").fit().llf == one.llf


def test_a_unit_of_a_thousandth_scales_everything(boxes, fit):
    table, X = boxes
    other = IntervalRegression(1000 * table.low, 1000 * table.high, X).fit()
    ours = [[*one.params[:-1], *one.bse[:-1], one.scale] for one in (fit, other)]
    assert ours[1] == pytest.approx(1000 * np.array(ours[0]), rel=1e-10)
    assert fit.llf - other.llf == pytest.approx(fit.n_points * math.log(1000))


def test_the_order_of_rows_and_the_direction_of_the_figures_do_not_matter(boxes, fit):
    table, X = boxes
    back = IntervalRegression(table.low[::-1], table.high[::-1], X[::-1]).fit()
    assert back.params.tolist() == pytest.approx(fit.params.tolist(), rel=1e-11)
    turned = IntervalRegression(-table.high, -table.low, X).fit()
    assert turned.params[:-1].tolist() == pytest.approx((-fit.params[:-1]).tolist())
    assert turned.llf == pytest.approx(fit.llf)


def test_wider_boxes_never_lower_the_likelihood_and_the_narrowest_are_points():
    # Each box holds the narrower one, so it is at least as probable.
    x = np.arange(40.0)
    y, X = 3 + 0.5 * x + 4 * np.sin(3 * x), sm.add_constant(x)
    fits = [
        IntervalRegression(y - half, y + half, X).fit()
        for half in (1e-6, 0.1, 0.5, 1, 2)
    ]
    assert [one.llf for one in fits] == sorted(one.llf for one in fits)
    point = IntervalRegression(y, y, X).fit()
    # A box of a millionth is a point with a width.
    assert [*fits[0].bse, fits[0].llf] == pytest.approx(
        [*point.bse, point.llf + 40 * math.log(2e-6)], rel=1e-11
    )


@pytest.mark.parametrize("half", [0.001, 0.014, 0.016, 0.2, 1.0, 5.0])
@pytest.mark.parametrize("middle", [-6.0, -0.5, 0.0, 1.0, 20.0])
def test_the_mass_of_a_box_is_the_integral_of_the_density(middle, half):
    top = max(abs(middle) - half, 0.0)
    area, _ = quad(
        lambda z: math.exp((top * top - z * z) / 2),
        middle - half,
        middle + half,
        points=[middle],
        epsabs=0,
        epsrel=1e-12,
    )
    mass = math.log(area) - top * top / 2 - math.log(2 * math.pi) / 2
    ours, _, _ = mass_of_box(np.array([middle]), np.array([half]))
    assert ours.item() == pytest.approx(mass, rel=1e-12, abs=1e-13)


def test_the_mass_of_a_box_far_out_does_not_vanish():
    # Mills: the tail beyond z is density over z, less a part in z squared.
    mass, _, _ = mass_of_box(np.array([2000.0]), np.array([1000.0]))
    assert mass.item() == pytest.approx(
        -(1000.0**2) / 2 - math.log(1000 * math.sqrt(2 * math.pi)) - 1e-6, rel=1e-13
    )


def test_one_sided_bounds_alone_can_be_enough():
    # Thresholds that come in every order about a straight line: y above or below.
    rng = np.random.default_rng(5)
    x = rng.normal(size=400)
    y, threshold = 10 + 2 * x + rng.normal(size=400), 10 + 3 * rng.normal(size=400)
    low = np.where(y > threshold, threshold, -INF)
    high = np.where(y > threshold, INF, threshold)
    fit = IntervalRegression(low, high, sm.add_constant(x)).fit()
    # Probit of the sides on the thresholds: its slope there is 1 / sigma.
    probit = sm.Probit(y <= threshold, np.column_stack([sm.add_constant(x), threshold]))
    truth = probit.fit(disp=False, tol=1e-12, maxiter=100).params
    assert [*fit.params[:-1], fit.scale] == pytest.approx(
        [-truth[0] / truth[2], -truth[1] / truth[2], 1 / truth[2]], rel=1e-8
    )


@pytest.mark.parametrize(("slope", "gamma"), [(-1000.0, 0.001), (50.0, 100.0)])
def test_newton_arrives_at_one_place_from_wherever_it_starts(boxes, slope, gamma):
    table, X = boxes
    model = IntervalRegression(table.low, table.high, X)
    top, _, converged = climb(model._boxes, np.array([0.0, slope, gamma]))
    fit = model.fit()
    assert converged
    assert top.each.sum() == pytest.approx(fit.llf + 15 * math.log(model._unit))
    assert model.fit().mle_retvals["iterations"] <= 8


@pytest.mark.parametrize("slope", [0.0, 5.0, 50.0])
def test_newton_finds_the_maximum_of_one_sided_bounds_beyond_zero(boxes, slope):
    # On the way gamma turns negative; a wall at zero would hold it there.
    _, X = boxes
    hour = X["hour"].to_numpy()
    level = 4 + 0.3 * hour + 0.6 * np.cos(7 * hour)
    sides = Boxes(
        rows=np.column_stack([-X.to_numpy(), level]),
        half=np.zeros(60),
        sign=np.where(np.sin(9 * hour) > 0, -1.0, 1.0),
    )
    top, _, converged = climb(sides, np.array([0.0, slope, 1.0]))
    assert converged
    assert top.slopes.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)


# Where there is no maximum


def refusal_of(low, high, X, distribution="normal"):
    """Return the words in which fit refuses."""
    with pytest.raises(DataError) as refused:
        IntervalRegression(low, high, X, distribution).fit()
    return str(refused.value)


LINE, LINE_X = 1 + 2 * np.arange(30.0), sm.add_constant(np.arange(30.0))
CURVE, SINE = np.exp(LINE / 10), np.sin(np.arange(30.0))


@pytest.mark.parametrize(
    ("low", "high", "distribution"),
    [
        (LINE + SINE - 1, LINE + SINE + 1, "normal"),
        (LINE, LINE + 1, "normal"),  # a line only touches the ends
        (LINE / 7, LINE / 7, "normal"),  # points on a line
        (0.9 * CURVE, 1.1 * CURVE, "lognormal"),
        (LINE, np.full(30, INF), "normal"),  # a line high enough is above every one
    ],
)
def test_boxes_that_a_line_passes_through_are_refused(low, high, distribution):
    text = refusal_of(low, high, LINE_X, distribution)
    assert "有一条直线穿过所有的区间" in text
    assert "line passes through every box" in text


def test_boxes_that_every_line_misses_by_a_little_are_fitted():
    # The line runs through the ends; one box in the middle lies a thousandth above.
    swing = LINE - (-1.0) ** np.arange(30)
    low, high = np.minimum(swing, LINE), np.maximum(swing, LINE)
    low[[0, 29]] = high[[0, 29]] = LINE[[0, 29]]
    low[15], high[15] = LINE[15] + 0.001, LINE[15] + 1
    assert IntervalRegression(low, high, LINE_X).fit().mle_retvals["converged"]


def late(bounded):
    """Return figures whose late group is "at least", or has bounds on both sides."""
    x = np.arange(30.0)
    y = 3 + np.sin(5 * x)
    low, high = y.copy(), np.where(x > 24, INF, y)
    if bounded:
        low[28:], high[28:] = -INF, bounded
    return low, high, pd.DataFrame({"const": 1.0, "late": (x > 24) * 1.0})


def test_bounds_that_a_group_alone_has_are_refused_by_its_name():
    # The figures of the group are all "at least": the further up, the better.
    assert "被“late”完全分开" in refusal_of(*late(None))
    # With bounds on both sides it is fitted; but between 3 and a million the top is
    # flat to the last digit.
    assert IntervalRegression(*late(3.0)).fit().mle_retvals["converged"]
    assert "flat at its top" in refusal_of(*late(1e6))


def test_one_sided_bounds_that_run_the_wrong_way_are_refused():
    # "At least" where the threshold is high, "at most" where it is low.
    x = np.tile([0.0, 1.0, 2.0], 10)
    threshold = np.repeat(np.arange(10.0), 3)
    above = (threshold + np.tile([0, 3, -3], 10)) > 4.5
    low, high = np.where(above, threshold, -INF), np.where(above, INF, threshold)
    assert "sigma 没有有限的估计" in refusal_of(low, high, sm.add_constant(x))


# Few observations


def test_with_fewer_than_four_degrees_of_freedom_the_likelihood_is_refused():
    text = refusal_of(*wave(5))
    assert "5 个观测、2 个系数" in text and "envelope()" in text
    assert IntervalRegression(*wave(6)).fit().df_resid == 4


def test_six_points_have_the_t_intervals_of_least_squares():
    # Of points n / (n - k) times the maximum likelihood variance is that of OLS.
    y, _, X = wave(6)
    fit, ols = IntervalRegression(y, y, X).fit(), t_of(y, X)
    assert fit.conf_int().to_numpy()[:2] == pytest.approx(ols.conf_int(), rel=1e-9)


def test_the_small_sample_variance_is_multiplied_by_n_over_n_less_k(boxes, fit):
    table, X = boxes
    large = IntervalRegression(table.low, table.high, X).fit(small_sample=False)
    ratio = fit.cov_params() / large.cov_params()
    assert ratio.to_numpy() == pytest.approx(np.full((3, 3), 60 / 58))


def test_small_samples_take_p_and_interval_from_students_t(fit):
    p = 2 * stats.t(58).sf(abs(fit.tvalues))
    assert fit.pvalues.tolist() == pytest.approx(p, rel=1e-9, abs=0)
    reach = stats.t(58).ppf(0.95) * fit.bse
    ends = pd.concat([fit.params - reach, fit.params + reach], axis=1)
    assert fit.conf_int(alpha=0.1).to_numpy() == pytest.approx(ends.to_numpy())


def test_the_normal_distribution_gives_p_and_interval_without_small_sample(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit(small_sample=False)
    low = fit.params["hour"] - 1.959963984540054 * fit.bse["hour"]
    p = 2 * stats.norm.sf(fit.tvalues["hour"])
    ours = [fit.conf_int().loc["hour", 0], fit.pvalues["hour"]]
    assert ours == pytest.approx([low, p])


def test_many_coefficients_of_a_hundred_observations_still_take_students_t():
    y, _, _ = wave(100)
    X = sm.add_constant(np.random.default_rng(1).normal(size=(100, 19)))
    fit, ols = IntervalRegression(y, y, X).fit(), t_of(y, X)
    assert fit.use_t and fit.df_resid == 80
    assert fit.conf_int().to_numpy()[:20] == pytest.approx(ols.conf_int(), rel=1e-8)


def test_a_nearly_dependent_column_is_refused_with_its_condition_number():
    y, _, X = wave(24)
    near = np.column_stack([X, X[:, 1] * (1 + 1e-13 * np.cos(np.arange(24)))])
    with pytest.raises(DataError, match=r"条件数 \d\.\de\+1[2-6]"):
        IntervalRegression(y, y, near)


@pytest.mark.parametrize("alpha", [0, 1, -0.1, 5, math.nan])
def test_a_coverage_that_is_none_is_refused(fit, alpha):
    with pytest.raises(DataError, match="要大于 0、小于 1"):
        fit.conf_int(alpha=alpha)


def test_sigma_has_its_standard_error(fit):
    assert fit.scale_se == pytest.approx(fit.scale * fit.bse["log_scale"])


def test_the_prediction_interval_of_points_is_that_of_least_squares():
    y, _, X = wave(12)
    new = np.array([[1.0, 3.5], [1.0, 20.0]])
    ours = IntervalRegression(y, y, X).fit().prediction_interval(new)
    told = t_of(y, X).get_prediction(new).summary_frame()
    columns = ["mean", "obs_ci_lower", "obs_ci_upper"]
    assert ours.to_numpy() == pytest.approx(told[columns].to_numpy(), rel=1e-8)


# Results, which are those of statsmodels


def test_degrees_of_freedom_leave_out_sigma_and_the_criteria_count_it(fit):
    assert (fit.nobs, fit.df_resid, fit.df_model) == (60, 58, 1)
    assert fit.aic == pytest.approx(-2 * fit.llf + 2 * 3)
    assert fit.bic == pytest.approx(-2 * fit.llf + math.log(60) * 3)


def test_rows_and_columns_are_named(boxes, fit):
    names = ["const", "hour", "log_scale"]
    assert [*fit.params.index, *fit.cov_params().columns] == names * 2
    table, X = boxes
    bare = IntervalRegression(table.low, table.high, X.to_numpy()).fit()
    assert bare.params.index.tolist() == ["const", "x1", "log_scale"]


def test_sigma_is_a_parameter_with_a_standard_error(fit):
    assert fit.params["log_scale"] == pytest.approx(math.log(fit.scale))
    # Of 60 points alone it would be 1 / sqrt(2 * 58); boxes know less.
    assert 1 / math.sqrt(2 * 58) < fit.bse["log_scale"] < 2 / math.sqrt(2 * 58)


def test_a_linear_hypothesis_is_tested_with_students_t(fit):
    test = fit.t_test("hour = 3")
    t = (fit.params["hour"] - 3) / fit.bse["hour"]
    assert test.tvalue.item() == pytest.approx(t)
    assert test.pvalue.item() == pytest.approx(2 * stats.t(58).sf(abs(t)))
    wald = fit.wald_test("hour = 3", scalar=True)
    assert wald.statistic == pytest.approx(t * t)


def test_robust_standard_errors_are_the_sandwich(fit):
    model = fit.model
    bread = np.linalg.inv(model.hessian(fit.params))
    each = model.score_obs(fit.params)
    assert fit.covjhj == pytest.approx(bread @ (each.T @ each) @ bread)


@BOTH
def test_predictions_are_on_the_line_and_in_logs_medians(boxes, distribution):
    table, X = boxes
    X, table = X.set_axis([f"r{i}" for i in range(60)]), table.copy()
    table.index = X.index
    fit = IntervalRegression(table.low, table.high, X, distribution).fit()
    line = fit.params["const"] + fit.params["hour"] * X["hour"]
    expected = line if distribution == "normal" else np.exp(line)
    pd.testing.assert_series_equal(fit.predict(), expected, check_names=False)
    assert fit.predict(which="linear").tolist() == pytest.approx(line.tolist())
    assert fit.predict([[1.0, 4.0]]).item() == pytest.approx(
        fit.predict(pd.DataFrame({"hour": [4.0], "const": [1.0]})).item()
    )
    shown = fit.get_prediction(X).summary_frame()
    assert shown["predicted"].tolist() == pytest.approx(expected.tolist())
    # By the delta method: of exp(x'b), its value times the error of x'b.
    error = np.sqrt(np.einsum("ij,jk,ik->i", X, fit.cov_params().to_numpy()[:2, :2], X))
    error *= 1 if distribution == "normal" else expected
    assert shown["se"].tolist() == pytest.approx(error.tolist())


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (pd.DataFrame({"const": [1.0]}), "X 缺少模型的列：hour"),
        ([[1.0]], "模型有 2 个系数"),
    ],
)
def test_predictions_without_a_column_are_refused(fit, X, message):
    with pytest.raises(DataError, match=message):
        fit.predict(X)


@pytest.mark.parametrize("top", [1e6, 1e7, 1e9, 1e10, 1e15])
def test_a_number_that_stands_for_an_open_end_is_one(top):
    # So does R's survreg: for such an end it gives what it gives for an open one.
    members = np.arange(5.0, 125, 5)
    rng = np.random.default_rng(20)
    low = np.round(5.7 + 0.23 * members + rng.normal(0, 3.3, members.size)) - 0.5
    high = np.where(members > 100, np.inf, low + 1)
    X = pd.DataFrame({"const": 1.0, "members": members})
    far = np.where(np.isinf(high), top, high)
    one, other = (IntervalRegression(low, ends, X).fit() for ends in (high, far))
    assert other.params.tolist() == pytest.approx(one.params.tolist(), rel=1e-9)
    assert other.llf == pytest.approx(one.llf, rel=1e-12)


def test_the_summary_says_what_was_fitted_and_shows_in_jupyter(fit):
    text = str(fit.summary())
    # 60 rows: every fourth a point; rows 1, 13, ... and 5, 17, ... open.
    kinds = "points 15, left-censored 5, right-censored 5, intervals 35"
    for part in (kinds, f"scale {fit.scale:.6g}", "Student's t", "low", "log_scale"):
        assert part in text
    assert "P>|t|" in text
    assert fit._repr_html_().count("<table") == 2


def test_a_fit_can_be_pickled(fit):
    assert pickle.loads(pickle.dumps(fit)).params.equals(fit.params)


# Formulas


@pytest.fixture(scope="module")
def table(boxes):
    """Return boxes and regressors in one table, with a group in words."""
    ends, X = boxes
    group = np.where(np.arange(60) % 3 == 0, "mall", "office")
    return ends.assign(hour=X["hour"], group=group)


def by_formula(formula, table):
    """Return the fit of a formula."""
    return IntervalRegression.from_formula(f"low + high ~ {formula}", table).fit()


def test_a_formula_gives_what_arrays_give_and_reads_a_missing_end_as_open(table, fit):
    assert by_formula("hour", table).params.tolist() == fit.params.tolist()
    blank = table.replace([INF, -INF], NAN)
    assert by_formula("hour", blank).llf == fit.llf


def test_a_formula_names_its_terms_and_predicts_for_words(table):
    fit = by_formula("hour + group", table)
    assert fit.params.index.tolist()[:-1] == ["Intercept", "group[T.office]", "hour"]
    new = pd.DataFrame({"hour": [0.0, 0.0], "group": ["office", "mall"]})
    office, mall = fit.predict(new)
    assert office - mall == pytest.approx(fit.params["group[T.office]"])


def test_a_formula_knows_the_names_around_it(table, fit):
    def halved(x):
        return x / 2

    ours = IntervalRegression.from_formula("low + high ~ halved(hour)", table).fit()
    assert ours.params["halved(hour)"] == pytest.approx(2 * fit.params["hour"])


def test_a_formula_predicts_with_the_mean_of_its_own_data(table):
    new = pd.DataFrame({"hour": [2.0, NAN, 3.0]}, index=["a", "b", "c"])
    plain, centred = (
        by_formula(formula, table).predict(new) for formula in ("hour", "center(hour)")
    )
    pd.testing.assert_series_equal(centred, plain)
    assert plain.isna().tolist() == [False, True, False]


def test_a_formula_needs_a_table_to_predict(table):
    with pytest.raises(DataError, match="要给一张含公式中各变量的表"):
        by_formula("hour", table).predict([[1.0, 2.0]])


def test_a_missing_regressor_of_a_formula_is_refused_by_its_row(table):
    gap = table.assign(hour=table["hour"].where(table.index != 7))
    with pytest.raises(DataError, match="行 7 缺少公式"):
        by_formula("hour", gap)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("low ~ hour", "左边须是两列"),
        ("low + low ~ hour", "左边须是两列"),
        ("~ hour", "左边须是两列"),
        ("low + group ~ hour", "左边得出"),
    ],
)
def test_a_formula_without_two_ends_is_refused(table, formula, message):
    with pytest.raises(DataError, match=message):
        IntervalRegression.from_formula(formula, table)


# At the door

ROW = pd.Index(["east", "west", "north"])
ONE = pd.DataFrame({"const": 1.0}, ROW)
GAP = pd.DataFrame({"const": 1.0, "tenants": [1.0, 2.0, NAN]}, ROW)
MALL = pd.DataFrame({"const": 1.0, "mall": [1.0, 0.0, 1.0], "office": [0.0, 1.0, 0.0]})
NEAR = pd.DataFrame({"const": 1.0, "x": [1.0, 2.0, 4.0], "y": [1.0, 2.0, 4 + 1e-14]})
TURNED = pd.Series([1.0, 2.0, 3.0], ["west", "east", "north"])
POINTS = [1, 2, 3]


@pytest.mark.parametrize(
    ("low", "high", "X", "distribution", "message"),
    [
        ([1, 5, 2], [1, 3, 2], ONE, "normal", r"行 west 的区间 \[5, 3\] 下端大于上端"),
        ([1, NAN, 2], [1, NAN, 2], ONE, "normal", "行 west .*两端都是空的"),
        ([1, -INF, 2], [1, INF, 2], ONE, "normal", "行 west .*两端都是空的"),
        ([1, INF, 2], [1, INF, 2], ONE, "normal", "行 west .*没有一个数"),
        ([1, 0, 2], [1, INF, 2], ONE, "lognormal", "行 west .*两端都是空的"),
        ([1, -2, 2], [1, 0, 2], ONE, "lognormal", "行 west .*没有一个正数"),
        ([1, 2, 2], [1, 2, 2], ONE, "poisson", "不认得分布“poisson”"),
        ([1, 2, "x"], [1, 2, 2], ONE, "normal", "lower 里有不是数的东西"),
        ([1, 2], [1, 2], ONE, "normal", "让三者逐行对应"),
        (1.0, 2.0, ONE, "normal", "让三者逐行对应"),
        (POINTS, POINTS, GAP, "normal", "行 north 的“tenants”缺数"),
        (TURNED, TURNED, ONE, "normal", "行名不同"),
        (POINTS, POINTS, MALL, "normal", "X 的列“office”可由它前面的各列推出"),
        (POINTS, POINTS, NEAR, "normal", r"条件数 \d.*condition number \d\.\de\+1\d"),
        (POINTS, POINTS, [[1, 0]] * 3, "normal", "condition number inf"),
        ([1.0], [1.0], [[1.0, 2.0]], "normal", "1 个观测定不下 2 个系数"),
        ([1.0, 2.0], [1.0, 2.0], [1.0, 1.0], "normal", "须是二维"),
    ],
)
def test_what_cannot_be_used_is_refused(low, high, X, distribution, message):
    with pytest.raises(DataError, match=message):
        IntervalRegression(low, high, X, distribution)


def test_nothing_that_was_given_is_changed(boxes):
    table, X = boxes
    before = table.copy(), X.copy()
    IntervalRegression(table.low, table.high, X, "lognormal").fit()
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(X, before[1])


# The envelope


@pytest.mark.parametrize(
    ("column", "of"),
    [
        ("lower", lambda fits: np.min([f.params for f in fits], axis=0)),
        ("upper", lambda fits: np.max([f.params for f in fits], axis=0)),
        ("conf_low", lambda fits: np.min([f.conf_int()[:, 0] for f in fits], axis=0)),
        ("conf_high", lambda fits: np.max([f.conf_int()[:, 1] for f in fits], axis=0)),
        ("p_value_largest", lambda fits: np.max([f.pvalues for f in fits], axis=0)),
    ],
)
def test_the_envelope_is_the_worst_of_every_reading_on_a_grid(few, column, of):
    low, high, X = few
    grid = [
        np.linspace(a, b, 5 if b > a else 1) for a, b in zip(low, high, strict=True)
    ]
    fits = [t_of(np.array(y), X) for y in product(*grid)]
    envelope = IntervalRegression(low, high, X).envelope()
    assert envelope[column].to_numpy() == pytest.approx(of(fits), rel=1e-9)


def test_points_alone_have_an_envelope_of_one_reading(few):
    low, _, X = few
    ols, envelope = t_of(low, X), IntervalRegression(low, low, X).envelope()
    columns = [ols.params, ols.params, ols.params, ols.conf_int(), ols.pvalues]
    assert envelope.to_numpy() == pytest.approx(np.column_stack(columns))


def test_where_the_bounds_of_a_coefficient_hold_zero_p_is_one():
    low, high = np.array([1.0, 2.0, 2.0, 0.5]), np.array([1.0, 2.0, 2.0, 3.0])
    envelope = IntervalRegression(low, high, sm.add_constant(np.arange(4.0))).envelope()
    assert envelope.loc["x1", "p_value_largest"] == 1


@BOTH
def test_the_estimate_is_least_squares_at_the_printed_figures_alone(few, distribution):
    # The middle of a box is not one.
    low, high, X = few
    model = IntervalRegression(low, high, X, distribution)
    assert model.envelope()["estimate"].isna().all()
    printed = np.array([NAN, 12.5, 13, 18.5, 18, 22])
    y = np.array([10, 12.5, 13, 18.5, 18, 22])
    ols = t_of(y if distribution == "normal" else np.log(y), X)
    assert model.envelope(printed)["estimate"].tolist() == pytest.approx(ols.params)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([10, 15, 13, 18, 18, 22], "行 1 的印出数不在它的区间之内"),
        ([10.0], "value 的形状"),
    ],
)
def test_printed_figures_that_do_not_fit_are_refused(few, value, message):
    with pytest.raises(DataError, match=message):
        IntervalRegression(*few).envelope(value)


@pytest.mark.parametrize("last", [5.0, 60.0])
@pytest.mark.parametrize("row", [0, 3, 5])
@pytest.mark.parametrize("direction", [-1, 1])
def test_an_open_side_opens_the_ends_that_grow_without_end(few, row, direction, last):
    # Far out at 60 the last row has so much weight that it opens one side only.
    low, high, X = few
    X[5, 1] = last
    ends = (low.copy(), high.copy())
    ends[direction > 0][row] = direction * INF
    envelope = IntervalRegression(*ends, X).envelope()
    # At a figure a million million away, whatever can grow has grown.
    far = t_of(np.where(np.arange(6) == row, direction * 1e12, low), X)
    grown = np.column_stack([far.params, far.params, far.conf_int()]) / 1e6
    ours = envelope[["lower", "upper", "conf_low", "conf_high"]].to_numpy()
    side = np.array([[True, False, True, False]])
    assert (np.isneginf(ours) == ((grown < -1) & side)).all()
    assert (np.isposinf(ours) == ((grown > 1) & ~side)).all()


def test_an_open_end_without_weight_opens_no_bound():
    # The middle of five even steps does not move the slope, but for rounding.
    x = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    low, high = [1.0, 2.0, 2.0, 3.0, 5.0], [1.0, 2.0, INF, 3.0, 5.0]
    envelope = IntervalRegression(low, high, sm.add_constant(x)).envelope()
    # (-0.2 - 0.1 * 2 + 0.1 * 3 + 0.2 * 5) / 0.1
    assert envelope.loc["x1", ["lower", "upper"]].tolist() == pytest.approx([9, 9])


def test_along_an_open_side_the_largest_p_is_that_of_its_direction(few):
    low, high, X = few
    low, high = high.copy(), high.copy()
    high[5] = INF
    # The larger the last figure, the more the fit is this figure alone.
    alone = t_of(np.arange(6) == 5.0, X).pvalues
    envelope = IntervalRegression(low, high, X).envelope()
    assert envelope.loc["x1", "p_value_largest"] == pytest.approx(alone[1])


def test_a_wider_box_or_more_coverage_never_gives_a_narrower_envelope(few):
    low, high, X = few
    model = IntervalRegression(low, high, X)
    narrow, sure = model.envelope(), model.envelope(alpha=0.01)
    wide = IntervalRegression(low - 0.5, high + 0.5, X).envelope()
    down, up = ["lower", "conf_low"], ["upper", "conf_high"]
    assert (wide[down] <= narrow[down]).all(axis=None)
    assert (wide[up] >= narrow[up]).all(axis=None)
    assert (wide["p_value_largest"] >= narrow["p_value_largest"]).all()
    assert (sure["conf_low"] < narrow["conf_low"]).all()


def test_nineteen_boxes_are_read_in_every_way():
    # One coefficient: the largest mean plus t times its error is at some corner, and
    # by symmetry at one that raises the m largest boxes.
    middle = np.arange(19.0)
    low, high = middle - 1, middle + 1
    envelope = IntervalRegression(low, high, np.ones((19, 1))).envelope()
    readings = [np.where(middle >= cut, high, low) for cut in range(20)]
    readings += [np.where(middle < cut, high, low) for cut in range(20)]
    ends = [t_of(y, np.ones(19)).conf_int()[0, 1] for y in readings]
    assert envelope.loc["const", "conf_high"] == pytest.approx(max(ends))


@pytest.mark.parametrize(
    ("observations", "message"),
    [
        (wave(20, half=1.0), "20 个观测是两端不同的区间"),
        (([1.0, 2.0], [1.0, 3.0], np.eye(2)), "没有剩余自由度"),
    ],
)
def test_an_envelope_that_cannot_be_had_is_refused(observations, message):
    with pytest.raises(DataError, match=message):
        IntervalRegression(*observations).envelope()


# The digits of its least squares, against the certified values of NIST

TARGETS = {
    "longley": 10,
    "norris": 12,
    "pontius": 9,
    "noint1": 12,
    "filip": 7,
    "wampler1": 9,
    "wampler5": 5.5,
}


def nist(problem, order=slice(None)):
    """Return digits of coefficients and standard errors, the worst of each."""
    y, X = read(problem)
    Q, R = factor(X[order], [f"x{j}" for j in range(X.shape[1])])
    slope, error = fit_rows(Q, R, y[order][None])
    certified = CERTIFIED[problem]
    return digits(slope[0], certified["coef"]), digits(error[0], certified["se"])


@pytest.mark.parametrize("problem", PROBLEMS)
def test_least_squares_has_the_digits_promised(problem):
    assert min(nist(problem)) >= TARGETS[problem]


@pytest.mark.parametrize("problem", ["filip", "wampler5"])
def test_the_order_of_rows_costs_no_digit(problem):
    order = np.random.default_rng(66).permutation(len(read(problem)[0]))
    assert min(nist(problem, order)) >= TARGETS[problem]


def test_digits_are_counted_as_nist_counts_them():
    # 1.001 instead of 1 is right to 3 digits, -99.99 instead of -100 to 4.
    assert digits([1.001, -99.99], [1, -100]) == pytest.approx(3)
    assert digits([1, np.nan], [1, 1]) == 0
