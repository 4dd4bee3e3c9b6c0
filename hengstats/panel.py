"""Sets figures out as a panel: one row per entity and year, known or missing.

A panel is a plain frame. What a caption needs to know about it (sources, wordings,
units, names, milestones) travels in `panel.attrs["about"]`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from hengstats.dataset import (
    Dataset,
    count_pairs,
    list_counts,
    list_labels,
    read_dataset,
)
from hengstats.errors import SheetError
from hengstats.figures import settle_figures
from hengstats.intake import check
from hengstats.intake.result import COLUMNS, CUSTOMARY
from hengstats.labels import (
    find_entity,
    find_measure,
    list_measures,
    near_measures,
)
from hengstats.messages import data_error
from hengstats.printed import read_printed
from hengstats.records import COLUMNS as FILES
from hengstats.vintages import LOG
from hengstats.vocabulary import LANGUAGES, UNITS, convert, name, strings

# Of the measures that a sheet without a dataset may hold.
TOPICS = {"tax_revenue": "tax", "tenants": "economy"}
TOPICS |= dict.fromkeys(["events", "attendances", "participants"], "participation")
TOPICS |= dict.fromkeys(
    ["branch_members", "branches", "enterprises_covered"], "organisation"
)
ILLUSTRATIVE = ("illustrative", "示例")


def build_panel(
    datasets: str | Sequence[str] | pd.DataFrame, as_of: str | None = None
) -> pd.DataFrame:
    """Return one row per entity and year, three columns per measure.

    Parameters
    ----------
    datasets : str, path, list of str, or DataFrame
        Names from `list_datasets`, or paths of folders; or a sheet, as `check` reads
        one: a file, or a frame with its heads (年份, 楼宇, 税收(亿元), 党员数).
    as_of : str, optional
        A date, YYYY-MM-DD: only what had been published by then.

    Returns
    -------
    DataFrame
        `entity`, `year`; then `<measure>`, `<measure>_lower`, `<measure>_upper` in the
        order and unit of the codebook. A measure is missing where only a bound is
        known; all three are missing where nothing was printed. A year appears if
        anything was printed, or searched for, in it.

        A sign-in log has exact counts here, and charts of it say so; those that can be
        published are in a dataset to which it was added.

    Raises
    ------
    DataError
        If two datasets give the same measure of the same entity and year.
    SheetError
        If a sheet cannot be read; every reason at once.
    """
    one = isinstance(datasets, str) or hasattr(datasets, "__fspath__")
    if isinstance(datasets, pd.DataFrame) or (one and Path(str(datasets)).is_file()):
        return _panel_of_sheet(datasets)
    names = [str(name) for name in ([datasets] if one else datasets)]
    loaded = [read_dataset(name, as_of) for name in names]
    figures = pd.concat([settle_figures(data) for data in loaded], ignore_index=True)
    key = ["entity", "year", "measure"]
    for row in _first(figures.loc[figures.duplicated(key), key]):
        raise data_error("panel.two_datasets", names="、".join(names), **row)
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
    panel = _spread(figures)
    panel.attrs["about"] = _about(datasets, figures, as_of)
    return panel


def _spread(figures: pd.DataFrame) -> pd.DataFrame:
    """Return one row per entity and year, three columns per measure."""
    places, entities = pd.factorize(figures["entity"])
    wide = figures.assign(entity=places).pivot(
        index=["entity", "year"], columns="measure", values=["value", "lower", "upper"]
    )
    ends = {"value": "", "lower": "_lower", "upper": "_upper"}
    measures = figures["measure"].unique()
    columns = {(end, m): m + ends[end] for m in measures for end in ends}
    panel = wide[list(columns)].set_axis(list(columns.values()), axis=1)
    panel = panel.reset_index().rename_axis(columns=None)
    return panel.assign(entity=entities.take(panel["entity"].to_numpy()))


def as_panel(table: object) -> pd.DataFrame:
    """Return a panel as it is; figures as `load_tax` returns, or a sheet, as a panel.

    Raises
    ------
    DataError
        If it is no frame.
    SheetError
        If it has the heads of a sheet and cannot be read as one.
    """
    if not isinstance(table, pd.DataFrame):
        raise data_error("assess.no_table", kind=type(table).__name__)
    if {"entity", "measure", "year", "value"} <= set(table):
        panel = _spread(table)
        if dataset := table.attrs.get("dataset"):
            panel.attrs = build_panel(*dataset).attrs
        return panel
    return table if {"entity", "year"} & set(table) else build_panel(table)


def _panel_of_sheet(sheet: Any) -> pd.DataFrame:
    """Return the panel of a sheet, boxes and all."""
    checked = check(sheet)
    if checked.errors:
        raise SheetError(checked.errors)
    rows = []
    for cell in checked.cells:
        figure, into = read_printed(cell.printed, unit=cell.unit), COLUMNS[cell.column]
        counted = figure.unit in UNITS and UNITS[str(figure.unit)].kind == "amount"
        factor = convert(str(figure.unit) if counted else cell.unit, into)
        ends = (figure.value, figure.lower, figure.upper)
        value, lower, upper = (np.nan if e is None else e * factor for e in ends)
        measure = CUSTOMARY[cell.column][0]
        rows.append([cell.building, measure, cell.year, value, lower, upper, cell])
    names = ["entity", "measure", "year", "value", "lower", "upper", "cell"]
    figures = pd.DataFrame(rows, columns=names)
    cells = figures.pop("cell")
    panel = _spread(figures)
    printed: dict[str, dict[str, dict[str, str]]] = {}
    for entity, measure, year, cell in zip(
        figures["entity"], figures["measure"], figures["year"], cells, strict=True
    ):
        own = printed.setdefault(measure, {}).setdefault(entity, {})
        own[str(year)] = cell.printed
    if checked.table == LOG:
        panel.attrs["rule"] = strings()["smallcells"]["exact"]
    panel.attrs["about"] = About(
        sources={},
        printed=printed,
        not_found={},
        datasets=[checked.file],
        as_of=None,
        labels={},
        topics=TOPICS,
        units={CUSTOMARY[c.column][0]: COLUMNS[c.column] for c in cells},
        entities={name: [name] * len(LANGUAGES) for name in figures["entity"]},
        milestones=[],
        publications={},
    )
    return panel


def measures_of(panel: pd.DataFrame) -> list[str]:
    """Return the measures of a panel: columns that stand beside no other's bounds."""
    return [
        column
        for column in panel.columns
        if column not in ("entity", "year")
        and not (column.endswith(("_lower", "_upper")) and column[:-6] in panel)
    ]


def known(
    panel: pd.DataFrame, topic: str | None = None, entity: str | None = None
) -> pd.DataFrame:
    """列出已知哪些数字。 Return which measures are known of whom, in how many years.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns.
    topic : str, optional
        `tax`, `economy`, `organisation`, `participation` or `service`.
    entity : str, optional
        A key, or a name in any script.

    Returns
    -------
    DataFrame
        `entity, measure, topic, unit, years, first_year, last_year`, one row per entity
        and measure, most years first; rates and changes after what can grow.

    Raises
    ------
    DataError
        If nothing is known of the topic or the entity.

    Examples
    --------
    >>> import hengstats as hs
    >>> known(hs.build_panel("plaza66"), "tax")["measure"].tolist()[:2]
    ['tax_revenue', 'tax_month_reached']
    """
    panel = as_panel(panel)
    topics = panel.attrs.get("about", {}).get("topics", {})
    held = measures_of(panel)
    asked = [one for one in held if topic is None or topics.get(one) == topic]
    series = [series_of(panel, one).assign(measure=one) for one in asked]
    table = pd.concat(series) if series else panel.assign(measure="").head(0)
    if entity is not None:
        table = table[table["entity"] == find_entity(panel, entity)]
    if table.empty:
        told = name("topic", topic or "any", "zh-Hans")
        raise data_error("labels.no_topic", topic=told, code=topic or "any measure")
    groups = table.groupby(["entity", "measure"], sort=False)["year"]
    counts = groups.agg(years="count", first_year="min", last_year="max").reset_index()
    units = panel.attrs.get("about", {}).get("units", {})
    changes = counts["measure"].map(lambda one: not _grows(one, units))
    counts.insert(2, "topic", counts["measure"].map(lambda one: topics.get(one, "")))
    counts.insert(3, "unit", counts["measure"].map(lambda one: units.get(one, "")))
    counts = counts.iloc[np.lexsort((-counts["years"], changes))]
    counts = counts.reset_index(drop=True)
    counts.attrs = panel.attrs
    return counts


def list_pairs(panel: pd.DataFrame, entity: str | None = None) -> pd.DataFrame:
    """列出可以成对比较的指标。 Return which measures of both sides share years.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns.
    entity : str, optional
        A key, or a name in any script.

    Returns
    -------
    DataFrame
        `entity, organisation, economy, growths`, most growths first: what `assess`
        can be given, and how many paired growths it will find at most.

    Raises
    ------
    DataError
        If no entity has figures of both sides in one year.

    Examples
    --------
    >>> import hengstats as hs
    >>> pairs = list_pairs(hs.build_panel("national"))
    >>> pairs["organisation"][0], int(pairs["growths"][0])
    ('party_members', 15)
    """
    counts = known(panel, entity=entity)
    about = panel.attrs.get("about", {})
    topics = dict(zip(counts["measure"], counts["topic"], strict=True))
    topics = {one: of for one, of in topics.items() if _grows(one, about["units"])}
    series = [series_of(panel, one).assign(measure=one) for one in topics]
    figures = pd.concat(series) if series else counts.head(0).assign(year=0)
    pairs = count_pairs(figures[figures["entity"].isin(counts["entity"])], topics)
    if pairs.empty:
        raise data_error("labels.no_pair")
    pairs.attrs = panel.attrs
    return pairs


def _grows(measure: str, units: Mapping[str, str]) -> bool:
    """Return whether a measure is a level, of which a growth has a meaning."""
    change = measure.endswith(("_increase", "_growth"))
    return not change and units.get(measure, "") != "fraction"


def series_of(panel: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one measure as `entity, year, lower, value, upper`, known years only.

    A panel without bounds is a panel of points, and so is a figure without them.

    Raises
    ------
    DataError
        If the panel has no such measure, a year is not a whole number, a figure is no
        number, one entity has a year twice, or a figure lies outside its bounds.
    """
    measure = find_measure(panel, measure)
    for column in ("entity", "year", measure):
        if column not in panel:
            held = measures_of(panel)
            near = near_measures(panel, str(column), held)
            told = {"near": near, "known": list_measures(panel, held)}
            raise data_error("panel.no_column", column=column, **told)
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
    crossed |= series["value"] > series["upper"]
    twice = series.duplicated(["entity", "year"])
    for row in _first(series[crossed]) if crossed.any() else []:
        raise data_error("panel.crossed", measure=measure, **row)
    for row in _first(series[twice]) if twice.any() else []:
        raise data_error("panel.twice", **row)
    return series.sort_values(["entity", "year"], kind="stable", ignore_index=True)


def _first(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the first row by column, if there is any."""
    rows = table.head(1).to_numpy()
    return [dict(zip(map(str, table), row, strict=True)) for row in rows]


def _numbers(panel: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as numbers, or name the first cell that is none."""
    numbers = pd.to_numeric(panel[column], errors="coerce").astype(float)
    infinite = np.isinf(numbers) & (not column.endswith(("_lower", "_upper")))
    wrong = (numbers.isna() & panel[column].notna()) | infinite
    for row in np.flatnonzero(wrong)[:1]:
        told = {"row": row + 1, "column": column, "found": panel[column].iloc[row]}
        raise data_error("panel.no_number", **told)
    return numbers


def _years(panel: pd.DataFrame) -> pd.Series:
    """Return the years as whole numbers, or name the first row that has none."""
    years = pd.to_numeric(panel["year"], errors="coerce").astype(float)
    for row in np.flatnonzero(~((years % 1 == 0) & years.between(1, 9999)))[:1]:
        found = panel["year"].iloc[row]
        raise data_error("panel.no_year", row=row + 1, found=found)
    return years.astype("int64")


def _entities(panel: pd.DataFrame) -> pd.Series:
    """Return whose each row is, or name the first row that does not say."""
    for row in np.flatnonzero(panel["entity"].isna())[:1]:
        raise data_error("panel.no_entity", row=row + 1)
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


def _columns(codebook: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the measures of a codebook and their topics."""
    return codebook["measure"].tolist(), codebook["topic"].tolist()


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
    origin: dict[str, dict[str, dict[str, str]]] = {}
    columns = ("measure", "entity", "status", "year", "source", "printed")
    rows = zip(*(figures[column].tolist() for column in columns), strict=True)
    for measure, entity, status, year, source, wording in rows:
        if status == "missing":
            missing.setdefault(measure, {}).setdefault(entity, []).append(year)
            continue
        cited.setdefault(measure, {}).setdefault(entity, {})[source] = None
        printed.setdefault(measure, {}).setdefault(entity, {})[str(year)] = wording
        origin.setdefault(measure, {}).setdefault(entity, {})[str(year)] = source
    names = zip(*(entities[lang] for lang in LANGUAGES), strict=True)
    return About(
        sources={
            measure: {one: [shown[key] for key in keys] for one, keys in whose.items()}
            for measure, whose in cited.items()
        },
        printed=printed,
        cited=origin,
        counts=list_counts(loaded),
        kinds=dict(zip(entities["entity"], entities["kind"], strict=True)),
        groups={
            column: dict(zip(entities["entity"], entities[column], strict=True))
            for column in entities.columns.difference(FILES["entities.csv"].split())
        },
        not_found=missing,
        datasets=[data.name for data in loaded],
        as_of=as_of,
        labels={
            measure: texts
            for data in reversed(loaded)
            for measure, texts in list_labels(data.codebook).items()
        },
        topics={
            measure: topic
            for data in reversed(loaded)
            for measure, topic in zip(*_columns(data.codebook), strict=True)
        },
        units=figures.drop_duplicates("measure").set_index("measure")["unit"].to_dict(),
        entities=dict(zip(entities["entity"], map(list, names), strict=True)),
        milestones=milestones.to_dict("records"),
        publications={key: shown[key] for key in milestones["source"]},
    )
