"""Which customary statistics were not computed, why, and how often do they mislead?

The rates are simulated on the spot, for the very years and gaps of the reader's data,
with the reader's own rule on the same pairs.
"""

from itertools import pairwise

import numpy as np
import pandas as pd

from hengstats.evidence.customary import CUSTOMARY, NULLS, alarm_rates
from hengstats.evidence.customary.levels import levels_ols_p
from hengstats.evidence.customary.nulls import simulate_cross_section
from hengstats.evidence.rule import ALPHA, RULED, TESTABLE, rule_claims

REPLICATIONS, SEED = 2000, 20211231
# Not computed at all below four growths; the rate is that of the usual way to get one.
BARE = {
    "p_values": "levels_ols",
    "r_squared": "levels_ols",
    "slope_interval": "growth_ols",
    "trend_test": "both_rise",
}
# No rate: they say nothing of two series, or cannot be computed from so few years.
UNRATED = ("unit_root", "toda_yamamoto")
LEAST_YEARS = 4
USUAL_YEARS = tuple(range(2016, 2022))


def choose_years(common: tuple[int, ...], economy: tuple[int, ...]) -> tuple[int, ...]:
    """Return the years to simulate: those with both figures, if there are four.

    Else those of the economy, as though the other had been printed or filled in for
    each; else the six years 2016-2021.
    """
    for years in (common, economy):
        if len(years) >= LEAST_YEARS:
            return years
    return USUAL_YEARS


def list_refusals(n: int, years: tuple[int, ...], entities: int = 1) -> pd.DataFrame:
    """Return each customary statistic that was refused, with its false-alarm rates.

    Parameters
    ----------
    n : int
        Number of paired growths.
    years : tuple of int
        Years to simulate, from `choose_years`.
    entities : int
        More than one: levels of so many entities in one year are refused too.

    Returns
    -------
    DataFrame
        `procedure`, its key in the vocabulary; `false_alarm`, its rate for series that
        drift upwards, and one column per kind of `NULLS`: fractions, missing where the
        procedure cannot be computed at this length. The most misleading come first.
    """
    rates = alarm_rates(
        years, replications=REPLICATIONS, seed=SEED, extra={"assess": rule_claims}
    ).set_index("procedure")
    refused = [key for key in CUSTOMARY if key != "growth_ols" or n < TESTABLE]
    gapped = any(last - first > 1 for first, last in pairwise(years))
    refused = [key for key in refused if gapped or not CUSTOMARY[key].for_gaps]
    table = rates.loc[refused, list(NULLS)]
    if n < TESTABLE:
        bare = rates.loc[list(BARE.values()), list(NULLS)].set_axis(list(BARE))
        table = pd.concat([bare, table.sort_values("drift", ascending=False)])
    else:
        table = table.sort_values("drift", ascending=False)
    if TESTABLE <= n < RULED:
        table.loc["rank_tests_at_4"] = np.nan
    for key in UNRATED:
        table.loc[key] = np.nan
    if entities > 1:
        rate = cross_section_rate(entities)
        table = pd.concat(
            [pd.DataFrame(rate, index=["cross_section"], columns=list(NULLS)), table]
        )
    table.insert(0, "false_alarm", table["drift"])
    return table.rename_axis("procedure").reset_index()


def own_rates(years: tuple[int, ...]) -> dict[str, float]:
    """Return how often our own rule raises a false alarm, by kind of null."""
    rates = alarm_rates(
        years, replications=REPLICATIONS, seed=SEED, extra={"assess": rule_claims}
    ).set_index("procedure")
    return {kind: float(rates[kind]["assess"]) for kind in NULLS}


def cross_section_rate(entities: int) -> float:
    """Return how often levels of unrelated measures correlate, sharing only size."""
    generator = np.random.default_rng(SEED)
    x, y = simulate_cross_section(entities, REPLICATIONS, generator)
    years = np.arange(entities, dtype=float)
    if entities < LEAST_YEARS:
        return float("nan")
    return float((levels_ols_p(x, y, years) <= ALPHA).mean())
