"""What line goes through boxes: interval regression by maximum likelihood?

model      the estimator: boxes, regressors, fit
observed   which observations it may be given
formula    regressors by a formula
existence  whether the likelihood has a maximum at all
olsen      the likelihood, and Newton's method on it
fit        what comes back
boxedols   the honest envelope below twenty observations
"""

from hengstats.evidence.interval.model import IntervalRegression

__all__ = ["IntervalRegression"]
