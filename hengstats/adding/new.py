"""What stands in a dataset folder before its first figure?

The files in `blank/`, the dataset's name written into two of them, and templates in
Excel and CSV to fill in.
"""

import datetime as dt
import json
import re
from importlib import resources
from pathlib import Path

from hengstats.adding.template import write_csv, write_workbook
from hengstats.errors import DataError
from hengstats.folder import DATA

ATTRIBUTES = "* -text\n"  # git must not change a byte, or no checksum would fit
_UNFIT = re.compile(r'^-|[<>:"|?*\x00-\x1f\x7f]|[. ]$')


def new(folder: str | Path) -> Path:
    """Return a new, empty dataset folder, with templates in Excel and CSV.

    Parameters
    ----------
    folder : str or Path
        Where to make it; a folder that is there already must be empty.

    Returns
    -------
    Path
        Holds `records.csv`, `sources.csv`, `entities.csv` (heads only),
        `codebook.csv` (the measures that the templates ask for), `datapackage.json`,
        `README.md` to be completed, `template.xlsx` and `template.csv`.

    Raises
    ------
    DataError
        If the folder holds anything, cannot be made, has a name that some system
        does not allow, or that of a dataset of the library.
    """
    where = Path(folder)
    name = where.resolve().name
    _check_name(str(folder), name)
    if where.is_file() or (where.is_dir() and any(where.iterdir())):
        raise DataError(
            f"{folder} 已经存在，而且不是空的；没有改动任何东西。请换一个名字。"
            f" [{folder} is there and not empty; nothing was changed]"
        )
    files = _list_files(name)
    try:
        where.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (where / file).write_bytes(content)
    except OSError as fault:
        raise DataError(
            f"写不了 {folder}：{fault.strerror}。请换一个可以写入的地方。"
            f" [cannot write {folder}]"
        ) from fault
    return where


def _check_name(asked: str, name: str) -> None:
    """Refuse a name that some system, or the library itself, would stumble over."""
    if not name or _UNFIT.search(name):
        raise DataError(
            f"“{asked}”不宜作文件夹的名字。请不要以 - 开头、以点或空格结尾，"
            f'也不要含 < > : " | ? *。 [not a fit name for a folder: {asked!r}]'
        )
    if (DATA / name).is_dir():
        raise DataError(
            f"“{name}”是随库附带的数据集，同名会混淆。请换一个名字。"
            f" [{name!r} is a dataset that comes with the library]"
        )


def _list_files(name: str) -> dict[str, bytes]:
    """Return the files of an empty dataset and what stands in each."""
    blank = resources.files("hengstats.adding").joinpath("blank")
    files = {file.name: file.read_bytes() for file in blank.iterdir()}
    package = json.loads(files["datapackage.json"])
    # A descriptor allows Latin small letters, digits, - and _ only.
    plain = re.sub("[^a-z0-9_-]+", "-", name.lower()).strip("-")
    package |= {"name": plain or "dataset", "title": name}
    described = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    readme = files["README.md"].decode("utf-8").replace("{name}", name)
    return {
        **files,
        "README.md": readme.encode("utf-8"),
        "datapackage.json": described.encode("utf-8"),
        ".gitattributes": ATTRIBUTES.encode("ascii"),
        "template.csv": write_csv(),
        "template.xlsx": write_workbook(dt.date.today().year),
    }
