"""Reads a file in a process of its own, which may die of it.

Both ends of that process: `check_in_child` asks one question and believes the answer if
it is whole, `main` gives it. The child has a limit of time by the clock, and of its own
time and memory where the system knows one; whatever becomes of it is an answer.
`check_here` is what it does.
"""

import gc
import hashlib
import io
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from hengstats.errors import Fault, SheetError, visible
from hengstats.intake.filekinds import PARQUET, TEXT, read_kind
from hengstats.intake.grid import TEXT as LONGEST
from hengstats.intake.grid import UNPACKED, Grid, Value
from hengstats.intake.result import Asked, Cell, Checked, Outcome, Refusal, refuse
from hengstats.messages import near_names

if TYPE_CHECKING:
    import pandas as pd

SECONDS = 19.0  # of its own time for a sheet; Parquet gets one more for each 4 MB
WAIT = 101.0  # seconds more by the clock, on a machine that is busy with other work
MEMORY = 480 * 2**20  # of the process; what is resident stays below 512 MiB
ENGINE_MEMORY = 700 * 2**20  # what an engine may reserve, of which it uses part
HEAD_ROWS = 30  # in which the heads of a sign-in log are looked for
SHEETS = (".xlsx", ".xls", ".xlsm", ".csv", ".tsv", ".txt", ".parquet")
_START = 4096  # bytes that tell the kind of a file
_BROKE_DOWN = "hengstats broke down: "  # what the child says last, and then where
_SHARE = b"\x02"  # begins a line in which the child says how far it is
_OUT_OF_MEMORY, _OUT_OF_TIME = -9, -24  # SIGKILL, as the system does it, and SIGXCPU
_LIBRARY = Path(__file__).parents[2]
_RUN = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from hengstats.intake.process import main; main()"
)
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    # openpyxl reads faster without, and what could harm has been refused before.
    "OPENPYXL_LXML": "False",
    "OPENPYXL_DEFUSEDXML": "False",
}
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")
_BATCH = 500  # figures that are packed at once


def check_in_child(path: Path, asked: Asked) -> Checked:
    """Return what a child process finds in a file, or why it found nothing."""
    try:
        seconds = _seconds(path)
    except OSError as error:
        return _refused(path, asked, _unreadable(error, path))
    question = {"path": str(path), "asked": asdict(asked), "seconds": seconds}
    try:
        code, answer, where = _ask(question, seconds, spills=seconds > SECONDS)
    except Refusal as refusal:
        return _refused(path, asked, refusal)
    if code == 0:
        gc_was_on = gc.isenabled()
        gc.disable()  # a million figures, none of them in a circle
        try:
            return _unpack(answer)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
            where = "an answer that breaks off"
        finally:
            if gc_was_on:
                gc.enable()
    return _refused(path, asked, _explain(code, where, seconds))


def count_in_child(
    paths: Sequence[Path], asked: Asked, wish: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the counts that a child process finds in the files of a sign-in log.

    What stands in a log, and any error that could quote it, stays in that process.

    Parameters
    ----------
    paths : sequence of Path
        Absolute.
    asked : Asked
    wish : mapping
        `by`, `parts`, `key` and `memory` (in bytes), as for `signins.heads.Wish`.

    Raises
    ------
    SheetError
        With every reason why there are none.
    """
    from tqdm.auto import tqdm

    try:
        # An engine that has little memory takes its time.
        seconds = SECONDS + 4 * sum(_seconds(path) - SECONDS for path in paths)
        question = {"paths": [str(path) for path in paths], "asked": asdict(asked)}
        seconds *= 1 if wish["engine"] == "duckdb" else 100  # a cluster has its queue
        told = question | {"wish": dict(wish), "seconds": seconds}
        # Of what takes long, a bar; none in what is no terminal and no notebook.
        with tqdm(total=100, unit="%", delay=10, disable=None, leave=False) as bar:
            code, answer, where = _ask(told, seconds, spills=True, bar=bar)
        if code != 0:
            raise _explain(code, where, seconds)
    except OSError as error:
        raise SheetError([_unreadable(error, paths[0]).at(paths[0].name)]) from None
    except Refusal as refusal:
        raise SheetError([refusal.at(paths[0].name)]) from None
    return _of_faults(json.loads(answer))


def count_in_session(
    paths: Sequence[Path], asked: Asked, wish: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the same from a session of Spark, which lives in this process."""
    return _of_faults(count_here(paths, asked, wish))


def _of_faults(counted: dict[str, Any]) -> dict[str, Any]:
    """Return counts with their warnings as such, or raise the errors."""
    for kind in ("errors", "warnings"):
        counted[kind] = [Fault(**fault) for fault in counted[kind]]
    if counted["errors"]:
        raise SheetError(counted["errors"])
    return counted


def _ask(
    question: Mapping[str, Any], seconds: float, *, spills: bool, bar: Any = None
) -> tuple[int | None, bytes, str]:
    """Return what `_run` returns, with a folder for what an engine puts aside."""
    try:
        # It goes with the child, also where that is ended.
        spill = tempfile.mkdtemp(prefix="hengstats-") if spills else ""
    except OSError:
        raise refuse("process.no_room") from None
    try:
        return _run(json.dumps(question).encode(), seconds + WAIT, spill, bar)
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _seconds(path: Path) -> float:
    """Return how much time of its own the reading of a file or folder may take."""
    if path.is_dir():
        parts = [part for part in path.iterdir() if part.is_file()]
        return SECONDS + sum(part.stat().st_size for part in parts) / 4e6
    if not path.is_file():
        raise FileNotFoundError(path.name)
    is_parquet = _read_start(path).startswith(b"PAR")
    return SECONDS + (path.stat().st_size / 4e6 if is_parquet else 0.0)


def _listen(stream: Any, complaint: list[bytes], bar: Any) -> None:
    """Keep what a child says on its way, and show how far it says it is."""
    with stream:
        for line in stream:
            if not line.startswith(_SHARE):
                complaint.append(line)
            elif bar is not None:
                bar.update(max(int(line.removeprefix(_SHARE)) - bar.n, 0))


def _run(
    question: bytes, seconds: float, spill: str, bar: Any
) -> tuple[int | None, bytes, str]:
    """Return exit code (None if time ran out), answer, and where the child broke."""
    options = ["-P", "-W", "ignore", "-X", "utf8"]
    with subprocess.Popen(
        [sys.executable, *options, "-c", _RUN, str(_LIBRARY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ
        | _ENVIRONMENT
        | (dict.fromkeys(_TEMPORARY, spill) if spill else {}),
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as child:
        complaint: list[bytes] = []
        said, child.stderr = child.stderr, None
        listener = threading.Thread(target=_listen, args=(said, complaint, bar))
        listener.start()
        try:
            answer, _ = child.communicate(question, seconds)
        except subprocess.TimeoutExpired:
            return None, b"", ""
        finally:
            _end_family(child)
            listener.join()
    told = b"".join(complaint)[-4000:].decode("utf-8", "replace")
    if "bad_alloc" in told or "memory allocation" in told:
        return child.returncode, answer, "MemoryError"
    return child.returncode, answer, told.partition(_BROKE_DOWN)[2].partition("\n")[0]


def _end_family(child: "subprocess.Popen[bytes]") -> None:
    """End a child and whatever it has started."""
    if sys.platform == "win32":
        if child.poll() is None:
            command = ["taskkill", "/F", "/T", "/PID", str(child.pid)]
            subprocess.run(command, capture_output=True, check=False)
    else:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # none is left


def _explain(code: int | None, where: str, seconds: float) -> Refusal:
    """Return the refusal of a file whose reading did not end well."""
    if code in (None, _OUT_OF_TIME):
        told = seconds + WAIT if code is None else seconds
        return refuse("process.too_slow", seconds=told)
    if code == _OUT_OF_MEMORY or where.startswith("MemoryError"):
        return refuse("process.too_much_memory")
    return refuse("process.broke_down", where=where or code)


def _unreadable(error: OSError, path: Path) -> Refusal:
    """Return the refusal of a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return refuse("process.no_file", near=near_file(path))
    return refuse("process.unreadable", kind=type(error).__name__)


def near_file(path: Path) -> str:
    """Return a question with the sheets of a folder that a wrong name is most like."""
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    names = sorted(one.name for one in beside if one.suffix.lower() in SHEETS)
    return near_names(path.name, names)


def _refused(path: Path, asked: Asked, refusal: Refusal) -> Checked:
    """Return the outcome for a file of which nothing was read."""
    fault = refusal.at(path.name)
    return Checked(
        file=visible(path.name), sha256="", table=asked.table, errors=(fault,)
    )


def main() -> None:
    """Answer the question on standard input."""
    gc.disable()  # millions of cells, hardly a circle among them, and a short life
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints, such as a bar of progress, is no answer
    sys.excepthook = _say_where
    question = json.load(sys.stdin)
    asked = Asked(**question["asked"])
    if "paths" in question:
        wish = question["wish"]
        if wish["engine"] == "duckdb":  # Java has limits of its own
            confine(engine=True, seconds=question["seconds"], memory=wish["memory"])
        paths = [Path(path) for path in question["paths"]]
        counted = count_here(paths, asked, wish, _say_share)
        json.dump(counted, answer, default=str)  # a Decimal as its digits
        return answer.flush()
    path = Path(question["path"])
    engine = path.is_dir() or _read_start(path).startswith(b"PAR")
    confine(engine=engine, seconds=question["seconds"])
    answer.writelines(_pack(check_here(path, asked)))
    answer.flush()


def confine(*, engine: bool = False, seconds: float = 0, memory: int = 0) -> None:
    """Hold this process to its memory, and its time if any, where the system can do so.

    An engine reserves more than it uses, so that only its data are limited, and has two
    threads, whose times add up. It may be given more memory than it has for a check.
    """
    try:
        import resource
    except ImportError:
        return  # Windows: the limits of the clock and of size remain
    most = ENGINE_MEMORY + 2 * memory if engine else MEMORY
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_DATA, most)]
    limits += [] if engine else [(resource.RLIMIT_AS, most)]
    time = math.ceil(seconds) * (2 if engine else 1)
    limits += [(resource.RLIMIT_CPU, time)] if seconds else []
    for limit, size in limits:
        # Of time there is a second more, in which a process ends by itself.
        hard = size + 1 if limit == resource.RLIMIT_CPU else size
        try:
            resource.setrlimit(limit, (size, hard))
        except (ValueError, OSError):
            pass  # macOS holds more from the beginning


def _say_share(share: float) -> None:
    """Say how many hundredths of the work are done."""
    print(f"{_SHARE.decode()}{share:.0f}", file=sys.stderr, flush=True)


def _say_where(kind: type[BaseException], _: BaseException, trace: object) -> None:
    """Say where the reading broke down, and nothing that a cell may hold."""
    module, line = "", 0
    while isinstance(trace, TracebackType):
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("hengstats."):
            module, line = name, trace.tb_lineno
        trace = trace.tb_next
    print(f"{_BROKE_DOWN}{kind.__name__}, {module} {line}", file=sys.stderr)


def _pack(checked: Checked) -> Iterator[str]:
    """Yield an outcome as lines of JSON: all but the cells, then these by batches."""
    head = {
        name: getattr(checked, name) for name in ("file", "sha256", "table", "rows")
    }
    for name in ("warnings", "errors"):
        head[name] = [asdict(fault) for fault in getattr(checked, name)]
    yield json.dumps(head | {"count": len(checked.cells)}) + "\n"
    shared: dict[tuple[str, ...], int] = {}
    for at in range(0, len(checked.cells), _BATCH):
        known = len(shared)
        cells = [_pack_cell(cell, shared) for cell in checked.cells[at : at + _BATCH]]
        more = list(shared)[known:]
        yield json.dumps([more, cells], default=str) + "\n"  # a Decimal as its digits


def _pack_cell(cell: Cell, shared: dict[tuple[str, ...], int]) -> list[object]:
    """Return a figure, with the number of what it shares with many others."""
    same = (cell.column, cell.unit, cell.qualifier, cell.flag, cell.sheet, cell.head)
    place = shared.setdefault(same, len(shared))
    own: list[object] = [
        place,
        cell.row,
        cell.year,
        cell.building,
        cell.printed,
        cell.number,
    ]
    if cell.lower is None is cell.upper:
        return own
    return [*own, cell.lower, cell.upper]


def _unpack(answer: bytes) -> Checked:
    """Return the outcome that a child wrote; a ValueError if any of it is missing."""
    lines = io.BytesIO(answer)
    told = json.loads(lines.readline())
    decimal = cache(lambda digits: None if digits is None else Decimal(digits))
    shared: list[list[str]] = []
    cells: list[Cell] = []
    for line in lines:
        more, batch = json.loads(line)
        shared += more
        for place, row, year, building, printed, number, *ends in batch:
            column, unit, qualifier, flag, sheet, head = shared[place]
            lower, upper = map(decimal, ends or (None, None))
            names = (year, sys.intern(building), column, sys.intern(printed), unit)
            figures = (decimal(number), qualifier, flag, lower, upper)
            cells.append(Cell._make((*names, *figures, sheet, row, head)))
    if len(cells) != told["count"]:
        raise ValueError("the answer breaks off")
    return Checked(
        file=told["file"],
        sha256=told["sha256"],
        table=told["table"],
        rows=tuple((year, building) for year, building in told["rows"]),
        cells=tuple(cells),
        warnings=tuple(Fault(**fault) for fault in told["warnings"]),
        errors=tuple(Fault(**fault) for fault in told["errors"]),
    )


def check_here(path: Path, asked: Asked) -> Checked:
    """Return the outcome of a check, in this process and without limits."""
    table, sha256 = asked.table, ""
    try:
        kind = "" if path.is_dir() else read_kind(path.name, _read_start(path))
        if kind in ("", PARQUET):
            sha256, table, outcome = _check_parquet(path, asked)
        else:
            data = _read_bytes(path)
            sha256 = hashlib.sha256(data).hexdigest()
            grids = _read_grids(path.name, kind, data)
            del data
            table = asked.table or ("event_log" if _is_log(grids) else "building_year")
            outcome = _check_grids(grids, table, asked)
    except SheetError as error:
        outcome = Outcome(errors=error.faults)
    except (Refusal, OSError) as error:
        refusal = error if isinstance(error, Refusal) else _unreadable(error, path)
        outcome = Outcome(errors=(refusal.at(path.name),))
    return _checked(path.name, sha256, table, outcome)


def count_here(
    paths: Sequence[Path],
    asked: Asked,
    wish: Mapping[str, Any],
    progress: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """Return the counts of a log, or its errors, in this process."""
    from hengstats.signins.heads import COUNTED, Wish
    from hengstats.signins.logs import count_parts, count_sheets

    told = Wish(
        asked=asked,
        by=tuple(wish["by"]),
        parts=tuple(wish["parts"]),
        wanted=COUNTED,
        key=wish["key"],
        memory=wish["memory"] // 2**20,
        engine=wish["engine"],
        progress=progress,
    )
    path = paths[0]
    try:
        kinds = set()
        for path in paths:
            kinds.add(
                PARQUET if path.is_dir() else read_kind(path.name, _read_start(path))
            )
        if kinds == {PARQUET}:
            from hengstats.intake import parquet

            parts = [part for path in paths for part in parquet.list_parts(path)]
            parquet.check_parts(parts)
            counted = count_parts(parts, told)
        elif PARQUET in kinds:
            raise refuse("signins.mixed_kinds")
        else:
            counted = count_sheets(map(_read_file, paths), told)
    except SheetError as error:
        return {"errors": [asdict(fault) for fault in error.faults], "warnings": []}
    except (Refusal, OSError) as error:
        refusal = error if isinstance(error, Refusal) else _unreadable(error, path)
        return {"errors": [asdict(refusal.at(path.name))], "warnings": []}
    warnings = [asdict(fault) for fault in counted.warnings]
    return counted._asdict() | {"errors": [], "warnings": warnings}


def _read_file(path: Path) -> list[Grid]:
    """Return the sheets of a text or workbook, their texts cut."""
    try:
        kind = read_kind(path.name, _read_start(path))
        grids = _read_grids(path.name, kind, _read_bytes(path))
    except Refusal as refusal:
        raise SheetError([refusal.at(path.name)]) from None
    _cut(grids)
    return grids


def check_frame(frame: "pd.DataFrame", asked: Asked) -> Checked:
    """Return what a frame of the user's says, its heads being those of a sheet.

    Its numbers are read as those of a workbook are: 11 beside 9.5 is 11.0.
    """
    if list(frame.index.names) != [None]:
        frame = frame.reset_index()
    short = frame.select_dtypes(["float16", "float32"]).columns  # 26.3, not 26.299999
    frame = frame.astype(dict.fromkeys(short, str)).astype(dict.fromkeys(short, float))
    blank = frame.isna().to_numpy()
    values = frame.astype(object).to_numpy().tolist()
    rows: list[list[Value]] = [[str(head) for head in frame.columns]]
    for line, gaps in zip(values, blank, strict=True):
        rows.append(
            [
                None if gap else value.item() if hasattr(value, "item") else value
                for value, gap in zip(line, gaps, strict=True)
            ]
        )
    grid = Grid(file="DataFrame", sheet="DataFrame", rows=rows)
    outcome = _check_grids([grid], "building_year", asked)
    return _checked("DataFrame", "", "building_year", outcome)


def _checked(file: str, digest: str, table: str, outcome: Outcome) -> Checked:
    """Return what was found, without figures where anything is at fault."""
    return Checked(
        file=visible(file),
        sha256=digest,
        table=table,
        rows=() if outcome.errors else outcome.rows,
        cells=() if outcome.errors else outcome.cells,
        warnings=outcome.warnings,
        errors=outcome.errors,
    )


def _read_start(path: Path) -> bytes:
    """Return the first bytes of a file, and of a legacy Office file all of them."""
    with path.open("rb") as file:
        start = file.read(_START)
        return start + file.read(UNPACKED) if start[:2] == b"\xd0\xcf" else start


def _read_bytes(path: Path) -> bytes:
    """Return all of a file that is not too large."""
    size = path.stat().st_size
    if size > UNPACKED:
        raise refuse("process.too_large", size=size / 2**20)
    return path.read_bytes()


def _read_grids(name: str, kind: str, data: bytes) -> list[Grid]:
    """Return the sheets of a text or a workbook."""
    if kind == TEXT:
        from hengstats.intake.text import read_text

        return [read_text(name, data)]
    from hengstats.intake.workbook import read_workbook

    grids = read_workbook(name, data)
    if not grids:
        raise refuse("workbook.empty")
    return grids


def _is_log(grids: list[Grid]) -> bool:
    """Return whether some row near the top holds the heads of a sign-in log."""
    from hengstats.signins.heads import looks_like_log

    return any(
        looks_like_log([str(value)[:LONGEST] for value in row if value is not None])
        for grid in grids
        for row in grid.rows[:HEAD_ROWS]
    )


def _check_grids(grids: list[Grid], table: str, asked: Asked) -> Outcome:
    """Return what the reader of that table finds in the sheets."""
    _cut(grids)
    if table == "event_log":
        from hengstats.signins.logs import check_signins

        return check_signins(grids, asked)
    from hengstats.intake.buildings import check_buildings

    return check_buildings(grids, asked)


def _cut(grids: list[Grid]) -> None:
    """Cut texts that are too long for any head, name, year or figure.

    Some take a time that grows with the square of the length to be told apart.
    """
    for row in (row for grid in grids for row in grid.rows):
        for column, value in enumerate(row):
            if isinstance(value, str) and len(value) > LONGEST:
                row[column] = value[:LONGEST]


def _check_parquet(path: Path, asked: Asked) -> tuple[str, str, Outcome]:
    """Return checksum, table and outcome of a Parquet file or folder."""
    from hengstats.intake import parquet
    from hengstats.signins.heads import looks_like_log
    from hengstats.signins.logs import check_signin_parts

    parts = parquet.list_parts(path)
    sha256 = digest(path)
    types = parquet.check_parts(parts)
    table = asked.table
    if not table:
        table = "event_log" if looks_like_log(list(types)) else "building_year"
    if table == "event_log":
        return sha256, table, check_signin_parts(parts, asked)
    outcome = _check_grids(parquet.read_grids(parts, types), table, asked)
    warnings, errors = map(parquet.heads_once, (outcome.warnings, outcome.errors))
    return sha256, table, replace(outcome, warnings=warnings, errors=errors)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder, that of the list `sha256sum` gives."""
    from hengstats.intake import parquet

    sums, parts = [], parquet.list_parts(path)
    for part in parts:
        with part.open("rb") as file:
            sums.append(hashlib.file_digest(file, "sha256").hexdigest())
    if path.is_file():
        return sums[0]
    lines = [f"{sum_}  {part.name}\n" for sum_, part in zip(sums, parts, strict=True)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
