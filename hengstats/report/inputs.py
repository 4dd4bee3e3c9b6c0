"""Reads a dataset once for its report, and stamps what a report is made from."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import distributions
from pathlib import Path

import pandas as pd

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
from hengstats.evidence.compare import compare
from hengstats.evidence.comparison import Comparison
from hengstats.figures import settle_figures
from hengstats.labels import find_entity
from hengstats.ledger import Citations
from hengstats.messages import data_error
from hengstats.panel import build_panel, panel_of, series_of
from hengstats.prose import entity_name, measure_name
from hengstats.revisions import Changes, changes
from hengstats.revisions.result import wording
from hengstats.vocabulary import say

TAX, MEMBERS, RENT = "tax_revenue", "branch_members", "rent_mall"
# What a source that anybody can look up has in its address.
PUBLIC = "://"
LIBRARY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a user says of a report: language, length, of whom, and its title page.

    Attributes
    ----------
    lang : str
        `zh-Hans`, `zh-Hant` or `en`.
    brief : bool
        Without appendices, and with the table of tax only.
    entity : str
        Key or name of the one to report on; empty for all of the dataset.
    title, author, unit, date : str
        As they are to stand on the title page; empty for none, or the usual title.
    template, size : str
        A Word file whose styles are taken, and the size of the text; empty for ours.
    """

    lang: str = "zh-Hans"
    brief: bool = False
    entity: str = ""
    title: str = ""
    author: str = ""
    unit: str = ""
    date: str = ""
    template: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What all sections of a report draw on.

    Attributes
    ----------
    dataset : Dataset
        The dataset reported on.
    others : tuple of Dataset
        Its comparators.
    figures, panel, whole : DataFrame
        Its accepted figures, `printed` with its unit, and the panel of them; of one
        entity where one was asked for, and the panel of all.
    elsewhere, wide : DataFrame
        The known figures of the comparators, with the `topic` of their measure; the
        panel with the comparators in it.
    sources, numbers : DataFrame and dict
        All publications, and the numbers of those that are cited, as they are cited.
    entities : tuple of str
        The entities reported on: those that have figures, in the order of the dataset,
        or the one asked for.
    entity : str
        The first of them.
    tax, members : str
        The measures of tax and of organisation that lead the report.
    public : bool
        Whether every figure was published where anybody can look it up.
    verdict : Verdict, str or None
        On tax and members of the entity; why there is none, such as a year without a
        member; None where one of the two is not known, or there are many entities.
    controlled : Verdict or None
        The same with the control that the verdict asks for, where it asks for one.
    phase : Series or None
        The last phase of the entity that has a date, where there are comparators.
    before_after : tuple of Comparison
        What changed when it began, beside the comparators; for each outcome also in the
        nearest later year that can be compared, if that one cannot.
    rivals : DataFrame
        As `explain_rivals` returns.
    changes : Changes or None
        What the last vintage changed, where there are several.
    edition : Edition
        What the user says of the report.
    """

    dataset: Dataset
    others: tuple[Dataset, ...]
    figures: pd.DataFrame
    panel: pd.DataFrame
    whole: pd.DataFrame
    elsewhere: pd.DataFrame
    wide: pd.DataFrame
    sources: pd.DataFrame
    numbers: Citations
    entities: tuple[str, ...]
    entity: str
    tax: str
    members: str
    public: bool
    verdict: Verdict | str | None
    controlled: Verdict | None
    phase: pd.Series | None
    before_after: tuple[Comparison, ...]
    rivals: pd.DataFrame
    changes: Changes | None
    edition: Edition

    @property
    def lang(self) -> str:
        """The language of the report."""
        return self.edition.lang

    @property
    def many(self) -> bool:
        """Whether the dataset is about several entities."""
        return len(self.entities) > 1

    @property
    def shown(self) -> str | None:
        """The entity that charts are to show; None where they choose among many."""
        return None if self.many else self.entity


def read_inputs(dataset: str, edition: Edition | str = "zh-Hans") -> Inputs:
    """Return what the report on a dataset needs; `edition` may be a language alone.

    Raises
    ------
    DataError
        If a row is at fault, there is no dated figure to report on, or no such entity.
    """
    edition = Edition(lang=edition) if isinstance(edition, str) else edition
    data = read_dataset(dataset)
    figures = settle_figures(data) if len(data.records) else pd.DataFrame()
    if figures.empty:
        raise data_error("report.no_figures", dataset=data.name)
    others = tuple(read_dataset(name) for name in data.comparators.values())
    whole = panel = panel_of([data], figures)
    dated = data.records["entity"].isin(figures["entity"])
    entities = tuple(data.records.loc[dated, "entity"].unique())
    if edition.entity:
        entities = (find_entity(panel, edition.entity),)
        figures = figures[figures["entity"] == entities[0]]
        panel = panel_of([data], figures)
    wide = build_panel([dataset, *data.comparators.values()]) if others else whole
    tax = _leading(panel, data.codebook, "tax", TAX)
    members = _leading(panel, data.codebook, "organisation", MEMBERS)
    sources = pd.concat([one.sources for one in (data, *others)])
    sources = sources[sources["kind"] != "transcribed"].drop_duplicates("source")
    printed = data.records.loc[data.records["qualifier"] != "not_found", "source"]
    origin = data.sources.set_index("source").loc[printed.unique(), "address"]
    alone = len(entities) == 1
    verdict = _judge(whole, entities, members, tax)
    phase = _last_phase(data, entities[0]) if alone and others else None
    return Inputs(
        dataset=data,
        others=others,
        figures=_with_units(figures, data.records, edition.lang),
        panel=panel,
        whole=whole,
        elsewhere=_known_figures(others),
        wide=wide,
        sources=sources,
        numbers=Citations(),
        entities=entities,
        entity=entities[0],
        tax=tax,
        members=members,
        public=data.vintages.empty and bool(origin.str.contains(PUBLIC).all()),
        verdict=verdict,
        controlled=_control(whole, verdict),
        phase=phase,
        before_after=() if phase is None else _compare(wide, entities[0], tax, phase),
        rivals=explain_rivals(dataset, lang=edition.lang),
        changes=changes(dataset, lang=edition.lang) if len(data.vintages) > 1 else None,
        edition=edition,
    )


def _leading(
    panel: pd.DataFrame, codebook: pd.DataFrame, topic: str, usual: str
) -> str:
    """Return the measure that leads a topic: the usual, or the one known longest.

    A measure is chosen for its years, never for what it shows. A change or a rate of
    another measure leads nothing.
    """
    own = codebook[(codebook["topic"] == topic) & (codebook["unit"] != "fraction")]
    known = {
        str(measure): series_of(panel, str(measure))["year"].nunique()
        for measure in own["measure"]
        if measure in panel and not str(measure).endswith("_increase")
    }
    if known.get(usual):
        return usual
    return max(known, key=lambda measure: known[measure], default=usual)


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


def _judge(
    panel: pd.DataFrame, entities: Sequence[str], members: str, tax: str
) -> Verdict | str | None:
    """Return the verdict on tax and members, or why there is none.

    None where one of the two is not known, or several entities are too few to be
    taken together.
    """
    if not {tax, members} <= set(panel.columns):
        return None
    many = len(entities) > 1
    entity = None if many else entities[0]
    try:
        verdict = assess(panel, organisation=members, economy=tax, entity=entity)
    except DataError as fault:  # a figure of zero or less has no growth
        return None if many else str(fault)
    return None if many and verdict.many is None else verdict


def _control(panel: pd.DataFrame, verdict: Verdict | str | None) -> Verdict | None:
    """Return a verdict with the control that it asks for."""
    if not isinstance(verdict, Verdict) or verdict.advised_control is None:
        return None
    return assess(
        panel,
        organisation=verdict.organisation,
        economy=verdict.economy,
        control=verdict.advised_control,
        entity=verdict.entity,
    )


def _last_phase(data: Dataset, entity: str) -> pd.Series | None:
    """Return the last phase of an entity that has a date."""
    own = data.milestones.query("kind == 'phase' and date != ''")
    own = own[own["entity"] == entity].sort_values("date", kind="stable")
    return own.iloc[-1] if len(own) else None


def _compare(
    panel: pd.DataFrame, entity: str, tax: str, phase: pd.Series
) -> tuple[Comparison, ...]:
    """Return what changed when a phase began, beside the other entities."""
    found, since = [], int(phase["date"][:4])
    for outcome in dict.fromkeys([tax, RENT]):
        if outcome in panel:
            begun = partial(compare, panel, treated=entity, outcome=outcome)
            found.append(begun(since=since))
            later = [year for year in found[-1].printed_years if year > since]
            found += [begun(since=later[0])] if later else []
    return tuple(found)


# What a report is made from


def stamp_inputs(
    dataset: Path, notebooks: Mapping[str, Path], edition: Edition
) -> dict[str, str]:
    """Return the SHA-256 of all that a report is made from, the same on any machine.

    Under `report` that of the dataset, its comparators, what comes with the library,
    the library, the language and the rest of the edition; under each page of
    `notebooks` of these, but for that rest, and of the notebook that becomes it.
    """
    others = read_comparators(dataset).values()
    compared = [find_dataset(name) for name in others]
    common = [
        dataset.name,
        edition.lang,
        *[_hash_folder(folder) for folder in (dataset, *compared, DATA)],
        stamp_library(),
    ]
    texts = {page: hash_file(path) for page, path in notebooks.items()}
    rest = asdict(edition) | {"template": hash_file(Path(edition.template))}
    return {"report": _stamp([*common, rest])} | {
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
