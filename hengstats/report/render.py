"""Writes charts, tables, and one Markdown document as Word, web page and PDF.

Pandoc writes .docx, .html and .typ from the same text; typst sets the PDF with the
bundled font. Nothing is fetched, and the same text gives the same bytes.
"""

import errno
import os
import zipfile
from pathlib import Path

import pypandoc
import typst
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from hengstats.charts.save import FORMATS, save_chart
from hengstats.charts.style import BUNDLED, drawable, families, no_glyph
from hengstats.csvsafe import to_csv
from hengstats.report.blocks import Picture, Table

HERE = Path(__file__).parent
FONTS = HERE.parent / "charts" / "fonts"
# Word stores a date of writing; a fixed one keeps the same report the same file.
EPOCH = "1640995200"
READER = "markdown-auto_identifiers-smart-tex_math_dollars"


def write_chart(picture: Picture, folder: Path) -> list[str]:
    """Return the files of a chart, drawn and saved in each format."""
    ax = picture.draw()
    save_chart(ax, folder / "charts" / picture.key)
    figure = ax.get_figure(root=True)
    if isinstance(figure, Figure):
        plt.close(figure)
    return [f"charts/{picture.key}.{form}" for form in FORMATS]


def write_table(table: Table, number: int, folder: Path) -> list[str]:
    """Return the file of a table, its texts as the report shows them."""
    name = f"tables/{number:02d}-{table.key}.csv"
    (folder / "tables").mkdir(exist_ok=True)
    content = to_csv(list(table.frame.columns), table.frame.to_numpy().tolist())
    (folder / name).write_bytes(content)
    return [name]


def write_docx(text: str, folder: Path, lang: str) -> list[str]:
    """Return the Word file of a report, styled by `reference.docx`."""
    reference = HERE / f"reference-{lang}.docx"
    styled = reference if reference.is_file() else HERE / "reference.docx"
    path = folder / "report.docx"
    _pandoc(text, folder, "docx", "png", path, [f"--reference-doc={styled}"])
    _keep_rows_whole(path)
    return [path.name]


def _keep_rows_whole(path: Path) -> None:
    """Let no row of a table in a Word file be parted by the end of a page."""
    with zipfile.ZipFile(path) as parts:
        content = {entry: parts.read(entry) for entry in parts.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for entry, data in content.items():
            if entry.filename == "word/document.xml":
                data = data.replace(b"<w:tr>", b"<w:tr><w:trPr><w:cantSplit/></w:trPr>")
                data = data.replace(b"</w:trPr><w:trPr>", b"")
            parts.writestr(entry, data)


def write_html(text: str, folder: Path, lang: str) -> list[str]:
    """Return the web page of a report, pictures and style inside it."""
    path = folder / "report.html"
    style = f"--css={HERE / 'report.css'}"
    _pandoc(text, folder, "html5", "png", path, ["--embed-resources", style])
    return [path.name]


def write_pdf(text: str, folder: Path, lang: str) -> list[str]:
    """Return the PDF of a report, its fonts embedded.

    A character that the bundled font lacks is taken from a font of the system.

    Raises
    ------
    GlyphError
        If no font has one of the characters.
    """
    rare = [c for c in dict.fromkeys(text) if not drawable(c, (BUNDLED,))]
    for character in rare:
        if not drawable(character, tuple(families())):
            line = next(one for one in text.splitlines() if character in one)
            raise no_glyph(character, line[max(line.index(character) - 20, 0) :])
    source, path = folder / "report.typ", folder / "report.pdf"
    template = f"--template={HERE / 'report.typ'}"
    fonts = f"--variable=fallback={'true' if rare else 'false'}"
    _pandoc(text, folder, "typst", "svg", source, [template, fonts])
    try:
        compiled = typst.compile(
            str(source),
            root=str(folder),
            font_paths=[str(FONTS)],
            ignore_system_fonts=not rare,
            timestamp=int(EPOCH),
        )
    finally:
        source.unlink()
    path.write_bytes(compiled)
    return [path.name]


def _pandoc(
    text: str, folder: Path, to: str, pictures: str, path: Path, extra: list[str]
) -> None:
    """Let pandoc write one file, with pictures of one format."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    try:
        pypandoc.convert_text(
            text,
            to,
            format=READER,
            outputfile=str(path),
            extra_args=[
                "--standalone",
                "--columns=1",
                "--wrap=none",
                f"--default-image-extension={pictures}",
                f"--resource-path={folder}",
                *extra,
            ],
        )
    except RuntimeError as fault:  # all that pypandoc says of any failure
        if "resource exhausted" not in str(fault):
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from fault
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
