"""Tells what a finding of so many years is worth: what else gives it, and how often.

The rates come from tables that `benchmarks/blind_spots.py` simulates: two series that
share a pattern and are otherwise unrelated, and series that are related, of which only
the strongest correlations are found.
"""

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from hengstats.evidence.control import centre_growths
from hengstats.evidence.envelope import residuals, t_p
from hengstats.evidence.pairs import Array, Pairs
from hengstats.evidence.rule import ALPHA, LENIENT, RULED, detectable_r, midpoints

# What is rarer than this, rule E allows for.
WORTH_SAYING = 0.05
# Pairs simulated for a correlation that boxes let pass, steps of the bisection, and
# growths up to which each is left out in turn.
PAIRS, STEPS, LEFT_OUT, SEED = 400, 9, 16, 66
STRONGEST, POWER = 0.9995, 0.80


@cache
def _rates_at(name: str, years: int) -> pd.DataFrame:
    """Return the rows of a table at its nearest length; the shorter of two."""
    source = resources.files("hengstats.evidence").joinpath(f"{name}.csv")
    with source.open(encoding="utf-8") as lines:
        table = pd.read_csv(lines, comment="#")
    known = min(table["years"].unique(), key=lambda n: (abs(n - years), n))
    return table[table["years"] == known]


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
    own = _rates_at("blind_spots", years).set_index("pattern")
    rates = own[finding]
    if controlled:
        rates = own[f"{finding}_controlled"].fillna(rates)
    rates = rates[rates >= WORTH_SAYING].sort_values(ascending=False, kind="stable")
    return {str(key): float(rate) for key, rate in rates.items()}


def inflation(finding: str, years: int) -> tuple[float, float]:
    """Return mean |r| of what is found, and the share of wrong signs at a true .3.

    The mean is that at a true correlation of .5.
    """
    table = _rates_at("inflation", years)
    own = table[table["finding"] == finding].set_index("truth")
    return float(own["mean_r"][0.5]), float(own["wrong_sign"][0.3])


def detectable_over_boxes(pairs: Pairs) -> float | None:
    """Return the correlation found in 80 of 100 cases through boxes as wide as these.

    That of as many points, and more by what the boxes cost 400 simulated pairs that
    vary as much as these do: the weakest r within the boxes, to first order in their
    half-widths. 1 if not even the strongest is found; None below four growths, or where
    a figure is open, through which no correlation is sure to be found.
    """
    table = detectable_r(pairs.n - (pairs.z is not None))  # a control costs one
    half = np.array([(side.upper - side.lower) / 2 for side in (pairs.x, pairs.y)])
    if table is None or not half.any():
        return table
    if not np.isfinite(half).all():
        return None
    growths = np.array([centre_growths(pairs, side) for side in (pairs.x, pairs.y)])
    spread = growths.std(axis=1, ddof=1, keepdims=True)
    if not spread.all():
        return 1.0
    through, plain = (_bisected(pairs, slack) for slack in (half / spread, 0 * half))
    return 1.0 if through >= STRONGEST else min(1.0, table + max(through - plain, 0.0))


def _bisected(pairs: Pairs, slack: Array) -> float:
    """Return the correlation found through slack in levels, in spreads of growth."""
    generator = np.random.default_rng([SEED, pairs.n])
    x, own = generator.standard_normal((2, PAIRS, pairs.n))

    def found(r: float) -> bool:
        return _share(pairs, x, r * x + np.sqrt(1 - r * r) * own, slack) >= POWER

    low, high = 0.3, STRONGEST
    if not found(high):
        return high
    for _ in range(STEPS):
        r = (low + high) / 2
        low, high = (low, r) if found(r) else (r, high)
    return (low + high) / 2


def _share(pairs: Pairs, x: Array, y: Array, slack: Array) -> float:
    """Return the share of pairs that rule E finds wherever they lie within slack."""
    n, passed = pairs.n, np.ones(len(x), bool)
    tests: list[tuple[list[Array], float]] = [([], ALPHA)]
    if n >= RULED:
        each = np.eye(n)[: n if n <= LEFT_OUT else 0]
        tests += [([one], LENIENT) for one in (midpoints(pairs.steps), *each)]
    for columns, limit in tests:
        nuisance = np.column_stack([np.ones(n), *columns])
        left = np.array([residuals(side, nuisance) for side in (x, y)])
        sizes = np.linalg.norm(left, axis=2, keepdims=True)
        one, two = left / sizes
        r = (one * two).sum(axis=1, keepdims=True)
        slopes = np.array([two - r * one, one - r * two]) / sizes @ pairs.growth_map
        weak = r[:, 0] - (np.abs(slopes) @ slack[:, :, None]).sum(axis=(0, 2))
        passed &= (weak > 0) & (t_p(weak, n - nuisance.shape[1] - 1) <= limit)
    return float(passed.mean())
