"""Which part of a panel does one chart draw?

A chart is drawn from its portion, and the portion is what its fingerprint is taken of:
what is not in it can neither show in the chart nor make it be drawn again.
"""

from collections.abc import Sequence

import pandas as pd


def take_portion(
    panel: pd.DataFrame,
    entities: Sequence[str],
    measures: Sequence[str],
    *,
    milestones: bool = False,
) -> pd.DataFrame:
    """Return the rows of some entities and columns of some measures, as a panel.

    Years in which none of the measures is known are left out, unless none is known in
    any year. What the panel knows of its origin is narrowed in the same way;
    `milestones` keeps those of the entities.
    """
    ends = [f"{m}{end}" for m in measures for end in ("", "_lower", "_upper")]
    columns = [column for column in panel.columns if column in ends]
    own = panel[panel["entity"].isin(list(entities))]
    known = own[columns].notna().any(axis=1)
    rows = own[known] if known.any() else own
    portion = rows[["entity", "year", *columns]].reset_index(drop=True)
    portion.attrs = {}
    if "about" in panel.attrs:
        about = panel.attrs["about"]
        portion.attrs["about"] = _narrow(about, entities, measures, milestones)
    return portion


def _narrow(
    about: dict, entities: Sequence[str], measures: Sequence[str], milestones: bool
) -> dict:
    """Return what is known of the origin of some measures of some entities."""
    kept = [
        row for row in about["milestones"] if milestones and row["entity"] in entities
    ]
    cited = {row["source"] for row in kept}
    by_series = {
        key: {
            measure: {e: told for e, told in series.items() if e in entities}
            for measure, series in about[key].items()
            if measure in measures
        }
        for key in ("sources", "printed", "not_found")
    }
    return {
        **about,
        **by_series,
        "units": {m: unit for m, unit in about["units"].items() if m in measures},
        "entities": {e: n for e, n in about["entities"].items() if e in entities},
        "milestones": kept,
        "publications": {
            key: told for key, told in about["publications"].items() if key in cited
        },
    }
