"""Takes a control series out of both measures: what a district or a city did anyway.

The control's growth is partialled out in every test of rule E, at the price of one
growth. Where its figures are boxes, the plane that is taken out turns within them; by
how much at most is an angle, and every correlation is widened by it. So is each order
of Freedman and Lane's permutation (1983), of what the control leaves of the economy.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.envelope import (
    Corners,
    Range,
    list_corners,
    residuals,
)
from hengstats.evidence.pairs import Array, Levels, Pairs, times
from hengstats.evidence.permutation import (
    LONGEST,
    TIE,
    PermutationTest,
    orders,
    share_beyond,
)
from hengstats.indicators import ENDS
from hengstats.labels import find_entity, find_measure
from hengstats.messages import data_error
from hengstats.panel import series_of

Control = str | tuple[str, str]
Sides = tuple[Corners | None, Corners | None]
# The total of all other entities of the panel, which leaves out the one judged.
OTHERS = "others"
AREAS = ("area", "sub-district", "district", "city")
AREA_MEASURES = ("area_tax", "budget_revenue")


def find_control(panel: pd.DataFrame, control: object, entity: str) -> tuple[str, str]:
    """Return whose and which series is meant, or refuse what is no series."""
    if isinstance(control, str):
        return entity, find_measure(panel, control)
    pair = control
    if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], str)):
        raise data_error("assess.control", control=control)
    whose = pair[0] if pair[0] == OTHERS else str(find_entity(panel, pair[0]))
    measure = find_measure(panel, pair[1])
    return whose, measure


def control_series(
    panel: pd.DataFrame, control: tuple[str, str], entity: str
) -> pd.DataFrame:
    """Return `year, lower, value, upper` of the control, where it is known at all.

    The total of all others is known in the years in which each of them is; its ends
    are the sums of theirs.
    """
    whose, measure = control
    series = series_of(panel, measure)
    series = series.assign(entity=series["entity"].astype(str))
    if whose != OTHERS:
        own = series[series["entity"] == whose]
        return own[["year", *ENDS]].sort_values("year").reset_index(drop=True)
    others = series[series["entity"] != entity]
    counted = others.groupby("year")["entity"].nunique()
    whole = counted.index[counted == others["entity"].nunique()]
    total = others[others["year"].isin(whole)].groupby("year")[list(ENDS)]
    return total.sum(min_count=max(others["entity"].nunique(), 1)).reset_index()


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
    for one in found if years else []:
        series = control_series(panel, one, entity)
        known = series.loc[series[["lower", "upper"]].notna().any(axis=1), "year"]
        if set(years) <= set(known):
            return one
    return None


def known_years(series: pd.DataFrame) -> set[int]:
    """Return the years in which a control has two ends."""
    ends = series[["lower", "upper"]].to_numpy(dtype=float)
    closed = np.isfinite(ends).all(axis=1) & (ends[:, 0] > 0)
    return set(series.loc[closed, "year"].astype(int).tolist())


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


def control_column(pairs: Pairs) -> Array:
    """Return the growth of the control as one more column, or no column."""
    if pairs.z is None:
        return np.zeros((pairs.n, 0))
    return times(pairs.growth_map, centre(pairs.z))[:, None]


def turns(pairs: Pairs, sides: Sides, base: Array) -> tuple[float, float]:
    """Return by how much the boxes of the control turn what is left of each measure.

    As angles, at most. `base` holds what is taken out beside the control. The plane
    taken out turns by no more than the control itself does; of a measure at an angle
    to the control that much is left, and a turn weighs the more the less it is.
    """
    if pairs.z is None or (pairs.z.lower == pairs.z.upper).all():
        return 0.0, 0.0
    control = list_corners(pairs, pairs.z)
    middle = residuals(control_column(pairs)[:, 0], base)
    swing = np.sin(min(radius(control, middle, base), np.pi / 2))
    found = []
    for side, levels in zip(sides, (pairs.x, pairs.y), strict=True):
        own = residuals(times(pairs.growth_map, centre(levels)), base)
        away = np.arccos(min(abs(_cosine(own, middle)), 1.0))
        away = max(away - radius(side, own, base), 0.0)
        found.append(float(np.arcsin(min(swing / max(np.sin(away), swing), 1.0))))
    return found[0], found[1]


def radius(side: Corners | None, middle: Array, base: Array) -> float:
    """Return the largest angle between what is left of a middle and of any corner."""
    if side is None or len(side.rays):
        return np.pi
    if side.is_point:
        return 0.0
    left = residuals(side.points, base)
    near = min(_cosine(one, middle) for one in left)
    return float(np.arccos(np.clip(near, -1, 1))) if near > 0 else np.pi


def widened(r: Range, angle: float) -> Range:
    """Return a range of correlations after a turn by so much at most."""
    if not angle:
        return r
    ends = np.arccos(np.clip([r.lower, r.upper], -1, 1))
    low, high = np.cos([min(ends[0] + angle, np.pi), max(ends[1] - angle, 0.0)])
    return Range(float(low), float(high))


def _cosine(one: Array, two: Array) -> float:
    """Return the cosine of two vectors; 0 where one is nothing."""
    size = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float(one @ two) / size if size else 0.0


def freedman_lane(x: Array, y: Array, nuisance: Array) -> PermutationTest:
    """Return the permutation test of the partial correlation of two series of growths.

    What the nuisance columns leave of `y` is reordered, and they are taken out again.
    """
    r, null, _ = reordered(x[None, :], y, nuisance)
    if not r.any() and not null.any():
        flat = np.zeros(null.shape[1])
        return PermutationTest(statistic=np.nan, p_value=1.0, least_p=1.0, null=flat)
    distance, n = np.abs(null[0]), len(y)
    beyond = (int((distance >= abs(one) - TIE).sum()) for one in (r[0], distance.max()))
    hits, fewest = beyond
    return PermutationTest(
        statistic=float(r[0]),
        p_value=share_beyond(hits, n),
        least_p=share_beyond(fewest if n <= LONGEST else 0, n),
        null=null[0],
    )


def reordered(
    X: Array, y: Array, nuisance: Array, tried: NDArray[np.intp] | None = None
) -> tuple[Array, Array, Array]:
    """Return the partial r of each row of X with y, those of every order, and lengths.

    The lengths are what the nuisance columns leave of each order, as shares of 1.
    """
    tried = orders(len(y)) if tried is None else tried
    basis, _ = np.linalg.qr(nuisance)
    one, two = residuals(X, nuisance), residuals(y, nuisance)
    one = one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-300)
    size = np.linalg.norm(two)
    two = two / size if size else two
    moved = two[tried]
    lost = ((moved @ basis) ** 2).sum(axis=1)
    kept = np.sqrt(np.maximum(1 - lost, 0.0)) if size else np.zeros(len(moved))
    null = (one @ moved.T) / np.where(kept <= TIE, np.inf, kept)
    return one @ two, np.clip(null, -1, 1), kept


def farthest(
    null: Array, kept: Array, turn_x: float, turn_y: float, swing: float
) -> Array:
    """Return how far from zero each order can be within the boxes, at most.

    `turn_x` and `turn_y` are the angles within which both sides lie, and `swing` the
    sine of the angle by which the control turns.
    """
    if not (turn_x or turn_y or swing):
        return np.abs(null)
    chord = 2 * np.sin(min(turn_y, np.pi) / 2) + swing
    share = np.minimum(chord / np.where(kept <= TIE, TIE, kept), 1.0)
    angle = np.arccos(np.abs(null)) - turn_x - np.arcsin(share)
    far = np.cos(np.maximum(angle, 0.0))
    return np.where(share >= 1.0, 1.0, far)


def reach(pairs: Pairs, sides: Sides, base: Array) -> tuple[float, float, float]:
    """Return the angles within which both sides lie, and the swing of the control."""
    nuisance = np.column_stack([base, control_column(pairs)])
    turned = turns(pairs, sides, base)
    angles = []
    for side, levels, turn in zip(sides, (pairs.x, pairs.y), turned, strict=True):
        own = residuals(times(pairs.growth_map, centre(levels)), nuisance)
        angles.append(min(radius(side, own, nuisance) + turn, np.pi))
    swing = 0.0
    if pairs.z is not None:
        middle = residuals(control_column(pairs)[:, 0], base)
        control = list_corners(pairs, pairs.z)
        swing = float(np.sin(min(radius(control, middle, base), np.pi / 2)))
    return angles[0], angles[1], swing


def lane_range(pairs: Pairs, sides: Sides, r: Range) -> Range:
    """Return bounds of Freedman and Lane's p over the boxes; safe, not exact.

    `r` is the range of the partial correlation; where its sign is not settled the
    largest p is 1.
    """
    n, base = pairs.n, np.ones((pairs.n, 1))
    least = share_beyond(1 if n <= LONGEST else 0, n)
    nearest = r.lower if r.lower > 0 else -r.upper if r.upper < 0 else 0.0
    if not nearest > 0:
        return Range(least, 1.0)
    x, y = (times(pairs.growth_map, centre(side)) for side in (pairs.x, pairs.y))
    nuisance = np.column_stack([base, control_column(pairs)])
    _, null, kept = reordered(x[None, :], y, nuisance)
    far = farthest(null[0], kept, *reach(pairs, sides, base))
    return Range(least, share_beyond(int((far >= nearest - TIE).sum()), n))
