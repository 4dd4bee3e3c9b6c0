"""Which faults of a file are told, and how many more are there?"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hengstats.errors import Fault, place_fault
from hengstats.intake.result import Refusal

MOST = 100
ENOUGH = 5000  # further faults, after which a sheet is read no further


@dataclass(slots=True)
class Tally:
    """The first hundred faults of a file, and the number of the rest.

    Attributes
    ----------
    kept : list of Fault
    more : int
        Faults that were counted and not kept.
    last : Fault or None
        The first fault that was not kept, for its place.
    """

    kept: list[Fault] = field(default_factory=list)
    more: int = 0
    last: Fault | None = None

    def add(self, fault: Fault) -> None:
        """Keep a fault, or count it."""
        if len(self.kept) < MOST:
            self.kept.append(fault)
            return
        self.last = self.last or fault
        self.more += 1

    def extend(self, faults: Iterable[Fault]) -> None:
        """Keep or count each of several faults."""
        for fault in faults:
            self.add(fault)

    def tell(
        self, refusal: Refusal, file: str, sheet: str, row: int, column: str
    ) -> None:
        """Keep or count what is wrong in one cell; `row` counts from 1."""
        if self.more:
            self.more += 1
        else:
            self.add(refusal.at(file, sheet, row, column))

    @property
    def is_enough(self) -> bool:
        """Whether there are so many that reading on would tell nobody more."""
        return self.more >= ENOUGH

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults, and one that says how many more there are."""
        if self.last is None:
            return tuple(self.kept)
        chinese, english = ("至少", "at least ") if self.is_enough else ("", "")
        told = place_fault(
            self.last.code,
            f"像这样的问题另有{chinese} {self.more} 处没有列出",
            "先改好列出的各处，再查一遍",
            f"{english}{self.more} more are not listed; mend these, then check again",
            file=self.last.file,
            sheet=self.last.sheet,
            row=self.last.row,
            column=self.last.column,
        )
        return (*self.kept, told)
