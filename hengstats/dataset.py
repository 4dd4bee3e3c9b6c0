"""Reads a dataset: what was printed, by whom, when; what was known on a date.

A dataset is a folder of CSV files, `data/README.md` says which, and the vintages that
`add` stored beside them; whatever is read here has been checked row by row.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from hengstats.csvsafe import from_csv
from hengstats.dates import last_day
from hengstats.errors import DataError, locate
from hengstats.intake.process import SHEETS, near_file
from hengstats.messages import data_error, message, near_names
from hengstats.records import (
    COLUMNS,
    REQUIRED,
    check_keys,
    check_rivals,
    list_evidence,
    read_records,
)
from hengstats.vintages import (
    FOLDER,
    Vintage,
    checksum,
    entity_rows,
    list_vintages,
    mark_standing,
    order_of,
    place_of,
    read_vintages,
    records_of,
    source_rows,
)
from hengstats.vocabulary import LANGUAGES, check_language

DATA = Path(__file__).resolve().parent.parent / "data"
DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """Everything one dataset folder holds, as known on a date.

    Attributes
    ----------
    name : str
        Name of the folder.
    illustrative : bool
        True if the figures are invented.
    comparators : dict
        Names of the datasets it is compared with, from `datapackage.json`, to where
        each is: a name from `list_datasets`, or the path of a folder.
    records : DataFrame
        One row per printed figure: the columns of `records.csv`, and `year`, `lower`,
        `number`, `upper` (the box in the unit of the codebook), `published`,
        `standing`; `vintage` (0 for hand-kept ones) and when that was `recorded`;
        `stands`, False where a later vintage has replaced it or taken it back.
    sources, codebook, entities, milestones, settlements, rivals : DataFrame
        The tables of the same name; sources and buildings of the vintages come last.
    vintages : DataFrame
        One row per `vintage` seen, in order of recording: `source`, `title`,
        `publisher`, `published`, `recorded`, `standing`, `kind`, `reason`, `known`
        (the day it is known from), `counts` (of a sign-in log: `10-5` or `exact`)
        and `files`.
    """

    name: str
    illustrative: bool
    comparators: Mapping[str, str]
    records: pd.DataFrame
    sources: pd.DataFrame
    codebook: pd.DataFrame
    entities: pd.DataFrame
    milestones: pd.DataFrame
    settlements: pd.DataFrame
    rivals: pd.DataFrame
    vintages: pd.DataFrame


def list_datasets(lang: str = "zh-Hans") -> pd.DataFrame:
    """列出随库附带的数据集。 Return the datasets that come with the library.

    Parameters
    ----------
    lang : str
        Language of the labels in `pairs`: `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    DataFrame
        One row per dataset: `dataset`, `kind` ("public record" or "illustrative"),
        `first_year`, `last_year`, `entities`, `figures` (printed ones), and `pairs`:
        for which measures of organisation or participation, and of tax or economy, one
        entity has the most years in a row of figures of both, and how many growths
        they make. From five on `assess` can find something.
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
                "pairs": _most_pairs(printed, dataset.codebook, lang),
            }
        )
    return pd.DataFrame(rows)


def _most_pairs(records: pd.DataFrame, codebook: pd.DataFrame, lang: str) -> str:
    """Return in words the pairs of measures of which one entity has most growths."""
    place = LANGUAGES.index(check_language(lang))
    labels = {key: texts[place] for key, texts in list_labels(codebook).items()}
    own = codebook[codebook["unit"] != "fraction"]
    topics = dict(zip(own["measure"], own["topic"], strict=True))
    pairs = count_pairs(records[records["year"].notna()], topics).query("growths > 0")
    most = pairs.drop_duplicates(["organisation", "economy"]).head(3)
    return "；".join(
        f"{labels.get(one, one)} × {labels.get(other, other)}：{count}"
        for one, other, count in most.iloc[:, 1:].to_numpy()
    )


def count_pairs(figures: pd.DataFrame, topics: Mapping[str, str]) -> pd.DataFrame:
    """Return which measures of both sides one entity has in the same years.

    Parameters
    ----------
    figures : DataFrame
        `entity, measure, year`, one row per known figure.
    topics : mapping
        The topic of each measure that can grow.

    Returns
    -------
    DataFrame
        `entity, organisation, economy, growths`, most growths first: the years in
        which both are known, less one. `organisation` is of topic organisation or
        participation, `economy` of tax or economy.
    """
    own = figures[figures["measure"].isin([*topics])]
    years = own.groupby(["entity", "measure"], sort=False)["year"].agg(set).to_dict()
    sides: dict[object, list[list[str]]] = {}
    for entity, measure in own[["entity", "measure"]].drop_duplicates().to_numpy():
        inner = topics[measure] in ("organisation", "participation")
        grows = not measure.endswith("_increase")  # a change, of which none grows
        if grows and (inner or topics[measure] in ("tax", "economy")):
            sides.setdefault(entity, [[], []])[not inner].append(measure)
    rows = [
        (entity, one, other, len(years[entity, one] & years[entity, other]) - 1)
        for entity, (organisation, economy) in sides.items()
        for one in organisation
        for other in economy
    ]
    pairs = pd.DataFrame(rows, columns=["entity", "organisation", "economy", "growths"])
    pairs = pairs[pairs["growths"] >= 0]
    return pairs.sort_values(
        "growths", ascending=False, kind="stable", ignore_index=True
    )


def load_records(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return every figure as printed, with its source, standing and quote.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    as_of : str, optional
        A date, YYYY-MM-DD: only what had been published by then.

    Returns
    -------
    DataFrame
        The columns of `records.csv`, then `year`, `published`, `standing`, `vintage`
        (0 for hand-kept records), `recorded` and `stands`. Every vintage is there,
        whether it still stands or not.

    Raises
    ------
    DataError
        If there is no such dataset, or a row of it is at fault.

    Examples
    --------
    >>> records = load_records("plaza66", as_of="2018-12-31")
    >>> records.query("measure == 'tax_revenue' and year == 2011")["printed"].item()
    '税收总额达到29.7亿元'
    """
    records = read_dataset(dataset, as_of).records
    records = records.drop(columns=["lower", "number", "upper"])
    records.attrs["dataset"] = (str(dataset), as_of)  # whose names `label` shows
    return records


def load_sources(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the publications cited, with number, standing and figures cited.

    Parameters
    ----------
    dataset, as_of
        As for `load_records`.

    Returns
    -------
    DataFrame
        `number` (the one that tables of the report print beside each figure),
        `source, title, publisher, published, standing`, `figures` (how many it
        printed) and `address`.

    Raises
    ------
    DataError
        As for `load_records`.
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
    """Return one row per measure: unit, basis, definition, what not to mix it with.

    Parameters
    ----------
    dataset : str
        As for `load_records`.

    Returns
    -------
    DataFrame
        The columns of `codebook.csv`, as text.

    Raises
    ------
    DataError
        As for `load_records`.
    """
    return read_dataset(dataset).codebook.copy()


def load_milestones(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return dated events and phases; a phase without a date has an empty one.

    Parameters
    ----------
    dataset, as_of
        As for `load_records`.

    Returns
    -------
    DataFrame
        `date, kind, entity`, what happened in three scripts (`zh-Hans`, `zh-Hant`,
        `en`), `source`, `quote`.

    Raises
    ------
    DataError
        As for `load_records`.
    """
    return read_dataset(dataset, as_of).milestones.copy()


def find_dataset(dataset: str, *, made: bool = True) -> Path:
    """Return the folder of a dataset, or say which ones there are.

    One that is not yet `made` is to be made, if its name is no slip.
    """
    places = [DATA / dataset, Path(dataset)]
    if Path(dataset).name == str(dataset) not in ("", ".."):
        # A notebook stands in a folder below the one where datasets are made.
        places += [Path.cwd().parent / dataset, DATA.parent / dataset]
    for folder in places:
        if (folder / "records.csv").is_file():
            return folder
    raise _no_dataset(Path(dataset), made)


def _no_dataset(path: Path, made: bool) -> DataError:
    """Return why a path leads to no dataset, and to what it might."""
    told = {"dataset": path, "near": "", "known": "、".join(list_at_hand()) or "无"}
    if path.is_file():
        return data_error("dataset.is_sheet", **told)
    if path.is_dir():
        return data_error("dataset.no_records", **told)
    if path.suffix.lower() in SHEETS:
        told["near"] = near_file(path)
        return data_error("dataset.no_file", **told)
    told["near"] = near_names(str(path), list_at_hand())
    return data_error(f"dataset.{'unknown' if made else 'not_made'}", **told)


def list_at_hand() -> list[str]:
    """Return the names of all datasets that can be called by name from here."""
    places = [DATA, Path.cwd(), Path.cwd().parent, DATA.parent]
    found = [sorted(place.glob("*/records.csv")) for place in dict.fromkeys(places)]
    return list(dict.fromkeys(one.parent.name for place in found for one in place))


def list_counts(datasets: Iterable[Dataset]) -> dict[str, str]:
    """Return the sources that count sign-in logs: `10-5` or `exact`, by their keys."""
    told = [data.vintages[["source", "counts"]].to_numpy() for data in datasets]
    return {source: kind for one in told for source, kind in one.tolist() if kind}


def list_labels(codebook: pd.DataFrame) -> dict[str, list[str]]:
    """Return the label of each measure in three scripts; one left out is another's."""
    blank = pd.Series("", codebook.index)
    told = [codebook.get(lang, blank) for lang in LANGUAGES]
    labels = {}
    for measure, *texts in zip(codebook["measure"], *told, strict=True):
        filled = [text for text in texts if text]
        if filled:
            labels[measure] = [text or filled[0] for text in texts]
    return labels


def read_dataset(
    dataset: str, as_of: str | None = None, *, vintages: int | None = None
) -> Dataset:
    """Return a dataset, every row of it checked, as known on a date.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder of the user's own.
    as_of : str, optional
        A date, YYYY-MM-DD. Only sources published by then are seen; a month or a
        year counts as its last day; a source without a date is not seen. A vintage
        without one is seen from the day it was recorded, one with a month or year
        from that day at the latest.
    vintages : int, optional
        How many vintages are read, in order of recording, beside the hand-kept
        records: all if not given, 0 for none.

    Raises
    ------
    DataError
        If there is no such folder, or a row is at fault: the message names folder,
        file, row, column and the mend.
    """
    folder = find_dataset(dataset).absolute()
    stamp = _stamp(folder)
    day = None if as_of is None else _date(as_of)
    data, then = _read(folder, stamp, day, _count(vintages))
    if then != stamp:  # somebody wrote into the folder meanwhile
        _read.cache_clear()
        return read_dataset(dataset, as_of, vintages=vintages)
    return data


def _stamp(folder: Path) -> str:
    """Return one checksum of all that a dataset is read from."""
    marks = [f"{checksum(one.read_bytes())} {one}" for one in files_of(folder)]
    return checksum("\n".join(marks).encode())


def files_of(folder: Path) -> list[Path]:
    """Return the files that a dataset and its comparators are read from.

    Raises
    ------
    DataError
        If one of them is a link to somewhere else, or a comparator is not at hand.
    """
    files = []
    for where in (folder, *map(find_dataset, read_comparators(folder).values())):
        kept = [where / name for name in (*COLUMNS, DESCRIPTOR, FOLDER)]
        stored = sorted((where / FOLDER).glob("*.json"))
        for one in [*filter(Path.exists, kept), *stored]:
            name = one.relative_to(where).as_posix()
            if not lies_in(where, name):
                raise data_error("dataset.linked", folder=where.name, file=name)
            files += [one] if one.is_file() else []
    return files


def lies_in(folder: Path, name: str) -> bool:
    """Return whether a name leads to a place within a folder, and by no link."""
    where = folder.resolve() / name.replace("\0", "/../")
    return folder.resolve() in where.parents and where.resolve() == where


def copy_dataset(folder: Path, to: Path) -> Path:
    """Return a copy of all that a dataset is read from, its comparators beside it."""
    for file in files_of(folder):
        if file.is_relative_to(folder.parent):  # the others come with the library
            copy = to / file.relative_to(folder.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    return to / folder.name


# A notebook loads the same folder again and again. Nothing alters the tables.
@lru_cache(maxsize=8)
def _read(
    folder: Path, stamp: str, as_of: dt.date | None, vintages: int | None
) -> tuple[Dataset, str]:
    """Return what a folder holds, and its stamp after all has been read."""
    head = read_vintages(folder, vintages)
    numbered = dict(enumerate(head, start=1))
    comparators = read_comparators(folder)
    tables = _read_tables(folder, comparators, numbered)
    records = tables["records.csv"]
    sources = _with_rows(tables["sources.csv"], source_rows(head))
    illustrative = bool((sources["kind"] == "illustrative").any())
    if as_of is not None:
        dates = sources.set_index("source")["published"].to_dict()
        dates |= {one.source: one.known for one in head}
        days = sources["source"].map(dates).map(last_day)
        sources = sources[days <= as_of].reset_index(drop=True)
    place = pd.Index(sources["source"]).get_indexer(pd.Index(records["source"]))
    records, place = records[place >= 0].reset_index(drop=True), place[place >= 0]
    seen = set(sources["source"])
    order = order_of({n: one for n, one in numbered.items() if one.source in seen})
    listed = list_vintages(head)
    milestones = tables["milestones.csv"]
    data = Dataset(
        name=folder.name,
        illustrative=illustrative,
        comparators=comparators,
        records=records.assign(
            published=sources["published"].take(place).set_axis(records.index),
            standing=sources["standing"].take(place).set_axis(records.index),
            stands=mark_standing(records, numbered, order),
        ),
        sources=sources,
        codebook=tables["codebook.csv"],
        entities=_with_buildings(
            tables["entities.csv"], [numbered[number] for number in order]
        ),
        milestones=milestones[milestones["source"].isin(seen)].reset_index(drop=True),
        settlements=tables["settlements.csv"],
        rivals=tables["rivals.csv"],
        vintages=listed[listed["vintage"].isin(order)].reset_index(drop=True),
    )
    return data, _stamp(folder)


def _read_tables(
    folder: Path, comparators: Mapping[str, str], vintages: Mapping[int, Vintage]
) -> dict[str, pd.DataFrame]:
    """Return the tables kept by hand, and the records of all vintages; all checked."""
    tables = {file: _read_table(folder, file) for file in COLUMNS}
    check_keys(folder.name, tables)
    check_rivals(folder.name, tables["rivals.csv"], _read_evidence(folder, comparators))
    records = [read_records(folder.name, tables).assign(vintage=0, recorded="")]
    listed = list(vintages.values())
    full_tables = tables | {
        "sources.csv": _with_rows(tables["sources.csv"], source_rows(listed)),
        "entities.csv": _with_buildings(tables["entities.csv"][["entity"]], listed),
    }
    for number, vintage in vintages.items():
        checked = _check_vintage(folder.name, vintage, number, full_tables)
        records.append(checked.assign(vintage=number))
    full = [part for part in records if len(part)]
    return tables | {"records.csv": pd.concat(full or records, ignore_index=True)}


def _read_table(folder: Path, file: str) -> pd.DataFrame:
    """Return one file as text, with the columns it must have."""
    columns = COLUMNS[file].split()
    path = folder / file
    if not path.is_file() and file not in REQUIRED:
        return pd.DataFrame(columns=columns, dtype=object)
    if not path.is_file():
        raise data_error("dataset.missing_file", folder=folder.name, file=file)
    text = _decode(path)
    try:
        table = from_csv(text)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _malformed(folder.name, file, text) from error
    for column in columns:
        if column not in table:
            _, fault, mend, _ = message("dataset.missing_column", column=column)
            raise DataError(locate(folder.name, file, 1, column, fault, mend))
    return table


def _malformed(folder: str, file: str, text: str) -> DataError:
    """Return the error that says which row of a file is no row of a table."""
    rows = csv.reader(io.StringIO(text))
    heads = next(rows, [])
    width = len(heads)
    for number, row in enumerate(rows, 2):
        if len(row) > width:
            long = {"found": len(row), "width": width}
            _, fault, mend, _ = message("dataset.long_row", **long)
            return DataError(locate(folder, file, number, heads[-1], fault, mend))
    key = "open_quote" if text.strip() else "empty"
    return data_error(f"dataset.{key}", folder=folder, file=file)


def _decode(path: Path) -> str:
    """Return the text of a file: in UTF-8, or as Excel saves it in China."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    told = {"folder": path.parent.name, "file": path.name}
    raise data_error("dataset.encoding", **told)


def read_comparators(folder: Path) -> dict[str, str]:
    """Return the datasets that the descriptor names for comparison, and where they are.

    That is the name of one that comes with the library, or the path of a folder in
    that of the dataset or beside it; nothing else is at hand.
    """
    descriptor = folder / DESCRIPTOR
    if not descriptor.is_file():
        return {}
    try:
        described = json.loads(descriptor.read_text(encoding="utf-8-sig"))
        names = [str(name) for name in described.get("comparators", ())]
    except (ValueError, AttributeError, TypeError, RecursionError) as fault:
        raise data_error("dataset.descriptor", folder=folder.name) from fault
    return {name: _find_comparator(folder, name) for name in names}


def _find_comparator(folder: Path, name: str) -> str:
    """Return where a comparator is, as `find_dataset` takes it."""
    is_name = Path(name).name == name
    if is_name and (DATA / name / "records.csv").is_file():
        return name
    for where in (folder, folder.parent) if is_name else (folder,):
        if lies_in(where, f"{name}/records.csv"):
            if (where / name / "records.csv").is_file():
                return str((where / name).absolute())
    raise data_error("dataset.comparator", folder=folder.name, name=name)


def _read_evidence(
    folder: Path, comparators: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """Return what rivals may point at, here (under no name) and in the comparators."""
    if not (folder / "rivals.csv").is_file():
        return {}
    places = {name: find_dataset(where) for name, where in comparators.items()}
    folders = {"": folder} | places
    return {
        name: list_evidence(
            _read_table(where, "records.csv"), _read_table(where, "milestones.csv")
        )
        for name, where in folders.items()
    }


def check_vintage(data: Dataset, vintage: Vintage, number: int) -> pd.DataFrame:
    """Return the records of one more vintage, through the door of all the others.

    Raises
    ------
    DataError
        If a record is at fault.
    """
    sources = _with_rows(data.sources, source_rows([vintage]))
    entities = _with_buildings(data.entities, [vintage])
    tables = {
        "sources.csv": sources,
        "codebook.csv": data.codebook,
        "entities.csv": entities,
        "milestones.csv": data.milestones,
        "settlements.csv": data.settlements,
        "rivals.csv": data.rivals,
    }
    return _check_vintage(data.name, vintage, number, tables)


def _check_vintage(
    folder: str, vintage: Vintage, number: int, tables: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the records of one vintage, checked like those kept by hand."""
    name = place_of(number)
    tables = tables | {"records.csv": records_of(vintage)}
    check_keys(folder, tables, name)
    return read_records(folder, tables, name).assign(recorded=vintage.recorded)


def _with_buildings(table: pd.DataFrame, vintages: Sequence[Vintage]) -> pd.DataFrame:
    """Return entities with the buildings that vintages brought."""
    return _with_rows(table, entity_rows(vintages, table))


def _with_rows(table: pd.DataFrame, rows: list[dict[str, str]]) -> pd.DataFrame:
    """Return a table of text with further rows, blank where they say nothing."""
    more = pd.DataFrame(
        {column: [row.get(str(column), "") for row in rows] for column in table},
        dtype=object,
    )
    full = [one for one in (table, more) if len(one)]
    return pd.concat(full, ignore_index=True) if full else table


def _count(vintages: int | None) -> int | None:
    """Return how many vintages to read, or refuse what is no count."""
    if vintages is None or (isinstance(vintages, int) and vintages >= 0):
        return vintages
    raise data_error("dataset.vintages", vintages=vintages)


def _date(as_of: str) -> dt.date:
    """Return a date given as YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(str(as_of))
    except ValueError as fault:
        raise data_error("dataset.as_of", as_of=as_of) from fault
