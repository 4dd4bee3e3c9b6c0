"""What would a dataset become if these sheets came in, and may they?

Decides everything, and writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hengstats.adding import notes
from hengstats.adding.compare import Comparison, Key, Record, by_key, compare
from hengstats.adding.gather import (
    Found,
    find_two_names,
    find_unmapped,
    gather,
    places_of,
)
from hengstats.adding.names import Answers, Resolved, resolve
from hengstats.adding.refusals import at_cell, jumps_of, mixed, refuse
from hengstats.adding.repeats import find_repeated, has_answers, is_revised
from hengstats.adding.state import (
    State,
    accepted,
    earlier_vintages,
    is_invented,
    known_buildings,
    standing_at,
    with_vintage,
)
from hengstats.adding.transcribe import measures_of, transcribe
from hengstats.dataset import check_vintage
from hengstats.errors import Fault, ReadingError
from hengstats.intake.result import Checked
from hengstats.precedence import speak_for_one
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
        What it changes in the accepted figures.
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
    before = standing_at(state, order)
    measures = measures_of(state.data.name, state.data.codebook)
    losses = _losses(before, state, told, sheets, measures)
    listed = any(sheet.table == "building_year" for sheet in sheets)
    listed &= not answers.partial
    known = known_buildings(
        state, order, told.publisher, invented=invented, listed=listed
    )
    resolved = resolve(places, known, answers, losses)
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
    if vintage.withdrawn:
        vintage = replace(vintage, measures=sorted(_cover(sheets, measures)))
    part, found = _transcribe(vintage, list(cells.values()), measures)
    vintage = replace(vintage, part=checksum(part), partial=answers.partial)
    records = check_vintage(state.data, vintage, parse_part(part))
    new = by_key(records)
    warnings = [fault for sheet in sheets for fault in sheet.warnings]
    warnings += notes.kept_figures(sheets, resolved.entities, measures, before, new)
    repeated = find_repeated(state, told, new, before)
    quiet = not (resolved.learned or resolved.withdrawn)
    if quiet and repeated is not None and has_answers(state, known, answers):
        if is_revised(state, new):
            warnings.append(notes.revised_since(repeated, sheets[0].file))
        return Proposal(
            vintage=None,
            part=b"",
            comparison=Comparison(unchanged=len(new)),
            warnings=tuple(warnings),
        )
    jumps = jumps_of(state, new, found)
    if jumps or questions:
        raise refuse([*jumps, *questions])
    comparison = _compare(state, vintage, records)
    warnings += notes.other_by_hand(state.data.records, new, sheets)
    warnings += notes.passed_over(comparison, sheets)
    warnings += notes.of_vintage(
        vintage, state.head.vintages, comparison, losses, known.shown
    )
    return Proposal(
        vintage=vintage, part=part, comparison=comparison, warnings=tuple(warnings)
    )


def _losses(
    before: Mapping[Key, Sequence[Record]],
    state: State,
    told: Vintage,
    sheets: Sequence[Checked],
    measures: Mapping[str, str],
) -> dict[str, list[Record]]:
    """Return the figures that each building loses if it is withdrawn with the sheets.

    They are those that stand before the sheets, of the years and measures of the
    sheets and of their publisher; see `precedence.mark_standing`.
    """
    years = {year for sheet in sheets for year, _ in sheet.rows}
    covered = _cover(sheets, measures)
    losses: dict[str, list[Record]] = {}
    for (entity, measure, year), records in before.items():
        own = losses.setdefault(entity, [])
        if measure in covered and year in years:
            own += [
                record
                for record in records
                if speak_for_one(
                    told.publisher, state.vintages[record["vintage"]].publisher
                )
            ]
    return losses


def _cover(sheets: Sequence[Checked], measures: Mapping[str, str]) -> set[str]:
    """Return the measures of which the sheets hold any figure."""
    columns = {cell.column for sheet in sheets for cell in sheet.cells}
    return {measure for column, measure in measures.items() if column in columns}


def _compare(state: State, vintage: Vintage, records: pd.DataFrame) -> Comparison:
    """Return what the records of a vintage change in the accepted figures."""
    after = with_vintage(state, vintage, records)
    new = by_key(records)
    own = after.records[after.records["source"] == vintage.source]
    touched = {*new} | {
        (entity, measure, year)
        for entity, years in vintage.withdrawn.items()
        for measure in vintage.measures
        for year in years
    }
    return compare(
        new,
        accepted(state.data, touched),
        accepted(after, touched),
        set(by_key(own[own["stands"]])),
    )


def _name(state: State, told: Vintage, invented: bool) -> Vintage:
    """Return a vintage with its kind, a title, and a source key that is not taken."""
    names = "、".join(
        file["name"].rpartition(".")[0] or file["name"] for file in told.files
    )
    marks = checksum("".join(sorted(file["sha256"] for file in told.files)).encode())
    mark = told.files[0]["sha256"] if len(told.files) == 1 else marks
    first = "illustrative" if invented else "sheet"
    key = stem = f"{first}-{told.published or told.known}-{mark[:8]}"
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
