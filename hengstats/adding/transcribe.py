"""Takes the cells of all sheets together, and writes each down as a record.

The wording stays that of the cell wherever the door of the records reads it as the
check did; where it does not, a plain wording of the same figure stands in its place,
and the quote shows both.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from hengstats.errors import DataError, Fault, ReadingError, locate
from hengstats.intake.result import COLUMNS, Cell, Checked, refuse
from hengstats.messages import message
from hengstats.printed import read_printed
from hengstats.vocabulary import UNITS, convert

# Where the codebook does not say which measure a column of a sheet is.
CUSTOMARY = {
    "tax": ("tax_revenue",),
    "members": ("branch_members",),
    "branches": ("branches",),
    "enterprises": ("enterprises", "tenants", "enterprises_covered"),
    "events": ("events",),
    "attendances": ("attendances",),
    "participants": ("participants",),
}
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
_CLOSE = Decimal("1e-9")
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
    return measures


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


def transcribe_all(
    cells: Sequence[Found], measures: Mapping[str, str]
) -> tuple[list[list[str]], list[Fault]]:
    """Return the records of all cells, and those that no wording of records says."""
    records, faults = [], []
    for one in cells:
        try:
            printed, value, unit, quote = transcribe(one.cell, one.file)
        except ReadingError as fault:
            faults.append(one.refuse("invalid_number", fault=fault))
            continue
        key = [one.entity, measures[one.cell.column], str(one.cell.year)]
        records.append([*key, printed, value, one.cell.qualifier, unit, quote])
    return records, faults


def transcribe(cell: Cell, file: str) -> tuple[str, str, str, str]:
    """Return how a cell is recorded: printed, value, unit and quote.

    Raises
    ------
    ReadingError
        If no wording says what the check has read.
    """
    figure = cell.qualifier, cell.number, cell.lower, cell.upper
    printed, value, unit = _word(cell.column, cell.printed, cell.unit, *figure)
    sheet = f"《{cell.sheet}》" if cell.sheet else ""
    row = f"第{cell.row}行 " if cell.row else " "
    quote = f"{file}{sheet}{row}{cell.head or cell.column}：{cell.printed}"
    if printed != cell.printed:
        quote += f"（即 {printed}）"
    return printed, value, unit, quote


@lru_cache(maxsize=100_000)
def _word(
    column: str,
    printed: str,
    unit: str,
    qualifier: str,
    number: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
) -> tuple[str, str, str]:
    """Return wording, value and unit of a record that says what a cell says."""
    own = COLUMNS[column]
    ends = number, upper, lower
    first = next((end for end in ends if end is not None), None)
    held = (lower, upper) if qualifier == "range" else (first,)
    plain = ""
    if qualifier == "range" and lower is not None and upper is not None:
        plain = f"{lower:f}-{upper:f}"
    elif first is not None:
        plain = f"{_BEFORE[qualifier]}{first:f}"
    plain += "亿元" * (column == "tax" and bool(plain))
    for wording, stated in ((printed, unit), (plain, own)):
        if wording and _says(wording, stated, own, qualifier, held):
            if qualifier == "range" or first is None:
                return wording, "", stated
            value = first * _FACTOR[own] / _FACTOR[stated]
            return wording, f"{value.normalize():f}", stated
    raise ReadingError(f"“{printed}” / “{plain}”")


def _meaning(cell: Cell) -> tuple[object, ...]:
    """Return what makes two cells say the same."""
    return cell.number, cell.qualifier, cell.lower, cell.upper


def _says(
    wording: str,
    stated: str,
    own: str,
    qualifier: str,
    held: tuple[Decimal | None, ...],
) -> bool:
    """Return whether a wording, read with a unit, says what a cell holds."""
    if qualifier == "exact" and held[0] is not None and _PLAIN.fullmatch(wording):
        # A plain number reads as itself; nearly all cells are one.
        return Decimal(wording) * _FACTOR[stated] == held[0] * _FACTOR[own]
    try:
        figure = read_printed(wording, unit=stated)
        measured = figure.unit in UNITS and UNITS[str(figure.unit)].kind == "amount"
        factor = convert(str(figure.unit) if measured else stated, own)
    except (ReadingError, ValueError):
        return False
    said = (figure.lower, figure.upper) if qualifier == "range" else (figure.number,)
    return figure.qualifier == qualifier and all(
        one is not None and other is not None and _is_close(one * factor, other)
        for one, other in zip(said, held, strict=True)
    )


def _is_close(said: float, held: Decimal) -> bool:
    """Return whether two numbers are one, but for the last bits of a float."""
    return abs(Decimal(repr(said)) - held) <= _CLOSE * max(abs(held), Decimal(1))
