"""Write the two folders of invented data; their READMEs state the truth behind them.

    python make_illustrative.py [OUTPUT_FOLDER]

Numbers and words come from `make_illustrative.toml`. The bytes are the same on every
run: only uniform and normal draws of PCG64 are used, in a fixed order, and figures
are rounded before they are written.
"""

import argparse
import csv
import json
import tomllib
from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
TOTALS = ("events", "attendances", "participants", "volunteers")


def grow_building(truth, is_shock, rng):
    """Return tax and organisation of one building, year by year."""
    first = truth["tax_low"] * (truth["tax_high"] / truth["tax_low"]) ** rng.random()
    u, v, w = rng.standard_normal(3)
    z, e = rng.standard_normal((2, len(is_shock) - 1))
    link = truth["drift_link"]
    mean_members = truth["drift_members"] + truth["drift_sd"] * u
    together = link * u + sqrt(1 - link**2) * v
    mean_tax = truth["drift_tax"] + truth["drift_sd"] * together
    steps = mean_members + truth["swing"] * z + truth["shock_members"] * is_shock[1:]
    path = np.exp(truth["scatter"] * w + np.cumsum([0, *steps]))
    members = np.rint(truth["first_members"] * sqrt(first) * path)
    beyond = np.diff(np.log(members)) - mean_members
    steps = mean_tax + truth["elasticity"] * beyond + truth["noise"] * e
    steps += truth["shock_tax"] * is_shock[1:]
    vacancy = np.exp(truth["vacancy"] * rng.standard_normal(len(is_shock)))
    return {
        "tax_revenue": np.round(first * np.exp(np.cumsum([0, *steps])), 2),
        "branch_members": members,
        "branches": np.maximum(1, np.rint(members / truth["branch_size"])),
        "tenants": np.rint(truth["first_tenants"] * sqrt(first) * vacancy),
    }


def hold_events(truth, programmes, is_shock, tenants, rng):
    """Return area, coverage and participation of one building, year by year."""
    elapsed = np.arange(len(is_shock))
    covered = truth["covered"] + truth["covered_rise"] * elapsed
    pace = (1 + truth["events_rise"]) ** elapsed
    pace *= np.where(is_shock, truth["on_site"], 1)
    held = []
    for _, _, yearly, crowd, share, helpers in programmes.values():
        unrest = np.exp(truth["unrest"] * rng.standard_normal((3, len(is_shock))))
        events = np.rint(yearly * pace * unrest[0])
        attendances = np.rint(crowd * events * unrest[1])
        participants = np.rint(share * attendances * unrest[2])
        volunteers = np.rint(helpers * participants)
        held.append([events, attendances, participants, volunteers])
    most, total = np.max(held, axis=0), np.sum(held, axis=0)
    apart = np.array([[1], [1], [truth["apart"]], [truth["apart"]]])
    figures = {
        "floor_area": np.full(len(is_shock), truth["floor_area"]),
        "enterprises_covered": np.rint(covered * tenants),
        **dict(zip(TOTALS, most + np.rint(apart * (total - most)), strict=True)),
    }
    names = [f"{m}_{p}" for p, m in product(programmes, TOTALS)]
    return figures | dict(zip(names, np.concatenate(held), strict=True))


def list_measures(settings):
    """Return every measure, those of one programme after those of all."""
    measures = dict(settings["measures"])
    for total, (key, (zh, en, *_)) in product(TOTALS, settings["programmes"].items()):
        of_all, labels = measures[total], settings["labels"]
        pairs = zip(labels["of_programme"], of_all["labels"], labels[key], strict=True)
        measures[f"{total}_{key}"] = of_all | {
            "labels": [both.format(*names) for both, *names in pairs],
            "noun": f"{zh}类{of_all['noun']}",
            "zh": f"只计{zh}类：{of_all['zh']}",
            "en": f"{en} only: {of_all['en']}",
            "rival": f"{of_all['rival']}_{key}",
        }
    return measures


def invent(folder, settings):
    """Return the rows of the tables of one folder."""
    truth, years = settings["truths"][folder], settings["years"]
    rng = np.random.Generator(np.random.PCG64(truth["seed"]))
    is_shock = np.array(years) == settings["shock_year"]
    entities, records, measures = [], [], list_measures(settings)
    for number in range(1, truth["buildings"] + 1):
        key, *labels = [name.format(number) for name in settings["names"][folder]]
        entities.append([key, "building", *labels])
        figures = grow_building(truth, is_shock, rng)
        if "floor_area" in truth:
            programmes, tenants = settings["programmes"], figures["tenants"]
            figures |= hold_events(truth, programmes, is_shock, tenants, rng)
        measures = {name: row for name, row in measures.items() if name in figures}
        for (name, row), (i, year) in product(measures.items(), enumerate(years)):
            value = f"{figures[name][i]:.{row['decimals']}f}"
            printed = value + row["suffix"]
            quote = f"示例数据：{labels[0]}{year}年{row['noun']}{printed}"
            fixed = "exact", row["unit"], f"illustrative-{year + 1}"
            records.append([key, name, year, printed, value, *fixed, quote])
    cells = settings["source"]["cells"]
    tables = {
        "records": records,
        "sources": [[c.format(year=y, after=y + 1) for c in cells] for y in years],
        "codebook": list_codebook(years, measures),
        "entities": entities,
    }
    if truth["buildings"] == 1:
        tables["rivals"] = list_rivals(key, settings)
    return tables


def list_rivals(key, settings):
    """Return what else a record shows: one row per rival and measure it points at."""
    year = settings["shock_year"]
    place = year, f"illustrative-{year + 1}"
    return [
        [rival, "", key, measure, *place, *row["texts"]]
        for rival, row in settings["rivals"].items()
        for measure in row["measures"]
    ]


def list_codebook(years, measures):
    """Return one row per measure."""
    codebook = []
    for name, row in measures.items():
        text = f"示例：{row['zh']}。 / Illustrative: {row['en']}."
        about = row["topic"], row["unit"], row["basis"], f"{years[0]}-{years[-1]}"
        rival = row["rival"] if row["rival"] in measures else ""
        codebook.append([name, *row["labels"], *about, "exact", text, rival])
    return codebook


def describe_table(name, rows, settings):
    """Return the Frictionless resource of one table."""
    table, known, fields = settings["tables"][name], settings["fields"], []
    for i, column in enumerate(table["columns"]):
        words = {row[i] for row in rows}
        rules = {"required": "" not in words}
        rules |= {"enum": sorted(words)} if column in known["closed"] else {}
        rules |= known["rules"].get(column, {})
        kind = known["types"].get(column, "string")
        fields.append({"name": column, "type": kind, "constraints": rules})
    links = [
        {"fields": other["key"], "reference": {"resource": to, "fields": other["key"]}}
        for to, other in settings["tables"].items()
        if to != name == "records" and len(other["key"]) == 1
    ]
    schema = {"fields": fields, "primaryKey": table["key"], "foreignKeys": links}
    file = {"name": name, "path": f"{name}.csv", "encoding": "utf-8-sig"}
    return file | {"profile": "tabular-data-resource", "schema": schema}


def draw_table(header, rows):
    """Return a table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def describe_folder(folder, tables, settings):
    """Return the README of one folder."""
    truth, words = settings["truths"][folder], settings["readme"]
    parameters = [[k, value, settings["meanings"][k]] for k, value in truth.items()]
    programmes = [[key, *row] for key, row in settings["programmes"].items()]
    counts = {name: len(rows) for name, rows in tables.items()}
    blanks = settings | truth | {"folder": folder, "counts": counts}
    blanks["parameters"] = draw_table(words["of_parameters"], parameters)
    blanks["programmes"] = draw_table(words["of_programmes"], programmes)
    blanks["notes"] = settings["notes"][folder].format(**blanks)
    return words["text"].format(**blanks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder_help = "where to write; the folder of this file if not given"
    parser.add_argument("output", nargs="?", type=Path, default=HERE, help=folder_help)
    output = parser.parse_args().output
    settings = tomllib.loads((HERE / "make_illustrative.toml").read_text("utf-8"))
    for folder in settings["truths"]:
        tables = invent(folder, settings)
        (output / folder).mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            path = output / folder / f"{name}.csv"
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerows([settings["tables"][name]["columns"], *rows])
        resources = [describe_table(*table, settings) for table in tables.items()]
        package = {"name": folder, **settings["package"], "resources": resources}
        texts = {
            "datapackage.json": json.dumps(package, ensure_ascii=False, indent=2),
            "README.md": describe_folder(folder, tables, settings),
        }
        for name, text in texts.items():
            (output / folder / name).write_bytes(f"{text.strip()}\n".encode())


if __name__ == "__main__":
    main()
