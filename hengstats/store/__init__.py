"""How does a dataset grow by a vintage without ever losing one?"""

from hengstats.store.added import Added
from hengstats.store.adding import add
from hengstats.store.new import new
from hengstats.store.verifying import verify

__all__ = ["Added", "add", "new", "verify"]
