"""The checksum of cells and rows."""

from __future__ import annotations

from collections.abc import Callable

import crcmod

crc8: Callable[[bytes], int] = crcmod.mkCrcFun(0x107, initCrc=0, rev=False)
"""CRC-8 by the polynomial x^8+x^2+x+1, from 0, as "PlainBuffer" computes it (the clients' table is of that one)."""
