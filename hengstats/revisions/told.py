"""How do the changes of a dataset read: as sentences, and on a page?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pandas as pd

from hengstats.revisions.tables import (
    called,
    change_text,
    conclusions_table,
    counts_text,
    figures_table,
    reason_text,
    source_text,
)
from hengstats.vocabulary import check_language, name, say

if TYPE_CHECKING:
    from hengstats.revisions.result import Changes

# So many are listed one by one; the rest are counted.
MOST_REVISED, MOST_ADDED, MOST_CONCLUSIONS = 60, 14, 60
STYLE = (
    "border-left:4px solid #0072B2;padding:.2em 1em;margin:.6em 0;"
    "max-width:70em;line-height:1.6"
)


def tell_changes(changes: Changes, lang: str) -> str:
    """Return the changes in sentences, one a line."""
    check_language(lang)
    if not (changes.since or changes.last):
        return say("changes", "nothing", lang, dataset=changes.dataset)
    mark = [say("word", "illustrative", lang)] if changes.illustrative else []
    figures = [*_head(changes, lang), *_figures(changes, lang)]
    follows = [_conclusions_head(changes, lang), *_conclusions(changes, lang)]
    return "\n".join([*mark, *figures, *follows])


def write_page(changes: Changes, lang: str) -> str:
    """Return the changes as Jupyter shows them."""
    if not (changes.since or changes.last):
        told = say("changes", "nothing", lang, dataset=changes.dataset)
        return f'<div lang="{lang}" style="{STYLE}"><p>{html.escape(told)}</p></div>'
    mark = f"<b>{say('word', 'illustrative', lang)}</b><br>" * changes.illustrative
    first, *rest = (html.escape(line) for line in _head(changes, lang))
    figures = changes.figures.head(MOST_REVISED)
    more = len(changes.figures) - len(figures)
    shown = conclusions_table(changes, lang, MOST_CONCLUSIONS).drop(columns="measure")
    keys = ("entity", "what", "before", "after", "because")
    shown.columns = pd.Index([say("changes", f"col_{key}", lang) for key in keys])
    return (
        f'<div lang="{lang}" style="{STYLE}">{mark}<b>{first}</b>'
        f"<p>{'<br>'.join(rest)}</p>"
        f"{_table(figures_table(changes, figures, lang), more, lang)}"
        f"<p>{html.escape(_conclusions_head(changes, lang))}</p>"
        f"{_table(shown, len(changes.found) - len(shown), lang)}</div>"
    )


def _head(changes: Changes, lang: str) -> list[str]:
    """Return what is compared with what, and how many figures changed."""
    title = say(
        "changes",
        "head_date" if changes.since else "head_vintage",
        lang,
        dataset=changes.dataset,
        date=changes.since,
        title=changes.last,
    )
    told = [title, counts_text(changes.figures, lang)]
    if changes.undated:
        told.append(say("changes", "undated", lang, n=changes.undated))
    return told


def _figures(changes: Changes, lang: str) -> list[str]:
    """Return the changed figures: revised and withdrawn ones first, one a line."""
    figures = changes.figures
    changed = figures[figures["change"] != "added"]
    lines = [_line(changes, row, lang) for row in _rows(changed.head(MOST_REVISED))]
    lines += _more(len(changed) - MOST_REVISED, lang)
    added = figures[figures["change"] == "added"]
    if len(added) <= MOST_ADDED:
        return lines + [_line(changes, row, lang) for row in _rows(added)]
    counts = added.groupby(["measure", "year"], sort=False).size()
    for measure in dict.fromkeys(added["measure"]):
        years = counts[measure].sort_index()
        listed = say("word", "comma", lang).join(
            say("changes", "added_year", lang, year=year, n=n)
            for year, n in years.items()
        )
        what = name("measure", measure, lang)
        lines.append(say("changes", "added_line", lang, measure=what, list=listed))
    return lines


def _line(changes: Changes, row: dict, lang: str) -> str:
    """Return one changed figure as a line."""
    who, item = called(changes, row["entity"], lang), change_text(row, lang)
    why = [reason_text(row, lang), source_text(row, lang)]
    return say(
        "changes",
        "line",
        lang,
        entity=who,
        item=item,
        why=say("word", "semicolon", lang).join(part for part in why if part),
    )


def _conclusions_head(changes: Changes, lang: str) -> str:
    """Return how many conclusions changed, of how many."""
    changed = len(changes.found)
    kept = changes.compared - changed
    key = "conclusions" if changed else "same_conclusions"
    counts = {"n": changes.compared, "changed": changed, "kept": kept}
    return say("changes", key, lang, **counts)


def _conclusions(changes: Changes, lang: str) -> list[str]:
    """Return each changed conclusion as a line."""
    table = conclusions_table(changes, lang, MOST_CONCLUSIONS)
    lines = [
        say("changes", "conclusion", lang, **{str(key): row[key] for key in row})
        for row in _rows(table)
    ]
    return lines + _more(len(changes.found) - len(table), lang)


def _more(n: int, lang: str) -> list[str]:
    """Return the line that says how many are not listed, if any."""
    return [say("changes", "more", lang, n=n)] if n > 0 else []


def _rows(table: pd.DataFrame) -> list[dict]:
    """Return the rows of a table."""
    return table.to_dict("records")


def _table(table: pd.DataFrame, more: int, lang: str) -> str:
    """Return a table as HTML, its text to the left, and how many rows are left out."""
    if table.empty:
        return ""
    shown = table.to_html(index=False, border=0, escape=True)
    for cell in ("th", "td"):
        shown = shown.replace(f"<{cell}>", f'<{cell} style="text-align:left">')
    return shown + "".join(f"<small>{line}</small>" for line in _more(more, lang))
