"""CRC-64 against oss2's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from oss2.utils import Crc64

from yunfn.localcloud.objectstore.crc64 import combine, crc64


def theirs(data: bytes) -> int:
    crc = Crc64()
    crc.update(data)
    return int(crc.crc)


def test_the_check_value_of_the_polynomial() -> None:
    # CRC-64/XZ of "123456789" (Greg Cook's catalogue of parametrised CRC algorithms).
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA


@given(st.binary())
def test_of_bytes(data: bytes) -> None:
    assert crc64(data) == theirs(data)


@given(st.binary(), st.binary())
def test_of_two_pieces(first: bytes, second: bytes) -> None:
    assert crc64(second, crc64(first)) == theirs(first + second)
    assert combine(crc64(first), crc64(second), len(second)) == theirs(first + second)
