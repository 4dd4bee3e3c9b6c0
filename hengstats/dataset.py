"""What exactly was printed, by whom, when; what was known on a date?

The only store. A dataset is a folder of CSV files, `data/README.md` says which;
whatever is read here has been checked row by row.
"""

import calendar
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hengstats.errors import DataError, locate
from hengstats.records import (
    COLUMNS,
    REQUIRED,
    check_keys,
    check_rivals,
    list_evidence,
    read_records,
)

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Everything one dataset folder holds, as known on a date.

    Attributes
    ----------
    name : str
        Name of the folder.
    illustrative : bool
        True if the figures are invented.
    comparators : tuple of str
        Names of the datasets it is compared with, from `datapackage.json`.
    records : DataFrame
        One row per printed figure: the columns of `records.csv`, and `year`, `lower`,
        `number`, `upper` (the box in the unit of the codebook), `published`,
        `standing`.
    sources, codebook, entities, milestones, settlements, rivals : DataFrame
        The tables of the same name.
    """

    name: str
    illustrative: bool
    comparators: tuple[str, ...]
    records: pd.DataFrame
    sources: pd.DataFrame
    codebook: pd.DataFrame
    entities: pd.DataFrame
    milestones: pd.DataFrame
    settlements: pd.DataFrame
    rivals: pd.DataFrame


def list_datasets() -> pd.DataFrame:
    """Return the datasets that come with the library, their years and kind.

    Returns
    -------
    DataFrame
        One row per dataset: `dataset`, `kind` ("public record" or "illustrative"),
        `first_year`, `last_year`, `entities`, `figures` (printed ones).
    """
    rows = []
    for folder in sorted(DATA.glob("*/records.csv")):
        dataset = read_dataset(folder.parent.name)
        printed = dataset.records.query("qualifier != 'not_found'")
        rows.append(
            {
                "dataset": dataset.name,
                "kind": "illustrative" if dataset.illustrative else "public record",
                "first_year": printed["year"].min(),
                "last_year": printed["year"].max(),
                "entities": printed["entity"].nunique(),
                "figures": len(printed),
            }
        )
    return pd.DataFrame(rows)


def load_records(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return every figure as printed, with its source, standing and quote.

    Columns are those of `records.csv` and `year`, `published`, `standing`.
    """
    records = read_dataset(dataset, as_of).records
    return records.drop(columns=["lower", "number", "upper"])


def load_sources(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the publications cited, with number, standing and figures cited.

    The number is the one that tables of the report print beside each figure.
    """
    data = read_dataset(dataset, as_of)
    counts = data.records.query("qualifier != 'not_found'")["source"].value_counts()
    sources = data.sources.assign(
        number=range(1, len(data.sources) + 1),
        figures=data.sources["source"].map(counts).fillna(0).astype(int),
    )
    first = ["number", "source", "title", "publisher", "published", "standing"]
    return sources[[*first, "figures", "address"]]


def load_codebook(dataset: str) -> pd.DataFrame:
    """Return one row per measure: unit, basis, definition, what not to mix it with."""
    return read_dataset(dataset).codebook


def load_milestones(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return dated events and phases; a phase without a date has an empty one."""
    return read_dataset(dataset, as_of).milestones


def read_dataset(dataset: str, as_of: str | None = None) -> Dataset:
    """Return a dataset, every row of it checked, as known on a date.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder of the user's own.
    as_of : str, optional
        A date, YYYY-MM-DD. Only sources published by then are seen; a month or a
        year counts as its last day; a source without a date is not seen.

    Raises
    ------
    DataError
        If there is no such folder, or a row is at fault: the message names folder,
        file, row, column and the mend.
    """
    folder = find_dataset(dataset)
    tables = {file: _read_table(folder, file) for file in COLUMNS}
    comparators = _comparators(folder)
    check_keys(folder.name, tables)
    check_rivals(folder.name, tables["rivals.csv"], _evidence(folder, comparators))
    records = read_records(folder.name, tables)
    sources = tables["sources.csv"]
    if as_of is not None:
        known = sources["published"].map(_last_day) <= _date(as_of)
        sources = sources[known].reset_index(drop=True)
    seen = sources.set_index("source")
    records = records[records["source"].isin(seen.index)].reset_index(drop=True)
    milestones = tables["milestones.csv"]
    return Dataset(
        name=folder.name,
        illustrative=bool((tables["sources.csv"]["kind"] == "illustrative").any()),
        comparators=comparators,
        records=records.assign(
            published=records["source"].map(seen["published"]),
            standing=records["source"].map(seen["standing"]),
        ),
        sources=sources,
        codebook=tables["codebook.csv"],
        entities=tables["entities.csv"],
        milestones=milestones[milestones["source"].isin(seen.index)].reset_index(
            drop=True
        ),
        settlements=tables["settlements.csv"],
        rivals=tables["rivals.csv"],
    )


def find_dataset(dataset: str) -> Path:
    """Return the folder of a dataset, or say which ones there are."""
    for folder in (DATA / dataset, Path(dataset)):
        if (folder / "records.csv").is_file():
            return folder
    known = "、".join(sorted(p.parent.name for p in DATA.glob("*/records.csv")))
    raise DataError(
        f"没有“{dataset}”这个数据集：{DATA / dataset} 里没有 records.csv。"
        f"现有的数据集：{known or '无'}；也可以给出自己的文件夹的路径。"
        f" [no dataset {dataset!r}]"
    )


def _read_table(folder: Path, file: str) -> pd.DataFrame:
    """Return one file as text, with the columns it must have."""
    columns = COLUMNS[file].split()
    path = folder / file
    if not path.is_file() and file not in REQUIRED:
        return pd.DataFrame(columns=columns, dtype=object)
    if not path.is_file():
        raise DataError(
            f"{folder.name} 里缺少 {file}。请照 data/README.md 补上这个文件。"
            f" [{folder.name}/{file} is missing]"
        )
    table = pd.read_csv(path, dtype=object, keep_default_na=False, encoding="utf-8-sig")
    for column in columns:
        if column not in table:
            fault, mend = "缺少这一栏", f"在表头加上“{column}”"
            raise DataError(locate(folder.name, file, 1, column, fault, mend))
    return table


def _comparators(folder: Path) -> tuple[str, ...]:
    """Return the datasets that the descriptor names for comparison, if it does."""
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        return ()
    described = json.loads(descriptor.read_text(encoding="utf-8-sig"))
    return tuple(described.get("comparators", ()))


def _evidence(folder: Path, comparators: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Return what rivals may point at, here (under no name) and in the comparators."""
    if not (folder / "rivals.csv").is_file():
        return {}
    folders = {"": folder} | {name: find_dataset(name) for name in comparators}
    return {
        name: list_evidence(
            _read_table(where, "records.csv"), _read_table(where, "milestones.csv")
        )
        for name, where in folders.items()
    }


def _date(as_of: str) -> dt.date:
    """Return a date given as YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(str(as_of))
    except ValueError as fault:
        raise DataError(
            f"as_of=“{as_of}”不是日期。请写成 2018-12-31 这样。 [as_of={as_of!r}]"
        ) from fault


def _last_day(published: str) -> dt.date:
    """Return the last day of a day, month or year; a blank is never over."""
    parts = [int(part) for part in published.split("-")] if published else []
    if not parts:
        return dt.date.max
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, parts[2] if len(parts) > 2 else last)
