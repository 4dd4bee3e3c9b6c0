"""What does Excel show for a value as a workbook stores it?"""

import datetime as dt
import re

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIGNS = "0123456789+-=()"
_RAISED = {
    "superscript": str.maketrans(_SIGNS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"),
    "subscript": str.maketrans(_SIGNS, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}
_DAY = 86_400_000  # milliseconds


def unescape(text: str) -> str:
    """Return a text with Excel's `_x000A_` as the characters they stand for."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def mark(text: str, position: str) -> str:
    """Return a text with the characters of its place above or below the line.

    37 and a raised 2 are 37², and no reader takes them for 372.

    Parameters
    ----------
    text : str
        Of one font.
    position : str
        `superscript`, `subscript`, or anything else for the line itself.

    Examples
    --------
    >>> mark("2", "superscript"), mark("注", "superscript"), mark("37", "baseline")
    ('²', '⁽注⁾', '37')
    """
    signs = _RAISED.get(position)
    if not signs or not text.strip():
        return text
    plain = text.strip()
    return (plain if set(plain) <= set(_SIGNS) else f"({plain})").translate(signs)


def read_number(text: str) -> int | float:
    """Return a stored number as Excel shows it at most: with 15 digits.

    Examples
    --------
    >>> read_number("0.30000000000000004"), read_number("409"), read_number("409.0")
    (0.3, 409, 409.0)
    """
    if _WHOLE.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError("not a number")
    number = float(text)
    return float(f"{number:.15g}") if len(text) > 15 else number


def read_serial(
    serial: float, kind: str, *, from_1904: bool
) -> dt.datetime | dt.time | dt.timedelta | float:
    """Return what Excel shows for a day number; the number where it shows none.

    Notes
    -----
    In the calendar of 1900, Excel has a 29 February 1900, day 60; earlier days stand
    one number lower than the calendar has them.
    """
    milliseconds = round(serial * _DAY) if abs(serial) < 3e6 else -1
    if kind == "elapsed":
        return dt.timedelta(milliseconds=milliseconds) if abs(serial) < 3e6 else serial
    if not 0 <= milliseconds < 2_958_466 * _DAY or (
        60 <= serial < 61 and not from_1904
    ):
        return serial
    if kind == "time" and milliseconds < _DAY:
        moment = dt.datetime(1900, 1, 1) + dt.timedelta(milliseconds=milliseconds)
        return moment.time()
    if milliseconds < _DAY and not from_1904:
        return serial
    first = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30)
    if serial < 60 and not from_1904:
        first = dt.datetime(1899, 12, 31)
    try:
        return first + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return serial
