"""What the folders in data/ promise."""

import hashlib
import re
import shutil
from pathlib import Path

import frictionless
import pandas as pd
import pytest
from matplotlib.ft2font import FT2Font

from hengstats.dataset import read_dataset
from hengstats.errors import DataError

DATA = Path(__file__).parents[1] / "data"
FOLDERS = (
    "comparators",
    "illustrative",
    "illustrative-district",
    "national",
    "plaza66",
)
each_folder = pytest.mark.parametrize("folder", FOLDERS)
HEADINGS = [
    "What it is",
    "One row is",
    "Years and entities",
    "How it was collected",
    "Not comparable",
    "Not found, and where we looked",
    "What we did",
    "Terms of use and citation",
]


def table(folder, file):
    """Return a file of a folder as text."""
    return pd.read_csv(
        DATA / folder / file, dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )


def test_there_are_five_folders():
    assert {path.parent.name for path in DATA.glob("*/records.csv")} == set(FOLDERS)


# Loading checks every row: printed in its quote, read by read_printed, value and
# qualifier as read, units and measures known, keys unique (tests/test_records.py).
@each_folder
def test_what_is_listed_is_what_is_used(folder):
    data = read_dataset(folder)
    records, events = data.records, data.milestones
    assert len(records) == len(table(folder, "records.csv"))
    assert set(data.sources["source"]) == {*records["source"], *events["source"]}
    assert set(data.codebook["measure"]) == set(records["measure"])
    assert set(data.entities["entity"]) == {*records["entity"], *events["entity"]}


@each_folder
def test_every_character_is_in_the_font_that_comes_with_the_library(folder):
    (font,) = DATA.parent.glob("hengstats/charts/fonts/*.ttf")
    known = FT2Font(font).get_charmap()
    text = "".join(file.read_text("utf-8-sig") for file in DATA.glob(f"{folder}/*.csv"))
    assert {c for c in text if not c.isspace() and ord(c) not in known} == set()


@each_folder
def test_each_year_promised_has_a_figure_or_a_search_without_result(folder):
    data = read_dataset(folder)
    # The districts promise every building; the others speak of the first entity.
    entities = data.entities["entity"][: 40 if folder.endswith("district") else 1]
    spans = data.codebook[data.codebook["years"] != ""]
    promised = {
        (entity, measure, year)
        for entity in entities
        for measure, span in zip(spans["measure"], spans["years"], strict=True)
        for year in range(int(span[:4]), int(span[-4:]) + 1)
    }
    recorded = data.records[["entity", "measure", "year"]].dropna()
    assert promised - set(recorded.itertuples(index=False, name=None)) == set()
    tax = {year for _, measure, year in promised if measure == "tax_revenue"}
    promises_none = folder in ("comparators", "national")
    assert tax == set() if promises_none else tax == set(range(2016, 2022))


@each_folder
def test_the_readme_has_its_eight_headings_and_names_a_licence(folder):
    text = (DATA / folder / "README.md").read_text("utf-8")
    lines = re.findall("^## (.*)$", text, re.MULTILINE)
    heads = [line.rsplit(" / ", 1)[-1] for line in lines]
    assert [head for head in heads if head.isascii()] == HEADINGS
    terms = text.split("## Terms")[-1].split("Terms of use and citation")[-1]
    assert re.search("CC BY 4.0|CC0", terms)
    overview = (DATA / "README.md").read_text("utf-8")
    assert overview.count(f"\n| `{folder}` |") == 2  # in both languages


@each_folder
def test_the_descriptor_is_valid_and_lists_every_table(folder):
    descriptor = str(DATA / folder / "datapackage.json")
    report = frictionless.validate(descriptor)
    assert report.flatten(["type", "fieldName", "rowNumber", "note"]) == []
    listed = {resource.path for resource in frictionless.Package(descriptor).resources}
    assert listed == {path.name for path in (DATA / folder).glob("*.csv")}


@each_folder
def test_what_is_invented_says_so_and_nothing_else_does(folder):
    invented = folder.startswith("illustrative")
    kinds = set(table(folder, "sources.csv")["kind"])
    assert kinds == {"illustrative"} if invented else "illustrative" not in kinds
    keys = table(folder, "entities.csv")["entity"].str.startswith("illustrative")
    assert set(keys) == {invented}
    quotes = table(folder, "records.csv")["quote"].str.contains("示例数据")
    assert set(quotes) == {invented}


@each_folder
def test_the_hash_of_each_file_that_is_named_fits(folder):
    sources = table(folder, "sources.csv")
    assert ((sources["file"] == "") == (sources["sha256"] == "")).all()
    named = sources[sources["file"] != ""]
    raw = [(DATA / folder / file).read_bytes() for file in named["file"]]
    assert [hashlib.sha256(each).hexdigest() for each in raw] == [*named["sha256"]]


@each_folder
def test_rulings_name_a_record_or_none_and_rivals_stand_together(folder):
    data = read_dataset(folder)
    key = ["entity", "measure", "year", "source"]
    rulings = data.settlements.rename(columns={"accepted": "source"})
    ruled = rulings.query("source != ''")[key].astype(str)
    known = set(data.records[key].astype(str).itertuples(index=False, name=None))
    assert set(ruled.itertuples(index=False, name=None)) - known == set()
    rivals = data.rivals["rival"]
    assert rivals[rivals != rivals.shift()].is_unique


TAX_2016 = "plaza66,tax_revenue,2016,26.3億元,26.3,exact,100 million yuan"
BRANCHES = (
    "plaza66,branches,2022-06-18,12个党支部,12,exact,branches,eastday-2022,"
    "隶属于楼内12个党支部的党员人数超548名"
)


@pytest.mark.parametrize(
    ("old", "new", "column", "fault"),
    [
        (TAX_2016, TAX_2016.replace("26.3億元", "27.3億元"), "printed", "不在引文"),
        (TAX_2016, TAX_2016.replace("yuan", "yen"), "unit", "“100 million yen”不认识"),
        (TAX_2016, TAX_2016.replace("26.3,", "26,"), "value", "读作 26.3，这里写的是"),
        (TAX_2016, TAX_2016.replace("exact", "about"), "qualifier", "限定词是 exact"),
        (BRANCHES, f"{BRANCHES}\n{BRANCHES}", "entity+", "重复了"),
    ],
)
def test_a_broken_row_is_refused_with_its_place(tmp_path, old, new, column, fault):
    folder = tmp_path / "plaza66"
    shutil.copytree(DATA / "plaza66", folder)
    text = (folder / "records.csv").read_text("utf-8")
    row = next(i for i, line in enumerate(text.splitlines(), 1) if old in line)
    (folder / "records.csv").write_text(text.replace(old, new, 1), "utf-8")
    place = f"[plaza66/records.csv, row {row + new.count(chr(10))}, column {column}"
    with pytest.raises(DataError, match=f"{fault}.*{re.escape(place)}"):
        read_dataset(str(folder))
