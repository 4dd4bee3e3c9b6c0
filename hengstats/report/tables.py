"""Prints figures as tables: numbers set on their decimals, ranges, sources."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hengstats.charts.growth import step_labels
from hengstats.errors import DataError
from hengstats.indicators import ENDS, growth, ratio, round_out
from hengstats.ledger import (
    Origin,
    figure,
    figure_at,
    figures,
    formula,
    mark,
    mark_words,
    record,
)
from hengstats.prose import (
    Row,
    cite,
    figures_of,
    growths_of_all,
    latest_rows,
    say_figure,
    say_sum,
    settled_percent,
)
from hengstats.report.blocks import Table, entry
from hengstats.report.inputs import (
    MEMBERS,
    TAX,
    Inputs,
    entity_label,
    measure_label,
    phrase,
)
from hengstats.vocabulary import convert, name, say

STANDINGS = ("primary", "press", "copy", "interested", "weak")
STOP = {"zh-Hans": "。", "zh-Hant": "。", "en": ". "}
RATIOS = (
    ("coverage", "enterprises_covered", "tenants", "fraction"),
    ("per_branch", MEMBERS, "branches", "persons"),
    ("per_enterprise", MEMBERS, "enterprises_covered", "persons"),
    ("tax_per_tenant", TAX, "tenants", "10000 yuan"),
    ("tax_per_area", TAX, "floor_area", "yuan"),
)
# A range shows no more decimals.
DECIMALS = {True: 2, False: 3}  # of percent, of other numbers
DIGITS = 7  # of a bound
# A measure known in so many years is set out by year, beside at most so many others.
MANY_YEARS, BESIDE = 4, 4
# So many of a ranking are printed.
RANKED = 20


# How numbers are shown


def show_number(
    number: float, unit: str, lang: str, *, side: str = "", digits: int = 2
) -> str:
    """Return a number as it is read: percent for a fraction, an open end in words.

    `side` is `lower` or `upper` for a bound, which is rounded outwards.
    """
    if pd.isna(number):
        return "—"
    if np.isinf(number):
        return say("report", "open", lang)
    scaled, sign = (100 * number, "%") if unit == "fraction" else (number, "")
    if side:
        scaled = round_out(scaled, digits, up=side == "upper")
    text = f"{scaled:,.{digits}f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return plain.replace("-", "−") + sign


def show_boxes(rows: Sequence[Row], unit: str, lang: str) -> list[str]:
    """Return the ranges of a column, all to one precision, rounded outwards.

    A point needs no range.
    """
    scale = 100 if unit == "fraction" else 1
    wide = [row for row in rows if row["lower"] != row["upper"]]
    ends = [[scale * row[end] for end in ("lower", "upper")] for row in wide]
    closed = [end for pair in ends if np.isfinite(pair).all() for end in pair]
    largest = max((abs(end) for end in closed), default=0)
    cap = min(DECIMALS[unit == "fraction"], max(0, DIGITS - len(f"{largest:.0f}")))
    most = max((_digits(end, cap) for end in closed), default=0)
    sign = "%" if unit == "fraction" else ""
    shown = []
    for row in rows:
        pair = [scale * row[end] for end in ("lower", "upper")]
        known = [end for end in pair if np.isfinite(end)]
        digits = (
            most
            if len(known) > 1
            else max((_digits(end, cap) for end in known), default=0)
        )
        low, high = (
            f"{round_out(end, digits, up=up):,.{digits}f}"
            for end, up in zip(pair, (False, True), strict=True)
        )
        low, high = (text.replace("-", "−") + sign for text in (low, high))
        if pd.isna(row["lower"]) or row["lower"] == row["upper"]:
            shown.append("—")
        elif np.isinf(row["upper"]):
            shown.append(say("report", "from_on", lang, low=low))
        elif np.isinf(row["lower"]):
            shown.append(say("report", "up_to", lang, high=high))
        else:
            shown.append(say("hedge", "range", lang, low=low, high=high))
    return shown


def show_rates(rates: Sequence[Row], lang: str) -> list[str]:
    """Return growths as percent without the sign, one digit each, or as ranges."""
    shown = []
    for row in rates:
        low, high = 100 * row["lower"], 100 * row["upper"]
        nearest = {f"{end:z.1f}" for end in (low, high) if np.isfinite(end)}
        ends = [
            f"{round_out(end, 1, up=up):z.1f}".replace("-", "−")
            for end, up in ((low, False), (high, True))
        ]
        low = -np.inf if low <= -100 else low  # all of it is lost: no end at all
        if np.isinf(high) and np.isinf(low):
            shown.append("—")
        elif np.isinf(high):
            shown.append(say("report", "from_on", lang, low=ends[0]))
        elif np.isinf(low):
            shown.append(say("report", "up_to", lang, high=ends[1]))
        elif len(nearest) == 1:
            shown.append(nearest.pop().replace("-", "−"))
        else:
            shown.append(say("hedge", "range", lang, low=ends[0], high=ends[1]))
    return shown


def _digits(number: float, most: int) -> int:
    """Return how many decimals a number has, as far as a range shows them."""
    return min(most, len(f"{number:.10g}".partition(".")[2]))


# How tables are made


def heads(given: Inputs, *keys: str) -> list[str]:
    """Return the heads of columns."""
    return [phrase(given, f"col_{key}") for key in keys]


def make_table(
    key: str, caption: str, rows: list, columns: list[str], note: str = ""
) -> Table:
    """Return rows of texts as a table; `columns` are the heads."""
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    return Table(key=key, caption=caption, frame=frame, note=note)


def _with_unit(given: Inputs, measure: str, unit: str) -> str:
    """Return what a measure is called, with its unit."""
    words = {"measure": measure_label(given, measure)}
    return say(
        "chart", "axis", given.lang, unit=name("unit", unit, given.lang), **words
    )


def _unit(given: Inputs, measure: str) -> str:
    """Return the unit of a measure."""
    return str(given.panel.attrs["about"]["units"].get(measure, ""))


def cited(given: Inputs, sources: Sequence[str]) -> str:
    """Return the numbers of sources as they stand in a cell."""
    return cite(sources, given.numbers, given.lang).strip() or "—"


def _points(given: Inputs, rows: Sequence[Row], unit: str) -> list[str]:
    """Return figures without their unit, hedges kept."""
    bare = unit if unit == "fraction" else ""
    return [say_figure(row, bare, given.lang, given.numbers) for row in rows]


def _boxes(given: Inputs, rows: Sequence[Row], unit: str) -> list[str]:
    """Return the ranges of a column of figures, each marked with its figure."""
    shown = show_boxes(rows, unit, given.lang)
    return [
        mark(given.numbers, text, figure(row))
        for text, row in zip(shown, rows, strict=True)
    ]


def origin_of_growth(
    given: Inputs,
    measure: str,
    entity: str,
    step: Row,
    ends: Iterable[float],
    *,
    printed: bool = False,
) -> Origin:
    """Return a yearly growth as an origin: its two figures, or what was printed of it.

    `step` has `from_year` and `year`; `ends` are fractions. With `printed` a growth or
    increase that was printed goes before.
    """
    first, last = int(step["from_year"]), int(step["year"])
    wordings = given.panel.attrs["about"]["printed"]
    named = [(measure, first), (measure, last)]
    if printed:
        named += [(f"{measure}_growth", last), (f"{measure}_increase", last)]
    wanted = [
        figure_at(entity, one, year)
        for one, year in named
        if str(year) in wordings.get(one, {}).get(entity, {})
    ]
    of_levels = [one.key[1:] for one in wanted] == [
        (measure, str(year)) for year in (first, last)
    ]
    how = "growth_rate" if of_levels else "growth_printed"
    if of_levels and last - first == 1:
        how = "growth_rate_one"
    years = {"years": last - first, "first": first, "last": last}
    return formula(how, wanted, ends, "fraction", **years)


def grown(given: Inputs, measure: str, entity: str, steps: pd.DataFrame) -> list[str]:
    """Return growths, their ends in logs, as percent, each marked with its origin."""
    ends = steps[ENDS].transform(np.expm1).to_dict("records")
    return [
        mark(
            given.numbers,
            text,
            origin_of_growth(given, measure, entity, step, [row[end] for end in ENDS]),
        )
        for text, step, row in zip(
            show_rates(ends, given.lang), steps.to_dict("records"), ends, strict=True
        )
    ]


def year_table(given: Inputs, measure: str, key: str) -> Table:
    """Return one measure of the entity by year: figure, range, growth, source."""
    unit = _unit(given, measure)
    rows = figures_of(given.panel, measure)
    label = _with_unit(given, measure, unit)
    columns = [*heads(given, "year"), label]
    cells = [[str(row["year"]) for row in rows], _points(given, rows, unit)]
    note = ""
    if any(row["lower"] < row["upper"] for row in rows):
        columns += heads(given, "box")
        cells.append(_boxes(given, rows, unit))
        note = phrase(given, "note_box")
    try:
        steps = growth(given.panel, measure) if unit != "fraction" else pd.DataFrame()
    except DataError:  # a figure of zero or less has no growth
        steps = pd.DataFrame()
    if len(steps):
        shown = grown(given, measure, given.entity, steps)
        rates = dict(zip(steps["year"], shown, strict=True))
        columns += heads(given, "growth")
        cells.append([rates.get(row["year"], "—") for row in rows])
        note += phrase(given, "note_growth")
    columns += heads(given, "source")
    cells.append([cited(given, [row["source"]]) for row in rows])
    caption = phrase(given, "by_year", measure=measure_label(given, measure))
    return make_table(
        key,
        caption,
        [list(row) for row in zip(*cells, strict=True)],
        columns,
        note,
    )


def topic_table(given: Inputs, measures: Sequence[str], key: str) -> Table | None:
    """Return the measures of a topic: by year where they have years, else a row each.

    None where none of them is known.
    """
    known = {
        measure: rows
        for measure in measures
        if measure in given.panel and (rows := figures_of(given.panel, measure))
    }
    if not known:
        return None
    long = [one for one, rows in known.items() if len(rows) >= MANY_YEARS]
    if len(known) == 1 and long:
        return year_table(given, long[0], key)
    if long:
        return _beside(given, {one: known[one] for one in long[:BESIDE]}, key)
    return _one_by_one(given, known, key)


def _beside(given: Inputs, known: dict[str, list[Row]], key: str) -> Table:
    """Return measures beside each other, a row a year."""
    years = sorted({row["year"] for rows in known.values() for row in rows})
    columns = heads(given, "year")
    cells = [list(map(str, years))]
    sources: dict[int, list[str]] = {year: [] for year in years}
    for measure, rows in known.items():
        unit = _unit(given, measure)
        columns.append(_with_unit(given, measure, unit))
        shown = dict(
            zip([r["year"] for r in rows], _points(given, rows, unit), strict=True)
        )
        cells.append([shown.get(year, "—") for year in years])
        for row in rows:
            sources[row["year"]].append(row["source"])
    columns += heads(given, "source")
    cells.append([cited(given, sources[year]) for year in years])
    caption = phrase(given, f"{key}_table")
    rows_ = [list(row) for row in zip(*cells, strict=True)]
    return make_table(key, caption, rows_, columns)


def _one_by_one(given: Inputs, known: dict[str, list[Row]], key: str) -> Table:
    """Return a row for each figure of several measures."""
    flat = [(one, row) for one, rows in known.items() for row in rows]
    cells: list[list[str]] = [[], [], [], []]
    for measure, row in flat:
        unit = _unit(given, measure)
        cells[0].append(_with_unit(given, measure, unit))
        cells[1].append(str(row["year"]))
        bare = unit if unit == "fraction" else ""
        cells[2].append(say_figure(row, bare, given.lang, given.numbers))
        cells[3] += _boxes(given, [row], unit)
    columns = heads(given, "measure", "year", "value")
    if any(row["lower"] < row["upper"] for _, row in flat):
        columns += heads(given, "box")
    else:
        cells.pop()
    columns += heads(given, "source")
    cells.append([cited(given, [row["source"]]) for _, row in flat])
    rows = [list(row) for row in zip(*cells, strict=True)]
    return make_table(key, phrase(given, f"{key}_table"), rows, columns)


def ranking_table(given: Inputs, measure: str, key: str) -> Table:
    """Return the entities of the last common year, the largest first, with shares."""
    unit, numbers = _unit(given, measure), given.numbers
    rows, year = latest_rows(given.panel, measure)
    shown, rest = rows[:RANKED], rows[RANKED:]
    label = _with_unit(given, measure, unit)
    columns = [*heads(given, "rank", "entity"), label]
    cells = [
        [
            mark(
                numbers,
                str(place),
                formula("rank", figures(shown[:place]), n=len(rows), place=place),
            )
            for place in range(1, len(shown) + 1)
        ],
        [entity_label(given, row["entity"]) for row in shown],
        _points(given, shown, unit),
    ]
    total = sum(row["value"] for row in rows)
    whole = formula("total", figures(rows), [total] * 3, unit)
    if unit != "fraction" and np.isfinite(total) and total > 0:
        shares = [100 * row["value"] / total for row in shown]
        columns += heads(given, "share", "cumulated")
        sums = np.cumsum(shares)
        for points, start in ((shares, range(len(shown))), (sums, [0] * len(shown))):
            told = [
                formula(
                    "share",
                    (*figures(shown[first : place + 1]), whole),
                    [points[place] / 100] * 3,
                    "fraction",
                )
                for place, first in enumerate(start)
            ]
            texts = [f"{point:.1f}" for point in points]
            pairs = zip(texts, told, strict=True)
            cells.append([mark(numbers, text, one) for text, one in pairs])
    if grew := {r["entity"]: r for r in growths_of_all(given.panel, measure)}:
        columns += heads(given, "growth")
        cells.append([_grew(given, measure, grew.get(row["entity"])) for row in shown])
    columns += heads(given, "source")
    cells.append([cited(given, [row["source"]]) for row in shown])
    more = mark(numbers, str(len(rest)), formula("count_rest", figures(rest)))
    key_more = "more_ranked_brief" if given.edition.brief else "more_ranked"
    note = phrase(given, key_more, n=more) if rest else ""
    for row in list(grew.values())[:1]:
        note = phrase(given, "note_growth_of", **row) + note
    words = {"measure": measure_label(given, measure), "year": year}
    return make_table(
        key,
        phrase(given, "ranking_table", **words),
        [list(row) for row in zip(*cells, strict=True)],
        columns,
        note,
    )


def _grew(given: Inputs, measure: str, row: Row | None) -> str:
    """Return the yearly growth of one entity in percent, marked."""
    if row is None:
        return "—"
    ends = [row["lower"], math.nan, row["upper"]]
    told = origin_of_growth(given, measure, row["entity"], row, ends)
    return mark(given.numbers, show_rates([row], given.lang)[0], told)


def totals_table(given: Inputs, measure: str) -> Table:
    """Return how many are known in each year, and their total."""
    unit, lang = _unit(given, measure), given.lang
    rows = figures_of(given.panel, measure)
    years = sorted({row["year"] for row in rows})
    cells = []
    for year in years:
        own = [row for row in rows if row["year"] == year]
        low, high = (sum(row[end] for row in own) for end in ("lower", "upper"))
        total = formula("total", figures(own), (low, math.nan, high), unit)
        known = formula("count_known", figures(own), year=year)
        cells.append(
            [
                str(year),
                mark(given.numbers, str(len(own)), known),
                mark(given.numbers, say_sum(low, high, "", lang), total),
                cited(given, [row["source"] for row in own]),
            ]
        )
    head = phrase(given, "col_total_year", unit=name("unit", unit, lang))
    columns = [*heads(given, "year", "known"), head, *heads(given, "source")]
    caption = phrase(given, "totals_table", measure=measure_label(given, measure))
    return make_table("totals", caption, cells, columns)


def pairs_table(given: Inputs, steps: pd.DataFrame) -> Table:
    """Return the growths of both measures beside each other, a step a row."""
    cells, columns = [step_labels(steps, given.lang)], heads(given, "step")
    for side, measure in (("x", given.members), ("y", given.tax)):
        own = steps[["from_year", "year"]].assign(
            **{end: steps[f"{side}_{end}"] for end in ENDS}
        )
        cells.append(grown(given, measure, given.entity, own))
        words = {"measure": measure_label(given, measure)}
        columns.append(say("draw", "growth_of", given.lang, **words))
    rows = [list(row) for row in zip(*cells, strict=True)]
    caption = phrase(given, "pairs_table")
    return make_table("pairs", caption, rows, columns)


def figures_table(
    given: Inputs,
    known: pd.DataFrame,
    key: str,
    caption: str,
    *,
    several: bool = False,
) -> Table:
    """Return figures in the words of their sources, each with its range.

    Of several entities with their names.
    """
    lang = given.lang
    columns = ["measure", "period", "printed", "box", "source"]
    columns = ["entity", *columns] if several else columns
    rows = []
    for row in known.to_dict("records"):
        unit = row["unit"]
        cells: dict[str, Any] = {
            "entity": entity_label(given, row["entity"]),
            "measure": _with_unit(given, row["measure"], unit),
            "period": row["period"].replace("/", " / "),
            "printed": row["printed"],
            "box": show_boxes([row], unit, lang)[0],
            "source": cited(given, [row["source"]]),
        }
        if cells["box"] == "—":
            cells["box"] = show_number(row["value"], unit, lang)
        for column in ("printed", "box"):
            cells[column] = mark(given.numbers, cells[column], figure(row))
        rows.append([cells[column] for column in columns])
    note = phrase(given, "note_printed")
    return make_table(key, caption, rows, heads(given, *columns), note)


def years_table(given: Inputs, known: pd.DataFrame, key: str) -> Table:
    """Return one measure of many entities: a row each, a column a year."""
    known = known[known["status"] != "missing"]
    unit = str(known["unit"].iloc[0])
    measure = str(known["measure"].iloc[0])
    rows = figures_of(given.panel, measure)
    years = sorted({row["year"] for row in rows})
    shown = dict(
        zip(
            [(row["entity"], row["year"]) for row in rows],
            _points(given, rows, unit),
            strict=True,
        )
    )
    entities = list(known["entity"].unique())
    cells = [[shown.get((entity, year), "—") for entity in entities] for year in years]
    names = [entity_label(given, entity) for entity in entities]
    listed = cited(given, list(known["source"]))
    caption = phrase(given, "years_table", measure=_with_unit(given, measure, unit))
    columns = [*heads(given, "entity"), *map(str, years)]
    note = phrase(given, "note_years", list=listed)
    rows_ = [list(row) for row in zip(names, *cells, strict=True)]
    return make_table(key, caption, rows_, columns, note)


def ratio_rows(given: Inputs) -> list[Row]:
    """Return the ratios that can be computed of one entity, with years and texts."""
    own, lang, found = given.panel, given.lang, []
    cited_by = own.attrs["about"].get("cited", {})
    for key, over, under, unit in RATIOS:
        if given.many or over not in own or under not in own:
            continue
        table = ratio(own, over, under, under_year="nearest")
        factor = 1.0
        if unit != "fraction":
            factor = convert(own.attrs["about"]["units"][over], unit)
        ends = table[ENDS] * factor
        for row in table.assign(**ends).to_dict("records"):
            text = (
                settled_percent(row["lower"], row["upper"], lang)
                if unit == "fraction"
                else _show_ratio(row, unit, lang)
            )
            parts = ((over, row["year"]), (under, row["under_year"]))
            inputs = [figure_at(row["entity"], one, year) for one, year in parts]
            told = formula("quotient", inputs, [row[end] for end in ENDS], unit)
            text = mark(given.numbers, text, told)
            years = {"year": row["year"], "other": row["under_year"]}
            who, when = (
                str(row["entity"]),
                zip((over, under), years.values(), strict=True),
            )
            sources = [
                cited_by.get(one, {}).get(who, {}).get(str(y)) for one, y in when
            ]
            found.append({"key": key, "text": text, "sources": sources, **years})
    return found


def _show_ratio(row: Row, unit: str, lang: str) -> str:
    """Return a ratio to three digits, its bounds rounded outwards."""
    point = row["lower"] == row["upper"]
    low, high = (
        number
        if point or not np.isfinite(number) or number <= 0
        else round_out(number, 2 - int(np.floor(np.log10(number))), up=up)
        for number, up in ((row["lower"], False), (row["upper"], True))
    )
    if point:
        low = high = float(f"{low:.3g}")
    box = {"lower": low if low > 0 else -np.inf, "upper": high, "value": np.nan}
    return say_figure(box, unit, lang)


def ratio_table(given: Inputs) -> Table | None:
    """Return the ratios as a table, if there are any."""
    rows = []
    for row in ratio_rows(given):
        year = str(row["year"])
        if row["other"] != row["year"]:
            year = phrase(given, "ratio_years", year=year, other=row["other"])
        rows.append(
            [
                phrase(given, f"ratio_{row['key']}"),
                year,
                row["text"],
                cited(given, row["sources"]),
            ]
        )
    columns = heads(given, "measure", "year", "value", "source")
    caption, note = phrase(given, "ratios_table"), phrase(given, "ratios_note")
    return make_table("ratios", caption, rows, columns, note) if rows else None


def events_table(given: Inputs, events: pd.DataFrame) -> Table:
    """Return dated events with their sources."""
    rows = [
        [
            row["date"],
            mark_words(given.numbers, row[given.lang], origin_of_event(row)),
            cited(given, [row["source"]]),
        ]
        for row in events.to_dict("records")
    ]
    columns = heads(given, "period", "event", "source")
    return make_table("events", phrase(given, "events_table"), rows, columns)


def origin_of_event(row: Row) -> Origin:
    """Return a milestone as an origin."""
    return Origin("event", (row["entity"], row["date"], row["source"]))


def counts_table(given: Inputs) -> Table:
    """Return how many figures there are, by subject and standing of the source."""
    records, codebook = given.dataset.records, given.dataset.codebook
    topics = dict(zip(codebook["measure"], codebook["topic"], strict=True))
    printed = records[records["qualifier"] != "not_found"]
    counts = pd.crosstab(printed["measure"].map(topics), printed["standing"])
    standings = [standing for standing in STANDINGS if standing in counts]
    counts = counts[standings].assign(total=lambda table: table.sum(axis=1))
    subjects = [one for one in dict.fromkeys(topics.values()) if one in counts.index]
    counts = counts.loc[subjects]
    subject = printed["measure"].map(topics)

    def counted(number: int, topic: str = "", standing: str = "") -> str:
        own = printed[
            ((subject == topic) | (topic == ""))
            & ((printed["standing"] == standing) | (standing == ""))
        ]
        told = formula("count_records", map(record, own.to_dict("records")))
        return mark(given.numbers, str(number), told)

    every = [*standings, ""]
    rows = [
        [
            phrase(given, f"topic_{topic}"),
            *[counted(n, topic, one) for n, one in zip(row, every, strict=True)],
        ]
        for topic, row in zip(subjects, counts.to_numpy().tolist(), strict=True)
    ]
    total, sums = heads(given, "total"), counts.sum().tolist()
    last = [counted(n, "", one) for n, one in zip(sums, every, strict=True)]
    rows.append([*total, *last])
    by = [name("standing", standing, given.lang) for standing in standings]
    columns = [*heads(given, "topic"), *by, *total]
    caption = phrase(given, "printed_table")
    return make_table("printed", caption, rows, columns)


def missing_table(given: Inputs, gaps: pd.DataFrame) -> Table:
    """Return the years searched for and not found, by measure."""
    comma = say("word", "comma", given.lang)
    rows = [
        [measure_label(given, str(measure)), comma.join(map(str, sorted(set(years))))]
        for measure, years in gaps.groupby("measure", sort=False)["year"]
    ]
    columns = heads(given, "measure", "years")
    return make_table("missing", phrase(given, "missing_table"), rows, columns)


def conflicts_table(given: Inputs, conflicts: pd.DataFrame) -> Table:
    """Return the conflicting figures, which one is used, and why."""
    rows = []
    last = None
    beside: dict[tuple, list[Origin]] = {}
    for row in conflicts.to_dict("records"):
        key = (row["entity"], row["measure"], row["year"])
        beside.setdefault(key, []).append(record(row))
    for row in conflicts.to_dict("records"):
        key = (row["entity"], row["measure"], row["year"])
        whose = entity_label(given, row["entity"])
        what = measure_label(given, row["measure"])
        first = [
            f"{whose}{say('word', 'comma', given.lang)}{what}",
            str(row["year"]),
            mark_words(given.numbers, row[given.lang], formula("ruling", beside[key]))
            or name("rule", row["rule"], given.lang),
        ]
        subject, year, reason = first if key != last else ["", "", ""]
        number = cited(given, [row["source"]])
        used = phrase(given, "accepted" if row["accepted"] else "kept")
        origin = figure(row) if row["accepted"] else record(row)
        printed = mark(given.numbers, row["printed"], origin)
        rows.append([subject, year, printed, number, used, reason])
        last = key
    keys = ("measure", "year", "printed", "source", "used", "reason")
    columns = heads(given, *keys)
    return make_table("conflicts", phrase(given, "conflicts_table"), rows, columns)


def sources_list(given: Inputs) -> str:
    """Return the publications cited as a numbered list."""
    undated, comma = (say("word", key, given.lang) for key in ("undated", "comma"))
    stop = STOP[given.lang]
    known = {row["source"]: row for row in given.sources.to_dict("records")}
    items = []
    for source, number in given.numbers.items():
        row = known[source]
        standing = name("standing", row["standing"], given.lang)
        about = [row["publisher"], row["published"] or undated, standing]
        told = [row["title"], comma.join(one for one in about if one), row["address"]]
        items.append(entry(number, stop.join(part for part in told if part)))
    return "\n\n".join(items)
