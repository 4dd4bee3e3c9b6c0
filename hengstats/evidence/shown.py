"""How are the labels, numbers and tables of a verdict shown?"""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hengstats.evidence.permutation import DRAWS
from hengstats.indicators import ENDS, round_out
from hengstats.vocabulary import LANGUAGES, name, say

if TYPE_CHECKING:
    from hengstats.evidence.verdict import Verdict

Row = dict[Hashable, Any]
Rows = dict[str, Row]

RATES = ("drift", "trend_stationary", "fill_up", "shock_year")
SHOWN_AS_GROWTH = ("growth", "average_growth")


def entity_label(verdict: Verdict, lang: str) -> str:
    """Return the name of the entity in one language, or its key."""
    names = verdict.steps.attrs.get("about", {}).get("entities", {})
    if not verdict.entity:
        return say("verdict", "all_entities", lang)
    known = names.get(verdict.entity)
    return str(known[LANGUAGES.index(lang)] if known else verdict.entity)


def statistics(verdict: Verdict) -> Rows:
    """Return the rows of the table of a verdict by their statistic."""
    return {row["statistic"]: row for row in verdict.table.to_dict("records")}


def finding_label(verdict: Verdict, lang: str) -> str:
    """Return the finding in words; opposite directions have their own."""
    opposite = {"moves_together": "moves_opposite", "suggestive": "suggestive_opposite"}
    key = opposite.get(verdict.finding, "") if verdict.sign < 0 else ""
    return say("finding", key or verdict.finding, lang)


def label_refusals(
    refused: pd.DataFrame, n: int, least: Fraction, lang: str
) -> pd.DataFrame:
    """Return the refusals with label and reason in one language."""
    reasons = [
        say("refusal", key, lang, n=n, least=least)
        if key == "too_few_growths"
        else say("refusal", key, lang)
        for key in refused["procedure"]
    ]
    labels = [name("procedure", key, lang) for key in refused["procedure"]]
    table = refused.drop(columns=["label", "reason"], errors="ignore")
    table.insert(1, "label", labels)
    table.insert(2, "reason", reasons)
    return table


def label_table(verdict: Verdict, lang: str) -> pd.DataFrame:
    """Return the table of the verdict as it is read: labels, percent, open ends."""
    rows = []
    both = f"{verdict.economy} ~ {verdict.organisation}"
    for row in verdict.table.to_dict("records"):
        label = say("verdict", "both_measures", lang)
        if row["measure"] != both:
            label = name("measure", row["measure"], lang)
        sides = ENDS if row["lower"] < row["upper"] else ["value"] * len(ENDS)
        ends = [
            show_end(row["statistic"], row[end], side, lang)
            for end, side in zip(ENDS, sides, strict=True)
        ]
        rows.append([label, statistic_label(row["statistic"], lang), *ends])
    keys = ("measure", "statistic", "lower", "value", "upper")
    heads = [say("verdict", f"col_{key}", lang) for key in keys]
    return pd.DataFrame(rows, columns=heads)


def refusals_table(verdict: Verdict, lang: str) -> pd.DataFrame:
    """Return the refusals as they are read, rates in percent."""
    table = label_refusals(
        verdict.refused, verdict.n_growths, least_fraction(verdict), lang
    ).drop(columns="procedure")
    heads = {"label": "col_procedure", "reason": "col_reason"}
    shown = pd.DataFrame(
        {say("verdict", heads[key], lang): table[key] for key in heads}
    )
    for kind in RATES:
        shown[say("verdict", kind, lang)] = [show_rate(rate) for rate in table[kind]]
    return shown


def refusals_note(verdict: Verdict, replications: int, seed: int, lang: str) -> str:
    """Return what the false-alarm rates are, and for which years."""
    note = say(
        "verdict",
        "refused_note",
        lang,
        years=list_years(verdict.simulated_years, lang),
        replications=f"{replications:,}",
        seed=seed,
    )
    if verdict.tried == 1 and not verdict.shock_years:
        return note
    space = "" if lang.startswith("zh") else " "
    return note + space + say("verdict", "refused_plain", lang)


def statistic_label(statistic: str, lang: str) -> str:
    """Return what a row of the table is called."""
    key, _, years = statistic.partition(" ")
    first, _, last = years.partition("-")
    return say("statistic", key, lang, from_year=first, year=last)


def show_end(statistic: str, number: float, end: str, lang: str) -> str:
    """Return one number of the table: growth in percent, bounds rounded outwards."""
    if pd.isna(number):
        return "—"
    if np.isinf(number):
        return say("verdict", "unbounded", lang)
    key = statistic.partition(" ")[0]
    if key in SHOWN_AS_GROWTH:
        return show_percent(number, end)
    if key == "same_direction":
        return f"{number:.0f}"
    if key.startswith("p_"):
        return show_p(number)
    if key == "r" and end == "value":
        return show_correlation(number)
    digits = 2 if key.startswith("slope") else 3
    text = f"{number:.{digits}f}"
    if end != "value":
        text = f"{round_out(number, digits, up=end == 'upper'):.{digits}f}"
    return text.replace("-", "−")


def show_p(p: float) -> str:
    """Return a p value, rounded up to three digits and never shown as 0."""
    return "< 0.001" if p < 0.001 else f"{round_out(p, 3, up=True):.3f}"


def show_rate(rate: float) -> str:
    """Return a rate in percent, one digit below ten."""
    if pd.isna(rate):
        return "—"
    return f"{100 * rate:.1f}%" if rate < 0.0995 else f"{100 * rate:.0f}%"


def show_percent(log_growth: float, end: str) -> str:
    """Return an annual growth in percent, bounds rounded outwards."""
    percent = 100 * np.expm1(log_growth)
    if end != "value" and np.isfinite(percent):
        percent = round_out(percent, 1, up=end == "upper")
    return f"{percent:.1f}%".replace("-", "−")


def show_correlation(number: float) -> str:
    """Return a correlation with three digits, never rounded up to 1."""
    whole = np.trunc(number * 1000 + np.sign(number) * 1e-9)
    return f"{whole / 1000:g}".replace("-", "−")


def show_bounds(low: float, high: float, lang: str) -> str:
    """Return the bounds of a correlation with three digits, rounded outwards."""
    ends = {"low": np.floor(low * 1000) / 1000, "high": np.ceil(high * 1000) / 1000}
    shown = {end: f"{one:g}".replace("-", "−") for end, one in ends.items()}
    return say("verdict", "between", lang, **shown)


def least_fraction(verdict: Verdict) -> Fraction:
    """Return the smallest p that these growths can give, as a fraction."""
    return Fraction(verdict.least_p).limit_denominator(10 * DRAWS)


def list_years(years: tuple[int, ...], lang: str) -> str:
    """Return years as a list, or as a span where none is left out."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return say("word", "years", lang, first=years[0], last=years[-1]).rstrip("年")
    return say("word", "comma", lang).join(map(str, years))
