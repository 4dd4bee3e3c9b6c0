"""The real thing, by hand, on Linux as root: python tests/crash_store.py

Not collected by pytest: it takes minutes, mounts file systems and needs strace. Where
`crash.py` counts calls of Python, here the kernel is asked: strace kills the adding
process at, or fails, its n-th call of each kind; disks of every margin run full; the
log of an `add` is read for a rename before its fsync; two processes add at once; a
process is killed, and the next one too. It ends in one line with all the numbers.
"""

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

import crash

from hengstats.adding import add, new, verify
from hengstats.errors import DataError

CALLS = "write pwrite64 fsync rename openat mkdir unlink".split()
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")
FIRST = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n2020,示例乙楼,2.5\n"
SECOND = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.6\n2021,示例乙楼,2.6\n"
TODAY = crash.TODAY


def main():
    warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        told = {
            name: trial(where / name)
            for name, trial in {
                "injected": injected,
                "full_disks": full_disks,
                "order": order,
                "at_once": at_once,
                "killed_twice": killed_twice,
            }.items()
            if name in (sys.argv[1:] or [name])
        }
    print(json.dumps(told, ensure_ascii=False))


def prepare(where, first=True):
    """Return a dataset, with one vintage or none, and a sheet to add."""
    where.mkdir(parents=True)
    one, two = where / "first.csv", where / "second.csv"
    one.write_text(FIRST, "utf-8")
    two.write_text(SECOND, "utf-8")
    crash.adding.check = crash.cache  # the reading of a sheet writes nothing
    dataset = new(where / "old")
    if first:
        add(one, dataset, today="2029-01-01")
        return dataset, two
    return dataset, one


def copied(dataset, to):
    """Return a fresh copy of a dataset."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(dataset, to))


def judged(copy, old, new_state, sheet):
    """Return what is wrong with a copy after a fault, and after the next add."""
    try:
        if crash.state_of(copy) not in (old, new_state):
            return ["neither old nor new"]
        add(sheet, copy, today=TODAY)
        wrong = [] if crash.state_of(copy) == new_state else ["next add"]
        return wrong + verify(copy)
    except DataError as fault:
        return [str(fault)]


def both_states(dataset, sheet, copy):
    """Return the old state and the new one."""
    copied(dataset, copy)
    add(sheet, copy, today=TODAY)
    return crash.state_of(dataset), crash.state_of(copy)


def traced(copy, sheet, options, log):
    """Add under strace from the first call on; return the exit code."""

    def work():
        os.kill(os.getpid(), signal.SIGSTOP)
        try:
            add(sheet, copy, today=TODAY)
        except DataError:
            return 1
        return 0

    child = os.fork()
    if child == 0:
        code = 3
        try:
            sys.stderr = open(os.devnull, "w")
            code = work()
        finally:
            os._exit(code)
    os.waitpid(child, os.WUNTRACED)
    strace = subprocess.Popen(
        ["strace", "-f", "-y", "-qq", "-o", log, *options, "-p", str(child)],
        stderr=subprocess.DEVNULL,
    )
    while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
        time.sleep(0.002)
    os.kill(child, signal.SIGCONT)
    _, status = os.waitpid(child, 0)
    strace.wait()
    return os.waitstatus_to_exitcode(status)


def injected(where):
    """Fault every call of each kind in turn."""
    told = {}
    for first in (False, True):
        dataset, sheet = prepare(where / str(first), first)
        copy, log = where / "copy", str(where / "log")
        old, renewed = both_states(dataset, sheet, copy)
        for call in CALLS:
            for fault in FAULTS:
                points, wrong, silent = 0, [], 0
                while True:
                    copied(dataset, copy)
                    what = f"inject={call}:{fault}:when={points + 1}"
                    code = traced(copy, sheet, ["-e", f"trace={call}", "-e", what], log)
                    fired = "INJECTED" in Path(log).read_text() or code < 0
                    if not fired:
                        break
                    points += 1
                    silent += code == 3
                    wrong += [
                        f"{call} {points}: {fault}"
                        for fault in judged(copy, old, renewed, sheet)
                    ]
                name = f"{'second' if first else 'first'} {call} {fault}"
                told[name] = {"points": points, "wrong": wrong, "traceback": silent}
                print(name, told[name], flush=True)
    faults = [one for row in told.values() for one in row["wrong"]]
    return {"points": sum(row["points"] for row in told.values()), "wrong": faults}


def full_disks(where):
    """Add on disks with each margin of free blocks, and of free inodes."""
    dataset, sheet = prepare(where / "data")
    rows = [f"{year},示例甲楼,1.5\n{year},示例乙楼,2.5" for year in range(1950, 2020)]
    sheet.write_text("\n".join([SECOND.strip(), *rows, ""]), "utf-8")
    mount = where / "disk"
    mount.mkdir()
    old, renewed = both_states(dataset, sheet, where / "copy")
    margins, refused, wrong = 0, 0, []
    for kind in ("blocks", "inodes"):
        for margin in range(24):
            options = "size=2m" if kind == "blocks" else "size=2m,nr_inodes=64"
            mounted = ["mount", "-t", "tmpfs", "-o", options, "none", str(mount)]
            subprocess.run(mounted, check=True)
            try:
                copy = copied(dataset, mount / "copy")
                fill(mount, kind, margin)
                margins += 1
                try:
                    add(sheet, copy, today=TODAY)
                except DataError as fault:
                    refused += 1
                    if "磁盘满了" not in str(fault):
                        wrong.append(f"{kind} {margin}: {fault}")
                for filler in mount.glob("filler*"):
                    filler.unlink()
                found = judged(copy, old, renewed, sheet)
                wrong += [f"{kind} {margin}: {fault}" for fault in found]
            finally:
                subprocess.run(["umount", str(mount)], check=True)
    return {"margins": margins, "refused": refused, "wrong": wrong}


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
    """Read the log of an add: what is renamed has been forced to the disk before."""
    dataset, sheet = prepare(where, first=False)
    copy, log = copied(dataset, where / "copy"), str(where / "log")
    calls = "trace=write,pwrite64,fsync,rename,renameat,renameat2"
    traced(copy, sheet, ["-e", calls], log)
    synced, dirty, renames, wrong = set(), set(), [], []
    for line in Path(log).read_text().splitlines():
        if found := re.search(r"(?:write|pwrite64)\(\d+<([^>]+)>", line):
            synced.discard(found[1])
        elif found := re.search(r"fsync\(\d+<([^>]+)>", line):
            synced.add(found[1])
            dirty.discard(found[1])
        elif found := re.search(r'rename\w*\(.*?"([^"]+)".*?"([^"]+)"', line):
            renames.append(found[2])
            wrong += [] if found[1] in synced else [f"{found[1]} renamed too early"]
            wrong += [f"{folder} not forced" for folder in dirty]
            dirty.add(str(Path(found[2]).parent))
    return {"renames": len(renames), "wrong": wrong + sorted(dirty)}


def at_once(where, rounds=50):
    """Let two processes add two sheets at the same moment."""
    dataset, sheet = prepare(where)
    other = where / "other.csv"
    other.write_text(SECOND.replace("1.6", "1.7").replace("2021", "2022"), "utf-8")
    wrong = []
    for number in range(rounds):
        copy = copied(dataset, where / "copy")
        start = time.time() + 0.05

        def work(sheet, copy=copy, start=start):
            time.sleep(max(start - time.time(), 0))
            add(sheet, copy, today=TODAY)
            return 0

        children = []
        for one in (sheet, other):
            child = os.fork()
            if child == 0:
                code = 3
                try:
                    code = work(one)
                finally:
                    os._exit(code)
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children]
        stored = len(crash.read_dataset(str(copy)).vintages)
        if codes != [0, 0] or stored != 3 or verify(copy):
            wrong.append(f"round {number}: {codes}, {stored} vintages")
    return {"rounds": rounds, "wrong": wrong}


def killed_twice(where):
    """Kill an add at each point, and the next one at each of its own."""
    points, wrong = 0, []
    for first in (False, True):
        dataset, sheet = prepare(where / str(first), first)
        copy, left = where / "copy", where / "left"
        old, renewed = both_states(dataset, sheet, copy)
        one = 1
        while crash.attempt("kill", one, copied(dataset, left), [sheet]):
            two = 1
            while crash.attempt("kill", two, copied(left, copy), [sheet]):
                points, two = points + 1, two + 1
                found = judged(copy, old, renewed, sheet)
                wrong += [f"{one}, {two}: {fault}" for fault in found]
            one += 1
    return {"points": points, "wrong": wrong}


if __name__ == "__main__":
    main()
