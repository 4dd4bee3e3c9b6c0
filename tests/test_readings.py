"""How figures are read, and how the user changes it."""

import math

import pandas as pd
import pytest

import hengstats as hs
from hengstats.evidence.readings import read_figures


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


def listed(panel, measures, readings=None):
    """Return the list of readings by measure and year."""
    _, table = read_figures(panel, measures, None, readings)
    return table.set_index(["measure", "year"])


TENANTS = ("branch_members", "tenants")
TAX = ("branch_members", "tax_revenue")


def test_nearly_300_is_read_from_200_unless_declined(plaza):
    # METHODS: [270, 300), and [200, 300) as the wide reading; both are run.
    row = listed(plaza, TENANTS).loc[("tenants", 2022)]
    assert (row["lower"], row["upper"], row["reading"]) == (200, 300, "wide")


def test_the_wide_reading_can_be_declined(plaza):
    row = listed(plaza, TENANTS, {"nearly": "narrow"}).loc[("tenants", 2022)]
    assert (row["lower"], row["reading"]) == (270, "default")


def test_a_rounded_amount_can_be_declared_exact(plaza):
    row = listed(plaza, TAX, {"tax_revenue": "exact"}).loc[("tax_revenue", 2016)]
    assert (row["lower"], row["upper"], row["reading"]) == (26.3, 26.3, "exact")


def test_a_bound_stays_a_bound_when_the_measure_is_declared_exact(plaza):
    row = listed(plaza, TAX, {"tax_revenue": "exact"}).loc[("tax_revenue", 2021)]
    assert (row["lower"], row["upper"]) == (100, math.inf)


def test_about_300_stays_a_hedge_when_the_measure_is_declared_exact():
    panel = pd.DataFrame(
        {
            "entity": "a",
            "year": [2016, 2017],
            "m": [300.0, 320.0],
            "m_lower": [250.0, 320.0],
            "m_upper": [350.0, 320.0],
            "t": [1.0, 2.0],
        }
    )
    wordings = {"m": {"a": {"2016": "约300", "2017": "320"}}}
    panel.attrs["about"] = {"printed": wordings, "units": {"m": "persons"}}
    row = listed(panel, ("m", "t"), {"m": "exact"}).loc[("m", 2016)]
    assert (row["lower"], row["upper"], row["reading"]) == (250, 350, "default")


def test_an_open_end_can_be_capped(plaza):
    cap = {("tax_revenue", 2021): (100, 120)}
    row = listed(plaza, TAX, cap).loc[("tax_revenue", 2021)]
    assert (row["lower"], row["upper"], row["reading"]) == (100, 120, "declared")


def test_the_wording_and_its_hedge_are_listed(plaza):
    row = listed(plaza, TAX).loc[("branch_members", 2022)]
    assert (row["printed"], row["qualifier"]) == ("超548名", "more_than")


def test_the_panel_that_is_read_has_the_bounds_asked_for(plaza):
    panel, _ = read_figures(plaza, TAX, None, {("tax_revenue", 2021): (100, 120)})
    assert panel.set_index("year").loc[2021, "tax_revenue_upper"] == 120


def test_a_plain_frame_needs_no_wordings():
    frame = pd.DataFrame(
        {"entity": "a", "year": [2016, 2017], "m": [1, 2], "t": [1, 3]}
    )
    assert listed(frame, ("m", "t"))["printed"].eq("").all()


@pytest.mark.parametrize(
    "reading",
    [
        {"nearly": "anyhow"},
        {"tax_revenue": "roughly"},
        {"rent": "exact"},
        {("tax_revenue", 2021): 120},
    ],
)
def test_a_reading_that_says_nothing_is_refused(plaza, reading):
    with pytest.raises(hs.DataError, match="看不懂"):
        read_figures(plaza, TAX, None, reading)


@pytest.mark.parametrize(
    "reading",
    [
        {("tax_revenue", 2019): (1, 2)},
        {("tax_revenue", 2021): (120, 100)},
        {("tax_revenue", 2021): (0, 100)},
    ],
)
def test_a_reading_of_no_figure_or_without_bounds_is_refused(plaza, reading):
    with pytest.raises(hs.DataError, match="用不上"):
        read_figures(plaza, TAX, None, reading)
