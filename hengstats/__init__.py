"""hengstats: what printed figures of buildings and their Party organisation carry.

Data flows one way, and each module answers one question:

intake -> records -> figures -> panel -> indicators -> evidence -> charts -> report

    intake      What is in this sheet, cell by cell, and may it come in?
    vocabulary  Which measures, units and labels exist, in three scripts?
    printed     What does "近300家" say, as a number with bounds?
    dataset     What exactly was printed, by whom, when; what was known on a date?
    figures     Which one point or bound do we accept?
    panel       What is known and what is missing, year by year?
    indicators  What growth, index, rate or share follows, as bounds?
    evidence    What can these data carry; what survives a challenge?
    revisions   Which figures and which conclusions are no longer what they were?
    charts      How does one table or one result look?
    report      How do charts, tables and sentences read as one document?
    store       How does a dataset grow by a vintage without ever losing one?

The names below are imported when they are first used.
"""

from importlib import import_module

_NAMES = {
    "hengstats.errors": "DataError Fault GlyphError ReadingError SheetError",
    "hengstats.intake": "check",
    "hengstats.printed": "PrintedFigure read_printed",
    "hengstats.dataset": "list_datasets load_codebook load_milestones load_records"
    " load_sources",
    "hengstats.figures": "conflicts gaps load_events load_figures load_membership"
    " load_tax",
    "hengstats.panel": "build_panel",
    "hengstats.indicators": "cagr growth index_to ratio share",
    "hengstats.evidence": "Verdict assess explain_rivals",
    "hengstats.evidence.interval": "IntervalRegression",
    "hengstats.revisions": "changes",
    "hengstats.adding": "add new verify",
    "hengstats.charts": "draw_growth draw_index draw_membership draw_participation"
    " draw_refusals draw_revisions draw_tax draw_timeline draw_verdict save_chart",
    "hengstats.report": "write_report",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

__version__ = "0.1.0"
__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """Return a public name from the module where it lives."""
    if name not in _HOME:
        raise AttributeError(f"module 'hengstats' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
