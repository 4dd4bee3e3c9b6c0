"""`python -m hengstats` is the same as `hengstats`."""

import os.path  # both are there before any folder is searched
import sys

# With -m Python looks for modules where the user stands first: no `pandas.py` that lies
# among sheets is run, unless the library itself is started from where it lies.
HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if not sys.flags.safe_path and sys.path[0] != HOME:
    del sys.path[0]

from hengstats.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
