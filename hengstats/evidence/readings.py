"""Reads the printed figures of a panel, as usual or as the user declares.

A reading is an assumption. The panel carries the default ones; here the user's own
are applied, the wide reading of "近" is taken unless it is declined, and every reading
is listed, so that it can be printed with the result.
"""

from collections.abc import Mapping
from typing import TypeGuard

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
    about = panel.attrs.get("about", {})
    bare = pd.DataFrame(panel)  # without attrs, which pandas copies at every step
    listed = pd.concat(
        [_list_figures(bare, measure, about) for measure in measures],
        ignore_index=True,
    )
    wide_lower = listed.pop("wide_lower")
    asked = {"nearly": "wide"} | dict(readings or {})
    # What is said of a whole measure first, then what is said of one figure.
    for key, box in sorted(asked.items(), key=lambda item: isinstance(item[0], tuple)):
        if key == "nearly" and box in ("narrow", "wide"):
            wide = (wide_lower < listed["lower"]) & (box == "wide")
            listed["lower"] = listed["lower"].mask(wide, wide_lower)
            listed["reading"] = listed["reading"].mask(wide, "wide")
        elif key in measures and box == "exact":
            plain = listed["qualifier"].isin(["", "exact"])  # 约300 stays a hedge
            known = (listed["measure"] == key) & listed["value"].notna() & plain
            for end in ("lower", "upper"):
                listed[end] = listed[end].mask(known, listed["value"])
            listed["reading"] = listed["reading"].mask(known, "exact")
        elif _is_pair(key) and _is_pair(box):
            _declare(listed, key, box)
        else:
            told = {"one": measures[0], "other": measures[-1]}
            raise data_error("readings.unknown", wrong=key, box=box, **told)
    point = listed["lower"] == listed["upper"]
    listed["value"] = listed["value"].mask(point, listed["lower"])
    columns = {
        (end, measure): measure if end == "value" else f"{measure}_{end}"
        for measure in measures
        for end in ENDS
    }
    spread = listed.pivot(
        index=["entity", "year"], columns="measure", values=list(ENDS)
    )
    read = spread.reindex(columns=list(columns)).set_axis([*columns.values()], axis=1)
    return read.reset_index(), listed


def _list_figures(panel: pd.DataFrame, measure: str, about: dict) -> pd.DataFrame:
    """Return the figures of one measure with wording, hedge and wide lower end."""
    wordings = about.get("printed", {}).get(measure, {})
    unit = about.get("units", {}).get(measure)
    series = series_of(panel, measure)
    printed = [
        wordings.get(entity, {}).get(str(year), "")
        for entity, year in zip(series["entity"], series["year"], strict=True)
    ]
    hedges, ratios = [], []
    for wording in printed:
        try:
            figure = read_printed(wording, unit=unit) if wording else None
        except ReadingError:  # a wording from a table of the user's own
            figure = None
        widens = figure and figure.qualifier == "nearly" and figure.lower > 0
        hedges.append(figure.qualifier if figure else "")
        ratios.append(figure.wide_lower / figure.lower if figure and widens else 1.0)
    return series[["entity"]].assign(
        measure=measure,
        year=series["year"],
        printed=printed,
        qualifier=hedges,
        **{end: series[end] for end in ENDS},
        reading="default",
        wide_lower=series["lower"] * np.array(ratios),
    )


def _is_pair(asked: object) -> TypeGuard[tuple]:
    """Return whether this is a measure and a year, or two bounds."""
    return isinstance(asked, tuple) and len(asked) == 2


def _declare(listed: pd.DataFrame, key: tuple, box: tuple) -> None:
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
