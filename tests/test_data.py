"""What the folders in data/ promise."""

import hashlib
import re
import shutil
from pathlib import Path

import frictionless
import pandas as pd
import pytest

from hengstats.dataset import read_dataset
from hengstats.errors import DataError

DATA = Path(__file__).parents[1] / "data"
FOLDERS = sorted(path.parent.name for path in DATA.glob("*/records.csv"))
each_folder = pytest.mark.parametrize("folder", FOLDERS)
HEADINGS = (
    "What it is",
    "One row is",
    "Years and entities",
    "How it was collected",
    "Not comparable",
    "Not found, and where we looked",
    "What we did",
    "Terms of use and citation",
)


def table(folder, file):
    """Return a file of a folder as text."""
    return pd.read_csv(
        DATA / folder / file, dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )


def test_there_are_four_folders():
    assert len(FOLDERS) == 4


# Loading checks every row: printed in its quote, read by read_printed, value and
# qualifier as read, units and measures known, keys unique (tests/test_records.py).
@each_folder
def test_every_row_is_sound(folder):
    assert len(read_dataset(folder).records) == len(table(folder, "records.csv"))


@each_folder
def test_the_sources_listed_are_those_cited(folder):
    data = read_dataset(folder)
    cited = {*data.records["source"], *data.milestones["source"]}
    assert cited == set(data.sources["source"])


@each_folder
def test_the_measures_of_the_codebook_are_those_recorded(folder):
    data = read_dataset(folder)
    assert set(data.codebook["measure"]) == set(data.records["measure"])


@each_folder
def test_the_entities_listed_are_those_recorded(folder):
    data = read_dataset(folder)
    used = {*data.records["entity"], *data.milestones["entity"]}
    assert used == set(data.entities["entity"])


def promised(folder):
    """Return each entity, measure and year that a folder's codebook promises."""
    data = read_dataset(folder)
    # The districts promise every building; the others speak of the first entity.
    entities = data.entities["entity"][: 40 if folder.endswith("district") else 1]
    spans = data.codebook[data.codebook["years"] != ""]
    return {
        (entity, measure, year)
        for entity in entities
        for measure, span in zip(spans["measure"], spans["years"], strict=True)
        for year in range(int(span[:4]), int(span[-4:]) + 1)
    }


@each_folder
def test_each_year_promised_has_a_figure_or_a_search_without_result(folder):
    recorded = read_dataset(folder).records[["entity", "measure", "year"]].dropna()
    found = set(recorded.itertuples(index=False, name=None))
    assert promised(folder) - found == set()


@pytest.mark.parametrize("folder", [f for f in FOLDERS if f != "comparators"])
def test_the_tax_of_2016_to_2021_is_promised(folder):
    years = {year for _, measure, year in promised(folder) if measure == "tax_revenue"}
    assert years == set(range(2016, 2022))


@each_folder
def test_the_readme_has_its_eight_headings_in_order(folder):
    text = (DATA / folder / "README.md").read_text("utf-8")
    lines = re.findall("^## (.*)$", text, re.MULTILINE)
    heads = [line.rsplit(" / ", 1)[-1] for line in lines]
    assert [head for head in heads if head.isascii()] == list(HEADINGS)


@each_folder
def test_the_terms_name_a_licence(folder):
    terms = (DATA / folder / "README.md").read_text("utf-8").split("## Terms")[-1]
    text = terms.split("Terms of use and citation")[-1]
    assert re.search("CC BY 4.0|CC0", text)


@each_folder
def test_the_overview_lists_the_folder_in_both_languages(folder):
    overview = (DATA / "README.md").read_text("utf-8")
    assert overview.count(f"\n| `{folder}` |") == 2


@each_folder
def test_the_descriptor_is_valid_and_fits_the_files(folder):
    report = frictionless.validate(str(DATA / folder / "datapackage.json"))
    assert report.flatten(["type", "fieldName", "rowNumber", "note"]) == []


@each_folder
def test_the_descriptor_lists_every_table(folder):
    package = frictionless.Package(str(DATA / folder / "datapackage.json"))
    files = {path.name for path in (DATA / folder).glob("*.csv")}
    assert {resource.path for resource in package.resources} == files


@pytest.mark.parametrize("folder", ["plaza66", "comparators"])
def test_a_public_folder_holds_no_invented_source(folder):
    assert "illustrative" not in set(table(folder, "sources.csv")["kind"])


@pytest.mark.parametrize("folder", ["illustrative", "illustrative-district"])
def test_an_illustrative_folder_holds_invented_sources_only(folder):
    assert set(table(folder, "sources.csv")["kind"]) == {"illustrative"}


@each_folder
def test_a_key_begins_with_illustrative_exactly_in_illustrative_folders(folder):
    keys = table(folder, "entities.csv")["entity"]
    assert set(keys.str.startswith("illustrative")) == {
        folder.startswith("illustrative")
    }


@pytest.mark.parametrize("folder", ["illustrative", "illustrative-district"])
def test_the_quote_of_an_invented_figure_says_so(folder):
    assert table(folder, "records.csv")["quote"].str.contains("示例数据").all()


@each_folder
def test_a_hash_stands_exactly_where_a_file_is_named(folder):
    sources = table(folder, "sources.csv")
    assert ((sources["file"] == "") == (sources["sha256"] == "")).all()


@each_folder
def test_the_hash_of_each_file_fits(folder):
    named = table(folder, "sources.csv").query("file != ''")
    raw = [(DATA / folder / file).read_bytes() for file in named["file"]]
    assert [hashlib.sha256(each).hexdigest() for each in raw] == [*named["sha256"]]


@each_folder
def test_each_ruling_names_a_record_or_none(folder):
    data = read_dataset(folder)
    key = ["entity", "measure", "year", "source"]
    rulings = data.settlements.rename(columns={"accepted": "source"})
    ruled = rulings.query("source != ''")[key].astype(str)
    known = set(data.records[key].astype(str).itertuples(index=False, name=None))
    assert set(ruled.itertuples(index=False, name=None)) - known == set()


@each_folder
def test_the_rows_of_a_rival_stand_together(folder):
    rivals = read_dataset(folder).rivals["rival"]
    assert rivals[rivals != rivals.shift()].is_unique


@pytest.fixture
def copy(tmp_path):
    """Return a function that copies plaza66 and breaks one cell of its records."""

    def copy(old, new):
        folder = tmp_path / "plaza66"
        shutil.copytree(DATA / "plaza66", folder)
        text = (folder / "records.csv").read_text("utf-8")
        assert old in text
        (folder / "records.csv").write_text(text.replace(old, new, 1), "utf-8")
        return str(folder)

    return copy


def row_of(words):
    """Return the row, as a spreadsheet counts, of the first record with some words."""
    lines = (DATA / "plaza66" / "records.csv").read_text("utf-8").splitlines()
    return next(i for i, line in enumerate(lines, start=1) if words in line)


TAX_2016 = "plaza66,tax_revenue,2016,26.3億元,26.3,exact,100 million yuan"


@pytest.mark.parametrize(
    ("new", "column", "fault"),
    [
        (TAX_2016.replace("26.3億元", "27.3億元"), "printed", "“27.3億元”不在引文"),
        (TAX_2016.replace("yuan", "yen"), "unit", "“100 million yen”不认识"),
        (TAX_2016.replace("26.3,", "26,"), "value", "读作 26.3，这里写的是 26"),
        (TAX_2016.replace("exact", "about"), "qualifier", "限定词是 exact"),
    ],
)
def test_a_broken_cell_is_refused_with_its_place(copy, new, column, fault):
    place = rf"\[plaza66/records\.csv, row {row_of(TAX_2016)}, column {column}\]"
    with pytest.raises(DataError, match=f"{fault}.*{place}"):
        read_dataset(copy(TAX_2016, new))


def test_a_record_entered_twice_is_refused_with_its_place(copy):
    line = "plaza66,branches,2022-06-18,12个党支部,12,exact,branches,eastday-2022,"
    line += "隶属于楼内12个党支部的党员人数超548名\n"
    place = rf"\[plaza66/records\.csv, row {row_of(line.strip()) + 1}, column entity\+"
    with pytest.raises(DataError, match=f"重复了.*{place}"):
        read_dataset(copy(line, line + line))
