"""What does the head of a column say: which measure, in which unit, of which year?

Heads are matched against the closed list in `heads.toml`; nothing else is a known
column, and a word such as 同比 or 目标 anywhere in a head keeps its column out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from hengstats.intake.buildings.headwords import (
    BRACKETS,
    fold,
    key_of,
    left_out_words,
    meanings,
    means,
    neutral_words,
    person_words,
    tails,
)
from hengstats.intake.buildings.headwords import known_names as known_names
from hengstats.intake.result import COLUMNS, Refusal
from hengstats.intake.units import is_foreign, read_unit
from hengstats.intake.years import read_year

YEAR_TEXT = re.compile(
    r"(?<![\d.])(?:fy\s?|民[国國]\s?)?(?:(?:19|20)\d\d|(?<=[国國])\s?\d{2,3})"
    r"\s?(?:[财財]?年[度末底]?)?(?:\s?1-12月(?:份)?)?(?![\d.])"
    "|[一二][〇零○一二三四五六七八九]{3}年[度末底]?"
)
_LONGEST = 80  # characters of a head
_SEPARATORS = " /:_,、|;-–—·.=*("
# Marks of footnotes; in a figure they are refused, in a head they say nothing.
_MARKS = re.compile(r"[①-⑳⑴-⒇❶-❿※†‡¹²³⁴⁵⁶⁷⁸⁹]|[\[【(（]注?\s?\d{1,2}[\])）】]")
_UNIT_WORDS = re.compile(
    "[元圆圓币幣刀镑鎊$€£¥%万萬亿億千百人名位家个個户戶场場次支栋幢]"
    r"|usd|eur|hkd|gbp|jpy|twd|cny|rmb|yuan|dollar|euro|pound|yen|'000"
    r"|million|billion|thousand|trillion|\b[mbk]n?\b|persons?|people|firms|times"
)
_ODD_UNIT = re.compile(
    "(?:公斤|千克|克|[吨噸]|[箱件台套辆輛项項度亩畝栋棟幢座]|公?[顷頃]|[平立]方?米|[公千]?[里米]"
    "|小[时時]|天|分|[%‰]|[a-z]{1,4})|[^/]{1,8}/[^/]{1,8}"
)
_BILINGUAL = re.compile(r"\s*([^a-z]*[^a-z\s/|(])[\s/|]*([a-z].*)")
# What may stand around a name of a measure: 年末党员数, 税收总额合计.
_AROUND = re.compile(
    "^(?:全年|年度|年末|年底|期末|本年|当年|當年)|(?:合计|合計|总计|總計)$"
)
_EMPTY = re.compile("完成?情况|完成?情況|情况|情況|数据|數據|指标|指標|实绩|實績")
_UNIT_LABEL = re.compile(
    r"^(?:(?:计量|計量|货币|貨幣|金额|金額)?[单單]位|units?|in)[:为為\s]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What one head says.

    Attributes
    ----------
    kind : str
        A key of `result.COLUMNS`, `year`, `building`, `unit`, `serial`, `person`,
        `sum`, `text`, `measure` (指标), `left_out` (同比, 目标 ...), `unit_only` (a
        second line of a head), `years` (nothing but a year), `unchosen` (the user
        named another), `unknown`, or `blank`.
    year : str
        The wording of the year in the head; empty if there is none.
    unit : str
        The wording of its unit, a key of `vocabulary.UNITS`, or empty.
    """

    kind: str
    year: str = ""
    unit: str = ""


def is_odd_unit(text: str) -> bool:
    """Return whether a wording is a unit of something else, or a stranger: 吨, XX."""
    return bool(_ODD_UNIT.fullmatch(fold(text)))


def looks_like_unit(text: str) -> bool:
    """Return whether a wording is meant as a unit, known or not."""
    folded = fold(text)
    return len(folded) <= 24 and bool(_UNIT_WORDS.search(folded))


@lru_cache(maxsize=4096)
def read_head(text: str) -> Head:
    """Return what one wording says.

    Examples
    --------
    >>> read_head("税收（亿元）").kind, read_head("税收（亿元）").unit
    ('tax', '亿元')
    >>> read_head("2016年党员数").year, read_head("税收同比").kind
    ('2016年', 'left_out')
    """
    folded = fold(_MARKS.sub("", text[: _LONGEST + 1]))
    if not folded:
        return Head(kind="blank")
    if len(folded) > _LONGEST:
        return Head(kind="unknown")
    if kind := meanings().get(key_of(folded)):
        return Head(kind=kind)
    if folded.rstrip(" :*") != folded:
        return read_head(folded.rstrip(" :*"))
    if _is_whole_year(folded):
        return Head(kind="years", year=folded)
    years = YEAR_TEXT.findall(folded)
    year = years[0].strip() if len(years) == 1 else ""
    rest = YEAR_TEXT.sub(" ", folded) if year else folded
    bare = BRACKETS.sub("", rest).strip(_SEPARATORS)
    inner = [
        piece.strip()
        for found in BRACKETS.findall(rest)
        for piece in re.split(r"[,;、](?!\d)", found)
        if piece.strip()
    ]
    if year and not inner and (not bare or _EMPTY.fullmatch(bare)):
        return Head(kind="years", year=year)
    if _is_person(rest, bare, inner):
        return Head(kind="person")
    if left_out_words().search(rest):
        return Head(kind="left_out", year=year)
    head = _read_rest(bare, inner)
    if head.kind == "unknown" and (both := _BILINGUAL.fullmatch(rest)):
        head = _agreed(read_head(both[1]), read_head(both[2]))
    return replace(head, year=year)


def _is_person(rest: str, bare: str, inner: list[str]) -> bool:
    """Return whether a head names a person or a way to reach one: 楼宇负责人电话.

    书记处, 电话会议场次 and 书记项目数 do not end with such a word, and are of none.
    """
    if "person" in (means(bare), means(rest)) or person_words().search(key_of(bare)):
        return True
    beside = any(means(piece) == "person" for piece in inner)
    return beside and means(bare) not in COLUMNS


def _is_whole_year(text: str) -> bool:
    """Return whether a head is nothing but a year, or its last day: 2016-12-31."""
    try:
        return (
            len(text) <= 16
            and any(map(str.isdigit, text))
            and bool(read_year(text, "", ""))
        )
    except Refusal:
        return False


def _agreed(one: Head, other: Head) -> Head:
    """Return the head that says one thing in two languages, or an unknown one."""
    if one.kind == "unit_only" and other.kind in COLUMNS:
        one, other = other, one
    if other.kind not in (one.kind, "unit_only") or one.kind not in meanings().values():
        return Head(kind="unknown")
    return replace(one, unit=_both(one.unit, other.unit))


def _both(one: str, other: str) -> str:
    """Return two wordings of a unit as one; `read_unit` refuses them if they differ."""
    return "、".join(dict.fromkeys(unit for unit in (one, other) if unit))


def _read_rest(bare: str, inner: list[str]) -> Head:
    """Return what a head without its year says, its brackets apart."""
    if meanings().get(key_of(bare), "tax") not in COLUMNS:
        return Head(kind=meanings()[key_of(bare)])
    units = [
        _UNIT_LABEL.sub("", one) for one in inner if key_of(one) not in neutral_words()
    ]
    for one in units:
        if not looks_like_unit(one):
            return Head(kind="unknown")
    if len(units) > 1:
        return Head(kind="unknown")
    unit = units[0] if units else ""
    if kind := meanings().get(key_of(bare)) or means(_AROUND.sub("", bare)):
        return Head(kind=kind, unit=unit)
    if not bare:
        return Head(kind="unit_only" if unit else "unknown", unit=unit)
    if key_of(bare) in neutral_words():
        return Head(kind="unknown")
    if not unit:
        if split := _split_unit(bare):
            return split
        if is_foreign(bare) or _is_unit(_UNIT_LABEL.sub("", bare), "tax"):
            return Head(kind="unit_only", unit=_UNIT_LABEL.sub("", bare))
    return Head(kind="unknown")


def _split_unit(bare: str) -> Head | None:
    """Return a head whose unit follows without brackets: 税收/亿元, tax_yi."""
    for place in range(len(bare) - 1, 0, -1):
        name, tail = bare[:place].strip(_SEPARATORS), bare[place:].strip(_SEPARATORS)
        kind = meanings().get(key_of(name), "")
        if kind not in COLUMNS or not tail:
            continue
        tail = _UNIT_LABEL.sub("", tail + " ").strip() or tail
        if tail in tails():
            return Head(kind=kind, unit=tails()[tail])
        if is_foreign(tail) or _is_unit(tail, kind):
            return Head(kind=kind, unit=tail.replace("_", " "))
    return None


def _is_unit(text: str, kind: str) -> bool:
    """Return whether a wording is a known unit of a measure."""
    try:
        return bool(read_unit(text, kind))
    except Refusal as told:
        return told.code == "unit_mismatch"


def join_heads(parts: Sequence[str]) -> Head:
    """Return what the lines of one head say together, the uppermost first.

    The lowest line that names a measure decides; a year or a unit may stand in any
    line. A lower line that is not known makes the whole unknown: 税收 over 国税.

    Examples
    --------
    >>> join_heads(["2016年", "税收", "(亿元)"]) == read_head("2016年税收(亿元)")
    True
    """
    lines = list(dict.fromkeys(part for part in parts if part.strip()))
    heads = [read_head(line) for line in lines]
    if len(heads) < 2:
        return heads[0] if heads else Head(kind="blank")
    for kind in ("person", "left_out"):
        if any(head.kind == kind for head in heads):
            return Head(kind=kind)
    year = next((h.year for h in heads if h.year and h.kind != "unknown"), "")
    unit = next((head.unit for head in reversed(heads) if head.kind == "unit_only"), "")
    solid = [
        (line, head)
        for line, head in zip(lines, heads, strict=True)
        if head.kind not in ("years", "unit_only")
    ]
    if not solid:
        return Head(kind="years" if year else "unit_only", year=year, unit=unit)
    last = solid[-1][1]
    if last.kind in ("unknown", "sum") and len(solid) > 1:
        last = read_head(" ".join(line for line, _ in solid[-2:]))
        lower = fold(solid[-1][0])
        if (
            last.kind == "unknown"
            and key_of(BRACKETS.sub("", lower)) in neutral_words()
        ):
            unit_below = "".join(f"({one})" for one in BRACKETS.findall(lower))
            last = read_head(solid[-2][0] + unit_below)
    for head in heads:
        if head.kind == last.kind:
            unit = _both(unit, head.unit)
    return replace(last, year=year, unit=unit or last.unit)
