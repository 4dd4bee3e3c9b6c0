"""Writes invented sign-in logs of the one invented building, a file a year.

    python make_signins.py [OUTPUT_FOLDER]

They add up to `illustrative/records.csv`: events, attendances and participants of every
year and programme, and how many came back from the year before. The bytes are the same
on every run: only uniform draws of PCG64 are used, in a fixed order.
"""

import argparse
import csv
import datetime as dt
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SEED, RETURNING, MEMBERS = 66, 0.6, 0.3
HEAD = ["人员编号", "活动编号", "项目", "楼宇", "签到时间", "是否党员"]


def read_counts(folder):
    """Return events, attendances and participants by year and programme."""
    counts = defaultdict(dict)
    with (folder / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            measure, _, programme = row["measure"].partition("_")
            if measure in ("events", "attendances", "participants"):
                counts[int(row["period"]), programme][measure] = int(row["value"])
    return counts


def gather_people(before, wanted, known, rng):
    """Return who comes in a year: so many of the year before, and new ones."""
    back = before[: round(RETURNING * min(len(before), wanted))]
    new = [f"{known + i:06}" for i in range(1, wanted - len(back) + 1)]
    people = np.array([*back, *new])
    return people[np.argsort(rng.random(wanted))].tolist(), known + len(new)


def hold_year(year, people, counts, names, rng):
    """Yield the sign-ins of a year: each programme's people in turn at its events.

    Programmes take their people one after the other from a ring of all, so that each
    has as many as it should and nobody is left out. In every round a person comes to
    another event, so that no sign-in repeats one.
    """
    first = dt.datetime(year, 1, 4, 18)
    days = (dt.datetime(year, 12, 29) - first).days
    taken = 0
    for programme, name in names.items():
        own = counts[year, programme]
        crowd = [people[(taken + i) % len(people)] for i in range(own["participants"])]
        taken += own["participants"]
        dates = np.sort(rng.random(own["events"]) * days).astype(int).tolist()
        minutes = (rng.random(own["attendances"]) * 90).astype(int).tolist()
        for k in range(own["attendances"]):
            turn, place = divmod(k, len(crowd))
            event = (place + turn) % own["events"]
            moment = first + dt.timedelta(days=dates[event], minutes=minutes[k])
            code = f"{year}-{programme[:3]}-{event + 1:03}"
            yield f"{moment:%Y-%m-%d %H:%M}", code, crowd[place], name


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder_help = "where to write; the folder of this file if not given"
    parser.add_argument("output", nargs="?", type=Path, default=HERE, help=folder_help)
    output = parser.parse_args().output / "illustrative" / "signins"
    output.mkdir(parents=True, exist_ok=True)
    settings = tomllib.loads((HERE / "make_illustrative.toml").read_text("utf-8"))
    building = settings["names"]["illustrative"][1]
    names = {key: row[0] for key, row in settings["programmes"].items()}
    counts, rng = (
        read_counts(HERE / "illustrative"),
        np.random.Generator(np.random.PCG64(SEED)),
    )
    people, known, told = [], 0, []
    for year in settings["years"]:
        whole, before = counts[year, ""], set(people)
        people, known = gather_people(people, whole["participants"], known, rng)
        rows = sorted(hold_year(year, people, counts, names, rng))
        with (output / f"{year}.csv").open(
            "w", encoding="utf-8-sig", newline=""
        ) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEAD)
            for moment, code, person, name in rows:
                member = "是" if int(person) % 10 < 10 * MEMBERS else "否"
                writer.writerow([person, code, name, building, moment, member])
        told.append([year, *whole.values(), len(before & set(people))])
    table = "\n".join(f"| {' | '.join(map(str, row))} |" for row in told)
    text = settings["signins"]["readme"].format(table=table, seed=SEED)
    (output / "README.md").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
