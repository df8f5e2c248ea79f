"""Simple Log Service: projects, logstores, indexes, and logs written and found again."""

from __future__ import annotations

from yunfn.localcloud.alibaba.log.service import LogService

__all__ = ["LogService"]
