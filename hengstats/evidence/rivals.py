"""Lists what else the record itself shows that a rise of tax could go with.

A rival is a possibility that these data cannot tell from the growth of the
organisation. Its evidence is printed figures and dated events, never our own.
"""

import pandas as pd

from hengstats.dataset import list_labels, read_dataset
from hengstats.records import POINTER, list_evidence
from hengstats.vocabulary import check_language, measure_label, say

COLUMNS = "rival explanation evidence measure entity period printed source".split()
ABOUT = ["publisher", "published", "standing"]


def explain_rivals(
    dataset: str, as_of: str | None = None, *, lang: str = "zh-Hans"
) -> pd.DataFrame:
    """Return the rival explanations that the record shows, one row per evidence.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    as_of : str, optional
        A date, YYYY-MM-DD: only evidence that had been published by then. The
        explanation beside it is our sentence of today.
    lang : str
        `zh-Hans`, `zh-Hant` or `en`, for explanation and evidence.

    Returns
    -------
    DataFrame
        `rival`, `explanation`, `evidence`, `measure`, `entity`, `period`, `printed`,
        `source`, `publisher`, `published`, `standing`, `quote`, in the order of
        `rivals.csv`.
        `evidence` says in words whose figure of what it is, and of when.
        An event has no `measure`; its `period` is its date, and `printed` is its
        quote. No rows where a dataset names no rivals.

    Raises
    ------
    DataError
        If a row of the dataset is at fault, or a rival points at no record.
    ValueError
        If `lang` is unknown.
    """
    check_language(lang)
    data = read_dataset(dataset, as_of)
    others = [key for key in data.rivals["dataset"].unique() if key]
    stores = {"": data} | {
        key: read_dataset(data.comparators[key], as_of) for key in others
    }
    known = []
    labels: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for key, store in stores.items():
        evidence = list_evidence(store.records, store.milestones)
        # Events of one day and source cannot be told apart: no rival points at them.
        evidence = evidence[~evidence.duplicated(POINTER, keep=False)]
        known.append(
            evidence.assign(dataset=key).merge(
                store.sources[["source", *ABOUT]],
                on="source",
                how="left",
                validate="many_to_one",
            )
        )
        labels = list_labels(store.codebook) | labels
        names |= dict(zip(store.entities["entity"], store.entities[lang], strict=True))
    shown = data.rivals.merge(
        pd.concat(known),
        on=["dataset", *POINTER],
        how="inner",
        validate="many_to_one",
    )
    said = []
    for row in shown.to_dict("records"):
        whose = names.get(row["entity"], row["entity"])
        measure = row["measure"]  # blank for an event
        what = measure_label(measure, lang, labels) or say("word", "event", lang)
        when = [row["period"].replace("/", " / ")] if row["period"] else []
        said.append(say("word", "comma", lang).join([whose, what, *when]))
    shown = shown.assign(evidence=pd.Series(said, dtype=object))
    return shown.rename(columns={lang: "explanation"})[[*COLUMNS, *ABOUT, "quote"]]
