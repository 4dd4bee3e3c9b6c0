"""Reads the figure that one cell states: its number, unit, qualifier and bounds.

A wording is read as everywhere in the library (`printed.state`). What a cell adds
stands here: nothing may stand in it but a hedge, a currency, one number or a range, a
scale and the unit of its column; a number may be written 1 234, .35 or 1.2E+04; a count
is whole. Whatever else stands in the cell, the cell is refused, never guessed.
"""

import re
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import NamedTuple

from hengstats.errors import ReadingError
from hengstats.intake.grid import Value
from hengstats.intake.names import clean, quote
from hengstats.intake.numberformats import GENERAL, PLAIN_FORMATS, decimals, shown
from hengstats.intake.result import COLUMNS, Refusal, is_money, refuse
from hengstats.intake.units import is_foreign, shape, unit_key, unit_words
from hengstats.printed import Statement, has_bare_scale, state
from hengstats.vocabulary import UNITS, convert
from hengstats.wording import cut, fold, listed

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
_THIS = "这一格"
_LONGEST = 60  # no figure has a longer wording
_PLAIN = re.compile(
    r"-?(?:[0-9]{1,15}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,12})?"
)
# Forms of a number that only cells have: 1 234, 1.2e+04, .35.
_FORMS = re.compile(
    r"(?<![0-9.,])(?:[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9]| [0-9])|\.[0-9]+"
    r"|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)e[+-]?[0-9]{1,2}(?![0-9.,]))"
)
# In the letters of `units.shape`: one figure, or a range.
_UNIT = "(?:[yc]|u?v?)"
_SHAPE = re.compile(
    f"b?c?-?c?no?[se]?[ao]?{_UNIT}[ao]?|f?c?n[se]?{_UNIT}[-t]c?n[se]?{_UNIT}"
)
_APART = re.compile("[-−–‐] ")
_NUMERALS = set("零〇一二两三四五六七八九十百千万亿")
_TAIL = re.compile(
    r"[-0-9., ]*[0-9][多余百千万亿]*\s?(?P<tail>\D{1,8}?)(?:以上|以下|左右)?"
)


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
    value: Value, number_format: str, column: str, unit: str | None, places: int = 0
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
    places : int
        Decimals of the most precise number of its column, of which the format General
        shows less: 11 beside 9.52 is 11.00.

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
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse("cells.truth" if isinstance(value, bool) else "cells.date")
    if not isfinite(value):
        raise refuse("cells.not_finite")
    # As Excel shows it: 15 digits at most.
    number = Decimal(value if isinstance(value, int) else f"{value:.15g}") + 0
    if is_money(column):  # 10 shown as 10.00 is printed to the second decimal
        places = decimals(number_format) or places * (number_format in GENERAL)
        if -int(number.as_tuple().exponent) < places:
            number = number.quantize(Decimal(1).scaleb(-places))
    if number_format in PLAIN_FORMATS:
        return _exact(format(number, "f"), number, column, unit)
    return _read_text(shown(number, number_format), column, unit)


def _read_text(printed: str, column: str, unit: str | None) -> Reading | None:
    """Return the figure that a text states."""
    if _PLAIN.fullmatch(printed):  # most cells; the long way reads them alike
        return _exact(printed, Decimal(printed.replace(",", "")), column, unit)
    printed = clean(printed).removeprefix("'").strip()
    text = fold(printed)
    if not text or text in listed("cell", "missing"):
        return None
    if len(text) > _LONGEST:
        raise refuse_text(printed)
    text = _FORMS.sub(lambda form: f"{Decimal(form[0].replace(' ', '')):f}", text)
    found = _state(text, column)
    if not found:
        raise refuse_text(printed)
    letters, said = found
    power, own = _unit(letters, said, column, unit, printed)
    ends = [_checked(end.scaleb(power) + 0, column) for end in said.ends]
    if said.hedge == "range":
        return Reading(printed, own, None, "range", "range", *ends)
    number, flag = ends[0], FLAGS[said.qualifier]
    if number <= 0 and said.qualifier in ("fewer_than", "nearly"):
        raise refuse_text(printed)  # fewer than none
    return Reading(
        printed,
        own,
        None if said.qualifier == "fewer_than" else number,
        said.qualifier,
        flag,
        number if flag == "lower_bound" else None,
        number if flag == "upper_bound" else None,
    )


def _state(text: str, column: str) -> tuple[str, Statement] | None:
    """Return the letters of the words of a figure, and what they say, beyond doubt."""
    try:
        words = cut(text, text)
        letters, said = shape(words, column), state(words, text)
    except ReadingError:
        return None
    hedged = said.hedge not in ("exact", "range")
    whole = "".join(word.text for word in words).replace(" ", "")
    doubtful = (
        not _SHAPE.fullmatch(letters)
        or whole != text.replace(" ", "")  # a comma or quotation mark
        or (not hedged and has_bare_scale(words))
        or (said.falls and (hedged or _APART.search(text)))
    )
    if doubtful:
        return None
    if said.falls:
        said = said._replace(ends=(-said.ends[0],))
    return letters, said


def _unit(
    letters: str, said: Statement, column: str, unit: str | None, printed: str
) -> tuple[int, str]:
    """Return the power of ten into the unit of the column, and the unit stated."""
    named = set(letters) & set("ycuv")
    if not named and not said.power:
        return _head_power(column, unit)
    base = UNITS[COLUMNS[column]].dimension
    power, _ = _head_power(column, base)
    if not is_money(column):
        return power, base
    if "e" in letters and not named:  # 1.2bn: of yuan only where the sheet says so
        _head_power(column, unit)
    if named == {"c"} and not said.power and unit not in (None, "yuan"):
        raise refuse("cells.currency", shown=quote(printed) or _THIS)
    return power, unit_key(column, 10**said.power) or base


def _exact(printed: str, number: Decimal, column: str, unit: str | None) -> Reading:
    """Return a plain number in the unit of the sheet."""
    power, own = _head_power(column, unit)
    return Reading(printed, own, _checked(number.scaleb(power) + 0, column))


@cache
def _head_power(column: str, unit: str | None) -> tuple[int, str]:
    """Return what turns the unit of the sheet into that of the column, and its key."""
    key = unit or ("" if is_money(column) else COLUMNS[column])
    if not key:
        raise refuse("cells.no_unit")
    return Decimal(str(convert(key, COLUMNS[column]))).adjusted(), key


def _checked(number: Decimal, column: str) -> Decimal:
    """Return a number that can be a figure of its column, or refuse it.

    A tax may be of any size here: the years beside it tell what is wrong with it.
    """
    if is_money(column):
        return number
    if 0 <= number <= MOST_COUNTED and number == number.to_integral_value():
        return number
    large = "large" if number > MOST_COUNTED else "fraction"
    raise refuse(f"cells.{'negative' if number < 0 else large}")


def refuse_unlikely(reading: Reading) -> Refusal | None:
    """Return the refusal of a tax beyond `MOST_TAX`, or None for any other figure."""
    ends = (reading.number, reading.lower, reading.upper)
    most = max((abs(end) for end in ends if end is not None), default=Decimal(0))
    return refuse("cells.unlikely", amount=f"{most:.2g}") if most > MOST_TAX else None


def refuse_text(printed: str) -> Refusal:
    """Return the refusal of a text that is no figure, under its reason code.

    Parameters
    ----------
    printed : str
        The wording of the cell; quoted only where it could not name a person.
    """
    text, quoted = fold(printed[:_LONGEST]), quote(printed)
    tail = _TAIL.fullmatch(text)
    others = tail and tail["tail"].strip() in unit_words()
    digits = any(c.isnumeric() and not c.isalpha() for c in text)
    if text.startswith("="):
        key = "formula"
    elif text in listed("cell", "error"):
        key = "error"
    elif text.lstrip("+-−") in listed("cell", "not_finite"):
        key = "not_finite"
    elif text in listed("cell", "nothing"):
        key = "nothing"
    elif others or is_foreign(text) or re.search("[%‰]|百分之|percent", text):
        key = "unit"
    elif quoted and re.fullmatch("[0-9]+,[0-9]+", text):
        key = "comma"
    elif digits or (quoted and set(text) & _NUMERALS):
        key = "doubtful" if quoted else "unquoted"
    else:
        key = "no_number"
    return refuse(
        f"cells.{key}",
        shown=quoted or _THIS,
        error=text.upper(),
        point=text.replace(",", "."),
        joined=text.replace(",", ""),
    )
