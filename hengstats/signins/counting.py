"""Counts sign-ins in one text of SQL, whatever the log came in and whoever runs it.

Standard SQL over whole numbers and decimals: DuckDB and Spark run it unchanged. It
begins with the relation `signins`, a row for each sign-in: its place, year, and what
stands for person, event, building; missing is what is blank or could not be read. Two
relations have what of it the counting needs, and no more: `dated`, without persons,
and how many rows say the same; and `visits`. Where cells are not read in SQL, all three
come from `signs`: a row of texts with `part` and `line`, in which a cell that could not
be read is `REFUSED` and its reason, and a person is a hash.
"""

from collections.abc import Collection, Sequence

from hengstats.signins.faults import ROW_BITS

REFUSED = "\x01"
WHOLE = "whole"  # the column of what is wrong with a row of a sheet as a whole
LINES = 1 << ROW_BITS  # `place` holds part and line in one number
NONE = -1  # the programme of an event whose rows name none
KINDS = {"hours": "DECIMAL(18, 6)", "event": "", "person": ""}  # the rest are numbers
_FLAGS = ("member", "volunteer")
_ALIKE = {
    "person": "substr(told, 1, 24)",  # see `ids.hash_id`
    "event": "TRIM(LEADING '0' FROM lower(told))",
}


def is_faulty(role: str) -> str:
    """Return the condition under which a cell cannot be read."""
    return f"substr({role}, 1, 1) = chr(1)"


def faults(roles: Sequence[str], limit: int) -> str:
    """Return the query of the first rows with a cell that cannot be read."""
    return f"""
SELECT part, line, {", ".join(roles)} FROM signs
WHERE {" OR ".join(map(is_faulty, roles))} ORDER BY part, line LIMIT {limit}
"""


def faulty(roles: Sequence[str]) -> str:
    """Return the query of how many cells cannot be read."""
    wrong = " + ".join(f"CASE WHEN {is_faulty(one)} THEN 1 ELSE 0 END" for one in roles)
    return f"SELECT CAST(COALESCE(SUM({wrong}), 0) AS BIGINT) FROM signs"


def signins(roles: Sequence[str]) -> str:
    """Return the query that reads `signs`."""
    columns = [f"CAST(part AS BIGINT) * {LINES} + line AS place"]
    for role in roles:
        read = f"CASE WHEN {role} = '' OR {is_faulty(role)} THEN NULL ELSE {role} END"
        if role == "time":
            columns.append(f"CAST(substr({read}, 1, 4) AS INTEGER) AS year")
            columns.append(f"substr({read}, 5, 1) = 'z' AS zoned")
        elif role != WHOLE:
            kind = KINDS.get(role, "INTEGER")
            columns.append(
                f"CAST({read} AS {kind}) AS {role}" if kind else f"{read} AS {role}"
            )
    return f"SELECT {', '.join(columns)} FROM signs"


def dated(_: Collection[str]) -> str:
    """Return the query of `dated` where rows are texts."""
    return "SELECT *, 1 AS number FROM signins"


def visits(_: Collection[str], *, sliced: bool) -> str:
    """Return the query of `visits` where rows are texts, which come in one slice."""
    return "SELECT * FROM signins"


def ids(role: str) -> str:
    """Return the query of the ids of `signins`: what they are told as, and count as."""
    return f"SELECT DISTINCT {role} AS told, {role} AS code FROM signins"


def sessions(programme: bool) -> str:
    """Return the query of each event in each building and year."""
    named = f"""
    COALESCE(MAX(programme), {NONE}) AS programme,
    CASE WHEN MIN(programme) < MAX(programme) THEN 1 ELSE 0 END AS mixed,"""
    return f"""
SELECT event, building, year,{named if programme else " 0 AS mixed,"}
    CAST(SUM(number) AS BIGINT) AS signed,
    SUM(CASE WHEN zoned THEN number ELSE 0 END) AS zoned,
    SUM(CASE WHEN NOT zoned THEN number ELSE 0 END) AS bare
FROM dated GROUP BY event, building, year
"""


# Rows, those without a year, stamps of both kinds, events of two programmes, and how
# many sessions there are beyond the first of an event.
SUMMARY = """
SELECT CAST(SUM(signed) AS BIGINT),
    CAST(SUM(CASE WHEN year IS NULL THEN signed ELSE 0 END) AS BIGINT),
    CASE WHEN SUM(zoned) > 0 AND SUM(bare) > 0 THEN 1 ELSE 0 END,
    CAST(SUM(CASE WHEN event IS NULL THEN 0 ELSE mixed END) AS BIGINT),
    COUNT(event) - COUNT(DISTINCT event)
FROM sessions
"""
ZONES = f"""
SELECT place - place % {LINES} AS part, MIN(CASE WHEN zoned THEN place END),
    MIN(CASE WHEN NOT zoned THEN place END)
FROM signins WHERE zoned IS NOT NULL GROUP BY 1 ORDER BY 1
"""
_SEVERAL = """person IS NOT NULL AND building IS NOT NULL AND year IS NOT NULL
    AND event IN (SELECT event FROM sessions GROUP BY event HAVING COUNT(*) > 1)"""
# How often a person is at an event of an earlier year or another building, and who is
# in two buildings.
CROSSINGS = f"""
SELECT CAST(COALESCE(SUM(number - 1), 0) AS BIGINT),
    COUNT(CASE WHEN lowest < highest THEN 1 END)
FROM (SELECT MIN(building) AS lowest, MAX(building) AS highest, COUNT(*) AS number
      FROM (SELECT DISTINCT person, event, building, year FROM visits
            WHERE {_SEVERAL}) AS one
      GROUP BY person, event) AS two
"""
# Where a person who is at an event first signs in to it in another building.
SPLIT = f"""
SELECT MIN(CASE WHEN building <> home THEN place END)
FROM (SELECT person, event, building, place, FIRST_VALUE(building) OVER
          (PARTITION BY person, event ORDER BY place) AS home
      FROM signins WHERE {_SEVERAL}) AS one
GROUP BY person, event HAVING MIN(building) < MAX(building) ORDER BY 1
"""
# Where an event gets a second programme.
MIXED = """
SELECT place
FROM (SELECT place, row_number() OVER
          (PARTITION BY event, building, year ORDER BY place) AS nth
      FROM (SELECT event, building, year, MIN(place) AS place FROM signins
            WHERE programme IS NOT NULL AND event IS NOT NULL
            GROUP BY event, building, year, programme) AS named) AS one
WHERE nth = 2 ORDER BY place
"""


def persons(key: Sequence[str], programme: bool, roles: Collection[str]) -> str:
    """Return the query of each person in each building and year, and programme.

    Parameters
    ----------
    key : sequence of str
        What tells sessions apart: `event`, and building and year where one has several.
    programme : bool
    roles : collection of str
        Which of `member`, `volunteer` and `hours` are counted as well.

    Notes
    -----
    A person counts at an event once; of several hours there the most is kept.
    """
    said = [one for one in (*_FLAGS, "hours") if one in roles]
    most = "".join(f", MAX({one}) AS {one}" for one in said)
    own = ", ".join(key)
    same = " AND ".join(f"pairs.{one} = sessions.{one}" for one in key)
    group = "building, year, programme" if programme else "building, year"
    columns = ", ".join(f"sessions.{one}" for one in group.split(", "))
    return f"""
SELECT {columns}, person, COUNT(*) AS times{_together(roles)}
FROM (SELECT person, {own}{most} FROM visits
      GROUP BY person, {own}) AS pairs JOIN sessions ON {same}
GROUP BY {columns}, person
"""


def slices(number: int) -> str:
    """Return the query that shares years and buildings out, alike in events."""
    return f"""
SELECT building, year, NTILE({number}) OVER (ORDER BY first_, building, year) AS slice
FROM (SELECT building, year, MIN(event) AS first_ FROM sessions
      GROUP BY building, year) AS one
"""


def _together(roles: Collection[str]) -> str:
    """Return the columns that join several rows of a person into one."""
    flags = "".join(f", MAX({one}) AS {one}" for one in _FLAGS if one in roles)
    return flags + (", SUM(hours) AS hours" if "hours" in roles else "")


# In which years and buildings sign-ins repeat another, and how many: a person counts
# there once at an event. And the first place of those in one of these.
REPEATS = """
SELECT one.year, one.building, one.signed - other.times
FROM (SELECT year, building, CAST(SUM(signed) AS BIGINT) AS signed
      FROM sessions GROUP BY year, building) AS one
JOIN (SELECT year, building, CAST(SUM(times) AS BIGINT) AS times
      FROM persons GROUP BY year, building) AS other
    ON one.year = other.year AND one.building = other.building
WHERE one.signed > other.times
"""
REPEAT = """
SELECT MIN(place)
FROM (SELECT place, row_number() OVER (PARTITION BY person, event ORDER BY place) AS nth
      FROM signins WHERE year = ? AND building = ? AND event IN
          (SELECT event FROM sessions WHERE year = ? AND building = ?)) AS one
WHERE nth = 2
"""


def alike(role: str) -> str:
    """Return the query of how many groups of ids are much alike."""
    return f"""
SELECT COUNT(*)
FROM (SELECT 1 FROM ids_{role} GROUP BY {_ALIKE[role]} HAVING COUNT(*) > 1) AS groups_
"""


def similar(role: str) -> str:
    """Return the query of where the first of such groups is."""
    return f"""
SELECT MIN(place) AS one, MAX(place) AS other
FROM (SELECT {_ALIKE[role]} AS alike, code, MIN(place) AS place
      FROM ids_{role} JOIN signins ON signins.{role} = code
      WHERE {_ALIKE[role]} IN (SELECT {_ALIKE[role]} FROM ids_{role}
                               GROUP BY {_ALIKE[role]} HAVING COUNT(*) > 1)
      GROUP BY {_ALIKE[role]}, code) AS placed
GROUP BY alike ORDER BY one LIMIT 1
"""


def counts(by: Sequence[str], programme: bool, roles: Collection[str] = ()) -> str:
    """Return the query that counts `persons`: the one text for every log.

    Parameters
    ----------
    by : sequence of str
        Of `year`, `building` and `programme`.
    programme : bool
        Whether `persons` and `sessions` are by programme as well.
    roles : collection of str
        Which of `member`, `volunteer` and `hours` are counted as well.

    Notes
    -----
    An event counts once in each year and building, a person once in each group, an
    attendance once for a person at an event in a year. Who came the year before, and
    who never before, is known where the log has that year for that building.
    """
    group = ", ".join(by)
    said = [one for one in (*_FLAGS, "hours") if one in roles]
    flags = [one for one in said if one != "hours"]
    added = "".join(f", CAST(SUM({one}) AS BIGINT) AS {one}" for one in flags)
    added += ", SUM(hours) AS hours" if "hours" in said else ""
    own = "persons"
    if len(by) < 2 + programme:  # a person may be in several rows
        own = f"""
    (SELECT {group}, person, SUM(times) AS times{_together(roles)}
     FROM persons GROUP BY {group}, person)"""
    shown = "".join(f", {one}" for one in said)
    earlier = came = known = last = ""
    if "year" in by:
        beside = [one for one in by if one != "year"]
        covered = [one for one in beside if one != "programme"]
        within = ", ".join([*beside, "person"])
        earlier = f", LAG(year) OVER (PARTITION BY {within} ORDER BY year) AS earlier"
        came = """,
        COUNT(CASE WHEN earlier = year - 1 THEN 1 END) AS returning_,
        COUNT(CASE WHEN earlier IS NULL THEN 1 END) AS first_time"""
        known = """,
    CASE WHEN before.year IS NULL THEN NULL ELSE returning_ END,
    CASE WHEN before.year IS NULL THEN NULL ELSE first_time END"""
        same = "".join(f" AND before.{one} = present.{one}" for one in covered)
        last = f"""
LEFT JOIN (SELECT DISTINCT {", ".join([*covered, "year"])} FROM sessions) AS before
    ON before.year = present.year - 1{same}"""
    keys = ", ".join(f"present.{one}" for one in by)
    return f"""
WITH held AS (SELECT {group}, COUNT(*) AS events FROM sessions GROUP BY {group}),
present AS (
    SELECT {group}, CAST(SUM(times) AS BIGINT) AS attendances,
        COUNT(*) AS participants{added}{came}
    FROM (SELECT *{earlier} FROM {own} AS own) AS one GROUP BY {group})
SELECT {keys}, events, attendances, participants{shown}{known}
FROM present JOIN held
    ON {" AND ".join(f"held.{one} = present.{one}" for one in by)}{last}
ORDER BY {keys}
"""
