"""The study of false alarms is whole, says what its table says, and keeps its word."""

import ast
import os
import re
import runpy
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "false-alarms.md").read_text(encoding="utf-8")
NULLS = ["drift", "trend_stationary", "fill_up", "shock_year"]
OURS = ("assess", "assess_suggestive")
PEERS = {"lifelines", "linearmodels", "pyfixest", "pymannkendall"}


@pytest.fixture(scope="module")
def found():
    return pd.read_csv(ROOT / "docs" / "false-alarms.csv")


@pytest.fixture(scope="module")
def rate(found):
    """Return the rates by procedure, number of years and kind of series."""
    return found.set_index(["procedure", "years", "null"])["rate"].sort_index()


def cells(number, first, last=None):
    """Return some columns of a table of the page, standard errors left out."""
    table = re.findall(r"(?:^\|.*\|\n)+", PAGE, flags=re.MULTILINE)[number]
    rows = [row.strip("|").split("|") for row in table.splitlines()[2:]]
    return [[cell.split("±")[0].strip() for cell in row[first:last]] for row in rows]


def percent(rates):
    """Return rates as the page prints them."""
    return ["–" if pd.isna(one) else f"{100 * one:.1f}" for one in rates]


def test_the_study_is_whole_with_at_least_4000_replications_everywhere(found):
    assert found["replications"].min() >= 4000
    assert not found.duplicated(["procedure", "null", "years"]).any()
    nulls = found[found["null"] != "linked"]
    assert set(nulls.groupby("procedure").size()) == {16}  # 4 kinds, 5 to 8 years
    share = found["rate"] * (1 - found["rate"]) / found["replications"]
    assert found["std_error"].to_numpy() == pytest.approx(share**0.5, abs=1e-6)


@pytest.mark.parametrize("number", [0, 3], ids=["zh", "en"])
def test_the_first_table_says_what_the_csv_holds(found, rate, number):
    expected = [
        percent(rate.get((key, 6, null)) for null in (*NULLS, "linked"))
        for key in found["procedure"].unique()
    ]
    assert cells(number, 2) == expected


@pytest.mark.parametrize("number", [1, 4], ids=["zh", "en"])
def test_the_table_of_assess_says_what_the_csv_holds(rate, number):
    rows = [(key, years) for key in OURS for years in (5, 6, 7, 8)]
    expected = [percent(rate[(*row, null)] for null in NULLS) for row in rows]
    assert cells(number, 2) == expected


@pytest.mark.parametrize("number", [2, 5], ids=["zh", "en"])
def test_the_table_of_power_says_what_the_csv_holds(rate, number):
    keys = (*OURS, "growth_ols")
    expected = [percent(rate[key, n, "linked"] for key in keys) for n in (6, 7, 8)]
    assert cells(number, 1, 4) == expected


def test_the_study_keeps_its_word(rate):
    assert rate["levels_ols", 6, "drift"] >= 0.90
    # Pearson and the regression of levels are one test.
    assert rate["levels_ols"].equals(rate["levels_pearson"])
    assert max(rate["assess", n][null] for n in (6, 7, 8) for null in NULLS) <= 0.05
    assert rate["assess", 5].max() == 0  # four growths
    power = [rate["assess", n, "linked"] for n in (6, 7, 8)]
    assert power == pytest.approx([0.33, 0.56, 0.73], abs=0.03)


def test_the_page_is_labelled_as_simulated_and_names_no_folder_of_a_machine():
    assert PAGE.startswith("# 误报率研究（模拟）")
    assert "# False alarms (simulated)" in PAGE
    assert re.findall(r"(?:/home|/tmp|/work|/Users|[A-Z]:\\)", PAGE) == []


def test_every_file_that_the_page_links_to_is_there():
    links = re.findall(r"\]\(([\w./-]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


@pytest.mark.parametrize(
    "script",
    [
        "accuracy",
        "blind_spots",
        "detectable",
        "false_alarms",
        "looks",
        "panels",
        "rates",
    ],
)
def test_a_benchmark_finds_what_it_imports_and_no_peer_before_it_is_needed(
    script, monkeypatch
):
    path = ROOT / "benchmarks" / f"{script}.py"
    monkeypatch.syspath_prepend(str(path.parent))  # as a script has it
    monkeypatch.setattr("os.environ", os.environ.copy())  # which the script changes
    assert callable(runpy.run_path(str(path))["main"])
    tree = ast.parse(path.read_text(encoding="utf-8")).body
    named = {
        alias.name
        for node in tree
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert not PEERS & named


def test_the_page_on_blind_spots_is_what_the_shipped_tables_say():
    path = ROOT / "benchmarks" / "pages" / "blind_spots.py"
    page = runpy.run_path(str(path))["page"]()
    assert (ROOT / "docs" / "blind-spots.md").read_text(encoding="utf-8") == page


def test_a_control_takes_the_false_alarms_of_a_third_series_away():
    table = pd.read_csv(
        ROOT / "hengstats" / "evidence" / "blind_spots.csv", comment="#"
    )
    own = table[table["pattern"].isin(["third_series", "rebound"]) & (table.years > 6)]
    assert own["moves_together"].min() > 0.1
    assert own["moves_together_controlled"].max() <= 0.04
