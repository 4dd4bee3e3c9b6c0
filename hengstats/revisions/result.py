"""What changed between two states of a dataset: in its figures, and in what follows?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hengstats.revisions.conclusions import Conclusion
from hengstats.revisions.tables import conclusions_table
from hengstats.revisions.told import tell_changes, write_page


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Which figures and which conclusions are no longer what they were.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    dataset : str
        Its name.
    since : str
        The date it is compared with; empty where it is the state before the last
        `add`.
    last : str
        Title of the last vintage; empty where there is none. With neither `since` nor
        `last` there is nothing to compare with.
    figures : DataFrame
        One row per changed figure; see `compare_figures`. `reason` is in words, in
        `lang`.
    found : tuple of Conclusion
        The conclusions that changed, of each entity in turn.
    compared : int
        How many conclusions there are, changed or not.
    undated : int
        How many added figures have a source without a date, so that nobody can say
        whether they were known.
    about : dict
        Sources, units and names of the changed figures, as panels carry them.
    illustrative : bool
        True if the figures are invented.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    """

    dataset: str
    since: str
    last: str
    figures: pd.DataFrame
    found: tuple[Conclusion, ...]
    compared: int
    undated: int
    about: Mapping[str, Any]
    illustrative: bool
    lang: str

    @property
    def conclusions(self) -> pd.DataFrame:
        """One row per changed conclusion, in words: what, before, after, because."""
        return conclusions_table(self, self.lang)

    def say(self, lang: str = "") -> str:
        """Return the changes in sentences."""
        return tell_changes(self, lang or self.lang)

    def __str__(self) -> str:
        """Return the changes in sentences."""
        return self.say()

    def __repr__(self) -> str:
        """Return the counts in one line."""
        return (
            f"<Changes of {self.dataset}: {len(self.figures)} figures,"
            f" {len(self.found)} of {self.compared} conclusions>"
        )

    def _repr_html_(self) -> str:
        """Return the changes as Jupyter shows them."""
        return write_page(self, self.lang)
