"""Says what changed between two states of a dataset: in sentences, and in tables."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hengstats.evidence.statement import finding_label
from hengstats.vocabulary import (
    LANGUAGES,
    check_language,
    measure_label,
    name,
    say,
)

VERDICT, LATEST, AVERAGE, LAST = "verdict", "latest", "average_growth", "growth"
KINDS = (VERDICT, LATEST, AVERAGE, LAST)
Box = tuple[float | None, float | None, float | None]
CONCLUSIONS = ["entity", "what", "measure", "before", "after", "because"]
# So many are listed one by one; the rest are counted.
MOST_REVISED, MOST_ADDED, MOST_CONCLUSIONS = 60, 14, 60
MOST_NAMED, LONG = 6, 24
STYLE = (
    "border-left:4px solid #0072B2;padding:.2em 1em;margin:.6em 0;"
    "max-width:70em;line-height:1.6"
)
# A number that names no unit: 26.3, 约300, 20余; the unit of 2以上 stands inside.
_BARE = re.compile(
    r"(?P<number>.*\d(?:余|多|餘)?)(?P<hedge>以上|以下|左右|上下|及以上|及以下)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What one conclusion says at one time; equal states say the same.

    Attributes
    ----------
    year, from_year : int
        The year of a figure, or first and last year of a growth; 0 where none.
    box : tuple of float or None
        Lower end, value and upper end: in the unit of the measure, or in percent as
        it is printed, its ends rounded outwards. None is unknown, an end may be open.
    finding, level, sign : str, int, int
        Of a verdict.
    printed, unit : str
        The wording of a figure and its unit; other words for the same bounds are no
        change.
    """

    year: int = 0
    from_year: int = 0
    box: Box = (None, None, None)
    finding: str = ""
    level: int = 0
    sign: int = 0
    printed: str = field(default="", compare=False)
    unit: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """One conclusion that is no longer what it was.

    Attributes
    ----------
    entity : str
        Of whom.
    what : str
        `verdict`, `latest` (the latest figure), `average_growth` (a year, over all
        known years) or `growth` (the last known step).
    measure : str
        Of which measure; of the economy for a verdict.
    before, after : State or None
        What it said, and says now; None where it could not be said.
    how : str
        `wholly`: each of the figures alone gives the new conclusion; `alone`: each
        alone changes the old one; `needed`: without any of them it would be as
        before; `together`: only all of them do it; `new`, `gone`: nothing was known
        of the measure before, or is now.
    rows : tuple of int
        The rows of the changed figures that did it.
    """

    entity: str
    what: str
    measure: str
    before: State | None
    after: State | None
    how: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Which figures and which conclusions are no longer what they were.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    dataset : str
        Its name.
    since : str
        The date it is compared with; empty where it is the state before the last
        `add`.
    last : str
        Title of the last vintage; empty where there is none. With neither `since` nor
        `last` there is nothing to compare with.
    figures : DataFrame
        One row per changed figure; see `compare_figures`. `reason` is in words, in
        `lang`.
    found : tuple of Conclusion
        The conclusions that changed, of each entity in turn.
    compared : int
        How many conclusions there are, changed or not.
    undated : int
        How many added figures have a source without a date, so that nobody can say
        whether they were known.
    about : dict
        Sources, units and names of the changed figures, as panels carry them.
    illustrative : bool
        True if the figures are invented.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    first : bool
        Whether the last vintage is the first, and nothing was known before it.
    """

    dataset: str
    since: str
    last: str
    figures: pd.DataFrame
    found: tuple[Conclusion, ...]
    compared: int
    undated: int
    about: Mapping[str, Any]
    illustrative: bool
    lang: str
    first: bool = False

    @property
    def conclusions(self) -> pd.DataFrame:
        """One row per changed conclusion, in words: what, before, after, because."""
        return conclusions_table(self, self.found, self.lang)

    def say(self, lang: str = "") -> str:
        """Return the changes in sentences, one a line."""
        lang = check_language(lang or self.lang)
        mark = [say("word", "illustrative", lang)] if self.illustrative else []
        if said := self._nothing_before(lang):
            return "\n".join([*mark, said])
        shown, rest = part_conclusions(self)
        table = conclusions_table(self, shown[:MOST_CONCLUSIONS], lang)
        lines = [
            say("changes", "conclusion", lang, **{str(key): row[key] for key in row})
            for row in table.to_dict("records")
        ]
        lines += _more(len(shown) - len(table), lang)
        told = [_conclusions_head(self, lang), *lines, *_counted(rest, lang)]
        figures = [*_head(self, lang), *_changed(self, lang)]
        return "\n".join([*mark, *figures, *told, *_added(self, lang)])

    def _nothing_before(self, lang: str) -> str:
        """Return that there is nothing to compare with, if so."""
        if self.first:
            about = {"dataset": self.dataset, "title": self.last}
            return say("changes", "first", lang, n=len(self.figures), **about)
        if self.since or self.last:
            return ""
        return say("changes", "nothing", lang, dataset=self.dataset)

    def __str__(self) -> str:
        """Return the changes in sentences."""
        return self.say()

    def __repr__(self) -> str:
        """Return the counts in one line."""
        return (
            f"<Changes of {self.dataset}: {len(self.figures)} figures,"
            f" {len(self.found)} of {self.compared} conclusions>"
        )

    def _repr_html_(self) -> str:
        """Return the changes as Jupyter shows them."""
        lang, opening = self.lang, f'<div lang="{self.lang}" style="{STYLE}">'
        mark = f"<b>{say('word', 'illustrative', lang)}</b><br>" * self.illustrative
        if said := self._nothing_before(lang):
            return f"{opening}{mark}<p>{html.escape(said)}</p></div>"
        first, *rest = (html.escape(line) for line in _head(self, lang))
        added = self.figures["change"] == "added"
        ordered = pd.concat([self.figures[~added], self.figures[added]])
        figures = ordered.head(MOST_REVISED)
        more = len(self.figures) - len(figures)
        leading, counted = part_conclusions(self)
        listed = conclusions_table(self, leading[:MOST_CONCLUSIONS], lang)
        shown = listed.drop(columns="measure")
        shown.columns = pd.Index([say("changes", f"col_{key}", lang) for key in shown])
        return (
            f"{opening}{mark}<b>{first}</b><p>{'<br>'.join(rest)}</p>"
            f"{_page_table(figures_table(self, figures, lang), more, lang)}"
            f"<p>{html.escape(_conclusions_head(self, lang))}</p>"
            f"{_page_table(shown, len(leading) - len(shown), lang)}"
            f"{''.join(_counted(counted, lang))}</div>"
        )


def part_conclusions(changes: Changes) -> tuple[list[Conclusion], list[Conclusion]]:
    """Return the conclusions to be listed, and those that are counted.

    Verdicts come first, then what a revised or withdrawn figure has changed. What added
    figures alone have changed is counted, unless it is little.
    """
    added = changes.figures["change"] == "added"
    ranks = [
        0 if one.what == VERDICT else 1 + bool(added.loc[list(one.rows)].all())
        for one in changes.found
    ]
    pairs = sorted(zip(ranks, range(len(ranks)), strict=True))
    ordered = [changes.found[place] for _, place in pairs]
    first = sum(rank < max(ranks) == 2 for rank in ranks) if ranks else 0
    few = len(ordered) - first <= MOST_ADDED or max(ranks) < 2
    return (ordered, []) if few else (ordered[:first], ordered[first:])


def conclusions_table(
    changes: Changes, found: Iterable[Conclusion], lang: str
) -> pd.DataFrame:
    """Return changed conclusions in words: the columns of `CONCLUSIONS`."""
    rows = [
        [
            called(changes, one.entity, lang),
            what_label(changes, one, lang),
            one.measure,
            state_text(one.before, one.what, lang),
            state_text(one.after, one.what, lang),
            because_text(changes, one, lang),
        ]
        for one in found
    ]
    return pd.DataFrame(rows, columns=CONCLUSIONS, dtype=object)


def figures_table(changes: Changes, figures: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return changed figures as they are read."""
    rows = [
        [
            called(changes, row["entity"], lang),
            called_measure(changes, row["measure"], lang),
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


def called_measure(changes: Changes, measure: str, lang: str) -> str:
    """Return the name of a measure, or its key."""
    return measure_label(measure, lang, changes.about.get("labels"))


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
    said = say("changes", "counts", lang, **kinds)
    restated = int(counts.get("restated", 0))
    return said + (say("changes", "counts_restated", lang, n=restated) * bool(restated))


def reason_text(row: dict[Any, Any], lang: str) -> str:
    """Return why a figure changed: as stated, or else the rule that decided."""
    if row["rule"] == "vintage":
        return say("changes", "later_sheet", lang)
    return name("rule", row["rule"], lang) if row["rule"] else row["reason"]


def source_text(row: dict[Any, Any], lang: str) -> str:
    """Return who published the figure, and when."""
    date = row["published"] or say("word", "undated", lang)
    return say("changes", "source", lang, publisher=row["publisher"], date=date)


def what_label(changes: Changes, one: Conclusion, lang: str) -> str:
    """Return what a conclusion is about."""
    measure = called_measure(changes, one.measure, lang)
    return say("changes", f"what_{one.what}", lang, measure=measure)


def state_text(state: State | None, what: str, lang: str) -> str:
    """Return what a conclusion says."""
    if state is None:
        return say("changes", "none", lang)
    if what == VERDICT:
        finding = finding_label(state, lang)
        return say("changes", "verdict", lang, finding=finding, level=state.level)
    if what == LATEST:
        printed = wording(state.printed, state.unit, lang)
        return say("changes", "latest", lang, year=state.year, printed=printed)
    years = {"from_year": state.from_year, "year": state.year}
    return say("changes", "rate", lang, rate=_rate(state, lang), **years)


def because_text(changes: Changes, one: Conclusion, lang: str) -> str:
    """Return which figures did it, and how."""
    rows = changes.figures.loc[list(one.rows)].to_dict("records")
    own = "" if one.what == VERDICT else one.measure
    items = [change_text(changes, row, lang, own) for row in rows[:MOST_NAMED]]
    listed = say("word", "semicolon", lang).join(items)
    if len(rows) > MOST_NAMED:
        listed = say("changes", "and_others", lang, list=listed, n=len(rows))
    how = one.how + (
        "_each" if one.how in ("wholly", "alone") and len(rows) > 1 else ""
    )
    return say("changes", f"because_{how}", lang, list=listed)


def change_text(changes: Changes, row: dict[Any, Any], lang: str, own: str = "") -> str:
    """Return one changed figure in a few words; the measure `own` need not be named."""
    measure = row["measure"]
    measure = "" if measure == own else called_measure(changes, measure, lang)
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


def _head(changes: Changes, lang: str) -> list[str]:
    """Return what is compared with what, and how many figures changed."""
    key = "head_date" if changes.since else "head_vintage"
    about = {"dataset": changes.dataset, "date": changes.since, "title": changes.last}
    lines = [say("changes", key, lang, **about), counts_text(changes.figures, lang)]
    if changes.undated:
        lines.append(say("changes", "undated", lang, n=changes.undated))
    return lines


def _changed(changes: Changes, lang: str) -> list[str]:
    """Return the figures that were revised or withdrawn, one a line."""
    changed = changes.figures[changes.figures["change"] != "added"]
    shown = changed.head(MOST_REVISED).to_dict("records")
    lines = [_line(changes, row, lang) for row in shown]
    return lines + _more(len(changed) - MOST_REVISED, lang)


def _added(changes: Changes, lang: str) -> list[str]:
    """Return the figures that were added, one a line, or counted."""
    added = changes.figures[changes.figures["change"] == "added"]
    lines: list[str] = []
    if len(added) <= MOST_ADDED:
        return [_line(changes, row, lang) for row in added.to_dict("records")]
    counts = added.groupby(["measure", "year"], sort=False).size()
    for measure in dict.fromkeys(added["measure"]):
        listed = say("word", "comma", lang).join(
            say("changes", "added_year", lang, year=year, n=n)
            for year, n in counts[measure].sort_index().items()
        )
        what = called_measure(changes, measure, lang)
        lines.append(say("changes", "added_line", lang, measure=what, list=listed))
    return lines


def _line(changes: Changes, row: dict[Any, Any], lang: str) -> str:
    """Return one changed figure as a line."""
    why = filter(None, [reason_text(row, lang), source_text(row, lang)])
    return say(
        "changes",
        "line",
        lang,
        entity=called(changes, row["entity"], lang),
        item=change_text(changes, row, lang),
        why=say("word", "semicolon", lang).join(why),
    )


def _conclusions_head(changes: Changes, lang: str) -> str:
    """Return how many conclusions changed, of how many."""
    changed = len(changes.found)
    key = "conclusions" if changed else "same_conclusions"
    kept = changes.compared - changed
    return say("changes", key, lang, n=changes.compared, changed=changed, kept=kept)


def _counted(rest: list[Conclusion], lang: str) -> list[str]:
    """Return the line that counts conclusions that are not listed, if any."""
    counts = Counter(one.what for one in rest)
    items = [say("changes", f"rest_{what}", lang, n=counts[what]) for what in counts]
    listed = say("word", "comma", lang).join(items)
    return [say("changes", "rest", lang, list=listed)] if rest else []


def _more(n: int, lang: str) -> list[str]:
    """Return the line that says how many are not listed, if any."""
    return [say("changes", "more", lang, n=n)] if n > 0 else []


def _page_table(table: pd.DataFrame, more: int, lang: str) -> str:
    """Return a table as HTML, its text to the left, and how many rows are left out."""
    if table.empty:
        return ""
    shown = table.to_html(index=False, border=0, escape=True)
    for cell in ("th", "td"):
        shown = shown.replace(f"<{cell}>", f'<{cell} style="text-align:left">')
    return shown + "".join(f"<small>{line}</small>" for line in _more(more, lang))
