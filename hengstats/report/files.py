"""How does each chart, table and document become files, unless it still holds?"""

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from hengstats import charts
from hengstats.charts.save import FORMATS
from hengstats.csvsafe import to_csv
from hengstats.errors import DataError
from hengstats.report.blocks import Picture, Table
from hengstats.report.made import (
    Output,
    hash_files,
    make_outputs,
    take_fingerprint,
)


def make_chart(picture: Picture, folder: Path, library: str) -> list[Output]:
    """Return the files of a chart, drawn only if what it shows has changed."""
    names = [f"charts/{picture.key}.{form}" for form in FORMATS]

    def write() -> None:
        ax = picture.draw()
        charts.save_chart(ax, folder / "charts" / picture.key)
        figure = ax.get_figure(root=True)
        if not isinstance(figure, Figure):
            raise DataError(f"“{picture.key}”这张图没有画布。 [axes without a figure]")
        plt.close(figure)

    ingredients = {"library": library, "draw": picture.draw}
    return make_outputs(folder, names, take_fingerprint(ingredients), write)


def make_table(table: Table, number: int, folder: Path, library: str) -> list[Output]:
    """Return the file of a table, its texts as the report shows them."""
    content = to_csv(list(table.frame.columns), table.frame.to_numpy().tolist())
    name = f"tables/{number:02d}-{table.key}.csv"

    def write() -> None:
        (folder / "tables").mkdir(exist_ok=True)
        (folder / name).write_bytes(content)

    ingredients = {"library": library, "content": content.decode("utf-8-sig")}
    return make_outputs(folder, [name], take_fingerprint(ingredients), write)


def make_document(
    key: str,
    write: Callable[[str, Path, str], Path],
    text: str,
    pictures: Sequence[Picture],
    lang: str,
    folder: Path,
    library: str,
) -> list[Output]:
    """Return the report as Word, web page or PDF, set only if it reads differently."""
    charts_used = [
        folder / "charts" / f"{picture.key}.{form}"
        for picture in pictures
        for form in FORMATS
    ]
    ingredients = {
        "library": library,
        "text": text,
        "lang": lang,
        "charts": hash_files(folder, charts_used),
    }
    return make_outputs(
        folder,
        [f"report.{key}"],
        take_fingerprint(ingredients),
        lambda: write(text, folder, lang),
    )
