"""Says what is wrong with a sign-in log, in a closed list of sentences.

Every sentence stands in `messages.toml` under `signins`: none holds anything from the
cell of a person, so no name, number or telephone can slip into one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from hengstats.errors import Fault, SheetError
from hengstats.intake.result import Refusal, refuse
from hengstats.messages import message

MOST_FAULTS = 100
ROW_BITS = 40
Source = tuple[str, str]  # file, sheet


class Unread(ValueError):
    """A cell that cannot be read; `key` is one of `signins` in `messages.toml`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Problem(NamedTuple):
    """A cell or row that cannot be read: key, place, head of its column."""

    key: str
    place: int
    head: str = ""


def place(source: int, row: int) -> int:
    """Return a source and a row, from 1, as one number that sorts as they do."""
    return source << ROW_BITS | row


def place_of(number: int) -> tuple[int, int]:
    """Return the source and the row that `place` was given."""
    return number >> ROW_BITS, number & ((1 << ROW_BITS) - 1)


def fault(
    key: str,
    file: str,
    sheet: str = "",
    row: int | None = None,
    column: str = "",
    **values: object,
) -> Fault:
    """Return what is said of a key at its place; `row` counts from 1."""
    return refuse(f"signins.{key}", **values).at(file, sheet, row, column)


def refused(
    problems: Sequence[Problem], total: int, sources: Sequence[Source]
) -> SheetError:
    """Return the error of the first hundred problems, and how many more there are."""
    shown = []
    for key, at, head in sorted(problems, key=lambda one: one.place)[:MOST_FAULTS]:
        source, row = place_of(at)
        shown.append(fault(key, *sources[source], row or None, head))
    return SheetError(shorten(shown, total))


def shorten(faults: Sequence[Fault], total: int) -> tuple[Fault, ...]:
    """Return the first hundred faults, and one that says how many more there are."""
    shown = tuple(faults[:MOST_FAULTS])
    if total <= len(shown):
        return shown
    _, *said = message("result.more", more=total - len(shown))
    return (*shown, Refusal(shown[-1].code, *said).at(shown[-1].file))
