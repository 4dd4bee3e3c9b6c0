"""Which one point or bound do we accept for a measure, an entity and a year?

What a later vintage replaced or took back takes no part; see `vintages`. A ruling
of the dataset comes first. Else, of several records: for a stock the latest date in
the year, then the best standing, then the narrower box, then the earliest publication.
"""

import pandas as pd

from hengstats.dataset import Dataset, read_dataset
from hengstats.records import STANDINGS
from hengstats.vintages import last_day

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
    """Return the accepted figures of tax; see `load_figures`."""
    return load_figures(dataset, "tax", as_of)


def load_membership(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the accepted figures of members and organisations; see `load_figures`."""
    return load_figures(dataset, "organisation", as_of)


def load_events(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the accepted figures of events and participation; see `load_figures`."""
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
        If a row of the dataset is at fault.
    """
    data = read_dataset(dataset, as_of)
    figures = settle_figures(data)
    if topic is not None:
        measures = data.codebook.loc[data.codebook["topic"] == topic, "measure"]
        figures = figures[figures["measure"].isin(measures)]
    return figures.reset_index(drop=True)


def settle_figures(data: Dataset) -> pd.DataFrame:
    """Return the one accepted figure of each entity, measure and year."""
    ranked = rank_records(data)
    accepted = ranked[ranked["accepted"]]
    missing = data.records[data.records["qualifier"] == "not_found"]
    # Where several searches found nothing, one of them says so.
    missing = missing[missing["year"].notna()].sort_values("source")
    missing = missing.drop_duplicates(KEY).assign(status="missing")
    missing = missing[~_keys(missing).isin(_keys(ranked))]
    figures = pd.concat([accepted, missing], ignore_index=True)
    figures = figures.assign(
        value=figures["number"],
        unit=figures["measure"].map(data.codebook.set_index("measure")["unit"]),
        year=figures["year"].astype("int64"),
    )
    order = {
        "measure": {name: i for i, name in enumerate(data.codebook["measure"])},
        "entity": {name: i for i, name in enumerate(_list_entities(data))},
    }
    figures = figures.sort_values(
        ["measure", "entity", "year"],
        key=lambda column: column.map(order.get(str(column.name), int)),
    )
    return figures[COLUMNS].reset_index(drop=True)


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
    stock = records["measure"].map(data.codebook.set_index("measure")["basis"])
    ranked = records.assign(
        status=_status(records),
        latest=records["period"].map(_end).where(stock.isin(STOCKS), ""),
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
    match = ranked["source"] == ranked["accepted"]
    ruled = (ranked["accepted"] == "") | match.groupby(_keys(ranked)).transform("any")
    chosen = match.where(ruled, True)
    first = chosen & ~_keys(ranked).where(chosen).duplicated()
    several = ranked[_keys(ranked).duplicated(keep=False)]
    steps = {
        key: _deciding_rule(group)
        for key, group in several.groupby(_keys(several), sort=False)
    }
    rule = _keys(ranked).map(lambda key: steps.get(key, "")).mask(ruled, "ruling")
    return ranked.assign(accepted=first, rule=rule)


def conflicts(dataset: str, as_of: str | None = None) -> pd.DataFrame:
    """Return the records that say different things of one key, and which one is kept.

    Returns
    -------
    DataFrame
        `entity, measure, year, printed, source, standing, accepted, rule`, and the
        reason of a ruling in three scripts (`zh-Hans`, `zh-Hant`, `en`).
    """
    return list_conflicts(read_dataset(dataset, as_of))


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
    """Return what was searched for and not found: `entity, measure, year`."""
    figures = load_figures(dataset)
    return figures.loc[figures["status"] == "missing", KEY].reset_index(drop=True)


def _status(records: pd.DataFrame) -> pd.Series:
    """Return whether each box is a point, a rounded point, or a bound."""
    status = pd.Series("bound", records.index, dtype=object)
    status = status.mask(records["number"].notna(), "rounded")
    return status.mask(records["lower"] == records["upper"], "exact")


def _end(period: str) -> str:
    """Return the last day of a period: of 2020-H1 the 30th of June."""
    end = period.split("/")[-1].replace("H1", "06").replace("H2", "12")
    return last_day(end).isoformat()


def _keys(table: pd.DataFrame) -> pd.Series:
    """Return the key of each row as one value."""
    return pd.Series(
        list(zip(table["entity"], table["measure"], table["year"], strict=True)),
        index=table.index,
        dtype=object,
    )


def _deciding_rule(group: pd.DataFrame) -> str:
    """Return the first step in which the best record beats the next one."""
    for rule, column in zip(RULES, ["latest", "rank", "width", "day"], strict=True):
        if group[column].iloc[0] != group[column].iloc[1]:
            return rule
    return RULES[-1]
