"""Charts are drawn without a display and closed again; one small panel for all."""

import math

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import settings

mpl.use("agg")
# No test is a timed one: a busy machine must not fail it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def no_open_figures():
    """Close what a test has drawn."""
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def panel():
    """Return two buildings and three years, one bound and one gap.

    East: 10 in 2018, nothing in 2019, 20 in 2020, both exact. West: 30 and 40,
    rounded to tens, then at least 50.
    """
    nan, inf = math.nan, math.inf
    table = pd.DataFrame(
        [
            ("east", 2018, 10.0, 10.0, 10.0),
            ("east", 2019, nan, nan, nan),
            ("east", 2020, 20.0, 20.0, 20.0),
            ("west", 2018, 30.0, 25.0, 35.0),
            ("west", 2019, 40.0, 35.0, 45.0),
            ("west", 2020, nan, 50.0, inf),
        ],
        columns=[
            "entity",
            "year",
            "tax_revenue",
            "tax_revenue_lower",
            "tax_revenue_upper",
        ],
    )
    east = {"2018": "10亿元", "2020": "20亿元"}
    west = {"2018": "约30亿元", "2019": "约40亿元", "2020": "超50亿元"}
    table.attrs["about"] = {
        "sources": {
            "tax_revenue": {
                "east": [["东报", "2021-01-02"]],
                "west": [["西报", "2021-03-04"]],
            }
        },
        "printed": {"tax_revenue": {"east": east, "west": west}},
        "not_found": {"tax_revenue": {"east": [2019]}},
        "units": {"tax_revenue": "100 million yuan"},
        "entities": {
            "east": ["东楼", "東樓", "East House"],
            "west": ["西楼", "西樓", "West House"],
        },
        "milestones": [],
        "publications": {},
        "datasets": ["small"],
        "as_of": None,
    }
    return table
