"""How does one Markdown document become Word, a web page and a PDF?

Pandoc writes .docx, .html and .typ from the same text; typst sets the PDF with the
bundled font. Nothing is fetched, and the same text gives the same bytes.
"""

import os
import zipfile
from pathlib import Path

import pypandoc
import typst

HERE = Path(__file__).parent
FONTS = HERE.parent / "charts" / "fonts"
# Word stores a date of writing; a fixed one keeps the same report the same file.
EPOCH = "1640995200"
READER = "markdown-auto_identifiers-smart-tex_math_dollars"


def write_docx(text: str, folder: Path, lang: str) -> Path:
    """Return the Word file of a report, styled by `reference.docx`."""
    reference = HERE / f"reference-{lang}.docx"
    styled = reference if reference.is_file() else HERE / "reference.docx"
    path = folder / "report.docx"
    _pandoc(text, folder, "docx", "png", path, [f"--reference-doc={styled}"])
    keep_rows_whole(path)
    return path


def keep_rows_whole(path: Path) -> None:
    """Let no row of a table in a Word file be parted by the end of a page."""
    with zipfile.ZipFile(path) as parts:
        content = {entry: parts.read(entry) for entry in parts.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for entry, data in content.items():
            if entry.filename == "word/document.xml":
                data = data.replace(b"<w:tr>", b"<w:tr><w:trPr><w:cantSplit/></w:trPr>")
                data = data.replace(b"</w:trPr><w:trPr>", b"")
            parts.writestr(entry, data)


def write_html(text: str, folder: Path, lang: str) -> Path:
    """Return the web page of a report, pictures and style inside it."""
    path = folder / "report.html"
    style = f"--css={HERE / 'report.css'}"
    _pandoc(text, folder, "html5", "png", path, ["--embed-resources", style])
    return path


def write_pdf(text: str, folder: Path, lang: str) -> Path:
    """Return the PDF of a report, its fonts embedded."""
    source, path = folder / "report.typ", folder / "report.pdf"
    template = f"--template={HERE / 'report.typst'}"
    _pandoc(text, folder, "typst", "svg", source, [template])
    try:
        compiled = typst.compile(
            str(source),
            root=str(folder),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            timestamp=int(EPOCH),
        )
    finally:
        source.unlink()
    path.write_bytes(compiled)
    return path


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
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
