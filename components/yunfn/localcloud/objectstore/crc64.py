"""CRC-64 as OSS and COS compute it: ECMA-182, reflected, of whole bodies, of streams and of pieces put together.

The polynomial and its parameters are those of oss2 2.19.1 (``utils.Crc64``) and aliyun-oss-go-sdk (``crc64.ECMA``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import crcmod

_POLYNOMIAL = 0x142F0E1EBA9EA3693
_REFLECTED = 0xC96C5795D7870F42
_BITS = 64

_update: Callable[[bytes, int], int] = crcmod.mkCrcFun(_POLYNOMIAL, initCrc=0, rev=True, xorOut=0xFFFFFFFFFFFFFFFF)


def crc64(data: bytes, start: int = 0) -> int:
    """The CRC-64 of ``data``, going on from the CRC ``start`` of what came before."""
    return _update(data, start)


def combine(first: int, second: int, second_length: int) -> int:
    """The CRC-64 of two pieces in a row, from their own CRCs and the second's length in bytes.

    The method is zlib's ``crc32_combine``: appending zero bytes is linear over GF(2), so it is a matrix power.
    """
    length, power = second_length, 0
    while length:
        if length & 1:
            first = _times(_zero_bytes(power), first)
        length >>= 1
        power += 1
    return first ^ second


@lru_cache(maxsize=_BITS)
def _zero_bytes(power: int) -> tuple[int, ...]:
    """The matrix that appends ``2 ** power`` zero bytes."""
    if power:
        matrix = _zero_bytes(power - 1)
        return _square(matrix)
    one_bit = (_REFLECTED, *(1 << bit for bit in range(_BITS - 1)))
    return _square(_square(_square(one_bit)))


def _times(matrix: tuple[int, ...], vector: int) -> int:
    result = 0
    for row in matrix:
        if not vector:
            break
        if vector & 1:
            result ^= row
        vector >>= 1
    return result


def _square(matrix: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(_times(matrix, row) for row in matrix)
