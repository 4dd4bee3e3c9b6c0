"""Says a verdict in sentences: plain ones, and those for a reviewer.

A sentence is a template of the vocabulary, named `section.key`, said where a condition
holds. All its blanks are filled from the words of the verdict, in which each number is
marked with the name of what it is, for the report to say where it comes from. What is
called a verdict here is a `Verdict`, whose module imports this one.
"""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from functools import partial
from math import ceil, factorial
from typing import Any

import numpy as np

from hengstats.evidence.permutation import DRAWS, LONGEST
from hengstats.evidence.refusals import OURS, rates_of
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, TESTABLE
from hengstats.evidence.shown import (
    show_correlation,
    show_end,
    show_growth,
    show_r,
    show_range,
    show_rate,
)
from hengstats.indicators import ENDS
from hengstats.ledger import name_number, unmarked
from hengstats.panel import is_illustrative
from hengstats.prose import (
    entity_name,
    list_spans,
    measure_name,
    paragraph,
    step_label,
    within,
)
from hengstats.vocabulary import say

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
        keys |= _keys_of_many(verdict)[1]
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
    text = paragraph(_said(keys, words) + _readings(verdict, lang), lang)
    return text if marked else unmarked(text)


def write_plain(verdict: Any, lang: str, *, marked: bool = False) -> list[str]:
    """Return headline and reasons: sentences that need no statistics to be read."""
    words = words_of(verdict, lang)
    if verdict.many:
        whose, found, *reasons = _said(_keys_of_many(verdict)[0], words)
        parts = [paragraph([whose, found], lang), *reasons]
    else:
        parts = _said(_plain_of_one(verdict), words)
    return parts if marked else list(map(unmarked, parts))


def write_headline(verdict: Any, lang: str) -> str:
    """Return whose figures they are and what was found; of many, if invented, so."""
    parts = write_plain(verdict, lang)[:1]
    if verdict.many and _is_invented(verdict):
        parts.insert(0, say("verdict", "illustrative", lang))
    return paragraph(parts, lang)


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
    p = rows.get("p_joint", rows["p_permutation"])
    chance = "chance" if _is_settled(verdict, p) else "chance_most"
    chance = "chance_joint" if verdict.looks is not None else chance
    chance = "chance_printed" if found == "cannot_tell" else chance
    opened = "_open" if any(one[2] for one in verdict.decides) else ""
    hangs = _hangs_on(verdict)[:1] if found == "suggestive" else []
    return {
        f"headline.{_finding_key(verdict)}": True,
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
        f"told.head_{_finding_key(verdict)}": True,
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


def _keys_of_many(verdict: Any) -> tuple[Keys, Keys]:
    """Return the plain sentences on many entities, and those for a reviewer."""
    many, rows, finding = verdict.many, statistics(verdict), verdict.finding
    slope, found, why = "estimate" in rows, finding in FOUND, Keys()
    closed = slope and np.isfinite(rows["conf_high"]["upper"])
    bare = finding == "cannot_tell" and np.isnan(rows["p_value"]["value"])
    first = {
        f"many.plain_{_finding_key(verdict)}{'_bounds' if bare else ''}": True,
        "many.flat": not slope,
        f"many.plain_size{'' if closed else '_open'}": slope,
    }
    if finding == "suggestive":
        often = rows["p_histories"]["upper"] > verdict.alpha
        why = {
            "many.no_strangers": not many.strangers,
            "many.because_histories": many.strangers and often,
            "many.because_one": rows["p_without_one"]["upper"] > LENIENT,
        }
    plain = {
        "many.whose": True,
        **first,
        **why,
        "verdict.association": found,
        "many.detectable": slope and not found,
    }
    if not slope:
        return plain, first | {"many.head": True}
    wild = "p_wild" in rows and not np.isnan(rows["p_wild"]["value"])
    return plain, {
        **first,
        "many.head": True,
        "many.fit": True,
        "many.histories": many.strangers,
        "many.without" if many.every_one else "many.without_some": True,
        "many.wild": wild,
        "many.limits": True,
        **why,
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
    labels = {
        key: measure_name(verdict.steps, getattr(verdict, key), lang)
        for key in ("organisation", "economy")
    }
    inner = {f"the_{key}": within(label, lang) for key, label in labels.items()}
    if verdict.lag:
        told = {"measure": inner["the_organisation"], "lag": verdict.lag}
        inner["the_organisation"] = say("headline", "of_before", lang, **told)
    printed = [step_label(one, lang) for one in verdict.printed_steps]
    words = {
        "lang": lang,
        **labels,
        **inner,
        "entity": entity_label(verdict, lang),
        "years": list_spans(verdict.years, lang),
        "shocks": list_spans(verdict.shock_years, lang),
        "steps": say("word", "comma", lang).join(printed),
        "control": control_label(verdict, verdict.control, lang),
        "advised": control_label(verdict, verdict.advised_control, lang),
        "deciders": _deciders(verdict, lang),
        "lag": verdict.lag,
        "sample": verdict.sample,
        "printed": finding_label(verdict, lang, verdict.printed_finding),
    }
    alpha = f"{verdict.alpha:.3g}"
    looks = () if verdict.looks is None else verdict.looks
    numbers = {
        "rule": RULES | {"level": verdict.level, "limit": alpha},
        "tried": {"tried": verdict.tried, "alpha": alpha, "looks": len(looks)},
        "entities": {"entities": verdict.n_entities},
        "years": {"known": len(verdict.years)},
        "growths": {"n": verdict.n_growths},
        "least_p": {"least": Fraction(verdict.least_p).limit_denominator(10 * DRAWS)},
    }
    words |= _marked(numbers) | _words_of_rows(verdict, lang)
    if verdict.many:
        return words | _words_of_many(verdict, lang)
    if verdict.level:
        return words | _words_of_one(verdict, words)
    return words | {"grown": _grown(verdict, words)}


def _marked(numbers: Mapping[str, Words]) -> Words:
    """Return numbers by name, each marked with what it is."""
    return {
        key: name_number(number, origin)
        for origin, own in numbers.items()
        for key, number in own.items()
    }


def mark_row(verdict: Any, row: Row, text: str) -> str:
    """Return a number of a row of the table, marked."""
    key = ["statistic", row["statistic"], row["measure"]]
    return name_number(text, *(["many"] if verdict.many else key))


def _words_of_rows(verdict: Any, lang: str) -> Words:
    """Return each row of the table as a sentence has it, and its ends by themselves.

    Of a p the largest over the boxes; else the number at the printed figures, or where
    it is not known its bounds.
    """
    words: Words = {}
    for key, row in statistics(verdict).items():
        shown = {end: show_end(key, row[end], end, lang) for end in ENDS}
        words |= {f"{key}_{end}": mark_row(verdict, row, shown[end]) for end in ENDS}
        if key.startswith("p_"):
            equals = "= " if _is_settled(verdict, row) else "≤ "
            equals = "" if row["upper"] < 0.001 else equals
            words[key] = f"p {equals}{words[f'{key}_upper']}"
        elif np.isnan(row["value"]):
            low, high = (shown[end].strip("—") for end in ("lower", "upper"))
            words[key] = mark_row(verdict, row, show_range(low, high, lang))
        else:
            words[key] = words[f"{key}_value"]
    return words


def _is_settled(verdict: Any, row: Row) -> bool:
    """Return whether the largest p over the boxes is that of the printed figures."""
    if verdict.many:
        return bool(row["lower"] == row["upper"])
    return bool(row["upper"] - row["value"] < 1e-9)


def _words_of_one(verdict: Any, words: Words) -> Words:
    """Return what the tests of one entity add."""
    rows, n, lang = statistics(verdict), verdict.n_growths, words["lang"]
    r, chance = rows["r"], rows.get("p_joint", rows["p_permutation"])
    way = "same" if r["value"] > 0 else "opposite" if r["value"] < 0 else "unsettled"
    about = "about" if _is_settled(verdict, chance) else "at_most"
    about = "fewer" if chance["upper"] < 1 / THOUSAND else about
    deciding = ("p_permutation", "p_leave_one_out", "p_trend_adjusted")
    ps = [words[f"{key}_value"] for key in deciding if key in rows]
    printed = chance["lower" if np.isnan(chance["value"]) else "value"]
    most, least = (
        mark_row(verdict, chance, f"{min(ceil(THOUSAND * p - 1e-9), THOUSAND):,}")
        for p in (chance["upper"], printed)
    )
    orders = factorial(n) if n <= LONGEST else DRAWS
    shown = show_r(r["lower"], r["value"], r["upper"], lang)
    detectable = show_correlation(verdict.detectable_r or 0)
    found = {
        "r": mark_row(verdict, r, shown),
        "orders": name_number(f"{orders:,}", "orders"),
        "detectable": name_number(detectable, "detectable"),
        "way": say("headline", way, lang),
        "about": say("told", about, lang),
        "k": most,
        "printed_k": least,
        "printed_p": say("word", "comma", lang).join(ps),
        "further": "",
    }
    if verdict.level > 1:
        told = {**words, "step": step_label(verdict.weakest_step, lang)}
        found |= {"step": told["step"], "further": say("verdict", "tests_rule", **told)}
    return found | (_misleading(verdict, lang) if verdict.finding in FOUND else {})


def _misleading(verdict: Any, lang: str) -> Words:
    """Return how often the rule is wrong, by how much r is inflated, what misleads."""
    few, semicolon = ALPHA, say("word", "semicolon", lang)
    if verdict.printed_finding == "moves_together":
        few = max(verdict.own_rates["drift"], verdict.own_rates["trend_stationary"])
    rates = [
        f"{say('verdict', kind, lang)} {name_number(show_rate(rate), 'simulated')}"
        for kind, rate in verdict.own_rates.items()
    ]
    spots = {say("blind_spot", key, lang): p for key, p in verdict.blind_spots.items()}
    shown = [f"{spot} {name_number(f'{p:.0%}', 'blind')}" for spot, p in spots.items()]
    worst, many = next(iter(spots.items()))
    mean, wrong = f"{verdict.inflation[0]:.2f}", f"{verdict.inflation[1]:.0%}"
    numbers = {
        "simulated": {
            "simulated": verdict.rate_years,
            "few": max(round(HUNDRED * few), 1),
        },
        "blind": {"mean": mean, "wrong": wrong, "many": round(HUNDRED * many)},
    }
    listed = {"rates": semicolon.join(rates), "spots": semicolon.join(shown)}
    return {"spot": worst, **listed, **_marked(numbers)}


def _words_of_many(verdict: Any, lang: str) -> Words:
    """Return what many entities add."""
    many, (simulated, rates) = verdict.many, rates_of(verdict.many.entities)
    key = "each_cluster" if many.cluster else "each"
    counts = ("entities", "clusters", "strangers", "alone", "open_steps")
    numbers = {
        "many": {count: getattr(many, count) for count in counts}
        | {
            "n": verdict.n_growths,
            "draws": len(many.null),
            "detectable": show_end("estimate", many.detectable, "value", lang),
        },
        "many_simulated": {
            "simulated": simulated,
            "rate": show_rate(rates["district_shocks"][OURS]),
        },
    }
    one = say("many", key, lang, cluster=many.cluster)
    return {"one": one, "finding": finding_label(verdict, lang), **_marked(numbers)}


def _deciders(verdict: Any, lang: str) -> str:
    """Return the figures whose boxes decide, as a list."""
    parts = []
    for measure, year, opened in verdict.decides:
        key = "decider_open" if opened else "decider"
        key = "decider_all" if year is None else key
        label = measure_name(verdict.steps, measure, lang)
        parts.append(say("told", key, lang, measure=label, year=year))
    return say("word", "comma", lang).join(parts)


def _grown(verdict: Any, words: Words) -> str:
    """Return how each measure grew over the years known, and how often the same way."""
    table, lang, parts = verdict.table, words["lang"], []
    for measure in (verdict.economy, verdict.organisation):
        own = table[table["measure"] == measure]
        whole = own[own["statistic"].str.startswith("average_growth")]
        for row in (own if whole.empty else whole).to_dict("records"):
            first, last = row["statistic"].split(" ")[1].split("-")
            box = mark_row(verdict, row, show_growth(row["lower"], row["upper"], lang))
            told = {"measure": measure_name(verdict.steps, measure, lang), "box": box}
            parts.append(say("verdict", "grew", lang, first=first, last=last, **told))
    if row := statistics(verdict).get("same_direction"):
        k = show_range(f"{row['lower']:.0f}", f"{row['upper']:.0f}", lang)
        told = {"k": mark_row(verdict, row, k), "n": words["n"]}
        parts.append(say("verdict", "same_way", lang, **told))
    return say("word", "semicolon", lang).join(parts)


def _readings(verdict: Any, lang: str) -> list[str]:
    """Say how the figures of one entity were read: hedged, rounded, or as exact."""
    if not verdict.entity:
        return []
    listed = verdict.readings
    plain = listed["qualifier"].isin(["", "exact"]) & (listed["reading"] == "default")
    ledger, label = listed["reading"] == "exact", partial(measure_name, verdict.steps)
    hedged = [
        say("verdict", "readings_exact", lang, measure=label(measure, lang))
        for measure in listed.loc[ledger, "measure"].unique()
    ]
    for row in listed[~plain & ~ledger].to_dict("records"):
        hedged.append(
            say("verdict", "readings_item", **_reading(verdict, row, "…", lang))
        )
    told = say("word", "semicolon", lang).join(hedged)
    parts = [say("verdict", "readings_hedged", lang, hedged=told)] if hedged else []
    for measure in (verdict.economy, verdict.organisation) if verdict.level else ():
        own = listed[plain & (listed["measure"] == measure)]
        width = ((own["upper"] - own["lower"]) / own["upper"]).to_numpy(dtype=float)
        width = np.where(np.isfinite(width), width, 0.0)
        if width.any():
            row = own.iloc[int(width.argmax())].to_dict()
            words = _reading(verdict, row, f"{row['value']:.10g}", lang)
            parts.append(say("verdict", "rounded", **words))
        elif len(own) and not own["qualifier"].any():
            parts.append(say("verdict", "as_exact", lang, measure=label(measure, lang)))
    return parts


def _reading(verdict: Any, row: Row, bare: str, lang: str) -> Words:
    """Return how one figure was read; `bare` stands for a wording that there is not."""
    low = f"{row['lower']:.10g}" if row["lower"] > 0 else ""
    high = f"{row['upper']:.10g}" if row["upper"] < np.inf else ""
    # A wording stands within quotation marks, so its own are turned inner ones.
    printed = row["printed"].translate(str.maketrans("“”「」", "‘’『』")) or bare
    key = ("figure", row["measure"], row["year"])
    return {
        "lang": lang,
        "measure": measure_name(verdict.steps, row["measure"], lang),
        "year": row["year"],
        "printed": name_number(printed, *key),
        "box": name_number(show_range(low, high, lang), *key),
        "reading": say("reading", row["reading"], lang),
    }


# What things are called


def finding_label(verdict: Any, lang: str, finding: str = "") -> str:
    """Return the finding, or another one, in words; opposite ways have their own."""
    return say("finding", _finding_key(verdict, finding), lang)


def _finding_key(verdict: Any, finding: str = "") -> str:
    """Return the key of a finding; opposite ways have their own."""
    key = finding or verdict.finding
    return f"{key}_opposite" if key in FOUND and verdict.sign < 0 else str(key)


def entity_label(verdict: Any, lang: str) -> str:
    """Return the name of the entity in one language, or what the whole table is."""
    if verdict.entity:
        return entity_name(verdict.steps, verdict.entity, lang)
    whole = "all_invented" if _is_invented(verdict) else "all_entities"
    return say("verdict", whole, lang)


def _is_invented(verdict: Any) -> bool:
    """Return whether the figures are invented."""
    return is_illustrative([verdict.entity, *verdict.readings["entity"][:1]])


def control_label(verdict: Any, control: tuple[str, str] | None, lang: str) -> str:
    """Return what a control is called, and whose it is; empty if there is none."""
    whose, measure = control or ("", "")
    label = measure_name(verdict.steps, measure, lang)
    if whose in ("", verdict.entity):
        return label
    key = "control_others" if whose == "others" else "control_of"
    name = entity_name(verdict.steps, whose, lang)
    return say("told", key, lang, entity=name, measure=label)


def statistics(verdict: Any) -> dict[str, Row]:
    """Return the rows of the table of a verdict by their statistic."""
    return {row["statistic"]: row for row in verdict.table.to_dict("records")}
