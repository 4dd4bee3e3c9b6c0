"""The command line takes one verb, and its exit code says how it went."""

import subprocess
import sys
from pathlib import Path

import pytest

from hengstats import __version__
from hengstats.cli import main

ROOT = Path(__file__).resolve().parents[1]


def module(*arguments):
    """Return what `python -m hengstats` did with the arguments."""
    return subprocess.run(
        [sys.executable, "-m", "hengstats", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )


def exit_code(*arguments):
    """Return the code with which the command line ends by itself."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.mark.parametrize("asked", [["--help"], ["report", "--help"], ["--version"]])
def test_help_and_version_are_no_mistake(asked):
    assert exit_code(*asked) == 0


def test_help_names_the_verb(capsys):
    exit_code("--help")
    assert "report" in capsys.readouterr().out


def test_the_version_is_that_of_the_library(capsys):
    exit_code("--version")
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize("asked", [[], ["rehearse"], ["report", "--lang", "fr"]])
def test_a_wrong_command_line_is_code_two(asked):
    assert exit_code(*asked) == 2


def test_an_unknown_dataset_is_code_one(tmp_path):
    assert main(["report", "nowhere", "--out", str(tmp_path)]) == 1


def test_an_unknown_dataset_is_told_in_chinese(tmp_path, capsys):
    main(["report", "nowhere", "--out", str(tmp_path)])
    assert "没有“nowhere”这个数据集" in capsys.readouterr().err


def test_an_unknown_dataset_leaves_nothing_behind(tmp_path):
    main(["report", "nowhere", "--out", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []


def test_the_module_says_the_same(tmp_path, capsys):
    main(["report", "nowhere", "--out", str(tmp_path)])
    told = module("report", "nowhere", "--out", str(tmp_path))
    assert (told.returncode, told.stderr) == (1, capsys.readouterr().err)


def test_the_module_exits_with_two_for_an_unknown_verb():
    assert module("rehearse").returncode == 2
