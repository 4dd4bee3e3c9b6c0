"""What so few growths can show: against METHODS and simulation."""

import numpy as np
import pytest
from scipy import stats

from hengstats.evidence.customary.nulls import simulate_linked
from hengstats.evidence.power import RULE_E, detectable_by_t, detectable_r, t_power
from hengstats.evidence.rule import rule_claims

# METHODS, section 3: detectable correlation of the plain t test at 80 % power.
PLAIN = {3: 1.00, 4: 0.97, 5: 0.93, 6: 0.89, 7: 0.86, 8: 0.82, 9: 0.79}
PLAIN |= {11: 0.74, 15: 0.65, 20: 0.58, 30: 0.49}


@pytest.mark.parametrize(("n", "r"), PLAIN.items())
def test_the_plain_t_test_detects_what_methods_says(n, r):
    assert detectable_by_t(n) == pytest.approx(r, abs=0.006)


def test_the_power_of_the_t_test_is_that_of_simulation():
    # 40,000 pairs of six, r = .8: within three standard errors.
    generator = np.random.default_rng(2)
    x = generator.normal(size=(40_000, 6))
    y = 0.8 * x + 0.6 * generator.normal(size=x.shape)
    cx, cy = (v - v.mean(axis=1, keepdims=True) for v in (x, y))
    r = (cx * cy).sum(axis=1) / np.linalg.norm(cx, axis=1) / np.linalg.norm(cy, axis=1)
    limit = stats.t.ppf(0.975, 4)
    found = np.mean(np.abs(r) * np.sqrt(4 / (1 - r * r)) > limit)
    assert t_power(0.8, 6) == pytest.approx(found, abs=0.0075)


def test_the_power_at_no_correlation_is_the_size():
    assert t_power(0.0, 7) == pytest.approx(0.05, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 6, 7])
def test_rule_e_finds_its_detectable_correlation_in_80_of_100(n):
    years = np.arange(2016.0, 2017 + n)
    x, y = simulate_linked(years, 6000, np.random.default_rng(n), RULE_E[n])
    # Standard error .005; METHODS rounds r to half a hundredth.
    assert rule_claims(x, y, years).mean() == pytest.approx(0.8, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("years", "power"), [(6, 0.33), (7, 0.56), (8, 0.73)])
def test_rule_e_has_the_power_that_methods_states(years, power):
    known = np.arange(2016.0, 2016 + years)
    x, y = simulate_linked(known, 4000, np.random.default_rng(years), 0.9)
    assert rule_claims(x, y, known).mean() == pytest.approx(power, abs=0.03)


def test_fewer_than_four_growths_detect_nothing():
    assert detectable_r(3) is None


def test_between_simulated_lengths_the_shorter_one_speaks():
    assert detectable_r(14) == RULE_E[12]


def test_rule_e_asks_for_more_than_the_plain_t_test():
    assert all(r > detectable_by_t(n) for n, r in RULE_E.items())
