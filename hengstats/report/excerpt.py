"""Which part of a dataset does a notebook read that names its topics?

Such a notebook is run on its excerpt, a small dataset of its own, and the excerpt is
what its fingerprint is taken of: what is not in it cannot show on the page.
"""

from pathlib import Path

import pandas as pd

from hengstats.dataset import Dataset, read_dataset
from hengstats.figures import settle_figures
from hengstats.records import COLUMNS

SAME = ["entity", "measure", "year", "period", "source", "printed"]


def write_excerpt(data: Dataset, topics: list[str], folder: Path) -> bool:
    """Return whether the accepted figures of some topics could be written apart.

    They are a dataset like others, with milestones, and the sources up to the last one
    cited, so that each keeps its number. False if read again they are not the same.
    """
    codebook = data.codebook[data.codebook["topic"].isin(topics)]
    figures = settle_figures(data)
    figures = figures[figures["measure"].isin(codebook["measure"])]
    figures = figures.reset_index(drop=True)
    known = data.records.reset_index().merge(figures[SAME], on=SAME)
    known = known.drop_duplicates([*SAME, "number"]).sort_values("index")
    events = data.milestones[data.milestones["entity"].isin(known["entity"])]
    sources = data.sources
    cited = sources["source"].isin([*known["source"], *events["source"]])
    entities = data.entities[data.entities["entity"].isin(known["entity"])]
    tables = {
        "records.csv": known[COLUMNS["records.csv"].split()],
        "sources.csv": sources[cited[::-1].cummax()[::-1]],
        "codebook.csv": codebook,
        "entities.csv": entities,
        "milestones.csv": events,
    }
    folder.mkdir(parents=True)
    for file, table in tables.items():
        table.to_csv(folder / file, index=False, encoding="utf-8", lineterminator="\n")
    if known.empty:
        return False
    try:
        again = settle_figures(read_dataset(str(folder)))
        pd.testing.assert_frame_equal(again, figures)
    except (ValueError, AssertionError):
        return False
    return True
