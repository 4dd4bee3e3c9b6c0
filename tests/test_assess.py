"""The verdict: must-holds, laws, and what every result carries."""

import math
import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hengstats as hs
from hengstats.evidence.rule import FINDINGS

NAN = math.nan
# Growths in percent of a building whose tax goes with its members.
M = [100.0, 110.0, 113.0, 131.0, 140.0, 170.0]
T = [10.0, 11.2, 11.8, 13.6, 14.8, 18.1]


def frame(m=M, t=T, years=None, **columns):
    """Return a panel of one entity."""
    years = range(2016, 2016 + len(m)) if years is None else years
    return pd.DataFrame({"entity": "a", "year": years, "m": m, "t": t, **columns})


def assess(panel, organisation="m", economy="t", **options):
    """Return the verdict on m and t."""
    return hs.assess(panel, organisation=organisation, economy=economy, **options)


def row(verdict, statistic):
    """Return one row of the table of a verdict."""
    return verdict.table.set_index("statistic").loc[statistic]


def judge(dataset, organisation="branch_members", **options):
    """Return the verdict on tax and members of a dataset."""
    return assess(hs.build_panel(dataset), organisation, "tax_revenue", **options)


@pytest.fixture(scope="module")
def plaza():
    return judge("plaza66")


@pytest.fixture(scope="module")
def tower():
    return judge("illustrative")


# Plaza 66: level 0


def test_plaza66_is_not_enough_data_and_prints_nothing_but_growth(plaza):
    assert (plaza.level, plaza.finding, plaza.n_growths) == (0, "not_enough_data", 0)
    kinds = {text.split(" ")[0] for text in plaza.table["statistic"]}
    assert kinds == {"growth", "average_growth"}


def test_plaza66_keeps_its_growths_within_the_bounds_and_leaves_2021_open(plaza):
    # 31.5 / 26.35 and 32.5 / 26.25.
    found = row(plaza, "growth 2016-2017")[["lower", "upper"]].tolist()
    assert found == pytest.approx([math.log(31.5 / 26.35), math.log(32.5 / 26.25)])
    assert row(plaza, "growth 2020-2021")["upper"] == math.inf


def test_plaza66_refuses_p_r_interval_and_trend_and_says_why(plaza):
    bare = {"p_values", "r_squared", "slope_interval", "trend_test"}
    assert bare <= set(plaza.refused["procedure"])
    assert plaza.refused["reason"].str.len().min() > 10


def test_the_statement_on_plaza66_names_the_common_year_and_no_statistic(plaza):
    assert plaza.rate_years == 6  # as many as its tax
    assert "（2018）" in plaza.statement
    assert not re.search(r"p [=≤<]|r = ", plaza.statement)


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_the_statement_on_plaza66_tells_the_least_growth(plaza, lang):
    # (100 / 29.75) ** (1 / 10) - 1 = 12.89 %, rounded down.
    assert f"{math.floor(1000 * ((100 / 29.75) ** 0.1 - 1)) / 10}%" in plaza.say(lang)


def test_a_cap_on_2021_is_printed():
    verdict = judge("plaza66", readings={("tax_revenue", 2021): (100, 120)})
    assert "读作100至120（用户自定上下界）" in verdict.statement


# The illustrative building: level 2, known truth


def test_the_illustrative_building_moves_together(tower):
    assert (tower.level, tower.finding, tower.sign) == (2, "moves_together", 1)
    assert (tower.least_p, tower.detectable_r) == (pytest.approx(1 / 120), 0.98)
    assert tower.statement.startswith("以下依据虚构的示例数据")
    # Blind spots with five growths and a finding of this strength, as simulated.
    assert tower.blind_spots["two_shocks"] == pytest.approx(0.15, abs=0.02)
    assert "有两年同受冲击 15%" in tower.statement


def test_the_interval_of_the_illustrative_building_holds_its_elasticity(tower):
    # data/illustrative/README.md: elasticity 0.8.
    low, high = row(tower, "slope_conf_low"), row(tower, "slope_conf_high")
    assert low["value"] < 0.8 < high["value"]


def test_attendances_of_the_illustrative_building_show_no_sign():
    # They have no part in the formula of tax.
    assert judge("illustrative", "attendances").finding == "no_sign"


def test_the_log_log_regression_misleads_in_99_of_100(tower):
    rates = tower.refused.set_index("procedure")["false_alarm"]
    assert rates["levels_ols"] == pytest.approx(0.99, abs=0.01)


def test_shanghai_has_three_growths_of_volunteers_and_revenue_two_by_what_is_printed():
    # Share 14.98 % (+4.21 points), 16.60, 18.0, then "over"; revenue 6,642.3 (+9.1 %),
    # 7,108.1, then +0.8 %.
    pair = {"organisation": "registered_volunteer_share", "economy": "budget_revenue"}
    verdict = hs.assess(hs.build_panel("comparators"), **pair, entity="shanghai")
    steps = verdict.steps.set_index("year")[["x_value", "y_value"]].to_dict("index")
    expected = {
        2017: (14.98 / (14.98 - 4.21), 1.091),
        2018: (16.60 / 14.98, 7108.1 / 6642.3),
        2019: (18.0 / 16.60, 1.008),
    }
    logs = {year: pytest.approx(np.log(pair)) for year, pair in expected.items()}
    assert {year: np.array([*step.values()]) for year, step in steps.items()} == logs
    assert (verdict.level, verdict.printed_steps) == (0, ((2016, 2017), (2018, 2019)))


# Data with known answers


def test_longley_gnp_and_employment_grow_together():
    data = sm.datasets.longley.load_pandas().data
    panel = data.assign(entity="USA", year=data["YEAR"].astype(int))
    verdict = assess(panel, "TOTEMP", "GNP")
    assert (verdict.finding, verdict.n_growths) == ("moves_together", 15)


# Storks and births of 17 countries, one year (Matthews 2000, Teaching Statistics 22).
STORKS = [100, 300, 1, 5000, 9, 140, 3300, 2500, 4, 5000, 5, 30000, 1500, 5000]
STORKS += [8000, 150, 25000]
BIRTHS = [83, 87, 118, 117, 59, 774, 901, 106, 188, 124, 551, 610, 120, 367]
BIRTHS += [439, 82, 1576]


def test_storks_and_births_are_refused_as_a_cross_section():
    # Matthews prints r = .62.
    assert np.corrcoef(STORKS, BIRTHS)[0, 1] == pytest.approx(0.62, abs=0.005)
    names = [f"country {i}" for i in range(17)]
    panel = pd.DataFrame({"entity": names, "year": 1990, "m": STORKS, "t": BIRTHS})
    verdict = assess(panel)
    assert (verdict.level, verdict.finding) == (0, "not_enough_data")
    assert verdict.refused["procedure"].iloc[0] == "cross_section"
    # Sharing size alone: r is 1 / 1.25 = .8 between unrelated measures.
    assert verdict.refused["false_alarm"].iloc[0] > 0.9
    assert verdict.table.empty


# What every result carries


def test_four_trending_points_are_refused_with_the_least_p():
    verdict = assess(frame(M[:4], T[:4]))
    assert (verdict.level, verdict.least_p) == (0, pytest.approx(1 / 6))
    assert "1/6" in verdict.statement


def test_five_points_reach_level_one_and_refuse_rank_tests():
    verdict = assess(frame(M[:5], T[:5]))
    assert verdict.level == 1
    assert "rank_tests_at_4" in set(verdict.refused["procedure"])


def test_a_shock_year_costs_one_growth_and_is_named():
    verdict = assess(frame(), shock_years=[2020])
    assert verdict.n_growths == assess(frame()).n_growths - 1
    assert "2020" in verdict.statement.split("。")[1]


@pytest.mark.parametrize(("tried", "finding"), [(6, "moves_together"), (7, "no_sign")])
def test_what_was_tried_tightens_the_limit_and_is_printed(tried, finding):
    # One order of 120 does as well: p = .00833 is within .05 / 6, beyond .05 / 7.
    verdict = assess(frame(), tried=tried)
    assert verdict.alpha == pytest.approx(0.05 / tried)
    assert verdict.finding == finding
    assert f"一共试过 {tried} 种" in verdict.statement


def test_a_limit_out_of_reach_is_said_to_be():
    # 1/120 is more than .05 / 10.
    assert "无论结果怎样" in assess(frame(), tried=10).statement


def test_an_open_end_that_turns_the_sign_is_no_sign_and_says_so():
    ends = {"t_lower": [*T[:5], 15.0], "t_upper": [*T[:5], math.inf]}
    m = [100.0, 130.0, 140.0, 160.0, 165.0, 170.0]
    verdict = assess(frame(m, [*T[:5], NAN], **ends))
    assert verdict.finding == "no_sign"
    assert "连方向也定不下来" in verdict.statement and "没有封口" in verdict.statement


def test_growth_without_variation_has_no_r():
    verdict = assess(frame(m=[100.0] * 6))
    assert math.isnan(row(verdict, "r")["value"])
    assert "没有起伏" in verdict.statement and "r = 0" not in verdict.statement


def test_wide_boxes_on_both_sides_are_not_said_to_be_without_variation():
    m, t = np.array(M), np.array(T)
    panel = frame(m_lower=m - 5, m_upper=m + 5, t_lower=t - 0.5, t_upper=t + 0.5)
    assert "没有起伏" not in assess(panel).statement


def test_no_sign_does_not_speak_of_an_association_found():
    bent = [10.0, 12.0, 12.9, 13.1, 15.8, 15.9]
    assert "这是关联" not in assess(frame(t=bent)).statement


def test_a_declared_point_is_a_figure():
    verdict = assess(frame(), readings={("t", 2016): (10.05, 10.05)})
    found = row(verdict, "growth 2016-2017")["value"].iloc[1]
    assert found == pytest.approx(math.log(11.2 / 10.05))


def test_what_is_said_of_one_figure_outdoes_what_is_said_of_its_measure():
    t = np.array(T)
    panel = frame(t_lower=t - 0.1, t_upper=t + 0.1)
    one, other = {("t", 2016): (9.0, 11.0)}, {"t": "exact"}
    verdicts = [assess(panel, readings=both) for both in (one | other, other | one)]
    assert {verdict.finding for verdict in verdicts} == {verdicts[0].finding}
    ends = verdicts[0].readings.query("measure == 't' and year == 2016")
    assert ends[["lower", "upper"]].to_numpy().tolist() == [[9.0, 11.0]]


def test_a_verdict_does_not_change_the_panel():
    panel = frame()
    before = panel.copy()
    assess(panel)
    assert before.equals(panel)


# What a user may type


def test_entities_may_be_numbers():
    assert assess(frame().assign(entity=7), entity=7).n_growths == 5
    assert assess(frame().assign(entity=7), entity="7").entity == "7"


@pytest.mark.parametrize(
    "shock_years", [2018, np.array([2018]), iter([2018]), [2018, 2018]]
)
def test_shock_years_come_in_any_collection(shock_years):
    verdict = assess(frame(), shock_years=shock_years)
    assert (verdict.n_growths, verdict.shock_years) == (4, (2018,))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"entity": "z"}, "没有“z”。请从这些里选：a"),
        ({"economy": "m"}, "自己与自己"),
        ({"organisation": ["m", None]}, "各写一个指标的名字"),
        ({"organisation": "year"}, "各写一个指标的名字"),
        ({"organisation": None}, "各写一个指标的名字"),
        ({"organisation": "x"}, "没有“x”一栏"),
        ({"shock_years": "2018"}, "shock_years 要写成年份的列表"),
        ({"shock_years": [2018.5]}, "shock_years 要写成年份的列表"),
        ({"shock_years": None}, "shock_years 要写成年份的列表"),
        ({"tried": 0}, "至少是 1"),
        ({"tried": "3"}, "要写整数"),
        ({"tried": 2.5}, "要写整数"),
        ({"readings": [("t", 2016)]}, "readings 要写成"),
    ],
)
def test_an_argument_that_is_not_of_its_kind_is_refused(options, message):
    with pytest.raises(hs.DataError, match=message):
        assess(frame(), **options)


def test_an_unknown_language_and_what_is_no_table_are_refused():
    with pytest.raises(ValueError, match="没有“fr”这种语言"):
        assess(frame(), lang="fr")
    with pytest.raises(hs.DataError, match="要是一张数据表"):
        assess("plaza66")


@pytest.mark.parametrize(
    ("column", "at", "cell", "message"),
    [
        ("t", 2, "32亿元", "第 3 行“t”一栏是“32亿元”，不是数"),
        ("t", 5, math.inf, "不是数"),
        ("year", 1, "2017年", "第 2 行“year”一栏"),
        ("year", 1, 2017.5, "第 2 行“year”一栏"),
        ("year", 1, None, "第 2 行“year”一栏"),
        ("year", 1, pd.Timestamp("2017-12-31"), "第 2 行“year”一栏"),
        ("year", 1, 2016, "2016 年有两行"),
        ("entity", 3, None, "第 4 行“entity”一栏空着"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_with_row_and_column(
    column, at, cell, message
):
    panel = frame().astype({column: object})
    panel.loc[at, column] = cell
    with pytest.raises(hs.DataError, match=message):
        assess(panel)


# Laws

# In thousandths: ties are ties, and nothing hangs on the last digit of a float.
step = st.integers(-200, 400).map(lambda thousandths: thousandths / 1000)
growths = st.lists(st.tuples(step, step), min_size=4, max_size=6)
few = settings(max_examples=4)


def levels(steps):
    """Return two series of levels that grow by the steps."""
    logs = np.vstack([[0.0, 0.0], np.cumsum(steps, axis=0)])
    return 100 * np.exp(logs[:, 0]), 10 * np.exp(logs[:, 1])


def alike(one, two, but=("growth",)):
    """Return whether two verdicts say the same, growths themselves aside."""
    rows = [
        verdict.table[~verdict.table["statistic"].str.startswith(but)]
        for verdict in (one, two)
    ]
    ends = [table[["lower", "value", "upper"]].to_numpy() for table in rows]
    return one.finding == two.finding and np.allclose(
        *ends, rtol=1e-6, atol=1e-7, equal_nan=True
    )


@few
@given(growths, st.sampled_from([1e-4, 0.5, 3.0, 1e4]), st.randoms())
def test_a_change_of_unit_and_the_order_of_rows_change_no_verdict(
    steps, unit, shuffler
):
    m, t = levels(steps)
    order = list(range(len(m)))
    shuffler.shuffle(order)
    other = assess(frame(unit * m, 7 * t).iloc[order])
    assert alike(assess(frame(m, t)), other, but=("nothing",))


@few
@given(growths, st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_a_constant_growth_added_to_both_changes_no_verdict(steps, more_m, more_t):
    m, t = levels(steps)
    years = np.arange(len(m))
    other = frame(m * np.exp(more_m * years), t * np.exp(more_t * years))
    # Which steps moved the same way does depend on it.
    assert alike(
        assess(frame(m, t)),
        assess(other),
        but=("growth", "average_growth", "same_direction"),
    )


@few
@given(growths, st.floats(0.0005, 0.03), st.floats(1.2, 4.0))
def test_a_wider_box_never_gives_a_narrower_answer(steps, width, wider):
    m, t = levels(steps)
    # Growths closer than rounding are ties, whose p may jump either way.
    assume(np.diff(np.sort(np.array(steps), axis=0), axis=0).min() > 1e-6)
    narrow, wide = (
        assess(frame(m, t, t_lower=t * (1 - w), t_upper=t * (1 + w)))
        for w in (width, width * wider)
    )
    assert FINDINGS.index(wide.finding) <= FINDINGS.index(narrow.finding)
    low, high = (wide.table[end] - narrow.table[end] for end in ("lower", "upper"))
    assert not (low > 1e-9).any() and not (high < -1e-9).any()


@few
@given(growths)
def test_capping_an_open_end_never_weakens_the_verdict(steps):
    m, t = levels(steps)
    panel = frame(m, [*t[:-1], NAN], t_lower=t, t_upper=[*t[:-1], np.inf])
    cap = {("t", int(panel["year"].iloc[-1])): (float(t[-1]), float(t[-1] * 1.05))}
    opened, capped = assess(panel), assess(panel, readings=cap)
    assert FINDINGS.index(opened.finding) <= FINDINGS.index(capped.finding)
