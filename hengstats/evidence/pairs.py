"""Pairs the growths of two measures, each within the boxes of its figures.

A paired growth is one step between neighbouring years in which both measures are
known. Steps share their years, so the boxes are those of the yearly figures, and
growth is a linear map of their logarithms: boxing each growth alone would be wrong.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.permutation import TIE
from hengstats.messages import data_error

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
    x, y : Levels
        The organisation and the economy, by year.
    growth_map : ndarray
        Steps by years: growth is `growth_map @ log level`, a year's worth of it.
    """

    entity: str
    years: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]
    x: Levels
    y: Levels
    growth_map: Array

    @property
    def n(self) -> int:
        """Number of paired growths."""
        return len(self.steps)


def pair_growths(
    read: pd.DataFrame,
    organisation: str,
    economy: str,
    shock_years: Collection[int] = (),
    entity: str | None = None,
) -> Pairs:
    """Return the paired growths of two measures.

    Parameters
    ----------
    read : DataFrame
        As `read_figures` returns: `entity, year` in order, and both measures.
    organisation, economy : str
        Measures of the table; positive.
    shock_years : collection of int
        The step that leads into such a year is left out.
    entity : str, optional
        Whose growths; by default the only one that has any.

    Raises
    ------
    DataError
        If a figure is not positive, several entities have paired growths, or a shock
        year lies in no step.
    """
    x, y = (_logs(read, measure) for measure in (organisation, economy))
    # What is open at both ends says nothing.
    silent = [np.isinf(side.lower) & np.isinf(side.upper) for side in (x, y)]
    both = ~(silent[0] | silent[1])
    if entity is None:
        entity = _only_entity(read["entity"], both, organisation, economy)
    own = both & (read["entity"] == entity).to_numpy()
    years = tuple(read["year"].to_numpy()[own].tolist())
    steps = tuple(pairwise(years))
    for year in shock_years:
        if not years or not years[0] < year <= years[-1]:
            known = "、".join(map(str, years)) or "无"
            raise data_error("pairs.shock_year", year=year, known=known)
        steps = tuple((a, b) for a, b in steps if not a < year <= b)
    return Pairs(
        entity=entity,
        years=years,
        steps=steps,
        x=Levels(lower=x.lower[own], value=x.value[own], upper=x.upper[own]),
        y=Levels(lower=y.lower[own], value=y.value[own], upper=y.upper[own]),
        growth_map=_map(years, steps),
    )


def own_growths(read: pd.DataFrame, measure: str) -> tuple[list[str], Array]:
    """Return the growths of one measure of one entity, whether the other is known.

    What each is called, and its lower end, value and upper end; last, where there are
    several, the average growth from the first known year to the last.
    """
    levels = _logs(read, measure)
    known = np.isfinite(levels.lower) | np.isfinite(levels.upper)
    years = read["year"].to_numpy()[known].tolist()
    steps = list(pairwise(years))
    names = [f"growth {first}-{last}" for first, last in steps]
    if len(steps) > 1:
        steps.append((years[0], years[-1]))
        names.append(f"average_growth {years[0]}-{years[-1]}")
    own = [side[known] for side in (levels.lower, levels.value, levels.upper)]
    ends = Levels(lower=own[0], value=own[1], upper=own[2])
    return names, growth_bounds(_map(years, steps), ends)


def growth_bounds(growth_map: Array, levels: Levels) -> Array:
    """Return lower, value and upper of each growth, one growth a row.

    Both ends of a growth can be reached, though not those of neighbours at once.
    """
    low, high = linear_range(growth_map, levels.lower, levels.upper)
    return np.column_stack([low, times(growth_map, levels.value), high])


def linear_range(weights: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    """Return the least and most of weights times levels: each end by the sign it has.

    `weights` is one row or many; a weight that rounding alone has left is none.
    """
    size = np.abs(weights).max(axis=-1, keepdims=True, initial=0.0)
    weights = np.where(np.abs(weights) <= TIE * size, 0.0, weights)
    falls = weights < 0
    return (
        times(weights, np.where(falls, upper, lower)),
        times(weights, np.where(falls, lower, upper)),
    )


def times(weights: Array, ends: Array) -> Array:
    """Return weights times ends, where nothing of an open end is nothing."""
    with np.errstate(invalid="ignore"):
        products = np.where(weights == 0, 0.0, weights * ends)
    return products.sum(axis=-1)


def _map(years: Sequence[int], steps: Sequence[tuple[int, int]]) -> Array:
    """Return what turns log levels into annualised growth, one step a row."""
    rows = np.zeros((len(steps), len(years)))
    for row, (first, last) in zip(rows, steps, strict=True):
        row[[years.index(first), years.index(last)]] = np.array([-1, 1]) / (
            last - first
        )
    return rows


def _logs(read: pd.DataFrame, measure: str) -> Levels:
    """Return the logarithms of a measure, row by row; an end not known is open."""
    lower, value, upper = (
        read[column].to_numpy(dtype=float)
        for column in (f"{measure}_lower", measure, f"{measure}_upper")
    )
    for row in np.flatnonzero(upper <= 0)[:1]:
        raise data_error(
            "pairs.not_positive",
            entity=read["entity"].iloc[row],
            year=read["year"].iloc[row],
            measure=measure,
        )
    lower = np.where(lower > 0, lower, 0.0)
    with np.errstate(divide="ignore"):
        return Levels(
            lower=np.log(lower),
            value=np.log(value),
            upper=np.log(np.where(np.isnan(upper), np.inf, upper)),
        )


def _only_entity(
    entities: pd.Series, both: NDArray[np.bool_], organisation: str, economy: str
) -> str:
    """Return whose growths are meant: of the only one there is, or that has any."""
    counts = entities[both].value_counts()
    several = sorted(str(key) for key in counts.index[counts > 1])
    if len(several) > 1:
        raise data_error(
            "pairs.several",
            count=len(several),
            organisation=organisation,
            economy=economy,
            names="、".join(several[:6]),
        )
    here = several or list(counts.index) or list(entities.unique())
    return str(here[0]) if several or len(here) == 1 else ""
