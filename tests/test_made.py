"""An output is left alone while what it is made from, and its file, are the same."""

import json
import math
from functools import partial

import numpy as np
import pandas as pd
import pytest

import hengstats as hs
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


def test_missing_and_open_are_two_things():
    assert take_fingerprint([math.nan]) != take_fingerprint([math.inf])


def test_a_call_counts_with_its_function():
    calls = [partial(draw, frame()) for draw in (hs.draw_tax, hs.draw_membership)]
    assert len({take_fingerprint(call) for call in calls}) == 2


def test_a_call_counts_with_its_arguments():
    calls = [partial(hs.draw_tax, frame(), lang=lang) for lang in ("en", "zh-Hans")]
    assert len({take_fingerprint(call) for call in calls}) == 2


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


def test_a_changed_line_of_the_library_is_another_library(tmp_path, monkeypatch):
    monkeypatch.setattr("hengstats.report.made.LIBRARY", tmp_path)
    (tmp_path / "tax.py").write_text("1")
    before = library_fingerprint()
    (tmp_path / "tax.py").write_text("2")
    assert library_fingerprint() != before
