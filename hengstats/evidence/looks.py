"""Tests several looks at the same years as one: measures, lags, stretches of years.

Each order of the years is applied to all looks at once, and the smallest p of the t
test among them is compared with the smallest observed; where all looks have as many
growths that is the largest |r|. So many looks cost what they are worth together, and
looks that resemble one another cost little (Westfall and Young 1993, single step).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.control import (
    Sides,
    centre,
    control_column,
    farthest,
    reach,
    reordered,
    turns,
    widened,
)
from hengstats.evidence.envelope import (
    Range,
    correlation_range,
    list_corners,
    t_p,
)
from hengstats.evidence.pairs import Array, Pairs, times
from hengstats.evidence.permutation import TIE, orders, share_beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one of several looks shows.

    Attributes
    ----------
    r : float
        Correlation at the figures as printed; of one that is only a bound, at its end.
    p_own : float
        Its permutation p, as though it were the only look.
    joint : Range
        Its p among all looks, as printed and at most over the boxes.
    """

    r: float
    p_own: float
    joint: Range


def joint_test(looks: Sequence[Pairs]) -> list[Look]:
    """Return the r of each look, its own p, and its p among all looks.

    Looks have at least four growths each. All orders of all years in which a step of
    any look ends are tried up to nine years, and 99,999 random ones beyond; a look with
    fewer takes its own out of them, in their order.
    """
    years = sorted({last for pairs in looks for _, last in pairs.steps})
    tried, n = orders(len(years)), len(years)
    smallest, boxed = (np.full(len(tried), np.inf) for _ in range(2))
    found: list[tuple[float, float, float, float]] = [(np.nan,) * 4] * len(looks)
    for rows in _alike(looks):
        group = [looks[row] for row in rows]
        first, plain = group[0], np.ones((group[0].n, 1))
        nuisance = np.column_stack([plain, control_column(first)])
        places = np.searchsorted(years, [last for _, last in first.steps])
        own = _induced(tried, places)
        X = np.array([times(one.growth_map, centre(one.x)) for one in group])
        y = times(first.growth_map, centre(first.y))
        df = first.n - nuisance.shape[1] - 1
        r, null, kept = reordered(X, y, nuisance, own)
        np.minimum(smallest, t_p(np.abs(null).max(axis=0), df), out=smallest)
        for at, (row, pairs) in enumerate(zip(rows, group, strict=True)):
            sides = list_corners(pairs, pairs.x), list_corners(pairs, pairs.y)
            turned = reach(pairs, sides, plain)
            if any(turned):
                far = farthest(null[at], kept, *turned)
                np.minimum(boxed, t_p(far, df), out=boxed)
            near = _nearest(pairs, sides, nuisance, plain)
            hits = int((np.abs(null[at]) >= abs(r[at]) - TIE).sum())
            p, weakest = (float(t_p(one, df)) for one in (abs(r[at]), near))
            found[row] = float(r[at]), share_beyond(hits, n), p, weakest
    boxed = np.minimum(boxed, smallest)
    return [
        Look(r=r, p_own=own, joint=_joint(smallest, boxed, p, weakest, n))
        for r, own, p, weakest in found
    ]


def _alike(looks: Sequence[Pairs]) -> list[list[int]]:
    """Return the places of looks by what they have in common: steps, economy, control.

    All of one group are one multiplication of matrices.
    """
    groups: dict[tuple, list[int]] = {}
    for row, pairs in enumerate(looks):
        key = (pairs.steps, times(pairs.growth_map, centre(pairs.y)).tobytes())
        groups.setdefault((*key, control_column(pairs).tobytes()), []).append(row)
    return list(groups.values())


def _induced(tried: NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the orders of some places that orders of all of them contain."""
    if len(places) == tried.shape[1]:
        return tried
    rank = np.full(tried.shape[1], -1)
    rank[places] = np.arange(len(places))
    own = rank[tried]
    return own[own >= 0].reshape(len(tried), len(places))


def _nearest(pairs: Pairs, sides: Sides, nuisance: Array, base: Array) -> float:
    """Return the correlation nearest to zero over the boxes, without its sign."""
    r = correlation_range(pairs, *sides, nuisance)
    r = widened(r, sum(turns(pairs, sides, base)))
    return r.lower if r.lower > 0 else -r.upper if r.upper < 0 else 0.0


def _joint(smallest: Array, boxed: Array, p: float, weakest: float, n: int) -> Range:
    """Return the share of orders in which some look has as small a p."""
    slack = 1 + 1e-9
    printed, most = (
        share_beyond(int((null <= end * slack).sum()), n)
        for null, end in ((smallest, p), (boxed, weakest))
    )
    return Range(printed, max(printed, most))
