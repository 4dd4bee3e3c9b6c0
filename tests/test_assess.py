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

MEASURES = {"organisation": "m", "economy": "t"}
YEARS = [2016, 2017, 2018, 2019, 2020, 2021]
# Growths in percent of a building whose tax goes with its members.
M = [100.0, 110.0, 113.0, 131.0, 140.0, 170.0]
T = [10.0, 11.2, 11.8, 13.6, 14.8, 18.1]


def frame(m=M, t=T, years=None, **columns):
    """Return a panel of one entity."""
    years = YEARS[: len(m)] if years is None else years
    return pd.DataFrame({"entity": "a", "year": years, "m": m, "t": t, **columns})


def boxed(width, t=T):
    """Return the panel with every tax figure known to so much."""
    t = np.asarray(t)
    return frame(t_lower=t - width, t_upper=t + width)


def assess(panel, **options):
    """Return the verdict on m and t."""
    return hs.assess(panel, **MEASURES, **options)


def row(verdict, statistic):
    """Return one row of the table of a verdict."""
    return verdict.table.set_index("statistic").loc[statistic]


@pytest.fixture(scope="module")
def plaza():
    return hs.assess(
        hs.build_panel("plaza66"), organisation="branch_members", economy="tax_revenue"
    )


@pytest.fixture(scope="module")
def tower():
    return hs.assess(
        hs.build_panel("illustrative"),
        organisation="branch_members",
        economy="tax_revenue",
    )


# Plaza 66: level 0


def test_plaza66_is_not_enough_data(plaza):
    assert (plaza.level, plaza.finding, plaza.n_growths) == (0, "not_enough_data", 0)


def test_plaza66_prints_nothing_but_growth(plaza):
    kinds = {text.split(" ")[0] for text in plaza.table["statistic"]}
    assert kinds == {"growth", "average_growth"}


def test_plaza66_keeps_the_growth_of_2017_within_its_bounds(plaza):
    # 31.5 / 26.35 and 32.5 / 26.25.
    found = row(plaza, "growth 2016-2017")[["lower", "upper"]].tolist()
    assert found == pytest.approx([math.log(31.5 / 26.35), math.log(32.5 / 26.25)])


def test_plaza66_leaves_2021_open(plaza):
    assert row(plaza, "growth 2020-2021")["upper"] == math.inf


def test_plaza66_says_why_each_statistic_was_refused(plaza):
    assert plaza.refused["reason"].str.len().min() > 10


def test_plaza66_refuses_p_r_interval_and_trend(plaza):
    bare = {"p_values", "r_squared", "slope_interval", "trend_test"}
    assert bare <= set(plaza.refused["procedure"])


def test_plaza66_has_the_rates_of_as_many_years_as_its_tax(plaza):
    assert plaza.rate_years == 6


def test_the_statement_on_plaza66_names_the_common_year_and_no_statistic(plaza):
    assert "（2018）" in plaza.statement
    assert not re.search(r"p [=≤<]|r = ", plaza.statement)


@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_the_statement_on_plaza66_tells_the_least_growth(plaza, lang):
    # (100 / 29.75) ** (1 / 10) - 1 = 12.89 %, rounded down.
    assert f"{math.floor(1000 * ((100 / 29.75) ** 0.1 - 1)) / 10}%" in plaza.say(lang)


def test_a_cap_on_2021_is_printed():
    verdict = hs.assess(
        hs.build_panel("plaza66"),
        organisation="branch_members",
        economy="tax_revenue",
        readings={("tax_revenue", 2021): (100, 120)},
    )
    assert "读作100至120（用户自定上下界）" in verdict.statement


# The illustrative building: level 2, known truth


def test_the_illustrative_building_moves_together(tower):
    assert (tower.level, tower.finding, tower.sign) == (2, "moves_together", 1)


def test_the_interval_of_the_illustrative_building_holds_its_elasticity(tower):
    # data/illustrative/README.md: elasticity 0.8.
    low, high = row(tower, "slope_conf_low"), row(tower, "slope_conf_high")
    assert low["value"] < 0.8 < high["value"]


def test_what_is_invented_says_so(tower):
    assert tower.statement.startswith("以下依据虚构的示例数据")


def test_attendances_of_the_illustrative_building_show_no_sign():
    # They have no part in the formula of tax.
    verdict = hs.assess(
        hs.build_panel("illustrative"),
        organisation="attendances",
        economy="tax_revenue",
    )
    assert verdict.finding == "no_sign"


# Data with known answers


def test_longley_gnp_and_employment_grow_together():
    data = sm.datasets.longley.load_pandas().data
    panel = data.assign(entity="USA", year=data["YEAR"].astype(int))
    verdict = hs.assess(panel, organisation="TOTEMP", economy="GNP")
    assert (verdict.finding, verdict.n_growths) == ("moves_together", 15)


# Storks and births of 17 countries, one year (Matthews 2000, Teaching Statistics 22).
STORKS = [100, 300, 1, 5000, 9, 140, 3300, 2500, 4, 5000, 5, 30000, 1500, 5000]
STORKS += [8000, 150, 25000]
BIRTHS = [83, 87, 118, 117, 59, 774, 901, 106, 188, 124, 551, 610, 120, 367]
BIRTHS += [439, 82, 1576]


@pytest.fixture(scope="module")
def storks():
    names = [f"country {i}" for i in range(17)]
    panel = pd.DataFrame({"entity": names, "year": 1990, "m": STORKS, "t": BIRTHS})
    return assess(panel)


def test_the_storks_are_those_of_the_published_correlation():
    # Matthews prints r = .62.
    assert np.corrcoef(STORKS, BIRTHS)[0, 1] == pytest.approx(0.62, abs=0.005)


def test_storks_and_births_are_not_enough_data(storks):
    assert (storks.level, storks.finding) == (0, "not_enough_data")


def test_storks_and_births_are_refused_as_a_cross_section(storks):
    assert storks.refused["procedure"].iloc[0] == "cross_section"


def test_storks_and_births_print_no_statistic(storks):
    assert storks.table.empty


def test_seventeen_years_of_levels_in_one_year_twice_are_refused():
    panel = pd.DataFrame({"entity": "a", "year": 1990, "m": STORKS, "t": BIRTHS})
    with pytest.raises(hs.DataError, match="1990 年有两行"):
        assess(panel)


def test_four_trending_points_are_refused_with_the_least_p():
    verdict = assess(frame(M[:4], T[:4]))
    assert (verdict.level, verdict.least_p) == (0, pytest.approx(1 / 6))
    assert "1/6" in verdict.statement


# What every result carries


def test_a_verdict_carries_its_least_p_and_detectable_r(tower):
    assert (tower.least_p, tower.detectable_r) == (pytest.approx(1 / 120), 0.98)


def test_the_statement_names_the_blind_spots(tower):
    assert "22%" in tower.statement and "26%" in tower.statement


def test_the_log_log_regression_misleads_in_99_of_100(tower):
    rates = tower.refused.set_index("procedure")["false_alarm"]
    assert rates["levels_ols"] == pytest.approx(0.99, abs=0.01)


def test_growths_are_not_computed_on_but_shown(tower):
    names = tower.table["statistic"].value_counts()
    assert names["growth 2016-2017"] == 2


def test_four_growths_refuse_rank_tests():
    verdict = assess(frame(M[:5], T[:5]))
    assert "rank_tests_at_4" in set(verdict.refused["procedure"])


def test_a_shock_year_is_named():
    assert "2020" in assess(frame(), shock_years=[2020]).statement.split("。")[1]


def test_what_was_tried_tightens_the_limit():
    verdict = assess(frame(), tried=6)
    assert verdict.alpha == pytest.approx(0.05 / 6)


@pytest.mark.parametrize(("tried", "finding"), [(6, "moves_together"), (7, "no_sign")])
def test_the_finding_keeps_to_the_tightened_limit(tried, finding):
    # One order of 120 does as well: p = .00833 is within .05 / 6, beyond .05 / 7.
    assert assess(frame(), tried=tried).finding == finding


def test_what_was_tried_is_printed():
    assert "一共试过 6 种" in assess(frame(), tried=6).statement


def test_no_trial_at_all_is_refused():
    with pytest.raises(hs.DataError, match="至少是 1"):
        assess(frame(), tried=0)


def test_a_measure_with_itself_is_refused():
    with pytest.raises(hs.DataError, match="自己与自己"):
        hs.assess(frame(), organisation="t", economy="t")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="没有“fr”这种语言"):
        assess(frame(), lang="fr")


def test_an_open_end_that_turns_the_sign_is_no_sign_and_says_so():
    panel = frame(
        t=[*T[:5], math.nan],
        t_lower=[*T[:5], 15.0],
        t_upper=[*T[:5], math.inf],
        m=[100.0, 130.0, 140.0, 160.0, 165.0, 170.0],
    )
    verdict = assess(panel)
    assert verdict.finding == "no_sign"
    assert "连方向也定不下来" in verdict.statement and "没有封口" in verdict.statement


def test_a_verdict_does_not_change_the_panel():
    panel = frame()
    before = panel.copy()
    assess(panel)
    assert before.equals(panel)


# What a user may type


def test_an_unknown_entity_is_refused_with_those_there_are():
    with pytest.raises(hs.DataError, match="没有“z”。请从这些里选：a"):
        assess(frame(), entity="z")


def test_entities_may_be_numbers():
    assert assess(frame().assign(entity=7), entity=7).n_growths == 5


@pytest.mark.parametrize(
    "shock_years", [[2018], (2018,), 2018, np.array([2018]), iter([2018]), [2018, 2018]]
)
def test_shock_years_come_in_any_collection(shock_years):
    verdict = assess(frame(), shock_years=shock_years)
    assert (verdict.n_growths, verdict.shock_years) == (4, (2018,))


@pytest.mark.parametrize("shock_years", ["2018", [2018.5], None])
def test_shock_years_that_are_no_years_are_refused(shock_years):
    with pytest.raises(hs.DataError, match="shock_years 要写成年份的列表"):
        assess(frame(), shock_years=shock_years)


def test_a_text_among_the_figures_is_named_with_row_and_column():
    panel = frame().astype({"t": object})
    panel.loc[2, "t"] = "32亿元"
    with pytest.raises(hs.DataError, match="第 3 行“t”一栏是“32亿元”，不是数"):
        assess(panel)


@pytest.mark.parametrize("year", ["2017年", 2017.5, None, pd.Timestamp("2017-12-31")])
def test_a_year_that_is_none_is_named_with_its_row(year):
    panel = frame().astype({"year": object})
    panel.loc[1, "year"] = year
    with pytest.raises(hs.DataError, match="第 2 行“year”一栏"):
        assess(panel)


def test_a_blank_entity_is_named_with_its_row():
    panel = frame()
    panel.loc[3, "entity"] = None
    with pytest.raises(hs.DataError, match="第 4 行“entity”一栏空着"):
        assess(panel)


def test_an_infinite_figure_is_no_number():
    with pytest.raises(hs.DataError, match="不是数"):
        assess(frame(t=[*T[:5], math.inf]))


@pytest.mark.parametrize("panel", ["plaza66", None, {"a": 1}])
def test_what_is_no_table_is_refused(panel):
    with pytest.raises(hs.DataError, match="要是一张数据表"):
        assess(panel)


@pytest.mark.parametrize("measure", [["m"], "year", None])
def test_what_is_no_measure_is_refused(measure):
    with pytest.raises(hs.DataError, match="各写一个指标的名字"):
        hs.assess(frame(), organisation=measure, economy="t")


@pytest.mark.parametrize("tried", ["3", 2.5, math.nan])
def test_a_number_of_trials_that_is_not_whole_is_refused(tried):
    with pytest.raises(hs.DataError, match="要写整数"):
        assess(frame(), tried=tried)


def test_readings_that_are_no_mapping_are_refused():
    with pytest.raises(hs.DataError, match="readings 要写成"):
        assess(frame(), readings=[("t", 2016)])


def test_a_declared_point_is_a_figure():
    verdict = assess(frame(), readings={("t", 2016): (10.05, 10.05)})
    assert row(verdict, "growth 2016-2017")["value"].iloc[1] == pytest.approx(
        math.log(11.2 / 10.05)
    )


def test_what_is_said_of_one_figure_outdoes_what_is_said_of_its_measure():
    one, other = {("t", 2016): (9.0, 11.0)}, {"t": "exact"}
    orders = [one | other, other | one]
    findings = {assess(boxed(0.1), readings=readings).finding for readings in orders}
    assert len(findings) == 1


# What a verdict must not say


def test_growth_without_variation_has_no_r():
    verdict = assess(frame(m=[100.0] * 6))
    assert math.isnan(row(verdict, "r")["value"])
    assert "没有起伏" in verdict.statement and "r = 0" not in verdict.statement


def test_no_sign_does_not_speak_of_an_association_found():
    bent = [10.0, 12.0, 12.9, 13.1, 15.8, 15.9]
    assert "这是关联" not in assess(frame(t=bent)).statement


def test_a_limit_out_of_reach_is_said_to_be():
    # 1/120 is more than .05 / 10.
    assert "无论结果怎样" in assess(frame(), tried=10).statement


def test_many_rounded_years_keep_their_finding():
    # Boxes of .2 % on both sides of 24 growths: too many corners to list.
    generator = np.random.default_rng(3)
    growth = generator.normal(0.05, 0.1, 24)
    m = 100 * np.exp(np.cumsum(growth))
    t = 10 * np.exp(np.cumsum(growth + 0.01 * generator.normal(size=24)))
    panel = frame(m, t, years=range(1990, 2014))
    ends = (("lower", 0.998), ("upper", 1.002))
    bounds = {f"{k}_{end}": panel[k] * by for k in "mt" for end, by in ends}
    assert assess(panel.assign(**bounds)).finding == "moves_together"


def test_wide_boxes_on_both_sides_are_not_said_to_be_without_variation():
    m, t = np.array(M), np.array(T)
    panel = frame(m_lower=m - 5, m_upper=m + 5, t_lower=t - 0.5, t_upper=t + 0.5)
    assert "没有起伏" not in assess(panel).statement


# Laws

# In thousandths: ties are ties, and nothing hangs on the last digit of a float.
step = st.integers(-200, 400).map(lambda thousandths: thousandths / 1000)
growths = st.lists(st.tuples(step, step), min_size=4, max_size=6)


def levels(steps):
    """Return two series of levels that grow by the steps."""
    logs = np.vstack([[0.0, 0.0], np.cumsum(steps, axis=0)])
    return 100 * np.exp(logs[:, 0]), 10 * np.exp(logs[:, 1])


def told(verdict):
    """Return what a verdict says: finding, and every statistic."""
    numbers = verdict.table[["lower", "value", "upper"]].to_numpy()
    return verdict.finding, np.nan_to_num(numbers, nan=-9, posinf=99, neginf=-99)


def alike(one, two, but=("growth",)):
    """Return whether two verdicts say the same, growths themselves aside."""
    same = []
    for a, b in zip(
        one.table.to_dict("records"), two.table.to_dict("records"), strict=True
    ):
        if a["statistic"].startswith(but):
            continue
        ends = [[r[e] for e in ("lower", "value", "upper")] for r in (a, b)]
        same.append(np.allclose(*ends, rtol=1e-6, atol=1e-7, equal_nan=True))
    return one.finding == two.finding and all(same)


@settings(max_examples=10)
@given(growths, st.sampled_from([1e-4, 0.5, 3.0, 1e4]), st.sampled_from([1e-3, 7.0]))
def test_a_change_of_unit_changes_no_verdict(steps, of_m, of_t):
    m, t = levels(steps)
    one = assess(frame(m, t, years=range(2010, 2010 + len(m))))
    two = assess(frame(of_m * m, of_t * t, years=range(2010, 2010 + len(m))))
    assert alike(one, two, but=())


@settings(max_examples=10)
@given(growths, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(steps, shuffler):
    m, t = levels(steps)
    panel = frame(m, t, years=range(2010, 2010 + len(m)))
    order = list(range(len(panel)))
    shuffler.shuffle(order)
    assert told(assess(panel))[0] == told(assess(panel.iloc[order]))[0]
    assert np.array_equal(told(assess(panel))[1], told(assess(panel.iloc[order]))[1])


@settings(max_examples=10)
@given(growths, st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_a_constant_growth_added_to_both_changes_no_verdict(steps, more_m, more_t):
    m, t = levels(steps)
    years = np.arange(len(m))
    one = assess(frame(m, t, years=2010 + years))
    two = assess(
        frame(
            m * np.exp(more_m * years), t * np.exp(more_t * years), years=2010 + years
        )
    )
    # Which steps moved the same way does depend on it.
    assert alike(one, two, but=("growth", "average_growth", "same_direction"))


@settings(max_examples=12)
@given(growths, st.floats(0.0005, 0.03), st.floats(1.2, 4.0))
def test_a_wider_box_never_gives_a_narrower_answer(steps, width, wider):
    m, t = levels(steps)
    years = range(2010, 2010 + len(m))
    # Growths closer than rounding are ties, whose p may jump either way.
    assume(np.diff(np.sort(np.array(steps), axis=0), axis=0).min() > 1e-6)
    narrow, wide = (
        assess(frame(m, t, years=years, t_lower=t * (1 - w), t_upper=t * (1 + w)))
        for w in (width, width * wider)
    )
    assert FINDINGS.index(wide.finding) <= FINDINGS.index(narrow.finding)
    for a, b in zip(
        narrow.table.to_dict("records"), wide.table.to_dict("records"), strict=True
    ):
        assert not b["lower"] > a["lower"] + 1e-9, a["statistic"]
        assert not b["upper"] < a["upper"] - 1e-9, a["statistic"]


@settings(max_examples=6)
@given(growths)
def test_capping_an_open_end_never_weakens_the_verdict(steps):
    m, t = levels(steps)
    panel = frame(m, t, years=range(2010, 2010 + len(m)))
    panel["t_lower"], panel["t_upper"] = t, [*t[:-1], np.inf]
    panel.loc[len(t) - 1, "t"] = np.nan
    cap = {("t", int(panel["year"].iloc[-1])): (float(t[-1]), float(t[-1] * 1.05))}
    opened, capped = assess(panel), assess(panel, readings=cap)
    assert FINDINGS.index(opened.finding) <= FINDINGS.index(capped.finding)
