"""Says what may be said of two measures, in sentences, as a table and as a page.

Every number in a sentence comes from the result, and is marked there with the name of
what it is; `marked` texts keep these marks, for the report to say where it comes from.
"""

import html
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.refusals import (
    FOR_GAPS,
    label_refusals,
    rate_table,
    rates_of,
)
from hengstats.evidence.rule import ALPHA
from hengstats.evidence.shown import show_end, show_rate, statistic_label
from hengstats.evidence.statement import (
    entity_label,
    finding_label,
    mark_row,
    write_headline,
    write_plain,
    write_statement,
)
from hengstats.indicators import ENDS
from hengstats.ledger import name_number, unmarked
from hengstats.prose import measure_name, paragraph
from hengstats.vocabulary import say

STYLE = (
    "border-left:4px solid #0072B2;padding:.2em 1em;margin:.6em 0;"
    "max-width:60em;line-height:1.6"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Many:
    """What a verdict on many entities has beside that on one.

    Attributes
    ----------
    entities, alone, open_steps : int
        Entities in the fit; left out because they have one paired growth only; steps
        left out because a figure at one end is open.
    cluster, clusters : str, int
        The column by which entities are clustered, empty where each is its own; and
        how many clusters there are.
    strangers : int
        Entities that have others to exchange histories with.
    boxed, every_one : bool
        Whether some figure is more than a point; whether each entity was left out in
        turn for the largest p, or only those that matter most.
    alpha, detectable : float
        Limit of p; the slope that would be found in four cases of five.
    without : DataFrame
        `left_out, estimate`: the slope without each entity, or cluster.
    null : ndarray
        The slopes that exchanged histories give.
    """

    entities: int
    alone: int
    open_steps: int
    cluster: str
    clusters: int
    strangers: int
    boxed: bool
    every_one: bool
    alpha: float
    detectable: float
    without: pd.DataFrame
    null: NDArray[np.float64]


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
        """Return sentences, table and refusals as text."""
        rows = refusals_table(self, self.lang).to_numpy().tolist()
        how = "  {}（{}）" if self.lang.startswith("zh") else "  {} ({})"
        refused = [how.format(row[0], row[2]) for row in rows]
        parts = (
            "\n".join(write_plain(self, self.lang)),
            self.say(self.lang),
            label_table(self, self.lang).to_string(index=False),
            "\n".join([say("verdict", "refused_head", self.lang), *refused]),
        )
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        """Return the finding in one line."""
        way = f" ({self.direction})" if self.direction else ""
        return (
            f"<Verdict {self.economy} ~ {self.organisation}: level {self.level},"
            f" {self.finding}{way}, {self.n_growths} growths>"
        )

    def _repr_html_(self) -> str:
        """Return the verdict as Jupyter shows it."""
        lang, note = self.lang, refusals_note(self, self.lang)
        texts = [
            entity_label(self, lang),
            finding_label(self, lang),
            say("verdict", "level", lang, level=self.level),
            say("verdict", "details", lang),
            self.say(lang),
            *write_plain(self, lang),
        ]
        title, found, level, details, said, headline, *why = map(html.escape, texts)
        listed = "".join(f"<li>{reason}</li>" for reason in why)
        return (
            f'<div lang="{lang}" style="{STYLE}"><b>{title} · {found}</b>'
            f" <small>({level}, n = {self.n_growths})</small><p>{headline}</p>"
            f"<ul>{listed}</ul>"
            f"<details><summary>{details}</summary><p>{said}</p></details>"
            f"{_details('table_head', label_table(self, lang), lang, opened=' open')}"
            f"{_details('refused_head', refusals_table(self, lang), lang, note=note)}"
            "</div>"
        )


def label_table(verdict: Verdict, lang: str, *, marked: bool = False) -> pd.DataFrame:
    """Return the table of the verdict as it is read: labels, percent, open ends."""
    rows = []
    for row in verdict.table.to_dict("records"):
        label = say("verdict", "both_measures", lang)
        if row["measure"] in (verdict.organisation, verdict.economy):
            label = measure_name(verdict.steps, row["measure"], lang)
        sides = ENDS if row["lower"] < row["upper"] else ["value"] * len(ENDS)
        ends = [
            mark_row(verdict, row, show_end(row["statistic"], row[end], side, lang))
            for end, side in zip(ENDS, sides, strict=True)
        ]
        rows.append([label, statistic_label(row["statistic"], lang), *ends])
    keys = ("measure", "statistic", *ENDS)
    heads = [say("verdict", f"col_{key}", lang) for key in keys]
    table = pd.DataFrame(rows, columns=heads)
    return table if marked else table.map(unmarked)


def refusals_table(
    verdict: Verdict, lang: str, *, marked: bool = False
) -> pd.DataFrame:
    """Return the refusals as they are read, rates in percent."""
    table = label_refusals(verdict.refused, lang, marked=True)
    origin = "many_simulated" if verdict.many else "simulated"
    shown = {"col_procedure": list(table["label"]), "col_reason": list(table["reason"])}
    for kind in verdict.own_rates:  # of pairs of series, or of panels
        shown[kind] = [name_number(show_rate(rate), origin) for rate in table[kind]]
    heads = {say("verdict", key, lang): column for key, column in shown.items()}
    return pd.DataFrame(heads) if marked else pd.DataFrame(heads).map(unmarked)


def refusals_note(verdict: Verdict, lang: str, *, marked: bool = False) -> str:
    """Return what the false-alarm rates are, and for how many years."""
    many, words, origin = verdict.many, rate_words(verdict), "simulated"
    if many:
        origin = "many_simulated"
        words = {**rate_table("entities")[1], "n": rates_of(many.entities)[0]}
    words = {key: name_number(word, origin) for key, word in words.items()}
    words["alpha"] = name_number(f"{ALPHA:.0%}", "rule")
    parts = [say("many" if many else "verdict", "refused_note", lang, **words)]
    if not many and verdict.refused["procedure"].isin(FOR_GAPS).any():
        parts.append(say("verdict", "refused_gaps", lang))
    if not many and (verdict.tried > 1 or verdict.shock_years):
        parts.append(say("verdict", "refused_plain", lang, **words))
    note = paragraph(parts, lang)
    return note if marked else unmarked(note)


def rate_words(verdict: Verdict) -> dict[str, object]:
    """Return the number of years, pairs and the seed of the rates, for a note."""
    head = rate_table()[1]
    pairs = f"{head['replications']:,}"
    return {"n": verdict.rate_years, **head, "replications": pairs}


def _details(
    head: str, table: pd.DataFrame, lang: str, *, note: str = "", opened: str = ""
) -> str:
    """Return a table that can be folded away."""
    shown = table.to_html(index=False, border=0, escape=True, justify="left")
    for cell in ("th", "td"):
        shown = shown.replace(f"<{cell}>", f'<{cell} style="text-align:left">')
    return (
        f"<details{opened}><summary>{html.escape(say('verdict', head, lang))}</summary>"
        f"{shown}<small>{html.escape(note)}</small></details>"
    )
