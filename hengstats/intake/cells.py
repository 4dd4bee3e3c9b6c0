"""Which figure does one cell state: its number, unit, qualifier and bounds?

The grammar is closed: a hedge, a currency, one number, a scale, a unit, each of a
known list. Whatever else stands in the cell, the cell is refused, never guessed.
"""

import re
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import NamedTuple

from hengstats.intake.cellrefusals import LONGEST, refuse_currency, refuse_text
from hengstats.intake.characters import clean, half
from hengstats.intake.grammar import MISSING, Parts, parse
from hengstats.intake.grid import Value
from hengstats.intake.numberformats import PLAIN_FORMATS, decimals, shown
from hengstats.intake.result import COLUMNS, Refusal
from hengstats.intake.units import YUAN
from hengstats.numerals import read_chinese
from hengstats.vocabulary import convert

MOST_COUNTED = 10**9
MOST_TAX = 10**5  # 亿元: more than half of what all of China pays in a year
FLAGS = {
    "exact": "",
    "about": "approx",
    "nearly": "upper_bound",
    "at_most": "upper_bound",
    "fewer_than": "upper_bound",
    "at_least": "lower_bound",
    "more_than": "lower_bound",
    "range": "range",
}
# What 多 is called in the records; see `printed.PrintedFigure`.
_QUALIFIERS = {"odd": "more_than"}
_PLAIN = re.compile(
    r"-?(?:[0-9]{1,15}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,12})?"
)
_MOST_DIGITS = 27  # decimal arithmetic keeps 28


class Reading(NamedTuple):
    """What one cell states; a named tuple, for there are millions.

    Attributes
    ----------
    printed : str
        The wording, trimmed; a number cell in its shortest form.
    unit : str
        The unit of `printed`, a key of `vocabulary.UNITS`.
    number : Decimal or None
        In the unit of `result.COLUMNS`; None for `<10` and for ranges.
    qualifier : str
        Of `vocabulary.QUALIFIERS`.
    flag : str
        `approx`, `lower_bound`, `upper_bound`, `range`, or empty.
    lower, upper : Decimal or None
        Bounds, in the unit of `number`: both for a range, `upper` for `<10`, else
        the printed number on the side that it bounds.
    """

    printed: str
    unit: str
    number: Decimal | None
    qualifier: str = "exact"
    flag: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None


def read_figure(
    value: Value, number_format: str, column: str, unit: str | None
) -> Reading | None:
    """Return the figure that a cell states, or None where it states none.

    Parameters
    ----------
    value : Value
        What stands in the cell; in a CSV always text.
    number_format : str
        The format of a number cell, such as "0.00"; "General" or empty for none.
    column : str
        A key of `result.COLUMNS`.
    unit : str or None
        What the sheet states for the column, a key of `vocabulary.UNITS`. The cell's
        own unit wins. A count needs none.

    Raises
    ------
    Refusal
        If the cell states no figure, more than one, or one of something else.

    Examples
    --------
    >>> read_figure("2,630万元", "General", "tax", None).number
    Decimal('0.2630')
    >>> figure = read_figure("<10", "General", "members", None)
    >>> figure.number, figure.flag, figure.upper
    (None, 'upper_bound', Decimal('10'))
    """
    if isinstance(value, str):
        return _read_text(value, column, unit)
    if value is None:
        return None
    if isinstance(value, int | float) and value is not True and value is not False:
        number = _number(value)
        if column == "tax":  # 10 shown as 10.00 is printed to the second decimal
            number = _at_least(number, decimals(number_format))
        if number_format in PLAIN_FORMATS:
            return _exact(format(number, "f"), number, column, unit)
        return _read_text(shown(number, number_format), column, unit)
    truth = isinstance(value, bool)
    raise Refusal(
        "invalid_number",
        "这一格是逻辑值（是/否）" if truth else "这一格是日期或时间，不是数字",
        "改成数字；把格式设成常规后重新键入，因为 Excel 会把 3-5 一类改成日期",
        "the cell holds a truth value, a date or a time; type the number anew",
    )


def _number(value: float | int) -> Decimal:
    """Return the number of a cell, as Excel shows it: 15 digits at most."""
    if isinstance(value, int):
        return Decimal(value)
    if not isfinite(value):
        raise refuse_text(str(value))
    return Decimal(f"{value:.15g}") + 0


def _at_least(number: Decimal, places: int) -> Decimal:
    """Return a number written to so many decimals, or more where it has more."""
    if -int(number.as_tuple().exponent) >= places:
        return number
    return number.quantize(Decimal(1).scaleb(-places))


def _read_text(printed: str, column: str, unit: str | None) -> Reading | None:
    """Return the figure that a text states."""
    if _PLAIN.fullmatch(printed):  # most cells; the grammar reads them alike
        return _exact(printed, Decimal(printed.replace(",", "")), column, unit)
    if printed in MISSING:
        return None
    printed = clean(printed).removeprefix("'").strip()
    text = half(printed)
    if text in MISSING:
        return None
    ends = parse(text, column) if len(text) <= LONGEST else ()
    if not ends:
        raise refuse_text(printed)
    if len(ends) == 2:
        return _read_range(printed, ends, column, unit)
    part = ends[0]
    number = _value(part, printed)
    power, own = _power(part, column, unit, printed)
    qualifier = _QUALIFIERS.get(part.hedge, part.hedge) or "exact"
    if part.negative:
        if qualifier != "exact":
            raise refuse_text(printed)
        number = -number
    number = _checked(number.scaleb(power), column) + 0
    if number <= 0 and qualifier in ("fewer_than", "nearly"):
        raise refuse_text(printed)  # fewer than none
    flag = FLAGS[qualifier]
    return Reading(
        printed,
        own,
        None if qualifier == "fewer_than" else number,
        qualifier,
        flag,
        number if flag == "lower_bound" else None,
        number if flag == "upper_bound" else None,
    )


def _read_range(
    printed: str, ends: tuple[Parts, ...], column: str, unit: str | None
) -> Reading:
    """Return the range that a text states."""
    first, last = ends
    own = [end.is_scaled or bool(end.unit) for end in ends]
    mixed = own == [True, False] or (all(own) and last.power > first.power == 0)
    if mixed or (last.myriads and not first.myriads):
        raise refuse_text(printed)  # 3万-5, 3元-5万元, 三至五万
    if not own[0]:
        first = first.with_unit_of(last)
    numbers = []
    for part in (first, last):
        power, stated = _power(part, column, unit, printed)
        numbers.append(_checked(_value(part, printed).scaleb(power) + 0, column))
    if numbers[0] >= numbers[1] or (not any(own) and _looks_like_years(ends)):
        raise refuse_text(printed)
    return Reading(printed, stated, None, "range", "range", *numbers)


def _looks_like_years(ends: tuple[Parts, ...]) -> bool:
    """Return whether a range such as 2016-2021 may be a span of years."""
    if not all(re.fullmatch("(?:19|20)[0-9]{2}", end.number) for end in ends):
        return False
    return int(ends[1].number) - int(ends[0].number) < 30


def _exact(printed: str, number: Decimal, column: str, unit: str | None) -> Reading:
    """Return a plain number in the unit of the sheet."""
    power, own = _head_power(column, unit)
    return Reading(printed, own, _checked(number.scaleb(power) + 0, column))


@cache
def _head_power(column: str, unit: str | None) -> tuple[int, str]:
    """Return what turns the unit of the sheet into that of the column, and its key."""
    key = unit or ("" if column == "tax" else COLUMNS[column])
    if not key:
        raise Refusal(
            "unit_missing",
            "没有写明税收的单位",
            "在表头写“税收（亿元）”或“税收（万元）”，或加一行“单位：”",
            "the unit of tax is not stated; write it into the head, 税收（亿元）",
        )
    ratio = convert(key, COLUMNS[column])
    return Decimal(str(ratio)).adjusted(), key


def _power(part: Parts, column: str, unit: str | None, printed: str) -> tuple[int, str]:
    """Return the power of ten into the unit of the column, and the unit stated."""
    if column != "tax":
        if part.is_scaled or part.unit:
            return part.power, COLUMNS[column]
        return _head_power(column, unit)
    if part.is_yuan or part.myriads or part.scale_is_chinese:
        stated = part.power or part.myriads
        return part.power - 8, YUAN.get(stated, "yuan")
    if part.scale:  # 1.2bn: of yuan only where the sheet says so
        _head_power(column, unit)
        return part.power - 8, YUAN.get(part.power, "yuan")
    if part.currency or part.unit:  # ¥26.3, 26.3 RMB: the currency, and no more
        if unit not in (None, "yuan"):
            raise refuse_currency(printed)
        return -8, "yuan"
    return _head_power(column, unit)


def _value(part: Parts, printed: str) -> Decimal:
    """Return the number that its digits or numerals write."""
    try:
        if part.is_chinese:
            return read_chinese(part.number)[0]
    except (ValueError, KeyError) as fault:
        raise refuse_text(printed) from fault
    digits = part.number.replace(",", "").replace(" ", "")
    if len(digits) > _MOST_DIGITS:
        raise refuse_text(printed)
    return Decimal(digits)


def refuse_unlikely(reading: Reading) -> Refusal | None:
    """Return the refusal of a tax beyond `MOST_TAX`, or None for any other figure."""
    if reading.number is not None and -MOST_TAX <= reading.number <= MOST_TAX:
        return None
    ends = (reading.number, reading.lower, reading.upper)
    most = max((abs(end) for end in ends if end is not None), default=Decimal(0))
    if most <= MOST_TAX:
        return None
    return Refusal(
        "out_of_range",
        f"折合 {most:.2g} 亿元，没有哪座楼宇会有",
        "核对单位：是不是把元或万元的数写在了亿元栏里",
        f"it comes to {most:.2g} times 100 million yuan; check the unit",
    )


def _checked(number: Decimal, column: str) -> Decimal:
    """Return a number that can be a figure of its column, or refuse it.

    A tax may be of any size here: the years beside it tell what is wrong with it.
    """
    if column == "tax":
        return number
    if 0 <= number <= MOST_COUNTED and number == number.to_integral_value():
        return number
    if number < 0:
        told = ("negative_count", "是负数", "a count cannot be below zero")
    elif number > MOST_COUNTED:
        told = ("out_of_range", "大过十亿", "a count is at most 1,000,000,000")
    else:
        told = ("non_integer_count", "不是整数", "a count must be whole")
    raise Refusal(
        told[0],
        f"数量{told[1]}",
        "核对来源，写成 0 到 10 亿之间的整数",
        f"{told[2]}; check the source",
    )
