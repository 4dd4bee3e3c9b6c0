"""A dataset of one's own for the tests of the report, as a user might write it."""

import pandas as pd

MEASURES = {
    "tax_revenue": ("tax", "100 million yuan", "year", "亿元"),
    "branch_members": ("organisation", "persons", "year-end", "人"),
    "branches": ("organisation", "branches", "year-end", "个"),
}
YEARS = {2019: 10, 2020: 12, 2021: 11}


def write_dataset(folder, names, measures=("tax_revenue", "branch_members")):
    """Return the folder of a dataset of buildings, sources and publishers so called.

    Each has the figures of `YEARS`; the second has those and one more, and so on.
    """
    records = [
        {
            "entity": name,
            "measure": measure,
            "period": str(year),
            "printed": f"{number + i}{word}",
            "value": number + i,
            "qualifier": "exact",
            "unit": unit,
            "source": f"s{i}",
            "quote": f"示例{number + i}{word}",
        }
        for measure in measures
        for (_, unit, _, word) in [MEASURES[measure]]
        for i, name in enumerate(names)
        for year, number in YEARS.items()
    ]
    about = {"author": "", "published": "", "standing": "press", "kind": "published"}
    sources = [
        {"source": f"s{i}", "title": name, "publisher": name, "address": name, **about}
        for i, name in enumerate(names)
    ]
    codebook = [
        {"measure": measure, "topic": topic, "unit": unit, "basis": basis}
        | {"years": "", "precision": "exact", "definition": "x"}
        for measure, (topic, unit, basis, _) in MEASURES.items()
    ]
    entities = [
        {"entity": name, "kind": "building"}
        | dict.fromkeys(("zh-Hans", "zh-Hant", "en"), name)
        for name in names
    ]
    tables = {
        "records": records,
        "sources": sources,
        "codebook": codebook,
        "entities": entities,
    }
    folder.mkdir(parents=True)
    for file, rows in tables.items():
        path = folder / f"{file}.csv"
        pd.DataFrame(rows).to_csv(path, index=False, encoding="utf-8-sig")
    return folder
