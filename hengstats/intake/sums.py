"""Checks whether the totals of a table add up.

A figure is an interval of half a printed digit to either side, a count written out to
the last unit is exact; a total agrees if it meets the sum of the intervals of its
terms.

A total with a year of its own sums rows of that year, one with a building beside it
rows of that building. Of these, 合计 sums all, those so far, those since the last 合计,
or the block of one year that it closes; 小计 sums its group, since the last total, and
where it stands directly below another total several groups; 示例街道合计 may be
either; 本页小计 sums its page. Totals that stand above their rows sum downwards.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from operator import add, sub
from typing import NamedTuple

from hengstats.errors import Fault
from hengstats.intake.cells import Reading
from hengstats.intake.result import is_money, refuse
from hengstats.intake.rows import Body, Record, Total
from hengstats.intake.table import Column

Span = tuple[Decimal, Decimal]  # lower and upper end; the upper may be infinite
OPEN = Decimal("Infinity")
_ZERO, _HALF = Decimal(0), Decimal("0.5")
_ABOUT = Decimal("0.1")  # what 约 leaves open, as a fraction
_SLACK = Decimal("1e-9")  # of sums of binary fractions
_TELLING = 3  # digits that are no sum by chance, and two for each digit of the rows
_NAMED = 5  # cells of text that a total leaves out
_NESTED = 16  # groups that a total of groups may reach back over
_DIGITS = re.compile(r"\d[\d, ]*(?:\.(\d+))?(?:e([+-]?\d+))?", re.IGNORECASE)


_Key = tuple[int | None, str]  # the year and the building that rows are limited to
_EVERY: _Key = (None, "")


class Digits(NamedTuple):
    """How the figures of one column are printed."""

    counted: bool  # whether it is a count, exact where it is written out
    finest: int = 0  # most decimals of number cells, which print no trailing zeros
    coarsest: Decimal = _ZERO  # widest half digit, in the unit of the column


def total_faults(body: Body) -> Iterator[Fault]:
    """Return a fault for each figure of a total that its rows do not add up to.

    A total agrees if it agrees in every column with one choice of the rows it may sum.
    """
    if not any(total.kind != "other" for total in body.totals):
        return
    digits = [_digits(body, [place]) for place in range(len(body.table.figures))]
    terms = _Terms(body, digits)
    for place, total in enumerate(body.totals):
        likeliest: list[tuple[int, Reading, Span]] = []
        for sums in terms.sums(place) if total.kind != "other" else ():
            misses = _misses(total, sums, digits)
            if not misses:
                break
            likeliest = likeliest or misses
        else:
            for column, reading, span in likeliest:
                skipped = _skipped(body, column, reading, span, digits[column])
                own = body.table.figures[column]
                yield _fault(body, total.row, own, reading, span, skipped)


def sum_faults(body: Body) -> Iterator[Fault]:
    """Return a fault for each row whose years across do not add up to its 合计."""
    for place, column in enumerate(body.table.sums):
        figures = enumerate(body.table.figures)
        own = [i for i, other in figures if other.measure == column.measure]
        digits = _digits(body, own)
        for record, sums in zip(body.records, body.sums, strict=True):
            if (reading := sums[place]) is None:
                continue
            spans = [span_of(record.figures[i], digits) for i in own]
            low, high = (sum(ends, _ZERO) for ends in zip(*spans, strict=True))
            if not _meet(reading, (low, high), digits):
                yield _fault(body, record.row, column, reading, (low, high))


def unnamed_totals(body: Body) -> Iterator[Fault]:
    """Return a fault for each row that is, to the digit, the sum of rows beside it.

    It is called like a building and is perhaps a total. Of few digits nothing is said:
    2 is easily 1 and 1.
    """
    years: dict[int, list[Record]] = {}
    for record in body.records:
        years.setdefault(record.year, []).append(record)
    for records in years.values():
        rows = [(record, _exact(record.figures)) for record in records]
        for order in (rows, rows[::-1]):
            for record in _sums_of_those_before(order):
                column = body.table.position.label(body.table.building or 0)
                yield record.fault("sums.unnamed", column, name=record.name)


def _exact(figures: Sequence[Reading | None]) -> tuple[Decimal, ...]:
    """Return the numbers of a row, nought where it has none."""
    return tuple((figure and figure.number) or _ZERO for figure in figures)


def _sums_of_those_before(
    rows: list[tuple[Record, tuple[Decimal, ...]]],
) -> Iterator[Record]:
    """Return the rows that sum a run of two or more that ends just before them."""
    running = (_ZERO,) * len(rows[0][1])
    first = {running: 0}  # running sum to the row where it begins
    least = _TELLING + 2 * len(str(len(rows)))
    for i, (record, numbers) in enumerate(rows):
        start = first.get(tuple(map(sub, running, numbers)), i)
        digits = [
            len(number.normalize().as_tuple().digits) for number in numbers if number
        ]
        several = len(digits) > 1 or (start == 0 and i + 1 == len(rows))
        if i - start > 1 and several and sum(digits) >= least:
            yield record
        running = tuple(map(add, running, numbers))
        first.setdefault(running, i + 1)


def _misses(
    total: Total, spans: list[Span], digits: list[Digits]
) -> list[tuple[int, Reading, Span]]:
    """Return the columns in which a total does not agree with a sum."""
    return [
        (place, reading, span)
        for place, (reading, span) in enumerate(zip(total.figures, spans, strict=True))
        if reading is not None and not _meet(reading, span, digits[place])
    ]


def _meet(reading: Reading, span: Span, digits: Digits) -> bool:
    """Return whether a total and a sum have a number in common."""
    bottom, top = total_span(reading, digits)
    low, high = span
    slack = _SLACK * max(abs(low), _shut(abs(high)))
    return bottom <= high + slack and low - slack <= top


def _skipped(
    body: Body, place: int, reading: Reading, span: Span, digits: Digits
) -> Sequence[int]:
    """Return the rows of text that a total leaves out, if that is why it is unlike.

    SUM of Excel passes over a cell like 约3.2亿.
    """
    grid, index = body.table.grid, body.table.figures[place].index
    texts = [
        (record.row, span_of(record.figures[place], digits))
        for record in body.records
        if record.figures[place] and isinstance(grid.value(record.row, index), str)
    ]
    ends = [span, *(own for _, own in texts)]
    if not grid.sheet or not texts or any(high == OPEN for _, high in ends):
        return ()
    low = span[0] - sum((own[0] for _, own in texts), _ZERO)
    high = span[1] - sum((own[1] for _, own in texts), _ZERO)
    return [row for row, _ in texts] if _meet(reading, (low, high), digits) else ()


def _fault(
    body: Body,
    row: int,
    column: Column,
    reading: Reading,
    span: Span,
    skipped: Sequence[int] = (),
) -> Fault:
    """Return the fault of a total that does not add up."""
    low, high = span
    number = _in_printed_unit(reading, low if high == OPEN else (low + high) / 2)
    key = "sums.at_least" if high == OPEN else "sums.unlike"
    told = {"printed": reading.printed, "number": f"{number:f}"}
    if skipped:
        from openpyxl.utils import get_column_letter

        letter, key = get_column_letter(column.index + 1), "sums.skipped"
        told["cells"] = "、".join(f"{letter}{row + 1}" for row in skipped[:_NAMED])
    refusal = refuse(key, **told)
    return refusal.on(body.table.grid, row, column.head)


# In which interval a printed figure lies.


def _digits(body: Body, places: list[int]) -> Digits:
    """Return how the figures of some columns are printed."""
    grid = body.table.grid
    columns = [body.table.figures[place] for place in places]
    shown = [
        (reading, isinstance(grid.value(record.row, column.index), str))
        for record in body.records
        for place, column in zip(places, columns, strict=True)
        if (reading := record.figures[place])
    ]
    finest = max((_decimals(reading) for reading, text in shown if not text), default=0)
    coarsest = max((half_digit(reading, finest) for reading, _ in shown), default=_ZERO)
    counted = not is_money(columns[0].measure) if columns else False
    return Digits(counted, finest, coarsest)


def _decimals(reading: Reading) -> int:
    """Return how many decimals a figure is printed with."""
    found = _DIGITS.search(reading.printed)
    return len(found[1] or "") if found else 0


def _mantissa(reading: Reading) -> tuple[Decimal, int]:
    """Return the digits of a figure as a number, and how many are decimals."""
    found = _DIGITS.search(reading.printed)
    if not found:
        return _ZERO, 0
    power = int(found[2] or 0)
    digits = re.sub("[, ]", "", found[0].lower().partition("e")[0])
    return Decimal(digits).scaleb(power), len(found[1] or "") - power


def _in_printed_unit(reading: Reading, number: Decimal) -> Decimal:
    """Return a number in the unit in which a figure is printed."""
    mantissa, _ = _mantissa(reading)
    if not mantissa or not reading.number:
        return number
    ratio = mantissa / abs(reading.number)
    return (number * ratio).quantize(Decimal("1e-6")).normalize()


def half_digit(reading: Reading, finest: int = 0) -> Decimal:
    """Return half of the last printed digit of a figure, in the unit of its column.

    Examples
    --------
    >>> half_digit(Reading("26.3", "100 million yuan", Decimal("26.3")))
    Decimal('0.05')
    >>> half_digit(Reading("1.2万", "persons", Decimal(12000)))
    Decimal('500.0')
    """
    mantissa, places = _mantissa(reading)
    if not mantissa or not reading.number:
        return _ZERO
    scale = abs(reading.number) / mantissa
    return scale.scaleb(-max(places, finest)) * _HALF


def span_of(reading: Reading | None, digits: Digits) -> Span:
    """Return the interval of a term; a missing one is zero or more."""
    if reading is None:
        return _ZERO, OPEN
    number = reading.number
    if reading.flag == "range":
        return reading.lower or _ZERO, reading.upper or OPEN
    if reading.flag == "upper_bound":
        return _ZERO, reading.upper or number or OPEN
    if reading.flag == "lower_bound" or number is None:
        return number or _ZERO, OPEN
    half = half_digit(reading, digits.finest)
    if digits.counted and half <= _HALF:
        half = _ZERO
    if reading.flag == "approx":
        half = max(half, abs(number) * _ABOUT)
    return number - half, number + half


def total_span(reading: Reading, digits: Digits) -> Span:
    """Return the interval of a total.

    Its terms' half digits are all it may be off by, unless it is printed more coarsely
    than any of them.
    """
    coarse = half_digit(reading, digits.finest) > max(digits.coarsest, _ZERO)
    if reading.flag or reading.number is None or coarse:
        return span_of(reading, digits)
    return reading.number, reading.number


def _shut(high: Decimal) -> Decimal:
    """Return an upper end, zero if it is open."""
    return _ZERO if high == OPEN else high


# Which rows a total may sum, and what they add up to.


class _Terms:
    """The rows of a table in their order, with running sums of its columns."""

    def __init__(self, body: Body, digits: list[Digits]) -> None:
        self._body, self._digits, count = body, digits, len(body.records)
        self._rows: dict[_Key, list[int]] = {_EVERY: list(range(count))}
        for i, record in enumerate(body.records):
            self._rows.setdefault((record.year, ""), []).append(i)
            if record.name:
                self._rows.setdefault((None, record.name), []).append(i)
        self._running: dict[_Key, list[list[list[Decimal]]]] = {}
        years = [record.year for record in body.records]
        totals = [(t.after, self._kind(t), self._key(t)) for t in body.totals]
        self._above = list(_starts(totals, _blocks(years)))
        turned = [(count - after, kind, key) for after, kind, key in reversed(totals)]
        below = list(_starts(turned, _blocks(years[::-1])))[::-1]
        leading = any(after == 0 for after, kind, _ in totals if kind != "other")
        self._below = [
            [count - start for start in starts if leading] for starts in below
        ]

    def _key(self, total: Total) -> _Key:
        """Return what a total is limited to, if the table has rows of it."""
        year = total.year if (total.year, "") in self._rows else None
        return year, total.name if (None, total.name) in self._rows else ""

    def _kind(self, total: Total) -> str:
        """Return the kind of a total; 合计 beside the name of a street is a part."""
        named = total.name and (None, total.name) not in self._rows
        digits = any(map(str.isdigit, total.name))  # 合计 and beside it 12幢
        return "part" if total.kind == "sum" and named and not digits else total.kind

    def _places(self, key: _Key) -> list[int]:
        """Return the places of the rows of a year, of a building, or of both."""
        if key not in self._rows:
            records, own = self._body.records, self._rows[None, key[1]]
            self._rows[key] = [i for i in own if records[i].year == key[0]]
        return self._rows[key]

    def sums(self, place: int) -> Iterator[list[Span]]:
        """Return, for each choice of rows that a total may sum, the sum of each column.

        The likeliest rows come first.
        """
        total, whole = self._body.totals[place], (0, len(self._body.records))
        key, at = self._key(total), total.after
        spans = [(start, at) for start in self._above[place]]
        spans += [(at, stop) for stop in self._below[place]]
        if key != _EVERY and self._kind(total) in ("sum", "group"):
            spans.insert(0, whole)
        own = self._places(key)
        parts = [
            (bisect_left(own, start), bisect_left(own, stop))
            for start, stop in dict.fromkeys(spans)
        ]
        some = [(start, stop) for start, stop in parts if start < stop]
        for start, stop in some or ([(0, len(own))] if own else []):
            yield [self._between(start, stop, runs) for runs in self._run(key)]

    def _run(self, key: _Key) -> list[list[list[Decimal]]]:
        """Return the running sums of each column: of lower, upper and open ends."""
        if key not in self._running:
            self._running[key] = []
            for column, digits in enumerate(self._digits):
                records = (self._body.records[i] for i in self._places(key))
                spans = [span_of(record.figures[column], digits) for record in records]
                ends = [
                    (low, _shut(high), Decimal(high == OPEN)) for low, high in spans
                ]
                self._running[key].append(
                    [
                        list(accumulate(e, initial=_ZERO))
                        for e in zip(*ends, strict=True)
                    ]
                )
        return self._running[key]

    @staticmethod
    def _between(start: int, stop: int, runs: list[list[Decimal]]) -> Span:
        """Return the sum of one column from one row up to another."""
        low, high, opened = (run[stop] - run[start] for run in runs)
        return low, OPEN if opened else high


def _starts(
    totals: list[tuple[int, str, _Key]], blocks: list[int]
) -> Iterator[list[int]]:
    """Return, for each total, where the rows above that it may sum can begin."""
    last = dict.fromkeys(("sum", "part", "group", "page"), 0)
    last_of: dict[_Key, int] = {}
    passed = [0]
    for after, kind, key in totals:
        group = max(last["sum"], last["part"], last["group"])
        if kind == "other":
            yield []
            continue
        if kind == "sum":
            since = last["sum"] if key == _EVERY else last_of.get(key, 0)
            yield [0, blocks[after] if key == _EVERY else 0, since]
            last_of[key] = after
        elif kind == "page":
            yield [last["page"], group]
        else:
            nested = passed[-_NESTED:] if group == after else []
            part = [max(last["sum"], last["part"]), 0] if kind == "part" else []
            yield [group, *nested, *part]
        last[kind] = after
        passed.append(after)


def _blocks(years: list[int]) -> list[int]:
    """Return, for each number of rows, where the year of the last of them begins."""
    starts = [0]
    for i, year in enumerate(years):
        starts.append(starts[-1] if i and year == years[i - 1] else i)
    return starts
