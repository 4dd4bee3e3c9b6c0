"""What is in this sheet, cell by cell, and may it come in?

child       the process of its own in which a file is read; apart is the other side
containers  which rows and cells a file holds, whatever its format
words       what one cell, unit, year or name says
buildings   which figures a sheet of buildings and years holds
logs        what sign-in logs add up to, without naming anybody
grid        one sheet, between the readers of files and the readers of meaning
result      the figures and the faults
"""

import datetime as dt
import os
from pathlib import Path

from hengstats.intake.result import Asked, Checked, Refusal

TABLES = ("building_year", "event_log")


def check(
    path: str | Path,
    table: str = "",
    *,
    columns: dict[str, str] | None = None,
    person: str = "",
    event: str = "",
) -> Checked:
    r"""Return every figure of a sheet as it is meant, or every reason why it cannot be.

    Nothing is stored or changed. The file is read in a process of its own, within
    512 MB and 20 seconds.

    Parameters
    ----------
    path : str or Path
        A CSV, TSV, XLSX or Parquet file, or a folder that holds the parts of one
        Parquet table.
    table : str
        `building_year` for figures by building and year, `event_log` for sign-ins.
        Left out, the heads of the sheet decide.
    columns : dict, optional
        Which head is meant, by a measure or key in Chinese or English, where two
        give one or none is known: `{"税收": "全口径税收"}`, `{"building": "在哪座楼"}`.
    person, event : str
        Heads of the columns that tell persons and events apart in a sign-in export.

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
    What a sheet may look like stands in `INTAKE.md`. A file that is not there, or that
    cannot be read for any reason, is a result with `errors` and no exception.

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
    from hengstats.intake.apart import check_apart
    from hengstats.intake.limits import seconds

    if table and table not in TABLES:
        raise ValueError(f"没有“{table}”这种表；有的是：{'、'.join(TABLES)}")
    path = Path(os.path.abspath(path))
    asked = Asked(
        table=table,
        columns=dict(columns or {}),
        person=person,
        event=event,
        today=dt.date.today().isoformat(),
    )
    try:
        size, is_parquet = _size(path)
    except OSError as error:
        return Checked(
            file=path.name,
            sha256="",
            table=table,
            errors=(_missing(error).at(path.name),),
        )
    return check_apart(path, asked, seconds(size, parquet=is_parquet))


def _size(path: Path) -> tuple[int, bool]:
    """Return how many bytes there are to read, and whether they are Parquet."""
    if path.is_dir():
        parts = [part for part in path.iterdir() if part.is_file()]
        return sum(part.stat().st_size for part in parts), True
    if not path.is_file():
        raise FileNotFoundError(path.name)
    with path.open("rb") as file:
        return path.stat().st_size, file.read(3) == b"PAR"


def _missing(error: OSError) -> Refusal:
    """Return the refusal of a path where no file can be read."""
    if isinstance(error, FileNotFoundError):
        return Refusal(
            "unsupported_format",
            "没有这个文件",
            "检查文件名和所在文件夹",
            "there is no such file",
        )
    return Refusal(
        "unsupported_format",
        "文件打不开",
        "检查权限；若正在 Excel 里打开，先关闭它",
        f"the file cannot be opened ({type(error).__name__})",
    )
