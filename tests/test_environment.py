"""pyproject.toml, environment.yml and requirements.lock agree with one another."""

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
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINS = re.split(r"^(?=\w)", LOCK, flags=re.MULTILINE)[1:]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [*PROJECT["dependencies"], *EXTRAS["report"], *EXTRAS["zh"], *EXTRAS["test"]]


def canonical(requirement):
    """Return the name in a requirement, spelled as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def test_conda_asks_for_the_same_packages_with_the_same_floors():
    asked = {line.replace("matplotlib-base", "matplotlib") for line in CONDA_LINES}
    python = "python" + PROJECT["requires-python"]
    assert asked == {python, "pip", *PROJECT["dependencies"]}


def test_conda_ends_in_the_project_itself_with_its_report_extra():
    assert CONDA[-1] == {"pip": ["-e .[report]"]}


@pytest.mark.parametrize("line", CONDA_LINES)
def test_a_conda_line_is_a_match_spec(line):
    spec = rattler.MatchSpec(line, strict=True)
    assert f"{spec.name.normalized}{spec.version or ''}" == line


def test_every_dependency_has_a_floor():
    assert [each for each in DECLARED if ">=" not in each] == []


def test_the_lock_holds_no_address_and_no_path():
    assert "/" not in LOCK


def test_every_requirement_in_the_lock_is_one_version_with_a_hash():
    unsafe = [pin for pin in PINS if "==" not in pin or "--hash=sha256:" not in pin]
    assert PINS
    assert unsafe == []


def test_every_dependency_is_in_the_lock():
    assert {canonical(each) for each in DECLARED} <= {canonical(pin) for pin in PINS}


def test_lock_files_that_record_registry_addresses_are_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"uv.lock", "pylock.toml"} <= set(ignored)
