"""The event of a Tablestore trigger (FCD "Tablestore triggers", "event format"): CBOR, payload version Sync-v1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cbor2

from yunfn.localcloud.alibaba.tablestore.models.streams import Record

VERSION = "Sync-v1"


def table_event(records: Sequence[Record]) -> bytes:
    """The changes as a function is given them.

    ``Info.Timestamp`` is in microseconds, that of a column (its version) in milliseconds. What a deleted column has
    not, its value or its version, is null.
    """
    return cbor2.dumps({"Version": VERSION, "Records": [_told(record) for record in records]})


def _told(record: Record) -> dict[str, Any]:
    change = record.change
    return {
        "Type": change.kind,
        "Info": {"Timestamp": record.time},
        "PrimaryKey": [{"ColumnName": name, "Value": value} for name, value in change.primary_key],
        "Columns": [
            {"Type": kind, "ColumnName": name, "Value": value, "Timestamp": version}
            for kind, name, value, version in change.columns
        ],
    }
