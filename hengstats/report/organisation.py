"""What does the report say about members, branches, and ratios to them?"""

from functools import partial

import pandas as pd

from hengstats import charts, indicators
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, Table, show_box, show_number
from hengstats.report.material import MEMBERS, TAX, Material
from hengstats.report.portion import take_portion
from hengstats.vocabulary import convert, name, say

RATIOS = (
    ("coverage", "enterprises_covered", "tenants", "fraction"),
    ("per_branch", MEMBERS, "branches", "persons"),
    ("per_enterprise", MEMBERS, "enterprises_covered", "persons"),
    ("tax_per_tenant", TAX, "tenants", "100 million yuan"),
    ("tax_per_area", TAX, "floor_area", "yuan"),
)
CHARTS = {
    "members": (MEMBERS, "members_working_here"),
    "branches": ("branches",),
}


def organisation_section(m: Material) -> list[Block]:
    """Show members, branches and the ratios that follow."""
    lang = m.lang
    blocks: list[Block] = []
    for key, measures in CHARTS.items():
        present = [measure for measure in measures if measure in m.panel]
        if present:
            shown = take_portion(m.panel, m.entities, present)
            draw = partial(
                charts.draw_membership,
                shown,
                entities=m.chosen,
                measures=present,
                lang=lang,
            )
            caption = say("report", f"{key}_figure", lang)
            blocks.append(Picture(key=key, caption=caption, draw=draw))
    blocks += tables.topic_tables(m, "organisation", "members")
    if not blocks:
        return []
    return [say("report", "members_lead", lang), *blocks, *_ratios(m)]


def _ratios(m: Material) -> list[Block]:
    """Show the ratios that can be computed, with the years they stand on."""
    rows = []
    own = m.panel[m.panel["entity"] == m.entity]
    for key, over, under, unit in RATIOS:
        if m.many or over not in own or under not in own:
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
            key="ratios",
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
