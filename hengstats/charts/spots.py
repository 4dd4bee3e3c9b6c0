"""Remembers where on a chart each figure stands, so that a page can lead from there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hengstats.charts.style import PAD
from hengstats.ledger import Origin, figure_at


@dataclass(frozen=True, slots=True)
class Spot:
    """Where on a picture a figure stands, or what is computed from several.

    Attributes
    ----------
    left, top : float
        Shares of the width and the height of the saved picture.
    of : frozenset of Origin
        The figure, or those that it is computed from.
    """

    left: float
    top: float
    of: frozenset[Origin]


_MARKED: WeakKeyDictionary[Axes, list[tuple[float, float, frozenset[Origin]]]] = (
    WeakKeyDictionary()
)


def mark_spot(ax: Axes, x: float, y: float, *of: Origin) -> None:
    """Remember what stands at a place of some axes."""
    _MARKED.setdefault(ax, []).append((x, y, frozenset(of)))


def mark_figures(
    ax: Axes, measure: str, rows: Iterable[Mapping[Any, Any]], *bases: int
) -> None:
    """Remember where figures stand: `entity, year` at `x, y`; an index has a base."""
    for row in rows:
        years = (row["year"], *bases)
        of = [figure_at(row["entity"], measure, int(year)) for year in years]
        mark_spot(ax, row["x"], row["y"], *of)


def list_spots(figure: Figure) -> list[Spot]:
    """Return the spots within a picture, as it was last drawn and is saved."""
    box = figure.get_tightbbox().padded(PAD)
    found = []
    for ax in figure.findobj(Axes):
        for x, y, of in _MARKED.get(ax, []):
            across, up = ax.transData.transform((x, y)) / figure.dpi
            left, top = (across - box.x0) / box.width, (box.y1 - up) / box.height
            if 0 <= left <= 1 and 0 <= top <= 1:
                found.append(Spot(left, top, of))
    return found
