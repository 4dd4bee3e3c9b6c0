"""Reads which column of a table holds what, in which unit and of which year.

A fault of a head is found here, once; the rows below are then read without asking.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from hengstats.errors import Fault
from hengstats.intake.grid import letter
from hengstats.intake.heads import (
    BRACKETS,
    NAMES,
    YEAR_TEXT,
    Head,
    is_odd_unit,
    looks_like_unit,
    means,
    nearest_name,
    normal,
    read_head,
    unit_refusal,
)
from hengstats.intake.notes import (
    Notes,
    named_measure,
    read_notes,
    sheet_year,
    titled_years,
)
from hengstats.intake.result import COLUMNS, Asked, Refusal, refuse
from hengstats.intake.table import (
    Column,
    Position,
    Table,
    broken,
    is_number,
    sample,
    show,
    texts,
)
from hengstats.intake.units import is_foreign, read_unit
from hengstats.intake.years import read_year

_SUM_NAMES = re.compile("合计|合計|总计|總計|累计|累計|total|sum")
_RUNNING = re.compile("累计|累計|平均|均值|average|mean|cumulative")
_ALWAYS_MEASURES = re.compile("指标|指標|measure|indicator|metric")
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
# What a column that is left out may be, and still be warned about if it holds numbers.
_PASSED = {"unknown", "unchosen", "left_out", "sum", "years", "measure"}

At = TypeVar("At", int, str)  # a column, or the wording of a row


def read_columns(position: Position, asked: Asked) -> Table:
    """Return the columns of a table, with the faults of its head."""
    return HeadReader(position, asked).read()


def kind_of(name: str) -> str:
    """Return the kind of column that the user means by a name, or nothing."""
    return name if name in NAMES else means(name)


class HeadReader:
    """Reads the head of one table; `errors` holds what is wrong with it."""

    def __init__(self, position: Position, asked: Asked) -> None:
        self.position, self.asked = position, asked
        self.errors: list[Fault] = []

    def _tell(self, key: str, column: int | str, **blanks: object) -> None:
        """Tell what is wrong with a column, or with one that is not there."""
        fault = self.position.fault(f"columns.{key}", column, **blanks)
        self.errors.append(fault)

    def read(self) -> Table:
        """Return the table with its columns, before its rows are looked at."""
        position, grid = self.position, self.position.grid
        for column, head in position.heads.items():
            if head.kind == "person":
                self._tell("person", column)
        if self.errors:
            return Table(position=position, errors=tuple(self.errors))
        measures = self._column_of_measures()
        wanted = self.asked.columns
        if measures is not None:  # measures are chosen among its rows
            wanted = {n: w for n, w in wanted.items() if kind_of(n) not in COLUMNS}
        heads = self.choose(
            position.heads, position.labels, wanted, position.labels.values()
        )
        self._tell_crossed(heads)
        notes = read_notes(position)
        self.errors += [refusal.on(grid, row) for row, refusal in notes.refusals]
        keys = {
            kind: [c for c, head in heads.items() if head.kind == kind]
            for kind in ("year", "building", "unit")
        }
        titles = [
            text for row in range(position.top) for text in texts(grid, row).values()
        ]
        wide = any(map(_is_dated, heads.values())) and not keys["year"]
        titled = named_measure([*titles, grid.sheet]) if measures is None else "tax"
        figures = self._figures(heads, titled if wide else None)
        self._tell_twice([c for c in figures if c.year or not wide], keys)
        self._tell_names_beside(heads, keys, figures)
        year = None if wide or keys["year"] else self._year_of_sheet(titles)
        self._tell_part_of_year()
        if wide:
            self._tell_years_left_out(heads, figures)
        self._tell_missing(figures, keys, wide, year, titles)
        dated = {column.year: column.index for column in figures if column.year}
        head_year = None
        if keys["year"] and dated:
            if len(dated) > 1:
                self._tell("two_years", next(c.index for c in figures if c.year))
            else:
                (head_year,) = dated
            figures = [replace(column, year=None) for column in figures]
        figures = self.with_units(figures, keys["unit"], notes)
        sums = self._sums(figures, heads) if wide else []
        return Table(
            position=position,
            figures=tuple(figures),
            sums=tuple(sums),
            year=next(iter(keys["year"]), None),
            building=next(iter(keys["building"]), None),
            measures=measures,
            sheet_year=year,
            head_year=head_year,
            errors=tuple(self.errors),
            warnings=tuple(self._left_out(heads, [*figures, *sums], wide)),
        )

    def _column_of_measures(self) -> int | None:
        """Return the column that names the measure of each row, years standing across.

        It is headed 指标, or 项目 or nothing where its cells name known measures.
        """
        heads = self.position.heads
        kinds = [head.kind for head in heads.values()]
        if "years" not in kinds or {*COLUMNS, "year"} & set(kinds):
            return None
        for column in range(list(heads)[kinds.index("years")]):
            label = self.position.labels.get(column, "")
            if label and heads[column].kind not in ("blank", "measure"):
                continue
            named = sample(self.position, column)
            known = sum(read_head(text).kind in COLUMNS for text in named)
            if _ALWAYS_MEASURES.search(label.lower()):
                return column
            if known if label else known * 2 > len(named):
                return column
        return None

    def choose(
        self,
        heads: Mapping[At, Head],
        labels: Mapping[At, str],
        wanted: Mapping[str, str],
        choices: Iterable[str],
    ) -> dict[At, Head]:
        """Return the heads, with those that the user named in place of others.

        Parameters
        ----------
        heads, labels : mapping
            What stands in each column, or in each row of measures, and its wording.
        wanted : mapping
            Measure or key to the wording that the user named: `--column 税收=HEAD`.
        choices : iterable of str
            The wordings to choose from, of which none may name a person.
        """
        chosen = dict(heads)
        for name, wording in wanted.items():
            kind, same = kind_of(name), normal(wording).replace(" ", "")
            named = [at for at in labels if normal(labels[at]).replace(" ", "") == same]
            if not kind or not named:
                key = "no_such_head" if kind else "no_such_measure"
                blanks = {"name": name, "choices": "、".join(choices)}
                self._tell(key, wording, wording=wording, **blanks)
                continue
            for at, head in heads.items():
                if head.kind == kind and at not in named:
                    chosen[at] = Head(kind="unchosen", year=head.year)
            for at in named:
                if chosen[at].kind != kind:
                    tail = re.split(r"[(\[/:,_\s]", normal(labels[at]).strip(")] "))[-1]
                    unit = tail if looks_like_unit(tail) else ""
                    chosen[at] = Head(kind=kind, year=chosen[at].year, unit=unit)
        return chosen

    def _tell_crossed(self, heads: Mapping[int, Head]) -> None:
        """Tell a key that was named beside another, of a second table to its right.

        The rows of two tables side by side are in an order of their own.
        """
        for kind in ("year", "building"):
            kept = [c for c, head in heads.items() if head.kind == kind]
            for column, head in self.position.heads.items():
                passed = head.kind == kind and heads[column].kind == "unchosen"
                for own in kept if passed else ():
                    if self._is_beside(own, column) and self._differ(own, column):
                        self._tell("table_beside", column)

    def _tell_names_beside(
        self, heads: Mapping[int, Head], keys: dict[str, list[int]], used: list[Column]
    ) -> None:
        """Tell a column, however headed, with the names of the rows in another order.

        With figures between and behind, these are the keys of two tables.
        """
        taken = {c.index for c in used} | {*keys["building"], *keys["year"]}
        last = max((column.index for column in used), default=0)
        for own in keys["building"][:1]:
            names = set(sample(self.position, own))
            for column in range(last):
                named = sample(self.position, column)
                known = sum(name in names for name in named)
                head = heads.get(column, Head(kind="blank"))
                if column in taken or known < 2 or known * 2 < len(named):
                    continue
                if head.kind != "unchosen" and self._is_beside(own, column):
                    if self._differ(own, column):
                        self._tell("table_beside", column)

    def _is_beside(self, one: int, other: int) -> bool:
        """Return whether figures stand between two columns: those of two tables."""
        low, high = sorted((one, other))
        return any(
            low < column < high and head.kind in (*COLUMNS, "years")
            for column, head in self.position.heads.items()
        )

    def _differ(self, one: int, other: int) -> bool:
        """Return whether two columns say different things in some row."""
        grid = self.position.grid
        return any(
            show(grid.value(row, one)) != show(grid.value(row, other))
            for row in range(self.position.first, len(grid.rows))
        )

    # Figures and their years.

    def _figures(self, heads: dict[int, Head], titled: str | None) -> list[Column]:
        """Return the columns of figures.

        `titled` is the measure of a year alone, where years stand across; else None.
        """
        figures = []
        for column, head in heads.items():
            kind, label = head.kind, self.position.label(column)
            if titled is not None:
                if _is_sum(head, label):
                    continue
                if not _is_dated(head):
                    if _is_guessed(label):
                        self._year_of(label, column)
                    elif kind in COLUMNS:
                        self._tell("no_year_here", column)
                    continue
                kind = titled if kind == "years" else kind
            if kind in COLUMNS:
                year, unit = self._year_of(head.year, column), head.unit or None
                figures.append(
                    Column(index=column, measure=kind, head=label, unit=unit, year=year)
                )
        return figures

    def _year_of(self, text: str, column: int) -> int | None:
        """Return the year that a head states, if it states one."""
        try:
            return read_year(text, "General", self.asked.today) if text else None
        except Refusal as refusal:
            self.errors.append(self.position.at(refusal, column))
            return None

    def _sums(self, figures: list[Column], heads: dict[int, Head]) -> list[Column]:
        """Return the columns that sum one measure over the years, in its one unit."""
        found = []
        for column, head in heads.items():
            label = self.position.label(column)
            if not _is_sum(head, label) or _RUNNING.search(normal(label)):
                continue
            own = [c for c in figures if head.kind in (c.measure, "sum")]
            if len({(c.measure, c.unit) for c in own}) == 1:
                bare = replace(own[0], year=None, units=None)
                found.append(replace(bare, index=column, head=label))
        return found

    def _year_of_sheet(self, titles: list[str]) -> int | None:
        """Return the year that the sheet is named after."""
        grid, today = self.position.grid, self.asked.today
        if not (text := sheet_year(grid.sheet)):
            return None
        try:
            year = read_year(text, "General", today)
            others = {read_year(t, "General", today) for t in titled_years(titles)}
        except Refusal as refusal:
            self.errors.append(refusal.on(grid))
            return None
        if len(others - {year}) == len(others) == 1:
            unlike = refuse("columns.sheet_year", sheet=text, title=others.pop())
            self.errors.append(unlike.on(grid))
        return year

    def _tell_part_of_year(self) -> None:
        """Tell each title that says the figures are not those of a whole year."""
        grid = self.position.grid
        for row in range(self.position.top):
            line = texts(grid, row).values()
            if any(_PART_OF_YEAR.search(normal(text)) for text in line):
                self.errors.append(refuse("columns.part_of_year").on(grid, row))

    def _tell_years_left_out(self, heads: dict[int, Head], used: list[Column]) -> None:
        """Tell each year of which only a column has numbers that nobody can judge."""
        known = {column.year for column in used}
        bare = any(heads[column.index].kind == "years" for column in used)
        for column, head in heads.items():
            label = normal(self.position.label(column))
            years = YEAR_TEXT.findall(label)
            if head.kind != "unknown" or len(years) != 1 or _is_guessed(label):
                continue
            meant = bare or named_measure([label])
            if not meant or "月" in label or not self._states(column, is_number):
                continue
            try:
                year = read_year(years[0].strip(), "General", self.asked.today)
            except Refusal:
                continue
            if year not in known:
                self._tell("year_left_out", column, year=year)

    # What is given twice, or not at all.

    def _tell_twice(self, figures: list[Column], keys: dict[str, list[int]]) -> None:
        """Tell each thing that two columns give."""
        labels = self.position.labels
        first, second, *_ = [*keys["building"], 0, 0]
        for column in range(first + 1, second):
            if column not in labels:  # a second table, parted by a blank column
                self._tell("table_beside", column + 1)
                return
        groups: dict[tuple[str, int | None], list[int]] = {}
        for figure in figures:
            groups.setdefault((figure.measure, figure.year), []).append(figure.index)
        groups |= {(kind, None): keys[kind] for kind in ("year", "building")}
        for (kind, _), columns in groups.items():
            if len(columns) > 1:
                named = list(map(self.position.label, columns))
                key = "twice" if len(set(named)) == len(named) else "twice_alike"
                if kind in keys and self._is_beside(*columns[:2]):
                    key = "twice_beside"
                self._tell(
                    key,
                    columns[1],
                    count=len(columns),
                    name=NAMES[kind],
                    labels="、".join(f"“{label}”" for label in named[:5]),
                    first=named[0],
                )

    def _tell_missing(
        self,
        figures: list[Column],
        keys: dict[str, list[int]],
        wide: bool,
        year: int | None,
        titles: list[str],
    ) -> None:
        """Tell which of year, building and tax no column gives, or why none is read."""
        position, years = self.position, titled_years(titles)
        before = len(self.errors)
        grid = position.grid
        for row, column in sorted({*grid.no_value, *grid.errors, *grid.void}):
            refusal = broken(grid, row, column)
            if refusal and position.top <= row <= position.bottom:
                self.errors.append(refusal.on(grid, row, letter(column)))
        if len(self.errors) > before:
            return
        tax = any(column.measure == "tax" for column in figures)
        odd = [] if tax else self._odd_units()
        dated = wide or year or (odd and any(h.year for h in position.heads.values()))
        named = self.asked.columns
        if not (keys["year"] or dated or "year" in named):
            key = "missing_year_titled" if len(years) == 1 else "missing_year"
            self._tell(key, NAMES["year"], year="".join(years))
        if not (keys["building"] or "building" in named):
            self._tell("missing_building", NAMES["building"])
        if not (tax or odd or "tax" in named):
            across = wide and not figures
            self._tell("missing_tax_across" if across else "missing_tax", NAMES["tax"])
        self.errors += odd if "tax" not in named else []

    def _odd_units(self) -> list[Fault]:
        """Return a fault for each head of tax in what is no unit of tax: 税收(吨)."""
        return [
            self.position.at(refusal, column)
            for column, label in self.position.labels.items()
            if read_head(BRACKETS.sub("", normal(label))).kind == "tax"
            for unit in BRACKETS.findall(normal(label))
            if is_odd_unit(unit) and (refusal := unit_refusal(unit, "tax"))
        ]

    # Units: the head, a column of units, or a note.

    def with_units(
        self, figures: list[Column], unit_columns: list[int], notes: Notes
    ) -> list[Column]:
        """Return the columns with their units read."""
        done, in_conflict = [], False
        owners = self._unit_owners(figures, unit_columns, notes)
        for column in figures:
            unit, noted = None, notes.units.get(column.measure)
            tax = column.measure == "tax"
            try:
                unit = read_unit(column.unit, column.measure) if column.unit else None
            except Refusal as refusal:
                self.errors.append(self.position.at(refusal, column.index))
            if tax and unit and noted and unit != noted and not in_conflict:
                row, in_conflict = (notes.row or 0) + 1, True
                self._tell("unit_conflict", column.head, unit=column.unit, row=row)
            unread = notes.refusals or (column.unit and not unit)
            unit = unit or noted or ("yuan" if unread and tax else None)
            done.append(replace(column, unit=unit, units=owners.get(column.index)))
        return done

    def _unit_owners(
        self, figures: list[Column], unit_columns: list[int], notes: Notes
    ) -> dict[int, int]:
        """Return the unit column of each column of figures that has one.

        A single unit column is that of tax; of several, each belongs to the measure on
        its left. A column headed 单位 that names offices states no unit; one of 吨
        alone is that of a tax without another unit.
        """
        stating = [c for c in unit_columns if self._states(c, _is_unit)]
        taxes = [c for c in figures if c.measure == "tax"]
        if not stating and not any(c.unit or "tax" in notes.units for c in taxes):
            stating = [c for c in unit_columns if self._states(c, is_odd_unit)]
        if len(stating) == 1:
            return {c.index: stating[0] for c in taxes}
        left_of = {u: [c.index for c in figures if c.index < u] for u in stating}
        return {max(left): unit for unit, left in left_of.items() if left}

    def _states(self, column: int, fits: Callable[[str], bool]) -> bool:
        """Return whether half of the first texts of a column or more are of a kind."""
        shown = sample(self.position, column)
        return bool(shown) and sum(map(fits, shown)) * 2 >= len(shown)

    # Numbers that are left out: texts go without a word, what was counted does not.

    def _left_out(
        self, heads: dict[int, Head], used: list[Column], wide: bool
    ) -> list[Fault]:
        """Return a warning for each column of numbers that is left out."""
        position, taken = self.position, {column.index for column in used}
        for column in range(max(map(len, position.grid.rows))):
            if column not in position.labels and not _counts_rows(position, column):
                heads = heads | {column: Head(kind="unknown")}
        passed = _PASSED | (set(COLUMNS) if wide else set())
        return [
            self.left_out(position.label(column), position.label(column), head.kind)
            for column, head in heads.items()
            if head.kind in passed and column not in taken
            if self._states(column, is_number)
        ]

    def left_out(self, wording: str, label: str, kind: str) -> Fault:
        """Return the warning of numbers that are left out, in a column or in a row."""
        near = nearest_name(wording) if kind == "unknown" else ""
        key = "left_out_near" if near else "left_out"
        key = "unchosen" if kind == "unchosen" else key
        return self.position.fault(f"columns.{key}", label, wording=wording, near=near)


def _is_dated(head: Head) -> bool:
    """Return whether a head gives the year of a figure."""
    return bool(head.year) and head.kind in (*COLUMNS, "years")


def _is_guessed(label: str) -> bool:
    """Return whether a head names an estimate or a span where a year should stand."""
    text = normal(label)
    rest = _GUESSED.sub(" ", text)
    if _NO_YEAR.fullmatch(text) or not rest.strip():
        return True
    return rest != text and read_head(rest).kind in (*COLUMNS, "years", "unit_only")


def _is_sum(head: Head, label: str) -> bool:
    """Return whether a column without a year sums the years: 合计, 税收合计."""
    named = head.kind in COLUMNS and bool(_SUM_NAMES.search(normal(label)))
    return not head.year and (head.kind == "sum" or named)


def _is_unit(text: str) -> bool:
    """Return whether a text is a unit of any measure, and no name of an office."""
    known = not all(unit_refusal(text, measure) for measure in COLUMNS)
    return known or is_foreign(normal(text))


def _counts_rows(position: Position, column: int) -> bool:
    """Return whether a column holds nothing but 0, 1, 2 ... or 1, 2, 3 ..."""
    shown = sample(position, column)
    return shown in ([str(i + start) for i in range(len(shown))] for start in (0, 1))
