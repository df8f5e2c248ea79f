"""SLS's state: projects, logstores with their indexes, and log entries."""

from __future__ import annotations

from yunfn.localcloud.alibaba.log.models.entries import LogEntry, StoredEntry

__all__ = ["LogEntry", "StoredEntry"]
