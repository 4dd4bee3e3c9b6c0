"""A Parquet table is read from all of its parts, or from none."""

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from hengstats.intake import parquet
from hengstats.intake.process import check_here
from hengstats.intake.result import Asked

ROWS = "SELECT 2016 AS year, '示例大厦' AS building, CAST(26.3 AS DOUBLE) AS tax_yi"
NEXT = ROWS.replace("2016", "2017")
NO_TAX = ROWS.replace("tax_yi", "height")


@pytest.fixture
def write(tmp_path):
    """A function that writes the rows of a query into a part, and gives its path."""

    def write_part(name, query=ROWS):
        plain = tmp_path / "one.parquet"
        duckdb.execute(f"COPY ({query}) TO '{plain}' (FORMAT parquet)")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        return plain.rename(tmp_path / name)

    return write_part


def check(path):
    """Return what a table holds."""
    return check_here(path, Asked(today="2026-01-01"))


def fault(path):
    """Return code and file with which a table is refused."""
    (found,) = check(path).errors
    return found.code, found.file


@pytest.mark.parametrize(
    ("first", "second", "faults"),
    [
        (ROWS, NEXT.replace("26.3", "'nan'"), [("non_finite", "b.parquet", 2)]),
        (ROWS, ROWS, [("duplicate_key", "b.parquet", 2)]),
        (ROWS, ROWS + " WHERE false", []),
        (ROWS + " WHERE false", ROWS + " WHERE false", [("no_rows", "a.parquet", 1)]),
        (ROWS, ROWS.replace("2016", "'2016'"), [("schema_drift", "b.parquet", None)]),
        (ROWS, ROWS.replace("tax_yi", "tax"), [("schema_drift", "b.parquet", None)]),
        (ROWS, ROWS + ", 409 AS members", [("schema_drift", "b.parquet", None)]),
        (ROWS, "SELECT 2016 AS year", [("schema_drift", "b.parquet", None)]),
        (NO_TAX, NO_TAX, [("missing_column", "a.parquet", 1)]),
    ],
)
def test_parts_are_one_table_and_a_fault_names_the_part(write, first, second, faults):
    write("t/b.parquet", second)
    errors = check(write("t/a.parquet", first).parent).errors
    assert [(told.code, told.file, told.row) for told in errors] == faults
    twice = "duplicate_key" in [told.code for told in errors]
    assert not twice or "“a.parquet”第 2 行" in errors[0].message


def test_parts_are_read_in_the_order_of_their_names_and_warned_of_once(write):
    write("t/b.parquet", NEXT + ", 5 AS height")
    checked = check(write("t/a.parquet", ROWS + ", 5 AS height").parent)
    assert checked.rows == ((2016, "示例大厦"), (2017, "示例大厦"))
    warned = [(told.code, told.file) for told in checked.warnings]
    assert warned == [("ignored_column", "a.parquet")]


def test_any_name_is_only_a_name(write):
    names = ["a[1].parquet", "b?.parquet", "it's.parquet", "{x,y}.pq", "甲 乙.PARQUET"]
    for n, name in enumerate(names):
        part = write("t/" + name, ROWS.replace("2016", str(2016 + n)))
    assert [year for year, _ in check(part.parent).rows] == [*range(2016, 2021)]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"tax_yi": "CAST(26.3 AS FLOAT)", "members": "CAST(9 AS TINYINT)"}, "26.3 9"),
        ({"tax_yi": "0.1::DOUBLE + 0.2::DOUBLE"}, "0.3 1"),
        ({"tax_yi": "CAST(26.30 AS DECIMAL(18, 2))"}, "26.30 1"),
        ({"tax_yi": "encode('约26.3')", "members": "409::UBIGINT"}, "约26.3 409"),
        ({"tax_yi": "NULL::INTEGER", "year": "TIMESTAMP '2016-12-31 00:00:00'"}, "1"),
        ({"year": "TIMESTAMP_NS '2016-12-31 00:00:00'"}, "1.5 1"),
        (
            {
                "year": "TIMESTAMPTZ '2019-12-31 00:00:00+08'",
                **{"tax_yi": "TRUE", "members": "[1, 2]", "branches": "{'a': 1}"},
                **{"events": "DATE '2019-04-03'", "enterprises": "TIME '20:05:00'"},
            },
            "invalid_year invalid_number ambiguous_number ambiguous_number"
            " invalid_number invalid_number",
        ),
    ],
)
def test_values_come_as_a_sheet_has_them(write, columns, said):
    row = {"year": "2016", "building": "'a'", "tax_yi": "1.5", "members": "1"} | columns
    query = ", ".join(f"{value} AS {name}" for name, value in row.items())
    checked = check(write("a.parquet", f"SELECT {query}"))
    assert [year for year, _ in checked.rows] == [2016] * (not checked.errors)
    told = [e.code for e in checked.errors] + [c.printed for c in checked.cells]
    assert " ".join(told) == said


def test_the_order_of_columns_does_not_matter_between_parts(write):
    write("t/a.parquet")
    swapped = "SELECT 1.5::DOUBLE AS tax_yi, '示例大厦' AS building, 2017 AS year"
    part = write("t/b.parquet", swapped)
    assert [str(cell.number) for cell in check(part.parent).cells] == ["26.3", "1.5"]


@pytest.mark.parametrize("kept", [0, 3, 11, 100, -1])
def test_a_part_cut_off_takes_all_with_it(write, kept):
    write("t/a.parquet")
    part = write("t/b.parquet")
    part.write_bytes(part.read_bytes()[:kept])
    assert fault(part.parent) == ("corrupt", "b.parquet")


@pytest.mark.parametrize(("checked", "code"), [(True, "corrupt"), (False, "accept")])
def test_a_page_whose_checksum_is_wrong_is_refused(tmp_path, checked, code):
    part = tmp_path / "a.parquet"
    table = pa.table({"year": [2016], "building": ["shili tower"], "tax_yi": [26.3]})
    plain = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    pq.write_table(table, part, write_page_checksum=checked, **plain)
    data = part.read_bytes()
    assert data.count(b"shili tower") == 1
    part.write_bytes(data.replace(b"shili tower", b"shili power"))
    found = check(part)
    assert (found.errors[0].code if found.errors else found.status) == code


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


def test_what_writers_leave_behind_is_not_a_part(write):
    part = write("t/a.parquet")
    for name in ("_SUCCESS", ".a.parquet.crc", "Thumbs.db"):
        (part.parent / name).write_bytes(b"x")
    assert check(part.parent).status == "accept"


@pytest.mark.parametrize(
    "name", ["b.csv", "README.txt", "b.parquet.tmp", "year=2016/", "_temporary/"]
)
def test_anything_else_in_the_folder_is_refused_and_not_left_out(write, name):
    part = write("t/a.parquet")
    other = part.parent / name
    other.mkdir() if name.endswith("/") else other.write_bytes(b"x")
    assert fault(part.parent) == ("unsupported_format", "t")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ROWS + " FROM range(1001)", "too_large"),
        (f"{ROWS}, {', '.join(f'1 AS c{n}' for n in range(510))}", "too_many_columns"),
        (f"{ROWS}, 1 AS a, 2 AS b FROM range(999)", "too_large"),
        (ROWS + " FROM range(1000)", "duplicate_key"),
    ],
)
def test_a_table_beyond_the_bounds_is_refused(write, query, code, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 1000)
    monkeypatch.setattr(parquet, "CELLS", 4000)
    assert check(write("a.parquet", query)).errors[0].code == code


def test_parts_together_keep_to_the_bounds(write, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS", 1000)
    write("t/a.parquet", ROWS + " FROM range(501)")
    part = write("t/b.parquet", ROWS + " FROM range(501)")
    assert fault(part.parent) == ("too_large", "b.parquet")


def test_the_engine_opens_the_parts_and_nothing_else(write, tmp_path):
    part = write("a.parquet")
    (tmp_path / "secret.csv").write_text("1")
    with (
        parquet.connect([part]) as engine,
        pytest.raises(duckdb.PermissionException, match="disabled"),
    ):
        engine.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
