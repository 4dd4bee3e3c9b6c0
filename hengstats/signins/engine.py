"""Turns a log of any kind into one relation in DuckDB, its persons as hashes.

The engine keeps to its memory whatever the number of rows. What it spills to disk is
encrypted, or nothing is: an engine that cannot encrypt spills nothing.
"""

import itertools
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, Protocol

import duckdb

from hengstats.errors import Fault
from hengstats.intake.grid import Grid
from hengstats.signins import counting, types
from hengstats.signins.faults import Problem, Source, place, refused
from hengstats.signins.heads import LogHead, Wish, choose_columns
from hengstats.signins.ids import (
    hash_id,
    read_building,
    read_hours,
    read_id,
    read_member,
    read_programme,
    read_volunteer,
)
from hengstats.signins.sheets import (
    Reader,
    Table,
    hidden,
    read_cell,
    read_rows,
    tables_of,
)
from hengstats.signins.stamps import read_stamp

MEMORY = 244  # MiB
MOST_BUILDINGS = 5000  # no district has as many; a column with more holds persons
# Wordings, and rows of a sheet, that are put in at once.
_BATCH, _ROWS = 10_000, 1_000
_PAIR = 72  # bytes of a person at an event, while pairs are counted
_SLICE = 2_500_000  # rows that are counted at once where the files are in order
_SPREAD, _FEW = 7, 5  # one group of seven is looked at; few are a fifth
_SPARK = b"org.apache.spark.version"
Paths = Sequence[str | os.PathLike[str]]


class Engine(Protocol):
    """What runs the text: a connection to DuckDB, or `spark.Spark`."""

    def execute(self, query: str, given: Any = ()) -> Any:
        """Run a query, whose rows `fetchall` of what is returned gives."""


class Visits(Protocol):
    """Says the query of `visits` with some columns, of all events or those `chosen`."""

    def __call__(self, roles: Collection[str], /, *, sliced: bool) -> str:
        """Return the query."""


class Log(NamedTuple):
    """A log in the relation `signins`: its sources, columns, and numbered names.

    `dated` and `visits` give the queries of these with some of the columns. `faulty`
    says how many cells beside the times cannot be read, `lines` how many rows the
    files say they have, and `slices` in how many the memory asks to count them: all
    three of Parquet only.
    """

    sources: Sequence[Source]
    roles: Sequence[str]
    heads: dict[str, str]
    names: dict[str, dict[str, int]]
    dated: Callable[[Collection[str]], str] = counting.dated
    visits: Visits = counting.visits
    warnings: Sequence[Fault] = ()
    faulty: int = -1
    lines: int = -1
    slices: int = 1


class Part(NamedTuple):
    """A file of a log: its name, the engine's name for it, and its columns' types."""

    file: str
    name: str
    columns: dict[str, tuple[object, ...]]
    from_spark: bool
    lines: int


def connect(
    spill: str, paths: Paths = (), wish: Wish | None = None
) -> duckdb.DuckDBPyConnection:
    """Return an engine that opens these files only, and keeps to its memory.

    A name with a star or bracket in it is then no pattern.
    """
    wish = wish or Wish()
    engine = duckdb.connect(
        config={
            "memory_limit": f"{wish.memory or MEMORY}MiB",
            "threads": 2 if paths else 1,
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
    engine.execute("SET enable_progress_bar = true")  # `watched` asks how far it is
    engine.execute("SET enable_progress_bar_print = false")
    for macro in types.HASHES:
        engine.execute(macro.format(key=wish.key))
    engine.execute("SET allowed_paths = ?", [[os.fspath(path) for path in paths]])
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


@contextmanager
def watched(engine: Engine, wish: Wish, begin: float, end: float) -> Iterator[None]:
    """Tell how far the engine is with work between two shares of the whole."""
    tell, done = wish.progress, threading.Event()
    if tell is None or not isinstance(engine, duckdb.DuckDBPyConnection):
        yield
        return

    def watch() -> None:
        while not done.wait(0.5):
            tell(begin + (end - begin) * max(engine.query_progress(), 0) / 100)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        tell(end)


def readers(
    wish: Wish, offset: int | None, names: dict[str, dict[str, int]]
) -> dict[str, Reader]:
    """Return what reads a cell of each column, from value and format, as a text.

    A building or programme is said by its number, which `names` then holds.
    """

    def numbered(role: str, read: Reader) -> Reader:
        known = names[role]

        def number(value: Any, shown: str) -> str:
            name = read(value, shown)
            return str(known.setdefault(name, len(known))) if name else ""

        return number

    def stamp(value: Any, _: str) -> str:
        read = read_stamp(value, wish.asked.today, offset)
        return f"{read.year}{'z' if read.zoned else 'b'}"

    return {
        "person": lambda value, shown: hash_id(read_id(value, shown), wish.key),
        "event": read_id,
        "building": numbered("building", read_building),
        "time": stamp,
        "programme": numbered("programme", read_programme),
        "member": lambda value, _: read_member(value),
        "volunteer": lambda value, _: read_volunteer(value),
        "hours": lambda value, _: read_hours(value),
    }


def rows_of(engine: Engine, query: str, *given: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    found: list[tuple[Any, ...]] = engine.execute(query, given).fetchall()
    return found


def load_sheets(
    engine: duckdb.DuckDBPyConnection, files: Iterable[list[Grid]], wish: Wish
) -> Log:
    """Read the sheets of some files, one after another, into `signs`.

    Raises
    ------
    SheetError
        If a file is empty or has no head, or the heads of two differ.
    """
    roles = (counting.WHOLE, *wish.roles)
    texts = "".join(f", {role} VARCHAR" for role in roles)
    engine.execute(f"CREATE TABLE signs (part INTEGER, line BIGINT{texts})")
    values = ", ".join(["unnest(?)"] * (len(roles) + 2))
    names: dict[str, dict[str, int]] = {"building": {}, "programme": {}}
    sources: list[Source] = []
    heads: dict[str, str] = {}
    warnings: list[Fault] = []
    problems: list[Problem] = []
    first: Table | None = None
    for grids in files:
        tables, found = tables_of(grids, wish, len(sources), first)
        sources += [(grid.file, grid.sheet) for grid in grids]
        problems += found
        for table in [] if problems else tables:
            first = first or table
            heads = table.head.names | heads
            warnings += hidden(table)
            reading = readers(wish, table.head.offset, names)
            rows = read_rows(table, reading)
            while batch := list(itertools.islice(rows, _ROWS)):
                lines = [
                    (table.source, line, *(cells.get(role, "") for role in roles))
                    for line, cells in batch
                ]
                columns = [list(column) for column in zip(*lines, strict=True)]
                engine.execute(f"INSERT INTO signs SELECT {values}", columns)
    if problems:
        raise refused(problems, len(problems), sources)
    present = [role for role in roles if role in (counting.WHOLE, *heads)]
    heads |= {counting.WHOLE: ""}
    return of_texts(engine, Log(sources, present, heads, names, warnings=warnings))


def of_texts(engine: Engine, log: Log) -> Log:
    """Define what the counting begins with over `signs`, a table of texts."""
    engine.execute(f"CREATE VIEW signins AS {counting.signins(log.roles)}")
    for role in ("person", "event"):
        engine.execute(f"CREATE VIEW ids_{role} AS {counting.ids(role)}")
    return log


def heads_of(
    engine: duckdb.DuckDBPyConnection, paths: Paths, wish: Wish
) -> tuple[list[Part], LogHead, dict[str, str]]:
    """Return the parts of a log in Parquet, where its columns are, and their types.

    Raises
    ------
    SheetError
        If parts differ, columns are missing, or the old type of times tells no zone.
    """
    parts = [_part(engine, path) for path in paths]
    sources = [(part.file, "") for part in parts]
    unlike = [i for i, part in enumerate(parts) if part.columns != parts[0].columns]
    if unlike:
        problems = [Problem("parts_differ", place(i, 0)) for i in unlike]
        raise refused(problems, len(problems), sources)
    kinds = _types(engine, parts)
    head, wrong = choose_columns(list(kinds), wish)
    if wrong:
        problems = [Problem(key, place(0, 0), name) for key, name in wrong]
        raise refused(problems, len(problems), sources)
    old = [part.from_spark for part in parts if _is_int96(part, head)]
    if old and not all(old):
        told = Problem("time_int96", place(0, 0), head.names["time"])
        raise refused([told], 1, sources)
    if old:
        head = LogHead(places=head.places, names=head.names, offset=0)
    return parts, head, kinds


def load_parts(engine: duckdb.DuckDBPyConnection, paths: Paths, wish: Wish) -> Log:
    """Define what the counting begins with over the parts of a log in Parquet.

    Raises
    ------
    SheetError
        As `heads_of`.
    """
    parts, head, kinds = heads_of(engine, paths, wish)
    kinds = _source(engine, parts, kinds, head)
    names: dict[str, dict[str, int]] = {"building": {}, "programme": {}}
    today = wish.asked.today
    reading = readers(wish, head.offset, names)
    if types.has_wordings("time", kinds["time"]):
        _tell(engine, "time", kinds["time"], reading["time"], names)
    with watched(engine, wish, 0, 15):
        engine.execute(f"CREATE TABLE held AS {types.held(kinds, today)}")
    faulty = 0
    with watched(engine, wish, 15, 30):
        for role in kinds:
            if role != "time":
                faulty += _tell(engine, role, kinds[role], reading[role], names)
    engine.execute(f"CREATE VIEW signins AS {types.signins(kinds, today)}")
    engine.execute(f"CREATE VIEW signs AS {types.signs(kinds, today)}")
    for role in ("person", "event"):
        ids = f"SELECT DISTINCT told, code FROM known_{role} WHERE code IS NOT NULL"
        engine.execute(f"CREATE VIEW ids_{role} AS {ids}")
    lines = sum(part.lines for part in parts)
    slices = 1 + lines * _PAIR // ((wish.memory or MEMORY) << 19)  # in half of it
    if lines > _SLICE and _is_ordered(engine, parts, head.names["event"]):
        slices = max(slices, lines // _SLICE)
    return Log(
        [(part.file, "") for part in parts],
        list(kinds),
        head.names,
        names,
        types.dated,
        partial(types.visits, kinds, today),
        faulty=faulty,
        lines=lines,
        slices=slices,
    )


def _part(engine: duckdb.DuckDBPyConnection, path: str | os.PathLike[str]) -> Part:
    """Return what a file says of itself."""
    name = types.quote(os.fspath(path))
    rows = rows_of(
        engine,
        "SELECT file_name, name, type, converted_type, logical_type, num_children"
        f" FROM parquet_schema({name})",
    )
    keys = rows_of(engine, f"SELECT key FROM parquet_kv_metadata({name})")
    count = f"SELECT num_rows FROM parquet_file_metadata({name})"
    columns = {f"{row[1]}": tuple(row[2:]) for row in rows[1:]}
    return Part(
        os.path.basename(path),
        rows[0][0],
        columns,
        (_SPARK,) in keys,
        rows_of(engine, count)[0][0],
    )


def _is_ordered(engine: Engine, parts: Iterable[Part], event: str) -> bool:
    """Return whether a group of rows shares the span of its events with few others.

    The engine then reads of the files only what it counts, and less is cheaper.
    """
    names = ", ".join(types.quote(part.name) for part in parts)
    ends = (
        "SELECT stats_min_value AS low, stats_max_value AS high, row_number() OVER ()"
        f" AS number FROM parquet_metadata([{names}]) WHERE path_in_schema = ?"
    )
    query = (
        f"WITH ends AS ({ends}) SELECT COUNT(*), COUNT(DISTINCT one.number),"
        " (SELECT COUNT(*) FROM ends) FROM ends AS one JOIN ends AS other"
        " ON one.low <= other.high AND other.low <= one.high"
        f" WHERE one.number % {_SPREAD} = 0"
    )
    shared, some, groups = rows_of(engine, query, event)[0]
    return bool(some) and shared * _FEW <= some * groups


def _files(parts: Iterable[Part]) -> str:
    """Return the call that reads the parts, each row with its file."""
    names = ", ".join(types.quote(part.name) for part in parts)
    return (
        f"read_parquet([{names}], filename = 'hengstats_part', file_row_number = true,"
        " hive_partitioning = false, binary_as_string = true)"
    )


def _types(engine: duckdb.DuckDBPyConnection, parts: list[Part]) -> dict[str, str]:
    """Return the type of each column, in order."""
    rows = rows_of(engine, f"DESCRIBE SELECT * FROM {_files(parts)}")
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
    read = ", ".join(f"{types.name(name)} AS {role}" for role, name in columns.items())
    moments = types.moments(kinds[columns["time"]], head.offset)
    engine.execute(
        f"CREATE VIEW source AS SELECT *, {moments} FROM (SELECT {read},"
        f" hengstats_part AS file, file_row_number + 2 AS line FROM {_files(parts)})"
    )
    return {role: kinds[name] for role, name in columns.items()}


def _tell(
    engine: duckdb.DuckDBPyConnection,
    role: str,
    kind: str,
    read: Reader,
    names: dict[str, dict[str, int]],
) -> int:
    """Tell every wording of a column, and return how many rows have none of use."""
    engine.execute(f"CREATE TABLE wordings AS {types.wordings(role, kind)}")
    engine.execute("CREATE TABLE others (other BIGINT, reading VARCHAR)")
    unread = engine.cursor().execute(
        "SELECT number, raw FROM wordings WHERE told IS NULL"
    )
    while batch := dict(unread.fetchmany(_BATCH)):
        said = [read_cell(read, _plain(value)) for value in batch.values()]
        insert = "INSERT INTO others SELECT unnest(?), unnest(?)"
        engine.execute(insert, [list(batch), said])
        if len(names.get(role, ())) > MOST_BUILDINGS:
            break
    engine.execute(
        f"CREATE TABLE told_{role} AS SELECT raw, signed, COALESCE(told, reading) AS"
        " told FROM wordings LEFT JOIN others ON number = other"
    )
    engine.execute(f"CREATE TABLE known_{role} AS {types.known(role)}")
    for done in ("wordings", "others", f"told_{role}"):
        engine.execute(f"DROP TABLE {done}")
    bad = f"CASE WHEN {counting.is_faulty('told')} THEN signed ELSE 0 END"
    found = f"SELECT SUM({bad}), COUNT(*), COUNT(DISTINCT raw) FROM known_{role}"
    wrong, number, marks = rows_of(engine, found)[0]
    if role == "person" and marks < number:  # of a million: once in 37 million logs
        raise duckdb.DataError
    return int(wrong or 0)


def _plain(value: Any) -> Any:
    """Return a value as a sheet has it."""
    return float(value) if isinstance(value, Decimal) else value
