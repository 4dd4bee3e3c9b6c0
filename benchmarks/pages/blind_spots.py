"""Fills the page on blind spots from the tables that the library ships.

python benchmarks/pages/blind_spots.py
"""

import re
from pathlib import Path

import pandas as pd

from hengstats.vocabulary import say

ROOT = Path(__file__).parents[2]
EVIDENCE, PAGE = ROOT / "hengstats" / "evidence", ROOT / "docs" / "blind-spots.md"
CONTROLLED = ("third_series", "rebound", "strong_rebound")
HEADS = {
    "zh": ("zh-Hans", "共同的样子", "{years} 年", "年数", "平均", "方向相反"),
    "en": ("en", "pattern", "{years} years", "years", "mean", "wrong sign"),
}


def table_of(rows):
    """Return a table of Markdown; the first row is its head."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" + "|---:" * (len(rows[0]) - 1) + "|", *body])


def percent(share):
    """Return a share in percent, one digit below ten."""
    return f"{100 * share:.{1 if share < 0.0995 else 0}f}"


def tables(short, table, found):
    """Return the three tables in one language, by their place in the page."""
    lang, pattern, length, years, mean, wrong = HEADS[short]
    lengths = sorted(table["years"].unique())
    heads = [pattern, *(length.format(years=one) for one in lengths)]
    cells = table.set_index(["pattern", "years"])
    spots, controlled = [heads], [[pattern, *heads[2:]]]
    for key in table["pattern"].unique():
        own = cells.loc[key]
        shares = zip(own["moves_together"], own["suggestive"], strict=True)
        row = [f"{percent(one)} ({percent(more)})" for one, more in shares]
        spots.append([say("blind_spot", key, lang), *row])
    for key in CONTROLLED:
        own = cells.loc[key].iloc[1:]
        shares = zip(
            own["moves_together"], own["moves_together_controlled"], strict=True
        )
        row = [f"{percent(one)} → {percent(left)}" for one, left in shares]
        controlled.append([say("blind_spot", key, lang), *row])
    inflated = [[years, mean, wrong]]
    for one, own in found[found["finding"] == "moves_together"].groupby("years"):
        means = " / ".join(f"{r:.2f}" for r in own["mean_r"])
        inflated.append([str(one), means, percent(own["wrong_sign"].iloc[0])])
    filled = {"spots": spots, "controlled": controlled, "inflated": inflated}
    return {f"{name}_{short}": table_of(rows) for name, rows in filled.items()}


def page():
    """Return the page in both languages."""
    with (EVIDENCE / "blind_spots.csv").open(encoding="utf-8") as lines:
        drawn = dict(re.findall(r"(\w+)=(\d+)", next(lines)))
    table, found = (
        pd.read_csv(EVIDENCE / f"{name}.csv", comment="#")
        for name in ("blind_spots", "inflation")
    )
    filled = tables("zh", table, found) | tables("en", table, found)
    text = Path(__file__).with_name("blind-spots.md").read_text(encoding="utf-8")
    n = f"{int(drawn['replications']):,}"
    return text.format(n=n, seed=drawn["seed"], **filled)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
