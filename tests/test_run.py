"""run.py sets up when it has to, hands over, and says what went wrong."""

import ast
import io
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import run

VERBS = ["report", "hengstats", "test", "check", "lab", "bench", "lock"]
LOCK, BENCH = "requirements.lock", "requirements-bench.lock"
SOURCE = Path(run.__file__).read_text("utf-8")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Return an empty checkout that run.py takes for its own."""
    for lock_file in (LOCK, BENCH):
        (tmp_path / lock_file).write_text("tqdm==4.66")
        (tmp_path / run.ENVS[lock_file]).mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def installer(monkeypatch):
    """Return the list of exit codes that pretended installations will end in."""
    codes = []

    def install(env, _):
        run.env_python(env).parent.mkdir(parents=True)
        run.env_python(env).touch()
        return codes.pop()

    monkeypatch.setattr(run, "install", install)
    return codes


@pytest.mark.parametrize(
    ("argv", "code", "stream"), [([], 2, 1), (["rehearse"], 2, 1), (["--help"], 0, 0)]
)
def test_help_explains_every_verb(argv, code, stream, capsys):
    assert run.main(argv) == code
    assert capsys.readouterr()[stream].startswith(run.HELP)
    assert [verb for verb in VERBS if f"\n  {verb} " not in run.HELP] == []
    assert sorted([*run.jobs([]), "lock"]) == sorted(VERBS)


@pytest.mark.parametrize(
    ("version", "can_make_env", "told"),
    [
        ((3, 10, 13), True, "3.11 or newer; this is 3.10"),
        ((3, 11, 2), False, "sudo apt install python3-venv"),
        ((3, 11, 0), True, ""),
    ],
)
def test_a_python_that_cannot_be_used_is_told_why(version, can_make_env, told):
    assert told in "".join(run.obstacle(version, can_make_env) or ("",))
    assert bool(run.obstacle(version, can_make_env)) == bool(told)


def test_an_old_python_can_read_far_enough_to_refuse():
    ast.parse(SOURCE, feature_version=(3, 6))
    imported = re.findall(r"^(?:import|from) (\w+)", SOURCE, flags=re.MULTILINE)
    assert "subprocess" in imported
    assert set(imported) <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("system", "python"),
    [("nt", ".venv/Scripts/python.exe"), ("posix", ".venv/bin/python")],
)
def test_the_interpreter_stands_where_the_system_puts_it(system, python):
    assert run.env_python(Path(".venv"), system) == Path(python)


@pytest.mark.parametrize("changed", [LOCK, BENCH, "pyproject.toml", ""])
def test_the_fingerprint_changes_with_what_an_environment_is_made_of(changed, checkout):
    before = [run.fingerprint(checkout, lock_file) for lock_file in (LOCK, BENCH)]
    if changed:
        (checkout / changed).write_text("tqdm==4.67")
    after = [run.fingerprint(checkout, lock_file) for lock_file in (LOCK, BENCH)]
    alike = [one == other for one, other in zip(before, after, strict=True)]
    assert alike == [changed in ("", BENCH), changed in ("", LOCK)]


@pytest.mark.parametrize("lock_file", [LOCK, BENCH])
def test_an_environment_is_made_once_and_again_for_another_lock(
    lock_file, checkout, installer
):
    installer.extend([0, 0])
    assert (run.set_up(lock_file), run.set_up(lock_file)) == (0, 0)
    assert installer == [0]  # the second time nothing was installed
    (checkout / lock_file).write_text("tqdm==4.67")
    assert run.set_up(lock_file) == 0
    assert installer == []
    other = run.ENVS[BENCH if lock_file == LOCK else LOCK]
    assert not run.env_python(checkout / other).exists()


def test_a_half_made_environment_is_made_again(checkout, installer):
    leftover = checkout / ".venv" / "leftover"
    leftover.touch()
    installer.append(0)
    assert run.set_up(LOCK) == 0
    assert not leftover.exists()


@pytest.mark.parametrize("system", ["posix", "nt"])
def test_an_environment_in_use_is_left_alone(system, checkout, monkeypatch, capsys):
    def refuse(_):
        raise PermissionError

    if system == "nt":
        monkeypatch.setattr(run.shutil, "rmtree", refuse)
    else:  # it runs this very script
        monkeypatch.setattr(sys, "prefix", str(checkout / ".venv"))
    assert run.set_up(LOCK) == 1
    assert (checkout / ".venv").exists()
    assert "in use" in capsys.readouterr().err


def test_a_failed_installation_is_passed_on_and_leaves_no_stamp(checkout, installer):
    installer.append(3)
    assert run.set_up(LOCK) == 3
    assert not (checkout / ".venv" / run.STAMP).exists()


@pytest.mark.parametrize("fails", ["", "uv"])
def test_what_uv_cannot_install_pip_does_and_both_ask_the_mirror(
    fails, checkout, monkeypatch
):
    called = []

    class Child:
        def __init__(self, command, settings=(), **_):
            self.words = " ".join(map(str, command)).partition(" -m ")[2]
            called.append((self.words, dict(settings)))
            # As pip 23 and 26 print it, the environment first: it goes before the file.
            told = ":env:.index-url='https://a/b'\nglobal.index-url='https://c'\n"
            self.stdout = io.StringIO(told if "config" in self.words else "")
            self.returncode = 0

        def wait(self):
            return int(bool(fails) and self.words.startswith(fails))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(run.shutil, "which", lambda _: None)
    monkeypatch.setattr(run, "start", Child)
    assert run.install(checkout / ".venv", LOCK) == 0
    mirrors = [settings for words, settings in called if words.startswith("uv pip")]
    assert mirrors == [{"UV_DEFAULT_INDEX": "https://a/b"}] * len(mirrors) != []
    last, _ = called[-1]
    assert last.startswith("pip install" if fails else "uv pip install")


def test_exit_codes_are_those_of_the_children(monkeypatch):
    rows = [[sys.executable, "-c", f"raise SystemExit({code})"] for code in (0, 7, 9)]
    assert run.call_each(rows) == 7  # the first failure ends the row
    code = "import sys; raise SystemExit(7 * sys.flags.utf8_mode)"
    assert run.call(sys.executable, "-c", code) == 7
    monkeypatch.setattr(run, "start", lambda _: SimpleNamespace(wait=lambda: -15))
    assert run.call("any") == 143  # killed by SIGTERM, as shells have it: 128 + 15


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["hengstats", "check", "2021.xlsx"], ["check", "2021.xlsx"]),
        (["report", "mydata"], ["report", "mydata"]),
    ],
)
def test_files_are_named_from_where_the_user_stands(
    asked, words, monkeypatch, tmp_path
):
    called = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "set_up", lambda _: 0)
    monkeypatch.setattr(
        run, "call", lambda *words, cwd: called.append((words[1:], cwd)) or 5
    )
    assert run.main(asked) == 5
    assert called == [(("-P", "-m", "hengstats", *words), str(tmp_path))]


def test_arguments_reach_the_verb_and_benchmarks_run_in_order(checkout, capsys):
    report = ["-P", "-m", "hengstats", "report", "comparators", "--lang", "en"]
    assert run.jobs(["comparators", "--lang", "en"])["report"] == [report]
    assert run.main(["bench"]) == 0
    assert "no benchmarks" in capsys.readouterr().err
    (checkout / "benchmarks").mkdir()
    one, two = (checkout / "benchmarks" / name for name in ("one.py", "two.py"))
    two.touch(), one.touch()
    assert run.jobs([])["bench"] == [[one], [two]]
    asked = run.jobs(["two", "--replications", "200"])["bench"]
    assert asked == [[two, "--replications", "200"]]


@pytest.mark.parametrize(
    ("verb", "lock_file", "env"),
    [("test", LOCK, ".venv"), ("bench", BENCH, ".venv-bench")],
)
def test_only_bench_sets_up_the_peers(verb, lock_file, env, checkout, monkeypatch):
    made, called = [], []
    monkeypatch.setattr(run, "set_up", made.append)  # returns None: no error code
    monkeypatch.setattr(run, "call", lambda python, *_, cwd: called.append(python))
    monkeypatch.setattr(run, "jobs", lambda args: {verb: [["job"]]})
    assert run.main([verb]) == 0
    assert (made, called) == ([lock_file], [run.env_python(checkout / env)])


def test_both_locks_are_written_again_alike_and_without_addresses(monkeypatch):
    written = []
    monkeypatch.setattr(run.shutil, "which", lambda _: "uv")
    monkeypatch.setattr(run, "call", lambda *words: written.append(words))
    run.main(["lock", "--upgrade"])
    outputs = [words[words.index("--output-file") + 1] for words in written]
    assert outputs == [LOCK, BENCH]  # the second by the versions of the first
    assert "--constraint=requirements.lock" in written[1]
    assert all({"--upgrade", "--no-emit-index-url"} <= {*words} for words in written)
