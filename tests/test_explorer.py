"""What is shown before anybody has chosen is what the report would lead with."""

import pytest

import hengstats as hs
from hengstats.report.inputs import read_inputs


def picked(dataset):
    """Return what is chosen at first: the values of the five controls."""
    return [control.value for control in hs.explore(str(dataset)).children[:5]]


@pytest.mark.parametrize("name", ["illustrative-district", "plaza66", "national"])
def test_tax_and_members_are_those_that_lead_the_report(name):
    given = read_inputs(name)
    assert picked(name)[3:] == [given.tax, given.members]
