"""Writes the false-alarm study: tables, one page, one chart.

No number of the study is typed here; each comes from the table of results.
"""

import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from customary.nulls import CARRY, S

from hengstats.charts.caption import ems_of, write_caption
from hengstats.charts.save import save_chart
from hengstats.charts.style import (
    COLOURS,
    GREY,
    LABEL,
    MARKERS,
    PALE,
    SMALL,
    TITLE,
    dress,
    start,
)
from hengstats.evidence.refusals import NULLS
from hengstats.vocabulary import name, say

LINKED = "linked"
SHOWN = 6  # known years of the first table
PACKAGES = ("statsmodels", "scipy", "pymannkendall", "numpy", "pandas", "hengstats")
# What the library's vocabulary has no word for.
WORDS = {
    "zh-Hans": {
        "levels_pearson": "水平值的皮尔逊相关",
        "assess_suggestive": "本库：有迹象或增长同步",
        "procedure": "做法",
        "library": "库",
        "power": "认出 r = {r}",
        "years": "年数",
        "finding": "结论",
        "together": "增长同步",
        "suggestive": "有迹象或同步",
        "target": "目标",
    },
    "en": {
        "levels_pearson": "Pearson's r of log levels",
        "assess_suggestive": "This library: suggestive or more",
        "procedure": "procedure",
        "library": "library",
        "power": "power at r = {r}",
        "years": "years",
        "finding": "finding",
        "together": "moves together",
        "suggestive": "suggestive or more",
        "target": "target",
    },
}
PAGE = Path(__file__).with_name("false-alarms.md")
TRIAL = (
    "> **试运行，每格只有 {n} 次，不作为结果。** Only {n} replications: a trial.\n\n"
)
CAPTION = (
    "模拟结果，不是真实楼宇的数字",
    "两列互相独立、各自增长的数（平均增长为起伏的两倍），从 {first} 到 {last} 个年份，"
    "各模拟 {n} 座楼宇，种子 {seed}",
    "每座都交给各个库的现成函数逐一判断，右边的数为 {shown} 个年份的误报率",
    "竖虚线为名义上的 5%，另外三种情形没有画出",
    "{first} 个年份时本库的规则不下“增长同步”的结论，所以为零",
)


def table_at_six(found, r, lang):
    """Return rates in percent, one procedure a row, for the first table."""
    words = WORDS[lang]
    rows = []
    for (key, library), own in _six(found).groupby(
        ["procedure", "library"], sort=False
    ):
        rate = own.set_index("null")["rate"]
        cells = [_percent(rate.get(kind)) for kind in (*NULLS, LINKED)]
        rows.append([_label(key, lang), library, *cells])
    heads = [say("verdict", kind, lang) for kind in NULLS]
    power = words["power"].format(r=r)
    columns = [words["procedure"], words["library"], *heads, power]
    return pd.DataFrame(rows, columns=columns)


def table_of_assess(found, lang):
    """Return the rates of both answers of `assess`, one length a row."""
    table = _with_errors(found)
    words = WORDS[lang]
    findings = {"assess": words["together"], "assess_suggestive": words["suggestive"]}
    rows = [
        [finding, length, *[table[key, kind, length] for kind in NULLS]]
        for key, finding in findings.items()
        for length in found["years"].unique()
    ]
    heads = [say("verdict", kind, lang) for kind in NULLS]
    return pd.DataFrame(rows, columns=[words["finding"], words["years"], *heads])


def table_of_power(found, targets, lang):
    """Return the power of `assess` beside its target and that of growth OLS."""
    table = _with_errors(found)
    words = WORDS[lang]
    keys = {
        words["together"]: "assess",
        words["suggestive"]: "assess_suggestive",
        _label("growth_ols", lang): "growth_ols",
    }
    columns = {words["years"]: list(targets)}
    for head, key in keys.items():
        columns[head] = [table[key, LINKED, length] for length in targets]
    columns[words["target"]] = [f"{100 * target:.0f}" for target in targets.values()]
    return pd.DataFrame(columns)


def write_page(found, promises, *, seed, r, targets, least):
    """Return the page in 简体 with English under it."""
    rate = _six(found).query("null == 'drift'").set_index("procedure")["rate"]
    n = int(found["replications"].min())
    versions = [f"{package} {version(package)}" for package in PACKAGES]
    blanks = {
        "shown": SHOWN,
        "levels": _percent(rate["levels_ols"]),
        "own": _percent(rate["assess"]),
        "n": f"{n:,}",
        "seed": seed,
        "s": f"{S:.2f}",
        "carry": CARRY,
        "r": r,
        "first": found["years"].min(),
        "growths": found["years"].min() - 1,
        "last": found["years"].max(),
        "versions": ", ".join([f"Python {platform.python_version()}", *versions]),
    }
    signs = {"zh": ("；不成立。", "；成立。"), "en": (": fails.", ": holds.")}
    for which, (short, lang) in enumerate({"zh": "zh-Hans", "en": "en"}.items()):
        lines = [f"- {one[which]}{signs[short][int(one[2])]}" for one in promises]
        blanks |= {
            f"six_{short}": _markdown(table_at_six(found, r, lang)),
            f"assess_{short}": _markdown(table_of_assess(found, lang)),
            f"power_{short}": _markdown(table_of_power(found, targets, lang)),
            f"checks_{short}": "\n".join(lines),
        }
    page = PAGE.read_text(encoding="utf-8").format(**blanks)
    return page if n >= least else TRIAL.format(n=n) + page


def draw(found, path, seed):
    """Write the chart: each procedure a row, each length a mark, for drift."""
    lang = "zh-Hans"
    shown = found[found["null"] == "drift"]
    shown = shown[shown["procedure"] != "assess_suggestive"]
    lengths = list(shown["years"].unique())
    six = shown[shown["years"] == SHOWN].sort_values("rate", kind="stable")
    keys = ["assess", *[key for key in six["procedure"] if key != "assess"]]
    table = shown.pivot(index="procedure", columns="years", values="rate").loc[keys]
    rows = np.arange(len(keys))
    ax = start(None, height=1.5 + 0.46 * len(keys))
    steps = np.linspace(0.31, -0.31, len(lengths))
    ax.barh(rows[::2], 130, left=-4, height=1, color=PALE, alpha=0.6, zorder=0)
    ax.axvline(5, color=COLOURS[1], ls="--", lw=1.2, gid="nominal")
    for number, length in enumerate(lengths):
        for row, key in enumerate(keys):
            ours = key == "assess"
            ax.plot(
                100 * table.loc[key, length],
                row + steps[number],
                ls="none",
                marker=MARKERS[number],
                ms=5.5,
                mew=1.2,
                mec=COLOURS[0] if ours else GREY,
                mfc=COLOURS[0] if ours else "white",
                label=f"{length} 年" if row == 1 else None,
                clip_on=False,
            )
    for row, key in enumerate(keys):
        ax.plot(100 * table.loc[key], row + steps, color=GREY, lw=0.6, zorder=1.5)
        text = f"{_percent(table.loc[key, SHOWN])}%"
        ax.text(120, row, text, va="center", ha="right", fontsize=SMALL)
    head = f"{SHOWN} 年"
    ax.text(120, len(keys) - 0.35, head, va="bottom", ha="right", fontsize=SMALL)
    labels = [_label(key, lang) for key in keys]
    ax.set_yticks(rows, labels)
    ax.set_ylim(-0.6, len(keys) - 0.4)
    ax.set_xlim(-4, 122)
    ax.set_xticks([0, 5, 25, 50, 75, 100])
    ax.set_xlabel(say("draw", "refusals_axis", lang), fontsize=LABEL)
    outdent = max(ems_of(label) for label in labels) * LABEL + 8
    ax.annotate(
        f"{say('draw', 'refusals_title', lang)}（模拟）",
        (0, 1),
        (-outdent, 26),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=TITLE,
    )
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(lengths),
        frameon=False,
        prop={"size": LABEL},
        handletextpad=0.1,
        columnspacing=1.2,
        borderaxespad=0.1,
    )
    given = {
        "first": lengths[0],
        "last": lengths[-1],
        "n": f"{int(found['replications'].min()):,}",
        "seed": seed,
        "shown": SHOWN,
    }
    told = [sentence.format(**given) for sentence in CAPTION]
    write_caption(ax, pd.DataFrame(), told, [], lang, outdent=outdent)
    return save_chart(dress(ax), path, ["png"])


def _six(found):
    """Return the rows of the first table."""
    return found[found["years"] == SHOWN]


def _with_errors(found):
    """Return rate and standard error as text, by procedure, kind and length."""
    keys = found.set_index(["procedure", "null", "years"])
    return {
        key: f"{_percent(row.rate)} ± {100 * row.std_error:.1f}"
        for key, row in zip(keys.index, keys.itertuples(), strict=True)
    }


def _percent(rate):
    """Return a rate in percent with one digit, or a dash where it was not asked for."""
    return "–" if rate is None else f"{100 * rate:.1f}"


def _label(key, lang):
    """Return the label of a procedure: the library's own, where it has one."""
    return WORDS[lang].get(key) or name("procedure", key, lang)


def _markdown(table):
    """Return a table as Markdown, words to the left, numbers to the right."""
    words = (WORDS["zh-Hans"], WORDS["en"])
    left = {one[key] for one in words for key in ("procedure", "library", "finding")}
    sides = ["---" if head in left else "---:" for head in table]
    lines = [table.columns, sides, *table.astype(str).to_numpy()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
