"""Recognises the rows that are no buildings: totals, notes and headings.

None of the labels 合计, 小计, 其中, 承前页 and none of 注, 资料来源, 填表人 is ever a
building; 其他 and 某街道 are perhaps groups of some. Whether a total adds up is checked
in `sums`.
"""

import re
from functools import lru_cache

from hengstats.intake.heads import YEAR_TEXT, means, normal
from hengstats.wording import fold

_LONGEST_LABEL = 60  # characters
# 合计, 小计 and the rest end a label; what stands before is the group: 示例街道小计.
_SUM = re.compile(
    "(?P<before>.*?)(?:"
    "(?P<sum>(?:合计|总计|共计|总共|合共|汇总|加总|大计)(?:[数额]|金额|税收)?|总和|总[数额量]"
    "|全部楼宇|所有楼宇|∑|σ|^总税收)"
    "|(?P<whole>^(?:全区|全市|全镇|全街道|全部))"
    "|(?P<group>小计|分计)"
    "|(?P<other>平均[值数]?|均值|累计数?|占比|比[重例]|百分比|[环同]比|增[长减幅量速]|增长率|增减额"
    "|中位[数值]|众数|最[大小高低][值额数]|标准差|方差|承前页|承上页|过次页|转下页))"
    r"(?:[(\[].*[)\]]|\d+[栋幢座家个]|%)?:?"
)
_IN_BRACKETS = re.compile(r"[(\[【]((?:小|合|总|共)计)[)\]】]$")  # 示例街道(小计)
_IN_FRONT = re.compile("(.*(?:小|合|总)计):(.+)")  # 街道合计：示例
# A label of nothing but such words, one of the core or more: 平均每幢, 比上年±%.
_CORE = (
    "平均|[年楼户人]均|均值?|累计|[占][比总]|比[重例]|百分比|[环同]比|增[长减加幅量速]|升降|涨[幅跌]"
    "|[最极][大小高低]|极差|中位|众[位数]|中值|[四十百]?分位|标准差|方差|[名位]次|排[名序]|份额|目标|基数"
    "|[比较]?[上去]年|同期|±"
)
_STATISTIC = re.compile(
    rf"(?=.*(?:{_CORE}))(?:{_CORE}|每?[幢栋座户家个]|单楼|楼宇|算术|复合|全[区市]|税收|党员|企业|全年|年度|年末|考核|计划"
    r"|金额|本年|当年|[数值额率量比年较占]|[增减]|[+%-]|[(\[][^)\]]*[)\]])+:?"
)
_SHARE = re.compile(r"(?:share|%) of (?:the )?totals?\b")
_HOUSE = "大厦|大楼|商厦|广场|中心|house|tower|building|plaza|centre|center"
_ENGLISH_SUM = re.compile(
    r"(?:(?P<before>.*\s)?(?P<group>sub\s?totals?)"
    r"|(?P<over>.*\s)?(?P<sum>(?<!sub )totals?(?:\sof\s.*)?)"
    rf"|(?P<nested>sub\s?totals?:?\s(?!.*(?:{_HOUSE})$).+)"
    r"|(?P<part>totals?(?:\sfor\s|\sin\s|:\s?).+)"
    r"|(?P<other>carried forward|brought forward)"
    r"|(?P<all>(?:all (?:the )?|whole )(?:buildings|towers|properties|district)))"
    r"(?:\s?\(.*\)|\s?%)?"
)
_SUMMING = set(
    "total totals tot ttl sum gross gesamt aggregate all overall combined".split()
)
_COUNTING = set(
    "average averages avg mean means median max maximum min minimum highest lowest cagr"
    " growth change share percent percentage percentile quartile deviation std count"
    " number no per yoy cumulative weighted target rate arithmetic".split()
)
_BESIDE = set(
    "of for in y dev standard value values tax revenue members buildings towers"
    " properties annual year".split()
)
_PER = re.compile(r"\b(per|each|a) (?:building|tower|property)\b|(?<=\bo[fr]) the\b")
_HYPHEN = re.compile("[-_\u00ad\u2010-\u2015\u2212]")
# What may stand before 合计 when it is that of the page, or still that of all rows.
_PAGE = re.compile("[本此每]页|(?:this )?page")
_WHOLE = re.compile(
    "全.*|以上|各?|总|[本各]?(?:年度?|表|区|镇|街道)|(?:所有|各|重点)?楼宇?"
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
_HEADING = re.compile(
    "[(]?[一二三四五六七八九十]{1,3}[)、.](?![一二三四五六七八九十]{1,3}[号座栋幢期])"
)
_UNIT_NUMBER = re.compile(r"units?\s*\d.*")  # the name of a building
# A rest, what is not sorted yet, a kind of building, a street or a district: a group,
# or a building?
_GROUP = re.compile(
    rf"(?:其中|of which ).*(?:{_HOUSE})|其[他它余](?!.*(?:{_HOUSE}|\d)).*|另外.*"
    "|非(?:重点|楼宇).*|未[纳列]入.*|(?:零星|散|沿街).*|未分类.*|待[定查核]|未[知定]|不[详明]|园区"
    r"|[(]?(?:空白?|无名称?|blank|none|n|q[1-4]|range|balance|remainder)[)]?"
    r"|(?:第?[一二三四五六七八九十\d]{1,3}|[a-z甲乙丙丁])[组类]"
    "|(?:超?[甲乙丙ab]级|重点|商务|商业|外资|内资|合资|国企|央企|民营|民企|专业|特色|标杆|示范"
    "|[月百十]?亿元?|[千百]万元?)(?:以[上下])?(?:特色|重点|商务|商业)?(?:楼宇?|写字楼|大楼)"
    r"|others?|other [^\d]*(?:s|property)|remaining .*|(?:the )?rest(?: of .*)?|unknown"
    "|misc.*|.*(?:街道(?:办[事]?[处]?)?|乡|居委会?|社区|商圈|板块|片区?|沿线)"
    "|.*(?:district|township| zone)|[\u4e00-\u9fff]{1,5}[镇县]"
    "|[\u4e00-\u9fff]{1,2}[^园社小片城厂务发税东西南北中新校景库港一二三四五六七八九十]区"
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
    folded = fold(YEAR_TEXT.sub("", normal(text))).strip(" :-*")
    folded = _IN_FRONT.sub(r"\2\1", _IN_BRACKETS.sub(r"\1", folded))
    bare = folded.replace(" ", "")
    if _OF_WHICH.match(folded):
        return "" if _GROUP.fullmatch(folded) else "other"
    if _STATISTIC.fullmatch(bare) or _SHARE.match(folded):
        return "other"
    english = _PER.sub(r"\1", re.sub(r"[ .:/]+", " ", _HYPHEN.sub(" ", folded))).strip()
    found = _SUM.fullmatch(bare) or _ENGLISH_SUM.fullmatch(english)
    if not found:
        return _kind_of_words(english)
    kinds = found.groupdict()
    before = kinds.pop("before", "") or kinds.pop("over", "") or ""
    before = before.strip(" :-")
    kind = next((kind for kind, words in kinds.items() if words), "")
    if kind in ("sum", "group") and _PAGE.fullmatch(before):
        return "page"
    if kind == "sum" and before and not (means(before) or _WHOLE.fullmatch(before)):
        return "part"
    return {"all": "sum", "whole": "sum", "nested": "group"}.get(kind, kind)


def _kind_of_words(label: str) -> str:
    """Return what kind of total English words say, if they say nothing else."""
    words = re.findall("[a-z]+", label)
    if len(words) > 1 and max(map(len, words)) == 1:
        words = ["".join(words)]
    core = {*words} & (_SUMMING | _COUNTING)
    rest = re.sub(r"[a-z]|[\d ]+(?:st|nd|rd|th)\b|[()%&' ]", "", label)
    if rest or not core or not {*words} - {"th"} <= _SUMMING | _COUNTING | _BESIDE:
        return ""
    return "other" if core & _COUNTING else "sum"


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
    return is_heading(name) or bool(_GROUP.fullmatch(fold(normal(name))))


def is_heading(text: str) -> bool:
    """Return whether a text is numbered as the heading of a part: 一、重点楼宇."""
    return bool(_HEADING.match(normal(text)))
