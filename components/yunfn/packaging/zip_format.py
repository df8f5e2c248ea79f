"""The records of a zip file, as bytes (PKWARE's APPNOTE.TXT 6.3.10), with Zip64 where numbers outgrow 32 bits."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from yunfn.packaging.compression import DEFLATED

#: Numbers above these stand in Zip64 fields (APPNOTE 4.4.8, 4.4.22).
LIMIT_32, LIMIT_16 = 0xFFFF_FFFE, 0xFFFE
_MARK_32, _MARK_16 = 0xFFFF_FFFF, 0xFFFF
_ZIP64_EXTRA = 0x0001
# Version 2.0 for deflate, 4.5 for Zip64 (4.4.3); made on Unix, whose modes the attributes hold (4.4.2).
_DEFLATE_VERSION, _ZIP64_VERSION, _UNIX = 20, 45, 3 << 8
_UTF8 = 0x800
# The earliest time a zip can hold, 1980-01-01 00:00; the true ones differ on every machine.
_TIME, _DATE = 0, 1 << 5 | 1
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_ZIP64_END = struct.Struct("<4sQHHLLQQQQ")
_ZIP64_LOCATOR = struct.Struct("<4sLQL")


@dataclass(frozen=True, slots=True)
class Member:
    """One entry: path, Unix ``mode``, method, CRC-32, sizes in bytes, and ``offset`` of its local header."""

    path: str
    mode: int
    method: int
    crc: int
    size: int
    compressed_size: int
    offset: int

    def local_header(self) -> bytes:
        """Answer the header that stands before the content; its length depends on path and size alone."""
        name, wide = self.path.encode(), self._wide()
        extra = struct.pack("<HHQQ", _ZIP64_EXTRA, 16, self.size, self.compressed_size) if wide else b""
        sizes = (_MARK_32, _MARK_32) if wide else (self.compressed_size, self.size)
        return (
            _LOCAL.pack(
                b"PK\3\4", self._version(wide), self._flags(), self.method, _TIME, _DATE, self.crc, *sizes,
                len(name), len(extra),
            )
            + name
            + extra
        )  # fmt: skip

    def central_header(self) -> bytes:
        """Answer the entry's record in the directory at the end."""
        name, values = self.path.encode(), []
        size, compressed_size, offset = self.size, self.compressed_size, self.offset
        if self._wide():
            values += [size, compressed_size]
            size = compressed_size = _MARK_32
        if offset > LIMIT_32:
            values.append(offset)
            offset = _MARK_32
        extra = struct.pack(f"<HH{len(values)}Q", _ZIP64_EXTRA, 8 * len(values), *values) if values else b""
        version = self._version(bool(values))
        return (
            _CENTRAL.pack(
                b"PK\1\2", _UNIX | version, version, self._flags(), self.method, _TIME, _DATE, self.crc,
                compressed_size, size, len(name), len(extra), 0, 0, 0, self.mode << 16, offset,
            )
            + name
            + extra
        )  # fmt: skip

    def _wide(self) -> bool:
        # Decided by the content's size alone, before it is compressed; deflate makes none larger than 1.001 of it.
        return max(self.size + (self.size >> 10), self.compressed_size) > LIMIT_32

    def _version(self, wide: bool) -> int:
        return _ZIP64_VERSION if wide else _DEFLATE_VERSION if self.method == DEFLATED else 10

    def _flags(self) -> int:
        return 0 if self.path.isascii() else _UTF8


def end_records(count: int, size: int, offset: int) -> bytes:
    """Answer what ends a zip: the directory's number of entries, its size and its offset in bytes."""
    wide = b""
    if count > LIMIT_16 or size > LIMIT_32 or offset > LIMIT_32:
        version = _ZIP64_VERSION
        wide = _ZIP64_END.pack(b"PK\6\6", 44, _UNIX | version, version, 0, 0, count, count, size, offset)
        wide += _ZIP64_LOCATOR.pack(b"PK\6\7", 0, offset + size, 1)
    counted = _MARK_16 if count > LIMIT_16 else count
    sized, at = (_MARK_32 if number > LIMIT_32 else number for number in (size, offset))
    return wide + _END.pack(b"PK\5\6", 0, 0, counted, counted, sized, at, 0)
