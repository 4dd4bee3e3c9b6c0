"""Which conclusions are no longer what they were, and which figures did it?"""

import pandas as pd

from hengstats.dataset import Dataset
from hengstats.revisions.conclusions import (
    ECONOMY,
    KINDS,
    ORGANISATION,
    VERDICT,
    Conclusion,
    State,
    Subject,
    indicator_states,
    measures_judged,
    verdict_states,
)
from hengstats.revisions.reasons import explain_changes


def compare_conclusions(
    old: pd.DataFrame,
    now: pd.DataFrame,
    changed: pd.DataFrame,
    datasets: list[Dataset],
) -> tuple[tuple[Conclusion, ...], int]:
    """Return the conclusions that changed, and of how many.

    Parameters
    ----------
    old, now : DataFrame
        The figures of the two states, as `known_figures` returns.
    changed : DataFrame
        As `compare_figures` returns.
    datasets : list of Dataset
        The state now, and the one before.
    """
    measures = measures_judged(datasets[0])
    seen: dict[tuple, State] = {}
    before, after = (indicator_states(side, measures) for side in (old, now))
    judged = dict.fromkeys([*_judged(now), *_judged(old)])
    hit = changed["measure"].isin((ORGANISATION, ECONOMY))
    touched = set(changed.loc[hit, "entity"])
    for states, side in ((before, old), (after, now)):
        own = side[side["entity"].isin(touched)]
        for entity, state in verdict_states(own, datasets, seen).items():
            states[entity, VERDICT, ECONOMY] = state
    subjects = dict.fromkeys([*before, *after])
    compared = sum(kind != VERDICT for _, kind, _ in subjects) + len(judged)
    entities = dict.fromkeys([*now["entity"], *old["entity"]])
    place = [list(entities), KINDS, measures]
    ranks = [{key: i for i, key in enumerate(keys)} for keys in place]

    def order(subject: Subject) -> tuple[int, ...]:
        entity, kind, measure = (
            rank[key] for rank, key in zip(ranks, subject, strict=True)
        )
        return entity, kind > 0, measure, kind

    asked = {
        subject: (before.get(subject), after.get(subject))
        for subject in sorted(subjects, key=order)
        if before.get(subject) != after.get(subject)
    }
    ways = explain_changes(asked, old, now, changed, datasets, seen)
    found = tuple(
        Conclusion(
            entity=subject[0],
            what=subject[1],
            measure=subject[2],
            before=former,
            after=new,
            how=ways[subject][0],
            rows=ways[subject][1],
        )
        for subject, (former, new) in asked.items()
    )
    return found, compared


def _judged(figures: pd.DataFrame) -> list[str]:
    """Return the entities of which both members and tax are known."""
    both = figures[figures["measure"].isin((ORGANISATION, ECONOMY))]
    count = both.groupby("entity", sort=False)["measure"].nunique()
    return count.index[count == 2].tolist()
