"""Which figures and which conclusions are no longer what they were?

figures      which figures were added, revised or taken back
conclusions  what the figures of an entity say: verdict and indicators
reasons      which changed figure did it; compare puts the two together
result       what is returned; tables and told say it in three scripts
"""

from typing import Any

import pandas as pd

from hengstats.dataset import Dataset, read_dataset
from hengstats.figures import KEY
from hengstats.panel import panel_of
from hengstats.revisions.compare import compare_conclusions
from hengstats.revisions.figures import compare_figures, known_figures
from hengstats.revisions.result import Changes
from hengstats.revisions.tables import reason_text
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
        The figures added, revised and withdrawn, and why; for every entity the verdict
        on members and tax, and for every measure of tax, organisation and participation
        the latest figure, the average annual growth and the last growth: those that
        changed, and which figures did it.

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
    check_language(lang)
    after = read_dataset(dataset)
    count = len(after.vintages)
    if since is not None:
        before = read_dataset(dataset, since)
    else:
        before = read_dataset(dataset, vintages=count - 1) if count else after
    old, now = known_figures(before), known_figures(after)
    changed = compare_figures(old, now, before, after)
    found, compared = compare_conclusions(old, now, changed, [after, before])
    told = [reason_text(row, lang) for row in changed.to_dict("records")]
    figures = changed.assign(reason=pd.Series(told, changed.index, dtype=object))
    return Changes(
        dataset=after.name,
        since=since or "",
        last=_last_vintage(after) if since is None else "",
        figures=figures,
        found=found,
        compared=compared,
        undated=_count_undated(changed, after) if since else 0,
        about=_origin(changed, old, now, [after, before]),
        illustrative=after.illustrative,
        lang=lang,
    )


def _last_vintage(data: Dataset) -> str:
    """Return what the last vintage is called; empty where there is none."""
    told = data.vintages[["title", "source"]].tail(1).to_numpy().tolist()
    return next((title or source for title, source in told), "")


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
    former, about = (
        panel_of(datasets, side.merge(changed[KEY], on=KEY, validate="one_to_one"))
        .attrs["about"]
        .copy()
        for side in (old, now)
    )
    for measure, entities in former["sources"].items():
        known = about["sources"].setdefault(measure, {})
        for entity, listed in entities.items():
            own = known.setdefault(entity, [])
            own += [source for source in listed if source not in own]
    found: dict[str, Any] = about
    return found
