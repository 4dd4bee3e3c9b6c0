"""What did an `add` do, in a sentence?"""

import html
from collections.abc import Mapping
from dataclasses import dataclass

from hengstats.adding.compare import Change
from hengstats.errors import Fault
from hengstats.vocabulary import name, say

_SHOWN = 30  # changes that are told one by one


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
    added, revised, withdrawn : tuple of Change
        Accepted figures that are new, that say something else now, that are gone.
    unchanged : int
        Figures that say what was known.
    reworded : int
        Figures that say the same number in another unit or precision.
    passed_over : dict
        Why other figures of the sheets are not the accepted ones, to how many; see
        `Comparison`.
    names : dict
        Key of each building named here to its name.
    warnings : tuple of Fault
        Those of the check, and what else is worth knowing.
    """

    dataset: str
    status: str
    vintage: int
    source: str
    files: tuple[str, ...]
    added: tuple[Change, ...]
    revised: tuple[Change, ...]
    withdrawn: tuple[Change, ...]
    unchanged: int
    reworded: int
    passed_over: Mapping[str, int]
    names: Mapping[str, str]
    warnings: tuple[Fault, ...]

    def say(self, lang: str = "") -> str:
        """Return what happened, in Chinese and English by default."""
        languages = [lang] if lang else ["zh-Hans", "en"]
        told = [self._summary(one) for one in languages]
        if self.reworded:
            told += [
                say("store", "reworded", one, count=self.reworded) for one in languages
            ]
        changes = [*self.revised, *self.withdrawn]
        told += [self._change(change, languages) for change in changes[:_SHOWN]]
        if rest := len(changes[_SHOWN:]):
            told += [say("store", "more", one, count=rest) for one in languages]
        return "\n".join([*told, *(fault.message for fault in self.warnings)])

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

    def _change(self, change: Change, languages: list[str]) -> str:
        """Return one change, the measure in each language."""
        measures = [name("measure", change.measure, one) for one in languages]
        who = self.names.get(change.entity, change.entity)
        sides = [(change.old, change.old_unit), (change.new, change.new_unit)]
        old, new = (_worded(*side, languages[0]) for side in sides)
        return f"  {who} {change.year} {' / '.join(measures)}: {old} → {new}"

    def _repr_html_(self) -> str:
        """Show itself in Jupyter."""
        return f"<pre>{html.escape(self.say())}</pre>"


def _worded(printed: str, unit: str, lang: str) -> str:
    """Return a wording, with its unit where it names none."""
    if not printed:
        return say("store", "nothing", lang)
    return f"{printed} {name('unit', unit, lang)}" if printed[-1].isdigit() else printed
