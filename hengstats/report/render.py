"""Writes charts, tables, and one Markdown document as Word, web page and PDF.

Pandoc writes .docx, .html and .typ from the same text; typst sets the PDF with the
bundled font. Nothing is fetched, and the same text gives the same bytes.
"""

import errno
import html
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypandoc
import typst
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from hengstats.charts.save import FORMATS, save_chart
from hengstats.charts.spots import Spot, list_spots
from hengstats.charts.style import BUNDLED, drawable, families, no_glyph
from hengstats.csvsafe import to_csv
from hengstats.ledger import unmarked
from hengstats.report.blocks import Picture, Table
from hengstats.report.trace import Place
from hengstats.report.word import keep_together, make_reference
from hengstats.vocabulary import say

HERE = Path(__file__).parent
FONTS = HERE.parent / "charts" / "fonts"
# Word stores a date of writing; a fixed one keeps the same report the same file.
EPOCH = "1640995200"
WORDS = (
    *("contents", "appendix", "skip"),
    *("record_title", "record_back", "record_close", "record_place"),
)  # that the filter and the page need
Places = Callable[[], dict[str, list[Place]]]
READER = "markdown-auto_identifiers-smart-tex_math_dollars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a report is to look, where that is not left to its language.

    Attributes
    ----------
    template : Path or None
        A Word file whose styles, page and footer the report takes.
    points : float or None
        Size of the text in Word and PDF.
    """

    template: Path | None = None
    points: float | None = None


def write_chart(
    picture: Picture, folder: Path, spots: dict[str, list[Spot]]
) -> list[str]:
    """Return the files of a chart, drawn and saved in each format; note its spots."""
    ax = picture.draw()
    save_chart(ax, folder / "charts" / picture.key)
    figure = ax.get_figure(root=True)
    if isinstance(figure, Figure):
        spots[picture.key] = list_spots(figure)
        plt.close(figure)
    return [f"charts/{picture.key}.{form}" for form in FORMATS]


def write_table(table: Table, number: int, folder: Path) -> list[str]:
    """Return the file of a table, its texts as the report shows them."""
    name = f"tables/{number:02d}-{table.key}.csv"
    (folder / "tables").mkdir(exist_ok=True)
    rows = table.frame.map(lambda cell: unmarked(str(cell))).to_numpy().tolist()
    content = to_csv(list(table.frame.columns), rows)
    (folder / name).write_bytes(content)
    return [name]


def write_list(content: bytes, folder: Path) -> list[str]:
    """Return the file that lists the record of every number."""
    (folder / "figures.csv").write_bytes(content)
    return ["figures.csv"]


def write_docx(text: str, folder: Path, lang: str, look: Look) -> list[str]:
    """Return the Word file of a report, in the styles of the language or a template."""
    path = folder / "report.docx"
    reference, numbered = make_reference(lang, folder, look.template, look.points)
    native = f"--metadata=native={str(numbered).lower()}"
    extra = [f"--reference-doc={reference}", native]
    _pandoc(text, folder, lang, path, "docx", "png", extra)
    keep_together(path)
    return [path.name]


def write_html(
    text: str, folder: Path, lang: str, look: Look, places: Places
) -> list[str]:
    """Return the web page of a report, pictures and style inside it.

    `places` gives for each chart the places on it that lead to a record.
    """
    path = folder / "report.html"
    extra = [
        "--embed-resources",
        "--toc",
        "--toc-depth=2",
        f"--css={HERE / 'report.css'}",
        f"--template={HERE / 'report.html'}",
    ]
    _pandoc(text, folder, lang, path, "html5", "png", extra)
    page = path.read_text(encoding="utf-8")
    led = places()
    page = re.sub(
        r"<!--([\w-]+)-->", lambda at: "".join(map(_lead, led.get(at[1], []))), page
    )
    path.write_text(_scope(page), encoding="utf-8", newline="\n")
    return [path.name]


def _lead(place: Place) -> str:
    """Return a link that lies on a picture, for the pointer alone.

    The list under the chart has the same for keyboard and screen reader.
    """
    told = html.escape(place.name)
    return (
        f'<a class="fig spot" href="#{place.target}" title="{told}" tabindex="-1"'
        f' aria-hidden="true" style="left:{place.left:.2%};top:{place.top:.2%}"></a>'
    )


def _scope(page: str) -> str:
    """Return a page whose heads say whether they are of a column or of a row."""
    parts = re.split("(<thead>.*?</thead>)", page, flags=re.DOTALL)
    scopes = ("row", "col")
    return "".join(
        re.sub("<th(?=[ >])", f'<th scope="{scopes[i % 2]}"', part)
        for i, part in enumerate(parts)
    )


def write_pdf(text: str, folder: Path, lang: str, look: Look) -> list[str]:
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
    extra = [template, fonts]
    if look.points:
        extra.append(f"--variable=points={look.points:g}pt")
    _pandoc(text, folder, lang, source, "typst", "svg", extra)
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
    text: str,
    folder: Path,
    lang: str,
    path: Path,
    to: str,
    pictures: str,
    extra: list[str],
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
                f"--lua-filter={HERE / 'report.lua'}",
                *[f"--metadata={key}={say('report', key, lang)}" for key in WORDS],
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
