"""Reads records: each row says what its source printed, in known words and units.

The door of a dataset: a row at fault is refused with folder, file, row and column.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable
from functools import lru_cache
from itertools import chain
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from hengstats.dates import is_date, is_period
from hengstats.errors import DataError, ReadingError, locate
from hengstats.messages import message
from hengstats.printed import read_printed
from hengstats.vocabulary import LANGUAGES, QUALIFIERS, UNITS, convert

STANDINGS = ("primary", "press", "copy", "interested", "weak")
TOPICS = ("tax", "economy", "organisation", "participation", "service")
COLUMNS = {
    "records.csv": "entity measure period printed value qualifier unit source quote",
    "sources.csv": "source title publisher published address standing kind",
    "codebook.csv": "measure topic unit basis years precision definition",
    "entities.csv": "entity kind zh-Hans zh-Hant en",
    "milestones.csv": "date kind entity zh-Hans zh-Hant en source quote",
    "settlements.csv": "entity measure year accepted zh-Hans zh-Hant en",
    "rivals.csv": "rival dataset entity measure period source zh-Hans zh-Hant en",
}
REQUIRED = ("records.csv", "sources.csv", "codebook.csv")
POINTER = ["entity", "measure", "period", "source"]
KEYS = {
    "records.csv": ["entity", "measure", "period", "source", "printed"],
    "sources.csv": ["source"],
    "codebook.csv": ["measure"],
    "entities.csv": ["entity"],
    "settlements.csv": ["entity", "measure", "year"],
    "rivals.csv": ["rival", "dataset", *POINTER],
}
_TOLD = "period quote printed value qualifier unit".split()
_DIGITS = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")
Tables = dict[str, pd.DataFrame]


class _RowError(ValueError):
    """Column, finding and mend of a row that cannot be taken as it is."""

    def __init__(self, column: str, key: str, **told: object) -> None:
        _, found, mend, _ = message(f"records.{key}", **told)
        super().__init__(column, found, mend)


def check_keys(folder: str, tables: Tables, part: str = "records.csv") -> None:
    """Refuse a repeated key, an unknown word, and a pointer that leads nowhere.

    `part` is the name that messages give to the file of records.
    """
    allowed = {
        ("sources.csv", "standing"): set(STANDINGS),
        ("codebook.csv", "unit"): set(UNITS),
        ("codebook.csv", "topic"): set(TOPICS),
        ("codebook.csv", "precision"): {"printed", "exact"},
        ("records.csv", "unit"): set(UNITS),
        ("records.csv", "qualifier"): set(QUALIFIERS),
        ("records.csv", "measure"): set(tables["codebook.csv"]["measure"]),
        ("records.csv", "source"): set(tables["sources.csv"]["source"]),
        ("milestones.csv", "source"): set(tables["sources.csv"]["source"]),
        ("settlements.csv", "measure"): set(tables["codebook.csv"]["measure"]),
    }
    if len(tables["entities.csv"]):
        allowed["records.csv", "entity"] = set(tables["entities.csv"]["entity"])

    def refuse(file: str, row: int, column: str, key: str, **told: object) -> DataError:
        place = part if file == "records.csv" else file
        return DataError(
            locate(folder, place, row + 2, *_RowError(column, key, **told).args)
        )

    for (file, column), words in allowed.items():
        cells = tables[file][column].tolist()
        if set(cells) - words:
            row, found = next(one for one in enumerate(cells) if one[1] not in words)
            known = "、".join(sorted(words)[:12])
            why = "unknown" if known else "none_known"
            raise refuse(file, row, column, why, found=found, known=known)
    for file, column in (("sources.csv", "published"), ("milestones.csv", "date")):
        for row, day in enumerate(tables[file][column]):
            if day and not is_date(day):
                raise refuse(file, row, column, "published", day=day)
    for row, year in enumerate(tables["settlements.csv"]["year"]):
        if not (len(year) == len("2020") and is_date(year)):
            raise refuse("settlements.csv", row, "year", "year", year=year)
    for file, key in KEYS.items():
        for row in np.flatnonzero(tables[file].duplicated(key))[:1]:
            found = " / ".join(map(str, tables[file][key].iloc[row]))
            raise refuse(file, int(row), "+".join(key), "repeated", found=found)


def list_evidence(records: pd.DataFrame, milestones: pd.DataFrame) -> pd.DataFrame:
    """Return what a rival may point at: figures that were printed, and milestones.

    A milestone has no measure; its period is its date, and it prints its own words.
    """
    events = milestones.assign(
        measure="", period=milestones["date"], printed=milestones["quote"]
    )
    columns = [*POINTER, "printed", "quote"]
    figures = records.loc[records["qualifier"] != "not_found", columns]
    return pd.concat([figures, events[columns]], ignore_index=True)


def check_rivals(folder: str, rivals: pd.DataFrame, evidence: Tables) -> None:
    """Refuse a rival that says two things, and one that points at none or several.

    `evidence` is that of the folder itself, under an empty name, and of each of its
    comparators; see `list_evidence`.
    """
    known = {
        name: Counter(rows[POINTER].itertuples(index=False, name=None))
        for name, rows in evidence.items()
    }
    first: dict[str, dict[Hashable, str]] = {}
    for i, row in enumerate(rivals.to_dict("records"), start=2):
        try:
            _check_rival(row, first.setdefault(row["rival"], row), known)
        except _RowError as fault:
            raise DataError(locate(folder, "rivals.csv", i, *fault.args)) from fault


def _check_rival(
    row: dict[Hashable, str],
    first: dict[Hashable, str],
    known: dict[str, Counter[tuple[str, ...]]],
) -> None:
    """Refuse one row of rivals if it is not sound."""
    for lang in LANGUAGES:
        if not row[lang]:
            raise _RowError(lang, "rival_blank")
        if row[lang] != first[lang]:
            raise _RowError(lang, "rival_differs", rival=row["rival"])
    if row["dataset"] not in known:
        listed = "、".join(filter(None, known)) or "没有"
        told = {"dataset": row["dataset"], "known": listed}
        raise _RowError("dataset", "rival_dataset", **told)
    pointer = tuple(row[column] for column in POINTER)
    hits = known[row["dataset"]][pointer]
    if hits != 1:
        named = " / ".join(pointer)
        raise _RowError("+".join(POINTER), "rival_pointer", pointer=named, hits=hits)


def read_records(
    folder: str, tables: Tables, part: str = "records.csv"
) -> pd.DataFrame:
    """Return the records with the year and the box that their wording states.

    `part` is the name that messages give to the file of records.
    """
    records, codebook = tables["records.csv"], tables["codebook.csv"]
    ways = zip(codebook["unit"], codebook["precision"], strict=True)
    kind = dict(zip(codebook["measure"], ways, strict=True))
    period, quote, printed, value, qualifier, unit = (
        records[column].tolist() for column in _TOLD
    )
    kinds = [kind[measure] for measure in records["measure"]]
    checks: list[tuple[Callable[..., Any], list[list[Any]]]] = [
        (_year, [period]),
        (_check_quote, [quote, printed, value, qualifier]),
        (_box, [printed, value, qualifier, unit, kinds]),
    ]
    try:
        years, _, boxes = (list(map(check, *cells)) for check, cells in checks)
    except _RowError:  # of all faults, that of the first row is told
        for i in range(len(records)):
            try:
                for check, cells in checks:
                    check(*(column[i] for column in cells))
            except _RowError as fault:
                place = locate(folder, part, i + 2, *fault.args)
                raise DataError(place) from fault
        raise
    ends = np.fromiter(chain.from_iterable(boxes), float).reshape(-1, 3).T
    box = dict(zip(("lower", "number", "upper"), ends, strict=True))
    return records.assign(year=pd.array(years, dtype="Int64"), **box)


@lru_cache(maxsize=10_000)
def _year(period: str) -> int | None:
    """Return the year a period speaks of, its last one for a span; None if undated."""
    if not period:
        return None
    if not all(map(is_period, period.split("/", 1))):
        raise _RowError("period", "period", period=period)
    return int(period.split("/")[-1][:4])


def _check_quote(quote: str, printed: str, value: str, qualifier: str) -> None:
    """Refuse a figure outside its quote, and a vain search that prints something."""
    if qualifier != "not_found":
        if printed not in quote:
            raise _RowError("printed", "outside_quote", printed=printed, quote=quote)
        return
    for column, text in (("printed", printed), ("value", value), ("quote", quote)):
        if text:
            raise _RowError(column, "found_after_all", text=text)


# One wording is read once, however many records print it and however often.
@lru_cache(maxsize=50_000)
def _box(
    printed: str, value: str, qualifier: str, unit: str, kind: tuple[str, str]
) -> tuple[float, float, float]:
    """Return the box of a wording in the unit of its measure, or say why it has none.

    `kind` is the unit and the precision that the codebook states.
    """
    into, precision = kind
    if qualifier == "not_found":
        return nan, nan, nan
    ledger = precision == "exact"
    box, spoken = _plain_box(printed, unit, ledger), unit
    number = box and box[1]
    if box is None or qualifier != "exact":
        box, number, spoken = _read_wording(printed, qualifier, unit, ledger)
    if number is not None:
        try:
            stored, read = float(value), number * abs(convert(spoken, unit))
        except ValueError as fault:
            told = {"value": value, "fault": fault}
            raise _RowError("value", "no_value", **told) from fault
        if abs(stored - read) > 1e-9 * max(abs(read), 1):
            told = {"printed": printed, "read": f"{read:g}", "stored": f"{stored:g}"}
            raise _RowError("value", "other_value", **told)
    try:
        factor = convert(spoken, into)
    except ValueError as fault:
        raise _RowError("unit", "other_unit", fault=fault, into=into) from fault
    lower, upper = sorted((box[0] * factor, box[2] * factor))
    return lower, box[1] * factor, upper


def _plain_box(
    printed: str, unit: str, ledger: bool
) -> tuple[float, float, float] | None:
    """Return lower, value and upper of bare digits, as `read_printed` but sooner.

    Most figures of a sheet are bare digits; whole numbers in, exact halves out.
    """
    if not _DIGITS.fullmatch(printed):
        return None
    whole, _, decimals = printed.partition(".")
    digits, scale = int(whole + decimals), 10 ** len(decimals)
    counted = UNITS[unit].kind == "count" and digits % scale == 0
    half = 0 if ledger or counted else 5
    tenths, scale = 10 * digits, 10 * scale
    return (tenths - half) / scale, tenths / scale, (tenths + half) / scale


def _read_wording(
    printed: str, qualifier: str, unit: str, ledger: bool
) -> tuple[tuple[float, float, float], float | None, str]:
    """Return box, number and unit of a wording, or refuse it or its qualifier."""
    try:
        figure = read_printed(printed, unit=unit, ledger=ledger)
    except ReadingError as fault:
        raise _RowError("printed", "unread", fault=fault) from fault
    if figure.qualifier != qualifier:
        told = {"printed": printed, "read": figure.qualifier, "stored": qualifier}
        raise _RowError("qualifier", "other_qualifier", **told)
    # "percent decrease" stays the record's: the word for the fall stands elsewhere
    # in the quote. A wording that names no amount takes the record's unit, too.
    named = figure.unit in UNITS and UNITS[figure.unit].kind == "amount"
    fall = unit == "percent decrease" and figure.unit == "percent"
    spoken = figure.unit if named and figure.unit and not fall else unit
    value = nan if figure.value is None else figure.value
    return (figure.lower, value, figure.upper), figure.number, spoken
