"""What do the sheets of a file say about buildings and years, and may it come in?"""

import re
from collections.abc import Iterable

from hengstats.errors import Fault, place_fault
from hengstats.intake.buildings.columns import lay_out
from hengstats.intake.buildings.gathered import Cells, Records
from hengstats.intake.buildings.headwords import fold
from hengstats.intake.buildings.layout import find_head, is_number, show
from hengstats.intake.buildings.rows import Body, read_body
from hengstats.intake.buildings.series import (
    duplicate_faults,
    jump_faults,
    size_faults,
    year_warnings,
)
from hengstats.intake.buildings.table import Table
from hengstats.intake.buildings.tally import Tally
from hengstats.intake.buildings.totals import sum_faults, total_faults
from hengstats.intake.grid import Grid, letter
from hengstats.intake.names import similar
from hengstats.intake.result import Asked, Outcome

_SUMMARY = re.compile("汇总|匯總|彙總|合计|合計|总计|總計|总表|總表|summary|total")


def check_buildings(grids: list[Grid], asked: Asked) -> Outcome:
    """Return the figures of a building_year file, or every reason why not.

    Parameters
    ----------
    grids : list of Grid
        The visible sheets of one file, in order.
    asked : Asked

    Returns
    -------
    Outcome
        Without rows and cells if there are errors.
    """
    tally, warned = Tally(), Tally()
    tables = _tables(grids, asked, tally)
    lacking = _without_tax(tables)
    bodies = []
    for table in tables:
        tally.extend(f for f in table.errors if not (table in lacking and _is_tax(f)))
        warned.extend(table.warnings)
        if not any(fault.code == "individual_level_column" for fault in table.errors):
            bodies.append(read_body(table, asked, tally))
            warned.extend(w for w in _hidden(bodies[-1]) if w not in warned.kept)
    for body in bodies:
        if body.is_whole and not body.table.errors:
            tally.extend(total_faults(body))
            tally.extend(sum_faults(body))
    records = Records()
    if not any(table.errors and table not in lacking for table in tables):
        for body in bodies:
            records.add_body(body)
        order = records.order()
        tally.extend(duplicate_faults(records, order))
        tally.extend(jump_faults(records, order))
        tally.extend(size_faults(records))
    if tables and not tally.kept and not records.rows:
        tally.add(_no_rows(tables[0]))
    if tally.kept:
        return Outcome(warnings=warned.faults(), errors=tally.faults())
    warned.extend(year_warnings(records))
    warned.extend(_similar(records))
    return Outcome(
        rows=tuple(dict.fromkeys(zip(records.years, records.names, strict=True))),
        cells=Cells(records),
        warnings=warned.faults(),
    )


def _tables(grids: list[Grid], asked: Asked, tally: Tally) -> list[Table]:
    """Return the tables of the sheets; a cover or an empty sheet has none."""
    places = [(grid, find_head(grid)) for grid in grids]
    sure = any(place and place.sure for _, place in places)
    tables, headless = [], []
    for grid, place in places:
        if place and (place.sure or not sure):
            tables += lay_out(grid, place, asked)
        elif _first_row(grid) is not None:
            headless.append(grid)
    if any(not table.errors for table in tables):
        tables = [table for table in tables if not _is_aside(table)]
    for grid in headless:
        if not tables or _holds_figures(grid):
            tally.add(_no_head(grid))
    if not tables and not headless:
        file = grids[0].file if grids else ""
        told = (
            "文件里没有内容",
            "放入有表头和数据的表",
            "there is nothing in the file",
        )
        tally.add(place_fault("empty_file", *told, file=file))
    return tables


def _is_aside(table: Table) -> bool:
    """Return whether a sheet holds no figures, or only sums without buildings.

    A list of terms has heads and no numbers; a sheet named 汇总 has no buildings.
    """
    if not table.errors:
        return False
    grid, first = table.grid, table.place.first
    numbers = any(is_number(show(v)) for line in grid.rows[first:] for v in line)
    persons = any(f.code == "individual_level_column" for f in table.errors)
    summed = table.building is None and bool(_SUMMARY.search(fold(grid.sheet)))
    return not persons and (summed or not numbers)


def _first_row(grid: Grid) -> int | None:
    """Return the first row that has something in it."""
    rows = enumerate(grid.rows)
    return next((at for at, line in rows if any(show(value) for value in line)), None)


def _holds_figures(grid: Grid) -> bool:
    """Return whether a sheet without a head has rows of numbers, and is no cover."""
    rows = sum(
        sum(is_number(show(value)) for value in line) >= 2 for line in grid.rows[:1000]
    )
    return rows >= 2


def _no_head(grid: Grid) -> Fault:
    """Return the fault of a sheet without a head."""
    return place_fault(
        "missing_header",
        "找不到表头：没有一行写着“年份”“楼宇”“税收”等",
        "在数据上方加一行表头：年份、楼宇、税收(亿元)",
        "no head was found; add one above the data: year, building, tax (CNY million)",
        file=grid.file,
        sheet=grid.sheet,
        row=(_first_row(grid) or 0) + 1,
    )


def _no_rows(table: Table) -> Fault:
    """Return the fault of a head with nothing below it."""
    return place_fault(
        "no_rows",
        "表头下面没有数据",
        "在表头下面逐行写上年份、楼宇和税收",
        "there are no rows below the head",
        file=table.grid.file,
        sheet=table.grid.sheet,
        row=table.place.bottom + 1,
    )


def _without_tax(tables: list[Table]) -> list[Table]:
    """Return the tables that lack nothing but tax, where others give only tax.

    A workbook may have a sheet for each measure; sheets of single years may not.
    """
    with_tax = [t for t in tables if any(c.measure == "tax" for c in t.figures)]
    others = [
        table
        for table in tables
        if table not in with_tax and table.figures and all(map(_is_tax, table.errors))
    ]
    given = {c.measure for table in with_tax for c in table.figures}
    apart = all(c.measure not in given for table in others for c in table.figures)
    named = any(table.sheet_year for table in with_tax + others)
    return others if with_tax and apart and not named else []


def _is_tax(fault: Fault) -> bool:
    """Return whether a fault says that there is no column of tax."""
    return fault.code == "missing_column" and fault.column == "税收"


def _hidden(body: Body) -> Iterable[Fault]:
    """Return the warnings of hidden rows and columns whose figures are kept."""
    table, grid = body.table, body.table.grid
    rows = [row + 1 for row in body.rows if row in grid.hidden_rows]
    used = [column.index for column in table.figures]
    used += [key for key in (table.year, table.building) if key is not None]
    columns = sorted(column for column in used if column in grid.hidden_columns)
    if rows:
        shown = "、".join(map(str, rows[:10])) + ("……" if len(rows) > 10 else "")
        yield place_fault(
            "hidden_rows",
            f"有 {len(rows)} 行是隐藏的，已经收入（第 {shown} 行）",
            "在不该收入时删去这些行",
            f"{len(rows)} hidden rows were read; delete them if they do not belong",
            file=grid.file,
            sheet=grid.sheet,
            row=rows[0],
        )
    if columns:
        labels = [table.place.labels.get(c) or letter(c) for c in columns]
        yield place_fault(
            "hidden_columns",
            f"有隐藏的栏，已经收入：{'、'.join(labels)}",
            "在不该收入时删去这些栏",
            "hidden columns were read; delete them if they do not belong",
            file=grid.file,
            sheet=grid.sheet,
            column=labels[0],
        )


def _similar(records: Records) -> Iterable[Fault]:
    """Return a warning for each two names that may be one building."""
    file = records.shapes[0].table.grid.file
    for one, other in similar(records.names):
        yield place_fault(
            "similar_names",
            f"“{one}”和“{other}”很像，按两座楼宇收入",
            "在它们是同一座时统一名称",
            "two names are very like; they are kept as two buildings",
            file=file,
        )
