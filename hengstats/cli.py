"""Which verb did the user type? Decides nothing itself.

Exit code 0: done; 1: the input was refused; 2: the command line was wrong.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from hengstats import __version__
from hengstats.errors import DataError, GlyphError, ReadingError
from hengstats.vocabulary import LANGUAGES, say

TABLES = ("building_year", "event_log")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of one command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except (DataError, GlyphError, ReadingError) as fault:
        print(fault, file=sys.stderr)
        return 1
    except BrokenPipeError:  # the next command, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as fault:
        _tell("file", file=fault.filename or "", reason=fault.strerror or fault)
        return 1


def _parser() -> argparse.ArgumentParser:
    """Return the command line: one verb each."""
    parser = argparse.ArgumentParser(
        prog="hengstats",
        description="楼宇经济与楼宇党建指标 / building economy and Party building",
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _new(verbs.add_parser("new", help="新建空的数据集和 Excel 模板 / an empty dataset"))
    _check(verbs.add_parser("check", help="检查表格，不改动任何东西 / check sheets"))
    _add(verbs.add_parser("add", help="检查并存入一批表格 / check and store sheets"))
    _changes(verbs.add_parser("changes", help="数字和结论有哪些变化 / what changed"))
    _verify(verbs.add_parser("verify", help="逐一核对校验和 / verify checksums"))
    _report(verbs.add_parser("report", help="图、笔记本、Word、网页、PDF / the report"))
    return parser


def _new(parser: argparse.ArgumentParser) -> None:
    """Describe `new`."""
    parser.add_argument("dataset", help="新文件夹 / the new folder")

    def run(asked: argparse.Namespace) -> int:
        from hengstats.adding import new

        _tell("new", folder=new(asked.dataset))
        return 0

    parser.set_defaults(run=run)


def _check(parser: argparse.ArgumentParser) -> None:
    """Describe `check`."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    _sheet_options(parser)
    parser.add_argument(
        "--json", action="store_true", help="每个文件一行 / one line each"
    )

    def run(asked: argparse.Namespace) -> int:
        from hengstats.intake import check

        refused = False
        for file in asked.files:
            checked = check(file, asked.table, **_sheet(asked))
            refused |= checked.status == "reject"
            if asked.json:
                print(json.dumps(checked.to_dict(), ensure_ascii=False))
            else:
                print(checked.say())
        return int(refused)

    parser.set_defaults(run=run)


def _add(parser: argparse.ArgumentParser) -> None:
    """Describe `add`."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--to", required=True, metavar="DATASET")
    parser.add_argument("--title", default="", help="表的标题 / title of the sheet")
    parser.add_argument("--publisher", default="", help="谁公布的 / who published it")
    parser.add_argument(
        "--published", default="", metavar="DATE", help="何时公布 / YYYY-MM-DD"
    )
    parser.add_argument(
        "--standing", default="", help="primary, press, copy, interested, weak"
    )
    parser.add_argument("--reason", default="", help="为何修订 / why figures changed")
    parser.add_argument(
        "--alias",
        action="append",
        type=_pair,
        default=[],
        metavar="OLD=NEW",
        help="OLD 改名为 NEW / renamed",
    )
    parser.add_argument(
        "--new-building",
        action="append",
        default=[],
        metavar="NAME",
        help="确是新楼宇 / a new one",
    )
    parser.add_argument(
        "--withdraw",
        action="append",
        default=[],
        metavar="NAME",
        help="不再报送 / no longer reported",
    )
    parser.add_argument(
        "--partial",
        action="store_true",
        help="表里只有一部分楼宇，没有列出的照旧 / the sheet lists only some buildings",
    )
    parser.add_argument("--dry-run", action="store_true", help="只看不存 / only look")
    _sheet_options(parser)

    def run(asked: argparse.Namespace) -> int:
        from hengstats.adding import add

        added = add(
            asked.files,
            asked.to,
            title=asked.title,
            publisher=asked.publisher,
            published=asked.published,
            standing=asked.standing,
            reason=asked.reason,
            aliases=dict(asked.alias),
            new_buildings=asked.new_building,
            withdraw=asked.withdraw,
            partial=asked.partial,
            dry_run=asked.dry_run,
            table=asked.table,
            **_sheet(asked),
        )
        print(added.say())
        return 0

    parser.set_defaults(run=run)


def _changes(parser: argparse.ArgumentParser) -> None:
    """Describe `changes`."""
    parser.add_argument("dataset", metavar="DATASET")
    parser.add_argument(
        "--since",
        metavar="DATE",
        help="与这一天已公布的比 / against what was known then",
    )
    parser.add_argument("--lang", choices=LANGUAGES, default="zh-Hans")

    def run(asked: argparse.Namespace) -> int:
        from hengstats.revisions import changes

        print(changes(asked.dataset, asked.since).say(asked.lang))
        return 0

    parser.set_defaults(run=run)


def _verify(parser: argparse.ArgumentParser) -> None:
    """Describe `verify`."""
    parser.add_argument("dataset", metavar="DATASET")
    parser.add_argument(
        "--accept",
        action="store_true",
        help="承认手工改动的文件 / accept files edited by hand",
    )

    def run(asked: argparse.Namespace) -> int:
        from hengstats.adding import verify

        findings = verify(asked.dataset, accept=asked.accept)
        for finding in findings:
            print(finding, file=sys.stderr)
        if not findings:
            _tell("verified", dataset=asked.dataset)
        return int(bool(findings))

    parser.set_defaults(run=run)


def _report(parser: argparse.ArgumentParser) -> None:
    """Describe `report`."""
    parser.add_argument(
        "dataset",
        nargs="?",
        default="plaza66",
        help="数据集的名字或文件夹 / dataset or folder (plaza66)",
    )
    parser.add_argument("--lang", choices=LANGUAGES, default="zh-Hans")
    parser.add_argument("--out", default="build", help="写到哪里 / folder (build)")

    def run(asked: argparse.Namespace) -> int:
        from hengstats.report import make_report

        print(make_report(asked.dataset, asked.out, asked.lang).say(asked.lang))
        return 0

    parser.set_defaults(run=run)


def _sheet_options(parser: argparse.ArgumentParser) -> None:
    """Add what a user may say about a sheet before it is read."""
    parser.add_argument("--table", choices=TABLES, default="", help="是哪种表 / kind")
    parser.add_argument(
        "--column",
        action="append",
        type=_pair,
        default=[],
        metavar="MEASURE=HEAD",
        help="一项指标用哪一栏 / which column gives it: 税收=全口径税收, 楼宇=所在楼",
    )
    parser.add_argument(
        "--person", default="", metavar="HEAD", help="哪一栏是人员编号 / person's id"
    )
    parser.add_argument(
        "--event", default="", metavar="HEAD", help="哪一栏是活动编号 / event's id"
    )


def _sheet(asked: argparse.Namespace) -> dict[str, Any]:
    """Return what the user said about a sheet."""
    columns = dict(asked.column)
    return {"columns": columns, "person": asked.person, "event": asked.event}


def _pair(word: str) -> tuple[str, str]:
    """Return the two sides of A=B."""
    left, _, right = word.partition("=")
    if not (left and right):
        both = "；".join(
            say("cli", "pair", lang, word=word) for lang in ("zh-Hans", "en")
        )
        raise argparse.ArgumentTypeError(both)
    return left, right


def _tell(key: str, **values: object) -> None:
    """Print a sentence in Chinese and English."""
    for lang in ("zh-Hans", "en"):
        print(say("cli", key, lang, **values))
