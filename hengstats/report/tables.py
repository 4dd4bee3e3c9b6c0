"""Which tables does the report print, each figure with wording, range and source?"""

import pandas as pd

from hengstats.report.blocks import Block, Table, show_box, show_number, small
from hengstats.report.material import Material
from hengstats.vocabulary import LANGUAGES, name, say

Names = dict[str, list[str]]
STOP = {"zh-Hans": "。", "zh-Hant": "。", "en": ". "}


def heads(lang: str, *keys: str) -> list[str]:
    """Return column heads in one language."""
    return [say("report", f"col_{key}", lang) for key in keys]


def called(names: Names, entity: str, lang: str) -> str:
    """Return an entity's name in one language."""
    return names[entity][LANGUAGES.index(lang)] if entity in names else entity


def figures_table(
    figures: pd.DataFrame,
    numbers: dict[str, int],
    key: str,
    caption: str,
    lang: str,
    names: Names | None = None,
) -> Table:
    """Return figures as a table, with measure and entity where there are several."""
    many = figures["measure"].nunique() > 1
    columns = {"period": 14, "printed": 18, "value": 16, "box": 20, "source": 8}
    if many:
        columns = {"measure": 22, **columns}
    if names is None:
        columns = {**columns, "status": 11}
    else:
        columns = {"entity": 18, **columns}
    rows = []
    for row in figures.to_dict("records"):
        missing = row["status"] == "missing"
        unit = name("unit", row["unit"], lang)
        label = name("measure", row["measure"], lang)
        cells = {
            "entity": called(names or {}, row["entity"], lang),
            "measure": say("chart", "axis", lang, measure=label, unit=unit),
            "period": row["period"].replace("/", " / "),
            "printed": "—" if missing else row["printed"],
            "value": show_number(row["value"], row["unit"], lang),
            "box": show_box(row, row["unit"], lang),
            "source": "—" if missing else str(numbers[row["source"]]),
            "status": name("status", row["status"], lang),
        }
        rows.append([cells[column] for column in columns])
    note = "" if names is not None else say("report", "note_kinds", lang)
    if not many and len(figures):
        unit = name("unit", figures["unit"].iloc[0], lang)
        note = say("report", "note_units", lang, unit=unit)
    frame = pd.DataFrame(rows, columns=heads(lang, *columns), dtype=object)
    return Table(
        key=key,
        caption=caption,
        frame=frame,
        widths=tuple(columns.values()),
        note=note,
    )


def years_table(
    figures: pd.DataFrame,
    numbers: dict[str, int],
    key: str,
    caption: str,
    lang: str,
    names: Names,
) -> Table:
    """Return one measure of many entities as printed: a row each, a column a year."""
    known = figures[figures["status"] != "missing"]
    years = [str(year) for year in sorted(known["year"].unique())]
    printed = known.pivot(index="entity", columns="year", values="printed")
    printed = printed.reindex(known["entity"].unique()).fillna("—")
    rows = [
        [called(names, str(entity), lang), *row]
        for entity, row in zip(printed.index, printed.to_numpy().tolist(), strict=True)
    ]
    cited = sorted({numbers[source] for source in known["source"]})
    listed = say("word", "comma", lang).join(map(str, cited))
    unit = name("unit", known["unit"].iloc[0], lang) if len(known) else "—"
    return Table(
        key=key,
        caption=caption,
        frame=pd.DataFrame(rows, columns=[*heads(lang, "entity"), *years]),
        widths=(24, *[14] * len(years)),
        note=say("report", "note_years", lang, unit=unit, list=listed),
    )


def topic_tables(m: Material, topic: str, key: str) -> list[Block]:
    """Return the figures of a topic: all of one entity, or each measure of many."""
    codebook = m.dataset.codebook
    measures = codebook.loc[codebook["topic"] == topic, "measure"]
    known = m.figures[m.figures["status"] != "missing"]
    own = known[known["measure"].isin(measures)]
    if own.empty:
        return []
    if not m.many:
        caption = say("report", f"{key}_table", m.lang)
        return [figures_table(own, m.numbers, key, caption, m.lang)]
    written: list[Block] = []
    for measure, rows in own.groupby("measure", sort=False):
        label = name("measure", str(measure), m.lang)
        caption = say("report", "years_table", m.lang, measure=label)
        written.append(years_table(rows, m.numbers, key, caption, m.lang, m.names))
    return written


def bounds_table(
    table: pd.DataFrame,
    labels: list[str],
    head: str,
    unit: str,
    key: str,
    caption: str,
    lang: str,
    note: str = "",
) -> Table:
    """Return computed bounds as a table, one labelled row each."""
    rows = [
        [label, show_number(row["value"], unit, lang), show_box(row, unit, lang)]
        for label, row in zip(labels, table.to_dict("records"), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=[head, *heads(lang, "value", "box")])
    return Table(key=key, caption=caption, frame=frame, widths=(30, 20, 30), note=note)


def counts_table(records: pd.DataFrame, topics: dict[str, str], lang: str) -> Table:
    """Return how many figures were printed, by subject and standing of the source."""
    printed = records[records["qualifier"] != "not_found"]
    counts = pd.crosstab(printed["measure"].map(topics), printed["standing"])
    standings = [
        s for s in ("primary", "press", "copy", "interested", "weak") if s in counts
    ]
    counts = counts[standings].assign(total=lambda t: t.sum(axis=1))
    counts = counts.loc[
        [t for t in dict.fromkeys(topics.values()) if t in counts.index]
    ]
    total = counts.sum().rename("total")
    rows = [
        [say("report", f"topic_{topic}", lang), *map(str, row)]
        for topic, row in zip(counts.index, counts.to_numpy().tolist(), strict=True)
    ]
    rows.append([say("report", "col_total", lang), *map(str, total.tolist())])
    columns = [
        *heads(lang, "topic"),
        *[name("standing", s, lang) for s in standings],
        *heads(lang, "total"),
    ]
    return Table(
        key="printed",
        caption=say("report", "printed_table", lang),
        frame=pd.DataFrame(rows, columns=columns),
        widths=(20, *[14] * (len(columns) - 1)),
    )


def missing_table(gaps: pd.DataFrame, lang: str) -> Table:
    """Return the years searched for and not found, by measure."""
    comma = say("word", "comma", lang)
    rows = [
        [name("measure", str(measure), lang), comma.join(map(str, years))]
        for measure, years in gaps.groupby("measure", sort=False)["year"]
    ]
    return Table(
        key="missing",
        caption=say("report", "missing_table", lang),
        frame=pd.DataFrame(rows, columns=heads(lang, "measure", "years")),
        widths=(30, 50),
    )


def conflicts_table(
    conflicts: pd.DataFrame, numbers: dict[str, int], names: Names, lang: str
) -> Table:
    """Return the conflicting figures, which one is used, and why."""
    rows = []
    last = None
    for row in conflicts.to_dict("records"):
        key = (row["entity"], row["measure"], row["year"])
        what = f"{called(names, row['entity'], lang)}{say('word', 'comma', lang)}"
        what += f"{name('measure', row['measure'], lang)}"
        reason = row[lang] or name("rule", row["rule"], lang)
        used = "accepted" if row["accepted"] else "kept"
        rows.append(
            [
                "" if key == last else what,
                "" if key == last else str(row["year"]),
                row["printed"],
                str(numbers[row["source"]]),
                say("report", used, lang),
                "" if key == last else reason,
            ]
        )
        last = key
    columns = heads(lang, "measure", "year", "printed", "source", "used", "reason")
    return Table(
        key="conflicts",
        caption=say("report", "conflicts_table", lang),
        frame=pd.DataFrame(rows, columns=columns),
        widths=(22, 8, 24, 10, 8, 30),
    )


def sources_list(sources: pd.DataFrame, numbers: dict[str, int], lang: str) -> str:
    """Return the publications cited as a numbered list, in small type."""
    undated = say("word", "undated", lang)
    comma = say("word", "comma", lang)
    items = []
    for row in sources.to_dict("records"):
        standing = name("standing", row["standing"], lang)
        about = comma.join([row["publisher"], row["published"] or undated, standing])
        told = f"[{numbers[row['source']]}] {row['title']}{STOP[lang]}{about}"
        items.append(small(f"{told}{STOP[lang]}{row['address']}"))
    return "\n\n".join(items)
