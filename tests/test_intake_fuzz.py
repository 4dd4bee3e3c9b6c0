"""No damaged sheet breaks the reader; `fuzz_intake.py` tries many more by hand."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_sixty_damaged_files_are_accepted_or_refused_with_a_reason():
    script = Path(__file__).with_name("fuzz_intake.py")
    command = [sys.executable, str(script), "--files", "60", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("60 files, 0 wrong")
