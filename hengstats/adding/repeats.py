"""Does a dataset hold these sheets already, so that nothing has to be stored?

A date of publication makes sheets a vintage of their own, unless one of that very
date holds their figures: who says the same again confirms it, and outlasts what was
published in between. Sheets without a date say nothing new if what stands says it, or
if the very files are there.
"""

from collections.abc import Mapping, Sequence

from hengstats.adding.compare import Key, Record, agree, by_key
from hengstats.adding.names import Answers, Known
from hengstats.adding.state import State, standing_at
from hengstats.precedence import order_of
from hengstats.vintages import Vintage


def find_repeated(
    state: State,
    told: Vintage,
    new: Mapping[Key, Record],
    before: Mapping[Key, Sequence[Record]],
) -> int | None:
    """Return the number of the vintage that sheets repeat; None if they are new.

    It is 0 if no single vintage holds all of them. `before` are the records that
    stand before the sheets.
    """
    records = state.data.records
    same = [n for n, one in state.vintages.items() if _is_same(told, one)]
    for number in reversed(same):
        held = by_key(records[records["vintage"] == number])
        if all(key in held and agree(held[key], row) for key, row in new.items()):
            return number
    known = all(
        any(
            agree(old, row) and (not told.published or old["vintage"] in same)
            for old in before.get(key, ())
        )
        for key, row in new.items()
    )
    return 0 if known else None


def is_revised(state: State, new: Mapping[Key, Record]) -> bool:
    """Return whether any of some figures is not what the vintages say by now."""
    now = standing_at(state, order_of(state.vintages))
    return not all(
        any(agree(old, row) for old in now.get(key, ())) for key, row in new.items()
    )


def has_answers(state: State, known: Known, answers: Answers) -> bool:
    """Return whether the dataset has every answer already, from an earlier time."""
    names = known.names
    renamed = all(
        names.get(old) and names.get(old) == names.get(new)
        for old, new in answers.aliases.items()
    )
    gone = {key for one in state.vintages.values() for key in one.withdrawn}
    return (
        renamed
        and all(names.get(name) for name in answers.new_buildings)
        and all(
            names.get(name) in gone and names[name] not in known.reported
            for name in answers.withdraw
        )
    )


def _is_same(told: Vintage, one: Vintage) -> bool:
    """Return whether a vintage may be the same publication.

    It is if both give one date; where the sheets give none, if the files are the same
    to the byte.
    """
    if told.published:
        day = told.known if one.published else ""
        return told.published == one.published or day == one.known
    files = {file["sha256"] for file in one.files}
    return {file["sha256"] for file in told.files} <= files
