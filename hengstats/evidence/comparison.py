"""Says what a comparison before and after found: in sentences, a table, a page."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hengstats.evidence.placebo import (
    CHOICES_DRAWN,
    LEAST_UNITS,
    MOST_CHOICES,
    least_placebo_p,
)
from hengstats.evidence.rule import ALPHA
from hengstats.evidence.shown import (
    list_years,
    show_growth,
    show_p,
    show_percent,
    show_range,
)
from hengstats.evidence.synthetic import LEAST_DONORS, LEAST_YEARS
from hengstats.indicators import ENDS
from hengstats.panel import is_illustrative
from hengstats.vocabulary import LANGUAGES, measure_label, say

# What is not computed, and the share of false alarms it has with one unit treated:
# simulated by `benchmarks/one_treated.py`.
REFUSED = {"cluster_robust": (0.25, 0.85), "synthetic_control": (np.nan, np.nan)}
STYLE = (
    "border-left:4px solid #0072B2;padding:.2em 1em;margin:.6em 0;"
    "max-width:60em;line-height:1.6"
)
MOST_NAMES = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What changed at a date, beside what changed where nothing began.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    outcome : str
        The measure.
    treated : dict
        The first year of each entity where something began.
    since : int or None
        The first year after; None where starts differ.
    scale : str
        `log`: changes are logarithms; `level`: in the unit of the outcome.
    finding : str
        `not_enough_data` (none could be made, or no figures of so few entities reach
        .05), `cannot_tell` (as printed the placebo p is at most .05, within the boxes
        it need not be), `no_sign`, `suggestive` (as below, but they differed before, or
        no earlier year can show it) or `stands_out`.
    direction : str or None
        `more` or `less` than the others; None where the bounds do not settle it.
    table : DataFrame
        `statistic, lower, value, upper`: mean changes, their difference, its placebo
        p, t tests, leads and effects by first year and year, synthetic control. An end
        that is not known is missing, one that is open infinite.
    placebos : DataFrame
        `entity, treated, first_year, lower, value, upper, rank`: the change of each
        entity; `rank` by distance from the mean of the others, 1 the farthest. `attrs`
        as those of the panel.
    refused : DataFrame
        `procedure, least_rate, largest_rate`: what was not computed, and how often it
        reports a change where there is none, as fractions.
    basis : str
        `levels`; or `printed_growth`, the growth into the first year as it was printed.
    years : tuple of int
        Those that all entities compared know.
    n_units, n_treated : int
        Entities compared; those of them where something began.
    least_p : float
        The smallest placebo p that so many entities could give.
    set_aside : tuple of str
        Entities left out, as they do not know these years.
    weights : DataFrame
        `entity, weight`: the synthetic control, empty where there is none.
    missing : str
        Why no comparison could be made; empty otherwise.
    known_years, printed_years : dict
        Then, the years that each treated entity knows; and those into which a growth of
        theirs is printed, with the number of other entities that have one too.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    """

    outcome: str
    treated: dict[str, int]
    since: int | None
    scale: str
    finding: str
    direction: str | None
    table: pd.DataFrame
    placebos: pd.DataFrame
    refused: pd.DataFrame
    basis: str
    years: tuple[int, ...]
    n_units: int
    n_treated: int
    least_p: float
    set_aside: tuple[str, ...]
    weights: pd.DataFrame
    missing: str
    known_years: dict[str, tuple[int, ...]]
    printed_years: dict[int, int]
    lang: str

    @property
    def headline(self) -> str:
        """What changed and what was found, without a term of art, in `lang`."""
        return write_headline(self, self.lang)

    @property
    def reasons(self) -> list[str]:
        """What the finding rests on, in short sentences, in `lang`."""
        return write_reasons(self, self.lang)

    @property
    def statement(self) -> str:
        """The comparison in 简体, ready to be printed."""
        return self.say("zh-Hans")

    def say(self, lang: str) -> str:
        """Return the comparison in one language, ready to be printed."""
        parts = [write_headline(self, lang), *write_reasons(self, lang)]
        return _space(lang).join([*parts, *_details(self, lang)])

    def __str__(self) -> str:
        """Return the statement and the table as text."""
        shown = label_comparison(self, self.lang)
        table = [] if shown.empty else [shown.to_string(index=False)]
        return "\n\n".join([self.say(self.lang), *table])

    def __repr__(self) -> str:
        """Return the finding in one line."""
        since = "" if self.since is None else f" since {self.since}"
        return (
            f"<Comparison {self.outcome}{since}: {self.finding},"
            f" {self.n_treated} of {self.n_units} entities>"
        )

    def _repr_html_(self) -> str:
        """Return the comparison as Jupyter shows it."""
        said = html.escape(self.say(self.lang))
        head = html.escape(_say(f"finding_{self.finding}", self.lang))
        shown = label_comparison(self, self.lang)
        table = "" if shown.empty else shown.to_html(index=False, border=0)
        return (
            f'<div lang="{self.lang}" style="{STYLE}"><b>{head}</b>'
            f"<p>{said}</p>{table}</div>"
        )


def list_refused(procedures: Sequence[str]) -> pd.DataFrame:
    """Return procedures that were not used, with the span of their false alarms."""
    rows = [[one, *REFUSED[one]] for one in procedures]
    return pd.DataFrame(rows, columns=["procedure", "least_rate", "largest_rate"])


def write_headline(found: Comparison, lang: str) -> str:
    """Return what changed and what was found."""
    words = _words(found, lang)
    parts = []
    if is_illustrative(list(found.treated)):
        parts.append(say("verdict", "illustrative", lang))
    if found.missing:
        parts.append(_say("missing", lang, why=_why(found, lang), **words))
        return _space(lang).join(parts)
    key = "fact" if found.since is not None else "fact_staggered"
    parts += [_say(key, lang, **words), _say(f"head_{found.finding}", lang, **words)]
    return _space(lang).join(parts)


def write_reasons(found: Comparison, lang: str) -> list[str]:
    """Return what the finding rests on, and what it does not show."""
    words = _words(found, lang)
    if found.missing:
        pairs = found.printed_years.items()
        hints = [_say("hint_year", lang, year=year, n=n) for year, n in pairs]
        listed = say("word", "comma", lang).join(hints)
        return [_say("hint", lang, years=listed)] if hints else []
    p = _row(found, "p_placebo")
    words |= {"p": _span(p, show_p, lang), "rank": _rank(found, lang)}
    exact = "rank_one" if found.n_treated == 1 else "rank_many"
    parts = [_say(exact, lang, **words)]
    leads = _row(found, "p_leads")
    if leads is not None:
        key = "leads_apart" if leads["value"] <= ALPHA else "leads_alike"
        parts.append(_say(key, lang, **{**words, "p": show_p(leads["value"])}))
    else:
        parts.append(_say("leads_none", lang, **words))
    for row in found.refused.to_dict("records"):
        if row["procedure"] == "cluster_robust":
            rates = [f"{100 * row[k]:.0f}" for k in ("least_rate", "largest_rate")]
            rates = {"few": rates[0], "many": rates[1], "least": LEAST_UNITS}
            parts.append(_say("refused_cluster_robust", lang, **{**words, **rates}))
    parts.append(_say("association", lang, **words))
    return parts


def _details(found: Comparison, lang: str) -> list[str]:
    """Return what a reviewer asks for: years, tests, synthetic control, set aside."""
    if found.missing:
        return []
    words, parts = _words(found, lang), []
    key = "years_printed" if found.basis == "printed_growth" else "years"
    years = list_years(found.years, lang)
    if found.basis == "printed_growth":
        first, last = found.years
        years = say("chart", "growth_step", lang, from_year=first, year=last)
    parts.append(_say(key, lang, years=years))
    t, low, high = (_row(found, k) for k in ("p_pooled_t", "conf_low", "conf_high"))
    if t is not None and low is not None and high is not None:
        ends = _between(found, low["lower"], high["upper"], lang)
        p, df = _span(t, show_p, lang), found.n_units - 2
        parts.append(_say("pooled_t", lang, p=p, df=df, ends=ends))
    gap, share = _row(found, "synthetic_gap"), _row(found, "p_synthetic")
    if gap is not None and share is not None:
        rank = round(share["value"] * found.n_units)
        told = {"gap": _show(found, gap["value"], "value"), "place": rank}
        told |= {"mix": _list_mix(found, lang), "p": show_p(share["value"])}
        parts.append(_say("synthetic", lang, **words, **told))
    elif found.n_treated == 1:
        told = {"enough": LEAST_YEARS, "donors": LEAST_DONORS}
        parts.append(_say("refused_synthetic_control", lang, **words, **told))
    if found.least_p == 1 / (1 + CHOICES_DRAWN):
        told = {"drawn": f"{CHOICES_DRAWN:,}", "most": f"{MOST_CHOICES:,}"}
        parts.append(_say("drawn", lang, **told))
    if found.set_aside:
        names = _list_names(found, found.set_aside, lang)
        parts.append(_say("set_aside", lang, names=names))
    return parts


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


def finding_label(found: Comparison, lang: str) -> str:
    """Return the finding in words."""
    return _say(f"finding_{found.finding}", lang)


def entity_names(found: Comparison, entities: Sequence[str], lang: str) -> list[str]:
    """Return what entities are called."""
    known = found.placebos.attrs.get("about", {}).get("entities", {})
    place = LANGUAGES.index(lang)
    return [str(known[one][place]) if one in known else str(one) for one in entities]


def show_change(found: Comparison, row: dict, lang: str) -> str:
    """Return a change within its bounds, in percent or in the unit of the outcome."""
    return _between(found, row["lower"], row["upper"], lang)


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


def _between(found: Comparison, low: float, high: float, lang: str) -> str:
    """Return the bounds of a change, an open end in words."""
    if found.scale == "log":
        return show_growth(low, high, lang)
    ends = [
        "" if np.isinf(n) else _show(found, n, e)
        for n, e in zip((low, high), ("lower", "upper"), strict=True)
    ]
    return show_range(*ends, lang)


def _span(row: dict | None, show, lang: str) -> str:
    """Return a p, or its span over the boxes."""
    if row is None:
        return "—"
    ends = [row[end] for end in ("lower", "upper")]
    if np.isnan(ends).any():
        return show(row["value"])
    return show_range(*map(show, ends), lang)


def _row(found: Comparison, statistic: str) -> dict | None:
    """Return a row of the table, or None."""
    rows = found.table[found.table["statistic"] == statistic].to_dict("records")
    return {str(key): value for key, value in rows[0].items()} if rows else None


def _rank(found: Comparison, lang: str) -> str:
    """Return at what place the only one treated stands, over the boxes."""
    p = _row(found, "p_placebo") or dict.fromkeys(ENDS, 1.0)
    ends = (f"{p[end] * found.n_units:.0f}" for end in ("lower", "upper"))
    return show_range(*ends, lang)


def _needed(starts: Sequence[int]) -> int:
    """Return how many entities it takes for the smallest p to reach the limit."""
    _, labels = np.unique(list(starts), return_inverse=True)
    labels = np.append(labels + 1, 0)
    while least_placebo_p(labels) > ALPHA:
        labels = np.append(labels, 0)
    return len(labels)


def _words(found: Comparison, lang: str) -> dict[str, object]:
    """Return what the sentences of a comparison are about."""
    labels = found.placebos.attrs.get("about", {}).get("labels")
    words: dict[str, object] = {
        "who": _list_names(found, list(found.treated), lang),
        "outcome": measure_label(found.outcome, lang, labels),
        "since": found.since or "",
        "k": found.n_treated,
        "n": found.n_units,
        "others": found.n_units - found.n_treated,
        "alpha": f"{ALPHA:.0%}",
    }
    if found.missing:
        return words
    for name in ("change_treated", "change_others", "difference"):
        row = _row(found, name)
        words[name] = show_change(found, row, lang) if row else "—"
    words["least"] = f"{100 * found.least_p:.3g}%"
    words["needed"] = _needed(list(found.treated.values()))
    return words


def _why(found: Comparison, lang: str) -> str:
    """Say why no comparison could be made."""
    years = [y for own in found.known_years.values() for y in own]
    listed = list_years(tuple(sorted(set(years))), lang) if years else "—"
    return _say(f"why_{found.missing}", lang, years=listed, since=found.since or "")


def _list_names(found: Comparison, entities: Sequence[str], lang: str) -> str:
    """Return names in one line; of many the first few and how many there are."""
    names = entity_names(found, entities[:MOST_NAMES], lang)
    listed = say("word", "comma", lang).join(names)
    if len(entities) <= MOST_NAMES:
        return listed
    return _say("and_more", lang, names=listed, n=len(entities))


def _list_mix(found: Comparison, lang: str) -> str:
    """Return the units of the mixture that weigh most, with their shares."""
    own = found.weights.head(MOST_NAMES)
    names = entity_names(found, own["entity"].tolist(), lang)
    shares = (f"{share:.0%}" for share in own["weight"])
    parts = (f"{name} {share}" for name, share in zip(names, shares, strict=True))
    return say("word", "comma", lang).join(parts)


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the strings of comparisons."""
    return say("comparison", key, lang, **blanks)


def _space(lang: str) -> str:
    """Return what stands between two sentences."""
    return "" if lang.startswith("zh") else " "
