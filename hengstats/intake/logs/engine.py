"""What does a sign-in log in Parquet add up to, and may it come in?

DuckDB holds to 256 MB whatever the number of rows. What it spills to disk is encrypted,
or nothing is: an engine that cannot encrypt spills nothing.
"""

import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from hengstats.intake.logs import sql
from hengstats.intake.logs.counts import (
    MOST_BUILDINGS,
    Problem,
    Tally,
    conclude,
    place,
    refuse,
)
from hengstats.intake.logs.findings import (
    find_problems,
    find_repeat,
    find_similar,
    find_split,
    rows_of,
)
from hengstats.intake.logs.heads import LogHead, choose_columns
from hengstats.intake.logs.ids import (
    check_hours,
    check_member,
    read_building,
    read_id,
)
from hengstats.intake.logs.messages import MOST_FAULTS, Unread, fault
from hengstats.intake.logs.stamps import read_stamp
from hengstats.intake.result import Asked, Outcome

MEMORY = "256MB"
_BATCH = 10_000
_SPARK = b"org.apache.spark.version"


class Part(NamedTuple):
    """A file of a log: its name, the engine's name for it, and its columns' types."""

    file: str
    name: str
    columns: dict[str, tuple[object, ...]]
    from_spark: bool


def check_parts(paths: Sequence[os.PathLike[str]], asked: Asked) -> Outcome:
    """Return the outcome of a log; see `signins.check_signin_parts`."""
    if not paths:
        return Outcome(errors=(fault("empty", ""),))
    with (
        tempfile.TemporaryDirectory(prefix="hengstats-") as spill,
        closing(connect(spill, paths)) as engine,
    ):
        try:
            return _check(engine, paths, asked)
        except duckdb.OutOfMemoryException:
            told = "too_large"
        except (
            duckdb.OperationalError,
            duckdb.DataError,
            duckdb.InvalidInputException,
        ) as error:
            told = "no_room" if os.strerror(errno.ENOSPC) in str(error) else "corrupt"
    # What the engine says may quote a cell: nothing of it is told.
    return Outcome(
        errors=(fault(told, os.path.basename(paths[0]) if len(paths) == 1 else ""),)
    )


def connect(spill: str, paths: Sequence[os.PathLike[str]]) -> duckdb.DuckDBPyConnection:
    """Return an engine that opens these files only, and keeps to its memory.

    A name with a star or bracket in it is then no pattern.
    """
    engine = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": 2,
            "temp_directory": spill,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        }
    )
    try:
        engine.execute("SET force_mbedtls_unsafe = true")
        engine.execute("SET temp_file_encryption = true")
    except duckdb.CatalogException:
        engine.execute("SET temp_directory = ''")
    engine.execute("SET enable_progress_bar = false")
    engine.execute("SET allowed_paths = ?", [[os.fspath(path) for path in paths]])
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def _check(
    engine: duckdb.DuckDBPyConnection, paths: Sequence[os.PathLike[str]], asked: Asked
) -> Outcome:
    """Return the outcome, with an open engine."""
    parts = [_part(engine, path) for path in paths]
    sources = [(part.file, "") for part in parts]
    unlike = [i for i, part in enumerate(parts) if part.columns != parts[0].columns]
    if unlike:
        found = [Problem("parts_differ", place(i, 0)) for i in unlike]
        return refuse(found[:MOST_FAULTS], len(found), sources)
    kinds = _types(engine, parts)
    head, faults = choose_columns(list(kinds), asked)
    if faults:
        found = [Problem(key, place(0, 0), name) for key, name in faults]
        return refuse(found, len(found), sources)
    old = [part.from_spark for part in parts if _is_int96(part, head)]
    if old and not all(old):
        problem = Problem("time_int96", place(0, 0), head.names["time"])
        return refuse([problem], 1, sources)
    if old:
        head = LogHead(places=head.places, names=head.names, offset=0)
    return _read(engine, parts, _source(engine, parts, kinds, head), head, asked)


def _part(engine: duckdb.DuckDBPyConnection, path: os.PathLike[str]) -> Part:
    """Return what a file says of itself."""
    name = sql.quote(os.fspath(path))
    rows = engine.execute(
        "SELECT file_name, name, type, converted_type, logical_type, num_children"
        f" FROM parquet_schema({name})"
    ).fetchall()
    keys = engine.execute(f"SELECT key FROM parquet_kv_metadata({name})").fetchall()
    columns = {f"{row[1]}": tuple(row[2:]) for row in rows[1:]}
    return Part(os.path.basename(path), rows[0][0], columns, (_SPARK,) in keys)


def _files(parts: Iterable[Part]) -> str:
    """Return the call that reads the parts, each row with its file."""
    names = ", ".join(sql.quote(part.name) for part in parts)
    return (
        f"read_parquet([{names}], filename = 'hengstats_part', file_row_number = true,"
        " hive_partitioning = false, binary_as_string = true)"
    )


def _types(engine: duckdb.DuckDBPyConnection, parts: list[Part]) -> dict[str, str]:
    """Return the type of each column, in order."""
    rows = engine.execute(f"DESCRIBE SELECT * FROM {_files(parts)}").fetchall()
    own = ("hengstats_part", "file_row_number")
    return {row[0]: row[1] for row in rows if row[0] not in own}


def _is_int96(part: Part, head: LogHead) -> bool:
    """Return whether the stamps of a part are of the type that tells no zone."""
    return part.columns.get(head.names["time"], ("",))[0] == "INT96"


def _source(
    engine: duckdb.DuckDBPyConnection,
    parts: list[Part],
    kinds: dict[str, str],
    head: LogHead,
) -> dict[str, str]:
    """Define the view `source`, and return the type of each of its roles."""
    engine.execute("CREATE TABLE parts (part INTEGER, name VARCHAR)")
    engine.executemany(
        "INSERT INTO parts VALUES (?, ?)",
        [(number, part.name) for number, part in enumerate(parts)],
    )
    heads = list(kinds)
    columns = {role: heads[at] for role, at in head.places.items()}
    read = ", ".join(f"{sql.name(name)} AS {role}" for role, name in columns.items())
    moments = sql.moments(kinds[columns["time"]], head.offset)
    engine.execute(
        f"CREATE VIEW source AS SELECT *, {moments} FROM (SELECT part,"
        f" file_row_number + 2 AS line, {read} FROM {_files(parts)} AS f"
        " JOIN parts ON parts.name = f.hengstats_part)"
    )
    return {role: kinds[name] for role, name in columns.items()}


def _told(
    head: LogHead, asked: Asked, buildings: dict[str, int]
) -> dict[str, Callable[[Any], str]]:
    """Return what reads a wording of each column; a building is told by its number."""

    def building(value: Any) -> str:
        return str(buildings.setdefault(read_building(value), len(buildings)))

    def stamp(value: Any) -> str:
        read = read_stamp(value, asked.today, head.offset)
        return f"{read.year}z" if read.zoned else str(read.year)

    return {
        "person": read_id,
        "event": read_id,
        "building": building,
        "time": stamp,
        "member": _silent(check_member),
        "hours": _silent(check_hours),
    }


def _silent(check: Callable[[Any], None]) -> Callable[[Any], str]:
    """Return a reader that says nothing of what passes a check."""

    def read(value: Any) -> str:
        check(value)
        return ""

    return read


def _tell(
    engine: duckdb.DuckDBPyConnection, role: str, kind: str, read: Callable[[Any], str]
) -> None:
    """Read each wording that SQL does not, into a table."""
    engine.execute(f"CREATE TABLE told_{role} (raw VARCHAR, told VARCHAR)")
    wordings = engine.cursor().execute(
        f"SELECT CAST({role} AS VARCHAR) AS raw, any_value({role}) FROM source"
        f" WHERE {role} IS NOT NULL AND NOT {sql.regular(role, kind)} GROUP BY raw"
    )
    number = 0
    while batch := wordings.fetchmany(_BATCH):
        number += len(batch)
        raw = [text for text, _ in batch]
        told = [_read_one(value, read) for _, value in batch]
        engine.execute(
            f"INSERT INTO told_{role} SELECT unnest(?), unnest(?)", [raw, told]
        )
        if role == "building" and number > MOST_BUILDINGS:
            break


def _read_one(value: Any, read: Callable[[Any], str]) -> str:
    """Return what a wording says, or why it says nothing."""
    try:
        return read(float(value) if isinstance(value, Decimal) else value)
    except Unread as unread:
        return sql.REFUSED + unread.key


def _read(
    engine: duckdb.DuckDBPyConnection,
    parts: list[Part],
    kinds: dict[str, str],
    head: LogHead,
    asked: Asked,
) -> Outcome:
    """Return the outcome of the rows."""
    sources = [(part.file, "") for part in parts]
    buildings: dict[str, int] = {}
    for role, read in _told(head, asked, buildings).items():
        if role in kinds and sql.is_told(role, kinds[role]):
            _tell(engine, role, kinds[role], read)
    if len(buildings) > MOST_BUILDINGS:
        problem = Problem("too_many_buildings", 0, head.names["building"])
        return refuse([problem], 1, sources)
    engine.execute(f"CREATE VIEW signs AS {sql.signs(kinds, asked.today)}")
    for role in ("person", "event"):
        query = sql.numbered(role, kinds[role])
        engine.execute(f"CREATE TABLE {role}s AS {query}")
    engine.execute(f"CREATE TABLE pairs AS {sql.pairs(kinds)}")
    rows, faults, pairs, zones = rows_of(engine, sql.SUMMARY)[0]
    if not rows:
        return Outcome(errors=(fault("no_rows", sources[0][0]),))
    problems = find_problems(engine, head) if faults or zones > 1 else []
    total = faults + (zones > 1)
    if split := rows_of(engine, f"SELECT COUNT(*) FROM ({sql.SPLIT})")[0][0]:
        problems += find_split(engine, head.names["building"])
        total += split
    if problems:
        problems.sort(key=lambda problem: problem.place)
        return refuse(problems[:MOST_FAULTS], total, sources)
    tally = Tally(
        counts={
            (year, list(buildings)[building]): (events, attendances, participants)
            for year, building, events, attendances, participants in rows_of(
                engine, sql.COUNTS
            )
        },
        repeated=(rows - pairs, find_repeat(engine) if rows > pairs else 0),
        recurring=pairs - rows_of(engine, sql.COMINGS)[0][0],
        similar={role: find_similar(engine, role) for role in ("person", "event")},
    )
    return conclude(tally, sources, head.names)
