"""Reads the figures of a sheet as they are meant, or says why it cannot.

process       the process of its own in which a file is read
filekinds     what kind of file it is; text, workbook and parquet read it into a grid
cells, names  what one cell says, with its unit and year
heads         what a head says; totals: which rows are totals or notes, no buildings
layout        where the table is; columns, rows: what stands in it; sums: does it add up
buildings     which figures a sheet of buildings and years holds
result        the figures and the faults
"""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hengstats.intake.result import Asked, Checked

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("building_year", "event_log")


def check(
    path: "str | Path | pd.DataFrame",
    table: str = "",
    *,
    columns: dict[str, str] | None = None,
    person: str = "",
    event: str = "",
    measures: Mapping[str, Sequence[str]] | None = None,
) -> Checked:
    r"""Return every figure of a sheet as it is meant, or every reason why it cannot be.

    Nothing is stored or changed. The file is read in a process of its own, within 20
    seconds of its time, whatever else the machine does (two minutes by the clock), and
    within 512 MB where the system can hold it to that.

    Parameters
    ----------
    path : str, Path or DataFrame
        A CSV, TSV, XLSX or Parquet file, or a folder that holds the parts of one
        Parquet table. A frame with the heads of a sheet (年份, 楼宇, 税收(亿元)) is
        read in this process, by the same rules; its first row is row 2.
    table : str
        `building_year` for figures by building and year, `event_log` for sign-ins, of
        which the counts are exact here; `add` stores those that can be published.
        Left out, the heads of the sheet decide.
    columns : dict, optional
        Which head is meant, by a measure or key in Chinese or English, where two
        give one or none is known: `{"税收": "全口径税收"}`, `{"building": "在哪座楼"}`.
    person, event : str
        Heads of the columns that tell persons and events apart in a sign-in export.
    measures : dict, optional
        Measures of a dataset's own that are columns too: the unit of each and its
        labels, as `check --to DATASET` takes them from `codebook.csv`.

    Returns
    -------
    Checked
        `status` is `accept` or `reject`; `cells` holds the figures, `warnings` and
        `errors` say what was found where.

    Raises
    ------
    ValueError
        If there is no such `table`.

    Notes
    -----
    A text or Parquet table may have 200,000 rows and 2 million cells, a sheet of a
    workbook 200,000 cells. A file that is not there, or that cannot be read for any
    reason, is a result with `errors` and no exception.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sheet = Path(folder) / "示例.csv"
    ...     _ = sheet.write_text("年份,楼宇,税收(亿元)\n2016,示例大厦,26.3\n", "utf-8")
    ...     checked = check(sheet)
    >>> checked.status, checked.cells[0].printed
    ('accept', '26.3')
    """
    from hengstats.intake.process import check_frame, check_in_child

    if table and table not in TABLES:
        raise ValueError(f"没有“{table}”这种表；可以写：{'、'.join(TABLES)}")
    asked = Asked(
        table=table,
        columns=dict(columns or {}),
        person=person,
        event=event,
        measures=dict(measures or {}),
        today=dt.date.today().isoformat(),
    )
    if not isinstance(path, str | os.PathLike):
        return check_frame(path, asked)
    return check_in_child(Path(os.path.abspath(path)), asked)
