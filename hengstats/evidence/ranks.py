"""In which orders can the growths stand, and what do their ranks say?

Growths share their years, so an order is possible only if one set of levels within the
boxes puts all growths in it: a linear program for each order that the pairs allow.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from hengstats.evidence.envelope import Range
from hengstats.evidence.pairs import Levels, Pairs, times
from hengstats.evidence.permutation import (
    kendall_test,
    midranks,
    p_beyond,
    rank_correlation,
    spearman_test,
)

Array = NDArray[np.float64]

# More possible orders than these are not listed.
MOST_ORDERS = 200
TESTS = {"spearman": spearman_test, "kendall": kendall_test}


def possible_orders(
    pairs: Pairs, levels: Levels, most: int = MOST_ORDERS
) -> NDArray[np.intp] | None:
    """Return every order, from the largest growth down, that the boxes allow.

    Parameters
    ----------
    pairs : Pairs
        The steps.
    levels : Levels
        The boxes of one measure.
    most : int
        Give up beyond so many candidates.

    Returns
    -------
    ndarray or None
        One order a row, of positions of steps; two growths that can be equal stand
        in either order. None if there are too many to list.
    """
    apart = pairs.growth_map[:, None, :] - pairs.growth_map[None, :, :]
    up, down = np.maximum(apart, 0), np.minimum(apart, 0)
    above = times(up, levels.upper) + times(down, levels.lower) >= 0
    found = []
    for tried, order in enumerate(_candidates(above, [])):
        if tried >= most:
            return None
        if _feasible(pairs.growth_map[order], levels):
            found.append(order)
    return np.array(found, dtype=np.intp)


def rank_sides(pairs: Pairs, x: Array, y: Array) -> list[list[Array]] | None:
    """Return the ranks that the growths of either measure can have.

    `x` and `y` are the growths at the printed figures. None if the orders, or the
    pairs of them, are too many to list.
    """
    sides = []
    for levels, growths in ((pairs.x, x), (pairs.y, y)):
        if (levels.lower == levels.upper).all():
            sides.append([midranks(growths)])
            continue
        orders = possible_orders(pairs, levels)
        if orders is None:
            return None
        sides.append([_ranks(order) for order in orders])
    return sides if len(sides[0]) * len(sides[1]) <= MOST_ORDERS else None


def rank_ranges(name: str, sides: list[list[Array]] | None) -> tuple[Range, Range]:
    """Return the range of a rank correlation and of its p over all possible ranks.

    All ranks of one measure have the same null distribution: it is worked out once.
    """
    if sides is None:
        return (Range(lower=np.nan, upper=np.nan),) * 2
    null = TESTS[name](sides[0][0], sides[1][0]).null
    found = [rank_correlation(name, one, two) for one in sides[0] for two in sides[1]]
    n = sides[0][0].size
    p_values = [p_beyond(null, statistic, n) for statistic in found]
    return (
        Range(lower=min(found), upper=max(found)),
        Range(lower=min(p_values), upper=max(p_values)),
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
    bounds = np.column_stack([levels.lower, levels.upper])
    falls = ordered[1:] - ordered[:-1]
    solved = linprog(
        np.zeros(falls.shape[1]), A_ub=falls, b_ub=np.zeros(len(falls)), bounds=bounds
    )
    return bool(solved.status == 0)


def _ranks(order: NDArray[np.intp]) -> Array:
    """Return the rank of each step in an order from the largest down."""
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order), 0, -1)
    return ranks
