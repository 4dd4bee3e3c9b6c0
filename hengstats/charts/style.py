"""Gives charts their type, fonts, and colours and marks that survive grey print.

Nothing is set globally: every text gets its fonts when it is written, so that a
chart looks the same in a notebook, in a script and on another machine.
"""

from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from hengstats.errors import GlyphError
from hengstats.messages import data_error

FONT = Path(__file__).parent / "fonts" / "HengstatsSansSC-Regular.ttf"
BUNDLED = "Hengstats Sans SC"
SYSTEM = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
    "WenQuanYi Micro Hei",
)
LAST = "DejaVu Sans"
# Okabe and Ito (2008), in an order whose lightness differs in grey print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
MARKERS = ("o", "s", "D", "^", "v", "P")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
HATCHES = ("", "////", "....", "xxxx", "----", "\\\\\\\\")
GREY, PALE = "#555555", "#E8E8E8"
WIDTH, HEIGHT = 6.3, 3.9
PAD = 0.12  # inches around a picture that is saved
OWN = "hengstats"
TITLE, LABEL, SMALL = 12.0, 10.0, 8.5


@cache
def families() -> list[str]:
    """Return the font families to try in turn: bundled, the system's, DejaVu."""
    font_manager.fontManager.addfont(FONT)
    here = {font.name for font in font_manager.fontManager.ttflist}
    return [BUNDLED, *[name for name in SYSTEM if name in here], LAST]


def start(ax: Axes | None, *, height: float = HEIGHT) -> Axes:
    """Return the axes to draw on: the caller's, or those of a new figure."""
    families()
    if ax is not None:
        return ax
    figure, fresh = plt.subplots(figsize=(WIDTH, height), dpi=150, layout="constrained")
    figure.set_gid(OWN)
    return fresh


def dress(ax: Axes) -> Axes:
    """Return axes whose every text has our fonts, each character of them drawn.

    Raises
    ------
    GlyphError
        If no font has one of the characters.
    """
    ax.tick_params(labelfontfamily=families(), labelsize=LABEL)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for text in ax.findobj(Text):
        text.set_fontfamily(families())
        text.set_parse_math(False)  # a $ in a name is a $
    figure = ax.get_figure(root=True)
    try:
        check_glyphs(ax)
    except GlyphError:
        if isinstance(figure, Figure) and figure.get_gid() == OWN:
            plt.close(figure)  # a chart that failed leaves no empty one behind
        raise
    return ax


def check_glyphs(drawn: Axes | Figure) -> None:
    """Refuse a text with a character that none of its fonts can draw."""
    for text in drawn.findobj(Text):
        for character in dict.fromkeys(text.get_text()):
            if not drawable(character, tuple(text.get_fontfamily())):
                raise no_glyph(character, text.get_text())


def no_glyph(character: str, text: str) -> GlyphError:
    """Return the error that names a character of a text that no font has."""
    words = {"text": text[:40], "code": f"U+{ord(character):04X}"}
    return GlyphError(*data_error("charts.no_glyph", character=character, **words).args)


@cache
def drawable(character: str, names: tuple[str, ...]) -> bool:
    """Return whether one of the font families has a character."""
    return character.isspace() or any(ord(character) in _characters(n) for n in names)


@cache
def _characters(family: str) -> frozenset[int]:
    """Return the code points that a font family has."""
    families()  # so that the bundled one is found
    wanted = font_manager.FontProperties(family=[family])
    path = font_manager.findfont(wanted, fallback_to_default=True)
    return frozenset(font_manager.get_font(path).get_charmap())
