"""Does each row say what its source printed, in words and units that are known?

The door of a dataset: a row at fault is refused with folder, file, row and column.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Hashable

import pandas as pd

from hengstats.errors import DataError, ReadingError, locate
from hengstats.printed import PrintedFigure, read_printed
from hengstats.vocabulary import LANGUAGES, QUALIFIERS, UNITS, convert

STANDINGS = ("primary", "press", "copy", "interested", "weak")
TOPICS = ("tax", "economy", "organisation", "participation", "service")
COLUMNS = {
    "records.csv": "entity measure period printed value qualifier unit source quote",
    "sources.csv": "source title publisher published address standing kind",
    "codebook.csv": "measure topic unit basis years precision definition",
    "entities.csv": "entity kind zh-Hans zh-Hant en",
    "milestones.csv": "date kind entity zh-Hans zh-Hant en source quote",
    "settlements.csv": "entity measure year accepted zh-Hans zh-Hant en",
    "rivals.csv": "rival dataset entity measure period source zh-Hans zh-Hant en",
}
REQUIRED = ("records.csv", "sources.csv", "codebook.csv")
_PERIOD = re.compile(r"[0-9]{4}(-H[12]|-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
POINTER = ["entity", "measure", "period", "source"]
KEYS = {
    "records.csv": ["entity", "measure", "period", "source", "printed"],
    "sources.csv": ["source"],
    "codebook.csv": ["measure"],
    "entities.csv": ["entity"],
    "settlements.csv": ["entity", "measure", "year"],
    "rivals.csv": ["rival", "dataset", *POINTER],
}


def check_keys(
    folder: str, tables: dict[str, pd.DataFrame], part: str = "records.csv"
) -> None:
    """Refuse a repeated key, an unknown word, and a pointer that leads nowhere.

    `part` is the name that messages give to the file of records.
    """
    allowed = {
        ("sources.csv", "standing"): set(STANDINGS),
        ("codebook.csv", "unit"): set(UNITS),
        ("codebook.csv", "topic"): set(TOPICS),
        ("codebook.csv", "precision"): {"printed", "exact"},
        ("records.csv", "unit"): set(UNITS),
        ("records.csv", "qualifier"): set(QUALIFIERS),
        ("records.csv", "measure"): set(tables["codebook.csv"]["measure"]),
        ("records.csv", "source"): set(tables["sources.csv"]["source"]),
        ("milestones.csv", "source"): set(tables["sources.csv"]["source"]),
    }
    if len(tables["entities.csv"]):
        allowed["records.csv", "entity"] = set(tables["entities.csv"]["entity"])
    for (file, column), words in allowed.items():
        unknown = tables[file].index[~tables[file][column].isin(words)]
        for i in unknown[:1]:
            found = tables[file].loc[i, column]
            shown = "、".join(sorted(words)[:12])
            fault, mend = f"“{found}”不认识", f"改成认识的一个，如 {shown}"
            place = part if file == "records.csv" else file
            raise DataError(locate(folder, place, i + 2, column, fault, mend))
    for i, day in enumerate(tables["sources.csv"]["published"], start=2):
        if day and ("H" in day or not _is_period(day)):
            fault, mend = f"“{day}”不是日期", "写成 2018、2018-06 或 2018-06-01，或留空"
            raise DataError(locate(folder, "sources.csv", i, "published", fault, mend))
    for file, key in KEYS.items():
        repeated = tables[file].index[tables[file].duplicated(key)]
        for i in repeated[:1]:
            found = " / ".join(map(str, tables[file].loc[i, key]))
            fault, mend = f"“{found}”重复了", "删去重复的一行，或改正其中一行"
            place = part if file == "records.csv" else file
            raise DataError(locate(folder, place, i + 2, "+".join(key), fault, mend))


def list_evidence(records: pd.DataFrame, milestones: pd.DataFrame) -> pd.DataFrame:
    """Return what a rival may point at: figures that were printed, and milestones.

    A milestone has no measure; its period is its date, and it prints its own words.
    """
    events = milestones.assign(
        measure="", period=milestones["date"], printed=milestones["quote"]
    )
    columns = [*POINTER, "printed", "quote"]
    figures = records.loc[records["qualifier"] != "not_found", columns]
    return pd.concat([figures, events[columns]], ignore_index=True)


def check_rivals(
    folder: str, rivals: pd.DataFrame, evidence: dict[str, pd.DataFrame]
) -> None:
    """Refuse a rival that says two things, and one that points at none or several.

    `evidence` is that of the folder itself, under an empty name, and of each of its
    comparators; see `list_evidence`.
    """
    known = {
        name: Counter(rows[POINTER].itertuples(index=False, name=None))
        for name, rows in evidence.items()
    }
    first: dict[str, dict[Hashable, str]] = {}
    for i, row in enumerate(rivals.to_dict("records"), start=2):
        fault = _rival_fault(row, first.setdefault(row["rival"], row), known)
        if fault:
            raise DataError(locate(folder, "rivals.csv", i, *fault))


def _rival_fault(
    row: dict[Hashable, str],
    first: dict[Hashable, str],
    known: dict[str, Counter[tuple[str, ...]]],
) -> tuple[str, str, str] | None:
    """Return column, fault and mend of one row of rivals, or None if it is sound."""
    for lang in LANGUAGES:
        if not row[lang]:
            return lang, "没有写", "写一句这种解释说的是什么"
        if row[lang] != first[lang]:
            fault = f"“{row['rival']}”在前面的行里是另一句话"
            return lang, fault, "让同一种解释的各行写同一句话"
    if row["dataset"] not in known:
        shown = "、".join(filter(None, known)) or "没有"
        fault = f"“{row['dataset']}”不是这里的对照数据集（现有：{shown}）"
        return "dataset", fault, "留空，或把它写进 datapackage.json 的 comparators"
    pointer = tuple(row[column] for column in POINTER)
    hits = known[row["dataset"]][pointer]
    if hits != 1:
        named = " / ".join(pointer)
        fault = f"“{named}”指到 {hits} 条记录或事件，应当正好一条"
        return "+".join(POINTER), fault, "照所指的那一行写出这几栏，事件的 measure 留空"
    return None


def read_records(
    folder: str, tables: dict[str, pd.DataFrame], part: str = "records.csv"
) -> pd.DataFrame:
    """Return the records with the year and the box that their wording states.

    `part` is the name that messages give to the file of records.
    """
    records = tables["records.csv"]
    codebook = tables["codebook.csv"].set_index("measure").to_dict("index")
    years, boxes = [], []
    for i, record in enumerate(records.to_dict("records"), start=2):
        years.append(_year((folder, part), i, record["period"]))
        if record["qualifier"] == "not_found":
            _check_not_found((folder, part), i, record)
            boxes.append((float("nan"),) * 3)
            continue
        about = codebook[record["measure"]]
        figure = _read_record((folder, part), i, record, about["precision"] == "exact")
        try:
            factor = convert(_spoken_unit(figure, record["unit"]), about["unit"])
        except ValueError as fault:
            mend = f"改成能换算成 {about['unit']} 的单位"
            raise DataError(
                locate(folder, part, i, "unit", str(fault), mend)
            ) from fault
        value = float("nan") if figure.value is None else figure.value
        ends = sorted((figure.lower * factor, figure.upper * factor))
        boxes.append((ends[0], value * factor, ends[1]))
    box = pd.DataFrame(boxes, columns=["lower", "number", "upper"], dtype=float)
    return records.assign(year=pd.array(years, dtype="Int64"), **box)


def _spoken_unit(figure: PrintedFigure, recorded: str) -> str:
    """Return the unit of a reading: the record's where the wording names none.

    "percent decrease" stays the record's: the word for the fall stands elsewhere
    in the quote.
    """
    named = figure.unit in UNITS and UNITS[figure.unit].kind == "amount"
    fall = recorded == "percent decrease" and figure.unit == "percent"
    return figure.unit if named and figure.unit and not fall else recorded


def _read_record(
    file: tuple[str, str], row: int, record: dict[Hashable, str], ledger: bool
) -> PrintedFigure:
    """Return the reading of one record, or say where wording and number part."""

    def refuse(column: str, fault: str, mend: str) -> DataError:
        return DataError(locate(*file, row, column, fault, mend))

    printed = record["printed"]
    if printed not in record["quote"]:
        fault = f"“{printed}”不在引文“{record['quote']}”里"
        raise refuse("printed", fault, "照引文原样写出这个数")
    try:
        figure = read_printed(printed, unit=record["unit"], ledger=ledger)
    except ReadingError as fault:
        raise refuse("printed", str(fault), "改 printed 一栏") from fault
    if figure.qualifier != record["qualifier"]:
        fault_text = f"原文“{printed}”的限定词是 {figure.qualifier}"
        raise refuse(
            "qualifier", f"{fault_text}，不是 {record['qualifier']}", "核对引文"
        )
    if figure.number is None:
        return figure
    try:
        stored = float(record["value"])
        read = figure.number * abs(
            convert(_spoken_unit(figure, record["unit"]), record["unit"])
        )
    except ValueError as fault:
        mend = "写成数字，单位与原文一致"
        raise refuse("value", f"“{record['value']}”：{fault}", mend) from fault
    if abs(stored - read) > 1e-9 * max(abs(read), 1):
        fault_text = f"原文“{printed}”读作 {read:g}，这里写的是 {stored:g}"
        raise refuse("value", fault_text, "核对引文和单位")
    return figure


def _check_not_found(
    file: tuple[str, str], row: int, record: dict[Hashable, str]
) -> None:
    """Refuse a search that found nothing and yet prints something."""
    for column in ("printed", "value", "quote"):
        if record[column]:
            fault = f"not_found 的行却有“{record[column]}”"
            raise DataError(locate(*file, row, column, fault, "清空这一格"))


def _year(file: tuple[str, str], row: int, period: str) -> int | None:
    """Return the year a period speaks of, its last one for a span; None if undated."""
    if not period:
        return None
    year = period.split("/")[-1][:4]
    if not all(map(_is_period, period.split("/", 1))):
        fault = f"“{period}”不是时期"
        mend = "写成 2020、2020-H1、2020-06、2020-06-30 或 2020-01/2020-09"
        raise DataError(locate(*file, row, "period", fault, mend))
    return int(year)


def _is_period(text: str) -> bool:
    """Return whether a text is a year, half-year, month or day of the calendar."""
    if not _PERIOD.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text if len(text) == 10 else "2000-01-01")
    except ValueError:
        return False
    return True
