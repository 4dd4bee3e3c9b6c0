"""A dataset of one's own for the tests of the store, and what it says."""

import tempfile
from functools import cache
from pathlib import Path

import pytest

from hengstats.adding import add, new
from hengstats.figures import load_figures
from hengstats.intake import process
from hengstats.intake.result import Asked


def check_here(path, table="", *, columns=None, person="", event="", measures=()):
    """Return a sheet checked in this process, which is quicker."""
    named = {"columns": columns or {}, "measures": dict(measures)}
    asked = Asked(table=table, person=person, event=event, **named)
    return process.check_here(Path(path), asked)


@cache
def started(*steps):
    """Return the files of a new dataset with some vintages, made once for all tests."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("hengstats.adding.check", check_here)
        path, where = Path(folder) / "表.csv", new(Path(folder) / "mine")
        for sheet, published, publisher in steps:
            path.write_text(sheet, "utf-8")
            add(path, where, published=published, publisher=publisher)
        return {one.relative_to(where): data for one, data in stored(where).items()}


def begin(tmp_path, monkeypatch, *steps, published="", publisher=""):
    """Return a function that adds a sheet to the dataset `mine`.

    The dataset has the vintages of these steps: a sheet and when it was published, or
    the sheet alone, of 31 March 2022.
    """
    monkeypatch.setattr("hengstats.adding.check", check_here)
    monkeypatch.chdir(tmp_path)
    dated = [one if isinstance(one, tuple) else (one, "2022-03-31") for one in steps]
    for name, content in started(*((*one, publisher) for one in dated)).items():
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_bytes(content)
    usual = published

    def mine(sheet, published=usual, name="表.csv", **said):
        path = tmp_path / name
        path.write_text(sheet, "utf-8")
        return add(path, "mine", published=published, **said)

    return mine


def accepted(measure="tax_revenue", as_of=None, dataset="mine"):
    """Return the accepted values of a measure."""
    figures = load_figures(dataset, as_of=as_of).query("measure == @measure")
    keys = zip(figures["entity"], figures["year"], strict=True)
    return dict(zip(keys, figures["value"], strict=True))


def codes(refused):
    """Return the reasons of a refusal."""
    return [fault.code for fault in refused.value.faults]


def noted(added, code):
    """Return the notes of one kind."""
    return [fault.message for fault in added.warnings if fault.code == code]


def stored(folder):
    """Return every file of a folder with its bytes."""
    return {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
