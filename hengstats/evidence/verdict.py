"""Says what may be said of two measures, in sentences, as a table and as a page.

Every number in a sentence comes from the result, and is marked there with the name of
what it is; `marked` texts keep these marks, for the report to say where it comes from.
"""

import html
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.manysaid import (
    Many,
    say_note,
    say_tests,
)
from hengstats.evidence.permutation import DRAWS, LONGEST
from hengstats.evidence.plain import (
    THOUSAND,
    Row,
    both_labels,
    called,
    chance_row,
    control_label,
    correlation,
    deciders,
    entity_name,
    growths,
    hangs_on,
    headline_of,
    known_years,
    many_plain,
    many_whose,
    per_thousand,
    reasons_of,
    rule,
    statistics,
    step,
)
from hengstats.evidence.refusals import (
    FOR_GAPS,
    label_refusals,
    rate_table,
)
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, TESTABLE
from hengstats.evidence.shown import (
    show_correlation,
    show_end,
    show_growth,
    show_p,
    show_range,
    show_rate,
    statistic_label,
)
from hengstats.indicators import ENDS
from hengstats.ledger import name_number, unmarked
from hengstats.panel import is_illustrative
from hengstats.prose import list_spans
from hengstats.vocabulary import say

STYLE = (
    "border-left:4px solid #0072B2;padding:.2em 1em;margin:.6em 0;"
    "max-width:60em;line-height:1.6"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """What the data carry of an association between two measures of one entity.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    entity : str
        Whose figures; empty where a table of many has no paired growth at all.
    organisation, economy : str
        The two measures.
    level : int
        Rung of the evidence ladder: 0, fewer than four paired growths; 1, four;
        2, five or more; 3, five or more entities; 4, twenty or more.
    finding : str
        `not_enough_data`, `cannot_tell`, `no_sign`, `suggestive` or `moves_together`:
        the weakest over the boxes of the printed figures. It cannot be told where the
        figures as printed are suggestive or more, and others within the boxes not.
    sign : int
        1 if the growths move the same way, -1 if opposite ways, 0 if not settled.
    table : DataFrame
        `measure, statistic, lower, value, upper`: each paired growth, annualised
        logs; from level 1 on each statistic, with its ends over the boxes. An end
        that is not known is missing, one that is open infinite.
    refused : DataFrame
        `procedure, label, reason, false_alarm`, and the rate for each kind of series
        that have nothing to do with each other, as fractions.
    own_rates : dict
        The false-alarm rates of this rule, on the same simulated pairs.
    n_growths : int
        Paired growths tested.
    years, shock_years : tuple of int
        Years in which both measures are known; years declared as shocks.
    printed_steps : tuple of (int, int)
        Paired growths of which one is taken as its source printed it, from
        `<measure>_growth` or `<measure>_increase`: a level is missing or only a bound.
    rate_years : int
        Number of known years for which the rates were simulated: the one in our table
        nearest to that of a customary analysis.
    weakest_step : tuple of int, or None
        The growth without which the least is left of the association.
    least_p, detectable_r : float
        The smallest p that so many growths could give; the correlation found in 80 of
        100 cases through boxes as wide as these, if nothing else was tried. None below
        four growths, and where a figure is open.
    alpha, tried : float, int
        Limit of the permutation p: .05 divided by the number of pairs of measures, or
        ways to compute, that the user looked at.
    readings : DataFrame
        `entity, measure, year, printed, qualifier, lower, value, upper, reading`, one
        row per figure.
    blind_spots : dict
        Patterns that give two unrelated series this finding, or that of the figures as
        printed, and how often with as many years; as fractions, the highest first.
    steps : DataFrame
        `from_year, year`, then `x_` and `y_` `lower, value, upper`: the growths of
        the organisation and the economy; `attrs` as those of the panel.
    null_r : ndarray
        The correlation that each order tried gives at the printed figures; empty where
        nothing was tested, or a figure is only a bound.
    n_entities : int
        Entities in the table; 1 where one was asked for.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    printed_finding : str
        What the figures as printed amount to; of one that is only a bound, its end.
    decides : tuple of (str, int or None, bool)
        Where it cannot be told: measure, year and openness of each figure whose box
        decides; the year is None where all figures of the measure do.
    inflation : (float, float) or None
        Mean |r| of what is found with so many growths, at a true .5; and the share of
        wrong signs at a true .3.
    control, advised_control : (str, str) or None
        Entity and measure taken out of both in every test; one that the record has
        and nobody named.
    lag : int
        Years by which the organisation is earlier than the economy.
    sample : (int, int) or None
        First and last year looked at; None for all.
    looks : DataFrame or None
        Where several were tested as one: `organisation, economy, lag, first, last,
        n_growths, r, p_own, p_joint, p_joint_upper, finding`, one row a look.
    many : Many or None
        What there is to say from level 3 on. The table then has, of growth on growth,
        `estimate, std_error, df, p_value, conf_low, conf_high`, `p_histories` and
        `p_histories_by_size`, `estimate_without_one`, `p_without_one` and, at level 4,
        `p_wild`; `steps` has a column `entity`, `own_rates` the kinds of panels.
    """

    entity: str
    organisation: str
    economy: str
    level: int
    finding: str
    sign: int
    table: pd.DataFrame
    refused: pd.DataFrame
    own_rates: dict[str, float]
    n_growths: int
    years: tuple[int, ...]
    rate_years: int
    shock_years: tuple[int, ...]
    weakest_step: tuple[int, int] | None
    least_p: float
    detectable_r: float | None
    alpha: float
    tried: int
    readings: pd.DataFrame
    blind_spots: dict[str, float]
    steps: pd.DataFrame
    null_r: NDArray[np.float64]
    n_entities: int
    lang: str
    printed_steps: tuple[tuple[int, int], ...] = ()
    printed_finding: str = ""
    decides: tuple[tuple[str, int | None, bool], ...] = ()
    inflation: tuple[float, float] | None = None
    control: tuple[str, str] | None = None
    advised_control: tuple[str, str] | None = None
    lag: int = 0
    sample: tuple[int, int] | None = None
    looks: pd.DataFrame | None = None
    many: Many | None = None

    @property
    def direction(self) -> str | None:
        """`same` or `opposite` where something was found, and its sign is settled."""
        if self.finding in ("not_enough_data", "no_sign") or not self.sign:
            return None
        return "same" if self.sign > 0 else "opposite"

    @property
    def headline(self) -> str:
        """Whose figures they are and what was found, in one sentence, in `lang`."""
        return write_headline(self, self.lang)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in three or four short sentences without a term of art, in `lang`."""
        return tuple(write_plain(self, self.lang)[1:])

    @property
    def statement(self) -> str:
        """The verdict in 简体, ready to be printed."""
        return self.say("zh-Hans")

    def say(self, lang: str) -> str:
        """Return the verdict in one language, ready to be printed."""
        return write_statement(self, lang)

    def __str__(self) -> str:
        """Return the statement and the table as text."""
        return _text(self, self.lang)

    def __repr__(self) -> str:
        """Return the finding in one line."""
        way = f" ({self.direction})" if self.direction else ""
        return (
            f"<Verdict {self.economy} ~ {self.organisation}: level {self.level},"
            f" {self.finding}{way}, {self.n_growths} growths>"
        )

    def _repr_html_(self) -> str:
        """Return the verdict as Jupyter shows it."""
        return _page(self, self.lang)


def write_statement(verdict: Verdict, lang: str, *, marked: bool = False) -> str:
    """Return the verdict in sentences, ready to be printed."""
    parts = [_whose(verdict, lang)]
    if is_illustrative([verdict.entity, *verdict.readings["entity"][:1]]):
        parts.insert(0, _say("illustrative", lang))
    if verdict.shock_years:
        parts.append(_say("shocks", lang, years=list_spans(verdict.shock_years, lang)))
    if verdict.printed_steps:
        steps = [step(one, lang) for one in verdict.printed_steps]
        listed = say("word", "comma", lang).join(steps)
        parts.append(_say("printed_steps", lang, steps=listed))
    parts += _looked(verdict, lang)
    parts += _found(verdict, lang)
    hedged = _hedged(verdict, lang)
    parts += [_say("readings_hedged", lang, list=hedged)] if hedged else []
    if verdict.level and verdict.entity:
        parts += _rounded(verdict, lang)
    text = _space(lang).join(parts)
    return text if marked else unmarked(text)


def write_headline(verdict: Verdict, lang: str) -> str:
    """Return whose figures they are and what was found; of many, if invented, so."""
    told = headline_of(verdict, lang)
    if verdict.many and is_illustrative(verdict.readings["entity"].head(1).tolist()):
        told = _space(lang).join([_say("illustrative", lang), told])
    return unmarked(told)


def write_plain(verdict: Verdict, lang: str, *, marked: bool = False) -> list[str]:
    """Return headline and reasons: sentences that need no statistics to be read."""
    parts = [headline_of(verdict, lang), *reasons_of(verdict, lang)]
    return parts if marked else list(map(unmarked, parts))


def entity_label(verdict: Verdict, lang: str) -> str:
    """Return the name of the entity in one language, or its key."""
    return entity_name(verdict, lang)


def finding_label(verdict: Verdict, lang: str, finding: str = "") -> str:
    """Return the finding, or another one, in words; opposite ways have their own."""
    opposite = {"moves_together": "moves_opposite", "suggestive": "suggestive_opposite"}
    finding = finding or verdict.finding
    key = opposite.get(finding, "") if verdict.sign < 0 else ""
    return say("finding", key or finding, lang)


def label_table(verdict: Verdict, lang: str, *, marked: bool = False) -> pd.DataFrame:
    """Return the table of the verdict as it is read: labels, percent, open ends."""
    rows = []
    both = f"{verdict.economy} ~ {verdict.organisation}"
    for row in verdict.table.to_dict("records"):
        label = _say("both_measures", lang)
        if row["measure"] != both:
            label = called(verdict, row["measure"], lang)
        sides = ENDS if row["lower"] < row["upper"] else ["value"] * len(ENDS)
        ends = [
            show_end(row["statistic"], row[end], side, lang)
            for end, side in zip(ENDS, sides, strict=True)
        ]
        if marked:
            key = ["statistic", row["statistic"], row["measure"]]
            key = ["many"] if verdict.many else key
            ends = [name_number(end, *key) for end in ends]
        rows.append([label, statistic_label(row["statistic"], lang), *ends])
    heads = [_say(f"col_{key}", lang) for key in ("measure", "statistic", *ENDS)]
    return pd.DataFrame(rows, columns=heads)


def refusals_table(
    verdict: Verdict, lang: str, *, marked: bool = False
) -> pd.DataFrame:
    """Return the refusals as they are read, rates in percent."""
    table = label_refusals(verdict.refused, lang, marked=marked)
    shown = {"col_procedure": table["label"], "col_reason": table["reason"]}
    kinds = list(verdict.own_rates)  # of pairs of series, or of panels
    shown |= {kind: table[kind].map(show_rate) for kind in kinds}
    if marked:
        origin = "many_simulated" if verdict.many else "simulated"
        shown |= {
            kind: shown[kind].map(lambda rate: name_number(rate, origin))
            for kind in kinds
        }
    return pd.DataFrame({_say(key, lang): column for key, column in shown.items()})


def refusals_note(verdict: Verdict, lang: str, *, marked: bool = False) -> str:
    """Return what the false-alarm rates are, and for how many years."""
    if verdict.many:
        note = say_note(verdict.many, rule(f"{ALPHA:.0%}"), lang)
        return note if marked else unmarked(note)
    words = rate_words(verdict)
    if marked:
        words = {key: name_number(word, "simulated") for key, word in words.items()}
    alpha = rule(f"{ALPHA:.0%}") if marked else f"{ALPHA:.0%}"
    parts = [_say("refused_note", lang, alpha=alpha, **words)]
    if verdict.refused["procedure"].isin(FOR_GAPS).any():
        parts.append(_say("refused_gaps", lang))
    if verdict.tried > 1 or verdict.shock_years:
        parts.append(_say("refused_plain", lang, alpha=alpha))
    return _space(lang).join(parts)


def rate_words(verdict: Verdict) -> dict[str, object]:
    """Return the number of years, pairs and the seed of the rates, for a note."""
    head = rate_table()[1]
    return {
        "n": verdict.rate_years,
        "replications": f"{head['replications']:,}",
        "seed": head["seed"],
    }


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the strings of verdicts."""
    return say("verdict", key, lang, **blanks)


def _space(lang: str) -> str:
    """Return what stands between two sentences."""
    return "" if lang.startswith("zh") else " "


def _whose(verdict: Verdict, lang: str) -> str:
    """Say whose figures they are and how many pairs they make."""
    words = both_labels(verdict, lang)
    if verdict.many:
        return many_whose(verdict, lang)
    if not verdict.entity:
        k = name_number(verdict.n_entities, "entities")
        return _say("cross_section", lang, k=k, n=growths(verdict), **words)
    return _say(
        "pairs" if verdict.years else "no_pairs",
        lang,
        entity=entity_label(verdict, lang),
        k=known_years(verdict),
        years=list_spans(verdict.years, lang),
        n=growths(verdict),
        **words,
    )


def _found(verdict: Verdict, lang: str) -> list[str]:
    """Say what was found; or that the data do not suffice, and what they still tell."""
    if many := verdict.many:
        found = (verdict.finding, verdict.level, statistics(verdict))
        told = say_tests(many, *found, lang)
        return [*many_plain(verdict, lang)[:2], *told, *_tries(verdict, lang)]
    if verdict.level:
        return _tested(verdict, lang)
    parts = [_say("not_enough", lang, level=rule(verdict.level))]
    if verdict.n_growths:
        words = {"n": growths(verdict), "least": _least(verdict)}
        alpha = rule(f"{ALPHA:.0%}")
        parts.append(_say("not_enough_least", lang, alpha=alpha, **words))
    counts = (TESTABLE, RULED, TESTABLE + 1, RULED + 1)
    keys = ("least", "enough", "least_years", "enough_years")
    needed = {key: rule(n) for key, n in zip(keys, counts, strict=True)}
    parts.append(_say("needed", lang, **needed))
    grown = say("word", "semicolon", lang).join(_grown(verdict, lang))
    return [*parts, _say("can_say", lang, list=grown)] if grown else parts


def _grown(verdict: Verdict, lang: str) -> list[str]:
    """Say how each measure grew over the years known, and how often the same way."""
    parts = []
    for measure in (verdict.economy, verdict.organisation):
        own = verdict.table[verdict.table["measure"] == measure]
        whole = own[own["statistic"].str.startswith("average_growth")]
        label = called(verdict, measure, lang)
        for row in (own if whole.empty else whole).to_dict("records"):
            first, last = row["statistic"].split(" ")[1].split("-")
            box = show_growth(row["lower"], row["upper"], lang)
            box = name_number(box, "statistic", row["statistic"], measure)
            parts.append(
                _say("grew", lang, measure=label, first=first, last=last, box=box)
            )
    same = statistics(verdict).get("same_direction")
    if same:
        k = show_range(f"{same['lower']:.0f}", f"{same['upper']:.0f}", lang)
        k = name_number(k, "statistic", "same_direction", same["measure"])
        parts.append(_say("same_way", lang, k=k, n=growths(verdict)))
    return parts


def _looked(verdict: Verdict, lang: str) -> list[str]:
    """Say what was taken out, how far apart both are, and what else was seen."""
    parts = []
    if verdict.control:
        label = control_label(verdict, verdict.control, lang)
        parts.append(_tell("control", lang, control=label))
    if verdict.lag:
        label = called(verdict, verdict.organisation, lang)
        parts.append(_tell("lag", lang, organisation=label, lag=verdict.lag))
    if verdict.sample:
        first, last = verdict.sample
        parts.append(_tell("sample", lang, first=first, last=last))
    if verdict.looks is not None and verdict.level:
        rows = statistics(verdict)
        words = {
            "looks": name_number(len(verdict.looks), "tried"),
            "joint": _p_shown(rows["p_joint"], "upper"),
            "own": _p_shown(rows["p_permutation"], "upper"),
        }
        parts.append(_tell("looks", lang, **words))
    return parts


def _tested(verdict: Verdict, lang: str) -> list[str]:
    """Say what the tests found, what it rests on, and what it may overlook."""
    found, printed = verdict.finding, verdict.printed_finding
    words: dict[str, object] = {
        "level": rule(verdict.level),
        **both_labels(verdict, lang),
    }
    words |= {"r": correlation(verdict, lang)}
    words |= {"printed": finding_label(verdict, lang, printed)}
    parts = [
        _head(verdict, lang, words),
        _tests(verdict, lang),
        _in_words(verdict, lang),
    ]
    if found == "cannot_tell":
        parts += _left_open(verdict, lang)
    elif printed not in (found, ""):
        parts.append(_tell("printed_more", lang, **words))
    if found == "suggestive" and verdict.level == 2:
        parts += hangs_on(verdict, lang)
    if verdict.level == 1:
        words = {"n": growths(verdict), "alpha": rule(f"{ALPHA:.0%}")}
        parts.append(_say("level_1", lang, **words))
    parts += _bounded(verdict, lang)
    if verdict.alpha < verdict.least_p:
        key = "unreachable" if verdict.tried > 1 else "unreachable_once"
        parts.append(_tell(key, lang, least=_least(verdict)))
    parts.append(_power(verdict, lang))
    if found in ("suggestive", "moves_together"):
        parts += [_say("association", lang), *_misleads(verdict, lang)]
    if verdict.advised_control:
        label = control_label(verdict, verdict.advised_control, lang)
        parts.append(_tell("control_advised", lang, control=label))
    return [*parts, *_tries(verdict, lang)]


def _head(verdict: Verdict, lang: str, words: dict[str, object]) -> str:
    """Say what was found, for a reviewer."""
    heads = {
        "suggestive": ("head_suggestive", "head_suggestive_opposite"),
        "moves_together": ("head_together", "head_opposite"),
    }
    if verdict.finding in heads:
        return _say(heads[verdict.finding][verdict.sign < 0], lang, **words)
    return _tell(f"head_{verdict.finding}", lang, **words)


def _in_words(verdict: Verdict, lang: str) -> str:
    """Say in words what the p is that decides."""
    row, thousand = chance_row(verdict), rule(f"{THOUSAND:,}")
    about = "about" if row["upper"] - row["value"] < 1e-9 else "at_most"
    about = "fewer" if row["upper"] < 1 / THOUSAND else about
    words = {"k": per_thousand(verdict), "about": _tell(about, lang)}
    return _tell("in_words", lang, thousand=thousand, **words)


def _left_open(verdict: Verdict, lang: str) -> list[str]:
    """Say what holds as printed, and which figures decide."""
    rows = statistics(verdict)
    keys = ("p_permutation", "p_leave_one_out", "p_trend_adjusted")
    shown = [_p_shown(rows[key], "value") for key in keys if key in rows]
    known = not np.isnan(rows["p_permutation"]["value"])
    listed = say("word", "comma", lang).join(shown)
    parts = [_tell("printed_p", lang, list=listed)] if known else []
    decides = deciders(verdict, lang)
    return [*parts, _tell("decides", lang, list=decides)] if decides else parts


def _bounded(verdict: Verdict, lang: str) -> list[str]:
    """Say what the bounds of the figures do to the tests."""
    rows, parts = statistics(verdict), []
    steps = verdict.steps
    if any((steps[f"{side}_lower"] < steps[f"{side}_upper"]).any() for side in "xy"):
        parts.append(_say("worst_case", lang))
    if np.isnan(rows["r"]["value"]) and not np.isnan(rows["p_permutation"]["value"]):
        parts.append(_say("constant", lang))
    elif verdict.sign == 0:
        parts.append(_say("unsettled", lang))
    if np.isinf(steps.select_dtypes("float")).any(axis=None):
        parts.append(_tell("open_ends", lang))
    return parts


def _power(verdict: Verdict, lang: str) -> str:
    """Say how small a p could get, and how strong a relation would be seen."""
    words = {"n": growths(verdict), "least": _least(verdict)}
    r = verdict.detectable_r
    if r is None:
        return _tell("power_open", lang, **words)
    if r >= 1:
        return _tell("power_none", lang, **words)
    words |= {"detectable": name_number(show_correlation(r), "detectable")}
    return _tell("power", lang, **words)


def _misleads(verdict: Verdict, lang: str) -> list[str]:
    """Say how often the rule is wrong, by how much r is inflated, and what misleads."""
    rates = [
        _tell("rate", lang, kind=_say(kind, lang), rate=_simulated(show_rate(rate)))
        for kind, rate in verdict.own_rates.items()
    ]
    semicolon = say("word", "semicolon", lang)
    years = _simulated(verdict.rate_years)
    parts = []
    if verdict.printed_finding == "moves_together":
        parts.append(_tell("own_error", lang, n=years, list=semicolon.join(rates)))
    if verdict.inflation:
        mean, wrong = verdict.inflation
        words = {"truth": rule("0.5"), "n": growths(verdict)}
        words |= {"mean": name_number(f"{mean:.2f}", "blind")}
        parts.append(_tell("inflated", lang, **words))
        if (shown := f"{wrong:.0%}") != "0%":
            words = {"weaker": rule("0.3"), "wrong": name_number(shown, "blind")}
            parts.append(_tell("inflated_sign", lang, **words))
    spots = [
        _tell(
            "spot",
            lang,
            pattern=say("blind_spot", spot, lang),
            rate=name_number(f"{rate:.0%}", "blind"),
        )
        for spot, rate in verdict.blind_spots.items()
    ]
    return (
        [*parts, _tell("blind", lang, list=semicolon.join(spots))] if spots else parts
    )


def _simulated(number: object) -> str:
    """Return a number of the simulated rates, marked."""
    return name_number(number, "simulated")


def _tell(key: str, lang: str, **blanks: object) -> str:
    """Return one of the strings for a reviewer."""
    return say("told", key, lang, **blanks)


def _tries(verdict: Verdict, lang: str) -> list[str]:
    """Say how many pairs of measures or ways were tried, and what that asks for."""
    if verdict.tried == 1:
        return [_tell("tried_one", lang)] if verdict.looks is None else []
    words = {
        "tried": name_number(verdict.tried, "tried"),
        "alpha": name_number(f"{verdict.alpha:.3g}", "tried"),
        "usual": rule(f"{ALPHA:.2f}"),
    }
    return [_say("tried_many", lang, **words)]


def _tests(verdict: Verdict, lang: str) -> str:
    """Say the three p values that decide, and their limits."""
    rows, n = statistics(verdict), verdict.n_growths
    exact = n <= LONGEST
    text = _say(
        "tests_exact" if exact else "tests_drawn",
        lang,
        n=growths(verdict),
        orders=name_number(f"{factorial(n) if exact else DRAWS:,}", "orders"),
        p=_p_sentence(rows["p_permutation"]),
    )
    if verdict.level < 2 or verdict.weakest_step is None:
        return text + _say("tests_end", lang)
    text += _say(
        "tests_rule",
        lang,
        without=_p_sentence(rows["p_leave_one_out"]),
        step=step(verdict.weakest_step, lang),
        trend=_p_sentence(rows["p_trend_adjusted"]),
    )
    limits = {
        "alpha": name_number(f"{verdict.alpha:.3g}", "tried"),
        "lenient": rule(f"{LENIENT:.2f}"),
    }
    end = _say("tests_end", lang)
    return f"{text}{end}{_space(lang)}{_say('limits', lang, **limits)}"


def _rounded(verdict: Verdict, lang: str) -> list[str]:
    """Say how the figures without a hedge were read: rounded, or as exact."""
    listed, parts = verdict.readings, []
    plain = listed["qualifier"].isin(["", "exact"]) & (listed["reading"] == "default")
    for measure in (verdict.economy, verdict.organisation):
        own = listed[plain & (listed["measure"] == measure)]
        label = called(verdict, measure, lang)
        width = ((own["upper"] - own["lower"]) / own["upper"]).to_numpy(dtype=float)
        width = np.where(np.isfinite(width), width, 0.0)
        if width.any():
            row = own.iloc[int(width.argmax())]
            words = {
                "year": row["year"],
                "printed": row["printed"] or f"{row['value']:.10g}",
            }
            box = show_range(f"{row['lower']:.10g}", f"{row['upper']:.10g}", lang)
            key = ("figure", measure, row["year"])
            words["printed"] = name_number(words["printed"], *key)
            box = name_number(box, *key)
            parts.append(_say("rounded", lang, measure=label, box=box, **words))
        elif len(own) and not own["qualifier"].any():
            parts.append(_say("as_exact", lang, measure=label))
    return parts


def _hedged(verdict: Verdict, lang: str) -> str:
    """List the hedged or declared figures and how they were read."""
    listed = verdict.readings
    if not verdict.entity:
        return ""
    plain = listed["qualifier"].isin(["", "exact"]) & (listed["reading"] == "default")
    ledger = listed["reading"] == "exact"
    parts = [
        _say("readings_exact", lang, measure=called(verdict, measure, lang))
        for measure in listed.loc[ledger, "measure"].unique()
    ]
    # A wording stands within quotation marks, so its own are turned inner ones.
    inner = str.maketrans("“”「」", "‘’『』")
    for row in listed[~plain & ~ledger].to_dict("records"):
        low = f"{row['lower']:.10g}" if row["lower"] > 0 else ""
        high = f"{row['upper']:.10g}" if row["upper"] < np.inf else ""
        key = ("figure", row["measure"], row["year"])
        words = {
            "measure": called(verdict, row["measure"], lang),
            "year": row["year"],
            "printed": name_number(row["printed"].translate(inner) or "…", *key),
            "box": name_number(show_range(low, high, lang), *key),
            "reading": say("reading", row["reading"], lang),
        }
        parts.append(_say("readings_item", lang, **words))
    return say("word", "semicolon", lang).join(parts)


def _p_shown(row: Row, end: str) -> str:
    """Return one end of a p, marked."""
    return name_number(show_p(row[end]), "statistic", row["statistic"], row["measure"])


def _p_sentence(row: Row) -> str:
    """Return the largest p over the boxes as it stands in a sentence."""
    shown = name_number(show_p(row["upper"]), "statistic", row["statistic"], "")
    if row["upper"] < 0.001:
        return f"p {shown}"
    settled = np.isclose(row["value"], row["upper"], rtol=1e-9, atol=0)
    return f"p {'=' if settled else '≤'} {shown}"


def _least(verdict: Verdict) -> str:
    """Return the smallest p that these growths can give, as a fraction, marked."""
    least = Fraction(verdict.least_p).limit_denominator(10 * DRAWS)
    return name_number(least, "least_p")


def _text(verdict: Verdict, lang: str) -> str:
    """Return statement, table and refusals as text."""
    table = label_table(verdict, lang).to_string(index=False)
    rows = refusals_table(verdict, lang).to_numpy().tolist()
    how = "  {}（{}）" if lang.startswith("zh") else "  {} ({})"
    refused = [
        _say("refused_head", lang),
        *(how.format(row[0], row[2]) for row in rows),
    ]
    layers = ["\n".join(write_plain(verdict, lang)), write_statement(verdict, lang)]
    return "\n\n".join([*layers, table, "\n".join(refused)])


def _page(verdict: Verdict, lang: str) -> str:
    """Return the verdict as Jupyter shows it."""
    title, finding, level, statement = (
        html.escape(text)
        for text in (
            entity_label(verdict, lang),
            finding_label(verdict, lang),
            _say("level", lang, level=verdict.level),
            write_statement(verdict, lang),
        )
    )
    headline, *reasons = map(html.escape, write_plain(verdict, lang))
    listed = "".join(f"<li>{reason}</li>" for reason in reasons)
    details = html.escape(_say("details", lang))
    note, refused = refusals_note(verdict, lang), refusals_table(verdict, lang)
    return (
        f'<div lang="{lang}" style="{STYLE}"><b>{title} · {finding}</b>'
        f" <small>({level}, n = {verdict.n_growths})</small><p>{headline}</p>"
        f"<ul>{listed}</ul>"
        f"<details><summary>{details}</summary><p>{statement}</p></details>"
        f"{_details('table_head', label_table(verdict, lang), lang, opened=True)}"
        f"{_details('refused_head', refused, lang, note=note)}</div>"
    )


def _details(
    head: str, table: pd.DataFrame, lang: str, *, note: str = "", opened: bool = False
) -> str:
    """Return a table that can be folded away."""
    shown = table.to_html(index=False, border=0, escape=True, justify="left")
    for cell in ("th", "td"):
        shown = shown.replace(f"<{cell}>", f'<{cell} style="text-align:left">')
    return (
        f"<details{' open' if opened else ''}>"
        f"<summary>{html.escape(_say(head, lang))}</summary>"
        f"{shown}<small>{html.escape(note)}</small></details>"
    )
