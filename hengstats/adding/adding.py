"""How do sheets come into a dataset: checked, asked about, and stored as a vintage?"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hengstats.adding import notes
from hengstats.adding.added import Added
from hengstats.adding.commit import commit, refuse_write
from hengstats.adding.lock import hold
from hengstats.adding.names import Answers
from hengstats.adding.propose import Proposal, propose
from hengstats.adding.state import State, read_state, take_stamp
from hengstats.errors import DataError, Fault, SheetError
from hengstats.folder import find_dataset
from hengstats.intake import check
from hengstats.intake.result import Checked
from hengstats.records import STANDINGS
from hengstats.vintages import HEAD, HERE, Head, Vintage

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


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
    date of publication at which nobody said so: then they confirm what was known.

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
    dataset = str(to)
    folder = find_dataset(dataset)
    listed = [files] if isinstance(files, str | Path) else list(files)
    told = _told(title, publisher, published, standing, reason, today)
    answers = Answers(
        aliases=dict(aliases or {}),
        new_buildings=tuple(new_buildings),
        withdraw=tuple(withdraw),
        partial=partial,
    )
    sheets = _check_all(listed, table, columns, person, event)
    told = _describe(told, sheets)
    try:
        state = read_state(dataset)
        proposal = propose(state, sheets, told, answers)
        if proposal.vintage is not None and not dry_run:
            state, proposal = _store(state, proposal, sheets, told, answers)
    except OSError as fault:
        raise refuse_write(folder, fault) from fault
    return _tell(state, proposal, sheets, dry_run)


def _store(
    state: State,
    proposal: Proposal,
    sheets: Sequence[Checked],
    told: Vintage,
    answers: Answers,
) -> tuple[State, Proposal]:
    """Store what was proposed; propose again if somebody else was faster."""
    with hold(state.folder):
        if take_stamp(state.folder) != state.stamp:
            state = read_state(str(state.folder))
            proposal = propose(state, sheets, told, answers)
        if proposal.vintage is not None:
            head = _next(state, proposal.vintage)
            commit(state.folder, state.head, head, proposal.part)
    return state, proposal


def _told(
    title: str,
    publisher: str,
    published: str,
    standing: str,
    reason: str,
    today: str | None,
) -> Vintage:
    """Return what the user says of the sheets, or refuse what cannot be."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    recorded = f"{today}T00:00:00Z" if today else now.replace("+00:00", "Z")
    day = today or dt.datetime.now(HERE).date().isoformat()
    if published and not (_is_date(published) and published <= day):
        found = "还没有到" if _is_date(published) else "不是日期"
        raise DataError(
            f"published=“{published}”{found}。请写成 2022、2022-03 或 2022-03-31 这样，"
            f"不晚于今天（{day}）；不知道就不写。"
            f" [published={published!r} is not a date up to today]"
        )
    if standing and standing not in STANDINGS:
        raise DataError(
            f"standing=“{standing}”不认识。请写 {'、'.join(STANDINGS)} 中的一个。"
            f" [standing={standing!r} is none of {', '.join(STANDINGS)}]"
        )
    return Vintage(
        source="",
        title=title.strip(),
        publisher=publisher.strip(),
        published=published,
        recorded=recorded,
        standing=standing or "primary",
        kind="",
        reason=reason.strip(),
        files=(),
        part="",
        names={},
        blank={},
        withdrawn={},
    )


def _is_date(text: str) -> bool:
    """Return whether a text is a year, a month or a day."""
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def _check_all(
    files: Sequence[str | Path],
    table: str,
    columns: dict[str, str] | None,
    person: str,
    event: str,
) -> list[Checked]:
    """Return every sheet checked, each once, or refuse them for all their faults."""
    if not files:
        raise DataError("没有给出表格。请写出文件名。 [no sheet was given]")
    checked = [
        check(file, table, columns=columns, person=person, event=event)
        for file in files
    ]
    faults: list[Fault] = [fault for sheet in checked for fault in sheet.errors]
    if faults:
        raise SheetError(faults)
    return list({sheet.sha256: sheet for sheet in checked}.values())


def _describe(told: Vintage, sheets: Sequence[Checked]) -> Vintage:
    """Return a vintage with its files."""
    files = tuple(
        {"name": sheet.file, "sha256": sheet.sha256, "table": sheet.table}
        for sheet in sheets
    )
    return replace(told, files=files)


def _next(state: State, vintage: Vintage) -> Head:
    """Return the head with one more vintage.

    A hand-kept file that changed since the last `add` keeps its former checksum, so
    that `verify` still asks about it.
    """
    seen = {name: mark for name, mark in state.stamp.items() if name != HEAD}
    watched = seen | dict(state.head.watched)
    return Head(vintages=(*state.head.vintages, vintage), watched=watched)


def _tell(
    state: State, proposal: Proposal, sheets: Sequence[Checked], dry_run: bool
) -> Added:
    """Return what was done."""
    vintage, comparison = proposal.vintage, proposal.comparison
    status = "unchanged" if vintage is None else "dry_run" if dry_run else "stored"
    entities = state.data.entities
    names = dict(zip(entities["entity"], entities["zh-Hans"], strict=True))
    if vintage is not None:
        names |= {key: name for name, key in vintage.names.items()}
    changed = [
        name
        for name, mark in state.head.watched.items()
        if state.stamp.get(name) != mark
    ]
    return Added(
        dataset=state.data.name,
        status=status,
        vintage=0 if vintage is None else len(state.head.vintages) + 1,
        source="" if vintage is None else vintage.source,
        files=tuple(sheet.file for sheet in sheets),
        added=comparison.added,
        revised=comparison.revised,
        withdrawn=comparison.withdrawn,
        unchanged=comparison.unchanged,
        reworded=comparison.reworded,
        passed_over=comparison.passed_over,
        names=names,
        warnings=(*proposal.warnings, *notes.changed_by_hand(changed)),
    )
