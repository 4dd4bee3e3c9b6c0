"""Do several sheets, taken together, say one thing of each building and year?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hengstats.errors import Fault, place_fault
from hengstats.intake.result import COLUMNS, Cell, Checked

Place = tuple[str, str, int | None]  # file, sheet, row
CellKey = tuple[str, str, int]  # entity, column, year


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One cell, the file it stands in, and the building it speaks of."""

    file: str
    entity: str
    cell: Cell


def places_of(sheets: Sequence[Checked]) -> dict[str, Place]:
    """Return each name of a building with the place where it comes first."""
    rows: dict[str, Place] = {}
    for sheet in sheets:
        at = {cell.building: (cell.sheet, cell.row) for cell in reversed(sheet.cells)}
        for _, name in sheet.rows:
            rows.setdefault(name, (sheet.file, *at.get(name, ("", None))))
    return rows


def find_two_names(
    sheets: Sequence[Checked], entities: Mapping[str, str]
) -> list[Fault]:
    """Return the buildings that one sheet calls by two names in one year."""
    faults = []
    places = places_of(sheets)
    for sheet in sheets:
        names: dict[tuple[int, str], str] = {}
        for year, name in sheet.rows:
            if name not in entities:
                continue
            first = names.setdefault((year, entities[name]), name)
            if first != name:
                faults.append(
                    place_fault(
                        "duplicate_key",
                        f"“{first}”和“{name}”是同一座楼，{year} 年有两行",
                        "只留一行，或改正名字",
                        f'"{first}" and "{name}" are one building, with two rows for'
                        f" {year}: keep one, or correct the name",
                        file=sheet.file,
                        sheet=places[name][1],
                    )
                )
    return faults


def gather(
    sheets: Sequence[Checked], entities: Mapping[str, str]
) -> tuple[dict[CellKey, Found], list[Fault]]:
    """Return one cell for each figure, and the figures on which two files disagree."""
    cells: dict[CellKey, Found] = {}
    faults = []
    for sheet in sheets:
        for cell in sheet.cells:
            if cell.building not in entities:
                continue
            entity = entities[cell.building]
            found = Found(file=sheet.file, entity=entity, cell=cell)
            key = (entity, cell.column, cell.year)
            first = cells.setdefault(key, found)
            if _meaning(first.cell) != _meaning(cell):
                faults.append(_disagreement(first, found))
    return cells, faults


def find_unmapped(
    sheets: Sequence[Checked], measures: Mapping[str, str]
) -> list[Fault]:
    """Return the columns of each sheet that the codebook knows no measure for."""
    faults = []
    for sheet in sheets:
        heads = {cell.column: cell for cell in reversed(sheet.cells)}
        for column in [one for one in COLUMNS if one in heads and one not in measures]:
            cell = heads[column]
            faults.append(
                place_fault(
                    "unmapped_column",
                    f"codebook.csv 里没有指标对应 {column}",
                    f"在 codebook.csv 里给对应的指标那一行的 column 栏写上 {column}，"
                    "或从表里去掉这一栏",
                    f"no measure of codebook.csv has the column {column}: write it in"
                    " the row of its measure, or leave the column out of the sheet",
                    file=sheet.file,
                    sheet=cell.sheet,
                    column=cell.head,
                )
            )
    return faults


def _meaning(cell: Cell) -> tuple[object, ...]:
    """Return what makes two cells say the same."""
    return cell.number, cell.qualifier, cell.lower, cell.upper


def _disagreement(first: Found, second: Found) -> Fault:
    """Return the fault of two files that differ on one figure."""
    row = f" 第 {first.cell.row} 行" if first.cell.row else ""
    return place_fault(
        "duplicate_key",
        f"“{second.cell.building}”{second.cell.year} 年这里是“{second.cell.printed}”，"
        f"{first.file}{row}是“{first.cell.printed}”",
        "核对哪一个对，改正另一个",
        f'"{second.cell.building}" {second.cell.year} is "{second.cell.printed}" here'
        f' and "{first.cell.printed}" in {first.file}: correct one of them',
        file=second.file,
        sheet=second.cell.sheet,
        row=second.cell.row,
        column=second.cell.head,
    )
