"""Says a verdict in sentences: plain ones, and those for a reviewer.

A sentence is a template of the vocabulary, named `section.key`, said where a condition
holds. All its blanks are filled from the words of the verdict, in which each number is
marked with the name of what it is, for the report to say where it comes from. What is
called a verdict here is a `Verdict`, whose module imports this one.
"""

from collections.abc import Hashable
from fractions import Fraction
from math import ceil, factorial
from typing import Any

import numpy as np
import pandas as pd

from hengstats.evidence.permutation import DRAWS, LONGEST
from hengstats.evidence.refusals import OURS, rates_of
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, TESTABLE
from hengstats.evidence.shown import (
    show_correlation,
    show_end,
    show_growth,
    show_p,
    show_r,
    show_range,
    show_rate,
)
from hengstats.ledger import name_number, unmarked
from hengstats.panel import is_illustrative
from hengstats.prose import list_spans, within
from hengstats.vocabulary import LANGUAGES, measure_label, say

Row = dict[Hashable, Any]
Words = dict[str, Any]
Keys = dict[str, Any]  # section and key of a sentence -> whether it is said

FOUND = ("suggestive", "moves_together")
THOUSAND, HUNDRED, SHAKY = 1000, 100, 4  # SHAKY: too few degrees of freedom
# Numbers of the rules, by the blanks that take them.
RULES: Words = {
    "nominal": f"{ALPHA:.0%}",
    "usual": f"{ALPHA:.2f}",
    "lenient": f"{LENIENT:.2f}",
    "least_growths": TESTABLE,
    "least_years": TESTABLE + 1,
    "enough_growths": RULED,
    "enough_years": RULED + 1,
    "least_df": SHAKY,
    "thousand": f"{THOUSAND:,}",
    "hundred": HUNDRED,
    "sure": "95%",
    "truth": "0.5",
    "weaker": "0.3",
}


def write_statement(verdict: Any, lang: str, *, marked: bool = False) -> str:
    """Return the verdict in sentences, ready to be printed."""
    words = words_of(verdict, lang)
    whose = "many.whose" if verdict.many else "verdict.cross_section"
    if verdict.entity:
        whose = "verdict.pairs" if verdict.years else "verdict.no_pairs"
    keys = {
        "verdict.illustrative": _is_invented(verdict),
        whose: True,
        "verdict.shocks": verdict.shock_years,
        "verdict.printed_steps": verdict.printed_steps,
        "told.control": verdict.control,
        "told.lag": verdict.lag,
        "told.sample": verdict.sample,
        "told.looks": verdict.looks is not None and verdict.level,
    }
    if verdict.many:
        keys |= _tests_of_many(verdict)
    elif verdict.level:
        keys |= _tests_of_one(verdict)
    else:
        keys |= {
            "verdict.not_enough": True,
            "verdict.not_enough_least": verdict.n_growths,
            "verdict.needed": True,
            "verdict.can_say": words["grown"],
        }
    if verdict.many or verdict.level:
        keys["told.tried_one"] = verdict.tried == 1 and verdict.looks is None
        keys["verdict.tried_many"] = verdict.tried > 1
    keys["verdict.readings_hedged"] = words["hedged"]
    parts = _said(keys, words)
    if verdict.level and verdict.entity:
        parts += _rounded(verdict, lang)
    text = join(parts, lang)
    return text if marked else unmarked(text)


def write_plain(verdict: Any, lang: str, *, marked: bool = False) -> list[str]:
    """Return headline and reasons: sentences that need no statistics to be read."""
    words = words_of(verdict, lang)
    if verdict.many:
        keys = (
            {"many.whose": True} | _found_of_many(verdict) | _reasons_of_many(verdict)
        )
        whose, found, *reasons = _said(keys, words)
        parts = [join([whose, found], lang), *reasons]
    else:
        parts = _said(_plain_of_one(verdict), words)
    return parts if marked else list(map(unmarked, parts))


def write_headline(verdict: Any, lang: str) -> str:
    """Return whose figures they are and what was found; of many, if invented, so."""
    parts = write_plain(verdict, lang)[:1]
    if verdict.many and _is_invented(verdict):
        parts.insert(0, say("verdict", "illustrative", lang))
    return join(parts, lang)


def join(sentences: list[str], lang: str) -> str:
    """Return sentences one after the other."""
    return ("" if lang.startswith("zh") else " ").join(sentences)


def _said(keys: Keys, words: Words) -> list[str]:
    """Return the sentences whose conditions hold."""
    return [say(*key.split("."), **words) for key, holds in keys.items() if holds]


# Which sentences are said


def _plain_of_one(verdict: Any) -> Keys:
    """Return headline and reasons of a verdict on one entity."""
    found, rows = verdict.finding, statistics(verdict)
    if not verdict.level:
        return {
            "headline.few" if verdict.years else "headline.none": True,
            "reason.needed": True,
            "reason.nothing": True,
            "reason.grown": len(verdict.table),
        }
    chance = "chance" if _is_settled(verdict, _chance_row(rows)) else "chance_most"
    chance = "chance_joint" if verdict.looks is not None else chance
    chance = "chance_printed" if found == "cannot_tell" else chance
    opened = "_open" if any(one[2] for one in verdict.decides) else ""
    hangs = _hangs_on(verdict)[:1] if found == "suggestive" else []
    return {
        f"headline.{found}{_opposite(verdict)}": True,
        f"reason.{chance}": True,
        "reason.absence": found == "no_sign",
        f"reason.decides{opened}": found == "cannot_tell" and verdict.decides,
        "reason.only": found not in FOUND,
        "reason.whole": found == "moves_together",
        **dict.fromkeys(hangs, True),
        "reason.wrong": found in FOUND,
        "reason.weak": found in FOUND,
    }


def _tests_of_one(verdict: Any) -> Keys:
    """Return what the tests found, what it rests on, and what it may overlook."""
    rows, steps, found = statistics(verdict), verdict.steps, verdict.finding
    printed, known = verdict.printed_finding, rows["p_permutation"]["value"]
    flat = np.isnan(rows["r"]["value"]) and not np.isnan(known)
    hangs = _hangs_on(verdict) if found == "suggestive" and verdict.level > 1 else []
    unreachable = "unreachable" if verdict.tried > 1 else "unreachable_once"
    r = verdict.detectable_r
    power = "power_open" if r is None else "power_none" if r >= 1 else "power"
    exact = verdict.n_growths <= LONGEST
    return {
        f"told.head_{found}{_opposite(verdict)}": True,
        f"verdict.tests_{'exact' if exact else 'drawn'}": True,
        "verdict.limits": verdict.level > 1,
        "told.in_words": True,
        "told.printed_p": found == "cannot_tell" and not np.isnan(known),
        "told.decides": found == "cannot_tell" and verdict.decides,
        "told.printed_more": found != "cannot_tell" and printed not in (found, ""),
        **dict.fromkeys(hangs, True),
        "verdict.level_1": verdict.level == 1,
        "verdict.worst_case": any(
            (steps[f"{side}_lower"] < steps[f"{side}_upper"]).any() for side in "xy"
        ),
        "verdict.constant": flat,
        "verdict.unsettled": not flat and verdict.sign == 0,
        "told.open_ends": np.isinf(steps.select_dtypes("float")).any(axis=None),
        f"told.{unreachable}": verdict.alpha < verdict.least_p,
        f"told.{power}": True,
        "verdict.association": found in FOUND,
        "told.own_error": found in FOUND and printed == "moves_together",
        "told.inflated": found in FOUND,
        "told.inflated_sign": found in FOUND and round(HUNDRED * verdict.inflation[1]),
        "told.blind": found in FOUND,
        "told.control_advised": verdict.advised_control,
    }


def _hangs_on(verdict: Any) -> list[str]:
    """Return which of the checks of rule E were not passed, as sentences say it."""
    if verdict.level == 1:
        return ["reason.four"]
    rows = statistics(verdict)
    checks = {"p_leave_one_out": "because_year", "p_trend_adjusted": "because_trend"}
    failed = [key for one, key in checks.items() if rows[one]["upper"] > LENIENT]
    return [f"verdict.{key}" for key in failed]


def _found_of_many(verdict: Any) -> Keys:
    """Return what was found of many entities, and how large it is."""
    rows, found = statistics(verdict), verdict.finding
    bare = found == "cannot_tell" and np.isnan(rows["p_value"]["value"])
    return {
        f"many.plain_{found}{'_bounds' if bare else _opposite(verdict)}": True,
        "many.flat": "estimate" not in rows,
        "many.plain_size": "estimate" in rows,
    }


def _reasons_of_many(verdict: Any) -> Keys:
    """Return why, in plain sentences."""
    found = verdict.finding in FOUND
    return _why_of_many(verdict) | {
        "verdict.association": found,
        "many.detectable": not found and "estimate" in statistics(verdict),
    }


def _why_of_many(verdict: Any) -> Keys:
    """Return which of the checks was not passed, where one was not."""
    many, rows = verdict.many, statistics(verdict)
    if verdict.finding != "suggestive":
        return {}
    strange = many.strangers and rows["p_histories"]["upper"] > many.alpha
    return {
        "many.no_strangers": not many.strangers,
        "many.because_histories": strange,
        "many.because_one": rows["p_without_one"]["upper"] > LENIENT,
    }


def _tests_of_many(verdict: Any) -> Keys:
    """Return what was computed, what it rests on, and what it may overlook."""
    many, rows = verdict.many, statistics(verdict)
    keys = _found_of_many(verdict) | {"many.head": True}
    if "estimate" not in rows:
        return keys
    wild = "p_wild" in rows and not np.isnan(rows["p_wild"]["value"])
    return {
        **keys,
        "many.fit": True,
        "many.histories": many.strangers,
        "many.without" if many.every_one else "many.without_some": True,
        "many.wild": wild,
        "many.limits": True,
        **_why_of_many(verdict),
        "many.low_df": rows["df"]["lower"] < SHAKY,
        "many.boxes": many.boxed,
        "many.detectable": True,
        "many.blind": not many.cluster,
        "many.alone": many.alone,
        "many.open": many.open_steps,
    }


# What their blanks take


def words_of(verdict: Any, lang: str) -> Words:
    """Return the words of all sentences, each number marked; and the language."""
    measures = ("organisation", "economy")
    labels = {key: called(verdict, getattr(verdict, key), lang) for key in measures}
    inner = {f"the_{key}": within(label, lang) for key, label in labels.items()}
    if verdict.lag:
        told = {"measure": inner["the_organisation"], "lag": verdict.lag}
        inner["the_organisation"] = say("headline", "of_before", lang, **told)
    steps = [step(one, lang) for one in verdict.printed_steps]
    first, last = verdict.sample or ("", "")
    words = {
        "lang": lang,
        **labels,
        **inner,
        "entity": entity_name(verdict, lang),
        "years": list_spans(verdict.years, lang),
        "shocks": list_spans(verdict.shock_years, lang),
        "steps": say("word", "comma", lang).join(steps),
        "control": _control_label(verdict, verdict.control, lang),
        "lag": verdict.lag,
        "first": first,
        "last": last,
        "hedged": _hedged(verdict, lang) if verdict.entity else "",
    }
    least = Fraction(verdict.least_p).limit_denominator(10 * DRAWS)
    words |= _marked("rule", **RULES, level=verdict.level)
    words |= _marked("tried", tried=verdict.tried, alpha=f"{verdict.alpha:.3g}")
    words |= _marked("entities", entities=verdict.n_entities)
    words |= _marked("years", known=len(verdict.years))
    words |= _marked("growths", n=verdict.n_growths)
    words |= _marked("least_p", least=least)
    if verdict.many:
        return words | _words_of_many(verdict, lang)
    if verdict.level:
        return words | _words_of_one(verdict, lang, words)
    return words | {"grown": _grown(verdict, lang)}


def _marked(origin: str, **numbers: object) -> Words:
    """Return numbers by name, each marked with what it is."""
    return {key: name_number(number, origin) for key, number in numbers.items()}


def mark_row(verdict: Any, row: Row, text: str) -> str:
    """Return a number of a row of the table, marked."""
    key = ["statistic", row["statistic"], row["measure"]]
    return name_number(text, *(["many"] if verdict.many else key))


def _words_of_one(verdict: Any, lang: str, words: Words) -> Words:
    """Return what the tests of one entity add."""
    rows, n = statistics(verdict), verdict.n_growths
    r, chance = rows["r"], _chance_row(rows)
    way = "same" if r["value"] > 0 else "opposite" if r["value"] < 0 else "unsettled"
    about = "about" if _is_settled(verdict, chance) else "at_most"
    about = "fewer" if chance["upper"] < 1 / THOUSAND else about
    printed = "lower" if np.isnan(chance["value"]) else "value"
    deciding = ("p_permutation", "p_leave_one_out", "p_trend_adjusted")
    ps = [
        mark_row(verdict, rows[key], show_p(rows[key]["value"]))
        for key in deciding
        if key in rows
    ]
    shown = show_r(r["lower"], r["value"], r["upper"], lang)
    orders = factorial(n) if n <= LONGEST else DRAWS
    found = {
        **_p_values(verdict, rows),
        "r": mark_row(verdict, r, shown),
        "way": say("headline", way, lang),
        "about": say("told", about, lang),
        "k": _per_thousand(verdict, chance, "upper"),
        "printed_k": _per_thousand(verdict, chance, printed),
        "printed_p": say("word", "comma", lang).join(ps),
        "printed": finding_label(verdict, lang, verdict.printed_finding),
        "deciders": _deciders(verdict, lang),
        "advised": _control_label(verdict, verdict.advised_control, lang),
        **_marked("orders", orders=f"{orders:,}"),
        **_marked("detectable", detectable=show_correlation(verdict.detectable_r or 0)),
        **(_misleading(verdict, lang) if verdict.finding in FOUND else {}),
        "further": "",
    }
    if "p_joint" in rows:
        ends = {"joint": rows["p_joint"], "own": rows["p_permutation"]}
        found |= _marked("tried", looks=len(verdict.looks))
        found |= {
            key: mark_row(verdict, row, show_p(row["upper"]))
            for key, row in ends.items()
        }
    if verdict.level > 1:
        found["step"] = step(verdict.weakest_step, lang)
        found["further"] = say("verdict", "tests_rule", **words | found)
    return found


def _misleading(verdict: Any, lang: str) -> Words:
    """Return how often the rule is wrong, by how much r is inflated, what misleads."""
    semicolon, few = say("word", "semicolon", lang), ALPHA
    if verdict.printed_finding == "moves_together":
        few = max(verdict.own_rates["drift"], verdict.own_rates["trend_stationary"])
    rates = [
        f"{say('verdict', kind, lang)} {name_number(show_rate(rate), 'simulated')}"
        for kind, rate in verdict.own_rates.items()
    ]
    named = {
        say("blind_spot", key, lang): rate for key, rate in verdict.blind_spots.items()
    }
    spots = [
        f"{spot} {name_number(f'{rate:.0%}', 'blind')}" for spot, rate in named.items()
    ]
    worst, many = next(iter(named.items()))
    mean, wrong = verdict.inflation
    few = max(round(HUNDRED * few), 1)
    return {
        **_marked("simulated", simulated=verdict.rate_years, few=few),
        **_marked("blind", mean=f"{mean:.2f}", wrong=f"{wrong:.0%}"),
        **_marked("blind", many=round(HUNDRED * many)),
        "spot": worst,
        "rates": semicolon.join(rates),
        "spots": semicolon.join(spots),
    }


def _words_of_many(verdict: Any, lang: str) -> Words:
    """Return what many entities add."""
    many, rows = verdict.many, statistics(verdict)
    simulated, rates = rates_of(many.entities)
    key = "each_cluster" if many.cluster else "each"
    counts = {
        "n": verdict.n_growths,
        "entities": many.entities,
        "clusters": many.clusters,
        "strangers": many.strangers,
        "draws": len(many.null),
        "alone": many.alone,
        "open": many.open_steps,
        "detectable": show_end("estimate", many.detectable, "value", lang),
    }
    words = {
        "finding": say("finding", verdict.finding, lang),
        "one": say("many", key, lang, cluster=many.cluster),
        **_marked("many", **counts),
        **_marked("rule", limit=f"{many.alpha:.3g}"),
        **_marked("many_simulated", simulated=simulated),
        **_marked("many_simulated", rate=show_rate(rates["district_shocks"][OURS])),
        **_p_values(verdict, rows),
    }
    if "estimate" not in rows:
        return words
    ends = {
        "conf_low": ("conf_low", "lower"),
        "conf_high": ("conf_high", "upper"),
        "p_wild": ("p_wild", "value"),
        "low": ("estimate_without_one", "lower"),
        "high": ("estimate_without_one", "upper"),
    }
    for word, (key, end) in ends.items():
        if key in rows:
            shown = show_end(key, rows[key][end], end, lang)
            words[word] = name_number(shown, "many")
    for key in ("estimate", "std_error", "df"):
        row = rows[key]
        value, low, high = (
            "" if np.isnan(row[end]) else show_end(key, row[end], end, lang)
            for end in ("value", "lower", "upper")
        )
        words[key] = name_number(value or show_range(low, high, lang), "many")
    return words


def _p_values(verdict: Any, rows: dict[str, Row]) -> Words:
    """Return the largest p of each test over the boxes, as it stands in a sentence."""
    words = {}
    for key, row in rows.items():
        if key.startswith("p_"):
            equals = "=" if _is_settled(verdict, row) else "≤"
            shown = mark_row(verdict, row, show_p(row["upper"]))
            words[key] = f"p {shown}" if row["upper"] < 0.001 else f"p {equals} {shown}"
    return words


def _is_settled(verdict: Any, row: Row) -> bool:
    """Return whether the largest p over the boxes is that of the printed figures."""
    if verdict.many:
        return bool(row["lower"] == row["upper"])
    return bool(row["upper"] - row["value"] < 1e-9)


def _chance_row(rows: dict[str, Row]) -> Row:
    """Return the row of the p that decides: of all looks, or of this one."""
    return rows.get("p_joint", rows["p_permutation"])


def _per_thousand(verdict: Any, row: Row, end: str) -> str:
    """Return how many of a thousand orders look as close, marked."""
    shown = f"{min(ceil(THOUSAND * row[end] - 1e-9), THOUSAND):,}"
    return mark_row(verdict, row, shown)


def _deciders(verdict: Any, lang: str) -> str:
    """Return the figures whose boxes decide, as a list."""
    parts = []
    for measure, year, opened in verdict.decides:
        key = "decider_open" if opened else "decider"
        key = "decider_all" if year is None else key
        label = called(verdict, measure, lang)
        parts.append(say("told", key, lang, measure=label, year=year))
    return say("word", "comma", lang).join(parts)


def _grown(verdict: Any, lang: str) -> str:
    """Return how each measure grew over the years known, and how often the same way."""
    table, parts = verdict.table, []
    for measure in (verdict.economy, verdict.organisation):
        own = table[table["measure"] == measure]
        whole = own[own["statistic"].str.startswith("average_growth")]
        for row in (own if whole.empty else whole).to_dict("records"):
            first, last = row["statistic"].split(" ")[1].split("-")
            box = mark_row(verdict, row, show_growth(row["lower"], row["upper"], lang))
            told = {"measure": called(verdict, measure, lang), "box": box}
            parts.append(say("verdict", "grew", lang, first=first, last=last, **told))
    if row := statistics(verdict).get("same_direction"):
        k = show_range(f"{row['lower']:.0f}", f"{row['upper']:.0f}", lang)
        told = {"k": mark_row(verdict, row, k)}
        told |= _marked("growths", n=verdict.n_growths)
        parts.append(say("verdict", "same_way", lang, **told))
    return say("word", "semicolon", lang).join(parts)


def _as_usual(verdict: Any) -> pd.Series:
    """Return which readings are those of a figure without a hedge."""
    listed = verdict.readings
    return listed["qualifier"].isin(["", "exact"]) & (listed["reading"] == "default")


def _rounded(verdict: Any, lang: str) -> list[str]:
    """Say how the figures without a hedge were read: rounded, or as exact."""
    plain, parts = verdict.readings[_as_usual(verdict)], []
    for measure in (verdict.economy, verdict.organisation):
        own = plain[plain["measure"] == measure]
        label = called(verdict, measure, lang)
        width = ((own["upper"] - own["lower"]) / own["upper"]).to_numpy(dtype=float)
        width = np.where(np.isfinite(width), width, 0.0)
        if width.any():
            row = own.iloc[int(width.argmax())].to_dict()
            words = _reading(verdict, row, f"{row['value']:.10g}", lang)
            parts.append(say("verdict", "rounded", **words))
        elif len(own) and not own["qualifier"].any():
            parts.append(say("verdict", "as_exact", lang, measure=label))
    return parts


def _hedged(verdict: Any, lang: str) -> str:
    """List the hedged or declared figures and how they were read."""
    listed = verdict.readings
    ledger = listed["reading"] == "exact"
    parts = [
        say("verdict", "readings_exact", lang, measure=called(verdict, measure, lang))
        for measure in listed.loc[ledger, "measure"].unique()
    ]
    for row in listed[~_as_usual(verdict) & ~ledger].to_dict("records"):
        words = _reading(verdict, row, "…", lang)
        parts.append(say("verdict", "readings_item", **words))
    return say("word", "semicolon", lang).join(parts)


def _reading(verdict: Any, row: Row, bare: str, lang: str) -> Words:
    """Return how one figure was read; `bare` stands for a wording that there is not."""
    low = f"{row['lower']:.10g}" if row["lower"] > 0 else ""
    high = f"{row['upper']:.10g}" if row["upper"] < np.inf else ""
    # A wording stands within quotation marks, so its own are turned inner ones.
    printed = row["printed"].translate(str.maketrans("“”「」", "‘’『』")) or bare
    key = ("figure", row["measure"], row["year"])
    return {
        "lang": lang,
        "measure": called(verdict, row["measure"], lang),
        "year": row["year"],
        "printed": name_number(printed, *key),
        "box": name_number(show_range(low, high, lang), *key),
        "reading": say("reading", row["reading"], lang),
    }


# What things are called


def finding_label(verdict: Any, lang: str, finding: str = "") -> str:
    """Return the finding, or another one, in words; opposite ways have their own."""
    finding = finding or verdict.finding
    return say("finding", f"{finding}{_opposite(verdict, finding)}", lang)


def _opposite(verdict: Any, finding: str = "") -> str:
    """Return how the key of a finding ends: opposite ways have their own."""
    found = (finding or verdict.finding) in FOUND
    return "_opposite" if found and verdict.sign < 0 else ""


def entity_name(verdict: Any, lang: str, key: str = "") -> str:
    """Return the name of an entity, by default the verdict's, in one language."""
    key = key or verdict.entity
    if not key:
        invented = "all_invented" if _is_invented(verdict) else "all_entities"
        return say("verdict", invented, lang)
    names = verdict.steps.attrs.get("about", {}).get("entities", {})
    return str(names[key][LANGUAGES.index(lang)] if key in names else key)


def _is_invented(verdict: Any) -> bool:
    """Return whether the figures are invented."""
    return is_illustrative([verdict.entity, *verdict.readings["entity"][:1]])


def called(verdict: Any, measure: str, lang: str) -> str:
    """Return what a measure is called."""
    about = verdict.steps.attrs.get("about", {})
    return measure_label(measure, lang, about.get("labels"))


def _control_label(verdict: Any, control: tuple[str, str] | None, lang: str) -> str:
    """Return what a control is called, and whose it is; empty if there is none."""
    whose, measure = control or ("", "")
    label = called(verdict, measure, lang)
    if whose in ("", verdict.entity):
        return label
    key = "control_others" if whose == "others" else "control_of"
    name = entity_name(verdict, lang, whose)
    return say("told", key, lang, entity=name, measure=label)


def step(years: tuple[int, int], lang: str) -> str:
    """Return what a step is called: 2018→2020."""
    return say("chart", "growth_step", lang, from_year=years[0], year=years[1])


def statistics(verdict: Any) -> dict[str, Row]:
    """Return the rows of the table of a verdict by their statistic."""
    return {row["statistic"]: row for row in verdict.table.to_dict("records")}
