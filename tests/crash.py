"""Kills `add` at every point, fills the disk, lets two add at once; a script.

    python tests/crash.py short
    python tests/crash.py [injected] [full_disks] [order] [at_once] [killed_twice]

After each fault a dataset must be the old one or the new one, a further `add` must end
in the new one, and `verify` must find nothing. `short` takes seconds and runs in CI:
the n-th call of Python that touches the disk, in storing a vintage, kills the process
or fails; and two add at once. The others, all where none is named, take minutes, are
for Linux as root, and need strace: it faults the n-th system call of each kind; disks
of every margin run full; the log of an `add` shows that what gets its name was forced
to the disk before. The last line is JSON with all the numbers.
"""

import errno
import functools
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import hengstats.adding
from hengstats.adding import add, files, new, verify
from hengstats.errors import DataError
from hengstats.intake import check
from hengstats.messages import refuse_write
from hengstats.vintages import read_vintages

PYTHON_CALLS = ("open", "fsync", "link", "replace", "mkdir", "unlink")
CALLS = "write pwrite64 fsync link rename openat mkdir unlink".split()
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")
FIRST = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n2020,示例乙楼,2.5\n"
SECOND = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.6\n2021,示例乙楼,2.6\n"
TODAY = "2030-01-01"


# A dataset, its two states, and what is wrong with it


def prepare(where, count):
    """Return a dataset with so many vintages, and a sheet to add to it."""
    where.mkdir(parents=True)
    dataset = new(where / "old")
    for number, text in enumerate((FIRST, SECOND)):
        sheet = where / f"{number}.csv"
        sheet.write_text(text, "utf-8")
        if number == count:
            return dataset, sheet
        add(sheet, dataset, today="2029-01-01")


def state_of(dataset):
    """Return the vintages of a dataset, to the byte."""
    paths = sorted((dataset / "vintages").glob("0*.json"))
    return {path.name: path.read_bytes() for path in paths}


def copied(dataset, to):
    """Return a fresh copy of a dataset."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(dataset, to))


def judged(copy, old, renewed, again):
    """Return what is wrong with a copy after a fault, and after one more attempt."""
    try:
        if state_of(copy) not in (old, renewed):
            return ["neither old nor new"]
        wrong = verify(copy)
        again()
        wrong += [] if state_of(copy) == renewed else ["the next one is not the new"]
        return wrong + verify(copy)
    except DataError as fault:
        return [str(fault)]


def forked(work):
    """Run a function in a forked process; return how it ended.

    That is 0 for done, or what the function returns, 1 for refused in a sentence, 3
    for anything else, and a negative number for a signal.
    """
    child = os.fork()
    if child == 0:
        code = 3
        try:
            sys.stderr = open(os.devnull, "w")
            code = work() or 0
        except DataError:
            code = 1
        finally:
            os._exit(code)
    return child


def ended(child):
    """Return how a forked process ended."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# By calls of Python, in storing one vintage


class HalfWritten:
    """A file whose every write is two, with a point between them."""

    def __init__(self, file, burn):
        self.file, self.burn = file, burn
        self.flush, self.fileno = file.flush, file.fileno

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, data):
        half = len(data) // 2
        for piece in (data[:half], data[half:]):
            self.burn()
            self.file.write(piece)
            self.file.flush()


def attempt(folder, vintage, number, mode, at):
    """Store a vintage; the n-th call that touches the disk kills the process or fails.

    Returns how that ended: 2 where the call failed and nobody heard of it.
    """
    left = [at]

    def burn():
        left[0] -= 1
        if left[0] == 0 and mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    def counted(real):
        def call(*args, **named):
            burn()
            return real(*args, **named)

        return call

    def work():
        for name in PYTHON_CALLS:
            setattr(os, name, counted(getattr(os, name)))
        real = counted(open)
        files.open = lambda path, mode: HalfWritten(real(path, mode), burn)
        try:
            files.store_vintage(folder, vintage, number)
        except OSError as fault:
            raise refuse_write(folder, fault) from fault
        return 2 if left[0] <= 0 else 0

    return ended(forked(work))


def stages(where):
    """Yield a dataset, a copy, its next vintage, and the states before and after."""
    for count in (0, 1):
        dataset, sheet = prepare(where / str(count), count)
        copy = copied(dataset, where / "copy")
        add(sheet, copy, today=TODAY)
        vintage = count + 1, read_vintages(copy)[-1]
        yield dataset, copy, *vintage, state_of(dataset), state_of(copy)


def short(where):
    """Fault each call in turn, in the first vintage and in a later one."""
    points, renewals, wrong = 0, 0, []
    for dataset, copy, number, vintage, old, renewed in stages(where):
        for mode in ("kill", "full"):
            for at in itertools.count(1):
                copied(dataset, copy)
                code = attempt(copy, vintage, number, mode, at)
                if code == 0:
                    break
                points, fresh = points + 1, state_of(copy) == renewed
                renewals += fresh
                expected = (-signal.SIGKILL,) if mode == "kill" else (1, 2)[: 1 + fresh]
                again = functools.partial(files.store_vintage, copy, vintage, number)
                found = [f"ended with {code}"] if code not in expected else []
                found += judged(copy, old, renewed, again)
                wrong += [f"{number} {mode} {at}: {one}" for one in found]
    return {"points": points, "renewed": renewals, "wrong": wrong}


def killed_twice(where):
    """Kill the storing at each point, and the next one at each of its own."""
    points, wrong = 0, []
    for dataset, copy, number, vintage, old, renewed in stages(where):
        left = where / "left"
        for one in itertools.count(1):
            if not attempt(copied(dataset, left), vintage, number, "kill", one):
                break
            for two in itertools.count(1):
                if not attempt(copied(left, copy), vintage, number, "kill", two):
                    break
                points += 1
                again = functools.partial(files.store_vintage, copy, vintage, number)
                found = judged(copy, old, renewed, again)
                wrong += [f"{number}, {one}, {two}: {fault}" for fault in found]
    return {"points": points, "wrong": wrong}


# By calls of the kernel, in a whole `add`


def traced(copy, sheet, options, log):
    """Add under strace from the first call on; return how it ended."""

    def work():
        os.kill(os.getpid(), signal.SIGSTOP)
        add(sheet, copy, today=TODAY)

    child = forked(work)
    os.waitpid(child, os.WUNTRACED)
    strace = subprocess.Popen(
        ["strace", "-f", "-y", "-qq", "-o", log, *options, "-p", str(child)],
        stderr=subprocess.DEVNULL,
    )
    while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
        time.sleep(0.002)
    os.kill(child, signal.SIGCONT)
    code = ended(child)
    strace.wait()
    return code


def injected(where):
    """Fault every call of each kind in turn."""
    points, tracebacks, wrong = 0, 0, []
    for count in (0, 1):
        dataset, sheet = prepare(where / str(count), count)
        copy, log = copied(dataset, where / "copy"), str(where / "log")
        again = functools.partial(add, sheet, copy, today=TODAY)
        again()
        old, renewed = state_of(dataset), state_of(copy)
        for call, fault in itertools.product(CALLS, FAULTS):
            for at in itertools.count(1):
                copied(dataset, copy)
                what = f"inject={call}:{fault}:when={at}"
                code = traced(copy, sheet, ["-e", f"trace={call}", "-e", what], log)
                if code >= 0 and "INJECTED" not in Path(log).read_text():
                    break
                points, tracebacks = points + 1, tracebacks + (code == 3)
                found = judged(copy, old, renewed, again)
                wrong += [f"{count} {call} {at} {fault}: {one}" for one in found]
            print(count, call, fault, at - 1, flush=True)
    return {"points": points, "tracebacks": tracebacks, "wrong": wrong}


def full_disks(where):
    """Add on disks with each margin of free blocks, and of free inodes."""
    dataset, sheet = prepare(where / "data", 1)
    rows = [f"{year},示例甲楼,1.5\n{year},示例乙楼,2.5" for year in range(1950, 2020)]
    sheet.write_text("\n".join([SECOND.strip(), *rows, ""]), "utf-8")
    mount = where / "disk"
    mount.mkdir()
    add(sheet, copied(dataset, where / "copy"), today=TODAY)
    old, renewed = state_of(dataset), state_of(where / "copy")
    refused, wrong = 0, []
    for kind, margin in itertools.product(("blocks", "inodes"), range(24)):
        options = "size=2m" + ",nr_inodes=64" * (kind == "inodes")
        mounted = ["mount", "-t", "tmpfs", "-o", options, "none", str(mount)]
        subprocess.run(mounted, check=True)
        try:
            copy = copied(dataset, mount / "copy")
            fill(mount, kind, margin)
            again = functools.partial(add, sheet, copy, today=TODAY)
            found = []
            try:
                again()
            except DataError as fault:
                refused += 1
                found += [] if "磁盘满了" in str(fault) else [str(fault)]
            for filler in mount.glob("filler*"):
                filler.unlink()
            found += judged(copy, old, renewed, again)
            wrong += [f"{kind} {margin}: {one}" for one in found]
        finally:
            subprocess.run(["umount", str(mount)], check=True)
    return {"margins": 48, "refused": refused, "wrong": wrong}


def fill(mount, kind, margin):
    """Fill a disk but for some blocks or inodes."""
    disk = os.statvfs(mount)
    if kind == "blocks":
        size = max(disk.f_bavail - margin, 0) * disk.f_frsize
        (mount / "filler").write_bytes(b"\0" * size)
        return
    for number in range(disk.f_favail - margin):
        (mount / f"filler{number}").touch()


def order(where):
    """Read the log of an add: what gets its name has been forced to the disk before."""
    dataset, sheet = prepare(where, 0)
    copy, log = copied(dataset, where / "copy"), str(where / "log")
    calls = "trace=write,pwrite64,fsync,link,linkat,rename,renameat,renameat2"
    traced(copy, sheet, ["-e", calls], log)
    synced, dirty, names, wrong = set(), set(), [], []
    for line in Path(log).read_text().splitlines():
        if found := re.search(r"(?:write|pwrite64)\(\d+<([^>]+)>", line):
            synced.discard(found[1])
        elif found := re.search(r"fsync\(\d+<([^>]+)>", line):
            synced.add(found[1])
            dirty.discard(found[1])
        elif found := re.search(r'(?:link|rename)\w*\(.*?"([^"]+)".*?"([^"]+)"', line):
            names.append(Path(found[2]).name)
            wrong += [] if found[1] in synced else [f"{found[1]} named too early"]
            wrong += [f"{folder} not forced" for folder in dirty]
            dirty.add(str(Path(found[2]).parent))
    return {"names": names, "wrong": wrong + sorted(dirty)}


def at_once(where, rounds=50):
    """Let two processes add two sheets at the same moment."""
    dataset, sheet = prepare(where, 1)
    other = where / "other.csv"
    other.write_text(SECOND.replace("1.6", "1.7").replace("2021", "2022"), "utf-8")
    wrong = []
    for number in range(rounds):
        copy = copied(dataset, where / "copy")
        start = time.time() + 0.05

        def work(one, copy=copy, start=start):
            time.sleep(max(start - time.time(), 0))
            add(one, copy, today=TODAY)

        children = [forked(functools.partial(work, one)) for one in (sheet, other)]
        codes = [ended(child) for child in children]
        stored = len(state_of(copy))
        if codes != [0, 0] or stored != 3 or verify(copy):
            wrong.append(f"round {number}: {codes}, {stored} vintages")
    return {"rounds": rounds, "wrong": wrong}


def main(names):
    """Run some trials, and print what each found."""
    # The engine's idle threads hold no lock of ours.
    warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
    # The reading of a sheet writes nothing: once is enough.
    once = functools.cache(check)
    hengstats.adding.check = lambda sheet, *_, **__: once(sheet)
    trials = {"short": short, "injected": injected, "full_disks": full_disks}
    trials |= {"order": order, "at_once": at_once, "killed_twice": killed_twice}
    if names == ["short"]:
        trials["at_once"] = functools.partial(at_once, rounds=3)
        names = ["short", "at_once"]
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        told = {name: trials[name](where / name) for name in names or [*trials][1:]}
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
