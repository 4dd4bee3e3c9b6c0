"""pyproject.toml, environment.yml and the two locks agree with one another."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
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


def version(pin):
    """Return name and version of a pin, without its marker and hashes."""
    return re.match(r"[\w.-]+==[\w.+!-]+", pin)[0]


def test_conda_asks_for_the_same_packages_with_the_same_floors():
    renamed = {"matplotlib-base": "matplotlib", "python-duckdb": "duckdb"}
    asked = {
        re.sub("^[a-z-]+", lambda name: renamed.get(name[0], name[0]), line)
        for line in CONDA_LINES
    }
    assert asked == {"python" + PROJECT["requires-python"], "pip", *CORE}
    assert CONDA[-1] == {"pip": ["-e .[report,zh]"]}


@pytest.mark.parametrize("line", CONDA_LINES)
def test_a_conda_line_is_a_match_spec(line):
    spec = rattler.MatchSpec(line, strict=True)
    assert f"{spec.name.normalized}{spec.version or ''}" == line


def test_every_dependency_has_a_floor_and_every_extra_is_in_a_lock():
    held = [each for extra in DECLARED.values() for each in extra]
    assert [each for each in held if ">=" not in each] == []
    # Spark, half a gigabyte, is in none: what tests it with says which version.
    assert "pyspark==" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [each for each in EXTRAS["spark"] if ">=" not in each] == []
    locked = [
        each for name, extra in EXTRAS.items() if name != "spark" for each in extra
    ]
    assert [each for each in locked if each not in held] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_dependency_by_a_hash_and_records_no_address(name):
    assert "/" not in LOCKS[name]
    unsafe = [p for p in PINS[name] if "==" not in p or "--hash=sha256:" not in p]
    assert unsafe == []
    pinned = {canonical(pin) for pin in PINS[name]}
    assert {canonical(each) for each in DECLARED[name]} <= pinned


def test_packages_in_both_locks_have_the_same_version_and_peers_stay_apart():
    full, bench = (set(map(version, pins)) for pins in PINS.values())
    names = {canonical(pin) for pin in full}
    assert [pin for pin in bench - full if canonical(pin) in names] == []
    assert ({canonical(each) for each in EXTRAS["bench"]} - {"setuptools"}) & names == (
        set()
    )


def test_lock_files_that_record_registry_addresses_are_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"uv.lock", "pylock.toml"} <= set(ignored)


def test_beside_a_folder_of_its_name_the_package_is_found(tmp_path):
    checkout, site = tmp_path / "hengstats", tmp_path / "site"
    (checkout / "hengstats").mkdir(parents=True)
    (checkout / "hengstats" / "__init__.py").write_text("here = True\n")
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    build = f"import setuptools.build_meta as b; b.build_editable({str(site)!r})"
    site.mkdir()
    subprocess.run([sys.executable, "-c", build], cwd=checkout, check=True)
    with zipfile.ZipFile(next(site.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    script = tmp_path / "mine.py"
    script.write_text(
        f"import site; site.addsitedir({str(site)!r})\n"
        "import hengstats; print(hengstats.here)\n"
    )
    clean = {key: os.environ[key] for key in os.environ if key != "PYTHONPATH"}
    words = [sys.executable, "-S", str(script)]
    found = subprocess.run(words, env=clean, capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("True\n", "")
