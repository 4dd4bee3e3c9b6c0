"""Weighs what the data carry, what goes together, and what survives a challenge.

assess        climbs the evidence ladder for one building, and hands on where many are
many          the rungs for many buildings
clustered     growth on growth with CR2; exchanged histories, wild bootstrap
verdict       what it returns, as text, table and page; statement: its sentences in
              three scripts; shown: its numbers
readings      how printed figures are read
pairs         which growths are paired, and within which boxes
rule          rule E, and the statistics behind it
permutation   exact p of every order
envelope      the worst case over the boxes: correlations, slopes, ranks
control       a third series taken out; looks: several tested as one
refusals      what was not computed, why, and how often it misleads
rivals        what else the record shows that could lie behind a rise
interval      regression on boxes; likelihood: whether it has a maximum
compare       before and after beside others; comparison: what it returns, said
placebo       every other choice of who was treated, and a mixture of others
sensitivity   how strong a hidden cause must be to undo a verdict
"""

from hengstats.evidence.assess import assess
from hengstats.evidence.rivals import explain_rivals
from hengstats.evidence.verdict import Verdict

__all__ = ["Verdict", "assess", "explain_rivals"]
