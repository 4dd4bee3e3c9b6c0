"""What does the report say about tax: its path, its growth, its starting year?"""

import numpy as np
import pandas as pd

from hengstats import charts, indicators
from hengstats.charts.growth import step_labels
from hengstats.panel import series_of
from hengstats.report import tables
from hengstats.report.blocks import Block, show_box
from hengstats.report.material import TAX, Material, save_picture
from hengstats.vocabulary import name, say


def tax_section(m: Material) -> list[Block]:
    """Show tax by year, its growth and its index."""
    if TAX not in m.panel:
        return []
    lang, label = m.lang, name("measure", TAX, m.lang)
    own = m.figures[m.figures["entity"] == m.entity]
    series = own[own["measure"] == TAX]
    blocks: list[Block] = [
        say("report", "tax_lead", lang)
        + (say("report", "tax_phases", lang) if len(m.dataset.milestones) else ""),
        save_picture(
            m,
            charts.draw_tax(m.panel, entities=m.entity, lang=lang),
            "tax",
            say("report", "tax_figure", lang, measure=label),
        ),
        tables.figures_table(
            series, m.numbers, say("report", "tax_table", lang, measure=label), lang
        ),
    ]
    codebook = m.dataset.codebook
    topic = codebook.loc[codebook["topic"] == "tax", "measure"]
    other = own[own["measure"].isin(topic) & (own["measure"] != TAX)]
    if len(other):
        caption = say("report", "tax_other_table", lang)
        blocks.append(tables.figures_table(other, m.numbers, caption, lang))
    steps = indicators.growth(m.panel[m.panel["entity"] == m.entity], TAX)
    if len(steps):
        blocks += [say("report", "growth_lead", lang), *_growth(m, steps, label)]
    return blocks


def _growth(m: Material, steps: pd.DataFrame, label: str) -> list[Block]:
    """Show the growth of tax, and what the choice of the first year does."""
    lang = m.lang
    caption = say("report", "growth_table", lang, measure=label)
    labels = step_labels(steps, lang)
    rates = steps[indicators.ENDS].transform(np.expm1)
    head = say("report", "col_step", lang)
    blocks: list[Block] = [
        save_picture(
            m,
            charts.draw_growth(steps, lang=lang),
            "growth",
            say("report", "growth_figure", lang, measure=label),
        ),
        tables.bounds_table(rates, labels, head, "fraction", caption, lang),
    ]
    years = series_of(m.panel[m.panel["entity"] == m.entity], TAX)
    first, base = int(years["year"].iloc[0]), _base_year(years)
    index = charts.draw_index(m.panel, entities=m.entity, year=base, lang=lang)
    blocks.append(
        save_picture(
            m, index, "index", say("report", "index_figure", lang, measure=label)
        )
    )
    if first != base:
        table = indicators.index_to(m.panel, TAX, first)
        row = table[table["year"] == base].iloc[0].to_dict()
        wording = m.figures.query("measure == @TAX and entity == @m.entity")
        printed = wording.set_index("year")["printed"]
        blocks.append(
            say(
                "report",
                "base_note",
                lang,
                first=first,
                base=base,
                first_value=printed[first],
                base_value=printed[base],
                index=show_box(row, "index", lang),
            )
        )
    return blocks


def _base_year(years: pd.DataFrame) -> int:
    """Return the first year from which on the years stand close together."""
    step = years["year"].diff().shift(-1)
    return int(years.loc[step.fillna(1) <= 2, "year"].iloc[0])
