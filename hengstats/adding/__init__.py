"""Takes sheets into a dataset: checked, asked about, stored as one more vintage.

buildings   who is meant by a name, and who is missing
transcribe  a cell of a sheet -> a record
propose     what would come in, and what it changes
notes       what else the user should know
files       whole or not at all; every byte verified
new         an empty dataset, with templates
"""

import datetime as dt
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from hengstats.adding.buildings import Answers
from hengstats.adding.files import refuse_write, store_vintage, verify
from hengstats.adding.new import new
from hengstats.adding.notes import note
from hengstats.adding.propose import Proposal, Snapshot, propose, read_snapshot
from hengstats.dataset import find_dataset
from hengstats.dates import SHANGHAI
from hengstats.errors import Fault, SheetError
from hengstats.figures import KEY
from hengstats.intake import check
from hengstats.intake.result import Checked
from hengstats.messages import data_error
from hengstats.records import STANDINGS
from hengstats.vintages import Vintage
from hengstats.vocabulary import name, say

__all__ = ["Added", "Change", "add", "new", "verify"]

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_SHOWN = 30  # changes that are listed one by one


class Change(NamedTuple):
    """One figure that is new, or no longer what it was; there may be a million.

    Attributes
    ----------
    entity, measure, year
        The figure.
    old, new : str
        The wordings; `old` is empty for a new figure, `new` for one taken back.
    old_unit, new_unit : str
        Their units, keys of `vocabulary.UNITS`.
    """

    entity: str
    measure: str
    year: int
    old: str
    new: str
    old_unit: str
    new_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came in, or would come in.

    Attributes
    ----------
    dataset : str
        Name of the folder.
    status : str
        `stored`; `unchanged` if the dataset held all of it, and nothing was written;
        `dry_run` if nothing was to be written.
    vintage : int
        Number of the vintage; 0 if unchanged.
    source : str
        Key of its source; empty if unchanged.
    files : tuple of str
        Names of the sheets.
    added, revised, restated, withdrawn : tuple of Change
        Accepted figures that are new, that say something else now, that say the same
        number in another unit or precision, that are gone.
    unchanged : int
        Figures of the sheets that say what was known.
    passed_over : dict
        Why other figures of the sheets are not the accepted ones, to how many; see
        `Proposal`.
    names : dict
        Key of each building named here to its name.
    warnings : tuple of Fault
        Those of the check, and what else is worth knowing.
    """

    dataset: str
    status: str
    vintage: int
    source: str
    files: tuple[str, ...]
    added: tuple[Change, ...]
    revised: tuple[Change, ...]
    restated: tuple[Change, ...]
    withdrawn: tuple[Change, ...]
    unchanged: int
    passed_over: Mapping[str, int]
    names: Mapping[str, str]
    warnings: tuple[Fault, ...]

    def say(self, lang: str = "") -> str:
        """Return what happened, in Chinese and English by default."""
        languages = [lang] if lang else ["zh-Hans", "en"]
        lines = [self._summary(one) for one in languages]
        if count := len(self.restated):
            lines += [say("store", "restated", one, count=count) for one in languages]
        changes = [*self.revised, *self.withdrawn]
        lines += [self._line(change, languages) for change in changes[:_SHOWN]]
        if rest := len(changes[_SHOWN:]):
            lines += [say("store", "more", one, count=rest) for one in languages]
        return "\n".join([*lines, *(fault.message for fault in self.warnings)])

    def _summary(self, lang: str) -> str:
        """Return the first sentence."""
        revised = any(fault.code == "revised_since" for fault in self.warnings)
        return say(
            "store",
            "not_stored" if revised else self.status,
            lang,
            dataset=self.dataset,
            vintage=self.vintage,
            files=say("word", "comma", lang).join(self.files),
            added=len(self.added),
            revised=len(self.revised),
            withdrawn=len(self.withdrawn),
            unchanged=self.unchanged,
        )

    def _line(self, change: Change, languages: Sequence[str]) -> str:
        """Return one change, the measure in each language."""
        measures = [name("measure", change.measure, one) for one in languages]
        who = self.names.get(change.entity, change.entity)
        old = _word(change.old, change.old_unit, languages[0])
        new = _word(change.new, change.new_unit, languages[0])
        return f"  {who} {change.year} {' / '.join(measures)}: {old} → {new}"

    def _repr_html_(self) -> str:
        """Show itself in Jupyter."""
        return f"<pre>{html.escape(self.say())}</pre>"


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
    folder = find_dataset(str(to))
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
    checked = [
        check(path, table, columns=columns, person=person, event=event)
        for path in paths
    ]
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
            proposal = propose(snapshot, sheets, about, answers)
            vintage = proposal.vintage
            if vintage and not (
                dry_run or store_vintage(folder, vintage, snapshot.next)
            ):
                continue
            return _report(snapshot, proposal, sheets, dry_run)
    except OSError as fault:
        raise refuse_write(folder, fault) from fault


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
    if published and not (_is_date(published) and published <= day):
        key = "future" if _is_date(published) else "no_date"
        raise data_error(f"adding.{key}", published=published, day=day)
    if standing and standing not in STANDINGS:
        known = {"known": "、".join(STANDINGS), "listed": ", ".join(STANDINGS)}
        raise data_error("adding.bad_standing", standing=standing, **known)
    return Vintage(
        source="",
        title=title.strip(),
        publisher=publisher.strip(),
        published=published,
        recorded=f"{today}T00:00:00Z" if today else now.replace("+00:00", "Z"),
        standing=standing or "primary",
        kind="",
        reason=reason.strip(),
        files=(),
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


def _report(
    snapshot: Snapshot, proposal: Proposal, sheets: Sequence[Checked], dry_run: bool
) -> Added:
    """Return what was done."""
    vintage, data = proposal.vintage, snapshot.data
    names = dict(zip(data.entities["entity"], data.entities["zh-Hans"], strict=True))
    if vintage is not None:
        names |= {key: name for name, key in vintage.names.items()}
    files, accepted = snapshot.files, snapshot.accepted
    edited = [name for name in accepted if files.get(name) != accepted[name]]
    return Added(
        dataset=data.name,
        status="unchanged" if vintage is None else "dry_run" if dry_run else "stored",
        vintage=0 if vintage is None else snapshot.next,
        source="" if vintage is None else vintage.source,
        files=tuple(sheet.file for sheet in sheets),
        **_list_changes(proposal.changed),
        unchanged=proposal.unchanged,
        passed_over=proposal.passed_over,
        names=names,
        warnings=(
            *proposal.warnings,
            *(note("changed_by_hand", one) for one in edited),
        ),
    )


def _list_changes(changed: pd.DataFrame) -> dict[str, tuple[Change, ...]]:
    """Return the changed figures by kind."""
    kinds: dict[str, list[Change]] = {
        kind: [] for kind in ("added", "revised", "restated", "withdrawn")
    }
    columns = [*KEY, "printed_old", "printed", "stated_old", "stated"]
    for kind in kinds if len(changed) else ():
        rows = changed.loc[changed["change"] == kind, columns]
        cells = (rows[c].astype(object).where(rows[c].notna(), "") for c in columns)
        kinds[kind] = [Change(*row) for row in zip(*cells, strict=True)]
    return {kind: tuple(changes) for kind, changes in kinds.items()}


def _word(printed: str, unit: str, lang: str) -> str:
    """Return a wording, with its unit where it names none."""
    if not printed:
        return say("store", "nothing", lang)
    return f"{printed} {name('unit', unit, lang)}" if printed[-1].isdigit() else printed
