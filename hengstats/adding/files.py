"""How does a file come to be there whole, or not at all?

A file is written under a temporary name, forced to the disk, and renamed in one step;
then the folder is forced to the disk as well. Whoever reads finds the old file or the
new one, also after a power cut.
"""

import contextlib
import os
import sys
import time
from pathlib import Path

TEMPORARY = ".tmp"
_PATIENCE = 2.0  # seconds in which a reader on Windows lets go of a file


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole, or as it was before.

    Raises
    ------
    OSError
        If the disk is full, the folder cannot be written, and so on.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder in one that is there, if need be, and force it to the disk."""
    if not folder.is_dir():
        folder.mkdir()
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(temporary: Path, path: Path) -> None:
    """Rename a file over another; on Windows wait for who is reading it."""
    end = time.monotonic() + (_PATIENCE if sys.platform == "win32" else 0.0)
    while True:
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            if time.monotonic() >= end:
                raise
            time.sleep(0.05)
