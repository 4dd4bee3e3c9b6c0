"""What do all sections of the report draw on?"""

from dataclasses import dataclass

import pandas as pd

from hengstats.dataset import Dataset, read_dataset
from hengstats.errors import DataError
from hengstats.evidence import Verdict, assess
from hengstats.figures import settle_figures
from hengstats.panel import build_panel
from hengstats.report.portion import take_portion
from hengstats.revisions.tables import wording

TAX, MEMBERS = "tax_revenue", "branch_members"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What all sections draw on.

    Attributes
    ----------
    asked : str
        The dataset's name or folder.
    dataset : Dataset
        The dataset reported on.
    others : tuple of Dataset
        Its comparators.
    figures, panel : DataFrame
        Its accepted figures, `printed` with its unit, and the panel of them.
    wide : DataFrame
        The panel with the comparators in it.
    numbers : dict
        The number of each source in the report.
    names : dict
        The name of each entity in three scripts.
    entities : tuple of str
        The entities of the dataset that have figures, in its order.
    entity : str
        The one that the report is about, or goes into, where there are many: the first.
    verdict : Verdict, str or None
        On tax and members of the entity; why there is none, such as a year without a
        member; None where one of the two was never printed.
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
    entities: tuple[str, ...]
    entity: str
    verdict: Verdict | str | None
    lang: str

    @property
    def many(self) -> bool:
        """Whether the dataset is about several entities."""
        return len(self.entities) > 1

    @property
    def chosen(self) -> str | None:
        """The entity that charts are to show; None where they choose among many."""
        return None if self.many else self.entity


def gather_material(dataset: str, lang: str) -> Material:
    """Return what the report on a dataset needs, its sources numbered.

    Raises
    ------
    DataError
        If a row is at fault, or there is no dated figure to report on.
    """
    data = read_dataset(dataset)
    figures = settle_figures(data) if len(data.records) else pd.DataFrame()
    if figures.empty:
        raise DataError(
            f"“{data.name}”里还没有哪一年的数字，写不了报告。请先用"
            f" hengstats add 表格文件 --to {data.name} 收进一张表。"
            f" [{data.name} holds no figures yet: add a sheet first]"
        )
    others = tuple(read_dataset(name) for name in data.comparators)
    wide = build_panel([dataset, *data.comparators])
    panel = build_panel(dataset)
    dated = data.records["entity"].isin(figures["entity"])
    entities = tuple(data.records.loc[dated, "entity"].unique())
    loaded = pd.concat([one.sources for one in (data, *others)])
    loaded = loaded[loaded["kind"] != "transcribed"].drop_duplicates("source")
    return Material(
        asked=dataset,
        dataset=data,
        others=others,
        figures=_with_units(figures, data.records, lang),
        panel=panel,
        wide=wide,
        numbers={key: n for n, key in enumerate(loaded["source"], start=1)},
        names=wide.attrs["about"]["entities"],
        entities=entities,
        entity=entities[0],
        verdict=judge(panel, entities[0]),
        lang=lang,
    )


def _with_units(
    figures: pd.DataFrame, records: pd.DataFrame, lang: str
) -> pd.DataFrame:
    """Return figures whose bare numbers have the unit in which they were printed."""
    key = ["entity", "measure", "period", "source", "printed"]
    units = records.drop_duplicates(key)[[*key, "unit"]]
    told = figures[key].merge(units, on=key, how="left", validate="many_to_one")
    worded = [
        wording(row["printed"], row["unit"], lang) if row["printed"] else ""
        for row in told.to_dict("records")
    ]
    return figures.assign(printed=worded)


def judge(panel: pd.DataFrame, entity: str) -> Verdict | str | None:
    """Return the verdict on tax and members, or why there is none.

    None where one of the two was never printed.
    """
    own = take_portion(panel, [entity], [TAX, MEMBERS])
    if not {TAX, MEMBERS} <= set(own.columns):
        return None
    try:
        return assess(own, organisation=MEMBERS, economy=TAX, entity=entity)
    except DataError as fault:  # a figure of zero or less has no growth
        return str(fault)
