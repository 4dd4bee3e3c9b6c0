"""Which year does a cell or a head name?

A date is a year only where the sheet shows it as one, or where it is the last day of
a year; a number is never taken for the day count of Excel.
"""

import datetime as dt
import re
from decimal import Decimal

from hengstats.intake.cellrefusals import ERRORS, refuse_text
from hengstats.intake.characters import clean, half, quote
from hengstats.intake.grid import Value
from hengstats.intake.numberformats import PLAIN_FORMATS, date_letters, shown
from hengstats.intake.result import Refusal
from hengstats.numerals import DIGITS, read_chinese

EARLIEST = 1949
_SHANGHAI = dt.timezone(dt.timedelta(hours=8))  # without summer time since 1992
_WHOLE_YEAR = r"(?: ?1月? ?(?:-|−|–|—|~|至|到) ?12月(?:份|底|末)?)"
_YEAR = re.compile(
    r"(?:fy ?|year ?)?(?P<year>[1-9][0-9]{3})(?:\.0+)?"
    rf"(?: ?(?:年|年度|年全年|全年|年末|年底|年份|[财財]年)|(?: ?年度?)?{_WHOLE_YEAR})?"
)
_CHINESE = re.compile(
    r"(?P<year>[零〇○一二三四五六七八九]{4}) ?(?:年|年度|年全年|年末|年底)?"
)
_REPUBLIC = re.compile(
    r"(?:中华|中華)?民[国國] ?(?P<year>[0-9]{1,3}|[零〇一二三四五六七八九十百]{1,5}) ?"
    rf"(?:年|年度|年末|年底)?{_WHOLE_YEAR}?"
)
_LAST_DAY = re.compile(
    r"(?:截至|截止|截至到)?(?P<year>[1-9][0-9]{3})(?:([-/.])12\2|年 ?12月 ?|(?=1231))"
    r"(?:(?<!1231)(?:31|1231))日?(?:[ t]00:00(?::00(?:\.0+)?)?)?"
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
        `invalid_year`, `ambiguous_date` for 03/04/2019, `missing_key` for a blank.

    Examples
    --------
    >>> read_year("2021年1-12月", "", "2026-01-01")
    2021
    >>> read_year("民國110年", "", "2026-01-01")
    2021
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        raise Refusal(
            "missing_key",
            "没有写年份",
            "每一行都写上四位的年份",
            "the year is blank; write it in four digits",
        )
    if isinstance(value, dt.date):
        return _checked(_of_date(value, number_format), today)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _refuse("", "不是年份", "not a year")
    wording = _wording(value, number_format)
    return _checked(_of_text(half(wording), quote(wording)), today)


def _wording(value: str | float, number_format: str) -> str:
    """Return what a cell shows."""
    if isinstance(value, str):
        return clean(value).removeprefix("'")
    if isinstance(value, float) and not value.is_integer():
        raise _refuse("", "不是整数的年份", "not a whole year")
    if number_format in PLAIN_FORMATS:
        return str(int(value))
    try:
        return shown(Decimal(int(value)), number_format).strip()
    except Refusal as fault:
        mend = "the number format of the cell shows no year"
        raise _refuse("", "单元格格式显示的不是年份", mend) from fault


def _of_date(value: dt.date, number_format: str) -> int:
    """Return the year of a date cell, if it is shown as one or is its last day."""
    if isinstance(value, dt.datetime) and value.tzinfo:
        value = value.astimezone(_SHANGHAI)
    letters = set(date_letters(number_format))
    shown_as_year = letters <= {"y", "e"} and letters
    if shown_as_year or (value.month, value.day) == (12, 31):
        return value.year
    raise _refuse("", "是日期，不是年份", "a date that is not shown as a year")


def _of_text(text: str, quoted: str) -> int:
    """Return the year of a folded wording."""
    if found := _YEAR.fullmatch(text) or _LAST_DAY.fullmatch(text):
        return int(found["year"])
    if found := _CHINESE.fullmatch(text):
        digits = found["year"].replace("○", "〇")
        return int("".join(str(DIGITS[c]) for c in digits))
    if found := _REPUBLIC.fullmatch(text):
        return 1911 + _republic(found["year"])
    if found := _DAY_AND_MONTH.fullmatch(text):
        return _of_day(found, quoted)
    if text in ERRORS:
        raise refuse_text(text)
    if re.fullmatch("[0-9]{5}", text):
        told = "看来是 Excel 的日期序号", "probably the day number of a date in Excel"
        raise _refuse(quoted, *told)
    if re.fullmatch("['’]?[0-9]{2}年?(?:度)?", text):
        raise _refuse(quoted, "年份只有两位", "a year of two digits")
    raise _refuse(quoted, "不是一个完整的年份", "not one whole year")


def _republic(text: str) -> int:
    """Return a year of the Republic's calendar."""
    if text.isdigit() and text.isascii():
        return int(text)
    try:
        return int(read_chinese(text)[0])
    except ValueError as fault:
        raise _refuse("", "民国年份不清楚", "an unclear year") from fault


def _of_day(found: re.Match[str], quoted: str) -> int:
    """Return the year of 12/31/2021 or 31.12.2021; refuse any other day."""
    first, second = int(found["a"]), int(found["b"])
    if len(found["year"]) == 4 and (first, second) in ((12, 31), (31, 12)):
        return int(found["year"])
    if len(found["year"]) == 4 and 1 <= first <= 12 and 1 <= second <= 12:
        raise Refusal(
            "ambiguous_date",
            f"{quoted}不知道哪个是月、哪个是日",
            "写成四位的年份，如 2019",
            "day and month cannot be told apart; write the year in four digits",
        )
    raise _refuse(quoted, "是日期，不是年份", "a date, not a year")


def _checked(year: int, today: str) -> int:
    """Return a year that can have figures, or refuse it."""
    last = int(today[:4]) if today else dt.datetime.now(_SHANGHAI).year
    if EARLIEST <= year <= last:
        return year
    if last < year < 2200:
        raise Refusal(
            "invalid_year",
            f"{year} 是将来的年份",
            "核对年份；预计和计划的数不收",
            f"{year} is in the future; check the year, forecasts are not taken",
        )
    fault = f"年份不在 {EARLIEST} 到 {last} 之间"
    raise _refuse("", fault, f"not within {EARLIEST}-{last}")


def _refuse(shown_as: str, fault: str, english: str) -> Refusal:
    """Return the refusal of what is no year."""
    return Refusal(
        "invalid_year",
        f"{shown_as}{fault}",
        "写成四位的年份，如 2021、2021年或 FY2021",
        f"{english}; write the year in four digits, such as 2021",
    )
