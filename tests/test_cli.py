"""The command line takes one verb, and its exit code says how it went."""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from hengstats import __version__
from hengstats.cli import main

ROOT = Path(__file__).resolve().parents[1]
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
SHEET = "年份,楼宇,税收(亿元)\n2020,示例大厦,{}\n"


@pytest.fixture
def sheet(tmp_path):
    """Return a function that writes a sheet with one figure, and where it stands."""

    def write(figure, name="示例.csv"):
        (tmp_path / name).write_text(SHEET.format(figure), encoding="utf-8")
        return str(tmp_path / name)

    return write


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["--help"], 0, "report"),
        (["--version"], 0, __version__),
        ([], 2, "usage"),
        (["rehearse"], 2, "invalid choice"),
        (["report", "--lang", "fr"], 2, "invalid choice"),
        (["check"], 2, "FILE"),
        (["add", "a.csv"], 2, "--to"),
        (["add", "a.csv", "--to", "d", "--alias", "甲乙"], 2, "要写成 甲=乙"),
        (["check", "a.csv", "--column", "=税收"], 2, "要写成 甲=乙"),
    ],
)
def test_a_command_line_that_is_wrong_is_code_two(asked, code, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(asked)
    assert ended.value.code == code
    assert said in "".join(capsys.readouterr())


def test_an_unknown_dataset_is_code_one_and_told_in_chinese(tmp_path, capsys):
    assert main(["report", "nowhere", "--out", str(tmp_path)]) == 1
    assert "没有“nowhere”这个数据集" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path, capsys):
    (tmp_path / "build").write_text("a file, no folder")
    code = main(["report", "illustrative", "--out", str(tmp_path / "build")])
    assert (code, f"写不了 {tmp_path}" in capsys.readouterr().err) == (1, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_what_cannot_be_shown_is_told_in_a_sentence(sheet):
    command = [sys.executable, "-m", "hengstats", "check", sheet(1.62)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE)
    told = done.stderr.decode()
    assert (done.returncode, told.count("\n")) == (1, 2)
    assert "结果显示不出来（No space left on device）" in told


def test_a_sheet_that_is_refused_is_code_one(sheet, capsys):
    assert main(["check", sheet('"1,62"'), "--json"]) == 1
    fault = json.loads(capsys.readouterr().out)["errors"][0]
    place = (fault["code"], fault["row"], fault["column"])
    assert place == ("ambiguous_number", 2, "税收(亿元)")


@pytest.mark.parametrize("option", [["--json"], []])
@pytest.mark.parametrize("figure", ["1.62", "x"])
def test_no_character_of_a_name_or_head_acts_on_the_terminal(
    tmp_path, option, figure, capsys
):
    name = os.fsdecode("a\x1b[2J\u202eb".encode() + b"\xff.csv")
    sheet = "年份,楼宇,税收(亿元),党员\x9b数\u202e\n2020,示例大厦,{},{}\n"
    (tmp_path / name).write_text(sheet.format(figure, figure), "utf-8")
    main(["check", str(tmp_path / name), *option])
    mine, shown = str(tmp_path / "mine\u202e"), capsys.readouterr().out
    assert main(["new", mine]) == 0
    code = main(["add", str(tmp_path / name), "--to", mine, "--title", name])
    shown += "".join(capsys.readouterr())
    shown = shown.replace("\n", "")
    assert [char for char in shown if unicodedata.category(char) in HIDDEN] == []
    assert ("a\\u001b[2J\\u202eb\\udcff.csv" in shown, code) == (True, figure == "x")
    assert main(["verify", mine]) == 0


def test_several_sheets_give_one_line_each(sheet, capsys):
    assert main(["check", "--json", sheet(1.62, "甲.csv"), sheet(1.7, "乙.csv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["records"][0]["tax"] for line in lines] == [1.62, 1.7]


def test_verbs_follow_one_another_on_a_dataset(sheet, tmp_path, capsys):
    mine = str(tmp_path / "mine")
    assert main(["new", mine]) == 0
    options = ["--title", "示例", "--column", "税收=税收(亿元)", "--dry-run"]
    assert main(["add", sheet(1.62), "--to", mine, *options]) == 0
    assert "只看不存" in capsys.readouterr().out
    assert main(["add", sheet(1.62), "--to", mine, *options[:-1]]) == 0
    assert main(["verify", mine]) == 0
    assert "校验和" in capsys.readouterr().out
    assert main(["changes", mine, "--lang", "en"]) == 0
    assert "is the first sheet that came in" in capsys.readouterr().out
    stored = next((tmp_path / "mine" / "vintages").glob("0*.json"))
    stored.write_bytes(stored.read_bytes().replace(b"1.62", b"1.63"))
    assert main(["verify", mine]) == 1


def test_python_m_hengstats_says_the_same_and_runs_nothing_that_lies_there(
    tmp_path, capsys
):
    asked = ["verify", "nowhere"]
    main(asked)
    told = capsys.readouterr().err
    place = tmp_path / "empty"  # beside it lies the dataset of no other test
    place.mkdir()
    for name in ("json", "pandas"):
        (place / f"{name}.py").write_text("raise SystemExit(3)")
    given = os.environ | {"PYTHONPATH": str(ROOT)}
    for folder in (ROOT, place):
        command = [sys.executable, "-m", "hengstats", *asked]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, encoding="utf-8", env=given
        )
        assert (done.returncode, done.stderr) == (1, told)
