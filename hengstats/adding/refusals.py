"""Why may sheets that are sound by themselves not come into this dataset?"""

from collections.abc import Mapping, Sequence

from hengstats.adding.compare import Key, Record, by_key, find_jumps
from hengstats.adding.gather import Found
from hengstats.adding.state import State, holds_real_figures
from hengstats.errors import Fault, SheetError, place_fault
from hengstats.figures import settle_figures
from hengstats.intake.result import Checked

MOST = 100  # faults that are told one by one


def mixed(state: State, invented: bool, sheets: Sequence[Checked]) -> list[Fault]:
    """Return the fault of invented figures on their way to real ones."""
    if not (invented and holds_real_figures(state)):
        return []
    name = state.data.name
    return [
        place_fault(
            "mixed_kinds",
            f"这是示例数据，而 {name} 里是公开刊出的数字",
            "存入另一个数据集",
            f"these figures are illustrative, those of {name} are not: use another"
            " dataset",
            file=sheets[0].file,
        )
    ]


def jumps_of(
    state: State, new: Mapping[Key, Record], found: Mapping[Key, Found]
) -> list[Fault]:
    """Return the figures that are 1,000 times another one, or a thousandth of it."""
    figures = settle_figures(state.data)
    known = figures[figures["status"] != "missing"]
    held = by_key(known.assign(number=known["value"]))
    faults = []
    for key, other, fresh in find_jumps(new, held):
        printed = (new[other] if fresh else held[other])["printed"]
        where = "这一批表格里" if fresh else "数据集里"
        place = "in these sheets" if fresh else "in the dataset"
        told = f"{other[2]} 年{where}是“{printed}”，相差 1000 倍以上"
        mend = "核对单位；若从前存错了单位，请新建数据集，把各年的表格重新存入"
        english = (
            f'{other[2]} is "{printed}" {place}, 1,000 times more or less: check the'
            " unit; if the earlier one was wrong, add all sheets to a new dataset"
        )
        faults.append(at_cell(found[key], "suspected_unit_change", told, mend, english))
    return faults


def at_cell(found: Found, code: str, told: str, mend: str, english: str) -> Fault:
    """Return a fault at the place of a cell."""
    cell = found.cell
    told = f"“{cell.building}”{cell.year} 年是“{cell.printed}”，{told}"
    return place_fault(
        code,
        told,
        mend,
        f'"{cell.building}" {cell.year}: "{cell.printed}"; {english}',
        file=found.file,
        sheet=cell.sheet,
        row=cell.row,
        column=cell.head,
    )


def refuse(faults: Sequence[Fault]) -> SheetError:
    """Return the error with every fault, the first hundred one by one."""
    shown, rest = list(faults[:MOST]), len(faults) - MOST
    if rest > 0:
        shown.append(
            place_fault(
                shown[-1].code,
                f"另有 {rest} 处要改",
                "先改好上面这些",
                f"{rest} more: mend those above first",
                file=shown[-1].file,
            )
        )
    return SheetError(shown)
