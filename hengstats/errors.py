"""What can go wrong for a user, and where is it.

Each message names the place, what was found and the mend, in Chinese first.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

# What moves the cursor, turns the writing direction, or is no character at all.
_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return a text whose hidden characters, line breaks aside, are seen.

    Examples
    --------
    >>> visible("税\x1b[2J收\u202e")
    '税\\u001b[2J收\\u202e'
    """
    return _HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


class ReadingError(ValueError):
    """A wording that cannot be read as one figure; the message says why."""


class DataError(ValueError):
    """A fault in a dataset or table; the message names folder, file, row, column.

    In a notebook it is shown as its sentence, without the calls that led to it.
    """

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in place of a traceback."""
        return [str(self)]


class GlyphError(ValueError):
    """A character that no available font can draw; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, or worth knowing, in a sheet, and where.

    Attributes
    ----------
    code : str
        One of the fixed reason codes, such as `ambiguous_number`.
    message : str
        Place, finding and mend, in Chinese and English.
    file, sheet : str
        Name of the file, without its folder; of the sheet, empty where there is none.
    row : int or None
        As a spreadsheet shows it, the first is 1; None where the fault has no row.
    column : str
        The head as written, or the letter of a column without one; may be empty.
    """

    code: str
    message: str
    file: str
    sheet: str = ""
    row: int | None = None
    column: str = ""


class SheetError(DataError):
    """A sheet, or several, that may not come in: `faults` holds every reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.message for fault in self.faults))


def place_fault(
    code: str,
    found: str,
    mend: str,
    english: str,
    *,
    file: str,
    sheet: str = "",
    row: int | None = None,
    column: str = "",
) -> Fault:
    """Return a fault whose message names the place in both languages.

    `found` says in Chinese what is there, `mend` what to do ("写成 1.62 或 162"), both
    without a full stop; `english` says both in one sentence.
    """
    where = file + (f"《{sheet}》" if sheet else "")
    place = where + (f" 第 {row} 行" if row else "")
    place += f"“{column}”一栏" if column else ""
    parts = [file, sheet and f"sheet {sheet}", row and f"row {row}"]
    parts += [column and f"column {column}"]
    told = ", ".join(str(part) for part in parts if part)
    message = f"{place}：{found}。请{mend}。 [{told}: {english}]"
    return Fault(
        code=code,
        message=visible(message.replace("\n", "\\n")),
        file=file,
        sheet=sheet,
        row=row,
        column=column,
    )


def locate(
    folder: str, file: str, row: int | str, column: str, fault: str, mend: str
) -> str:
    """Return a message that names folder, file, row and column, and the mend.

    `row` counts as a spreadsheet shows it: the head is row 1.
    """
    return visible(
        f"{folder}/{file} 第 {row} 行“{column}”一栏：{fault}。请{mend}。"
        f" [{folder}/{file}, row {row}, column {column}]"
    )
