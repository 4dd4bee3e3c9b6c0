"""Pairs the growths of two measures, each within the boxes of its figures.

A paired growth is one step between neighbouring years in which both measures are
known. Steps share their years, so the boxes are those of the yearly figures, and
growth is a linear map of their logarithms: boxing each growth alone would be wrong.
Where the figure of one end is missing, a printed growth may stand for the step.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.permutation import TIE
from hengstats.indicators import ENDS
from hengstats.messages import data_error
from hengstats.panel import series_of

Array = NDArray[np.float64]


class Levels(NamedTuple):
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
        return Levels(*(side[rows] for side in self))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows have an end; what is open at both says nothing."""
        return np.isfinite(self.lower) | np.isfinite(self.upper)


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
    z : Levels or None
        A control series, in the columns of the others.
    """

    entity: str
    years: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]
    x: Levels
    y: Levels
    growth_map: Array
    printed: tuple[tuple[int, int], ...] = ()
    z: Levels | None = None

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
    measures = organisation, economy
    levels = [log_levels(read, measure) for measure in measures]
    if entity is None:
        both = levels[0].known & levels[1].known
        entity = _only_entity(read["entity"], both, organisation, economy)
    own = (read["entity"] == entity).to_numpy()
    x, y = (
        _Side(read["year"], side, own & side.known, (printed or {}).get(measure))
        for measure, side in zip(measures, levels, strict=True)
    )
    # Where the step has a printed growth, a level that is only a bound is not needed.
    years = tuple(
        year
        for year in x.levels
        if year in y.levels
        and all(side.is_closed(year) or year not in side.printed for side in (x, y))
    )
    # Steps of one year for which some measure has but a printed growth.
    every = sorted({*x.levels, *y.levels, *x.printed, *y.printed})
    added = [
        step
        for step in ((year - 1, year) for year in every)
        if x.knows(step) and y.knows(step) and step not in pairwise(years)
    ]
    steps = [
        step
        for step in pairwise(years)
        if not any(step[0] <= first and last <= step[1] for first, last in added)
    ]
    for year in shock_years:
        ends = [*years, *(last for _, last in added)]
        if not years or not years[0] < year <= max(ends):
            known = "、".join(map(str, years)) or "无"
            raise data_error("pairs.shock_year", year=year, known=known)
        steps, added = (
            [(first, last) for first, last in part if not first < year <= last]
            for part in (steps, added)
        )
    column = {step: tuple(map(years.index, step)) for step in steps}
    for place, step in enumerate(added):
        column[step] = len(years) + 2 * place, len(years) + 2 * place + 1
    growth_map = np.zeros((len(column), len(years) + 2 * len(added)))
    for row, (first, last) in zip(growth_map, sorted(column), strict=True):
        row[[*column[first, last]]] = np.array([-1, 1]) / (last - first)
    return Pairs(
        entity=entity,
        years=years,
        steps=tuple(sorted(column)),
        printed=tuple(added),
        x=x.list_levels(years, added),
        y=y.list_levels(years, added),
        growth_map=growth_map,
    )


class _Side:
    """One measure of one entity: its levels by year, and its printed growths."""

    def __init__(
        self,
        years: pd.Series,
        levels: Levels,
        own: NDArray[np.bool_],
        printed: pd.DataFrame | None,
    ) -> None:
        ends = np.column_stack(levels.of(own))
        self.levels = dict(zip(years[own].tolist(), ends, strict=True))
        rows = [] if printed is None else printed[["year", *ENDS]].to_numpy().tolist()
        self.printed = {int(year): np.array(row) for year, *row in rows}

    def is_closed(self, *years: int) -> bool:
        """Return whether the levels of all these years are known at both ends."""
        ends = [self.levels[year] for year in years if year in self.levels]
        return len(ends) == len(years) and bool(np.isfinite([*ends])[:, [0, 2]].all())

    def knows(self, step: tuple[int, int]) -> bool:
        """Return whether a step of one year has closed levels, or is printed."""
        return self.is_closed(*step) or step[1] in self.printed

    def list_levels(
        self, years: Sequence[int], added: Sequence[tuple[int, int]]
    ) -> Levels:
        """Return the levels of the years, then two for each step of one year."""
        rows = [self.levels[year] for year in years]
        for first, last in added:
            if self.is_closed(first, last):
                rows += [self.levels[first], self.levels[last]]
            else:
                rows += [np.zeros(3), self.printed[last]]
        return Levels(*np.array(rows, dtype=float).reshape(-1, 3).T)


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
        found.append(
            series.assign(**{end: np.log1p(series[end] / scale) for end in ENDS})
        )
    key = f"{measure}_increase"
    if key in panel and measure in units and units.get(key) == units[measure]:
        both = series_of(panel, key).merge(read, on=["entity", "year"])
        with np.errstate(divide="ignore", invalid="ignore"):
            corners = [
                -np.log1p(-both[end] / both[f"{measure}_{level}"])
                for end, level in product(("lower", "upper"), repeat=2)
            ]
            value = -np.log1p(-both["value"] / both[measure])
        least, most = np.min(corners, axis=0), np.max(corners, axis=0)
        found.append(both.assign(lower=least, value=value, upper=most))
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
    low, value, high = levels.of(levels.known)
    years = read["year"].to_numpy()[levels.known]
    last = np.arange(1, len(years))
    first = last - 1
    names = [f"growth {a}-{b}" for a, b in pairwise(years)]
    if len(last) > 1:
        first, last = np.append(first, 0), np.append(last, last[-1])
        names.append(f"average_growth {years[0]}-{years[-1]}")
    growths = (
        low[last] - high[first],
        value[last] - value[first],
        high[last] - low[first],
    )
    return names, np.column_stack(growths) / (years[last] - years[first])[:, None]


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


def log_levels(read: pd.DataFrame, measure: str) -> Levels:
    """Return the logarithms of a measure, row by row; an end not known is open."""
    lower, value, upper = (
        read[column].to_numpy(dtype=float)
        for column in (f"{measure}_lower", measure, f"{measure}_upper")
    )
    for row in np.flatnonzero(upper <= 0)[:1]:
        whose = {key: read[key].iloc[row] for key in ("entity", "year")}
        raise data_error("pairs.not_positive", measure=measure, **whose)
    lower = np.where(lower > 0, lower, 0.0)
    upper = np.where(np.isnan(upper), np.inf, upper)
    with np.errstate(divide="ignore"):
        return Levels(np.log(lower), np.log(value), np.log(upper))


def _only_entity(
    entities: pd.Series, both: NDArray[np.bool_], organisation: str, economy: str
) -> str:
    """Return whose growths are meant: of the only one there is, or that has any."""
    counts = entities[both].value_counts()
    several = sorted(str(key) for key in counts.index[counts > 1])
    if len(several) > 1:
        told = {"organisation": organisation, "economy": economy}
        names = "、".join(several[:6])
        raise data_error("pairs.several", count=len(several), names=names, **told)
    here = several or list(counts.index) or list(entities.unique())
    return str(here[0]) if len(here) == 1 else ""
