"""Tells which building each name in a sheet means, and who is missing.

A name that was never seen, and a building that is no longer there, are questions: the
user answers them, once, and the answer is kept. Nothing is guessed.
"""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hengstats.dataset import Dataset, list_labels
from hengstats.errors import Fault
from hengstats.intake.result import Checked, Refusal, refuse
from hengstats.messages import message
from hengstats.panel import ILLUSTRATIVE
from hengstats.vintages import Vintage
from hengstats.vocabulary import LANGUAGES, Labels, measure_label, say

LIST = "building_year"  # the kind of sheet that lists all buildings
Place = tuple[str, str, int | None]  # file, sheet, row
Losses = Mapping[str, Sequence[tuple[str, int]]]  # building to measure and year
MOST = 100  # questions that are put one by one
_OFFERED = 12  # names that are offered for one
_COMPARED = 3 * _OFFERED  # names that are compared letter by letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the user said about names.

    `aliases` leads from a known name to the one that the sheet has now; then the names
    that are new, those no longer reported, and whether the sheets are only a part.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    new_buildings: Sequence[str] = ()
    withdraw: Sequence[str] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Which building each name means, and what is still to be asked.

    `entities` leads from a name in the sheets to the key of its building, `learned`
    does for names heard for the first time; `withdrawn` are the keys of buildings no
    longer reported, `shown` leads from a key to the name that is shown. `unknown` names
    and `open` questions (buildings that are missing, answers that nothing asked for)
    are told one by one, the first `MOST` of each; there are so many `more`. `lost` are
    the names of the missing. If the sheets are `known`, the dataset has every answer
    already, from an earlier time.
    """

    entities: Mapping[str, str]
    learned: Mapping[str, str]
    withdrawn: Sequence[str]
    shown: Mapping[str, str]
    unknown: Sequence[Fault]
    open: Sequence[Fault]
    more: int
    lost: Sequence[str]
    known: bool


def resolve(
    data: Dataset,
    vintages: Mapping[int, Vintage],
    order: Sequence[int],
    about: Vintage,
    sheets: Sequence[Checked],
    answers: Answers,
    losses: Losses,
) -> Resolved:
    """Return which building each name means, and every question that is open.

    `order` lists the vintages known before the new one, `about`; `losses` leads from a
    building to the figures that its withdrawal takes back.
    """
    places, file = places_of(sheets), sheets[0].file
    names = _list_names(data, vintages.values())
    # The first sheets bring all their names.
    asks = bool(len(data.records) or vintages)
    learned = _learn(places, names, answers, about, asks)
    entities = {
        name: key
        for name in places
        if (key := names.get(name) or learned.get(name, ""))
    }
    present = set(entities.values())
    reported: Sequence[str] = ()
    # Sign-ins and parts of a list ask for nobody who is missing.
    if any(sheet.table == LIST for sheet in sheets) and not answers.partial:
        earlier = [vintages[number] for number in order]
        reported = _list_reported(earlier, about.publisher)
    missing = [key for key in reported if key not in present]
    given_up = {names.get(name, "") for name in answers.withdraw}
    lost = [key for key in missing if key not in given_up]
    strange = [name for name in places if name not in entities]
    shown = {key: key for key in names.values()}
    shown |= dict(zip(data.entities["entity"], data.entities["zh-Hans"], strict=True))
    lost_names = [shown[key] for key in lost]
    others = [shown[k] for k in dict.fromkeys(names.values()) if k and k not in present]
    unasked = [*_unasked(places, names, set(missing), answers, asks)]
    labels = list_labels(data.codebook)
    return Resolved(
        entities=entities,
        learned=learned,
        withdrawn=[key for key in missing if key in given_up],
        shown=shown,
        unknown=[
            refuse("adding.invalid_name", name=name).at(*places[name])
            if names.get(name) == ""
            else _who_is(name, lost_names, others).at(*places[name])
            for name in strange[:MOST]
        ],
        open=[
            *(
                _where_is(shown[key], strange, losses.get(key, ()), labels).at(file)
                for key in lost[:MOST]
            ),
            *(_not_asked(*one).at(file) for one in unasked[:MOST]),
        ],
        more=sum(max(len(one) - MOST, 0) for one in (strange, lost, unasked)),
        lost=lost_names,
        known=_has_answers(vintages.values(), names, reported, answers),
    )


def places_of(sheets: Sequence[Checked]) -> dict[str, Place]:
    """Return each name of a building with the place where it comes first."""
    rows: dict[str, Place] = {}
    for sheet in sheets:
        at = {cell.building: (cell.sheet, cell.row) for cell in reversed(sheet.cells)}
        for _, name in sheet.rows:
            rows.setdefault(name, (sheet.file, *at.get(name, ("", None))))
    return rows


def two_names(
    sheets: Sequence[Checked], entities: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield the buildings that one sheet calls by two names in one year."""
    places = places_of(sheets)
    for sheet in sheets:
        names: dict[tuple[int, str], str] = {}
        for year, name in sheet.rows:
            first = names.setdefault((year, entities.get(name, name)), name)
            if first != name:
                said = {"first": first, "name": name, "year": year}
                yield refuse("adding.two_names", **said).at(sheet.file, places[name][1])


def list_losses(losses: Sequence[tuple[str, int]], labels: Labels, lang: str) -> str:
    """Return what a withdrawal takes back: how many figures, of what, of when."""
    if not losses:
        return say("store", "loses_nothing", lang)
    years: dict[str, list[int]] = {}
    for measure, year in losses:
        years.setdefault(measure, []).append(year)
    listed = say("word", "comma", lang).join(
        f"{measure_label(measure, lang, labels)} {_spans(own)}"
        for measure, own in years.items()
    )
    return say("store", "loses", lang, count=len(losses), figures=listed)


def _list_names(data: Dataset, vintages: Iterable[Vintage]) -> dict[str, str]:
    """Return every name by which a building is known, and its key.

    The key is empty where the hand-kept table gives the name to two of them.
    """
    names = {str(key): str(key) for key in data.records["entity"].unique()}
    for row in data.entities.to_dict("records"):
        for name in (row["entity"], *(row[lang] for lang in LANGUAGES)):
            if name and names.setdefault(name, row["entity"]) != row["entity"]:
                names[name] = ""
    for vintage in vintages:
        names |= vintage.names
    return names


def _list_reported(vintages: Sequence[Vintage], publisher: str) -> list[str]:
    """Return the buildings of the latest list of a publisher, and of parts since.

    Where it never sent a list, or nobody signed, the latest list of any counts.
    """
    lists = [
        one
        for one in reversed(vintages)
        if any(file.get("table") == LIST for file in one.files)
    ]
    own = [one for one in lists if publisher and one.publisher == publisher]
    reported: dict[str, None] = {}
    for one in own or lists:
        reported |= dict.fromkeys([*(record[0] for record in one.records), *one.blank])
        if not one.partial:
            break
    return list(reported)


def _has_answers(
    vintages: Iterable[Vintage],
    names: Mapping[str, str],
    reported: Sequence[str],
    answers: Answers,
) -> bool:
    """Return whether a dataset has every answer already, from an earlier time."""
    gone = {key for one in vintages for key in one.withdrawn} - set(reported)
    said = [
        *(names.get(old, "") == names.get(new) for old, new in answers.aliases.items()),
        *(bool(names.get(one)) for one in [*answers.aliases, *answers.new_buildings]),
        *(names.get(name) in gone for name in answers.withdraw),
    ]
    return all(said)


def _learn(
    places: Collection[str],
    names: Mapping[str, str],
    answers: Answers,
    about: Vintage,
    asks: bool,
) -> dict[str, str]:
    """Return the names heard for the first time that the answers explain."""
    renamed = {new: old for old, new in answers.aliases.items()}
    taken, fresh = set(names.values()), set(answers.new_buildings)
    learned: dict[str, str] = {}
    for name in places:
        if name in names:
            continue
        if key := names.get(renamed.get(name, "")):
            learned[name] = key
        elif not asks or name in fresh:
            learned[name] = _key(name, taken, about.kind == "illustrative")
            taken.add(learned[name])
    return learned


def _key(name: str, taken: Collection[str], invented: bool) -> str:
    """Return the key of a new building: its first name."""
    marked = invented and not name.startswith(ILLUSTRATIVE)
    key = stem = f"{ILLUSTRATIVE[0]}-{name}" if marked else name
    number = 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key


def _who_is(name: str, missing: Sequence[str], others: Sequence[str]) -> Refusal:
    """Return the question that a name never seen puts.

    Its former name can be that of a building that is missing, or, where none is, one
    much like it of the `others` that are not in the sheets.
    """
    offered = _nearest(name, missing) or _nearest(name, others, 3, 0.6) or ["OLD"]
    pairs = [(old, name) for old in offered]
    return refuse("adding.unknown_building", name=name, **_aliases(pairs))


def _where_is(
    name: str,
    strange: Sequence[str],
    losses: Sequence[tuple[str, int]],
    labels: Labels,
) -> Refusal:
    """Return the question that a building puts which is not in the sheets.

    Only a name that is strange can be its new one; `losses` are the figures that a
    withdrawal takes back.
    """
    renamed = english = ""
    if strange:
        pairs = [(name, new) for new in _nearest(name, strange)]
        _, _, renamed, english = message("adding.renamed", **_aliases(pairs))
    return refuse(
        "adding.missing_building",
        name=name,
        lost=list_losses(losses, labels, "zh-Hans"),
        lost_english=list_losses(losses, labels, "en"),
        renamed=renamed,
        renamed_english=english,
    )


def _aliases(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the options that give a known name a new one, to be copied."""
    options = [f'--alias "{old}={new}"' for old, new in pairs]
    return {"aliases": " 或 ".join(options), "or_aliases": " or ".join(options)}


def _nearest(
    name: str, among: Iterable[str], most: int = _OFFERED, cutoff: float = 0.0
) -> list[str]:
    """Return names, the nearest first; of many those that share most characters."""
    own = set(name)
    few = sorted(among, key=lambda other: -len(own & set(other)))[:_COMPARED]
    return difflib.get_close_matches(name, few, most, cutoff)


def _spans(years: Iterable[int]) -> str:
    """Return years, those in a row as first and last: 2016–2018、2021."""
    spans: list[list[int]] = []
    for year in sorted(set(years)):
        if spans and year == spans[-1][-1] + 1:
            spans[-1][1:] = [year]
        else:
            spans.append([year])
    return ", ".join("–".join(map(str, span)) for span in spans)


def _not_asked(option: str, why: str, name: str) -> Refusal:
    """Return the refusal of an answer that nothing has asked for."""
    _, found, _, english = message(f"adding.{why}", name=name)
    said = {"option": option, "found": found, "english": english}
    return refuse("adding.unasked_answer", **said)


def _unasked(
    places: Collection[str],
    names: Mapping[str, str],
    missing: Collection[str],
    answers: Answers,
    asks: bool,
) -> Iterator[tuple[str, str, str]]:
    """Yield the answers that nothing has asked for, why, and the name it is about."""
    for old, new in answers.aliases.items():
        option = f'--alias "{old}={new}"'
        if not names.get(old):
            yield option, "never_known", old
        elif new not in places:
            yield option, "alias_not_in_sheets", new
        elif new in names:
            yield option, "already_known", new
    aliases = set(answers.aliases.values())
    for name in answers.new_buildings:
        option = f'--new-building "{name}"'
        if name not in places:
            yield option, "not_in_sheets", name
        elif name in names:
            yield option, "already_known", name
        elif name in aliases:
            yield option, "also_alias", name
        elif not asks:
            yield option, "first_sheets", name
    for name in answers.withdraw:
        option = f'--withdraw "{name}"'
        if name in places:
            yield option, "in_sheets", name
        elif answers.partial:
            yield option, "of_a_part", name
        elif names.get(name) not in missing:
            yield option, "not_before", name
