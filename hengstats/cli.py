"""Runs the verb that the user typed; decides nothing itself.

Exit code 0: done; 1: the input was refused; 2: the command line was wrong.
"""

import argparse
import errno
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

from hengstats import __version__
from hengstats.errors import DataError, GlyphError, ReadingError, visible
from hengstats.vocabulary import LANGUAGES, say

# What a stream says that cannot be written.
_UNSHOWN = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of one command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = vars(_parser().parse_args(arguments))
    run = asked.pop("run")
    try:
        code = int(run(**asked) or 0)
        sys.stdout.flush()
        return code
    except (DataError, GlyphError, ReadingError) as fault:
        _show(fault, sys.stderr)
    except OSError as fault:
        if fault.filename is not None or fault.errno not in _UNSHOWN:
            file = fault.filename or " ".join(arguments or sys.argv[1:])
            _tell("file", file=file, reason=fault.strerror or fault, to=sys.stderr)
            return 1
        # What is shown goes nowhere: the next command, such as head, has seen enough,
        # or the file it is led to has no room.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(fault, BrokenPipeError):
            _tell("output", reason=fault.strerror, to=sys.stderr)
    return 1


def _new(dataset: str) -> None:
    """Make an empty dataset."""
    from hengstats.adding import new

    _tell("new", folder=new(dataset))


def _check(files: list[str], table: str, to: str, json_: bool, **sheet: Any) -> bool:
    """Check sheets; return whether one was refused."""
    from hengstats.intake import check

    names: dict[str, tuple[str, str]] = {}
    if to:
        from hengstats.adding import heads_of, names_of

        sheet["measures"], names = heads_of(to), names_of(to)
    refused = False
    for file in files:
        checked = check(file, table, **sheet)
        refused |= checked.status == "reject"
        told = json.dumps(checked.to_dict(), ensure_ascii=False) if json_ else ""
        _show(told or checked.say(names=names))
    return refused


def _add(files: list[str], to: str, **told: Any) -> None:
    """Store sheets as a new vintage."""
    from hengstats.adding import add

    _show(add(files, to, **told).say())


def _participation(
    logs: list[str], out: str, to: str, by: str, exact: bool, engine: str, **asked: Any
) -> None:
    """Count sign-in logs, write the counts, and store them if there is a dataset."""
    from hengstats.adding import add
    from hengstats.csvsafe import to_csv
    from hengstats.signins import count
    from hengstats.vintages import LOG

    key, memory = asked.pop("key") or None, asked.pop("memory")
    frame, warnings = count(logs, engine, by.split(","), key, memory, exact, **asked)
    for warning in warnings:
        _show(warning.message, sys.stderr)
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    with open(out, "wb") as file:
        file.write(to_csv([*map(str, frame.columns)], rows))
    _tell("counted", file=out, rows=len(frame))
    for text in frame.attrs.get("rule", ())[::2]:  # 简体 and English
        _show(text)
    if to:
        asked |= {"table": LOG, "exact": exact, "engine": engine, "memory": memory}
        _show(add(logs, to, **asked).say())


def _changes(dataset: str, since: str | None, lang: str) -> None:
    """Say what changed."""
    from hengstats.revisions import changes

    _show(changes(dataset, since).say(lang))


def _verify(dataset: str, accept: bool) -> bool:
    """Verify checksums; return whether something is wrong."""
    from hengstats.adding import verify

    findings = verify(dataset, accept=accept)
    for finding in findings:
        _show(finding, sys.stderr)
    if not findings:
        _tell("verified", dataset=dataset)
    return bool(findings)


def _report(dataset: str, out: str, **edition: Any) -> None:
    """Write the report."""
    from hengstats.report import make_report
    from hengstats.report.inputs import Edition

    asked = Edition(**edition)
    _show(make_report(dataset, out, asked).say(asked.lang))


def _parser() -> argparse.ArgumentParser:
    """Return the command line: one verb each, options named like its parameters."""
    parser = argparse.ArgumentParser(
        prog="hengstats",
        description="楼宇经济与楼宇党建指标 / building economy and Party building",
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    new = verbs.add_parser("new", help="新建空的数据集和 Excel 模板 / an empty dataset")
    new.add_argument("dataset", help="新文件夹 / the new folder")
    new.set_defaults(run=_new)

    check = verbs.add_parser("check", help="检查表格，不改动任何东西 / check sheets")
    _ask_about_sheets(check)
    whose = "也认这个数据集自己的指标 / know its own measures, too"
    check.add_argument("--to", default="", metavar="DATASET", help=whose)
    each = "每个文件一行 / one line each"
    check.add_argument("--json", dest="json_", action="store_true", help=each)
    check.set_defaults(run=_check)

    add = verbs.add_parser("add", help="检查并存入一批表格 / check and store sheets")
    _ask_about_vintage(add)
    _ask_about_sheets(add)
    add.set_defaults(run=_add)

    counted = verbs.add_parser(
        "participation", help="签到记录的年度数字 / sign-in logs"
    )
    counted.add_argument("logs", nargs="+", metavar="LOGS", help="'签到/*.parquet'")
    counted.add_argument("--out", required=True, metavar="FILE.csv")
    whose = "按楼按年存入数据集 / store by building and year"
    counted.add_argument("--to", default="", metavar="DATASET", help=whose)
    which = "building, year, programme"
    counted.add_argument("--by", default="building,year", metavar="LIST", help=which)
    counted.add_argument(
        "--engine", default="duckdb", help="duckdb | spark | spark://…"
    )
    _ask_for_exact(counted)
    file = "人员编号的密钥文件 / key of the hashes"
    counted.add_argument("--key", default="", metavar="FILE", help=file)
    counted.add_argument("--memory", default="2GB", metavar="SIZE", help="512MB, 2GB")
    _ask_about_columns(counted)
    counted.set_defaults(run=_participation)

    changes = verbs.add_parser("changes", help="数字和结论有哪些变化 / what changed")
    changes.add_argument("dataset", metavar="DATASET")
    then = "与这一天已公布的比 / against what was known then"
    changes.add_argument("--since", metavar="DATE", help=then)
    changes.add_argument("--lang", choices=LANGUAGES, default="zh-Hans")
    changes.set_defaults(run=_changes)

    verify = verbs.add_parser("verify", help="逐一核对校验和 / verify checksums")
    verify.add_argument("dataset", metavar="DATASET")
    hand = "承认手工改动的文件 / accept files edited by hand"
    verify.add_argument("--accept", action="store_true", help=hand)
    verify.set_defaults(run=_verify)

    report = verbs.add_parser("report", help="图、笔记本、Word、网页、PDF / the report")
    which = "数据集的名字或文件夹 / dataset or folder (plaza66)"
    report.add_argument("dataset", nargs="?", default="plaza66", help=which)
    report.add_argument("--lang", choices=LANGUAGES, default="zh-Hans")
    report.add_argument("--out", default="build", help="写到哪里 / folder (build)")
    short = "只要要点、各节、结论和来源 / findings, conclusion and sources only"
    report.add_argument("--brief", action="store_true", help=short)
    for option, metavar, help_ in (
        ("--entity", "NAME", "只写这一座楼宇 / this one only"),
        ("--title", None, "标题 / title"),
        ("--author", None, "作者 / author"),
        ("--unit", None, "单位 / institution"),
        ("--date", None, "日期，照写 / date, as it is to stand"),
        (
            "--template",
            "FILE.docx",
            "自己的 Word 文件，用它的样式 / its styles are taken",
        ),
        ("--size", None, "正文字号：磅数，或 三号 小四 等 / points of the text"),
    ):
        report.add_argument(option, default="", metavar=metavar, help=help_)
    report.set_defaults(run=_report)
    return parser


def _ask_about_sheets(verb: argparse.ArgumentParser) -> None:
    """Add the sheets, and what a user may say about them before they are read."""
    verb.add_argument("files", nargs="+", metavar="FILE")
    kinds = ("building_year", "event_log")
    verb.add_argument("--table", choices=kinds, default="", help="是哪种表 / kind")
    _ask_about_columns(verb)


def _ask_about_columns(verb: argparse.ArgumentParser) -> None:
    """Add which columns are meant."""
    verb.add_argument(
        "--column",
        dest="columns",
        action=_Pairs,
        metavar="MEASURE=HEAD",
        help="一项指标用哪一栏 / which column gives it: 税收=全口径税收, 楼宇=所在楼",
    )
    person = "哪一栏是人员编号 / person's id"
    verb.add_argument("--person", default="", metavar="HEAD", help=person)
    event = "哪一栏是活动编号 / event's id"
    verb.add_argument("--event", default="", metavar="HEAD", help=event)


def _ask_about_vintage(verb: argparse.ArgumentParser) -> None:
    """Add what a user may say about sheets that are stored."""
    verb.add_argument("--to", required=True, metavar="DATASET")
    for option, metavar, help_ in (
        ("--title", None, "表的标题 / title of the sheet"),
        ("--publisher", None, "谁公布的 / who published it"),
        ("--published", "DATE", "何时公布 / YYYY-MM-DD"),
        ("--standing", None, "primary, press, copy, interested, weak"),
        ("--reason", None, "为何修订 / why figures changed"),
    ):
        verb.add_argument(option, default="", metavar=metavar, help=help_)
    verb.add_argument(
        "--alias",
        dest="aliases",
        action=_Pairs,
        metavar="OLD=NEW",
        help="OLD 改名为 NEW / renamed",
    )
    for option, dest, help_ in (
        ("--new-building", "new_buildings", "确是新楼宇 / a new one"),
        ("--withdraw", "withdraw", "不再报送 / no longer reported"),
    ):
        verb.add_argument(
            option, dest=dest, action="append", default=[], metavar="NAME", help=help_
        )
    _ask_for_exact(verb)
    some = "表里只有一部分楼宇，没有列出的照旧 / the sheet lists only some buildings"
    verb.add_argument("--partial", action="store_true", help=some)
    verb.add_argument("--dry-run", action="store_true", help="只看不存 / only look")


def _ask_for_exact(verb: argparse.ArgumentParser) -> None:
    """Add whether the counts of a sign-in log are to be exact."""
    small = "签到记录的精确数，不可公布 / exact counts of logs, not for publication"
    verb.add_argument("--exact", action="store_true", help=small)


class _Pairs(argparse.Action):
    """Gathers the words A=B into one dictionary."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        asked: argparse.Namespace,
        word: Any,
        option: str | None = None,
    ) -> None:
        """Add the two sides of one word."""
        left, _, right = word.partition("=")
        if not (left and right):
            both = (say("cli", "pair", lang, word=word) for lang in ("zh-Hans", "en"))
            raise argparse.ArgumentError(self, "；".join(both))
        setattr(asked, self.dest, {**(getattr(asked, self.dest) or {}), left: right})


def _tell(key: str, *, to: TextIO | None = None, **values: object) -> None:
    """Print a sentence in Chinese and English, or to another stream."""
    for lang in ("zh-Hans", "en"):
        _show(say("cli", key, lang, **values), to)


def _show(text: object, to: TextIO | None = None) -> None:
    """Print a text, to another stream or the usual one; no character of it acts."""
    print(visible(str(text)), file=to)
