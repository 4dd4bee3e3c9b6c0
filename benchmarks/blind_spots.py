"""Prints what rule E mistakes for an association, and how often.

Both series have the same shape of expected growth, or the same shock years, and are
otherwise independent: growth is the shape plus s N(0, 1), with s = .10. The ranges that
a verdict states do not say how strong a pattern is; a star marks the strength, found by
trying, at which they come back. So this is no proof of them, and others are milder or
harsher. The exit code is 1 where a starred one is off by over two points.
"""

import os

# Read when numpy is imported, so set before it.
os.environ.update(
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    VECLIB_MAXIMUM_THREADS="1",
)

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from customary.nulls import S
from customary.ours import rule_claims

from hengstats.evidence.assess import BLIND_SPOTS

SEED, REPLICATIONS = 66, 20_000
LENGTHS = (6, 7, 8)  # known years
TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something that two unrelated series share.

    Attributes
    ----------
    kind : str
        A key of `BLIND_SPOTS`.
    label : str
        How it is printed.
    shared : callable
        Takes the number of growths, of buildings, and a generator; returns what is
        expected of growth, in units of s: one row, or one per building.
    stated : bool
        Whether it is the one that gives what a verdict states.
    """

    kind: str
    label: str
    shared: Callable[[int, int, np.random.Generator], np.ndarray]
    stated: bool = False


def halving(top, growths, n, generator):
    """Return growth that is halved every year."""
    return top * 0.5 ** np.arange(growths)


def quadratic(top, growths, n, generator):
    """Return growth on a parabola that is flat, and zero, in the last year."""
    return top * (1 - np.linspace(0, 1, growths)) ** 2


def straight(top, growths, n, generator):
    """Return growth on a straight line to zero in the last year."""
    return top * (1 - np.linspace(0, 1, growths))


def two_shocks(size, signs, growths, n, generator):
    """Return growth of two with two random years higher or lower by `size`."""
    years = generator.random((n, growths)).argsort(axis=1)[:, :2]
    jumps = size * generator.choice([-1.0, 1.0], size=(n, 2))
    if signs == "same":
        jumps[:, 1] = jumps[:, 0]
    if signs == "opposite":
        jumps[:, 1] = -jumps[:, 0]
    shared = np.full((n, growths), 2.0)
    shared[np.arange(n)[:, None], years] += jumps
    return shared


CURVED, SHOCKS, STRAIGHT = BLIND_SPOTS
PATTERNS = [
    Pattern(CURVED, "halving from 3s", partial(halving, 3)),
    Pattern(CURVED, "halving from 5s", partial(halving, 5)),
    Pattern(CURVED, "halving from 6s", partial(halving, 6), True),
    Pattern(CURVED, "halving from 8s", partial(halving, 8)),
    Pattern(CURVED, "quadratic from 5s to 0", partial(quadratic, 5)),
    Pattern(CURVED, "quadratic from 6s to 0", partial(quadratic, 6)),
    Pattern(CURVED, "quadratic from 8s to 0", partial(quadratic, 8)),
    Pattern(SHOCKS, "2 years of +-2s", partial(two_shocks, 2, "any")),
    Pattern(SHOCKS, "2 years of +-3s", partial(two_shocks, 3, "any"), True),
    Pattern(SHOCKS, "2 years of 3s, same sign", partial(two_shocks, 3, "same")),
    Pattern(SHOCKS, "2 years of 3s, opposite", partial(two_shocks, 3, "opposite")),
    Pattern(SHOCKS, "2 years of +-5s", partial(two_shocks, 5, "any")),
    Pattern(STRAIGHT, "straight from 3s to 0", partial(straight, 3)),
    Pattern(STRAIGHT, "straight from 5s to 0", partial(straight, 5)),
    Pattern(STRAIGHT, "straight from 7s to 0", partial(straight, 7), True),
    Pattern(STRAIGHT, "straight from 10s to 0", partial(straight, 10)),
    Pattern(STRAIGHT, "straight from 30s to 0", partial(straight, 30)),
]


def false_alarms(pattern, length, n):
    """Return how often rule E says that two such series move together."""
    generator = np.random.default_rng([SEED, PATTERNS.index(pattern), length])
    shared = pattern.shared(length - 1, n, generator)
    own = generator.standard_normal((2, n, length - 1))
    x, y = np.cumsum(np.pad(S * (shared + own), ((0, 0), (0, 0), (1, 0))), axis=2)
    return rule_claims(x, y, np.arange(length)).mean()


def run(pattern, n):
    """Print one row; return the rates."""
    rates = [false_alarms(pattern, length, n) for length in LENGTHS]
    low, high = BLIND_SPOTS[pattern.kind]
    stated = f"{100 * low:.0f}-{100 * high:.0f} %" if pattern.stated else ""
    label = ("* " if pattern.stated else "  ") + pattern.label
    cells = "".join(f"{100 * rate:8.1f}" for rate in rates)
    print(f"{pattern.kind:<17}{label:<28}{cells}    {stated}", flush=True)
    return rates


def main():
    """Print the table, and the worst of each kind; return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    # run.py gives all benchmarks the same words, and some are not for this one.
    n = parser.parse_known_args()[0].replications
    print(f"Simulated, {n:,} buildings each; false alarms of rule E in %")
    heads = "".join(f"{f'{length} years':>8}" for length in LENGTHS)
    print(f"{'kind':<17}{'  pattern':<28}{heads}    stated")
    rates = {pattern.label: run(pattern, n) for pattern in PATTERNS}
    for kind in BLIND_SPOTS:
        own = {p.label: max(rates[p.label]) for p in PATTERNS if p.kind == kind}
        worst = max(own, key=own.get)
        print(f"worst {kind}: {worst}, {100 * own[worst]:.1f} %")
    ends = [
        (min(rates[p.label]), max(rates[p.label]), *BLIND_SPOTS[p.kind])
        for p in PATTERNS
        if p.stated
    ]
    held = [
        abs(low - one) <= TOLERANCE and abs(high - two) <= TOLERANCE
        for low, high, one, two in ends
    ]
    if not all(held):
        print(f"a starred pattern is off what verdicts state by more than {TOLERANCE}")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
