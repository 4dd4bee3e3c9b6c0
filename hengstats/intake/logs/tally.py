"""What do the rows of a log in memory add up to, each person once per event?

A person or an event is held as the place where it first stands; only counts go on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hengstats.intake.logs.counts import Key, Problem, Tally
from hengstats.intake.logs.ids import alike
from hengstats.intake.logs.messages import MOST_FAULTS
from hengstats.intake.logs.stamps import Stamp


class SignIn(NamedTuple):
    """One row of a log that can be read."""

    place: int
    person: str
    event: str
    building: str
    stamp: Stamp


def tally_rows(
    found: Iterable[SignIn | Problem], heads: Mapping[str, str]
) -> tuple[Tally, list[Problem], int]:
    """Return the counts, the first hundred problems, and how many there are.

    A sign-in is counted in the year of its stamp, and a person at an event once in
    each year. `heads` gives the head of each role, for the problems.
    """
    problems: list[Problem] = []
    total = rows = repeat = 0
    persons: dict[str, int] = {}
    events: dict[str, int] = {}
    home: dict[tuple[int, int], str] = {}
    zones: dict[bool, int] = {}
    came: dict[Key, set[tuple[int, int]]] = defaultdict(set)
    for item in found:
        problem = item if isinstance(item, Problem) else None
        if isinstance(item, SignIn):
            place, person, event, building, stamp = item
            pair = persons.setdefault(person, place), events.setdefault(event, place)
            if zones.setdefault(stamp.zoned, place) == place and len(zones) > 1:
                problem = Problem("time_mixed", place, heads["time"])
            elif home.setdefault(pair, building) != building:
                problem = Problem("two_buildings", place, heads["building"])
        if problem:
            total += 1
            problems += [problem] if total <= MOST_FAULTS else []
            continue
        rows += 1
        attended = came[stamp.year, building]
        repeat = repeat or (place if pair in attended else 0)
        attended.add(pair)
    counted = sum(map(len, came.values()))
    tally = Tally(
        counts={
            key: (len({e for _, e in pairs}), len(pairs), len({p for p, _ in pairs}))
            for key, pairs in came.items()
        },
        repeated=(rows - counted, repeat),
        recurring=counted - len(home),
        similar={"person": _similar(persons), "event": _similar(events)},
    )
    return tally, problems, total


def _similar(first: Mapping[str, int]) -> tuple[int, int, int]:
    """Return how many groups of ids are alike, and the places of two of one group."""
    groups: dict[str, list[int]] = defaultdict(list)
    for id_, place in first.items():
        groups[alike(id_)].append(place)
    several = [places for places in groups.values() if len(places) > 1]
    one, other = min(several)[:2] if several else (0, 0)
    return len(several), one, other
