"""What kind of file is this, by its bytes and by its name, and do the two agree?"""

from hengstats.intake.result import Refusal

TEXT, WORKBOOK, PARQUET = "text", "workbook", "parquet"
NAMES = {
    "html": ("网页", "a web page"),
    "xml": ("XML 文本", "an XML text"),
    "ole": ("旧式 Office 文件", "a legacy Office file"),
    "zip": ("压缩包", "an archive"),
    "pdf": ("PDF", "a PDF"),
    "image": ("图片", "a picture"),
    "packed": ("压缩包", "an archive"),
    "rtf": ("RTF 文档", "an RTF document"),
    TEXT: ("纯文本", "plain text"),
    PARQUET: ("Parquet", "Parquet"),
    WORKBOOK: ("XLSX 工作簿", "an XLSX workbook"),
    "unknown": ("无法识别的内容", "something unknown"),
}
BY_SUFFIX = {
    ".csv": TEXT,
    ".tsv": TEXT,
    ".tab": TEXT,
    ".txt": TEXT,
    ".xlsx": WORKBOOK,
    ".xltx": WORKBOOK,
    ".parquet": PARQUET,
    ".parq": PARQUET,
    ".pq": PARQUET,
    ".xls": "ole",
    ".xlt": "ole",
    ".et": "ole",
    ".ett": "ole",
    ".wps": "ole",
    ".doc": "ole",
    ".html": "html",
    ".htm": "html",
    ".mht": "text",
    ".xml": "xml",
    ".pdf": "pdf",
    ".rtf": "rtf",
    ".gz": "packed",
    ".7z": "packed",
    ".rar": "packed",
    ".bz2": "packed",
    ".xz": "packed",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
} | dict.fromkeys(
    (".xlsm", ".xltm", ".xlam", ".xlsb", ".ods", ".numbers", ".docx", ".zip"), "zip"
)
_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PAR1", PARQUET),
    (b"PARE", PARQUET),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x1f\x8b", "packed"),
    (b"7z\xbc\xaf\x27\x1c", "packed"),
    (b"Rar!", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ", "packed"),
)
_MACRO = (".xlsm", ".xltm", ".xlam")
_SAVE_AS = "在 Excel 或 WPS 里另存为“Excel 工作簿 (.xlsx)”再交来"


def read_kind(name: str, data: bytes) -> str:
    """Return `text`, `workbook` or `parquet`, or refuse the file.

    Parameters
    ----------
    name : str
        Of the file, without its folder.
    data : bytes
        All of it, or for Parquet at least its first 4 kB.

    Raises
    ------
    Refusal
        `empty_file`, `encrypted`, `macro_enabled`, `unsupported_format`, or
        `format_mismatch` where the content is not what the name says.
    """
    if not data:
        raise Refusal(
            "empty_file",
            "文件是空的，一个字节也没有",
            "检查是否传送完整，再交来",
            "the file has no content",
        )
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    meant, found = BY_SUFFIX.get(suffix, ""), sniff(data)
    if found == "ole" and "EncryptedPackage".encode("utf-16-le") in data:
        raise Refusal(
            "encrypted",
            "文件有打开密码",
            "在 Excel 里取消密码、另存一份再交来",
            "the workbook is protected by a password; save it without one",
        )
    if meant == TEXT and found == "unknown":
        return TEXT  # the reader of text names the damaged line
    if meant == WORKBOOK and found == "zip":
        return WORKBOOK
    if meant == "zip" and found == "zip":
        return _refuse_zip(suffix)
    if meant == found and found in (TEXT, PARQUET):
        return found if suffix != ".mht" else _refuse_kind(suffix, found)
    if meant in (found, "") and found != "zip":
        return _refuse_kind(suffix, found)
    chinese, english = NAMES[found]
    raise Refusal(
        "format_mismatch",
        f"文件名以“{suffix or '（无后缀）'}”结尾，内容却是{chinese}",
        "用原来的软件打开，另存为 .xlsx 或 CSV 再交来；只改后缀名没有用",
        f"the name says {suffix or 'nothing'}, the content is {english};"
        " save it as .xlsx or CSV",
    )


def sniff(data: bytes) -> str:
    """Return what a file is by its first bytes, a key of `NAMES`."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    start = data[:4096]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = start.decode("utf-16", "replace")
    elif b"\0" in start:
        return "unknown"
    else:
        text = start.decode("utf-8-sig", "replace")
    text = text.lstrip().lower()
    if text.startswith(
        ("<!doctype html", "<html", "<table", "<head", "<body", "<meta")
    ):
        return "html"
    if text.startswith("<?xml"):
        return "html" if "<html" in text else "xml"
    return TEXT


def _refuse_zip(suffix: str) -> str:
    """Refuse an archive whose ending says that it is no plain workbook."""
    if suffix in _MACRO:
        raise refuse_macros()
    return _refuse_kind(suffix, "zip")


def refuse_macros() -> Refusal:
    """Return the refusal of a workbook with macros."""
    return Refusal(
        "macro_enabled",
        "工作簿带有宏",
        "在 Excel 里另存为不含宏的“Excel 工作簿 (.xlsx)”再交来",
        "the workbook holds macros; save it as .xlsx without them",
    )


def _refuse_kind(suffix: str, found: str) -> str:
    """Refuse a kind of file that is not read here, whatever it is called."""
    mend = "向来源索取打印件的原表，或" if found in ("pdf", "image") else ""
    if found in (TEXT, PARQUET):
        mend = "把文件名改成以 .csv、.tsv、.txt 或 .parquet 结尾（按内容），再交来"
    elif found in ("packed", "zip") and suffix not in (".xlsb", ".ods", ".numbers"):
        mend = "先解压，再交里面的表格" if suffix != ".docx" else _SAVE_AS
    else:
        mend += _SAVE_AS
    raise Refusal(
        "unsupported_format",
        f"这里不读“{suffix}”这种文件" if suffix else "文件名没有后缀",
        mend,
        f"{suffix or 'a file without an ending'} is not read here; hand in .xlsx, CSV,"
        " TSV or Parquet",
    )
