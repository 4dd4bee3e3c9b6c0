"""What is wrong with the head of a table as a whole?

A measure given twice, a key or tax not given at all, a second table beside the first.
"""

from collections.abc import Iterator

from hengstats.errors import Fault
from hengstats.intake.buildings.heads import is_odd_unit, read_head
from hengstats.intake.buildings.headwords import BRACKETS, fold, known_names
from hengstats.intake.buildings.notes import titled_years
from hengstats.intake.buildings.table import NAMES, Column, Spot
from hengstats.intake.result import Asked, Refusal
from hengstats.intake.units import read_unit

_WITH_UNIT = "，表头写明单位，例如“税收(亿元)”"


def no_tax(spot: Spot) -> Fault:
    """Return the fault of measures down the rows, none of which is tax."""
    return spot.fault(
        "missing_column",
        NAMES["tax"],
        "没有税收一行",
        "加上税收的行，写明单位，例如“税收(亿元)”",
        "no row gives tax; add one, for example 税收(亿元)",
    )


def _odd_units(spot: Spot) -> Iterator[Fault]:
    """Return a fault for each head of tax in what is no unit of tax: 税收(吨)."""
    for column, label in spot.place.labels.items():
        folded = fold(label)
        named = read_head(BRACKETS.sub("", folded)).kind == "tax"
        for unit in BRACKETS.findall(folded) if named else ():
            if is_odd_unit(unit):
                try:
                    read_unit(unit, "tax")
                except Refusal as told:
                    yield spot.told(told, column)


def no_year_here(column: int, spot: Spot) -> Fault:
    """Return the fault of a measure without a year beside years across."""
    return spot.fault(
        "missing_column",
        spot.label(column),
        "别的栏写着年份，这一栏没有写是哪一年的数",
        "在这一栏的表头里写明年份，或者删去这一栏",
        "years stand across, but this head states none; write its year",
    )


def two_years(column: int, spot: Spot) -> Fault:
    """Return the fault of a head with a year beside a column of years."""
    return spot.fault(
        "duplicate_column",
        spot.label(column),
        "年份既另有一栏，又写在这一栏的表头里",
        "只留一处：删去年份一栏，或者从表头里删去年份",
        "years stand in a column and in this head as well; keep one of the two",
    )


def duplicate_faults(
    figures: list[Column], keys: dict[str, list[int]], spot: Spot
) -> list[Fault]:
    """Return a fault for each thing that two columns give."""
    if (beside := _beside(keys, spot)) is not None:
        return [_second_table(beside, spot)]
    groups: dict[tuple[str, int | None], list[int]] = {}
    for column in figures:
        groups.setdefault((column.measure, column.year), []).append(column.index)
    for kind in ("year", "building"):
        groups[kind, None] = keys[kind]
    return [
        _duplicate(kind, columns, spot)
        for (kind, _), columns in groups.items()
        if len(columns) > 1
    ]


def _beside(keys: dict[str, list[int]], spot: Spot) -> int | None:
    """Return where a second table stands beside the first, parted by a blank column."""
    first, *others = keys["building"] or [0]
    for column in range(first + 1, others[0] if others else 0):
        if column not in spot.place.labels:
            return column + 1
    return None


def _second_table(column: int, spot: Spot) -> Fault:
    """Return the fault of a second table beside the first."""
    return spot.fault(
        "multiple_tables",
        spot.label(column),
        "右边还有一张表，一张工作表只能放一张表",
        "把它移到另一张工作表，或接在第一张表的下面（不带表头）",
        "a second table stands beside the first; move it to a sheet of its own",
    )


def _duplicate(kind: str, columns: list[int], spot: Spot) -> Fault:
    """Return the fault of two columns of one measure, with the way to name one."""
    labels = [spot.label(column) for column in columns]
    name, named = NAMES[kind], "、".join(f"“{label}”" for label in labels[:5])
    way = f'--column {name}="{labels[0]}"'
    mend = f"指明用哪一栏：{way}，或者删去另一栏"
    if len(set(labels)) < len(labels):
        mend, way = "删去或改名其中一栏", "delete or rename one"
    return spot.fault(
        "duplicate_column",
        labels[1],
        f"有 {len(columns)} 栏都是{name}：{named}",
        mend,
        f"{len(columns)} columns give {name}; name one: {way}",
    )


def missing_faults(
    figures: list[Column],
    keys: dict[str, list[int]],
    wide: bool,
    year: int | None,
    titles: list[str],
    asked: Asked,
    spot: Spot,
) -> list[Fault]:
    """Return a fault for each of year, building and tax that no column gives."""
    found = {"tax"} if any(c.measure == "tax" for c in figures) else set()
    found |= {kind for kind in ("year", "building") if keys[kind]}
    odd = [] if "tax" in found else list(_odd_units(spot))
    if wide or year or (odd and any(head.year for head in spot.place.heads.values())):
        found.add("year")
    named = titled_years(titles)
    faults = []
    for kind in ("year", "building", "tax"):
        if kind in found or kind in asked.columns:
            continue
        mend = f"加一栏“{NAMES[kind]}”"
        if kind == "building":
            mend += f"，或者指明哪一栏是：--column {NAMES[kind]}=表头"
        if kind == "year" and len(named) == 1:
            mend = f"加一栏“年份”，每行写上 {named.pop()}（题目里的年份不能当作数据）"
        if kind == "tax":
            mend += _WITH_UNIT
            if wide and not figures:
                mend = "在题目或表头里写明各年的数是哪一项指标和单位，例如“税收(亿元)”"
            if odd:
                faults += odd
                continue
        english = f"no column gives {kind}; add one, for example {known_names(kind)[0]}"
        text = f"没有{NAMES[kind]}一栏"
        faults.append(spot.fault("missing_column", NAMES[kind], text, mend, english))
    return faults
