"""Says a verdict in plain words: one sentence, and three or four reasons for it.

Every number is marked with the name of what it is, for the report to say where it
comes from. What is called a verdict here is a `Verdict`, whose module imports this one.
"""

from collections.abc import Hashable
from math import ceil
from typing import Any

from hengstats.evidence.manysaid import say_plain
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, TESTABLE
from hengstats.evidence.shown import show_r
from hengstats.ledger import name_number
from hengstats.panel import is_illustrative
from hengstats.prose import list_spans, within
from hengstats.vocabulary import LANGUAGES, measure_label, say

Row = dict[Hashable, Any]
THOUSAND, HUNDRED = 1000, 100


def headline_of(verdict: Any, lang: str) -> str:
    """Return whose figures they are and what was found, in one sentence."""
    if verdict.many:
        space = "" if lang.startswith("zh") else " "
        return f"{many_whose(verdict, lang)}{space}{many_plain(verdict, lang)[0]}"
    words: dict[str, object] = {**within_labels(verdict, lang)}
    words |= {"entity": entity_name(verdict, lang), "n": growths(verdict)}
    words |= {"years": list_spans(verdict.years, lang), "k": known_years(verdict)}
    key = verdict.finding
    if not verdict.level:
        key = "few" if verdict.years else "none"
    elif key in ("suggestive", "moves_together") and verdict.sign < 0:
        key = f"{key}_opposite"
    return say("headline", key, lang, way=_way(verdict, lang), **words)


def many_plain(verdict: Any, lang: str) -> list[str]:
    """Return what was found of many entities, in plain sentences."""
    found, words = (verdict.finding, verdict.sign), within_labels(verdict, lang)
    return say_plain(verdict.many, *found, statistics(verdict), words, lang)


def many_whose(verdict: Any, lang: str) -> str:
    """Say how many entities there are, and how many paired growths they make."""
    words: dict[str, object] = {**both_labels(verdict, lang)}
    words |= {"k": name_number(verdict.many.entities, "many")}
    words |= {"n": name_number(verdict.n_growths, "many")}
    return say("many", "whose", lang, years=list_spans(verdict.years, lang), **words)


def _way(verdict: Any, lang: str) -> str:
    """Say which way the figures as printed move."""
    r = statistics(verdict)["r"]["value"] if verdict.level else 0.0
    key = "same" if r > 0 else "opposite" if r < 0 else "unsettled"
    return say("headline", key, lang)


def reasons_of(verdict: Any, lang: str) -> list[str]:
    """Return why, in three or four short sentences."""
    if verdict.many:
        return many_plain(verdict, lang)[1:]
    if not verdict.level:
        words = {"least": rule(TESTABLE + 1), "enough": rule(RULED + 1)}
        parts = [_say("needed", lang, **words), _say("nothing", lang)]
        return [*parts, _say("grown", lang)] if len(verdict.table) else parts
    only = _say("only", lang, years=list_spans(verdict.years, lang))
    if verdict.finding == "no_sign":
        return [_chance(verdict, lang), _say("absence", lang), only]
    if verdict.finding == "cannot_tell":
        return [_chance(verdict, lang), *_decides(verdict, lang), only]
    checks = [_say("whole", lang)]
    if verdict.finding == "suggestive":
        checks = hangs_on(verdict, lang)[:1]
    return [_chance(verdict, lang), *checks, _wrong(verdict, lang), _say("weak", lang)]


def hangs_on(verdict: Any, lang: str) -> list[str]:
    """Return which of the checks of rule E were not passed."""
    if verdict.level == 1:
        return [_say("four", lang, n=growths(verdict))]
    rows, found = statistics(verdict), []
    if rows["p_leave_one_out"]["upper"] > LENIENT and verdict.weakest_step:
        weakest = step(verdict.weakest_step, lang)
        found.append(say("verdict", "because_year", lang, step=weakest))
    if rows["p_trend_adjusted"]["upper"] > LENIENT:
        found.append(say("verdict", "because_trend", lang))
    return found


def per_thousand(verdict: Any, end: str = "upper") -> str:
    """Return how many of a thousand orders look as close, marked."""
    row = chance_row(verdict)
    shown = f"{min(ceil(THOUSAND * row[end] - 1e-9), THOUSAND):,}"
    return name_number(shown, "statistic", row["statistic"], row["measure"])


def chance_row(verdict: Any) -> Row:
    """Return the row of the p that decides: of all looks, or of this one."""
    rows = statistics(verdict)
    return rows.get("p_joint", rows["p_permutation"])


def _chance(verdict: Any, lang: str) -> str:
    """Say how often chance alone would look as close."""
    row, words = chance_row(verdict), {"thousand": rule(f"{THOUSAND:,}")}
    if verdict.finding == "cannot_tell":
        printed = row["value"] == row["value"]
        words |= {"k": per_thousand(verdict, "value" if printed else "lower")}
        return _say("chance_printed", lang, most=per_thousand(verdict), **words)
    words |= {"k": per_thousand(verdict)}
    if verdict.looks is not None:
        looks = name_number(len(verdict.looks), "tried")
        return _say("chance_joint", lang, looks=looks, **words)
    settled = row["upper"] - row["value"] < 1e-9
    return _say("chance" if settled else "chance_most", lang, **words)


def _decides(verdict: Any, lang: str) -> list[str]:
    """Say which figures would settle it."""
    listed = deciders(verdict, lang)
    if not listed:
        return []
    opened = any(one[2] for one in verdict.decides)
    return [_say("decides_open" if opened else "decides", lang, list=listed)]


def deciders(verdict: Any, lang: str) -> str:
    """Return the figures whose boxes decide, as a list."""
    parts = []
    for measure, year, opened in verdict.decides:
        key = "decider_all" if year is None else "decider"
        key = "decider_open" if opened and year is not None else key
        label = called(verdict, measure, lang)
        parts.append(say("told", key, lang, measure=label, year=year))
    return say("word", "comma", lang).join(parts)


def _wrong(verdict: Any, lang: str) -> str:
    """Say how often the rule is wrong, and what misleads it most."""
    spots = iter(verdict.blind_spots.items())
    spot, rate = next(spots, ("third_series", ALPHA))
    few = ALPHA
    if verdict.printed_finding == "moves_together":
        few = max(verdict.own_rates["drift"], verdict.own_rates["trend_stationary"])
    words = {
        "few": name_number(max(round(HUNDRED * few), 1), "simulated"),
        "many": name_number(round(HUNDRED * rate), "blind"),
        "spot": say("blind_spot", spot, lang),
    }
    return _say("wrong", lang, hundred=rule(HUNDRED), **words)


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the reasons."""
    return say("reason", key, lang, **blanks)


# What the other words of a verdict need as well


def statistics(verdict: Any) -> dict[str, Row]:
    """Return the rows of the table of a verdict by their statistic."""
    return {row["statistic"]: row for row in verdict.table.to_dict("records")}


def entity_name(verdict: Any, lang: str, key: str | None = None) -> str:
    """Return the name of an entity in one language, or its key."""
    key = verdict.entity if key is None else key
    if not key:
        invented = is_illustrative(verdict.readings["entity"].head(1).tolist())
        return say("verdict", "all_invented" if invented else "all_entities", lang)
    names = verdict.steps.attrs.get("about", {}).get("entities", {})
    known = names.get(key)
    return str(known[LANGUAGES.index(lang)] if known else key)


def called(verdict: Any, measure: str, lang: str) -> str:
    """Return what a measure is called."""
    about = verdict.steps.attrs.get("about", {})
    return measure_label(measure, lang, about.get("labels"))


def both_labels(verdict: Any, lang: str) -> dict[str, str]:
    """Return what the two measures are called."""
    return {
        "organisation": called(verdict, verdict.organisation, lang),
        "economy": called(verdict, verdict.economy, lang),
    }


def within_labels(verdict: Any, lang: str) -> dict[str, str]:
    """Return what they are called within a sentence, and how much earlier one is."""
    both = {key: within(one, lang) for key, one in both_labels(verdict, lang).items()}
    if verdict.lag:
        told = {"measure": both["organisation"], "lag": verdict.lag}
        both["organisation"] = say("headline", "of_before", lang, **told)
    return both


def control_label(verdict: Any, control: tuple[str, str], lang: str) -> str:
    """Return what a control is called, and whose it is."""
    whose, measure = control
    label = called(verdict, measure, lang)
    if whose in ("", verdict.entity):
        return label
    key = "control_others" if whose == "others" else "control_of"
    name = entity_name(verdict, lang, whose)
    return say("told", key, lang, entity=name, measure=label)


def known_years(verdict: Any) -> str:
    """Return in how many years both are known, marked."""
    return name_number(len(verdict.years), "years")


def growths(verdict: Any) -> str:
    """Return how many paired growths there are, marked."""
    return name_number(verdict.n_growths, "growths")


def rule(number: object) -> str:
    """Return a threshold of the rule, marked."""
    return name_number(number, "rule")


def correlation(verdict: Any, lang: str) -> str:
    """Return the correlation, marked."""
    row = statistics(verdict)["r"]
    shown = show_r(row["lower"], row["value"], row["upper"], lang)
    return name_number(shown, "statistic", "r", row["measure"])


def step(years: tuple[int, int], lang: str) -> str:
    """Return what a step is called: 2018→2020."""
    return say("chart", "growth_step", lang, from_year=years[0], year=years[1])
