"""Recognises the rows that are no buildings: totals, notes and headings.

None of the labels 合计, 小计, 其中, 承前页 and none of 注, 资料来源, 填表人 is ever a
building; 其他 and 某街道 are perhaps groups of some. Whether a total adds up is checked
in `sums`.
"""

import re
from functools import lru_cache

from hengstats.intake.heads import YEAR_TEXT, means, normal

_LONGEST_LABEL = 60  # characters
# 合计, 小计 and the rest end a label; what stands before is the group: 示例街道小计.
_SUM = re.compile(
    "(?P<before>.*?)(?:"
    "(?P<sum>(?:合计|合計|总计|總計|共计|共計)[数數额額]?|总和|總和|总[数额]|總[數額]"
    "|全部楼宇|全部樓宇|所有[楼樓]宇)"
    "|(?P<whole>^(?:全区|全區|全市|全镇|全鎮|全街道|全部))"
    "|(?P<group>小计|小計|分计|分計)"
    "|(?P<other>[年楼樓户戶人]?(?:平均|均)[值数數]?|累计数?|累計數?|承前页|承前頁|承上页|承上頁"
    "|过次页|過次頁|转下页|轉下頁|占比|佔比|比重|比例|百分比|[环環同]比|增[长長减減]|增[幅量速]"
    "|(?:同比)?(?:增[长長]率|增速|增幅)|增减额|增減額|(?:中位|[众眾]|四分位|分位)[数數值]"
    "|最[大小高低][值额額数數]?|标准差|標準差|方差))"
    r"(?:[(\[].*[)\]]|\d+[栋幢座家个個]|%)?:?"
)
_ENGLISH_SUM = re.compile(
    r"(?:(?P<before>.*\s)?(?:(?P<group>sub\s?totals?)|(?P<sum>totals?(?:\sof\s.*)?))"
    r"|(?:annual |overall |arithmetic )?(?P<other>averages?|avg\.?|means?|medians?"
    r"|cumulative|min(?:\.|imum)?|max(?:\.|imum)?|std\.?(?: ?dev\.?)?"
    r"|standard deviation"
    r"|growth(?: rate)?|change|share|percent(?:age)?|% of total|yoy|y o y"
    r"|carried forward|brought forward)"
    r"|(?P<all>sum|overall|all (?:the )?(?:buildings|towers|properties)))"
    r"(?:\s?\(.*\)|\s?%)?"
)
_HYPHEN = re.compile("[-_\u00ad\u2010-\u2015\u2212]")
# What may stand before 合计 when it is that of the page, or still that of all rows.
_PAGE = re.compile("[本此每][页頁]|(?:this )?page")
_WHOLE = re.compile(
    "全.*|以上|各?|[总總]|[本各]?(?:年度?|表|区|區|镇|鎮|街道)|(?:所有|各|重[点點])?[楼樓]宇?"
    "|grand|overall|annual|all|the|year"
)
_OF_WHICH = re.compile(r"其中|of which(?![a-z])|#\s+(?![\d\s])")
_FOOTER = re.compile(
    r"[(\[*※]*(?:附?注\d*|附?註\d*|附注说明|说明|說明|备\s?注|備\s?註|资料来源|資料來源"
    "|数据来源|數據來源|来源|來源|制表人?|製表人?|制表单位|製表單位|填表人?|填报人?|填報人?"
    "|审核人?|審核人?|复核人?|複核人?|核对人?|负责人|負責人|单位负责人|單位負責人|分管领导|分管領導"
    "|联系人|聯繫人|聯絡人|联系电话|聯繫電話|聯絡電話|经办人|經辦人|录入人|填报日期|填報日期"
    "|填表日期|制表日期|製表日期|打印日期|打印时间|列印日期|导出时间|導出時間|报送日期|日期|统计时间"
    "|填报单位|填報單位|报送单位|單位|单位|计量单位|盖章|蓋章|sources?|notes?|remarks?"
    "|footnotes?|units?|prepared by|compiled by|checked by|reviewed by|approved by"
    r"|printed(?: on)?|exported(?: on)?|generated(?: on)?|date|contact)"
    r"\s*(?:[:.、,]|$|\d|[)\]]|\(盖章\))"
)
_COUNTED = re.compile(
    r"[(]?(?:共|共计|共計|合计|合計|总共|total of|total:?)\s*\d[\d,]*\s*"
    r"(?:条|條|行|项|項|栋|幢|座|个|個|家|records?|rows?|entries|items).*"
    r"|[(]?\d[\d,]*\s*(?:records?|rows?)(?![a-z]).*"
    r"|(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?|二[〇零o○]..年.{1,2}月(?:.{1,3}日)?"
    r"|第\s*\d+\s*[页頁].*|page\s*\d+.*|[-—]\s*\d+\s*[-—]"
    r"|[(]?(?:[续續][上前]?表|(?:table )?continued)[)]?"
)
_REMARK = re.compile("截至|截止|以上|数据截|數據截|本表|此表|上述|as of (?!which)")
_HEADING = re.compile("[(]?[一二三四五六七八九十]{1,3}[)、.]")
_UNIT_NUMBER = re.compile(r"units?\s*\d.*")  # the name of a building
# A rest, what is not sorted yet, a street or a district: a group, or a building?
_GROUP = re.compile(
    "其[他它余餘].*|另外.*|(?:非重[点點]|未[纳納]入|未列入|零星|散).*|待[定查核]|未[知定]|不[详詳]"
    "|(?:others?|other .*|remaining .*|(?:the )?rest(?: of .*)?|unknown|misc.*)"
    "|.*(?:街道(?:[办辦][事]?[处處]?)?|[乡鄉]|居委[会會]?|sub-?district|township)"
    "|[\u4e00-\u9fff]{1,5}[镇鎮县縣]"
    "|[\u4e00-\u9fff]{1,2}[^园園社小城片厂廠务務发發税稅东東西南北中新校景库庫港一二三四五六七八九十]"
    "[区區]"
)


@lru_cache(maxsize=4096)
def total_kind(text: str) -> str:
    """Return what kind of total a label says a row is, or nothing.

    `sum` (合计), `part` (示例街道合计), `group` (小计), `page` (本页小计) or `other`
    (平均, 其中, 承前页).

    Examples
    --------
    >>> total_kind("合 计"), total_kind("2019年小计"), total_kind("示例大厦")
    ('sum', 'group', '')
    """
    if len(text) > _LONGEST_LABEL:
        return ""
    folded = YEAR_TEXT.sub("", normal(text)).strip(" :-*")
    english = re.sub(" +", " ", _HYPHEN.sub(" ", folded)).strip()
    if _OF_WHICH.match(folded):
        return "other"
    found = _SUM.fullmatch(folded.replace(" ", "")) or _ENGLISH_SUM.fullmatch(english)
    kinds = found.groupdict() if found else {}
    before = (kinds.pop("before", "") or "").strip(" :-")
    kind = next((kind for kind, words in kinds.items() if words), "")
    if kind in ("sum", "group") and _PAGE.fullmatch(before):
        return "page"
    if kind == "sum" and before and not (means(before) or _WHOLE.fullmatch(before)):
        return "part"
    return "sum" if kind in ("all", "whole") else kind


@lru_cache(maxsize=4096)
def is_footer(text: str) -> bool:
    """Return whether a row that begins with this text stands below the table.

    Examples
    --------
    >>> is_footer("注：税收为全口径"), is_footer("共12条记录"), is_footer("示例大厦")
    (True, True, False)
    """
    if text.isdecimal():
        return False
    folded = normal(text[:_LONGEST_LABEL])
    patterns = (_FOOTER.match, _COUNTED.fullmatch, _REMARK.match)
    return any(pattern(folded) for pattern in patterns)


def looks_like_note(name: str) -> bool:
    """Return whether the name of a building is that of a note: 制表人, 续表.

    Examples
    --------
    >>> looks_like_note("数据来源:示例区"), looks_like_note("Unit 1")
    (True, False)
    """
    return is_footer(name) and not _UNIT_NUMBER.fullmatch(normal(name))


def looks_like_group(name: str) -> bool:
    """Return whether a name may be that of a group: 其他楼宇, 示例街道, 一、示例街道.

    Examples
    --------
    >>> (
    ...     looks_like_group("其他"),
    ...     looks_like_group("(一)示例街道"),
    ...     looks_like_group("科技园区"),
    ... )
    (True, True, False)
    """
    return is_heading(name) or bool(_GROUP.fullmatch(normal(name)))


def is_heading(text: str) -> bool:
    """Return whether a text is numbered as the heading of a part: 一、重点楼宇."""
    return bool(_HEADING.match(normal(text)))
