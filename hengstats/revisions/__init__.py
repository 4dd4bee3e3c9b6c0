"""Says which figures and which conclusions are no longer what they were.

figures      the one comparison of two states, for `add` and for `changes`
conclusions  what the figures of an entity say: verdict and indicators
reasons      which conclusions changed, and which figure did it
result       what is returned, and how it says itself in three scripts
"""

from typing import Any

import pandas as pd

from hengstats.dataset import Dataset, read_dataset
from hengstats.figures import KEY
from hengstats.panel import panel_of
from hengstats.revisions.figures import compare_figures, explain_figures, known_figures
from hengstats.revisions.result import Changes, reason_text
from hengstats.vocabulary import check_language

__all__ = ["Changes", "changes"]


def changes(
    dataset: str, since: str | None = None, *, lang: str = "zh-Hans"
) -> Changes:
    """Return which figures and which conclusions are no longer what they were.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    since : str, optional
        A date, YYYY-MM-DD: what had been published by then is compared with what is
        known now. Without it, the state before the last `add` is; a dataset that
        never took in a sheet then has nothing to be compared with, and says so.
    lang : str
        Language in which the result shows itself: `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    Changes
        The figures added, revised, restated and withdrawn, and why; for every entity
        the verdict on members and tax, and for every measure of tax, organisation and
        participation the latest figure, the average annual growth and the last
        growth: those that changed, and which figures did it.

    Raises
    ------
    DataError
        If there is no such dataset, a row of it is at fault, or `since` is no date.
    ValueError
        If `lang` is unknown.

    Examples
    --------
    >>> found = changes("plaza66", since="2021-12-31")
    >>> found.figures.query("measure == 'tax_revenue'")["year"].tolist()
    [2016, 2017, 2018, 2020, 2021]
    """
    # The statistics take seconds to import, and `add` needs only the comparison.
    from hengstats.revisions.reasons import compare_conclusions

    check_language(lang)
    after = read_dataset(dataset)
    count = len(after.vintages)
    if since is not None:
        before = read_dataset(dataset, since)
    else:
        before = read_dataset(dataset, vintages=count - 1) if count else after
    old, now = known_figures(before), known_figures(after)
    entities = list(dict.fromkeys([*now["entity"], *old["entity"]]))
    changed = explain_figures(compare_figures(old, now), entities, before, after)
    found, compared = compare_conclusions(old, now, changed, [after, before])
    reasons = [reason_text(row, lang) for row in changed.to_dict("records")]
    return Changes(
        dataset=after.name,
        since=since or "",
        last=_last_vintage(after) if since is None else "",
        first=since is None and count == 1 and old.empty,
        figures=changed.assign(reason=pd.Series(reasons, changed.index, dtype=object)),
        found=found,
        compared=compared,
        undated=_count_undated(changed, after) if since else 0,
        about=_origin(changed, old, now, [after, before]),
        illustrative=after.illustrative,
        lang=lang,
    )


def _last_vintage(data: Dataset) -> str:
    """Return what the last vintage is called; empty where there is none."""
    last = data.vintages[["title", "source"]].tail(1).to_numpy().tolist()
    return next((title or source for title, source in last), "")


def _count_undated(changed: pd.DataFrame, data: Dataset) -> int:
    """Return how many figures were added of which nobody knows since when."""
    undated = (changed["change"] == "added") & (changed["published"] == "")
    # A sheet without a date counts from the day it was recorded.
    return int((undated & ~changed["source"].isin(data.vintages["source"])).sum())


def _origin(
    changed: pd.DataFrame,
    old: pd.DataFrame,
    now: pd.DataFrame,
    datasets: list[Dataset],
) -> dict[str, Any]:
    """Return what captions need to know of the changed figures, old and new."""
    if changed.empty:
        return {"sources": {}, "units": {}, "entities": {}}
    sides = (
        side.merge(changed[KEY], "inner", KEY, validate="1:1") for side in (old, now)
    )
    former, about = (panel_of(datasets, one).attrs["about"].copy() for one in sides)
    for measure, entities in former["sources"].items():
        known = about["sources"].setdefault(measure, {})
        for entity, listed in entities.items():
            own = known.setdefault(entity, [])
            own += [source for source in listed if source not in own]
    return dict(about)
