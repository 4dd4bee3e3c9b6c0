"""What do some sheets change in the figures that the dataset accepts?

A figure is the same if it says the same: a point by its number, a bound by its ends,
in the unit of the codebook; wording, unit and file do not matter.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hengstats.figures import KEY
from hengstats.intake.buildings.series import JUMP

Key = tuple[str, str, int]  # entity, measure, year
Record = Mapping[Any, Any]  # a row of `Dataset.records`
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure that is new, or no longer what it was.

    Attributes
    ----------
    entity, measure, year
        The figure.
    old, new : str
        The wordings; `old` is empty for a new figure, `new` for one taken back.
    old_unit, new_unit : str
        Their units, keys of `vocabulary.UNITS`.
    """

    entity: str
    measure: str
    year: int
    old: str = ""
    new: str = ""
    old_unit: str = ""
    new_unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What some sheets change in the accepted figures.

    Attributes
    ----------
    added, revised, withdrawn : tuple of Change
        Accepted figures that are new, that say something else, that are gone.
    unchanged : int
        Figures of the sheets that say what is accepted.
    reworded : int
        Those that say the same number as before, known more or less precisely.
    passed_over : dict
        Why other figures of the sheets are not the accepted ones, to how many they
        are: `overtaken` by a later publication, or a rule of `figures.RULES`, or
        `ruling`.
    """

    added: tuple[Change, ...] = ()
    revised: tuple[Change, ...] = ()
    withdrawn: tuple[Change, ...] = ()
    unchanged: int = 0
    reworded: int = 0
    passed_over: Mapping[str, int] = field(default_factory=dict)


def by_key(records: pd.DataFrame) -> dict[Key, Record]:
    """Return records as dictionaries, by entity, measure and year."""
    keys = zip(*(records[column] for column in KEY), strict=True)
    return dict(zip(keys, records.to_dict("records"), strict=True))


def compare(
    new: Mapping[Key, Record],
    before: Mapping[Key, Record],
    after: Mapping[Key, Record],
    standing: Collection[Key],
) -> Comparison:
    """Return what new records change.

    `before` and `after` are the accepted records without and with them; `standing`
    holds the new ones that no later publication has replaced.
    """
    told = Counter[str]()
    passed_over = Counter[str]()
    for key, record in new.items():
        now, old = after.get(key), before.get(key)
        if now is not None and agree(now, record):
            if old is not None and agree(old, now):
                told["unchanged" if _is_as_wide(old, now) else "reworded"] += 1
        else:
            passed_over[now["rule"] if now and key in standing else "overtaken"] += 1
    return Comparison(
        added=tuple(
            _change(key, None, now) for key, now in after.items() if key not in before
        ),
        revised=tuple(
            _change(key, before[key], now)
            for key, now in after.items()
            if key in before and not agree(before[key], now)
        ),
        withdrawn=tuple(
            _change(key, old, None) for key, old in before.items() if key not in after
        ),
        unchanged=told["unchanged"],
        reworded=told["reworded"],
        passed_over=dict(passed_over),
    )


def agree(one: Record, other: Record) -> bool:
    """Return whether two records of a figure say the same."""
    if one["qualifier"] != other["qualifier"]:
        return False
    point = all(pd.notna(record["number"]) for record in (one, other))
    ends = ("number",) if point else ("lower", "upper")
    return all(_close(one[end], other[end]) for end in ends)


def find_jumps(
    new: Mapping[Key, Record], known: Mapping[Key, Record]
) -> list[tuple[Key, Key, bool]]:
    """Return the new figures that are 1,000 times another one, or a thousandth.

    Each comes with the figure it was set against, and whether that one is new as
    well: the known one of the same year, and the nearest years before and after.
    """
    years: dict[tuple[str, str], list[int]] = {}
    for entity, measure, year in sorted({*new, *known}):
        years.setdefault((entity, measure), []).append(year)
    jumps = []
    for (entity, measure, year), record in new.items():
        key, series = (entity, measure, year), years[entity, measure]
        place = series.index(year)
        if key in known and _jumps(record, known[key]):
            jumps.append((key, key, False))
        for near in (*series[max(place - 1, 0) : place], *series[place + 1 :][:1]):
            other = (entity, measure, near)
            told = other in new and near > year  # from the other side
            if not told and _jumps(record, new.get(other) or known[other]):
                jumps.append((key, other, other in new))
    return jumps


def _change(key: Key, old: Record | None, new: Record | None) -> Change:
    """Return one change, in the wordings of both records."""
    entity, measure, year = key
    return Change(
        entity=entity,
        measure=measure,
        year=int(year),
        old=old["printed"] if old else "",
        new=new["printed"] if new else "",
        old_unit=old["unit"] if old else "",
        new_unit=new["unit"] if new else "",
    )


def _is_as_wide(one: Record, other: Record) -> bool:
    """Return whether two records of one number have the same bounds."""
    return all(_close(one[end], other[end]) for end in ("lower", "upper"))


def _close(one: float, other: float) -> bool:
    """Return whether two numbers are one, but for the last bits."""
    return one == other or math.isclose(one, other, rel_tol=_CLOSE)


def _size(record: Record) -> float:
    """Return about how large a figure is: its number, or its firmer end."""
    if pd.notna(record["number"]):
        return abs(float(record["number"]))
    ends = (abs(float(record[end])) for end in ("lower", "upper"))
    return next((end for end in ends if math.isfinite(end) and end > 0), 0.0)


def _jumps(one: Record, other: Record) -> bool:
    """Return whether one figure is 1,000 times another; zero never is."""
    small, large = sorted((_size(one), _size(other)))
    return small > 0 and large / small >= JUMP * (1 - _CLOSE)
