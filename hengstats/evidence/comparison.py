"""Says what a comparison before and after found: in sentences, a table, a page."""

import html
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from hengstats.evidence.placebo import (
    CHOICES_DRAWN,
    LEAST_DONORS,
    LEAST_UNITS,
    LEAST_YEARS,
    least_choice_p,
)
from hengstats.evidence.rule import ALPHA
from hengstats.evidence.shown import (
    show_growth,
    show_p,
    show_percent,
    show_range,
)
from hengstats.evidence.verdict import STYLE
from hengstats.indicators import ENDS
from hengstats.ledger import name_number, unmarked
from hengstats.panel import is_illustrative
from hengstats.prose import list_spans, paragraph, step_label
from hengstats.vocabulary import LANGUAGES, measure_label, say

Rows = Mapping[str, Mapping[Hashable, Any]]

# False alarms in 100 of a p clustered by entity: with one treated, by the number of
# units and years, and with two of ten; `benchmarks/one_treated.py` shows both.
CLUSTERED = {"one": 51, "two": 17}
MOST_NAMES = 4
# What the numbers of a sentence are, that are not computed from the figures compared.
NAMES = ("who", "outcome", "since", "years", "aside", "mix")
KINDS = dict.fromkeys(("needed", "least_units", "enough", "donors", "drawn"), "rule")
KINDS |= dict.fromkeys(CLUSTERED, "many_simulated") | dict.fromkeys(NAMES, "")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What changed at a date, beside what changed where nothing began.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    outcome, scale : str
        The measure; `log`: changes are logarithms, `level`: in the unit of the outcome.
    treated : dict
        The first year of each entity where something began.
    since : int or None
        The first year after; None where starts differ.
    finding : str
        `not_enough_data` (nothing could be compared, or so few entities never reach
        .05), `cannot_tell` (as printed the placebo p is at most .05, within the boxes
        it need not be), `no_sign`, `suggestive` (rare by chance, but they differed
        before, or no earlier year can show it) or `stands_out`.
    direction : str or None
        `more` or `less` than the others; None where the bounds do not settle it.
    table : DataFrame
        `statistic, lower, value, upper`: mean changes, their difference, its placebo
        p, t tests, leads and effects by first year and year, synthetic control. An end
        that is not known is missing, one that is open infinite.
    placebos : DataFrame
        `entity, first_year, lower, value, upper, rank`: the change of each entity, and
        its rank by distance from the mean of the others, 1 the farthest.
    refused : tuple of str
        What was not computed: `cluster_robust`, `synthetic_control`.
    basis : str
        `levels`; or `printed_growth`, the growth into the first year as it was printed.
    years : tuple of int
        Those compared, which all entities know.
    least_p : float
        The smallest placebo p that so many entities could give.
    set_aside : tuple of str
        Entities left out, as they do not know these years.
    weights : dict
        The entities of the synthetic control and their shares; empty without one.
    missing : str
        Why nothing could be compared: `no_figures`, `no_before`, `no_after`,
        `no_common` or `no_others`; empty otherwise.
    known_years, printed_years : dict
        Then, the years that each treated entity knows; and those into which a growth of
        theirs is printed, with the number of other entities that have one too.
    about : dict
        `attrs` of the panel.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    """

    outcome: str
    scale: str
    treated: dict[str, int]
    since: int | None
    basis: str
    about: dict[str, Any]
    lang: str
    finding: str = "not_enough_data"
    direction: str | None = None
    table: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["statistic", *ENDS])
    )
    placebos: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(
            columns=["entity", "first_year", *ENDS, "rank"]
        )
    )
    refused: tuple[str, ...] = ("cluster_robust", "synthetic_control")
    years: tuple[int, ...] = ()
    least_p: float = 1.0
    set_aside: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    missing: str = ""
    known_years: dict[str, tuple[int, ...]] = field(default_factory=dict)
    printed_years: dict[int, int] = field(default_factory=dict)

    @property
    def n_units(self) -> int:
        """Number of entities compared, the treated among them."""
        return len(self.placebos)

    @property
    def headline(self) -> str:
        """What changed and what was found, without a term of art, in `lang`."""
        return write_headline(self, self.lang)

    @property
    def reasons(self) -> list[str]:
        """What the finding rests on, in short sentences, in `lang`."""
        return [unmarked(one) for one in write_comparison(self, self.lang)[1]]

    @property
    def statement(self) -> str:
        """The comparison in 简体, ready to be printed."""
        return self.say("zh-Hans")

    def say(self, lang: str) -> str:
        """Return the comparison in one language, ready to be printed."""
        every = chain.from_iterable(write_comparison(self, lang))
        return unmarked(paragraph(every, lang))

    def __str__(self) -> str:
        """Return the statement and the table as text."""
        shown = label_comparison(self, self.lang).to_string(index=False)
        return self.say(self.lang) + ("" if self.missing else f"\n\n{shown}")

    def __repr__(self) -> str:
        """Return the finding in one line."""
        since = "" if self.since is None else f" since {self.since}"
        told = f"{self.finding}, {len(self.treated)} of {self.n_units} entities"
        return f"<Comparison {self.outcome}{since}: {told}>"

    def _repr_html_(self) -> str:
        """Return the comparison as Jupyter shows it."""
        head, said = _say(f"finding_{self.finding}", self.lang), self.say(self.lang)
        shown = label_comparison(self, self.lang).to_html(index=False, border=0)
        return (
            f'<div lang="{self.lang}" style="{STYLE}"><b>{html.escape(head)}</b>'
            f"<p>{html.escape(said)}</p>{'' if self.missing else shown}</div>"
        )


def write_headline(found: Comparison, lang: str) -> str:
    """Return what changed and what was found."""
    return unmarked(paragraph(write_comparison(found, lang)[0], lang))


def write_comparison(
    found: Comparison, lang: str
) -> tuple[list[str], list[str], list[str]]:
    """Return what was found, what it rests on, and what a reviewer asks for.

    The numbers of the sentences are marked with the name of what they are.
    """
    words, starts = words_of(found, lang), found.treated
    head = [say("verdict", "illustrative", lang)] if is_illustrative([*starts]) else []
    if found.missing:
        seen = sorted({year for own in found.known_years.values() for year in own})
        why = _say(f"why_{found.missing}", lang, years=list_spans(seen, lang))
        hints = [
            _say("hint_year", lang, year=year, n=name_number(n, "before_after"))
            for year, n in found.printed_years.items()
        ]
        listed = say("word", "comma", lang).join(hints)
        hint = [_say("hint", lang, years=listed)] if hints else []
        return [*head, _say("missing", lang, why=why, **words)], hint, []
    rows = rows_of(found)
    leads = "leads_none"
    if "p_leads" in rows and found.least_p <= ALPHA:
        leads = f"leads_{'apart' if rows['p_leads']['value'] <= ALPHA else 'alike'}"
    facts = [
        "fact" if found.since else "fact_staggered",
        f"head_{found.finding}",
    ]
    reasons = [
        "rank_one" if len(starts) == 1 else "rank_many",
        leads,
        *(["clustered"] if "cluster_robust" in found.refused else []),
        "association",
    ]
    details = {
        "years" if found.basis == "levels" else "years_printed": True,
        "pooled_t": "p_pooled_t" in rows,
        "synthetic" if found.weights else "no_synthetic": len(starts) == 1,
        "drawn": found.least_p == 1 / (1 + CHOICES_DRAWN),
        "set_aside": bool(found.set_aside),
    }
    told, because, more = (
        [_say(key, lang, **words) for key in keys]
        for keys in (facts, reasons, [key for key, own in details.items() if own])
    )
    return [*head, *told], because, more


def rows_of(found: Comparison) -> Rows:
    """Return the rows of the table by their statistic."""
    return {row["statistic"]: row for row in found.table.to_dict("records")}


def words_of(found: Comparison, lang: str) -> dict[str, object]:
    """Return the names and numbers of the sentences; the numbers are marked."""
    n, starts, rows = found.n_units, list(found.treated.values()), rows_of(found)
    labels = found.about.get("about", {}).get("labels")
    words: dict[str, object] = {
        "who": list_entities(found, list(found.treated), lang),
        "outcome": measure_label(found.outcome, lang, labels),
        "since": found.since,
    }
    if found.missing:
        return words
    words |= {
        "k": len(starts),
        "n": n,
        "others": n - len(starts),
        "df": n - 2,
        "least": f"{100 * found.least_p:.3g}%",
        "needed": _needed(starts),
        "least_units": LEAST_UNITS,
        "enough": LEAST_YEARS,
        "donors": LEAST_DONORS,
        "drawn": f"{CHOICES_DRAWN:,}",
        "aside": list_entities(found, found.set_aside, lang),
        "years": list_spans(found.years, lang),
        **CLUSTERED,
    }
    if found.basis != "levels":
        words["years"] = step_label(found.years, lang)
    for name in ("change_treated", "change_others", "difference"):
        words[name] = show_change(found, rows[name]["lower"], rows[name]["upper"], lang)
    for name in ("p_placebo", "p_pooled_t", "p_leads", "p_synthetic"):
        ends = [rows[name][end] for end in ENDS] if name in rows else [1.0]
        low, *_, high = [p for p in ends if np.isfinite(p)] * 2
        words[name] = show_range(show_p(low), show_p(high), lang)
        place = show_range(f"{low * n:.0f}", f"{high * n:.0f}", lang)
        words[name.replace("p_", "place_")] = place
    if "conf_low" in rows:
        low, high = rows["conf_low"]["lower"], rows["conf_high"]["upper"]
        words["ends"] = show_change(found, low, high, lang)
    if found.weights:
        words["gap"] = _cell(found, "", rows["synthetic_gap"]["value"], "value", lang)
        words["mix"] = say("word", "comma", lang).join(
            f"{name_entity(found, one, lang)} {name_number(f'{part:.0%}', 'compared')}"
            for one, part in list(found.weights.items())[:MOST_NAMES]
        )
    kinds = {key: KINDS.get(key, "before_after") for key in words}
    return {
        key: name_number(word, kinds[key]) if kinds[key] else word
        for key, word in words.items()
    }


def label_comparison(found: Comparison, lang: str) -> pd.DataFrame:
    """Return the table of a comparison as it is read: labels, percent, open ends."""
    rows = []
    for row in found.table.to_dict("records"):
        key, _, cell = row["statistic"].partition(" ")
        first, _, year = cell.partition("-")
        label = _say(f"stat_{key}", lang, first=first, year=year)
        sides = ["value"] * len(ENDS) if row["lower"] == row["upper"] else ENDS
        cells = (
            _cell(found, key, row[e], s, lang) for e, s in zip(ENDS, sides, strict=True)
        )
        rows.append([label, *cells])
    heads = [say("verdict", f"col_{key}", lang) for key in ("statistic", *ENDS)]
    return pd.DataFrame(rows, columns=heads)


def show_change(found: Comparison, low: float, high: float, lang: str) -> str:
    """Return the bounds of a change, an open end in words."""
    if found.scale == "log":
        return show_growth(low, high, lang)
    pair = zip((low, high), ("lower", "upper"), strict=True)
    ends = ["" if np.isinf(n) else _cell(found, "", n, end, lang) for n, end in pair]
    return show_range(ends[0], ends[1], lang)


def list_entities(found: Comparison, entities: Sequence[str], lang: str) -> str:
    """Return names in one line; of many the first few and how many there are."""
    names = [name_entity(found, one, lang) for one in entities[:MOST_NAMES]]
    listed, many = say("word", "comma", lang).join(names), len(entities)
    if many <= MOST_NAMES:
        return listed
    return _say("more", lang, names=listed, n=name_number(many, "before_after"))


def name_entity(found: Comparison, entity: str, lang: str) -> str:
    """Return what an entity is called."""
    known = found.about.get("about", {}).get("entities", {})
    return str(known[entity][LANGUAGES.index(lang)] if entity in known else entity)


def _needed(starts: Sequence[int]) -> int:
    """Return how many entities it takes for the smallest p to reach the limit."""
    labels = np.append(np.unique(starts, return_inverse=True)[1] + 1, 0)
    while least_choice_p(labels) > ALPHA:
        labels = np.append(labels, 0)
    return len(labels)


def _cell(found: Comparison, key: str, number: float, end: str, lang: str) -> str:
    """Return one number: a p, a plain one, or a change, in percent if of logarithms."""
    if pd.isna(number):
        return "—"
    if np.isinf(number):
        return say("verdict", "unbounded", lang)
    if key.startswith("p_"):
        return show_p(number)
    if found.scale == "level" or key.startswith(("df_", "se_", "synthetic_r")):
        return f"{number:.4g}".replace("-", "−")
    return show_percent(number, end)


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the strings of comparisons."""
    return say("comparison", key, lang, **blanks)
