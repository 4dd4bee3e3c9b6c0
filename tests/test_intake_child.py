"""A sheet is read in a process of its own, whose death is an answer like any other."""

import hashlib
import io
import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import hengstats.intake as intake
from hengstats.errors import Fault, SheetError
from hengstats.intake import apart, child, limits
from hengstats.intake.apart import check_apart, read_answer
from hengstats.intake.result import Asked, Cell, Checked, Outcome

TEXT = "年份,楼宇,税收(亿元)\n2016,示例大厦,26.3\n"
PERSON = "张三示例"
ASKED = Asked(today="2026-01-01")
CELL = Cell(
    year=2016,
    building="示例大厦",
    column="tax",
    printed="约26.3",
    unit="100 million yuan",
    number=Decimal("26.30"),
    qualifier="about",
    flag="approx",
    lower=Decimal("26"),
    upper=None,
    row=2,
    head="税收",
)
CHECKED = Checked(
    file="示例.csv",
    sha256="00",
    table="building_year",
    rows=((2016, "示例大厦"), (2017, "示例大厦")),
    cells=(CELL,),
    warnings=(Fault(code="hidden_rows", message="m", file="示例.csv", row=3),),
)


@pytest.fixture
def sheet(tmp_path):
    """A small sheet."""
    path = tmp_path / "示例.csv"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def run(monkeypatch):
    """A function that sets what the child does after it was confined."""

    def set_child(code):
        monkeypatch.setattr(apart, "_RUN", code)

    return set_child


def code_of(checked):
    """Return the one reason for which a file is refused."""
    (fault,) = checked.errors
    return fault.code


def answered(checked):
    """Return what a child writes, as bytes."""
    text = io.StringIO()
    child.write_answer(checked, text)
    return text.getvalue().encode()


def test_a_sheet_is_read_and_its_bytes_are_known(sheet):
    checked = intake.check(sheet)
    assert (checked.status, checked.table) == ("accept", "building_year")
    assert checked.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert [str(cell.number) for cell in checked.cells] == ["26.3"]


def test_a_path_may_be_a_string(sheet):
    assert intake.check(str(sheet)).status == "accept"


def test_a_sign_in_log_is_told_by_its_heads(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("person_id,event_id,building,timestamp\n1,e,a,2020-01-01 10:00\n")
    assert intake.check(log).table == "event_log"


def test_the_user_decides_the_table(sheet):
    assert intake.check(sheet, "event_log").table == "event_log"


def test_an_unknown_table_is_an_error(sheet):
    with pytest.raises(ValueError, match="building_year"):
        intake.check(sheet, "buildings")


def test_a_folder_of_parts_has_the_checksum_of_their_list(tmp_path):
    for year in (2016, 2017):
        query = f"SELECT {year} AS year, 'a' AS building, 1.5 AS tax_yi"
        duckdb.execute(f"COPY ({query}) TO '{tmp_path}/{year}.parquet'")
    listed = "".join(
        f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("2016.parquet", "2017.parquet")
    )
    checked = intake.check(tmp_path)
    assert checked.rows == ((2016, "a"), (2017, "a"))
    assert checked.sha256 == hashlib.sha256(listed.encode()).hexdigest()


@pytest.mark.parametrize("name", ["没有.csv", "没有/没有.xlsx"])
def test_no_file_is_a_fault_that_names_it(tmp_path, name):
    checked = intake.check(tmp_path / name)
    assert code_of(checked) == "unsupported_format"
    assert checked.errors[0].file == Path(name).name
    assert str(tmp_path) not in checked.errors[0].message


def test_a_folder_without_parts_is_a_fault(tmp_path):
    assert code_of(intake.check(tmp_path)) == "empty_file"


def test_a_folder_is_named_however_it_is_reached(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert intake.check(".").errors[0].file == tmp_path.name


def test_what_is_neither_file_nor_folder_is_a_fault(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    assert code_of(intake.check(tmp_path / "pipe.csv")) == "unsupported_format"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_fault(sheet):
    sheet.chmod(0)
    assert code_of(intake.check(sheet)) == "unsupported_format"


def test_a_module_beside_the_sheet_is_not_run(sheet, monkeypatch):
    (sheet.parent / "json.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(sheet.parent)
    assert intake.check("示例.csv").status == "accept"


def test_the_answer_is_read_as_it_was_given():
    assert read_answer(io.BytesIO(answered(CHECKED))) == CHECKED


def test_numbers_keep_their_digits_on_the_way():
    (cell,) = read_answer(io.BytesIO(answered(CHECKED))).cells
    assert str(cell.number) == "26.30"


@pytest.mark.parametrize("lines", range(4))
def test_an_answer_that_breaks_off_is_not_believed(lines):
    whole = answered(CHECKED).splitlines(keepends=True)
    assert len(whole) == 4
    with pytest.raises(ValueError):
        read_answer(io.BytesIO(b"".join(whole[:lines])))


def test_an_answer_without_its_last_line_end_is_not_believed():
    with pytest.raises(ValueError, match="does not end"):
        read_answer(io.BytesIO(answered(CHECKED)[:-1]))


def test_an_answer_of_which_a_piece_is_missing_is_not_believed():
    head, _, cells, end = answered(CHECKED).splitlines(keepends=True)
    with pytest.raises(ValueError, match="breaks off"):
        read_answer(io.BytesIO(head + cells + end))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.kill(os.getpid(), 9)", "too_large"),
        ("import os; os.kill(os.getpid(), 11)", "corrupt"),
        ("import os; os.abort()", "corrupt"),
        ("raise SystemExit(1)", "corrupt"),
        ("raise SystemExit(77)", "too_large"),
        ("pass", "corrupt"),
        ("print('{}')", "corrupt"),
        ("raise MemoryError", "corrupt"),
    ],
)
def test_a_child_that_dies_is_a_reason(sheet, run, code, reason):
    run(code)
    checked = check_apart(sheet, ASKED, 10)
    assert code_of(checked) == reason
    assert "Traceback" not in checked.errors[0].message


CONFINED = (
    "import sys; sys.path.append(sys.argv[1])\n"
    "from hengstats.intake import child, limits\n"
    "sys.excepthook = child.tell_where\n"
    "limits.confine()\n"
)


def test_memory_beyond_the_limit_is_too_large(sheet, run):
    run(CONFINED + "kept = bytearray(limits.MEMORY)")
    checked = check_apart(sheet, ASKED, 10)
    assert code_of(checked) == "too_large"


def test_memory_taken_little_by_little_stays_below_512_mb():
    code = CONFINED + (
        "kept = []\n"
        "try:\n"
        "    while True: kept.append(b'x' * 100_000)\n"
        "except MemoryError:\n"
        "    kept.clear()\n"
        "print(*(line for line in open('/proc/self/status') if 'VmHWM' in line))"
    )
    command = [sys.executable, "-c", code, str(apart._LIBRARY)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert 400 * 1024 < int(done.stdout.split()[1]) < 512 * 1024  # kilobytes


def test_a_fault_of_ours_says_where_and_quotes_no_cell(sheet, run):
    run(CONFINED + f"raise KeyError('{PERSON}')")
    (fault,) = check_apart(sheet, ASKED, 10).errors
    assert "KeyError" in fault.message
    assert PERSON not in fault.message


def test_time_beyond_the_limit_is_too_large(sheet, run):
    run("while True: pass")
    began = time.monotonic()
    assert code_of(check_apart(sheet, ASKED, 0.5)) == "too_large"
    assert time.monotonic() - began < 2


def test_the_children_of_a_child_end_with_it(sheet, run, tmp_path):
    told = tmp_path / "pid"
    run(
        "import subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(told)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)"
    )
    assert code_of(check_apart(sheet, ASKED, 2)) == "too_large"
    state = Path(f"/proc/{told.read_text()}/stat")
    deadline = time.monotonic() + 5
    while state.exists() and " Z " not in state.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_a_library_prints_is_no_answer(sheet, run):
    noisy = (
        "import os; from hengstats.intake import child; quiet = child.check_here;"
        " child.check_here = lambda *a: [os.write(1, b'noise'), quiet(*a)][1]; main()"
    )
    run(apart._RUN.replace("main()", noisy))
    assert check_apart(sheet, ASKED, 10).status == "accept"


@pytest.mark.parametrize(("held", "code"), [(100, 0), (101, limits.TOO_MUCH_MEMORY)])
def test_the_watching_thread_ends_a_process_above_its_memory(held, code):
    run = (
        "import time; from hengstats.intake import limits\n"
        f"limits.watch(100, lambda: {held}); time.sleep(0.3)"
    )
    done = subprocess.run([sys.executable, "-c", run], check=False)
    assert done.returncode == code


def test_the_memory_of_a_process_is_told_in_bytes():
    before = limits.held_memory()()
    kept = bytearray(b"x") * 50_000_000
    assert 49_000_000 < limits.held_memory()() - before < 60_000_000
    del kept


def test_an_engine_is_watched(sheet, run):
    run(
        CONFINED.replace("confine()", "confine(engine=True)")
        + "import time; kept = bytearray(b'x') * 500 * 2**20; time.sleep(5)"
    )
    assert code_of(check_apart(sheet, ASKED, 10)) == "too_large"


def test_a_file_beyond_48_mb_is_too_large_before_it_is_read(tmp_path):
    path = tmp_path / "示例.csv"
    with path.open("wb") as file:
        file.write(TEXT.encode())
        file.truncate(48 * 2**20 + 1)
    checked = intake.child.check_here(path, ASKED)
    assert (code_of(checked), checked.sha256) == ("too_large", "")


def test_parquet_gets_time_by_its_size():
    assert limits.seconds(0, parquet=True) == limits.SECONDS
    assert limits.seconds(400_000_000, parquet=True) == limits.SECONDS + 100
    assert limits.seconds(400_000_000, parquet=False) == limits.SECONDS


@pytest.mark.parametrize("text", ["(1", "长", "1 ", "2016-01-01 "])
def test_a_long_remark_takes_no_time(tmp_path, text):
    sheet = tmp_path / "示例.csv"
    remark = (text * 100_000)[:100_000]
    sheet.write_text(
        f"{TEXT.splitlines()[0]},备注\n2016,示例大厦,26.3,{remark}\n", "utf-8"
    )
    began = time.monotonic()
    checked = intake.check(sheet)
    assert (checked.status, checked.cells[0].printed) == ("accept", "26.3")
    assert time.monotonic() - began < 3


def test_a_refused_sheet_gives_no_figures(sheet, monkeypatch):
    fault = Fault(code="no_rows", message="m", file="f")

    def found(*_):
        return Outcome(rows=CHECKED.rows, cells=CHECKED.cells, errors=(fault,))

    monkeypatch.setattr(child, "_check_grids", found)
    checked = child.check_here(sheet, ASKED)
    assert (checked.status, checked.rows, checked.cells) == ("reject", (), ())


def test_the_faults_of_a_reader_are_all_reported(sheet, monkeypatch):
    faults = [Fault(code="no_rows", message=str(n), file="f") for n in range(3)]

    def fail(*_):
        raise SheetError(faults)

    monkeypatch.setattr(child, "_check_grids", fail)
    assert child.check_here(sheet, ASKED).errors == tuple(faults)


def test_the_parent_needs_no_library_of_the_readers():
    code = (
        "import sys, hengstats.intake, hengstats.intake.apart; print([m for m in"
        " ('pandas', 'numpy', 'duckdb', 'openpyxl', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.slow
def test_two_hundred_thousand_rows_come_in(tmp_path):
    sheet = tmp_path / "示例.csv"
    rows = (f"{2000 + n % 20},示例大厦{n // 20},{n % 900 / 10}" for n in range(199_999))
    sheet.write_text("年份,楼宇,税收(亿元)\n" + "\n".join(rows), "utf-8")
    checked = intake.check(sheet)
    assert [fault.message for fault in checked.errors] == []
    assert len(checked.cells) == 199_999
