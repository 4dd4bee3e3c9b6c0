"""Which rows may a total of a table sum?

A total with a year of its own sums rows of that year, one with a building beside it
rows of that building. Of these, 合计 sums all, those so far, those since the last 合计,
or the block of one year that it closes; 小计 sums its group, since the last total, and
where it stands directly below another total several groups; 示例街道合计 may be
either; 本页小计 sums its page. Totals that stand above their rows sum downwards.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hengstats.intake.buildings.rows import Body, Total

_NESTED = 16  # groups that a total of groups may reach back over


class Key(NamedTuple):
    """The year and the building that rows are limited to; none is every row."""

    year: int | None = None
    name: str = ""


class Rows(NamedTuple):
    """The rows of a key from one place of the table up to another."""

    key: Key
    start: int
    stop: int


class Order:
    """Where the totals of a table stand among its rows, years and buildings."""

    def __init__(self, body: Body) -> None:
        self._body, count = body, len(body.rows)
        self._years: dict[int | None, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        for i, (year, name) in enumerate(zip(body.years, body.names, strict=True)):
            self._years.setdefault(year, []).append(i)
            self._names.setdefault(name, []).append(i)
        self._known: dict[Key, Sequence[int]] = {Key(): range(count)}
        totals = [(t.after, self._kind(t), self._key(t)) for t in body.totals]
        self._above = list(_starts(totals, _blocks(body.years)))
        turned = [(count - after, kind, key) for after, kind, key in reversed(totals)]
        below = list(_starts(turned, _blocks(body.years[::-1])))[::-1]
        leading = any(after == 0 for after, kind, _ in totals if kind != "other")
        self._below = [
            [count - start for start in starts] if leading else [] for starts in below
        ]

    def _key(self, total: Total) -> Key:
        """Return what a total is limited to, if the table has rows of it."""
        year = total.year if total.year in self._years else None
        return Key(year, total.name if total.name in self._names else "")

    def _kind(self, total: Total) -> str:
        """Return the kind of a total; 合计 beside the name of a street is a part."""
        named = total.name and total.name not in self._names
        digits = any(map(str.isdigit, total.name))  # 合计 and beside it 12幢
        return "part" if total.kind == "sum" and named and not digits else total.kind

    def places(self, key: Key) -> Sequence[int]:
        """Return the places of the rows of a key."""
        if key not in self._known:
            own: Sequence[int] = self._years.get(key.year, [])
            if key.name:
                own, years = self._names[key.name], self._body.years
                own = [i for i in own if key.year in (None, years[i])]
            self._known[key] = own
        return self._known[key]

    def choices(self, place: int) -> list[Rows]:
        """Return the rows that a total may sum, the likeliest first."""
        total, whole = self._body.totals[place], (0, len(self._body.rows))
        key, at = self._key(total), total.after
        spans = [(start, at) for start in self._above[place]]
        spans += [(at, stop) for stop in self._below[place]]
        if key != Key() and self._kind(total) in ("sum", "group"):
            spans.insert(0, whole)
        own = self.places(key)
        some = [
            (start, stop)
            for start, stop in dict.fromkeys(spans)
            if bisect_left(own, start) < bisect_left(own, stop)
        ]
        return [Rows(key, *span) for span in some or ([whole] if own else [])]


def _starts(
    totals: list[tuple[int, str, Key]], blocks: list[int]
) -> Iterator[list[int]]:
    """Return, for each total, where the rows above that it may sum can begin."""
    last = dict.fromkeys(("sum", "part", "group", "page"), 0)
    last_of: dict[Key, int] = {}
    passed = [0]
    for after, kind, key in totals:
        group = max(last["sum"], last["part"], last["group"])
        if kind == "sum":
            yield [0, blocks[after] if key == Key() else 0, _since(last, last_of, key)]
        elif kind == "page":
            yield [last["page"], group]
        elif kind == "other":
            yield []
            continue
        else:
            starts = [group, *(passed[-_NESTED:] if group == after else ())]
            part = [max(last["sum"], last["part"]), 0] if kind == "part" else []
            yield starts + part
        last[kind] = after
        if kind == "sum":
            last_of[key] = after
        passed.append(after)


def _since(last: dict[str, int], last_of: dict[Key, int], key: Key) -> int:
    """Return where the last 合计 stands, of the same year or building if it has one."""
    return last["sum"] if key == Key() else last_of.get(key, 0)


def _blocks(years: list[int | None]) -> list[int]:
    """Return, for each number of rows, where the year of the last of them begins."""
    starts = [0]
    for i, year in enumerate(years):
        starts.append(starts[-1] if i and year == years[i - 1] else i)
    return starts
