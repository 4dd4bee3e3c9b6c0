"""What would the customary procedures have said?

How often each of them reports that two series go together, at its nominal five percent,
when the series were drawn independently, for exactly the years that a reader has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.customary import growths, levels
from hengstats.evidence.customary.lines import Array
from hengstats.evidence.customary.nulls import NULLS, simulate_pairs

Claim = Callable[[Array, Array, Array], NDArray[np.bool_] | None]

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Customary:
    """A procedure as it is customarily used.

    Attributes
    ----------
    p_value : callable
        Takes log levels `x`, `y`, one row per pair, and the years; returns p values.
    least_years : int
        With fewer known years it cannot be computed, or never reaches five percent.
    for_gaps : bool
        Whether it is a way with missing years, and the same as another without them.
    """

    p_value: Callable[[Array, Array, Array], Array]
    least_years: int
    for_gaps: bool = False


CUSTOMARY = {
    "levels_ols": Customary(levels.levels_ols_p, 3),
    "levels_hc3": Customary(levels.levels_hc3_p, 3),
    "levels_hac": Customary(levels.levels_hac_p, 3),
    "levels_kendall": Customary(levels.levels_kendall_p, 5),
    "both_rise": Customary(levels.both_rise_p, 5),
    "levels_trend": Customary(levels.levels_trend_p, 4),
    "levels_durbin_watson": Customary(levels.levels_durbin_watson_p, 3),
    "granger": Customary(levels.granger_p, 5),
    "cointegration": Customary(levels.cointegration_p, 4),
    "growth_no_intercept": Customary(growths.growth_no_intercept_p, 3),
    "growth_ols": Customary(growths.growth_ols_p, 4),
    "growth_hc3": Customary(growths.growth_hc3_p, 4),
    "growth_hac": Customary(growths.growth_hac_p, 4),
    "growth_spearman_scipy": Customary(growths.growth_spearman_p, 4),
    "growth_bootstrap": Customary(growths.growth_bootstrap_p, 4),
    "growth_not_annualised": Customary(growths.growth_not_annualised_p, 4, True),
    "interpolated": Customary(growths.interpolated_p, 4, True),
}


def claims(
    procedure: Customary, x: Array, y: Array, years: Array
) -> NDArray[np.bool_] | None:
    """Return which pairs a procedure says go together, or None if it cannot say.

    Parameters
    ----------
    procedure : Customary
        One of `CUSTOMARY`.
    x, y : array
        Log levels, one row per pair and one column per year.
    years : array
        The years, in order.

    Returns
    -------
    array of bool or None
        One answer per row: whether p is at most .05. None where the years are too few
        for the procedure, or it is a way with gaps and there are none.
    """
    years = np.asarray(years, dtype=float)
    ungapped = procedure.for_gaps and (np.diff(years) == 1).all()
    if len(years) < procedure.least_years or ungapped:
        return None
    return procedure.p_value(x, y, years) <= ALPHA


PROCEDURES: dict[str, Claim] = {
    key: partial(claims, procedure) for key, procedure in CUSTOMARY.items()
}


def alarm_rates(
    years: Sequence[int],
    *,
    replications: int = 2000,
    seed: int = 20211231,
    extra: Mapping[str, Claim] | None = None,
) -> pd.DataFrame:
    """Return how often each procedure says "together" of series that are independent.

    Parameters
    ----------
    years : sequence of int
        The known years, in order; years may be missing between them.
    replications : int
        How many pairs of each kind are drawn. At 2,000 a rate is known to about one
        percentage point (two standard errors at five percent).
    seed : int
        Seed of the generator; the same seed gives the same table.
    extra : mapping, optional
        Further procedures by name, each a function of `x`, `y` and `years` that returns
        an array of bool, or None. They see the same pairs as the customary ones.

    Returns
    -------
    DataFrame
        `procedure`, then one column per kind of `NULLS`, in fractions: 0.05 is a false
        alarm in one of twenty. Missing where a procedure has no answer for these years.

    Raises
    ------
    ValueError
        If the years are not in order.

    Examples
    --------
    >>> rates = alarm_rates(range(2016, 2022), replications=200)
    >>> bool(rates.set_index("procedure").loc["levels_ols", "drift"] > 0.9)
    True
    """
    every = tuple((PROCEDURES | dict(extra or {})).items())
    return _rates(tuple(int(year) for year in years), replications, seed, every).copy()


@lru_cache(maxsize=64)
def _rates(
    years: tuple[int, ...],
    replications: int,
    seed: int,
    procedures: tuple[tuple[str, Claim], ...],
) -> pd.DataFrame:
    """Return the table of `alarm_rates`."""
    rng = np.random.default_rng(seed)
    clock = np.array(years, dtype=float)
    table: dict[str, object] = {"procedure": [key for key, _ in procedures]}
    for kind in NULLS:
        x, y = simulate_pairs(kind, years, replications, rng)
        answers = [claim(x, y, clock) for _, claim in procedures]
        table[kind] = [np.nan if a is None else float(a.mean()) for a in answers]
    return pd.DataFrame(table)
