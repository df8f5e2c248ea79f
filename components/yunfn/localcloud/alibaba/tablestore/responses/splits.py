"""ComputeSplitPointsBySize: where to cut a table into parts of about one size, for readers side by side."""

from __future__ import annotations

import hashlib

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.tables import Table
from yunfn.localcloud.alibaba.tablestore.plain_buffer import INF_MAX, INF_MIN, write_key
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, Operation
from yunfn.localcloud.alibaba.tablestore.responses.writes import Done, consumed
from yunfn.localcloud.alibaba.tablestore.row_rules import MOST_KEY_BYTES, row_size, value_size
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState
from yunfn.localcloud.alibaba.tablestore.values import Value

_UNIT = 100 * 1024 * 1024
_SMALLEST_UNIT = 1024 * 1024


def compute_split_points_by_size(state: TablestoreState, call: DataCall) -> pb.ComputeSplitPointsBySizeResponse:
    """Cut between partition keys, never within one; a point is the first key after a part, its other columns left off.

    The sizes are in 100 MB unless the request has a unit, 1 MB at least ("ComputeSplitPointsBySize" and the Java
    client's tests of it).
    """
    asked: pb.ComputeSplitPointsBySizeRequest = call.message
    table = state.table_of(call)
    if asked.split_size <= 0:
        raise ParameterInvalid("The split_size should be greater than 0.")
    unit = asked.split_size_unit_in_byte if asked.HasField("split_size_unit_in_byte") else _UNIT
    if unit < _SMALLEST_UNIT:
        raise ParameterInvalid(f"The split_size_unit_in_byte should be greater equal than: {_SMALLEST_UNIT}")
    points = _points(state, table, asked.split_size * unit)
    if asked.HasField("split_point_limit"):
        if asked.split_point_limit <= 0:
            raise ParameterInvalid("The split_point_limit should be greater than 0.")
        points = _thinned(points, asked.split_point_limit)
    name = table.primary_key[0].name
    response = pb.ComputeSplitPointsBySizeResponse(
        consumed=consumed(Done(1, 0)), split_points=[write_key([name], [point]) for point in points]
    )
    for column in table.primary_key:
        schema = response.schema.add(name=column.name, type=pb.PrimaryKeyType.Value(column.type))
        if column.auto_increment:
            schema.option = pb.AUTO_INCREMENT
    # A table is in one place here; the service tells no more of a place than such a name.
    response.locations.add(location=_location(table), repeat=len(points) + 1)
    return response


def _points(state: TablestoreState, table: Table, size: int) -> list[Value]:
    ends = len(table.primary_key)
    points: list[Value] = []
    partition: Value | None = None
    part = 0
    for row in state.rows.scan(table, (INF_MIN,) * ends, (INF_MAX,) * ends):
        if partition is not None and row.primary_key[0] != partition and part >= size:
            after = _after(partition)
            # Of a text as long as may be there is none; the point must do for the end of a range.
            points.append(after if value_size(after) <= MOST_KEY_BYTES else row.primary_key[0])
            part = 0
        partition = row.primary_key[0]
        part += row_size(table, row)
    return points


def _after(value: Value) -> Value:
    """The first value after this one."""
    if isinstance(value, str):
        return value + "\0"
    if isinstance(value, bytes):
        return value + b"\0"
    return int(value) + 1


def _thinned(points: list[Value], limit: int) -> list[Value]:
    """At most ``limit`` of the points, spread evenly."""
    if len(points) <= limit:
        return points
    return [points[(number + 1) * (len(points) + 1) // (limit + 1) - 1] for number in range(limit)]


def _location(table: Table) -> str:
    return hashlib.sha256("/".join(table.key).encode()).hexdigest()[:32]


OPERATIONS: dict[str, Operation] = {"ComputeSplitPointsBySize": compute_split_points_by_size}
