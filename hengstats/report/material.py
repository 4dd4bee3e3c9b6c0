"""What do all sections of the report draw on?"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hengstats import charts
from hengstats.dataset import Dataset, read_dataset
from hengstats.errors import DataError
from hengstats.figures import settle_figures
from hengstats.panel import build_panel
from hengstats.report.blocks import Picture

TAX, MEMBERS = "tax_revenue", "branch_members"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What all sections draw on.

    Attributes
    ----------
    asked : str
        The dataset's name or folder, as the user gave it.
    dataset : Dataset
        The dataset reported on.
    others : tuple of Dataset
        Its comparators.
    figures, panel : DataFrame
        Its accepted figures, and the panel of them.
    wide : DataFrame
        The panel with the comparators in it.
    numbers : dict
        The number of each source in the report.
    names : dict
        The name of each entity in three scripts.
    entity : str
        The entity the report is about: the first of the dataset.
    folder : Path
        Where charts are written.
    lang : str
        Language of the report.
    """

    asked: str
    dataset: Dataset
    others: tuple[Dataset, ...]
    figures: pd.DataFrame
    panel: pd.DataFrame
    wide: pd.DataFrame
    numbers: dict[str, int]
    names: dict[str, list[str]]
    entity: str
    folder: Path
    lang: str


def gather_material(dataset: str, folder: Path, lang: str) -> Material:
    """Return what the report on a dataset needs, its sources numbered."""
    data = read_dataset(dataset)
    others = tuple(read_dataset(name) for name in data.comparators)
    wide = build_panel([dataset, *data.comparators])
    loaded = pd.concat([one.sources for one in (data, *others)])
    loaded = loaded[loaded["kind"] != "transcribed"].drop_duplicates("source")
    return Material(
        asked=dataset,
        dataset=data,
        others=others,
        figures=settle_figures(data),
        panel=build_panel(dataset),
        wide=wide,
        numbers={key: n for n, key in enumerate(loaded["source"], start=1)},
        names=wide.attrs["about"]["entities"],
        entity=data.records["entity"].iloc[0],
        folder=folder,
        lang=lang,
    )


def save_picture(material: Material, ax: Axes, key: str, caption: str) -> Picture:
    """Return a chart as a picture of the report, written in every format."""
    charts.save_chart(ax, material.folder / key)
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise DataError(f"“{key}”这张图没有画布。 [axes without a figure]")
    plt.close(figure)
    return Picture(caption=caption, path=material.folder / key)
