"""How is a cell of a sheet written down as a record?

The wording stays that of the cell wherever the door of the records reads it as the
check did; where it does not, a plain wording of the same figure stands in its place,
and the quote shows both.
"""

from decimal import Decimal

import pandas as pd

from hengstats.errors import DataError, ReadingError, locate
from hengstats.intake.result import COLUMNS, Cell
from hengstats.printed import PrintedFigure, read_printed
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
_CLOSE = Decimal("1e-9")


def measures_of(folder: str, codebook: pd.DataFrame) -> dict[str, str]:
    """Return the measure of each column of a sheet that the codebook knows.

    Raises
    ------
    DataError
        If two measures name one column, or a column has another kind of unit.
    """
    measures: dict[str, str] = {}
    known = list(codebook["measure"])
    if "column" in codebook:
        pairs = [(c, m) for c, m in zip(codebook["column"], known, strict=True) if c]
    else:
        customary = {
            column: next((one for one in choice if one in known), "")
            for column, choice in CUSTOMARY.items()
        }
        pairs = [(column, one) for column, one in customary.items() if one]
    units = codebook.set_index("measure")["unit"]
    for column, measure in pairs:
        place = (folder, "codebook.csv", known.index(measure) + 2)
        if column not in COLUMNS or column in measures:
            fault = "重复了" if column in measures else "不是表格的栏目"
            mend = f"写 {'、'.join(COLUMNS)} 中的一个，每个只写一次，或留空"
            raise DataError(locate(*place, "column", f"“{column}”{fault}", mend))
        try:
            convert(COLUMNS[column], units[measure])
        except ValueError as fault:
            mend = f"改成能与 {COLUMNS[column]} 换算的单位"
            raise DataError(locate(*place, "unit", str(fault), mend)) from fault
        measures[column] = measure
    return measures


def transcribe(
    cell: Cell, *, file: str, entity: str, measure: str, source: str
) -> dict[str, str]:
    """Return the record of a cell.

    Raises
    ------
    ReadingError
        If no wording says what the check has read.
    """
    sheet = f"《{cell.sheet}》" if cell.sheet else ""
    row = f"第{cell.row}行 " if cell.row else " "
    quote = f"{file}{sheet}{row}{cell.head or cell.column}：{cell.printed}"
    printed, unit, figure = cell.printed, cell.unit, _read(cell, cell.printed)
    if figure is None:
        printed, unit = _plain(cell), COLUMNS[cell.column]
        figure = _read(cell, printed)
        quote += f"（即 {printed}）"
    if figure is None:
        raise ReadingError(f"“{cell.printed}” / “{printed}”")
    return {
        "entity": entity,
        "measure": measure,
        "period": str(cell.year),
        "printed": printed,
        "value": _value(cell, unit),
        "qualifier": cell.qualifier,
        "unit": unit,
        "source": source,
        "quote": quote,
    }


def _read(cell: Cell, printed: str) -> PrintedFigure | None:
    """Return what a wording of a cell says, or None if that is not what it holds."""
    if not printed:
        return None
    own = COLUMNS[cell.column]
    unit = cell.unit if printed == cell.printed else own
    try:
        figure = read_printed(printed, unit=unit)
        spoken = figure.unit if _measured(figure.unit) else unit
        factor = convert(str(spoken), own)
    except (ReadingError, ValueError):
        return None
    if figure.qualifier != cell.qualifier:
        return None
    ends = (figure.lower, cell.lower), (figure.upper, cell.upper)
    pairs = ends if cell.qualifier == "range" else ((figure.number, _number(cell)),)
    same = all(
        said is not None and held is not None and _close(said * factor, held)
        for said, held in pairs
    )
    return figure if same else None


def _close(said: float, held: Decimal) -> bool:
    """Return whether two numbers are one, but for the last bits of a float."""
    return abs(Decimal(repr(said)) - held) <= _CLOSE * max(abs(held), Decimal(1))


def _measured(unit: str | None) -> bool:
    """Return whether a wording names a unit that decides, as an amount does."""
    return unit in UNITS and UNITS[str(unit)].kind == "amount"


def _number(cell: Cell) -> Decimal | None:
    """Return the number that is printed in a cell, in the unit of its column."""
    ends = (cell.number, cell.upper, cell.lower)
    return next((end for end in ends if end is not None), None)


def _value(cell: Cell, unit: str) -> str:
    """Return the printed number in a unit, exactly; blank for a range."""
    number = _number(cell)
    if cell.qualifier == "range" or number is None:
        return ""
    own = UNITS[COLUMNS[cell.column]].factor
    value = number * Decimal(repr(own)) / Decimal(repr(UNITS[unit].factor))
    return _digits(value.normalize())


def _plain(cell: Cell) -> str:
    """Return a plain wording of a figure, in the unit of its column."""
    ending = "亿元" if cell.column == "tax" else ""
    if cell.qualifier == "range" and cell.lower is not None and cell.upper is not None:
        return f"{_digits(cell.lower)}-{_digits(cell.upper)}{ending}"
    number = _number(cell)
    if number is None:
        return ""
    return f"{_BEFORE[cell.qualifier]}{_digits(number)}{ending}"


def _digits(number: Decimal) -> str:
    """Return a number without an exponent; its written digits stay."""
    return f"{number:f}"
