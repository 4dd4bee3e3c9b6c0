"""Lists the orders in which growths can stand, and what their ranks say.

Growths share their years, so an order is possible only if one set of levels within the
boxes puts all growths in it: a linear program for each order that the pairs allow.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hengstats.evidence.envelope import UNKNOWN, Range
from hengstats.evidence.pairs import Array, Levels, Pairs, linear_range
from hengstats.evidence.permutation import (
    RANK_TESTS,
    TIE,
    midranks,
    rank_correlations,
    share_beyond,
)

# More possible orders than these are not listed.
MOST_ORDERS = 200


def possible_orders(
    pairs: Pairs, levels: Levels, most: int = MOST_ORDERS
) -> NDArray[np.intp] | None:
    """Return every order, from the largest growth down, that the boxes allow.

    One order a row, of positions of steps; two growths that can be equal stand in
    either order. None if there are more than `most` candidates.
    """
    apart = pairs.growth_map[:, None, :] - pairs.growth_map[None, :, :]
    above = linear_range(apart, levels.lower, levels.upper)[1] >= -TIE
    found = []
    for tried, order in enumerate(_candidates(above, [])):
        if tried >= most:
            return None
        if _feasible(pairs.growth_map[order], levels):
            found.append(order)
    return np.array(found, dtype=np.intp)


def rank_sides(pairs: Pairs, x: Array, y: Array) -> list[Array] | None:
    """Return the ranks that the growths of either measure can have, one a row.

    `x` and `y` are the growths at the printed figures. None if the orders, or the
    pairs of them, are too many to list.
    """
    sides = []
    for levels, growths in ((pairs.x, x), (pairs.y, y)):
        if (levels.lower == levels.upper).all():
            sides.append(midranks(growths)[None, :])
            continue
        orders = possible_orders(pairs, levels)
        if orders is None:
            return None
        sides.append(pairs.n - np.argsort(orders, axis=1).astype(float))
    return sides if len(sides[0]) * len(sides[1]) <= MOST_ORDERS else None


def rank_ranges(name: str, sides: list[Array] | None) -> tuple[Range, Range]:
    """Return the range of a rank correlation and of its p over all possible ranks.

    All ranks of one measure have the same null distribution: it is worked out once.
    """
    if sides is None:
        return UNKNOWN, UNKNOWN
    x, y = sides
    distance = np.sort(np.abs(RANK_TESTS[name](x[0], y[0]).null))
    found = rank_correlations(name, x, y).ravel()
    nearer = np.searchsorted(distance, np.abs(found) - TIE)
    p = [share_beyond(int(hits), x.shape[1]) for hits in len(distance) - nearer]
    return (
        Range(lower=float(found.min()), upper=float(found.max())),
        Range(lower=min(p), upper=max(p)),
    )


def _candidates(above: NDArray[np.bool_], begun: list[int]) -> Iterator[list[int]]:
    """Yield the orders in which each growth can exceed all that come after it."""
    left = [step for step in range(len(above)) if step not in begun]
    if not left:
        yield begun
    for step in left:
        if all(above[step, other] for other in left if other != step):
            yield from _candidates(above, [*begun, step])


def _feasible(ordered: Array, levels: Levels) -> bool:
    """Return whether levels within the boxes put the growths in this order."""
    if len(ordered) < 2:
        return True
    from scipy.optimize import linprog  # slow to import, and points do without

    falls = ordered[1:] - ordered[:-1]
    solved = linprog(
        np.zeros(falls.shape[1]),
        A_ub=falls,
        b_ub=np.zeros(len(falls)),
        bounds=np.column_stack([levels.lower, levels.upper]),
    )
    return bool(solved.status == 0)
