"""The checksum of cells and rows."""

from __future__ import annotations

import crcmod

_crc8 = crcmod.mkCrcFun(0x107, initCrc=0, rev=False)


def crc8(data: bytes) -> int:
    """CRC-8 by the polynomial x^8+x^2+x+1, from 0, as "PlainBuffer" computes it (the clients' table is of that one)."""
    checksum: int = _crc8(data)
    return checksum
