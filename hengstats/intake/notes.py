"""Reads the lines around a table: its unit, its measure, its year.

A note such as 单位：亿元、人 gives a unit to the columns whose heads give none;
填报单位： names an office and is no unit. A title names the measure of a table
of years across.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from hengstats.intake.heads import (
    YEAR_TEXT,
    Head,
    known_names,
    looks_like_unit,
    normal,
    read_head,
    unit_refusal,
)
from hengstats.intake.result import COLUMNS, Refusal, refuse
from hengstats.intake.table import Position, texts
from hengstats.intake.units import is_foreign, read_unit

_LABEL = r"(?:计量|計量|金额|金額|货币|貨幣|数量|數量|税收|稅收|数据|數據|本表)?"
_NOTE = re.compile(
    rf"(?:^|[\s(,;。注:])(?:{_LABEL}(?:单位|單位)|units?)\s*(?:均?[为為是]|[:=])\s*([^)]+)"
)
_ALONE = re.compile(rf"\(?{_LABEL}(?:单位|單位)\s*:?|units?\s*:?")
_BRACKETED = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_MONEY = re.compile("[元圆圓币幣$€£¥]|yuan|rmb|cny|usd|hkd|dollar")
_PIECES = re.compile(r"[、,;和及|]|\band\b|\s{2,}|\s*\bunits?\s*[:=]\s*")
_FOOTER_ROWS = 12
# Bare words that stand in many a title without naming what its figures are.
_VAGUE = set("企业 企業 活动 活動 支部 人次 attendance tenants branches events".split())
_NOT_LEVELS = re.compile(
    "预计|預計|预测|目标|目標|计划|計劃|上半年|季度|增幅|增速|占比|佔比"
)
_NOT_YEARS = re.compile("填报|填報|制表|日期|打印|截至|月|日")


class Notes(NamedTuple):
    """What the lines around a table say."""

    units: dict[str, str]  # measure to the key of its unit
    row: int | None  # where the unit of tax is stated, from 0
    refusals: list[tuple[int, Refusal]]  # units that cannot be read, with their rows


def read_notes(position: Position) -> Notes:
    """Return the units that the lines above and below a table state."""
    units: dict[str, str] = {}
    row: int | None = None
    refusals: list[tuple[int, Refusal]] = []
    for at, line in _lines_around(position):
        for piece in _stated_units(line) + _titled_units(line):
            head = _stated(re.sub("^in ", "", piece))
            if not head.unit:
                continue
            measures = [head.kind] if head.kind in COLUMNS else list(COLUMNS)
            read, refusal = _read_for(head.unit, measures)
            if refusal:
                refusals.append((at, refusal))
            if "tax" in read and units.get("tax", read["tax"]) != read["tax"]:
                refusals.append((at, refuse("notes.two_units", piece=piece)))
            row = at if "tax" in read and row is None else row
            units = read | units
    return Notes(units, row, refusals)


def _lines_around(position: Position) -> Iterable[tuple[int, list[str]]]:
    """Return the lines above the head, and of the last ones those of a text alone."""
    grid = position.grid
    for row in range(position.top):
        yield row, list(texts(grid, row).values())
    for row in range(
        max(position.first, len(grid.rows) - _FOOTER_ROWS), len(grid.rows)
    ):
        line = [value for value in grid.rows[row] if value not in (None, "")]
        if len(line) == 1 and isinstance(line[0], str) and "位" in line[0]:
            yield row, [line[0]]


def _stated_units(line: list[str]) -> list[str]:
    """Return the wordings of units that the cells of one line state: 单位：亿元、人."""
    folded = [normal(text) for text in line]
    found: list[str] = []
    for i, text in enumerate(folded):
        if _ALONE.fullmatch(text) and i + 1 < len(folded):
            found += _PIECES.split(folded[i + 1].strip("()"))
        for note in _NOTE.findall(text):
            found += _PIECES.split(note)
    return [piece.strip(" .。:") for piece in found if piece.strip(" .。:")]


def _titled_units(line: list[str]) -> list[str]:
    """Return the units in the brackets of a title: 税收一览表（亿元）."""
    inner = [one for text in line for one in _BRACKETED.findall(normal(text))]
    pieces = [piece.strip() for one in inner for piece in _PIECES.split(one)]
    return [
        piece
        for piece in pieces
        if read_head(bare := re.sub("^in ", "", piece)).kind == "unit_only"
        and not unit_refusal(bare, "tax")
    ]


def _stated(piece: str) -> Head:
    """Return what a piece of a note states; money that is not known is stated too."""
    head = read_head(piece)
    if head.kind == "unknown" and _MONEY.search(piece) and looks_like_unit(piece):
        return Head(kind="unit_only", unit=piece)
    return head


def _read_for(text: str, measures: list[str]) -> tuple[dict[str, str], Refusal | None]:
    """Return the unit a wording gives to each measure, or why it gives none to any."""
    refusals = {measure: unit_refusal(text, measure) for measure in measures}
    read = {m: read_unit(text, m) for m, refusal in refusals.items() if not refusal}
    serious = [
        refusal
        for refusal in refusals.values()
        if refusal and (refusal.code == "unit_unknown" or is_foreign(text))
    ]
    return read, serious[0] if serious and not read else None


def named_measure(titles: Iterable[str]) -> str:
    """Return the one measure that a title or a sheet's name names, or nothing."""
    found = set()
    for title in map(normal, titles):
        if not _NOT_LEVELS.search(title):
            found |= {kind for kind in COLUMNS if _names_in(title, kind)}
    return found.pop() if len(found) == 1 else ""


def _names_in(text: str, kind: str) -> bool:
    """Return whether a folded text names a measure."""
    names = [name for name in known_names(kind) if name not in _VAGUE]
    return any(
        re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text)
        if re.match("[a-z]", name)
        else name in text
        for name in names
    )


def titled_years(titles: Iterable[str]) -> set[str]:
    """Return the single years that titles state, no dates and no spans."""
    years = set()
    for title in map(normal, titles):
        found = YEAR_TEXT.findall(title)
        if len(found) == 1 and not _NOT_YEARS.search(title):
            years.add(found[0].strip())
    return years


def sheet_year(name: str) -> str:
    """Return the year that a sheet is named after, or nothing.

    Examples
    --------
    >>> sheet_year("2019年"), sheet_year("2019楼宇税收"), sheet_year("2019-2021")
    ('2019年', '2019', '')
    """
    folded = normal(name)
    found = YEAR_TEXT.findall(folded)
    rest = YEAR_TEXT.sub("", folded)
    plain = not re.search(r"[\d]|月|季|[预預]|至今|以来|以來", rest)
    level = not _NOT_LEVELS.search(rest) and read_head(rest or "-").kind != "left_out"
    return found[0].strip() if len(found) == 1 and plain and level else ""
