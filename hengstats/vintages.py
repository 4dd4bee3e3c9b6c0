"""Reads and writes vintages, and says which of them stands.

A vintage is what one `add` stored: one file, `vintages/0001.json` and so on, written
whole and never changed again. It holds its metadata, its records one a line, the
checksums of the hand-kept files, that of the vintage before it, and its own.
"""

import datetime as dt
import hashlib
import itertools
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hengstats.dates import SHANGHAI, last_day
from hengstats.messages import data_error
from hengstats.records import STANDINGS
from hengstats.vocabulary import LANGUAGES

FORMAT = 1
FOLDER, LATEST = "vintages", "latest.json"
RECORD = "entity measure period printed value qualifier unit quote".split()
# What a file of a sign-in log is: `table`, and of which kind its `counts` are.
LOG, PROTECTED, EXACT = "event_log", "10-5", "exact"
RULES = {PROTECTED: "rule", EXACT: "exact"}  # the sentences on each
_NUMBER = re.compile(r"(?!0000)(\d{4}|[1-9]\d{4,})\.json")
_KEY = ["entity", "measure", "year"]
_SEAL = ' "sha256": '


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintage:
    """What one `add` stored.

    Attributes
    ----------
    source : str
        Key of the source that its records cite.
    title, publisher, standing, kind : str
        As in `sources.csv`.
    published : str
        Year, month or day; empty if unknown.
    recorded : str
        When it was stored: UTC, to the second.
    reason : str
        Why earlier figures changed; may be empty.
    files : sequence of dict
        `name`, `sha256` and `table` of each sheet; of sign-in logs the kind of
        `counts` too, which are exact where none is said.
    names : dict
        Names of buildings first heard with it, to the key of the building: a new
        building, or a new name of one that was known.
    blank : dict
        Key of a building to the years of its rows that hold no figure at all.
    withdrawn : dict
        Key of a building no longer reported to the years whose earlier figures, of
        its own publisher, it takes back.
    measures : sequence of str
        The measures of which it takes figures back; all where none is listed.
    partial : bool
        Whether it is only part of the list, so that nobody is missing in it.
    watched : dict
        Name of a hand-kept file to its SHA-256 when the vintage was stored.
    previous : str
        SHA-256 of the vintage before it; empty for the first.
    records : sequence of sequence of str
        One row per figure: the columns of `RECORD`.
    sha256 : str
        Its own, of everything that its file says before it.
    """

    source: str
    title: str
    publisher: str
    published: str
    recorded: str
    standing: str
    kind: str
    reason: str
    files: Sequence[Mapping[str, str]]
    names: Mapping[str, str] = field(default_factory=dict)
    blank: Mapping[str, Sequence[int]] = field(default_factory=dict)
    withdrawn: Mapping[str, Sequence[int]] = field(default_factory=dict)
    measures: Sequence[str] = ()
    partial: bool = False
    watched: Mapping[str, str] = field(default_factory=dict)
    previous: str = ""
    records: Sequence[Sequence[str]] = field(default=(), repr=False)
    sha256: str = ""

    @property
    def counts(self) -> str:
        """What its counts of a sign-in log are, `10-5` or `exact`; empty for none."""
        logs = [file for file in self.files if file.get("table") == LOG]
        return logs[0].get("counts", EXACT) if logs else ""

    @property
    def known(self) -> str:
        """The day it counts as known from, YYYY-MM-DD.

        That of its publication, the last one of a month or year unless it was
        recorded before; where no date is given, the day of recording in Shanghai.
        """
        if len(self.published) == len("2022-03-31"):
            return self.published
        recorded = dt.datetime.fromisoformat(self.recorded).astimezone(SHANGHAI).date()
        return min(last_day(self.published), recorded).isoformat()


def checksum(data: bytes) -> str:
    """Return the SHA-256 of some bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def place_of(number: int) -> str:
    """Return where a vintage stands in the folder of its dataset."""
    return f"{FOLDER}/{number:04d}.json"


def dump_vintage(vintage: Vintage, number: int) -> tuple[bytes, str]:
    """Return a vintage as its file holds it, one record a line, and its SHA-256."""
    said = {"format": FORMAT, "vintage": number}
    said |= {one.name: getattr(vintage, one.name) for one in fields(vintage)}
    del said["records"], said["sha256"]
    rows = json.dumps([RECORD, *vintage.records], ensure_ascii=False)
    # All cells are text, within which a quotation mark stands behind a backslash.
    lines = rows[1:-1].replace('"], ["', '"],\n["')
    return _seal(f'{_text(said)[:-2]},\n "records": [\n{lines}\n ],\n')


def dump_latest(number: int, vintage: str, watched: Mapping[str, str]) -> bytes:
    """Return what `latest.json` holds: number and SHA-256 of the last vintage.

    `watched` are the checksums of the hand-kept files as they were last accepted.
    """
    said = {"format": FORMAT, "latest": number, "vintage": vintage, "watched": watched}
    return _seal(_text(said)[:-2] + ",\n")[0]


def read_vintage(folder: Path, number: int) -> Vintage:
    """Return one vintage of a dataset folder, its file checked.

    Raises
    ------
    DataError
        If the file does not have its checksum, or a later version wrote it.
    """
    said = _unseal(folder, place_of(number))
    known = {one.name: said[one.name] for one in fields(Vintage)}
    return Vintage(**known | {"records": said["records"][1:]})


def read_vintages(folder: Path, count: int | None = None) -> list[Vintage]:
    """Return the first vintages of a dataset folder, in order of recording.

    Raises
    ------
    DataError
        If any is damaged or missing, also the last one, or does not follow the one
        before it.
    """
    last = read_latest(folder)  # before the list: who adds a vintage writes it last
    numbers = list_numbers(folder)
    expected = range(1, max([last.get("latest", 0), *numbers]) + 1)
    for number in [one for one in expected if one not in set(numbers)][:1]:
        raise data_error("vintages.missing", folder=folder.name, place=place_of(number))
    read: list[Vintage] = []
    for number in numbers[:count]:
        one = read_vintage(folder, number)
        follows = one.previous == (read[-1].sha256 if read else "")
        is_last = number == last.get("latest")
        if not follows or (is_last and one.sha256 != last["vintage"]):
            raise data_error(
                "vintages.unlike", folder=folder.name, place=place_of(number)
            )
        read.append(one)
    return read


def list_numbers(folder: Path) -> list[int]:
    """Return the numbers of the vintages whose files are there."""
    names = (_NUMBER.fullmatch(path.name) for path in (folder / FOLDER).glob("*.json"))
    return sorted(int(name[1]) for name in names if name)


def read_latest(folder: Path) -> dict[str, Any]:
    """Return what `latest.json` says, or nothing where it is not there."""
    place = f"{FOLDER}/{LATEST}"
    there = (folder / place).is_file()
    return _unseal(folder, place, "damaged_latest") if there else {}


def records_of(vintage: Vintage) -> pd.DataFrame:
    """Return the records of a vintage as `records.csv` would hold them."""
    table = pd.DataFrame(vintage.records, columns=RECORD, dtype=object)
    # What is compared again and again is one object a word.
    for column in ("entity", "measure", "period"):
        table[column] = pd.Series(map(sys.intern, table[column]), dtype=object)
    source = pd.Series([vintage.source] * len(table), table.index, dtype=object)
    table.insert(RECORD.index("quote"), "source", source)
    return table


def list_vintages(vintages: Sequence[Vintage]) -> pd.DataFrame:
    """Return one row per vintage, numbered from 1 in order of recording.

    `known` is the date it is known from, `files` the names of its sheets, `counts`
    what those of a sign-in log are.
    """
    columns = (
        "source title publisher published recorded standing kind reason known counts"
    )
    rows = [
        {"vintage": number}
        | {column: getattr(one, column) for column in columns.split()}
        | {"files": "、".join(file["name"] for file in one.files)}
        for number, one in enumerate(vintages, start=1)
    ]
    return pd.DataFrame(rows, columns=["vintage", *columns.split(), "files"])


def source_rows(vintages: Sequence[Vintage]) -> list[dict[str, str]]:
    """Return vintages as rows of sources; the sheet speaks where nobody signed."""
    return [
        {
            "source": one.source,
            "title": one.title,
            "publisher": one.publisher or one.title,
            "published": one.published,
            "standing": one.standing,
            "kind": one.kind,
        }
        for one in vintages
    ]


def entity_rows(
    vintages: Sequence[Vintage], kept: pd.DataFrame
) -> list[dict[str, str]]:
    """Return the buildings of vintages under their latest names, less those kept.

    The vintages come from the earliest to the latest.
    """
    known = set(kept["entity"])
    latest = {key: name for one in vintages for name, key in one.names.items()}
    return [
        {"entity": entity, "kind": "building"} | dict.fromkeys(LANGUAGES, name)
        for entity, name in latest.items()
        if entity not in known
    ]


def order_of(vintages: Mapping[int, Vintage]) -> list[int]:
    """Return the numbers of vintages by the date they are known from.

    Of those known from one day, the one recorded later is the later. One without a
    date whose very files were stored again with one is of that date.
    """
    days = {number: one.known for number, one in vintages.items()}
    dated: dict[frozenset[str], str] = {}
    for number in sorted(vintages, reverse=True):
        one, files = vintages[number], sums_of(vintages[number])
        if one.published:
            dated[files] = min(one.known, dated.get(files, one.known))
        else:
            days[number] = min(one.known, dated.get(files, one.known))
    return sorted(vintages, key=lambda number: (days[number], number))


def sums_of(vintage: Vintage) -> frozenset[str]:
    """Return the checksums of the sheets of a vintage."""
    return frozenset(file["sha256"] for file in vintage.files)


def mark_standing(
    records: pd.DataFrame, vintages: Mapping[int, Vintage], order: Sequence[int]
) -> pd.Series:
    """Return which records still stand: False for what was revised or withdrawn.

    `order` lists the numbers of the vintages from the earliest to the latest. A
    later record of an entity, measure and year takes the place of an earlier one;
    it does not if another publisher of weaker standing says it, both being named.
    Hand-kept records, vintage 0, always stand.
    """
    stands = np.ones(len(records), dtype=bool)
    withdrawn = {entity for number in order for entity in vintages[number].withdrawn}
    contested = records.duplicated(_KEY, keep=False)
    contested |= records["entity"].isin(withdrawn).astype(bool)
    places = np.flatnonzero(contested)
    columns = (records[column].iloc[places].tolist() for column in _KEY)
    keys = dict(zip(places.tolist(), zip(*columns, strict=True), strict=True))
    rows: dict[int, list[int]] = {}
    for i, number in zip(keys, records["vintage"].iloc[places].tolist(), strict=True):
        rows.setdefault(number, []).append(i)
    measures = records["measure"].unique()
    later: dict[tuple[Any, ...], set[tuple[str, int]]] = {}
    for number in reversed(order):
        one, own = vintages[number], rows.get(number, ())
        voice = one.publisher, STANDINGS.index(one.standing)
        for i in own:
            stands[i] = not _is_replaced(voice, later.get(keys[i], ()))
        for i in own:
            later.setdefault(keys[i], set()).add(voice)
        for entity, years in one.withdrawn.items():
            for measure, year in itertools.product(one.measures or measures, years):
                # Weaker than any figure: it ends only those of its own publisher.
                key = entity, measure, year
                later.setdefault(key, set()).add((one.publisher, len(STANDINGS)))
    return pd.Series(stands, records.index, dtype=bool)


def speak_for_one(one: str, other: str) -> bool:
    """Return whether two publishers may be the same: a blank one may be any."""
    return one == other or not (one and other)


def _is_replaced(voice: tuple[str, int], later: Iterable[tuple[str, int]]) -> bool:
    """Return whether a later publisher and standing take the place of an earlier."""
    return any(
        speak_for_one(voice[0], publisher) or standing <= voice[1]
        for publisher, standing in later
    )


def _text(said: Mapping[str, object]) -> str:
    """Return JSON that a person can read and compare line by line."""
    return json.dumps(said, ensure_ascii=False, indent=1)


def _seal(text: str) -> tuple[bytes, str]:
    """Return a text closed as JSON by its own checksum, and that checksum."""
    body = text.encode()
    sha256 = checksum(body)
    return body + f'{_SEAL}"{sha256}"\n}}\n'.encode(), sha256


def _unseal(folder: Path, place: str, damaged: str = "damaged") -> dict[str, Any]:
    """Return what a sealed file says; refuse it if a single bit has changed."""
    data = (folder / place).read_bytes()
    body, _, tail = data.rpartition(_SEAL.encode())
    if tail != f'"{checksum(body)}"\n}}\n'.encode():
        raise data_error(f"vintages.{damaged}", folder=folder.name, place=place)
    said: dict[str, Any] = json.loads(data)
    if said["format"] != FORMAT:
        about = {"place": place, "format": said["format"]}
        raise data_error("vintages.newer", folder=folder.name, **about)
    return said
