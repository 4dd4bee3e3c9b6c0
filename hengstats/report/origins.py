"""Says where the numbers of the verdict come from, and which figures a chart draws."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hengstats.charts import marks
from hengstats.charts.choose import choose_entities
from hengstats.charts.comparison import figures_compared
from hengstats.charts.growth import step_labels
from hengstats.charts.growthmap import pair_growths_of_all
from hengstats.evidence import Verdict
from hengstats.evidence.comparison import Comparison, show_change
from hengstats.evidence.refusals import label_refusals
from hengstats.evidence.shown import show_rate
from hengstats.evidence.verdict import label_table, rate_words
from hengstats.indicators import ENDS, index_to
from hengstats.ledger import (
    Origin,
    figure,
    figures,
    formula,
    mark,
    mark_words,
    name_origins,
    record,
)
from hengstats.prose import Row, figures_of, latest_rows, say_figure, settled_percent
from hengstats.report.inputs import Inputs, entity_label, measure_label
from hengstats.report.tables import grown, origin_of_event, origin_of_growth
from hengstats.revisions import Changes
from hengstats.revisions.result import wording
from hengstats.vocabulary import name, programme_labels, say

# Names of numbers that are computed from all paired growths.
OF_GROWTHS = ("growths", "least_p", "orders", "detectable", "sensitivity")


def origin_of_name(
    given: Inputs, names: list[str], verdict: Verdict | str | None = None
) -> Origin:
    """Return the origin of a number by the names that a verdict gives it.

    Without one that of the report is meant.
    """
    verdict, (kind, *more) = verdict or given.verdict, names
    if not isinstance(verdict, Verdict):
        return formula(kind)
    if kind == "figure":
        return Origin("figure", (verdict.entity, *more))
    if kind == "statistic":
        return _origin_of_statistic(given, verdict, *more)
    if kind == "years":
        both = (verdict.organisation, verdict.economy)
        rows = [
            row
            for measure in both
            for row in figures_of(given.panel, measure)
            if row["year"] in verdict.years
        ]
        return formula(kind, figures(rows))
    if kind in OF_GROWTHS:
        return formula(kind, _growths(given, verdict))
    words: dict[str, Any] = {}
    if kind == "simulated" and verdict.many:
        kind = "many_simulated"
    elif kind == "simulated":
        words = rate_words(verdict)
    elif kind == "tried":
        words = {"n": verdict.tried}
    return formula(kind, **words)


def _growths(given: Inputs, verdict: Verdict) -> list[Origin]:
    """Return the paired growths of both measures as origins."""
    return [
        origin_of_growth(
            given,
            measure,
            verdict.entity,
            step,
            np.expm1([step[f"{side}_{end}"] for end in ENDS]),
            printed=(step["from_year"], step["year"]) in verdict.printed_steps,
        )
        for step in verdict.steps.to_dict("records")
        for side, measure in (("x", verdict.organisation), ("y", verdict.economy))
    ]


def _origin_of_statistic(
    given: Inputs, verdict: Verdict, statistic: str, measure: str
) -> Origin:
    """Return a row of the table of the verdict as an origin."""
    [row, *_] = verdict.table[verdict.table["statistic"] == statistic].to_dict(
        "records"
    )
    key, _, years = statistic.partition(" ")
    if years:
        own = verdict.table["measure"] == measure
        own &= verdict.table["statistic"] == statistic
        [row] = verdict.table[own].to_dict("records")
        first, last = years.split("-")
        step = {"from_year": first, "year": last}
        grew = np.expm1([row[end] for end in ENDS])
        printed = (int(first), int(last)) in verdict.printed_steps
        return origin_of_growth(
            given, measure, verdict.entity, step, grew, printed=printed
        )
    ends = [row[end] for end in ENDS]
    return formula("statistic", _growths(given, verdict), ends, statistic=key)


def origin_of_change(
    found: Comparison, entities: Iterable[str], names: Sequence[str] = ("before_after",)
) -> Origin:
    """Return the origin of a number by the name that a comparison gives it."""
    if names[0] != "before_after":
        return formula(names[0])
    known = [one for entity in entities for one in figures_compared(found, entity)]
    return formula("before_after", known)


# The figures that a chart draws


def list_figures(
    given: Inputs,
    panel: pd.DataFrame,
    measures: Sequence[str],
    entities: str | Sequence[str] | None,
    base: int | None = None,
    *,
    last: bool = False,
) -> list[str]:
    """Return the figures of each series of a chart, or its last one only.

    With a base year they are indices.
    """
    lang, labels = given.lang, panel.attrs["about"].get("labels")
    parts = [
        part
        for measure in (measures if isinstance(entities, str) else ())
        for part in programme_labels(measure, lang, labels)
        if part in panel
    ]
    names = choose_entities(panel, list(measures), entities)
    comma = say("word", "comma", lang)
    year = latest_rows(panel, measures[0])[1] if last else 0
    series = []
    for measure in (*measures, *parts):
        for entity in names if measure in panel else ():
            own = panel[panel["entity"] == entity]
            rows = figures_of(own, measure)
            if last:
                rows = [row for row in rows if row["year"] == year]
            if not rows:
                continue
            if base is None:
                unit = panel.attrs["about"]["units"].get(measure, "")
                shown = [say_figure(row, unit, lang, given.numbers) for row in rows]
            else:
                shown = _indices(given, own, measure, base)
            items = [
                say("prose", "item", lang, year=row["year"], figure=text)
                for row, text in zip(rows, shown, strict=True)
            ]
            label = comma.join(
                [entity_label(given, entity), measure_label(given, measure)]
            )
            series.append(_line(label, comma.join(items), lang))
    return series


def list_many(given: Inputs, measure: str, most: int, *, last: bool) -> list[str]:
    """Return the figures of a chart of many: of the last year, or of every year."""
    if last:
        rows = latest_rows(given.panel, measure)[0]
    else:
        known = figures_of(given.panel, measure)
        rows = sorted(known, key=_latest_and_largest, reverse=True)
    names = list(dict.fromkeys(row["entity"] for row in rows))[:most]
    return list_figures(given, given.panel, [measure], names, last=last)


def list_map(given: Inputs) -> list[str]:
    """Return the growths that the map of many draws, an entity each, in percent."""
    both = (given.tax, given.members)
    if not all(measure in given.panel for measure in both):
        return []
    comma, sign = say("word", "comma", given.lang), name("unit", "fraction", given.lang)
    lines = []
    for row in pair_growths_of_all(given.panel, *reversed(both)).to_dict("records"):
        parts = []
        for side, measure in zip("yx", both, strict=True):
            low, high = (row[f"{side}_{end}"] / 100 for end in ("lower", "upper"))
            box = (low, np.nan, high)
            told = origin_of_growth(given, measure, row["entity"], row, box)
            shown = settled_percent(low, high, given.lang)
            shown = shown if sign in shown else f"{shown}{sign}"
            label = measure_label(given, measure)
            parts.append(f"{label} {mark(given.numbers, shown, told)}")
        who = entity_label(given, row["entity"])
        lines.append(_line(who, comma.join(parts), given.lang))
    return lines


def _latest_and_largest(row: Row) -> tuple[int, float]:
    """Return the key by which small charts are in order."""
    return row["year"], marks.middle(*(row[end] for end in ("value", "lower", "upper")))


def _line(label: str, text: str, lang: str) -> str:
    """Return what is named, and what it is."""
    return f"{label}{say('word', 'colon', lang)}{text}"


def _indices(given: Inputs, own: pd.DataFrame, measure: str, base: int) -> list[str]:
    """Return the index of each year, marked; the base year is 100."""
    table = index_to(own, measure, base)
    by_year = {row["year"]: row for row in table.to_dict("records")}
    [first] = [row for row in figures_of(own, measure) if row["year"] == base]
    shown = []
    for row in figures_of(own, measure):
        index = by_year[row["year"]]
        ends = [index[end] for end in ENDS]
        point = f"{index['value']:.1f}"
        if np.isnan(index["value"]):
            point = say("hedge", "at_least", given.lang, n=f"{index['lower']:.1f}")
        told = formula("index", [figure(row), figure(first)], ends, base=base)
        shown.append(mark(given.numbers, point, told))
    return shown


def list_growths(given: Inputs, measure: str, steps: pd.DataFrame) -> list[str]:
    """Return the growths that a chart draws, a step each, in percent."""
    labels = step_labels(steps, given.lang)
    shown = grown(given, measure, given.entity, steps)
    sign = name("unit", "fraction", given.lang)
    return [
        _line(label, f"{text}{sign}", given.lang)
        for label, text in zip(labels, shown, strict=True)
    ]


def list_verdict(given: Inputs, verdict: Verdict) -> list[str]:
    """Return the growths and statistics that the chart of a verdict draws."""
    both = [verdict.organisation, verdict.economy]
    if not verdict.n_growths:
        return list_figures(given, given.panel, both, verdict.entity)
    comma = say("word", "comma", given.lang)
    lines = []
    table = label_table(verdict, given.lang, marked=True)
    for measure, statistic, *ends in table.to_numpy().tolist():
        shown = [
            name_origins(given.numbers, end, lambda names: origin_of_name(given, names))
            for end in dict.fromkeys(ends)
        ]
        text = comma.join(shown)
        lines.append(_line(f"{measure}{comma}{statistic}", text, given.lang))
    return lines


def list_rates(given: Inputs, verdict: Verdict) -> list[str]:
    """Return the false-alarm rates that the chart of the refusals draws."""
    told = origin_of_name(given, ["simulated"])
    table = label_refusals(verdict.refused, given.lang).dropna(subset="false_alarm")
    kind = "confounded_drifts" if verdict.many else "drift"
    ours = (name("procedure", "assess", given.lang), verdict.own_rates[kind])
    rows = [ours, *zip(table["label"], table[kind], strict=True)]
    return [
        _line(label, mark(given.numbers, show_rate(rate), told), given.lang)
        for label, rate in rows
    ]


def list_comparison(given: Inputs, found: Comparison) -> list[str]:
    """Return the changes that the chart of a comparison draws, an entity each."""
    lines = []
    for row in found.placebos.to_dict("records"):
        shown = show_change(found, row["lower"], row["upper"], given.lang)
        told = origin_of_change(found, [row["entity"]])
        text = mark(given.numbers, shown, told)
        lines.append(_line(entity_label(given, row["entity"]), text, given.lang))
    return lines


def list_events(given: Inputs, events: pd.DataFrame) -> list[str]:
    """Return the dated events that the timeline draws."""
    return [
        _line(
            mark(given.numbers, row["date"], origin_of_event(row)),
            mark_words(given.numbers, row[given.lang], origin_of_event(row)),
            given.lang,
        )
        for row in events.to_dict("records")
    ]


def list_revised(given: Inputs, found: Changes) -> list[str]:
    """Return the figures that the chart of changes draws, before and now."""
    revised = found.figures[found.figures["change"] == "revised"]
    comma = say("word", "comma", given.lang)
    lines = []
    for row in revised.to_dict("records"):
        before = record({**row, "source": "", "printed": row["old"]})
        shown = [
            mark(given.numbers, wording(row[side], row[f"{side}_unit"], given.lang), of)
            for side, of in (("old", before), ("new", figure(row)))
        ]
        names = [
            entity_label(given, row["entity"]),
            measure_label(given, row["measure"]),
            str(row["year"]),
        ]
        lines.append(_line(comma.join(names), " → ".join(shown), given.lang))
    return lines
