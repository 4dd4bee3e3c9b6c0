"""Lists units and qualifiers, and says labels and sentences in three scripts.

The strings stand in `vocabulary.toml`, one line each, as 简体, 繁體 and English; what
a measure is called stands in the codebook of its dataset.
"""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

QUALIFIERS = (
    "exact",
    "about",
    "nearly",
    "at_least",
    "more_than",
    "at_most",
    "fewer_than",
    "range",
    "not_found",
)
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
Labels = Mapping[str, Sequence[str]]  # measure -> its label in each language


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the records.

    Attributes
    ----------
    dimension : str
        Units of one dimension can be converted into each other.
    factor : float
        How many base units of the dimension one of it is; negative for a fall.
    kind : str
        `count` for what is counted one by one, `amount` for what is measured.
    """

    dimension: str
    factor: float
    kind: str


UNITS = {
    "yuan": Unit("yuan", 1.0, "amount"),
    "1000 yuan": Unit("yuan", 1e3, "amount"),
    "10000 yuan": Unit("yuan", 1e4, "amount"),
    "million yuan": Unit("yuan", 1e6, "amount"),
    "100 million yuan": Unit("yuan", 1e8, "amount"),
    "billion yuan": Unit("yuan", 1e9, "amount"),
    "100 million yuan per month": Unit("yuan", 1e8, "amount"),
    "million Hong Kong dollars": Unit("Hong Kong dollars", 1e6, "amount"),
    "yuan per square metre": Unit("yuan per square metre", 1.0, "amount"),
    "square metres": Unit("square metres", 1.0, "amount"),
    "10000 square metres": Unit("square metres", 1e4, "amount"),
    "10000 persons": Unit("persons", 1e4, "amount"),
    "10000 person-times": Unit("person-times", 1e4, "amount"),
    "10000 enterprises": Unit("enterprises", 1e4, "amount"),
    "fraction": Unit("fraction", 1.0, "amount"),
    "percent": Unit("fraction", 0.01, "amount"),
    "percent decrease": Unit("fraction", -0.01, "amount"),
} | {
    unit: Unit(unit, 1.0, "count")
    for unit in (
        "persons",
        "person-times",
        "enterprises",
        "branches",
        "organisations",
        "committees",
        "meetings",
        "buildings",
        "events",
        "projects",
        "programmes",
        "stations",
        "brands",
        "storeys",
    )
}


@cache
def strings() -> dict[str, dict[str, list[str]]]:
    """Return every string a user sees, by section and key, in three scripts."""
    source = resources.files("hengstats").joinpath("vocabulary.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def check_language(lang: str) -> str:
    """Return `lang`, or refuse a language that has no strings.

    Raises
    ------
    ValueError
        If `lang` is none of `zh-Hans`, `zh-Hant` and `en`.
    """
    if lang not in LANGUAGES:
        raise ValueError(
            f"没有“{lang}”这种语言。请用 zh-Hans（简体）、zh-Hant（繁體）或 en。"
        )
    return lang


def say(section: str, key: str, lang: str, **values: object) -> str:
    """Return a string in one language, with its blanks filled in."""
    text = strings()[section][key][LANGUAGES.index(check_language(lang))]
    return text.format(**values) if values else text


def name(section: str, key: str, lang: str) -> str:
    """Return the label of a unit, qualifier or status, or its key if none is known."""
    known = strings().get(section, {})
    return known[key][LANGUAGES.index(check_language(lang))] if key in known else key


@cache
def _standard_labels() -> Labels:
    """Return the labels of the measures that every new dataset has."""
    source = resources.files("hengstats").joinpath("adding/blank/codebook.csv")
    rows = csv.DictReader(io.StringIO(source.read_text(encoding="utf-8-sig")))
    own = {row["measure"]: [row[lang] for lang in LANGUAGES] for row in rows}
    return strings()["count"] | own


def knows_measure(measure: str, labels: Labels | None = None) -> bool:
    """Return whether a measure has a label of its own; see `measure_label`."""
    return measure in (labels or {}) or measure in _standard_labels()


def measure_label(measure: str, lang: str, labels: Labels | None = None) -> str:
    """Return the label of a measure as its codebook has it.

    `labels` are those of the dataset, as `panel.attrs["about"]["labels"]` holds them.
    A measure without one is called as in a new dataset, and else by its key.
    """
    place = LANGUAGES.index(check_language(lang))
    for known in (labels or {}, _standard_labels()):
        if measure in known:
            return known[measure][place]
    return measure


def programme_labels(
    measure: str, lang: str, labels: Labels | None = None
) -> dict[str, str]:
    """Return the measures of single programmes of a measure, and the programmes' names.

    `events_careers` is one of `events` if its label says so: 活动场数（职业成长）.
    """
    found = {}
    total = measure_label(measure, lang, labels)
    frame = say("word", "of_programme", lang, measure=total, programme="{}")
    before, after = frame.split("{}")
    for key in labels or {}:
        label = measure_label(key, lang, labels)
        if key.startswith(f"{measure}_") and label.startswith(before):
            found[key] = label.removeprefix(before).removesuffix(after)
    return found


def convert(unit: str, into: str) -> float:
    """Return how many `into` one `unit` is: 0.01 for percent into fraction.

    Raises
    ------
    ValueError
        If either is unknown, or they measure different things.
    """
    for one in (unit, into):
        if one not in UNITS:
            raise ValueError(f"单位“{one}”不认识；认识的有：{'、'.join(UNITS)}")
    if UNITS[unit].dimension != UNITS[into].dimension:
        raise ValueError(f"单位“{unit}”不能换算成“{into}”")
    return UNITS[unit].factor / UNITS[into].factor
