"""Says what kind of file this is, and whether its archive is safe to open.

The kind is told by the first bytes, and the name must agree. A workbook is a ZIP
archive of XML: every member is unpacked once, within the bounds, and no part may have a
document type or an entity. Pictures, embedded objects and links to other files (DDE
among them) are unpacked for their checksum and never opened.
"""

import io
import re
import struct
import zipfile
import zlib
from xml.parsers import expat

from hengstats.intake.grid import UNPACKED
from hengstats.intake.result import Refusal, refuse

TEXT, WORKBOOK, PARQUET = "text", "workbook", "parquet"
_SUFFIXES = {
    TEXT: ".csv .tsv .tab .txt",
    WORKBOOK: ".xlsx .xltx",
    PARQUET: ".parquet .parq .pq",
    "ole": ".xls .xlt .et .ett .wps .doc",
    "html": ".html .htm",
    "xml": ".xml",
    "pdf": ".pdf",
    "rtf": ".rtf",
    "packed": ".gz .7z .rar .bz2 .xz",
    "image": ".png .jpg .jpeg",
    "zip": ".xlsm .xltm .xlam .xlsb .ods .numbers .docx .zip",
}
_KINDS = {suffix: kind for kind, line in _SUFFIXES.items() for suffix in line.split()}
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
_CALLED = {
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
    "unknown": ("无法识别的内容", "something unknown"),
}
_MACROS = (".xlsm", ".xltm", ".xlam")
_OTHER_OFFICE = (
    (b"application/vnd.oasis.opendocument.", "OpenDocument"),
    (b"wordprocessingml", "Word"),
    (b"presentationml", "PowerPoint"),
    (b"ms-excel.sheet.binary", "XLSB"),
)
_MEMBERS = 4096  # files inside a workbook
_DAMAGES = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError)
_UNUSUAL = (RuntimeError, ValueError)  # a way of packing, a name
_UNDEFINED_ENTITY = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]


def read_kind(name: str, data: bytes) -> str:
    """Return `text`, `workbook` or `parquet`, or refuse the file.

    Parameters
    ----------
    name : str
        Of the file, without its folder.
    data : bytes
        Its beginning, at least 4 kB; of a legacy Office file all of it.

    Raises
    ------
    Refusal
        `empty_file`, `encrypted`, `macro_enabled`, `unsupported_format`, or
        `format_mismatch` where the content is not what the name says.
    """
    if not data:
        raise refuse("filekinds.empty")
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    meant, found = _KINDS.get(suffix, ""), _sniff(data)
    if found == "ole" and "EncryptedPackage".encode("utf-16-le") in data:
        raise refuse("filekinds.encrypted")
    if meant == TEXT and found == "unknown":
        return TEXT  # the reader of text names the damaged line
    if meant == WORKBOOK and found == "zip":
        return WORKBOOK
    if meant == found and found in (TEXT, PARQUET):
        return found
    if suffix in _MACROS and found == "zip":
        raise refuse("filekinds.macros")
    if meant == found or (not meant and found != "zip"):
        raise _unsupported(suffix, found)
    chinese, english = _CALLED[found]
    raise refuse(
        "filekinds.mismatch",
        suffix=suffix or "（无后缀）",
        found=chinese,
        says=suffix or "nothing",
        english=english,
    )


def _sniff(data: bytes) -> str:
    """Return what a file is by its first bytes, a key of `_CALLED`."""
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
    if re.match("<(!doctype html|html|table|head|body|meta)", text):
        return "html"
    if text.startswith("<?xml"):
        return "html" if "<html" in text else "xml"
    return TEXT


def _unsupported(suffix: str, found: str) -> Refusal:
    """Return the refusal of a kind of file that is not read here."""
    if not suffix:
        return refuse("filekinds.no_suffix")
    if found in (TEXT, PARQUET):
        return refuse("filekinds.other_suffix", suffix=suffix)
    if found == "packed" or suffix == ".zip":
        return refuse("filekinds.packed", suffix=suffix)
    if found in ("pdf", "image"):
        return refuse("filekinds.picture", suffix=suffix)
    return refuse("filekinds.other_program", suffix=suffix)


_UNREAD = ("customxml/", "docprops/")


def open_workbook(data: bytes) -> dict[str, bytes]:
    """Return the members of a workbook by their names in lower case, all checked.

    Raises
    ------
    Refusal
        `corrupt`, `encrypted`, `format_mismatch`, `macro_enabled`, `too_large`,
        `unsafe_archive`, `unsafe_xml`.
    """
    parts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members)
            for member in members:
                with archive.open(member) as file:  # at most one byte too many
                    content = file.read(member.file_size + 1)
                parts[_path(member).casefold()] = content
    except Refusal:
        raise
    except (*_DAMAGES, *_UNUSUAL) as error:
        raise refuse("filekinds.damaged") from error
    _refuse_other_kinds(parts)
    for name, content in parts.items():
        # Whoever reads the workbook reads none of the others.
        if name.endswith((".xml", ".rels")) and not name.startswith(_UNREAD):
            _refuse_entities(content)
    return parts


def _path(member: zipfile.ZipInfo) -> str:
    """Return the path of a member inside its archive."""
    return member.orig_filename.replace("\\", "/")


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive beyond the bounds, encrypted, or with a name twice or outside.

    What a member declares binds: none is unpacked any further.
    """
    size = sum(member.file_size for member in members)
    if len(members) > _MEMBERS or size > UNPACKED:
        raise refuse("filekinds.unpacked", count=len(members), size=size / 2**20)
    seen: set[str] = set()
    for member in members:
        name = _path(member)
        steps = name.split("/")
        if name.startswith("/") or ".." in steps or ":" in steps[0]:
            raise refuse("filekinds.outside")
        if name.casefold() in seen:
            raise refuse("filekinds.twice")
        seen.add(name.casefold())
        if member.flag_bits & 1:
            raise refuse("filekinds.locked")


def _refuse_other_kinds(parts: dict[str, bytes]) -> None:
    """Refuse an archive that is no workbook, and one with macros."""
    types = parts.get("[content_types].xml", b"")
    told = (types + parts.get("mimetype", b"")).replace(b"\0", b"").lower()
    if (
        any("vbaproject" in name or "/macrosheets/" in name for name in parts)
        or b"macrosheet" in told
        or re.search(rb"(?:sheet|template|addin)\.macroenabled", told)
    ):
        raise refuse("filekinds.macros")
    if re.search(rb"spreadsheetml\.(?:sheet|template)\.main\+xml", told):
        return
    kind = next((kind for mark, kind in _OTHER_OFFICE if mark in told), "")
    if types and not kind:
        if any(name.endswith("workbook.xml") for name in parts):
            return  # a writer of its own mind; the workbook itself decides
        raise refuse("filekinds.incomplete")
    raise refuse("filekinds.other_office", kind=kind or "ZIP")


def _refuse_entities(xml: bytes) -> None:
    """Refuse XML that asks its reader to put something else in.

    Ill-formed XML is the business of whoever reads the part.
    """
    parser = expat.ParserCreate()

    def refuse_doctype(*_: object) -> None:
        raise refuse("filekinds.entity")

    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        parser.Parse(xml, True)
    except Refusal:
        raise
    except expat.ExpatError as error:
        if error.code == _UNDEFINED_ENTITY:
            raise refuse("filekinds.entity") from error
    except (LookupError, ValueError):
        pass  # in an encoding that is none
