"""What can these data carry: the evidence ladder for one building."""

import operator
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import factorial

import numpy as np
import pandas as pd

from hengstats.errors import DataError
from hengstats.evidence.pairs import Pairs, growth_bounds, pair_growths
from hengstats.evidence.permutation import DRAWS, LONGEST
from hengstats.evidence.power import detectable_r
from hengstats.evidence.readings import Readings, read_figures
from hengstats.evidence.refusals import choose_years, list_refusals, own_rates
from hengstats.evidence.rule import ALPHA, RULED, TESTABLE, Climb, climb
from hengstats.evidence.shown import label_refusals
from hengstats.evidence.verdict import Verdict
from hengstats.indicators import ENDS, cagr, growth
from hengstats.vocabulary import check_language

# What rule E mistakes for an association, and how often with six to eight years;
# METHODS, section 3, simulated again by `benchmarks/blind_spots.py`.
BLIND_SPOTS = {
    "curved_slowdown": (0.08, 0.22),
    "two_shocks": (0.13, 0.26),
    "strong_slowdown": (0.05, 0.07),
}


def assess(
    panel: pd.DataFrame,
    *,
    organisation: str,
    economy: str,
    shock_years: Iterable[int] = (),
    readings: Readings | None = None,
    entity: str | None = None,
    tried: int = 1,
    lang: str = "zh-Hans",
) -> Verdict:
    """Return what the data carry of an association of two measures of one entity.

    Climbs the evidence ladder as far as the paired growths reach: below four nothing
    is tested, with four the verdict is at most suggestive, from five on rule E decides.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns; any frame with `entity`, `year` and both measures,
        `<measure>_lower` and `<measure>_upper` beside them where only bounds are known.
    organisation, economy : str
        Measures of the panel, such as `branch_members` and `tax_revenue`; positive.
    shock_years : list of int
        Years in which something known hit both; the growth into each is left out.
    readings : mapping, optional
        How figures are read. By default "近" is read both ways, and the weaker counts.
        `{"nearly": "narrow"}`; `{measure: "exact"}` for a ledger's figures;
        `{(measure, year): (low, high)}` for bounds of the user's own, such as a cap.
    entity : str, optional
        Which entity; by default the only one with paired growths.
    tried : int
        How many pairs of measures or ways to compute were looked at, this one included.
        The limit of the permutation p is divided by it (Bonferroni).
    lang : str
        Language in which the verdict shows itself: `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    Verdict

    Raises
    ------
    DataError
        If there is no such measure or entity, the two measures are one, several
        entities have paired growths, a figure is no number or not positive, a shock
        year lies in
        no step, a reading names no figure, or `tried` is less than 1.

    Examples
    --------
    >>> import hengstats as hs
    >>> verdict = assess(
    ...     hs.build_panel("plaza66"),
    ...     organisation="branch_members",
    ...     economy="tax_revenue",
    ... )
    >>> verdict.level, verdict.finding, verdict.n_growths
    (0, 'not_enough_data', 0)
    """
    check_language(lang)
    _check_asked(panel, (organisation, economy), readings, tried)
    shocks, panel = _list_shocks(shock_years), _named(panel, entity)
    if organisation == economy:
        raise DataError(
            f"两边是同一个指标“{economy}”，自己与自己总是同步。请换一个。"
            f" [organisation and economy are both {economy!r}]"
        )
    measures = (organisation, economy)
    whose = None if entity is None else str(entity)
    read, listed = read_figures(panel, measures, whose, readings)
    pairs = pair_growths(read, organisation, economy, shocks, whose)
    listed = listed[listed["entity"] == pairs.entity] if pairs.entity else listed
    result = climb(pairs, ALPHA / tried) if pairs.n >= TESTABLE else None
    known = listed[(listed["measure"] == economy) & (listed["entity"] == pairs.entity)]
    years = choose_years(pairs.years, tuple(sorted(known["year"].tolist())))
    entities = panel["entity"].nunique()
    refused = list_refusals(pairs.n, years, 1 if pairs.entity else entities)
    steps = _steps(pairs)
    steps.attrs = panel.attrs
    return Verdict(
        entity=pairs.entity,
        organisation=organisation,
        economy=economy,
        level=0 if result is None else 1 if pairs.n < RULED else 2,
        finding=result.finding if result else "not_enough_data",
        sign=result.sign if result else 0,
        table=_table(pairs, read, measures, result),
        refused=label_refusals(refused, pairs.n, least_p(pairs.n), "zh-Hans"),
        own_rates=own_rates(years),
        n_growths=pairs.n,
        years=pairs.years,
        simulated_years=years,
        shock_years=shocks,
        weakest_step=result.weakest_step if result else None,
        least_p=result.least_p if result else float(least_p(pairs.n)),
        detectable_r=detectable_r(pairs.n),
        alpha=ALPHA / tried,
        tried=tried,
        readings=listed.reset_index(drop=True),
        blind_spots=dict(BLIND_SPOTS) if pairs.n >= RULED else {},
        steps=steps,
        null_r=result.null_r if result else np.zeros(0),
        n_entities=entities,
        lang=lang,
    )


def _check_asked(
    panel: object,
    measures: tuple[object, object],
    readings: object,
    tried: object,
) -> None:
    """Refuse an argument that is not of its kind."""
    if not isinstance(panel, pd.DataFrame):
        raise DataError(
            f"panel 要是一张数据表（DataFrame），这里是 {type(panel).__name__}。"
            "请用 hs.build_panel(...) 或 pandas 读入。 [panel is not a DataFrame]"
        )
    for measure in measures:
        if not isinstance(measure, str) or measure in ("entity", "year"):
            raise DataError(
                f"organisation 和 economy 各写一个指标的名字，这里是 {measure!r}。"
                f" [not the name of a measure: {measure!r}]"
            )
    if readings is not None and not isinstance(readings, Mapping):
        raise DataError(
            "readings 要写成 {...} 的形式，如 {'nearly': 'narrow'}。"
            f" [readings is a {type(readings).__name__}]"
        )
    if not isinstance(tried, int) or tried < 1:
        raise DataError(
            f"tried={tried!r}：要写整数，至少是 1，即这一次。 [tried={tried!r}]"
        )


def _list_shocks(shock_years: int | Iterable[int]) -> tuple[int, ...]:
    """Return the shock years in order, each once."""
    years = [shock_years] if isinstance(shock_years, int) else shock_years
    try:
        return tuple(sorted({operator.index(year) for year in years}))
    except TypeError as fault:
        raise DataError(
            f"shock_years 要写成年份的列表，如 [2020]，这里是 {shock_years!r}。"
            f" [shock_years={shock_years!r}]"
        ) from fault


def _named(panel: pd.DataFrame, entity: object) -> pd.DataFrame:
    """Return the panel with its entities as text, the one asked for among them."""
    if "entity" not in panel:
        return panel  # refused where it is read
    named = panel.assign(
        entity=panel["entity"].astype(str).where(panel["entity"].notna())
    )
    here = [str(key) for key in named["entity"].dropna().unique()]
    if entity is not None and str(entity) not in here:
        raise DataError(
            f"表里没有“{entity}”。请从这些里选：{'、'.join(here[:12])}。"
            f" [no entity {entity!r}]"
        )
    return named


def least_p(n: int) -> Fraction:
    """Return the smallest p that an exact test of `n` growths can give.

    Two growths always agree or disagree wholly: their p is 1.
    """
    if n <= 2:
        return Fraction(1)
    return Fraction(1, factorial(n)) if n <= LONGEST else Fraction(1, DRAWS + 1)


def _steps(pairs: Pairs) -> pd.DataFrame:
    """Return the paired growths of both measures, one step a row."""
    years = pd.DataFrame(list(pairs.steps), columns=["from_year", "year"])
    sides = [
        pd.DataFrame(
            growth_bounds(pairs, levels), columns=[f"{side}_{e}" for e in ENDS]
        )
        for side, levels in (("x", pairs.x), ("y", pairs.y))
    ]
    return pd.concat([years, *sides], axis=1)


def _table(
    pairs: Pairs, read: pd.DataFrame, measures: tuple[str, str], result: Climb | None
) -> pd.DataFrame:
    """Return the growths and the statistics, tidy."""
    rows = []
    steps = _steps(pairs)
    for side, measure in zip("xy", measures, strict=True):
        for step in steps.to_dict("records"):
            name = f"growth {step['from_year']:.0f}-{step['year']:.0f}"
            rows.append([measure, name, *(step[f"{side}_{end}"] for end in ENDS)])
    if result is None and pairs.entity:
        rows = _own_growths(read[read["entity"] == pairs.entity], measures)
    if pairs.n:
        rows.append([_both(measures), "same_direction", *_same_direction(pairs)])
    if result is not None:
        rows += [
            [_both(measures), s.name, s.lower, s.value, s.upper]
            for s in result.statistics
        ]
    return pd.DataFrame(rows, columns=["measure", "statistic", *ENDS])


def _own_growths(own: pd.DataFrame, measures: tuple[str, str]) -> list[list]:
    """Return every growth of either measure, whether the other is known or not."""
    rows: list[list] = []
    for measure in measures:
        steps = growth(own, measure)
        for step in steps.to_dict("records"):
            name = f"growth {step['from_year']}-{step['year']}"
            rows.append([measure, name, *(step[end] for end in ENDS)])
        if len(steps) > 1:
            whole = cagr(own, measure).iloc[0]
            name = f"average_growth {whole['from_year']}-{whole['year']}"
            rows.append([measure, name, *np.log1p(whole[ENDS].astype(float))])
    return rows


def _same_direction(pairs: Pairs) -> tuple[float, float, float]:
    """Return in how many steps both moved one way: surely, as printed, possibly."""
    x, y = growth_bounds(pairs, pairs.x), growth_bounds(pairs, pairs.y)
    surely = ((x[:, 0] > 0) & (y[:, 0] > 0)) | ((x[:, 2] < 0) & (y[:, 2] < 0))
    possibly = ((x[:, 2] > 0) & (y[:, 2] > 0)) | ((x[:, 0] < 0) & (y[:, 0] < 0))
    known = np.isfinite(x[:, 1]) & np.isfinite(y[:, 1])
    printed = float((x[:, 1] * y[:, 1] > 0).sum()) if known.all() else np.nan
    return float(surely.sum()), printed, float(possibly.sum())


def _both(measures: tuple[str, str]) -> str:
    """Return how a row that concerns both measures is labelled."""
    return f"{measures[1]} ~ {measures[0]}"
