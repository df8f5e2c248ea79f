"""What rows may be, and what they count for ("Limits of the wide column model", "Error codes" of the documentation)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from yunfn.localcloud.alibaba.tablestore.exceptions import InvalidPrimaryKey, ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.rows import Row
from yunfn.localcloud.alibaba.tablestore.models.tables import Table
from yunfn.localcloud.alibaba.tablestore.plain_buffer import AUTO_INCREMENT, Cell, KeyValue, Marker, variant_name
from yunfn.localcloud.alibaba.tablestore.table_rules import check_name
from yunfn.localcloud.alibaba.tablestore.values import Value

MOST_KEY_BYTES = 1024
"""The longest text or binary of a primary key column, in bytes."""
MOST_VALUE_BYTES = 2 * 1024 * 1024
"""The longest text or binary of an attribute column, in bytes."""
MOST_COLUMNS = 1024
"""How many columns one PutRow or UpdateRow may name."""
MOST_COLUMNS_TO_GET = 128
MOST_WRITE_BYTES = 4 * 1024 * 1024
"""How much data one write, or one batch of them, may hold."""
MOST_ROWS_READ = 100
"""How many rows one BatchGetRow may ask for."""
MOST_ROWS_WRITTEN = 200
"""How many rows one BatchWriteRow may change."""
MOST_ROWS_SCANNED = 5000
MOST_BYTES_SCANNED = 4 * 1024 * 1024
"""After how many rows or bytes of data one GetRange ends, whatever its limit."""

_VARIANTS = {"INTEGER": "VT_INTEGER", "STRING": "VT_STRING", "BINARY": "VT_BLOB"}
_UNIT_BYTES = 4096


def check_column_name(name: str) -> None:
    """Raise ParameterInvalid for a name that no column has ("Naming conventions and data types").

    The service takes more characters than it documents (its Java client's tests); what passes here passes there.
    """
    if not name:
        raise ParameterInvalid("invalid name of column: empty name.")
    check_name(name, "column")


def check_columns_to_get(names: Collection[str]) -> None:
    """Raise ParameterInvalid for names that cannot be, or too many of them."""
    if len(names) > MOST_COLUMNS_TO_GET:
        raise ParameterInvalid(
            "The number of columns from the request exceeds the limit, "
            f"limit count: {MOST_COLUMNS_TO_GET}, column count: {len(names)}."
        )
    for name in names:
        check_column_name(name)


def check_value(name: str, value: Value) -> None:
    """Raise ParameterInvalid for what an attribute column cannot hold."""
    size = value_size(value)
    if size > MOST_VALUE_BYTES:
        raise ParameterInvalid(
            f"The length of attribute column: '{name}' exceeds the MaxLength:{MOST_VALUE_BYTES} "
            f"with CurrentLength:{size}."
        )
    if isinstance(value, float) and not math.isfinite(value):
        what = "NaN" if math.isnan(value) else "Infinity"
        raise ParameterInvalid(f"{what} can't be set to double value.")


def check_key(key: Sequence[Cell], *, markers: Collection[Marker] = ()) -> tuple[KeyValue, ...]:
    """The values of a primary key, which may hold these markers; ParameterInvalid for what no table's key can be."""
    names = set()
    for cell in key:
        if not cell.name:
            raise ParameterInvalid("No name is given for primary key.")
        if cell.name in names:
            raise ParameterInvalid(f"Duplicated primary key name: '{cell.name}'.")
        names.add(cell.name)
        if cell.operation is not None:
            raise ParameterInvalid(f"OpType cannot be given for primary key name:{cell.name}.")
        if cell.timestamp is not None:
            raise ParameterInvalid(f"Timestamp cannot be given for primary key name:{cell.name}.")
        _check_key_value(cell.name, cell.value, markers)
    return tuple(cell.value for cell in key if cell.value is not None)


def _check_key_value(name: str, value: KeyValue | None, markers: Collection[Marker]) -> None:
    if value is None:
        raise ParameterInvalid(f"No value is given for primary key name:{name}.")
    if value is AUTO_INCREMENT and value not in markers:
        raise ParameterInvalid("PKAutoIncr can't be used for read operations.")
    if isinstance(value, Marker):
        if value not in markers:
            raise ParameterInvalid(f"{variant_name(value)} is an invalid type for the primary key.")
        return
    if isinstance(value, bool | float):
        raise ParameterInvalid(f"{variant_name(value)} is an invalid type for the primary key.")
    size = value_size(value)
    if size > MOST_KEY_BYTES and not isinstance(value, int):
        raise ParameterInvalid(
            f"The length of primary key column: '{name}' exceeds the MaxLength:{MOST_KEY_BYTES} "
            f"with CurrentLength:{size}."
        )


def check_schema(table: Table, key: Sequence[Cell]) -> None:
    """Raise InvalidPrimaryKey for a key that has not the table's columns in the table's order."""
    if len(key) != len(table.primary_key):
        raise InvalidPrimaryKey(f"Validate PK size fail. Input: {len(key)}, Meta: {len(table.primary_key)}.")
    for cell, column in zip(key, table.primary_key, strict=True):
        if cell.name != column.name:
            raise InvalidPrimaryKey(f"Validate PK name fail. Input: {cell.name}, Meta: {column.name}.")
    for cell, column in zip(key, table.primary_key, strict=True):
        assert cell.value is not None
        if isinstance(cell.value, Marker) and (cell.value is not AUTO_INCREMENT or column.auto_increment):
            continue
        if variant_name(cell.value) != _VARIANTS[column.type]:
            raise InvalidPrimaryKey(
                f"Validate PK type fail. Input: {variant_name(cell.value)}, Meta: {_VARIANTS[column.type]}."
            )


def value_size(value: KeyValue) -> int:
    """How many bytes a value counts for ("Data size": 8 a number, 1 a boolean, texts and binaries by their length)."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    return 1 if isinstance(value, bool) else 8


def cells_size(cells: Iterable[tuple[str, KeyValue | None]]) -> int:
    """How many bytes columns count for, by their names and values."""
    size = 0
    for name, value in cells:
        size += value_size(name) + (0 if value is None else value_size(value))
    return size


def row_size(table: Table, row: Row) -> int:
    """How many bytes a row counts for, with all versions of its columns."""
    key = cells_size(zip((column.name for column in table.primary_key), row.primary_key, strict=True))
    versions = ((name, version.value) for name, versions in row.columns.items() for version in versions)
    return key + cells_size(versions)


def units(size: int) -> int:
    """The capacity units of so many bytes: one for each begun 4 KB, at least one ("Capacity units")."""
    return max(1, -(-size // _UNIT_BYTES))
