"""Which columns did the user name in place of others? `--column 税收=HEAD`."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from hengstats.errors import Fault
from hengstats.intake.buildings.heads import Head, looks_like_unit
from hengstats.intake.buildings.headwords import fold, means
from hengstats.intake.buildings.table import NAMES, Spot

Place = TypeVar("Place", int, str)  # a column, or the wording of a row


def as_asked(
    heads: Mapping[Place, Head],
    labels: Mapping[Place, str],
    wanted: Mapping[str, str],
    choices: Iterable[str],
    spot: Spot,
) -> tuple[dict[Place, Head], list[Fault]]:
    """Return the heads, with those that the user named in place of others.

    Parameters
    ----------
    heads, labels : mapping
        What stands in each column, or in each row of measures, and its wording.
    wanted : mapping
        Measure or key to the wording that the user named.
    choices : iterable of str
        The wordings to choose from, of which none may name a person.
    spot : Spot
        Where a wording that is not there is told.
    """
    done, errors = dict(heads), []
    for name, wording in wanted.items():
        kind = kind_of(name)
        named = [at for at, label in labels.items() if _alike(label, wording)]
        if not kind or not named:
            found = f"没有名为“{wording}”的一栏" if kind else f"不认识指标“{name}”"
            mend = f"从这些表头里选：{'、'.join(choices)}"
            english = f"no column {wording!r} for {name!r}; choose one of the heads"
            errors.append(spot.fault("missing_column", wording, found, mend, english))
            continue
        for at, head in heads.items():
            if head.kind == kind and at not in named:
                done[at] = Head(kind="unchosen", year=head.year)
        for at in named:
            done[at] = _renamed(done[at], kind, labels[at])
    return done, errors


def kind_of(name: str) -> str:
    """Return the kind of column that the user means by a name, or nothing."""
    return name if name in NAMES else means(name)


def _alike(label: str, wording: str) -> bool:
    """Return whether two wordings are the same but for blanks and width."""
    return fold(label).replace(" ", "") == fold(wording).replace(" ", "")


def _renamed(head: Head, kind: str, label: str) -> Head:
    """Return a head that the user says is a measure, with the unit it states."""
    if head.kind == kind:
        return head
    tail = re.split(r"[(\[/:,_\s]", fold(label).strip(")] "))[-1]
    return Head(kind=kind, year=head.year, unit=tail if looks_like_unit(tail) else "")
