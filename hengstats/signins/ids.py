"""Reads who signed in, at which event, and what else a row says.

An id stays what is written: 000123 and 123 are two. What identifies a person is never
put into a message, and goes on as a keyed hash.
"""

import datetime as dt
import hashlib
import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache

from hengstats.intake import names
from hengstats.intake.grid import Value
from hengstats.intake.names import BREAKS, clean, has_mark, read_lists
from hengstats.intake.result import Refusal
from hengstats.signins.faults import Unread
from hengstats.wording import listed

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_BREAK = re.compile(f"[{BREAKS}\t]")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+[eE][+-]?|[eE]\+)\d+")
_SPAN = re.compile(r"[\d.]+\s*(?:小时|小時|h)?\s*[-–—~～至到]\s*[\d.]+")
_HOURS = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)")
_REMEMBERED = 16_384  # wordings that were just read
_MOST_HOURS = 10**9
_SIXTH = Decimal("0.000001")
_DIGITS_KEPT = 15  # of a number in a spreadsheet


def lists() -> dict[str, dict[str, list[str]]]:
    """Return the closed lists of `words.toml`."""
    return read_lists("signins/words.toml")


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


@cache
def _programmes() -> dict[str, str]:
    """Return each form of a programme that sources name, to its name."""
    known = lists()["programme"].items()
    return {form.lower(): programme for programme, forms in known for form in forms}


def read_programme(value: Value, number_format: str = "General") -> str:
    """Return the programme that a cell names, in one script; empty if it is blank.

    Examples
    --------
    >>> read_programme("恆愛行動"), read_programme("职业成长"), read_programme("—")
    ('恒爱行动', '职业成长', '')
    """
    if is_blank(value):
        return ""
    try:
        named = _read_name(value, number_format)
    except Unread as unread:
        key = "programme" if unread.key == "building_name" else unread.key
        raise Unread(key) from None
    return _programmes().get(named.lower(), named)


def hash_id(id_: str, key: str) -> str:
    """Return what stands for an id: 32 hexadecimal digits that only a key tells.

    The first 24 are those of every id that differs only in case and leading zeros, so
    that 000123 and 123 are two, and are seen to be much alike. The last 8 only tell
    these few apart.

    Notes
    -----
    SHA-256 of the key, which always has one length, and the id; as most of it is cut
    off, nothing can be appended. `types.HASH` says the same in SQL.
    """
    alike = hashlib.sha256((key + id_.lower().lstrip("0")).encode()).hexdigest()
    exact = hashlib.md5((key + id_).encode(), usedforsecurity=False).hexdigest()
    return alike[:24] + exact[:8]


def read_member(value: Value) -> str:
    """Return 1 for a member, 0 for none, and nothing for a blank.

    Raises
    ------
    Unread
        If it is another word or number.
    """
    return _read_yes(value, "member", _words("yes"), _words("no"))


def read_volunteer(value: Value) -> str:
    """Return the same for a volunteer."""
    yes, no = _words("volunteer"), _words("no_volunteer")
    return _read_yes(value, "volunteer", yes, no)


def _read_yes(value: Value, key: str, yes: frozenset[str], no: frozenset[str]) -> str:
    """Return 1 for a word that says yes, 0 for one that says no."""
    if is_blank(value):
        return ""
    if isinstance(value, (bool, int, float)):
        text = f"{value:g}"
    elif isinstance(value, str):
        text = visible(value).lower()
    else:
        raise Unread(key)
    if text not in yes and text not in no:
        raise Unread(key)
    return "1" if text in yes else "0"


def read_hours(value: Value) -> str:
    """Return a number of hours in decimals, at most six; nothing for a blank.

    Raises
    ------
    Unread
        If it is a range, a word, a negative, or a date.

    Examples
    --------
    >>> read_hours("1.5小时"), read_hours(dt.time(1, 20)), read_hours("")
    ('1.500000', '1.333333', '')
    """
    if is_blank(value):
        return ""
    if isinstance(value, dt.time):
        value = dt.timedelta(hours=value.hour, minutes=value.minute)
    if isinstance(value, dt.timedelta):
        hours = Decimal(value // dt.timedelta(seconds=1)) / 3600
    elif isinstance(value, str):
        hours = _hours(visible(value).lower())
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        hours = Decimal(repr(value))
    else:
        raise Unread("hours")
    if hours < 0:
        raise Unread("hours_negative")
    if not hours < _MOST_HOURS:
        raise Unread("hours")
    return str(hours.quantize(_SIXTH))


def _hours(text: str) -> Decimal:
    """Return the number of hours that a text says."""
    if _SPAN.fullmatch(text.removesuffix("小时").removesuffix("小時").strip()):
        raise Unread("hours_span")
    bare = re.sub(r"\s*(?:个小时|個小時|小时|小時|hours?|hrs?|h)$", "", text)
    if not _HOURS.fullmatch(bare):
        raise Unread("hours")
    return Decimal(bare)
