"""Is every byte of a dataset still what it was when it was stored?"""

from dataclasses import replace
from pathlib import Path

from hengstats.adding.commit import PART, commit, refuse_write, watch
from hengstats.adding.files import TEMPORARY
from hengstats.adding.lock import hold
from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.folder import find_dataset
from hengstats.vintages import PARTS, Head, read_head, read_part


def verify(dataset: str | Path, accept: bool = False) -> list[str]:
    """Return what is wrong with the files of a dataset; nothing if all is well.

    Parameters
    ----------
    dataset : str or Path
        The path of a folder, or a name.
    accept : bool
        Take the hand-kept files as they are now for the right ones.

    Returns
    -------
    list of str
        One sentence each, in Chinese and English: a head or part that does not have
        its checksum, a part that is missing, a file in `parts/` that is not listed, a
        hand-kept file that changed since the last `add`, a row at fault.

    Raises
    ------
    DataError
        If there is no such dataset, or `accept` cannot write.

    """
    folder = find_dataset(str(dataset))
    if accept:
        _accept(folder)
    try:
        head = read_head(folder)
    except DataError as fault:
        return [str(fault)]
    faults = [
        *_parts(folder, head),
        *_unlisted(folder, head),
        *_changed(folder, head),
    ]
    return faults or _unreadable(str(dataset))


def _parts(folder: Path, head: Head) -> list[str]:
    """Return the parts that are missing or damaged."""
    faults = []
    for vintage in head.vintages:
        try:
            read_part(folder, vintage.part)
        except DataError as fault:
            faults.append(str(fault))
    return faults


def _unlisted(folder: Path, head: Head) -> list[str]:
    """Return the files in `parts/` that the head does not list."""
    listed = {vintage.part for vintage in head.vintages}
    faults = []
    for path in sorted((folder / PARTS).glob("*")):
        place = f"{folder.name}/{PARTS}/{path.name}"
        part = PART.fullmatch(path.name.removesuffix(TEMPORARY))
        if part and path.name.endswith(".csv") and part[1] in listed:
            continue
        if part:
            found = "没有列在 head.json 里，多半是存入中断时留下的"
            mend = "不必理会，下次存入会清除；若 head.json 是从旧备份取回的，先取回新的"
            english = "is not listed: left by an add that was killed; the next removes"
            english += " it. If head.json is an old copy, restore the new one first"
        else:
            found, mend, english = "不属于任何一批", "移走", "belongs to no vintage"
        faults.append(f"{place} {found}。请{mend}。 [{place} {english}]")
    return faults


def _changed(folder: Path, head: Head) -> list[str]:
    """Return the hand-kept files that are not what they were at the last `add`."""
    now = watch(folder)
    faults = []
    for name in sorted({*now, *head.watched} if head.vintages else head.watched):
        if now.get(name) == head.watched.get(name):
            continue
        if name not in now:
            told, english = "不见了", "is gone"
        elif name not in head.watched:
            told, english = "是上次存入以后新加的", "is new"
        else:
            told, english = "改动过", "changed"
        faults.append(
            f"{folder.name}/{name} 自上次存入以来{told}：是你改的吗？若是，请运行"
            f" hengstats verify {folder.name} --accept；若不是，请从备份取回。"
            f" [{folder.name}/{name} {english} since the last add: by you? then"
            f" hengstats verify {folder.name} --accept]"
        )
    return faults


def _unreadable(dataset: str) -> list[str]:
    """Return why a dataset cannot be read although every byte is in place."""
    try:
        read_dataset(dataset)
    except DataError as fault:
        return [str(fault)]
    return []


def _accept(folder: Path) -> None:
    """Record the hand-kept files as they are now."""
    try:
        with hold(folder):
            head = read_head(folder)
            now = watch(folder)
            if head.vintages and now != head.watched:
                commit(folder, head, replace(head, watched=now))
    except OSError as fault:
        raise refuse_write(folder, fault) from fault
