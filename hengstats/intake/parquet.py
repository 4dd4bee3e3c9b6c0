"""What do the parts of a Parquet table hold, and are all of them whole?"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from hengstats.errors import Fault, SheetError
from hengstats.intake.grid import Grid, Value
from hengstats.intake.limits import CELLS, COLUMNS, ROWS
from hengstats.intake.result import Refusal

SUFFIXES = (".parquet", ".parq", ".pq")
_MEMORY = "200MB"  # of the engine: the rows become Python values beside it
_BATCH = 5_000
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_AS_IT_IS = (
    *_WHOLE,
    *("U" + kind for kind in _WHOLE),
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "TIME",
    "VARCHAR",
)
# Left by the writers and file managers themselves.
_NOT_A_PART = ("thumbs.db", "desktop.ini")


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
    found = sorted(path.iterdir(), key=lambda part: part.name)
    unfinished = [
        part.name for part in found if part.name in ("_temporary", "_delta_log")
    ]
    parts = [
        part
        for part in found
        if part.name[0] not in "._" and part.name.lower() not in _NOT_A_PART
    ]
    other = [
        part.name
        for part in parts
        if part.suffix.lower() not in SUFFIXES or not part.is_file()
    ]
    if other or unfinished:
        name = (other + unfinished)[0]
        refusal = Refusal(
            "unsupported_format",
            f"文件夹里的“{name}”不是 Parquet 文件",
            "只把同一张表的 .parquet 文件放进一层文件夹，其余移走",
            f"{name} in the folder is no Parquet file; keep only the parts of one"
            " table, in one level",
        )
        raise SheetError([refusal.at(path.name)])
    if not parts:
        refusal = Refusal(
            "empty_file",
            "文件夹里没有 .parquet 文件",
            "放入这张表的各个部分，或直接交一个 .xlsx、CSV 文件",
            "the folder holds no .parquet file",
        )
        raise SheetError([refusal.at(path.name)])
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
    for part in parts:
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
                        raise Refusal(
                            "too_large",
                            f"一张表上限 {ROWS:,} 行、{CELLS:,} 格",
                            "分成几个文件再交来",
                            f"a sheet may have {ROWS:,} rows and {CELLS:,} cells",
                        )
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
        raise Refusal(
            "duplicate_column",
            "有两列同名（大小写不算不同）",
            "删去或改名其中一列",
            "two columns have the same name, upper and lower case apart",
        )
    if len(types) > COLUMNS:
        raise Refusal(
            "too_many_columns",
            f"有 {len(types)} 列，上限 {COLUMNS} 列",
            "只留要交的列",
            f"{len(types)} columns, the limit is {COLUMNS}",
        )
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
        raise Refusal(
            "encrypted",
            "文件已加密",
            "解密后再交来",
            "the file is encrypted; hand it in without",
        )
    if start != b"PAR1" or end != b"PAR1" or size < 12:
        raise _corrupt("不是完整的 Parquet 文件", "this is no whole Parquet file")


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
                batches = file.iter_batches(columns=[column], use_threads=False)
                for _ in batches:
                    pass
    except pyarrow.ArrowNotImplementedError:
        return  # an encoding that only the engine knows
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise _corrupt("数据页损坏，校验和不符", "a page is damaged") from error


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
        damage = _corrupt("有数据读不出来", "some of it cannot be read")
        raise SheetError([damage.at(name)]) from error


def _drift(first: str, wanted: dict[str, str], found: dict[str, str]) -> Refusal:
    """Return the refusal of a part whose columns are not those of the first."""
    differing = [
        column
        for column in [*wanted, *found]
        if wanted.get(column) != found.get(column)
    ]
    column = differing[0]
    kinds = [types.get(column, "无") for types in (found, wanted)]
    return Refusal(
        "schema_drift",
        f"列“{column}”与“{first}”不一致：这里是 {kinds[0]}，那里是 {kinds[1]}",
        "让各部分的列名和类型一致",
        f"column {column} is {found.get(column, 'absent')} here and"
        f" {wanted.get(column, 'absent')} in {first}; all parts must agree",
    )


def _corrupt(found: str, english: str) -> Refusal:
    """Return the refusal of a damaged part."""
    return Refusal(
        "corrupt",
        f"文件已损坏：{found}",
        "向来源重新索取",
        f"{english}; ask the source for it again",
    )
