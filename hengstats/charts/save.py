"""Writes a chart as files that print: PNG, SVG and PDF."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hengstats.charts.style import PAD, check_glyphs
from hengstats.messages import data_error

FORMATS = ("png", "svg", "pdf")
DPI = 300


def save_chart(
    ax: Axes, name: str | Path, formats: Sequence[str] = FORMATS
) -> list[Path]:
    """Return the files that a chart was written to, one per format.

    PNG at 300 dpi; SVG with its letters as outlines; PDF with TrueType embedded. The
    same chart gives the same bytes: no date is written.

    Parameters
    ----------
    ax : Axes
        As a `draw_` function returns.
    name : str or Path
        The file's path; folders are made. Each format adds its ending, so one of
        theirs (`tax.png`) is left off.
    formats : list of str
        Of `png`, `svg`, `pdf`.

    Raises
    ------
    DataError
        If a format is none of these.
    GlyphError
        If no font has one of the characters.
    """
    formats = [formats] if isinstance(formats, str) else formats
    for wrong in [form for form in formats if form not in FORMATS]:
        raise data_error("charts.no_format", form=wrong)
    if not isinstance(ax, Axes):
        raise data_error("charts.no_axes", kind=type(ax).__name__)
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise data_error("charts.no_figure", name=name)
    check_glyphs(figure)
    stem = Path(name)
    if stem.suffix.lower().lstrip(".") in FORMATS:
        stem = stem.with_suffix("")
    stem.parent.mkdir(parents=True, exist_ok=True)
    dates = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    settings: dict[Any, Any] = {
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "hengstats",
    }
    files = []
    with mpl.rc_context(settings):
        for form in formats:
            path = stem.with_name(f"{stem.name}.{form}")
            figure.savefig(
                path,
                dpi=DPI,
                bbox_inches="tight",
                pad_inches=PAD,
                facecolor="white",
                metadata=dates[form],
            )
            files.append(path)
    return files
