"""What would a dataset become if these sheets came in, and may they?

Decides everything, and writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hengstats.dataset import check_vintage
from hengstats.errors import Fault, ReadingError
from hengstats.intake.result import Checked
from hengstats.store import notes
from hengstats.store.compare import (
    Comparison,
    Key,
    Record,
    agree,
    by_key,
    compare,
)
from hengstats.store.gather import (
    Found,
    find_two_names,
    find_unmapped,
    gather,
    places_of,
)
from hengstats.store.names import Answers, Known, Resolved, resolve
from hengstats.store.refusals import at_cell, jumps_of, mixed, refuse
from hengstats.store.state import (
    State,
    earlier_vintages,
    is_invented,
    known_buildings,
    standing_at,
)
from hengstats.store.transcribe import measures_of, transcribe
from hengstats.vintages import RECORD, Vintage, checksum, dump_part, parse_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be stored.

    Attributes
    ----------
    vintage : Vintage or None
        None if the dataset says all of it already.
    part : bytes
        Its file of records.
    comparison : Comparison
        Against what was known.
    warnings : tuple of Fault
        Those of the check, and what else is worth knowing.
    """

    vintage: Vintage | None
    part: bytes
    comparison: Comparison
    warnings: tuple[Fault, ...]


def propose(
    state: State, sheets: Sequence[Checked], told: Vintage, answers: Answers
) -> Proposal:
    """Return what would be stored.

    Parameters
    ----------
    state : State
    sheets : sequence of Checked
        All of them accepted.
    told : Vintage
        What the user says of the sheets; names, part and source are still blank.
    answers : Answers

    Raises
    ------
    SheetError
        If the sheets leave a question open, or contradict each other or the dataset:
        every reason at once.
    """
    places = places_of(sheets)
    invented = is_invented(state, list(places), told.title)
    told = _name(state, told, invented)
    order = earlier_vintages(state, told)
    listed = any(sheet.table == "building_year" for sheet in sheets)
    known = known_buildings(
        state, order, told.publisher, invented=invented, listed=listed
    )
    resolved = resolve(places, known, answers)
    measures = measures_of(state.data.name, state.data.codebook)
    cells, disagreements = gather(sheets, resolved.entities)
    questions = [*resolved.absent, *resolved.unasked]
    faults = [
        *mixed(state, invented, sheets),
        *resolved.unknown,
        *find_unmapped(sheets, measures),
        *find_two_names(sheets, resolved.entities),
        *disagreements,
    ]
    if faults:
        raise refuse([*faults, *questions])
    vintage = _describe(state, told, sheets, resolved)
    part, found = _transcribe(vintage, list(cells.values()), measures)
    vintage = replace(vintage, part=checksum(part))
    new = by_key(check_vintage(state.data, vintage, parse_part(part)))
    before = standing_at(state, order)
    taken = [key for key in before if key[2] in vintage.withdrawn.get(key[0], ())]
    comparison = compare(new, before, _overtaken(state, order, new), taken)
    warnings = [fault for sheet in sheets for fault in sheet.warnings]
    quiet = not (resolved.learned or resolved.withdrawn)
    again = not (comparison.added or comparison.revised) or _repeats(state, told, new)
    if quiet and again and _agrees(known, answers):
        return Proposal(
            vintage=None,
            part=b"",
            comparison=Comparison(unchanged=len(new)),
            warnings=tuple(warnings),
        )
    jumps = jumps_of(state, new, found)
    if jumps or questions:
        raise refuse([*jumps, *questions])
    warnings += notes.kept_figures(sheets, resolved.entities, measures, before, new)
    warnings += notes.other_by_hand(state.data.records, new, sheets)
    warnings += notes.overtaken(comparison, sheets)
    return Proposal(
        vintage=vintage, part=part, comparison=comparison, warnings=tuple(warnings)
    )


def _name(state: State, told: Vintage, invented: bool) -> Vintage:
    """Return a vintage with its kind, a title, and a source key that is not taken."""
    names = "、".join(
        file["name"].rpartition(".")[0] or file["name"] for file in told.files
    )
    marks = checksum("".join(sorted(file["sha256"] for file in told.files)).encode())
    mark = told.files[0]["sha256"] if len(told.files) == 1 else marks
    first = "illustrative" if invented else "sheet"
    key = stem = f"{first}-{told.known}-{mark[:8]}"
    taken, number = set(state.data.sources["source"]), 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    kind = "illustrative" if invented else "published"
    return replace(told, source=key, kind=kind, title=told.title or names)


def _describe(
    state: State, told: Vintage, sheets: Sequence[Checked], resolved: Resolved
) -> Vintage:
    """Return a vintage with the buildings it names, has no figure of, takes back."""
    rows = {(year, resolved.entities[name]) for s in sheets for year, name in s.rows}
    filled = {
        (cell.year, resolved.entities[cell.building])
        for sheet in sheets
        for cell in sheet.cells
    }
    blank: dict[str, list[int]] = {}
    for year, entity in sorted(rows - filled):
        blank.setdefault(entity, []).append(year)
    listed = {*state.data.entities["entity"], *resolved.learned.values()}
    unlisted = {
        key: key for key in sorted({entity for _, entity in rows}) if key not in listed
    }
    years = sorted({year for year, _ in rows})
    return replace(
        told,
        names=unlisted | dict(resolved.learned),
        blank=blank,
        withdrawn={entity: years for entity in resolved.withdrawn},
    )


def _transcribe(
    vintage: Vintage, cells: Sequence[Found], measures: Mapping[str, str]
) -> tuple[bytes, dict[Key, Found]]:
    """Return the part of a vintage, and the cell of each of its figures."""
    records, faults, found = [], [], {}
    for one in cells:
        measure = measures[one.cell.column]
        found[one.entity, measure, one.cell.year] = one
        key = {"entity": one.entity, "measure": measure, "source": vintage.source}
        try:
            records.append(transcribe(one.cell, file=one.file, **key))
        except ReadingError as fault:
            mend = "写成一个普通的数字，如 26.3"
            english = "no wording of the records says this: write a plain number"
            faults.append(at_cell(one, "invalid_number", str(fault), mend, english))
    if faults:
        raise refuse(faults)
    return dump_part(pd.DataFrame(records, columns=RECORD)), found


def _overtaken(
    state: State, order: Sequence[int], new: Mapping[Key, Record]
) -> set[Key]:
    """Return the figures that a later publication has, or has taken back."""
    later = {n: one for n, one in state.vintages.items() if n not in order}
    records = state.data.records
    held = set(by_key(records[records["vintage"].isin(later)]))
    gone = {
        (entity, year)
        for one in later.values()
        for entity, years in one.withdrawn.items()
        for year in years
    }
    return {key for key in new if key in held or (key[0], key[2]) in gone}


def _repeats(state: State, told: Vintage, new: Mapping[Key, Record]) -> bool:
    """Return whether an earlier vintage says all of it, and is the same publication.

    It is if both give one date; where the sheets give none, if the files are the same
    to the byte.
    """
    records = state.data.records
    for number, one in state.vintages.items():
        files = {file["sha256"] for file in one.files}
        same = {file["sha256"] for file in told.files} <= files
        if told.published != one.published if told.published else not same:
            continue
        held = by_key(records[records["vintage"] == number])
        if all(key in held and agree(held[key], row) for key, row in new.items()):
            return True
    return False


def _agrees(known: Known, answers: Answers) -> bool:
    """Return whether the dataset has every answer already, from an earlier time."""
    names = known.names
    renamed = all(
        names.get(old) and names.get(old) == names.get(new)
        for old, new in answers.aliases.items()
    )
    gone = [names.get(name) for name in answers.withdraw]
    return (
        renamed
        and all(names.get(name) for name in answers.new_buildings)
        and all(key and key not in known.reported for key in gone)
    )
