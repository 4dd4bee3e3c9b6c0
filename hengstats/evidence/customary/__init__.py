"""What would the customary procedures have said of series that share nothing?

nulls       two series that have nothing to do with each other
lines       one straight line fitted to many pairs at once
levels      procedures on levels
growths     procedures on growth
procedures  all of them, and how often each raises a false alarm
"""

from hengstats.evidence.customary.nulls import NULLS
from hengstats.evidence.customary.procedures import CUSTOMARY, alarm_rates

__all__ = ["CUSTOMARY", "NULLS", "alarm_rates"]
