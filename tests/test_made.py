"""An output is left alone while what it is made from, and its file, are the same."""

import json
import math
from functools import partial

import numpy as np
import pandas as pd
import pytest

import hengstats as hs
from hengstats.report.blocks import Picture, Table
from hengstats.report.files import make_chart, make_document, make_table
from hengstats.report.made import (
    clear_stale,
    library_fingerprint,
    make_outputs,
    take_fingerprint,
)


def make(folder, text="26.3", made_from="one", name="tax.csv"):
    """Make one file, as the report does; return whether it was kept."""
    write = partial((folder / name).write_text, text)
    return make_outputs(folder, [name], made_from, write)


def kept(folder, **changed):
    """Return whether a second making leaves the file alone."""
    make(folder)
    return make(folder, **changed)[0].kept


def test_the_first_time_everything_is_made(tmp_path):
    assert not make(tmp_path)[0].kept


def test_what_has_not_changed_is_kept(tmp_path):
    assert kept(tmp_path)


def test_what_is_kept_is_not_written(tmp_path):
    make(tmp_path)
    make(tmp_path, text="other")
    assert (tmp_path / "tax.csv").read_text() == "26.3"


def test_what_is_made_from_something_else_is_made_again(tmp_path):
    assert not kept(tmp_path, made_from="two")


def test_a_file_that_was_edited_is_made_again(tmp_path):
    make(tmp_path)
    (tmp_path / "tax.csv").write_text("32")
    assert not make(tmp_path)[0].kept
    assert (tmp_path / "tax.csv").read_text() == "26.3"


def test_a_file_that_was_deleted_is_made_again(tmp_path):
    make(tmp_path)
    (tmp_path / "tax.csv").unlink()
    assert not make(tmp_path)[0].kept


@pytest.mark.parametrize("gone", ["tax.png", "tax.svg"])
def test_one_deleted_file_of_several_is_made_again(tmp_path, gone):
    names = ["tax.png", "tax.svg"]

    def write():
        for name in names:
            (tmp_path / name).write_text("26.3")

    make_outputs(tmp_path, names, "one", write)
    (tmp_path / gone).unlink()
    make_outputs(tmp_path, names, "one", write)
    assert (tmp_path / gone).is_file()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tax.csv": {}}', '{"tax.csv": 1}'])
def test_a_damaged_list_makes_everything_again(tmp_path, text):
    make(tmp_path)
    (tmp_path / "made.json").write_text(text)
    assert not make(tmp_path)[0].kept


def test_what_a_failed_run_had_made_is_kept(tmp_path):
    make(tmp_path)
    with pytest.raises(ZeroDivisionError):
        make_outputs(tmp_path, ["growth.csv"], "one", lambda: 1 / 0)
    assert make(tmp_path)[0].kept


def test_what_the_report_no_longer_has_is_removed(tmp_path):
    old, new = make(tmp_path, name="old.csv"), make(tmp_path)
    assert clear_stale(tmp_path, new) == [old[0].name]
    assert not (tmp_path / "old.csv").exists()


def test_what_is_removed_is_no_longer_in_the_list(tmp_path):
    make(tmp_path, name="old.csv")
    clear_stale(tmp_path, make(tmp_path))
    assert list(json.loads((tmp_path / "made.json").read_text())) == ["tax.csv"]


def test_what_somebody_has_edited_is_not_removed(tmp_path):
    make(tmp_path, name="old.csv")
    (tmp_path / "old.csv").write_text("mine")
    assert clear_stale(tmp_path, make(tmp_path)) == []


def test_a_file_of_somebody_else_is_not_removed(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    clear_stale(tmp_path, make(tmp_path))
    assert (tmp_path / "notes.txt").exists()


def test_the_list_names_no_folder_and_no_time(tmp_path):
    make(tmp_path)
    told = json.loads((tmp_path / "made.json").read_text())
    # printf 26.3 | sha256sum
    digest = "5d805a7cfe680236c6af7b88629add54560879fceaa6b3fdfa54b0b9c0144c6a"
    assert told == {"tax.csv": {"made_from": "one", "sha256": digest}}


# Fingerprints


def frame(value=26.3, column="tax", about="plaza66"):
    table = pd.DataFrame({"year": [2016], column: [value]})
    table.attrs["about"] = about
    return table


@pytest.mark.parametrize(
    "other",
    [
        frame(26.300000000000004),
        frame(column="rent"),
        frame(about="illustrative"),
        frame(math.nan),
        pd.concat([frame(), frame()]),
    ],
    ids=["value", "column", "attrs", "missing", "rows"],
)
def test_a_frame_counts_with_all_it_holds(other):
    assert take_fingerprint(frame()) != take_fingerprint(other)


def test_equal_frames_have_one_fingerprint():
    assert take_fingerprint(frame()) == take_fingerprint(frame())


def test_missing_is_not_zero():
    assert take_fingerprint([pd.NA]) != take_fingerprint([0])


def test_missing_and_open_are_two_things():
    assert take_fingerprint([math.nan]) != take_fingerprint([math.inf])


def test_a_call_counts_with_its_function():
    calls = [partial(draw, frame()) for draw in (hs.draw_tax, hs.draw_membership)]
    assert len({take_fingerprint(call) for call in calls}) == 2


def test_a_call_counts_with_its_arguments():
    calls = [partial(hs.draw_tax, frame(), lang=lang) for lang in ("en", "zh-Hans")]
    assert len({take_fingerprint(call) for call in calls}) == 2


def test_a_call_counts_with_the_table_it_draws():
    calls = [partial(hs.draw_tax, frame(value)) for value in (26.3, 32.0)]
    assert len({take_fingerprint(call) for call in calls}) == 2


def test_two_rows_are_not_the_same_in_another_place():
    one, two = (frame().set_axis([row]) for row in (0, 7))
    assert take_fingerprint(one) != take_fingerprint(two)


@pytest.mark.parametrize(
    "other",
    [
        pd.Series([1.0, 3.0], name="tax"),
        pd.Series([1.0, 2.0], name="rent"),
        pd.Series([1.0, 2.0], [2016, 2017], name="tax"),
    ],
    ids=["values", "name", "index"],
)
def test_a_series_counts_with_all_it_holds(other):
    series = pd.Series([1.0, 2.0], name="tax")
    assert take_fingerprint(series) != take_fingerprint(other)


def test_every_field_of_a_verdict_counts():
    panel = hs.build_panel("illustrative")
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    one, two = (hs.assess(panel, **asked, lang=lang) for lang in ("en", "zh-Hans"))
    assert take_fingerprint(one) != take_fingerprint(two)


def test_an_array_counts_number_by_number():
    one, two = np.array([0.1, 0.2]), np.array([0.1, 0.3])
    assert take_fingerprint(one) != take_fingerprint(two)


def test_what_cannot_be_written_down_has_no_fingerprint():
    with pytest.raises(TypeError, match="object has no fingerprint"):
        take_fingerprint([object()])


def test_the_library_is_the_same_from_call_to_call():
    assert library_fingerprint() == library_fingerprint()


def test_another_version_of_a_package_is_another_library(monkeypatch):
    before = library_fingerprint()
    monkeypatch.setattr("hengstats.report.made.distributions", list)
    assert library_fingerprint() != before


@pytest.mark.parametrize("name", ["tax.py", "strings.toml", "font.otf"])
def test_a_changed_line_of_the_library_is_another_library(tmp_path, monkeypatch, name):
    monkeypatch.setattr("hengstats.report.made.LIBRARY", tmp_path)
    (tmp_path / name).write_text("1")
    before = library_fingerprint()
    (tmp_path / name).write_text("2")
    assert library_fingerprint() != before


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("platform.python_version", lambda: "3.99.0"),
        ("platform.machine", lambda: "elsewhere"),
        ("families", lambda: ["another font"]),
    ],
)
def test_another_python_machine_or_font_is_another_library(monkeypatch, part, other):
    before = library_fingerprint()
    monkeypatch.setattr(f"hengstats.report.made.{part}", other)
    assert library_fingerprint() != before


# What each kind of file is made from


def panel_of(value):
    """Return a panel of one building and two years."""
    return pd.DataFrame(
        {"entity": "east", "year": [2016, 2017], "tax_revenue": [20.0, value]}
    )


def chart(folder, *, library="one", value=26.3):
    """Make a chart; return whether it was kept."""
    draw = partial(hs.draw_tax, panel_of(value), lang="en")
    picture = Picture(key="tax", caption="Tax", draw=draw)
    return all(one.kept for one in make_chart(picture, folder, library))


def sheet(folder, *, library="one", value="26.3", head="tax", number=1):
    """Make a table; return whether it was kept."""
    told = Table(
        key="tax",
        caption="Tax",
        frame=pd.DataFrame({head: [value]}),
        widths=(1,),
    )
    return make_table(told, number, folder, library)[0].kept


def document(folder, *, library="one", text="26.3", lang="en", key="html"):
    """Make a document that shows one chart; return whether it was kept."""
    picture = Picture(key="tax", caption="Tax", draw=partial(hs.draw_tax))
    write = partial((folder / f"report.{key}").write_text, "page")

    def written(text, folder, lang):
        write()

    told = make_document(key, written, text, [picture], lang, folder, library)
    return told[0].kept


@pytest.mark.parametrize("kind", [chart, sheet, document])
def test_a_file_of_each_kind_is_kept_where_nothing_has_changed(tmp_path, kind):
    kind(tmp_path)
    assert kind(tmp_path)


@pytest.mark.parametrize("kind", [chart, sheet, document])
def test_a_file_of_each_kind_is_made_again_by_another_library(tmp_path, kind):
    kind(tmp_path)
    assert not kind(tmp_path, library="two")


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        (chart, {"value": 32.0}),
        (sheet, {"value": "32"}),
        (sheet, {"head": "rent"}),
        (sheet, {"number": 2}),
        (document, {"text": "32"}),
        (document, {"lang": "zh-Hans"}),
    ],
)
def test_a_file_of_each_kind_is_made_again_by_what_it_shows(tmp_path, kind, changed):
    kind(tmp_path)
    assert not kind(tmp_path, **changed)


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_document_is_made_again_by_another_chart(tmp_path, form):
    # Word and web page show the PNG, the PDF the SVG.
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / f"tax.{form}").write_text("one")
    document(tmp_path)
    (tmp_path / "charts" / f"tax.{form}").write_text("two")
    assert not document(tmp_path)
