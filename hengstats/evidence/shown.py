"""Writes the numbers and labels of a verdict as they are read."""

import numpy as np
import pandas as pd

from hengstats.indicators import round_out
from hengstats.vocabulary import say

SHOWN_AS_GROWTH = ("growth", "average_growth")


def statistic_label(statistic: str, lang: str) -> str:
    """Return what a row of the table is called."""
    key, _, years = statistic.partition(" ")
    first, _, last = years.partition("-")
    return say("statistic", key, lang, from_year=first, year=last)


def show_end(statistic: str, number: float, end: str, lang: str) -> str:
    """Return one number of the table: growth in percent, bounds rounded outwards."""
    if pd.isna(number):
        return "—"
    if np.isinf(number):
        return say("verdict", "unbounded", lang)
    key = statistic.partition(" ")[0]
    if key in SHOWN_AS_GROWTH:
        return show_percent(number, end)
    if key == "same_direction":
        return f"{number:.0f}"
    if key.startswith("p_"):
        return show_p(number)
    if key == "r" and end == "value":
        return show_correlation(number)
    digits = 1 if key == "df" else 2 if key.startswith("slope") else 3
    if end != "value":
        number = round_out(number, digits, up=end == "upper")
    return f"{number:.{digits}f}".replace("-", "−")


def show_p(p: float) -> str:
    """Return a p value, rounded up to three digits and never shown as 0."""
    return "< 0.001" if p < 0.001 else f"{round_out(p, 3, up=True):.3f}"


def show_rate(rate: float) -> str:
    """Return a rate in percent, one digit below ten."""
    if pd.isna(rate):
        return "—"
    return f"{100 * rate:.1f}%" if rate < 0.0995 else f"{100 * rate:.0f}%"


def show_percent(log_growth: float, end: str) -> str:
    """Return an annual growth in percent, bounds rounded outwards."""
    percent = 100 * np.expm1(log_growth)
    if end != "value" and np.isfinite(percent):
        percent = round_out(percent, 1, up=end == "upper")
    return f"{percent:.1f}%".replace("-", "−")


def show_correlation(number: float) -> str:
    """Return a correlation with three digits, never rounded up to 1."""
    whole = np.trunc(number * 1000 + np.sign(number) * 1e-9)
    return f"{whole / 1000:g}".replace("-", "−")


def show_range(low: str, high: str, lang: str) -> str:
    """Return two ends in words; an open one is empty."""
    if low == high and low:
        return low
    key = "at_least" if low else "at_most" if high else "any"
    key = "between" if low and high else key
    return say("verdict", key, lang, low=low, high=high)


def show_r(lower: float, value: float, upper: float, lang: str) -> str:
    """Return r at the printed figures; else its bounds, rounded outwards."""
    if pd.notna(value):
        return show_correlation(value)
    if pd.isna(lower) or pd.isna(upper):
        return say("verdict", "open_r", lang)
    ends = np.floor(lower * 1000) / 1000, np.ceil(upper * 1000) / 1000
    return show_range(*(f"{end:g}".replace("-", "−") for end in ends), lang)


def show_growth(lower: float, upper: float, lang: str) -> str:
    """Return the bounds of a growth in percent, an open end in words."""
    if lower == upper:
        return show_percent(lower, "value")
    low, high = (
        "" if np.isinf(number) else show_percent(number, end)
        for number, end in ((lower, "lower"), (upper, "upper"))
    )
    return show_range(low, high, lang)
