"""AppendObject."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import (
    InvalidArgument,
    ObjectNotAppendable,
    PositionNotEqualToLength,
)
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, object_headers, worm
from yunfn.localcloud.alibaba.oss.responses.put_object import authorize_write, fill, store
from yunfn.localcloud.alibaba.oss.responses.received import receive
from yunfn.localcloud.objectstore.crc64 import combine
from yunfn.localcloud.objectstore.receiving import Received
from yunfn.localcloud.objectstore.stored_object import StoredObject

_MOST_PIECES = 64


async def append_object(request: OssRequest) -> Response:
    """Add the body at the end of an appendable object, or begin one; ``position`` must be its length."""
    names.check_key(request.key)
    authorize_write(request)
    position = request.call.param("position") or ""
    if not position.isdecimal():
        raise InvalidArgument("The position is a whole number.", ArgumentName="position", ArgumentValue=position)
    template = object_headers.template(request, request.bucket)
    _find(request, int(position))
    received = await receive(request)
    with request.state.leases.removed_on_failure(received.pieces):
        stored = _find(request, int(position))
    if stored is None:
        stored = template
        stored.kind = "Appendable"
        fill(stored, received)
        store(request, stored, "ObjectCreated:AppendObject")
    else:
        _extend(request, stored, received)
    headers = object_headers.written(request.bucket, stored)
    return answers.empty(request, headers={**headers, "x-oss-next-append-position": str(stored.size)})


def _find(request: OssRequest, position: int) -> StoredObject | None:
    """The object to extend, None for a new one; raises ObjectNotAppendable or PositionNotEqualToLength."""
    bucket = request.find_bucket(request.bucket_name)
    stored = request.state.objects.current(bucket, request.key)
    if stored is not None and stored.kind != "Appendable":
        raise ObjectNotAppendable(ObjectName=request.key)
    length = stored.size if stored else 0
    if position != length:
        refused = PositionNotEqualToLength(ObjectName=request.key)
        refused.headers = {"x-oss-next-append-position": str(length)}
        if stored is not None:
            refused.headers["x-oss-hash-crc64ecma"] = str(stored.crc)
        raise refused
    worm.check(bucket, stored, request.state.clock.time())
    return stored


def _extend(request: OssRequest, stored: StoredObject, received: Received) -> None:
    """Add what was received in place: an append makes no new version."""
    bucket, objects = request.bucket, request.state.objects
    # The ETag of an appendable object is no MD5 of its bytes (OSS API reference, AppendObject): only a fingerprint.
    text = f"{stored.etag}{received.md5.upper()}".encode()
    stored.etag = hashlib.md5(text, usedforsecurity=False).hexdigest().upper()
    stored.crc = combine(stored.crc, received.crc, received.size)
    stored.size += received.size
    stored.pieces += received.pieces
    stored.modified = request.state.clock.time()
    objects.replace(bucket, request.key, stored)
    if len(stored.pieces) > _MOST_PIECES:
        objects.single_file(bucket, request.key, stored)
    request.publish("ObjectCreated:AppendObject", request.key, stored)
