"""Is this archive a workbook without dangers, before any parser sees what is in it?

A workbook is a ZIP archive of XML. Every member is unpacked once, and each that is XML
searched for a document type or an entity.

Embedded objects, pictures and links to other files (DDE among them) are never opened:
the values stored in the sheet are what is read.
"""

from xml.parsers import expat

from hengstats.intake.filekinds import refuse_macros
from hengstats.intake.packing import Archive, corrupt, open_archive
from hengstats.intake.result import Refusal

_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_UNDEFINED_ENTITY = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_OTHER = (
    ("application/vnd.oasis.opendocument.", "OpenDocument"),
    ("wordprocessingml", "Word"),
    ("presentationml", "PowerPoint"),
    ("ms-excel.sheet.binary", "XLSB"),
)


def open_workbook(data: bytes) -> Archive:
    """Return a workbook's archive after every member has been checked.

    Raises
    ------
    Refusal
        `corrupt`, `encrypted`, `format_mismatch`, `macro_enabled`, `too_large`,
        `unsafe_archive`, `unsafe_xml`.
    """
    archive = open_archive(data)
    _refuse_other_kinds(archive)
    for name in archive.members:
        if name.lower().endswith((".xml", ".rels")):
            _check_xml(archive, name)
        else:
            for _ in archive.chunks(name):
                pass
    return archive


def _refuse_other_kinds(archive: Archive) -> None:
    """Refuse an archive that is no workbook, and one with macros."""
    names = {name.lower(): name for name in archive.members}
    if any("vbaproject" in name or "/macrosheets/" in name for name in names):
        raise refuse_macros()
    types, kind = b"", ""
    for known in ("[content_types].xml", "mimetype"):
        if known in names:
            types += archive.read(names[known])
    told = types.replace(b"\0", b"").decode("latin-1").lower()
    if "macrosheet" in told or "sheet.macroenabled" in told:
        raise refuse_macros()
    if "template.macroenabled" in told or "addin.macroenabled" in told:
        raise refuse_macros()
    if (_MAIN + "sheet.main+xml") in told or (_MAIN + "template.main+xml") in told:
        return
    if "[content_types].xml" in names and not any(mark in told for mark, _ in _OTHER):
        if any(name.endswith("workbook.xml") for name in names):
            return  # a writer of its own mind; the workbook itself decides
        raise corrupt("", "内容不完整", "the workbook is incomplete")
    kind = next((known for mark, known in _OTHER if mark in told), "ZIP")
    raise Refusal(
        "format_mismatch",
        f"文件名是 Excel 工作簿，内容却是 {kind}",
        "用原来的软件打开，另存为“Excel 工作簿 (.xlsx)”再交来",
        f"the content is {kind}, not an Excel workbook; save it as .xlsx",
    )


def _check_xml(archive: Archive, name: str) -> None:
    """Refuse an XML member that has a document type or entity, or is ill-formed."""
    parser = new_parser()
    try:
        for piece in archive.chunks(name):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if error.code == _UNDEFINED_ENTITY:
            raise _unsafe_xml() from error
        raise corrupt(name, "XML 不合规则", "its XML is ill-formed") from error
    except Refusal:
        raise
    except (LookupError, ValueError) as error:  # an encoding that is none
        raise corrupt(name, "XML 不合规则", "its XML is ill-formed") from error


def new_parser() -> expat.XMLParserType:
    """Return a parser of XML that refuses document types, and so all entities."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise _unsafe_xml()

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _unsafe_xml() -> Refusal:
    """Return the refusal of XML that asks its reader to put something else in."""
    return Refusal(
        "unsafe_xml",
        "内含文档类型或实体，Excel 不会写出这样的文件",
        "在 Excel 里重新另存为 .xlsx 再交来",
        "a part has a document type or an entity; save it anew in Excel",
    )
