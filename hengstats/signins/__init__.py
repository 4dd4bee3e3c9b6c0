"""Counts sign-in logs of any size, and lets nobody in them be found.

heads, ids, stamps   the columns of a log, and what one cell of them says
sheets, types        the rows of sheets; the columns of Parquet, by their type
engine               both as one relation, its persons as keyed hashes
spark                the same relation in Spark, its cells read as on one machine
counting             the one text of SQL that judges and counts it
logs                 the outcome; faults: what is wrong, in a closed list of sentences
"""

import glob
import os
import re
import secrets
import warnings
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hengstats.messages import data_error

if TYPE_CHECKING:
    import pandas as pd

    from hengstats.errors import Fault

BY = ("building", "year", "programme")
UNNAMED = "未写明"  # the programme of events of which no row names one
_UNITS = {"KB": 2**10, "MB": 2**20, "GB": 2**30}
_SIZE = re.compile(r"(\d{1,6}(?:\.\d+)?) ?([KMG]B)", re.IGNORECASE)
_ENGINE = re.compile(r"duckdb|spark|yarn|local(\[.*\])?|(spark|sc|k8s)://.+")
_KEY = re.compile("[0-9a-f]{64}")
_REPOSITORIES = (".git", ".hg", ".svn")
_NAMED = {"member": "member_participants", "volunteer": "volunteers", "hours": "hours"}


def participation(
    logs: str | Path | Sequence[str | Path],
    *,
    engine: Any = "duckdb",
    by: Sequence[str] = ("building", "year"),
    columns: Mapping[str, str] | None = None,
    person: str = "",
    event: str = "",
    key: str | Path | None = None,
    memory: str = "2GB",
    exact: bool = False,
) -> "pd.DataFrame":
    r"""Return what sign-in logs add up to: events, attendances and participants.

    All files are one log. It is read in a process of its own, in which persons become
    keyed hashes before anything is put together; no identifier of a person is kept,
    shown or part of an error. Years are those of Shanghai.

    Parameters
    ----------
    logs : str, Path or sequence of them
        Parquet (a file, a folder of parts), CSV or XLSX; a name may have `*` and `**`.
        All parts have the same columns.
    engine : str or SparkSession
        `duckdb`, on this machine; `spark`, as Spark is set up here; the address of a
        master, such as `spark://host:7077`; or a session. Spark runs the same text and
        gives the same table: each machine has hengstats and sees the files, and a task
        reads a file, so that a log in parts is shared out.
    by : sequence of str
        Of `building`, `year` and `programme`: the columns that come first.
    columns, person, event
        Which heads are meant; see `hengstats.check`.
    key : str or Path, optional
        A file with the key of the hashes, which is made if it is not there, readable
        for its owner only; it may not lie in a repository. Without it each run has a
        key of its own. The counts do not depend on it.
    memory : str
        What the engine may use, such as `512MB`; beyond, it puts encrypted parts on
        disk.
    exact : bool
        Exact counts, which may point at a person where they are small: not for
        publication. Without it the counts are those of the 10-5 rule, as bounds with
        their wordings; see `hengstats.smallcells.protect`. The log must then be all
        there is: two states of it are two publications.

    Returns
    -------
    DataFrame
        One row per group: `by`, then `events` held; `attendances`, once for each person
        at an event; `participants`, persons. Where the log has the columns:
        `member_participants` and `volunteers`, persons whose rows say so at least once,
        and `hours`. Where years are told apart: `returning`, who also came the year
        before, and `first_time`, who never came before, both to the same building (and
        programme) and missing where the log has no sign-in there the year before.
        `programme` is missing where no row of an event names one, and 未写明 in
        published tables. Of published counts `<count>_printed`, `<count>` (missing
        unless exact), `<count>_lower` and `_upper`, and the rule in `attrs`. Sorted.

    Warns
    -----
    UserWarning
        Of sign-ins that repeat another, ids that differ only in leading zeros or case,
        years without any sign-in, and names that are nearly the same.

    Raises
    ------
    SheetError
        If a part is damaged or unlike the others, or a cell cannot be read: every
        reason, with its place. Nothing is counted then.
    DataError
        If there is no such log, engine or grouping, or the key may not be used.

    Notes
    -----
    An event counts once in each building and year, and so does a person at an event. An
    id stays what is written: 000123 and 123 are two persons.

    Examples
    --------
    >>> import tempfile
    >>> rows = "人员编号,活动编号,楼宇,签到时间\np1,e1,示例大厦,2019-12-31T16:30:00Z\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "签到.csv").write_text(rows, "utf-8")
    ...     counts = participation(f"{folder}/*.csv", exact=True)
    >>> [str(one) for one in counts.loc[0, ["building", "year", "participants"]]]
    ['示例大厦', '2020', '1']
    """
    frame, found = count(
        logs,
        engine,
        by,
        key,
        memory,
        exact,
        columns=columns,
        person=person,
        event=event,
    )
    for fault in found:
        warnings.warn(fault.message, UserWarning, stacklevel=2)
    return frame


def count(
    logs: str | Path | Sequence[str | Path],
    engine: Any,
    by: Sequence[str],
    key: str | Path | None,
    memory: str,
    exact: bool,
    *,
    columns: Mapping[str, str] | None,
    person: str,
    event: str,
) -> "tuple[pd.DataFrame, list[Fault]]":
    """Return what `participation` returns, and what it warns of."""
    import datetime as dt

    from hengstats.intake.process import count_in_child, count_in_session
    from hengstats.intake.result import Asked

    if isinstance(engine, str) and not _ENGINE.fullmatch(engine):
        raise data_error("signins.engine", engine=engine)
    by = (by,) if isinstance(by, str) else tuple(by)
    if not by or len({*by}) < len(by) or not {*by} <= {*BY}:
        raise data_error("signins.by", by=", ".join(map(str, by)))
    asked = Asked(
        table="event_log",
        columns=dict(columns or {}),
        person=person,
        event=event,
        today=dt.date.today().isoformat(),
    )
    keys = by if exact else BY if "programme" in by else BY[:2]
    wish = {"by": keys, "memory": _bytes(memory), "key": _read_key(key)}
    # Two tables of one log are protected together, whichever is asked for.
    wish["parts"] = () if exact or "programme" in keys else BY
    wish["engine"] = engine
    # A session lives in this process.
    ask = count_in_child if isinstance(engine, str) else count_in_session
    counted = ask(find_logs(logs), asked, wish)
    frame = _frame(keys, counted["rows"], counted)
    if not exact:
        named = counted["parts"]
        parts = None if named is None else _frame(BY, named, counted)
        frame = _publish(by, frame, parts)
    return frame, counted["warnings"]


def _publish(
    by: Sequence[str], frame: "pd.DataFrame", parts: "pd.DataFrame | None"
) -> "pd.DataFrame":
    """Return the published counts of a log by the keys asked for."""
    from hengstats.smallcells import protect, total

    if "programme" in frame:
        frame = frame.fillna({"programme": UNNAMED})
    elif parts is not None:
        named = parts["programme"].notna().any()
        parts = parts.fillna({"programme": UNNAMED}) if named else None
    published = protect(frame, parts)
    if {*by} != {*BY} & {*frame.columns}:  # by fewer keys than it was protected by
        published = total(published, list(by))
    beside = [column for column in published if column not in by]
    return published[[*by, *beside]].sort_values(list(by), ignore_index=True)


def find_logs(logs: str | Path | Sequence[str | Path]) -> list[Path]:
    """Return the files and folders that are meant, in order of their names."""
    found: list[Path] = []
    for one in [logs] if isinstance(logs, str | Path) else logs:
        if os.path.exists(one):  # a name may hold a bracket
            found.append(Path(os.path.abspath(one)))
            continue
        names = [
            Path(os.path.abspath(name))
            for name in glob.glob(os.fspath(one), recursive=True)
            if os.path.basename(name)[:1] not in ("_", ".")
        ]
        if not names:
            raise data_error("signins.no_log", logs=one)
        found += names
    if not found:
        raise data_error("signins.no_log", logs="[]")
    return sorted(dict.fromkeys(found))


def _bytes(memory: str) -> int:
    """Return how many bytes a size of memory says."""
    said = _SIZE.fullmatch(str(memory).strip())
    if not said:
        raise data_error("signins.memory", memory=memory)
    return int(Decimal(said[1]) * _UNITS[said[2].upper()])


def _read_key(key: str | Path | None) -> str:
    """Return the key in a file, which is made if there is none; or one for this run."""
    if key is None:
        return secrets.token_hex(32)
    path = Path(os.path.realpath(key))
    if any((up / one).exists() for up in path.parents for one in _REPOSITORIES):
        raise data_error("signins.key_repository", file=key)
    if not path.exists():
        made = secrets.token_hex(32)
        with os.fdopen(
            os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
        ) as file:
            file.write(made + "\n")
        return made
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise data_error("signins.key_open", file=key)
    read = path.read_text(encoding="ascii", errors="replace").strip()
    if not _KEY.fullmatch(read):
        raise data_error("signins.key_short", file=key)
    return read


def _frame(
    by: Sequence[str], rows: Sequence[Any], counted: Mapping[str, Any]
) -> "pd.DataFrame":
    """Return the counts as a table, names in place of their numbers."""
    import pandas as pd

    beside = [_NAMED[role] for role in counted["roles"] if role in _NAMED]
    extra = ["returning", "first_time"] if "year" in by else []
    heads = [*by, "events", "attendances", "participants", *beside, *extra]
    table = pd.DataFrame(rows, columns=heads, dtype=object)
    kinds = dict.fromkeys(heads, "Int64") | {"year": "int64", "hours": "float64"}
    for role in {"building", "programme"} & {*by}:
        table[role] = table[role].map(dict(enumerate(counted["names"][role])).get)
        kinds[role] = "str"
    kinds = {head: kinds[head] for head in heads}
    return table.astype(kinds).sort_values(list(by), ignore_index=True)
