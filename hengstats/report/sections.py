"""Says what each section of the report says about one dataset.

A section returns blocks: text, tables, pictures yet to be drawn. It computes nothing
of its own, and no number is typed into its sentences.
"""

import json
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.growth import draw_growth, step_labels
from hengstats.charts.levels import (
    draw_index,
    draw_membership,
    draw_participation,
    draw_tax,
)
from hengstats.charts.refusals import draw_refusals
from hengstats.charts.revisions import draw_revisions
from hengstats.charts.timeline import draw_timeline
from hengstats.charts.verdict import draw_verdict
from hengstats.errors import DataError
from hengstats.evidence import Verdict
from hengstats.evidence.shown import show_rate
from hengstats.evidence.verdict import (
    label_table,
    refusals_note,
    refusals_table,
    write_headline,
    write_statement,
)
from hengstats.figures import list_conflicts
from hengstats.indicators import ENDS, growth, index_to
from hengstats.panel import series_of
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, Table, escape
from hengstats.report.inputs import (
    MEMBERS,
    TAX,
    Inputs,
    entity_label,
    measure_label,
    phrase,
)
from hengstats.revisions import Changes
from hengstats.revisions.result import conclusions_table, counts_text, figures_table
from hengstats.vocabulary import name, say

# So many rows of changes are printed; the note says how many more there are.
MOST = 60
MEMBERSHIP = {
    "members": (MEMBERS, "members_working_here"),
    "branches": ("branches",),
}
PARTICIPATION = ("attendances", "participants", "events", "volunteers")
AREAS = ("nanjing-west-road", "jingan", "jingan-old", "lujiazui")


def write_sections(given: Inputs) -> list[Block]:
    """Return the whole report as blocks, its charts yet to be drawn."""
    sections: dict[str, Callable[[Inputs], list[Block]]] = {
        "summary": _summary,
        "changes": _changes,
        "printed": _printed,
        "tax": _tax,
        "organisation": _organisation,
        "participation": _participation,
        "together": _together,
        "comparators": _comparators,
        "missing": _missing,
        "conflicts": _conflicts,
        "sources": _sources,
    }
    blocks: list[Block] = []
    if given.dataset.illustrative:
        blocks.append(f"> {phrase(given, 'illustrative')}")
    for key, section in sections.items():
        if written := section(given):
            mark = " {.unnumbered}" if key == "summary" else ""
            blocks += [f"# {phrase(given, f'head_{key}')}{mark}", *written]
    return blocks


def write_header(given: Inputs) -> str:
    """Return the title block of the report, as pandoc reads it."""
    data = given.dataset
    title = "title_many" if given.many else "title"
    whose = {"entity": entity_label(given, given.entity), "dataset": data.name}
    subtitle = "subtitle_illustrative" if data.illustrative else "subtitle"
    fields = {
        "title": phrase(given, title, **whose),
        "subtitle": phrase(given, subtitle),
    }
    if latest := max(data.sources["published"], default=""):
        fields["date"] = phrase(given, "date", date=latest)
    fields = {key: escape(value) for key, value in fields.items()}
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


def _picture(
    given: Inputs, key: str, draw: "partial[Axes]", *, title: str = "", what: str = ""
) -> Picture:
    """Return a chart in the language of the report.

    Its caption is `title`, or that of its key; `what` is the measure named there.
    """
    caption = phrase(given, title or f"{key}_figure", measure=what)
    return Picture(key=key, caption=caption, draw=partial(draw, lang=given.lang))


def _summary(given: Inputs) -> list[Block]:
    """Say what there is, year by year, in the words of the sources."""
    records, lang = given.dataset.records, given.lang
    printed = records[records["qualifier"] != "not_found"]
    counts = {
        "figures": len(printed),
        "sources": printed["source"].nunique(),
        "gaps": len(records) - len(printed),
    }
    lines = [phrase(given, "summary_counts", dataset=given.dataset.name, **counts)]
    if given.many:
        whose = entity_label(given, given.entity)
        several = len(given.entities)
        lines.append(phrase(given, "summary_many", n=several, entity=whose))
    own = given.figures[given.figures["entity"] == given.entity]
    for measure in (TAX, MEMBERS):
        years = [
            phrase(
                given,
                "summary_missing" if row["status"] == "missing" else "summary_year",
                year=row["year"],
                printed=row["printed"],
            )
            for row in own[own["measure"] == measure].to_dict("records")
        ]
        if years:
            listed = say("word", "semicolon", lang).join(years)
            label = measure_label(given, measure)
            lines.append(phrase(given, "summary_measure", measure=label, list=listed))
    if isinstance(given.verdict, Verdict):
        lines.append(write_headline(given.verdict, lang))
    return [*map(escape, lines), phrase(given, "how_to_read")]


def _changes(given: Inputs) -> list[Block]:
    """Say what the last vintage changed, where there are several."""
    found = given.changes
    if found is None:
        return []
    blocks: list[Block] = [escape(_what_changed(found, given.lang))]
    if (found.figures["change"] == "revised").any():
        blocks.append(_picture(given, "changes", partial(draw_revisions, found)))
    if len(found.figures):
        # those revised or withdrawn before those added
        added = found.figures["change"] == "added"
        ordered = pd.concat([found.figures[~added], found.figures[added]])
        blocks.append(
            Table(
                key="changes-figures",
                caption=phrase(given, "changes_table"),
                frame=figures_table(found, ordered.head(MOST), given.lang),
                note=_note_more(given, len(ordered)),
            )
        )
    if found.found:
        columns = ["entity", "what", "before", "after", "because"]
        frame = conclusions_table(found, given.lang, MOST)[columns]
        titles = [say("changes", f"col_{key}", given.lang) for key in columns]
        blocks.append(
            Table(
                key="changes-conclusions",
                caption=phrase(given, "conclusions_table"),
                frame=frame.set_axis(titles, axis=1),
                note=_note_more(given, len(found.found)),
            )
        )
    return blocks


def _what_changed(found: Changes, lang: str) -> str:
    """Return what is compared with what, and how much of it changed."""
    changed = len(found.found)
    counts = {"n": found.compared, "changed": changed, "kept": found.compared - changed}
    names = {"dataset": found.dataset, "title": found.last}
    lines = [
        say("changes", "head_vintage", lang, **names),
        counts_text(found.figures, lang),
        say(
            "changes", "conclusions" if changed else "same_conclusions", lang, **counts
        ),
    ]
    stop = say("word", "stop", lang)
    return stop.join(line.rstrip("。.：:") for line in lines) + stop.strip()


def _note_more(given: Inputs, rows: int) -> str:
    """Return how many rows are not printed, if any."""
    return phrase(given, "more_rows", n=rows - MOST) if rows > MOST else ""


def _printed(given: Inputs) -> list[Block]:
    """Count what was printed, and draw when what happened."""
    blocks: list[Block] = [phrase(given, "printed_lead"), tables.counts_table(given)]
    events = given.dataset.milestones.query("kind == 'event'")
    if len(events):
        entity = str(events["entity"].iloc[0])
        draw = partial(draw_timeline, given.panel, entity=entity)
        blocks.append(_picture(given, "timeline", draw))
    return blocks


def _tax(given: Inputs) -> list[Block]:
    """Show tax by year, its growth and its index."""
    if TAX not in given.panel:
        return []
    figures, label = given.figures, measure_label(given, TAX)
    tax = figures[figures["measure"] == TAX]
    milestones = len(given.dataset.milestones) > 0
    lead = phrase(given, "tax_lead") + phrase(given, "tax_phases") * milestones
    draw = partial(draw_tax, given.panel, entities=given.shown)
    picture = _picture(given, "tax", draw, what=label)
    caption = phrase(given, "tax_table", measure=label)
    table = (
        tables.years_table(given, tax, "tax")
        if given.many
        else tables.figures_table(given, tax, "tax", caption)
    )
    blocks: list[Block] = [lead, picture, table]
    codebook = given.dataset.codebook
    topic = codebook.loc[codebook["topic"] == "tax", "measure"]
    other = figures[figures["measure"].isin(topic) & (figures["measure"] != TAX)]
    other = other[other["entity"] == given.entity]
    if len(other):
        caption = phrase(given, "tax_other_table")
        blocks.append(tables.figures_table(given, other, "tax-other", caption))
    return [*blocks, *_growth(given, label)]


def _growth(given: Inputs, label: str) -> list[Block]:
    """Show the growth of tax, and what the choice of the first year does."""
    own = given.panel[given.panel["entity"] == given.entity]
    try:
        steps = growth(own, TAX)
    except DataError as fault:  # a figure of zero or less has no growth
        return [escape(str(fault))]
    if steps.empty:
        return []
    lead = phrase(given, "growth_lead")
    if given.many:
        lead += phrase(given, "growth_whose", entity=entity_label(given, given.entity))
    years = series_of(own, TAX)["year"]
    # the first year from which on the years stand close together
    base = int(years[years.diff().shift(-1).fillna(1) <= 2].iloc[0])
    rates = steps[ENDS].transform(np.expm1)
    labels = step_labels(steps, given.lang)
    caption = phrase(given, "growth_table", measure=label)
    draw = partial(draw_index, own, entities=given.entity, year=base)
    return [
        escape(lead),
        _picture(given, "growth", partial(draw_growth, steps), what=label),
        tables.growth_table(given, rates, labels, caption),
        _picture(given, "index", draw, what=label),
        *_start(given, own, int(years.iloc[0]), base),
    ]


def _start(given: Inputs, own: pd.DataFrame, first: int, base: int) -> list[Block]:
    """Say what the choice of the first year does, where there is a choice."""
    if first == base:
        return []
    table = index_to(own, TAX, first)
    row = table[table["year"] == base].iloc[0].to_dict()
    wording = given.figures.query("measure == @TAX and entity == @given.entity")
    printed = wording.set_index("year")["printed"]
    sentence = phrase(
        given,
        "base_note",
        first=first,
        base=base,
        first_value=printed[first],
        base_value=printed[base],
        index=tables.show_box(row, "index", given.lang),
    )
    return [escape(sentence)]


def _organisation(given: Inputs) -> list[Block]:
    """Show members, branches and the ratios that follow."""
    blocks: list[Block] = []
    for key, measures in MEMBERSHIP.items():
        present = [measure for measure in measures if measure in given.panel]
        draw = partial(draw_membership, given.panel, entities=given.shown)
        if present:
            blocks.append(_picture(given, key, partial(draw, measures=present)))
    blocks += tables.topic_tables(given, "organisation", "members")
    if not blocks:
        return []
    return [phrase(given, "members_lead"), *blocks, *tables.ratio_tables(given)]


def _participation(given: Inputs) -> list[Block]:
    """Show participation by year, or say plainly that none was printed."""
    codebook, figures = given.dataset.codebook, given.figures
    topic = codebook.loc[codebook["topic"] == "participation", "measure"]
    own = figures[figures["measure"].isin(topic)]
    if own.empty:
        return []
    printed = set(own.loc[own["status"] != "missing", "measure"])
    known = [measure for measure in PARTICIPATION if measure in printed]
    blocks: list[Block] = []
    if not known:
        entity = entity_label(given, given.entity)
        blocks.append(escape(phrase(given, "participation_none", entity=entity)))
    for measure in known or PARTICIPATION[:1]:
        draw = partial(draw_participation, given.panel, entities=given.shown)
        draw = partial(draw, measure=measure)
        title, what = "participation_figure", measure_label(given, measure)
        blocks.append(_picture(given, measure, draw, title=title, what=what))
    blocks += tables.topic_tables(given, "participation", "participation")
    if given.others:
        rows = given.elsewhere[given.elsewhere["topic"] == "participation"]
        caption = phrase(given, "participation_elsewhere")
        key = "participation-elsewhere"
        blocks.append(tables.figures_table(given, rows, key, caption, several=True))
    return blocks


def _together(given: Inputs) -> list[Block]:
    """Show the verdict, what it rests on, what was refused, and the rivals."""
    verdict, lang = given.verdict, given.lang
    if verdict is None:
        return []
    if isinstance(verdict, str):
        return [escape(verdict)]
    kind = "none"
    if verdict.n_growths:
        kind = "pairs" if len(verdict.null_r) else "few"
    title = f"verdict_figure_{kind}"
    blocks: list[Block] = [
        escape(write_statement(verdict, lang)),
        _picture(given, "verdict", partial(draw_verdict, verdict), title=title),
    ]
    if len(verdict.table):
        blocks.append(
            Table(
                key="verdict",
                caption=phrase(given, "verdict_table"),
                frame=label_table(verdict, lang),
                note=phrase(given, "verdict_note"),
            )
        )
    title = "refused_figure"
    return [
        *blocks,
        phrase(given, "refused_lead"),
        _picture(given, "refusals", partial(draw_refusals, verdict), title=title),
        _refused(given, verdict),
        *_rivals(given),
    ]


def _refused(given: Inputs, verdict: Verdict) -> Table:
    """Return what was not computed, why, and how often it misleads, ours last."""
    frame = refusals_table(verdict, given.lang)
    rates = [show_rate(rate) for rate in verdict.own_rates.values()]
    frame.loc[len(frame)] = [name("procedure", "assess", given.lang), "—", *rates]
    return Table(
        key="refused",
        caption=phrase(given, "refused_table"),
        frame=frame,
        note=refusals_note(verdict, given.lang),
    )


def _rivals(given: Inputs) -> list[Block]:
    """Return the other explanations that the record shows, with their evidence."""
    if given.rivals.empty:
        return [phrase(given, "rivals_none")]
    semicolon = say("word", "semicolon", given.lang)
    rows = []
    for _, evidence in given.rivals.groupby("rival", sort=False):
        pieces = [_evidence(given, row) for row in evidence.to_dict("records")]
        rows.append([evidence["explanation"].iloc[0], semicolon.join(pieces)])
    columns = tables.heads(given, rival=40, evidence=46)
    table = tables.make_table("rivals", phrase(given, "rivals_table"), rows, columns)
    return [phrase(given, "rivals_lead"), table]


def _evidence(given: Inputs, row: dict[Hashable, Any]) -> str:
    """Return one piece of evidence: whose, what, when, as printed, by whom."""
    traditional = given.lang == "zh-Hant"
    printed = f"「{row['printed']}」" if traditional else f"“{row['printed']}”"
    colon, number = say("word", "colon", given.lang), given.numbers[row["source"]]
    return f"{row['evidence']}{colon}{printed} [{number}]"


def _comparators(given: Inputs) -> list[Block]:
    """Show the owner's other buildings, the areas around, and other buildings."""
    if not given.others:
        return []
    entities = pd.concat([data.entities for data in (given.dataset, *given.others)])
    kinds = entities.drop_duplicates("entity").set_index("entity")["kind"]
    known = given.figures[given.figures["status"] != "missing"]
    everywhere = pd.concat([known, given.elsewhere], ignore_index=True)

    def pick(figures: pd.DataFrame, allowed: list[str], *measures: str) -> pd.DataFrame:
        kind = figures["entity"].map(kinds)
        return figures[figures["measure"].isin(measures) & kind.isin(allowed)]

    elsewhere = given.elsewhere
    near = elsewhere[elsewhere["entity"].isin(AREAS)]
    towers, party = ["building", "buildings"], ["party"]
    rents = pick(everywhere, ["building"], "rent_mall", "rent_mall_growth")
    growths = ("area_tax", "area_tax_growth", "yiyuan_buildings")
    standing = (TAX, "tax_per_area", MEMBERS, "members_stated")
    shown = {
        "rent": rents,
        "area": near[near["measure"].isin(growths)],
        "others": pick(elsewhere, towers, *standing),
        "national": pick(elsewhere, party, "party_members", "organisations"),
    }
    blocks: list[Block] = [phrase(given, "comparators_lead"), *_rents(given, rents)]
    for key, figures in shown.items():
        ordered = figures.sort_values(
            ["entity", "measure", "year"], kind="stable", key=_in_order
        )
        if len(ordered):
            caption = phrase(given, f"{key}_table")
            blocks.append(
                tables.figures_table(given, ordered, key, caption, several=True)
            )
    return blocks


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
    return [_picture(given, "rent", partial(draw, measures=["rent_mall"]))]


def _in_order(column: pd.Series) -> pd.Series:
    """Return keys that keep entities and measures in the order they came in."""
    if column.name == "year":
        return column
    return column.map({key: i for i, key in enumerate(column.unique())})


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


def _sources(given: Inputs) -> list[Block]:
    """List the publications, numbered."""
    return [phrase(given, "sources_lead"), tables.sources_list(given)]
