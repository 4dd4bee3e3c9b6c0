"""Reads what a head says: measure, unit, year.

Heads are matched against the closed list in `heads.toml`; nothing else is a known
column, and a word such as 同比 or 目标 anywhere in a head keeps its column out.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from hengstats.intake.names import read_lists, without_marks
from hengstats.intake.result import COLUMNS, Refusal
from hengstats.intake.units import is_foreign, read_unit
from hengstats.intake.years import read_year

BRACKETS = re.compile(
    r"[(\[{【〔〈<《「]([^()\[\]{}【】〔〕〈〉<>《》「」]*)[)\]}】〕〉>》」]"
)
YEAR_TEXT = re.compile(
    r"(?<![\d.])(?:fy\s?|民[国國]\s?)?(?:(?:19|20)\d\d|(?<=[国國])\s?\d{2,3})"
    r"\s?(?:[财財]?年[度末底]?)?(?:\s?1-12月(?:份)?)?(?![\d.])"
    "|[一二][〇零○一二三四五六七八九]{3}年[度末底]?"
)
# What messages call a column.
NAMES = {
    "year": "年份",
    "building": "楼宇",
    "tax": "税收",
    "members": "党员数",
    "branches": "支部数",
    "enterprises": "入驻企业数",
    "enterprises_covered": "党组织覆盖企业数",
    "events": "活动场次",
    "attendances": "参与人次",
    "participants": "参与人数",
    "unit": "单位",
}
# The heads of a dataset's own measures, as long as its sheets are read.
OWN: dict[str, str] = {}
_LONGEST_HEAD = 80  # characters
_SEPARATORS = " /:_,、|;-–—·.=*("
# Marks of footnotes; in a figure they are refused, in a head they say nothing.
_MARKS = re.compile(r"[①-⑳⑴-⒇❶-❿※†‡¹²³⁴⁵⁶⁷⁸⁹]|[\[【(（]注?\s?\d{1,2}[\])）】]")
_UNIT_WORDS = re.compile(
    "[元圆圓币幣刀镑鎊$€£¥%万萬亿億千百人名位家个個户戶场場次支栋幢]"
    r"|usd|eur|hkd|gbp|jpy|twd|cny|rmb|yuan|dollar|euro|pound|yen|'000"
    r"|million|billion|thousand|trillion|\b[mbk]n?\b|persons?|people|firms|times?"
    r"|\bunits?\b"
)
# What may stand beside a year whose figures are not the first or last ones.
REVISION = re.compile(
    "(?:修[订訂正]|更正|重述|[调調]整[后後]?|快[报報]|初步(?:核算|[统統][计計])?|核[定实實]|[审審]定"
    "|最[终終]|[决決]算|[实實](?:[际際绩績]|数|數)|完成|[执執]行|[终終])[数數值]?"
    r"|rev(?:ised|\.)?|prov(?:isional|\.)|prelim(?:inary|\.)?|restated|final|actuals?"
    "|[pr]"
)
_MARKED_YEAR = re.compile(
    rf"({YEAR_TEXT.pattern}) ?"
    rf"(?:[(\[] ?(?:{REVISION.pattern}) ?[)\]]|(?:{REVISION.pattern})(?![a-z]))"
)
_ODD_UNIT = re.compile(
    "(?:公斤|千克|克|[吨噸]|[箱件台套辆輛项項度亩畝栋棟幢座]|公?[顷頃]|[平立]方?米|[公千]?[里米]"
    "|小[时時]|天|分|[%‰]|[a-z]{1,4})|[^/]{1,8}/[^/]{1,8}"
)
_BILINGUAL = re.compile(
    r"\s*([^a-z]*[^a-z\s/|(])[\s/|]*([a-z].*)"
    r"|\s*([a-z][\x00-\x7f]*?)[\s/|]*([^\x00-\x7f].*)"
)
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
        The wording of its unit, or empty.
    """

    kind: str
    year: str = ""
    unit: str = ""


def normal(text: str) -> str:
    """Return a head in NFKC and lower case, with single blanks, without footnotes."""
    plain = unicodedata.normalize("NFKC", without_marks(text)).lower()
    return re.sub(r"[\s\u200b\ufeff]+", " ", plain).strip()


def _key(text: str) -> str:
    """Return a head folded, without blanks, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", normal(text))


@cache
def _meanings() -> dict[str, str]:
    """Return what each known head means."""
    kinds = read_lists("intake/heads.toml")["key"].items()
    return {_key(form): kind for kind, forms in kinds for form in forms}


@cache
def _words(name: str) -> frozenset[str]:
    """Return the words of one list, folded as heads are."""
    return frozenset(map(_key, read_lists("intake/heads.toml")["word"][name]))


@cache
def _left_out() -> re.Pattern[str]:
    """Return the pattern of words that keep a column out; Latin ones stand alone."""
    words = read_lists("intake/heads.toml")["word"]["left_out"]
    latin = "|".join(re.escape(word) for word in words if re.match("[a-z]", word))
    other = "|".join(re.escape(word) for word in words if not re.match("[a-z]", word))
    return re.compile(rf"{other}|(?<![a-z])(?:{latin})(?![a-z])")


@cache
def _persons() -> re.Pattern[str]:
    """Return the pattern of words that a head about persons ends with."""
    return re.compile(rf"(?:{'|'.join(_words('person'))})s?\d?$")


@cache
def _tails() -> dict[str, str]:
    """Return the unit of each short ending of a column name."""
    units = read_lists("intake/heads.toml")["tail"].items()
    return {form: unit for unit, forms in units for form in forms}


def known_names(kind: str) -> list[str]:
    """Return every head that means one kind of column."""
    own = [name for name, measure in OWN.items() if measure == kind]
    return read_lists("intake/heads.toml")["key"].get(kind, own)


def nearest_name(text: str) -> str:
    """Return the known head that is most like an unknown one, or nothing."""
    measures = [name for kind in COLUMNS for name in known_names(kind)]
    bare = BRACKETS.sub("", normal(text))
    return next(iter(difflib.get_close_matches(bare, measures, 1, 0.5)), "")


def means(text: str) -> str:
    """Return the kind of column that a wording names, or nothing."""
    return OWN.get(_key(text), "") or _meanings().get(_key(text), "")


def unit_refusal(text: str, measure: str) -> Refusal | None:
    """Return why a wording is no unit of a measure; None if it is one."""
    try:
        read_unit(text, measure)
    except Refusal as refusal:
        return refusal
    return None


def is_odd_unit(text: str) -> bool:
    """Return whether a wording is a unit of something else, or a stranger: 吨, XX."""
    return bool(_ODD_UNIT.fullmatch(normal(text)))


def looks_like_unit(text: str) -> bool:
    """Return whether a wording is meant as a unit, known or not."""
    folded = normal(text)
    return len(folded) <= 24 and bool(_UNIT_WORDS.search(folded))


@contextmanager
def own_measures(measures: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Let measures of a dataset be columns, under their labels, for a while.

    `measures` holds the unit of each, and its labels. What a sheet may hold is known to
    every reader of one; a process reads the sheets of one dataset.
    """
    standard = dict(COLUMNS), dict(NAMES)
    read_head.cache_clear()
    for measure, (unit, *labels) in measures.items():
        COLUMNS[measure], NAMES[measure] = unit, labels[0]
        OWN.update({_key(label): measure for label in labels})
    try:
        yield
    finally:
        OWN.clear()
        read_head.cache_clear()
        for known, before in zip((COLUMNS, NAMES), standard, strict=True):
            known.clear()
            known.update(before)


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
    folded = normal(_MARKS.sub("", text[: _LONGEST_HEAD + 1]))
    if not folded:
        return Head(kind="blank")
    if len(folded) > _LONGEST_HEAD:
        return Head(kind="unknown")
    if kind := means(folded):
        return Head(kind=kind)
    if folded.rstrip(" :*") != folded:
        return read_head(folded.rstrip(" :*"))
    folded = _MARKED_YEAR.sub(r"\1 ", folded).strip()  # the label keeps the mark
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
    if year:
        inner = [piece for piece in inner if not REVISION.fullmatch(piece)]
    if year and not inner and (not bare or _EMPTY.fullmatch(bare)):
        return Head(kind="years", year=year)
    if found := _BILINGUAL.fullmatch(rest):
        both = [read_head(part) for part in found.groups() if part]
        head = _agreed(*both)
        if head.kind in COLUMNS:
            return replace(head, year=year)
    if _is_person(rest, bare, inner):
        return Head(kind="person")
    if _left_out().search(rest):
        return Head(kind="left_out", year=year)
    head = _measure_or_unit(bare, inner)
    if head.kind == "unknown" and found:
        head = _agreed(*both)
    return replace(head, year=year)


def _is_person(rest: str, bare: str, inner: list[str]) -> bool:
    """Return whether a head names a person or a way to reach one: 楼宇负责人电话.

    书记处, 电话会议场次 and 书记项目数 do not end with such a word, and are of none.
    """
    if "person" in (means(bare), means(rest)) or _persons().search(_key(bare)):
        return True
    beside = any(means(piece) == "person" for piece in inner)
    return beside and means(bare) not in COLUMNS


def _is_whole_year(text: str) -> bool:
    """Return whether a head is nothing but a year, or its last day: 2016-12-31."""
    if len(text) > 16 or not any(map(str.isdigit, text)):
        return False
    try:
        return bool(read_year(text, "", ""))
    except Refusal:
        return False


def _agreed(one: Head, other: Head) -> Head:
    """Return the head that says one thing in two languages, or an unknown one."""
    if one.kind == "unit_only" and other.kind in COLUMNS:
        one, other = other, one
    known = one.kind in {*_meanings().values(), *COLUMNS} and other.kind in (
        one.kind,
        "unit_only",
    )
    return (
        replace(one, unit=_both(one.unit, other.unit))
        if known
        else Head(kind="unknown")
    )


def _both(*units: str) -> str:
    """Return two wordings of a unit as one; `read_unit` refuses them if they differ."""
    return "、".join(dict.fromkeys(unit for unit in units if unit))


def _measure_or_unit(bare: str, inner: list[str]) -> Head:
    """Return what a head without its year says; `inner` stood in its brackets."""
    kind = means(bare)
    if kind and kind not in COLUMNS:
        return Head(kind=kind)
    units = [
        _UNIT_LABEL.sub("", one)
        for one in inner
        if _key(one) not in _words("neutral") and not (kind and means(one) == kind)
    ]
    if not all(map(looks_like_unit, units)):
        return Head(kind="unknown")
    unit = _both(*units)
    if kind := kind or means(_AROUND.sub("", bare)):
        return Head(kind=kind, unit=unit)
    if not bare:
        return Head(kind="unit_only" if unit else "unknown", unit=unit)
    if unit or _key(bare) in _words("neutral"):
        return Head(kind="unknown")
    if split := _split_unit(bare):
        return split
    alone = _UNIT_LABEL.sub("", bare)
    if is_foreign(bare) or _is_meant(alone, "tax"):
        return Head(kind="unit_only", unit=alone)
    return Head(kind="unknown")


def _split_unit(bare: str) -> Head | None:
    """Return a head whose unit follows without brackets: 税收/亿元, tax_yi."""
    for place in range(len(bare) - 1, 0, -1):
        kind = means(bare[:place].strip(_SEPARATORS))
        tail = bare[place:].strip(_SEPARATORS)
        if kind not in COLUMNS or not tail:
            continue
        tail = _UNIT_LABEL.sub("", tail + " ").strip() or tail
        if tail in _tails():
            return Head(kind=kind, unit=_tails()[tail])
        if is_foreign(tail) or _is_meant(tail, kind):
            return Head(kind=kind, unit=tail.replace("_", " "))
    return None


def _is_meant(text: str, measure: str) -> bool:
    """Return whether a wording is a known unit, of this measure or of another."""
    refusal = unit_refusal(text, measure)
    return refusal is None or refusal.code == "unit_mismatch"


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
        line
        for line, head in zip(lines, heads, strict=True)
        if head.kind not in ("years", "unit_only")
    ]
    if not solid:
        return Head(kind="years" if year else "unit_only", year=year, unit=unit)
    last = read_head(solid[-1])
    if last.kind in ("unknown", "sum") and len(solid) > 1:
        last = read_head(" ".join(solid[-2:]))
        lower = normal(solid[-1])
        if last.kind == "unknown" and _key(BRACKETS.sub("", lower)) in _words(
            "neutral"
        ):
            unit_below = "".join(f"({one})" for one in BRACKETS.findall(lower))
            last = read_head(solid[-2] + unit_below)
    for head in heads:
        if head.kind == last.kind:
            unit = _both(unit, head.unit)
    return replace(last, year=year, unit=unit or last.unit)
