"""What does each cell of a column of figures state, and what is wrong with it?

Equal cells are read once. A column without a unit is one fault, however many cells it
has.
"""

from dataclasses import dataclass, field

from hengstats.errors import Fault
from hengstats.intake.buildings.layout import show
from hengstats.intake.buildings.merges import fill_down
from hengstats.intake.buildings.table import Column
from hengstats.intake.buildings.tally import Tally
from hengstats.intake.cells import Reading, read_figure
from hengstats.intake.grid import Grid, Value
from hengstats.intake.result import Refusal
from hengstats.intake.units import read_unit

_MOST_KEPT = 100_000  # readings of one column that are kept for equal cells
FORMULA = Refusal(
    "formula_no_value",
    "公式没有存下结果",
    "用 Excel 打开、重新计算并保存，或者粘贴为数值",
    "the formula has no stored result; open and save it in Excel, or paste values",
)
STRUCK = Refusal(
    "ambiguous_number",
    "数字画了删除线，不知道是作废还是保留",
    "去掉删除线，或者清空这一格",
    "the figure is struck through: void or not? remove the line or clear the cell",
)
MERGED = Refusal(
    "merged_value",
    "这个数占了几个合并的格子，不知道属于哪一个还是几个之和",
    "取消合并，把数写进它所属的格子",
    "the figure stands in merged cells; unmerge them and write it where it belongs",
)


def error_cell(shown: str) -> Refusal:
    """Return the refusal of a cell such as #REF!."""
    return Refusal(
        "error_cell",
        f"这一格是错误值 {shown}",
        "改正公式或写入数字",
        f"the cell holds the error {shown}; mend the formula or type the number",
    )


@dataclass(slots=True)
class FigureColumn:
    """One column of figures while it is read.

    Attributes
    ----------
    column : Column
    unitless : int or None
        The first row, from 0, with a tax figure that no unit was stated for.
    stated : bool
        Whether any cell of tax stated a unit.
    """

    grid: Grid
    column: Column
    tally: Tally
    unitless: int | None = None
    stated: bool = False
    _known: dict[tuple[str, str | None], dict[Value, Reading | None]] = field(
        default_factory=dict
    )
    _units: dict[Value, str] = field(default_factory=dict)
    _filled: dict[int, Value] | None = None

    def read(
        self, row: int, line: list[Value], *, total: bool = False
    ) -> Reading | None:
        """Return the figure of a row; a fault is told, and gives None."""
        grid, index = self.grid, self.column.index
        place = (row, index)
        if grid.errors and place in grid.errors:
            self._tell(error_cell(grid.errors[place]), row)
            return None
        if grid.no_value and place in grid.no_value:
            if not total:
                self._tell(FORMULA, row)
            return None
        value = line[index] if index < len(line) else None
        if value is None or value == "":
            return None
        if grid.struck and place in grid.struck:
            self._tell(STRUCK, row)
            return None
        unit = self.column.unit
        if self.column.units is not None:
            stated = self._unit_of_row(row, line)
            if stated == "":
                return None
            unit = stated or unit
        style = grid.format(row, index) if grid.styles else "General"
        known = self._known.setdefault((style, unit), {})
        if value in known and type(value) is not bool:
            return known[value]
        try:
            reading = read_figure(value, style, self.column.measure, unit)
        except Refusal as told:
            if told.code != "unit_missing":
                self._tell(told, row)
            elif self.unitless is None:
                self.unitless = row
            return None
        self.stated = self.stated or reading is not None
        if len(known) < _MOST_KEPT and type(value) is not bool:
            known[value] = reading
        return reading

    def _unit_of_row(self, row: int, line: list[Value]) -> str | None:
        """Return the unit that the unit column states, None if it is blank.

        A fault is told once, and gives an empty text.
        """
        index = self.column.units or 0
        value = line[index] if index < len(line) else None
        if value in (None, "") and self._filled is None:
            self._filled = fill_down(self.grid, index, 0)
        if value in (None, "") and self._filled:
            value = self._filled.get(row)
        if value in (None, ""):
            return None
        if value not in self._units:
            try:
                self._units[value] = read_unit(show(value), self.column.measure)
            except Refusal as told:
                self._units[value] = ""
                grid, label = self.grid, f"{self.column.head}（单位）"
                self.tally.tell(told, grid.file, grid.sheet, row + 1, label)
        return self._units[value]

    def _tell(self, refusal: Refusal, row: int) -> None:
        """Tell what is wrong in the cell of a row."""
        grid = self.grid
        self.tally.tell(refusal, grid.file, grid.sheet, row + 1, self.column.head)

    def unit_fault(self, head_row: int) -> Fault | None:
        """Return the one fault of a column of tax without a unit."""
        if self.unitless is None:
            return None
        row = (self.unitless if self.stated else head_row) + 1
        told = Refusal(
            "unit_missing",
            "没有写明税收的单位" if not self.stated else "这一格的税收没有写单位",
            "在表头写“税收(亿元)”或“税收(万元)”，或者在表上方加一行“单位：万元”",
            "the unit of tax is not stated; write it in the head, such as 税收(亿元)",
        )
        return told.at(self.grid.file, self.grid.sheet, row, self.column.head)
