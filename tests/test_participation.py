"""Sign-in logs of any kind add up to one table, and nobody in them is to be found."""

import datetime as dt
import os
import random
import stat
import subprocess
import sys
import tempfile
import warnings
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import tqdm.auto
from pyarrow import parquet

import hengstats as hs
from hengstats.cli import main
from hengstats.intake.grid import Grid
from hengstats.signins import engine, types
from hengstats.signins.heads import COUNTED, Wish
from hengstats.signins.logs import count_parts
from hengstats.smallcells import protect
from hengstats.vocabulary import strings

HEAD = "人员编号 活动编号 楼宇 签到时间 项目 是否党员 是否志愿者 时长".split()
KEYS = HEAD[:4]


def csv(path, rows, head=HEAD):
    """Write rows as CSV."""
    lines = [",".join(map(str, row)) for row in (head, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def book(path, rows, head=HEAD):
    """Write rows as a workbook."""
    made = openpyxl.Workbook()
    for row in (head, *rows):
        made.active.append(list(row))
    made.save(path)
    return path


def parts(path, rows, head=HEAD):
    """Write rows as Parquet."""
    columns = {name: [str(row[i]) for row in rows] for i, name in enumerate(head)}
    parquet.write_table(pa.table(columns), path)
    return path


def count(logs, **asked):
    """Return the exact counts, without the warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return hs.participation(logs, **{"exact": True} | asked)


def plain(frame):
    """Return the rows of a table with None for what is missing."""
    return [
        tuple(None if pd.isna(one) else one for one in row)
        for row in frame.itertuples(index=False)
    ]


A = "甲楼"
FEW = [
    ("p1", "e1", A, "2018-03-04", "恒爱行动", "是", "是", "1.5"),
    ("p1", "e1", A, "2018-03-04", "", "是", "否", "2"),  # again
    ("p2", "e1", A, "2018-03-04", "恆愛行動", "否", "", ""),
    ("p3", "e2", A, "2018-05-04", "", "", "", "0.1"),
    ("p1", "e3", A, "2019-05-04", "职业成长", "是", "否", "0.2"),
    ("p4", "e3", A, "2019-05-04", "职业成长", "否", "否", "0.1"),
    ("p1", "e9", "乙楼", "2019-03-04", "恒爱行动", "是", "是", "1.5"),
]


def test_a_few_rows_add_up_as_by_hand(tmp_path):
    found = count(csv(tmp_path / "a.csv", FEW))
    assert " ".join(found) == (
        "building year events attendances participants member_participants volunteers"
        " hours returning first_time"
    )
    assert plain(found) == [
        ("乙楼", 2019, 1, 1, 1, 1, 1, 1.5, None, None),
        # p1 was there for two hours, of the two that are told, and as a volunteer.
        (A, 2018, 2, 3, 3, 1, 1, 2.1, None, None),
        (A, 2019, 1, 2, 2, 1, 0, 0.3, 1, 1),  # p1 came back, p4 is new
    ]


def test_programmes_have_one_name_in_each_script_and_an_event_one_programme(tmp_path):
    log = csv(tmp_path / "a.csv", FEW)
    found = count(log, by=("programme", "year"))
    assert plain(found[["programme", "year", "events", "attendances"]]) == [
        ("恒爱行动", 2018, 1, 2),
        ("恒爱行动", 2019, 1, 1),
        ("职业成长", 2019, 1, 2),
        (None, 2018, 1, 1),
    ]
    # 2018 is in the log: nobody came to 职业成长 then, and both are new to it.
    assert plain(found[["returning", "first_time"]])[2] == (0, 2)
    other = ("p5", "e1", A, "2018-03-04", "恒知讲堂", "", "", "")
    with pytest.raises(hs.SheetError, match=r"row 9, column 项目.*two programmes"):
        count(csv(log, [*FEW, other]), by=("programme", "year"))
    with pytest.raises(hs.SheetError, match="no programme column"):
        count(csv(log, [row[:4] for row in FEW], KEYS), by=("year", "programme"))


def random_log(seed, most=400):
    """Return a sound log: each event in one building, year and programme."""
    chosen = random.Random(seed)
    home = {
        f"e{i}": (
            f"示例{chosen.choice('甲乙丙')}楼",
            dt.datetime(2016 + chosen.randrange(4), chosen.randrange(1, 13), 9, 20),
            chosen.choice(["恒享生活", "职业成长", "读书会"]),
        )
        for i in range(40)
    }
    rows = []
    for _ in range(most):
        event = chosen.choice(list(home))
        building, start, programme = home[event]
        moment = start + dt.timedelta(minutes=chosen.randrange(60))
        person = chosen.choice(["p", "P", "0", "某"]) + str(chosen.randrange(30))
        said = (chosen.choice(["是", "否", ""]), chosen.choice(["是", "否", ""]))
        hours = chosen.choice(["", "0.1", "0.2", "1.5小时", "2"])
        stamp = moment.isoformat(" ")
        rows.append((person, event, building, stamp, programme, *said, hours))
    return rows


def plainly(rows, by):
    """Return the counts the obvious way, from sets."""
    at = {"building": 2, "year": 3, "programme": 4}
    came = {}
    for row in rows:
        group = tuple(int(row[3][:4]) if one == "year" else row[at[one]] for one in by)
        pair = came.setdefault(group, {}).setdefault((row[0], row[1]), [])
        pair.append(row)
    where = by.index("year")
    covered = {(row[2] if "building" in by else "", int(row[3][:4])) for row in rows}
    found = []
    for group, pairs in sorted(came.items()):
        told = [row for rows_ in pairs.values() for row in rows_]
        persons = {person for person, _ in pairs}

        def said(at, word, told=told):
            return {row[0] for row in told if row[at] == word}

        def earlier(is_it, group=group):
            return {
                person
                for other, others in came.items()
                if is_it(other[where], group[where])
                and all(other[i] == group[i] for i in range(len(by)) if i != where)
                for person, _ in others
            }

        hours = [
            max(Decimal(row[7].removesuffix("小时")) for row in rows_ if row[7])
            for rows_ in pairs.values()
            if any(row[7] for row in rows_)
        ]
        place = group[by.index("building")] if "building" in by else ""
        known = (place, group[where] - 1) in covered
        last, ever = earlier(lambda o, g: o == g - 1), earlier(lambda o, g: o < g)
        found.append(
            (
                *group,
                len({event for _, event in pairs}),
                len(pairs),
                len(persons),
                len(said(5, "是")) if said(5, "是") | said(5, "否") else None,
                len(said(6, "是")) if said(6, "是") | said(6, "否") else None,
                float(sum(hours)) if hours else None,
                len(persons & last) if known else None,
                len(persons - ever) if known else None,
            )
        )
    return found


@pytest.mark.parametrize("by", [("building", "year"), ("year",), ("programme", "year")])
@pytest.mark.parametrize(
    ("kind", "write"), [("csv", csv), ("xlsx", book), ("parquet", parts)]
)
def test_every_kind_of_file_adds_up_to_the_obvious(tmp_path, kind, write, by):
    rows = random_log(len(kind))
    for part in range(3):
        write(tmp_path / f"[{part}].{kind}", rows[part::3])
    assert plain(count(f"{tmp_path}/*.{kind}", by=by)) == plainly(rows, by)


def test_order_parts_and_zone_of_the_machine_make_no_difference(tmp_path):
    rows = random_log(5)
    told = []
    for number, zone in enumerate(["UTC", "America/Los_Angeles", "Asia/Shanghai"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        random.Random(number).shuffle(rows)
        for part in range(7):
            parts(folder / f"{part}.parquet", rows[part::7])
        out = tmp_path / f"{number}.csv"
        run("participation", folder, "--exact", "--out", out, TZ=zone)
        told.append(out.read_bytes())
    assert told[0] == told[1] == told[2]
    assert told[0].count(b"\n") == 13  # three buildings in four years, and the head


def run(*words, code=0, **environment):
    """Return what a command printed, to both of its streams."""
    command = [sys.executable, "-m", "hengstats", *map(str, words)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {key: str(value) for key, value in environment.items()},
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_a_part_unlike_the_others_is_named_and_nothing_is_counted(tmp_path):
    csv(tmp_path / "a.csv", FEW)
    csv(tmp_path / "b.csv", [row[:-1] for row in FEW], HEAD[:-1])
    with pytest.raises(hs.SheetError, match=r"b\.csv.*时长"):
        count(f"{tmp_path}/*.csv")
    csv(tmp_path / "b.csv", [row[1:] for row in FEW], HEAD[1:])
    with pytest.raises(hs.SheetError, match=r"b\.csv.*person_id"):
        count(f"{tmp_path}/*.csv")
    parts(tmp_path / "a.parquet", FEW)
    other = pa.table({name: [1] for name in HEAD})
    parquet.write_table(other, tmp_path / "b.parquet")
    with pytest.raises(hs.SheetError, match=r"b\.parquet.*人员编号"):
        count(f"{tmp_path}/*.parquet")
    with pytest.raises(hs.SheetError, match="Parquet and sheets"):
        count([tmp_path / "a.csv", tmp_path / "a.parquet"])


def test_rows_that_the_file_does_not_give_are_missed(tmp_path, monkeypatch):
    log, read = parts(tmp_path / "a.parquet", FEW), engine._part

    def more(*asked):  # the end of the file tells one row more than it has
        part = read(*asked)
        return part._replace(lines=part.lines + 1)

    monkeypatch.setattr(engine, "_part", more)
    with pytest.raises(hs.SheetError, match="not as many as the file says"):
        count_parts([log], Wish())


def test_a_cell_that_cannot_be_read_is_named_in_its_file_and_row(tmp_path):
    csv(tmp_path / "a.csv", FEW)
    csv(tmp_path / "b.csv", [("p9", "e8", A, "03/04/2019", "", "", "党员", "")])
    with pytest.raises(hs.SheetError) as caught:
        count(f"{tmp_path}/*.csv")
    found = [(one.file, one.row, one.column) for one in caught.value.faults]
    assert found == [("b.csv", 2, "签到时间"), ("b.csv", 2, "是否志愿者")]


def test_the_eve_of_a_year_and_repeats_are_told(tmp_path):
    row = ("p1", "e1", A, "2019-12-31T16:30:00Z")
    log = csv(tmp_path / "a.csv", [row, row], KEYS)
    with pytest.warns(UserWarning, match=r"a\.csv, row 3: 1 sign-ins repeat"):
        found = hs.participation(log, exact=True)
    assert plain(found) == [(A, 2020, 1, 1, 1, None, None)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"engine": "flink"}, "no engine flink"),
        ({"by": ("year", "month")}, "not year, month"),
        ({"by": ("year", "year")}, "not year, year"),
        ({"memory": "much"}, "much is no size"),
        ({"logs": "nowhere/*.csv"}, "no sign-in log nowhere"),
        ({"logs": []}, "no sign-in log"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path, asked, told):
    log = csv(tmp_path / "a.csv", FEW)
    with pytest.raises(hs.DataError, match=told):
        count(**{"logs": log} | asked)


def test_a_key_is_made_for_its_owner_only_and_changes_no_count(tmp_path):
    log, key = csv(tmp_path / "a.csv", FEW), tmp_path / "key"
    first = count(log, key=key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert first.equals(count(log, key=key))
    assert first.equals(count(log))
    key.chmod(0o640)
    with pytest.raises(hs.DataError, match="others can read"):
        count(log, key=key)
    (tmp_path / "own" / ".git").mkdir(parents=True)
    for name in ("own/key", "own/deep/key"):
        with pytest.raises(hs.DataError, match="in a repository"):
            count(log, key=tmp_path / name)
    key.write_text("short")
    key.chmod(0o600)
    with pytest.raises(hs.DataError, match="64 hexadecimal"):
        count(log, key=key)


def test_exact_counts_are_stored_as_they_are_counted(tmp_path):
    folder, log = tmp_path / "mine", tmp_path / "签到.csv"
    hs.new(folder)
    csv(log, FEW)
    out = str(tmp_path / "out.csv")
    words = ["--out", out, "--to", str(folder)]
    assert main(["participation", str(log), *words, "--exact"]) == 0
    stored = hs.load_events(folder).set_index(["entity", "year", "measure"])["value"]
    for row in count(log).itertuples():
        for measure in ("events", "attendances", "participants"):
            assert stored[row.building, row.year, measure] == getattr(row, measure)


CANARIES = [f"310101{1950 + i % 50}{i:08}" for i in range(500)]
CANARIES += [f"王{chr(0x4E00 + i)}隼" for i in range(300)]  # ids that SQL does not read
CANARIES += [f"CANARY-{i:05}" for i in range(200)]
EVENTS = [(one, f"e{i % 9}", "示例楼", "2019-03-04") for i, one in enumerate(CANARIES)]


def hits(where, text=""):
    """Return the canaries in a text and in all files of a folder."""
    held = [path.read_bytes() for path in Path(where).rglob("*") if path.is_file()]
    all_ = b"\n".join([text.encode(), *held]).decode("utf-8", "replace")
    return [one for one in CANARIES if one in all_ or one.lower() in all_]


BROKEN = {
    "sound": [],
    "time": [(CANARIES[-1], "e1", "示例楼", CANARIES[-1])],
    "building": [(CANARIES[3], "e3", "另一楼", "2019-03-04")],
    "id": [(f"={CANARIES[-1]}", "e1", "示例楼", "2019-03-04")],
    "zone": [(CANARIES[-1], "e1", "示例楼", "2019-03-04T10:00:00Z")],
    "sign": [(f"{CANARIES[-1]}\x07", CANARIES[0], CANARIES[600], "2019-03-04")],
}


@pytest.fixture
def command(tmp_path, monkeypatch, capfd, caplog):
    """Return a function that runs a verb and looks for persons in all it leaves."""
    rest = tmp_path / "rest"
    for name in ("tmp", "home", "out"):
        (rest / name).mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(rest / "tmp"))
    monkeypatch.setenv("TMPDIR", str(rest / "tmp"))
    monkeypatch.setenv("HOME", str(rest / "home"))
    monkeypatch.chdir(rest / "out")

    def run_and_look(*words):
        """Return the exit code, once nobody was found."""
        code = main([str(word) for word in words])
        told = "".join(capfd.readouterr()) + caplog.text
        assert told
        assert hits(rest, told) == []
        assert list((rest / "tmp").iterdir()) == []
        return code

    return run_and_look


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize(("kind", "write"), [("csv", csv), ("parquet", parts)])
def test_a_person_is_nowhere_after_any_command(tmp_path, command, name, kind, write):
    file = write(tmp_path / f"{name}.{kind}", [*EVENTS, *BROKEN[name]], KEYS)
    fails = int(name != "sound")
    assert command("participation", file, "--exact", "--out", "out.csv") == fails
    assert Path("out.csv").exists() != fails
    assert command("check", file) == fails


def test_a_person_of_a_workbook_is_nowhere_and_the_trap_works(tmp_path, command):
    file = book(tmp_path / "a.xlsx", EVENTS, KEYS)
    hs.new("mine")
    words = ("participation", file, "--exact", "--out", "out.csv", "--to", "mine")
    assert command(*words) == 0
    assert command("add", file, "--to", "mine") == 0
    wrong = csv(tmp_path / "wrong.csv", [*EVENTS, *BROKEN["sign"]], KEYS)
    assert command("add", wrong, "--to", "mine", "--table", "event_log") == 1
    cut = parts(tmp_path / "cut.parquet", EVENTS, KEYS)
    cut.write_bytes(cut.read_bytes()[:-300] + b"PAR1")
    assert command("participation", cut, "--exact", "--out", "cut.csv") == 1
    csv(Path("left.csv"), EVENTS, KEYS)  # a log that is left behind is found
    assert len(hits(Path.cwd())) == 1000


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_no_table_of_the_engine_holds_a_person(tmp_path, kind):
    wish = Wish(wanted=COUNTED)
    path = parts(tmp_path / "a.parquet", EVENTS, KEYS)
    with (
        tempfile.TemporaryDirectory() as spill,
        closing(engine.connect(spill, [path], wish)) as base,
    ):
        if kind == "csv":
            grid = Grid(file="a.csv", rows=[KEYS, *map(list, EVENTS)])
            engine.load_sheets(base, [[grid]], wish)
        else:
            engine.load_parts(base, [path], wish)
        # The view `source` is the file itself, as the engine reads it.
        names = {row[0] for row in engine.rows_of(base, "SHOW TABLES")} - {"source"}
        held = {name: engine.rows_of(base, f"SELECT * FROM {name}") for name in names}
    assert hits(spill, repr(held)) == []
    persons = {cell for row in held["signs"] for cell in row if len(str(cell)) == 32}
    assert len(persons) == 1000


def test_one_person_is_one_in_python_and_in_sql(tmp_path):
    # Full-width ids are read by Python, plain ones by SQL; 0p1 and P1 are others.
    rows = [(one, "e1", A, "2019-03-04") for one in ("p1", "ｐ１", "0p1", "P1", "Ｐ1")]
    found = count(parts(tmp_path / "a.parquet", rows, KEYS))
    assert found["participants"].tolist() == [3]


@pytest.mark.parametrize(
    ("key", "slices"), [("own", 4), ("shared", 0), ("ordered", 3), ("mixed", 0)]
)
def test_a_long_log_is_counted_in_slices(tmp_path, key, slices, monkeypatch):
    # Short of memory, or in order; an event of two years would be in two slices.
    rows = [
        (f"p{i % 23}", f"{'' if key == 'shared' else y}{b}e{i % 5}", b, f"{y}-03-04")
        for y in (2018, 2019, 2020)
        for b in "甲乙丙"
        for i in range(60)
    ]
    order = (lambda row: row[1]) if key == "ordered" else (lambda row: row[0])
    columns = zip(*sorted(rows, key=order), strict=True)
    log = tmp_path / "a.parquet"
    parquet.write_table(pa.table([*columns], names=KEYS), log, row_group_size=60)
    wish = Wish(wanted=COUNTED, memory=256)

    def found():
        """Return the counts by names, whatever numbers they have."""
        counted = count_parts([log], wish)
        names = counted.names["building"]
        return sorted((year, names[one], *rest) for year, one, *rest in counted.rows)

    whole = found()
    if key in ("own", "shared"):
        monkeypatch.setattr(engine, "_PAIR", (256 << 19) // len(rows) * 4)
    monkeypatch.setattr(engine, "_SLICE", 150)
    ran = []
    chosen = types.chosen
    monkeypatch.setattr(types, "chosen", lambda n: ran.append(n) or chosen(n))
    assert found() == whole
    assert ran == [*range(1, slices + 1)]
    held = {(row[0], *row[2:5]) for row in whole}
    assert held == {(year, 5, 60, 23) for year in (2018, 2019, 2020)}


# What leaves the library


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_published_follows_the_rule(tmp_path):
    log = csv(tmp_path / "a.csv", FEW)
    years, parts = count(log), count(log, by=("building", "year", "programme"))
    published = hs.participation(log)
    named = parts.assign(programme=parts["programme"].fillna("未写明"))
    expected = protect(years, named)
    assert published.to_csv() == expected.to_csv()
    assert published.attrs["rule"] == expected.attrs["rule"]
    assert set(published["participants_printed"]) == {"至多9人"}
    assert published["participants"].isna().all()


def test_a_log_without_programmes_is_published_too(tmp_path):
    rows = [(f"p{i}", "e1", A, "2019-03-04") for i in range(30)]
    log = csv(tmp_path / "a.csv", rows, KEYS)
    published = hs.participation(log)
    assert published.to_csv() == protect(count(log)).to_csv()
    assert published.loc[0, "participants_printed"] == "28至32人"
    with pytest.raises(hs.SheetError, match="no programme column"):
        hs.participation(log, by=("year", "programme"))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "by", [("year",), ("programme", "building"), ("year", "building")]
)
def test_fewer_keys_are_sums_of_what_is_published(tmp_path, by):
    log = csv(tmp_path / "a.csv", FEW)
    published = hs.participation(log, by=by)
    assert list(published.columns[: len(by)]) == list(by)
    exact = count(log, by=by)
    both = published.merge(exact, on=list(by), suffixes=("", "_true"))
    for one in ("events", "attendances", "participants"):
        truth = both[f"{one}_true"].astype(float)
        assert (both[f"{one}_lower"] <= truth).all()
        assert (truth <= both[f"{one}_upper"]).all()


def test_the_verb_prints_the_rule_under_the_table(tmp_path, capsys):
    log, out = csv(tmp_path / "a.csv", FEW), tmp_path / "out.csv"
    assert main(["participation", str(log), "--out", str(out)]) == 0
    assert "participants_printed" in out.read_text("utf-8-sig")
    rule = strings()["smallcells"]["rule"][0]
    assert rule in capsys.readouterr().out


def test_what_takes_long_shows_how_far_it_is(tmp_path, monkeypatch):
    shown = []

    class Bar(tqdm.auto.tqdm):
        def __init__(self, **options):
            assert options["delay"] > 0  # nothing flashes up
            super().__init__(**options | {"delay": 0, "disable": False})

        def update(self, n=1):
            super().update(n)
            shown.append(self.n)

    monkeypatch.setattr(tqdm.auto, "tqdm", Bar)
    count(parts(tmp_path / "a.parquet", FEW))
    assert shown == sorted(shown)
    assert shown[-1] >= 90
