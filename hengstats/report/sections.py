"""Says what each section of the report says about one dataset.

The front says what a reader takes away, each section opens with its finding, and the
conclusion says what may be said. What a reviewer needs stands in the appendices. A
section computes nothing of its own, and no number is typed into its sentences.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from hengstats.charts.growth import draw_growth
from hengstats.charts.growthmap import draw_growth_map
from hengstats.charts.levels import draw_participation
from hengstats.charts.revisions import draw_revisions
from hengstats.charts.verdict import draw_verdict
from hengstats.errors import DataError
from hengstats.evidence import Verdict
from hengstats.evidence.statement import control_label, write_plain
from hengstats.indicators import growth
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
from hengstats.prose import (
    cite,
    equals,
    figures_of,
    join_sentences,
    latest_rows,
    list_spans,
    settled_percent,
    several_of,
    share_of,
    within,
)
from hengstats.report import tables
from hengstats.report.appendices import write_appendices
from hengstats.report.blocks import Block, Picture, Table, escape, refer
from hengstats.report.common import (
    ORGANISATION,
    PARTICIPATION,
    TOLD,
    as_paragraph,
    cause,
    chart_of_many,
    count_rivals,
    counted,
    is_known,
    label_within,
    make_picture,
    members_chart,
    participation_said,
    plain_sentences,
    sentences_on,
    topic_measures,
    ways,
)
from hengstats.report.comparators import write_comparators
from hengstats.report.front import write_conclusion, write_summary
from hengstats.report.inputs import TAX, Inputs, measure_label, phrase
from hengstats.report.origins import (
    list_figures,
    list_growths,
    list_map,
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
DOUBTED = ("interested", "weak")  # standings that are said beside the figures
NAN = float("nan")


def write_sections(given: Inputs) -> list[Block]:
    """Return the whole report as blocks, its charts yet to be drawn.

    A brief one has no appendices, and no table but that of tax.
    """
    sections: dict[str, Callable[[Inputs], list[Block]]] = {
        "tax": _tax,
        "organisation": _organisation,
        "participation": _participation,
        "comparators": write_comparators,
        "together": _together,
        "rivals": _rivals,
        "changes": _changes,
        "conclusion": write_conclusion,
    }
    blocks: list[Block] = [f"# {phrase(given, 'head_summary')} {{.unnumbered}}"]
    blocks += write_summary(given)
    if given.dataset.illustrative:
        blocks.insert(0, f"> {phrase(given, 'illustrative')}")
    shown = [block for block in blocks if not isinstance(block, str)]
    for key, section in sections.items():
        if written := section(given):
            blocks += [_head(given, key), *_refer(given, written, shown)]
            shown = []  # the first section has the chart in front too
    further = [] if given.edition.brief else write_appendices(given)
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
    both = {
        "tax": label_within(given, given.tax),
        "members": label_within(given, given.members),
    }
    key = "head_revenue" if section == "tax" and given.tax != TAX else f"head_{section}"
    return f"# {escape(phrase(given, key, **both))}"


def _tax(given: Inputs) -> list[Block]:
    """Say how tax went; its growth drawn, its years as a table."""
    if given.tax not in given.panel:
        return []
    said = [
        *sentences_on(given, given.tax).values(),
        *_one_source(given),
        *_place(given),
    ]
    blocks: list[Block] = [as_paragraph(given, said)]
    if not is_known(given, given.tax):
        return blocks
    if given.many:
        chart = chart_of_many(given, "multiples", given.tax)
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
        blocks.append(make_picture(given, "growth", draw, drawn, what=label))
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
                "measure": label_within(given, given.tax),
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
        "n": counted(given, len(rows), "count_entities", every),
        "rank": mark(given.numbers, str(place + 1), rank),
        "share": mark(given.numbers, settled_percent(*share, given.lang), part),
    }
    return [phrase(given, "place", several=several, **words)]


def _organisation(given: Inputs) -> list[Block]:
    """Say how members and branches went, and the ratios that follow."""
    measures = topic_measures(given, "organisation")
    if not measures:
        return []
    blocks: list[Block] = []
    if is_known(given, given.members):
        blocks.append(as_paragraph(given, sentences_on(given, given.members).values()))
    others = [m for m in ORGANISATION if m in measures and m != given.members]
    parts = ("course", "bounds", "total")
    if not others:
        others = [measure for measure in measures[:TOLD] if measure != given.members]
    told = [sentences_on(given, measure) for measure in others]
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
        blocks.append(as_paragraph(given, said))
    if {*ORGANISATION[:2]} <= {*measures}:
        blocks.append(phrase(given, "members_lead"))
    if is_known(given, given.tax):  # else it stands in front
        blocks += members_chart(given)
    if given.many:
        if is_known(given, given.members) and not given.edition.brief:
            blocks.append(tables.ranking_table(given, given.members, "members"))
        return blocks
    return [*blocks, *_topic_table(given, measures, "members")]


def _participation(given: Inputs) -> list[Block]:
    """Say how participation went, or plainly that no figure of it is known."""
    said = participation_said(given)
    if not said:
        return []
    blocks: list[Block] = [as_paragraph(given, said)]
    known = [measure for measure in PARTICIPATION if is_known(given, measure)]
    if given.many:
        if known:
            blocks.append(chart_of_many(given, "multiples", known[0]))
            if not given.edition.brief:
                ranking = tables.ranking_table(given, known[0], "participation")
                blocks.append(ranking)
        return blocks
    for measure in known[:1]:
        draw = partial(draw_participation, given.panel, entities=given.shown)
        title, what = "participation_figure", measure_label(given, measure)
        draw = partial(draw, measure=measure)
        drawn = list_figures(given, given.panel, [measure], given.shown)
        blocks.append(make_picture(given, measure, draw, drawn, title=title, what=what))
    measures = topic_measures(given, "participation")
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
        both = is_known(given, given.tax) and is_known(given, given.members)
        return _together_many(given) if both else []
    if verdict is None:
        return []
    if isinstance(verdict, str):
        return [_fault(given, verdict, given.members, given.tax)]
    said = [*plain_sentences(given, verdict), cause(given)]
    blocks: list[Block] = [as_paragraph(given, said), *_controlled(given)]
    if verdict.n_growths:
        title = f"verdict_figure_{'pairs' if len(verdict.null_r) else 'few'}"
        draw = partial(draw_verdict, verdict)
        drawn = list_verdict(given, verdict)
        blocks.append(make_picture(given, "verdict", draw, drawn, title=title))
        if not given.edition.brief:
            blocks.append(tables.pairs_table(given, verdict.steps))
    return blocks


def _controlled(given: Inputs) -> list[Block]:
    """Say what is left once the control is taken out that the verdict asks for."""
    verdict = given.controlled
    if verdict is None or verdict.control is None:
        return []
    label = control_label(verdict, verdict.control, given.lang)
    lead = phrase(given, "controlled", control=within(label, given.lang))
    plain = write_plain(verdict, given.lang, marked=True)
    named = partial(origin_of_name, given, verdict=verdict)
    told = [name_origins(given.numbers, text, named) for text in plain[:2]]
    return [as_paragraph(given, [lead, *told])]


def _together_many(given: Inputs) -> list[Block]:
    """Say how many went which way, what all of them together show, and draw it."""
    verdict, said = given.verdict, ways(given)
    blocks: list[Block] = [as_paragraph(given, said)] if said else []
    if not isinstance(verdict, Verdict):
        blocks.append(phrase(given, "together_many"))
    else:
        told = [*plain_sentences(given, verdict), cause(given)]
        blocks.append(as_paragraph(given, told))
    if given.edition.brief:
        return blocks
    if drawn := list_map(given):
        draw = partial(draw_growth_map, given.panel, economy=given.tax)
        draw = partial(draw, organisation=given.members)
        blocks.append(make_picture(given, "map", draw, drawn))
    if isinstance(verdict, Verdict) and len(verdict.table) > 1:
        drawn, title = list_verdict(given, verdict), "verdict_figure_many"
        draw = partial(draw_verdict, verdict)
        blocks.append(make_picture(given, "verdict", draw, drawn, title=title))
    return blocks


def _rivals(given: Inputs) -> list[Block]:
    """Say which other explanations the record shows."""
    if given.many or not is_known(given, TAX):
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
    lead = escape(phrase(given, "rivals_lead", n=count_rivals(given), list=listed))
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
        blocks.append(make_picture(given, "changes", draw, list_revised(given, found)))
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


def _sources(given: Inputs) -> list[Block]:
    """List the publications cited, in the order of their numbers."""
    lead = "sources_lead" if given.public else "sources_lead_own"
    return [phrase(given, lead), tables.sources_list(given)]
