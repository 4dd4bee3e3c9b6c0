"""Says and draws what several sections of a report have in common."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from hengstats.charts.growthmap import pair_growths_of_all
from hengstats.charts.levels import draw_membership
from hengstats.charts.many import draw_multiples, draw_ranking
from hengstats.evidence import Verdict
from hengstats.evidence.statement import write_plain
from hengstats.ledger import (
    Origin,
    figure_at,
    figures,
    formula,
    mark,
    name_origins,
    record,
)
from hengstats.panel import series_of
from hengstats.prose import (
    describe_all,
    describe_one,
    growths_of_all,
    join_sentences,
    several_of,
    within,
)
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, escape
from hengstats.report.inputs import (
    MEMBERS,
    TAX,
    Inputs,
    entity_label,
    measure_label,
    phrase,
)
from hengstats.report.origins import list_figures, list_many, origin_of_name

ORGANISATION = (
    MEMBERS,
    "members_working_here",
    "branches",
    "enterprises_covered",
    "organisations",
)
BARS, DRAWN = 15, 25  # bars of the chart in front, small charts
TOLD = 4  # measures of a topic, where it has none of those above
PARTICIPATION = ("attendances", "participants", "events", "volunteers")


def is_building(given: Inputs) -> bool:
    """Return whether the report is on a building, not on a district or a country."""
    entities = given.dataset.entities.set_index("entity")
    return bool(entities.loc[given.entity, "kind"] in ("building", "buildings"))


def make_picture(
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


def counted(
    given: Inputs, number: int, how: str, inputs: Iterable[Origin], **words: object
) -> str:
    """Return how many there are, marked with what was counted."""
    return mark(given.numbers, str(number), formula(how, inputs, (), "", **words))


def many_words(given: Inputs) -> dict[str, Any]:
    """Return how many entities there are, and what they are."""
    several = several_of(given.panel, given.entities, given.lang)
    known = given.figures[given.figures["status"] != "missing"]
    first = known[known["entity"].isin(given.entities)].drop_duplicates("entity")
    inputs = figures(first.to_dict("records"))
    n = counted(given, len(given.entities), "count_entities", inputs)
    return {"n": n, "several": several}


def sentences_on(given: Inputs, measure: str) -> dict[str, str]:
    """Return the sentences on a measure, by what each is about."""
    words: dict[str, Any] = {"lang": given.lang, "numbers": given.numbers}
    if given.many:
        return describe_all(given.panel, measure, **words)
    return describe_one(given.panel, measure, given.entity, **words)


def is_known(given: Inputs, measure: str) -> bool:
    """Return whether a measure has a figure."""
    return measure in given.panel and not series_of(given.panel, measure).empty


def label_within(given: Inputs, measure: str) -> str:
    """Return what a measure is called within a sentence."""
    return within(measure_label(given, measure), given.lang)


def as_paragraph(given: Inputs, sentences: Iterable[str]) -> str:
    """Return sentences as one paragraph."""
    return escape(join_sentences(sentences, given.lang))


def labelled(given: Inputs, key: str, text: str) -> str:
    """Return a paragraph that begins with what it is about."""
    head = "head_revenue" if key == "tax" and given.tax != TAX else f"topic_{key}"
    return phrase(given, "labelled", label=phrase(given, head), text=text)


def cause(given: Inputs) -> str:
    """Say what nobody can learn from these figures: whether one moved the other."""
    both = {
        "tax": label_within(given, given.tax),
        "members": label_within(given, given.members),
    }
    return phrase(given, "cause_unknown", **both)


def count_rivals(given: Inputs) -> str:
    """Return how many other explanations the record shows, marked."""
    first = given.rivals.drop_duplicates("rival").to_dict("records")
    return counted(given, len(first), "count_rivals", map(record, first))


def trace_names(given: Inputs, text: str) -> str:
    """Return a text of the verdict, its numbers marked with their origins."""
    return name_origins(given.numbers, text, partial(origin_of_name, given))


def plain_sentences(given: Inputs, verdict: Verdict) -> list[str]:
    """Return the finding in plain sentences, its numbers marked."""
    return [
        trace_names(given, text)
        for text in write_plain(verdict, given.lang, marked=True)
    ]


def chart_of_many(given: Inputs, kind: str, measure: str) -> Picture:
    """Return a chart of all entities: their ranking, or a small one of each."""
    draw, most = {
        "ranking": (draw_ranking, BARS),
        "multiples": (draw_multiples, DRAWN),
    }[kind]
    label, title = measure_label(given, measure), f"{kind}_figure"
    key = f"{kind}-{measure}".replace("_", "-")
    drawn = partial(draw, given.panel, measure=measure, most=most)
    listed = list_many(given, measure, most, last=kind == "ranking")
    return make_picture(given, key, drawn, listed, title=title, what=label)


def members_chart(given: Inputs) -> list[Block]:
    """Return the chart of members, or of what else leads organisation."""
    if not is_known(given, given.members):
        return []
    if given.many:
        brief = given.edition.brief
        return [] if brief else [chart_of_many(given, "multiples", given.members)]
    measures = ORGANISATION[:2] if given.members == MEMBERS else [given.members]
    present = [measure for measure in measures if is_known(given, measure)]
    draw = partial(draw_membership, given.panel, entities=given.shown)
    label = measure_label(given, given.members)
    drawn = list_figures(given, given.panel, present, given.shown)
    draw = partial(draw, measures=present)
    return [make_picture(given, "members", draw, drawn, what=label)]


def topic_measures(given: Inputs, topic: str) -> list[str]:
    """Return the measures of a topic, those of many years first.

    Those of single programmes, and changes of other measures, are left to the appendix.
    """
    codebook = given.dataset.codebook
    measures = codebook.loc[codebook["topic"] == topic, "measure"].astype(str)
    parts = tuple(f"{measure}_" for measure in PARTICIPATION)
    known = [
        measure
        for measure in measures
        if is_known(given, measure)
        and not measure.startswith(parts)
        and not measure.endswith(("_increase", "_growth"))
    ]
    years = {m: series_of(given.panel, m)["year"].nunique() for m in known}
    return sorted(known, key=lambda measure: years[measure] < tables.MANY_YEARS)


def participation_said(given: Inputs, *, brief: bool = False) -> list[str]:
    """Return what is known of participation, or that nothing is."""
    codebook = given.dataset.codebook
    topic = codebook.loc[codebook["topic"] == "participation", "measure"]
    if not given.figures["measure"].isin(topic).any():
        return []
    known = [measure for measure in PARTICIPATION if is_known(given, measure)]
    if not known and not topic.isin(PARTICIPATION).any():
        known = topic_measures(given, "participation")[:TOLD]
    if not known:
        entity = entity_label(given, given.entity)
        return [phrase(given, "participation_none", entity=entity)]
    if brief:
        said = sentences_on(given, known[0])
        return [said[one] for one in said if one in ("course", "bounds", "total")]
    return [text for measure in known for text in sentences_on(given, measure).values()]


def ways(given: Inputs) -> list[str]:
    """Count how many of many buildings rose or fell in both tax and members."""
    both = [one for one in (given.tax, given.members) if is_known(given, one)]
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
        key: counted(
            given, len(found) // 4, "count_both", found, first=first, last=last
        )
        for key, found in listed.items()
    }
    left = phrase(given, "many_open", n=counts["open"]) if listed["open"] else ""
    every = [one for found in listed.values() for one in found]
    n = counted(given, len(found), "count_both", every, first=first, last=last)
    words = {
        "tax": label_within(given, given.tax),
        "members": label_within(given, given.members),
    }
    words |= {"first": first, "last": last, "several": many_words(given)["several"]}
    return [phrase(given, "many_ways", n=n, **counts | {"open": left}, **words)]


def pick(
    given: Inputs, known: pd.DataFrame, allowed: list[str], *measures: str
) -> pd.DataFrame:
    """Return the figures of some measures of entities of some kinds."""
    entities = pd.concat([data.entities for data in (given.dataset, *given.others)])
    kinds = entities.drop_duplicates("entity").set_index("entity")["kind"]
    kind = known["entity"].map(kinds)
    return known[known["measure"].isin(measures) & kind.isin(allowed)]


def elsewhere_table(given: Inputs, key: str, known: pd.DataFrame) -> list[Block]:
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
