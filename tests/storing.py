"""A dataset of one's own for the tests of the store, and what it says."""

from hengstats.adding import add, new
from hengstats.figures import load_figures
from hengstats.intake import process
from hengstats.intake.result import Asked


def begin(tmp_path, monkeypatch, published=""):
    """Return a function that adds a sheet to the new dataset `mine`."""

    def check_here(path, table="", *, columns=None, person="", event=""):
        asked = Asked(table=table, columns=columns or {}, person=person, event=event)
        return process.check_here(path, asked)

    monkeypatch.setattr("hengstats.adding.check", check_here)  # in this process: quicker
    monkeypatch.chdir(tmp_path)
    new("mine")
    usual = published

    def mine(sheet, published=usual, name="表.csv", **told):
        path = tmp_path / (name or "表.csv")
        path.write_text(sheet, "utf-8")
        return add(path, "mine", published=published, **told)

    return mine


def accepted(measure="tax_revenue", as_of=None, dataset="mine"):
    """Return the accepted values of a measure."""
    figures = load_figures(dataset, as_of=as_of).query("measure == @measure")
    keys = zip(figures["entity"], figures["year"], strict=True)
    return dict(zip(keys, figures["value"], strict=True))


def codes(refused):
    """Return the reasons of a refusal."""
    return [fault.code for fault in refused.value.faults]


def noted(told, code):
    """Return the notes of one kind."""
    return [fault.message for fault in told.warnings if fault.code == code]
