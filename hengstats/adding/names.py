"""Which building does each name in a sheet mean, and who is missing?

A name that was never seen, and a building that is no longer there, are questions: the
user answers them, once, and the answer is kept. Nothing is guessed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hengstats.adding import questions
from hengstats.adding.compare import Record
from hengstats.dataset import Dataset
from hengstats.errors import Fault
from hengstats.panel import ILLUSTRATIVE
from hengstats.vintages import Vintage
from hengstats.vocabulary import LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the user said about names.

    Attributes
    ----------
    aliases : dict
        Known name to the name that the sheet has now.
    new_buildings, withdraw : tuple of str
        Names of buildings that are new; that are no longer reported.
    partial : bool
        Whether the sheets are only part of the list.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    new_buildings: Sequence[str] = ()
    withdraw: Sequence[str] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the dataset knows of buildings before the sheets are read.

    Attributes
    ----------
    names : dict
        Every name by which a building is known, to its key; to an empty key where
        the hand-kept table gives the name to two of them.
    shown : dict
        Key to the name that is shown.
    reported : tuple of str
        Keys of the buildings that the sheets before these reported.
    asks : bool
        Whether a new name is a question: not in a dataset that holds nothing yet.
    invented : bool
        Whether the key of a new building must say that it is illustrative.
    """

    names: Mapping[str, str]
    shown: Mapping[str, str]
    reported: tuple[str, ...]
    asks: bool
    invented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Which building each name means, and what is still to be asked.

    Attributes
    ----------
    entities : dict
        Name in the sheets to the key of its building.
    learned : dict
        Names heard for the first time, to the key of their building.
    withdrawn : tuple of str
        Keys of the buildings that are no longer reported.
    unknown, absent, unasked : tuple of Fault
        Names never seen; buildings not in the sheets; answers that nothing asked for.
    """

    entities: Mapping[str, str]
    learned: Mapping[str, str]
    withdrawn: tuple[str, ...]
    unknown: tuple[Fault, ...]
    absent: tuple[Fault, ...]
    unasked: tuple[Fault, ...]


def known_names(data: Dataset, vintages: Iterable[Vintage]) -> dict[str, str]:
    """Return every name by which a building is known; see `Known.names`."""
    known = {str(key): str(key) for key in data.records["entity"].unique()}
    for row in data.entities.to_dict("records"):
        for name in (row["entity"], *(row[lang] for lang in LANGUAGES)):
            if name and known.setdefault(name, row["entity"]) != row["entity"]:
                known[name] = ""
    for vintage in vintages:
        known |= vintage.names
    return known


def resolve(
    places: Mapping[str, tuple[str, str, int | None]],
    known: Known,
    answers: Answers,
    losses: Mapping[str, Sequence[Record]],
) -> Resolved:
    """Return which building each name means, and every question that is open.

    `places` leads from each name in the sheets to the file, sheet and row where it
    comes first; `losses` from a building to the figures that its withdrawal takes back.
    """
    learned = _learn(places, known, answers)
    entities = {
        name: known.names.get(name) or learned[name]
        for name in places
        if known.names.get(name) or name in learned
    }
    missing = [key for key in known.reported if key not in entities.values()]
    given_up = {known.names.get(name, "") for name in answers.withdraw}
    lost = [key for key in missing if key not in given_up]
    strange = [name for name in places if name not in entities]
    file = next(iter(places.values()), ("", "", None))[0]
    others = dict.fromkeys(
        known.shown[key] for key in known.names.values() if key not in entities.values()
    )
    unasked = [
        *_unasked_names(places, known, answers),
        *_unasked_withdrawals(places, known, missing, answers),
    ]
    return Resolved(
        entities=entities,
        learned=learned,
        withdrawn=tuple(key for key in missing if key in given_up),
        unknown=tuple(
            questions.same_name(name, places[name])
            if known.names.get(name) == ""
            else questions.who_is(
                name, places[name], [known.shown[key] for key in lost], list(others)
            )
            for name in strange
        ),
        absent=tuple(
            questions.where_is(known.shown[key], file, strange, losses.get(key, ()))
            for key in lost
        ),
        unasked=tuple(questions.not_asked(*answer, file) for answer in unasked),
    )


def _learn(places: Collection[str], known: Known, answers: Answers) -> dict[str, str]:
    """Return the names heard for the first time that the answers explain."""
    renamed = {new: old for old, new in answers.aliases.items()}
    learned: dict[str, str] = {}
    for name in places:
        if name in known.names:
            continue
        if key := known.names.get(renamed.get(name, "")):
            learned[name] = key
        elif not known.asks or name in answers.new_buildings:
            taken = {*known.names.values(), *learned.values()}
            learned[name] = _key(name, taken, known.invented)
    return learned


def _key(name: str, taken: Collection[str], invented: bool) -> str:
    """Return the key of a new building: its first name."""
    marked = invented and not name.startswith(ILLUSTRATIVE)
    key = f"{ILLUSTRATIVE[0]}-{name}" if marked else name
    number = 2
    while key in taken:
        key, number = f"{key}-{number}", number + 1
    return key


def _unasked_names(
    places: Collection[str], known: Known, answers: Answers
) -> Iterable[tuple[str, str, str]]:
    """Yield the answers on new names that nothing has asked for, and why."""
    for old, new in answers.aliases.items():
        option = f'--alias "{old}={new}"'
        if not known.names.get(old):
            yield option, f"从来没有“{old}”", f'"{old}" was never known'
        elif new not in places:
            told = f"表里没有“{new}”；等号左边写原名，右边写表里的名字"
            yield option, told, f'"{new}" is not in the sheets; OLD=NEW'
        elif new in known.names:
            yield option, f"“{new}”已经认识", f'"{new}" is known'
    for name in answers.new_buildings:
        option = f'--new-building "{name}"'
        if name not in places:
            yield option, f"表里没有“{name}”", f'"{name}" is not in the sheets'
        elif name in known.names:
            yield option, f"“{name}”已经认识", f'"{name}" is known'
        elif name in answers.aliases.values():
            told, english = f"又说“{name}”是改名", f'"{name}" is also called a new name'
            yield option, told, english
        elif not known.asks:
            told = "第一批表格里的名字全部收下"
            yield option, told, "the first sheets bring all their names"


def _unasked_withdrawals(
    places: Collection[str],
    known: Known,
    missing: Collection[str],
    answers: Answers,
) -> Iterable[tuple[str, str, str]]:
    """Yield the buildings said to be no longer reported that are, or never were."""
    for name in answers.withdraw:
        option = f'--withdraw "{name}"'
        if name in places:
            yield option, f"“{name}”就在表里", f'"{name}" is in the sheets'
        elif answers.partial:
            told = "这张表只是一部分（--partial），没有列出的照旧"
            yield option, told, "of a part of the list (--partial) nobody is missing"
        elif known.names.get(name) not in missing:
            told = f"上一批表格里没有“{name}”，或它换了名字还在表里"
            yield option, told, f'"{name}" was not in the sheets before, or still is'
