"""Reads a dataset once for its report, and stamps what a report is made from."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import pandas as pd

from hengstats.charts.caption import entity_name, measure_name
from hengstats.charts.style import families
from hengstats.dataset import (
    DATA,
    Dataset,
    find_dataset,
    read_comparators,
    read_dataset,
)
from hengstats.errors import DataError
from hengstats.evidence import Verdict, assess, explain_rivals
from hengstats.figures import settle_figures
from hengstats.messages import data_error
from hengstats.panel import build_panel, panel_of
from hengstats.revisions import Changes, changes
from hengstats.revisions.result import wording
from hengstats.vocabulary import say

TAX, MEMBERS = "tax_revenue", "branch_members"
LIBRARY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What all sections of a report draw on.

    Attributes
    ----------
    dataset : Dataset
        The dataset reported on.
    others : tuple of Dataset
        Its comparators.
    figures, panel : DataFrame
        Its accepted figures, `printed` with its unit, and the panel of them.
    elsewhere, wide : DataFrame
        The known figures of the comparators, with the `topic` of their measure; the
        panel with the comparators in it.
    sources, numbers : DataFrame and dict
        The publications cited, and the number of each in the report.
    entities : tuple of str
        The entities of the dataset that have figures, in its order.
    entity : str
        The one that the report is about, or goes into, where there are many: the first.
    verdict : Verdict, str or None
        On tax and members of the entity; why there is none, such as a year without a
        member; None where one of the two was never printed.
    rivals : DataFrame
        As `explain_rivals` returns.
    changes : Changes or None
        What the last vintage changed, where there are several.
    lang : str
        Language of the report.
    """

    dataset: Dataset
    others: tuple[Dataset, ...]
    figures: pd.DataFrame
    panel: pd.DataFrame
    elsewhere: pd.DataFrame
    wide: pd.DataFrame
    sources: pd.DataFrame
    numbers: dict[str, int]
    entities: tuple[str, ...]
    entity: str
    verdict: Verdict | str | None
    rivals: pd.DataFrame
    changes: Changes | None
    lang: str

    @property
    def many(self) -> bool:
        """Whether the dataset is about several entities."""
        return len(self.entities) > 1

    @property
    def shown(self) -> str | None:
        """The entity that charts are to show; None where they choose among many."""
        return None if self.many else self.entity


def read_inputs(dataset: str, lang: str) -> Inputs:
    """Return what the report on a dataset needs, its sources numbered.

    Raises
    ------
    DataError
        If a row is at fault, or there is no dated figure to report on.
    """
    data = read_dataset(dataset)
    figures = settle_figures(data) if len(data.records) else pd.DataFrame()
    if figures.empty:
        raise data_error("report.no_figures", dataset=data.name)
    others = tuple(read_dataset(name) for name in data.comparators.values())
    panel = panel_of([data], figures)
    wide = build_panel([dataset, *data.comparators.values()]) if others else panel
    dated = data.records["entity"].isin(figures["entity"])
    entities = tuple(data.records.loc[dated, "entity"].unique())
    sources = pd.concat([one.sources for one in (data, *others)])
    sources = sources[sources["kind"] != "transcribed"].drop_duplicates("source")
    return Inputs(
        dataset=data,
        others=others,
        figures=_with_units(figures, data.records, lang),
        panel=panel,
        elsewhere=_known_figures(others),
        wide=wide,
        sources=sources,
        numbers={key: n for n, key in enumerate(sources["source"], start=1)},
        entities=entities,
        entity=entities[0],
        verdict=_judge(panel, entities[0]),
        rivals=explain_rivals(dataset, lang=lang),
        changes=changes(dataset, lang=lang) if len(data.vintages) > 1 else None,
        lang=lang,
    )


def phrase(given: Inputs, key: str, **blanks: object) -> str:
    """Return a string of the report in its language, with its blanks filled in."""
    return say("report", key, given.lang, **blanks)


def entity_label(given: Inputs, entity: str) -> str:
    """Return the name of an entity in the language of the report."""
    return entity_name(given.wide, entity, given.lang)


def measure_label(given: Inputs, measure: str) -> str:
    """Return the name of a measure in the language of the report."""
    return measure_name(given.wide, measure, given.lang)


def _with_units(
    figures: pd.DataFrame, records: pd.DataFrame, lang: str
) -> pd.DataFrame:
    """Return figures whose bare numbers have the unit in which they were printed."""
    key = ["entity", "measure", "period", "source", "printed"]
    units = records.drop_duplicates(key)[[*key, "unit"]]
    printed = figures[key].merge(units, on=key, how="left", validate="many_to_one")
    worded = [
        wording(row["printed"], row["unit"], lang) if row["printed"] else ""
        for row in printed.to_dict("records")
    ]
    return figures.assign(printed=worded)


def _known_figures(others: Iterable[Dataset]) -> pd.DataFrame:
    """Return the known figures of some datasets, with the topic of each measure."""
    known = []
    for data in others:
        figures = settle_figures(data)
        topics = dict(
            zip(data.codebook["measure"], data.codebook["topic"], strict=True)
        )
        figures = figures.assign(topic=figures["measure"].map(topics))
        known.append(figures[figures["status"] != "missing"])
    return pd.concat(known, ignore_index=True) if known else pd.DataFrame()


def _judge(panel: pd.DataFrame, entity: str) -> Verdict | str | None:
    """Return the verdict on tax and members, or why there is none.

    None where one of the two was never printed.
    """
    if not {TAX, MEMBERS} <= set(panel.columns):
        return None
    own = panel[panel["entity"] == entity]
    try:
        return assess(own, organisation=MEMBERS, economy=TAX, entity=entity)
    except DataError as fault:  # a figure of zero or less has no growth
        return str(fault)


# What a report is made from


def stamp_inputs(
    dataset: Path, notebooks: Mapping[str, Path], lang: str
) -> dict[str, str]:
    """Return the SHA-256 of all that a report is made from, the same on any machine.

    Under `report` that of the dataset, its comparators, what comes with the library,
    the library and the language; under each page of `notebooks` of these and of the
    notebook that becomes it.
    """
    others = read_comparators(dataset).values()
    compared = [find_dataset(name) for name in others]
    common = [
        dataset.name,
        lang,
        *[_hash_folder(folder) for folder in (dataset, *compared, DATA)],
        stamp_library(),
    ]
    texts = {page: hash_file(path) for page, path in notebooks.items()}
    return {"report": _stamp(common)} | {
        page: _stamp([*common, text]) for page, text in texts.items()
    }


def stamp_library() -> str:
    """Return the stamp of all that draws and writes, whatever the data.

    The files of the library (code, strings, fonts, reference documents), every
    package installed beside it, and the fonts that charts fall back on.
    """
    packages = sorted({f"{one.name} {one.version}" for one in distributions()})
    python = [platform.python_version(), platform.system(), platform.machine()]
    return _stamp([_hash_folder(LIBRARY), packages, python, families()])


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_folder(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file but hidden, lock and compiled ones."""
    files = {path.relative_to(folder): path for path in folder.rglob("*")}
    return {
        name.as_posix(): hash_file(path)
        for name, path in files.items()
        if path.is_file()
        and not any(part.startswith((".", "~$", "__pycache__")) for part in name.parts)
    }


def _stamp(ingredients: Sequence[object]) -> str:
    """Return the SHA-256 of texts, lists and dictionaries of them."""
    text = json.dumps(ingredients, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
