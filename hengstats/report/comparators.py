"""Says how a building stands beside others, before and after, and what that proves."""

from functools import partial
from typing import Any

import pandas as pd

from hengstats.charts.comparison import draw_comparison
from hengstats.charts.levels import draw_index
from hengstats.evidence.comparison import write_comparison
from hengstats.ledger import mark, name_origins
from hengstats.panel import series_of
from hengstats.prose import cite, course_of, describe_one, figures_of, say_figure
from hengstats.report import tables
from hengstats.report.blocks import Block
from hengstats.report.common import (
    as_paragraph,
    elsewhere_table,
    is_known,
    make_picture,
    pick,
)
from hengstats.report.inputs import MEMBERS, TAX, Inputs, entity_label, phrase
from hengstats.report.origins import list_comparison, list_figures, origin_of_change
from hengstats.vocabulary import say


def write_comparators(given: Inputs) -> list[Block]:
    """Say how the building stands beside others, and why that proves nothing."""
    if not given.others:
        return []
    known = given.figures[given.figures["status"] != "missing"]
    everywhere = pd.concat([known, given.elsewhere], ignore_index=True)
    rents = pick(given, everywhere, ["building"], "rent_mall")
    said = [*_beside(given), *_rents_said(given, rents)]
    blocks: list[Block] = [as_paragraph(given, said)] if said else []
    lead = "comparators_brief" if given.edition.brief else "comparators_lead"
    blocks.append(phrase(given, lead))
    blocks += [] if given.edition.brief else _rents(given, rents)
    blocks += _before_after(given)
    standing = (TAX, "tax_per_area", MEMBERS, "members_stated")
    others = pick(given, given.elsewhere, ["building", "buildings"], *standing)
    return [*blocks, *elsewhere_table(given, "others", others)]


def _before_after(given: Inputs) -> list[Block]:
    """Say what changed when the last phase began, beside others, and draw it."""
    if given.phase is None or not given.before_after:
        return []
    event = tables.origin_of_event(given.phase.to_dict())
    when = mark(given.numbers, given.phase["date"][:4], event)
    words = {"phase": given.phase[given.lang], "when": when}
    said = [phrase(given, "before_lead", **words)]
    said[0] += cite([given.phase["source"]], given.numbers, given.lang)
    start, drawn = given.before_after[0].since, None
    whose = entity_label(given, given.entity) + say("word", "colon", given.lang)
    for found in given.before_after:
        if found.since != start:
            said.append(phrase(given, "before_printed", year=found.since))
        head, why, _ = write_comparison(found, given.lang)
        entities = [*found.placebos["entity"]] or [given.entity]
        told = [*head, *why[:1]] if not found.missing else head
        told = [text.removeprefix(whose) for text in told]  # all are of one
        named = partial(origin_of_change, found, entities)
        said += [name_origins(given.numbers, text, named) for text in told]
        drawn = drawn if found.missing else found
    if drawn is None or given.edition.brief:
        return [as_paragraph(given, said)]
    draw, listed = partial(draw_comparison, drawn), list_comparison(given, drawn)
    said.append(phrase(given, "before_proves"))
    return [as_paragraph(given, said), make_picture(given, "before", draw, listed)]


def _beside(given: Inputs) -> list[str]:
    """Say what other buildings paid in the years that the building knows."""
    if TAX not in given.wide or not is_known(given, TAX):
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
    return [make_picture(given, "rent", partial(draw, measures=["rent_mall"]), drawn)]
