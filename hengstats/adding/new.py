"""Makes an empty dataset folder: the files in `blank/`, under the dataset's name."""

import json
import re
from importlib import resources
from pathlib import Path

from hengstats.dataset import DATA
from hengstats.messages import data_error

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
    if not name or _UNFIT.search(name):
        raise data_error("new.unfit", folder=str(folder))
    if (DATA / name).is_dir():
        raise data_error("new.shipped", name=name)
    if where.is_file() or (where.is_dir() and any(where.iterdir())):
        raise data_error("new.not_empty", folder=folder)
    try:
        where.mkdir(parents=True, exist_ok=True)
        for file, content in _list_files(name).items():
            (where / file).write_bytes(content)
    except OSError as fault:
        raise data_error(
            "new.unwritable", folder=folder, reason=fault.strerror
        ) from fault
    return where


def _list_files(name: str) -> dict[str, bytes]:
    """Return the files of an empty dataset and what stands in each."""
    blank = resources.files("hengstats.adding").joinpath("blank")
    files = {file.name: file.read_bytes() for file in blank.iterdir()}
    package = json.loads(files["datapackage.json"])
    # A descriptor allows Latin small letters, digits, - and _ only.
    plain = re.sub("[^a-z0-9_-]+", "-", name.lower()).strip("-")
    package |= {"name": plain or "dataset", "title": name}
    described = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    files["README.md"] = files["README.md"].replace(b"{name}", name.encode())
    files["datapackage.json"] = described.encode()
    return files | {".gitattributes": ATTRIBUTES.encode()}
