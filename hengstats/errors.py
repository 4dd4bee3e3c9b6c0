"""What can go wrong for a user, and where it is.

Each message names the place, what was found and the mend, in Chinese first.
"""


class ReadingError(ValueError):
    """A wording that cannot be read as one figure; the message says why."""


class DataError(ValueError):
    """A fault in a dataset or table; the message names folder, file, row, column."""


class GlyphError(ValueError):
    """A character that no available font can draw; the message names it."""


def locate(
    folder: str, file: str, row: int | str, column: str, fault: str, mend: str
) -> str:
    """Return a message that names folder, file, row and column, and the mend.

    `row` counts as a spreadsheet shows it: the head is row 1.
    """
    return (
        f"{folder}/{file} 第 {row} 行“{column}”一栏：{fault}。请{mend}。"
        f" [{folder}/{file}, row {row}, column {column}]"
    )
