"""GetObject, HeadObject and GetObjectMeta."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import (
    AccessDenied,
    InvalidArgument,
    InvalidObjectState,
    MethodNotAllowed,
    NoSuchKey,
    NoSuchVersion,
)
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, conditions, object_headers
from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore.query import LineBreak, header_overrides
from yunfn.localcloud.objectstore.stored_object import StoredObject

_MOST_LINKS = 1


async def get_object(request: OssRequest) -> Response:
    """The object's bytes, or a range of them."""
    if request.call.param("x-oss-process"):
        raise UnknownOperationError("oss", f"GetObject with x-oss-process={request.call.param('x-oss-process')}")
    stored = find_readable(request, "GetObject")
    conditions.check(request, stored)
    if "Archive" in stored.storage_class and "true" not in request.bucket.settings.get("bucketArchiveDirectRead", ""):
        raise InvalidObjectState(ObjectName=request.key)
    headers = {
        **answers.own_headers(request.call),
        **object_headers.told(request.bucket, stored),
        **_overrides(request),
    }
    wanted = conditions.byte_range(request, stored.size)
    return request.state.reader.respond(stored, wanted, headers)


async def head_object(request: OssRequest) -> Response:
    """HeadObject: what GetObject would answer, without the bytes."""
    stored = find_readable(request, "GetObject")
    conditions.check(request, stored)
    headers = {**answers.own_headers(request.call), **object_headers.told(request.bucket, stored)}
    headers["content-length"] = str(stored.size)
    return Response(status_code=200, headers=headers)


async def get_object_meta(request: OssRequest) -> Response:
    """GetObjectMeta: length, ETag and time only."""
    stored = find_readable(request, "GetObject")
    headers = {**answers.own_headers(request.call), "content-length": str(stored.size)}
    told = object_headers.told(request.bucket, stored)
    for name in ("etag", "last-modified", "x-oss-hash-crc64ecma", "x-oss-version-id"):
        if name in told:
            headers[name] = told[name]
    return Response(status_code=200, headers=headers)


def find_readable(request: OssRequest, action: str) -> StoredObject:
    """The version that the request names, a symbolic link followed, if the sender may read it."""
    stored = find_version(request, action, right="read")
    for _ in range(_MOST_LINKS):
        if stored.kind != "Symlink":
            return stored
        target = request.state.objects.current(request.bucket, stored.link_target)
        if target is None or target.kind == "Symlink":
            raise NoSuchKey("The symlink object's target does not exist.", Key=stored.link_target)
        stored = target
    return stored


def find_version(request: OssRequest, action: str, *, right: str = "") -> StoredObject:
    """The newest version, or the one of ``versionId``; raises AccessDenied, NoSuchKey, NoSuchVersion.

    ``action`` gets "Version" appended where a version is named, as RAM's actions are called. ``right`` is what an ACL
    would have to give everyone.
    """
    names.check_key(request.key)
    bucket, objects, version = request.bucket, request.state.objects, request.call.param("versionId")
    stored = objects.version(bucket, request.key, version) if version else objects.newest(bucket, request.key)
    acl = bucket.acl if stored is None or stored.acl == "default" else stored.acl
    request.require(action + ("Version" if version else ""), bucket, request.key, acl=acl, right=right)
    if stored is None:
        if version:
            raise NoSuchVersion(Key=request.key, VersionId=version)
        raise NoSuchKey(Key=request.key)
    if stored.marker:
        refused = MethodNotAllowed(Method=request.call.method) if version else NoSuchKey(Key=request.key)
        refused.headers = {"x-oss-delete-marker": "true", "x-oss-version-id": stored.version}
        raise refused
    return stored


def _overrides(request: OssRequest) -> dict[str, str]:
    """The ``response-*`` parameters, which only signed requests may send."""
    try:
        found = header_overrides(request.call)
    except LineBreak as error:
        raise InvalidArgument("A header value holds no line break.", ArgumentName=str(error)) from None
    if found and request.call.principal is None:
        raise AccessDenied("Anonymous users may not override response headers.")
    return found
