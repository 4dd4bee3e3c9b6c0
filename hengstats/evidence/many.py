"""Climbs the evidence ladder for many entities: rungs three and four.

From five entities with two paired growths each. `moves_together` asks three things:
the p of the CR2 t test is at most .05; so is the share of exchanged histories that do
as well; and without any one entity the p is at most .10. The first alone is suggestive.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from hengstats.evidence.clustered import (
    Ends,
    Fit,
    Growths,
    Widest,
    box_sizes,
    fit_growths,
    gather,
    widest,
)
from hengstats.evidence.manysaid import Many, panel_rates, refuse_panel
from hengstats.evidence.placebos import (
    DRAWS,
    exchange_histories,
    list_strangers,
    wild_p,
)
from hengstats.evidence.rule import ALPHA, LENIENT
from hengstats.evidence.verdict import Verdict
from hengstats.indicators import ENDS
from hengstats.labels import shorten_list
from hengstats.messages import data_error
from hengstats.vocabulary import say

FEWEST, MANY = 5, 20  # entities on rung three and on rung four
FEWEST_CLUSTERS = 6
LISTED = 12  # entities whose own verdict a refusal lists
ALL, SOME = 100, 20  # up to so many each is left out for its p; else so many are


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
    alone: Callable[[str], Verdict],
) -> Verdict | None:
    """Return the verdict on many entities; None if fewer than two can be paired.

    Parameters
    ----------
    panel : DataFrame
        With the columns and names that `cluster` may mean.
    read, listed : DataFrame
        As `read_figures` returns, of all entities.
    measures : (str, str)
        Organisation and economy.
    shock_years, cluster, tried, lang
        As for `assess`.
    alone : callable
        The verdict on one entity, for those that are too few.

    Raises
    ------
    DataError
        If two to four entities can be fitted; if `cluster` names no column, leaves an
        entity without one, gives it two, or makes fewer than six.
    """
    whose = None if cluster is None else find_clusters(panel, read["entity"], cluster)
    growths, names, clusters = gather(read, measures, shock_years, whose)
    if len(growths.paired) < 2:
        return None
    n, groups = len(growths.entities), len(growths.clusters)
    if n < FEWEST:
        _refuse_few(names[growths.paired].tolist(), n, measures, alone)
    if cluster is not None and groups < FEWEST_CLUSTERS:
        told = {"n": groups, "least": FEWEST_CLUSTERS}
        raise data_error("many.few_clusters", cluster=cluster, **told)
    fit = fit_growths(growths)
    rows, many = climb_many(growths, fit, clusters, cluster)
    refused, own = refuse_panel(n)
    steps = _steps(growths, names)
    steps.attrs = panel.attrs
    both = f"{measures[1]} ~ {measures[0]}"
    table = [[both, name, *ends] for name, ends in rows.items()]
    low, _, high = rows["estimate"]
    return Verdict(
        entity="",
        organisation=measures[0],
        economy=measures[1],
        level=3 if n < MANY else 4,
        finding=find(rows, ALPHA / tried),
        sign=1 if low > 0 else -1 if high < 0 else 0,
        table=pd.DataFrame(table, columns=["measure", "statistic", *ENDS]),
        refused=refused,
        own_rates=own,
        n_growths=len(growths.first),
        years=tuple(np.union1d(growths.first, growths.last).tolist()),
        rate_years=panel_rates()[1]["years"],
        shock_years=shock_years,
        weakest_step=None,
        least_p=1 / (1 + DRAWS),
        detectable_r=None,
        alpha=ALPHA / tried,
        tried=tried,
        readings=listed,
        blind_spots={},
        steps=steps,
        null_r=np.zeros(0),
        n_entities=read["entity"].nunique(),
        lang=lang,
        many=many,
    )


def climb_many(
    growths: Growths,
    fit: Fit,
    names: NDArray[np.object_],
    cluster: str | None,
) -> tuple[dict[str, Ends], Many]:
    """Return the statistics of a fit by name, and what else a verdict says of it.

    `names` are those of the clusters.
    """
    boxed = any(box.any() for box in box_sizes(growths))
    used = np.union1d(growths.start, growths.end)
    bare = (
        np.isnan(growths.x.value[used]).any() or np.isnan(growths.y.value[used]).any()
    )
    wide = widest(growths, fit) if boxed or not fit.size else None
    rows = _fitted(fit, wide)
    everyone, alike = (list_strangers(growths, parts) for parts in (1, _parts(growths)))
    drawn, sized = (exchange_histories(growths, fit, w) for w in (everyone, alike))
    rows["p_histories"] = _from(*drawn[:2])
    rows["p_histories_by_size"] = _from(*sized[:2])
    rows |= _without_one(growths, fit, boxed)
    if len(growths.entities) >= MANY:
        rows["p_wild"] = (np.nan, wild_p(growths, fit), np.nan)
    if bare:
        rows = {key: (low, np.nan, high) for key, (low, _, high) in rows.items()}
    left_out = names[growths.cluster[growths.clusters]]
    without = pd.DataFrame({"left_out": left_out, "estimate": fit.without})
    many = Many(
        entities=len(growths.entities),
        alone=growths.n_alone,
        open_steps=growths.n_open,
        cluster=cluster or "",
        clusters=len(growths.clusters),
        strangers=int((np.bincount(everyone)[everyone] > 1).sum()),
        boxed=boxed,
        detectable=fit.std_error * float(stdtrit(fit.df, [0.975, 0.8]).sum()),
        checked=len(growths.clusters) <= ALL,
        without=without,
        null=drawn[2],
    )
    return rows, many


def find(rows: dict[str, Ends], alpha: float) -> str:
    """Return the finding: the weakest over the boxes.

    `cannot_tell` where the figures as printed would show something, or are not all
    points, and others inside the boxes need not.
    """
    printed, worst = (_find_at(rows, place, alpha) for place in (1, 2))
    unsettled = printed != "no_sign" or np.isnan(rows["p_value"][1])
    return "cannot_tell" if worst == "no_sign" and unsettled else worst


def _find_at(rows: dict[str, Ends], place: int, alpha: float) -> str:
    """Return the finding at the printed figures, or at the worst of the boxes."""
    if not rows["p_value"][place] <= alpha:
        return "no_sign"
    passed = rows["p_histories"][place] <= alpha
    passed &= rows["p_without_one"][place] <= LENIENT
    return "moves_together" if passed else "suggestive"


def _fitted(fit: Fit, wide: Widest | None) -> dict[str, Ends]:
    """Return slope, standard error, df, p and interval, with their ends."""
    if not fit.size:
        nothing = (np.nan,) * 3
        names = ("estimate", "std_error", "df", "conf_low", "conf_high")
        return {name: nothing for name in names} | {"p_value": (1.0, 1.0, 1.0)}
    away = fit.std_error * float(stdtrit(fit.df, 0.975))
    own = {
        "estimate": fit.estimate,
        "std_error": fit.std_error,
        "df": fit.df,
        "p_value": fit.p_value,
        "conf_low": fit.estimate - away,
        "conf_high": fit.estimate + away,
    }
    if wide is None:
        return {name: (value,) * 3 for name, value in own.items()}
    low, high = wide.conf()
    ends = {
        "estimate": wide.estimate,
        "std_error": (np.nan, wide.std_error),
        "df": (wide.df, np.nan),
        "p_value": (np.nan, wide.p_value),
        "conf_low": (low, np.nan),
        "conf_high": (np.nan, high),
    }
    return {name: (ends[name][0], own[name], ends[name][1]) for name in own}


def _without_one(growths: Growths, fit: Fit, boxed: bool) -> dict[str, Ends]:
    """Return the range of slopes with one left out, and the largest p among them.

    With many, p is worked out for those whose absence brings the slope nearest to 0.
    """
    if not fit.size:
        return {"p_without_one": (1.0, 1.0, 1.0)}
    order = np.argsort(fit.without * np.sign(fit.estimate), kind="stable")
    tried = order if len(order) <= ALL else order[:SOME]
    p = []
    for code in growths.cluster[growths.clusters][tried]:
        rest = growths.of(growths.cluster != code)
        one = fit_growths(rest)
        largest = widest(rest, one).p_value if boxed else one.p_value
        p.append((one.p_value, largest) if one.size else (1.0, 1.0))
    return {
        "estimate_without_one": (fit.without.min(), np.nan, fit.without.max()),
        "p_without_one": _from(*np.array(p).max(axis=0).tolist()),
    }


def _from(p: float, largest: float) -> Ends:
    """Return a p at the printed figures, and over the boxes if they change it."""
    return (p if p == largest else np.nan, p, largest)


def _parts(growths: Growths) -> int:
    """Return into how many parts by size histories stay: halves, or thirds from 15."""
    return 2 if len(growths.entities) < 15 else 3


def _steps(growths: Growths, names: NDArray[np.object_]) -> pd.DataFrame:
    """Return the paired growths of both measures, one step a row, with its entity."""
    span = growths.last - growths.first
    ends = {}
    for key, side in (("x", growths.x), ("y", growths.y)):
        first, last = side.of(growths.start), side.of(growths.end)
        ends |= {
            f"{key}_lower": (last.lower - first.upper) / span,
            f"{key}_value": (last.value - first.value) / span,
            f"{key}_upper": (last.upper - first.lower) / span,
        }
    years = {"from_year": growths.first, "year": growths.last}
    return pd.DataFrame({"entity": names[growths.entity], **years, **ends})


def find_clusters(panel: pd.DataFrame, whose: pd.Series, cluster: str) -> pd.Series:
    """Return the cluster of each row, from a column or the dataset's entities.

    Raises
    ------
    DataError
        If there is no such column, or an entity has none or several.
    """
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


def _refuse_few(
    names: list[str], n: int, measures: tuple[str, str], alone: Callable[[str], Verdict]
) -> None:
    """Refuse too few entities, with what is found of each by itself."""
    own = [
        f"{name}：{say('finding', alone(name).finding, 'zh-Hans')}"
        for name in names[:LISTED]
    ]
    told = {"organisation": measures[0], "economy": measures[1]}
    told |= {"names": shorten_list([*own, *names[LISTED:]], LISTED)}
    raise data_error("many.few", count=len(names), n=n, least=FEWEST, **told)
