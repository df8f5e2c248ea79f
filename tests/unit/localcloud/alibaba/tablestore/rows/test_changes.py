"""What a table's stream is told of writes."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots

from yunfn.localcloud.alibaba.tablestore import TablestoreService
from yunfn.localcloud.alibaba.tablestore.models.streams import Change, Streams
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey

from .row_tables import REGION, RowTables, condition, refused

KEY = [("job", "j1"), ("row", 7)]


def streaming(rows: RowTables) -> str:
    table = rows.table()
    rows.ask("UpdateTable", table_name=table, stream_spec={"enable_stream": True, "expiration_time": 24})
    return table


def changes(rows: RowTables, table: str) -> list[Change]:
    def read(one: Any) -> list[Change]:
        service = one.find(TablestoreService)
        found = service.state.tables.find(rows.cloud.account, REGION, rows.instance, table)
        stream = service.state.streams.of_table(found.key)
        assert isinstance(found.key, TableKey)
        return [] if stream is None else [record.change for record in service.state.streams.records(stream, 0, 100)]

    return rows.cloud.run(read)


def test_every_change_is_told_in_order(rows: RowTables) -> None:
    table, now = streaming(rows), rows.now()
    key = tuple(KEY)
    rows.put(table, KEY, ("b", bytearray(b"\x00"), now), ("a", 1, now))
    update = {"PUT": [("c", 1.5, now + 1)], "DELETE": [("a", None, now)], "DELETE_ALL": ["b"]}
    rows.update(table, KEY, update)
    rows.delete(table, KEY)
    assert changes(rows, table) == [
        Change("PutRow", key, (("Put", "b", b"\x00", now), ("Put", "a", 1, now))),
        Change(
            "UpdateRow",
            key,
            (("Put", "c", 1.5, now + 1), ("DeleteOneVersion", "a", None, now), ("DeleteAllVersions", "b", None, None)),
        ),
        Change("DeleteRow", key),
    ]


def test_a_sum_and_a_number_are_told_as_what_came_of_them(rows: RowTables) -> None:
    table = streaming(rows)
    before = rows.now()
    for _ in range(2):
        rows.update(table, KEY, {"INCREMENT": [("n", 21)]})
    (_, change) = changes(rows, table)
    ((kind, name, value, version),) = change.columns
    assert (change.kind, kind, name, value) == ("UpdateRow", "Put", "n", 42)
    assert version is not None and before <= version <= rows.now()


def test_what_changed_nothing_is_not_told(rows: RowTables) -> None:
    table, silent = streaming(rows), rows.table()
    rows.delete(table, KEY)
    rows.update(table, KEY, {"DELETE_ALL": ["a"]})
    refused(403, "OTSConditionCheckFail", rows.put, table, KEY, ("a", 1), condition=condition("EXPECT_EXIST"))
    rows.put(silent, KEY, ("a", 1))
    assert changes(rows, table) == changes(rows, silent) == []


def test_rows_of_a_batch_are_told_one_by_one(rows: RowTables) -> None:
    table = streaming(rows)
    items = [
        ots.PutRowItem(ots.Row(KEY, [("a", 1)]), condition()),
        ots.PutRowItem(ots.Row([("job", "j1"), ("row", 8)], [("a", 1)]), condition("EXPECT_EXIST")),
        ots.DeleteRowItem(ots.Row(KEY), condition()),
    ]
    rows.batch(**{table: items})
    assert [change.kind for change in changes(rows, table)] == ["PutRow", "DeleteRow"]


def test_a_row_is_not_changed_without_its_record(rows: RowTables, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a kill between the two would leave: a row whose change no trigger is ever called for."""
    table, key = rows.table(), [("job", "j"), ("row", 1)]
    rows.put(table, key, ("a", 1))

    def killed(*given: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Streams, "append", killed)
    for work in (lambda: rows.put(table, key, ("a", 2)), lambda: rows.delete(table, key)):
        refused(400, "YunfnLocalDefect", work)
    monkeypatch.undo()
    assert rows.get(table, key) == [("a", 1)]
