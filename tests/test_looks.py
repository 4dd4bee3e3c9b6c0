"""Control, several looks, slopes and blind spots: by hand, slowly, and by laws."""

from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import hengstats as hs
from hengstats import DataError
from hengstats.evidence.envelope import Range, slope_range
from hengstats.evidence.pairs import Levels, Pairs

X = (0.10, 0.02, 0.16, 0.07, 0.21)
Y = (0.12, 0.05, 0.15, 0.08, 0.20)


def panel_of(first=2016, /, **growths):
    """Return a panel of one entity whose measures grow by these steps."""
    levels = {
        key: 100 * np.exp(np.cumsum([0, *steps])) for key, steps in growths.items()
    }
    n = len(next(iter(levels.values())))
    return pd.DataFrame({"entity": "a", "year": range(first, first + n), **levels})


def boxed(panel, **widths):
    """Return the panel with boxes so wide, as shares of the figures."""
    ends = {
        f"{key}_{end}": panel[key] * (1 + sign * width)
        for key, width in widths.items()
        for end, sign in (("lower", -1), ("upper", 1))
    }
    return panel.assign(**ends)


def judge(panel, **options):
    """Return the verdict on m and t, and its table."""
    verdict = hs.assess(panel, **{"organisation": "m", "economy": "t"} | options)
    return verdict, verdict.table.set_index("statistic")


def seven(seed=1, noise=0.04):
    """Return growths of two measures behind which stands a third."""
    generator = np.random.default_rng(seed)
    z, own, other = generator.normal(size=(3, 7)) * [[0.1], [noise], [noise]]
    return {"m": z + own, "t": z + other, "area_tax": z}


# It cannot be told


def test_it_cannot_be_told_where_figures_as_printed_pass_and_others_do_not():
    panel = panel_of(m=X, t=Y)
    narrow, _ = judge(boxed(panel, m=0.004, t=0.004))
    wide, table = judge(boxed(panel, m=0.03, t=0.004))
    assert (narrow.finding, wide.finding) == ("moves_together", "cannot_tell")
    assert wide.printed_finding == "moves_together"
    assert table.loc["p_permutation", "value"] == pytest.approx(2 / 120)
    assert wide.decides == (("m", None, False),)
    assert "说不准" in wide.statement and "“m”全部数字的上下界" in wide.statement


def test_the_figure_that_decides_is_named_and_an_open_one_as_such():
    panel = boxed(panel_of(m=X, t=Y), m=0.0)
    open_above = [*panel["m"][:2], np.inf, *panel["m"][3:]]
    wide = panel.assign(m_lower=[*panel["m"][:2], 103.0, *panel["m"][3:]])
    assert judge(panel.assign(m_upper=open_above))[0].decides == (("m", 2018, True),)
    assert judge(wide)[0].decides == (("m", 2018, False),)


def test_no_sign_stays_no_sign_however_wide_the_boxes():
    panel = panel_of(m=X, t=(0.2, 0.1, 0.05, 0.3, 0.1))
    assert judge(boxed(panel, m=0.05, t=0.05))[0].finding == "no_sign"


def test_wider_boxes_need_a_stronger_correlation_to_be_seen():
    panel = panel_of(m=X, t=Y)
    needed = [judge(boxed(panel, t=w))[0].detectable_r for w in (0, 0.002, 0.006, 0.05)]
    assert needed[0] == 0.98 and needed == sorted(needed) and needed[-1] == 1


# The slope where both are boxes


def pairs_of(wide_x, wide_y):
    """Return the paired growths of X and Y with boxes so wide, as shares."""
    sides = []
    for steps, width in ((X, wide_x), (Y, wide_y)):
        value = np.cumsum([0, *steps])
        ends = value + np.log(1 - width), value + np.log(1 + width)
        sides.append(Levels(lower=ends[0], value=value, upper=ends[1]))
    years = tuple(range(2016, 2022))
    steps = tuple(pairwise(years))
    growth_map = np.eye(5, 6, 1) - np.eye(5, 6)
    told = {"x": sides[0], "y": sides[1], "growth_map": growth_map}
    return Pairs(entity="a", years=years, steps=steps, **told)


def test_the_slope_of_boxes_on_both_sides_is_the_one_found_elsewhere():
    assert slope_range(pairs_of(0.004, 0.004)) == pytest.approx(
        (0.6168, 0.9761), abs=5e-5
    )


@pytest.mark.parametrize("widths", [(0.004, 0.0), (0.005, 0.02), (0.02, 0.02)])
def test_no_reading_has_a_slope_beyond_its_bounds_and_some_come_near(widths):
    pairs, generator = pairs_of(*widths), np.random.default_rng(7)
    sides = []
    for levels in (pairs.x, pairs.y):
        share = np.clip(generator.uniform(-0.6, 1.6, size=(60_000, 6)), 0, 1)
        drawn = levels.lower + share * (levels.upper - levels.lower)
        growths = drawn @ pairs.growth_map.T
        sides.append(growths - growths.mean(axis=1, keepdims=True))
    slopes = (sides[0] * sides[1]).sum(axis=1) / (sides[0] ** 2).sum(axis=1)
    low, high = slope_range(pairs)
    assert low - 1e-12 <= slopes.min() and slopes.max() <= high + 1e-12
    assert high - low <= 1.3 * (slopes.max() - slopes.min())


def test_growth_that_may_not_vary_leaves_the_slope_open():
    assert slope_range(pairs_of(0.2, 0.01)) == Range(-np.inf, np.inf)


# A control


def slow_lane(x, y, z):
    """Return Freedman and Lane's p by statsmodels, order by order."""

    def t_of(outcome):
        return (
            sm.OLS(outcome, sm.add_constant(np.column_stack([x, z]))).fit().tvalues[1]
        )

    base = sm.OLS(y, sm.add_constant(z)).fit()
    observed = abs(t_of(y))
    found = [abs(t_of(base.fittedvalues + order)) for order in permutations(base.resid)]
    return np.mean(np.array(found) >= observed - 1e-9)


def test_a_control_is_taken_out_as_freedman_and_lane_do():
    growths = {key: steps[:6] for key, steps in seven(noise=0.08).items()}
    verdict, table = judge(panel_of(**growths), control="area_tax")
    own = table.loc["p_permutation", "value"]
    assert own == pytest.approx(
        slow_lane(growths["m"], growths["t"], growths["area_tax"])
    )
    design = sm.add_constant(np.column_stack([growths["m"], growths["area_tax"]]))
    fit = sm.OLS(growths["t"], design).fit()
    assert table.loc["p_ols_t", "value"] == pytest.approx(fit.pvalues[1])
    assert verdict.control == ("a", "area_tax")


def test_what_a_third_series_explains_is_no_sign_once_it_is_named():
    panel = panel_of(**seven())
    before, after = judge(panel)[0], judge(panel, control="area_tax")[0]
    assert (before.finding, after.finding) == ("moves_together", "no_sign")
    assert before.advised_control == ("a", "area_tax")
    assert "请用 control= 写上它" in before.statement
    assert "已扣除" in after.statement and after.advised_control is None


def test_of_four_growths_a_control_leaves_too_few_to_say_what_could_be_found():
    growths = {"m": X[:4], "t": Y[:4], "area_tax": (0.1, 0.2, 0.05, 0.12)}
    verdict, _ = judge(panel_of(**growths), control="area_tax")
    assert (verdict.level, verdict.detectable_r) == (0, None)


def test_a_control_with_an_open_end_is_not_advised():
    panel = panel_of(**seven())
    assert judge(panel)[0].advised_control == ("a", "area_tax")
    last = panel["year"] == panel["year"].max()
    opened = panel.assign(
        area_tax=panel["area_tax"].mask(last), area_tax_lower=panel["area_tax"]
    )
    assert judge(opened)[0].advised_control is None


def test_points_are_shown_with_equal_ends():
    _, table = judge(panel_of(**seven(3)))
    both = table[table["measure"] == "t ~ m"].drop(index=["p_permutation"])
    rows = both.dropna(subset=["lower", "upper"])
    assert (rows["lower"] == rows["upper"]).all()
    assert (rows["lower"] == rows["value"]).all()


def test_a_control_costs_one_growth():
    growths = {key: steps[:4] for key, steps in seven().items()}
    assert judge(panel_of(**growths))[0].level == 1
    assert judge(panel_of(**growths), control="area_tax")[0].level == 0


@pytest.mark.parametrize("seed", range(3))
def test_no_reading_of_a_boxed_control_is_beyond_the_bounds(seed):
    panel = boxed(panel_of(**seven(seed, 0.06)), m=0.001, t=0.001, area_tax=0.002)
    _, table = judge(panel, control="area_tax")
    generator = np.random.default_rng(seed)
    for _ in range(25):
        drawn = panel.copy()
        for key in ("m", "t", "area_tax"):
            share = generator.choice([0, 1, generator.random()], size=len(panel))
            ends = panel[f"{key}_lower"], panel[f"{key}_upper"]
            drawn[key] = ends[0] + share * (ends[1] - ends[0])
        points = drawn[["entity", "year", "m", "t", "area_tax"]]
        found = judge(points, control="area_tax")[1]["value"]
        for key in ("r", "p_permutation", "p_ols_t", "p_leave_one_out"):
            low, high = table.loc[key, ["lower", "upper"]]
            assert not low > found[key] + 1e-9 and not high < found[key] - 1e-9, key


def test_a_control_may_be_of_another_entity_or_the_total_of_all_others():
    growths = seven()
    own = panel_of(m=growths["m"], t=growths["t"])
    parts = [
        panel_of(t=growths["area_tax"] + 0.01).assign(entity=key) for key in ("b", "c")
    ]
    panel = pd.concat([own, *parts], ignore_index=True)
    one = judge(panel, entity="a", control=("b", "t"))[1]
    # Both others grow alike, so that their total grows as each of them does.
    both = judge(panel, entity="a", control=("others", "t"))[1]
    key = ("p_permutation", "value")
    assert one.loc[key] == pytest.approx(both.loc[key])
    assert judge(panel, entity="a")[0].advised_control == ("others", "t")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"control": "t"}, "就是被检验的指标"),
        ({"control": 3}, "control 要写成一个指标"),
        ({"control": "nothing"}, "没有“nothing”一栏"),
        ({"lags": (-1,)}, "lags 要写成"),
        ({"lags": ()}, "lags 要写成"),
        ({"samples": [2016]}, "不是一段年份"),
        ({"samples": [(2019, 2016)]}, "不是一段年份"),
    ],
)
def test_what_is_no_control_lag_or_sample_is_refused(options, message):
    with pytest.raises(DataError, match=message):
        judge(panel_of(**seven()), **options)


# Several looks


def test_a_lag_goes_by_calendar_year_and_never_over_a_missing_one():
    # m of 2016 to 2018 and 2020 on; a year later it meets t of 2017 to 2019 and 2021.
    panel = panel_of(m=[0.1, 0.02, 0.16, 0.07, 0.21, 0.05, 0.12, 0.02], t=[0.1] * 8)
    panel.loc[panel["year"] == 2019, "m"] = np.nan
    verdict, table = judge(panel, lags=(1,))
    assert verdict.steps[["from_year", "year"]].to_numpy().tolist()[:3] == [
        [2017, 2018],
        [2018, 2019],
        [2019, 2021],
    ]
    over = table.loc["growth 2018-2020", "value"]
    assert np.atleast_1d(over)[0] == pytest.approx((0.16 + 0.07) / 2)
    assert verdict.lag == 1 and "取早 1 年的数" in verdict.statement


def test_a_lag_takes_the_bounds_along():
    panel = boxed(panel_of(m=[*X, 0.1, 0.05], t=[0.05, *Y, 0.1]), m=0.07)
    steps = judge(panel, lags=(1,))[0].steps
    width = steps["x_upper"] - steps["x_lower"]
    assert width.to_numpy() == pytest.approx(2 * np.log(1.07 / 0.93))


def slow_joint(looks):
    """Return the joint p of the strongest look: every order, every correlation."""
    observed = max(abs(np.corrcoef(x, y)[0, 1]) for x, y in looks)
    found = [
        max(abs(np.corrcoef(x, np.asarray(y)[list(order)])[0, 1]) for x, y in looks)
        for order in permutations(range(len(looks[0][1])))
    ]
    return np.mean(np.array(found) >= observed - 1e-9)


def test_several_looks_have_one_joint_p():
    generator = np.random.default_rng(2)
    one, two, three = generator.normal(size=(3, 5)) * 0.1
    t = one + 0.03 * generator.normal(size=5)
    verdict, table = judge(
        panel_of(m=one, n=two, o=three, t=t), organisation=["m", "n", "o"]
    )
    joint = slow_joint([(one, t), (two, t), (three, t)])
    assert table.loc["p_joint", "value"] == pytest.approx(joint)
    assert verdict.looks["p_joint"].min() == pytest.approx(joint)
    own = verdict.looks.set_index("organisation").loc["m", "p_own"]
    assert own == pytest.approx(
        judge(panel_of(m=one, t=t))[1].loc["p_permutation", "value"]
    )
    assert "一共看了 3 种" in verdict.statement


def test_each_of_several_looks_is_read_as_it_would_be_alone():
    panel = boxed(panel_of(m=X, u=X[::-1], t=Y), m=0.03, u=0.2)
    asked = {"organisation": ["m", "u"], "readings": {"m": "exact", "u": "exact"}}
    found = judge(panel, **asked)[0].looks.set_index("organisation")
    assert found.loc["m", "r"] == pytest.approx(np.corrcoef(X, Y)[0, 1])
    assert found.loc["u", "r"] == pytest.approx(np.corrcoef(X[::-1], Y)[0, 1])
    assert (found["p_joint"] == found["p_joint_upper"]).all()  # no box is left


def test_the_same_look_twice_costs_nothing_and_counts_once():
    panel = panel_of(m=X, t=Y).assign(n=lambda p: p["m"] * 2)
    alone = judge(panel)[1].loc["p_permutation", "value"]
    verdict, table = judge(panel, organisation=["m", "n", "m"])
    assert (len(verdict.looks), verdict.finding) == (2, "moves_together")
    assert table.loc["p_joint", "value"] == pytest.approx(alone)


def test_boxes_never_make_the_joint_p_smaller():
    growths = seven(5)
    panel = panel_of(m=growths["m"], n=growths["area_tax"], t=growths["t"])
    ps = [
        judge(boxed(panel, m=w, n=w, t=w), organisation=["m", "n"])[1].loc[
            "p_joint", "upper"
        ]
        for w in (0, 0.0005, 0.002, 0.05)
    ]
    assert ps == sorted(ps) and ps[-1] == 1


def test_samples_are_looks_at_stretches_of_years():
    panel = panel_of(**seven())
    verdict, _ = judge(panel, samples=[None, (2016, 2021)])
    assert verdict.looks["n_growths"].tolist() == [7, 5]
    assert verdict.looks["last"].tolist()[1] == 2021


# Blind spots


def test_rates_are_of_the_finding_and_the_length_at_hand():
    short, _ = judge(panel_of(m=X, t=Y))
    slow, _ = judge(
        panel_of(
            m=(0.300, 0.241, 0.181, 0.119, 0.060), t=(0.301, 0.239, 0.180, 0.121, 0.059)
        )
    )
    assert (short.finding, slow.finding) == ("moves_together", "suggestive")
    # As an audit of its own found: 8 to 21 % and 56 to 79 % with six to eight years.
    assert 0.05 <= short.blind_spots["curved_slowdown"] <= 0.12
    assert 0.5 <= slow.blind_spots["curved_slowdown"] <= 0.8
    assert short.inflation[0] == pytest.approx(0.97, abs=0.01)
    assert short.inflation[1] == pytest.approx(0.12, abs=0.04)


# The specification curve


def test_the_specification_curve_has_a_mark_a_look_and_the_joint_p_in_its_title():
    panel = panel_of(m=X, n=X[::-1], t=Y)
    verdict, table = judge(panel, organisation=["m", "n"])
    ax = hs.draw_specifications(verdict, lang="en")
    marks = ax.collections[-1].get_offsets()
    assert sorted(marks[:, 0]) == pytest.approx(sorted(verdict.looks["r"]))
    [title] = [text.get_text() for text in ax.texts if text.get_gid() == "title"]
    joint = np.ceil(1000 * table.loc["p_joint", "upper"]) / 1000
    assert f"p = {joint:.3f}" in title


def test_a_single_look_has_no_specification_curve():
    with pytest.raises(DataError, match="只看了一种"):
        hs.draw_specifications(judge(panel_of(m=X, t=Y))[0])
