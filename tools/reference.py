"""Make the documents whose styles pandoc gives to the Word reports, one a language.

    python tools/reference.py hengstats/report

It starts from pandoc's own reference document and sets each style to what a report
wears. In 简体 that is GB/T 9704: A4, 小标宋 title, 一、 in 黑体, （一） in 楷体,
三号 仿宋 body of 28 characters and 22 lines, — 1 — at the outer edge. 繁體 and
English have their own habits. Tables have three lines (三线表). Needs python-docx
and pypandoc_binary. The same versions of both give the same bytes.
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
from docx.shared import Mm

FIXED = "Consolas"
# What Word takes where a font is not installed.
SUBSTITUTES = {
    "仿宋_GB2312": "仿宋",
    "楷体_GB2312": "楷体",
    "黑体": "SimHei",
    "方正小标宋简体": "华文中宋",
    "標楷體": "DFKai-SB",
    "新細明體": "PMingLiU",
    "微軟正黑體": "Microsoft JhengHei",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How documents of one language look.

    Attributes
    ----------
    name : str
        Of the file.
    tag : str
        The language of its Chinese text.
    title, strong, soft, body : str
        Chinese fonts of the title, of first and second headings, of the text.
    latin, headline : str
        Latin fonts of text and headings.
    sizes : tuple of float
        Points of title, first, second and third headings, text.
    line : float
        Distance of the lines of the text, in points.
    indent : int
        Of the first line, in characters.
    after : float
        Points between paragraphs.
    margins : tuple of int
        Top, right, bottom, left, in millimetres.
    numbers : tuple of (str, str)
        Kind and shape of the numbers of headings, by level.
    page : tuple of str
        What stands before and after the number of a page.
    outer : bool
        Whether the number stands at the outer edge of the page.
    """

    name: str
    tag: str
    title: str
    strong: str
    soft: str
    body: str
    latin: str = "Times New Roman"
    headline: str = "Times New Roman"
    sizes: tuple[float, float, float, float, float]
    line: float
    indent: int
    after: float = 0
    margins: tuple[int, int, int, int]
    numbers: tuple[tuple[str, str], ...]
    page: tuple[str, str]
    outer: bool = False


COUNTING = "chineseCountingThousand"
HABITS = (
    Habit(
        name="reference.docx",
        tag="zh-CN",
        title="方正小标宋简体",
        strong="黑体",
        soft="楷体_GB2312",
        body="仿宋_GB2312",
        sizes=(22, 16, 16, 16, 16),
        line=28.95,
        indent=2,
        margins=(37, 26, 35, 28),
        numbers=(
            (COUNTING, "%1、"),
            (COUNTING, "（%2）"),
            ("decimal", "%3."),
            ("decimal", "（%4）"),
        ),
        page=("— ", " —"),
        outer=True,
    ),
    Habit(
        name="reference-zh-Hant.docx",
        tag="zh-TW",
        title="標楷體",
        strong="微軟正黑體",
        soft="標楷體",
        body="新細明體",
        sizes=(22, 16, 15, 14, 14),
        line=24,
        indent=2,
        margins=(25, 25, 25, 25),
        numbers=(
            ("taiwaneseCountingThousand", "%1、"),
            ("taiwaneseCountingThousand", "（%2）"),
            ("decimal", "%3."),
            ("decimal", "（%4）"),
        ),
        page=("第 ", " 頁"),
    ),
    Habit(
        name="reference-en.docx",
        tag="zh-CN",
        title="黑体",
        strong="黑体",
        soft="黑体",
        body="宋体",
        headline="Arial",
        sizes=(20, 15, 12.5, 11, 11),
        line=15.5,
        indent=0,
        after=7,
        margins=(25, 25, 25, 25),
        numbers=(
            ("decimal", "%1. "),
            ("decimal", "%1.%2 "),
            ("decimal", "%1.%2.%3 "),
            ("decimal", "%1.%2.%3.%4 "),
        ),
        page=("", ""),
    ),
)
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
    bold, keep_next, keep_lines, new_page : bool
        Whether the type is bold; whether the next paragraph stays on the page;
        whether the lines stay together, so that no row of a table is parted; whether
        a page begins here.
    align : str
        `both`, `left` or `center`.
    line : float
        Distance of the lines, in lines.
    exact : float
        Distance of the lines in points, in place of `line`.
    first_line, left, right : int
        Indents, in characters; a negative first line hangs.
    """

    font: str
    latin: str
    size: float
    before: float = 0
    after: float = 0
    bold: bool = False
    keep_next: bool = False
    new_page: bool = False
    keep_lines: bool = False
    align: str = "both"
    line: float = 1
    exact: float = 0
    first_line: int = 0
    left: int = 0
    right: int = 0


def looks_of(habit: Habit) -> dict[str, Look]:
    """Return the looks of all styles by their names."""
    title, first, second, third, text = habit.sizes
    plain = Look(font=habit.body, latin=habit.latin, size=text, exact=habit.line)
    body = replace(plain, first_line=habit.indent, after=habit.after)
    soft = replace(plain, font=habit.soft)
    small = replace(plain, size=10.5, exact=0, align="left")
    caption = Look(
        font=habit.strong, latin=habit.headline, size=10.5, align="center", line=1.2
    )
    head = replace(body, latin=habit.headline, keep_next=True, align="left", after=0)
    gap = 0 if habit.indent and habit.after == 0 and habit.outer else 10
    roman = habit.headline != habit.latin  # its headings are told apart by weight
    heads = (
        replace(head, font=habit.strong, size=first, before=gap, after=gap / 2),
        replace(head, font=habit.soft, size=second, before=gap, after=gap / 3),
        replace(head, size=third, bold=True),
        head,
    )
    heads = tuple(replace(one, bold=one.bold or roman) for one in heads)
    under = replace(soft, size=min(text, 16), align="center", keep_next=True)
    quote = replace(soft, first_line=habit.indent, left=2, right=2, after=habit.after)
    note = replace(small, size=9, line=1.15)
    figure = replace(small, align="center", before=6, keep_next=True)
    contents = replace(plain, align="left", size=min(text, 14), exact=0, line=1.35)
    return {
        "Normal": plain,
        "Body Text": body,
        "First Paragraph": body,
        "Compact": replace(small, before=1, after=1, keep_lines=True),
        "Title": Look(
            font=habit.title,
            latin=habit.headline,
            size=title,
            bold=roman,
            align="center",
            line=1.25,
            after=10,
        ),
        "Subtitle": replace(under, after=4),
        "Author": under,
        "Date": replace(under, after=16),
        "Abstract Title": replace(caption, size=12, keep_next=True, before=6),
        "Abstract": replace(quote, after=12),
        **{f"Heading {i}": heads[min(i, 4) - 1] for i in range(1, 10)},
        "Unnumbered Heading 1": heads[0],
        "Unnumbered Heading 2": heads[1],
        "TOC Heading": replace(heads[0], align="center", first_line=0, new_page=True),
        "toc 1": contents,
        "toc 2": replace(contents, left=2),
        "Block Text": quote,
        "Footnote Text": note,
        "Footnote Block Text": replace(note, font=habit.soft, left=2),
        "Bibliography": replace(note, after=3, left=2, first_line=-2),
        "Definition Term": replace(body, bold=True, keep_next=True),
        "Definition": replace(body, left=2),
        "Caption": caption,
        "Table Caption": replace(caption, keep_next=True, before=9, after=3),
        "Image Caption": replace(caption, before=3, after=9),
        "Figure": replace(figure, keep_next=False),
        "Captioned Figure": figure,
        "Table Note": replace(note, before=3, after=6),
        "Source Code": replace(small, latin=FIXED, before=3, after=6),
        "footer": replace(
            plain, font="宋体", size=14 if habit.outer else 10.5, exact=0
        ),
    }


# Paragraph styles that pandoc's document lacks, with what each stands on. Markdown
# reaches `Table Note` by `::: {custom-style="Table Note"}`.
BASES = {
    "Table Note": "Normal",
    "Source Code": "Normal",
    "footer": "Normal",
    "toc 1": "Normal",
    "toc 2": "Normal",
    "Unnumbered Heading 1": "Heading1",
    "Unnumbered Heading 2": "Heading2",
}
OWN = ("Table Note", "Source Code", "Unnumbered Heading 1", "Unnumbered Heading 2")
NUMBERS = "7"  # of the list that numbers the headings

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
    <w:left w:w="85" w:type="dxa"/>
    <w:bottom w:w="28" w:type="dxa"/>
    <w:right w:w="85" w:type="dxa"/>
  </w:tblCellMar>
</w:tblPr>
<w:trPr><w:cantSplit/></w:trPr>
<w:tcPr><w:vAlign w:val="top"/></w:tcPr>
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


def paragraph_properties(name: str, look: Look, width: int) -> str:
    """Return the content of `w:pPr` for a style, its look and the width of the text."""
    level = int(name[-1]) - 1 if "Heading " in name else None
    keep = "<w:keepNext/>" if look.keep_next else ""
    keep += "<w:keepLines/>" if look.keep_next or look.keep_lines else ""
    keep += "<w:pageBreakBefore/>" if look.new_page else ""
    if "Heading " in f"{name} " and (level or 0) < 4:
        number = NUMBERS if name.startswith("Heading") else "0"
        place = f'<w:ilvl w:val="{level or 0}"/><w:numId w:val="{number}"/>'
        keep += f"<w:numPr>{place}</w:numPr>"
    if name.startswith("toc"):
        dots = f'<w:tab w:val="right" w:leader="dot" w:pos="{width}"/>'
        keep += f"<w:tabs>{dots}</w:tabs>"
    first = "hanging" if look.first_line < 0 else "firstLine"
    indents = indent(first, abs(look.first_line), look.size)
    indents += indent("left", look.left, look.size) if look.left else ""
    indents += indent("right", look.right, look.size) if look.right else ""
    line, rule = (look.exact * 20, "exact") if look.exact else (look.line * 240, "auto")
    outline = "" if level is None else f'<w:outlineLvl w:val="{level}"/>'
    return (
        f'{keep}<w:spacing w:before="{round(look.before * 20)}"'
        f' w:after="{round(look.after * 20)}" w:line="{round(line)}"'
        f' w:lineRule="{rule}"/><w:ind{indents}/><w:jc w:val="{look.align}"/>{outline}'
    )


def set_part(style: Any, tag: str, inner: str) -> None:
    """Put a `w:pPr` or `w:rPr` with this content in place of the style's own."""
    for old in style.findall(qn(f"w:{tag}")):
        style.remove(old)
    style.append(element(tag, inner))


def styles_by_name(document: Any) -> dict[str, Any]:
    """Return the style elements by their names in lower case."""
    found = document.styles.element.findall(qn("w:style"))
    return {style.find(qn("w:name")).get(qn("w:val")).lower(): style for style in found}


def set_paragraph_styles(document: Any, habit: Habit) -> None:
    """Give every style, and the character style linked to it, its look."""
    for name, base in BASES.items():
        inner = f'<w:name w:val="{name}"/><w:basedOn w:val="{base}"/><w:qFormat/>'
        added = element("style", inner)
        added.set(qn("w:type"), "paragraph")
        named = name.upper() if name.startswith("toc") else name.title()
        added.set(qn("w:styleId"), named.replace(" ", ""))
        if name in OWN:
            added.set(qn("w:customStyle"), "1")
        document.styles.element.append(added)
    styles = styles_by_name(document)
    width = round((210 - habit.margins[1] - habit.margins[3]) / 25.4 * 1440)
    for name, look in looks_of(habit).items():
        style = styles[name.lower()]
        set_part(style, "pPr", paragraph_properties(name, look, width))
        set_part(style, "rPr", run_properties(look))
        linked = styles.get(f"{name} char".lower())
        if linked is not None and name != "Body Text":
            set_part(linked, "rPr", run_properties(look))


def set_numbers(document: Any, habit: Habit) -> None:
    """Let Word number the headings, each level linked to its style."""
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:pStyle w:val="Heading{i + 1}"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{shape}"/><w:lvlJc w:val="left"/></w:lvl>'
        for i, (kind, shape) in enumerate(habit.numbers)
    )
    kind = '<w:multiLevelType w:val="multilevel"/>'
    several = element("abstractNum", kind + levels)
    several.set(qn("w:abstractNumId"), NUMBERS)
    number = element("num", f'<w:abstractNumId w:val="{NUMBERS}"/>')
    number.set(qn("w:numId"), NUMBERS)
    numbering = document.part.numbering_part.element
    numbering.insert(0, several)
    numbering.append(number)


def set_other_styles(document: Any, habit: Habit) -> None:
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
    language = f'<w:lang w:val="en-US" w:eastAsia="{habit.tag}" w:bidi="ar-SA"/>'
    fonts = run_properties(looks_of(habit)["Normal"]) + language
    set_part(defaults.find(qn("w:rPrDefault")), "rPr", fonts)
    set_part(defaults.find(qn("w:pPrDefault")), "pPr", '<w:spacing w:after="0"/>')
    for node in document.styles.element.iter():
        for key in [key for key in node.attrib if "theme" in key.lower()]:
            del node.attrib[key]
    for style in styles.values():
        hidden = style.find(qn("w:semiHidden"))
        if hidden is not None and style.get(qn("w:type")) == "paragraph":
            style.remove(hidden)


def set_page(document: Any, habit: Habit) -> None:
    """Set A4, the margins, and the page number in the footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.right_margin = map(Mm, habit.margins[:2])
    section.bottom_margin, section.left_margin = map(Mm, habit.margins[2:])
    section.header_distance = Mm(15)
    section.footer_distance = Mm(26 if habit.outer else 13)
    document.settings.odd_and_even_pages_header_footer = habit.outer
    sides = {"right": section.footer}
    if habit.outer:
        sides["left"] = section.even_page_footer
    for side, footer in sides.items():
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = document.styles["footer"]
        place = indent(side, 1, 14) if habit.outer else ""
        align = side if habit.outer else "center"
        inner = f'<w:ind{place}/><w:jc w:val="{align}"/>'
        for part in list(element("pPr", inner)):
            paragraph._p.get_or_add_pPr().append(part)
        for run in list(element("p", page_number(*habit.page))):
            paragraph._p.append(run)


def page_number(before: str, after: str) -> str:
    """Return the runs that show the number of a page."""
    kept = 'xml:space="preserve"'
    return f"""
<w:r><w:t {kept}>{before}</w:t></w:r>
<w:r><w:fldChar w:fldCharType="begin"/></w:r>
<w:r><w:instrText {kept}> PAGE </w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r>
<w:r><w:t>1</w:t></w:r>
<w:r><w:fldChar w:fldCharType="end"/></w:r>
<w:r><w:t {kept}>{after}</w:t></w:r>
"""


def set_settings(document: Any, habit: Habit) -> None:
    """Set Chinese punctuation, and the present mode of Word in place of 2007's."""
    settings = document.settings.element
    settings.find(qn("w:characterSpacingControl")).set(
        qn("w:val"), "compressPunctuation"
    )
    language = settings.find(qn("w:themeFontLang"))
    language.set(qn("w:eastAsia"), habit.tag)
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


def fixed_archive(data: bytes) -> bytes:
    """Return the same parts with one date throughout."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as parts,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in sorted(parts.namelist()):
            content = parts.read(name)
            if name == "word/fontTable.xml":
                content = font_entries(content)
            entry = zipfile.ZipInfo(name, TIMESTAMP.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # the same on every system
            archive.writestr(entry, content)
    return out.getvalue()


def default_reference() -> bytes:
    """Return pandoc's own reference document."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def make_reference(default: bytes, habit: Habit) -> bytes:
    """Return the file of pandoc's reference document with our styles in it."""
    document = docx.Document(io.BytesIO(default))
    set_paragraph_styles(document, habit)
    set_numbers(document, habit)
    set_other_styles(document, habit)
    set_page(document, habit)
    set_settings(document, habit)
    set_properties(document)
    out = io.BytesIO()
    document.save(out)
    return fixed_archive(out.getvalue())


def main() -> None:
    """Write the reference documents."""
    parser = argparse.ArgumentParser(description="Make the styles of the Word report.")
    parser.add_argument("folder", type=Path, help="where the documents are written")
    folder = parser.parse_args().folder
    default = default_reference()
    for habit in HABITS:
        (folder / habit.name).write_bytes(make_reference(default, habit))


if __name__ == "__main__":
    main()
