"""Reads the printed figures of a panel, as usual or as the user declares.

A reading is an assumption. The panel carries the default ones; here the user's own
are applied, the wide reading of "近" is taken unless it is declined, and every reading
is listed, so that it can be printed with the result.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hengstats.errors import ReadingError
from hengstats.indicators import ENDS
from hengstats.messages import data_error
from hengstats.panel import series_of
from hengstats.printed import read_printed

Readings = Mapping[str | tuple[str, int], str | tuple[float, float]]


def read_figures(
    panel: pd.DataFrame, measures: tuple[str, ...], readings: Readings | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the panel under the readings asked for, and the list of readings.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns, or any frame with `entity`, `year` and the measures.
    measures : tuple of str
        Which are read, one or two.
    readings : mapping, optional
        `{"nearly": "narrow"}` declines the wide reading of "近"; `{measure: "exact"}`
        takes every unhedged number of a measure as a ledger's; `{(measure, year):
        (low, high)}` gives one figure bounds of the user's own, such as a cap on an
        open one.

    Returns
    -------
    read : DataFrame
        `entity, year` and both measures with `_lower` and `_upper`; sorted.
    listed : DataFrame
        One row per figure: `entity, measure, year, printed, qualifier, lower, value,
        upper, reading`; `reading` is `default`, `wide`, `exact` or `declared`.

    Raises
    ------
    DataError
        If a reading names no figure, or its bounds are no bounds.
    """
    asked = dict(readings or {})
    _check(asked, measures)
    about = panel.attrs.get("about", {})
    bare = pd.DataFrame(panel)  # without attrs, which pandas copies at every step
    listed = pd.concat(
        [_list_figures(bare, measure, about) for measure in measures],
        ignore_index=True,
    )
    if asked.get("nearly", "wide") == "wide":
        wide = listed["wide_lower"] < listed["lower"]
        listed["lower"] = listed["lower"].mask(wide, listed["wide_lower"])
        listed["reading"] = listed["reading"].mask(wide, "wide")
    # What is said of a whole measure first, then what is said of one figure.
    for key, box in sorted(asked.items(), key=lambda item: isinstance(item[0], tuple)):
        if key in measures and box == "exact":
            plain = listed["qualifier"].isin(["", "exact"])  # 约300 stays a hedge
            known = (listed["measure"] == key) & listed["value"].notna() & plain
            for end in ("lower", "upper"):
                listed[end] = listed[end].mask(known, listed["value"])
            listed["reading"] = listed["reading"].mask(known, "exact")
        elif isinstance(key, tuple) and isinstance(box, tuple):
            _declare(listed, key, box)
    point = listed["lower"] == listed["upper"]
    listed["value"] = listed["value"].mask(point, listed["lower"])
    sides = [
        listed.loc[listed["measure"] == measure, ["entity", "year", *ENDS]].rename(
            columns={"lower": f"{measure}_lower", "value": measure}
            | {"upper": f"{measure}_upper"}
        )
        for measure in measures
    ]
    read = sides[0]
    for side in sides[1:]:
        read = read.merge(
            side, on=["entity", "year"], how="outer", validate="one_to_one"
        )
    return read, listed.drop(columns="wide_lower")


def _check(asked: dict, measures: tuple[str, ...]) -> None:
    """Refuse a reading that says nothing we understand."""
    for key, box in asked.items():
        pairs = [isinstance(one, tuple) and len(one) == 2 for one in (key, box)]
        known = (
            (key == "nearly" and box in ("narrow", "wide"))
            or (key in measures and box == "exact")
            or all(pairs)
        )
        if not known:
            one, other = measures[0], measures[-1]
            raise data_error(
                "readings.unknown", wrong=key, box=box, one=one, other=other
            )


def _list_figures(panel: pd.DataFrame, measure: str, about: dict) -> pd.DataFrame:
    """Return the figures of one measure with wording, hedge and wide lower end."""
    wordings = about.get("printed", {}).get(measure, {})
    unit = about.get("units", {}).get(measure)
    series = series_of(panel, measure)
    printed = [
        wordings.get(entity, {}).get(str(year), "")
        for entity, year in zip(series["entity"], series["year"], strict=True)
    ]
    hedges = [_hedge(wording, unit) for wording in printed]
    return series[["entity"]].assign(
        measure=measure,
        year=series["year"],
        printed=printed,
        qualifier=[qualifier for qualifier, _ in hedges],
        **{end: series[end] for end in ENDS},
        reading="default",
        wide_lower=series["lower"] * np.array([wider for _, wider in hedges]),
    )


def _hedge(printed: str, unit: str | None) -> tuple[str, float]:
    """Return the hedge of a wording, and its wide lower end over the default one."""
    try:
        figure = read_printed(printed, unit=unit) if printed else None
    except ReadingError:  # a wording from a table of the user's own
        figure = None
    if figure is None:
        return "", 1.0
    widens = figure.qualifier == "nearly" and figure.lower > 0
    return figure.qualifier, figure.wide_lower / figure.lower if widens else 1.0


def _declare(
    listed: pd.DataFrame, key: tuple[str, int], box: tuple[float, float]
) -> None:
    """Give one figure the bounds that the user declares."""
    measure, year = key
    row = listed.index[(listed["measure"] == measure) & (listed["year"] == year)]
    try:
        low, high = (float(end) for end in box)
    except (TypeError, ValueError):
        low = high = np.nan
    if len(row) != 1 or not (0 < low <= high and low < np.inf):
        raise data_error("readings.unusable", measure=measure, year=year, box=box)
    value = listed.loc[row[0], "value"]
    listed.loc[row[0], ["lower", "upper"]] = [low, high]
    listed.loc[row[0], "value"] = value if low <= value <= high else np.nan
    listed.loc[row[0], "reading"] = "declared"
