"""Which vintage takes the place of which?

A later one that of an earlier one; but what another publisher says, of weaker
standing, stands beside it.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from hengstats.records import STANDINGS
from hengstats.vintages import Vintage


def order_of(vintages: Mapping[int, Vintage]) -> list[int]:
    """Return the numbers of vintages by the date they are known from.

    Of those known from one day, the one recorded later is the later.
    """
    return sorted(vintages, key=lambda number: (vintages[number].known, number))


def mark_standing(
    records: pd.DataFrame, vintages: Mapping[int, Vintage], order: Sequence[int]
) -> pd.Series:
    """Return which records still stand: False for what was revised or withdrawn.

    `order` lists the numbers of the vintages from the earliest to the latest. A
    later record of an entity, measure and year takes the place of an earlier one;
    it does not if another publisher of weaker standing says it, both being named.
    Hand-kept records, vintage 0, always stand.
    """
    keys = list(zip(*(records[c] for c in ("entity", "measure", "year")), strict=True))
    rows = records.groupby("vintage").indices
    stands, measures = [True] * len(records), records["measure"].unique()
    later: dict[tuple[Any, ...], set[tuple[str, int]]] = {}
    for number in reversed(order):
        one, own = vintages[number], rows.get(number, ())
        voice = one.publisher, STANDINGS.index(one.standing)
        for i in own:
            stands[i] = not _is_replaced(voice, later.get(keys[i], ()))
        for i in own:
            later.setdefault(keys[i], set()).add(voice)
        for entity, years in one.withdrawn.items():
            for measure, year in itertools.product(one.measures or measures, years):
                # Weaker than any figure: it ends only those of its own publisher.
                key = entity, measure, year
                later.setdefault(key, set()).add((one.publisher, len(STANDINGS)))
    return pd.Series(stands, records.index, dtype=bool)


def speak_for_one(one: str, other: str) -> bool:
    """Return whether two publishers may be the same: a blank one may be any."""
    return one == other or not (one and other)


def _is_replaced(voice: tuple[str, int], later: Iterable[tuple[str, int]]) -> bool:
    """Return whether a later publisher and standing take the place of an earlier."""
    return any(
        speak_for_one(voice[0], publisher) or standing <= voice[1]
        for publisher, standing in later
    )
