"""Reads numbers as they are written: digits, 万 and 亿, Chinese numerals."""

import re
from decimal import Decimal

DIGITS = dict(zip("零〇一二三四五六七八九", [0, *range(10)], strict=True)) | {
    "两": 2,
    "双": 2,
}
PLACES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
# Number words; 每季度 is a yearly rate of four.
WORDS = {"每季度": 4} | dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve".split(),
        range(1, 13),
        strict=True,
    )
)

ARABIC = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
# Digits and scales by turns, the larger first: 1亿5000万, 1亿零500万, 3千5百.
MIXED = re.compile(
    "(?P<n>[0-9]{1,4})(?P<s>[千百十]?亿|[千百]?万|千)零?(?P<m>[0-9]{1,4})(?P<t>[千百十]?万|千|百)"
    "(?![0-9千百十万亿])"
)
_DIGIT = "[一二两三四五六七八九]"
# Two digits side by side, one after 百 or more without 零, or 百 that more follows:
# 三四家, 三百五, 百十家 (about a hundred), 千八百 (about a thousand).
_DOUBTFUL = re.compile(
    f"^{_DIGIT}{{2}}$|[百千万亿]{_DIGIT}(?:[万亿]|$)|^[百千万亿]+[零〇十]|^[百千万亿]+{_DIGIT}"
)
CHINESE = re.compile(
    "[零〇一二两双三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+[百千]?万?亿?)?"
)


def read_number(text: str) -> tuple[Decimal, Decimal]:
    """Return a number in any script and the place of its last written digit.

    Raises
    ------
    ValueError
        If it is a Chinese numeral that `read_chinese` does not read.
    """
    if text in WORDS:
        return Decimal(WORDS[text]), Decimal(1)
    if found := MIXED.fullmatch(text):
        large, small = (read_chinese("一" + found[scale])[0] for scale in "st")
        rest = int(found["m"]) * small
        if rest >= large:  # 1万2千万
            raise ValueError(text)
        return int(found["n"]) * large + rest, small
    if not ARABIC.fullmatch(text):
        return read_chinese(text)
    number = Decimal(text.replace(",", ""))
    return number, Decimal(1).scaleb(int(number.as_tuple().exponent))


def read_chinese(text: str) -> tuple[Decimal, Decimal]:
    """Return a Chinese numeral and the place of its last written digit.

    三千二百 is 3200, written out; 五千四百万 is 54,000,000 to the million; 十二点五 is
    12.5; plain digits such as 二〇 are read place by place. 三四 may be three or four,
    三百五 is said for 350 but written for 305, and 百十 is about a hundred: none of
    them is read.

    Raises
    ------
    ValueError
        If the characters are not in the order of a number, or may be two numbers.
    """
    if _DOUBTFUL.search(text):
        raise ValueError(text)
    if "点" in text:
        return _read_spelled(text)
    if not set(text) & (PLACES.keys() | MYRIADS.keys()):
        return Decimal(int("".join(str(DIGITS[c]) for c in text))), Decimal(1)
    total, section, digit, place = 0, 0, None, 1
    ceiling, small = 10**12, 10**4
    for c in text:
        if c in DIGITS:
            if digit:
                raise ValueError(text)
            digit, place = DIGITS[c], 1
        elif c in PLACES:
            if PLACES[c] >= small:
                raise ValueError(text)
            small = PLACES[c]
            section += (1 if digit is None else digit) * small
            digit, place = None, small
        else:
            of_myriads = ceiling == MYRIADS["万"] < MYRIADS[c]  # 三万亿
            if MYRIADS[c] >= ceiling and not of_myriads:
                raise ValueError(text)
            ceiling, small = MYRIADS[c], 10**4
            place = (place if section or digit or of_myriads else 1) * ceiling
            one = digit is None and not section and not of_myriads  # 零万 is none
            section += (digit or 0) + one + (total if of_myriads else 0)
            total = section * ceiling + (0 if of_myriads else total)
            section, digit = 0, None
    number = total + section + (digit or 0)
    return Decimal(number), Decimal(place if set(text) & MYRIADS.keys() else 1)


def _read_spelled(text: str) -> tuple[Decimal, Decimal]:
    """Return a numeral with a spelled point: 十二点五, 二十三点六亿."""
    whole, tail = text.split("点")
    decimals = tail.rstrip("百千万亿")
    number, _ = read_chinese(whole)
    scale, _ = read_chinese(tail[len(decimals) :] or "一")
    if set(whole) & MYRIADS.keys():  # 三万点五
        raise ValueError(text)
    place = Decimal(1).scaleb(-len(decimals))
    fraction = Decimal("".join(str(DIGITS[c]) for c in decimals)) * place
    return (number + fraction) * scale, place * scale
