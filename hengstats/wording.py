"""Cuts a wording into the words of one closed list, for records and cells alike.

A wording is read only if every piece of it stands in this list; an unknown word could
be a hedge that turns the figure round. The list is in 简体 and lower case, with _ for
a blank; `fold` brings a wording into that form.
"""

import re
from functools import cache
from typing import NamedTuple

from hengstats.errors import ReadingError
from hengstats.messages import message
from hengstats.numerals import ARABIC, CHINESE, WORDS

HEDGES = {
    "more_than": "超过 超出 超 逾 突破 破 过 多于 高于 大于 不止 more_than over"
    " in_excess_of exceed exceeds exceeded exceeding above surpassed > upwards_of",
    "at_least": "至少 不少于 不低于 最少 at_least no_fewer_than no_less_than ≥ >=",
    "nearly": "近 将近 接近 nearly almost close_to",
    "about": "约 大约 大概 about around approximately approx. approx some ≈ c. circa"
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
# Powers of ten. A Chinese one is a scale only behind a number: 3.2万.
SCALES = {
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
    "thousand": 3,
    "million": 6,
    "mn": 6,
    "m": 6,
    "billion": 9,
    "bn": 9,
}
# 元 is a unit; ¥ says of which currency the unit of the head is.
CURRENCIES = {
    "yuan": "元 圆 yuan 元人民币 元rmb",
    "renminbi": "人民币 rmb cny renminbi ¥ cn¥ rmb¥",
    "hkd": "港元 港币 hk$ hkd",
}
# Other currencies, which a sheet may not be in.
FOREIGN = CURRENCIES["hkd"] + (
    " 美元 美金 us$ usd $ 欧元 eur euro € 英镑 gbp £ 日元 日圆 円 jpy yen 台币 nt$ ntd"
    " twd 澳门元 mop 新加坡元 新币 sgd s$ 韩元 krw ₩ 澳元 aud 加元 cad 法郎 chf dollar"
    " pound"
)
UNITS = {
    "percent": "% percent per_cent 个百分点",
    "tenths": "成",
    "square metres": "平方米 平米 m2 square_meters square_metres square_meter"
    " square-meter square-metre sq_m sqm",
    "persons": "名 人 位 persons person people",
    "person-times": "人次 person-times person-time attendances",
    "buildings": "幢 栋 座 buildings",
    "events": "场 场次 events event",
}
# What a column of a sheet counts: its units, and the nouns that may follow them.
COUNTED = {
    "members": ("人 名 位 个 persons person people members member", "党员"),
    "branches": ("个 家 branches branch", "党支部 支部 基层党支部"),
    "enterprises": (
        "家 个 户 enterprises enterprise companies company firms",
        "企业 公司 单位 入驻企业 入驻单位",
    ),
    "events": ("场次 场 次 个 项 events event", "活动"),
    "attendances": ("人次 次 person-times person-time attendances", ""),
    "participants": ("人 名 位 个 persons person people participants", "参与者"),
}
# Units of none of the columns, which a refusal names.
OTHERS = "% ‰ 平方米 平米 ㎡ m2 sqm 幢 栋 座 层 件 percent 天 小时 分 元/平方米"
PER_AREA = "/平方米 每平方米 per_sq_m per_square_meter per_square_metre"
PER_MONTH = "月均 a_month per_month 每月"
# Words that name what is counted and never change how much; so do those of COUNTED.
CONTEXT = (
    "的 了 达 达到 达成 为 是 共 共有 共计 合计 总计 总额 现有 已有 有 即 就 多达"
    " 累计 年 同比 按年 较上年 比上年 全年 年均 全区 全市 总量 税收总量 分别 收入"
    " 租金 租金收入 租赁收入 租户销售 销售 销售额 零售额 稳定 仍 录得 取得 总 税收"
    " 税收额 税收总额 全口径税收 税收收入 纳税 纳税额 创税 党员人数 党员数 党组织"
    " 两新 机构 重点单位 入驻机构 驻厦企业 白领 员工 从业人员 年轻 楼宇 商务楼宇"
    " 高层楼宇 商办楼宇 建筑面积 面积 占地面积 占地 覆盖 覆盖企业 覆盖率 出租率 入驻率"
    " 拥有 参与人数 志愿者 站点 代表 大板块 大项 项目 件 支 层 级 处 站 张 楼事会"
    " 国际知名品牌 品牌 在内 商铺 和 party service stations station commercial office"
    " building complexes and employees white-collar workers domestic foreign brands"
    " renowned tax taxes revenue in the of a total rental income turnover sales retail"
    " year annual reached shopping center centre malls mall rents rent terms business"
    " will from different story storeys storey five-star buildings_(parks) (parks) paid"
    " total_of month"
)
# "The first to contribute X" is a threshold that was reached, as 首幢百亿楼 is.
FIRST = "first first_office_building_to_contribute first_to_report first_to_contribute"
# 第三幢 counts three so far; 第三名 is a rank and no count.
ORDINAL = "第"
SIGNS = "-−–‐"  # stand before a number; they and the others, between two
TO = [*SIGNS, "—", "~", "至", "到", "to"]
# A figure is never zero because one of these stands in its cell.
MISSING = frozenset(
    "- -- --- — —— ——— – –– ― − ‐ ─ ── / // \\ … …… ... .. ...... · n/a na n.a. n.a"
    " null 缺 暂缺 缺失 不详 未知 未统计 暂未统计 未公布 未提供 未报 未填报 暂无"
    " 暂无数据 无数据 缺数据 数据缺失 unknown missing".split()
) | {"", "not available", "not known"}
NOTHING = frozenset("无 没有 none nil".split())  # zero, or not known?
NOT_FINITE = frozenset("nan inf infinity ∞ 无穷 无穷大 无限".split())
ERRORS = frozenset(
    "#n/a #ref! #div/0! #value! #name? #num! #null! #spill! #calc! #field! #blocked!"
    " #connect! #unknown! #busy! #getting_data".split()
)

_TRADITIONAL = (
    "億萬兩餘約過個棟幢層場項間戶點處達雙單業黨員稅擁蓋總額長減幣數佔積塊幾將滿當"
    "為計壹貳叁肆伍陸柒捌玖拾佰仟樓貨實現報設區廣國際納創環從幹濟係關聯併無與務團"
    "體組織領據較漲躍繳滙匯開館連續門類質貫產賃營銷錄種號條鋪參動裡機構辦於圓統暫"
    "詳歐鎊臺韓"
)
_SIMPLIFIED = (
    "亿万两余约过个栋幢层场项间户点处达双单业党员税拥盖总额长减币数占积块几将满当"
    "为计一二三四五六七八九十百千楼货实现报设区广国际纳创环从干济系关联并无与务团"
    "体组织领据较涨跃缴汇汇开馆连续门类质贯产赁营销录种号条铺参动里机构办于圆统暂"
    "详欧镑台韩"
)
_FOLDED = (
    {c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
    | str.maketrans(_TRADITIONAL, _SIMPLIFIED)
    | str.maketrans("￥﹣﹤﹥﹢﹪￠￡〜∼≧≦‑‒", "¥-<>+%¢£~~≥≤‐–")
    | dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    | dict.fromkeys(map(ord, "“”\"'‘’「」『』《》＇＂"), '"')
)
_FORM = re.compile(
    "(?P<fraction>[0-9]+/[0-9]+)|百分之(?P<percent>[零一二三四五六七八九十百]+)"
    f"|[数几](?P<several>[十百千万亿]+)|(?P<number>{ARABIC.pattern})"
)
_SCALE = re.compile("万亿|[十百千]?[万亿]|[百千]")


class Word(NamedTuple):
    """One known word of a wording.

    Attributes
    ----------
    kind : str
        `number`, `several`, `percent`, `fraction`, `scale`, `before` and `after`
        (hedges), `trend`, `currency`, `unit`, `per`, `first`, `ordinal`, `to` or
        `context`.
    meaning : object
        What it says: a power of ten, a qualifier, a sign, a unit, or its digits.
    text : str
        As written, folded.
    """

    kind: str
    meaning: object
    text: str


def fold(text: str) -> str:
    """Return a text in half-width, 简体 and lower case, all quotation marks as `"`.

    Superscripts, circled digits and fractions stay what they are: `37²` is not 372.
    """
    return text.translate(_FOLDED).lower().strip()


@cache
def lexicon() -> dict[str, Word]:
    """Return every known word with its meaning."""
    groups: list[tuple[str, object, str]] = [("context", None, CONTEXT)]
    groups += [("context", None, " ".join(pair)) for pair in COUNTED.values()]
    groups += [("first", "at_least", FIRST), ("ordinal", None, ORDINAL)]
    groups += [("trend", 1, RISES), ("trend", -1, FALLS)]
    groups += [("per", " per month", PER_MONTH), ("per", " per area", PER_AREA)]
    groups += [("scale", power, word) for word, power in SCALES.items()]
    groups += [("currency", name, words) for name, words in CURRENCIES.items()]
    groups += [("unit", unit, words) for unit, words in UNITS.items()]
    groups += [("after", hedge, words) for hedge, words in TRAILING_HEDGES.items()]
    groups += [("before", hedge, words) for hedge, words in HEDGES.items()]
    groups += [("number", word, word) for word in WORDS]
    groups += [("to", word, word) for word in TO]
    return {
        word.replace("_", " "): Word(kind, meaning, word.replace("_", " "))
        for kind, meaning, words in groups
        for word in words.split()
    }


@cache
def _known() -> dict[str, re.Pattern[str]]:
    """Return, by its first sign, the pattern of the longest known word.

    A word is no piece of a longer Latin one: m is not in mm.
    """
    forms: dict[str, list[str]] = {}
    for word in sorted(lexicon(), key=len, reverse=True):
        start = "(?<![a-z])" if "a" <= word[0] <= "z" else ""
        end = "(?![a-z])" if "a" <= word[-1] <= "z" else ""
        forms.setdefault(word[0], []).append(start + re.escape(word) + end)
    return {sign: re.compile("|".join(words)) for sign, words in forms.items()}


def cut(text: str, printed: str) -> list[Word]:
    """Return the words of a folded text, the longest match first.

    Raises
    ------
    ReadingError
        If a piece of it is not a known word; the message names the piece and the
        wording as it was printed.
    """
    words: list[Word] = []
    i = 0
    while i < len(text):
        if text[i] in " ,、":
            i += 1
        elif word := _next_word(text, i, words):
            words.append(word)
            i += len(word.text)
        else:
            piece = re.match("[a-z]+", text[i:])
            unknown = piece[0] if piece else text[i : i + 6]
            raise unreadable("unknown_word", printed, piece=unknown)
    return words


def _next_word(text: str, i: int, before: list[Word]) -> Word | None:
    """Return the word that begins at a place, if it is known."""
    if found := _FORM.match(text, i):
        kind = str(found.lastgroup)
        return Word(kind, found[kind], found[0])
    kinds = [word.kind for word in before[-2:]]  # 3万, 3多万
    if kinds[-1:] == ["number"] or kinds == ["number", "after"]:
        if found := _SCALE.match(text, i):
            return Word("scale", SCALES[found[0]], found[0])
    if text[i] == "~" and not before:
        return lexicon()["约"]._replace(text="~")
    known, numeral = _known().get(text[i]), CHINESE.match(text, i)
    found = known.match(text, i) if known else None
    if numeral and (not found or len(numeral[0]) >= len(found[0])):
        return Word("number", numeral[0], numeral[0])
    return lexicon()[found[0]] if found else None


def unreadable(key: str, printed: object, **values: object) -> ReadingError:
    """Return the error that says why a wording is not one figure, and the mend."""
    _, found, mend, english = message(f"printed.{key}", **values)
    told = f"“{printed}”读不出一个数：{found}。请{mend}。"
    return ReadingError(f"{told} [{english} in {printed!r}]")
