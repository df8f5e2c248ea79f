"""Blobs: what is stored, its hashes, and that nothing half-written stays."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from yunfn.localcloud.blobs import BlobStore


async def stream(*chunks: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if error is not None:
        raise error


@pytest.mark.parametrize("sizes", [[], [1], [65536] * 20, [512 * 1024], [3_000_000, 0, 7]], ids=str)
async def test_a_stream_is_stored_as_it_came_with_its_hashes(tmp_path: Path, sizes: list[int]) -> None:
    chunks = [os.urandom(size) for size in sizes]
    data = b"".join(chunks)
    blobs = BlobStore(tmp_path)
    blob = await blobs.put_stream(stream(*chunks))
    assert blobs.path(blob.name).read_bytes() == data
    assert (blob.size, blob.md5, blob.sha256) == (
        len(data),
        hashlib.md5(data).hexdigest(),
        hashlib.sha256(data).hexdigest(),
    )
    stored = blobs.put(data)
    assert (stored.size, stored.md5, stored.sha256) == (blob.size, blob.md5, blob.sha256)


async def test_streams_at_once_do_not_mix(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    bodies = [[os.urandom(100_000) for _ in range(15)] for _ in range(8)]
    stored = await asyncio.gather(*(blobs.put_stream(stream(*body)) for body in bodies))
    for blob, body in zip(stored, bodies, strict=True):
        assert blobs.path(blob.name).read_bytes() == b"".join(body)
        assert blob.sha256 == hashlib.sha256(b"".join(body)).hexdigest()


async def test_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    with pytest.raises(ConnectionError):
        await blobs.put_stream(stream(b"x" * 2_000_000, error=ConnectionError()))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_a_stream_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000
            await asyncio.sleep(0)

    storing = asyncio.create_task(blobs.put_stream(endless()))
    await asyncio.sleep(0.05)
    storing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await storing
    await asyncio.get_running_loop().shutdown_default_executor()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
