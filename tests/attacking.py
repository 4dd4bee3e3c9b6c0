"""Works out, from published tables of participation, what a log may have held.

The attacker knows the rule, what the counts mean, and every table; not the log.
"""

from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

PERSONS = ["participants", "member_participants", "volunteers"]
PERSONS += ["returning", "first_time"]
COUNTS = ["events", "attendances", *PERSONS]
YEAR, PROGRAMME = ["building", "year"], ["building", "year", "programme"]
EDGES = [0, 0, 1, 3, 5, 8, 9, 9, 10, 12, 12, 13, 17, 18, 22, 23]  # ends of classes
LARGE = 10_000


def make_log(rng):
    """Return sign-ins of a few buildings, years and programmes, some of them tiny.

    In half of the buildings each programme has persons of its own, so that the year
    is the sum of its programmes.
    """
    lines = []
    for building in range(2):
        apart, many = rng.random() < 0.5, int(rng.integers(15, 60))
        programmes = range(int(rng.integers(1, 5)))
        for year, programme in product(range(2019, 2022), programmes):
            crowd = programme * many + np.arange(many) if apart else np.arange(many)
            size = min(int(rng.choice(EDGES)), many)
            persons = rng.choice(crowd, size, replace=False)
            often = rng.choice([0.0, 0.3, 1.0])
            for event in range(int(rng.choice([1, 1, 2, 3, 9, 12]))):
                there = persons if not event else persons[rng.random(size) < often]
                lines += [(building, year, programme, event, who) for who in there]
    log = pd.DataFrame(lines, columns=[*PROGRAMME, "event", "person"])
    traits = rng.random((2, 500))
    member = traits[0] < rng.choice([0.1, 0.5, 0.9])
    log["member"] = member[log["person"]]
    log["volunteer"] = traits[1][log["person"]] < 0.3
    log["late"] = rng.random(len(log)) < rng.choice([0.02, 0.2])
    return log


def count(log, keys):
    """Return the exact counts of a log, slowly and obviously."""
    came = {}
    for building, year, who in log[["building", "year", "person"]].to_numpy():
        came.setdefault(building, {}).setdefault(who, set()).add(year)
    groups = {}
    for line in log.itertuples(index=False):
        key = tuple(getattr(line, one) for one in keys)
        groups.setdefault(key, []).append(line)
    rows = []
    for key, lines in sorted(groups.items()):
        building, year = key[:2]
        who, years = {line.person for line in lines}, came[building]
        first = year == min(map(min, years.values()))
        held = {(line.programme, line.event, line.person) for line in lines}
        rows.append(
            (
                *key,
                len({one[:2] for one in held}),
                len(held),
                len(who),
                len({line.person for line in lines if line.member}),
                len({line.person for line in lines if line.volunteer}),
                np.nan if first else sum(year - 1 in years[one] for one in who),
                np.nan if first else sum(min(years[one]) == year for one in who),
            )
        )
    return pd.DataFrame(rows, columns=[*keys, *COUNTS])


class Attack:
    """The integer programme of one building; a variable is state, year, place, count.

    `tables` has by state of the log the published tables by year and by programme.
    The place is a programme, or None for the whole year.
    """

    def __init__(self, tables, building):
        self.boxes, self.rows = {}, []
        for state, (by_year, by_programme) in enumerate(tables):
            for table in (by_year, by_programme):
                own = table[table["building"] == building]
                for row in own.to_dict("records"):
                    place = row.get("programme")
                    for one in COUNTS:
                        box = row[f"{one}_lower"], row[f"{one}_upper"]
                        box = (0, LARGE) if np.isnan(box[0]) else box
                        self.boxes[state, row["year"], place, one] = box
        self.places = {key[:3] for key in self.boxes}
        for state, year, place in sorted(self.places, key=str):
            self._within_a_row((state, year, place))
        for state, year, place in self.places:
            if place is None:
                self._over_programmes(state, year)
        for _, year, place in [one for one in self.places if one[0] == 0]:
            self._over_states(year, place)

    def at_least(self, terms, least=0.0):
        """Add that a sum of variables, by factor, is so much or more."""
        self.rows.append((terms, least))

    def larger(self, one, other):
        """Add that one variable is no smaller than another."""
        self.at_least([(one, 1), (other, -1)])

    def _within_a_row(self, row):
        events, attendances, persons = ((*row, one) for one in COUNTS[:3])
        self.larger(attendances, events)
        self.larger(attendances, persons)
        for one in PERSONS[1:]:
            self.larger(persons, (*row, one))
        old, new = (*row, "returning"), (*row, "first_time")
        self.at_least([(persons, 1), (old, -1), (new, -1)])
        state, year, place = row
        first = min(y for s, y, _ in self.places if s == state)
        if year == first + 1:  # who came before came the year before
            self.at_least([(persons, -1), (old, 1), (new, 1)])
        earlier = [y for s, y, p in self.places if (s, p) == (state, None) and y < year]
        if earlier:  # the others had a first time as well
            sums = [((state, y, None, "first_time"), 1) for y in earlier if y > first]
            sums += [((state, first, None, "participants"), 1)]
            self.at_least([*sums, (new, 1), (persons, -1)])
        if (state, year - 1, None) in self.places:
            self.larger((state, year - 1, None, "participants"), old)
        if place is not None:
            self._product(row)

    def _product(self, row):
        """Add that attendances are at most events times participants."""
        events, attendances, persons = ((*row, one) for one in COUNTS[:3])
        low, high = self.boxes[events]
        if low == high:
            return self.at_least([(persons, low), (attendances, -1)])
        most = int(self.boxes[persons][1])
        choices = [(*row, f"is {n}") for n in range(most + 1)]
        self.boxes |= dict.fromkeys(choices, (0, 1))
        for sign in (1, -1):
            self.at_least([(one, sign) for one in choices], sign)
            numbers = [(one, -sign * n) for n, one in enumerate(choices)]
            self.at_least([(persons, sign), *numbers])
        for n, one in enumerate(choices):
            self.at_least([(events, n), (attendances, -1), (one, -LARGE)], -LARGE)

    def _over_programmes(self, state, year):
        parts = [
            row
            for row in self.places
            if row[:2] == (state, year) and row[2:] != (None,)
        ]
        whole = (state, year, None)
        for one in COUNTS[:2]:
            for sign in (1, -1):
                terms = [((*part, one), -sign) for part in parts]
                self.at_least([((*whole, one), sign), *terms])
        groups = [[(one, 1)] for one in PERSONS]
        groups += [[("participants", 1), (one, -1)] for one in PERSONS[1:]]
        groups += [[("participants", 1), ("returning", -1), ("first_time", -1)]]
        for group in groups:  # of whom, and of whom not, as many or fewer in all
            own = [((*whole, one), sign) for one, sign in group]
            minus = [(one, -sign) for one, sign in own]
            each = [[((*part, one), sign) for one, sign in group] for part in parts]
            self.at_least([*minus, *(term for terms in each for term in terms)])
            for terms in each:
                self.at_least([*own, *((one, -sign) for one, sign in terms)])

    def _over_states(self, year, place):
        before, after = (0, year, place), (1, year, place)
        for one in [*COUNTS[:2], *PERSONS[:4]]:
            self.larger((*after, one), (*before, one))
        for one in PERSONS[1:3]:
            terms = [((*after, one), -1), ((*before, one), 1)]
            terms += [((*after, "participants"), 1), ((*before, "participants"), -1)]
            self.at_least(terms)

    def solve(self, aim):
        """Return the world in which the sum of some variables, by factor, is least."""
        place = {key: i for i, key in enumerate(self.boxes)}
        entries = [
            (factor, number, place[key])
            for number, (terms, _) in enumerate(self.rows)
            for key, factor in terms
        ]
        factors, numbers, columns = zip(*entries, strict=True)
        shape = len(self.rows), len(place)
        matrix = coo_array((factors, (numbers, columns)), shape=shape).tocsr()
        cost = np.zeros(len(place))
        for key, factor in aim.items():
            cost[place[key]] = factor
        low, high = np.array(list(self.boxes.values()), dtype=float).T
        found = milp(
            cost,
            constraints=LinearConstraint(matrix, [least for _, least in self.rows]),
            integrality=np.ones(len(place)),
            bounds=Bounds(low, high),
        )
        assert found.success, found.message
        return dict(zip(place, np.round(found.x).astype(int).tolist(), strict=True))

    def recovered(self, truth):
        """Return those of some counts, with their values, that are certain."""
        left, before = list(truth), None
        while left != before:  # a world in which it is another: not certain
            before = left
            for factor in (1, -1):
                world = self.solve(dict.fromkeys(left, factor))
                left = [key for key in left if world[key] == truth[key]]
        return [
            (key, truth[key])
            for key in left
            if {self.solve({key: factor})[key] for factor in (1, -1)} == {truth[key]}
        ]


def small_counts(exact_tables, tables, building):
    """Return the true counts of persons under ten, none included."""
    truth = {}
    for state, (exact, published) in enumerate(zip(exact_tables, tables, strict=True)):
        for table, shown in zip(exact, published, strict=True):
            keys = PROGRAMME if "programme" in table else YEAR
            true = table.rename(columns={one: f"{one}_true" for one in COUNTS})
            both = shown.merge(true, on=keys, how="left")
            both = both[both["building"] == building]
            for row in both.to_dict("records"):
                held = not np.isnan(row["participants_true"])
                for one in COUNTS[1:]:
                    size = row[f"{one}_true"] if held else 0
                    if size < 10 and not np.isnan(row[f"{one}_lower"]):
                        key = state, row["year"], row.get("programme"), one
                        truth[key] = int(size)
    return truth


def attack(log, publish):
    """Return every small count of a log that its published tables give away.

    `publish` makes of the exact tables by year and by programme the published ones.
    """
    states = [log[~log["late"]], log]
    exact = [[count(state, YEAR), count(state, PROGRAMME)] for state in states]
    tables = [publish(*state) for state in exact]
    found = []
    for building in states[0]["building"].unique():
        truth = small_counts(exact, tables, building)
        if truth:
            held = Attack(tables, building).recovered(truth)
            found += [(building, *one) for one in held]
    return found
