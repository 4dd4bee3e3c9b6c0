"""What does the report say of tax and organisation together?"""

from functools import partial

import pandas as pd

from hengstats import charts
from hengstats.evidence import Verdict, explain_rivals
from hengstats.evidence.shown import show_rate
from hengstats.evidence.verdict import (
    label_table,
    refusals_note,
    refusals_table,
    write_headline,
    write_statement,
)
from hengstats.report import tables
from hengstats.report.blocks import Block, Picture, Table, escape
from hengstats.report.material import Material
from hengstats.vocabulary import name, say


def headline(m: Material) -> list[Block]:
    """Return the finding in two sentences, for the summary."""
    if not isinstance(m.verdict, Verdict):
        return []
    return [escape(write_headline(m.verdict, m.lang))]


def verdict_section(m: Material) -> list[Block]:
    """Show the verdict, what it rests on, what was refused, and the rivals."""
    verdict = m.verdict
    if verdict is None:
        return []
    if isinstance(verdict, str):
        return [escape(verdict)]
    lang = m.lang
    shown = "none"
    if verdict.n_growths:
        shown = "pairs" if len(verdict.null_r) else "few"
    blocks: list[Block] = [
        escape(write_statement(verdict, lang)),
        Picture(
            key="verdict",
            caption=say("report", f"verdict_figure_{shown}", lang),
            draw=partial(charts.draw_verdict, verdict, lang=lang),
        ),
    ]
    if len(verdict.table):
        blocks.append(
            Table(
                key="verdict",
                caption=say("report", "verdict_table", lang),
                frame=label_table(verdict, lang),
                widths=(20, 30, 12, 16, 12),
                note=say("report", "verdict_note", lang),
            )
        )
    blocks += [
        say("report", "refused_lead", lang),
        Picture(
            key="refusals",
            caption=say("report", "refused_figure", lang),
            draw=partial(charts.draw_refusals, verdict, lang=lang),
        ),
        _refused(verdict, lang),
    ]
    return [*blocks, *_rivals(m)]


def _refused(verdict: Verdict, lang: str) -> Table:
    """Return what was not computed, why, and how often it misleads, ours last."""
    frame = refusals_table(verdict, lang)
    rates = [show_rate(rate) for rate in verdict.own_rates.values()]
    frame.loc[len(frame)] = [name("procedure", "assess", lang), "—", *rates]
    return Table(
        key="refused",
        caption=say("report", "refused_table", lang),
        frame=frame,
        widths=(22, 44, 9, 9, 9, 9),
        note=refusals_note(verdict, lang),
    )


def _rivals(m: Material) -> list[Block]:
    """Return the other explanations that the record shows, with their evidence."""
    rivals = explain_rivals(m.asked, lang=m.lang)
    if rivals.empty:
        return [say("report", "rivals_none", m.lang)]
    semicolon = say("word", "semicolon", m.lang)
    rows = []
    for _, evidence in rivals.groupby("rival", sort=False):
        told = [_evidence(m, row) for row in evidence.to_dict("records")]
        rows.append([evidence["explanation"].iloc[0], semicolon.join(told)])
    return [
        say("report", "rivals_lead", m.lang),
        Table(
            key="rivals",
            caption=say("report", "rivals_table", m.lang),
            frame=pd.DataFrame(rows, columns=tables.heads(m.lang, "rival", "evidence")),
            widths=(40, 46),
        ),
    ]


def _evidence(m: Material, row: dict) -> str:
    """Return one piece of evidence: whose, what, when, as printed, by whom."""
    printed = f"「{row['printed']}」" if m.lang == "zh-Hant" else f"“{row['printed']}”"
    colon, number = say("word", "colon", m.lang), m.numbers[row["source"]]
    return f"{row['evidence']}{colon}{printed} [{number}]"
