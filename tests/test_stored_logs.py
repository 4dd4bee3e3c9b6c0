"""What is stored of a sign-in log can be published: ranges by the 10-5 rule."""

import hashlib
import json
import warnings
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import hengstats as hs
from hengstats.cli import main
from hengstats.dataset import DATA
from hengstats.ledger import Citations, unmarked
from hengstats.panel import build_panel
from hengstats.report.blocks import Table
from hengstats.report.inputs import read_inputs
from hengstats.report.sections import write_sections
from hengstats.report.trace import note_counts
from hengstats.smallcells import panel_of_published, protect
from hengstats.vocabulary import LANGUAGES, strings

HEAD = "人员编号,活动编号,楼宇,签到时间"
YEARS = {2019: 8, 2020: 12, 2021: 23}  # persons at the two events of each year
# By hand: under ten; 10 to 12; 23 is nearest to 25.
PERSONS = {2019: "至多9人", 2020: "10至12人", 2021: "23至27人"}
KINDS = {"published": False, "exact": True}
SMALL = strings()["smallcells"]


@pytest.fixture(autouse=True)
def quiet(monkeypatch, tmp_path):
    """Work in a folder of its own, warnings of logs aside."""
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def write(name, years=YEARS, more=(), tail=lambda event: ""):
    """Write a log of so many persons a year, each at two events."""
    rows = [
        f"p{person},{year}-{event},示例楼,{year}-03-0{event} 18:00{tail(event)}"
        for year, persons in years.items()
        for person in range(persons)
        for event in (1, 2)
    ]
    head = HEAD + (",项目" if tail(1) else "")
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join([head, *rows, *more]) + "\n")
    return name


def stored(dataset="mine", measure="participants"):
    """Return the wordings that stand in a dataset, by year."""
    records = hs.load_events(dataset).query("measure == @measure")
    return dict(zip(records["year"], records["printed"], strict=True))


def boxes(table, ends=("_lower", "_upper")):
    """Return the bounds of what is counted, by building and year."""
    table = table.rename(columns={"entity": "building"}).set_index(["building", "year"])
    columns = [
        f"{one}{end}"
        for one in ("events", "attendances", "participants")
        for end in ends
    ]
    return table[columns].astype(float)


def files(number=1):
    """Return what a vintage says of its files."""
    with open(f"mine/vintages/{number:04}.json", encoding="utf-8") as file:
        return json.load(file)["files"]


def test_a_small_log_is_stored_as_ranges(capsys):
    hs.new("mine")
    assert main(["add", write("签到.csv"), "--to", "mine"]) == 0
    assert "10—5" in capsys.readouterr().out
    assert stored() == PERSONS
    # 16, 24 and 46. Beside two events, under ten persons and under ten events leave
    # at most 81; of 10 to 12 persons at most 24; 46 stands in its class.
    assert stored(measure="attendances") == {
        2019: "10至81人次",
        2020: "23至24人次",
        2021: "43至47人次",
    }
    assert stored(measure="events") == {2019: "至多9场", 2020: "2场", 2021: "2场"}
    figures = hs.load_events("mine").query("measure == 'participants'")
    assert figures[["lower", "upper"]].to_numpy().tolist() == [
        [0, 9],
        [10, 12],
        [23, 27],
    ]
    assert figures["value"].isna().all()
    [file] = files()
    assert (file["name"], file["counts"]) == ("签到.csv", "10-5")


def test_exact_counts_are_stored_for_the_asking_alone(capsys):
    hs.new("mine")
    log = write("签到.csv")
    hs.add(log, "mine")
    assert main(["add", log, "--to", "mine", "--exact"]) == 0
    assert "not for publication" in capsys.readouterr().out
    assert stored() == {2019: "8", 2020: "12", 2021: "23"}
    assert [one["counts"] for one in files(2)] == ["exact"]
    hs.add(log, "mine")  # and back: the ranges stand again, three vintages are kept
    assert stored() == PERSONS
    assert hs.verify("mine") == []
    assert len(list(build_panel("mine")["year"])) == 3


def test_what_was_stored_is_not_stored_again_beside_a_sheet_of_that_day():
    hs.new("mine")
    log = write("a.csv")
    said = {"published": "2022-01-31"}
    hs.add(log, "mine", **said)
    sheet(**said)
    assert hs.add(log, "mine", **said).status == "unchanged"
    assert hs.add("税收.csv", "mine", **said).status == "unchanged"
    assert hs.add(log, "mine", exact=True, **said).status == "stored"
    assert hs.add("税收.csv", "mine", **said).status == "unchanged"


LOGS = {
    "one without programmes": lambda: [write("a.csv")],
    "one with programmes": lambda: [
        write("a.csv", {2019: 40, 2020: 14}, tail=lambda event: f",项目{event}")
    ],
    "several files": lambda: [
        write("a.csv", {2019: 8, 2020: 7}),
        write("b.csv", {2020: 12, 2021: 23}),
    ],
    "the one that comes with the library": lambda: sorted(
        str(one) for one in (DATA / "illustrative" / "signins").glob("*.csv")
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_add_and_participation_give_the_same_figures(name):
    logs = LOGS[name]()
    for dataset in ("mine", "yours"):
        hs.new(dataset)
    hs.add(logs, "mine", table="event_log")
    words = ["--out", "out.csv", "--to", "yours"]
    assert main(["participation", *logs, *words]) == 0
    published = boxes(hs.participation(logs))
    assert (
        boxes(build_panel("mine")).to_numpy().tolist() == published.to_numpy().tolist()
    )
    one, other = (hs.load_events(folder) for folder in ("mine", "yours"))
    assert one["printed"].tolist() == other["printed"].tolist()
    names = [log.rpartition("/")[2] for log in logs]
    assert [file["name"] for file in files()] == names
    assert {len(file["sha256"]) for file in files()} == {64}


def test_the_kind_of_table_need_not_be_said_and_all_files_are_one_log():
    hs.new("mine")
    # p0 to p6 in the first file, p0 to p11 in the second: twelve persons in 2020.
    hs.add(LOGS["several files"](), "mine")
    assert stored() == PERSONS


def test_a_folder_of_parts_is_one_file_of_the_source():
    hs.new("mine")
    Path("签到").mkdir()
    table = pd.read_csv(write("a.csv"))
    sums = ""
    for i in range(2):
        part = Path(f"签到/{i}.parquet")
        table[i::2].to_parquet(part, index=False)
        sums += f"{hashlib.sha256(part.read_bytes()).hexdigest()}  {part.name}\n"
    hs.add("签到", "mine", title="党建活动签到")
    assert stored() == PERSONS
    [file] = files()
    assert file["name"] == "签到"
    assert file["sha256"] == hashlib.sha256(sums.encode()).hexdigest()


def test_programmes_are_protected_with_the_year():
    # By hand (the docstring of smallcells): 9, 12 and 17 persons at three programmes,
    # 38 in all, would be 38 to 42; the sum of the lower ends is 0 + 10 + 18.
    hs.new("mine")
    rows = [
        f"{programme}{i},e{programme},示例楼,2019-03-04,项目{programme}"
        for programme, persons in {"a": 9, "b": 12, "c": 17}.items()
        for i in range(persons)
    ]
    with open("a.csv", "w", encoding="utf-8") as file:
        file.write("\n".join([f"{HEAD},项目", *rows]) + "\n")
    hs.add("a.csv", "mine")
    expected = hs.participation("a.csv").loc[0, "participants_printed"]
    assert stored() == {2019: expected}
    assert expected != "38至42人"


def test_a_log_and_a_sheet_are_added_apart():
    hs.new("mine")
    with open("b.csv", "w", encoding="utf-8") as file:
        file.write("年份,楼宇,税收(亿元)\n2021,示例楼,1.5\n")
    with pytest.raises(hs.SheetError, match="add sign-in logs and other sheets apart"):
        hs.add([write("a.csv"), "b.csv"], "mine")


def test_the_next_year_and_the_same_years_anew_are_vintages():
    hs.new("mine")
    hs.add(write("a.csv"), "mine", published="2022-01-31")
    hs.add(write("b.csv", {2022: 31}), "mine", published="2023-01-31")
    assert stored() == PERSONS | {2022: "28至32人"}
    # Three more of 2021 are found: 26 are 23 to 27 still, and 2020 has 18.
    late = hs.add(write("c.csv", {2020: 18, 2021: 26}), "mine", published="2023-06-30")
    assert [(one.year, one.new) for one in late.revised if one.measure[0] == "p"] == [
        (2020, "18至22人")
    ]
    assert stored() == PERSONS | {2020: "18至22人", 2022: "28至32人"}
    before = hs.load_events("mine", as_of="2022-12-31").query("year == 2020")
    assert "10至12人" in before["printed"].tolist()
    assert hs.verify("mine") == []
    assert "18至22人" in hs.changes("mine").say("zh-Hans")


def test_no_exact_count_stands_anywhere_in_the_dataset():
    hs.new("mine")
    write("a.csv", {2019: 36, 2020: 41})  # 72 and 82 attendances
    hs.add("a.csv", "mine")
    with open("mine/vintages/0001.json", encoding="utf-8") as file:
        records = json.load(file)["records"][1:]
    told = [cell for row in records for cell in row[3:]]
    assert not [one for one in told for n in ("36", "41", "72", "82") if n in one]


def test_check_says_that_its_counts_are_exact():
    checked = hs.check(write("a.csv"))
    assert checked.records["participants"].tolist() == [8, 12, 23]
    for lang in LANGUAGES:
        assert strings()["check"]["exact"][LANGUAGES.index(lang)] in checked.say(lang)
    assert "10-5" in checked.say()


# What a reader sees


def sheet(to="mine", **said):
    """Add a sheet of tax and members to a dataset."""
    with open("税收.csv", "w", encoding="utf-8") as file:
        file.write("年份,楼宇,税收(亿元),党员数\n")
        for year in (2019, 2020, 2021):
            file.write(f"{year},示例楼,{year - 2010},{year - 1900}\n")
    hs.add("税收.csv", to, **said)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return two datasets with the log and a sheet: published counts, exact ones."""
    room = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(room)
        for name, exact in KINDS.items():
            hs.new(name)
            hs.add(write("a.csv"), name, table="event_log", exact=exact)
            sheet(name)
    return {exact: str(room / name) for name, exact in KINDS.items()}


def test_a_chart_says_the_rule_where_it_shows_such_counts(kept):
    panel = build_panel(kept[False])
    for place, lang in enumerate(LANGUAGES):
        own = hs.draw_participation(panel, measure="participants", lang=lang)
        rule = squeeze(SMALL["rule"][place])
        assert rule in caption(own)
        assert rule[:20] not in caption(hs.draw_tax(panel, lang=lang))


def caption(ax):
    """Return the text under a chart, without blanks."""
    told = [one.get_text() for one in ax.texts if one.get_gid() == "caption"]
    return squeeze("".join(told))


def squeeze(text):
    """Return a text without blanks and ends of lines."""
    return "".join(text.split())


def test_a_chart_of_a_log_itself_says_that_its_counts_are_exact():
    panel = build_panel(write("a.csv"))
    assert SMALL["exact"][0] in caption(hs.draw_participation(panel))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_prints_the_rule_under_tables_of_such_counts(kept, lang, exact):
    place = LANGUAGES.index(lang)
    said, other = (SMALL["exact" if e else "rule"][place] for e in (exact, not exact))
    given = replace(read_inputs(kept[exact], lang), numbers=Citations(traced=True))
    blocks = note_counts(given, write_sections(given))
    tables = {one.key: one for one in blocks if isinstance(one, Table)}
    under = {key for key, one in tables.items() if said in one.note}
    assert "participation" in under
    assert "tax" not in under
    assert not [one for one in tables.values() if other in one.note]
    cells = tables["participation"].frame.map(unmarked).to_numpy().ravel().tolist()
    assert exact == ("8" in cells)


def test_a_verdict_takes_the_ranges():
    hs.new("mine")
    hs.add(write("a.csv", {2016 + i: 20 + 7 * i for i in range(6)}), "mine")
    with open("税收.csv", "w", encoding="utf-8") as file:
        file.write("年份,楼宇,税收(亿元)\n")
        file.writelines(f"{2016 + i},示例楼,{10 + i * i}\n" for i in range(6))
    hs.add("税收.csv", "mine")
    verdict = hs.assess(
        build_panel("mine"), organisation="participants", economy="tax_revenue"
    )
    # 20 of 2016 is 18 to 22, 27 of 2017 is 23 to 27: growth from 23/22 to 27/18
    step = verdict.table.query("statistic == 'growth 2016-2017'").iloc[0]
    assert step["lower"] < step["upper"]


def test_the_wordings_of_ranges_close_together_do_not_touch():
    attendances = [3104, 3567, 3921, 3971, 2479, 4429]
    exact = pd.DataFrame({"year": range(2016, 2022), "attendances": attendances})
    exact = exact.assign(building="示例楼", events=100, participants=1200)
    panel = panel_of_published(protect(exact))
    ax = hs.draw_participation(panel)
    ax.figure.draw_without_rendering()
    told = [one for one in ax.texts if one.get_gid() == "wording"]
    drawn = [one.get_window_extent() for one in told]
    assert len(drawn) == 6
    assert not [1 for i, one in enumerate(drawn) if one.count_overlaps(drawn[:i])]
