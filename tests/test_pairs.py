"""Which growths are paired: gaps, bounds, shocks, and whose they are."""

import math

import numpy as np
import pandas as pd
import pytest

import hengstats as hs
from hengstats.evidence.pairs import growth_bounds, pair_growths

INF, NAN = math.inf, math.nan


def frame(years, m, t, entity="a", **columns):
    """Return a panel of one entity with measures m and t."""
    return pd.DataFrame({"entity": entity, "year": years, "m": m, "t": t, **columns})


def pair(panel, **options):
    """Return the pairs of m and t."""
    return pair_growths(panel, "m", "t", **options)


def test_a_step_runs_between_neighbouring_years_that_know_both():
    panel = frame([2016, 2017, 2018, 2020], [1, NAN, 3, 4], [1, 2, NAN, 4])
    assert pair(panel).steps == ((2016, 2020),)


def test_growth_across_a_gap_is_annualised():
    # 1 to 4 in two years is a doubling each year.
    pairs = pair(frame([2018, 2020], [1.0, 4.0], [1.0, 9.0]))
    assert growth_bounds(pairs, pairs.x)[0, 1] == pytest.approx(math.log(2))


def test_the_growths_are_those_of_the_indicator(panel):
    west = panel[panel["entity"] == "west"].assign(m=[1.0, 2.0, 3.0])
    pairs = pair_growths(west, "m", "tax_revenue")
    expected = hs.growth(west, "tax_revenue")[["lower", "value", "upper"]]
    assert growth_bounds(pairs, pairs.y) == pytest.approx(
        expected.to_numpy(), nan_ok=True
    )


def test_a_year_that_knows_only_a_bound_counts():
    panel = frame(
        [2020, 2021], [1.0, 2.0], [1.0, NAN], t_lower=[1.0, 2.0], t_upper=[1.0, INF]
    )
    assert pair(panel).n == 1


def test_a_year_about_which_nothing_is_known_does_not_count():
    panel = frame(
        [2020, 2021], [1.0, 2.0], [1.0, NAN], t_lower=[1.0, 0.0], t_upper=[1.0, INF]
    )
    assert pair(panel).years == (2020,)


def test_the_step_into_a_shock_year_is_left_out():
    pairs = pair(
        frame(range(2016, 2020), [1, 2, 3, 4], [1, 2, 3, 5]), shock_years=[2018]
    )
    assert [pairs.steps, pairs.shocks] == [
        ((2016, 2017), (2018, 2019)),
        ((2017, 2018),),
    ]


def test_a_shock_within_a_gap_takes_the_whole_step():
    pairs = pair(frame([2016, 2018, 2019], [1, 2, 3], [1, 2, 3]), shock_years=[2017])
    assert pairs.steps == ((2018, 2019),)


def test_a_shock_year_outside_the_steps_is_refused():
    with pytest.raises(hs.DataError, match="2016 年不在任何一步"):
        pair(frame([2016, 2017], [1, 2], [1, 2]), shock_years=[2016])


def test_the_only_entity_with_pairs_is_taken():
    one = frame([2016], [1], [1], entity="one")
    two = frame([2016, 2017], [1, 2], [1, 2], entity="two")
    assert pair(pd.concat([one, two])).entity == "two"


def test_several_entities_with_pairs_have_to_be_told_apart():
    both = pd.concat([frame([2016, 2017], [1, 2], [1, 2], entity=e) for e in "ab"])
    with pytest.raises(hs.DataError, match="用 entity= 指明"):
        pair(both)


def test_an_entity_can_be_named():
    both = pd.concat([frame([2016, 2017], [1, 2], [1, 2], entity=e) for e in "ab"])
    assert pair(both, entity="b").entity == "b"


def test_many_entities_of_one_year_have_no_pairs_and_no_name():
    table = pd.concat([frame([2016], [1], [1], entity=e) for e in "abc"])
    assert (pair(table).entity, pair(table).n) == ("", 0)


def test_a_figure_of_zero_cannot_grow():
    with pytest.raises(hs.DataError, match="2017 年的“t”不是正数"):
        pair(frame([2016, 2017], [1, 2], [1, 0]))


def test_a_box_that_begins_at_zero_is_open_below():
    panel = frame(
        [2020, 2021], [1.0, 2.0], [1.0, NAN], t_lower=[1.0, 0.0], t_upper=[1.0, 5.0]
    )
    pairs = pair(panel)
    assert growth_bounds(pairs, pairs.y)[0, 0] == -INF


def test_steps_share_their_years():
    # Rows of the map add up to last minus first level.
    pairs = pair(frame([2016, 2017, 2018], [1, 2, 3], [1, 2, 3]))
    assert pairs.growth_map.sum(axis=0).tolist() == [-1, 0, 1]


def test_a_value_without_bounds_beside_others_with_bounds_is_a_point():
    panel = frame(
        [2016, 2017], [1.0, 2.0], [1.0, 2.0], t_lower=[NAN, 1.5], t_upper=[NAN, 2.5]
    )
    assert pair(panel).n == 1


def test_bounds_that_cross_are_refused():
    panel = frame(
        [2016, 2017], [1.0, 2.0], [1.0, 2.0], t_lower=[1.0, 3.0], t_upper=[1.0, 2.5]
    )
    with pytest.raises(hs.DataError, match="2017 年的“t”上下界颠倒"):
        pair(panel)


def test_no_pairs_leave_an_empty_map():
    assert pair(frame([2016], [1.0], [1.0])).growth_map.shape == (0, 1)


def test_the_panel_is_left_as_it_was():
    panel = frame([2016, 2017], [1.0, 2.0], [1.0, 2.0])
    before = panel.copy()
    pair(panel)
    assert before.equals(panel)


def test_logs_of_points_are_points():
    pairs = pair(frame([2016, 2017], [1.0, 2.0], [1.0, 2.0]))
    assert np.array_equal(pairs.x.lower, pairs.x.upper)
