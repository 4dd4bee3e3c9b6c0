"""Says what was found of many entities, in three scripts.

As in `verdict`, every number in a sentence is marked with what it is.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hengstats.evidence.rule import ALPHA, LENIENT
from hengstats.evidence.shown import list_years, show_end, show_p, show_range, show_rate
from hengstats.ledger import name_number
from hengstats.vocabulary import say

Rows = Mapping[str, dict[Hashable, Any]]
# Panels that have nothing to do with each other: random walks; buildings whose mean
# growths of both measures go together; ups and downs of both larger in some buildings;
# shocks that a district shares.
KINDS = ("random_walks", "confounded_drifts", "scales_tied", "district_shocks")
OURS, SHAKY = "assess", 4.0  # rows of the table that are ours; too few df


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Many:
    """What a verdict on many entities has beside that on one.

    Attributes
    ----------
    entities, alone : int
        Entities in the fit; left out because they have one paired growth only.
    open_steps : int
        Steps left out because a figure at one end is open.
    cluster : str
        The column by which entities are clustered; empty where each is its own.
    clusters, strangers : int
        Number of clusters; entities that have others to exchange histories with.
    boxed : bool
        Whether some figure is more than a point.
    detectable : float
        The slope that would be found in four cases of five.
    checked : bool
        Whether every one was left out in turn for the largest p, or those that matter.
    without : DataFrame
        `left_out, estimate`: the slope without each entity, or cluster.
    null : ndarray
        The slopes that exchanged histories give, at the figures taken.
    """

    entities: int
    alone: int
    open_steps: int
    cluster: str
    clusters: int
    strangers: int
    boxed: bool
    detectable: float
    checked: bool
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


def nearest_size(entities: int) -> int:
    """Return the simulated number of entities nearest to one, on a log scale."""
    known = panel_rates()[0].loc[OURS].index
    return int(min(known, key=lambda n: (abs(np.log(n / entities)), n)))


def refuse_panel(entities: int) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return what is not computed of many entities, and how often our rule misleads.

    `procedure, label, reason, false_alarm` (that of buildings which grow at different
    speeds) and a column per kind of `KINDS`; the most misleading first.
    """
    rates = panel_rates()[0].xs(nearest_size(entities), level="entities")
    table = rates.drop(OURS).sort_values("confounded_drifts", ascending=False)
    table = table.reset_index()
    keys = table["procedure"]
    for place, (head, section) in enumerate(
        (("label", "many_procedure"), ("reason", "many_refusal")), start=1
    ):
        table.insert(place, head, [say(section, key, "zh-Hans") for key in keys])
    table.insert(3, "false_alarm", table["confounded_drifts"])
    return table, rates.loc[OURS].to_dict()


def panel_refusals(refused: pd.DataFrame, lang: str, *, marked: bool) -> pd.DataFrame:
    """Return what was refused as it is read, rates in percent."""
    keys = refused["procedure"]
    shown = {
        say("verdict", f"col_{head}", lang): [say(section, key, lang) for key in keys]
        for head, section in (
            ("procedure", "many_procedure"),
            ("reason", "many_refusal"),
        )
    }
    for kind in KINDS:
        rates = refused[kind].map(show_rate)
        column = rates.map(lambda rate: _simulated(rate) if marked else rate)
        shown[_say(kind, lang)] = column.tolist()
    return pd.DataFrame(shown)


def panel_note(many: Many, lang: str) -> str:
    """Return what the rates of many entities are."""
    head = panel_rates()[1]
    words = {
        "n": nearest_size(many.entities),
        "replications": f"{head['replications']:,}",
        "years": head["years"],
        "seed": head["seed"],
        "alpha": f"{ALPHA:.0%}",
    }
    marked = {key: _simulated(word) for key, word in words.items()}
    return _say("refused_note", lang, **marked)


def say_whose(
    many: Many, n: int, years: tuple[int, ...], words: Mapping[str, str], lang: str
) -> str:
    """Say how many entities and growths there are, and of which years."""
    told = {"k": _n(many.entities), "n": _n(n), "years": list_years(years, lang)}
    return _say("whose", lang, **told, **words)


def say_plain(
    many: Many, finding: str, sign: int, rows: Rows, words: Mapping[str, str], lang: str
) -> list[str]:
    """Return the finding in sentences that need no statistics to be read."""
    opposite = finding in ("suggestive", "moves_together") and sign < 0
    bare = finding == "cannot_tell" and np.isnan(rows["p_value"]["value"])
    ending = "_opposite" if opposite else "_bounds" if bare else ""
    key = f"plain_{finding}{ending}"
    parts = [_say(key, lang, **words)]
    if not np.isnan(rows["estimate"]["upper"]):
        parts.append(_say("plain_size", lang, **_slope(rows, lang)))
    if finding == "suggestive":
        parts += _why(many, rows, lang)
    if finding in ("suggestive", "moves_together"):
        parts.append(say("verdict", "association", lang))
    elif finding == "no_sign" and np.isfinite(many.detectable):
        parts.append(_detectable(many, lang))
    return parts


def say_tests(
    many: Many, finding: str, level: int, alpha: float, rows: Rows, lang: str
) -> list[str]:
    """Say what was computed, what it rests on, and what it may overlook."""
    head = say("finding", finding, lang)
    parts = [_say("head", lang, level=_rule(level), finding=head)]
    if np.isnan(rows["estimate"]["upper"]):
        return [*parts, _say("flat", lang)]
    one = _say("each_cluster" if many.cluster else "each", lang, cluster=many.cluster)
    words = {"one": one, "clusters": _n(many.clusters), **_slope(rows, lang)}
    for key in ("std_error", "df"):
        words[key] = _number(rows[key], lang)
    parts.append(_say("fit", lang, p=_p(rows["p_value"]), **words))
    if many.strangers:
        told = {"k": _n(many.strangers), "draws": _n(len(many.null))}
        told |= {"p": _p(rows["p_histories"]), "size": _p(rows["p_histories_by_size"])}
        parts.append(_say("histories", lang, **told))
    ends = [_end(rows["estimate_without_one"], end, lang) for end in ("lower", "upper")]
    told = {"one": one, "low": ends[0], "high": ends[1]}
    told |= {"p": _p(rows["p_without_one"])}
    key = "without" if many.checked else "without_some"
    parts.append(_say(key, lang, **told))
    if "p_wild" in rows and not np.isnan(rows["p_wild"]["value"]):
        parts.append(_say("wild", lang, p=_end(rows["p_wild"], "value", lang)))
    limits = {"alpha": _rule(f"{alpha:.3g}"), "lenient": _rule(f"{LENIENT:.2f}")}
    parts.append(_say("limits", lang, **limits))
    if finding == "suggestive":
        parts += _why(many, rows, lang)
    parts += _warnings(many, rows, lang)
    if finding in ("suggestive", "moves_together"):
        parts.append(say("verdict", "association", lang))
    return parts


def _warnings(many: Many, rows: Rows, lang: str) -> list[str]:
    """Say what was left out, what the boxes add, and what the rule overlooks."""
    parts = []
    if rows["df"]["lower"] < SHAKY:
        df = _number(rows["df"], lang)
        parts.append(_say("low_df", lang, df=df, least=_rule(f"{SHAKY:.0f}")))
    if many.boxed:
        parts.append(_say("boxes", lang))
    if np.isfinite(many.detectable):
        parts.append(_detectable(many, lang))
    if not many.cluster:
        n = nearest_size(many.entities)
        rate = panel_rates()[0].loc[(OURS, n), "district_shocks"]
        told = {"rate": _simulated(show_rate(rate)), "n": _simulated(n)}
        parts.append(_say("blind", lang, **told))
    if many.alone:
        parts.append(_say("alone", lang, k=_n(many.alone)))
    if many.open_steps:
        parts.append(_say("open", lang, k=_n(many.open_steps)))
    return parts


def _why(many: Many, rows: Rows, lang: str) -> list[str]:
    """Say which of the checks was not passed."""
    parts = []
    if not many.strangers:
        parts.append(_say("no_strangers", lang))
    elif rows["p_histories"]["upper"] > ALPHA:
        parts.append(_say("because_histories", lang))
    if rows["p_without_one"]["upper"] > LENIENT:
        parts.append(_say("because_one", lang))
    return parts


def _slope(rows: Rows, lang: str) -> dict[str, str]:
    """Return slope and interval as they stand in a sentence."""
    return {
        "estimate": _number(rows["estimate"], lang),
        "low": _end(rows["conf_low"], "lower", lang),
        "high": _end(rows["conf_high"], "upper", lang),
    }


def _number(row: dict[Hashable, Any], lang: str) -> str:
    """Return the number at the printed figures, else its ends."""
    if not np.isnan(row["value"]):
        return _end(row, "value", lang)
    ends = [
        show_end(row["statistic"], row[end], end, lang) for end in ("lower", "upper")
    ]
    return _n(show_range(*ends, lang))


def _end(row: dict[Hashable, Any], end: str, lang: str) -> str:
    """Return one end of a row, marked."""
    return _n(show_end(row["statistic"], row[end], end, lang))


def _p(row: dict[Hashable, Any]) -> str:
    """Return the largest p over the boxes as it stands in a sentence."""
    shown = show_p(row["upper"])
    if row["upper"] < 0.001:
        return f"p {_n(shown)}"
    settled = np.isclose(row["value"], row["upper"], rtol=1e-9, atol=0)
    return f"p {'=' if settled else '≤'} {_n(shown)}"


def _detectable(many: Many, lang: str) -> str:
    """Say how large a slope would have been found."""
    shown = show_end("estimate", many.detectable, "value", lang)
    return _say("detectable", lang, detectable=_n(shown))


def _n(text: object) -> str:
    """Return a number marked as one of many entities."""
    return name_number(text, "many")


def _simulated(text: object) -> str:
    """Return a number marked as one of the simulation of panels."""
    return name_number(text, "many_simulated")


def _rule(text: object) -> str:
    """Return a threshold of the rule, marked."""
    return name_number(text, "rule")


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the strings of many entities."""
    return say("many", key, lang, **blanks)
