"""A harness, run as a script: the real `add`, killed or refused at its n-th write.

    python tests/crash.py kill|enospc DATASET RESULT SHEET...

For n = 1, 2, ... a forked process adds the sheets to a copy of DATASET. Each opening,
half write, flush to disk, renaming, making and removing of a file counts; at the n-th
the process is killed (SIGKILL), or the call fails as on a full disk, until an n is
reached at which nothing happens any more. After each: the copy must read as the old
dataset or as the new one, a further `add` must end in the new one, and `verify` must
find nothing. RESULT is written as JSON: the points tried and what went wrong.
"""

import builtins
import errno
import json
import os
import shutil
import signal
import sys
import warnings
from pathlib import Path

from hengstats.adding import add, adding, files, verify
from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.intake import check

TODAY = "2030-01-01"
COUNTED = ("open", "fsync", "replace", "mkdir", "unlink")


CHECKED = {}


def cache(sheet, *_, **__):
    """Return a sheet checked; it is read once for all its additions."""
    if sheet not in CHECKED:
        CHECKED[sheet] = check(sheet)
    return CHECKED[sheet]


class Fuse:
    """Counts calls, and goes off at the n-th."""

    def __init__(self, mode, at):
        self.mode, self.left = mode, at

    def burn(self):
        self.left -= 1
        if self.left:
            return
        if self.mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, "No space left on device")


class HalfWritten:
    """A file whose every write is two, with a point between them."""

    def __init__(self, file, fuse):
        self.file, self.fuse = file, fuse

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, data):
        half = len(data) // 2
        for piece in (data[:half], data[half:]):
            self.fuse.burn()
            self.file.write(piece)
            self.file.flush()

    def flush(self):
        self.file.flush()

    def fileno(self):
        return self.file.fileno()


def arm(fuse):
    """Let every call that touches the disk burn the fuse."""

    def counted(real):
        def call(*args, **named):
            fuse.burn()
            return real(*args, **named)

        return call

    for name in COUNTED:
        setattr(os, name, counted(getattr(os, name)))

    def opened(path, mode):
        fuse.burn()
        return HalfWritten(builtins.open(path, mode), fuse)

    files.open = opened


def run_apart(work):
    """Run a function in a forked process; return its exit code, 9 if killed."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            code = work()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def attempt(mode, at, dataset, sheets):
    """Add with a fuse: 0 done, 1 refused in a sentence, 3 anything else."""

    def work():
        arm(Fuse(mode, at))
        try:
            add(sheets, dataset, today=TODAY)
        except DataError:
            return 1
        return 0

    return run_apart(work)


def state_of(dataset):
    """Return what a dataset says, in a form that can be compared."""
    data = read_dataset(str(dataset))
    return [
        table.to_csv(index=False)
        for table in (data.records, data.sources, data.entities, data.vintages)
    ]


def explore(mode, dataset, sheets):
    """Return the number of points, how many left the new state, and the faults."""
    adding.check = cache
    copy, faults, points, renewed = dataset.with_name("copy"), [], 0, 0
    old = state_of(dataset)
    shutil.copytree(dataset, copy)
    add(sheets, copy, today=TODAY)
    new = state_of(copy)
    while True:
        shutil.rmtree(copy)
        shutil.copytree(dataset, copy)
        code = attempt(mode, points + 1, copy, sheets)
        if code == 0:
            return {"points": points, "renewed": renewed, "faults": faults}
        points += 1
        expected = -signal.SIGKILL if mode == "kill" else 1
        if code != expected:
            faults.append(f"point {points}: exit code {code}")
        try:
            found = state_of(copy)
            if found not in (old, new):
                faults.append(f"point {points}: neither old nor new")
            renewed += found == new
            add(sheets, copy, today=TODAY)
            if state_of(copy) != new:
                faults.append(f"point {points}: the next add does not give the new")
            faults += [f"point {points}: {fault}" for fault in verify(copy)]
        except DataError as fault:
            faults.append(f"point {points}: {fault}")


if __name__ == "__main__":
    # The engine's idle threads hold no lock of ours.
    warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
    told = explore(sys.argv[1], Path(sys.argv[2]), sys.argv[4:])
    Path(sys.argv[3]).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
