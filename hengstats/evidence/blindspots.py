"""Tells what a finding of so many years is worth: what else gives it, and how often.

The rates come from tables that `benchmarks/blind_spots.py` simulates: two series that
share a pattern and are otherwise unrelated, and series that are related, of which only
the strongest correlations are found.
"""

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from hengstats.evidence.control import centre
from hengstats.evidence.envelope import residuals, t_p
from hengstats.evidence.pairs import Array, Pairs, times
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, detectable_r, midpoints

# What is rarer than this, rule E allows for.
WORTH_SAYING = 0.05
# Pairs simulated for a correlation that boxes let pass, steps of the bisection, and
# growths up to which each is left out in turn.
PAIRS, STEPS, LEFT_OUT, SEED = 400, 9, 16, 66
STRONGEST, POWER = 0.9995, 0.80


@cache
def _table(name: str) -> pd.DataFrame:
    """Return one of the tables."""
    source = resources.files("hengstats.evidence").joinpath(f"{name}.csv")
    with source.open(encoding="utf-8") as lines:
        return pd.read_csv(lines, comment="#")


def blind_spots(finding: str, years: int, *, controlled: bool) -> dict[str, float]:
    """Return which patterns give a finding, or a stronger one, and how often.

    Parameters
    ----------
    finding : str
        `suggestive` or `moves_together`.
    years : int
        Known years; the rates are those of the nearest length in the table.
    controlled : bool
        Whether a control is taken out: the rates are then those with one, where they
        were simulated.

    Returns
    -------
    dict
        Rates by pattern, as fractions, the highest first; none below .05.
    """
    return dict(_rates(finding, years, controlled))


@cache
def _rates(finding: str, years: int, controlled: bool) -> list[tuple[str, float]]:
    """Return patterns and rates, the highest first."""
    table = _table("blind_spots")
    own = table[table["years"] == _nearest(table, years)].set_index("pattern")
    rates = own[finding]
    if controlled:
        rates = own[f"{finding}_controlled"].fillna(rates)
    rates = rates[rates >= WORTH_SAYING].sort_values(ascending=False, kind="stable")
    return [(str(key), float(rate)) for key, rate in rates.items()]


@cache
def inflation(finding: str, years: int) -> tuple[float, float] | None:
    """Return mean |r| of what is found, and the share of wrong signs at a true .3.

    The mean is that at a true correlation of .5; None where nothing is ever found.
    """
    table = _table("inflation")
    own = table[table["finding"] == finding]
    if own.empty or (finding == "moves_together" and years < RULED + 1):
        return None
    own = own[own["years"] == _nearest(own, years)].set_index("truth")
    mean, wrong = own["mean_r"].to_dict(), own["wrong_sign"].to_dict()
    return (mean[0.5], wrong[0.3]) if {0.3, 0.5} <= set(mean) else None


def _nearest(table: pd.DataFrame, years: int) -> int:
    """Return the length in a table that is nearest to one; the shorter of two."""
    return int(min(table["years"].unique(), key=lambda n: (abs(n - years), n)))


def detectable_over_boxes(pairs: Pairs) -> float | None:
    """Return the correlation found in 80 of 100 cases through boxes as wide as these.

    That of as many points, and more by what the boxes cost 400 simulated pairs that
    vary as much as these do: the weakest r within the boxes, to first order in their
    half-widths. 1 if not even the strongest is found; None below four growths, or where
    a figure is open, through which no correlation is sure to be found.
    """
    table = detectable_r(pairs.n - (pairs.z is not None))  # a control costs one
    sides = pairs.x, pairs.y
    half = [(side.upper - side.lower) / 2 for side in sides]
    if table is None or not (half[0].any() or half[1].any()):
        return table
    if not np.isfinite(half).all():
        return None
    spread = [times(pairs.growth_map, centre(side)).std(ddof=1) for side in sides]
    if min(spread) == 0:
        return 1.0
    slack = [h / s for h, s in zip(half, spread, strict=True)]
    through, plain = (_bisected(pairs, one) for one in (slack, [0 * h for h in half]))
    return 1.0 if through >= STRONGEST else min(1.0, table + max(through - plain, 0.0))


def _bisected(pairs: Pairs, slack: list[Array]) -> float:
    """Return the correlation found through slack in levels, in spreads of growth."""
    generator = np.random.default_rng([SEED, pairs.n])
    x, own = generator.standard_normal((2, PAIRS, pairs.n))
    low, high = 0.3, STRONGEST
    if _found(pairs, x, high * x + np.sqrt(1 - high**2) * own, slack) < POWER:
        return high
    for _ in range(STEPS):
        r = (low + high) / 2
        enough = _found(pairs, x, r * x + np.sqrt(1 - r * r) * own, slack) >= POWER
        low, high = (low, r) if enough else (r, high)
    return (low + high) / 2


def _found(pairs: Pairs, x: Array, y: Array, slack: list[Array]) -> float:
    """Return the share of pairs that rule E finds wherever they lie within slack."""
    n, plain = pairs.n, np.ones((pairs.n, 1))
    columns: list[Array | None] = [None]
    if n >= RULED:
        columns += [midpoints(pairs.steps), *(np.eye(n) if n <= LEFT_OUT else [])]
    passed = np.ones(len(x), bool)
    for column in columns:
        own = plain if column is None else np.column_stack([plain, column])
        one, two = residuals(x, own), residuals(y, own)
        one = one / np.linalg.norm(x, axis=1, keepdims=True)
        two = two / np.linalg.norm(y, axis=1, keepdims=True)
        sizes = [np.linalg.norm(side, axis=1, keepdims=True) for side in (one, two)]
        one, two = one / sizes[0], two / sizes[1]
        r = (one * two).sum(axis=1, keepdims=True)
        by_x = (two - r * one) / (sizes[0] * np.linalg.norm(x, axis=1, keepdims=True))
        by_y = (one - r * two) / (sizes[1] * np.linalg.norm(y, axis=1, keepdims=True))
        lost = np.abs(by_x @ pairs.growth_map) @ slack[0]
        lost += np.abs(by_y @ pairs.growth_map) @ slack[1]
        weak = r[:, 0] - lost
        limit = ALPHA if column is None else LENIENT
        passed &= (weak > 0) & (t_p(weak, n - own.shape[1] - 1) <= limit)
    return float(passed.mean())
