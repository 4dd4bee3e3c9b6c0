"""One figure is accepted for a key, by rules that can be told one from another."""

from math import inf

import pandas as pd
import pytest

from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.figures import (
    conflicts,
    gaps,
    load_events,
    load_figures,
    load_membership,
    load_tax,
    rank_records,
    settle_figures,
)

HEAD = "entity,measure,period,printed,value,qualifier,unit,source,quote\n"
SOURCES = """source,title,publisher,published,address,standing,kind
primary-late,T,P,2022-01-01,,primary,published
press-early,T,P,2021-01-01,,press,published
press-late,T,P,2021-06-01,,press,published
press-undated,T,P,,,press,published
"""
CODEBOOK = """measure,topic,unit,basis,years,precision,definition
members,organisation,persons,as of a date,,printed,Members
tax,tax,100 million yuan,year,,printed,Tax
growth,tax,fraction,year,,printed,Growth
"""
RULINGS = "entity,measure,year,accepted,zh-Hans,zh-Hant,en\n"


def tax(number, source, period="2020"):
    """Return a record of a tax in 亿元."""
    quoted = f"{number}亿元,{number},exact,100 million yuan,{source},税收{number}亿元"
    return f"tower,tax,{period},{quoted}\n"


def members(printed, value, qualifier, period, source="press-early"):
    """Return a record of members."""
    return (
        f"tower,members,{period},{printed},{value},{qualifier},persons,"
        f"{source},党员{printed}\n"
    )


def not_found(year="2020"):
    """Return a record of a search that found nothing."""
    return f"tower,tax,{year},,,not_found,100 million yuan,press-early,\n"


@pytest.fixture
def settle(tmp_path):
    """Return a function that settles some records, by rulings if there are any."""

    def settle(*records, ruling="", as_of=None):
        (tmp_path / "records.csv").write_text(HEAD + "".join(records), "utf-8")
        (tmp_path / "sources.csv").write_text(SOURCES, "utf-8")
        (tmp_path / "codebook.csv").write_text(CODEBOOK, "utf-8")
        (tmp_path / "settlements.csv").write_text(RULINGS + ruling, "utf-8")
        data = read_dataset(str(tmp_path), as_of)
        return settle_figures(data), rank_records(data)

    return settle


FOR_LATE = "tower,tax,2020,press-late,理由,理由,Reason\n"
FOR_NONE = "tower,tax,2020,,理由,理由,Reason\n"


def test_the_latest_date_in_the_year_is_taken_for_a_stock(settle):
    # The better standing would be the earlier one.
    figures, _ = settle(
        members("40名", 40, "exact", "2020-06-30", "primary-late"),
        members("50名", 50, "exact", "2020-12-31"),
    )
    assert figures["value"].tolist() == [50]


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("2020-H1", "2020-12-31"),
        ("2020-06-30", "2020"),
        ("2020-12-01", "2020-12"),
        ("2020-06-30", "2020-H2"),
    ],
)
def test_the_latest_date_is_that_of_the_end_of_a_period(settle, early, late):
    figures, _ = settle(
        members("40名", 40, "exact", early), members("50名", 50, "exact", late)
    )
    assert figures["value"].tolist() == [50]


def test_two_searches_that_found_nothing_are_one_gap(settle):
    figures, _ = settle(not_found(), not_found().replace("press-early", "press-late"))
    assert figures["status"].tolist() == ["missing"]


def test_a_search_without_a_period_is_no_figure(settle):
    figures, _ = settle(not_found(""))
    assert figures.empty


def test_a_flow_is_not_settled_by_the_latest_period(settle):
    figures, _ = settle(
        tax("1.0", "primary-late", "2020"), tax("2.0", "press-early", "2020-12")
    )
    assert figures["value"].tolist() == [1]


def test_the_better_standing_comes_before_the_narrower_box(settle):
    figures, _ = settle(tax("1", "primary-late"), tax("1.23", "press-early"))
    assert figures["source"].tolist() == ["primary-late"]


def test_the_narrower_box_comes_before_the_earlier_publication(settle):
    figures, _ = settle(tax("1", "press-early"), tax("1.2", "press-late"))
    assert figures["source"].tolist() == ["press-late"]


def test_the_earlier_publication_comes_last(settle):
    figures, _ = settle(tax("1.2", "press-late"), tax("1.3", "press-early"))
    assert figures["source"].tolist() == ["press-early"]


def test_a_source_without_a_date_comes_after_one_with_a_date(settle):
    figures, _ = settle(tax("1.2", "press-undated"), tax("1.3", "press-late"))
    assert figures["source"].tolist() == ["press-late"]


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        (
            members("4名", 4, "exact", "2020-06"),
            members("5名", 5, "exact", "2020-07"),
            "latest",
        ),
        (tax("1", "primary-late"), tax("1.2", "press-early"), "standing"),
        (tax("1", "press-early"), tax("1.2", "press-late"), "narrower"),
        (tax("1.2", "press-late"), tax("1.3", "press-early"), "earliest"),
    ],
)
def test_the_deciding_rule_is_told(settle, one, other, rule):
    assert settle(one, other)[1]["rule"].tolist() == [rule, rule]


def test_no_rule_is_told_where_a_record_is_alone(settle):
    assert settle(tax("1.2", "press-late"))[1]["rule"].tolist() == [""]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_rows_does_not_matter(settle, order):
    rows = [tax("1", "press-early"), tax("1.2", "press-late"), tax("9", "press-late")]
    figures, _ = settle(*(rows[i] for i in order))
    assert figures["printed"].tolist() == ["1.2亿元"]


def test_a_ruling_comes_before_every_rule(settle):
    figures, _ = settle(
        tax("1.23", "primary-late"), tax("2", "press-late"), ruling=FOR_LATE
    )
    assert figures["value"].tolist() == [2]


def test_a_ruling_is_told_as_the_rule(settle):
    _, ranked = settle(
        tax("1", "primary-late"), tax("2", "press-late"), ruling=FOR_LATE
    )
    assert set(ranked["rule"]) == {"ruling"}


def test_a_ruling_does_not_hold_before_its_source_is_seen(settle):
    figures, _ = settle(
        tax("1", "press-early"),
        tax("2", "press-late"),
        ruling=FOR_LATE,
        as_of="2021-05-31",
    )
    assert figures["value"].tolist() == [1]


def test_a_ruling_for_none_leaves_no_figure(settle):
    figures, _ = settle(
        tax("1", "press-early"), tax("2", "press-late"), ruling=FOR_NONE
    )
    assert len(figures) == 0


def test_a_ruling_of_one_year_leaves_the_others_alone(settle):
    figures, _ = settle(
        tax("1", "press-early", "2019"), tax("2", "press-early"), ruling=FOR_NONE
    )
    assert figures["year"].tolist() == [2019]


def test_a_search_without_result_is_a_figure_that_is_missing(settle):
    figures, _ = settle(not_found())
    assert figures["status"].tolist() == ["missing"]


def test_a_missing_figure_has_no_box(settle):
    figures, _ = settle(not_found())
    assert figures[["lower", "value", "upper"]].isna().all(axis=None)


def test_a_search_without_result_never_hides_a_figure(settle):
    figures, _ = settle(not_found(), tax("1.2", "press-undated"))
    assert figures["value"].tolist() == [1.2]


@pytest.mark.parametrize(
    ("printed", "value", "qualifier", "status"),
    [
        ("409名", 409, "exact", "exact"),
        ("约410名", 410, "about", "rounded"),
        ("1.2万名", 12000, "exact", "rounded"),
        ("近300名", 300, "nearly", "bound"),
        ("逾1100名", 1100, "more_than", "bound"),
        ("不足10名", 10, "fewer_than", "bound"),
    ],
)
def test_a_figure_is_exact_rounded_or_a_bound(
    settle, printed, value, qualifier, status
):
    figures, _ = settle(members(printed, value, qualifier, "2020"))
    assert figures["status"].tolist() == [status]


def test_a_record_without_a_period_is_no_figure(settle):
    assert len(settle(tax("1", "press-early", ""))[0]) == 0


def test_a_rate_is_a_fraction(settle):
    row = "tower,growth,2020,5%,5,exact,percent,press-early,税收增长5%\n"
    assert settle(row)[0]["value"].tolist() == pytest.approx([0.05])


def test_figures_stand_in_the_order_of_the_codebook(settle):
    figures, _ = settle(
        tax("2", "press-early"),
        tax("1", "press-early", "2019"),
        members("4名", 4, "exact", "2021"),
    )
    assert figures["year"].tolist() == [2021, 2019, 2020]


def test_no_records_give_no_figures(settle):
    assert len(settle()[0]) == 0


# What must be shown: people.com.cn, 29 September 2022, and eastday, 18 June 2022.
@pytest.fixture(scope="module")
def tower_tax():
    return load_tax("plaza66").query("measure == 'tax_revenue'").set_index("year")


@pytest.fixture(scope="module")
def tower_members():
    figures = load_membership("plaza66")
    return figures.set_index(["measure", "year"])


@pytest.mark.parametrize(
    ("year", "value"), [(2016, 26.3), (2017, 32), (2018, 34.9), (2020, 49.3)]
)
def test_the_tax_of_plaza66_is_as_printed(tower_tax, year, value):
    assert tower_tax.loc[year, "value"] == value


def test_the_tax_of_plaza66_in_2019_is_missing(tower_tax):
    assert tower_tax.loc[2019, "status"] == "missing"


def test_the_tax_of_plaza66_in_2019_is_not_interpolated(tower_tax):
    assert tower_tax.loc[2019, ["lower", "value", "upper"]].isna().all()


def test_the_tax_of_plaza66_in_2021_is_at_least_a_hundred(tower_tax):
    assert tower_tax.loc[2021, ["lower", "upper"]].tolist() == [100, inf]


def test_the_tax_of_plaza66_in_2021_has_no_value(tower_tax):
    assert pd.isna(tower_tax.loc[2021, "value"])


@pytest.mark.parametrize("year", [2016, 2017, 2018, 2020, 2021])
def test_the_tax_of_plaza66_has_wording_and_source(tower_tax, year):
    assert all(tower_tax.loc[year, ["printed", "source"]])


def test_by_2018_only_the_tax_of_2011_had_been_printed():
    known = load_tax("plaza66", as_of="2018-12-31").query("measure == 'tax_revenue'")
    found = known[known["status"] != "missing"]
    assert found[["year", "value"]].to_numpy().tolist() == [[2011, 29.7]]


def test_the_409_are_on_branch_rolls(tower_members):
    assert tower_members.loc[("branch_members", 2018), "value"] == 409


def test_more_than_548_are_on_branch_rolls(tower_members):
    figure = tower_members.loc[("branch_members", 2022)]
    assert figure[["lower", "upper"]].tolist() == [548, inf]


def test_more_than_1100_members_work_in_the_building(tower_members):
    figure = tower_members.loc[("members_working_here", 2022)]
    assert figure[["lower", "upper"]].tolist() == [1100, inf]


def test_the_two_counts_of_members_are_never_one_measure(tower_members):
    rolls = tower_members.loc["branch_members"]
    assert 1100 not in rolls["lower"].tolist()


def test_participation_in_plaza66_was_never_printed_year_by_year():
    figures = load_events("plaza66").query("year >= 2016 and year <= 2021")
    assert set(figures["status"]) == {"missing"}


def test_a_gap_of_plaza66_is_listed():
    assert ("plaza66", "tax_revenue", 2019) in set(
        gaps("plaza66").itertuples(index=False, name=None)
    )


def test_a_ruling_of_plaza66_is_shown_with_its_reason():
    shown = conflicts("plaza66").query("measure == 'tax_revenue' and year == 2021")
    assert "10 billion yuan" in shown["en"].iloc[0]


def test_one_record_at_most_is_accepted_in_a_conflict():
    accepted = conflicts("comparators").groupby(["entity", "measure", "year"])
    assert accepted["accepted"].sum().max() == 1


@pytest.mark.parametrize("dataset", ["plaza66", "comparators", "illustrative"])
def test_the_key_of_the_figures_is_unique(dataset):
    figures = load_figures(dataset)
    assert not figures.duplicated(["entity", "measure", "year"]).any()


def test_an_unknown_dataset_is_refused():
    with pytest.raises(DataError, match="没有“nowhere”这个数据集"):
        load_tax("nowhere")
