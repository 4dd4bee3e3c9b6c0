"""Writes a vintage whole or not at all, and verifies every byte that is stored.

A file is written under a temporary name, forced to the disk, and given its own name in
one step, which fails if the name is taken: of two that add at once, one is told to look
again. Whoever reads finds the old state or the new one, also after a power cut.
"""

import contextlib
import errno
import os
import secrets
import sys
import time
from pathlib import Path

from hengstats.dataset import DESCRIPTOR, files_of, find_dataset, read_dataset
from hengstats.errors import DataError
from hengstats.messages import data_error, message, refuse_write
from hengstats.records import COLUMNS
from hengstats.vintages import (
    FOLDER,
    LATEST,
    Vintage,
    checksum,
    dump_latest,
    dump_vintage,
    list_numbers,
    place_of,
    read_latest,
    read_vintage,
    read_vintages,
)

# Kept by hand, and watched: a change shows in `verify`.
KEPT = (*COLUMNS, DESCRIPTOR)
TEMPORARY = ".tmp"
_LEFT = 3600  # seconds after which nobody can still be writing a temporary file
# What systems say where a disk has no hard links, such as a stick in FAT.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def watch(folder: Path) -> dict[str, str]:
    """Return the checksum of every hand-kept file, as it is now."""
    return {
        name: checksum((folder / name).read_bytes())
        for name in KEPT
        if (folder / name).is_file()
    }


def accepted_files(folder: Path, vintages: list[Vintage]) -> dict[str, str]:
    """Return the checksums of the hand-kept files as they were last accepted.

    That is by `verify`, or by the last `add`.
    """
    last = read_latest(folder)
    if last.get("latest") == len(vintages):
        return dict(last["watched"])
    return dict(vintages[-1].watched) if vintages else {}


def store_vintage(folder: Path, vintage: Vintage, number: int) -> bool:
    """Store a vintage under its number; return False if somebody else has taken it.

    Raises
    ------
    OSError
        If the disk is full, the folder cannot be written, and so on.
    """
    where = folder / FOLDER
    if not where.is_dir():
        where.mkdir(exist_ok=True)
        _sync(folder)
    for left in where.glob(f"*{TEMPORARY}"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT:
                left.unlink()  # of an `add` that was killed
    data, sha256 = dump_vintage(vintage, number)
    if not _write(folder / place_of(number), data, anew=True):
        return False
    with contextlib.suppress(OSError):  # the vintage is there; this only guards it
        _write(where / LATEST, dump_latest(number, sha256, vintage.watched))
    return True


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
        One sentence each, in Chinese and English: a vintage that does not have its
        checksum, that is missing or not the one that was stored, a file in `vintages/`
        that is none, a hand-kept file that changed since the last `add`, a row at
        fault.

    Raises
    ------
    DataError
        If there is no such dataset, or `accept` cannot write.
    """
    folder = find_dataset(str(dataset))
    try:
        files_of(folder)
        vintages = read_vintages(folder)
    except DataError as fault:
        return _damaged(folder) or [str(fault)]
    if accept and vintages:
        _accept(folder, vintages)
    try:
        faults = [*_strange(folder), *_changed(folder, vintages)]
        if not faults:
            read_dataset(str(dataset))
    except DataError as fault:  # every byte is in place, and a row is at fault
        faults = [str(fault)]
    return faults


def _damaged(folder: Path) -> list[str]:
    """Return the vintages whose files are damaged."""
    faults = []
    for number in list_numbers(folder):
        try:
            read_vintage(folder, number)
        except DataError as fault:
            faults.append(str(fault))
    return faults


def _strange(folder: Path) -> list[str]:
    """Return the files among the vintages that are none."""
    own = {(folder / place_of(number)).name for number in list_numbers(folder)}
    names = [path.name for path in sorted((folder / FOLDER).glob("*"))]
    return [
        str(data_error("files.strange", place=f"{folder.name}/{FOLDER}/{name}"))
        for name in names
        if name not in {*own, LATEST} and not name.endswith(TEMPORARY)
    ]


def _changed(folder: Path, vintages: list[Vintage]) -> list[str]:
    """Return the hand-kept files that are not what they were at the last `add`."""
    now, accepted = watch(folder), accepted_files(folder, vintages)
    faults = []
    for name in sorted({*now, *accepted} if vintages else ()):
        if now.get(name) != accepted.get(name):
            how = "new" if name not in accepted else "changed"
            _, found, _, english = message(f"files.{how if name in now else 'gone'}")
            said = {"name": name, "found": found, "english": english}
            faults.append(str(data_error("files.by_hand", folder=folder.name, **said)))
    return faults


def _accept(folder: Path, vintages: list[Vintage]) -> None:
    """Record the hand-kept files as they are now."""
    now = watch(folder)
    if now == accepted_files(folder, vintages):
        return
    data = dump_latest(len(vintages), vintages[-1].sha256, now)
    try:
        _write(folder / FOLDER / LATEST, data)
    except OSError as fault:
        raise refuse_write(folder, fault) from fault


def _write(path: Path, data: bytes, *, anew: bool = False) -> bool:
    """Write a file whole or not at all; return False if `anew` it was there before."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not anew:
            os.replace(temporary, path)
        elif not _name(temporary, path):
            return False
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync(path.parent)
    return True


def _name(temporary: Path, path: Path) -> bool:
    """Give a file its name in one step; return False if that is taken."""
    try:
        if sys.platform == "win32":
            os.rename(temporary, path)  # there it never takes a name from another
        else:
            os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as fault:
        if fault.errno not in _NO_LINKS:
            raise
        if path.exists():
            return False
        os.rename(temporary, path)
    return True


def _sync(folder: Path) -> None:
    """Force the names in a folder to the disk; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
