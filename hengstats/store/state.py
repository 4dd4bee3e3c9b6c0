"""What does a dataset hold just before some sheets come in?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hengstats.dataset import Dataset, read_dataset
from hengstats.folder import find_dataset
from hengstats.panel import ILLUSTRATIVE
from hengstats.store.commit import watch
from hengstats.store.compare import Key, Record, by_key
from hengstats.store.names import Known, known_names
from hengstats.vintages import (
    HEAD,
    Head,
    Vintage,
    checksum,
    mark_standing,
    order_of,
    read_head,
)


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


def standing_at(state: State, order: Sequence[int]) -> dict[Key, Record]:
    """Return the figures of some vintages that stand when no other is known."""
    records = state.data.records
    seen = records[records["vintage"].isin(order)]
    stands = mark_standing(seen, state.vintages, order)
    return by_key(seen[stands])


def known_buildings(
    state: State, order: Sequence[int], publisher: str, *, invented: bool, listed: bool
) -> Known:
    """Return what is known of buildings before a new vintage.

    `listed` says whether the sheets list buildings at all: sign-ins do not, and ask
    for nobody who is missing.
    """
    data, vintages = state.data, state.vintages
    names = known_names(data, vintages.values())
    shown = {key: key for key in names.values()}
    shown |= dict(zip(data.entities["entity"], data.entities["zh-Hans"], strict=True))
    last = _last_list([vintages[number] for number in order], publisher)
    reported: list[str] = []
    if listed and last is not None:
        records = data.records
        own = records[records["source"] == last.source]["entity"]
        reported = list(dict.fromkeys([*own, *last.blank]))
    return Known(
        names=names,
        shown=shown,
        reported=tuple(reported),
        asks=bool(len(data.records) or vintages),
        invented=invented,
    )


def is_invented(state: State, names: Sequence[str], title: str) -> bool:
    """Return whether the figures are illustrative: the dataset or a name says so."""
    told = [text.casefold() for text in (*names, title)]
    return state.data.illustrative or any(
        mark in text for mark in ILLUSTRATIVE for text in told
    )


def holds_real_figures(state: State) -> bool:
    """Return whether the dataset has figures, and nothing in it says invented."""
    data = state.data
    names = [*data.records["entity"].unique(), *data.entities["zh-Hans"]]
    return len(data.records) > 0 and not is_invented(state, names, "")


def _last_list(vintages: Sequence[Vintage], publisher: str) -> Vintage | None:
    """Return the latest sheet that lists the buildings of a publisher.

    Where its own earlier sheets are signed otherwise, an unsigned one is taken for
    it; a sheet that another publisher signed lists other buildings.
    """
    lists = [
        one
        for one in reversed(vintages)
        if any(file["table"] == "building_year" for file in one.files)
    ]
    own = [one for one in lists if one.publisher == publisher]
    unsigned = [one for one in lists if not (one.publisher and publisher)]
    return next(iter(own or unsigned), None)
