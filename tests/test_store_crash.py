"""An `add` that is killed, or that finds the disk full, leaves the old or the new."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("crash.py")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script forks")
def test_a_vintage_is_there_or_not_at_all_and_two_at_once_come_both():
    done = subprocess.run(
        [sys.executable, SCRIPT, "short"],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(SCRIPT.parents[1])},
        text=True,
    )
    told = json.loads(done.stdout)
    assert [one for trial in told.values() for one in trial["wrong"]] == []
    # Both sides of the step that gives the file its name.
    assert 0 < told["short"]["renewed"] < told["short"]["points"]
