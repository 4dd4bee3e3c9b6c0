"""What was printed about buildings and areas beside the one reported on?"""

from functools import partial

import pandas as pd

from hengstats import charts
from hengstats.dataset import Dataset
from hengstats.figures import settle_figures
from hengstats.panel import series_of
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture
from hengstats.report.material import MEMBERS, TAX, Material
from hengstats.report.portion import take_portion
from hengstats.vocabulary import say

AREAS = ("nanjing-west-road", "jingan", "jingan-old", "lujiazui")


def compare_section(m: Material) -> list[Block]:
    """Show the owner's other buildings, the areas around, and other buildings."""
    if not m.others:
        return []
    lang = m.lang
    written: list[Block] = [say("report", "comparators_lead", lang)]
    entities = pd.concat([data.entities for data in (m.dataset, *m.others)])
    kinds = entities.drop_duplicates("entity").set_index("entity")["kind"]
    rents = pick_figures((m.dataset, *m.others), ("rent_mall", "rent_mall_growth"))
    rents = rents[rents["entity"].map(kinds) == "building"]
    both = [e for e in rents["entity"].unique() if _knows(m.wide, e, "rent_mall") > 1]
    if len(both) > 1:
        years = [
            set(series_of(m.wide[m.wide["entity"] == e], "rent_mall")["year"])
            for e in both
        ]
        if common := set.intersection(*years):
            draw = partial(
                charts.draw_index,
                take_portion(m.wide, both, ["rent_mall"]),
                entities=both,
                measures=["rent_mall"],
                year=min(common),
                lang=lang,
            )
            caption = say("report", "rent_figure", lang)
            written.append(Picture(key="rent", caption=caption, draw=draw))
    areas = pick_figures(m.others, ("area_tax", "area_tax_growth", "yiyuan_buildings"))
    near = areas["entity"].isin(AREAS)
    others = pick_figures(m.others, (TAX, "tax_per_area", MEMBERS, "members_stated"))
    building = others["entity"].map(kinds).isin(["building", "buildings"])
    national = pick_figures(m.others, ("party_members", "organisations"))
    party = national["entity"].map(kinds) == "party"
    for key, figures in (
        ("rent", rents),
        ("area", areas[near]),
        ("others", others[building]),
        ("national", national[party]),
    ):
        ordered = figures.sort_values(
            ["entity", "measure", "year"], kind="stable", key=_in_order
        )
        if len(ordered):
            caption = say("report", f"{key}_table", lang)
            written.append(
                tables.figures_table(ordered, m.numbers, key, caption, lang, m.names)
            )
    return written


def _in_order(column: pd.Series) -> pd.Series:
    """Return keys that keep entities and measures in the order they came in."""
    if column.name == "year":
        return column
    return column.map({key: i for i, key in enumerate(column.unique())})


def pick_figures(
    loaded: tuple[Dataset, ...], measures: tuple[str, ...] = (), *, topic: str = ""
) -> pd.DataFrame:
    """Return the accepted figures of some measures, or of a topic."""
    picked = []
    for data in loaded:
        codebook = data.codebook
        chosen = codebook["measure"].isin(measures) | (codebook["topic"] == topic)
        figures = settle_figures(data)
        known = figures["status"] != "missing"
        wanted = figures["measure"].isin(codebook.loc[chosen, "measure"])
        picked.append(figures[known & wanted])
    return pd.concat(picked, ignore_index=True)


def _knows(panel: pd.DataFrame, entity: str, measure: str) -> int:
    """Return how many years of a measure are known of an entity."""
    return len(series_of(panel[panel["entity"] == entity], measure))
