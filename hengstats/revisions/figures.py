"""Compares the accepted figures of two states of a dataset.

A figure is what it says: its hedge, and its number in the unit of the codebook, or its
bounds where it has no number. Wording, unit and source may differ: that is no change.
A figure is `added` or `withdrawn`, `revised` if it says something else, `restated` if
it is the same number within wider or narrower bounds.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hengstats.dataset import Dataset
from hengstats.figures import KEY, rank_records, settle_figures
from hengstats.indicators import ENDS

CHANGES = ("revised", "withdrawn", "restated", "added")
COLUMNS = [
    *KEY,
    "change",
    "old",
    "new",
    *[f"old_{end}" for end in ENDS],
    *ENDS,
    "unit",
    "old_unit",
    "new_unit",
    "reason",
    "rule",
    "source",
    "publisher",
    "published",
]


def compare_figures(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return one row per figure that two states do not say alike.

    Both have `entity, measure, year` as their key, `qualifier, lower, value, upper` and
    `printed`. The result has the key, `change`, and every other column of either
    state, that of the old one with `_old` after its name.
    """
    joined = old.merge(
        new, "outer", KEY, suffixes=("_old", ""), indicator=True, validate="1:1"
    )
    sides = joined.pop("_merge")
    only = [sides == "right_only", sides == "left_only"]
    change = np.select(only, ["added", "withdrawn"], how_unlike(joined))
    return joined.assign(change=change)[change != ""]


def how_unlike(pairs: pd.DataFrame) -> np.ndarray:
    """Return how one figure of each pair differs from the old one.

    Empty where it does not; else `restated` or `revised`. Pairs have `qualifier, lower,
    value, upper`, and the same of the old figure with `_old` after the name.
    """
    lower, value, upper = (_equal(pairs[f"{end}_old"], pairs[end]) for end in ENDS)
    points = (pairs["value_old"].notna() & pairs["value"].notna()).to_numpy()
    hedge = (pairs["qualifier_old"] == pairs["qualifier"]).to_numpy(dtype=bool)
    as_wide = lower & upper
    same = hedge & np.where(points, value, as_wide)
    return np.select([same & as_wide, same], ["", "restated"], "revised")


def known_figures(data: Dataset) -> pd.DataFrame:
    """Return the accepted figures of which something was printed.

    Columns as `settle_figures` returns them, the `qualifier`, and `stated`: the unit
    of the wording.
    """
    figures = settle_figures(data)
    figures = figures[figures["status"] != "missing"].reset_index(drop=True)
    key = [*KEY, "source", "printed"]
    words = _rows(data.records, ["unit", "qualifier"])
    found = dict(zip(_rows(data.records, key), words, strict=True))
    said = [found[row] for row in _rows(figures, key)]
    table = pd.DataFrame(said, figures.index, ["stated", "qualifier"], dtype=object)
    return figures.join(table)


def accepted_records(data: Dataset, keys: pd.DataFrame) -> pd.DataFrame:
    """Return the accepted record of each of some figures.

    Columns like those of `known_figures`, and its `vintage` and the `rule` by which
    it was accepted. `keys` without a year mean all years.
    """
    on = [column for column in KEY if column in keys]
    dated = keys[on].astype({"year": "Int64"} if "year" in on else {})
    own = data.records.merge(dated, "inner", on, validate="m:1")
    ranked = rank_records(replace(data, records=own))
    accepted = ranked[ranked["accepted"].astype(bool)].astype({"year": "int64"})
    accepted = accepted.assign(value=accepted["number"], stated=accepted["unit"])
    columns = ["qualifier", *ENDS, "printed", "stated", "source", "vintage", "rule"]
    return accepted[[*KEY, *columns]]


def explain_figures(
    changed: pd.DataFrame, entities: Sequence[str], before: Dataset, after: Dataset
) -> pd.DataFrame:
    """Return changed figures with why they changed, as they are shown.

    Parameters
    ----------
    changed : DataFrame
        As `compare_figures` returns of what `known_figures` does.
    entities : sequence of str
        Those of both states, in the order in which they are shown.
    before, after : Dataset
        The two states; the second holds the records of the first.

    Returns
    -------
    DataFrame
        Key `entity, measure, year`; `change`, `old` and `new` as printed, `old_lower`,
        `old_value`, `old_upper`, `lower`, `value`, `upper` in `unit`; `old_unit` and
        `new_unit`, in which the wordings are; of what was revised, restated or
        withdrawn the `reason` as the vintage states it, or else the `rule` by which
        the new figure took its place; `source`, its `publisher` and when it was
        `published`. In the order of `CHANGES`, then of the codebook.
    """
    names = {f"{end}_old": f"old_{end}" for end in ENDS}
    names |= {"printed_old": "old", "printed": "new"}
    names |= {"stated_old": "old_unit", "stated": "new_unit"}
    explained = _with_reasons(changed, before, after).rename(columns=names)
    blank = dict.fromkeys(["old", "new", "old_unit", "new_unit", "publisher"], "")
    # A side without any figure has columns of numbers where there would be words.
    explained = explained.astype(dict.fromkeys(blank, object)).fillna(blank)
    order = {
        "change": {key: i for i, key in enumerate(CHANGES)},
        "measure": {key: i for i, key in enumerate(after.codebook["measure"])},
        "entity": {key: i for i, key in enumerate(entities)},
    }
    explained = explained.sort_values(
        ["change", "measure", "entity", "year"],
        key=lambda column: column.map(order.get(str(column.name), int)),
    )
    return explained[COLUMNS].reset_index(drop=True)


def _with_reasons(
    changed: pd.DataFrame, before: Dataset, after: Dataset
) -> pd.DataFrame:
    """Return the changed figures with reason, rule, unit, source and date."""
    stated = after.vintages.set_index("vintage")["reason"]
    fresh = after.vintages[~after.vintages["source"].isin(before.sources["source"])]
    # One vintage took them back, or several may have: then none is named.
    taker = fresh.iloc[0] if len(fresh) == 1 else None
    accepted = accepted_records(after, changed)[[*KEY, "vintage", "rule"]]
    joined = changed.merge(accepted, "left", KEY, validate="1:1")
    gone = joined["change"] == "withdrawn"
    source = joined["source"].where(
        ~gone, joined["source_old"] if taker is None else taker["source"]
    )
    reason = joined["vintage"].map(stated).astype(object).fillna("")
    reason = reason.mask(joined["change"] == "added", "")
    reason = reason.mask(gone, "" if taker is None else taker["reason"])
    revised = joined["change"].isin(["revised", "restated"]) & (reason == "")
    ended = after.records[~after.records["stands"]]
    ended_keys = set(_rows(ended, [*KEY, "source"]))
    former = _rows(joined, [*KEY, "source_old"])
    replaced = pd.Series(
        [key in ended_keys for key in former], joined.index, dtype=bool
    )
    rule = joined["rule"].where(~replaced, "vintage").where(revised, "")
    sources = pd.concat([before.sources, after.sources]).drop_duplicates("source")
    sources = sources.set_index("source")
    return joined.assign(
        reason=reason,
        rule=rule.astype(object).fillna(""),
        source=source,
        publisher=source.map(sources["publisher"]),
        published=source.map(sources["published"]),
        unit=joined["measure"].map(after.codebook.set_index("measure")["unit"]),
    )


def _equal(one: pd.Series, other: pd.Series) -> np.ndarray:
    """Return which numbers are the same but for the last digits of a conversion."""
    a, b = (side.to_numpy(dtype=float, na_value=np.nan) for side in (one, other))
    return np.isclose(a, b, rtol=1e-9, atol=0.0, equal_nan=True)


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple]:
    """Return some columns as one tuple a row."""
    return list(table[list(columns)].itertuples(index=False, name=None))
