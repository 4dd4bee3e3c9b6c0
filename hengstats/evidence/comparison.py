"""Says what a comparison before and after found: in sentences, a table, a page."""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hengstats.evidence.placebo import CHOICES_DRAWN, LEAST_UNITS, least_placebo_p
from hengstats.evidence.rule import ALPHA
from hengstats.evidence.shown import (
    list_years,
    show_growth,
    show_p,
    show_percent,
    show_range,
)
from hengstats.evidence.synthetic import LEAST_DONORS, LEAST_YEARS
from hengstats.evidence.verdict import STYLE
from hengstats.indicators import ENDS
from hengstats.panel import is_illustrative
from hengstats.vocabulary import LANGUAGES, measure_label, say

Row = Mapping[str, float]

# False alarms in 100 of a p clustered by entity, where one of few is treated; simulated
# by `benchmarks/one_treated.py`.
CLUSTERED = {"few": 25, "many": 85}
MOST_NAMES = 4


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
        return _headline(self, self.lang)

    @property
    def reasons(self) -> list[str]:
        """What the finding rests on, in short sentences, in `lang`."""
        return _reasons(self, self.lang)

    @property
    def statement(self) -> str:
        """The comparison in 简体, ready to be printed."""
        return self.say("zh-Hans")

    def say(self, lang: str) -> str:
        """Return the comparison in one language, ready to be printed."""
        parts = [_headline(self, lang), *_reasons(self, lang), *_details(self, lang)]
        return _space(lang).join(parts)

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
        head, said = map(
            html.escape, (finding_of(self, self.lang), self.say(self.lang))
        )
        shown = label_comparison(self, self.lang).to_html(index=False, border=0)
        return (
            f'<div lang="{self.lang}" style="{STYLE}"><b>{head}</b><p>{said}</p>'
            f"{'' if self.missing else shown}</div>"
        )


def finding_of(found: Comparison, lang: str) -> str:
    """Return the finding in words."""
    return _say(f"finding_{found.finding}", lang)


def entity_names(found: Comparison, entities: Sequence[str], lang: str) -> list[str]:
    """Return what entities are called."""
    known = found.about.get("about", {}).get("entities", {})
    place = LANGUAGES.index(lang)
    return [str(known[one][place]) if one in known else str(one) for one in entities]


def label_comparison(found: Comparison, lang: str) -> pd.DataFrame:
    """Return the table of a comparison as it is read: labels, percent, open ends."""
    rows = []
    for row in found.table.to_dict("records"):
        key, _, cell = row["statistic"].partition(" ")
        first, _, year = cell.partition("-")
        label = _say(f"stat_{key}", lang, first=first, year=year)
        rows.append([label, *(_cell(found, key, row[end], end, lang) for end in ENDS)])
    heads = [say("verdict", f"col_{key}", lang) for key in ("statistic", *ENDS)]
    return pd.DataFrame(rows, columns=heads)


def show_change(found: Comparison, low: float, high: float, lang: str) -> str:
    """Return the bounds of a change, an open end in words."""
    if found.scale == "log":
        return show_growth(low, high, lang)
    pair = zip((low, high), ("lower", "upper"), strict=True)
    return show_range(
        *("" if np.isinf(n) else _show(found, n, end) for n, end in pair), lang
    )


def _headline(found: Comparison, lang: str) -> str:
    """Return what changed and what was found."""
    invented = is_illustrative(list(found.treated))
    parts = [say("verdict", "illustrative", lang)] if invented else []
    words = _words(found, lang)
    if found.missing:
        years = {year for own in found.known_years.values() for year in own}
        listed = list_years(tuple(sorted(years)), lang)
        why = _say(f"why_{found.missing}", lang, years=listed)
        return _space(lang).join([*parts, _say("missing", lang, why=why, **words)])
    fact = "fact_staggered" if found.since is None else "fact"
    told = (_say(key, lang, **words) for key in (fact, f"head_{found.finding}"))
    return _space(lang).join([*parts, *told])


def _reasons(found: Comparison, lang: str) -> list[str]:
    """Return what the finding rests on, and what it does not show."""
    if found.missing:
        pairs = found.printed_years.items()
        hints = [_say("hint_year", lang, year=year, n=n) for year, n in pairs]
        listed = say("word", "comma", lang).join(hints)
        return [_say("hint", lang, years=listed)] if hints else []
    words, rows = _words(found, lang), _rows(found)
    p = rows["p_placebo"]
    words |= {"p": _span(p, show_p, lang), "least_units": LEAST_UNITS, **CLUSTERED}
    words["rank"] = _span(p, lambda share: f"{share * found.n_units:.0f}", lang)
    parts = ["rank_one" if len(found.treated) == 1 else "rank_many", "leads_none"]
    if "p_leads" in rows:
        early = rows["p_leads"]["value"]
        parts[1] = "leads_apart" if early <= ALPHA else "leads_alike"
        words["p_leads"] = show_p(early)
    parts += ["clustered"] if "cluster_robust" in found.refused else []
    return [_say(key, lang, **words) for key in (*parts, "association")]


def _details(found: Comparison, lang: str) -> list[str]:
    """Return what a reviewer asks for: years, t test, synthetic control, set aside."""
    if found.missing:
        return []
    words, rows = _words(found, lang), _rows(found)
    words |= {"years": list_years(found.years, lang), "drawn": f"{CHOICES_DRAWN:,}"}
    words |= {"enough": LEAST_YEARS, "donors": LEAST_DONORS}
    words["aside"] = _list_names(found, found.set_aside, lang)
    parts = ["years" if found.basis == "levels" else "years_printed"]
    if found.basis != "levels":
        step = dict(zip(("from_year", "year"), found.years, strict=True))
        words["years"] = say("chart", "growth_step", lang, **step)
    if "p_pooled_t" in rows:
        ends = rows["conf_low"]["lower"], rows["conf_high"]["upper"]
        words["p"], words["df"] = (
            _span(rows["p_pooled_t"], show_p, lang),
            found.n_units - 2,
        )
        words["ends"] = show_change(found, *ends, lang)
        parts.append("pooled_t")
    if found.weights:
        share = rows["p_synthetic"]["value"]
        words["gap"] = _show(found, rows["synthetic_gap"]["value"], "value")
        words |= {"p_mix": show_p(share), "place": f"{share * found.n_units:.0f}"}
        most = list(found.weights.items())[:MOST_NAMES]
        names = entity_names(found, [name for name, _ in most], lang)
        mix = [f"{n} {share:.0%}" for n, (_, share) in zip(names, most, strict=True)]
        words["mix"] = say("word", "comma", lang).join(mix)
        parts.append("synthetic")
    elif len(found.treated) == 1:
        parts.append("no_synthetic")
    parts += ["drawn"] if found.least_p == 1 / (1 + CHOICES_DRAWN) else []
    parts += ["set_aside"] if found.set_aside else []
    return [_say(key, lang, **words) for key in parts]


def _words(found: Comparison, lang: str) -> dict[str, object]:
    """Return what the sentences of a comparison are about."""
    labels = found.about.get("about", {}).get("labels")
    rows = _rows(found)
    words: dict[str, object] = {
        name: show_change(found, rows[name]["lower"], rows[name]["upper"], lang)
        for name in ("change_treated", "change_others", "difference")
        if name in rows
    }
    starts = list(found.treated.values())
    return words | {
        "who": _list_names(found, list(found.treated), lang),
        "outcome": measure_label(found.outcome, lang, labels),
        "since": found.since,
        "k": len(starts),
        "n": found.n_units,
        "others": found.n_units - len(starts),
        "least": f"{100 * found.least_p:.3g}%",
        "needed": _needed(starts),
    }


def _rows(found: Comparison) -> dict[str, Row]:
    """Return the rows of the table by their statistic."""
    return found.table.set_index("statistic").to_dict("index")


def _needed(starts: Sequence[int]) -> int:
    """Return how many entities it takes for the smallest p to reach the limit."""
    _, labels = np.unique(starts, return_inverse=True)
    labels = np.append(labels + 1, 0)
    while least_placebo_p(labels) > ALPHA:
        labels = np.append(labels, 0)
    return len(labels)


def _list_names(found: Comparison, entities: Sequence[str], lang: str) -> str:
    """Return names in one line; of many the first few and how many there are."""
    names = entity_names(found, entities[:MOST_NAMES], lang)
    listed = say("word", "comma", lang).join(names)
    many = len(entities)
    return listed if many <= MOST_NAMES else _say("more", lang, names=listed, n=many)


def _cell(found: Comparison, key: str, number: float, end: str, lang: str) -> str:
    """Return one number of the table."""
    if pd.isna(number):
        return "—"
    if np.isinf(number):
        return say("verdict", "unbounded", lang)
    if key.startswith("p_"):
        return show_p(number)
    if key.startswith(("df_", "se_", "synthetic_r")):
        return f"{number:.4g}"
    return _show(found, number, end)


def _show(found: Comparison, number: float, end: str) -> str:
    """Return a change: percent of a logarithm, or as it is."""
    if found.scale == "log":
        return show_percent(number, end)
    return f"{number:.4g}".replace("-", "−")


def _span(row: Row, show: Callable[[float], str], lang: str) -> str:
    """Return a share over the boxes, each end as `show` has it."""
    return show_range(show(row["lower"]), show(row["upper"]), lang)


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the strings of comparisons."""
    return say("comparison", key, lang, **blanks)


def _space(lang: str) -> str:
    """Return what stands between two sentences."""
    return "" if lang.startswith("zh") else " "
