"""Says what is wrong and how to mend it, in the words of `messages.toml`.

One entry per refusal, under the name of the module that raises it: reason code (empty
where there is none), what was found, the mend (Chinese, without full stops, to follow
请), and both in one English sentence. {blanks} are filled in by the caller.
"""

import difflib
import errno
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

from hengstats.errors import DataError, visible


@cache
def _messages() -> dict[str, dict[str, list[str]]]:
    """Return every message by section and key."""
    source = resources.files("hengstats").joinpath("messages.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def message(key: str, **values: object) -> tuple[str, str, str, str]:
    """Return code, finding, mend and English of "section.key", blanks filled in."""
    section, _, name = key.partition(".")
    code, *texts = _messages()[section][name]
    found, mend, english = (text.format(**values) for text in texts)
    return code, found, mend, english


def data_error(key: str, **values: object) -> DataError:
    """Return the error of a dataset or table that a message describes."""
    _, found, mend, english = message(key, **values)
    return DataError(visible(f"{found}。请{mend}。 [{english}]"))


def near_names(wanted: str, known: Iterable[str]) -> str:
    """Return a question with the known names that a wrong one is most like."""
    close = difflib.get_close_matches(str(wanted), list(dict.fromkeys(known)), 3, 0.5)
    return f"（是不是“{'”“'.join(close)}”？）" if close else ""


def refuse_write(folder: object, fault: OSError) -> DataError:
    """Return the error for a folder that could not be written or read."""
    key = {
        errno.ENOSPC: "full",
        errno.EDQUOT: "full",
        errno.EROFS: "no_permission",
        errno.EACCES: "no_permission",
        errno.EPERM: "no_permission",
    }.get(fault.errno or 0, "failed")
    reason = fault.strerror or fault
    return data_error(f"files.{key}", folder=folder, reason=reason)
