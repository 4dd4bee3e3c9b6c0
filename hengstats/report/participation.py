"""What does the report say about events and those who took part?"""

from functools import partial

from hengstats import charts
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, escape
from hengstats.report.comparators import pick_figures
from hengstats.report.material import Material
from hengstats.report.portion import take_portion
from hengstats.vocabulary import name, say, strings

COUNTS = ("attendances", "participants", "events", "volunteers")


def participation_section(m: Material) -> list[Block]:
    """Show participation by year, or say plainly that none was printed."""
    codebook, lang = m.dataset.codebook, m.lang
    topic = codebook.loc[codebook["topic"] == "participation", "measure"]
    own = m.figures[m.figures["measure"].isin(topic)]
    if own.empty:
        return []
    yearly = own[own["measure"].isin(COUNTS) & (own["status"] != "missing")]
    blocks: list[Block] = []
    if yearly.empty:
        entity = tables.called(m.names, m.entity, lang)
        told = say("report", "participation_none", lang, entity=entity)
        blocks.append(escape(told))
    known = set(yearly["measure"])
    for measure in COUNTS:
        if measure in known or (not known and measure == COUNTS[0]):
            blocks.append(_picture(m, measure))
    blocks += tables.topic_tables(m, "participation", "participation")
    if m.others:
        elsewhere = pick_figures(m.others, topic="participation")
        caption = say("report", "participation_elsewhere", lang)
        blocks.append(
            tables.figures_table(
                elsewhere,
                m.numbers,
                "participation-elsewhere",
                caption,
                lang,
                m.names,
            )
        )
    return blocks


def _picture(m: Material, measure: str) -> Picture:
    """Return the chart of one count, by programme where that is known."""
    parts = [f"{measure}_{programme}" for programme in strings()["programme"]]
    label = name("measure", measure, m.lang)
    return Picture(
        key=measure,
        caption=say("report", "participation_figure", m.lang, measure=label),
        draw=partial(
            charts.draw_participation,
            take_portion(m.panel, m.entities, [measure, *parts]),
            entities=m.chosen,
            measure=measure,
            lang=m.lang,
        ),
    )
