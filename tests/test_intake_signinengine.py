"""A log in Parquet adds up to what the same log in a sheet adds up to."""

import datetime as dt
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

from hengstats.intake.grid import Grid
from hengstats.intake.logs import engine as signinengine
from hengstats.intake.logs.messages import TOLD
from hengstats.intake.logs.signins import check_signin_parts, check_signins
from hengstats.intake.result import Asked

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


def counts(outcome):
    """Return the counts by year and building."""
    assert outcome.errors == ()
    found = {}
    for cell in outcome.cells:
        assert cell.printed == str(cell.number)
        found.setdefault((cell.year, cell.building), []).append(int(cell.number))
    return {key: tuple(value) for key, value in found.items()}


def faults(outcome):
    """Return code, row and column of each error."""
    assert outcome.cells == ()
    return [(fault.code, fault.row, fault.column) for fault in outcome.errors]


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


def random_rows(seed, zoned):
    """Return a sound log: each event in one building, in one of three years."""
    chosen = random.Random(seed)
    home = {f"e{i}": f"示例大厦{chosen.randrange(3)}" for i in range(8)}
    rows = []
    for _ in range(chosen.randrange(1, 60)):
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
@pytest.mark.parametrize("seed", range(20))
def test_sheet_and_parquet_and_the_obvious_way_agree(check, seed, zoned):
    rows = random_rows(seed, zoned)
    sheet = check_signins([Grid(file="a.csv", rows=[HEAD, *map(list, rows)])], ASKED)
    half = len(rows) // 2
    whole = check(table(*rows))
    parts = check(table(*rows[:half]), table(*rows[half:])) if half else whole
    assert counts(sheet) == counts(whole) == counts(parts) == plainly(rows)
    told = [warning.code for warning in sheet.warnings]
    assert told == [warning.code for warning in whole.warnings]
    assert told == [warning.code for warning in parts.warnings]


PIECES = {
    "person_id": [
        "p1",
        "P1",
        "p2",
        "",
        " ",
        "n/a",
        "p\x07",
        "1.5E+17",
        "=p",
        "１",
        None,
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
    clashes = [TOLD[key][1] for key in ("time_mixed", "two_buildings")]
    return {
        (fault.code, fault.row, fault.column)
        for fault in outcome.errors
        if not any(clash in fault.message for clash in clashes)
    }


@pytest.mark.parametrize("seed", range(40))
def test_sheet_and_parquet_find_the_same_faults(check, seed):
    chosen = random.Random(seed)
    head = list(PIECES)
    rows = [[chosen.choice(PIECES[name]) for name in head] for _ in range(8)]
    sheet = check_signins([Grid(file="a.xlsx", sheet="a", rows=[head, *rows])], ASKED)
    whole = check(table(*rows, head=head))
    assert unread(sheet) == unread(whole)


ONE = ("p1", "e1", "示例大厦", EVENING)


def typed(**columns):
    """Return a log of one row with some columns of another type."""
    return table(ONE) | columns


@pytest.mark.parametrize(
    ("stamps", "year"),
    [
        (pa.array([dt.datetime(2019, 12, 31, 16)], pa.timestamp("us", "UTC")), 2020),
        (pa.array([dt.datetime(2019, 12, 31, 15)], pa.timestamp("ms", "UTC")), 2019),
        (pa.array([dt.datetime(2019, 12, 31, 16)], pa.timestamp("ns")), 2019),
        (pa.array([dt.datetime(2019, 12, 31, 23)], pa.timestamp("us")), 2019),
        (pa.array([dt.date(2019, 12, 31)]), 2019),
        (pa.array([20191231]), 2019),
        (pa.array(["2019-12-31T16:00:00Z"]), 2020),
        (pa.array([b"2019-12-31T16:00:00Z"], pa.binary()), 2020),
        (pa.array(["2019-12-31 23:59"]).dictionary_encode(), 2019),
    ],
)
def test_a_time_is_read_by_the_type_of_its_column(check, stamps, year):
    assert list(counts(check(typed(timestamp=stamps)))) == [(year, "示例大厦")]


@pytest.mark.parametrize(
    ("stamps", "reason"),
    [
        (pa.array([dt.time(10, 5)]), "invalid_date"),
        (pa.array([43528.5]), "invalid_date"),
        (pa.array([43528]), "invalid_date"),
        (pa.array([True]), "invalid_date"),
        (pa.array([dt.datetime(2030, 1, 1)]), "invalid_date"),
        (pa.array([dt.datetime(1900, 1, 1)]), "invalid_date"),
        (pa.array([None], pa.timestamp("us", "UTC")), "missing_key"),
        (pa.array([[1]]), "invalid_date"),
    ],
)
def test_a_time_of_no_use_is_refused(check, stamps, reason):
    assert faults(check(typed(timestamp=stamps))) == [(reason, 2, "timestamp")]


@pytest.mark.parametrize(
    ("ids", "persons"),
    [
        (pa.array([1, 1, 2]), 2),
        (pa.array([310101199001011234, 310101199001011235, 5]), 3),
        (pa.array([1.0, 1.0, 2.0]), 2),
        (pa.array([Decimal("1"), Decimal("1"), Decimal("2")]), 2),
        (pa.array(["1", "１", "2"]), 2),
    ],
)
def test_an_id_is_read_by_the_type_of_its_column(check, ids, persons):
    rows = table(*[("", f"e{i}", "示例大厦", EVENING) for i in range(3)])
    found = counts(check(rows | {"person_id": ids}))
    assert found == {(2019, "示例大厦"): (3, 3, persons)}


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        (pa.array([1e15]), "id_precision_loss"),
        (pa.array([2.0**24], pa.float32()), "id_precision_loss"),
        (pa.array([1.5]), "invalid_id"),
        (pa.array([-1]), "invalid_id"),
        (pa.array([True]), "invalid_id"),
        (pa.array([float("nan")]), "missing_key"),
        (pa.array([None], pa.int64()), "missing_key"),
        (pa.array([dt.date(2019, 3, 4)]), "invalid_id"),
        (pa.array([["p1"]]), "invalid_id"),
    ],
)
def test_an_id_of_no_use_is_refused(check, ids, reason):
    assert faults(check(typed(person_id=ids))) == [(reason, 2, "person_id")]


def test_values_beside_the_keys_are_read_by_their_type(check):
    fine = {"is_member": pa.array([True]), "hours": pa.array([1.5])}
    assert counts(check(typed(**fine)))
    wrong = {"is_member": pa.array([2]), "hours": pa.array([-1.0])}
    assert faults(check(typed(**wrong))) == [
        ("invalid_value", 2, "is_member"),
        ("out_of_range", 2, "hours"),
    ]


@pytest.mark.parametrize("hours", ["1.5", "-1.5"])
def test_hours_in_decimals_are_read_as_hours_in_floats(check, hours):
    kinds = pa.decimal128(4, 1), pa.float64()
    exact, binary = (
        check(typed(hours=pa.array([Decimal(hours)]).cast(kind))) for kind in kinds
    )
    assert (exact.errors, exact.cells) == (binary.errors, binary.cells)


def test_the_name_of_a_folder_is_no_column(tmp_path):
    # Spark and Hive write building=…/part-0.parquet where they split by building.
    folder = tmp_path / "building=示例别楼"
    folder.mkdir()
    path = write(folder / "part-0.parquet", table(ONE))
    assert counts(check_signin_parts([path], ASKED)) == {(2019, "示例大厦"): (1, 1, 1)}


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("SELECT * FROM read_parquet('{other}')", duckdb.PermissionException),
        ("COPY (SELECT 1) TO '{other}'", duckdb.PermissionException),
        ("SET memory_limit = '2GB'", duckdb.InvalidInputException),
    ],
)
def test_the_engine_reaches_its_parts_only_and_stays_so(tmp_path, asked, error):
    own, other = (write(tmp_path / f"{name}.parquet", table(ONE)) for name in "ab")
    (tmp_path / "spill").mkdir()
    with closing(signinengine.connect(str(tmp_path / "spill"), [own])) as engine:
        engine.execute(f"SELECT * FROM read_parquet('{own}')")
        with pytest.raises(error):
            engine.execute(asked.format(other=other))


def test_parts_that_differ_are_refused(check):
    outcome = check(table(ONE), typed(person_id=pa.array([1])))
    assert [(e.code, e.file) for e in outcome.errors] == [
        ("schema_drift", "part-1.parquet")
    ]
    zone = pa.array([dt.datetime(2019, 3, 4)], pa.timestamp("us", "UTC"))
    bare = pa.array([dt.datetime(2019, 3, 4)], pa.timestamp("us"))
    outcome = check(typed(timestamp=zone), typed(timestamp=bare))
    assert faults(outcome) == [("schema_drift", None, "")]


def test_a_zone_in_one_part_only_is_refused(check):
    other = ("p2", "e1", "示例大厦", "2019-03-04T12:05:00Z")
    outcome = check(table(ONE), table(other))
    assert [(e.code, e.file) for e in outcome.errors] == [
        ("schema_drift", "part-1.parquet")
    ]
    assert outcome.errors[0].column == "timestamp"
    assert faults(check(table(ONE, other))) == [("invalid_date", 3, "timestamp")]


def test_one_person_in_two_buildings_is_told_at_the_building(check):
    other = ("p1", "e1", "另一示例大厦", EVENING)
    assert faults(check(table(ONE, other))) == [("duplicate_key", 3, "building")]


@pytest.mark.parametrize(
    ("id_", "code"),
    [("#N/A", "error_cell"), ("p1²", "ambiguous_number"), ("匿名", "missing_key")],
)
def test_what_no_sheet_takes_for_an_id_is_refused_in_parquet_too(check, id_, code):
    outcome = check(table(ONE, (id_, "e1", "示例大厦", EVENING)))
    assert faults(outcome) == [(code, 3, "person_id")]


def test_the_first_part_unlike_the_first_is_named(check):
    zoned = ("p2", "e1", "示例大厦", "2019-03-04T12:05:00Z")
    outcome = check(table(zoned), table(zoned), table(ONE))
    assert [(e.code, e.file) for e in outcome.errors] == [
        ("schema_drift", "part-2.parquet")
    ]


def test_a_person_in_a_second_building_is_told_once(check):
    rows = [("p1", "e1", f"示例{name}楼", EVENING) for name in "甲乙乙丙"]
    assert faults(check(table(*rows))) == [("duplicate_key", 3, HEAD[2])]


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
    ("offset", "stamp", "year"),
    [
        ("+7", "2019-12-31 23:00", 2020),  # an hour later in Shanghai
        ("+7", "2019-12-31 22:59", 2019),
        ("-5", "2019-12-31 11:00", 2020),  # thirteen hours later
        ("-5", "2019-12-31 10:59", 2019),
    ],
)
def test_a_head_with_an_offset_moves_its_stamps_to_shanghai(check, offset, stamp, year):
    head = [*HEAD[:3], f"timestamp (UTC{offset})"]
    found = counts(check(table((*ONE[:3], stamp), head=head)))
    assert found == {(year, "示例大厦"): (1, 1, 1)}


@pytest.mark.parametrize(("day", "errors"), [(25, []), (26, ["invalid_date"])])
def test_the_day_after_today_is_let_in_and_the_next_is_not(check, day, errors):
    outcome = check(table((*ONE[:3], f"2026-11-{day} 00:00")))
    assert [fault.code for fault in outcome.errors] == errors


@pytest.mark.parametrize(
    ("stamp", "year"), [("2020-01-01 00:59", 2019), ("2020-01-01 01:00", 2020)]
)
def test_a_head_ahead_of_shanghai_moves_its_stamps_back(check, stamp, year):
    head = [*HEAD[:3], "timestamp (UTC+9)"]
    found = counts(check(table((*ONE[:3], stamp), head=head)))
    assert found == {(year, "示例大厦"): (1, 1, 1)}


def test_a_fault_names_its_part_and_row(check):
    outcome = check(table(ONE), table(ONE, ("", "e1", "示例大厦", EVENING)))
    fault = outcome.errors[0]
    assert (fault.file, fault.row, fault.column) == ("part-1.parquet", 3, "person_id")


def test_one_person_at_one_event_in_two_buildings_is_refused(check):
    outcome = check(table(ONE), table(("p1", "e1", "另一示例大厦", EVENING)))
    assert [(e.code, e.file, e.row) for e in outcome.errors] == [
        ("duplicate_key", "part-1.parquet", 2)
    ]


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


def test_a_name_with_signs_is_no_pattern(tmp_path):
    folder = tmp_path / "签到[2019] it's"
    folder.mkdir()
    write(folder / "a1.parquet", table(ONE, ("p2", "e1", "示例大厦", EVENING)))
    path = write(folder / "a[1].parquet", table(ONE))
    assert counts(check_signin_parts([path], ASKED)) == {(2019, "示例大厦"): (1, 1, 1)}


def test_a_file_cut_off_is_refused_without_its_words(tmp_path):
    path = write(tmp_path / "a.parquet", table(*[ONE] * 5000))
    path.write_bytes(path.read_bytes()[:-200] + b"PAR1")
    assert faults(check_signin_parts([path], ASKED)) == [("corrupt", None, "")]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_zone_of_the_machine_plays_no_part(tmp_path, zone):
    text = write(tmp_path / "a.parquet", typed(timestamp=["2019-12-31T16:00:00Z"]))
    stamp = pa.array([dt.datetime(2019, 12, 31, 16)], pa.timestamp("us", "UTC"))
    typed_ = write(tmp_path / "b.parquet", typed(timestamp=stamp))
    said = (
        "import sys, pathlib; from hengstats.intake.result import Asked;"
        "from hengstats.intake.logs.signins import check_signin_parts as check;"
        "print(*(check([pathlib.Path(p)], Asked()).rows[0][0] for p in sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said, text, typed_],
        env=os.environ | {"TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["2020", "2020"]


TOKEN = "某甲乙丙"
PHONE = "13800008888"


def test_no_message_quotes_a_person(check):
    head = [*HEAD, "is_member", "hours"]
    pieces = ["", "p1", EVENING, TOKEN, f"={TOKEN}", f"{TOKEN}\n{PHONE}", PHONE, None]
    for seed in range(25):
        chosen = random.Random(seed)
        rows = [[chosen.choice(pieces) for _ in head] for _ in range(6)]
        outcome = check(table(*rows, head=head))
        assert outcome.errors
        assert TOKEN not in repr(outcome)
        assert PHONE not in repr(outcome)


def test_what_is_spilled_is_encrypted_and_taken_away(tmp_path, monkeypatch):
    seen = []

    class Watched(tempfile.TemporaryDirectory):
        def cleanup(self):
            seen.extend(os.listdir(self.name))
            super().cleanup()

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tempfile, "TemporaryDirectory", Watched)
    path = write(tmp_path / "a.parquet", table(ONE))
    counts(check_signin_parts([path], ASKED))
    assert [left.name for left in tmp_path.iterdir()] == ["a.parquet"]
    spill = tmp_path / "spill"
    spill.mkdir()
    with signinengine.connect(str(spill), [path]) as engine:
        ids = "SELECT 'PERSONTOKEN' || i AS id FROM range(12000000) AS t(i)"
        engine.execute(f"CREATE TABLE p AS {ids}")
        files = [file.read_bytes() for file in spill.iterdir()]
        assert sum(map(len, files)) > 1e6
        assert not any(b"PERSONTOKEN" in file for file in files)


@pytest.mark.slow
def test_a_million_sign_ins_keep_to_the_memory(tmp_path):
    path = tmp_path / "long.parquet"
    said = (
        'import sys, duckdb; duckdb.connect().execute("COPY (SELECT'
        " 'P' || lpad(CAST(hash(i) % 400000 AS VARCHAR), 20, '0') AS person_id,"
        " 'E' || (i % 20000) AS event_id, '示例大厦' || (i % 40) AS building,"
        " strftime(TIMESTAMP '2016-01-01' + to_seconds(i % 20000 * 9000),"
        " '%Y-%m-%dT%H:%M:%SZ') AS timestamp FROM range(1000000) t(i))"
        ' TO \'" + sys.argv[1].replace("\'", "\'\'") + "\' (FORMAT parquet)")'
    )
    subprocess.run([sys.executable, "-c", said, path], check=True)
    said = (
        "import sys, pathlib; from hengstats.intake.process import confine;"
        "confine(engine=True);"
        "from hengstats.intake.result import Asked;"
        "from hengstats.intake.logs.signins import check_signin_parts as check;"
        "outcome = check([pathlib.Path(sys.argv[1])], Asked());"
        "print(len(outcome.errors), sum(int(c.number) for c in outcome.cells"
        " if c.column == 'events'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said, path], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "20000"]


def test_an_id_that_is_no_number_is_blank_beside_those_that_are(check):
    ids = pa.array([1.0, 2.0, float("nan")])
    outcome = check(table(ONE, ONE, ONE) | {"person_id": ids})
    assert faults(outcome) == [("missing_key", 4, "person_id")]
