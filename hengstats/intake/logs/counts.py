"""What do the sign-ins of a log add up to, by year and building?

Only counts leave this module: no person, no event, and nothing derived from one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from hengstats.errors import Fault
from hengstats.intake import names
from hengstats.intake.logs.messages import fault, shorten
from hengstats.intake.result import COLUMNS, Cell, Outcome, Refusal

COUNTED = ("events", "attendances", "participants")
Key = tuple[int, str]  # year, building
Source = tuple[str, str]  # file, sheet
MOST_BUILDINGS = 5000  # no district has as many; a column with more holds persons
ROW_BITS = 40


def place(source: int, row: int) -> int:
    """Return a source and a row, from 1, as one number that sorts as they do."""
    return source << ROW_BITS | row


def place_of(number: int) -> tuple[int, int]:
    """Return the source and the row that `place` was given."""
    return number >> ROW_BITS, number & ((1 << ROW_BITS) - 1)


class Problem(NamedTuple):
    """A cell or row that cannot be read: key of `TOLD`, place, head of its column."""

    key: str
    place: int
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of a log, and what is worth a warning.

    Attributes
    ----------
    counts : dict
        Year and building to the numbers of events, attendances and participants.
    repeated : tuple of int
        How many sign-ins repeat another of the same year, and the place of one.
    recurring : int
        How many times a person came to one event in a further year.
    similar : dict
        `person` and `event` to the number of groups of ids that differ only in case
        or leading zeros, and the places of two of them.
    """

    counts: Mapping[Key, tuple[int, int, int]]
    repeated: tuple[int, int] = (0, 0)
    recurring: int = 0
    similar: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)


def conclude(
    tally: Tally, sources: Sequence[Source], heads: Mapping[str, str]
) -> Outcome:
    """Return the counts as cells, with the warnings.

    Parameters
    ----------
    tally : Tally
    sources : sequence of (str, str)
        File and sheet of each source that a place may name.
    heads : dict
        Role of a column to its head as written.
    """
    keys = sorted(tally.counts)
    if len({building for _, building in keys}) > MOST_BUILDINGS:
        problem = Problem("too_many_buildings", place(0, 0), heads["building"])
        return refuse([problem], 1, sources)
    cells = tuple(
        Cell(
            year=year,
            building=building,
            column=column,
            printed=str(number),
            unit=COLUMNS[column],
            number=Decimal(number),
        )
        for year, building in keys
        for column, number in zip(COUNTED, tally.counts[year, building], strict=True)
    )
    found = [*_repeats(tally, sources), *_likenesses(tally, sources, heads)]
    found += _gaps(keys, sources[0][0]) + _similar_names(keys, sources[0][0], heads)
    return Outcome(
        rows=tuple(keys), cells=cells, warnings=shorten(found, total=len(found))
    )


def refuse(
    problems: Sequence[Problem], total: int, sources: Sequence[Source]
) -> Outcome:
    """Return the first problems, told, and how many there are beyond them."""
    shown = []
    for key, at, head in problems:
        source, row = place_of(at)
        shown.append(fault(key, *sources[source], row or None, head))
    return Outcome(errors=shorten(shown, total))


def _warn(
    code: str, told: tuple[str, str, str], sources: Sequence[Source], at: int, head: str
) -> Fault:
    """Return a warning at the place that a number names."""
    source, row = place_of(at)
    return Refusal(code, *told).at(*sources[source], row, head)


def _repeats(tally: Tally, sources: Sequence[Source]) -> Iterable[Fault]:
    """Yield the warnings on sign-ins that were counted once."""
    number, at = tally.repeated
    if number:
        told = (
            f"共有 {number} 条签到与别的重复（同一人、同一场活动），只算一次，这是一条",
            "看看是否真是重复签到",
            f"{number} sign-ins repeat another of the same person at the same event and"
            " count once, this is one; see whether they are repeats",
        )
        yield _warn("duplicate_sign_in", told, sources, at, "")
    if number := tally.recurring:
        yield Refusal(
            "duplicate_sign_in",
            f"有 {number} 次是同一人在另一年份又签到于同一活动编号，两年各算一次",
            "看看活动编号是否重复使用",
            f"{number} times a person signed in at the same event id in another year,"
            " and each year counts it; see whether ids are used again",
        ).at(sources[0][0])


def _likenesses(
    tally: Tally, sources: Sequence[Source], heads: Mapping[str, str]
) -> Iterable[Fault]:
    """Yield the warnings on ids that may be meant as one."""
    for role, (number, one, other) in tally.similar.items():
        if not number:
            continue
        source, (second, line) = place_of(one)[0], place_of(other)
        beside = f"第 {line} 行" if source == second else "另一张表里的"
        told = (
            f"有 {number} 组编号只差开头的零或大小写，算作不同的编号，如此行与{beside}",
            "看看它们是否同一个",
            f"{number} groups of ids differ only in leading zeros or case and are"
            " counted as different; see whether they are the same",
        )
        yield _warn("similar_ids", told, sources, one, heads[role])


def _gaps(keys: Sequence[Key], file: str) -> list[Fault]:
    """Return the warnings on years without a sign-in between years that have some."""
    years: dict[str, set[int]] = defaultdict(set)
    for year, building in keys:
        years[building].add(year)
    known = {year for year, _ in keys}
    absent = set(range(min(known), max(known))) - known
    found = [("", absent)] if absent else []
    for building, own in years.items():
        gap = set(range(min(own), max(own))) - own - absent
        found += [(building, gap)] if gap else []
    return [
        Refusal(
            "missing_year",
            (f"“{building}”" if building else "")
            + "、".join(map(str, sorted(gap)))
            + " 年没有一条签到，不当作零",
            "看看是没有活动，还是缺了记录",
            f"no sign-in in {', '.join(map(str, sorted(gap)))}"
            + (" for one building" if building else "")
            + ", which is not taken for zero; see whether records are missing",
        ).at(file)
        for building, gap in found
    ]


def _similar_names(
    keys: Sequence[Key], file: str, heads: Mapping[str, str]
) -> list[Fault]:
    """Return the warnings on buildings whose names are nearly the same."""
    return [
        Refusal(
            "similar_names",
            f"“{one}”和“{other}”算作两座楼宇",
            "看看是否同一座",
            "two names of buildings are nearly the same and count as two; see whether"
            " they are one",
        ).at(file, column=heads["building"])
        for one, other in names.similar(sorted({building for _, building in keys}))
    ]
