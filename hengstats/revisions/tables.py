"""How does one changed figure, or one changed conclusion, read in a table?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hengstats.revisions.conclusions import LATEST, VERDICT, Conclusion, State
from hengstats.vocabulary import LANGUAGES, name, say

if TYPE_CHECKING:
    from hengstats.revisions.result import Changes

MOST_NAMED, LONG = 6, 24
# A number that names no unit: 26.3, 约300, 20余; the unit of 2以上 stands inside.
_BARE = re.compile(
    r"(?P<number>.*\d(?:余|多|餘)?)(?P<hedge>以上|以下|左右|上下|及以上|及以下)?",
    re.DOTALL,
)
OPPOSITE = {"moves_together": "moves_opposite", "suggestive": "suggestive_opposite"}
CONCLUSIONS = ["entity", "what", "measure", "before", "after", "because"]


def conclusions_table(
    changes: Changes, lang: str, most: int | None = None
) -> pd.DataFrame:
    """Return the first changed conclusions in words: the columns of `CONCLUSIONS`."""
    rows = [
        [
            called(changes, one.entity, lang),
            what_label(one, lang),
            one.measure,
            state_text(one.before, one.what, lang),
            state_text(one.after, one.what, lang),
            because_text(changes, one, lang),
        ]
        for one in changes.found[:most]
    ]
    return pd.DataFrame(rows, columns=CONCLUSIONS, dtype=object)


def figures_table(changes: Changes, figures: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return changed figures as they are read."""
    rows = [
        [
            called(changes, row["entity"], lang),
            name("measure", row["measure"], lang),
            str(row["year"]),
            say("changes", row["change"], lang),
            wording(row["old"], row["old_unit"], lang),
            wording(row["new"], row["new_unit"], lang),
            reason_text(row, lang) or "—",
            source_text(row, lang),
        ]
        for row in figures.to_dict("records")
    ]
    keys = ("entity", "measure", "year", "change", "old", "new", "reason", "source")
    heads = [say("changes", f"col_{key}", lang) for key in keys]
    return pd.DataFrame(rows, columns=heads, dtype=object)


def called(changes: Changes, entity: str, lang: str) -> str:
    """Return the name of an entity, or its key."""
    names = changes.about["entities"].get(entity)
    return names[LANGUAGES.index(lang)] if names else entity


def wording(printed: str, unit: str, lang: str) -> str:
    """Return a wording as printed, with its unit where it names none."""
    if not printed:
        return "—"
    bare = _BARE.fullmatch(printed)
    if not bare or unit in ("fraction", "percent", ""):
        return printed
    label = name("unit", unit, lang)
    if lang == "en":
        apart = label[0].isdigit() or bare["hedge"]
        return f"{printed} ({label})" if apart else f"{printed} {label}"
    return bare["number"] + label + (bare["hedge"] or "")


def counts_text(figures: pd.DataFrame, lang: str) -> str:
    """Return how many figures changed, by kind."""
    if figures.empty:
        return say("changes", "same_figures", lang)
    counts = figures["change"].value_counts()
    kinds = {key: int(counts.get(key, 0)) for key in ("revised", "withdrawn", "added")}
    told = say("changes", "counts", lang, **kinds)
    restated = int(counts.get("restated", 0))
    return told + (say("changes", "counts_restated", lang, n=restated) * bool(restated))


def reason_text(row: dict[Any, Any], lang: str) -> str:
    """Return why a figure changed: as stated, or else the rule that decided."""
    if row["rule"] == "vintage":
        return say("changes", "later_sheet", lang)
    return name("rule", row["rule"], lang) if row["rule"] else row["reason"]


def source_text(row: dict[Any, Any], lang: str) -> str:
    """Return who published the figure, and when."""
    date = row["published"] or say("word", "undated", lang)
    return say("changes", "source", lang, publisher=row["publisher"], date=date)


def what_label(one: Conclusion, lang: str) -> str:
    """Return what a conclusion is about."""
    measure = name("measure", one.measure, lang)
    return say("changes", f"what_{one.what}", lang, measure=measure)


def state_text(state: State | None, what: str, lang: str) -> str:
    """Return what a conclusion says."""
    if state is None:
        return say("changes", "none", lang)
    if what == VERDICT:
        key = OPPOSITE.get(state.finding, "") if state.sign < 0 else ""
        finding = say("finding", key or state.finding, lang)
        return say("changes", "verdict", lang, finding=finding, level=state.level)
    if what == LATEST:
        printed = wording(state.printed, state.unit, lang)
        return say("changes", "latest", lang, year=state.year, printed=printed)
    return say(
        "changes",
        "rate",
        lang,
        from_year=state.from_year,
        year=state.year,
        rate=_rate(state, lang),
    )


def because_text(changes: Changes, one: Conclusion, lang: str) -> str:
    """Return which figures did it, and how."""
    rows = changes.figures.loc[list(one.rows)].to_dict("records")
    own = "" if one.what == VERDICT else one.measure
    items = [change_text(row, lang, own) for row in rows[:MOST_NAMED]]
    listed = say("word", "semicolon", lang).join(items)
    if len(rows) > MOST_NAMED:
        listed = say("changes", "and_others", lang, list=listed, n=len(rows))
    how = one.how + (
        "_each" if one.how in ("wholly", "alone") and len(rows) > 1 else ""
    )
    return say("changes", f"because_{how}", lang, list=listed)


def change_text(row: dict[Any, Any], lang: str, own: str = "") -> str:
    """Return one changed figure in a few words; the measure `own` need not be named."""
    measure = "" if row["measure"] == own else name("measure", row["measure"], lang)
    return say(
        "changes",
        row["change"] + "_item",
        lang,
        which=say("changes", "which", lang, year=row["year"], measure=measure).strip(),
        old=shorten(wording(row["old"], row["old_unit"], lang)),
        new=shorten(wording(row["new"], row["new_unit"], lang)),
    )


def shorten(printed: str) -> str:
    """Return a wording, its end replaced by an ellipsis where it is long."""
    return printed if len(printed) <= LONG else printed[: LONG - 1] + "…"


def _rate(state: State, lang: str) -> str:
    """Return a growth in percent within its bounds."""
    lower, value, upper = state.box
    low, high = (_finite(end) for end in (lower, upper))
    if value is not None and lower == upper:
        return _percent(value)
    if low is not None and high is not None:
        box = f"{_percent(low)} … {_percent(high)}"
    elif low is not None:
        box = say("changes", "at_least", lang, rate=_percent(low))
    elif high is not None:
        box = say("changes", "at_most", lang, rate=_percent(high))
    else:
        box = say("changes", "open", lang)
    if value is None:
        return box
    return say("changes", "within", lang, rate=_percent(value), box=box)


def _finite(end: float | None) -> float | None:
    """Return an end that is known and not open; growth has no end below −100%."""
    return end if end is not None and np.isfinite(end) and end > -100 else None


def _percent(number: float) -> str:
    """Return a rate that is already rounded."""
    return f"{number:.1f}%".replace("-", "−")
