"""Reads the parts of a Parquet table into `Grid`s, all of them or none.

DuckDB reads; where a part has checksums of its pages and pyarrow is installed, it
verifies them before.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from hengstats.errors import Fault, SheetError
from hengstats.intake.grid import CELLS, COLUMNS, ROWS, Grid, Value
from hengstats.intake.result import Refusal, refuse

SUFFIXES = (".parquet", ".parq", ".pq")
_MEMORY = "200MB"  # of the engine: the rows become Python values beside it
_BATCH = 5_000
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_AS_IT_IS = (*_WHOLE, *("U" + kind for kind in _WHOLE))
_AS_IT_IS += ("BOOLEAN", "DATE", "DOUBLE", "TIME", "VARCHAR")
# The head of a page: its kind and two sizes, numbers of any length, then the checksum.
_CHECKSUM = re.compile(rb"(?:\x15[\x80-\xff]*[\x00-\x7f]){3}\x15", re.DOTALL)
# Left by file managers; what writers leave begins with "." or "_".
_NOT_A_PART = ("thumbs.db", "desktop.ini")
_UNFINISHED = ("_temporary", "_delta_log")


def list_parts(path: Path) -> list[Path]:
    """Return the parts of a Parquet table: the file itself, or those in the folder.

    Names that begin with `.` or `_`, such as `_SUCCESS`, are not looked at.

    Raises
    ------
    SheetError
        `empty_file` for a folder without parts, `unsupported_format` for anything else
        in it: nothing is left out in silence.
    """
    if path.is_file():
        return [path]
    parts = []
    for part in sorted(path.iterdir(), key=lambda part: part.name):
        name = part.name
        if name[0] not in "._" and name.lower() not in _NOT_A_PART:
            parts.append(part)
            if part.suffix.lower() in SUFFIXES and part.is_file():
                continue
        elif name not in _UNFINISHED:
            continue
        raise SheetError([refuse("parquet.not_a_part", name=name).at(path.name)])
    if not parts:
        raise SheetError([refuse("parquet.empty").at(path.name)])
    return parts


def connect(parts: Sequence[Path]) -> duckdb.DuckDBPyConnection:
    """Return an engine that can open these files and nothing else."""
    engine = duckdb.connect(
        config={
            "threads": "1",
            "memory_limit": _MEMORY,
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    engine.execute("SET allowed_paths = ?", [[str(part) for part in parts]])
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def check_parts(parts: Sequence[Path]) -> dict[str, str]:
    """Return column to type, after every part was opened and every page verified.

    Raises
    ------
    SheetError
        `corrupt` for a part that is cut off or damaged, `duplicate_column`,
        `encrypted`, `schema_drift`, `too_many_columns`.
    """
    first: dict[str, str] = {}
    with connect(parts) as engine:
        for part in parts:
            with _at(part.name):
                _check_ends(part)
                types = _read_types(engine, part)
                first = first or types
                if types != first:
                    raise _drift(parts[0].name, first, types)
        checked = [part for part in parts if _has_checksums(part, engine)]
    for part in checked:
        with _at(part.name):
            _verify_pages(part)
    return first


def read_grids(parts: Sequence[Path], types: dict[str, str]) -> list[Grid]:
    """Return each part with rows as a sheet whose first row holds the heads.

    Where none has a row, the first is there with its heads.

    Parameters
    ----------
    parts : list of Path
        What `list_parts` gave.
    types : dict
        What `check_parts` gave.

    Raises
    ------
    SheetError
        `too_large` beyond 200,000 rows or 2 million cells of all parts together.
    """
    columns = ", ".join(_select(column, kind) for column, kind in types.items())
    query = f"SELECT {columns} FROM read_parquet(?, hive_partitioning = false)"
    grids: list[Grid] = []
    total = 0
    with connect(parts) as engine:
        for part in parts:
            rows: list[list[Value]] = [list(types)]
            with _at(part.name):
                found = engine.execute(query, [str(part)])
                while batch := found.fetchmany(_BATCH):
                    rows.extend([_plain(value) for value in row] for row in batch)
                    total += len(batch)
                    if total > ROWS or (total + 1) * len(types) > CELLS:
                        raise refuse("parquet.too_large", rows=ROWS, cells=CELLS)
            grids.append(Grid(file=part.name, rows=rows))
    return [grid for grid in grids if len(grid.rows) > 1] or grids[:1]


def heads_once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return the faults; what is said of a head, which all parts share, only once."""
    told: dict[object, Fault] = {}
    for number, fault in enumerate(faults):
        of_head = fault.row == 1
        told.setdefault((fault.code, fault.column) if of_head else number, fault)
    return tuple(told.values())


def _read_types(engine: duckdb.DuckDBPyConnection, part: Path) -> dict[str, str]:
    """Return column to type of one part, from its footer."""
    query = "DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning = false)"
    types = {row[0]: row[1] for row in engine.execute(query, [str(part)]).fetchall()}
    query = "SELECT name FROM parquet_schema(?)"
    names = {row[0] for row in engine.execute(query, [str(part)]).fetchall()}
    if not set(types) <= names:  # the engine has renamed the second of two
        raise refuse("parquet.same_name")
    if len(types) > COLUMNS:
        raise refuse("parquet.too_wide", width=len(types), most=COLUMNS)
    return types


def _select(column: str, kind: str) -> str:
    """Return the SQL that gives a column in values a sheet has."""
    quoted = '"' + column.replace('"', '""') + '"'
    if kind in _AS_IT_IS:
        return quoted
    if kind == "FLOAT":  # 26.3 in half the digits is meant as 26.3
        return f"CAST(CAST({quoted} AS VARCHAR) AS DOUBLE)"
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        return f"CAST({quoted} AS TIMESTAMP)"
    if kind == "BLOB":  # text of a writer that did not say so
        return f"CASE WHEN {quoted} IS NOT NULL THEN decode({quoted}) END"
    return f"CAST({quoted} AS VARCHAR)"


def _plain(value: Value) -> Value:
    """Return a value with the 15 digits that a sheet shows."""
    return float(f"{value:.15g}") if isinstance(value, float) else value


def _check_ends(part: Path) -> None:
    """Refuse a part that does not begin and end as Parquet does."""
    with part.open("rb") as file:
        start = file.read(4)
        size = file.seek(0, 2)
        file.seek(max(size - 4, 0))
        end = file.read(4)
    if b"PARE" in (start, end):
        raise refuse("parquet.encrypted")
    if start != b"PAR1" or end != b"PAR1" or size < 12:
        raise refuse("parquet.incomplete")


def _has_checksums(part: Path, engine: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the first page of a part says what its checksum is."""
    query = "SELECT dictionary_page_offset, data_page_offset FROM parquet_metadata(?)"
    first = engine.execute(query, [str(part)]).fetchone() or ()
    offsets = [one for one in first if one]
    with part.open("rb") as file:
        file.seek(min(offsets, default=0))
        return _CHECKSUM.match(file.read(40)) is not None


def _verify_pages(part: Path) -> None:
    """Read every page and verify its checksum, where pyarrow is installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return
    try:
        with parquet.ParquetFile(part, page_checksum_verification=True) as file:
            for column in file.schema_arrow.names:
                for _ in file.iter_batches(columns=[column], use_threads=False):
                    pass
    except pyarrow.ArrowNotImplementedError:
        return  # an encoding that only the engine knows
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise refuse("parquet.page") from error


@contextmanager
def _at(name: str) -> Iterator[None]:
    """Give a fault inside a part its place."""
    try:
        yield
    except Refusal as refusal:
        raise SheetError([refusal.at(name)]) from refusal
    except duckdb.OutOfMemoryException as error:
        raise MemoryError from error
    except (duckdb.Error, OverflowError) as error:
        raise SheetError([refuse("parquet.unreadable").at(name)]) from error


def _drift(first: str, wanted: dict[str, str], found: dict[str, str]) -> Refusal:
    """Return the refusal of a part whose columns are not those of the first."""
    column = next(c for c in [*wanted, *found] if wanted.get(c) != found.get(c))
    return refuse(
        "parquet.drift",
        column=column,
        first=first,
        here=found.get(column, "无"),
        there=wanted.get(column, "无"),
        is_here=found.get(column, "absent"),
        is_there=wanted.get(column, "absent"),
    )
