"""Reads what the command line of a simulation asks for."""

import argparse


def read_replications(default: int, about: str) -> int:
    """Return how many replications are asked for.

    `about` is what the script says of itself; its first paragraph is the help.
    """
    parser = argparse.ArgumentParser(description=about.split("\n\n")[0])
    told = "a table that is shipped is left alone below %(default)s"
    parser.add_argument("--replications", type=int, default=default, help=told)
    # run.py gives all benchmarks the same words, and some are not for this one.
    return int(parser.parse_known_args()[0].replications)
