"""Which vintages did a dataset take in, with which figures, and which still stand?

A vintage is what one `add` stored. Beside the hand-kept files of a dataset stands a
small `head.json`, which lists the vintages in order of recording, and in `parts/` one
file of records for each, named after its SHA-256. Parts never change; the head is
replaced as a whole. Both are checked whenever they are read.
"""

import calendar
import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hengstats.csvsafe import to_csv, unguard
from hengstats.errors import DataError
from hengstats.vocabulary import LANGUAGES

FORMAT = 1
HEAD, PARTS = "head.json", "parts"
RECORD = "entity measure period printed value qualifier unit source quote".split()
_RARE = ("measures", "partial")
HERE = dt.timezone(dt.timedelta(hours=8))  # Asia/Shanghai


@dataclass(frozen=True, slots=True, kw_only=True)
class Vintage:
    """What one `add` stored, as the head lists it.

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
    files : tuple of dict
        `name` and `sha256` of each sheet.
    part : str
        SHA-256 of its file of records.
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
    """

    source: str
    title: str
    publisher: str
    published: str
    recorded: str
    standing: str
    kind: str
    reason: str
    files: tuple[Mapping[str, str], ...]
    part: str
    names: Mapping[str, str]
    blank: Mapping[str, Sequence[int]]
    withdrawn: Mapping[str, Sequence[int]]
    measures: Sequence[str] = ()
    partial: bool = False

    @property
    def known(self) -> str:
        """The day it counts as known from, YYYY-MM-DD.

        That of its publication, the last one of a month or year unless it was
        recorded before; where no date is given, the day of recording in Shanghai.
        """
        if len(self.published) == len("2022-03-31"):
            return self.published
        recorded = dt.datetime.fromisoformat(self.recorded).astimezone(HERE).date()
        return min(last_day(self.published), recorded).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The list of vintages, and the hand-kept files as the last `add` saw them.

    Attributes
    ----------
    vintages : tuple of Vintage
        In order of recording.
    watched : dict
        Name of a hand-kept file to its SHA-256.
    """

    vintages: tuple[Vintage, ...] = ()
    watched: Mapping[str, str] = field(default_factory=dict)


def checksum(data: bytes) -> str:
    """Return the SHA-256 of some bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def dump_head(head: Head) -> bytes:
    """Return a head as it stands in its file, its own checksum within."""
    rest: dict[str, Any] = {"format": FORMAT} | asdict(head)
    for one in rest["vintages"]:
        for name in _RARE:
            if not one[name]:  # said only where there is something to say
                del one[name]
    return _dump(rest | {"sha256": checksum(_dump(rest))})


def parse_head(data: bytes, folder: str) -> Head:
    """Return a head from its bytes; refuse them if a single bit has changed."""
    try:
        told = json.loads(data.decode("utf-8"))
        if told["format"] != FORMAT and _dump(told) == data:
            raise DataError(
                f"{folder}/{HEAD} 是更新的 hengstats 写的（格式 {told['format']}）。"
                f"请先更新 hengstats。 [{folder}/{HEAD}: format {told['format']}]"
            )
        vintages = [
            Vintage(
                **vintage
                | {"files": tuple(vintage["files"])}
                | {"measures": tuple(vintage.get("measures", ()))}
            )
            for vintage in told["vintages"]
        ]
        head = Head(vintages=tuple(vintages), watched=told["watched"])
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        if isinstance(fault, DataError):
            raise
        raise _damaged(folder, HEAD) from fault
    if dump_head(head) != data:
        raise _damaged(folder, HEAD)
    return head


def read_head(folder: Path) -> Head:
    """Return the head of a dataset folder; an empty one where there is none.

    Raises
    ------
    DataError
        If it is damaged, or missing although there are parts.
    """
    path = folder / HEAD
    if path.is_file():
        return parse_head(path.read_bytes(), folder.name)
    if any((folder / PARTS).glob("*.csv")):
        raise DataError(
            f"{folder.name} 里有 {PARTS}/ 却没有 {HEAD}：历次存入的表读不出来。"
            f"请从备份取回 {HEAD}。 [{folder.name}/{HEAD} is missing]"
        )
    return Head()


def dump_part(records: pd.DataFrame) -> bytes:
    """Return records as a part holds them."""
    return to_csv(RECORD, records[RECORD].itertuples(index=False, name=None))


def parse_part(data: bytes) -> pd.DataFrame:
    """Return the records of a part, every cell as text."""
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    head, *rows = csv.reader(text)
    cells = [[unguard(cell) for cell in row] for row in rows]
    return pd.DataFrame(cells, columns=head, dtype=object)


def read_part(folder: Path, part: str) -> pd.DataFrame:
    """Return the records of one vintage, its file checked against its checksum.

    Raises
    ------
    DataError
        If the file is missing or does not have the checksum it is named after.
    """
    name = f"{PARTS}/{part}.csv"
    path = folder / name
    if not path.is_file():
        raise DataError(
            f"{folder.name} 里缺少 {name}。请从备份取回，再运行"
            f" hengstats verify {folder.name}。 [{folder.name}/{name} is missing]"
        )
    data = path.read_bytes()
    if checksum(data) != part:
        raise _damaged(folder.name, name)
    return parse_part(data)


def list_vintages(vintages: Sequence[Vintage]) -> pd.DataFrame:
    """Return one row per vintage, numbered from 1 in order of recording.

    `known` is the date it is known from, `files` the names of its sheets.
    """
    told = "source title publisher published recorded standing kind reason known"
    rows = [
        {"vintage": number}
        | {column: getattr(one, column) for column in told.split()}
        | {"files": "、".join(file["name"] for file in one.files)}
        for number, one in enumerate(vintages, start=1)
    ]
    return pd.DataFrame(rows, columns=["vintage", *told.split(), "files"])


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


def last_day(published: str) -> dt.date:
    """Return the last day of a day, month or year; a blank is never over."""
    parts = [int(part) for part in published.split("-")] if published else []
    if not parts:
        return dt.date.max
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, parts[2] if len(parts) > 2 else last)


def _dump(told: Mapping[str, object]) -> bytes:
    """Return JSON that a person can read and compare line by line."""
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode()


def _damaged(folder: str, name: str) -> DataError:
    """Return the error for a file that does not have its checksum."""
    return DataError(
        f"{folder}/{name} 与校验和不符，已经损坏或被改动。请从备份取回，再运行"
        f" hengstats verify {folder}。 [{folder}/{name} does not have its checksum:"
        f" restore it from a backup, then run hengstats verify {folder}]"
    )
