"""Which box does a hedge open around a number? The readings, in one place.

These are assumptions, and every result that rests on a box rests on them.
"""

from decimal import Decimal
from math import inf

from hengstats.numerals import last_nonzero_place


def box_of(
    number: Decimal, place: Decimal, hedge: str, counted: bool, ledger: bool
) -> tuple[Decimal | float, Decimal | None, Decimal | float, Decimal | float]:
    """Return lower, value, upper and the wide lower end; METHODS of the project."""
    step = last_nonzero_place(number) if number else Decimal(1)
    tenth = number / 10
    if hedge == "nearly":
        step = tenth if step == number else step
        wide = max(number - max(step, tenth), Decimal(0))
        return number - min(step, tenth), None, number, wide
    if hedge == "fraction":
        p, half = number * place, Decimal("0.5")
        return p / (place + half), number, p / (place - half), p / (place + half)
    half = place / 2
    if ledger or (counted and place <= 1 and number == int(number)):
        half = Decimal(0)
    if hedge == "about":
        half = step / 2
    boxes: dict[str, tuple[Decimal | float, Decimal | None, Decimal | float]] = {
        "exact": (number - half, number, number + half),
        "about": (number - half, number, number + half),
        "odd": (number, None, number + step),
        "several": (number, None, number * 10),
        "more_than": (number, None, inf),
        "at_least": (number, None, inf),
        "at_most": (0.0, None, number),
        "fewer_than": (0.0, None, number),
    }
    low, value, high = boxes[hedge]
    return low, value, high, low
