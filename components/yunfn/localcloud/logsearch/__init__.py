"""What log services share: logs in the order of time, their index, and the search language both clouds have.

SLS and CLS ask in nearly the same words; where they differ a :class:`Dialect` says how.
"""

from yunfn.localcloud.logsearch.analysis import Analysis, UnresolvedColumn, analyse, split
from yunfn.localcloud.logsearch.conditions import Condition
from yunfn.localcloud.logsearch.dialect import Dialect
from yunfn.localcloud.logsearch.exceptions import QueryError
from yunfn.localcloud.logsearch.index import Field, FieldRule, LogIndex, Searchable
from yunfn.localcloud.logsearch.parser import parse
from yunfn.localcloud.logsearch.timeline import Timeline
from yunfn.localcloud.logsearch.words import Cutter

__all__ = [
    "Analysis",
    "Condition",
    "Cutter",
    "Dialect",
    "Field",
    "FieldRule",
    "LogIndex",
    "QueryError",
    "Searchable",
    "Timeline",
    "UnresolvedColumn",
    "analyse",
    "parse",
    "split",
]
