"""Which columns of a table hold which figures, of which year?

A fault of a head is found here, once; the rows below are then read without asking.
"""

import re
from dataclasses import replace

from hengstats.errors import Fault
from hengstats.intake.buildings.chosen import as_asked, kind_of
from hengstats.intake.buildings.downrows import by_measure, column_of_measures
from hengstats.intake.buildings.figurecells import FORMULA, error_cell
from hengstats.intake.buildings.headfaults import (
    duplicate_faults,
    missing_faults,
    no_year_here,
    two_years,
)
from hengstats.intake.buildings.heads import Head, read_head
from hengstats.intake.buildings.headwords import fold
from hengstats.intake.buildings.layout import Place, texts
from hengstats.intake.buildings.leftout import left_out_warnings
from hengstats.intake.buildings.notes import (
    named_measure,
    read_notes,
    sheet_year,
    titled_years,
)
from hengstats.intake.buildings.table import Column, Spot, Table
from hengstats.intake.buildings.unitcolumns import footer_lines, with_units
from hengstats.intake.grid import Grid, letter
from hengstats.intake.result import COLUMNS, Asked, Refusal
from hengstats.intake.years import read_year

_SUM_NAMES = re.compile("合计|合計|总计|總計|累计|累計|total|sum")
_RUNNING = re.compile("累计|累計|平均|均值|average|mean|cumulative")
# Heads that look like years and are none: 17年, 2021E, 2021(预), 2021年上半年.
_NO_YEAR = re.compile(
    r"(?:fy\s?)?'?\d\d年?度?"
    r"|(?:fy\s?)?\d{4}\s?年?度?\s?[(]?(?:e|f|a|ytd|q\d|h\d|[预預][计計测測期]?|计划|計劃"
    r"|目标|目標|[上下]?半年|.{0,3}季度?|\d{1,2}(?:-\d{1,2})?月份?|至今)[)]?"
)
# An estimate or a span of years beside a measure: 2021E税收, 税收(预), 2015-2016年.
_GUESSED = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s?年?度?\s?[-—–~至到]\s?(?:(?:19|20)\d\d|\d\d(?!\d|月|-))\s?年?度?"
    r"|(?:fy\s?)?(?<!\d)(?:19|20)\d\d\s?年?度?\s?(?:[efa](?![a-z])"
    r"|[(](?:[efa]|[预預][计計测測期算]?|[估]计?)[)])"
    r"|[(][预預efa][)]"
)
# Titles of tables whose figures are not those of a whole year.
_PART_OF_YEAR = re.compile(
    r"上半年|下半年|季度|(?<!\d)(?:1|一)月?\s?[-—~至]\s?(?:[2-9]|1[01]|[二三四五六七八九十])月"
    r"|half[- ]year|first half|quarter"
)


def lay_out(grid: Grid, place: Place, asked: Asked) -> list[Table]:
    """Return the columns of a table, or why its head cannot be read.

    Where the measures stand down the rows, it is one table for each wording of one.
    """
    spot = Spot(grid, place)
    persons = [c for c, head in place.heads.items() if head.kind == "person"]
    if persons:
        return [Table(grid=grid, place=place, errors=tuple(map(spot.person, persons)))]
    measures = column_of_measures(grid, place)
    apart = {
        n: w
        for n, w in asked.columns.items()
        if measures is not None and kind_of(n) in COLUMNS
    }
    wanted = {n: w for n, w in asked.columns.items() if n not in apart}
    heads, errors = as_asked(
        place.heads, place.labels, wanted, place.labels.values(), spot
    )
    above = [(row, list(texts(grid, row).values())) for row in range(place.top)]
    notes = read_notes(above + list(footer_lines(grid, place)))
    errors += [told.at(grid.file, grid.sheet, row + 1) for row, told in notes.refusals]
    keys = {
        kind: [c for c, head in heads.items() if head.kind == kind]
        for kind in ("year", "building", "unit")
    }
    titles = [text for _, line in above for text in line]
    titled = named_measure([*titles, grid.sheet]) if measures is None else "tax"
    figures, wide, found = _figures(heads, titled, keys["year"], asked, spot)
    errors += found
    known = [c for c in figures if c.year or not wide]
    errors += duplicate_faults(known, keys, spot)
    year, told = _sheet_year(keys["year"], wide, titles, asked, spot)
    errors += told
    errors += _part_of_year(above, spot)
    broken = _broken_heads(grid, place)
    errors += broken or missing_faults(figures, keys, wide, year, titles, asked, spot)
    head_years = {c.year for c in figures if c.year} if keys["year"] else set()
    if len(head_years) > 1:
        errors.append(two_years(next(c.index for c in figures if c.year), spot))
    if head_years:
        figures = [replace(column, year=None) for column in figures]
    figures, told = with_units(figures, keys["unit"], notes, spot)
    errors += told
    sums = _sums(figures, heads, spot) if wide else []
    table = Table(
        grid=grid,
        place=place,
        figures=tuple(figures),
        sums=tuple(sums),
        year=next(iter(keys["year"]), None),
        building=next(iter(keys["building"]), None),
        measures=measures,
        sheet_year=year,
        head_year=head_years.pop() if len(head_years) == 1 else None,
        errors=tuple(errors),
        warnings=tuple(left_out_warnings(heads, [*figures, *sums], wide, spot)),
    )
    return [table] if measures is None else by_measure(table, notes, apart)


def _broken_heads(grid: Grid, place: Place) -> list[Fault]:
    """Return a fault for each cell of the head that a formula leaves without a text."""
    told = dict.fromkeys(grid.no_value, FORMULA)
    told |= {at: error_cell(shown) for at, shown in grid.errors.items()}
    return [
        refusal.at(grid.file, grid.sheet, row + 1, letter(column))
        for (row, column), refusal in sorted(told.items(), key=lambda item: item[0])
        if place.top <= row <= place.bottom
    ]


def _figures(
    heads: dict[int, Head],
    titled: str,
    years: list[int],
    asked: Asked,
    spot: Spot,
) -> tuple[list[Column], bool, list[Fault]]:
    """Return the columns of figures, whether years stand across, and faults."""
    dated = {c: h for c, h in heads.items() if h.year and h.kind in (*COLUMNS, "years")}
    wide = bool(dated) and not years
    figures, errors = [], []
    for column, head in heads.items():
        if wide and _is_sum(head, spot.label(column)):
            continue
        if wide and column not in dated:
            text = spot.label(column)
            if _is_guessed(text):
                errors += _year_of(text, asked, spot, column)[1]
            elif head.kind in COLUMNS:
                errors.append(no_year_here(column, spot))
            continue
        kind = titled if wide and head.kind == "years" else head.kind
        if kind not in COLUMNS:
            continue
        year: int | None = None
        told: list[Fault] = []
        if head.year:
            year, told = _year_of(head.year, asked, spot, column)
        errors += told
        figures.append(
            Column(
                index=column,
                measure=kind,
                head=spot.label(column),
                unit=head.unit or None,
                year=year,
            )
        )
    return figures, wide, errors


def _is_guessed(label: str) -> bool:
    """Return whether a head names an estimate or a span where a year should stand."""
    text = fold(label)
    rest = _GUESSED.sub(" ", text)
    if _NO_YEAR.fullmatch(text) or not rest.strip():
        return True
    return rest != text and read_head(rest).kind in (*COLUMNS, "years", "unit_only")


def _is_sum(head: Head, label: str) -> bool:
    """Return whether a column without a year sums the years: 合计, 税收合计."""
    return not head.year and (
        head.kind == "sum"
        or (head.kind in COLUMNS and bool(_SUM_NAMES.search(fold(label))))
    )


def _sums(figures: list[Column], heads: dict[int, Head], spot: Spot) -> list[Column]:
    """Return the columns that sum one measure over the years, in its one unit."""
    found = []
    for column, head in heads.items():
        label = spot.label(column)
        if not _is_sum(head, label) or _RUNNING.search(fold(label)):
            continue
        only = {c.measure for c in figures}
        measure = head.kind if head.kind in COLUMNS else only.pop()
        units = {c.unit for c in figures if c.measure == measure}
        if (only - {measure} and head.kind not in COLUMNS) or len(units) != 1:
            continue
        found.append(
            Column(index=column, measure=measure, head=label, unit=units.pop())
        )
    return found


def _year_of(
    text: str, asked: Asked, spot: Spot, column: int
) -> tuple[int | None, list[Fault]]:
    """Return the year that a head states, or the fault."""
    try:
        return read_year(text, "General", asked.today), []
    except Refusal as told:
        return None, [spot.told(told, column)]


def _part_of_year(lines: list[tuple[int, list[str]]], spot: Spot) -> list[Fault]:
    """Return a fault for each title that says the figures are not of a whole year."""
    refusal = Refusal(
        "invalid_year",
        "题目说这是半年、季度或几个月的数，不是全年的数",
        "换成全年的数；如果已是全年的数，改正题目",
        "the title says half-year, quarter or months; only whole years come in",
    )
    rows = [
        row for row, line in lines if any(_PART_OF_YEAR.search(fold(t)) for t in line)
    ]
    return [refusal.at(spot.grid.file, spot.grid.sheet, row + 1) for row in rows]


def _sheet_year(
    years: list[int], wide: bool, titles: list[str], asked: Asked, spot: Spot
) -> tuple[int | None, list[Fault]]:
    """Return the year that the sheet is named after, where no column has one."""
    text = sheet_year(spot.grid.sheet)
    if years or wide or not text:
        return None, []
    try:
        year = read_year(text, "General", asked.today)
        others = {read_year(t, "General", asked.today) for t in titled_years(titles)}
    except Refusal as told:
        return None, [told.at(spot.grid.file, spot.grid.sheet)]
    if len(others) == 1 and others != {year}:
        found = f"工作表名是 {text}，题目里写的是 {others.pop()} 年"
        unlike = Refusal(
            "invalid_year",
            found,
            "核对年份，并在表里加一栏年份",
            "the sheet is named after one year, its title after another; add a column",
        )
        return year, [unlike.at(spot.grid.file, spot.grid.sheet)]
    return year, []
