"""How are names in a sheet asked about, with the answers to choose from?"""

import difflib
from collections.abc import Collection, Iterable, Sequence

from hengstats.adding.compare import Record
from hengstats.errors import Fault, place_fault
from hengstats.vocabulary import name as label
from hengstats.vocabulary import say

Place = tuple[str, str, int | None]  # file, sheet, row
_OFFERED = 12  # names that are offered for one
_COMPARED = 500  # names among which the nearest are sought
_MERGED = (
    "若几座并为一座，新名用 --new-building，原来的各用 --withdraw",
    "if several were merged into one, --new-building for the new name and"
    " --withdraw for each of the former",
)


def who_is(
    name: str, place: Place, missing: Sequence[str], others: Sequence[str]
) -> Fault:
    """Return the question that a name never seen puts.

    Its former name can be that of a building that is missing, or, where none is, one
    much like it of the `others` that are not in the sheets.
    """
    offered = _nearest(name, missing) or difflib.get_close_matches(name, others)
    aliases = [f'--alias "{old}={name}"' for old in offered or ["OLD"]]
    file, sheet, row = place
    return place_fault(
        "unknown_building",
        f"“{name}”以前没有出现过",
        f"说明它是谁：若是改名，加上 {' 或 '.join(aliases)}；"
        f'若是新楼宇，加上 --new-building "{name}"',
        f'"{name}" was never seen: if it is a new name, {" or ".join(aliases)};'
        f' if it is a new building, --new-building "{name}"',
        file=file,
        sheet=sheet,
        row=row,
    )


def same_name(name: str, place: Place) -> Fault:
    """Return the fault of a name that the hand-kept table gives to two entities."""
    file, sheet, row = place
    return place_fault(
        "invalid_name",
        f"entities.csv 里有两个实体都叫“{name}”",
        "在 entities.csv 里让每座楼的名字不同",
        f'two entities are called "{name}" in entities.csv: give each its own name',
        file=file,
        sheet=sheet,
        row=row,
    )


def where_is(
    name: str, file: str, strange: Sequence[str], losses: Sequence[Record]
) -> Fault:
    """Return the question that a building puts which is not in the sheets.

    Only a name that is strange can be its new one; `losses` are the figures that a
    withdrawal takes back.
    """
    lost, lost_english = (list_losses(losses, lang) for lang in ("zh-Hans", "en"))
    mend = f'说明它怎么了：若不再报送，加上 --withdraw "{name}"（{lost}）'
    english = f'"{name}" was in the sheets before and is not in these: if it is no'
    english += f' longer reported, --withdraw "{name}" ({lost_english})'
    mend += "；若这张表只是一部分，没有列出的照旧，加上 --partial"
    english += "; if this is only part of the list, --partial"
    if strange:
        aliases = [f'--alias "{name}={new}"' for new in _nearest(name, strange)]
        mend += f"；若改了名，加上 {' 或 '.join(aliases)}；{_MERGED[0]}"
        english += f"; if it has a new name, {' or '.join(aliases)}; {_MERGED[1]}"
    return place_fault(
        "missing_building",
        f"上一批表格里有“{name}”，这一批里没有",
        mend + "；若在另一个文件里，几个文件一起存入",
        english + "; if it is in another file, add the files together",
        file=file,
    )


def list_losses(losses: Sequence[Record], lang: str) -> str:
    """Return what a withdrawal takes back: how many figures, of what, of when."""
    if not losses:
        return say("store", "loses_nothing", lang)
    years: dict[str, list[int]] = {}
    for record in losses:
        years.setdefault(record["measure"], []).append(int(record["year"]))
    listed = [
        f"{label('measure', measure, lang)} {_spans(own)}"
        for measure, own in years.items()
    ]
    told = say("word", "comma", lang).join(listed)
    return say("store", "loses", lang, count=len(losses), figures=told)


def not_asked(option: str, found: str, english: str, file: str) -> Fault:
    """Return the fault of an answer that nothing has asked for."""
    return place_fault(
        "unasked_answer",
        f"{option} 用不上：{found}",
        "去掉它，或改正名字",
        f"{option} answers no question: {english}",
        file=file,
    )


def _nearest(name: str, among: Collection[str]) -> list[str]:
    """Return names, the nearest first; of many those that share most characters."""
    few = among if len(among) <= _COMPARED else list(among)[:_COMPARED]
    shared = sorted(few, key=lambda other: -len({*name} & {*other}))
    return difflib.get_close_matches(name, shared[: 3 * _OFFERED], _OFFERED, 0.0)


def _spans(years: Iterable[int]) -> str:
    """Return years, those in a row as first and last: 2016–2018、2021."""
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and year == spans[-1][-1] + 1:
            spans[-1][1:] = [year]
        else:
            spans.append([year])
    return ", ".join("–".join(map(str, span)) for span in spans)
