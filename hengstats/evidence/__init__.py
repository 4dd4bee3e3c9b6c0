"""What can these data carry; what goes together; what survives a challenge?

assess        the evidence ladder for one building, climbed by itself
verdict       what it returns; statement, shown and page say it in three scripts
readings      how printed figures are read
pairs         which growths are paired, and within which boxes
rule          rule E; statistics behind it
permutation   exact p of every order; ranks: which orders the boxes allow
envelope      the worst case over the boxes
power         what so few growths can show
refusals      what was not computed, why, and how often it misleads
rivals        what else the record shows that could lie behind a rise
leastsquares  straight lines to the last digit
"""

from hengstats.evidence.assess import assess
from hengstats.evidence.interval.model import IntervalRegression
from hengstats.evidence.rivals import explain_rivals
from hengstats.evidence.verdict import Verdict

__all__ = ["IntervalRegression", "Verdict", "assess", "explain_rivals"]
