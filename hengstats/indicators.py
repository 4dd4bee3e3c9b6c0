"""Works out growth, index, ratio and share, as bounds.

Every result has `lower`, `value`, `upper`: the smallest sets one figure's lower end
against the other's upper end, the largest the other way round. `value` is missing
where a figure is only a bound; a side that is open stays open.
"""

from typing import Any, Literal

import numpy as np
import pandas as pd

from hengstats.labels import find_measure
from hengstats.messages import data_error
from hengstats.panel import as_panel, series_of

ENDS = ["lower", "value", "upper"]


def growth(panel: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return annualised log growth between neighbouring known years, as bounds.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns; any frame with `entity`, `year` and the measure.
    measure : str
        A measure of the panel; positive.

    Returns
    -------
    DataFrame
        `entity, measure, from_year, year, lower, value, upper`, one row per step. A
        step over k years is divided by k: nothing is filled in between. 0.1 is a
        growth of exp(0.1) - 1, or 10.5 percent.

    Raises
    ------
    DataError
        If a figure's upper end is not positive.

    Examples
    --------
    >>> years = pd.DataFrame({"entity": "a", "year": [2018, 2020], "x": [1.0, 4.0]})
    >>> growth(years, "x")["value"].round(3).tolist()
    [0.693]
    """
    panel = as_panel(panel)
    measure = find_measure(panel, measure)
    series = _positive(series_of(panel, measure), measure)
    last = (series["entity"] == series["entity"].shift()).to_numpy()
    first = np.append(last, False)[1:]  # the row before one that follows
    return _result(_steps(series[first], series[last], measure), panel, "log growth")


def cagr(
    panel: pd.DataFrame, measure: str, start: int | None = None, end: int | None = None
) -> pd.DataFrame:
    """Return the compound annual growth rate between two known years, as bounds.

    Parameters
    ----------
    panel, measure
        As for `growth`.
    start, end : int, optional
        Years that must be known; the first and the last known year by default.

    Returns
    -------
    DataFrame
        `entity, measure, from_year, year, lower, value, upper`, one row per entity
        that knows both years; a fraction: 0.1 is ten percent a year.

    Raises
    ------
    DataError
        If `end` is not after `start`, or no entity knows both years.
    """
    panel = as_panel(panel)
    measure = find_measure(panel, measure)
    series = _positive(series_of(panel, measure), measure)
    start, end = _whole(start), _whole(end)
    groups = series.groupby("entity", sort=False)["year"]
    first = series["year"] == (groups.transform("min") if start is None else start)
    last = series["year"] == (groups.transform("max") if end is None else end)
    from_rows, to_rows = (series[mask].set_index("entity") for mask in (first, last))
    from_rows, to_rows = from_rows.align(to_rows, join="inner", axis=0)
    later = to_rows["year"] > from_rows["year"]
    if not later.any():
        told = {"start": start, "end": end, "known": list_years(series)}
        raise data_error("indicators.no_years", measure=measure, **told)
    rates = _steps(
        from_rows[later].reset_index(), to_rows[later].reset_index(), measure
    )
    rates[ENDS] = np.expm1(rates[ENDS])
    return _result(rates, panel, "fraction")


def index_to(panel: pd.DataFrame, measure: str, year: int) -> pd.DataFrame:
    """Return a measure with one year at 100, as bounds.

    Parameters
    ----------
    panel, measure
        As for `growth`.
    year : int
        The base year; entities that do not know it are left out.

    Returns
    -------
    DataFrame
        `entity, measure, base_year, year, lower, value, upper`; the base year is
        exactly 100, whatever its own bounds.

    Raises
    ------
    DataError
        If no entity knows the base year.
    """
    panel = as_panel(panel)
    measure = find_measure(panel, measure)
    series = _positive(series_of(panel, measure), measure)
    year = _whole(year)
    base = series[series["year"] == year]
    if base.empty:
        told = {"year": year, "known": list_years(series)}
        raise data_error("indicators.no_base", measure=measure, **told)
    joined = series.merge(
        base, on="entity", suffixes=("", "_base"), validate="many_to_one"
    )
    same = joined["year"] == year
    index = joined.assign(
        measure=measure,
        base_year=year,
        lower=(100 * joined["lower"] / joined["upper_base"]).mask(same, 100.0),
        value=(100 * joined["value"] / joined["value_base"]).mask(same, 100.0),
        upper=(100 * joined["upper"] / joined["lower_base"]).mask(same, 100.0),
    )
    return _result(
        index[["entity", "measure", "base_year", "year", *ENDS]], panel, "index"
    )


def ratio(
    panel: pd.DataFrame,
    over: str,
    under: str,
    *,
    under_year: int | Literal["nearest"] | None = None,
) -> pd.DataFrame:
    """Return one measure per unit of another, as bounds.

    Parameters
    ----------
    panel : DataFrame
        As for `growth`.
    over, under : str
        Measures, such as `branch_members` per `branches`, `tax_revenue` per `tenants`.
    under_year : int or "nearest", optional
        By default only years that know both. A year: `under` is taken from it
        throughout. "nearest": the years that know both, or where there is none, the
        two years that lie closest to each other.

    Returns
    -------
    DataFrame
        `entity, measure, year, under_year, lower, value, upper`; `measure` is
        "over / under", in the unit of `over` per unit of `under`. The two years stand
        beside each other, so that nothing is set together in silence.

    Raises
    ------
    DataError
        If a figure is negative, or a figure of `under` can only be zero.
    """
    panel = as_panel(panel)
    over, under = find_measure(panel, over), find_measure(panel, under)
    top, bottom = series_of(panel, over), series_of(panel, under)
    for series, measure in ((top, over), (bottom, under)):
        _refuse(series, series["lower"] < 0, measure, "negative")
    _refuse(bottom, bottom["upper"] <= 0, under, "nought")
    every = top.merge(
        bottom.rename(columns={"year": "under_year"}),
        on="entity",
        suffixes=("", "_under"),
        validate="many_to_many",
    )
    apart = (every["year"] - every["under_year"]).abs()
    if under_year == "nearest":
        joined = every[apart == apart.groupby(every["entity"]).transform("min")]
    elif under_year is None:
        joined = every[apart == 0]
    else:
        joined = every[every["under_year"] == under_year]
    with np.errstate(divide="ignore"):
        ratios = joined.assign(
            measure=f"{over} / {under}",
            lower=(joined["lower"] / joined["upper_under"]).fillna(0.0),
            value=joined["value"] / joined["value_under"],
            upper=(joined["upper"] / joined["lower_under"]).fillna(np.inf),
        )
    return _result(
        ratios[["entity", "measure", "year", "under_year", *ENDS]], panel, "ratio"
    )


def share(
    panel: pd.DataFrame,
    part: str,
    whole: str,
    *,
    whole_year: int | Literal["nearest"] | None = None,
) -> pd.DataFrame:
    """Return a part over its whole, as a fraction with bounds, at most 1.

    Parameters
    ----------
    panel : DataFrame
        As for `growth`.
    part, whole : str
        Measures in one unit, such as `enterprises_covered` of `tenants`.
    whole_year : int or "nearest", optional
        As `under_year` of `ratio`, where the whole was printed for another year than
        the part: 64 enterprises in 2018, of nearly 300 tenants in 2022.

    Returns
    -------
    DataFrame
        `entity, measure, year, whole_year, lower, value, upper`, in fractions.

    Raises
    ------
    DataError
        If the part is larger than the whole can be.
    """
    shares = ratio(panel, part, whole, under_year=whole_year)
    shares = shares.rename(columns={"under_year": "whole_year"})
    _refuse(shares, shares["lower"] > 1, part, "larger_part", whole=whole)
    return shares.assign(upper=shares["upper"].clip(upper=1.0))


def _steps(first: pd.DataFrame, last: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return annualised log growth from each row to a later one, end against end."""
    with np.errstate(divide="ignore"):
        low, point, high = np.log(last[ENDS].to_numpy().T)
        first_low, first_point, first_high = np.log(first[ENDS].to_numpy().T)
    from_year, year = first["year"].to_numpy(), last["year"].to_numpy()
    return pd.DataFrame(
        {
            "entity": last["entity"].reset_index(drop=True),
            "measure": measure,
            "from_year": from_year,
            "year": year,
            "lower": (low - first_high) / (year - from_year),
            "value": (point - first_point) / (year - from_year),
            "upper": (high - first_low) / (year - from_year),
        }
    )


def _positive(series: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return a series whose growth has a meaning, or name the year that has none."""
    _refuse(series, series["upper"] <= 0, measure, "not_positive")
    return series


def _refuse(
    table: pd.DataFrame, wrong: pd.Series, measure: str, key: str, **told: object
) -> None:
    """Refuse the first row that is wrong."""
    for row in table[wrong].to_dict("records")[:1]:
        whose = {"entity": row["entity"], "year": row["year"], "measure": measure}
        raise data_error(f"indicators.{key}", **whose, **told)


def _whole(year: Any) -> Any:
    """Return a year written as text, "2016" or "2016年", as a number."""
    text = year.strip().removesuffix("年") if isinstance(year, str) else ""
    return int(text) if text.isdecimal() else year


def list_years(series: pd.DataFrame) -> str:
    """Return the known years in order."""
    return "、".join(map(str, sorted(series["year"].unique())))


def _result(table: pd.DataFrame, panel: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return a table of results that knows the sources of its panel."""
    result = table.reset_index(drop=True)
    result.attrs = {**panel.attrs, "unit": unit}
    return result


def round_out(number: float, digits: int, up: bool) -> float:
    """Return a bound rounded outwards, so that what is printed stays true."""
    step = 10.0**digits
    scaled = number * step
    if not np.isfinite(scaled):
        return number
    nearest = np.round(scaled)
    if np.isclose(scaled, nearest, rtol=1e-12, atol=1e-9):
        return float(nearest / step)
    return float((np.ceil(scaled) if up else np.floor(scaled)) / step)
