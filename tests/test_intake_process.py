"""A sheet is read in a process of its own, whose death is an answer like any other."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import hengstats as hs
from hengstats.errors import Fault, SheetError
from hengstats.intake import process
from hengstats.intake.result import Asked, Cell, Checked, Outcome

TEXT = "年份,楼宇,税收(亿元)\n2016,示例大厦,26.3\n"
PERSON = "张三示例"
ASKED = Asked(today="2026-01-01")


@pytest.fixture
def sheet(tmp_path):
    """A small sheet."""
    path = tmp_path / "示例.csv"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def run(monkeypatch):
    """A function that sets what the child does, and how long it may take."""

    def set_child(code, wait=20.0):
        monkeypatch.setattr(process, "_RUN", code)
        monkeypatch.setattr(process, "SECONDS", 1.0)
        monkeypatch.setattr(process, "WAIT", wait)

    return set_child


def code_of(checked):
    """Return the one reason for which a file is refused."""
    (fault,) = checked.errors
    return fault.code


def test_a_sheet_is_read_and_its_bytes_are_known(sheet, monkeypatch):
    (sheet.parent / "json.py").write_text("raise SystemExit(3)")  # is not run
    monkeypatch.chdir(sheet.parent)
    checked = hs.check("示例.csv")
    assert (checked.status, checked.table) == ("accept", "building_year")
    assert checked.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert [str(cell.number) for cell in checked.cells] == ["26.3"]


def test_a_sign_in_log_is_told_by_its_heads_and_the_user_decides(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("person_id,event_id,building,timestamp\n1,e,a,2020-01-01 10:00\n")
    assert process.check_here(log, ASKED).table == "event_log"
    asked = Asked(table="building_year")
    assert process.check_here(log, asked).table == "building_year"


def test_an_unknown_table_is_an_error(sheet):
    with pytest.raises(ValueError, match="building_year"):
        hs.check(sheet, "buildings")


def test_a_folder_of_parts_has_the_checksum_of_their_list(tmp_path):
    for year in (2016, 2017):
        query = f"SELECT {year} AS year, 'a' AS building, 1.5 AS tax_yi"
        duckdb.execute(f"COPY ({query}) TO '{tmp_path}/{year}.parquet'")
    listed = "".join(
        f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("2016.parquet", "2017.parquet")
    )
    checked = hs.check(tmp_path)
    assert checked.rows == ((2016, "a"), (2017, "a"))
    assert checked.sha256 == hashlib.sha256(listed.encode()).hexdigest()


def test_no_file_is_a_fault_that_names_it(tmp_path):
    checked = hs.check(tmp_path / "没有" / "没有.xlsx")
    assert code_of(checked) == "unsupported_format"
    assert checked.errors[0].file == "没有.xlsx"
    assert str(tmp_path) not in checked.errors[0].message
    os.mkfifo(tmp_path / "pipe.csv")
    assert code_of(hs.check(tmp_path / "pipe.csv")) == "unsupported_format"


def test_a_folder_is_named_however_it_is_reached(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checked = hs.check(".")
    assert (code_of(checked), checked.errors[0].file) == ("empty_file", tmp_path.name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_fault(sheet):
    sheet.chmod(0)
    assert code_of(hs.check(sheet)) == "unsupported_format"


CELL = Cell(
    year=2016,
    building="示例大厦",
    column="tax",
    printed="约26.3",
    unit="100 million yuan",
    number=Decimal("26.30"),
    qualifier="about",
    flag="approx",
    lower=Decimal("26.3"),
    row=2,
    head="税收",
)
OTHER = CELL._replace(printed="26.3", number=Decimal("26.3"), lower=None, row=None)
CHECKED = Checked(
    file="示例.csv",
    sha256="00",
    table="building_year",
    rows=((2016, "示例大厦"), (2017, "示例大厦")),
    cells=(CELL, OTHER, CELL),
    warnings=(Fault(code="hidden_rows", message="m", file="示例.csv", row=3),),
)
ANSWER = "".join(process._pack(CHECKED)).encode()


def test_the_answer_is_read_as_it_was_given_to_the_last_digit():
    read = process._unpack(ANSWER)
    assert read == CHECKED
    assert [str(cell.number) for cell in read.cells] == ["26.30", "26.3", "26.30"]


@pytest.mark.parametrize("kept", [-2, len(ANSWER) // 2, ANSWER.index(b"\n") + 1, 0])
def test_an_answer_that_breaks_off_is_not_believed(kept):
    with pytest.raises(ValueError):
        process._unpack(ANSWER[:kept])


HERE = (
    "import sys; sys.path.append(sys.argv[1])\n"
    "from hengstats.intake import process\n"
    "sys.excepthook = process._say_where\n"
    "process.confine({})\n"
)
NOISY = (
    "import os, sys; sys.path.append(sys.argv[1])\n"
    "from hengstats.intake import process; quiet = process.check_here\n"
    "process.check_here = lambda *a: [os.write(1, b'noise'), quiet(*a)][1]\n"
    "process.main()"
)
BUSY = (
    "import sys, time; sys.path.append(sys.argv[1])\n"
    "from hengstats.intake import process; real = process.check_here\n"
    "def work(*asked):\n    {}\n    return real(*asked)\n"
    "process.check_here = work\n"
    "process.main()"
)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.kill(os.getpid(), 9)", "too_large"),
        ("import os; os.kill(os.getpid(), 11)", "corrupt"),
        ("raise SystemExit(1)", "corrupt"),
        ("pass", "corrupt"),
        ("print('{}')", "corrupt"),
        (HERE.format("") + "kept = bytearray(process.MEMORY)", "too_large"),
        (
            HERE.format("engine=True") + "kept = bytearray(process.ENGINE_MEMORY)",
            "too_large",
        ),
        (HERE.format("") + f"raise KeyError('{PERSON}')", "corrupt"),
    ],
    ids="killed crashed exit silent nonsense memory engine fault".split(),
)
def test_a_child_that_dies_is_a_reason_and_quotes_no_cell(sheet, run, code, reason):
    run(code)
    checked = hs.check(sheet)
    assert code_of(checked) == reason
    assert "Traceback" not in checked.errors[0].message
    assert PERSON not in checked.errors[0].message
    assert ("KeyError" in checked.errors[0].message) == ("KeyError" in code)


def test_what_a_library_prints_is_no_answer(sheet, run):
    run(NOISY)
    assert hs.check(sheet).status == "accept"


def test_when_time_runs_out_a_child_ends_with_all_its_children(sheet, run, tmp_path):
    locked = tmp_path / "locked"
    run(
        "import fcntl, subprocess, time\n"
        f"file = open({str(locked)!r}, 'w')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        "subprocess.Popen(['sleep', '600'], pass_fds=[file.fileno()])\n"
        "time.sleep(600)",
        wait=1.0,
    )
    checked = hs.check(sheet)
    assert (code_of(checked), "2 秒内读不完" in checked.say()) == ("too_large", True)
    with locked.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # waits until nobody holds it


def test_the_limit_of_time_is_of_its_own_time(sheet, run):
    run(BUSY.format("while True: pass"))
    checked = hs.check(sheet)
    assert (code_of(checked), "1 秒内读不完" in checked.say()) == ("too_large", True)
    run(BUSY.format("time.sleep(2)"))  # beside other work
    assert hs.check(sheet).status == "accept"


def test_what_an_engine_put_aside_goes_with_it_and_needs_a_place(
    run, tmp_path, monkeypatch
):
    part = tmp_path / "a.parquet"
    part.write_bytes(b"PAR1" * 9)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = "import os, tempfile\nopen(tempfile.mkdtemp() + '/left', 'w')\n"
    run(code + "os.kill(os.getpid(), 9)")
    assert code_of(hs.check(part)) == "too_large"
    assert list(tmp_path.iterdir()) == [part]
    monkeypatch.setattr("tempfile.tempdir", str(part))  # where nothing can be made
    assert "临时文件" in hs.check(part).say()


def test_memory_taken_little_by_little_stays_below_512_mb():
    code = HERE.format("") + (
        "kept = []\n"
        "try:\n"
        "    while True: kept.append(b'x' * 100_000)\n"
        "except MemoryError:\n"
        "    kept.clear()\n"
        "print(*(line for line in open('/proc/self/status') if 'VmHWM' in line))"
    )
    command = [sys.executable, "-c", code, str(process._LIBRARY)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert 400 * 1024 < int(done.stdout.split()[1]) < 512 * 1024  # kilobytes


def test_a_file_beyond_48_mb_is_too_large_before_it_is_read(sheet):
    with sheet.open("ab") as file:
        file.truncate(48 * 2**20 + 1)
    checked = process.check_here(sheet, ASKED)
    assert (code_of(checked), checked.sha256) == ("too_large", "")


def test_parquet_gets_time_by_its_size(tmp_path):
    part = tmp_path / "a.parquet"
    with part.open("wb") as file:
        file.write(b"PAR1")
        file.truncate(400_000_000)
    assert process._seconds(part) == process.SECONDS + 100
    assert process._seconds(tmp_path) == process.SECONDS + 100


@pytest.mark.parametrize("text", ["(1", "长", "1 ", "2016-01-01 "])
def test_a_long_remark_is_cut(sheet, text):
    head, row = TEXT.splitlines()
    remark = (text * 100_000)[:100_000]
    sheet.write_text(f"{head},备注\n{row},{remark}\n", "utf-8")
    checked = process.check_here(sheet, ASKED)
    assert [cell.printed for cell in checked.cells] == ["26.3"]


@pytest.mark.parametrize("fails", [True, False])
def test_a_refused_sheet_gives_no_figures(sheet, monkeypatch, fails):
    faults = tuple(Fault(code="no_rows", message=str(n), file="f") for n in range(3))

    def found(*_):
        if fails:
            raise SheetError(faults)
        return Outcome(rows=CHECKED.rows, cells=CHECKED.cells, errors=faults)

    monkeypatch.setattr(process, "_check_grids", found)
    checked = process.check_here(sheet, ASKED)
    assert (checked.errors, checked.rows, checked.cells) == (faults, (), ())


HEAVY = "'pandas', 'numpy', 'duckdb', 'openpyxl', 'pyarrow'"


def test_neither_parent_nor_child_needs_a_heavy_library_for_a_text(sheet):
    code = (
        "import pathlib, sys, hengstats as hs, hengstats.intake\n"
        "from hengstats.intake import process\nhs.check\n"
        "process.check_here(pathlib.Path(sys.argv[1]), hengstats.intake.Asked())\n"
        f"print([name for name in ({HEAVY}) if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(sheet)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.slow
def test_damaged_files_are_accepted_or_refused_with_a_reason():
    script = Path(__file__).with_name("fuzz_intake.py")
    command = [sys.executable, str(script), "--files", "30", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("30 files, 0 wrong")


def test_an_answer_of_many_batches_comes_whole(sheet):
    rows = [f"{2000 + n % 20},大厦{n // 20},{n % 900 / 10},{n}" for n in range(800)]
    sheet.write_text("年份,楼宇,税收(亿元),党员数\n" + "\n".join(rows), "utf-8")
    figures = [cell for cell in hs.check(sheet).cells if cell.column == "members"]
    assert [int(cell.number) for cell in figures] == list(range(800))
    assert (figures[-1].year, figures[-1].building) == (2019, "大厦39")
