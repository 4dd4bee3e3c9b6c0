"""How does a dataset grow by a vintage without ever losing one?"""

from hengstats.adding.added import Added
from hengstats.adding.adding import add
from hengstats.adding.new import new
from hengstats.adding.verifying import verify

__all__ = ["Added", "add", "new", "verify"]
