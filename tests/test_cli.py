"""The command line takes one verb, and its exit code says how it went."""

import json
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


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path, capsys):
    (tmp_path / "build").write_text("a file, no folder")
    code = main(["report", "illustrative", "--out", str(tmp_path / "build")])
    assert (code, "读写不了" in capsys.readouterr().out) == (1, True)


def test_an_answer_without_an_equals_sign_is_code_two():
    assert exit_code("add", "a.csv", "--to", "d", "--alias", "甲乙") == 2


def test_a_sheet_that_is_refused_is_code_one(tmp_path, capsys):
    sheet = tmp_path / "示例.csv"
    sheet.write_text('年份,楼宇,税收(亿元)\n2020,示例大厦,"1,62"\n', encoding="utf-8")
    assert main(["check", str(sheet), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    fault = told["errors"][0]
    assert (fault["code"], fault["row"], fault["column"]) == (
        "ambiguous_number",
        2,
        "税收(亿元)",
    )


def test_several_sheets_give_one_line_each(tmp_path, capsys):
    for name in ("甲.csv", "乙.csv"):
        text = "年份,楼宇,税收(亿元)\n2020,示例大厦,1.62\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("甲.csv", "乙.csv")]
    assert main(["check", "--json", *files]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["records"][0]["tax"] for line in lines] == [1.62, 1.62]
