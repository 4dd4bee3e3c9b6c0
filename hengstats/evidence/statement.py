"""How is a verdict said in sentences that can be printed?

Every number in a sentence comes from the result.
"""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hengstats.evidence.permutation import DRAWS, LONGEST
from hengstats.evidence.rule import LENIENT
from hengstats.evidence.shown import (
    Row,
    Rows,
    entity_label,
    least_fraction,
    list_years,
    show_bounds,
    show_correlation,
    show_p,
    show_percent,
    statistics,
)
from hengstats.panel import is_illustrative
from hengstats.vocabulary import name, say

if TYPE_CHECKING:
    from hengstats.evidence.verdict import Verdict


def write_statement(verdict: Verdict, lang: str) -> str:
    """Return the verdict in sentences, ready to be printed."""
    parts = [_whose(verdict, lang)]
    if is_illustrative([verdict.entity]):
        parts.insert(0, say("verdict", "illustrative", lang))
    if verdict.shock_years:
        parts.append(
            say("verdict", "shocks", lang, years=list_years(verdict.shock_years, lang))
        )
    if verdict.level == 0:
        parts += _not_enough(verdict, lang)
    else:
        parts += _tested(verdict, lang)
    hedged = _readings(verdict, lang)
    parts += [say("verdict", "readings_hedged", lang, list=hedged)] if hedged else []
    return ("" if lang.startswith("zh") else " ").join(parts)


def _p_sentence(row: Row) -> str:
    """Return the largest p over the boxes as it stands in a sentence."""
    shown = show_p(row["upper"])
    if shown.startswith("<"):
        return f"p {shown}"
    settled = np.isclose(row["value"], row["upper"], rtol=1e-9, atol=0)
    return f"p = {shown}" if settled else f"p ≤ {shown}"


def write_headline(verdict: Verdict, lang: str) -> str:
    """Return whose figures they are and what was found, in two sentences."""
    found = _not_enough(verdict, lang) if verdict.level == 0 else _tested(verdict, lang)
    return ("" if lang.startswith("zh") else " ").join(
        [_whose(verdict, lang), found[0]]
    )


def _whose(verdict: Verdict, lang: str) -> str:
    """Say whose figures they are and how many pairs they make."""
    words = {
        "organisation": name("measure", verdict.organisation, lang),
        "economy": name("measure", verdict.economy, lang),
    }
    if not verdict.entity:
        return say("verdict", "cross_section", lang, k=verdict.n_entities, **words)
    return say(
        "verdict",
        "pairs" if verdict.years else "no_pairs",
        lang,
        entity=entity_label(verdict, lang),
        **words,
        **(
            {
                "k": len(verdict.years),
                "years": list_years(verdict.years, lang),
                "n": verdict.n_growths,
            }
            if verdict.years
            else {}
        ),
    )


def _not_enough(verdict: Verdict, lang: str) -> list[str]:
    """Say that the data do not suffice, what they lack, and what they still tell."""
    parts = [say("verdict", "not_enough", lang)]
    if verdict.n_growths:
        n, least = verdict.n_growths, least_fraction(verdict)
        parts.append(say("verdict", "not_enough_least", lang, n=n, least=least))
    parts.append(say("verdict", "needed", lang))
    told = _growths_told(verdict, lang)
    if told:
        joined = say("word", "semicolon", lang).join(told)
        parts.append(say("verdict", "can_say", lang, list=joined))
    return parts


def _growths_told(verdict: Verdict, lang: str) -> list[str]:
    """Say how each measure grew over the years known, and how often the same way."""
    told = []
    for measure in (verdict.economy, verdict.organisation):
        own = verdict.table[verdict.table["measure"] == measure]
        whole = own[own["statistic"].str.startswith("average_growth")]
        for row in (own if whole.empty else whole).to_dict("records"):
            first, last = row["statistic"].split(" ")[1].split("-")
            box = _box(row["lower"], row["upper"], lang)
            label = name("measure", measure, lang)
            words = {"measure": label, "first": first, "last": last, "box": box}
            told.append(say("verdict", "grew", lang, **words))
    same = verdict.table[verdict.table["statistic"] == "same_direction"]
    for row in same.to_dict("records"):
        low, high = f"{row['lower']:.0f}", f"{row['upper']:.0f}"
        k = low
        if low != high:
            k = say("verdict", "between", lang, low=low, high=high)
        told.append(say("verdict", "same_way", lang, k=k, n=verdict.n_growths))
    return told


def _tested(verdict: Verdict, lang: str) -> list[str]:
    """Say what the tests found, what it rests on, and what it may overlook."""
    rows = statistics(verdict)
    n, detectable = verdict.n_growths, show_correlation(verdict.detectable_r or 1.0)
    heads = {
        "no_sign": ("head_no_sign", "head_no_sign"),
        "suggestive": ("head_suggestive", "head_suggestive_opposite"),
        "moves_together": ("head_together", "head_opposite"),
    }
    key = heads[verdict.finding][verdict.sign < 0]
    parts = [
        say(
            "verdict",
            key,
            lang,
            level=verdict.level,
            organisation=name("measure", verdict.organisation, lang),
            economy=name("measure", verdict.economy, lang),
            r=_show_r(rows["r"], lang),
            n=n,
            detectable=detectable,
        ),
        _tests(verdict, rows, lang),
    ]
    if verdict.finding == "suggestive" and verdict.level == 2:
        parts += _why_only_suggestive(verdict, rows, lang)
    if verdict.level == 1:
        parts.append(say("verdict", "level_1", lang))
    boxes = verdict.readings
    boxes = boxes[boxes["year"].isin(verdict.years)]
    if (boxes["lower"] < boxes["upper"]).any():
        parts.append(say("verdict", "worst_case", lang))
    if np.isnan(rows["r"]["value"]) and not np.isnan(rows["p_permutation"]["value"]):
        parts.append(say("verdict", "constant", lang))
    elif verdict.sign == 0:
        parts.append(say("verdict", "unsettled", lang))
    if np.isinf(boxes["upper"]).any() or (boxes["lower"] <= 0).any():
        parts.append(say("verdict", "open_ends", lang))
    if verdict.alpha < verdict.least_p:
        parts.append(say("verdict", "unreachable", lang, least=least_fraction(verdict)))
    if verdict.finding != "no_sign":
        parts.append(say("verdict", "association", lang))
        least = least_fraction(verdict)
        words = {"n": n, "least": least, "detectable": detectable}
        parts.append(say("verdict", "power", lang, **words))
    if verdict.blind_spots and verdict.finding != "no_sign":
        spots = [
            say("blind_spot", spot, lang, few=f"{few:.0%}", many=f"{many:.0%}")
            for spot, (few, many) in verdict.blind_spots.items()
        ]
        joined = say("word", "semicolon", lang).join(spots)
        parts.append(say("verdict", "blind", lang, list=joined))
    tried = "tried_one" if verdict.tried == 1 else "tried_many"
    words = {"tried": verdict.tried, "alpha": f"{verdict.alpha:.3g}"}
    parts.append(say("verdict", tried, lang, **(words if verdict.tried > 1 else {})))
    return parts


def _tests(verdict: Verdict, rows: Rows, lang: str) -> str:
    """Say the three p values that decide, and their limits."""
    n = verdict.n_growths
    text = say(
        "verdict",
        "tests_exact" if n <= LONGEST else "tests_drawn",
        lang,
        n=n,
        orders=f"{factorial(n) if n <= LONGEST else DRAWS:,}",
        p=_p_sentence(rows["p_permutation"]),
    )
    if verdict.level < 2 or verdict.weakest_step is None:
        return text + say("verdict", "tests_end", lang)
    text += say(
        "verdict",
        "tests_rule",
        lang,
        without=_p_sentence(rows["p_leave_one_out"]),
        step=_step(verdict.weakest_step, lang),
        trend=_p_sentence(rows["p_trend_adjusted"]),
    )
    limits = say(
        "verdict",
        "limits",
        lang,
        alpha=f"{verdict.alpha:.3g}",
        lenient=f"{LENIENT:.2f}",
    )
    space = "" if lang.startswith("zh") else " "
    return text + say("verdict", "tests_end", lang) + space + limits


def _why_only_suggestive(verdict: Verdict, rows: Rows, lang: str) -> list[str]:
    """Say which of the checks of rule E was not passed."""
    parts = []
    if rows["p_leave_one_out"]["upper"] > LENIENT and verdict.weakest_step:
        step = _step(verdict.weakest_step, lang)
        parts.append(say("verdict", "because_year", lang, step=step))
    if rows["p_trend_adjusted"]["upper"] > LENIENT:
        parts.append(say("verdict", "because_trend", lang))
    return parts


def _readings(verdict: Verdict, lang: str) -> str:
    """List the hedged or declared figures and how they were read."""
    listed = verdict.readings
    if not verdict.entity:
        return ""
    plain = listed["qualifier"].isin(["", "exact"]) & (listed["reading"] == "default")
    ledger = listed["reading"] == "exact"
    told = [
        say("verdict", "readings_exact", lang, measure=name("measure", measure, lang))
        for measure in listed.loc[ledger, "measure"].unique()
    ]
    for row in listed[~plain & ~ledger].to_dict("records"):
        told.append(
            say(
                "verdict",
                "readings_item",
                lang,
                measure=name("measure", row["measure"], lang),
                year=row["year"],
                printed=_quoted(row["printed"]) or "…",
                box=_levels_box(row, lang),
                reading=say("reading", row["reading"], lang),
            )
        )
    return say("word", "semicolon", lang).join(told)


def _quoted(printed: str) -> str:
    """Return a wording as it stands within quotation marks, its own turned inner."""
    return printed.translate(str.maketrans("“”「」", "‘’『』"))


def _levels_box(row: Row, lang: str) -> str:
    """Return the bounds of a figure, in the unit of its measure."""
    if row["lower"] == row["upper"]:
        return f"{row['lower']:g}"
    if np.isinf(row["upper"]):
        return say("verdict", "at_least", lang, low=f"{row['lower']:g}")
    if row["lower"] <= 0:
        return say("verdict", "at_most", lang, high=f"{row['upper']:g}")
    ends = {"low": f"{row['lower']:g}", "high": f"{row['upper']:g}"}
    return say("verdict", "between", lang, **ends)


def _box(lower: float, upper: float, lang: str) -> str:
    """Return the bounds of a growth in percent, an open end in words."""
    low, high = show_percent(lower, "lower"), show_percent(upper, "upper")
    if lower == upper:
        return show_percent(lower, "value")
    if np.isinf(lower) and np.isinf(upper):
        return say("verdict", "any", lang)
    if np.isinf(upper):
        return say("verdict", "at_least", lang, low=low)
    if np.isinf(lower):
        return say("verdict", "at_most", lang, high=high)
    return say("verdict", "between", lang, low=low, high=high)


def _show_r(row: Row, lang: str) -> str:
    """Return r at the printed figures, or its bounds where there is none."""
    if pd.notna(row["value"]):
        return show_correlation(row["value"])
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return say("verdict", "open_r", lang)
    return show_bounds(row["lower"], row["upper"], lang)


def _step(step: tuple[int, int], lang: str) -> str:
    """Return what a step is called: 2018→2020."""
    return say("chart", "growth_step", lang, from_year=step[0], year=step[1])
