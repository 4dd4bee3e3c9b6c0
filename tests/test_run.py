"""run.py sets up when it has to, hands over, and says what went wrong."""

import ast
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

    monkeypatch.setattr(run, "install_with_uv", lambda uv, *words: install(*words))
    monkeypatch.setattr(run, "install_with_pip", install)
    return codes


@pytest.mark.parametrize("argv", [[], ["rehearse"]])
def test_without_a_known_verb_help_appears_and_the_exit_code_is_two(argv, capsys):
    assert run.main(argv) == 2
    assert capsys.readouterr().err.startswith(run.HELP)


def test_help_that_was_asked_for_is_no_mistake(capsys):
    assert run.main(["--help"]) == 0
    assert capsys.readouterr().out.startswith(run.HELP)


@pytest.mark.parametrize("verb", VERBS)
def test_help_explains_the_verb(verb):
    assert f"\n  {verb} " in run.HELP


def test_the_verbs_are_those_of_the_help():
    assert sorted([*run.jobs([]), "lock", "hengstats"]) == sorted(VERBS)


def test_an_old_python_is_refused_by_its_version():
    chinese, english = run.obstacle((3, 10, 13), True)
    assert "3.10" in chinese
    assert "3.11 or newer; this is 3.10" in english


def test_a_python_without_venv_is_told_the_remedy():
    chinese, english = run.obstacle((3, 11, 2), False)
    assert "sudo apt install python3-venv" in chinese
    assert "sudo apt install python3-venv" in english


def test_the_oldest_supported_python_meets_no_obstacle():
    assert run.obstacle((3, 11, 0), True) is None


def test_an_old_python_can_read_far_enough_to_refuse():
    ast.parse(SOURCE, feature_version=(3, 6))


def test_only_the_standard_library_is_imported():
    imported = re.findall(r"^(?:import|from) (\w+)", SOURCE, flags=re.MULTILINE)
    assert "subprocess" in imported
    assert set(imported) <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("system", "python"),
    [("nt", ".venv/Scripts/python.exe"), ("posix", ".venv/bin/python")],
)
def test_the_interpreter_stands_where_the_system_puts_it(system, python):
    assert run.env_python(Path(".venv"), system) == Path(python)


@pytest.mark.parametrize("lock_file", [LOCK, BENCH])
@pytest.mark.parametrize("which", ["lock_file", "pyproject.toml"])
def test_the_fingerprint_changes_with_the_file(which, lock_file, checkout):
    before = run.fingerprint(checkout, lock_file)
    (checkout / which.replace("lock_file", lock_file)).write_text("tqdm==4.67")
    assert run.fingerprint(checkout, lock_file) != before


def test_the_fingerprint_stays_while_nothing_changes(checkout):
    assert run.fingerprint(checkout, LOCK) == run.fingerprint(checkout, LOCK)


def test_a_lock_of_the_benchmarks_leaves_the_other_environment_alone(checkout):
    before = run.fingerprint(checkout, LOCK)
    (checkout / BENCH).write_text("tqdm==4.67")
    assert run.fingerprint(checkout, LOCK) == before


def test_a_finished_env_is_not_made_again(checkout, installer):
    installer.append(0)
    assert run.set_up(LOCK) == 0
    assert run.set_up(LOCK) == 0  # a second installation would find no exit code


def test_a_half_made_env_is_made_again(checkout, installer):
    leftover = checkout / ".venv" / "leftover"
    leftover.touch()
    installer.append(0)
    assert run.set_up(LOCK) == 0
    assert not leftover.exists()


@pytest.mark.parametrize("lock_file", [LOCK, BENCH])
def test_an_env_made_for_another_lock_is_made_again(lock_file, checkout, installer):
    installer.extend([0, 0])
    run.set_up(lock_file)
    (checkout / lock_file).write_text("tqdm==4.67")
    run.set_up(lock_file)
    assert installer == []


def test_the_peers_get_an_environment_of_their_own(checkout, installer):
    installer.append(0)
    run.set_up(BENCH)
    assert run.env_python(checkout / ".venv-bench").exists()
    assert not run.env_python(checkout / ".venv").exists()


def test_an_env_that_runs_this_very_script_is_left_alone(checkout, monkeypatch, capsys):
    monkeypatch.setattr(sys, "prefix", str(checkout / ".venv"))
    assert run.set_up(LOCK) == 1
    assert (checkout / ".venv").exists()
    assert "in use" in capsys.readouterr().err


def test_an_env_in_use_on_windows_is_reported(checkout, monkeypatch, capsys):
    def refuse(_):
        raise PermissionError

    monkeypatch.setattr(run.shutil, "rmtree", refuse)
    assert run.set_up(LOCK) == 1
    assert "in use" in capsys.readouterr().err


def test_a_failed_installation_is_passed_on_and_leaves_no_stamp(checkout, installer):
    installer.append(3)
    assert run.set_up(LOCK) == 3
    assert not (checkout / ".venv" / run.STAMP).exists()


def test_the_first_failure_ends_the_row_and_is_passed_on():
    rows = [[sys.executable, "-c", f"raise SystemExit({code})"] for code in (0, 7, 9)]
    assert run.call_each(rows) == 7


def test_a_child_killed_by_a_signal_is_reported_as_shells_do(monkeypatch):
    monkeypatch.setattr(run, "start", lambda _: SimpleNamespace(wait=lambda: -15))
    assert run.call("any") == 143  # 128 + SIGTERM


def test_children_speak_utf8():
    code = "import sys; raise SystemExit(7 * sys.flags.utf8_mode)"
    assert run.call(sys.executable, "-c", code) == 7


def test_arguments_reach_the_verb():
    report = ["-m", "hengstats", "report", "comparators", "--lang", "en"]
    assert run.jobs(["comparators", "--lang", "en"])["report"] == [report]


def test_a_verb_of_hengstats_runs_where_the_user_stands(monkeypatch, tmp_path):
    called = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "set_up", lambda _: 0)
    monkeypatch.setattr(
        run, "call", lambda *words, cwd: called.append((words[1:], cwd)) or 5
    )
    assert run.main(["hengstats", "check", "2021.xlsx"]) == 5
    words = ("-m", "hengstats", "check", "2021.xlsx")
    assert called == [(words, str(tmp_path))]


def test_benchmarks_run_in_order(checkout):
    (checkout / "benchmarks").mkdir()
    scripts = [checkout / "benchmarks" / name for name in ("1.py", "2.py", "3.py")]
    for script in reversed(scripts):
        script.touch()
    assert run.jobs([])["bench"] == [[script] for script in scripts]


def test_a_benchmark_can_be_named(checkout):
    (checkout / "benchmarks").mkdir()
    for name in ("one.py", "two.py"):
        (checkout / "benchmarks" / name).touch()
    asked = run.jobs(["two", "--replications", "200"])["bench"]
    assert asked == [[checkout / "benchmarks" / "two.py", "--replications", "200"]]


def test_without_benchmarks_bench_says_so(checkout, capsys):
    assert run.main(["bench"]) == 0
    assert "no benchmarks" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "lock_file", "env"),
    [("test", LOCK, ".venv"), ("bench", BENCH, ".venv-bench")],
)
def test_only_bench_sets_up_the_peers(verb, lock_file, env, checkout, monkeypatch):
    made, called = [], []
    monkeypatch.setattr(run, "set_up", made.append)  # returns None: no error code
    monkeypatch.setattr(run, "call", lambda python, *_: called.append(python))
    monkeypatch.setattr(run, "jobs", lambda args: {verb: [["job"]]})
    assert run.main([verb]) == 0
    assert (made, called) == ([lock_file], [run.env_python(checkout / env)])


def test_both_locks_are_written_again_the_first_one_first(monkeypatch):
    written = []
    monkeypatch.setattr(run.shutil, "which", lambda _: "uv")
    monkeypatch.setattr(run, "call", lambda *words: written.append(words))
    run.main(["lock", "--upgrade"])
    outputs = [words[words.index("--output-file") + 1] for words in written]
    assert outputs == [LOCK, BENCH]
    assert [words[-1] for words in written] == ["--upgrade", "--upgrade"]


def test_what_both_locks_hold_has_one_version():
    assert "--constraint=requirements.lock" in run.lock_words(BENCH, [])


@pytest.mark.parametrize("lock_file", [LOCK, BENCH])
def test_no_lock_records_where_packages_come_from(lock_file):
    assert "--no-emit-index-url" in run.lock_words(lock_file, [])
