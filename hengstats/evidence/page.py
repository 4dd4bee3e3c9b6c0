"""How does a verdict read as a whole: as text in a terminal, as a page in Jupyter?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pandas as pd

from hengstats.evidence.refusals import REPLICATIONS, SEED
from hengstats.evidence.shown import (
    entity_label,
    finding_label,
    label_table,
    refusals_note,
    refusals_table,
)
from hengstats.evidence.statement import write_statement
from hengstats.vocabulary import say

if TYPE_CHECKING:
    from hengstats.evidence.verdict import Verdict

STYLE = (
    "border-left:4px solid #0072B2;padding:.2em 1em;margin:.6em 0;"
    "max-width:60em;line-height:1.6"
)


def write_text(verdict: Verdict, lang: str) -> str:
    """Return statement, table and refusals as text."""
    table = label_table(verdict, lang).to_string(index=False)
    refused = refusals_table(verdict, lang)
    head = say("verdict", "refused_head", lang)
    lines = [
        f"  {row[0]}（{row[2]}）" if lang.startswith("zh") else f"  {row[0]} ({row[2]})"
        for row in refused.to_numpy().tolist()
    ]
    return "\n\n".join(
        [write_statement(verdict, lang), table, "\n".join([head, *lines])]
    )


def write_html(verdict: Verdict, lang: str) -> str:
    """Return the verdict as Jupyter shows it."""
    title = say("verdict", "level", lang, level=verdict.level)
    note = refusals_note(verdict, REPLICATIONS, SEED, lang)
    return (
        f'<div lang="{lang}" style="{STYLE}">'
        f"<b>{html.escape(entity_label(verdict, lang))} · "
        f"{html.escape(finding_label(verdict, lang))}</b>"
        f" <small>({html.escape(title)}, n = {verdict.n_growths})</small>"
        f"<p>{html.escape(write_statement(verdict, lang))}</p>"
        f"{_details('table_head', label_table(verdict, lang), lang, opened=True)}"
        f"{_details('refused_head', refusals_table(verdict, lang), lang, note=note)}"
        "</div>"
    )


def _details(
    head: str, table: pd.DataFrame, lang: str, *, note: str = "", opened: bool = False
) -> str:
    """Return a table that can be folded away."""
    shown = table.to_html(index=False, border=0, escape=True, justify="left")
    for cell in ("th", "td"):
        shown = shown.replace(f"<{cell}>", f'<{cell} style="text-align:left">')
    return (
        f"<details{' open' if opened else ''}>"
        f"<summary>{html.escape(say('verdict', head, lang))}</summary>"
        f"{shown}<small>{html.escape(note)}</small></details>"
    )
