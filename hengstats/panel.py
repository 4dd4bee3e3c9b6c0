"""Sets figures out as a panel: one row per entity and year, known or missing.

A panel is a plain frame. What a caption needs to know about it (sources, wordings,
units, names, milestones) travels in `panel.attrs["about"]`.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from hengstats.dataset import Dataset, read_dataset
from hengstats.errors import DataError
from hengstats.figures import settle_figures
from hengstats.vocabulary import LANGUAGES

ILLUSTRATIVE = ("illustrative", "示例")


def build_panel(
    datasets: str | Sequence[str], as_of: str | None = None
) -> pd.DataFrame:
    """Return one row per entity and year, three columns per measure.

    Parameters
    ----------
    datasets : str or list of str
        Names from `list_datasets`, or paths of folders.
    as_of : str, optional
        A date, YYYY-MM-DD: only what had been published by then.

    Returns
    -------
    DataFrame
        `entity`, `year`; then `<measure>`, `<measure>_lower`, `<measure>_upper` in the
        order and unit of the codebook. A measure is missing where only a bound is
        known; all three are missing where nothing was printed. A year appears if
        anything was printed, or searched for, in it.

    Raises
    ------
    DataError
        If two datasets give the same measure of the same entity and year.
    """
    names = [datasets] if isinstance(datasets, str) else list(datasets)
    loaded = [read_dataset(name, as_of) for name in names]
    figures = pd.concat([settle_figures(data) for data in loaded], ignore_index=True)
    key = ["entity", "year", "measure"]
    for row in figures.loc[figures.duplicated(key), key].to_dict("records")[:1]:
        raise DataError(
            f"{row['entity']} {row['year']} 年的 {row['measure']} 在"
            f" {'、'.join(names)} 里不止一个。请每次只用其中一个数据集。"
            f" [duplicate {row} in {names}]"
        )
    return panel_of(loaded, figures, as_of)


def panel_of(
    datasets: Sequence[Dataset], figures: pd.DataFrame, as_of: str | None = None
) -> pd.DataFrame:
    """Return the panel of figures already settled; see `build_panel`.

    Parameters
    ----------
    datasets : list of Dataset
        Where the names, sources and milestones of the figures stand.
    figures : DataFrame
        As `settle_figures` returns; key `entity, year, measure`.
    as_of : str, optional
        The date on which they were known; only the captions say so.
    """
    places, entities = pd.factorize(figures["entity"])
    wide = figures.assign(entity=places).pivot(
        index=["entity", "year"], columns="measure", values=["value", "lower", "upper"]
    )
    ends = {"value": "", "lower": "_lower", "upper": "_upper"}
    measures = figures["measure"].unique()
    columns = {(end, m): m + ends[end] for m in measures for end in ends}
    panel = wide[list(columns)].set_axis(list(columns.values()), axis=1)
    panel = panel.reset_index().rename_axis(columns=None)
    panel["entity"] = entities.take(panel["entity"].to_numpy())
    panel.attrs["about"] = _about(datasets, figures, as_of)
    return panel


def measures_of(panel: pd.DataFrame) -> list[str]:
    """Return the measures of a panel: columns that stand beside no other's bounds."""
    return [
        column
        for column in panel.columns
        if column not in ("entity", "year")
        and not (column.endswith(("_lower", "_upper")) and column[:-6] in panel)
    ]


def series_of(panel: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one measure as `entity, year, lower, value, upper`, known years only.

    A panel without bounds is a panel of points, and so is a figure without them.

    Raises
    ------
    DataError
        If the panel has no such measure, a year is not a whole number, a figure is no
        number, one entity has a year twice, or a figure lies outside its bounds.
    """
    for column in ("entity", "year", measure):
        if column not in panel:
            known = "、".join(measures_of(panel))
            raise DataError(
                f"表里没有“{column}”一栏。现有的指标：{known}。 [no column {column!r}]"
            )
    value = _numbers(panel, measure)
    lower, upper = (
        _numbers(panel, f"{measure}_{end}") if f"{measure}_{end}" in panel else value
        for end in ("lower", "upper")
    )
    # A figure without either end is a point; one blank end is an open one.
    bare = lower.isna() & upper.isna()
    lower, upper = lower.where(~bare, value), upper.where(~bare, value)
    series = pd.DataFrame(
        {
            "entity": _entities(panel),
            "year": _years(panel),
            "lower": lower,
            "value": value,
            "upper": upper,
        }
    )
    series = series.dropna(subset=["lower", "upper"], how="all")
    crossed = (series["lower"] > series["upper"]) | (series["value"] < series["lower"])
    for row in series[crossed | (series["value"] > series["upper"])].to_dict("records")[
        :1
    ]:
        raise DataError(
            f"{row['entity']} {row['year']} 年的“{measure}”上下界颠倒，或数值在界外："
            f"{row['lower']:g}、{row['value']:g}、{row['upper']:g}。请改正这一行。"
            f" [bounds of {measure} for {row['entity']} in {row['year']}]"
        )
    twice = series[series.duplicated(["entity", "year"])]
    for row in twice.to_dict("records")[:1]:
        raise DataError(
            f"{row['entity']} {row['year']} 年有两行。请每个楼宇每年只留一行。"
            f" [duplicate entity-year {row['entity']}, {row['year']}]"
        )
    return series.sort_values(["entity", "year"], kind="stable", ignore_index=True)


def _numbers(panel: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as numbers, or name the first cell that is none."""
    numbers = pd.to_numeric(panel[column], errors="coerce").astype(float)
    infinite = np.isinf(numbers) & (not column.endswith(("_lower", "_upper")))
    wrong = (numbers.isna() & panel[column].notna()) | infinite
    for row in np.flatnonzero(wrong)[:1]:
        raise DataError(
            f"表的第 {row + 1} 行“{column}”一栏是“{panel[column].iloc[row]}”，不是数。"
            "请只写数字，单位写在栏名或说明里；只知界限的写在 _lower、_upper 两栏。"
            f" [row {row + 1}, column {column!r}]"
        )
    return numbers


def _years(panel: pd.DataFrame) -> pd.Series:
    """Return the years as whole numbers, or name the first row that has none."""
    years = pd.to_numeric(panel["year"], errors="coerce").astype(float)
    for row in np.flatnonzero(~((years % 1 == 0) & years.between(1, 9999)))[:1]:
        raise DataError(
            f"表的第 {row + 1} 行“year”一栏是“{panel['year'].iloc[row]}”，不是年份。"
            f"请写成 2021 这样的整数。 [row {row + 1}, column 'year']"
        )
    return years.astype("int64")


def _entities(panel: pd.DataFrame) -> pd.Series:
    """Return whose each row is, or name the first row that does not say."""
    for row in np.flatnonzero(panel["entity"].isna())[:1]:
        raise DataError(
            f"表的第 {row + 1} 行“entity”一栏空着。请写明是哪座楼宇。"
            f" [row {row + 1}, column 'entity']"
        )
    return panel["entity"]


def is_illustrative(entities: Sequence[str]) -> bool:
    """Return whether any of the entities is invented: the word is in its key."""
    return any(str(entity).startswith(ILLUSTRATIVE) for entity in entities)


class About(dict[str, Any]):
    """What captions need to know of a panel; one value, however often it is copied.

    pandas copies `attrs` deeply at every step. Nothing in it changes once it is
    written, so that its copies may be the same object.
    """

    def __deepcopy__(self, memo: object) -> Self:
        """Return the same object."""
        return self


def _about(
    loaded: Sequence[Dataset], figures: pd.DataFrame, as_of: str | None
) -> About:
    """Return what captions need to know of a panel."""
    sources = pd.concat([data.sources for data in loaded]).drop_duplicates("source")
    signed = zip(sources["publisher"], sources["published"], strict=True)
    shown = dict(zip(sources["source"], map(list, signed), strict=True))
    entities = pd.concat([data.entities for data in loaded]).drop_duplicates("entity")
    milestones = pd.concat([data.milestones for data in loaded])
    cited: dict[str, dict[str, dict[str, None]]] = {}
    printed: dict[str, dict[str, dict[str, str]]] = {}
    missing: dict[str, dict[str, list[int]]] = {}
    columns = ("measure", "entity", "status", "year", "source", "printed")
    rows = zip(*(figures[column].tolist() for column in columns), strict=True)
    for measure, entity, status, year, source, wording in rows:
        if status == "missing":
            missing.setdefault(measure, {}).setdefault(entity, []).append(year)
            continue
        cited.setdefault(measure, {}).setdefault(entity, {})[source] = None
        printed.setdefault(measure, {}).setdefault(entity, {})[str(year)] = wording
    names = zip(*(entities[lang] for lang in LANGUAGES), strict=True)
    return About(
        sources={
            measure: {one: [shown[key] for key in keys] for one, keys in whose.items()}
            for measure, whose in cited.items()
        },
        printed=printed,
        not_found=missing,
        datasets=[data.name for data in loaded],
        as_of=as_of,
        units=figures.drop_duplicates("measure").set_index("measure")["unit"].to_dict(),
        entities=dict(zip(entities["entity"], map(list, names), strict=True)),
        milestones=milestones.to_dict("records"),
        publications={key: shown[key] for key in milestones["source"]},
    )
