"""Interval regression: R's survreg to 1e-8, and refusals where there is no maximum."""

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.integrate import quad

from hengstats.errors import DataError
from hengstats.evidence.interval import IntervalRegression
from hengstats.evidence.likelihood import arrange, climb, mass_of_box

# Written by survreg.R beside it: data that R ships, fitted by survreg to convergence.
REFERENCE = Path(__file__).parent / "reference"
SURVREG = json.loads((REFERENCE / "survreg.json").read_text(encoding="utf-8"))
MODELS = pytest.mark.parametrize("model", SURVREG["models"], ids=lambda m: m["name"])
BOTH = pytest.mark.parametrize("distribution", ["normal", "lognormal"])

INF, NAN = math.inf, math.nan


def load(model):
    """Return the table of a reference model; a blank is an open end."""
    return pd.read_csv(REFERENCE / model["table"])


def fit_like(model, small_sample=False):
    """Return our fit of a reference model, from arrays."""
    table = load(model)
    X = table[model["terms"].split(" + ")]
    X.insert(0, "const", 1.0)
    wanted = IntervalRegression(table.lower, table.upper, X, model["distribution"])
    return wanted.fit(small_sample=small_sample)


@pytest.fixture
def boxes():
    """Return 60 observations of every kind about 40 + 3 hour, and their regressors."""
    hour = np.linspace(0, 10, 60)
    level = 40 + 3 * hour + 6 * np.cos(7 * hour)
    low, high = 5 * np.floor(level / 5), 5 * np.ceil(level / 5)
    low[::4] = high[::4] = level[::4]
    low[1::12], high[5::12] = -INF, INF
    X = pd.DataFrame({"const": 1.0, "hour": hour})
    return pd.DataFrame({"low": low, "high": high}), X


@pytest.fixture
def few():
    """Return six observations: three points, two boxes, and the regressor."""
    low = np.array([10.0, 12.0, 13.0, 17.0, 18.0, 22.0])
    high = np.array([10.0, 14.0, 13.0, 19.0, 18.0, 22.0])
    return low, high, sm.add_constant(np.arange(6.0))


def slow_llf(distribution, params, scale, low, high, X):
    """Return the log-likelihood, observation by observation."""
    total = 0.0
    for a, b, row in zip(low, high, np.asarray(X), strict=True):
        middle = float(row @ np.asarray(params))
        errors = {
            "normal": stats.norm(middle, scale),
            "lognormal": stats.lognorm(s=scale, scale=math.exp(middle)),
        }[distribution]
        total += errors.logpdf(a) if a == b else math.log(errors.cdf(b) - errors.cdf(a))
    return total


def t_of(y, X):
    """Return the least squares fit that statsmodels makes of one reading."""
    return sm.OLS(y, X).fit(method="qr")


# R's survreg


@MODELS
def test_coefficients_are_those_of_survreg(model):
    assert fit_like(model).params.tolist() == pytest.approx(model["params"], rel=1e-10)


@MODELS
def test_standard_errors_are_those_of_survreg(model):
    assert fit_like(model).bse.tolist() == pytest.approx(model["bse"], rel=1e-10)


@MODELS
def test_sigma_is_that_of_survreg(model):
    assert fit_like(model).scale == pytest.approx(model["scale"], rel=1e-10)


@MODELS
def test_the_log_likelihood_is_that_of_survreg(model):
    assert fit_like(model).llf == pytest.approx(model["llf"], rel=1e-10)


def test_the_reference_has_boxes_of_every_kind():
    fit = fit_like(next(m for m in SURVREG["models"] if m["name"] == "ozone"))
    # 26 days of May are exact; 13 others below 15, 9 above 95.
    kinds = (fit.n_points, fit.n_left, fit.n_right, fit.n_intervals)
    assert kinds == (26, 13, 9, 68)


# The likelihood


@BOTH
def test_the_log_likelihood_is_that_of_a_slow_sum(boxes, distribution):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X, distribution).fit()
    slow = slow_llf(distribution, fit.params, fit.scale, table.low, table.high, X)
    assert fit.llf == pytest.approx(slow, rel=1e-12)


@BOTH
def test_every_step_away_from_the_maximum_goes_down(boxes, distribution):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X, distribution).fit()
    elsewhere = [
        (fit.params + fit.bse * np.array(step[:2]), fit.scale * (1 + step[2]))
        for step in product((-0.1, 0, 0.1), repeat=3)
        if any(step)
    ]
    heights = [
        slow_llf(distribution, params, scale, table.low, table.high, X)
        for params, scale in elsewhere
    ]
    assert max(heights) < fit.llf - 1e-4


def test_points_alone_give_least_squares_with_sigma_by_maximum_likelihood():
    x = np.arange(25.0)
    y, X = 3 + 0.5 * x + np.sin(3 * x), sm.add_constant(x)
    fit, ols = IntervalRegression(y, y, X).fit(), t_of(y, X)
    assert [*fit.params, fit.scale, fit.llf] == pytest.approx(
        [*ols.params, math.sqrt(ols.ssr / 25), ols.llf], rel=1e-12
    )


def test_points_alone_in_small_samples_give_the_t_intervals_of_least_squares():
    # Sigma by maximum likelihood has n below it; n / (n - k) makes it n - k.
    x = np.arange(25.0)
    y, X = 3 + 0.5 * x + np.sin(3 * x), sm.add_constant(x)
    ours, ols = IntervalRegression(y, y, X).fit(), t_of(y, X)
    assert ours.conf_int().to_numpy() == pytest.approx(ols.conf_int(), rel=1e-10)


def test_a_missing_end_is_an_open_end(boxes):
    table, X = boxes
    blank = table.replace([INF, -INF], NAN)
    one = IntervalRegression(table.low, table.high, X).fit()
    assert IntervalRegression(blank.low, blank.high, X).fit().llf == one.llf


def test_a_lower_end_of_zero_is_open_where_figures_are_positive(boxes):
    table, X = boxes
    zero = table.low.replace(-INF, 0.0)
    one = IntervalRegression(table.low, table.high, X, "lognormal").fit()
    assert IntervalRegression(zero, table.high, X, "lognormal").fit().llf == one.llf


def test_the_lognormal_is_the_normal_of_logs_less_the_logs_of_the_points(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X, "lognormal").fit()
    logs = np.log(table.clip(lower=0).replace(0.0, 1e-320)).replace(
        np.log(1e-320), -INF
    )
    inner = IntervalRegression(logs.low, logs.high, X).fit()
    points = logs.low[logs.low == logs.high]
    assert fit.llf == pytest.approx(inner.llf - points.sum(), rel=1e-12)


def test_a_unit_of_a_thousandth_scales_everything(boxes):
    table, X = boxes
    one = IntervalRegression(table.low, table.high, X).fit()
    other = IntervalRegression(1000 * table.low, 1000 * table.high, X).fit()
    assert [*other.params, *other.bse, other.scale] == pytest.approx(
        [1000 * number for number in (*one.params, *one.bse, one.scale)], rel=1e-10
    )


def test_a_unit_of_a_thousandth_moves_the_log_likelihood_by_the_points(boxes):
    table, X = boxes
    one = IntervalRegression(table.low, table.high, X).fit()
    other = IntervalRegression(1000 * table.low, 1000 * table.high, X).fit()
    assert one.llf - other.llf == pytest.approx(one.n_points * math.log(1000))


def test_the_order_of_rows_does_not_matter(boxes):
    table, X = boxes
    one = IntervalRegression(table.low, table.high, X).fit()
    back = IntervalRegression(table.low[::-1], table.high[::-1], X[::-1]).fit()
    assert back.params.tolist() == pytest.approx(one.params.tolist(), rel=1e-11)


def test_turning_the_figures_round_turns_the_coefficients_round(boxes):
    table, X = boxes
    one = IntervalRegression(table.low, table.high, X).fit()
    other = IntervalRegression(-table.high, -table.low, X).fit()
    assert [*other.params, other.llf] == pytest.approx([*-one.params, one.llf])


def test_wider_boxes_never_lower_the_likelihood():
    # Each box holds the narrower one, so it is at least as probable.
    x = np.arange(40.0)
    y, X = 3 + 0.5 * x + 4 * np.sin(3 * x), sm.add_constant(x)
    heights = [
        IntervalRegression(y - half, y + half, X).fit().llf for half in (0.1, 0.5, 1, 2)
    ]
    assert heights == sorted(heights)


def test_a_box_of_a_millionth_is_a_point_with_a_width():
    x = np.arange(40.0)
    y, X = 3 + 0.5 * x + 4 * np.sin(3 * x), sm.add_constant(x)
    narrow = IntervalRegression(y - 1e-6, y + 1e-6, X).fit()
    point = IntervalRegression(y, y, X).fit()
    assert [*narrow.bse, narrow.llf] == pytest.approx(
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
    low, high = (
        np.where(y > threshold, threshold, -INF),
        np.where(y > threshold, INF, threshold),
    )
    fit = IntervalRegression(low, high, sm.add_constant(x)).fit()
    # Probit of the sides on the thresholds: its slope there is 1 / sigma.
    probit = sm.Probit(y <= threshold, np.column_stack([sm.add_constant(x), threshold]))
    truth = probit.fit(disp=False, tol=1e-12, maxiter=100).params
    assert [*fit.params, fit.scale] == pytest.approx(
        [-truth[0] / truth[2], -truth[1] / truth[2], 1 / truth[2]], rel=1e-8
    )


def test_newton_arrives_in_few_steps(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    assert fit.converged
    assert fit.n_iter <= 8


@pytest.mark.parametrize("slope", [-1000.0, 0.0, 50.0])
@pytest.mark.parametrize("gamma", [0.001, 1.0, 100.0])
def test_newton_arrives_at_one_place_from_wherever_it_starts(boxes, slope, gamma):
    table, X = boxes
    low, high = table.low.to_numpy() / 10, table.high.to_numpy() / 10
    top = climb(arrange(X.to_numpy(), low, high), np.array([0.0, slope, gamma]), 3)
    fit = IntervalRegression(low, high, X).fit()
    place = np.append(fit.params, 1) / fit.scale
    assert top.at == pytest.approx(place, rel=1e-9)


@pytest.mark.parametrize("slope", [0.0, 5.0, 50.0])
def test_newton_finds_the_maximum_of_one_sided_bounds_beyond_zero(boxes, slope):
    # On the way gamma turns negative; a wall at zero would hold it there.
    _, X = boxes
    hour = X["hour"].to_numpy()
    level = 4 + 0.3 * hour + 0.6 * np.cos(7 * hour)
    above = np.sin(9 * hour) > 0
    low, high = np.where(above, level, -INF), np.where(above, INF, level)
    top = climb(arrange(X.to_numpy(), low, high), np.array([0.0, slope, 1.0]), 3)
    assert top.converged
    assert top.gradient == pytest.approx(np.zeros(3), abs=1e-9)


# Where there is no maximum


def refusal_of(low, high, X, distribution="normal"):
    """Return the words in which fit refuses."""
    with pytest.raises(DataError) as refused:
        IntervalRegression(low, high, X, distribution).fit()
    return str(refused.value)


def line_of(n=30):
    """Return 1 + 2x and its regressors."""
    x = np.arange(float(n))
    return 1 + 2 * x, sm.add_constant(x)


def test_boxes_that_a_line_passes_through_are_refused():
    line, X = line_of()
    wave = np.sin(np.arange(30.0))
    assert "有一条直线穿过所有的区间" in refusal_of(line + wave - 1, line + wave + 1, X)


def test_boxes_whose_ends_a_line_only_touches_are_refused():
    line, X = line_of()
    assert "line passes through every box" in refusal_of(line, line + 1, X)


def test_points_on_a_line_are_refused():
    line, X = line_of()
    assert "line passes through every box" in refusal_of(line / 7, line / 7, X)


def test_boxes_that_a_line_passes_through_in_logs_are_refused():
    line, X = line_of()
    curve = np.exp(line / 10)
    text = refusal_of(0.9 * curve, 1.1 * curve, X, "lognormal")
    assert "line passes through every box" in text


def test_boxes_that_every_line_misses_by_a_little_are_fitted():
    # The line runs through the ends; one box in the middle lies a thousandth above.
    line, X = line_of()
    low, high = line - (-1.0) ** np.arange(30), line - (-1.0) ** np.arange(30)
    low, high = np.minimum(low, line), np.maximum(high, line)
    low[[0, 29]] = high[[0, 29]] = line[[0, 29]]
    low[15], high[15] = line[15] + 0.001, line[15] + 1
    assert IntervalRegression(low, high, X).fit().converged


def test_a_refused_likelihood_grows_without_end_as_sigma_shrinks():
    line, X = line_of()
    low, high = line - 1, line + 1
    low[:3] = high[:3] = line[:3]
    heights = [
        slow_llf("normal", [1, 2], scale, low, high, X) for scale in (1, 0.1, 0.01)
    ]
    assert heights == sorted(heights)
    assert "line passes through every box" in refusal_of(low, high, X)


def test_bounds_that_a_group_alone_has_are_refused_by_its_name():
    # The figures of the group are all "at least": the further up, the better.
    x = np.arange(30.0)
    y = 3 + np.sin(5 * x)
    X = pd.DataFrame({"const": 1.0, "late": (x > 24) * 1.0})
    text = refusal_of(y, np.where(x > 24, INF, y), X)
    assert "被“late”完全分开" in text


def test_a_group_with_bounds_on_both_sides_is_fitted():
    x = np.arange(30.0)
    y = 3 + np.sin(5 * x)
    low, high = np.where(x > 27, -INF, y), np.where((x > 24) & (x <= 27), INF, y)
    X = pd.DataFrame({"const": 1.0, "late": (x > 24) * 1.0})
    assert IntervalRegression(low, high, X).fit().converged


def test_a_coefficient_that_nothing_holds_within_a_million_is_refused():
    # The late group lies somewhere between 3 and a million: flat to the last digit.
    x = np.arange(30.0)
    y = 3 + np.sin(5 * x)
    low, high = y.copy(), y.copy()
    high[25:28], low[28:], high[28:] = INF, -INF, 1e6
    X = pd.DataFrame({"const": 1.0, "late": (x > 24) * 1.0})
    assert "flat at its top" in refusal_of(low, high, X)


def test_lower_bounds_alone_are_refused():
    # A line high enough lies above every one of them.
    line, X = line_of()
    assert "line passes through every box" in refusal_of(line, np.full(30, INF), X)


def test_one_sided_bounds_that_run_the_wrong_way_are_refused():
    # "At least" where the threshold is high, "at most" where it is low.
    x = np.tile([0.0, 1.0, 2.0], 10)
    threshold = np.repeat(np.arange(10.0), 3)
    above = (threshold + np.tile([0, 3, -3], 10)) > 4.5
    low, high = np.where(above, threshold, -INF), np.where(above, INF, threshold)
    assert "sigma 没有有限的估计" in refusal_of(low, high, sm.add_constant(x))


# Few observations


def test_below_twenty_observations_the_wald_intervals_are_refused():
    line, X = line_of(19)
    noisy = line + np.sin(np.arange(19.0))
    text = refusal_of(noisy, noisy, X)
    assert "76%–78%" in text
    assert "envelope()" in text


def test_twenty_observations_are_enough():
    line, X = line_of(20)
    noisy = line + np.sin(np.arange(20.0))
    assert IntervalRegression(noisy, noisy, X).fit().nobs == 20


def test_the_small_sample_variance_is_multiplied_by_n_over_n_less_k(boxes):
    table, X = boxes
    model = IntervalRegression(table.low, table.high, X)
    ratio = model.fit().cov_params() / model.fit(small_sample=False).cov_params()
    assert ratio.to_numpy() == pytest.approx(np.full((2, 2), 60 / 58))


def test_small_samples_take_their_p_from_students_t(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    p = 2 * stats.t(58).sf(abs(fit.tvalues))
    assert fit.pvalues.tolist() == pytest.approx(p, rel=1e-9, abs=0)


def test_small_samples_take_their_interval_from_students_t(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
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


def test_from_a_hundred_observations_on_small_sample_makes_no_difference():
    line, X = line_of(100)
    noisy = line + np.sin(np.arange(100.0))
    model = IntervalRegression(noisy, noisy, X)
    with_it, without = model.fit(), model.fit(small_sample=False)
    assert with_it.pvalues.tolist() == without.pvalues.tolist()
    assert with_it.bse.tolist() == without.bse.tolist()


def test_at_ninety_nine_observations_small_sample_makes_a_difference():
    line, X = line_of(99)
    noisy = line + np.sin(np.arange(99.0))
    model = IntervalRegression(noisy, noisy, X)
    assert (model.fit().bse > model.fit(small_sample=False).bse).all()


# Results


def test_aic_counts_sigma(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    assert fit.aic == pytest.approx(-2 * fit.llf + 2 * 3)


def test_degrees_of_freedom_are_observations_less_coefficients(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    assert (fit.nobs, fit.df_resid) == (60, 58)


def test_column_names_are_kept(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    assert [*fit.params.index, *fit.cov_params().columns] == ["const", "hour"] * 2


def test_columns_of_an_array_are_named_as_statsmodels_names_them(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X.to_numpy()).fit()
    assert fit.params.index.tolist() == ["const", "x1"]


def test_predictions_are_on_the_line_at_the_rows_of_the_data(boxes):
    table, X = boxes
    X.index = table.index = [f"r{row}" for row in range(60)]
    fit = IntervalRegression(table.low, table.high, X).fit()
    expected = fit.params["const"] + fit.params["hour"] * X["hour"]
    pd.testing.assert_series_equal(fit.predict(), expected, check_names=False)


def test_predictions_of_the_lognormal_are_medians_of_the_printed_figures(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X, "lognormal").fit()
    line = fit.params["const"] + 4 * fit.params["hour"]
    assert fit.predict([[1.0, 4.0]]).item() == pytest.approx(math.exp(line))


def test_predictions_go_by_column_names(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    swapped = pd.DataFrame({"hour": [4.0], "const": [1.0]})
    assert fit.predict(swapped).tolist() == fit.predict([[1.0, 4.0]]).tolist()


def test_predictions_without_a_column_are_refused(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    with pytest.raises(DataError, match="X 缺少模型的列：hour"):
        fit.predict(X[["const"]])
    with pytest.raises(DataError, match="X 有 1 列，模型有 2 个系数"):
        fit.predict([[1.0]])


def test_the_summary_says_what_was_fitted(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    text = str(fit.summary()).split()
    # 60 rows: every fourth a point; rows 1, 13, ... and 5, 17, ... open.
    assert text[text.index("points") + 1] == "15"
    assert text[text.index("left-censored") + 1] == "5"
    assert text[text.index("right-censored") + 1] == "5"
    assert text[text.index("intervals") + 1] == "35"
    assert text[text.index("sigma") + 1] == f"{fit.scale:.6g}"
    assert text[text.index("log-likelihood") + 1] == f"{fit.llf:.6g}"


def test_the_summary_shows_in_jupyter(boxes):
    table, X = boxes
    fit = IntervalRegression(table.low, table.high, X).fit()
    assert fit._repr_html_().count("<table") == 2


# Formulas


def formula_table(boxes):
    """Return boxes and regressors in one table, with a group in words."""
    table, X = boxes
    group = np.where(np.arange(60) % 3 == 0, "mall", "office")
    return table.assign(hour=X["hour"], group=group)


def test_a_formula_gives_what_arrays_give(boxes):
    table, X = boxes
    formula = IntervalRegression.from_formula("low + high ~ hour", formula_table(boxes))
    arrays = IntervalRegression(table.low, table.high, X)
    assert formula.fit().params.tolist() == arrays.fit().params.tolist()


def test_a_formula_names_its_terms(boxes):
    model = IntervalRegression.from_formula(
        "low + high ~ hour + group", formula_table(boxes)
    )
    names = model.fit().params.index.tolist()
    assert names == ["Intercept", "group[T.office]", "hour"]


def test_a_formula_reads_a_missing_end_as_open(boxes):
    table = formula_table(boxes)
    blank = table.replace([INF, -INF], NAN)
    one = IntervalRegression.from_formula("low + high ~ hour", table).fit()
    other = IntervalRegression.from_formula("low + high ~ hour", blank).fit()
    assert other.llf == one.llf


def test_a_formula_knows_the_names_around_it(boxes):
    def halved(x):
        return x / 2

    table = formula_table(boxes)
    plain = IntervalRegression.from_formula("low + high ~ hour", table).fit()
    fit = IntervalRegression.from_formula("low + high ~ halved(hour)", table).fit()
    assert fit.params["halved(hour)"] == pytest.approx(2 * plain.params["hour"])


def test_a_formula_predicts_with_the_mean_of_its_own_data(boxes):
    table = formula_table(boxes)
    plain = IntervalRegression.from_formula("low + high ~ hour", table).fit()
    fit = IntervalRegression.from_formula("low + high ~ center(hour)", table).fit()
    new = pd.DataFrame({"hour": [2.0, 3.0]}, index=["a", "b"])
    pd.testing.assert_series_equal(fit.predict(new), plain.predict(new))


def test_a_formula_predicts_for_words(boxes):
    table = formula_table(boxes)
    fit = IntervalRegression.from_formula("low + high ~ hour + group", table).fit()
    new = pd.DataFrame({"hour": [0.0, 0.0], "group": ["office", "mall"]})
    office, mall = fit.predict(new)
    assert office - mall == pytest.approx(fit.params["group[T.office]"])


def test_a_formula_predicts_nothing_where_a_regressor_is_missing(boxes):
    fit = IntervalRegression.from_formula(
        "low + high ~ hour", formula_table(boxes)
    ).fit()
    new = pd.DataFrame({"hour": [2.0, NAN, 3.0]})
    assert fit.predict(new).isna().tolist() == [False, True, False]


def test_a_formula_needs_a_table_to_predict(boxes):
    fit = IntervalRegression.from_formula(
        "low + high ~ hour", formula_table(boxes)
    ).fit()
    with pytest.raises(DataError, match="要给一张含公式中各变量的表"):
        fit.predict([[1.0, 2.0]])


def test_a_missing_regressor_of_a_formula_is_refused_by_its_row(boxes):
    table = formula_table(boxes)
    table.loc[7, "hour"] = NAN
    with pytest.raises(DataError, match="行 7 缺少公式"):
        IntervalRegression.from_formula("low + high ~ hour", table)


@pytest.mark.parametrize("formula", ["low ~ hour", "low + low ~ hour", "~ hour"])
def test_a_formula_without_two_ends_is_refused(boxes, formula):
    with pytest.raises(DataError, match="左边须是两列"):
        IntervalRegression.from_formula(formula, formula_table(boxes))


def test_a_formula_whose_ends_are_words_is_refused(boxes):
    with pytest.raises(DataError, match="左边得出"):
        IntervalRegression.from_formula("low + group ~ hour", formula_table(boxes))


# At the door

ROW = pd.Index(["east", "west", "north"])


@pytest.mark.parametrize(
    ("low", "high", "distribution", "message"),
    [
        ([1, 5, 2], [1, 3, 2], "normal", "行 west 的区间 \\[5, 3\\] 下端大于上端"),
        ([1, NAN, 2], [1, NAN, 2], "normal", "行 west .*两端都是空的"),
        ([1, -INF, 2], [1, INF, 2], "normal", "行 west .*两端都是空的"),
        ([1, INF, 2], [1, INF, 2], "normal", "行 west .*没有一个数"),
        ([1, 0, 2], [1, INF, 2], "lognormal", "行 west .*两端都是空的"),
        ([1, -2, 2], [1, 0, 2], "lognormal", "行 west .*没有一个正数"),
        ([1, 2, 2], [1, 2, 2], "poisson", "不认得分布“poisson”"),
        ([1, 2, "x"], [1, 2, 2], "normal", "lower 里有不是数的东西"),
        ([1, 2], [1, 2], "normal", "请让三者逐行对应"),
        (1.0, 2.0, "normal", "请让三者逐行对应"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(low, high, distribution, message):
    X = pd.DataFrame({"const": 1.0}, ROW)
    with pytest.raises(DataError, match=message):
        IntervalRegression(low, high, X, distribution)


def test_a_missing_regressor_is_refused_by_row_and_column():
    X = pd.DataFrame({"const": 1.0, "tenants": [1.0, 2.0, NAN]}, ROW)
    with pytest.raises(DataError, match="行 north 的“tenants”缺数"):
        IntervalRegression([1, 2, 3], [1, 2, 3], X)


def test_rows_with_different_names_are_refused():
    low = pd.Series([1.0, 2.0, 3.0], ["west", "east", "north"])
    with pytest.raises(DataError, match="行名不同"):
        IntervalRegression(low, low, pd.DataFrame({"const": 1.0}, ROW))


def test_a_column_that_follows_from_the_others_is_refused_by_name():
    mall = np.array([1.0, 0.0, 1.0, 0.0])
    X = pd.DataFrame({"const": 1.0, "mall": mall, "office": 1 - mall})
    with pytest.raises(DataError, match="X 的列“office”可由它前面的各列推出"):
        IntervalRegression([1, 2, 3, 5], [1, 2, 3, 5], X)


def test_more_columns_than_rows_are_refused():
    with pytest.raises(DataError, match="1 个观测定不下 2 个系数"):
        IntervalRegression([1.0], [1.0], [[1.0, 2.0]])


def test_regressors_without_columns_are_refused():
    with pytest.raises(DataError, match="须是二维"):
        IntervalRegression([1.0, 2.0], [1.0, 2.0], [1.0, 1.0])


def test_figures_that_pandas_holds_as_missing_are_open_ends(boxes):
    table, X = boxes
    blank = table.replace([INF, -INF], NAN).astype("Float64")
    one = IntervalRegression(table.low, table.high, X).fit()
    assert IntervalRegression(blank.low, blank.high, X).fit().llf == one.llf


def test_nothing_that_was_given_is_changed(boxes):
    table, X = boxes
    before = table.copy(), X.copy()
    IntervalRegression(table.low, table.high, X, "lognormal").fit()
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(X, before[1])


# The envelope


def readings(low, high, steps):
    """Return every reading on a grid over the boxes."""
    axes = [
        np.linspace(a, b, steps if b > a else 1) for a, b in zip(low, high, strict=True)
    ]
    return product(*axes)


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
    fits = [t_of(np.array(y), X) for y in readings(low, high, 9)]
    envelope = IntervalRegression(low, high, X).envelope()
    assert envelope[column].to_numpy() == pytest.approx(of(fits), rel=1e-9)


def test_points_alone_have_an_envelope_of_one_reading(few):
    low, _, X = few
    ols, envelope = t_of(low, X), IntervalRegression(low, low, X).envelope()
    assert envelope.to_numpy() == pytest.approx(
        np.column_stack(
            [ols.params, ols.params, ols.params, ols.conf_int(), ols.pvalues]
        )
    )


def test_the_bounds_of_the_slope_are_those_of_its_closed_form(few):
    low, high, X = few
    # Weights (x - 2.5) / 17.5: rows below the mean pull down, rows above push up.
    weight = (np.arange(6) - 2.5) / 17.5
    least = np.where(weight > 0, weight * low, weight * high).sum()
    envelope = IntervalRegression(low, high, X).envelope()
    assert envelope.loc["x1", "lower"] == pytest.approx(least)


def test_where_the_bounds_of_a_coefficient_hold_zero_p_is_one():
    low, high = np.array([1.0, 2.0, 2.0, 0.5]), np.array([1.0, 2.0, 2.0, 3.0])
    envelope = IntervalRegression(low, high, sm.add_constant(np.arange(4.0))).envelope()
    assert envelope.loc["x1", "p_value_largest"] == 1


def test_the_middle_of_a_box_is_not_a_printed_figure(few):
    low, high, X = few
    assert IntervalRegression(low, high, X).envelope()["estimate"].isna().all()


def test_the_estimate_is_least_squares_at_the_printed_figures(few):
    low, high, X = few
    printed = np.array([NAN, 12.5, 13, 18.5, 18, 22])
    envelope = IntervalRegression(low, high, X).envelope(value=printed)
    ols = t_of(np.array([10, 12.5, 13, 18.5, 18, 22]), X)
    assert envelope["estimate"].tolist() == pytest.approx(ols.params)


def test_printed_figures_of_the_lognormal_are_taken_in_logs(few):
    low, high, X = few
    printed = np.array([10, 12.5, 13, 18.5, 18, 22])
    envelope = IntervalRegression(low, high, X, "lognormal").envelope(printed)
    assert envelope["estimate"].tolist() == pytest.approx(
        t_of(np.log(printed), X).params
    )


def test_a_printed_figure_outside_its_box_is_refused(few):
    low, high, X = few
    with pytest.raises(DataError, match="行 1 的印出数不在它的区间之内"):
        IntervalRegression(low, high, X).envelope([10, 15, 13, 18, 18, 22])


def test_printed_figures_of_another_length_are_refused(few):
    low, high, X = few
    with pytest.raises(DataError, match="value 的形状"):
        IntervalRegression(low, high, X).envelope([10.0])


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


def test_a_wider_box_never_gives_a_narrower_envelope(few):
    low, high, X = few
    narrow = IntervalRegression(low, high, X).envelope()
    wide = IntervalRegression(low - 0.5, high + 0.5, X).envelope()
    down, up = ["lower", "conf_low"], ["upper", "conf_high"]
    assert (wide[down] <= narrow[down]).all(axis=None)
    assert (wide[up] >= narrow[up]).all(axis=None)
    assert (wide["p_value_largest"] >= narrow["p_value_largest"]).all()


def test_an_envelope_of_more_coverage_is_wider(few):
    low, high, X = few
    model = IntervalRegression(low, high, X)
    usual, wide = model.envelope(), model.envelope(alpha=0.01)
    assert (wide["conf_low"] < usual["conf_low"]).all()


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


def test_twenty_boxes_have_too_many_corners():
    line, X = line_of(20)
    with pytest.raises(DataError, match="20 个观测是两端不同的区间"):
        IntervalRegression(line - 1, line + 1, X).envelope()


def test_an_envelope_needs_a_degree_of_freedom():
    with pytest.raises(DataError, match="没有剩余自由度"):
        IntervalRegression([1.0, 2.0], [1.0, 3.0], np.eye(2)).envelope()
