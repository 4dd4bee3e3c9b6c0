"""Publishes counts of persons so that nobody can be found in them: the 10-5 rule.

Every way out of the library goes through `protect`. What it publishes of a count is a
figure with bounds, printed in words that `read_printed` reads back as these bounds.

The rule
    Below 10, zero included: "at most 9", [0, 9]. From 10 on: the nearest multiple of
    five with bounds [x - 2, x + 2]; a 10 stands for 10 to 12. These classes do not
    overlap and rise with the count, so that "fewer than" between two counts of one
    table, or of two states of one log, says nothing that the classes do not say.
What follows from a count and its neighbours
    - Every event has an attendance, and nobody attends one twice: attendances lie
      between events and events times participants. Events are exact beside ten or
      more participants, by the rule beside fewer. Attendances stand in their class
      only where events and participants, as published, leave room for all of it;
      those beyond are one class, up to the most that events and participants allow.
    - Attendances and events of a year are the sums of the published programmes. A
      total rounded by itself would, now and then, give a small part away.
    - Participants of a year are at most the sum of its programmes. They stand in
      their class only where its lower end is no more than the sum of the programmes'
      lower ends; those beyond are one class. So do members, volunteers, returning
      and first-time participants; returning ones heed the year before as well.
    - Those four are withheld by programme (published: at most the participants) in a
      year in which one programme has under ten of them: with the year's count and the
      overlap of the programmes they could be worked out. The year comes first.
    - A programme that held nothing in a year of a building is published as one with
      under ten: its absence would say "none".
    - Returning and first-time participants make up all of them in the second year of
      a log. Of 18 to 22, under ten and under ten would be nine and nine; the
      first-timers are then published as at most 12.
    - Hours are shown where ten or more gave them, in every programme or in none.
What a class is depends on published figures alone: that it was taken says no more
than it says itself. Nothing is drawn at random: one log has one publication.
"""

from typing import Any

import numpy as np
import pandas as pd

from hengstats.labels import find_entity
from hengstats.messages import data_error
from hengstats.panel import TOPICS, About
from hengstats.vocabulary import LANGUAGES, strings

LEAST, STEP = 10, 5
ENTERPRISES, LARGEST = 3, 0.85  # behind a sum of money; the share of the largest
YEAR, KEYS = ["building", "year"], ["building", "year", "programme"]
UNITS = {"events": ("events", "场"), "attendances": ("person-times", "人次")}
WITHIN = ["member_participants", "volunteers", "returning", "first_time"]
UNITS |= dict.fromkeys(["participants", *WITHIN], ("persons", "人"))
UNITS |= {"hours": ("", "")}
ADDED = ("events", "attendances", "hours")  # over programmes and years; persons are not

Ends = tuple[pd.Series, pd.Series]  # of the boxes of a column


def protect(
    frame: pd.DataFrame, programmes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the published counts of an exact table of participation, as bounds.

    Parameters
    ----------
    frame : DataFrame
        Exact counts, key `building, year` or `building, year, programme`: `events`,
        `attendances`, `participants`, and where known `member_participants`,
        `volunteers`, `hours`, `returning`, `first_time`. All years of the log.
    programmes : DataFrame, optional
        The same log by programme, where `frame` is by year and the log names
        programmes. Give it whether or not it is published: two tables protected apart
        can undo each other.

    Returns
    -------
    DataFrame
        One row per key, in their order; programmes without a line in a year of their
        building are added. For each count `<count>_printed`, its wording, then
        `<count>`, `<count>_lower`, `<count>_upper` as `build_panel` has them: the
        first is missing unless the figure is exact, all are where nothing is known or
        hours are withheld. `attrs["rule"]` is the rule in three languages.

    Raises
    ------
    DataError
        If a column is missing, a key is blank or there twice, a count is no whole
        number or larger than what it is part of, or the programmes do not add up to
        the year.

    Notes
    -----
    The 10-5 rule of official statistics. The module's docstring says what it takes
    for several tables of one log not to undo it.

    Examples
    --------
    >>> exact = {"building": "a", "year": [2020, 2021], "events": [4, 9]}
    >>> exact |= {"attendances": [90, 12], "participants": [33, 7]}
    >>> protect(pd.DataFrame(exact))["participants_printed"].tolist()
    ['33至37人', '至多9人']
    """
    by_programme = "programme" in frame
    exact = _checked(frame, KEYS if by_programme else YEAR)
    if by_programme or programmes is None:
        return _set_out(exact, _boxes(exact))
    parts = _checked(programmes, KEYS)
    _check_sums(exact, parts)
    return _set_out(exact, _yearly_boxes(exact, parts, _boxes(parts)))


def total(published: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return published counts by fewer keys, as bounds, from published counts alone.

    Parameters
    ----------
    published : DataFrame
        As `protect` returns.
    by : list of str
        Some of its keys, such as `["building", "programme"]`.

    Returns
    -------
    DataFrame
        As `protect` returns. Events, attendances and hours are sums. Persons may be
        the same in several rows: at least the largest row, at most the sum.
    """
    keys = [published[key] for key in by]
    index = published[by].drop_duplicates().sort_values(by, ignore_index=True)
    boxes: dict[str, Ends] = {}
    for count in _counts(published):
        lower, upper = published[f"{count}_lower"], published[f"{count}_upper"]
        low, high = _sums(lower, keys), _sums(upper, keys)
        if count not in ADDED:
            low = lower.groupby(keys).max().where(low.notna())
        boxes[count] = low.reset_index(drop=True), high.reset_index(drop=True)
    return _set_out(index, boxes)


def sum_money(amounts: pd.DataFrame) -> pd.DataFrame:
    """Return sums of money by building and year, those of too few left out.

    Parameters
    ----------
    amounts : DataFrame
        `building, year, enterprise, amount`; an enterprise may have several rows.

    Returns
    -------
    DataFrame
        `building, year, amount`, in the unit given; missing where fewer than three
        enterprises stand behind it, or one has more than 85 percent of it.
        `attrs["rule"]` is the rule in three languages.

    Raises
    ------
    DataError
        If a column is missing, a key is blank, or an amount is no number.
    """
    exact = amounts.reset_index(drop=True)
    _check_keys(exact, [*YEAR, "enterprise"], ["amount"], unique=False)
    exact["amount"] = _numbers(exact, "amount")
    _refuse(exact, exact["amount"].isna(), "amount", "no_number")
    firms = exact.groupby([*YEAR, "enterprise"], as_index=False)["amount"].sum()
    firms["size"] = firms["amount"].abs()
    firms["gives"] = firms["size"] > 0
    groups = firms.groupby(YEAR)
    enough = groups["gives"].sum() >= ENTERPRISES
    enough &= groups["size"].max() <= LARGEST * groups["size"].sum()
    shown = groups["amount"].sum().where(enough).reset_index()
    shown.attrs["rule"] = strings()["smallcells"]["money"]
    return shown


def panel_of_published(
    published: pd.DataFrame, onto: pd.DataFrame | None = None
) -> pd.DataFrame:
    """公布的人数排成面板。 Return a panel of published counts, wordings and all.

    Parameters
    ----------
    published : DataFrame
        As `participation` returns, key `building, year` or `building, year, programme`.
    onto : DataFrame, optional
        A panel with the same buildings, by key or name, such as one of their tax. The
        counts are put beside its figures, and in place of those of the same name.

    Returns
    -------
    DataFrame
        As `build_panel` returns: one row per building and year; by programme, one per
        year and programme of a building. `attrs["rule"]` is kept and goes under each
        chart.

    Raises
    ------
    DataError
        If `published` has no year or is not published, or `onto` has no such building.

    Examples
    --------
    >>> exact = {"building": "a", "year": [2020], "events": [4]}
    >>> exact |= {"attendances": [90], "participants": [33]}
    >>> panel = panel_of_published(protect(pd.DataFrame(exact)))
    >>> panel[["participants_lower", "participants_upper"]].to_numpy().tolist()
    [[33.0, 37.0]]
    """
    counts = _counts(published)
    for column in [*YEAR, "participants_lower"]:
        if column not in published:
            raise data_error("smallcells.no_column", column=column)
    ends = [f"{count}{end}" for count in counts for end in ("", "_lower", "_upper")]
    names = {one: [one] * len(LANGUAGES) for one in published["building"]}
    whole, rows_of = list(names), published["building"]
    if "programme" in published:
        rows_of = rows_of + "：" + published["programme"].astype(str)
        shown = published["programme"] if len(whole) == 1 else rows_of
        names = {
            key: [str(one)] * len(LANGUAGES)
            for key, one in zip(rows_of, shown, strict=True)
        }
    published = published.assign(entity=rows_of)
    panel = published[["entity", "year", *ends]]
    printed: dict[str, dict[str, dict[str, str]]] = {}
    for count in counts:
        columns = ("entity", "year", f"{count}_printed")
        rows = zip(*(published[one].tolist() for one in columns), strict=True)
        for entity, year, wording in rows:
            own = printed.setdefault(count, {}).setdefault(entity, {})
            own |= {str(year): wording} if wording else {}
    panel.attrs = {
        "rule": published.attrs["rule"],
        "about": About(
            sources={},
            printed=printed,
            not_found={},
            datasets=[],
            as_of=None,
            labels={},
            topics=dict.fromkeys(counts, TOPICS["participants"]),
            units={count: UNITS[count][0] for count in counts},
            entities=names,
            milestones=[],
            publications={},
            whole=whole[0] if len(whole) == 1 < len(names) else "",
        ),
    }
    return panel if onto is None else _put_onto(panel, onto)


def _put_onto(panel: pd.DataFrame, onto: pd.DataFrame) -> pd.DataFrame:
    """Return a panel with the published counts in place of its own, and their words."""
    own, told = panel.attrs["about"], dict(onto.attrs.get("about", {}))
    keys = {one: find_entity(onto, one) for one in panel["entity"].unique()}
    for part in ("units", "topics"):
        told[part] = told.get(part, {}) | own[part]
    words = {
        count: {keys[entity]: said for entity, said in whose.items()}
        for count, whose in own["printed"].items()
    }
    told["printed"] = told.get("printed", {}) | words
    for part in ("sources", "not_found"):  # those of the figures that give way
        kept = told.get(part, {})
        told[part] = {one: kept[one] for one in kept if one not in words}
    rest = onto.drop(columns=onto.columns.intersection(panel.columns[2:]))
    key = ["entity", "year"]
    put = panel.assign(entity=panel["entity"].map(keys))
    both = rest.merge(put, on=key, how="outer", validate="one_to_one")
    both.attrs = {"rule": panel.attrs["rule"], "about": About(told)}
    return both


# The classes


def _class(count: pd.Series) -> Ends:
    """Return the class of a count by the rule, as bounds."""
    small = count < LEAST
    near = STEP * np.floor((count + STEP // 2) / STEP)
    lower = (near - STEP // 2).clip(lower=LEAST).mask(small, 0.0)
    return lower, (near + STEP // 2).mask(small, LEAST - 1.0)


def _capped(count: pd.Series, room: pd.Series, most: pd.Series) -> Ends:
    """Return the class of a count if it begins at `room` or below it.

    Those beyond are one class, which begins where the next would and ends at `most`.
    """
    lower, upper = _class(count)
    half, first = STEP // 2, LEAST + STEP // 2 + 1  # 13 begins the class after 10
    start = STEP * np.floor((room - half - 1) / STEP) + STEP + half + 1
    start = start.clip(lower=first).mask(room < LEAST, LEAST)
    beyond = lower > room
    return lower.mask(beyond, start), upper.mask(beyond, most)


# The boxes of a table


def _boxes(exact: pd.DataFrame) -> dict[str, Ends]:
    """Return the bounds of every count of a table that is not made up of others."""
    persons = _class(exact["participants"])
    lower, upper = _class(exact["events"])
    many = persons[0] > 0
    events = lower.mask(many, exact["events"]), upper.mask(many, exact["events"])
    most = events[1] * persons[1]
    low, high = _capped(exact["attendances"], events[1] * persons[0], most)
    beyond = (low >= LEAST) & ~many  # and not below the events
    low = low.mask(beyond, low.clip(lower=events[0]))
    boxes = {"events": events, "attendances": (low, high), "participants": persons}
    before = _year_before(exact, persons[0])
    for count in exact.columns.intersection(WITHIN):
        boxes[count] = _class(exact[count])
        if count == "returning":  # no more of them than came the year before
            boxes[count] = _capped(exact[count], before, persons[1])
        if "programme" in exact:
            lower, upper = boxes[count]
            withheld = _any(exact, ~(lower >= LEAST))
            zero, known = lower * 0.0, exact[count].notna()
            upper = upper.mask(withheld & known, persons[1])
            boxes[count] = lower.mask(withheld, zero), upper
    if "programme" not in exact:
        _hide_newcomers(boxes)
    if "hours" in exact:
        given = boxes["volunteers" if "volunteers" in boxes else "participants"][0]
        withheld = ~(given >= LEAST)
        withheld = _any(exact, withheld) if "programme" in exact else withheld
        boxes["hours"] = _rounded(exact["hours"].mask(withheld))
    return boxes


def _yearly_boxes(
    exact: pd.DataFrame, parts: pd.DataFrame, boxes: dict[str, Ends]
) -> dict[str, Ends]:
    """Return the bounds of a year's counts, given those of its programmes."""
    keys = [parts[key] for key in YEAR]
    index = pd.MultiIndex.from_frame(exact[YEAR])

    def summed(ends: pd.Series) -> pd.Series:
        return _sums(ends, keys).reindex(index).set_axis(exact.index)

    sums = {count: (summed(low), summed(up)) for count, (low, up) in boxes.items()}
    room, most = sums["participants"]
    persons = _capped(exact["participants"], room, most)
    result = {one: sums[one] for one in ("events", "attendances")}
    result["participants"] = persons
    before = _year_before(exact, room)
    for count in [one for one in WITHIN if one in exact]:
        limit, top = room, persons[1]
        if count in sums:  # by programme: of one that is withheld, `room` holds
            limit = limit.mask(sums[count][0] > 0, sums[count][0])
        if count == "returning":  # perhaps to the building, not to the programme
            limit = limit.clip(upper=before)
        elif count in sums:
            top = top.clip(upper=sums[count][1])
        if count == "first_time" and "returning" in result:  # nobody is both
            old = result["returning"][0].fillna(0.0)
            limit = limit.clip(upper=np.maximum(room, persons[0]) - old)
        result[count] = _capped(exact[count], limit, top)
    _hide_newcomers(result)
    if "hours" in exact:
        given = result.get("volunteers", persons)[0]
        result["hours"] = _rounded(exact["hours"].where(given >= LEAST))
    return result


def _hide_newcomers(boxes: dict[str, Ends]) -> None:
    """Widen first-timers who, with few returning ones, would have to be nine and nine.

    In the second year of a log the two make up the participants: 18 at least.
    """
    if {"returning", "first_time"} <= set(boxes):
        lower, upper = boxes["first_time"]
        most = LEAST + STEP // 2  # the end of the class that begins at ten
        few = (boxes["returning"][1] < LEAST) & (upper <= most)
        few &= boxes["participants"][0] == 2 * (LEAST - 1)
        boxes["first_time"] = lower.mask(few, 0.0), upper.mask(few, float(most))


def _sums(ends: pd.Series, keys: list[pd.Series]) -> pd.Series:
    """Return sums by some keys, missing where a term is."""
    return ends.groupby(keys).sum().mask(ends.isna().groupby(keys).any())


def _rounded(amount: pd.Series) -> Ends:
    """Return the bounds of an amount rounded to the nearest multiple of five."""
    near = STEP * np.floor(amount / STEP + 0.5)
    return (near - STEP / 2).clip(lower=0.0), near + STEP / 2


def _any(exact: pd.DataFrame, wrong: pd.Series) -> pd.Series:
    """Return, for each row, whether any row of its building and year is so."""
    return wrong.groupby([exact[key] for key in YEAR]).transform("any")


def _year_before(exact: pd.DataFrame, room: pd.Series) -> pd.Series:
    """Return for each row the sum of `room` over the year before, or no limit."""
    sums = room.groupby([exact[key] for key in YEAR]).sum()
    before = [(building, year - 1) for building, year in exact[YEAR].to_numpy()]
    found = [sums.get(one, np.inf) for one in before]
    return pd.Series(found, exact.index, dtype=float)


# What goes in, and what comes out


def _counts(published: pd.DataFrame) -> list[str]:
    """Return the counts of a published table."""
    return [count for count in UNITS if f"{count}_lower" in published]


def _set_out(exact: pd.DataFrame, boxes: dict[str, Ends]) -> pd.DataFrame:
    """Return the published table: each count as printed, and as value and bounds."""
    columns: dict[str, Any] = {key: exact[key] for key in KEYS if key in exact}
    for count in [one for one in UNITS if one in boxes]:
        lower, upper = boxes[count]
        rows = zip(lower, upper, strict=True)
        sign = UNITS[count][1]
        columns[f"{count}_printed"] = [_wording(*row, sign) for row in rows]
        columns[count] = lower.where(lower == upper)
        columns[f"{count}_lower"], columns[f"{count}_upper"] = lower, upper
    published = pd.DataFrame(columns, index=exact.index)
    published.attrs["rule"] = strings()["smallcells"]["rule"]
    return published


def _wording(lower: float, upper: float, unit: str) -> str:
    """Return a wording that reads as these bounds; none of what is missing."""
    if np.isnan(lower):
        return ""
    if lower == upper:
        return f"{lower:,.10g}{unit}"
    low = f"{lower:,.10g}至" if lower else "至多"
    return f"{low}{upper:,.10g}{unit}"


def _checked(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return an exact table, sorted and complete, or refuse it."""
    exact = frame.reset_index(drop=True)
    counts = ["events", "attendances", "participants"]
    _check_keys(exact, keys, counts, unique=True)
    given = [*counts, *exact.columns.intersection([*WITHIN, "hours"])]
    exact = exact[[*keys, *given]]
    for count in given:
        numbers = _numbers(exact, count)
        good = (numbers >= 0) & np.isfinite(numbers)
        good &= (numbers % 1 == 0) | (count == "hours")
        blank = exact[count].isna() & (count not in counts)
        _refuse(exact, ~(good | blank), count, "no_count")
        exact = exact.assign(**{count: numbers})
    exact["year"] = exact["year"].astype("int64")
    events, attendances, persons = (exact[count] for count in counts)
    for count, most in (
        ("events", attendances),
        ("participants", attendances),
        ("attendances", events * persons),
        *((count, persons) for count in given if count in WITHIN),
    ):
        _refuse(exact, exact[count] > most, count, "too_many")
    if keys == KEYS:
        exact = _complete(exact)
    return exact.sort_values(keys, ignore_index=True)


def _complete(exact: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which each year of a building has all its programmes."""
    years = exact[YEAR].drop_duplicates()
    held = exact[["building", "programme"]].drop_duplicates()
    grid = years.merge(held, on="building", validate="many_to_many")
    full = grid.merge(exact, on=KEYS, how="left", validate="one_to_one")
    added = full["events"].isna()
    for count in full.columns.difference(KEYS):  # of what was counted, it had none
        zero = added & _any(full, full[count].notna())
        full[count] = full[count].mask(zero, 0.0)
    return full


def _check_keys(
    exact: pd.DataFrame, keys: list[str], counts: list[str], *, unique: bool
) -> None:
    """Refuse a table without one of its columns, or with a key blank or twice."""
    for column in [*keys, *counts]:
        if column not in exact:
            raise data_error("smallcells.no_column", column=column)
    for key in keys:
        blank = exact[key].isna()
        if key == "year":
            blank |= ~(_numbers(exact, key) % 1 == 0)
        _refuse(exact, blank, key, "no_key")
    if unique:
        _refuse(exact, exact.duplicated(keys), keys[-1], "twice")


def _check_sums(exact: pd.DataFrame, parts: pd.DataFrame) -> None:
    """Refuse a year that is not the sum of its programmes."""
    sums = parts.groupby(YEAR)[["events", "attendances"]].sum()
    most = parts.groupby(YEAR)["participants"].agg(["max", "sum"])
    index = pd.MultiIndex.from_frame(exact[YEAR])
    for count in ("events", "attendances"):
        own = sums[count].reindex(index).to_numpy()
        _refuse(exact, exact[count] != own, count, "not_parts")
    low, high = most.reindex(index).to_numpy().T
    persons = exact["participants"]
    _refuse(exact, (persons < low) | (persons > high), "participants", "not_parts")


def _numbers(exact: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as numbers, what is none as missing."""
    return pd.to_numeric(exact[column], errors="coerce").astype(float)


def _refuse(exact: pd.DataFrame, wrong: pd.Series, column: str, key: str) -> None:
    """Refuse the first row that is wrong; a count is not repeated in the message."""
    for row in np.flatnonzero(wrong)[:1]:
        raise data_error(f"smallcells.{key}", row=row + 1, column=column)
