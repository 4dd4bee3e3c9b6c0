"""Reads a CSV, TSV or TXT file into a `Grid`; every cell is text.

A mark at the beginning decides the encoding; then UTF-8, which no other text keeps to
by chance. A text that is neither is GB18030 (GBK) or Big5. Most bytes can be read as
either, one of them into nonsense; so a reading must hold a word that tables have, or be
made of common characters. Where that tells neither or both apart, the text is refused.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator

from hengstats.errors import SheetError
from hengstats.intake.grid import CELLS, COLUMNS, LINES, ROWS, Grid, Value
from hengstats.intake.result import refuse

LONGEST_FIELD = 1 << 17  # characters; a cell of Excel holds a quarter of it
_SEP = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n|$)', re.I)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_DELIMITERS = ",;\t"
_TAB_BETWEEN = re.compile("\t[^,\r\n]")  # and none behind every field
_SAMPLE_ROWS = 60  # at most; and characters that tell the delimiter
_SAMPLE = 1 << 16
_SAMPLE_BYTES = 1 << 18  # that tell the encoding: titles and heads are there
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORDS = re.compile(
    "年份|年度|楼宇|樓宇|大厦|大廈|楼盘|樓盤|税收|稅收|稅額|税额|单位|單位|党员|黨員|支部"
    "|企业|企業|活动|活動|参与|參與|人次|人数|人數|合计|合計|备注|備註|資料來源|数据来源"
    "|姓名|编号|編號|签到|簽到|时间|時間|亿元|億元|万元|萬元|中心|广场|廣場|国际|國際"
)
_COMMON = frozenset(
    "的一是不了在人有我他这這中大来來上国國个個到说說们們为為子和地出道也时時年得就那要下以生会會"
    "自着去之过過家学學对對可里裡理心天多好小部其些主样樣能都同现現当當没沒动動面起看定分成行方"
    "后後作开開事只从從前所本长長公司市区區街楼樓厦廈广廣场場座层層号號路园園城金融商务務业業贸貿"
    "易科技集团團有限投资資发發展新世纪紀东東西南北江海星河华華富丰豐嘉恒恆隆泰和利宝寶财財税稅"
    "收入总總额額党黨员員支活参參与與数數企单單位名称稱份度亿億万萬元示例合计計备備注註表月日第一二三四"
    "五六七八九十百千共约約近余餘超办辦室社工机機关關经經济濟信息源料填审審核制製者期未不详詳统統"
    "平均增减減率比占佔，。、：；（）－—“”《》％　"
)
_LOST = re.compile("\ufffd|锟斤拷")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_FEW = 4  # different characters beyond ASCII, without a word of tables
_PLAUSIBLE = 0.25  # of the characters beyond ASCII are common ones; nonsense has < 0.1


def read_text(name: str, data: bytes) -> Grid:
    """Return the one sheet that a text file holds.

    Rows are records: a line break inside quotes does not begin a row, and an `sep=`
    line is none, just as Excel counts them. A row keeps the fields it has.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    data : bytes
        All of it.

    Raises
    ------
    SheetError
        `empty_file`, `encoding`, `malformed_csv`, `too_large`, `too_many_columns`.
    """
    text = _decode(name, data)
    said = _SEP.match(text)
    delimiter = said[1] if said else find_delimiter(text[:_SAMPLE])
    lines = (found[0] for found in _LINE.finditer(text, said.end() if said else 0))
    rows = list(_rows(name, lines, delimiter))
    if not any(str(value).strip() for row in rows for value in row):
        raise _fault(name, "empty")
    return Grid(file=name, rows=rows, delimiter=delimiter)


def find_delimiter(start: str) -> str:
    r"""Return the delimiter with which most rows of a text have the same width.

    Examples
    --------
    >>> find_delimiter("年份;楼宇;税收\n2016;示例大厦;26,3\n")
    ';'
    """
    best = max(_DELIMITERS, key=lambda delimiter: _agreement(start, delimiter))
    behind = best == "\t" and "," in start and not _TAB_BETWEEN.search(start)
    return "," if behind else best


def _agreement(start: str, delimiter: str) -> tuple[int, int]:
    """Return how many rows have the commonest width above one, and that width."""
    lines = (found[0] for found in _LINE.finditer(start))
    widths: Counter[int] = Counter()
    try:
        for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
            widths[len(row)] += 1
            if widths.total() == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # told apart by the rows before; the reading itself names the fault
    counts = [(count, width) for width, count in widths.items() if width > 1]
    return max(counts, default=(0, 0))


def _rows(name: str, lines: Iterator[str], delimiter: str) -> Iterator[list[Value]]:
    """Yield the records of a text, as long as they keep to rules and bounds."""
    cells = 0
    row = 1
    known: dict[str, str] = {}  # a wording that comes again is kept once
    try:
        # A blank may stand before a quotation mark, and is no part of a field.
        reader = csv.reader(
            lines, delimiter=delimiter, skipinitialspace=True, strict=True
        )
        for fields in reader:
            width = len(fields)
            cells += width
            if width > COLUMNS:
                raise _fault(name, "too_wide", row, width=width, most=COLUMNS)
            if row > LINES or cells > CELLS:
                raise _fault(name, "too_large", row, rows=ROWS, cells=CELLS)
            if len(max(fields, key=len, default="")) > LONGEST_FIELD:
                raise _fault(name, "long_field", row)
            yield [known.setdefault(field, field) for field in fields]
            row += 1
    except csv.Error as error:
        key = "after_quote"
        if "field larger" in str(error):
            key = "long_field"
        elif "unexpected end" in str(error):
            key = "open_quote"
        raise _fault(name, key, row) from error


def _decode(name: str, data: bytes) -> str:
    """Return the characters of a text, all of which are sound."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if not encoding:
                raise _fault(name, "utf32", 1)
            break
    else:
        if b"\0" in data:
            raise _fault(name, "null", _line(data[: data.index(b"\0")]))
        encoding = _find_encoding(name, data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        raise _fault(name, "damaged", _line(before.encode())) from error
    if lost := _LOST.search(text):
        raise _fault(name, "lost", _line(text[: lost.start()].encode()))
    lines = (found[0] for found in _LINE.finditer(text[:_SAMPLE_BYTES]))
    for number, line in enumerate(lines, 1):
        if not line.isascii() and _is_twisted(line):
            raise _fault(name, "twisted", number)
    return text


def _is_twisted(line: str) -> bool:
    """Return whether UTF-8 was read as another encoding and saved: 鎭掗殕 for 恒隆."""
    for code in ("gb18030", "cp1252"):
        try:
            if _IDEOGRAPH.search(line.encode(code).decode("utf-8")):
                return True
        except UnicodeError:
            continue
    return False


def _find_encoding(name: str, data: bytes) -> str:
    """Return UTF-8, GB18030 or Big5, if only one of them makes sense of a text."""
    damage = _damage(data, "utf-8")
    if damage is None:
        sample = data[:_SAMPLE_BYTES].decode("utf-8", "ignore")
        if max(sample) < "\u0800" and _is_plausible(data, "gb18030"):
            raise _fault(name, "ambiguous")
        return "utf-8"
    if _holds_utf8(data):
        raise _fault(name, "mixed", _line(data[:damage]))
    damages = {code: _damage(data, code) for code in ("gb18030", "cp950", "big5hkscs")}
    sound = [code for code, damage in damages.items() if damage is None]
    if not sound:
        likely = [code for code in damages if _is_plausible(data, code)]
        at = max(damages[code] or 0 for code in likely or damages)
        raise _fault(name, "unknown", _line(data[:at]))
    if "cp950" in sound and "big5hkscs" in sound:
        sound.remove("big5hkscs")
    with_words = [code for code in sound if _WORDS.search(_sample(data, code))]
    if len(with_words) == 1:
        return with_words[0]
    plausible = [code for code in sound if _is_plausible(data, code)]
    # One or two short names are characters in any encoding.
    signs = {sign for code in plausible for sign in _sample(data, code)}
    if len(plausible) != 1 or sum(sign > "\x7f" for sign in signs) <= _FEW:
        raise _fault(name, "ambiguous")
    return plausible[0]


def _damage(data: bytes, encoding: str) -> int | None:
    """Return where a text first breaks the rules of an encoding, if it does."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _is_plausible(data: bytes, encoding: str) -> bool:
    """Return whether a reading holds a word of tables or mostly common characters."""
    text = _sample(data, encoding)
    beyond = [sign for sign in text if sign > "\x7f"]
    common = sum(sign in _COMMON for sign in beyond)
    return bool(_WORDS.search(text)) or common >= _PLAUSIBLE * max(len(beyond), 1)


def _sample(data: bytes, encoding: str) -> str:
    """Return the beginning of a text in one reading."""
    return data[:_SAMPLE_BYTES].decode(encoding, "replace")


def _holds_utf8(data: bytes) -> bool:
    """Return whether some line with ideographs is sound UTF-8."""
    for line in re.split(b"[\r\n]", data):
        if not line.isascii() and _damage(line, "utf-8") is None:
            if _IDEOGRAPH.search(line.decode()):
                return True
    return False


def _line(before: bytes) -> int:
    """Return the number of the line that begins after so many line ends."""
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def _fault(name: str, key: str, row: int | None = None, **values: object) -> SheetError:
    """Return the refusal of a text for one of its rows."""
    return SheetError([refuse(f"text.{key}", **values).at(name, row=row)])
