"""Who may write to a dataset just now? One process at a time.

The lock is the operating system's, on the file `.lock`: it is free again as soon as
its holder ends, however it ends. The file itself stays and means nothing.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from hengstats.errors import DataError

LOCK = ".lock"
PATIENCE = 10.0  # seconds


@contextlib.contextmanager
def hold(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of a dataset folder for the time of a `with` block.

    Raises
    ------
    DataError
        If another process holds it for longer than `patience` seconds.
    OSError
        If the folder cannot be written.
    """
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        end = time.monotonic() + patience
        while not _taken(descriptor):
            if time.monotonic() >= end:
                raise DataError(
                    f"另一个程序正在写 {folder.name}，等了 {patience:g} 秒还没有写完，"
                    f"没有存入任何东西。请等它结束再试。 [{folder.name} is being"
                    " written by another process; nothing was stored]"
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    """Take the lock if it is free, and return whether we have it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
