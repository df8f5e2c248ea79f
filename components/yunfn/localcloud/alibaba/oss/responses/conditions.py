"""Which bytes a read asks for, and under which conditions."""

from __future__ import annotations

import re

from yunfn.localcloud.alibaba.oss.exceptions import InvalidRange, NotModified, PreconditionFailed
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.objectstore.conditions import Verdict, judged
from yunfn.localcloud.objectstore.stored_object import StoredObject

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def check(request: OssRequest, stored: StoredObject, prefix: str = "") -> None:
    """Raise PreconditionFailed or NotModified by the If-* headers (``prefix`` "x-oss-copy-source-" for copies)."""
    verdict, name = judged(lambda header: request.header(prefix + header), stored)
    if verdict is Verdict.FAILED:
        raise PreconditionFailed(Condition="-".join(word.capitalize() for word in name.split("-")))
    if verdict is Verdict.UNCHANGED:
        unchanged = NotModified()
        unchanged.headers = {"etag": f'"{stored.etag}"', "last-modified": stored.last_modified}
        raise unchanged


def byte_range(request: OssRequest, size: int) -> tuple[int, int] | None:
    """First and last byte asked for, or None for the whole object.

    OSS answers a range that reaches beyond the object with the whole of it and status 200; only the header
    ``x-oss-range-behavior: standard`` makes it cut the range, or answer 416 (OSS documentation, "Range download").
    """
    text = request.header("range")
    match = _RANGE.fullmatch(text.strip()) if text else None
    if match is None or match.groups() == ("", ""):
        return None
    return select(size, *match.groups(), standard=request.header("x-oss-range-behavior") == "standard")


def select(size: int, first: str, last: str, *, standard: bool) -> tuple[int, int] | None:
    """The bytes of ``first-last`` in an object of ``size`` bytes; None for all; InvalidRange where standard."""
    if not first:
        wanted = int(last)
        if 0 < wanted <= size:
            return size - wanted, size - 1
        if standard and wanted == 0:
            raise InvalidRange(ActualObjectSize=str(size))
        return None
    start, end = int(first), int(last) if last else size - 1
    if start >= size:
        if standard:
            raise InvalidRange(ActualObjectSize=str(size), RangeRequested=f"bytes={first}-{last}")
        return None
    if end < start:
        return None
    if end >= size:
        return (start, size - 1) if standard else None
    return start, end
