"""Reads each column of a log in Parquet in DuckDB's SQL, by the type of the column.

Each expression gives a text: what was read, or `REFUSED` and the key of a message.
Plain cells are read by SQL itself; any other text goes through the reader of sheets,
once for each wording, so that both ways of reading agree. Persons come out as hashes.
"""

import re
from collections.abc import Mapping

from hengstats.signins.stamps import FIRST_YEAR

# What stands for an id, as `ids.hash_id` says it, with a key of hexadecimal digits.
HASH = """
CREATE MACRO hash_id(id) AS
    substr(sha256('{key}' || ltrim(lower(id), '0')), 1, 24)
    || substr(md5('{key}' || id), 1, 8)
"""
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
    if role == "person":  # as `signs` has hashed it
        told = f"told_person.told, {refused('id_number')}"
        return f"COALESCE(person, {told})" if is_told(role, kind) else role
    if role == "event":
        return _id(role, kind)
    blank = refused("building_blank") if role == "building" else "''"
    other = refused("building_name" if role == "building" else role)
    told = f"COALESCE(told_{role}.told, {other})" if is_told(role, kind) else other
    return f"CASE WHEN {role} IS NULL THEN {blank} ELSE {told} END"


def _id(role: str, kind: str) -> str:
    """Return the expression that reads an id; that of a person as its hash.

    What only the reader of sheets can read is missing for a person.
    """
    begin = f"CASE WHEN {role} IS NULL THEN {refused('id_blank')} "
    if kind == "VARCHAR":
        told = f"COALESCE(told_event.told, {refused('id_number')})"
        other = f"ELSE {told}" if role == "event" else ""
        return f"{begin}WHEN {regular(role, kind)} THEN {_kept(role, role)} {other} END"
    text = _kept(role, f"CAST({role} AS VARCHAR)")
    negative = f"WHEN {role} < 0 THEN {refused('id_number')} "
    if kind == "UUID":
        return f"{begin}ELSE {text} END"
    if WHOLE.fullmatch(kind):
        return f"{begin}{negative}ELSE {text} END"
    if not DECIMAL.fullmatch(kind):
        return f"{begin}ELSE {refused('id_number')} END"
    kept = "16777216" if kind == "FLOAT" else "1e15"
    number = f"CAST({role} AS DOUBLE)"
    whole = _kept(role, f"CAST(CAST({role} AS BIGINT) AS VARCHAR)")
    # Not isnan: the engine takes it for false where a file tells the column's ends.
    return (
        f"{begin}WHEN CAST({number} AS VARCHAR) = 'nan' THEN {refused('id_blank')} "
        f"WHEN abs({number}) >= {kept} THEN {refused('id_rounded')} {negative}"
        f"WHEN {number} <> floor({number}) THEN {refused('id_number')} ELSE {whole} END"
    )


def _kept(role: str, text: str) -> str:
    """Return what is kept of an id."""
    return f"hash_id({text})" if role == "person" else text


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
    """Return the expression that reads a stamp: its year, z with a zone, b without."""
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
        " ELSE CAST(year(moment) AS VARCHAR) || IF(zoned, 'z', 'b') END"
    )


def raw(role: str, kind: str) -> str:
    """Return the expression of a wording by which what was read of it is found."""
    if role != "person":
        return f"CAST({role} AS VARCHAR)"
    return f"CASE WHEN NOT {regular(role, kind)} THEN hash_id({role}) END"


def signs(kinds: Mapping[str, str], today: str) -> str:
    """Return the query that reads every row: part, line and a text for each role.

    Persons are hashed below the joins, in whose tables none shall stand.
    """
    columns = ", ".join(
        f"{reading(role, kind, today)} AS {role}" for role, kind in kinds.items()
    )
    joins = " ".join(
        f"LEFT JOIN told_{role} ON told_{role}.raw ="
        f" {'unread' if role == 'person' else raw(role, kind)}"
        for role, kind in kinds.items()
        if is_told(role, kind)
    )
    person = kinds["person"]
    unread = raw("person", person) if is_told("person", person) else "NULL"
    hashed = (
        f"SELECT * EXCLUDE (person), {_id('person', person)} AS person,"
        f" {unread} AS unread FROM source"
    )
    return f"SELECT part, line, {columns} FROM ({hashed}) AS hashed {joins}"
