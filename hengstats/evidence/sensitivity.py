"""Tells how strong a cause that was not measured must be to undo a finding."""

import html
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from hengstats.evidence.envelope import residuals
from hengstats.evidence.pairs import Array
from hengstats.evidence.permutation import LONGEST, TIE, centred, orders
from hengstats.evidence.rule import ALPHA, LENIENT, midpoints
from hengstats.evidence.shown import show_percent
from hengstats.evidence.verdict import STYLE, Verdict, entity_label
from hengstats.indicators import ENDS, round_out
from hengstats.messages import data_error
from hengstats.vocabulary import check_language, say

ASSOCIATED = ("suggestive", "moves_together")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """How strong a common cause that was not measured would have to be.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    verdict : Verdict
        The finding that is tried.
    table : DataFrame
        `statistic, lower, value, upper`, fractions, their ends those over the boxes:
        `robustness_value`, the share of what is left of both growths that a common
        cause must explain to leave no association; `robustness_value_t`, to leave a t
        test above .05; `shared_shock`, logarithms, the smallest amount in both growths
        of one step without which the finding is another, at the printed figures.
        Empty where there is no association.
    shock_step : (int, int) or None
        The step that it takes least in.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    """

    verdict: Verdict
    table: pd.DataFrame
    shock_step: tuple[int, int] | None
    lang: str

    @property
    def headline(self) -> str:
        """How strong the cause would have to be, in `lang`."""
        return _sentences(self, self.lang)[0]

    @property
    def reasons(self) -> list[str]:
        """The other sentences, in `lang`."""
        return _sentences(self, self.lang)[1:]

    @property
    def statement(self) -> str:
        """All sentences in 简体, ready to be printed."""
        return self.say("zh-Hans")

    def say(self, lang: str) -> str:
        """Return all sentences in one language, ready to be printed."""
        return ("" if lang.startswith("zh") else " ").join(_sentences(self, lang))

    def __str__(self) -> str:
        """Return the sentences as text."""
        return self.say(self.lang)

    def __repr__(self) -> str:
        """Return the numbers in one line."""
        rows = self.table[["statistic", "value"]].to_numpy().tolist()
        told = ", ".join(f"{name} {value:.3g}" for name, value in rows)
        return f"<Sensitivity of {self.verdict.finding}: {told or 'not computed'}>"

    def _repr_html_(self) -> str:
        """Return the sentences as Jupyter shows them."""
        said = html.escape(self.say(self.lang))
        return f'<div lang="{self.lang}" style="{STYLE}"><p>{said}</p></div>'


def sensitivity(verdict: Verdict, *, lang: str | None = None) -> Sensitivity:
    """多强的未知因素才能推翻结论 / Return how strong a hidden common cause must be.

    Parameters
    ----------
    verdict : Verdict
        As `assess` returns. Of one that found no association nothing is computed, and
        the result says so.
    lang : str, optional
        Language in which it shows itself; by default that of the verdict.

    Returns
    -------
    Sensitivity

    Raises
    ------
    DataError
        If it is no verdict.

    Notes
    -----
    The robustness value is that of Cinelli and Hazlett (2020): with
    f = |t| / sqrt(df), half of sqrt(f^4 + 4 f^2) - f^2; for the t test f is reduced by
    the t that is just significant, over sqrt(df - 1). With few years a cause that has
    less to do with the outcome can be worse, as it widens the error; the smallest share
    that neither side may exceed is (f^2 - f*^2) / (1 + f^2) where f f* > 1.

    The shared shock is exact at the printed figures: in every step the statistic of
    each order of years is a quadratic function of its size, and that of each t test
    the root of one of degree four, so that all sizes at which something turns are known.

    Examples
    --------
    >>> import hengstats as hs
    >>> pair = {"organisation": "branch_members", "economy": "tax_revenue"}
    >>> sensitivity(hs.assess(hs.build_panel("illustrative"), **pair)).shock_step
    (2018, 2019)
    """
    if not isinstance(verdict, Verdict):
        raise data_error("sensitivity.verdict", kind=type(verdict).__name__)
    lang = check_language(lang or verdict.lang)
    rows: list[list] = []
    size, step = np.nan, None
    if verdict.finding in ASSOCIATED:
        known = verdict.table.set_index("statistic").loc["r", list(ENDS)]
        r = known.to_numpy(dtype=float)
        r = -r[::-1] if np.nanmax(r) < 0 else r
        df = verdict.n_growths - 2
        for name, alpha in (("robustness_value", 1.0), ("robustness_value_t", ALPHA)):
            rows.append([name, *(robustness(one, df, alpha) for one in r)])
        size, step = least_shock(verdict)
        rows.append(["shared_shock", np.nan, size, np.nan])
    table = pd.DataFrame(rows, columns=["statistic", *ENDS])
    return Sensitivity(verdict=verdict, table=table, shock_step=step, lang=lang)


def robustness(r: float, df: int, alpha: float = 1.0) -> float:
    """Return the robustness value of a correlation with `df` left over.

    `alpha` is the limit of the t test; with 1 it is the estimate that is to vanish.
    """
    if np.isnan(r):
        return np.nan
    if r >= 1:
        return 1.0
    f = r / np.sqrt(1 - r * r)
    if alpha >= 1:
        return float((np.sqrt(f**4 + 4 * f**2) - f**2) / 2)
    least = float(stdtrit(df - 1, 1 - alpha / 2) / np.sqrt(df - 1))
    if f <= least:
        return 0.0
    if f * least > 1:
        return float((f**2 - least**2) / (1 + f**2))
    return robustness((f - least) / np.hypot(1, f - least), df)


def least_shock(verdict: Verdict) -> tuple[float, tuple[int, int] | None]:
    """Return the smallest shared shock without which the finding is another, and when.

    A logarithm, positive if it made both grow; missing where a growth is but a bound.
    """
    steps = verdict.steps
    x, y = (steps[f"{side}_value"].to_numpy(dtype=float) for side in "xy")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return np.nan, None
    found = [(abs(d), d, at) for at, d in _permutation_shocks(x, y, verdict.alpha)]
    pairs = list(zip(steps["from_year"].tolist(), steps["year"].tolist(), strict=True))
    if verdict.finding == "moves_together":
        ones = np.ones((len(x), 1))
        added = [*np.eye(len(x)), midpoints(pairs)]
        for column in added:
            nuisance = np.column_stack([ones, column])
            turns = _t_shocks(x, y, nuisance)
            found += [(abs(d), d, at) for at, d in turns]
    if not found:
        return np.nan, None
    _, size, at = min(found)
    return size, pairs[at]


def _permutation_shocks(
    x: Array, y: Array, alpha: float
) -> Iterator[tuple[int, float]]:
    """Yield the steps and sizes of the shocks that lift the permutation p above alpha.

    Each is smaller than those before.
    """
    n, every = len(x), orders(len(x))
    drawn = n > LONGEST
    most = alpha * (len(every) + drawn) - drawn
    one, two = centred(x), centred(y)
    null = sum(one[i] * two[place] for i, place in enumerate(every.T))
    back = np.argsort(every, axis=1)
    scale = np.abs(np.concatenate([one, two])).max()
    best = np.inf
    for at in range(n):
        own = np.array([1 - 1 / n, -(one[at] + two[at]), one @ two])
        cubic = np.array(
            [
                (every[:, at] == at) - 1 / n,
                -(two[every[:, at]] + one[back[:, at]]),
                null,
            ]
        )
        curves = [cubic + way * own[:, None] for way in (-1, 1)]
        for sign in (1, -1):
            size = _first_excess(curves, sign, most, best, scale)
            if size < best:
                best = size
                yield at, sign * size


def _first_excess(
    curves: list[Array], sign: int, most: float, best: float, scale: float
) -> float:
    """Return the first size at which more than `most` orders are as far from zero.

    An order is as far where the product of its two curves is not negative.
    """
    near = 1e-9 * scale
    turns = []
    inside = np.ones(curves[0].shape[1], dtype=bool)
    for a, b, c in curves:
        a, b, c = (
            np.where(np.abs(part) <= TIE * size, 0.0, part)
            for part, size in ((a, 1), (b * sign, scale), (c, scale**2))
        )
        start = (a * near + b) * near + c
        inside ^= start < 0
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.sqrt(b * b - 4 * a * c)
            q = -(b + np.where(b < 0, -root, root)) / 2
            turns += [q / a, np.where(q == 0, np.nan, c / q)]
    sizes = np.concatenate(turns)
    owner = np.tile(np.arange(len(inside)), len(turns))
    kept = (sizes > near) & (sizes < best)
    order = np.argsort(sizes[kept], kind="stable")
    sizes, owner = sizes[kept][order], owner[kept][order]
    # The first turn of an order leaves where it is, the next comes back, and so on.
    before = pd.Series(owner).groupby(owner).cumcount().to_numpy() % 2 == 1
    moves = np.where(inside[owner] ^ before, -1, 1)
    count = inside.sum() + np.cumsum(moves)
    over = np.flatnonzero(count > most)
    return float(sizes[over[0]]) if len(over) else np.inf


def _t_shocks(x: Array, y: Array, nuisance: Array) -> Iterator[tuple[int, float]]:
    """Yield the steps and sizes of the shocks that lift the p of a t test above .10."""
    n, df = len(x), len(x) - nuisance.shape[1] - 1
    t = float(stdtrit(df, 1 - LENIENT / 2))
    limit = t * t / (t * t + df)
    left = residuals(np.vstack([x, y, np.eye(n)]), nuisance)
    one, two = left[:2]
    for at, shock in enumerate(left[2:]):
        if not shock.any():
            continue
        products = [
            np.array([shock @ shock, -(u + v) @ shock, u @ v])
            for u, v in ((one, two), (one, one), (two, two))
        ]
        both = np.polymul(products[0], products[0])
        turns = np.roots(both - limit * np.polymul(products[1], products[2]))
        real = turns[np.abs(turns.imag) <= TIE * np.abs(turns)].real
        if len(real):
            yield at, float(real[np.argmin(np.abs(real))])


def _sentences(found: Sensitivity, lang: str) -> list[str]:
    """Return what was found in sentences."""
    who = entity_label(found.verdict, lang)
    if found.table.empty:
        return [say("sensitivity", "none", lang, who=who)]
    rows = {row["statistic"]: row for row in found.table.to_dict("records")}
    shares = {}
    for name in ("robustness_value", "robustness_value_t"):
        low = np.fmin(rows[name]["lower"], rows[name]["value"])
        shown = round_out(100 * low, 1, up=False) if np.isfinite(low) else np.nan
        shares[name] = "—" if np.isnan(shown) else f"{shown:g}%"
    parts = [
        say("sensitivity", "value", lang, who=who, share=shares["robustness_value"]),
        say("sensitivity", "value_t", lang, share=shares["robustness_value_t"]),
    ]
    size, step = rows["shared_shock"]["value"], found.shock_step
    steps = found.verdict.steps
    if step is None:
        bounds = steps[["x_value", "y_value"]].isna().any(axis=None)
        key = "shock_of_bounds" if bounds else "no_shock"
        return [*parts, say("sensitivity", key, lang)]
    words = {
        key: show_percent(float(steps[f"{side}_value"].std()), "value")
        for key, side in (("organisation", "x"), ("economy", "y"))
    }
    words["step"] = say("chart", "growth_step", lang, from_year=step[0], year=step[1])
    words["size"] = show_percent(size, "lower" if size > 0 else "upper")
    return [*parts, say("sensitivity", "shock", lang, **words)]
