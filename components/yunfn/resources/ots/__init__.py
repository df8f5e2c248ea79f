"""``yunfn:ots:…``: what upstream's tables of Tablestore lack."""

from __future__ import annotations

from yunfn.resources.ots.table_stream import TableStream

__all__ = ["TableStream"]
