"""What may be said of two measures, and what stands behind it?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.page import write_html, write_text
from hengstats.evidence.statement import write_statement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """What the data carry of an association between two measures of one entity.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    entity : str
        Whose figures; empty where a table of many has no paired growth at all.
    organisation, economy : str
        The two measures.
    level : int
        Rung of the evidence ladder: 0, fewer than four paired growths; 1, four;
        2, five or more.
    finding : str
        `not_enough_data`, `no_sign`, `suggestive` or `moves_together`: the weakest
        over the boxes of the printed figures.
    sign : int
        1 if the growths move the same way, -1 if opposite ways, 0 if not settled.
    table : DataFrame
        `measure, statistic, lower, value, upper`: each paired growth, annualised
        logs; from level 1 on each statistic, with its ends over the boxes. An end
        that is not known is missing, one that is open infinite.
    refused : DataFrame
        `procedure, label, reason, false_alarm`, and the rate for each kind of series
        that have nothing to do with each other, as fractions.
    own_rates : dict
        The false-alarm rates of this rule, on the same simulated pairs.
    n_growths : int
        Paired growths tested.
    years : tuple of int
        Years in which both measures are known.
    simulated_years : tuple of int
        Years for which the rates were simulated.
    shock_years : tuple of int
        Years declared as shocks; the step into each is left out.
    weakest_step : tuple of int, or None
        The growth without which the least is left of the association.
    least_p : float
        The smallest p that so many growths could give.
    detectable_r : float or None
        Correlation of growths found in 80 of 100 cases, if every figure is a point
        and nothing else was tried.
    alpha : float
        Limit of the permutation p: .05 divided by `tried`.
    tried : int
        Pairs of measures, or ways to compute, that the user looked at.
    readings : DataFrame
        `entity, measure, year, printed, qualifier, lower, value, upper, reading`, one
        row per figure.
    blind_spots : dict
        Patterns that the rule mistakes for an association, and how often with six
        and with eight years; stronger ones more often.
    steps : DataFrame
        `from_year, year`, then `x_` and `y_` `lower, value, upper`: the growths of
        the organisation and the economy; `attrs` as those of the panel.
    null_r : ndarray
        The correlation that each order tried gives at the printed figures; empty where
        nothing was tested, or a figure is only a bound.
    n_entities : int
        Entities in the table.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    """

    entity: str
    organisation: str
    economy: str
    level: int
    finding: str
    sign: int
    table: pd.DataFrame
    refused: pd.DataFrame
    own_rates: dict[str, float]
    n_growths: int
    years: tuple[int, ...]
    simulated_years: tuple[int, ...]
    shock_years: tuple[int, ...]
    weakest_step: tuple[int, int] | None
    least_p: float
    detectable_r: float | None
    alpha: float
    tried: int
    readings: pd.DataFrame
    blind_spots: dict[str, tuple[float, float]]
    steps: pd.DataFrame
    null_r: NDArray[np.float64]
    n_entities: int
    lang: str

    @property
    def statement(self) -> str:
        """The verdict in 简体, ready to be printed."""
        return self.say("zh-Hans")

    def say(self, lang: str) -> str:
        """Return the verdict in one language, ready to be printed."""
        return write_statement(self, lang)

    def __str__(self) -> str:
        """Return the statement and the table as text."""
        return write_text(self, self.lang)

    def __repr__(self) -> str:
        """Return the finding in one line."""
        return (
            f"<Verdict {self.economy} ~ {self.organisation}: level {self.level},"
            f" {self.finding}, {self.n_growths} growths>"
        )

    def _repr_html_(self) -> str:
        """Return the verdict as Jupyter shows it."""
        return write_html(self, self.lang)
