"""Which unit does a head, a unit column or a 单位 line state, and does it fit?

The words are a closed list; what a unit is worth stands in `vocabulary.UNITS`.
"""

import re
from functools import cache

from hengstats.intake.characters import (
    QUOTE,
    clean,
    half,
    quote,
    without_marks,
)
from hengstats.intake.result import COLUMNS, Refusal
from hengstats.vocabulary import UNITS
from hengstats.wording import SCALES

YUAN = {0: "yuan", 3: "1000 yuan", 4: "10000 yuan", 6: "million yuan"} | {
    8: "100 million yuan",
    9: "billion yuan",
}
# Power of ten of each word that may stand before or after a currency.
CHINESE_SCALES = {
    "万亿": 12,
    "千亿": 11,
    "百亿": 10,
    "十亿": 9,
    "亿": 8,
    "千万": 7,
    "百万": 6,
    "十万": 5,
    "万": 4,
    "千": 3,
    "百": 2,
}
ENGLISH_SCALES = {word: power for word, power in SCALES.items() if word.isascii()}
_HEAD_SCALES = (
    CHINESE_SCALES
    | ENGLISH_SCALES
    | {
        "100 million": 8,
        "100m": 8,
        "hundred million": 8,
        "10 thousand": 4,
        "ten thousand": 4,
        "10,000": 4,
        "10000": 4,
        "10k": 4,
        "1,000": 3,
        "1000": 3,
        "000": 3,
        "000s": 3,
        "mil": 6,
        "millions": 6,
        "billions": 9,
        "thousands": 3,
        "": 0,
    }
)
# The yuan, before and after its number; 元 and yuan are units, the rest only currency.
BEFORE = "人民币 cny rmb cn¥ rmb¥ ¥".split()
AFTER = "元人民币 元rmb 元 圆 yuan renminbi 人民币 cny rmb".split()
# Folded: the characters that `wording.fold` turns into 简体 are in 简体.
FOREIGN = (
    "港元 港币 hk$ hkd 美元 美金 us$ usd $ 欧元 eur euro € 英镑 gbp £"
    " 日元 日圆 円 jpy yen 台币 nt$ ntd twd 澳门元 mop"
    " 新加坡元 新币 sgd s$ 韩元 krw ₩ 澳元 aud 加元 cad 法郎 chf dollar pound"
).split()
# What is counted one by one, in each column; a noun may follow the unit.
COUNTED = {
    "members": ("人 名 位 个 persons person people members member", "党员"),
    "branches": ("个 家 支部 branches branch", "党支部 支部 基层党支部"),
    "enterprises": (
        "家 个 户 enterprises enterprise companies company firms",
        "企业 公司 单位 入驻企业 入驻单位",
    ),
    "events": ("场次 场 次 个 项 events event", "活动"),
    "attendances": ("人次 次 person-times person-time attendances", ""),
    "participants": ("人 名 位 个 persons person people participants", "参与者"),
}
OTHERS = "% ‰ 平方米 平米 ㎡ m2 sqm 幢 栋 座 层 件 percent 天 小时 分 元/平方米".split()
_LABEL = re.compile(r"^(?:(?:计量|货币|金额|数据)?单位|units?|in)\s*[:;]?\s*(?:为\s*)?")
_PAIRS = ("()", "[]", "【】", "〔〕", "{}", "<>")


def read_unit(text: str, column: str) -> str:
    """Return the unit that a wording states for a column, a key of `UNITS`.

    Parameters
    ----------
    text : str
        As a head, a unit column or a 单位 line has it: "亿元", "（万元）", "单位：人",
        "CNY million", "100 million yuan". Of several, "亿元、人", the one that fits.
    column : str
        A key of `result.COLUMNS`.

    Raises
    ------
    Refusal
        `unit_mismatch` for a unit of something else or another currency,
        `unit_unknown` for any other wording.

    Examples
    --------
    >>> read_unit("单位：万元", "tax"), read_unit("CNY bn", "tax")
    ('10000 yuan', 'billion yuan')
    >>> read_unit("万人次", "attendances")
    '10000 person-times'
    """
    wording = _bare(half(clean(without_marks(text))).replace(QUOTE, ""))
    if found := _known(wording, column):
        return found
    parts = [part.strip() for part in re.split("[、;]|,(?!0)", wording)]
    if len(parts) > 1 and all(map(_means_something, parts)):
        fitting = {found for part in parts if (found := _known(part, column))}
        if len(fitting) == 1:
            return fitting.pop()
    of_yuan = column == "tax" and wording in AFTER  # 人民币 alone
    if (_means_something(wording) and not of_yuan) or (
        len(parts) > 1 and any(map(is_foreign, parts))
    ):
        raise refuse_mismatch(text, column)
    raise Refusal(
        "unit_unknown",
        f"单位{quote(text)}不认识",
        "写成“亿元”“万元”“千元”或“元”" if column == "tax" else "写成“人”“家”“个”等",
        "the unit is not known; write 亿元, 万元, 千元 or 元, CNY million or CNY bn"
        if column == "tax"
        else "the unit is not known; a count is in 人, 家, 个, 场 or 人次",
    )


def refuse_mismatch(text: str, column: str) -> Refusal:
    """Return the refusal of a unit that measures something else."""
    counted = ["亿元", "万元", "元"] if column == "tax" else COUNTED[column][0].split()
    known = "、".join(counted[:3])
    return Refusal(
        "unit_mismatch",
        f"单位{quote(text)}不是这一栏的单位",
        f"核对来源；这一栏可用的单位：{known}",
        f"the unit does not fit a column in {COLUMNS[column]}; other currencies,"
        " percentages and other counts are not converted",
    )


def is_foreign(text: str) -> bool:
    """Return whether a folded wording names another currency than the yuan."""
    return bool(_foreign_pattern().search(text))


@cache
def unit_words() -> frozenset[str]:
    """Return every unit known here, of whatever column, in its folded form."""
    counted = [words for pair in COUNTED.values() for words in pair]
    return frozenset(" ".join([*counted, *AFTER, *OTHERS, *FOREIGN]).split())


def _bare(text: str) -> str:
    """Return a wording without brackets around it and without 单位."""
    before = ""
    while text != before:
        before = text
        text = _LABEL.sub("", text).strip(" :/_")
        if len(text) > 1 and text[0] + text[-1] in _PAIRS:
            text = text[1:-1]
    return text.replace("_", " ")


def _known(text: str, column: str) -> str:
    """Return the key of a bare wording that fits a column, or nothing."""
    return _money(text) if column == "tax" else _count(text, column)


def _money(text: str) -> str:
    """Return the key of a wording of yuan, or nothing.

    million alone may be of any currency; 人民币 alone names no unit.
    """
    text = re.sub(r" ?\(([^()]+)\)$", r" \1", text).removesuffix("/年")
    found = _money_pattern().fullmatch(text)
    if not found or text == "人民币":
        return ""
    if found["before"] or found["after"] or set(found["scale"]) & set("万亿千"):
        return YUAN.get(_HEAD_SCALES[found["scale"]], "")
    return ""


@cache
def _money_pattern() -> re.Pattern[str]:
    """Return the pattern of currency, scale and currency again."""
    scales = "|".join(map(re.escape, sorted(_HEAD_SCALES, key=len, reverse=True)))
    before = "|".join(map(re.escape, sorted([*BEFORE, "yuan"], key=len, reverse=True)))
    after = "|".join(map(re.escape, sorted(AFTER, key=len, reverse=True)))
    return re.compile(
        rf"(?P<before>{before})?[ :,]*(?:in )?(?P<scale>{scales})"
        rf"(?: ?of)? ?(?P<after>(?:{after}|¥)(?: ?(?:{after}))?)?"
    )


def _count(text: str, column: str) -> str:
    """Return the key of a wording of a count, or nothing."""
    units, nouns = (words.split() for words in COUNTED[column])
    scaled = text.startswith("万")
    rest = text.removeprefix("万")
    if text.startswith(("10,000 ", "10000 ")):
        scaled, rest = True, text.partition(" ")[2]
    bare = {unit + noun for unit in ["", *units] for noun in ["", *nouns]} - {""}
    if rest not in bare and not (scaled and not rest):
        return ""
    key = ("10000 " if scaled else "") + COLUMNS[column]
    return key if key in UNITS else ""


def _means_something(text: str) -> bool:
    """Return whether a wording is a unit of any kind."""
    return (
        text in unit_words()
        or is_foreign(text)
        or bool(_money(text))
        or any(_count(text, column) for column in COUNTED)
    )


@cache
def _foreign_pattern() -> re.Pattern[str]:
    """Return the pattern of other currencies; Latin ones stand alone."""
    latin = "|".join(re.escape(w) for w in FOREIGN if re.fullmatch("[a-z]+", w))
    other = "|".join(re.escape(w) for w in FOREIGN if not re.fullmatch("[a-z]+", w))
    return re.compile(rf"{other}|(?<![a-z])(?:{latin})s?(?![a-z])")
