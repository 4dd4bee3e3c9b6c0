"""Finds which conclusions changed, and which changed figures did it.

A changed figure that, put into the old figures alone, gives the new conclusion did it;
where none does, those that alone change it; where none does, those without which the
old conclusion would still stand; else all of them together.
"""

from collections.abc import Iterable

import pandas as pd

from hengstats.dataset import Dataset
from hengstats.figures import KEY
from hengstats.indicators import ENDS
from hengstats.revisions.conclusions import (
    ECONOMY,
    ORGANISATION,
    Subject,
    indicator_states,
    measures_judged,
    verdict_states,
)
from hengstats.revisions.result import KINDS, VERDICT, Conclusion, State

WHOLLY, ALONE, NEEDED, TOGETHER = "wholly", "alone", "needed", "together"
NEW, GONE = "new", "gone"
FIGURE = [*KEY, *ENDS, "unit", "status", "source", "printed", "stated"]
Because = tuple[str, tuple[int, ...]]  # how they did it, and the rows of the changes
Rows = dict[tuple[str, int], tuple]  # measure and year to a figure of one entity
Trial = tuple[str, tuple[str, ...], str, int]  # entity, measures, how, changed row
# With more changes than these, trying each one would take long and say little.
MOST = 24


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
        As `explain_figures` returns.
    datasets : list of Dataset
        The state now, and the one before.
    """
    measures = measures_judged(datasets[0])
    seen: dict[tuple, State] = {}
    before, after = (indicator_states(side, measures) for side in (old, now))
    of_verdicts = changed["measure"].isin((ORGANISATION, ECONOMY))
    touched = changed.loc[of_verdicts, "entity"].unique()
    for states, side in ((before, old), (after, now)):
        own = side[side["entity"].isin(touched)]
        for entity, state in verdict_states(own, datasets, seen).items():
            states[entity, VERDICT, ECONOMY] = state
    subjects = dict.fromkeys([*before, *after])
    compared = sum(kind != VERDICT for _, kind, _ in subjects)
    compared += len({*_entities_judged(now), *_entities_judged(old)})
    entities = list(dict.fromkeys([*now["entity"], *old["entity"]]))
    rank = {entity: i for i, entity in enumerate(entities)}

    def order(subject: Subject) -> tuple[int, ...]:
        entity, kind, measure = subject
        place = KINDS.index(kind)
        return rank[entity], place > 0, measures.index(measure), place

    asked = {
        subject: (before.get(subject), after.get(subject))
        for subject in sorted(subjects, key=order)
        if before.get(subject) != after.get(subject)
    }
    found = []
    ways = explain_changes(asked, old, now, changed, datasets, seen)
    for subject, (former, new) in asked.items():
        about = dict(zip(("entity", "what", "measure"), subject, strict=True))
        how, rows = ways[subject]
        found.append(Conclusion(**about, before=former, after=new, how=how, rows=rows))
    return tuple(found), compared


def explain_changes(
    asked: dict[Subject, tuple[State | None, State | None]],
    old: pd.DataFrame,
    now: pd.DataFrame,
    changed: pd.DataFrame,
    datasets: list[Dataset],
    seen: dict[tuple, State],
) -> dict[Subject, Because]:
    """Return which changed figures made each conclusion what it is now.

    Parameters
    ----------
    asked : dict
        Each conclusion that changed: what it said before, and says now.
    old, now : DataFrame
        The known figures of the two states.
    changed : DataFrame
        As `explain_figures` returns.
    datasets : list of Dataset
        The two states of the dataset.
    seen : dict
        Verdicts answered before; see `verdict_states`.
    """
    before, after = _by_entity(old), _by_entity(now)
    touched = {key: own.index.tolist() for key, own in changed.groupby(KEY[:2])}
    places = {
        i: (str(measure), int(year))
        for i, measure, year in changed[["measure", "year"]].itertuples(name=None)
    }
    reasons: dict[Subject, Because] = {}
    asking: dict[Subject, list[Trial]] = {}
    trials: dict[Trial, Rows] = {}
    for subject in asked:
        entity, measures = subject[0], measures_of_subject(subject)
        rows = [i for one in measures for i in touched.get((entity, one), [])]
        first, last = (_of(side.get(entity, {}), measures) for side in (before, after))
        if how := _obvious(rows, measures, first, last):
            reasons[subject] = how, tuple(rows)
            continue
        for how, base, other in ((ALONE, first, last), (NEEDED, last, first)):
            for i in rows:
                trial = entity, measures, how, i
                asking.setdefault(subject, []).append(trial)
                trials[trial] = _swap(base, other, places[i])
    answers = _answer(trials, datasets, seen)
    for subject, tried in asking.items():
        reasons[subject] = _strongest(asked[subject], subject, tried, answers)
    return reasons


def measures_of_subject(subject: Subject) -> tuple[str, ...]:
    """Return the measures that a conclusion rests on."""
    return (ORGANISATION, ECONOMY) if subject[1] == VERDICT else (subject[2],)


def _obvious(
    rows: list[int], measures: tuple[str, ...], before: Rows, after: Rows
) -> str:
    """Return how the changes did it where nothing need be tried; else nothing."""
    for how, side in ((GONE, after), (NEW, before)):
        if {measure for measure, _ in side} != set(measures):
            return how
    if len(rows) == 1:
        return WHOLLY
    return TOGETHER if len(rows) > MOST else ""


def _strongest(
    asked: tuple[State | None, State | None],
    subject: Subject,
    tried: list[Trial],
    answers: dict[tuple[Trial, str], State],
) -> Because:
    """Return the strongest way in which any of the changes did it, and those."""
    former, new = asked
    ways: dict[str, list[int]] = {one: [] for one in (WHOLLY, ALONE, NEEDED, TOGETHER)}
    for trial in tried:
        _, _, how, row = trial
        state = answers.get((trial, subject[1]))
        if how == NEEDED:
            ways[NEEDED] += [row] if state == former else []
            continue
        ways[WHOLLY] += [row] if state == new else []
        ways[ALONE] += [row] if state != former else []
        ways[TOGETHER].append(row)
    strongest = next(how for how, rows in ways.items() if rows)
    return strongest, tuple(ways[strongest])


def _entities_judged(figures: pd.DataFrame) -> list[str]:
    """Return the entities of which both members and tax are known."""
    both = figures[figures["measure"].isin((ORGANISATION, ECONOMY))]
    count = both.groupby("entity", sort=False)["measure"].nunique()
    return count.index[count == 2].tolist()


def _by_entity(figures: pd.DataFrame) -> dict[str, Rows]:
    """Return the figures of each entity, by measure and year."""
    found: dict[str, Rows] = {}
    for row in figures[FIGURE].itertuples(index=False, name=None):
        found.setdefault(row[0], {})[row[1], row[2]] = row
    return found


def _of(rows: Rows, measures: Iterable[str]) -> Rows:
    """Return the figures of some measures."""
    return {key: row for key, row in rows.items() if key[0] in measures}


def _swap(base: Rows, other: Rows, key: tuple[str, int]) -> Rows:
    """Return the figures of one state with one figure as the other state has it."""
    kept = {place: row for place, row in base.items() if place != key}
    return kept | ({key: other[key]} if key in other else {})


def _answer(
    trials: dict[Trial, Rows], datasets: list[Dataset], seen: dict[tuple, State]
) -> dict[tuple[Trial, str], State]:
    """Return what each trial says, by kind of conclusion; all tried at once."""
    known = list(trials)
    rows = [
        (str(i), *row[1:])
        for i, one in enumerate(known)
        for row in trials[one].values()
    ]
    figures = pd.DataFrame(rows, columns=FIGURE)
    twofold = figures["entity"].isin(
        [str(i) for i, one in enumerate(known) if len(one[1]) > 1]
    )
    single = figures[~twofold]
    states = indicator_states(single, single["measure"].unique())
    states |= {
        (number, VERDICT, ECONOMY): state
        for number, state in verdict_states(figures[twofold], datasets, seen).items()
    }
    return {
        (known[int(number)], kind): state for (number, kind, _), state in states.items()
    }
