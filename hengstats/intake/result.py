"""What did a check find: figures that may come in, or every reason why not?"""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from hengstats.errors import Fault, place_fault
from hengstats.messages import message
from hengstats.vocabulary import say

if TYPE_CHECKING:  # the child process that reads a sheet stays small without it
    import pandas as pd

COLUMNS = {
    "tax": "100 million yuan",
    "members": "persons",
    "branches": "branches",
    "enterprises": "enterprises",
    "events": "events",
    "attendances": "person-times",
    "participants": "persons",
}


class Cell(NamedTuple):
    """One figure of a sheet, as printed and as read; there may be a million.

    Attributes
    ----------
    year : int
    building : str
        Name as the sheet has it: NFKC, trimmed.
    column : str
        `tax`, `members`, `branches`, `enterprises`, `events`, `attendances` or
        `participants`.
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
    today : str
        The date, YYYY-MM-DD, after whose year nothing can have been printed.
    """

    table: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    person: str = ""
    event: str = ""
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
        told = (self.code, self.found, self.mend, self.english)
        return place_fault(*told, file=file, sheet=sheet, row=row, column=column)


def refuse(key: str, **values: object) -> Refusal:
    """Return the refusal that "section.key" of `messages.toml` describes."""
    return Refusal(*message(key, **values))


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

        columns = ["year", "building", *COLUMNS]
        rows = [] if self.errors else self.to_dict()["records"]
        return pd.DataFrame(rows, columns=columns)

    def say(self, lang: str = "") -> str:
        """Return the outcome in sentences, in Chinese and English by default."""
        told = [self._summary(one) for one in ([lang] if lang else ("zh-Hans", "en"))]
        faults = self.errors or self.warnings
        if self.warnings and not self.errors:
            count = len(self.warnings)
            told.append(say("check", "warnings", lang or "zh-Hans", warnings=count))
        return "\n".join([*told, *(fault.message for fault in faults)])

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
        told = "<br>".join(html.escape(line) for line in self.say().splitlines())
        shown = "" if self.errors else self.records.to_html(index=False, na_rep="")
        return f"<p>{told}</p>{shown}"

    def to_dict(self) -> dict[str, Any]:
        """Return what `check --json` prints; tax in 亿元."""
        if self.errors:
            return {
                "status": "reject",
                "errors": [asdict(fault) for fault in self.errors],
            }
        records: dict[tuple[int, str], dict[str, object]] = {
            key: dict(zip(("year", "building"), key, strict=True))
            | dict.fromkeys(COLUMNS)
            for key in self.rows
        }
        flags = []
        for cell in self.cells:
            record = records[cell.year, cell.building]
            record[cell.column] = plain(cell.number, cell.column)
            if cell.flag:
                ends = {"lower": cell.lower, "upper": cell.upper}
                flags.append(
                    {
                        "year": cell.year,
                        "building": cell.building,
                        "column": cell.column,
                        "flag": cell.flag,
                    }
                    | {side: plain(end, cell.column) for side, end in ends.items()}
                )
        return {
            "status": "accept",
            "records": list(records.values()),
            "flags": flags,
            "warnings": [asdict(fault) for fault in self.warnings],
        }


def plain(number: Decimal | None, column: str) -> int | float | None:
    """Return a number as JSON has it: whole for a count."""
    if number is None:
        return None
    return float(number) if column == "tax" else int(number)
