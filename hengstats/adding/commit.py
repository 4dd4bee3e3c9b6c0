"""How does one more vintage come into a dataset, or nothing at all?

First the part, under the name of its checksum; then the head that lists it. Before
the head is replaced the dataset is the old one, after it the new one.
"""

import errno
import re
from pathlib import Path

from hengstats.adding.files import TEMPORARY, make_folder, write_whole
from hengstats.errors import DataError
from hengstats.vintages import HEAD, PARTS, Head, checksum, dump_head

PART = re.compile(r"([0-9a-f]{64})\.csv")
# Kept by hand, and watched: a change shows in `verify`.
KEPT = (
    "records.csv",
    "sources.csv",
    "codebook.csv",
    "entities.csv",
    "milestones.csv",
    "settlements.csv",
    "rivals.csv",
    "datapackage.json",
)


def commit(folder: Path, old: Head, new: Head, part: bytes | None = None) -> None:
    """Store a head, and before it the part it lists last, if there is one.

    The caller holds the lock, and `old` is the head as it stands in the folder.
    """
    clean(folder, old)
    if not (folder / HEAD).is_file():
        # From now on a head that is missing is a loss, not a dataset without any.
        write_whole(folder / HEAD, dump_head(old))
    if part is not None:
        make_folder(folder / PARTS)
        write_whole(folder / PARTS / f"{checksum(part)}.csv", part)
    write_whole(folder / HEAD, dump_head(new))


def clean(folder: Path, head: Head) -> None:
    """Remove what an `add` that was killed left behind."""
    listed = {vintage.part for vintage in head.vintages}
    (folder / (HEAD + TEMPORARY)).unlink(missing_ok=True)
    for path in sorted((folder / PARTS).glob("*")):
        named = PART.fullmatch(path.name.removesuffix(TEMPORARY))
        left = path.name.endswith(TEMPORARY) or (named and named[1] not in listed)
        if named and left:
            path.unlink()


def watch(folder: Path) -> dict[str, str]:
    """Return the checksum of every hand-kept file."""
    return {
        name: checksum((folder / name).read_bytes())
        for name in KEPT
        if (folder / name).is_file()
    }


def refuse_write(folder: Path, fault: OSError) -> DataError:
    """Return the error for a folder that could not be written or read."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        found, mend, english = "磁盘满了", "腾出空间再试", "the disk is full"
    elif fault.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        found, mend = "没有写入的权限，或文件正被别的程序占用", "检查权限再试"
        english = "no permission, or a file is in use"
    else:
        found, mend = f"读写出错（{fault.strerror}）", "检查磁盘再试"
        english = f"{fault.strerror}"
    return DataError(
        f"写不了 {folder.name}：{found}。先前存入的都还在。请{mend}。"
        f" [cannot write {folder.name}: {english}; what was stored before is intact]"
    )
