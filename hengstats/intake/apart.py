"""How is a sheet read without its reader being able to harm us?

The reading runs in a child process with bounds on memory and time. What it answers is
used only if it ended well and its last line says that nothing is missing.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from hengstats.errors import Fault
from hengstats.intake import limits
from hengstats.intake.result import Asked, Cell, Checked, Refusal

_LIBRARY = Path(__file__).parents[2]
_OUT_OF_MEMORY = (-9, -24)  # SIGKILL, as the system does it, and SIGXCPU
_RUN = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from hengstats.intake.child import main; main()"
)


def check_apart(path: Path, asked: Asked, seconds: float) -> Checked:
    """Return what a child process finds in a file, or why it found nothing."""
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(json.dumps(_request(path, asked)).encode())
        question.seek(0)
        code, told = run_child(question, answer, seconds)
        if code == 0:
            answer.seek(0)
            collecting = gc.isenabled()
            gc.disable()  # a million figures, none of them in a circle
            try:
                return read_answer(answer)
            except (
                ValueError,
                TypeError,
                LookupError,
                AttributeError,
                ArithmeticError,
            ):
                told = "an answer that breaks off"
            finally:
                if collecting:
                    gc.enable()
    fault = _explain(code, told, seconds).at(path.name)
    return Checked(file=path.name, sha256="", table=asked.table, errors=(fault,))


def run_child(
    question: IO[bytes], answer: IO[bytes], seconds: float
) -> tuple[int | None, str]:
    """Return exit code, None if time ran out, and where the child broke down."""
    command = [
        sys.executable,
        "-P",
        "-W",
        "ignore",
        "-X",
        "utf8",
        "-c",
        _RUN,
        str(_LIBRARY),
    ]
    with tempfile.TemporaryFile() as complaint:
        child = subprocess.Popen(
            command,
            stdin=question,
            stdout=answer,
            stderr=complaint,
            env=os.environ | limits.ONE_THREAD,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            code: int | None = child.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            end_family(child)
        complaint.seek(max(complaint.seek(0, os.SEEK_END) - 4000, 0))
        told = complaint.read().decode("utf-8", "replace")
    if limits.BROKE_DOWN in told:
        return code, told.rpartition(limits.BROKE_DOWN)[2].partition("\n")[0].strip()
    out_of_memory = "bad_alloc" in told or "memory allocation" in told
    return (limits.TOO_MUCH_MEMORY if out_of_memory else code), ""


def end_family(child: "subprocess.Popen[bytes]") -> None:
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
    child.wait()


def read_answer(answer: IO[bytes]) -> Checked:
    """Return the outcome that a child wrote; a ValueError if any of it is missing."""
    head = json.loads(answer.readline())
    rows: list[tuple[int, str]] = []
    cells: list[Cell] = []
    end: dict[str, int] = {}
    places: list[tuple[str, ...]] = []
    numbers: dict[str | None, Decimal | None] = {None: None}  # each is made once
    for line in answer:
        if end or not line.endswith(b"\n"):
            raise ValueError("the answer does not end where it says")
        piece = json.loads(line)
        if isinstance(piece.get("rows"), int):
            end = piece
        elif "rows" in piece:
            rows.extend((int(year), str(name)) for year, name in piece["rows"])
        else:
            places += [tuple(map(str, place)) for place in piece["places"]]
            cells += [_cell(values, places, numbers) for values in piece["cells"]]
    if end != {"rows": len(rows), "cells": len(cells)}:
        raise ValueError("the answer breaks off")
    return Checked(
        file=str(head["file"]),
        sha256=str(head["sha256"]),
        table=str(head["table"]),
        rows=tuple(rows),
        cells=tuple(cells),
        warnings=tuple(Fault(**fault) for fault in head["warnings"]),
        errors=tuple(Fault(**fault) for fault in head["errors"]),
    )


def _cell(
    values: list[Any],
    places: list[tuple[str, ...]],
    numbers: dict[str | None, Decimal | None],
) -> Cell:
    """Return one figure of the answer, as `child` shortened it."""
    place, row, year, building, printed, number, *hedged = values
    column, unit, sheet, head = places[place]
    qualifier, flag, *ends = hedged or ("exact", "", None, None)
    for digits in (number, *ends):
        if digits not in numbers:
            numbers[digits] = Decimal(digits)
    lower, upper = (numbers[end] for end in ends)
    return Cell(
        year,
        sys.intern(building),
        column,
        sys.intern(printed),
        unit,
        numbers[number],
        qualifier,
        flag,
        lower,
        upper,
        sheet,
        row,
        head,
    )


def _request(path: Path, asked: Asked) -> dict[str, object]:
    """Return what the child is told."""
    told = {name: getattr(asked, name) for name in Asked.__slots__}
    return {"path": str(path), "asked": told}


def _explain(code: int | None, told: str, seconds: float) -> Refusal:
    """Return the refusal of a file whose reading did not end well."""
    if code is None:
        found, english = (
            f"{seconds:.0f} 秒内读不完",
            f"not read in {seconds:.0f} seconds",
        )
        return _too_large(found, english)
    out_of_memory = code in (limits.TOO_MUCH_MEMORY, *_OUT_OF_MEMORY)
    if out_of_memory or told.startswith("MemoryError"):
        return _too_large("读它要的内存超出上限", "reading it takes too much memory")
    return Refusal(
        "corrupt",
        f"读取时中断（{told or code}）",
        "在 Excel 里打开并另存为 .xlsx 再交来；仍不行请报告此文件",
        f"the reading broke down ({told or code}); save it anew in Excel, and report"
        " the file if that does not help",
    )


def _too_large(found: str, english: str) -> Refusal:
    """Return the refusal of a file whose reading would take too much."""
    return Refusal(
        "too_large",
        found,
        "分成几个文件，或只留要交的行和列",
        f"{english}; split the file, or keep only the rows and columns to hand in",
    )
