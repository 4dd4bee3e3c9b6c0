"""hengstats: what printed figures of buildings and their Party organisation carry.

Data flows one way:

    printed     a wording such as "近300家" -> a number with bounds
    intake      a sheet -> its cells, checked one by one
    signins     sign-in logs of any size -> yearly participation
    records     one row per figure, as its source printed it
    vintages    what each `add` stored, and which of it still stands
    dataset     a folder -> its tables, as known on a date
    labels      names that people use, for measures, entities and heads of tables
    figures     the one point or bound accepted for an entity, measure and year
    panel       one row per entity and year, known or missing
    smallcells  exact counts of persons -> published ones, with bounds
    indicators  growth, index, ratio and share, as bounds
    prose       one measure in a paragraph
    evidence    what these data can carry; what survives a challenge
    revisions   which figures and which conclusions are no longer what they were
    adding      sheets -> one more vintage of a dataset
    charts      one table or one result, drawn
    report      charts, tables and sentences as one document
    explorer    the same by choosing and clicking
    cli         the same from the command line

The names below are imported when they are first used.
"""

from importlib import import_module

_NAMES = {
    "hengstats.errors": "DataError Fault GlyphError ReadingError SheetError",
    "hengstats.intake": "check",
    "hengstats.signins": "participation",
    "hengstats.printed": "PrintedFigure read_printed",
    "hengstats.dataset": "list_datasets load_codebook load_milestones load_records"
    " load_sources",
    "hengstats.figures": "conflicts gaps load_events load_figures load_membership"
    " load_tax",
    "hengstats.labels": "label",
    "hengstats.panel": "build_panel known list_pairs",
    "hengstats.smallcells": "panel_of_published",
    "hengstats.indicators": "cagr growth index_to ratio share",
    "hengstats.prose": "describe",
    "hengstats.evidence": "Verdict assess explain_rivals",
    "hengstats.evidence.compare": "compare",
    "hengstats.evidence.comparison": "Comparison",
    "hengstats.evidence.sensitivity": "Sensitivity sensitivity",
    "hengstats.evidence.interval": "IntervalRegression",
    "hengstats.revisions": "changes",
    "hengstats.adding": "add new verify",
    "hengstats.charts.comparison": "draw_comparison",
    "hengstats.charts.growth": "draw_growth",
    "hengstats.charts.growthmap": "draw_growth_map",
    "hengstats.charts.levels": "draw_index draw_membership draw_participation draw_tax",
    "hengstats.charts.many": "draw_multiples draw_ranking",
    "hengstats.charts.refusals": "draw_refusals",
    "hengstats.charts.revisions": "draw_revisions",
    "hengstats.charts.save": "save_chart",
    "hengstats.charts.specifications": "draw_specifications",
    "hengstats.charts.timeline": "draw_calendar draw_timeline",
    "hengstats.charts.verdict": "draw_verdict",
    "hengstats.report": "write_report",
    "hengstats.explorer": "explore",
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
