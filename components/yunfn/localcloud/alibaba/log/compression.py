"""Bodies in SLS's compressions: ``x-log-compresstype`` names it, ``x-log-bodyrawsize`` the size before."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from lz4 import block  # type: ignore[import-untyped]

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid, PostBodyTooLarge, PostBodyUncompressError
from yunfn.localcloud.cloud_error import UnknownOperationError

LIMIT = 30 * 1024 * 1024
"""How large a body may be before compression, in bytes (aliyun-log-python-sdk 0.9.52, MAX_PUT_LOG_SIZE)."""


def decompress(body: bytes, headers: Mapping[str, str]) -> bytes:
    """A request's body as it was before compression.

    Raises ParameterInvalid, PostBodyTooLarge or PostBodyUncompressError; UnknownOperationError for zstd, which
    the true SLS takes and the local cloud does not.
    """
    kind = headers.get("x-log-compresstype", "").lower()
    claimed = headers.get("x-log-bodyrawsize", "")
    if not claimed.isdecimal():
        raise ParameterInvalid("x-log-bodyrawsize must be the size of the body before compression")
    size = int(claimed)
    if size > LIMIT:
        raise PostBodyTooLarge(size, LIMIT)
    if kind == "zstd":
        raise UnknownOperationError("log", "PutLogs with x-log-compresstype zstd (lz4 and deflate are there)")
    try:
        if kind == "lz4":
            raw = block.decompress(body, uncompressed_size=size) if size else b""
        elif kind == "deflate":
            raw = zlib.decompressobj().decompress(body, size + 1)
        elif not kind:
            raw = body
        else:
            raise ParameterInvalid(f"x-log-compresstype {kind} is not supported")
    except (block.LZ4BlockError, zlib.error) as error:
        raise PostBodyUncompressError(str(error)) from None
    if len(raw) != size:
        raise PostBodyUncompressError(f"{len(raw)} bytes, x-log-bodyrawsize says {size}")
    return raw


def compress(body: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """An answer in a compression that the client accepts, and the headers that say so."""
    wanted = {one.split(";")[0].strip().lower() for one in accepted.split(",")}
    size = {"x-log-bodyrawsize": str(len(body))}
    if "lz4" in wanted:
        return block.compress(body, store_size=False), {**size, "x-log-compresstype": "lz4"}
    return body, size
