"""pyproject.toml, environment.yml and the two locks agree with one another."""

import re
import tomllib
from pathlib import Path

import pytest
import rattler
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
CONDA_LINES = [line for line in CONDA if isinstance(line, str)]
EXTRAS = PROJECT["optional-dependencies"]
CORE = PROJECT["dependencies"]
DECLARED = {
    "requirements.lock": [*CORE, *EXTRAS["report"], *EXTRAS["zh"], *EXTRAS["test"]],
    "requirements-bench.lock": [*CORE, *EXTRAS["bench"]],
}
LOCKS = {name: (ROOT / name).read_text("utf-8") for name in DECLARED}
PINS = {
    name: re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    for name, text in LOCKS.items()
}


def canonical(requirement):
    """Return the name in a requirement, spelled as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def test_conda_asks_for_the_same_packages_with_the_same_floors():
    renamed = {"matplotlib-base": "matplotlib", "python-duckdb": "duckdb"}
    asked = {
        re.sub("^[a-z-]+", lambda name: renamed.get(name[0], name[0]), line)
        for line in CONDA_LINES
    }
    python = "python" + PROJECT["requires-python"]
    assert asked == {python, "pip", *PROJECT["dependencies"]}


def test_conda_ends_in_the_project_itself_with_its_report_extra():
    assert CONDA[-1] == {"pip": ["-e .[report]"]}


@pytest.mark.parametrize("line", CONDA_LINES)
def test_a_conda_line_is_a_match_spec(line):
    spec = rattler.MatchSpec(line, strict=True)
    assert f"{spec.name.normalized}{spec.version or ''}" == line


def version(pin):
    """Return name and version of a pin, without its marker and hashes."""
    return re.match(r"[\w.-]+==[\w.+!-]+", pin)[0]


def test_every_dependency_has_a_floor():
    assert [
        each for extra in DECLARED.values() for each in extra if ">=" not in each
    ] == []


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_holds_no_address_and_no_path(name):
    assert "/" not in LOCKS[name]


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_in_the_lock_is_one_version_with_a_hash(name):
    unsafe = [p for p in PINS[name] if "==" not in p or "--hash=sha256:" not in p]
    assert PINS[name]
    assert unsafe == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_in_the_lock(name):
    declared = {canonical(each) for each in DECLARED[name]}
    assert declared <= {canonical(pin) for pin in PINS[name]}


def test_every_extra_is_in_a_lock():
    held = {each for extra in DECLARED.values() for each in extra}
    assert [e for extra in EXTRAS.values() for e in extra if e not in held] == []


def test_packages_in_both_locks_have_the_same_version():
    full, bench = (set(map(version, pins)) for pins in PINS.values())
    names = {canonical(pin) for pin in full}
    assert [pin for pin in bench - full if canonical(pin) in names] == []


def test_the_lock_of_report_and_test_holds_no_peer():
    peers = {canonical(each) for each in EXTRAS["bench"]} - {"setuptools"}
    assert peers & {canonical(pin) for pin in PINS["requirements.lock"]} == set()


def test_lock_files_that_record_registry_addresses_are_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"uv.lock", "pylock.toml"} <= set(ignored)
