"""An empty dataset is whole, overwrites nothing, and asks for what `check` reads."""

import importlib.util
import io
import re
import tomllib
import zipfile
from pathlib import Path

import frictionless
import openpyxl
import pytest
from storing import check_here

from hengstats.adding import new
from hengstats.dataset import read_dataset
from hengstats.errors import DataError

ROOT = Path(__file__).resolve().parents[1]
BLANK = ROOT / "hengstats/adding/blank"
HEADS = "年份,楼宇,税收（亿元）,党员数（人）,党支部数（个）,入驻企业数（家）"
HEADS += ",党组织覆盖企业数（家）,活动场次（场）,参与人次（人次）,参与人数（人）"
FILES = [
    ".gitattributes",
    "README.md",
    "codebook.csv",
    "datapackage.json",
    "entities.csv",
    "records.csv",
    "sources.csv",
    "template.csv",
    "template.xlsx",
]
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


@pytest.fixture
def mine(tmp_path):
    """Return the folder of an empty dataset."""
    return new(tmp_path / "我的楼宇")


@pytest.fixture(scope="module")
def book():
    """Return the template as openpyxl reads it."""
    return openpyxl.load_workbook(BLANK / "template.xlsx")


def test_an_empty_dataset_is_whole_and_called_after_its_folder(mine):
    assert sorted(path.name for path in mine.iterdir()) == FILES
    assert len(read_dataset(str(mine)).records) == 0
    readme = (mine / "README.md").read_text("utf-8")
    assert readme.startswith("# 我的楼宇\n")
    assert re.findall("^## .* / (.*)$", readme, re.M) == HEADINGS
    # git must change no byte, or no checksum would fit
    assert (mine / ".gitattributes").read_bytes() == b"* -text\n"


@pytest.mark.parametrize("name", ["我的楼宇", "My Towers 2021"])
def test_its_descriptor_is_valid_whatever_its_name_and_lists_each_table(tmp_path, name):
    where = new(tmp_path / name)
    report = frictionless.validate(str(where / "datapackage.json"))
    assert report.flatten(["type", "fieldName", "rowNumber", "note"]) == []
    package = frictionless.Package(str(where / "datapackage.json"))
    files = {path.name for path in where.glob("*.csv")} - {"template.csv"}
    assert {resource.path for resource in package.resources} == files


def test_its_sources_have_the_columns_of_the_shipped_ones(mine):
    header, own = (
        (folder / "sources.csv").read_text("utf-8-sig").splitlines()[0]
        for folder in (ROOT / "data/plaza66", mine)
    )
    assert own == header


def test_its_codebook_gives_each_column_a_measure_of_the_illustrative_data(mine):
    own = read_dataset(str(mine)).codebook.set_index("measure")
    assert own["column"].to_dict() == {
        "tax_revenue": "tax",
        "branch_members": "members",
        "branches": "branches",
        "enterprises_covered": "enterprises_covered",
        "tenants": "enterprises",
        "events": "events",
        "attendances": "attendances",
        "participants": "participants",
    }
    shipped = read_dataset("illustrative").codebook.set_index("measure")
    columns = ["topic", "unit", "basis"]
    assert own[columns].equals(shipped.loc[own.index, columns])


def test_an_empty_folder_may_be_used_and_those_above_are_made(tmp_path):
    (tmp_path / "empty").mkdir()
    assert len(list(new(tmp_path / "empty").iterdir())) == len(FILES)
    assert new(tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *[(one, "不宜作文件夹的名字") for one in ("-x", "a:b", "a*", "a?", "a<b")],
        *[(one, "不宜作文件夹的名字") for one in ("x.", "x ", "a\nb")],
        ("plaza66", "“plaza66”是随库附带的数据集"),
        ("full", "full 已经存在，而且不是空的"),
        ("full/file", "已经存在"),
        ("full/file/mine", "写不了 .*mine"),
    ],
)
def test_a_folder_that_cannot_be_is_refused_and_nothing_changed(tmp_path, name, told):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("mine", "utf-8")
    with pytest.raises(DataError, match=told):
        new(tmp_path / name)
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "file"]


# The template


def test_the_template_is_what_its_script_writes(book):
    path = ROOT / "tools/template.py"
    script = importlib.util.module_from_spec(
        about := importlib.util.spec_from_file_location("template", path)
    )
    about.loader.exec_module(script)
    words = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    assert (BLANK / "template.csv").read_bytes() == script.write_csv(words)
    with (
        zipfile.ZipFile(BLANK / "template.xlsx") as shipped,
        zipfile.ZipFile(io.BytesIO(script.write_workbook(words))) as written,
    ):
        assert shipped.testzip() is None
        for part in shipped.namelist():
            if part.startswith(("xl/worksheets/", "xl/sharedStrings")):
                assert shipped.read(part) == written.read(part)


def test_the_template_holds_its_heads_alone_in_sight_and_no_formula(book):
    first = book.worksheets[0]
    rows = [*first.iter_rows(values_only=True)]
    assert list(rows[0]) == HEADS.split(",")
    assert {cell for row in rows[1:] for cell in row} == {None}
    assert first.freeze_panes == "C2"
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
    kinds = [c.data_type for s in book.worksheets for row in s.iter_rows() for c in row]
    assert set(kinds) <= {"s", "n"}
    explained = {row[0] for row in book.worksheets[2].iter_rows(values_only=True)}
    assert set(HEADS.split(",")) <= explained
    csv = (BLANK / "template.csv").read_text("utf-8-sig")
    assert csv == HEADS + "\n"


@pytest.mark.parametrize("letter", "ABCDEFGHI")
def test_a_cell_says_what_belongs_in_it_and_blocks_nothing(book, letter):
    every = book.worksheets[0].data_validations.dataValidation
    (found,) = [one for one in every if f"{letter}2" in one.sqref]
    assert found.showInputMessage and not found.showErrorMessage
    assert 0 < len(found.promptTitle) <= 32  # as Excel allows
    assert 0 < len(found.prompt) <= 255
    years = ",".join(map(str, range(2016, 2031)))
    offered = {"A": f'"{years}"', "B": "'楼宇名单'!$A$3:$A$202"}
    assert found.formula1 == offered.get(letter)


# What is filled in, `check` reads

FIRST = (2021, "示例大厦", 12.6, 409, 13, "近300家", 64, 100, "约3200", "<10")


def fill(path, rows, names=()):
    """Write values below the heads of a template, as a user types them."""
    filled = openpyxl.load_workbook(path)
    for row, values in rows.items():
        for column, value in enumerate(values, start=1):
            filled.worksheets[0].cell(row, column).value = value
    for row, one in enumerate(names, start=3):
        filled.worksheets[1].cell(row, 1).value = one
    filled.save(path)
    return path


@pytest.mark.parametrize("file", ["template.xlsx", "template.csv"])
def test_an_unfilled_template_has_no_rows(mine, file):
    checked = check_here(mine / file)
    assert [fault.code for fault in checked.errors] == ["no_rows"]


def test_a_filled_template_is_read_cell_by_cell(mine, book):
    notes = book.worksheets[2].iter_rows(2, 13, values_only=True)
    examples = {row[0]: row[3] for row in notes}
    far = {3: ("2020", "示例大厦"), 900: (2019, "示例大厦", "8300万元", "30-35")}
    given = [examples[head] for head in HEADS.split(",")]
    rows = {2: FIRST, 300: [2018, *given[1:]]} | far
    names = ["示例大厦", "示例中心"]  # no data
    checked = check_here(fill(mine / "template.xlsx", rows, names))
    assert checked.errors == ()
    assert checked.rows == tuple(
        (year, "示例大厦") for year in (2021, 2020, 2018, 2019)
    )
    read = [(cell.row, cell.column, cell.printed, cell.flag) for cell in checked.cells]
    assert read[:8] == [
        (2, "tax", "12.6", ""),
        (2, "members", "409", ""),
        (2, "branches", "13", ""),
        (2, "enterprises", "近300家", "upper_bound"),
        (2, "enterprises_covered", "64", ""),
        (2, "events", "100", ""),
        (2, "attendances", "约3200", "approx"),
        (2, "participants", "<10", "upper_bound"),
    ]
    assert [row for row, *_ in read[8:]] == [300] * 8 + [900] * 2


def test_a_filled_csv_is_read(mine):
    text = (mine / "template.csv").read_text("utf-8")
    (mine / "template.csv").write_text(text + "2021,示例大厦,12.60,,,,,,,\n", "utf-8")
    checked = check_here(mine / "template.csv")
    assert [cell.printed for cell in checked.cells] == ["12.60"]
