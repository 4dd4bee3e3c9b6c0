"""What does a dataset hold just before some sheets come in?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from hengstats.adding.commit import watch
from hengstats.adding.compare import Key, Record, by_key
from hengstats.adding.names import Known, known_names
from hengstats.dataset import Dataset, read_dataset
from hengstats.figures import KEY, rank_records
from hengstats.folder import find_dataset
from hengstats.panel import ILLUSTRATIVE
from hengstats.precedence import mark_standing, order_of
from hengstats.vintages import HEAD, Head, Vintage, checksum, read_head


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A dataset as it was read, with its head.

    Attributes
    ----------
    folder : Path
    stamp : dict
        Checksums of the head and of the hand-kept files: if they are still the same,
        so is the state.
    head : Head
    data : Dataset
    """

    folder: Path
    stamp: Mapping[str, str]
    head: Head
    data: Dataset

    @property
    def vintages(self) -> dict[int, Vintage]:
        """The vintages by number."""
        return dict(enumerate(self.head.vintages, start=1))


def read_state(dataset: str) -> State:
    """Return what a dataset holds; its files may change at any time after."""
    folder = find_dataset(dataset)
    stamp = take_stamp(folder)
    head = read_head(folder)
    return State(folder=folder, stamp=stamp, head=head, data=read_dataset(dataset))


def take_stamp(folder: Path) -> dict[str, str]:
    """Return the checksums of the head and of the hand-kept files."""
    head = folder / HEAD
    written = head.read_bytes() if head.is_file() else b""
    return watch(folder) | {HEAD: checksum(written)}


def earlier_vintages(state: State, vintage: Vintage) -> list[int]:
    """Return the numbers of the vintages before a new one, in their order."""
    number = len(state.vintages) + 1
    order = order_of(state.vintages | {number: vintage})
    return order[: order.index(number)]


def standing_at(state: State, order: Sequence[int]) -> dict[Key, list[Record]]:
    """Return the records of some vintages that stand when no other is known."""
    records = state.data.records
    seen = records[records["vintage"].isin(order)]
    stands = seen[mark_standing(seen, state.vintages, order)]
    found: dict[Key, list[Record]] = {}
    keys = zip(*(stands[column] for column in KEY), strict=True)
    for key, record in zip(keys, stands.to_dict("records"), strict=True):
        found.setdefault(key, []).append(record)
    return found


def with_vintage(state: State, vintage: Vintage, records: pd.DataFrame) -> Dataset:
    """Return the dataset as it will be with the records of one more vintage."""
    number = len(state.vintages) + 1
    vintages = state.vintages | {number: vintage}
    fresh = records.assign(
        vintage=number, published=vintage.published, standing=vintage.standing
    )
    held = state.data.records.drop(columns="stands")
    full = pd.concat([one for one in (held, fresh) if len(one)] or [held])
    full = full.reset_index(drop=True)
    stands = mark_standing(full, vintages, order_of(vintages))
    return replace(state.data, records=full.assign(stands=stands))


def accepted(data: Dataset, keys: Collection[Key]) -> dict[Key, Record]:
    """Return the accepted records of some figures."""
    records, wanted = data.records, pd.Series(True, data.records.index)
    for column, among in zip(KEY, zip(*keys, strict=True), strict=False):
        wanted &= records[column].isin(set(among)).astype(bool)
    ranked = rank_records(replace(data, records=records[wanted]))
    found = by_key(ranked[ranked["accepted"].astype(bool)])
    return {key: record for key, record in found.items() if key in keys}


def known_buildings(
    state: State, order: Sequence[int], publisher: str, *, invented: bool, listed: bool
) -> Known:
    """Return what is known of buildings before a new vintage.

    `listed` says whether the sheets list all buildings: sign-ins do not, nor does a
    part of a list, and they ask for nobody who is missing.
    """
    data, vintages = state.data, state.vintages
    names = known_names(data, vintages.values())
    shown = {key: key for key in names.values()}
    shown |= dict(zip(data.entities["entity"], data.entities["zh-Hans"], strict=True))
    earlier = [vintages[number] for number in order]
    return Known(
        names=names,
        shown=shown,
        reported=_list_reported(data, earlier, publisher) if listed else (),
        asks=bool(len(data.records) or vintages),
        invented=invented,
    )


def is_invented(state: State, names: Sequence[str], title: str) -> bool:
    """Return whether figures are illustrative.

    They are if the dataset is, or if a name or the title begins with the word.
    """
    told = [text.strip().casefold() for text in (*names, title)]
    return state.data.illustrative or any(
        text.startswith(ILLUSTRATIVE) for text in told
    )


def holds_real_figures(state: State) -> bool:
    """Return whether the dataset has figures, and nothing in it says invented."""
    data = state.data
    names = [*data.records["entity"].unique(), *data.entities["zh-Hans"]]
    return len(data.records) > 0 and not is_invented(state, names, "")


def _list_reported(
    data: Dataset, vintages: Sequence[Vintage], publisher: str
) -> tuple[str, ...]:
    """Return the buildings of the latest list of a publisher, and of parts since.

    Where it never sent a list, or nobody signed, the latest list of any counts.
    """
    lists = [
        one
        for one in reversed(vintages)
        if any(file.get("table") == "building_year" for file in one.files)
    ]
    own = [one for one in lists if publisher and one.publisher == publisher]
    reported: list[str] = []
    for one in own or lists:
        entities = data.records.loc[data.records["source"] == one.source, "entity"]
        reported += [*entities.unique(), *one.blank]
        if not one.partial:
            break
    return tuple(dict.fromkeys(reported))
