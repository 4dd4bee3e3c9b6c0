"""Which growths of two measures are paired, and within which boxes do they lie?

A paired growth is one step between neighbouring years in which both measures are
known. Steps share their years, so the boxes are those of the yearly figures, and
growth is a linear map of their logarithms: boxing each growth alone would be wrong.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.errors import DataError
from hengstats.panel import series_of

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Natural logarithms of one measure in the years that know both.

    Attributes
    ----------
    lower, value, upper : ndarray
        One each per year; `value` is missing for a bound, an open end is infinite.
    """

    lower: Array
    value: Array
    upper: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The paired growths of two measures of one entity.

    Attributes
    ----------
    entity : str
        Whose they are; empty where no entity knows both measures.
    years : tuple of int
        Years in which both measures are known.
    steps : tuple of (int, int)
        First and last year of each paired growth, shocks left out.
    shocks : tuple of (int, int)
        The steps left out for a declared shock year.
    x, y : Levels
        The organisation and the economy, by year.
    growth_map : ndarray
        Steps by years: growth is `growth_map @ log level`, a year's worth of it.
    """

    entity: str
    years: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]
    shocks: tuple[tuple[int, int], ...]
    x: Levels
    y: Levels
    growth_map: Array

    @property
    def n(self) -> int:
        """Number of paired growths."""
        return len(self.steps)


def pair_growths(
    panel: pd.DataFrame,
    organisation: str,
    economy: str,
    shock_years: Collection[int] = (),
    entity: str | None = None,
) -> Pairs:
    """Return the paired growths of two measures.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns; any frame with `entity`, `year` and both measures.
    organisation, economy : str
        Measures of the panel; positive.
    shock_years : collection of int
        The step that leads into such a year is left out.
    entity : str, optional
        Whose growths; by default the only one that has any.

    Raises
    ------
    DataError
        If there is no such measure, a figure is not positive, several entities have
        paired growths, or a shock year lies in no step.
    """
    keys = ["entity", "year"]
    both = _known(panel, organisation).merge(
        _known(panel, economy), on=keys, suffixes=("_x", "_y"), validate="one_to_one"
    )
    chosen = _choose(panel, both, organisation, economy, entity)
    own = both[both["entity"] == chosen].sort_values("year")
    years = tuple(int(year) for year in own["year"])
    every = tuple(pairwise(years))
    shocks = tuple(s for s in every if any(s[0] < y <= s[1] for y in shock_years))
    for year in shock_years:
        if not any(first < year <= last for first, last in shocks):
            raise DataError(
                f"{year} 年不在任何一步成对的增长里，不能当作冲击之年。"
                f"成对的年份：{'、'.join(map(str, years)) or '无'}。"
                f" [shock year {year} is in no step]"
            )
    kept = tuple(step for step in every if step not in shocks)
    growth_map = np.zeros((len(kept), len(years)))
    for row, (first, last) in enumerate(kept):
        growth_map[row, [years.index(first), years.index(last)]] = [
            -1 / (last - first),
            1 / (last - first),
        ]
    return Pairs(
        entity=chosen,
        years=years,
        steps=kept,
        shocks=shocks,
        x=_logs(own, "_x"),
        y=_logs(own, "_y"),
        growth_map=growth_map,
    )


def growth_bounds(pairs: Pairs, levels: Levels) -> Array:
    """Return lower, value and upper of each growth, one growth a row.

    Both ends of a growth can be reached, though not those of neighbours at once.
    """
    up, down = np.maximum(pairs.growth_map, 0), np.minimum(pairs.growth_map, 0)
    return np.column_stack(
        [
            times(up, levels.lower) + times(down, levels.upper),
            times(pairs.growth_map, levels.value),
            times(up, levels.upper) + times(down, levels.lower),
        ]
    )


def times(coefficients: Array, ends: Array) -> Array:
    """Return coefficients times ends, where nothing of an open end is nothing."""
    with np.errstate(invalid="ignore"):
        products = np.where(coefficients == 0, 0.0, coefficients * ends)
    return products.sum(axis=-1)


def _known(panel: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the figures of a measure that say something, refusing what cannot grow."""
    series = series_of(panel, measure)
    ends = {
        "lower": series["lower"].fillna(0.0).clip(lower=0.0),
        "upper": series["upper"].fillna(np.inf),
    }
    series = series.assign(**ends)
    for row in series[series["upper"] <= 0].to_dict("records")[:1]:
        raise DataError(
            f"{row['entity']} {row['year']} 年的“{measure}”不是正数，没有增长率可言。"
            f"请核对这个数。 [{measure} of {row['entity']} in {row['year']}]"
        )
    return series[(series["lower"] > 0) | np.isfinite(series["upper"])]


def _choose(
    panel: pd.DataFrame,
    both: pd.DataFrame,
    organisation: str,
    economy: str,
    entity: str | None,
) -> str:
    """Return whose growths are meant: the one asked for, or the only one there is."""
    here = [str(key) for key in panel["entity"].unique()]
    if entity is not None:
        return entity
    counts = both["entity"].value_counts()
    several = [str(key) for key in counts.index[counts > 1]]
    if len(several) > 1:
        raise DataError(
            f"有 {len(several)} 个对象都有“{organisation}”与“{economy}”的成对增长："
            f"{'、'.join(sorted(several)[:6])}……请用 entity= 指明一个。"
            f" [{len(several)} entities: name one with entity=]"
        )
    if several or len(counts) == 1 or len(here) == 1:
        return several[0] if several else str((list(counts.index) or here)[0])
    return ""


def _logs(own: pd.DataFrame, suffix: str) -> Levels:
    """Return the logarithms of one measure, an open end infinite."""
    with np.errstate(divide="ignore"):
        lower, value, upper = (
            np.log(own[end + suffix].to_numpy(dtype=float))
            for end in ("lower", "value", "upper")
        )
    return Levels(lower=lower, value=value, upper=upper)
