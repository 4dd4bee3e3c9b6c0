"""Gives every number of the page its record, and writes the records down.

A number leads to the record of what was printed, or to the formula by which it was
computed; from there each input leads on to its own.
"""

import html
import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hengstats.charts.spots import Spot
from hengstats.csvsafe import to_csv
from hengstats.dataset import list_counts
from hengstats.figures import rank_records
from hengstats.ledger import MARK, Origin, figure_at, record, unmarked
from hengstats.prose import join_sentences, say_figure
from hengstats.report.blocks import PAGE_FIRST, PAGE_LAST, Block, Table
from hengstats.report.inputs import Inputs, entity_label, measure_label, phrase
from hengstats.report.tables import show_boxes, show_number
from hengstats.revisions.result import wording
from hengstats.vintages import RULES
from hengstats.vocabulary import name, say

Row = dict[Hashable, Any]
COLUMNS = (
    "id kind entity measure period shown value lower upper unit printed quote source"
    " title standing formula inputs"
).split()
# A quote is shown so far on either side of the figure.
AROUND = 60
LAST_DIGIT = re.compile(r"(\d)(?=\D*$)")
# What needs no record, as patterns; nor do names, titles and addresses, the list of
# sources, and the numbers of figures, tables and sections.
NEEDS_NONE = (
    r"\[\d+\]",  # a source
    r"^(?:\d+\.)+\d* ",  # a heading in English
    r"\(\d{1,2}\) ",  # an item of a list in English
    # a year, month or day: 2021, 2017-H1, 2018-06-28, 6月28日; but not 2000人
    r"(?<![\d.,])(?:1[89]|20)\d\d(?:-(?:H[12]|\d\d(?:-\d\d)?))?"
    r"(?!\d|[.,]\d|-\d| ?[%人家个個场場项項幢元万萬亿億])",
    r"(?<!\d)\d{1,2}[月日](?:\d{1,2}日)?",
    r"(?<=[A-Za-z])\d+",  # within a name: HC3
)


@dataclass(frozen=True, slots=True)
class Trace:
    """The records of a page, in the order in which it shows their numbers.

    Attributes
    ----------
    page : str
        The report in Markdown, each number a link.
    records : str
        The section of the records, in Markdown.
    table : list of dict
        One row per record: `COLUMNS`.
    drawn : dict
        For each chart the rows of what it draws, by the figures each is of.
    stores : dict
        Every record by each key that an origin may have for it.
    """

    page: str
    records: str
    table: list[dict[str, str]]
    drawn: dict[str, dict[frozenset[Origin], dict[str, str]]]
    stores: dict[tuple[str, ...], Row]


def write_plain_text(text: str) -> str:
    """Return a report in Markdown without marks and what the page alone has."""
    alone = f"(?:\n\n)?{PAGE_FIRST}[^{PAGE_LAST}]*{PAGE_LAST}"
    return unmarked(re.sub(alone, "", text))


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a picture that leads to a record: shares of its width and height."""

    left: float
    top: float
    target: str
    name: str


def lead_spots(
    given: Inputs, trace: Trace, spots: Mapping[str, Sequence[Spot]]
) -> dict[str, list[Place]]:
    """Return for each chart the places that lead to a record."""
    comma = say("word", "comma", given.lang)
    places: dict[str, list[Place]] = {}
    for chart, marked in spots.items():
        for spot in marked:
            of = frozenset(_settle(one, trace.stores) for one in spot.of)
            if row := trace.drawn[chart].get(of):
                name = _name(row, comma) if of else row["formula"]
                place = Place(spot.left, spot.top, f"fig-{row['id']}", name)
                places.setdefault(chart, []).append(place)
    return places


def trace_numbers(
    given: Inputs, text: str, drawn: Mapping[str, Sequence[str]]
) -> Trace:
    """Return the page of a report in Markdown, its records, and their table.

    `drawn` has for each chart the figures that it draws, in words.
    """
    stores = _list_records(given)
    known = [_settle(origin, stores) for origin in given.numbers.origins]
    shown: dict[Origin, str] = {}
    for place, number in MARK.findall(text):
        shown.setdefault(known[int(place)], number.replace("\\", "").strip())
    rows: dict[Origin, dict[str, str]] = {}
    leads: dict[Origin, list[Origin]] = {}
    waiting = list(shown)
    for origin in waiting:  # grows while it is gone through
        if origin in rows:
            continue
        rows[origin] = _describe(given, origin, stores)
        rows[origin] |= {"id": f"f{len(rows)}", "shown": shown.get(origin, "")}
        row = rows[origin]
        row["shown"] = row["shown"] or row["printed"]
        if row["unit"] == "%" and "%" not in row["shown"]:  # the head had the sign
            row["shown"] = LAST_DIGIT.sub(r"\1%", row["shown"])
        found = [_settle(one, stores) for one in origin.inputs]
        leads[origin] = found or _beside(origin, stores)
        waiting += leads[origin]
    for origin, row in rows.items():
        if not origin.key:
            row |= _common(rows, leads[origin])
            row["formula"] = _formula(given, origin, leads[origin], rows, stores)
            row["inputs"] = " ".join(rows[one]["id"] for one in leads[origin])
    entries = [_entry(given, one, leads[one], rows, stores) for one in rows]
    page = MARK.sub(
        lambda found: f"[{found[2]}](#fig-{rows[known[int(found[1])]]['id']}){{.fig}}",
        text,
    )
    page = page.replace(PAGE_FIRST, "").replace(PAGE_LAST, "")
    head = f"# {phrase(given, 'head_records')} {{.unnumbered}}"
    lead = phrase(given, "records_lead")
    body = "\n".join(['<div class="records">', *entries, "</div>"])
    body = f"```{{=html}}\n{body}\n```"
    written = ["::: {#records}", head, lead, body, ":::", ""]
    leading = {
        chart: {
            frozenset(leads[origin] if not origin.key else [origin]): rows[origin]
            for text in texts
            for place, _ in MARK.findall(text)
            for origin in [known[int(place)]]
        }
        for chart, texts in drawn.items()
    }
    text = "\n\n".join(["", *written])
    return Trace(page, text, list(rows.values()), leading, stores)


def note_counts(given: Inputs, blocks: Iterable[Block]) -> list[Block]:
    """Return blocks with what to know of counts of sign-in logs, under their tables.

    A table is theirs if one of its numbers is such a count, or computed from one.
    """
    counts = list_counts([given.dataset, *given.others])
    if not counts:
        return list(blocks)
    stores, known = _list_records(given), list(given.numbers.origins)

    def kinds(origin: Origin) -> set[str]:
        """Return what the counts of logs are that a number comes from."""
        if origin.kind.startswith("count_"):  # of records or entities
            return set()
        row = stores.get((origin.kind, *origin.key), {})
        own = {counts.get(str(row.get("source")), "")} if origin.key else set()
        return (own - {""}).union(*map(kinds, origin.inputs))

    noted: list[Block] = []
    for block in blocks:
        if isinstance(block, Table):
            cells = " ".join(map(str, block.frame.to_numpy().ravel()))
            shown = {known[int(place)] for place, _ in MARK.findall(cells)}
            told = [
                say("smallcells", RULES[kind], given.lang)
                for kind in sorted(set().union(*map(kinds, shown)))
            ]
            if told:
                note = join_sentences([block.note, *told], given.lang)
                block = replace(block, note=note)
        noted.append(block)
    return noted


def write_figures(given: Inputs, trace: Trace) -> bytes:
    """Return the records of a page as CSV."""
    heads = [phrase(given, f"csv_{column}") for column in COLUMNS]
    return to_csv(heads, [[row[column] for column in COLUMNS] for row in trace.table])


# What was printed


def _list_records(given: Inputs) -> dict[tuple[str, ...], Row]:
    """Return every record by each key that an origin may have for it.

    The accepted one of a year comes first, then what else was printed, then what a
    later sheet has replaced.
    """
    sources = given.sources.to_dict("records")
    found: dict[tuple[str, ...], Row] = {
        ("source", one["source"]): one for one in sources
    }
    for data in (given.dataset, *given.others):
        ranked = rank_records(data).sort_values(
            "accepted", ascending=False, kind="stable"
        )
        rulings = {
            (row["entity"], row["measure"], str(row["year"])): row[given.lang]
            for row in data.settlements.to_dict("records")
        }
        known = data.records[data.records["qualifier"] != "not_found"]
        units = dict(zip(data.codebook["measure"], data.codebook["unit"], strict=True))
        for row in [*ranked.to_dict("records"), *known.to_dict("records")]:
            year = "" if pd.isna(row["year"]) else str(int(row["year"]))
            key = (row["entity"], row["measure"])
            row["basis"] = units[row["measure"]]
            row["ruling"] = rulings.get((*key, year), "")
            if row.get("accepted"):
                found.setdefault(("figure", *key, year), row)
            for when in (row["period"], year):
                for source in (row["source"], ""):
                    found.setdefault(
                        ("record", *key, when, source, row["printed"]), row
                    )
        for row in data.milestones.to_dict("records"):
            found.setdefault(("event", row["entity"], row["date"], row["source"]), row)
        # what was printed besides, by the figure that was accepted
        for row in ranked[~ranked["accepted"]].to_dict("records"):
            own = found.get(
                ("figure", row["entity"], row["measure"], str(int(row["year"])))
            )
            if own is not None:
                own.setdefault("beside", []).append(record(row))
    return found


def _settle(origin: Origin, stores: Mapping[tuple[str, ...], Row]) -> Origin:
    """Return one origin for one record: if it was accepted, the figure that it is."""
    row = stores.get((origin.kind, *origin.key), {})
    if origin.kind != "record":
        return origin
    if not row.get("accepted"):
        return record(row)
    return figure_at(row["entity"], row["measure"], int(row["year"]))


def _beside(origin: Origin, stores: Mapping[tuple[str, ...], Row]) -> list[Origin]:
    """Return what else was printed of an accepted figure."""
    row = stores.get((origin.kind, *origin.key), {})
    return list(row.get("beside", [])) if origin.kind == "figure" else []


def _describe(
    given: Inputs, origin: Origin, stores: Mapping[tuple[str, ...], Row]
) -> dict[str, str]:
    """Return the row of one record in the table."""
    row = dict.fromkeys(COLUMNS, "")
    if not origin.key:
        unit = {"unit": name("unit", origin.unit, given.lang)}
        box = _box(*origin.box, origin.unit)
        return row | box | unit | {"kind": phrase(given, "kind_computed")}
    found = stores[(origin.kind, *origin.key)]
    about = stores["source", found["source"]]
    row |= {
        "kind": phrase(given, f"kind_{origin.kind}"),
        "entity": entity_label(given, found["entity"]),
        "quote": found["quote"],
        "source": found["source"],
        "title": str(about["title"]),
        "standing": name("standing", str(about["standing"]), given.lang),
    }
    if origin.kind == "event":
        return row | {"period": found["date"], "printed": found[given.lang]}
    box = _box(found["lower"], found["number"], found["upper"], found["basis"])
    told = {
        "measure": measure_label(given, found["measure"]),
        "period": found["period"],
        "unit": name("unit", found["basis"], given.lang),
        "printed": wording(found["printed"], found["unit"], given.lang),
    }
    return row | box | told


def _box(
    lower: float | None, value: float | None, upper: float | None, unit: str
) -> dict[str, str]:
    """Return the ends of a number for a spreadsheet, a fraction in percent.

    Empty for one that is not known or open; two equal ends are the value too.
    """
    known = value is not None and math.isfinite(value)
    ends = (lower, value if known or lower != upper else lower, upper)
    scale = 100 if unit == "fraction" else 1
    return {
        key: f"{scale * end:.10g}" if end is not None and math.isfinite(end) else ""
        for key, end in zip(("lower", "value", "upper"), ends, strict=True)
    }


# How a number was computed


def _common(
    rows: Mapping[Origin, dict[str, str]], inputs: Sequence[Origin]
) -> dict[str, str]:
    """Return whose and what all inputs are, and of which years if they are two."""
    told = {
        key: next(iter(values)) if len(values) == 1 else ""
        for key in ("entity", "measure")
        for values in [{rows[one][key] for one in inputs}]
    }
    years = sorted(rows[one]["period"][:4] for one in inputs)
    pair = told["measure"] and len(years) == len("ab") and all(years)
    return told | {"period": "/".join(dict.fromkeys(years)) if pair else ""}


def _formula(
    given: Inputs,
    origin: Origin,
    inputs: Sequence[Origin],
    rows: Mapping[Origin, dict[str, str]],
    stores: Mapping[tuple[str, ...], Row],
) -> str:
    """Return by which formula a number was computed, in words.

    The first two inputs are named in it where it has blanks for them.
    """
    words = dict(origin.words)
    if "statistic" in words:
        words["statistic"] = name("statistic", words["statistic"], given.lang)
    for blank, one in zip("ab", inputs, strict=False):
        words[blank] = rows[one]["shown"]
        if one.key and one.kind != "event":
            row = stores[(one.kind, *one.key)]
            box = {key: row[key] for key in ("lower", "upper", "qualifier")}
            box["value"] = row["number"]
            words[blank] = say_figure(box, row["basis"], given.lang)
    return say("formula", origin.kind, given.lang, **words)


# One record on the page


def _entry(
    given: Inputs,
    origin: Origin,
    further: Iterable[Origin],
    rows: Mapping[Origin, dict[str, str]],
    stores: Mapping[tuple[str, ...], Row],
) -> str:
    """Return one record as HTML."""
    row = rows[origin]
    comma = say("word", "comma", given.lang)
    when = row["period"].replace("/", " / " if origin.key else "→")
    parts = [row["entity"], row["measure"], when]
    lines = {"what": _text(comma.join(part for part in parts if part))}
    if origin.key:
        found = stores[(origin.kind, *origin.key)]
        lines |= {
            "printed": _text(row["printed"] if row["measure"] else ""),
            "event": _text("" if row["measure"] else row["printed"]),
            "quote": _quote(row["quote"], found.get("printed", "")),
            "source": _source(given, stores["source", found["source"]]),
            "standing": _text(row["standing"]),
            "read": _text(_reading(given, found)) if row["measure"] else "",
            "accepted": _text(_accepted(given, found)) if row["measure"] else "",
        }
    else:
        lines |= {"formula": _text(row["formula"]), "value": _text(_ends(given, row))}
    links = [
        f'<li><a class="fig" href="#fig-{rows[one]["id"]}">'
        f"{_text(_name(rows[one], comma))}</a></li>"
        for one in dict.fromkeys(further)
    ]
    if links:
        head = "beside" if origin.key else "inputs"
        lines[head] = f"<ul>{''.join(links)}</ul>"
    told = "".join(
        f"<dt>{phrase(given, f'record_{key}')}</dt><dd>{text}</dd>"
        for key, text in lines.items()
        if text
    )
    return (
        f'<div class="record" id="fig-{row["id"]}">'
        f'<p class="shown">{_text(row["shown"] or row["kind"])}'
        f" <small>{row['kind']}{comma}{row['id']}</small></p><dl>{told}</dl></div>"
    )


def _ends(given: Inputs, row: Mapping[str, str]) -> str:
    """Return a computed number to four digits, and its bounds."""
    sign = "%" * (row["unit"] == "%")
    low, value, high = (
        f"{float(row[end]):.4g}{sign}".replace("-", "−") if row[end] else ""
        for end in ("lower", "value", "upper")
    )
    box = ""
    if low and high and low != high:
        box = say("hedge", "range", given.lang, low=low, high=high)
    elif low != high:
        key, end = ("from_on", "low") if low else ("up_to", "high")
        box = phrase(given, key, **{end: low or high})
    if value and box:
        return phrase(given, "record_within", value=value, box=box)
    return value or box


def _name(row: Mapping[str, str], comma: str) -> str:
    """Return what a record is called: what it is of, and how it reads."""
    between = "→" if row["formula"] else " / "
    parts = [row["entity"], row["measure"], row["period"].replace("/", between)]
    words = [part for part in parts if part]
    if not row["period"]:
        words.append(row["formula"])
    return comma.join([*filter(None, words), row["shown"]])


def _text(text: str) -> str:
    """Return a text as HTML, on one line."""
    return html.escape(" ".join(text.split()), quote=False)


def _quote(quote: str, printed: str) -> str:
    """Return the words around a figure, the figure itself marked in them."""
    before, found, after = quote.partition(printed) if printed else (quote, "", "")
    if len(before) > AROUND:
        before = "…" + before[-AROUND:]
    if len(after) > AROUND:
        after = after[:AROUND] + "…"
    if not found:
        return _text(before + after)
    # what would stand apart in the quote still does
    return _text(f"{before}\ue000{found}\ue001{after}").translate(
        {0xE000: "<mark>", 0xE001: "</mark>"}
    )


def _source(given: Inputs, about: Row) -> str:
    """Return a source by its title, with the link to the list where it is listed."""
    undated = say("word", "undated", given.lang)
    parts = [about["title"], about["publisher"], about["published"] or undated]
    comma = say("word", "comma", given.lang)
    text = _text(comma.join(str(part) for part in parts if part))
    if about["source"] not in given.numbers:
        return text
    number = given.numbers[about["source"]]
    return f'<a class="cite" href="#source_{number}">[{number}]</a> {text}'


def _reading(given: Inputs, row: Row) -> str:
    """Return how the wording was read: its hedge, and within which bounds."""
    unit = row["basis"]
    box = {"lower": row["lower"], "upper": row["upper"], "value": row["number"]}
    [shown] = show_boxes([box], unit, given.lang)
    if shown == "—":
        shown = show_number(row["number"], unit, given.lang)
    if unit != "fraction":
        label = name("unit", unit, given.lang)
        shown += f" ({label})" if label[0].isdigit() else f" {label}"
    key = "read_exact" if box["lower"] == box["upper"] else "read_rounded"
    if row["qualifier"] != "exact":
        key = "read_hedged"
    hedge = name("qualifier", row["qualifier"], given.lang)
    return phrase(given, key, hedge=hedge, box=shown)


def _accepted(given: Inputs, row: Row) -> str:
    """Return why this one was accepted of several, or that it was not."""
    if "accepted" not in row:
        return phrase(given, "record_replaced") if not row.get("stands", True) else ""
    if not row["accepted"]:
        return phrase(given, "record_kept")
    rule = row["ruling"] or name("rule", row["rule"], given.lang)
    return rule if row["rule"] else ""
