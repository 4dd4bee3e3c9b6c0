"""In which encoding was this text written, and is all of it sound?

A mark at the beginning decides; then UTF-8, which no other text keeps to by chance. A
text that is neither is GB18030 (GBK) or Big5. Most bytes can be read as either, one of
them into nonsense; so a reading must hold a word that tables have, or be made of common
characters. Where that tells neither or both apart, the text is refused.
"""

import codecs
import re
from collections.abc import Iterator

from hengstats.errors import SheetError
from hengstats.intake.result import Refusal

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
_BREAK = re.compile("\r\n|\r|\n")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_BLOCK = 1 << 20
_SAMPLE = 1 << 18  # bytes from the beginning: titles and heads are there
_PLAUSIBLE = 0.25  # of the characters beyond ASCII are common ones; nonsense has < 0.1


def read_encoding(name: str, data: bytes) -> str:
    """Return the encoding of a text, as Python calls it, after all of it was decoded.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    data : bytes
        All of it.

    Raises
    ------
    SheetError
        `encoding`, with the first damaged line as its row.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            if not encoding:
                raise _refuse(name, 1, "文件是 UTF-32 编码", "the text is in UTF-32")
            return _check(name, data, encoding)
    zero = data.find(b"\0")
    if zero >= 0:
        line = _line(data[:zero])
        raise _refuse(name, line, "内含空字节（NUL）", "it holds a NUL byte")
    if data.isascii():
        return "ascii"
    if _damage(data, "utf-8") is None:
        sample = data[:_SAMPLE].decode("utf-8", "ignore")
        if max(sample) < "\u0800" and _plausible(data, "gb18030"):
            raise _ambiguous(name)
        return _check(name, data, "utf-8")
    if _holds_utf8(data):
        told = "this line is damaged, or in another encoding than the others"
        line = _line(data[: _damage(data, "utf-8")])
        raise _refuse(name, line, "此行已损坏，或与其余各行编码不同", told)
    return _check(name, data, _choose(name, data))


def _choose(name: str, data: bytes) -> str:
    """Return GB18030 or Big5, if only one of them makes sense of a text."""
    damages = {code: _damage(data, code) for code in ("gb18030", "cp950", "big5hkscs")}
    sound = [code for code, damage in damages.items() if damage is None]
    if not sound:
        likely = [code for code in damages if _plausible(data, code)] or list(damages)
        at = max(damages[code] or 0 for code in likely)
        told = "this line is damaged, or in an encoding that is not known"
        raise _refuse(name, _line(data[:at]), "此行已损坏，或编码不认识", told)
    if "cp950" in sound and "big5hkscs" in sound:
        sound.remove("big5hkscs")
    with_words = [code for code in sound if _WORDS.search(_sample(data, code))]
    if len(with_words) == 1:
        return with_words[0]
    plausible = [code for code in sound if _plausible(data, code)]
    if len(plausible) != 1:
        raise _ambiguous(name)
    return plausible[0]


def _plausible(data: bytes, encoding: str) -> bool:
    """Return whether a reading holds a word of tables or mostly common characters."""
    text = _sample(data, encoding)
    beyond = [sign for sign in text if sign > "\x7f"]
    common = sum(sign in _COMMON for sign in beyond)
    return bool(_WORDS.search(text)) or common >= _PLAUSIBLE * max(len(beyond), 1)


def _sample(data: bytes, encoding: str) -> str:
    """Return the beginning of a text in one reading."""
    return data[:_SAMPLE].decode(encoding, "replace")


def _holds_utf8(data: bytes) -> bool:
    """Return whether some line with ideographs is sound UTF-8."""
    for block in _blocks(data):
        for line in re.split(b"[\r\n]", block):
            if line.isascii():
                continue
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            if _IDEOGRAPH.search(text):
                return True
    return False


def _check(name: str, data: bytes, encoding: str) -> str:
    """Return the encoding if every line can be decoded and none was lost before."""
    damage = _damage(data, encoding)
    if damage is not None:
        line = _line(data[:damage], encoding)
        raise _refuse(name, line, "此行已损坏", "this line is damaged")
    line = 1
    for block in _blocks(data, encoding):
        text = block.decode(encoding)
        lost = _LOST.search(text)
        if lost:
            at = line + len(_BREAK.findall(text[: lost.start()]))
            told = "characters were lost here before"
            raise _refuse(name, at, "此行有字已丢失（�、锟斤拷）", told)
        if line == 1:
            _check_twisted(name, text)
        line += len(_BREAK.findall(text))
    return encoding


def _check_twisted(name: str, text: str) -> None:
    """Refuse UTF-8 that was read as another encoding and saved: 鎭掗殕 for 恒隆."""
    for number, line in enumerate(_BREAK.split(text[:_SAMPLE]), 1):
        if line.isascii():
            continue
        for code in ("gb18030", "cp1252"):
            try:
                found = line.encode(code).decode("utf-8")
            except UnicodeError:
                continue
            if _IDEOGRAPH.search(found):
                told = "this line was saved in a wrong encoding before"
                raise _refuse(name, number, "此行是乱码（曾以错误编码保存）", told)


def _damage(data: bytes, encoding: str) -> int | None:
    """Return where a text first breaks the rules of an encoding, if it does."""
    at = 0
    for block in _blocks(data, encoding):
        try:
            block.decode(encoding)
        except UnicodeDecodeError as error:
            return at + error.start
        at += len(block)
    return None


def _blocks(data: bytes, encoding: str = "") -> Iterator[bytes]:
    """Yield a text in blocks of whole lines, UTF-16 in one."""
    at = 0
    while at < len(data):
        end = at + _BLOCK
        if encoding == "utf-16" or end >= len(data):
            end = len(data)
        else:
            end = (data.rfind(b"\n", at, end) + 1) or (data.find(b"\n", end) + 1)
            end = end or len(data)
        yield data[at:end]
        at = end


def _line(before: bytes, encoding: str = "") -> int:
    """Return the number of the line that begins after so many line ends."""
    if encoding == "utf-16":
        return 1 + len(_BREAK.findall(before.decode(encoding, "replace")))
    return 1 + len(re.findall(b"\r\n|\r|\n", before))


def _ambiguous(name: str) -> SheetError:
    """Return the refusal of a text that two encodings make sense of, or none."""
    told = "the encoding cannot be told (GB18030 or Big5?)"
    return _refuse(name, None, "看不出是哪种编码（GB18030 还是 Big5）", told)


def _refuse(name: str, line: int | None, found: str, english: str) -> SheetError:
    """Return the refusal of a text for one of its lines."""
    refusal = Refusal(
        "encoding",
        found,
        "用原来的软件打开，另存为“CSV UTF-8”或 .xlsx 再交来",
        f"{english}; save it as CSV UTF-8 or .xlsx",
    )
    return SheetError([refusal.at(name, row=line)])
