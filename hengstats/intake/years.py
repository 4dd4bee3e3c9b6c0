"""Reads the year that a cell or a head names.

A date is a year only where the sheet shows it as one, or where it is the last day of
a year; a number is never taken for the day count of Excel.
"""

import datetime as dt
import re

from hengstats.dates import SHANGHAI
from hengstats.intake.grid import Value
from hengstats.intake.names import clean, quote
from hengstats.intake.numberformats import date_letters, shown_whole
from hengstats.intake.result import Refusal, refuse
from hengstats.numerals import read_chinese
from hengstats.wording import fold, listed

EARLIEST = 1949
_IN_DIGITS = str.maketrans("零〇○一二三四五六七八九", "000123456789")
_WHOLE_YEAR = r"(?: ?1月? ?[-−–—~至到] ?12月(?:份|底|末)?)"
_YEAR = re.compile(
    r"(?:fy ?|year ?)?(?P<year>[1-9][0-9]{3})(?:\.0+)?"
    rf"(?: ?(?:年|年度|年全年|全年|年末|年底|年份|[财財]年)|(?: ?年度?)?{_WHOLE_YEAR})?"
)
_REPUBLIC = re.compile(
    r"(?:中[华華])?民[国國] ?(?P<year>[0-9]{1,3}|[零〇一二三四五六七八九十百]{1,5}) ?"
    rf"(?:年|年度|年末|年底)?{_WHOLE_YEAR}?"
)
_LAST_DAY = re.compile(
    r"(?:截至|截止|截至到)?(?P<year>[1-9][0-9]{3})"
    r"(?:([-/.])12\2(?:31)|年 ?12月 ?31|1231)日?(?:[ t]00:00(?::00(?:\.0+)?)?)?"
)
_DAY_AND_MONTH = re.compile(
    r"(?P<a>[0-9]{1,2})([-/.])(?P<b>[0-9]{1,2})\2(?P<year>[0-9]{2,4})"
)


def read_year(value: Value, number_format: str, today: str) -> int:
    """Return the year that a cell names.

    Parameters
    ----------
    value : Value
        What stands in the cell, or the wording of a head.
    number_format : str
        The format of a number or date cell, such as "yyyy"; "General" or empty.
    today : str
        The date, YYYY-MM-DD, after whose year nothing can have been printed; the
        present day in Shanghai where it is empty.

    Raises
    ------
    Refusal
        `invalid_year`, `ambiguous_date` for 03/04/2019, `missing_key` for a blank,
        `error_cell` for #N/A.

    Examples
    --------
    >>> read_year("2021年1-12月", "", "2026-01-01")
    2021
    >>> read_year("民國110年", "", "2026-01-01")
    2021
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise refuse("years.blank")
    if isinstance(value, dt.date):
        year = _of_date(value, number_format)
    else:
        year = _of_text(_wording(value, number_format))
    last = int(today[:4]) if today else dt.datetime.now(SHANGHAI).year
    if last < year < 2200:
        raise refuse("years.future", year=year)
    if not EARLIEST <= year <= last:
        raise refuse("years.range", first=EARLIEST, last=last)
    return year


def _wording(value: Value, number_format: str) -> str:
    """Return what a cell shows."""
    if isinstance(value, str):
        return clean(value).removeprefix("'")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse("years.kind")
    try:
        return shown_whole(value, number_format)
    except Refusal as fault:
        raise refuse("years.format") from fault


def _of_date(value: dt.date, number_format: str) -> int:
    """Return the year of a date cell, if it is shown as one or is its last day."""
    if isinstance(value, dt.datetime) and value.tzinfo:
        value = value.astimezone(SHANGHAI)
    letters = set(date_letters(number_format))
    as_year = bool(letters) and letters <= {"y", "e"}
    if as_year or (value.month, value.day) == (12, 31):
        return value.year
    raise refuse("years.date", shown="")


def _of_text(wording: str) -> int:
    """Return the year of a wording."""
    text, shown = fold(wording), quote(wording)
    if found := _REPUBLIC.fullmatch(text):
        return 1911 + _republic(found["year"])
    if not re.search("[0-9]", text):
        text = text.translate(_IN_DIGITS)
    if found := _YEAR.fullmatch(text) or _LAST_DAY.fullmatch(text):
        return int(found["year"])
    if found := _DAY_AND_MONTH.fullmatch(text):
        return _of_day(found, shown)
    if text in listed("cell", "error"):
        raise refuse("cells.error", error=text.upper())
    if re.fullmatch("[0-9]{5}", text):
        raise refuse("years.serial", shown=shown)
    if re.fullmatch('"?[0-9]{2}年?度?', text):
        raise refuse("years.short", shown=shown)
    raise refuse("years.part", shown=shown)


def _republic(text: str) -> int:
    """Return a year of the Republic's calendar."""
    if text.isascii():
        return int(text)
    try:
        return int(read_chinese(text)[0])
    except ValueError as fault:
        raise refuse("years.republic") from fault


def _of_day(found: re.Match[str], shown: str) -> int:
    """Return the year of 12/31/2021 or 31.12.2021; refuse any other day."""
    days = sorted((int(found["a"]), int(found["b"])))
    whole = len(found["year"]) == 4
    if whole and days == [12, 31]:
        return int(found["year"])
    doubtful = whole and 1 <= days[0] and days[1] <= 12
    raise refuse("years.ambiguous" if doubtful else "years.date", shown=shown)
