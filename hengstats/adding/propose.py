"""Decides what a dataset would become if some sheets came in; writes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from hengstats.adding import notes
from hengstats.adding.buildings import (
    MOST,
    Answers,
    Losses,
    Resolved,
    has_answers,
    known_buildings,
    places_of,
    resolve,
    two_names,
)
from hengstats.adding.files import watch
from hengstats.adding.transcribe import (
    Found,
    gather,
    measures_of,
    transcribe_all,
    unmapped_columns,
)
from hengstats.dataset import Dataset, check_vintage, read_dataset
from hengstats.errors import Fault, SheetError, place_fault
from hengstats.figures import KEY
from hengstats.folder import find_dataset
from hengstats.indicators import ENDS
from hengstats.intake.buildings.series import JUMP
from hengstats.intake.result import Checked
from hengstats.messages import message
from hengstats.panel import ILLUSTRATIVE
from hengstats.revisions.figures import accepted_records, compare_figures, how_unlike
from hengstats.vintages import (
    Vintage,
    checksum,
    mark_standing,
    order_of,
    read_vintages,
    speak_for_one,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A dataset as it was read.

    Attributes
    ----------
    folder : Path
    files : dict
        Checksums of the hand-kept files.
    vintages : list of Vintage
    data : Dataset
    """

    folder: Path
    files: Mapping[str, str]
    vintages: list[Vintage]
    data: Dataset

    @property
    def numbered(self) -> dict[int, Vintage]:
        """The vintages by number."""
        return dict(enumerate(self.vintages, start=1))

    @property
    def next(self) -> int:
        """The number that one more vintage has."""
        return len(self.vintages) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be stored.

    Attributes
    ----------
    vintage : Vintage or None
        None if the dataset says all of it already.
    changed : DataFrame
        What it changes in the accepted figures; see `compare_figures`.
    unchanged : int
        Figures of the sheets that say what is accepted.
    passed_over : dict
        Why other figures of the sheets are not the accepted ones, to how many they
        are: `overtaken` by a later publication, or a rule of `figures.RULES`, or
        `ruling`.
    warnings : tuple of Fault
        Those of the check, and what else is worth knowing.
    """

    vintage: Vintage | None = None
    changed: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"change": []}))
    unchanged: int = 0
    passed_over: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()

    @property
    def alters(self) -> bool:
        """Whether any figure is not what it was, rather than known more precisely."""
        return bool((self.changed["change"] != "restated").any())


def read_snapshot(dataset: str) -> Snapshot:
    """Return what a dataset holds; its files may change at any time after."""
    folder = find_dataset(dataset)
    files = watch(folder)
    vintages = read_vintages(folder)
    data = read_dataset(dataset, vintages=len(vintages))
    return Snapshot(folder=folder, files=files, vintages=vintages, data=data)


def propose(
    snapshot: Snapshot, sheets: Sequence[Checked], about: Vintage, answers: Answers
) -> Proposal:
    """Return what would be stored.

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
    about = _name(snapshot, about, sheets)
    earlier = _list_earlier(snapshot, about)
    before = _standing(snapshot, earlier)
    measures = measures_of(data.name, data.codebook)
    losses = _losses(snapshot, before, about, sheets, measures)
    lists = any(sheet.table == "building_year" for sheet in sheets)
    known = known_buildings(
        data,
        snapshot.vintages,
        [snapshot.numbered[number] for number in earlier],
        about.publisher,
        invented=about.kind == "illustrative",
        listed=lists and not answers.partial,
    )
    resolved = resolve(places_of(sheets), known, answers, losses)
    questions = [*resolved.absent, *resolved.unasked]
    cells, contradictions = gather(sheets, resolved.entities)
    faults = [
        *_mixed(data, about, file),
        *resolved.unknown,
        *unmapped_columns(sheets, measures),
        *two_names(sheets, resolved.entities),
        *contradictions,
    ]
    if faults:
        raise _refuse([*faults, *questions], resolved.more)
    vintage = _describe(snapshot, about, sheets, resolved, measures)
    rows, faults = transcribe_all(cells, measures)
    if faults:
        raise _refuse(faults)
    vintage = replace(vintage, records=rows, partial=answers.partial)
    records = check_vintage(data, vintage, snapshot.next)
    new = _figures(records)
    warnings = [fault for sheet in sheets for fault in sheet.warnings]
    held = dict(zip(_keys(before), before["printed"], strict=True))
    figures = resolved.entities, measures, held, set(_keys(new))
    warnings += notes.kept_figures(sheets, *figures)
    repeated = _find_repeated(snapshot, vintage, new, before)
    quiet = not (resolved.learned or resolved.withdrawn)
    if (
        quiet
        and repeated is not None
        and has_answers(snapshot.vintages, known, answers)
    ):
        warnings += _revised_since(snapshot, repeated, new, file)
        return Proposal(unchanged=len(new), warnings=tuple(warnings))
    touched = _touch(new, vintage)
    accepted = accepted_records(data, touched[KEY[:2]].drop_duplicates())
    jumps = _find_jumps(new, accepted, cells)
    if jumps or questions:
        raise _refuse([*jumps, *questions], resolved.more)
    proposal = _compare(snapshot, vintage, records, accepted, touched)
    warnings += _other_by_hand(data, new, file)
    warnings += notes.passed_over(proposal.passed_over, file)
    warnings += notes.of_vintage(
        vintage,
        snapshot.vintages,
        losses,
        known.shown,
        confirms=not (proposal.passed_over or proposal.alters),
    )
    return replace(proposal, vintage=vintage, warnings=tuple(warnings))


def _name(snapshot: Snapshot, about: Vintage, sheets: Sequence[Checked]) -> Vintage:
    """Return a vintage with its kind, a title, and a source key that is not taken."""
    data = snapshot.data
    told = [*(name for sheet in sheets for _, name in sheet.rows), about.title]
    kind = "illustrative" if _is_invented(data, told) else "published"
    names = "、".join(
        file["name"].rpartition(".")[0] or file["name"] for file in about.files
    )
    marks = sorted(file["sha256"] for file in about.files)
    mark = marks[0] if len(marks) == 1 else checksum("".join(marks).encode())
    first = "illustrative" if kind == "illustrative" else "sheet"
    key = stem = f"{first}-{about.published or about.known}-{mark[:8]}"
    taken, number = set(data.sources["source"]), 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return replace(about, source=key, kind=kind, title=about.title or names)


def _is_invented(data: Dataset, names: Iterable[str]) -> bool:
    """Return whether figures are illustrative.

    They are if the dataset is, or if a name or the title begins with the word.
    """
    return data.illustrative or any(
        name.strip().casefold().startswith(ILLUSTRATIVE) for name in names
    )


def _mixed(data: Dataset, about: Vintage, file: str) -> list[Fault]:
    """Return the fault of invented figures on their way to real ones."""
    names = [*data.records["entity"].unique(), *data.entities["zh-Hans"]]
    real = len(data.records) > 0 and not _is_invented(data, names)
    if about.kind == "illustrative" and real:
        return [notes.note("mixed_kinds", file, dataset=data.name)]
    return []


def _describe(
    snapshot: Snapshot,
    about: Vintage,
    sheets: Sequence[Checked],
    resolved: Resolved,
    measures: Mapping[str, str],
) -> Vintage:
    """Return a vintage with the buildings it names, has no figure of, takes back."""
    entities, known = resolved.entities, set(snapshot.data.entities["entity"])
    rows = {(year, entities[name]) for sheet in sheets for year, name in sheet.rows}
    filled = {
        (cell.year, entities[cell.building]) for sheet in sheets for cell in sheet.cells
    }
    blank: dict[str, list[int]] = {}
    for year, entity in sorted(rows - filled):
        blank.setdefault(entity, []).append(year)
    listed = known | set(resolved.learned.values())
    present = sorted({entity for _, entity in rows})
    years = sorted({year for year, _ in rows})
    return replace(
        about,
        names={one: one for one in present if one not in listed}
        | dict(resolved.learned),
        blank=blank,
        withdrawn={entity: years for entity in resolved.withdrawn},
        measures=sorted(_cover(sheets, measures)) if resolved.withdrawn else (),
    )


# What stands before the sheets


def _list_earlier(snapshot: Snapshot, about: Vintage) -> list[int]:
    """Return the numbers of the vintages known before a new one, in their order."""
    order = order_of(snapshot.numbered | {snapshot.next: about})
    return order[: order.index(snapshot.next)]


def _standing(snapshot: Snapshot, order: Sequence[int]) -> pd.DataFrame:
    """Return the records of some vintages that stand when no other is known."""
    records = snapshot.data.records
    seen = records[records["vintage"].isin(order)]
    every = len(order) == len(snapshot.vintages)
    stands = seen["stands"] if every else mark_standing(seen, snapshot.numbered, order)
    return _figures(seen[stands.astype(bool)])


def _figures(records: pd.DataFrame) -> pd.DataFrame:
    """Return dated records as figures, that can be compared."""
    dated = records[records["year"].notna()].astype({"year": "int64"})
    return dated.assign(value=dated["number"])


def _keys(figures: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return entity, measure and year of each figure."""
    return list(zip(*(figures[column].tolist() for column in KEY), strict=True))


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
    years = {year for sheet in sheets for year, _ in sheet.rows}
    own = [
        number
        for number, one in snapshot.numbered.items()
        if speak_for_one(about.publisher, one.publisher)
    ]
    among = {"vintage": own, "year": years, "measure": _cover(sheets, measures)}
    lost = before[np.logical_and.reduce([before[c].isin(a) for c, a in among.items()])]
    losses: dict[str, list[tuple[str, int]]] = {}
    for entity, measure, year in _keys(lost):
        losses.setdefault(entity, []).append((measure, year))
    return losses


def _cover(sheets: Sequence[Checked], measures: Mapping[str, str]) -> set[str]:
    """Return the measures of which the sheets hold any figure."""
    columns = {cell.column for sheet in sheets for cell in sheet.cells}
    return {measure for column, measure in measures.items() if column in columns}


# Whether the dataset holds the sheets already


def _find_repeated(
    snapshot: Snapshot, about: Vintage, new: pd.DataFrame, before: pd.DataFrame
) -> int | None:
    """Return the number of the vintage that sheets repeat; None if they are new.

    It is 0 if no single vintage holds all of them. A date of publication makes sheets
    a vintage of their own, unless one of that very date holds their figures: who says
    the same again confirms it, and outlasts what was published in between. Sheets
    without a date say nothing new if what stands says it, or if the very files are
    there.
    """
    records = snapshot.data.records
    same = [n for n, one in snapshot.numbered.items() if _is_same(about, one)]
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
    """Return whether some records say each of the new figures."""
    return len(new) == 0 or len(_which_agree(new, records)) == len(new)


def _which_agree(
    new: pd.DataFrame, records: pd.DataFrame, *, agree: bool = True
) -> set[int]:
    """Return the rows of new figures that any of some records says, or contradicts."""
    columns = [*KEY, "qualifier", *ENDS]
    rows = new[columns].assign(row=np.arange(len(new)))
    pairs = records[columns].merge(rows, "inner", KEY, suffixes=("_old", ""))
    return set(pairs["row"][(how_unlike(pairs) != "revised") == agree])


def _revised_since(
    snapshot: Snapshot, number: int, new: pd.DataFrame, file: str
) -> list[Fault]:
    """Return the note on sheets that are known, and no longer stand.

    `number` is that of their vintage, 0 where several vintages hold their figures.
    """
    now = _standing(snapshot, order_of(snapshot.numbered))
    if _is_held(new, now):
        return []
    key = "revised_since" if number else "all_revised_since"
    return [notes.remark(key, file, number=number)]


def _other_by_hand(data: Dataset, new: pd.DataFrame, file: str) -> list[Fault]:
    """Return the note on figures of which a hand-kept record says something else."""
    records = data.records
    told = (records["vintage"] == 0) & (records["qualifier"] != "not_found")
    other = _which_agree(new, _figures(records[told]), agree=False)
    return [notes.note("other_by_hand", file, count=len(other))] if other else []


# What changes


def _touch(new: pd.DataFrame, vintage: Vintage) -> pd.DataFrame:
    """Return the keys of the figures that a vintage says or takes back."""
    rows = [
        (entity, measure, year)
        for entity, years in vintage.withdrawn.items()
        for measure in vintage.measures
        for year in years
    ]
    withdrawn = pd.DataFrame(rows, columns=KEY)
    return pd.concat([new[KEY], withdrawn] if rows else [new[KEY]]).drop_duplicates()


def _find_jumps(
    new: pd.DataFrame, accepted: pd.DataFrame, cells: Sequence[Found]
) -> list[Fault]:
    """Return the figures that are 1,000 times another one, or a thousandth of it.

    Each is set against the accepted one of the same year, and the nearest ones of the
    years before and after, new ones first.
    """
    columns = [*KEY, *ENDS, "printed"]
    sides = [
        accepted[columns].assign(row=-1),
        new[columns].assign(row=np.arange(len(new))),
    ]
    both = pd.concat([one for one in sides if len(one)] or sides)
    both = both.sort_values(KEY, kind="stable", ignore_index=True)
    jumps = _jumps(both, KEY)
    latest = both.drop_duplicates(KEY, keep="last")
    jumps = pd.concat([jumps, _jumps(latest, KEY[:2])])
    jumps = jumps.sort_values("row", kind="stable")
    return [
        cells[row].refuse(
            "jump_in_sheets" if fresh else "jump_in_dataset", other=year, said=printed
        )
        for row, year, printed, fresh in jumps.itertuples(index=False, name=None)
    ]


def _jumps(figures: pd.DataFrame, on: Sequence[str]) -> pd.DataFrame:
    """Return the new figures that are far from the one beside them in sorted figures.

    With each the year and wording of the other, and whether that is new too: then the
    later one is at fault.
    """
    size = figures["value"].abs()
    for end in ("lower", "upper"):  # of a bound the firmer end
        known = figures[end].abs()
        size = size.fillna(known.where(np.isfinite(known) & (known > 0)))
    a, b = figures.iloc[:-1], figures.iloc[1:]
    beside = np.logical_and.reduce(
        [a[column].to_numpy() == b[column].to_numpy() for column in on]
    )
    small, large = np.sort([size.to_numpy()[:-1], size.to_numpy()[1:]], axis=0)
    far = (small > 0) & (large >= JUMP * (1 - 1e-9) * small)
    fresh = np.maximum(a["row"].to_numpy(), b["row"].to_numpy()) >= 0
    places = np.flatnonzero(beside & far & fresh)
    later = b["row"].to_numpy()[places] >= 0
    own = np.where(later, places + 1, places)
    other = figures.iloc[np.where(later, places, places + 1)]
    return pd.DataFrame(
        {
            "row": figures["row"].to_numpy()[own],
            "year": other["year"].to_numpy(),
            "printed": other["printed"].to_numpy(),
            "fresh": other["row"].to_numpy() >= 0,
        }
    )


def _compare(
    snapshot: Snapshot,
    vintage: Vintage,
    records: pd.DataFrame,
    accepted: pd.DataFrame,
    touched: pd.DataFrame,
) -> Proposal:
    """Return what the records of a vintage change in the accepted figures."""
    data = _with_vintage(snapshot, vintage, records)
    after = accepted_records(data, touched)
    before = accepted.merge(touched, "inner", KEY, validate="1:1")
    changed = compare_figures(before, after)
    new = _figures(records)
    now = new[[*KEY, "qualifier", *ENDS]].merge(
        after, "left", KEY, suffixes=("_old", ""), validate="1:1"
    )
    agree = how_unlike(now) != "revised"
    stands = data.records["stands"].to_numpy(dtype=bool)[-len(new) :]
    rules = now["rule"].where(stands & now["rule"].notna(), "overtaken")
    altered = changed[KEY].merge(new[KEY][agree], "inner", KEY)
    return Proposal(
        changed=changed,
        unchanged=int(agree.sum()) - len(altered),
        passed_over=dict(Counter(rules[~agree])),
    )


def _with_vintage(
    snapshot: Snapshot, vintage: Vintage, records: pd.DataFrame
) -> Dataset:
    """Return the dataset as it will be with the records of one more vintage."""
    vintages = snapshot.numbered | {snapshot.next: vintage}
    about = {"published": vintage.published, "standing": vintage.standing}
    fresh = records.assign(vintage=snapshot.next, **about)
    held = snapshot.data.records.drop(columns="stands")
    full = pd.concat([one for one in (held, fresh) if len(one)] or [held])
    full = full.reset_index(drop=True)
    stands = mark_standing(full, vintages, order_of(vintages))
    return replace(snapshot.data, records=full.assign(stands=stands))


def _refuse(faults: Sequence[Fault], more: int = 0) -> SheetError:
    """Return the error with every fault, the first hundred one by one."""
    shown, rest = list(faults[:MOST]), len(faults) - MOST + more
    if rest > 0:
        _, *texts = message("adding.more", count=rest)
        shown.append(place_fault(shown[-1].code, *texts, file=shown[-1].file))
    return SheetError(shown)
