"""Takes a control series out of both measures: what a district or a city did anyway.

The control's growth is partialled out in every test of rule E, at the price of one
growth. Where its figures are boxes, the plane that is taken out turns within them; by
how much at most is an angle, and every correlation is widened by it. So is each order
of Freedman and Lane's permutation (1983), of what the control leaves of the economy.
Without a control the bounds of r and of its p are those of the envelope.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.envelope import (
    Range,
    correlation_range,
    list_corners,
    partial_r,
    permutation_range,
    residuals,
)
from hengstats.evidence.pairs import Array, Levels, Pairs, times
from hengstats.evidence.permutation import (
    TIE,
    PermutationTest,
    correlation_test,
    judge_orders,
    least_p,
    orders,
    share_beyond,
)
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import series_of

Control = str | tuple[str, str]
# The total of all other entities of the panel, which leaves out the one judged.
OTHERS = "others"
AREAS = ("area", "sub-district", "district", "city")
AREA_MEASURES = ("area_tax", "budget_revenue")


def find_control(panel: pd.DataFrame, control: Control, entity: str) -> tuple[str, str]:
    """Return whose and which series is meant, or refuse what is no series."""
    if isinstance(control, str):
        return entity, find_measure(panel, control)
    pair = isinstance(control, tuple) and len(control) == 2
    if not pair or not isinstance(control[1], str):
        raise data_error("assess.control", control=control)
    whose, measure = control
    whose = whose if whose == OTHERS else str(find_entity(panel, whose))
    return whose, find_measure(panel, measure)


def control_series(
    panel: pd.DataFrame, control: tuple[str, str], entity: str
) -> pd.DataFrame:
    """Return `year, lower, value, upper` of the control, in years with both ends.

    The total of all others is missing where one of them is; its ends are the sums of
    theirs.
    """
    whose, measure = control
    series = series_of(panel, measure)
    series = series.assign(entity=series["entity"].astype(str))
    if whose == OTHERS:
        others = series[series["entity"] != entity]
        total = others.groupby("year")[list(ENDS)]
        least = max(others["entity"].nunique(), 1)
        series = total.sum(min_count=least).reset_index()
    else:
        series = series.loc[series["entity"] == whose, ["year", *ENDS]]
    return series[(series["lower"] > 0) & np.isfinite(series["upper"])]


def suggest_control(
    panel: pd.DataFrame, entity: str, economy: str, years: tuple[int, ...]
) -> tuple[str, str] | None:
    """Return a series of the record that a reader could name as control, if any.

    The tax or revenue of an area, a district or a city; else the economy of all other
    entities together. Known in every year in which both measures are.
    """
    kinds = panel.attrs.get("about", {}).get("kinds", {})
    areas = [entity, *(key for key in kinds if kinds[key] in AREAS)]
    found = [(key, measure) for key in areas for measure in AREA_MEASURES]
    found = [one for one in found if one[1] in panel and one != (entity, economy)]
    if pd.DataFrame(panel)["entity"].nunique() > 2:
        found.append((OTHERS, economy))
    for one in found:
        if set(years) <= set(control_series(panel, one, entity)["year"]):
            return one
    return None


def add_control(pairs: Pairs, series: pd.DataFrame) -> Pairs:
    """Return pairs with the levels of the control, in the years of the others."""
    years = [*pairs.years, *(year for step in pairs.printed for year in step)]
    rows = np.log(series.set_index("year").loc[years, list(ENDS)].to_numpy(dtype=float))
    ends = zip(ENDS, rows.reshape(-1, len(ENDS)).T, strict=True)
    return replace(pairs, z=Levels(**dict(ends)))


def centre(levels: Levels) -> Array:
    """Return one reading within the boxes: as printed, else the end that is finite."""
    end = np.where(np.isfinite(levels.lower), levels.lower, levels.upper)
    return np.where(np.isnan(levels.value), end, levels.value)


def centre_growths(pairs: Pairs, levels: Levels) -> Array:
    """Return the growths of one measure at one reading within its boxes."""
    return times(pairs.growth_map, centre(levels))


def is_point(*sides: Levels | None) -> bool:
    """Return whether every figure of some measures is a point."""
    return all((side.lower == side.upper).all() for side in sides if side is not None)


def nuisance_of(pairs: Pairs, *columns: Array) -> Array:
    """Return what every test takes out: the mean, other columns, and the control."""
    control = [] if pairs.z is None else [centre_growths(pairs, pairs.z)]
    return np.column_stack([np.ones(pairs.n), *columns, *control])


def weakest_r(r: Range) -> float:
    """Return the correlation of a range that is nearest to zero."""
    return float(np.fmax(r.lower, 0.0) + np.fmin(r.upper, 0.0))


def partial_range(pairs: Pairs, *columns: Array) -> Range:
    """Return the least and greatest correlation given columns and the control."""
    nuisance = nuisance_of(pairs, *columns)
    if is_point(pairs.x, pairs.y, pairs.z):
        one, two = (centre_growths(pairs, levels) for levels in (pairs.x, pairs.y))
        known = float(partial_r(one, two, nuisance))
        return Range(known, known) if abs(known) > TIE else Range(0.0, 0.0)
    x, y = (list_corners(pairs, levels) for levels in (pairs.x, pairs.y))
    r = correlation_range(pairs, x, y, nuisance)
    angle = sum(_turns(pairs, np.column_stack([np.ones(pairs.n), *columns]))[:2])
    if not angle:
        return r
    ends = np.arccos(np.clip(r, -1, 1))
    low, high = np.cos([min(ends[0] + angle, np.pi), max(ends[1] - angle, 0.0)])
    return Range(float(low), float(high))


def permuted(pairs: Pairs) -> PermutationTest:
    """Return the permutation test at one reading within the boxes."""
    x, y = (centre_growths(pairs, levels) for levels in (pairs.x, pairs.y))
    if pairs.z is None:
        return correlation_test(x, y)
    r, null, _ = reordered(x[None, :], y, nuisance_of(pairs))
    return judge_orders(float(r[0]), null[0], pairs.n)


def reordered(
    X: Array, y: Array, nuisance: Array, tried: NDArray[np.intp] | None = None
) -> tuple[Array, Array, Array]:
    """Return the partial r of each row of X with y, those of every order, and lengths.

    What the nuisance columns leave of `y` is reordered, and they are taken out again.
    The lengths are what they leave of each order, as shares of 1.
    """
    tried = orders(len(y)) if tried is None else tried
    basis, _ = np.linalg.qr(nuisance)
    one, two = residuals(X, nuisance), residuals(y, nuisance)
    one = one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-300)
    size = np.linalg.norm(two)
    two = two / size if size else two
    moved = two[tried]
    kept = np.sqrt(np.maximum(two @ two - ((moved @ basis) ** 2).sum(axis=1), 0.0))
    null = (one @ moved.T) / np.where(kept <= TIE, np.inf, kept)
    return one @ two, np.clip(null, -1, 1), kept


def p_range(pairs: Pairs, r: Range) -> Range:
    """Return bounds of the permutation p over the boxes; with a control not exact.

    `r` is the range of the partial correlation; where its sign is not settled the
    largest p is 1.
    """
    near = weakest_r(r)
    if pairs.z is None:
        one, two = (list_corners(pairs, levels) for levels in (pairs.x, pairs.y))
        return permutation_range(pairs, one, two, int(np.sign(near)))
    least = float(least_p(pairs.n))
    if not near:
        return Range(least, 1.0)
    x, y = (centre_growths(pairs, levels) for levels in (pairs.x, pairs.y))
    _, null, kept = reordered(x[None, :], y, nuisance_of(pairs))
    far = farthest(pairs, null[0], kept)
    return Range(least, share_beyond(int((far >= abs(near) - TIE).sum()), pairs.n))


def farthest(pairs: Pairs, null: Array, kept: Array) -> Array:
    """Return how far from zero each order can be within the boxes, at most.

    `null` and `kept` are the correlations and lengths that `reordered` returns. Both
    sides lie within angles; the economy's, and the swing of the control, weigh the more
    the less is left of an order.
    """
    nuisance = nuisance_of(pairs)
    *turns, swing = _turns(pairs, np.ones((pairs.n, 1)))
    angles = [
        min(_radius(pairs, levels, nuisance) + turn, np.pi)
        for levels, turn in zip((pairs.x, pairs.y), turns, strict=True)
    ]
    chord = 2 * np.sin(angles[1] / 2) + swing
    share = np.minimum(chord / np.maximum(kept, TIE), 1.0)
    angle = np.arccos(np.abs(null)) - angles[0] - np.arcsin(share)
    return np.where(share >= 1.0, 1.0, np.cos(np.maximum(angle, 0.0)))


def _turns(pairs: Pairs, base: Array) -> tuple[float, float, float]:
    """Return by how much the boxes of the control turn what is left of each measure.

    As angles, at most; and the sine of that of the control itself. `base` holds what is
    taken out beside it. The plane taken out turns by no more than the control does; of
    a measure at an angle to the control that much is left, and a turn weighs the more
    the less it is.
    """
    if pairs.z is None or is_point(pairs.z):
        return 0.0, 0.0, 0.0
    middle = centre_growths(pairs, pairs.z)
    swing = float(np.sin(min(_radius(pairs, pairs.z, base), np.pi / 2)))
    found = []
    for levels in (pairs.x, pairs.y):
        r = float(partial_r(centre_growths(pairs, levels), middle, base))
        away = max(np.arccos(abs(r)) - _radius(pairs, levels, base), 0.0)
        found.append(float(np.arcsin(min(swing / max(np.sin(away), swing), 1.0))))
    return found[0], found[1], swing


def _radius(pairs: Pairs, levels: Levels, base: Array) -> float:
    """Return the largest angle between what is left of the centre and of any corner."""
    corners = list_corners(pairs, levels)
    if corners is None or len(corners.rays):
        return np.pi
    if corners.is_point:
        return 0.0
    r = partial_r(corners.points, centre_growths(pairs, levels), base)
    return float(np.arccos(r).max()) if (r > 0).all() else np.pi
