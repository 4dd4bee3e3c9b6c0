"""Reads the year of a sign-in by the clocks of Shanghai.

The zone of the machine plays no part. Since 1949 Shanghai's year has begun at 16:00 UTC
of the day before, summer time or not, so a fixed offset says what a zone table would.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from hengstats.dates import SHANGHAI
from hengstats.intake.grid import Value
from hengstats.signins.faults import Unread
from hengstats.signins.ids import is_blank, visible

FIRST_YEAR = 1949

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = "(?P<name>" + "|".join(_MONTHS) + r")[a-z]*\.?"
_MORNING = "上午|凌晨|早上|清晨|早晨|am|a\\.m\\."
_EVENING = "下午|晚上|傍晚|中午|pm|p\\.m\\."
_HALF = f"{_MORNING}|{_EVENING}"
_DATES = [
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)",
        r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号號]",
        r"(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<y>\d{4})(?!\d)",
        rf"(?P<d>\d{{1,2}})[- ]{_MONTH}[-, ]+(?P<y>\d{{4}})(?!\d)",
        rf"{_MONTH} (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})(?!\d)",
    )
]
_COMPACT = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:t?(\d\d)(\d\d)(\d\d)?)?(?P<rest>(?:[ z+-].*)?)"
)
_TIME = re.compile(
    rf"\s*t?\s*(?P<before>{_HALF})?\s*(?P<h>\d{{1,2}})[:时時点點](?P<min>\d\d?)"
    rf"(?:[:分](?P<s>\d\d?)(?:[.,]\d+)?)?[分秒]?\s*(?P<after>{_HALF})?"
)
_ZONE = re.compile(
    r"\s?(?:(?:utc|gmt)\s?)?(?P<sign>[+-])(?P<h>\d{1,2}):?(?P<m>\d\d)?"
    r"|\s?(?P<utc>z|utc|gmt)|\s?(?P<local>北京时间|北京時間)"
)
# What may stand beside a stamp and says nothing new: a weekday, the name of the zone.
_BESIDE = re.compile(
    r"\(?(?:星期|周|週)[一二三四五六日天]\)?|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?"
    r"|\[asia/shanghai\]|\((?:中国标准时间|china standard time)\)"
)
_TWO_DIGITS = re.compile(
    r"\d\d([-/.])\d{1,2}\1\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.]\d\d(?!\d)|\d\d年"
)
_CLOCK = re.compile(rf"(?:{_HALF})?\s*\d{{1,2}}:\d\d(?::\d\d)?\s*(?:{_HALF})?")
_SPAN = re.compile(r"\s*(?:[-–—―─‐~至到]|to\b)\s*.*\d")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The year of a sign-in by Shanghai time, and whether it told its zone."""

    year: int
    zoned: bool


def read_stamp(value: Value, today: str = "", offset: int | None = None) -> Stamp:
    """Return the Shanghai year of a sign-in.

    Parameters
    ----------
    value : Value
        A cell: a date, or text such as 2019-03-04T20:05:00Z or 2019年3月4日 下午8:05.
    today : str
        YYYY-MM-DD; a sign-in after the day that follows is refused. Empty: no limit.
    offset : int or None
        Hours ahead of UTC that the head states for stamps without a zone. None: they
        are Shanghai time.

    Raises
    ------
    Unread
        If it is blank, no moment, ambiguous, impossible or in the future.

    Examples
    --------
    >>> read_stamp("2019-12-31T16:00:00Z")
    Stamp(year=2020, zoned=True)
    >>> read_stamp("2019年12月31日 下午 8:05")
    Stamp(year=2019, zoned=False)
    """
    if isinstance(value, str):
        return _read_text(value, today, offset)
    if is_blank(value):
        raise Unread("time_blank")
    if isinstance(value, (dt.time, dt.timedelta)):
        raise Unread("time_no_date")
    if isinstance(value, dt.datetime):
        return _settle(value, today, offset)
    if isinstance(value, dt.date):
        return _settle(dt.datetime.combine(value, dt.time()), today, offset)
    if isinstance(value, (bool, int, float)):
        if isinstance(value, bool) or value % 1 != 0:
            raise Unread("time_number")
        return _read_text(f"{value:.0f}", today, offset)
    raise Unread("time_unread")


@lru_cache(maxsize=16_384)
def _read_text(text: str, today: str, offset: int | None) -> Stamp:
    """Return the stamp that a text says."""
    if is_blank(text):
        raise Unread("time_blank")
    plain = visible(text).lower().replace("−", "-")
    plain = " ".join(_BESIDE.sub(" ", plain).split())
    day, rest = _date(plain)
    clock, rest = _clock(rest)
    zone = _zone(rest, clock)
    return _settle(_moment(day, clock, zone), today, offset)


def _settle(moment: dt.datetime, today: str, offset: int | None) -> Stamp:
    """Return the stamp of a moment that is neither too early nor in the future."""
    if moment.tzinfo is None and offset is not None:
        moment = moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=offset)))
    zoned = moment.tzinfo is not None
    try:
        local = moment.astimezone(SHANGHAI) if zoned else moment
    except OverflowError:
        raise Unread("time_impossible") from None
    if local.year < FIRST_YEAR or local.date() == dt.date(1970, 1, 1):
        raise Unread("time_early")
    # A day's grace: the machine may stand west of Shanghai.
    if today and local.date() > dt.date.fromisoformat(today) + dt.timedelta(days=1):
        raise Unread("time_future")
    return Stamp(local.year, zoned)


def _date(text: str) -> tuple[tuple[int, int, int], str]:
    """Return year, month and day at the head of a text, and what follows."""
    for pattern in _DATES:
        if match := pattern.match(text):
            return _ordered(match.groupdict()), text[match.end() :]
    if match := _COMPACT.fullmatch(text):
        year, month, day, *clock = match.groups()[:-1]
        following = ":".join(part for part in clock if part)
        return (
            int(year),
            int(month),
            int(day),
        ), f" {following}{match['rest']}".rstrip()
    if text.replace(".", "").isdigit():
        raise Unread("time_number")
    if _TWO_DIGITS.match(text):
        raise Unread("time_two_digits")
    if _CLOCK.match(text):
        raise Unread("time_no_date")
    raise Unread("time_unread")


def _ordered(part: dict[str, str | None]) -> tuple[int, int, int]:
    """Return year, month and day, if it is plain which is which."""
    year = int(part["y"] or 0)
    if part.get("name"):
        return year, _MONTHS.index(str(part["name"])) + 1, int(part["d"] or 0)
    if not part.get("a"):
        return year, int(part["m"] or 0), int(part["d"] or 0)
    one, other = int(part["a"] or 0), int(part["b"] or 0)
    if one <= 12 and other <= 12 and one != other:
        raise Unread("time_order")
    return (year, other, one) if one > 12 else (year, one, other)


def _clock(text: str) -> tuple[tuple[int, int, int] | None, str]:
    """Return hour, minute and second at the head of a text, and what follows."""
    if not text.strip():
        return None, ""
    match = _TIME.match(text)
    if not match:
        raise Unread("time_span" if _SPAN.match(text) else "time_unread")
    half = match["before"] or match["after"]
    if match["before"] and match["after"]:
        raise Unread("time_unread")
    hour, minute, second = (int(match[key] or 0) for key in ("h", "min", "s"))
    if hour > 23 or minute > 59 or second > 60:
        raise Unread("time_impossible")
    seconds_told = match["s"] is not None or text.lstrip().startswith("t")
    return (_of_day(hour, half), minute, -1 if not seconds_told else min(second, 59)), (
        text[match.end() :]
    )


def _of_day(hour: int, half: str | None) -> int:
    """Return the hour of the day that a twelve-hour clock shows."""
    if not half:
        return hour
    if re.fullmatch(_MORNING, half):
        if hour > 12:
            raise Unread("time_impossible")
        return hour % 12
    if half == "晚上" and hour == 12:
        raise Unread("time_night")
    if half == "中午":
        return hour if hour > 9 else hour + 12
    return hour if hour >= 12 else hour + 12


def _zone(text: str, clock: tuple[int, int, int] | None) -> dt.timezone | None:
    """Return the zone that a text states, None for none."""
    if not text.strip():
        return None
    match = _ZONE.fullmatch(text)
    if not match or clock is None:
        raise Unread("time_span" if _SPAN.match(text) else "time_zone")
    if match["local"]:
        return SHANGHAI
    if match["utc"]:
        return dt.UTC
    hours, minutes = int(match["h"]), int(match["m"] or 0)
    negative = match["sign"] == "-"
    # 10:00-11:30 is a span; 10:00:00-05:00 and T10:00-05:00 state an offset.
    if negative and ":" in text and clock[2] < 0 and (hours, minutes) > clock[:2]:
        raise Unread("time_span")
    if minutes not in (0, 15, 30, 45) or hours > (12 if negative else 14):
        raise Unread("time_span" if negative else "time_zone")
    shift = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-shift if negative else shift)


def _moment(
    day: tuple[int, int, int],
    clock: tuple[int, int, int] | None,
    zone: dt.timezone | None,
) -> dt.datetime:
    """Return the moment, if the calendar has it."""
    hour, minute, second = clock or (0, 0, 0)
    try:
        return dt.datetime(*day, hour, minute, max(second, 0), tzinfo=zone)
    except ValueError:
        raise Unread("time_impossible") from None
