"""What should the user know of sheets that came in without fault?"""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from hengstats.errors import Fault, place_fault
from hengstats.figures import KEY
from hengstats.intake.result import Checked
from hengstats.store.compare import Comparison, Key, Record, agree

_SHOWN = 5


def kept_figures(
    sheets: Sequence[Checked],
    entities: Mapping[str, str],
    measures: Mapping[str, str],
    before: Mapping[Key, Record],
    new: Collection[Key],
) -> list[Fault]:
    """Return the cells left blank where a figure stands, which is kept."""
    faults = []
    for sheet in sheets:
        columns = dict.fromkeys(cell.column for cell in sheet.cells)
        kept = [
            f"{name} {year} {before[key]['printed']}"
            for column in columns
            for year, name in sheet.rows
            if (key := (entities[name], measures[column], year)) in before
            and key not in new
        ]
        if kept:
            listed = "、".join(kept[:_SHOWN]) + (" …" if len(kept) > _SHOWN else "")
            faults.append(
                place_fault(
                    "kept_figure",
                    f"有 {len(kept)} 格空着，先前的数字仍然有效：{listed}",
                    "核对是否漏填",
                    f"{len(kept)} cells are blank; the earlier figures are kept",
                    file=sheet.file,
                )
            )
    return faults


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


def overtaken(comparison: Comparison, sheets: Sequence[Checked]) -> list[Fault]:
    """Return the note on figures of which a later publication is there already."""
    count = comparison.overtaken
    if not count:
        return []
    return [
        place_fault(
            "overtaken",
            f"有 {count} 个数字，数据集里已有更晚公布的，以那些为准",
            "核对公布日期",
            f"{count} figures are already there from a later publication, which stands",
            file=sheets[0].file,
        )
    ]


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
