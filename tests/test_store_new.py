"""An empty dataset is whole, overwrites nothing, and asks for what `check` reads."""

import csv
import io
import re
import zipfile

import frictionless
import openpyxl
import pytest

from hengstats.adding.new import new
from hengstats.adding.template import write_csv, write_workbook
from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.folder import DATA
from hengstats.intake import check

HEADS = "年份,楼宇,税收（亿元）,党员数（人）,党支部数（个）,企业数（家）"
HEADS += ",活动场次（场）,参与人次（人次）,参与人数（人）"
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


@pytest.fixture
def mine(tmp_path):
    return new(tmp_path / "我的楼宇")


@pytest.fixture(scope="module")
def book():
    return openpyxl.load_workbook(io.BytesIO(write_workbook(2021)))


def entry(book, letter):
    """Return what a cell of a column of the sheet says, offers and refuses."""
    found = [
        one
        for one in book.worksheets[0].data_validations.dataValidation
        if f"{letter}2" in one.sqref
    ]
    assert len(found) == 1
    return found[0]


def test_an_empty_dataset_has_these_files(mine):
    assert sorted(path.name for path in mine.iterdir()) == FILES


def test_an_empty_dataset_can_be_read(mine):
    assert len(read_dataset(str(mine)).records) == 0


@pytest.mark.parametrize("name", ["我的楼宇", "My Towers 2021", "楼a"])
def test_its_descriptor_is_valid_whatever_its_name(tmp_path, name):
    report = frictionless.validate(str(new(tmp_path / name) / "datapackage.json"))
    assert report.flatten(["type", "fieldName", "rowNumber", "note"]) == []


def test_its_descriptor_lists_every_table(mine):
    package = frictionless.Package(str(mine / "datapackage.json"))
    files = {path.name for path in mine.glob("*.csv")} - {"template.csv"}
    assert {resource.path for resource in package.resources} == files


def test_its_descriptor_allows_what_the_shipped_ones_hold(mine):
    package = frictionless.Package(str(mine / "datapackage.json"))
    for file in ("records.csv", "sources.csv", "entities.csv"):
        (mine / file).write_bytes((DATA / "plaza66" / file).read_bytes())
    allowed = {one.path: one.schema.field_names for one in package.resources}
    header = (DATA / "plaza66" / "sources.csv").read_text("utf-8-sig").splitlines()[0]
    assert allowed["sources.csv"] == header.split(",")


def test_the_codebook_gives_each_column_of_the_template_a_measure(mine):
    codebook = read_dataset(str(mine)).codebook.set_index("column")["measure"]
    assert codebook.to_dict() == {
        "tax": "tax_revenue",
        "members": "branch_members",
        "branches": "branches",
        "enterprises": "enterprises_covered",
        "events": "events",
        "attendances": "attendances",
        "participants": "participants",
    }


def test_its_measures_have_the_units_of_the_illustrative_data(mine):
    own = read_dataset(str(mine)).codebook.set_index("measure")
    shipped = read_dataset("illustrative").codebook.set_index("measure")
    columns = ["topic", "unit", "basis"]
    assert own[columns].equals(shipped.loc[own.index, columns])


def test_its_readme_has_the_eight_headings_in_order(mine):
    lines = re.findall("^## .* / (.*)$", (mine / "README.md").read_text("utf-8"), re.M)
    assert lines == list(HEADINGS)


def test_its_readme_is_called_after_the_folder(mine):
    assert (mine / "README.md").read_text("utf-8").startswith("# 我的楼宇\n")


def test_git_is_told_to_change_no_byte(mine):
    assert (mine / ".gitattributes").read_bytes() == b"* -text\n"


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "empty").mkdir()
    assert len(list(new(tmp_path / "empty").iterdir())) == len(FILES)


def test_the_folder_above_is_made_too(tmp_path):
    assert new(tmp_path / "a" / "b").is_dir()


def test_a_folder_that_holds_anything_is_left_alone(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "README.md").write_text("mine", "utf-8")
    with pytest.raises(DataError, match="full 已经存在，而且不是空的"):
        new(tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["README.md"]


def test_a_file_of_that_name_is_left_alone(tmp_path):
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(DataError, match="已经存在"):
        new(tmp_path / "file")


@pytest.mark.parametrize("name", ["-x", "a:b", "a*", "a?", "a<b", "x.", "x ", "a\nb"])
def test_a_name_that_some_system_does_not_allow_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="不宜作文件夹的名字"):
        new(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_shipped_dataset_is_refused(tmp_path):
    with pytest.raises(DataError, match="“plaza66”是随库附带的数据集"):
        new(tmp_path / "plaza66")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(DataError, match=r"写不了 .*mine"):
        new(tmp_path / "file" / "mine")


def test_the_csv_holds_the_heads_alone():
    assert write_csv().decode("utf-8-sig") == HEADS + "\n"


def test_the_first_sheet_has_the_same_heads(book):
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads == next(csv.reader([HEADS]))


def test_the_sheet_holds_nothing_but_its_heads(book):
    rows = book.worksheets[0].iter_rows(min_row=2, values_only=True)
    assert {cell for row in rows for cell in row} == {None}


def test_no_cell_holds_a_formula(book):
    kinds = [c.data_type for s in book.worksheets for row in s.iter_rows() for c in row]
    assert set(kinds) <= {"s", "n"}


def test_no_sheet_is_hidden(book):
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}


def test_the_head_stays_in_sight(book):
    assert book.worksheets[0].freeze_panes == "C2"


def test_a_year_is_offered_from_2016_to_this_one(book):
    assert entry(book, "A").formula1 == '"2016,2017,2018,2019,2020,2021"'


def test_a_building_is_offered_from_the_list_that_the_user_writes(book):
    assert entry(book, "B").formula1 == "'楼宇名单'!$A$3:$A$202"


@pytest.mark.parametrize("letter", "ABCDEFGHI")
def test_nothing_is_blocked_that_check_would_read(book, letter):
    assert not entry(book, letter).showErrorMessage


@pytest.mark.parametrize("letter", "ABCDEFGHI")
def test_a_cell_says_what_belongs_in_it_within_the_length_excel_allows(book, letter):
    asked = entry(book, letter)
    assert asked.showInputMessage
    assert 0 < len(asked.promptTitle) <= 32
    assert 0 < len(asked.prompt) <= 255


def test_the_notes_explain_every_column(book):
    explained = {row[0] for row in book.worksheets[2].iter_rows(values_only=True)}
    assert set(next(csv.reader([HEADS]))) <= explained


def test_the_workbook_is_a_sound_archive_without_a_date():
    with zipfile.ZipFile(io.BytesIO(write_workbook(2021))) as archive:
        assert archive.testzip() is None
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
        dates = re.findall(rb"(\d{4}-\d\d)-\d\dT", archive.read("docProps/core.xml"))
    assert dates == [b"2000-01", b"2000-01"]


def test_the_same_template_gives_the_same_bytes():
    assert write_workbook(2021) == write_workbook(2021)


# What is filled in, `check` reads


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


FIRST = (2021, "示例大厦", 12.6, 409, 13, "近300家", 100, "约3200", "<10")


@pytest.mark.parametrize("file", ["template.xlsx", "template.csv"])
def test_an_unfilled_template_has_no_rows(mine, file):
    checked = check(mine / file)
    assert [fault.code for fault in checked.errors] == ["no_rows"]


def test_a_filled_row_is_read_cell_by_cell(mine):
    checked = check(fill(mine / "template.xlsx", {2: FIRST}))
    assert (checked.errors, checked.warnings) == ((), ())
    assert [(cell.column, cell.printed, cell.flag) for cell in checked.cells] == [
        ("tax", "12.6", ""),
        ("members", "409", ""),
        ("branches", "13", ""),
        ("enterprises", "近300家", "upper_bound"),
        ("events", "100", ""),
        ("attendances", "约3200", "approx"),
        ("participants", "<10", "upper_bound"),
    ]


def test_blank_cells_and_rows_far_below_are_read(mine):
    rows = {3: (2021, "示例大厦", 12.6), 250: (2020, "示例大厦"), 900: FIRST[:1]}
    rows[900] = (2019, "示例大厦", "8300万元", "30-35")
    checked = check(fill(mine / "template.xlsx", rows))
    assert checked.errors == ()
    assert [(cell.row, cell.column) for cell in checked.cells] == [
        (3, "tax"),
        (900, "tax"),
        (900, "members"),
    ]


def test_names_in_the_list_of_buildings_are_no_data(mine):
    names = ["示例大厦", "示例中心"]
    checked = check(fill(mine / "template.xlsx", {2: FIRST}, names))
    assert checked.rows == ((2021, "示例大厦"),)


def test_the_examples_of_the_notes_are_read(mine, book):
    given = dict(
        (row[0], row[3])
        for row in book.worksheets[2].iter_rows(2, 12, values_only=True)
    )
    values = [given[head] for head in next(csv.reader([HEADS]))]
    checked = check(fill(mine / "template.xlsx", {2: values}))
    assert checked.errors == ()
    assert len(checked.cells) == 7


def test_a_filled_csv_is_read(mine):
    text = (mine / "template.csv").read_text("utf-8")
    (mine / "template.csv").write_text(text + "2021,示例大厦,12.60,,,,,,\n", "utf-8")
    checked = check(mine / "template.csv")
    assert [cell.printed for cell in checked.cells] == ["12.60"]
