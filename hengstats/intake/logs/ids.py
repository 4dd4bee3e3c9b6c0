"""Who signed in, at which event, and what else does the row tell?

An id stays what is written: 000123 and 123 are two. What identifies a person is never
put into a message; a cell that cannot be read is told by its key in `signinwords`.
"""

import datetime as dt
import re
import unicodedata
from functools import cache, lru_cache

from hengstats.intake import names
from hengstats.intake.grid import Value
from hengstats.intake.logs.messages import Unread
from hengstats.intake.names import BREAKS, clean, has_mark, read_lists
from hengstats.intake.result import Refusal
from hengstats.wording import listed

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_BREAK = re.compile(f"[{BREAKS}\t]")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+[eE][+-]?|[eE]\+)\d+")
_SPAN = re.compile(r"[\d.]+\s*(?:小时|小時|h)?\s*[-–—~～至到]\s*[\d.]+")
_HOURS = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)")
_REMEMBERED = 16_384  # wordings that were just read
_DIGITS_KEPT = 15  # of a number in a spreadsheet


def lists() -> dict[str, dict[str, list[str]]]:
    """Return the closed lists of `signins.toml`."""
    return read_lists("logs/signins.toml")


@cache
def _words(name: str) -> frozenset[str]:
    """Return one list of words."""
    return frozenset(lists()["word"][name])


def visible(text: str) -> str:
    """Return a text in NFKC, trimmed and without zero-width characters.

    Raises
    ------
    Unread
        If a control or direction character stands inside it, or a sign above or below
        the line, or if it is an error such as #N/A.
    """
    if has_mark(text):
        raise Unread("raised")
    try:
        plain = clean(unicodedata.normalize("NFKC", text))
    except Refusal:
        raise Unread("control") from None
    if _BREAK.search(plain):
        raise Unread("control")
    if plain.lower() in listed("cell", "error"):
        raise Unread("error_cell")
    return plain


def is_blank(value: Value) -> bool:
    """Return whether a cell says nothing, or says that nothing is known."""
    if isinstance(value, str):
        return _is_blank_text(value)
    return value is None or value != value


@lru_cache(maxsize=_REMEMBERED)
def _is_blank_text(text: str) -> bool:
    """Return the same for a text."""
    plain = unicodedata.normalize("NFKC", text).translate(_ZERO_WIDTH).strip()
    return not plain or plain.lower() in _words("blank")


def read_id(value: Value, number_format: str = "General") -> str:
    """Return the id that a cell holds.

    Parameters
    ----------
    value : Value
        Text, or a number cell; 123.0 is 123, and 000123 if the cell shows it so.
    number_format : str
        Of the cell.

    Raises
    ------
    Unread
        If it is blank, has lost digits, or is no id.

    Examples
    --------
    >>> read_id("000123"), read_id(123.0), read_id(123, "000000")
    ('000123', '123', '000123')
    """
    if is_blank(value):
        raise Unread("id_blank")
    if isinstance(value, str):
        return _read_text(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unread("id_number")
    if abs(value) >= 10**_DIGITS_KEPT:
        raise Unread("id_rounded")
    if value < 0 or value % 1:
        raise Unread("id_number")
    width = len(number_format) if set(number_format) == {"0"} else 0
    return str(int(value)).zfill(width)


@lru_cache(maxsize=_REMEMBERED)
def _read_text(text: str) -> str:
    """Return the id that a text says."""
    plain = visible(text)
    if plain.startswith("="):
        raise Unread("id_formula")
    if "\ufffd" in plain:
        raise Unread("id_damaged")
    if _SCIENTIFIC.fullmatch(plain):
        raise Unread("id_scientific")
    return plain


def read_building(value: Value, number_format: str = "General") -> str:
    """Return the name of the building that a cell holds.

    Raises
    ------
    Unread
        If it is blank or no name; the cell may hold a person, and is not told.
    """
    if is_blank(value):
        raise Unread("building_blank")
    return _read_name(value, number_format)


@lru_cache(maxsize=_REMEMBERED, typed=True)
def _read_name(value: Value, number_format: str) -> str:
    """Return the name that a cell holds."""
    try:
        return names.read_name(value, number_format)
    except Refusal as refusal:
        keys = {"control_character": "control", "error_cell": "error_cell"}
        raise Unread(keys.get(refusal.code, "building_name")) from None


def alike(id_: str) -> str:
    """Return what two ids share that may be meant as one: 000123 and 123, a1 and A1."""
    return id_.lower().lstrip("0")


def check_member(value: Value) -> None:
    """Refuse what is neither yes nor no, and not blank.

    Raises
    ------
    Unread
        If it is another word or number.
    """
    if isinstance(value, bool) or is_blank(value):
        return
    if isinstance(value, (int, float)):
        text = f"{value:g}"
    elif isinstance(value, str):
        text = visible(value).lower()
    else:
        raise Unread("member")
    if text not in _words("yes") and text not in _words("no"):
        raise Unread("member")


def check_hours(value: Value) -> None:
    """Refuse what is no number of hours, and not blank.

    Raises
    ------
    Unread
        If it is a range, a word, a negative, or a date.
    """
    if is_blank(value) or isinstance(value, dt.time):
        return
    if isinstance(value, dt.timedelta):
        hours = value.total_seconds()
    elif isinstance(value, str):
        hours = _hours(visible(value).lower())
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        hours = float(value)
    else:
        raise Unread("hours")
    if hours < 0:
        raise Unread("hours_negative")
    if hours == float("inf"):
        raise Unread("hours")


def _hours(text: str) -> float:
    """Return the number of hours that a text says."""
    if _SPAN.fullmatch(text.removesuffix("小时").removesuffix("小時").strip()):
        raise Unread("hours_span")
    bare = re.sub(r"\s*(?:个小时|個小時|小时|小時|hours?|hrs?|h)$", "", text)
    if not _HOURS.fullmatch(bare):
        raise Unread("hours")
    return float(bare)
