"""Takes measures and entities by the names that people use, and shows tables in them.

Keys such as `tax_revenue` stay what tables hold; a name in any of the three scripts is
found wherever a measure or an entity is asked for, and `label` shows a table with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hengstats.dataset import list_labels, read_dataset
from hengstats.intake.heads import means, normal
from hengstats.intake.result import CUSTOMARY
from hengstats.messages import data_error, near_names
from hengstats.vocabulary import (
    LANGUAGES,
    check_language,
    knows_measure,
    measure_label,
    name,
    say,
    strings,
)

ENDS = ("lower", "value", "upper")
CODES = ("unit", "status", "qualifier", "standing", "rule", "kind", "topic", "change")
Names = Mapping[str, Sequence[str]]


def find_measure(table: pd.DataFrame, wanted: str) -> str:
    """Return the measure that a name means, or the name itself if it means none.

    A column is taken as it is; then a label in any script; then a head that a sheet
    may have (税收, 党员数); then the one label that ends with the name.

    Examples
    --------
    >>> import hengstats as hs
    >>> find_measure(hs.build_panel("plaza66"), "税收")
    'tax_revenue'
    """
    labels = table.attrs.get("about", {}).get("labels", {})
    if not isinstance(wanted, str) or wanted in table or knows_measure(wanted, labels):
        return wanted
    names = {column: _names_of(str(column), labels) for column in table}
    found = _named(names, wanted)
    if found is None:
        column = means(wanted)
        held = [one for one in CUSTOMARY.get(column, ()) if one in table]
        found = held[0] if held else _only(names, wanted)
    return wanted if found is None else found


def find_entity(table: pd.DataFrame, wanted: object) -> Any:
    """Return the entity of a table that a name means, in any script, or part of it.

    Raises
    ------
    DataError
        If it means none, or several; it says which come near and which there are.
        If the table has no rows.
    """
    bare = pd.DataFrame(table)  # without attrs, which pandas copies at every step
    keys = list(bare["entity"].dropna().unique())
    same = [key for key in keys if key == wanted or str(key) == str(wanted)]
    if same:
        return same[0]
    if not keys:
        raise data_error("labels.no_rows")
    told = table.attrs.get("about", {}).get("entities", {})
    names = {key: [str(key), *told.get(key, ())] for key in keys}
    found = _named(names, str(wanted))
    if found is None:
        found = _only(names, str(wanted))
    if found is None:
        near = near_names(str(wanted), (one for own in names.values() for one in own))
        listed = [with_key(key, own[1:2]) for key, own in names.items()]
        told = {"entity": wanted, "near": near, "known": shorten_list(listed)}
        raise data_error("labels.no_entity", **told)
    return found


def list_measures(table: pd.DataFrame, measures: Sequence[str]) -> str:
    """Return some measures in one line, each with its label and its key."""
    labels = table.attrs.get("about", {}).get("labels", {})
    told = [with_key(one, _names_of(one, labels)[1:2]) for one in measures]
    return shorten_list(told)


def near_measures(table: pd.DataFrame, wanted: str, measures: Sequence[str]) -> str:
    """Return a question with the measures that a wrong name is most like."""
    labels = table.attrs.get("about", {}).get("labels", {})
    return near_names(
        wanted, (one for own in measures for one in _names_of(own, labels))
    )


def with_key(key: object, names: Sequence[str]) -> str:
    """Return a name with the key that code may use for it."""
    return f"{names[0]}（{key}）" if names and names[0] != str(key) else str(key)


def shorten_list(items: Sequence[str], most: int = 12) -> str:
    """Return a list in one line, its tail left off where it is long."""
    return "、".join(items[:most]) + ("……" if len(items) > most else "")


def _names_of(measure: str, labels: Names) -> list[str]:
    """Return the key of a measure and its label in each language."""
    told = [measure_label(measure, lang, labels) for lang in LANGUAGES]
    return list(dict.fromkeys([measure, *told]))


def _named(names: Mapping[Any, Sequence[str]], wanted: str) -> Any:
    """Return the first key that has exactly this name, whatever width or case."""
    asked = normal(wanted)
    same = (key for key, own in names.items() if asked in map(normal, own))
    return next(same, None)


def _only(names: Mapping[Any, Sequence[str]], wanted: str) -> Any:
    """Return the only key of which a name ends with this, or else holds it."""
    asked = normal(wanted)
    if len(asked) < 2:
        return None
    for fits in (str.endswith, str.__contains__):
        found = [
            key
            for key, own in names.items()
            if any(fits(normal(one), asked) for one in own)
        ]
        if len(found) == 1:
            return found[0]
    return None


def label(table: pd.DataFrame, lang: str = "zh-Hans") -> pd.DataFrame:
    """把表的栏名和代码换成文字。 Return a table with its heads and codes in words.

    For showing, not for computing: numbers become text, shares and growths percent
    (a log growth as exp(g) - 1), an open end 不封顶.

    Parameters
    ----------
    table : DataFrame
        Any table of this library: figures, growths, shares, sources, a panel.
    lang : str
        `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    DataFrame
        The same rows and columns; what has no name in words is left as it is.

    Examples
    --------
    >>> import hengstats as hs
    >>> tax = hs.load_tax("plaza66").query("year == 2020")
    >>> label(tax)[["对象", "指标", "年份", "数值"]].to_numpy().tolist()
    [['上海恒隆广场', '楼宇税收', '2020', '49.3']]
    """
    check_language(lang)
    place, (labels, entities) = LANGUAGES.index(lang), _names_for(table)
    shown = pd.DataFrame(index=table.index)
    unit = table.attrs.get("unit", "")
    units = table["unit"] if "unit" in table else pd.Series(unit, table.index)
    for column in map(str, table):
        values = table[column]
        if column == "entity":
            told = [entities.get(one, [one] * 3)[place] for one in values]
        elif column in ("measure", "organisation", "economy"):
            told = [_label_ratio(str(one), lang, labels) for one in values]
        elif column in ENDS and values.dtype != object:
            pairs = zip(values, units, strict=True)
            told = [_show(number, how, column, lang) for number, how in pairs]
        elif column in CODES:
            told = [name(column, str(one), lang) for one in values]
        else:
            told = [_write(one, lang) for one in values]
        shown[_head(column, lang, labels)] = pd.Series(told, table.index, dtype=object)
    return shown


def _names_for(table: pd.DataFrame) -> tuple[Names, Names]:
    """Return the labels and names of entities of a table, or of its dataset."""
    about = table.attrs.get("about", {})
    if about or "dataset" not in table.attrs:
        return about.get("labels", {}), about.get("entities", {})
    data = read_dataset(*table.attrs["dataset"])
    rows = zip(*(data.entities[one] for one in ("entity", *LANGUAGES)), strict=True)
    return list_labels(data.codebook), {key: names for key, *names in rows}


def _head(column: str, lang: str, labels: Names) -> str:
    """Return the head of a column in words."""
    if column in strings()["head"]:
        return say("head", column, lang)
    if column.endswith("_printed") and knows_measure(column[:-8], labels):
        return measure_label(column[:-8], lang, labels)
    for end in ("_lower", "_upper"):
        if column.endswith(end) and knows_measure(column[:-6], labels):
            own = measure_label(column[:-6], lang, labels)
            side = say("head", end[1:], lang)
            return say("word", "of_programme", lang, measure=own, programme=side)
    return measure_label(column, lang, labels)


def _label_ratio(measure: str, lang: str, labels: Names) -> str:
    """Return the label of a measure, or of both sides of a ratio."""
    return " / ".join(measure_label(one, lang, labels) for one in measure.split(" / "))


def _show(number: float, unit: str, side: str, lang: str) -> str:
    """Return a number as its unit is read; a bound rounded outwards."""
    if pd.isna(number):
        return "—"
    if unit == "log growth":
        number = float(np.expm1(number))
    if np.isinf(number):
        return say("report", "open", lang)
    if unit in ("log growth", "fraction", "index"):
        tenths = (10 if unit == "index" else 1000) * number
        turn = {"lower": np.floor, "upper": np.ceil}.get(side, np.round)
        rounded = float(turn(np.round(tenths, 6))) / 10
        return f"{rounded:,.1f}{'' if unit == 'index' else '%'}".replace("-", "−")
    return f"{float(f'{number:.6g}'):,.10g}".replace("-", "−")


def _write(value: object, lang: str) -> str:
    """Return any other value as text; what is missing as a dash."""
    if isinstance(value, (bool, np.bool_)):
        return say("word", "yes" if value else "no", lang)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "—" if value is None or str(value) in ("nan", "<NA>") else str(value)
