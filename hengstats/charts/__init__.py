"""Draws one table or one result as one chart; computes nothing of its own.

style     type, colours, fonts; no character is ever missing
marks     how one figure is drawn: filled, hollow, arrow, capped bar, hatched year
caption   the names and sentences that let a chart stand alone
choose    which entities and years a chart shows
levels    tax, membership and participation by year; one year of them at 100
many      many entities: ranked in one year, or each in a small chart
growth    growth within its bounds
timeline  phases and dated events
verdict   growth against growth, and what chance would give
slopes    the slope of many entities, and what chance would give
refusals  how often customary procedures mislead
revisions figures before and after they were revised
save      PNG, SVG, PDF

Nothing is imported here: whoever draws tax does not wait for the statistics behind a
verdict.
"""
