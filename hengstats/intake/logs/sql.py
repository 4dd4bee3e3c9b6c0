"""How does SQL read each column of a log in Parquet, by the type of the column?

Each expression gives a text: what was read, or `REFUSED` and a key of `TOLD`. Plain
cells are read by SQL itself; any other text goes through the reader of sheets, once for
each wording, so that both ways of reading agree.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from hengstats.intake.logs.stamps import FIRST_YEAR

REFUSED = "\x01"
WHOLE = re.compile("(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER)")
DECIMAL = re.compile(r"DECIMAL\(.*\)|DOUBLE|FLOAT")
# What every reader of a single value may be given.
PLAIN_TYPES = re.compile(rf"VARCHAR|BOOLEAN|DATE|{WHOLE.pattern}|{DECIMAL.pattern}")

_ID = "[0-9A-Za-z]*[0-9][0-9A-Za-z_-]*"
_DAY = r"(\d{4}([-/]\d{1,2}){2}[ T]|\d{4}年\d{1,2}月\d{1,2}日 ?)"
_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
_BARE = _DAY + _CLOCK
_EXACT = r"([01]?\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
_ZONED = rf"{_DAY}{_EXACT}(Z|[+-](0\d|1[0-2]):(00|30))"


def quote(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """Return the name of a column as SQL writes it."""
    return '"' + text.replace('"', '""') + '"'


def refused(key: str) -> str:
    """Return a refusal as SQL writes it."""
    return f"chr(1) || {quote(key)}"


def regular(role: str, kind: str) -> str:
    """Return the condition under which SQL reads a text itself."""
    if role in ("person", "event") and kind == "VARCHAR":
        return f"regexp_full_match({role}, {quote(_ID)})"
    return "moment IS NOT NULL" if role == "time" else "FALSE"


def is_told(role: str, kind: str) -> bool:
    """Return whether the reader of sheets has a part in reading a column."""
    if role in ("person", "event"):
        return kind == "VARCHAR"
    if role == "time":
        return kind == "VARCHAR" or bool(WHOLE.fullmatch(kind))
    return bool(PLAIN_TYPES.fullmatch(kind))


def reading(role: str, kind: str, today: str) -> str:
    """Return the expression that reads a column; `told_<role>` joins its wordings."""
    if role == "time":
        return _stamp(kind, today)
    if role in ("person", "event"):
        return _id(role, kind)
    blank = refused("building_blank") if role == "building" else "''"
    other = refused("building_name" if role == "building" else role)
    told = f"COALESCE(told_{role}.told, {other})" if is_told(role, kind) else other
    return f"CASE WHEN {role} IS NULL THEN {blank} ELSE {told} END"


def _id(role: str, kind: str) -> str:
    """Return the expression that reads an id."""
    begin = f"CASE WHEN {role} IS NULL THEN {refused('id_blank')} "
    if kind == "VARCHAR":
        told = f"COALESCE(told_{role}.told, {refused('id_number')})"
        return f"{begin}WHEN {regular(role, kind)} THEN {role} ELSE {told} END"
    whole = f"CAST(CAST({role} AS BIGINT) AS VARCHAR)"
    negative = f"WHEN {role} < 0 THEN {refused('id_number')} "
    if kind == "UUID":
        return f"{begin}ELSE CAST({role} AS VARCHAR) END"
    if WHOLE.fullmatch(kind):
        return f"{begin}{negative}ELSE CAST({role} AS VARCHAR) END"
    if not DECIMAL.fullmatch(kind):
        return f"{begin}ELSE {refused('id_number')} END"
    kept = "16777216" if kind == "FLOAT" else "1e15"
    number = f"CAST({role} AS DOUBLE)"
    # Not isnan: the engine takes it for false where a file tells the column's ends.
    return (
        f"{begin}WHEN CAST({number} AS VARCHAR) = 'nan' THEN {refused('id_blank')} "
        f"WHEN abs({number}) >= {kept} THEN {refused('id_rounded')} {negative}"
        f"WHEN {number} <> floor({number}) THEN {refused('id_number')} ELSE {whole} END"
    )


def moments(kind: str, offset: int | None) -> str:
    """Return the columns `moment`, by Shanghai's clocks, and `zoned`.

    `moment` is missing where SQL does not read the time, and for an endless one.
    """
    shift = f" + to_hours({8 - offset})" if offset is not None else ""
    zoned = "TRUE" if offset is not None else "FALSE"
    moment = "CAST(NULL AS TIMESTAMP)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        moment = f"CASE WHEN isfinite(time) THEN {_local('time')} END"
        zoned = "TRUE"
    elif kind.startswith("TIMESTAMP") or kind == "DATE":
        moment = f"CASE WHEN isfinite(time) THEN CAST(time AS TIMESTAMP){shift} END"
    elif kind == "VARCHAR":
        told = "time"
        for one, other in (
            ("/", "-"),
            ("年", "-"),
            ("月", "-"),
            ("日 ", " "),
            ("日", " "),
        ):
            told = f"replace({told}, {quote(one)}, {quote(other)})"
        moment = (
            f"CASE WHEN regexp_full_match(time, {quote(_BARE)})"
            f" THEN TRY_CAST({told} AS TIMESTAMP){shift}"
            f" WHEN regexp_full_match(time, {quote(_ZONED)})"
            f" THEN {_local(f'TRY_CAST({told} AS TIMESTAMPTZ)')} END"
        )
        zoned += " OR ends_with(time, 'Z') OR substr(time, -6, 1) IN ('+', '-')"
    return f"{moment} AS moment, {zoned} AS zoned"


def _local(instant: str) -> str:
    """Return an instant by Shanghai's clocks, whatever the session's zone."""
    return f"make_timestamp(epoch_us({instant})) + INTERVAL 8 HOUR"


def _stamp(kind: str, today: str) -> str:
    """Return the expression that reads a stamp as its year, with z if it has a zone."""
    if is_told("time", kind):
        other = f"COALESCE(told_time.told, {refused('time_unread')})"
    elif kind.startswith("TIMESTAMP") or kind == "DATE":
        other = refused("time_impossible")
    elif kind.startswith(("TIME", "INTERVAL")):
        other = refused("time_no_date")
    else:
        other = refused("time_number" if DECIMAL.fullmatch(kind) else "time_unread")
    late = f"CAST(moment AS DATE) > DATE {quote(today)} + 1" if today else "FALSE"
    return (
        f"CASE WHEN time IS NULL THEN {refused('time_blank')}"
        f" WHEN moment IS NULL THEN {other}"
        f" WHEN year(moment) < {FIRST_YEAR} OR CAST(moment AS DATE) = DATE '1970-01-01'"
        f" THEN {refused('time_early')} WHEN {late} THEN {refused('time_future')}"
        " ELSE CAST(year(moment) AS VARCHAR) || IF(zoned, 'z', '') END"
    )


def signs(kinds: Mapping[str, str], today: str) -> str:
    """Return the query that reads every row: part, line and a text for each role."""
    columns = ", ".join(
        f"{reading(role, kind, today)} AS {role}" for role, kind in kinds.items()
    )
    joins = " ".join(
        f"LEFT JOIN told_{role} ON told_{role}.raw = CAST({role} AS VARCHAR)"
        for role, kind in kinds.items()
        if is_told(role, kind)
    )
    return f"SELECT part, line, {columns} FROM source {joins}"


def is_faulty(role: str) -> str:
    """Return the condition under which a cell cannot be read."""
    return f"starts_with({role}, chr(1))"


def faults(roles: Sequence[str], limit: int) -> str:
    """Return the query of the first rows with a cell that cannot be read."""
    return f"""
SELECT part, line, {", ".join(roles)} FROM signs
WHERE {" OR ".join(is_faulty(role) for role in roles)}
ORDER BY part, line LIMIT {limit}
"""


def numbered(role: str, kind: str) -> str:
    """Return the query that gives each id of a column a number."""
    return f"""
SELECT id, CAST(row_number() OVER () AS INTEGER) AS number
FROM (SELECT DISTINCT {role} AS id FROM ({signs({role: kind}, "")})
      WHERE NOT {is_faulty(role)})
"""


def pairs(roles: Iterable[str]) -> str:
    """Return the query of the sign-ins of each person at each event, by their numbers.

    Rows with faults are kept apart by how many they have.
    """
    faults = " + ".join(f"CAST({is_faulty(role)} AS TINYINT)" for role in roles)
    return f"""
SELECT p.number AS person, e.number AS event, TRY_CAST(building AS INTEGER) AS building,
    TRY_CAST(substr(time, 1, 4) AS SMALLINT) AS year, ends_with(time, 'z') AS zoned,
    {faults} AS faults, COUNT(*) AS signed
FROM signs LEFT JOIN persons AS p ON p.id = signs.person
    LEFT JOIN events AS e ON e.id = signs.event
GROUP BY ALL
"""


ZONES = """
SELECT part, MIN(CASE WHEN zoned THEN line END), MIN(CASE WHEN NOT zoned THEN line END)
FROM (SELECT part, line, ends_with(time, 'z') AS zoned
      FROM signs WHERE NOT starts_with(time, chr(1)))
GROUP BY part ORDER BY part
"""
SUMMARY = """
SELECT CAST(SUM(signed) AS BIGINT), CAST(SUM(faults * signed) AS BIGINT),
    COUNT(*), COUNT(DISTINCT CASE WHEN year IS NOT NULL THEN zoned END)
FROM pairs
"""
SPLIT = """
SELECT person, event FROM pairs WHERE faults = 0
GROUP BY person, event HAVING MIN(building) <> MAX(building)
"""
REPEATED = "SELECT person, event FROM pairs WHERE signed > 1"
NAMED = """
SELECT p.id, e.id FROM ({pairs}) AS one JOIN persons AS p ON p.number = one.person
    JOIN events AS e ON e.number = one.event
ORDER BY p.id, e.id LIMIT {limit}
"""
# The times are left out, so that they need not be read again.
ROWS_OF = """
SELECT person, event, building, part, line FROM signs
WHERE list_contains(?, person) AND list_contains(?, event) ORDER BY part, line
"""
FIRST_OF = """
SELECT part, MIN(line) FROM signs WHERE {role} = ? GROUP BY part ORDER BY part LIMIT 1
"""
COUNTS = """
SELECT year, building, CAST(SUM(events) AS BIGINT), CAST(SUM(attendances) AS BIGINT),
    CAST(SUM(participants) AS BIGINT)
FROM (
    SELECT year, building, 1 AS events, 0 AS attendances, 0 AS participants
    FROM (SELECT DISTINCT year, building, event FROM pairs)
    UNION ALL
    SELECT year, building, 0, 1, 0 FROM pairs
    UNION ALL
    SELECT year, building, 0, 0, 1
    FROM (SELECT DISTINCT year, building, person FROM pairs)
)
GROUP BY year, building
"""
COMINGS = "SELECT COUNT(*) FROM (SELECT DISTINCT person, event FROM pairs)"
SIMILAR = """
SELECT COUNT(*) OVER (), MIN(id) AS one, MAX(id) AS other FROM {role}s
GROUP BY ltrim(lower(id), '0') HAVING COUNT(*) > 1 ORDER BY one LIMIT 1
"""
