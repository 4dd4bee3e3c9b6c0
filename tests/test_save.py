"""A chart is saved under the name asked for, one ending per format."""

import pytest

import hengstats as hs


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf", ".PNG"])
def test_an_ending_is_not_written_twice(panel, tmp_path, ending):
    ax = hs.draw_tax(panel, entities="east")
    saved = hs.save_chart(ax, tmp_path / f"tax{ending}", ["png"])
    assert [path.name for path in saved] == ["tax.png"]


def test_another_dot_in_a_name_is_kept(panel, tmp_path):
    ax = hs.draw_tax(panel, entities="east")
    saved = hs.save_chart(ax, tmp_path / "tax.2021", ["png"])
    assert [path.name for path in saved] == ["tax.2021.png"]


def test_no_year_is_written_twice_where_only_one_is_known(panel):
    one = panel[panel["year"] == 2018]
    one.attrs = panel.attrs
    ax = hs.draw_tax(one, entities="west")
    ax.figure.canvas.draw()
    shown = [label.get_text() for label in ax.get_xticklabels() if label.get_text()]
    assert len(set(shown)) == len(shown)
