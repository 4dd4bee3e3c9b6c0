"""Where in a log in Parquet does a fault stand, or what is worth a warning?

These queries run only once something was found, and name a part and a row of it.
"""

from typing import Any

import duckdb

from hengstats.intake.logs import sql
from hengstats.intake.logs.counts import Problem, place
from hengstats.intake.logs.heads import LogHead
from hengstats.intake.logs.messages import MOST_FAULTS


def rows_of(
    engine: duckdb.DuckDBPyConnection, query: str, *given: object
) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return engine.execute(query, given).fetchall()


def find_problems(engine: duckdb.DuckDBPyConnection, head: LogHead) -> list[Problem]:
    """Return the first hundred cells that cannot be read, and a mixture of zones."""
    roles = list(head.places)
    problems = [
        Problem(told[1:], place(part, line), head.names[role])
        for part, line, *row in rows_of(engine, sql.faults(roles, MOST_FAULTS))
        for role, told in zip(roles, row, strict=True)
        if told.startswith(sql.REFUSED)
    ]
    return problems[:MOST_FAULTS] + _zones(
        rows_of(engine, sql.ZONES), head.names["time"]
    )


def _zones(parts: list[tuple[int, int | None, int | None]], head: str) -> list[Problem]:
    """Return the problem of a log in which some stamps have a zone and some none."""
    for part, zoned, bare in parts:
        if zoned and bare:
            return [Problem("time_mixed", place(part, max(zoned, bare)), head)]
    unlike = [part for part, zoned, _ in parts if bool(zoned) != bool(parts[0][1])]
    return [Problem("time_parts", place(part, 0), head) for part in unlike[:1]]


def find_split(engine: duckdb.DuckDBPyConnection, head: str) -> list[Problem]:
    """Return where a person is at one event in a second building."""
    named = set(rows_of(engine, sql.NAMED.format(pairs=sql.SPLIT, limit=MOST_FAULTS)))
    persons, events = (list(ids) for ids in zip(*named, strict=True))
    home: dict[tuple[str, str], str] = {}
    found = []
    for person, event, building, part, line in rows_of(
        engine, sql.ROWS_OF, persons, events
    ):
        pair = (person, event)
        if pair in named and home.setdefault(pair, building) != building:
            found.append(Problem("two_buildings", place(part, line), head))
            named.remove(pair)
    return found


def find_repeat(engine: duckdb.DuckDBPyConnection) -> int:
    """Return the place of a sign-in that repeats another."""
    ((person, event),) = rows_of(engine, sql.NAMED.format(pairs=sql.REPEATED, limit=1))
    part, line = rows_of(engine, sql.ROWS_OF, [person], [event])[1][-2:]
    return place(part, line)


def find_similar(engine: duckdb.DuckDBPyConnection, role: str) -> tuple[int, int, int]:
    """Return how many groups of ids are alike, and the places of two of one group."""
    number, one, other = next(
        iter(rows_of(engine, sql.SIMILAR.format(role=role))), (0, "", "")
    )
    if not number:
        return 0, 0, 0
    query = sql.FIRST_OF.format(role=role)
    places = sorted(place(*rows_of(engine, query, id_)[0]) for id_ in (one, other))
    return number, places[0], places[1]
