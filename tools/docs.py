"""Make what the pages in docs/ print: results, codebook, gallery, reference.

    python tools/docs.py

Each block of Python in a page is run, those of a page one after the other, and what it
prints is put into the block of text below it. `tests/test_docs.py` does the same and
finds no page changed.
"""

import contextlib
import inspect
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

import hengstats as hs
from hengstats.vocabulary import LANGUAGES, UNITS, name

DOCS = Path(__file__).resolve().parent.parent / "docs"
HAND = ("start", "own-excel", "verdict", "new-year", "recipes", "large-logs")
HAND += ("windows", "README")
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)
DPI, COLOURS = 60, 32  # of the pictures in the gallery
WORDS = {
    "zh": {
        "codebook": "# 指标一览\n\n[手册](README.md)。由各 `codebook.csv` 生成。",
        "gallery": "# 图样\n\n[手册](README.md)。每个图下面是画它的那一行。",
        "heads": "| 指标 | 单位 | 是什么 | 不能相混 |\n|---|---|---|---|",
    },
    "en": {
        "codebook": "# Codebook\n\n[Manual](README.md). Made from each `codebook.csv`.",
        "gallery": "# Gallery\n\n[Manual](README.md). Below each chart the line that"
        " draws it.",
        "heads": "| measure | unit | what it is | not to be mixed with |\n"
        "|---|---|---|---|",
    },
}
# Name of the picture, and the line that draws it; {lang} is filled in.
CHARTS = {
    "tax": "hs.draw_tax(plaza66{lang})",
    "membership": "hs.draw_membership(plaza66{lang})",
    "participation": "hs.draw_participation(tower{lang})",
    "programmes": 'hs.draw_participation(programmes, measure="participants"{lang})',
    "first-time": "hs.draw_participation(persons,"
    ' measure=("returning", "first_time"){lang})',
    "calendar": "hs.draw_calendar(events{lang})",
    "growth": "hs.draw_growth(plaza66{lang})",
    "index": "hs.draw_index(plaza66, year=2016{lang})",
    "timeline": "hs.draw_timeline(plaza66{lang})",
    "map": "hs.draw_growth_map(district{lang})",
    "ranking": "hs.draw_ranking(district{lang})",
    "multiples": "hs.draw_multiples(district{lang})",
    "verdict": "hs.draw_verdict(verdict{lang})",
    "refusals": "hs.draw_refusals(verdict{lang})",
    "specifications": "hs.draw_specifications(looks{lang})",
    "comparison": "hs.draw_comparison(malls{lang})",
}
PANELS = {
    "plaza66": 'plaza66 = hs.build_panel("plaza66")',
    "tower": 'tower = hs.build_panel("illustrative")',
    "district": 'district = hs.build_panel("illustrative-district")',
    "verdict": "verdict = hs.assess(tower, organisation="
    '"branch_members", economy="tax_revenue")',
    "looks": "looks = hs.assess(tower, organisation="
    '["branch_members", "branches"], economy="tax_revenue", lags=(0, 1))',
    "malls": 'malls = hs.compare(hs.build_panel(["plaza66", "comparators"]),'
    ' treated="plaza66", since=2019, outcome="rent_mall")',
    "logs": 'logs = "data/illustrative/signins/"  # invented',
    "persons": 'persons = hs.panel_of_published(hs.participation(logs + "*.csv"))',
    "programmes": "programmes = hs.panel_of_published("
    'hs.participation(logs + "*.csv", by=("building", "year", "programme")))',
    "heads": 'heads = {"楼宇": "entity", "项目": "programme", "活动编号": "event",'
    ' "签到时间": "date"}',
    "signins": 'signins = pd.concat(pd.read_csv(f"{logs}{year}.csv",'
    " usecols=list(heads)) for year in range(2016, 2022))",
    "events": 'events = signins.rename(columns=heads).groupby("event").min()',
}


def run_page(text: str) -> str:
    """Return a page with what its blocks print."""
    known: dict[str, object] = {}

    def run(block: re.Match[str]) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block[1], "<page>", "exec"), known)
        plt.close("all")
        if block[2] is None:
            return block[0]
        return f"```python\n{block[1]}```\n\n```text\n{printed.getvalue()}```"

    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return BLOCK.sub(run, text)
        finally:
            os.chdir(before)


def codebook(lang: str) -> str:
    """Return the page that lists every measure in words."""
    words = WORDS[lang]
    column, script = ("zh-Hans", "zh-Hans") if lang == "zh" else ("en", "en")
    lines = [words["codebook"]]
    for dataset in hs.list_datasets()["dataset"]:
        lines += ["", f"## {dataset}", "", words["heads"]]
        for row in hs.load_codebook(dataset).to_dict("records"):
            unit = row["unit"]
            unit = name("unit", unit, script) if unit in UNITS else unit
            shown = f"{row[column]} (`{row['measure']}`)"
            cells = (shown, unit, row["definition"], row["not_to_be_mixed_with"])
            lines.append(
                "| " + " | ".join(str(c).replace("|", "/") for c in cells) + " |"
            )
    return "\n".join(lines) + "\n"


def gallery(lang: str) -> str:
    """Return the page that shows every chart, in the scripts of a language."""
    lines = [WORDS[lang]["gallery"], "", "```python", "import pandas as pd", ""]
    lines += ["import hengstats as hs", ""]
    lines += [*PANELS.values(), "```"]
    scripts = ("zh-Hans", "zh-Hant") if lang == "zh" else ("en",)
    for key, call in CHARTS.items():
        lines += ["", f"## {key}", ""]
        for script in scripts:
            asked = "" if script == "zh-Hans" else f', lang="{script}"'
            line = call.format(lang=asked)
            lines += [f"![{key}](../gallery/{key}-{script}.png)", "", f"`{line}`", ""]
    return "\n".join(lines).rstrip() + "\n"


def reference() -> str:
    """Return the page that lists every public name with its docstring."""
    lines = [
        "# 函数一览 / Reference",
        "",
        "[手册](zh/README.md) · [Manual](en/README.md)",
    ]
    for public in sorted(hs.__all__, key=str.casefold):
        thing = getattr(hs, public)
        try:
            shown = f"{public}{inspect.signature(thing)}"
        except ValueError:
            shown = public
        shown = re.sub(
            r"hengstats\.[\w.]*\.|pandas\.core\.\w+\.|<.*? at 0x\w+>", "", shown
        )
        doc = inspect.cleandoc(thing.__doc__ or "")
        lines += ["", f"## {public}", "", "```text", f"hs.{shown}", "", doc, "```"]
    return "\n".join(lines) + "\n"


def draw() -> Iterator[tuple[str, plt.Figure]]:
    """Yield the name and the figure of each picture of the gallery."""
    known: dict[str, object] = {"hs": hs, "pd": pd}
    for made in PANELS.values():
        exec(made, known)
    for key, call in CHARTS.items():
        for script in LANGUAGES:
            asked = f', lang="{script}"'
            axes = eval(call.format(lang=asked), known)
            yield f"{key}-{script}.png", axes.get_figure(root=True)
            plt.close("all")


def pages() -> dict[Path, str]:
    """Return every page as it should be."""
    made = {DOCS / "reference.md": reference()}
    for lang in ("zh", "en"):
        made[DOCS / lang / "codebook.md"] = codebook(lang)
        made[DOCS / lang / "gallery.md"] = gallery(lang)
        for page in HAND:
            path = DOCS / lang / f"{page}.md"
            made[path] = run_page(path.read_text("utf-8"))
    return made


def main() -> None:
    """Write every page and picture."""
    from PIL import Image

    mpl.use("Agg")
    for path, text in pages().items():
        path.write_text(text, "utf-8", newline="\n")
        print(path.relative_to(DOCS), file=sys.stderr)
    (DOCS / "gallery").mkdir(exist_ok=True)
    for file, figure in draw():
        data = io.BytesIO()
        figure.savefig(data, dpi=DPI, bbox_inches="tight", pad_inches=0.1)
        picture = Image.open(data).convert("RGB").quantize(COLOURS)
        picture.save(DOCS / "gallery" / file, optimize=True)


if __name__ == "__main__":
    main()
