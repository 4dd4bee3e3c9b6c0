"""Marks the numbers of a text with where they come from.

A mark is three signs of private use, with the place of the origin between the first
two and the number as it is read between the last two. Whoever wants the text alone
takes the marks away with `unmarked`; only the report gives prose a ledger to mark in.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FIRST, MIDDLE, LAST = "\ue000", "\ue001", "\ue002"
MARK = re.compile(f"{FIRST}([^{MIDDLE}]*){MIDDLE}([^{LAST}]*){LAST}")
# A number in a text that others wrote; a year or date is none.
NUMBER = re.compile(
    r"(?<![A-Za-z0-9.,-])(?!(?:1[89]|20)\d\d(?!\d|[.,]\d|%))(?!\d\d?[月日])"
    r"\d+(?:,\d{3})*(?:\.\d+)?%?(?![\d-])"
)
Box = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one number comes from.

    Attributes
    ----------
    kind : str
        `figure`, an accepted figure; `record`, any that was printed; `event`; or the
        formula by which it was computed, as the vocabulary calls it.
    key : tuple of str
        Of a figure entity, measure and year; of a record those, or its period for the
        year, with source and wording; of an event entity, date and source.
    inputs : tuple of Origin
        What a computed number is computed from.
    words : tuple of (str, str)
        What the sentence of the formula has for its blanks.
    box : tuple of float or None
        Lower end, value and upper end of a computed number, where they are known.
    unit : str
        Of the box.
    """

    kind: str
    key: tuple[str, ...] = ()
    inputs: tuple["Origin", ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    box: Box = (None, None, None)
    unit: str = ""


class Citations(dict[str, int]):
    """Numbers sources as they are first cited; as a ledger, marks numbers too.

    Attributes
    ----------
    origins : dict of Origin to int
        The places of the origins marked so far.
    traced : bool
        Whether it is a ledger; otherwise texts stay as they are.
    """

    def __init__(self, *, traced: bool = False) -> None:
        """Begin with no source and no origin."""
        super().__init__()
        self.origins: dict[Origin, int] = {}
        self.traced = traced

    def __missing__(self, source: str) -> int:
        """Return the next number."""
        self[source] = len(self) + 1
        return self[source]


Numbers = Mapping[str, int] | None


def mark(numbers: Numbers, text: str, origin: Origin | None) -> str:
    """Return a number as it is read, marked with its origin if there is a ledger."""
    if not (isinstance(numbers, Citations) and numbers.traced) or origin is None:
        return text
    if text in ("", "—"):
        return text
    place = numbers.origins.setdefault(origin, len(numbers.origins))
    return f"{FIRST}{place}{MIDDLE}{unmarked(text)}{LAST}"


def mark_words(numbers: Numbers, text: str, origin: Origin) -> str:
    """Return a text of the dataset with each number in it marked."""
    return NUMBER.sub(lambda found: mark(numbers, found[0], origin), text)


def name_number(text: object, *key: object) -> str:
    """Return a number marked with a name, for `name_origins` to find its origin."""
    return f"{FIRST}{'|'.join(map(str, key))}{MIDDLE}{text}{LAST}"


def name_origins(
    numbers: Numbers, text: str, origin_of: Callable[[list[str]], Origin]
) -> str:
    """Return a text whose numbers have names, each marked with its origin instead."""
    return MARK.sub(
        lambda found: mark(numbers, found[2], origin_of(found[1].split("|"))), text
    )


def unmarked(text: str) -> str:
    """Return a text without marks."""
    return MARK.sub(r"\2", text) if FIRST in text else text


def figure(row: Mapping[Any, Any], measure: str = "") -> Origin:
    """Return an accepted figure as an origin, or that which the row itself has."""
    if "origin" in row:
        origin: Origin = row["origin"]
        return origin
    return figure_at(row["entity"], measure or row["measure"], row["year"])


def figure_at(entity: object, measure: object, year: object) -> Origin:
    """Return the accepted figure of an entity, a measure and a year as an origin."""
    return Origin("figure", (str(entity), str(measure), str(year)))


def figures(rows: Iterable[Mapping[Any, Any]], measure: str = "") -> tuple[Origin, ...]:
    """Return several accepted figures as origins."""
    return tuple(dict.fromkeys(figure(row, measure) for row in rows))


def record(row: Mapping[Any, Any]) -> Origin:
    """Return what a source printed as an origin; without a measure it is an event."""
    period = row["period"] if "period" in row else row["year"]
    if not row["measure"]:
        return Origin("event", (row["entity"], period, row["source"]))
    key = (row["entity"], row["measure"], period, row["source"], row["printed"])
    return Origin("record", tuple(map(str, key)))


def formula(
    how: str,
    inputs: Iterable[Origin] = (),
    box: Iterable[float] = (),
    unit: str = "",
    **words: object,
) -> Origin:
    """Return a computed number as an origin."""
    ends = [None if math.isnan(end) else float(end) for end in box]
    lower, value, upper = ends or (None, None, None)
    told = tuple((key, str(word)) for key, word in words.items())
    return Origin(how, (), tuple(inputs), told, (lower, value, upper), unit)
