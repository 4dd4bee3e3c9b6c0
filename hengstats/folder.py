"""Where is a dataset, and what stands in each of its files, as text?"""

import json
from pathlib import Path

import pandas as pd

from hengstats.csvsafe import unguard
from hengstats.errors import DataError, locate
from hengstats.records import COLUMNS, REQUIRED, list_evidence

DATA = Path(__file__).resolve().parent.parent / "data"


def find_dataset(dataset: str) -> Path:
    """Return the folder of a dataset, or say which ones there are."""
    for folder in (DATA / dataset, Path(dataset)):
        if (folder / "records.csv").is_file():
            return folder
    known = "、".join(sorted(p.parent.name for p in DATA.glob("*/records.csv")))
    raise DataError(
        f"没有“{dataset}”这个数据集：{DATA / dataset} 里没有 records.csv。"
        f"现有的数据集：{known or '无'}；也可以给出自己的文件夹的路径。"
        f" [no dataset {dataset!r}]"
    )


def read_table(folder: Path, file: str) -> pd.DataFrame:
    """Return one file as text, with the columns it must have."""
    columns = COLUMNS[file].split()
    path = folder / file
    if not path.is_file() and file not in REQUIRED:
        return pd.DataFrame(columns=columns, dtype=object)
    if not path.is_file():
        raise DataError(
            f"{folder.name} 里缺少 {file}。请照 data/README.md 补上这个文件。"
            f" [{folder.name}/{file} is missing]"
        )
    table = pd.read_csv(
        path, dtype=object, keep_default_na=False, encoding=_encoding(path)
    )
    for column in table:
        if table[column].str.startswith("'").any():
            table[column] = table[column].map(unguard)
    for column in columns:
        if column not in table:
            fault, mend = "缺少这一栏", f"在表头加上“{column}”"
            raise DataError(locate(folder.name, file, 1, column, fault, mend))
    return table


def _encoding(path: Path) -> str:
    """Return how a file is written: in UTF-8, or as Excel saves it in China."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DataError(
        f"{path.parent.name}/{path.name} 既不是 UTF-8 也不是 GB18030。请在 Excel 里"
        f"另存为“CSV UTF-8”。 [{path.name} is neither UTF-8 nor GB18030]"
    )


def read_comparators(folder: Path) -> tuple[str, ...]:
    """Return the datasets that the descriptor names for comparison, if it does."""
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        return ()
    described = json.loads(descriptor.read_text(encoding="utf-8-sig"))
    return tuple(described.get("comparators", ()))


def read_evidence(
    folder: Path, comparators: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    """Return what rivals may point at, here (under no name) and in the comparators."""
    if not (folder / "rivals.csv").is_file():
        return {}
    folders = {"": folder} | {name: find_dataset(name) for name in comparators}
    return {
        name: list_evidence(
            read_table(where, "records.csv"), read_table(where, "milestones.csv")
        )
        for name, where in folders.items()
    }
