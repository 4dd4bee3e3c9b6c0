"""Judges a sign-in log as a whole, and counts it, whatever it came in.

Only counts leave this module: no person, no event, and nothing derived from one.
"""

import errno
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from hengstats.errors import Fault, SheetError
from hengstats.intake import names
from hengstats.intake.grid import Grid
from hengstats.intake.result import COLUMNS, Asked, Cell, Outcome
from hengstats.signins import counting, faults, types
from hengstats.signins.engine import (
    MOST_BUILDINGS,
    Engine,
    Log,
    Paths,
    connect,
    load_parts,
    load_sheets,
    rows_of,
    watched,
)
from hengstats.signins.faults import Problem, fault, place, place_of, refused, shorten
from hengstats.signins.heads import Wish

_COUNTED = ("events", "attendances", "participants")


class Counted(NamedTuple):
    """The counts of a log: a row of numbers for each group; names for some of them.

    `parts` are those by programme, where they were wanted and could be counted;
    `roles` the columns beside the keys that were counted.
    """

    rows: list[tuple[Any, ...]]
    parts: list[tuple[Any, ...]] | None
    roles: tuple[str, ...]
    names: dict[str, list[str]]
    warnings: tuple[Fault, ...]


def check_signins(grids: list[Grid], asked: Asked) -> Outcome:
    """Return the counts of a sign-in log by year and building, or why there are none.

    Parameters
    ----------
    grids : list of Grid
        The visible sheets of one file; those with the same head are read together.
    asked : Asked
        `person` and `event` name the columns that identify, where the head does not.
    """
    if not grids:
        return Outcome(errors=(fault("empty", ""),))
    try:
        return _outcome(count_sheets([grids], Wish(asked=asked)))
    except SheetError as error:
        return Outcome(errors=error.faults)


def check_signin_parts(paths: Sequence[os.PathLike[str]], asked: Asked) -> Outcome:
    """Return the same for a log in Parquet, of any number of rows.

    Parameters
    ----------
    paths : sequence of path
        The files of one log, in order. The first sign-in of each is in row 2, as it
        would be below a head.
    asked : Asked
        As for `check_signins`.
    """
    if not paths:
        return Outcome(errors=(fault("empty", ""),))
    try:
        return _outcome(count_parts(paths, Wish(asked=asked)))
    except SheetError as error:
        return Outcome(errors=error.faults)


def count_sheets(files: Iterable[list[Grid]], wish: Wish) -> Counted:
    """Return the counts of the sheets of some files; see `count_parts`."""
    return _run(lambda engine: load_sheets(engine, files, wish), (), wish)


def count_parts(paths: Sequence[os.PathLike[str]], wish: Wish) -> Counted:
    """Return the counts of a log in Parquet.

    Raises
    ------
    SheetError
        If anything is at fault, with every reason; no reason quotes a person.
    """
    return _run(lambda engine: load_parts(engine, paths, wish), paths, wish)


def _run(
    load: Callable[[duckdb.DuckDBPyConnection], Log],
    paths: Paths,
    wish: Wish,
) -> Counted:
    """Return the counts of the log that an engine loads."""
    with (
        tempfile.TemporaryDirectory(prefix="hengstats-") as spill,
        closing(connect(spill, paths, wish)) as engine,
    ):
        try:
            if wish.engine == "duckdb":
                return _count(engine, load(engine), wish)
            from hengstats.signins.spark import Spark

            with closing(Spark(wish.engine)) as spark:
                return _count(spark, spark.load(engine, load, paths, wish), wish)
        except duckdb.OutOfMemoryException:
            told = "too_large"
        except (
            duckdb.OperationalError,
            duckdb.DataError,
            duckdb.InvalidInputException,
        ) as error:
            told = "no_room" if os.strerror(errno.ENOSPC) in str(error) else "corrupt"
    # What the engine says may quote a cell: nothing of it is told.
    file = os.path.basename(paths[0]) if len(paths) == 1 else ""
    raise SheetError([fault(told, file)])


def _count(engine: Engine, log: Log, wish: Wish) -> Counted:
    """Return the counts of a log that is loaded, once nothing in it is at fault."""
    _refuse_crowds(log)
    parts = wish.parts if "programme" in log.roles else ()
    named = "programme" in (*wish.by, *parts)
    dated = log.dated(("event", "building", *(["programme"] if named else [])))
    engine.execute(f"CREATE VIEW dated AS {dated}")
    engine.execute(f"CREATE TABLE sessions AS {counting.sessions(named)}")
    rows, undated, zones, mixed, several = rows_of(engine, counting.SUMMARY)[0]
    if not rows:
        raise SheetError([fault("no_rows", *log.sources[0])])
    if log.lines not in (-1, rows):
        raise SheetError([fault("row_count", log.sources[0][0])])
    key = ("event", "building", "year") if several else ("event",)
    flags = [role for role in wish.wanted if role in log.roles and role != "programme"]
    visits = ("person", "event", *(["building", "time"] if several else []), *flags)
    engine.execute(f"CREATE VIEW visits AS {log.visits(visits, sliced=False)}")
    faulty = log.faulty + undated
    if log.faulty < 0:
        faulty = rows_of(engine, counting.faulty(log.roles))[0][0]
    recurring, split = rows_of(engine, counting.CROSSINGS)[0] if several else (0, 0)
    problems = _unread(engine, log) if faulty else []
    problems += _zones(engine, log) if zones else []
    problems += _places(engine, counting.SPLIT, "two_buildings", log, "building", split)
    told = "two_programmes"
    problems += _places(engine, counting.MIXED, told, log, "programme", mixed)
    if problems:
        raise refused(problems, faulty + zones + split + mixed, log.sources)
    persons = counting.persons(key, named, log.roles)
    # An event of several sessions would be in several slices.
    slices = 1 if several else log.slices
    sliced = log.visits(visits, sliced=True) if slices > 1 else ""
    _gather(engine, wish, persons, slices, sliced)
    found = rows_of(engine, counting.counts(wish.by, named, log.roles))
    beside = counting.counts(parts, named, log.roles) if parts else ""
    return Counted(
        rows=found,
        parts=rows_of(engine, beside) if parts else None,
        roles=tuple(role for role in wish.wanted if role in log.roles),
        names={role: list(known) for role, known in log.names.items()},
        warnings=(
            *log.warnings,
            *_repeats(engine, log, recurring),
            *_likenesses(engine, log),
            *_gaps(found, log, wish.by),
        ),
    )


def _gather(engine: Engine, wish: Wish, persons: str, slices: int, sliced: str) -> None:
    """Make the table of persons, by so many slices, with the visits of each."""
    if slices > 1:
        engine.execute(f"CREATE TABLE slices AS {counting.slices(slices)}")
    for number in range(slices):
        if slices > 1:
            engine.execute(f"CREATE TABLE chosen AS {types.chosen(number + 1)}")
            engine.execute(f"CREATE OR REPLACE VIEW visits AS {sliced}")
        begin = "INSERT INTO persons" if number else "CREATE TABLE persons AS"
        ends = [30 + 60 * (number + more) / slices for more in (0, 1)]
        with watched(engine, wish, *ends):
            engine.execute(f"{begin} {persons}")
        if slices > 1:
            engine.execute("DROP TABLE chosen")


def _refuse_crowds(log: Log) -> None:
    """Refuse a log with more names than there can be buildings or programmes."""
    for role, known in log.names.items():
        if len(known) > MOST_BUILDINGS:
            told = Problem(f"too_many_{role}s", place(0, 0), log.heads[role])
            raise refused([told], 1, log.sources)


def _unread(engine: Engine, log: Log) -> list[Problem]:
    """Return the first hundred cells that cannot be read."""
    query = counting.faults(log.roles, faults.MOST_FAULTS)
    return [
        Problem(told[1:], place(part, line), log.heads[role])
        for part, line, *row in rows_of(engine, query)
        for role, told in zip(log.roles, row, strict=True)
        if told.startswith(counting.REFUSED)
    ][: faults.MOST_FAULTS]


def _zones(engine: Engine, log: Log) -> list[Problem]:
    """Return the problem of a log in which some stamps have a zone and some none."""
    head = log.heads["time"]
    parts = rows_of(engine, counting.ZONES)
    for _, zoned, bare in parts:
        if zoned and bare:
            return [Problem("time_mixed", max(zoned, bare), head)]
    unlike = [part for part, zoned, _ in parts if bool(zoned) != bool(parts[0][1])]
    return [Problem("time_parts", part, head) for part in unlike[:1]]


def _places(
    engine: Engine,
    query: str,
    key: str,
    log: Log,
    role: str,
    number: int,
) -> list[Problem]:
    """Return the first of the problems whose places a query finds, if there are any."""
    if not number:
        return []
    found = rows_of(engine, f"{query} LIMIT {faults.MOST_FAULTS}")
    return [Problem(key, at, log.heads[role]) for (at,) in found]


def _repeats(engine: Engine, log: Log, recurring: int) -> Iterable[Fault]:
    """Yield the warnings on sign-ins that repeat another, or its event, and count."""
    found = rows_of(engine, counting.REPEATS)
    if found:
        names = list(log.names["building"])
        *first, _ = min(found, key=lambda one: (one[0], names[one[1]]))
        number = sum(one[2] for one in found)
        source, row = place_of(rows_of(engine, counting.REPEAT, *first, *first)[0][0])
        yield fault("repeats", *log.sources[source], row, number=number)
    if recurring:
        yield fault("recurring", log.sources[0][0], number=recurring)


def _likenesses(engine: Engine, log: Log) -> Iterable[Fault]:
    """Yield the warnings on ids that may be meant as one."""
    for role in ("person", "event"):
        number = rows_of(engine, counting.alike(role))[0][0]
        if number:
            one, other = rows_of(engine, counting.similar(role))[0]
            (source, row), (second, line) = place_of(one), place_of(other)
            key = "alike_here" if source == second else "alike_elsewhere"
            told = {"number": number, "line": line}
            yield fault(key, *log.sources[source], row, log.heads[role], **told)


def _gaps(
    rows: Sequence[tuple[Any, ...]], log: Log, by: Sequence[str]
) -> Iterable[Fault]:
    """Yield the warnings on years without a sign-in, and on names nearly the same."""
    if not {"year", "building"} <= {*by}:
        return
    buildings = list(log.names["building"])
    years: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        named = dict(zip(by, row, strict=False))
        years[buildings[named["building"]]].add(named["year"])
    known = set().union(*years.values())
    absent = set(range(min(known), max(known))) - known
    found = [("", absent)]
    for building, own in sorted(years.items(), key=lambda one: (min(one[1]), one[0])):
        found.append((building, set(range(min(own), max(own))) - own - absent))
    file = log.sources[0][0]
    for building, gap in found:
        if gap:
            listed = [str(year) for year in sorted(gap)]
            key = "gap_of_one" if building else "gap"
            yield fault(
                key,
                file,
                building=building,
                years="、".join(listed),
                listed=", ".join(listed),
            )
    head = log.heads["building"]
    for one, other in names.similar(sorted(years)):
        yield fault("similar_names", file, column=head, one=one, other=other)


def _outcome(counted: Counted) -> Outcome:
    """Return the counts by year and building as cells, with the warnings."""
    buildings = counted.names["building"]
    found = {
        (year, buildings[building]): numbers[:3]
        for year, building, *numbers in counted.rows
    }
    cells = tuple(
        Cell(
            year=year,
            building=building,
            column=column,
            printed=str(number),
            unit=COLUMNS[column],
            number=Decimal(number),
        )
        for (year, building), numbers in sorted(found.items())
        for column, number in zip(_COUNTED, numbers, strict=True)
    )
    warnings = shorten(counted.warnings, len(counted.warnings))
    return Outcome(rows=tuple(sorted(found)), cells=cells, warnings=warnings)
