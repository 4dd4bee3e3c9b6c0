"""Prints what a reviewer needs: wordings, ratios, tests, evidence, conflicts, gaps."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from hengstats.charts.refusals import draw_refusals
from hengstats.charts.timeline import draw_timeline
from hengstats.charts.verdict import draw_verdict
from hengstats.evidence import Verdict
from hengstats.evidence.sensitivity import sensitivity, write_sensitivity
from hengstats.evidence.shown import show_rate
from hengstats.evidence.statement import write_statement
from hengstats.evidence.verdict import label_table, refusals_note, refusals_table
from hengstats.figures import list_conflicts
from hengstats.ledger import mark, record
from hengstats.report import tables
from hengstats.report.blocks import Block, Table, escape
from hengstats.report.common import (
    as_paragraph,
    elsewhere_table,
    make_picture,
    pick,
    trace_names,
)
from hengstats.report.inputs import Inputs, phrase
from hengstats.report.origins import (
    list_events,
    list_rates,
    list_verdict,
    origin_of_name,
)
from hengstats.vocabulary import name, say

AREAS = ("nanjing-west-road", "jingan", "jingan-old", "lujiazui")


def write_appendices(given: Inputs) -> list[Block]:
    """Return what a reviewer needs, under one head each."""
    appendices: dict[str, Callable[[Inputs], list[Block]]] = {
        "wordings": _wordings,
        "ratios": _ratios,
        "tests": _tests,
        "evidence": _all_evidence,
        "conflicts": _conflicts,
        "missing": _missing,
        "counts": _counts,
    }
    blocks: list[Block] = []
    for key, appendix in appendices.items():
        if written := appendix(given):
            head = escape(phrase(given, f"head_{key}"))
            blocks += [f"# {head} {{.appendix}}", *written]
    return blocks


def _wordings(given: Inputs) -> list[Block]:
    """Print every figure in the words of its source, and say how words are read."""
    blocks: list[Block] = []
    events = given.dataset.milestones.query("kind == 'event'")
    if len(events):
        entity = str(events["entity"].iloc[0])
        draw = partial(draw_timeline, given.panel, entity=entity)
        blocks.append(make_picture(given, "timeline", draw, list_events(given, events)))
        blocks.append(tables.events_table(given, events))
    codebook, known = given.dataset.codebook, given.figures
    known = known[known["status"] != "missing"]
    for topic in ("tax", "organisation", "participation", "economy", "service"):
        measures = codebook.loc[codebook["topic"] == topic, "measure"]
        rows = known[known["measure"].isin(measures)]
        if given.many:
            groups = rows.groupby("measure", sort=False)
            blocks += [
                tables.years_table(given, one, f"{topic}-years") for _, one in groups
            ]
        elif len(rows):
            caption = phrase(
                given, "words_table", topic=phrase(given, f"topic_{topic}")
            )
            blocks.append(tables.figures_table(given, rows, f"{topic}-words", caption))
    elsewhere = given.elsewhere
    if elsewhere.empty:
        return blocks
    near = elsewhere[elsewhere["entity"].isin(AREAS)]
    growths = ("area_tax", "area_tax_growth", "yiyuan_buildings")
    rent = ("rent_mall", "rent_mall_growth")
    shown = {
        "rent": pick(given, elsewhere, ["building"], *rent),
        "area": near[near["measure"].isin(growths)],
        "national": pick(given, elsewhere, ["party"], "party_members", "organisations"),
        "participation_elsewhere": elsewhere[elsewhere["topic"] == "participation"],
    }
    return [
        *blocks,
        *(b for key, rows in shown.items() for b in elsewhere_table(given, key, rows)),
    ]


def _ratios(given: Inputs) -> list[Block]:
    """Print the ratios that follow from the figures."""
    table = tables.ratio_table(given)
    return [table] if table else []


def _tests(given: Inputs) -> list[Block]:
    """Print the verdict in full, what it rests on, and what was refused."""
    verdict, lang = given.verdict, given.lang
    if not isinstance(verdict, Verdict):
        return []
    statement = write_statement(verdict, lang, marked=True)
    blocks: list[Block] = [escape(trace_names(given, statement))]
    if verdict.finding in ("suggestive", "moves_together") and not verdict.many:
        told = write_sensitivity(sensitivity(verdict), lang)
        blocks.append(as_paragraph(given, [trace_names(given, text) for text in told]))
    if not verdict.n_growths:
        draw = partial(draw_verdict, verdict)
        drawn, title = list_verdict(given, verdict), "verdict_figure_none"
        blocks.append(make_picture(given, "verdict", draw, drawn, title=title))
    if len(verdict.table):
        blocks.append(
            Table(
                key="verdict",
                caption=phrase(given, "verdict_table"),
                frame=_named_frame(given, label_table(verdict, lang, marked=True)),
                note=phrase(given, "verdict_note"),
            )
        )
    title = "refused_figure"
    return [
        *blocks,
        phrase(given, "refused_lead"),
        make_picture(
            given,
            "refusals",
            partial(draw_refusals, verdict),
            list_rates(given, verdict),
            title=title,
        ),
        _refused(given, verdict),
    ]


def _refused(given: Inputs, verdict: Verdict) -> Table:
    """Return what was not computed, why, and how often it misleads, ours last."""
    frame = _named_frame(given, refusals_table(verdict, given.lang, marked=True))
    told = origin_of_name(given, ["simulated"])
    rates = [
        mark(given.numbers, show_rate(rate), told)
        for rate in verdict.own_rates.values()
    ]
    frame.loc[len(frame)] = [name("procedure", "assess", given.lang), "—", *rates]
    return Table(
        key="refused",
        caption=phrase(given, "refused_table"),
        frame=frame,
        note=trace_names(given, refusals_note(verdict, given.lang, marked=True)),
    )


def _named_frame(given: Inputs, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the verdict, its numbers marked with their origins."""
    return frame.map(partial(trace_names, given))


def _all_evidence(given: Inputs) -> list[Block]:
    """Print the evidence of each other explanation, as its source has it."""
    if given.many or given.rivals.empty:
        return []
    rows = [
        [
            "" if repeated else row["explanation"].partition(colon)[0],
            *_evidence(given, row),
        ]
        for colon in [say("word", "colon", given.lang).strip()]
        for row, repeated in zip(
            given.rivals.to_dict("records"),
            given.rivals.duplicated("rival"),
            strict=True,
        )
    ]
    columns = tables.heads(given, "rival", "evidence", "printed", "source")
    caption = phrase(given, "evidence_table")
    return [tables.make_table("evidence", caption, rows, columns)]


def _evidence(given: Inputs, row: dict[Hashable, Any]) -> Sequence[str]:
    """Return one piece of evidence: whose, what and when; as printed; by whom."""
    printed = mark(given.numbers, row["printed"], record(row))
    return row["evidence"], printed, tables.cited(given, [row["source"]])


def _missing(given: Inputs) -> list[Block]:
    """Say what was searched for and not found."""
    gaps = given.figures[given.figures["status"] == "missing"]
    if gaps.empty:
        return []
    return [phrase(given, "missing_lead"), tables.missing_table(given, gaps)]


def _conflicts(given: Inputs) -> list[Block]:
    """Show the figures that contradict each other."""
    found = [list_conflicts(data) for data in (given.dataset, *given.others)]
    conflicts = pd.concat(found)
    if conflicts.empty:
        return [phrase(given, "conflicts_none")]
    table = tables.conflicts_table(given, conflicts)
    return [phrase(given, "conflicts_lead"), table]


def _counts(given: Inputs) -> list[Block]:
    """Count the figures by subject and standing of the source."""
    return [phrase(given, "printed_lead"), tables.counts_table(given)]
