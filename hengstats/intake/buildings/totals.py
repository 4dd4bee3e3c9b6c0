"""Do the totals of a table add up?

A figure is an interval of half a printed digit to either side; a total agrees if it
meets the sum of the intervals of its terms.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate

from hengstats.errors import Fault, place_fault
from hengstats.intake.buildings.admissible import Key, Order, Rows
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
from hengstats.intake.cells import Reading

_ZERO = Decimal(0)
_SLACK = Decimal("1e-9")  # of sums of binary fractions
_Running = tuple[list[Decimal], list[Decimal], list[int]]


def total_faults(body: Body) -> Iterator[Fault]:
    """Return a fault for each figure of a total that its rows do not add up to.

    A total agrees if it agrees in every column with one choice of the rows it may sum.
    """
    if not any(total.kind != "other" for total in body.totals):
        return
    digits = [_digits(body, [place]) for place in range(len(body.table.figures))]
    order = Order(body)
    sums = _Sums(body, digits, order)
    for place, total in enumerate(body.totals):
        if total.kind == "other":
            continue
        likeliest: list[tuple[int, Reading, Span]] = []
        for rows in order.choices(place):
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

    def __init__(self, body: Body, digits: list[Digits], order: Order) -> None:
        self._order, self._running = order, dict[Key, list[_Running]]()
        self._spans = [
            [span_of(figures[place], digits[place]) for figures in body.figures]
            for place in range(len(digits))
        ]

    def of(self, rows: Rows) -> list[Span]:
        """Return the sum of some rows, for each column."""
        own = self._order.places(rows.key)
        if rows.key not in self._running:
            self._running[rows.key] = [_run(spans, own) for spans in self._spans]
        start, stop = bisect_left(own, rows.start), bisect_left(own, rows.stop)
        sums = []
        for low, high, opened in self._running[rows.key]:
            top = OPEN if opened[stop] > opened[start] else high[stop] - high[start]
            sums.append((low[stop] - low[start], top))
        return sums


def _run(spans: list[Span], own: Sequence[int]) -> _Running:
    """Return the running sums of the ends, and of how many ends are open."""
    return (
        list(accumulate((spans[i][0] for i in own), initial=_ZERO)),
        list(accumulate((_shut(spans[i][1]) for i in own), initial=_ZERO)),
        list(accumulate((spans[i][1] == OPEN for i in own), initial=0)),
    )


def _shut(high: Decimal) -> Decimal:
    """Return an upper end, zero if it is open."""
    return _ZERO if high == OPEN else high


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
