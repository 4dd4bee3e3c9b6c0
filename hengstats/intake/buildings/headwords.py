"""Which words may a head be made of, and what does each of them mean?

The closed list stands in `heads.toml`, in 简体, 繁體 and English.
"""

import difflib
import re
import unicodedata
from functools import cache

from hengstats.intake.names import read_lists, without_marks
from hengstats.intake.result import COLUMNS

BRACKETS = re.compile(
    r"[(\[{【〔〈<《「]([^()\[\]{}【】〔〕〈〉<>《》「」]*)[)\]}】〕〉>》」]"
)


def fold(text: str) -> str:
    """Return a head in NFKC and lower case, with single blanks, without footnotes."""
    plain = unicodedata.normalize("NFKC", without_marks(text)).lower()
    return re.sub(r"[\s\u200b\ufeff]+", " ", plain).strip()


def key_of(text: str) -> str:
    """Return a folded head without blanks, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", text)


def _lists() -> dict[str, dict[str, list[str]]]:
    """Return the closed lists of `heads.toml`."""
    return read_lists("buildings/heads.toml")


@cache
def meanings() -> dict[str, str]:
    """Return what each known head means."""
    return {
        key_of(fold(form)): kind
        for kind, forms in _lists()["key"].items()
        for form in forms
    }


@cache
def left_out_words() -> re.Pattern[str]:
    """Return the pattern of words that keep a column out."""
    words = _lists()["word"]["left_out"]
    latin = "|".join(re.escape(word) for word in words if re.match("[a-z]", word))
    other = "|".join(re.escape(word) for word in words if not re.match("[a-z]", word))
    return re.compile(rf"{other}|(?<![a-z])(?:{latin})(?![a-z])")


@cache
def person_words() -> re.Pattern[str]:
    """Return the pattern of words that a head about persons ends with."""
    words = "|".join(key_of(fold(word)) for word in _lists()["word"]["person"])
    return re.compile(rf"(?:{words})s?\d?$")


@cache
def neutral_words() -> frozenset[str]:
    """Return what may stand in brackets without changing what a column is."""
    return frozenset(key_of(fold(word)) for word in _lists()["word"]["neutral"])


@cache
def tails() -> dict[str, str]:
    """Return the unit of each short ending of a column name."""
    return {form: unit for unit, forms in _lists()["tail"].items() for form in forms}


def known_names(kind: str) -> list[str]:
    """Return every head that means one kind of column."""
    return _lists()["key"][kind]


def nearest_name(text: str) -> str:
    """Return the known head that is most like an unknown one, or nothing."""
    measures = [name for kind in COLUMNS for name in known_names(kind)]
    bare = BRACKETS.sub("", fold(text))
    return next(iter(difflib.get_close_matches(bare, measures, 1, 0.5)), "")


def means(text: str) -> str:
    """Return the kind of column that a wording names, or nothing."""
    return meanings().get(key_of(fold(text)), "")
