"""Takes the cells of all sheets together, and writes each down as a record.

The wording stays that of the cell wherever the door of the records reads it as the
check did; where it does not, a plain wording of the same figure stands in its place,
and the quote shows both.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from hengstats.dataset import list_labels
from hengstats.errors import DataError, Fault, ReadingError, locate
from hengstats.intake.result import COLUMNS, CUSTOMARY, Cell, Checked, refuse
from hengstats.messages import message
from hengstats.printed import read_printed
from hengstats.vocabulary import UNITS, convert, say

_BEFORE = {
    "exact": "",
    "about": "约",
    "nearly": "近",
    "at_least": "至少",
    "more_than": "超过",
    "at_most": "至多",
    "fewer_than": "不足",
}
_PLAIN = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
_FACTOR = {unit: Decimal(repr(about.factor)) for unit, about in UNITS.items()}


def measures_of(folder: str, codebook: pd.DataFrame) -> dict[str, str]:
    """Return the measure of each column of a sheet that the codebook knows.

    Raises
    ------
    DataError
        If two measures name one column, or a column has another kind of unit.
    """
    known = codebook["measure"].tolist()
    if "column" in codebook:
        pairs = [*zip(codebook["column"], known, strict=True)]
    else:
        found = {c: [one for one in CUSTOMARY[c] if one in known] for c in CUSTOMARY}
        pairs = [(column, among[0]) for column, among in found.items() if among]
    measures: dict[str, str] = {}
    units = dict(zip(known, codebook["unit"], strict=True))
    for column, measure in pairs:
        if not column:
            continue
        place = folder, "codebook.csv", known.index(measure) + 2
        if column not in COLUMNS or column in measures:
            key = "repeated" if column in measures else "no_column"
            listed = "、".join(COLUMNS)
            _, fault, mend, _ = message(f"transcribe.{key}", name=column, known=listed)
            raise DataError(locate(*place, "column", fault, mend))
        try:
            convert(COLUMNS[column], units[measure])
        except ValueError as error:
            own = COLUMNS[column]
            _, fault, mend, _ = message("transcribe.unit", fault=error, unit=own)
            raise DataError(locate(*place, "unit", fault, mend)) from error
        measures[column] = measure
    return measures | {one: one for one in _own(codebook, measures.values())}


def own_measures(folder: str, codebook: pd.DataFrame) -> dict[str, list[str]]:
    """Return the unit and labels of each measure that comes in by its labels.

    Those are the counts and sums of money that are no column of every sheet.
    """
    mapped = {
        measure
        for column, measure in measures_of(folder, codebook).items()
        if column in COLUMNS
    }
    return _own(codebook, mapped)


def _own(codebook: pd.DataFrame, mapped: Iterable[str]) -> dict[str, list[str]]:
    """Return unit and labels of the measures that none of the mapped ones is."""
    labels, others = list_labels(codebook), set(mapped)
    return {
        measure: [unit, *labels[measure]]
        for measure, unit in zip(codebook["measure"], codebook["unit"], strict=True)
        if measure in labels and measure not in others
        if UNITS[unit].kind == "count" or UNITS[unit].dimension == "yuan"
    }


class Found(NamedTuple):
    """One cell, the file it stands in, and the building it speaks of."""

    file: str
    entity: str
    cell: Cell

    def refuse(self, key: str, **values: object) -> Fault:
        """Return the fault of the cell that a message describes."""
        cell = self.cell
        values |= {
            "building": cell.building,
            "year": cell.year,
            "printed": cell.printed,
        }
        place = self.file, cell.sheet, cell.row, cell.head
        return refuse(f"adding.{key}", **values).at(*place)


def gather(
    sheets: Sequence[Checked], entities: Mapping[str, str]
) -> tuple[list[Found], list[Fault]]:
    """Return one cell for each figure, and the figures on which two files disagree."""
    cells: dict[tuple[str, str, int], Found] = {}
    faults = []
    for sheet in sheets:
        for cell in sheet.cells:
            if not (entity := entities.get(cell.building, "")):
                continue
            own = Found(sheet.file, entity, cell)
            first = cells.setdefault((entity, cell.column, cell.year), own)
            if first is not own and _meaning(first.cell) != _meaning(cell):
                row = f" 第 {first.cell.row} 行" if first.cell.row else ""
                said = {"file": first.file, "row": row, "other": first.cell.printed}
                faults.append(own.refuse("disagreement", **said))
    return list(cells.values()), faults


def unmapped_columns(
    sheets: Sequence[Checked], measures: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield the columns of each sheet that the codebook knows no measure for."""
    for sheet in sheets:
        heads = {cell.column: cell for cell in reversed(sheet.cells)}
        for column in [one for one in COLUMNS if one in heads and one not in measures]:
            place = sheet.file, heads[column].sheet, None, heads[column].head
            yield refuse("adding.unmapped_column", column=column).at(*place)


def transcribe(
    cells: Sequence[Found], measures: Mapping[str, str], units: Mapping[str, str]
) -> list[list[str]]:
    """Return the record of each cell, in the columns of `vintages.RECORD`.

    `measures` holds the measure of each column, `units` that of the codebook for each
    measure; a column of every sheet has its own, see `result.COLUMNS`.
    """
    records = []
    for file, entity, cell in cells:
        said = cell.qualifier, cell.number, cell.lower, cell.upper
        own = COLUMNS.get(cell.column) or units[measures[cell.column]]
        printed, value, unit = _word(own, cell.printed, cell.unit, *said)
        sheet = f"《{cell.sheet}》" if cell.sheet else ""
        row = f"第{cell.row}行 " if cell.row else " "
        quote = f"{file}{sheet}{row}{cell.head or cell.column}：{cell.printed}"
        if printed != cell.printed:
            quote += f"（即 {printed}）"
        key = [entity, measures[cell.column], str(cell.year)]
        records.append([*key, printed, value, cell.qualifier, unit, quote])
    return records


@lru_cache(maxsize=100_000)
def _word(
    own: str,
    printed: str,
    unit: str,
    qualifier: str,
    number: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
) -> tuple[str, str, str]:
    """Return wording, value and unit of a record that says what a cell says.

    `own` is the unit of its column, in which the numbers are.
    """
    first = next((end for end in (number, upper, lower) if end is not None), Decimal())
    if not _says(printed, unit, own, qualifier, first):
        plain = f"{_BEFORE.get(qualifier, '')}{first:f}"
        plain = f"{lower:f}-{upper:f}" if qualifier == "range" else plain
        money = UNITS[own].dimension == "yuan"
        printed, unit = plain + say("unit", own, "zh-Hans") * money, own
    if qualifier == "range":
        return printed, "", unit
    value = first * _FACTOR[own] / _FACTOR[unit]
    return printed, f"{value.normalize():f}", unit


def _says(wording: str, unit: str, own: str, qualifier: str, held: Decimal) -> bool:
    """Return whether the records read a wording as the cell was read.

    `held` is the number of the cell in the unit of its column, `own`.
    """
    if qualifier == "exact" and _PLAIN.fullmatch(wording):
        # A plain number reads as itself; nearly all cells are one.
        return Decimal(wording) * _FACTOR[unit] == held * _FACTOR[own]
    try:
        figure = read_printed(wording, unit=unit)
        measured = figure.unit in UNITS and UNITS[str(figure.unit)].kind == "amount"
        factor = convert(str(figure.unit) if measured else unit, own)
    except (ReadingError, ValueError):
        return False
    said = figure.upper if qualifier == "range" else figure.number
    near = said is not None and math.isclose(said * factor, held, rel_tol=1e-9)
    return figure.qualifier == qualifier and near


def _meaning(cell: Cell) -> tuple[object, ...]:
    """Return what makes two cells say the same."""
    return cell.number, cell.qualifier, cell.lower, cell.upper
