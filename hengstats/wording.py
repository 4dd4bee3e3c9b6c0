"""Cuts a wording into the words of one closed list, for records and cells alike.

A wording is read only if every piece of it stands in `wording.toml`; an unknown word
could be a hedge that turns the figure round.
"""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

from hengstats.errors import ReadingError
from hengstats.messages import message
from hengstats.numerals import ARABIC, CHINESE, MIXED, WORDS

_KINDS = (
    "context noun counted first ordinal trend per scale currency unit after before to"
).split()
_HALF = (
    {c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
    | str.maketrans("￥﹣﹤﹥﹢﹪￠￡〜∼≧≦‑‒", "¥-<>+%¢£~~≥≤‐–")
    | dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
    | dict.fromkeys(map(ord, "“”\"'‘’「」『』《》＇＂"), '"')
)
# 上百 is at least a hundred; 三成五 are 35 percent; 半数 is a half, 半年 is not.
_FORM = re.compile(
    f"(?P<fraction>[0-9]+/[0-9]+)|百分之(?P<percent>{ARABIC.pattern}|{CHINESE.pattern})"
    "|[数几](?P<several>[十百千万亿]+)|上(?P<least>[百千万亿]+)"
    "|(?P<tenths>[一二两三四五六七八九1-9]成[一二三四五六七八九半1-9])"
    "|(?P<half>半数?(?![一-鿿]))|(?P<french>[0-9]{1,3}(?:\\.[0-9]{3})+)(?= milliards)"
    f"|(?P<number>{ARABIC.pattern})"
)
_TENTHS = str.maketrans("一二两三四五六七八九半", "12234567895", "成")
_SCALE = re.compile("万亿|[十百千]?[万亿]|[百千]")


class Word(NamedTuple):
    """One known word of a wording.

    Attributes
    ----------
    kind : str
        `number`, `several`, `least`, `percent` or `fraction`, or the section of the
        list: `scale`, `before` and `after` (hedges), `trend`, `currency`, `unit`,
        `per`, `first`, `ordinal`, `to`, `context`.
    meaning : str
        What it says, the line of the list: a power of ten, a qualifier, a unit; of a
        number its digits or numerals.
    text : str
        As written, folded.
    """

    kind: str
    meaning: str
    text: str


@cache
def _lists() -> dict[str, dict[str, str]]:
    """Return the lines of the closed list by section."""
    source = resources.files("hengstats").joinpath("wording.toml")
    return tomllib.loads(source.read_text("utf-8"))


@cache
def listed(section: str, line: str) -> tuple[str, ...]:
    """Return the words of one line of the closed list; none where it has no such."""
    words = _lists()[section].get(line, "").split()
    return tuple(word.replace("_", " ") for word in words)


@cache
def lexicon() -> dict[str, Word]:
    """Return every word that a figure may be made of, with its meaning."""
    number = {word: Word("number", word, word) for word in WORDS}
    return {
        word: Word("context" if kind in ("noun", "counted") else kind, line, word)
        for kind in _KINDS
        for line in _lists()[kind]
        for word in listed(kind, line)
    } | number


@cache
def _folds() -> dict[int, str | int]:
    """Return what stands for each sign that is folded."""
    script = _lists()["script"]
    folds = _HALF | str.maketrans(script["traditional"], script["simplified"])
    return folds | {ord("廿"): "二十", ord("卅"): "三十", ord("卌"): "四十"}


def fold(text: str) -> str:
    """Return a text in half-width, 简体 and lower case, all quotation marks as `"`.

    Superscripts, circled digits and fractions stay what they are: `37²` is not 372.
    """
    return text.translate(_folds()).lower().strip()


@cache
def _known() -> dict[str, re.Pattern[str]]:
    """Return, by its first sign, the pattern of the longest known word.

    A word is no piece of a longer Latin one: m is not in mm.
    """
    forms: dict[str, list[str]] = {}
    for word in sorted(lexicon(), key=len, reverse=True):
        start = "(?<![a-z])" if "a" <= word[0] <= "z" else ""
        end = "(?![a-z])" if "a" <= word[-1] <= "z" else ""
        forms.setdefault(word[0], []).append(start + re.escape(word) + end)
    return {sign: re.compile("|".join(words)) for sign, words in forms.items()}


def cut(text: str, printed: str) -> list[Word]:
    """Return the words of a folded text, the longest match first.

    Raises
    ------
    ReadingError
        If a piece of it is not a known word; the message names the piece and the
        wording as it was printed.
    """
    words: list[Word] = []
    i = 0
    while i < len(text):
        if text[i] in " ,、":
            i += 1
        elif word := _next_word(text, i, words):
            words.append(word)
            i += len(word.text)
        else:
            piece = re.match("[a-z]+", text[i:])
            unknown = piece[0] if piece else text[i : i + 6]
            raise unreadable("unknown_word", printed, piece=unknown)
    return words


def _next_word(text: str, i: int, before: list[Word]) -> Word | None:
    """Return the word that begins at a place, if it is known."""
    kinds = [word.kind for word in before[-2:]]
    if kinds[-1:] == ["number"] and text[i] == "几":  # 十几亿, but 几亿
        return lexicon()["几"]
    if found := MIXED.match(text, i):
        return Word("number", found[0], found[0])
    if found := _FORM.match(text, i):
        kind = str(found.lastgroup)
        meaning = found[kind]
        if kind == "tenths":
            kind, meaning = "percent", meaning.translate(_TENTHS)
        elif kind == "half":
            kind, meaning = "fraction", "1/2"
        elif kind == "french":  # 12.910 milliards, with a point for thousands
            kind, meaning = "number", meaning.replace(".", "")
        return Word(kind, meaning, found[0])
    # 3万, 3多万
    if kinds[-1:] == ["number"] or kinds == ["number", "after"]:
        if found := _SCALE.match(text, i):
            return lexicon()[found[0]]
    if text[i] == "~" and not before:
        return lexicon()["约"]._replace(text="~")
    known, numeral = _known().get(text[i]), CHINESE.match(text, i)
    found = known.match(text, i) if known else None
    if numeral and (not found or len(numeral[0]) >= len(found[0])):
        return Word("number", numeral[0], numeral[0])
    return lexicon()[found[0]] if found else None


def unreadable(key: str, printed: object, **values: object) -> ReadingError:
    """Return the error that says why a wording is not one figure, and the mend."""
    _, found, mend, english = message(f"printed.{key}", **values)
    told = f"“{printed}”读不出一个数：{found}。请{mend}。"
    return ReadingError(f"{told} [{english} in {printed!r}]")
