"""What do the visible sheets of a workbook hold?"""

import posixpath
from dataclasses import dataclass, field
from xml.parsers import expat

from hengstats.errors import SheetError
from hengstats.intake.archive import new_parser, open_workbook
from hengstats.intake.grid import Grid
from hengstats.intake.limits import CELLS
from hengstats.intake.packing import Archive
from hengstats.intake.result import Refusal
from hengstats.intake.sheet import SheetReader
from hengstats.intake.stored import mark, unescape
from hengstats.intake.styles import Styles, is_on, read_styles

_ALL_CELLS = 2 * CELLS  # of all visible sheets together


@dataclass(slots=True)
class _Strings:
    """The shared texts of a workbook, and which of them are struck through."""

    texts: list[str] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)


def read_workbook(name: str, data: bytes) -> list[Grid]:
    """Return the visible sheets that hold anything, in their order.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    data : bytes
        All of it.

    Raises
    ------
    Refusal
        For a fault of the whole file; see `archive.open_workbook`.
    SheetError
        For a fault of one sheet: `corrupt`, `too_large`, `too_many_columns`.
    """
    archive = open_workbook(data)
    try:
        return _read(name, archive)
    except (expat.ExpatError, ValueError, LookupError) as error:
        if isinstance(error, (Refusal, SheetError)):
            raise
        raise Refusal(
            "corrupt",
            "工作簿内部结构损坏",
            "在 Excel 里打开并另存一份再交来",
            "the parts of the workbook contradict each other; save it anew in Excel",
        ) from error


def _read(name: str, archive: Archive) -> list[Grid]:
    """Return the visible sheets of a scanned archive."""
    book = _find_book(archive)
    kinds = _relations(archive, book)
    sheets, from_1904 = _list_sheets(archive, book)
    parts = {kind: target for kind, target in kinds.values()}
    strings = _Strings()
    if "sharedStrings" in parts:
        strings = _read_strings(archive.read(parts["sharedStrings"]))
    styles = Styles(["General"], [0], [False], [""], [""])
    if "styles" in parts:
        styles = read_styles(new_parser(), archive.read(parts["styles"]))
    grids: list[Grid] = []
    for title, relation in sheets:
        kind, part = kinds[relation]
        if kind != "worksheet":
            continue
        grid = Grid(file=name, sheet=title, rows=[], formats=styles.formats)
        reader = SheetReader(
            grid, strings.texts, strings.struck, styles, from_1904=from_1904
        )
        parser = new_parser()
        reader.feed(parser)
        try:
            for piece in archive.chunks(part):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
            reader.finish()
        except Refusal as refusal:
            raise SheetError([refusal.at(name, title)]) from refusal
        if grid.rows:
            grids.append(grid)
        if sum(len(grid.rows) for grid in grids) > _ALL_CELLS:
            raise Refusal(
                "too_large",
                "各工作表加起来太大",
                "分成几个文件再交来",
                "the sheets together are too large; split the workbook",
            )
    return grids


def _find_book(archive: Archive) -> str:
    """Return the part that lists the sheets."""
    for kind, target in _relations(archive, "").values():
        if kind == "officeDocument":
            return target
    raise LookupError("no workbook")


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return id to (kind, part) of what a part refers to inside the archive."""
    folder, _, name = part.rpartition("/")
    found: dict[str, tuple[str, str]] = {}
    names = {known.casefold(): known for known in archive.members}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] != "Relationship":
            return
        if attributes.get("TargetMode", "") == "External":
            return
        kind = attributes["Type"].rpartition("/")[2]
        target = attributes["Target"].replace("\\", "/")
        target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        found[attributes["Id"]] = (kind, names.get(target.casefold(), target))

    parser = new_parser()
    parser.StartElementHandler = start
    path = posixpath.join(folder, "_rels", name + ".rels")
    parser.Parse(archive.read(names.get(path.casefold(), path)), True)
    return found


def _list_sheets(archive: Archive, book: str) -> tuple[list[tuple[str, str]], bool]:
    """Return title and relation of the visible sheets, and if days count from 1904."""
    sheets: list[tuple[str, str, bool]] = []
    from_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal from_1904
        tag = tag.rpartition(":")[2]
        if tag == "workbookPr":
            from_1904 = is_on(attributes.get("date1904", "0"))
        elif tag == "sheet":
            relation = next(
                value for key, value in attributes.items() if key.endswith(":id")
            )
            shown = attributes.get("state", "visible") == "visible"
            sheets.append((attributes["name"], relation, shown))

    parser = new_parser()
    parser.StartElementHandler = start
    parser.Parse(archive.read(book), True)
    if not sheets:
        raise LookupError("no sheets")
    return [sheet[:2] for sheet in sheets if sheet[2]], from_1904


def _read_strings(xml: bytes) -> _Strings:
    """Return the shared texts: rich text joined, its phonetic guide left out.

    What stands above or below the line does so in the text too; see `stored.mark`.
    """
    strings = _Strings()
    pieces: list[str] = []  # of the text
    run: list[str] = []  # of a part of it in one font
    position = ""
    taking = phonetic = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal taking, phonetic, position
        tag = tag.rpartition(":")[2]
        if tag == "t" and not phonetic:
            taking = True
        elif tag in ("si", "r"):
            position = ""
        elif tag == "vertAlign":
            position = attributes.get("val", "")
        elif tag == "rPh":
            phonetic = True
        elif tag == "strike" and is_on(attributes.get("val", "1")):
            strings.struck.add(len(strings.texts))

    def end(tag: str) -> None:
        nonlocal taking, phonetic
        tag = tag.rpartition(":")[2]
        if tag == "t":
            taking = False
            pieces.append(mark("".join(run), position))
            run.clear()
        elif tag == "rPh":
            phonetic = False
        elif tag == "si":
            strings.texts.append(unescape("".join(pieces)))
            pieces.clear()

    def characters(text: str) -> None:
        if taking:
            run.append(text)

    parser = new_parser()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.Parse(xml, True)
    return strings
