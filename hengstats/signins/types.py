"""Reads each column of a log in Parquet in DuckDB's SQL, once for each wording.

A wording is told as a text: what was read, or `REFUSED` and the key of a message. SQL
reads plain ones itself; any other goes through the reader of sheets, so that both ways
of reading agree. Persons are told as hashes.
"""

import re
from collections.abc import Collection, Mapping

from hengstats.signins import counting
from hengstats.signins.stamps import FIRST_YEAR

# What stands for an id, as `ids.hash_id` says it, with a key of hexadecimal digits, and
# what finds it quickly: a number of 64 bits, which is checked to be of one id only.
HASHES = (
    """
CREATE MACRO hash_id(id) AS
    substr(sha256('{key}' || ltrim(lower(id), '0')), 1, 24)
    || substr(md5('{key}' || id), 1, 8)
""",
    "CREATE MACRO mark(wording) AS hash(wording, '{key}')",
)
WHOLE = re.compile("(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER)")
DECIMAL = re.compile(r"DECIMAL\(.*\)|DOUBLE|FLOAT")
# What every reader of a single value may be given.
PLAIN_TYPES = re.compile(rf"VARCHAR|BOOLEAN|DATE|{WHOLE.pattern}|{DECIMAL.pattern}")

HELD = ("event", "building", "programme")  # what an event has
_PARTS = "JOIN parts ON parts.name = source.file"
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


def has_wordings(role: str, kind: str) -> bool:
    """Return whether a column is told by its wordings: not a time of its own type."""
    return role != "time" or kind == "VARCHAR" or bool(WHOLE.fullmatch(kind))


def held(kinds: Mapping[str, str], today: str) -> str:
    """Return the query of the rows by what they say beside persons, and how many."""
    own = ", ".join(role for role in HELD if role in kinds)
    year, joined = _year(kinds, today)
    return f"SELECT {own}, {year}, COUNT(*) AS number FROM source {joined} GROUP BY ALL"


def dated(roles: Collection[str]) -> str:
    """Return the query of the same in codes."""
    columns = "".join(f"known_{role}.code AS {role}, " for role in roles)
    joins = " ".join(_known(role, "held") for role in roles)
    return f"SELECT {columns}year, zoned, number FROM held {joins}"


def wordings(role: str, kind: str) -> str:
    """Return the query of the wordings of a column, and what SQL tells of each.

    `told` is missing where the reader of sheets is to tell it. Of times there are
    those only in which SQL finds no moment.
    """
    told = _id(kind) if role in ("person", "event") else _other(role, kind)
    if role == "person":
        told = (
            f"CASE WHEN {counting.is_faulty('told')} THEN told ELSE hash_id(told) END"
        )
        told = f"(SELECT {told} FROM (SELECT {_id(kind)} AS told))"
    rows, table = "COUNT(*)", "source"
    if role in HELD:
        rows, table = "CAST(SUM(number) AS BIGINT)", "held"
    some = "WHERE moment IS NULL" if role == "time" else ""
    return (
        f"SELECT raw, signed, number, {told} AS told FROM (SELECT {role} AS raw,"
        f" {rows} AS signed, row_number() OVER () AS number FROM {table} {some}"
        f" GROUP BY {role}) AS wordings"
    )


def known(role: str) -> str:
    """Return the query of wordings, what is told of them, and what counts as them.

    Of a person there is no wording, but its mark. Codes of events are in their order.
    """
    bad = counting.is_faulty("told")
    raw = "mark(raw)" if role == "person" else "raw"
    code, ids = "code", ""
    if role == "time":
        code = "TRY_CAST(substr(told, 1, 4) AS INTEGER)"
    elif role in ("person", "event"):  # two wordings may be one id
        order = "ORDER BY told" if role == "event" else ""
        ids = (
            "LEFT JOIN (SELECT told AS id,"
            f" CAST(row_number() OVER ({order}) AS INTEGER) AS code FROM"
            f" (SELECT DISTINCT told FROM told_{role} WHERE NOT {bad}) AS ids) AS ids"
            " ON told = id"
        )
    else:
        kind = counting.KINDS.get(role, "INTEGER")
        code = f"CAST(CASE WHEN told = '' OR {bad} THEN NULL ELSE told END AS {kind})"
    return f"SELECT {raw} AS raw, signed, told, {code} AS code FROM told_{role} {ids}"


def _id(kind: str) -> str:
    """Return the expression that tells an id, where SQL can."""
    begin = f"CASE WHEN raw IS NULL THEN {refused('id_blank')}"
    if kind == "VARCHAR":
        return f"{begin} WHEN regexp_full_match(raw, {quote(_ID)}) THEN raw END"
    number = refused("id_number")
    if kind == "UUID":
        return f"{begin} ELSE CAST(raw AS VARCHAR) END"
    if WHOLE.fullmatch(kind):
        return f"{begin} WHEN raw < 0 THEN {number} ELSE CAST(raw AS VARCHAR) END"
    if not DECIMAL.fullmatch(kind):
        return f"{begin} ELSE {number} END"
    kept = "16777216" if kind == "FLOAT" else "1e15"
    value = "CAST(raw AS DOUBLE)"
    # Not isnan: the engine takes it for false where a file tells the column's ends.
    return (
        f"{begin} WHEN CAST({value} AS VARCHAR) = 'nan' THEN {refused('id_blank')}"
        f" WHEN abs({value}) >= {kept} THEN {refused('id_rounded')}"
        f" WHEN raw < 0 OR {value} <> floor({value}) THEN {number}"
        " ELSE CAST(CAST(raw AS BIGINT) AS VARCHAR) END"
    )


def _other(role: str, kind: str) -> str:
    """Return the expression that tells another wording, where SQL can."""
    blank = "''"
    if role in ("building", "time"):
        blank = refused(f"{role}_blank")
    told = "NULL"
    if role != "time" and not PLAIN_TYPES.fullmatch(kind):
        told = refused("building_name" if role == "building" else role)
    return f"CASE WHEN raw IS NULL THEN {blank} ELSE {told} END"


def _no_moment(kind: str) -> str:
    """Return why a time of another type is none."""
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return refused("time_impossible")
    if kind.startswith(("TIME", "INTERVAL")):
        return refused("time_no_date")
    return refused("time_number" if DECIMAL.fullmatch(kind) else "time_unread")


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


def _is_early() -> str:
    """Return the condition under which a moment is before there were buildings."""
    return f"year(moment) < {FIRST_YEAR} OR CAST(moment AS DATE) = DATE '1970-01-01'"


def _is_late(today: str) -> str:
    """Return the condition under which it is after the day that follows today."""
    return f"CAST(moment AS DATE) > DATE {quote(today)} + 1" if today else "FALSE"


def _year(kinds: Mapping[str, str], today: str) -> tuple[str, str]:
    """Return the columns of the year and its zone, and what is joined for them."""
    year, zoned, joined = "NULL", "zoned", ""
    if has_wordings("time", kinds["time"]):
        year, joined = "known_time.code", _known("time")
        zoned = "IF(moment IS NULL, substr(known_time.told, 5, 1) = 'z', zoned)"
    return (
        f"CASE WHEN moment IS NULL THEN {year} WHEN {_is_early()} OR {_is_late(today)}"
        f" THEN NULL ELSE CAST(year(moment) AS INTEGER) END AS year, {zoned} AS zoned"
    ), joined


def _codes(
    kinds: Mapping[str, str], roles: Collection[str], today: str
) -> tuple[list[str], list[str]]:
    """Return the columns of rows in their codes, and what is joined for them."""
    columns = [f"known_{role}.code AS {role}" for role in roles if role != "time"]
    joins = [_known(role) for role in roles if role != "time"]
    if "time" in roles:
        year, joined = _year(kinds, today)
        columns.append(year)
        joins.append(joined)
    return columns, joins


def visits(
    kinds: Mapping[str, str], today: str, roles: Collection[str], *, sliced: bool
) -> str:
    """Return the query of the rows in their codes: what cannot be read is missing.

    Parameters
    ----------
    kinds : dict
        Role to type of all columns.
    today : str
    roles : collection of str
        The columns that are wanted.
    sliced : bool
        Only rows of the events that are `chosen`, none of which is missing.
    """
    columns, joins = _codes(kinds, roles, today)
    if sliced:  # by this sign the engine leaves out parts of files without any of them
        joins.insert(0, "JOIN chosen ON chosen.raw = source.event")
    return f"SELECT {', '.join(columns)} FROM source {' '.join(joins)}"


def chosen(number: int) -> str:
    """Return the query of the events of one of `slices`."""
    return (
        "SELECT DISTINCT raw FROM known_event JOIN sessions ON event = code JOIN"
        " slices ON slices.building = sessions.building AND slices.year = sessions.year"
        f" WHERE slice = {number}"
    )


def signins(kinds: Mapping[str, str], today: str) -> str:
    """Return the query of every row in its codes, with its place."""
    columns, joins = _codes(kinds, kinds, today)
    place = f"CAST(part AS BIGINT) * {counting.LINES} + line AS place"
    told = ", ".join([place, *columns])
    return f"SELECT {told} FROM source {' '.join(joins)} {_PARTS}"


def signs(kinds: Mapping[str, str], today: str) -> str:
    """Return the query that tells every row: part, line and a text for each role."""
    roles = [role for role in kinds if has_wordings(role, kinds[role])]
    columns = [f"known_{role}.told AS {role}" for role in roles if role != "time"]
    if "time" in roles:
        other = "known_time.told"
    else:
        reason = _no_moment(kinds["time"])
        other = f"IF(time IS NULL, {refused('time_blank')}, {reason})"
    time = (
        f"CASE WHEN moment IS NULL THEN {other} WHEN {_is_early()}"
        f" THEN {refused('time_early')} WHEN {_is_late(today)}"
        f" THEN {refused('time_future')}"
        " ELSE CAST(year(moment) AS VARCHAR) || IF(zoned, 'z', 'b') END AS time"
    )
    joins = " ".join(_known(role) for role in roles)
    told = ", ".join([*columns, time])
    return f"SELECT part, line, {told} FROM source {joins} {_PARTS}"


def _known(role: str, table: str = "source") -> str:
    """Return the join that finds what is known of the wording of a row."""
    raw, own = f"known_{role}.raw", f"{table}.{role}"
    if role == "time":
        return f"LEFT JOIN known_time ON moment IS NULL AND {_same(raw, own)}"
    same = f"{raw} = mark({own})" if role == "person" else _same(raw, own)
    return f"JOIN known_{role} ON {same}"


def _same(one: str, other: str) -> str:
    """Return the condition under which two wordings are the same, or both missing."""
    return f"{one} IS NOT DISTINCT FROM {other}"
