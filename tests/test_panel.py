"""One row per entity and year; gaps stay gaps; measures keep apart."""

import copy
import math

import pandas as pd
import pytest

import hengstats as hs


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


def known(panel, measure):
    """Return the known lower ends of a measure by year."""
    ends = panel.set_index("year")[f"{measure}_lower"].dropna()
    return ends.to_dict()


def test_a_panel_has_one_row_per_entity_and_year_and_bounds_beside_each_measure(plaza):
    assert not plaza.duplicated(["entity", "year"]).any()
    measures = [column for column in plaza if f"{column}_lower" in plaza]
    beside = [f"{m}_{end}" for m in measures for end in ("lower", "upper")]
    assert set(plaza.columns) == {"entity", "year", *measures, *beside}


@pytest.mark.parametrize(
    ("year", "ends"),
    [(2019, [None, None, None]), (2021, [100.0, None, math.inf])],
    ids=["a gap", "a lower bound"],
)
def test_a_gap_stays_a_gap_and_a_bound_a_bound(plaza, year, ends):
    row = plaza[plaza["year"] == year].iloc[0]
    told = row[["tax_revenue_lower", "tax_revenue", "tax_revenue_upper"]]
    assert [None if pd.isna(end) else end for end in told] == ends


def test_counts_of_different_people_never_share_a_column(plaza):
    assert known(plaza, "branch_members") == {2018: 409.0, 2022: 548.0}
    assert known(plaza, "members_working_here") == {2022: 1100.0}
    mixed = [c for c in plaza.columns if {548.0, 1100.0} <= set(plaza[c].dropna())]
    assert mixed == []


@pytest.mark.parametrize(
    ("year", "measure", "rate"),
    [
        (2021, "rent_mall_growth", 0.25),  # The Business of Fashion: "up 25 percent"
        (2024, "tenant_sales_growth", -0.22),  # "分别从高位下跌6%和22%"
    ],
)
def test_a_printed_growth_rate_is_a_measure_of_its_own(plaza, year, measure, rate):
    assert plaza.loc[plaza["year"] == year, measure].item() == pytest.approx(rate)


def test_a_list_of_datasets_gives_one_panel():
    panel = hs.build_panel(["plaza66", "comparators"])
    assert {"plaza66", "grand-gateway66", "jingan"} <= set(panel["entity"])


def test_the_same_figure_from_two_datasets_is_refused():
    with pytest.raises(hs.DataError, match="不止一个"):
        hs.build_panel(["illustrative", "illustrative"])


def test_as_of_leaves_out_what_was_published_later():
    panel = hs.build_panel("plaza66", as_of="2018-12-31")
    assert known(panel, "tax_revenue") == {2011: pytest.approx(29.65)}


def test_a_panel_carries_its_sources_and_what_was_not_found(plaza):
    about = plaza.attrs["about"]
    cited = about["sources"]["tax_revenue"]["plaza66"]
    assert ["经济日报 第10版", "2012-05-04"] in cited
    assert 2019 in about["not_found"]["tax_revenue"]["plaza66"]
    assert about["printed"]["tax_revenue"]["plaza66"]["2016"] == "26.3億元"
    assert about["units"]["tax_revenue"] == "100 million yuan"


def test_what_a_panel_carries_is_one_value_however_often_it_is_copied(plaza):
    # pandas copies it at each step; a district's takes a tenth of a second.
    about = plaza.attrs["about"]
    assert copy.deepcopy(plaza)[plaza["year"] > 2010].attrs["about"] is about
    assert hs.build_panel("plaza66").attrs["about"] == about


# What is wrong with a table of the user's own, where it is, and the mend.
@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [
        ("x", None, "没有“x”一栏.*现有的指标：y"),
        ("x", [1.0, "一"], "第 2 行“x”一栏是“一”，不是数.*row 2"),
        ("x", [1.0, math.inf], "第 2 行“x”一栏是“inf”"),
        ("year", [2018, 2018], "a 2018 年有两行"),
        ("year", [2018, 2019.5], "第 2 行“year”一栏是“2019.5”，不是年份"),
        ("entity", ["a", None], "第 2 行“entity”一栏空着"),
        ("x_lower", [1.0, 9.0], "a 2019 年的“x”上下界颠倒.*9、2、3"),
    ],
)
def test_a_table_at_fault_is_refused_with_its_place(column, cells, message):
    panel = pd.DataFrame({"entity": "a", "year": [2018, 2019], "x": [1.0, 2.0]})
    panel = panel.assign(x_lower=[1.0, 1.0], x_upper=[1.0, 3.0], y=1.0)
    bad = panel[["entity", "year", "y"]] if cells is None else panel
    with pytest.raises(hs.DataError, match=message):
        hs.growth(bad if cells is None else bad.assign(**{column: cells}), "x")
