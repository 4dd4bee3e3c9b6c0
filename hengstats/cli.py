"""Which verb did the user type? Decides nothing itself.

Exit code 0: done; 1: the input was refused; 2: the command line was wrong.
"""

import argparse
import sys
from collections.abc import Sequence

from hengstats import __version__
from hengstats.errors import DataError, GlyphError, ReadingError
from hengstats.vocabulary import LANGUAGES, say


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


def _parser() -> argparse.ArgumentParser:
    """Return the command line: one verb each."""
    parser = argparse.ArgumentParser(
        prog="hengstats",
        description="楼宇经济与楼宇党建指标 / building economy and Party building",
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    report = verbs.add_parser(
        "report",
        help="写报告：图、笔记本、Word、网页、PDF / write the report",
    )
    report.add_argument(
        "dataset",
        nargs="?",
        default="plaza66",
        help="数据集的名字或文件夹 / dataset or folder (plaza66)",
    )
    report.add_argument("--lang", choices=LANGUAGES, default="zh-Hans")
    report.add_argument("--out", default="build", help="写到哪里 / folder (build)")
    report.set_defaults(run=_report)
    return parser


def _report(asked: argparse.Namespace) -> int:
    """Write a report and say where it is."""
    from hengstats.report import write_report

    folder = write_report(asked.dataset, asked.out, asked.lang)
    print(say("report", "done", asked.lang, folder=folder))
    return 0
