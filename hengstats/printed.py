"""What does "近300家" say, as a number with bounds?

The wording is cut into known words (`wording`), and each kind of hedge has one
reading, which stands in `boxes` and nowhere else.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from hengstats.boxes import box_of
from hengstats.errors import ReadingError
from hengstats.numerals import (
    ARABIC,
    WORDS,
    read_arabic,
    read_chinese,
)
from hengstats.vocabulary import UNITS
from hengstats.wording import SCALES, Word, cut, fold

YUAN, DOLLARS = "100 million yuan", "million Hong Kong dollars"
_NAME = re.compile("\\s*[“「][^“”「」]+[”」][^“”「」\\d]*")
_MILESTONE = re.compile(
    "(?:[^\\d。,]{0,4}(?:第一|首)[栋幢座个]|首个|当年即成为税收|年?税收|纳税)?"
    "(?P<month>月)?(?P<number>(?:[\\d.]+|[一二两双三四五六七八九十百千]*)亿)元?楼宇?"
    "(?:的里程碑)?"
)
_YEAR = re.compile("(?:19|20)\\d\\d年|[一二][九〇零][〇零一二三四五六七八九]{2}年")
_NUMERIC = ("number", "percent", "several")


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
    the next unit of that digit; 超, 逾 and 以上 are open above. 近 begins a tenth
    below, or one unit of the last non-zero digit where that is less; the wide
    reading takes the farther of the two. A fraction p/q is one whose denominator
    was rounded to q. 不足 X runs from nothing to X, 数百 from 100 to 1000.

    Examples
    --------
    >>> figure = read_printed("近300家")
    >>> figure.lower, figure.value, figure.upper, figure.qualifier
    (270.0, None, 300.0, 'nearly')
    >>> read_printed("百億樓").lower, read_printed("百億樓").unit
    (100.0, '100 million yuan')
    """
    if not isinstance(printed, str) or not printed.strip():
        raise _refusal(printed, "没有字样", "照原文写出数字")
    names = printed.split("、")
    if len(names) > 1 and all(_NAME.fullmatch(name) for name in names):
        return _finish(printed, Decimal(len(names)), Decimal(1), "exact", None, ledger)
    if found := _MILESTONE.fullmatch(fold(printed)):
        number = _read_number(found["number"], printed)[0] / 10**8
        spoken = YUAN + (" per month" if found["month"] else "")
        return _finish(printed, number, number, "at_least", spoken, ledger)
    words = cut(printed)
    if _YEAR.search(fold(printed)):
        raise _refusal(printed, "里面有年份", "截取到数字为止，年份写在 period 一栏")
    return _interpret(words, printed, unit, ledger)


def _refusal(printed: object, fault: str, mend: str) -> ReadingError:
    """Return the error that says why a wording was not read, and the mend."""
    return ReadingError(f"“{printed}”读不出一个数：{fault}。请{mend}。 [{printed!r}]")


def _read_number(text: str, printed: str) -> tuple[Decimal, Decimal]:
    """Return a number in any script and the place of its last written digit."""
    try:
        if text in WORDS:
            return Decimal(WORDS[text]), Decimal(1)
        if digits := ARABIC.match(text):
            number, place = read_arabic(digits[0])
            power = Decimal(10) ** sum(SCALES[c] for c in text[digits.end() :])
            return number * power, place * power
        return read_chinese(text)
    except (ValueError, KeyError, InvalidOperation) as fault:
        mend = "写成阿拉伯数字"
        raise _refusal(printed, f"“{text}”不是完整的数字", mend) from fault


def _interpret(
    words: list[Word], printed: str, unit: str | None, ledger: bool
) -> PrintedFigure:
    """Return the figure that a list of known words states."""
    if words[:1] == [Word("to", "~")]:
        words = [Word("before", "about"), *words[1:]]
    if "to" in [w.kind for w in words[-1:]] or words[:1] == [Word("to", "—")]:
        raise _refusal(printed, "横线的一边没有数字", "照原文写完整")
    numbers = [i for i, word in enumerate(words) if word.kind in _NUMERIC]
    hedges = [w.meaning for w in words if w.kind in ("before", "after", "first")]
    if not numbers:
        scales = [i for i, word in enumerate(words) if word.kind == "scale"]
        if len(scales) != 1:
            raise _refusal(printed, "里面没有数字", "照原文写出数字")
        words = [*words[: scales[0]], Word("number", "1"), *words[scales[0] :]]
        numbers = scales
    if len(hedges) > 1:
        raise _refusal(printed, "有两个限定词，意思不一", "只留来源原有的一个")
    if len(numbers) == 2 and _is_range(words, numbers):
        return _interpret_range(words, numbers, printed, unit, hedges)
    scales = [i for i, word in enumerate(words) if word.kind == "scale"]
    if len(numbers) > 1 or min(scales, default=numbers[0]) < numbers[0]:
        raise _refusal(printed, "里面不止一个数", "截取到一个数为止")
    persons = any(w.meaning == "persons" for w in words)
    if persons and any(w.kind == "ordinal" for w in words):
        raise _refusal(printed, "是名次，不是数量", "改记数量")
    for i, word in enumerate(words):
        if (word.kind, i > numbers[0]) in (("before", True), ("after", False)):
            raise _refusal(printed, "限定词不在它该在的一边", "照原文的次序写")
    number, place = _scaled(words, numbers[0], len(words), printed)
    hedge = str(hedges[0]) if hedges else "exact"
    kind, text = words[numbers[0]].kind, str(words[numbers[0]].meaning)
    if kind == "several":
        if hedges:
            raise _refusal(printed, "有两个限定词，意思不一", "只留来源原有的一个")
        hedge = "several"
    if "/" in text:
        number, place = _fraction(text, printed)
        if hedge in ("nearly", "odd"):
            raise _refusal(printed, "分数前后的限定词没有读法", "核对原文")
        hedge = "fraction" if hedge in ("exact", "about") else hedge
    divisor, spoken = _unit_of(words, unit, kind, "/" in text)
    sign = -1 if _falls(words, numbers[0]) else 1
    signed = numbers[0] == 1 and words[0].kind == "to"  # nothing but a minus sign
    level = spoken == "percent" or signed
    if sign < 0 and (not level or _falls_to(words, numbers[0])):
        raise _refusal(printed, "是减少了多少，还是减少到多少", "截取到数字为止")
    figure = _finish(
        printed, number / divisor, place / divisor, hedge, spoken or unit, ledger
    )
    return figure if sign > 0 else _negative(figure)


def _is_range(words: list[Word], numbers: list[int]) -> bool:
    """Return whether nothing but a dash, a scale or a unit parts two numbers."""
    between = [word.kind for word in words[numbers[0] + 1 : numbers[1]]]
    return between.count("to") == 1 and set(between) <= {"to", "scale", "unit"}


def _scaled(
    words: list[Word], start: int, end: int, printed: str
) -> tuple[Decimal, Decimal]:
    """Return the number at a place with the scale words that follow it."""
    text = str(words[start].meaning)
    if "/" in text:
        return Decimal(0), Decimal(0)
    number, place = _read_number(text, printed)
    power = sum(int(str(w.meaning)) for w in words[start:end] if w.kind == "scale")
    return number.scaleb(power), place.scaleb(power)


def _fraction(text: str, printed: str) -> tuple[Decimal, Decimal]:
    """Return p/q and, in place of a place, its denominator."""
    over, under = map(Decimal, text.split("/"))
    if under < 1 or over < 1:
        raise _refusal(printed, "分数里有零", "核对原文")
    return over / under, under


def _unit_of(
    words: list[Word], unit: str | None, kind: str, fraction: bool
) -> tuple[Decimal, str | None]:
    """Return the unit a wording names, and what one of it is in plain units."""
    named = {str(w.meaning) for w in words if w.kind == "unit"}
    currency = next((str(w.meaning) for w in words if w.kind == "currency"), None)
    per = next((str(w.meaning) for w in words if w.kind == "per"), "")
    if fraction:
        return Decimal(1), "fraction"
    if per == " per area":
        return Decimal(1), "yuan per square metre"
    if currency == "hkd":
        return Decimal(10**6), DOLLARS
    if currency == "yuan":
        return Decimal(10**8), YUAN + per
    if "tenths" in named:
        return Decimal("0.1"), "percent"
    if kind == "percent" or "percent" in named:
        return Decimal(1), "percent"
    scaled = any(
        w.kind == "scale"
        or (w.kind in ("number", "several") and set(str(w.meaning)) & {"万", "亿"})
        for w in words
    )
    if scaled and unit in UNITS and not named:
        return Decimal(str(UNITS[unit].factor)), unit
    return Decimal(1), next(iter(named), None)


def _falls(words: list[Word], number: int) -> bool:
    """Return whether a fall or a minus sign stands before the number."""
    before = words[:number]
    minus = (
        bool(before) and before[-1].kind == "to" and str(before[-1].meaning) in "-−–"
    )
    return minus or any(w.kind == "trend" and w.meaning == -1 for w in words)


def _falls_to(words: list[Word], number: int) -> bool:
    """Return whether a fall ends at the number: 下降至5% is a level, no fall of 5%."""
    return any(
        w.kind == "to" and w.meaning in ("至", "到", "to") for w in words[:number]
    )


def _finish(
    printed: str,
    number: Decimal,
    place: Decimal,
    hedge: str,
    unit: str | None,
    ledger: bool,
) -> PrintedFigure:
    """Return the figure with the box that its hedge opens."""
    counted = unit not in UNITS or UNITS[unit].kind == "count"
    lower, value, upper, wide = box_of(number, place, hedge, counted, ledger)
    names = {"odd": "more_than", "several": "at_least", "fraction": "about"}
    return PrintedFigure(
        printed=printed,
        number=float(number),
        qualifier=names.get(hedge, hedge),
        unit=unit,
        lower=float(lower),
        value=None if value is None else float(value),
        upper=float(upper),
        wide_lower=float(wide),
    )


def _negative(figure: PrintedFigure) -> PrintedFigure:
    """Return a figure of a rise turned into the same figure of a fall."""
    return PrintedFigure(
        printed=figure.printed,
        number=-(figure.number or 0.0),
        qualifier=figure.qualifier,
        unit=figure.unit,
        lower=-figure.upper,
        value=None if figure.value is None else -figure.value,
        upper=-figure.lower,
        wide_lower=-figure.upper,
    )


def _interpret_range(
    words: list[Word],
    numbers: list[int],
    printed: str,
    unit: str | None,
    hedges: list[object],
) -> PrintedFigure:
    """Return the figure that "from one number to another" states."""
    if hedges:
        raise _refusal(printed, "既是区间又有限定词", "只留来源原有的一个")
    first, second = numbers
    own = any(w.kind == "scale" for w in words[first:second])
    high, _ = _scaled(words, second, len(words), printed)
    start = words[first:second] + ([] if own else words[second + 1 :])
    low, _ = _scaled(start, 0, len(start), printed)
    if low >= high:
        raise _refusal(printed, "区间的两端不是从小到大", "核对原文")
    divisor, spoken = _unit_of(words, unit, words[second].kind, False)
    if _falls(words, first):
        raise _refusal(printed, "是减少了多少，还是减少到多少", "截取到数字为止")
    return PrintedFigure(
        printed=printed,
        number=None,
        qualifier="range",
        unit=spoken or unit,
        lower=float(low / divisor),
        value=None,
        upper=float(high / divisor),
        wide_lower=float(low / divisor),
    )
