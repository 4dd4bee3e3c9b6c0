"""Decides what a dataset would become if some sheets came in; writes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hengstats.adding.buildings import (
    MOST,
    Answers,
    Losses,
    Resolved,
    resolve,
    two_names,
)
from hengstats.adding.files import accepted_files, watch
from hengstats.adding.notes import (
    Added,
    column_names,
    kept_figures,
    list_changes,
    note,
    of_vintage,
    remark,
    unsigned,
)
from hengstats.adding.transcribe import (
    Found,
    gather,
    measures_of,
    transcribe,
    unmapped_columns,
)
from hengstats.dataset import (
    Dataset,
    check_vintage,
    find_dataset,
    list_labels,
    read_dataset,
)
from hengstats.errors import Fault, SheetError, place_fault
from hengstats.figures import KEY
from hengstats.indicators import ENDS
from hengstats.intake.buildings import JUMP, LARGE, LEAST_LARGE
from hengstats.intake.result import Checked, say_reading
from hengstats.messages import message
from hengstats.panel import ILLUSTRATIVE
from hengstats.records import STANDINGS
from hengstats.revisions.figures import accepted_records, compare_figures, how_unlike
from hengstats.vintages import (
    EXACT,
    PROTECTED,
    Vintage,
    checksum,
    mark_standing,
    order_of,
    read_vintages,
    speak_for_one,
    sums_of,
)
from hengstats.vocabulary import LANGUAGES, convert, say

MOST_NAMED = 8  # files in a title
_SAID = [*KEY, "qualifier", *ENDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A dataset as it was read: its folder, and what stands there.

    `files` are the checksums of the hand-kept files, `accepted` those that were last
    accepted; the vintages are numbered from 1.
    """

    folder: Path
    files: Mapping[str, str]
    accepted: Mapping[str, str]
    vintages: Mapping[int, Vintage]
    data: Dataset

    @property
    def edited(self) -> list[str]:
        """The hand-kept files that are not what was accepted."""
        return [one for one, sha in self.accepted.items() if self.files.get(one) != sha]

    @property
    def next(self) -> int:
        """The number that one more vintage has."""
        return len(self.vintages) + 1


def read_snapshot(dataset: str) -> Snapshot:
    """Return what a dataset holds; its files may change at any time after."""
    folder = find_dataset(dataset)
    files, vintages = watch(folder), read_vintages(folder)
    return Snapshot(
        folder=folder,
        files=files,
        accepted=accepted_files(folder, vintages),
        vintages=dict(enumerate(vintages, start=1)),
        data=read_dataset(dataset, vintages=len(vintages)),
    )


def propose(
    snapshot: Snapshot, sheets: Sequence[Checked], about: Vintage, answers: Answers
) -> tuple[Added, Vintage | None]:
    """Return what would come in, and the vintage to store; None if nothing is new.

    Parameters
    ----------
    snapshot : Snapshot
    sheets : sequence of Checked
        All of them accepted.
    about : Vintage
        What the user says of the sheets; names, records and source are still blank.
    answers : Answers

    Raises
    ------
    SheetError
        If the sheets leave a question open, or contradict each other or the dataset:
        every reason at once.
    """
    data, file = snapshot.data, sheets[0].file
    about, supplied = _supply(snapshot.vintages, about)
    untitled = not about.title
    about = _name(data, about, sheets)
    order = order_of({**snapshot.vintages, snapshot.next: about})
    order = order[: order.index(snapshot.next)]  # the vintages known before it
    before = _standing(snapshot, order)
    measures = measures_of(data.name, data.codebook)
    losses = _losses(snapshot, before, about, sheets, measures)
    vintages = snapshot.vintages
    resolved = resolve(data, vintages, order, about, sheets, answers, losses)
    vintage, cells = _take(snapshot, about, sheets, resolved, measures)
    vintage = replace(vintage, partial=answers.partial)
    records = check_vintage(data, vintage, snapshot.next)
    new = _figures(records)
    held = dict(zip(_keys(before), before["printed"], strict=True))
    warnings = [
        *(fault for sheet in sheets for fault in sheet.warnings),
        *(note("changed_by_hand", name) for name in snapshot.edited),
        *kept_figures(sheets, resolved.entities, measures, held, set(_keys(new))),
    ]
    added = Added(
        dataset=data.name,
        status="unchanged",
        vintage=0,
        source="",
        files=tuple(sheet.file for sheet in sheets),
        names={**resolved.shown, **{key: name for name, key in vintage.names.items()}},
        labels=list_labels(data.codebook),
        unchanged=len(new),
        warnings=tuple(warnings),
    )
    repeated = _find_repeated(snapshot, vintage, new, before)
    if not about.published and not _is_held(
        new, _standing(snapshot, order_of(vintages))
    ):
        supplied = []  # it would take the place of what was said since
    if resolved.learned or resolved.withdrawn or supplied:
        repeated = None
    if repeated is not None and resolved.known:
        if not _is_held(new, _standing(snapshot, order_of(vintages))):
            key = "revised_since" if repeated else "all_revised_since"
            warnings.append(remark(key, file, number=repeated))
        if lost := resolved.lost:
            listed = "、".join(lost[:MOST]) + (" …" if len(lost) > MOST else "")
            warnings.append(remark("lacking", file, listed=listed))
        return replace(added, warnings=tuple(warnings)), None
    touched = _touch(new, vintage)
    accepted = accepted_records(data, touched[KEY[:2]].drop_duplicates())
    jumps = _find_jumps(new, accepted, cells, JUMP, data)
    if jumps or resolved.open:
        raise _refuse([*jumps, *resolved.open], resolved.more)
    compared = _compare(snapshot, vintage, records, accepted, touched)
    changed, unchanged, passed_over = compared
    if other := _which(new, _by_hand(data), agree=False):
        warnings.append(note("other_by_hand", file, count=len(other)))
    warnings += [note(why, file, count=n) for why, n in passed_over.items()]
    warnings += _find_jumps(new, accepted, cells, LARGE, data)
    quiet = not passed_over and bool((changed["change"] == "restated").all())
    earlier = [one.publisher for one in vintages.values()]
    said = (earlier, losses, resolved.shown, added.labels)
    warnings += of_vintage(vintage, *said, confirms=quiet and not supplied)
    if supplied:
        warnings.append(remark("supplied", file, listed="、".join(supplied)))
    warnings += unsigned(vintage, untitled)
    added = replace(
        added,
        status="stored",
        vintage=snapshot.next,
        source=vintage.source,
        unchanged=unchanged,
        read=tuple(say_reading(sheets, LANGUAGES[0], column_names(data, measures))),
        passed_over=passed_over,
        warnings=tuple(warnings),
        added=list_changes(changed, "added"),
        revised=list_changes(changed, "revised"),
        restated=list_changes(changed, "restated"),
        withdrawn=list_changes(changed, "withdrawn"),
    )
    return added, vintage


def _take(
    snapshot: Snapshot,
    about: Vintage,
    sheets: Sequence[Checked],
    resolved: Resolved,
    measures: Mapping[str, str],
) -> tuple[Vintage, list[Found]]:
    """Return the vintage with its records, and their cells, if nothing is at fault."""
    cells, contradictions = gather(sheets, resolved.entities)
    faults = [
        *_mixed(snapshot.data, about, sheets[0].file),
        *resolved.unknown,
        *unmapped_columns(sheets, measures),
        *two_names(sheets, resolved.entities),
        *contradictions,
    ]
    if faults:
        raise _refuse([*faults, *resolved.open], resolved.more)
    vintage = _describe(snapshot, about, sheets, resolved, measures)
    codebook = snapshot.data.codebook
    units = dict(zip(codebook["measure"], codebook["unit"], strict=True))
    return replace(vintage, records=transcribe(cells, measures, units)), cells


def _name(data: Dataset, about: Vintage, sheets: Sequence[Checked]) -> Vintage:
    """Return a vintage with its kind, a title, and a source key that is not taken.

    Its figures are illustrative if the dataset is, or if a name or the title begins
    with the word.
    """
    names = [name for sheet in sheets for _, name in sheet.rows]
    invented = data.illustrative or _say_invented([*names, about.title])
    kind, first = ("illustrative",) * 2 if invented else ("published", "sheet")
    marks = sorted(file["sha256"] for file in about.files)
    mark = marks[0] if len(marks) == 1 else checksum("".join(marks).encode())
    key = stem = f"{first}-{about.published or about.known}-{mark[:8]}"
    taken, number = set(data.sources["source"]), 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return replace(about, source=key, kind=kind, title=about.title or _untitled(about))


def _untitled(one: Vintage) -> str:
    """Return what a vintage is called that has no title: its files."""
    stems = [file["name"].rpartition(".")[0] or file["name"] for file in one.files]
    if len(stems) > MOST_NAMED:
        return f"{stems[0]} … {stems[-1]} ({len(stems)})"
    return "、".join(stems)


def _supply(
    vintages: Mapping[int, Vintage], about: Vintage
) -> tuple[Vintage, list[str]]:
    """Return what is said of sheets, and what of it was not said of them before.

    Sheets whose very files are stored keep what was said of them then. Nothing is
    supplied where they are new, or where anything said of them is contradicted.
    """
    same = [one for one in vintages.values() if sums_of(one) == sums_of(about)]
    if not same:
        return about, []
    last = same[-1]
    before, now = (
        {
            "title": one.title if one.title != _untitled(one) else "",
            "publisher": one.publisher,
            "published": one.published,
        }
        for one in (last, about)
    )
    if any(now[key] and before[key] not in ("", now[key]) for key in before):
        return about, []
    fresh = [key for key in before if now[key] and not before[key]]
    if not fresh:
        return about, []
    standing = last.standing if about.standing == STANDINGS[0] else about.standing
    said: dict[str, Any] = {key: now[key] or before[key] for key in before}
    supplied = [f"{say('store', key, LANGUAGES[0])}“{now[key]}”" for key in fresh]
    return replace(about, standing=standing, **said), supplied


def _say_invented(names: Iterable[str]) -> bool:
    """Return whether any name begins with the word for what is illustrative."""
    return any(name.strip().casefold().startswith(ILLUSTRATIVE) for name in names)


def _mixed(data: Dataset, about: Vintage, file: str) -> list[Fault]:
    """Return the fault of invented figures on their way to real ones."""
    if about.kind != "illustrative" or data.illustrative or data.records.empty:
        return []
    if _say_invented([*data.records["entity"].unique(), *data.entities["zh-Hans"]]):
        return []
    return [note("mixed_kinds", file, dataset=data.name)]


def _describe(
    snapshot: Snapshot,
    about: Vintage,
    sheets: Sequence[Checked],
    resolved: Resolved,
    measures: Mapping[str, str],
) -> Vintage:
    """Return a vintage with the buildings it names, has no figure of, takes back.

    A hand-kept file that changed since the last `add` keeps its former checksum, so
    that `verify` still asks about it.
    """
    entities, last = resolved.entities, snapshot.vintages.get(snapshot.next - 1)
    rows = {(year, entities[name]) for sheet in sheets for year, name in sheet.rows}
    filled = {
        (cell.year, entities[cell.building]) for sheet in sheets for cell in sheet.cells
    }
    blank: dict[str, list[int]] = {}
    for year, entity in sorted(rows - filled):
        blank.setdefault(entity, []).append(year)
    listed = {*snapshot.data.entities["entity"], *resolved.learned.values()}
    unlisted = sorted({entity for _, entity in rows} - listed)
    years = sorted({year for year, _ in rows})
    return replace(
        about,
        names=dict(zip(unlisted, unlisted, strict=True)) | dict(resolved.learned),
        blank=blank,
        withdrawn={entity: years for entity in resolved.withdrawn},
        measures=sorted(_cover(sheets, measures)) if resolved.withdrawn else (),
        watched={**snapshot.files, **snapshot.accepted},
        previous=last.sha256 if last else "",
    )


def _cover(sheets: Sequence[Checked], measures: Mapping[str, str]) -> set[str]:
    """Return the measures of which the sheets hold any figure."""
    columns = {cell.column for sheet in sheets for cell in sheet.cells}
    return {measure for column, measure in measures.items() if column in columns}


def _refuse(faults: Sequence[Fault], more: int = 0) -> SheetError:
    """Return the error with every fault, the first hundred one by one."""
    shown, rest = list(faults[:MOST]), len(faults) - MOST + more
    if rest > 0:
        _, *texts = message("adding.more", count=rest)
        shown.append(place_fault(shown[-1].code, *texts, file=shown[-1].file))
    return SheetError(shown)


# Figures: what stands before the sheets, what they say, what that changes


def _figures(records: pd.DataFrame) -> pd.DataFrame:
    """Return dated records as figures that can be compared."""
    dated = records[records["year"].notna()].astype({"year": "int64"})
    return dated.assign(value=dated["number"])


def _keys(figures: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return entity, measure and year of each figure."""
    return list(zip(*(figures[column].tolist() for column in KEY), strict=True))


def _standing(snapshot: Snapshot, order: Sequence[int]) -> pd.DataFrame:
    """Return the records of some vintages that stand when no other is known."""
    records, vintages = snapshot.data.records, snapshot.vintages
    seen = records[records["vintage"].isin(order)]
    every = len(order) == len(vintages)
    stands = seen["stands"] if every else mark_standing(seen, vintages, order)
    return _figures(seen[stands.astype(bool)])


def _by_hand(data: Dataset) -> pd.DataFrame:
    """Return the records kept by hand that print a figure."""
    kept = data.records["vintage"] == 0
    return _figures(data.records[kept & (data.records["qualifier"] != "not_found")])


def _losses(
    snapshot: Snapshot,
    before: pd.DataFrame,
    about: Vintage,
    sheets: Sequence[Checked],
    measures: Mapping[str, str],
) -> Losses:
    """Return the figures that each building loses if it is withdrawn with the sheets.

    They are those that stand before the sheets, of the years and measures of the
    sheets and of their publisher; see `vintages.mark_standing`.
    """
    own = [
        number
        for number, one in snapshot.vintages.items()
        if speak_for_one(about.publisher, one.publisher)
    ]
    years = {year for sheet in sheets for year, _ in sheet.rows}
    lost = before["vintage"].isin(own) & before["year"].isin(years)
    lost &= before["measure"].isin(_cover(sheets, measures))
    losses: dict[str, list[tuple[str, int]]] = {}
    for entity, measure, year in _keys(before[lost]):
        losses.setdefault(entity, []).append((measure, year))
    return losses


def _find_repeated(
    snapshot: Snapshot, about: Vintage, new: pd.DataFrame, before: pd.DataFrame
) -> int | None:
    """Return the number of the vintage that sheets repeat; None if they are new.

    It is 0 if no single vintage holds all of them. A date of publication makes sheets
    a vintage of their own, unless one of that very date holds their figures: who says
    the same again confirms it, and outlasts what was published in between. Sheets
    without a date say nothing new if what stands says it, or if the very files are
    there. A log whose counts were exact since, and are to be published, is new.
    """
    records = snapshot.data.records
    same = [n for n, one in snapshot.vintages.items() if _is_same(about, one)]
    opposite = {EXACT: PROTECTED, PROTECTED: EXACT}.get(about.counts)
    since = [n for n in same if snapshot.vintages[n].counts == opposite]
    same = [n for n in same if n > max(since, default=0)]
    for number in reversed(same):
        if _is_held(new, _figures(records[records["vintage"] == number])):
            return number
    if about.published:
        before = before[before["vintage"].isin(same)]
    return 0 if _is_held(new, before) else None


def _is_same(about: Vintage, one: Vintage) -> bool:
    """Return whether a vintage may be the same publication.

    It is if both give one date; where the sheets give none, if the files are the same
    to the byte.
    """
    if about.published:
        day = about.known if one.published else ""
        return about.published == one.published or day == one.known
    files = {file["sha256"] for file in one.files}
    return {file["sha256"] for file in about.files} <= files


def _is_held(new: pd.DataFrame, records: pd.DataFrame) -> bool:
    """Return whether each of the new figures is said by one of some records."""
    return len(_which(new, records, agree=True)) == len(new)


def _which(new: pd.DataFrame, records: pd.DataFrame, *, agree: bool) -> set[int]:
    """Return the rows of the new figures that some record says, or contradicts."""
    if new.empty or records.empty:
        return set()
    rows = new[_SAID].assign(row=np.arange(len(new)))
    pairs = records[_SAID].merge(rows, "inner", KEY, suffixes=("_old", ""))
    return set(pairs["row"][(how_unlike(pairs) != "revised") == agree])


def _touch(new: pd.DataFrame, vintage: Vintage) -> pd.DataFrame:
    """Return the keys of the figures that a vintage says or takes back."""
    withdrawn = [
        (entity, measure, year)
        for entity, years in vintage.withdrawn.items()
        for measure in vintage.measures
        for year in years
    ]
    return pd.DataFrame([*dict.fromkeys([*_keys(new), *withdrawn])], columns=KEY)


def _find_jumps(
    new: pd.DataFrame,
    accepted: pd.DataFrame,
    cells: Sequence[Found],
    times: int,
    data: Dataset,
) -> list[Fault]:
    """Return the figures that are so many times another one, or as small a part.

    Each is set against the accepted one of the same year, and the nearest ones of the
    years before and after, new ones first. A large change is told from `LEAST_LARGE`
    on, in the unit that the sheet prints.
    """
    columns = [*KEY, *ENDS, "printed", "row", "least"]
    codebook = data.codebook.set_index("measure")["unit"]
    worth = [
        convert(found.cell.unit, unit)
        for found, unit in zip(cells, new["measure"].map(codebook), strict=True)
    ]
    least = LEAST_LARGE * np.array(worth, float) * (times == LARGE)
    rows = np.arange(len(new))
    sides = [accepted.assign(row=-1, least=0.0), new.assign(row=rows, least=least)]
    both = pd.concat([one[columns] for one in sides if len(one)] or [sides[0][columns]])
    both = both.sort_values(KEY, kind="stable", ignore_index=True)
    latest = both.drop_duplicates(KEY, keep="last")
    jumps = sorted(
        [*_jumps(both, KEY, times), *_jumps(latest, KEY[:2], times)],
        key=lambda one: one[0],
    )
    said = "jump" if times == JUMP else "large"
    return [
        cells[row].refuse(
            f"{said}_in_{'sheets' if fresh else 'dataset'}", other=year, said=printed
        )
        for row, year, printed, fresh in jumps
        if times == JUMP or not fresh  # of two in the sheets the check has told
    ]


def _jumps(
    figures: pd.DataFrame, on: Sequence[str], times: int
) -> list[tuple[int, int, str, bool]]:
    """Return the new ones of sorted figures that are far from the one beside them.

    Each as its row, year and wording of the other, and whether that is new too: then
    the later one is at fault.
    """
    size = figures["value"].abs()
    for end in ("lower", "upper"):  # of a bound the firmer end
        known = figures[end].abs()
        size = size.fillna(known.where(np.isfinite(known) & (known > 0)))
    rows = figures["row"].to_numpy()
    keys = figures[list(on)].to_numpy(dtype=object)
    small, large = np.sort([size.to_numpy()[:-1], size.to_numpy()[1:]], axis=0)
    far = (small > 0) & (large >= times * (1 - 1e-9) * small)
    least = figures["least"].to_numpy()
    far &= large >= np.maximum(least[:-1], least[1:])
    far &= (keys[:-1] == keys[1:]).all(axis=1) & (np.maximum(rows[:-1], rows[1:]) >= 0)
    first = np.flatnonzero(far)
    own = np.where(rows[first + 1] >= 0, first + 1, first)
    other = figures.iloc[2 * first + 1 - own]
    return list(
        zip(
            rows[own].tolist(),
            other["year"].tolist(),
            other["printed"].tolist(),
            (other["row"] >= 0).tolist(),
            strict=True,
        )
    )


def _compare(
    snapshot: Snapshot,
    vintage: Vintage,
    records: pd.DataFrame,
    accepted: pd.DataFrame,
    touched: pd.DataFrame,
) -> tuple[pd.DataFrame, int, dict[str, int]]:
    """Return what the records of a vintage change in the accepted figures.

    Then how many of them say what is accepted, and of the others how many are not the
    accepted ones for which reason.
    """
    about = {"published": vintage.published, "standing": vintage.standing}
    fresh = records.assign(vintage=snapshot.next, **about)
    held = snapshot.data.records.drop(columns="stands")
    full = pd.concat([one for one in (held, fresh) if len(one)] or [held])
    full = full.reset_index(drop=True)
    vintages = {**snapshot.vintages, snapshot.next: vintage}
    full = full.assign(stands=mark_standing(full, vintages, order_of(vintages)))
    after = accepted_records(replace(snapshot.data, records=full), touched)
    before = accepted.merge(touched, "inner", KEY, validate="1:1")
    changed = compare_figures(before, after)
    new = _figures(records)
    now = new[_SAID].merge(after, "left", KEY, suffixes=("_old", ""), validate="1:1")
    agree = how_unlike(now) != "revised"
    stands = full["stands"].to_numpy(dtype=bool)[len(full) - len(new) :]
    rules = now["rule"].where(stands & now["rule"].notna(), "overtaken")
    altered = set(_keys(changed))
    unchanged = sum(key not in altered for key in _keys(new[agree]))
    return changed, unchanged, dict(Counter(rules[~agree]))
