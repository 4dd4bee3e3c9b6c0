"""Climbs the evidence ladder for many entities: rungs three and four.

From five entities on with two paired growths each. `moves_together` asks three things:
the p of the CR2 t test is at most .05; so is the share of exchanged histories that do
as well; and without any one entity the p is at most .10. The first alone is suggestive.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from hengstats.evidence.clustered import (
    DRAWS,
    Fit,
    Growths,
    exchange_histories,
    fit_growths,
    gather,
    list_strangers,
    widest,
    wild_p,
)
from hengstats.evidence.refusals import (
    KINDS,
    OURS,
    label_refusals,
    rate_table,
    rates_of,
)
from hengstats.evidence.rule import ALPHA, LENIENT, Ends
from hengstats.evidence.verdict import Many, Verdict
from hengstats.indicators import ENDS
from hengstats.labels import shorten_list
from hengstats.messages import data_error
from hengstats.vocabulary import say

FEWEST, MANY = 5, 20  # entities on rung three and on rung four
FEWEST_CLUSTERS = 6
THIRDS = 15  # entities from which histories stay within thirds by size, not halves
EVERY, SOME = 100, 20  # up to so many are left out in turn; else those that matter most
LISTED = 12  # entities whose own finding a refusal lists


def judge_many(
    panel: pd.DataFrame,
    read: pd.DataFrame,
    listed: pd.DataFrame,
    *,
    measures: tuple[str, str],
    shock_years: tuple[int, ...],
    cluster: str | None,
    tried: int,
    lang: str,
    alone: Callable[..., Verdict],
) -> Verdict | None:
    """Return the verdict on many entities; None if fewer than two have a growth.

    `panel` has the columns and names that `cluster` may mean; `read` and `listed` are
    as `read_figures` returns, `measures` organisation and economy, the others as for
    `assess`; `alone` takes `entity` and returns the verdict on it by itself.

    Raises
    ------
    DataError
        If two to four entities can be fitted; if `cluster` names no column, leaves an
        entity without one, gives it two, or makes fewer than six.
    """
    whose = read["entity"]
    if cluster is not None:
        whose = _find_clusters(panel, whose, cluster)
    growths = gather(read, whose, measures, shock_years)
    if len(growths.paired) < 2:
        return None
    n, groups = len(growths.entities), len(growths.clusters)
    if n < FEWEST:
        own = [
            f"{name}：{say('finding', alone(entity=name).finding, 'zh-Hans')}"
            for name in growths.paired[:LISTED]
        ]
        raise data_error(
            "many.few",
            count=len(growths.paired),
            n=n,
            least=FEWEST,
            organisation=measures[0],
            economy=measures[1],
            names=shorten_list([*own, *growths.paired[LISTED:]], LISTED),
        )
    if cluster is not None and groups < FEWEST_CLUSTERS:
        told = {"n": groups, "least": FEWEST_CLUSTERS}
        raise data_error("many.few_clusters", cluster=cluster, **told)
    alpha = ALPHA / tried
    rows, many = _climb(growths, cluster or "", alpha)
    low, _, high = rows.get("estimate", (0.0, 0.0, 0.0))
    both = f"{measures[1]} ~ {measures[0]}"
    table = [[both, name, *ends] for name, ends in rows.items()]
    steps = _list_steps(growths)
    steps.attrs = panel.attrs
    rates = rates_of(n)[1].sort_values("confounded_drifts", ascending=False)
    rates["false_alarm"] = rates["confounded_drifts"]
    refused = rates[~rates.index.str.startswith(OURS)].reset_index()
    return Verdict(
        entity="",
        organisation=measures[0],
        economy=measures[1],
        level=3 if n < MANY else 4,
        finding=_find(rows, alpha),
        sign=1 if low > 0 else -1 if high < 0 else 0,
        table=pd.DataFrame(table, columns=["measure", "statistic", *ENDS]),
        refused=label_refusals(refused, "zh-Hans"),
        own_rates={kind: float(rates[kind][OURS]) for kind in KINDS},
        n_growths=len(growths.start),
        years=tuple(np.unique(growths.year).tolist()),
        rate_years=rate_table("entities")[1]["years"],
        shock_years=shock_years,
        weakest_step=None,
        least_p=1 / (1 + DRAWS),
        detectable_r=None,
        alpha=alpha,
        tried=tried,
        readings=listed,
        blind_spots={},
        steps=steps,
        null_r=np.zeros(0),
        n_entities=read["entity"].nunique(),
        lang=lang,
        many=many,
    )


def _find(rows: dict[str, Ends], alpha: float) -> str:
    """Return the finding: the weakest over the boxes.

    `cannot_tell` where the figures as printed would show something, or are not all
    points, and others inside the boxes need not.
    """

    def at(place: int) -> str:
        if not rows["p_value"][place] <= alpha:
            return "no_sign"
        passed = rows["p_histories"][place] <= alpha
        passed &= rows["p_without_one"][place] <= LENIENT
        return "moves_together" if passed else "suggestive"

    printed, worst = at(1), at(2)
    unsettled = printed != "no_sign" or np.isnan(rows["p_value"][1])
    return "cannot_tell" if worst == "no_sign" and unsettled else worst


def _climb(
    growths: Growths, cluster: str, alpha: float
) -> tuple[dict[str, Ends], Many]:
    """Return the statistics by name, and what else a verdict says of them."""
    boxed, fit = bool(growths.box.any()), fit_growths(growths)
    n, everyone = len(growths.entities), list_strangers(growths)
    rows: dict[str, Ends] = {"p_value": (1.0, 1.0, 1.0)}
    without, null, detectable = np.full(len(growths.clusters), np.nan), np.zeros(0), 0.0
    if fit is not None:
        rows = _fitted(growths, fit, boxed)
        p, largest, null = exchange_histories(growths, fit, everyone)
        rows["p_histories"] = _from(p, largest)
        alike = list_strangers(growths, 2 if n < THIRDS else 3)
        rows["p_histories_by_size"] = _from(
            *exchange_histories(growths, fit, alike)[:2]
        )
        rows |= _without_one(growths, fit, boxed)
        if n >= MANY:
            rows["p_wild"] = (np.nan, wild_p(growths, fit), np.nan)
        without = fit.without
        detectable = fit.std_error * float(stdtrit(fit.df, [0.975, 0.8]).sum())
    if np.isnan(growths.ends).any():  # not of middles of boxes
        without = np.full_like(without, np.nan)
        rows = {key: (low, np.nan, high) for key, (low, _, high) in rows.items()}
    left_out = growths.groups[growths.cluster[growths.start[growths.clusters]]]
    return rows, Many(
        entities=n,
        alone=growths.n_alone,
        open_steps=growths.n_open,
        cluster=cluster,
        clusters=len(growths.clusters),
        strangers=int((np.bincount(everyone)[everyone] > 1).sum()),
        boxed=boxed,
        every_one=len(growths.clusters) <= EVERY,
        alpha=alpha,
        detectable=detectable,
        without=pd.DataFrame({"left_out": left_out, "estimate": without}),
        null=null,
    )


def _fitted(growths: Growths, fit: Fit, boxed: bool) -> dict[str, Ends]:
    """Return slope, standard error, df, p and interval, with their ends."""
    low, high, error, df, p = widest(growths, fit)
    own = fit.std_error * float(stdtrit(fit.df, 0.975))
    most = error * float(stdtrit(df, 0.975))
    at = (fit.estimate - own, fit.estimate + own)
    rows = {
        "estimate": (low, fit.estimate, high),
        "std_error": (np.nan, fit.std_error, error),
        "df": (df, fit.df, np.nan),
        "p_value": (np.nan, fit.p_value, p),
        "conf_low": (low - most, at[0], np.nan),
        "conf_high": (np.nan, at[1], high + most),
    }
    return rows if boxed else {key: (row[1],) * 3 for key, row in rows.items()}


def _from(p: float, largest: float) -> Ends:
    """Return a p at the printed figures, and over the boxes if they change it."""
    return (p if p == largest else np.nan, p, largest)


def _without_one(growths: Growths, fit: Fit, boxed: bool) -> dict[str, Ends]:
    """Return the range of slopes with one left out, and the largest p among them.

    With many, p is worked out for those whose absence brings the slope nearest to 0,
    and the range only where all figures are points.
    """
    order = np.argsort(fit.without * np.sign(fit.estimate), kind="stable")
    tried = order if len(order) <= EVERY else order[:SOME]
    whose = growths.cluster[growths.start]
    p, slopes = np.ones((len(tried), 2)), [] if boxed else fit.without.tolist()
    for place, left_out in enumerate(whose[growths.clusters[tried]]):
        rest = replace(growths, start=growths.start[whose != left_out])
        if one := fit_growths(rest):
            low, high, *_, largest = widest(rest, one)
            p[place] = one.p_value, largest
            slopes += [low, high] if boxed else []
    rows = {"p_without_one": _from(*p.max(axis=0).tolist())}
    if boxed and len(tried) < len(order):
        return rows
    return {"estimate_without_one": (min(slopes), np.nan, max(slopes)), **rows}


def _list_steps(growths: Growths) -> pd.DataFrame:
    """Return the paired growths of both measures, one step a row, with its entity."""
    start, (first, last) = growths.start, growths.years
    opposite = growths.ends[:, ::-1]
    ends = (growths.ends[..., start + 1] - opposite[..., start]) / growths.span
    columns = [f"{side}_{end}" for side in "xy" for end in ENDS]
    bounds = dict(zip(columns, ends.reshape(6, -1), strict=True))
    whose = growths.names[growths.entity[start]]
    return pd.DataFrame({"entity": whose, "from_year": first, "year": last, **bounds})


def _find_clusters(panel: pd.DataFrame, whose: pd.Series, cluster: str) -> pd.Series:
    """Return the cluster of each row, from a column or the dataset's entities."""
    known = panel.attrs.get("about", {}).get("groups", {}).get(cluster)
    if cluster in panel:
        pairs = pd.DataFrame(panel)[["entity", cluster]].dropna().drop_duplicates()
        pairs["entity"] = pairs["entity"].astype(str)
        for name in pairs.loc[pairs.duplicated("entity"), "entity"].head(1):
            raise data_error("many.two_clusters", entity=name, cluster=cluster)
        known = dict(zip(pairs["entity"], pairs[cluster], strict=True))
    if known is None:
        raise data_error("many.no_cluster", cluster=cluster)
    found = whose.map(known)
    for name in whose[found.isna() | (found == "")].head(1):
        raise data_error("many.without_cluster", entity=name, cluster=cluster)
    return found
