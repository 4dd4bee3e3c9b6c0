"""What was refused, why, for which years, and how often it misleads."""

import numpy as np
import pytest

from hengstats.evidence.customary import CUSTOMARY
from hengstats.evidence.refusals import (
    choose_years,
    cross_section_rate,
    list_refusals,
    own_rates,
)

SIX = tuple(range(2016, 2022))


def test_common_years_are_simulated_where_there_are_four():
    assert choose_years((2016, 2017, 2018, 2020), SIX) == (2016, 2017, 2018, 2020)


def test_the_years_of_the_economy_stand_in_for_too_few_common_ones():
    assert choose_years((2018,), SIX) == SIX


def test_six_years_are_simulated_where_nothing_is_known():
    assert choose_years((), ()) == SIX


def test_the_most_misleading_stand_first():
    rates = list_refusals(5, SIX)["false_alarm"].dropna().tolist()
    assert rates == sorted(rates, reverse=True)


def test_growth_with_an_intercept_is_refused_only_below_four_growths():
    assert "growth_ols" not in set(list_refusals(4, SIX)["procedure"])
    assert "growth_ols" in set(list_refusals(3, SIX)["procedure"])


def test_every_customary_procedure_is_refused_across_a_gap():
    refused = set(list_refusals(5, (2015, *SIX[1:], 2023))["procedure"])
    assert set(CUSTOMARY) - refused == {"growth_ols"}


# METHODS, section 1, six years: drift, trend-stationary, fill-up, shock year.
@pytest.mark.parametrize(
    ("procedure", "rates"),
    [
        ("levels_ols", [0.99, 1.00, 0.84, 0.95]),
        ("levels_kendall", [0.97, 0.98, 0.41, 0.84]),
        ("growth_no_intercept", [0.62, 0.59, 0.38, 0.73]),
        ("granger", [0.49, 0.48, 0.42, 0.40]),
    ],
)
def test_the_rates_are_those_of_methods(procedure, rates):
    table = list_refusals(5, SIX).set_index("procedure")
    kinds = ["drift", "trend_stationary", "fill_up", "shock_year"]
    # 2,000 pairs here, 5,000 there: three standard errors, and half a point.
    error = 3 * np.sqrt(np.array(rates) * (1 - np.array(rates)) * (1 / 2000 + 1 / 5000))
    assert (np.abs(table.loc[procedure, kinds] - rates) <= error + 0.005).all()


# METHODS: rule E at six years.
def test_our_rates_are_those_of_methods():
    found = list(own_rates(SIX).values())
    assert found == pytest.approx([0.015, 0.013, 0.017, 0.035], abs=0.012)


@pytest.mark.parametrize("n", [6, 7, 8])
def test_our_rule_stays_below_five_percent(n):
    assert max(own_rates(tuple(range(2016, 2016 + n))).values()) <= 0.05


def test_our_rule_never_claims_anything_of_four_years():
    assert set(own_rates((2016, 2017, 2018, 2019)).values()) == {0.0}


def test_a_cross_section_of_few_has_no_rate():
    assert np.isnan(cross_section_rate(3))


def test_a_cross_section_of_seventeen_misleads_almost_always():
    # r = 1 / (1 + .25) = .8 from size alone: the t test finds it in 99 of 100.
    assert cross_section_rate(17) == pytest.approx(0.99, abs=0.015)
