"""What does the report say of figures and conclusions that have changed?"""

from functools import partial

import pandas as pd

from hengstats import charts
from hengstats.report.blocks import Block, Picture, Table, escape
from hengstats.report.material import Material
from hengstats.revisions import Changes, changes
from hengstats.revisions.tables import (
    conclusions_table,
    counts_text,
    figures_table,
)
from hengstats.vocabulary import say

# So many rows are printed; the note says how many more there are.
MOST = 60
COLUMNS = ("entity", "what", "before", "after", "because")


def changes_section(m: Material) -> list[Block]:
    """Say what the last vintage changed, where there are several."""
    if len(m.dataset.vintages) < 2:
        return []
    found = changes(m.asked, lang=m.lang)
    blocks: list[Block] = [escape(_lead(m, found))]
    if (found.figures["change"] == "revised").any():
        draw = partial(charts.draw_revisions, found, lang=m.lang)
        caption = say("report", "changes_figure", m.lang)
        blocks.append(Picture(key="changes", caption=caption, draw=draw))
    if len(found.figures):
        blocks.append(_figures(m, found))
    if found.found:
        blocks.append(_conclusions(m, found))
    return blocks


def _lead(m: Material, found: Changes) -> str:
    """Return what is compared with what, and how much of it changed."""
    lang = m.lang
    changed = len(found.found)
    total = {"n": found.compared, "changed": changed, "kept": found.compared - changed}
    told = [
        say(
            "changes",
            "head_vintage",
            lang,
            dataset=found.dataset,
            title=found.last,
        ),
        counts_text(found.figures, lang),
        say("changes", "conclusions" if changed else "same_conclusions", lang, **total),
    ]
    stop = say("word", "stop", lang)
    return stop.join(line.rstrip("。.：:") for line in told) + stop.strip()


def _figures(m: Material, found: Changes) -> Table:
    """Return the changed figures, those revised or withdrawn before those added."""
    figures = found.figures
    added = figures["change"] == "added"
    ordered = pd.concat([figures[~added], figures[added]])
    frame = figures_table(found, ordered.head(MOST), m.lang)
    return Table(
        key="changes-figures",
        caption=say("report", "changes_table", m.lang),
        frame=frame,
        widths=(16, 14, 8, 9, 14, 14, 14, 18),
        note=_note(len(ordered), m.lang),
    )


def _conclusions(m: Material, found: Changes) -> Table:
    """Return the changed conclusions: before, after, and which figures did it."""
    frame = conclusions_table(found, m.lang, MOST)[list(COLUMNS)]
    frame.columns = pd.Index([say("changes", f"col_{key}", m.lang) for key in COLUMNS])
    return Table(
        key="changes-conclusions",
        caption=say("report", "conclusions_table", m.lang),
        frame=frame,
        widths=(14, 18, 20, 20, 30),
        note=_note(len(found.found), m.lang),
    )


def _note(rows: int, lang: str) -> str:
    """Return how many rows are not printed, if any."""
    return say("report", "more_rows", lang, n=rows - MOST) if rows > MOST else ""
