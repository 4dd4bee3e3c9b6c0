"""Which outputs still hold, and which are to be made again?

Each output has a fingerprint of all that it is made from. `made.json` in the output
folder keeps it beside the SHA-256 of each file, so that a file is made again when what
it shows has changed, when the library has, or when the file is no longer ours.
"""

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hengstats.charts.style import families

NAME = "made.json"
LIBRARY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file of the output folder.

    Attributes
    ----------
    name : str
        Its path in the folder, with `/`.
    made_from : str
        Fingerprint of what it is made from.
    sha256 : str
        Of its bytes.
    kept : bool
        True if it was there already and has been left alone.
    """

    name: str
    made_from: str
    sha256: str
    kept: bool


def take_fingerprint(ingredients: object) -> str:
    """Return the SHA-256 of anything the library passes on, the same on any machine.

    Frames count with their columns, rows and `attrs`, results with all their fields.

    Raises
    ------
    TypeError
        If something is among them whose content cannot be written down.

    Examples
    --------
    >>> take_fingerprint({"b": 1, "a": 2}) == take_fingerprint({"a": 2, "b": 1})
    True
    >>> take_fingerprint(["26.3"]) == take_fingerprint([26.3])
    False
    """
    text = json.dumps(ingredients, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def library_fingerprint() -> str:
    """Return the fingerprint of all that draws and writes, whatever the data.

    The files of the library (code, strings, fonts, reference documents), every
    package installed beside it, and the fonts that charts fall back on.
    """
    code = [p for p in LIBRARY.rglob("*") if p.is_file() and p.suffix != ".pyc"]
    packages = sorted({f"{d.name} {d.version}" for d in distributions()})
    python = [platform.python_version(), platform.system(), platform.machine()]
    return take_fingerprint([hash_files(LIBRARY, code), packages, python, families()])


def hash_files(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file, by its path in the folder."""
    return {path.relative_to(folder).as_posix(): hash_file(path) for path in files}


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_made(folder: Path) -> dict[str, dict[str, str]]:
    """Return what the folder says of its outputs; nothing where it cannot be read."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return {
            name: {key: str(entry[key]) for key in ("made_from", "sha256")}
            for name, entry in told.items()
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}  # everything is then made again


def make_outputs(
    folder: Path,
    names: Sequence[str],
    made_from: str,
    write: Callable[[], object],
) -> list[Output]:
    """Return the files that one `write` makes, left alone where they still hold."""
    before = read_made(folder)
    held = all(
        name in before
        and before[name]["made_from"] == made_from
        and before[name]["sha256"] == hash_file(folder / name)
        for name in names
    )
    if not held:
        write()
    outputs = [
        Output(
            name=name,
            made_from=made_from,
            sha256=hash_file(folder / name),
            kept=held,
        )
        for name in names
    ]
    write_made(folder, before, outputs)
    return outputs


def write_made(
    folder: Path, before: dict[str, dict[str, str]], outputs: Iterable[Output]
) -> None:
    """Write down what outputs are made from, beside what is known of the others."""
    told = before | {
        output.name: {"made_from": output.made_from, "sha256": output.sha256}
        for output in outputs
    }
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    fresh = folder / f"{NAME}.part"
    fresh.write_text(text + "\n", encoding="utf-8", newline="\n")
    fresh.replace(folder / NAME)


def clear_stale(folder: Path, outputs: Iterable[Output]) -> list[str]:
    """Return the outputs that this report no longer has, now removed.

    A file that somebody has changed since is not ours any more, and stays.
    """
    current = {output.name for output in outputs}
    before = read_made(folder)
    stale = [
        name
        for name, entry in before.items()
        if name not in current and entry["sha256"] == hash_file(folder / name)
    ]
    for name in stale:
        (folder / name).unlink()
    write_made(folder, {}, outputs)
    return stale


def _plain(value: Any) -> object:
    """Return what JSON can hold of a frame, an array, a result, a call."""
    if isinstance(value, pd.DataFrame):
        rows = value.to_numpy(dtype=object).tolist()
        return [list(value.columns), list(value.index), rows, value.attrs]
    if isinstance(value, pd.Series):
        return [str(value.name), list(value.index), value.tolist(), value.attrs]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, partial):
        called = f"{value.func.__module__}.{value.func.__qualname__}"
        return [called, value.args, value.keywords]
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if value is pd.NA:
        return None
    raise TypeError(f"{type(value).__name__} has no fingerprint")
