"""Tablestore's operations: a dictionary ``OPERATIONS`` per file, joined here for the service."""

from __future__ import annotations

from collections.abc import Mapping

from yunfn.localcloud.alibaba.tablestore.request import Operation
from yunfn.localcloud.alibaba.tablestore.responses import batches, ranges, rows, splits, streams, tables

OPERATIONS: Mapping[str, Operation] = {
    **batches.OPERATIONS,
    **ranges.OPERATIONS,
    **rows.OPERATIONS,
    **splits.OPERATIONS,
    **streams.OPERATIONS,
    **tables.OPERATIONS,
}
"""The data plane's operations by name."""
