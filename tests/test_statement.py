"""A verdict is said in three scripts, from the result, as text and as a page."""

import math
import re

import numpy as np
import pandas as pd
import pytest

import hengstats as hs
from hengstats.evidence.shown import (
    show_correlation,
    show_end,
    show_p,
    show_r,
    show_rate,
)
from hengstats.evidence.statement import write_headline, write_plain
from hengstats.evidence.verdict import label_table, refusals_note, refusals_table

LANGUAGES = ["zh-Hans", "zh-Hant", "en"]
EACH = pytest.mark.parametrize("lang", LANGUAGES)
M = [100.0, 110.0, 113.0, 131.0, 140.0, 170.0]
T = [10.0, 11.2, 11.8, 13.6, 14.8, 18.1]
BENT = [10.0, 12.0, 12.9, 13.1, 15.8, 15.9]


def judge(t=T, m=M, **options):
    """Return the verdict on six years, or fewer."""
    panel = pd.DataFrame(
        {"entity": "a", "year": range(2016, 2016 + len(t)), "m": m[: len(t)], "t": t}
    )
    return hs.assess(panel, organisation="m", economy="t", **options)


CASES = {
    "together": judge(),
    "opposite": judge([100 / value for value in T]),
    "no sign": judge(BENT),
    "four growths": judge(T[:5]),
    "three growths": judge(T[:4]),
    "shock": judge(shock_years=[2020]),
    "tried": judge(tried=3),
    "plaza66": hs.assess(
        hs.build_panel("plaza66"), organisation="branch_members", economy="tax_revenue"
    ),
    "nothing": hs.assess(
        pd.DataFrame({"entity": ["a", "b"], "year": 2016, "m": 1.0, "t": 2.0}),
        organisation="m",
        economy="t",
    ),
}
WHOLE = pytest.mark.parametrize("case", CASES)


CAUSE = r"导致|導致|促进|促進|推动|推動|使得|drive|lead to|leads|cause|effect"


@WHOLE
def test_a_statement_has_no_blank_left_and_promises_no_cause_in_any_script(case):
    verdict = CASES[case]
    for lang in LANGUAGES:
        said = verdict.say(lang)
        assert not re.search(r"\{\w*\}|nan|None|inf\b", said)
        assert not re.search(CAUSE, said)
    # Of English only the quoted wordings are Chinese.
    plain = re.sub(r"\"[^\"]*\"", "", verdict.say("en"))
    assert not re.search("[\u3400-\u9fff]", plain)


@WHOLE
def test_text_and_page_hold_the_statement_in_simplified_characters(case):
    verdict = CASES[case]
    assert verdict.statement == verdict.say("zh-Hans")
    assert verdict.statement in str(verdict)
    assert verdict._repr_html_().startswith('<div lang="zh-Hans"')


@EACH
def test_a_verdict_shows_itself_in_its_language(lang):
    verdict = judge(lang=lang)
    assert verdict.say(lang) in str(verdict)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("together", "增长较快的时候，“t”的增长也较快"),
        ("opposite", "增长反而较慢"),
        ("no sign", "看不出不等于没有"),
    ],
)
def test_a_finding_is_said_in_words(case, said):
    assert said in CASES[case].statement


ONE_YEAR = (0.11, 0.43, 0.06, 0.17, 0.14), (0.12, 0.43, 0.07, 0.15, 0.09)
SLOWDOWN = (
    (0.300, 0.2410, 0.1810, 0.1190, 0.0600),
    (0.301, 0.2390, 0.1800, 0.1210, 0.0590),
)


@pytest.mark.parametrize(
    ("growths", "sign", "said"),
    [
        (ONE_YEAR, 1, "靠的是个别年份：去掉 2017→2018"),
        (ONE_YEAR, -1, "此长彼消的迹象"),
        (SLOWDOWN, 1, "一同放慢或加快"),
    ],
)
def test_a_suggestion_says_its_direction_and_what_it_hangs_on(growths, sign, said):
    m, t = (np.exp(np.cumsum([0, *steps])) for steps in growths)
    verdict = judge(t**sign, m)
    assert (verdict.finding, verdict.sign) == ("suggestive", sign)
    assert said in verdict.statement


TERMS = r"p [=≤<]|r =|置换|检验的|显著|permutation|correlation|significan|null"


@WHOLE
@EACH
def test_headline_and_reasons_are_short_and_use_no_term_of_art(case, lang):
    verdict = judge(lang=lang) if case == "together" else CASES[case]
    said = [write_headline(verdict, lang), *write_plain(verdict, lang)[1:]]
    assert len(re.findall(r"。|\. |\.$", said[0])) == 1
    assert 2 <= len(said) - 1 <= 4
    for sentence in said:
        assert not re.search(TERMS, sentence), sentence
        assert not re.search(CAUSE + r"|\{\w*\}|nan|None", sentence), sentence


def test_a_verdict_names_its_direction_in_its_repr_and_headline():
    opposite = CASES["opposite"]
    assert (opposite.direction, CASES["together"].direction) == ("opposite", "same")
    assert CASES["no sign"].direction is None
    assert "(opposite)" in repr(opposite) and "反而较慢" in opposite.headline


def test_names_of_measures_are_escaped_on_a_page():
    panel = pd.DataFrame({"entity": "a", "year": [2016, 2017], "<m>": 1.0, "t": 2.0})
    page = hs.assess(panel, organisation="<m>", economy="t")._repr_html_()
    assert "<m>" not in page and "&lt;m&gt;" in page


@pytest.mark.parametrize(
    ("p", "shown"),
    [(0.0083333, "0.009"), (0.05, "0.050"), (1.0, "1.000"), (0.0004, "< 0.001")],
)
def test_a_p_is_rounded_up_and_never_zero(p, shown):
    assert show_p(p) == shown


@pytest.mark.parametrize(
    ("r", "shown"), [(0.9996, "0.999"), (-0.5, "−0.5"), (1.0, "1"), (0.62, "0.62")]
)
def test_a_correlation_is_never_rounded_up_to_one(r, shown):
    assert show_correlation(r) == shown


@pytest.mark.parametrize(
    ("rate", "shown"), [(0.9935, "99%"), (0.0126, "1.3%"), (math.nan, "—")]
)
def test_a_rate_is_shown_in_percent(rate, shown):
    assert show_rate(rate) == shown


# exp(.1785) - 1 = 19.54 %
@pytest.mark.parametrize(
    ("end", "shown"), [("lower", "19.5%"), ("upper", "19.6%"), ("value", "19.5%")]
)
def test_growth_is_shown_in_percent_and_bounds_outwards(end, shown):
    assert show_end("growth 2016-2017", 0.1785, end, "en") == shown


def test_an_open_end_is_said_in_words():
    assert show_end("growth 2016-2017", math.inf, "upper", "zh-Hans") == "不封口"


@WHOLE
@EACH
def test_every_row_of_the_table_has_a_label(case, lang):
    table = label_table(CASES[case], lang)
    assert len(table) == len(CASES[case].table)
    assert not table.isin(["", "nan"]).any(axis=None)


@EACH
def test_every_refusal_has_its_reason_in_each_language(lang):
    table = refusals_table(CASES["plaza66"], lang)
    assert table.iloc[:, 1].str.len().min() > 10


def test_the_bounds_of_a_correlation_are_rounded_outwards():
    assert show_r(0.81299, math.nan, 0.91201, "en") == "0.812 to 0.913"
    assert show_r(-0.91201, math.nan, -0.81299, "en") == "−0.913 to −0.812"


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, False), ({"tried": 2}, True), ({"shock_years": 2020}, True)],
)
def test_rates_that_leave_trials_and_shocks_out_say_so(options, said):
    note = refusals_note(judge(**options), "en")
    assert ("a declared shock year is not left out" in note) == said
