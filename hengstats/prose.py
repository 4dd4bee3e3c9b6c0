"""Says in a paragraph what a measure shows, every number taken from the panel.

A figure keeps its hedge, a bound is said as a bound, a year without a figure is named.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from hengstats.errors import DataError, ReadingError
from hengstats.indicators import ENDS, cagr, round_out
from hengstats.labels import find_entity, find_measure
from hengstats.ledger import (
    MARK,
    Numbers,
    figure,
    figure_at,
    figures,
    formula,
    mark,
    unmarked,
)
from hengstats.panel import as_panel, is_illustrative, series_of
from hengstats.printed import read_printed
from hengstats.vocabulary import (
    LANGUAGES,
    UNITS,
    check_language,
    convert,
    knows_measure,
    measure_label,
    name,
    say,
)

Row = dict[Any, Any]
# So many years between are listed; so many of the first in a ranking; so many sources.
LISTED, NAMED, CITED = 5, 3, 6
# Known years further apart than this begin another stretch.
APART = 4
# A round count from here on is written in 万.
LARGE = 100_000
# Units in which no Chinese sentence counts money.
FOREIGN = ("1000 yuan", "million yuan", "billion yuan")
_UNIT = re.compile(r"[^\d.,%]+$")  # what stands behind a number


def describe(
    panel: pd.DataFrame,
    measure: str = "tax_revenue",
    entity: str | None = None,
    *,
    lang: str = "zh-Hans",
    numbers: Mapping[str, int] | None = None,
) -> str:
    r"""一段话说明一项指标 / Return the paragraph that says what a measure shows.

    The report prints the same paragraph.

    Parameters
    ----------
    panel : DataFrame
        As `build_panel` returns: a row per `entity` and `year`, and `<measure>` with
        `<measure>_lower` and `<measure>_upper`. Figures as `load_tax` returns, or a
        table with the heads of a sheet (年份, 楼宇, 税收(亿元)), will do.
    measure : str
        A measure of the panel.
    entity : str, optional
        Whose; by default the only one that knows the measure. Of several: their total,
        ranking, shares and distribution in the last year that most of them know.
    lang : str
        `zh-Hans`, `zh-Hant` or `en`.
    numbers : mapping, optional
        Source to number; each sentence then ends with those of its figures, as in [1].

    Returns
    -------
    str
        From where to where it went, and how fast within the bounds; the years between;
        what is only a bound; which years have no figure; what came before a long gap.
        Growth is per year, and rounded no finer than the bounds allow. What is
        invented is said to be.

    Raises
    ------
    DataError
        If the panel has no such measure or entity.

    Examples
    --------
    >>> sheet = {"entity": "A", "year": [2018, 2020], "tax_revenue": [10.0, 14.4]}
    >>> said = describe(pd.DataFrame(sheet), lang="en")
    >>> print(said.replace(". ", ".\n"))
    Building tax revenue rose from 10 in 2018 to 14.4 in 2020, by 20.0% a year.
    There is no figure for 2019, and none is supplied.
    """
    check_language(lang)
    panel = as_panel(panel)
    measure = find_measure(panel, measure)
    if measure not in panel and knows_measure(measure, _about(panel).get("labels")):
        panel = panel.assign(**{measure: np.nan})  # then it says that there is none
    series = series_of(panel, measure)
    every = list(dict.fromkeys(panel["entity"]))
    entity = None if entity is None else find_entity(panel, entity)
    known = [entity] if entity is not None else list(series["entity"].unique())
    if len(known) > 1:
        said = describe_all(panel, measure, lang=lang, numbers=numbers)
    else:
        one = (known or every)[0]
        said = describe_one(panel, measure, one, lang=lang, numbers=numbers)
    parts = list(said.values())
    if is_illustrative(known):
        parts.insert(0, say("word", "illustrative", lang))
    return join_sentences(parts, lang)


def join_sentences(parts: Iterable[str], lang: str) -> str:
    """Return sentences without their stops as one text."""
    stop = say("word", "stop", lang)
    ended = [part.rstrip("。. ") + stop for part in parts if part]
    return "".join(map(_capital, ended)).strip()


def paragraph(sentences: Iterable[str], lang: str) -> str:
    """Return sentences that have their stops, one after the other."""
    return ("" if lang.startswith("zh") else " ").join(sentences)


def _capital(text: str) -> str:
    """Return a sentence with a capital first letter, in a marked number too."""
    found = MARK.match(text)
    start = found.start(2) if found else 0
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What all sentences on one measure of one entity draw on."""

    own: pd.DataFrame
    measure: str
    label: str
    unit: str
    numbers: Numbers
    lang: str


def describe_one(
    panel: pd.DataFrame,
    measure: str,
    entity: str,
    *,
    lang: str,
    numbers: Numbers = None,
) -> dict[str, str]:
    """Return the sentences on one entity, without stops: what each is about, and it.

    `course` where it went, `alone` that there is one figure only, `between` the years
    between, `bounds` what is only a bound, `gaps` the years without a figure, `before`
    what came before a long gap.
    """
    told = _Told(
        own=panel[panel["entity"] == entity],
        measure=measure,
        label=_label(panel, measure, entity, lang),
        unit=_about(panel).get("units", {}).get(measure, ""),
        numbers=numbers,
        lang=lang,
    )
    rows = figures_of(told.own, measure)
    searched = _about(panel).get("not_found", {}).get(measure, {}).get(entity, [])
    searched = [year for year in searched if year in set(told.own["year"])]
    early, main, bounds = _split(rows)
    said = {"course": _course(told, main, bounds)}
    if len(rows) == 1:
        said["alone"] = _say("alone", lang)
    if len(main) > 1:
        said["between"] = _between(told, main)
    elif bounds:  # it is told with the course
        bounds = bounds[:-1] if main and _rises(main[0], bounds[-1]) else bounds
        bounds = bounds if main else bounds[:-1]
    if bounds:
        listed = _list_items(told, bounds, "semicolon")
        said["bounds"] = listed + _cite(bounds, numbers, lang)
    years = {row["year"] for row in rows}
    told_of = years - {row["year"] for row in early}
    span = range(min(told_of), max(told_of)) if told_of else range(0)
    gaps = {*searched, *span} - years
    if not rows and gaps:
        words = {"measure": told.label, "years": list_spans(gaps, lang)}
        said["course"] = _say("none_searched", lang, **words)
    elif gaps:
        said["gaps"] = _say("gaps", lang, years=list_spans(gaps, lang))
    if early and len(main) > 1:
        said["before"] = _before(told, early, main[-1])
    return said


def _course(told: _Told, main: Sequence[Row], bounds: Sequence[Row]) -> str:
    """Say from where to where it went, or what the only figure is."""
    lang = told.lang
    if not (main or bounds):
        return _say("none", lang, measure=told.label)
    open_end = len(main) == 1 and bounds and _rises(main[0], bounds[-1])
    if len(main) > 1 or open_end:
        first, last = main[0], bounds[-1] if open_end else main[-1]
        way = "rise_open" if open_end else _direction(first, last)
        first_said, last_said = (
            say_figure(row, told.unit, lang, told.numbers) for row in (first, last)
        )
        if way in ("rise_open", "unsettled"):
            first_said, last_said = (
                equals(one, lang) for one in (first_said, last_said)
            )
        return _say(
            way,
            lang,
            measure=told.label,
            first_year=first["year"],
            last_year=last["year"],
            first=first_said,
            last=last_said,
            rate=_rate(told, first, last),
        ) + _cite([first, last], told.numbers, lang)
    one = main[0] if main else bounds[-1]
    words = {"measure": told.label, "year": one["year"]}
    said = _say("one", lang, figure=equals(_sided(told, one), lang), **words)
    return said + _cite([one], told.numbers, lang)


def _between(told: _Told, main: Sequence[Row]) -> str:
    """Say what lies between the first and the last year, and which years fell."""
    inner, parts, lang = main[1:-1], [], told.lang
    cited: list[Row] = []
    if 0 < len(inner) <= LISTED:
        parts.append(_say("between", lang, list=_list_items(told, inner)))
        cited += inner
    elif inner:
        ends = {"peak": max(main, key=_middle), "trough": min(main, key=_middle)}
        for key, row in ends.items():
            if row in inner:
                words = {"year": row["year"], "figure": _sided(told, row)}
                parts.append(_say(key, lang, **words))
                cited.append(row)
    pairs = list(pairwise(main))
    ways = [_direction(first, last) for first, last in pairs]
    fell = [
        last["year"]
        for (_, last), way in zip(pairs, ways, strict=True)
        if way == "fall"
    ]
    if inner and fell and len(fell) < len(pairs):
        parts.append(_say("fell", lang, years=list_spans(fell, lang)))
    elif inner and set(ways) == {"rise"}:
        parts.append(_say("rose", lang, year=main[0]["year"]))
    text = say("word", "semicolon", lang).join(parts)
    return text + (_cite(cited, told.numbers, lang) if cited else "")


def _before(told: _Told, early: Sequence[Row], last: Row) -> str:
    """Say what was known before a long gap, and what that first year would do."""
    lang, shown, first = told.lang, early[:LISTED], early[0]
    said = _say("before", lang, list=_list_items(told, shown))
    if {row["source"] for row in shown if row["source"]} - {last["source"]}:
        said += _say("before_other", lang)
    rate = _rate(told, first, last) if _is_closed(first) else ""
    if rate:
        words = {"first_year": first["year"], "last_year": last["year"]}
        said += _say("before_rate", lang, rate=rate, **words)
        shown = [*shown, last]
    return said + _cite(shown, told.numbers, lang)


def course_of(
    panel: pd.DataFrame, measure: str, entity: str
) -> tuple[str, int, int] | None:
    """Return `rise`, `fall`, `level` or `unsettled`, and from which year to which.

    None where fewer than two figures can be compared.
    """
    rows = figures_of(panel[panel["entity"] == entity], measure)
    _, main, bounds = _split(rows)
    if len(main) == 1 and bounds and _rises(main[0], bounds[-1]):
        main = [*main, bounds[-1]]
    if len(main) < 2:
        return None
    return _direction(main[0], main[-1]), main[0]["year"], main[-1]["year"]


def describe_all(
    panel: pd.DataFrame,
    measure: str,
    *,
    lang: str,
    numbers: Numbers = None,
) -> dict[str, str]:
    """Return the sentences on several entities, without stops, by what each is about.

    `total`, `ranking`, `spread` in one year; `course` of those known at both ends.
    """
    rows, year = latest_rows(panel, measure)
    unit = _about(panel).get("units", {}).get(measure, "")
    label = measure_name(panel, measure, lang)
    several = several_of(panel, [row["entity"] for row in rows], lang)
    every = series_of(panel, measure)["entity"].nunique()
    whose = {row["entity"] for row in rows}
    cited = _cite(rows, numbers, lang)
    least, most = (sum(row[end] for row in rows) for end in ("lower", "upper"))
    inputs = figures(rows)
    count = mark(numbers, str(len(rows)), formula("count_known", inputs, year=year))
    total = mark(
        numbers,
        say_sum(least, most, unit, lang),
        formula("total", inputs, (least, math.nan, most), unit),
    )
    words = {"year": year, "n": count, "several": several, "measure": label}
    said = {"total": _say("total", lang, total=total, **words)}
    if every > len(rows):
        rest = [row for row in figures_of(panel, measure) if row["entity"] not in whose]
        lacking = formula("count_lacking", figures(rest), year=year)
        n = mark(numbers, str(every - len(rows)), lacking)
        said["total"] += _say("total_without", lang, n=n, year=year)
    said["total"] += cited
    names = [entity_name(panel, row["entity"], lang) for row in rows]
    first = [
        _say("ranked", lang, entity=who, figure=say_figure(row, unit, lang, numbers))
        for who, row in zip(names[:NAMED], rows, strict=False)
    ]
    words = {"list": say("word", "comma", lang).join(first), "n": len(first)}
    said["ranking"] = _say("ranking", lang, **words)
    if len(rows) > NAMED and unit != "fraction":
        share = share_of(rows[:NAMED], rows[NAMED:])
        told = formula(
            "share_first", inputs, (share[0], math.nan, share[1]), "fraction", n=NAMED
        )
        text = mark(numbers, settled_percent(*share, lang), told)
        said["ranking"] += _say("ranking_share", lang, share=text)
    closed = sorted((row for row in rows if _is_closed(row)), key=_middle)
    if len(closed) > LISTED:
        values = [_middle(row) for row in closed]
        whole = unit in UNITS and UNITS[unit].kind == "count"
        closed_origins = figures(closed)
        low, median, high = (
            mark(
                numbers,
                say_number(
                    float(f"{point:.0f}" if whole else f"{point:.4g}"), unit, lang
                ),
                formula(key, closed_origins, (point,) * 3, unit, n=len(closed)),
            )
            for key, point in zip(
                ("quartile_low", "median", "quartile_high"),
                np.quantile(values, [0.25, 0.5, 0.75]),
                strict=True,
            )
        )
        said["spread"] = _say(
            "spread",
            lang,
            least=entity_name(panel, closed[0]["entity"], lang),
            figure=say_figure(closed[0], unit, lang, numbers),
            median=median,
            low=low,
            high=high,
        )
    if unit != "fraction" and (
        course := _course_of_all(panel, measure, year, lang, numbers)
    ):
        said["course"] = course
        if moved := _fastest(panel, measure, lang, numbers):
            said["moved"] = moved
    return said


def latest_rows(panel: pd.DataFrame, measure: str) -> tuple[list[Row], int]:
    """Return the figures of the last year that most entities know, largest first.

    Most is at least half of those of the year that has the most.
    """
    series = series_of(panel, measure)
    counts = series.groupby("year").size()
    year = int(max(counts[2 * counts >= counts.max()].index))
    rows = [row for row in figures_of(panel, measure) if row["year"] == year]
    return sorted(rows, key=_middle, reverse=True), year


def _both_ends(
    panel: pd.DataFrame, measure: str, last: int
) -> tuple[int, pd.DataFrame, pd.DataFrame]:
    """Return the first year that most know, and who is known in it and the last."""
    series = series_of(panel, measure)
    closed = series[np.isfinite(series["lower"]) & np.isfinite(series["upper"])]
    counts = closed.groupby("year").size()
    years = counts[(2 * counts >= counts.max()) & (counts.index <= last)].index
    first = int(min(years, default=last))
    before, after = (
        closed[closed["year"] == year].set_index("entity") for year in (first, last)
    )
    both = before.index.intersection(after.index if first < last else [])
    return first, before.loc[both], after.loc[both]


def growths_of_all(panel: pd.DataFrame, measure: str) -> list[Row]:
    """Return the yearly growth of each entity between the two years, fastest first.

    `entity, from_year, year`, and `lower` and `upper` as fractions.
    """
    _, last = latest_rows(panel, measure)
    first, before, after = _both_ends(panel, measure, last)
    found: list[Row] = []
    for entity in before.index:
        start, end = before.loc[entity], after.loc[entity]
        if start["lower"] > 0 and end["lower"] > 0:
            ratios = (end["lower"] / start["upper"], end["upper"] / start["lower"])
            lower, upper = (float(one) ** (1 / (last - first)) - 1 for one in ratios)
            step = {"entity": entity, "from_year": first, "year": last}
            found.append({**step, "lower": lower, "upper": upper})
    return sorted(found, key=lambda row: row["lower"] + row["upper"], reverse=True)


def _fastest(panel: pd.DataFrame, measure: str, lang: str, numbers: Numbers) -> str:
    """Say who rose and who fell fastest."""
    rows = growths_of_all(panel, measure)
    if len(rows) <= LISTED:
        return ""
    years = rows[0]["year"] - rows[0]["from_year"]
    rising = [row for row in rows if row["lower"] > 0][:NAMED]
    falling = [row for row in reversed(rows) if row["upper"] < 0][:NAMED]
    said = []
    for way, some in (("rise", rising), ("fall", falling)):
        items = []
        for row in some:
            low, high = row["lower"], row["upper"]
            low, high = (low, high) if way == "rise" else (-high, -low)
            years_of = (row["from_year"], row["year"])
            inputs = [figure_at(row["entity"], measure, year) for year in years_of]
            key = f"{way}_rate{'_one' * (years == 1)}"
            box = (low, math.nan, high)
            told = formula(key, inputs, box, "fraction", years=years)
            rate = mark(numbers, settled_percent(low, high, lang), told)
            who = entity_name(panel, row["entity"], lang)
            items.append(_say("ranked", lang, entity=who, figure=rate))
        if items:
            listed = say("word", "comma", lang).join(items)
            key = f"{way}_fastest{'_one' * (years == 1)}"
            said.append(_say(key, lang, list=listed))
    return say("word", "semicolon", lang).join(said)


def _course_of_all(
    panel: pd.DataFrame, measure: str, last: int, lang: str, numbers: Numbers
) -> str:
    """Say how the total of those known in the first and the last year moved."""
    first, before, after = _both_ends(panel, measure, last)
    both = before.index
    if len(both) < 2:
        return ""
    sums = [end[ENDS].sum(min_count=len(both)) for end in (before, after)]
    total = pd.DataFrame({"entity": "", "year": [first, last]})
    for end, tail in zip(ENDS, ("_lower", "", "_upper"), strict=True):
        total[measure + tail] = [one[end] for one in sums]
    told = _Told(
        own=total,
        measure=measure,
        label="",
        unit=_about(panel).get("units", {}).get(measure, ""),
        numbers=numbers,
        lang=lang,
    )
    parts = [
        tuple(figure_at(one, measure, year) for one in both) for year in (first, last)
    ]
    ends = [
        row | {"origin": formula("total", own, [row[end] for end in ENDS], told.unit)}
        for row, own in zip(figures_of(total, measure), parts, strict=True)
    ]
    text = [
        mark(numbers, say_sum(row["lower"], row["upper"], told.unit, lang), figure(row))
        for row in ends
    ]
    pairs = [*parts[0], *parts[1]]
    n, up, down = (
        mark(numbers, str(count), formula(key, pairs, first=first, last=last))
        for key, count in (
            ("count_both", len(both)),
            ("count_risen", int((after["lower"] > before["upper"]).sum())),
            ("count_fallen", int((after["upper"] < before["lower"]).sum())),
        )
    )
    return _say(
        f"all_{_direction(ends[0], ends[1])}",
        lang,
        n=n,
        several=several_of(panel, list(both), lang),
        first_year=first,
        last_year=last,
        first=text[0],
        last=text[1],
        rate=_rate(told, ends[0], ends[1]),
    ) + _say(
        "all_moved",
        lang,
        up=up,
        down=down,
    )


# How figures are said


def within(label: str, lang: str) -> str:
    """Return a name as it stands within a sentence: in English with a small letter."""
    plain = lang == "en" and label[1:2].islower()
    return label[0].lower() + label[1:] if plain else label


def cite(sources: Iterable[str], numbers: Mapping[str, int], lang: str) -> str:
    """Return the numbers of some sources as they end a clause: [1][3]."""
    found = sorted({numbers[source] for source in sources if source})
    marks = "".join(f"[{number}]" for number in found)
    return " " * (lang == "en" and bool(marks)) + marks


def equals(figure: str, lang: str) -> str:
    """Return a figure as it follows its year: 为26.3亿元, but 超过548人."""
    hedges = ("about", "nearly", "at_least", "more_than", "at_most", "fewer_than")
    hedged = tuple(say("hedge", key, lang, n="") for key in hedges)
    if unmarked(figure).startswith(hedged):
        return figure
    return say("hedge", "is", lang, n=figure)


def say_figure(
    row: Mapping[str, Any], unit: str, lang: str, numbers: Numbers = None
) -> str:
    """Return a figure with its hedge and unit: 26.3亿元, 近300家, 超过548人.

    `numbers` as a ledger marks it with its origin.
    """
    text = _say_figure(row, unit, lang)
    return text if numbers is None else mark(numbers, text, figure(row))


def _say_figure(row: Mapping[str, Any], unit: str, lang: str) -> str:
    """Return a figure with its hedge and unit, unmarked."""
    lower, upper, hedge = row["lower"], row["upper"], row.get("qualifier", "")
    if lower == upper:
        return say_number(lower, unit, lang)
    if pd.notna(row["value"]):
        text = say_number(row["value"], unit, lang)
        return say("hedge", "about", lang, n=text) if hedge == "about" else text
    if np.isinf(upper) or pd.isna(upper):
        key = hedge if hedge == "more_than" else "at_least"
        return say("hedge", key, lang, n=say_number(lower, unit, lang))
    high = say_number(upper, unit, lang)
    if hedge in ("nearly", "fewer_than", "at_most"):
        return say("hedge", hedge, lang, n=high)
    if pd.isna(lower) or np.isinf(lower):
        return say("hedge", "at_most", lang, n=high)
    low = say_number(lower, unit, lang)
    if tail := _UNIT.search(high):  # said once, behind both ends
        low = low.removesuffix(tail[0])
    return say("hedge", "span", lang, low=low, high=high)


def say_number(number: float, unit: str, lang: str) -> str:
    """Return a number with its unit as a sentence has it."""
    if unit in ("fraction", "percent"):
        percent = 100 * number if unit == "fraction" else number
        return f"{_plain(float(f'{percent:.4g}'))}%"
    known = UNITS.get(unit)
    if lang == "en":
        if known and known.dimension == "yuan" and not unit.endswith("month"):
            for scale in ("billion yuan", "million yuan", "yuan"):
                scaled = number * convert(unit, scale)
                if abs(scaled) >= 1 or scale == "yuan":
                    return f"{_plain(scaled)} {name('unit', scale, lang)}"
        counted = known is None or known.kind == "count"
        label = name("unit", unit, lang)
        if counted or not unit:
            return _plain(number)
        apart = label[0].isdigit()
        return f"{_plain(number)} {f'({label})' if apart else label}"
    if unit in FOREIGN:
        hundreds = number * convert(unit, "100 million yuan")
        into = "100 million yuan" if abs(hundreds) >= 1 else "10000 yuan"
        number, unit = number * convert(unit, into), into
    label = name("unit", unit, lang)
    counted = known is not None and known.kind == "count"
    if counted and abs(number) >= LARGE and number % (LARGE // 1000) == 0:
        return say("hedge", "ten_thousand", lang, n=_plain(number / 10_000)) + label
    return _plain(number) + label


def settled_percent(lower: float, upper: float, lang: str) -> str:
    """Return a fraction in percent, no finer than its bounds allow.

    `17%` stands for bounds that agree to the percent; others are given as a range,
    rounded outwards.
    """
    low, high = 100 * lower, 100 * upper
    if low == high:
        return f"{low:.1f}%".replace("-", "−")
    if np.isinf(high):
        least_text = f"{round_out(low, 0, up=False):.0f}%"
        return say("hedge", "at_least", lang, n=least_text)
    for digits in (1, 0):
        ends = {f"{end:.{digits}f}" for end in (low, high)}
        if len(ends) == 1:
            text = f"{ends.pop()}%".replace("-", "−")
            return say("hedge", "about", lang, n=text)
    ends_text = [f"{round_out(end, 0, up=end == high):.0f}%" for end in (low, high)]
    low_text, high_text = (text.replace("-", "−") for text in ends_text)
    return say("hedge", "range", lang, low=low_text, high=high_text)


def list_spans(years: Iterable[int], lang: str) -> str:
    """Return years as a list in which three or more in a row are a span."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    parts: list[str] = []
    for run in runs:
        if len(run) > 2:
            words = {"first": run[0], "last": run[-1]}
            parts.append(say("word", "years", lang, **words).removesuffix("年"))
        else:
            parts += map(str, run)
    return say("word", "comma", lang).join(parts)


def _plain(number: float) -> str:
    """Return a number with the digits it has, and a true minus."""
    return f"{number:,.10g}".replace("-", "−")


def say_sum(low: float, high: float, unit: str, lang: str) -> str:
    """Return a sum within its bounds, no finer than they allow."""
    if low == high or np.isinf(high):
        text = say_number(float(f"{low:.10g}"), unit, lang)
        return text if low == high else say("hedge", "at_least", lang, n=text)
    for digits in range(10, 2, -1):
        ends = {f"{end:.{digits}g}" for end in (low, high)}
        if len(ends) == 1:
            text = say_number(float(ends.pop()), unit, lang)
            return say("hedge", "about", lang, n=text)
    ends_text = [say_number(float(f"{end:.6g}"), unit, lang) for end in (low, high)]
    return say("hedge", "range", lang, low=ends_text[0], high=ends_text[1])


# What a sentence is built from


def _say(key: str, lang: str, **blanks: object) -> str:
    """Return one of the sentences on a measure."""
    return say("prose", key, lang, **blanks)


def _about(panel: pd.DataFrame) -> dict[str, Any]:
    """Return what a panel knows of its origin."""
    return dict(panel.attrs.get("about", {}))


def entity_name(panel: pd.DataFrame, entity: str, lang: str) -> str:
    """Return the name of an entity, or its key."""
    names = _about(panel).get("entities", {}).get(entity)
    return str(names[LANGUAGES.index(lang)] if names else entity)


def measure_name(panel: pd.DataFrame, measure: str, lang: str) -> str:
    """Return what a measure is called."""
    return measure_label(measure, lang, _about(panel).get("labels"))


def step_label(years: Iterable[int], lang: str) -> str:
    """Return what a step from one year to another is called: 2018→2020."""
    first, last = years
    return say("chart", "growth_step", lang, from_year=first, year=last)


def _label(panel: pd.DataFrame, measure: str, entity: str, lang: str) -> str:
    """Return what the measure is called; whose it is where there are several."""
    label = measure_name(panel, measure, lang)
    if panel["entity"].nunique() == 1:
        return label
    return _say("of", lang, entity=entity_name(panel, entity, lang), measure=label)


def several_of(panel: pd.DataFrame, entities: Sequence[str], lang: str) -> str:
    """Return what several entities are: buildings, if all are."""
    kinds = _about(panel).get("kinds", {})
    buildings = {kinds.get(entity, "building") for entity in entities} == {"building"}
    return _say("buildings" if buildings else "others", lang)


def figures_of(panel: pd.DataFrame, measure: str) -> list[Row]:
    """Return the known figures of a measure with hedge and source, by year."""
    if measure not in panel:
        return []
    about = _about(panel)
    printed = about.get("printed", {}).get(measure, {})
    cited = about.get("cited", {}).get(measure, {})
    unit = about.get("units", {}).get(measure)
    rows: list[Row] = []
    for row in series_of(panel, measure).to_dict("records"):
        wording = printed.get(row["entity"], {}).get(str(row["year"]), "")
        source = cited.get(row["entity"], {}).get(str(row["year"]), "")
        more = {"qualifier": _hedge(wording, unit), "source": source}
        more |= {"measure": measure}
        rows.append({**row, **more})
    return rows


def _hedge(wording: str, unit: str | None) -> str:
    """Return the hedge of a wording, none where it cannot be read alone."""
    try:
        return read_printed(wording, unit=unit).qualifier if wording else ""
    except ReadingError:
        return ""


def _is_closed(row: Row) -> bool:
    """Return whether a figure has two ends that say something."""
    ends = np.isfinite(row["lower"]) and np.isfinite(row["upper"])
    return bool(ends and (pd.notna(row["value"]) or row["lower"] > 0))


def _middle(row: Row) -> float:
    """Return the figure by which a row is ranked: its value, or the end it has."""
    known = [row[key] for key in ("value", "lower", "upper") if np.isfinite(row[key])]
    return float(known[0])


def _start(years: list[int]) -> int:
    """Return the year from which on the known years stand close together."""
    for before, year in pairwise(years):
        if year - before <= APART:
            return before
    return years[0] if years else 0


def _split(rows: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Return what came before a long gap, the figures since, and the mere bounds."""
    closed = [row for row in rows if _is_closed(row)]
    start = _start([row["year"] for row in closed])
    main = [row for row in closed if row["year"] >= start]
    early = [row for row in rows if row["year"] < start]
    bounds = [row for row in rows if row not in main and row not in early]
    return early, main, bounds


def _direction(first: Row, last: Row) -> str:
    """Return `rise`, `fall` or `level` where the bounds settle it, or `unsettled`."""
    if all(row["lower"] == row["upper"] == first["lower"] for row in (first, last)):
        return "level"
    # two roundings that only touch, such as 1.5 and 1.6, are in order
    for way, low, high in (("rise", first, last), ("fall", last, first)):
        apart = high["lower"] - low["upper"]
        if apart > 0 or np.isclose(apart, 0, atol=1e-9 * abs(low["upper"])):
            return way
    return "unsettled"


def _rises(first: Row, last: Row) -> bool:
    """Return whether a later bound lies above an earlier figure."""
    return bool(last["year"] > first["year"] and last["lower"] > first["upper"])


def _rate(told: _Told, first: Row, last: Row) -> str:
    """Return the clause on yearly growth, empty where it is not settled."""
    way = _direction(first, last)
    if way not in ("rise", "fall") or told.unit in ("fraction", "percent"):
        return ""
    try:
        table = cagr(told.own, told.measure, first["year"], last["year"])
    except DataError:  # a figure of zero or less has no growth
        return ""
    low, high = (float(table[end].iloc[0]) for end in (ENDS[0], ENDS[-1]))
    if not np.isfinite(low) or low <= -1:
        return ""
    ends = (low, high) if way == "rise" else (-high, -low)
    years = last["year"] - first["year"]
    inputs, box = (figure(first), figure(last)), (ends[0], math.nan, ends[1])
    rate = mark(
        told.numbers,
        settled_percent(*ends, told.lang),
        formula(
            f"{way}_rate{'_one' * (years == 1)}", inputs, box, "fraction", years=years
        ),
    )
    return _say(f"{way}_{'year' if years > 1 else 'one'}", told.lang, rate=rate)


def _list_items(told: _Told, rows: Sequence[Row], joint: str = "comma") -> str:
    """Return years and their figures as a list."""
    items = [
        _say("item", told.lang, year=row["year"], figure=_sided(told, row))
        for row in rows
    ]
    return say("word", joint, told.lang).join(items)


def _sided(told: _Told, row: Row) -> str:
    """Return a figure that says which side of it is open."""
    text = say_figure(row, told.unit, told.lang, told.numbers)
    if np.isinf(row["upper"]):
        return _say("open_above", told.lang, figure=text)
    return text if _is_closed(row) else _say("open_below", told.lang, figure=text)


def share_of(first: Sequence[Row], rest: Sequence[Row]) -> tuple[float, float]:
    """Return the share of some in all, within the bounds."""
    ends = [
        [sum(row[end] for row in rows) for end in ("lower", "upper")]
        for rows in (first, rest)
    ]
    (low, high), (rest_low, rest_high) = ends
    least = low / (low + rest_high) if math.isfinite(rest_high) else 0.0
    most = high / (high + rest_low) if math.isfinite(high) else 1.0
    return least, most


def _cite(rows: Iterable[Row], numbers: Numbers, lang: str) -> str:
    """Return the numbers of the sources of some figures, none where they are many."""
    if numbers is None:
        return ""
    keys = dict.fromkeys(row["source"] for row in rows if row.get("source"))
    if len(keys) > CITED:
        return ""
    return cite(keys, numbers, lang)
