"""Holds what a check finds: figures that may come in, or every reason why not."""

import difflib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from hengstats.errors import Fault, ReadingError, place_fault
from hengstats.intake.grid import Grid
from hengstats.messages import message
from hengstats.printed import read_printed
from hengstats.vocabulary import (
    LANGUAGES,
    UNITS,
    convert,
    measure_label,
    name,
    say,
)

if TYPE_CHECKING:  # the child process that reads a sheet stays small without it
    import pandas as pd

COLUMNS = {
    "tax": "100 million yuan",
    "members": "persons",
    "branches": "branches",
    "enterprises": "enterprises",
    "enterprises_covered": "enterprises",
    "events": "events",
    "attendances": "person-times",
    "participants": "persons",
}
# The measure of a dataset that a column of a sheet is, where nothing else is said; the
# first one that the dataset has.
CUSTOMARY = {
    "tax": ("tax_revenue",),
    "members": ("branch_members",),
    "branches": ("branches",),
    "enterprises": ("tenants", "enterprises"),
    "enterprises_covered": ("enterprises_covered",),
    "events": ("events",),
    "attendances": ("attendances",),
    "participants": ("participants",),
}
_TOLD = 5  # cells whose reading is told
_LIKE = 0.7  # a head is much like a label from here on
_UNIT = re.compile(r"[(（\[【].*$|数$|數$")
_MAGNITUDE = re.compile("[百千万萬亿億]")
_MOST = 100  # faults that are told one by one
_ENOUGH = 5000  # further faults, after which a sheet is read no further


class Cell(NamedTuple):
    """One figure of a sheet, as printed and as read; there may be a million.

    Attributes
    ----------
    year : int
    building : str
        Name as the sheet has it: NFKC, trimmed.
    column : str
        `tax`, `members`, `branches`, `enterprises` (the tenants),
        `enterprises_covered` (by a Party organisation), `events`, `attendances`,
        `participants`, or a measure of the dataset's own.
    printed : str
        The wording of the cell, trimmed; a number cell in its shortest form.
    unit : str
        The unit the sheet states for `printed`, a key of `vocabulary.UNITS`.
    number : Decimal or None
        The printed number in the unit of `COLUMNS`; None for `<10` and for ranges.
    qualifier : str
        Of `vocabulary.QUALIFIERS`: `exact`, `about`, `nearly`, ...
    flag : str
        `approx`, `lower_bound`, `upper_bound`, `range`, or empty.
    lower, upper : Decimal or None
        Bounds in the unit of `COLUMNS`: both for a range, `upper` for `<10`, else
        the printed number on the side it bounds.
    sheet, row, head
        Where it stands: row from 1, head as written.
    """

    year: int
    building: str
    column: str
    printed: str
    unit: str
    number: Decimal | None
    qualifier: str = "exact"
    flag: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    sheet: str = ""
    row: int | None = None
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said about a sheet before it is read.

    Attributes
    ----------
    table : str
        `building_year`, `event_log`, or empty: then the heads decide.
    columns : dict
        Measure to head, where two columns of a sheet give one measure:
        `{"tax": "税收(全口径)"}`.
    person, event : str
        Heads of the columns that identify person and event in a sign-in export.
    measures : dict
        Measures of a dataset's own: the unit of each, and its labels as heads.
    today : str
        The date, YYYY-MM-DD, after whose year nothing can have been printed.
    """

    table: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    person: str = ""
    event: str = ""
    measures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    today: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one reader of meaning found in the sheets of a file; see `Checked`."""

    rows: tuple[tuple[int, str], ...] = ()
    cells: Sequence[Cell] = ()
    warnings: tuple[Fault, ...] = ()
    errors: tuple[Fault, ...] = ()


class Refusal(ValueError):
    """One cell, head or sheet that cannot be read; the caller knows where it stands.

    `found` and `mend` are Chinese without a full stop, `english` one sentence.
    """

    def __init__(self, code: str, found: str, mend: str, english: str) -> None:
        super().__init__(f"{code}: {found}")
        self.code, self.found, self.mend, self.english = code, found, mend, english

    def at(
        self, file: str, sheet: str = "", row: int | None = None, column: str = ""
    ) -> Fault:
        """Return the fault at its place; `row` counts from 1."""
        said = (self.code, self.found, self.mend, self.english)
        return place_fault(*said, file=file, sheet=sheet, row=row, column=column)

    def on(self, grid: Grid, row: int | None = None, column: str = "") -> Fault:
        """Return the fault at its place in a sheet; `row` counts from 0."""
        return self.at(grid.file, grid.sheet, None if row is None else row + 1, column)


def is_money(column: str) -> bool:
    """Return whether a column holds sums of money, which are no counts."""
    return UNITS[COLUMNS[column]].dimension == "yuan"


def refuse(key: str, **values: object) -> Refusal:
    """Return the refusal that "section.key" of `messages.toml` describes."""
    return Refusal(*message(key, **values))


class Faults:
    """The first hundred faults of a file, and the number of the rest."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self._more = 0
        self._last: Fault | None = None

    def add(self, fault: Fault) -> None:
        """Keep a fault, or count it."""
        if len(self.kept) < _MOST:
            self.kept.append(fault)
            return
        self._last = self._last or fault
        self._more += 1

    def extend(self, faults: Iterable[Fault]) -> None:
        """Keep or count each of several faults."""
        for fault in faults:
            self.add(fault)

    def tell(self, refusal: Refusal, grid: Grid, row: int, column: str) -> None:
        """Keep or count what is wrong in one cell; `row` counts from 0."""
        if self._more:  # its message would be seen by nobody
            self._more += 1
        else:
            self.add(refusal.on(grid, row, column))

    @property
    def is_enough(self) -> bool:
        """Whether there are so many that reading on would tell nobody more."""
        return self._more >= _ENOUGH

    def all(self) -> tuple[Fault, ...]:
        """Return the faults, and one that says how many more there are."""
        if self._last is None:
            return tuple(self.kept)
        key = "result.at_least_more" if self.is_enough else "result.more"
        _, *said = message(key, more=self._more)
        last = self._last
        place = {name: getattr(last, name) for name in ("file", "sheet", "row")}
        rest = place_fault(last.code, *said, column=last.column, **place)
        return (*self.kept, rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The outcome of a check.

    Attributes
    ----------
    file : str
        Name of the file, without its folder.
    sha256 : str
        Of its bytes, hexadecimal.
    table : str
        `building_year` or `event_log`.
    rows : tuple of (int, str)
        Every year and building the sheet has a row for, in its order.
    cells : tuple of Cell
        The figures; empty if it is refused.
    warnings, errors : tuple of Fault
    """

    file: str
    sha256: str
    table: str
    rows: tuple[tuple[int, str], ...] = ()
    cells: Sequence[Cell] = ()
    warnings: tuple[Fault, ...] = ()
    errors: tuple[Fault, ...] = ()

    @property
    def status(self) -> str:
        """`accept` or `reject`."""
        return "reject" if self.errors else "accept"

    @property
    def records(self) -> "pd.DataFrame":
        """One row per year and building, one column per measure; tax in 亿元."""
        import pandas as pd

        rows = [] if self.errors else self.to_dict()["records"]
        return pd.DataFrame(rows, columns=["year", "building", *self._columns()])

    def _columns(self) -> list[str]:
        """Return the measures that there may be, and the dataset's own that are."""
        return list(dict.fromkeys([*COLUMNS, *(cell.column for cell in self.cells)]))

    def say(
        self, lang: str = "", names: Mapping[str, tuple[str, str]] | None = None
    ) -> str:
        """Return the outcome in sentences, in Chinese and English by default.

        `names` are label and definition of each column in a dataset, if it is for one.
        """
        lines = [self._summary(one) for one in ([lang] if lang else ("zh-Hans", "en"))]
        if not self.errors and self.table == "event_log":
            lines += [
                say("check", "exact", one)
                for one in ([lang] if lang else ("zh-Hans", "en"))
            ]
        if not self.errors:
            lines += say_reading([self], lang or "zh-Hans", names or {})
        if self.warnings and not self.errors:
            count = len(self.warnings)
            lines.append(say("check", "warnings", lang or "zh-Hans", warnings=count))
        return "\n".join(lines + [f.message for f in self.errors or self.warnings])

    def _summary(self, lang: str) -> str:
        """Return the first sentence."""
        if self.errors:
            count = len(self.errors)
            return say("check", "reject", lang, file=self.file, faults=count)
        years = sorted({year for year, _ in self.rows})
        return say(
            "check",
            "accept",
            lang,
            file=self.file,
            figures=len(self.cells),
            buildings=len({building for _, building in self.rows}),
            years="–".join(map(str, dict.fromkeys([years[0], years[-1]]))),
        )

    def _repr_html_(self) -> str:
        """Show itself in Jupyter."""
        said = "<br>".join(html.escape(line) for line in self.say().splitlines())
        records = self.records.dropna(axis=1, how="all").rename(columns=_head)
        shown = "" if self.errors else records.to_html(index=False, na_rep="")
        return f"<p>{said}</p>{shown}"

    def to_dict(self) -> dict[str, Any]:
        """Return what `check --json` prints; tax in 亿元."""
        if self.errors:
            errors = [asdict(fault) for fault in self.errors]
            return {"status": "reject", "errors": errors}
        records: dict[tuple[int, str], dict[str, object]] = {
            (year, building): {"year": year, "building": building}
            | dict.fromkeys(self._columns())
            for year, building in self.rows
        }
        flags = []
        for cell in self.cells:
            records[cell.year, cell.building][cell.column] = _plain(cell, cell.number)
            if cell.flag:
                named = ("year", "building", "column", "flag")
                ends = {"lower": cell.lower, "upper": cell.upper}
                flags.append(
                    {name: getattr(cell, name) for name in named}
                    | {side: _plain(cell, end) for side, end in ends.items()}
                )
        return {
            "status": "accept",
            "records": list(records.values()),
            "flags": flags,
            "warnings": [asdict(fault) for fault in self.warnings],
        }


def say_reading(
    sheets: Iterable[Checked], lang: str, names: Mapping[str, tuple[str, str]]
) -> list[str]:
    """Return as what each column counts, and what was read from no plain number.

    `names` are label and definition of each column, where a dataset has its own.
    """
    heads: dict[str, str] = {}
    filled: dict[str, int] = {}
    worded: list[Cell] = []
    rows = 0
    for sheet in sheets:
        if sheet.table != "building_year":
            continue
        rows += len(sheet.rows)
        for cell in sheet.cells:
            heads.setdefault(cell.column, cell.head)
            filled[cell.column] = filled.get(cell.column, 0) + 1
            if cell.qualifier != "exact" or _MAGNITUDE.search(cell.printed):
                worded.append(cell)
    comma = say("word", "comma", lang)
    lines = [line for column in heads if (line := _column(column, heads, lang, names))]
    if worded:
        told = comma.join(_reading(cell, lang) for cell in worded[:_TOLD])
        if len(worded) > _TOLD:
            told += say("check", "read_more", lang, n=len(worded))
        lines.append(say("check", "read", lang, list=told))
    blank = {one: rows - n for one, n in filled.items() if n < rows and heads[one]}
    if blank:
        told = comma.join(
            say("check", "blank_cells", lang, head=heads[one], n=n)
            for one, n in blank.items()
        )
        lines.append(say("check", "blank", lang, list=told))
    return lines


def _column(
    column: str,
    heads: Mapping[str, str],
    lang: str,
    names: Mapping[str, tuple[str, str]],
) -> str:
    """Return as what a column counts, if its head says it otherwise."""
    usual = CUSTOMARY.get(column, (column,))[0]
    label, definition = names.get(column) or (measure_label(usual, lang), "")
    own = {label, *(measure_label(usual, one) for one in LANGUAGES)} - {usual}
    head = _UNIT.sub("", _UNIT.sub("", heads[column]).strip()).lower()
    like = (difflib.SequenceMatcher(None, head, one.lower()).ratio() for one in own)
    if not head or max(like, default=1) >= _LIKE:
        return ""
    more = say("check", "definition", lang, definition=definition) if definition else ""
    told = {"head": heads[column], "label": label, "definition": more}
    return say("check", "head", lang, **told)


def _reading(cell: Cell, lang: str) -> str:
    """Return how a cell was read, in its bounds."""
    unit = COLUMNS.get(cell.column, cell.unit)
    try:
        figure = read_printed(cell.printed, unit=cell.unit)
        times = convert(str(figure.unit), unit)
        lower, upper = figure.lower * times, figure.upper * times
    except (ReadingError, ValueError, TypeError):
        ends = (cell.lower, cell.upper)
        lower, upper = (float(cell.number or 0 if one is None else one) for one in ends)
    key = "up_to" if upper < float("inf") else "from_on"
    told = {"lower": f"{lower:.6g}", "upper": f"{upper:.6g}"}
    span = say("check", key, lang, unit=name("unit", unit, lang), **told)
    return say(
        "check", "read_cell", lang, row=cell.row, printed=cell.printed, span=span
    )


def _head(column: str) -> str:
    """Return the head of a column as Jupyter shows it, in Chinese beside its key."""
    key = {"building": "entity"}.get(column) or CUSTOMARY.get(column, (column,))[0]
    if key in ("year", "entity"):
        return f"{say('head', key, 'zh-Hans')} {column}"
    return f"{measure_label(key, 'zh-Hans')} {column}"


def _plain(cell: Cell, number: Decimal | None) -> int | float | None:
    """Return a number as JSON has it: whole for a count."""
    if number is None:
        return None
    is_amount = cell.column == "tax" or UNITS[cell.unit].dimension == "yuan"
    return float(number) if is_amount else int(number)
