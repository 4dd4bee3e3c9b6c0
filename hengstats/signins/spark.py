"""Lends Spark the face of the engine, so that it runs the same text of SQL.

Spark's tasks read the parts of a log, each in DuckDB as on one machine: a cell is read
in one way only, and a person is a hash before Spark sees a row. What Spark says of
itself, or of what went wrong, may quote a cell: nothing of it is told.
"""

import os
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hengstats.errors import SheetError
from hengstats.messages import data_error
from hengstats.signins import counting
from hengstats.signins.engine import (
    Log,
    Paths,
    connect,
    heads_of,
    load_parts,
    of_texts,
    rows_of,
)
from hengstats.signins.faults import fault
from hengstats.signins.heads import Wish

if TYPE_CHECKING:
    import duckdb

_MADE = re.compile(r"CREATE (VIEW|TABLE) (\w+) AS (.*)", re.DOTALL)
_LIBRARY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
_BATCH = 100_000  # rows that a task hands over at once


class Spark:
    """A session of Spark of its own, which understands what the engine is told.

    Parameters
    ----------
    engine : str or SparkSession
        `spark` for the session that Spark's own settings say; the address of a master,
        such as `spark://host:7077` or `local[2]`; or a session of the user's, of which
        the context is shared and nothing else.
    """

    def __init__(self, engine: Any) -> None:
        try:
            import pyspark  # noqa: F401
        except ImportError:
            raise data_error("signins.no_spark") from None
        self._is_own = isinstance(engine, str)
        begin = _begin if self._is_own else type(engine).newSession
        self._session = _quietly(lambda: begin(engine))
        self._kept: list[Any] = []
        self._found: Any = None

    def execute(self, query: str, given: Sequence[object] = ()) -> "Spark":
        """Run a query; one that makes a view or table makes it for this session."""
        made = _MADE.fullmatch(query)
        text = made[3] if made else query
        frame = _quietly(lambda: self._session.sql(text, args=list(given) or None))
        if made:
            self._keep(made[2], frame, stays=made[1] == "TABLE")
        self._found = frame
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows of the last query."""
        return [tuple(row) for row in _quietly(self._found.collect)]

    def close(self) -> None:
        """Let go of what was kept, and end a session that is no user's."""
        for frame in self._kept:
            _quietly(frame.unpersist)
        if self._is_own:
            _quietly(self._session.stop)

    def load(
        self,
        reader: "duckdb.DuckDBPyConnection",
        sheets: "Callable[[duckdb.DuckDBPyConnection], Log]",
        paths: Paths,
        wish: Wish,
    ) -> Log:
        """Return a log whose rows are Spark's: those of sheets, or of parts if any."""
        if paths:
            return self._load_parts(reader, paths, replace(wish, engine="duckdb"))
        log = sheets(reader)
        rows = rows_of(reader, "SELECT * FROM signs")
        texts = ", ".join(f"{role} STRING" for role in (counting.WHOLE, *wish.roles))
        shape = f"part INT, line BIGINT, {texts}"
        self._keep("signs", self._made(rows, shape), stays=True)
        return of_texts(self, log)

    def _load_parts(
        self,
        reader: "duckdb.DuckDBPyConnection",
        paths: Paths,
        wish: Wish,
    ) -> Log:
        """Return a log in Parquet, each part of which a task of Spark reads."""
        parts, head, _ = heads_of(reader, paths, wish)
        roles = list(head.places)

        def read(batches: Iterator[Any]) -> Iterator[Any]:
            for batch in batches:
                for row in batch.to_pylist():
                    yield from _read_part(row["part"], row["path"], roles, wish)

        listed = [(number, os.fspath(path)) for number, path in enumerate(paths)]
        shape = ", ".join(f"{role} STRING" for role in roles)
        files = self._made(listed, "part INT, path STRING")
        shape = f"part INT, line BIGINT, {shape}"
        frame = _quietly(lambda: files.repartition(len(listed)).mapInArrow(read, shape))
        self._keep("told", frame, stays=True)
        names: dict[str, dict[str, int]] = {"building": {}, "programme": {}}
        columns, joins = ["part", "line"], ""
        for role in roles:
            if role not in names:
                columns.append(f"told.{role}")
                continue
            known = f"SELECT DISTINCT {role} FROM told WHERE NOT"
            query = f"{known} ({role} = '' OR {counting.is_faulty(role)})"
            found = sorted(row[0] for row in self.execute(query).fetchall())
            names[role] = {name: number for number, name in enumerate(found)}
            numbered = [(name, str(number)) for name, number in names[role].items()]
            self._keep(
                f"names_{role}", self._made(numbered, "name STRING, number STRING")
            )
            columns.append(f"COALESCE(names_{role}.number, told.{role}) AS {role}")
            joins += f" LEFT JOIN names_{role} ON names_{role}.name = told.{role}"
        self.execute(
            f"CREATE VIEW signs AS SELECT {', '.join(columns)} FROM told{joins}"
        )
        lines = sum(part.lines for part in parts)
        sources = [(part.file, "") for part in parts]
        return of_texts(self, Log(sources, roles, head.names, names, lines=lines))

    def _made(self, rows: Sequence[tuple[Any, ...]], shape: str) -> Any:
        """Return rows of this process as a relation of Spark's."""
        return _quietly(lambda: self._session.createDataFrame(rows, shape))

    def _keep(self, name: str, frame: Any, *, stays: bool = False) -> None:
        """Give a relation its name; one that stays is computed once."""
        if stays:
            self._kept.append(_quietly(frame.persist))
        _quietly(lambda: frame.createOrReplaceTempView(name))


def _begin(engine: str) -> Any:
    """Return a session at a master, whose files are encrypted and go with it."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.io.encryption.enabled": "true",
        "spark.local.dir": tempfile.gettempdir(),
        "spark.log.level": "OFF",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if not re.match("spark:|sc:|yarn|k8s:", engine):  # its workers are on this machine
        settings["spark.sql.shuffle.partitions"] = f"{os.cpu_count()}"
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        known = os.environ.get("PYTHONPATH", "")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_LIBRARY, known]))
    builder: Any = SparkSession.builder.appName("hengstats")
    for name, value in settings.items():
        builder = builder.config(name, value)
    if engine.startswith("sc:"):
        builder = builder.remote(engine)
    elif engine != "spark":
        builder = builder.master(engine)
    return builder.getOrCreate()


def _read_part(number: int, path: str, roles: list[str], wish: Wish) -> Iterator[Any]:
    """Yield the rows of a part, as texts, in a task of Spark."""
    with (
        tempfile.TemporaryDirectory(prefix="hengstats-") as spill,
        closing(connect(spill, [path], wish)) as engine,
    ):
        log = load_parts(engine, [path], wish)
        columns, joins = [f"{number}::INTEGER AS part", "line"], ""
        for role in roles:
            if role not in log.names:
                columns.append(f"signs.{role}")
                continue
            engine.execute(f"CREATE TABLE names_{role} (name VARCHAR, number VARCHAR)")
            named = [list(log.names[role]), [*map(str, log.names[role].values())]]
            insert = f"INSERT INTO names_{role} SELECT unnest(?), unnest(?)"
            engine.execute(insert, named)
            columns.append(f"COALESCE(names_{role}.name, signs.{role}) AS {role}")
            joins += f" LEFT JOIN names_{role} ON names_{role}.number = signs.{role}"
        found = engine.sql(f"SELECT {', '.join(columns)} FROM signs{joins}")
        yield from found.to_arrow_table().to_batches(_BATCH)


def _quietly(ask: Callable[[], Any]) -> Any:
    """Return what Spark answers; of what goes wrong there, the kind alone is told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that pandas is newer than it knows
            return ask()
    except Exception as error:  # whatever it is: its text may hold a cell
        kind = type(error).__name__
    raise SheetError([fault("spark_failed", "", kind=kind)])
