"""Reads periods and dates of publication; the day is that of Shanghai."""

import calendar
import datetime as dt
import re
from functools import lru_cache

SHANGHAI = dt.timezone(dt.timedelta(hours=8))  # without summer time since 1992
_PERIOD = re.compile(r"[0-9]{4}(-H[12]|-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


def is_period(text: str) -> bool:
    """Return whether a text is a year, half-year, month or day of the calendar."""
    if not _PERIOD.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text if len(text) == len("2020-01-31") else "2000-01-01")
    except ValueError:
        return False
    return True


def is_date(text: str) -> bool:
    """Return whether a text is a year, month or day of the calendar."""
    return "H" not in text and is_period(text)


@lru_cache(maxsize=10_000)
def last_day(period: str) -> dt.date:
    """Return the last day of a period, or of a span of two; a blank is never over.

    Examples
    --------
    >>> str(last_day("2020-H1")), str(last_day("2020-01/2021-02"))
    ('2020-06-30', '2021-02-28')
    """
    if not period:
        return dt.date.max
    end = period.split("/")[-1].replace("H1", "06").replace("H2", "12")
    year, month, day = [*map(int, end.split("-")), 0, 0][:3]
    month = month or 12
    return dt.date(year, month, day or calendar.monthrange(year, month)[1])
