"""`python -m hengstats` is the same as `hengstats`."""

import sys

from hengstats.cli import main

if __name__ == "__main__":
    sys.exit(main())
