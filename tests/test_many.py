"""Many entities: R's answers, slow obvious versions, bounds, refusals and words."""

import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from scipy.special import stdtr

import hengstats as hs
from hengstats.errors import DataError
from hengstats.evidence.refusals import KINDS, OURS, rate_table
from hengstats.evidence.statement import write_plain
from hengstats.evidence.verdict import label_table, refusals_note, refusals_table
from hengstats.vocabulary import strings

REFERENCE = Path(__file__).parent / "reference"
CLUBSANDWICH = json.loads((REFERENCE / "clubsandwich.json").read_text("utf-8"))
EACH = pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
CAUSE = r"导致|導致|促进|促進|推动|推動|使得|drive|lead to|\bleads|cause|effect\b"


def draw(entities=6, years=5, slope=0.0, noise=0.1, seed=1):
    """Return a panel of points, 2016 onwards; growth of t follows that of m."""
    rng = np.random.default_rng(seed)
    x = 0.1 * rng.standard_normal((entities, years - 1))
    y = slope * x + noise * rng.standard_normal(x.shape) + 0.05
    x, y = (np.hstack([np.zeros((entities, 1)), np.cumsum(g, 1)]) for g in (x, y))
    keys = {
        "entity": np.repeat([f"b{i:02}" for i in range(entities)], years),
        "year": np.tile(np.arange(2016, 2016 + years), entities),
    }
    levels = {"m": 100 * np.exp(x).ravel(), "t": 10 * np.exp(y).ravel()}
    return pd.DataFrame(keys | levels)


def assess(panel, **options):
    """Return the verdict on m and t."""
    return hs.assess(panel, organisation="m", economy="t", **options)


def rows(verdict, end="value"):
    """Return one end of the statistics by name."""
    return verdict.table.set_index("statistic")[end]


def slow_design(panel):
    """Return growths, all dummies, and whose each is; a step over a gap is a mean."""
    lines = []
    for entity, own in panel.dropna(subset=["m", "t"]).groupby("entity"):
        records = own.sort_values("year").to_dict("records")
        for one, two in itertools.pairwise(records):
            span = two["year"] - one["year"]
            grown = [math.log(two[key] / one[key]) / span for key in "mt"]
            lines.append((entity, one["year"], two["year"], *grown))
    whose = [line[0] for line in lines]
    years = range(panel["year"].min() + 1, panel["year"].max() + 1)
    dummies = [
        [float(entity == line[0]) for entity in sorted(set(whose))]
        + [(line[1] < y <= line[2]) / (line[2] - line[1]) for y in years]
        for line in lines
    ]
    x, y = np.array([line[3:] for line in lines]).T
    return np.column_stack([x, dummies]), y, np.array(whose)


def slow_fit(panel, cluster=None):
    """Return estimate, std_error, df and p by the whole projection matrix."""
    X, y, whose = slow_design(panel)
    groups = whose if cluster is None else np.array([cluster[one] for one in whose])
    inverse = np.linalg.pinv(X)
    rest = np.eye(len(y)) - X @ inverse
    weights = []
    for group in np.unique(groups):
        own = groups == group
        values, vectors = np.linalg.eigh(rest[np.ix_(own, own)])
        root = np.where(values > 1e-9, np.maximum(values, 1e-9) ** -0.5, 0.0)
        adjusted = (vectors * root) @ vectors.T
        weight = np.zeros(len(y))
        weight[own] = adjusted @ inverse[0, own]
        weights.append(weight)
    W = np.array(weights)
    P = W @ rest @ W.T
    estimate = (inverse @ y)[0]
    error = np.sqrt(((W @ (rest @ y)) ** 2).sum())
    df = np.trace(P) ** 2 / (P**2).sum()
    return [estimate, error, df, 2 * stdtr(df, -abs(estimate / error))]


FOUR = ["estimate", "std_error", "df", "p_value"]


@pytest.mark.parametrize("model", CLUBSANDWICH["models"], ids=lambda m: str(m["df"]))
def test_standard_error_df_and_p_are_those_of_clubsandwich(model):
    table = pd.read_csv(REFERENCE / f"{model['dataset']}.csv")
    table = table.rename(columns={"x": "m", "y": "t"})
    options = {"cluster": model["cluster"]} if model["cluster"] != "entity" else {}
    verdict = assess(table, **options)
    assert (verdict.n_growths, verdict.many.clusters) == (model["n"], model["clusters"])
    assert rows(verdict)[FOUR].tolist() == pytest.approx(
        [model[key] for key in FOUR], rel=1e-9
    )


def holed(panel, share=0.15, seed=3):
    """Return a panel some figures of which are missing."""
    hole = np.random.default_rng(seed).random(len(panel)) < share
    return panel.assign(m=panel["m"].mask(hole))


PANELS = {
    "balanced": (draw(7, 5), None),
    "gaps": (holed(draw(9, 7)), None),
    "districts": (draw(14, 4), {f"b{i:02}": i % 7 for i in range(14)}),
    "districts, gaps": (holed(draw(14, 6)), {f"b{i:02}": i % 7 for i in range(14)}),
}


@pytest.mark.parametrize(("panel", "cluster"), PANELS.values(), ids=PANELS)
def test_the_fit_is_that_of_all_dummies_and_the_whole_projection(panel, cluster):
    options = {}
    if cluster is not None:
        panel = panel.assign(district=panel["entity"].map(cluster))
        options = {"cluster": "district"}
    found = rows(assess(panel, **options))[FOUR].tolist()
    assert found == pytest.approx(slow_fit(panel, cluster), rel=1e-9)


@pytest.mark.parametrize("name", ["balanced", "gaps"])
def test_leaving_one_out_is_fitting_the_others(name):
    panel = PANELS[name][0]
    verdict = assess(panel)
    fits = {
        one: slow_fit(panel[panel["entity"] != one])
        for one in verdict.many.without["left_out"]
    }
    own = dict(verdict.many.without.to_numpy())
    assert own == pytest.approx({one: fit[0] for one, fit in fits.items()})
    assert rows(verdict)["p_without_one"] == pytest.approx(
        max(fit[3] for fit in fits.values())
    )


def test_the_district_finds_its_elasticity_and_the_levels_do_not():
    # data/illustrative-district/README.md: elasticity .3, mean growths go together.
    panel = hs.build_panel("illustrative-district")
    asked = {"organisation": "branch_members", "economy": "tax_revenue"}
    verdict = hs.assess(panel, **asked)
    own = rows(verdict)
    assert (verdict.level, verdict.finding, verdict.sign) == (4, "moves_together", 1)
    assert own["conf_low"] < 0.3 < own["conf_high"]
    logs = np.log(panel[["branch_members", "tax_revenue"]].to_numpy())
    dummies = pd.get_dummies(panel[["entity", "year"]].astype(str), dtype=float)
    X = np.column_stack([logs[:, 0], dummies])
    naive = np.linalg.lstsq(X, logs[:, 1], rcond=None)[0][0]
    assert naive > own["conf_high"] + 0.1


# Placebos


def test_exchanged_histories_come_near_the_share_of_all_orders():
    panel = draw(5, 4, slope=0.8, seed=4)
    growths = np.diff(np.log(panel[["m", "t"]].to_numpy().reshape(5, 4, 2)), axis=1)
    x, y = (g - g.mean(1, keepdims=True) for g in (growths[..., 0], growths[..., 1]))
    y = y - y.mean(0)
    sums = [abs((x[list(o)] * y).sum()) for o in itertools.permutations(range(5))]
    exact = np.mean([one >= sums[0] - 1e-12 for one in sums])
    found = rows(assess(panel))["p_histories"]
    assert found == pytest.approx(exact, abs=4 * math.sqrt(exact / 999))


def test_histories_are_exchanged_only_with_the_same_years():
    # Six entities, each without another year: nobody can stand in for anybody.
    panel = draw(6, 9, slope=2.0, noise=0.02)
    gone = panel["year"] == 2017 + panel["entity"].str[1:].astype(int)
    verdict = assess(panel[~gone])
    assert (verdict.many.strangers, verdict.finding) == (0, "suggestive")
    assert "无从互换" in verdict.statement


def test_the_wild_bootstrap_is_that_of_refitting_every_draw():
    panel = draw(20, 4, slope=0.25, seed=8)
    X, y, whose = slow_design(panel)
    without, inverse = X[:, 1:], np.linalg.pinv(X)
    rest = np.eye(len(y)) - X @ inverse
    restricted = y - without @ (np.linalg.pinv(without) @ y)
    belongs = (whose[:, None] == np.unique(whose)).astype(float)

    def t(outcome):
        scores = belongs.T @ (inverse[0] * (rest @ outcome))
        return abs(inverse[0] @ outcome) / np.sqrt((scores**2).sum())

    rng = np.random.default_rng(0)
    drawn = [
        t(restricted * (belongs @ rng.choice([-1.0, 1.0], 20))) for _ in range(2000)
    ]
    slow = np.mean(np.array(drawn) >= t(y))
    spread = math.sqrt(slow * (1 - slow) * (1 / 999 + 1 / 2000))
    assert rows(assess(panel))["p_wild"] == pytest.approx(slow, abs=4 * spread)


def test_units_and_the_order_of_rows_do_not_matter():
    panel = draw(8, 5, slope=0.5)
    other = panel.assign(m=panel["m"] / 7, t=panel["t"] * 1e4).sample(
        frac=1, random_state=2
    )
    one, two = (assess(each).table for each in (panel, other))
    pd.testing.assert_frame_equal(one, two, rtol=1e-9)


# Boxes


def boxed(panel, m=0.0, t=0.0):
    """Return a panel whose figures are only known to within a share."""
    ends = {}
    for key, width in (("m", m), ("t", t)):
        ends |= {f"{key}_lower": panel[key] * (1 - width)}
        ends |= {f"{key}_upper": panel[key] * (1 + width)}
    return panel.assign(**ends)


def test_the_slope_over_boxes_of_the_economy_is_that_of_their_corners():
    panel = boxed(draw(5, 3, slope=0.5), t=0.02)
    X, _, _ = slow_design(panel)
    weights = np.linalg.pinv(X)[0].reshape(5, 2)
    corners = np.array(list(itertools.product((-1, 1), repeat=15))).reshape(-1, 5, 3)
    logs = np.log(panel["t"].to_numpy().reshape(5, 3))
    logs = logs + np.where(corners > 0, np.log(1.02), np.log(0.98))
    slopes = (np.diff(logs, axis=2) * weights).sum(axis=(1, 2))
    found = assess(panel).table.set_index("statistic").loc["estimate"]
    assert [found["lower"], found["upper"]] == pytest.approx(
        [slopes.min(), slopes.max()]
    )


@pytest.mark.parametrize(("m", "t"), [(0.0, 0.01), (0.004, 0.004), (0.01, 0.0)])
def test_no_figures_inside_the_boxes_go_beyond_the_bounds(m, t):
    panel = boxed(draw(12, 5, slope=0.9, noise=0.05), m, t)
    table = assess(panel).table.set_index("statistic")
    assert np.isfinite(table.loc["estimate", ["lower", "upper"]].to_numpy()).all()
    rng = np.random.default_rng(0)
    for _ in range(12):
        inside = panel[["entity", "year"]].copy()
        for key in "mt":  # corners more often than not
            at = np.clip(rng.normal(0.5, 0.7, len(panel)), 0, 1)
            low, high = panel[f"{key}_lower"], panel[f"{key}_upper"]
            inside[key] = low + at * (high - low)
        own = rows(assess(inside))
        low, high = table.loc["estimate", ["lower", "upper"]]
        assert low <= own["estimate"] <= high
        for key in ("std_error", "p_value", "p_histories", "p_without_one"):
            assert own[key] <= table.loc[key, "upper"] * (1 + 1e-9)
        assert table.loc["df", "lower"] <= own["df"] * (1 + 1e-9)
        assert table.loc["conf_low", "lower"] <= own["conf_low"]
        assert own["conf_high"] <= table.loc["conf_high", "upper"]


def test_a_wider_box_never_gives_a_narrower_answer():
    panel = draw(12, 5, slope=0.9, noise=0.05)
    tables = [assess(boxed(panel, w, w)).table for w in (0.001, 0.003, 0.01)]
    upper = [table.set_index("statistic")["upper"] for table in tables]
    for narrow, wide in itertools.pairwise(upper):
        for key in ("estimate", "std_error", "p_value", "conf_high", "p_histories"):
            assert narrow[key] <= wide[key]


def test_wide_boxes_cannot_tell_and_say_so():
    panel = draw(12, 5, slope=1.0, noise=0.03)
    assert assess(panel).finding == "moves_together"
    verdict = assess(boxed(panel, t=0.15))
    assert verdict.finding == "cannot_tell"
    assert "定不下来" in verdict.headline


def test_a_figure_with_bounds_alone_has_no_middle_and_is_not_left_out():
    panel = boxed(draw(12, 5, slope=1.0, noise=0.03))
    panel.loc[7, ["t_lower", "t_upper"]] = panel.loc[7, "t"] * np.array([0.99, 1.01])
    panel.loc[7, "t"] = np.nan
    verdict = assess(panel)
    assert verdict.n_growths == 48
    table = verdict.table.set_index("statistic")
    assert table["value"].isna().all() and verdict.many.without["estimate"].isna().all()
    hs.draw_verdict(verdict)
    assert table.loc["estimate", "lower"] < table.loc["estimate", "upper"]
    assert verdict.finding == "moves_together"


def test_a_step_with_an_open_end_is_left_out_and_counted():
    panel = boxed(draw(6, 5))
    panel.loc[4, "t_upper"] = np.inf  # the last year of the first
    panel.loc[4, "t"] = np.nan
    verdict = assess(panel)
    closed = rows(assess(panel.drop(index=4)))
    assert (verdict.n_growths, verdict.many.open_steps) == (23, 1)
    assert rows(verdict)[FOUR].tolist() == pytest.approx(closed[FOUR].tolist())
    assert "没有封口" in verdict.statement


# The rule


@pytest.mark.parametrize(
    ("slope", "finding", "sign"),
    [(1.0, "moves_together", 1), (-1.0, "moves_together", -1)],
)
def test_a_strong_slope_is_found_with_its_direction(slope, finding, sign):
    verdict = assess(draw(8, 5, slope=slope, noise=0.03))
    assert (verdict.level, verdict.finding, verdict.sign) == (3, finding, sign)


@EACH
def test_the_statement_names_the_finding_of_its_direction(lang):
    same, opposite = (assess(draw(8, 5, s, 0.03)).say(lang) for s in (1.0, -1.0))
    names = strings()["finding"]
    place = ["zh-Hans", "zh-Hant", "en"].index(lang)
    assert names["moves_together"][place] in same
    assert names["moves_together_opposite"][place] in opposite
    assert names["moves_together"][place] not in opposite


@EACH
def test_an_interval_without_end_is_said_in_words(lang):
    verdict = assess(boxed(draw(12, 6, 0.5, 0.03), m=0.1, t=0.1), lang=lang)
    assert np.isinf(rows(verdict, "upper")["conf_high"])
    open_end = strings()["verdict"]["unbounded"]
    assert not any(f"{end}%" in " ".join(verdict.reasons) for end in open_end)


def test_no_slope_is_no_sign():
    assert assess(draw(8, 5, seed=2)).finding == "no_sign"


def test_what_rests_on_one_entity_is_suggestive():
    # b00 swings ten times as much as the others, and it alone has a slope.
    panel = draw(6, 9, noise=0.05, seed=5)
    one = draw(6, 9, slope=1.0, noise=0.01, seed=6).head(9)
    panel.loc[:8, ["m", "t"]] = one[["m", "t"]] ** 3
    verdict = assess(panel)
    own = rows(verdict)
    assert own["p_value"] > 0.05 or verdict.finding != "moves_together"
    assert own["df"] < 4 and "有效自由度只有" in verdict.statement


def test_the_limit_is_divided_by_what_was_tried():
    panel = draw(8, 5, slope=0.6, seed=3)
    p = rows(assess(panel))["p_value"]
    assert 0.001 < p < 0.05
    tried = math.ceil(0.05 / p) + 1
    assert assess(panel, tried=tried).finding == "no_sign"


def test_twenty_entities_are_the_fourth_rung():
    assert [assess(draw(n, 4)).level for n in (19, 20)] == [3, 4]


def test_growth_of_the_organisation_that_all_share_gives_no_slope():
    panel = draw(6, 5)
    panel["m"] = 100 * 1.1 ** (panel["year"] - 2016)
    verdict = assess(panel)
    assert verdict.finding == "no_sign" and "没有起伏" in verdict.headline + (
        verdict.statement
    )
    hs.draw_verdict(verdict)


def test_a_shock_year_leaves_its_step_out():
    panel = draw(6, 6)
    verdict = assess(panel, shock_years=[2018])
    assert verdict.n_growths == 24
    assert "2018" in verdict.statement
    with pytest.raises(DataError, match="2030"):
        assess(panel, shock_years=[2030])


# Refusals


def test_four_entities_are_refused_with_what_is_found_of_each():
    with pytest.raises(DataError, match=r"不到 5 个.*b00：看不出.*entity= 指明"):
        assess(draw(4, 6))
    assert assess(draw(4, 6), entity="b00").level == 2


def test_entities_with_one_growth_do_not_make_five():
    panel = draw(6, 5)
    short = (panel["entity"] > "b03") & (panel["year"] > 2017)
    with pytest.raises(DataError, match="两步以上的 4 个"):
        assess(panel[~short])
    alone = assess(panel[~((panel["entity"] == "b05") & (panel["year"] > 2017))])
    assert (alone.many.entities, alone.many.alone) == (5, 1)
    assert rows(alone)["estimate"] == pytest.approx(
        rows(assess(panel[panel["entity"] != "b05"]))["estimate"]
    )


DISTRICT = draw(12, 4).assign(district=lambda t: t["entity"].str[1:].astype(int) % 6)


@pytest.mark.parametrize(
    ("panel", "options", "message"),
    [
        (DISTRICT.assign(district=DISTRICT["district"] % 5), {}, "只分得 5 片"),
        (DISTRICT.drop(columns="district"), {}, "没有“district”这一栏"),
        (DISTRICT.assign(district=DISTRICT["year"]), {}, "不止一个"),
        (DISTRICT.replace({"district": {0: None}}), {}, "空着"),
        (DISTRICT, {"entity": "b00"}, "去掉 cluster="),
    ],
)
def test_clusters_that_cannot_be_are_refused(panel, options, message):
    with pytest.raises(DataError, match=message):
        assess(panel, cluster="district", **options)


def test_districts_may_stand_in_the_entities_of_the_dataset():
    bare = DISTRICT.drop(columns="district")
    whose = dict(zip(DISTRICT["entity"], DISTRICT["district"], strict=True))
    bare.attrs["about"] = {"groups": {"district": whose}}
    one, two = (assess(panel, cluster="district") for panel in (bare, DISTRICT))
    pd.testing.assert_frame_equal(one.table, two.table)
    assert one.many.clusters == 6


def test_levels_with_dummies_are_refused_with_the_rate_of_so_many_entities():
    refused = assess(draw(12, 4)).refused.set_index("procedure")
    table, _ = rate_table("entities")
    own = refused.loc["twoway_levels", list(KINDS)]
    assert own.to_dict() == table.loc[("twoway_levels", 10)].to_dict()
    rates = refused["false_alarm"].tolist()
    assert rates == sorted(rates, reverse=True)
    assert not refused.index.str.startswith(OURS).any()


# The table of rates

# Percent at 5, 10, 30 and 100 entities, of 2,000 panels each: the simulation from which
# the rule was chosen. Order of `KINDS`.
STATED = {
    "assess_cr2": "4 5 6 5, 4 4 6 4, 8 7 7 7, 7 14 33 55",
    "assess_histories": "4 6 6 5, 4 6 6 5, 14 24 40 51, 7 13 31 55",
    "twoway_levels": "10 9 7 7, 36 54 94 100, 33 32 26 19, 15 20 29 47",
}


@pytest.mark.parametrize("key", STATED)
def test_the_rates_are_those_stated(key):
    table, head = rate_table("entities")
    assert head["replications"] >= 1000
    for kind, cell in zip(KINDS, STATED[key].split(", "), strict=True):
        for entities, percent in zip((5, 10, 30, 100), cell.split(), strict=True):
            p = int(percent) / 100
            spread = math.sqrt(
                max(p * (1 - p), 0.01) * (1 / head["replications"] + 1 / 2000)
            )
            found = table.loc[(key, entities), kind]
            assert found == pytest.approx(p, abs=3.5 * spread + 0.005), (kind, entities)


def test_our_rule_is_wrong_less_often_than_its_t_test():
    table, _ = rate_table("entities")
    assert (table.loc[OURS] <= table.loc["assess_cr2"]).all(axis=None)
    assert table.loc[OURS][["random_walks", "confounded_drifts"]].max(axis=None) < 0.065
    rows_of = set(table.index.unique(0))
    told = {key for key in rows_of if not key.startswith(OURS)}
    assert told <= set(strings()["procedure"]) & set(strings()["refusal"])


# Words and pictures


CASES = {
    "together": assess(draw(8, 5, slope=1.0, noise=0.03)),
    "opposite": assess(draw(8, 5, slope=-1.0, noise=0.03)),
    "none": assess(draw(8, 5, seed=2)),
    "many": assess(draw(25, 4)),
    "boxes": assess(boxed(draw(12, 5, slope=1.0, noise=0.03), 0.002, 0.15)),
    "district": assess(DISTRICT, cluster="district"),
    "no strangers": assess(holed(draw(6, 9, slope=1.0), 0.3)),
}
WHOLE = pytest.mark.parametrize("case", CASES)


@EACH
@WHOLE
def test_a_verdict_says_itself_and_promises_no_cause(case, lang):
    verdict = CASES[case]
    texts = [
        verdict.say(lang),
        *write_plain(verdict, lang),
        refusals_note(verdict, lang),
    ]
    for text in texts:
        assert not re.search(CAUSE, text)
        assert not re.search(r"nan|[{}]|[\ue000-\ue002]", text)
    assert str(verdict.many.entities) in verdict.say(lang)
    assert len(label_table(verdict, lang)) == len(verdict.table)
    assert list(refusals_table(verdict, lang).columns[2:]) == [
        strings()["verdict"][kind][["zh-Hans", "zh-Hant", "en"].index(lang)]
        for kind in KINDS
    ]


def test_the_headline_has_no_term_of_art():
    for verdict in CASES.values():
        assert not re.search(r"CR2|p [=≤<]|自由度|标准误|回归", verdict.headline)


@EACH
@WHOLE
def test_a_verdict_is_drawn_with_each_left_out(case, lang):
    verdict = CASES[case]
    ax = hs.draw_verdict(verdict, lang=lang)
    [points] = ax.findobj(lambda artist: artist.get_gid() == "without")
    assert len(points.get_xdata()) == min(12, verdict.many.clusters)
    plt.close("all")


@EACH
def test_the_refusals_are_drawn_with_the_rates_of_panels(lang):
    ax = hs.draw_refusals(CASES["together"], lang=lang)
    bars = [patch.get_width() / 100 for patch in ax.patches]
    refused = CASES["together"].refused
    assert sorted(bars[:-1]) == pytest.approx(sorted(refused["false_alarm"]))
    assert bars[-1] == CASES["together"].own_rates["confounded_drifts"]
    plt.close("all")


def test_a_page_shows_the_table_and_the_refusals():
    page = CASES["together"]._repr_html_()
    assert "有效自由度" in page and "误报率" in page
