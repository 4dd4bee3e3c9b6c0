"""Says which customary statistics are not computed, why, and how often they mislead.

The rates come from a table by number of known years, which `benchmarks/rates.py`
simulates: two series that have nothing to do with each other, and how often each
procedure, and our own rule, reports an association at its nominal five percent.
"""

import re
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
import pandas as pd

from hengstats.evidence.rule import ALPHA, RULED, TESTABLE
from hengstats.ledger import name_number
from hengstats.vocabulary import name, say

# The kinds of series that have nothing to do with each other: random walks that drift
# upwards; a straight trend with noise; growth that falls as a building fills up; one
# year that hits both.
NULLS = ("drift", "trend_stationary", "fill_up", "shock_year")
# Panels that have nothing to do with each other: random walks; entities whose mean
# growths of both measures go together; ups and downs of both larger in some of them;
# shocks that a few districts have of their own.
KINDS = ("random_walks", "confounded_drifts", "scales_tied", "district_shocks")
# Not computed at all below four growths; the rate is that of the usual way to get one.
BARE = {
    "p_values": "levels_ols",
    "r_squared": "levels_ols",
    "slope_interval": "growth_ols",
    "trend_test": "both_rise",
}
# Ways with missing years, and the same as others where none is missing.
FOR_GAPS = ("growth_not_annualised", "interpolated")
# No rate: they say nothing of two series, or cannot be computed from so few years.
UNRATED = ("unit_root", "toda_yamamoto")
# Rows of the table that are not procedures refused: our own rule, and levels of many
# entities in one year, whose rates go by number of entities.
OURS, CROSS = "assess", "cross_section"
LEAST_YEARS, USUAL_YEARS = 4, tuple(range(2016, 2022))


@cache
def rate_table(by: str = "years") -> tuple[pd.DataFrame, dict[str, int]]:
    """Return false alarms by procedure and number of years, and how they arose.

    A rate is a fraction, missing where a procedure has no answer for so few years. By
    `entities`: one column per kind of `KINDS`, simulated by `benchmarks/panels.py`.
    """
    name = {"years": "false_alarms", "entities": "panel_alarms"}[by]
    source = resources.files("hengstats.evidence").joinpath(f"{name}.csv")
    with source.open(encoding="utf-8") as lines:
        head = next(lines)
        table = pd.read_csv(lines, index_col=["procedure", by])
    return table, {key: int(n) for key, n in re.findall(r"(\w+)=(\d+)", head)}


def rates_of(entities: int) -> tuple[int, pd.DataFrame]:
    """Return the simulated number of entities nearest to one, and its rates."""
    table = rate_table("entities")[0]
    known = table.loc[OURS].index.to_numpy()
    nearest = int(known[np.abs(np.log(known / entities)).argmin()])
    own = table[table.index.get_level_values("entities") == nearest]
    return nearest, own.droplevel("entities")


@cache
def _rates_at(length: int) -> pd.DataFrame:
    """Return the rates of all rows, each at its length nearest to the one at hand."""
    table = rate_table()[0]
    rows = {(key, nearest(length, key)): key for key in table.index.unique(0)}
    return table.loc[list(rows)].droplevel("years")


def nearest(length: int, key: str = OURS) -> int:
    """Return the length in the table that is nearest to one; the shorter of two."""
    known = rate_table()[0].loc[key].index
    return int(min(known, key=lambda n: (abs(n - length), n)))


def choose_years(common: tuple[int, ...], economy: tuple[int, ...]) -> tuple[int, ...]:
    """Return the years that a customary analysis would take.

    Those with both figures, if there are four. Else those of the economy, as though
    the other had been printed or filled in for each; else the six years 2016-2021.
    """
    long_enough = (one for one in (common, economy) if len(one) >= LEAST_YEARS)
    return next(long_enough, USUAL_YEARS)


@cache
def list_refusals(n: int, years: tuple[int, ...], entities: int = 1) -> pd.DataFrame:
    """Return each customary statistic that was refused, with its false-alarm rates.

    Parameters
    ----------
    n : int
        Number of paired growths.
    years : tuple of int
        The years of a customary analysis, from `choose_years`.
    entities : int
        More than one: levels of so many entities in one year are refused too.

    Returns
    -------
    DataFrame
        `procedure`, its key in the vocabulary; `false_alarm`, its rate for series that
        drift upwards, and one column per kind of `NULLS`: fractions, missing where the
        procedure cannot be computed at this length. The most misleading come first.
    """
    rates = _rates_at(len(years))
    gapped = any(last - first > 1 for first, last in pairwise(years))
    out = [OURS, CROSS, *([] if gapped else FOR_GAPS)]
    out += ["growth_ols"] if n >= TESTABLE else []
    kept = rates.drop(index=out).sort_values("drift", ascending=False)
    parts = [_rates_at(entities).loc[[CROSS]]] if entities > 1 else []
    if n < TESTABLE:
        parts.append(rates.loc[list(BARE.values())].set_axis(list(BARE)))
    unrated = ["rank_tests_at_4"] if TESTABLE <= n < RULED else []
    parts.append(kept.reindex([*kept.index, *unrated, *UNRATED]))
    table = pd.concat(parts) if len(parts) > 1 else parts[0]
    table.insert(0, "false_alarm", table["drift"])
    return table.rename_axis("procedure").reset_index()


def own_rates(length: int) -> dict[str, float]:
    """Return how often our own rule raises a false alarm, by kind of null."""
    own = _rates_at(length).loc[OURS].to_dict()
    return {kind: own[kind] for kind in NULLS}


def label_refusals(
    refused: pd.DataFrame, lang: str, *, marked: bool = False
) -> pd.DataFrame:
    """Return the refusals with label and reason in one language."""
    alpha = name_number(f"{ALPHA:.0%}", "rule") if marked else f"{ALPHA:.0%}"
    table = refused.drop(columns=["label", "reason"], errors="ignore")
    keys = table["procedure"]
    table.insert(1, "label", [name("procedure", key, lang) for key in keys])
    table.insert(2, "reason", [say("refusal", key, lang, alpha=alpha) for key in keys])
    return table
