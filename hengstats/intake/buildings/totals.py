"""Do the totals of a table add up?

A figure is an interval of half a printed digit to either side; a total agrees if it
meets the sum of the intervals of its terms.
"""

from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate

from hengstats.errors import Fault, place_fault
from hengstats.intake.buildings.rows import Body
from hengstats.intake.buildings.spans import (
    OPEN,
    Digits,
    Span,
    decimals,
    half_digit,
    in_printed_unit,
    span_of,
    total_span,
)
from hengstats.intake.buildings.table import Column
from hengstats.intake.words.cells import Reading

_ZERO = Decimal(0)
_SLACK = Decimal("1e-9")  # of sums of binary fractions
Rows = range | list[int]


def total_faults(body: Body) -> Iterator[Fault]:
    """Return a fault for each figure of a total that its rows do not add up to.

    A total agrees if it agrees in every column with one choice of the rows it may sum.
    """
    if not any(total.kind != "other" for total in body.totals):
        return
    digits = [_digits(body, [place]) for place in range(len(body.table.figures))]
    sums, order = _Sums(body, digits), _Order(body)
    for place, total in enumerate(body.totals):
        if total.kind == "other":
            continue
        likeliest: list[tuple[int, Reading, Span]] = []
        for rows in order.ranges(place):
            misses = _misses(total.figures, sums.of(rows), digits)
            likeliest = likeliest or misses
            if not misses:
                likeliest = []
                break
        for column, reading, span in likeliest:
            yield _fault(body, total.row, body.table.figures[column], reading, span)


def sum_faults(body: Body) -> Iterator[Fault]:
    """Return a fault for each row whose years across do not add up to its 合计."""
    for place, column in enumerate(body.table.sums):
        figures = enumerate(body.table.figures)
        own = [i for i, other in figures if other.measure == column.measure]
        digits = _digits(body, own)
        for row, readings, sums in zip(body.rows, body.figures, body.sums, strict=True):
            if (reading := sums[place]) is None:
                continue
            spans = [span_of(readings[i], digits) for i in own]
            span = (
                sum((low for low, _ in spans), _ZERO),
                sum((high for _, high in spans), _ZERO),
            )
            if not _meet(reading, span, digits):
                yield _fault(body, row, column, reading, span)


def _digits(body: Body, places: list[int]) -> Digits:
    """Return how the figures of some columns are printed."""
    grid = body.table.grid
    columns = [body.table.figures[place] for place in places]
    shown = [
        (reading, isinstance(grid.value(row, column.index), str))
        for row, figures in zip(body.rows, body.figures, strict=True)
        for place, column in zip(places, columns, strict=True)
        if (reading := figures[place])
    ]
    finest = max((decimals(reading) for reading, text in shown if not text), default=0)
    coarsest = max((half_digit(reading, finest) for reading, _ in shown), default=_ZERO)
    counted = columns[0].measure != "tax" if columns else False
    return Digits(counted, finest, coarsest)


class _Sums:
    """The running sums of each column, to add up any rows at once."""

    def __init__(self, body: Body, digits: list[Digits]) -> None:
        self._spans = [
            [span_of(figures[place], digits[place]) for figures in body.figures]
            for place in range(len(digits))
        ]
        self._running = [
            (
                list(accumulate((low for low, _ in spans), initial=_ZERO)),
                list(accumulate((_shut(high) for _, high in spans), initial=_ZERO)),
                list(accumulate((high == OPEN for _, high in spans), initial=0)),
            )
            for spans in self._spans
        ]

    def of(self, rows: Rows) -> list[Span]:
        """Return the sum of some rows, for each column."""
        if isinstance(rows, list):
            return [
                (
                    sum((spans[i][0] for i in rows), _ZERO),
                    sum((spans[i][1] for i in rows), _ZERO),
                )
                for spans in self._spans
            ]
        sums = []
        for low, high, opened in self._running:
            top = high[rows.stop] - high[rows.start]
            is_open = opened[rows.stop] > opened[rows.start]
            sums.append((low[rows.stop] - low[rows.start], OPEN if is_open else top))
        return sums


def _shut(high: Decimal) -> Decimal:
    """Return an upper end, zero if it is open."""
    return _ZERO if high == OPEN else high


class _Order:
    """Where the totals of a table stand among its rows, years and buildings."""

    def __init__(self, body: Body) -> None:
        self._totals, self._count = body.totals, len(body.rows)
        self._years: dict[int | None, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        for i, (year, name) in enumerate(zip(body.years, body.names, strict=True)):
            self._years.setdefault(year, []).append(i)
            self._names.setdefault(name, []).append(i)
        real = [(t.after, t.kind) for t in body.totals]
        self._above = list(_last_totals(real))
        below = [(self._count - after, kind) for after, kind in reversed(real)]
        self._below = [
            (self._count - one, self._count - other)
            for one, other in reversed(list(_last_totals(below)))
        ]

    def ranges(self, place: int) -> Iterator[Rows]:
        """Return the rows that a total may sum, the likeliest first.

        A 小计 sums the rows since the last total; a 合计 all rows so far, those of its
        year or its building, or, where it stands first, the rows below it.
        """
        total = self._totals[place]
        at = total.after
        since_any, since_sum = self._above[place]
        until_any, until_sum = self._below[place]
        years = self._years.get(total.year, []) if total.year is not None else []
        some = years[bisect_left(years, since_any) : bisect_left(years, at)]
        found: list[Rows] = [self._names.get(total.name, [])]
        spans = [range(since_any, at), range(since_sum, at), range(0, at)]
        if total.kind == "sum":
            found += [years, some, *reversed(spans)]
        else:
            found += [some, *spans, years]
        found += [years[: bisect_left(years, at)], years[bisect_left(years, at) :]]
        found += [range(at, until_any), range(at, until_sum), range(at, self._count)]
        found.append(range(0, self._count))
        yield from (rows for rows in found if len(rows))


def _last_totals(totals: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Return, for each total, where the last total and the last 合计 above stand."""
    last_any = last_sum = 0
    for after, kind in totals:
        yield last_any, last_sum
        if kind != "other":
            last_any = after
        if kind == "sum":
            last_sum = after


def _misses(
    figures: tuple[Reading | None, ...], spans: list[Span], digits: list[Digits]
) -> list[tuple[int, Reading, Span]]:
    """Return the columns in which a total does not agree with a sum."""
    return [
        (place, reading, span)
        for place, (reading, span) in enumerate(zip(figures, spans, strict=True))
        if reading is not None and not _meet(reading, span, digits[place])
    ]


def _meet(reading: Reading, span: Span, digits: Digits) -> bool:
    """Return whether a total and a sum have a number in common."""
    bottom, top = total_span(reading, digits)
    low, high = span
    slack = _SLACK * max(abs(low), _shut(abs(high)))
    return bottom <= high + slack and low - slack <= top


def _fault(body: Body, row: int, column: Column, reading: Reading, span: Span) -> Fault:
    """Return the fault of a total that does not add up."""
    low, high = span
    number = in_printed_unit(reading, low if high == OPEN else (low + high) / 2)
    at_least = ("至少", "at least ") if high == OPEN else ("", "")
    return place_fault(
        "total_mismatch",
        f"合计写的是 {reading.printed}，各数相加是{at_least[0]} {number:f}",
        "核对合计与各数，改正后再查",
        f"the total says {reading.printed}, the figures add up to"
        f" {at_least[1]}{number:f}; correct one of them",
        file=body.table.grid.file,
        sheet=body.table.grid.sheet,
        row=row + 1,
        column=column.head,
    )
