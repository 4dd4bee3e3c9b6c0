"""Which figures were added, revised or taken back between two states of a dataset?"""

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


def compare_figures(
    old: pd.DataFrame, now: pd.DataFrame, before: Dataset, after: Dataset
) -> pd.DataFrame:
    """Return one row per figure that is no longer what it was.

    Parameters
    ----------
    old, now : DataFrame
        The figures of the two states, as `known_figures` returns.
    before, after : Dataset
        The two states; the second holds the records of the first.

    Returns
    -------
    DataFrame
        Key `entity, measure, year`; `change` (`revised`, `withdrawn`, `added`, or
        `restated`: the same number with wider or narrower bounds),
        `old` and `new` as printed, `old_lower`, `old_value`, `old_upper`, `lower`,
        `value`, `upper` in `unit`; `old_unit` and `new_unit`, in which the wordings
        are; of what was revised or withdrawn the `reason` as the vintage states it,
        or else the `rule` by which the new figure took its place; `source`, its
        `publisher` and when it was `published`. In the order of `CHANGES`, then of
        the codebook. Other words for the same bounds are no change.
    """
    joined = old.merge(
        now, on=KEY, how="outer", suffixes=("_old", ""), validate="one_to_one"
    )
    added, gone = joined["printed_old"].isna(), joined["printed"].isna()
    same = np.logical_and.reduce(
        [_equal(joined[f"{end}_old"], joined[end]) for end in ENDS]
    )
    number = _equal(joined["value_old"], joined["value"]) & joined["value"].notna()
    kinds = ["added", "withdrawn", "restated"]
    change = np.select([added, gone, number], kinds, "revised")
    changed = joined.assign(change=change)[added | gone | ~same]
    told = _tell_reasons(changed, before, after)
    names = {f"{end}_old": f"old_{end}" for end in ENDS}
    names |= {"printed_old": "old", "printed": "new"}
    names |= {"stated_old": "old_unit", "stated": "new_unit"}
    changed = told.rename(columns=names)
    blank = dict.fromkeys(["old", "new", "old_unit", "new_unit", "publisher"], "")
    # A side without any figure has columns of numbers where there would be words.
    changed = changed.astype(dict.fromkeys(blank, object)).fillna(blank)
    entities = dict.fromkeys([*now["entity"], *old["entity"]])
    order = {
        "change": {key: i for i, key in enumerate(CHANGES)},
        "measure": {key: i for i, key in enumerate(after.codebook["measure"])},
        "entity": {key: i for i, key in enumerate(entities)},
    }
    changed = changed.sort_values(
        ["change", "measure", "entity", "year"],
        key=lambda column: column.map(order.get(str(column.name), int)),
    )
    return changed[COLUMNS].reset_index(drop=True)


def known_figures(data: Dataset) -> pd.DataFrame:
    """Return the accepted figures of which something was printed.

    Columns as `settle_figures` returns them, and `stated`: the unit of the wording.
    """
    figures = settle_figures(data)
    figures = figures[figures["status"] != "missing"].reset_index(drop=True)
    key = [*KEY, "source", "printed"]
    units = dict(zip(_rows(data.records, key), data.records["unit"], strict=True))
    return figures.assign(stated=[units[row] for row in _rows(figures, key)])


def _equal(one: pd.Series, other: pd.Series) -> np.ndarray:
    """Return which numbers are the same but for the last digits of a conversion."""
    a, b = (side.to_numpy(dtype=float, na_value=np.nan) for side in (one, other))
    return np.isclose(a, b, rtol=1e-9, atol=0.0, equal_nan=True)


def _tell_reasons(
    changed: pd.DataFrame, before: Dataset, after: Dataset
) -> pd.DataFrame:
    """Return the changed figures with reason, rule, unit, source and date."""
    stated = after.vintages.set_index("vintage")["reason"]
    fresh = after.vintages[~after.vintages["source"].isin(before.sources["source"])]
    # One vintage took them back, or several may have: then none is named.
    taker = fresh.iloc[0] if len(fresh) == 1 else None
    ranked = _accepted(changed, after)
    joined = changed.merge(ranked, on=KEY, how="left", validate="one_to_one")
    gone = joined["change"] == "withdrawn"
    source = joined["source"].where(
        ~gone, joined["source_old"] if taker is None else taker["source"]
    )
    reason = joined["vintage"].map(stated).astype(object).fillna("")
    reason = reason.mask(joined["change"] == "added", "")
    reason = reason.mask(gone, "" if taker is None else taker["reason"])
    revised = joined["change"].isin(["revised", "restated"]) & (reason == "")
    replaced = _replaced(joined, after)
    rule = joined["rule"].where(~replaced, "vintage").where(revised, "")
    sources = pd.concat([before.sources, after.sources]).drop_duplicates("source")
    sources = sources.set_index("source")
    units = after.codebook.set_index("measure")["unit"]
    return joined.assign(
        reason=reason,
        rule=rule.astype(object).fillna(""),
        source=source,
        publisher=source.map(sources["publisher"]),
        published=source.map(sources["published"]),
        unit=joined["measure"].map(units),
    )


def _accepted(changed: pd.DataFrame, data: Dataset) -> pd.DataFrame:
    """Return the accepted record of each changed figure: its vintage and rule."""
    keys = changed[KEY].astype({"year": "Int64"})
    own = data.records.merge(keys, on=KEY, how="inner", validate="many_to_one")
    ranked = rank_records(replace(data, records=own))
    ranked = ranked.loc[ranked["accepted"].astype(bool), [*KEY, "vintage", "rule"]]
    return ranked.astype({"year": "int64"})


def _replaced(changed: pd.DataFrame, data: Dataset) -> pd.Series:
    """Return where the former record no longer stands: a later sheet replaced it."""
    ended = data.records[~data.records["stands"]]
    keys = set(_rows(ended, [*KEY, "source"]))
    former = _rows(changed, [*KEY, "source_old"])
    return pd.Series([key in keys for key in former], changed.index, dtype=bool)


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple]:
    """Return some columns as one tuple a row."""
    return list(table[list(columns)].itertuples(index=False, name=None))
