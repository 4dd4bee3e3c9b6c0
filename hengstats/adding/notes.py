"""Tells what the user should know of sheets that came in without fault."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from hengstats.adding.buildings import Losses, list_losses
from hengstats.errors import Fault
from hengstats.intake.result import Checked, refuse
from hengstats.messages import message
from hengstats.vintages import Vintage

Key = tuple[str, str, int]  # entity, measure, year
_SHOWN = 5


def note(key: str, file: str, **values: object) -> Fault:
    """Return a note on a file, with what the user may do about it."""
    return refuse(f"adding.{key}", **values).at(file)


def remark(key: str, file: str, **values: object) -> Fault:
    """Return a note that concerns the sheets as a whole and asks for nothing."""
    code, found, _, english = message(f"adding.{key}", **values)
    return Fault(code=code, message=f"{found}。 [{english}]", file=file)


def kept_figures(
    sheets: Sequence[Checked],
    entities: Mapping[str, str],
    measures: Mapping[str, str],
    held: Mapping[Key, str],
    new: Collection[Key],
) -> Iterator[Fault]:
    """Yield notes on cells left blank where a figure stands, which is kept.

    `held` are the wordings that stand before the sheets. A whole column of a list may
    be blank, or may not be there: nobody can tell.
    """
    for sheet in sheets if held else ():
        filled = {cell.column for cell in sheet.cells}
        listed = measures if sheet.table == "building_year" else filled
        for key, whole in (("kept_figure", False), ("kept_column", True)):
            kept = [
                f"{name} {year} {held[figure]}"
                for column in measures
                if column in listed and (column not in filled) is whole
                for year, name in sheet.rows
                if (figure := (entities[name], measures[column], year)) in held
                and figure not in new
            ]
            if kept:
                shown = "、".join(kept[:_SHOWN]) + (" …" if len(kept) > _SHOWN else "")
                yield note(key, sheet.file, count=len(kept), listed=shown)


def of_vintage(
    vintage: Vintage,
    earlier: Sequence[Vintage],
    losses: Losses,
    names: Mapping[str, str],
    *,
    confirms: bool,
) -> Iterator[Fault]:
    """Yield what is worth knowing of a vintage as a whole.

    That it confirms what was known, that its figures are invented, that nobody knew
    its publisher, and what it takes back of each building: `losses`.
    """
    file = vintage.files[0]["name"]
    if confirms and vintage.published:
        yield remark("confirmed", file, day=vintage.published)
    if vintage.kind == "illustrative":
        yield remark("illustrative", file)
    known = list(dict.fromkeys(one.publisher for one in earlier if one.publisher))
    if vintage.publisher and known and vintage.publisher not in known:
        listed = "、".join(known[-_SHOWN:])
        yield remark("new_publisher", file, own=vintage.publisher, listed=listed)
    for entity in vintage.withdrawn:
        lost, english = (
            list_losses(losses.get(entity, ()), lang) for lang in ("zh-Hans", "en")
        )
        who = names.get(entity, entity)
        yield remark("withdrawn", file, name=who, lost=lost, lost_english=english)
