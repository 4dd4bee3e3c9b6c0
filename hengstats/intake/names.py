"""Cleans the text of a cell, and reads the name of a building.

What nobody sees is dropped, what turns or hides the print is refused, and a text that
could name a person is never quoted.
"""

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

from hengstats.csvsafe import unguard
from hengstats.intake.grid import Value
from hengstats.intake.numberformats import shown_whole
from hengstats.intake.result import Refusal, refuse
from hengstats.wording import fold, listed

LONGEST = 200
BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Above or below the line, as footnotes are; ⁽⁾ is around what has no such form.
_RAISED = re.compile("[\u00b9\u00b2\u00b3\u02b0-\u02b8\u1d2c-\u1d6a\u2070-\u209c]")
_MARK = re.compile(f"[⁽₍][^⁾₎]*[⁾₎]|(?<![mM]){_RAISED.pattern}+")  # m² is a unit
# A wording of these letters can be quoted: they are those of figures, not of names.
_PLAIN = set(
    "约近超逾余多以上下左右不足少于至到数几十百千万亿零一二三四五六七八九两"
    "人次个家名场户元年度月日无"
)
# Cyrillic and Greek letters whose capitals look like Latin ones: A座, А座 and Α座.
_ALIKE = str.maketrans("авекмнорстухαβεζηικμνορτυχ", "abekmhopctyxabezhikmnoptyx")
_NUMBER = re.compile(r"\d{7}|1\d\d[- ]\d{4}[- ]\d{4}")  # of a telephone, of a card


def clean(text: str) -> str:
    """Return a text without zero-width characters, trimmed.

    Raises
    ------
    Refusal
        `control_character` for any other control or direction character; a tab or a
        line break is none.
    """
    visible = text.translate(_ZERO_WIDTH)
    if not visible.isprintable():
        for c in visible:
            hidden = unicodedata.category(c) in ("Cc", "Cf", "Cs")
            if hidden and c not in BREAKS + "\t":
                turns = c in _DIRECTION
                kind = "改变文字方向的字符" if turns else "看不见的控制字符"
                raise refuse("names.control", kind=kind, code=f"{ord(c):04X}")
    return visible.strip()


def has_mark(text: str) -> bool:
    """Return whether a sign stands above or below the line, as that of a footnote."""
    return not text.isascii() and bool(_RAISED.search(text))


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
    letters = [c for c in fold(text) if c.isalpha() and c not in _PLAIN]
    digits = sum(c.isdigit() for c in text)
    latin = "".join(letters).isascii() and len(letters) <= 2
    return f"“{text}”" if latin and digits <= 6 and len(text) <= 24 else ""


@cache
def read_lists(file: str) -> dict[str, dict[str, list[str]]]:
    """Return the names in a TOML file, those of three scripts joined."""
    source = resources.files("hengstats").joinpath(file)
    return {
        section: {
            name: [form for script in scripts for form in script.split("|")]
            for name, scripts in entries.items()
        }
        for section, entries in tomllib.loads(source.read_text("utf-8")).items()
    }


def read_name(value: Value, number_format: str = "General") -> str:
    """Return the name of a building as its cell has it: NFKC, trimmed.

    Parameters
    ----------
    value : Value
        What stands in the cell; a whole number, such as 1933, is a name too.
    number_format : str
        The format of a number cell: 3 in 0"号楼" is 3号楼.

    Raises
    ------
    Refusal
        `missing_key`, `control_character`, `error_cell` or `invalid_name`.

    Examples
    --------
    >>> read_name(" 示例大厦Ａ座 "), read_name(1933.0)
    ('示例大厦A座', '1933')
    """
    text = clean(_wording(value, number_format))
    name = unicodedata.normalize("NFKC", text).strip()
    letters, folded = _letters(name), fold(name)
    missing = ("nan", *listed("cell", "missing"), *listed("cell", "nothing"))
    if not name or (letters and folded in missing):
        raise refuse("names.blank")
    if name.lower() in listed("cell", "error"):
        raise refuse("names.error", error=name.upper())
    faults = {
        "break": set(name) & set(BREAKS + "\t"),
        "raised": has_mark(text),
        "number": _NUMBER.search(name),
        "damaged": "\ufffd" in name,
        "long": len(name) > LONGEST,
        "signs": not letters,
    }
    for key, found in faults.items():
        if found:
            raise refuse(f"names.{key}", most=LONGEST)
    return name


def similar(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of names that differ only in signs, blanks, case or script.

    The first of a pair is the one that comes first.

    Examples
    --------
    >>> similar(["星河中心", "示例大厦", "星河中心*"])
    [('星河中心', '星河中心*')]
    """
    first: dict[str, str] = {}
    pairs = []
    for name in dict.fromkeys(names):
        earlier = first.setdefault(_letters(fold(name)), name)
        if earlier != name:
            pairs.append((earlier, name))
    return pairs


def _wording(value: Value, number_format: str) -> str:
    """Return what a cell shows."""
    if value is None:
        return ""
    if isinstance(value, str):
        return unguard(value)
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        raise refuse("names.kind")
    try:
        return shown_whole(value, number_format)
    except Refusal as fault:
        raise refuse("names.format") from fault


def _letters(name: str) -> str:
    """Return the letters and digits of a name; of three that look alike, the Latin."""
    letters = "".join(c for c in name if unicodedata.category(c)[0] in "LN")
    return letters if letters.isascii() else letters.translate(_ALIKE)
