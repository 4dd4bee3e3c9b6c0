"""A really running Spark gives the table that DuckDB gives, and no person away."""

import importlib.util
import shutil
import sys
import warnings
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

import hengstats as hs
from hengstats.cli import main

pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="no Java: Spark is not tried"),
    pytest.mark.skipif(
        not importlib.util.find_spec("pyspark"),
        reason="no Spark: pip install 'hengstats[spark]' tries it",
    ),
]
ROOT = Path(__file__).parents[1]
LOGS = ROOT / "data/illustrative/signins/*.csv"
THREE = ("building", "year", "programme")


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """Return a session that logs what it does, and the folder of all it writes."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    (folder / "events").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", str(ROOT))
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.eventLog.enabled", "true")
            .config("spark.eventLog.dir", (folder / "events").as_uri())
            .config("spark.local.dir", str(folder))
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.ui.enabled", "false")
            .config("spark.log.level", "OFF")
            .getOrCreate()
        )
        yield session, folder
        session.stop()


def both(logs, session, **asked):
    """Return the exact counts of DuckDB and of Spark."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            hs.participation(logs, engine=engine, exact=True, **asked)
            for engine in ("duckdb", session)
        ]


def same(one, other):
    """Return whether two tables are the same to the last digit, blanks included."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    return one.to_csv() == other.to_csv()


@pytest.mark.slow
def test_the_illustrative_logs_give_one_table(spark):
    assert same(*both(LOGS, spark[0], by=THREE))


@pytest.mark.slow
def test_a_million_lines_give_one_table(spark, tmp_path):
    # Ids with zeros, times as text and of three zones, blanks, and repeats.
    for part in range(4):
        duckdb.execute(
            "COPY (SELECT lpad(CAST(hash(i) % 20000 AS VARCHAR), 8, '0') AS person_id,"
            " 'E' || (i % 2400) AS event_id, '示例大厦' || (i % 2400 % 40) AS building,"
            " strftime(TIMESTAMP '2016-01-01' + to_hours(i % 2400 // 40 * 900),"
            " '%Y-%m-%dT%H:%M:%S') || ['Z', '+08:00', '-03:30'][i % 3 + 1]"
            " AS timestamp,"
            " ['恒爱行动', '恆健行動', NULL][i % 2400 % 3 + 1] AS programme,"
            " ['是', '否', ''][CAST(hash(i) % 20000 % 3 AS INTEGER) + 1] AS is_member,"
            " CASE WHEN hash(i) % 7 = 0 THEN (hash(i) % 100) / 7 END AS hours"
            f" FROM range({part * 250_000}, {(part + 1) * 250_000}) t(i))"
            f" TO '{tmp_path}/{part}.parquet' (FORMAT parquet)"
        )
    one, other = both(tmp_path, spark[0], by=THREE)
    assert same(one, other)
    assert one["attendances"].sum() > 900_000
    assert one["hours"].notna().any()


HEAD = "人员编号 活动编号 楼宇 签到时间".split()
CANARIES = [f"310101{1950 + i % 50}{i:08}" for i in range(700)]
CANARIES += [f"王{chr(0x4E00 + i)}隼" for i in range(300)]
EVENTS = [(one, f"e{i % 9}", "示例楼", "2019-03-04") for i, one in enumerate(CANARIES)]


def parts(folder, rows):
    """Write rows as a log in two parts."""
    folder.mkdir()
    for number, some in enumerate((rows[::2], rows[1::2])):
        columns = {name: [row[i] for row in some] for i, name in enumerate(HEAD)}
        parquet.write_table(pa.table(columns), folder / f"{number}.parquet")
    return folder


def hits(text, *folders):
    """Return the canaries in a text and in all files of some folders."""
    found = [one for folder in folders for one in folder.rglob("*") if one.is_file()]
    held = b"\n".join([text.encode(), *(one.read_bytes() for one in found)])
    return [one for one in CANARIES if one.encode() in held]


def test_no_file_of_spark_holds_a_person_or_the_key(spark, tmp_path):
    session, folder = spark
    key = tmp_path / "key"
    log = parts(tmp_path / "log", EVENTS)
    assert same(*both(log, session, key=key))
    assert list((folder / "events").rglob("*"))
    assert hits("", folder) == []
    secret = key.read_text().strip().encode()
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert not any(secret in one.read_bytes() for one in files)
    assert session.catalog.listTables() == []  # the user's session is left as it was


def test_both_engines_name_the_same_faults(spark, tmp_path):
    wrong = [("", "e1", "示例楼", "2019-03-04"), (CANARIES[0], "e2", "", "03/04/2019")]
    log = parts(tmp_path / "log", [*EVENTS, *wrong])
    found = []
    for engine in ("duckdb", spark[0]):
        with pytest.raises(hs.SheetError) as raised:
            hs.participation(log, engine=engine)
        found.append([(one.file, one.row, one.column) for one in raised.value.faults])
        assert hits(str(raised.value)) == []
    assert found[0] == found[1]
    assert len(found[0]) == 3


def test_the_verb_counts_with_spark(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    log = parts(tmp_path / "log", EVENTS)
    tables = []
    for engine in ("duckdb", "local[1]"):
        out = tmp_path / f"{engine}.csv"
        words = ["participation", str(log), "--engine", engine, "--out", str(out)]
        assert main(words) == 0
        tables.append(out.read_bytes())
    assert tables[0] == tables[1]
    assert hits("".join(capfd.readouterr()), tmp_path / "tmp") == []


def test_what_goes_wrong_in_spark_is_told_without_a_cell(tmp_path, capfd):
    log = parts(tmp_path / "log", EVENTS)
    with pytest.raises(hs.SheetError, match="Spark did not count it"):
        hs.participation(log, engine="local[nobody]")
    assert hits("".join(capfd.readouterr())) == []
