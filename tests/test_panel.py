"""One row per entity and year; gaps stay gaps; measures keep apart."""

import math

import pandas as pd
import pytest

import hengstats as hs
from hengstats.panel import is_illustrative, measures_of, series_of


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


def year(panel, number):
    """Return one year of a panel of one entity."""
    return panel[panel["year"] == number].iloc[0]


def test_a_panel_has_one_row_per_entity_and_year(plaza):
    assert not plaza.duplicated(["entity", "year"]).any()


def test_each_measure_has_its_bounds_beside_it(plaza):
    measures = measures_of(plaza)
    beside = [f"{m}_{end}" for m in measures for end in ("lower", "upper")]
    assert set(plaza.columns) == {"entity", "year", *measures, *beside}


def test_2019_is_a_row_without_tax(plaza):
    row = year(plaza, 2019)
    ends = row[["tax_revenue", "tax_revenue_lower", "tax_revenue_upper"]]
    assert ends.isna().all()


def test_2021_is_a_lower_bound(plaza):
    row = year(plaza, 2021)
    assert math.isnan(row["tax_revenue"])
    assert (row["tax_revenue_lower"], row["tax_revenue_upper"]) == (100.0, math.inf)


def test_409_and_548_are_branch_members(plaza):
    known = series_of(plaza, "branch_members")
    assert dict(zip(known["year"], known["lower"], strict=True)) == {
        2018: 409.0,
        2022: 548.0,
    }


def test_more_than_1100_is_another_measure(plaza):
    known = series_of(plaza, "members_working_here")
    assert known[["year", "lower"]].to_numpy().tolist() == [[2022, 1100.0]]


def test_no_column_holds_both_548_and_1100(plaza):
    mixed = [c for c in plaza.columns if {548.0, 1100.0} <= set(plaza[c].dropna())]
    assert mixed == []


def test_a_printed_growth_rate_is_a_measure_of_its_own(plaza):
    # The Business of Fashion 2022: "up 25 percent".
    assert year(plaza, 2021)["rent_mall_growth"] == pytest.approx(0.25)


def test_a_fall_told_beside_the_number_is_negative(plaza):
    # "分别从高位下跌6%和22%": tenant sales of 2024 fell by 22 percent.
    assert year(plaza, 2024)["tenant_sales_growth"] == pytest.approx(-0.22)


def test_a_list_of_datasets_gives_one_panel():
    panel = hs.build_panel(["plaza66", "comparators"])
    assert {"plaza66", "grand-gateway66", "jingan"} <= set(panel["entity"])


def test_the_same_figure_from_two_datasets_is_refused():
    with pytest.raises(hs.DataError, match="不止一个"):
        hs.build_panel(["illustrative", "illustrative"])


def test_as_of_leaves_out_what_was_published_later():
    known = series_of(hs.build_panel("plaza66", as_of="2018-12-31"), "tax_revenue")
    assert known[["year", "value"]].to_numpy().tolist() == [[2011, 29.7]]


def test_a_panel_without_bounds_is_a_panel_of_points():
    panel = pd.DataFrame({"entity": "a", "year": [2018], "x": [5.0]})
    assert series_of(panel, "x")[["lower", "upper"]].to_numpy().tolist() == [[5, 5]]


def test_illustrative_stands_in_the_key_of_the_entity():
    assert is_illustrative(hs.build_panel("illustrative")["entity"].tolist())


def test_a_public_building_is_not_illustrative(plaza):
    assert not is_illustrative(plaza["entity"].tolist())


def test_a_panel_carries_its_sources(plaza):
    cited = plaza.attrs["about"]["sources"]["tax_revenue"]["plaza66"]
    assert ["经济日报 第10版", "2012-05-04"] in cited
