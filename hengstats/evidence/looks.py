"""Tests several looks at the same years as one: measures, lags, stretches of years.

Each order of the years is applied to all looks at once, and the smallest p of the t
test among them is compared with the smallest observed; where all looks have as many
growths that is the largest |r|. So many looks cost what they are worth together, and
looks that resemble one another cost little (Westfall and Young 1993, single step).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.control import (
    centre_growths,
    farthest,
    is_point,
    nuisance_of,
    partial_range,
    reordered,
    weakest_r,
)
from hengstats.evidence.envelope import t_p
from hengstats.evidence.pairs import Pairs
from hengstats.evidence.permutation import TIE, orders, share_beyond

# Shares of orders whose smallest p differs by less than this, relative to it, are ties.
SLACK = 1 + 1e-9


def joint_test(looks: Sequence[Pairs]) -> pd.DataFrame:
    """Return what each look shows, and its p among all looks.

    Looks have at least four growths each. All orders of all years in which a step of
    any look ends are tried up to nine years, and 99,999 random ones beyond; a look with
    fewer takes its own out of them, in their order.

    Returns
    -------
    DataFrame
        `r` at the figures as printed; `p_own`, its permutation p as though it were the
        only look; `p_joint`, its p among all, and `p_joint_upper`, that over the boxes.
    """
    years = sorted({last for pairs in looks for _, last in pairs.steps})
    tried, n = orders(len(years)), len(years)
    smallest, boxed = (np.full(len(tried), np.inf) for _ in range(2))
    found = np.zeros((len(looks), 4))
    # Looks at one economy in the same steps are one multiplication of matrices.
    groups: dict[tuple, list[int]] = {}
    for row, pairs in enumerate(looks):
        same = centre_growths(pairs, pairs.y), nuisance_of(pairs)
        key = pairs.steps, *(one.tobytes() for one in same)
        groups.setdefault(key, []).append(row)
    for rows in groups.values():
        first = looks[rows[0]]
        nuisance = nuisance_of(first)
        own = _induced(tried, np.searchsorted(years, [step[1] for step in first.steps]))
        X = np.array([centre_growths(looks[row], looks[row].x) for row in rows])
        df = first.n - nuisance.shape[1] - 1
        r, null, kept = reordered(X, centre_growths(first, first.y), nuisance, own)
        np.minimum(smallest, t_p(np.abs(null).max(axis=0), df), out=smallest)
        for row, seen, reached in zip(rows, r, null, strict=True):
            pairs = looks[row]
            if not is_point(pairs.x, pairs.y, pairs.z):
                far = t_p(farthest(pairs, reached, kept), df)
                np.minimum(boxed, far, out=boxed)
            hits = int((np.abs(reached) >= abs(seen) - TIE).sum())
            ends = t_p([seen, weakest_r(partial_range(pairs))], df)
            found[row] = seen, share_beyond(hits, n), *ends
    np.minimum(boxed, smallest, out=boxed)
    for row, (_, _, p, weakest) in enumerate(found):
        for at, null, end in ((2, smallest, p), (3, boxed, weakest)):
            found[row, at] = share_beyond(int((null <= end * SLACK).sum()), n)
    found[:, 3] = found[:, 2:].max(axis=1)
    return pd.DataFrame(found, columns=["r", "p_own", "p_joint", "p_joint_upper"])


def _induced(tried: NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the orders of some places that orders of all of them contain."""
    if len(places) == tried.shape[1]:
        return tried
    rank = np.full(tried.shape[1], -1)
    rank[places] = np.arange(len(places))
    own = rank[tried]
    return own[own >= 0].reshape(len(tried), len(places))
