"""What does one sheet hold? Read in a process of its own, which may die of it.

`python -m hengstats.intake.child` takes a request as JSON and answers in lines of JSON,
of which the last says that nothing is missing; `apart` is the other end.
"""

import gc
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TextIO

from hengstats.errors import Fault, SheetError
from hengstats.intake import limits
from hengstats.intake.filekinds import PARQUET, TEXT, read_kind
from hengstats.intake.grid import Grid
from hengstats.intake.result import Asked, Cell, Checked, Outcome, Refusal

HEAD_ROWS = 30  # rows in which the heads of a sign-in log are looked for
_BATCH = 500
_START = 4096


def main() -> None:
    """Answer the request on standard input."""
    gc.disable()  # millions of cells, hardly a circle among them, and a short life
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints, such as a bar of progress, is no answer
    sys.excepthook = tell_where
    request = json.load(sys.stdin)
    path, asked = Path(request["path"]), Asked(**request["asked"])
    start = b"" if path.is_dir() else read_start(path)
    engine = path.is_dir() or start.startswith(b"PAR")
    limits.confine(engine=engine)
    write_answer(check_here(path, asked), answer)


def tell_where(kind: type[BaseException], _: BaseException, trace: object) -> None:
    """Say where the reading broke down, and nothing that a cell may hold."""
    module, line = "", 0
    while isinstance(trace, TracebackType):
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("hengstats."):
            module, line = name, trace.tb_lineno
        trace = trace.tb_next
    print(f"{limits.BROKE_DOWN}{kind.__name__}, {module} {line}", file=sys.stderr)


def check_here(path: Path, asked: Asked) -> Checked:
    """Return the outcome of a check, in this process and without limits."""
    table, digest = asked.table, ""
    try:
        if path.is_dir() or read_kind(path.name, read_start(path)) == PARQUET:
            digest, table, outcome = _check_parquet(path, asked)
        else:
            if path.stat().st_size > limits.UNPACKED:
                raise too_large(path.stat().st_size)
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            grids = _read_grids(path.name, data)
            del data
            table = asked.table or ("event_log" if _is_log(grids) else "building_year")
            outcome = _check_grids(grids, table, asked)
    except Refusal as refusal:
        outcome = Outcome(errors=(refusal.at(path.name),))
    except SheetError as error:
        outcome = Outcome(errors=error.faults)
    except OSError as error:
        outcome = Outcome(errors=(unreadable(path.name, error),))
    return Checked(
        file=path.name,
        sha256=digest,
        table=table,
        rows=() if outcome.errors else outcome.rows,
        cells=() if outcome.errors else outcome.cells,
        warnings=outcome.warnings,
        errors=outcome.errors,
    )


def read_start(path: Path) -> bytes:
    """Return the first bytes of a file, and of a legacy Office file all of them."""
    with path.open("rb") as file:
        start = file.read(_START)
        return start + file.read(limits.UNPACKED) if start[:2] == b"\xd0\xcf" else start


def too_large(size: int) -> Refusal:
    """Return the refusal of a file beyond 48 MB."""
    return Refusal(
        "too_large",
        f"文件有 {size / 2**20:,.0f} MB，上限 48 MB",
        "分成几个文件再交来",
        f"{size / 2**20:,.0f} MB, the limit is 48 MB; split the file",
    )


def unreadable(name: str, error: OSError) -> Fault:
    """Return the fault of a file that the system does not let us read."""
    refusal = Refusal(
        "unsupported_format",
        "文件打不开",
        "检查路径和权限；若正在 Excel 里打开，先关闭它",
        f"the file cannot be opened ({type(error).__name__}); is it open in Excel?",
    )
    return refusal.at(name)


def _read_grids(name: str, data: bytes) -> list[Grid]:
    """Return the sheets of a text or a workbook."""
    if read_kind(name, data) == TEXT:
        from hengstats.intake.text import read_text

        return [read_text(name, data)]
    from hengstats.intake.workbook import read_workbook

    grids = read_workbook(name, data)
    if not grids:
        raise Refusal(
            "empty_file",
            "工作簿里没有可见的内容",
            "检查是否交错了文件；要交的工作表若被隐藏，先取消隐藏",
            "no visible sheet holds anything",
        )
    return grids


def _is_log(grids: list[Grid]) -> bool:
    """Return whether some row near the top holds the heads of a sign-in log."""
    from hengstats.intake.logs.signins import looks_like_log

    return any(
        looks_like_log(
            [str(value)[: limits.TEXT] for value in row if value is not None]
        )
        for grid in grids
        for row in grid.rows[:HEAD_ROWS]
    )


def _check_grids(grids: list[Grid], table: str, asked: Asked) -> Outcome:
    """Return what the reader of that table finds in the sheets."""
    for grid in grids:
        shorten(grid)
    if table == "event_log":
        from hengstats.intake.logs.signins import check_signins

        return check_signins(grids, asked)
    from hengstats.intake.buildings.sheets import check_buildings

    return check_buildings(grids, asked)


def shorten(grid: Grid) -> None:
    """Cut the texts that are too long for any head, name, year or figure.

    Some take a time that grows with the square of the length to be told apart.
    """
    for row in grid.rows:
        for column, value in enumerate(row):
            if isinstance(value, str) and len(value) > limits.TEXT:
                row[column] = value[: limits.TEXT]


def _check_parquet(path: Path, asked: Asked) -> tuple[str, str, Outcome]:
    """Return checksum, table and outcome of a Parquet file or folder."""
    from hengstats.intake import parquet

    parts = parquet.list_parts(path)
    digest = _digest(path, parts)
    types = parquet.check_parts(parts)
    table = asked.table
    if not table:
        from hengstats.intake.logs.signins import looks_like_log

        table = "event_log" if looks_like_log(list(types)) else "building_year"
    if table == "event_log":
        from hengstats.intake.logs.signins import check_signin_parts

        return digest, table, check_signin_parts(parts, asked)
    grids = parquet.read_grids(parts, types)
    outcome = _check_grids(grids, table, asked)
    warnings, errors = map(parquet.heads_once, (outcome.warnings, outcome.errors))
    return digest, table, replace(outcome, warnings=warnings, errors=errors)


def _digest(path: Path, parts: list[Path]) -> str:
    """Return the SHA-256 of a file; of a folder, that of the list `sha256sum` gives."""
    sums = []
    for part in parts:
        with part.open("rb") as file:
            sums.append(hashlib.file_digest(file, "sha256").hexdigest())
    if path.is_file():
        return sums[0]
    lines = [f"{sum_}  {part.name}\n" for sum_, part in zip(sums, parts, strict=True)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def write_answer(checked: Checked, answer: TextIO) -> None:
    """Write the outcome, and a last line that says how much there was."""
    for line in _lines(checked):
        answer.write(json.dumps(line, default=str) + "\n")  # a Decimal as its digits
    answer.flush()


def _lines(checked: Checked) -> Iterator[object]:
    """Yield the outcome in pieces of which each is small, then its size."""
    yield {
        "file": checked.file,
        "sha256": checked.sha256,
        "table": checked.table,
        "warnings": [_fault(fault) for fault in checked.warnings],
        "errors": [_fault(fault) for fault in checked.errors],
    }
    for at in range(0, len(checked.rows), _BATCH):
        yield {"rows": checked.rows[at : at + _BATCH]}
    places: dict[tuple[str, ...], int] = {}
    for at in range(0, len(checked.cells), _BATCH):
        known = len(places)
        cells = [_short(cell, places) for cell in checked.cells[at : at + _BATCH]]
        yield {"places": list(places)[known:], "cells": cells}
    yield {"rows": len(checked.rows), "cells": len(checked.cells)}


def _short(cell: Cell, places: dict[tuple[str, ...], int]) -> list[object]:
    """Return a figure without what many share, and without what is not said."""
    shared = (cell.column, cell.unit, cell.sheet, cell.head)
    place = places.setdefault(shared, len(places))
    told: list[object] = [
        place,
        cell.row,
        cell.year,
        cell.building,
        cell.printed,
        cell.number,
    ]
    if cell.qualifier == "exact" and not cell.flag:
        return told
    return [*told, cell.qualifier, cell.flag, cell.lower, cell.upper]


def _fault(fault: Fault) -> dict[str, object]:
    """Return a fault as JSON has it."""
    return {name: getattr(fault, name) for name in Fault.__slots__}


if __name__ == "__main__":
    main()
