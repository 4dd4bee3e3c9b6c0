"""Which words may a printed figure be made of, and how is it cut into them?

A wording is read only if every piece of it stands in this closed list; an unknown
word could be a hedge that turns the figure round. The list is in 简体 and lower
case, with _ for a blank; `fold` brings a wording into that form.
"""

import re
from dataclasses import dataclass
from functools import cache

from hengstats.errors import ReadingError
from hengstats.numerals import ARABIC, CHINESE, WORDS

HEDGES = {
    "more_than": "超过 超出 超 逾 突破 破 过 多于 高于 大于 不止 more_than over"
    " in_excess_of exceed exceeds exceeded exceeding above surpassed > upwards_of",
    "at_least": "至少 不少于 不低于 最少 at_least no_fewer_than no_less_than ≥ >=",
    "nearly": "近 将近 接近 nearly almost close_to",
    "about": "约 大约 大概 about around approximately approx. approx some ~ ≈ c. circa"
    " roughly",
    "fewer_than": "不足 不到 少于 低于 未满 小于 fewer_than less_than under below <",
    "at_most": "至多 最多 不超过 未超过 不多于 不高于 at_most up_to no_more_than ≤ <=",
}
TRAILING_HEDGES = {
    "odd": "多 余 odd",
    "about": "左右 上下 前后",
    "at_least": "以上 及以上 or_more and_above +",
    "at_most": "及以下 or_fewer or_less",
    "fewer_than": "以下",
}
RISES = (
    "增长 上升 增加 跃升 提高 上涨 上扬 升 涨 增幅 升幅 涨幅 增幅达 升幅达 净增 的增幅"
    " up increase increased rise rose growth_of increase_of more increased_by"
)
FALLS = "下降 下跌 减少 下滑 降低 跌 降 跌幅 降幅 down decrease decreased fell drop"
SCALES = {
    "十": 1,
    "百": 2,
    "千": 3,
    "万": 4,
    "亿": 8,
    "万亿": 12,
    "thousand": 3,
    "million": 6,
    "mn": 6,
    "m": 6,
    "billion": 9,
    "bn": 9,
}
CURRENCIES = {
    "yuan": "元 人民币 元人民币 rmb cny yuan ¥ 元rmb renminbi",
    "hkd": "港元 港币 hk$ hkd",
}
UNITS = {
    "percent": "% percent per_cent 个百分点",
    "tenths": "成",
    "square metres": "平方米 平米 m2 square_meters square_metres square_meter"
    " square-meter square-metre sq_m sqm",
    "persons": "名 人 位 persons people",
    "person-times": "人次 person-times",
    "buildings": "幢 栋 座 buildings",
    "events": "场 场次 events",
}
PER_AREA = "/平方米 每平方米 per_sq_m per_square_meter per_square_metre"
PER_MONTH = "月均 a_month per_month 每月"
# Words that name what is counted and never change how much.
CONTEXT = (
    "的 了 达 达到 达成 为 是 共 共有 共计 合计 总计 总额 现有 已有 有 即 就 多达"
    " 累计 年 同比 按年 较上年 比上年 全年 年均 全区 全市 总量 税收总量 分别 收入"
    " 租金 租金收入 租赁收入 租户销售 销售 销售额 零售额 稳定 仍 录得 取得 总 税收"
    " 税收额 税收总额 全口径税收 税收收入 纳税 纳税额 创税 党员 党员人数 党员数"
    " 党支部 支部 党组织 两新 企业 机构 重点单位 入驻企业 入驻机构 入驻单位 驻厦企业"
    " 白领 员工 从业人员 年轻 楼宇 商务楼宇 高层楼宇 商办楼宇 建筑面积 面积 占地面积"
    " 占地 覆盖 覆盖企业 覆盖率 出租率 入驻率 拥有 活动 参与者 参与人数 志愿者 站点"
    " 代表 单位 大板块 大项 项 项目 个 家 户 次 件 支 层 级 处 站 张 楼事会"
    " 国际知名品牌 品牌 在内 商铺 和 party members member branches branch service"
    " stations station companies company enterprises commercial office building"
    " complexes and employees white-collar workers domestic foreign brands renowned"
    " tax taxes revenue in the of a total rental income turnover sales retail year"
    " annual reached shopping center centre malls mall rents rent terms business will"
    " from different story storeys storey five-star buildings_(parks) (parks) paid"
    " total_of month"
)
# "The first to contribute X" is a threshold that was reached, as 首幢百亿楼 is.
# 第三幢 counts three so far; 第三名 is a rank and no count.
ORDINAL = "第"
FIRST = "first first_office_building_to_contribute first_to_report first_to_contribute"

_TRADITIONAL = (
    "億萬兩餘約過個棟幢層場項間戶點處達雙單業黨員稅擁蓋總額長減幣數佔積塊幾將滿當為"
    "計壹貳叁肆伍陸柒捌玖拾佰仟樓貨實現現報設區廣國際納創環從幹濟係關聯併無與務團"
    "體組織領據較漲躍繳滙匯開館連續億門類質貫產賃營銷錄種號條鋪參動裡機構辦於"
)
_SIMPLIFIED = (
    "亿万两余约过个栋幢层场项间户点处达双单业党员税拥盖总额长减币数占积块几将满当为"
    "计一二三四五六七八九十百千楼货实现现报设区广国际纳创环从干济系关联并无与务团"
    "体组织领据较涨跃缴汇汇开馆连续亿门类质贯产赁营销录种号条铺参动里机构办于"
)


_SCRIPT = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_QUOTES = re.compile("[“”\"'‘’「」『』《》]")
_FRACTION = re.compile(r"\d+/\d+")
_PERCENT = re.compile("百分之([零一二三四五六七八九十百]+)")
_SEVERAL = re.compile("[数几]([十百千万亿]+)")
_SCALE = re.compile("[十百千万亿]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One known word of a wording.

    Attributes
    ----------
    kind : str
        `number`, `scale`, `before` and `after` (hedges), `trend`, `currency`,
        `unit`, `per`, `first`, `ordinal`, `to` or `context`.
    meaning : object
        What it says: a power of ten, a qualifier, a sign, a unit, or its text.
    """

    kind: str
    meaning: object


def fold(printed: str) -> str:
    """Return a wording in half-width, 简体 and lower case, without quotation marks."""
    half = "".join(
        chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in printed
    )
    plain = _QUOTES.sub("", half.translate(_SCRIPT).lower())
    return plain.replace("\u3000", " ").strip()


@cache
def lexicon() -> dict[str, Word]:
    """Return every known word with its meaning."""
    groups: list[tuple[str, object, str]] = [
        ("context", None, CONTEXT),
        ("first", "at_least", FIRST),
        ("ordinal", None, ORDINAL),
    ]
    groups += [("trend", 1, RISES), ("trend", -1, FALLS)]
    groups += [("per", " per month", PER_MONTH), ("per", " per area", PER_AREA)]
    groups += [("scale", power, word) for word, power in SCALES.items()]
    groups += [("currency", name, words) for name, words in CURRENCIES.items()]
    groups += [("unit", unit, words) for unit, words in UNITS.items()]
    groups += [("after", hedge, words) for hedge, words in TRAILING_HEDGES.items()]
    groups += [("before", hedge, words) for hedge, words in HEDGES.items()]
    groups += [("number", word, word) for word in WORDS]
    groups += [("to", word, word) for word in "- − — – ~ 至 到 to".split()]
    return {
        word.replace("_", " "): Word(kind, meaning)
        for kind, meaning, words in groups
        for word in words.split()
    }


def cut(printed: str) -> list[Word]:
    """Return the words of a wording, the longest match first.

    Raises
    ------
    ReadingError
        If a piece of it is not a known word; the message names the piece.
    """
    text, i = fold(printed), 0
    words: list[Word] = []
    while i < len(text):
        if text[i] in " ,、":
            i += 1
            continue
        word, length = _next_word(text, i, words)
        if word is None:
            piece = re.match(r"[a-z]+|.{1,6}", text[i:])
            raise ReadingError(
                f"“{printed}”里的“{piece[0] if piece else text[i]}”不认识，"
                "它可能改变数字的意思。请只留数字、限定词和单位。"
                f" [unknown word in {printed!r}]"
            )
        words.append(word)
        i += length
    return words


def _next_word(text: str, i: int, before: list[Word]) -> tuple[Word | None, int]:
    """Return the word that begins at a place, and its length."""
    for pattern, kind in (
        (_FRACTION, "number"),
        (_PERCENT, "percent"),
        (_SEVERAL, "several"),
        (ARABIC, "number"),
    ):
        if match := pattern.match(text, i):
            return Word(kind, match[1] if match.groups() else match[0]), len(match[0])
    known = lexicon()
    length = next(
        (
            n
            for n in range(min(max(map(len, known)), len(text) - i), 0, -1)
            if text[i : i + n] in known and not _inside_word(text, i, i + n)
        ),
        0,
    )
    if _may_scale(before) and (match := _SCALE.match(text, i)):
        return Word("scale", sum(SCALES[c] for c in match[0])), len(match[0])
    if (match := CHINESE.match(text, i)) and len(match[0]) >= length:
        return Word("number", match[0]), len(match[0])
    return (known[text[i : i + length]], length) if length else (None, 0)


def _may_scale(before: list[Word]) -> bool:
    """Return whether a number, or a number and its 多 or 余, has just been read."""
    kinds = [word.kind for word in before[-2:]]
    return kinds[-1:] == ["number"] or kinds == ["number", "after"]


def _inside_word(text: str, start: int, end: int) -> bool:
    """Return whether a piece is cut out of a longer Latin word."""

    def latin(i: int) -> bool:
        return 0 <= i < len(text) and "a" <= text[i] <= "z"

    return (latin(start - 1) and latin(start)) or (latin(end - 1) and latin(end))
