"""Into which parts does the wording of a figure cell fall, if it is one at all?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from hengstats.intake.characters import half
from hengstats.intake.units import (
    AFTER,
    BEFORE,
    CHINESE_SCALES,
    COUNTED,
    ENGLISH_SCALES,
)
from hengstats.wording import HEDGES, TRAILING_HEDGES

# A figure is never zero because one of these stands in its cell.
MISSING = frozenset(
    map(
        half,
        "- -- --- — —— ——— – –– ― − ‐ ─ ── / // \\ … …… ... .. ...... · n/a na"
        " n.a. n.a null 缺 暂缺 缺失 不详 未知 未统计 暂未统计 未公布 未提供 未报"
        " 未填报 暂无 暂无数据 无数据 缺数据 数据缺失 unknown missing".split(),
    )
) | {"", "not available", "not known"}
TO = "-|−|–|—|~|‐|至|到|to"
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_SPACED = r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?:\.[0-9]+)?"
_DIGITS = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]{1,2})?"
_CHINESE = "[零〇一二两双三四五六七八九十百千万亿]+"


@dataclass(frozen=True, slots=True)
class Parts:
    """One number of a cell and the words around it, folded.

    Attributes
    ----------
    number, scale, unit, currency : str
        As written; `currency` stands before the number, `unit` after it.
    hedge : str
        A key of `wording.HEDGES`, `odd`, or empty.
    negative : bool
    """

    number: str
    scale: str = ""
    unit: str = ""
    currency: str = ""
    hedge: str = ""
    negative: bool = False

    @property
    def power(self) -> int:
        """Power of ten of the scale word."""
        return (CHINESE_SCALES | ENGLISH_SCALES).get(self.scale, 0)

    @property
    def scale_is_chinese(self) -> bool:
        """Whether the scale is 万 or its like."""
        return self.scale in CHINESE_SCALES

    @property
    def is_chinese(self) -> bool:
        """Whether the number is written in Chinese numerals."""
        return not self.number.isascii()

    @property
    def myriads(self) -> int:
        """Power of ten of the 万 or 亿 within a Chinese numeral; 0 for none."""
        return 8 if "亿" in self.number else 4 if "万" in self.number else 0

    @property
    def is_scaled(self) -> bool:
        """Whether a scale, or a 万 or 亿 of the numeral, is named."""
        return bool(self.scale or self.myriads)

    @property
    def is_yuan(self) -> bool:
        """Whether a unit of money is named, or a scale of a named currency."""
        named = self.unit in ("元", "圆", "yuan", "元人民币", "元rmb")
        return named or bool(self.scale and (self.currency or self.unit))

    def with_unit_of(self, other: "Parts") -> "Parts":
        """Return the number with the scale and unit of the other end of its range."""
        currency = self.currency or other.currency
        return replace(self, scale=other.scale, unit=other.unit, currency=currency)


def parse(text: str, column: str) -> tuple[Parts, ...]:
    """Return the one number of a folded text, the two ends of a range, or nothing."""
    figure, span = _patterns(column)
    if found := figure.fullmatch(text):
        part = _parts(found, "")
        return (part,) if part else ()
    if found := span.fullmatch(text):
        ends = [part for n in "12" if (part := _parts(found, f"_{n}"))]
        if len(ends) == 2 and not any(map(_is_no_end, ends)):
            return tuple(ends)
    return ()


def _is_no_end(part: Parts) -> bool:
    """Return whether a part cannot end a range: 十余, or 021 of a telephone number."""
    return bool(part.hedge) or re.match("0[0-9]", part.number) is not None


def _parts(found: re.Match[str], end: str) -> Parts | None:
    """Return the parts that a pattern found, or None for two hedges."""
    groups = found.groupdict()

    def word(name: str) -> str:
        return groups.get(name + end) or ""

    hedges = [_hedges()[groups["before"]]] if groups.get("before") else []
    after = [groups.get(name) for name in ("odd", "middle", "after")]
    hedges += [_trailing()[hedge] for hedge in after if hedge]
    number = word("number")
    idle = not hedges and not set(number) - set("百千万亿")
    # 十余万 is a number; 三亿 thousand is none.
    twice = not number.isascii() and word("scale") and set(number) & set("万亿")
    if len(hedges) > 1 or idle or twice:
        return None
    return Parts(
        number,
        word("scale"),
        word("unit"),
        word("currency") or word("late"),
        "".join(hedges),
        bool(word("sign")),
    )


@cache
def _hedges() -> dict[str, str]:
    """Return each hedge that stands before a number."""
    return {
        w.replace("_", " "): name
        for name, words in HEDGES.items()
        for w in words.split()
    }


@cache
def _trailing() -> dict[str, str]:
    """Return each hedge that stands after a number."""
    return {
        w.replace("_", " "): name
        for name, words in TRAILING_HEDGES.items()
        for w in words.split()
    }


def _any(words: Iterable[str]) -> str:
    """Return the pattern of any of these words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _patterns(column: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of one figure and of a range in a column."""
    if column == "tax":
        units, nouns = list(AFTER), []
        scales = CHINESE_SCALES | ENGLISH_SCALES
        currency = _any(BEFORE)
    else:
        units, nouns = (words.split() for words in COUNTED[column])
        long = {w: p for w, p in ENGLISH_SCALES.items() if w in ("thousand", "million")}
        scales, currency = CHINESE_SCALES | long, "(?!)"
    # A noun, 党员 or 企业, may follow the unit or stand for it.
    tail = _any({u + n for u in ["", *units] for n in ["", *nouns]} - {""})
    number = f"{_GROUPED}|{_SPACED}|{_DIGITS}|{_CHINESE}"
    scale, after, gap = _any(scales), _any(_trailing()), r"\s*"
    odd = _any(["多", "余", "odd", "+"])
    figure = (
        rf"(?:(?P<before>{_any(_hedges())}){gap})?(?:(?P<currency>{currency}){gap})?"
        rf"(?P<sign>[-−–‐])?(?P<late>{currency})?(?P<number>{number}){gap}"
        rf"(?P<odd>{odd})?{gap}(?P<scale>{scale})?{gap}"
        rf"(?P<middle>{after})?{gap}(?P<unit>{tail})?{gap}(?P<after>{after})?"
    )

    def end(n: int) -> str:
        return (
            rf"(?:(?P<currency_{n}>{currency}){gap})?(?P<number_{n}>{number}){gap}"
            rf"(?P<scale_{n}>{scale})?{gap}(?P<unit_{n}>{tail})?"
        )

    span = rf"(?:from )?{end(1)}{gap}(?:{TO}){gap}{end(2)}"
    return re.compile(figure), re.compile(span)
