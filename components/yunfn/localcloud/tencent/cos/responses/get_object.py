"""GetObject and HeadObject."""

from __future__ import annotations

import re

from starlette.responses import Response

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore.conditions import Verdict, judge
from yunfn.localcloud.objectstore.query import LineBreak, header_overrides
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.tencent.cos import names, object_headers
from yunfn.localcloud.tencent.cos.exceptions import (
    AccessDenied,
    InvalidArgument,
    InvalidRange,
    MethodNotAllowed,
    NoSuchKey,
    NoSuchVersion,
    NotModified,
    PreconditionFailed,
)
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def get_object(request: CosRequest) -> Response:
    """The object's bytes, or a range of them."""
    stored = find_version(request, "GetObject")
    if "ARCHIVE" in stored.storage_class:
        raise UnknownOperationError("cos", f"GetObject of storage class {stored.storage_class}")
    _check_conditions(request, stored)
    headers = {**_described(request, stored), **_overrides(request)}
    return request.state.reader.respond(stored, _byte_range(request, stored.size), headers)


async def head_object(request: CosRequest) -> Response:
    """HeadObject: what GetObject would answer, without the bytes."""
    stored = find_version(request, "HeadObject")
    _check_conditions(request, stored)
    headers = {**_described(request, stored), "content-length": str(stored.size)}
    return Response(status_code=200, headers=headers)


def find_version(request: CosRequest, action: str, *, right: str = "read") -> StoredObject:
    """The newest version, or the one of ``versionId``; raises an access error, NoSuchKey or NoSuchVersion."""
    names.check_key(request.key)
    bucket, objects, version = request.bucket, request.state.objects, request.call.param("versionId")
    stored = objects.version(bucket, request.key, version) if version else objects.newest(bucket, request.key)
    acl = bucket.acl if stored is None or stored.acl == "default" else stored.acl
    request.require(action, acl=acl, right=right)
    if stored is None:
        raise NoSuchVersion() if version else NoSuchKey()
    if stored.marker:
        refused = MethodNotAllowed() if version else NoSuchKey()
        refused.headers = {"x-cos-delete-marker": "true", "x-cos-version-id": stored.version}
        raise refused
    return stored


def _described(request: CosRequest, stored: StoredObject) -> dict[str, str]:
    return {**answers.own_headers(request.call), **object_headers.told(request.bucket, stored)}


def _check_conditions(request: CosRequest, stored: StoredObject) -> None:
    """Raise PreconditionFailed or NotModified by the If-* headers."""
    verdict = judge(request.header, stored)
    if verdict is Verdict.FAILED:
        raise PreconditionFailed()
    if verdict is Verdict.UNCHANGED:
        unchanged = NotModified()
        unchanged.headers = {"etag": f'"{stored.etag}"', "last-modified": stored.last_modified}
        raise unchanged


def _byte_range(request: CosRequest, size: int) -> tuple[int, int] | None:
    """First and last byte asked for, None for the whole object; InvalidRange where there is none of them.

    A range that reaches beyond the object is cut (COS API reference, "GET Object"; RFC 9110).
    """
    match = _RANGE.fullmatch(request.header("range").strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < int(first):
            return None
    if start > end:
        refused = InvalidRange(ActualObjectSize=str(size))
        refused.headers = {"content-range": f"bytes */{size}"}
        raise refused
    return start, end


def _overrides(request: CosRequest) -> dict[str, str]:
    """The ``response-*`` parameters, which only signed requests may send."""
    try:
        found = header_overrides(request.call)
    except LineBreak as error:
        raise InvalidArgument("A header value holds no line break.", ArgumentName=str(error)) from None
    if found and request.call.principal is None:
        raise AccessDenied("Anonymous users may not override response headers.")
    return found
