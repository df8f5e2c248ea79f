"""Plain buffers, judged by the official client's own."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tablestore.metadata import INF_MAX as CLIENT_MAX
from tablestore.metadata import INF_MIN as CLIENT_MIN
from tablestore.metadata import PK_AUTO_INCR
from tablestore.plainbuffer.plain_buffer_builder import (
    PlainBufferBuilder,
    PlainBufferCodedInputStream,
    PlainBufferInputStream,
)

from yunfn.localcloud.alibaba.tablestore.plain_buffer import (
    AUTO_INCREMENT,
    INF_MAX,
    INF_MIN,
    BrokenBufferError,
    BufferRow,
    Cell,
    CellOperation,
    read_row,
    read_rows,
    read_variant,
    write_key,
    write_row,
    write_rows,
    write_variant,
)

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
KEY_VALUES = st.one_of(INTEGERS, st.text(), st.binary())
VALUES = st.one_of(KEY_VALUES, st.booleans(), st.floats(allow_nan=False))
TIMESTAMPS = st.none() | st.integers(0, 2**62)
KEYS = st.lists(st.tuples(NAMES, KEY_VALUES), min_size=1, max_size=4)
CELLS = st.lists(st.tuples(NAMES, VALUES, TIMESTAMPS), max_size=6)


def for_client(value: object) -> object:
    """The client tells binary from text by the bytearray."""
    return bytearray(value) if isinstance(value, bytes) else value


def row(key: list, cells: list) -> BufferRow:
    return BufferRow(tuple(Cell(*column) for column in key), tuple(Cell(*cell) for cell in cells))


@settings(max_examples=120, deadline=None)
@given(key=KEYS, cells=CELLS)
def test_what_a_client_puts_is_read_and_what_is_written_is_what_it_would_send(key: list, cells: list) -> None:
    sent = bytes(
        PlainBufferBuilder.serialize_for_put_row(
            [(name, for_client(value)) for name, value in key],
            [(name, for_client(value), version) for name, value, version in cells],
        )
    )
    assert read_row(sent) == row(key, cells)
    assert write_row(row(key, cells)) == sent


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(KEYS, CELLS), max_size=4))
def test_a_client_reads_rows_as_they_are_written(rows: list) -> None:
    written = write_rows([row(key, cells) for key, cells in rows])
    if not rows:
        assert written == b""
        return
    stream = PlainBufferInputStream(written)
    read = PlainBufferCodedInputStream(stream).read_rows()
    assert [one.primary_key for one in read] == [[(n, for_client(v)) for n, v in key] for key, _ in rows]
    assert [one.attribute_columns for one in read] == [
        [(n, for_client(v), t) for n, v, t in cells] for _, cells in rows
    ]
    assert read_rows(written) == [row(key, cells) for key, cells in rows]


def test_updates_and_deletions_of_a_client_are_read() -> None:
    key = [("job", "j1"), ("row", 7)]
    changes = {
        "PUT": [("a", 1), ("b", "x", 1000)],
        "DELETE": [("c", None, 1700000000000)],
        "DELETE_ALL": ["d"],
        "INCREMENT": [("n", -3)],
    }
    read = read_row(bytes(PlainBufferBuilder.serialize_for_update_row(key, changes)))
    assert read.primary_key == (Cell("job", "j1"), Cell("row", 7))
    assert read.cells == (
        Cell("a", 1),
        Cell("b", "x", 1000),
        Cell("c", None, 1700000000000, CellOperation.DELETE_ONE_VERSION),
        Cell("d", None, None, CellOperation.DELETE_ALL_VERSIONS),
        Cell("n", -3, None, CellOperation.INCREMENT),
    )
    assert write_row(read) == bytes(PlainBufferBuilder.serialize_for_update_row(key, changes))
    deleted = read_row(bytes(PlainBufferBuilder.serialize_for_delete_row(key)))
    assert deleted.deleted
    assert write_row(deleted) == bytes(PlainBufferBuilder.serialize_for_delete_row(key))


def test_the_ends_of_a_range_and_the_next_number_stand_for_values() -> None:
    key = [("a", CLIENT_MIN), ("b", CLIENT_MAX), ("c", PK_AUTO_INCR)]
    sent = bytes(PlainBufferBuilder.serialize_primary_key(key))
    assert write_key(("a", "b", "c"), (INF_MIN, INF_MAX, AUTO_INCREMENT)) == sent
    assert [cell.value for cell in read_row(sent).primary_key] == [INF_MIN, INF_MAX, AUTO_INCREMENT]


@given(VALUES)
def test_a_filters_value_has_no_length_before_it(value: object) -> None:
    assert write_variant(value) == bytes(PlainBufferBuilder.serialize_column_value(for_client(value)))
    assert read_variant(write_variant(value)) == value


WHOLE = write_row(row([("job", "j1"), ("row", 7)], [("value", "text", 1700000000000), ("flag", True, None)]))


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_byte_that_changed_on_the_way_is_seen(position: int, change: int) -> None:
    broken = bytearray(WHOLE)
    broken[position] ^= change
    try:
        read = read_row(bytes(broken))
    except BrokenBufferError:
        return
    pytest.fail(f"read {read} though byte {position} changed")


@given(st.integers(1, len(WHOLE) - 1))
def test_a_buffer_that_ends_early_is_refused(length: int) -> None:
    with pytest.raises(BrokenBufferError):
        read_row(WHOLE[:length])


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parse in (read_row, read_variant, lambda noise: read_row(struct.pack("<i", 0x75) + noise)):
        try:
            parse(data)
        except BrokenBufferError as refusal:
            assert str(refusal)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Cell data broken, PK is empty."),
        (b"\x76\x00\x00\x00", "Cell data broken, mismatch header, actual: 0x76, expect: 0x75."),
        (b"\x75\x00\x00\x00\x02", "Cell data broken, PK is empty."),
        (b"\x75\x00\x00\x00\x01\x09\x00", "Cell data broken, no PK follow PKTag."),
        (WHOLE + WHOLE[4:], "data format is invalid."),
    ],
)
def test_refusals_are_the_services(data: bytes, words: str) -> None:
    with pytest.raises(BrokenBufferError) as refused:
        read_row(data)
    assert str(refused.value) == words
