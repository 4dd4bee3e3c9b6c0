"""Says what each section of the report says about one dataset.

The front says what a reader takes away, each section opens with its finding, and the
conclusion says what may be said. What a reviewer needs stands in the appendices. A
section computes nothing of its own, and no number is typed into its sentences.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.growth import draw_growth
from hengstats.charts.growthmap import draw_growth_map, pair_growths_of_all
from hengstats.charts.levels import (
    draw_index,
    draw_membership,
    draw_participation,
    draw_tax,
)
from hengstats.charts.many import draw_multiples, draw_ranking
from hengstats.charts.refusals import draw_refusals
from hengstats.charts.revisions import draw_revisions
from hengstats.charts.timeline import draw_timeline
from hengstats.charts.verdict import draw_verdict
from hengstats.errors import DataError
from hengstats.evidence import Verdict
from hengstats.evidence.rule import RULED
from hengstats.evidence.shown import show_rate
from hengstats.evidence.statement import write_plain, write_statement
from hengstats.evidence.verdict import label_table, refusals_note, refusals_table
from hengstats.figures import list_conflicts
from hengstats.indicators import growth
from hengstats.ledger import (
    Origin,
    figure,
    figure_at,
    figures,
    formula,
    mark,
    mark_words,
    name_origins,
    record,
)
from hengstats.panel import series_of
from hengstats.printed import read_printed
from hengstats.prose import (
    cite,
    course_of,
    describe_all,
    describe_one,
    equals,
    figures_of,
    growths_of_all,
    join_sentences,
    latest_rows,
    list_spans,
    say_figure,
    settled_percent,
    several_of,
    share_of,
    within,
)
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, Table, escape, refer, small
from hengstats.report.inputs import (
    MEMBERS,
    TAX,
    Inputs,
    entity_label,
    measure_label,
    phrase,
)
from hengstats.report.origins import (
    list_events,
    list_figures,
    list_growths,
    list_many,
    list_map,
    list_rates,
    list_revised,
    list_verdict,
    origin_of_name,
)
from hengstats.revisions import Changes
from hengstats.revisions.result import (
    conclusions_table,
    counts_text,
    figures_table,
    part_conclusions,
)
from hengstats.vocabulary import name, say

# So many rows of changes are printed; the note says how many more there are.
MOST = 60
ORGANISATION = (
    MEMBERS,
    "members_working_here",
    "branches",
    "enterprises_covered",
    "organisations",
)
DOUBTED = ("interested", "weak")  # standings that are said beside the figures
BARS, DRAWN = 15, 25  # bars of the chart in front, small charts
TOLD = 4  # measures of a topic, where it has none of those above
PARTICIPATION = ("attendances", "participants", "events", "volunteers")
AREAS = ("nanjing-west-road", "jingan", "jingan-old", "lujiazui")
CHINESE = "一二三四五六七八九十"
NAN = float("nan")


def write_sections(given: Inputs) -> list[Block]:
    """Return the whole report as blocks, its charts yet to be drawn.

    A brief one has no appendices, and no table but that of tax.
    """
    sections: dict[str, Callable[[Inputs], list[Block]]] = {
        "tax": _tax,
        "organisation": _organisation,
        "participation": _participation,
        "comparators": _comparators,
        "together": _together,
        "rivals": _rivals,
        "changes": _changes,
        "conclusion": _conclusion,
    }
    blocks: list[Block] = [f"# {phrase(given, 'head_summary')} {{.unnumbered}}"]
    blocks += _summary(given)
    if given.dataset.illustrative:
        blocks.insert(0, f"> {phrase(given, 'illustrative')}")
    shown = [block for block in blocks if not isinstance(block, str)]
    for key, section in sections.items():
        if written := section(given):
            blocks += [_head(given, key), *_refer(given, written, shown)]
            shown = []  # the first section has the chart in front too
    further = [] if given.edition.brief else _appendices(given)
    return [*blocks, _head(given, "sources"), *_sources(given), *further]


def _refer(
    given: Inputs, written: list[Block], before: Sequence[Picture | Table]
) -> list[Block]:
    """Return a section whose first paragraph says which figures and tables to see."""
    shown = [*before, *(block for block in written if not isinstance(block, str))]
    texts = [(i, one) for i, one in enumerate(written) if isinstance(one, str)]
    if not texts or not shown:
        return written
    first, text = texts[0]
    pictures = [refer("figure", one.key) for one in shown if isinstance(one, Picture)]
    others = [refer("table", one.key) for one in shown if isinstance(one, Table)]
    listed = say("word", "comma", given.lang).join([*pictures, *others])
    said = [text, say("report", "see", given.lang, list=listed)]
    return [*written[:first], join_sentences(said, given.lang), *written[first + 1 :]]


def _head(given: Inputs, section: str) -> str:
    """Return the head of a section."""
    both = {"tax": _within(given, given.tax), "members": _within(given, given.members)}
    key = "head_revenue" if section == "tax" and given.tax != TAX else f"head_{section}"
    return f"# {escape(phrase(given, key, **both))}"


def _appendices(given: Inputs) -> list[Block]:
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


def write_header(given: Inputs) -> str:
    """Return the title block of the report, as pandoc reads it."""
    data, edition = given.dataset, given.edition
    whose = {"entity": entity_label(given, given.entity), **_many(given)}
    whose["n"] = len(given.entities)
    usual = "title" if _is_building(given) else "title_area"
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


def _is_building(given: Inputs) -> bool:
    """Return whether the report is on a building, not on a district or a country."""
    entities = given.dataset.entities.set_index("entity")
    return bool(entities.loc[given.entity, "kind"] in ("building", "buildings"))


def _picture(
    given: Inputs,
    key: str,
    draw: "partial[Axes]",
    drawn: Iterable[str] = (),
    *,
    title: str = "",
    what: str = "",
) -> Picture:
    """Return a chart in the language of the report.

    Its caption is `title`, or that of its key; `what` is the measure named there.
    `drawn` are the figures drawn in it, in words.
    """
    caption = phrase(given, title or f"{key}_figure", measure=what)
    draw = partial(draw, lang=given.lang)
    return Picture(key=key, caption=caption, draw=draw, drawn=tuple(drawn))


def _counted(
    given: Inputs, number: int, how: str, inputs: Iterable[Origin], **words: object
) -> str:
    """Return how many there are, marked with what was counted."""
    return mark(given.numbers, str(number), formula(how, inputs, (), "", **words))


def _many(given: Inputs) -> dict[str, Any]:
    """Return how many entities there are, and what they are."""
    several = several_of(given.panel, given.entities, given.lang)
    known = given.figures[given.figures["status"] != "missing"]
    first = known[known["entity"].isin(given.entities)].drop_duplicates("entity")
    inputs = figures(first.to_dict("records"))
    n = _counted(given, len(given.entities), "count_entities", inputs)
    return {"n": n, "several": several}


def _told(given: Inputs, measure: str) -> dict[str, str]:
    """Return the sentences on a measure, by what each is about."""
    words: dict[str, Any] = {"lang": given.lang, "numbers": given.numbers}
    if given.many:
        return describe_all(given.panel, measure, **words)
    return describe_one(given.panel, measure, given.entity, **words)


def _known(given: Inputs, measure: str) -> bool:
    """Return whether a measure has a figure."""
    return measure in given.panel and not series_of(given.panel, measure).empty


def _within(given: Inputs, measure: str) -> str:
    """Return what a measure is called within a sentence."""
    return within(measure_label(given, measure), given.lang)


def _join(given: Inputs, sentences: Iterable[str]) -> str:
    """Return sentences as one paragraph."""
    return escape(join_sentences(sentences, given.lang))


def _labelled(given: Inputs, key: str, text: str) -> str:
    """Return a paragraph that begins with what it is about."""
    head = "head_revenue" if key == "tax" and given.tax != TAX else f"topic_{key}"
    return phrase(given, "labelled", label=phrase(given, head), text=text)


# The front


def _summary(given: Inputs) -> list[Block]:
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
        "figures": _counted(given, len(every), "count_records", every),
        "sources": _counted(given, len(first), "count_sources", map(record, first)),
    }
    whose = entity_label(given, given.entity)
    single = "summary_one" if _is_building(given) else "summary_area"
    lead = "summary_many" if given.many else single
    words = {"entity": whose, **_many(given), **counts}
    lines = [escape(phrase(given, lead, **words))]
    for topic, measure in (("tax", given.tax), ("organisation", given.members)):
        if measure in given.panel:
            said = _told(given, measure)
            parts = ["course", "alone", "bounds", "total"]
            parts += ["ranking", "moved"] if topic == "tax" else []
            text = _join(given, [said[one] for one in said if one in parts])
            lines.append(_labelled(given, topic, text))
    if took_part := _participation_said(given, brief=True):
        lines.append(_labelled(given, "participation", _join(given, took_part)))
    told = []
    if isinstance(given.verdict, Verdict):
        plain = _plain(given, given.verdict)
        found = given.verdict.finding == "moves_together" and not given.many
        told = [*plain[:1], *plain[-1:] * found, _cause(given)]
    elif given.many:
        told = _ways(given)
    if told:
        lines.append(_labelled(given, "together", _join(given, told)))
    if len(given.rivals) and TAX in given.panel and not given.many:
        text = escape(phrase(given, "summary_rivals", n=_n_rivals(given)))
        lines.append(_labelled(given, "rivals", text))
    reading = [small(_how_to_read(given))]
    return [*lines, *_main_chart(given), *reading]


def _cause(given: Inputs) -> str:
    """Say what nobody can learn from these figures: whether one moved the other."""
    both = {"tax": _within(given, given.tax), "members": _within(given, given.members)}
    return phrase(given, "cause_unknown", **both)


def _n_rivals(given: Inputs) -> str:
    """Return how many other explanations the record shows, marked."""
    first = given.rivals.drop_duplicates("rival").to_dict("records")
    return _counted(given, len(first), "count_rivals", map(record, first))


def _plain(given: Inputs, verdict: Verdict) -> list[str]:
    """Return the finding in plain sentences, its numbers marked."""
    return [
        _named(given, text) for text in write_plain(verdict, given.lang, marked=True)
    ]


def _named(given: Inputs, text: str) -> str:
    """Return a text of the verdict, its numbers marked with their origins."""
    return name_origins(given.numbers, text, partial(origin_of_name, given))


def _main_chart(given: Inputs) -> list[Block]:
    """Return the chart of tax, or of what else leads the report."""
    if given.many and _known(given, given.tax):
        return [_of_many(given, "ranking", given.tax)]
    if _known(given, given.tax):
        # phases behind the figures would look like causes
        draw = partial(draw_tax, given.panel, measure=given.tax, phases=False)
        draw = partial(draw, entities=given.shown)
        drawn = list_figures(given, given.panel, [given.tax], given.shown)
        label = measure_label(given, given.tax)
        return [_picture(given, "tax", draw, drawn, what=label)]
    return _members_chart(given)


def _of_many(given: Inputs, kind: str, measure: str) -> Picture:
    """Return a chart of all entities: their ranking, or a small one of each."""
    draw, most = {
        "ranking": (draw_ranking, BARS),
        "multiples": (draw_multiples, DRAWN),
    }[kind]
    label, title = measure_label(given, measure), f"{kind}_figure"
    key = f"{kind}-{measure}".replace("_", "-")
    drawn = partial(draw, given.panel, measure=measure, most=most)
    listed = list_many(given, measure, most, last=kind == "ranking")
    return _picture(given, key, drawn, listed, title=title, what=label)


def _members_chart(given: Inputs) -> list[Block]:
    """Return the chart of members, or of what else leads organisation."""
    if not _known(given, given.members):
        return []
    if given.many:
        brief = given.edition.brief
        return [] if brief else [_of_many(given, "multiples", given.members)]
    measures = ORGANISATION[:2] if given.members == MEMBERS else [given.members]
    present = [measure for measure in measures if _known(given, measure)]
    draw = partial(draw_membership, given.panel, entities=given.shown)
    label = measure_label(given, given.members)
    drawn = list_figures(given, given.panel, present, given.shown)
    draw = partial(draw, measures=present)
    return [_picture(given, "members", draw, drawn, what=label)]


# The sections


def _tax(given: Inputs) -> list[Block]:
    """Say how tax went; its growth drawn, its years as a table."""
    if given.tax not in given.panel:
        return []
    said = [*_told(given, given.tax).values(), *_one_source(given), *_place(given)]
    blocks: list[Block] = [_join(given, said)]
    if not _known(given, given.tax):
        return blocks
    if given.many:
        chart = _of_many(given, "multiples", given.tax)
        ranking = tables.ranking_table(given, given.tax, "tax")
        totals = tables.totals_table(given, given.tax)
        return [*blocks, *([] if given.edition.brief else [chart]), totals, ranking]
    try:
        steps = growth(given.panel, given.tax)
    except DataError as fault:  # a figure of zero or less has no growth
        steps = pd.DataFrame()
        blocks.append(_fault(given, str(fault), given.tax))
    if len(steps):
        label = measure_label(given, given.tax)
        drawn = list_growths(given, given.tax, steps)
        draw = partial(draw_growth, steps)
        blocks.append(_picture(given, "growth", draw, drawn, what=label))
    return [*blocks, tables.year_table(given, given.tax, "tax")]


def _fault(given: Inputs, text: str, *measures: str) -> str:
    """Return why something could not be computed, its numbers marked."""
    rows = [
        row
        for measure in measures
        if measure in given.panel
        for row in figures_of(given.panel, measure)
    ]
    return escape(mark_words(given.numbers, text, formula("refused", figures(rows))))


def _one_source(given: Inputs) -> list[str]:
    """Say which years of tax rest on one interested or weak source alone."""
    if given.many:
        return []
    records = given.dataset.records
    own = records[records["measure"].eq(given.tax) & records["entity"].eq(given.entity)]
    own = own[own["qualifier"] != "not_found"].assign(year=own["period"].str[:4])
    alone = own[own.groupby("period")["source"].transform("nunique") == 1]
    said = []
    for source, rows in alone.groupby("source", sort=False):
        standing = rows["standing"].iloc[0]
        if standing in DOUBTED and rows["period"].nunique() > 1:
            words = {
                "years": list_spans(sorted(map(int, rows["year"])), given.lang),
                "measure": _within(given, given.tax),
                "cited": cite([str(source)], given.numbers, given.lang),
                "standing": name("standing", standing, given.lang),
            }
            said.append(phrase(given, "only_source", **words))
    return said


def _place(given: Inputs) -> list[str]:
    """Say where the one entity asked for stands among all of the dataset."""
    if not given.edition.entity or given.tax not in given.whole:
        return []
    rows, year = latest_rows(given.whole, given.tax)
    names = [row["entity"] for row in rows]
    if given.entity not in names or len(rows) < 2:
        return []
    place = names.index(given.entity)
    share = share_of([rows[place]], [*rows[:place], *rows[place + 1 :]])
    several = several_of(given.whole, names, given.lang)
    own, every = figures([rows[place]]), figures(rows)
    rank = formula("rank", figures(rows[: place + 1]), n=len(rows), place=place + 1)
    total = formula("total", every)
    part = formula("share", (*own, total), (share[0], NAN, share[1]), "fraction")
    words = {
        "year": year,
        "n": _counted(given, len(rows), "count_entities", every),
        "rank": mark(given.numbers, str(place + 1), rank),
        "share": mark(given.numbers, settled_percent(*share, given.lang), part),
    }
    return [phrase(given, "place", several=several, **words)]


def _topic(given: Inputs, topic: str) -> list[str]:
    """Return the measures of a topic, those of many years first.

    Those of single programmes, and changes of other measures, are left to the appendix.
    """
    codebook = given.dataset.codebook
    measures = codebook.loc[codebook["topic"] == topic, "measure"].astype(str)
    parts = tuple(f"{measure}_" for measure in PARTICIPATION)
    known = [
        measure
        for measure in measures
        if _known(given, measure)
        and not measure.startswith(parts)
        and not measure.endswith(("_increase", "_growth"))
    ]
    years = {m: series_of(given.panel, m)["year"].nunique() for m in known}
    return sorted(known, key=lambda measure: years[measure] < tables.MANY_YEARS)


def _organisation(given: Inputs) -> list[Block]:
    """Say how members and branches went, and the ratios that follow."""
    measures = _topic(given, "organisation")
    if not measures:
        return []
    blocks: list[Block] = []
    if _known(given, given.members):
        blocks.append(_join(given, _told(given, given.members).values()))
    others = [m for m in ORGANISATION if m in measures and m != given.members]
    parts = ("course", "bounds", "total")
    if not others:
        others = [measure for measure in measures[:TOLD] if measure != given.members]
    told = [_told(given, measure) for measure in others]
    said = [one[part] for one in told for part in one if part in parts]
    said += [
        phrase(
            given,
            "ratio_said" if row["other"] == row["year"] else "ratio_said_apart",
            ratio=phrase(given, f"ratio_{row['key']}"),
            text=equals(row["text"], given.lang),
            **{key: row[key] for key in ("year", "other")},
        )
        + cite(row["sources"], given.numbers, given.lang)
        for row in {row["key"]: row for row in tables.ratio_rows(given)}.values()
    ]
    if said:
        blocks.append(_join(given, said))
    if {*ORGANISATION[:2]} <= {*measures}:
        blocks.append(phrase(given, "members_lead"))
    if _known(given, given.tax):  # else it stands in front
        blocks += _members_chart(given)
    if given.many:
        if _known(given, given.members) and not given.edition.brief:
            blocks.append(tables.ranking_table(given, given.members, "members"))
        return blocks
    return [*blocks, *_topic_table(given, measures, "members")]


def _participation_said(given: Inputs, *, brief: bool = False) -> list[str]:
    """Return what is known of participation, or that nothing is."""
    codebook = given.dataset.codebook
    topic = codebook.loc[codebook["topic"] == "participation", "measure"]
    if not given.figures["measure"].isin(topic).any():
        return []
    known = [measure for measure in PARTICIPATION if _known(given, measure)]
    if not known and not topic.isin(PARTICIPATION).any():
        known = _topic(given, "participation")[:TOLD]
    if not known:
        entity = entity_label(given, given.entity)
        return [phrase(given, "participation_none", entity=entity)]
    if brief:
        said = _told(given, known[0])
        return [said[one] for one in said if one in ("course", "bounds", "total")]
    return [text for measure in known for text in _told(given, measure).values()]


def _participation(given: Inputs) -> list[Block]:
    """Say how participation went, or plainly that no figure of it is known."""
    said = _participation_said(given)
    if not said:
        return []
    blocks: list[Block] = [_join(given, said)]
    known = [measure for measure in PARTICIPATION if _known(given, measure)]
    if given.many:
        if known:
            blocks.append(_of_many(given, "multiples", known[0]))
            if not given.edition.brief:
                ranking = tables.ranking_table(given, known[0], "participation")
                blocks.append(ranking)
        return blocks
    for measure in known[:1]:
        draw = partial(draw_participation, given.panel, entities=given.shown)
        title, what = "participation_figure", measure_label(given, measure)
        draw = partial(draw, measure=measure)
        drawn = list_figures(given, given.panel, [measure], given.shown)
        blocks.append(_picture(given, measure, draw, drawn, title=title, what=what))
    measures = _topic(given, "participation")
    return [*blocks, *_topic_table(given, measures, "participation")]


def _topic_table(given: Inputs, measures: Sequence[str], key: str) -> list[Block]:
    """Return the table of a topic, none in a brief report."""
    if given.edition.brief:
        return []
    table = tables.topic_table(given, measures, key)
    return [table] if table else []


def _together(given: Inputs) -> list[Block]:
    """Say in plain words whether tax and members grow together."""
    verdict = given.verdict
    if given.many:
        both = _known(given, given.tax) and _known(given, given.members)
        return _together_many(given) if both else []
    if verdict is None:
        return []
    if isinstance(verdict, str):
        return [_fault(given, verdict, given.members, given.tax)]
    said = [*_plain(given, verdict), _cause(given)]
    blocks: list[Block] = [_join(given, said)]
    if verdict.n_growths:
        title = f"verdict_figure_{'pairs' if len(verdict.null_r) else 'few'}"
        draw = partial(draw_verdict, verdict)
        drawn = list_verdict(given, verdict)
        blocks.append(_picture(given, "verdict", draw, drawn, title=title))
        if not given.edition.brief:
            blocks.append(tables.pairs_table(given, verdict.steps))
    return blocks


def _together_many(given: Inputs) -> list[Block]:
    """Say how many went which way, what all of them together show, and draw it."""
    verdict, said = given.verdict, _ways(given)
    blocks: list[Block] = [_join(given, said)] if said else []
    if not isinstance(verdict, Verdict):
        blocks.append(phrase(given, "together_many"))
    else:
        told = [*_plain(given, verdict), _cause(given)]
        blocks.append(_join(given, told))
    if given.edition.brief:
        return blocks
    if drawn := list_map(given):
        draw = partial(draw_growth_map, given.panel, economy=given.tax)
        draw = partial(draw, organisation=given.members)
        blocks.append(_picture(given, "map", draw, drawn))
    if isinstance(verdict, Verdict) and len(verdict.table) > 1:
        drawn, title = list_verdict(given, verdict), "verdict_figure_many"
        draw = partial(draw_verdict, verdict)
        blocks.append(_picture(given, "verdict", draw, drawn, title=title))
    return blocks


def _ways(given: Inputs) -> list[str]:
    """Count how many of many buildings rose or fell in both tax and members."""
    both = [one for one in (given.tax, given.members) if _known(given, one)]
    steps = {
        (row["from_year"], row["year"])
        for measure in both
        for row in growths_of_all(given.panel, measure)[:1]
    }
    if len(both) < 2 or len(steps) != 1:
        return []
    found = pair_growths_of_all(given.panel, given.members, given.tax)
    if found.empty:
        return []
    first, last = steps.pop()
    listed: dict[str, list[Origin]] = {"up": [], "down": [], "apart": [], "open": []}
    for row in found.to_dict("records"):
        listed[row["way"]] += [
            figure_at(row["entity"], measure, row[year])
            for measure in both
            for year in ("from_year", "year")
        ]
    counts = {
        key: _counted(
            given, len(found) // 4, "count_both", found, first=first, last=last
        )
        for key, found in listed.items()
    }
    left = phrase(given, "many_open", n=counts["open"]) if listed["open"] else ""
    every = [one for found in listed.values() for one in found]
    n = _counted(given, len(found), "count_both", every, first=first, last=last)
    words = {"tax": _within(given, given.tax), "members": _within(given, given.members)}
    words |= {"first": first, "last": last, "several": _many(given)["several"]}
    return [phrase(given, "many_ways", n=n, **counts | {"open": left}, **words)]


def _rivals(given: Inputs) -> list[Block]:
    """Say which other explanations the record shows."""
    if given.many or not _known(given, TAX):
        return []
    if given.rivals.empty:
        return [phrase(given, "rivals_none")]
    colon = say("word", "colon", given.lang).strip()
    first = given.rivals.drop_duplicates("rival").to_dict("records")
    short = [
        within(row["explanation"].partition(colon)[0], given.lang)
        + cite([row["source"]], given.numbers, given.lang)
        for row in first
    ]
    listed = say("word", "comma", given.lang).join(short)
    lead = escape(phrase(given, "rivals_lead", n=_n_rivals(given), list=listed))
    if given.edition.brief:
        return [lead]
    rows = []
    for _, evidence in given.rivals.groupby("rival", sort=False):
        told = formula("dataset_text", map(record, evidence.to_dict("records")))
        text = mark_words(given.numbers, evidence["explanation"].iloc[0], told)
        rows.append([text, tables.cited(given, list(evidence["source"]))])
    columns = tables.heads(given, "rival", "source")
    caption = phrase(given, "rivals_table")
    return [lead, tables.make_table("rivals", caption, rows, columns)]


def _comparators(given: Inputs) -> list[Block]:
    """Say how the building stands beside others, and why that proves nothing."""
    if not given.others:
        return []
    known = given.figures[given.figures["status"] != "missing"]
    everywhere = pd.concat([known, given.elsewhere], ignore_index=True)
    rents = _pick(given, everywhere, ["building"], "rent_mall")
    said = [*_beside(given), *_rents_said(given, rents)]
    blocks: list[Block] = [_join(given, said)] if said else []
    lead = "comparators_brief" if given.edition.brief else "comparators_lead"
    blocks.append(phrase(given, lead))
    blocks += [] if given.edition.brief else _rents(given, rents)
    standing = (TAX, "tax_per_area", MEMBERS, "members_stated")
    others = _pick(given, given.elsewhere, ["building", "buildings"], *standing)
    return [*blocks, *_elsewhere(given, "others", others)]


def _pick(
    given: Inputs, known: pd.DataFrame, allowed: list[str], *measures: str
) -> pd.DataFrame:
    """Return the figures of some measures of entities of some kinds."""
    entities = pd.concat([data.entities for data in (given.dataset, *given.others)])
    kinds = entities.drop_duplicates("entity").set_index("entity")["kind"]
    kind = known["entity"].map(kinds)
    return known[known["measure"].isin(measures) & kind.isin(allowed)]


def _beside(given: Inputs) -> list[str]:
    """Say what other buildings paid in the years that the building knows."""
    if TAX not in given.wide or not _known(given, TAX):
        return []
    rows = figures_of(given.wide, TAX)
    unit = given.wide.attrs["about"]["units"][TAX]
    own = {row["year"]: row for row in rows if row["entity"] == given.entity}
    said = []
    for year in sorted(own):
        others = [r for r in rows if r["year"] == year and r["entity"] != given.entity]
        if not others:
            continue
        listed = [
            phrase(
                given,
                "beside_item",
                entity=entity_label(given, row["entity"]),
                figure=say_figure(row, unit, given.lang, given.numbers),
            )
            for row in (own[year], *others)
        ]
        sources = [row["source"] for row in (own[year], *others)]
        marks = cite(sources, given.numbers, given.lang)
        joined = say("word", "comma", given.lang).join(listed)
        said.append(phrase(given, "beside", year=year, list=joined) + marks)
    return said


def _rents_said(given: Inputs, rents: pd.DataFrame) -> list[str]:
    """Say how the mall rent of each building of the owner went."""
    words: dict[str, Any] = {"lang": given.lang, "numbers": given.numbers}
    return [
        describe_one(given.wide, "rent_mall", entity, **words)["course"]
        for entity in rents["entity"].unique()
        if course_of(given.wide, "rent_mall", entity)
    ]


def _rents(given: Inputs, rents: pd.DataFrame) -> list[Block]:
    """Draw the rents of the buildings that know several years, from a common one."""
    known = {
        entity: set(
            series_of(given.wide[given.wide["entity"] == entity], "rent_mall")["year"]
        )
        for entity in rents["entity"].unique()
    }
    known = {entity: years for entity, years in known.items() if len(years) > 1}
    common = set.intersection(*known.values()) if len(known) > 1 else set()
    if not common:
        return []
    draw = partial(draw_index, given.wide, entities=list(known), year=min(common))
    drawn = list_figures(given, given.wide, ["rent_mall"], list(known), min(common))
    return [_picture(given, "rent", partial(draw, measures=["rent_mall"]), drawn)]


def _elsewhere(given: Inputs, key: str, known: pd.DataFrame) -> list[Block]:
    """Return figures of other entities as a table, if there are any."""
    if known.empty or given.edition.brief:
        return []
    ordered = known.sort_values(
        ["entity", "measure", "year"], kind="stable", key=_in_order
    )
    caption = phrase(given, f"{key}_table")
    return [tables.figures_table(given, ordered, key, caption, several=True)]


def _in_order(column: pd.Series) -> pd.Series:
    """Return keys that keep entities and measures in the order they came in."""
    if column.name == "year":
        return column
    return column.map({key: i for i, key in enumerate(column.unique())})


def _changes(given: Inputs) -> list[Block]:
    """Say what the last vintage changed, where there are several."""
    found = given.changes
    if found is None:
        return []
    rows = found.figures.to_dict("records")
    compared = formula("compared", [_origin_now(row) for row in rows])
    text = mark_words(given.numbers, _what_changed(found, given.lang), compared)
    blocks: list[Block] = [escape(text)]
    if (found.figures["change"] == "revised").any():
        draw = partial(draw_revisions, found)
        blocks.append(_picture(given, "changes", draw, list_revised(given, found)))
    if given.edition.brief:
        return blocks
    if len(found.figures):
        # those revised or withdrawn before those added
        added = found.figures["change"] == "added"
        ordered = pd.concat([found.figures[~added], found.figures[added]])
        blocks.append(
            Table(
                key="changes-figures",
                caption=phrase(given, "changes_table"),
                frame=_mark_changes(
                    given,
                    figures_table(found, ordered.head(MOST), given.lang),
                    ordered.head(MOST),
                ),
                note=_note_more(given, len(ordered), compared),
            )
        )
    if found.found:
        columns = ["entity", "what", "before", "after", "because"]
        shown = [one for part in part_conclusions(found) for one in part][:MOST]
        frame = conclusions_table(found, shown, given.lang)[columns]
        for column in columns[1:]:
            frame[column] = [
                mark_words(given.numbers, text, compared) for text in frame[column]
            ]
        titles = [say("changes", f"col_{key}", given.lang) for key in columns]
        blocks.append(
            Table(
                key="changes-conclusions",
                caption=phrase(given, "conclusions_table"),
                frame=frame.set_axis(titles, axis=1),
                note=_note_more(given, len(found.found), compared),
            )
        )
    return blocks


def _what_changed(found: Changes, lang: str) -> str:
    """Return what is compared with what, and how much of it changed."""
    changed = len(found.found)
    counts = {"n": found.compared, "changed": changed, "kept": found.compared - changed}
    names = {"dataset": found.dataset, "title": found.last}
    key = "conclusions" if changed else "same_conclusions"
    return join_sentences(
        [
            say("changes", "head_vintage", lang, **names).rstrip("：:"),
            counts_text(found.figures, lang),
            say("changes", key, lang, **counts),
        ],
        lang,
    )


def _note_more(given: Inputs, rows: int, origin: Origin) -> str:
    """Return how many rows are not printed, if any."""
    n = mark(given.numbers, str(rows - MOST), origin)
    return phrase(given, "more_rows", n=n) if rows > MOST else ""


def _origin_now(row: dict[Hashable, Any]) -> Origin:
    """Return a changed figure as it is now; one taken back as it was."""
    return figure(row) if row["new"] else _origin_before(row)


def _origin_before(row: dict[Hashable, Any]) -> Origin:
    """Return a changed figure as it was before."""
    return record({**row, "source": "", "printed": row["old"]})


def _mark_changes(
    given: Inputs, frame: pd.DataFrame, rows: pd.DataFrame
) -> pd.DataFrame:
    """Return the table of changed figures, old and new marked with their records."""
    for column, key, origin in ((4, "old", _origin_before), (5, "new", _origin_now)):
        frame.isetitem(
            column,
            [
                mark(given.numbers, text, origin(row)) if row[key] else text
                for text, row in zip(
                    frame.iloc[:, column], rows.to_dict("records"), strict=True
                )
            ],
        )
    return frame


# The conclusion


def _conclusion(given: Inputs) -> list[Block]:
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
        label = _within(given, measure)
        if given.many and _known(given, measure):
            told = _told(given, measure)
            whole = told.get("course", told["total"])
            said.append(phrase(given, "labelled_plain", label=label, text=whole))
        course = None if given.many else course_of(given.panel, measure, given.entity)
        if course and course[0] != "unsettled":
            words = {"measure": label, "first": course[1], "last": course[2]}
            said.append(phrase(given, f"may_{course[0]}", **words))
        elif not given.many and _known(given, measure):
            years = [row["year"] for row in figures_of(given.panel, measure)]
            spans = list_spans(years, given.lang)
            said.append(phrase(given, "may_figures", measure=label, years=spans))
    verdict = given.verdict
    if isinstance(verdict, Verdict) and verdict.finding == "moves_together":
        both = [_within(given, measure) for _, measure in _leading(given)]
        key = "may_together" if verdict.sign > 0 else "may_opposite"
        if verdict.many:
            key = "may_many" if verdict.sign > 0 else "may_many_opposite"
        said.append(phrase(given, key, tax=both[0], members=both[1]))
    return said


def _may_not_be_said(given: Inputs) -> list[str]:
    """Return what the figures leave open."""
    said = [phrase(given, "not_real")] if given.dataset.illustrative else []
    for _, measure in [] if given.many else _leading(given):
        label = _within(given, measure)
        rows = figures_of(given.panel, measure)
        bounds = [row["year"] for row in rows if row["upper"] == float("inf")]
        if bounds:
            years = list_spans(bounds, given.lang)
            said.append(phrase(given, "not_bound", measure=label, years=years))
    verdict = given.verdict
    if isinstance(verdict, Verdict):
        together = verdict.finding == "moves_together"
        both = [_within(given, measure) for _, measure in _leading(given)]
        key = "not_cause" if together else "not_together"
        said.append(phrase(given, key, tax=both[0], members=both[1]))
        said.append(phrase(given, "not_effect", tax=both[0]))
    if given.many:
        said.append(phrase(given, "not_sizes"))
    if given.others:
        said.append(phrase(given, "not_compared"))
    if len(given.rivals) and not given.many:
        said.append(phrase(given, "not_apart", n=_n_rivals(given)))
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
            label = _within(given, measure)
            words = {"measure": label, "years": list_spans(lacking, given.lang)}
            area = "" if _is_building(given) else "_area"
            whom = phrase(given, f"ask_{topic}{area}")
            said.append(phrase(given, "settle", whom=whom, **words))
    codebook = given.dataset.codebook
    wanted = codebook.loc[codebook["topic"] == "participation", "measure"]
    if wanted.isin(PARTICIPATION).any() and not any(
        _known(given, measure) for measure in PARTICIPATION
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


# The appendices


def _wordings(given: Inputs) -> list[Block]:
    """Print every figure in the words of its source, and say how words are read."""
    blocks: list[Block] = []
    events = given.dataset.milestones.query("kind == 'event'")
    if len(events):
        entity = str(events["entity"].iloc[0])
        draw = partial(draw_timeline, given.panel, entity=entity)
        blocks.append(_picture(given, "timeline", draw, list_events(given, events)))
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
        "rent": _pick(given, elsewhere, ["building"], *rent),
        "area": near[near["measure"].isin(growths)],
        "national": _pick(
            given, elsewhere, ["party"], "party_members", "organisations"
        ),
        "participation_elsewhere": elsewhere[elsewhere["topic"] == "participation"],
    }
    return [
        *blocks,
        *(b for key, rows in shown.items() for b in _elsewhere(given, key, rows)),
    ]


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
    blocks: list[Block] = [escape(_named(given, statement))]
    if not verdict.n_growths:
        draw = partial(draw_verdict, verdict)
        drawn, title = list_verdict(given, verdict), "verdict_figure_none"
        blocks.append(_picture(given, "verdict", draw, drawn, title=title))
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
        _picture(
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
        note=_named(given, refusals_note(verdict, given.lang, marked=True)),
    )


def _named_frame(given: Inputs, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the verdict, its numbers marked with their origins."""
    return frame.map(partial(_named, given))


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


def _sources(given: Inputs) -> list[Block]:
    """List the publications cited, in the order of their numbers."""
    lead = "sources_lead" if given.public else "sources_lead_own"
    return [phrase(given, lead), tables.sources_list(given)]
