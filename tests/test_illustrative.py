"""The invented data are made again byte for byte, and hold the truth they state."""

import itertools
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hengstats as hs
from hengstats.smallcells import protect

DATA = Path(__file__).parents[1] / "data"
SCRIPT = DATA / "make_illustrative.py"
SETTINGS = tomllib.loads(SCRIPT.with_suffix(".toml").read_text("utf-8"))
TOWER, DISTRICT = "illustrative", "illustrative-district"
BOTH = pytest.mark.parametrize("folder", [TOWER, DISTRICT])
PROGRAMMES = ("party_lectures", "volunteering", "culture", "careers", "community")
YEARS = [2016, 2017, 2018, 2019, 2020, 2021]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    output = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, SCRIPT, output], check=True)
    return output


def read(folder, table="records.csv"):
    return pd.read_csv(
        DATA / folder / table, encoding="utf-8-sig", keep_default_na=False
    )


def series(folder, measure):
    """Return one row per building and one column per year."""
    records = read(folder).query("measure == @measure")
    return records.pivot(index="entity", columns="period", values="value")


def of_programmes(measure):
    parts = [series(TOWER, f"{measure}_{programme}") for programme in PROGRAMMES]
    return pd.concat(parts)


def stated(folder, parameter):
    readme = (DATA / folder / "README.md").read_text("utf-8")
    return float(re.search(rf"^\| {parameter} \| (\S+) \|", readme, re.MULTILINE)[1])


def growth(folder, measure):
    """Return log growth, one row per building, worked out pair by pair."""
    levels = series(folder, measure).to_numpy(float)
    pairs = itertools.pairwise(range(len(YEARS)))
    return np.array([np.log(levels[:, b] / levels[:, a]) for a, b in pairs]).T


def without_means(table):
    """Return a table less the mean of its row and column, cell by cell."""
    rows, columns = table.shape
    cleaned = np.empty(table.shape)
    for i, j in itertools.product(range(rows), range(columns)):
        means = table[i, :].mean() + table[:, j].mean() - table.mean()
        cleaned[i, j] = table[i, j] - means
    return cleaned


def slope(x, y):
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / (x * x).sum()


def logs(folder, measure):
    return np.log(series(folder, measure).to_numpy(float))


@BOTH
def test_the_script_makes_the_committed_files_byte_for_byte_and_no_other(made, folder):
    here, there = (
        {
            path.name: path.read_bytes()
            for path in (where / folder).iterdir()
            if path.is_file()  # the logs have a script of their own
        }
        for where in (DATA, made)
    )
    assert set(here) == set(there)
    assert [name for name in here if here[name] != there[name]] == []
    tables = [data for name, data in here.items() if name.endswith(".csv")]
    assert all(data.startswith(b"\xef\xbb\xbf") for data in tables)  # for Excel
    assert not any(b"\r" in data for data in tables)


@BOTH
def test_the_readme_and_every_key_say_that_all_is_invented(folder):
    first = (DATA / folder / "README.md").read_text("utf-8").splitlines()[0]
    assert "示例数据：全部虚构" in first
    assert "Illustrative data: all invented" in first
    records, sources = read(folder), read(folder, "sources.csv")
    assert records["entity"].str.startswith("illustrative-").all()
    assert records["quote"].str.startswith("示例数据：").all()
    assert (set(sources["kind"]), set(sources["address"])) == ({"illustrative"}, {""})
    if folder == TOWER:
        rivals = read(folder, "rivals.csv")
        assert rivals["zh-Hans"].str.contains("示例数据").all()
        assert rivals["en"].str.contains("illustrative").all()


@BOTH
def test_every_figure_is_there_as_printed_and_published_in_march_after(folder):
    records, codebook = read(folder), read(folder, "codebook.csv")
    keys = records[["entity", "measure", "period"]].itertuples(index=False)
    entities = read(folder, "entities.csv")["entity"]
    assert sorted(map(tuple, keys)) == sorted(
        itertools.product(entities, codebook["measure"], YEARS)
    )
    numbers = records["printed"].str.extract(r"^([\d.]+)\D+$")[0].astype(float)
    assert numbers.tolist() == records["value"].tolist()
    published = read(folder, "sources.csv").set_index("source")["published"]
    expected = (records["period"] + 1).astype(str) + "-03-31"
    assert records["source"].map(published).tolist() == expected.tolist()


@pytest.mark.parametrize("measure", ["events", "attendances"])
def test_programmes_add_up_to_the_total(measure):
    total = series(TOWER, measure).loc["illustrative-tower"]
    assert of_programmes(measure).sum().tolist() == total.tolist()


@pytest.mark.parametrize("measure", ["participants", "volunteers"])
def test_persons_are_fewer_than_the_programmes_add_up_to(measure):
    total = series(TOWER, measure).loc["illustrative-tower"]
    parts = of_programmes(measure)
    assert (total >= parts.max()).all()
    assert (total < parts.sum()).all()


@pytest.mark.parametrize("suffix", ["", *(f"_{name}" for name in PROGRAMMES)])
def test_volunteers_are_participants_and_participants_attend(suffix):
    volunteers = series(TOWER, f"volunteers{suffix}")
    participants = series(TOWER, f"participants{suffix}")
    assert (volunteers <= participants).all(axis=None)
    assert (participants <= series(TOWER, f"attendances{suffix}")).all(axis=None)


def test_branches_cover_no_more_firms_and_events_fall_in_the_year_of_the_shock():
    covered = series(TOWER, "enterprises_covered")
    assert (covered <= series(TOWER, "tenants")).all(axis=None)
    events = of_programmes("events")
    assert (events[2020] < events[[2019, 2021]].min(axis=1)).all()


def test_growth_of_the_tower_finds_the_elasticity_its_readme_states():
    # t of 3 degrees of freedom reaches 5.84 in 1 of 100 on both sides.
    x, y = growth(TOWER, "branch_members")[0], growth(TOWER, "tax_revenue")[0]
    b = slope(x, y)
    left = y - y.mean() - b * (x - x.mean())
    error = np.sqrt((left**2).sum() / 3 / ((x - x.mean()) ** 2).sum())
    assert abs(b - stated(TOWER, "elasticity")) < 5.84 * error


def test_the_seed_of_the_tower_is_the_first_that_keeps_the_stated_conditions():
    grow_building = runpy.run_path(str(SCRIPT))["grow_building"]
    shock = np.array(YEARS) == 2020
    (r_low, r_high), (low, high) = SETTINGS["wanted"].values()

    def keeps(seed):
        rng = np.random.Generator(np.random.PCG64(seed))
        figures = grow_building(SETTINGS["truths"][TOWER], shock, rng)
        members = np.diff(np.log(figures["branch_members"]))
        r = np.corrcoef(members, np.diff(np.log(figures["tax_revenue"])))[0, 1]
        return r_low <= r <= r_high and low <= members.min() <= members.max() <= high

    first = next(seed for seed in itertools.count(1) if keeps(seed))
    assert first == stated(TOWER, "seed")


def test_growth_of_the_district_finds_the_elasticity_its_readme_states():
    # 200 growths, less 40 buildings, 4 further years and the slope: 155 are free.
    x = without_means(growth(DISTRICT, "branch_members"))
    y = without_means(growth(DISTRICT, "tax_revenue"))
    b = slope(x, y)
    error = np.sqrt(((y - b * x) ** 2).sum() / 155 / (x * x).sum())
    assert abs(b - stated(DISTRICT, "elasticity")) < 3 * error
    assert b > 3 * error


@pytest.mark.parametrize("within", [False, True])
def test_levels_of_the_district_mislead_within_buildings_too(within):
    x, y = logs(DISTRICT, "branch_members"), logs(DISTRICT, "tax_revenue")
    if within:
        x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    assert slope(x, y) > 2 * stated(DISTRICT, "elasticity")


def test_buildings_of_the_district_are_of_every_size():
    first = series(DISTRICT, "tax_revenue")[2016]
    assert len(first) == stated(DISTRICT, "buildings")
    assert first.min() >= stated(DISTRICT, "tax_low")
    assert first.max() <= stated(DISTRICT, "tax_high")
    assert first.max() > 50 * first.min()


# Sign-in logs


def test_the_logs_are_what_the_script_writes(tmp_path):
    script = DATA / "make_signins.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    written = tmp_path / TOWER / "signins"
    assert len(list(written.iterdir())) == 7
    for path in written.iterdir():
        assert path.read_bytes() == (DATA / TOWER / "signins" / path.name).read_bytes()


def test_the_logs_add_up_to_the_records():
    """Counted here with nothing but sets."""
    records = pd.read_csv(DATA / TOWER / "records.csv", dtype=str)
    labels = {"": "", "党课": "party_lectures", "志愿服务": "volunteering"}
    labels |= {"文化": "culture", "职业发展": "careers", "社区": "community"}
    known = {
        (row["measure"], row["period"]): int(row["value"])
        for row in records.to_dict("records")
        if row["measure"].split("_")[0] in ("events", "attendances", "participants")
    }
    counted, before = {}, set()
    for path in sorted((DATA / TOWER / "signins").glob("*.csv")):
        log = pd.read_csv(path, dtype=str)
        assert set(log["签到时间"].str[:4]) == {path.stem}
        for label, programme in labels.items():
            own = log[log["项目"] == label] if label else log
            pairs = set(zip(own["人员编号"], own["活动编号"], strict=True))
            assert len(pairs) == len(own)  # nobody signs in twice at one event
            sets = {
                "events": set(own["活动编号"]),
                "attendances": pairs,
                "participants": set(own["人员编号"]),
            }
            for measure, found in sets.items():
                name = f"{measure}_{programme}".rstrip("_")
                counted[name, path.stem] = len(found)
        people = set(log["人员编号"])
        told = (path.parent / "README.md").read_text("utf-8")
        assert f"| {len(people)} | {len(people & before)} |" in told
        before = people
    assert counted == known


def test_a_checked_log_gives_the_same_counts():
    checked = hs.check(DATA / TOWER / "signins" / "2021.csv", table="event_log")
    assert checked.status == "accept"
    totals = {cell.column: int(cell.number) for cell in checked.cells}
    assert totals == {"events": 144, "attendances": 4429, "participants": 1570}


def test_participation_of_the_logs_is_what_the_records_say():
    logs = DATA / TOWER / "signins" / "*.csv"
    by = ("building", "year", "programme")
    found = hs.participation(logs, by=by, exact=True)
    labels = {"党课": "party_lectures", "志愿服务": "volunteering", "文化": "culture"}
    labels |= {"职业发展": "careers", "社区": "community"}
    records = pd.read_csv(DATA / TOWER / "records.csv", dtype=str)
    known = records.set_index(["measure", "period"])["value"].astype(float)
    for row in found.to_dict("records"):
        for measure in ("events", "attendances", "participants"):
            name = f"{measure}_{labels[row['programme']]}"
            assert row[measure] == known[name, str(row["year"])]
    years = hs.participation(logs, exact=True).set_index("year")
    told = (DATA / TOWER / "signins" / "README.md").read_text("utf-8")
    for year in YEARS[1:]:
        own = years.loc[year]
        counts = own[["events", "attendances", "participants", "returning"]]
        assert f"| {year} | {' | '.join(map(str, counts))} |" in told
    published = protect(years.reset_index(), found).set_index("year")
    for measure in ("events", "attendances", "participants", "returning"):
        truth = years[measure].astype("Float64").dropna()
        own = published.loc[truth.index]
        assert (own[f"{measure}_lower"] <= truth).all()
        assert (truth <= own[f"{measure}_upper"]).all()
