"""Finds the columns of a sign-in log that say person, event, building and time."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hengstats.intake.grid import Grid, Value
from hengstats.intake.heads import known_names, read_head
from hengstats.intake.names import without_marks
from hengstats.intake.result import COLUMNS, Asked
from hengstats.signins.ids import lists

KEYS = ("person", "event", "building", "time")
CHECKED = ("member", "hours")
COUNTED = ("programme", "member", "volunteer", "hours")
HEAD_WITHIN = 100  # rows

_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|〔.*?〕")
_POLITE = re.compile("^(?:[您你]的?)+(?=.)")
_NUMBERING = re.compile(r"^(?:q?\d{1,3}[、.:)]\s*)+")
_OFFSET = re.compile(r"(?:utc|gmt)(?:([+-]\d{1,2})(?!\d))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of a log.

    Attributes
    ----------
    asked : Asked
        What the user said about it.
    by : tuple of str
        By what it is counted: of `year`, `building` and `programme`.
    parts : tuple of str
        By what it is counted as well, where it has a column of programmes.
    wanted : tuple of str
        The columns that are read beside the keys, where there are any.
    key : str
        With which persons are hashed: 64 hexadecimal digits, by default of no other
        run.
    memory : int
        Of the engine, in MiB; 0 for what a check has.
    engine : str or SparkSession
        `duckdb`, `spark`, the address of a master of Spark, or a session.
    progress : callable
        Is told, now and then, how many hundredths of the work are done.
    """

    asked: Asked = field(default_factory=Asked)
    by: tuple[str, ...] = ("year", "building")
    parts: tuple[str, ...] = ()
    wanted: tuple[str, ...] = CHECKED
    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    memory: int = 0
    engine: Any = "duckdb"
    progress: Callable[[float], None] | None = None

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns beside the keys that must be there."""
        return ("programme",) if "programme" in self.by else ()

    @property
    def roles(self) -> tuple[str, ...]:
        """All columns that are looked for."""
        return tuple(dict.fromkeys((*KEYS, *self.needed, *self.wanted)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """Where a log has its columns.

    Attributes
    ----------
    places : dict
        Of the roles that are looked for, those that are there: to the column, from 0.
    names : dict
        The same to the head as written.
    offset : int or None
        Hours ahead of UTC that the head of the times states.
    """

    places: dict[str, int]
    names: dict[str, str]
    offset: int | None = None


def _key(text: str) -> str:
    """Return a head without case, blanks, numbering, brackets and asterisks."""
    plain = unicodedata.normalize("NFKC", without_marks(text)).lower()
    plain = re.sub("[\u200b\ufeff]", "", plain).strip(" *:\t\r\n")
    bare = _BRACKETS.sub("", _NUMBERING.sub("", plain)) or plain
    return _POLITE.sub("", re.sub(r"[\s_\-*:?]+", "", bare)).replace("所在的", "所在")


@cache
def _known() -> dict[str, tuple[int, str]]:
    """Return for each known head its rank, the better the lower, and its role."""
    sections = (lists()["head"], lists()["second"], lists()["mark"])
    known = {
        _key(form): (rank, role)
        for rank, section in reversed(list(enumerate(sections)))
        for role, forms in section.items()
        for form in forms
    }
    return known | {_key(form): (0, "building") for form in known_names("building")}


def role_of(head: str) -> tuple[int, str]:
    """Return the rank and the role of a head; the role is empty if it has none.

    Examples
    --------
    >>> role_of("人員編號（必填）"), role_of("提交时间"), role_of("血型")
    ((0, 'person'), (1, 'time'), (0, ''))
    """
    key = _key(head)
    found = _known().get(key) or _known().get(_OFFSET.sub("", key.removesuffix("utc")))
    return found or (0, "")


def looks_like_log(heads: list[str]) -> bool:
    """Return whether these are the heads of a sign-in log, whole or not.

    Two of person, event and sign-in time make one, and so does a time of submission
    beside a name, a telephone or the title of an event, unless there is a tax.

    Examples
    --------
    >>> looks_like_log(["姓名", "人员编号", "活动编号", "楼宇", "签到时间"])
    True
    >>> looks_like_log(["年份", "楼宇", "税收(亿元)", "活动场次", "参与人数"])
    False
    """
    found = {head: role_of(head) for head in heads}
    kinds = {head: read_head(head).kind for head in heads}
    measured = {kinds[head] for head in heads if not found[head][1]} & set(COLUMNS)
    firm = {role for rank, role in found.values() if role and rank == 0}
    firm &= {"person", "event", "time"}
    marks = firm - {"time"} | {role for rank, role in found.values() if rank == 2}
    timed = (1, "time") in found.values() or "time" in firm
    if "tax" in kinds.values():
        return False
    return len(firm) > 1 or (timed and bool(marks) and not measured)


def choose_columns(
    heads: Sequence[str], wish: Wish
) -> tuple[LogHead, list[tuple[str, str]]]:
    """Return where the columns are, and what is wrong as (key of a message, head)."""
    named = _named(wish.asked)
    places: dict[str, int] = {}
    faults: list[tuple[str, str]] = []
    must = (*KEYS, *wish.needed)
    # A check may leave out what it does not count.
    once = must if wish.wanted == CHECKED else wish.roles
    for role in wish.roles:
        if own := named.get(role, ""):
            fits = [i for i, head in enumerate(heads) if _tidy(head) == _tidy(own)]
        else:
            ranked = [(*role_of(head), i) for i, head in enumerate(heads)]
            best = min((r for r, told, _ in ranked if told == role), default=0)
            fits = [i for r, told, i in ranked if told == role and r == best]
        if role in ("building", "programme") and any(
            read_head(heads[i]).kind == "person" for i in fits
        ):
            faults.append((f"person_as_{role}", ""))
        elif len(fits) > 1 and role in once:
            faults.append(("duplicate_column", _tidy(heads[fits[1]])))
        elif not fits and role in must:
            option = role if role in ("person", "event") else "column"
            faults.append((f"asked_{option}" if own else f"missing_{role}", ""))
        if len(fits) == 1:
            places[role] = fits[0]
    names = {role: _tidy(heads[place]) for role, place in places.items()}
    offset = _offset(names.get("time", ""))
    return LogHead(places=places, names=names, offset=offset), faults


def _named(asked: Asked) -> dict[str, str]:
    """Return role to head, where the user named one: building, 楼宇 or 所在楼宇."""
    named = {
        name if name in KEYS else role_of(name)[1]: head
        for name, head in asked.columns.items()
    }
    options = {"person": asked.person, "event": asked.event}
    return named | {role: head for role, head in options.items() if head}


def _tidy(head: str) -> str:
    """Return a head on one line."""
    return " ".join(head.split())


def _offset(head: str) -> int | None:
    """Return the hours ahead of UTC that the head of the times states."""
    plain = re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", head).lower())
    match = _OFFSET.search(plain)
    return int(match[1] or 0) if match else None


def _text(value: Value) -> str:
    """Return the text of a head cell."""
    return value if isinstance(value, str) else ""


def find_head(grid: Grid, asked: Asked) -> tuple[int, int, list[str]] | None:
    """Return the first and last row of the head, from 0, and its texts.

    The head is the first row with two known columns; None if there is none. Where its
    cells are merged downwards, the lowest text of each column counts.
    """
    wanted = {_tidy(name) for name in _named(asked).values()}
    lines = [[_text(value) for value in line] for line in grid.rows[:HEAD_WITHIN]]
    row = next((i for i, line in enumerate(lines) if _is_head(line, wanted)), None)
    if row is None:
        return None
    texts = lines[row]
    last = max((bottom for top, _, bottom, _ in grid.merged if top == row), default=row)
    for below in range(row + 1, last + 1):
        for column, value in enumerate(
            grid.rows[below] if below < len(grid.rows) else []
        ):
            if _text(value).strip():
                texts += [""] * (column + 1 - len(texts))
                texts[column] = _text(value)
    return row, last, texts


def _is_head(texts: list[str], wanted: set[str]) -> bool:
    """Return whether two columns are known, or asked for."""
    roles = {role_of(text)[1] for text in texts} - {""}
    return len(roles) + len(wanted & {_tidy(text) for text in texts}) > 1
