"""Reads the unit that a head, a unit column or a 单位 line states for a column.

What one of a unit is worth is read as any other figure is (`printed.state`); which
units there are stands in `vocabulary.UNITS`.
"""

import re
from functools import cache, lru_cache

from hengstats.errors import ReadingError
from hengstats.intake.names import clean, quote, without_marks
from hengstats.intake.result import COLUMNS, Refusal, is_money, refuse
from hengstats.numerals import WORDS
from hengstats.printed import state
from hengstats.vocabulary import UNITS
from hengstats.wording import Word, cut, fold, listed

_LABEL = re.compile(
    r"^(?:(?:计量|货币|金额|数据)?单位|units?(?![a-z])|in)\s*[:;]?\s*(?:为\s*)?(?=\S)"
)
_PAIRS = ("()", "[]", "【】", "〔〕", "{}", "<>")
# Several units in a row, or one in two languages: 亿元、人, 亿元/100 million yuan.
_PARTS = re.compile("[、;]|,(?!0)|(?<=[\u4e00-\u9fff])[ /|]+(?=[0-9a-z])")
# What heads write, and figures do not: RMBmn, '000, billions, yuan (RMB).
_FORMS = {
    "(?<![0-9,])000s?": " thousand",
    "(?<![a-z])(rmb|cny|yuan)(?=[a-z])": r"\1 ",
    "(thousand|million|billion)s(?![a-z])": r"\1",
    "(?<![a-z])mil(?![a-z])": "million",
    "hundred million": "100 million",
    "10k": "10 thousand",
    "(?<=[0-9]) (?=000(?![0-9]))": "",
    r" ?\(([^()]+)\)$": r" \1",
}
_TENS = re.compile("10{1,4}|10?,000|ten|[十百千万亿]+")
_UNIT = re.compile("c?[nw]?e?c?y?c?|y?[nw]?e?c?|[nw]?e?u?v?")
_SHORT = ("m", "mn", "bn")  # 300 m may be metres
_LETTERS = {"before": "b", "after": "a", "scale": "s", "to": "t", "number": "n"}
_LETTERS |= {"several": "n", "least": "n"}
_ONE = Word("number", "1", "1")


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
    wording = _bare(fold(clean(without_marks(text))).replace('"', ""))
    if found := _key(wording, column):
        return found
    parts = [part.strip() for part in _PARTS.split(wording)]
    several, foreign = len(parts) > 1, any(map(is_foreign, parts))
    if several and all(map(_is_unit, parts)) and not (foreign and is_money(column)):
        fitting = {found for part in parts if (found := _key(part, column))}
        if len(fitting) == 1:
            return fitting.pop()
    known = _is_unit(wording) and (is_money(column), wording) != (True, "人民币")
    if known or (several and foreign):
        raise refuse_mismatch(text, column)
    kind = "money" if is_money(column) else "count"
    raise refuse(f"units.unknown_{kind}", unit=quote(text))


def refuse_mismatch(text: str, column: str) -> Refusal:
    """Return the refusal of a unit that measures something else."""
    words: tuple[str, ...] = ("亿元", "万元", "元")
    if not is_money(column):
        words = counted(column) + listed("noun", column)
    known = [word for word in words if not word.isascii()]
    own = {"unit": quote(text), "known": "、".join(known[:3]), "base": COLUMNS[column]}
    return refuse("units.mismatch", **own)


def is_foreign(text: str) -> bool:
    """Return whether a folded wording names another currency than the yuan."""
    return bool(_foreign().search(text))


def counted(column: str) -> tuple[str, ...]:
    """Return the unit words of a column: of one like it for a dataset's own measure."""
    for own in () if is_money(column) else (column, *COLUMNS, "other"):
        words = listed("counted", own)
        if words and COLUMNS.get(own, COLUMNS[column]) == COLUMNS[column]:
            return words
    return ()


def shape(words: list[Word], column: str) -> str:
    """Return one letter for each word of a cell or unit of a column.

    `n` is a number in digits or numerals, `w` a number word; `s` a Chinese scale, `e`
    an English one; `b` a hedge before the number, `a` one after it, `o` 多 余 +; `c` a
    name of the yuan, `y` 元; `u` a unit of the column, `v` a noun; `-` a minus or dash,
    `t` another word between two numbers, `f` from; `.` whatever else is known.
    """
    units, nouns = counted(column), listed("noun", column)
    letters = ""
    for kind, meaning, text in words:
        letter = _LETTERS.get(kind, ".")
        if meaning == "sign":
            letter = "-"
        elif text in WORDS:
            letter = "w"
        elif meaning in ("odd", "teens") or text == "+":
            letter = "o"
        elif kind == "currency" and is_money(column) and meaning != "hkd":
            letter = "y" if meaning == "yuan" else "c"
        elif kind == "scale" and text.isascii():
            letter = "." if text in _SHORT and not is_money(column) else "e"
        elif kind in ("unit", "context"):
            letter = "u" if text in units else "v" if text in nouns else "."
            letter = "f" if text == "from" else letter
        letters += letter
    return letters


def unit_key(column: str, worth: float) -> str:
    """Return the unit of a column that is worth so many of its ones, or nothing."""
    dimension = UNITS[COLUMNS[column]].dimension
    for key, unit in UNITS.items():
        if (unit.dimension, unit.factor) == (dimension, worth):
            return key
    return ""


@cache
def unit_words() -> frozenset[str]:
    """Return every unit known here, of whatever column, in its folded form."""
    lines = [(kind, column) for kind in ("counted", "noun") for column in COLUMNS]
    lines += [("currency", "yuan"), ("currency", "renminbi")]
    lines += [("other", "currency"), ("other", "unit")]
    return frozenset(word for line in lines for word in listed(*line))


def _bare(text: str) -> str:
    """Return a wording without brackets around it and without 单位."""
    before = ""
    while text != before:
        before = text
        text = _LABEL.sub("", text).strip(" :/_")
        if len(text) > 1 and text[0] + text[-1] in _PAIRS:
            text = text[1:-1]
    return text.replace("_", " ")


@lru_cache(maxsize=4096)
def _key(text: str, column: str) -> str:
    """Return the unit that a bare wording states for a column, or nothing.

    million alone may be of any currency; 人民币 alone names no unit.
    """
    if _PARTS.search(text) or text == "人民币":
        return ""
    text = text.removesuffix("/年") if is_money(column) else text
    for form, plain in _FORMS.items():
        text = re.sub(form, plain, text)
    try:
        words = [word for word in cut(text, text) if word.text not in ("in", "of")]
        letters = shape(words, column)
        numbers = [word for word in words if word.kind == "number"]
        said = state(words if numbers else [_ONE, *words], text)
    except ReadingError:
        return ""
    chinese = any(w.kind in ("number", "scale") and not w.text.isascii() for w in words)
    if not _UNIT.fullmatch(letters) or not (set(letters) & set("ycuv") or chinese):
        return ""
    tens = all(_TENS.fullmatch(word.text) for word in numbers)
    return unit_key(column, float(said.ends[0])) if tens else ""


def _is_unit(text: str) -> bool:
    """Return whether a wording is a unit of any kind."""
    known = text in unit_words() or is_foreign(text)
    return known or any(_key(text, column) for column in COLUMNS)


@cache
def _foreign() -> re.Pattern[str]:
    """Return the pattern of other currencies; Latin ones stand alone."""
    words = listed("other", "currency")
    latin = "|".join(word for word in words if re.fullmatch("[a-z]+", word))
    other = "|".join(re.escape(w) for w in words if not re.fullmatch("[a-z]+", w))
    return re.compile(rf"{other}|(?<![a-z])(?:{latin})s?(?![a-z])")
