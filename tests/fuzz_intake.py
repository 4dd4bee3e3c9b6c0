"""Shows that no damaged sheet breaks the reader. Run by hand, not by pytest.

`python tests/fuzz_intake.py --files 5000 --seed 1` makes sound CSV and XLSX files,
damages each in one or two ways, and checks it in a process of its own (`--child`), or
in one of two that are held to the same memory, which is ten times as fast. It must be
accepted, or refused with a known reason, within 512 MB and 20 seconds.
"""

import argparse
import datetime as dt
import io
import os
import random
import re
import resource
import sys
import tempfile
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

from sheets import members, pack

from hengstats.intake import check
from hengstats.intake.process import _ENVIRONMENT, check_here, confine
from hengstats.intake.result import Asked

CODES = frozenset(
    "ambiguous_date ambiguous_number control_character corrupt duplicate_column"
    " duplicate_key empty_file encoding encrypted error_cell format_mismatch"
    " formula_no_value formula_text id_precision_loss individual_level_column"
    " invalid_date invalid_id invalid_name invalid_number invalid_year macro_enabled"
    " malformed_csv merged_value missing_column missing_header missing_key"
    " missing_value multiple_tables negative_count no_rows non_finite"
    " non_integer_count out_of_range ragged_row repeated_header schema_drift"
    " suspected_unit_change too_large too_many_columns total_mismatch unit_conflict"
    " unit_mismatch unit_missing unit_unknown unsafe_archive unsafe_xml"
    " unsupported_format".split()
)
BROKE_DOWN = "读取时中断"  # said only where a reader has failed
PERSON = "示例某甲"
LIMIT_MB, LIMIT_SECONDS = 512, 20
NASTY = (
    "1e999|-0|9"
    * 400
    + "|=1+1|\0|\u202e|'|\"|\n|,|;|NaN|inf|-|—|１２|2016年|A1:XFD1048576"
    "|99999999999|-1|0|1048577|%|<10|30-35|约5|\ud7ff|😀|x" + "长" * 40_000
).split("|")
PLACES = (b"r", b"s", b"t", b"ref", b"count", b"min", b"max", b"numFmtId", b"fontId")


def make_csv(rng: random.Random) -> bytes:
    """Return a text file, sound or with a nasty field or two."""
    heads = rng.choice(["年份,楼宇,税收(亿元),党员数", "年份,樓宇,稅收(億元),黨員數"])
    if rng.random() < 0.3:
        lines = ["姓名,人员编号,活动编号,楼宇,签到时间"]
        lines += [
            f"{PERSON},P{n % 7},E{n % 3},示例大厦,2020-0{1 + n % 9}-11 18:30"
            for n in range(20)
        ]
    else:
        lines = ["示例街道楼宇税收"] * rng.randrange(2) + [heads]
        lines += [
            f"{2016 + n % 6},示例大厦{n // 6},{rng.randrange(1, 900) / 10},{n + 9}"
            for n in range(30)
        ]
    for _ in range(rng.randrange(3)):
        at = rng.randrange(len(lines))
        fields = lines[at].split(",")
        fields[rng.randrange(len(fields))] = rng.choice(NASTY)
        lines[at] = ",".join(fields)
    text = rng.choice(["\n", "\r\n", "\r"]).join(lines)
    text = text.replace(",", rng.choice(",,;\t"))
    code = rng.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    code = "big5" if "樓" in text and rng.random() < 0.5 else code
    return text.encode(code, "replace")


@cache
def books() -> tuple[bytes, ...]:
    """Return a few sound workbooks."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    plain, wide, log = Workbook(), Workbook(), Workbook()
    sheet = plain.active
    sheet.append(["示例街道楼宇税收"])
    sheet.merge_cells("A1:D1")
    sheet.append(["年份", "楼宇", "税收(亿元)", "党员数"])
    for n in range(30):
        sheet.append([2016 + n % 6, f"示例大厦{n // 6}", n / 7 + 1, n + 9])
    sheet["C5"].number_format, sheet["C6"].font = "0.00", Font(strike=True)
    sheet["C7"], sheet["D8"] = "约26.3", "=1+1"
    sheet.row_dimensions[9].hidden = True
    plain.create_sheet("隐藏").sheet_state = "hidden"
    sheet = wide.active
    sheet.append(["单位：亿元"])
    sheet.append(["楼宇", "2016年", "2017年", "2018年"])
    for n in range(10):
        sheet.append([f"示例大厦{n}", n + 1.5, n + 1.25, None if n % 4 else "-"])
    sheet = log.active
    sheet.append(["姓名", "人员编号", "活动编号", "楼宇", "签到时间"])
    for n in range(20):
        when = dt.datetime(2020, 1 + n % 12, 11, 18, 30)
        sheet.append([PERSON, f"P{n % 7}", f"E{n % 3}", "示例大厦", when])
    saved = []
    for book in (plain, wide, log):
        stream = io.BytesIO()
        book.save(stream)
        saved.append(stream.getvalue())
    return tuple(saved)


def flip(data: bytes, rng: random.Random) -> bytes:
    """Change some bits."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 20])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    """Lose the end, or a piece."""
    start, end = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:start] if rng.random() < 0.5 else data[:start] + data[end:]


def splice(data: bytes, rng: random.Random) -> bytes:
    """Repeat a piece elsewhere, or put noise in."""
    start, end, at = (rng.randrange(len(data)) for _ in range(3))
    piece = data[min(start, end) : max(start, end)]
    if rng.random() < 0.5:
        piece = rng.randbytes(rng.randrange(1, 200))
    return data[:at] + piece + data[at:]


def noise(data: bytes, rng: random.Random) -> bytes:
    """Keep nothing but the first bytes."""
    return data[: rng.randrange(9)] + rng.randbytes(rng.randrange(1, 3000))


def replace_cell(data: bytes, rng: random.Random) -> bytes:
    """Put something nasty into a field of a text."""
    places = [found.start() for found in re.finditer(rb"[,;\t\r\n]", data)] or [0]
    at = rng.choice(places) + 1
    end = next((place for place in places if place >= at), len(data))
    code = rng.choice(["utf-8", "gb18030", "utf-16-le"])
    text = rng.choice(NASTY).encode(code, "replace")
    return data[:at] + text + data[end:]


def recode(data: bytes, rng: random.Random) -> bytes:
    """Read the text in one encoding and save it in another."""
    codes = ["utf-8", "gb18030", "big5", "utf-16", "latin-1", "cp1252", "utf-32"]
    one, other = rng.sample(codes, 2)
    return data.decode(one, "replace").encode(other, "replace")


def repack(data: bytes, rng: random.Random) -> bytes:
    """Unpack a workbook, damage a part in one way, and pack it soundly again."""
    parts = list(members(data).items())
    at = rng.randrange(len(parts))
    likely = [n for n, (name, _) in enumerate(parts) if "sheet1.xml" in name]
    if rng.random() < 0.8 and likely:
        at = likely[0]
    name, content = parts[at]
    ways = [flip, cut, splice, noise, declare]
    ways += [change_attribute] * 5 + [change_value] * 10
    way = rng.randrange(len(ways) + 3)
    if way < len(ways):
        parts[at] = (name, ways[way](content or b"\0", rng))
    elif way == len(ways):
        parts.append((rng.choice([name, name.upper(), "../" + name]), content))
    elif way == len(ways) + 1:
        del parts[at]
    else:
        parts[at] = (name, parts[rng.randrange(len(parts))][1])
    return pack(parts, rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))


def change_attribute(xml: bytes, rng: random.Random) -> bytes:
    """Give an attribute of a part a nasty value."""
    name = rng.choice(PLACES)
    found = list(re.finditer(rb"[ :]" + name + rb'="([^"]*)"', xml))
    if not found:
        return flip(xml, rng)
    start, end = rng.choice(found).span(1)
    value = re.sub('[<&"\0]', "", rng.choice(NASTY)).encode("utf-8", "replace")
    return xml[:start] + value + xml[end:]


def change_value(xml: bytes, rng: random.Random) -> bytes:
    """Give a cell of a sheet a nasty value."""
    found = list(re.finditer(rb"<(v|t)(?: [^>]*)?>([^<]*)<", xml))
    if not found:
        return flip(xml, rng)
    start, end = rng.choice(found).span(2)
    value = re.sub("[<&\0]", "", rng.choice(NASTY)).encode("utf-8", "replace")
    return xml[:start] + value + xml[end:]


def declare(xml: bytes, rng: random.Random) -> bytes:
    """Put a document type before a part."""
    head = b'<!DOCTYPE a [<!ENTITY b "c">]>'
    at = xml.find(b"?>") + 2 if xml.startswith(b"<?xml") else 0
    return xml[:at] + head + xml[at:]


def damage(rng: random.Random) -> tuple[str, bytes]:
    """Return name and bytes of one damaged file."""
    raw = [flip, cut, splice, noise]
    if rng.random() < 0.4:
        name, data = "a.csv", make_csv(rng)
        ways = [*raw, replace_cell, replace_cell, recode, keep, keep, keep, keep]
    else:
        name, data = "a.xlsx", rng.choice(books())
        ways = [*raw, *[repack] * 16]
    data = rng.choice(ways)(data, rng) or b"\0"
    other = rng.choice(["a.csv", "a.tsv", "a.xls", "a.parquet", "a.xlsm"])
    return (name if rng.random() < 0.97 else other), data


def keep(data: bytes, _: random.Random) -> bytes:
    """Leave a file as it is."""
    return data


def try_one(seed: int, child: bool) -> tuple[str, float, float, list[str]]:
    """Return reason, seconds of work, peak so far in MB and faults of one file."""
    name, data = damage(random.Random(seed))
    whose = resource.RUSAGE_CHILDREN if child else resource.RUSAGE_SELF
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        began = resource.getrusage(whose)
        checked = check(path) if child else check_here(path, Asked(today="2026-01-01"))
        ended = resource.getrusage(whose)
    seconds = sum(ended[:2]) - sum(began[:2])  # of the user's and the system's work
    peak = ended.ru_maxrss / 1024
    codes = sorted({fault.code for fault in checked.errors})
    told = " ".join(fault.message for fault in checked.errors + checked.warnings)
    wrong = {
        f"unknown among {codes}": not CODES.issuperset(codes),
        "broke down: " + told[:200]: BROKE_DOWN in told,
        "a traceback": "Traceback" in told,
        "quotes a person": PERSON in told,
        "holds a path": folder in told,
        "has no place": any(fault.file != name for fault in checked.errors),
        f"{seconds:.1f} s": seconds >= LIMIT_SECONDS,
        f"{peak:.0f} MB": peak >= LIMIT_MB,
    }
    reason = codes[0] if codes else "accepted"
    return reason, seconds, peak, [what for what, is_wrong in wrong.items() if is_wrong]


def main() -> None:
    """Try many files and print what they gave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--child", action="store_true", help="a process for each file")
    parser.add_argument("--show", type=int, help="write the file of one seed to stdout")
    asked = parser.parse_args()
    if asked.show is not None:
        sys.stdout.buffer.write(damage(random.Random(asked.show))[1])
        return
    seeds = range(asked.seed * 1_000_000, asked.seed * 1_000_000 + asked.files)
    held = None if asked.child else confine
    if not os.environ.items() >= _ENVIRONMENT.items():  # the engine counts on it
        os.execve(
            sys.executable, [sys.executable, *sys.argv], os.environ | _ENVIRONMENT
        )
    reasons: Counter[str] = Counter()
    slowest = largest = failed = 0.0
    with ProcessPoolExecutor(asked.workers, initializer=held) as pool:
        found = pool.map(partial(try_one, child=asked.child), seeds, chunksize=20)
        for seed, (reason, seconds, peak, wrong) in zip(seeds, found, strict=True):
            reasons[reason] += 1
            slowest, largest = max(slowest, seconds), max(largest, peak)
            failed += bool(wrong)
            for what in wrong:
                print(f"file {seed}: {what}", flush=True)
    told = ", ".join(f"{code} {number}" for code, number in reasons.most_common())
    print(
        f"{asked.files} files, {failed:.0f} wrong: {told};"
        f" slowest {slowest:.2f} s, largest {largest:.0f} MB"
    )
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
