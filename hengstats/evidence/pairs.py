"""Pairs the growths of two measures, each within the boxes of its figures.

A paired growth is one step between neighbouring years in which both measures are
known. Steps share their years, so the boxes are those of the yearly figures, and
growth is a linear map of their logarithms: boxing each growth alone would be wrong.
Where the figure of one end is missing, a printed growth may stand for the step.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.permutation import TIE
from hengstats.indicators import ENDS
from hengstats.messages import data_error
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

    def of(self, rows: NDArray[np.bool_]) -> "Levels":
        """Return the levels of some rows."""
        ends = (side[rows] for side in (self.lower, self.value, self.upper))
        return Levels(**dict(zip(ENDS, ends, strict=True)))


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
    printed : tuple of (int, int)
        Those of them in which one measure at least has a growth as it was printed.
    x, y : Levels
        The organisation and the economy, by year; then two more for each step with a
        printed growth, which are 0 and that growth, or the levels of the two years.
    growth_map : ndarray
        Steps by years: growth is `growth_map @ log level`, a year's worth of it.
    """

    entity: str
    years: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]
    x: Levels
    y: Levels
    growth_map: Array
    printed: tuple[tuple[int, int], ...] = ()

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
    printed: Mapping[str, pd.DataFrame] | None = None,
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
    printed : mapping, optional
        Growths as printed, by measure: `entity, year, lower, value, upper`, logs, the
        year being that at the end of the step; see `printed_growths`.

    Raises
    ------
    DataError
        If a figure is not positive, several entities have paired growths, or a shock
        year lies in no step.
    """
    x, y = (log_levels(read, measure) for measure in (organisation, economy))
    # What is open at both ends says nothing.
    silent = [np.isinf(side.lower) & np.isinf(side.upper) for side in (x, y)]
    both = ~(silent[0] | silent[1])
    if entity is None:
        entity = _only_entity(read["entity"], both, organisation, economy)
    own = both & (read["entity"] == entity).to_numpy()
    whose = (read["entity"] == entity).to_numpy()
    sides = [
        _Side(read["year"].to_numpy()[whose], levels.of(whose), (printed or {}).get(m))
        for m, levels in ((organisation, x), (economy, y))
    ]
    # Where the step has a printed growth, a level that is only a bound is not needed.
    years = tuple(
        year
        for year in read["year"].to_numpy()[own].tolist()
        if not any(side.is_bound(year) and side.has(year) for side in sides)
    )
    added = _printed_steps(years, sides)
    steps = tuple(
        step
        for step in pairwise(years)
        if not any(step[0] <= first and last <= step[1] for first, last in added)
    )
    for year in shock_years:
        ends = [*years, *(last for _, last in added)]
        if not years or not years[0] < year <= max(ends):
            known = "、".join(map(str, years)) or "无"
            raise data_error("pairs.shock_year", year=year, known=known)
        steps = tuple((a, b) for a, b in steps if not a < year <= b)
        added = tuple((a, b) for a, b in added if not a < year <= b)
    every = tuple(sorted({*steps, *added}))
    growth_map = np.zeros((len(every), len(years) + 2 * len(added)))
    rows = [every.index(step) for step in steps]
    growth_map[rows, : len(years)] = _map(years, steps)
    for at, step in enumerate(added):
        place = len(years) + 2 * at
        growth_map[every.index(step), [place, place + 1]] = -1, 1
    return Pairs(
        entity=entity,
        years=years,
        steps=every,
        printed=added,
        x=sides[0].levels(years, added),
        y=sides[1].levels(years, added),
        growth_map=growth_map,
    )


class _Side:
    """One measure of one entity: its levels by year, and its printed growths."""

    def __init__(
        self, years: Array, levels: Levels, printed: pd.DataFrame | None
    ) -> None:
        ends = np.column_stack([levels.lower, levels.value, levels.upper])
        self._levels = {
            year: row
            for year, row in zip(years.tolist(), ends, strict=True)
            if np.isfinite(row[[0, 2]]).any()
        }
        rows = [] if printed is None else printed[["year", *ENDS]].to_numpy().tolist()
        self._printed = {int(year): np.array(row) for year, *row in rows}

    @property
    def years(self) -> set[int]:
        """The years of a level or a printed growth."""
        return {*self._levels, *self._printed}

    def is_bound(self, year: int) -> bool:
        """Return whether the level of a year is open at one end."""
        return not np.isfinite(self._levels[year][[0, 2]]).all()

    def has(self, year: int) -> bool:
        """Return whether the growth into a year is printed."""
        return year in self._printed

    def knows(self, year: int) -> bool:
        """Return whether a step of one year has closed levels, or is printed."""
        both = year - 1 in self._levels and year in self._levels
        closed = both and not (self.is_bound(year - 1) or self.is_bound(year))
        return closed or self.has(year)

    def levels(self, years: Sequence[int], added: Sequence[tuple[int, int]]) -> Levels:
        """Return the levels of the years, then two for each step of one year."""
        rows = [self._levels[year] for year in years]
        for first, last in added:
            both = first in self._levels and last in self._levels
            closed = both and not (self.is_bound(first) or self.is_bound(last))
            if closed:
                rows += [self._levels[first], self._levels[last]]
            else:
                rows += [np.zeros(3), self._printed[last]]
        ends = np.array(rows, dtype=float).reshape(-1, 3).T
        return Levels(lower=ends[0], value=ends[1], upper=ends[2])


def _printed_steps(
    years: Sequence[int], sides: Sequence[_Side]
) -> tuple[tuple[int, int], ...]:
    """Return the steps of one year for which some measure has but a printed growth."""
    steps = set(pairwise(years))
    every = {year for side in sides for year in side.years}
    return tuple(
        (year - 1, year)
        for year in sorted(every)
        if (year - 1, year) not in steps and all(side.knows(year) for side in sides)
    )


def printed_growths(
    panel: pd.DataFrame, read: pd.DataFrame, measure: str, units: Mapping[str, str]
) -> pd.DataFrame:
    """Return the growths of a measure that were printed, as logs.

    Those of `<measure>_growth`, a fraction or percent of the year before, and of
    `<measure>_increase`, an amount of its own unit that was printed beside the level.

    Returns
    -------
    DataFrame
        `entity, year, lower, value, upper`, one row per growth.
    """
    found = []
    key = f"{measure}_growth"
    if key in panel and units.get(key) in ("fraction", "percent"):
        scale = 100.0 if units[key] == "percent" else 1.0
        series = series_of(panel, key)
        logs = {end: np.log1p(series[end] / scale) for end in ENDS}
        found.append(series[["entity", "year"]].assign(**logs))
    key = f"{measure}_increase"
    if key in panel and measure in units and units.get(key) == units[measure]:
        both = series_of(panel, key).merge(read, on=["entity", "year"])
        levels = [both[f"{measure}_lower"], both[measure], both[f"{measure}_upper"]]
        with np.errstate(divide="ignore", invalid="ignore"):
            corners = np.array(
                [
                    -np.log1p(-both[end] / level)
                    for end in ("lower", "upper")
                    for level in (levels[0], levels[2])
                ]
            )
            logs = {
                "lower": corners.min(axis=0),
                "value": -np.log1p(-both["value"] / levels[1]),
                "upper": corners.max(axis=0),
            }
        found.append(both[["entity", "year"]].assign(**logs))
    columns = ["entity", "year", *ENDS]
    if not found:
        return pd.DataFrame(columns=columns)
    every = pd.concat(found)[columns].replace([np.inf, -np.inf], np.nan)
    return every.dropna().drop_duplicates(["entity", "year"])  # the rate before the sum


def own_growths(read: pd.DataFrame, measure: str) -> tuple[list[str], Array]:
    """Return the growths of one measure of one entity, whether the other is known.

    What each is called, and its lower end, value and upper end; last, where there are
    several, the average growth from the first known year to the last.
    """
    levels = log_levels(read, measure)
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


def log_levels(read: pd.DataFrame, measure: str) -> Levels:
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
