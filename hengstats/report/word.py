"""Styles a Word file after a template, and keeps together what belongs together."""

import re
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from hengstats.messages import data_error

HERE = Path(__file__).parent
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# 三号 is what GB/T 9704 asks for; the names of other sizes, in points.
SIZES = {"二号": 22, "三号": 16, "小三": 15, "四号": 14, "小四": 12, "五号": 10.5}
STYLES, TEXT = "word/styles.xml", "word/document.xml"
STYLE = re.compile(r"<w:style [^>]*>.*?</w:style>", re.DOTALL)
# A heading's place in our own list of numbers, which a template does not have.
LISTED = re.compile(r'<w:numPr><w:ilvl [^>]*><w:numId w:val="[1-9]\d*"/></w:numPr>')
UNLISTED = re.compile(r'<w:numPr>.*?<w:numId w:val="0"/></w:numPr>', re.DOTALL)
TEXTUAL = ("body text", "first paragraph", *[f"unnumbered heading {i}" for i in (1, 2)])
OWN = re.compile(r"<w:([pr]Pr)>.*?</w:\1>", re.DOTALL)
BELOW = ("ImageCaption", "TableNote")  # what ends a figure or a table
SHORT = 14  # rows of a table that is not parted by the end of a page


def points_of(size: str) -> float | None:
    """Return a size of type in points, given so or by its Chinese name.

    Raises
    ------
    DataError
        If it is no size from 5 to 36 points, in halves.
    """
    if not size:
        return None
    try:
        points = float(SIZES.get(size, size))
    except ValueError:
        points = 0
    if not 5 <= points <= 36 or points % 0.5:
        raise data_error("report.size", size=size, names="、".join(SIZES))
    return points


def make_reference(
    lang: str, folder: Path, template: Path | None, points: float | None
) -> tuple[Path, bool]:
    """Return the document that gives the styles, and whether it numbers headings.

    Without a template it is ours for the language, its text set in `points`. What a
    template does not style looks as in ours.

    Raises
    ------
    DataError
        If the template is no Word file.
    """
    ours = HERE / f"reference-{lang}.docx"
    ours = ours if ours.is_file() else HERE / "reference.docx"
    path = folder / "reference.docx"
    if template is None:
        if points is None:
            return ours, True
        _rewrite(ours, path, STYLES, lambda text: _resize(text, points))
        return path, True
    with zipfile.ZipFile(ours) as parts:
        styles = parts.read(STYLES).decode()
    numbered = False

    def add(text: str) -> str:
        nonlocal numbered
        named = {_name(style): style for style in STYLE.findall(text)}
        numbered = "w:numPr" in named.get("heading 1", "")
        return _add_styles(text, styles, named)

    try:
        _rewrite(template, path, STYLES, add)
    except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError) as fault:
        raise data_error("report.template", file=template) from fault
    return path, numbered


def _rewrite(old: Path, new: Path, part: str, change: Callable[[str], str]) -> None:
    """Write an archive again, the text of one part changed."""
    with zipfile.ZipFile(old) as parts:
        content = {entry: parts.read(entry) for entry in parts.infolist()}
        parts.getinfo(part)
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as parts:
        for entry, data in content.items():
            if entry.filename == part:
                data = change(data.decode()).encode()
            parts.writestr(entry, data)


def _resize(styles: str, points: float) -> str:
    """Return our styles with the text in other points, its lines and indents alike."""
    normal = next(one for one in STYLE.findall(styles) if _name(one) == "normal")
    before, line = (_number(key, normal) for key in ("w:sz", "w:spacing"))
    factor = 2 * points / before
    changes = {
        rf'(<w:sz(?:Cs)? w:val=)"{before}"': round(2 * points),
        rf'( w:line=)"{line}"(?= w:lineRule="exact")': round(line * factor),
        rf'( w:firstLine=)"{before * 20}"': round(before * 20 * factor),
    }
    for pattern, value in changes.items():
        styles = re.sub(pattern, rf'\g<1>"{value}"', styles)
    return styles


def _number(tag: str, style: str) -> int:
    """Return the size, or the distance of lines, that a style gives."""
    found = re.search(rf'<{tag} (?:[^>]* w:line|w:val)="(\d+)"', style)
    return int(found[1]) if found else 0


def _name(style: str) -> str:
    """Return the name of a style, in lower case; headings have it in every language."""
    found = re.search(r'<w:name w:val="([^"]*)"', style)
    return found[1].lower() if found else ""


def _key(style: str) -> str:
    """Return what a style is referred to by."""
    found = re.search(r' w:styleId="([^"]*)"', style)
    return found[1] if found else ""


def _add_styles(text: str, ours: str, named: dict[str, str]) -> str:
    """Return the styles of a template with those of ours that it lacks."""
    known = {_key(style): _name(style) for style in STYLE.findall(ours)}
    taken = {name: _key(style) for name, style in named.items()}
    added = []
    for style in STYLE.findall(ours):
        if _name(style) in taken:
            continue
        style = LISTED.sub("", style)
        if _name(style) in TEXTUAL:  # as the template has its text and its headings
            number = UNLISTED.search(style)
            own = f"<w:pPr>{number[0]}</w:pPr>" if number else ""
            style = OWN.sub("", style).replace("</w:style>", f"{own}</w:style>")
        for key, name in known.items():
            if name in taken:
                style = re.sub(
                    rf'(<w:(?:basedOn|next|link) w:val=)"{re.escape(key)}"',
                    rf'\g<1>"{taken[name]}"',
                    style,
                )
        added.append(style)
    return text.replace("</w:styles>", "".join(added) + "</w:styles>")


def keep_together(path: Path) -> None:
    """Keep rows whole, short tables with their notes, and figures with their lead."""
    _rewrite(path, path, TEXT, _keep)


def _keep(text: str) -> str:
    """Return the text of a Word file with what keeps its paragraphs on one page."""
    for prefix, address in re.findall(r'xmlns:(\w+)="([^"]+)"', text[:2000]):
        ElementTree.register_namespace(prefix, address)
    root = ElementTree.fromstring(text)
    body = root.find(f"{W}body")
    assert body is not None
    blocks = [one for one in body if one.tag in (f"{W}p", f"{W}tbl")]
    for row in root.iter(f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is None:
            properties = ElementTree.Element(f"{W}trPr")
            row.insert(0, properties)
        properties.insert(0, ElementTree.Element(f"{W}cantSplit"))
    for block, after in pairwise(blocks):
        rows = block.findall(f"{W}tr")
        lead = block.tag == f"{W}p" and _style(block) not in BELOW
        kept = [block] if lead and after.find(f".//{W}drawing") is not None else []
        if rows and len(rows) <= SHORT:
            kept = rows if _style(after) == "TableNote" else rows[:-1]
        for one in kept:
            for paragraph in one.iter(f"{W}p"):
                _keep_next(paragraph)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _style(block: ElementTree.Element) -> str:
    """Return the style of a paragraph."""
    style = block.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def _keep_next(paragraph: ElementTree.Element) -> None:
    """Keep a paragraph on the page of the next one."""
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = ElementTree.Element(f"{W}pPr")
        paragraph.insert(0, properties)
    after = 1 if properties.find(f"{W}pStyle") is not None else 0
    properties.insert(after, ElementTree.Element(f"{W}keepNext"))
