"""What should the user know of sheets that came in without fault?"""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from hengstats.adding.compare import Comparison, Key, Record, agree
from hengstats.adding.questions import list_losses
from hengstats.errors import Fault, place_fault
from hengstats.figures import KEY
from hengstats.intake.result import Checked
from hengstats.vintages import Vintage

_SHOWN = 5
_PASSED_OVER = {
    "overtaken": (
        "数据集里已有更晚公布的（或已撤回），以那些为准",
        "核对公布日期",
        "a later publication revised or withdrew them, and it stands",
    ),
    "ruling": (
        "settlements.csv 里有裁定，以裁定为准",
        "核对裁定是否仍然适用",
        "a ruling in settlements.csv decides otherwise",
    ),
    "latest": (
        "已有同一年里日期更晚的数字，以那些为准",
        "核对日期",
        "figures of a later date in the year are there",
    ),
    "standing": (
        "已有来源更可靠（standing 更高）的数字，以那些为准",
        "用 hengstats.conflicts 看采用了哪一个",
        "sources of better standing say otherwise; see hengstats.conflicts",
    ),
    "narrower": (
        "已有同样可靠而更精确的数字，以那些为准",
        "用 hengstats.conflicts 看采用了哪一个",
        "more precise figures of equal standing are there; see hengstats.conflicts",
    ),
    "earliest": (
        "已有同样可靠而公布更早的数字，以那些为准",
        "用 hengstats.conflicts 看采用了哪一个",
        "earlier figures of equal standing are there; see hengstats.conflicts",
    ),
}


def kept_figures(
    sheets: Sequence[Checked],
    entities: Mapping[str, str],
    measures: Mapping[str, str],
    before: Mapping[Key, Sequence[Record]],
    new: Collection[Key],
) -> list[Fault]:
    """Return the cells left blank where a figure stands, which is kept.

    A whole column of a list may be blank, or may not be there: nobody can tell.
    """
    faults = []
    for sheet in sheets:
        filled = {cell.column for cell in sheet.cells}
        listed = measures if sheet.table == "building_year" else filled
        for whole in (False, True):
            kept = [
                f"{name} {year} {before[key][-1]['printed']}"
                for column in measures
                if column in listed and (column not in filled) is whole
                for year, name in sheet.rows
                if (key := (entities[name], measures[column], year)) in before
                and key not in new
            ]
            if kept:
                faults.append(_kept(kept, whole, sheet.file))
    return faults


def _kept(kept: Sequence[str], whole: bool, file: str) -> Fault:
    """Return the note on some cells that are blank, or whose column is."""
    listed = "、".join(kept[:_SHOWN]) + (" …" if len(kept) > _SHOWN else "")
    where = "整栏空着，或没有这一栏：" if whole else ""
    english = "whole columns are blank or not there: " if whole else ""
    return place_fault(
        "kept_figure",
        f"{where}有 {len(kept)} 格空着，先前的数字仍然有效：{listed}",
        "核对是否漏填",
        f"{english}{len(kept)} cells are blank; the earlier figures are kept",
        file=file,
    )


def other_by_hand(
    records: pd.DataFrame, new: Mapping[Key, Record], sheets: Sequence[Checked]
) -> list[Fault]:
    """Return the note on figures of which a hand-kept record says something else."""
    told = (records["vintage"] == 0) & (records["qualifier"] != "not_found")
    kept = records[told & records["year"].notna()].to_dict("records")
    keyed = ((tuple(row[column] for column in KEY), row) for row in kept)
    other = {key for key, row in keyed if key in new and not agree(row, new[key])}
    if not other:
        return []
    return [
        place_fault(
            "other_by_hand",
            f"有 {len(other)} 个数字与 records.csv 里的不同，按通常的规则取舍",
            "用 hengstats.conflicts 看采用了哪一个",
            f"{len(other)} figures differ from records.csv; hengstats.conflicts shows"
            " which are accepted",
            file=sheets[0].file,
        )
    ]


def passed_over(comparison: Comparison, sheets: Sequence[Checked]) -> list[Fault]:
    """Return the notes on figures that are not the accepted ones, one per reason."""
    faults = []
    for code, count in comparison.passed_over.items():
        found, mend, english = _PASSED_OVER[code]
        told = f"有 {count} 个数字没有采用：{found}"
        english = f"{count} figures are not the accepted ones: {english}"
        faults.append(place_fault(code, told, mend, english, file=sheets[0].file))
    return faults


def of_vintage(
    vintage: Vintage,
    vintages: Sequence[Vintage],
    comparison: Comparison,
    losses: Mapping[str, Sequence[Record]],
    names: Mapping[str, str],
) -> list[Fault]:
    """Return what is worth knowing of a vintage as a whole.

    That it confirms what was known, that its figures are invented, that nobody knew
    its publisher, and what it takes back of each building: `losses`.
    """
    told = []
    quiet = not (comparison.added or comparison.revised or comparison.withdrawn)
    if quiet and vintage.published and not comparison.passed_over:
        day = vintage.published
        chinese = f"数字没有变；作为 {day} 公布的一期存入"
        told.append(("confirmed", chinese, f"no figure changed; published {day}"))
    if vintage.kind == "illustrative":
        chinese = "按示例数据（虚构的数字）存入：数据集、楼名或标题以“示例”标明"
        english = "stored as illustrative: dataset, building or title says so"
        told.append(("illustrative", chinese, english))
    known = list(dict.fromkeys(one.publisher for one in vintages if one.publisher))
    if vintage.publisher and known and vintage.publisher not in known:
        own, listed = vintage.publisher, "、".join(known[-_SHOWN:])
        chinese = f"公布者“{own}”第一次出现，算作另一个公布者；先前的是 {listed}。"
        chinese += "若是同一个，请照先前的写法写"
        english = f'"{own}" counts as another publisher than {listed}; if it is the'
        told.append(
            ("new_publisher", chinese, english + " same, write it the same way")
        )
    for key in vintage.withdrawn:
        lost, english = (
            list_losses(losses.get(key, ()), lang) for lang in ("zh-Hans", "en")
        )
        who = names.get(key, key)
        chinese = f"“{who}”不再报送：{lost}"
        told.append(("withdrawn", chinese, f'"{who}" is withdrawn: {english}'))
    return [_plain(*one, vintage.files[0]["name"]) for one in told]


def revised_since(number: int, file: str) -> Fault:
    """Return the note on a sheet that is known, and no longer stands.

    `number` is that of its vintage, 0 where several vintages hold its figures.
    """
    what = f"这张表就是第 {number} 期" if number else "这张表的数字都已存过"
    english = f"this is vintage {number}" if number else "all of it is stored already"
    return _plain(
        "revised_since",
        f"{what}；后来已被修订；没有写入。若来源真的改回了旧数，请写明新的 --published",
        f"{english}; it was revised since, and nothing was written. If the source went"
        " back to the old figures, give the new date with --published",
        file,
    )


def changed_by_hand(changed: Sequence[str]) -> list[Fault]:
    """Return the note on hand-kept files that are no longer what they were."""
    return [
        place_fault(
            "changed_by_hand",
            "上次存入以后改动过",
            "核对；若是你改的，运行 hengstats verify 数据集 --accept",
            "changed since the last add; if by you: hengstats verify DATASET --accept",
            file=file,
        )
        for file in changed
    ]


def _plain(code: str, chinese: str, english: str, file: str) -> Fault:
    """Return a note that concerns the sheets as a whole and asks for nothing."""
    return Fault(code=code, message=f"{chinese}。 [{english}]", file=file)
