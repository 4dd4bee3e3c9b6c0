"""Reads what the number format of a cell adds to its number, or hides of it.

A reader of the sheet sees the format. So its words count (0"万元"), and a format that
shows another number than the one that is stored (percent, thousands) is refused.
"""

import operator
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from hengstats.intake.result import refuse

GENERAL = ("General", "", "G/通用格式")
PLAIN_FORMATS = frozenset(["General", "", "@", "0", "0.0", "0.00", "#,##0", "#,##0.00"])
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|[_*].|\[\$(?P<money>[^\]-]*)'
    r"(?:-(?P<locale>[0-9A-Za-z,]*))?\]|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<number>General|G/通用格式|[Ee][+-]0+|[0#?]+)"
    r"|(?P<date>[yYmMdDhHsSeEgGbB]+|上午/下午|AM/PM)|(?P<other>.)",
    re.DOTALL,
)
_HARMLESS = re.compile(
    "black|blue|cyan|green|magenta|red|white|yellow"
    "|[黑蓝青绿红白黄]色|洋红色?|(?:color|颜色) ?[0-9]+|dbnum[0-9]"
)
_CONDITION = re.compile(r"\s*(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*")
_COMPARE = {
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_FOREIGN = set("$€£₩円")
_YUAN = ("¥", "￥", "CNY", "RMB")
_DASHES = ("-", "—", "–")
_FAULTS = ("percent", "money", "date", "scaled", "inside", "conditional", "hidden")


class Section(NamedTuple):
    """One part of a number format: the words around the number, and its fault.

    Attributes
    ----------
    before, after : str
        Words before and after the number.
    fault : str
        `percent`, `money`, `scaled`, `date`, `inside` (words between the digits),
        `conditional`, `hidden` (no place for a number), or empty.
    places : str
        The places of its digits, such as "#0"; those of # alone show no nought.
    condition : str
        Such as ">=100", or empty.
    """

    before: str
    after: str
    fault: str = ""
    places: str = ""
    condition: str = ""

    def shows(self, number: Decimal) -> bool:
        """Return whether anything of a number is shown."""
        return bool(self.places.strip("#?") if number == 0 else self.places)


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
    parts = _sections(number_format)
    if any(part.fault == "conditional" for part in parts):
        # Conditions that choose between nothing but colours and digits are harmless.
        plain = all(
            p.before + p.after == "" and p.fault in ("", "conditional") for p in parts
        )
        part = _chosen(number, parts)
        part = part._replace(fault="" if plain else "conditional")
    elif number < 0 and len(parts) > 1:
        part = parts[1]
        part = part._replace(
            before=part.before.strip("(-− "), after=part.after.strip(") ")
        )
    else:
        part = parts[2 if number == 0 and len(parts) > 2 else 0]
    before, after = part.before.strip(), part.after.strip()
    if number == 0 and part.fault == "hidden" and before.strip("¥￥ ") in _DASHES:
        return text  # the accounting format shows a nought as a dash
    if part.fault or not part.shows(number) or re.search(r"\d", before + after):
        known = part.fault in ("percent", "money", "date")
        raise refuse(f"numberformats.{part.fault if known else 'other'}")
    return text if before + after in _YUAN else before + text + after


def _chosen(number: Decimal, parts: Sequence[Section]) -> Section:
    """Return the part whose condition a number meets, the last if none."""
    for part, sign in zip(parts[:-1], (">0", "<0"), strict=False):
        found = _CONDITION.fullmatch(part.condition or sign)
        if found and _COMPARE[found[1]](number, Decimal(found[2])):
            return part
    return parts[-1]


@cache
def around_text(number_format: str) -> tuple[str, str] | None:
    """Return the words that a format shows around a text; None if it hides the text.

    Examples
    --------
    >>> around_text('@"万元"'), around_text("0.00"), around_text(";;;")
    (('', '万元'), ('', ''), None)
    """
    if "@" not in number_format and number_format.count(";") < 3:
        return "", ""
    parts = _split(number_format)
    signs = [[t["other"] for t in part] for part in parts]
    if len(parts) < 4 and "@" not in signs[-1]:
        return "", ""
    if "@" not in signs[-1]:
        return None
    words = ["\0" if t["other"] == "@" else _word(t) or t["other"] for t in parts[-1]]
    before, _, after = "".join(word or "" for word in words).partition("\0")
    return before, after


def shown_whole(number: float, number_format: str) -> str:
    """Return a whole number as its cell shows it: 001 for 1 in 000.

    Raises
    ------
    Refusal
        As `shown`; also for a fraction.
    """
    if number % 1:  # so is what is not finite
        raise refuse("numberformats.other")
    if not number_format.strip("0"):
        return str(int(number)).zfill(len(number_format))
    return shown(Decimal(int(number)), number_format)


@cache
def decimals(number_format: str) -> int:
    """Return how many decimals a number format always shows.

    Examples
    --------
    >>> decimals("0.00"), decimals("General"), decimals('#,##0.0#"亿元"')
    (2, 0, 1)
    """
    tokens = list(_TOKEN.finditer(number_format.partition(";")[0]))
    signs = "".join(token["number"] or token["other"] or "" for token in tokens)
    point = re.search(r"\.(0+)", signs)
    return len(point[1]) if point and not re.search("[Ee]", signs) else 0


def date_letters(number_format: str) -> str:
    """Return the letters of date and time of a number format, in lower case."""
    found = [token["date"] for token in _TOKEN.finditer(number_format) if token["date"]]
    return "".join(found).lower()


@cache
def _sections(number_format: str) -> tuple[Section, ...]:
    """Return the parts of a number format, at most three: above, below and at zero."""
    return tuple(map(_read_section, _split(number_format)[:3]))


def _split(number_format: str) -> list[list[re.Match[str]]]:
    """Return the pieces of each part of a number format."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(number_format):
        if token["other"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _read_section(tokens: list[re.Match[str]]) -> Section:
    """Return what one part of a format says."""
    numbers = [i for i, token in enumerate(tokens) if token["number"]]
    first, last = (numbers[0], numbers[-1]) if numbers else (len(tokens), len(tokens))
    faults = {_fault_of(token, first < i < last) for i, token in enumerate(tokens)}
    # A comma without a digit on both sides divides by 1,000; words may follow it:
    # 0,"千元" shows 2 for 2000.
    signs = "".join("0" if t["number"] else t["other"] or "" for t in tokens)
    if re.search(r"0[^0.]*,[^0.]*(?:\.|$)|\..*,", signs):
        faults.add("scaled")
    if not numbers:
        faults.add("hidden")
    words = [_word(t) or (t["other"] or "").strip(",.") for t in tokens]
    brackets = [token["bracket"] or "" for token in tokens]
    fault = next((one for one in _FAULTS if one in faults), "")
    return Section(
        "".join(words[:first]),
        "".join(words[last + 1 :]),
        fault,
        "".join(tokens[i]["number"] for i in numbers),
        next((one for one in brackets if set(one) & set("<>=")), ""),
    )


def _word(token: re.Match[str]) -> str:
    """Return the word that a piece of a format writes as it stands."""
    return token["quoted"] or token["escaped"] or token["money"] or ""


def _fault_of(token: re.Match[str], within: bool) -> str:
    """Return the fault of one piece of a format, or nothing."""
    word, other = _word(token), token["other"] or ""
    if set(word + other) & set("%‰"):
        return "percent"
    # The yen has the sign of the yuan, and the locale of Japan.
    yen = token["money"] and (token["locale"] or "").lower().endswith("411")
    if yen or set(word + other) & _FOREIGN:
        return "money"
    if token["date"]:
        return "date"
    bracket = token["bracket"]
    if bracket is not None and not _HARMLESS.fullmatch(bracket.lower()):
        return "conditional" if set(bracket) & set("<>=") else "date"
    return "inside" if within and (word or other.strip(",./ ")) else ""
