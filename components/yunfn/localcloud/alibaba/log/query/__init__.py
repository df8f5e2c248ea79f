"""SLS's search language, as far as it goes without SQL: words, fields, comparisons, and, or, not, phrases."""

from __future__ import annotations

from yunfn.localcloud.alibaba.log.query.parser import parse
from yunfn.localcloud.alibaba.log.query.words import LogIndex

__all__ = ["LogIndex", "parse"]
