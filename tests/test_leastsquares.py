"""Least squares keep their digits on data that are made to take them away.

The expected values are certified by NIST (see reference/nist.py); the targets are
ours, in digits of the worst coefficient and the worst standard error.
"""

import numpy as np
import pytest
from reference.nist import CERTIFIED, PROBLEMS, digits, read

from hengstats.errors import DataError
from hengstats.evidence.leastsquares import least_squares

TARGETS = {
    "longley": 10,
    "norris": 12,
    "pontius": 9,
    "noint1": 12,
    "filip": 7,
    "wampler1": 9,
    "wampler5": 5.5,
}
LINE = np.column_stack([np.ones(5), [2016.0, 2017, 2018, 2020, 2021]])
TAX = np.array([20.0, 24.5, 26.3, 49.3, 100.0])


def fit(problem):
    """Return our fit of a problem."""
    return least_squares(*read(problem))


def test_every_problem_has_a_target():
    assert list(TARGETS) == PROBLEMS


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_coefficients_have_the_digits_promised(problem):
    found = digits(fit(problem).params, CERTIFIED[problem]["coef"])
    assert found >= TARGETS[problem]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_standard_errors_have_the_digits_promised(problem):
    found = digits(fit(problem).bse, CERTIFIED[problem]["se"])
    assert found >= TARGETS[problem]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_residual_sd_has_the_digits_promised(problem):
    found = digits(fit(problem).resid_sd, CERTIFIED[problem]["resid_sd"])
    assert found >= TARGETS[problem]


# NoInt1 has no constant, and NIST gives R2 about zero there.
@pytest.mark.parametrize("problem", PROBLEMS)
def test_r_squared_has_the_digits_promised(problem):
    found = digits(fit(problem).rsquared, CERTIFIED[problem]["r2"])
    assert found >= TARGETS[problem]


@pytest.mark.parametrize("problem", ["filip", "wampler5"])
def test_the_order_of_rows_costs_no_digit(problem):
    y, X = read(problem)
    order = np.random.default_rng(66).permutation(len(y))
    found = least_squares(y[order], X[order])
    assert digits(found.params, CERTIFIED[problem]["coef"]) >= TARGETS[problem]


def test_refinement_restores_the_digits_that_large_residuals_cost():
    # Without it Wampler5 has 6 of them, and fewer in an unlucky order of rows.
    assert digits(fit("wampler5").params, CERTIFIED["wampler5"]["coef"]) >= 12


def test_digits_are_counted_as_nist_counts_them():
    # 1.001 instead of 1 is right to 3 digits, -99.99 instead of -100 to 4.
    assert digits([1.001, -99.99], [1, -100]) == pytest.approx(3)


def test_a_coefficient_that_is_not_a_number_has_no_digits():
    assert digits([1, np.nan], [1, 1]) == 0


def test_the_degrees_of_freedom_are_rows_less_columns():
    assert fit("longley").df_resid == 9


def test_another_unit_of_a_column_divides_its_coefficient_and_error():
    per_year, per_decade = least_squares(TAX, LINE), least_squares(TAX, LINE * [1, 0.1])
    assert per_decade.params == pytest.approx(per_year.params * [1, 10], rel=1e-9)
    assert per_decade.bse == pytest.approx(per_year.bse * [1, 10], rel=1e-9)


def test_another_unit_of_a_column_leaves_the_condition_number_alone():
    before, after = least_squares(TAX, LINE), least_squares(TAX, LINE * [1, 1000])
    assert after.condition == pytest.approx(before.condition, rel=1e-6)


def test_another_unit_of_the_outcome_leaves_r_squared_alone():
    before, after = least_squares(TAX, LINE), least_squares(TAX * 1e4, LINE)
    assert after.rsquared == pytest.approx(before.rsquared, rel=1e-12)


def test_orthogonal_columns_have_condition_number_one():
    assert least_squares([1, 2, 4], [[1, 0], [0, 9], [0, 0]]).condition == 1


def test_columns_that_span_a_constant_count_as_one():
    # Two groups, means 1 and 5: 16 of 20 about the mean of 3, 56/60 about zero.
    groups = [[1, 0], [1, 0], [0, 1], [0, 1]]
    found = least_squares([0, 2, 4, 6], groups).rsquared
    assert found == pytest.approx(16 / 20, rel=1e-12)


def test_a_column_that_only_looks_constant_does_not_count_as_one():
    # About zero: x'y = 5.002, x'x = 3.002001, y'y = 9.
    found = least_squares([1, 2, 2], [[1.0], [1.0], [1.001]]).rsquared
    assert found == pytest.approx(5.002**2 / (3.002001 * 9), rel=1e-12)


def test_a_constant_outcome_leaves_nothing_to_explain():
    assert np.isnan(least_squares(np.ones(5), LINE).rsquared)


def test_dependent_columns_are_refused_with_their_condition_number():
    twice = np.column_stack([LINE, LINE[:, 1] - 2000])
    with pytest.raises(DataError, match=r"条件数 \d.*condition number \d\.\de\+1\d"):
        least_squares(TAX, twice)


def test_a_column_of_zeros_is_refused_with_an_infinite_condition_number():
    with pytest.raises(DataError, match="condition number inf"):
        least_squares(TAX, LINE * [1, 0])


def test_as_many_columns_as_rows_are_refused():
    with pytest.raises(DataError, match="2 rows for 2 coefficients"):
        least_squares(TAX[:2], LINE[:2])


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_a_missing_or_infinite_number_is_refused(odd):
    with pytest.raises(DataError, match="missing or infinite"):
        least_squares([*TAX[:4], odd], LINE)
