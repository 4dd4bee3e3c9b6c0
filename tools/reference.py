"""Make `reference.docx`, whose styles pandoc gives to the Word reports.

    python tools/reference.py hengstats/report/reference.docx
    python tools/reference.py --traditional hengstats/report/reference-zh-Hant.docx

It starts from pandoc's own reference document and sets each style to what a Chinese
research report wears: A4, 仿宋 body with an indent of two characters, 黑体 and 楷体
headings, three-line tables (三线表), page numbers. Needs python-docx and
pypandoc_binary. The same versions of both give the same bytes.
"""

import argparse
import io
import subprocess
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pypandoc
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm

FANGSONG, KAITI, HEITI = "仿宋_GB2312", "楷体_GB2312", "黑体"
TITLE_FONT, LATIN, FIXED = "方正小标宋简体", "Times New Roman", "Consolas"
# What Word takes where a font is not installed.
SUBSTITUTES = {
    FANGSONG: "仿宋",
    KAITI: "楷体",
    HEITI: "SimHei",
    TITLE_FONT: "华文中宋",
}
# The fonts named _GB2312 have no 繁體; these are what a Windows in 繁體 has.
TRADITIONAL = {
    FANGSONG: "新細明體",
    KAITI: "標楷體",
    HEITI: "微軟正黑體",
    TITLE_FONT: "標楷體",
}
TIMESTAMP = datetime(2022, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the paragraphs of a style look.

    Attributes
    ----------
    font, latin : str
        Font of Chinese, and of Latin text and figures.
    size, before, after : float
        Size of the type, space above and below, in points.
    bold, keep_next, keep_lines : bool
        Whether the type is bold; whether the next paragraph stays on the page;
        whether the lines stay together, so that no row of a table is parted.
    align : str
        `both`, `left` or `center`.
    line : float
        Distance of the lines, in lines.
    first_line, left, right : int
        Indents, in characters.
    """

    font: str = FANGSONG
    latin: str = LATIN
    size: float = 12
    before: float = 0
    after: float = 0
    bold: bool = False
    keep_next: bool = False
    keep_lines: bool = False
    align: str = "both"
    line: float = 1.5
    first_line: int = 0
    left: int = 0
    right: int = 0


BODY = Look(first_line=2)
SMALL = Look(size=10.5, line=1, before=1, after=1, align="left", keep_lines=True)
CAPTION = Look(font=HEITI, size=10.5, line=1.25, align="center")
QUOTE = Look(font=KAITI, first_line=2, left=2)
NOTE = Look(size=9, line=1)
UNDER_TITLE = Look(font=KAITI, size=14, align="center", keep_next=True)
MINOR_HEADING = Look(keep_next=True, before=6, align="left")
CODE = Look(latin=FIXED, size=10.5, before=3, after=6, line=1, align="left")

LOOKS = {
    "Normal": Look(),
    "Body Text": BODY,
    "First Paragraph": BODY,
    "Compact": SMALL,
    "Title": Look(font=TITLE_FONT, size=22, align="center", line=1.25, after=12),
    "Subtitle": replace(UNDER_TITLE, size=16, after=6),
    "Author": UNDER_TITLE,
    "Date": replace(UNDER_TITLE, after=18),
    "Abstract Title": replace(CAPTION, size=12, keep_next=True, before=6),
    "Abstract": replace(QUOTE, right=2, after=12),
    "Heading 1": replace(MINOR_HEADING, font=HEITI, size=16, before=18, after=6),
    "Heading 2": replace(
        MINOR_HEADING, font=KAITI, size=15, bold=True, before=12, after=3
    ),
    "Heading 3": replace(MINOR_HEADING, size=14, bold=True, before=6),
    "Heading 4": replace(MINOR_HEADING, bold=True),
    **{f"Heading {level}": MINOR_HEADING for level in range(5, 10)},
    "TOC Heading": Look(font=HEITI, size=16, align="center", after=12, keep_next=True),
    "Block Text": QUOTE,
    "Footnote Text": NOTE,
    "Footnote Block Text": replace(NOTE, font=KAITI, left=2),
    "Bibliography": replace(SMALL, align="both"),
    "Definition Term": replace(BODY, bold=True, keep_next=True),
    "Definition": replace(BODY, left=2),
    "Caption": CAPTION,
    "Table Caption": replace(CAPTION, keep_next=True, before=9, after=3),
    "Image Caption": replace(CAPTION, before=3, after=9),
    "Figure": Look(align="center", line=1, before=6),
    "Captioned Figure": Look(align="center", line=1, before=6, keep_next=True),
    "Table Note": replace(NOTE, before=3, after=9, align="left"),
    "Source Code": CODE,
    "footer": Look(size=10.5, line=1, align="center"),
}
# Paragraph styles that pandoc's document lacks. Markdown reaches `Table Note`, the
# sources below a table or a figure, by `::: {custom-style="Table Note"}`.
ADDED = ("Table Note", "Source Code", "footer")

TABLE_PARTS = """
<w:tblPr>
  <w:tblW w:w="5000" w:type="pct"/>
  <w:jc w:val="center"/>
  <w:tblBorders>
    <w:top w:val="single" w:sz="12" w:space="0" w:color="000000"/>
    <w:bottom w:val="single" w:sz="12" w:space="0" w:color="000000"/>
  </w:tblBorders>
  <w:tblCellMar>
    <w:top w:w="28" w:type="dxa"/>
    <w:left w:w="57" w:type="dxa"/>
    <w:bottom w:w="28" w:type="dxa"/>
    <w:right w:w="57" w:type="dxa"/>
  </w:tblCellMar>
</w:tblPr>
<w:trPr><w:cantSplit/></w:trPr>
<w:tcPr><w:vAlign w:val="center"/></w:tcPr>
<w:tblStylePr w:type="firstRow">
  <w:pPr><w:keepNext/></w:pPr>
  <w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>
  <w:tcPr>
    <w:tcBorders>
      <w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/>
    </w:tcBorders>
    <w:vAlign w:val="center"/>
  </w:tcPr>
</w:tblStylePr>
"""
PAGE_FIELD = """
<w:r><w:fldChar w:fldCharType="begin"/></w:r>
<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r>
<w:r><w:t>1</w:t></w:r>
<w:r><w:fldChar w:fldCharType="end"/></w:r>
"""
COMPATIBILITY = """
<w:compatSetting w:name="compatibilityMode"
  w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>
"""


def element(tag: str, inner: str) -> Any:
    """Return an element of WordprocessingML with this content."""
    return parse_xml(f"<w:{tag} {nsdecls('w')}>{inner}</w:{tag}>")


def run_properties(look: Look) -> str:
    """Return the content of `w:rPr` for a look."""
    bold = "<w:b/><w:bCs/>" if look.bold else '<w:b w:val="0"/><w:bCs w:val="0"/>'
    half_points = round(look.size * 2)
    return (
        f'<w:rFonts w:ascii="{look.latin}" w:hAnsi="{look.latin}"'
        f' w:eastAsia="{look.font}" w:cs="{look.latin}"/>{bold}'
        f'<w:i w:val="0"/><w:iCs w:val="0"/><w:color w:val="000000"/>'
        f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    )


def indent(name: str, characters: int, size: float) -> str:
    """Return the attributes of one indent, in characters and in twentieths."""
    twentieths = round(characters * size * 20)
    return f' w:{name}Chars="{characters * 100}" w:{name}="{twentieths}"'


def paragraph_properties(look: Look, outline: int | None) -> str:
    """Return the content of `w:pPr` for a look and a heading's outline level."""
    keep = "<w:keepNext/>" if look.keep_next else ""
    keep += "<w:keepLines/>" if look.keep_next or look.keep_lines else ""
    indents = indent("firstLine", look.first_line, look.size)
    indents += indent("left", look.left, look.size) if look.left else ""
    indents += indent("right", look.right, look.size) if look.right else ""
    level = "" if outline is None else f'<w:outlineLvl w:val="{outline}"/>'
    return (
        f'{keep}<w:spacing w:before="{round(look.before * 20)}"'
        f' w:after="{round(look.after * 20)}" w:line="{round(look.line * 240)}"'
        f' w:lineRule="auto"/><w:ind{indents}/><w:jc w:val="{look.align}"/>{level}'
    )


def set_part(style: Any, tag: str, inner: str) -> None:
    """Put a `w:pPr` or `w:rPr` with this content in place of the style's own."""
    for old in style.findall(qn(f"w:{tag}")):
        style.remove(old)
    style.append(element(tag, inner))


def outline_level(name: str) -> int | None:
    """Return the outline level of a heading style, counted from 0."""
    return int(name[-1]) - 1 if name.startswith("Heading ") else None


def styles_by_name(document: Any) -> dict[str, Any]:
    """Return the style elements by their names in lower case."""
    found = document.styles.element.findall(qn("w:style"))
    return {style.find(qn("w:name")).get(qn("w:val")).lower(): style for style in found}


def set_paragraph_styles(document: Any) -> None:
    """Give every style in `LOOKS`, and the character style linked to it, its look."""
    for name in ADDED:
        style_id = name.title().replace(" ", "")
        inner = f'<w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        added = element("style", inner)
        added.set(qn("w:type"), "paragraph")
        added.set(qn("w:styleId"), style_id)
        if name != "footer":
            added.set(qn("w:customStyle"), "1")
        document.styles.element.append(added)
    styles = styles_by_name(document)
    for name, look in LOOKS.items():
        style = styles[name.lower()]
        set_part(style, "pPr", paragraph_properties(look, outline_level(name)))
        set_part(style, "rPr", run_properties(look))
        linked = styles.get(f"{name} char".lower())
        if linked is not None and name != "Body Text":
            set_part(linked, "rPr", run_properties(look))


def set_other_styles(document: Any) -> None:
    """Set links, code and tables, the defaults, and take the theme out of the rest."""
    styles = styles_by_name(document)
    black = '<w:color w:val="000000"/>'
    set_part(styles["hyperlink"], "rPr", f'{black}<w:u w:val="none"/>')
    code = f'<w:rFonts w:ascii="{FIXED}" w:hAnsi="{FIXED}" w:cs="{FIXED}"/>'
    set_part(styles["verbatim char"], "rPr", f'{code}<w:sz w:val="21"/>')
    table = styles["table"]
    for part in ("tblPr", "tblStylePr"):
        for old in table.findall(qn(f"w:{part}")):
            table.remove(old)
    table.extend(list(element("style", TABLE_PARTS)))
    defaults = document.styles.element.find(qn("w:docDefaults"))
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    fonts = run_properties(Look()) + language
    set_part(defaults.find(qn("w:rPrDefault")), "rPr", fonts)
    set_part(defaults.find(qn("w:pPrDefault")), "pPr", '<w:spacing w:after="0"/>')
    for node in document.styles.element.iter():
        for key in [key for key in node.attrib if "theme" in key.lower()]:
            del node.attrib[key]
    for style in styles.values():
        hidden = style.find(qn("w:semiHidden"))
        if hidden is not None and style.get(qn("w:type")) == "paragraph":
            style.remove(hidden)


def set_page(document: Any) -> None:
    """Set A4, the margins, and the page number in the footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.5)
    section.left_margin = section.right_margin = Cm(2.6)
    section.header_distance, section.footer_distance = Cm(1.5), Cm(1.6)
    section.footer.is_linked_to_previous = False
    paragraph = section.footer.paragraphs[0]
    paragraph.style = document.styles["footer"]
    for run in list(element("p", PAGE_FIELD)):
        paragraph._p.append(run)


def set_settings(document: Any) -> None:
    """Set Chinese punctuation, and the present mode of Word in place of 2007's."""
    settings = document.settings.element
    settings.find(qn("w:characterSpacingControl")).set(
        qn("w:val"), "compressPunctuation"
    )
    language = settings.find(qn("w:themeFontLang"))
    language.set(qn("w:eastAsia"), "zh-CN")
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    before = settings.find(qn("w:rsids"))
    before.addprevious(element("compat", COMPATIBILITY))


def font_entries(table: bytes) -> bytes:
    """Return the font table with our Chinese fonts and their substitutes added."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        '<w:family w:val="auto"/><w:pitch w:val="default"/></w:font>'
        for name, other in SUBSTITUTES.items()
    )
    return table.replace(b"</w:fonts>", f"{entries}</w:fonts>".encode())


def set_properties(document: Any) -> None:
    """Empty what the document says of itself, and fix its dates."""
    properties = document.core_properties
    properties.title = properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = TIMESTAMP


def fixed_archive(data: bytes, fonts: dict[str, str]) -> bytes:
    """Return the same parts with the fonts replaced, and one date throughout."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as parts,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in sorted(parts.namelist()):
            content = parts.read(name)
            if name == "word/fontTable.xml":
                content = font_entries(content)
            for font, other in fonts.items():
                content = content.replace(f'"{font}"'.encode(), f'"{other}"'.encode())
            entry = zipfile.ZipInfo(name, TIMESTAMP.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # the same on every system
            archive.writestr(entry, content)
    return out.getvalue()


def default_reference() -> bytes:
    """Return pandoc's own reference document."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def make_reference(default: bytes, fonts: dict[str, str]) -> bytes:
    """Return the file of pandoc's reference document with our styles in it."""
    document = docx.Document(io.BytesIO(default))
    set_paragraph_styles(document)
    set_other_styles(document)
    set_page(document)
    set_settings(document)
    set_properties(document)
    out = io.BytesIO()
    document.save(out)
    return fixed_archive(out.getvalue(), fonts)


def main() -> None:
    """Write the reference document."""
    parser = argparse.ArgumentParser(description="Make the styles of the Word report.")
    parser.add_argument("output", type=Path, help="the document to write")
    parser.add_argument(
        "--traditional", action="store_true", help="name fonts that have 繁體"
    )
    asked = parser.parse_args()
    fonts = TRADITIONAL if asked.traditional else {}
    asked.output.write_bytes(make_reference(default_reference(), fonts))


if __name__ == "__main__":
    main()
