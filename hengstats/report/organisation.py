"""What does the report say about members, branches, and ratios to them?"""

import pandas as pd

from hengstats import charts, indicators
from hengstats.report import tables
from hengstats.report.blocks import Block, Table, show_box, show_number
from hengstats.report.material import MEMBERS, TAX, Material, save_picture
from hengstats.vocabulary import convert, name, say

RATIOS = (
    ("coverage", "enterprises_covered", "tenants", "fraction"),
    ("per_branch", MEMBERS, "branches", "persons"),
    ("per_enterprise", MEMBERS, "enterprises_covered", "persons"),
    ("tax_per_tenant", TAX, "tenants", "100 million yuan"),
    ("tax_per_area", TAX, "floor_area", "yuan"),
)


def organisation_section(m: Material) -> list[Block]:
    """Show members, branches and the ratios that follow."""
    codebook, lang = m.dataset.codebook, m.lang
    topic = codebook.loc[codebook["topic"] == "organisation", "measure"]
    own = m.figures[m.figures["measure"].isin(topic)]
    own = own[own["entity"] == m.entity]
    if own[own["status"] != "missing"].empty:
        return []
    draw = charts.draw_membership
    blocks: list[Block] = [
        say("report", "members_lead", lang),
        save_picture(
            m,
            draw(m.panel, entities=m.entity, lang=lang),
            "members",
            say("report", "members_figure", lang),
        ),
    ]
    if "branches" in m.panel:
        chart = draw(m.panel, entities=m.entity, measures=["branches"], lang=lang)
        caption = say("report", "branches_figure", lang)
        blocks.append(save_picture(m, chart, "branches", caption))
    shown = own[own["status"] != "missing"]
    caption = say("report", "members_table", lang)
    blocks.append(tables.figures_table(shown, m.numbers, caption, lang))
    return [*blocks, *_ratios(m)]


def _ratios(m: Material) -> list[Block]:
    """Show the ratios that can be computed, with the years they stand on."""
    rows = []
    own = m.panel[m.panel["entity"] == m.entity]
    for key, over, under, unit in RATIOS:
        if over not in own or under not in own:
            continue
        table = indicators.ratio(own, over, under, under_year="nearest")
        ends = table[indicators.ENDS] * ratio_factor(m.panel, over, unit)
        for row in table.assign(**ends).to_dict("records"):
            year = str(row["year"])
            if row["under_year"] != row["year"]:
                other = row["under_year"]
                year = say("report", "ratio_years", m.lang, year=year, other=other)
            label = say("report", f"ratio_{key}", m.lang)
            value = show_number(row["value"], unit, m.lang)
            box = show_box(row, unit, m.lang)
            rows.append(
                [label, year, value, box, ratio_unit(m.panel, under, unit, m.lang)]
            )
    if not rows:
        return []
    columns = tables.heads(m.lang, "measure", "year", "value", "box", "unit")
    return [
        Table(
            caption=say("report", "ratios_table", m.lang),
            frame=pd.DataFrame(rows, columns=columns),
            widths=(26, 16, 10, 22, 16),
            note=say("report", "ratios_note", m.lang),
        )
    ]


def ratio_factor(panel: pd.DataFrame, over: str, unit: str) -> float:
    """Return how many `unit` the unit of a measure is; 1 for a share of like things."""
    own = panel.attrs["about"]["units"][over]
    return 1.0 if unit == "fraction" else convert(own, unit)


def ratio_unit(panel: pd.DataFrame, under: str, unit: str, lang: str) -> str:
    """Return the unit of a ratio, such as 亿元/家, or percent for a share."""
    if unit == "fraction":
        return name("unit", "percent", lang)
    below = panel.attrs["about"]["units"][under]
    return f"{name('unit', unit, lang)} / {name('unit', below, lang)}"
