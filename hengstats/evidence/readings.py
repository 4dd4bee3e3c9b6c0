"""How is each printed figure read, and what does another reading change?

A reading is an assumption. The panel carries the default ones; here the user's own
are applied, the wide reading of "近" is taken unless it is declined, and every reading
is listed, so that it can be printed with the result.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hengstats.errors import DataError, ReadingError
from hengstats.indicators import ENDS
from hengstats.panel import series_of
from hengstats.printed import read_printed

Readings = Mapping[str | tuple[str, int], str | tuple[float, float]]

COLUMNS = ["measure", "year", "printed", "qualifier", *ENDS]


def read_figures(
    panel: pd.DataFrame,
    measures: tuple[str, str],
    entity: str | None,
    readings: Readings | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the panel under the readings asked for, and the list of readings.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns, or any frame with `entity`, `year` and the measures.
    measures : (str, str)
        Which two are read.
    entity : str, optional
        Whose figures are listed and may be declared; all by default.
    readings : mapping, optional
        `{"nearly": "narrow"}` declines the wide reading of "近"; `{measure: "exact"}`
        takes every unhedged number of a measure as a ledger's; `{(measure, year):
        (low, high)}` gives one figure bounds of the user's own, such as a cap on an
        open one.

    Returns
    -------
    panel : DataFrame
        `entity, year` and both measures with `_lower` and `_upper`.
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
    listed = pd.concat(
        [_list_figures(panel, measure) for measure in measures], ignore_index=True
    )
    if entity is not None:
        listed = listed[listed["entity"] == entity].reset_index(drop=True)
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
    read = sides[0].merge(
        sides[1], on=["entity", "year"], how="outer", validate="one_to_one"
    )
    return read, listed.drop(columns="wide_lower")


def _check(asked: dict, measures: tuple[str, str]) -> None:
    """Refuse a reading that says nothing we understand."""
    for key, box in asked.items():
        known = (
            (key == "nearly" and box in ("narrow", "wide"))
            or (key in measures and box == "exact")
            or (
                isinstance(key, tuple)
                and len(key) == 2
                and isinstance(box, tuple)
                and len(box) == 2
            )
        )
        if not known:
            raise DataError(
                f"readings 里的 {key!r}: {box!r} 看不懂。可以写"
                f" {{'nearly': 'narrow'}}、{{{measures[0]!r}: 'exact'}} 或"
                f" {{({measures[1]!r}, 2021): (100, 120)}}。"
                f" [reading {key!r}: {box!r}]"
            )


def _list_figures(panel: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the figures of one measure with wording, hedge and wide lower end."""
    about = panel.attrs.get("about", {})
    wordings = about.get("printed", {}).get(measure, {})
    unit = about.get("units", {}).get(measure)
    rows = []
    for row in series_of(panel, measure).to_dict("records"):
        printed = wordings.get(row["entity"], {}).get(str(row["year"]), "")
        qualifier, widening = _hedge(printed, unit)
        rows.append(
            {
                **row,
                "measure": measure,
                "printed": printed,
                "qualifier": qualifier,
                "wide_lower": row["lower"] * widening,
                "reading": "default",
            }
        )
    columns = ["entity", *COLUMNS, "reading", "wide_lower"]
    numbers = dict.fromkeys(["lower", "value", "upper", "wide_lower"], float)
    return pd.DataFrame(rows, columns=columns).astype(numbers)


def _hedge(printed: str, unit: str | None) -> tuple[str, float]:
    """Return the hedge of a wording, and its wide lower end over the default one."""
    try:
        figure = read_printed(printed, unit=unit) if printed else None
    except ReadingError:  # a wording from a table of the user's own
        return "", 1.0
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
        raise DataError(
            f"readings 里的 ({measure!r}, {year!r}): {box!r} 用不上：要正好指一个数，"
            "下界大于 0 且不大于上界；对象不止一个时请同时给出 entity=。"
            f" [reading of {measure} in {year}]"
        )
    value = listed.loc[row[0], "value"]
    listed.loc[row[0], ["lower", "upper"]] = [float(low), float(high)]
    listed.loc[row[0], "value"] = value if low <= value <= high else np.nan
    listed.loc[row[0], "reading"] = "declared"
