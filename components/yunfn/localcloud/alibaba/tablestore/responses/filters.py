"""Filters of reads and column conditions of writes: the wire's one ``Filter`` message as a test of a row's columns."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.messages import BrokenMessageError, parse
from yunfn.localcloud.alibaba.tablestore.models.row_reads import Columns, Condition, Page
from yunfn.localcloud.alibaba.tablestore.plain_buffer import BrokenBufferError, Marker, read_variant
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.responses.transfer_rules import transfer
from yunfn.localcloud.alibaba.tablestore.row_rules import check_column_name, check_value
from yunfn.localcloud.alibaba.tablestore.values import Value

MAX_FILTERS = 32
"""How many filters one may be made of, composites counted ("Filter": up to 32 conditions, as the service says it)."""

_COMPARISONS: dict[int, Callable[[Any, Any], bool]] = {
    pb.CT_EQUAL: operator.eq,
    pb.CT_NOT_EQUAL: operator.ne,
    pb.CT_GREATER_THAN: operator.gt,
    pb.CT_GREATER_EQUAL: operator.ge,
    pb.CT_LESS_THAN: operator.lt,
    pb.CT_LESS_EQUAL: operator.le,
}


def read_filter(data: bytes) -> tuple[Condition | None, Page | None]:
    """The condition on a row's columns or the page of columns that a read's filter is; neither for no filter.

    Raises ParameterInvalid.
    """
    if not data:
        return None, None
    found = _parsed(pb.Filter, data, "filter")
    if found.type != pb.FT_COLUMN_PAGINATION:
        return _condition(found, _Count()), None
    page = _parsed(pb.ColumnPaginationFilter, found.filter, "column pagination filter")
    if page.offset < 0:
        raise ParameterInvalid("Offset in ColumnPaginationFilter must be greater than or equal to 0.")
    if page.limit <= 0:
        raise ParameterInvalid("Limit in ColumnPaginationFilter must be greater than 0.")
    return None, Page(page.offset, page.limit)


def read_condition(data: bytes) -> Condition | None:
    """The column condition of a write, None where there is none; raises ParameterInvalid."""
    return _condition(_parsed(pb.Filter, data, "filter"), _Count()) if data else None


class _Count:
    """How many filters were read so far."""

    def __init__(self) -> None:
        self._filters = 0

    def another(self) -> None:
        self._filters += 1
        if self._filters > MAX_FILTERS:
            raise ParameterInvalid(f"The count of filter exceeds the max: {MAX_FILTERS}.")


def _condition(message: pb.Filter, count: _Count) -> Condition:
    count.another()
    if message.type == pb.FT_SINGLE_COLUMN_VALUE:
        return _single(_parsed(pb.SingleColumnValueFilter, message.filter, "relation filter"))
    if message.type == pb.FT_COMPOSITE_COLUMN_VALUE:
        return _composite(_parsed(pb.CompositeColumnValueFilter, message.filter, "composite filter"), count)
    raise ParameterInvalid(f"Invalid type of sub-filter: {pb.FilterType.Name(message.type)}.")


def _composite(message: pb.CompositeColumnValueFilter, count: _Count) -> Condition:
    parts = [_condition(part, count) for part in message.sub_filters]
    if message.combinator == pb.LO_NOT:
        if len(parts) != 1:
            raise ParameterInvalid("Invalid NOT operator: the number of sub-filters must be 1.")
        return lambda columns: not parts[0](columns)
    if len(parts) < 2:
        raise ParameterInvalid("Invalid AND/OR operator: the number of sub-filters must be more than 1.")
    if message.combinator == pb.LO_AND:
        return lambda columns: all(part(columns) for part in parts)
    return lambda columns: any(part(columns) for part in parts)


def _single(message: pb.SingleColumnValueFilter) -> Condition:
    name = message.column_name
    check_column_name(name)
    if message.comparator in (pb.CT_EXIST, pb.CT_NOT_EXIST):
        wanted = message.comparator == pb.CT_EXIST
        return lambda columns: (name in columns) == wanted
    compare = _COMPARISONS[message.comparator]
    other = _value(name, message.column_value)
    transferred = transfer(message.value_trans_rule) if message.HasField("value_trans_rule") else None
    # The wire's word is the opposite of the clients' "pass if missing"; the API reference's own text has it reversed.
    if_missing = not message.filter_if_missing
    newest_only = message.latest_version_only

    def holds(columns: Columns) -> bool:
        versions = columns.get(name)
        values: list[Value | None] = [version.value for version in versions or ()]
        if newest_only:
            values = values[:1]
        if transferred is not None:
            values = [transferred(value) for value in values if value is not None]
        there = [value for value in values if value is not None]
        if not there:
            return if_missing
        return any(_compared(compare, value, other) for value in there)

    return holds


def _compared(compare: Callable[[Any, Any], bool], value: Value, other: Value) -> bool:
    """Values of two types are unequal, and none is the greater one (the service's own tests of the Java client)."""
    if type(value) is not type(other):
        return compare is operator.ne
    if isinstance(value, str) and isinstance(other, str):
        return compare(value.encode(), other.encode())
    return compare(value, other)


def _value(name: str, data: bytes) -> Value:
    try:
        value = read_variant(data)
    except BrokenBufferError:
        raise ParameterInvalid("Deserialize relation filter failed.") from None
    if isinstance(value, Marker):
        raise ParameterInvalid("Deserialize relation filter failed.")
    check_value(name, value)
    return value


def _parsed(kind: type[Message], data: bytes, what: str) -> Any:
    try:
        return parse(kind, data)
    except BrokenMessageError:
        raise ParameterInvalid(f"Deserialize {what} failed.") from None
