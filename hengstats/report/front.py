"""Says what a reader takes away: the front of a report, and its conclusion.

The conclusion says what may be said, what not, which figure would settle it and whom to
ask. No number is typed into a sentence.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from hengstats.charts.levels import draw_tax
from hengstats.evidence import Verdict
from hengstats.evidence.rule import RULED
from hengstats.ledger import formula, mark, record
from hengstats.printed import read_printed
from hengstats.prose import course_of, figures_of, list_spans
from hengstats.report.blocks import Block, escape, small
from hengstats.report.common import (
    PARTICIPATION,
    as_paragraph,
    cause,
    chart_of_many,
    count_rivals,
    counted,
    is_building,
    is_known,
    label_within,
    labelled,
    make_picture,
    many_words,
    members_chart,
    participation_said,
    plain_sentences,
    sentences_on,
    ways,
)
from hengstats.report.inputs import TAX, Inputs, entity_label, measure_label, phrase
from hengstats.report.origins import list_figures, origin_of_name
from hengstats.vocabulary import say

CHINESE = "一二三四五六七八九十"


def write_header(given: Inputs) -> str:
    """Return the title block of the report, as pandoc reads it."""
    data, edition = given.dataset, given.edition
    whose = {"entity": entity_label(given, given.entity), **many_words(given)}
    whose["n"] = len(given.entities)
    usual = "title" if is_building(given) else "title_area"
    title = phrase(given, "title_many" if given.many else usual, **whose)
    subtitle = "subtitle" if given.public else "subtitle_own"
    if data.illustrative:
        subtitle = "subtitle_illustrative"
    fields: dict[str, Any] = {
        "title": escape(edition.title or title),
        "subtitle": escape(phrase(given, subtitle)),
    }
    if signed := [escape(one) for one in (edition.unit, edition.author) if one]:
        fields["author"] = signed
    latest = max(data.sources["published"], default="")
    if edition.date:
        fields["date"] = escape(edition.date)
    elif latest:
        fields["date"] = escape(phrase(given, "date", date=latest))
    fields |= {
        "lang": given.lang,
        "typst-lang": given.lang.split("-")[0],
        "typst-region": {"zh-Hans": "CN", "zh-Hant": "HK", "en": "GB"}[given.lang],
    }
    # a text in JSON is one in YAML too
    lines = [
        f"{key}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in fields.items()
    ]
    return "---\n" + "\n".join(lines) + "\n---\n\n"


def write_summary(given: Inputs) -> list[Block]:
    """Say what the reader takes away, each with figure and source, and draw tax."""
    records = given.dataset.records
    printed = records[records["qualifier"] != "not_found"]
    if len(given.dataset.vintages):  # a figure that a later sheet repeats is one
        printed = printed.drop_duplicates(["entity", "measure", "period"], keep="last")
    if not given.many:
        printed = printed[printed["entity"] == given.entity]
    every = [record(row) for row in printed.to_dict("records")]
    first = printed.drop_duplicates("source").to_dict("records")
    counts = {
        "figures": counted(given, len(every), "count_records", every),
        "sources": counted(given, len(first), "count_sources", map(record, first)),
    }
    whose = entity_label(given, given.entity)
    single = "summary_one" if is_building(given) else "summary_area"
    lead = "summary_many" if given.many else single
    words = {"entity": whose, **many_words(given), **counts}
    lines = [escape(phrase(given, lead, **words))]
    for topic, measure in (("tax", given.tax), ("organisation", given.members)):
        if measure in given.panel:
            said = sentences_on(given, measure)
            parts = ["course", "alone", "bounds", "total"]
            parts += ["ranking", "moved"] if topic == "tax" else []
            text = as_paragraph(given, [said[one] for one in said if one in parts])
            lines.append(labelled(given, topic, text))
    if took_part := participation_said(given, brief=True):
        lines.append(labelled(given, "participation", as_paragraph(given, took_part)))
    told = []
    if isinstance(given.verdict, Verdict):
        plain = plain_sentences(given, given.verdict)
        found = given.verdict.finding == "moves_together" and not given.many
        told = [*plain[:1], *plain[-1:] * found, cause(given)]
    elif given.many:
        told = ways(given)
    if told:
        lines.append(labelled(given, "together", as_paragraph(given, told)))
    if len(given.rivals) and TAX in given.panel and not given.many:
        text = escape(phrase(given, "summary_rivals", n=count_rivals(given)))
        lines.append(labelled(given, "rivals", text))
    reading = [small(_how_to_read(given))]
    return [*lines, *_main_chart(given), *reading]


def _main_chart(given: Inputs) -> list[Block]:
    """Return the chart of tax, or of what else leads the report."""
    if given.many and is_known(given, given.tax):
        return [chart_of_many(given, "ranking", given.tax)]
    if is_known(given, given.tax):
        # phases behind the figures would look like causes
        draw = partial(draw_tax, given.panel, measure=given.tax, phases=False)
        draw = partial(draw, entities=given.shown)
        drawn = list_figures(given, given.panel, [given.tax], given.shown)
        label = measure_label(given, given.tax)
        return [make_picture(given, "tax", draw, drawn, what=label)]
    return members_chart(given)


def _how_to_read(given: Inputs) -> str:
    """Say how a wording is read, by two examples that are read here."""
    near, plain = read_printed("近300家"), read_printed("26.3亿元")
    words = {
        "plain": plain.number,
        "low": plain.lower,
        "high": plain.upper,
        "near": near.number,
        "least": near.lower,
        "under": near.upper,
    }
    told = formula("example")
    marked = {
        key: mark(given.numbers, f"{number:.10g}", told)
        for key, number in words.items()
    }
    return phrase(given, "how_to_read", **marked)


# The conclusion


def write_conclusion(given: Inputs) -> list[Block]:
    """Say what may be said, what not, which figure would settle it and whom to ask."""
    paragraphs = {
        "may": _may_be_said(given),
        "may_not": _may_not_be_said(given),
        "settle": _would_settle(given),
    }
    blocks: list[Block] = []
    for key, said in paragraphs.items():
        if said:
            listed = _enumerate(given, list(dict.fromkeys(said)))
            blocks.append(escape(phrase(given, f"conclude_{key}", list=listed)))
    return blocks


def _enumerate(given: Inputs, items: Sequence[str]) -> str:
    """Return several items as one counted list."""
    if len(items) < 2:
        return "".join(items)
    english = given.lang == "en"
    marks = [str(n + 1) if english else CHINESE[n] for n in range(len(items))]
    return say("word", "semicolon", given.lang).join(
        phrase(given, "list_item", mark=mark, text=text)
        for mark, text in zip(marks, items, strict=True)
    )


def _leading(given: Inputs) -> list[tuple[str, str]]:
    """Return topic and measure of what leads the report."""
    pairs = (("tax", given.tax), ("organisation", given.members))
    return [(topic, measure) for topic, measure in pairs if measure in given.panel]


def _may_be_said(given: Inputs) -> list[str]:
    """Return what the figures settle."""
    said = []
    for _, measure in _leading(given):
        label = label_within(given, measure)
        if given.many and is_known(given, measure):
            told = sentences_on(given, measure)
            whole = told.get("course", told["total"])
            said.append(phrase(given, "labelled_plain", label=label, text=whole))
        course = None if given.many else course_of(given.panel, measure, given.entity)
        if course and course[0] != "unsettled":
            words = {"measure": label, "first": course[1], "last": course[2]}
            said.append(phrase(given, f"may_{course[0]}", **words))
        elif not given.many and is_known(given, measure):
            years = [row["year"] for row in figures_of(given.panel, measure)]
            spans = list_spans(years, given.lang)
            said.append(phrase(given, "may_figures", measure=label, years=spans))
    verdict = given.verdict
    if isinstance(verdict, Verdict) and verdict.finding == "moves_together":
        both = [label_within(given, measure) for _, measure in _leading(given)]
        key = "may_together" if verdict.sign > 0 else "may_opposite"
        if verdict.many:
            key = "may_many" if verdict.sign > 0 else "may_many_opposite"
        said.append(phrase(given, key, tax=both[0], members=both[1]))
    return said


def _may_not_be_said(given: Inputs) -> list[str]:
    """Return what the figures leave open."""
    said = [phrase(given, "not_real")] if given.dataset.illustrative else []
    for _, measure in [] if given.many else _leading(given):
        label = label_within(given, measure)
        rows = figures_of(given.panel, measure)
        bounds = [row["year"] for row in rows if row["upper"] == float("inf")]
        if bounds:
            years = list_spans(bounds, given.lang)
            said.append(phrase(given, "not_bound", measure=label, years=years))
    verdict = given.verdict
    if isinstance(verdict, Verdict):
        together = verdict.finding == "moves_together"
        both = [label_within(given, measure) for _, measure in _leading(given)]
        key = "not_cause" if together else "not_together"
        said.append(phrase(given, key, tax=both[0], members=both[1]))
        said.append(phrase(given, "not_effect", tax=both[0]))
    if given.many:
        said.append(phrase(given, "not_sizes"))
    if given.others:
        said.append(phrase(given, "not_compared"))
    if len(given.rivals) and not given.many:
        said.append(phrase(given, "not_apart", n=count_rivals(given)))
    return said


def _would_settle(given: Inputs) -> list[str]:
    """Return which figures are missing most, and whom to ask for them."""
    if given.many:
        return [phrase(given, "settle_many")] * (len(_leading(given)) > 1)
    known = {
        measure: {
            row["year"]: row["upper"] < float("inf")
            for row in figures_of(given.panel, measure)
        }
        for _, measure in _leading(given)
    }
    starts = [course_of(given.panel, measure, given.entity) for measure in known]
    first = min((course[1] for course in starts if course), default=0)
    every = {year for years in known.values() for year in years if year >= first}
    said = []
    for topic, measure in _leading(given):
        span = range(min(every), max(every) + 1) if every else range(0)
        lacking = [year for year in span if not known[measure].get(year, False)]
        if lacking:
            label = label_within(given, measure)
            words = {"measure": label, "years": list_spans(lacking, given.lang)}
            area = "" if is_building(given) else "_area"
            whom = phrase(given, f"ask_{topic}{area}")
            said.append(phrase(given, "settle", whom=whom, **words))
    codebook = given.dataset.codebook
    wanted = codebook.loc[codebook["topic"] == "participation", "measure"]
    if wanted.isin(PARTICIPATION).any() and not any(
        is_known(given, measure) for measure in PARTICIPATION
    ):
        whom = phrase(given, "ask_participation")
        said.append(phrase(given, "settle_participation", whom=whom))
    verdict = given.verdict
    if not said and isinstance(verdict, Verdict):
        more = max(0, RULED - verdict.n_growths)
        key = "settle_more" if more else "settle_longer"
        told = formula("years_needed", [origin_of_name(given, ["growths"])])
        said.append(phrase(given, key, n=mark(given.numbers, str(more), told)))
    return said
