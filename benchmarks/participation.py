"""Prints what counting sign-ins takes, beside what a user writes today.

A generated log of so many million lines, a million in a part, as it is written with the
time; every run is a process of its own. Ours is `hengstats.participation`, whole: the
file checked, persons hashed, every cell judged, warnings, returning participants. The
peers count events, attendances, participants, members and volunteers by building and
year, and nothing else: `COUNT(DISTINCT)` in DuckDB, and pandas. Printed are seconds,
their ratios, and the most memory a process held; up to ten million lines the best of
three, taken in turns. The exit code is 1 where the tables differ, and 0 however long
they take.

    python3 run.py bench participation       1 and 10 million lines
    python benchmarks/participation.py 50 100 --memory 2GB
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import duckdb
import pandas as pd

import hengstats as hs

MOST_FOR_PANDAS = 10  # million lines, beyond which its memory runs out
SEED = 7
# 20 buildings in a part, of 10 years, 100 events and 50 sign-ins, of 2,000 persons.
PART = """
COPY (
    SELECT 'P' || lpad(CAST(b * 2000 + hash(b, y, e, i, {seed}) % 2000 AS VARCHAR), 9,
            '0') AS person_id, 'E' || b || '-' || y || '-' || e AS event_id,
        '示例大厦' || b AS building,
        TIMESTAMPTZ '2016-01-05 01:00:00+00' + to_seconds(i * 60)
            + to_days(CAST(365.25 * y + 3 * e AS INTEGER)) AS timestamp,
        ['恒健行动', '恒爱行动', '恒美行动', '恒信行动'][e % 4 + 1] AS programme,
        CASE WHEN hash(b, y, e, i, {seed}) % 3 = 0 THEN '是' ELSE '否' END AS is_member,
        CASE WHEN hash(b, y, e, i, {seed}) % 7 = 0 THEN '是' ELSE '否' END AS volunteer
    FROM range({begin}, {end}) b(b), range(10) y(y), range(100) e(e), range(50) i(i)
    ORDER BY {order}
) TO '{path}' (FORMAT parquet)
"""
TABLE = """
SELECT building, year(make_timestamp(epoch_us(timestamp)) + INTERVAL 8 HOUR) AS year,
    {programme} COUNT(DISTINCT event_id) AS events,
    COUNT(DISTINCT (person_id, event_id)) AS attendances,
    COUNT(DISTINCT person_id) AS participants,
    COUNT(DISTINCT CASE WHEN is_member = '是' THEN person_id END) AS
        member_participants,
    COUNT(DISTINCT CASE WHEN volunteer = '是' THEN person_id END) AS volunteers
FROM read_parquet('{folder}/*.parquet') GROUP BY ALL ORDER BY ALL
"""
KEYS = ["building", "year"]


def write_log(folder, millions, shuffled):
    """Write a log."""
    folder.mkdir()
    for part in range(millions):
        begin, end = part * 20, part * 20 + 20
        order = "b, y, e, i"
        if shuffled:  # every part has lines of every building
            begin, end, order = 0, 20 * millions, "hash(b, y, e, i)"
        text = PART.format(
            seed=SEED,
            begin=begin,
            end=end,
            order=order,
            path=folder / f"{part}.parquet",
        )
        if shuffled:
            chosen = f"WHERE hash(i, e, y, b) % {millions} = {part} ORDER BY"
            text = text.replace("ORDER BY", chosen)
        duckdb.execute(text)


def plain(folder, memory, *, programme=False):
    """Return what COUNT(DISTINCT) counts."""
    engine = duckdb.connect(config={"threads": 2, "memory_limit": memory})
    column = "programme," if programme else ""
    return engine.execute(TABLE.format(folder=folder, programme=column)).df()


def pandas(folder, memory):
    """Return what pandas counts; DuckDB reads for it."""
    columns = "person_id, event_id, building, timestamp, is_member, volunteer"
    log = duckdb.execute(
        f"SELECT {columns} FROM read_parquet('{folder}/*.parquet')"
    ).df()
    log["year"] = log["timestamp"].dt.tz_convert("Asia/Shanghai").dt.year
    by = log.groupby(KEYS)
    pairs = log.drop_duplicates([*KEYS, "person_id", "event_id"]).groupby(KEYS).size()
    counts = {
        "events": by["event_id"].nunique(),
        "attendances": pairs,
        "participants": by["person_id"].nunique(),
    }
    for name, column in (("member_participants", "is_member"), ("volunteers",) * 2):
        column = "volunteer" if name == "volunteers" else column
        some = log[log[column] == "是"].groupby(KEYS)
        counts[name] = some["person_id"].nunique()
    return pd.DataFrame(counts).reset_index()


def ours(folder, memory):
    """Return what `participation` counts."""
    return hs.participation(folder, exact=True, by=KEYS, memory=memory)


def published(folder, memory):
    """Return what `participation` gives by itself: two tables, protected together."""
    return hs.participation(folder, memory=memory)


def two_tables(folder, memory):
    """Return what COUNT(DISTINCT) needs for the same two."""
    return plain(folder, memory), plain(folder, memory, programme=True)


COMPARED = ("ours", "plain", "pandas")
RUNS = {one.__name__: one for one in (ours, plain, pandas, published, two_tables)}


def call(*words):
    """Return what this script prints in a process of its own."""
    # A process begins with the most memory of the one that starts it, which is small.
    command = [sys.executable, "-W", "ignore", __file__, *map(str, words)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def run(name, log, memory, kept):
    """Run one task, keep its table, and print what it took."""
    begin = perf_counter()
    table = RUNS[name](log, memory)
    seconds = perf_counter() - begin
    if name in COMPARED:
        columns = [*KEYS, "events", "attendances", "participants"]
        columns += ["member_participants", "volunteers"]
        table.sort_values(KEYS)[columns].to_csv(kept, index=False)
    most = max(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(seconds, most)


def main():
    """Generate, run, compare and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("millions", nargs="*", type=int, default=[1, 10])
    asked.add_argument("--memory", default="16GB")
    asked.add_argument("--shuffled", action="store_true")
    asked.add_argument("--only", default=",".join(RUNS))
    asked.add_argument("--task", nargs=3)
    told = asked.parse_args()
    if told.task:
        name, log, kept = told.task
        if name == "write":
            return write_log(Path(log), told.millions[0], told.shuffled)
        return run(name, log, told.memory, kept)
    print(f"memory {told.memory}, two threads{', shuffled' if told.shuffled else ''}")
    print("million lines  task         seconds    MB  times ours")
    differ = False
    for millions in told.millions:
        with tempfile.TemporaryDirectory() as room:
            log, tables, took = f"{room}/log", set(), {}
            order = ["--shuffled"] if told.shuffled else []
            call(millions, "--task", "write", log, "", *order)
            names = told.only.split(",")
            if millions > MOST_FOR_PANDAS:
                names = [name for name in names if name != "pandas"]
            for name in names * (3 if millions <= MOST_FOR_PANDAS else 1):
                kept = Path(room) / f"{name}.csv"
                said = call("--task", name, log, kept, "--memory", told.memory)
                took.setdefault(name, []).append([*map(float, said.split())])
                tables |= {kept.read_text()} if name in COMPARED else set()
            for name in names:
                seconds, most = map(min, zip(*took[name], strict=True))
                base = took.get("published" if name == "two_tables" else "ours")
                ratio = f"{seconds / min(base)[0]:.2f}" if base else ""
                shown = f"{millions:>13}  {name:<12}{seconds:8.1f}{most:6.0f}"
                print(f"{shown}  {ratio}", flush=True)
            differ |= len(tables) > 1
    if differ:
        print("the tables differ")
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
