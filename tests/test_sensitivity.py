"""How strong a hidden cause must be: the published formula, and brute force."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hengstats as hs
from hengstats.evidence.rule import FINDINGS
from hengstats.evidence.sensitivity import robustness

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
X = [0.300, 0.120, 0.241, 0.060, 0.181, 0.210]
Y = [0.280, 0.131, 0.250, 0.075, 0.170, 0.190]


def judge(x=X, y=Y, **boxes):
    """Return the verdict on two series with these growths."""
    rows = {"entity": "a", "year": range(2010, 2011 + len(x))}
    for name, growths in (("m", x), ("t", y)):
        rows[name] = 100 * np.exp(np.append(0, np.cumsum(growths)))
    panel = pd.DataFrame(rows)
    for name, width in boxes.items():
        panel[f"{name}_lower"] = panel[name] * (1 - width)
        panel[f"{name}_upper"] = panel[name] * (1 + width)
    return hs.assess(panel, organisation="m", economy="t")


def value(found, statistic, end="value"):
    return found.table.set_index("statistic").loc[statistic, end]


def test_the_robustness_value_is_that_of_the_published_example():
    # Darfur (Cinelli and Hazlett 2020, table 1): t 4.18 on 783 df: 13.9 % and 7.6 %.
    r = 4.18445 / np.hypot(4.18445, 783**0.5)
    assert robustness(r, 783) == pytest.approx(0.139, abs=5e-4)
    assert robustness(r, 783, 0.05) == pytest.approx(0.076, abs=5e-4)


def test_the_robustness_value_by_hand():
    # r = .6: f = .75, f^2 = .5625; (sqrt(.31640625 + 2.25) - .5625) / 2.
    assert robustness(0.6, 20) == pytest.approx((np.sqrt(2.56640625) - 0.5625) / 2)


@pytest.mark.parametrize(("r", "df"), [(0.985, 3), (0.95, 6), (0.6, 20), (0.3, 60)])
def test_no_cause_weaker_than_the_robustness_value_undoes_the_t_test(r, df):
    # A cause with shares a of the outcome and b of the predictor leaves
    # (f sqrt(1-b) - sqrt(ab)) sqrt(df-1) / sqrt(1-a) of t.
    limit = stats.t.ppf(0.975, df - 1)
    f, share = r / np.sqrt(1 - r * r), robustness(r, df, 0.05)
    for size, undone in ((share * 0.999, False), (min(share * 1.001, 0.9999), True)):
        a, b = np.meshgrid(*[np.linspace(0, size, 801)] * 2)
        t = (f * np.sqrt(1 - b) - np.sqrt(a * b)) * np.sqrt(df - 1) / np.sqrt(1 - a)
        assert (t.min() < limit) == (undone or share == 0)


def holds(verdict, x, y):
    """Return whether the finding would be no weaker, by the slow way."""
    again = judge(x, y)
    rank = FINDINGS.index
    return rank(again.finding) >= rank(verdict.finding) and again.sign == verdict.sign


@pytest.mark.parametrize(
    ("seed", "spread"),
    [(0, 0.015), (1, 0.03), (3, 0.03), (5, 0.03), (10, 0.03), (9, 0.05)],
)
def test_the_shared_shock_is_the_smallest_by_brute_force(seed, spread):
    draw = np.random.default_rng(seed)
    n = 5 + seed % 2
    x = draw.normal(0.1, 0.1, n)
    y = x + draw.normal(0, spread, n)
    verdict = judge(x, y)
    found = hs.sensitivity(verdict)
    assert verdict.finding == "suggestive" if seed > 5 else "moves_together"
    size, most = value(found, "shared_shock"), 3.0
    if found.shock_step is not None:
        shock = size * np.eye(n)[found.shock_step[0] - 2010]
        assert not holds(verdict, x - 1.0001 * shock, y - 1.0001 * shock)
        most = 0.9999 * abs(size)
    for shock in np.vstack([np.eye(n), -np.eye(n)]):
        for share in (0.2, 0.5, 0.8, 1):
            less = share * most * shock
            assert holds(verdict, x - less, y - less)


def test_the_boxes_bound_the_robustness_value():
    plain, boxed = hs.sensitivity(judge()), hs.sensitivity(judge(t=0.001))
    assert value(boxed, "robustness_value", "lower") < value(plain, "robustness_value")
    assert value(boxed, "robustness_value", "upper") > value(plain, "robustness_value")


def test_an_opposite_association_is_as_robust():
    same, opposite = hs.sensitivity(judge()), hs.sensitivity(judge(y=[-y for y in Y]))
    for name in ("robustness_value", "robustness_value_t"):
        assert value(same, name) == pytest.approx(value(opposite, name))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_itself(lang):
    found = hs.sensitivity(judge(), lang=lang)
    assert "{" not in found.say(lang) and str(found) == found.say(lang)
    assert found.statement == found.say("zh-Hans")
    assert "<Sensitivity of moves_together" in repr(found)
    assert found.say(lang)[:4] in found._repr_html_()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_nothing_was_found_there_is_nothing_to_undo(lang):
    pair = {"organisation": "branch_members", "economy": "tax_revenue"}
    verdict = hs.assess(hs.build_panel("plaza66"), lang=lang, **pair)
    found = hs.sensitivity(verdict)
    assert found.table.empty and len(found.say(lang)) > 10


def test_what_rests_on_invented_data_says_so_first():
    pair = {"organisation": "branch_members", "economy": "tax_revenue"}
    found = hs.sensitivity(hs.assess(hs.build_panel("illustrative"), **pair))
    assert found.statement.startswith("以下依据虚构的示例数据")


def test_only_a_verdict_is_tried():
    with pytest.raises(hs.DataError, match="assess"):
        hs.sensitivity(0.97)
