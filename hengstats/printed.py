"""Reads a printed wording as a number with hedge, unit and bounds.

The wording is cut into known words (`wording`); `state` says what they say, for a
record and for a cell of a sheet alike; each kind of hedge opens one box. The boxes are
assumptions, and every result that rests on a box rests on them.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import inf
from typing import NamedTuple

from hengstats.numerals import MYRIADS, read_number
from hengstats.vocabulary import UNITS
from hengstats.wording import Word, cut, fold, unreadable

YUAN, DOLLARS = "100 million yuan", "million Hong Kong dollars"
_NAME = re.compile("\\s*[“「][^“”「」]+[”」][^“”「」\\d]*")
_MILESTONE = re.compile(
    "(?:[^\\d。,]{0,4}(?:第一|首)[栋幢座个]|首个|当年即成为税收|年?税收|纳税)?"
    "(?P<month>月)?(?P<number>[0-9]+(?:\\.[0-9]+)?|[一二两双三四五六七八九十百千]*)亿"
    "元?楼宇?(?:的里程碑)?"
)
_YEAR = re.compile("(?:19|20)\\d\\d年|[一二][九〇零][〇零一二三四五六七八九]{2}年")
_FINANCIAL = re.compile("[壹贰貳叁肆伍陆陸柒捌玖拾佰仟]")
_NUMERIC = ("number", "percent", "several", "least", "fraction")
_SCALES = set("百千万亿")
_HEDGES = ("before", "after", "first", "several", "least")
_ONE_DIGIT = (
    "(?:[0-9](?:\\.[0-9]+)?|[一二两三四五六七八九](?:点[零一二三四五六七八九]+)?)"
)
_SPAN = 30  # years; 2016-2021 may be a span of them
_REMEMBERED = 1 << 14  # wordings; a dataset repeats them at every load


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFigure:
    """One figure as a source printed it, and what it says as a number.

    Attributes
    ----------
    printed : str
        The wording, as given.
    number : float or None
        The number that stands in it, in `unit`; None for a range.
    qualifier : str
        `exact`, `about`, `nearly`, `at_least`, `more_than`, `at_most`,
        `fewer_than` or `range`.
    unit : str or None
        The unit that the wording names; None where it names none, or one such as
        家 or 个 that does not say what is counted.
    lower, upper : float
        The box, in `unit`; infinite where the side is open.
    value : float or None
        The point; None where the wording is only a bound or a range.
    wide_lower : float
        The lower end under the wide reading of `nearly`; else `lower`.
    """

    printed: str
    number: float | None
    qualifier: str
    unit: str | None
    lower: float
    value: float | None
    upper: float
    wide_lower: float


class Statement(NamedTuple):
    """What the words of one figure say, whatever its unit.

    Attributes
    ----------
    ends : tuple of Decimal
        The number, or both ends of a range, scaled: 30000 for 3万.
    place : Decimal
        Of the last written digit, scaled; the denominator of a fraction.
    hedge : str
        A qualifier, or `odd` (多), `teens` (十几), `several` (数百), `few` (几十), or
        `fraction` (1/8).
    power : int
        Power of ten of the scale, or of the 万 or 亿 of a numeral; 0 for none.
    falls : bool
        Whether a minus sign or a word for a fall stands beside the number.
    """

    ends: tuple[Decimal, ...]
    place: Decimal
    hedge: str
    power: int = 0
    falls: bool = False

    @property
    def qualifier(self) -> str:
        """One of `vocabulary.QUALIFIERS`."""
        names = {"odd": "more_than", "several": "at_least", "fraction": "about"}
        names |= {"teens": "more_than", "few": "at_least"}
        return names.get(self.hedge, self.hedge)


def read_printed(
    printed: str, *, unit: str | None = None, ledger: bool = False
) -> PrintedFigure:
    """Return the number, hedge, unit and box that a printed wording states.

    Parameters
    ----------
    printed : str
        One figure in 简体, 繁體 or English, such as "26.3亿元", "近300家", "百亿楼",
        "三千二百名", "1/8", "30-35家" or "nearly 27.94 billion yuan".
    unit : str, optional
        The unit that the head of the table gives, where the wording names none.
    ledger : bool
        True where a figure is declared exact to the last unit: no rounding.

    Returns
    -------
    PrintedFigure

    Raises
    ------
    ReadingError
        If the wording is not one figure made of known words; the message says why.

    Notes
    -----
    A count without a hedge is exact when written to the last unit. An amount, a
    percentage, or a count in 万 is known to half a unit of its last printed digit;
    with 约, to half a unit of the last digit that is not zero. 多 and 余 end below
    the next unit of that digit; 十几 are 11 to 19; 超, 逾 and 以上 are open above. 近
    begins a tenth below, or one unit of the last non-zero digit where that is less;
    the wide reading takes the farther of the two. A fraction p/q is one whose
    denominator was rounded to q. 不足 X runs from nothing to X, 数百 from 100 to 1000,
    几百 from 200 to 999; 上百 is at least 100.

    Examples
    --------
    >>> figure = read_printed("近300家")
    >>> figure.lower, figure.value, figure.upper, figure.qualifier
    (270.0, None, 300.0, 'nearly')
    >>> read_printed("百億樓").lower, read_printed("百億樓").unit
    (100.0, '100 million yuan')
    """
    if not isinstance(printed, str) or not printed.strip():
        raise unreadable("blank", printed)
    return _read(printed, unit, ledger)


@lru_cache(maxsize=_REMEMBERED)
def _read(printed: str, unit: str | None, ledger: bool) -> PrintedFigure:
    """Return the figure that a wording states: names, a milestone, or words."""
    names, text = printed.split("、"), fold(printed)
    if re.search('[0-9]"[0-9]', text):  # 1'234
        raise unreadable("unknown_word", printed, piece="'")
    text = text.replace('"', "")
    if len(names) > 1 and all(map(_NAME.fullmatch, names)):
        count = Decimal(len(names))
        said = Statement((count,), Decimal(1), "exact")
        return _figure(printed, said, Decimal(1), None, ledger)
    if found := _MILESTONE.fullmatch(text):
        number, *_ = _scaled([Word("number", found["number"] or "一", "")], printed)
        said = Statement((number,), number, "at_least")
        milestone = YUAN + (" per month" if found["month"] else "")
        return _figure(printed, said, Decimal(1), milestone, ledger)
    words = cut(text, printed)
    if _YEAR.search(text):
        raise unreadable("year", printed)
    said = state(words, printed)
    if said.hedge in ("exact", "range") and has_bare_scale(words):
        raise unreadable("bare", printed)
    if _FINANCIAL.search(printed):  # 陆佰万 is written out to the 万
        said = said._replace(place=min(said.place, Decimal(10) ** said.power))
    divisor, spoken = _unit_of(words, said.power > 0, unit)
    if said.falls:  # a fall by so much is a growth below zero; a level after one is not
        first = next(i for i, word in enumerate(words) if word.kind in _NUMERIC)
        before = [w.kind + w.meaning for w in words[:first] if w.kind != "currency"]
        level = spoken == "percent" or before == ["tosign"]
        if not level or "toword" in before or len(said.ends) > 1:
            raise unreadable("fall", printed)
    return _figure(printed, said, divisor, spoken or unit, ledger)


def state(words: list[Word], printed: str) -> Statement:
    """Return what the known words of a wording say: one number, or one range.

    Raises
    ------
    ReadingError
        If they say no number, several, or one that is not beyond doubt.
    """
    kinds = [word.kind for word in words]
    numbers = [i for i, kind in enumerate(kinds) if kind in _NUMERIC]
    if not numbers:
        raise unreadable("no_number", printed)
    first, last = numbers[0], numbers[-1]
    hedges = [w for w in words if w.kind in _HEDGES]
    if len(hedges) > 1:
        raise unreadable("two_hedges", printed)
    before = [w for w in words[:first] if w.kind != "currency"]
    minus = bool(before) and before[-1].meaning == "sign"
    dashes = [w for w in before if w.meaning in ("sign", "dash")]
    if len(dashes) > minus or kinds[-1] == "to":
        raise unreadable("half_range", printed)
    falls = minus or any(word.meaning == "fall" for word in words)
    if len(numbers) == 2 and kinds[first:last].count("to") == 1:
        if hedges:
            raise unreadable("hedged_range", printed)
        return Statement(*_read_range(words[first:], last - first, printed), falls)
    if len(numbers) > 1 or "scale" in kinds[:first]:
        raise unreadable("two_numbers", printed)
    if "to" in kinds[first:] and not _is_compound(words[first:]):
        raise unreadable("half_range", printed)
    if "ordinal" in kinds and any(w.meaning == "persons" for w in words):
        raise unreadable("rank", printed)
    if "before" in kinds[first:] or "after" in kinds[:first]:
        raise unreadable("misplaced_hedge", printed)
    number, place, power = _scaled(words[first:], printed)
    hedge = hedges[0].meaning if hedges else "exact"
    if kinds[first] in ("several", "least"):
        few = "few" if words[first].text[0] == "几" else "several"
        hedge = few if kinds[first] == "several" else "at_least"
    if hedge == "teens" and not words[first].text.endswith("十"):
        raise unreadable("misplaced_hedge", printed)
    if kinds[first] == "fraction":
        if hedge in ("nearly", "odd"):
            raise unreadable("hedged_fraction", printed)
        hedge = "fraction" if hedge in ("exact", "about") else hedge
    return Statement((number,), place, hedge, power, falls)


def has_bare_scale(words: list[Word]) -> bool:
    """Return whether a number is 百, 千 or 万 with no digit before it: 百家."""
    return any(w.kind == "number" and set(w.meaning) <= _SCALES for w in words)


def _is_compound(words: list[Word]) -> bool:
    """Return whether hyphens stand before English words only: 66-story."""
    return all(
        word.text == "-" and "a" <= following.text[0] <= "z"
        for word, following in pairwise(words)
        if word.kind == "to"
    )


def _scaled(words: list[Word], printed: str) -> tuple[Decimal, Decimal, int]:
    """Return the number that words begin with, its last place and its power of ten."""
    kind, text = words[0].kind, words[0].meaning
    if kind == "fraction":  # in place of a place, its denominator
        over, under = map(Decimal, text.split("/"))
        if not (over and under):
            raise unreadable("nought_in_fraction", printed)
        return over / under, under, 0
    scales = [int(w.meaning) for w in words if w.kind == "scale"]
    own = 8 if "亿" in text else 4 if "万" in text else 0
    if len(scales) + bool(own) > 1:
        raise unreadable("two_numbers", printed)  # 三亿 thousand
    try:
        number, place = read_number(text)
    except ValueError as fault:
        raise unreadable("not_whole", printed, number=text) from fault
    if +number != number:  # decimal arithmetic keeps 28 digits
        raise unreadable("too_long", printed)
    return number.scaleb(sum(scales)), place.scaleb(sum(scales)), own or sum(scales)


def _read_range(
    words: list[Word], last: int, printed: str
) -> tuple[tuple[Decimal, ...], Decimal, str, int]:
    """Return ends, place, hedge and power of words that begin with a range.

    A scale or unit behind the second number alone is that of both: 3-5万, 五至六亿元,
    三至四百家, 5千至6千万元. One behind the first alone, one that would make the first
    the larger, and 三至四十 leave doubt: 3万-5, 八至一千, 3元-5万元.
    """
    middle = next(i for i, word in enumerate(words) if word.kind == "to")
    parts = words[:middle], words[last:]
    within = {w.kind for w in [*parts[0][1:], *words[middle + 1 : last]]}
    tails = [[w.text for w in part[1:] if w.kind != "scale"] for part in parts]
    same = tails[0] == tails[1][: len(tails[0])]
    if not same or within - {"scale", "unit", "currency", "context"}:
        raise unreadable("two_numbers", printed)
    digits = [words[i].meaning for i in (0, last)]
    if any(re.match("0[0-9]", text) for text in digits):  # of a telephone number
        raise unreadable("doubtful_range", printed)
    (low, _, _), (high, _, power) = (_scaled(part, printed) for part in parts)
    shift = _shift(parts, tails, printed)
    low = low.scaleb(shift)
    if shift and low >= high:
        raise unreadable("doubtful_range", printed)
    years = all(re.fullmatch("(?:19|20)[0-9]{2}", text) for text in digits)
    bare = not (power or tails[1])
    if years and bare and high - low < _SPAN:
        raise unreadable("year", printed)
    if low >= high:
        raise unreadable("falling_range", printed)
    return (low, high), Decimal(1), "range", power


def _shift(
    parts: tuple[list[Word], list[Word]], tails: list[list[str]], printed: str
) -> int:
    """Return the power of ten that the first end of a range takes from the second."""
    (one, place, myriad), (two, place_2, myriad_2) = map(_scales, parts)
    shift = 0 if myriad else myriad_2
    if not place and place_2:
        if re.fullmatch(_ONE_DIGIT, one):
            shift += place_2
        elif re.match("[0-9]", one):  # 15至4百
            raise unreadable("doubtful_range", printed)
    either = re.fullmatch(_ONE_DIGIT, one) and re.fullmatch(_ONE_DIGIT + "十", two)
    behind = bool(myriad or tails[0]), bool(myriad_2 or tails[1])
    if either or behind == (True, False) or (shift and tails[0]):
        raise unreadable("doubtful_range", printed)
    return shift


def _scales(words: list[Word]) -> tuple[str, int, int]:
    """Return a number without its last scales, and the powers of 百 or 千, and of 万.

    三, 2 and 4 for 三百万; an English scale counts as 万 does.
    """
    scales = [word for word in words[1:] if word.kind == "scale"]
    if scales and scales[0].text.isascii():
        return words[0].meaning, 0, sum(int(word.meaning) for word in scales)
    text = words[0].meaning + "".join(word.text for word in scales)
    found = re.fullmatch("(.*?)([百千]?)([万亿]*)", text)
    number, place, myriads = found.groups() if found else (text, "", "")
    powers = {"": 0, "百": 2, "千": 3, "万": 4, "亿": 8}
    return number, powers[place], sum(powers[sign] for sign in myriads)


def _unit_of(
    words: list[Word], scaled: bool, unit: str | None
) -> tuple[Decimal, str | None]:
    """Return what one unit of a wording is in ones, and the unit that it names."""
    named = {word.kind: word.meaning for word in reversed(words)}
    units = [word.meaning for word in words if word.kind == "unit"]
    if "fraction" in named:
        return Decimal(1), "fraction"
    if named.get("per") == "area":
        return Decimal(1), "yuan per square metre"
    if named.get("currency") == "hkd":
        return Decimal(10**6), DOLLARS
    if "currency" in named:
        return Decimal(10**8), YUAN + (" per month" if "per" in named else "")
    if "tenths" in units:
        return Decimal("0.1"), "percent"
    if "percent" in [*named, *units]:
        return Decimal(1), "percent"
    if scaled and unit in UNITS and not units:
        return Decimal(str(UNITS[unit].factor)), unit
    return Decimal(1), next(iter(units), None)


def _figure(
    printed: str, said: Statement, divisor: Decimal, unit: str | None, ledger: bool
) -> PrintedFigure:
    """Return the figure that a statement makes in a unit, with its box."""
    ends = [end / divisor for end in said.ends]
    value: Decimal | None = None
    low: Decimal | float = ends[0]
    high: Decimal | float = ends[-1]
    wide = low
    if said.hedge != "range":
        counted = unit not in UNITS or UNITS[unit].kind == "count"
        place = said.place if said.hedge == "fraction" else said.place / divisor
        low, value, high, wide = _box(ends[0], place, said.hedge, counted, ledger)
    sign = -1 if said.falls else 1
    low, high = sorted((float(low) * sign, float(high) * sign))
    return PrintedFigure(
        printed=printed,
        number=None if said.hedge == "range" else float(ends[0]) * sign,
        qualifier=said.qualifier,
        unit=unit,
        lower=low,
        value=None if value is None else float(value) * sign,
        upper=high,
        wide_lower=low if said.falls else float(wide),
    )


def _box(
    number: Decimal, place: Decimal, hedge: str, counted: bool, ledger: bool
) -> tuple[Decimal | float, Decimal | None, Decimal | float, Decimal | float]:
    """Return lower end, value, upper end and wide lower end that a hedge opens."""
    step, tenth = Decimal(1), number / 10
    if number:  # the place of the last digit that is not zero: 100 for 300
        step = Decimal(1).scaleb(int(number.normalize().as_tuple().exponent))
    if hedge == "nearly":
        step = tenth if step == number else step
        wide = max(number - max(step, tenth), Decimal(0))
        return number - min(step, tenth), None, number, wide
    if hedge == "fraction":
        p, half = number * place, Decimal("0.5")
        least = p / (place + half)
        return least, number, p / (place - half), least
    half = place / 2
    if ledger or (counted and place <= 1 and number == int(number)):
        half = Decimal(0)
    if hedge == "about":
        half = step / 2
    # 十几家: 11 to 19; 几十家: 20 to 99.
    tooth = Decimal(1 if counted and number < MYRIADS["万"] else 0)
    boxes: dict[str, tuple[Decimal | float, Decimal | None, Decimal | float]] = {
        "exact": (number - half, number, number + half),
        "about": (number - half, number, number + half),
        "odd": (number, None, number + step),
        "teens": (number + tooth, None, number + step - tooth),
        "several": (number, None, number * 10),
        "few": (number * 2, None, number * 10 - tooth),
        "more_than": (number, None, inf),
        "at_least": (number, None, inf),
        "at_most": (0.0, None, number),
        "fewer_than": (0.0, None, number),
    }
    low, value, high = boxes[hedge]
    return low, value, high, low
