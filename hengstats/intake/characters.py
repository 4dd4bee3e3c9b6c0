"""Which characters of a cell can be dropped, which may not stand in it at all?"""

import re
import unicodedata

from hengstats.intake.result import Refusal
from hengstats.wording import fold

BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Blanks of every width; small forms and 繁體 that `fold` leaves alone; and a sign in
# place of quotation marks, which `fold` would drop: 1'234 is not beyond doubt 1234.
_HALF = (
    dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    | str.maketrans("￥﹣﹤﹥﹢﹪￠￡〜∼≧≦‑‒", "¥-<>+%¢£~~≥≤‐–")
    | str.maketrans("於圓統暫詳報歐鎊臺韓", "于圆统暂详报欧镑台韩")
    | dict.fromkeys(map(ord, "“”\"'‘’「」『』《》＇＂"), "\ue000")
)
QUOTE = "\ue000"
# Above or below the line, as footnotes are; ⁽⁾ is around what has no such form.
_RAISED = "\u00b9\u00b2\u00b3\u02b0-\u02b8\u1d2c-\u1d6a\u2070-\u209c"
_MARK = re.compile(f"[⁽₍][^⁾₎]*[⁾₎]|(?<![mM])[{_RAISED}]+")  # the ² of m² is none
# A wording of these letters can be quoted: they are those of figures, not of names.
_PLAIN = set(
    "约近超逾余多以上下左右不足少于至到数几十百千万亿零一二三四五六七八九两"
    "人次个家名场户元年度月日无"
)


def clean(text: str) -> str:
    """Return a text without zero-width characters, trimmed.

    Raises
    ------
    Refusal
        `control_character` for any other control or direction character; a tab or a
        line break is none.
    """
    shown = text.translate(_ZERO_WIDTH)
    if not shown.isprintable():
        for c in shown:
            hidden = unicodedata.category(c) in ("Cc", "Cf", "Cs")
            if hidden and c not in BREAKS + "\t":
                raise _refuse_character(c)
    return shown.strip()


def half(text: str) -> str:
    """Return a cleaned text in half-width, 简体 and lower case.

    Superscripts, circled digits and fractions stay what they are: `37²` is not 372.
    Quotation marks become `QUOTE`.
    """
    return fold(text.translate(_HALF))


def has_mark(text: str) -> bool:
    """Return whether a sign stands above or below the line, as that of a footnote."""
    return not text.isascii() and re.search(f"[{_RAISED}]", text) is not None


def without_marks(text: str) -> str:
    """Return a head without the signs of footnotes: 税收¹ is 税收, m² stays.

    Examples
    --------
    >>> without_marks("税收⁽注⁾(亿元)"), without_marks("面积(m²)")
    ('税收(亿元)', '面积(m²)')
    """
    return text if text.isascii() else _MARK.sub("", text)


def quote(text: str) -> str:
    """Return a wording between quotation marks, or "" where it could name a person.

    Only what is made of digits, signs and the words of figures is quoted, and no long
    row of digits: a number may be that of a telephone.
    """
    letters = [c for c in half(text) if c.isalpha() and c not in _PLAIN]
    digits = sum(c.isdigit() for c in text)
    latin = "".join(letters).isascii() and len(letters) <= 2
    return f"“{text}”" if latin and digits <= 6 and len(text) <= 24 else ""


def _refuse_character(c: str) -> Refusal:
    """Return the refusal of a character that prints nothing, or turns the print."""
    kind = "改变文字方向的字符" if c in _DIRECTION else "看不见的控制字符"
    return Refusal(
        "control_character",
        f"里面有{kind} U+{ord(c):04X}",
        "删去这一格，重新键入",
        f"it holds the control or direction character U+{ord(c):04X}; type it anew",
    )
