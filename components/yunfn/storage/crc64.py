"""CRC-64 of files as OSS, COS and FC report it (ECMA-182, reflected), and whether the fast code computes it."""

from __future__ import annotations

from pathlib import Path

import crcmod
import crcmod.crcmod

# Parameters of oss2 2.19.1 (``utils.Crc64``).
_update = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, rev=True, xorOut=0xFFFFFFFFFFFFFFFF)
_CHUNK = 1 << 20


def crc64(data: bytes, start: int = 0) -> int:
    """The CRC-64 of ``data``, going on from the CRC ``start`` of what came before."""
    value: int = _update(data, start)
    return value


def crc64_of_file(file: Path) -> int:
    """The CRC-64 of a file's bytes; raises OSError."""
    value = 0
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            value = crc64(chunk, value)
    return value


def slow_crc_warning() -> str | None:
    """A line for the user if CRC-64 is computed by pure Python here, None if by the C extension.

    oss2 computes a CRC of all it sends by the module ``crcmod``. The package of that name has no wheel and, without
    a compiler, falls back to Python at some 14 MB/s; ``crcmod-plus`` ships wheels of the same module.
    """
    if getattr(crcmod.crcmod, "_usingExtension", False):
        return None
    return (
        "uploads are slow here (some 14 MB/s at most): the module crcmod runs without its C extension; "
        "pip uninstall crcmod && pip install --force-reinstall crcmod-plus"
    )
