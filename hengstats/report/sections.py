"""What does each section of the report say about one dataset?

A section returns blocks: text, tables, pictures. It computes nothing of its own, and
no number is typed into its sentences.
"""

from collections.abc import Callable
from functools import partial

import pandas as pd

from hengstats import charts
from hengstats.figures import list_conflicts
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, escape
from hengstats.report.changes import changes_section
from hengstats.report.comparators import compare_section
from hengstats.report.material import MEMBERS, TAX, Material
from hengstats.report.organisation import organisation_section
from hengstats.report.participation import participation_section
from hengstats.report.portion import take_portion
from hengstats.report.tax import tax_section
from hengstats.report.verdict import headline, verdict_section
from hengstats.vocabulary import name, say


def write_sections(material: Material) -> list[Block]:
    """Return the whole report as blocks, its charts yet to be drawn."""
    lang = material.lang
    sections: dict[str, Callable[[Material], list[Block]]] = {
        "summary": _summary,
        "changes": changes_section,
        "printed": _printed,
        "tax": tax_section,
        "organisation": organisation_section,
        "participation": participation_section,
        "together": verdict_section,
        "comparators": compare_section,
        "missing": _missing,
        "conflicts": _conflicts,
        "sources": _sources,
    }
    blocks: list[Block] = []
    if material.dataset.illustrative:
        blocks.append(f"> {say('report', 'illustrative', lang)}")
    number = 0
    for key, section in sections.items():
        if written := section(material):
            title = say("report", f"head_{key}", lang)
            if key != "summary":
                number += 1
                title = number_head(number, lang) + title
            blocks += [f"# {title}", *written]
    return blocks


def number_head(number: int, lang: str) -> str:
    """Return the number before a heading: 一、 in Chinese, 1. in English."""
    return (
        f"{number}\\. " if lang == "en" else f"{'一二三四五六七八九十'[number - 1]}、"
    )


def _summary(m: Material) -> list[Block]:
    """Say what there is, year by year, in the words of the sources."""
    records, lang = m.dataset.records, m.lang
    printed = records[records["qualifier"] != "not_found"]
    counts = say(
        "report",
        "summary_counts",
        lang,
        dataset=m.dataset.name,
        figures=len(printed),
        sources=printed["source"].nunique(),
        gaps=len(records) - len(printed),
    )
    lines: list[Block] = [escape(counts)]
    if m.many:
        whose = tables.called(m.names, m.entity, lang)
        told = say("report", "summary_many", lang, n=len(m.entities), entity=whose)
        lines.append(escape(told))
    for measure in (TAX, MEMBERS):
        own = m.figures.query("measure == @measure and entity == @m.entity")
        years = [
            say(
                "report",
                "summary_missing" if row["status"] == "missing" else "summary_year",
                lang,
                year=row["year"],
                printed=row["printed"],
            )
            for row in own.to_dict("records")
        ]
        if years:
            joined = say("word", "semicolon", lang).join(years)
            label = name("measure", measure, lang)
            told = say("report", "summary_measure", lang, measure=label, list=joined)
            lines.append(escape(told))
    return [*lines, *headline(m), say("report", "how_to_read", lang)]


def _printed(m: Material) -> list[Block]:
    """Count what was printed, and draw when what happened."""
    codebook = m.dataset.codebook
    topics = dict(zip(codebook["measure"], codebook["topic"], strict=True))
    blocks: list[Block] = [
        say("report", "printed_lead", m.lang),
        tables.counts_table(m.dataset.records, topics, m.lang),
    ]
    events = m.dataset.milestones.query("kind == 'event'")
    if len(events):
        whose = str(events["entity"].iloc[0])
        shown = take_portion(m.panel, [whose], [], milestones=True)
        draw = partial(charts.draw_timeline, shown, entity=whose, lang=m.lang)
        caption = say("report", "timeline_figure", m.lang)
        blocks.append(Picture(key="timeline", caption=caption, draw=draw))
    return blocks


def _missing(m: Material) -> list[Block]:
    """Say what was searched for and not found."""
    gaps = m.figures[m.figures["status"] == "missing"]
    if gaps.empty:
        return []
    lead = say("report", "missing_lead", m.lang)
    return [lead, tables.missing_table(gaps, m.lang)]


def _conflicts(m: Material) -> list[Block]:
    """Show the figures that contradict each other."""
    loaded = (m.dataset, *m.others)
    table = pd.concat([list_conflicts(data) for data in loaded])
    if table.empty:
        return [say("report", "conflicts_none", m.lang)]
    return [
        say("report", "conflicts_lead", m.lang),
        tables.conflicts_table(table, m.numbers, m.names, m.lang),
    ]


def _sources(m: Material) -> list[Block]:
    """List the publications, numbered."""
    loaded = [data.sources for data in (m.dataset, *m.others)]
    sources = pd.concat(loaded).drop_duplicates("source")
    sources = sources[sources["kind"] != "transcribed"]
    return [
        say("report", "sources_lead", m.lang),
        tables.sources_list(sources, m.numbers, m.lang),
    ]
