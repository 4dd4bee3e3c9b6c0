"""How does a workbook show a number, and how does a font change what it says?

From `styles.xml`: the number format of every cell style, and whether its font strikes
the text through, or raises it above the line.
"""

import re
from dataclasses import dataclass
from xml.parsers import expat

_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "#,##0",
    6: "#,##0",
    7: "#,##0.00",
    8: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    # What the Chinese Excel shows for the numbers that it reserves for itself.
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
# Quoted text, an escaped character, a padding, and brackets other than [h] [m] [s].
_NOT_A_CODE = re.compile(r'"[^"]*"?|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.I)
_ELAPSED = re.compile(r"\[[hms]+\]", re.I)


@dataclass(frozen=True, slots=True)
class Styles:
    """Cell styles by their number.

    Attributes
    ----------
    formats : list of str
        Distinct number formats; the first is "General".
    index : list of int
        For each style its place in `formats`.
    struck : list of bool
        For each style whether its text is struck through.
    raised : list of str
        For each style `superscript`, `subscript`, or empty.
    kinds : list of str
        For each style `date`, `time`, `elapsed`, or empty for a number.
    """

    formats: list[str]
    index: list[int]
    struck: list[bool]
    raised: list[str]
    kinds: list[str]


def read_styles(parser: expat.XMLParserType, xml: bytes) -> Styles:
    """Return the cell styles that a `styles.xml` defines."""
    codes, styles = dict(_BUILT_IN), []
    struck, raised = [], []  # by font
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        parent = path[-1] if path else ""
        path.append(name)
        if name == "numFmt" and parent == "numFmts":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "font" and parent == "fonts":
            struck.append(False)
            raised.append("")
        elif name == "strike" and parent == "font" and struck:
            struck[-1] = is_on(attributes.get("val", "1"))
        elif name == "vertAlign" and parent == "font" and raised:
            raised[-1] = attributes.get("val", "").removeprefix("baseline")
        elif name == "xf" and parent == "cellXfs":
            font = int(attributes.get("fontId", 0))
            styles.append((int(attributes.get("numFmtId", 0)), font))

    def end(_: str) -> None:
        path.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(xml, True)
    formats = ["General"]
    places = {"General": 0}
    index = []
    for number, _ in styles:
        code = codes.get(number, "General")
        if code not in places:
            places[code] = len(formats)
            formats.append(code)
        index.append(places[code])
    fonts = [font if font < len(struck) else -1 for _, font in styles]
    struck.append(False)
    raised.append("")
    return Styles(
        formats,
        index,
        [struck[font] for font in fonts],
        [raised[font] for font in fonts],
        [date_kind(formats[place]) for place in index],
    )


def is_on(text: str) -> bool:
    """Return what an XML truth value says."""
    return text.lower() in ("1", "true", "on")


def date_kind(code: str) -> str:
    """Return `date`, `time` or `elapsed` for a format that shows one, else "".

    Examples
    --------
    >>> [date_kind(code) for code in ("yyyy", "h:mm", "[h]:mm", "0.00E+00")]
    ['date', 'time', 'elapsed', '']
    """
    if code == "General" or code.startswith("G/"):
        return ""
    shown = _NOT_A_CODE.sub("", code.partition(";")[0]).lower()
    if _ELAPSED.search(shown):
        return "elapsed"
    shown = re.sub(r"e[+-]|general|am/pm|a/p", "", shown)
    if re.search("[0#?@]", re.sub(r"s\.0+", "s", shown)):
        return ""
    if re.search("[yde]|mmm", shown):
        return "date"
    if re.search("[hs]", shown):
        return "time"
    return "date" if "m" in shown else ""
