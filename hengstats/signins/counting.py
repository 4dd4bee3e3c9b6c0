"""Counts sign-ins in one text of SQL, whatever the log came in and whoever runs it.

Standard SQL over whole numbers and decimals: DuckDB runs it, and Spark can. It begins
with the relation `signs`: a row of texts for each sign-in, with `part` and `line`. A
cell that could not be read is `REFUSED` and its reason; persons are hashes.
"""

from collections.abc import Collection, Sequence

from hengstats.signins.faults import ROW_BITS

REFUSED = "\x01"
WHOLE = "whole"  # the column of what is wrong with a row of a sheet as a whole
LINES = 1 << ROW_BITS  # `place` holds part and line in one number
NONE = -1  # the programme of an event whose rows name none
_KINDS = {"building": "INTEGER", "hours": "DECIMAL(18, 6)", "event": "", "person": ""}
_MOST = ("programme", "member", "volunteer", "hours")
_ALIKE = {
    "person": "substr(person, 1, 24)",  # see `ids.hash_id`
    "event": "TRIM(LEADING '0' FROM lower(event))",
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


def signins(roles: Sequence[str]) -> str:
    """Return the query of every row in its types; blank or faulty is missing."""
    columns = [f"CAST(part AS BIGINT) * {LINES} + line AS place"]
    for role in roles:
        read = f"CASE WHEN {role} = '' OR {is_faulty(role)} THEN NULL ELSE {role} END"
        if role == "time":
            columns.append(f"CAST(substr({read}, 1, 4) AS INTEGER) AS year")
            columns.append(f"substr({read}, 5, 1) = 'z' AS zoned")
        elif role != WHOLE:
            kind = _KINDS.get(role, "INTEGER")
            columns.append(
                f"CAST({read} AS {kind}) AS {role}" if kind else f"{read} AS {role}"
            )
    wrong = " + ".join(f"CASE WHEN {is_faulty(one)} THEN 1 ELSE 0 END" for one in roles)
    return f"SELECT {', '.join(columns)}, {wrong} AS faults FROM signs"


def pairs(roles: Collection[str]) -> str:
    """Return the query of each person at each event, who counts there once a year.

    Rows with faults stand apart; of several hours the most is kept.
    """
    most = "".join(f", MAX({one}) AS {one}" for one in _MOST if one in roles)
    return f"""
SELECT person, event, building, year, faults{most}, COUNT(*) AS signed,
    MIN(place) AS place, COUNT(CASE WHEN zoned THEN 1 END) AS zoned,
    COUNT(CASE WHEN NOT zoned THEN 1 END) AS bare
FROM signins GROUP BY person, event, building, year, faults
"""


SUMMARY = """
SELECT CAST(SUM(signed) AS BIGINT), CAST(SUM(faults * signed) AS BIGINT), COUNT(*),
    CASE WHEN SUM(zoned) > 0 AND SUM(bare) > 0 THEN 1 ELSE 0 END
FROM pairs
"""
COMINGS = """
SELECT COUNT(*), COUNT(CASE WHEN lowest < highest THEN 1 END)
FROM (SELECT MIN(building) AS lowest, MAX(building) AS highest
      FROM pairs WHERE faults = 0 GROUP BY person, event) AS one
"""
ZONES = f"""
SELECT place - place % {LINES} AS part, MIN(CASE WHEN zoned THEN place END),
    MIN(CASE WHEN NOT zoned THEN place END)
FROM signins WHERE zoned IS NOT NULL GROUP BY 1 ORDER BY 1
"""
# Where a person who is at an event first signs in to it in another building.
SPLIT = """
SELECT MIN(CASE WHEN building <> home THEN place END)
FROM (SELECT person, event, building, place, FIRST_VALUE(building) OVER
          (PARTITION BY person, event ORDER BY place) AS home
      FROM pairs WHERE faults = 0) AS one
GROUP BY person, event HAVING MIN(building) < MAX(building) ORDER BY 1
"""
# Where an event gets a second programme.
MIXED = """
SELECT place
FROM (SELECT place, row_number() OVER
          (PARTITION BY event, building, year ORDER BY place) AS nth
      FROM (SELECT event, building, year, MIN(place) AS place
            FROM signins WHERE programme IS NOT NULL
            GROUP BY event, building, year, programme) AS named) AS one
WHERE nth = 2 ORDER BY place
"""
# The first who signs in again, and then where: the columns that cost least come first.
REPEATED = """
SELECT event, building, year, person, place FROM pairs
WHERE signed > 1 ORDER BY place LIMIT 1
"""
REPEAT = """
SELECT MIN(place) FROM signins
WHERE event = ? AND building = ? AND year = ? AND person = ? AND place > ?
"""


def similar(role: str) -> str:
    """Return the query of how many groups of ids are much alike, and where one is."""
    return f"""
SELECT COUNT(*) OVER () AS number, one, other
FROM (SELECT {_ALIKE[role]} AS alike, MIN(place) AS one, MAX(place) AS other
      FROM (SELECT {role}, MIN(place) AS place FROM pairs GROUP BY {role}) AS ids
      GROUP BY 1 HAVING COUNT(*) > 1) AS found
ORDER BY one LIMIT 1
"""


def counts(by: Sequence[str], roles: Collection[str] = ()) -> str:
    """Return the query that counts `pairs`: the one text for every log.

    Parameters
    ----------
    by : sequence of str
        Of `year`, `building` and `programme`.
    roles : collection of str
        Which of `member`, `volunteer` and `hours` are counted as well.

    Notes
    -----
    An event counts once in each year and building, a person once in each group, an
    attendance once for a person at an event in a year. Who came the year before, and
    who never before, is known where the log has that year for that building.
    """
    group = ", ".join(by)
    flags = [one for one in ("member", "volunteer") if one in roles]
    most = "".join(f", MAX({one}) AS {one}" for one in flags)
    added = "".join(f", CAST(SUM({one}) AS BIGINT) AS {one}" for one in flags)
    if "hours" in roles:
        most, added = f"{most}, SUM(hours) AS hours", f"{added}, SUM(hours) AS hours"
        flags.append("hours")
    own = "".join(f", pairs.{one}" for one in flags)
    attended = f"SELECT person, event, building, year{own} FROM pairs"
    if "programme" in by:  # an event is of the programme that any of its rows names
        attended = f"""
    SELECT pairs.person, pairs.event, pairs.building, pairs.year, named.programme{own}
    FROM pairs JOIN (
        SELECT event, building, year, COALESCE(MAX(programme), {NONE}) AS programme
        FROM pairs GROUP BY event, building, year) AS named
    ON pairs.event = named.event AND pairs.building = named.building
        AND pairs.year = named.year"""
    events = ", ".join(dict.fromkeys([*by, "building", "year", "event"]))
    said = "".join(f", {one}" for one in flags)
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
LEFT JOIN (SELECT DISTINCT {", ".join([*covered, "year"])} FROM attended) AS before
    ON before.year = present.year - 1{same}"""
    shown = ", ".join(f"present.{one}" for one in by)
    return f"""
WITH attended AS ({attended}),
held AS (
    SELECT {group}, COUNT(*) AS events
    FROM (SELECT DISTINCT {events} FROM attended) AS one GROUP BY {group}),
persons AS (
    SELECT {group}, person, COUNT(*) AS times{most}
    FROM attended GROUP BY {group}, person),
present AS (
    SELECT {group}, CAST(SUM(times) AS BIGINT) AS attendances,
        COUNT(*) AS participants{added}{came}
    FROM (SELECT *{earlier} FROM persons) AS one GROUP BY {group})
SELECT {shown}, events, attendances, participants{said}{known}
FROM present JOIN held
    ON {" AND ".join(f"held.{one} = present.{one}" for one in by)}{last}
ORDER BY {shown}
"""
