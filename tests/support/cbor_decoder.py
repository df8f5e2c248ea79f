"""As much of RFC 8949 as an event of Tablestore has, written apart from what the local cloud encodes it with.

It goes along with a function's code and stands on the standard library alone.
"""

from __future__ import annotations

import struct
from typing import Any


def decode(data: bytes) -> Any:
    """The one value that ``data`` is; byte strings as hexadecimal text."""
    value, end = _item(data, 0)
    assert end == len(data), "something is left over"
    return value


def _item(data: bytes, at: int) -> tuple[Any, int]:
    major, low, at = data[at] >> 5, data[at] & 31, at + 1
    if low >= 24 and major != 7:
        length = 1 << low - 24
        low, at = int.from_bytes(data[at : at + length], "big"), at + length
    if major in (0, 1):
        return (low if major == 0 else -1 - low), at
    if major in (2, 3):
        text = data[at : at + low]
        return (text.hex() if major == 2 else text.decode()), at + low
    if major in (4, 5):
        found = []
        for _ in range(low * (major - 3)):
            value, at = _item(data, at)
            found.append(value)
        return (found if major == 4 else dict(zip(found[::2], found[1::2], strict=True))), at
    assert major == 7
    if low == 27:
        return struct.unpack(">d", data[at : at + 8])[0], at + 8
    return {20: False, 21: True, 22: None}[low], at
