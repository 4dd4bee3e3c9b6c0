"""A Parquet table is read from all of its parts, or from none."""

import datetime as dt

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from hengstats.errors import SheetError
from hengstats.intake.process import check_here
from hengstats.intake.parquet import (
    check_parts,
    connect,
    list_parts,
    read_grids,
)
from hengstats.intake.result import Asked

ROWS = "SELECT 2016 AS year, '示例大厦' AS building, CAST(26.3 AS DOUBLE) AS tax_yi"


@pytest.fixture
def write(tmp_path):
    """A function that writes the rows of a query into a part, and gives its path."""

    def write_part(name, query=ROWS):
        plain = tmp_path / "one.parquet"
        duckdb.execute(f"COPY ({query}) TO '{plain}' (FORMAT parquet)")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        return plain.rename(tmp_path / name)

    return write_part


def read(path):
    """Return the heads of a table, and the rows of all its parts."""
    parts = list_parts(path)
    types = check_parts(parts)
    grids = read_grids(parts, types)
    return grids[0].rows[:1] + [row for grid in grids for row in grid.rows[1:]]


def fault(path):
    """Return code and file with which a table is refused."""
    with pytest.raises(SheetError) as caught:
        read(path)
    (found,) = caught.value.faults
    return found.code, found.file


def test_the_first_row_of_the_sheet_holds_the_heads(write):
    assert read(write("a.parquet")) == [
        ["year", "building", "tax_yi"],
        [2016, "示例大厦", 26.3],
    ]


def test_parts_are_read_in_the_order_of_their_names(write):
    write("t/b.parquet", ROWS.replace("2016", "2017"))
    part = write("t/a.parquet")
    assert [row[0] for row in read(part.parent)] == ["year", 2016, 2017]


def test_a_fault_in_a_part_names_the_part_and_its_row(write):
    part = write("t/a.parquet")
    write("t/b.parquet", ROWS.replace("2016", "2017").replace("26.3", "'nan'"))
    (told,) = check_here(part.parent, Asked()).errors
    assert (told.code, told.file, told.row) == ("non_finite", "b.parquet", 2)


def test_a_key_in_two_parts_names_both(write):
    part = write("t/a.parquet")
    write("t/b.parquet")
    (told,) = check_here(part.parent, Asked()).errors
    assert (told.code, told.file, told.row) == ("duplicate_key", "b.parquet", 2)
    assert "“a.parquet”第 2 行" in told.message


def test_a_part_without_rows_adds_nothing(write):
    part = write("t/a.parquet")
    write("t/b.parquet", ROWS + " WHERE false")
    assert check_here(part.parent, Asked()).rows == ((2016, "示例大厦"),)


def test_parts_without_any_row_are_refused(write):
    part = write("t/a.parquet", ROWS + " WHERE false")
    write("t/b.parquet", ROWS + " WHERE false")
    (told,) = check_here(part.parent, Asked()).errors
    assert (told.code, told.file) == ("no_rows", "a.parquet")


def test_what_is_said_of_the_heads_is_said_once_for_all_parts(write):
    part = write("t/a.parquet", ROWS + ", 5 AS height")
    write("t/b.parquet", ROWS.replace("2016", "2017") + ", 5 AS height")
    told = check_here(part.parent, Asked()).warnings
    assert [(fault.code, fault.file) for fault in told] == [
        ("ignored_column", "a.parquet")
    ]
    headless = write("u/a.parquet", ROWS.replace("tax_yi", "height"))
    write("u/b.parquet", ROWS.replace("tax_yi", "height"))
    assert len(check_here(headless.parent, Asked()).errors) == 1


def test_parts_together_keep_to_the_bounds(write):
    query = "SELECT 1 AS a FROM range(100001)"
    write("t/a.parquet", query)
    assert fault(write("t/b.parquet", query).parent) == ("too_large", "b.parquet")


def test_as_many_rows_as_the_bound_are_read_beside_the_heads(write):
    assert len(read(write("a.parquet", "SELECT 1 AS a FROM range(200000)"))) == 200_001


@pytest.mark.parametrize(
    "name", ["a[1].parquet", "b?.parquet", "it's.parquet", "甲 乙.PARQUET", "{x,y}.pq"]
)
def test_any_name_is_only_a_name(write, name):
    assert len(read(write("t/" + name).parent)) == 2


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("CAST(26.3 AS FLOAT)", 26.3),
        ("0.1::DOUBLE + 0.2::DOUBLE", 0.3),
        ("CAST(26.30 AS DECIMAL(18, 2))", "26.30"),
        ("CAST(9 AS TINYINT)", 9),
        ("CAST(409 AS UBIGINT)", 409),
        ("TRUE", True),
        ("NULL::INTEGER", None),
        ("DATE '2019-04-03'", dt.date(2019, 4, 3)),
        ("TIMESTAMP '2019-04-03 20:05:00'", dt.datetime(2019, 4, 3, 20, 5)),
        ("TIMESTAMP_NS '2019-04-03 20:05:00'", dt.datetime(2019, 4, 3, 20, 5)),
        ("TIMESTAMPTZ '2019-04-03 20:05:00+00'", "2019-04-03 20:05:00+00"),
        ("encode('示例')", "示例"),
        ("[1, 2]", "[1, 2]"),
        ("{'a': 1}", "{'a': 1}"),
    ],
)
def test_values_come_as_a_sheet_has_them(write, sql, value):
    assert read(write("a.parquet", f"SELECT {sql}"))[1] == [value]


def test_not_a_number_stays_what_it_is(write):
    assert str(read(write("a.parquet", "SELECT 'nan'::DOUBLE AS x"))[1][0]) == "nan"


def test_the_order_of_columns_does_not_matter_between_parts(write):
    write("t/a.parquet")
    swapped = "SELECT 1.5::DOUBLE AS tax_yi, '示例大厦' AS building, 2017 AS year"
    part = write("t/b.parquet", swapped)
    assert read(part.parent)[2] == [2017, "示例大厦", 1.5]


@pytest.mark.parametrize(
    "other",
    [
        ROWS.replace("2016", "'2016'"),
        ROWS.replace("tax_yi", "tax"),
        ROWS + ", 409 AS members",
        "SELECT 2016 AS year",
    ],
)
def test_parts_whose_columns_differ_are_refused_by_name(write, other):
    write("t/a.parquet")
    part = write("t/b.parquet", other)
    assert fault(part.parent) == ("schema_drift", "b.parquet")


@pytest.mark.parametrize("kept", [0, 3, 11, 100, -1])
def test_a_part_cut_off_takes_all_with_it(write, kept):
    write("t/a.parquet")
    part = write("t/b.parquet")
    part.write_bytes(part.read_bytes()[:kept])
    assert fault(part.parent) == ("corrupt", "b.parquet")


def test_a_page_with_a_wrong_checksum_is_refused(tmp_path):
    part = tmp_path / "a.parquet"
    table = pa.table({"year": [2016], "building": ["shili tower"], "tax_yi": [26.3]})
    pq.write_table(
        table,
        part,
        write_page_checksum=True,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
    )
    data = part.read_bytes()
    assert data.count(b"shili tower") == 1
    part.write_bytes(data.replace(b"shili tower", b"shili power"))
    assert fault(part) == ("corrupt", "a.parquet")


def test_a_page_without_a_checksum_is_read(tmp_path):
    part = tmp_path / "a.parquet"
    pq.write_table(pa.table({"year": [2016]}), part, write_page_checksum=False)
    assert read(part) == [["year"], [2016]]


def test_two_columns_of_one_name_are_refused(tmp_path):
    part = tmp_path / "a.parquet"
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["Tax", "tax"])
    pq.write_table(twice, part)
    assert fault(part) == ("duplicate_column", "a.parquet")


def test_an_encrypted_part_is_refused(write):
    part = write("a.parquet")
    data = part.read_bytes()
    part.write_bytes(b"PARE" + data[4:-4] + b"PARE")
    assert fault(part) == ("encrypted", "a.parquet")


@pytest.mark.parametrize("name", ["_SUCCESS", ".a.parquet.crc", "Thumbs.db"])
def test_what_writers_leave_behind_is_not_a_part(write, name):
    part = write("t/a.parquet")
    (part.parent / name).write_bytes(b"x")
    assert len(read(part.parent)) == 2


@pytest.mark.parametrize("name", ["b.csv", "README.txt", "b.parquet.tmp"])
def test_anything_else_in_the_folder_is_refused_and_not_left_out(write, name):
    part = write("t/a.parquet")
    (part.parent / name).write_bytes(b"x")
    assert fault(part.parent) == ("unsupported_format", "t")


@pytest.mark.parametrize("name", ["year=2016", "_temporary", "_delta_log"])
def test_a_folder_in_the_folder_is_refused(write, name):
    part = write("t/a.parquet")
    (part.parent / name).mkdir()
    assert fault(part.parent) == ("unsupported_format", "t")


def test_a_folder_without_parts_is_empty(tmp_path):
    assert fault(tmp_path) == ("empty_file", tmp_path.name)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT 1 AS a FROM range(200001)", "too_large"),
        (f"SELECT {', '.join(f'1 AS c{n}' for n in range(513))}", "too_many_columns"),
        (
            f"SELECT {', '.join(f'1 AS c{n}' for n in range(100))} FROM range(20000)",
            "too_large",
        ),
    ],
)
def test_a_table_beyond_the_bounds_is_refused(write, query, code):
    assert fault(write("a.parquet", query))[0] == code


def test_the_engine_opens_the_parts_and_nothing_else(write, tmp_path):
    part = write("a.parquet")
    (tmp_path / "secret.csv").write_text("1")
    with (
        connect([part]) as engine,
        pytest.raises(duckdb.PermissionException, match="disabled"),
    ):
        engine.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
