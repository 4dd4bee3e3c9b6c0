"""A log in Parquet adds up to what the same log in a sheet adds up to."""

import datetime as dt
import math
import os
import random
import subprocess
import sys
import tempfile
from contextlib import closing
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet
from sheets import counts, faults

from hengstats.intake.grid import Grid
from hengstats.intake.result import Asked
from hengstats.messages import message
from hengstats.signins import engine as signinengine
from hengstats.signins import faults as signinfaults
from hengstats.signins import logs
from hengstats.signins.logs import check_signin_parts, check_signins

ASKED = Asked(today="2026-11-24")
HEAD = ["person_id", "event_id", "building", "timestamp"]
EVENING = "2019-03-04 20:05"
UTC = dt.UTC
SHANGHAI = ZoneInfo("Asia/Shanghai")


def write(path, columns):
    """Write columns as one Parquet file."""
    parquet.write_table(pa.table(columns), path)
    return path


def table(*rows, head=HEAD):
    """Return rows as columns."""
    return {name: [row[i] for row in rows] for i, name in enumerate(head)}


@pytest.fixture
def check(tmp_path):
    """Return a function that writes each table as a part and checks them together."""

    def checked(*tables, asked=ASKED):
        paths = [
            write(tmp_path / f"part-{i}.parquet", columns)
            for i, columns in enumerate(tables)
        ]
        return check_signin_parts(paths, asked)

    return checked


def plainly(rows):
    """Return the counts of sound rows, the obvious way."""
    found = {}
    for person, event, building, text in rows:
        stamp = dt.datetime.fromisoformat(text)
        year = (stamp.astimezone(SHANGHAI) if stamp.tzinfo else stamp).year
        found.setdefault((year, building), set()).add((person, event))
    return {
        key: (len({e for _, e in came}), len(came), len({p for p, _ in came}))
        for key, came in sorted(found.items())
    }


def random_rows(chosen, most, zoned):
    """Return a sound log: each event in one building, in one of three years."""
    home = {f"e{i}": f"示例大厦{chosen.randrange(3)}" for i in range(most // 7)}
    rows = []
    for _ in range(most):
        event = chosen.choice(list(home))
        moment = dt.datetime(2017, 12, 31, 12) + dt.timedelta(
            days=365 * chosen.randrange(3), minutes=chosen.randrange(24 * 60)
        )
        shift = dt.timezone(dt.timedelta(hours=chosen.randrange(-11, 13)))
        told = moment.replace(tzinfo=UTC).astimezone(shift) if zoned else moment
        text = told.isoformat(chosen.choice(" T"))
        person = chosen.choice(["p", "P", "0p", "某"]) + str(chosen.randrange(6))
        rows.append((person, event, home[event], text))
    return rows


@pytest.mark.parametrize("zoned", [True, False])
@pytest.mark.parametrize(("most", "parts"), [(7, 1), (50, 2), (1000, 3)])
def test_sheet_and_parquet_and_the_obvious_way_agree(check, most, parts, zoned):
    rows = random_rows(random.Random(most), most, zoned)
    sheet = check_signins([Grid(file="a.csv", rows=[HEAD, *map(list, rows)])], ASKED)
    found = check(*(table(*rows[part::parts]) for part in range(parts)))
    assert counts(sheet) == counts(found) == plainly(rows)
    told = [[warning.code for warning in one.warnings] for one in (sheet, found)]
    assert told[0] == told[1]


PIECES = {
    "person_id": [
        *("p1", "P1", "p2", "", " ", "n/a", "p\x07", "1.5E+17", "=p", "１", None),
        *("#N/A", "p1²", "匿名"),
    ],
    "event_id": ["e1", "e2", "e-3", None, "—", "e\u202e"],
    "building": ["示例大厦", "另一示例大厦", None, "", "示\n例", "无"],
    "timestamp": [
        *(EVENING, "2019/3/4 8:05", "2019年3月4日 20:05", "2019-03-04T20:05:00.5"),
        *("2019-02-30 10:00", "2019-03-04 24:00", "2019-3-4", "20190304", None, "nan"),
        *("03/04/2019 10:00", "19-03-04", "2019-03-04 下午 8:05", "10:00", "43528"),
        *("2019-03-04 10:00-11:30", "2030-01-01 10:00", "1900-01-01 00:00", " "),
        *("2019-03-04 10:00:61", "2019-03-04 10:00:00+08", "1970-01-01 00:00:00"),
    ],
    "is_member": ["是", "no", "1", "", None, "maybe"],
    "hours": ["1.5", "2小时", None, "1-2", "-1", "many"],
}


def unread(outcome):
    """Return the faults of single cells: which rows clash depends on their order."""
    clashes = [message(f"signins.{key}")[1] for key in ("time_mixed", "two_buildings")]
    return {
        (fault.code, fault.row, fault.column)
        for fault in outcome.errors
        if not any(clash in fault.message for clash in clashes)
    }


@pytest.fixture
def all_told(monkeypatch):
    """Let every fault be told, so that one log shows many."""
    monkeypatch.setattr(signinfaults, "MOST_FAULTS", 10_000)


def test_sheet_and_parquet_find_the_same_faults(check, all_told):
    chosen = random.Random(1)
    head = list(PIECES)
    rows = [[chosen.choice(PIECES[name]) for name in head] for _ in range(400)]
    sheet = check_signins([Grid(file="a.xlsx", sheet="a", rows=[head, *rows])], ASKED)
    whole = check(table(*rows, head=head))
    assert len(unread(sheet)) > 800
    assert unread(sheet) == unread(whole)


ONE = ("p1", "e1", "示例大厦", EVENING)


def typed(**columns):
    """Return a log of one row with some columns of another type."""
    return table(ONE) | columns


MICROSECONDS = pa.timestamp("us")


def day(*hours, of=MICROSECONDS):
    """Return hours of the last day of 2019, in a column of a type."""
    return pa.array([dt.datetime(2019, 12, 31, hour) for hour in hours], of)


APART = {2019: (1, 1, 1), 2020: (1, 1, 1)}
TWO_PERSONS, ONE_PERSON = {2019: (2, 2, 2)}, {2019: (2, 2, 1)}


@pytest.mark.parametrize(
    ("stamps", "ids", "found"),
    [
        (day(15, 16, of=pa.timestamp("us", "UTC")), [1, 2], APART),
        (day(16, 23), [310101199001011234, 310101199001011235], TWO_PERSONS),
        (day(16, 23, of=pa.timestamp("ns")), [1.0, 1.0], ONE_PERSON),
        (pa.array([dt.date(2019, 12, 31)] * 2), [Decimal(1)] * 2, ONE_PERSON),
        ([20191231, 20191231], ["1", "１"], ONE_PERSON),
        (["2019-12-31T15:59:59Z", "2019-12-31T16:00:00Z"], [2, 1], APART),
        ([b"2019-12-31 23:59", b"2020-01-01 00:00"], [b"1", b"2"], APART),
    ],
)
def test_times_and_ids_are_read_by_the_type_of_their_column(check, stamps, ids, found):
    rows = table(*[("", f"e{i}", "示例大厦", "") for i in (0, 1)])
    read = counts(check(rows | {"timestamp": stamps, "person_id": ids}))
    assert read == {(year, "示例大厦"): events for year, events in found.items()}


@pytest.mark.parametrize(
    ("columns", "reasons"),
    [
        (
            {
                "person_id": [1e15, 1.5, math.nan],
                "event_id": pa.array([2.0**24, 1, 1], pa.float32()),
                "timestamp": [43528.5] * 3,
                "hours": [-1.0, 1, 1],
            },
            "2 id_precision_loss, 2 id_precision_loss, 2 invalid_date, 2 out_of_range,"
            " 3 invalid_id, 3 invalid_date, 4 missing_key, 4 invalid_date",  # nan
        ),
        (
            {
                "person_id": [-1, None],
                "event_id": [True, False],
                "timestamp": [43528, 43528],
                "is_member": [2, 1],
            },
            "2 invalid_id, 2 invalid_id, 2 invalid_date, 2 invalid_value,"
            " 3 missing_key, 3 invalid_id, 3 invalid_date",
        ),
        (
            {
                "person_id": [dt.date(2019, 3, 4)] * 3,
                "event_id": [["e1"]] * 3,
                "timestamp": [dt.datetime(2030, 1, 1), dt.datetime(1900, 1, 1), None],
            },
            "2 invalid_id, 2 invalid_id, 2 invalid_date, 3 invalid_id, 3 invalid_id,"
            " 3 invalid_date, 4 invalid_id, 4 invalid_id, 4 missing_key",
        ),
        ({"timestamp": [dt.time(10, 5)]}, "2 invalid_date"),
        ({"timestamp": [True]}, "2 invalid_date"),
        ({"timestamp": [[1]]}, "2 invalid_date"),
    ],
)
def test_times_and_ids_of_no_use_are_refused(check, columns, reasons):
    rows = len(next(iter(columns.values())))
    whole = table(*[ONE] * rows) | columns
    found = faults(check(whole))
    assert ", ".join(f"{row} {code}" for code, row, _ in found) == reasons


@pytest.mark.parametrize("kind", [pa.decimal128(4, 1), pa.float64()])
def test_values_beside_the_keys_are_read_by_their_type(check, kind):
    hours = pa.array([Decimal("1.5")]).cast(kind)
    assert counts(check(typed(is_member=pa.array([True]), hours=hours)))


def test_no_name_of_a_folder_or_file_is_a_column_or_a_pattern(tmp_path):
    # Spark and Hive write building=…/part-0.parquet where they split by building.
    folder = tmp_path / "building=示例别楼" / "签到[2019] it's"
    folder.mkdir(parents=True)
    write(folder / "a1.parquet", table(ONE, ("p2", "e1", "示例大厦", EVENING)))
    path = write(folder / "a[1].parquet", table(ONE))
    assert counts(check_signin_parts([path], ASKED)) == {(2019, "示例大厦"): (1, 1, 1)}


def test_the_engine_reaches_its_parts_only_and_stays_so(tmp_path):
    own, other = (write(tmp_path / f"{name}.parquet", table(ONE)) for name in "ab")
    (tmp_path / "spill").mkdir()
    with closing(signinengine.connect(str(tmp_path / "spill"), [own])) as engine:
        engine.execute(f"SELECT * FROM read_parquet('{own}')")
        for asked, error in (
            (f"SELECT * FROM read_parquet('{other}')", duckdb.PermissionException),
            (f"COPY (SELECT 1) TO '{other}'", duckdb.PermissionException),
            ("SET memory_limit = '2GB'", duckdb.InvalidInputException),
        ):
            with pytest.raises(error):
                engine.execute(asked)


def test_parts_that_differ_are_refused(check):
    outcome = check(table(ONE), typed(person_id=pa.array([1])))
    assert [(e.code, e.file) for e in outcome.errors] == [
        ("schema_drift", "part-1.parquet")
    ]
    zone = pa.array([dt.datetime(2019, 3, 4)], pa.timestamp("us", "UTC"))
    bare = pa.array([dt.datetime(2019, 3, 4)], pa.timestamp("us"))
    outcome = check(typed(timestamp=zone), typed(timestamp=bare))
    assert faults(outcome) == [("schema_drift", None, "")]


def test_the_first_part_unlike_the_first_in_its_zones_is_named(check):
    zoned = ("p2", "e1", "示例大厦", "2019-03-04T12:05:00Z")
    outcome = check(table(zoned), table(zoned), table(ONE))
    assert [(e.code, e.file, e.column) for e in outcome.errors] == [
        ("schema_drift", "part-2.parquet", "timestamp")
    ]


def test_a_person_in_other_buildings_is_told_once_at_the_second(check):
    first, *others = [("p1", "e1", f"示例{name}楼", EVENING) for name in "甲乙乙丙"]
    (told,) = check(table(first), table(*others)).errors
    assert (told.code, told.column) == ("duplicate_key", "building")
    assert (told.file, told.row) == ("part-1.parquet", 2)


def test_warnings_stand_where_those_of_a_sheet_stand(check):
    people = ["123", "p", "000123", "p", "A1", "a1"]
    rows = [(person, "e1", "示例大厦", EVENING) for person in people]
    sheet = check_signins([Grid(file="a.csv", rows=[HEAD, *map(list, rows)])], ASKED)
    told = [(w.code, w.row) for w in check(table(*rows)).warnings]
    # p signs in again in row 5; 123 of row 2 may be 000123.
    assert told == [("duplicate_sign_in", 5), ("similar_ids", 2)]
    assert told == [(w.code, w.row) for w in sheet.warnings]


def test_an_offset_in_one_row_only_is_refused(check):
    # ONE tells no zone, and stands in row 2.
    other = ("p2", "e1", "示例大厦", "2019-03-04T12:05:00+00:00")
    assert faults(check(table(ONE, other))) == [("invalid_date", 3, "timestamp")]


@pytest.mark.parametrize(
    ("offset", "last", "first"),
    [
        ("+7", "2019-12-31 22:59", "2019-12-31 23:00"),  # an hour later in Shanghai
        ("-5", "2019-12-31 10:59", "2019-12-31 11:00"),  # thirteen hours later
        ("+9", "2020-01-01 00:59", "2020-01-01 01:00"),  # an hour earlier
    ],
)
def test_a_head_with_an_offset_moves_its_stamps_to_shanghai(check, offset, last, first):
    head = [*HEAD[:3], f"timestamp (UTC{offset})"]
    rows = [("p1", f"e{stamp}", "示例大厦", stamp) for stamp in (last, first)]
    found = counts(check(table(*rows, head=head)))
    assert found == {(year, "示例大厦"): (1, 1, 1) for year in (2019, 2020)}


def test_the_day_after_today_is_let_in_and_the_next_is_not(check):
    rows = [(*ONE[:3], f"2026-11-{day} 00:00") for day in (25, 26)]
    assert faults(check(table(*rows))) == [("invalid_date", 3, "timestamp")]


def test_a_fault_names_its_part_and_row(check):
    outcome = check(table(ONE), table(ONE, ("", "e1", "示例大厦", EVENING)))
    fault = outcome.errors[0]
    assert (fault.file, fault.row, fault.column) == ("part-1.parquet", 3, "person_id")


def test_a_survey_is_refused_until_person_and_event_are_named(check):
    head = ["提交时间", "姓名", "手机号", "所在楼宇", "活动名称", "是否党员"]
    rows = table((EVENING, "某甲", "13800000001", "示例大厦", "讲座", "是"), head=head)
    assert faults(check(rows)) == [("missing_column", None, "")] * 2
    named = Asked(person="手机号", event="活动名称")
    assert counts(check(rows, asked=named)) == {(2019, "示例大厦"): (1, 1, 1)}


def test_nothing_in_the_parts_is_refused(check):
    assert faults(check(typed().__class__({n: pa.array([], "str") for n in HEAD}))) == [
        ("no_rows", None, "")
    ]
    assert faults(check_signin_parts([], ASKED)) == [("empty_file", None, "")]


@pytest.mark.parametrize(("made_by", "year"), [("spark", 2020), ("other", None)])
def test_the_old_type_of_time_is_read_from_spark_only(tmp_path, made_by, year):
    stamps = pa.array([dt.datetime(2019, 12, 31, 16)], pa.timestamp("ns"))
    made = pa.table(typed(timestamp=stamps))
    if made_by == "spark":
        made = made.replace_schema_metadata({"org.apache.spark.version": "3.5.0"})
    path = tmp_path / "old.parquet"
    parquet.write_table(made, path, use_deprecated_int96_timestamps=True)
    outcome = check_signin_parts([path], ASKED)
    if year:
        assert list(counts(outcome)) == [(year, "示例大厦")]
    else:
        assert faults(outcome) == [("invalid_date", None, "timestamp")]


def test_a_file_cut_off_is_refused_without_its_words(tmp_path):
    path = write(tmp_path / "a.parquet", table(*[ONE] * 5000))
    path.write_bytes(path.read_bytes()[:-200] + b"PAR1")
    assert faults(check_signin_parts([path], ASKED)) == [("corrupt", None, "")]


def test_the_zone_of_the_machine_plays_no_part(tmp_path):
    text = write(tmp_path / "a.parquet", typed(timestamp=["2019-12-31T16:00:00Z"]))
    stamp = day(16, of=pa.timestamp("us", "UTC"))
    typed_ = write(tmp_path / "b.parquet", typed(timestamp=stamp))
    said = (
        "import sys, pathlib; from hengstats.intake.result import Asked;"
        "from hengstats.signins.logs import check_signin_parts as check;"
        "from hengstats.signins.stamps import read_stamp as read;"
        "print(*(check([pathlib.Path(p)], Asked()).rows[0][0] for p in sys.argv[1:]),"
        " read('2019-12-31T16:00:00Z').year, read('2019-12-31 23:59').year)"
    )
    done = subprocess.run(
        [sys.executable, "-c", said, text, typed_],
        env=os.environ | {"TZ": "America/Los_Angeles"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["2020", "2020", "2020", "2019"]


TOKEN = "某甲乙丙"
PHONE = "13800008888"


def test_no_message_quotes_a_person(check, all_told):
    head = [*HEAD, "is_member", "hours"]
    pieces = ["", "p1", EVENING, TOKEN, f"={TOKEN}", f"{TOKEN}\n{PHONE}", PHONE, None]
    chosen = random.Random(1)
    rows = [[chosen.choice(pieces) for _ in head] for _ in range(150)]
    outcome = check(table(*rows, head=head))
    assert len(outcome.errors) > 300
    assert TOKEN not in repr(outcome)
    assert PHONE not in repr(outcome)


def test_what_is_spilled_is_encrypted_and_taken_away(tmp_path, monkeypatch):
    monkeypatch.setattr(signinengine, "MEMORY", 16)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = write(tmp_path / "a.parquet", table(ONE))
    counts(check_signin_parts([path], ASKED))
    assert [left.name for left in tmp_path.iterdir()] == ["a.parquet"]
    spill = tmp_path / "spill"
    spill.mkdir()
    with signinengine.connect(str(spill), [path]) as engine:
        ids = "SELECT 'PERSONTOKEN' || i AS id FROM range(1200000) AS t(i)"
        engine.execute(f"CREATE TABLE p AS {ids}")
        files = [file.read_bytes() for file in spill.iterdir()]
        assert sum(map(len, files)) > 1e6
        assert not any(b"PERSONTOKEN" in file for file in files)


@pytest.mark.slow
def test_many_sign_ins_keep_to_the_memory(tmp_path):
    # A quarter of a million in a quarter of the engine's memory.
    path = tmp_path / "long.parquet"
    duckdb.execute(
        "COPY (SELECT 'P' || lpad(CAST(hash(i) % 100000 AS VARCHAR), 20, '0') AS"
        " person_id, 'E' || (i % 5000) AS event_id, '示例大厦' || (i % 40) AS building,"
        " strftime(TIMESTAMP '2016-01-01' + to_seconds(i % 5000 * 36000),"
        f" '%Y-%m-%dT%H:%M:%SZ') AS timestamp FROM range(250000) t(i)) TO '{path}'"
    )
    said = (
        "import sys, pathlib; from hengstats.intake import process;"
        "process.ENGINE_MEMORY = 300 * 2**20; process.confine(engine=True);"
        "from hengstats.signins import engine, logs; engine.MEMORY = 64;"
        "from hengstats.intake.result import Asked;"
        "outcome = logs.check_signin_parts([pathlib.Path(sys.argv[1])], Asked());"
        "print(len(outcome.errors), sum(int(c.number) for c in outcome.cells"
        " if c.column == 'events'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said, path], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "5000"]


def test_a_full_disk_is_told_as_that(check, monkeypatch):
    def full(*_):  # as the engine says it on a file system of 2 MB
        raise duckdb.IOException(
            'Could not write file "x.tmp": No space left on device'
        )

    monkeypatch.setattr(logs, "_count", full)
    told = check(table(("p", "e", "示例大厦", EVENING))).errors[0].message
    assert ("磁盘满了" in told, "TMPDIR" in told) == (True, True)
