"""Computes what the figures of an entity say: its verdict, and each indicator.

Everything is computed for many entities at once, so that a district of two hundred
buildings takes seconds.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from hengstats.dataset import Dataset, list_labels
from hengstats.evidence.pairs import Levels, Pairs
from hengstats.evidence.readings import read_figures
from hengstats.evidence.rule import TESTABLE, climb
from hengstats.indicators import ENDS, cagr, growth, round_out
from hengstats.panel import panel_of
from hengstats.revisions.result import AVERAGE, LAST, LATEST, Box, State
from hengstats.vocabulary import programme_labels

ORGANISATION, ECONOMY = "branch_members", "tax_revenue"
TOPICS = ("tax", "organisation", "participation")
Subject = tuple[str, str, str]  # entity, kind of conclusion, measure


def measures_judged(data: Dataset) -> list[str]:
    """Return the measures whose indicators are conclusions, in codebook order.

    Those of one programme, such as `events_careers`, are parts of another.
    """
    own = data.codebook.loc[data.codebook["topic"].isin(TOPICS), "measure"]
    labels = list_labels(data.codebook)
    parts = {key for one in own for key in programme_labels(one, "en", labels)}
    return [measure for measure in own if measure not in parts]


def indicator_states(
    figures: pd.DataFrame, measures: Iterable[str]
) -> dict[Subject, State]:
    """Return the latest figure, average and last growth, by entity and measure.

    `figures` has `entity, measure, year, lower, value, upper, printed,
    stated`, as `known_figures` returns.
    """
    states: dict[Subject, State] = {}
    for measure in measures:
        own = figures[figures["measure"] == measure].sort_values(["entity", "year"])
        for row in own.drop_duplicates("entity", keep="last").to_dict("records"):
            box = _box([row[end] for end in ENDS])
            states[row["entity"], LATEST, measure] = State(
                year=row["year"],
                box=box,
                printed=row["printed"],
                unit=row["stated"],
            )
        # A growth from nothing, or from below it, has no meaning.
        bad = own.loc[(own["upper"] <= 0) | (own["lower"] < 0), "entity"].unique()
        grown = own[~own["entity"].isin(bad)]
        grown = grown[grown["entity"].duplicated(keep=False)]
        if grown.empty:
            continue
        series = grown.rename(
            columns={"value": measure, "lower": f"{measure}_lower"}
            | {"upper": f"{measure}_upper"}
        )[["entity", "year", measure, f"{measure}_lower", f"{measure}_upper"]]
        for row in cagr(series, measure).to_dict("records"):
            states[row["entity"], AVERAGE, measure] = _growth_state(row)
        last = growth(series, measure).drop_duplicates("entity", keep="last")
        last = last.assign(**{end: np.expm1(last[end]) for end in ENDS})
        for row in last.to_dict("records"):
            states[row["entity"], LAST, measure] = _growth_state(row)
    return states


def verdict_states(
    figures: pd.DataFrame, datasets: list[Dataset], seen: dict[tuple, State]
) -> dict[str, State]:
    """Return what may be said of members and tax, by entity, as `assess` says it.

    Only of entities that know both, all of them positive. `figures` as
    `known_figures` returns; `seen` holds what was answered before, by the figures of
    the years that know both: nothing else has a part in the answer.
    """
    both = figures[figures["measure"].isin((ORGANISATION, ECONOMY))]
    bad = both.loc[both["upper"] <= 0, "entity"].unique()
    both = both[~both["entity"].isin(bad)]
    count = both.groupby("entity", sort=False)["measure"].nunique()
    states = {
        str(entity): State(finding="not_enough_data")
        for entity in count.index[count == 2]
    }
    paired = both[both.duplicated(["entity", "year"], keep=False)]
    paired = paired.sort_values(["entity", "measure", "year"])
    keys = {
        str(entity): tuple(own.itertuples(index=False, name=None))
        for entity, own in paired.set_index("entity")[
            ["measure", "year", *ENDS, "printed"]
        ]
        .fillna(-1.0)
        .groupby(level=0)
    }
    # So many growths need one year more, of both measures.
    keys = {entity: key for entity, key in keys.items() if len(key) > 2 * TESTABLE}
    fresh = {key: entity for entity, key in keys.items() if key not in seen}
    if fresh:
        own = paired[paired["entity"].isin(list(fresh.values()))]
        panel = panel_of(datasets, own)
        read, _ = read_figures(panel, (ORGANISATION, ECONOMY))
        sides = {str(entity): side for entity, side in read.groupby("entity")}
        seen |= {key: _climb(sides[entity], entity) for key, entity in fresh.items()}
    return states | {entity: seen[key] for entity, key in keys.items()}


def _climb(read: pd.DataFrame, entity: str) -> State:
    """Return the verdict on one entity, of which each year has both figures."""
    found = climb(pair(read.sort_values("year"), entity))
    return State(finding=found.finding, level=found.level, sign=found.sign)


def pair(read: pd.DataFrame, entity: str) -> Pairs:
    """Return the paired growths as `pair_growths` does, without its checks.

    Figures come from a dataset and are checked; pairing thousands takes seconds so.
    """
    logs = []
    for measure in (ORGANISATION, ECONOMY):
        ends = [
            read[f"{measure}_lower"].fillna(0.0).clip(lower=0.0),
            read[measure],
            read[f"{measure}_upper"].fillna(np.inf),
        ]
        with np.errstate(divide="ignore"):
            logs.append(np.log(np.array(ends, dtype=float)))
    # A figure open at both ends says nothing, and its year drops out.
    told = ~np.any([np.isinf(one[0]) & np.isinf(one[2]) for one in logs], axis=0)
    years = read["year"].to_numpy(dtype=int)[told]
    ahead = np.diff(years)
    growth_map = np.eye(len(ahead), len(years), 1) - np.eye(len(ahead), len(years))
    x, y = (Levels(lower=a, value=b, upper=c) for a, b, c in (z[:, told] for z in logs))
    return Pairs(
        entity=entity,
        years=tuple(years.tolist()),
        steps=tuple(pairwise(years.tolist())),
        x=x,
        y=y,
        growth_map=growth_map / ahead[:, None],
    )


def _growth_state(row: Mapping) -> State:
    """Return a growth as it is printed: percent, its ends rounded outwards."""
    percent = {end: 100 * row[end] for end in ENDS}
    exact = row["lower"] == row["upper"]
    box = _box(
        [
            round(percent["value"], 1)
            if exact or end == "value"
            else round_out(percent[end], 1, up=end == "upper")
            for end in ENDS
        ]
    )
    return State(year=row["year"], from_year=row["from_year"], box=box)


def _box(ends: Iterable[float]) -> Box:
    """Return three numbers, None for what is unknown."""
    lower, value, upper = (None if pd.isna(end) else float(end) for end in ends)
    return lower, value, upper
