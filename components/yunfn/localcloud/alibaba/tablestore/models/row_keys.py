"""Text keys that sort as primary keys do, so that the store's own order is the table's.

A column takes as many characters as it needs and tells where it ends, and no character of a value is below that end:
thus a key that is the beginning of another one comes first, column by column.
"""

from __future__ import annotations

from collections.abc import Iterable

from yunfn.localcloud.alibaba.tablestore.plain_buffer import INF_MAX, INF_MIN, KeyValue

_BEFORE_ALL, _END, _AFTER_ALL = " ", "!", "~"
_SMALLEST = 2**63


def row_key(values: Iterable[KeyValue]) -> str:
    """The key of a row, or an end of a range where INF_MIN or INF_MAX stand for values.

    Numbers sort as numbers, texts and bytes by their bytes ("Primary keys and attributes": the order of the
    dictionary). ValueError for what no primary key can hold.
    """
    return "".join(map(_column, values))


def _column(value: KeyValue) -> str:
    if isinstance(value, str):
        return value.encode().hex() + _END
    if isinstance(value, bytes):
        return value.hex() + _END
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value + _SMALLEST:016x}"
    if value is INF_MIN:
        return _BEFORE_ALL
    if value is INF_MAX:
        return _AFTER_ALL
    raise ValueError(f"{value!r} sorts nowhere in a primary key")
