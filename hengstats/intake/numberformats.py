"""What does the number format of a cell add to its number, or hide of it?

A reader of the sheet sees the format. So its words count (0"万元"), and a format that
shows another number than the one that is stored (percent, thousands) is refused.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from hengstats.intake.result import Refusal

PLAIN_FORMATS = frozenset(["General", "", "@", "0", "0.0", "0.00", "#,##0", "#,##0.00"])
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|[_*].|\[\$(?P<money>[^\]-]*)'
    r"(?:-(?P<locale>[0-9A-Za-z,]*))?\]|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>General|G/通用格式)|(?P<power>[Ee][+-]0+)|(?P<date>[yYmMdDhHsSeEgGbB]+|上午/下午|AM/PM)"
    r"|(?P<digits>[0#?]+)|(?P<other>.)",
    re.DOTALL,
)
_DASHES = ("-", "—", "–")
_COLOURS = (
    "black blue cyan green magenta red white yellow"
    " 黑色 蓝色 青色 绿色 洋红 洋红色 红色 白色 黄色"
).split()


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a number format: the words around the number, and its faults.

    Attributes
    ----------
    before, after : str
        Words before and after the number.
    fault : str
        `percent`, `money`, `scaled`, `date`, `inside` (words between the digits),
        `conditional`, `hidden` (no place for a number), or empty.
    """

    before: str
    after: str
    fault: str = ""


@cache
def sections(number_format: str) -> tuple[Section, ...]:
    """Return the parts of a number format, at most three: above, below and at zero.

    Examples
    --------
    >>> sections('0.00"万元"')
    (Section(before='', after='万元', fault=''),)
    >>> [part.fault for part in sections("0.00%;0,")]
    ['percent', 'scaled']
    """
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(number_format):
        if token["other"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(map(_read_section, parts[:3]))


@cache
def decimals(number_format: str) -> int:
    """Return how many decimals a number format always shows.

    Examples
    --------
    >>> decimals("0.00"), decimals("General"), decimals('#,##0.0#"亿元"')
    (2, 0, 1)
    """
    tokens = list(_TOKEN.finditer(number_format.partition(";")[0]))
    signs = "".join(token["digits"] or token["other"] or "" for token in tokens)
    point = re.search(r"\.(0+)", signs)
    scientific = any(token["power"] for token in tokens)
    return len(point[1]) if point and not scientific else 0


def date_letters(number_format: str) -> str:
    """Return the letters of date and time of a number format, in lower case."""
    found = [token["date"] for token in _TOKEN.finditer(number_format) if token["date"]]
    return "".join(found).lower()


def shown(number: Decimal, number_format: str) -> str:
    """Return a number with the words of its format: "2630万元" for 2630 in 0"万元".

    A sign of the yuan alone is left out: it names the currency, and the head the
    unit. All digits stay, whatever the format rounds away.

    Raises
    ------
    Refusal
        `unit_mismatch` for percent and other currencies, `invalid_number` for a date
        and `ambiguous_number` where the format shows another number, or none.
    """
    text = format(number, "f")
    if number_format in PLAIN_FORMATS:
        return text
    parts = sections(number_format)
    if any(part.fault == "conditional" for part in parts):
        part = Section("", "", "" if _all_plain(parts) else "conditional")
    elif number < 0 and len(parts) > 1:
        part = parts[1]
        part = Section(part.before.strip("(-− "), part.after.strip(") "), part.fault)
    else:
        part = parts[2 if number == 0 and len(parts) > 2 else 0]
    if number == 0 and part.fault == "hidden" and part.before.strip(" ¥￥") in _DASHES:
        return text  # the accounting format shows a nought as a dash
    if part.fault:
        raise _refuse(part.fault)
    before, after = part.before.strip(), part.after.strip()
    if re.search(r"\d", before + after):
        raise _refuse("inside")
    if before + after in ("", "¥", "￥", "CNY", "RMB"):
        return text
    return before + text + after


def _all_plain(parts: tuple[Section, ...]) -> bool:
    """Return whether conditions choose between nothing but colours and digits."""
    return all(
        part.before + part.after == "" and part.fault in ("", "conditional")
        for part in parts
    )


def _read_section(tokens: list[re.Match[str]]) -> Section:
    """Return what one part of a format says."""
    before, after, faults = "", "", []
    numbers = [
        i
        for i, token in enumerate(tokens)
        if token["digits"] or token["general"] or token["power"]
    ]
    first, last = (numbers[0], numbers[-1]) if numbers else (len(tokens), len(tokens))
    for i, token in enumerate(tokens):
        word = token["quoted"] or token["escaped"] or token["money"] or ""
        other = token["other"] or ""
        faults.append(_fault_of(token, word, other, first < i < last))
        text = word or (other if other not in ",." else "")
        if i < first:
            before += text
        elif i > last:
            after += text
    faults += ["scaled"] if _scales_before_point(tokens) else []
    faults += [] if numbers else ["hidden"]
    order = ("percent", "money", "date", "scaled", "inside", "conditional", "hidden")
    return Section(before, after, next((f for f in order if f in faults), ""))


def _scales_before_point(tokens: list[re.Match[str]]) -> bool:
    """Return whether a comma divides by 1,000: one without a digit on both sides.

    Words may follow it: 0,"千元" shows 2 for 2000.
    """
    signs = "".join(
        "0" if t["digits"] or t["general"] or t["power"] else t["other"] or ""
        for t in tokens
    )
    return bool(re.search(r"0[^0.]*,[^0.]*(?:\.|$)|\..*,", signs))


def _fault_of(token: re.Match[str], word: str, other: str, within: bool) -> str:
    """Return the fault of one piece of a format, or nothing."""
    if other in ("%", "‰") or "%" in word:
        return "percent"
    # The yen has the sign of the yuan, and the locale of Japan.
    yen = token["money"] and (token["locale"] or "").lower().endswith("411")
    if yen or other in tuple("$€£₩円") or set(word) & set("$€£₩円"):
        return "money"
    if token["date"]:
        return "date"
    bracket = token["bracket"]
    if bracket is not None:
        lower = bracket.lower()
        known = lower in _COLOURS or re.fullmatch(
            r"(?:color ?|颜色 ?)\d+|dbnum\d", lower
        )
        return "" if known else "conditional" if set(lower) & set("<>=") else "date"
    return "inside" if within and (word or other.strip(",./ ")) else ""


def _refuse(fault: str) -> Refusal:
    """Return the refusal of a format that shows another number, or none."""
    if fault in ("percent", "money"):
        what = "百分比" if fault == "percent" else "外币"
        kind = "percent" if fault == "percent" else "a foreign currency"
        return Refusal(
            "unit_mismatch",
            f"单元格格式是{what}",
            "改成常规数字格式，并核对数值和单位",
            f"the cell is formatted as {kind}; give it a plain number format",
        )
    if fault == "date":
        return Refusal(
            "invalid_number",
            "单元格格式是日期或时间，不是数字",
            "改成常规数字格式，并核对数值",
            "the cell is formatted as a date or time; give it a plain number format",
        )
    return Refusal(
        "ambiguous_number",
        "单元格格式显示的数与存的数不同（按千缩小、插入文字、条件或隐藏）",
        "改成常规数字格式，让显示的数就是要交的数",
        "the format shows another number than the cell holds; format it plainly",
    )
