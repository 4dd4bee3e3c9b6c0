"""Accepts one point or bound for each entity, measure and year.

What a later vintage replaced or took back takes no part; see `vintages`. A ruling
of the dataset comes first. Else, of several records: for a stock the latest date in
the year, then the best standing, then the narrower box, then the earliest publication.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from hengstats.dataset import Dataset, read_dataset
from hengstats.dates import last_day
from hengstats.records import STANDINGS

COLUMNS = [
    "entity",
    "measure",
    "year",
    "period",
    "lower",
    "value",
    "upper",
    "unit",
    "status",
    "source",
    "printed",
]
KEY = ["entity", "measure", "year"]
STOCKS = ("as of a date", "year-end")
RULES = ("latest", "standing", "narrower", "earliest")


def load_tax(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the accepted figures of tax.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    as_of : str, optional
        A date, YYYY-MM-DD: only what had been published by then.

    Returns
    -------
    DataFrame
        As `load_figures` returns, the measures of topic `tax` only.

    Raises
    ------
    DataError
        As for `load_figures`.

    Examples
    --------
    >>> tax = load_tax("plaza66").query("measure == 'tax_revenue' and year >= 2020")
    >>> tax[["year", "lower", "value", "upper", "status"]].to_numpy().tolist()
    [[2020, 49.25, 49.3, 49.35, 'rounded'], [2021, 100.0, nan, inf, 'bound']]
    """
    return load_figures(dataset, "tax", as_of)


def load_membership(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the accepted figures of members and organisations.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    as_of : str, optional
        A date, YYYY-MM-DD: only what had been published by then.

    Returns
    -------
    DataFrame
        As `load_figures` returns, the measures of topic `organisation` only.

    Raises
    ------
    DataError
        As for `load_figures`.

    Examples
    --------
    >>> known = load_membership("plaza66").query("measure == 'branch_members'")
    >>> known.loc[known["status"] != "missing", ["year", "lower"]].to_numpy().tolist()
    [[2018.0, 409.0], [2022.0, 548.0]]
    """
    return load_figures(dataset, "organisation", as_of)


def load_events(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the accepted figures of events and participation.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    as_of : str, optional
        A date, YYYY-MM-DD: only what had been published by then.

    Returns
    -------
    DataFrame
        As `load_figures` returns, the measures of topic `participation` only.

    Raises
    ------
    DataError
        As for `load_figures`.

    Examples
    --------
    >>> set(load_events("plaza66").query("2016 <= year <= 2021")["status"])
    {'missing'}
    """
    return load_figures(dataset, "participation", as_of)


def load_figures(
    dataset: str, topic: str | None = None, as_of: str | None = None
) -> pd.DataFrame:
    """Return the accepted figures of a dataset, each with wording and source.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    topic : str, optional
        `tax`, `economy`, `organisation`, `participation` or `service`.
    as_of : str, optional
        A date, YYYY-MM-DD: only what had been published by then.

    Returns
    -------
    DataFrame
        Key `entity, measure, year`; then `period, lower, value, upper, unit, status,
        source, printed`. `value` is missing where only a bound is known; all three
        are missing, status `missing`, where a search found nothing. Rates are
        fractions. In the order of the codebook.

    Raises
    ------
    DataError
        If there is no such dataset, a row of it is at fault, or `as_of` is no date.
    """
    data = read_dataset(dataset, as_of)
    figures = settle_figures(data)
    if topic is not None:
        measures = data.codebook.loc[data.codebook["topic"] == topic, "measure"]
        figures = figures[figures["measure"].isin(measures)]
    figures = figures.reset_index(drop=True)
    figures.attrs["dataset"] = (
        str(dataset),
        as_of,
    )  # whose names and sources a chart shows
    return figures


@lru_cache(maxsize=8)
def settle_figures(data: Dataset) -> pd.DataFrame:
    """Return the one accepted figure of each entity, measure and year.

    Callers share the table: it is read, never altered.
    """
    ranked = rank_records(data)
    missing = data.records[data.records["qualifier"] == "not_found"]
    # Where several searches found nothing, one of them says so.
    missing = missing[missing["year"].notna()].sort_values("source")
    missing = missing.assign(status="missing", accepted=True)
    figures = pd.concat([ranked, missing] if len(missing) else [ranked])
    if len(missing):
        figures = figures[(figures["status"] != "missing") | ~figures.duplicated(KEY)]
    figures = figures.assign(value=figures["number"], unit="")
    figures = figures.loc[figures["accepted"], COLUMNS].astype({"year": "int64"})
    orders = (list(data.codebook["measure"]), _list_entities(data))
    measures, entities = (
        pd.Index(order).get_indexer(pd.Index(figures[key]))
        for order, key in zip(orders, ("measure", "entity"), strict=True)
    )
    figures["unit"] = data.codebook["unit"].take(measures).set_axis(figures.index)
    order = np.lexsort((figures["year"], entities, measures))
    return figures.iloc[order].reset_index(drop=True)


def _list_entities(data: Dataset) -> list[str]:
    """Return the entities in the order in which they became known."""
    known = data.vintages.sort_values(["known", "vintage"])["vintage"]
    place = {number: i for i, number in enumerate(known)}
    ranks = data.records["vintage"].map(place).fillna(-1).to_numpy()
    return list(data.records["entity"].iloc[ranks.argsort(kind="stable")].unique())


def rank_records(data: Dataset) -> pd.DataFrame:
    """Return the dated records, best first within a key, and which one is accepted.

    What a later vintage revised or took back is not among them. A ruling holds only
    where its record is seen: not before it was published. Adds `status`, `accepted`,
    and `rule`: the step that put the accepted one first (`ruling`, `latest`,
    `standing`, `narrower`, `earliest`), empty where it is alone.
    """
    dated = data.records["year"].notna() & (data.records["qualifier"] != "not_found")
    records = data.records[dated & data.records["stands"]]
    records = records.assign(status=_status(records))
    several = records.duplicated(KEY, keep=False)
    several |= records["entity"].isin(data.settlements["entity"])
    if not several.any():
        return records.assign(accepted=True, rule="")
    alone = records[~several].assign(accepted=True, rule="")
    return pd.concat([_rank(records[several], data), alone], ignore_index=True)


def _rank(records: pd.DataFrame, data: Dataset) -> pd.DataFrame:
    """Return records that may share a key, the best of each first."""
    stock = records["measure"].map(data.codebook.set_index("measure")["basis"])
    ranked = records.assign(
        latest=records["period"]
        .map(last_day)
        .astype(str)
        .where(stock.isin(STOCKS), ""),
        rank=records["standing"].map({name: i for i, name in enumerate(STANDINGS)}),
        width=records["upper"] - records["lower"],
        day=records["published"]
        .where(records["published"] != "", records["recorded"].str[:10])
        .replace("", "9999"),
    ).sort_values(
        [*KEY, "latest", "rank", "width", "day", "source"],
        ascending=[True] * 3 + [False] + [True] * 4,
        ignore_index=True,
    )
    rulings = data.settlements.assign(year=data.settlements["year"].astype("Int64"))
    ranked = ranked.merge(
        rulings[[*KEY, "accepted"]], on=KEY, how="left", validate="many_to_one"
    )
    keys = ranked.groupby(KEY, sort=False).ngroup()
    match = ranked["source"] == ranked["accepted"]
    ruled = (ranked["accepted"] == "") | match.groupby(keys).transform("any")
    chosen = match.where(ruled, True)
    return ranked.assign(
        accepted=chosen & ~keys.where(chosen).duplicated(),
        rule=_deciding_rule(ranked, keys).mask(ruled, "ruling"),
    ).drop(columns=["latest", "rank", "width", "day"])


def _deciding_rule(ranked: pd.DataFrame, keys: pd.Series) -> pd.Series:
    """Return the first step in which the best record of each key beats the next."""
    beaten = keys == keys.shift(-1)
    rule = pd.Series("", ranked.index, dtype=object).mask(beaten, RULES[-1])
    steps = zip(RULES, ["latest", "rank", "width", "day"], strict=True)
    for step, column in reversed(list(steps)):
        rule = rule.mask(beaten & (ranked[column] != ranked[column].shift(-1)), step)
    return rule.groupby(keys).transform("first")


def conflicts(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the records that say different things of one key, and which one is kept.

    Parameters
    ----------
    dataset, as_of
        As for `load_figures`.

    Returns
    -------
    DataFrame
        `entity, measure, year, printed, source, standing, accepted, rule`, and the
        reason of a ruling in three scripts (`zh-Hans`, `zh-Hant`, `en`).

    Raises
    ------
    DataError
        As for `load_figures`.
    """
    found = list_conflicts(read_dataset(dataset, as_of))
    found.attrs["dataset"] = (str(dataset), as_of)
    return found


def list_conflicts(data: Dataset) -> pd.DataFrame:
    """Return the conflicts of a dataset already read; see `conflicts`."""
    ranked = rank_records(data)
    different = ranked.groupby(KEY)[["lower", "upper"]].transform("nunique").max(axis=1)
    shown = ranked[(different > 1) | (ranked["rule"] == "ruling")]
    reasons = data.settlements.assign(year=data.settlements["year"].astype("Int64"))
    told = shown.merge(
        reasons[[*KEY, "zh-Hans", "zh-Hant", "en"]],
        on=KEY,
        how="left",
        validate="many_to_one",
    ).fillna({"zh-Hans": "", "zh-Hant": "", "en": ""})
    told = told.sort_values([*KEY, "accepted"], ascending=[True] * 3 + [False])
    columns = [*KEY, "printed", "source", "standing", "accepted", "rule"]
    return told[[*columns, "zh-Hans", "zh-Hant", "en"]].reset_index(drop=True)


def gaps(dataset: str) -> pd.DataFrame:
    """Return what was searched for and not found.

    Parameters
    ----------
    dataset : str
        As for `load_figures`.

    Returns
    -------
    DataFrame
        `entity, measure, year`, one row per year in which a search found nothing.

    Raises
    ------
    DataError
        As for `load_figures`.
    """
    figures = load_figures(dataset)
    return figures.loc[figures["status"] == "missing", KEY].reset_index(drop=True)


def _status(records: pd.DataFrame) -> pd.Series:
    """Return whether each box is a point, a rounded point, or a bound."""
    exact, known = records["lower"] == records["upper"], records["number"].notna()
    status = np.array(["bound", "rounded", "exact"], dtype=object)
    return pd.Series(status[np.maximum(2 * exact, known)], records.index)
