"""One figure is accepted for a key, by rules that can be told one from another."""

from math import inf, nan

import numpy as np
import pytest

import hengstats as hs

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
FOR_LATE = "tower,tax,2020,press-late,理由,理由,Reason\n"
FOR_NONE = "tower,tax,2020,,理由,理由,Reason\n"


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


def not_found(source="press-early", year="2020"):
    """Return a record of a search that found nothing."""
    return f"tower,tax,{year},,,not_found,100 million yuan,{source},\n"


@pytest.fixture
def settle(tmp_path):
    """Return a function that writes records and rulings, and where they stand."""

    def settle(*records, ruling=""):
        (tmp_path / "records.csv").write_text(HEAD + "".join(records), "utf-8")
        (tmp_path / "sources.csv").write_text(SOURCES, "utf-8")
        (tmp_path / "codebook.csv").write_text(CODEBOOK, "utf-8")
        (tmp_path / "settlements.csv").write_text(RULINGS + ruling, "utf-8")
        return str(tmp_path)

    return settle


FORTY = ("40名", 40, "exact")
FIFTY = ("50名", 50, "exact")


# Of two records the second is accepted, whatever their order; the rule says why.
CONFLICTS = [
    # For a stock the latest date, also before the better standing; a period counts as
    # its end.
    (members(*FORTY, "2020-06-30", "primary-late"), "2020-12-31", "latest"),
    (members(*FORTY, "2020-H1"), "2020-12-31", "latest"),
    (members(*FORTY, "2020-06-30"), "2020", "latest"),
    (members(*FORTY, "2020-12-01"), "2020-12", "latest"),
    (members(*FORTY, "2020-06-30"), "2020-H2", "latest"),
    # A flow has no latest date.
    (tax("2.0", "press-early", "2020-12"), tax("1.0", "primary-late"), "standing"),
    # The better standing comes before the narrower box, ...
    (tax("1.23", "press-early"), tax("1", "primary-late"), "standing"),
    # ... the narrower box before the earlier publication; ...
    (tax("1", "press-early"), tax("1.2", "press-late"), "narrower"),
    (tax("1.2", "press-late"), tax("1.3", "press-early"), "earliest"),
    # ... what has no date comes last.
    (tax("1.2", "press-undated"), tax("1.3", "press-late"), "earliest"),
]


@pytest.mark.parametrize("step", [1, -1], ids=["in this order", "turned"])
def test_of_two_records_one_is_accepted_and_the_rule_is_told(settle, step):
    rows, expected = [], {}
    for number, (other, accepted, rule) in enumerate(CONFLICTS):
        entity = f"tower {number}"
        if rule == "latest":
            accepted = members(*FIFTY, accepted)
        rows += [row.replace("tower", entity) for row in (other, accepted)][::step]
        expected[entity] = accepted.split(",")[3], rule
    mine = settle(*rows)
    figures, told = hs.load_figures(mine), hs.conflicts(mine)
    printed = dict(zip(figures["entity"], figures["printed"], strict=True))
    assert printed == {entity: words for entity, (words, _) in expected.items()}
    chosen = told[told["accepted"]].set_index("entity")
    pairs = zip(chosen["printed"], chosen["rule"], strict=True)
    assert dict(zip(chosen.index, pairs, strict=True)) == expected
    assert (told.groupby("entity")["rule"].agg(["size", "nunique"]) == [2, 1]).all(
        axis=None
    )


def test_of_three_records_the_first_two_decide_the_rule(settle):
    rows = [tax("1", "press-early"), tax("1.2", "press-late"), tax("9", "press-late")]
    mine = settle(*rows)
    assert hs.load_figures(mine)["printed"].tolist() == ["1.2亿元"]
    assert set(hs.conflicts(mine)["rule"]) == {"narrower"}


def test_a_record_that_stands_alone_is_no_conflict(settle):
    assert hs.conflicts(settle(tax("1.2", "press-late"))).empty


@pytest.mark.parametrize(
    ("ruling", "as_of", "accepted"),
    [
        (FOR_LATE, None, [2]),  # before every rule
        (FOR_LATE, "2021-05-31", [1.23]),  # but not before its source is seen
        (FOR_NONE, None, []),
        (FOR_NONE.replace("2020", "2019"), None, [1.23]),  # of another year
    ],
)
def test_a_ruling_comes_before_every_rule(settle, ruling, as_of, accepted):
    mine = settle(tax("1.23", "press-early"), tax("2", "press-late"), ruling=ruling)
    assert hs.load_figures(mine, as_of=as_of)["value"].tolist() == accepted


def test_a_ruling_is_told_with_its_reason(settle):
    mine = settle(tax("1", "primary-late"), tax("2", "press-late"), ruling=FOR_LATE)
    told = hs.conflicts(mine)
    assert set(told["rule"]) == {"ruling"}
    assert set(told["en"]) == {"Reason"}


def test_a_search_without_result_is_a_figure_that_is_missing(settle):
    # Two of them are one gap, and one without a period is none.
    mine = settle(not_found(), not_found("press-late"), not_found(year=""))
    figures = hs.load_figures(mine)
    assert figures["status"].tolist() == ["missing"]
    assert figures[["lower", "value", "upper"]].isna().all(axis=None)
    assert hs.gaps(mine).to_numpy().tolist() == [["tower", "tax", 2020]]


@pytest.mark.parametrize(
    ("ruling", "values"), [("", [1.2]), ("tower,tax,2020,,理由,理由,Reason\n", [])]
)
def test_a_search_without_result_never_hides_a_figure(settle, ruling, values):
    mine = settle(not_found(), tax("1.2", "press-undated"), ruling=ruling)
    assert hs.load_figures(mine)["value"].tolist() == values


def test_a_figure_is_exact_rounded_or_a_bound(settle):
    kinds = {
        "409名": (409, "exact", "exact"),
        "409": (409, "exact", "exact"),
        "约410名": (410, "about", "rounded"),
        "1.2万名": (12000, "exact", "rounded"),
        "近300名": (300, "nearly", "bound"),
        "逾1100名": (1100, "more_than", "bound"),
        "不足10名": (10, "fewer_than", "bound"),
    }
    rows = [
        members(printed, value, qualifier, str(2010 + i))
        for i, (printed, (value, qualifier, _)) in enumerate(kinds.items())
    ]
    figures = hs.load_membership(settle(*rows))
    assert figures["status"].tolist() == [status for *_, status in kinds.values()]


def test_figures_stand_in_the_order_of_the_codebook_and_rates_are_fractions(settle):
    mine = settle(
        "tower,growth,2020,5%,5,exact,percent,press-early,税收增长5%\n",
        tax("2", "press-early"),
        tax("1", "press-early", "2019"),
        tax("9", "press-early", ""),  # without a period it is no figure
        members("4名", 4, "exact", "2021"),
    )
    told = hs.load_figures(mine)[["year", "value"]].to_numpy().tolist()
    assert told == [[2021, 4], [2019, 1], [2020, 2], [2020, pytest.approx(0.05)]]
    assert hs.load_tax(mine)["measure"].tolist() == ["tax", "tax", "growth"]


def test_no_records_give_no_figures(settle):
    assert len(hs.load_figures(settle())) == 0


# What must be shown: people.com.cn, 29 September 2022, and eastday, 18 June 2022.
def test_the_tax_of_plaza66_is_as_printed_and_2019_is_not_interpolated():
    figures = hs.load_tax("plaza66").query("measure == 'tax_revenue'")
    told = figures.set_index("year").loc[2016:2021]
    assert told[["lower", "value", "upper"]].to_numpy() == pytest.approx(
        np.array(
            [
                (26.25, 26.3, 26.35),
                (31.5, 32, 32.5),
                (34.85, 34.9, 34.95),
                (nan, nan, nan),
                (49.25, 49.3, 49.35),
                (100, nan, inf),
            ]
        ),
        nan_ok=True,
    )
    assert (told["status"] == "missing").tolist() == [
        year == 2019 for year in told.index
    ]
    assert (told["printed"].str.len() > 0).tolist() == [
        year != 2019 for year in told.index
    ]
    assert ["plaza66", "tax_revenue", 2019] in hs.gaps("plaza66").to_numpy().tolist()


def test_by_2018_only_the_tax_of_2011_had_been_printed():
    known = hs.load_tax("plaza66", as_of="2018-12-31")
    known = known.query("measure == 'tax_revenue' and status != 'missing'")
    assert known[["year", "value"]].to_numpy().tolist() == [[2011, 29.7]]


def test_the_two_counts_of_members_are_never_one_measure():
    known = hs.load_membership("plaza66").query("status != 'missing'")
    told = known.set_index(["measure", "year"])[["lower", "upper"]]
    assert told.loc["branch_members"].to_dict("index") == {
        2018: {"lower": 409, "upper": 409},
        2022: {"lower": 548, "upper": inf},
    }
    assert told.loc[("members_working_here", 2022)].tolist() == [1100, inf]


def test_participation_in_plaza66_was_never_printed_year_by_year():
    figures = hs.load_events("plaza66").query("year >= 2016 and year <= 2021")
    assert set(figures["status"]) == {"missing"}


def test_a_ruling_of_plaza66_is_shown_with_its_reason():
    shown = hs.conflicts("plaza66").query("measure == 'tax_revenue' and year == 2021")
    assert "10 billion yuan" in shown["en"].iloc[0]


@pytest.mark.parametrize("dataset", ["plaza66", "comparators", "illustrative"])
def test_the_key_of_the_figures_is_unique(dataset):
    key = ["entity", "measure", "year"]
    assert not hs.load_figures(dataset).duplicated(key).any()
    told = hs.conflicts(dataset).groupby(key)["accepted"].sum()
    assert told.empty or told.max() == 1
