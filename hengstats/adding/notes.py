"""Says what an `add` did, and what else the user should know of its sheets."""

import html
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from hengstats.adding.buildings import Losses, list_losses
from hengstats.dataset import Dataset, list_labels
from hengstats.errors import Fault
from hengstats.figures import KEY
from hengstats.intake.result import Checked, refuse
from hengstats.messages import message
from hengstats.vintages import Vintage
from hengstats.vocabulary import LANGUAGES, Labels, measure_label, name, say

Key = tuple[str, str, int]  # entity, measure, year
_SHOWN, _NAMED = 30, 5  # changes listed one by one; figures named in a note


class Change(NamedTuple):
    """One figure that is new, or no longer what it was; there may be a million.

    Attributes
    ----------
    entity, measure, year
        The figure.
    old, new : str
        The wordings; `old` is empty for a new figure, `new` for one taken back.
    old_unit, new_unit : str
        Their units, keys of `vocabulary.UNITS`.
    """

    entity: str
    measure: str
    year: int
    old: str
    new: str
    old_unit: str
    new_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What came in, or would come in.

    Attributes
    ----------
    dataset : str
        Name of the folder.
    status : str
        `stored`; `unchanged` if the dataset held all of it, and nothing was written;
        `dry_run` if nothing was to be written.
    vintage : int
        Number of the vintage; 0 if unchanged.
    source : str
        Key of its source; empty if unchanged.
    files : tuple of str
        Names of the sheets.
    added, revised, restated, withdrawn : tuple of Change
        Accepted figures that are new, that say something else now, that say the same
        number in another unit or precision, that are gone.
    unchanged : int
        Figures of the sheets that say what was known.
    read : tuple of str
        As what columns count whose heads say it otherwise, and how cells were read
        that hold no plain number.
    passed_over : dict
        Why other figures of the sheets are not the accepted ones, to how many they
        are: `overtaken` by a later publication, a rule of `figures.RULES`, `ruling`.
    names : dict
        Key of each building named here to its name.
    labels : dict
        Key of each measure to its name in three scripts, where the codebook has them.
    warnings : tuple of Fault
        Those of the check, and what else is worth knowing.
    """

    dataset: str
    status: str
    vintage: int
    source: str
    files: tuple[str, ...]
    names: Mapping[str, str]
    labels: Labels
    unchanged: int
    warnings: tuple[Fault, ...]
    read: tuple[str, ...] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)
    added: tuple[Change, ...] = ()
    revised: tuple[Change, ...] = ()
    restated: tuple[Change, ...] = ()
    withdrawn: tuple[Change, ...] = ()

    def say(self, lang: str = "") -> str:
        """Return what happened, in Chinese and English by default."""
        languages = [lang] if lang else ["zh-Hans", "en"]
        lines = [self._summary(one) for one in languages]
        if count := len(self.restated):
            lines += [say("store", "restated", one, count=count) for one in languages]
        changes = [*self.revised, *self.withdrawn]
        lines += [self._line(change, languages) for change in changes[:_SHOWN]]
        if rest := len(changes[_SHOWN:]):
            lines += [say("store", "more", one, count=rest) for one in languages]
        told = [fault.message for fault in self.warnings]
        return "\n".join([*lines, *self.read, *told])

    def _summary(self, lang: str) -> str:
        """Return the first sentence."""
        revised = any(fault.code == "revised_since" for fault in self.warnings)
        return say(
            "store",
            "not_stored" if revised else self.status,
            lang,
            dataset=self.dataset,
            vintage=self.vintage,
            files=say("word", "comma", lang).join(self.files),
            added=len(self.added),
            revised=len(self.revised),
            withdrawn=len(self.withdrawn),
            unchanged=self.unchanged,
        )

    def _line(self, change: Change, languages: Sequence[str]) -> str:
        """Return one change, the measure in each language."""
        measures = [
            measure_label(change.measure, one, self.labels) for one in languages
        ]
        who = self.names.get(change.entity, change.entity)
        old = _word(change.old, change.old_unit, languages[0])
        new = _word(change.new, change.new_unit, languages[0])
        return f"  {who} {change.year} {' / '.join(measures)}: {old} → {new}"

    def _repr_html_(self) -> str:
        """Show itself in Jupyter."""
        return f"<pre>{html.escape(self.say())}</pre>"


def list_changes(changed: pd.DataFrame, kind: str) -> tuple[Change, ...]:
    """Return the changed figures of one kind."""
    columns = [*KEY, "printed_old", "printed", "stated_old", "stated"]
    rows = changed.loc[changed["change"] == kind, columns]
    cells = (rows[c].astype(object).where(rows[c].notna(), "") for c in columns)
    return tuple(map(Change._make, zip(*cells, strict=True)))


def column_names(
    data: Dataset, measures: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Return the Chinese label and definition of the measure of each column."""
    defined = data.codebook.set_index("measure")["definition"]
    labels = list_labels(data.codebook)
    return {
        column: (
            measure_label(measure, LANGUAGES[0], labels),
            str(defined[measure]).partition(" / ")[0],
        )
        for column, measure in measures.items()
    }


def note(key: str, file: str, **values: object) -> Fault:
    """Return a note on a file, with what the user may do about it."""
    return refuse(f"adding.{key}", **values).at(file)


def remark(key: str, file: str, **values: object) -> Fault:
    """Return a note that concerns the sheets as a whole and asks for nothing."""
    code, found, _, english = message(f"adding.{key}", **values)
    return Fault(code=code, message=f"{found}。 [{english}]", file=file)


def kept_figures(
    sheets: Sequence[Checked],
    entities: Mapping[str, str],
    measures: Mapping[str, str],
    held: Mapping[Key, str],
    new: Collection[Key],
) -> Iterator[Fault]:
    """Yield notes on cells left blank where a figure stands, which is kept.

    `held` are the wordings that stand before the sheets. A whole column of a list may
    be blank, or may not be there: nobody can tell.
    """
    for sheet in sheets if held else ():
        filled = {cell.column for cell in sheet.cells}
        listed = measures if sheet.table == "building_year" else filled
        for key, whole in (("kept_figure", False), ("kept_column", True)):
            kept = [
                f"{name} {year} {held[figure]}"
                for column in measures
                if column in listed and (column not in filled) is whole
                for year, name in sheet.rows
                if (figure := (entities[name], measures[column], year)) in held
                and figure not in new
            ]
            if kept:
                shown = "、".join(kept[:_NAMED]) + (" …" if len(kept) > _NAMED else "")
                yield note(key, sheet.file, count=len(kept), listed=shown)


def of_vintage(
    vintage: Vintage,
    publishers: Sequence[str],
    losses: Losses,
    names: Mapping[str, str],
    labels: Labels,
    *,
    confirms: bool,
) -> Iterator[Fault]:
    """Yield what is worth knowing of a vintage as a whole.

    That it confirms what was known, that its figures are invented, that its publisher
    is none of the `publishers` before, and what it takes back of each building:
    `losses`.
    """
    file = vintage.files[0]["name"]
    if confirms and vintage.published:
        yield remark("confirmed", file, day=vintage.published)
    if vintage.kind == "illustrative":
        yield remark("illustrative", file)
    known = list(dict.fromkeys(filter(None, publishers)))
    if vintage.publisher and known and vintage.publisher not in known:
        listed = "、".join(known[-_NAMED:])
        yield remark("new_publisher", file, own=vintage.publisher, listed=listed)
    for entity in vintage.withdrawn:
        lost, english = (
            list_losses(losses.get(entity, ()), labels, lang)
            for lang in ("zh-Hans", "en")
        )
        who = names.get(entity, entity)
        yield remark("withdrawn", file, name=who, lost=lost, lost_english=english)


def unsigned(vintage: Vintage, untitled: bool) -> Iterator[Fault]:
    """Yield how a report will cite a vintage of which not all was said."""
    if vintage.kind == "illustrative":
        return
    blank = {
        "title": untitled,
        "publisher": not vintage.publisher,
        "published": not vintage.published,
    }
    lacking = [key for key, is_blank in blank.items() if is_blank]
    if lacking:
        day = vintage.published or say("word", "undated", LANGUAGES[0])
        yield remark(
            "unsigned",
            vintage.files[0]["name"],
            lacking="、".join(say("store", key, LANGUAGES[0]) for key in lacking),
            cited=f"{vintage.title}。{vintage.publisher or vintage.title}、{day}",
            options=" ".join(f"--{key}" for key in lacking),
            english=", ".join(lacking),
        )


def _word(printed: str, unit: str, lang: str) -> str:
    """Return a wording, with its unit where it names none."""
    if not printed:
        return say("store", "nothing", lang)
    return f"{printed} {name('unit', unit, lang)}" if printed[-1].isdigit() else printed
