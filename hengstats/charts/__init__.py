"""How does one table or one result look? Charts compute nothing of their own.

style     type, colours, fonts; no character is ever missing
marks     how one figure is drawn: filled, hollow, arrow, capped bar, hatched year
caption   which sentences let a chart stand alone
choose    which entities, years and names are shown
series    tax and membership by year
participation, index
phases    milestones and phases, and the timeline
growth    growth within its bounds
verdict   growth against growth, and what chance would give
pairs     growth against growth, step by step
refusals  how often customary procedures mislead
revisions figures before and after they were revised
save      PNG, SVG, PDF
"""

from hengstats.charts.growth import draw_growth
from hengstats.charts.index import draw_index
from hengstats.charts.participation import draw_participation
from hengstats.charts.phases import draw_timeline
from hengstats.charts.refusals import draw_refusals
from hengstats.charts.revisions import draw_revisions
from hengstats.charts.save import save_chart
from hengstats.charts.series import draw_membership, draw_tax
from hengstats.charts.verdict import draw_verdict

__all__ = [
    "draw_growth",
    "draw_index",
    "draw_membership",
    "draw_participation",
    "draw_refusals",
    "draw_revisions",
    "draw_tax",
    "draw_timeline",
    "draw_verdict",
    "save_chart",
]
