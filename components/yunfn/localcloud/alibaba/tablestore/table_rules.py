"""What a table may be ("General limits" and "Limits on the Wide Column model" of Tablestore's documentation).

Words of refusals are those of "Error codes" and of the official Python client's own tests where they have some (a name,
a type, a number of columns), and else ours; the code is OTSParameterInvalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.instances import HYBRID, Instance
from yunfn.localcloud.alibaba.tablestore.models.tables import FOREVER, Encryption, KeyColumn, TableOptions
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb

MOST_TABLES = 64
"""How many tables an instance holds unless a ticket raises it."""
DAY = 86400
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_MOST_KEY_COLUMNS = 4
_MOST_DEFINED_COLUMNS = 32
_MOST_CAPACITY_UNITS = 100_000
_LONGEST_STREAM_HOURS = 168
# In seconds; versions of cells are in microseconds inside the service ("Error codes").
_LARGEST_DEVIATION = (2**63 - 1) // 1_000_000


def check_name(name: str, what: str) -> str:
    """``name`` of a table or column as it is; raises ParameterInvalid."""
    if not _NAME.fullmatch(name):
        raise ParameterInvalid(f"Invalid {what} name: '{name}'.")
    return name


def key_columns(schemas: Iterable[pb.PrimaryKeySchema]) -> tuple[KeyColumn, ...]:
    """The primary key that a request describes; raises ParameterInvalid."""
    columns: list[KeyColumn] = []
    for schema in schemas:
        kind = pb.PrimaryKeyType.Name(schema.type)
        auto = schema.HasField("option")
        if kind not in ("INTEGER", "STRING", "BINARY"):
            raise ParameterInvalid(f"{kind.removeprefix('PK_')} is an invalid type for the primary key.")
        if auto and (kind != "INTEGER" or not columns):
            # "Auto-increment of primary key columns": never the partition key.
            raise ParameterInvalid("An auto-increment column must be of the type INTEGER and not the partition key.")
        columns.append(KeyColumn(check_name(schema.name, "column"), kind, auto))
    if not 1 <= len(columns) <= _MOST_KEY_COLUMNS:
        raise ParameterInvalid(f"The number of primary key columns must be in range: [1, {_MOST_KEY_COLUMNS}].")
    if sum(column.auto_increment for column in columns) > 1:
        raise ParameterInvalid("A table has at most one auto-increment column.")
    _check_unique("primary key", (column.name for column in columns))
    return tuple(columns)


def defined_columns(
    key: Iterable[KeyColumn], before: Mapping[str, str], schemas: Iterable[pb.DefinedColumnSchema]
) -> dict[str, str]:
    """The defined columns after those of a request came to ``before``; raises ParameterInvalid."""
    added = [
        (check_name(schema.name, "column"), pb.DefinedColumnType.Name(schema.type).removeprefix("DCT_"))
        for schema in schemas
    ]
    _check_unique("column", [*(column.name for column in key), *before, *(name for name, _ in added)])
    found = {**before, **dict(added)}
    if len(found) > _MOST_DEFINED_COLUMNS:
        raise ParameterInvalid(f"The number of defined columns must be in range: [0, {_MOST_DEFINED_COLUMNS}].")
    return found


def options(before: TableOptions, asked: pb.TableOptions) -> TableOptions:
    """``before`` with what a request sets; raises ParameterInvalid."""
    after = before
    if asked.HasField("time_to_live"):
        # -1, or a day at least ("Data versions and TTL").
        if asked.time_to_live != FOREVER and asked.time_to_live < DAY:
            raise ParameterInvalid(f"Invalid time to live: {asked.time_to_live}; it must be -1, or {DAY} at least.")
        after = replace(after, time_to_live=asked.time_to_live)
    if asked.HasField("max_versions"):
        if asked.max_versions < 1:
            raise ParameterInvalid(f"Invalid max versions: {asked.max_versions}; it must be 1 at least.")
        after = replace(after, max_versions=asked.max_versions)
    if asked.HasField("deviation_cell_version_in_sec"):
        if not 0 <= asked.deviation_cell_version_in_sec <= _LARGEST_DEVIATION:
            raise ParameterInvalid("The maximum deviation must be in range [0, INT64_MAX/1000000].")
        after = replace(after, deviation_seconds=asked.deviation_cell_version_in_sec)
    if asked.HasField("allow_update"):
        after = replace(after, allow_update=asked.allow_update)
    if asked.update_full_row:
        raise ParameterInvalid("The local cloud has no tables whose rows are only written whole (update_full_row).")
    return after


def throughput(instance: Instance, asked: pb.CapacityUnit) -> tuple[int, int]:
    """Reserved read and write units; raises ParameterInvalid."""
    for what, units in (("read", asked.read), ("write", asked.write)):
        if not 0 <= units <= _MOST_CAPACITY_UNITS:
            raise ParameterInvalid(f"The reserved {what} capacity unit must be in range: [0, {_MOST_CAPACITY_UNITS}].")
        if units and instance.cluster_type == HYBRID:
            raise ParameterInvalid(f"Can not reserve {what} capacity unit on capacity cluster.")
    return asked.read, asked.write


def stream_hours(asked: pb.StreamSpecification) -> int:
    """How long a stream that is turned on keeps its records, in hours; raises ParameterInvalid.

    168 hours are the most, and what a request without a time gets ("Stream", and believed of the latter).
    """
    if asked.columns_to_get:
        raise ParameterInvalid("The local cloud's streams hold no columns' former values (columns_to_get).")
    if not asked.HasField("expiration_time"):
        return _LONGEST_STREAM_HOURS
    if not 1 <= asked.expiration_time <= _LONGEST_STREAM_HOURS:
        raise ParameterInvalid(f"The expiration time of a stream must be in range: [1, {_LONGEST_STREAM_HOURS}].")
    return int(asked.expiration_time)


def encryption(asked: pb.SSESpecification) -> Encryption | None:
    """The encryption at rest that a new table gets; raises ParameterInvalid."""
    if not asked.enable:
        return None
    if not asked.HasField("key_type"):
        raise ParameterInvalid("The key type is required when server-side encryption is enabled.")
    found = Encryption(pb.SSEKeyType.Name(asked.key_type), _text(asked.key_id), _text(asked.role_arn))
    if found.key_type == "SSE_BYOK" and not (found.key_id and found.role_arn):
        raise ParameterInvalid("SSE_BYOK takes the id of a key and the ARN of a role.")
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ParameterInvalid("A key's id and a role's ARN are UTF-8.") from None


def _check_unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ParameterInvalid(f"Duplicated {what} name: '{name}'.")
        seen.add(name)
