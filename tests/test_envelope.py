"""No figures within the boxes say more than a verdict allows, nor less.

Figures are drawn within the boxes, at their ends and far along open sides, and every
statistic of each is worked out by textbook formulas; the table of the verdict has to
hold them all. Where its ends are exact, some corner has to reach them.
"""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import linprog, minimize

import hengstats as hs
from hengstats.evidence.permutation import correlation_test

SCALES = np.array([0, 0.01, 0.1, 0.3, 1, 3, 10, 100.0])
MIDDLE = np.arange(5.0)


def centred(rows):
    """Return rows less their means."""
    return rows - rows.mean(axis=-1, keepdims=True)


def correlate(x, y):
    """Return the correlation of each pair of rows."""
    x, y = centred(x), centred(y)
    return (x * y).sum(-1) / np.linalg.norm(x, axis=-1) / np.linalg.norm(y, axis=-1)


def t_p(r, df):
    """Return the two-sided p of the t test of correlations."""
    return 2 * stats.t.sf(np.abs(r) * np.sqrt(df / (1 - r * r)), df)


def beyond(null):
    """Return the share of a row that is as far from zero as its first."""
    return (np.abs(null) >= np.abs(null[:, :1]) - 1e-9).mean(axis=1)


def statistics_of(x, y):
    """Return each statistic of rows of five growths by textbook formulas."""
    r, n = correlate(x, y), x.shape[1]
    slope = (centred(x) * centred(y)).sum(-1) / (centred(x) ** 2).sum(-1)
    rest = centred(y) - slope[:, None] * centred(x)
    error = np.sqrt((rest**2).sum(-1) / (n - 2) / (centred(x) ** 2).sum(-1))
    half = stats.t.ppf(0.975, n - 2) * error
    without = [
        t_p(correlate(np.delete(x, i, 1), np.delete(y, i, 1)), n - 3) for i in range(n)
    ]
    left = [
        rows
        - np.array([np.polyval(np.polyfit(MIDDLE, row, 1), MIDDLE) for row in rows])
        for rows in (x, y)
    ]
    orders = np.array(list(permutations(range(n))))
    ranks = [stats.rankdata(rows, axis=1) for rows in (x, y)]
    signs = [np.sign(rows[:, :, None] - rows[:, None, :]) for rows in ranks]
    tau = np.stack(
        [
            (signs[0] * signs[1][:, order][:, :, order]).sum((1, 2)) / n / (n - 1)
            for order in orders
        ],
        axis=1,
    )
    rho = correlate(ranks[0][:, None, :], ranks[1][:, orders])
    return {
        "r": r,
        "p_ols_t": t_p(r, n - 2),
        "p_permutation": beyond(correlate(x[:, None, :], y[:, orders])),
        "slope": slope,
        "slope_conf_low": slope - half,
        "slope_conf_high": slope + half,
        "p_leave_one_out": np.max(without, axis=0),
        "p_trend_adjusted": t_p(correlate(*left), n - 3),
        "spearman": rho[:, 0],
        "p_spearman": beyond(rho),
        "kendall": tau[:, 0],
        "p_kendall": beyond(tau),
    }


def assess(boxes, **options):
    """Return the verdict on log levels of members and tax, known within boxes."""
    (m, m_low, m_high), (t, t_low, t_high) = (
        [np.exp(end) for end in (np.where(a == b, a, np.nan), a, b)] for a, b in boxes
    )
    columns = {"m": m, "m_lower": m_low, "m_upper": m_high}
    columns |= {"t": t, "t_lower": t_low, "t_upper": t_high}
    panel = pd.DataFrame({"entity": "a", "year": np.arange(2000, 2000 + len(m))})
    verdict = hs.assess(
        panel.assign(**columns), organisation="m", economy="t", **options
    )
    return verdict.table.set_index("statistic"), verdict


def box(levels, width, place=None, up=True):
    """Return the ends of log levels, one of them open on one side."""
    low, high = levels - width, levels + width
    if place is not None:
        low[place] = high[place] = levels[place]
        (high if up else low)[place] = np.inf if up else -np.inf
    return low, high


def corners(ends):
    """Return growths at all ends; an open side stands at its finite end."""
    low, high = ends
    ends = [sorted({a, b} - {np.inf, -np.inf}) for a, b in zip(low, high, strict=True)]
    return np.diff(np.array(list(product(*ends))))


def figures(ends, generator, count=150):
    """Return growths of figures within boxes; open ends reach a hundred log units."""
    low, high = ends
    far = generator.choice(SCALES, size=(count, 1)) * generator.uniform(size=(count, 1))
    levels = generator.uniform(
        np.where(np.isinf(low), high, low),
        np.where(np.isinf(high), low, high),
        size=(count, len(low)),
    )
    return np.diff(levels + far * (np.isposinf(high) * 1.0 - np.isneginf(low)))


def drawn(seed, kind):
    """Return boxes about growths that agree but for noise."""
    generator = np.random.default_rng(seed)
    dx = 0.1 * generator.normal(size=5)
    dy = dx + generator.choice([0.01, 0.03]) * generator.normal(size=5)
    x, y = (np.concatenate([[0], np.cumsum(steps)]) for steps in (dx, dy))
    place = generator.integers(0, 6)
    return {
        "boxes of tax": (box(x, 0.0), box(y, 0.005)),
        "boxes of members": (box(x, 0.005), box(y, 0.0)),
        "boxes of both": (box(x, 0.003), box(y, 0.004)),
        "open above": (box(x, 0.0), box(y, 0.002, place)),
        "open below": (box(x, 0.002, place, up=False), box(y, 0.0)),
        "both open above": (box(x, 0.0, place), box(y, 0.002, place)),
        "both open below": (
            box(x, 0.0, place, up=False),
            box(y, 0.0, place, up=False),
        ),
        "falling": (box(x, 0.002), box(-y, 0.003)),
    }[kind]


KINDS = (
    "boxes of tax, boxes of members, boxes of both, open above, open below,"
    " both open above, both open below, falling"
).split(", ")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_no_figures_within_the_boxes_are_beyond_the_bounds(kind, seed):
    boxes, generator = drawn(seed, kind), np.random.default_rng(seed)
    table, verdict = assess(boxes)
    x, y = (figures(ends, generator) for ends in boxes)
    some = [corners(ends) for ends in boxes]
    pick = generator.integers([[len(one) for one in some]], size=(150, 2)).T
    x, y = (
        np.vstack([inside, ends[at]])
        for inside, ends, at in zip((x, y), some, pick, strict=True)
    )
    for name, values in statistics_of(x, y).items():
        low, high = table.loc[name, ["lower", "upper"]]
        assert np.isnan(low) or low <= values.min() + 1e-9, name
        if name == "p_permutation" and verdict.sign == 0:
            assert high == 1
        assert np.isnan(high) or values.max() - 1e-9 <= high, name


@pytest.mark.parametrize("seed", range(3))
def test_where_the_organisation_is_known_the_ends_are_reached_at_corners(seed):
    boxes = drawn(seed, "boxes of tax")
    table, _ = assess(boxes)
    y = corners(boxes[1])
    x = np.repeat(corners(boxes[0]), len(y), axis=0)
    found = statistics_of(x, y)
    if table.loc["r", "lower"] > 0:
        assert table.loc["r", "lower"] == pytest.approx(found["r"].min())
        assert table.loc["p_ols_t", "upper"] == pytest.approx(found["p_ols_t"].max())
    for name, end in (("slope_conf_low", "lower"), ("slope_conf_high", "upper")):
        reached = found[name].min() if end == "lower" else found[name].max()
        assert table.loc[name, end] == pytest.approx(reached)


@pytest.mark.parametrize("seed", range(2))
def test_the_strongest_r_and_slope_are_those_an_optimiser_finds(seed):
    boxes = drawn(seed, "boxes of tax")
    x, table = corners(boxes[0])[0], assess(boxes)[0]
    found = minimize(
        lambda levels: -np.corrcoef(x, np.diff(levels))[0, 1],
        sum(boxes[1]) / 2,
        bounds=list(zip(*boxes[1], strict=True)),
    )
    assert table.loc["r", "upper"] == pytest.approx(-found.fun, abs=1e-6)
    apart = centred(x)  # the slope is a linear program
    weights = -np.diff(apart / (apart @ apart), prepend=0, append=0)
    ends = [
        sign * linprog(sign * weights, bounds=list(zip(*boxes[1], strict=True))).fun
        for sign in (1, -1)
    ]
    assert table.loc["slope", ["lower", "upper"]].tolist() == pytest.approx(ends)


X = np.cumsum([0, 0.10, 0.02, 0.16, 0.07, 0.40])
Y = np.cumsum([0, 0.12, 0.05, 0.15, 0.08, 0.35])


def test_the_weakest_r_of_an_open_end_is_its_limit():
    far = np.diff([*Y[:-1], 1e9])
    table, _ = assess((box(X, 0.0), box(Y, 0.0, 5)))
    limit = np.corrcoef(np.diff(X), far)[0, 1]
    assert table.loc["r", "lower"] == pytest.approx(limit, abs=1e-6)


@pytest.mark.parametrize(("up", "end"), [(True, "upper"), (False, "lower")])
def test_the_slope_and_its_interval_are_open_where_a_figure_is(up, end):
    table, _ = assess((box(X, 0.0), box(Y, 0.0, 5, up=up)))
    name = {"upper": "slope_conf_high", "lower": "slope_conf_low"}[end]
    wide = np.inf if up else -np.inf
    assert table.loc["slope", end] == table.loc[name, end] == wide


def test_an_open_end_that_can_turn_the_sign_leaves_it_open():
    x = np.cumsum([0, 0.4, 0.2, 0.25, 0.3, 0.1])
    table, verdict = assess((box(x, 0.0), box(x, 0.0, 5)))
    assert table.loc["r", "lower"] < 0 < table.loc["r", "upper"]
    assert (verdict.sign, table.loc["p_permutation", "upper"]) == (0, 1)


def test_an_open_end_that_lets_another_order_win_raises_the_p():
    # As printed no other order of 120 does as well; far out more than half of them.
    generator = np.random.default_rng(2)
    x = np.concatenate([[0], np.cumsum(0.1 * generator.normal(size=5))])
    y = x + np.concatenate([[0], np.cumsum(0.03 * generator.normal(size=5))])
    assert correlation_test(np.diff(x), np.diff(y)).p_value == 1 / 120
    place = generator.integers(0, 6)
    table, _ = assess((box(x, 0.0, place), box(y, 0.0, place)))
    assert table.loc["p_permutation", "upper"] > 0.5


def test_an_order_that_only_an_open_figure_lets_win_is_counted():
    # x: growths 0, 0, 0, 1 and y: 0.1, 0, 0, open from 1. Whatever the last one is,
    # every order that keeps it last does as well; as it grows, no other does. At the
    # floor the p is 6 of 24.
    x, y = np.cumsum([0, 0, 0, 0, 1.0]), np.cumsum([0, 0.1, 0, 0, 1.0])
    table, _ = assess((box(x, 0.0), box(y, 0.0, 4)))
    assert correlation_test(np.diff(x), np.diff(y)).p_value == 6 / 24
    assert table.loc["p_permutation", "upper"] >= 6 / 24


def test_the_finding_is_that_of_the_weakest_figures_within_the_boxes():
    y = np.cumsum([0, 0.12, 0.05, 0.15, 0.08, 0.20])
    x = np.cumsum([0, 0.10, 0.02, 0.16, 0.07, 0.21])
    readings = {
        ("t", 2000 + i): tuple(np.exp([v - 0.05, v + 0.05])) for i, v in enumerate(y)
    }
    table, verdict = assess((box(x, 0.0), box(y, 0.0)), readings=readings)
    p = table.loc["p_permutation"]
    assert (p["value"] <= 0.05 < p["upper"], verdict.finding) == (True, "cannot_tell")


def test_a_p_of_exactly_the_limit_is_within_it():
    # 6 of 120 orders do as well: the p is .05 exactly, and .05 is allowed.
    x, y = np.cumsum([0, 0, 0, 0, 1, 2]), np.cumsum([0, 0.1, 0.2, 0.3, 1.0, 2.5])
    table, verdict = assess((box(0.1 * x, 0.0), box(0.1 * y, 0.0)))
    assert table.loc["p_permutation", "value"] == 0.05
    assert verdict.finding != "no_sign"


def test_growths_that_share_a_year_cannot_both_be_small():
    # Growths of y: a and 3 - a for a in [1, 2], then 1.4, 5.6, 10. Boxed one by one,
    # both of the first could be below 1.4, in the order of x, and tau be 1. Their sum
    # is 3, so that of the ten pairs at least one disagrees and at most three do.
    ends = np.array([0, 1, 3, 4.4, 10, 20]), np.array([0, 2, 3, 4.4, 10, 20])
    x = np.cumsum([0, 0.2, 0.1, 0.3, 0.4, 1.5])
    table, _ = assess((box(x, 0.0), ends))
    found = table.loc["kendall", ["lower", "upper"]].tolist()
    assert found == pytest.approx([0.4, 0.8])


# Many years: too many corners to list


def many(seed, width):
    """Return boxes of 13 growths that agree closely, on both sides."""
    generator = np.random.default_rng(seed)
    dx = 0.1 * generator.normal(size=13)
    dy = dx + 0.01 * generator.normal(size=13)
    levels = [np.concatenate([[0], np.cumsum(steps)]) for steps in (dx, dy)]
    return [box(one, width) for one in levels]


def test_coarse_bounds_hold_every_figure_within_the_boxes():
    boxes, generator = many(1, 0.002), np.random.default_rng(1)
    table, verdict = assess(boxes)
    assert verdict.finding == "moves_together"
    x, y = (figures(ends, generator, 400) for ends in boxes)
    r = correlate(x, y)
    assert 0 < table.loc["r", "lower"] <= r.min()
    assert t_p(r, 11).max() <= table.loc["p_ols_t", "upper"]
    p = [correlation_test(a, b).p_value for a, b in zip(x[:5], y[:5], strict=True)]
    assert max(p) <= table.loc["p_permutation", "upper"] <= 0.05


def test_coarse_bounds_take_every_term_into_account():
    # Inner product and sizes of middle and half-widths, term by term.
    boxes = many(2, 0.003)
    growth = np.diff(np.eye(14), axis=0)
    apart = np.eye(13) - 1 / 13
    middle = [apart @ growth @ (sum(ends) / 2) for ends in boxes]
    columns = [(apart @ growth * (ends[1] - ends[0]) / 2).T for ends in boxes]
    inner = middle[0] @ middle[1]
    inner -= sum(abs(column @ middle[1]) for column in columns[0])
    inner -= sum(abs(column @ middle[0]) for column in columns[1])
    inner -= sum(abs(a @ b) for a in columns[0] for b in columns[1])
    size = 1.0
    for centre, parts in zip(middle, columns, strict=True):
        size *= np.linalg.norm(centre) + np.linalg.norm(sum(map(np.abs, parts)))
    assert assess(boxes)[0].loc["r", "lower"] == pytest.approx(inner / size)


def test_coarse_bounds_beside_an_open_figure_tell_nothing():
    x, y = many(3, 0.002)
    table, verdict = assess((box(sum(x) / 2, 0.002, 13), y))
    assert (table.loc["r", "lower"], table.loc["r", "upper"]) == (-1, 1)
    assert (table.loc["p_permutation", "upper"], verdict.finding) == (1, "cannot_tell")
