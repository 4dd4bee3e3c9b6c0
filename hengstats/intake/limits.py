"""How large may a sheet be, and what stops a reading that wants more?

The figures of INTAKE.md, and the two ways to hold a process to its memory: the limit of
the system where there is one, a thread that watches where there is none.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

UNPACKED = 48 * 2**20  # bytes of a text file, or of all members of a workbook
MEMBERS = 4096  # files inside a workbook
ROWS = 200_000  # of data in a sheet
LINES = ROWS + 1  # with the head
COLUMNS = 512
CELLS = 2_000_000  # of a sheet, counted as a dense table would take them
MERGED = 100_000  # areas of a sheet
TEXT = 1000  # characters of a cell; no head, name, year or figure is half as long
SECONDS = 19.0  # of a sheet, and one to end it; Parquet gets more, see `seconds`
MEMORY = 480 * 2**20  # of the process that reads a sheet; resident stays below 512 MiB
ENGINE_DATA = 700 * 2**20  # what an engine may reserve, of which it uses part
TOO_MUCH_MEMORY = 77  # exit code of the watching thread
BROKE_DOWN = "hengstats broke down: "  # what the process says last, and then where
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
}


def seconds(size: int, *, parquet: bool) -> float:
    """Return how long a reading may take: Parquet gets a second more for each 4 MB."""
    return SECONDS + (size / 4e6 if parquet else 0.0)


def confine(*, engine: bool = False) -> None:
    """Hold this process to `MEMORY` from now to its end.

    On Linux an allocation beyond it fails. Elsewhere, and for an engine, which reserves
    more than it uses, a thread ends the process with `TOO_MUCH_MEMORY`.
    """
    if sys.platform == "linux":
        import resource

        data = ENGINE_DATA if engine else MEMORY
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (data, data))
        if not engine:
            resource.setrlimit(resource.RLIMIT_AS, (data, data))
            return
    watch(MEMORY, held_memory())


def watch(memory: int, held: Callable[[], int], pause: float = 0.01) -> None:
    """Start a thread that ends this process once `held()` is above `memory`."""

    def look() -> None:
        while held() <= memory:
            time.sleep(pause)
        os._exit(TOO_MUCH_MEMORY)

    threading.Thread(target=look, daemon=True).start()


def held_memory() -> Callable[[], int]:
    """Return a function that says how many bytes this process holds, or has held."""
    if sys.platform == "win32":
        return _windows_peak()
    import resource

    if sys.platform == "linux":  # getrusage would count what stood here before us
        page = resource.getpagesize()
        return lambda: _resident_pages() * page
    unit = 1 if sys.platform == "darwin" else 1024
    return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _resident_pages() -> int:
    """Return how many pages Linux holds in memory for this process."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1])


def _windows_peak() -> Callable[[], int]:
    """Return the same on Windows: PeakPagefileUsage of GetProcessMemoryInfo."""
    import ctypes

    size = ctypes.c_size_t
    names = (
        "peak working peak_paged paged peak_nonpaged nonpaged pagefile peak_pagefile"
    )
    fields: list[tuple[str, Any]] = [
        ("cb", ctypes.c_uint32),
        ("faults", ctypes.c_uint32),
    ]
    fields += [(name, size) for name in names.split()]
    counters_type = type("Counters", (ctypes.Structure,), {"_fields_": fields})
    counters = counters_type()
    counters.cb = ctypes.sizeof(counters)
    system = ctypes.windll.kernel32  # type: ignore[attr-defined]
    system.GetCurrentProcess.restype = ctypes.c_void_p
    ask = system.K32GetProcessMemoryInfo
    ask.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
    process = system.GetCurrentProcess()

    def peak() -> int:
        ask(process, ctypes.byref(counters), counters.cb)
        return int(counters.peak_pagefile)

    return peak
