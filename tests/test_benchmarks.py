"""The study of false alarms is whole, says what its table says, and keeps its word."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "false-alarms.md").read_text(encoding="utf-8")
NULLS = ["drift", "trend_stationary", "fill_up", "shock_year"]
OPTIONED = ["false_alarms.py", "detectable.py", "blind_spots.py"]
PEERS = {"lifelines", "pymannkendall"}


@pytest.fixture(scope="module")
def found():
    return pd.read_csv(ROOT / "docs" / "false-alarms.csv")


def rates(found, procedure, years):
    """Return the rates of one procedure under the four nulls."""
    own = found[(found["procedure"] == procedure) & (found["years"] == years)]
    return own.set_index("null")["rate"].loc[NULLS]


def tables(page):
    """Return the tables of a page, each a list of rows of cells, heads left out."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", page, flags=re.MULTILINE)
    cells = [
        [
            [cell.strip() for cell in row.strip("|").split("|")]
            for row in one.split("\n")
        ]
        for one in blocks
    ]
    return [table[2:-1] for table in cells]  # the last is what follows the last \n


def test_the_study_has_at_least_4000_replications_everywhere(found):
    assert found["replications"].min() >= 4000


def test_the_study_has_one_row_per_procedure_null_and_length(found):
    assert not found.duplicated(["procedure", "null", "years"]).any()


def test_every_null_and_length_is_there_for_every_procedure(found):
    nulls = found[found["null"] != "linked"]
    sizes = nulls.groupby("procedure").size()
    assert set(sizes) == {16}  # 4 nulls times 5, 6, 7 and 8 years


def test_the_standard_error_is_that_of_a_share(found):
    share = found["rate"] * (1 - found["rate"]) / found["replications"]
    assert found["std_error"].to_numpy() == pytest.approx(share**0.5, abs=1e-6)


@pytest.mark.parametrize("number", [0, 3], ids=["zh", "en"])
def test_the_first_table_says_what_the_csv_holds(found, number):
    six = found[found["years"] == 6].pivot(
        index="procedure", columns="null", values="rate"
    )
    order = found["procedure"].unique()
    expected = [
        ["–" if pd.isna(rate) else f"{100 * rate:.1f}" for rate in row]
        for row in six.loc[order, [*NULLS, "linked"]].to_numpy()
    ]
    assert [row[2:] for row in tables(PAGE)[number]] == expected


@pytest.mark.parametrize("number", [1, 4], ids=["zh", "en"])
def test_the_table_of_assess_says_what_the_csv_holds(found, number):
    expected = [
        [f"{100 * rate:.1f}" for rate in rates(found, procedure, years)]
        for procedure in ("assess", "assess_suggestive")
        for years in (5, 6, 7, 8)
    ]
    printed = [
        [cell.split(" ± ")[0] for cell in row[2:]] for row in tables(PAGE)[number]
    ]
    assert printed == expected


@pytest.mark.parametrize("number", [2, 5], ids=["zh", "en"])
def test_the_table_of_power_says_what_the_csv_holds(found, number):
    linked = found[found["null"] == "linked"].set_index(["procedure", "years"])["rate"]
    expected = [
        [
            f"{100 * linked[key, years]:.1f}"
            for key in ("assess", "assess_suggestive", "growth_ols")
        ]
        for years in (6, 7, 8)
    ]
    printed = [
        [cell.split(" ± ")[0] for cell in row[1:4]] for row in tables(PAGE)[number]
    ]
    assert printed == expected


def test_a_regression_of_levels_is_fooled_nine_times_in_ten(found):
    assert rates(found, "levels_ols", 6)["drift"] >= 0.90


@pytest.mark.parametrize("years", [6, 7, 8])
def test_assess_raises_a_false_alarm_at_most_once_in_twenty(found, years):
    assert rates(found, "assess", years).max() <= 0.05


def test_with_four_growths_nothing_is_said_to_move_together(found):
    assert rates(found, "assess", 5).max() == 0


# The power that METHODS states.
@pytest.mark.parametrize(("years", "power"), [(6, 0.33), (7, 0.56), (8, 0.73)])
def test_assess_has_the_power_that_was_stated(found, years, power):
    linked = found.query("procedure == 'assess' and null == 'linked'")
    assert linked.set_index("years")["rate"][years] == pytest.approx(power, abs=0.03)


def test_pearson_and_the_regression_of_levels_are_one_test(found):
    for_levels = found[found["procedure"] == "levels_ols"]["rate"]
    for_pearson = found[found["procedure"] == "levels_pearson"]["rate"]
    assert for_levels.tolist() == for_pearson.tolist()


def test_the_page_is_labelled_as_simulated_in_both_languages():
    assert PAGE.startswith("# 误报率研究（模拟）")
    assert "# False alarms (simulated)" in PAGE


def test_the_page_names_no_folder_of_a_machine():
    assert re.findall(r"(?:/home|/tmp|/work|/Users|[A-Z]:\\)", PAGE) == []


def test_every_file_that_the_page_links_to_is_there():
    links = re.findall(r"\]\(([\w./-]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


@pytest.mark.parametrize("script", OPTIONED)
def test_a_benchmark_explains_its_options_without_running(script):
    words = [sys.executable, ROOT / "benchmarks" / script, "--help"]
    done = subprocess.run(words, capture_output=True, check=True, timeout=60)
    assert b"--replications" in done.stdout


@pytest.mark.parametrize("script", OPTIONED)
def test_no_peer_is_imported_before_it_is_needed(script):
    source = (ROOT / "benchmarks" / script).read_text(encoding="utf-8")
    named = [node for node in ast.parse(source).body if isinstance(node, ast.Import)]
    assert PEERS & {one.name.split(".")[0] for node in named for one in node.names} == (
        set()
    )
