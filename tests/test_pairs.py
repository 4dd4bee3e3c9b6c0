"""Which growths are paired, whose they are, and how their figures are read."""

import math

import numpy as np
import pandas as pd
import pytest

import hengstats as hs

INF, NAN = math.inf, math.nan


def frame(years, m, t, entity="a", **columns):
    """Return a panel of one entity with measures m and t."""
    return pd.DataFrame({"entity": entity, "year": years, "m": m, "t": t, **columns})


def assess(panel, **options):
    """Return the verdict on m and t."""
    return hs.assess(panel, organisation="m", economy="t", **options)


def steps(verdict):
    """Return first and last year of each paired growth."""
    return verdict.steps[["from_year", "year"]].to_numpy().tolist()


def both():
    """Return two entities with a growth each."""
    return pd.concat([frame([2016, 2017], [1, 2], [1, 2], entity=e) for e in "ab"])


def test_a_step_between_neighbouring_years_that_know_both_is_annualised():
    # 1 to 4 in two years is a doubling each year.
    panel = frame([2016, 2017, 2018, 2019], [1, NAN, 4, 5], [1, 2, 9, NAN])
    verdict = assess(panel)
    assert steps(verdict) == [[2016, 2018]]
    assert verdict.steps["x_value"].tolist() == pytest.approx([math.log(2)])


def test_the_growths_are_those_of_the_indicator(panel):
    west = panel[panel["entity"] == "west"].assign(m=[1.0, 2.0, 3.0])
    verdict = hs.assess(west, organisation="m", economy="tax_revenue")
    expected = hs.growth(west, "tax_revenue")[["lower", "value", "upper"]].to_numpy()
    ends = verdict.steps[["y_lower", "y_value", "y_upper"]].to_numpy()
    assert ends == pytest.approx(expected, nan_ok=True)
    own = verdict.table[verdict.table["measure"] == "tax_revenue"]
    assert own[["lower", "value", "upper"]].to_numpy()[:2] == pytest.approx(
        expected, nan_ok=True
    )


def test_the_average_growth_is_that_of_the_indicator(panel):
    west = panel[panel["entity"] == "west"].assign(m=[1.0, NAN, 3.0])
    verdict = hs.assess(west, organisation="m", economy="tax_revenue")
    expected = np.log1p(hs.cagr(west, "tax_revenue")[["lower", "value", "upper"]])
    row = verdict.table[verdict.table["statistic"] == "average_growth 2018-2020"]
    found = row[["lower", "value", "upper"]].to_numpy()
    assert found == pytest.approx(expected.to_numpy(), nan_ok=True)


@pytest.mark.parametrize(
    ("lower", "upper", "years"),
    [
        ([1.0, 2.0], [1.0, INF], (2020, 2021)),  # a bound counts
        ([1.0, 0.0], [1.0, INF], (2020,)),  # nothing is known of 2021
        ([NAN, 1.5], [NAN, 2.5], (2020, 2021)),  # beside bounds, a bare value
    ],
)
def test_a_year_counts_where_something_is_known_of_both(lower, upper, years):
    panel = frame([2020, 2021], [1.0, 2.0], [1.0, NAN], t_lower=lower, t_upper=upper)
    assert assess(panel).years == years


def test_a_box_that_begins_at_zero_is_open_below():
    ends = {"t_lower": [1.0, 0.0], "t_upper": [1.0, 5.0]}
    verdict = assess(frame([2020, 2021], [1.0, 2.0], [1.0, NAN], **ends))
    assert verdict.steps["y_lower"].tolist() == [-INF]


@pytest.mark.parametrize(
    ("years", "shock", "left"),
    [
        (range(2016, 2020), 2018, [[2016, 2017], [2018, 2019]]),
        ([2016, 2018, 2019, 2020], 2017, [[2018, 2019], [2019, 2020]]),  # in a gap
    ],
)
def test_the_step_into_a_shock_year_is_left_out(years, shock, left):
    panel = frame(years, [1, 2, 3, 4], [1, 2, 3, 5])
    assert steps(assess(panel, shock_years=[shock])) == left


def test_the_only_entity_with_pairs_is_taken():
    one = frame([2016], [1], [1], entity="one")
    two = frame([2016, 2017], [1, 2], [1, 2], entity="two")
    assert assess(pd.concat([one, two])).entity == "two"


def test_many_entities_of_one_year_have_no_pairs_and_no_name():
    table = pd.concat([frame([2016], [1], [1], entity=e) for e in "abc"])
    verdict = assess(table)
    assert (verdict.entity, verdict.n_growths, verdict.n_entities) == ("", 0, 3)


def test_an_entity_without_a_figure_has_a_verdict_of_its_own():
    verdict = assess(frame([2016], [NAN], [NAN]))
    assert (verdict.entity, verdict.years) == ("a", ())


@pytest.mark.parametrize(
    ("panel", "options", "message"),
    [
        (
            frame([2016, 2017], [1, 2], [1, 2]),
            {"shock_years": [2016]},
            "2016 年不在任何一步.*2016、2017",
        ),
        (frame([2016, 2017], [1, 2], [1, 0]), {}, "2017 年的“t”不是正数"),
        (both(), {}, "用 entity= 指明"),
        (
            frame([2016, 2017], [1, 2], [1, 2], t_lower=[1, 3], t_upper=[1, 2.5]),
            {},
            "2017 年的“t”上下界颠倒",
        ),
    ],
)
def test_what_cannot_be_paired_is_refused(panel, options, message):
    with pytest.raises(hs.DataError, match=message):
        assess(panel, **options)


def test_one_entity_is_judged_without_a_look_at_the_others():
    bad = frame([2016, 2017], [1, 2], [1, -5], entity="b")
    good = frame([2016, 2017], [1, 2], [1, 2], entity="a")
    assert assess(pd.concat([good, bad]), entity="a").n_growths == 1


def test_a_fault_is_placed_by_the_rows_of_the_whole_panel():
    panel = both().reset_index(drop=True).astype({"t": object})
    panel.loc[3, "t"] = "2亿"
    with pytest.raises(hs.DataError, match="第 4 行“t”一栏"):
        assess(panel, entity="b")


def test_a_panel_of_thousands_is_not_copied_for_one_verdict():
    # pandas copies attrs at every step; this one refuses to be copied.
    class Wary(dict):
        def __deepcopy__(self, memo):
            raise AssertionError("attrs were copied")

    panel = both().reset_index(drop=True)
    panel.attrs["about"] = Wary(units={"t": "yuan"})
    verdict = assess(panel, entity="a")
    assert verdict.steps.attrs["about"] is panel.attrs["about"]


def test_a_measure_is_called_as_its_codebook_has_it():
    panel = frame([2016], [1], [1])
    panel.attrs["about"] = {"labels": {"m": ["党员甲", "黨員甲", "Members A"]}}
    assert "“党员甲”与“t”" in assess(panel).statement
    assert '"Members A"' in assess(panel).say("en")


# How figures are read


@pytest.fixture(scope="module")
def plaza():
    return hs.build_panel("plaza66")


def reading(panel, measure, year, readings=None):
    """Return one figure as it was read."""
    economy = "tenants" if measure == "tenants" else "tax_revenue"
    measures = {"organisation": "branch_members", "economy": economy}
    table = hs.assess(panel, **measures, readings=readings).readings
    return table.set_index(["measure", "year"]).loc[(measure, year)]


CAP = {("tax_revenue", 2021): (100, 120)}
EXACT = {"tax_revenue": "exact"}


@pytest.mark.parametrize(
    ("measure", "year", "readings", "lower", "upper", "how"),
    [
        # Nearly 300 is [270, 300), or [200, 300) as the wide reading.
        ("tenants", 2022, None, 200, 300, "wide"),
        ("tenants", 2022, {"nearly": "narrow"}, 270, 300, "default"),
        ("tax_revenue", 2016, EXACT, 26.3, 26.3, "exact"),
        ("tax_revenue", 2021, EXACT, 100, INF, "default"),  # a bound stays a bound
        ("tax_revenue", 2021, CAP, 100, 120, "declared"),
    ],
)
def test_a_figure_is_read_as_usual_or_as_declared(
    plaza, measure, year, readings, lower, upper, how
):
    row = reading(plaza, measure, year, readings)
    assert (row["lower"], row["upper"], row["reading"]) == (lower, upper, how)


def test_about_300_stays_a_hedge_when_the_measure_is_declared_exact():
    ends = {"m_lower": [250.0, 320.0], "m_upper": [350.0, 320.0]}
    panel = frame([2016, 2017], [300.0, 320.0], [1.0, 2.0], **ends)
    wordings = {"m": {"a": {"2016": "约300", "2017": "320"}}}
    panel.attrs["about"] = {"printed": wordings, "units": {"m": "persons"}}
    table = assess(panel, readings={"m": "exact"}).readings
    row = table.set_index(["measure", "year"]).loc[("m", 2016)]
    assert (row["lower"], row["upper"], row["reading"]) == (250, 350, "default")


def test_the_wording_and_its_hedge_are_listed(plaza):
    row = reading(plaza, "branch_members", 2022)
    assert (row["printed"], row["qualifier"]) == ("超548名", "more_than")


def test_a_plain_frame_needs_no_wordings():
    assert assess(frame([2016], [1], [1])).readings["printed"].eq("").all()


@pytest.mark.parametrize(
    ("readings", "message"),
    [
        ({"nearly": "anyhow"}, "看不懂"),
        ({"tax_revenue": "roughly"}, "看不懂"),
        ({"rent": "exact"}, "看不懂"),
        ({("tax_revenue", 2021): 120}, "看不懂"),
        ({("tax_revenue", 2019): (1, 2)}, "用不上"),
        ({("tax_revenue", 2021): (120, 100)}, "用不上"),
        ({("tax_revenue", 2021): (0, 100)}, "用不上"),
    ],
)
def test_a_reading_that_says_nothing_or_names_no_figure_is_refused(
    plaza, readings, message
):
    with pytest.raises(hs.DataError, match=message):
        reading(plaza, "tax_revenue", 2016, readings)


# Growths as they were printed.

YEARS = list(range(2010, 2017))
M = [100.0, 104, 110, 113, 121, 125, 130]
T = [10.0, 11, 13, 13.5, 15, 15.2, 16]


def with_units(panel):
    """Return a panel that knows its units, as one of a dataset does."""
    units = {
        "m": "persons",
        "t": "yuan",
        "t_growth": "fraction",
        "m_increase": "persons",
    }
    panel.attrs["about"] = {"units": units}
    return panel


@pytest.mark.parametrize("how", ["growth", "increase", "bound"])
def test_a_printed_growth_stands_for_a_step_of_which_a_level_is_missing(how):
    known = assess(frame(YEARS, M, T))
    m, t, more = list(M), list(T), {}
    lower, upper = list(T), list(T)
    if how == "increase":  # 2012 is not printed, 2013 is 3 more than it was
        m[2] = NAN
        more = {"m_increase": [NAN, NAN, NAN, 3.0, NAN, NAN, NAN]}
    else:
        growth = [T[3] / T[2] - 1, T[4] / T[3] - 1]
        more = {"t_growth": [NAN, NAN, NAN, *growth, NAN, NAN]}
        t[3] = lower[3] = upper[3] = NAN
        if how == "bound":  # "over 13": the growth says more
            lower[3], upper[3] = 13.0, INF
    panel = with_units(frame(YEARS, m, t, t_lower=lower, t_upper=upper, **more))
    verdict = assess(panel)
    last = [2013] if how == "increase" else [2013, 2014]
    assert [step[1] for step in verdict.printed_steps] == last
    if how == "increase":  # the step into 2012 has no growth, that over both is left
        assert steps(verdict) == [s for s in steps(known) if s != [2011, 2012]]
        return
    columns = ["x_value", "y_value"]
    assert verdict.steps[columns].to_numpy() == pytest.approx(known.steps[columns])
    assert verdict.finding == known.finding
    assert "2012→2013、2013→2014 这几步" in verdict.statement


def test_the_boxes_of_a_printed_increase_reach_from_corner_to_corner():
    # 130 to 134, of which 9 to 11 are new: from 134/125 down to 130/121 and so on.
    rows = dict(m=[NAN, 132.0], m_lower=[NAN, 130.0], m_upper=[NAN, 134.0])
    panel = pd.DataFrame({"entity": "a", "year": [2019, 2020], "t": [1.0, 2], **rows})
    increase = dict(m_increase=[NAN, 10.0], m_increase_lower=[NAN, 9.0])
    panel = with_units(panel.assign(**increase, m_increase_upper=[NAN, 11.0]))
    step = assess(panel).steps.iloc[0]
    expected = [math.log(134 / 125), math.log(132 / 122), math.log(130 / 119)]
    found = [step["x_lower"], step["x_value"], step["x_upper"]]
    assert found == pytest.approx(expected)
