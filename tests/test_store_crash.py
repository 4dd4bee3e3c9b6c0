"""An `add` that is killed, or that finds the disk full, leaves the old or the new."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hengstats.adding import add, new

HARNESS = Path(__file__).with_name("crash.py")
SHEET = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n2020,示例乙楼,2.5\n"
REVISED = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.6\n2021,示例乙楼,2.6\n"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks"),
]


def explore(mode, folder, sheet):
    """Run the harness on a dataset; return what it found."""
    path, result = folder / "sheet.csv", folder / "result.json"
    path.write_text(sheet, "utf-8")
    command = [sys.executable, HARNESS, mode, folder / "mydata", result, path]
    root = str(HARNESS.parents[1])
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": root})
    return json.loads(result.read_text("utf-8"))


@pytest.fixture
def empty(tmp_path):
    """Return a folder that holds an empty dataset."""
    new(tmp_path / "mydata")
    return tmp_path


@pytest.fixture
def started(empty):
    """Return a folder that holds a dataset with one vintage."""
    (empty / "first.csv").write_text(SHEET, "utf-8")
    add(empty / "first.csv", empty / "mydata", today="2029-01-01")
    return empty


@pytest.mark.parametrize("mode", ["kill", "enospc"])
def test_the_first_add_is_there_or_not_at_all(empty, mode):
    assert explore(mode, empty, SHEET)["faults"] == []


@pytest.mark.parametrize("mode", ["kill", "enospc"])
def test_a_later_add_is_there_or_not_at_all(started, mode):
    assert explore(mode, started, REVISED)["faults"] == []


def test_the_harness_reaches_both_sides_of_the_commit(started):
    told = explore("kill", started, REVISED)
    assert 0 < told["renewed"] < told["points"]
