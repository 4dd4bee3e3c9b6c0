"""What is the name in this cell, and which names are one but for a sign?"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from hengstats.csvsafe import unguard
from hengstats.intake.cellrefusals import ERRORS
from hengstats.intake.characters import BREAKS, clean, half, has_mark
from hengstats.intake.grid import Value
from hengstats.intake.numberformats import PLAIN_FORMATS, shown
from hengstats.intake.result import Refusal

LONGEST = 200
# A key is not missing by rule, as a figure may be: these are refused.
_NUMBER = re.compile(r"\d{7}|1\d\d[- ]\d{4}[- ]\d{4}")  # of a telephone, of a card
_NO_NAME = "n/a na n.a. null none nan 暂无 不详 未知 无 缺".split()


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
    if half(name) in _NO_NAME or not name:
        raise Refusal(
            "missing_key",
            "没有写楼宇的名称",
            "每一行都写上楼宇的名称；不是楼宇的行删去",
            "the name of the building is blank; write it in every row",
        )
    if name.lower() in ERRORS:
        raise Refusal(
            "error_cell",
            f"是 Excel 的错误值 {name.upper()}",
            "改正公式，或写上楼宇的名称",
            f"the cell holds the error {name.upper()}; write the name of the building",
        )
    if set(name) & set(BREAKS + "\t"):
        raise _refuse("名称中间有换行或制表符", "a line break or tab inside a name")
    if has_mark(text):
        raise _refuse("名称里有上标或下标", "a sign above or below the line in a name")
    if _NUMBER.search(name):
        told = "名称里有七位以上的号码，可能是电话或证件号"
        raise _refuse(told, "a number as long as that of a telephone in a name")
    if "\ufffd" in name:
        raise _refuse("名称里有损坏的字", "a damaged character in a name")
    if len(name) > LONGEST:
        raise _refuse(f"名称长过 {LONGEST} 字", f"a name longer than {LONGEST} signs")
    if not _letters(name):
        raise _refuse("名称里没有文字", "a name without a letter or digit")
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
        earlier = first.setdefault(_letters(half(name)), name)
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
        raise _refuse("这一格是日期或逻辑值，不是名称", "a date or truth value")
    if isinstance(value, float) and not value.is_integer():
        raise _refuse("这一格是小数，不是名称", "a fraction, not a name")
    number = Decimal(int(value))
    if not number_format.strip("0"):  # 1 is shown as 001 in 000
        return str(number).zfill(len(number_format))
    if number_format in PLAIN_FORMATS:
        return str(number)
    try:
        return shown(number, number_format)
    except Refusal as fault:
        told = "单元格格式显示的不是名称", "the number format shows no name"
        raise _refuse(*told) from fault


def _letters(name: str) -> str:
    """Return the letters and digits of a name."""
    return "".join(c for c in name if unicodedata.category(c)[0] in "LN")


def _refuse(fault: str, english: str) -> Refusal:
    """Return the refusal of what is no name."""
    return Refusal(
        "invalid_name",
        fault,
        "写成楼宇的名称，一行之内",
        f"{english}; write the name of the building on one line",
    )
