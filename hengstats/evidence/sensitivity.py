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
from hengstats.evidence.statement import entity_label
from hengstats.evidence.verdict import STYLE, Verdict
from hengstats.indicators import ENDS, round_out
from hengstats.ledger import name_number, unmarked
from hengstats.messages import data_error
from hengstats.panel import is_illustrative
from hengstats.prose import paragraph, step_label
from hengstats.vocabulary import check_language, say

Shocks = Iterator[tuple[float, int]]  # signed size, place of the step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """How strong a common cause that was not measured would have to be.

    Shows itself in Jupyter (in `lang`), and as text in a terminal.

    Attributes
    ----------
    verdict : Verdict
        The finding that is tried.
    table : DataFrame
        `statistic, lower, value, upper`, ends over the boxes; empty where there is no
        association. `robustness_value`: the share of what is left of both growths that
        a common cause must explain to leave none; `robustness_value_t`: to leave a t
        test above .05; `shared_shock`: the smallest amount in both growths of one
        step without which the finding is weaker, a logarithm, at the printed figures.
    shock_step : (int, int) or None
        The step in which it takes least.
    lang : str
        Language in which it shows itself: `zh-Hans`, `zh-Hant` or `en`.
    """

    verdict: Verdict
    table: pd.DataFrame
    shock_step: tuple[int, int] | None
    lang: str

    @property
    def statement(self) -> str:
        """All sentences in 简体, ready to be printed."""
        return self.say("zh-Hans")

    def say(self, lang: str) -> str:
        """Return all sentences in one language, ready to be printed."""
        return unmarked(paragraph(write_sensitivity(self, lang), lang))

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
        As `assess` returns; where it found no association, has a control, or is on
        many entities, nothing is computed.
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
    The robustness value is that of Cinelli and Hazlett (2020, section 4.3); with few
    years a cause with less of a share in the outcome can do more harm, and the value
    allows for it. The shared shock is exact: the statistic of each order of years is
    a quadratic function of its size, and where a t test turns is the root of one of
    degree four, so that all sizes at which something turns are known.

    Examples
    --------
    >>> import hengstats as hs
    >>> pair = {"organisation": "branch_members", "economy": "tax_revenue"}
    >>> sensitivity(hs.assess(hs.build_panel("illustrative"), **pair)).shock_step
    (2018, 2019)
    """
    if not isinstance(verdict, Verdict):
        raise data_error("sensitivity.verdict", kind=type(verdict).__name__)
    rows, step = [], None
    alone = verdict.many is None and verdict.control is None
    if alone and verdict.finding in ("suggestive", "moves_together"):
        own = verdict.table.set_index("statistic").loc["r", list(ENDS)]
        ends, df = own.to_numpy(dtype=float), verdict.n_growths - 2
        r: list[float] = (-ends[::-1] if np.nanmax(ends) < 0 else ends).tolist()
        rows.append(["robustness_value", *(robustness(one, df) for one in r)])
        shares = [robustness(one, df, ALPHA) for one in r]
        rows.append(["robustness_value_t", *shares])
        size, step = _least_shock(verdict)
        rows.append(["shared_shock", np.nan, size, np.nan])
    table = pd.DataFrame(rows, columns=["statistic", *ENDS])
    lang = check_language(lang or verdict.lang)
    return Sensitivity(verdict=verdict, table=table, shock_step=step, lang=lang)


def robustness(r: float, df: int, alpha: float = 1.0) -> float:
    """Return the share of both sides that a hidden cause must explain.

    For the correlation `r` with `df` left over to vanish, or for the p of its t test
    to exceed `alpha`.
    """
    if not r < 1:
        return float(r)
    f = r / np.sqrt(1 - r * r)
    least = float(stdtrit(df - 1, 1 - alpha / 2) / np.sqrt(df - 1)) if alpha < 1 else 0
    if f <= least:
        return 0.0
    if f * least > 1:  # harms most with less than the same share in the outcome
        return float((f**2 - least**2) / (1 + f**2))
    return float(
        (np.sqrt((f - least) ** 4 + 4 * (f - least) ** 2) - (f - least) ** 2) / 2
    )


def _least_shock(verdict: Verdict) -> tuple[float, tuple[int, int] | None]:
    """Return the least shared shock without which the finding is weaker, and when."""
    ends = verdict.steps[["x_value", "y_value"]].to_numpy(dtype=float).T
    x, y = ends
    if not np.isfinite(ends).all():
        return np.nan, None
    years = verdict.steps[["from_year", "year"]].to_numpy().tolist()
    steps = [(int(first), int(last)) for first, last in years]
    found = list(_permutation_shocks(x, y, verdict.alpha))
    if verdict.finding == "moves_together":
        for column in (*np.eye(len(x)), midpoints(steps)):
            found += _t_shocks(x, y, np.column_stack([np.ones(len(x)), column]))
    size, at = min(found, key=lambda one: abs(one[0]), default=(np.nan, -1))
    return size, steps[at] if found else None


def _permutation_shocks(x: Array, y: Array, alpha: float) -> Shocks:
    """Yield shocks without which the permutation p exceeds alpha, ever smaller ones."""
    n, every = len(x), orders(len(x))
    drawn = n > LONGEST
    most = alpha * (len(every) + drawn) - drawn
    one, two = centred(x), centred(y)
    null = sum(one[i] * two[place] for i, place in enumerate(every.T))
    back, best = np.argsort(every, axis=1), np.inf
    for at in range(n):
        stays = (every[:, at] == at) - 1 / n
        slope = -(two[every[:, at]] + one[back[:, at]])
        seen = np.array([1 - 1 / n, -(one[at] + two[at]), one @ two])[:, None]
        moved = np.array([stays, slope, null])
        for sign in (1, -1):
            turn = np.array([[1], [sign], [1]])
            pair = (turn * (moved - seen), turn * (moved + seen))
            size = _first_excess(pair, most, best, float(np.abs([one, two]).max()))
            if size < best:
                best = size
                yield sign * size, at


def _first_excess(
    curves: tuple[Array, Array], most: float, best: float, scale: float
) -> float:
    """Return the first size at which more than `most` orders are as far from zero.

    An order is, where the product of its two curves is not negative: each is a
    quadratic function of the size, its coefficients one a row.
    """
    near, sizes = 1e-9 * scale, []
    inside = np.ones(curves[0].shape[1], dtype=bool)
    for curve in curves:
        unit = np.array([1, scale, scale**2])[:, None]
        a, b, c = np.where(np.abs(curve) <= TIE * unit, 0.0, curve)
        inside ^= (a * near + b) * near + c < 0
        with np.errstate(divide="ignore", invalid="ignore"):
            q = -(b + np.copysign(np.sqrt(b * b - 4 * a * c), b)) / 2
            sizes += [q / a, c / q]
    turns = np.concatenate(sizes)
    owner = np.tile(np.arange(len(inside)), len(sizes))
    kept = np.flatnonzero((turns > near) & (turns < best))
    kept = kept[np.argsort(turns[kept], kind="stable")]
    # At its first turn an order leaves where it is, at the next it comes back.
    odd = pd.Series(owner[kept]).groupby(owner[kept]).cumcount().to_numpy() % 2
    count = inside.sum() + np.cumsum(np.where(inside[owner[kept]] ^ (odd == 1), -1, 1))
    over = np.flatnonzero(count > most)
    return float(turns[kept[over[0]]]) if len(over) else np.inf


def _t_shocks(x: Array, y: Array, nuisance: Array) -> Shocks:
    """Yield the least shock of each step without which a t test has a p above .10."""
    df = len(x) - nuisance.shape[1] - 1
    t = float(stdtrit(df, 1 - LENIENT / 2))
    one, two, *shocks = residuals(np.vstack([x, y, np.eye(len(x))]), nuisance)
    for at, shock in enumerate(shocks):
        own, left, right = (
            np.array([shock @ shock, -(u + v) @ shock, u @ v])
            for u, v in ((one, two), (one, one), (two, two))
        )
        turns = np.roots(
            (df + t * t) * np.polymul(own, own) - t * t * np.polymul(left, right)
        )
        real = turns[np.abs(turns.imag) <= TIE * np.abs(turns)].real
        if len(real) and shock.any():
            yield float(real[np.argmin(np.abs(real))]), at


def write_sensitivity(found: Sensitivity, lang: str) -> list[str]:
    """Return what was found in sentences, the numbers marked with what they are."""
    words: dict[str, object] = {"who": entity_label(found.verdict, lang)}
    if found.table.empty:
        alone = found.verdict.many is None and found.verdict.control is None
        return [say("sensitivity", "none" if alone else "not_alone", lang, **words)]
    rows = {row["statistic"]: row for row in found.table.to_dict("records")}
    for name in ("robustness_value", "robustness_value_t"):
        low = np.fmin(rows[name]["lower"], rows[name]["value"])
        words[name] = f"{round_out(100 * low, 1, up=False):g}%"
    less = "value_t_none" if words["robustness_value_t"] == "0%" else "value_t"
    steps, size = found.verdict.steps, rows["shared_shock"]["value"]
    spread = steps[["x_value", "y_value"]].std()
    key = "shock_of_bounds" if spread.isna().any() else "no_shock"
    if found.shock_step:
        key = "shock"
        words["size"] = show_percent(size, "lower" if size > 0 else "upper")
        for name, sd in zip(("organisation", "economy"), spread, strict=True):
            words[name] = show_percent(sd, "value")
        words["step"] = step_label(found.shock_step, lang)
    names = ("who", "step")
    words = {
        key: word if key in names else name_number(word, "sensitivity")
        for key, word in words.items()
    }
    words["alpha"] = name_number(f"{ALPHA:.2f}", "rule")
    told = [say("sensitivity", one, lang, **words) for one in ("value", less, key)]
    invented = is_illustrative([found.verdict.entity])
    return [say("verdict", "illustrative", lang), *told] if invented else told
