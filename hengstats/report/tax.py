"""What does the report say about tax: its path, its growth, its starting year?"""

from functools import partial

import numpy as np
import pandas as pd

from hengstats import charts, indicators
from hengstats.charts.growth import step_labels
from hengstats.errors import DataError
from hengstats.panel import series_of
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, escape, show_box
from hengstats.report.material import TAX, Material
from hengstats.report.portion import take_portion
from hengstats.vocabulary import name, say


def tax_section(m: Material) -> list[Block]:
    """Show tax by year, its growth and its index."""
    if TAX not in m.panel:
        return []
    lang, label = m.lang, name("measure", TAX, m.lang)
    shown = take_portion(m.panel, m.entities, [TAX], milestones=True)
    series = m.figures[m.figures["measure"] == TAX]
    if m.many:
        caption = say("report", "years_table", lang, measure=label)
        table = tables.years_table(series, m.numbers, "tax", caption, lang, m.names)
    else:
        caption = say("report", "tax_table", lang, measure=label)
        table = tables.figures_table(series, m.numbers, "tax", caption, lang)
    phases = say("report", "tax_phases", lang) if len(m.dataset.milestones) else ""
    blocks: list[Block] = [
        say("report", "tax_lead", lang) + phases,
        Picture(
            key="tax",
            caption=say("report", "tax_figure", lang, measure=label),
            draw=partial(charts.draw_tax, shown, entities=m.chosen, lang=lang),
        ),
        table,
    ]
    own = m.figures[m.figures["entity"] == m.entity]
    codebook = m.dataset.codebook
    topic = codebook.loc[codebook["topic"] == "tax", "measure"]
    other = own[own["measure"].isin(topic) & (own["measure"] != TAX)]
    if len(other):
        caption = say("report", "tax_other_table", lang)
        blocks.append(
            tables.figures_table(other, m.numbers, "tax-other", caption, lang)
        )
    return [*blocks, *_growth(m, label)]


def _growth(m: Material, label: str) -> list[Block]:
    """Show the growth of tax, and what the choice of the first year does."""
    lang = m.lang
    own = take_portion(m.panel, [m.entity], [TAX])
    try:
        steps = indicators.growth(own, TAX)
    except DataError as fault:  # a figure of zero or less has no growth
        return [escape(str(fault))]
    if steps.empty:
        return []
    caption = say("report", "growth_table", lang, measure=label)
    labels = step_labels(steps, lang)
    rates = steps[indicators.ENDS].transform(np.expm1)
    head = say("report", "col_step", lang)
    years = series_of(own, TAX)
    base = _base_year(years)
    lead = say("report", "growth_lead", lang)
    if m.many:
        whose = tables.called(m.names, m.entity, lang)
        lead += say("report", "growth_whose", lang, entity=whose)
    blocks: list[Block] = [
        escape(lead),
        Picture(
            key="growth",
            caption=say("report", "growth_figure", lang, measure=label),
            draw=partial(charts.draw_growth, steps, lang=lang),
        ),
        tables.bounds_table(rates, labels, head, "fraction", "growth", caption, lang),
    ]
    blocks.append(
        Picture(
            key="index",
            caption=say("report", "index_figure", lang, measure=label),
            draw=partial(
                charts.draw_index, own, entities=m.entity, year=base, lang=lang
            ),
        )
    )
    return [*blocks, *_start(m, own, int(years["year"].iloc[0]), base)]


def _start(m: Material, own: pd.DataFrame, first: int, base: int) -> list[Block]:
    """Say what the choice of the first year does, where there is a choice."""
    if first == base:
        return []
    table = indicators.index_to(own, TAX, first)
    row = table[table["year"] == base].iloc[0].to_dict()
    wording = m.figures.query("measure == @TAX and entity == @m.entity")
    printed = wording.set_index("year")["printed"]
    told = say(
        "report",
        "base_note",
        m.lang,
        first=first,
        base=base,
        first_value=printed[first],
        base_value=printed[base],
        index=show_box(row, "index", m.lang),
    )
    return [escape(told)]


def _base_year(years: pd.DataFrame) -> int:
    """Return the first year from which on the years stand close together."""
    step = years["year"].diff().shift(-1)
    return int(years.loc[step.fillna(1) <= 2, "year"].iloc[0])
