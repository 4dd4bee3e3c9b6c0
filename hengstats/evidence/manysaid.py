"""Says what was found of many entities, in three scripts, each number marked."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.rule import LENIENT
from hengstats.evidence.shown import show_end, show_p, show_range, show_rate
from hengstats.ledger import name_number
from hengstats.vocabulary import say

Rows = Mapping[str, dict[Hashable, Any]]
Words = Mapping[str, str]
# Panels that have nothing to do with each other: random walks; entities whose mean
# growths of both measures go together; ups and downs of both larger in some of them;
# shocks that a few districts have of their own.
KINDS = ("random_walks", "confounded_drifts", "scales_tied", "district_shocks")
OURS, SHAKY = "assess", 4.0  # how our rows of the table begin; too few df


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Many:
    """What a verdict on many entities has beside that on one.

    Attributes
    ----------
    entities, alone, open_steps : int
        Entities in the fit; left out because they have one paired growth only; steps
        left out because a figure at one end is open.
    cluster, clusters : str, int
        The column by which entities are clustered, empty where each is its own; and
        how many clusters there are.
    strangers : int
        Entities that have others to exchange histories with.
    boxed, every_one : bool
        Whether some figure is more than a point; whether each entity was left out in
        turn for the largest p, or only those that matter most.
    alpha, detectable : float
        Limit of p; the slope that would be found in four cases of five.
    without : DataFrame
        `left_out, estimate`: the slope without each entity, or cluster.
    null : ndarray
        The slopes that exchanged histories give.
    """

    entities: int
    alone: int
    open_steps: int
    cluster: str
    clusters: int
    strangers: int
    boxed: bool
    every_one: bool
    alpha: float
    detectable: float
    without: pd.DataFrame
    null: NDArray[np.float64]


@cache
def panel_rates() -> tuple[pd.DataFrame, dict[str, int]]:
    """Return false alarms by procedure and number of entities, and how they arose.

    Simulated by `benchmarks/panels.py`: fractions, one column per kind of `KINDS`.
    """
    source = resources.files("hengstats.evidence").joinpath("panel_alarms.csv")
    with source.open(encoding="utf-8") as lines:
        head = next(lines)
        table = pd.read_csv(lines, index_col=["procedure", "entities"])
    return table, {key: int(n) for key, n in re.findall(r"(\w+)=(\d+)", head)}


def rates_of(entities: int) -> tuple[int, pd.DataFrame]:
    """Return the simulated number of entities nearest to one, and its rates."""
    table = panel_rates()[0]
    known = table.loc[OURS].index.to_numpy()
    nearest = int(known[np.abs(np.log(known / entities)).argmin()])
    own = table[table.index.get_level_values("entities") == nearest]
    return nearest, own.droplevel("entities")


def say_note(many: Many, alpha: str, lang: str) -> str:
    """Return what the rates of many entities are."""
    words = {**panel_rates()[1], "n": rates_of(many.entities)[0]}
    marked = {key: name_number(n, "many_simulated") for key, n in words.items()}
    return _say("refused_note", lang, alpha=alpha, **marked)


def say_plain(
    many: Many, finding: str, sign: int, rows: Rows, words: Words, lang: str
) -> list[str]:
    """Return the finding in sentences that need no statistics to be read."""
    found = finding in ("suggestive", "moves_together")
    bare = finding == "cannot_tell" and np.isnan(rows["p_value"]["value"])
    ending = "_opposite" if found and sign < 0 else "_bounds" if bare else ""
    parts = [_say(f"plain_{finding}{ending}", lang, **words)]
    if "estimate" not in rows:
        return [*parts, _say("flat", lang)]
    parts.append(_say("plain_size", lang, **_fitted(rows, lang)))
    parts += _why(many, rows, lang) if finding == "suggestive" else []
    if found:
        return [*parts, say("verdict", "association", lang)]
    return [*parts, _say("detectable", lang, detectable=_seen(many, lang))]


def say_tests(many: Many, finding: str, level: int, rows: Rows, lang: str) -> list[str]:
    """Say what was computed, what it rests on, and what it may overlook."""
    told = {"level": name_number(level, "rule")}
    parts = [_say("head", lang, finding=say("finding", finding, lang), **told)]
    if "estimate" not in rows:
        return parts
    one = _say("each_cluster" if many.cluster else "each", lang, cluster=many.cluster)
    words = {"one": one, "clusters": _n(many.clusters), **_fitted(rows, lang)}
    parts.append(_say("fit", lang, **words))
    if many.strangers:
        told = {"k": _n(many.strangers), "draws": _n(len(many.null))}
        told |= {"p": _p(rows["p_histories"]), "size": _p(rows["p_histories_by_size"])}
        parts.append(_say("histories", lang, **told))
    told = {"one": one, "p": _p(rows["p_without_one"])}
    if many.every_one:
        own = rows["estimate_without_one"]
        told |= {"low": _end(own, "lower", lang), "high": _end(own, "upper", lang)}
    parts.append(_say("without" if many.every_one else "without_some", lang, **told))
    if "p_wild" in rows and not np.isnan(rows["p_wild"]["value"]):
        parts.append(_say("wild", lang, p=_end(rows["p_wild"], "value", lang)))
    limits = {"alpha": f"{many.alpha:.3g}", "lenient": f"{LENIENT:.2f}"}
    limits = {key: name_number(limit, "rule") for key, limit in limits.items()}
    parts.append(_say("limits", lang, **limits))
    parts += _why(many, rows, lang) if finding == "suggestive" else []
    return [*parts, *_warnings(many, rows, lang)]


def _warnings(many: Many, rows: Rows, lang: str) -> list[str]:
    """Say what was left out, what the boxes add, and what the rule overlooks."""
    n, rates = rates_of(many.entities)
    rate = show_rate(float(rates["district_shocks"][OURS]))
    sentences = {
        "low_df": rows["df"]["lower"] < SHAKY,
        "boxes": many.boxed,
        "detectable": True,
        "blind": not many.cluster,
        "alone": many.alone,
        "open": many.open_steps,
    }
    words = {
        "df": _number(rows["df"], lang),
        "least": name_number(f"{SHAKY:.0f}", "rule"),
        "rate": name_number(rate, "many_simulated"),
        "n": name_number(n, "many_simulated"),
        "alone": _n(many.alone),
        "open": _n(many.open_steps),
        "detectable": _seen(many, lang),
    }
    return [_say(key, lang, **words) for key, holds in sentences.items() if holds]


def _why(many: Many, rows: Rows, lang: str) -> list[str]:
    """Say which of the checks was not passed."""
    checks = {
        "no_strangers": not many.strangers,
        "because_histories": many.strangers
        and rows["p_histories"]["upper"] > many.alpha,
        "because_one": rows["p_without_one"]["upper"] > LENIENT,
    }
    return [_say(key, lang) for key, failed in checks.items() if failed]


def _fitted(rows: Rows, lang: str) -> dict[str, str]:
    """Return slope, error and interval as they stand in a sentence."""
    names = ("estimate", "std_error", "df")
    return {name: _number(rows[name], lang) for name in names} | {
        "p": _p(rows["p_value"]),
        "sure": name_number("95%", "rule"),
        "low": _end(rows["conf_low"], "lower", lang),
        "high": _end(rows["conf_high"], "upper", lang),
    }


def _number(row: dict[Hashable, Any], lang: str) -> str:
    """Return the number at the printed figures, else its ends."""
    if not np.isnan(row["value"]):
        return _end(row, "value", lang)
    low, high = (
        "" if np.isnan(row[end]) else show_end(row["statistic"], row[end], end, lang)
        for end in ("lower", "upper")
    )
    return _n(show_range(low, high, lang))


def _end(row: dict[Hashable, Any], end: str, lang: str) -> str:
    """Return one end of a row, marked."""
    return _n(show_end(row["statistic"], row[end], end, lang))


def _p(row: dict[Hashable, Any]) -> str:
    """Return the largest p over the boxes as it stands in a sentence."""
    shown = _n(show_p(row["upper"]))
    sign = (
        "" if row["upper"] < 0.001 else "= " if row["lower"] == row["upper"] else "≤ "
    )
    return f"p {sign}{shown}"


def _seen(many: Many, lang: str) -> str:
    """Return the slope that would be found in most cases, marked."""
    return _n(show_end("estimate", many.detectable, "value", lang))


def _n(text: object) -> str:
    """Return a number marked as one of many entities."""
    return name_number(text, "many")


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the strings of many entities."""
    return say("many", key, lang, **blanks)
