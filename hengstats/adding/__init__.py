"""Takes sheets into a dataset: checked, asked about, stored as one more vintage.

buildings   who is meant by a name, and who is missing
transcribe  a cell of a sheet -> a record
propose     what would come in, and what it changes
notes       what it did, and what else the user should know
files       whole or not at all; every byte verified
new         an empty dataset, with templates
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hengstats.adding.buildings import Answers
from hengstats.adding.files import store_vintage, verify
from hengstats.adding.new import new
from hengstats.adding.notes import Added, Change, column_names, remark
from hengstats.adding.propose import propose, read_snapshot
from hengstats.adding.transcribe import measures_of, own_measures
from hengstats.dataset import find_dataset, read_dataset
from hengstats.dates import SHANGHAI, is_date
from hengstats.errors import SheetError, visible
from hengstats.intake import check
from hengstats.intake.cells import read_figure
from hengstats.intake.process import digest
from hengstats.intake.result import Cell, Checked, refuse
from hengstats.messages import data_error, refuse_write
from hengstats.records import STANDINGS
from hengstats.signins import BY, count, find_logs
from hengstats.vintages import EXACT, LOG, PROTECTED, Vintage, checksum

__all__ = ["Added", "Change", "add", "new", "verify"]
_COUNTED = ("events", "attendances", "participants")


def add(
    files: str | Path | Sequence[str | Path],
    to: str | Path,
    *,
    title: str = "",
    publisher: str = "",
    published: str = "",
    standing: str = "",
    reason: str = "",
    aliases: Mapping[str, str] | None = None,
    new_buildings: Sequence[str] = (),
    withdraw: Sequence[str] = (),
    partial: bool = False,
    columns: dict[str, str] | None = None,
    person: str = "",
    event: str = "",
    table: str = "",
    exact: bool = False,
    engine: Any = "duckdb",
    memory: str = "2GB",
    dry_run: bool = False,
    today: str | None = None,
) -> Added:
    """Check some sheets, store them in a dataset as a new vintage, say what changed.

    Several files are one refresh: all of them come in, or none. What was stored before
    is never altered. Sheets that say nothing new are not stored, unless they have a
    date of publication at which nobody said so: then they confirm what was known. The
    very files of an earlier time supply the title, publisher or date that were not
    given then.

    Sign-in logs, all files of which are one log, are stored as the counts by building
    and year that `participation` publishes: ranges by the 10-5 rule.

    Parameters
    ----------
    files : path or sequence of paths
        The sheets; of a log named as `table`, names may have `*` and `**`.
    to : str or Path
        The dataset: the path of a folder, or a name.
    title, publisher : str
        What the sheets are called, and who published them; the file names speak
        where no title is given.
    published : str
        When they were published: YYYY, YYYY-MM or YYYY-MM-DD; a year or month counts
        as its last day, or as today if that is earlier. Of two vintages of one figure
        the later published one stands; beside it, the earlier one of another publisher
        if its standing is better. Unknown, the day of storing counts.
    standing : str
        `primary` (if not given), `press`, `copy`, `interested` or `weak`.
    reason : str
        Why figures were revised.
    aliases : dict, optional
        Former name of a building to the name that the sheets have now.
    new_buildings, withdraw : sequence of str
        Names of buildings that are new; that are no longer reported, so that what
        this publisher said of them for the years and measures of these sheets is
        taken back.
    partial : bool
        The sheets are only part of the list: nobody is missing in them.
    columns, person, event, table
        See `hengstats.check`.
    exact : bool
        Store the exact counts of a sign-in log. Small ones may point at a person: the
        dataset, and every chart and report of it, is then not for publication.
    engine, memory
        How a log is counted; see `hengstats.participation`.
    dry_run : bool
        Say what would happen, and write nothing.
    today : str, optional
        The date of storing, YYYY-MM-DD, in place of the clock.

    Returns
    -------
    Added
        What came in; `say()` tells it in Chinese and English.

    Raises
    ------
    SheetError
        If a sheet is refused, a question is open, or logs come with other sheets:
        every reason at once.
    DataError
        If there is no such dataset, it is damaged, or it cannot be written.
    """
    folder = find_dataset(str(to), made=False)
    paths = [files] if isinstance(files, str | Path) else list(files)
    about = _describe(title, publisher, published, standing, reason, today)
    answers = Answers(
        aliases=dict(aliases or {}),
        new_buildings=tuple(new_buildings),
        withdraw=tuple(withdraw),
        partial=partial,
    )
    if not paths:
        raise data_error("adding.no_sheet")
    said: dict[str, Any] = {"columns": columns, "person": person, "event": event}
    if table == LOG:
        sheets, listed = _count_log(paths, engine, memory, exact, said)
    else:
        own = heads_of(to)
        sheets = [check(path, table, measures=own, **said) for path in paths]
        if faults := [fault for sheet in sheets for fault in sheet.errors]:
            raise SheetError(faults)
        logs = [sheet for sheet in sheets if sheet.table == LOG]
        if logs and len(logs) < len(sheets):
            raise SheetError([refuse("adding.log_and_sheets").at(logs[0].file)])
        sheets = list({sheet.sha256: sheet for sheet in sheets}.values())
        listed = [
            {"name": sheet.file, "sha256": sheet.sha256, "table": sheet.table}
            for sheet in sheets
        ]
        if logs:
            sheets, listed = _count_log(paths, engine, memory, exact, said)
    about = replace(about, files=listed)
    try:
        while True:  # until nobody else is faster
            snapshot = read_snapshot(str(to))
            added, vintage = propose(snapshot, sheets, about, answers)
            if vintage and dry_run:
                return replace(added, status="dry_run")
            if not vintage or store_vintage(folder, vintage, snapshot.next):
                return added
    except OSError as fault:
        raise refuse_write(folder, fault) from fault


def _count_log(
    logs: Sequence[str | Path],
    engine: Any,
    memory: str,
    exact: bool,
    said: Mapping[str, Any],
) -> tuple[list[Checked], list[dict[str, str]]]:
    """Return what is stored of a log, as a sheet of its counts, and its files."""
    paths = find_logs(logs)
    frame, warnings = count(paths, engine, BY[:2], None, memory, exact, **said)
    names = [visible(path.name) for path in paths]
    file = names[0]
    if len(names) > 1:
        file = f"{names[0]} … {names[-1]} ({len(names)})"
    rows = frame.sort_values(["year", "building"]).to_dict("records")
    cells = []
    for row in rows:
        for column in _COUNTED:
            printed = str(row[column] if exact else row[f"{column}_printed"])
            if reading := read_figure(printed, "", column, None):
                cells.append(Cell(row["year"], row["building"], column, *reading))
    kind = EXACT if exact else PROTECTED
    files = [
        {"name": name, "sha256": digest(path), "table": LOG, "counts": kind}
        for name, path in zip(names, paths, strict=True)
    ]
    sheet = Checked(
        file=file,
        sha256=checksum("".join(one["sha256"] for one in files).encode()),
        table=LOG,
        rows=tuple((row["year"], row["building"]) for row in rows),
        cells=cells,
        warnings=(*warnings, remark("exact" if exact else "protected", file)),
    )
    return [sheet], files


def heads_of(dataset: str | Path) -> dict[str, list[str]]:
    """Return the measures of a dataset's own that are heads of its sheets by name.

    The unit and the labels of each, as `hengstats.check` takes them.
    """
    find_dataset(str(dataset), made=False)
    data = read_dataset(str(dataset))
    return own_measures(data.name, data.codebook)


def names_of(dataset: str | Path) -> dict[str, tuple[str, str]]:
    """Return label and definition of each column of a sheet in a dataset."""
    data = read_dataset(str(dataset))
    return column_names(data, measures_of(data.name, data.codebook))


def _describe(
    title: str,
    publisher: str,
    published: str,
    standing: str,
    reason: str,
    today: str | None,
) -> Vintage:
    """Return what the user says of the sheets, or refuse what cannot be."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    day = today or dt.datetime.now(SHANGHAI).date().isoformat()
    if published and not (is_date(published) and published <= day):
        key = "future" if is_date(published) else "no_date"
        raise data_error(f"adding.{key}", published=published, day=day)
    if standing and standing not in STANDINGS:
        known = {"known": "、".join(STANDINGS), "listed": ", ".join(STANDINGS)}
        raise data_error("adding.bad_standing", standing=standing, **known)
    return Vintage(
        source="",
        title=visible(title.strip()),
        publisher=visible(publisher.strip()),
        published=published,
        recorded=f"{today}T00:00:00Z" if today else now.replace("+00:00", "Z"),
        standing=standing or "primary",
        kind="",
        reason=visible(reason.strip()),
        files=(),
    )
