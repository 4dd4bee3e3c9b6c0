"""Prints figures as tables, each with its wording, its range and its source."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hengstats.charts.caption import unit_of
from hengstats.indicators import ENDS, ratio, round_out
from hengstats.report.blocks import Block, Table, entry
from hengstats.report.inputs import (
    MEMBERS,
    TAX,
    Inputs,
    entity_label,
    measure_label,
    phrase,
)
from hengstats.vocabulary import convert, name, say

STANDINGS = ("primary", "press", "copy", "interested", "weak")
STOP = {"zh-Hans": "。", "zh-Hant": "。", "en": ". "}
RATIOS = (
    ("coverage", "enterprises_covered", "tenants", "fraction"),
    ("per_branch", MEMBERS, "branches", "persons"),
    ("per_enterprise", MEMBERS, "enterprises_covered", "persons"),
    ("tax_per_tenant", TAX, "tenants", "100 million yuan"),
    ("tax_per_area", TAX, "floor_area", "yuan"),
)


def show_number(
    number: float, unit: str, lang: str, *, side: str = "", digits: int = 2
) -> str:
    """Return a number as it is read: percent for a fraction, an open end in words.

    `side` is `lower` or `upper` for a bound, which is rounded outwards.
    """
    if pd.isna(number):
        return "—"
    if np.isinf(number):
        return say("report", "open", lang)
    scaled, sign = (100 * number, "%") if unit == "fraction" else (number, "")
    if side:
        scaled = round_out(scaled, digits, up=side == "upper")
    text = f"{scaled:,.{digits}f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return plain.replace("-", "−") + sign


def show_box(row: dict, unit: str, lang: str) -> str:
    """Return lower and upper end as one text, as narrow as the figure allows."""
    if pd.isna(row["lower"]) and pd.isna(row["upper"]):
        return "—"
    if row["lower"] == row["upper"]:
        return show_number(row["lower"], unit, lang)
    ends = [abs(row[end]) for end in ("lower", "upper") if np.isfinite(row[end])]
    digits = 3 if max(ends, default=0) < 100 and unit != "fraction" else 2
    low = show_number(row["lower"], unit, lang, side="lower", digits=digits)
    if np.isinf(row["upper"]):
        return say("report", "from_on", lang, low=low)
    high = show_number(row["upper"], unit, lang, side="upper", digits=digits)
    return f"{low} … {high}"


def heads(given: Inputs, **widths: int) -> dict[str, int]:
    """Return the heads of columns, each with its relative width."""
    return {phrase(given, f"col_{key}"): width for key, width in widths.items()}


def make_table(
    key: str, caption: str, rows: list, columns: Iterable[str], note: str = ""
) -> Table:
    """Return rows of texts as a table; `columns` are the heads."""
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    return Table(key=key, caption=caption, frame=frame, note=note)


def figures_table(
    given: Inputs,
    figures: pd.DataFrame,
    key: str,
    caption: str,
    *,
    several: bool = False,
) -> Table:
    """Return figures as a table, with the measure where there are several.

    Of several entities their names in place of the kind of each figure.
    """
    lang = given.lang
    measures = figures["measure"].nunique()
    columns = {"period": 14, "printed": 18, "value": 16, "box": 20, "source": 8}
    if measures > 1:
        columns = {"measure": 22, **columns}
    columns = {"entity": 18, **columns} if several else {**columns, "status": 11}
    rows = []
    for row in figures.to_dict("records"):
        missing, unit = row["status"] == "missing", row["unit"]
        measure = measure_label(given, row["measure"])
        words = {"measure": measure, "unit": name("unit", unit, lang)}
        cells = {
            "entity": entity_label(given, row["entity"]),
            "measure": say("chart", "axis", lang, **words),
            "period": row["period"].replace("/", " / "),
            "printed": "—" if missing else row["printed"],
            "value": show_number(row["value"], unit, lang),
            "box": show_box(row, unit, lang),
            "source": "—" if missing else str(given.numbers[row["source"]]),
            "status": name("status", row["status"], lang),
        }
        rows.append([cells[column] for column in columns])
    note = "" if several else phrase(given, "note_kinds")
    if measures == 1:
        unit = name("unit", figures["unit"].iloc[0], lang)
        note = phrase(given, "note_units", unit=unit)
    return make_table(key, caption, rows, heads(given, **columns), note)


def years_table(given: Inputs, figures: pd.DataFrame, key: str) -> Table:
    """Return one measure of many entities as printed: a row each, a column a year."""
    known = figures[figures["status"] != "missing"]
    years = sorted(known["year"].unique())
    printed = known.pivot(index="entity", columns="year", values="printed")
    printed = printed.reindex(known["entity"].unique()).fillna("—")
    rows = [
        [entity_label(given, entity), *row]
        for entity, row in zip(printed.index, printed.to_numpy().tolist(), strict=True)
    ]
    cited = sorted({given.numbers[source] for source in known["source"]})
    listed = say("word", "comma", given.lang).join(map(str, cited))
    unit = name("unit", known["unit"].iloc[0], given.lang) if len(known) else "—"
    measure = measure_label(given, figures["measure"].iloc[0])
    caption = phrase(given, "years_table", measure=measure)
    columns = heads(given, entity=24) | {str(year): 14 for year in years}
    note = phrase(given, "note_years", unit=unit, list=listed)
    return make_table(key, caption, rows, columns, note)


def topic_tables(given: Inputs, topic: str, key: str) -> list[Block]:
    """Return the figures of a topic: all of one entity, or each measure of many."""
    codebook, known = given.dataset.codebook, given.figures
    measures = codebook.loc[codebook["topic"] == topic, "measure"]
    known = known[(known["status"] != "missing") & known["measure"].isin(measures)]
    if known.empty:
        return []
    if not given.many:
        return [figures_table(given, known, key, phrase(given, f"{key}_table"))]
    groups = known.groupby("measure", sort=False)
    return [years_table(given, rows, key) for _, rows in groups]


def growth_table(
    given: Inputs, rates: pd.DataFrame, labels: list[str], caption: str
) -> Table:
    """Return growth within its bounds, one labelled step a row."""
    rows = [
        [
            label,
            show_number(row["value"], "fraction", given.lang),
            show_box(row, "fraction", given.lang),
        ]
        for label, row in zip(labels, rates.to_dict("records"), strict=True)
    ]
    return make_table("growth", caption, rows, heads(given, step=30, value=20, box=30))


def ratio_tables(given: Inputs) -> list[Block]:
    """Return the ratios that can be computed of one entity, with their years."""
    own, lang = given.panel, given.lang
    rows = []
    for key, over, under, unit in RATIOS:
        if given.many or over not in own or under not in own:
            continue
        table = ratio(own, over, under, under_year="nearest")
        factor, per = 1.0, name("unit", "percent", lang)
        if unit != "fraction":
            factor = convert(own.attrs["about"]["units"][over], unit)
            per = f"{name('unit', unit, lang)} / {unit_of(own, under, lang)}"
        ends = table[ENDS] * factor
        for row in table.assign(**ends).to_dict("records"):
            year, other = str(row["year"]), row["under_year"]
            if other != row["year"]:
                year = phrase(given, "ratio_years", year=year, other=other)
            value, box = (
                show_number(row["value"], unit, lang),
                show_box(row, unit, lang),
            )
            rows.append([phrase(given, f"ratio_{key}"), year, value, box, per])
    if not rows:
        return []
    columns = heads(given, measure=26, year=16, value=10, box=22, unit=16)
    caption, note = phrase(given, "ratios_table"), phrase(given, "ratios_note")
    return [make_table("ratios", caption, rows, columns, note)]


def counts_table(given: Inputs) -> Table:
    """Return how many figures were printed, by subject and standing of the source."""
    records, codebook = given.dataset.records, given.dataset.codebook
    topics = dict(zip(codebook["measure"], codebook["topic"], strict=True))
    printed = records[records["qualifier"] != "not_found"]
    counts = pd.crosstab(printed["measure"].map(topics), printed["standing"])
    standings = [standing for standing in STANDINGS if standing in counts]
    counts = counts[standings].assign(total=lambda table: table.sum(axis=1))
    subjects = [one for one in dict.fromkeys(topics.values()) if one in counts.index]
    counts = counts.loc[subjects]
    rows = [
        [phrase(given, f"topic_{topic}"), *map(str, row)]
        for topic, row in zip(subjects, counts.to_numpy().tolist(), strict=True)
    ]
    total = heads(given, total=14)
    rows.append([*total, *map(str, counts.sum().tolist())])
    by = {name("standing", standing, given.lang): 14 for standing in standings}
    columns = heads(given, topic=20) | by | total
    return make_table("printed", phrase(given, "printed_table"), rows, columns)


def missing_table(given: Inputs, gaps: pd.DataFrame) -> Table:
    """Return the years searched for and not found, by measure."""
    comma = say("word", "comma", given.lang)
    rows = [
        [measure_label(given, str(measure)), comma.join(map(str, years))]
        for measure, years in gaps.groupby("measure", sort=False)["year"]
    ]
    columns = heads(given, measure=30, years=50)
    return make_table("missing", phrase(given, "missing_table"), rows, columns)


def conflicts_table(given: Inputs, conflicts: pd.DataFrame) -> Table:
    """Return the conflicting figures, which one is used, and why."""
    rows = []
    last = None
    for row in conflicts.to_dict("records"):
        key = (row["entity"], row["measure"], row["year"])
        whose = entity_label(given, row["entity"])
        what = measure_label(given, row["measure"])
        first = [
            f"{whose}{say('word', 'comma', given.lang)}{what}",
            str(row["year"]),
            row[given.lang] or name("rule", row["rule"], given.lang),
        ]
        subject, year, reason = first if key != last else ["", "", ""]
        number = str(given.numbers[row["source"]])
        used = phrase(given, "accepted" if row["accepted"] else "kept")
        rows.append([subject, year, row["printed"], number, used, reason])
        last = key
    widths = {"measure": 22, "year": 8, "printed": 24, "source": 10}
    columns = heads(given, **widths, used=8, reason=30)
    return make_table("conflicts", phrase(given, "conflicts_table"), rows, columns)


def sources_list(given: Inputs) -> str:
    """Return the publications cited as a numbered list."""
    undated, comma = (say("word", key, given.lang) for key in ("undated", "comma"))
    stop = STOP[given.lang]
    items = []
    for row in given.sources.to_dict("records"):
        standing = name("standing", row["standing"], given.lang)
        about = [row["publisher"], row["published"] or undated, standing]
        told = [row["title"], comma.join(about), row["address"]]
        items.append(entry(given.numbers[row["source"]], stop.join(told)))
    return "\n\n".join(items)
