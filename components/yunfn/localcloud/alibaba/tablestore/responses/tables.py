"""Operations of tables: what the request asks and the answer tells, field by field."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.alibaba.tablestore import table_rules
from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid, QuotaExhausted, TableAlreadyExists
from yunfn.localcloud.alibaba.tablestore.models.tables import Table, TableOptions
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, Operation
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState


def create_table(state: TablestoreState, call: DataCall) -> pb.CreateTableResponse:
    """CreateTable: a table, with its stream where that is asked for; it is ready at once."""
    asked: pb.CreateTableRequest = call.message
    meta = asked.table_meta
    call.require(meta.table_name)
    _refuse_what_is_not_here(asked)
    key = table_rules.key_columns(meta.primary_key)
    read, write = table_rules.throughput(call.instance, asked.reserved_throughput.capacity_unit)
    now = state.clock.time()
    table = Table(
        call.account,
        call.region,
        call.instance.name,
        table_rules.check_name(meta.table_name, "table"),
        key,
        table_rules.options(TableOptions(), asked.table_options),
        table_rules.defined_columns(key, {}, meta.defined_column),
        table_rules.encryption(asked.sse_spec) if asked.HasField("sse_spec") else None,
        read,
        write,
        created=now,
        throughput_changed=now,
    )
    streamed = asked.HasField("stream_spec") and asked.stream_spec.enable_stream
    hours = table_rules.stream_hours(asked.stream_spec) if streamed else 0
    if state.tables.get(call.instance, table.name) is None and (
        state.tables.count(call.instance) >= table_rules.MOST_TABLES
    ):
        raise QuotaExhausted
    if not state.tables.insert(table):
        raise TableAlreadyExists
    if streamed:
        state.streams.enable(table.key, hours)
    return pb.CreateTableResponse()


def list_table(state: TablestoreState, call: DataCall) -> pb.ListTableResponse:
    """ListTable: the names of the instance's tables, all of them: a right to some does not do."""
    call.require()
    return pb.ListTableResponse(table_names=[table.name for table in state.tables.listed(call.instance)])


def describe_table(state: TablestoreState, call: DataCall) -> pb.DescribeTableResponse:
    """DescribeTable: all there is to know of a table."""
    table = state.table_of(call)
    return pb.DescribeTableResponse(
        table_meta=_meta(table),
        reserved_throughput_details=_throughput(table),
        table_options=_options(table.options),
        table_status=pb.ACTIVE,
        stream_details=_stream_details(state, table),
        sse_details=_encryption(table),
    )


def update_table(state: TablestoreState, call: DataCall) -> pb.UpdateTableResponse:
    """UpdateTable: options, reserved throughput, and the stream on or off."""
    asked: pb.UpdateTableRequest = call.message
    table = state.table_of(call)
    changes: dict[str, Any] = {}
    if not any(asked.HasField(field) for field in ("reserved_throughput", "table_options", "stream_spec")):
        raise ParameterInvalid("Nothing to update: neither reserved throughput nor options nor a stream is given.")
    if asked.HasField("reserved_throughput"):
        read, write = table_rules.throughput(call.instance, asked.reserved_throughput.capacity_unit)
        changes |= {"reserved_read": read, "reserved_write": write, "throughput_changed": state.clock.time()}
    if asked.HasField("table_options"):
        changes["options"] = table_rules.options(table.options, asked.table_options)
    if asked.HasField("stream_spec"):
        _switch_stream(state, table, asked.stream_spec)
    table = state.tables.update(table, **changes)
    return pb.UpdateTableResponse(
        reserved_throughput_details=_throughput(table),
        table_options=_options(table.options),
        stream_details=_stream_details(state, table),
    )


def delete_table(state: TablestoreState, call: DataCall) -> pb.DeleteTableResponse:
    """DeleteTable: the table goes with its rows and its stream."""
    state.drop(state.table_of(call))
    return pb.DeleteTableResponse()


def add_defined_column(state: TablestoreState, call: DataCall) -> pb.AddDefinedColumnResponse:
    """AddDefinedColumn: more defined columns for a table."""
    table = state.table_of(call)
    if not call.message.columns:
        raise ParameterInvalid("No column is given.")
    columns = table_rules.defined_columns(table.primary_key, table.defined_columns, call.message.columns)
    state.tables.update(table, defined_columns=columns)
    return pb.AddDefinedColumnResponse()


def delete_defined_column(state: TablestoreState, call: DataCall) -> pb.DeleteDefinedColumnResponse:
    """DeleteDefinedColumn: the columns are defined no more; what rows hold stays."""
    table = state.table_of(call)
    if not call.message.columns:
        raise ParameterInvalid("No column is given.")
    columns = dict(table.defined_columns)
    for name in call.message.columns:
        if columns.pop(name, None) is None:
            raise ParameterInvalid(f"The defined column '{name}' does not exist.")
    state.tables.update(table, defined_columns=columns)
    return pb.DeleteDefinedColumnResponse()


OPERATIONS: dict[str, Operation] = {
    "CreateTable": create_table,
    "ListTable": list_table,
    "DescribeTable": describe_table,
    "UpdateTable": update_table,
    "DeleteTable": delete_table,
    "AddDefinedColumn": add_defined_column,
    "DeleteDefinedColumn": delete_defined_column,
}


def _refuse_what_is_not_here(asked: pb.CreateTableRequest) -> None:
    for given, what in (
        (asked.index_metas, "secondary indexes"),
        (asked.enable_local_txn, "local transactions"),
        (asked.partitions, "tables that are split beforehand"),
    ):
        if given:
            raise ParameterInvalid(f"Unsupported operation: the local cloud has no {what}.")


def _switch_stream(state: TablestoreState, table: Table, asked: pb.StreamSpecification) -> None:
    """Turn a stream on or off.

    How the cloud answers to another time for a stream that is on stands nowhere; it is refused, not done by half.
    """
    if not asked.enable_stream:
        state.streams.disable(table.key)
        return
    hours = table_rules.stream_hours(asked)
    present = state.streams.of_table(table.key)
    if present is not None and asked.HasField("expiration_time") and present.hours != hours:
        raise ParameterInvalid(f"The stream is on, for {present.hours} hours: turn it off before you change that.")
    state.streams.enable(table.key, hours)


def _meta(table: Table) -> pb.TableMeta:
    key = [
        pb.PrimaryKeySchema(
            name=column.name,
            type=pb.PrimaryKeyType.Value(column.type),
            option=pb.AUTO_INCREMENT if column.auto_increment else None,
        )
        for column in table.primary_key
    ]
    columns = [
        pb.DefinedColumnSchema(name=name, type=pb.DefinedColumnType.Value(f"DCT_{kind}"))
        for name, kind in table.defined_columns.items()
    ]
    return pb.TableMeta(table_name=table.name, primary_key=key, defined_column=columns)


def _options(options: TableOptions) -> pb.TableOptions:
    return pb.TableOptions(
        time_to_live=options.time_to_live,
        max_versions=options.max_versions,
        deviation_cell_version_in_sec=options.deviation_seconds,
        allow_update=options.allow_update,
    )


def _throughput(table: Table) -> pb.ReservedThroughputDetails:
    return pb.ReservedThroughputDetails(
        capacity_unit=pb.CapacityUnit(read=table.reserved_read, write=table.reserved_write),
        last_increase_time=int(table.throughput_changed),
    )


def _stream_details(state: TablestoreState, table: Table) -> pb.StreamDetails:
    """The stream as DescribeTable and UpdateTable tell it; the Go client cannot do without (``api.go``)."""
    stream = state.streams.of_table(table.key)
    if stream is None:
        return pb.StreamDetails(enable_stream=False)
    return pb.StreamDetails(
        enable_stream=True, stream_id=stream.id, expiration_time=stream.hours, last_enable_time=stream.created
    )


def _encryption(table: Table) -> pb.SSEDetails | None:
    found = table.encryption
    if found is None:
        return None
    details = pb.SSEDetails(enable=True, key_type=pb.SSEKeyType.Value(found.key_type))
    if found.key_id:
        details.key_id, details.role_arn = found.key_id.encode(), found.role_arn.encode()
    return details
