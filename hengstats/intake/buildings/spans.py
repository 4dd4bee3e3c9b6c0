"""In which interval does a printed figure lie, when totals are checked?

Half a printed digit to either side; a count written out to the last unit is exact.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from hengstats.intake.cells import Reading

Span = tuple[Decimal, Decimal]  # lower and upper end; the upper may be infinite
OPEN = Decimal("Infinity")
_ZERO, _HALF = Decimal(0), Decimal("0.5")
_ABOUT = Decimal("0.1")  # what 约 leaves open, as a fraction
_DIGITS = re.compile(r"\d[\d, ]*(?:\.(\d+))?(?:e([+-]?\d+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Digits:
    """How the figures of one column are printed.

    Attributes
    ----------
    counted : bool
        Whether it is a count, exact where it is written out.
    finest : int
        The most decimals of its number cells, which do not print trailing zeros.
    coarsest : Decimal
        The widest half digit of its figures, in the unit of the column.
    """

    counted: bool
    finest: int = 0
    coarsest: Decimal = _ZERO


def decimals(reading: Reading) -> int:
    """Return how many decimals a figure is printed with."""
    found = _DIGITS.search(reading.printed)
    return len(found[1] or "") if found else 0


def in_printed_unit(reading: Reading, number: Decimal) -> Decimal:
    """Return a number in the unit in which a figure is printed."""
    mantissa, _ = _mantissa(reading)
    if not mantissa or not reading.number:
        return number
    return (
        (number * mantissa / abs(reading.number)).quantize(Decimal("1e-6")).normalize()
    )


def _mantissa(reading: Reading) -> tuple[Decimal, int]:
    """Return the digits of a figure as a number, and how many are decimals."""
    found = _DIGITS.search(reading.printed)
    if not found:
        return _ZERO, 0
    power = int(found[2] or 0)
    digits = re.sub("[, ]", "", found[0].lower().partition("e")[0])
    return Decimal(digits).scaleb(power), len(found[1] or "") - power


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
    low, high = span_of(reading, digits)
    coarse = half_digit(reading, digits.finest) > max(digits.coarsest, _ZERO)
    if reading.flag or reading.number is None or coarse:
        return low, high
    return reading.number, reading.number
