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
from hengstats.adding.notes import Added, Change, column_names
from hengstats.adding.propose import propose, read_snapshot
from hengstats.adding.transcribe import measures_of, own_measures
from hengstats.dataset import find_dataset, read_dataset
from hengstats.dates import SHANGHAI, is_date
from hengstats.errors import SheetError, visible
from hengstats.intake import check
from hengstats.messages import data_error, refuse_write
from hengstats.records import STANDINGS
from hengstats.vintages import Vintage

__all__ = ["Added", "Change", "add", "new", "verify"]


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
    dry_run: bool = False,
    today: str | None = None,
) -> Added:
    """Check some sheets, store them in a dataset as a new vintage, say what changed.

    Several files are one refresh: all of them come in, or none. What was stored before
    is never altered. Sheets that say nothing new are not stored, unless they have a
    date of publication at which nobody said so: then they confirm what was known. The
    very files of an earlier time supply the title, publisher or date that were not
    given then.

    Parameters
    ----------
    files : path or sequence of paths
        The sheets.
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
        If a sheet is refused, or a question is open: every reason at once.
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
    if own := heads_of(to):
        said["measures"] = own
    checked = [check(path, table, **said) for path in paths]
    if faults := [fault for sheet in checked for fault in sheet.errors]:
        raise SheetError(faults)
    sheets = list({sheet.sha256: sheet for sheet in checked}.values())
    about = replace(
        about,
        files=[
            {"name": sheet.file, "sha256": sheet.sha256, "table": sheet.table}
            for sheet in sheets
        ],
    )
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
